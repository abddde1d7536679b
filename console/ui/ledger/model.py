"""The grid's rows: cards as the collector has them with what was typed over them, found and ordered without holding up the window.

50,000 cards: texts are made when a row comes into sight; what is searched and sorted by is reckoned in slices between events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QColor

from console.domain.maintenance.cards import Card
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts
from console.texts import sentence
from console.ui import theme
from console.ui.ledger.draft import Draft
from console.ui.pinyin import findable, matches, words_of

Index = QModelIndex | QPersistentModelIndex
SLICE = 600  # rows between two events: some 5 ms
FILES = "attachments"
SHOWN = (*columns.FIELDS, FILES)
RIGHT = frozenset({"price", "life_years", FILES})
_SEARCHED = ("code", "name", "name_en", "make", "model", "serial", "maintainer", "person", "registration", "certificate", "note")
_ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LedgerModel(QAbstractTableModel):
    """See the module. ``found`` says how many rows are shown once a search is through."""

    found = Signal(int)
    edited = Signal()

    def __init__(self, draft: Draft, mood: Callable[[Card, str], str], parent: Any = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._mood = mood  # (card, field) -> a colour's token or ""
        self._ids: list[str] = []
        self._texts: dict[str, dict[str, str]] = {}  # of rows that were in sight
        self._hay: dict[str, tuple[Card, str]] = {}
        self._words: list[str] = []
        self._keep: Callable[[Card], bool] | None = None
        self._sort: tuple[str, bool] = ("code", True)
        self._work: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        self.editable = False

    # --- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Rows that are shown."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Every field."""
        return 0 if parent.isValid() else len(SHOWN)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Fields by name, rows by number."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return columns.title(SHOWN[section]) if orientation is Qt.Orientation.Horizontal else section + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: PLR0911 - one line a role
        """A look-up; texts of a row are made when it is first looked at."""
        if not index.isValid():
            return None
        identity, name = self._ids[index.row()], SHOWN[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self.text(identity, name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGN_RIGHT if name in RIGHT else _ALIGN_LEFT
        typed = self._draft.typed(identity, name)
        if role == Qt.ItemDataRole.ToolTipRole:
            if typed is not None and typed.problem is not None:
                return sentence(typed.problem)
            text = self.text(identity, name)
            return text if len(text) > 12 else None
        if role == Qt.ItemDataRole.ForegroundRole:
            if typed is not None and typed.problem is not None:
                return QColor(theme.colour("p1_text"))
            card = self._draft.card(identity)
            token = self._mood(card, name) if card is not None else ""
            return QColor(theme.colour(token)) if token else None
        if role == Qt.ItemDataRole.FontRole and (typed is not None or identity in self._draft.new):
            return theme.font(bold=True)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Everything can be chosen; what is typed in words can be edited."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        base = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if self.editable and SHOWN[index.column()] != FILES:
            return base | Qt.ItemFlag.ItemIsEditable
        return base

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """One cell, typed in place."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.type([(self._ids[index.row()], SHOWN[index.column()], str(value))])
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; without one, by code."""
        self._sort = (SHOWN[column], order is Qt.SortOrder.AscendingOrder) if column >= 0 else ("code", True)
        self.search()

    # --- what the screen says

    @property
    def busy(self) -> bool:
        """A search is under way."""
        return self._work is not None

    def identity(self, row: int) -> str:
        """The card of a row."""
        return self._ids[row]

    def row_of(self, identity: str) -> int:
        """Where a card is shown, -1 if nowhere."""
        try:
            return self._ids.index(identity)
        except ValueError:
            return -1

    def shown(self) -> list[str]:
        """The ids that are shown, in their order."""
        return list(self._ids)

    def text(self, identity: str, name: str) -> str:
        """A cell's text, typed or kept."""
        typed = self._draft.typed(identity, name)
        if typed is not None and (typed.problem is not None or name == FILES):
            return typed.text or str(len(typed.value))
        kept = self._texts.get(identity)
        if kept is None:
            kept = self._texts[identity] = {}
        if name not in kept:
            card = self._draft.card(identity)
            kept[name] = "" if card is None else self._made(card, name)
        return kept[name]

    def type(self, cells: Iterable[tuple[str, str, str]]) -> None:
        """Put texts into cells, as one act."""
        touched = list(cells)
        self._draft.type(touched)
        self.changed({identity for identity, _, _ in touched})
        self.edited.emit()

    def set_words(self, text: str) -> None:
        """Keep the rows in which every typed word occurs, in characters or in pinyin."""
        self._words = words_of(text)
        self.search()

    def set_keep(self, keep: Callable[[Card], bool] | None) -> None:
        """Keep the rows for which this is true, besides the typed words."""
        self._keep = keep
        self.search()

    def begin(self, count: int) -> list[str]:
        """Begin so many new cards; their ids until they are saved."""
        made = self._draft.add([Card(id="", code="", name="")] * count)
        self.search()
        self.finish()
        self.edited.emit()
        return made

    def changed(self, identities: Iterable[str] | None = None) -> None:
        """These cards say something else now (all of them, if none is named); their rows stay where they are."""
        if identities is None:
            self._texts.clear()
        else:
            for identity in identities:
                self._texts.pop(identity, None)
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(SHOWN) - 1))

    def refresh_titles(self) -> None:
        """Another language."""
        self._hay.clear()
        self.changed()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(SHOWN) - 1)
        self.search()

    # --- searching and sorting, slice by slice

    def search(self) -> None:
        """Find and order the rows anew; one that is under way begins again."""
        self._work = self._searching()
        self._timer.start()

    def finish(self) -> None:
        """Search to the end at once: for tests and for what needs the whole answer."""
        while self._work is not None:
            self._step()

    def _step(self) -> None:
        if self._work is not None and next(self._work, True) is None:
            return
        self._work = None
        self._timer.stop()

    def _searching(self) -> Iterator[None]:
        name, ascending = self._sort
        rows: list[tuple[Any, str]] = []
        identities = [*self._draft.cards, *self._draft.new]
        for start in range(0, len(identities), SLICE):
            for identity in identities[start : start + SLICE]:
                card = self._draft.card(identity) if self._draft.dirty else self._draft.cards.get(identity)
                if card is None or (self._keep is not None and identity not in self._draft.new and not self._keep(card)):
                    continue
                if self._words and not self._matches(identity, card):
                    continue
                rows.append((self._key(card, identity, name), identity))
            yield
        rows.sort(key=_first, reverse=not ascending)
        fresh = [identity for _key, identity in rows]
        if fresh != self._ids:
            self.layoutAboutToBeChanged.emit()
            places = {identity: row for row, identity in enumerate(fresh)}
            old = self.persistentIndexList()
            moved = [
                self.index(places[self._ids[each.row()]], each.column()) if self._ids[each.row()] in places else QModelIndex()
                for each in old
            ]
            self._ids = fresh
            self.changePersistentIndexList(old, moved)
            self.layoutChanged.emit()
        self.found.emit(len(fresh))

    def _matches(self, identity: str, card: Card) -> bool:
        known = self._hay.get(identity)
        if known is None or known[0] is not card:
            words = [getattr(card, name) for name in _SEARCHED]
            texts = self._texts_of()
            words += [texts.shown(card, "location"), card.place, texts.shown(card, "system"), texts.shown(card, "state")]
            known = self._hay[identity] = (card, findable(*words))
        return matches(self._words, known[1])

    def _key(self, card: Card, identity: str, name: str) -> Any:
        if name in ("price", "life_years"):
            return getattr(card, name)
        if name == FILES:
            return len(card.attachments)
        if name in columns.TEXTS or name in columns.DAYS or name == "criticality":
            return getattr(card, name)
        return self.text(identity, name)

    def _made(self, card: Card, name: str) -> str:
        if name == FILES:
            return str(len(card.attachments)) if card.attachments else ""
        return self._texts_of().shown(card, name)

    def _texts_of(self) -> CardTexts:
        assert self._draft.texts is not None
        return self._draft.texts


def _first(pair: tuple[Any, str]) -> Any:
    return pair[0]
