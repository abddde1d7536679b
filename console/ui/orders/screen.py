"""The orders screen: board, list or history on the left, one order on the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.accounts import Right
from console.domain.orders import Order, OrderKind
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer, OrderHistoryAnswer, OrderHistoryQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.board import Board
from console.ui.orders.detail import Navigator, OrderDetail
from console.ui.orders.presenter import display, promise
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Blank
from console.ui.widgets.clocks import promise_text
from console.ui.widgets.tables import Column, RowModel, TableView

VIEWS = ("board", "list", "history")
HISTORY_DAYS = 365


class OrdersScreen(QWidget):
    """See the module."""

    name = "orders"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._view = "board"
        self._selected = 0
        self._past: list[Order] = []
        self._history_query = 0
        self._lay_out(navigator)
        for signal in (
            picture.replaced,
            picture.orders_changed,
            picture.faults_changed,
            picture.people_changed,
            desk.pending_changed,
        ):
            signal.connect(self._refresh)
        picture.ticked.connect(self._tick)
        QShortcut(QKeySequence("N"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(self._new)
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
        self._model: RowModel[Order] = RowModel(self._columns(), lambda order: order.number, self)
        self._table: TableView[Order] = TableView(self._model, "orders")
        self._table.setItemDelegateForColumn(0, BadgeDelegate(self._table))
        self._table.chosen.connect(self._table_chosen)
        self._blank = Blank()
        for page in (self._board, self._table, self._blank):
            self._stack.addWidget(page)
        left.addWidget(self._stack, 1)
        self.detail = OrderDetail(self._picture, self._desk, navigator)
        self.detail.setFixedWidth(560)
        outer.addLayout(left, 1)
        outer.addWidget(self.detail)

    def _tool_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
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
        self._mine.toggled.connect(self._refresh)
        self._kind = QComboBox()
        self._kind.setObjectName("orders_kind")
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._kind.currentIndexChanged.connect(self._refresh)
        self._filter = QLineEdit()
        self._filter.setObjectName("orders_filter")
        self._filter.textChanged.connect(self._refresh)
        self._export, self._raise = QPushButton(), QPushButton()
        self._export.setObjectName("orders_export")
        self._raise.setObjectName("orders_new")
        self._raise.setProperty("primary", True)
        self._export.clicked.connect(self._export_shown)
        self._raise.clicked.connect(self._new)
        bar.addSpacing(16)
        bar.addWidget(self._mine)
        bar.addWidget(self._kind)
        bar.addWidget(self._filter, 1)
        bar.addWidget(self._export)
        bar.addWidget(self._raise)
        return bar

    def _columns(self) -> list[Column[Order]]:
        picture = self._picture

        def moment(value: int) -> str:
            return full_text(value, picture.estate.site.timezone)

        def clock(order: Order) -> str:
            view = promise(picture, order)
            return promise_text(view) if view is not None else moment(order.due_at)

        return [
            Column("priority", "", 44, lambda o: str(o.priority), user=lambda o: o.priority, sort=lambda o: o.priority),
            Column("id", "orders.column_id", 110, lambda o: o.id, sort=lambda o: o.number),
            Column("kind", "orders.field.kind", 110, lambda o: tr(f"domain.order_kind.{o.kind}")),
            Column("equipment", "orders.field.equipment", 170, lambda o: equipment_name(picture, o.equipment)),
            Column("title", "orders.field.title", 0, lambda o: o.title.get(language())),
            Column("state", "orders.field.state", 100, lambda o: tr(f"domain.order.{o.state}")),
            Column("assignee", "orders.field.assignee", 110, lambda o: display(picture, o.assignee)),
            Column("created", "orders.field.created", 140, lambda o: moment(o.created_at), sort=lambda o: o.created_at),
            Column("due", "orders.field.promise", 170, clock, sort=lambda o: o.due_at),
        ]

    # --- what the shell asks

    def show_order(self, number: int) -> None:
        """Select an order and show it."""
        self._selected = number
        self.detail.show_order(number)
        self._refresh()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._view_buttons.items():
            button.setText(tr(f"orders.view.{name}"))
        self._mine.setText(tr("orders.mine"))
        self._filter.setPlaceholderText(tr("orders.filter"))
        self._export.setText(tr("orders.export"))
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
        self._refresh()
        self.detail.retranslate()

    # --- what is shown

    def _orders(self) -> list[Order]:
        picture = self._picture
        orders = self._past if self._view == "history" else list(picture.orders.values())
        if self._mine.isChecked():
            orders = [order for order in orders if picture.me and picture.me in (order.assignee, order.first_owner)]
        if kind := self._kind.currentData():
            orders = [order for order in orders if order.kind == kind]
        words = self._filter.text().casefold().split()
        if words:
            orders = [order for order in orders if all(word in self._text(order) for word in words)]
        return orders

    def _text(self, order: Order) -> str:
        parts = (
            order.id, order.title.zh, order.title.en, order.equipment, equipment_name(self._picture, order.equipment),
            display(self._picture, order.assignee), order.symptom, order.place, order.caller,
        )  # fmt: skip
        return " ".join(parts).casefold()

    def _refresh(self, _changed: object = None) -> None:
        orders = self._orders()
        if self._view == "board":
            self._board.show_orders(orders, self._selected)
        else:
            self._model.set_rows(sorted(orders, key=lambda order: -order.number))
        if self._view != "history" or self._past:
            if orders or self._view == "board":
                self._stack.setCurrentWidget(self._board if self._view == "board" else self._table)
            else:
                self._blank.say(tr("orders.empty"), tr("orders.empty.advice"))
                self._stack.setCurrentWidget(self._blank)
        allowed = self._picture.may(Right.RAISE_ORDER)
        self._raise.setEnabled(allowed)
        self._raise.setToolTip("" if allowed else tr("orders.new.denied"))
        self.detail.refresh()

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
        self._past = []
        self._blank.say(tr("orders.loading"))
        self._stack.setCurrentWidget(self._blank)
        since = self._picture.now() - HISTORY_DAYS * DAY
        self._history_query = self._desk.query(
            lambda id: OrderHistoryQuery(id, since, self._picture.now() + DAY), self._history, self._history_failed
        )

    def _history(self, answer: Answer) -> None:
        if self._view != "history" or not isinstance(answer, OrderHistoryAnswer):
            return
        self._past = list(answer.orders)
        if not self._past:
            self._blank.say(tr("orders.empty"), tr("orders.empty.advice"))
        self._refresh()

    def _history_failed(self, problem: Problem) -> None:
        if self._view == "history":
            self._blank.say(tr("orders.failed"), sentence(problem))

    def _table_chosen(self) -> None:
        order = self._table.current()
        if order is not None and order.number != self._selected:
            self._selected = order.number
            self.detail.show_order(order.number, order)

    def _new(self) -> None:
        if self._picture.may(Right.RAISE_ORDER):
            self.detail.open_new()

    def _export_shown(self) -> None:
        if self._view == "board":
            self._model.set_rows(self._orders())
        dialog = QFileDialog(self, tr("orders.export"), "orders.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._export_to)
        dialog.open()

    def _export_to(self, file: str) -> None:
        try:
            self._table.export_csv(Path(file))
        except OSError as error:
            self._desk.refused.emit(Problem("cli.file.unwritable", {"file": file, "reason": error.strerror or str(error)}))
