"""A site file becomes an estate, or a list of everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from config import catalogue, checks, mqtt
from config.catalogue import EquipmentType
from config.checks import Names
from config.connections import make_connection, one_line_each, unused
from config.energy import make_energy
from config.expand import Stamped, stamp
from config.fields import Context, Record
from config.findings import Findings, near
from config.keeping import make_keeping
from config.notify import make_notify, make_roster
from config.points import read_points
from config.response import make_policy
from config.schema import FILE
from config.tree import parse
from console.domain.configuring import Mistake
from console.domain.estate import Connection, Estate, Location, Modbus, ModbusDevice, Site
from console.domain.text import EMPTY

LARGEST = 20_000_000  # bytes; a site of 100,000 points is some 5 MB


@dataclass(frozen=True, slots=True)
class Loaded:
    """``estate`` is ``None`` exactly if there are mistakes; warnings never stand in the way."""

    estate: Estate | None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Mistake, ...] = ()


def load_file(path: Path) -> Loaded:
    """Read and check the site file at ``path``. A file that cannot be read is a mistake like any other."""
    findings = Findings()
    file = str(path)
    try:
        if path.stat().st_size > LARGEST:
            findings.mistake(file, 1, "too_large", most=LARGEST // 1_000_000)
            return _loaded(None, findings)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.mistake(file, error.object.count(b"\n", 0, error.start) + 1, "encoding")
    except OSError as error:
        findings.mistake(file, 1, "unreadable", why=error.strerror or type(error).__name__)
    else:
        return load_text(text, file)
    return _loaded(None, findings)


def load_text(text: str, file: str) -> Loaded:
    """Check ``text`` whole and make the estate. ``file`` is the name that mistakes carry."""
    findings = Findings()
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        findings.mistake(file, 1, "too_large", most=LARGEST // 1_000_000)
        return _loaded(None, findings)
    root = parse(text.removeprefix("\ufeff"), file, findings)
    if root is None:
        return _loaded(None, findings)
    context = Context(file, findings)
    record = FILE.read(root, "file", context)
    estate = _Builder(record, context).estate() if isinstance(record, Record) else None
    return _loaded(estate, findings)


def _loaded(estate: Estate | None, findings: Findings) -> Loaded:
    return Loaded(None if findings.failed else estate, findings.mistakes, findings.warnings)


class _Builder:
    """One load: goes through the sections in the order in which they lean on each other."""

    def __init__(self, record: Record, context: Context) -> None:
        self._record = record
        self._context = context
        self._locations = Names("location", context, "locations" not in record.bad)
        self._connections = Names("connection", context, "connections" not in record.bad)
        self._equipment = Names("equipment", context, "equipment" not in record.bad)
        self._types = catalogue.shipped(context.findings)

    def estate(self) -> Estate | None:
        record = self._record
        site = self._site(record.get("site"))
        locations = self._read_locations(record.get("locations", []))
        connections = self._read_connections(record.get("connections", []))
        self._own_types(record.get("types", []))
        stamped = self._read_equipment(record.get("equipment", []), record.get("plans", []))
        policy = make_policy(record.get("response"), self._context)
        self._cross_checks(stamped, connections)
        if site is None:
            return None
        devices: dict[str, list[ModbusDevice]] = {}
        for made in stamped:
            if made.device is not None:
                devices.setdefault(made.equipment.connection, []).append(made.device)
        return Estate(
            site=site,
            locations=tuple(locations),
            equipment=tuple(made.equipment for made in stamped),
            points=tuple(point for made in stamped for point in made.points.values()),
            connections=tuple(
                msgspec.structs.replace(connection, devices=tuple(devices.get(connection.id, ())))
                if isinstance(connection, Modbus)
                else connection
                for connection in connections.values()
            ),
            rules=tuple(rule for made in stamped for rule in made.rules),
            plans=tuple(plan for made in stamped for plan in made.plans),
            policy=policy,
            energy=make_energy(record.get("energy"), self._context),
            roster=make_roster(record.get("roster"), self._context),
            notify=make_notify(record.get("notify"), self._context),
            keeping=make_keeping(record.get("backup"), record.get("retention"), self._context),
        )

    def _site(self, record: Record | None) -> Site | None:
        if record is None or "id" not in record or "name" not in record:
            return None
        zone = record.get("timezone", "Asia/Shanghai")
        if not _is_zone(zone):
            guess = near(zone, available_timezones())
            self._context.mistake(record.line_of("timezone"), "unknown_timezone", zone=zone, near=guess or "Asia/Shanghai")
        return Site(record.get("id"), record.get("name"), zone, record.get("hint", EMPTY))

    def _read_locations(self, records: list[Record]) -> list[Location]:
        for record in records:
            self._locations.add(record)
        checks.circles(records, "location_circle", self._context)
        return [
            Location(record.get("id"), record.get("name"), record.get("parent", ""), record.get("kind", "building"))
            for record in records
            if self._locations.need(record, "parent") and "id" in record and "name" in record
        ]

    def _read_connections(self, records: list[Record]) -> dict[str, Connection]:
        found: dict[str, Connection] = {}
        for record in records:
            new = self._connections.add(record)
            made = make_connection(record, self._context)
            if new and made is not None:
                found[made.id] = made
        return found

    def _own_types(self, records: list[Record]) -> None:
        for record in records:
            made = catalogue.from_record(record, self._context)
            if made is None:
                continue
            if made.name in self._types:
                self._context.mistake(record.line_of("type"), "duplicate_type", type=made.name)
            else:
                self._types[made.name] = made

    def _read_equipment(self, records: list[Record], plans: list[Record]) -> list[Stamped]:
        new = [record for record in records if self._equipment.add(record)]
        plans_of = self._site_plans(plans)
        checks.circles(new, "equipment_circle", self._context)
        stamped = []
        for record in new:
            self._locations.need(record, "location")
            self._connections.need(record, "connection")
            self._equipment.need(record, "parent")
            kind = self._type(record)
            if kind is None or "name" not in record:
                read_points(record.get("points"), self._context, record, {})  # for its mistakes
                continue
            made = stamp(record, kind, plans_of.get(record.get("id"), []), self._context)
            if made is not None:
                stamped.append(made)
        return stamped

    def _site_plans(self, plans: list[Record]) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for plan in plans:
            if "equipment" not in plan:
                if "equipment" not in plan.bad:
                    self._context.mistake(plan.line, "plan_no_equipment", plan=plan.get("key", ""))
            elif self._equipment.need(plan, "equipment"):
                found.setdefault(plan.get("equipment"), []).append(plan)
        return found

    def _type(self, record: Record) -> EquipmentType | None:
        name = record.get("type")
        if name is None or name in self._types:
            return self._types.get(name) if name else None
        if "types" in self._record.bad:
            return None
        guess = near(name, self._types)
        line = record.line_of("type")
        if guess:
            self._context.mistake(line, "unknown_type_near", type=name, near=guess)
        else:
            self._context.mistake(line, "unknown_type", type=name, known=", ".join(sorted(self._types)))
        return None

    def _cross_checks(self, stamped: list[Stamped], connections: dict[str, Connection]) -> None:
        devices = []
        for made in stamped:
            connection = connections.get(made.equipment.connection)
            if connection is not None:
                checks.protocol_fits(made.protocols, connection, made.record, self._context)
            if made.device is not None and "unit" in made.record and made.equipment.connection:
                devices.append((made.equipment.connection, made.device, made.record))
        checks.one_device_each(devices, self._context)
        lines = {record.get("id"): record for record in reversed(self._record.get("connections", []))}
        used = {record.get("connection") for record in self._record.get("equipment", [])}
        with_lines = [(connection, lines[name]) for name, connection in connections.items()]
        one_line_each(with_lines, self._context)
        unused(with_lines, used, self._context.file, self._context.findings)
        written = [(rule, made.written[rule.id]) for made in stamped for rule in made.rules]
        if not self._context.findings.failed:  # else what is missing may be what could not be read
            checks.far_points(written, {point.id for made in stamped for point in made.points.values()}, self._context)
            places = {*self._locations.lines, *self._equipment.lines}
            checks.explained(written, places, self._connections.lines, self._context)
        points = [(point, made.record) for made in stamped for point in made.points.values()]
        checks.one_topic_each(points, self._context)
        site: Record | None = self._record.get("site")
        mqtt.own_tree(points, connections.values(), site.get("id", "") if site else "", self._context)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return not available_timezones()  # a machine without time zone data cannot tell
    return True
