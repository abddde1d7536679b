"""Asks for a span's consumption, for what it is compared with, and for the demand; tells when all has come."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from console.domain.problems import Problem
from console.link.messages import Answer, Consumed, ConsumptionAnswer, ConsumptionQuery, HistoryAnswer, HistoryQuery, Series
from console.ui.desk import Desk

AT_ONCE = 100  # counters a question


class Fetching(QObject):
    """One span at a time; what is asked for anew makes older answers void."""

    finished = Signal()
    failed = Signal(object)  # Problem

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked = 0
        self._open = 0
        self.now: dict[int, Consumed] = {}
        self.then: dict[int, Consumed] = {}
        self.demand: tuple[Series, ...] = ()

    @property
    def loading(self) -> bool:
        """True until everything has come."""
        return self._open > 0

    def ask(
        self,
        counters: Sequence[int],
        now: list[int],
        then: list[int] | None,
        demand: tuple[tuple[int, ...], int, int, int] | None,
    ) -> None:
        """``now`` and ``then``: fine edges; ``demand``: points, since, until, buckets."""
        self._asked += 1
        self._open = 0
        self._fresh: tuple[dict[int, Consumed], dict[int, Consumed]] = ({}, {})
        self._fresh_demand: tuple[Series, ...] = ()
        for place, edges in enumerate((now, then)):
            if edges is None:
                continue
            for first in range(0, len(counters), AT_ONCE):
                self._consumption(tuple(counters[first : first + AT_ONCE]), edges, self._fresh[place])
        if demand is not None and demand[0]:
            points, since, until, buckets = demand
            self._query(lambda id: HistoryQuery(id, points, since, until, buckets), self._take_demand)
        if not self._open:
            self._done()

    def _consumption(self, counters: tuple[int, ...], edges: list[int], into: dict[int, Consumed]) -> None:
        packed = array("q", edges).tobytes()

        def take(answer: Answer) -> None:
            if isinstance(answer, ConsumptionAnswer):
                into.update((each.point, each) for each in answer.consumed)

        self._query(lambda id: ConsumptionQuery(id, counters, packed), take)

    def _take_demand(self, answer: Answer) -> None:
        if isinstance(answer, HistoryAnswer):
            self._fresh_demand = answer.series

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
        self.now, self.then = self._fresh
        self.demand = self._fresh_demand
        self.finished.emit()
