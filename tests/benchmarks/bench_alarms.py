"""``make bench NAME=alarms``: what judging samples costs, how soon an alarm is seen, and what a flood or a crash loses.

20,000 points with two limits each, all of which change once a second; one in 200 crosses a limit or comes back. The figure is the
processor time of the alarm engine's own step (rules, transitions, suppression; the recorder is not part of it) per second of
samples, in percent of one core; the growth is the same with ten times as many points.

The rest is told in ``latency``, ``flood`` and ``crashes`` beside this module.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import statistics
import time

import numpy as np

from console.domain.estate import Equipment, Estate, ModbusSource, Point, Site, ValueKind
from console.domain.rules import AlarmRule, RuleKind
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import SECOND
from console.domain.world import World
from console.engine import memory
from console.engine.alarming import Alarming
from console.engine.clocks import RealClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import LiveTable
from console.engine.public import Public
from console.engine.silencing import Silencing
from console.engine.system import SystemAlarms
from console.store.image import Commit
from tests.benchmarks.crashes import measure_crashes
from tests.benchmarks.flood import measure_flood
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.report import report

TRIES = 500
CRASHES = 1_000
DAYS = (1, 2)  # seeds of the recorded days that they are spread over, each in a process of its own
POINTS = 20_000
CROSSING = 200  # one point in so many crosses a limit in a second
SECONDS = 10
ROUNDS = 3  # the least disturbed one counts: other programs only ever add
BATCH = 200  # points of one answer


class _Paper:
    """A recorder that writes nothing: the bench is about the judging. It confirms between two batches, as the real one does."""

    def __init__(self) -> None:
        self._open: list[concurrent.futures.Future[None]] = []

    def commit(self, _commit: Commit) -> concurrent.futures.Future[None]:
        self._open.append(concurrent.futures.Future())
        return self._open[-1]

    async def confirm(self) -> None:
        done, self._open = self._open, []
        for each in done:
            each.set_result(None)
        await asyncio.sleep(0)


def _estate(count: int) -> Estate:
    points = tuple(
        Point(
            f"E{n // 20}.p{n}",
            f"E{n // 20}",
            f"p{n}",
            Text("点"),
            ValueKind.ANALOG,
            ModbusSource("gw", 1, 3, n % 60_000),
            number=n + 1,
        )
        for n in range(count)
    )
    rules = tuple(
        AlarmRule(f"{point.id}#{kind}", point.equipment, point.id, kind, 4, Text("限"), limit=limit, dead_band=1.0)
        for point in points
        for kind, limit in ((RuleKind.HIGH, 90.0), (RuleKind.LOW, 10.0))
    )
    machines = tuple(Equipment(f"E{n}", Text("机"), "pump", "t", "") for n in range(-(-count // 20)))
    return Estate(Site("bench", Text("台")), equipment=machines, points=points, rules=rules)


async def _measure(count: int) -> float:
    """Processor seconds of the alarm engine per second of samples."""
    clock = RealClock()
    live = LiveTable()
    paper = _Paper()
    decisions = Decisions(World(), 0, paper, clock, Public(clock, live))
    deadlines = Deadlines(clock)
    silencing = Silencing(decisions, deadlines, clock, SystemAlarms(decisions, clock), lambda _point: False)
    alarming = Alarming(decisions, deadlines, clock, live, silencing)
    estate = _estate(count)
    decisions.world.configure(estate)
    live.configure([point.number for point in estate.points])
    silencing.configure(estate)
    alarming.configure(estate)
    memory.tidy()  # as the collector does after each configuration
    random = np.random.default_rng(1)
    values = random.uniform(30, 70, count)
    crossed = np.zeros(count, np.bool_)
    spent = []
    for second in range(SECONDS):
        values = random.uniform(30, 70, count)
        chosen = random.choice(count, count // CROSSING, replace=False)
        crossed[chosen] = ~crossed[chosen]
        values[crossed] = 95.0 + second * 0.01
        cost = 0.0
        for first in range(0, count, BATCH):
            numbers = np.arange(first + 1, first + BATCH + 1, dtype=np.int32)
            now = clock.now()
            changed = live.take(Batch(numbers, values[first : first + BATCH], np.zeros(BATCH, np.uint8), now, now))
            began = time.process_time_ns()
            alarming.judge(changed)
            cost += (time.process_time_ns() - began) / SECOND
            await paper.confirm()
        spent.append(cost)
    return statistics.median(spent[2:])


def main() -> None:
    small, large = (min(asyncio.run(_measure(count)) for _ in range(ROUNDS)) for count in (POINTS, 10 * POINTS))
    rows = [("cpu_pct_20k", 100 * small, "<= 10"), ("growth_200k_over_20k", large / small, "<= 10.5")]
    quiet, amid = measure_latency(TRIES)
    rows += [
        ("latency_ms_p50", statistics.median(quiet), "<= 450"),
        ("latency_ms_max", max(quiet), "<= 900"),
        ("latency_2000_ms_p50", statistics.median(amid), "<= 450"),
        ("latency_2000_ms_max", max(amid), "<= 900"),
    ]
    lost, blocked = measure_flood()
    rows += [("flood_lost", lost, "= 0"), ("flood_gui_block_ms_max", blocked, "<= 50")]
    with concurrent.futures.ProcessPoolExecutor(len(DAYS), multiprocessing.get_context("spawn")) as days:
        differing = sum(days.map(measure_crashes, [CRASHES // len(DAYS)] * len(DAYS), DAYS))
    report([*rows, ("crash_diff", differing, "= 0")])


if __name__ == "__main__":
    main()
