"""Durations as people write them: ``2 h``, ``30 min``, ``15 d``, ``3 months``, ``2000 h``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.domain.times import DAY, HOUR, MILLISECOND, MINUTE, SECOND

_UNITS: dict[str, int] = {
    "ms": MILLISECOND, "毫秒": MILLISECOND,
    "s": SECOND, "sec": SECOND, "秒": SECOND,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE, "分": MINUTE, "分钟": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR, "小时": HOUR,
    "d": DAY, "day": DAY, "days": DAY, "天": DAY, "日": DAY,
    "week": 7 * DAY, "weeks": 7 * DAY, "周": 7 * DAY,
}  # fmt: skip
_MONTHS = frozenset({"month", "months", "月", "个月"})
_SHAPE = re.compile(r"(\d+(?:\.\d+)?)\s*([^\d\s.]+)")


_TIMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_LONG = "|".join(sorted((word for word, length in _UNITS.items() if length >= HOUR), key=len, reverse=True))
# The same shapes for the JSON Schema; ``none`` stands where a clock may be left out, ``${…}`` inside equipment types.
DURATION_PATTERN = rf"^\s*(none|无|.*\$\{{.*|\d+(\.\d+)?\s*({_TIMES}))\s*$"
INTERVAL_PATTERN = rf"^\s*(.*\$\{{.*|\d+(\.\d+)?\s*({_LONG}|{'|'.join(sorted(_MONTHS, key=len, reverse=True))}))\s*$"


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a plan repeats. Exactly one field is not 0."""

    days: int = 0
    months: int = 0
    hours: float = 0.0


def split(text: str) -> tuple[float, str] | None:
    """The amount and the unit's word, or ``None`` if ``text`` is not one amount with one unit."""
    match = _SHAPE.fullmatch(text.strip())
    return (float(match[1]), match[2]) if match else None


def nanoseconds(text: str) -> int | None:
    """A length of time in ns; ``None`` if it is not one. Months have no fixed length and are refused."""
    parts = split(text)
    if parts is None or parts[1] not in _UNITS:
        return None
    return round(parts[0] * _UNITS[parts[1]])


def interval(text: str) -> Interval | None:
    """A plan's interval: whole days, whole months, or hours of running time; ``None`` if it is none of them."""
    parts = split(text)
    if parts is None or parts[0] <= 0:
        return None
    amount, unit = parts
    if unit in _MONTHS:
        return Interval(months=int(amount)) if amount == int(amount) else None
    length = _UNITS.get(unit)
    if length == HOUR:
        return Interval(hours=amount)
    if length is None or length < DAY:
        return None
    days = amount * length / DAY
    return Interval(days=int(days)) if days == int(days) else None


def count_intervals(text: str) -> int:
    """How many amounts with a unit stand in ``text`` (``15 d 2000 h`` has two)."""
    return len(_SHAPE.findall(text))


def words(duration: int) -> str:
    """``duration`` ns in its largest whole unit: ``2 h``, ``90 min``."""
    for unit, length in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)):
        if duration and duration % length == 0 and (unit != "d" or duration >= 7 * DAY):
            return f"{duration // length} {unit}"
    return f"{duration / SECOND:g} s"
