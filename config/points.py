"""From a point as it is written to a point that can be stamped onto a piece of equipment."""

from __future__ import annotations

import msgspec

from config import mqtt
from config.fields import Context, Record
from config.manual import manual_source, only_manual
from config.scalars import loose_value
from config.schema import POINT
from config.tree import Mapping, Node, Scalar, Sequence
from console.domain.estate import Factor, ModbusSource, MqttSource, OtherSource, Point, Recording, Source, ValueKind
from console.domain.registers import is_text, width
from console.domain.text import EMPTY, Text
from console.domain.times import SECOND

RATES = {"fast": 250, "normal": 1000, "slow": 60_000, "hourly": 3_600_000}  # rate classes and their sampling interval, ms
STALE_FLOOR_S = 10.0  # a value is not called stale before this age, however fast it is polled
STALE_POLLS = 3  # missed polls (or reports) until a value is stale: maps/mqtt_payloads "silence timeout = 3 × expected interval"
_NUMBERS_ONLY = ("bit", "scale", "offset", "not_available", "factors", "plausible", "normal")  # nothing that a text has
_BYTE_ORDERS = ("ABCD", "BADC")  # all that a run of characters, or of separate numbers, can come in


def read_points(node: Node | None, context: Context, defaults: Record, groups: dict[str, Text]) -> list[Record]:
    """All points of a list, repeated ones written out, with ``defaults`` beneath."""
    if node is None or (isinstance(node, Scalar) and node.null):
        return []
    if not isinstance(node, Sequence):
        context.mistake(node.line, "want_list", key="points", found=node.text if isinstance(node, Scalar) else "{…}")
        return []
    found: list[Record] = []
    for item in node.items:
        for record in _repeated(item, context):
            group = record.get("group")
            if isinstance(group, Text) and group.zh in groups:
                record.values["group"] = groups[group.zh]
            over = defaults.merged(record)
            over.line = record.line
            found.append(over)
    return found


def _repeated(node: Node, context: Context) -> list[Record]:
    if not isinstance(node, Mapping) or "repeat" not in node.entries:
        record = POINT.read(node, "points", context)
        return [_as_meant(record, context)] if isinstance(record, Record) else []
    repeat = POINT.fields["repeat"].kind.read(node.entries["repeat"][1], "repeat", context)
    if not isinstance(repeat, Record) or repeat.bad:
        return []
    if ("to" in repeat) == ("loops" in repeat):
        context.mistake(repeat.line, "repeat_what")
        return []
    counted: list[dict[str, str]] = [{"loop": str(loop), "n": str(number)} for loop, number in repeat.get("loops", ())]
    if "to" in repeat:
        counted = [{"n": str(number)} for number in range(repeat.get("from", 1), repeat.get("to") + 1)]
    records = []
    for places in counted:
        inner = Context(context.file, context.findings, {**context.params, **places}, context.later)
        record = POINT.read(node, "points", inner)
        if isinstance(record, Record):
            records.append(_as_meant(record, inner))
    return records


def _as_meant(record: Record, context: Context) -> Record:
    """A point's own record, before the defaults are laid beneath it: those are written for the numbers of a type."""
    kind = record.get("type", "")
    if is_text(kind):
        for name in _NUMBERS_ONLY:
            if name in record:
                context.mistake(record.line_of(name), "text_number", key=record.get("key", ""), name=name, type=kind)
                record.bad.add(name)
        if kind != "time2" and record.values.setdefault("order", "ABCD") not in _BYTE_ORDERS:
            context.mistake(record.line_of("order"), "text_order", key=record.get("key", ""), type=kind, order=record.get("order"))
    return rated(record, context)


def rated(record: Record, context: Context) -> Record:
    """``record`` with its rate class as the sampling interval that it stands for."""
    rate = record.get("rate")
    if rate is not None:
        if "poll_ms" in record:
            context.mistake(record.line_of("rate"), "rate_and_poll")
        record.values["poll_ms"] = RATES[rate]
        record.lines["poll_ms"] = record.line_of("rate")
    return record


def make_point(record: Record, context: Context) -> Point | None:
    """The point without its equipment (``id``, ``equipment``, connection and unit are empty); ``None`` after a mistake."""
    key = record.get("key")
    if key is None:
        return None
    if "name" not in record:
        if "name" not in record.bad:
            context.mistake(record.line, "missing_key", key="name", section="point")
        return None
    source = _source(record, context)
    if source is None:
        return None
    text = isinstance(source, ModbusSource) and is_text(source.type)
    kind = ValueKind(record.get("kind", "text" if text else "analog"))
    if isinstance(source, ModbusSource) and text != (kind is ValueKind.TEXT):
        context.mistake(record.line_of("kind"), "kind_of_type", key=key, kind=kind.value, type=source.type)
        return None
    poll_ms = record.get("poll_ms", 1000)
    stale = record.get("stale_after")
    codes: dict[int, Record] = record.get("codes", {})
    states: dict[int, Text] = record.get("states", {})
    if codes:
        states = {code: Text(entry.get("zh", ""), entry.get("en", "")) for code, entry in codes.items()}
    if kind in (ValueKind.STATE, ValueKind.CODE) and not states and not record.bad & {"states", "codes"}:
        context.mistake(record.line, "states_missing", key=key)
    return Point(
        id="",
        equipment="",
        key=key,
        name=record.get("name"),
        kind=kind,
        source=source,
        unit=record.get("unit", ""),
        decimals=record.get("decimals", 0),
        states=states,
        isolated=tuple(record.get("isolated", ())),
        normal=record.get("normal"),
        plausible=record.get("plausible"),
        poll_ms=poll_ms,
        stale_after_s=stale / SECOND if stale is not None else max(STALE_FLOOR_S, STALE_POLLS * poll_ms / 1000),
        main=record.get("main", False),
        group=record.get("group", EMPTY),
        record=_recording(record.get("record")),
    )


def _recording(found: Record | None) -> Recording | None:
    if found is None:
        return None
    heartbeat = found.get("heartbeat")
    return Recording(
        dead_band=found.get("dead_band", 0.0),
        percent=found.get("percent", 0.0),
        heartbeat_s=heartbeat / SECOND if heartbeat else Recording().heartbeat_s,
    )


def _source(record: Record, context: Context) -> Source | None:
    if record.get("source") == "manual":
        return manual_source(record, context)
    only_manual(record, context)
    if "address" in record:
        return _modbus(record, context) if _has_register_type(record, context) else None
    if record.bad & {"address", "topic", "options"}:
        return None
    if "topic" in record:
        return mqtt.source(record, context)
    if "options" in record:
        return OtherSource("", {key: loose_value(value) for key, value in record.get("options").values.items()})
    context.mistake(record.line, "source_missing", key=record.get("key"))
    return None


def _has_register_type(record: Record, context: Context) -> bool:
    """Single bytes are for binary MQTT payloads only."""
    if record.get("type") not in ("u8", "i8"):
        return True
    context.mistake(record.line_of("type"), "byte_type", key=record.get("key"), type=record.get("type"))
    return False


def _modbus(record: Record, context: Context) -> ModbusSource | None:
    function = record.get("fc", 3)
    kind = record.get("type", "u16" if function >= 3 else "bool")
    line = record.line_of("address")
    address: int = record.get("address")
    if function <= 2 and kind != "bool":
        context.mistake(record.line_of("type"), "bit_function", key=record.get("key"), fc=function, type=kind)
        return None
    if is_text(kind):
        if not _text_fits(record, kind, context):
            return None
    elif "length" in record:
        context.mistake(record.line_of("length"), "length_of_number", key=record.get("key"), type=kind)
        return None
    source = ModbusSource(
        connection="",
        unit=0,
        function=function,
        address=address,
        type=kind,
        order=record.get("order", "ABCD"),
        bit=record.get("bit"),
        bits=1 if is_text(kind) else record.get("bits", 1),
        scale=1.0 if is_text(kind) else record.get("scale", 1.0),
        offset=0.0 if is_text(kind) else record.get("offset", 0.0),
        not_available=() if is_text(kind) else tuple(record.get("not_available", ())),
        length=record.get("length", 1),
        factors=tuple(_factor(factor, context) for factor in record.get("factors", ()) if "point" in factor),
    )
    most = 8 if kind in ("u8hi", "u8lo") else 16 * width(source)
    if source.bit is not None and (kind in ("f32", "f64", "bcd16", "bcd32") or source.bit + source.bits > most):
        context.mistake(record.line_of("bit"), "bit_range", key=record.get("key"), bit=source.bit, bits=source.bits, type=kind)
        return None
    if address + width(source) > 65536:
        context.mistake(line, "address_end", key=record.get("key"), address=address, width=width(source))
        return None
    return source


def _text_fits(record: Record, kind: str, context: Context) -> bool:
    """A text says how long it is; a date is as long as it is."""
    key = record.get("key")
    if kind == "text" and "length" not in record:
        if "length" not in record.bad:
            context.mistake(record.line_of("type"), "length_missing", key=key)
        return False
    if kind != "text" and "length" in record:
        context.mistake(record.line_of("length"), "length_of_number", key=key, type=kind)
        return False
    return True


def _factor(record: Record, context: Context) -> Factor:
    how, table = record.get("how", "times"), record.get("table", {})
    if (how == "table") != bool(table) and not record.bad & {"how", "table"}:
        context.mistake(record.line, "factor_table" if how == "table" else "factor_without_table", point=record.get("point"))
    return Factor(record.get("point"), how, table)


def wired(source: Source, equipment: str, connection: str, unit: int) -> Source:
    """``source`` on its connection, its factors among the points of ``equipment``."""
    if isinstance(source, ModbusSource):
        factors = tuple(msgspec.structs.replace(factor, point=f"{equipment}.{factor.point}") for factor in source.factors)
        return msgspec.structs.replace(source, connection=connection, unit=unit, factors=factors)
    if isinstance(source, MqttSource):
        return msgspec.structs.replace(mqtt.named(source, equipment), connection=connection)
    if isinstance(source, OtherSource):
        return msgspec.structs.replace(source, connection=connection)
    return source


def scales(points: dict[str, Point]) -> set[str]:
    """The keys of those points that are factors of others, before their equipment is known."""
    return {factor.point for point in points.values() if isinstance(point.source, ModbusSource) for factor in point.source.factors}
