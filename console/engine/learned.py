"""What the drivers learned about devices, kept across restarts: ``learned.json`` in the store's folder.

What was learned about a device holds as long as its configuration does: the entry carries a fingerprint of the device's limits
and of where its points lie, and is forgotten when that changes. The file is a convenience: lost or damaged, everything is
learned anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from console.domain.estate import Connection, Modbus, ModbusSource, Point
from drivers.readplan import Learned

NAME = "learned.json"


class _Function(msgspec.Struct, frozen=True, omit_defaults=True):
    function: int
    cap: int = 0
    holes: tuple[tuple[int, int], ...] = ()
    bad: tuple[int, ...] = ()


class _Unit(msgspec.Struct, frozen=True):
    connection: str
    unit: int
    fingerprint: str
    functions: tuple[_Function, ...]


class LearnedFile:
    """The memory. Event loop only; it is written when something was learned, which happens a few times in a device's life."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._units: dict[tuple[str, int], _Unit] = {}
        self._prints: dict[tuple[str, int], str] = {}
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=list[_Unit])
        except (OSError, msgspec.DecodeError):
            return
        self._units = {(each.connection, each.unit): each for each in found}

    def known(self, connection: Connection, points: Sequence[Point]) -> dict[int, dict[int, Learned]]:
        """What is known of the units of a connection that is about to start, by unit and function; what no longer holds is
        forgotten."""
        if not isinstance(connection, Modbus):
            return {}
        prints = _fingerprints(connection, points)
        for unit, fingerprint in prints.items():
            self._prints[connection.id, unit] = fingerprint
        mine = [each for each in self._units.values() if each.connection == connection.id]
        stale = [each for each in mine if prints.get(each.unit) != each.fingerprint]
        for each in stale:
            del self._units[each.connection, each.unit]
        if stale:
            self._write()
        return {each.unit: _read(each) for each in mine if each not in stale}

    def learned(self, connection: str, unit: int, learned: Mapping[int, Learned]) -> None:
        """A driver learned something."""
        functions = tuple(
            _Function(function, each.cap, tuple(sorted(each.holes)), tuple(sorted(each.bad)))
            for function, each in sorted(learned.items())
        )
        fingerprint = self._prints.get((connection, unit), "")
        self._units[connection, unit] = _Unit(connection, unit, fingerprint, functions)
        self._write()

    def _write(self) -> None:
        """Whole or not at all; a disk that refuses costs only the memory."""
        units = sorted(self._units.values(), key=lambda each: (each.connection, each.unit))
        beside = self._path.with_suffix(".new")
        try:
            beside.write_bytes(msgspec.json.format(msgspec.json.encode(units)))
            beside.replace(self._path)
        except OSError:
            return


def _read(unit: _Unit) -> dict[int, Learned]:
    return {each.function: Learned(frozenset(each.bad), frozenset(each.holes), each.cap) for each in unit.functions}


def _fingerprints(connection: Modbus, points: Sequence[Point]) -> dict[int, str]:
    """One per unit: its limits, and where its points lie."""
    places: dict[int, list[tuple[int, int, str]]] = {}
    for point in points:
        source = point.source
        if isinstance(source, ModbusSource):
            places.setdefault(source.unit, []).append((source.function, source.address, source.type))
    limits = {device.unit: device for device in connection.devices}
    return {
        unit: hashlib.sha256(msgspec.json.encode((limits.get(unit), sorted(mine)))).hexdigest()[:16]
        for unit, mine in places.items()
    }
