"""The calendar itself: weeks of days, each with what is due as short lines. A line is every visit of the day with the same title.

A line can be dragged to another day; arrow keys go from day to day, Page up and down from month to month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from console.texts import tr
from console.ui import theme

HEAD = 26.0  # pixels of the weekdays' names
DAY_HEAD = 24.0
LINE = 21.0


@dataclass(frozen=True)
class Line:
    """What one line of a day says. ``mood``: plain, open (its order is there), late, guess (a counter's estimate), moved."""

    key: str
    text: str
    count: int
    mood: str = "plain"
    draggable: bool = True


@dataclass(frozen=True)
class Cell:
    """One day. ``off``: no working day; ``note``: the holiday's name or why it is worked."""

    day: int
    lines: tuple[Line, ...] = ()
    hours: float = 0.0
    off: bool = False
    note: str = ""
    faint: bool = False  # of another month


MOODS = {"plain": "accent", "open": "pen3", "late": "p3", "guess": "stopped", "moved": "pen4"}


class MonthView(QWidget):
    """See the module. ``chosen`` with a day and a line's key (empty: the day); ``dropped`` with day, key and the day it fell on;
    ``paged`` by -1 or 1."""

    chosen = Signal(int, str)
    dropped = Signal(int, str, int)
    paged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plans_month")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(240)
        self.cells: list[Cell] = []
        self.today = 0
        self.selected: tuple[int, str] = (0, "")
        self._pressed: tuple[int, str] | None = None
        self._from = QPointF()
        self._over = 0  # the day below a dragged line

    def show_cells(self, cells: list[Cell], today: int) -> None:
        """These days, seven a week, the first a Monday."""
        self.cells, self.today = cells, today
        self.update()

    def select(self, day: int, key: str = "") -> None:
        """Choose a day or a line, and say so."""
        self.selected = (day, key)
        self.update()
        self.chosen.emit(day, key)

    def sizeHint(self) -> QSize:
        """Large."""
        return QSize(1000, 700)

    # --- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names, days, lines."""
        if not self.cells:
            return
        with QPainter(self) as painter:
            wide = self.width() / 7
            painter.setFont(theme.font(12))
            for column in range(7):
                painter.setPen(theme.colour("dim"))
                box = QRectF(column * wide, 0, wide, HEAD)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr(f"plans.weekday.{column + 1}"))
            for place in range(len(self.cells)):
                self._paint_cell(painter, place)

    def rect_of(self, place: int) -> QRectF:
        """Where a day is drawn."""
        rows = max(1, len(self.cells) // 7)
        wide, high = self.width() / 7, (self.height() - HEAD) / rows
        return QRectF((place % 7) * wide, HEAD + (place // 7) * high, wide, high)

    def _paint_cell(self, painter: QPainter, place: int) -> None:
        cell, rect = self.cells[place], self.rect_of(place).adjusted(1, 1, -1, -1)
        chosen = self.selected[0] == cell.day
        painter.fillRect(rect, theme.colour("panel" if cell.faint or cell.off else "raised"))
        if self._over == cell.day:
            painter.fillRect(rect, theme.colour("selected"))
        painter.setPen(QPen(theme.colour("accent" if chosen else "line"), 2 if chosen and self.hasFocus() else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
        day = date.fromordinal(cell.day)
        painter.setFont(theme.font(13, bold=cell.day == self.today))
        painter.setPen(theme.colour("accent" if cell.day == self.today else "faint" if cell.faint else "text"))
        head = QRectF(rect.left() + 6, rect.top(), rect.width() - 12, DAY_HEAD)
        number = str(day.day) if day.day > 1 else tr("plans.month_day", month=day.month, day=day.day)
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, number)
        painter.setFont(theme.font(12))
        painter.setPen(theme.colour("dim"))
        right = cell.note or (tr("plans.hours", hours=f"{cell.hours:g}") if cell.hours else "")
        used = painter.fontMetrics().horizontalAdvance("00/00 ") + 12
        words = painter.fontMetrics().elidedText(right, Qt.TextElideMode.ElideRight, int(head.width()) - used)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        room = int((rect.height() - DAY_HEAD) // LINE)
        shown = cell.lines if len(cell.lines) <= room else cell.lines[: max(0, room - 1)]
        for row, line in enumerate(shown):
            self._paint_line(painter, self._line_rect(rect, row), line, self.selected == (cell.day, line.key))
        if len(shown) < len(cell.lines) and room:
            painter.setPen(theme.colour("dim"))
            rest = sum(line.count for line in cell.lines[len(shown) :])
            painter.drawText(self._line_rect(rect, len(shown)), Qt.AlignmentFlag.AlignVCenter, tr("plans.more", count=rest))

    @staticmethod
    def _line_rect(rect: QRectF, row: int) -> QRectF:
        return QRectF(rect.left() + 6, rect.top() + DAY_HEAD + row * LINE, rect.width() - 12, LINE - 3)

    @staticmethod
    def _paint_line(painter: QPainter, box: QRectF, line: Line, chosen: bool) -> None:
        if chosen:
            painter.fillRect(box, theme.colour("selected"))
        painter.fillRect(QRectF(box.left(), box.top() + 1, 4, box.height() - 2), theme.colour(MOODS[line.mood]))
        painter.setPen(theme.colour("p3_text" if line.mood == "late" else "dim" if line.mood == "guess" else "text"))
        count = f" ×{line.count}" if line.count > 1 else ""
        metrics = painter.fontMetrics()
        room = int(box.width()) - 10 - metrics.horizontalAdvance(count)
        text = metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, room) + count
        painter.drawText(box.adjusted(9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    # --- mouse and keys

    def hit(self, point: QPointF) -> tuple[int, str]:
        """The day and the line at a point; (0, "") outside."""
        for place, cell in enumerate(self.cells):
            rect = self.rect_of(place)
            if rect.contains(point):
                rect = rect.adjusted(1, 1, -1, -1)
                room = int((rect.height() - DAY_HEAD) // LINE)
                shown = len(cell.lines) if len(cell.lines) <= room else max(0, room - 1)
                for row, line in enumerate(cell.lines[:shown]):
                    if self._line_rect(rect, row).contains(point):
                        return cell.day, line.key
                return cell.day, ""
        return 0, ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        day, key = self.hit(event.position())
        if day and event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._from = (day, key), event.position()
            self.select(day, key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag a line."""
        if self._pressed is None or not self._pressed[1]:
            return
        far = (event.position() - self._from).manhattanLength() >= QApplication.startDragDistance()
        over = self.hit(event.position())[0] if far and self._draggable(*self._pressed) else 0
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.ClosedHandCursor if over else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop it."""
        pressed, over = self._pressed, self._over
        self._pressed, self._over = None, 0
        self.unsetCursor()
        self.update()
        if pressed is not None and over and over != pressed[0]:
            self.dropped.emit(pressed[0], pressed[1], over)

    def _draggable(self, day: int, key: str) -> bool:
        return any(line.key == key and line.draggable for cell in self.cells if cell.day == day for line in cell.lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """From day to day, from line to line with Shift."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        key = Qt.Key(event.key())
        shown = {cell.day: cell for cell in self.cells}
        if key in pages:
            self.paged.emit(pages[key])
        elif key in steps and self.cells:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and abs(steps[key]) == 7:
                self._next_line(shown.get(self.selected[0]), 1 if steps[key] > 0 else -1)
                return
            day = (self.selected[0] or self.today) + steps[key]
            if day not in shown:
                self.paged.emit(1 if steps[key] > 0 else -1)
            self.select(day)
        else:
            super().keyPressEvent(event)

    def _next_line(self, cell: Cell | None, step: int) -> None:
        if cell is None or not cell.lines:
            return
        keys = [line.key for line in cell.lines]
        place = keys.index(self.selected[1]) + step if self.selected[1] in keys else 0
        self.select(cell.day, keys[max(0, min(len(keys) - 1, place))])

    def event(self, event: object) -> bool:
        """A line's whole text where it was cut."""
        if isinstance(event, QHelpEvent):
            day, key = self.hit(QPointF(event.pos()))
            texts = [line.text for cell in self.cells if cell.day == day for line in cell.lines if line.key == key]
            notes = [cell.note for cell in self.cells if cell.day == day and cell.note]
            QToolTip.showText(event.globalPos(), "\n".join(texts or notes), self)
            return True
        return super().event(event)  # type: ignore[arg-type] # Qt hands over its own
