"""Saving records: who may, what has to be in them, and that nobody's change is written over unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from console.domain.acts import Act, demanded, words
from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import Event, RecordSaved
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.calendars import CalendarYear
from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_decisions import check_cards, judge_card
from console.domain.maintenance.drills import DrillPlan, Training
from console.domain.maintenance.drills_decisions import judge_drill_plan, judge_training
from console.domain.maintenance.emergencies import EmergencyPlan
from console.domain.maintenance.emergencies_decisions import judge_plan as judge_emergency_plan
from console.domain.maintenance.outages import OutageNotice
from console.domain.maintenance.outages_decisions import judge_notice
from console.domain.maintenance.parts import Part
from console.domain.maintenance.parts_decisions import judge_part
from console.domain.maintenance.people import Person
from console.domain.maintenance.people_decisions import judge_person
from console.domain.maintenance.planning import Plan, TurnChange
from console.domain.maintenance.planning_decisions import check_plans, judge_calendar, judge_plan, judge_turn
from console.domain.maintenance.records import kind_of
from console.domain.maintenance.reports_decisions import judge_mailing
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.maintenance.rounds import Route
from console.domain.maintenance.rounds_decisions import judge_route
from console.domain.maintenance.shifts import ShiftNote, WatchList
from console.domain.maintenance.shifts_decisions import judge_list, judge_note
from console.domain.maintenance.vendors import Vendor, Visit
from console.domain.maintenance.vendors_decisions import judge_vendor, judge_visit
from console.domain.problems import Refused

# A judge checks right and fields of the new version against the present one (None: there is none) and returns it as it is to
# be kept, with what only the collector may fill in; or raises Refused. It also judges an end: the new version has ``ended_at``.
Judge = Callable[[Act, Any, Any], AnyRecord]

LONGEST_ID = 100  # characters; it is typed, printed on labels, and in every line of the log

JUDGES: dict[type[AnyRecord], Judge] = {
    Person: judge_person,
    Card: judge_card,
    Part: judge_part,
    WatchList: judge_list,
    ShiftNote: judge_note,
    Vendor: judge_vendor,
    Visit: judge_visit,
    Route: judge_route,
    EmergencyPlan: judge_emergency_plan,
    DrillPlan: judge_drill_plan,
    Training: judge_training,
    OutageNotice: judge_notice,
    Plan: judge_plan,
    TurnChange: judge_turn,
    CalendarYear: judge_calendar,
    Mailing: judge_mailing,
}


# What only shows in all the records of a kind that are saved together.
TOGETHER: dict[type[AnyRecord], Callable[[Act, Sequence[Any]], None]] = {
    Card: check_cards,
    Plan: check_plans,
}


def save(act: Act, command: SaveRecords) -> tuple[Event, ...]:
    """All of the records, or none."""
    if len(command.records) != len(command.bases):
        raise ValueError("as many bases as records")
    reason = words(command.reason)
    seen: set[tuple[str, str]] = set()
    for record in command.records:
        name = (kind_of(record), record.id.strip())
        if record.id and name in seen:
            raise Refused("refused.record_twice", id=record.id)
        seen.add(name)
    for kind, check in TOGETHER.items():
        if found := [record for record in command.records if isinstance(record, kind)]:
            check(act, found)
    return tuple(saved(act, record, base, reason) for record, base in zip(command.records, command.bases, strict=True))


def end(act: Act, command: EndRecord) -> tuple[Event, ...]:
    """Take a record out of use."""
    reason = demanded(command.reason, "refused.reason_missing")
    present = act.world.kept.get(command.kind, {}).get(command.record)
    if present is None:
        raise Refused("refused.record_unknown", id=command.record)
    return (saved(act, replace(present, ended_at=act.now), command.base, reason, "ended"),)


def saved(act: Act, record: AnyRecord, base: int, reason: str = "", what: str = "") -> RecordSaved:
    """The event of one record's next version, judged. ``base``: the revision that the person saw, 0 for a new record."""
    judge = JUDGES.get(type(record))
    if judge is None:
        raise Refused("refused.record_by_flow", kind=kind_of(record))
    present = act.world.kept.get(kind_of(record), {}).get(record.id) if record.id else None
    if (present.revision if present is not None else 0) != base:
        raise Refused("refused.record_changed", id=record.id)
    if present is None and (len(record.id) > LONGEST_ID or not record.id.isprintable()):
        raise Refused("refused.record_id", id=record.id[:LONGEST_ID], most=LONGEST_ID)
    if record.ended_at and not what:  # an end changes nothing else, and counts from now
        if present is None:
            raise Refused("refused.record_unknown", id=record.id)
        record, what = replace(present, ended_at=act.now), "ended"
    judged = judge(act, record, present)
    return RecordSaved(replace(judged, revision=base + 1), what or ("changed" if present is not None else "created"), reason)


def changed(record: AnyRecord, what: str, reason: str = "", **changes: object) -> RecordSaved:
    """The next version of a record that a decision of its own has checked."""
    return RecordSaved(replace(record, revision=record.revision + 1, **changes), what, reason)
