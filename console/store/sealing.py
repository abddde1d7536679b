"""Sealing: a shard of the journal becomes blocks, in small steps between which the recorder takes samples and commits events.

Groups that have few samples yet (a meter that is asked once a minute) are carried over: their runs go, together, into one new
journal row in the same transaction, so that blocks never get tiny.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import bindparam, delete, func, select

from console.domain.times import HOUR
from console.store import schema
from console.store.blocks import Samples, cut, pack_block, tidy
from console.store.groups import Group
from console.store.history import Columns, MonthFile, block_columns, journal_columns
from console.store.journal import Row, RowBuilder, concatenate, gather, unpack
from console.store.lastvalues import LastValues
from console.store.months import SEALED
from console.store.packing import Damaged

MOST_TIMES = 4096  # in one block
FEWEST_TIMES = 64  # below it a group is carried over
CARRY_FOR = 6 * HOUR  # then it is sealed however few samples it has
_ROWS_A_STEP = 64
QUARANTINE = -1  # the shard of rows that cannot be read: kept for `verify` and for whoever repairs them


@dataclass(slots=True)
class Sealed:
    """What one sealing did."""

    samples: int = 0
    doubled: int = 0
    blocks: int = 0
    damaged: int = 0


def seal(file: MonthFile, shard: int, now: int, whole: bool, last: LastValues) -> Iterator[Sealed | None]:
    """Seal ``shard``; yields ``None`` after each small step and at last what it did. ``whole``: carry nothing over.

    ``last`` are the last values, kept in the same transaction as the rows that they were read from go. That transaction is the
    last step: stopping anywhere before it changes nothing.
    """
    done = Sealed()
    harvest = _Harvest(file, shard)
    pieces: list[Row] = []
    for found in _read(file, shard):
        rows = harvest.readable(found)
        if rows:
            pieces.append(concatenate(rows))
        yield None
    if pieces:
        row = concatenate(pieces)
        del pieces
        order = np.argsort(row.groups, kind="stable")
        edges = np.flatnonzero(np.diff(row.groups[order])) + 1
        yield None
        for runs in np.split(order, edges):
            group = file.groups[int(row.groups[runs[0]])]
            samples = gather(row, runs, group.kind, len(group.points))
            if len(runs) < FEWEST_TIMES and not whole and abs(now - int(samples.received.min())) < CARRY_FOR:
                harvest.carry(group, samples)
                continue
            samples, doubled = tidy(samples)
            done.doubled += doubled
            for start in range(0, len(samples.times), MOST_TIMES):
                part = cut(samples, start, start + MOST_TIMES)
                harvest.blocks.append(block_columns(group.id, SEALED, part, b"", pack_block(part)))
                done.samples += len(part.times) * part.width
                yield None
    done.blocks, done.damaged = len(harvest.blocks), len(harvest.bad)
    harvest.commit(now, last)
    yield done


def _read(file: MonthFile, shard: int) -> Iterator[Sequence[Any]]:
    """The rows that a shard has by now, a few at a time. Between two steps of sealing no row has an id and is not written."""
    table = schema.journal
    at, end = 0, file.next_row - 1
    while True:
        wanted = (table.c.shard == shard) & (table.c.id > at) & (table.c.id <= end)
        query = select(table.c.id, table.c.crc, table.c.body).where(wanted).order_by(table.c.id).limit(_ROWS_A_STEP)
        with file.connection.begin():
            found = file.connection.execute(query).all()
        yield found
        if len(found) < _ROWS_A_STEP:
            return
        at = found[-1].id


@dataclass(slots=True)
class _Harvest:
    """What one sealing collects, until it commits."""

    file: MonthFile
    shard: int
    ids: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    blocks: list[Columns] = field(default_factory=list)
    carried: dict[int, RowBuilder] = field(default_factory=dict)  # shard -> row

    def readable(self, found: Sequence[Any]) -> list[Row]:
        """The rows that are what was written; the others are noted."""
        rows = []
        for each in found:
            try:
                if zlib.crc32(each.body) != each.crc:
                    raise Damaged("checksum")
                rows.append(unpack(each.id, each.body))
                self.ids.append(each.id)
            except Damaged:
                self.bad.append(each.id)
        return rows

    def carry(self, group: Group, samples: Samples) -> None:
        """Keep a group in the journal, in the shard that it is written to now."""
        carried = self.carried.setdefault(self.file.groups.shard(group), RowBuilder())
        flawless = np.zeros(samples.width, np.uint8)
        for place, time in enumerate(samples.times.tolist()):
            carried.add(
                group.id,
                group.kind,
                time=time,
                received=int(samples.received[place]),
                values=samples.values[place],
                quality=flawless if samples.quality is None else samples.quality[place],
            )
            carried.written.append(int(samples.written[place]))

    def commit(self, now: int, last: LastValues) -> None:
        """Blocks in, rows out, in one transaction."""
        table, file = schema.journal, self.file
        removed = 0
        with file.connection.begin():
            if self.blocks:
                file.connection.execute(schema.block.insert(), self.blocks)
            if self.bad:
                statement = table.update().where(table.c.id == bindparam("damaged_row")).values(shard=QUARANTINE)
                file.connection.execute(statement, [{"damaged_row": identity} for identity in self.bad])
            if self.ids:
                wanted = (table.c.shard == self.shard) & (table.c.id <= self.ids[-1])
                removed = file.connection.execute(select(func.sum(table.c.samples)).where(wanted)).scalar() or 0
                gone = file.connection.execute(delete(table).where(wanted))
                if gone.rowcount != len(self.ids):  # never drop a row that is in no block
                    raise RuntimeError(f"sealing read {len(self.ids)} rows and would drop {gone.rowcount}")
                file.keep_last(last)
            for shard, builder in self.carried.items():
                file.connection.execute(table.insert(), [journal_columns(file.next_row, shard, now, builder)])
                file.next_row += 1
            file.note("next_row", str(file.next_row))
        for block in self.blocks:
            file.levels.sealed(int(str(block["group_id"])), int(str(block["times"])), int(str(block["last"])))
        file.waiting[self.shard] = max(0, file.waiting.get(self.shard, 0) - removed)
        for shard, builder in self.carried.items():
            file.waiting[shard] = file.waiting.get(shard, 0) + builder.samples
