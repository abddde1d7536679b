"""A range of history in pieces, whatever its length: samples or buckets, point after point, at constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.domain.times import HOUR, SECOND
from console.store.bucketing import buckets
from console.store.merging import FOREVER, History
from console.store.reading import raw
from console.store.readonly import files_with

WINDOW = 50_000  # samples of one piece, about
_MOST_BUCKETS = 2_000  # in one piece
_LONGEST = 256 * HOUR  # of one piece, where there is little
_MOST_TIMES = 4  # the window that a piece may have before it is read in smaller ones


@dataclass(frozen=True, slots=True)
class Wanted:
    """A point that is exported: its number, and what is written of it."""

    number: int
    id: str
    name: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of one point, ordered by time; ``share`` of the whole export that is read once they are (0-1).

    Samples: ``columns`` are the values (an array in the exact class, or a list where they are texts or mixed), and ``quality``.
    Buckets: minimum, mean, maximum, count of usable samples; no quality.
    """

    point: Wanted
    times: npt.NDArray[np.int64]
    columns: tuple[npt.NDArray[Any] | list[float | int | str], ...]
    quality: npt.NDArray[np.uint8] | None
    share: float


def chunks(folder: Path, points: list[Wanted], since: int, until: int, width: int = 0) -> Iterator[Chunk]:
    """[since, until) of every point: each sample, or buckets of ``width`` ns from ``since`` on (the last may be shorter).

    No transaction is held between two chunks; ``until`` 0 means what there is.
    """
    spans = files_with(folder, since, until or FOREVER)
    if not spans:
        return
    # Both ends as far as there are records: nobody waits for empty years.
    start = since if width else max(since, min(first for _, first, _ in spans))
    end = min(until or FOREVER, max(last for _, _, last in spans))
    for place, point in enumerate(points):
        made = _buckets(folder, point, start, end, width) if width else _samples(folder, point, start, end)
        for chunk, reached in made:
            share = (place + (reached - start) / max(1, end - start)) / len(points)
            yield Chunk(point, chunk.times, chunk.columns, chunk.quality, share)


def _samples(folder: Path, point: Wanted, start: int, end: int) -> Iterator[tuple[Chunk, int]]:
    width = HOUR
    while start < end:
        stop = min(start + width, end)
        limit = _MOST_TIMES * WINDOW if width > SECOND else 0
        found = raw(folder, [point.number], start, stop, limit)[0]
        size = len(found.times)
        if found.truncated:  # much denser than what came before it
            width = max(SECOND, (stop - start) // _MOST_TIMES)
            continue
        start = stop
        yield _chunk(point, found), start
        if size > WINDOW:
            width = max(SECOND, width // 2)
        elif size < WINDOW // 4:
            width = min(width * 2, _LONGEST)


def _chunk(point: Wanted, found: History) -> Chunk:
    return Chunk(point, found.times, (found.values,), found.quality, 0.0)


def _buckets(folder: Path, point: Wanted, start: int, end: int, width: int) -> Iterator[tuple[Chunk, int]]:
    while start < end:
        number = min(_MOST_BUCKETS, (end - start) // width)
        stop = start + number * width if number else end
        found = buckets(folder, [point.number], start, stop, max(1, number))[0]
        yield Chunk(point, found.starts, (found.lows, found.means, found.highs, found.counts), None, 0.0), stop
        start = stop


QUALITIES = [quality.name.lower() for quality in Quality]
"""The words for qualities, by their number."""
