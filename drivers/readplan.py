"""Points to the fewest requests. Pure: no sockets, no clock.

One block is one request: neighbouring points of one unit, function and polling interval, within the unit's limits and
within what was learned about it (:mod:`drivers.learning`). Limits of the protocol: 125 registers, 2000 bits a request
(Modbus application protocol V1.1b3, 6.1 and 6.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from console.domain.estate import ModbusDevice, Point
from console.domain.registers import width
from drivers.decode import modbus
from drivers.factors import factor_ids

MAX_REGISTERS = 125
MAX_BITS = 2000


@dataclass(frozen=True, slots=True)
class Block:
    """One request: ``count`` registers or bits from ``address`` (0-based PDU address)."""

    unit: int
    function: int
    address: int
    count: int
    poll_ms: int
    points: tuple[Point, ...]
    priority: bool = False

    @property
    def last(self) -> int:
        """The last address that is asked for."""
        return self.address + self.count - 1

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for blocks that are the same request for the same points (points themselves cannot be hashed)."""
        return self.function, self.address, self.count, self.poll_ms, tuple(point.id for point in self.points)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the answers of one unit taught about one function. Addresses are PDU addresses.

    ``bad``: first addresses of points that are refused alone. ``holes``: ranges (first, last) that must not be read across.
    ``cap``: the longest request that it takes, 0 = as configured.
    """

    bad: frozenset[int] = frozenset()
    holes: frozenset[tuple[int, int]] = frozenset()
    cap: int = 0


NOTHING_LEARNED = Learned()


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests of one unit. ``unreadable`` points lie in a forbidden range or are longer than a request may be."""

    blocks: tuple[Block, ...]
    unreadable: tuple[Point, ...] = field(default=())


def build(points: Iterable[Point], device: ModbusDevice, learned: Mapping[int, Learned] | None = None) -> Plan:
    """The fewest requests for the Modbus points of one unit.

    ``learned`` is keyed by function. Points whose first address is known to be bad stand alone, so that they never cost
    their neighbours a value; they are asked for seldom (the line decides how seldom).
    """
    known = learned or {}
    blocks: list[Block] = []
    unreadable: list[Point] = []

    def place(point: Point) -> tuple[int, int, int, int]:
        source = modbus(point)
        return source.function, point.poll_ms, source.address, width(source)

    ordered = sorted(points, key=place)
    for (function, poll_ms), group in groupby(ordered, key=lambda point: place(point)[:2]):
        about = known.get(function, NOTHING_LEARNED)
        longest = _longest(function, device, about)
        run: list[Point] = []
        end = 0
        alone: list[Point] = []
        for point in group:
            source = modbus(point)
            last = source.address + width(source) - 1
            if width(source) > longest or _touches(source.address, last, device.forbidden):
                unreadable.append(point)
            elif source.address in about.bad:
                alone.append(point)
            elif run and last - modbus(run[0]).address < longest and _bridges(end, source.address, device, about):
                run.append(point)
                end = max(end, last)
            else:
                if run:
                    blocks.append(block_of(run, function, poll_ms, device))
                run, end = [point], last
        if run:
            blocks.append(block_of(run, function, poll_ms, device))
        for _, same in groupby(alone, key=lambda point: modbus(point).address):
            blocks.append(block_of(list(same), function, poll_ms, device))
    scales = factor_ids(ordered)
    if scales:  # they are asked first, so that the values that need them have them
        blocks.sort(key=lambda block: all(point.id not in scales for point in block.points))
    return Plan(tuple(blocks), tuple(unreadable))


def block_of(points: Sequence[Point], function: int, poll_ms: int, device: ModbusDevice) -> Block:
    """The block from the first to the last address of ``points`` (sorted by address)."""
    first = modbus(points[0]).address
    last = max(modbus(point).address + width(modbus(point)) - 1 for point in points)
    return Block(device.unit, function, first, last - first + 1, poll_ms, tuple(points), device.priority)


def _longest(function: int, device: ModbusDevice, about: Learned) -> int:
    """The longest request that the protocol, the configuration and experience allow."""
    allowed = min(MAX_BITS, device.max_bits) if function in (1, 2) else min(MAX_REGISTERS, device.max_regs)
    return min(allowed, about.cap) if about.cap else allowed


def _bridges(end: int, address: int, device: ModbusDevice, about: Learned) -> bool:
    """May what lies between ``end`` and ``address`` be read along?"""
    gap = (end + 1, address - 1)
    if gap[1] - gap[0] + 1 > device.max_gap:
        return False
    if gap[0] > gap[1]:
        return True
    bad = any(gap[0] <= each <= gap[1] for each in about.bad)
    return not (bad or _touches(*gap, device.forbidden) or _touches(*gap, about.holes))


def _touches(first: int, last: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(low <= last and first <= high for low, high in ranges)
