"""What must hold on every path: no unacknowledged alarm is lost, the log replays to the same world, order does not matter."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine_builders import HandClock, batch, comm_point, estate, modbus_point, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain import commands as cmd
from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.events import AlarmAcknowledged, AlarmRaised, Entry
from console.domain.problems import Refused
from console.domain.rules import Category, RuleKind
from console.domain.times import HOUR, MINUTE
from console.domain.world import World
from console.engine.alarming import Alarming
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import LiveTable
from console.engine.public import Public
from console.engine.silencing import Silencing
from console.engine.system import SystemAlarms
from console.store.image import Commit

WANG = Account("wang", "王强", (Role.SUPERVISOR,))


@dataclass
class _Log:
    """A recorder that keeps the log in memory."""

    entries: list[Entry] = field(default_factory=list)

    def commit(self, commit: Commit) -> concurrent.futures.Future[None]:
        self.entries += commit.entries
        done: concurrent.futures.Future[None] = concurrent.futures.Future()
        done.set_result(None)
        return done


def site() -> Estate:
    """Two machines behind one gateway, a power supply that explains one of them, a fire detector, a latched limit."""
    points = [modbus_point(number, equipment="E1") for number in (1, 2)] + [modbus_point(3, equipment="E2")]
    mains, comms = modbus_point(4, equipment="PWR"), [comm_point(5, "E1", "gw", 1), comm_point(6, "E2", "gw", 2)]
    return estate(
        *points,
        mains,
        *comms,
        rules=(
            rule(points[0], limit=0.0, priority=3, on_delay_s=5.0, latched=True),
            rule(points[1], RuleKind.STATE, values=(1,), key="fire", priority=1, category=Category.FIRE),
            rule(points[2], limit=0.0, priority=2, off_delay_s=10.0, realarm_s=60.0),
            rule(mains, limit=0.0, priority=2, explains=("E1",)),
            *(rule(point, RuleKind.STATE, key="comms", values=(1,), priority=3, category=Category.COMMS) for point in comms),
        ),
    )


class Bench:
    """The deciding parts on a log in memory; may be crashed and started again."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.log = _Log()
        self.values = dict.fromkeys(range(1, 7), 0.0)
        self.world = World(accounts={WANG.name: WANG})
        self.sequence = 0
        self._start([])

    def _start(self, alarms: Sequence[Alarm]) -> None:
        self.live = LiveTable()
        self.decisions = Decisions(self.world, self.sequence, self.log, self.clock, Public(self.clock, self.live))
        self.deadlines = Deadlines(self.clock)
        system = SystemAlarms(self.decisions, self.clock)

        def lost(point: str) -> bool:
            return self.live.value(self.world.points[point].number) == 1

        self.silencing = Silencing(self.decisions, self.deadlines, self.clock, system, lost)
        self.alarming = Alarming(self.decisions, self.deadlines, self.clock, self.live, self.silencing)
        made = site()
        self.world.configure(made)
        self.live.configure([point.number for point in made.points])
        self.alarming.restore(alarms)
        self.silencing.configure(made)
        self.alarming.configure(made)
        self.silencing.start()

    def replayed(self) -> World:
        """What the log alone makes."""
        world = World(accounts={WANG.name: WANG})
        world.configure(site())
        world.replay(self.log.entries)
        return world

    async def crash(self) -> None:
        """Everything but the log is gone."""
        await self.decisions.settle()
        self.sequence = self.decisions.sequence
        self.world = self.replayed()
        self._start(list(self.world.alarms.values()))
        await self.take(dict(self.values))

    async def take(self, values: dict[int, float]) -> None:
        self.values.update(values)
        changed = self.live.take(batch(values, time=self.clock.now()))
        if len(changed.numbers):
            self.alarming.judge(changed)
        await asyncio.sleep(0)

    async def pass_(self, seconds: float) -> None:
        await self.clock.pass_(seconds)
        self.deadlines._call_due()
        await asyncio.sleep(0)

    async def ask(self, command: cmd.Command) -> None:
        try:
            events = handling.decide(self.world, command, WANG, "desk", self.clock.now())
        except Refused:
            return
        if events:
            await self.decisions.decide(events)
        await asyncio.sleep(0)


def unseen(entries: Sequence[Entry]) -> set[int]:
    """Alarms whose last word about acknowledgement is that nobody did."""
    last: dict[int, bool] = {}
    for entry in entries:
        alarm = getattr(entry.event, "alarm", None)
        if isinstance(alarm, Alarm):
            last[alarm.number] = alarm.acknowledged
    return {number for number, acknowledged in last.items() if not acknowledged}


acts = st.one_of(
    st.tuples(st.just("value"), st.integers(1, 6), st.sampled_from([0.0, 1.0])),
    st.tuples(st.just("pass"), st.sampled_from([1, 5, 31, 120]), st.just(0.0)),
    st.tuples(st.sampled_from(["acknowledge", "shelve", "reset"]), st.integers(0, 5), st.just(0.0)),
    st.tuples(st.sampled_from(["test", "end", "crash"]), st.integers(0, 3), st.just(0.0)),
)


async def play(bench: Bench, story: list[tuple[str, int, float]]) -> None:
    for act, number, value in story:
        alarms = sorted(bench.world.alarms)
        chosen = (alarms[number % len(alarms)],) if alarms else ()
        match act:
            case "value":
                await bench.take({number: value})
            case "pass":
                await bench.pass_(number)
            case "acknowledge":
                await bench.ask(cmd.AcknowledgeAlarms(chosen))
            case "shelve":
                await bench.ask(cmd.ShelveAlarms(chosen, "等备件", MINUTE))
            case "reset":
                await bench.ask(cmd.ResetAlarms(chosen))
            case "test":
                await bench.ask(cmd.BeginTest("E1", "年检", "李敏", HOUR))
            case "end":
                await bench.ask(cmd.EndSilence(number))
            case "crash":
                await bench.crash()
    await bench.decisions.settle()


@settings(max_examples=120, deadline=None)
@given(st.lists(acts, max_size=40))
def test_no_path_loses_an_unacknowledged_alarm_and_the_log_replays_to_the_same_world(
    story: list[tuple[str, int, float]],
) -> None:
    async def run() -> None:
        bench = Bench()
        await play(bench, story)
        assert unseen(bench.log.entries) <= set(bench.world.alarms), "what nobody has seen is there"
        again = bench.replayed()
        assert (again.alarms, again.silences, again.next_silence) == (
            bench.world.alarms,
            bench.world.silences,
            bench.world.next_silence,
        )
        for alarm in bench.world.alarms.values():
            assert not (alarm.undeniable and alarm.quiet), "a fire is never hidden"
        raised = [entry.event.alarm.number for entry in bench.log.entries if isinstance(entry.event, AlarmRaised)]
        seen = [entry.event.alarm.number for entry in bench.log.entries if isinstance(entry.event, AlarmAcknowledged)]
        assert set(seen) <= set(raised)

    asyncio.run(run())


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 1.0])), max_size=12), st.randoms())
def test_the_order_of_two_points_samples_does_not_matter(samples: list[tuple[int, float]], random: object) -> None:
    """Each point keeps its own order; how the points are mixed changes nothing but the numbers."""
    by_point = {number: [value for point, value in samples if point == number] for number in (1, 2, 3)}

    async def run(order: list[int]) -> set[tuple[str, bool, bool, bool, str]]:
        bench, left = Bench(), {number: list(values) for number, values in by_point.items()}
        for number in order:
            await bench.take({number: left[number].pop(0)})
        await bench.pass_(60)
        return {
            (alarm.rule, alarm.active, alarm.acknowledged, alarm.test, alarm.suppression.value)
            for alarm in bench.world.alarms.values()
        }

    order = [number for number, _ in samples]
    mixed = list(order)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert asyncio.run(run(order)) == asyncio.run(run(mixed))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.0, 1.0])), max_size=15))
def test_a_duplicate_changes_nothing_twice(samples: list[tuple[int, float]]) -> None:
    async def run(times: int) -> list[str]:
        bench = Bench()
        for number, value in samples:
            for _ in range(times):
                await bench.take({number: value})
        await bench.decisions.settle()
        return [type(entry.event).__name__ for entry in bench.log.entries]

    assert asyncio.run(run(1)) == asyncio.run(run(2))
