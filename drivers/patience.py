"""How long an answer is awaited. All results are real seconds, for networks do not run faster with a fast clock."""

from __future__ import annotations

from console.domain.times import SECOND
from drivers.driver import ClockPort
from drivers.units import BACK_OFF_MOST, Job, Unit

LEAST_TIMEOUT = 0.2
"""Real seconds: below that a fast clock would take an ordinary delay for silence."""

MANY_TIMES = 4
"""A unit that was just silent is given so many times the longest that it ever took to answer."""


class Patience:
    """The time-outs of one line."""

    def __init__(self, timeout_ms: int, clock: ClockPort) -> None:
        self._seconds = timeout_ms / 1000
        self._clock = clock
        self._slowest = 0  # ns, of all units

    @property
    def full(self) -> float:
        """What is configured."""
        rate = self._clock.rate
        return max(LEAST_TIMEOUT, self._seconds / rate if rate > 0 else self._seconds)

    def answered(self, unit: Unit, took: int) -> None:
        """A request was answered after so many ns of the clock."""
        unit.slowest = max(unit.slowest, took)
        self._slowest = max(self._slowest, took)

    def with_job(self, unit: Unit, job: Job, *, alone: bool) -> float:
        """Short for who was just silent, or is probed, so that it does not hold its neighbours; ``alone``: there are none."""
        doubted = bool(unit.silent) or job.probe
        return self.full if job.trial or alone or not doubted else self.short(unit)

    def short(self, unit: Unit) -> float:
        """By the longest that the unit (or the line's slowest) ever took; but every 300 s all the time there is."""
        usual = unit.slowest or self._slowest
        if not usual or (unit.offline and unit.back_off >= BACK_OFF_MOST):
            return self.full
        return min(self.full, max(LEAST_TIMEOUT, MANY_TIMES * usual / SECOND / max(1.0, self._clock.rate)))
