"""The board: orders as cards in five columns, in the order in which they want attention.

A card is moved by dragging, or with Ctrl and an arrow key, and only into a column that the rules allow now: what the move needs
(a person, a signature, a reason) is asked for beside the board, nothing changes by the drop alone.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.domain.orders import Order
from console.domain.stageclocks import StageView
from console.texts import language, tr
from console.ui import theme
from console.ui.moments import short_text
from console.ui.orders.presenter import COLUMNS, column_of, display, late, moves, promise, where
from console.ui.overview.panes import words
from console.ui.picture import Picture
from console.ui.widgets.badges import Index
from console.ui.widgets.cards import Card
from console.ui.widgets.clocks import Urgency, clock_colour, promise_text, remaining_text, urgency

CARD = 102
MIME = "application/x-work-order"
ENDED_SHOWN = 200  # cards of the last column; older ones are found in the history


class _CardDelegate(QStyledItemDelegate):
    """Draws one order."""

    def __init__(self, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All cards are equally high."""
        return QSize(100, CARD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Number and promise, title, equipment, people."""
        order = self._picture.orders.get(index.data(Qt.ItemDataRole.UserRole))
        if order is None:
            return
        rect = QRectF(option.rect).adjusted(1, 3, -5, -5)
        chosen = bool(option.state & option.state.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if chosen else "line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(rect, 4, 4)
        painter.fillRect(QRectF(rect.left(), rect.top() + 1, 4, rect.height() - 2), theme.priority_colour(order.priority))
        inner = rect.adjusted(14, 6, -10, -6)
        words(painter, QRectF(inner.left(), inner.top(), 84, 20), order.id, "dim", 13)
        self._paint_right(painter, QRectF(inner.left() + 84, inner.top(), inner.width() - 84, 20), order)
        words(painter, QRectF(inner.left(), inner.top() + 22, inner.width(), 22), order.title.get(language()), "text", 14)
        words(
            painter,
            QRectF(inner.left(), inner.top() + 44, inner.width(), 18),
            where(self._picture, order),
            "dim",
            12,
        )
        who = display(self._picture, order.assignee) if order.assignee else tr("orders.unassigned")
        state = tr("orders.on_hold") if order.held else tr(f"domain.order.{order.state}")
        words(painter, QRectF(inner.left(), inner.top() + 63, inner.width(), 18), f"{state} · {who}", "dim", 12)
        painter.restore()

    def _paint_right(self, painter: QPainter, rect: QRectF, order: Order) -> None:
        picture = self._picture
        view = promise(picture, order)
        if view is not None and not (isinstance(view, StageView) and view.by_due):
            painter.setFont(theme.font(13, bold=urgency(view) >= Urgency.WARNED))
            painter.setPen(clock_colour(view, order.priority))
            text = promise_text(view)
            if painter.fontMetrics().horizontalAdvance(text) > rect.width():
                text = remaining_text(view)  # the time matters most; its sign says whether it is overdue
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        elif order.due_at:
            late = order.open and order.late_at < picture.now()
            at = short_text(order.due_at, picture.now(), picture.estate.site.timezone)
            painter.setFont(theme.font(13))
            due = tr("orders.due", at=at)
            if painter.fontMetrics().horizontalAdvance(due) > rect.width():
                due = at
            words(painter, rect, due, "p3_text" if late else "dim", 13, right=True)


class Column(QListWidget):
    """One column; takes a card only if the rules let it in."""

    dropped = Signal(int)
    moved = Signal(int, int)  # order, -1 | +1: towards which side

    def __init__(self, name: str, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._picture = name, picture
        self.setObjectName(f"column_{name}")
        self.setItemDelegate(_CardDelegate(picture, self))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)  # the card moves when the collector has said so

    def mimeTypes(self) -> list[str]:
        """Orders alone."""
        return [MIME]

    def mimeData(self, items: list[QListWidgetItem]) -> QMimeData:  # type: ignore[override] # Qt's stub names a Sequence
        """The number of the card."""
        data = QMimeData()
        if items:
            data.setData(MIME, QByteArray(str(items[0].data(Qt.ItemDataRole.UserRole)).encode()))
        return data

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show that it may be dropped here, or not."""
        self._weigh(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """The same on the way."""
        self._weigh(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for what the move needs."""
        if self._weigh(event):
            self.dropped.emit(_number(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl with an arrow key moves the chosen card."""
        side = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        item = self.currentItem()
        if side and item is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(item.data(Qt.ItemDataRole.UserRole), side)
        else:
            super().keyPressEvent(event)

    def _weigh(self, event: QDropEvent) -> bool:
        order = self._picture.orders.get(_number(event))
        allowed = order is not None and self._name in moves(self._picture, order)
        if allowed:
            event.acceptProposedAction()
        else:
            event.ignore()
        return allowed


def _number(event: QDropEvent) -> int:
    data = bytes(event.mimeData().data(MIME).data())
    return int(data) if data.isdigit() else 0


class Board(QWidget):
    """See the module."""

    chosen = Signal(int)
    wanted = Signal(int, str)  # order, column into which it is to be moved

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._cards: dict[str, Card] = {}
        self._lists: dict[str, Column] = {}
        for name in COLUMNS:
            card, column = Card(), Column(name, picture)
            card.body.setContentsMargins(0, 0, 0, 0)
            column.currentItemChanged.connect(self._choose)
            column.dropped.connect(partial(self._dropped, name))
            column.moved.connect(partial(self._moved, name))
            card.body.addWidget(column)
            holder = QVBoxLayout()
            holder.addWidget(card)
            layout.addLayout(holder, 1)
            self._cards[name], self._lists[name] = card, column

    def show_orders(self, orders: list[Order], selected: int) -> None:
        """Fill the columns; what is there already stays where it is."""
        by_column: dict[str, list[Order]] = {name: [] for name in COLUMNS}
        for order in orders:
            by_column[column_of(order)].append(order)
        for name, found in by_column.items():
            mine = sorted(found, key=lambda order: (order.priority, order.due_at or order.created_at))
            column = self._lists[name]
            count = len(mine)
            if name == "ended":
                mine = sorted(mine, key=lambda order: -order.number)[:ENDED_SHOWN]
            wanted = [order.number for order in mine]
            present = [column.item(row).data(Qt.ItemDataRole.UserRole) for row in range(column.count())]
            if wanted != present:
                column.blockSignals(True)
                column.clear()
                for number in wanted:
                    item = QListWidgetItem()
                    item.setData(Qt.ItemDataRole.UserRole, number)
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"WO-{number:06d}")
                    column.addItem(item)
                column.blockSignals(False)
            column.blockSignals(True)
            column.setCurrentRow(wanted.index(selected) if selected in wanted else -1)
            column.blockSignals(False)
            self._cards[name].set_heading(f"{tr(f'orders.column.{name}')} {count}", self._late(mine))
        self.tick()

    def tick(self) -> None:
        """Draw the clocks anew."""
        for column in self._lists.values():
            column.viewport().update()

    def _late(self, orders: list[Order]) -> str:
        broken = sum(late(self._picture, order) for order in orders)
        return tr("orders.column_late", count=broken) if broken else ""

    def _dropped(self, name: str, number: int) -> None:
        self.wanted.emit(number, name)

    def _moved(self, name: str, number: int, side: int) -> None:
        order = self._picture.orders.get(number)
        names = list(COLUMNS)
        here = names.index(name)
        beside = names[here + 1 :] if side > 0 else names[:here][::-1]
        allowed = moves(self._picture, order) if order is not None else {}
        target = next((each for each in beside if each in allowed), beside[0] if beside else "")
        if target:
            self.wanted.emit(number, target)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
