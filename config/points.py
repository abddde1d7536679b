"""From a point as it is written to a point that can be stamped onto a piece of equipment."""

from __future__ import annotations

from typing import Any

import msgspec

from config.fields import Context, Record
from config.scalars import loose_value
from config.schema import POINT
from config.tree import Mapping, Node, Scalar, Sequence
from console.domain.estate import ManualSource, ModbusSource, MqttSource, OtherSource, Point, Source, ValueKind
from console.domain.text import EMPTY, Text
from console.domain.times import SECOND

WIDTH = {"u32": 2, "i32": 2, "f32": 2, "bcd32": 2, "u64": 4, "i64": 4, "f64": 4}  # registers; every other type takes one
STALE_FLOOR_S = 10.0  # a value is not called stale before this age, however fast it is polled
STALE_POLLS = 3  # missed polls (or reports) until a value is stale: maps/mqtt_payloads "silence timeout = 3 × expected interval"
_MODBUS_ONLY = ("fc", "address", "type", "order", "bit", "bits", "not_available")
_MQTT_ONLY = ("topic", "path", "true_words", "false_words", "time_path", "availability_topic", "online_words", "offline_words")


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
        return [record] if isinstance(record, Record) else []
    repeat = POINT.fields["repeat"].kind.read(node.entries["repeat"][1], "repeat", context)
    if not isinstance(repeat, Record) or "to" not in repeat:
        return []
    records = []
    for number in range(repeat.get("from", 1), repeat.get("to") + 1):
        inner = Context(context.file, context.findings, {**context.params, "n": str(number)}, context.later)
        record = POINT.read(node, "points", inner)
        if isinstance(record, Record):
            records.append(record)
    return records


def make_point(record: Record, context: Context) -> Point | None:
    """The point without its equipment (``id``, ``equipment``, connection and unit are empty); ``None`` after a mistake."""
    key = record.get("key")
    if key is None:
        return None
    if "name" not in record:
        if "name" not in record.bad:
            context.mistake(record.line, "missing_key", key="name", section="point")
        return None
    kind = ValueKind(record.get("kind", "analog"))
    source = _source(record, context)
    if source is None:
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
        normal=record.get("normal"),
        plausible=record.get("plausible"),
        poll_ms=poll_ms,
        stale_after_s=stale / SECOND if stale is not None else max(STALE_FLOOR_S, STALE_POLLS * poll_ms / 1000),
        main=record.get("main", False),
        group=record.get("group", EMPTY),
    )


def _source(record: Record, context: Context) -> Source | None:
    if record.get("source") == "manual":
        return ManualSource()
    if "address" in record:
        return _modbus(record, context)
    if record.bad & {"address", "topic", "options"}:
        return None
    if "topic" in record:
        return _mqtt(record)
    if "options" in record:
        return OtherSource("", {key: loose_value(value) for key, value in record.get("options").values.items()})
    context.mistake(record.line, "source_missing", key=record.get("key"))
    return None


def _modbus(record: Record, context: Context) -> ModbusSource | None:
    function = record.get("fc", 3)
    kind = record.get("type", "u16" if function >= 3 else "bool")
    line = record.line_of("address")
    width = WIDTH.get(kind, 1)
    address: int = record.get("address")
    if function <= 2 and kind != "bool":
        context.mistake(record.line_of("type"), "bit_function", key=record.get("key"), fc=function, type=kind)
        return None
    if address + width > 65536:
        context.mistake(line, "address_end", key=record.get("key"), address=address, width=width)
        return None
    bit, bits = record.get("bit"), record.get("bits", 1)
    if bit is not None and (
        kind in ("f32", "f64", "bcd16", "bcd32") or bit + bits > (8 if kind in ("u8hi", "u8lo") else 16 * width)
    ):
        context.mistake(record.line_of("bit"), "bit_range", key=record.get("key"), bit=bit, bits=bits, type=kind)
        return None
    return ModbusSource(
        connection="",
        unit=0,
        function=function,
        address=address,
        type=kind,
        order=record.get("order", "ABCD"),
        bit=bit,
        bits=bits,
        scale=record.get("scale", 1.0),
        offset=record.get("offset", 0.0),
        not_available=tuple(record.get("not_available", ())),
    )


def _mqtt(record: Record) -> MqttSource:
    given: dict[str, Any] = {
        key: tuple(record.get(key)) if isinstance(record.get(key), list) else record.get(key)
        for key in (
            "topic", "path", "scale", "offset", "true_words", "false_words", "time_path", "time_unit", "availability_topic",
            "online_words", "offline_words",
        )
        if key in record
    }  # fmt: skip
    return MqttSource(connection="", **given)


def wired(source: Source, connection: str, unit: int) -> Source:
    """``source`` on its connection."""
    if isinstance(source, ModbusSource):
        return msgspec.structs.replace(source, connection=connection, unit=unit)
    if isinstance(source, MqttSource | OtherSource):
        return msgspec.structs.replace(source, connection=connection)
    return source
