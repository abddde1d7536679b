"""Reduced history: minimum, maximum and mean in equal buckets with exact edges.

A block that lies within one bucket, and that no other piece of the same point overlaps, is taken from its head without being
decoded; everything else is decoded, so that every sample counts in exactly the bucket that its time falls into.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.store.blocks import Head, unpack_head
from console.store.merging import MonthReader, Piece, merged
from console.store.packing import DTYPES, Damaged, Ints, ValueClass, Values
from console.store.readonly import files_with, reading


@dataclass(frozen=True, slots=True)
class Buckets:
    """One element a bucket that has usable samples; buckets without any are left out.

    ``starts`` UTC ns; ``lows``/``highs`` exact and in the point's class (float64 where the class changed); ``means`` over the
    samples, not weighted by time; ``counts`` usable samples. ``edges``: bucket i is [since + span * i // count, … i + 1 …).
    """

    point: int
    starts: Ints
    lows: Values
    highs: Values
    means: npt.NDArray[np.float64]
    counts: Ints
    damaged: int = 0


def buckets(folder: Path, numbers: Sequence[int], since: int, until: int, count: int) -> list[Buckets]:
    """[since, until) in ``count`` (1 or more) equal buckets for each point. Texts and empty ranges have none."""
    until = max(since, until)
    edges = np.array([since + (until - since) * place // count for place in range(count + 1)], np.int64)
    collected = {number: _Collected([], []) for number in numbers}
    damaged = 0
    for path, _, _ in files_with(folder, since, until):
        with reading(path) as connection:
            month = MonthReader(connection, since, until)
            for number in numbers:
                _collect(month, number, edges, collected[number])
            damaged += month.damaged
    return [_reduce(number, collected[number], edges, damaged) for number in numbers]


@dataclass(slots=True)
class _Collected:
    pieces: list[Piece]
    heads: list[tuple[int, int, int, Head]]  # bucket, class, column, head


def _collect(month: MonthReader, number: int, edges: Ints, found: _Collected) -> None:
    blocks: list[tuple[int, int, int, int, int]] = []  # first, last, id, class, column
    spans: list[tuple[int, int]] = []
    for group, kind, column, width in month.groups(number):
        if kind == ValueClass.TEXT:
            continue
        for piece in month.journal(group, kind, column, width):
            if len(piece.times):
                found.pieces.append(piece)
                spans.append((int(piece.times.min()), int(piece.times.max())))
        blocks.extend((first, last, identity, kind, column) for identity, first, last, _ in month.blocks(group))
    if not blocks:
        return
    blocks.sort()
    firsts = np.array([block[0] for block in blocks], np.int64)
    lasts = np.array([block[1] for block in blocks], np.int64)
    alone = np.ones(len(blocks), bool)
    before = np.maximum.accumulate(lasts)
    alone[1:] &= firsts[1:] > before[:-1]
    alone[:-1] &= lasts[:-1] < firsts[1:]
    for low, high in spans:
        alone &= (lasts < low) | (firsts > high)
    low_bucket = np.searchsorted(edges, firsts, side="right") - 1
    high_bucket = np.searchsorted(edges, lasts, side="right") - 1
    whole = alone & (low_bucket == high_bucket) & (low_bucket >= 0) & (lasts < edges[-1])
    for place, (_, _, identity, kind, column) in enumerate(blocks):
        if whole[place]:
            head = _head(month, identity, kind)
            if head is not None:
                found.heads.append((int(low_bucket[place]), kind, column, head))
        else:
            decoded = month.block(identity, column)
            if decoded is not None:
                found.pieces.append(decoded)


def _head(month: MonthReader, identity: int, kind: int) -> Head | None:
    crc, blob = month.connection.execute("SELECT head_crc, head FROM block WHERE id = ?", (identity,)).fetchone()
    try:
        if zlib.crc32(blob) != crc:
            raise Damaged("checksum")
        return unpack_head(kind, blob)
    except Damaged:
        month.damaged += 1
        return None


def _reduce(number: int, found: _Collected, edges: Ints, damaged: int) -> Buckets:
    count = len(edges) - 1
    kinds = {piece.kind for piece in found.pieces} | {kind for _, kind, _, _ in found.heads}
    dtype = np.dtype(DTYPES[kinds.pop()] if len(kinds) == 1 else "<f8")
    counts = np.zeros(count, np.int64)
    totals = np.zeros(count, np.float64)
    top, bottom = (np.inf, -np.inf) if dtype.kind == "f" else (np.iinfo(dtype).max, np.iinfo(dtype).min)
    lows, highs = np.full(count, top, dtype), np.full(count, bottom, dtype)
    if found.pieces:
        history = merged(number, found.pieces)
        values = np.asarray(history.values, dtype)
        usable = history.quality <= Quality.MANUAL
        if dtype.kind == "f":
            usable &= np.isfinite(values)
        values, places = values[usable], np.searchsorted(edges, history.times[usable], side="right") - 1
        np.add.at(counts, places, 1)
        np.add.at(totals, places, values.astype(np.float64))
        np.minimum.at(lows, places, values)
        np.maximum.at(highs, places, values)
    for bucket, _, column, head in found.heads:
        if head.count[column]:
            counts[bucket] += head.count[column]
            totals[bucket] += head.total[column]
            lows[bucket] = min(lows[bucket], head.low[column])
            highs[bucket] = max(highs[bucket], head.high[column])
    some = np.flatnonzero(counts)
    return Buckets(number, edges[some], lows[some], highs[some], totals[some] / counts[some], counts[some], damaged)
