"""``mqtt_msgs_s``: JSON messages of ten values into samples, on one core: messages ÷ the CPU seconds of our process.

The messages come over a real socket out of another process; everything that we do with them counts, the network thread
included. :func:`mqtt_msgs_s` is called by bench_poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
import time
from collections import deque

from console.domain.estate import Mqtt
from console.domain.health import HealthLine
from console.domain.samples import Batch
from drivers.mqtt import make, network
from tests.helpers.clock import RealClock
from tests.helpers.estates import broker, field

VALUES = 10
TOPICS = 100


class _Count:
    """A sink that counts samples."""

    def __init__(self) -> None:
        self.samples_ = 0
        self.lines: deque[HealthLine] = deque(maxlen=10)

    def samples(self, batch: Batch) -> None:
        self.samples_ += len(batch)

    def health(self, line: HealthLine) -> None:
        self.lines.append(line)

    def answering(self, connection: str, unit: int, answering: bool) -> None: ...

    def learned(self, connection: str, unit: int, learned: object) -> None: ...


async def _measure(count: int) -> tuple[float, int]:
    sender = subprocess.Popen(  # noqa: ASYNC220 - started before anything is measured
        [sys.executable, "-m", "tests.helpers.mqttflood", str(count), str(TOPICS), str(VALUES)], stdout=subprocess.PIPE, text=True
    )
    assert sender.stdout is not None
    port = int(sender.stdout.readline())
    points = [
        field(1 + topic * VALUES + value, f"flood/{topic}", f"v{value}", equipment=f"M{topic}")
        for topic in range(TOPICS)
        for value in range(VALUES)
    ]
    sink = _Count()
    connection: Mqtt = broker(port)
    driver = make(connection, points, sink, RealClock())
    gc.collect()
    start, used = time.process_time(), 0.0
    task = asyncio.create_task(driver.run())
    try:
        seen, quiet = 0, time.monotonic()
        while sink.samples_ < count * VALUES and time.monotonic() - quiet < 2:
            await asyncio.sleep(0.02)
            if sink.samples_ != seen:
                seen, quiet, used = sink.samples_, time.monotonic(), time.process_time() - start
        return seen / VALUES / used, seen // VALUES
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        sender.kill()
        sender.wait()
        sender.stdout.close()


def mqtt_msgs_s(count: int = 200_000) -> float:
    """Messages a CPU second."""
    waiting, network.WAITING = network.WAITING, count + TOPICS  # nothing is shed: every message is paid for
    try:
        rate, seen = asyncio.run(_measure(count))
    finally:
        network.WAITING = waiting
    assert seen == count, f"{seen} of {count} messages"
    return rate


if __name__ == "__main__":
    print(round(mqtt_msgs_s()))
