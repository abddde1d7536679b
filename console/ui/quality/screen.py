"""The quality screen: alarm quality and response figures of one period, one building, one system.

Everything is counted by the collector's workers. A page is asked for when it is shown or its choice changes, and once a minute
while the present period is on the screen.
"""

from __future__ import annotations

import json
from typing import Protocol

from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.domain.alarmquality import Figure
from console.domain.problems import Problem
from console.domain.times import MINUTE
from console.link.messages import Answer
from console.link.quality import KpiAnswer, KpiQuery, QualityAnswer, QualityQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.quality.alarms import AlarmPage
from console.ui.quality.periods import Period, moved, period, trend
from console.ui.quality.response import ResponsePage
from console.ui.quality.toolbar import PAGES, Toolbar
from console.ui.widgets.cards import GAP, Blank

AGAIN = MINUTE


class Navigator(Protocol):
    """Where figures lead."""

    def open_alarm_rows(self, wanted: str) -> None: ...

    def open_fault(self, number: int) -> None: ...


class QualityScreen(QWidget):
    """See the module."""

    name = "quality"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._page = PAGES[0]
        self._period: Period | None = None  # None: the present one, whenever that is
        self._shown: Period | None = None
        self._asked, self._asked_at = 0, 0
        self._problem: Problem | None = None
        self._answered: set[str] = set()  # pages whose figures are on the screen
        self.toolbar, self.alarms, self.response, self.blank = Toolbar(picture), AlarmPage(picture), ResponsePage(picture), Blank()
        self._stack = QStackedWidget()
        for page in (self.alarms, self.response, self.blank):
            self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(self.toolbar)
        outer.addWidget(self._stack, 1)
        bar = self.toolbar
        bar.paged.connect(self.show_page)
        bar.changed.connect(self._changed)
        bar.moved.connect(self.move_by)
        bar.today.connect(self._to_present)
        self.alarms.rows_asked.connect(self._open_rows)
        self.alarms.faults_asked.connect(self._open_broken)
        self.alarms.narrowed.connect(self._narrow)
        self.response.fault_opened.connect(navigator.open_fault)
        picture.replaced.connect(self._replaced)
        picture.ticked.connect(self._tick)
        for key, step in (("Alt+PgUp", -1), ("Alt+PgDown", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(self._mover(step))
        self.retranslate()

    # --- what the shell asks

    def retranslate(self) -> None:
        """All words."""
        self.toolbar.retranslate()
        self.toolbar.show_page(self._page)
        self.alarms.retranslate()
        self.response.retranslate()
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask when it is seen."""
        super().showEvent(event)
        self._ask()

    # --- choices

    def show_page(self, page: str) -> None:
        """alarms or response."""
        self._page = page
        self.toolbar.show_page(page)
        self._ask()

    def move_by(self, step: int) -> None:
        """One period back (-1) or forward (1)."""
        shown, roster, zone = self._shown, self._picture.roster, self._picture.estate.site.timezone
        if shown is None:
            return
        wanted = moved(shown, step, roster, zone)
        if wanted.since > self._picture.now():
            return
        self._period = wanted if wanted.until <= self._picture.now() else None
        self._ask()

    def _to_present(self) -> None:
        self._period = None
        self._ask()

    def _changed(self) -> None:
        present = self._period
        if present is not None and present.kind != self.toolbar.kind:
            zone = self._picture.estate.site.timezone
            wanted = period(self.toolbar.kind, present.until - 1, self._picture.roster, zone)
            self._period = wanted if wanted.until <= self._picture.now() else None
        self._ask()

    def _narrow(self, building: str, system: str) -> None:
        for box, value in ((self.toolbar.building, building), (self.toolbar.system, system)):
            if value:
                box.setCurrentIndex(max(0, box.findData(value)))

    def _replaced(self) -> None:
        self.toolbar.fill()
        self._answered.clear()
        if self.isVisible():
            self._ask()

    # --- asking

    def _tick(self) -> None:
        if self.isVisible() and self._period is None and self._picture.now() - self._asked_at >= AGAIN:
            self._ask(quiet=True)

    def _ask(self, *, quiet: bool = False) -> None:
        """Ask for what is to be shown. What is shown stays until the answer comes, unless it is of something else."""
        picture = self._picture
        if not picture.revision or not self.isVisible():
            self._show_state()
            return
        now, zone = picture.now(), picture.estate.site.timezone
        wanted = self._period or period(self.toolbar.kind, now, picture.roster, zone)
        self.toolbar.show_period(wanted, latest=wanted.until > now)
        if not quiet:
            self._answered.discard(self._page)
        self._shown, self._problem, self._asked_at = wanted, None, now
        self._asked += 1
        asked, page, equipment = self._asked, self._page, self.toolbar.equipment()
        first, months = trend(wanted, zone)

        def came(answer: Answer) -> None:
            if asked != self._asked:
                return
            if isinstance(answer, QualityAnswer):
                self.alarms.show_figures(answer.quality, answer.breaches, wanted)
            elif isinstance(answer, KpiAnswer):
                self.response.show_figures(answer, months)
            self._answered.add(page)
            self._show_state()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._problem = problem
                self._show_state()

        if page == "alarms":
            self._desk.query(lambda id: QualityQuery(id, wanted.since, wanted.until, equipment, wanted.edges), came, failed)
        else:
            self._desk.query(lambda id: KpiQuery(id, wanted.since, wanted.until, first, equipment), came, failed)
        self._show_state()

    def _show_state(self) -> None:
        """The page, or what stands in its place on purpose."""
        if self._problem is not None:
            self.blank.say(tr("quality.failed"), sentence(self._problem))
        elif self._page not in self._answered:
            self.blank.say(tr("quality.loading"))
        elif self._page == "response" and not self.response.filled:
            self.blank.say(tr("quality.no_faults"), tr("quality.no_faults.advice"))
        else:
            self._stack.setCurrentWidget(self.alarms if self._page == "alarms" else self.response)
            return
        self._stack.setCurrentWidget(self.blank)

    # --- where figures lead

    def _open_rows(self, figure: Figure, title: str) -> None:
        shown = self._shown
        if shown is None:
            return
        wanted = {
            "title": f"{title.strip()} · {shown.title}", "since": shown.since, "until": shown.until,
            "kind": figure.kind, "key": figure.key, "equipment": self.toolbar.equipment(),
        }  # fmt: skip
        self._navigator.open_alarm_rows(json.dumps(wanted, ensure_ascii=False))

    def _open_broken(self, priority: int) -> None:
        self.response.show_only(f"priority:{priority}")
        self.show_page("response")

    def _mover(self, step: int) -> object:
        return lambda: self.move_by(step)
