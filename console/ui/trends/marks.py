"""What happened meanwhile: alarms, orders and notes as marks above the chart, at their times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from console.domain.alarms import Alarm
from console.domain.events import Entry, NoteWritten
from console.domain.orders import Order
from console.texts import language, tr
from console.ui import theme
from console.ui.moments import full_text
from console.ui.widgets.badges import paint_badge

HEIGHT = 26
SIZE = 18.0
NEAR = 14  # pixels: closer marks are drawn as one


@dataclass(frozen=True, slots=True)
class Mark:
    """``kind`` is alarm, order or note; ``number`` that record's; ``until`` is 0 while it lasts or if it has no length."""

    at: int
    kind: str
    text: str
    number: int = 0
    priority: int = 0
    until: int = 0
    equipment: str = ""


def marks_of(alarms: list[Alarm], orders: list[Order], notes: list[Entry]) -> list[Mark]:
    """In order of time."""
    found = [
        Mark(alarm.raised_at, "alarm", alarm.text.get(language()), alarm.number, alarm.priority, alarm.returned_at, alarm.equipment)
        for alarm in alarms
    ]
    found += [
        Mark(order.created_at, "order", f"{order.id} {order.title.get(language())}", order.number, 0, 0, order.equipment)
        for order in orders
    ]
    for entry in notes:
        if isinstance(entry.event, NoteWritten):
            about = f"{entry.event.text}  ({entry.actor} {entry.station})".strip()
            found.append(Mark(entry.event.at, "note", about, 0, 0, 0, entry.event.equipment))
    return sorted(found, key=lambda mark: mark.at)


class MarksStrip(QWidget):
    """See the module. ``place`` gives the x of a time in this widget's pixels."""

    opened = Signal(object)  # Mark

    def __init__(self, place: Callable[[int], float], edges: Callable[[], tuple[int, int]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend_marks")
        self.setFixedHeight(HEIGHT)
        self._place, self._edges = place, edges
        self._marks: list[Mark] = []
        self.zone_name = "UTC"

    def show_marks(self, marks: list[Mark]) -> None:
        """These, in order of time."""
        self._marks = marks
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the chart."""
        return QSize(200, HEIGHT)

    def groups(self) -> list[tuple[float, list[Mark]]]:
        """Marks that are in view, near ones together, with their place."""
        left, right = self._edges()
        found: list[tuple[float, list[Mark]]] = []
        for mark in self._marks:
            x = self._place(mark.at)
            if not left <= x <= right:
                continue
            if found and x - found[-1][0] < NEAR:
                found[-1][1].append(mark)
            else:
                found.append((x, [mark]))
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        """The gravest of each group, with their number."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.font(12))
            for x, marks in self.groups():
                first = min(marks, key=_rank)
                box = QRectF(x - SIZE / 2, (HEIGHT - SIZE) / 2, SIZE, SIZE)
                if first.kind == "alarm":
                    paint_badge(painter, box, first.priority)
                else:
                    self._paint_paper(painter, box, first.kind)
                if len(marks) > 1:
                    painter.setPen(theme.colour("dim"))
                    painter.drawText(
                        box.translated(SIZE + 2, 0).adjusted(0, 0, 12, 0), Qt.AlignmentFlag.AlignVCenter, f"{len(marks)}"
                    )

    def _paint_paper(self, painter: QPainter, box: QRectF, kind: str) -> None:
        """An order is a sheet, a note a flag."""
        painter.setPen(theme.colour("text"))
        painter.setBrush(theme.colour("raised"))
        inner = box.adjusted(3, 2, -3, -2)
        if kind == "order":
            painter.drawRect(inner)
            for step in (0.3, 0.55, 0.8):
                y = inner.top() + inner.height() * step
                painter.drawLine(QPointF(inner.left() + 2, y), QPointF(inner.right() - 2, y))
            return
        painter.drawLine(inner.topLeft(), inner.bottomLeft())
        tip = QPointF(inner.right(), inner.top() + inner.height() * 0.3)
        painter.drawPolygon(QPolygonF([inner.topLeft(), tip, QPointF(inner.left(), inner.top() + inner.height() * 0.6)]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the gravest under the cursor."""
        marks = self._under(event.position().x())
        if marks:
            self.opened.emit(min(marks, key=_rank))

    def event(self, event: QEvent) -> bool:
        """What happened, as a tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            marks = self._under(event.pos().x())
            lines = [f"{full_text(mark.at, self.zone_name)}  {mark.text}" for mark in marks[:12]]
            if len(marks) > 12:
                lines.append(tr("trends.marks.more", count=len(marks) - 12))
            QToolTip.showText(event.globalPos(), "\n".join(lines), self)
            return True
        return super().event(event)

    def _under(self, x: float) -> list[Mark]:
        return next((marks for at, marks in self.groups() if abs(at - x) <= SIZE / 2 + 2), [])


def _rank(mark: Mark) -> tuple[int, int, int]:
    return ({"alarm": 0, "note": 1, "order": 2}[mark.kind], mark.priority, mark.at)
