"""What was it at 03:12? The value of each point at given times, as steps: a value holds until the next one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.store.bucketing import HOLD
from console.store.merging import MonthReader, Piece, merged
from console.store.packing import Ints, Values
from console.store.readonly import files_with, reading


@dataclass(frozen=True, slots=True)
class Aligned:
    """One element a time. ``values`` in the point's class, or a list where they are texts or of mixed classes.

    ``source_times`` when the value was sampled; where nothing came within the hold before, 0 and quality NOT_AVAILABLE, and the
    value means nothing.
    """

    point: int
    values: Values | list[float | int | str]
    quality: npt.NDArray[np.uint8]
    source_times: Ints
    damaged: int = 0


def at_times(folder: Path, numbers: Sequence[int], times: Ints, *, hold: int = HOLD) -> list[Aligned]:
    """The points ``numbers`` at ``times`` (UTC ns, ascending): of each the last sample at or before, if not older than ``hold``.

    For a point that is recorded only when it changes, ``hold`` is its heartbeat and a little: so "unchanged" and "unknown" differ.
    """
    if not len(times):
        none = np.zeros(0, np.int64)
        return [Aligned(number, np.zeros(0), np.zeros(0, np.uint8), none) for number in numbers]
    since, until = int(times[0]) - hold, int(times[-1]) + 1
    with ExitStack() as open_files:
        months = [
            MonthReader(open_files.enter_context(reading(path)), since, until) for path, _, _ in files_with(folder, since, until)
        ]
        found = [(number, _pieces(months, number, times)) for number in numbers]
        damaged = sum(month.damaged for month in months)
    return [_aligned(number, pieces, times, hold, damaged) for number, pieces in found]


def _pieces(months: Sequence[MonthReader], number: int, times: Ints) -> list[Piece]:
    """Only the blocks that can hold the newest sample before one of ``times``."""
    pieces: list[Piece] = []
    blocks: list[tuple[int, int, int, MonthReader, int]] = []  # first, last, id, file, column
    for month in months:
        for group, kind, column, width in month.groups(number):
            pieces += month.journal(group, kind, column, width)
            blocks += [(first, last, identity, month, column) for identity, first, last, _ in month.blocks(group)]
    blocks.sort(key=lambda block: block[:3])
    if not blocks:
        return pieces
    firsts = np.array([block[0] for block in blocks], np.int64)
    lasts = np.array([block[1] for block in blocks], np.int64)
    newest = np.maximum.accumulate(lasts)
    wanted: set[int] = set()
    for place in np.unique(np.searchsorted(firsts, times, side="right") - 1).tolist():
        if place < 0:
            continue
        wanted.add(place)
        before = place - 1
        while before >= 0 and newest[before] >= firsts[place]:  # it reaches into this one: the newest may be in either
            if lasts[before] >= firsts[place]:
                wanted.add(before)
            before -= 1
    for place in sorted(wanted):
        _, _, identity, month, column = blocks[place]
        piece = month.block(identity, column)
        if piece is not None:
            pieces.append(piece)
    return pieces


def _aligned(number: int, pieces: Sequence[Piece], times: Ints, hold: int, damaged: int) -> Aligned:
    history = merged(number, pieces)
    if not len(history.times):
        unknown = np.full(len(times), Quality.NOT_AVAILABLE, np.uint8)
        return Aligned(number, np.zeros(len(times)), unknown, np.zeros(len(times), np.int64), damaged)
    places = np.searchsorted(history.times, times, side="right") - 1
    some = np.maximum(places, 0)
    source = history.times[some]
    known = (places >= 0) & (times - source <= hold)
    values = history.values
    exact = [values[place] for place in some.tolist()] if isinstance(values, list) else values[some]
    quality = np.where(known, history.quality[some], Quality.NOT_AVAILABLE).astype(np.uint8)
    return Aligned(number, exact, quality, np.where(known, source, 0), damaged)
