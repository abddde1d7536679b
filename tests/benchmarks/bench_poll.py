"""``make bench NAME=poll``: what polling costs and how it bears trouble; about four minutes. Bars: issue 3.

The path is the drivers and all that the collector does with a batch (see ``poll_worker``), in a process of its own. CPU is user +
system time of that process and does not depend on what else the machine does, apart from its caches: our poller and the reference
(``../shared/bench/refpoll.py pymodbus``) therefore run at the same time, and their ratio is the median of pairs of windows. "On one
core" means a second of that process's CPU time. Where ../shared, gcc, libmodbus or mosquitto is missing, its figures are left out.

Outages are 15 s instead of 10 minutes: the pauses between attempts to connect have reached their longest (2 s) after 4 s, so
the state of the line is the same.
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from drivers.decode import BlockDecoder
from tests.benchmarks.poll_collector import measure
from tests.benchmarks.poll_worker import lines
from tests.benchmarks.report import report
from tests.helpers.mosquitto import Mosquitto, free_port

SHARED = Path(__file__).resolve().parents[3] / "shared" / "bench"
PORTS = 50  # devices of 100 registers
POINTS = 100 * PORTS
LEARNT = 10.0  # the plan has its holes and its pace by then
WINDOW, PAIRS = 12.0, 3
OUTAGE = 15.0
UNITS, ANSWER_MS, POLL_MS, TIMEOUT_MS = 30, 50, 2000, 200  # a line that is busy 75 % of the time; time-out : interval = 1 : 10
SILENT, WATCHED = 6.0, 44.0  # until the dead unit is given up, and then a window with its probe (after 30 s)
TOPICS = 100

Row = tuple[str, float, str]


class Worker:
    """A polling process."""

    def __init__(self, **order: Any) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.poll_worker", json.dumps(order)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, word: str = "totals") -> dict[str, Any]:
        """Its totals now."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def started(*command: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block."""
    process = subprocess.Popen(command, text=True, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def main() -> None:
    """Run all parts that can run here and print."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-poll-", ignore_cleanup_errors=True) as name:
        server = compiled(Path(name))
        if server is not None:
            rows += compare(server)
            rows += whole(server)
            rows += fastest(server)
            rows += memory(server)
            rows += line_recovery(server)
    rows += [("decode_points_s", decoding(), ""), *neighbours()]
    if shutil.which("mosquitto") or Path("/usr/sbin/mosquitto").exists():
        rows += messages()
        rows += broker_recovery()
    else:
        print("mosquitto is not installed: no MQTT figures")
    recovered = [figure for key, figure, _ in rows if key.startswith("recover_s_")]
    if recovered:
        rows.append(("recover_s", max(recovered), "<= 3"))
    load = psutil.getloadavg()[0] / (psutil.cpu_count() or 1)
    report([*rows, ("machine_load", load, "")])  # > 1: the machine was busy with other things as well


def compiled(folder: Path) -> str | None:
    """The reference server, or None where it cannot be made."""
    source = SHARED / "mbserver.c"
    if not source.exists():
        print(f"{source} is not there: no figures against the reference server")
        return None
    try:
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=True
        ).stdout.split()
        program = folder / "mbserver"
        subprocess.run(["gcc", "-O2", "-w", "-o", str(program), str(source), *flags], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the reference server cannot be compiled ({error}): no figures against it")
        return None
    return str(program)


def free_ports(count: int) -> int:
    """The first of ``count`` neighbouring free ports."""
    for first in range(21_000, 60_000, 100):
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise SystemExit("no free ports")


@contextmanager
def serving(server: str, ports: int, *words: str, first: int = 0) -> Iterator[int]:
    """The reference server on ``ports`` neighbouring ports."""
    first = first or free_ports(ports)
    with started(server, str(first), str(ports), *words, stderr=subprocess.DEVNULL):
        until(lambda: listens(first + ports - 1), 5)
        yield first


def listens(port: int) -> bool:
    """True if somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def until(condition: Any, seconds: float) -> float:
    """Wait for it; how long it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise SystemExit(f"not within {seconds} s: {condition}")
        time.sleep(0.02)
    return time.monotonic() - began


def cpu_of(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def compare(server: str) -> list[Row]:
    """5,000 points a second from 50 strict devices, beside the reference poller."""
    ours, reference, rates = [], [], []
    with serving(server, PORTS, "strict") as port, serving(server, PORTS, "strict") as other:
        refpoll = [sys.executable, str(SHARED / "refpoll.py"), "pymodbus", str(other)]
        with Worker(role="strict", port=port, ports=PORTS, poll_ms=1000) as worker, started(*refpoll) as poller:
            time.sleep(LEARNT)
            peer = psutil.Process(poller.pid)
            for _ in range(PAIRS):
                before, before_peer = worker.ask(), cpu_of(peer)
                time.sleep(WINDOW)
                after, after_peer = worker.ask(), cpu_of(peer)
                seconds = after["wall"] - before["wall"]
                ours.append(100 * (after["cpu"] - before["cpu"]) / seconds)
                reference.append(100 * (after_peer - before_peer) / seconds)
                rates.append((after["samples"] - before["samples"]) / seconds)
            worker.ask("count")
            time.sleep(11)  # two health lines of every connection
            asked = worker.ask("asked")["asked"]
    requests = sum(last[0] - first[0] for first, last in asked)
    least = sum(last[1] - first[1] for first, last in asked)
    ratio = statistics.median(mine / its for mine, its in zip(ours, reference, strict=True))
    return [
        ("requests_per_cycle_over_min", requests / least, "= 1.00"),
        ("cpu_pct_5000pts_1s", statistics.median(ours), "<= 6"),
        ("cpu_pct_refpoll", statistics.median(reference), ""),
        ("cpu_over_refpoll", ratio, "<= 1.3"),
        ("points_s_of_5000", statistics.median(rates), ""),
    ]


def whole(server: str) -> list[Row]:
    """The same 5,000 points with all of the collector."""
    first = free_ports(PORTS)
    with started(server, str(first), str(PORTS), "strict", stderr=subprocess.PIPE) as process:
        until(lambda: listens(first + PORTS - 1), 5)
        cpu, size, points = measure(process, first, PORTS)
    return [("cpu_pct_collector", cpu, ""), ("mb_collector", size, ""), ("points_s_collector", points, "")]


def fastest(server: str) -> list[Row]:
    """50,000 points, asked again as soon as they are answered; blocks of 125 registers."""
    with serving(server, PORTS) as port, Worker(role="full", port=port, ports=PORTS, poll_ms=1) as worker:
        time.sleep(8)
        found = []
        for _ in range(PAIRS):
            before = worker.ask()
            time.sleep(5)
            after = worker.ask()
            samples = after["samples"] - before["samples"]
            found.append((samples / (after["cpu"] - before["cpu"]), samples / (after["wall"] - before["wall"])))
    return [
        ("max_points_s", statistics.median(per_core for per_core, _ in found), ">= 400000"),
        ("max_points_s_wall", statistics.median(wall for _, wall in found), ""),
    ]


def decoding() -> float:
    """Points a second out of blocks of 125 registers that are different every time (those of ``fastest`` seldom are)."""
    dice = np.random.default_rng(20261121)
    payloads = [dice.integers(0, 65536, 125, np.uint16).tobytes() for _ in range(1000)]
    points = lines(1, 1, 1000, ((0, 125),), 0).points
    decoder = BlockDecoder(3, 0, points)
    began = time.process_time()
    for payload in payloads * 5:
        decoder.decode(payload)
    return 5000 * 125 / (time.process_time() - began)


def memory(server: str) -> list[Row]:
    """The resident set with 10,000 polled points against the same process without any."""
    found = []
    with serving(server, 10) as port:
        for ports in (0, 10):
            with Worker(role="full", port=port, ports=ports, poll_ms=1000) as worker:
                time.sleep(6)
                worker.ask("collect")
                found.append(worker.ask()["rss"] / 2**20)
    return [("mb_per_10k_points", found[1] - found[0], "<= 20"), ("mb_without_points", found[0], "")]


def line_recovery(server: str) -> list[Row]:
    """Ten devices' server is gone for a while; from its return to good values of every point."""
    with ExitStack() as stack:
        first = free_ports(10)
        up = stack.enter_context(ExitStack())
        up.enter_context(serving(server, 10, "strict", first=first))
        worker = stack.enter_context(Worker(role="strict", port=first, ports=10, poll_ms=1000))
        time.sleep(5)
        took = []
        for extra in (0.0, 0.7):  # the pauses between attempts are at another place
            up.close()
            time.sleep(OUTAGE + extra)
            up.enter_context(serving(server, 10, "strict", first=first))
            took.append(recovery(worker))
    return [("recover_s_line", max(took), "")]


def recovery(worker: Worker) -> float:
    """Seconds until every point was good after now."""
    began = time.monotonic()
    return until(lambda: worker.ask()["oldest_good"] < time.monotonic() - began, 60)


def neighbours() -> list[Row]:
    """The p99 of the sampling interval of the living units, with a dead one among them and without."""
    command = [sys.executable, "-m", "tests.benchmarks.poll_servers", "gateways", str(UNITS), str(ANSWER_MS)]
    with started(*command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        ports = json.loads(server.stdout.readline())
        order = {"ports": ports, "units": UNITS, "poll_ms": POLL_MS, "timeout_ms": TIMEOUT_MS}
        with Worker(role="gateways", **order) as worker:
            time.sleep(SILENT)
            worker.ask("watch")
            time.sleep(WATCHED)
            intervals = worker.ask("intervals")["intervals"]
    split = UNITS * 10  # the points of the first gateway come first
    dead = split + (UNITS // 2 - 1) * 10 + 1
    without = [seconds for number, seconds in intervals if number <= split and number != dead - split]
    beside = [seconds for number, seconds in intervals if number > split and number != dead]
    p99 = [float(np.percentile(each, 99)) for each in (without, beside)]
    return [
        ("neighbour_lateness_ratio", p99[1] / p99[0], "<= 1.1"),
        ("neighbour_interval_p99_s", p99[1], ""),
        ("neighbour_interval_max_s", max(beside), ""),
    ]


def messages() -> list[Row]:
    """JSON messages of ten values, as many as come."""
    flood = [sys.executable, "-m", "tests.benchmarks.poll_servers", "flood"]
    with Mosquitto() as broker, Worker(role="mqtt", port=broker.port, topics=TOPICS) as worker:
        time.sleep(3)
        with started(*flood, str(broker.port), str(TOPICS), "30"):
            time.sleep(2)
            found = []
            for _ in range(PAIRS):
                before = worker.ask()
                time.sleep(5)
                after = worker.ask()
                count = (after["samples"] - before["samples"]) / 10
                found.append((count / (after["cpu"] - before["cpu"]), count / (after["wall"] - before["wall"])))
    return [
        ("mqtt_msgs_s", statistics.median(per_core for per_core, _ in found), ">= 30000"),
        ("mqtt_msgs_s_wall", statistics.median(wall for _, wall in found), ""),
    ]


def broker_recovery() -> list[Row]:
    """The broker is gone for a while; from its return to a fresh value of every point."""
    flood = [sys.executable, "-m", "tests.benchmarks.poll_servers", "flood"]
    port = free_port()
    with ExitStack() as stack:
        up = stack.enter_context(ExitStack())
        up.enter_context(Mosquitto(port=port))
        worker = stack.enter_context(Worker(role="mqtt", port=port, topics=TOPICS))
        time.sleep(3)
        up.close()
        time.sleep(OUTAGE)
        up.enter_context(Mosquitto(port=port))
        up.enter_context(started(*flood, str(port), str(TOPICS), "20"))
        took = recovery(worker)
    return [("recover_s_broker", took, "")]


if __name__ == "__main__":
    main()
