"""A document's chart on the screen: the same scale as on paper, in the theme's colours. A click on a label leads where it says."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.domain.documents import Chart
from console.papers.scales import scale, tick
from console.ui import theme

LEFT, RIGHT, TOP, BOTTOM = 64.0, 12.0, 34.0, 26.0
HEIGHT = 250
SERIES = ("pen1", "pen3", "pen2", "pen4")  # tokens of the theme
_SWATCH = 10.0


class ChartView(QWidget):
    """See the module."""

    opened = Signal(str)

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("report_chart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.chart = chart
        self._edges = scale([value for each in chart.series for value in each.values], chart.target)
        self.setAccessibleName(chart.title)
        if chart.links:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(800, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, series, target, legend."""
        chart, area, edges = self.chart, self._area(), self._edges
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.font(12))
            for edge in edges:
                painter.setPen(theme.colour("line"))
                painter.drawLine(QPointF(area.left(), self._y(edge)), QPointF(area.right(), self._y(edge)))
                painter.setPen(theme.colour("dim"))
                box = QRectF(0, self._y(edge) - 10, LEFT - 8, 20)
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick(edge, percent=chart.percent)
                )
            slot = self._slot()
            widest = max((painter.fontMetrics().horizontalAdvance(label) + 8 for label in chart.labels), default=1)
            every = max(1, math.ceil(widest / slot))
            for place in range(0, len(chart.labels), every):
                box = QRectF(area.left() + slot * (place + 0.5) - widest / 2, area.bottom() + 4, widest, 20)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, chart.labels[place])
            for number in range(len(chart.series)):
                (self._bars if chart.bars else self._line)(painter, number)
            if chart.target is not None:
                painter.setPen(QPen(theme.colour("text"), 1.4, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(area.left(), self._y(chart.target)), QPointF(area.right(), self._y(chart.target)))
            self._legend(painter)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A label's place was clicked."""
        place = self._place(event.position().x())
        if 0 <= place < len(self.chart.links):
            self.opened.emit(self.chart.links[place])

    def event(self, event: QEvent) -> bool:
        """The figures of the place under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place(event.position().x() if hasattr(event, "position") else event.pos().x())
            if 0 <= place < len(self.chart.labels):
                QToolTip.showText(event.globalPos(), self.told(place), self)
                return True
        return super().event(event)

    def told(self, place: int) -> str:
        """A label with its figures."""
        chart = self.chart
        lines = [chart.labels[place]]
        for each in chart.series:
            value = each.values[place]
            shown = "—" if value is None else f"{100 * value:.1f} %" if chart.percent else f"{value:,.1f} {chart.unit}".rstrip()
            lines.append(f"{each.name}: {shown}")
        return "\n".join(lines)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _slot(self) -> float:
        return self._area().width() / max(1, len(self.chart.labels))

    def _place(self, x: float) -> int:
        return math.floor((x - LEFT) / max(1.0, self._slot()))

    def _y(self, value: float) -> float:
        area, edges = self._area(), self._edges
        return area.bottom() - area.height() * (value - edges[0]) / (edges[-1] - edges[0])

    def _bars(self, painter: QPainter, number: int) -> None:
        area, slot = self._area(), self._slot()
        wide = slot * 0.72 / len(self.chart.series)
        for place, value in enumerate(self.chart.series[number].values):
            if value is not None:
                x = area.left() + slot * (place + 0.14) + wide * number
                painter.fillRect(QRectF(QPointF(x, self._y(value)), QPointF(x + wide * 0.94, self._y(0.0))), _colour(number))

    def _line(self, painter: QPainter, number: int) -> None:
        area, slot = self._area(), self._slot()
        painter.setPen(QPen(_colour(number), 2.0))
        before: QPointF | None = None
        for place, value in enumerate(self.chart.series[number].values):
            here = None if value is None else QPointF(area.left() + slot * (place + 0.5), self._y(value))
            if here is not None:
                if before is not None:
                    painter.drawLine(before, here)
                painter.drawEllipse(here, 2.5, 2.5)
            before = here

    def _legend(self, painter: QPainter) -> None:
        x = LEFT
        names = [(each.name, _colour(number)) for number, each in enumerate(self.chart.series)]
        if self.chart.target is not None:
            names.append((f"– – {self.chart.target_name}", theme.colour("text")))
        for name, colour in names:
            painter.fillRect(QRectF(x, 10, _SWATCH, _SWATCH), colour)
            painter.setPen(theme.colour("dim"))
            painter.drawText(QPointF(x + _SWATCH + 6, 20), name)
            x += _SWATCH + 26 + painter.fontMetrics().horizontalAdvance(name)


def _colour(number: int) -> QColor:
    return theme.colour(SERIES[number % len(SERIES)])
