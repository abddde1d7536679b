"""Seeded noise that is a pure function of time, so that any moment can be asked for in any order."""

from __future__ import annotations

import math
from zlib import crc32

from console.domain.times import SECOND

_MASK = (1 << 64) - 1


def seed_of(seed: int, name: str) -> int:
    """A number for ``name`` under ``seed``: the same in every process (``hash`` is not)."""
    return (seed * 0x9E3779B97F4A7C15 + crc32(name.encode()) * 0xBF58476D1CE4E5B9) & _MASK


def unit(seed: int, index: int) -> float:
    """A number in [0, 1) for ``index``: one round of splitmix64."""
    z = (seed + index * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


def smooth(seed: int, now: int, period_s: float) -> float:
    """A wandering value in [-1, 1] that meets a new random knot every ``period_s`` seconds (cosine in between)."""
    position = now / SECOND / period_s
    index = math.floor(position)
    blend = (1.0 - math.cos((position - index) * math.pi)) / 2.0
    return 2.0 * (unit(seed, index) * (1.0 - blend) + unit(seed, index + 1) * blend) - 1.0
