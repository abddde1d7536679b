"""Reading the store: plain functions for worker processes. Sealed blocks and the unsealed journal are merged.

All times are UTC ns; ranges are [since, until), and ``until`` 0 means "no end". Histories are sorted by time; where a point was
written twice for one time, the last write counts. Ledgers come newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from console.store.aligning import Aligned, at_times
from console.store.bucketing import Buckets, buckets, buckets_between
from console.store.ledgers import alarms, configuration, faults, log, orders, points
from console.store.merging import FOREVER, History, MonthReader, Piece, merged
from console.store.readonly import files_with, reading
from console.store.verifying import Verified, verify

__all__ = [
    "Aligned", "Buckets", "History", "Verified", "alarms", "at_times", "buckets", "buckets_between", "configuration", "faults",
    "log", "orders", "points", "raw", "verify",
]  # fmt: skip


def raw(folder: Path, numbers: Sequence[int], since: int, until: int, limit: int = 0) -> list[History]:
    """The samples of the points ``numbers``; of each at most the newest ``limit`` (0: all)."""
    until = until or FOREVER
    collected: dict[int, _Newest] = {number: _Newest(limit) for number in numbers}
    damaged = 0
    for path, _, last in files_with(folder, since, until):
        wanted = [number for number in numbers if collected[number].wants(last - 1)]
        if not wanted:
            continue
        with reading(path) as connection:
            month = MonthReader(connection, since, until)
            for number in wanted:
                _collect(month, number, collected[number])
            damaged += month.damaged
    return [merged(number, collected[number].pieces, limit, damaged) for number in numbers]


def _collect(month: MonthReader, number: int, found: _Newest) -> None:
    blocks: list[tuple[int, int, int]] = []
    for group, kind, column, width in month.groups(number):
        for piece in month.journal(group, kind, column, width):
            found.add(piece)
        blocks.extend((last, identity, column) for identity, _, last, _ in month.blocks(group))
    for last, identity, column in sorted(blocks, reverse=True):
        if not found.wants(last):
            break
        block = month.block(identity, column)
        if block is not None:
            found.add(block)


class _Newest:
    """Collects pieces until there are ``limit`` samples and nothing that is left can be newer than the oldest of them."""

    def __init__(self, limit: int) -> None:
        self.pieces: list[Piece] = []
        self._limit = limit
        self._count = 0
        self._floor: int | None = None  # the limit-th newest time so far

    def add(self, piece: Piece) -> None:
        if not len(piece.times):
            return
        self.pieces.append(piece)
        self._count += len(piece.times)
        # One more than the limit: it tells that there is more. Doubled times are counted once.
        if self._limit and self._count > self._limit:
            times = np.sort(np.concatenate([each.times for each in self.pieces]))
            times = times[np.flatnonzero(np.diff(times, append=times[-1] + 1))]
            self._floor = int(times[-self._limit - 1]) if len(times) > self._limit else None

    def wants(self, last: int) -> bool:
        """True if samples up to time ``last`` can still matter."""
        return self._floor is None or last >= self._floor
