"""What other systems read: each thing that we publish as a JSON document. Pure. docs/mqtt.md describes it for them.

Texts are there in Chinese and English, times as ISO 8601 in UTC. People's names stay with us, but for who an order is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from console.domain.alarms import Alarm
from console.domain.estate import Equipment, Point, ValueKind
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import SECOND
from console.engine.live import NEVER, LiveTable

_encode = msgspec.json.encode
Record = Alarm | Fault | Order


def topic(record: Record) -> str:
    """Where a record stands below the tree: ``alarms/A-000123``."""
    return f"{_kind(record)}/{record.id}"


def over(record: Record) -> bool:
    """True when nothing of it is left to be shown."""
    return record.over if isinstance(record, Alarm) else not record.open


def document(record: Record, names: dict[str, Equipment]) -> bytes:
    """One alarm, fault or order."""
    known = names.get(record.equipment)
    about: dict[str, Any] = {"id": record.id, "equipment": record.equipment, "name": _text(known.name) if known else None}
    match record:
        case Alarm():
            about |= {
                "text": _text(record.text),
                "point": record.point,
                "priority": record.priority,
                "category": record.category,
                "state": record.state,
                "active": record.active,
                "acknowledged": record.acknowledged,
                "value": record.value,
                "raised_at": _time(record.raised_at),
                "returned_at": _time(record.returned_at),
                "acknowledged_at": _time(record.acknowledged_at),
                "fault": record.fault or None,
            }
        case Fault():
            about |= {
                "text": _text(record.text),
                "priority": record.priority,
                "category": record.category,
                "open": record.open,
                "opened_at": _time(record.opened_at),
                "taken_at": _time(record.taken.at) if record.taken else None,
                "closed_at": _time(record.closed_at),
                "close_code": record.close_code,
                "order": f"WO-{record.order:06d}" if record.order else None,
            }
        case Order():
            about |= {
                "text": _text(record.title),
                "kind": record.kind,
                "priority": record.priority,
                "state": record.state,
                "open": record.open,
                "on_hold": record.held,
                "assignee": record.assignee or None,
                "created_at": _time(record.created_at),
                "due_at": _time(record.due_at),
                "fault": f"F-{record.fault:06d}" if record.fault else None,
            }
    return _encode(about)


def values(equipment: Equipment, points: Sequence[Point], live: LiveTable) -> bytes:
    """The present values of one piece of equipment: null where there is no usable one, and then ``quality`` says why."""
    numbers: dict[str, float | int | str | None] = {}
    quality: dict[str, str] = {}
    states: dict[str, dict[str, str]] = {}
    newest = 0
    for point in points:
        number, said = point.number, live.quality(point.number)
        usable = said <= Quality.MANUAL
        value = live.shown(number) if usable else None
        numbers[point.key] = value
        if not usable:
            quality[point.key] = "never" if said == NEVER else Quality(said).name.lower()
        elif point.kind in (ValueKind.STATE, ValueKind.CODE) and isinstance(value, int | float) and int(value) in point.states:
            states[point.key] = _text(point.states[int(value)])
        newest = max(newest, live.time(number))
    return _encode(
        {
            "equipment": equipment.id,
            "name": _text(equipment.name),
            "time": _time(newest),
            "values": numbers,
            "states": states,
            "quality": quality,
        }
    )


def about(equipment: Equipment, points: Sequence[Point]) -> bytes:
    """What a piece of equipment is and what its values mean."""
    return _encode(
        {
            "equipment": equipment.id,
            "name": _text(equipment.name),
            "kind": equipment.kind,
            "system": equipment.system,
            "location": equipment.location,
            "points": {
                point.key: {
                    "name": _text(point.name),
                    "kind": point.kind,
                    "unit": point.unit,
                    "states": {str(code): _text(text) for code, text in point.states.items()},
                }
                for point in points
            },
        }
    )


def summary(records: Iterable[Record]) -> bytes:
    """How many of what is open."""
    alarms = {str(priority): 0 for priority in range(1, 5)}
    unacknowledged = faults = orders = 0
    for record in records:
        match record:
            case Alarm():
                alarms[str(record.priority)] += record.active
                unacknowledged += not record.acknowledged
            case Fault():
                faults += record.open
            case Order():
                orders += record.open
    return _encode({"active_alarms": alarms, "unacknowledged_alarms": unacknowledged, "open_faults": faults, "open_orders": orders})


def _kind(record: Record) -> str:
    return "alarms" if isinstance(record, Alarm) else "faults" if isinstance(record, Fault) else "orders"


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh or text.en, "en": text.en or text.zh}


def _time(moment: int) -> str | None:
    if not moment:
        return None
    return datetime.fromtimestamp(moment / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
