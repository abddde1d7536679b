"""A drill on running parts: alarms at their moment, an end of its own, and nothing real that it explains, floods or publishes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine_builders import Engine, T, batch, estate, modbus_point, rule, running
from msgspec.structs import replace

from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.alarms import Alarm
from console.domain.commands import AcknowledgeAlarms
from console.domain.events import AccountSaved, AlarmAdvanced, FaultOpened, RecordSaved
from console.domain.faults import Fault
from console.domain.maintenance.drilling import DrillRun, EndDrill, Simulated, StartDrill
from console.domain.orders import Order
from console.domain.rules import RuleKind
from console.domain.times import MINUTE
from console.engine.drilling import Drilling
from console.engine.reminding import Reminding

LI = Account("li", "李敏", (Role.SUPERVISOR,))
POINT, OTHER = modbus_point(1), modbus_point(2)
MAINS = rule(POINT, RuleKind.HIGH, key="mains", priority=2, limit=100.0, explains=("*",))
HIGH = rule(OTHER, RuleKind.HIGH, key="high", priority=3, limit=100.0)
SITE = estate(POINT, OTHER, rules=(MAINS, HIGH))
DRILL = StartDrill(
    "停电演练", "power_cut", (Simulated("P1", MAINS.id), Simulated("P1", HIGH.id, after=10 * MINUTE)), duration=30 * MINUTE
)


@asynccontextmanager
async def drilled(folder: Path, **more: Any) -> AsyncIterator[tuple[Engine, Drilling]]:
    async with running(folder, **more) as engine:
        engine.configure(SITE)
        Reminding(engine.decisions, engine.deadlines, engine.clock, lambda: True)
        drilling = Drilling(engine.decisions, engine.deadlines, engine.clock)
        if not engine.decisions.world.accounts:
            await engine.decisions.decide([AccountSaved(LI)])
        yield engine, drilling


async def do(engine: Engine, command: Any) -> None:
    await engine.decisions.decide(handling.decide(engine.decisions.world, command, LI, "desk", engine.clock.now()))
    await engine.decisions.settle()


def present(engine: Engine) -> list[tuple[str, int]]:
    return [(alarm.rule, alarm.drill) for alarm in engine.decisions.world.alarms.values()]


async def test_a_drills_alarms_come_at_their_moment_and_all_of_it_ends_at_its_time(tmp_path: Path) -> None:
    async with drilled(tmp_path) as (engine, _):
        await do(engine, DRILL)
        assert present(engine) == [(MAINS.id, 1)]
        await engine.clock.pass_(599)
        assert len(present(engine)) == 1
        await engine.clock.pass_(1)
        await engine.decisions.settle()
        assert present(engine) == [(MAINS.id, 1), (HIGH.id, 1)]
        await engine.clock.pass_(20 * 60)
        await engine.decisions.settle()
        assert present(engine) == []
        assert not any(fault.open for fault in engine.decisions.world.faults.values())
        assert engine.decisions.world.records(DrillRun) == {}
        ended = [e.event.record for e in engine.log if isinstance(e.event, RecordSaved) and e.event.what == "ended"]
        assert [each.ended_at - each.at for each in ended] == [30 * MINUTE]


async def test_alarm_numbers_are_the_numbers_of_their_own_log_entries(tmp_path: Path) -> None:
    async with drilled(tmp_path) as (engine, _):
        await do(engine, replace(DRILL, simulated=(Simulated("P1", MAINS.id), Simulated("P1", HIGH.id))))
        raised = [e for e in engine.log if type(e.event).__name__ == "AlarmRaised"]
        assert [e.event.alarm.number for e in raised] == [e.sequence for e in raised]  # type: ignore[union-attr]
        assert {type(e.event) for e in engine.log} >= {FaultOpened, RecordSaved}


async def test_a_simulated_power_cut_explains_and_silences_nothing_real(tmp_path: Path) -> None:
    """R-SLA-04: a real alarm during a drill is as loud as ever."""
    async with drilled(tmp_path) as (engine, _):
        await do(engine, DRILL)
        engine.take(batch({2: 150.0}))
        await engine.decisions.settle()
        (real,) = [alarm for alarm in engine.decisions.world.alarms.values() if not alarm.drill]
        assert (real.caused_by, real.quiet, real.acknowledged) == (0, False, False)


async def test_after_a_restart_the_drill_goes_on_and_still_explains_nothing(tmp_path: Path) -> None:
    async with drilled(tmp_path) as (engine, _):
        await do(engine, DRILL)
        world, sequence = engine.decisions.world, engine.decisions.sequence
    async with drilled(tmp_path, sequence=sequence, world=world) as (engine, drilling):
        engine.alarming.restore(world.alarms.values())
        engine.silencing.start()
        drilling.start()
        engine.take(batch({2: 150.0}))
        await engine.clock.pass_(10 * 60)
        await engine.decisions.settle()
        assert sorted(present(engine)) == sorted([(MAINS.id, 1), (HIGH.id, 0), (HIGH.id, 1)])
        assert not any(alarm.quiet for alarm in engine.decisions.world.alarms.values())
        engine.take(batch({2: 50.0}, time=T + 1))
        await do(engine, AcknowledgeAlarms(tuple(engine.decisions.world.alarms)))
        assert sorted(present(engine)) == sorted([(MAINS.id, 1), (HIGH.id, 1)])  # the real one is over, the drill's stand


async def test_nothing_of_a_drill_is_published(tmp_path: Path) -> None:
    """R-SLA-04, R-EM-02: it is sent to nobody outside the drill's own list, and other systems are not on it."""
    async with drilled(tmp_path) as (engine, _):
        heard: list[Alarm | Fault | Order] = []
        engine.public.on_record = heard.append
        await do(engine, DRILL)
        engine.take(batch({2: 150.0}))
        await engine.decisions.settle()
        assert {type(record) for record in heard} == {Alarm, Fault, Order}
        assert not any(record.drill for record in (*heard, *engine.public.records()))


async def test_ending_by_hand_raises_nothing_that_was_still_to_come(tmp_path: Path) -> None:
    async with drilled(tmp_path) as (engine, _):
        await do(engine, DRILL)
        await do(engine, EndDrill(1))
        await engine.clock.pass_(11 * 60)
        await engine.decisions.settle()
        assert present(engine) == []
        assert [e.event.what for e in engine.log if isinstance(e.event, AlarmAdvanced)] == ["drill_ended"]
