"""Checks that look at several things at once: registers that overlap, ids used twice, things that are named but not there."""

from __future__ import annotations

from collections.abc import Collection

from config.fields import Context, Record
from config.findings import near
from console.domain.estate import Connection, Modbus, ModbusDevice, ModbusSource, Mqtt, MqttSource, Point
from console.domain.registers import is_text, width
from console.domain.rules import AlarmRule

_WORD_PARTS = frozenset({"u16", "u8hi", "u8lo", "bool"})  # readings of one register that may stand side by side


def overlaps(points: dict[str, Point], records: dict[str, Record], context: Context) -> None:
    """Two values of one device that claim the same registers in ways that cannot both be right."""
    by_function: dict[int, list[tuple[int, int, Point, ModbusSource]]] = {}
    for point in points.values():
        source = point.source
        if isinstance(source, ModbusSource):
            by_function.setdefault(source.function, []).append((source.address, width(source), point, source))
    for found in by_function.values():
        found.sort(key=lambda entry: entry[:2])
        reach = 0
        widest: tuple[int, int, Point, ModbusSource] | None = None
        for entry in found:
            address, wide, point, source = entry
            if widest is not None and address < reach and not _side_by_side(widest, entry):
                _report(widest[2], point, records, context)
            if address + wide > reach:
                reach = address + wide
                widest = entry


def _side_by_side(one: tuple[int, int, Point, ModbusSource], two: tuple[int, int, Point, ModbusSource]) -> bool:
    if one[:2] != two[:2]:
        return False
    if one[1] == 1:
        return one[3].type == two[3].type or {one[3].type, two[3].type} <= _WORD_PARTS
    return (one[3].type, one[3].order) == (two[3].type, two[3].order)


def _report(one: Point, two: Point, records: dict[str, Record], context: Context) -> None:
    record, other = records.get(two.key), records.get(one.key)
    if record is None or other is None:
        return
    if other.line > record.line and other.file == record.file:
        record, other, one, two = other, record, two, one
    assert isinstance(two.source, ModbusSource)
    context.findings.mistake(
        record.file,
        record.line_of("address"),
        "overlap",
        point=two.key,
        other=one.key,
        address=two.source.address,
        first=other.line,
    )


def forbidden_points(points: dict[str, Point], device: ModbusDevice, records: dict[str, Record], context: Context) -> None:
    """A point on an address that must never be read, or wider than one request may be."""
    for point in points.values():
        source = point.source
        if not isinstance(source, ModbusSource):
            continue
        wide = width(source)
        record = records[point.key]
        where = Context(record.file, context.findings)
        for first, last in device.forbidden:
            if source.address <= last and source.address + wide > first:
                where.mistake(
                    record.line_of("address"), "forbidden", point=point.key, address=f"0x{source.address:04X}",
                    low=f"0x{first:04X}", high=f"0x{last:04X}",
                )  # fmt: skip
        if source.function >= 3 and wide > device.max_regs:
            where.mistake(record.line_of("address"), "wider_than_request", point=point.key, width=wide, most=device.max_regs)


def factor_points(points: dict[str, Point], records: dict[str, Record], context: Context) -> None:
    """A factor is a number of the same device, and has no factor of its own."""
    by_id = {point.id: point for point in points.values()}
    for point in points.values():
        if not isinstance(point.source, ModbusSource) or not point.source.factors:
            continue
        record = records[point.key]
        where, line = Context(record.file, context.findings), record.line_of("factors")
        for factor in point.source.factors:
            name = factor.point.rpartition(".")[2]
            found = by_id.get(factor.point)
            if found is None:
                guess = near(name, points)
                if guess:
                    where.mistake(line, "unknown_point_near", point=name, near=guess)
                else:
                    where.mistake(line, "unknown_point", point=name)
            elif not isinstance(found.source, ModbusSource) or is_text(found.source.type):
                where.mistake(line, "factor_kind", point=point.key, factor=name)
            elif found.source.factors:
                where.mistake(line, "factor_chain", point=point.key, factor=name)


def far_points(written: list[tuple[AlarmRule, Record]], points: Collection[str], context: Context) -> None:
    """The points of other equipment in an alarm's expressions are there."""
    for rule, record in written:
        for name, point in rule.inputs.items():
            if point in points:
                continue
            key = "expression" if name in record.get("expression", "") else "when"
            machine = name.rpartition(".")[0]
            where = Context(record.file, context.findings)
            guess = near(name, [each for each in points if each.startswith(f"{machine}.")])
            if guess:
                where.mistake(record.line_of(key), "rule_far_point_near", key=record.get("key"), point=name, near=guess)
            else:
                where.mistake(record.line_of(key), "rule_far_point", key=record.get("key"), point=name)


def explained(
    written: list[tuple[AlarmRule, Record]], places: Collection[str], connections: Collection[str], context: Context
) -> None:
    """What an alarm explains is there: equipment or a location of ``places``, a connection, or everything."""
    for rule, record in written:
        for name in rule.explains:
            line = name.removeprefix("connection:")
            known: Collection[str] = connections if line != name else places
            if name == "*" or line in known:
                continue
            where, guess = Context(record.file, context.findings), near(line, known)
            if guess:
                where.mistake(record.line_of("explains"), "rule_explains_near", key=record.get("key"), name=name, near=guess)
            else:
                where.mistake(record.line_of("explains"), "rule_explains", key=record.get("key"), name=name)


class Names:
    """Ids of one kind that were seen: refuses the second and finds the missing."""

    def __init__(self, kind: str, context: Context, readable: bool = True) -> None:
        self._kind = kind
        self._context = context
        self._readable = readable  # False: the section is broken, nobody can say what is missing
        self.lines: dict[str, int] = {}

    def add(self, record: Record) -> bool:
        """True if the record's id is new."""
        name = record.get("id")
        if name is None:
            return False
        if name in self.lines:
            self._context.mistake(record.line_of("id"), f"duplicate_{self._kind}", id=name, first=self.lines[name])
            return False
        self.lines[name] = record.line_of("id")
        return True

    def need(self, record: Record, key: str) -> bool:
        """True if what ``record`` names under ``key`` is there (or ``key`` is not given)."""
        name = record.get(key)
        if not name or name in self.lines or not self._readable:
            return True
        guess = near(name, self.lines)
        code = f"unknown_{self._kind}"
        if guess:
            self._context.mistake(record.line_of(key), f"{code}_near", id=name, near=guess)
        else:
            self._context.mistake(record.line_of(key), code, id=name)
        return False


def circles(records: list[Record], code: str, context: Context) -> None:
    """Parents that lead back to themselves."""
    parents = {record.get("id"): record.get("parent", "") for record in records}
    for record in records:
        seen = set()
        name = record.get("id")
        while name and name not in seen:
            seen.add(name)
            name = parents.get(name, "")
        if name and name == record.get("id"):
            context.mistake(record.line_of("parent"), code, id=name)


def one_device_each(devices: list[tuple[str, ModbusDevice, Record]], context: Context) -> None:
    """Two pieces of equipment that claim the same unit of one connection."""
    seen: dict[tuple[str, int], tuple[str, int]] = {}
    for connection, device, record in devices:
        identity = (connection, device.unit)
        if identity in seen:
            other, line = seen[identity]
            context.mistake(
                record.line_of("unit"), "duplicate_unit", equipment=device.equipment, other=other, unit=device.unit,
                connection=connection, first=line,
            )  # fmt: skip
        else:
            seen[identity] = (device.equipment, record.line_of("unit"))


def one_topic_each(points: list[tuple[Point, Record]], context: Context) -> None:
    """Two pieces of equipment that read the same value of the same topic."""
    seen: dict[tuple[object, ...], tuple[str, int]] = {}
    for point, record in points:
        if isinstance(point.source, MqttSource):
            source = point.source
            where = tuple(source.where.items())
            identity = (source.connection, source.topic, source.path, where, source.byte, source.bit)
            other = seen.setdefault(identity, (point.equipment, record.line))
            if other[0] != point.equipment:
                context.mistake(
                    record.line,
                    "duplicate_topic",
                    equipment=point.equipment,
                    other=other[0],
                    topic=point.source.topic,
                    first=other[1],
                )


def protocol_fits(protocols: set[str], connection: Connection, record: Record, context: Context) -> None:
    """Modbus points need a Modbus connection, and so on."""
    has = "modbus" if isinstance(connection, Modbus) else "mqtt" if isinstance(connection, Mqtt) else "other"
    for needed in sorted(protocols - {has}):
        context.mistake(
            record.line_of("connection"), "protocol", equipment=record.get("id"), needed=needed, connection=connection.id, has=has
        )
