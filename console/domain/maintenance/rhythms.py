"""When something comes round again: local wall-clock moments of the site, one after the other. Pure, told the time.

Moments are counted from the calendar and never from the last one, so a late round shifts nothing, a leap day and the last of
the month fall where they fall, and a night in which the clocks change has each wall-clock hour once (the one that is left out
comes at the moment that replaces it).
"""

from __future__ import annotations

import calendar
import enum
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.rosters import MIDNIGHT, Roster
from console.domain.times import SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HORIZON = 7 * 120 + 2  # days that are looked ahead: the longest step of weeks


class Every(enum.StrEnum):
    """The unit of a rhythm."""

    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SHIFT = "shift"


class Rhythm(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every ``step`` units at ``at`` (minutes after midnight, the site's time).

    HOURS: each day at ``at`` and every ``step`` hours after it, not later than ``until``. WEEK: on ``weekdays`` (1 Monday to 7).
    ``first`` (``YYYY-MM-DD``) gives the phase of steps over 1 and a month's day; without it steps count from 2024-01-01 (a Monday),
    and months from January on their first day. SHIFT: with each shift of the roster, wherever it begins.
    """

    every: Every
    step: int = 1
    at: int = 480
    until: int = MIDNIGHT - 1
    weekdays: tuple[int, ...] = (1,)
    first: str = ""

    @property
    def sound(self) -> bool:
        """It comes round at all."""
        try:
            _first(self)
        except ValueError:
            return False
        days = self.every is not Every.WEEK or (bool(self.weekdays) and all(1 <= day <= 7 for day in self.weekdays))
        return 1 <= self.step <= 120 and 0 <= self.at < MIDNIGHT and self.at <= self.until < MIDNIGHT and days


def next_slot(rhythm: Rhythm, after: int, roster: Roster, timezone: str) -> int | None:
    """The first moment later than ``after`` (UTC ns); ``None`` where there is none (a roster without shifts)."""
    if rhythm.every is Every.SHIFT and not roster.shifts:
        return None
    start = _local(after, ZoneInfo(timezone)).date() - timedelta(days=1)
    days = _months(rhythm, start) if rhythm.every is Every.MONTH else (start + timedelta(days=ahead) for ahead in range(_HORIZON))
    for day in days:
        found = [moment for minute in _minutes(rhythm, day, roster) if (moment := at_minute(day, minute, timezone)) > after]
        if found:
            return min(found)
    return None


def months_after(day: date, months: int) -> date:
    """The same day ``months`` later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def local_day(moment: int, timezone: str) -> date:
    """The site's date at a moment."""
    return _local(moment, ZoneInfo(timezone)).date()


def at_minute(day: date, minute: int, timezone: str) -> int:
    """UTC ns of a minute of a local day."""
    there = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(timezone))
    return round((there - _EPOCH).total_seconds()) * SECOND


def _months(rhythm: Rhythm, start: date) -> Iterator[date]:
    """The days of a rhythm of months from the month of ``start`` on."""
    first = _first(rhythm)
    turn = ((start.year - first.year) * 12 + start.month - first.month) // rhythm.step * rhythm.step
    for ahead in range(4):
        yield months_after(first, turn + ahead * rhythm.step)


def _minutes(rhythm: Rhythm, day: date, roster: Roster) -> Iterator[int]:
    """The minutes of ``day`` at which the rhythm beats."""
    first, step = _first(rhythm), rhythm.step
    match rhythm.every:
        case Every.HOURS:
            yield from range(rhythm.at, rhythm.until + 1, step * 60)
        case Every.SHIFT:
            yield from sorted({shift.start for shift in roster.shifts})
        case Every.DAY:
            if (day - first).days % step == 0:
                yield rhythm.at
        case Every.WEEK:
            monday = first - timedelta(days=first.weekday())
            if day.isoweekday() in rhythm.weekdays and (day - monday).days // 7 % step == 0:
                yield rhythm.at
        case Every.MONTH:  # pragma: no branch - mypy knows that there is no other
            yield rhythm.at


def _first(rhythm: Rhythm) -> date:
    return date.fromisoformat(rhythm.first) if rhythm.first else date(2024, 1, 1)


def _local(moment: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(seconds=moment // SECOND)).astimezone(zone)
