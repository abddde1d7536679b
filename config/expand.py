"""Stamping: one line of the site file and its equipment type become equipment, points, rules, plans and a device."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from config import catalogue
from config.alarms import lay_alarms
from config.catalogue import Compiled, EquipmentType
from config.checks import factor_points, forbidden_points, overlaps
from config.fields import Context, Record
from config.findings import near
from config.plans import levels, make_plan
from config.points import make_point, read_points, scales, wired
from config.rules import COMM_STATE, comm_point, comms_alarm, make_rule, named_points
from console.domain.estate import Equipment, ModbusDevice, Point
from console.domain.plans import MaintenancePlan
from console.domain.rules import AlarmRule
from console.domain.times import SECOND


@dataclass(slots=True)
class Stamped:
    """What one piece of equipment consists of. ``point_lines`` say where an own or changed point stands."""

    equipment: Equipment
    record: Record
    points: dict[str, Point] = field(default_factory=dict)
    rules: list[AlarmRule] = field(default_factory=list)
    written: dict[str, Record] = field(default_factory=dict)  # by the rule's id: where it was written
    plans: list[MaintenancePlan] = field(default_factory=list)
    device: ModbusDevice | None = None
    protocols: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Parts:
    """The type's points and alarms with the site file's own ones laid over."""

    points: dict[str, Point]
    records: dict[str, Record]
    alarms: list[Record]
    plans: list[Record]
    changed: bool = False


def stamp(record: Record, kind: EquipmentType, plans: list[Record], context: Context) -> Stamped | None:
    """The equipment of one line; ``None`` where too little is right to go on. ``plans`` are the site's for this equipment."""
    values = catalogue.parameter_values(kind, record.get("with"), context, record.line)
    if values is None:
        return None
    compiled = catalogue.compile_type(kind, values, context.findings)
    parts = _laid_over(record, compiled, plans, context)
    needs = catalogue.protocols(parts.points)
    connection, unit = record.get("connection", ""), record.get("unit", 0)
    if needs and not connection and "connection" not in record.bad:
        context.mistake(record.line, "connection_missing", equipment=record.get("id"), type=kind.name)
    if "modbus" in needs and "unit" not in record and "unit" not in record.bad:
        context.mistake(record.line, "unit_missing", equipment=record.get("id"))
    made = Stamped(_equipment(record, kind), record, protocols=needs)
    _stamp_points(made, parts, connection, unit)
    factor_points(made.points, parts.records, context)
    if connection:
        comm = comm_point(connection, unit)
        made.points[COMM_STATE] = msgspec.structs.replace(comm, id=f"{made.equipment.id}.{COMM_STATE}", equipment=made.equipment.id)
        parts.alarms.append(
            comms_alarm(record.file, record.line, compiled.comms.get("priority", 3), compiled.comms.get("delay", 10 * SECOND))
        )
    _stamp_alarms(made, parts, record, context)
    _stamp_plans(made, parts.plans, context)
    if "modbus" in needs:
        made.device = _device(made.equipment.id, unit, _limits(compiled, record))
        forbidden_points(made.points, made.device, parts.records, context)
    if parts.changed or not compiled.checked:
        compiled.checked = compiled.checked or not parts.changed
        overlaps(made.points, parts.records, context)
    return made


def _equipment(record: Record, kind: EquipmentType) -> Equipment:
    facts, rated = record.get("facts"), record.get("rated")
    return Equipment(
        id=record.get("id"),
        name=record.get("name"),
        kind=record.get("kind") or kind.record.get("kind"),
        type=kind.name,
        location=record.get("location", ""),
        system=record.get("system") or kind.record.get("system", "other"),
        parent=record.get("parent", ""),
        connection=record.get("connection", ""),
        page=record.get("page") or kind.record.get("page", "generic"),
        facts=dict(facts.values) if facts else {},
        rated=dict(rated.values) if rated else {},
    )


def _limits(compiled: Compiled, record: Record) -> Record:
    """The type's reading limits with the line's own laid over; forbidden addresses are only ever added."""
    own: Record | None = record.get("device")
    if own is None:
        return compiled.device
    limits = compiled.device.merged(own)
    limits.values["forbidden"] = [*compiled.device.get("forbidden", []), *own.get("forbidden", [])]
    return limits


def _device(equipment: str, unit: int, limits: Record) -> ModbusDevice:
    return ModbusDevice(
        unit=unit,
        equipment=equipment,
        max_regs=limits.get("max_regs", 125),
        max_bits=limits.get("max_bits", 2000),
        max_gap=limits.get("max_gap", 0),
        forbidden=tuple(limits.get("forbidden", ())),
        priority=limits.get("priority", False),
    )


def _laid_over(record: Record, compiled: Compiled, plans: list[Record], context: Context) -> _Parts:
    parts = _Parts(dict(compiled.points), compiled.records, list(compiled.alarms), list(compiled.plans))
    own_points = read_points(record.get("points"), context, Record(context.file, record.line), compiled.groups)
    if own_points:
        parts.changed = True
        parts.records = dict(compiled.records)
    seen: dict[str, int] = {}
    for own in own_points:
        key = own.get("key")
        if key is None:
            continue
        if key in seen:
            context.mistake(own.line, "duplicate_point", key=key, first=seen[key])
            continue
        seen[key] = own.line
        base = parts.records.get(key) or compiled.defaults
        merged = base.merged(own)
        parts.records[key] = merged
        point = make_point(merged, context)
        if point is not None:
            parts.points[key] = point
    for name, line in record.get("names").lines.items() if record.get("names") else ():
        if name not in parts.points:
            _missing_point(name, line, parts.points, context)
        else:
            parts.points[name] = msgspec.structs.replace(parts.points[name], name=record.get("names").get(name))
    _poll(record, parts, context)
    _own_plans(parts, [*record.get("plans", []), *plans], context)
    return parts


def _poll(record: Record, parts: _Parts, context: Context) -> None:
    polls: Record | None = record.get("poll")
    if not polls:
        return
    factors = scales(parts.points)  # they hardly ever change: only a poll of their own makes them faster
    for key, poll_ms in polls.values.items():
        if key == "*":
            keys = [name for name in parts.points if name not in polls and name not in factors]
        elif key in parts.points:
            keys = [key]
        else:
            _missing_point(key, polls.line_of(key), parts.points, context)
            continue
        for name in keys:
            point = parts.points[name]
            stale = max(point.stale_after_s, 3 * poll_ms / 1000)
            parts.points[name] = msgspec.structs.replace(point, poll_ms=poll_ms, stale_after_s=stale)


def _missing_point(key: str, line: int, points: dict[str, Point], context: Context) -> None:
    guess = near(key, points)
    if guess:
        context.mistake(line, "unknown_point_near", point=key, near=guess)
    else:
        context.mistake(line, "unknown_point", point=key)


def _stamp_points(made: Stamped, parts: _Parts, connection: str, unit: int) -> None:
    equipment = made.equipment.id
    for key, point in parts.points.items():
        made.points[key] = msgspec.structs.replace(
            point, id=f"{equipment}.{key}", equipment=equipment, source=wired(point.source, equipment, connection, unit)
        )


def _stamp_alarms(made: Stamped, parts: _Parts, record: Record, context: Context) -> None:
    there = [alarm for alarm in parts.alarms if not _left_open(alarm, parts)]
    for (key, _), alarm in lay_alarms(there, record.get("alarms", []), made.points, context).items():
        codes = parts.records[key].get("codes", {}) if key in parts.records else {}
        rule = make_rule(alarm, made.points[key], codes, made.points, Context(alarm.file, context.findings))
        if rule is not None:
            made.rules.append(rule)
            made.written[rule.id] = alarm


def _left_open(alarm: Record, parts: _Parts) -> bool:
    """The alarm of a type whose points, or others that it needs, this line does not have."""
    pattern = alarm.get("point", "")
    named = [key for key in parts.records if key == pattern or (pattern.endswith("*") and key.startswith(pattern[:-1]))]
    if named and not any(key in parts.points for key in named):
        return True
    return any(key in parts.records and key not in parts.points for key in named_points(alarm))


def _own_plans(parts: _Parts, own: list[Record], context: Context) -> None:
    by_key = {plan.get("key"): index for index, plan in enumerate(parts.plans)}
    seen: dict[str, int] = {}
    for plan in own:
        key = plan.get("key")
        if key is None:
            continue
        if key in seen:
            context.mistake(plan.line, "duplicate_plan", key=key, first=seen[key])
            continue
        seen[key] = plan.line
        if key in by_key:
            parts.plans[by_key[key]] = parts.plans[by_key[key]].merged(plan)
        else:
            parts.plans.append(plan)


def _stamp_plans(made: Stamped, plans: list[Record], context: Context) -> None:
    for record in plans:
        plan = make_plan(record, made.equipment.id, made.points, Context(record.file, context.findings))
        if plan is not None:
            made.plans.append(plan)
    levels(plans, made.equipment.id, context)
