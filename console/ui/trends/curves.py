"""Buckets to what is drawn and read off. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from console.domain.times import SECOND

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Buckets:
    """One point's buckets in order of time: starts and widths in ns, lowest, mean and highest value. Empty ones are left out."""

    times: Ints
    widths: Ints
    lows: Floats
    means: Floats
    highs: Floats

    @staticmethod
    def none() -> Buckets:
        """Nothing recorded."""
        return Buckets(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))

    @staticmethod
    def joined(parts: list[Buckets]) -> Buckets:
        """One after the other."""
        if not parts:
            return Buckets.none()
        if len(parts) == 1:
            return parts[0]
        return Buckets(*(np.concatenate([getattr(part, name) for part in parts]) for name in Buckets.__slots__))

    def between(self, since: int, until: int) -> Buckets:
        """Those that begin in [since, until)."""
        first, last = np.searchsorted(self.times, [since, until])
        return Buckets(*(getattr(self, name)[first:last] for name in Buckets.__slots__))

    def at(self, moment: int, longest: int) -> float | None:
        """The mean of the bucket in which ``moment`` lies, or of the last one before it within ``longest`` ns."""
        place = int(np.searchsorted(self.times, moment, side="right")) - 1
        if place < 0 or moment - int(self.times[place]) - int(self.widths[place]) > longest:
            return None
        return float(self.means[place])

    def range(self) -> tuple[float, float] | None:
        """Lowest and highest value of all; ``None`` if nothing was recorded."""
        return (float(self.lows.min()), float(self.highs.max())) if len(self.times) else None

    def mean(self) -> float | None:
        """The mean of the buckets' means, each weighted by its width."""
        return float(np.average(self.means, weights=self.widths)) if len(self.times) else None


def line(buckets: Buckets, longest: int, *, steps: bool, shift: int = 0) -> tuple[Floats, Floats]:
    """x (s since 1970, moved by ``shift`` ns) and y of a polyline; NaN where nothing was recorded for ``longest`` ns.

    A bucket is drawn as its low and its high, so that no peak is lost at any zoom; with ``steps`` (states, change-only points) a
    value stands until the next one begins.
    """
    if not len(buckets.times):
        return np.empty(0), np.empty(0)
    x, y = _stairs(buckets, longest) if steps else _envelope(buckets, longest)
    return x + shift / SECOND, y


def _envelope(buckets: Buckets, longest: int) -> tuple[Floats, Floats]:
    """Low and high at the middle of each bucket, in the order in which the line does not fold back."""
    middle = (buckets.times + buckets.widths // 2) / SECOND
    rising = np.diff(buckets.means, prepend=buckets.means[0]) >= 0
    gap = np.append(buckets.times[1:] - (buckets.times + buckets.widths)[:-1] > longest, False)
    x = np.repeat(middle, 3)
    y = np.empty(3 * len(middle))
    y[0::3] = np.where(rising, buckets.lows, buckets.highs)
    y[1::3] = np.where(rising, buckets.highs, buckets.lows)
    y[2::3] = np.nan
    keep = np.ones(len(x), bool)
    keep[1::3] = buckets.lows != buckets.highs
    keep[2::3] = gap
    return x[keep], y[keep]


def _stairs(buckets: Buckets, longest: int) -> tuple[Floats, Floats]:
    """Each bucket from its start to the next one's start (or its own end before a gap), at its low and its high."""
    starts, ends = buckets.times, buckets.times + buckets.widths
    following = np.append(starts[1:], ends[-1])
    gap = following - ends > longest
    until = np.where(gap, ends, following)
    x = np.stack([starts, starts, until, until], axis=1).ravel() / SECOND
    y = np.stack([buckets.lows, buckets.highs, buckets.highs, np.full(len(starts), np.nan)], axis=1).ravel()
    keep = np.ones(len(x), bool)
    keep[1::4] = buckets.lows != buckets.highs
    keep[3::4] = gap
    return x[keep], y[keep]


def nice(low: float, high: float) -> tuple[float, float]:
    """An axis that holds [low, high] with a little air; never of no height."""
    if not np.isfinite(low) or not np.isfinite(high):
        return 0.0, 1.0
    if high - low < 1e-9 * max(1.0, abs(low), abs(high)):
        air = max(0.5, abs(low) * 0.05)
        return low - air, high + air
    air = (high - low) * 0.06
    return low - air, high + air
