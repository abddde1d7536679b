"""Scales that lie in registers of their own: CT and PT ratios, decimals, SunSpec scale factors, unit codes.

They are read seldom and kept: a factor that is not answered any more keeps its last good value, one that was never read
makes every value that needs it unknown. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console.domain.estate import Factor, ModbusSource, Point
from console.domain.quality import Quality
from drivers.scaling import ratio

_MOST_PLACES = 18
"""Powers of ten beyond it are no scale of anything (a SunSpec scale factor is -10 … 10)."""


class Factors:
    """The present factors of one unit. ``revision`` rises when one of them changes."""

    def __init__(self, points: Iterable[Point]) -> None:
        points = tuple(points)
        wanted = factor_ids(points)
        self._ids = {point.number: point.id for point in points if point.id in wanted}
        self._values: dict[str, float] = {}
        self.revision = 0

    def among(self, points: Iterable[Point]) -> bool:
        """True if one of ``points`` is a factor of others."""
        return any(point.number in self._ids for point in points)

    def take(self, numbers: Sequence[int], values: Sequence[float], quality: Sequence[int]) -> None:
        """Decoded points of any kind: good values of factors count from now on, others change nothing."""
        for number, value, how in zip(numbers, values, quality, strict=True):
            name = self._ids.get(number)
            if name is not None and how == Quality.GOOD and self._values.get(name) != value:
                self._values[name] = value
                self.revision += 1

    def ratio(self, source: ModbusSource) -> tuple[float, float] | None:
        """What ``source`` is to be multiplied with and divided by; None: unknown."""
        times = by = 1.0
        for factor in source.factors:
            value = self._values.get(factor.point)
            part = None if value is None else _ratio(factor, value)
            if part is None:
                return None
            times, by = times * part[0], by * part[1]
        return times, by


def factor_ids(points: Iterable[Point]) -> set[str]:
    """The ids of the points that are factors of others."""
    return {factor.point for point in points if isinstance(point.source, ModbusSource) for factor in point.source.factors}


def _ratio(factor: Factor, value: float) -> tuple[float, float] | None:
    """Multiplier and divisor that ``value`` makes; dividing by 10 rounds right where multiplying by 0.1 does not."""
    if factor.how == "table":
        scale = factor.table.get(int(value)) if value == int(value) else None
        return None if scale is None else ratio(scale)
    if factor.how == "times":
        return (float(value), 1.0) if value else None
    power = int(value) if factor.how == "power" else -int(value)
    if value != int(value) or abs(power) > _MOST_PLACES:
        return None
    return (10.0**power, 1.0) if power >= 0 else (1.0, 10.0**-power)
