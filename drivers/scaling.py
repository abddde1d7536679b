"""Scales as devices mean them: a raw 2302 with scale 0.1 is 230.2, not 230.20000000000002."""

from __future__ import annotations


def ratio(scale: float) -> tuple[float, float]:
    """``scale`` as multiplier and divisor: dividing by 10 rounds right where multiplying by 0.1 does not."""
    if 0 < abs(scale) < 1:
        divisor = float(round(1 / scale))
        if 1 / divisor == scale:
            return 1.0, divisor
    return scale, 1.0
