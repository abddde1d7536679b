"""A value's last hour, drawn small: grey band for the normal range, a line for the means, a gap where nothing was recorded."""

from __future__ import annotations

from array import array

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.domain.estate import Band
from console.link.messages import Series
from console.ui import theme


class Curve:
    """Bucketed history of one point, ready to be drawn. ``since``/``until`` UTC ns; ``step`` the bucket's length."""

    def __init__(self, series: Series, since: int, until: int, step: int) -> None:
        self.since, self.until, self.step = since, until, step
        self.times, self.values = array("q", series.times), array("d", series.values)
        self.lows = array("d", series.lows) or self.values
        self.highs = array("d", series.highs) or self.values


def paint_curve(painter: QPainter, rect: QRectF, curve: Curve | None, band: Band | None, token: str = "running") -> None:
    """Draw into ``rect``; nothing recorded leaves only the band."""
    if curve is None or not len(curve.values):
        painter.fillRect(QRectF(rect.left(), rect.center().y(), rect.width(), 1), theme.colour("line"))
        return
    known = [edge for edge in ((band.low, band.high) if band is not None else ()) if edge is not None]
    low, high = min([*curve.lows, *known]), max([*curve.highs, *known])
    margin = (high - low) * 0.08 or max(abs(high) * 0.05, 0.5)
    low, high = low - margin, high + margin

    def x_of(moment: int) -> float:
        return rect.left() + rect.width() * (moment - curve.since) / max(1, curve.until - curve.since)

    def y_of(value: float) -> float:
        return rect.bottom() - rect.height() * (value - low) / (high - low)

    if band is not None and band.low is not None and band.high is not None:
        painter.fillRect(
            QRectF(rect.left(), y_of(band.high), rect.width(), y_of(band.low) - y_of(band.high)), theme.colour("raised")
        )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(token), 1.2))
    run: list[QPointF] = []
    last = 0
    for moment, value in zip(curve.times, curve.values, strict=True):
        if run and moment - last > 2 * curve.step:
            painter.drawPolyline(QPolygonF(run))
            run = []
        run.append(QPointF(x_of(moment + curve.step // 2), y_of(value)))
        last = moment
    if len(run) == 1:
        painter.drawPoint(run[0])
    painter.drawPolyline(QPolygonF(run))
    painter.restore()


class Sparkline(QWidget):
    """The curve as a widget."""

    def __init__(self, parent: QWidget | None = None, height: int = 72) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        self._band: Band | None = None
        self._height = height
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_curve(self, curve: Curve | None, band: Band | None = None) -> None:
        """Draw this."""
        self._curve, self._band = curve, band
        self.update()

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(300, self._height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        with QPainter(self) as painter:
            paint_curve(painter, QRectF(self.rect()).adjusted(0, 2, 0, -2), self._curve, self._band)
