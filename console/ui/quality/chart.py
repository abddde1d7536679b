"""One chart for both pages: bars or lines over months, days or minutes, with the targets as dashed lines and their names."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.ui import theme

LEFT, RIGHT, TOP, BOTTOM = 56.0, 14.0, 34.0, 26.0
SWATCH = 12.0  # pixels of the legend's marks
DOT = 3.0
DASHES = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)  # of the first target, of the second


@dataclass(frozen=True, slots=True)
class Line:
    """One line; NaN leaves a gap."""

    name: str
    values: tuple[float, ...]
    pen: str  # a token of the theme


@dataclass(frozen=True, slots=True)
class Target:
    """A level that is wanted, or compared with."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Plot:
    """``labels`` below the places, ``tips`` in full; ``bars`` named ``bar_name``. ``form`` writes a value of the axis."""

    labels: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    bars: tuple[float, ...] = ()
    bar_name: str = ""
    lines: tuple[Line, ...] = ()
    targets: tuple[Target, ...] = ()
    top: float = 0.0  # of the axis; 0: what is shown, and the targets
    form: Callable[[float], str] = field(default=lambda value: f"{value:g}")


class Chart(QWidget):
    """See the module. ``opened`` with the place that was clicked."""

    opened = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(110)
        self.plot = Plot()

    def show_plot(self, plot: Plot) -> None:
        """This."""
        self.plot = plot
        self.update()

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(700, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, lines, targets, legend."""
        plot = self.plot
        if not plot.labels:
            return
        area = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        top = plot.top or _round_up(max([target.value for target in plot.targets] + self._values(), default=1.0))

        def y_of(value: float) -> float:
            return area.bottom() - area.height() * min(1.0, value / top)

        with QPainter(self) as painter:
            painter.setFont(theme.font(12))
            self._paint_axes(painter, area, top, y_of)
            wide = area.width() / len(plot.labels)
            for place, value in enumerate(plot.bars):
                if not math.isnan(value) and value > 0:
                    box = QRectF(
                        area.left() + wide * (place + 0.15), y_of(value), max(1.0, wide * 0.7), area.bottom() - y_of(value)
                    )
                    painter.fillRect(box, theme.colour("accent"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for line in plot.lines:
                self._paint_line(painter, line, [area.left() + wide * (place + 0.5) for place in range(len(line.values))], y_of)
            for place, target in enumerate(plot.targets):
                painter.setPen(QPen(theme.colour("text"), 1.2, DASHES[place % len(DASHES)]))
                painter.drawLine(QPointF(area.left(), y_of(target.value)), QPointF(area.right(), y_of(target.value)))
            self._paint_legend(painter)

    def _values(self) -> list[float]:
        lines = [value for line in self.plot.lines for value in line.values]
        return [value for value in (*self.plot.bars, *lines) if not math.isnan(value)]

    def _paint_axes(self, painter: QPainter, area: QRectF, top: float, y_of: Callable[[float], float]) -> None:
        for step in range(5):
            value = top * step / 4
            painter.setPen(theme.colour("line"))
            painter.drawLine(QPointF(area.left(), y_of(value)), QPointF(area.right(), y_of(value)))
            painter.setPen(theme.colour("dim"))
            box = QRectF(0, y_of(value) - 9, LEFT - 8, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.plot.form(value))
        labels = self.plot.labels
        wide = area.width() / len(labels)
        every = max(1, math.ceil((painter.fontMetrics().horizontalAdvance(max(labels, key=len)) + 12) / wide))
        for place in range(0, len(labels), every):
            box = QRectF(area.left() + wide * (place + 0.5) - 50, area.bottom() + 4, 100, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, labels[place])

    @staticmethod
    def _paint_line(painter: QPainter, line: Line, xs: list[float], y_of: Callable[[float], float]) -> None:
        painter.setPen(QPen(theme.colour(line.pen), 1.8))
        painter.setBrush(theme.colour(line.pen))
        before: QPointF | None = None
        for x, value in zip(xs, line.values, strict=True):
            if math.isnan(value):
                before = None
                continue
            here = QPointF(x, y_of(value))
            if before is not None:
                painter.drawLine(before, here)
            painter.drawEllipse(here, DOT, DOT)
            before = here

    def _paint_legend(self, painter: QPainter) -> None:
        plot, middle, x = self.plot, TOP / 2 - 2, LEFT
        marks = [(plot.bar_name, "accent", "bar")] if plot.bars else []
        marks += [(line.name, line.pen, "line") for line in plot.lines]
        dashes = len(marks)
        marks += [(target.name, "text", "target") for target in plot.targets]
        for place, (name, token, kind) in enumerate(marks):
            if kind == "bar":
                painter.fillRect(QRectF(x, middle - SWATCH / 2, SWATCH, SWATCH), theme.colour(token))
            else:
                dashed = DASHES[(place - dashes) % len(DASHES)] if kind == "target" else Qt.PenStyle.SolidLine
                painter.setPen(QPen(theme.colour(token), 1.8, dashed))
                painter.drawLine(QPointF(x - 3, middle), QPointF(x + SWATCH + 3, middle))
            painter.setPen(theme.colour("dim"))
            wide = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QRectF(x + SWATCH + 7, 0, wide + 4, 2 * middle), Qt.AlignmentFlag.AlignVCenter, name)
            x += SWATCH + wide + 28

    def place_at(self, x: float) -> int:
        """Which place lies there, -1 none."""
        count, area = len(self.plot.labels), self.width() - LEFT - RIGHT
        place = math.floor((x - LEFT) / area * count) if count and area > 0 else -1
        return place if 0 <= place < count else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click leads to what is behind the place."""
        place = self.place_at(event.position().x())
        if place >= 0:
            self.opened.emit(place)

    def event(self, event: QEvent) -> bool:
        """The figures of a place, as a tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.plot.tips[place] if 0 <= place < len(self.plot.tips) else "", self)
            return True
        return super().event(event)


def _round_up(value: float) -> float:
    """The next 1, 2, 4, 6, 8, 10 times a power of ten: four equal steps that read well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value * 0.999999)
