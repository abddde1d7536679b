"""The board: orders as cards in five columns, in the order in which they want attention."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.domain.orders import Order
from console.texts import language, tr
from console.ui import theme
from console.ui.moments import short_text
from console.ui.orders.presenter import COLUMNS, column_of, display, promise
from console.ui.overview.panes import words
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.badges import Index
from console.ui.widgets.cards import Card
from console.ui.widgets.clocks import Urgency, clock_colour, promise_text, remaining_text, urgency

CARD = 102


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
            equipment_name(self._picture, order.equipment),
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
        if view is not None:
            painter.setFont(theme.font(13, bold=urgency(view) >= Urgency.WARNED))
            painter.setPen(clock_colour(view, order.priority))
            text = promise_text(view)
            if painter.fontMetrics().horizontalAdvance(text) > rect.width():
                text = remaining_text(view)  # the time matters most; its sign says whether it is overdue
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        elif order.due_at:
            late = order.open and order.due_at < picture.now()
            due = tr("orders.due", at=short_text(order.due_at, picture.now(), picture.estate.site.timezone))
            words(painter, rect, due, "p3_text" if late else "dim", 13, right=True)


class Board(QWidget):
    """See the module."""

    chosen = Signal(int)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._cards: dict[str, Card] = {}
        self._lists: dict[str, QListWidget] = {}
        for name in COLUMNS:
            card, column = Card(), QListWidget()
            card.body.setContentsMargins(0, 0, 0, 0)
            column.setObjectName(f"column_{name}")
            column.setItemDelegate(_CardDelegate(picture, column))
            column.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
            column.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            column.currentItemChanged.connect(self._choose)
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
        for name, mine in by_column.items():
            mine.sort(key=lambda order: (order.priority, order.due_at or order.created_at))
            column = self._lists[name]
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
            self._cards[name].set_heading(f"{tr(f'orders.column.{name}')} {len(wanted)}")
        self.tick()

    def tick(self) -> None:
        """Draw the clocks anew."""
        for column in self._lists.values():
            column.viewport().update()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
