"""The polling process of the ``poll`` bench: real drivers, and what the collector does with their batches.

``python -m tests.benchmarks.poll_worker '{"role": …}'``. A line on its standard input is answered with one JSON line of totals;
the end of the input ends it. The path of a batch is the collector's own (``Collector.take``): recorder queue, live table with its
change detection, the comm_state points; every 200 ms what changed is packed for the consoles. Only the recorder's thread does not
run (``bench_store`` measures it): its queue is thrown away once a second.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from console.domain.estate import (
    Connection,
    Estate,
    ModbusDevice,
    ModbusSource,
    ModbusTcp,
    Mqtt,
    MqttSource,
    Point,
    Site,
    ValueKind,
)
from console.domain.health import HealthLine
from console.domain.samples import Batch
from console.domain.text import Text
from console.engine.clocks import RealClock
from console.engine.comms import Comms
from console.engine.deadlines import Deadlines
from console.engine.live import LiveTable
from console.store import open_store
from drivers import registry

GROUPS = ((0, 40), (50, 30), (100, 30))  # what the strict server answers
PACKED_EVERY = 0.2


class Way:
    """The sink, and the rest of the way."""

    def __init__(self, estate: Estate, folder: Path) -> None:
        self.clock = RealClock()
        self._recorder = open_store(folder, self.clock.now()).recorder(self.clock.now)
        self._live = LiveTable()
        self._live.configure([point.number for point in estate.points])
        self._comms = Comms(self._take, Deadlines(self.clock), self.clock)
        self._comms.configure(estate)
        size = len(estate.points) + 1
        self.good = np.zeros(size, np.int64)  # when each point was last good, monotonic ns
        self.intervals: list[tuple[int, float]] | None = None  # (number, s) of every good batch's first point
        self.samples = self.changed = self.batches = self.packed = 0
        self.counting = False
        self._owner = {point.number: getattr(point.source, "connection", "") for point in estate.points}
        self._weight = np.zeros(size)
        for point in estate.points:
            if isinstance(point.source, ModbusSource):
                self._weight[point.number] = 1 / next((n for first, n in GROUPS if first <= point.source.address < first + n), 1)
        self._least: dict[str, float] = {}  # connection -> the fewest requests that what it brought can have taken
        self.asked: dict[str, list[tuple[int, float]]] = {}  # connection -> (requests, least) at its health lines

    def samples_of(self, batch: Batch) -> None:
        self._take(batch)
        self._comms.heard(batch)

    def _take(self, batch: Batch) -> None:
        self._recorder.put(batch)
        self.changed += len(self._live.take(batch).numbers)
        self.samples += len(batch)
        self.batches += 1
        if self.counting:
            owner = self._owner[int(batch.points[0])]
            self._least[owner] = self._least.get(owner, 0.0) + float(self._weight[batch.points].sum())
        if not batch.quality[0]:
            now = time.monotonic_ns()
            if self.intervals is not None:
                first = int(batch.points[0])
                if self.good[first]:
                    self.intervals.append((first, (now - int(self.good[first])) / 1e9))
            self.good[batch.points] = now

    def health(self, line: HealthLine) -> None:
        """A line says its numbers between two requests: then what it asked and what it brought belong together."""
        if self.counting and line.kind == "connection":
            owner = line.id.partition(":")[2]
            self.asked.setdefault(owner, []).append((line.counters.get("requests", 0), self._least.get(owner, 0.0)))

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        self._comms.answering(connection, unit, answering)

    def learned(self, connection: str, unit: int, learned: object) -> None:
        """Nothing is kept across restarts here."""

    async def pack(self) -> None:
        """What ``Public`` does for the consoles five times a second; and the recorder's thread that is not there."""
        turn = 0
        while True:
            await asyncio.sleep(PACKED_EVERY)
            self.packed += len(self._live.flush().numbers)
            turn += 1
            if turn % 5 == 0:
                self._recorder._batches.clear()
                self._recorder._queued = 0

    def totals(self) -> dict[str, Any]:
        process = psutil.Process()
        cpu = process.cpu_times()
        return {
            "samples": self.samples,
            "changed": self.changed,
            "batches": self.batches,
            "cpu": cpu.user + cpu.system,
            "rss": process.memory_info().rss,
            "wall": time.monotonic(),
            "oldest_good": time.monotonic() - float(self.good[1:].min(initial=time.monotonic_ns())) / 1e9,
            "never": int((self.good[1:] == 0).sum()),
        }


class _Sink:
    """The port that drivers see."""

    def __init__(self, way: Way) -> None:
        self.samples, self.health, self.answering, self.learned = way.samples_of, way.health, way.answering, way.learned


def lines(port: int, ports: int, poll_ms: int, groups: tuple[tuple[int, int], ...], max_gap: int) -> Estate:
    """``ports`` connections with a unit each; six registers of ten have a decimal."""
    connections: list[ModbusTcp] = []
    points: list[Point] = []
    for number in range(ports):
        name = f"L{number}"
        device = ModbusDevice(number + 1, f"E{number}", max_gap=max_gap)
        connections.append(ModbusTcp(name, Text(name), "127.0.0.1", port + number, devices=(device,)))
        for first, count in groups:
            for address in range(first, first + count):
                scale = 0.1 if address % 10 < 6 else 1.0
                points.append(
                    _point(len(points) + 1, f"E{number}", address, ModbusSource(name, number + 1, 3, address, scale=scale), poll_ms)
                )
    return Estate(Site("bench", Text("台架", "Bench")), points=tuple(points), connections=tuple(connections))


def gateways(ports: list[int], units: int, poll_ms: int, timeout_ms: int) -> Estate:
    """Two gateways with ``units`` units each and ten registers a unit."""
    connections: list[ModbusTcp] = []
    points: list[Point] = []
    for place, port in enumerate(ports):
        name = f"G{place}"
        devices = tuple(ModbusDevice(unit, f"{name}E{unit}") for unit in range(1, units + 1))
        connections.append(ModbusTcp(name, Text(name), "127.0.0.1", port, timeout_ms=timeout_ms, devices=devices))
        for unit in range(1, units + 1):
            for address in range(10):
                points.append(_point(len(points) + 1, f"{name}E{unit}", address, ModbusSource(name, unit, 3, address), poll_ms))
    return Estate(Site("bench", Text("台架", "Bench")), points=tuple(points), connections=tuple(connections))


def broker(port: int, topics: int) -> Estate:
    """``topics`` devices that send ten values each in one JSON message."""
    points = [
        _point(10 * topic + place + 1, f"M{topic}", place, MqttSource("B", f"bench/{topic}", f"data.v{place}"), 60_000)
        for topic in range(topics)
        for place in range(10)
    ]
    connection = Mqtt("B", Text("B"), "127.0.0.1", port, client_id="bench-poll")
    return Estate(Site("bench", Text("台架", "Bench")), points=tuple(points), connections=(connection,))


def _point(number: int, equipment: str, place: int, source: ModbusSource | MqttSource, poll_ms: int) -> Point:
    key = f"p{place}"
    name = Text(f"测点{place}", f"Point {place}")
    return Point(f"{equipment}.{key}", equipment, key, name, ValueKind.ANALOG, source, number=number, poll_ms=poll_ms)


def estate(order: dict[str, Any]) -> Estate:
    """The estate of one role."""
    match order["role"]:
        case "strict":
            return lines(order["port"], order["ports"], order["poll_ms"], GROUPS, max_gap=20)
        case "full":
            return lines(order["port"], order["ports"], order["poll_ms"], ((0, 1000),), max_gap=0)
        case "gateways":
            return gateways(order["ports"], order["units"], order["poll_ms"], order["timeout_ms"])
        case _:
            return broker(order["port"], order["topics"])


async def work(order: dict[str, Any], folder: Path) -> None:
    """Poll until the input ends."""
    made = estate(order)
    path = Way(made, folder)
    by_connection: dict[str, list[Point]] = {}
    for point in made.points:
        by_connection.setdefault(getattr(point.source, "connection", ""), []).append(point)
    loop = asyncio.get_running_loop()

    def one(connection: Connection) -> asyncio.Task[None]:
        return loop.create_task(registry.make(connection, by_connection[connection.id], _Sink(path), path.clock).run())

    tasks = [loop.create_task(path.pack()), *(one(connection) for connection in made.connections)]
    while line := await asyncio.to_thread(sys.stdin.readline):
        match line.strip():
            case "watch":
                path.intervals = []
            case "count":
                path.counting = True
            case "collect":
                gc.collect()
        answer = path.totals()
        if line.strip() == "intervals":
            answer["intervals"] = path.intervals
        if line.strip() == "asked":
            answer["asked"] = [[each[0], each[-1]] for each in path.asked.values() if len(each) > 1]
        print(json.dumps(answer), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # outages are what is measured here
    with tempfile.TemporaryDirectory(prefix="bench-poll-", ignore_cleanup_errors=True) as name:
        asyncio.run(work(json.loads(sys.argv[1]), Path(name)))
