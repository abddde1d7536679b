"""Points that people read: the keys that only they have (``source: manual``)."""

from __future__ import annotations

import re
from typing import Any

from config.fields import Context, Record
from config.scalars import Str
from config.tree import Node, Scalar
from console.domain.estate import ManualSource, Reminder, ValueKind

KEYS = ("remind", "max_daily", "wraps_at", "photo")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERN = r"(daily|weekly (mon|tue|wed|thu|fri|sat|sun)|monthly ([1-9]|[12]\d|3[01])) ([01]\d|2[0-3]):([0-5]\d)"


class ReminderKind(Str):
    """``daily 08:00``, ``weekly mon 08:00``, ``monthly 25 09:00`` in the site's time."""

    wants = "remind"

    def __init__(self) -> None:
        super().__init__("", 30)

    def read(self, node: Node, key: str, context: Context) -> Any:
        text = context.fill(node)[0] if isinstance(node, Scalar) else ""
        match = re.fullmatch(PATTERN, " ".join(text.split()))
        if match is None:
            return self.refuse(node, key, context)
        minute = 60 * int(match[4]) + int(match[5])
        if match[2]:
            return Reminder("week", WEEKDAYS.index(match[2]) + 1, minute)
        return Reminder("month", int(match[3]), minute) if match[3] else Reminder("day", 1, minute)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{PATTERN}$"}


def manual_source(record: Record, context: Context) -> ManualSource | None:
    """The source of a typed point. Texts are not typed, and only a counter grows."""
    kind = record.get("kind", "analog")
    if kind == ValueKind.TEXT:
        context.mistake(record.line_of("kind"), "manual_text", key=record.get("key"))
        return None
    if kind != ValueKind.COUNTER:
        for key in ("max_daily", "wraps_at"):
            if key in record:
                context.mistake(record.line_of(key), "manual_counter", key=key, point=record.get("key"))
    return ManualSource(record.get("remind"), record.get("max_daily", 0.0), record.get("wraps_at", 0.0), record.get("photo", ""))


def only_manual(record: Record, context: Context) -> None:
    """A wired point has none of these keys."""
    for key in KEYS:
        if key in record:
            context.mistake(record.line_of(key), "manual_only", key=key, point=record.get("key"))
