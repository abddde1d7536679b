"""Rounds, hazards, drills and rescues at work on running parts: raised at their very moment, said once, once again never."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine_builders import Engine, batch, estate, modbus_point, rule, running

from console.domain import commands as cmd
from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.events import RecordSaved
from console.domain.faults import CloseCode
from console.domain.maintenance.drills import DrillPlan
from console.domain.maintenance.hazards import RecordHazard
from console.domain.maintenance.rescues import Rescue
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import AnswerRound, Check, CheckKind, ExplainRounds, LiveValue, Round, Route
from console.domain.orders import OrderState
from console.domain.quality import Quality
from console.domain.rules import Category, RuleKind
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.domain.world import World
from console.engine import system as system_alarms
from console.engine.reminding import Reminding
from console.engine.safety import Safety
from console.engine.system import SystemAlarms

P = modbus_point(1)
TRAPPED = rule(P, RuleKind.STATE, key="trapped", priority=1, values=(7,), category=Category.TRAPPED)
PRESSURE = Check("p", Text("压力"), CheckKind.VALUE, low=0, high=100, point=P.id)
EYES = Check("e", Text("无渗漏"))
HOURLY = Route(id="", title=Text("泵房"), rhythm=Rhythm(Every.HOURS, 1, at=0), checks=(PRESSURE, EYES), window=20, automatic=True)
CHEN = Account("chen", "陈主管", (Role.SUPERVISOR,))


class Watched:
    """The engine with its safety watch; the clock in the test's hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.system = SystemAlarms(engine.decisions, engine.clock)
        self.trusted = True
        world = engine.decisions.world
        engine.configure(estate(P, rules=(TRAPPED,)))
        world.accounts[CHEN.name] = CHEN

        def live(names: Iterable[str]) -> dict[str, LiveValue]:
            value, quality = engine.live.value(P.number), engine.live.quality(P.number)
            return {P.id: LiveValue(value, Quality(quality), 0)} if P.id in names and value is not None else {}

        self.safety = Safety(
            engine.decisions, engine.deadlines, self.system, engine.clock, live=live, trusted=lambda: self.trusted
        )  # fmt: skip

    async def do(self, command: cmd.Command) -> None:
        events = handling.decide(self.engine.decisions.world, command, CHEN, "desk", self.engine.clock.now())
        await self.engine.decisions.decide(events)
        await self.engine.decisions.settle()

    async def to_the_hour(self, after: int = 0) -> None:
        """Let time pass until the next full hour of the site, and ``after`` ns more."""
        now = self.engine.clock.now()
        left = HOUR - now % HOUR  # every zone that the tests use is whole hours from UTC
        await self.engine.clock.pass_((left + after) / SECOND)
        await self.engine.decisions.settle()

    @property
    def rounds(self) -> list[Round]:
        return sorted(self.engine.decisions.world.records(Round).values(), key=lambda each: each.at)

    def said(self, kind: str) -> int:
        """How often an advisory was raised."""
        rule_name = system_alarms.PREFIX + kind
        return sum(
            type(entry.event).__name__ == "AlarmRaised" and entry.event.alarm.rule == rule_name  # type: ignore[union-attr]
            for entry in self.engine.log
        )


async def test_a_round_is_raised_at_its_moment_and_filled_from_what_is_good(tmp_path: Path) -> None:
    """R-EQ-13: the reading comes from the device and says so; what needs eyes is left."""
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        assert watched.rounds == []
        engine.take(batch({1: 42.0}))
        await watched.to_the_hour()
        (round_,) = watched.rounds
        there = datetime.fromtimestamp(round_.at // SECOND, UTC).astimezone(ZoneInfo(engine.decisions.world.timezone))
        assert there.minute == there.second == 0 and round_.at == engine.clock.now()
        assert [(each.value, each.auto) for each in round_.answers] == [("42", True), ("", False)]


async def test_a_value_that_gets_good_later_fills_the_round_within_a_minute(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        engine.take(batch({1: 42.0}, quality=4))
        await watched.to_the_hour()
        assert not watched.rounds[0].done
        engine.take(batch({1: 43.0}))
        await engine.clock.pass_(60)
        await engine.decisions.settle()
        assert watched.rounds[0].answers[0].value == "43"


async def test_late_and_missed_rounds_are_said_once_each_until_somebody_explains_them(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        await watched.to_the_hour()
        assert watched.said("rounds") == 0
        await engine.clock.pass_(20 * 60)
        await engine.decisions.settle()
        assert watched.said("rounds") == 1 and watched.system.active("rounds")
        await watched.to_the_hour()
        missed, fresh = watched.rounds
        assert missed.missed and not fresh.missed and watched.said("rounds") == 1
        await watched.do(ExplainRounds((missed.id,), "停电抢修"))
        assert not watched.system.active("rounds")


async def test_after_a_restart_nothing_is_raised_or_said_twice(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        await watched.to_the_hour(25 * MINUTE)
        before, said = watched.rounds, watched.said("rounds")
        again = Safety(
            engine.decisions, engine.deadlines, watched.system, engine.clock, live=lambda _names: {}, trusted=lambda: True
        )  # fmt: skip
        again.start()
        await engine.decisions.settle()
        assert watched.rounds == before and watched.said("rounds") == said == 1


async def test_while_the_clock_is_not_trusted_nothing_falls_due(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        watched.trusted = False
        await watched.to_the_hour(5 * MINUTE)
        assert watched.rounds == []
        watched.trusted = True
        watched.safety.look()
        await engine.decisions.settle()
        assert len(watched.rounds) == 1


async def test_an_answer_of_one_check_does_not_raise_anything(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        await watched.do(cmd.SaveRecords((HOURLY,), (0,)))
        await watched.to_the_hour()
        count = len(engine.log)
        await watched.do(AnswerRound(watched.rounds[0].id, 1, value="yes"))
        assert len(engine.log) == count + 1


async def test_forgotten_hazards_and_drills_that_are_past_their_day_stand_as_advisories(tmp_path: Path) -> None:
    """R-IN-04, R-EM-02."""
    async with running(tmp_path) as engine:
        watched = Watched(engine)
        watched.safety.start()
        today = datetime.fromtimestamp(engine.clock.now() // SECOND, UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
        await watched.do(cmd.SaveRecords((DrillPlan(id="", title=Text("消防"), event="fire", months=6, first=today),), (0,)))
        await watched.do(RecordHazard("堆物", "fire_lane", place="B2"))
        assert not watched.system.active("hazards") and not watched.system.active("drills")
        await engine.clock.pass_(DAY / SECOND)
        await engine.decisions.settle()
        assert watched.system.active("hazards") and watched.system.active("drills")
        assert watched.said("hazards") == watched.said("drills") == 1


async def test_a_trapped_passenger_begins_a_rescue_record_that_follows_its_order(tmp_path: Path) -> None:
    """TSG T5002 art. 5(4): call and arrival come from the fault's own clocks."""
    async with running(tmp_path, world=World()) as engine:
        watched = Watched(engine)
        reminding = Reminding(engine.decisions, engine.deadlines, engine.clock, lambda: True)
        reminding.start()
        watched.safety.start()
        engine.take(batch({1: 7.0}))
        await engine.decisions.settle()
        world = engine.decisions.world
        (rescue,) = world.records(Rescue).values()
        (order,) = world.orders.values()
        assert (rescue.equipment, rescue.fault, rescue.at) == ("P1", 1, world.faults[1].opened_at)
        await watched.do(cmd.DispatchOrder(order.number, "chen"))
        for minutes, stage in ((4, OrderState.ASSIGNED), (16, OrderState.ON_SITE)):
            await engine.clock.pass_(minutes * 60)
            await watched.do(cmd.AdvanceOrder(order.number, stage))
        await engine.decisions.settle()
        rescue = world.records(Rescue)[rescue.id]
        assert rescue.arrived_at - rescue.at == 20 * MINUTE and rescue.rescuers == "chen"
        kinds = [entry.event.what for entry in engine.log if isinstance(entry.event, RecordSaved)]
        assert kinds.count("created") == 1
        await watched.do(cmd.CloseFault(1, CloseCode.FALSE_ALARM, "误按"))
        await engine.decisions.settle()
        assert not world.records(Rescue), "nobody was trapped: nobody has to sign for it"
