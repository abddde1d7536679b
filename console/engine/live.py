"""The present value of every point, as arrays indexed by the point's store number: one table, packed once for all consoles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from console.domain.quality import Quality
from console.domain.samples import Batch
from console.link.messages import Live
from console.store.image import LastValue

EXACT_FLOAT = 2**53  # integers above it do not survive a float64
NEVER = 255  # quality byte of a point that has no value yet

Ints = npt.NDArray[np.int32]


class Changed(NamedTuple):
    """A part of a batch, as floats; ``times`` are source times, one for all or one each."""

    numbers: Ints
    values: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    times: int | npt.NDArray[np.int64]


class LiveTable:
    """Values, qualities and source times. Numbers that are not configured are ignored (a late answer after an import)."""

    def __init__(self) -> None:
        self._values = np.zeros(0, np.float64)
        self._quality = np.zeros(0, np.uint8)
        self._times = np.zeros(0, np.int64)
        self._dirty = np.zeros(0, np.bool_)
        self._known = np.zeros(0, np.bool_)
        self._fresh = np.zeros(0, np.bool_)
        self._before = np.zeros(0, np.bool_)  # which had a usable number when the run before ended
        self._exact: dict[int, str | int] = {}  # of those points whose value no float holds
        self._held = np.zeros(0, np.bool_)  # which these are
        self._last = np.zeros(0, np.int32)  # scratch of :meth:`take`: the place of a point's last sample in the batch
        self._any_dirty = False

    @property
    def dirty(self) -> bool:
        """True if something changed since the last :meth:`flush`."""
        return self._any_dirty

    def configure(self, numbers: list[int]) -> None:
        """Only these points are known from now on; those that stay keep their values."""
        size = max(numbers, default=0) + 1
        old = len(self._values)
        if size > old:
            grow = size - old
            self._values = np.concatenate([self._values, np.zeros(grow)])
            self._quality = np.concatenate([self._quality, np.full(grow, NEVER, np.uint8)])
            self._times = np.concatenate([self._times, np.zeros(grow, np.int64)])
            self._dirty = np.concatenate([self._dirty, np.zeros(grow, np.bool_)])
            self._fresh = np.concatenate([self._fresh, np.zeros(grow, np.bool_)])
            self._before = np.concatenate([self._before, np.zeros(grow, np.bool_)])
            self._held = np.concatenate([self._held, np.zeros(grow, np.bool_)])
            self._last = np.concatenate([self._last, np.zeros(grow, np.int32)])
        known = np.zeros(len(self._values), np.bool_)
        known[numbers] = True
        gone = ~known
        self._quality[gone] = NEVER
        self._fresh[gone] = False
        self._before[gone] = False
        self._dirty[gone] = False
        self._known = known
        self._held[gone] = False
        self._exact = {number: value for number, value in self._exact.items() if known[number]}

    def restore(self, last: dict[int, LastValue]) -> None:
        """The last recorded values of the run before: shown as stale until the device speaks."""
        for number, value in last.items():
            if number >= len(self._known) or not self._known[number]:
                continue
            self._quality[number] = max(value.quality, Quality.STALE) if value.quality <= Quality.STALE else value.quality
            self._times[number] = value.source_time
            if isinstance(value.value, str) or (isinstance(value.value, int) and abs(value.value) > EXACT_FLOAT):
                self._exact[number] = value.value
                self._held[number] = True
            if not isinstance(value.value, str):
                self._values[number] = float(value.value)
                self._before[number] = value.quality <= Quality.MANUAL

    def take(self, batch: Batch) -> Changed:
        """Take a batch in; what of it changed, or was heard for the first time in this run."""
        points = batch.points
        if not self._knows(points):
            inside = points < len(self._known)
            inside &= self._known[np.where(inside, points, 0)]
            batch = _some(batch, inside)
            points = batch.points
        values, moved = self._as_floats(batch)
        changed = (self._values[points] != values) | (self._quality[points] != batch.quality) | ~self._fresh[points]
        if moved:
            changed[moved] = True
        order = np.arange(len(points), dtype=np.int32)
        self._last[points] = order
        if np.count_nonzero(again := self._last[points] != order):  # a point may change and change back within one batch
            changed |= np.isin(points, points[again])
        self._values[points] = values
        self._quality[points] = batch.quality
        self._times[points] = batch.source_time
        self._fresh[points] = True
        self._dirty[points] = True
        self._any_dirty = self._any_dirty or len(points) > 0
        where = changed.nonzero()[0]
        times = batch.source_time if isinstance(batch.source_time, int) else batch.source_time[where]
        return Changed(points[where], values[where], batch.quality[where], times)

    def _knows(self, points: Ints) -> bool:
        """True if all of them are configured."""
        size = len(points)
        return bool(np.count_nonzero(points < len(self._known)) == size == np.count_nonzero(self._known[points]))

    def flush(self) -> Live:
        """What changed since the last call, packed."""
        numbers = np.flatnonzero(self._dirty).astype(np.int32)
        self._dirty[numbers] = False
        self._any_dirty = False
        return self._pack(numbers)

    def all(self) -> Live:
        """Every point that has a value, packed."""
        return self._pack(np.flatnonzero(self._known & (self._quality != NEVER)).astype(np.int32))

    def value(self, number: int) -> float | None:
        """The present number of a point; ``None`` where there is no usable one."""
        if number >= len(self._quality) or self._quality[number] > Quality.MANUAL:
            return None
        return float(self._values[number])

    def last(self, number: int) -> float | None:
        """The present number of a point; until it speaks in this run, the one with which the run before ended."""
        if number < len(self._before) and self._before[number] and not self._fresh[number]:
            return float(self._values[number])
        return self.value(number)

    def exact(self, number: int, value: float) -> float | int:
        """``value`` of a point, as the integer that it was where a float cannot hold it."""
        exact = self._exact.get(number)
        return exact if isinstance(exact, int) else value

    def raw(self, number: int) -> float:
        """The number as it came last, also where its quality says that it means nothing; 0 = none."""
        return float(self._values[number]) if number < len(self._values) else 0.0

    def heard(self, number: int) -> bool:
        """True once the point spoke in this run; what was there before is of the run before."""
        return number < len(self._fresh) and bool(self._fresh[number])

    def shown(self, number: int) -> float | int | str | None:
        """The present value as a person sees it, exact; ``None`` where there is no usable one."""
        value = self.value(number)
        return None if value is None else self._exact.get(number, value)

    def quality(self, number: int) -> int:
        """The present quality byte (255: never heard of)."""
        return int(self._quality[number]) if number < len(self._quality) else NEVER

    def time(self, number: int) -> int:
        """The source time of the present value, 0 = none."""
        return int(self._times[number]) if number < len(self._times) else 0

    def _pack(self, numbers: Ints) -> Live:
        exact = self._exact
        if exact:
            exact = {number: exact[number] for number in numbers.tolist() if number in exact}
        return Live(
            numbers.astype("<i4", copy=False).tobytes(),
            self._values[numbers].astype("<f8", copy=False).tobytes(),
            self._quality[numbers].tobytes(),
            self._times[numbers].astype("<i8", copy=False).tobytes(),
            exact,
        )

    def _as_floats(self, batch: Batch) -> tuple[npt.NDArray[np.float64], list[int]]:
        """The values as floats, and the positions of those whose exact value changed where the float may not show it."""
        values = batch.values
        if isinstance(values, list):
            return np.zeros(len(values)), self._keep(range(len(values)), batch.points.tolist(), values)
        real = values.dtype == np.float64
        floats = values.astype(np.float64, copy=False)
        if real and not self._exact:
            return floats, []
        points = batch.points
        big = np.zeros(len(values), np.bool_) if real else np.abs(floats) >= EXACT_FLOAT
        concerned = self._held[points]
        if np.count_nonzero(big):
            concerned = concerned | np.isin(points, points[big])
        moved = []
        for place in concerned.nonzero()[0].tolist():  # in order: the last sample of a point is what stays
            number = int(points[place])
            if big[place]:
                moved += self._keep([place], [number], [int(values[place])])
            elif self._exact.pop(number, None) is not None:
                self._held[number] = False
        return floats, moved

    def _keep(self, places: Iterable[int], numbers: list[int], values: Sequence[str | int]) -> list[int]:
        moved = []
        for place, number, value in zip(places, numbers, values, strict=True):
            if self._exact.get(number) != value:
                self._exact[number] = value
                self._held[number] = True
                moved.append(place)
        return moved


def _some(batch: Batch, mask: npt.NDArray[np.bool_]) -> Batch:
    where = np.flatnonzero(mask)
    values = [batch.values[i] for i in where] if isinstance(batch.values, list) else batch.values[where]
    source = batch.source_time if isinstance(batch.source_time, int) else batch.source_time[where]
    return Batch(batch.points[where], values, batch.quality[where], source, batch.received_time)
