"""The tiles of history that were asked for, and those still to ask for.

The chart says what it shows (:meth:`Tiles.want`); what is missing is fetched two questions at a time, the newest tile first, and
what went out of view meanwhile is not asked for any more. A tile that reaches into the present is fetched again when it is old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from console.domain.problems import Problem
from console.domain.times import MINUTE, SECOND
from console.link.messages import Answer, HistoryAnswer, HistoryQuery, Series
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.trends.curves import Buckets
from console.ui.trends.levels import COARSEST, TILE, tile_start, tiles, width

MOST = 1500  # tiles kept: at most some 50 MB
AT_ONCE = 2
FALL_BACK = 6  # levels: up to 64 times coarser stands in for what has not come yet
RETRY_MS = 5_000
MOST_POINTS = 12

Key = tuple[int, int, int]  # point number, level, index


@dataclass(slots=True)
class _Tile:
    buckets: Buckets
    asked_at: int
    whole: bool  # lies in the past: never asked for again


class Tiles(QObject):
    """See the module. ``arrived`` after every answer, ``failed`` with the reason of a refused question."""

    arrived = Signal()
    failed = Signal(object)  # Problem

    def __init__(self, picture: Picture, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._tiles: OrderedDict[Key, _Tile] = OrderedDict()
        self._wanted: list[Key] = []
        self._asked: set[Key] = set()
        self._questions = 0
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._pause_until = 0
        self._generation = 0

    @property
    def loading(self) -> bool:
        """True while something that is in view has never come."""
        return any(key in self._asked and key not in self._tiles for key in self._wanted)

    def forget(self) -> None:
        """Another estate, or the line was lost: everything may have changed."""
        self._tiles.clear()
        self._asked.clear()
        self._questions = 0
        self._generation += 1

    def want(self, views: Iterable[tuple[int, int, int, int]]) -> None:
        """What is in view now: (point number, level, since, until) each."""
        wanted: dict[Key, None] = {}
        for number, level, since, until in views:
            for index in reversed(tiles(level, since, min(until, self._picture.now() + 1))):
                wanted[number, level, index] = None
        self._wanted = list(wanted)
        self._ask()

    def buckets(self, number: int, level: int, since: int, until: int) -> Buckets:
        """What is known of [since, until) at ``level``; coarser buckets stand in for tiles that have not come."""
        parts = [self._known(number, level, index) for index in tiles(level, since, until)]
        return Buckets.joined([part for part in parts if part is not None])

    def _known(self, number: int, level: int, index: int) -> Buckets | None:
        key = (number, level, index)
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
            return tile.buckets
        since = tile_start(level, index)
        until = tile_start(level, index + 1)
        for coarser in range(level + 1, min(COARSEST, level + FALL_BACK) + 1):
            above = tiles(coarser, since, until)
            tile = self._tiles.get((number, coarser, above[0]))
            if tile is not None:
                return tile.buckets.between(since, until)
        return None

    # --- asking

    def _due(self, key: Key) -> bool:
        if key in self._asked:
            return False
        tile = self._tiles.get(key)
        if tile is None:
            return True
        return not tile.whole and self._picture.now() - tile.asked_at >= min(5 * MINUTE, max(5 * SECOND, 2 * width(key[1])))

    def _ask(self) -> None:
        if not self._picture.live or self._elapsed.elapsed() < self._pause_until:
            return
        while self._questions < AT_ONCE:
            first = next((key for key in self._wanted if self._due(key)), None)
            if first is None:
                return
            together = [key for key in self._wanted if key[1:] == first[1:] and self._due(key)][:MOST_POINTS]
            self._query(together)

    def _query(self, keys: list[Key]) -> None:
        _, level, index = keys[0]
        since, until, now = tile_start(level, index), tile_start(level, index + 1), self._picture.now()
        generation = self._generation
        self._asked.update(keys)
        self._questions += 1

        def ended() -> bool:
            if generation != self._generation:
                return False
            self._questions -= 1
            self._asked.difference_update(keys)
            return True

        def answered(answer: Answer) -> None:
            if not ended() or not isinstance(answer, HistoryAnswer):
                return
            found = {each.point: each for each in answer.series}
            for key in keys:
                series = found.get(key[0])
                buckets = unpacked(series, width(level)) if series is not None else Buckets.none()
                self._tiles[key] = _Tile(buckets, now, until + 2 * width(level) + 30 * SECOND < now)
                self._tiles.move_to_end(key)
            while len(self._tiles) > MOST:
                self._tiles.popitem(last=False)
            self.arrived.emit()
            self._ask()

        def failed(problem: Problem) -> None:
            if ended():
                self._pause_until = self._elapsed.elapsed() + RETRY_MS
                self.failed.emit(problem)

        numbers = tuple(key[0] for key in keys)
        self._desk.query(lambda id: HistoryQuery(id, numbers, since, until, TILE), answered, failed)


def unpacked(series: Series, step: int) -> Buckets:
    """A series of the link as buckets."""
    times = np.frombuffer(series.times, "<i8")
    means = np.frombuffer(series.values, "<f8")
    lows = np.frombuffer(series.lows, "<f8") if series.lows else means
    highs = np.frombuffer(series.highs, "<f8") if series.highs else means
    return Buckets(times, np.full(len(times), step, np.int64), lows, means, highs)
