"""My day: four figures on top, below them one list of everything that has to be seen to, the most urgent first.

Enter opens the thing where it is done, and Alt+Left comes back here. 1 to 4 show one group alone, 0 all; N takes a phone call.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.myday.presenter import Group, Item, items
from console.ui.pace import Pace
from console.ui.picture import Picture
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import Blank, label
from console.ui.widgets.clocks import span_text
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

GROUPS = ("all", "late", "waiting", "today", "soon")


class Navigator(Protocol):
    """Where things are done."""

    def open_screen(self, name: str) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_hazard(self, name: str) -> None: ...

    def open_round(self, name: str) -> None: ...


class MydayScreen(QWidget):
    """See the module."""

    name = "myday"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._navigator = picture, navigator
        self._group = "all"
        self._items: list[Item] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._bar())
        self._model: RowModel[Item] = RowModel(self._columns(), lambda item: item.key, self)
        self.table: TableView[Item] = TableView(self._model, "myday", row_height=36)
        self.table.setItemDelegateForColumn(0, BadgeDelegate(self.table))
        self.table.sort_by("group")  # the most urgent first, also of what comes while it is open
        self.table.opened.connect(self._open)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        outer.addWidget(self._stack, 1)
        pace = Pace(self._refresh, self)
        for signal in (
            picture.replaced, picture.orders_changed, picture.faults_changed, picture.people_changed, picture.records_changed,
            picture.readings_changed, desk.pending_changed,
        ):  # fmt: skip
            signal.connect(pace.ask)
        picture.ticked.connect(self._tick)
        for place, name in enumerate(GROUPS):
            shortcut = QShortcut(QKeySequence(str(place)), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._buttons[name].click)
        call = QShortcut(QKeySequence("N"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        call.activated.connect(self._take_call)
        self.retranslate()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        self._buttons: dict[str, QPushButton] = {}
        together = QButtonGroup(self)
        for name in GROUPS:
            button = QPushButton()
            button.setObjectName(f"myday_{name}")
            button.setCheckable(True)
            button.setChecked(name == "all")
            button.clicked.connect(self._choose)
            together.addButton(button)
            bar.addWidget(button)
            self._buttons[name] = button
        self._mine = QPushButton()
        self._mine.setObjectName("myday_mine")
        self._mine.setCheckable(True)
        self._mine.toggled.connect(self._refresh)
        self._who = label(role="dim")
        self._filter = SearchLine("myday_filter")
        self._filter.searched.connect(self.table_filter)
        self._saved = SavedFilters("myday", {"mine": self._mine, "typed": self._filter})
        self._call = QPushButton()
        self._call.setObjectName("myday_call")
        self._call.setProperty("primary", True)
        self._call.clicked.connect(self._take_call)
        bar.addSpacing(16)
        bar.addWidget(self._mine)
        bar.addWidget(self._filter, 1)
        bar.addWidget(self._saved)
        bar.addWidget(self._who)
        bar.addWidget(self._call)
        return bar

    def table_filter(self, text: str) -> None:
        """Keep the rows in which every typed word occurs."""
        self.table.filter_text(text)

    def _columns(self) -> list[Column[Item]]:
        picture = self._picture

        def left(item: Item) -> str:
            if not item.at:
                return ""
            over = item.at <= picture.now()
            return tr("myday.over" if over else "myday.left", span=span_text(item.at - picture.now()))

        def machine(item: Item) -> str:
            return picture.title_of(item.equipment).get(language()) if item.equipment else ""

        return [
            Column("priority", "", 44, lambda i: str(i.priority), user=lambda i: i.priority, sort=lambda i: i.priority),
            Column(
                "group", "myday.column.group", 136, lambda i: tr(f"myday.group.{i.group.name.lower()}"),
                sort=lambda i: (int(i.group), i.priority, i.at or 1 << 62),
                colour=lambda i: "p2_text" if i.group is Group.LATE else "",
                bold=lambda i: i.group is Group.LATE,
            ),
            Column("kind", "myday.column.kind", 100, lambda i: tr(f"myday.kind.{i.kind}")),
            Column("title", "myday.column.title", 0, lambda i: i.title),
            Column("step", "myday.column.step", 190, lambda i: i.step),
            Column("equipment", "orders.field.equipment", 190, machine),
            Column("who", "myday.column.who", 120, lambda i: i.who),
            Column("left", "myday.column.left", 170, left, sort=lambda i: i.at or 1 << 62),
            Column("at", "orders.field.due_at", 140, lambda i: full_text(i.at, picture.estate.site.timezone), sort=lambda i: i.at),
        ]  # fmt: skip

    # --- what the shell asks

    def retranslate(self) -> None:
        """All words."""
        self._mine.setText(tr("myday.mine"))
        self._filter.setPlaceholderText(tr("myday.filter"))
        self._saved.retranslate()
        self._call.setText(tr("myday.call"))
        self._model.refresh()
        self._refresh()

    # --- what is shown

    def _refresh(self, _changed: object = None) -> None:
        picture = self._picture
        self._items = items(picture)
        if self._mine.isChecked():
            self._items = [each for each in self._items if each.mine]
        for place, name in enumerate(GROUPS):
            count = len(self._items) if name == "all" else sum(each.group is Group[name.upper()] for each in self._items)
            self._buttons[name].setText(f"{tr(f'myday.group.{name}')} {count}")
            self._buttons[name].setToolTip(tr("myday.key", key=place))
        shown = [each for each in self._items if self._group in ("all", each.group.name.lower())]
        self._model.set_rows(shown)
        account = picture.accounts.get(picture.me)
        self._who.setText(account.display if account is not None else tr("myday.nobody"))
        self._call.setEnabled(picture.may(Right.RAISE_ORDER))
        self._call.setToolTip("" if self._call.isEnabled() else tr("orders.new.denied"))
        if shown:
            self._stack.setCurrentWidget(self.table)
        else:
            self._blank.say(tr("myday.empty"), tr("myday.empty.advice" if account is not None else "myday.sign_on"))
            self._stack.setCurrentWidget(self._blank)

    def _tick(self) -> None:
        if self.isVisible():
            self._refresh()
            self._model.refresh()

    def _choose(self) -> None:
        self._group = next(name for name, button in self._buttons.items() if button.isChecked())
        self._refresh()

    def _open(self, item: Item) -> None:
        match item.screen:
            case "orders":
                self._navigator.open_order(int(item.subject))
            case "faults":
                self._navigator.open_fault(int(item.subject))
            case "hazards":
                self._navigator.open_hazard(item.subject)
            case "rounds":
                self._navigator.open_round(item.subject)
            case _:
                self._navigator.open_screen(item.screen)

    def _take_call(self) -> None:
        if self._picture.may(Right.RAISE_ORDER):
            self._navigator.open_screen("orders")
            screen = getattr(self._navigator, "made_screen", lambda _name: None)("orders")
            if screen is not None:
                screen.open_new()
