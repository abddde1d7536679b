"""The month files together: which one is written now, which are being closed, and what is sealed when."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from console.domain.problems import Problem
from console.domain.samples import Batch
from console.store import schema
from console.store.closing import close_month, give_back
from console.store.compacting import Merged, merge
from console.store.database import engine_for
from console.store.history import MonthFile, Pending
from console.store.lastvalues import LastValues
from console.store.ledger import Ledger
from console.store.migrations import HISTORY_STEPS, migrate
from console.store.months import HISTORY_SCHEMA, month_files, month_name, month_span
from console.store.overview import Overview, overview_path
from console.store.pace import Pace
from console.store.readonly import closed_month
from console.store.refusals import StoreRefused, problem_of
from console.store.rolling import roll
from console.store.sealing import QUARANTINE, Sealed, seal

_FREE_PAGES = 1024  # of 4 KiB: sealing leaves and writing takes them again; more are given back
_FREE_EVERY_S = 5.0
_Job = Iterator[Sealed | Merged | int | None]


def prepare_month(path: Path) -> None:
    """Make the tables of a month file, or bring an older one forward. Raises :class:`StoreRefused` for a newer one."""
    engine = engine_for(path, "FULL")
    try:
        with engine.begin() as connection:
            schema.history.create_all(connection, checkfirst=True)
            table = schema.history_meta
            found = connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar()
            if found is None:
                connection.execute(table.insert(), {"key": "schema", "value": str(HISTORY_SCHEMA)})
            elif int(found) > HISTORY_SCHEMA:
                raise StoreRefused(Problem("store.newer", {"path": str(path), "found": int(found), "known": HISTORY_SCHEMA}))
            else:
                migrate(connection, HISTORY_STEPS, int(found), HISTORY_SCHEMA)
    finally:
        engine.dispose()


class Archive:
    """Owned by the recorder's thread once that runs."""

    def __init__(self, folder: Path, ledger: Ledger, now: int, pace: Pace) -> None:
        self.folder = folder
        self.last = LastValues()
        self.damaged: list[str] = []  # files that were set aside
        self.doubled = 0
        self.sealed = 0
        self.merged = 0
        self.damaged_rows = 0
        self._ledger = ledger
        self._pace = pace
        self._spans: dict[str, tuple[int, int]] = ledger.spans()
        self._closing: list[MonthFile] = []
        self._job: tuple[MonthFile, int | None, _Job] | None = None  # the shard where one is sealed
        self._sealed_at: dict[int, float] = {}
        self._kept_at = self._durable_at = self._free_at = monotonic()
        self.file = self._open_all(now)

    # --- opening

    def _open_all(self, now: int) -> MonthFile:
        name = month_name(now)
        opened: list[MonthFile] = []
        closed: dict[Path, int] = {}
        for path in month_files(self.folder):
            next_row = closed_month(path) if path.name != name else 0
            if next_row:
                closed[path] = next_row
                continue
            file = self._open(path, 1)
            if file is not None:
                opened.append(file)
        next_row = max((*(file.next_row for file in opened), *closed.values()), default=1)
        current = next((file for file in opened if file.path.name == name), None)
        self._load_last(opened, closed)
        self._closing.extend(file for file in opened if file is not current)  # the program ended before it could close them
        if current is None:
            current = self._new(name, next_row)
        elif current.closed:
            self._reopen(current)
        current.next_row = next_row
        return current

    def _load_last(self, opened: list[MonthFile], closed: dict[Path, int]) -> None:
        """From the file that was written last; where that has none, from the one before."""
        for file in sorted(opened, key=lambda file: -file.next_row):
            if file.load_last(self.last):
                return
        for path in sorted(closed, key=lambda path: -closed[path]):
            again = self._open(path, 1)
            if again is not None:
                found = again.load_last(self.last)
                again.close()
                if found:
                    return

    def _reopen(self, file: MonthFile) -> None:
        """Write to a closed month again: its hours in the overview are not complete any more."""
        overview = Overview(overview_path(self.folder, file.path.name))
        try:
            overview.reopen(file.path.name)
        finally:
            overview.close()
        file.reopen()

    def _open(self, path: Path, next_row: int) -> MonthFile | None:
        """The month file, or ``None`` where it is damaged: it is set aside, the others go on."""
        try:
            prepare_month(path)
            return MonthFile(path, next_row)
        except DatabaseError as error:
            problem = problem_of(error, path)
            if problem is None or problem.code != "store.damaged":
                raise
        number = 1
        while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
            number += 1
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        self.damaged.append(aside.name)
        return None

    def _new(self, name: str, next_row: int) -> MonthFile:
        path = self.folder / name
        file = self._open(path, next_row) or self._open(path, next_row)  # the second time the damaged one is out of the way
        assert file is not None
        file.next_row = max(file.next_row, next_row)
        if file.closed:
            self._reopen(file)
        return file

    def close(self) -> None:
        """Close all files."""
        self._drop()
        for file in (*self._closing, self.file):
            file.close()

    # --- writing

    def turn(self, now: int) -> None:
        """Go over to the month of ``now``. Nothing may be waiting to be packed or written."""
        name = month_name(now)
        if name == self.file.path.name:
            return
        self._drop()
        reopened = next((file for file in self._closing if file.path.name == name), None)
        if reopened is not None:  # the clock went back into a month that is not sealed yet
            self._closing.remove(reopened)
        old = self.file
        file = reopened or self._new(name, old.next_row)
        file.next_row = max(file.next_row, old.next_row)
        with file.connection.begin():
            file.note("next_row", str(file.next_row))
            file.keep_last(self.last)
        self._closing.append(old)
        self.file = file
        self._sealed_at.clear()

    def add(self, batch: Batch) -> None:
        """Take a batch in."""
        self.file.add(batch)

    def pack(self, now: int) -> Pending | None:
        """See :meth:`MonthFile.pack`."""
        return self.file.pack(now)

    def write(self, pending: Pending) -> None:
        """Write packed rows; may be called again with the same after a failure."""
        self._widen(pending.first, pending.last)
        at = monotonic()
        durable, keep = at - self._durable_at >= self._pace.durable_s, at - self._kept_at >= self._pace.keep_last_s
        self.file.write(pending, self.last, keep, durable)
        if durable:
            self._durable_at = at
        if keep:
            self._kept_at = at

    def keep_last(self) -> None:
        """Keep the last values now, so that the next start need not read the journal."""
        with self.file.connection.begin():
            self.file.keep_last(self.last)

    def _widen(self, first: int, last: int) -> None:
        """Keep in main.db that a file has times outside its month; readers open only the files that they need."""
        name = self.file.path.name
        start, end = self._spans.get(name, month_span(name))
        if first >= start and last < end:
            return
        wider = min(start, first), max(end, last + 1)
        self._ledger.set_span(name, *wider)
        self._spans[name] = wider

    # --- sealing

    @property
    def waiting(self) -> int:
        """Samples in journals that are not sealed yet."""
        return sum(sum(file.waiting.values()) for file in (self.file, *self._closing))

    @property
    def unmerged(self) -> int:
        """Times in sealed blocks that are not merged yet, over all groups."""
        return sum(sum(file.levels.times.values()) for file in (self.file, *self._closing))

    def due(self, now: int) -> bool:
        """True while there is something to seal, merge, roll or close at ``now`` (UTC ns, the time of recording)."""
        if self._job is None:
            self._job = self._next(now)
        return self._job is not None

    def step(self) -> None:
        """One small step of that (a few milliseconds)."""
        if self._job is None:
            return
        file, shard, steps = self._job
        try:
            done = next(steps, 0)
        except BaseException:
            self._ended(shard)  # not again at once
            raise
        if done is None:
            return
        self._ended(shard)
        if isinstance(done, Sealed):
            self.doubled += done.doubled
            self.sealed += done.samples
            self.damaged_rows += done.damaged
        elif isinstance(done, Merged):
            self.doubled += done.doubled
            self.merged += done.samples
            self.damaged_rows += done.damaged
        else:
            self.damaged_rows += done
        if file.closed and file in self._closing:
            self._closing.remove(file)
            file.close()

    def _ended(self, shard: int | None) -> None:
        self._job = None
        if shard is not None:
            self._sealed_at[shard] = monotonic()

    def _drop(self) -> None:
        """Give up the present job; it changes nothing before its last step, or can be done again."""
        if self._job is not None:
            steps, self._job = self._job[2], None
            if isinstance(steps, Generator):
                steps.close()

    def _next(self, now: int) -> tuple[MonthFile, int | None, _Job] | None:
        shard = self._shard_due()
        if shard is not None:
            return self.file, shard, seal(self.file, shard, now, False, self.last)
        for file in self._closing:
            for waiting, samples in file.waiting.items():
                if samples and waiting != QUARANTINE:
                    return file, waiting, seal(file, waiting, now, True, self.last)
        for file in (self.file, *self._closing):
            job = _compaction(file, now, file is not self.file)
            if job is not None:
                return file, None, job
        for file in self._closing:
            first, end = self._spans.get(file.path.name, month_span(file.path.name))
            return file, None, close_month(file, first, end - 1)
        at = monotonic()
        if at >= self._free_at:
            self._free_at = at + _FREE_EVERY_S
            if self.file.free_pages() > _FREE_PAGES:
                return self.file, None, give_back(self.file, _FREE_PAGES // 2)
        return None

    def _shard_due(self) -> int | None:
        at = monotonic()
        due: list[tuple[float, int]] = []
        for shard, samples in self.file.waiting.items():
            if not samples or shard == QUARANTINE:
                continue
            # A shard that is seen for the first time gets a start of its own, so that they are not all due together.
            since = self._sealed_at.setdefault(shard, at - self._pace.seal_s * ((shard * 0.61803) % 1.0) * 0.5)
            if samples >= self._pace.seal_samples or at - since >= self._pace.seal_s:
                due.append((since, shard))
        return min(due)[1] if due else None


def _compaction(file: MonthFile, now: int, whole: bool) -> _Job | None:
    group = file.levels.to_merge(now, whole)
    if group is not None:
        return merge(file, file.groups[group], whole)
    sheet = file.levels.to_roll(now, whole)
    return roll(file, file.groups[sheet[0]], sheet[1]) if sheet is not None else None
