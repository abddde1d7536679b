"""The real collector with 20,000 points at 1 s: its memory, and how late a 500 ms poll gets while ten consoles query history."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from console.domain.times import MINUTE
from console.link.messages import Answer, HistoryQuery
from tests.benchmarks.store.device import WATCHED
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, write_seeds

DEVICES, EACH = 160, 125
CONSOLES = 10
SETTLE, MEASURE = 25.0, 25.0


def site(ports: list[int]) -> str:
    """160 devices of 125 registers on 16 lines, and one more that is asked every 500 ms."""
    lines = [
        f"  - {{id: c{line}, protocol: modbus-tcp, name: {{zh: 线{line}, en: Line {line}}}, host: 127.0.0.1, port: {port}}}"
        for line, port in enumerate(ports)
    ]
    points = (
        f"{{repeat: {{to: {EACH}}}, key: 'r${{n}}', name: {{zh: 点, en: Point}}, address: '${{n}}', poll_ms: 1000, scale: 0.1}}"
    )
    devices = [
        f"  - {{id: D{number}, type: generic_modbus, with: {{max_regs: 125}}, name: {{zh: 设备, en: Device}}, location: L, "
        f"connection: c{number % 16}, unit: {1 + number // 16}, points: [{points}]}}"
        for number in range(DEVICES)
    ]
    fast = (
        f"  - {{id: F, type: generic_modbus, name: {{zh: 快, en: Fast}}, location: L, connection: c16, unit: {WATCHED}, "
        "points: [{key: a, name: {zh: 快, en: Fast}, address: 1, poll_ms: 500}]}"
    )
    return "\n".join(
        [
            "site: {id: bench, name: {zh: 试验, en: Bench}}",
            "locations:\n  - {id: L, name: {zh: 楼, en: Building}}",
            "connections:", *lines, "equipment:", *devices, fast, "",
        ]
    )  # fmt: skip


def measure(folder: Path) -> dict[str, float]:
    """Start both, wait, look, query, and stop."""
    device = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.store.device"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert device.stdout is not None
    file = folder / "site.yaml"
    file.write_text(site([int(port) for port in device.stdout.readline().split()]), encoding="utf-8")
    collector = CollectorProcess(folder / "store", "--config", str(file), "--seed-accounts", str(write_seeds(folder)))
    try:
        collector.start()
        assert collector.process is not None
        process = psutil.Process(collector.process.pid)
        time.sleep(SETTLE)
        memory = process.memory_info().rss / 2**20
        before, began = process.cpu_times(), time.monotonic()
        first = time.monotonic_ns()
        answered, recorded = asyncio.run(_consoles(folder / "store"))
        last = time.monotonic_ns()
        spent, passed = process.cpu_times(), time.monotonic() - began
    finally:
        collector.stop()
        out, _ = device.communicate("", timeout=20)
    arrivals = np.array([int(line) for line in out.split()], np.int64)
    lateness = late_ms(arrivals[(arrivals > first) & (arrivals < last)])
    return {
        "collector_mb": memory,
        "collector_cpu_pct": (spent.user + spent.system - before.user - before.system) / passed * 100,
        "poll_lateness_p99_ms": float(np.quantile(lateness, 0.99)),
        "poll_lateness_p50_ms": float(np.quantile(lateness, 0.5)),
        "polls": float(len(lateness)),
        "queries_answered": float(answered),
        "collector_recorded_a_second": recorded / passed,
    }


def late_ms(arrivals: np.ndarray, interval_ms: int = 500) -> np.ndarray:
    """How much later than on a grid of ``interval_ms`` each request came; the earliest is on the grid."""
    offsets = (arrivals - arrivals[0]) / 1e6
    places = np.rint(offsets / interval_ms)
    late = offsets - places * interval_ms
    return np.asarray(late - late.min())


async def _consoles(folder: Path) -> tuple[int, int]:
    """Ten consoles ask as fast as they are answered; the number of answers, and of samples recorded meanwhile."""
    end = time.monotonic() + MEASURE

    async def one(number: int) -> int:
        answered = 0
        async with desk(folder, f"desk {number}") as console:
            await console.sign_on()
            pens = tuple(console.picture.points[f"D{number * 16}.r{1 + place}"].number for place in range(8))
            while time.monotonic() < end:
                now = time.time_ns()
                reply = await console.client.query(lambda asked, at=now: HistoryQuery(asked, pens, at - 5 * MINUTE, at, 500))
                answered += isinstance(reply, Answer)
        return answered

    async with desk(folder, "watch") as watch:
        before = watch.picture.health["recorder"].counters["recorded"]
        answers = await asyncio.gather(*(one(number) for number in range(CONSOLES)))
        after = watch.picture.health["recorder"].counters["recorded"]
    return sum(answers), after - before
