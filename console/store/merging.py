"""One point's samples out of blocks and journal, merged. For worker processes."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from console.domain.times import DAY
from console.store.blocks import Samples, unpack_block
from console.store.cells import Cells, unpack_cells
from console.store.groups import shards_of
from console.store.journal import Row, gather
from console.store.months import DAMAGED, MERGED, MONTH_ROW, ROLLED, SEALED, SHEET
from console.store.packing import DTYPES, Damaged, ValueClass, Values
from console.store.tails import rows_of

FOREVER = 2**63 - 1  # the end of "no end", UTC ns
EVERY_LEVEL = (DAMAGED, SEALED, MERGED, ROLLED)
_BODIES = 32  # of blocks are kept, 5 MB


@dataclass(frozen=True, slots=True)
class History:
    """Samples of one point. ``values`` is one array in the exact class, or a list where they are texts or of mixed classes.

    ``truncated``: there were more than the limit; these are the newest. ``damaged`` blocks or rows could not be read.
    """

    point: int
    times: npt.NDArray[np.int64]
    values: Values | list[float | int | str]
    quality: npt.NDArray[np.uint8]
    received: npt.NDArray[np.int64]
    truncated: bool = False
    damaged: int = 0


@dataclass(slots=True)
class Piece:
    """Samples of one point out of one block or journal, sorted or not."""

    kind: int
    times: npt.NDArray[np.int64]
    written: npt.NDArray[np.int64]
    received: npt.NDArray[np.int64]
    values: Values | list[str]
    quality: npt.NDArray[np.uint8]


def piece_of(samples: Samples, column: int, since: int, until: int) -> Piece:
    """One column of ``samples``, within [since, until)."""
    chosen = np.flatnonzero((samples.times >= since) & (samples.times < until))
    values: Values | list[str]
    if isinstance(samples.values, list):
        values = [samples.values[place][column] for place in chosen.tolist()]
    else:
        values = samples.values[chosen, column]
    quality = np.zeros(len(chosen), np.uint8) if samples.quality is None else samples.quality[chosen, column]
    return Piece(samples.kind, samples.times[chosen], samples.written[chosen], samples.received[chosen], values, quality)


@dataclass(slots=True)
class MonthReader:
    """One month file within one read transaction. Journal shards are decoded once for all points of a call."""

    connection: sqlite3.Connection
    since: int
    until: int
    damaged: int = 0
    _shards: dict[int, Row | None] = field(default_factory=dict)
    _bodies: dict[int, bytes] = field(default_factory=dict)

    def groups(self, point: int) -> list[tuple[int, int, int, int]]:
        """(group, class, column, number of points) for every group that has ``point``."""
        query = """SELECT g.id, g.kind, m.place, length(g.points) / 4
                   FROM member m JOIN point_group g ON g.id = m.group_id WHERE m.point = ?"""
        return self.connection.execute(query, (point,)).fetchall()

    def blocks(self, group: int, levels: Sequence[int] = EVERY_LEVEL) -> list[tuple[int, int, int, int]]:
        """(id, first, last, times) of the group's blocks in the range, the newest first."""
        # The "+" keeps SQLite to the index that has all of this, so that the blocks themselves are not touched.
        chosen = f"level IN ({', '.join(map(str, levels))})"
        query = f"SELECT id, first, last, times FROM block WHERE group_id = ? AND {chosen} AND first < ? AND +last >= ?"
        found: list[tuple[int, int, int, int]] = self.connection.execute(query, (group, self.until, self.since)).fetchall()
        return sorted(found, key=lambda block: -block[2])

    def block(self, identity: int, column: int, span: tuple[int, int] | None = None) -> Piece | None:
        """One column of a block (within ``span``); ``None`` (and counted) where it is damaged."""
        since, until = span or (self.since, self.until)
        try:
            return piece_of(unpack_block(self._body(identity), [column]), 0, since, until)
        except Damaged:
            self.damaged += 1
            return None

    def heads(self, group: int, column: int) -> list[Cells]:
        """The cells of one column in blocks that are in no day sheet yet; damaged ones are counted."""
        query = "SELECT head_crc, head FROM block WHERE id = ?"
        found = []
        for identity, *_ in self.blocks(group, (MERGED,)):
            crc, head = self.connection.execute(query, (identity,)).fetchone()
            found.append(self._cells(crc, head, column))
        return [each for each in found if each is not None]

    def sheets(self, group: int, column: int) -> list[Cells]:
        """The cells of one column in day sheets and the month row."""
        query = """SELECT crc, body, place FROM cells
                   WHERE group_id = ? AND (place = ? AND day = ? OR place = ? AND day BETWEEN ? AND ?)"""
        days = (max(0, self.since // DAY), self.until // DAY)
        rows = self.connection.execute(query, (group, column, MONTH_ROW, column - column % SHEET, *days))
        found = [self._cells(crc, body, column - place) for crc, body, place in rows]
        return [each for each in found if each is not None]

    def _cells(self, crc: int, blob: bytes, column: int) -> Cells | None:
        try:
            if zlib.crc32(blob) != crc:
                raise Damaged("checksum")
            return unpack_cells(blob, column)
        except Damaged:
            self.damaged += 1
            return None

    def _body(self, identity: int) -> bytes:
        """The body of a block, checked; kept a while, because the points of one query often share their blocks."""
        if identity in self._bodies:
            return self._bodies[identity]
        crc, body = self.connection.execute("SELECT crc, body FROM block WHERE id = ?", (identity,)).fetchone()
        if zlib.crc32(body) != crc:
            raise Damaged("checksum")
        if len(self._bodies) >= _BODIES:
            del self._bodies[next(iter(self._bodies))]
        self._bodies[identity] = body
        return bytes(body)

    def journal(self, group: int, kind: int, column: int, width: int) -> Iterator[Piece]:
        """What is not sealed yet."""
        for shard in sorted(shards_of(group)):
            row = self._shard(shard)
            if row is None:
                continue
            runs = np.flatnonzero(row.groups == group)
            if len(runs):
                yield piece_of(gather(row, runs, kind, width), column, self.since, self.until)

    def _shard(self, shard: int) -> Row | None:
        if shard not in self._shards:
            self._shards[shard], damaged = rows_of(self.connection, shard, self.since, self.until)
            self.damaged += damaged
        return self._shards[shard]


def merged(point: int, pieces: Sequence[Piece], limit: int = 0, damaged: int = 0) -> History:
    """Pieces as one history: sorted, the last write of a time winning, the newest ``limit`` of them."""
    if not pieces:
        none = np.zeros(0, np.int64)
        return History(point, none, np.zeros(0, np.float64), np.zeros(0, np.uint8), none, False, damaged)
    times = np.concatenate([piece.times for piece in pieces])
    order = np.arange(len(times))
    if len(times) > 1 and not bool((np.diff(times) > 0).all()):
        written = np.concatenate([piece.written for piece in pieces])
        order = np.lexsort((order, written, times))
        keep = np.ones(len(times), bool)
        keep[:-1] = np.diff(times[order]) != 0
        order = order[keep]
    truncated = bool(limit) and len(order) > limit
    if truncated:
        order = order[-limit:]
    return History(
        point,
        times[order],
        _values(pieces, order),
        np.concatenate([piece.quality for piece in pieces])[order],
        np.concatenate([piece.received for piece in pieces])[order],
        truncated,
        damaged,
    )


def _values(pieces: Sequence[Piece], order: npt.NDArray[np.int64]) -> Values | list[float | int | str]:
    kinds = {piece.kind for piece in pieces}
    if len(kinds) == 1 and ValueClass.TEXT not in kinds:
        return np.concatenate([np.asarray(piece.values, DTYPES[piece.kind]) for piece in pieces])[order]
    every: list[float | int | str] = []
    for piece in pieces:
        every.extend(piece.values if isinstance(piece.values, list) else piece.values.tolist())
    return [every[place] for place in order.tolist()]
