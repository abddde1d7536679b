"""Rows become machines: which equipment each belongs to, present or new, on which connection, in which place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from config.findings import near
from config.pointlist.rows import Remarks, Row, identifier
from console.domain.estate import Equipment, Estate
from console.domain.pointlists import Choices
from console.domain.problems import Problem
from console.domain.text import Text
from console.texts import CHINESE, ENGLISH, tr

GENERIC = "generic_modbus"
_REACH = ("connection", "host", "port", "station")
Line = tuple[str, int]  # host, port


@dataclass(slots=True)
class Machine:
    """One machine of the list. ``present`` is set if the configuration has it already."""

    id: str
    name: str
    rows: list[Row]
    facts: dict[str, str]
    present: Equipment | None = None

    @property
    def first(self) -> Row:
        """The row that speaks for the machine."""
        return self.rows[0]


@dataclass(slots=True)
class Additions:
    """New items of the site file's sections, each with the row that it came from."""

    locations: list[tuple[dict[str, Any], Row]] = field(default_factory=list)
    connections: list[tuple[dict[str, Any], Row]] = field(default_factory=list)
    equipment: list[tuple[dict[str, Any], Row]] = field(default_factory=list)


def gather(rows: list[Row], titles: dict[str, str]) -> list[Machine]:
    """Group rows by machine: its id or name, and where it is reached. ``titles`` name the machine of a sheet that names none."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    unnamed: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        if not {"equipment_id", "equipment"} & set(row.machine):
            unnamed.setdefault(row.sheet, set()).add(tuple(row.machine.get(name, "") for name in _REACH))
    for row in rows:
        said = row.machine
        called = said.get("equipment_id") or said.get("equipment") or ""
        reach = (said.get("connection", "") + said.get("host", ""), said.get("port", ""), said.get("station", ""))
        if not called and (len(unnamed[row.sheet]) == 1 or not any(reach)):
            called = titles[row.sheet]  # a sheet of one machine that says nowhere how it is called
        groups.setdefault((called, *reach), []).append(row)
    counts: dict[str, int] = {}
    for called, *_ in groups:
        counts[called] = counts.get(called, 0) + 1
    machines = []
    for (called, _, _, station), group in groups.items():
        facts: dict[str, str] = {}
        for row in group:
            facts = row.machine | facts
        name = facts.get("equipment") or called
        apart = ""
        if not called:
            where = facts.get("host") or facts.get("connection") or titles[group[0].sheet]
            name = f"{where} / {station}" if station else where
        elif counts[called] > 1 and station:
            apart = f"-{station}"
            name = f"{name} {station}"
        machines.append(Machine(identifier((facts.get("equipment_id") or (called or name)) + apart), name, group, facts))
    return machines


class Resolver:
    """Finds each machine in the present configuration, or writes down what has to be added for it."""

    def __init__(self, estate: Estate | None, types: dict[str, str], choices: Choices, remarks: Remarks) -> None:
        self._estate, self._types, self._choices, self._remarks = estate, types, choices, remarks
        self.additions = Additions()
        self._equipment = {one.id: one for one in estate.equipment} if estate else {}
        self._units: dict[str, int] = {}
        self._reached: dict[tuple[str, int], Equipment] = {}
        self._ids = set(self._equipment)
        self._taken: dict[tuple[str, int], Equipment] = {}  # by machines of this list
        self._lines: dict[Line, str] = {}
        self._connections: dict[str, str] = {}  # every spelling: id
        self._locations: dict[str, str] = {}
        for connection in estate.connections if estate else ():
            host, port = getattr(connection, "host", ""), getattr(connection, "port", 0)
            if host and getattr(connection, "devices", None) is not None:
                self._lines.setdefault((host, port), connection.id)
            for device in getattr(connection, "devices", ()):
                self._reached[(connection.id, device.unit)] = self._equipment[device.equipment]
                self._units[device.equipment] = device.unit
            self._connections |= dict.fromkeys((connection.name.zh, connection.name.en, connection.id), connection.id)
        for place in estate.locations if estate else ():
            self._locations |= dict.fromkeys((place.name.zh, place.name.en, place.id), place.id)

    def resolve(self, machine: Machine) -> None:
        """Set ``machine.present``, or add it."""
        facts, row = machine.facts, machine.first
        machine.present = self._equipment.get(facts.get("equipment_id", "")) or self._equipment.get(machine.id)
        connection = self._present_line(facts)
        station = int(facts["station"]) if facts.get("station") else None
        if machine.present is None and not facts.get("equipment_id"):
            if connection and station is not None:
                machine.present = self._reached.get((connection, station))
            if machine.present is None and "equipment" in facts:
                named = [one for one in self._equipment.values() if facts["equipment"] in (one.name.zh, one.name.en)]
                machine.present = named[0] if len(named) == 1 else None
        if machine.present is not None:
            machine.id = machine.present.id
            moved = (connection and connection != machine.present.connection) or (
                station is not None and station != self._units.get(machine.id, station)
            )
            if moved or (facts.get("host") and not connection):
                self._wrong(row, "station", Problem("pointlist.moved", {"equipment": machine.id}))
            return
        self._add(machine, connection, station)

    def _present_line(self, facts: dict[str, str]) -> str:
        if facts.get("connection") in self._connections:
            return self._connections[facts["connection"]]
        host = facts.get("host") or self._choices.host
        return self._lines.get((host, int(facts.get("port") or self._choices.port)), "") if host else ""

    def _add(self, machine: Machine, connection: str, station: int | None) -> None:
        facts, row = machine.facts, machine.first
        kind = self._type(machine)
        if not kind:
            return
        connection = connection or self._new_line(machine)
        if not connection:
            return
        if station is None:
            station = self._choices.station if self._choices.station >= 0 else 1
            self._note(row, "station", Problem("pointlist.assumed_station", {"equipment": machine.name, "station": station}))
        taken = self._reached.get((connection, station)) or self._taken.get((connection, station))
        if taken is not None:
            self._wrong(row, "station", Problem("pointlist.station_taken", {"station": station, "equipment": taken.id}))
            return
        machine.id = self._free(machine.id)
        made: dict[str, Any] = {"id": machine.id, "type": kind, "name": machine.name}
        if facts.get("equipment_en"):
            made["name"] = {"zh": machine.name, "en": facts["equipment_en"]}
        made |= {"location": self._location(machine), "connection": connection, "unit": station}
        if kind == GENERIC and facts.get("type") and facts["type"].lower() not in self._types:
            made["rated"] = {"model": facts["type"]}
        given = self._parameters(row, facts.get("with", ""))
        if given:
            made["with"] = given
        self.additions.equipment.append((made, row))
        mark = Equipment(machine.id, Text(machine.name), "other", kind, "")
        self._ids.add(machine.id)
        self._taken[(connection, station)] = mark

    def _type(self, machine: Machine) -> str:
        """The equipment type; "" after a mistake."""
        said = machine.facts.get("type", "")
        found = self._types.get(said.lower().strip())
        if found:
            return found
        if not said or any(row.point is not None for row in machine.rows):
            return GENERIC
        guess = near(said.lower(), self._types)
        params: dict[str, str | int | float] = {"found": said, "near": self._types[guess] if guess else GENERIC}
        self._wrong(machine.first, "type", Problem("pointlist.unknown_type", params))
        return ""

    def _new_line(self, machine: Machine) -> str:
        facts, row = machine.facts, machine.first
        host = facts.get("host") or self._choices.host
        if facts.get("connection") and not host:
            guess = near(facts["connection"], self._connections)
            self._wrong(
                row, "connection", Problem("pointlist.unknown_connection", {"found": facts["connection"], "near": guess or "-"})
            )
            return ""
        if not host:
            lines = sorted(set(self._lines.values()))
            if len(lines) == 1:
                self._note(row, "host", Problem("pointlist.assumed_line", {"equipment": machine.name, "connection": lines[0]}))
                return lines[0]
            self._wrong(row, "host", Problem("pointlist.no_host", {"equipment": machine.name}))
            return ""
        port = int(facts.get("port") or self._choices.port)
        name = identifier(
            facts.get("connection") or f"tcp-{re.sub(r'[^0-9A-Za-z]+', '-', host)}" + (f"-{port}" if port != 502 else "")
        )
        while name in self._connections.values():
            name += "-2"
        made: dict[str, Any] = {"id": name, "protocol": "modbus-tcp", "host": host}
        if port != 502:
            made["port"] = port
        self.additions.connections.append((made, row))
        self._lines[(host, port)] = name
        self._connections[name] = name
        if facts.get("connection"):
            self._connections[facts["connection"]] = name
        return name

    def _location(self, machine: Machine) -> str:
        said = machine.facts.get("location") or self._choices.location
        if not said:
            if self._estate and self._estate.locations:
                place = self._estate.locations[0]
                self._note(
                    machine.first,
                    "location",
                    Problem("pointlist.assumed_place", {"equipment": machine.name, "place": place.name.zh}),
                )
                return place.id
            said = tr("pointlist.somewhere", CHINESE)
        if said not in self._locations:
            name = identifier(said)
            while name in self._locations.values():
                name += "-2"
            title: Any = said
            if said == tr("pointlist.somewhere", CHINESE):
                title = {"zh": said, "en": tr("pointlist.somewhere", ENGLISH)}
            self.additions.locations.append(({"id": name, "name": title, "kind": "area"}, machine.first))
            self._locations |= {said: name, name: name}
        return self._locations[said]

    def _parameters(self, row: Row, text: str) -> dict[str, str]:
        given = {}
        for part in re.split(r"[;,；，]\s*", text):
            name, equals, value = part.partition("=")
            if equals:
                given[name.strip()] = value.strip()
            elif part.strip():
                self._wrong(row, "with", Problem("pointlist.bad_parameters", {"found": text}))
        return given

    def _free(self, name: str) -> str:
        number, wanted = 2, name
        while name in self._ids:
            name = f"{wanted}-{number}"
            number += 1
        return name

    def _wrong(self, row: Row, cell: str, problem: Problem) -> None:
        self._remarks.say(row.sheet, row.number, row.cell(cell), problem)

    def _note(self, row: Row, cell: str, problem: Problem) -> None:
        self._remarks.say(row.sheet, row.number, row.cell(cell), problem, grave=False)
