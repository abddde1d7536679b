"""From an alarm as it is written to a rule on one point."""

from __future__ import annotations

from collections.abc import Mapping

from config.fields import Context, Record
from console.domain.estate import CommSource, Point, ValueKind
from console.domain.expressions import compiled
from console.domain.problems import Refused
from console.domain.rules import LIMITED, TIMED, UPPER, AlarmRule, AlarmStep, Category, CodeText, RuleKind
from console.domain.seasons import Season
from console.domain.text import EMPTY, Text
from console.domain.times import SECOND
from console.texts import CHINESE, ENGLISH, tr

COMMS_KEY = "comms"
COMM_STATE = "comm_state"
SELF = "self"  # in ``explains``: the equipment itself with its parts
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


def make_rule(
    record: Record, point: Point, codes: dict[int, Record], points: Mapping[str, Point], context: Context
) -> AlarmRule | None:
    """The rule on ``point``; ``codes`` are its fault codes with their levels, ``points`` those of its equipment by their keys."""
    missing = [key for key in ("kind", "priority", "text") if key not in record]
    for key in missing:
        if key not in record.bad:
            context.mistake(record.line, "missing_key", key=key, section="alarm")
    if missing:
        return None
    kind = RuleKind(record.get("kind"))
    if not _fits(kind, record, point, context):
        return None
    inputs = _inputs(record, points, context)
    if inputs is None:
        return None
    against = record.get("against", "")
    if against and against not in points:
        context.mistake(record.line_of("against"), "rule_no_point", key=record.get("key"), point=against)
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
        other=points[against].id if against else "",
        set_point=record.get("set_point", 0.0),
        window_s=record.get("window", 0) / SECOND,
        direction=record.get("direction", ""),
        expression=record.get("expression", "").strip(),
        when=record.get("when", "").strip(),
        inputs=inputs,
        season=Season(tuple(record.get("hours", ())), tuple(record.get("weekdays", ())), tuple(record.get("months", ()))),
        realarm_s=record.get("realarm", 0) / SECOND,
        latched=record.get("latched", False),
        explains=tuple(point.equipment if name == SELF else name for name in record.get("explains", ())),
        steps=_steps(record, name),
        response_s=record.get("response", 0) / SECOND,
    )


def named_points(record: Record) -> set[str]:
    """The names that an alarm's expressions and its ``against`` use; of an expression that cannot be read, none."""
    found = {record.get("against", "")} - {""}
    for key in ("expression", "when"):
        try:
            found |= set(compiled(record.get(key, "").strip()).names) if record.get(key, "").strip() else set()
        except Refused:
            continue
    return found


def _inputs(record: Record, points: Mapping[str, Point], context: Context) -> dict[str, str] | None:
    """Which point every name of the expressions is; ``None`` where one cannot be read."""
    inputs: dict[str, str] = {}
    for key in ("expression", "when"):
        if not record.get(key, "").strip():
            continue
        try:
            names = compiled(record.get(key).strip()).names
        except Refused as refused:
            column = refused.problem.params.get("column", 1)
            context.mistake(record.line_of(key), "rule_expression", key=record.get("key"), column=column)
            return None
        for name in names:
            if "." in name:  # another equipment's, by its full id
                inputs[name] = name
            elif name in points:
                inputs[name] = points[name].id
            else:
                context.mistake(record.line_of(key), "rule_no_point", key=record.get("key"), point=name)
                return None
    return inputs


def _steps(record: Record, name: Text) -> tuple[AlarmStep, ...]:
    """What is to be done; fire and trapped passengers have their steps even where nobody wrote any."""
    written = record.get("steps")
    if written:
        return tuple(AlarmStep(_named(step.get("text"), name), step.get("within", 0) / SECOND) for step in written)
    if record.get("priority") != 1:
        return ()
    return tuple(AlarmStep(both(key), within) for key, within in STEPS.get(record.get("category", ""), ()))


# Source of the times: R-EM-07 (fire: at once, staff to the site), requirements.md §11 (acknowledge in 3 min, on site in 30 min).
STEPS: dict[str, tuple[tuple[str, float], ...]] = {
    "fire": (
        ("config.step.fire_confirm", 180.0),
        ("config.step.fire_119", 0.0),
        ("config.step.fire_evacuate", 0.0),
        ("config.step.fire_linkage", 0.0),
        ("config.step.fire_brigade", 0.0),
    ),
    "trapped": (
        ("config.step.trapped_talk", 180.0),
        ("config.step.trapped_dispatch", 900.0),
        ("config.step.trapped_arrive", 1800.0),
        ("config.step.trapped_out", 0.0),
    ),
}


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


_NUMBERS = (ValueKind.ANALOG, ValueKind.COUNTER)
_SWITCHES = (ValueKind.STATE, ValueKind.ANALOG, ValueKind.BITS, ValueKind.CODE)
ALLOWED: dict[RuleKind, tuple[ValueKind, ...]] = {
    **dict.fromkeys((*LIMITED, RuleKind.RATE), _NUMBERS),
    RuleKind.DEVIATION: (ValueKind.ANALOG,),
    RuleKind.STATE: (ValueKind.STATE, ValueKind.CODE),
    RuleKind.BITS: (ValueKind.BITS,),
    RuleKind.CODE: (ValueKind.CODE,),
    RuleKind.DISCREPANCY: (ValueKind.STATE, ValueKind.ANALOG),
    RuleKind.STUCK: (ValueKind.ANALOG, ValueKind.COUNTER, ValueKind.STATE),
    RuleKind.NO_DATA: tuple(ValueKind),
    RuleKind.RESET: (ValueKind.COUNTER,),
    RuleKind.STARTS: _SWITCHES,
    RuleKind.RUNNING: _SWITCHES,
    RuleKind.CALCULATED: tuple(ValueKind),
}
NEEDS: dict[RuleKind, tuple[str, ...]] = {
    **dict.fromkeys((*LIMITED, RuleKind.RATE, RuleKind.STARTS), ("limit",)),
    RuleKind.STATE: ("values",),
    RuleKind.BITS: ("mask",),
    RuleKind.DEVIATION: ("limit", "set_point|against"),
    RuleKind.DISCREPANCY: ("against",),
    RuleKind.CALCULATED: ("expression",),
}


def _fits(kind: RuleKind, record: Record, point: Point, context: Context) -> bool:
    """Whether the rule's kind has what it needs and can be asked of such a point."""
    for needs in NEEDS.get(kind, ()) + (("window",) if kind in TIMED else ()):
        if not any(word in record for word in needs.split("|")):
            if not record.bad.intersection(needs.split("|")):
                context.mistake(record.line, "rule_needs", key=record.get("key"), kind=kind.value, needs=needs.replace("|", " / "))
            return False
    allowed = ALLOWED[kind]
    if point.kind not in allowed:
        context.mistake(
            record.line_of("kind"), "rule_kind", key=record.get("key"), kind=kind.value, point=point.key, value=point.kind.value
        )
        return False
    strange = [value for value in record.get("values", ()) if point.states and value not in point.states]
    if kind is RuleKind.STATE and strange:
        context.mistake(record.line_of("values"), "rule_values", key=record.get("key"), value=strange[0], point=point.key)
        return False
    if kind in LIMITED and point.plausible is not None:
        limit = record.get("limit")
        low, high = point.plausible.low, point.plausible.high
        if (kind in UPPER and high is not None and limit >= high) or (kind not in UPPER and low is not None and limit <= low):
            context.findings.warning(
                record.file, record.line_of("limit"), "limit_never", key=record.get("key"), limit=limit, point=point.key
            )
    return True
