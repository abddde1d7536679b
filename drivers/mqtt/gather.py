"""Single values to batches: one a value class."""

from __future__ import annotations

from typing import Any

import numpy as np

from console.domain.quality import Quality
from console.domain.samples import Batch, type_of_values
from drivers.driver import Sink
from drivers.mqtt.payload import Value


class Gather:
    """Collects samples that arrived together. ``now`` is their arrival, UTC ns, ``mono`` the same on the monotonic clock."""

    def __init__(self, now: int, mono: int) -> None:
        self.now, self.mono = now, mono
        self.numbers: list[int] = []
        """Points of good real values; whoever adds here adds as many to :attr:`values` and then calls :meth:`good`."""
        self.values: list[float] = []
        self._qualities: list[int] = []
        self._times: list[int] = []
        self._classes: dict[type, tuple[list[int], list[Any], list[int], list[int]]] = {
            float: (self.numbers, self.values, self._qualities, self._times)
        }

    def good(self, time: int) -> None:
        """What was added to :attr:`numbers` and :attr:`values` since the last call is good, and was true at ``time``."""
        count = len(self.numbers) - len(self._times)
        self._qualities += [0] * count
        self._times += [time] * count

    def add(self, number: int, value: Value, quality: Quality, time: int) -> None:
        """One sample: ``time`` is when it was true, UTC ns. Its value's type (int, float, str) decides its batch."""
        lists = self._classes.get(type(value))
        if lists is None:
            lists = self._classes[type(value)] = ([], [], [], [])
        lists[0].append(number)
        lists[1].append(value)
        lists[2].append(quality)
        lists[3].append(time)

    def hand_over(self, sink: Sink) -> None:
        """Give everything to the sink; the gathering is over."""
        for kind, (numbers, values, qualities, times) in self._classes.items():
            if not numbers:
                continue
            packed: type_of_values = values
            if kind is not str:
                packed = np.array(values, np.int64) if kind is int else np.array(values, np.float64)
            one_time = times[0] if times.count(times[0]) == len(times) else np.array(times, np.int64)
            sink.samples(Batch(np.array(numbers, np.int32), packed, np.array(qualities, np.uint8), one_time, self.now))
