"""The one clock of a collector process, its window and the test: steered by the test, running by itself in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.domain.times import HOUR
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering


class TestClock:
    """Follows the steered clock while it runs as real time does."""

    __test__ = False

    def __init__(self, steering: Steering) -> None:
        self.steering = steering
        self._rate = 0.0
        self._mark()

    def now(self) -> int:
        """The collector's time, UTC ns."""
        return self._base + round((time.monotonic_ns() - self._real) * self._rate)

    def start(self, process: CollectorProcess) -> None:
        """Start the collector at the present time and let the clock run."""
        self.steering.now = self.now()
        process.start(wait=False)
        self.steering.accept()
        process.wait_until_it_answers()
        self.run(1.0)

    def run(self, rate: float) -> None:
        """1 as real time, 0 stopped."""
        self.steering.run(rate)
        self._rate = rate
        self._mark()

    def advance(self, hours: float, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Let hours pass at once."""
        self.steering.advance(hours * 3600)
        self._mark()
        meanwhile()

    def stand(self) -> None:
        """Nobody tells the time while the collector is dead; it goes on all the same."""
        self._base, self._real, self._rate = self.now(), time.monotonic_ns(), 1.0

    def until(self, moment: int) -> None:
        """Let the time pass that is left until ``moment``."""
        self.advance((moment - self.now()) / HOUR)

    def _mark(self) -> None:
        self._base, self._real = self.steering.now, time.monotonic_ns()
