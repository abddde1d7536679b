"""Reduced history: minimum, maximum, means, first, last and count in equal buckets.

Narrow buckets are made of the samples. Wide ones are made of cells (five minutes from the month files, hours from the overview),
and of samples only where the cells do not say all: what is not merged yet, what came late, what two sources both have.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from console.domain.times import HOUR, MINUTE, SECOND
from console.store.cells import COARSE, FINE, Cells, cells_of, combined, concatenated, unpack_cells
from console.store.merging import MonthReader, Piece, merged
from console.store.months import DAMAGED, MERGED, ROLLED, SEALED, month_files
from console.store.packing import Damaged, Ints, ValueClass, Values
from console.store.readonly import files_with, reading

HOLD = 2 * HOUR  # how long a value is taken to hold when nothing follows; a gap that is longer is no time of any value
_FINE_FROM = 10 * MINUTE  # buckets at least that wide are made of cells
_COARSE_FROM = 4 * HOUR  # … and of the overview's
_EXACT = 200  # so many buckets have exact edges however wide they are: the cells at the edges are read as samples
_NO_STEP = 2**62


@dataclass(frozen=True, slots=True)
class Buckets:
    """One element a bucket that has usable samples; buckets without any are left out.

    ``starts`` UTC ns; ``lows``, ``highs``, ``firsts``, ``lasts`` exact and in the point's class (float64 where the class changed);
    ``means`` over the samples, ``weighted`` over the time that each held (nine digits); ``counts`` usable samples.
    ``moved``: the edges lie up to that many ns beside the asked ones (0: exactly there); ``starts`` are the ones that were used.
    """

    point: int
    starts: Ints
    lows: Values
    highs: Values
    means: npt.NDArray[np.float64]
    counts: Ints
    firsts: Values
    lasts: Values
    weighted: npt.NDArray[np.float64]
    damaged: int = 0
    moved: int = 0


def buckets(folder: Path, numbers: Sequence[int], since: int, until: int, count: int, *, hold: int = HOLD) -> list[Buckets]:
    """[since, until) in ``count`` (1 or more) equal buckets for each point. Texts and empty ranges have none."""
    until = max(since, until)
    edges = np.array([since + (until - since) * place // count for place in range(count + 1)], np.int64)
    return buckets_between(folder, numbers, edges, hold)


def buckets_between(folder: Path, numbers: Sequence[int], edges: Ints, hold: int = HOLD) -> list[Buckets]:
    """Buckets between ascending ``edges`` (UTC ns): calendar days, months, tariff periods."""
    asked, grid, moved = edges, grid_for(edges), 0
    if grid and len(edges) > _EXACT + 1 and bool((edges % grid).any()):
        edges = (edges + grid // 2) // grid * grid
        moved = int(np.abs(edges - asked).max())
    found = cells_between(folder, numbers, edges, grid)
    made = [_reduce(number, cells, edges, hold) for number, (cells, _) in zip(numbers, found, strict=True)]
    return [replace(each, damaged=damaged, moved=moved) for each, (_, damaged) in zip(made, found, strict=True)]


def grid_for(edges: Ints) -> int:
    """The cells that buckets between ``edges`` are made of: COARSE, FINE, or 0 for samples."""
    width = int(edges[-1] - edges[0]) // max(1, len(edges) - 1)
    return COARSE if width >= _COARSE_FROM else FINE if width >= _FINE_FROM else 0


def cells_between(folder: Path, numbers: Sequence[int], edges: Ints, grid: int) -> list[tuple[Cells | None, int]]:
    """For each point its cells between ``edges``, none across an edge, ordered; and how much of it was damaged.

    ``grid``: FINE or COARSE, or 0 for cells that are exactly the ranges between two edges.
    """
    since, until = int(edges[0]), int(edges[-1])
    if until <= since:
        return [(None, 0) for _ in numbers]
    with ExitStack() as open_files:
        hours, covered = _hours(folder, numbers, since, until) if grid == COARSE else ({}, set())
        months: dict[Path, MonthReader] = {}

        def month(path: Path) -> MonthReader:
            if path not in months:
                months[path] = MonthReader(open_files.enter_context(reading(path)), since, until)
            return months[path]

        paths = [path for path, _, _ in reversed(files_with(folder, since, until))]
        rest = [path for path in paths if path.name not in covered]
        made = []
        for number in numbers:
            work = _Point(number, edges, grid, [[cells] for cells in hours.get(number, ())])
            for path in rest:
                work.collect(month(path))
            made.append(work.cells(lambda: [month(path) for path in paths]))
        damaged = sum(each.damaged for each in months.values())
    return [(cells, damaged) for cells in made]


def _hours(folder: Path, numbers: Sequence[int], since: int, until: int) -> tuple[dict[int, list[Cells]], set[str]]:
    """The overview's cells of each point, and the month files that it has all hours of."""
    found: dict[int, list[Cells]] = {}
    covered: set[str] = set()
    present = {path.name for path in month_files(folder)}
    for path in sorted(folder.glob("overview-????.db")):
        with reading(path) as connection:
            rows = connection.execute("SELECT file FROM month WHERE first < ? AND last >= ?", (until, since)).fetchall()
            files = {name for (name,) in rows} & present
            damaged: set[str] = set()
            own: list[tuple[int, str, Cells]] = []
            for number in numbers if files else ():
                for file, crc, body in connection.execute("SELECT file, crc, body FROM hours WHERE point = ?", (number,)):
                    if file not in files:
                        continue
                    try:
                        if zlib.crc32(body) != crc:
                            raise Damaged("checksum")
                        own.append((number, file, unpack_cells(body)))
                    except Damaged:
                        damaged.add(file)  # the month file itself has the same
            covered |= files - damaged
            for number, file, cells in own:
                if file not in damaged:
                    found.setdefault(number, []).append(cells)
    return found, covered


@dataclass(slots=True)
class _Point:
    """One point's way from what is stored to cells."""

    number: int
    edges: Ints
    grid: int
    sources: list[list[Cells]] = field(default_factory=list)  # one list for each file and group
    pieces: list[Piece] = field(default_factory=list)

    def collect(self, month: MonthReader) -> None:
        """What one month file has of it."""
        levels = (DAMAGED, SEALED) if self.grid else (DAMAGED, SEALED, MERGED, ROLLED)
        for group, kind, column, width in month.groups(self.number):
            if kind == ValueClass.TEXT:
                continue
            if self.grid:
                self.sources.append(month.sheets(group, column) + month.heads(group, column))
            for identity, *_ in reversed(month.blocks(group, levels)):
                piece = month.block(identity, column)
                if piece is not None and len(piece.times):
                    self.pieces.append(piece)
            self.pieces += [piece for piece in month.journal(group, kind, column, width) if len(piece.times)]

    def cells(self, every: Callable[[], list[MonthReader]]) -> Cells | None:
        """All of it; ``every`` gives all month files, for samples under cells that do not say all."""
        if not self.grid:
            return self._from_samples(self.pieces, _NO_STEP)
        step, since, until = self.grid, int(self.edges[0]), int(self.edges[-1])
        inside = [own for own in (_within(source, since // step * step, until) for source in self.sources) if own]
        raw = [piece.times // step for piece in self.pieces]
        seen, twice = [], []
        for own in inside:
            starts = np.sort(np.concatenate([cells.starts for cells in own])) if len(own) > 1 else own[0].starts
            seen.append(_distinct(starts // step))
            twice.append(starts[1:][np.diff(starts) == 0] // step)  # merged anew since its day's sheet was made
        if raw:
            seen.append(np.unique(np.concatenate(raw)))
        if not seen:
            return None
        keys = np.sort(np.concatenate(seen))
        odd = self.edges[self.edges % step != 0] // step
        dirty = np.unique(np.concatenate((*twice, keys[1:][np.diff(keys) == 0], odd[np.isin(odd, keys)])))
        clean = [cells for own in inside for cells in own]
        if len(dirty):
            clean = [_without(cells, dirty, step) for cells in clean]
            self.pieces += self._decoded(every(), dirty, step)
        parts = [cells for cells in clean if len(cells.starts)]
        if self.pieces:
            made = self._from_samples(self.pieces, step)
            if made is not None:
                parts.append(made)
        return _alike(parts) if parts else None

    def _decoded(self, months: Sequence[MonthReader], dirty: Ints, step: int) -> Iterator[Piece]:
        """The samples of merged blocks within dirty cells."""
        for month in months:
            for group, kind, column, _ in month.groups(self.number):
                if kind == ValueClass.TEXT:
                    continue
                blocks = np.array(month.blocks(group, (MERGED, ROLLED)), np.int64).reshape(-1, 4)
                low = np.searchsorted(dirty, blocks[:, 1] // step)
                high = np.searchsorted(dirty, blocks[:, 2] // step, side="right")
                for identity in blocks[high > low, 0].tolist():
                    piece = month.block(identity, column)
                    if piece is not None:
                        yield _only(piece, np.isin(piece.times // step, dirty))

    def _from_samples(self, pieces: Sequence[Piece], step: int) -> Cells | None:
        if not pieces:
            return None
        history = merged(self.number, pieces)
        if not len(history.times):
            return None
        values = np.asarray(history.values, np.float64) if isinstance(history.values, list) else history.values
        kind = {"f": ValueClass.FLOAT, "i": ValueClass.INT, "u": ValueClass.UINT}[values.dtype.kind]
        return cells_of(kind, history.times, values[:, None], history.quality[:, None], step=step, edges=self.edges)


def _within(source: Sequence[Cells], since: int, until: int) -> list[Cells]:
    found = []
    for cells in source:
        low, high = np.searchsorted(cells.starts, (since, until)).tolist()
        if high > low:
            found.append(cells if high - low == len(cells.starts) else cells.take(slice(low, high)))
    return found


def _without(cells: Cells, dirty: Ints, step: int) -> Cells:
    hit = np.isin(cells.starts // step, dirty)
    return cells.take(~hit) if hit.any() else cells


def _distinct(ascending: Ints) -> Ints:
    return ascending[np.flatnonzero(np.diff(ascending, prepend=ascending[:1] - 1))]


def _only(piece: Piece, chosen: npt.NDArray[np.bool_]) -> Piece:
    values = [value for value, keep in zip(piece.values, chosen, strict=True) if keep]
    exact = values if isinstance(piece.values, list) else piece.values[chosen]
    return Piece(piece.kind, piece.times[chosen], piece.written[chosen], piece.received[chosen], exact, piece.quality[chosen])


def _alike(parts: Sequence[Cells]) -> Cells:
    """Cells in one class, float64 where there are several, in order."""
    if len({part.kind for part in parts}) > 1:
        parts = [
            replace(
                part,
                kind=int(ValueClass.FLOAT),
                **{name: getattr(part, name).astype(np.float64) for name in ("low", "high", "first", "last")},
            )
            for part in parts
        ]
    return concatenated(parts)


def _reduce(number: int, cells: Cells | None, edges: Ints, hold: int) -> Buckets:
    if cells is not None:
        cells = cells.take(slice(*np.searchsorted(cells.starts, edges[[0, -1]]).tolist()))
    if cells is None or not len(cells.starts):
        floats: npt.NDArray[np.float64] = np.zeros(0)
        none = np.zeros(0, np.int64)
        return Buckets(number, none, floats, floats, floats, none, floats, floats, floats)
    places = np.searchsorted(edges, cells.starts, side="right") - 1
    found = combined(cells, edges[places], hold)
    own = _distinct(places)
    area, held = found.area[:, 0].copy(), found.held[:, 0].copy()
    # A value holds on over the edge of its bucket, up to the next sample.
    gap = found.begin_at[1:, 0] - found.last_at[:-1, 0]
    holds = (found.open[:-1, 0] > 0) & (gap <= hold)
    before = np.where(holds, np.minimum(edges[own[:-1] + 1], found.begin_at[1:, 0]) - found.last_at[:-1, 0], 0)
    after = np.where(holds, found.begin_at[1:, 0] - np.maximum(edges[own[1:]], found.last_at[:-1, 0]), 0)
    values = found.last[:-1, 0].astype(np.float64)
    area[:-1] += values * (before / SECOND)
    held[:-1] += before
    area[1:] += values * (after / SECOND)
    held[1:] += after
    some = found.count[:, 0] > 0
    counts = found.count[some, 0]
    means = found.total[some, 0] / counts
    weighted = np.where(held[some] > 0, area[some] / np.maximum(held[some], 1) * SECOND, means)
    lows, highs, firsts, lasts = (array[some, 0] for array in (found.low, found.high, found.first, found.last))
    return Buckets(number, found.starts[some], lows, highs, means, counts, firsts, lasts, weighted)
