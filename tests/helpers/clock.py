"""A real or scaled clock for driver tests (the program's own clocks live in console.engine)."""

from __future__ import annotations

import asyncio
import time


class RealClock:
    """Real time, or ``rate`` times as fast."""

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._wall = time.time_ns()
        self._start = time.monotonic_ns()

    @property
    def rate(self) -> float:
        return self._rate

    def _elapsed(self) -> int:
        return round((time.monotonic_ns() - self._start) * self._rate)

    def now(self) -> int:
        return self._wall + self._elapsed()

    def monotonic(self) -> int:
        return self._start + self._elapsed()

    async def sleep_until(self, deadline: int) -> None:
        while (left := deadline - self.monotonic()) > 0:  # noqa: ASYNC110 - the clock itself
            await asyncio.sleep(left / 1e9 / self._rate)
        await asyncio.sleep(0)
