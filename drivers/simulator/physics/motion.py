"""The motion of a car between two stops: constant acceleration, rated speed, constant deceleration."""

from __future__ import annotations

import math
from dataclasses import dataclass

from console.domain.times import SECOND


@dataclass(frozen=True, slots=True)
class Run:
    """A journey that began at ``began`` (UTC ns). Metres, m/s, m/s²; ``end`` may lie below ``start``."""

    start: float
    end: float
    began: int
    speed: float
    acceleration: float

    @property
    def peak(self) -> float:
        """The highest speed reached: short journeys never reach the rated speed."""
        return min(self.speed, math.sqrt(abs(self.end - self.start) * self.acceleration))

    @property
    def ramp_s(self) -> float:
        """Time of acceleration, and of deceleration."""
        return self.peak / self.acceleration

    @property
    def cruise_s(self) -> float:
        """Time at the peak speed."""
        distance = abs(self.end - self.start)
        return 0.0 if distance == 0 else max(0.0, (distance - self.peak * self.ramp_s) / self.peak)

    @property
    def over(self) -> int:
        """When it arrives, UTC ns."""
        return self.began + round((2 * self.ramp_s + self.cruise_s) * SECOND)

    @property
    def braking(self) -> int:
        """When it begins to decelerate, UTC ns: later it cannot be shortened any more."""
        return self.began + round((self.ramp_s + self.cruise_s) * SECOND)

    @property
    def sign(self) -> int:
        """+1 upward, -1 downward."""
        return 1 if self.end >= self.start else -1

    def at(self, now: int) -> tuple[float, float, float]:
        """Position (m), speed (m/s, signed) and acceleration (m/s², signed) at ``now``."""
        t = (now - self.began) / SECOND
        ramp, cruise, peak, a = self.ramp_s, self.cruise_s, self.peak, self.acceleration
        if t <= 0:
            return self.start, 0.0, 0.0
        if t < ramp:
            travelled, speed, push = a * t * t / 2, a * t, a
        elif t < ramp + cruise:
            travelled, speed, push = peak * ramp / 2 + peak * (t - ramp), peak, 0.0
        elif t < 2 * ramp + cruise:
            left = 2 * ramp + cruise - t
            travelled, speed, push = abs(self.end - self.start) - a * left * left / 2, a * left, -a
        else:
            return self.end, 0.0, 0.0
        return self.start + self.sign * travelled, self.sign * speed, self.sign * push
