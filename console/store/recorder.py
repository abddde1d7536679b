"""The recorder: one thread that writes everything.

Samples are put into a bounded queue and written about every 250 ms; when the queue is full they are shed, counted, and the
health line says so. Commits (events with the records that they explain) are never shed: they are written at once, and again
until it succeeds; a commit's future resolves only when it is on the disk.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from time import monotonic, sleep, thread_time

import numpy as np
from sqlalchemy.exc import DatabaseError

from console.domain.estate import Point
from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.domain.samples import Batch
from console.domain.times import MINUTE
from console.store.archive import Archive
from console.store.database import wal_held, wal_size
from console.store.history import Pending
from console.store.image import Commit
from console.store.ledger import Ledger
from console.store.pace import Pace
from console.store.refusals import StoreRefused, problem_of
from console.store.retry import Reserve, Retry
from console.store.thinning import Thinning

_LOG = logging.getLogger(__name__)
_FLUSH_MOST = 40_000  # at a time, so that an event never waits long
_COMMITS_AT_ONCE = 200
_SEAL_SLICE_S = 0.01  # then sealing yields to samples and commits
_SEAL_REST = 3.0  # and rests that many times as long as it worked
_SEAL_HURRY = 5_000_000  # unless more samples than this are not sealed
_SHED_SHOWN_S = 10.0  # how long the health line speaks of samples that were shed
_FUTURE = 5 * MINUTE  # a source time that far ahead of the recorder's clock is from the future: some clock is wrong
_LATE = 10 * MINUTE  # and one that far behind is late: it was kept somewhere, or some clock is wrong
_FINISH_S = 3.0  # the end waits that long for a locked or full disk


class Recorder:
    """See the module. ``put``, ``commit`` and ``health`` may be called from any thread and never block."""

    def __init__(self, ledger: Ledger, archive: Archive, clock_now: Callable[[], int], pace: Pace) -> None:
        self._ledger = ledger
        self._archive = archive
        self._now = clock_now
        self._pace = pace
        self._wake = threading.Condition()
        self._batches: deque[Batch] = deque()
        self._queued = 0
        self._commits: deque[tuple[Commit, Future[None]]] = deque()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._pending: Pending | None = None
        self._thinning = Thinning()
        self._reserve = Reserve(archive.folder)
        self._history_retry, self._ledger_retry, self._seal_retry = Retry(), Retry(), Retry()
        self._sealing = False  # there is more to seal at once
        self._waiting = archive.waiting
        self._counters = dict.fromkeys(("recorded", "shed", "commits", "retries", "future", "late"), 0)
        self._stall = self._busy = self._worked = 0.0
        self._state = HealthState.STARTING
        self._since = clock_now()
        self._shed_until = 0.0
        self._failure: BaseException | None = None

    # --- any thread

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, note the end in order, and end the thread.

        What cannot be written within a few tries is given up: then the end is not noted as in order, and the futures fail.
        """
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._failure is not None:
            raise RuntimeError("the recorder's thread died") from self._failure

    def put(self, batch: Batch) -> None:
        """Take a batch; its arrays belong to the recorder from now on."""
        size = len(batch)
        with self._wake:
            if self._queued + size > self._pace.queue:
                self._counters["shed"] += size
                self._shed_until = monotonic() + _SHED_SHOWN_S
                return
            self._batches.append(batch)
            before = self._queued
            self._queued += size
            if before < self._pace.flush_samples <= self._queued:
                self._wake.notify()

    def choose(self, points: Iterable[Point]) -> None:
        """Which points are recorded only when they change (:class:`~console.domain.estate.Recording`); from now on."""
        self._thinning = Thinning(points)

    def commit(self, commit: Commit) -> Future[None]:
        """Write ``commit`` at once. The future resolves when it is durable, and fails only for a bug or at the very end."""
        future: Future[None] = Future()
        future.set_running_or_notify_cancel()  # nobody can take a decision back that may already be on the disk
        with self._wake:
            if self._failure is not None:
                future.set_exception(self._failure)
                return future
            self._commits.append((commit, future))
            self._wake.notify()
        return future

    def health(self) -> HealthLine:
        """The recorder's line. ``queue`` samples wait in memory, ``journal`` samples are not sealed; sizes in MB, times in ms."""
        problem, state = self._judge()
        if state is not self._state:
            self._state, self._since = state, self._now()
        archive = self._archive
        counters = dict(self._counters)
        counters |= {
            "unchanged": self._thinning.left_out,
            "sealed": archive.sealed,
            "merged": archive.merged,
            "doubled": archive.doubled,
            "damaged": archive.damaged_rows + len(archive.damaged),
        }
        return HealthLine(
            id="recorder",
            kind="recorder",
            state=state,
            since=self._since,
            problem=problem,
            counters=counters,
            figures={
                "queue": float(self._queued),
                "queued_commits": float(len(self._commits)),
                "journal": float(self._waiting),
                "wal_mb": round((wal_size(self._ledger.path) + wal_size(archive.file.path)) / 1e6, 1),
                "stall_ms_max": round(self._stall * 1000, 1),
                "busy_ms_max": round(self._busy * 1000, 1),
            },
        )

    def _judge(self) -> tuple[Problem | None, HealthState]:
        """The worst that is wrong now."""
        refused = self._ledger_retry.problem or self._history_retry.problem
        damaged = [*self._archive.damaged, *([self._archive.file.path.name] if self._archive.damaged_rows else [])]
        if self._failure is not None:
            return Problem("store.recorder_dead"), HealthState.DOWN
        if monotonic() < self._shed_until:
            return refused or Problem("store.shedding", {"count": self._counters["shed"]}), HealthState.DOWN
        if refused is not None:
            return refused, HealthState.DEGRADED if refused.code == "store.locked" else HealthState.DOWN
        slow = self._seal_retry.problem or wal_held(self._ledger.path, self._archive.file.path)
        if slow is not None:
            return slow, HealthState.DEGRADED
        if damaged:
            return Problem("store.history_damaged", {"path": ", ".join(damaged)}), HealthState.DEGRADED
        return None, HealthState.OK if self._thread is not None else self._state

    # --- the thread

    def _run(self) -> None:
        try:
            self._loop()
        except BaseException as error:  # noqa: BLE001 - our bug: said in the health line and to everybody who waits
            _LOG.exception("the recorder's thread ends")
            with self._wake:
                self._failure = error
                waiting = list(self._commits)
                self._commits.clear()
            for _, future in waiting:
                future.set_exception(error)

    def _loop(self) -> None:
        flush_at = monotonic() + self._pace.flush_s
        alive_at = seal_at = 0.0
        while True:
            self._sleep(flush_at, seal_at)
            began = monotonic()
            self._write_commits()
            if began >= flush_at or self._queued >= self._pace.flush_samples:
                self._flush()
                flush_at = max(flush_at + self._pace.flush_s, monotonic())
                began = self._passed(began)
                self._write_commits()  # nobody waits for samples and for sealing
            if began >= alive_at:
                self._mark_alive()
                alive_at = monotonic() + self._pace.alive_s
            if self._stopping:
                self._finish()
                return
            if monotonic() >= seal_at:
                spent = self._seal()
                seal_at = monotonic() + (spent * _SEAL_REST if self._waiting < _SEAL_HURRY else 0.0)
            self._waiting = self._archive.waiting
            self._passed(began)

    def _passed(self, began: float) -> float:
        """Note how long a commit could not be written; returns the time."""
        now, worked = monotonic(), thread_time()
        self._stall = max(self._stall, now - began)
        self._busy = max(self._busy, worked - self._worked)
        self._worked = worked
        return now

    def _sleep(self, flush_at: float, seal_at: float) -> None:
        """Until something must be done: a flush, a slice of sealing, a commit, a full queue, the end."""
        with self._wake:
            while not self._stopping:
                now = monotonic()
                until = min(flush_at, max(seal_at, now) if self._sealing else flush_at)
                if self._commits:
                    until = min(until, self._ledger_retry.at)
                if self._queued >= self._pace.flush_samples:
                    until = min(until, self._history_retry.at)
                if until <= now:
                    return
                self._wake.wait(until - now)

    # --- commits

    def _write_commits(self) -> None:
        while self._ledger_retry.open:
            with self._wake:
                taken = [self._commits.popleft() for _ in range(min(len(self._commits), _COMMITS_AT_ONCE))]
            if not taken:
                return
            problem = self._try_commits(taken)
            if problem is not None:
                with self._wake:
                    self._commits.extendleft(reversed(taken))
                self._ledger_failed(problem)
                return
            if self._ledger_retry.succeeded():
                _LOG.warning("events are written again")

    def _try_commits(self, taken: list[tuple[Commit, Future[None]]]) -> Problem | None:
        """Write these; a problem of the world's means that none of them was written."""
        try:
            self._ledger.write([commit for commit, _ in taken])
        except Exception as error:  # noqa: BLE001 - what is no problem of the world's goes to whoever sent the commit
            problem = problem_of(error, self._ledger.path)
            if problem is not None:
                return problem
            if len(taken) == 1:
                taken[0][1].set_exception(error)
                return None
            for place, each in enumerate(taken):  # one of them is wrong: the others shall not suffer
                problem = self._try_commits([each])
                if problem is not None:
                    taken[:] = taken[place:]
                    return problem
            return None
        self._counters["commits"] += len(taken)
        for _, future in taken:
            future.set_result(None)
        return None

    def _ledger_failed(self, problem: Problem) -> None:
        self._counters["retries"] += 1
        if problem.code == "store.disk_full":
            self._reserve.release()
        if self._ledger_retry.failed(problem):
            _LOG.warning("events wait: %s", problem.code)

    def _mark_alive(self) -> None:
        if not self._ledger_retry.open:
            return
        try:
            self._ledger.mark_alive(self._now(), True)
        except DatabaseError as error:
            problem = problem_of(error, self._ledger.path)
            if problem is None:
                raise
            self._ledger_failed(problem)
            return
        self._ledger_retry.succeeded()

    # --- samples

    def _flush(self) -> None:
        """Write what waits, at most _FLUSH_MOST samples."""
        if not self._history_retry.open:
            return
        try:
            if not self._reserve.hold():
                self._history_failed(Problem("store.disk_full", {"path": str(self._archive.folder)}))
                return
            if self._pending is None:
                self._archive.turn(self._now())
                self._take()
            if self._pending is not None:
                self._archive.write(self._pending)
                self._counters["recorded"] += self._pending.samples
                self._pending = None
                if self._history_retry.succeeded():
                    _LOG.warning("samples are recorded again")
        except DatabaseError as error:
            problem = problem_of(error, self._archive.file.path)
            if problem is None:
                raise
            self._history_failed(problem)

    def _take(self) -> None:
        size = 0
        while size < _FLUSH_MOST:
            with self._wake:
                if not self._batches:
                    break
                batch = self._batches.popleft()
                self._queued -= len(batch)
            self._count_odd(batch)
            for part in self._thinning.kept(batch):
                self._archive.add(part)
            size += len(batch)
        self._pending = self._archive.pack(self._now())

    def _count_odd(self, batch: Batch) -> None:
        """Samples from the future and from long ago: kept like all others (received − source time marks them), and counted."""
        now, times = self._now(), batch.source_time
        if isinstance(times, np.ndarray):
            self._counters["future"] += int((times > now + _FUTURE).sum())
            self._counters["late"] += int((times < now - _LATE).sum())
        elif times > now + _FUTURE:
            self._counters["future"] += len(batch)
        elif times < now - _LATE:
            self._counters["late"] += len(batch)

    def _history_failed(self, problem: Problem) -> None:
        self._counters["retries"] += 1
        if self._history_retry.failed(problem):
            _LOG.warning("samples wait: %s", problem.code)

    def _seal(self) -> float:
        """Seal for a moment; returns how long it took, in seconds."""
        began = monotonic()
        self._sealing = False
        if self._pending is not None or not self._seal_retry.open:
            return 0.0
        try:
            while self._archive.due(self._now()):
                self._archive.step()
                if monotonic() - began >= _SEAL_SLICE_S or self._commits:
                    self._sealing = True
                    break
            self._seal_retry.succeeded()
        except DatabaseError as error:
            problem = problem_of(error, self._archive.file.path)
            if problem is None:
                raise
            if self._seal_retry.failed(problem):
                _LOG.warning("sealing waits: %s", problem.code)
        return monotonic() - began

    # --- the end

    def _finish(self) -> None:
        end = monotonic() + _FINISH_S
        while True:
            self._write_commits()
            self._flush()
            if not self._commits and not self._batches and self._pending is None:
                break
            if monotonic() >= end:
                self._give_up()
                return
            sleep(0.02)
        try:
            self._archive.keep_last()
            self._ledger.mark_alive(self._now(), False)
        except DatabaseError as error:
            problem = problem_of(error, self._ledger.path)
            if problem is None:
                raise
            _LOG.warning("the end in order could not be noted: %s", problem.code)

    def _give_up(self) -> None:
        problem = self._ledger_retry.problem or self._history_retry.problem or Problem("store.shedding", {"count": 0})
        with self._wake:
            lost = self._queued + (self._pending.samples if self._pending else 0)
            waiting = list(self._commits)
            self._commits.clear()
        self._counters["shed"] += lost
        _LOG.error("ended with %d samples and %d commits unwritten: %s", lost, len(waiting), problem.code)
        for _, future in waiting:
            future.set_exception(StoreRefused(problem))
