"""The trend's plot. The only module that imports pyqtgraph; it is imported when a trend is first shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from console.domain.estate import Band
from console.domain.times import SECOND
from console.link.messages import Series
from console.ui import theme
from console.ui.equipment.legend import INKS
from console.ui.moments import local, zone

STEPS = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)
Floats = np.ndarray[Any, np.dtype[np.float64]]


class TimeAxis(pg.AxisItem):  # type: ignore[misc] # pyqtgraph ships no types
    """Seconds since 1970 as the site's local time."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.zone_name = "UTC"
        self.enableAutoSIPrefix(False)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Round local times, 90 pixels apart at least."""
        wanted = (high - low) / max(1.0, size / 90)
        step = next((step for step in STEPS if step >= wanted), STEPS[-1])
        offset = zone(self.zone_name).utcoffset(local(round(high) * SECOND, self.zone_name).replace(tzinfo=None))
        shift = offset.total_seconds() if offset is not None else 0.0
        first = np.ceil((low + shift) / step) * step - shift
        return [(float(step), [float(at) for at in np.arange(first, high, step)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """``14:05``; the date where ticks are days or it is midnight."""
        texts = []
        for value in values:
            moment = local(round(value) * SECOND, self.zone_name)
            midnight = moment.hour == moment.minute == 0
            texts.append(moment.strftime("%m-%d") if midnight or spacing >= STEPS[-1] else moment.strftime("%H:%M"))
        return texts


def envelope(series: Series, step: int, longest: int) -> tuple[Floats, Floats]:
    """Two points a bucket (its low and high), one where they are the same; NaN where nothing was recorded for ``longest`` ns."""
    times = np.frombuffer(series.times, "<i8")
    means = np.frombuffer(series.values, "<f8")
    lows = np.frombuffer(series.lows, "<f8") if series.lows else means
    highs = np.frombuffer(series.highs, "<f8") if series.highs else means
    if not len(times):
        return np.empty(0), np.empty(0)
    middle = (times + step // 2) / SECOND
    rising = np.diff(means, prepend=means[0]) >= 0  # so that the line does not fold back
    x = np.repeat(middle, 2)
    y = np.empty(2 * len(times))
    y[0::2], y[1::2] = np.where(rising, lows, highs), np.where(rising, highs, lows)
    keep = np.ones(len(x), bool)
    keep[1::2] = lows != highs
    gap = np.flatnonzero(np.diff(times) > longest)
    y = np.insert(y[keep], np.cumsum(keep)[2 * gap + 1], np.nan)
    x = np.insert(x[keep], np.cumsum(keep)[2 * gap + 1], middle[gap])
    return x, y


@dataclass
class Line:
    """One point's curve: what the history said, and what came since."""

    x: Floats
    y: Floats
    tail_x: list[float] = field(default_factory=list)
    tail_y: list[float] = field(default_factory=list)

    def add(self, moment: int, value: float | None) -> None:
        """A live value; ``None`` breaks the line."""
        at = moment / SECOND
        if self.tail_x and at <= self.tail_x[-1]:
            return
        if not self.tail_x and len(self.x) and at <= self.x[-1]:
            return
        self.tail_x.append(at)
        self.tail_y.append(float("nan") if value is None else value)

    def data(self) -> tuple[Floats, Floats]:
        """All of it."""
        return np.concatenate([self.x, self.tail_x]), np.concatenate([self.y, self.tail_y])


class Plot(pg.PlotWidget):  # type: ignore[misc] # pyqtgraph ships no types
    """Up to four curves of one unit, the normal band behind them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._axis = TimeAxis()
        super().__init__(parent, axisItems={"bottom": self._axis})
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseEnabled(x=False, y=False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.getViewBox().disableAutoRange()
        self._band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._band.setZValue(-10)
        self.addItem(self._band)
        self._curves = [pg.PlotDataItem(connect="finite", skipFiniteCheck=False) for _ in INKS]
        for curve in self._curves:
            self.addItem(curve)
        self.restyle()

    def restyle(self) -> None:
        """The present theme."""
        self.setBackground(theme.colour("panel"))
        for name in ("bottom", "left"):
            axis = self.getAxis(name)
            axis.setPen(theme.colour("line"))
            axis.setTextPen(theme.colour("dim"))
            axis.setStyle(tickFont=theme.font(12), tickLength=-4)
        self.getAxis("left").setWidth(62)
        self.showGrid(x=True, y=True, alpha=0.18)
        self._band.setBrush(theme.colour("raised"))
        for line in self._band.lines:
            line.setPen(theme.colour("band"))
        for curve, (token, style) in zip(self._curves, INKS, strict=True):
            curve.setPen(pg.mkPen(theme.colour(token), width=1.4, style=style))

    def _name_states(self, states: dict[int, str]) -> None:
        """The words of a state at the left axis instead of its numbers."""
        axis = self.getAxis("left")
        axis.setTicks([[(float(number), name) for number, name in states.items()]] if states else None)
        axis.setWidth(110 if states else 62)

    def draw(
        self,
        lines: list[Line],
        since: int,
        until: int,
        band: Band | None = None,
        *,
        zone_name: str = "UTC",
        states: dict[int, str] | None = None,
    ) -> None:
        """These curves in [since, until)."""
        self._axis.zone_name = zone_name
        edges = [edge for edge in ((band.low, band.high) if band is not None else ()) if edge is not None]
        lowest, highest = list(edges), list(edges)
        for place, curve in enumerate(self._curves):
            if place >= len(lines):
                curve.setData([], [])
                continue
            x, y = lines[place].data()
            curve.setData(x, y)
            known = y[np.isfinite(y)]
            if len(known):
                lowest.append(float(known.min()))
                highest.append(float(known.max()))
        self._name_states(states or {})
        self._band.setVisible(len(edges) == 2)
        if len(edges) == 2:
            self._band.setRegion(edges)
        low, high = min(lowest, default=0.0), max(highest, default=1.0)
        margin = (high - low) * 0.08 or max(abs(high) * 0.05, 0.5)
        self.setXRange(since / SECOND, until / SECOND, padding=0)
        self.setYRange(low - margin, high + margin, padding=0)
