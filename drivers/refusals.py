"""What a line does with a device that answers, but not what it was asked."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.problems import Problem
from console.domain.quality import Quality
from drivers.agenda import Agenda
from drivers.learning import Diagnosis
from drivers.readplan import NOTHING_LEARNED
from drivers.replies import ANSWERED_BADLY, Reply
from drivers.units import BACK_OFF, BACK_OFF_MOST, SILENT_POLLS, Job, Unit

UNHEARD = 2 * SILENT_POLLS
"""A block that failed so often in a row while its unit answers other questions is too long for it: it is taken apart."""


class Refusals:
    """Takes refused blocks apart, one at a time a unit, and takes the quality of what stays refused away.

    ``lose`` hands a job's points over with a quality; ``tell`` hears of a unit about which something was learned.
    """

    def __init__(self, agenda: Agenda, lose: Callable[[Job, Quality], None], tell: Callable[[Unit], None]) -> None:
        self._agenda = agenda
        self._tell = tell
        self._lose = lose

    def failed(self, unit: Unit, job: Job, reply: Reply, now: int) -> int:
        """The unit lives, but this block has no values. How many slots were missed by it."""
        job.failed += 1
        job.asked = 0
        if job.trial:
            return self._trial_went_wrong(unit, job, reply, now)
        if reply.refused:
            if reply.exception != 1 and unit.diagnosis is not None:
                return self._agenda.next_slot(job, now)  # one at a time
            if reply.exception == 1 or not self.begin(unit, job, now, by_silence=False):
                self._refuse(unit, job, reply.problem(job.where), now)
            return 0
        badly = reply.outcome in ANSWERED_BADLY
        if badly or job.failed >= SILENT_POLLS:
            self._withdraw(unit, job, reply.problem(job.where))
        if badly and job.failed >= UNHEARD and self.begin(unit, job, now, by_silence=True):
            return 0
        return self._agenda.again(job, now)

    def _trial_went_wrong(self, unit: Unit, job: Job, reply: Reply, now: int) -> int:
        if reply.refused or reply.outcome in ANSWERED_BADLY:
            self.trial_failed(unit, now)
            return 0
        if job.failed < SILENT_POLLS or unit.examined is None:
            return self._agenda.again(job, now)
        # Busy or faulty: a bad time for conclusions.
        examined = unit.examined
        unit.diagnosis = unit.examined = unit.trial = None
        return self._agenda.again(examined, now)

    def begin(self, unit: Unit, job: Job, now: int, *, by_silence: bool) -> bool:
        """Begin to take a block apart; False if there is nothing to take apart or another one is being examined."""
        if unit.diagnosis is not None:
            return False
        diagnosis = Diagnosis(job.block, unit.device)
        if diagnosis.done:
            return False
        unit.diagnosis, unit.examined, unit.by_silence = diagnosis, job, by_silence
        self._examine(unit, now)
        return True

    def trial_answered(self, unit: Unit, now: int) -> None:
        """A piece was answered."""
        assert unit.diagnosis is not None
        unit.diagnosis.answered()
        self._examine(unit, now)

    def trial_failed(self, unit: Unit, now: int) -> None:
        """A piece was refused."""
        assert unit.diagnosis is not None
        unit.diagnosis.refused()
        self._examine(unit, now)

    def _examine(self, unit: Unit, now: int) -> None:
        """Ask for the next piece, or conclude."""
        diagnosis, examined = unit.diagnosis, unit.examined
        assert diagnosis is not None
        assert examined is not None
        if not diagnosis.done:
            unit.trial = self._agenda.make(diagnosis.next(), trial=True, factors=unit.factors)
            self._agenda.push(unit.trial)
            return
        function = examined.block.function
        unit.diagnosis = unit.examined = unit.trial = None
        if unit.learn(function, diagnosis.learned(unit.learned.get(function, NOTHING_LEARNED))):
            unit.health.counters["learned"] += 1
            self._tell(unit)
            self._agenda.plan(unit, now)
            unit.turn()
        else:
            self._refuse(unit, examined, Problem("driver.all_refused", examined.where), now)

    def _refuse(self, unit: Unit, job: Job, problem: Problem, now: int) -> None:
        """The device will not answer this: say so once, ask seldom."""
        self._withdraw(unit, job, problem)
        job.back_off = min(job.back_off * 2, BACK_OFF_MOST) if job.back_off else BACK_OFF
        job.due = now + max(job.back_off, job.period)
        self._agenda.schedule(job)

    def _withdraw(self, unit: Unit, job: Job, problem: Problem) -> None:
        """Take the quality of a block's points away, once."""
        first = job.withdrawn is None
        job.withdrawn = problem
        if first:
            self._lose(job, Quality.BAD)
            unit.turn()
