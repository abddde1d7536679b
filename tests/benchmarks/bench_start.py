"""``make bench NAME=start``: how soon the window shows and lives, what both programs cost with the demo estate, and how long an
alarm takes from the register to the row.

Times are from the launch of the process (interpreter start included) on Qt's offscreen platform; memory is the resident set after
``SETTLE`` seconds; CPU is of the console and the collector together (simulated devices not counted), over ``MEASURE`` seconds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from console.link.tokens import read_link_file
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.report import report

SETTLE = 20.0
MEASURE = 30.0
STARTS = 5
TRIES = 100


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-start-") as name:
        folder = Path(name) / "store"
        demo = subprocess.Popen(
            [sys.executable, "-m", "console.cli", "demo", "--no-window", "--calm", "--store", str(folder)],
            stdout=subprocess.DEVNULL,
        )
        try:
            figures = _with_demo(folder)
        finally:
            demo.terminate()
            demo.wait(20)
    latencies, _ = measure_latency(TRIES)
    report(
        [
            ("window_s", statistics.median(window for window, _ in figures["starts"]), "<= 1.0"),
            ("live_s", statistics.median(live for _, live in figures["starts"]), "<= 3"),
            ("console_mb", figures["console_mb"], "<= 160"),
            ("collector_mb", figures["collector_mb"], "<= 120"),
            ("cpu_pct_demo", figures["cpu_pct"], "<= 12"),
            ("latency_ms_p50", statistics.median(latencies), "<= 450"),
            ("latency_ms_max", max(latencies), ""),
        ]
    )


def _with_demo(folder: Path) -> dict:
    deadline = time.monotonic() + 60
    while (found := read_link_file(folder)) is None:
        if time.monotonic() > deadline:
            raise SystemExit("the demo did not start")
        time.sleep(0.1)
    collector = psutil.Process(found.pid)
    time.sleep(5)
    starts = []
    for turn in range(STARTS):
        console, window, live = _start_console(folder)
        starts.append((window, live - window))
        if turn < STARTS - 1:
            console.terminate()
            console.wait(10)
    time.sleep(SETTLE)
    processes = [psutil.Process(console.pid), collector, *collector.children(recursive=True)]
    before, began = _cpu(processes), time.monotonic()
    time.sleep(MEASURE)
    spent, passed = _cpu(processes) - before, time.monotonic() - began
    result = {
        "starts": starts,
        "console_mb": processes[0].memory_info().rss / 2**20,
        "collector_mb": collector.memory_info().rss / 2**20,
        "cpu_pct": spent / passed * 100,
    }
    console.terminate()
    console.wait(10)
    return result


def _start_console(folder: Path) -> tuple[subprocess.Popen[str], float, float]:
    """The running console, and the seconds from launch to the painted window and to live values."""
    environment = {**os.environ, "BUILDING_CONSOLE_TIMING": "1", "QT_QPA_PLATFORM": "offscreen"}
    began = time.monotonic()
    console = subprocess.Popen(
        [sys.executable, "-m", "console.cli", "run", "--store", str(folder), "--picture-every", "3600"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert console.stdout is not None
    seen: dict[str, float] = {}
    for line in console.stdout:
        if line.startswith("{"):
            seen.update(dict.fromkeys(json.loads(line), time.monotonic() - began))
        if {"window_s", "live_s"} <= seen.keys():
            return console, seen["window_s"], seen["live_s"]
    raise SystemExit("the console ended before it was live")


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


if __name__ == "__main__":
    main()
