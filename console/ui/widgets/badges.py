"""The shape of a priority: square 1, triangle 2, disc 3, outlined square 4, each with its digit: colour is never the only sign."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.ui import theme

Index = QModelIndex | QPersistentModelIndex


def paint_badge(painter: QPainter, rect: QRectF, priority: int, *, brightness: float = 1.0) -> None:
    """Draw the badge of ``priority`` 1-4 into the middle of ``rect``. ``brightness`` < 1 dims it (unacknowledged, 1 Hz)."""
    side = min(rect.width(), rect.height())
    box = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
    fill = QColor(theme.priority_colour(priority))
    fill.setAlphaF(brightness)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill))
    digit = box
    if priority == 1:
        painter.drawRoundedRect(box, 3, 3)
    elif priority == 2:
        painter.drawPolygon(
            QPolygonF([QPointF(box.center().x(), box.top()), QPointF(box.right(), box.bottom()), QPointF(box.left(), box.bottom())])
        )
        digit = box.adjusted(0, side * 0.28, 0, 0)
    elif priority == 3:
        painter.drawEllipse(box)
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(fill, 1.6))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
    painter.setPen(theme.colour(f"on_p{priority}"))
    painter.setFont(theme.font(round(side * (0.5 if priority == 2 else 0.62)), bold=True))
    painter.drawText(digit, Qt.AlignmentFlag.AlignCenter, str(priority))
    painter.restore()


class Badge(QWidget):
    """A priority's badge as a widget; priority 0 shows nothing."""

    def __init__(self, priority: int = 0, size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._priority = priority
        self.setFixedSize(size, size)

    def set_priority(self, priority: int) -> None:
        """Show another priority."""
        if priority != self._priority:
            self._priority = priority
            self.update()

    def paintEvent(self, event: object) -> None:
        """Draw it."""
        if self._priority:
            with QPainter(self) as painter:
                paint_badge(painter, QRectF(self.rect()), self._priority)


def paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """A cell's ground as the style sheet draws it for the others: selection and hairline."""
    if option.state & option.state.State_Selected:
        painter.fillRect(option.rect, theme.colour("selected"))
    painter.fillRect(QRectF(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), theme.colour("line"))


class BadgeDelegate(QStyledItemDelegate):
    """Draws a table's priority column: the model gives the number in ``DisplayRole`` or ``UserRole``."""

    SIZE = 20

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The row's ground, then the badge."""
        priority = index.data(Qt.ItemDataRole.UserRole) or 0
        paint_ground(painter, option)
        if priority:
            rect = QRectF(option.rect)
            box = QRectF(rect.center().x() - self.SIZE / 2, rect.center().y() - self.SIZE / 2, self.SIZE, self.SIZE)
            paint_badge(painter, box, int(priority))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A square."""
        return QSize(self.SIZE + 12, self.SIZE + 8)
