"""From an alarm as it is written to a rule on one point."""

from __future__ import annotations

from config.fields import Context, Record
from console.domain.estate import CommSource, Point, ValueKind
from console.domain.rules import AlarmRule, Category, CodeText, RuleKind
from console.domain.text import EMPTY, Text
from console.domain.times import SECOND
from console.texts import CHINESE, ENGLISH, tr

COMMS_KEY = "comms"
COMM_STATE = "comm_state"
_PLACE = "${point}"  # in an alarm's texts: the point's own name


def both(key: str) -> Text:
    """A text of the catalogue in both languages."""
    return Text(tr(key, CHINESE), tr(key, ENGLISH))


def comm_point(connection: str, unit: int) -> Point:
    """The implicit point of every wired piece of equipment: 0 while it answers, 1 while it does not."""
    return Point(
        id="",
        equipment="",
        key=COMM_STATE,
        name=both("config.comm_state"),
        kind=ValueKind.STATE,
        source=CommSource(connection, unit),
        states={0: both("config.comm_state_ok"), 1: both("config.comm_state_lost")},
        group=both("config.comm_group"),
    )


def comms_alarm(file: str, line: int, priority: int, delay: int) -> Record:
    """The implicit alarm on ``comm_state``, as if it had been written."""
    record = Record(file, line)
    record.values = {
        "key": COMMS_KEY, "point": COMM_STATE, "kind": "state", "values": [1], "priority": priority, "category": "comms",
        "on_delay": delay, "text": both("config.comms_text"), "cause": both("config.comms_cause"),
        "consequence": both("config.comms_consequence"), "action": both("config.comms_action"),
    }  # fmt: skip
    return record


def make_rule(record: Record, point: Point, codes: dict[int, Record], context: Context) -> AlarmRule | None:
    """The rule on ``point`` (which knows its equipment); ``codes`` are the point's fault codes with their levels."""
    missing = [key for key in ("kind", "priority", "text") if key not in record]
    for key in missing:
        if key not in record.bad:
            context.mistake(record.line, "missing_key", key=key, section="alarm")
    if missing:
        return None
    kind = RuleKind(record.get("kind"))
    if not _fits(kind, record, point, context):
        return None
    name = point.name
    return AlarmRule(
        id=f"{point.id}#{record.get('key')}",
        equipment=point.equipment,
        point=point.id,
        kind=kind,
        priority=record.get("priority"),
        text=_named(record.get("text"), name),
        limit=record.get("limit", 0.0),
        dead_band=record.get("dead_band", 0.0),
        values=tuple(record.get("values", ())),
        mask=record.get("mask", 0),
        codes=_codes(record, codes) if kind is RuleKind.CODE else {},
        on_delay_s=record.get("on_delay", 0) / SECOND,
        off_delay_s=record.get("off_delay", 0) / SECOND,
        category=Category(record.get("category", "equipment")),
        cause=_named(record.get("cause", EMPTY), name),
        consequence=_named(record.get("consequence", EMPTY), name),
        action=_named(record.get("action", EMPTY), name),
        enabled=record.get("enabled", True),
    )


def _named(text: Text, name: Text) -> Text:
    if _PLACE not in text.zh and _PLACE not in text.en:
        return text
    return Text(text.zh.replace(_PLACE, name.get("zh")), text.en.replace(_PLACE, name.get("en")))


def _codes(record: Record, codes: dict[int, Record]) -> dict[int, CodeText]:
    levels: dict[int, int] = record.get("levels", {})
    found = {}
    for code, entry in codes.items():
        level = str(entry.get("level", ""))[:1]
        priority = entry.get("priority") or (levels.get(int(level), 0) if level.isdigit() else 0)
        found[code] = CodeText(Text(entry.get("zh", ""), entry.get("en", "")), priority)
    return found


def _fits(kind: RuleKind, record: Record, point: Point, context: Context) -> bool:
    """Whether the rule's kind has what it needs and can be asked of such a point."""
    needs = {RuleKind.HIGH: "limit", RuleKind.LOW: "limit", RuleKind.STATE: "values", RuleKind.BITS: "mask"}.get(kind)
    if needs and needs not in record:
        if needs not in record.bad:
            context.mistake(record.line, "rule_needs", key=record.get("key"), kind=kind.value, needs=needs)
        return False
    allowed = {
        RuleKind.HIGH: (ValueKind.ANALOG, ValueKind.COUNTER),
        RuleKind.LOW: (ValueKind.ANALOG, ValueKind.COUNTER),
        RuleKind.STATE: (ValueKind.STATE, ValueKind.CODE),
        RuleKind.BITS: (ValueKind.BITS,),
        RuleKind.CODE: (ValueKind.CODE,),
    }[kind]
    if point.kind not in allowed:
        context.mistake(
            record.line_of("kind"), "rule_kind", key=record.get("key"), kind=kind.value, point=point.key, value=point.kind.value
        )
        return False
    strange = [value for value in record.get("values", ()) if point.states and value not in point.states]
    if kind is RuleKind.STATE and strange:
        context.mistake(record.line_of("values"), "rule_values", key=record.get("key"), value=strange[0], point=point.key)
        return False
    if kind in (RuleKind.HIGH, RuleKind.LOW) and point.plausible is not None:
        limit = record.get("limit")
        low, high = point.plausible.low, point.plausible.high
        if (kind is RuleKind.HIGH and high is not None and limit >= high) or (
            kind is RuleKind.LOW and low is not None and limit <= low
        ):
            context.findings.warning(
                record.file, record.line_of("limit"), "limit_never", key=record.get("key"), limit=limit, point=point.key
            )
    return True
