"""What a line has to ask, and when: absolute slots, and turns among those that are due."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from console.domain.times import MILLISECOND, SECOND
from drivers.decode import BlockDecoder
from drivers.driver import ClockPort
from drivers.errands import Errand
from drivers.factors import Factors
from drivers.fairness import FairQueue
from drivers.readplan import Block
from drivers.units import SILENT_POLLS, Job, Unit

AGAIN = SECOND
"""A failed read of a slow block is repeated after this time at most, until it is clear what is wrong."""

FASTEST = 250 * MILLISECOND
"""Real time between two reads of a block on a clock that runs faster than real time: no fast clock may load the line
more than a real plant does."""


class Agenda:
    """The jobs of one line. All times are monotonic ns of the injected clock."""

    def __init__(self, compile_: Callable[[Block], bytes], clock: ClockPort) -> None:
        self._compile = compile_
        self._clock = clock
        self._heap: list[tuple[int, int, Job]] = []
        self._order = itertools.count()
        self._ready: FairQueue[Job | Errand] = FairQueue()

    def __len__(self) -> int:
        return len(self._ready)

    def make(self, block: Block, *, due: int = 0, trial: bool = False, probe: bool = False, factors: Factors | None = None) -> Job:
        """A job for a block, not yet on the agenda. ``factors`` are its unit's; a probe's values are never used."""
        decoder = BlockDecoder(block.function, block.address, block.points, factors)
        return Job(block, self._compile(block), decoder, due=due, trial=trial, probe=probe)

    def schedule(self, job: Job) -> None:
        """Put it where its ``due`` says."""
        heapq.heappush(self._heap, (job.due, next(self._order), job))

    def push(self, turn: Job | Errand) -> None:
        """It is due now."""
        self._ready.push(turn)

    def pick(self, now: int) -> Job | Errand | None:
        """Whose turn it is among what is due."""
        while self._heap and self._heap[0][0] <= now:
            job = heapq.heappop(self._heap)[2]
            if job.alive:
                self._ready.push(job)
        turn = self._ready.pop()
        while turn is not None and not turn.alive:
            turn = self._ready.pop()
        return turn

    def drop(self, unit: Unit) -> None:
        """Forget everything that waits for a unit."""
        for waiting in self._ready.drop(unit.device.unit):
            if isinstance(waiting, Errand):
                self._ready.push(waiting)  # it is a person's question; nothing else waits for this unit
        for job in (*unit.jobs, unit.trial):
            if job is not None:
                job.alive = False

    def next_due(self, otherwise: int) -> int:
        """When the next slot comes, if it comes before ``otherwise``."""
        return min(otherwise, self._heap[0][0]) if self._heap else otherwise

    def next_slot(self, job: Job, now: int) -> int:
        """The next absolute slot after now; how many passed meanwhile and are missed."""
        missed = 0
        if job.alive:
            period = job.period
            if self._clock.rate > 1:
                period = max(period, round(FASTEST * self._clock.rate))
            job.due += period
            if job.due <= now:
                missed = (now - job.due) // period + 1
                job.due += missed * period
            self.schedule(job)
        return missed

    def again(self, job: Job, now: int) -> int:
        """After a failure: at the next slot, but soon for slow blocks."""
        if job.trial or (job.failed < SILENT_POLLS and job.period > AGAIN):
            job.due = now + min(AGAIN, job.period)
            self.schedule(job)
            return 0
        return self.next_slot(job, now)

    def plan(self, unit: Unit, now: int) -> None:
        """Make the unit's jobs from its read plan, new ones due at ``now`` (0: not yet); what stays keeps its place."""
        known = {job.block.key: job for job in unit.jobs}
        jobs = []
        for block in unit.blocks():
            job = known.pop(block.key, None)
            if job is None:
                job = self.make(block, due=now, factors=unit.factors)
                if now:
                    self.schedule(job)
            jobs.append(job)
        for job in known.values():
            job.alive = False
        unit.jobs = jobs
