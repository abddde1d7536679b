"""Five years of one group at 1 s, made fast: days of samples go through the store's own merging, rolling and closing code.

Nothing is fed through the recorder here (that would take five years, or an hour at full speed); from the merged block on, every
byte is written by the functions that the recorder calls.
"""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import numpy as np

from console.domain.times import DAY, SECOND
from console.store import open_store
from console.store.archive import prepare_month
from console.store.blocks import Samples, cut
from console.store.bucketing import buckets
from console.store.closing import close_month
from console.store.compacting import _pack, _pieces, _Work
from console.store.history import MonthFile
from console.store.months import month_span
from console.store.rolling import roll
from tests.benchmarks.store.feed import SEED, median_ms, walk

POINTS = 4
YEARS = range(2022, 2027)
_LAST = "history-2026-12.db"  # is still open: day sheets and merged blocks


def build(folder: Path, years: range = YEARS) -> None:
    """Write the history of points 1 … POINTS."""
    open_store(folder, month_span(_LAST)[0]).close()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_year, [(folder, year) for year in years])


def _year(folder: Path, year: int) -> None:
    dice = np.random.default_rng(SEED + year)
    day = walk(86_400, POINTS, dice)
    for month in range(1, 13):
        name = f"history-{year}-{month:02d}.db"
        path = folder / name
        prepare_month(path)
        file = MonthFile(path, year * 10_000_000 + month)
        first, end = month_span(name)
        for start in range(first, end, DAY):
            times = start + np.arange(86_400) * SECOND + dice.integers(0, 3_000_000, 86_400)
            values = np.rint((day + dice.integers(-20, 21)) * 10 + dice.integers(-1, 2, day.shape)) * 0.1
            rolled = name != _LAST or start < end - DAY
            write_merged(file, np.arange(1, POINTS + 1, dtype=np.int32), times, values, roll_days=rolled)
        if name != _LAST:
            for _ in close_month(file, first, end - 1):
                pass
        file.close()


def write_merged(file: MonthFile, points: np.ndarray, times: np.ndarray, values: np.ndarray, *, roll_days: bool) -> None:
    """Put sorted samples into ``file`` as merging would have, and its days into sheets."""
    group = file.groups.find(0, points)
    assert group is not None
    if group in file.groups.fresh:
        file.groups.fresh.remove(group)
        with file.connection.begin():
            file._write_groups([group])
    samples = Samples(0, times, times + 4_000_000, times // SECOND, values, None, len(points))
    work = _Work(file, group)
    for piece in _pieces(times, []):
        for _ in _pack(work, cut(samples, *piece)):
            pass
    work.commit()
    for owner, day in list(file.levels.days) if roll_days else ():
        for _ in roll(file, file.groups[owner], day):
            pass


def evict(folder: Path) -> None:
    """Have the system forget the files, so that the next read is from the disk."""
    for path in folder.glob("*.db*"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def measure(folder: Path) -> dict[str, float]:
    """One point: a year and five years to 4,000 buckets, cold and warm."""
    end = month_span(_LAST)[1]
    year, five = end - 365 * DAY, month_span(f"history-{YEARS[0]}-01.db")[0]

    def one() -> object:
        return buckets(folder, [2], year, end, 4000)

    def all_five() -> object:
        return buckets(folder, [2], five, end, 4000)

    one()  # imports
    cold = []
    for call in (one, one, one, all_five, all_five, all_five):
        evict(folder)
        cold.append(median_ms(call, 1))
    warm, warm_five = median_ms(one, 15), median_ms(all_five, 15)
    found = buckets(folder, [2], year, end, 4000)[0]
    size = sum(path.stat().st_size for path in folder.glob("*.db"))
    return {
        "year_samples": float(found.counts.sum()),
        "year_4000_buckets_ms_cold": sorted(cold[:3])[1],
        "year_4000_buckets_ms_warm": warm,
        "five_years_ms_cold": sorted(cold[3:])[1],
        "five_years_ms_warm": warm_five,
        "five_years_over_one": max(sorted(cold[3:])[1] / sorted(cold[:3])[1], warm_five / warm),
        "year_edges_moved_s": found.moved / SECOND,
        "years_bytes_per_sample": size / (len(YEARS) * 365.25 * 86_400 * POINTS),
        "month_4000_buckets_ms": median_ms(lambda: buckets(folder, [2], end - 30 * DAY, end, 4000), 3),
        "week_2000_buckets_ms": median_ms(lambda: buckets(folder, [2], end - 7 * DAY, end, 2000), 3),
    }
