"""The archive's keeper: removes single records whose time is over, for whom may, and raises the quarterly archive check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from console.domain import ordering
from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.energy import moment
from console.domain.estate import Estate
from console.domain.events import RecordRemoved, RecordSaved
from console.domain.maintenance.archiving import CHECK_MONTHS, ArchiveBook, RemoveArchived, refuse_removal
from console.domain.maintenance.reports import Period, period, shifted
from console.domain.maintenance.rhythms import local_day
from console.domain.orders import CheckItem, OrderKind
from console.domain.problems import Refused
from console.domain.text import Text
from console.domain.times import DAY
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import By, Decisions
from console.engine.workers import Workers
from console.texts import CHINESE, ENGLISH, tr

BOOK = "archive"
MINUTE_OF_DAY = 480  # the day shift begins
TIME = 14 * DAY  # for a check
LINES = ("numbers", "slips", "certificates", "paper", "events", "backup")
"""What the quarterly check looks at (R-AR-05: up to date, also after major events; R-AR-06: true, accurate, complete, timely)."""


class Archive:
    """See the module. Event loop only."""

    def __init__(
        self, folder: Path, workers: Workers, *, clock: EngineClock, decisions: Decisions, deadlines: Deadlines,
        estate: Callable[[], Estate], trusted: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._folder = folder
        self._workers = workers
        self._clock = clock
        self._decisions = decisions
        self._deadlines = deadlines
        self._estate = estate
        self._trusted = trusted
        self._alive = 0

    async def remove(self, actor: Account, command: RemoveArchived, by: By) -> None:
        """Remove one record; it is said in the log first (R-AR-01)."""
        require(actor, Right.REMOVE_RECORDS)
        reason = command.reason.strip()
        if not reason:
            raise Refused("refused.reason_missing")
        if not self._trusted():
            raise Refused("reports.remove.clock")
        from console.store import retention  # noqa: PLC0415 - the collector names these functions and runs them elsewhere

        row = await self._workers.run(retention.look, self._folder, command.table, command.key)
        estate = self._estate()
        system = next((machine.system for machine in estate.equipment if machine.id == row.equipment), "")
        ended = 0 if row.open else row.ended_at
        contract, now = estate.keeping.ledger_years, self._clock.now()
        problem = refuse_removal(row.title, row.kind, system, ended, contract=contract, now=now)
        if problem is not None:
            raise Refused(problem.code, **problem.params)
        if row.newest:
            raise Refused("reports.remove.newest", title=row.title)
        await self._decisions.decide([RecordRemoved(command.table, command.key, row.title, reason)], by)
        await self._workers.run(retention.remove_one, self._folder, command.table, command.key)

    # --- the quarterly check

    def start(self, alive: int) -> None:
        """A quarter that began while nobody was here (since ``alive``, UTC ns) is checked now."""
        self._alive = alive
        self.trusted()

    def trusted(self) -> None:
        """Begun, or the time may be believed (again)."""
        alive, zone = self._alive, self._decisions.world.timezone
        book = self._decisions.world.records(ArchiveBook).get(BOOK)
        quarter = self._quarter()
        began = self._begins(quarter)
        missed = book.last != quarter.name if book is not None else 0 < alive < began
        due = began if missed else self._begins(shifted(quarter, CHECK_MONTHS, zone))
        self._deadlines.set("archive-check", max(due, self._clock.now()), self._due)

    def _due(self) -> None:
        now, world = self._clock.now(), self._decisions.world
        if not self._trusted():
            self._deadlines.set("archive-check", now + DAY, self._due)
            return
        quarter = self._quarter()
        if now < self._begins(quarter):  # the day of the quarter, before the shift begins
            self._deadlines.set("archive-check", self._begins(quarter), self._due)
            return
        before = shifted(quarter, -CHECK_MONTHS, world.timezone)
        raised = ordering.raised(
            world, now, kind=OrderKind.INSPECTION, title=_text("reports.check.title", quarter=before.name), equipment="",
            priority=4, due_at=now + TIME, origin=f"archive:{before.name}",
            checklist=tuple(CheckItem(_text(f"reports.check.{line}")) for line in LINES),
        )  # fmt: skip
        book = world.records(ArchiveBook).get(BOOK) or ArchiveBook(id=BOOK, at=now)
        kept = replace(book, last=quarter.name, revision=book.revision + 1)
        self._decisions.decide([raised, RecordSaved(kept, "checked")])
        self._deadlines.set("archive-check", self._begins(shifted(quarter, CHECK_MONTHS, world.timezone)), self._due)

    def _quarter(self) -> Period:
        zone = self._decisions.world.timezone
        today = local_day(self._clock.now(), zone)
        return period(today.year, today.month, CHECK_MONTHS, zone)

    def _begins(self, quarter: Period) -> int:
        return moment(date(quarter.year, quarter.month, 1), MINUTE_OF_DAY, ZoneInfo(self._decisions.world.timezone))


def _text(key: str, **params: str) -> Text:
    return Text(tr(key, CHINESE, **params), tr(key, ENGLISH, **params))
