"""The health board: every long-lived thing's line, shown to the consoles; a connection or device that goes down, and its
coming back, is said once in the log."""

from __future__ import annotations

import msgspec

from console.domain.events import HealthChanged
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.engine.clocks import EngineClock
from console.engine.decisions import Decisions
from console.engine.public import Public

LOGGED = frozenset({"connection", "device", "clock"})


class HealthBoard:
    """All health lines. Event loop only."""

    def __init__(self, public: Public, decisions: Decisions, clock: EngineClock) -> None:
        self._public = public
        self._decisions = decisions
        self._clock = clock
        self._lines: dict[str, HealthLine] = {}
        self._down: set[str] = set()

    def put(self, line: HealthLine) -> None:
        """A line as its owner sees it."""
        self._lines[line.id] = line
        self._public.health(line)
        if line.kind not in LOGGED:
            return
        if line.state is HealthState.DOWN and line.id not in self._down:
            self._down.add(line.id)
            self._decisions.decide([HealthChanged(line.id, line.state.value, line.problem.code if line.problem else "")])
        elif line.state is HealthState.OK and line.id in self._down:
            self._down.discard(line.id)
            self._decisions.decide([HealthChanged(line.id, line.state.value)])

    def say(  # a line of the collector itself
        self,
        line_id: str,
        state: HealthState,
        problem: Problem | None = None,
        *,
        counters: dict[str, int] | None = None,
        figures: dict[str, float] | None = None,
    ) -> None:
        """Set a line; ``since`` moves only when the state does."""
        before = self._lines.get(line_id)
        since = before.since if before is not None and before.state is state else self._clock.now()
        line = HealthLine(line_id, line_id, state, since, problem=problem, counters=counters or {}, figures=figures or {})
        if before is None or msgspec.structs.replace(line, last_answer=before.last_answer) != before:
            self.put(line)

    def drop(self, line_id: str) -> None:
        """What the line was about exists no longer."""
        self._lines.pop(line_id, None)
        self._down.discard(line_id)
        self._public.health_gone(line_id)

    def lines(self) -> tuple[HealthLine, ...]:
        """All of them."""
        return tuple(self._lines.values())

    def state(self, line_id: str) -> HealthState | None:
        """The state of one line."""
        line = self._lines.get(line_id)
        return None if line is None else line.state
