"""The line scheduler: one owner a connection, absolute deadlines, fair turns, and one dead unit that delays nobody.

How a line behaves:

- Every block has absolute slots (start + k x interval). A slot that passed while the line was busy is counted as missed,
  never made up for. Units take turns; fire panels and elevators have a priority lane.
- A unit is given up after three silent polls (from the second on without a retry; the third one is its smallest read, for
  the request may only have been too long): its points turn COMM_LOST once, the collector hears ``answering(False)`` once.
  Then it is probed with its smallest read after 30 s, ever more seldom up to 300 s, without a retry; the first answer
  brings all its blocks back at once.
- Three silent units in a row: all the others are asked once, at once; the whole line may be gone. If no unit answers, nobody
  can be delayed: the connection is opened anew and one unit is asked every second, so that the end of an outage is seen at
  once. Whoever answers first has all the others asked at once.
- A refused block (exceptions 2 and 3, or answers that are always too short or never come while the unit answers others)
  is taken apart (:mod:`drivers.learning`); what stays refused turns BAD and is asked again after 30-300 s.

All intervals count in the injected clock; network time-outs too, but never below 200 ms of real time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from console.domain.estate import Modbus, ModbusDevice, Point
from console.domain.health import HealthState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.times import MILLISECOND, SECOND
from drivers.agenda import Agenda
from drivers.bench import Frame, Identification, Listener, RawRead, RawReply
from drivers.decode import BlockDecoder, Decoded, modbus
from drivers.driver import ClockPort, PlannedRead, Sink
from drivers.errands import Errand, Errands
from drivers.foresight import planned
from drivers.identification import Inquiry
from drivers.linehealth import LineHealth
from drivers.patience import LEAST_TIMEOUT, Patience
from drivers.readplan import Block, Learned
from drivers.refusals import UNHEARD, Refusals
from drivers.replies import Outcome, Reply
from drivers.units import BACK_OFF, BACK_OFF_MOST, SILENT_POLLS, Job, Unit, units_of
from drivers.wire import Wire

RECONNECT = (0, SECOND // 5, SECOND // 2, SECOND, 2 * SECOND)
"""Pauses before the connection attempts of an outage; the last one stays. Never longer: an outage may end any moment."""

CONNECT_ATTEMPTS = 3
"""After so many failed attempts the line's units are given up."""

QUICK_PROBE = SECOND
"""While nobody on the line answers, one unit is asked so often."""

SOUNDS_DEAD = 3
"""So many units silent in a row are the line's fault rather than theirs."""

REOPEN = 30 * SECOND
"""While nobody answers on a standing connection, it is opened anew so often: the other end may have forgotten it."""


class Line:
    """The driver of one connection with Modbus-like units. Runs on the event loop."""

    def __init__(self, connection: Modbus, points: Sequence[Point], wire: Wire, sink: Sink, clock: ClockPort) -> None:
        self._connection = connection
        self._wire = wire
        self._sink = sink
        self._clock = clock
        self._units = {unit.device.unit: unit for unit in units_of(connection, points, sink, clock)}
        self._health = LineHealth(connection, self._units.values(), lambda: dict(wire.stray), sink, clock)
        self._agenda = Agenda(wire.compile, clock)
        self._refusals = Refusals(self._agenda, self._lose, self._tell)
        self._errands = Errands(connection, self._push, self._limits, clock)
        self._nap: asyncio.Timeout | None = None
        self._mute: set[int] = set()  # the units that were silent since anybody answered
        self._patience = Patience(connection.timeout_ms, clock)
        self._failed_connects = 0
        self._connect_at = 0
        self._connected_at = 0
        self._free_at = 0
        self._dark = False  # no unit answers
        for unit in self._units.values():
            self._agenda.plan(unit, 0)

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            self._start()
            while True:
                await self._step()
        finally:
            self._errands.refuse()
            self._wire.end()

    def plan(self) -> Sequence[PlannedRead]:
        """The present read plan. The duration is measured, or foreseen for what was not asked yet."""
        return [planned(self._connection, unit, job) for unit in self._units.values() for job in unit.jobs]

    def teach(self, unit: int, learned: Mapping[int, Learned]) -> None:
        """What was learned about a unit before the last restart; before :meth:`run`."""
        known = self._units.get(unit)
        if known is not None:
            known.learned = dict(learned)
            self._agenda.plan(known, 0)

    async def read_raw(self, ask: RawRead) -> RawReply:
        """See :class:`drivers.bench.Bench`."""
        return await self._errands.read(ask)

    async def identify(self, unit: int) -> Identification:
        """See :class:`drivers.bench.Bench`."""
        return await self._errands.identify(unit)

    def tap(self, listener: Listener | None) -> None:
        """See :class:`drivers.bench.Bench`."""
        ident, clock = self._connection.id, self._clock
        self._wire.tap = None if listener is None else lambda sent, data: listener(Frame(clock.now(), ident, sent, data))

    # -- one step of the loop ------------------------------------------------------------------------------------

    def _start(self) -> None:
        now = self._clock.monotonic()
        self._connect_at = now
        self._health.health.hand_over()
        for unit in self._units.values():
            unit.health.hand_over()
            for job in unit.jobs:
                job.due = now
                self._agenda.schedule(job)
            if unit.unreadable:
                self._hand_over(_decoder(unit.unreadable).lost(Quality.BAD))
                unit.turn()

    async def _step(self) -> None:
        now = self._clock.monotonic()
        if self._health.health.due(now):
            self._health.refresh(now, len(self._agenda), standing=not self._failed_connects)
        if not self._wire.connected and self._failed_connects:
            if now < self._connect_at:
                self._errands.refuse()
                await self._rest(min(self._connect_at, self._health.health.next_due))
                return
            if not await self._connect():
                return
        for unit in self._units.values():
            if unit.offline and unit.probe_at <= now and self._may_probe(unit, now):
                self._probe(unit, now)
        turn = self._agenda.pick(now)
        if turn is None:
            await self._rest(self._wake(now))
        elif not self._wire.connected and not await self._connect():
            if isinstance(turn, Job):
                self._back(turn)
        elif isinstance(turn, Job):
            await self._serve(turn)
        else:
            await self._run(turn)

    async def _rest(self, until: int) -> None:
        """Wait for the next moment at which there is something to do, or for an errand."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as self._nap:
                await self._clock.sleep_until(until)
        self._nap = None

    def _wake(self, now: int) -> int:
        """When there is something to do again, monotonic ns. Probes that wait for a pause in the polls wake nobody."""
        wake = self._agenda.next_due(self._health.health.next_due)
        return min([wake, *(unit.probe_at for unit in self._units.values() if unit.offline and unit.probe_at > now)])

    def _back(self, job: Job) -> None:
        """The line broke before the job was asked: it waits for the line, unless its unit was given up meanwhile."""
        if job.alive and not job.probe:
            job.due = self._clock.monotonic()
            self._agenda.schedule(job)

    # -- the connection ------------------------------------------------------------------------------------------

    async def _connect(self) -> bool:
        began = self._clock.monotonic()
        problem = await self._wire.connect(self._patience.full)
        now = self._clock.monotonic()
        self._health.health.counters["connects" if problem is None else "connect_failures"] += 1
        if problem is None:
            if self._failed_connects:
                for unit in self._units.values():
                    unit.probe_at = now
            self._failed_connects = 0
            self._connected_at = now
            self._health.turn()
            return True
        self._failed_connects += 1
        pause = RECONNECT[min(self._failed_connects, len(RECONNECT) - 1)]
        self._connect_at = max(began + pause, now + round(LEAST_TIMEOUT * SECOND * self._clock.rate))
        self._health.health.turn(HealthState.DOWN, problem)
        if self._failed_connects >= CONNECT_ATTEMPTS:
            for unit in self._units.values():
                if not unit.offline:
                    self._give_up(unit, problem)
        return False

    # -- one request ---------------------------------------------------------------------------------------------

    async def _ask(self, question: Block | Inquiry, compiled: bytes, patience: float) -> Reply:
        if self._connection.pause_ms and self._clock.monotonic() < self._free_at:
            await self._clock.sleep_until(self._free_at)
        reply = await self._wire.ask(question, compiled, patience)
        self._free_at = self._clock.monotonic() + self._connection.pause_ms * MILLISECOND
        return reply

    async def _run(self, errand: Errand) -> None:
        """Ask what a person wants to know. It changes nothing in what is known of the unit, but may find it back."""
        began = self._clock.monotonic()
        reply = await self._ask(errand.question, self._wire.compile(errand.question), self._patience.full)
        ended = self._clock.monotonic()
        if not errand.done.done():
            errand.done.set_result((reply, ended - began))
        unit = self._units.get(errand.who)
        if unit is not None and unit.offline and not reply.silent:
            unit.probe_at, unit.urgent = ended, True

    def _push(self, errand: Errand) -> None:
        self._agenda.push(errand)
        if self._nap is not None:
            self._nap.reschedule(asyncio.get_running_loop().time())
            self._nap = None

    def _limits(self, unit: int) -> tuple[ModbusDevice, Mapping[int, Learned]]:
        """What may be asked of a unit by hand: also of one that has no points, or none at all."""
        known = self._units.get(unit)
        if known is not None:
            return known.device, known.learned
        return next((each for each in self._connection.devices if each.unit == unit), ModbusDevice(unit, "")), {}

    async def _serve(self, job: Job) -> None:
        """Ask for a block, with its retries, and draw the conclusions."""
        unit = self._units[job.who]
        attempts = 1 if unit.silent or self._mute or job.probe or job.trial else 1 + self._connection.retries
        started = self._clock.monotonic()
        reply = Reply(Outcome.RESET)
        for attempt in range(attempts):
            if attempt:
                unit.health.counters["retries"] += 1
                if not self._wire.connected and not await self._connect():
                    self._back(job)
                    return
            reply = await self._ask(job.block, job.compiled, self._patience.with_job(unit, job, alone=self._dark))
            unit.count(reply)
            if reply.outcome in (Outcome.OK, Outcome.EXCEPTION):
                break
        ended = self._clock.monotonic()
        job.took = ended - started
        if reply.silent:
            self._silence(unit, job, reply, ended)
            return
        self._patience.answered(unit, job.took)
        self._heard(unit, ended)
        if job.probe:
            self._probed(unit, ended)
            return
        if reply.outcome is Outcome.OK:
            self._answered(unit, job, reply, started, ended)
        else:
            unit.health.counters["missed"] += self._refusals.failed(unit, job, reply, ended)

    def _answered(self, unit: Unit, job: Job, reply: Reply, started: int, ended: int) -> None:
        if job.asked:
            job.worst = max(job.worst, ended - job.asked)
        job.asked = started
        self._hand_over(job.decoder.decode(reply.payload))
        recovered = job.withdrawn is not None
        job.failed, job.back_off, job.withdrawn = 0, 0, None
        if recovered:
            unit.turn()
        if job.trial:
            self._refusals.trial_answered(unit, ended)
        else:
            unit.health.counters["missed"] += self._agenda.next_slot(job, ended)

    def _silence(self, unit: Unit, job: Job, reply: Reply, ended: int) -> None:
        """Nobody answered, or somebody else."""
        unit.silent += 1
        job.failed += 1
        job.asked = 0
        self._mute.add(unit.device.unit)
        if unit.offline:
            self._probe_later(unit, ended)
        elif unit.silent >= SILENT_POLLS:
            self._give_up(unit, reply.problem({**job.where, "count": unit.silent}))
        elif self._all_mute(reply, job) or job.probe or self._doubt(unit, job):
            pass
        elif job.trial and unit.by_silence:
            self._refusals.trial_failed(unit, ended)
        elif job.trial or job.failed < UNHEARD or not self._refusals.begin(unit, job, ended, by_silence=True):
            unit.health.counters["missed"] += self._agenda.again(job, ended)

    def _all_mute(self, reply: Reply, job: Job) -> bool:
        """Three units in a row were silent: is it the whole line? The others are asked once, at once; then all are given up."""
        live = [unit for unit in self._units.values() if not unit.offline]
        if len(self._mute) < SOUNDS_DEAD or len(live) < SOUNDS_DEAD:
            return False
        unasked = [unit for unit in live if unit.device.unit not in self._mute]
        if not unasked:
            for unit in live:
                self._give_up(unit, reply.problem({**job.where, "unit": unit.device.unit, "count": unit.silent}))
            return True
        for unit in unasked:
            block = unit.probe_block()
            if not unit.silent and block is not None:
                unit.silent = 1
                self._agenda.push(self._agenda.make(block, probe=True))
        return False

    # -- silence and return --------------------------------------------------------------------------------------

    def _give_up(self, unit: Unit, problem: Problem) -> None:
        """Three silent polls: the points are lost, said once."""
        now = self._clock.monotonic()
        unit.answering = False
        unit.back_off = BACK_OFF
        unit.probe_at = now + BACK_OFF
        self._agenda.drop(unit)
        unit.diagnosis = unit.examined = unit.trial = unit.suspect = None
        for job in unit.jobs:
            job.withdrawn = None
            self._lose(job, Quality.COMM_LOST)
        unit.health.turn(HealthState.DOWN, problem)
        self._sink.answering(self._connection.id, unit.device.unit, False)
        if not self._dark and self._health.dark:
            self._dark = True
            self._wire.close()
            latest = sorted(self._units.values(), key=lambda each: -each.health.last_answer)
            for place, each in enumerate(latest, start=1):
                each.probe_at = now + place * QUICK_PROBE
        if not self._failed_connects:
            self._health.turn()

    def _probe_later(self, unit: Unit, now: int) -> None:
        """A probe went unanswered: more seldom from now on, for the neighbours' sake; not if there are none."""
        if self._dark:
            unit.probe_at = now + len(self._units) * QUICK_PROBE
            if now - self._connected_at >= REOPEN:
                self._wire.close()
            return
        unit.back_off = min(2 * unit.back_off, BACK_OFF_MOST)
        unit.probe_at = now + unit.back_off

    def _doubt(self, unit: Unit, job: Job) -> bool:
        """The last poll before a unit is given up is its smallest read: is the unit dead, or the request too long for it?"""
        if unit.silent != SILENT_POLLS - 1 or job.trial:
            return False
        block = unit.probe_block()
        if block is None or block.count >= job.block.count:
            return False
        unit.suspect = job
        self._agenda.push(self._agenda.make(block, probe=True))
        return True

    def _probed(self, unit: Unit, now: int) -> None:
        """The smallest read was answered: the block that was not is asked again, or taken apart if that goes on."""
        job, unit.suspect = unit.suspect, None
        if job is not None and (job.failed < UNHEARD or not self._refusals.begin(unit, job, now, by_silence=True)):
            unit.health.counters["missed"] += self._agenda.again(job, now)

    def _may_probe(self, unit: Unit, now: int) -> bool:
        """A probe goes where the polls leave room for it, so that no neighbour waits; for 30 s at most it waits for that."""
        if self._dark or unit.urgent or now - unit.probe_at > BACK_OFF:
            return True
        ends = now + round(self._patience.short(unit) * SECOND * max(1.0, self._clock.rate))
        return not len(self._agenda) and self._agenda.next_due(ends) >= ends

    def _probe(self, unit: Unit, now: int) -> None:
        unit.urgent = False
        unit.probe_at = now + BACK_OFF_MOST  # until this one has its answer
        block = unit.probe_block()
        if block is not None:
            self._agenda.push(self._agenda.make(block, probe=True))

    def _heard(self, unit: Unit, now: int) -> None:
        """The unit lives."""
        unit.silent = 0
        self._mute.clear()
        unit.health.last_answer = self._health.health.last_answer = self._clock.now()
        if unit.answering:
            return
        returned = unit.offline
        unit.answering = True
        self._sink.answering(self._connection.id, unit.device.unit, True)
        if returned:
            # New ones, for the old may still lie in the heap; each keeps how often it failed.
            unit.jobs = [replace(job, alive=True, due=now, back_off=0) for job in unit.jobs]
            for job in unit.jobs:
                self._agenda.schedule(job)
        if self._dark:
            self._dark = False
            for other in self._units.values():
                if other.offline:
                    other.probe_at, other.back_off, other.urgent = now, BACK_OFF, True
        unit.turn()
        self._health.turn()

    # -- saying it -----------------------------------------------------------------------------------------------

    def _hand_over(self, parts: Iterable[Decoded]) -> None:
        now = self._clock.now()
        for part in parts:
            self._sink.samples(Batch(part.points, part.values, part.quality, now, now))

    def _tell(self, unit: Unit) -> None:
        """Something was learned."""
        self._sink.learned(self._connection.id, unit.device.unit, dict(unit.learned))

    def _lose(self, job: Job, quality: Quality) -> None:
        self._hand_over(job.decoder.lost(quality))


def _decoder(points: Sequence[Point]) -> BlockDecoder:
    """A decoder for points that no block holds, only to lose them."""
    return BlockDecoder(3, min(modbus(point).address for point in points), points)
