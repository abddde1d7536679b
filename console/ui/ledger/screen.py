"""设备台账: every card in one grid, to find, to change, to bring in from a table and to print labels of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.domain.accounts import Right
from console.domain.estate import Equipment, Estate
from console.domain.maintenance.cards import EXPIRIES, LATER, SOON, Card, Use, card_of, days_left, expiring
from console.domain.maintenance.cards_decisions import MOST_AT_ONCE
from console.papers.cardtexts import CardTexts
from console.papers.places import Places
from console.texts import tr
from console.ui.desk import Desk
from console.ui.ledger.draft import NEW, Draft
from console.ui.ledger.grid import LedgerGrid
from console.ui.ledger.importing import ImportPage
from console.ui.ledger.model import LedgerModel
from console.ui.ledger.papers import PaperBar
from console.ui.ledger.savebar import BulkBar, SaveBar
from console.ui.ledger.tree import LedgerTree
from console.ui.moments import local
from console.ui.picture import Picture
from console.ui.settings import settings
from console.ui.widgets.cards import GAP, Blank, label
from console.ui.widgets.cards import Card as Panel
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine

TREE = 250
SETTLE_MS = 250  # deltas of an import arrive twenty a second; the grid looks at them four times a second
VIEWS = ("all", "soon", "late", "idle", "scrapped", "unplaced")


class Navigator(Protocol):
    """Where the ledger leads."""

    def open_equipment(self, equipment: str) -> None: ...


class LedgerScreen(QWidget):
    """See the module."""

    name = "ledger"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._cards: dict[str, Card] = {}
        self._virtual: dict[str, tuple[Equipment, Card]] = {}
        self._codes: dict[str, str] = {}
        self._views: dict[str, tuple[str, ...]] = {}  # of each card, besides all of them
        self._dues, self._by_place, self._by_system = Counter[str](), Counter[str](), Counter[str]()
        self._counted_on = dt.date.min
        self._places: tuple[Estate, Places] | None = None
        self.draft = Draft()
        self.model = LedgerModel(self.draft, self._mood, self)
        self.grid = LedgerGrid(self.model)
        self.tree = LedgerTree(picture)
        self.bar = SaveBar(self.draft, desk, self._texts)
        self.bulk = BulkBar()
        self.papers = PaperBar(picture, desk, self._wanted)
        self.importing = ImportPage(picture, desk)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._take)
        self._lay_out()
        self._connect()
        self.grid.restore_columns(settings())
        self._take()
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        self._side, self._main = Panel(), Panel()
        self._side.setFixedWidth(TREE)
        self._side.heading.hide()
        self._side.remark.hide()
        self._side.body.addWidget(self.tree, 1)
        self._main.heading.hide()
        self._main.remark.hide()
        bar = QHBoxLayout()
        self.search = SearchLine("ledger_filter")
        self.view = QComboBox()
        self.view.setObjectName("ledger_view")
        self.saved = SavedFilters("ledger", {"view": self.view, "typed": self.search})
        self.add, self.open, self.load = QPushButton(), QPushButton(), QPushButton()
        for button, name in ((self.add, "add"), (self.open, "open"), (self.load, "import")):
            button.setObjectName(f"ledger_{name}")
        self.add.setProperty("primary", True)
        self._count = label(role="dim")
        self._count.setObjectName("ledger_count")
        bar.addWidget(self.search, 1)
        for widget in (self.saved, self.view, self._count, self.open, self.papers, self.load, self.add):
            bar.addWidget(widget)
        self._main.body.addLayout(bar)
        self._main.body.addWidget(self.bulk)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self._blank)
        self._main.body.addWidget(self._stack, 1)
        self._main.body.addWidget(self.bar)
        self._foot = label(role="dim", wrap=True)
        self._foot.setObjectName("ledger_foot")
        self._main.body.addWidget(self._foot)
        page = QWidget()
        inner = QHBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GAP)
        inner.addWidget(self._side)
        inner.addWidget(self._main, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(page)
        self._pages.addWidget(self.importing)
        outer.addWidget(self._pages)

    def _connect(self) -> None:
        picture = self._picture
        self.search.searched.connect(self.model.set_words)
        self.tree.chosen.connect(self._filter)
        self.view.currentIndexChanged.connect(self._filter)
        self.add.clicked.connect(self.do_add)
        self.open.clicked.connect(self.do_open)
        self.load.clicked.connect(self.do_import)
        self.importing.closed.connect(self._back)
        self.grid.opened.connect(self._open)
        self.grid.selectionModel().selectionChanged.connect(self._chosen)
        self.grid.horizontalHeader().sectionResized.connect(self._remember)
        self.grid.horizontalHeader().sectionMoved.connect(self._remember)
        self.bulk.asked.connect(self._bulk)
        self.model.edited.connect(self.bar.refresh)
        self.model.found.connect(self._found)
        self.bar.changed.connect(self._redrawn)
        self.bar.saved.connect(self._redrawn)
        self.bar.asked.connect(self.grid.show_card)
        picture.replaced.connect(self._replaced)
        picture.records_changed.connect(self._records)
        picture.people_changed.connect(self._rights)
        for keys, act in (
            ("Ctrl+Z", self.bar.do_undo), ("Ctrl+Y", self.bar.do_redo), ("Ctrl+S", self.bar.do_save), ("Ctrl+N", self.do_add),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self.grid, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(act)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.search.setFocus)

    def retranslate(self) -> None:
        """All words."""
        self._codes = {}
        self.draft.texts = self._texts()
        at = max(0, self.view.currentIndex())
        self.view.blockSignals(True)
        self.view.clear()
        for name in VIEWS:
            self.view.addItem(tr(f"ledger.view.{name}", count=self._dues[name]), name)
        self.view.setCurrentIndex(at)
        self.view.blockSignals(False)
        self.search.setPlaceholderText(tr("ledger.search"))
        self.saved.retranslate()
        for button, name in ((self.add, "add"), (self.open, "open"), (self.load, "import")):
            button.setText(tr(f"ledger.do.{name}"))
        self._foot.setText(tr("ledger.foot"))
        self.tree.retranslate()
        self.bar.retranslate()
        self.bulk.retranslate()
        self.papers.retranslate()
        self.importing.retranslate()
        self.model.refresh_titles()
        self._found(self.model.rowCount())
        self._rights()

    # --- cards

    def _records(self, kinds: set[str]) -> None:
        if "card" in kinds and not self._settle.isActive():
            self._settle.start()

    def _replaced(self) -> None:
        """Another configuration: its places may be others."""
        self._counted_on = dt.date.min
        self._settle.start()

    def _take(self) -> None:
        """The cards as the collector has them now."""
        picture, old = self._picture, self._cards
        cards = dict(picture.records(Card))
        for machine in picture.equipment.values():
            if machine.id not in cards:
                known = self._virtual.get(machine.id)
                if known is None or known[0] is not machine:
                    known = self._virtual[machine.id] = (machine, card_of(machine))
                cards[machine.id] = known[1]
        self._cards = self.draft.cards = cards
        self._codes = {}
        self.draft.texts = self._texts()
        self.draft.arrived()
        changed = [identity for identity, card in cards.items() if old.get(identity) is not card]
        self._tally(old, cards, changed)
        self.tree.set_counts(self._by_place, self._by_system)
        self.model.changed(changed)
        self._filter()
        self.bar.refresh()

    def _tally(self, old: Mapping[str, Card], cards: Mapping[str, Card], changed: list[str]) -> None:
        """Count places, systems and views anew for what changed alone: an import brings 50,000 cards in 250 steps."""
        today = self._today()
        if today != self._counted_on:
            self._counted_on = today
            self._views.clear()
            for counter in (self._by_place, self._by_system, self._dues):
                counter.clear()
            old, changed = {}, list(cards)
        gone = [identity for identity in old if identity not in cards] if len(old) + len(changed) > len(cards) else []
        for identity in (*gone, *(identity for identity in changed if identity in old)):
            card = old[identity]
            self._by_place[card.location] -= 1
            self._by_system[card.system] -= 1
            self._dues.subtract(self._views.pop(identity, ()))
        for identity in changed:
            card = cards[identity]
            self._by_place[card.location] += 1
            self._by_system[card.system] += 1
            views = self._views[identity] = self._views_of(card, today)
            self._dues.update(views)
        for place, name in enumerate(VIEWS):
            self.view.setItemText(place, tr(f"ledger.view.{name}", count=self._dues[name]))

    def _views_of(self, card: Card, today: dt.date) -> tuple[str, ...]:
        """The views, besides all of them, in which a card is."""
        found = [str(card.state)] if card.state is not Use.IN_USE else []
        dues = expiring(card, today)
        if any(each.days >= 0 for each in dues):
            found.append("soon")
        if any(each.days < 0 for each in dues):
            found.append("late")
        if card.location not in self._picture.locations:
            found.append("unplaced")
        return tuple(found)

    def _texts(self) -> CardTexts:
        estate = self._picture.estate
        if self._places is None or self._places[0] is not estate:
            self._places = (estate, Places(estate))
        return CardTexts(self._places[1], self._code, self._identity)

    def _code(self, identity: str) -> str:
        card = self._cards.get(identity)
        return card.code if card is not None else identity

    def _identity(self, code: str) -> str:
        if not self._codes:
            self._codes = {card.code: identity for identity, card in self._cards.items()}
        return self._codes.get(code, "")

    def _today(self) -> dt.date:
        return local(self._picture.now(), self._picture.estate.site.timezone).date()

    def _mood(self, card: Card, field: str) -> str:
        """The colour of a cell: what runs out stands out, what is out of use steps back."""
        if card.state is Use.SCRAPPED:
            return "faint"
        if field not in EXPIRIES:
            return ""
        left = days_left(getattr(card, field), self._today())
        if left is None or left > LATER:
            return ""
        if left < 0:
            return "p2_text" if field != "warranty" else "faint"
        return "p3_text" if left <= SOON else "p4_text"

    # --- filters

    def _filter(self, _index: object = None) -> None:
        name = str(self.view.currentData() or "all")
        place, views = self.tree.keep(), self._views

        def keep(card: Card) -> bool:
            return (place is None or place(card)) and (name == "all" or name in views.get(card.id, ()))

        self.model.set_keep(None if place is None and name == "all" else keep)

    def _found(self, count: int) -> None:
        self._count.setText(tr("ledger.count", shown=f"{count:,}", all=f"{len(self._cards):,}"))
        if count or self.draft.new:
            self._stack.setCurrentWidget(self.grid)
            return
        if not self._picture.revision:
            self._blank.say(tr("equipment.loading"), tr("overview.loading.advice"))
        elif not self._cards:
            self._blank.say(tr("ledger.empty"), tr("ledger.empty.advice"))
        else:
            self._blank.say(tr("ledger.nothing"), tr("ledger.nothing.advice"))
        self._stack.setCurrentWidget(self._blank)

    def _chosen(self, *_: object) -> None:
        rows = self.grid.chosen_rows()
        self.bulk.show_count(len(rows) if self.model.editable else 0)
        self.open.setEnabled(bool(rows) and not rows[0].startswith(NEW))

    def _redrawn(self) -> None:
        self.model.changed()
        self.model.search()

    def _rights(self) -> None:
        allowed = self._picture.may(Right.KEEP_LEDGER)
        self.model.editable = allowed
        for button in (self.add, self.load):
            button.setEnabled(allowed)
            button.setToolTip("" if allowed else tr("ledger.denied"))
        self._chosen()

    def _remember(self, *_: object) -> None:
        self.grid.save_columns(settings())

    def _wanted(self) -> tuple[str, ...]:
        """The cards that a paper is about: the chosen rows where there are several, else what is shown; empty means all."""
        rows = self.grid.chosen_rows()
        if len(rows) > 1:
            return tuple(row for row in rows if not row.startswith(NEW))
        shown = self.model.shown()
        return () if len(shown) == len(self._cards) else tuple(row for row in shown if not row.startswith(NEW))

    # --- acts

    def show_card(self, identity: str) -> None:
        """Lead to a card."""
        self._pages.setCurrentIndex(0)
        self.view.setCurrentIndex(0)
        self.search.clear()
        self.model.finish()
        self.grid.show_card(identity)

    def do_add(self) -> None:
        """A new card at the end of the grid, ready to be typed."""
        if not self.model.editable:
            return
        (identity,) = self.model.begin(1)
        self.grid.setFocus()
        self.grid.show_card(identity)
        self.grid.edit(self.grid.currentIndex())

    def do_open(self) -> None:
        """The page of the chosen card."""
        if self.grid.current_card():
            self._open(self.grid.current_card())

    def _open(self, identity: str) -> None:
        if not identity.startswith(NEW):
            self._navigator.open_equipment(identity)

    def do_import(self) -> None:
        """The import's own page."""
        self._pages.setCurrentWidget(self.importing)
        self.importing.begin()

    def _back(self) -> None:
        self._pages.setCurrentIndex(0)
        self.grid.setFocus()

    def _bulk(self, field: str, text: str) -> None:
        rows = self.grid.chosen_rows()
        if len(rows) > MOST_AT_ONCE:
            self.bulk.complain(tr("ledger.refused.at_once", count=len(rows), most=MOST_AT_ONCE))
            return
        self.model.type([(identity, field, text) for identity in rows])
