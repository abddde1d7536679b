"""Samples on their way from a driver to the recorder, the alarm engine and the screens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type_of_values = npt.NDArray[np.float64] | npt.NDArray[np.int64] | npt.NDArray[np.uint64] | list[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples of one value class that arrived together (usually one block read of one device).

    ``points``  (n,) int32: the points' store numbers.
    ``values``  (n,) float64, int64 or uint64, or a list of n short texts: exact, never converted between classes.
                Where ``quality`` is not usable the value is the last raw one or 0 and means nothing.
    ``quality`` (n,) uint8: a :class:`~console.domain.quality.Quality` each.
    ``source_time``   when the value was true, UTC ns: one for all (points polled together share one time), or (n,) int64.
    ``received_time`` when the program had it, UTC ns.
    """

    points: npt.NDArray[np.int32]
    values: type_of_values
    quality: npt.NDArray[np.uint8]
    source_time: int | npt.NDArray[np.int64]
    received_time: int

    def __len__(self) -> int:
        return len(self.points)
