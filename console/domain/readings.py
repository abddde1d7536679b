"""Typed readings (抄表): what a person read off a gauge or a meter, whether it can be right, and when the next one is due.

A manual point is a point like any other; its value is the newest reading. Everything is decided here and is used twice: by the
collector, which decides, and by the sheet, which says the same while it is typed.

What is refused: no number, outside ``plausible``, a time in the future, no photo where the point demands one. What is asked
(:class:`Remark` with ``ask``) and goes through once it is confirmed: growth that is unusual against the recent readings, or above
``max_daily``, and a counter's reading above a later one. A counter that went down is one of three things and the person says which:
the meter was exchanged, it ran past its last digit, or it is a typing error.
"""

from __future__ import annotations

import calendar
import enum
import itertools
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.estate import ManualSource, Point, Reminder, ValueKind
from console.domain.problems import Problem
from console.domain.times import DAY, HOUR, MINUTE, SECOND

KEPT = 62  # readings a point that world, snapshot and screens hold: two months of daily ones; the store keeps all
FRESH = (
    15 * MINUTE
)  # typed so soon after it was read, a reading needs no reason for its time; our choice: a walk round a plant room
UNUSUAL = 2.0  # times the highest of the recent daily growths; our choice: a household's consumption doubles rarely
RECENT = 6  # growths that are looked at
SHORTEST = HOUR  # a growth over less is counted as if over this: a second reading within minutes proves nothing
MOST_ROWS = 1000  # readings of one command
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class How(enum.StrEnum):
    """Why a counter is lower than before."""

    PLAIN = ""
    EXCHANGED = "exchanged"  # 换表: ``final`` is the old meter's last reading, ``first`` the new one's at its start
    WRAPPED = "wrapped"  # past its last digit


class TypedReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reading as it stands. A correction has the same ``point`` and ``at``, a ``reason``, and ``was``: the value before."""

    point: str
    at: int  # when it was read, UTC ns
    value: float
    by: str
    entered_at: int
    station: str = ""
    reason: str = ""  # of a time in the past, or of a correction
    note: str = ""
    photo: str = ""  # SHA-256 of the file in the store's folder, hexadecimal
    how: How = How.PLAIN
    final: float = 0.0
    first: float = 0.0
    was: float | None = None

    @property
    def id(self) -> str:
        """Its key in the store and on the screens: one reading a point and time."""
        return f"{self.point}@{self.at}"


class EnteredReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of what a person sends. ``at`` 0 = now; ``confirmed``: the question was asked and the answer is yes."""

    point: str
    value: float
    at: int = 0
    reason: str = ""
    note: str = ""
    photo: str = ""
    how: How = How.PLAIN
    final: float = 0.0
    first: float = 0.0
    confirmed: bool = False


class Remark(msgspec.Struct, frozen=True):
    """What is to be said about a reading. ``ask``: it may be confirmed, else it is refused."""

    problem: Problem
    ask: bool = False


Readings = tuple[TypedReading, ...]  # of one point, in the order of their times


def taken_in(readings: Readings, reading: TypedReading) -> Readings:
    """``readings`` with one more, or with one corrected; the oldest is dropped beyond :data:`KEPT`."""
    others = [each for each in readings if each.at != reading.at]
    return tuple(sorted([*others, reading], key=lambda each: each.at)[-KEPT:])


def recent(readings: Iterable[TypedReading]) -> dict[str, Readings]:
    """Readings by point, the newest :data:`KEPT` of each."""
    found: dict[str, list[TypedReading]] = {}
    for reading in readings:
        found.setdefault(reading.point, []).append(reading)
    return {point: tuple(sorted(each, key=lambda one: one.at)[-KEPT:]) for point, each in found.items()}


def before(readings: Readings, at: int) -> TypedReading | None:
    """The last reading before ``at``."""
    return next((reading for reading in reversed(readings) if reading.at < at), None)


def consumption(point: Point, earlier: TypedReading, later: TypedReading | EnteredReading) -> float:
    """What a counter counted between two readings; over an exchange both meters' parts."""
    match later.how:
        case How.EXCHANGED:
            return (later.final - earlier.value) + (later.value - later.first)
        case How.WRAPPED:
            return wraps_at(point, earlier.value) - earlier.value + later.value
        case How.PLAIN:
            return later.value - earlier.value


def wraps_at(point: Point, value: float) -> float:
    """The count at which the meter starts again from 0: ``wraps_at`` of the point, else the power of ten above ``value``."""
    source = point.source
    if isinstance(source, ManualSource) and source.wraps_at > value:
        return source.wraps_at
    return float(10 ** len(str(max(0, math.floor(value)))))


def daily_growths(point: Point, readings: Readings, until: int) -> list[float]:
    """Growth a day between the last readings before ``until``, oldest first."""
    some = [reading for reading in readings if reading.at < until][-RECENT - 1 :]
    return [consumption(point, one, two) * DAY / max(SHORTEST, two.at - one.at) for one, two in itertools.pairwise(some)]


def remarks(point: Point, readings: Readings, entry: EnteredReading, now: int) -> tuple[Remark, ...]:
    """Everything that is to be said about ``entry``, what is refused first. Empty: it can be taken as it is."""
    refused = _refused(point, readings, entry, now)
    if refused is not None:
        return (Remark(refused),)
    if point.kind is not ValueKind.COUNTER:
        return ()
    return _asked_of_a_counter(point, readings, entry, entry.at or now)


def _refused(point: Point, readings: Readings, entry: EnteredReading, now: int) -> Problem | None:  # noqa: PLR0911 - one line a reason
    named: dict[str, str | int | float] = {"point": point.id}
    at = entry.at or now
    if not math.isfinite(entry.value):
        return Problem("refused.reading_number", named)
    band = point.plausible
    if band is not None and not ((band.low is None or entry.value >= band.low) and (band.high is None or entry.value <= band.high)):
        low = "-∞" if band.low is None else f"{band.low:g}"
        high = "∞" if band.high is None else f"{band.high:g}"
        return Problem("refused.reading_plausible", named | {"value": plain(entry.value, point), "low": low, "high": high})
    if point.states and (entry.value != int(entry.value) or int(entry.value) not in point.states):
        return Problem("refused.reading_state", named | {"value": plain(entry.value, point)})
    if at > now:
        return Problem("refused.reading_future", named)
    if len(readings) == KEPT and at < readings[0].at:
        return Problem("refused.reading_old", named)
    reason = entry.reason.strip()
    if any(reading.at == at for reading in readings):
        if not reason:
            return Problem("refused.reading_correction", named)
    elif at < now - FRESH and not reason:
        return Problem("refused.reading_backdated", named)
    source = point.source
    if isinstance(source, ManualSource) and source.photo == "required" and not entry.photo:
        return Problem("refused.reading_photo", named)
    return None


def _asked_of_a_counter(point: Point, readings: Readings, entry: EnteredReading, at: int) -> tuple[Remark, ...]:
    earlier = before(readings, at)
    later = next((reading for reading in readings if reading.at > at), None)
    named: dict[str, str | int | float] = {"point": point.id, "value": plain(entry.value, point)}
    found: list[Remark] = []
    if earlier is not None:
        named["before"] = plain(earlier.value, point)
        if entry.value < earlier.value and entry.how is How.PLAIN:
            return (Remark(Problem("refused.reading_down", named)),)
        grown = consumption(point, earlier, entry)
        if entry.how is How.EXCHANGED and (entry.final < earlier.value or entry.value < entry.first):
            return (Remark(Problem("refused.reading_exchange", named)),)
        daily = grown * DAY / max(SHORTEST, at - earlier.at)
        most = point.source.max_daily if isinstance(point.source, ManualSource) else 0.0
        usual = daily_growths(point, readings, at)
        if most and daily > most:
            params = named | {"grown": plain(grown, point), "daily": plain(daily, point), "most": plain(most, point)}
            found.append(Remark(Problem("refused.reading_daily", params), ask=True))
        elif len(usual) > 1 and daily > UNUSUAL * max(usual) > 0:
            params = named | {"grown": plain(grown, point), "daily": plain(daily, point), "usual": plain(max(usual), point)}
            found.append(Remark(Problem("refused.reading_unusual", params), ask=True))
    if later is not None and later.how is How.PLAIN and entry.value > later.value:
        params = named | {"later": plain(later.value, point)}
        found.append(Remark(Problem("refused.reading_above_later", params), ask=True))
    return tuple(found)


def plain(value: float, point: Point) -> str:
    """A number with the point's decimals."""
    return f"{value:.{point.decimals}f}"


# --- when readings are due


def last_due(reminder: Reminder, now: int, zone: str) -> int:
    """The last moment up to ``now`` at which a reading was wanted, UTC ns."""
    return next(moment for moment in reversed(_around(reminder, now, zone)) if moment <= now)


def next_due(reminder: Reminder, now: int, zone: str) -> int:
    """The first such moment after ``now``."""
    return next(moment for moment in _around(reminder, now, zone) if moment > now)


def overdue_since(point: Point, readings: Readings, first_seen: int, now: int, zone: str) -> int:
    """When the reading that is missing was due, UTC ns; 0 if none is missing.

    A reading counts for a due moment if it was taken less than a quarter of the period before it: whoever reads the meters
    a day early is not asked again. A point without a reading is asked for at the first due moment after ``first_seen``.
    """
    source = point.source
    if not isinstance(source, ManualSource) or source.remind is None:
        return 0
    due = last_due(source.remind, now, zone)
    newest = readings[-1].at if readings else 0
    if newest >= due - _EARLY[source.remind.every]:
        return 0
    return due if newest or due >= first_seen else 0


_EARLY = {"day": 6 * HOUR, "week": 42 * HOUR, "month": 7 * DAY}  # a quarter of the period


def _around(reminder: Reminder, now: int, zone: str) -> Sequence[int]:
    """Due moments from more than a period before ``now`` to more than one after it."""
    site = ZoneInfo(zone)
    today = (_EPOCH + timedelta(seconds=now // SECOND)).astimezone(site).date()
    match reminder.every:
        case "day":
            days = [today + timedelta(days=step) for step in (-2, -1, 0, 1, 2)]
        case "week":
            monday = today - timedelta(days=today.weekday())
            days = [monday + timedelta(days=7 * step + reminder.day - 1) for step in (-2, -1, 0, 1, 2)]
        case _:
            months = [divmod(today.year * 12 + today.month - 1 + step, 12) for step in (-2, -1, 0, 1, 2)]
            days = [
                today.replace(year=year, month=month + 1, day=min(reminder.day, calendar.monthrange(year, month + 1)[1]))
                for year, month in months
            ]
    hour, minute = divmod(reminder.minute, 60)
    moments = [datetime(day.year, day.month, day.day, hour, minute, tzinfo=site) for day in days]
    return [(moment - _EPOCH) // timedelta(seconds=1) * SECOND for moment in moments]


# --- photos

LARGEST_PHOTO = 8 * 1024 * 1024  # bytes; a telephone's picture has 2 to 6 MB, and the link takes 16 MB in one message


def photo_kind(data: bytes) -> str:
    """``jpg``, ``png`` or ``webp`` by what the file contains, whatever it is called; empty for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return ""
