"""The whole collector as a process of its own, polling the reference server: storing, link and all."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.poll_worker import GROUPS
from tests.helpers.processes import CollectorProcess

WARM, WINDOW = 12.0, 15.0


def site(port: int, ports: int) -> str:
    """``ports`` devices of 100 registers, one connection each, polled every second."""
    lines = ["site: {id: bench, name: Bench}", "locations: [{id: B, name: B, kind: building}]", "connections:"]
    lines += [f"  - {{id: L{n}, protocol: modbus-tcp, host: 127.0.0.1, port: {port + n}}}" for n in range(ports)]
    lines.append("equipment:")
    for number in range(ports):
        head = f"id: E{number}, type: generic_modbus, name: E{number}, location: B, connection: L{number}, unit: {number + 1}"
        points = ", ".join(
            f"{{repeat: {{from: {first}, to: {first + count - 1}}}, key: 'p${{n}}', name: P, address: '${{n}}', scale: 0.1}}"
            for first, count in GROUPS
        )
        lines.append(f"  - {{{head}, points: [{points}]}}")
    return "\n".join(lines) + "\n"


def measure(server: subprocess.Popen[str], port: int, ports: int) -> tuple[float, float, float]:
    """CPU percent and resident MB of the collector, and the registers a second that the server itself counted."""
    with tempfile.TemporaryDirectory(prefix="bench-poll-", ignore_cleanup_errors=True) as name:
        file = Path(name) / "site.yaml"
        file.write_text(site(port, ports), encoding="utf-8")
        collector = CollectorProcess(Path(name) / "store", "--config", str(file))
        collector.start()
        try:
            assert collector.process is not None
            process = psutil.Process(collector.process.pid)
            time.sleep(WARM)
            before, served, began = process.cpu_times(), _registers(server), time.monotonic()
            time.sleep(WINDOW)
            after, seconds = process.cpu_times(), time.monotonic() - began
            points = (_registers(server) - served) / seconds
            cpu = 100 * (after.user + after.system - before.user - before.system) / seconds
            return cpu, process.memory_info().rss / 2**20, points
        finally:
            collector.stop()


def _registers(server: subprocess.Popen[str]) -> int:
    """How many registers the reference server has served so far."""
    server.send_signal(signal.SIGUSR1)
    assert server.stderr is not None
    return int(json.loads(server.stderr.readline())["registers"])
