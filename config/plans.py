"""From a maintenance plan as it is written to a plan of one piece of equipment."""

from __future__ import annotations

from config.durations import Interval
from config.fields import Context, Record
from console.domain.estate import Point, ValueKind
from console.domain.plans import MaintenancePlan, Meter
from console.domain.text import EMPTY
from console.domain.times import DAY

HOURS_KEY = "run_hours"  # the point that running-hours plans count on unless another is named


def make_plan(record: Record, equipment: str, points: dict[str, Point], context: Context) -> MaintenancePlan | None:
    """The plan, or ``None`` after a mistake or for one that is switched off."""
    if not record.get("enabled", True):
        return None
    missing = [key for key in ("title", "every") if key not in record and (key != "every" or "counters" not in record)]
    for key in missing:
        if key not in record.bad:
            context.mistake(record.line, "plan_no_interval" if key == "every" else "missing_key", key=key, section="plan")
    if missing:
        return None
    every: Interval = record.get("every", Interval())
    hours_point = ""
    if every.hours:
        key = record.get("hours_point", HOURS_KEY)
        point = points.get(key)
        if point is None:
            context.mistake(record.line_of("every"), "plan_no_hours_point", plan=record.get("key"), point=key, equipment=equipment)
            return None
        if point.kind is not ValueKind.COUNTER:
            context.mistake(record.line_of("hours_point"), "plan_hours_not_counter", plan=record.get("key"), point=key)
            return None
        hours_point = point.id
    meters = _meters(record, equipment, points, context)
    if meters is None:
        return None
    lead: int = record.get("lead", 0)
    shift: str = record.get("shift", "stay")
    return MaintenancePlan(
        id=f"{equipment}/{record.get('key')}",
        equipment=equipment,
        title=record.get("title"),
        every_days=every.days,
        every_months=every.months,
        every_hours=every.hours,
        hours_point=hours_point,
        first_due=record.get("first_due", ""),
        lead_days=-(-lead // DAY),
        priority=record.get("priority", 4),
        checklist=tuple(record.get("checklist", ())),
        source=record.get("source", EMPTY),
        assignee=record.get("assignee", ""),
        within=record.get("within", ""),
        completion=record.get("completion", False),
        meters=meters,
        grace_days=-(-record.get("grace", 0) // DAY),
        months=tuple(record.get("months", ())),
        shift="" if shift == "stay" else shift,
        hours=record.get("work", 0.0),
        team=record.get("team", ""),
    )


def levels(records: list[Record], equipment: str, context: Context) -> None:
    """Every higher level that a plan names is there; one that is switched off leaves the level below it on its own."""
    keys = {record.get("key") for record in records}
    for record in records:
        within = record.get("within")
        if within and within not in keys and record.get("enabled", True):
            context.mistake(
                record.line_of("within"), "plan_within_unknown", plan=record.get("key"), equipment=equipment, within=within
            )


def _meters(record: Record, equipment: str, points: dict[str, Point], context: Context) -> tuple[Meter, ...] | None:
    found = []
    for counter in record.get("counters", ()):
        if "point" not in counter or "every" not in counter:
            return None  # said already
        point = points.get(counter.get("point"))
        if point is None or point.kind is not ValueKind.COUNTER:
            context.mistake(
                counter.line, "plan_counter_point", plan=record.get("key"), point=counter.get("point"), equipment=equipment
            )
            return None
        found.append(Meter(point.id, counter.get("every"), counter.get("wrap", 0.0)))
    return tuple(found)
