"""When an alarm rule is on duty: parts of the day, days of the week, months; in the estate's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from console.domain.times import SECOND


class Season(msgspec.Struct, frozen=True, omit_defaults=True):
    """Empty parts mean always. ``hours`` are minutes from local midnight, [first, last), over midnight if the last comes first.

    ``weekdays`` 1 = Monday … 7; ``months`` 1 … 12. The day and month of a part over midnight are those of each moment itself.
    """

    hours: tuple[tuple[int, int], ...] = ()
    weekdays: tuple[int, ...] = ()
    months: tuple[int, ...] = ()

    @property
    def always(self) -> bool:
        """Never off duty."""
        return not (self.hours or self.weekdays or self.months)


ALWAYS = Season()


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def on_duty(season: Season, now: int, timezone: str) -> bool:
    """Whether ``now`` (UTC ns) lies within the season."""
    if season.always:
        return True
    local = datetime.fromtimestamp(now // SECOND, _zone(timezone))
    minute = local.hour * 60 + local.minute
    return (
        (not season.months or local.month in season.months)
        and (not season.weekdays or local.isoweekday() in season.weekdays)
        and (not season.hours or any(_within(minute, first, last) for first, last in season.hours))
    )


def next_change(season: Season, now: int, timezone: str) -> int | None:
    """The next moment (UTC ns) at which it may begin or end: a boundary of the hours, else local midnight. ``None``: never."""
    if season.always:
        return None
    zone = _zone(timezone)
    local = datetime.fromtimestamp(now // SECOND, zone)
    minutes = sorted({minute % 1440 for part in season.hours for minute in part} | {0})
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for day in (0, 1, 2):  # two days ahead: a boundary may fall into the hour that summer time leaves out
        for minute in minutes:
            moment = (midnight + timedelta(days=day, minutes=minute)).replace(tzinfo=zone).astimezone(UTC)
            at = round(moment.timestamp()) * SECOND
            if at > now:
                return at
    raise AssertionError("a day has a midnight")  # pragma: no cover


def _within(minute: int, first: int, last: int) -> bool:
    return first <= minute < last if first < last else minute >= first or minute < last
