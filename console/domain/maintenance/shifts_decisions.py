"""Decisions at the desk: the 2-hourly record, the start checks, notes, and the signed handover."""

from __future__ import annotations

import math

from msgspec.structs import replace

from console.domain import rosters
from console.domain.accounts import Account, Right
from console.domain.acts import Act, demanded, require, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.shifts import (
    FinishNote,
    Handover,
    Heard,
    RecordShiftCheck,
    SaveWatchRecord,
    ShiftBook,
    ShiftCheck,
    ShiftNote,
    SignHandover,
    WatchItem,
    WatchLine,
    WatchList,
    WatchRecord,
)
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.times import DAY, MINUTE
from console.domain.world import World

REMEMBERED = 3 * DAY  # moments filled in: a handover looks back to the one before it, and a weekend is not lost
TWICE = 10 * MINUTE  # ours: who signs again so soon did not see that another desk had the same handover signed
USABLE = 1  # the worst quality of a live value that may be written down (console.domain.quality: good, manual)


def judge_list(act: Act, watch: WatchList, present: WatchList | None) -> WatchList:
    """The list as it is to be from now on."""
    act.require(Right.CONFIGURE)
    if watch.ended_at:
        raise Refused("shift.refused.list_stays")
    if watch.every not in shifts.EVERY:
        raise Refused("shift.refused.every")
    if not MINUTE <= watch.grace < watch.every:
        raise Refused("shift.refused.grace")
    if not 1 <= len(watch.items) <= shifts.MOST_ITEMS:
        raise Refused("shift.refused.items", most=shifts.MOST_ITEMS)
    for place, item in enumerate(watch.items, 1):
        _right_item(act.world, item, place)
    return replace(watch, id=shifts.LIST_ID, at=present.at if present is not None else act.now)


def judge_note(act: Act, note: ShiftNote, present: ShiftNote | None) -> ShiftNote:
    """A note for the next shift. What is done is said by :class:`FinishNote`."""
    act.require(Right.HAND_OVER)
    text = demanded(note.text, "refused.note_empty")
    if note.equipment and not act.world.knows(note.equipment):
        raise Refused("refused.no_equipment", equipment=note.equipment)
    if note.ended_at:
        raise Refused("shift.refused.note_by_done")
    if present is not None:
        return replace(present, text=text, equipment=note.equipment)
    number = act.number("shiftnote")
    return ShiftNote(
        id=f"SN-{number:06d}",
        number=number,
        at=act.now,
        equipment=note.equipment,
        text=text,
        by=act.actor.name,
        station=act.station,
    )


def finish_note(act: Act, command: FinishNote) -> tuple[Event, ...]:
    """Dealt with: it is not handed over any more."""
    act.require(Right.HAND_OVER)
    note = act.world.records(ShiftNote).get(command.note)
    if note is None:
        raise Refused("refused.record_unknown", id=command.note)
    how = words(command.how)
    done = replace(note, done=act.stamp(note=how), ended_at=act.now, revision=note.revision + 1)
    return (RecordSaved(done, "ended", how),)


def check(act: Act, command: RecordShiftCheck) -> tuple[Event, ...]:
    """The start checks. What did not reach the person is written down with what is done about it."""
    act.require(Right.HAND_OVER)
    failed = (command.horn, command.notice) != (Heard.YES, Heard.YES)
    note = demanded(command.note, "shift.refused.check_note") if failed else words(command.note)
    number = act.number("shiftcheck")
    made = ShiftCheck(
        id=f"SC-{number:06d}",
        number=number,
        revision=1,
        at=act.now,
        ended_at=act.now,
        by=act.actor.name,
        station=act.station,
        horn=command.horn,
        notice=command.notice,
        channel=words(command.channel),
        person=words(command.person),
        note=note,
    )
    return RecordSaved(made, "created"), _book(act, check=made)


def save_record(act: Act, command: SaveWatchRecord) -> tuple[Event, ...]:
    """The record of one moment. Every line has a value or says why there is none."""
    act.require(Right.HAND_OVER)
    watch, book = standing.list_of(act.world), standing.book_of(act.world)
    if watch is None:
        raise Refused("shift.refused.no_list")
    zone = act.world.timezone
    if command.slot not in shifts.slots(watch, act.now - shifts.LATEST, act.now + shifts.EARLY, zone):
        raise Refused("shift.refused.slot")
    if command.slot in book.filled:
        raise Refused("shift.refused.filled")
    if len(command.lines) != len(watch.items):
        raise Refused("shift.refused.lines")
    late = act.now > command.slot + watch.grace
    reason = demanded(command.reason, "shift.refused.late") if late else words(command.reason)
    pairs = zip(watch.items, command.lines, strict=True)
    lines = tuple(_line(item, line, place, act.now) for place, (item, line) in enumerate(pairs, 1))
    made = WatchRecord(
        id=shifts.slot_id(command.slot),
        revision=1,
        at=command.slot,
        ended_at=act.now,
        entered=act.stamp(reason=reason),
        lines=lines,
        remark=words(command.remark),
        late=late,
    )
    since = max(min(act.now - REMEMBERED, book.handed_at or act.now), act.now - shifts.MONTH) - watch.grace
    kept = sorted(slot for slot in (*book.filled, command.slot) if slot > since)
    return RecordSaved(made, "created", reason), _book(act, filled=tuple(kept))


def sign(act: Act, command: SignHandover) -> tuple[Event, ...]:
    """The handover. Whose the secrets are was checked before; here: that they are two, and may stand a shift."""
    outgoing, incoming = _person(act.world, command.outgoing), _person(act.world, command.incoming)
    if outgoing.name == incoming.name:
        raise Refused("shift.refused.same_person")
    for person in (outgoing, incoming):
        require(person, Right.HAND_OVER)
    world, book = act.world, standing.book_of(act.world)
    if book.handed_from == outgoing.name and abs(act.now - book.handed_at) < TWICE:
        raise Refused("shift.refused.handed_over", handover=book.handed, who=outgoing.display, to=world.display(book.handed_to))
    running = rosters.running(world.roster, act.now, world.timezone)
    since = book.handed_at or min((each.since for each in running), default=act.now - shifts.BEFORE_FIRST)
    watch = standing.list_of(world)
    due = shifts.of_shift(watch, since, act.now, world.timezone) if watch is not None else ()
    missing = tuple(slot for slot in due if slot not in book.filled)
    number = act.number("handover")
    name = f"JB-{number:06d}"
    stamp = Stamp(act.now, outgoing.name, act.now, outgoing.name, act.station)
    handover = Handover(
        id=name,
        number=number,
        revision=1,
        at=act.now,
        ended_at=act.now,
        since=since,
        outgoing=stamp,
        incoming=replace(stamp, by=incoming.name, entered_by=incoming.name),
        day=running[0].day.isoformat() if running else "",
        shift=running[0].shift.id if running else "",
        sections=standing.content(world, act.now, world.timezone, since),
        filled=len(due) - len(missing),
        missing=missing,
        checked=(book.check.id,) if book.check is not None and book.check.at > since else (),
        report=words(command.report),
        remark=words(command.remark),
    )
    return (
        RecordSaved(handover, "signed"),
        _book(act, handed=name, handed_at=act.now, handed_from=outgoing.name, handed_to=incoming.name),
    )


def _person(world: World, name: str) -> Account:
    account = world.accounts.get(name)
    if account is None:
        raise Refused("refused.secret")
    return account


def _book(act: Act, **changes: object) -> RecordSaved:
    book = standing.book_of(act.world)
    after: ShiftBook = replace(book, at=book.at or act.now, revision=book.revision + 1, **changes)
    return RecordSaved(after, "changed")


def _right_item(world: World, item: WatchItem, place: int) -> None:
    if not words(item.label.zh or item.label.en):
        raise Refused("shift.refused.item_label", line=place)
    if item.point and item.point not in world.points:
        raise Refused("shift.refused.item_point", line=place, point=item.point)
    limits = [limit for limit in (item.low, item.high) if limit is not None]
    if not all(math.isfinite(limit) for limit in limits) or limits != sorted(limits):
        raise Refused("shift.refused.item_limits", line=place)


def _line(item: WatchItem, line: WatchLine, place: int, now: int) -> WatchLine:
    value = line.value
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("shift.refused.value", line=place)
    if isinstance(value, str):
        value = words(value) or None
    live = bool(item.point) and not line.typed
    if live and (line.quality > USABLE or line.value_at > now + MINUTE):
        value = None  # what was shown there was no value
    remark = words(line.remark)
    if value is None and not remark:
        raise Refused("shift.refused.no_value", line=place, label=item.label.zh or item.label.en)
    return WatchLine(
        item.label, value, item.point, item.unit, line.quality if live else 0, line.value_at if live else 0, not live,
        item.low, item.high, remark,
    )  # fmt: skip
