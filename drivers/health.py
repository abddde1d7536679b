"""One health line: state, since when, the last error, counters and figures, handed over when it is worth it."""

from __future__ import annotations

import logging
from collections import Counter

from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import SECOND
from console.texts import sentence
from drivers.driver import ClockPort, Sink

REFRESH = 5 * SECOND
"""How often counters and figures are handed over while the state stays the same (real time)."""

_log = logging.getLogger(__name__)


class Health:
    """Keeps one line. A change of state is handed over and logged at once, and only once; numbers every five seconds."""

    def __init__(self, line: HealthLine, sink: Sink, clock: ClockPort) -> None:
        """``line`` gives id, kind, name and equipment."""
        self._frame = line
        self._sink = sink
        self._clock = clock
        self._state = HealthState.STARTING
        self._since = clock.now()
        self._problem: Problem | None = None
        self._next = clock.monotonic()
        self._handed: tuple[object, ...] = ()
        self.counters: Counter[str] = Counter()
        self.figures: dict[str, float] = {}
        self.last_answer = 0

    @property
    def state(self) -> HealthState:
        """The state of the line now."""
        return self._state

    @property
    def problem(self) -> Problem | None:
        """Why it is not OK."""
        return self._problem

    def turn(self, state: HealthState, problem: Problem | None = None) -> None:
        """The state is now ``state``. Saying the same again costs nothing and says nothing."""
        known = self._problem.code if self._problem else ""
        if state is self._state and (problem.code if problem else "") == known:
            return
        said = state is not self._state
        if said:
            self._since = self._clock.now()
        self._state, self._problem = state, problem
        if said and problem is not None:
            _log.warning("%s: %s", self._frame.id, sentence(problem))
        elif said:
            _log.info("%s: %s", self._frame.id, state.value)
        self.hand_over()

    def due(self, now: int) -> bool:
        """True if numbers should be handed over; ``now`` monotonic ns."""
        return now >= self._next

    @property
    def next_due(self) -> int:
        """When numbers are next handed over, monotonic ns."""
        return self._next

    def refresh(self, now: int) -> None:
        """Hand the numbers over if any changed."""
        self._next = now + round(REFRESH * max(1.0, self._clock.rate))
        if self._handed != self._numbers():
            self.hand_over()

    def hand_over(self) -> None:
        """Hand the line over as it is."""
        self._handed = self._numbers()
        frame = self._frame
        self._sink.health(
            HealthLine(
                id=frame.id,
                kind=frame.kind,
                state=self._state,
                since=self._since,
                name=frame.name,
                equipment=frame.equipment,
                problem=self._problem,
                last_answer=self.last_answer,
                counters=dict(self.counters),
                figures=dict(self.figures),
            )
        )

    def _numbers(self) -> tuple[object, ...]:
        return dict(self.counters), dict(self.figures), self.last_answer


def frame(kind: str, ident: str, name: Text, equipment: str = "") -> HealthLine:
    """What never changes of a line."""
    return HealthLine(id=f"{kind}:{ident}", kind=kind, state=HealthState.STARTING, since=0, name=name, equipment=equipment)
