"""The last sample of every point, kept by the recorder and found again at the next start."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from console.store.image import LastValue
from console.store.packing import DTYPES, Damaged, ValueClass, Values, join, kinds_in, pack_texts, split, unpack_texts

_NEVER = np.iinfo(np.int64).min


class LastValues:
    """Arrays by point number; grows with the highest one."""

    def __init__(self) -> None:
        self._times = np.full(0, _NEVER, np.int64)
        self._bits = np.zeros(0, np.int64)
        self._kinds = np.zeros(0, np.uint8)
        self._quality = np.zeros(0, np.uint8)
        self._texts: dict[int, str] = {}

    def _grow(self, size: int) -> None:
        more = max(size, 2 * len(self._times), 64) - len(self._times)
        self._times = np.concatenate((self._times, np.full(more, _NEVER, np.int64)))
        self._bits = np.concatenate((self._bits, np.zeros(more, np.int64)))
        self._kinds = np.concatenate((self._kinds, np.zeros(more, np.uint8)))
        self._quality = np.concatenate((self._quality, np.zeros(more, np.uint8)))

    def update(
        self,
        kind: int,
        points: npt.NDArray[np.int32],
        times: int | npt.NDArray[np.int64],
        values: Values | list[str],
        quality: npt.NDArray[np.uint8],
    ) -> None:
        """Take samples in the order of their writing; one that is older than what is known changes nothing."""
        if not len(points):
            return
        top = int(points.max())
        if top >= len(self._times):
            self._grow(top + 1)
        if isinstance(times, int):
            chosen = np.flatnonzero(self._times[points] <= times)
            stamps: npt.NDArray[np.int64] = np.full(len(chosen), times, np.int64)
        else:
            order = np.argsort(times, kind="stable")
            chosen = order[self._times[points[order]] <= times[order]]
            stamps = times[chosen]
        whole = len(chosen) == len(points) and isinstance(times, int)
        where = points if whole else points[chosen]
        self._times[where] = stamps
        self._quality[where] = quality if whole else quality[chosen]
        self._kinds[where] = kind
        if isinstance(values, list):
            for place in chosen.tolist():
                self._texts[int(points[place])] = values[place]
        else:
            bits = np.ascontiguousarray(values, DTYPES[kind]).view(np.int64)
            self._bits[where] = bits if whole else bits[chosen]

    def pack(self) -> bytes:
        """The stored form."""
        known = np.flatnonzero(self._times != _NEVER)
        texts = known[self._kinds[known] == ValueClass.TEXT].tolist()
        return zlib.compress(
            join(
                [
                    known.astype("<i4").tobytes(),
                    self._times[known].tobytes(),
                    self._bits[known].tobytes(),
                    self._kinds[known].tobytes(),
                    self._quality[known].tobytes(),
                    np.array(texts, "<i4").tobytes(),
                    pack_texts([self._texts[number] for number in texts]),
                ]
            ),
            1,
        )

    def load(self, blob: bytes) -> None:
        """Take in a stored form; newer values that are already known stay."""
        try:
            parts = split(zlib.decompress(blob))
            points = np.frombuffer(parts[0], "<i4")
            times, bits = np.frombuffer(parts[1], "<i8"), np.frombuffer(parts[2], "<i8")
            kinds, quality = np.frombuffer(parts[3], "u1"), np.frombuffer(parts[4], "u1")
            texts = dict(zip(np.frombuffer(parts[5], "<i4").tolist(), unpack_texts(parts[6]), strict=True))
        except (zlib.error, ValueError, IndexError) as error:
            raise Damaged("last values") from error
        for kind in kinds_in(kinds):
            mine = kinds == kind
            values: Values | list[str]
            if kind == ValueClass.TEXT:
                values = [texts[number] for number in points[mine].tolist()]
            else:
                values = bits[mine].view(DTYPES[kind])
            self.update(kind, points[mine], times[mine], values, quality[mine])

    def all(self) -> dict[int, LastValue]:
        """Every point's last sample, in its exact class."""
        found: dict[int, LastValue] = {}
        for number in np.flatnonzero(self._times != _NEVER).tolist():
            kind = int(self._kinds[number])
            value: float | int | str
            exact = self._bits[number : number + 1].view(np.dtype(DTYPES.get(kind, "<i8")))[0].item()
            value = self._texts[number] if kind == ValueClass.TEXT else exact
            found[number] = LastValue(value, int(self._quality[number]), int(self._times[number]))
        return found
