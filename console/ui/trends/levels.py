"""Which buckets a chart needs at which zoom. Pure arithmetic.

History is asked for in tiles: :data:`TILE` buckets of one width, aligned to the epoch. A width is :data:`FINEST` times a power of
two, so panning asks only for the tiles that come into view, every pen and every workstation asks for the same ones, and a wider
view can be drawn from coarser tiles until the fine ones have come.
"""

from __future__ import annotations

from console.domain.times import DAY, MILLISECOND, SECOND

TILE = 1024
FINEST = 250 * MILLISECOND  # the fastest rate class polls no faster
COARSEST = 20  # level: 3 days a bucket
LEAST_SPAN = 10 * SECOND
MOST_SPAN = 10 * 366 * DAY


def width(level: int) -> int:
    """The width of a bucket of ``level``, ns."""
    return FINEST << level


def level_for(span: int, pixels: int) -> int:
    """The finest level whose buckets are not narrower than a pixel when ``span`` ns lie on ``pixels``."""
    wanted = span / max(1, pixels)
    level = 0
    while level < COARSEST and width(level) < wanted:
        level += 1
    return level


def tile_start(level: int, index: int) -> int:
    """The first moment of a tile, UTC ns."""
    return index * TILE * width(level)


def tiles(level: int, since: int, until: int) -> range:
    """The tiles in which [since, until) lies."""
    size = TILE * width(level)
    return range(since // size, -(-max(until, since + 1) // size))
