"""An answer of a read turned about: one row a register with every way of reading it, and what changed since. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from console.link.bench import Decoding, ReadRegistersAnswer, ReadRegistersQuery
from console.ui.commissioning.addresses import reference

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
NARROW = ("hex", "u16", "i16", "bits", "bcd16", "ascii")
LONG = ("f32", "u32", "i32", "bcd32")
LONGER = ("f64", "u64", "i64")
WIDTHS = {**dict.fromkeys(LONG, 2), **dict.fromkeys(LONGER, 4)}  # registers that a type takes; the others take one
_FIRST = ("text", "f32", "f64", "bool", "i16", "u32", "i32", "u64", "i64", "u16")  # which of the likely ways is named

MOST = 125  # registers of one read

Way = tuple[str, str]  # type, word order ("" where one register has none)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked of which line."""

    connection: str
    unit: int
    function: int
    address: int
    count: int

    @property
    def last(self) -> int:
        """The last address."""
        return self.address + self.count - 1

    @property
    def bits(self) -> bool:
        """Coils and discrete inputs."""
        return self.function in (1, 2)

    def query(self, id: int) -> ReadRegistersQuery:
        """As it is sent."""
        return ReadRegistersQuery(id, self.connection, self.unit, self.function, self.address, self.count)


@dataclass(frozen=True, slots=True)
class Row:
    """One register or bit. ``changes`` counts how often it was another one than before while reading went on."""

    address: int
    reference: str
    ways: Mapping[Way, Decoding] = field(default_factory=dict)
    points: tuple[str, ...] = ()
    changes: int = 0
    moved: bool = False
    best: Decoding | None = None  # what looks most like a measured value
    covered: bool = False  # the register before it looks like the begin of a value that goes on here

    def text(self, kind: str, order: str = "") -> str:
        """This way of reading in words, empty where there is none."""
        way = self.ways.get((kind, order))
        return way.text if way is not None else ""

    def hint(self, kind: str, order: str = "") -> int:
        """0 = hardly, 1 = possible, 2 = likely."""
        way = self.ways.get((kind, order))
        return way.hint if way is not None else 0


def rows_of(question: Question, answer: ReadRegistersAnswer, before: Iterable[Row] = ()) -> list[Row]:
    """One row an address, ascending. ``before``: the rows of the same question the last time."""
    found: dict[int, dict[Way, Decoding]] = {}
    for way in answer.decodings:
        found.setdefault(way.address, {})[way.type, way.order] = way
    points: dict[int, list[str]] = {}
    for address, point in answer.points:
        points.setdefault(max(address, question.address), []).append(point)
    old = {row.address: row for row in before}
    key = ("bool", "") if question.bits else ("hex", "")
    rows: list[Row] = []
    until = -1  # where the value that was guessed last ends
    for address, ways in sorted(found.items()):
        known = old.get(address)
        moved = known is not None and key in known.ways and known.ways[key].text != ways[key].text
        changes = (known.changes if known is not None else 0) + moved
        name = reference(question.function, address)
        room = min((start - address for start in points if start > address), default=MOST)
        best = _best(ways, room)
        covered = address <= until and address not in points
        if best is not None and not covered:
            until = address + _width(best) - 1
        rows.append(Row(address, name, ways, tuple(points.get(address, ())), changes, moved, best, covered))
    return rows


def _best(ways: Mapping[Way, Decoding], room: int) -> Decoding | None:
    """What looks most like a measured value and ends before the next configured point begins, ``room`` registers further on."""
    likely = [way for way in ways.values() if way.hint == 2 and way.type in _FIRST and _width(way) <= room]
    return min(likely, key=lambda way: (_FIRST.index(way.type), way.order), default=None)


def _width(way: Decoding) -> int:
    return (len(way.text) + 1) // 2 if way.type == "text" else WIDTHS.get(way.type, 1)
