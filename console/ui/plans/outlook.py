"""The forecast behind the screen: made anew when plans, turns or working days change, in pieces of a few milliseconds.

A large estate has a quarter of a million visits in 24 months; the pieces are so small that the screen goes on moving meanwhile.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from console.domain.estate import ValueKind
from console.domain.maintenance.calendars import CalendarYear, WorkingDays
from console.domain.maintenance.forecast import HORIZON, Foreseen, Known, foresee_sliced, workload
from console.domain.maintenance.planning import Chain, Plan, TurnChange, chains, schedule
from console.domain.maintenance.planning_turns import Calendar
from console.domain.maintenance.records import kind_of
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.schedule import local_day, ordinal
from console.domain.times import DAY
from console.link.messages import Answer, ConsumptionAnswer, ConsumptionQuery
from console.ui.desk import Desk
from console.ui.picture import Picture

PIECE = 0.008  # seconds of work between two chances for the screen
WAIT_MS = 150  # a batch of changes is one change
RATED = 28  # days over which a counter's rate is taken: four whole weeks
MOST_COUNTERS = 200  # of one question
KINDS = frozenset(kind_of(kind) for kind in (Plan, TurnChange, CalendarYear))


class Outlook(QObject):
    """See the module. ``changed`` when there is a new forecast; ``started`` when one is on its way."""

    changed = Signal()
    started = Signal()

    def __init__(self, picture: Picture, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self.chains: list[Chain] = []
        self.by_day: dict[int, list[Foreseen]] = {}
        self.work: dict[tuple[int, str], tuple[float, int]] = {}  # (Monday, team) -> (hours, visits)
        self.working = WorkingDays()
        self.ready = False
        self.today = 0
        self._rates: dict[str, float] = {}
        self._rated_at = 0
        self._found: list[Foreseen] = []
        self._pieces: Iterator[list[Foreseen]] | None = None
        self._wanted, self._stale = False, True
        self._wait, self._step = QTimer(self), QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._begin)
        self._step.setInterval(0)
        self._step.timeout.connect(self._work)
        for signal in (picture.replaced, picture.plans_changed):
            signal.connect(self._dirty)
        picture.records_changed.connect(self._records)

    def want(self, wanted: bool) -> None:
        """Somebody looks; nothing is reckoned for nobody."""
        self._wanted = wanted
        today = local_day(self._picture.now(), self._picture.estate.site.timezone)
        if wanted and (self._stale or today != self.today):
            self._begin()

    def finish(self) -> None:
        """Reckon to the end at once: for pages that are printed, and for tests."""
        if self._stale:
            self._begin()
        while self._pieces is not None:
            self._work()

    def _records(self, kinds: set[str]) -> None:
        if kinds & KINDS:
            self._dirty()

    def _dirty(self) -> None:
        self._stale = True
        if self._wanted:
            self._wait.start()

    def _begin(self) -> None:
        picture = self._picture
        if not picture.revision:
            return
        self._wait.stop()
        self._stale = False
        zone = picture.estate.site.timezone
        self.today = local_day(picture.now(), zone)
        self.chains = chains(schedule(picture.estate.plans, picture.records(Plan).values()))
        self.working = WorkingDays(picture.records(CalendarYear).values())
        changes = {(each.plan, ordinal(each.turn)): each for each in picture.records(TurnChange).values()}
        known = Known(picture.plans, picture.orders, Calendar(self.working, changes), zone, self.today, self._rates, self._values())
        self._found = []
        self._pieces = foresee_sliced(self.chains, known, self.today + HORIZON)
        self._step.start()
        self.started.emit()
        self._ask_rates()

    def _work(self) -> None:
        began = perf_counter()
        while self._pieces is not None and perf_counter() - began < PIECE:
            piece = next(self._pieces, None)
            if piece is None:
                self._pieces = None
                self._step.stop()
                self._take()
            else:
                self._found += piece

    def _take(self) -> None:
        by_day: dict[int, list[Foreseen]] = {}
        for visit in self._found:
            by_day.setdefault(visit.day, []).append(visit)
        self.by_day, self.work = by_day, workload(self.chains, self._found)
        self._found = []
        self.ready = True
        self.changed.emit()

    def _counters(self) -> list[str]:
        found = {meter.point for chain in self.chains for plan in chain for meter in plan.counters}
        return sorted(point for point in found if point in self._picture.points)

    def _values(self) -> dict[str, float]:
        found = {}
        for point in self._counters():
            reading = self._picture.reading(point)
            if reading.quality <= Quality.MANUAL and not isinstance(reading.value, str) and reading.time:
                found[point] = float(reading.value)
        return found

    def _ask_rates(self) -> None:
        """Once a day: how fast the counters count."""
        points = [self._picture.points[point] for point in self._counters()]
        points = [point for point in points if point.kind is ValueKind.COUNTER and point.number][:MOST_COUNTERS]
        if not points or self.today == self._rated_at or not self._picture.live:
            return
        self._rated_at = self.today
        now = self._picture.now()
        edges, numbers = array("q", (now - RATED * DAY, now)).tobytes(), tuple(point.number for point in points)
        names = {point.number: point.id for point in points}

        def came(answer: Answer) -> None:
            if isinstance(answer, ConsumptionAnswer):
                amounts = {names[each.point]: array("d", each.amounts)[0] for each in answer.consumed if each.point in names}
                self._rates = {point: amount / RATED for point, amount in amounts.items() if amount > 0}
                if self._rates:
                    self._dirty()

        self._desk.query(lambda id: ConsumptionQuery(id, numbers, edges), came, self._no_rates)

    def _no_rates(self, _problem: Problem) -> None:
        """Without a history the counters' turns are simply not foreseen."""
