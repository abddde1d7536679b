"""Finding orders among all that ever were, as fast as a person types. Runs in a worker process of its own.

The worker keeps one line of small letters an order and what lists are sorted by; a search is one pass over the lines, and one that
goes on typing looks only at what was found before. What changed since is read from the log, so nothing is loaded twice. 200,000
orders take about 100 MB of that process, which ends after a minute without a search.

The store's reading functions are imported inside: the collector names these functions without ever running them itself.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from console.domain.orders import Order
from console.domain.text import EMPTY, Text
from console.link.orders import OrderSearchQuery

if TYPE_CHECKING:
    from console.store.orderlines import OrderLines

MOST_PAGE = 500  # orders of one answer
MOST_NEWS = 20_000  # entries to catch up with; beyond, everything is loaded anew
_WORDS = ("kind", "state", "equipment", "assignee", "title")
_SORTS = ("created", "ended", "due", "priority", "cost")  # sorted as numbers; the others by their words


class _Line(msgspec.Struct):
    quantity: float = 0.0
    price: float = 0.0
    hours: float = 0.0
    rate: float = 0.0
    amount: float = 0.0


class _Stamp(msgspec.Struct):
    entered_at: int = 0


class _Narrow(msgspec.Struct):
    """What a search needs of an order; the rest of the record is passed over without being made."""

    number: int
    kind: str
    title: Text
    equipment: str = ""
    priority: int = 3
    created_at: int = 0
    state: str = "accepted"
    due_at: int = 0
    assignee: str = ""
    caller: str = ""
    contact: str = ""
    place: str = ""
    symptom: str = ""
    origin: str = ""
    plan: str = ""
    fault: int = 0
    stamps: dict[str, _Stamp] = {}
    cancelled: _Stamp | None = None
    labour: tuple[_Line, ...] = ()
    parts: tuple[_Line, ...] = ()
    invoices: tuple[_Line, ...] = ()

    @property
    def ended(self) -> int:
        stamp = self.cancelled or self.stamps.get("archived")
        return stamp.entered_at if stamp is not None else 0

    @property
    def cost(self) -> float:
        spent = sum(each.hours * each.rate for each in self.labour) + sum(each.quantity * each.price for each in self.parts)
        return float(spent + sum(each.amount for each in self.invoices))


class _Named(msgspec.Struct):
    id: str = ""
    name: Text | str = EMPTY
    display: str = ""


class _Estate(msgspec.Struct):
    equipment: tuple[_Named, ...] = ()


class _Event(msgspec.Struct):
    order: _Narrow


class _Entry(msgspec.Struct):
    event: _Event


_narrow = msgspec.json.Decoder(_Narrow)
_entry = msgspec.json.Decoder(_Entry)
Rows = npt.NDArray[np.int64]


def plain(text: str) -> str:
    """As it is compared: small letters, full-width forms as their plain ones."""
    return unicodedata.normalize("NFKC", text).casefold()


@dataclass
class _Index:
    """Rows in the order of their loading; ``row_of`` finds an order's."""

    names: dict[str, str]
    configuration: int = 0
    sequence: int = 0
    lines: list[str] = field(default_factory=list)
    words: dict[str, list[str]] = field(default_factory=lambda: {key: [] for key in _WORDS})
    numbers: list[int] = field(default_factory=list)
    figures: dict[str, list[float]] = field(default_factory=lambda: {key: [] for key in _SORTS})
    row_of: dict[int, int] = field(default_factory=dict)
    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    found: tuple[str, Rows] | None = None  # the words that were searched last, and the rows that have them

    def put(self, order: _Narrow) -> None:
        """Take an order in, or its newer version."""
        assignee = self.names.get(f"@{order.assignee}", order.assignee)
        machine = self.names.get(order.equipment, "")
        text = (
            f"wo-{order.number:06d}", order.title.zh, order.title.en, order.equipment, machine, order.assignee, assignee,
            order.caller, order.contact, order.place, order.symptom, order.origin, order.plan,
            f"f-{order.fault:06d}" if order.fault else "",
        )  # fmt: skip
        line = plain("\n".join(part for part in text if part))
        words = dict(zip(_WORDS, (order.kind, order.state, order.equipment, assignee, order.title.zh), strict=True))
        figures = {
            "created": order.created_at, "ended": order.ended, "due": order.due_at, "priority": order.priority, "cost": order.cost,
        }  # fmt: skip
        row = self.row_of.get(order.number)
        if row is None:
            self.row_of[order.number] = len(self.lines)
            self.lines.append(line)
            self.numbers.append(order.number)
            for key, word in words.items():
                self.words[key].append(word)
            for key, figure in figures.items():
                self.figures[key].append(figure)
        else:
            self.lines[row] = line
            for key, word in words.items():
                self.words[key][row] = word
            for key, figure in figures.items():
                self.figures[key][row] = figure
        self.arrays.clear()
        self.found = None

    def figure(self, key: str) -> npt.NDArray[Any]:
        """A column of numbers: times, priority, cost, or the rank of a word among all words of its column."""
        if key not in self.arrays:
            if key == "number":
                self.arrays[key] = np.array(self.numbers, np.int64)
            elif key in self.figures:
                self.arrays[key] = np.array(self.figures[key], np.float64 if key == "cost" else np.int64)
            else:
                rank = {word: place for place, word in enumerate(sorted(set(self.words[key])))}
                self.arrays[key] = np.array([rank[word] for word in self.words[key]], np.int64)
        return self.arrays[key]

    def places(self, sort: str, *, descending: bool) -> npt.NDArray[Any]:
        """Each row's place when all are sorted by a column; reckoned once until an order changes."""
        name = f"{sort} {descending}"
        if name not in self.arrays:
            numbers = self.figure("number")
            key = self.figure(sort) if sort in {*self.figures, *self.words} else numbers
            ordered = np.lexsort((-numbers, -key if descending else key))
            places = np.empty(len(ordered), np.int32)
            places[ordered] = np.arange(len(ordered), dtype=np.int32)
            self.arrays[name] = places
        return self.arrays[name]

    def having(self, text: str) -> Rows:
        """The rows in which every word of ``text`` occurs."""
        wanted = plain(text).split()
        if not wanted:
            return np.arange(len(self.lines), dtype=np.int64)
        asked = " ".join(wanted)
        if self.found is not None and self.found[0] == asked:
            return self.found[1]
        rows: Rows | None = self.found[1] if self.found is not None and asked.startswith(self.found[0]) else None
        lines = self.lines
        for word in wanted:
            if rows is None:
                rows = np.array([row for row, line in enumerate(lines) if word in line], np.int64)
            else:
                rows = np.array([row for row in rows.tolist() if word in lines[row]], np.int64)
        assert rows is not None
        self.found = (asked, rows)
        return rows


_kept: dict[Path, _Index] = {}


def search(folder: Path, query: OrderSearchQuery) -> tuple[int, tuple[Order, ...]]:
    """How many orders were found, and those of the page."""
    from console.store.orderlines import order_lines  # noqa: PLC0415 - see the module

    with order_lines(folder) as lines:
        index = _current(folder, lines)
        rows = _wanted(index, query)
        page = [index.numbers[row] for row in _page(index, rows, query).tolist()]
        return len(rows), lines.page(page)


def one(folder: Path, number: int) -> Order | None:
    """The order of that number."""
    from console.store.orderlines import order_lines  # noqa: PLC0415 - see the module

    with order_lines(folder) as lines:
        return next(iter(lines.page([number])), None)


def _wanted(index: _Index, query: OrderSearchQuery) -> Rows:
    rows = index.having(query.text)
    for key, wanted in (
        ("kind", query.kinds),
        ("state", query.states),
        ("equipment", (query.equipment,) if query.equipment else ()),
    ):
        if wanted:
            words = index.words[key]
            rows = np.array([row for row in rows.tolist() if words[row] in wanted], np.int64)
    if query.assignee:
        name, words = index.names.get(f"@{query.assignee}", query.assignee), index.words["assignee"]
        rows = np.array([row for row in rows.tolist() if words[row] == name], np.int64)
    if query.since or query.until:
        created = index.figure("created")[rows]
        kept = created >= query.since
        if query.until:
            kept &= created < query.until
        rows = rows[kept]
    return rows


def _page(index: _Index, rows: Rows, query: OrderSearchQuery) -> Rows:
    """The rows of the wanted page by the wanted column, among equals the newest first. Only as much is sorted as is shown."""
    offset, limit = max(0, query.offset), min(query.limit, MOST_PAGE)
    places = index.places(query.sort, descending=query.descending)[rows]
    last = offset + limit
    if last < len(rows) // 4:
        few = np.argpartition(places, last)[:last]
        rows, places = rows[few], places[few]
    return rows[np.argsort(places)][offset:last]


def _current(folder: Path, lines: OrderLines) -> _Index:
    index = _kept.get(folder)
    if index is not None and index.configuration == lines.configuration and lines.sequence - index.sequence <= MOST_NEWS:
        if lines.sequence != index.sequence:
            for entry in lines.news(index.sequence):
                index.put(_entry.decode(entry).event.order)
            index.sequence = lines.sequence
        return index
    index = _kept[folder] = _Index(_names(lines), lines.configuration, lines.sequence)
    for record in lines.records():
        index.put(_narrow.decode(record))
    return index


def _names(lines: OrderLines) -> dict[str, str]:
    """Names of equipment by id, of people by ``@account``."""
    names: dict[str, str] = {}
    for record in lines.cards():
        card = msgspec.json.decode(record, type=_Named)
        names[card.id] = card.name if isinstance(card.name, str) else card.name.zh
    estate = lines.estate()
    for machine in msgspec.json.decode(estate, type=_Estate).equipment if estate else ():
        name = machine.name
        names[machine.id] = f"{name.zh} {name.en}" if isinstance(name, Text) else name
    for account, record in lines.accounts():
        names[f"@{account}"] = msgspec.json.decode(record, type=_Named).display
    return names
