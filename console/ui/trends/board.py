"""The chart with its marks and its table: keeps what is shown, asks for what is missing, draws what has come.

Made when the page is first seen: it needs pyqtgraph.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.domain.estate import Point
from console.domain.problems import Problem
from console.domain.times import SECOND
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.trends import model
from console.ui.trends.cache import Tiles
from console.ui.trends.chart import Chart, Curve
from console.ui.trends.curves import Buckets
from console.ui.trends.happenings import Happenings
from console.ui.trends.levels import LEAST_SPAN, MOST_SPAN, level_for, tiles
from console.ui.trends.marks import MarksStrip
from console.ui.trends.pens import Pen, View, scale_key
from console.ui.trends.pentable import PenTable

SETTLE_MS = 120  # after the last movement: scales and figures follow
POINTER_MS = 40


class Board(QWidget):
    """See the module. ``view`` is what it shows; ``live`` keeps the right edge at the present."""

    changed = Signal()  # the view or the live end, by the person
    failed = Signal(object)  # Problem
    loading_changed = Signal(bool)

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.view = View()
        self.live = True
        self.chart = Chart()
        self.marks = MarksStrip(self._place, self.chart.edges)
        self.table = PenTable(picture, lambda: self._chosen)
        self.tiles = Tiles(picture, desk, self)
        self.happenings = Happenings(desk, self)
        self._courses: list[model.Course] = []
        self._tails: dict[str, model.Tail] = {}
        self._drawn: tuple[object, ...] = ()
        self._curves: list[Curve] = []
        self._arrivals = 0
        self._chosen = ""
        self._hover: float | None = None
        self._pinned: dict[str, float | None] = {"cursor": None, "cursor_b": None}
        self._loading = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.marks)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self.table)
        self._settle, self._pointer = self._timer(SETTLE_MS, self._settled), self._timer(POINTER_MS, self._show_figures)
        self.chart.moved.connect(self._moved)
        self.chart.pointed.connect(self._pointed)
        self.chart.clicked.connect(self._clicked)
        self.chart.scale_moved.connect(self._scale_moved)
        self.chart.scale_fitted.connect(self._scale_fitted)
        self.tiles.arrived.connect(self._arrived)
        self.tiles.failed.connect(self._failed)
        self.happenings.changed.connect(self.marks.show_marks)
        self.table.chosen.connect(self._choose)

    def _timer(self, pause: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        timer.timeout.connect(act)
        return timer

    # --- what the page says

    def show_view(self, view: View, until: int | None = None) -> None:
        """These pens and this span; up to ``until`` (None: where it was, or the present)."""
        gone = {pen.point for pen in self.view.pens} - {pen.point for pen in view.pens}
        for point in gone:
            self._tails.pop(point, None)
        self.view = replace(view, span=max(LEAST_SPAN, min(MOST_SPAN, view.span)))
        end = until if until is not None else self._picture.now() if self.live else self.shown()[1]
        self.chart.show_range((end - self.view.span) / SECOND, end / SECOND)
        self._follow()
        self.refresh()
        self._settle.start()

    def set_live(self, live: bool) -> None:
        """Keep the right edge at the present, or let go."""
        self.live = live
        if live:
            self.show_view(self.view, self._picture.now())

    def pan(self, by: float) -> None:
        """Forward or back by a part of the span."""
        since, until = self.shown()
        self._leave_live()
        shift = round((until - since) * by)
        self.show_view(self.view, until + shift)
        self.changed.emit()

    def zoom(self, factor: float) -> None:
        """Show ``factor`` times as much, about the middle; a live end stays at the present."""
        since, until = self.shown()
        span = round((until - since) * factor)
        end = until if self.live else (since + until) // 2 + span // 2
        self.show_view(replace(self.view, span=span), end)
        self.changed.emit()

    def fit(self) -> None:
        """All scales to what is shown."""
        self.show_view(replace(self.view, scales={}))
        self.changed.emit()

    def shown(self) -> tuple[int, int]:
        """The shown range, UTC ns."""
        low, high = self.chart.shown_range()
        return round(low * SECOND), round(high * SECOND)

    def shown_buckets(self) -> list[tuple[Point, Buckets]]:
        """What is drawn of each shown pen."""
        return [(course.point, course.buckets.between(*self.shown())) for course in self._courses if course.pen.shown]

    def pinned(self) -> int | None:
        """The pinned cursor, UTC ns."""
        at = self._pinned["cursor"]
        return None if at is None else round(at * SECOND)

    def unpin(self) -> bool:
        """Take both cursors away; False if there were none."""
        had = any(at is not None for at in self._pinned.values())
        self._pinned = dict.fromkeys(self._pinned)
        for name in self._pinned:
            self.chart.show_cursor(name, None)
        self._show_figures()
        return had

    def retranslate(self) -> None:
        """All words and colours."""
        self.chart.restyle()
        self.marks.zone_name = self.chart.time.zone_name = self._picture.estate.site.timezone
        self.table.retranslate()
        self.refresh()

    def tick(self) -> None:
        """Once a second: the live end, and what is old by now."""
        self._follow()
        if self.live and self._picture.now() - self.shown()[1] >= self._pixel() // 4:  # else nobody would see it
            now = self._picture.now() / SECOND
            self.chart.show_range(now - self.view.span / SECOND, now)
        self.refresh()
        self._show_figures()
        self.marks.update()
        if self.live and not self._settle.isActive():
            self._settle.start()

    def forget(self) -> None:
        """The line was lost or the estate is another."""
        self.tiles.forget()
        self._tails.clear()
        self._drawn = ()
        self.refresh()

    # --- drawing

    def pens(self) -> list[tuple[Pen, Point]]:
        """The pens whose points the estate has."""
        known = self._picture.points
        return [(pen, known[pen.point]) for pen in self.view.pens if pen.point in known]

    def refresh(self) -> None:
        """Ask for what is missing and draw what has come. Cheap when nothing changed."""
        since, until = self.shown()
        span = until - since
        level = level_for(span, max(200, self.chart.width() - 80))
        low, high = since - span // 2, until + span // 2
        pens, compare = self.pens(), self.view.compare
        views = [(point.number, level, since, until) for _, point in pens]
        if compare:
            views += [(point.number, level, since - compare, until - compare) for _, point in pens]
        views += [(point.number, level, low, since) for _, point in pens]
        self.tiles.want(views)
        parts = tiles(level, low, high)
        step = max(SECOND, self._pixel() // 4)
        moment = self._picture.now() // step if self.live or until > self._picture.now() - span else 0
        sign = (level, parts, self._arrivals, self.view.pens, compare, self._chosen, moment)
        if sign != self._drawn:
            self._drawn = sign
            self._courses = model.courses(self.tiles, pens, level, (low, high), compare)
            self._curves = model.curves(self._courses, self._tails, compare, self._chosen)
            self._show_scales()
            self.chart.show_curves(self._curves)
        if self.tiles.loading != self._loading:
            self._loading = self.tiles.loading
            self.loading_changed.emit(self._loading)

    def _show_scales(self) -> None:
        view = self.chart.shown_range()
        self.chart.show_scales(model.scales(self._courses, self._curves, view, self.view.scales))
        pen = next((pair for pair in self.pens() if pair[0].point == self._chosen and pair[0].shown), None)
        if pen is None and len(self._courses) == 1:
            pen = self.pens()[0]
        self.chart.show_band(pen[1].normal if pen is not None else None, scale_key(*pen) if pen is not None else "")

    def _show_figures(self) -> None:
        at = self._hover if self._hover is not None else self._pinned["cursor"]
        at_b = self._pinned["cursor_b"]
        cursor = None if at is None else round(at * SECOND)
        cursor_b = None if at_b is None else round(at_b * SECOND)
        self.table.show_figures(model.figures(self._courses, self.shown(), cursor, cursor_b, self.view.compare))

    def _settled(self) -> None:
        self._show_scales()
        self._show_figures()
        since, until = self.shown()
        step = max(1, (until - since) // 20)  # in steps, so that a live end does not ask every second
        machines = tuple(dict.fromkeys(point.equipment for _, point in self.pens()))
        self.happenings.want(since // step * step, -(-until // step) * step, machines)
        self.marks.update()

    def _follow(self) -> None:
        if self._picture.live:
            model.followed(self._picture, self._tails, [point for _, point in self.pens()])

    def _pixel(self) -> int:
        """The time that a pixel stands for, ns."""
        return int(self.view.span // max(1, self.chart.width()))

    def _place(self, moment: int) -> float:
        left, right = self.chart.edges()
        since, until = self.shown()
        return left + (moment - since) / max(1, until - since) * (right - left)

    # --- what the person does

    def _leave_live(self) -> None:
        self.live = False

    def _moved(self, low: float, high: float) -> None:
        span = round((high - low) * SECOND)
        zoomed = abs(span - self.view.span) > span // 1000
        self.view = replace(self.view, span=span)
        now = self._picture.now() / SECOND
        if not (zoomed and self.live and low < now):
            self._leave_live()
        self.refresh()
        self.marks.update()
        self._settle.start()
        self.changed.emit()

    def _pointed(self, at: float) -> None:
        self._hover = None if math.isnan(at) else at
        if self._pinned["cursor"] is None:
            self.chart.show_cursor("cursor", self._hover)
        if not self._pointer.isActive():
            self._pointer.start()

    def _clicked(self, at: float, second: bool) -> None:
        name = "cursor_b" if second else "cursor"
        self._pinned[name] = at
        self.chart.show_cursor(name, at)
        self._show_figures()

    def _choose(self, *_: object) -> None:
        rows = self.table.selected()
        chosen = rows[0].pen.point if rows else ""
        if chosen != self._chosen:
            self._chosen = chosen
            self.refresh()

    def _scale_moved(self, key: str, low: float, high: float) -> None:
        if high - low > 1e-9:
            self.view = replace(self.view, scales={**self.view.scales, key: (low, high)})
            self._show_scales()
            self.changed.emit()

    def _scale_fitted(self, key: str) -> None:
        self.view = replace(self.view, scales={name: ends for name, ends in self.view.scales.items() if name != key})
        self._show_scales()
        self.changed.emit()

    def _arrived(self) -> None:
        self._arrivals += 1
        self.refresh()
        self._settle.start()

    def _failed(self, problem: Problem) -> None:
        self.failed.emit(problem)
