"""The trend of the chosen points: last hour to last week, with a live end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.domain.estate import CommSource, ManualSource, Point
from console.domain.problems import Problem
from console.domain.times import DAY, HOUR, MINUTE, SECOND, seconds
from console.link.messages import Answer, HistoryAnswer, HistoryQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.equipment.legend import Legend
from console.ui.picture import Picture
from console.ui.widgets.cards import Blank, Card

if TYPE_CHECKING:
    from console.ui.equipment.plot import Line, Plot

SPANS = {"1h": HOUR, "8h": 8 * HOUR, "1d": DAY, "1w": 7 * DAY}
MOST = 4
PLOT = "console.ui.equipment.plot"


class TrendCard(Card):
    """See the module. pyqtgraph is imported when the card is first seen."""

    wide_asked = Signal(object)  # list[str]: these points on the trend page

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend")
        self._picture, self._desk = picture, desk
        self._points: list[Point] = []
        self._left_out = False
        self._failed: Problem | None = None
        self._span = "1h"
        self._asked, self._asked_at = 0, 0
        self._since = self._until = 0
        self._lines: dict[int, Line] = {}
        self._plot: Plot | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(30)
        self._poll.timeout.connect(self._fetch)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._blank)
        bar = QHBoxLayout()
        bar.setSpacing(6)
        self.buttons: dict[str, QPushButton] = {}
        for name in SPANS:
            button = QPushButton()
            button.setObjectName(f"span_{name}")
            button.setCheckable(True)
            button.setChecked(name == self._span)
            button.clicked.connect(self._chooser(name))
            bar.addWidget(button)
            self.buttons[name] = button
        self._legend = Legend()
        bar.addWidget(self._legend, 1)
        self.wide = QPushButton("⤢")
        self.wide.setObjectName("trend_wide")
        self.wide.setFixedWidth(34)  # the names need the room
        self.wide.clicked.connect(lambda: self.wide_asked.emit([point.id for point in self._points]))
        bar.addWidget(self.wide)
        self.body.addLayout(bar)
        self.body.addWidget(self._stack, 1)

    def _chooser(self, name: str) -> object:
        return lambda: self.choose_span(name)

    # --- what the page says

    def show_points(self, points: list[Point]) -> None:
        """The first of them says the unit; up to four of that unit are drawn."""
        fitting = [point for point in points if point.unit == points[0].unit][:MOST]
        self._left_out = len(fitting) < len(points)
        if [point.id for point in fitting] != [point.id for point in self._points] or fitting != self._points:
            self._points = fitting
            self._lines = {}
            self._ask()
        self.retranslate()

    def choose_span(self, name: str) -> None:
        """1h, 8h, 1d, 1w."""
        self._span = name
        for key, button in self.buttons.items():
            button.setChecked(key == name)
        self._lines = {}
        self._ask()

    def retranslate(self) -> None:
        """All words and colours."""
        names = [point.name.get(language()) for point in self._points]
        self._legend.show_names(names)
        said = names[0] if len(names) == 1 else ""
        unit = self._points[0].unit if self._points else ""
        parts = (tr("equipment.trend"), said, f"({unit})" if unit else "")
        self.heading.setText("  ".join(part for part in parts if part))
        banded = len(self._points) == 1 and self._points[0].normal is not None
        left_out = tr("equipment.trend.left_out", count=MOST)
        self.remark.setText(left_out if self._left_out else tr("equipment.trend.remark") if banded else "")
        self.wide.setToolTip(tr("equipment.trend.wide"))
        self.wide.setEnabled(bool(self._points))
        for name, button in self.buttons.items():
            button.setText(tr(f"equipment.span.{name}"))
        if not self._points:
            self._say(tr("equipment.trend.nothing"), tr("equipment.trend.nothing.advice"))
        elif self._failed is not None:
            self._say(tr("equipment.trend.failed"), sentence(self._failed))
        elif self._plot is None or (not self._lines and self._asked_at):
            self._say(tr("equipment.loading"))
        if self._plot is not None:
            self._plot.restyle()

    def tick(self) -> None:
        """Once a second: the live end, and now and then the history again."""
        if not self.isVisible() or not self._points:
            return
        now = self._picture.now()
        again = max(MINUTE, min(10 * MINUTE, SPANS[self._span] // 60))
        if not 0 <= now - self._asked_at < again:
            self._ask()
            return
        if self._lines:
            self._follow(now)
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """The first time the plot is fetched."""
        super().showEvent(event)
        if self._plot is None:
            self._fetch()
        self.tick()

    def _fetch(self) -> None:
        """Import the plot (a third of a second, once) after the page was painted, then make it.

        On the GUI thread: PySide6's import hook changes Qt's classes, and does so under the hands of a GUI thread that paints
        meanwhile (a crash, seen with 6.11.3).
        """
        if PLOT not in sys.modules and not self._poll.isActive():
            self._say(tr("equipment.loading"))
            self._poll.start()
            return
        self._poll.stop()
        if self._plot is None:
            from console.ui.equipment.plot import Plot  # noqa: PLC0415 - see above

            self._plot = Plot()
            self._stack.addWidget(self._plot)
            self.tick()

    # --- history and the live end

    def _ask(self) -> None:
        self._asked += 1
        self._failed = None
        if not self._points or self._plot is None or not self.isVisible() or not self._picture.live:
            self._asked_at = 0
            return
        if not self._lines:
            self._say(tr("equipment.loading"))
        asked, points, until = self._asked, tuple(self._points), self._picture.now()
        span = SPANS[self._span]
        since, buckets = until - span, max(120, min(2000, self._stack.width() - 62))
        self._asked_at = until

        def answered(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, HistoryAnswer):
                self._take(answer, points, since, until, span // buckets)

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._failed = problem
                self._say(tr("equipment.trend.failed"), sentence(problem))

        numbers = tuple(point.number for point in points)
        self._desk.query(lambda id: HistoryQuery(id, numbers, since, until, buckets), answered, failed)

    def _take(self, answer: HistoryAnswer, points: tuple[Point, ...], since: int, until: int, step: int) -> None:
        import numpy as np  # noqa: PLC0415 - comes with the plot

        from console.ui.equipment.plot import Line, envelope  # noqa: PLC0415 - see showEvent

        series = {each.point: each for each in answer.series}
        self._since, self._until, span = since, until, until - since
        self._lines = {}
        for point in points:
            longest = max(3 * step, seconds(point.stale_after_s) * 2, point.poll_ms * 3_000_000)
            if isinstance(point.source, ManualSource | CommSource):  # written when they change
                longest = span
            found = series.get(point.number)
            x, y = envelope(found, step, longest) if found is not None else (np.empty(0), np.empty(0))
            self._lines[point.number] = Line(x, y)
        self._follow(self._picture.now())
        if any(len(line.x) or line.tail_x for line in self._lines.values()):
            if self._plot is not None:
                self._stack.setCurrentWidget(self._plot)
            self._draw()
        else:
            self._say(tr("equipment.trend.empty"), tr("equipment.trend.empty.advice"))

    def _follow(self, now: int) -> None:
        for point in self._points:
            line, reading = self._lines.get(point.number), self._picture.reading(point.id)
            if line is not None:
                value = presenter.figure_of(self._picture, reading)
                line.add(reading.time if value is not None and reading.time else now, value)
        shift = now - self._until
        if shift > SECOND // 2:
            self._since, self._until = self._since + shift, now

    def _draw(self) -> None:
        if self._plot is None or self._stack.currentWidget() is self._blank:
            return
        lines = [self._lines[point.number] for point in self._points if point.number in self._lines]
        band = self._points[0].normal if len(self._points) == 1 else None
        alone = self._points[0] if len(self._points) == 1 else None
        states = {number: text.get(language()) for number, text in alone.states.items()} if alone is not None else {}
        zone_name = self._picture.estate.site.timezone
        self._plot.draw(lines, self._since, self._until, band, zone_name=zone_name, states=states)

    def _say(self, title: str, advice: str = "") -> None:
        self._blank.say(title, advice)
        self._stack.setCurrentWidget(self._blank)
