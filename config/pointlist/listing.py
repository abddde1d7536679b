"""The way back: the present points as a point list, and an empty one with examples to fill in (xlsx, at constant memory)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from config.pointlist.columns import FIELDS
from config.pointlist.merging import scalar
from config.pointlist.rows import LIMITS
from console.domain.estate import Equipment, Estate, ModbusDevice, ModbusSource, Point
from console.domain.rules import AlarmRule
from console.domain.text import Text
from console.texts import tr

COLUMNS = tuple(name for name in FIELDS if name not in ("ignored", "divisor", "access"))
_WIDE = {"name": 24, "equipment": 22, "host": 16, "states": 28, "type": 20, "data_type": 12, "key": 18}
_RARE = frozenset({"equipment_id", "key", "plausible_low", "plausible_high", "with", "main", "length", "connection"})
# What the template shows: a machine with its own points, and one whose type brings them along.
_EXAMPLES: tuple[dict[str, str | int | float], ...] = (
    {"equipment": "1号冷冻泵", "host": "192.168.1.10", "station": 1, "location": "冷冻机房", "name": "频率", "address": "40001",
     "data_type": "无符号16位", "scale": "0.01", "measure": "Hz", "high": 52, "poll": "1s"},
    {"name": "出口压力", "address": "40003", "data_type": "浮点型", "order": "CDAB", "measure": "MPa", "high": 1.2, "low": 0.2},
    {"name": "运行状态", "address": "40010.3", "states": "0:停止;1:运行"},
    {"name": "故障", "address": "40010.4", "states": "0:正常;1:故障", "alarm_states": "1", "priority": "重大"},
    {"equipment": "1号客梯", "type": "monarch_nice3000", "host": "192.168.1.20", "station": 1, "location": "1号楼"},
)  # fmt: skip


def write_points(estate: Estate, language: str = "") -> tuple[bytes, int]:
    """All Modbus points of ``estate`` as a workbook, and how many other points were left out."""
    units = {device.equipment: (connection, device.unit) for connection in estate.connections for device in _devices(connection)}
    points: dict[str, list[Point]] = {}
    for point in estate.points:
        points.setdefault(point.equipment, []).append(point)
    rules: dict[str, list[AlarmRule]] = {}
    for rule in estate.rules:
        rules.setdefault(rule.point, []).append(rule)
    lines: list[dict[str, str | int | float]] = []
    others = 0
    for equipment in estate.equipment:
        wired = [point for point in points.get(equipment.id, []) if isinstance(point.source, ModbusSource)]
        others += sum(point.key != "comm_state" for point in points.get(equipment.id, [])) - len(wired)
        if not wired:
            continue
        connection, station = units[equipment.id]
        machine = _machine(equipment, connection, station)
        lines += [machine | _point(point, rules.get(point.id, [])) for point in wired]
    used = tuple(name for name in COLUMNS if name in ("equipment", "name", "address") or any(name in line for line in lines))
    return _book(used, lines, language), others


def write_template(language: str = "") -> bytes:
    """A workbook to fill in: examples, and a sheet that says what each column takes."""
    columns = tuple(
        name for name in COLUMNS if name not in ("equipment_id", "key", "plausible_low", "plausible_high", "with", "main")
    )
    return _book(columns, _EXAMPLES, language, explained=True)


def _devices(connection: object) -> tuple[ModbusDevice, ...]:
    """The units of a connection; only those of Modbus have any."""
    return getattr(connection, "devices", ())


def _machine(equipment: Equipment, connection: object, station: int) -> dict[str, str | int | float]:
    found: dict[str, str | int | float] = {"equipment_id": equipment.id, "equipment": equipment.name.zh or equipment.name.en}
    if equipment.name.zh and equipment.name.en:
        found["equipment_en"] = equipment.name.en
    found |= {"type": equipment.type, "location": equipment.location, "connection": equipment.connection, "station": station}
    host, port = getattr(connection, "host", ""), getattr(connection, "port", 0)
    if host:
        found |= {"host": host, "port": port}
    return found


def _point(point: Point, rules: Sequence[AlarmRule]) -> dict[str, str | int | float]:
    source = point.source
    assert isinstance(source, ModbusSource)
    found: dict[str, str | int | float] = {"key": point.key, "name": point.name.zh or point.name.en}
    if point.name.zh and point.name.en:
        found["name_en"] = point.name.en
    # Hexadecimal is always counted from 0: the list means the same to whoever reads it back.
    found |= {"function": source.function, "address": f"0x{source.address:04X}", "data_type": source.type, "kind": point.kind.value}
    if source.type == "text":
        found["length"] = source.length
    if source.order != "ABCD":
        found["order"] = source.order
    if source.bit is not None:
        found["bit"] = source.bit
    if source.bits > 1:
        found["bits"] = source.bits
    for name, value, usual in (("scale", source.scale, 1.0), ("offset", source.offset, 0.0)):
        if value != usual:
            found[name] = scalar(value)
    found |= {"decimals": point.decimals, "poll": f"{point.poll_ms}ms"}
    if point.unit:
        found["measure"] = point.unit
    if point.states and source.type != "text":
        found["states"] = ";".join(f"{value}:{_said(text)}" for value, text in point.states.items())
    if point.plausible is not None:
        ends = (("plausible_low", point.plausible.low), ("plausible_high", point.plausible.high))
        found |= {name: end for name, end in ends if end is not None}
    if point.group.zh or point.group.en:
        found["group"] = point.group.zh or point.group.en
    if point.main:
        found["main"] = 1
    return found | _limits(rules)


def _said(text: Text) -> str:
    return (text.zh or text.en).replace(";", ",")


def _limits(rules: Sequence[AlarmRule]) -> dict[str, str | int | float]:
    """The limits that a list can say: one alarm of each kind, those of the list's own keys first."""
    found: dict[str, str | int | float] = {}
    for name, (kind, _) in LIMITS.items():
        same = [rule for rule in rules if rule.kind.value == kind]
        own = [rule for rule in same if rule.id.endswith(f"#{name}")]
        alike = same if name in ("high", "low") else []
        chosen = own or (alike if len(alike) == 1 else [])
        if chosen:
            found[name] = chosen[0].limit
    states = [rule for rule in rules if rule.kind.value == "state"]
    if len(states) == 1:
        found["alarm_states"] = ",".join(map(str, states[0].values))
    return found


def _book(
    columns: Sequence[str], lines: Iterable[dict[str, str | int | float]], language: str, *, explained: bool = False
) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})  # 40001.10 stays what it is
        sheet = book.add_worksheet(tr("pointlist.template.points", language))
        for column, name in enumerate(columns):
            sheet.set_column(column, column, _WIDE.get(name, 11), text if name in ("address", "states", "scale", "host") else None)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [tr(f"pointlist.column.{name}", language) for name in columns], bold)
        for row, line in enumerate(lines, 1):
            for column, name in enumerate(columns):
                if name in line:
                    value = line[name]
                    if isinstance(value, str):
                        sheet.write_string(row, column, value, text)
                    else:
                        sheet.write_number(row, column, value)
        if explained:
            help_sheet = book.add_worksheet(tr("pointlist.template.help", language))
            help_sheet.set_column(0, 0, 18)
            help_sheet.set_column(1, 1, 80)
            help_sheet.write_row(
                0, 0, [tr("pointlist.template.columns", language), tr("pointlist.template.meaning", language)], bold
            )
            for row, name in enumerate(columns, 1):
                help_sheet.write_row(row, 0, [tr(f"pointlist.column.{name}", language), tr(f"pointlist.help.{name}", language)])
    return target.getvalue()
