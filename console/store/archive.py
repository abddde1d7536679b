"""The month files together: which one is written now, which are being closed, and what is sealed when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from console.domain.problems import Problem
from console.domain.samples import Batch
from console.store import schema
from console.store.database import engine_for
from console.store.history import MonthFile, Pending
from console.store.lastvalues import LastValues
from console.store.ledger import Ledger
from console.store.migrations import HISTORY_STEPS, migrate
from console.store.months import month_files, month_name, month_span
from console.store.pace import Pace
from console.store.refusals import StoreRefused, problem_of
from console.store.sealing import QUARANTINE, Sealed, seal


def prepare_month(path: Path) -> None:
    """Make the tables of a month file, or bring an older one forward. Raises :class:`StoreRefused` for a newer one."""
    engine = engine_for(path, "FULL")
    try:
        with engine.begin() as connection:
            schema.history.create_all(connection, checkfirst=True)
            table = schema.history_meta
            found = connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar()
            if found is None:
                connection.execute(table.insert(), {"key": "schema", "value": str(schema.HISTORY_SCHEMA)})
            elif int(found) > schema.HISTORY_SCHEMA:
                raise StoreRefused(Problem("store.newer", {"path": str(path), "found": int(found), "known": schema.HISTORY_SCHEMA}))
            else:
                migrate(connection, HISTORY_STEPS, int(found), schema.HISTORY_SCHEMA)
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
        self.damaged_rows = 0
        self._ledger = ledger
        self._pace = pace
        self._spans: dict[str, tuple[int, int]] = ledger.spans()
        self._closing: list[MonthFile] = []
        self._sealing: tuple[MonthFile, int, Iterator[Sealed | None]] | None = None
        self._sealed_at: dict[int, float] = {}
        self._kept_at = self._durable_at = monotonic()
        self.file = self._open_all(now)

    # --- opening

    def _open_all(self, now: int) -> MonthFile:
        name = month_name(now)
        opened: list[MonthFile] = []
        for path in month_files(self.folder):
            file = self._open(path, 1)
            if file is not None:
                opened.append(file)
        next_row = max((file.next_row for file in opened), default=1)
        current = next((file for file in opened if file.path.name == name), None)
        newest_first = sorted(opened, key=lambda file: -file.next_row)
        for file in newest_first:
            if file.load_last(self.last):
                break
        for file in opened:
            if file is current:
                continue
            if any(samples for shard, samples in file.waiting.items() if shard != QUARANTINE):
                self._closing.append(file)  # the program ended before it could close that month
            else:
                file.close()
        if current is None:
            current = self._new(name, next_row)
        current.next_row = next_row
        return current

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
        return file

    def close(self) -> None:
        """Close all files."""
        self._sealing = None
        for file in (*self._closing, self.file):
            file.close()

    # --- writing

    def turn(self, now: int) -> None:
        """Go over to the month of ``now``. Nothing may be waiting to be packed or written."""
        name = month_name(now)
        if name == self.file.path.name:
            return
        self._sealing = None
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

    def due(self, now: int) -> bool:
        """True while there is something to seal at ``now`` (UTC ns, the time of recording)."""
        if self._sealing is None:
            self._sealing = self._next(now)
        return self._sealing is not None

    def step(self) -> None:
        """One small step of sealing (a few milliseconds)."""
        if self._sealing is None:
            return
        file, shard, steps = self._sealing
        try:
            done = next(steps)
        except BaseException:
            self._sealing = None
            self._sealed_at[shard] = monotonic()  # not again at once
            raise
        if done is not None:
            self.doubled += done.doubled
            self.sealed += done.samples
            self.damaged_rows += done.damaged
            self._sealing = None
            self._sealed_at[shard] = monotonic()
            if file is not self.file and not any(count for key, count in file.waiting.items() if key != QUARANTINE):
                self._closing.remove(file)
                file.close()

    def _next(self, now: int) -> tuple[MonthFile, int, Iterator[Sealed | None]] | None:
        at = monotonic()
        for file in self._closing:
            for shard, samples in file.waiting.items():
                if samples and shard != QUARANTINE:
                    return file, shard, seal(file, shard, now, True, self.last)
        due: list[tuple[float, int]] = []
        for shard, samples in self.file.waiting.items():
            if not samples or shard == QUARANTINE:
                continue
            # A shard that is seen for the first time gets a start of its own, so that they are not all due together.
            since = self._sealed_at.setdefault(shard, at - self._pace.seal_s * ((shard * 0.61803) % 1.0) * 0.5)
            if samples >= self._pace.seal_samples or at - since >= self._pace.seal_s:
                due.append((since, shard))
        if not due:
            return None
        _, shard = min(due)
        return self.file, shard, seal(self.file, shard, now, False, self.last)
