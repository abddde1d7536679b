"""Blocks: the sealed form of history. One block holds one point group over a span of times.

The points of a group were polled together, so they share one array of times; each point has its own compressed column.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.store.columns import pack_columns, pack_ints, pack_text_columns, unpack_column, unpack_ints, unpack_text_column
from console.store.packing import Damaged, Ints, ValueClass, Values, join, split

_FORMAT = 1
_STEP_VALUES = 100_000  # are packed in one step


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one group: ``values`` and ``quality`` are (times, points); ``quality`` None = all good.

    ``values`` is a list of rows of texts for texts. ``written`` orders the writing (journal row ids).
    """

    kind: int
    times: Ints
    received: Ints
    written: Ints
    values: Values | list[list[str]]
    quality: npt.NDArray[np.uint8] | None
    width: int


def tidy(samples: Samples) -> tuple[Samples, int]:
    """Sorted by time, and of equal times only the last written; also how many samples were doubled."""
    times = samples.times
    steps = np.diff(times)
    if len(times) < 2 or bool((steps > 0).all()):
        return samples, 0
    order = np.lexsort((np.arange(len(times)), samples.written, times))
    keep = np.ones(len(times), bool)
    keep[:-1] = np.diff(times[order]) != 0
    order = order[keep]
    values = [samples.values[i] for i in order.tolist()] if isinstance(samples.values, list) else samples.values[order]
    return (
        Samples(
            samples.kind,
            times[order],
            samples.received[order],
            samples.written[order],
            values,
            None if samples.quality is None else samples.quality[order],
            samples.width,
        ),
        int((~keep).sum()) * samples.width,
    )


# --- blocks


def joined(parts: Sequence[Samples]) -> Samples:
    """Samples of one group, one after the other."""
    if len(parts) == 1:
        return parts[0]
    values: Values | list[list[str]]
    if isinstance(parts[0].values, list):
        values = [row for part in parts for row in part.values]
    else:
        values = np.concatenate([np.asarray(part.values) for part in parts])
    quality = None
    if any(part.quality is not None for part in parts):
        flawless = [np.zeros((len(part.times), part.width), np.uint8) if part.quality is None else part.quality for part in parts]
        quality = np.concatenate(flawless)
    return Samples(
        parts[0].kind,
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.received for part in parts]),
        np.concatenate([part.written for part in parts]),
        values,
        quality,
        parts[0].width,
    )


def cut(samples: Samples, start: int, stop: int) -> Samples:
    """The samples from place ``start`` up to ``stop``."""
    chosen = slice(start, stop)
    return Samples(
        samples.kind,
        samples.times[chosen],
        samples.received[chosen],
        samples.written[chosen],
        samples.values[chosen],
        None if samples.quality is None else samples.quality[chosen],
        samples.width,
    )


def pack_block(samples: Samples) -> bytes:
    """The stored form of tidied samples."""
    steps = pack_block_steps(samples)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return bytes(done.value)


def pack_block_steps(samples: Samples) -> Generator[None, None, bytes]:
    """As :func:`pack_block`, in steps of some milliseconds."""
    forms = b""
    columns: list[bytes] = []
    if isinstance(samples.values, list):
        forms, columns = pack_text_columns(samples.values, samples.width)
    else:
        at_once = max(1, _STEP_VALUES // len(samples.times))
        for start in range(0, samples.width, at_once):
            some, packed = pack_columns(samples.kind, samples.values[:, start : start + at_once])
            forms += some
            columns += packed
            yield
    quality = b""
    if samples.quality is not None and samples.quality.any():
        quality = zlib.compress(np.ascontiguousarray(samples.quality.T).tobytes(), 6)
    return join(
        [
            struct.pack("<BBII", _FORMAT, samples.kind, len(samples.times), samples.width),
            pack_ints(samples.times),
            pack_ints(samples.received - samples.times),
            pack_ints(samples.written),
            quality,
            forms,
            np.array([len(column) for column in columns], "<u4").tobytes(),
            b"".join(columns),
        ]
    )


def unpack_block(blob: bytes, columns: Sequence[int] | None = None) -> Samples:
    """The samples of a block, of all its points or of some ``columns`` only (in that order)."""
    parts = split(blob)
    try:
        form, kind, length, width = struct.unpack("<BBII", parts[0])
        if form != _FORMAT or len(parts) != 8:
            raise Damaged("block format")
        times = unpack_ints(parts[1])
        received = unpack_ints(parts[2]) + times
        written = unpack_ints(parts[3])
        wanted = range(width) if columns is None else columns
        quality = None
        if len(parts[4]):
            matrix = np.frombuffer(zlib.decompress(parts[4]), "u1").reshape(width, length)
            quality = np.ascontiguousarray(matrix[list(wanted)].T)
        ends = np.cumsum(np.frombuffer(parts[6], "<u4"), dtype=np.int64)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
        bodies = [parts[7][int(starts[column]) : int(ends[column])] for column in wanted]
        if kind == ValueClass.TEXT:
            texts = [unpack_text_column(body) for body in bodies]
            rows = [list(row) for row in zip(*texts, strict=True)]
            return Samples(kind, times, received, written, rows, quality, len(bodies))
        found = [unpack_column(kind, parts[5][column], body, length) for column, body in zip(wanted, bodies, strict=True)]
        values = found[0].reshape(length, 1) if len(found) == 1 else np.stack(found, axis=1)
    except (struct.error, ValueError, IndexError, zlib.error) as error:
        raise Damaged("block") from error
    return Samples(kind, times, received, written, values, quality, len(bodies))
