"""Ingest through the recorder, what it costs, and what is on the disk afterwards."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from console.domain.times import SECOND
from console.store import Pace, open_store, reading
from tests.benchmarks.store.feed import T, batches, wait


def ingest(folder: Path, points: int, seconds: int, real: float) -> dict[str, float]:
    """Feed ``seconds`` of ``points`` as fast as they are taken (at most ``real`` seconds), then seal and merge what is left.

    CPU is that of the whole process but for the thread that makes the data; bytes written are what the system counted.
    """
    process = psutil.Process()
    now = T
    store = open_store(folder, now)
    recorder = store.recorder(lambda: now)
    feed = batches(seconds, points)
    began_cpu, began_io = time.process_time() - time.thread_time(), process.io_counters().write_bytes
    recorder.start()
    began = time.monotonic()
    fed = 0
    for second in feed:
        if recorder.health().figures["queue"] > max(600_000, points * 6):
            # In bursts: a feeder that looks every moment would take the interpreter's lock from the recorder all the time.
            wait(lambda: recorder.health().figures["queue"] < max(200_000, points * 2), 60)
        for each in second:
            recorder.put(each)
        fed += points
        now += SECOND
        if time.monotonic() - began > real:
            break
    wait(lambda: recorder.health().counters["recorded"] >= fed, 60)
    taken = time.monotonic() - began
    stall = recorder.health().figures["stall_ms_max"]
    shed = recorder.health().counters["shed"]
    recorder.stop()
    store.close()
    store = open_store(folder, now, Pace(seal_s=4.0))  # what is left in the journal is sealed too, and counted
    recorder = store.recorder(lambda: now)
    recorder.start()
    before = -1.0

    def still() -> bool:
        nonlocal before
        counters = recorder.health().counters
        last, before = before, float(counters["sealed"] + counters["merged"])
        time.sleep(0.5)
        return last == before and recorder.health().figures["journal"] < 0.02 * fed

    wait(still, 120)
    size, until = -1, time.monotonic() + 90
    while size != (size := _size(folder)) and time.monotonic() < until:
        time.sleep(9)  # free pages are given back every 5 s
    health = recorder.health()
    recorder.stop()
    store.close()
    cpu = time.process_time() - time.thread_time() - began_cpu
    size = _size(folder)
    return {
        "samples": float(fed),
        "hours": fed / points / 3600,
        "ingest_msps": fed / taken / 1e6,
        "cpu_us_per_sample": cpu / fed * 1e6,
        "bytes_per_sample": size / fed,
        "written_per_sample": (process.io_counters().write_bytes - began_io) / fed,
        "writer_stall_ms_max": max(stall, health.figures["stall_ms_max"]),
        "writer_busy_ms_max": health.figures["busy_ms_max"],  # the same in CPU time: without waiting for the disk and for others
        "shed": float(shed),
        "damaged": float(len(reading.verify(folder).problems)),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("history-*.db*"))


def growth(folder: Path) -> dict[str, float]:
    """CPU and bytes of the same seconds at ten times the points; the larger ratio of the two (10 = in proportion)."""
    seconds = 120
    found = {}
    for name, points in (("20k", 20_000), ("200k", 200_000)):
        inner = folder / name
        inner.mkdir()
        found[name] = ingest(inner, points, seconds, 60)
    small, large = found["20k"], found["200k"]
    ratios = [
        large[key] * large["samples"] / (small[key] * small["samples"]) * small["hours"] / large["hours"]
        for key in ("cpu_us_per_sample", "bytes_per_sample")
    ]
    return {"growth_200k_over_20k": max(ratios), "growth_cpu": ratios[0], "growth_bytes": ratios[1]}
