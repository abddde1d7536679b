"""Asks for a span's consumption, for what it is compared with, and for the demand; tells when all has come."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from console.domain.problems import Problem
from console.link.messages import Answer, Consumed, ConsumptionAnswer, ConsumptionQuery, HistoryAnswer, HistoryQuery, Series
from console.ui.desk import Desk
from console.ui.energy.account import Span
from console.ui.energy.meters import Meter

AT_ONCE = 100  # counters a question


@dataclass(frozen=True)
class Demand:
    """The means of ``points`` over windows of ``step`` ns from ``since`` on."""

    points: tuple[int, ...]
    since: int
    count: int
    step: int


@dataclass(frozen=True)
class Question:
    """One span of one quantity. The answers are drawn with the question they belong to, whatever was chosen meanwhile."""

    kind: str
    day: date
    unit: str
    meters: tuple[Meter, ...]
    now: Span
    then: Span | None = None
    demand: Demand | None = None


@dataclass
class Answers:
    """A question with all that was answered to it, by the numbers of counters."""

    question: Question
    now: dict[int, Consumed] = field(default_factory=dict)
    then: dict[int, Consumed] = field(default_factory=dict)
    demand: tuple[Series, ...] = ()


class Fetching(QObject):
    """One question at a time; a new one makes older answers void. ``answers`` are the newest that are complete."""

    finished = Signal()
    failed = Signal(object)  # Problem

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked = 0
        self._open = 0
        self.answers: Answers | None = None

    @property
    def loading(self) -> bool:
        """True until everything has come."""
        return self._open > 0

    def ask(self, question: Question) -> None:
        """Ask everything that the page needs to know."""
        self._asked += 1
        self._open = 0
        fresh = self._fresh = Answers(question)
        counters = [meter.counter.number for meter in question.meters]
        self._factors = {meter.counter.number: meter.factor for meter in question.meters}
        for span, into in ((question.now, fresh.now), (question.then, fresh.then)):
            if span is None:
                continue
            for first in range(0, len(counters), AT_ONCE):
                self._consumption(tuple(counters[first : first + AT_ONCE]), span.fine, into)
        wanted = question.demand
        if wanted is not None and wanted.points:
            until = wanted.since + wanted.count * wanted.step
            self._query(lambda id: HistoryQuery(id, wanted.points, wanted.since, until, wanted.count), self._take_demand)
        if not self._open:
            self._done()

    def _consumption(self, counters: tuple[int, ...], edges: list[int], into: dict[int, Consumed]) -> None:
        packed = array("q", edges).tobytes()

        def take(answer: Answer) -> None:
            if isinstance(answer, ConsumptionAnswer):
                into.update((each.point, _scaled(each, self._factors.get(each.point, 1.0))) for each in answer.consumed)

        self._query(lambda id: ConsumptionQuery(id, counters, packed), take)

    def _take_demand(self, answer: Answer) -> None:
        if isinstance(answer, HistoryAnswer):
            self._fresh.demand = answer.series

    def _query(self, make: object, take: object) -> None:
        asked = self._asked
        self._open += 1

        def answered(answer: Answer) -> None:
            if asked == self._asked:
                take(answer)  # type: ignore[operator] # one of the above
                self._open -= 1
                if not self._open:
                    self._done()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._asked += 1
                self._open = 0
                self.failed.emit(problem)

        self._desk.query(make, answered, failed)  # type: ignore[arg-type] # one of the above

    def _done(self) -> None:
        self.answers = self._fresh
        self.finished.emit()


def _scaled(consumed: Consumed, factor: float) -> Consumed:
    """The same in the quantity's unit."""
    if factor == 1.0:
        return consumed
    return replace(consumed, amounts=array("d", [amount * factor for amount in array("d", consumed.amounts)]).tobytes())
