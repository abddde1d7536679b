"""The chart: one time axis, a scale per unit, curves, limits, cursors. Imported when the page is first seen (it needs pyqtgraph).

All curves lie in one view box whose height is 0 to 1; each curve's own transformation maps its scale onto it. So twelve pens on
seven scales cost one view box, panning moves the picture without touching the data, and stretching a scale sets one matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTransform
from PySide6.QtWidgets import QWidget

from console.domain.estate import Band
from console.domain.times import SECOND
from console.ui import theme
from console.ui.trends.axes import TimeAxis, ValueAxis
from console.ui.trends.curves import Floats
from console.ui.trends.levels import LEAST_SPAN, MOST_SPAN

TWO_CURSORS = ("cursor", "cursor_b")
AIR = 0.25  # of the view, on both sides


@dataclass(frozen=True, slots=True)
class Scale:
    """One axis. ``token`` colours its figures; ``states`` names whole numbers."""

    key: str
    low: float
    high: float
    unit: str = ""
    token: str = "dim"
    states: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Curve:
    """One line. ``key`` tells it from others; ``faint`` for what is compared with."""

    key: str
    scale: str
    x: Floats
    y: Floats
    token: str
    style: Qt.PenStyle
    bold: bool = False
    faint: bool = False


class Chart(pg.GraphicsLayoutWidget):  # type: ignore[misc] # pyqtgraph ships no types
    """See the module. Times are s since 1970."""

    moved = Signal(float, float)  # the shown range, changed by the person
    pointed = Signal(float)  # the mouse is over this time; NaN: it left
    clicked = Signal(float, bool)  # a click; True with Shift
    scale_moved = Signal(str, float, float)
    scale_fitted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ci.layout.setContentsMargins(2, 2, 8, 2)
        self.ci.layout.setSpacing(0)
        self.box = pg.ViewBox(enableMenu=False)
        self.box.disableAutoRange()
        self.box.setMouseEnabled(x=True, y=False)
        self.box.setYRange(0, 1, padding=0)
        self.box.setLimits(minXRange=LEAST_SPAN / SECOND, maxXRange=MOST_SPAN / SECOND)
        self.time = TimeAxis()
        self.time.linkToView(self.box)
        self._axes: list[ValueAxis] = []
        self._scales: dict[str, Scale] = {}
        self._curves: dict[str, Any] = {}
        self._whole: dict[str, Curve] = {}
        self._window = (0.0, 0.0)  # the part of the curves that is given to the painter
        self._scale_of: dict[str, str] = {}
        self._ours = False
        self.addItem(self.box, 0, 20)
        self.addItem(self.time, 1, 20)
        self._grid = pg.GridItem()
        self.box.addItem(self._grid)
        self._band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._band.setZValue(-10)
        self._band.hide()
        self.box.addItem(self._band)
        self.cursors = {name: pg.InfiniteLine(angle=90, movable=False) for name in TWO_CURSORS}
        for line in self.cursors.values():
            line.hide()
            self.box.addItem(line)
        self.box.sigXRangeChanged.connect(self._range_changed)
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        self.scene().sigMouseClicked.connect(self._mouse_clicked)
        self.restyle()

    # --- what the page says

    def restyle(self) -> None:
        """The present theme."""
        self.setBackground(theme.colour("panel"))
        self.time.setPen(theme.colour("line"))
        self.time.setTextPen(theme.colour("dim"))
        self.time.setStyle(tickFont=theme.font(12), tickLength=-4)
        self.time.setHeight(26)
        self._grid.setPen(theme.colour("line"))
        self._grid.setTextPen(None)
        self._grid.setTickSpacing(x=[None], y=[0.1])
        self._band.setBrush(theme.colour("raised"))
        for line in self._band.lines:
            line.setPen(theme.colour("band"))
        self.cursors["cursor"].setPen(pg.mkPen(theme.colour("text"), width=1))
        self.cursors["cursor_b"].setPen(pg.mkPen(theme.colour("text"), width=1, style=Qt.PenStyle.DashLine))

    def show_range(self, since: float, until: float) -> None:
        """From ``since`` to ``until``; says nothing about it."""
        self._ours = True
        self.box.setXRange(since, until, padding=0)
        self._ours = False

    def shown_range(self) -> tuple[float, float]:
        """What is shown now."""
        low, high = self.box.viewRange()[0]
        return float(low), float(high)

    def edges(self) -> tuple[int, int]:
        """Left and right end of the plot, pixels of this widget."""
        area = self.box.mapRectToScene(self.box.boundingRect())
        return self.mapFromScene(area.topLeft()).x(), self.mapFromScene(area.topRight()).x()

    def show_scales(self, scales: list[Scale]) -> None:
        """One axis each, the first nearest to the plot."""
        while len(self._axes) > len(scales):
            axis = self._axes.pop()
            self.removeItem(axis)
            axis.deleteLater()
        while len(self._axes) < len(scales):
            place = len(self._axes)
            axis = ValueAxis(self._mover(place), self._fitter(place))
            self._axes.append(axis)
            self.addItem(axis, 0, 19 - place)
        for axis, scale in zip(self._axes, scales, strict=True):
            axis.show_scale(scale.low, scale.high, scale.token, scale.unit, scale.states)
        self._scales = {scale.key: scale for scale in scales}
        for key, item in self._curves.items():
            self._place(item, self._scale_of[key])

    def show_curves(self, curves: list[Curve]) -> None:
        """Exactly these."""
        wanted = {curve.key for curve in curves}
        for key in [key for key in self._curves if key not in wanted]:
            self.box.removeItem(self._curves.pop(key))
            del self._whole[key]
        for curve in curves:
            item = self._curves.get(curve.key)
            if item is None:
                item = self._curves[curve.key] = pg.PlotCurveItem(connect="finite", skipFiniteCheck=False)
                self.box.addItem(item)
            ink = theme.colour(curve.token)
            if curve.faint:
                ink.setAlphaF(0.45)
            # a cosmetic pen of one pixel is many times faster than a wide one
            item.setPen(pg.mkPen(ink, width=2 if curve.bold else 1, style=curve.style))
            item.setZValue(2 if curve.bold else 0 if curve.faint else 1)
            self._whole[curve.key] = curve
            self._scale_of[curve.key] = curve.scale
            self._place(item, curve.scale)
        self._cut()

    def _cut(self) -> None:
        """Give the painter what is in view and a quarter more on both sides: what is not seen costs as much as what is."""
        low, high = self.shown_range()
        air = (high - low) * AIR
        self._window = low - air, high + air
        for key, curve in self._whole.items():
            first, last = np.searchsorted(curve.x, self._window)
            piece = slice(max(0, int(first) - 1), int(last) + 1)
            self._curves[key].setData(curve.x[piece], curve.y[piece])

    def show_band(self, band: Band | None, scale: str) -> None:
        """The normal range of the chosen pen behind the curves."""
        found = self._scales.get(scale)
        if band is None or found is None or (band.low is None and band.high is None):
            self._band.hide()
            return
        low = found.low if band.low is None else band.low
        high = found.high if band.high is None else band.high
        height = found.high - found.low
        self._band.setRegion(((low - found.low) / height, (high - found.low) / height))
        self._band.show()

    def show_cursor(self, name: str, at: float | None) -> None:
        """A vertical line, or none."""
        self.cursors[name].setVisible(at is not None)
        if at is not None:
            self.cursors[name].setPos(at)

    # --- inside

    def _place(self, item: Any, key: str) -> None:
        scale = self._scales.get(key)
        if scale is not None:
            height = scale.high - scale.low
            item.setTransform(QTransform(1, 0, 0, 1 / height, 0, -scale.low / height))

    def _mover(self, place: int) -> Callable[[float, float], None]:
        return lambda low, high: self.scale_moved.emit(list(self._scales)[place], low, high)

    def _fitter(self, place: int) -> Callable[[], None]:
        return lambda: self.scale_fitted.emit(list(self._scales)[place])

    def _range_changed(self, _box: object, ends: tuple[float, float]) -> None:
        if not self._ours:
            self.moved.emit(float(ends[0]), float(ends[1]))
        low, high = self._window
        if ends[0] < low or ends[1] > high or (high - low) > 3 * (ends[1] - ends[0]):
            self._cut()
        # else the view box finds its matrix out of date while it is painted, and all is painted twice
        self.box.prepareForPaint()

    def _time_at(self, place: QPointF) -> float | None:
        if not self.box.sceneBoundingRect().contains(place):
            return None
        return float(self.box.mapSceneToView(place).x())

    def _mouse_moved(self, place: QPointF) -> None:
        at = self._time_at(place)
        self.pointed.emit(float("nan") if at is None else at)

    def _mouse_clicked(self, event: Any) -> None:
        at = self._time_at(event.scenePos())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(at, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def leaveEvent(self, event: Any) -> None:
        """The mouse is elsewhere."""
        super().leaveEvent(event)
        self.pointed.emit(float("nan"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys belong to the page."""
        event.ignore()
