"""Changes of the ledger that are typed and not saved yet: cell by cell, to be taken back and done again. No widgets.

A cell is (card id, field). What was typed stands over the card as the collector has it; if that card is changed by somebody
else meanwhile, cells that both changed become conflicts, which a person decides one by one. Nothing typed is ever lost to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from console.domain.maintenance.cards import Card
from console.domain.problems import Problem, Refused
from console.papers.cardtexts import CardTexts

NEW = "new:"  # how the ids of cards begin that were never saved
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a cell is to be. ``problem``: the text means nothing; ``value`` is then what it was."""

    text: str
    value: Any
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that somebody else changed while it was being changed here."""

    card: str
    field: str
    mine: Any
    theirs: Any


@dataclass(slots=True)
class _Step:
    """One undoable act: what the cells were before, and are after (None: untouched)."""

    before: dict[Cell, Typed | None]
    after: dict[Cell, Typed | None]
    made: tuple[Card, ...] = ()  # new cards that this act began


@dataclass
class Draft:
    """See the module. ``cards`` are those of the collector; read only."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    texts: CardTexts | None = None

    def __post_init__(self) -> None:
        self._cells: dict[str, dict[str, Typed]] = {}  # by card and field
        self._bases: dict[str, Card] = {}  # as they were when their first cell was typed
        self._new: dict[str, Card] = {}
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._conflicts: dict[Cell, Conflict] = {}
        self._number = 0

    # --- looking

    @property
    def dirty(self) -> bool:
        """Something is not saved."""
        return bool(self._cells or self._new)

    @property
    def touched(self) -> list[str]:
        """The ids of cards with changes, new ones among them."""
        return list(dict.fromkeys([*self._cells, *self._new]))

    @property
    def mistakes(self) -> list[tuple[Cell, Problem]]:
        """Cells whose text means nothing."""
        return [
            ((identity, name), typed.problem)
            for identity, cells in self._cells.items()
            for name, typed in cells.items()
            if typed.problem is not None
        ]

    @property
    def conflicts(self) -> list[Conflict]:
        """What a person has to decide."""
        return list(self._conflicts.values())

    @property
    def new(self) -> Mapping[str, Card]:
        """Cards that are not in the ledger yet."""
        return self._new

    @property
    def count(self) -> int:
        """How many cells were changed."""
        return sum(map(len, self._cells.values()))

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def typed(self, identity: str, field: str) -> Typed | None:
        """What was typed into a cell."""
        return self._cells.get(identity, {}).get(field)

    def base(self, identity: str) -> Card | None:
        """The card that changes stand upon."""
        return self._bases.get(identity) or self._new.get(identity) or self.cards.get(identity)

    def card(self, identity: str) -> Card | None:
        """The card with its changes."""
        base = self.base(identity)
        if base is None:
            return None
        cells = self._cells.get(identity)
        return replace(base, **{name: typed.value for name, typed in cells.items()}) if cells else base

    # --- changing

    def type(self, cells: Iterable[tuple[str, str, str]]) -> list[Problem]:
        """Put texts into cells, as one act; the remarks about what was assumed."""
        assert self.texts is not None
        before: dict[Cell, Typed | None] = {}
        after: dict[Cell, Typed | None] = {}
        remarks = []
        for identity, name, text in cells:
            card = self.cards.get(identity) or self._new.get(identity)
            if card is None:
                continue
            base = self._bases.get(identity, card)
            try:
                value, remark = self.texts.read(name, text)
                made: Typed | None = Typed(text, value) if value != getattr(base, name) else None
                if remark is not None:
                    remarks.append(remark)
            except Refused as refused:
                made = Typed(text, getattr(base, name), refused.problem)
            cell = (identity, name)
            if made == self.typed(*cell):
                continue
            before.setdefault(cell, self.typed(*cell))
            after[cell] = made
        if after:
            self._do(_Step(before, after))
        return remarks

    def put(self, identity: str, values: Mapping[str, Any]) -> None:
        """Put values that are no texts (files, the name plate) into a card, as one act."""
        base = self.base(identity)
        if base is None:
            return
        after = {(identity, name): Typed("", value) if value != getattr(base, name) else None for name, value in values.items()}
        after = {cell: typed for cell, typed in after.items() if typed != self.typed(*cell)}
        if after:
            self._do(_Step({cell: self.typed(*cell) for cell in after}, after))

    def add(self, cards: Iterable[Card]) -> list[str]:
        """Begin new cards, as one act; their ids until they are saved."""
        made = []
        for card in cards:
            self._number += 1
            made.append(replace(card, id=f"{NEW}{self._number}", number=0, revision=0, equipment="", attachments=()))
        self._do(_Step({}, {}, tuple(made)))
        return [card.id for card in made]

    def undo(self) -> None:
        """Take the last act back."""
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            for card in step.made:
                self._new.pop(card.id, None)
            self._apply(step.before)

    def redo(self) -> None:
        """Do it again."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._new.update((card.id, card) for card in step.made)
            self._apply(step.after)

    def discard(self) -> None:
        """Forget all of it."""
        self.__post_init__()

    def _do(self, step: _Step) -> None:
        self._done.append(step)
        self._undone.clear()
        self._new.update((card.id, card) for card in step.made)
        self._apply(step.after)

    def _apply(self, cells: Mapping[Cell, Typed | None]) -> None:
        for (identity, name), typed in cells.items():
            if typed is None:
                self._drop(identity, name)
            else:
                self._cells.setdefault(identity, {})[name] = typed
                if identity in self.cards:
                    self._bases.setdefault(identity, self.cards[identity])

    def _drop(self, identity: str, name: str) -> None:
        self._conflicts.pop((identity, name), None)
        cells = self._cells.get(identity, {})
        cells.pop(name, None)
        if not cells:
            self._cells.pop(identity, None)
            self._bases.pop(identity, None)

    # --- what the collector says

    def arrived(self) -> bool:
        """Cards have changed: find out which cells are disputed now. True if that is something new."""
        found = False
        for identity, base in list(self._bases.items()):
            present = self.cards.get(identity)
            if present is None or present.revision == base.revision:
                continue
            self._bases[identity] = present
            for name, typed in list(self._cells.get(identity, {}).items()):
                theirs = getattr(present, name)
                if typed.problem is None and theirs == typed.value:
                    self._drop(identity, name)  # both wrote the same
                elif theirs != getattr(base, name):
                    self._conflicts[identity, name] = Conflict(identity, name, typed.value, theirs)
                    found = True
        return found

    def settle(self, conflict: Conflict, *, mine: bool) -> None:
        """A person decided."""
        self._conflicts.pop((conflict.card, conflict.field), None)
        if not mine:
            self._drop(conflict.card, conflict.field)

    # --- saving

    def changes(self) -> list[tuple[Card, int]]:
        """The cards to save with the revisions that they are made from."""
        made = []
        for identity in self.touched:
            card = self.card(identity)
            if card is None:
                continue
            if identity in self._new:
                made.append((replace(card, id=""), 0))
            elif card != self.base(identity):
                made.append((card, card.revision))
        return made
