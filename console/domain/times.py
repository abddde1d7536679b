"""Time units. Every stored time is an ``int`` of UTC nanoseconds; every duration an ``int`` of nanoseconds."""

from __future__ import annotations

MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def seconds(value: float) -> int:
    """Nanoseconds in ``value`` seconds, rounded to the nearest."""
    return round(value * SECOND)
