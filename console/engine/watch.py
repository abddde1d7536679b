"""The watch itself: when it began, what it missed, whether its clocks can be believed and its loop keeps time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from console.domain.events import ClockStepped, Event, FaultClockWarned, OutageRecorded, WatchStarted, WatchStopped
from console.domain.health import HealthState
from console.domain.problems import Problem
from console.domain.times import DAY, HOUR, SECOND
from console.engine import system as system_alarms
from console.engine.clocks import EngineClock, elapsed
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.health import HealthBoard
from console.engine.public import Public
from console.engine.system import SystemAlarms
from console.store.image import Image

GAP = 30 * SECOND  # a shorter pause between two watches is a restart, a longer one an outage
STEP = 60 * SECOND  # of the wall clock against the monotonic one
AWAY = 30 * DAY  # a longer gap may as well be a clock that was set wrong: a person says
TOLD = HOUR  # so long a gap stays on the health board; the log keeps it for ever
BEAT = 1.0  # seconds of real time
LATE_MS = 100.0  # the loop is called late from here on
PROGRAM = "building-collector"


class Watch:
    """Says what the watch knows of itself."""

    def __init__(
        self,
        decisions: Decisions,
        board: HealthBoard,
        public: Public,
        deadlines: Deadlines,
        system: SystemAlarms,
        *,
        clock: EngineClock,
    ) -> None:
        self._decisions = decisions
        self._board = board
        self._public = public
        self._deadlines = deadlines
        self._clock = clock
        self._lead: int | None = None  # wall clock minus monotonic clock, ns
        self._late_max = 0.0
        self._late_beats = 0
        self._summary: Problem | None = None
        self._system = system
        self.on_trusted: Callable[[], None] = lambda: None
        clock.on_jump(public.beat)
        system.on_acknowledged(system_alarms.CLOCK, self._confirmed)

    @property
    def clock_trusted(self) -> bool:
        """False from a step of the wall clock until somebody acknowledges its alarm: that confirms the time.

        It looks at the clocks itself: what asks may be due because of a step that no beat has seen yet.
        """
        if self._clock.real and self._lead is not None:
            self._compare(self._lead)
        return not self._system.active(system_alarms.CLOCK)

    def begin(self, image: Image) -> None:
        """Log the start and the gap before it."""
        now = self._clock.now()
        events: list[Event] = [WatchStarted(image.alive, PROGRAM)]
        if image.alive and now - image.alive > GAP:
            events.append(OutageRecorded(image.alive, now))
            self._summary = Problem("engine.gap", {"minutes": max(1, round((now - image.alive) / SECOND / 60))})
        self._decisions.decide(events)
        self._say_clock(0)
        if image.alive and self._clock.real and (image.alive - now > STEP or now - image.alive > AWAY):
            self._stepped(now - image.alive)
        self._lead = self._clock.now() - self._clock.monotonic()

    def summarise(self, late: tuple[FaultClockWarned, ...]) -> None:
        """What passed unwatched comes as one line, not as one message each."""
        if late:
            faults = len({warned.fault.number for warned in late})
            breaches = sum(warned.percent >= 100 for warned in late)
            self._summary = Problem("engine.late_marks", {"count": len(late), "faults": faults, "breaches": breaches})
        state = HealthState.OK if self._summary is None else HealthState.DEGRADED
        self._board.say("watch", state, self._summary, figures={"late_marks": len(late)})
        if self._summary is not None:
            self._deadlines.set("watch", self._clock.now() + TOLD, lambda: self._board.say("watch", HealthState.OK))

    async def end(self) -> None:
        """The last entry of an orderly watch, on disk."""
        await self._decisions.decide([WatchStopped()])

    async def run(self) -> None:
        """Beat once a second, look at the clocks, measure how late the loop is. Until cancelled."""
        due = elapsed()
        beats = 0
        while True:
            due += BEAT
            await asyncio.sleep(max(0.0, due - elapsed()))
            late = max(0.0, (elapsed() - due) * 1000)
            if late > 1000 * BEAT:
                due = elapsed()  # the computer slept; do not catch up
            self._late_max = max(self._late_max, late)
            self._late_beats += late > LATE_MS
            self._public.beat()
            if self._clock.real and self._lead is not None:
                self._compare(self._lead)
            beats += 1
            if beats % 5 == 0:
                self._report()

    def _report(self) -> None:
        state = HealthState.OK if self._late_max <= LATE_MS else HealthState.DEGRADED
        problem = None if state is HealthState.OK else Problem("engine.loop_late", {"ms": round(self._late_max)})
        self._board.say(
            "poller", state, problem, counters={"late": self._late_beats}, figures={"late_ms": round(self._late_max, 1)}
        )
        self._late_max = 0.0

    def _compare(self, before: int) -> None:
        lead = self._clock.now() - self._clock.monotonic()
        step, self._lead = lead - before, lead
        if abs(step) > STEP:
            self._stepped(step)

    def _stepped(self, step: int) -> None:
        """Somebody or something moved the wall clock: say so; promises, plans and removals wait until the time is confirmed."""
        self._decisions.decide([ClockStepped(step)])
        self._system.set(system_alarms.CLOCK, step / SECOND)
        self._say_clock(step)
        self._deadlines.recheck()
        self._public.beat()

    def _say_clock(self, step: int) -> None:
        if self.clock_trusted:
            self._board.say("clock", HealthState.OK)
        else:
            problem = Problem("engine.clock_stepped", {"seconds": round(step / SECOND)})
            self._board.say("clock", HealthState.DEGRADED, problem)

    def _confirmed(self) -> None:
        self._system.clear(system_alarms.CLOCK)
        self._say_clock(0)
        self.on_trusted()
