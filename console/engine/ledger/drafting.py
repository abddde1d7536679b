"""A table becomes cards, or everything that is wrong with it, cell by cell. Runs in a process of its own; changes nothing.

An empty cell leaves what a card has; a single dash clears it. A row finds its card by its code; a code that the ledger does
not have makes a new card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from config.pointlist.sheets import Sheet, cell_name, read
from console.domain.estate import Estate
from console.domain.maintenance.cards import Card, Level, Rated, Use
from console.domain.maintenance.cards_decisions import checked, circular
from console.domain.maintenance.cards_drafts import DraftRow, LedgerDraft, Verdict
from console.domain.pointlists import Choices, Remark, SheetView
from console.domain.problems import Params, Problem, Refused
from console.engine.ledger.tables import tidy, troubles, view
from console.engine.ledger.work import Change
from console.papers import ledgercolumns as columns
from console.papers.places import Places

MOST_ROWS = 50_100  # with something in them, all sheets together: 50,000 cards, their headings and titles
MOST_REMARKS = 5_000  # that are listed; the rest are counted
CLEAR = frozenset({"-", "--", "—", "——", "无", "/"})
_TOLD_EVERY = 500  # rows
_UNSEEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


@dataclass(slots=True)
class Drafted:
    """The preview, and what would be written: the changes in the order of their rows."""

    draft: LedgerDraft
    changes: list[Change] = field(default_factory=list)


def draft(
    data: bytes, file: str, choices: Choices, *, estate: Estate | None, cards: Iterable[Card], told: Callable[[float], None]
) -> Drafted:
    """What an import of ``data`` would do to the ledger that holds ``cards`` (all of them, those of the site file's equipment
    too). Raises :class:`Refused` if the file cannot be read at all. ``told`` hears the share that is done."""
    sheets = read(data, file, tidy, MOST_ROWS)
    told(0.3)
    broken = troubles(data)
    views = [view(sheet, choices) for sheet in sheets]
    return _Draft(cards, estate, told, plain=not data.startswith((b"PK", b"\xd0\xcf"))).run(sheets, views, broken, file)


# --- rows


@dataclass(slots=True)
class _Line:
    """One row that is read. ``places``: field -> column."""

    sheet: int
    row: int  # from 0
    places: dict[str, int]
    code: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    plate: list[Rated] = field(default_factory=list)
    parent: str = ""
    good: bool = True


class _Draft:
    def __init__(self, cards: Iterable[Card], estate: Estate | None, told: Callable[[float], None], *, plain: bool) -> None:
        self._plain = plain  # a text file: its cells are no more than their letters
        self._present = {card.code: card for card in cards}
        self._places = Places(estate)
        self._told = told
        self._sheets: list[Sheet] = []
        self._columns: list[list[tuple[int, str]]] = []  # of each sheet: place and field
        self._places_of: list[dict[str, int]] = []
        self._remarks: list[Remark] = []
        self._more = self._mistakes = 0
        self._kept_as_text: set[str] = set()

    def run(self, sheets: list[Sheet], views: list[SheetView], broken: dict[str, dict[str, str]], file: str) -> Drafted:
        """All rows of the used sheets, in their order."""
        self._sheets = sheets
        self._columns = [[(place, name) for place, name in enumerate(each.fields) if name] for each in views]
        self._places_of = [{name: place for place, name in reversed(line)} for line in self._columns]
        if not any(each.used for each in views):
            self._say(0, None, None, "ledger.cell.no_table", {"file": file})
        total = sum(len(sheet.rows) for sheet, each in zip(sheets, views, strict=True) if each.used) or 1
        lines: list[_Line] = []
        done = 0
        for number, (sheet, each) in enumerate(zip(sheets, views, strict=True)):
            if not each.used:
                continue
            for row in range(each.header_row, len(sheet.rows)):
                if any(sheet.rows[row]):
                    lines.append(self._line(number, row, each, broken.get(sheet.name, {})))
                done += 1
                if done % _TOLD_EVERY == 0:
                    self._told(0.3 + 0.4 * done / total)
        self._codes(lines)
        return self._judged(lines, views)

    def _line(self, number: int, row: int, seen: SheetView, broken: dict[str, str]) -> _Line:
        cells = self._sheets[number].rows[row]
        line = _Line(number, row, self._places_of[number])
        for column, name in self._columns[number]:
            if column >= len(cells):
                break
            if broken and (trouble := broken.get(cell_name(row, column))):
                self._wrong(line, column, Problem("ledger.cell.error" if trouble == "error" else "ledger.cell.uncalculated"))
                continue
            text = cells[column]
            if not text:
                continue
            try:
                if self._plain:
                    text = columns.unmarked(text)
                if name in columns.TEXTS and name != "code" and len(text) > 2:
                    line.fields[name] = columns.phrase(name, text)
                    continue
                self._take(line, name, column, text, seen.headers[column])
            except Refused as refused:
                self._wrong(line, column, refused.problem)
        return line

    def _take(self, line: _Line, name: str, column: int, text: str, heading: str) -> None:  # noqa: PLR0912 - one branch a kind
        """One cell into the line's fields."""
        if text in CLEAR and name not in ("code", "name", columns.PLATE):
            if name == "parent":
                line.parent = "-"
            else:
                line.fields[name] = _EMPTY.get(name, "")
            return
        match name:
            case "code":
                line.code = columns.phrase(name, text)
            case "parent":
                line.parent = columns.phrase(name, text)
            case "price":
                line.fields[name] = columns.price(text)
            case "life_years":
                line.fields[name] = columns.years(text)
            case "location":
                self._place(line, column, text)
            case "rated":
                line.plate += columns.plate(columns.phrase("note", text))
            case columns.PLATE:
                match = columns.UNIT.match(heading)
                title, unit = (match[1], match[2]) if match else (heading, "")
                line.plate.append(Rated(title or heading, columns.phrase(name, text), unit))
            case _ if name in columns.DAYS:
                line.fields[name], remark = columns.day(text)
                if remark is not None:
                    self._remark(line, column, remark)
            case _:
                line.fields[name] = columns.READERS[name](name, text)

    def _place(self, line: _Line, column: int, text: str) -> None:
        """A place of the site file, or what the table calls it."""
        found = self._places.find(text)
        if found:
            line.fields["location"] = found
            return
        line.fields.setdefault("place", columns.phrase("place", text))
        if text not in self._kept_as_text:  # said once: a whole building may lie in a place we do not know
            self._kept_as_text.add(text)
            self._remark(line, column, Problem("ledger.remark.place", {"found": text[:60]}))

    def _codes(self, lines: list[_Line]) -> None:
        """A code is needed, once."""
        first: dict[str, _Line] = {}
        for line in lines:
            column = line.places.get("code", 0)
            if not line.code:
                if line.good:
                    self._wrong(line, column, Problem("ledger.cell.no_code"))
                line.good = False
            elif line.code in first:
                before = first[line.code]
                place = f"{self._sheets[before.sheet].name}!{cell_name(before.row, before.places.get('code', 0))}"
                self._wrong(line, column, Problem("ledger.cell.twice", {"card": line.code, "first": place}))
            else:
                first[line.code] = line

    def _judged(self, lines: list[_Line], views: list[SheetView]) -> Drafted:
        """Each line against the ledger: cards, verdicts, parents."""
        made: list[tuple[_Line, Card, Card | None]] = []
        for line in lines:
            present = self._present.get(line.code)
            if line.good:
                try:
                    made.append((line, checked(self._card(line, present)), present))
                except Refused as refused:
                    column = line.places.get(_field_of(refused.problem), line.places.get("code", 0))
                    self._wrong(line, column, refused.problem)
            if len(made) % _TOLD_EVERY == 0:
                self._told(0.7 + 0.2 * len(made) / (len(lines) or 1))
        made = self._with_parents(made)
        changes: list[Change] = []
        rows: dict[int, DraftRow] = {}
        place_of = {}
        for line, card, present in made:
            fields = _differing(card, present)
            verdict = Verdict.NEW if present is None else Verdict.CHANGED if fields else Verdict.SAME
            rows[id(line)] = DraftRow(line.sheet, line.row + 1, verdict, card.code, card.name, fields if present else ())
            if verdict is not Verdict.SAME:
                base = present.revision if present is not None else 0
                place_of[card.code] = len(changes)
                changes.append(Change(card, base, present if base else None))
        for change in changes:  # a parent that is new itself has no id yet: its place in the batch stands for it
            if change.card.parent.startswith("new:"):
                change.parent_place = place_of[change.card.parent[4:]]
        listed = tuple(
            rows.get(id(line)) or DraftRow(line.sheet, line.row + 1, Verdict.WRONG, line.code, line.fields.get("name", ""))
            for line in lines
        )
        count = {verdict: sum(row.verdict is verdict for row in listed) for verdict in Verdict}
        result = LedgerDraft(
            sheets=tuple(views),
            remarks=tuple(sorted(self._remarks, key=lambda remark: (not remark.grave, remark.sheet, remark.row))),
            more=self._more,
            mistakes=self._mistakes,
            rows=listed,
            new=count[Verdict.NEW],
            changed=count[Verdict.CHANGED],
            same=count[Verdict.SAME],
            wrong=count[Verdict.WRONG],
        )
        return Drafted(result, changes)

    def _card(self, line: _Line, present: Card | None) -> Card:
        fields = dict(line.fields)
        if "location" in fields and present is not None and "place" not in line.places and fields["location"] != present.location:
            fields.setdefault("place", present.place)
        for name, kind in (("level", Level), ("state", Use)):
            if name in fields:
                fields[name] = kind(fields[name])
        if line.plate:
            known = (
                {each.name: each for each in (present.rated if present is not None else ())} if "rated" not in line.places else {}
            )
            fields["rated"] = tuple((known | {each.name: each for each in line.plate}).values())
        if present is not None:
            return replace(present, **fields)
        if not fields.get("name"):
            raise Refused("ledger.cell.no_name", card=line.code)
        return Card(id="", code=line.code, **fields)

    def _with_parents(self, made: list[tuple[_Line, Card, Card | None]]) -> list[tuple[_Line, Card, Card | None]]:
        """Parents by their codes, also of cards that come with this table; nothing may stand above itself.

        Losing a row can lose its children their parent: gone through again until nothing more is lost.
        """
        parents = {card.id: card.parent for card in self._present.values()}
        while True:
            coming = {card.code: f"new:{card.code}" for _line, card, present in made if present is None}
            above = dict(parents)
            kept = []
            for line, card, present in made:
                parent = card.parent
                if line.parent == "-":
                    parent = ""
                elif line.parent:
                    known = self._present.get(line.parent)
                    parent = known.id if known is not None else coming.get(line.parent, "")
                    if not parent:
                        self._wrong(line, line.places["parent"], Problem("ledger.cell.parent", {"found": line.parent[:60]}))
                        continue
                above[card.id or f"new:{card.code}"] = parent
                kept.append((line, replace(card, parent=parent), present))
            circles = [entry for entry in kept if entry[0].parent and circular(above, entry[1].id or f"new:{entry[1].code}")]
            for line, card, _present in circles:
                self._wrong(line, line.places["parent"], Problem("ledger.refused.circle", {"card": card.code}))
            lost = {id(line) for line, _card, _present in circles}
            kept = [entry for entry in kept if id(entry[0]) not in lost]
            if len(kept) == len(made):
                return kept
            made = kept

    # --- remarks

    def _wrong(self, line: _Line, column: int, problem: Problem) -> None:
        line.good = False
        self._say(line.sheet, line.row, column, problem.code, problem.params)

    def _remark(self, line: _Line, column: int, problem: Problem) -> None:
        self._say(line.sheet, line.row, column, problem.code, problem.params, grave=False)

    def _say(self, sheet: int, row: int | None, column: int | None, code: str, params: Params, *, grave: bool = True) -> None:
        self._mistakes += grave
        if len(self._remarks) >= MOST_REMARKS:
            self._more += 1
            return
        cell = cell_name(row, column) if row is not None and column is not None else ""
        name = self._sheets[sheet].name if self._sheets else ""
        self._remarks.append(Remark(name, cell, 0 if row is None else row + 1, Problem(code, params), grave))


_EMPTY: dict[str, object] = {
    "price": 0.0,
    "life_years": 0,
    "rated": (),
    "level": Level.EQUIPMENT,
    "state": Use.IN_USE,
    "system": "other",
}
_ASIDE = frozenset({"id", "number", "revision", "at", "equipment", "ended_at", "attachments", "batch"})


def _differing(card: Card, present: Card | None) -> tuple[str, ...]:
    if present is None:
        return ()
    return tuple(name for name in card.__struct_fields__ if name not in _ASIDE and getattr(card, name) != getattr(present, name))


def _field_of(problem: Problem) -> str:
    """The column that a refusal of a whole card is about."""
    if "field" in problem.params:
        return str(problem.params["field"])
    return {
        "ledger.refused.contract": "contract_until", "ledger.refused.scrapped": "state", "ledger.refused.idle": "state",
        "ledger.refused.price": "price", "ledger.refused.life": "life_years", "ledger.refused.many": "rated",
    }.get(problem.code, "code")  # fmt: skip
