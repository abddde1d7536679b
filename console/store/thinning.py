"""Change-only recording: of the points that declare it, only samples that say something new go into the store.

Kept are: the first sample, a change beyond the dead-band, every change of quality, and one sample each heartbeat, so that
"unchanged" and "unknown" differ. Reading gives the samples as they are; between two of them the value held (steps).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from console.domain.estate import Point
from console.domain.samples import Batch
from console.domain.times import SECOND
from console.store.packing import DTYPES, class_of

_NEVER = np.iinfo(np.int64).min


class Thinning:
    """What was kept last of every such point. The recorder's thread; :meth:`configured` makes another one, from any thread."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        declared = {point.number: point.record for point in points if point.record is not None and point.number}
        size = max(declared, default=-1) + 1
        self._declared = np.zeros(size, bool)
        self._dead_band, self._percent = np.zeros(size), np.zeros(size)
        self._heartbeat = np.zeros(size, np.int64)
        for number, record in declared.items():
            self._declared[number] = True
            self._dead_band[number], self._percent[number] = record.dead_band, record.percent / 100
            self._heartbeat[number] = round(record.heartbeat_s * SECOND)
        self._times = np.full(size, _NEVER, np.int64)
        self._bits = np.zeros(size, np.int64)
        self._values = np.zeros(size)
        self._quality = np.zeros(size, np.uint8)
        self._texts: dict[int, str] = {}
        self.left_out = 0  # samples

    def kept(self, batch: Batch) -> Iterator[Batch]:
        """What of ``batch`` is recorded: points without a declaration together, as ever; each of the others alone."""
        points = batch.points
        own = np.zeros(len(points), bool)
        known = points < len(self._declared)
        own[known] = self._declared[points[known]]
        if not own.any():
            yield batch
            return
        rest = np.flatnonzero(~own)
        if len(rest):
            yield _some(batch, rest)
        chosen = np.flatnonzero(own)
        kept = chosen[self._news(batch, chosen)]
        self.left_out += len(chosen) - len(kept)
        for place in kept.tolist():
            # Alone, because points that arrive in ever other company would make ever new groups.
            yield _some(batch, np.array([place]))

    def _news(self, batch: Batch, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        points, quality = batch.points[chosen], np.asarray(batch.quality, np.uint8)[chosen]
        source = batch.source_time
        times = source[chosen] if isinstance(source, np.ndarray) else np.full(len(chosen), source, np.int64)
        passed = np.where(self._times[points] == _NEVER, np.iinfo(np.int64).max, times - np.maximum(self._times[points], 0))
        if isinstance(batch.values, list):
            texts = [batch.values[place] for place in chosen.tolist()]
            moved = np.array([text != self._texts.get(number) for text, number in zip(texts, points.tolist(), strict=True)], bool)
            bits, values = np.zeros(len(chosen), np.int64), np.zeros(len(chosen))
        else:
            texts = []
            exact = np.ascontiguousarray(batch.values, DTYPES[class_of(batch.values)])[chosen]
            bits, values = exact.view(np.int64), exact.astype(np.float64)
            last = self._values[points]
            band = np.maximum(self._dead_band[points], self._percent[points] * np.abs(last))
            with np.errstate(invalid="ignore"):
                moved = (bits != self._bits[points]) & ((band == 0) | ~(np.abs(values - last) <= band))
        # A sample from before the last one came late: whether it says something new cannot be told.
        news: npt.NDArray[np.bool_] = (
            moved | (quality != self._quality[points]) | (passed >= self._heartbeat[points]) | (passed < 0)
        )
        newer = news & (passed >= 0)
        where = points[newer]
        self._times[where], self._quality[where] = times[newer], quality[newer]
        self._bits[where], self._values[where] = bits[newer], values[newer]
        for place in np.flatnonzero(newer).tolist() if texts else ():
            self._texts[int(points[place])] = texts[place]
        return news


def _some(batch: Batch, places: npt.NDArray[np.int64]) -> Batch:
    values = [batch.values[place] for place in places.tolist()] if isinstance(batch.values, list) else batch.values[places]
    source = batch.source_time[places] if isinstance(batch.source_time, np.ndarray) else batch.source_time
    return Batch(batch.points[places], values, np.asarray(batch.quality)[places], source, batch.received_time)
