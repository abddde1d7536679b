"""Reads of hours and of a day, from merged blocks of 125 points; the blocks are made by the store's own merging code."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from console.domain.times import DAY, HOUR, SECOND
from console.store import open_store, reading
from console.store.archive import prepare_month
from console.store.history import MonthFile
from tests.benchmarks.store.feed import SEED, WIDTH, T, median_ms, walk
from tests.benchmarks.store.years import write_merged

_GROUPS = 10  # twenty points of ten devices: two each


def measure(folder: Path) -> dict[str, float]:
    """Build a day of 1,250 points at 1 s (it is the day before the clock's: rolled, as yesterday is), and read."""
    start = T // DAY * DAY
    open_store(folder, start).close()
    path = folder / "history-2026-09.db"
    prepare_month(path)
    file = MonthFile(path, 1)
    dice = np.random.default_rng(SEED)
    for number in range(_GROUPS):
        points = np.arange(1 + number * WIDTH, 1 + (number + 1) * WIDTH, dtype=np.int32)
        times = start + np.arange(86_400) * SECOND + dice.integers(0, 3_000_000, 86_400)
        write_merged(file, points, times, walk(86_400, WIDTH, dice), roll_days=True)
    file.close()
    pens = [1 + device * WIDTH + column for device in range(_GROUPS) for column in (7, 77)]
    hour = reading.raw(folder, [77], start + 9 * HOUR, start + 10 * HOUR)[0]
    day = reading.buckets(folder, pens, start, start + DAY, 2000)
    return {
        "hour_raw_ms": median_ms(lambda: reading.raw(folder, [77], start + 9 * HOUR, start + 10 * HOUR), 15),
        "hour_samples": float(len(hour.times)),
        "day_20_points_ms": median_ms(lambda: reading.buckets(folder, pens, start, start + DAY, 2000), 5),
        "day_samples": float(sum(int(each.counts.sum()) for each in day)),
        "at_time_20_points_ms": median_ms(lambda: reading.at_times(folder, pens, np.array([start + 3 * HOUR + 12])), 7),
    }
