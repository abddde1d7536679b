"""Round numbers along a chart's axis, on paper and on the screen."""

from __future__ import annotations

import math
from collections.abc import Iterable

TICKS = 5


def scale(values: Iterable[float | None], target: float | None) -> list[float]:
    """Round numbers from 0 (or below the least) to above the greatest, evenly apart."""
    known = [value for value in (*values, target) if value is not None and math.isfinite(value)]
    least, most = min([0.0, *known]), max([0.0, *known])
    if least == most:
        most = 1.0
    raw = (most - least) / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if raw <= power * factor * (1 + 1e-9))
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    return [step * number for number in range(first, last + 1)]


def tick(value: float, *, percent: bool) -> str:
    """A number at the axis."""
    return f"{100 * value:.4g} %" if percent else f"{value:,.10g}"
