"""A recorded day with a thousand crashes in it, against the same day without: the two logs must be equal, entry by entry.

Everything that decides is real (rules, suppression, floods, fault clocks, commands, store); the day's time is scaled: it jumps
from one deadline to the next. A crash drops the whole engine without a word once what was decided is on disk, and a new one is made
of what the store holds. The two days share neither a process's memory nor a folder.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from console.domain import commands as cmd
from console.domain import events as ev
from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.commands import Command
from console.domain.estate import CommSource, Connection, Equipment, Estate, ModbusSource, ModbusTcp, Point, Site, ValueKind
from console.domain.events import Entry
from console.domain.faults import CloseCode
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, Category, RuleKind
from console.domain.samples import Batch
from console.domain.seasons import Season
from console.domain.text import Text
from console.domain.times import DAY, HOUR, SECOND
from console.domain.world import World
from console.engine import resuming
from console.engine.alarming import Alarming
from console.engine.comms import lost
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import LiveTable
from console.engine.public import Public
from console.engine.reminding import Reminding
from console.engine.silencing import Silencing
from console.engine.system import SystemAlarms
from console.store import open_store
from console.store.image import Commit

BEGIN = 1_795_363_200 * SECOND  # 2026-11-23 00:00 in Shanghai
POLL = 60 * SECOND
MACHINES = 12
KEYS = ("level", "flow", "state", "code", "run", "count", "comm_state")
ACTOR = Account("wang", "王建国", (Role.OPERATOR, Role.SUPERVISOR))


def estate() -> Estate:
    """Twelve machines on two lines with a rule of every kind; a feeder whose loss explains four of them."""
    points: list[Point] = []
    rules: list[AlarmRule] = []
    for machine in range(MACHINES):
        name, line = f"M{machine}", f"gw{machine % 2}"
        for place, key in enumerate(KEYS):
            number = machine * len(KEYS) + place + 1
            kind = ValueKind.ANALOG if key in ("level", "flow", "count") else ValueKind.STATE
            source = CommSource(line, machine + 1) if key == "comm_state" else ModbusSource(line, machine + 1, 3, place)
            points.append(Point(f"{name}.{key}", name, key, Text(key), kind, source, number=number))
        rules += _rules(name, machine)
    machines = tuple(Equipment(f"M{each}", Text("机"), "pump", "t", "") for each in range(MACHINES))
    lines: tuple[Connection, ...] = tuple(ModbusTcp(f"gw{each}", Text("网关"), "127.0.0.1") for each in range(2))
    return Estate(Site("day", Text("台")), equipment=machines, points=tuple(points), connections=lines, rules=tuple(rules))


def _rules(name: str, machine: int) -> Iterable[AlarmRule]:
    """Every delay is another one: what falls due at the same nanosecond has no promised order."""
    apart = 0.0

    def rule(key: str, point: str, kind: RuleKind, priority: int = 3, on: float = 1.0, **more: Any) -> AlarmRule:
        nonlocal apart
        apart += 0.0007
        more = {"on_delay_s": on + machine * 0.02 + apart, "off_delay_s": 2.0 + machine * 0.02 + apart} | more
        return AlarmRule(f"{name}.{point}#{key}", name, f"{name}.{point}", kind, priority, Text(key), **more)

    inputs = {"level": f"{name}.level", "run": f"{name}.run"}
    yield rule("high", "level", RuleKind.HIGH, on=95.0, limit=80.0, dead_band=5.0, off_delay_s=200.0 + machine * 0.02)
    yield rule("high_high", "level", RuleKind.HIGH_HIGH, 2, limit=92.0, latched=machine % 3 == 0)
    yield rule("low", "level", RuleKind.LOW, 4, on=600.0, limit=15.0, realarm_s=1800.0 + machine)
    yield rule("rate", "level", RuleKind.RATE, 4, limit=45.0, window_s=600.0)
    yield rule("stuck", "flow", RuleKind.STUCK, 4, dead_band=0.05, window_s=3600.0)
    yield rule("deviation", "flow", RuleKind.DEVIATION, 4, on=240.0, set_point=50.0, limit=30.0)
    yield rule("silent", "flow", RuleKind.NO_DATA, 4, window_s=900.0)
    yield rule("state", "state", RuleKind.STATE, 2, on=45.0, values=(2, 3))
    yield rule("code", "code", RuleKind.CODE, 3, on=60.0, off_delay_s=60.0 + machine * 0.02)
    yield rule("starts", "run", RuleKind.STARTS, 4, limit=4.0, window_s=7200.0)
    yield rule("long", "run", RuleKind.RUNNING, 4, window_s=5400.0)
    yield rule("reset", "count", RuleKind.RESET, 4, limit=1.0)
    yield rule("dry", "flow", RuleKind.CALCULATED, 2, on=150.0, expression="run and level < 20", inputs=inputs)
    yield rule("night", "state", RuleKind.STATE, 4, values=(1,), when="run", inputs=inputs, season=Season(hours=((1320, 360),)))
    yield rule("comm", "comm_state", RuleKind.STATE, 3, on=20.0, values=(1,), category=Category.COMMS)
    if machine % 4 == 0:
        yield rule("feeder", "code", RuleKind.BITS, 2, mask=8, explains=tuple(f"M{each}" for each in range(machine, machine + 4)))


@dataclass(frozen=True, slots=True)
class Step:
    """One poll: what the points say, and which of them say it without quality. ``commands`` follow it."""

    at: int
    values: tuple[float, ...]
    quality: tuple[int, ...]
    dice: int  # for what the operator does


def recorded_day(seed: int = 1) -> list[Step]:
    """Levels that wander, machines that fail, lines that fall silent; the same for the same seed."""
    dice = random.Random(seed)
    count = MACHINES * len(KEYS)
    values = [50.0] * count
    for place in range(count):
        if KEYS[place % len(KEYS)] in ("state", "code", "run", "comm_state"):
            values[place] = 0.0
    silent = [0, 0]
    steps = []
    for begin in range(BEGIN, BEGIN + DAY, POLL):
        at = begin + dice.randrange(SECOND)
        for line in range(2):
            if at >= silent[line] and dice.random() < 0.002:
                silent[line] = at + dice.randrange(1, 40) * POLL
        quality = [0] * count
        for place in range(count):
            machine, key = divmod(place, len(KEYS))
            if KEYS[key] == "comm_state":
                values[place] = float(at < silent[machine % 2] or dice.random() < 0.003)
            elif at < silent[machine % 2]:
                quality[place] = Quality.COMM_LOST
            elif not (KEYS[key] == "flow" and values[place - key + 4] == 0):  # a pump that stands has a constant flow
                values[place] = _moved(KEYS[key], values[place], dice)
        steps.append(Step(at, tuple(values), tuple(quality), dice.randrange(2**31)))
    return steps


def _moved(key: str, value: float, dice: random.Random) -> float:
    match key:
        case "level":
            return min(100.0, max(0.0, value + dice.gauss(0, 4) + (50 - value) * 0.01))
        case "flow":
            return value + dice.choice((0.0, 0.0, dice.gauss(0, 3))) + (50 - value) * 0.02
        case "count":
            return 0.0 if dice.random() < 0.001 else value + dice.random()
        case "run":
            return 1.0 - value if dice.random() < 0.02 else value
        case "state":
            return float(dice.choice((0, 0, 0, 1, 2, 3))) if dice.random() < 0.02 else value
        case _:
            return float(dice.choice((0, 0, 0, 7, 8, 11))) if dice.random() < 0.01 else value


class Hand:
    """A clock that stands where the day has come to."""

    real = False
    rate = 0.0

    def __init__(self) -> None:
        self.wall = BEGIN - HOUR

    def now(self) -> int:
        return self.wall

    def monotonic(self) -> int:
        return self.wall

    def not_before(self, moment: int) -> None:
        """It is a recording."""

    def on_jump(self, told: object) -> None:
        """It never does."""

    async def start(self) -> None:
        """Stands already."""

    async def stop(self) -> None:
        """Stands anyway."""

    async def sleep_until(self, deadline: int) -> None:
        """Nobody waits: the day calls what is due."""


@dataclass
class Life:
    """The engine between two crashes."""

    folder: Path
    clock: Hand
    log: list[Entry] = field(default_factory=list)

    async def begin(self, made: Estate) -> None:
        """As the collector does."""
        clock = self.clock
        self.store = open_store(self.folder, clock.now())
        image = self.store.image()
        world = World.load(
            image.estate, alarms=image.alarms, faults=image.faults, orders=image.orders, plans=image.plans, accounts=image.accounts,
            readings=image.readings, isolations=image.isolations, silences=image.silences, next_fault=image.next_fault,
            next_order=image.next_order, next_isolation=image.next_isolation, next_silence=image.next_silence,
        )  # fmt: skip
        self.recorder = self.store.recorder(clock.now)
        self.recorder.start()
        self.live = LiveTable()
        self.decisions = Decisions(world, image.sequence, self.recorder, clock, Public(clock, self.live))
        self.deadlines = Deadlines(clock)
        self.silencing = Silencing(self.decisions, self.deadlines, clock, SystemAlarms(self.decisions, clock), self._lost)
        self.alarming = Alarming(self.decisions, self.deadlines, clock, self.live, self.silencing)
        reminding = Reminding(self.decisions, self.deadlines, clock, lambda: True)
        self.decisions.after_commit.append(self.log.extend)
        if image.estate is None:
            made = self.store.assign_numbers(made)
            await asyncio.wrap_future(self.recorder.commit(Commit((), estate=made, site_text="-")))
            self.decisions.decide([ev.AccountSaved(ACTOR)])
        self.live.configure([point.number for point in made.points])
        self.live.restore(image.last_values)
        self.alarming.restore(image.alarms)
        world.configure(made)
        self.silencing.configure(made)
        self.alarming.configure(made)
        await resuming.take_up(self.folder, image, made, self.alarming, self.silencing, clock.now())
        reminding.start()
        await self.decisions.settle()

    def _lost(self, point: str) -> bool:
        return lost(self.live, self.decisions.world.points.get(point))

    async def until(self, moment: int) -> None:
        """Let every deadline come at its own time."""
        while True:
            due = self.deadlines._call_due()
            await self.decisions.settle()
            if self.deadlines._call_due() != due:
                continue  # what was committed made something due at once
            if due is None or due > moment:
                break
            self.clock.wall = max(self.clock.wall, due)
        self.clock.wall = moment

    async def take(self, step: Step) -> None:
        """One poll, and what the operator does about it."""
        count = len(step.values)
        batch = Batch(
            np.arange(1, count + 1, dtype=np.int32), np.array(step.values), np.array(step.quality, np.uint8), step.at, step.at
        )
        self.recorder.put(batch)
        changed = self.live.take(batch)
        if len(changed.numbers):
            self.alarming.judge(changed)
        await self.decisions.settle()
        for command in _acts(self.decisions.world, random.Random(step.dice)):
            try:
                events = handling.decide(self.decisions.world, command, ACTOR, "A台", self.clock.now())
            except Refused:
                continue
            if events:
                self.decisions.decide(events)
            await self.decisions.settle()

    async def crash(self) -> None:
        """Nothing is tidied up; what is in memory is gone. The recorder had written what it was given."""
        await self.decisions.settle()
        await asyncio.to_thread(self.recorder.stop)
        self.store.close()


def _acts(world: World, dice: random.Random) -> Iterable[Command]:
    """What an operator may do at such a moment."""
    alarms, faults = sorted(world.alarms), sorted(number for number, fault in world.faults.items() if fault.open)
    if alarms and dice.random() < 0.08:
        yield cmd.AcknowledgeAlarms((dice.choice(alarms),), "看到")
    if alarms and dice.random() < 0.02:
        yield cmd.ShelveAlarms((dice.choice(alarms),), "等备件", dice.randrange(60 * SECOND, HOUR))
    if alarms and dice.random() < 0.02:
        yield cmd.ResetAlarms(tuple(alarms))
    if alarms and dice.random() < 0.005:
        yield cmd.AcknowledgeAlarms(tuple(alarms), "")
    if faults and dice.random() < 0.02:
        yield cmd.TakeFault(dice.choice(faults))
    if faults and dice.random() < 0.01:
        yield cmd.CloseFault(dice.choice(faults), CloseCode.FALSE_ALARM, "传感器误报", "")


async def _lived(folder: Path, day: list[Step], crashes: frozenset[int]) -> Life:
    """The day; ``crashes``: after which steps. A crash comes at a random moment between two polls."""
    clock = Hand()
    life = Life(folder, clock)
    made = estate()
    await life.begin(made)
    for place, step in enumerate(day):
        await life.until(step.at)
        await life.take(step)
        if place in crashes:
            await life.until(step.at + step.dice % (POLL - SECOND))
            await life.crash()
            life = Life(folder, clock, life.log)
            await life.begin(made)
    await life.until(day[-1].at + POLL)
    return life


def measure_crashes(crashes: int, seed: int, polls: int = DAY // POLL) -> int:
    """How many log entries and records differ after so many crashes in that day's first polls."""
    return asyncio.run(_measured(crashes, seed, polls))


async def _measured(crashes: int, seed: int, polls: int) -> int:
    day = recorded_day(seed)[:polls]
    chosen = frozenset(random.Random(seed).sample(range(len(day)), crashes))
    with tempfile.TemporaryDirectory(prefix="bench-crashes-", ignore_cleanup_errors=True) as name:
        whole = await _lived(Path(name) / "whole", day, frozenset())
        broken = await _lived(Path(name) / "broken", day, chosen)
        differing = sum(bool(one != other) for one, other in itertools.zip_longest(whole.log, broken.log))
        for kind in ("alarms", "faults", "orders", "silences"):
            one, other = getattr(whole.decisions.world, kind), getattr(broken.decisions.world, kind)
            differing += sum(bool(one.get(number) != other.get(number)) for number in one.keys() | other.keys())
        for life in (whole, broken):
            await life.crash()
        return differing
