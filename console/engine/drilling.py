"""Drills at work: simulated alarms come up at their time, what is done is written into the run, and the end comes by itself.

Nothing is remembered here: after a restart the runs in use say what is still to come. Event loop only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from console.domain.events import Entry, Event, RecordSaved
from console.domain.maintenance import drilling, drilling_decisions
from console.domain.maintenance.drilling import DrillRun
from console.domain.stamps import Stamp
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions


class Drilling:
    """See the module."""

    def __init__(self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._told: Callable[[Event, int], Sequence[Event]] = decisions.consequences
        decisions.consequences = self._consequences
        decisions.after_commit.append(self._follow)

    def start(self) -> None:
        """Take up the drills that were under way."""
        for run in list(self._decisions.world.records(DrillRun).values()):
            self._look(run.id)

    def _consequences(self, event: Event, number: int) -> tuple[Event, ...]:
        """The notices of an event (their numbers count from ``number``), then the step that it is in a drill."""
        return (*self._told(event, number), *drilling_decisions.follow(self._decisions.world, event, self._clock.now()))

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if isinstance(entry.event, RecordSaved) and isinstance(entry.event.record, DrillRun) and entry.event.what != "step":
                self._look(entry.event.record.id)

    def _look(self, name: str) -> None:
        run = self._decisions.world.records(DrillRun).get(name)
        if run is None:
            self._deadlines.cancel(("drill", name))
            return
        now = self._clock.now()
        places = drilling.due(run, now)
        if run.until <= now:
            stamp = Stamp(at=now, by="", entered_at=now, entered_by="")
            self._decisions.decide(drilling_decisions.over(self._decisions.world, run, stamp))
        elif places:
            first = self._decisions.sequence + 1
            self._decisions.decide(drilling_decisions.raised(self._decisions.world, run, places, now, first))
        else:
            self._deadlines.set(("drill", name), drilling.next_at(run), lambda: self._look(name))
