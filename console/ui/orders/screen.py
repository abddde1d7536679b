"""The orders screen: board, list or archive on the left, one order on the right.

Typing a number (or scanning it from the printed sheet) and Enter shows that order, however old it is.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.ordering import DISPATCHABLE
from console.domain.orders import Order, OrderKind, number_of
from console.domain.problems import Problem
from console.link.messages import Answer
from console.link.orders import OrderAnswer, OrderQuery
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.archive import ArchiveTable
from console.ui.orders.board import Board
from console.ui.orders.detail import Navigator, OrderDetail
from console.ui.orders.giving import dispatch_many_form, reschedule_form
from console.ui.orders.presenter import display, late, moves, promise, where
from console.ui.orders.resultpaste import PasteForm
from console.ui.pace import Pace
from console.ui.picture import Picture
from console.ui.pinyin import findable, matches, words_of
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Blank
from console.ui.widgets.clocks import promise_text
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

MOST_EXPORTED = 5_000  # orders of a file: a year of a large estate
VIEWS = ("board", "list", "history")


class OrdersScreen(QWidget):
    """See the module."""

    name = "orders"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._view = "board"
        self._selected = 0
        self._past: Order | None = None
        self._lay_out(navigator)
        pace = Pace(self._refresh, self)
        for signal in (
            picture.replaced,
            picture.orders_changed,
            picture.faults_changed,
            picture.people_changed,
            desk.pending_changed,
        ):
            signal.connect(pace.ask)
        picture.ticked.connect(self._tick)
        for key, action in (("N", self._new), ("Ctrl+N", self._new), ("Ctrl+F", self._filter.setFocus), ("Ctrl+Z", self._undo)):
            QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(action)
        self.retranslate()

    def _lay_out(self, navigator: Navigator) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        left = QVBoxLayout()
        left.addLayout(self._tool_bar())
        self._stack = QStackedWidget()
        self._board = Board(self._picture)
        self._board.chosen.connect(self.show_order)
        self._board.wanted.connect(self._move)
        self._model: RowModel[Order] = RowModel(self._columns(), lambda order: order.number, self)
        self._table: TableView[Order] = TableView(self._model, "orders")
        self._table.setItemDelegateForColumn(0, BadgeDelegate(self._table))
        self._table.chosen.connect(self._table_chosen)
        self._blank = Blank()
        self._archive = ArchiveTable(self._desk, self._columns())
        self._archive.chosen.connect(self._archive_chosen)
        self._archive.orders.found.connect(self._found)
        self._archive.orders.failed.connect(self._history_failed)
        for page in (self._board, self._table, self._archive, self._blank):
            self._stack.addWidget(page)
        left.addWidget(self._stack, 1)
        self.detail = OrderDetail(self._picture, self._desk, navigator)
        self.detail.setFixedWidth(580)
        self.detail.opened.connect(self.show_order)
        outer.addLayout(left, 1)
        outer.addWidget(self.detail)

    def _tool_bar(self) -> QVBoxLayout:
        both, bar, second = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        both.addLayout(bar)
        both.addLayout(second)
        self._views = QButtonGroup(self)
        self._view_buttons = {}
        for name in VIEWS:
            button = QPushButton()
            button.setObjectName(f"orders_{name}")
            button.setCheckable(True)
            button.setChecked(name == self._view)
            self._views.addButton(button)
            self._view_buttons[name] = button
            button.clicked.connect(getattr(self, f"_show_{name}"))
            bar.addWidget(button)
        self._mine = QPushButton()
        self._mine.setObjectName("orders_mine")
        self._mine.setCheckable(True)
        self._mine.toggled.connect(self._searched)
        self._kind = QComboBox()
        self._kind.setObjectName("orders_kind")
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._kind.currentIndexChanged.connect(self._searched)
        self._filter = SearchLine("orders_filter")
        self._filter.searched.connect(self._searched)
        self._filter.returnPressed.connect(self._go_to_number)
        self._saved = SavedFilters("orders", {"mine": self._mine, "kind": self._kind, "typed": self._filter})
        self._give, self._move_due, self._paste = QPushButton(), QPushButton(), QPushButton()
        self._paste.setObjectName("orders_paste")
        self._paste.clicked.connect(self._paste_results)
        self._give.setObjectName("orders_bulk_dispatch")
        self._move_due.setObjectName("orders_bulk_reschedule")
        self._give.clicked.connect(self._give_many)
        self._move_due.clicked.connect(self._move_many)
        self._export, self._raise = QPushButton(), QPushButton()
        self._export.setObjectName("orders_export")
        self._raise.setObjectName("orders_new")
        self._raise.setProperty("primary", True)
        self._export.clicked.connect(self._ask_export)
        self._raise.clicked.connect(self._new)
        bar.addSpacing(16)
        bar.addWidget(self._mine)
        bar.addWidget(self._kind)
        bar.addStretch(1)
        second.addWidget(self._filter, 1)
        second.addWidget(self._saved)
        bar.addWidget(self._give)
        bar.addWidget(self._move_due)
        bar.addWidget(self._paste)
        bar.addWidget(self._export)
        bar.addWidget(self._raise)
        return both

    def _columns(self) -> list[Column[Order]]:
        picture = self._picture

        def moment(value: int) -> str:
            return full_text(value, picture.estate.site.timezone)

        def clock(order: Order) -> str:
            view = promise(picture, order)
            return promise_text(view) if view is not None else moment(order.due_at)

        def deadline(order: Order) -> int:
            view = promise(picture, order)
            return view.deadline if view is not None else order.due_at

        return [
            Column("priority", "", 44, lambda o: str(o.priority), user=lambda o: o.priority, sort=lambda o: o.priority),
            Column("id", "orders.column_id", 110, lambda o: o.id, sort=lambda o: o.number),
            Column("kind", "orders.field.kind", 96, lambda o: tr(f"domain.order_kind.{o.kind}")),
            Column("equipment", "orders.field.equipment", 160, lambda o: where(picture, o)),
            Column("title", "orders.field.title", 0, lambda o: o.title.get(language()), tooltip=lambda o: o.symptom[:500]),
            Column("state", "orders.field.state", 84, lambda o: tr(f"domain.order.{o.state}")),
            Column("assignee", "orders.field.assignee", 90, lambda o: display(picture, o.assignee)),
            Column("created", "orders.field.created", 132, lambda o: moment(o.created_at), sort=lambda o: o.created_at),
            Column(
                "due",
                "orders.field.promise",
                150,
                clock,
                sort=deadline,
                colour=lambda o: "p2_text" if late(picture, o) else "",
                bold=lambda o: late(picture, o),
            ),
            Column("cost", "orders.field.cost", 76, lambda o: f"{o.cost:.2f}" if o.cost else "", RIGHT, sort=lambda o: o.cost),
        ]

    # --- what the shell asks

    def show_order(self, number: int) -> None:
        """Select an order and show it."""
        self._selected = number
        if number not in self._picture.orders and (self._past is None or self._past.number != number):
            self._desk.query(lambda id: OrderQuery(id, number), self._recalled, self._not_recalled)
        self.detail.show_order(number, self._past if self._past is not None and self._past.number == number else None)
        self._refresh()

    def open_new(self, equipment: str = "") -> None:
        """The form for a phone call."""
        if self._picture.may(Right.RAISE_ORDER):
            self.detail.open_new(equipment)

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._view_buttons.items():
            button.setText(tr(f"orders.view.{name}"))
        self._mine.setText(tr("orders.mine"))
        self._filter.setPlaceholderText(tr("orders.filter"))
        self._saved.retranslate()
        self._export.setText(tr("widgets.table.export"))
        self._give.setText(tr("orders.bulk.give"))
        self._move_due.setText(tr("orders.bulk.move"))
        self._paste.setText(tr("orders.paste.open"))
        self._raise.setText(tr("orders.new"))
        kind = self._kind.currentData()
        self._kind.blockSignals(True)
        self._kind.clear()
        self._kind.addItem(tr("orders.all_kinds"), "")
        for each in OrderKind:
            self._kind.addItem(tr(f"domain.order_kind.{each}"), each.value)
        self._kind.setCurrentIndex(max(0, self._kind.findData(kind)))
        self._kind.blockSignals(False)
        self._model.refresh()
        self._archive.orders.refresh()
        self._refresh()
        self.detail.retranslate()

    # --- what is shown

    def _orders(self) -> list[Order]:
        picture = self._picture
        orders = list(picture.orders.values())
        if self._mine.isChecked():
            orders = [order for order in orders if picture.me and picture.me in (order.assignee, order.responsible)]
        if kind := self._kind.currentData():
            orders = [order for order in orders if order.kind == kind]
        words = words_of(self._filter.wanted)
        if words:
            orders = [order for order in orders if matches(words, self._text(order))]
        return orders

    def _text(self, order: Order) -> str:
        parts = (
            order.id, order.title.zh, order.title.en, order.equipment, where(self._picture, order),
            display(self._picture, order.assignee), order.symptom, order.place, order.caller, order.contact,
        )  # fmt: skip
        return findable(*parts)

    def _refresh(self, _changed: object = None) -> None:
        if self._view != "history":
            orders = self._orders()
            if self._view == "board":
                self._board.show_orders(orders, self._selected)
            else:
                self._model.set_rows(sorted(orders, key=lambda order: -order.number))
            if orders or self._view == "board":
                self._stack.setCurrentWidget(self._board if self._view == "board" else self._table)
            else:
                self._blank.say(tr("orders.empty"), tr("orders.empty.advice"))
                self._stack.setCurrentWidget(self._blank)
        allowed = self._picture.may(Right.RAISE_ORDER)
        self._raise.setEnabled(allowed)
        self._raise.setToolTip("" if allowed else tr("orders.new.denied"))
        self._bulk()
        self.detail.refresh()

    def _bulk(self) -> None:
        """What can be done with all selected orders at once."""
        chosen = self._table.selected() if self._view == "list" else []
        may = self._picture.may(Right.DISPATCH_ORDER) and len(chosen) > 1
        for button in (self._give, self._move_due):
            button.setVisible(self._view == "list")
            button.setToolTip("" if may else tr("orders.bulk.advice"))
        self._paste.setVisible(self._view == "list")
        self._paste.setEnabled(self._picture.may(Right.DISPATCH_ORDER))
        self._give.setEnabled(may and all(order.state in DISPATCHABLE and not order.held for order in chosen))
        self._move_due.setEnabled(may and all(order.open and not order.held for order in chosen))

    def _tick(self) -> None:
        if not self.isVisible():
            return
        if self._view == "board":
            self._board.tick()
        elif self._view == "list":
            self._model.refresh()
        self.detail.tick()

    def _show_board(self) -> None:
        self._view = "board"
        self._refresh()

    def _show_list(self) -> None:
        self._view = "list"
        self._refresh()

    def _show_history(self) -> None:
        self._view = "history"
        self._blank.say(tr("orders.loading"))
        self._stack.setCurrentWidget(self._blank)
        self._refresh()
        self._search()

    def _searched(self, _changed: object = None) -> None:
        if self._view == "history":
            self._search()
        else:
            self._refresh()

    def _search(self) -> None:
        kind = self._kind.currentData()
        mine = self._picture.me if self._mine.isChecked() else ""
        self._archive.search(self._filter.wanted, (kind,) if kind else (), mine)

    def _found(self, count: int) -> None:
        if self._view != "history":
            return
        if not count:
            self._blank.say(tr("orders.empty"), tr("orders.none_found") if self._filter.wanted else tr("orders.empty.advice"))
        self._stack.setCurrentWidget(self._archive if count else self._blank)
        self._view_buttons["history"].setText(tr("orders.view.history_count", count=count))

    def _history_failed(self, reason: str) -> None:
        if self._view == "history":
            self._blank.say(tr("orders.failed"), reason)
            self._stack.setCurrentWidget(self._blank)

    def _archive_chosen(self, order: Order) -> None:
        self._selected, self._past = order.number, order
        self.detail.show_order(order.number, order)

    def _table_chosen(self) -> None:
        self._bulk()
        order = self._table.current()
        if order is not None and order.number != self._selected:
            self._selected = order.number
            self.detail.show_order(order.number, order)

    def _go_to_number(self) -> None:
        number = number_of(self._filter.text())
        if number:
            self.show_order(number)

    def _recalled(self, answer: Answer) -> None:
        if isinstance(answer, OrderAnswer) and answer.order is not None and answer.order.number == self._selected:
            self._past = answer.order
            self.detail.show_order(answer.order.number, answer.order)
        elif isinstance(answer, OrderAnswer) and answer.order is None:
            self._desk.refused.emit(Problem("refused.order_unknown", {"number": self._selected}))

    def _not_recalled(self, problem: Problem) -> None:
        self._desk.refused.emit(problem)

    def _move(self, number: int, column: str) -> None:
        """A card was moved: begin what the move needs, or say why it cannot be."""
        order = self._picture.orders.get(number)
        if order is None:
            return
        self.show_order(number)
        offer = moves(self._picture, order).get(column)
        if offer is None or not self.detail.start(offer.key):
            state = tr(f"domain.order.{order.state}")
            params = {"order": order.id, "state": state, "column": tr(f"orders.column.{column}")}
            self._desk.refused.emit(Problem("orders.move_barred", dict(params)))

    def _give_many(self) -> None:
        orders = self._table.selected()
        self.detail.open_form(lambda: dispatch_many_form(self._picture, self._desk, orders))

    def _move_many(self) -> None:
        orders = self._table.selected()
        self.detail.open_form(lambda: reschedule_form(self._picture, self._desk, orders))

    def _paste_results(self) -> None:
        chosen = self._table.selected() or self._table.shown()
        self.detail.open_form(lambda: PasteForm(self._picture, self._desk, chosen))

    def _undo(self) -> None:
        self.detail.start("undo")

    def _new(self) -> None:
        self.open_new()

    def _ask_export(self) -> None:
        if self._view == "history":
            self._archive.orders.collect(MOST_EXPORTED, self._export_found)
            return
        if self._view == "board":
            self._model.set_rows(self._orders())
        self._table.ask_export()

    def _export_found(self, orders: list[Order]) -> None:
        """The list's columns carry what was found: they export in the same forms."""
        self._model.set_rows(orders)
        self._table.sort_by("id", Qt.SortOrder.DescendingOrder)
        self._table.ask_export()
