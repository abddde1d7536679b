"""Journal rows: everything that arrived within about 250 ms, packed, compressed, checksummed.

A row is a sequence of *runs*: one run is one point group at one time. The row is self-contained: a reader needs the group table
only to know which column of a run is which point.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from console.store.blocks import Samples
from console.store.packing import DTYPES, Damaged, ValueClass, Values, join, kinds_in, pack_texts, split, unpack_texts

_LEVEL = 1  # measured: 1.5 bytes a sample at 0.04 µs; level 6 saves a fifth and costs five times as much


@dataclass(slots=True)
class RowBuilder:
    """Collects runs for one journal row, in their order of arrival."""

    groups: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)  # only in carried rows: the row in which the run first came
    values: dict[int, list[Values]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    quality: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    samples: int = 0

    def add(
        self,
        group: int,
        kind: int,
        *,
        time: int,
        received: int,
        values: Values | Sequence[str],
        quality: npt.NDArray[np.uint8],
    ) -> None:
        """One run: the values of ``group``'s points at ``time``."""
        width = len(quality)
        self.groups.append(group)
        self.widths.append(width)
        self.classes.append(kind)
        self.times.append(time)
        self.received.append(received)
        self.quality.append(quality)
        self.samples += width
        if kind == ValueClass.TEXT:
            self.texts.extend(values)
        else:
            self.values.setdefault(kind, []).append(np.asarray(values))

    def span(self) -> tuple[int, int]:
        """The first and last source time."""
        return min(self.times), max(self.times)

    def pack(self) -> bytes:
        """The row's body."""
        times = np.array(self.times, "<i8")
        quality = np.concatenate(self.quality) if self.quality else np.zeros(0, np.uint8)
        return zlib.compress(
            join(
                [
                    b"\x01",  # the format of the row
                    np.array(self.groups, "<u4").tobytes(),
                    np.array(self.widths, "<u4").tobytes(),
                    np.array(self.classes, "u1").tobytes(),
                    times.tobytes(),
                    (np.array(self.received, "<i8") - times).tobytes(),
                    np.array(self.written, "<i8").tobytes(),
                    quality.astype("u1", copy=False).tobytes() if quality.any() else b"",
                    *(
                        np.concatenate(self.values[kind]).astype(DTYPES[kind], copy=False).tobytes() if kind in self.values else b""
                        for kind in DTYPES
                    ),
                    pack_texts(self.texts) if self.texts else b"",
                ]
            ),
            _LEVEL,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A journal row as it is read. ``starts`` is each run's first element within its class's array, ``marks`` within ``quality``.

    ``quality`` is ``None`` where every sample is good. ``written`` is the order of writing: the id of the row in which a run
    first came.
    """

    groups: npt.NDArray[np.uint32]
    widths: npt.NDArray[np.uint32]
    classes: npt.NDArray[np.uint8]
    times: npt.NDArray[np.int64]
    received: npt.NDArray[np.int64]
    written: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    marks: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8] | None
    values: dict[int, Values]
    texts: list[str]


def unpack(identity: int, body: bytes) -> Row:
    """Read the body of row ``identity``; raises :class:`Damaged` where it is not what was written."""
    try:
        parts = split(zlib.decompress(body))
        if len(parts) != 12 or bytes(parts[0]) != b"\x01":
            raise Damaged("row format")
        groups = np.frombuffer(parts[1], "<u4")
        widths = np.frombuffer(parts[2], "<u4")
        classes = np.frombuffer(parts[3], "u1")
        times = np.frombuffer(parts[4], "<i8")
        received = np.frombuffer(parts[5], "<i8") + times
        written = np.frombuffer(parts[6], "<i8")
        quality = np.frombuffer(parts[7], "u1") if len(parts[7]) else None
        values = {int(kind): np.frombuffer(part, DTYPES[kind]) for kind, part in zip(DTYPES, parts[8:11], strict=True) if len(part)}
    except (zlib.error, ValueError) as error:
        raise Damaged("row") from error
    marks = np.cumsum(widths, dtype=np.int64) - widths
    starts = np.zeros(len(widths), np.int64)
    for kind in kinds_in(classes):
        mine = classes == kind
        starts[mine] = np.cumsum(widths[mine], dtype=np.int64) - widths[mine]
    if not len(written):
        written = np.full(len(groups), identity, np.int64)
    return Row(groups, widths, classes, times, received, written, starts, marks, quality, values, unpack_texts(parts[11]))


def concatenate(rows: Sequence[Row]) -> Row:
    """Several rows as one, in their order."""
    if len(rows) == 1:
        return rows[0]
    sizes: dict[int, int] = dict.fromkeys(DTYPES, 0)
    sizes[ValueClass.TEXT] = 0
    starts, marks, offset = [], [], 0
    for row in rows:
        shift = np.zeros(len(row.groups), np.int64)
        for kind in kinds_in(row.classes):
            shift[row.classes == kind] = sizes[kind]
        starts.append(row.starts + shift)
        marks.append(row.marks + offset)
        offset += int(row.widths.sum())
        for kind, array in row.values.items():
            sizes[kind] += len(array)
        sizes[ValueClass.TEXT] += len(row.texts)
    quality = None
    if any(row.quality is not None for row in rows):
        flawless = [np.zeros(int(row.widths.sum()), np.uint8) if row.quality is None else row.quality for row in rows]
        quality = np.concatenate(flawless)
    values: dict[int, Values] = {}
    for kind in DTYPES:
        some = [row.values[kind] for row in rows if kind in row.values]
        if some:
            values[kind] = np.concatenate(some)
    return Row(
        np.concatenate([row.groups for row in rows]),
        np.concatenate([row.widths for row in rows]),
        np.concatenate([row.classes for row in rows]),
        np.concatenate([row.times for row in rows]),
        np.concatenate([row.received for row in rows]),
        np.concatenate([row.written for row in rows]),
        np.concatenate(starts),
        np.concatenate(marks),
        quality,
        values,
        [text for row in rows for text in row.texts],
    )


def gather(row: Row, runs: npt.NDArray[np.int64], kind: int, width: int) -> Samples:
    """The samples of the ``runs`` (all of one group) in ``row``, in the order of writing."""
    values: Values | list[list[str]]
    if kind == ValueClass.TEXT:
        values = [row.texts[start : start + width] for start in row.starts[runs].tolist()]
    else:
        values = row.values[kind][row.starts[runs][:, None] + np.arange(width)]
    quality = None if row.quality is None else row.quality[row.marks[runs][:, None] + np.arange(width)]
    return Samples(kind, row.times[runs], row.received[runs], row.written[runs], values, quality, width)
