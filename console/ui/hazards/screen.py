"""隐患: the board of the open ones, their list, the ledger of all, and one hazard beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.hazards import Hazard, HazardState, overdue
from console.texts import tr
from console.ui.desk import Desk
from console.ui.hazards import forms, presenter
from console.ui.hazards.board import Board
from console.ui.hazards.detail import ACTS, HazardDetail, Navigator
from console.ui.hazards.ledger import ledger_columns
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.registers.past import PastPage
from console.ui.registers.tabs import Tabs
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

NEW = "new?"


class _ListPage(Card):
    """The open hazards as a list."""

    def __init__(self, columns: list[Column[Hazard]]) -> None:
        super().__init__()
        self.heading.hide()
        self.remark.hide()
        self.model: RowModel[Hazard] = RowModel(columns, lambda each: each.id, self)
        self.table: TableView[Hazard] = TableView(self.model, "hazards", row_height=34)
        self.table.sort_by("deadline")
        self.typed = SearchLine("hazards_filter")
        self.typed.target = self.table
        self.typed.searched.connect(self.table.filter_text)
        self.saved = SavedFilters("hazards", {"typed": self.typed})
        bar = QHBoxLayout()
        bar.addWidget(self.typed, 1)
        bar.addWidget(self.saved)
        self.body.addLayout(bar)
        self.body.addWidget(self.table, 1)

    def retranslate(self) -> None:
        """All words."""
        self.typed.setPlaceholderText(tr("hazards.filter"))
        self.saved.retranslate()
        self.model.refresh()


class _BoardPage(QStackedWidget):
    """The board, or what to do where there is nothing."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self.board, self._blank = board, Blank()
        self.addWidget(board)
        self.addWidget(self._blank)

    def show_board(self, *, filled: bool) -> None:
        """Filled or empty."""
        self._blank.say(tr("hazards.empty"), tr("hazards.empty.advice"))
        self.setCurrentWidget(self.board if filled else self._blank)

    def retranslate(self) -> None:
        """The screen fills it anew."""


class HazardsScreen(QWidget):
    """See the module."""

    name = "hazards"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._chosen = ""
        self.board, self.list = _BoardPage(Board(picture)), _ListPage(_columns(picture))
        self.past: PastPage[Hazard] = PastPage(
            picture, desk, "hazards_past", Hazard, columns=ledger_columns(picture), foot=_past_foot
        )  # fmt: skip
        self.tabs = Tabs("hazards", {"board": self.board, "list": self.list, "past": self.past})
        self.detail = HazardDetail(picture, desk, navigator)
        self.new = QPushButton()
        self.new.setProperty("primary", True)
        self.new.setObjectName("hazards_new")
        self._foot = label(role="dim", wrap=True)
        self._foot.setObjectName("hazards_foot")
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        left = QVBoxLayout()
        left.addWidget(self.tabs, 1)
        below = QHBoxLayout()
        below.addWidget(self._foot, 1)
        below.addWidget(self.new)
        left.addLayout(below)
        outer.addLayout(left, 1)
        outer.addWidget(self.detail)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        picture = self._picture
        self.board.board.chosen.connect(self._choose)
        self.board.board.opened.connect(self._open)
        self.list.table.chosen.connect(self._row)
        self.list.table.opened.connect(lambda hazard: self._open(hazard.id))
        self.past.table.chosen.connect(self._past_row)
        self.new.clicked.connect(self.record)
        for signal in (picture.replaced, picture.people_changed):
            signal.connect(self._refresh)
        picture.records_changed.connect(self._records)
        picture.orders_changed.connect(lambda _numbers: self.detail.tick())
        picture.ticked.connect(self._tick)
        for key, act in (("N", self.new.click), *((key, self._act(name)) for name, (key, _s, _r) in ACTS.items())):
            for place in (self.board.board, self.list.table):
                context = Qt.ShortcutContext.WidgetWithChildrenShortcut
                QShortcut(QKeySequence(key), place, context=context).activated.connect(act)

    def _act(self, name: str) -> object:
        return lambda: self.detail.act(name)

    # --- what the shell asks

    def show_hazard(self, name: str) -> None:
        """Choose a hazard; ``new?origin|equipment|what`` opens the form of a new one."""
        if name.startswith(NEW):
            origin, equipment, what = (*name.removeprefix(NEW).split("|", 2), "", "")[:3]
            self.record(origin=origin, equipment=equipment, what=what)
            return
        self._chosen = name
        self._refresh()
        self.list.table.select(name)

    def record(self, _checked: bool = False, *, origin: str = "", equipment: str = "", what: str = "") -> None:
        """The form for a new hazard."""
        self._chosen = ""
        self.detail.show_hazard(None)
        self.detail.open(lambda: forms.record_form(self._picture, self._desk, origin=origin, equipment=equipment, what=what))

    def retranslate(self) -> None:
        """All words."""
        self.new.setText(tr("hazards.act.record"))
        self.tabs.retranslate()
        self.detail.retranslate()
        self._refresh()

    # --- what is shown

    def _records(self, kinds: set[str]) -> None:
        if "hazard" in kinds:
            self._refresh()

    def _refresh(self, _changed: object = None) -> None:
        picture = self._picture
        there = list(picture.records(Hazard).values())
        self.board.board.show_hazards(there, self._chosen)
        self.board.show_board(filled=bool(there))
        self.list.model.set_rows(there)
        present = picture.records(Hazard).get(self._chosen)
        if present is not None or not self.past.isVisible():
            self.detail.show_hazard(present)
        late = sum(overdue(each, picture.now()) for each in there)
        counts = {state.value: sum(each.state is state for each in there) for state in presenter.COLUMNS}
        self._foot.setText(
            tr("hazards.foot", count=len(there), late=late, major=sum(each.major for each in there),
               found=counts["found"], recheck=counts["recheck"])
        )  # fmt: skip
        self.new.setEnabled(picture.may(Right.DO_SAFETY))

    def _tick(self) -> None:
        if self.isVisible():
            self.board.board.tick()
            self.list.model.refresh()
            self.detail.tick()

    def _choose(self, name: str) -> None:
        if name != self._chosen:
            self._chosen = name
            self.detail.close_form()
            self._refresh()

    def _open(self, name: str) -> None:
        self._choose(name)
        self.detail.main_act()

    def _row(self) -> None:
        hazard = self.list.table.current() if self.list.table.selected() else None
        if hazard is not None:
            self._choose(hazard.id)

    def _past_row(self) -> None:
        hazard = self.past.table.current() if self.past.table.selected() else None
        if hazard is not None:
            self._chosen = hazard.id
            self.detail.close_form()
            self.detail.show_hazard(self._picture.records(Hazard).get(hazard.id, hazard))


def _columns(picture: Picture) -> list[Column[Hazard]]:
    zone = picture.estate.site
    return [
        Column("id", "hazards.field.id", 100, lambda each: each.id, sort=lambda each: each.number, colour=lambda _e: "dim"),
        Column("state", "hazards.field.state", 90, lambda each: tr(f"hazards.state.{each.state.value}")),
        Column(
            "grade", "hazards.field.grade", 70, lambda each: tr(f"hazards.grade.{each.grade.value}"),
            colour=lambda each: "p2_text" if each.major else "dim",
        ),
        Column("kind", "hazards.field.kind", 90, lambda each: tr(f"hazards.kind.{each.kind}")),
        Column("what", "hazards.field.what", 0, lambda each: each.what, tooltip=lambda each: each.what),
        Column("place", "hazards.field.place", 160, lambda each: presenter.place(picture, each)),
        Column("person", "hazards.field.person", 90, lambda each: presenter.person(picture, each.person)),
        Column(
            "deadline", "hazards.field.deadline", 220, lambda each: presenter.deadline(picture, each),
            sort=lambda each: presenter.urgency(picture, each), colour=lambda each: presenter.colour(picture, each),
        ),
        Column("found", "hazards.field.found", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: each.at),
    ]  # fmt: skip


def _past_foot(rows: tuple[Hazard, ...]) -> str:
    """R-IN-06: how many are off the list."""
    closed = sum(each.state is HazardState.CLOSED for each in rows)
    repeated = sum(bool(each.repeats) for each in rows)
    return tr("hazards_past.foot", count=len(rows), closed=closed, repeated=repeated) if rows else ""
