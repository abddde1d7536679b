"""An engine without devices: real store, real recorder, real decisions, a clock in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from console.domain.estate import (
    CommSource,
    Connection,
    Equipment,
    Estate,
    ModbusSource,
    ModbusTcp,
    Mqtt,
    MqttSource,
    Point,
    Site,
    ValueKind,
)
from console.domain.events import Entry
from console.domain.rules import AlarmRule, RuleKind
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import SECOND
from console.domain.world import World
from console.engine import comms
from console.engine.alarming import Alarming
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import LiveTable
from console.engine.public import Public
from console.engine.silencing import Silencing
from console.engine.system import SystemAlarms
from console.store import open_store

T = 1_795_000_000 * SECOND


class HandClock:
    """Stands still until the test moves it."""

    real = True
    rate = 1.0

    def __init__(self, now: int = T) -> None:
        self.wall = now
        self.elapsed = 1_000 * SECOND
        self.told: list[Callable[[], None]] = []
        self._moved = asyncio.Event()

    def now(self) -> int:
        return self.wall

    def monotonic(self) -> int:
        return self.elapsed

    async def sleep_until(self, deadline: int) -> None:
        while self.elapsed < deadline:
            self._moved.clear()
            await self._moved.wait()

    async def pass_(self, seconds: float, *, step: float = 0.0) -> None:
        """Let time pass; ``step`` moves the wall clock only."""
        self.elapsed += round(seconds * SECOND)
        self.wall += round((seconds + step) * SECOND)
        self._moved.set()
        for told in self.told:
            told()
        for _ in range(5):
            await asyncio.sleep(0)

    def not_before(self, moment: int) -> None:
        pass

    def on_jump(self, told: Callable[[], None]) -> None:
        self.told.append(told)

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass


def modbus_point(number: int, *, equipment: str = "P1", kind: ValueKind = ValueKind.ANALOG) -> Point:
    return Point(
        f"{equipment}.p{number}", equipment, f"p{number}", Text(f"点{number}"), kind,
        ModbusSource("gw", 1, 3, number), number=number,
    )  # fmt: skip


def mqtt_point(number: int, equipment: str, stale_after_s: float = 60.0) -> Point:
    return Point(
        f"{equipment}.p{number}", equipment, f"p{number}", Text(f"点{number}"), ValueKind.ANALOG,
        MqttSource("broker", f"t/{equipment}"), number=number, stale_after_s=stale_after_s,
    )  # fmt: skip


def comm_point(number: int, equipment: str, connection: str, unit: int = 0) -> Point:
    return Point(
        f"{equipment}.comm_state", equipment, "comm_state", Text("通信"), ValueKind.STATE, CommSource(connection, unit),
        number=number,
    )  # fmt: skip


def rule(point: Point, kind: RuleKind = RuleKind.HIGH, *, key: str = "r", priority: int = 4, **more: Any) -> AlarmRule:
    return AlarmRule(f"{point.id}#{key}", point.equipment, point.id, kind, priority, Text("报警", "Alarm"), **more)


def estate(*points: Point, rules: tuple[AlarmRule, ...] = ()) -> Estate:
    names = dict.fromkeys(point.equipment for point in points)
    connections: tuple[Connection, ...] = (ModbusTcp("gw", Text("网关"), "127.0.0.1"), Mqtt("broker", Text("代理"), "127.0.0.1"))
    return Estate(
        Site("x", Text("园区")),
        equipment=tuple(Equipment(name, Text(name), "pump", "t", "") for name in names),
        points=points,
        connections=connections,
        rules=rules,
    )


def batch(values: dict[int, float], quality: int = 0, time: int = T) -> Batch:
    return Batch(
        np.array(list(values), np.int32),
        np.array(list(values.values()), np.float64),
        np.full(len(values), quality, np.uint8),
        time,
        time,
    )


@dataclass
class Engine:
    """The parts that decide."""

    clock: HandClock
    live: LiveTable
    public: Public
    decisions: Decisions
    deadlines: Deadlines
    alarming: Alarming
    silencing: Silencing
    log: list[Entry] = field(default_factory=list)

    def configure(self, made: Estate) -> None:
        self.decisions.world.configure(made)
        self.live.configure([point.number for point in made.points])
        self.silencing.configure(made)
        self.alarming.configure(made)

    def take(self, given: Batch) -> None:
        """As the collector does."""
        changed = self.live.take(given)
        if len(changed.numbers):
            self.alarming.judge(changed)

    async def said(self) -> list[str]:
        """The names of all events so far, once they are on disk."""
        await self.decisions.settle()
        return [type(entry.event).__name__ for entry in self.log]


@asynccontextmanager
async def running(folder: Path, sequence: int = 0, world: World | None = None) -> AsyncIterator[Engine]:
    """A deciding engine on a store in ``folder``."""
    clock = HandClock()
    store = open_store(folder, clock.now())
    recorder = store.recorder(clock.now)
    recorder.start()
    live = LiveTable()
    public = Public(clock, live)
    decisions = Decisions(world or World(), sequence, recorder, clock, public)
    deadlines = Deadlines(clock)

    def lost(point: str) -> bool:
        return comms.lost(live, decisions.world.points.get(point))

    silencing = Silencing(decisions, deadlines, clock, SystemAlarms(decisions, clock), lost)
    alarming = Alarming(decisions, deadlines, clock, live, silencing)
    engine = Engine(clock, live, public, decisions, deadlines, alarming, silencing)
    decisions.after_commit.append(engine.log.extend)
    task = asyncio.create_task(deadlines.run())
    try:
        yield engine
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await decisions.settle()
        public.close()
        await asyncio.to_thread(recorder.stop)
        store.close()
