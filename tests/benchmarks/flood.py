"""10,000 alarms in ten seconds, from a device through the collector to a console: what is lost or doubled, what is held up.

Blocked is the longest time between two turns of the console's event loop, taken while the alarms arrive and for a while after them:
a key pressed at the worst moment waits so long.
"""

from __future__ import annotations

import time
from collections import Counter

from console.domain.alarms import Alarm
from console.domain.times import HOUR
from console.store import ledgers
from tests.benchmarks.alarm_console import Bench, bench

ALARMS = 10_000
SECONDS = 10
PARTS = 50  # steps in which the registers change


def measure_flood() -> tuple[int, float]:
    """How many alarms were lost or came twice, and how many milliseconds the window was blocked at most."""
    with bench(0, ALARMS) as console:
        stalls = _Stalls()
        console.wait(1.0)
        stalls.worst = 0.0
        began = time.perf_counter()
        for part in range(PARTS):
            console.wait(max(0.0, began + part * SECONDS / PARTS - time.perf_counter()))
            console.registers.put(part * ALARMS // PARTS, ALARMS // PARTS, 1)
        console.until(lambda: _here(console) >= ALARMS)
        console.wait(3.0)
        stalls.stop()
        on_screen = Counter(alarm.rule for alarm in console.picture.alarms.values() if _of_flood(alarm))
        since = console.picture.now() - HOUR
        kept = Counter(
            alarm.rule for alarm in ledgers.alarms(console.folder, since, since + 2 * HOUR, limit=2 * ALARMS) if _of_flood(alarm)
        )
        return _wrong(on_screen) + _wrong(kept), stalls.worst * 1000


def _here(console: Bench) -> int:
    return sum(_of_flood(alarm) for alarm in console.picture.alarms.values())


def _wrong(found: Counter[str]) -> int:
    """Alarms of the flood that are not there exactly once."""
    return ALARMS - len(found) + sum(count - 1 for count in found.values())


class _Stalls:
    """The longest time between two turns of this thread's event loop."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer  # noqa: PLC0415 - Qt after the platform is chosen

        self.worst = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        self._timer.start(2)

    def stop(self) -> None:
        """Enough."""
        self._timer.stop()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, now - self._last)
        self._last = now


def _of_flood(alarm: Alarm) -> bool:
    """Not the program's own, and no line that did not answer in time."""
    return "#a" in alarm.rule
