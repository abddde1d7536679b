"""Stepped clocks, the console's own alarms, and what the consoles are shown of records."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from engine_builders import Engine, T, batch, estate, modbus_point, rule, running

from console.domain.alarms import Alarm
from console.domain.events import AlarmAcknowledged, AlarmAssigned, AlarmReturned, OrderAdvanced, OrderRaised
from console.domain.health import HealthLine, HealthState
from console.domain.orders import Order, OrderKind
from console.domain.problems import Problem
from console.domain.rules import Category
from console.domain.text import Text
from console.engine import watch as module
from console.engine.decisions import By
from console.engine.health import HealthBoard
from console.engine.public import SOON
from console.engine.system import CLOCK, RECORDER, SystemAlarms
from console.engine.watch import Watch
from console.store import open_store


class Watched:
    def __init__(self, engine: Engine) -> None:
        self.system = SystemAlarms(engine.decisions, engine.clock)
        self.board = HealthBoard(engine.public, engine.decisions, engine.clock)
        self.watch = Watch(engine.decisions, self.board, engine.public, engine.deadlines, self.system, clock=engine.clock)


async def test_a_step_of_the_wall_clock_is_logged_alarmed_and_not_trusted_until_somebody_confirms(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 0.02)
    with_image = open_store(tmp_path / "other", T)
    image = with_image.image()
    with_image.close()
    async with running(tmp_path / "store") as engine:
        made = Watched(engine)
        confirmed = []
        made.watch.on_trusted = lambda: confirmed.append(True)
        made.watch.begin(image)
        task = asyncio.create_task(made.watch.run())
        await engine.clock.pass_(100, step=50)  # under the limit: ordinary corrections
        await asyncio.sleep(0.1)
        assert made.watch.clock_trusted
        await engine.clock.pass_(1, step=-3600)
        await asyncio.sleep(0.1)
        assert not made.watch.clock_trusted
        assert made.board.state("clock") is HealthState.DEGRADED
        assert await engine.said() == ["WatchStarted", "ClockStepped", "AlarmRaised"]
        (alarm,) = engine.decisions.world.alarms.values()
        assert (alarm.category, alarm.rule, alarm.value, alarm.active) == (Category.SYSTEM, "system#clock", -3600.0, True)
        acknowledged = msgspec.structs.replace(alarm, acknowledged=True)
        engine.decisions.decide([AlarmAcknowledged(acknowledged)], By("wang"))
        await engine.decisions.settle()
        await asyncio.sleep(0.05)
        assert made.watch.clock_trusted
        assert made.board.state("clock") is HealthState.OK
        assert confirmed == [True]
        assert engine.decisions.world.alarms == {}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_alarm_of_the_console_itself_is_raised_once_and_survives_an_import(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        made = Watched(engine)
        made.system.set(RECORDER, 0.0)
        made.system.set(RECORDER, 0.0)
        assert len(engine.decisions.world.alarms) == 1
        engine.configure(estate(modbus_point(1)))
        assert made.system.active(RECORDER)
        made.system.clear(RECORDER)
        made.system.clear(CLOCK)
        assert not made.system.active(RECORDER)
        made.system.set(RECORDER, 0.0)
        (alarm,) = engine.decisions.world.alarms.values()
        assert (alarm.active, alarm.acknowledged) == (True, False)
        assert await engine.said() == ["AlarmRaised", "AlarmReturned", "AlarmRaised"]


async def test_a_connection_that_goes_down_and_comes_back_is_logged_once_each(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        board = Watched(engine).board

        def line(state: HealthState, **more: int) -> HealthLine:
            return HealthLine("connection:gw", "connection", state, T, problem=Problem("driver.refused"), counters=more)

        for state in (HealthState.STARTING, HealthState.OK, HealthState.DOWN, HealthState.DOWN, HealthState.DEGRADED):
            board.put(line(state))
        board.put(line(HealthState.DOWN, timeouts=5))
        board.put(line(HealthState.OK))
        await engine.decisions.settle()
        assert [entry.event.state for entry in engine.log] == ["down", "ok"]


async def test_a_return_that_overtakes_the_commit_of_an_acknowledgement_tells_nothing_too_early(tmp_path: Path) -> None:
    point, other = modbus_point(1), modbus_point(2)
    async with running(tmp_path) as engine:
        engine.configure(estate(point, other, rules=(rule(point, limit=100.0), rule(other, limit=100.0))))
        engine.take(batch({1: 150.0}))
        await engine.decisions.settle()
        (alarm,) = engine.decisions.world.alarms.values()
        engine.decisions.decide([AlarmAcknowledged(msgspec.structs.replace(alarm, acknowledged=True))], By("wang"))
        engine.take(batch({1: 50.0, 2: 150.0}))
        shown = engine.public._shown["alarms"]
        assert (shown[alarm.number].acknowledged, shown[alarm.number].active) == (False, True)
        assert len(shown) == 2  # the other point's alarm waits for nobody
        await engine.decisions.settle()
        assert list(shown) == list(engine.decisions.world.alarms)


async def test_an_older_record_never_replaces_a_newer_one_that_was_shown_at_once(tmp_path: Path) -> None:
    point = modbus_point(1)
    async with running(tmp_path) as engine:
        engine.configure(estate(point, rules=(rule(point, limit=100.0),)))
        engine.take(batch({1: 150.0}))
        (alarm,) = engine.decisions.world.alarms.values()
        engine.decisions.decide([AlarmAssigned(msgspec.structs.replace(alarm, fault="F-000001"))])  # shown when committed
        engine.take(batch({1: 50.0}))  # shown at once
        assert not engine.public._shown["alarms"][alarm.number].active
        await engine.decisions.settle()
        last = engine.public._shown["alarms"][alarm.number]
        assert (last.active, last.fault) == (False, "F-000001")


async def test_what_changed_after_a_person_looked_is_known_with_its_author(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        order = Order(1, OrderKind.CORRECTIVE, Text("x"), "", 3, T)
        await engine.decisions.decide([OrderRaised(order)])
        engine.public.flush()
        seen = engine.public.revision
        first = engine.public.change_of("orders", 1)
        assert first is not None
        assert first.revision <= seen
        changed = msgspec.structs.replace(order, symptom="noise")
        await engine.decisions.decide([OrderAdvanced(changed, "note")], By("li", "desk 2"))
        second = engine.public.change_of("orders", 1)
        assert second is not None
        assert (second.revision > seen, second.actor, second.station) == (True, "li", "desk 2")


async def test_nothing_but_alarms_is_shown_before_it_is_on_disk(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        order = Order(1, OrderKind.CORRECTIVE, Text("x"), "", 3, T)
        done = engine.decisions.decide([OrderRaised(order)])
        alarm = Alarm(2, "p#r", "", "p", 4, Category.EQUIPMENT, Text("a"), T, 1.0)
        engine.decisions.decide([AlarmReturned(alarm)], at_once=True)
        assert engine.public._shown["orders"] == {}
        assert list(engine.public._shown["alarms"]) == [2]
        await done
        assert engine.public._shown["orders"] == {1: order}


def test_the_revision_of_a_later_run_is_higher_than_any_of_the_run_before() -> None:
    # a delta lasts at least SOON: at most 50 a second, while the revision's base grows by 100 a second
    assert 1 / SOON <= 100
