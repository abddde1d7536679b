"""The line scheduler: one owner a connection, absolute deadlines, fair turns, and one dead unit that delays nobody.

How a line behaves:

- Every block has absolute slots (start + k x interval). A slot that passed while the line was busy is counted as missed,
  never made up for. Units take turns; fire panels and elevators have a priority lane.
- A unit is given up after three silent polls (from the second on without a retry): its points turn COMM_LOST once, the
  collector hears ``answering(False)`` once. Then it is probed with its smallest read after 30 s, ever more seldom up to
  300 s, without a retry; the first answer brings all its blocks back at once.
- If no unit of the line answers, nobody can be delayed: the connection is opened anew and one unit is asked every 2 s, so
  that the end of an outage is seen at once. Whoever answers first has all the others asked at once.
- A refused block (exceptions 2 and 3, or answers that are always too short or never come while the unit answers others)
  is taken apart (:mod:`drivers.learning`); what stays refused turns BAD and is asked again after 30-300 s.

All intervals count in the injected clock; network time-outs too, but never below 200 ms of real time.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from console.domain.estate import ModbusDevice, ModbusSource, ModbusTcp, Point
from console.domain.health import HealthState
from console.domain.problems import Params, Problem
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.text import EMPTY
from console.domain.times import MILLISECOND, SECOND
from drivers.decode import BlockDecoder, Decoded, modbus
from drivers.driver import ClockPort, PlannedRead, Sink
from drivers.fairness import FairQueue
from drivers.health import Health, frame
from drivers.learning import Diagnosis
from drivers.readplan import NOTHING_LEARNED, Block
from drivers.replies import ANSWERED_BADLY, Outcome, Reply
from drivers.units import BACK_OFF, BACK_OFF_MOST, SILENT_POLLS, Job, Unit, worst_detection

LEAST_TIMEOUT = 0.2
"""Real seconds: below that a fast clock would take an ordinary delay for silence."""

RECONNECT = (0, SECOND // 5, SECOND // 2, SECOND, 2 * SECOND)
"""Pauses before the connection attempts of an outage; the last one stays. Never longer: an outage may end any moment."""

CONNECT_ATTEMPTS = 3
"""After so many failed attempts the line's units are given up."""

QUICK_PROBE = 2 * SECOND
"""While nobody on the line answers, one unit is asked so often."""

REOPEN = 30 * SECOND
"""While nobody answers on a standing connection, it is opened anew so often: the other end may have forgotten it."""

UNHEARD = 2 * SILENT_POLLS
"""A block that failed so often in a row while its unit answers other questions is too long for it: it is taken apart."""

AGAIN = SECOND
"""A failed read of a slow block is repeated after this time at most, until it is clear what is wrong."""


SLOW = 3
"""A line is called too slow after so many windows (five seconds each) with missed slots, and cured after as many without."""


class Wire(Protocol):
    """What a line needs of its protocol. Nothing here raises for the world's faults."""

    @property
    def connected(self) -> bool:
        """True while the connection stands, as far as is known."""

    @property
    def stray(self) -> dict[str, int]:
        """Running totals of frames that answered nothing."""

    def compile(self, block: Block) -> bytes:
        """A block's request, made once."""

    async def connect(self, timeout: float) -> Problem | None:
        """Open the connection within ``timeout`` real seconds; or say why not."""

    async def ask(self, block: Block, compiled: bytes, timeout: float) -> Reply:
        """Send one request; its end within ``timeout`` real seconds."""

    def close(self) -> None:
        """Drop the connection at once."""


class Line:
    """The driver of one connection with Modbus-like units. Runs on the event loop."""

    def __init__(self, connection: ModbusTcp, points: Sequence[Point], wire: Wire, sink: Sink, clock: ClockPort) -> None:
        self._connection = connection
        self._wire = wire
        self._sink = sink
        self._clock = clock
        self._health = Health(frame("connection", connection.id, connection.name), sink, clock)
        self._units = {unit.device.unit: unit for unit in _units(connection, points, sink, clock)}
        self._heap: list[tuple[int, int, Job]] = []
        self._order = itertools.count()
        self._ready: FairQueue[Job] = FairQueue()
        self._counters = self._health.counters
        self._failed_connects = 0
        self._connect_at = 0
        self._connected_at = 0
        self._free_at = 0
        self._missed = 0
        self._slow_windows = 0
        self._slow = False
        self._dark = False  # no unit answers
        for unit in self._units.values():
            self._plan(unit, 0)

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            self._start()
            while self._units:
                await self._step()
            await asyncio.get_running_loop().create_future()  # nothing to ask
        finally:
            self._wire.close()

    def plan(self) -> Sequence[PlannedRead]:
        """The present read plan. The duration is measured, or estimated at 5 ms for what was not asked yet."""
        reads = []
        for unit in self._units.values():
            for job in unit.jobs:
                block = job.block
                took = job.took / MILLISECOND if job.took else 5.0
                names = tuple(point.id for point in block.points)
                duration = took + self._connection.pause_ms
                read = PlannedRead(
                    self._connection.id, block.unit, block.function, block.address, block.count, names, block.poll_ms, duration
                )
                reads.append(read)
        return reads

    # -- one step of the loop ------------------------------------------------------------------------------------

    def _start(self) -> None:
        now = self._clock.monotonic()
        self._connect_at = now
        self._health.hand_over()
        for unit in self._units.values():
            unit.health.hand_over()
            for job in unit.jobs:
                job.due = now
                self._schedule(job)
            if unit.unreadable:
                self._hand_over(_decoder(unit.unreadable).lost(Quality.BAD))
                unit.turn()

    async def _step(self) -> None:
        now = self._clock.monotonic()
        if self._health.due(now):
            self._refresh(now)
        if not self._wire.connected and self._failed_connects and now < self._connect_at:
            await self._clock.sleep_until(min(self._connect_at, self._health.next_due))
            return
        if not self._wire.connected and self._failed_connects and not await self._connect():
            return
        job = self._pick(now)
        if job is None:
            await self._clock.sleep_until(self._wake())
        elif self._wire.connected or await self._connect():
            await self._serve(job)
        else:
            self._back(job)

    def _pick(self, now: int) -> Job | None:
        """The next job whose slot has come."""
        while self._heap and self._heap[0][0] <= now:
            job = heapq.heappop(self._heap)[2]
            if job.alive:
                self._ready.push(job)
        for unit in self._units.values():
            if unit.offline and unit.probe_at <= now:
                self._push_probe(unit, now)
        due = self._ready.pop()
        while due is not None and not due.alive:
            due = self._ready.pop()
        return due

    def _wake(self) -> int:
        """When there is something to do again, monotonic ns."""
        wake = self._health.next_due
        if self._heap:
            wake = min(wake, self._heap[0][0])
        return min([wake, *(unit.probe_at for unit in self._units.values() if unit.offline)])

    def _schedule(self, job: Job) -> None:
        heapq.heappush(self._heap, (job.due, next(self._order), job))

    def _back(self, job: Job) -> None:
        """The line broke before the job was asked: it waits for the line, unless its unit was given up meanwhile."""
        if job.alive and not job.probe and not self._units[job.who].offline:
            job.due = self._clock.monotonic()
            self._schedule(job)

    # -- the connection ------------------------------------------------------------------------------------------

    def _timeout(self) -> float:
        """The time-out of a request in real seconds."""
        rate = self._clock.rate
        seconds = self._connection.timeout_ms / 1000
        return max(LEAST_TIMEOUT, seconds / rate if rate > 0 else seconds)

    async def _connect(self) -> bool:
        problem = await self._wire.connect(self._timeout())
        now = self._clock.monotonic()
        self._counters["connects" if problem is None else "connect_failures"] += 1
        if problem is None:
            if self._failed_connects:
                for unit in self._units.values():
                    unit.probe_at = now
            self._failed_connects = 0
            self._connected_at = now
            self._turn()
            return True
        self._failed_connects += 1
        pause = RECONNECT[min(self._failed_connects, len(RECONNECT) - 1)]
        self._connect_at = now + max(pause, round(LEAST_TIMEOUT * SECOND * self._clock.rate))
        self._health.turn(HealthState.DOWN, problem)
        if self._failed_connects >= CONNECT_ATTEMPTS:
            for unit in self._units.values():
                if not unit.offline:
                    self._give_up(unit, problem)
        return False

    # -- one request ---------------------------------------------------------------------------------------------

    async def _serve(self, job: Job) -> None:
        """Ask for a block, with its retries, and draw the conclusions."""
        unit = self._units[job.who]
        attempts = 1 if unit.silent or job.probe or job.trial else 1 + self._connection.retries
        started = self._clock.monotonic()
        reply = Reply(Outcome.RESET)
        for attempt in range(attempts):
            if self._connection.pause_ms and self._clock.monotonic() < self._free_at:
                await self._clock.sleep_until(self._free_at)
            if attempt:
                unit.health.counters["retries"] += 1
                if not self._wire.connected and not await self._connect():
                    self._back(job)
                    return
            reply = await self._wire.ask(job.block, job.compiled, self._timeout())
            self._free_at = self._clock.monotonic() + self._connection.pause_ms * MILLISECOND
            unit.count(reply)
            if reply.outcome in (Outcome.OK, Outcome.EXCEPTION):
                break
        ended = self._clock.monotonic()
        job.took = ended - started
        if reply.silent:
            self._silence(unit, job, reply, ended)
            return
        self._heard(unit, ended)
        if job.probe:
            return
        if reply.outcome is Outcome.OK:
            self._answered(unit, job, reply, started, ended)
        else:
            self._failed(unit, job, reply, ended)

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
            assert unit.diagnosis is not None
            unit.diagnosis.answered()
            self._examine(unit, ended)
        else:
            self._next_slot(job, ended)

    def _failed(self, unit: Unit, job: Job, reply: Reply, ended: int) -> None:
        """The unit lives, but this block has no values."""
        job.failed += 1
        job.asked = 0
        badly = reply.outcome in ANSWERED_BADLY
        if job.trial:
            assert unit.diagnosis is not None
            if reply.refused or badly or job.failed >= SILENT_POLLS:
                unit.diagnosis.refused()
                self._examine(unit, ended)
            else:
                self._again(job, ended)
            return
        if reply.refused:
            if reply.exception != 1 and unit.diagnosis is not None:
                self._next_slot(job, ended)  # one at a time
            elif reply.exception == 1 or not self._begin(unit, job, ended, by_silence=False):
                self._refuse(unit, job, reply.problem(job.where), ended)
            return
        if badly or job.failed >= SILENT_POLLS:
            self._withdraw(unit, job, reply.problem(job.where))
        if not (badly and job.failed >= UNHEARD and self._begin(unit, job, ended, by_silence=True)):
            self._again(job, ended)

    def _silence(self, unit: Unit, job: Job, reply: Reply, ended: int) -> None:
        """Nobody answered, or somebody else."""
        unit.silent += 1
        job.failed += 1
        job.asked = 0
        if unit.offline:
            self._probe_later(unit, ended)
        elif unit.silent >= SILENT_POLLS:
            self._give_up(unit, reply.problem({**job.where, "count": unit.silent}))
        elif job.trial and unit.by_silence:
            assert unit.diagnosis is not None
            unit.diagnosis.refused()
            self._examine(unit, ended)
        elif job.trial or job.failed < UNHEARD or not self._begin(unit, job, ended, by_silence=True):
            self._again(job, ended)

    def _next_slot(self, job: Job, now: int) -> None:
        """The next absolute slot after now; those that passed meanwhile are missed."""
        if not job.alive:
            return
        job.due += job.period
        if job.due <= now:
            missed = (now - job.due) // job.period + 1
            self._units[job.who].health.counters["missed"] += missed
            job.due += missed * job.period
        self._schedule(job)

    def _again(self, job: Job, now: int) -> None:
        """After a failure: at the next slot, but soon for slow blocks."""
        if job.trial or (job.failed < SILENT_POLLS and job.period > AGAIN):
            job.due = now + min(AGAIN, job.period)
            self._schedule(job)
        else:
            self._next_slot(job, now)

    # -- refusals ------------------------------------------------------------------------------------------------

    def _begin(self, unit: Unit, job: Job, now: int, *, by_silence: bool) -> bool:
        """Begin to take a refused block apart; False if there is nothing to take apart or another one is being examined."""
        if unit.diagnosis is not None:
            return False
        diagnosis = Diagnosis(job.block, unit.device)
        if diagnosis.done:
            return False
        unit.diagnosis, unit.examined, unit.by_silence = diagnosis, job, by_silence
        self._examine(unit, now)
        return True

    def _examine(self, unit: Unit, now: int) -> None:
        """Ask for the next piece, or conclude."""
        diagnosis, examined = unit.diagnosis, unit.examined
        assert diagnosis is not None
        assert examined is not None
        if not diagnosis.done:
            block = diagnosis.next()
            trial = Job(block, self._wire.compile(block), BlockDecoder(block.function, block.address, block.points), trial=True)
            unit.trial = trial
            self._ready.push(trial)
            return
        function = examined.block.function
        unit.diagnosis = unit.examined = unit.trial = None
        if unit.learn(function, diagnosis.learned(unit.learned.get(function, NOTHING_LEARNED))):
            unit.health.counters["learned"] += 1
            self._plan(unit, now)
            unit.turn()
        else:
            self._refuse(unit, examined, Problem("driver.all_refused", examined.where), now)

    def _refuse(self, unit: Unit, job: Job, problem: Problem, now: int) -> None:
        """The device will not answer this: say so once, ask seldom."""
        self._withdraw(unit, job, problem)
        job.back_off = min(job.back_off * 2, BACK_OFF_MOST) if job.back_off else BACK_OFF
        job.due = now + max(job.back_off, job.period)
        self._schedule(job)

    def _withdraw(self, unit: Unit, job: Job, problem: Problem) -> None:
        """Take the quality of a block's points away, once."""
        first = job.withdrawn is None
        job.withdrawn = problem
        if first:
            self._hand_over(job.decoder.lost(Quality.BAD))
            unit.turn()

    def _plan(self, unit: Unit, now: int) -> None:
        """Make the unit's jobs from its read plan; what stays the same keeps its place."""
        known = {job.block.key: job for job in unit.jobs}
        jobs = []
        for block in unit.blocks():
            job = known.pop(block.key, None)
            if job is None:
                decoder = BlockDecoder(block.function, block.address, block.points)
                job = Job(block, self._wire.compile(block), decoder, due=now)
                if now:
                    self._schedule(job)
            jobs.append(job)
        for job in known.values():
            job.alive = False
        unit.jobs = jobs

    # -- silence and return --------------------------------------------------------------------------------------

    def _give_up(self, unit: Unit, problem: Problem) -> None:
        """Three silent polls: the points are lost, said once."""
        now = self._clock.monotonic()
        unit.answering = False
        unit.back_off = BACK_OFF
        unit.probe_at = now + BACK_OFF
        if unit.trial is not None:
            unit.trial.alive = False
        unit.diagnosis = unit.examined = unit.trial = None
        self._ready.drop(unit.device.unit)
        for job in unit.jobs:
            job.alive = False
            job.withdrawn = None
            self._hand_over(job.decoder.lost(Quality.COMM_LOST))
        unit.health.turn(HealthState.DOWN, problem)
        self._sink.answering(self._connection.id, unit.device.unit, False)
        if not self._dark and all(each.offline for each in self._units.values()):
            self._dark = True
            self._wire.close()
            for place, each in enumerate(self._units.values(), start=1):
                each.probe_at = now + place * QUICK_PROBE
        self._turn()

    def _probe_later(self, unit: Unit, now: int) -> None:
        """A probe went unanswered: more seldom from now on, for the neighbours' sake; not if there are none."""
        if self._dark:
            unit.probe_at = now + len(self._units) * QUICK_PROBE
            if now - self._connected_at >= REOPEN:
                self._wire.close()
            return
        unit.back_off = min(2 * unit.back_off, BACK_OFF_MOST)
        unit.probe_at = now + unit.back_off

    def _push_probe(self, unit: Unit, now: int) -> None:
        unit.probe_at = now + BACK_OFF_MOST  # until this one has its answer
        block = unit.probe_block()
        if block is not None:
            decoder = BlockDecoder(block.function, block.address, block.points)
            self._ready.push(Job(block, self._wire.compile(block), decoder, probe=True))

    def _heard(self, unit: Unit, now: int) -> None:
        """The unit lives."""
        unit.silent = 0
        unit.health.last_answer = self._health.last_answer = self._clock.now()
        if unit.answering:
            return
        returned = unit.offline
        unit.answering = True
        self._sink.answering(self._connection.id, unit.device.unit, True)
        if returned:
            # New ones, for the old may still lie in the heap; each keeps how often it failed.
            unit.jobs = [replace(job, alive=True, due=now, back_off=0) for job in unit.jobs]
            for job in unit.jobs:
                self._schedule(job)
        if self._dark:
            self._dark = False
            for other in self._units.values():
                if other.offline:
                    other.probe_at, other.back_off = now, BACK_OFF
        unit.turn()
        self._turn()

    # -- saying it -----------------------------------------------------------------------------------------------

    def _hand_over(self, parts: Iterable[Decoded]) -> None:
        now = self._clock.now()
        for part in parts:
            self._sink.samples(Batch(part.points, part.values, part.quality, now, now))

    def _turn(self) -> None:
        """The connection's health as its units have it."""
        gone = [unit for unit in self._units.values() if unit.offline]
        where: Params = {"host": self._connection.host, "port": self._connection.port, "count": len(gone)}
        if self._failed_connects:
            return
        if gone and len(gone) == len(self._units):
            self._health.turn(HealthState.DOWN, Problem("driver.all_silent", where))
        elif gone:
            self._health.turn(HealthState.DEGRADED, Problem("driver.some_silent", {**where, "total": len(self._units)}))
        elif self._slow:
            self._health.turn(HealthState.DEGRADED, Problem("driver.too_slow", where))
        elif any(unit.answering for unit in self._units.values()):
            self._health.turn(HealthState.OK)

    def _refresh(self, now: int) -> None:
        """Numbers, every few seconds."""
        total: dict[str, int] = dict(self._wire.stray)
        jobs: list[Job] = []
        for unit in self._units.values():
            unit.figures()
            unit.health.refresh(now)
            if not unit.offline:
                jobs += unit.jobs
            for name, count in unit.health.counters.items():
                total[name] = total.get(name, 0) + count
        self._counters.update({name: count - self._counters[name] for name, count in total.items()})
        missed, self._missed = total.get("missed", 0) - self._missed, total.get("missed", 0)
        self._slow_windows = min(self._slow_windows + 1, SLOW) if missed else max(self._slow_windows - 1, 0)
        self._slow = self._slow_windows == SLOW or (self._slow and self._slow_windows > 0)
        self._turn()
        figures = self._health.figures
        figures["cycle_ms"] = round(sum(job.took for job in jobs) / MILLISECOND, 1)
        figures["worst_detection_ms"] = round(worst_detection(jobs) / MILLISECOND, 1)
        figures["load_pct"] = round(sum(100 * job.took / job.period for job in jobs), 1)
        figures["queue"] = len(self._ready)
        self._health.refresh(now)


def _units(connection: ModbusTcp, points: Sequence[Point], sink: Sink, clock: ClockPort) -> list[Unit]:
    """The units of a connection that have points."""
    devices = {device.unit: device for device in connection.devices}
    by_unit: dict[int, list[Point]] = {}
    for point in points:
        if isinstance(point.source, ModbusSource):
            by_unit.setdefault(point.source.unit, []).append(point)
    found = []
    for number, mine in by_unit.items():
        device = devices.get(number) or ModbusDevice(number, mine[0].equipment)
        health = Health(frame("device", f"{connection.id}/{number}", EMPTY, device.equipment), sink, clock)
        found.append(Unit(device, tuple(mine), health))
    return found


def _decoder(points: Sequence[Point]) -> BlockDecoder:
    """A decoder for points that no block holds, only to lose them."""
    return BlockDecoder(3, min(modbus(point).address for point in points), points)
