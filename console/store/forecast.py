"""How large the store is, how fast it grows, and when the disk will be full at that pace."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from console.domain.times import DAY, HOUR
from console.store.named import named_files

LEAST = HOUR  # of growth that a forecast is made from
WINDOW = 7 * DAY  # older growth says little about today's


def sizes(folder: Path) -> tuple[int, int]:
    """Bytes in the store's own files, photos and documents included, and bytes that the disk has left."""
    taken = 0
    for file in (*folder.iterdir(), *named_files(folder)):
        with contextlib.suppress(OSError):  # a journal that SQLite has just removed
            taken += file.stat().st_size
    return taken, shutil.disk_usage(folder).free


def rate(known: Sequence[tuple[int, int]]) -> float:
    """Bytes a day from (UTC ns, bytes), oldest first: the slope that fits the last week best; 0.0 while too little is known.

    A best fit, because sealing and merging let the size go up and down by more than an hour's growth.
    """
    if not known:
        return 0.0
    last = known[-1][0]
    used = [(at, size) for at, size in known if last - WINDOW <= at <= last]
    if len(used) < 2 or last - used[0][0] < LEAST:
        return 0.0
    days = [(at - last) / DAY for at, _ in used]
    mean_at, mean_size = sum(days) / len(used), sum(size for _, size in used) / len(used)
    spread = sum((at - mean_at) ** 2 for at in days)
    slope = sum((at - mean_at) * (size - mean_size) for at, (_, size) in zip(days, used, strict=True)) / spread if spread else 0.0
    return max(0.0, slope)


def full_in(free: int, daily: float) -> float:
    """Days until ``free`` bytes are used up at ``daily`` bytes a day; 0.0 where nothing can be foretold."""
    return free / daily if daily > 0 else 0.0
