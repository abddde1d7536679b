"""The bar chart: amounts by hour, day or month, what they are compared with behind them, and the target as a line."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.texts import tr
from console.ui import theme
from console.ui.energy.figures import figure

LEFT, RIGHT, TOP, BOTTOM = 64.0, 12.0, 36.0, 26.0
SWATCH = 12.0  # pixels of the legend's marks


@dataclass(frozen=True)
class Bars:
    """``labels`` below the bars, ``names`` in full for the tip; NaN: unknown. ``targets`` of each bar, or none."""

    labels: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    now: list[float] = field(default_factory=list)
    then: list[float] = field(default_factory=list)
    targets: list[float] = field(default_factory=list)
    unit: str = ""
    running: int = -1  # the bar that is not over yet


class BarChart(QWidget):
    """See the module. ``opened`` with the place of the bar that was clicked."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("energy_bars")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(180)
        self._bars = Bars()

    def show_bars(self, bars: Bars) -> None:
        """These."""
        self._bars = bars
        self.update()

    @property
    def bars(self) -> Bars:
        """What is shown."""
        return self._bars

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(800, 300)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, target."""
        bars = self._bars
        if not bars.labels:
            return
        area = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        known = [value for value in (*bars.now, *bars.then, *bars.targets) if not math.isnan(value)]
        top = _round_up(max(known, default=1.0))
        low = min(0.0, *known) if known else 0.0
        low = -_round_up(-low) if low < 0 else 0.0

        def y_of(value: float) -> float:
            return area.bottom() - area.height() * (value - low) / (top - low)

        with QPainter(self) as painter:
            painter.setFont(theme.font(12))
            for step in range(5):
                value = low + (top - low) * step / 4
                painter.setPen(theme.colour("line"))
                painter.drawLine(QPointF(area.left(), y_of(value)), QPointF(area.right(), y_of(value)))
                painter.setPen(theme.colour("dim"))
                box = QRectF(0, y_of(value) - 9, LEFT - 8, 18)
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _tick(value))
            wide = area.width() / len(bars.labels)
            every = max(1, math.ceil(painter.fontMetrics().horizontalAdvance("00-00 ") / wide))
            for place, label in enumerate(bars.labels):
                x = area.left() + wide * place
                self._paint_bar(painter, x + wide * 0.14, wide * 0.72, place, y_of)
                if place % every == 0:
                    painter.setPen(theme.colour("dim"))
                    box = QRectF(x - wide, area.bottom() + 4, 3 * wide, 20)
                    painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, label)
            painter.setPen(QPen(theme.colour("text"), 1.4, Qt.PenStyle.DashLine))
            for place, target in enumerate(bars.targets):
                x = area.left() + wide * place
                painter.drawLine(QPointF(x, y_of(target)), QPointF(x + wide, y_of(target)))
            self._paint_legend(painter)

    def _paint_legend(self, painter: QPainter) -> None:
        """The unit above the axis, and what the marks mean."""
        bars, middle = self._bars, TOP / 2 - 2
        painter.setPen(theme.colour("dim"))
        box = QRectF(0, 0, LEFT - 8, 2 * middle)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, bars.unit)
        known = [("now", True), ("running", bars.running >= 0), ("then", bool(bars.then)), ("target", bool(bars.targets))]
        x = LEFT
        for name in (name for name, there in known if there):
            mark = QRectF(x, middle - SWATCH / 2, SWATCH, SWATCH)
            if name == "target":
                painter.setPen(QPen(theme.colour("text"), 1.4, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(x - 4, middle), QPointF(x + SWATCH + 4, middle))
            elif name == "running":
                painter.setPen(QPen(theme.colour("accent"), 1))
                painter.drawRect(mark)
            else:
                painter.fillRect(mark, theme.colour("accent" if name == "now" else "band"))
            text = tr(f"energy.legend.{name}")
            painter.setPen(theme.colour("dim"))
            wide = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRectF(x + SWATCH + 8, 0, wide + 4, 2 * middle), Qt.AlignmentFlag.AlignVCenter, text)
            x += SWATCH + wide + 30

    def _paint_bar(self, painter: QPainter, x: float, wide: float, place: int, y_of: Callable[[float], float]) -> None:
        bars, zero = self._bars, y_of(0.0)
        then = bars.then[place] if place < len(bars.then) else math.nan
        if not math.isnan(then):
            painter.fillRect(QRectF(x, y_of(then), wide, zero - y_of(then)), theme.colour("band"))
        now = bars.now[place]
        if math.isnan(now):
            return
        inner = QRectF(x + wide * 0.16, y_of(now), wide * 0.68, zero - y_of(now))
        if place == bars.running:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(inner)
        else:
            painter.fillRect(inner, theme.colour("accent"))

    def place_at(self, x: float) -> int:
        """Which bar lies there, -1 none."""
        count = len(self._bars.labels)
        area = self.width() - LEFT - RIGHT
        place = math.floor((x - LEFT) / area * count) if count and area > 0 else -1
        return place if 0 <= place < count else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click leads into the bar's own span."""
        place = self.place_at(event.position().x())
        if place >= 0:
            self.opened.emit(place)

    def event(self, event: QEvent) -> bool:
        """The figures of a bar, as a tip."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.tip(place) if place >= 0 else "", self)
            return True
        return super().event(event)

    def tip(self, place: int) -> str:
        """What a bar says."""
        bars = self._bars
        lines = [bars.names[place], tr("energy.tip.now", amount=figure(bars.now[place]), unit=bars.unit)]
        if place < len(bars.then) and not math.isnan(bars.then[place]):
            lines.append(tr("energy.tip.then", amount=figure(bars.then[place]), unit=bars.unit))
        if bars.targets:
            lines.append(tr("energy.tip.target", amount=figure(bars.targets[place]), unit=bars.unit))
        return "\n".join(lines)


def _tick(value: float) -> str:
    return f"{value:,.6g}".replace(",", "\u202f")


def _round_up(value: float) -> float:
    """The next 1, 2, 2.5, 4, 5, 6, 8, 10 times a power of ten: four equal steps that read well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 4, 5, 6, 8, 10) if step * power >= value * 0.999999)
