"""A table cell with a promise: its words, and the used part of the window as a bar below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from console.ui import theme
from console.ui.widgets.badges import Index, paint_ground
from console.ui.widgets.clocks import clock_colour, paint_bar, promise_text


class PromiseDelegate(QStyledItemDelegate):
    """The model's ``UserRole`` gives ``(ClockView, priority)`` or ``None``."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Words above, bar below."""
        paint_ground(painter, option)
        given = index.data(Qt.ItemDataRole.UserRole)
        if not given:
            return
        view, priority = given
        rect = QRectF(option.rect).adjusted(6, 3, -8, -7)
        painter.save()
        painter.setFont(theme.font(14, bold=True))
        painter.setPen(clock_colour(view, priority))
        painter.drawText(
            rect.adjusted(0, 0, 0, -4), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, promise_text(view)
        )
        paint_bar(painter, QRectF(rect.left() + rect.width() * 0.2, rect.bottom(), rect.width() * 0.8, 3), view, priority)
        painter.restore()
