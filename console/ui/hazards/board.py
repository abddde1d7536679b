"""The board: open hazards as cards in the columns of their steps, what is overdue and what is major first."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.domain.maintenance.hazards import Hazard
from console.texts import tr
from console.ui import theme
from console.ui.hazards import presenter
from console.ui.overview.panes import words
from console.ui.picture import Picture
from console.ui.widgets.badges import Index
from console.ui.widgets.cards import Card

CARD = 104


class _CardDelegate(QStyledItemDelegate):
    """Draws one hazard."""

    def __init__(self, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All cards are equally high."""
        return QSize(100, CARD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Number and deadline, what, where, who."""
        hazard = self._picture.records(Hazard).get(index.data(Qt.ItemDataRole.UserRole))
        if hazard is None:
            return
        picture = self._picture
        rect = QRectF(option.rect).adjusted(1, 3, -5, -5)
        chosen = bool(option.state & option.state.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent" if chosen else "line"), 1))
        painter.setBrush(theme.colour("raised"))
        painter.drawRoundedRect(rect, 4, 4)
        edge = theme.colour("p2") if hazard.major else theme.colour("stopped")
        painter.fillRect(QRectF(rect.left(), rect.top() + 1, 4, rect.height() - 2), edge)
        inner = rect.adjusted(14, 7, -10, -6)
        name = presenter.title(hazard) if hazard.major else hazard.id
        words(painter, QRectF(inner.left(), inner.top(), 130, 20), name, "p2_text" if hazard.major else "dim", 13)
        due = presenter.deadline(picture, hazard) or tr("hazards.no_deadline")
        right = QRectF(inner.left() + 132, inner.top(), inner.width() - 132, 20)
        words(painter, right, due, presenter.colour(picture, hazard), 13, right=True)
        words(painter, QRectF(inner.left(), inner.top() + 23, inner.width(), 22), hazard.what, "text", 14)
        words(painter, QRectF(inner.left(), inner.top() + 46, inner.width(), 18), presenter.place(picture, hazard), "dim", 12)
        who = presenter.person(picture, hazard.person) or tr("hazards.nobody")
        again = f" · {tr('hazards.repeated', count=len(hazard.repeats))}" if hazard.repeats else ""
        below = f"{tr(f'hazards.kind.{hazard.kind}')} · {who}{again}"
        words(painter, QRectF(inner.left(), inner.top() + 65, inner.width(), 18), below, "dim", 12)
        painter.restore()


class Board(QWidget):
    """See the module. ``chosen`` carries a hazard's id, ``opened`` too (Enter)."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._cards: dict[str, Card] = {}
        self._lists: dict[str, QListWidget] = {}
        for state in presenter.COLUMNS:
            card, column = Card(), QListWidget()
            column.setObjectName(f"hazards_column_{state.value}")
            column.setItemDelegate(_CardDelegate(picture, column))
            column.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
            column.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            column.currentItemChanged.connect(self._choose)
            column.itemActivated.connect(lambda item: self.opened.emit(item.data(Qt.ItemDataRole.UserRole)))
            card.body.addWidget(column)
            layout.addWidget(card, 1)
            self._cards[state.value], self._lists[state.value] = card, column

    def show_hazards(self, hazards: list[Hazard], selected: str) -> None:
        """Fill the columns; what is there already stays where it is."""
        for state in presenter.COLUMNS:
            mine = sorted(
                (each for each in hazards if each.state is state), key=lambda each: presenter.urgency(self._picture, each)
            )
            column, wanted = self._lists[state.value], [each.id for each in mine]
            present = [column.item(row).data(Qt.ItemDataRole.UserRole) for row in range(column.count())]
            column.blockSignals(True)
            if wanted != present:
                column.clear()
                for name in wanted:
                    item = QListWidgetItem()
                    item.setData(Qt.ItemDataRole.UserRole, name)
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
                    column.addItem(item)
            column.setCurrentRow(wanted.index(selected) if selected in wanted else -1)
            column.blockSignals(False)
            column.viewport().update()
            self._cards[state.value].set_heading(
                f"{tr(f'hazards.state.{state.value}')} {len(wanted)}", tr(f"hazards.next.{state.value}")
            )

    def tick(self) -> None:
        """Draw the deadlines anew."""
        for column in self._lists.values():
            column.viewport().update()

    def focus_first(self) -> None:
        """The first column that has something."""
        column = next((each for each in self._lists.values() if each.count()), None)
        if column is not None:
            column.setFocus()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
