"""Points without physics: slow, plausible values, for estates that the simulator knows nothing about."""

from __future__ import annotations

import math
from collections.abc import Sequence

from console.domain.estate import Band, Point, ValueKind
from console.domain.times import SECOND
from drivers.simulator.physics.noise import seed_of, smooth, unit
from drivers.simulator.physics.surroundings import Surroundings

_WANDER_S = 600.0
_NORMAL_STATES = ("正常", "normal", "无", "none", "关", "off", "停止", "stopped")


def _range(point: Point) -> tuple[float, float]:
    """Where an analog point may wander: the middle of its normal band, else of its plausible band, else 20-80."""
    for band in (point.normal, point.plausible):
        if band is not None and (band.low is not None or band.high is not None):
            return _inside(band)
    return 20.0, 80.0


def _inside(band: Band) -> tuple[float, float]:
    if band.low is None:
        high = band.high or 0.0
        low = 0.0 if high > 0 else high - max(1.0, abs(high))
    else:
        low = band.low
        high = low + max(1.0, abs(low)) if band.high is None else band.high
    margin = 0.25 * (high - low)
    return low + margin, high - margin


class Generic:
    """Any machine: analog points wander within their bands, counters grow, states stay normal, codes stay 0."""

    def __init__(self, points: Sequence[Point], surroundings: Surroundings, seed: int, began: int) -> None:
        self.units = {point.key: point.unit for point in points}
        self._points = tuple(points)
        self._seeds = {point.key: seed_of(seed, point.id) for point in points}
        self._surroundings = surroundings
        self._began = began
        self._now = began

    def advance(self, now: int) -> None:
        """Everything here is a function of the time."""
        self._now = max(now, self._now)

    def values(self) -> dict[str, float]:
        """Every value by point key, already in the point's unit."""
        return {point.key: self._value(point) for point in self._points}

    def _value(self, point: Point) -> float:
        seed = self._seeds[point.key]
        match point.kind:
            case ValueKind.ANALOG:
                low, high = _range(point)
                middle, half = (low + high) / 2.0, (high - low) / 2.0
                return middle + half * (0.8 * smooth(seed, self._now, _WANDER_S) + 0.2 * smooth(seed + 1, self._now, 30.0))
            case ValueKind.COUNTER:
                hours = (self._now - self._began) / SECOND / 3600.0
                return math.floor(1000.0 * unit(seed, 0)) + hours * (0.5 + unit(seed, 1))
            case ValueKind.STATE:
                return float(self._normal_state(point))
            case _:
                return 0.0

    def _normal_state(self, point: Point) -> int:
        for number, text in point.states.items():
            if any(word in text.zh or word in text.en.lower() for word in _NORMAL_STATES):
                return number
        return min(point.states, default=0)
