"""The equipment types: those that come with the program (config/types/*.yaml) and those that a site file brings along."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from config.fields import Context, ListOf, Record
from config.findings import Findings, near
from config.nodelist import nodes
from config.numerals import whole
from config.points import make_point, rated, read_points
from config.scalars import number
from config.schema import ALARM, COMMS, DEFAULTS, DEVICE, PLAN, TYPE
from config.tree import Node, Scalar, parse
from console.domain.estate import ModbusSource, MqttSource, OtherSource, Point
from console.domain.text import Text

LATER = frozenset({"point"})  # ${point} in alarm texts is filled per point
_alarms = ListOf(ALARM)
_plans = ListOf(PLAN)


@dataclass(slots=True)
class Compiled:
    """A type with its parameters filled in: what is the same for every piece of equipment of it."""

    context: Context
    records: dict[str, Record] = field(default_factory=dict)  # points as written, by key
    points: dict[str, Point] = field(default_factory=dict)
    alarms: list[Record] = field(default_factory=list)
    plans: list[Record] = field(default_factory=list)
    device: Record = field(default_factory=lambda: Record("", 0))
    comms: Record = field(default_factory=lambda: Record("", 0))
    defaults: Record = field(default_factory=lambda: Record("", 0))
    groups: dict[str, Text] = field(default_factory=dict)
    checked: bool = False  # its registers were compared with each other once


@dataclass(slots=True)
class EquipmentType:
    """One type as written, and its compiled forms by parameter values."""

    record: Record
    file: str
    parameters: dict[str, Record]
    compiled: dict[tuple[tuple[str, str], ...], Compiled] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The type's word in site files."""
        return str(self.record.get("type"))


@cache
def _shipped_trees() -> tuple[tuple[str, Node], ...]:
    """The shipped files, parsed once per process; a broken one is our bug."""
    trees = []
    for entry in sorted(files("config").joinpath("types").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            file, findings = f"config/types/{entry.name}", Findings()
            node = parse(entry.read_text(encoding="utf-8"), file, findings)
            if node is None or findings.failed:
                raise ValueError(f"{file}: {findings.mistakes}")
            trees.append((file, node))
    return tuple(trees)


def shipped(findings: Findings) -> dict[str, EquipmentType]:
    """The types that come with the program."""
    found = {}
    for file, node in _shipped_trees():
        made = read_type(node, Context(file, findings))
        if made is not None:
            found[made.name] = made
    return found


def read_type(node: Node, context: Context) -> EquipmentType | None:
    """One type's header; its points, alarms and plans are read by :func:`compile_type`."""
    record = TYPE.read(node, "types", context)
    return from_record(record, context) if isinstance(record, Record) else None


def from_record(record: Record, context: Context) -> EquipmentType | None:
    """A type whose header was read already."""
    if "type" not in record:
        return None
    parameters: Record = record.get("parameters") or Record(context.file, record.line)
    return EquipmentType(record, context.file, dict(parameters.values))


def parameter_values(kind: EquipmentType, given: Record | None, context: Context, line: int) -> dict[str, str] | None:
    """The values of ``kind``'s parameters for one line of the site file; ``None`` after a mistake."""
    values: dict[str, str] = {}
    right = True
    for name in given.values if given else ():
        if name not in kind.parameters:
            guess = near(name, kind.parameters)
            allowed = ", ".join(kind.parameters)
            where = given.line_of(name) if given else line
            if guess:
                context.mistake(where, "unknown_parameter_near", parameter=name, type=kind.name, near=guess)
            else:
                context.mistake(where, "unknown_parameter", parameter=name, type=kind.name, allowed=allowed or "-")
            right = False
    for name, spec in kind.parameters.items():
        value: Scalar | None = given.get(name) if given else None
        if value is None:
            value = spec.get("default")
            if value is not None and spec.get("confirm"):
                context.findings.warning(context.file, line, "confirm", parameter=name, type=kind.name, value=value.text)
        if value is None:
            context.mistake(line, "missing_parameter", parameter=name, type=kind.name)
            right = False
        elif not _parameter_fits(name, spec, value, context):
            right = False
        else:
            values[name] = value.text
    return values if right else None


def _parameter_fits(name: str, spec: Record, value: Scalar, context: Context) -> bool:
    kind = spec.get("kind")
    if kind == "string":
        return True
    if kind == "nodes":
        right = nodes(value.text) is not None
        if not right:
            context.mistake(value.line, "want_nodes", key=name, found=value.text)
        return right
    amount = whole(value.text) if kind == "integer" else number(Scalar(value.line, value.text, True), context)
    if amount is None:
        context.mistake(value.line, f"want_{kind}", key=name, found=value.text)
        return False
    low, high = spec.get("low"), spec.get("high")
    if (low is not None and amount < low) or (high is not None and amount > high):
        context.mistake(
            value.line,
            "out_of_range",
            key=name,
            value=value.text,
            low="-∞" if low is None else low,
            high="∞" if high is None else high,
        )
        return False
    return True


def compile_type(kind: EquipmentType, values: dict[str, str], findings: Findings) -> Compiled:
    """``kind`` with ``values`` filled in, read once and kept."""
    identity = tuple(sorted(values.items()))
    done = kind.compiled.get(identity)
    if done is not None:
        return done
    context = Context(kind.file, findings, values, LATER)
    made = Compiled(context)
    record = kind.record
    groups: Record | None = record.get("groups")
    made.groups = dict(groups.values) if groups else {}
    for name, obj in (("device", DEVICE), ("comms", COMMS), ("defaults", DEFAULTS)):
        node = record.get(name)
        read = obj.read(node, name, context) if node is not None else None
        setattr(made, name, read if isinstance(read, Record) else Record(kind.file, record.line))
    rated(made.defaults, context)
    for point_record in read_points(record.get("points"), context, made.defaults, made.groups):
        add_point(made, point_record, context)
    for name, lists, target in (("alarms", _alarms, made.alarms), ("plans", _plans, made.plans)):
        node = record.get(name)
        read_list = lists.read(node, name, context) if node is not None else None
        if isinstance(read_list, list):
            target.extend(item for item in read_list if "key" in item)
    kind.compiled[identity] = made
    return made


def add_point(made: Compiled, record: Record, context: Context) -> None:
    """Add one point as written, unless its key is taken."""
    key = record.get("key")
    if key is None:
        return
    if key in made.records:
        context.mistake(record.line, "duplicate_point", key=key, first=made.records[key].line)
        return
    made.records[key] = record
    point = None if left_open(record) else make_point(record, context)
    if point is not None:
        made.points[key] = point


def left_open(record: Record) -> bool:
    """True for a point of a type that only exists where an equipment's line says where it lies (``source: site``)."""
    return record.get("source") == "site" and not any(key in record for key in ("address", "topic", "options"))


def protocols(points: dict[str, Point]) -> set[str]:
    """The protocols that a set of points needs."""
    found = set()
    for point in points.values():
        if isinstance(point.source, ModbusSource):
            found.add("modbus")
        elif isinstance(point.source, MqttSource):
            found.add("mqtt")
        elif isinstance(point.source, OtherSource):
            found.add("other")
    return found
