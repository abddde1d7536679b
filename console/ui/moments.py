"""Times as people read and type them, in the site's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.texts import tr

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """The site's zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(moment: int, zone_name: str) -> datetime:
    """UTC ns as the site's local time."""
    return (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(zone(zone_name))


def from_local(moment: datetime) -> int:
    """An aware time as UTC ns."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def clock_text(moment: int, zone_name: str) -> str:
    """``14:05:32``."""
    return local(moment, zone_name).strftime("%H:%M:%S")


def full_text(moment: int, zone_name: str) -> str:
    """``2026-11-21 14:05``; empty for 0."""
    return local(moment, zone_name).strftime("%Y-%m-%d %H:%M") if moment else ""


def short_text(moment: int, now: int, zone_name: str) -> str:
    """``14:05:32`` today, else ``11-20 14:05``; empty for 0."""
    if not moment:
        return ""
    then, today = local(moment, zone_name), local(now, zone_name)
    return then.strftime("%H:%M:%S") if then.date() == today.date() else then.strftime("%m-%d %H:%M")


def age_text(age: int) -> str:
    """How old a value is: ``0.8 s``, ``12 s``, ``5 min``, ``3 h``, ``2 d``."""
    age = max(0, age)
    for limit, unit, key in ((MINUTE, SECOND, "s"), (HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h")):
        if age < limit:
            figure = f"{age / unit:.1f}" if unit == SECOND and age < 10 * SECOND else f"{age // unit}"
            return tr(f"widgets.age_{key}", figure=figure)
    return tr("widgets.age_d", figure=age // DAY)


def parse_typed(text: str, now: int, zone_name: str) -> int:
    """``14:05`` (today), ``11-20 14:05`` or ``2026-11-20 14:05`` as UTC ns; 0 for an empty text. Raises :class:`ValueError`."""
    word = text.strip().replace("：", ":")
    if not word:
        return 0
    today = local(now, zone_name)
    for form in ("%H:%M", "%H:%M:%S"):
        try:
            typed = datetime.strptime(word, form)  # noqa: DTZ007 - the zone is added below
        except ValueError:
            continue
        return from_local(today.replace(hour=typed.hour, minute=typed.minute, second=typed.second, microsecond=0))
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y %m-%d %H:%M"):
        try:
            typed = datetime.strptime(f"{today.year} {word}" if form.startswith("%Y %m") else word, form)  # noqa: DTZ007 - see above
        except ValueError:
            continue
        return from_local(typed.replace(tzinfo=zone(zone_name)))
    raise ValueError(text)


def date_text(moment: int, zone_name: str) -> str:
    """``2026-11-21``; empty for 0."""
    return local(moment, zone_name).strftime("%Y-%m-%d") if moment else ""


def parse_date(text: str, zone_name: str, *, end: bool = False) -> int:
    """``2026-11-21`` (also with . or /) as UTC ns: the day's first moment, or its last second with ``end``. 0 for an empty text.

    Raises :class:`ValueError`.
    """
    word = text.strip().replace("/", "-").replace(".", "-")
    if not word:
        return 0
    day = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=zone(zone_name))
    return from_local(day.replace(hour=23, minute=59, second=59) if end else day)
