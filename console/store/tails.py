"""The unsealed end of a shard, decoded and kept between questions: each question decodes only what came since the one before.

A shard holds some thousand small rows until it is sealed, each costing a tenth of a millisecond; a trend that follows the present
asks for them every few seconds. Rows never change, ids ascend and are never used twice, and sealing takes the first ones away, so
that the ids of a shard's first and last row and their number say whether what is kept still begins what is there.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from console.store.journal import Row, concatenate, unpack
from console.store.packing import Damaged

_FEW = 200  # rows: so few are decoded anew
_MOST = 4_000_000  # samples kept in a process, some 50 MB


@dataclass(slots=True)
class _Tail:
    first: int
    last: int
    count: int
    row: Row | None
    damaged: int
    samples: int


_kept: OrderedDict[tuple[str, int, int], _Tail] = OrderedDict()


def rows_of(connection: sqlite3.Connection, shard: int, since: int, until: int) -> tuple[Row | None, int]:
    """The samples of a shard's rows, at least all of [since, until), as one row; and how many rows were damaged."""
    within = "FROM journal WHERE shard = ? AND last >= ? AND first < ?"
    (wanted,) = connection.execute(f"SELECT count(*) {within}", (shard, since, until)).fetchone()
    if not wanted:
        return None, 0
    if wanted <= _FEW:
        return _decoded(connection.execute(f"SELECT id, crc, body {within} ORDER BY id", (shard, since, until)))
    found = _tail(connection, shard)
    return found.row, found.damaged


def _tail(connection: sqlite3.Connection, shard: int) -> _Tail:
    key = (*_file(connection), shard)
    kept = _kept.pop(key, None)
    ends = "SELECT min(id), max(id), count(*) FROM journal WHERE shard = ?"
    first, last, count = connection.execute(ends, (shard,)).fetchone()
    if kept is not None:
        (before,) = connection.execute("SELECT count(*) FROM journal WHERE shard = ? AND id <= ?", (shard, kept.last)).fetchone()
        if kept.first != first or before != kept.count:
            kept = None
    after = kept.last if kept is not None else -1
    query = "SELECT id, crc, body FROM journal WHERE shard = ? AND id > ? ORDER BY id"
    fresh, damaged = _decoded(connection.execute(query, (shard, after)))
    parts = [row for row in (kept.row if kept is not None else None, fresh) if row is not None]
    row = concatenate(parts) if parts else None
    damaged += kept.damaged if kept is not None else 0
    found = _Tail(first, last, count, row, damaged, int(row.widths.sum()) if row is not None else 0)
    _kept[key] = found
    while sum(tail.samples for tail in _kept.values()) > _MOST and _kept:
        _kept.popitem(last=False)
    return found


def _decoded(rows: sqlite3.Cursor) -> tuple[Row | None, int]:
    found, damaged = [], 0
    for identity, crc, body in rows:
        try:
            if zlib.crc32(body) != crc:
                raise Damaged("checksum")
            found.append(unpack(identity, body))
        except Damaged:
            damaged += 1
    return (concatenate(found) if found else None), damaged


def _file(connection: sqlite3.Connection) -> tuple[str, int]:
    """Which file a connection reads: another store in the same place is another file."""
    path = next(str(path) for _, name, path in connection.execute("PRAGMA database_list") if name == "main")
    return path, Path(path).stat().st_ino
