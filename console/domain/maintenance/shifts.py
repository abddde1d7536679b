"""A shift at the desk: its start checks, the 2-hourly record (两小时记录), notes, and the handover (交接班) that both sign.

The record is due at whole multiples of ``every`` from the site's midnight. ``early`` before that moment it may be filled in; after
``grace`` it is overdue and says so on every console; for a day it may still be filled in with a reason; after that it is missing
for good and is named in the handover. What has been filled and handed over is remembered in one record in use, the book.

R-SLA-21 (24-hour post), R-EQ-11 (who, when, what of every service), R-AR-06 (true, timely: the times are the collector's).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.asking import CommandBase
from console.domain.maintenance.records import Record
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

# Our choices: a round of a plant room takes a quarter of an hour, and half an hour late is still the same reading.
EARLY, GRACE, LATEST = 15 * MINUTE, 30 * MINUTE, DAY
TWO_HOURS = 2 * HOUR
EVERY = (HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR, 12 * HOUR)  # they divide a day
MONTH = 30 * DAY
MOST_ITEMS = 200
BEFORE_FIRST = 12 * HOUR  # what a first handover looks back to where no roster says when its shift began
LIST_ID, BOOK_ID = "list", "book"
SECTIONS = ("faults", "alarms", "isolations", "silences", "orders", "readings", "records", "drills", "notes")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the list: a ``point`` that is filled from live data, or (empty) something that the person reads and types."""

    label: Text
    point: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None


class WatchList(Record, frozen=True, omit_defaults=True, kw_only=True, tag="watchlist"):
    """What is written down every ``every`` ns. One per site (:data:`LIST_ID`); it counts from ``at`` on."""

    items: tuple[WatchItem, ...] = ()
    every: int = TWO_HOURS
    grace: int = GRACE


class WatchLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One value as it was written down. ``value_at`` is the live value's own time; ``typed``: a person read it."""

    label: Text
    value: float | int | str | None = None
    point: str = ""
    unit: str = ""
    quality: int = 0
    value_at: int = 0
    typed: bool = False
    low: float | None = None
    high: float | None = None
    remark: str = ""

    @property
    def outside(self) -> bool:
        """Beyond its limits."""
        if not isinstance(self.value, int | float):
            return False
        return (self.low is not None and self.value < self.low) or (self.high is not None and self.value > self.high)


class WatchRecord(Record, frozen=True, omit_defaults=True, kw_only=True, tag="watchrecord"):
    """One 2-hourly record; ``at`` is the moment for which it stands, ``entered`` when and by whom. Never changed."""

    entered: Stamp
    lines: tuple[WatchLine, ...]
    remark: str = ""
    late: bool = False


class ShiftNote(Record, frozen=True, omit_defaults=True, kw_only=True, tag="shiftnote"):
    """Something that the next shift has to know; it is carried over until somebody says that it is done."""

    text: str
    by: str
    station: str = ""
    done: Stamp | None = None


class Heard(enum.StrEnum):
    """What a person says about a test."""

    YES = "yes"
    NO = "no"
    NONE = "none"  # it could not be made: no sound device, no channel


class ShiftCheck(Record, frozen=True, omit_defaults=True, kw_only=True, tag="shiftcheck"):
    """上班检查: was the horn heard, did the test message arrive. Never changed."""

    by: str
    station: str
    horn: Heard
    notice: Heard
    channel: str = ""
    person: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        """Both reached the person."""
        return self.horn is Heard.YES and self.notice is Heard.YES


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is handed over, as it stood then. ``state`` is a key of the text catalogue; ``until`` a deadline or an end."""

    id: str
    text: Text
    equipment: str = ""
    at: int = 0
    until: int = 0
    priority: int = 0
    who: str = ""
    state: str = ""


class Handover(Record, frozen=True, omit_defaults=True, kw_only=True, tag="handover"):
    """A signed handover: what stood at that moment, who left and who came. Never changed. ``at`` is when it was signed."""

    since: int  # the handover before it, or when the shift began
    outgoing: Stamp
    incoming: Stamp
    day: str = ""
    shift: str = ""
    sections: dict[str, tuple[Line, ...]] = msgspec.field(default_factory=dict)
    filled: int = 0  # 2-hourly records since then
    missing: tuple[int, ...] = ()  # the moments of those that nobody filled in
    checked: tuple[str, ...] = ()  # start checks since then
    report: str = ""  # what the outgoing person says
    remark: str = ""  # what the incoming person says

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"JB-{self.number:06d}"


class ShiftBook(Record, frozen=True, omit_defaults=True, kw_only=True, tag="shiftbook"):
    """The memory of what has ended: moments filled in (of three days, and since the last handover), the last check and handover."""

    filled: tuple[int, ...] = ()
    check: ShiftCheck | None = None
    handed: str = ""  # the last handover
    handed_at: int = 0
    handed_from: str = ""
    handed_to: str = ""


class SaveWatchRecord(CommandBase, frozen=True):
    """The record of the moment ``slot``, with what the person saw and typed. Late ones need a ``reason``."""

    slot: int
    lines: tuple[WatchLine, ...]
    remark: str = ""
    reason: str = ""


class RecordShiftCheck(CommandBase, frozen=True):
    """The start checks were made; the person says what reached them. A test that failed needs a ``note``."""

    horn: Heard
    notice: Heard
    channel: str = ""
    person: str = ""
    note: str = ""


class FinishNote(CommandBase, frozen=True):
    """A note is dealt with."""

    note: str
    how: str = ""


class SignHandover(CommandBase, frozen=True):
    """Both sign at one desk with their password or PIN; the secrets are checked and forgotten."""

    outgoing: str
    outgoing_secret: str
    incoming: str
    incoming_secret: str
    report: str = ""
    remark: str = ""


def slots(watch: WatchList, since: int, until: int, timezone: str) -> Iterator[int]:
    """The moments in (since, until] for which a record is due, oldest first (UTC ns)."""
    zone = ZoneInfo(timezone)
    day = _local(since, zone)
    since = max(since, watch.at - 1)
    while True:
        midnight, following = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        if midnight > until:
            return
        yield from (slot for slot in range(midnight, following, watch.every) if since < slot <= until)
        day += timedelta(days=1)


def open_slot(watch: WatchList, book: ShiftBook, now: int, timezone: str) -> int:
    """The moment whose record may be filled in now and is not yet; of several the newest. 0: none."""
    for slot in reversed(list(slots(watch, now - LATEST, now + EARLY, timezone))):
        if slot not in book.filled:
            return slot
    return 0


def overdue(watch: WatchList, book: ShiftBook, now: int, timezone: str) -> list[int]:
    """Records of this shift that nobody filled in within their grace: since the last handover, of the last day at most."""
    since = max(now - LATEST, book.handed_at - watch.grace)
    return [slot for slot in slots(watch, since, now - watch.grace, timezone) if slot not in book.filled]


def of_shift(watch: WatchList, since: int, now: int, timezone: str) -> tuple[int, ...]:
    """The moments that a shift from ``since`` to ``now`` answers for: one whose grace still runs is the next shift's.

    Of a month at most, which is as far as the book remembers.
    """
    return tuple(slots(watch, max(since, now - MONTH) - watch.grace, now - watch.grace, timezone))


def missing(watch: WatchList, book: ShiftBook, since: int, now: int, timezone: str) -> tuple[int, ...]:
    """What is to be named in a handover: due in this shift and not filled in."""
    return tuple(slot for slot in of_shift(watch, since, now, timezone) if slot not in book.filled)


def next_slot(watch: WatchList, book: ShiftBook, now: int, timezone: str) -> int:
    """The next moment whose record is still to be made (UTC ns)."""
    return next((slot for slot in slots(watch, now, now + 2 * DAY, timezone) if slot not in book.filled), 0)


def slot_id(slot: int) -> str:
    """A record's id: its moment in seconds."""
    return str(slot // SECOND)


def _local(moment: int, zone: ZoneInfo) -> date:
    return (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    there = datetime(day.year, day.month, day.day, tzinfo=zone)
    return round((there - _EPOCH).total_seconds()) * SECOND
