"""The writing side of one month file: journal rows in, and the bookkeeping that sealing and restart need."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from console.domain.samples import Batch
from console.store import schema
from console.store.blocks import Samples
from console.store.database import engine_for, set_synchronous
from console.store.groups import Group, Groups
from console.store.journal import RowBuilder, unpack
from console.store.lastvalues import LastValues
from console.store.levels import Levels
from console.store.months import MERGED, SEALED
from console.store.packing import Damaged, ValueClass, Values, class_of, kinds_in

Columns = dict[str, object]


@dataclass(frozen=True, slots=True)
class Pending:
    """What is packed and waits for the disk: column values of the journal, and the groups that they need."""

    rows: list[Columns]
    builders: list[RowBuilder]  # the same rows, for the last values
    groups: list[Group]
    samples: int
    first: int  # source times
    last: int


class MonthFile:
    """One history-YYYY-MM.db, open for writing. One thread at a time.

    ``synchronous`` is NORMAL, and FULL for one commit a second (``durable``): a crash of the program loses nothing, a power cut
    at most the samples of the last second, and the disk need not work for every quarter of a second.
    """

    def __init__(self, path: Path, next_row: int) -> None:
        self.path = path
        self._engine = engine_for(path, "NORMAL")
        self.connection: Connection = self._engine.connect()
        self.groups = Groups()
        self.next_row = next_row
        self.waiting: dict[int, int] = {}  # shard -> samples that are not sealed yet
        self.levels = Levels()
        self.closed = False  # its month is over and everything is where it stays
        self._builders: dict[int, RowBuilder] = {}
        self._closed: list[tuple[int, int, RowBuilder]] = []  # row id, shard, row
        self._occupied: dict[int, int] = {}  # time -> group, of groups that share points
        self._building = 0  # samples
        try:
            self._load()
        except BaseException:
            self.close()
            raise

    def _load(self) -> None:
        with self.connection.begin():
            for row in self.connection.execute(select(schema.group).order_by(schema.group.c.id)):
                self.groups.keep(Group(row.id, row.kind, np.frombuffer(row.points, "<i4")))
            table = schema.journal
            counted = select(table.c.shard, func.sum(table.c.samples).label("samples"), func.max(table.c.id).label("newest"))
            for row in self.connection.execute(counted.group_by(table.c.shard)):
                self.waiting[row.shard] = row.samples
                self.next_row = max(self.next_row, row.newest + 1)
            self.next_row = max(self.next_row, int(self.fact("next_row") or 0))
            self.closed = self.fact("closed") == "1"
            if self.closed:
                return
            block = schema.block
            chosen = select(block.c.group_id, block.c.level, block.c.first, block.c.last, block.c.times)
            for group in self.groups.identities():  # by the index alone: the blocks themselves are not touched
                low = (block.c.group_id == group) & block.c.level.in_((SEALED, MERGED))
                for row in self.connection.execute(chosen.where(low)):
                    self.levels.found(group, row.level, row.first, row.last, row.times)

    def fact(self, key: str) -> str | None:
        """A line of the file's meta table (within the caller's transaction)."""
        table = schema.history_meta
        return self.connection.execute(select(table.c.value).where(table.c.key == key)).scalar()

    def note(self, key: str, value: str) -> None:
        """Write a line of the file's meta table (within the caller's transaction)."""
        statement = insert(schema.history_meta).values(key=key, value=value)
        self.connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value}))

    def reopen(self) -> None:
        """Write again to a file that was closed: the clock went back into its month."""
        with self.connection.begin():
            self.note("closed", "0")
        self.closed = False

    def free_pages(self) -> int:
        """Pages of the file that hold nothing."""
        with self.connection.begin():
            return int(self.connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())

    def give_back(self, pages: int) -> None:
        """Shorten the file by that many free pages."""
        plain = self.connection.connection.dbapi_connection
        assert plain is not None
        statement = f"PRAGMA incremental_vacuum({pages})"
        try:
            # As a script: the driver steps a single statement without columns only once, which gives back one page.
            plain.cursor().executescript(statement)
        except sqlite3.Error as error:
            raise DatabaseError(statement, None, error) from error

    def close(self) -> None:
        """Close the connection; SQLite then folds the WAL back into the file."""
        self.connection.close()
        self._engine.dispose()

    # --- taking samples in

    @property
    def building(self) -> int:
        """Samples that are taken in but not packed yet."""
        return self._building

    def add(self, batch: Batch) -> None:
        """Put a batch into the row that is being built."""
        if not len(batch):
            return
        kind = class_of(batch.values)
        points = np.ascontiguousarray(batch.points, np.int32)
        quality = np.asarray(batch.quality, np.uint8)
        time = batch.source_time
        self._building += len(points)
        if isinstance(time, np.ndarray) and bool((time == time[0]).all()):
            time = int(time[0])
        if not isinstance(time, np.ndarray):
            group = self.groups.find(kind, points)
            if group is not None:
                self._run(group, time, batch.received_time, batch.values, quality)
                return
        for place in range(len(points)):  # each sample has a time of its own, or a point comes twice
            single = self.groups.find(kind, points[place : place + 1])
            assert single is not None  # one point always is a group
            at = int(time[place]) if isinstance(time, np.ndarray) else time
            self._run(single, at, batch.received_time, batch.values[place : place + 1], quality[place : place + 1])

    def _run(self, group: Group, time: int, received: int, values: Values | list[str], quality: npt.NDArray[np.uint8]) -> None:
        if group.shared and self._occupied.setdefault(time, group.id) != group.id:
            # The ids of rows are the order of writing: two groups that share a point must not both write it for one time
            # within one row, or nobody could tell which was the later.
            self._close_rows()
            self._occupied[time] = group.id
        shard = self.groups.shard(group)
        builder = self._builders.get(shard)
        if builder is None:
            builder = self._builders[shard] = RowBuilder()
        builder.add(group.id, group.kind, time=time, received=received, values=values, quality=quality)

    def _close_rows(self) -> None:
        for shard, builder in self._builders.items():
            self._closed.append((self.next_row, shard, builder))
            self.next_row += 1
        self._builders = {}
        self._occupied = {}

    def pack(self, now: int) -> Pending | None:
        """Everything that was added since the last call, ready to be written; ``now`` is the recording time, UTC ns."""
        self._close_rows()
        closed, self._closed, self._building = self._closed, [], 0
        if not closed:
            return None
        fresh, self.groups.fresh = self.groups.fresh, []
        rows = [journal_columns(identity, shard, now, builder) for identity, shard, builder in closed]
        spans = [builder.span() for _, _, builder in closed]
        samples = sum(builder.samples for _, _, builder in closed)
        return Pending(
            rows,
            [builder for _, _, builder in closed],
            fresh,
            samples,
            min(span[0] for span in spans),
            max(span[1] for span in spans),
        )

    def write(self, pending: Pending, last: LastValues, keep_last: bool, durable: bool) -> None:
        """One transaction: the rows, their groups, and with ``keep_last`` the last values up to them."""
        for builder in pending.builders:
            self._update(last, builder)
        set_synchronous(self.connection, "FULL" if durable else "NORMAL")
        with self.connection.begin():
            self._write_groups(pending.groups)
            self.connection.execute(schema.journal.insert(), pending.rows)
            if keep_last:
                self.keep_last(last)
        for row, builder in zip(pending.rows, pending.builders, strict=True):
            shard = int(str(row["shard"]))
            self.waiting[shard] = self.waiting.get(shard, 0) + builder.samples

    def _update(self, last: LastValues, builder: RowBuilder) -> None:
        classes = np.array(builder.classes, np.uint8)
        for kind in kinds_in(classes):
            runs = np.flatnonzero(classes == kind).tolist()
            values = builder.texts if kind == ValueClass.TEXT else np.concatenate(builder.values[kind])
            last.update(
                kind,
                np.concatenate([self.groups[builder.groups[run]].points for run in runs]),
                np.repeat([builder.times[run] for run in runs], [builder.widths[run] for run in runs]),
                values,
                np.concatenate([builder.quality[run] for run in runs]),
            )

    def _write_groups(self, groups: list[Group]) -> None:
        if not groups:
            return
        self.connection.execute(
            schema.group.insert(), [{"id": group.id, "kind": group.kind, "points": group.points.tobytes()} for group in groups]
        )
        members = [(point, group.id, place) for group in groups for place, point in enumerate(group.points.tolist())]
        # Past the statement compiler: a large estate brings 20,000 of them with its first samples.
        self.connection.exec_driver_sql("INSERT INTO member (point, group_id, place) VALUES (?, ?, ?)", members)

    def keep_last(self, last: LastValues) -> None:
        """Keep the last values (within the caller's transaction). Every row that has an id is written in it or before it."""
        body = last.pack()
        values = {"id": 1, "journal": self.next_row - 1, "crc": zlib.crc32(body), "body": body}
        statement = insert(schema.last_values).values(values)
        self.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    # --- finding the last values again

    def load_last(self, last: LastValues) -> bool:
        """Put the last values of this file into ``last``: the kept ones, then every row after them. False: it has none."""
        with self.connection.begin():
            kept = self.connection.execute(select(schema.last_values)).first()
            start = 0
            if kept is not None and zlib.crc32(kept.body) == kept.crc:
                last.load(kept.body)
                start = kept.journal
            table = schema.journal
            query = select(table.c.id, table.c.crc, table.c.body).where(table.c.id > start).order_by(table.c.id)
            rows = self.connection.execute(query).all()
        for row in rows:
            try:
                if zlib.crc32(row.body) == row.crc:
                    self._replay(row.id, row.body, last)
            except Damaged:
                continue  # `verify` names it; the values after it still count
        return kept is not None or bool(rows)

    def _replay(self, identity: int, body: bytes, last: LastValues) -> None:
        row = unpack(identity, body)
        for run, identity_of in enumerate(row.groups.tolist()):
            group = self.groups[identity_of]
            width, start, mark = len(group.points), int(row.starts[run]), int(row.marks[run])
            quality = row.quality[mark : mark + width] if row.quality is not None else np.zeros(width, np.uint8)
            texts = group.kind == ValueClass.TEXT
            values = row.texts[start : start + width] if texts else row.values[group.kind][start : start + width]
            last.update(group.kind, group.points, int(row.times[run]), values, quality)


def journal_columns(identity: int, shard: int, now: int, builder: RowBuilder) -> Columns:
    """The column values of one journal row."""
    body = builder.pack()
    first, last = builder.span()
    return {
        "id": identity, "shard": shard, "at": now, "samples": builder.samples, "first": first, "last": last,
        "crc": zlib.crc32(body), "body": body,
    }  # fmt: skip


def block_columns(group: int, level: int, samples: Samples, head: bytes, body: bytes) -> Columns:
    """The column values of one block of tidied ``samples``."""
    return {
        "group_id": group, "level": level, "times": len(samples.times),
        "first": int(samples.times[0]), "last": int(samples.times[-1]),
        "crc": zlib.crc32(body), "head_crc": zlib.crc32(head), "head": head, "body": body,
    }  # fmt: skip
