"""The store's keeping: backup each day, verification each week, removal of what was kept long enough, a look at the disk.

Once a day, at the backup's hour, one after the other in a worker process of their own; each only once the one before is done.
Nothing is removed while the clock is not trusted, and old backups are not either. Failures and what is overdue are alarms.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from console.domain import commands as cmd
from console.domain.estate import Estate
from console.domain.events import BackupFailed, BackupMade, RecordsRemoved, RecordsThinned, StoreVerified
from console.domain.health import HealthState
from console.domain.keeping import YEAR, Backup, MonthSize, StoreStatus, next_backup
from console.domain.keeping import Keeping as Policy
from console.domain.maintenance.archiving import KIND_YEARS, years
from console.domain.problems import Problem, Refused
from console.domain.times import DAY, HOUR, MINUTE
from console.engine import system as system_alarms
from console.engine import upkeep
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.health import HealthBoard
from console.engine.system import SystemAlarms
from console.engine.workers import Workers
from console.store import forecast
from console.store.months import month_files, month_span
from console.store.readonly import closed_month
from console.store.refusals import StoreRefused

_LOG = logging.getLogger(__name__)
NAME = "keeping.json"
LOOK_EVERY = 60.0  # seconds of real time between looks at the disk
BUSY_EVERY = 1.0  # and between looks at the progress of a backup
LONGEST = 24 * 3600.0  # seconds of real time for one job
OVERDUE = 26 * HOUR  # after the last good backup: a day, and time for a large one
FIRST = 10 * MINUTE  # after a start: the first backup, or one that was missed
AGAIN = HOUR  # after a backup that failed
VERIFY_EVERY = 6 * DAY + DAY // 2
SIZE_EVERY = HOUR
SIZES = 240
DISK_LOW = 500_000_000  # bytes; our choice: time to act before the disk is full
DISK_DAYS = 30.0  # our choice: time to buy a disk
DISK_SURE = DAY  # a forecast from less growth raises no alarm


class Keeping:
    """See the module. Event loop only."""

    def __init__(
        self,
        folder: Path,
        *,
        board: HealthBoard,
        system: SystemAlarms,
        decisions: Decisions,
        deadlines: Deadlines,
        clock: EngineClock,
        trusted: Callable[[], bool],
    ) -> None:
        self._folder = folder
        self._board, self._system, self._decisions = board, system, decisions
        self._deadlines, self._clock, self._trusted = deadlines, clock, trusted
        self._workers = Workers()
        self._policy, self._timezone = Policy(), "Asia/Shanghai"
        self._thin: frozenset[int] = frozenset()  # points whose old samples may be thinned
        self._job: asyncio.Task[None] | None = None
        self._known_since = clock.now()  # nothing is overdue before somebody asked for it
        self._status = StoreStatus()
        with contextlib.suppress(OSError, msgspec.DecodeError):  # a convenience: without it everything is found anew
            self._status = msgspec.json.decode((folder / NAME).read_bytes(), type=StoreStatus)
        self._set(busy="", done=0.0)
        (folder / upkeep.PROGRESS).unlink(missing_ok=True)

    # --- asked by others

    def configure(self, estate: Estate) -> None:
        """Another configuration."""
        if estate.keeping.backup != self._policy.backup:
            self._known_since = self._clock.now()
        self._policy, self._timezone = estate.keeping, estate.site.timezone
        systems = {each.id for each in estate.equipment if each.system in estate.keeping.thin_systems}
        self._thin = frozenset(point.number for point in estate.points if point.equipment in systems)
        self._plan()

    def status(self) -> tuple[StoreStatus, Policy]:
        """For the screens."""
        return self._status, self._policy

    def begin(self, command: cmd.BackUpNow | cmd.VerifyNow) -> None:
        """Start what a person asked for; it is under way when this returns."""
        if self._job is not None:
            raise Refused("engine.busy_keeping")
        if isinstance(command, cmd.VerifyNow):
            self._start(self._verify)
        elif self._policy.backup is None:
            raise Refused("engine.no_backup_folder")
        else:
            self._start(self._back_up)

    async def run(self) -> None:
        """Look at the disk and at what is under way, until cancelled."""
        left = 0.0
        while True:
            if left <= 0:
                left = LOOK_EVERY
                await self._look()
            if self._status.busy:
                with contextlib.suppress(OSError, ValueError):
                    self._set(done=float((self._folder / upkeep.PROGRESS).read_text(encoding="utf-8")))
            await asyncio.sleep(BUSY_EVERY)
            left -= BUSY_EVERY

    async def close(self) -> None:
        """Give up what is under way: a backup without its manifest is none."""
        job, self._job = self._job, None
        self._workers.close()
        if job is not None:
            job.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await job

    # --- the day's work

    def _plan(self) -> None:
        now = self._clock.now()
        due = next_backup(self._policy.backup or Backup(""), self._timezone, now)
        if self._policy.backup is not None and now - self._status.backup_at > OVERDUE:
            due = min(due, now + FIRST)
        self._due_at(due)

    def _due_at(self, moment: int) -> None:
        self._set(next_backup=moment if self._policy.backup is not None else 0)
        self._deadlines.set("keeping", moment, self._due)

    def _due(self) -> None:
        now = self._clock.now()
        if self._job is not None:  # yesterday's is not done yet, or a person began something
            self._due_at(now + FIRST)
            return
        self._due_at(next_backup(self._policy.backup or Backup(""), self._timezone, now))
        self._start(self._day)

    async def _day(self) -> None:
        if self._policy.backup is not None:
            await self._back_up()
        if self._clock.now() - self._status.verified_at > VERIFY_EVERY:
            await self._verify()
        if self._status.backup_problem is None and not self._status.damage:
            await self._remove()  # not while there is no good copy

    def _start(self, work: Callable[[], object]) -> None:
        self._job = asyncio.ensure_future(self._whole(work))

    async def _whole(self, work: Callable[[], object]) -> None:
        try:
            await work()  # type: ignore[misc] # one of the coroutine functions below
        except Exception as error:  # noqa: BLE001 - see below
            # A bug of ours: nobody waits for this task, so it would be silent, and there would be no backups.
            _LOG.exception("the store's keeping broke off")
            detail = f"{type(error).__name__}: {error}"[:200]
            self._set(backup_problem=Problem("engine.keeping_broken", {"job": self._status.busy, "detail": detail}))
        finally:
            self._job = None
            self._set(busy="", done=0.0)
            self._keep()
            self._judge()

    async def _back_up(self) -> None:
        policy = self._policy.backup
        assert policy is not None
        now = self._clock.now()
        self._set(busy="backup", done=0.0, backup_tried=now)
        keep = policy.keep if self._trusted() else 0
        try:
            made = await self._workers.run_within(LONGEST, upkeep.back_up, self._folder, policy.folder, now, keep)
        except Refused as refused:
            self._set(backup_problem=refused.problem)
            self._decisions.decide([BackupFailed(policy.folder, refused.problem.code)])
            self._due_at(min(self._status.next_backup, self._clock.now() + AGAIN))
            return
        problem = None
        if made.damage:
            problem = Problem("engine.backup_damage", {"count": len(made.damage)})
        self._set(backup_at=now, backup_bytes=made.bytes, backup_folder=made.folder, backup_problem=problem)
        self._decisions.decide([BackupMade(made.folder, made.bytes, made.sequence)])

    async def _verify(self) -> None:
        self._set(busy="verify")
        try:
            blocks, damage = await self._workers.run_within(LONGEST, upkeep.verify, self._folder)
        except Refused as refused:
            blocks, damage = 0, (refused.problem,)
        self._set(verified_at=self._clock.now(), verified_blocks=blocks, damage=damage[:100])
        self._decisions.decide([StoreVerified(blocks, len(damage))])

    def _samples_before(self, now: int) -> int:
        """Samples that are older than this have been kept long enough (UTC ns)."""
        return now - round(self._policy.history_years * YEAR)

    async def _remove(self) -> None:
        if not self._trusted():
            return
        now, policy = self._clock.now(), self._policy
        samples = self._samples_before(now)
        ledgers = now - round(policy.ledger_years * YEAR) if policy.ledger_years else 0
        thin = now - round(policy.thin_years * YEAR)
        slower = {kind: now - round(years(kind, contract=policy.ledger_years) * YEAR) for kind in KIND_YEARS}
        self._set(busy="retention")
        try:
            removed = await self._workers.run_within(
                LONGEST, upkeep.remove, self._folder, samples, ledgers, slower, thin_before=thin, thin=self._thin
            )
        except Refused:
            return  # tomorrow again; what is wrong with the files, the recorder says
        events: list[RecordsRemoved | RecordsThinned] = [RecordsRemoved(name, samples) for name in removed.months]
        events += [RecordsThinned(name) for name in removed.thinned]
        events += [RecordsRemoved(table, ledgers, count) for table, count in removed.rows.items()]
        if events:
            self._set(removed_at=now, removed=", ".join(event.what for event in events))
            self._decisions.decide(events)

    # --- what is shown, and what sounds

    async def _look(self) -> None:
        now = self._clock.now()
        try:
            (size, free), months = await asyncio.to_thread(_measure, self._folder)
        except (OSError, StoreRefused):
            return
        known = tuple(each for each in self._status.sizes if each[0] < now)  # a clock that was set back forgets what is to come
        if not known or now - known[-1][0] >= SIZE_EVERY:
            known = (*known, (now, size))[-SIZES:]
        daily = forecast.rate((*known, (now, size)))
        days = forecast.full_in(free, daily)
        there = {month.name for month in months}
        known_months = {*self._status.missing, *(month.name for month in self._status.months)}
        gone = tuple(sorted(name for name in known_months - there if month_span(name)[1] > self._samples_before(now)))
        self._set(at=now, size=size, free=free, daily=daily, full_days=days, months=months, sizes=known, missing=gone)
        self._keep()
        self._judge()

    def _judge(self) -> None:
        status, now = self._status, self._clock.now()
        space = self._space(status)
        damage = status.damage
        store = space
        if store is None and status.missing:
            store = Problem("engine.month_missing", {"files": ", ".join(status.missing)})
        if store is None and damage:
            store = Problem("engine.damage_found", {"count": len(damage)})
        figures = {"size_mb": round(status.size / 1e6, 1), "free_mb": float(round(status.free / 1e6))}
        if status.full_days:
            figures |= {"mb_a_day": round(status.daily / 1e6, 1), "full_days": float(round(status.full_days))}
        self._board.say("store", HealthState.OK if store is None else HealthState.DEGRADED, store, figures=figures)
        self._sound(system_alarms.SPACE, space)
        self._sound(system_alarms.DAMAGE, store if damage or status.missing else None)
        if self._policy.backup is None:
            self._sound(system_alarms.BACKUP, None)
            return
        backup = self._backup_problem(self._policy.backup, now)
        age = {"age_h": round((now - status.backup_at) / HOUR, 1)} if status.backup_at else {}
        self._board.say("backup", HealthState.OK if backup is None else HealthState.DEGRADED, backup, figures=age)
        self._sound(system_alarms.BACKUP, backup)

    def _backup_problem(self, policy: Backup, now: int) -> Problem | None:
        status = self._status
        if status.backup_problem is not None:
            return status.backup_problem
        since = max(status.backup_at, self._known_since)
        if status.busy or not self._trusted() or now - since <= OVERDUE:
            return None
        if not status.backup_at:
            return Problem("engine.backup_never", {"folder": policy.folder})
        return Problem("engine.backup_overdue", {"hours": round((now - status.backup_at) / HOUR), "folder": policy.folder})

    def _space(self, status: StoreStatus) -> Problem | None:
        if not status.at:
            return None
        if status.free < DISK_LOW:
            return Problem("engine.disk_low", {"free": round(status.free / 1e6), "folder": str(self._folder)})
        sure = len(status.sizes) > 1 and status.sizes[-1][0] - status.sizes[0][0] >= DISK_SURE
        if sure and 0 < status.full_days < DISK_DAYS:
            facts: dict[str, str | int | float] = {
                "rate": round(status.daily / 1e6), "free": round(status.free / 1e6), "days": round(status.full_days),
            }  # fmt: skip
            return Problem("engine.disk_forecast", facts)
        return None

    def _sound(self, kind: str, problem: Problem | None) -> None:
        """Once as long as it lasts."""
        if problem is None:
            self._system.clear(kind)
        elif not self._system.active(kind):
            self._system.set(kind, 0.0)

    def _set(self, **changes: object) -> None:
        self._status = msgspec.structs.replace(self._status, **changes)

    def _keep(self) -> None:
        fresh = self._folder / f"{NAME}.part"
        with contextlib.suppress(OSError):  # a full disk has worse to say
            fresh.write_bytes(msgspec.json.encode(self._status))
            fresh.replace(self._folder / NAME)


def _measure(folder: Path) -> tuple[tuple[int, int], tuple[MonthSize, ...]]:
    months = tuple(MonthSize(path.name, path.stat().st_size, bool(closed_month(path))) for path in month_files(folder))
    return forecast.sizes(folder), months
