"""Merging: the sealed blocks of a group become blocks of about an hour, with cells, in small steps.

Merged blocks of a group never overlap, lie within one UTC day, and end where a cell ends, so that every cell is in one block
only. What comes late is put into the blocks that it belongs to; they are packed anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from sqlalchemy import bindparam, delete, select

from console.domain.times import DAY
from console.store import schema
from console.store.blocks import Samples, cut, joined, pack_block_steps, tidy, unpack_block
from console.store.cells import FINE, cells_of, pack_cells
from console.store.groups import Group
from console.store.history import Columns, MonthFile, block_columns
from console.store.levels import MERGE_AT
from console.store.months import DAMAGED, MERGED, ROLLED, SEALED
from console.store.packing import Damaged, Ints

MOST_TIMES = 4096  # in one block, unless a single cell has more
_AT_ONCE = 2 * MOST_TIMES  # times of sealed blocks in one merging: this bounds its memory


@dataclass(slots=True)
class Merged:
    """What one merging did."""

    samples: int = 0
    doubled: int = 0
    damaged: int = 0


@dataclass(slots=True)
class _Work:
    file: MonthFile
    group: Group
    parts: list[Samples] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)  # ids of blocks that are in ``parts``
    bad: list[int] = field(default_factory=list)
    made: list[Columns] = field(default_factory=list)

    def read(self, identity: int) -> None:
        """Decode one block into ``parts``."""
        table = schema.block
        with self.file.connection.begin():
            row = self.file.connection.execute(select(table.c.crc, table.c.body).where(table.c.id == identity)).one()
        try:
            if zlib.crc32(row.body) != row.crc:
                raise Damaged("checksum")
            self.parts.append(unpack_block(row.body))
            self.gone.append(identity)
        except Damaged:
            self.bad.append(identity)

    def commit(self) -> None:
        """New blocks in, old ones out, in one transaction."""
        file, table, group = self.file, schema.block, self.group.id
        with file.connection.begin():
            if self.gone:
                file.connection.execute(delete(table).where(table.c.id == bindparam("gone")), [{"gone": one} for one in self.gone])
            if self.bad:
                statement = table.update().where(table.c.id == bindparam("bad")).values(level=DAMAGED)
                file.connection.execute(statement, [{"bad": one} for one in self.bad])
            if self.made:
                file.connection.execute(table.insert(), self.made)
            left = _sealed(file, group)
        file.levels.forget(group)
        for _, _, last, times in left:
            file.levels.sealed(group, times, last)
        for block in self.made:
            if block["level"] == MERGED:
                file.levels.merged(group, int(str(block["first"])))


def merge(file: MonthFile, group: Group, whole: bool) -> Iterator[Merged | None]:
    """Merge what is sealed of ``group``; yields ``None`` after each small step and at last what it did.

    ``whole``: also the samples of the last cell, which else may still get company and stay sealed.
    """
    done, work = Merged(), _Work(file, group)
    with file.connection.begin():
        waiting = _sealed(file, group.id)
    enough = whole or sum(times for *_, times in waiting) < MERGE_AT  # else what is due is a day that is over
    taken = 0
    for identity, _, _, times in waiting:
        if taken >= _AT_ONCE - MOST_TIMES // 2:
            enough = False
            break
        work.read(identity)
        taken += times
        yield None
    if work.parts:
        fresh = joined(work.parts)
        walls = yield from _company(work, fresh.times)
        samples, done.doubled = tidy(joined(work.parts))
        end = len(samples.times)
        if not enough:
            newest = int(fresh.times.max()) // FINE * FINE
            begun = int(np.searchsorted(samples.times, newest))
            # What is left must be only what came now, and there must be something to merge before it.
            if begun and not any(first >= newest for first, _ in walls):
                end = begun
        yield None
        for start, stop in _pieces(samples.times[:end], walls):
            piece = cut(samples, start, stop)
            yield from _pack(work, piece)
            done.samples += (stop - start) * piece.width
        for start in range(end, len(samples.times), MOST_TIMES):
            rest = cut(samples, start, start + MOST_TIMES)
            body = yield from _body(rest)
            work.made.append(block_columns(group.id, SEALED, rest, b"", body))
    done.damaged = len(work.bad)
    work.commit()
    yield done


def _sealed(file: MonthFile, group: int) -> Sequence[tuple[int, int, int, int]]:
    """(id, first, last, times) of the sealed blocks of a group, oldest first."""
    table = schema.block
    query = select(table.c.id, table.c.first, table.c.last, table.c.times)
    query = query.where((table.c.group_id == group) & (table.c.level == SEALED)).order_by(table.c.first)
    return [(row.id, row.first, row.last, row.times) for row in file.connection.execute(query)]


def _company(work: _Work, times: Ints) -> Generator[None, None, list[tuple[int, int]]]:
    """Take in the merged blocks that share a cell with new samples; the spans of those that do not are returned: the walls."""
    table = schema.block
    low, high = int(times.min()) - FINE, int(times.max()) + FINE
    query = select(table.c.id, table.c.first, table.c.last)
    near = (table.c.last >= low) & (table.c.first <= high)
    query = query.where((table.c.group_id == work.group.id) & table.c.level.in_((MERGED, ROLLED)) & near)
    with work.file.connection.begin():
        found = work.file.connection.execute(query.order_by(table.c.first)).all()
    ordered = np.sort(times)
    walls = []
    for row in found:
        start, end = row.first // FINE * FINE, row.last // FINE * FINE + FINE
        if np.searchsorted(ordered, end) > np.searchsorted(ordered, start):
            work.read(row.id)
            yield None
        else:
            walls.append((row.first, row.last))
    return walls


def _pieces(times: Ints, walls: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places at which to cut: days, walls, and at most MOST_TIMES times, always between two cells."""
    if not len(times):
        return []
    hard = np.flatnonzero(np.diff(times // DAY)) + 1
    between = np.searchsorted(times, np.array([first for first, _ in walls], np.int64))
    borders = np.unique(np.concatenate((np.zeros(1, np.int64), hard, between, np.array([len(times)]))))
    soft = np.flatnonzero(np.diff(times // FINE)) + 1
    found = []
    for start, stop in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        begin = start
        while stop - begin > MOST_TIMES:
            inside: npt.NDArray[np.int64] = soft[(soft > begin) & (soft < stop)]
            fitting = inside[inside <= begin + MOST_TIMES]
            if not len(inside):
                break
            middle = int(fitting[-1] if len(fitting) else inside[0])
            found.append((begin, middle))
            begin = middle
        found.append((begin, stop))
    return found


def _pack(work: _Work, piece: Samples) -> Iterator[None]:
    if isinstance(piece.values, list):
        body = yield from _body(piece)
        work.made.append(block_columns(work.group.id, ROLLED, piece, b"", body))
        return
    head = pack_cells(cells_of(piece.kind, piece.times, piece.values, piece.quality, step=FINE))
    yield None
    body = yield from _body(piece)
    work.made.append(block_columns(work.group.id, MERGED, piece, head, body))


def _body(piece: Samples) -> Generator[None, None, bytes]:
    body = yield from pack_block_steps(piece)
    return body
