"""Blocks: the sealed form of history. One block holds one point group over a span of times.

The points of a group were polled together, so they share one array of times; each point has its own compressed column.
Whatever shortcut a column takes (a constant, a few steps, decimals as integers), it gives back the same bits: every shortcut
is tried on the data and kept only where the reverse is exact.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, standalone

from console.domain.quality import Quality
from console.store.packing import DTYPES, Damaged, Ints, ValueClass, Values, join, pack_texts, split, unpack_texts

_FORMAT = 1
_CONFIG = ChunkConfig(compression_level=4)  # measured: levels above gain nothing at 600 samples a column

# How a column is stored. DIV + d: integers that are divided by 10**d; MUL + d: that are multiplied by 10**-d.
_CONSTANT, _STEPS, _PLAIN = 0, 1, 2
_DIV, _MUL = 16, 32
_DECIMALS = 5  # d = 0 … 4
_STEP_SHARE = 32  # a column with fewer changes than one in 32 is kept as steps
_EXACT = 2.0**53  # integers up to here are exact in a float64


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


@dataclass(frozen=True, slots=True)
class Head:
    """What a block knows about each of its points without being decoded. Arrays are one element a point.

    ``count`` usable samples, ``bad`` the others; ``low``, ``high``, ``first``, ``last`` exact and in the block's class (over the
    usable samples; 0 where there are none; empty for texts); ``total`` their sum as float64.
    """

    count: npt.NDArray[np.uint32]
    bad: npt.NDArray[np.uint32]
    low: Values
    high: Values
    first: Values
    last: Values
    total: npt.NDArray[np.float64]


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


# --- integers that go along


def _pack_ints(array: Ints) -> bytes:
    if len(array) and bool((array == array[0]).all()):
        return b"\x00" + struct.pack("<qI", int(array[0]), len(array))
    return b"\x01" + bytes(standalone.simple_compress(np.ascontiguousarray(array, "<i8"), _CONFIG))


def _unpack_ints(blob: memoryview) -> Ints:
    if blob[0] == 0:
        value, count = struct.unpack_from("<qI", blob, 1)
        return np.full(count, value, np.int64)
    return _numbers(blob[1:]).astype(np.int64, copy=False)


def _numbers(blob: memoryview) -> npt.NDArray[np.int64]:
    try:
        found = standalone.simple_decompress(bytes(blob))
    except (RuntimeError, TypeError) as error:
        raise Damaged("pcodec") from error
    if found is None:
        raise Damaged("pcodec")
    return np.asarray(found)


# --- columns


def _decimal_forms(matrix: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int64] | None]]:
    """For each column the shortcut that gives its bits back (0: none), and its integers."""
    width = matrix.shape[1]
    forms = np.zeros(width, np.int64)
    integers: list[npt.NDArray[np.int64] | None] = [None] * width
    bits = matrix.view(np.int64)
    left = np.flatnonzero(np.isfinite(matrix).all(axis=0))
    for digits in range(_DECIMALS):
        scale = 10.0**digits
        for form in (_DIV, _MUL) if digits else (_DIV,):
            if not len(left):
                return forms, integers
            part = matrix[:, left]
            with np.errstate(over="ignore"):
                scaled = np.rint(part * scale)
            back = scaled / scale if form == _DIV else scaled * (1.0 / scale)
            fits = ((back.view(np.int64) == bits[:, left]) & (np.abs(scaled) < _EXACT)).all(axis=0)
            for place in np.flatnonzero(fits).tolist():
                column = int(left[place])
                forms[column] = form + digits
                integers[column] = scaled[:, place].astype(np.int64)
            left = left[~fits]
    return forms, integers


def _pack_integers(array: npt.NDArray[np.int64]) -> bytes:
    if int(array.min()) >= -(2**31) and int(array.max()) < 2**31:
        return bytes(standalone.simple_compress(array.astype(np.int32), _CONFIG))  # half the work; pcodec stores the type
    return bytes(standalone.simple_compress(np.ascontiguousarray(array), _CONFIG))


def _pack_steps(column: Values, changed: npt.NDArray[np.int64]) -> bytes:
    places = np.concatenate((np.zeros(1, np.int64), changed + 1)).astype("<u4")
    return zlib.compress(places.tobytes() + column[places].tobytes(), 6)


def _unpack_steps(blob: memoryview, kind: int, length: int) -> Values:
    try:
        data = zlib.decompress(blob)
    except zlib.error as error:
        raise Damaged("steps") from error
    count = len(data) // 12
    places = np.frombuffer(data, "<u4", count)
    values = np.frombuffer(data, DTYPES[kind], count, 4 * count)
    return np.repeat(values, np.diff(np.append(places, length)))


def _pack_columns(kind: int, matrix: Values) -> tuple[bytes, list[bytes]]:
    """The form of each column, and the columns."""
    length, width = matrix.shape
    columns = np.ascontiguousarray(matrix.T)
    bits = columns.view(np.int64)  # -0.0 and NaN are values like any other here
    changed = bits[:, 1:] != bits[:, :-1]
    changes = changed.sum(axis=1)
    forms = np.full(width, _PLAIN, np.int64)
    forms[changes <= length // _STEP_SHARE] = _STEPS
    forms[changes == 0] = _CONSTANT
    integers: list[npt.NDArray[np.int64] | None] = [None] * width
    if kind == ValueClass.FLOAT:
        busy = np.flatnonzero(forms == _PLAIN)
        if len(busy):
            found, whole = _decimal_forms(np.ascontiguousarray(matrix[:, busy]))
            forms[busy] = np.where(found, found, _PLAIN)
            for place, column in enumerate(busy.tolist()):
                integers[column] = whole[place]
    packed: list[bytes] = []
    for index in range(width):
        column = columns[index]
        whole_numbers = integers[index]
        match int(forms[index]):
            case 0:  # _CONSTANT
                packed.append(column[:1].tobytes())
            case 1:  # _STEPS
                packed.append(_pack_steps(column, np.flatnonzero(changed[index])))
            case _ if whole_numbers is not None:
                packed.append(_pack_integers(whole_numbers))
            case _ if kind == ValueClass.INT:
                packed.append(_pack_integers(column))
            case _:
                packed.append(bytes(standalone.simple_compress(column, _CONFIG)))
    return forms.astype("u1").tobytes(), packed


def _unpack_column(kind: int, form: int, blob: memoryview, length: int) -> Values:
    if form == _CONSTANT:
        return np.repeat(np.frombuffer(blob, DTYPES[kind], 1), length)
    if form == _STEPS:
        return _unpack_steps(blob, kind, length)
    numbers = _numbers(blob)
    if len(numbers) != length:
        raise Damaged("column length")
    if form >= _MUL:
        return numbers * (1.0 / 10.0 ** (form - _MUL))
    if form >= _DIV:
        return numbers / 10.0 ** (form - _DIV)
    return numbers.astype(DTYPES[kind], copy=False)


def _pack_text_columns(rows: list[list[str]], width: int) -> tuple[bytes, list[bytes]]:
    """Each column: the words it uses, then the number of the word for each sample; all of it deflated."""
    packed = []
    for index in range(width):
        words: dict[str, int] = {}
        numbers = [words.setdefault(row[index], len(words)) for row in rows]
        packed.append(zlib.compress(join([pack_texts(list(words)), np.array(numbers, "<u4").tobytes()]), 6))
    return bytes([_PLAIN]) * width, packed


def _unpack_text_column(blob: memoryview) -> list[str]:
    try:
        words, numbers = split(zlib.decompress(blob))
        listed = unpack_texts(words)
        return [listed[number] for number in np.frombuffer(numbers, "<u4").tolist()]
    except (zlib.error, ValueError, IndexError) as error:
        raise Damaged("texts") from error


# --- blocks


def head_of(samples: Samples) -> Head:
    """The head of a block of these (tidied) samples."""
    length, width = len(samples.times), samples.width
    usable = np.ones((length, width), bool) if samples.quality is None else samples.quality <= Quality.MANUAL
    nothing: npt.NDArray[np.float64] = np.zeros(0, np.float64)
    if isinstance(samples.values, list):
        count = usable.sum(axis=0).astype(np.uint32)
        return Head(count, (length - count).astype(np.uint32), nothing, nothing, nothing, nothing, nothing)
    matrix = samples.values
    if matrix.dtype.kind == "f":
        usable &= np.isfinite(matrix)
    count = usable.sum(axis=0).astype(np.uint32)
    some = count > 0
    if usable.all():
        low, high, total = matrix.min(axis=0), matrix.max(axis=0), matrix.sum(axis=0, dtype=np.float64)
    else:
        top = np.inf if matrix.dtype.kind == "f" else np.iinfo(matrix.dtype).max
        bottom = -np.inf if matrix.dtype.kind == "f" else np.iinfo(matrix.dtype).min
        low = np.where(some, np.where(usable, matrix, top).min(axis=0), 0).astype(matrix.dtype)
        high = np.where(some, np.where(usable, matrix, bottom).max(axis=0), 0).astype(matrix.dtype)
        total = np.where(usable, matrix, 0).sum(axis=0, dtype=np.float64)
    points = np.arange(width)
    zero = matrix.dtype.type(0)
    first = np.where(some, matrix[usable.argmax(axis=0), points], zero)
    last = np.where(some, matrix[length - 1 - usable[::-1].argmax(axis=0), points], zero)
    return Head(count, (length - count).astype(np.uint32), low, high, first, last, total)


def pack_head(head: Head) -> bytes:
    """The stored form of a head."""
    dtype = head.low.dtype.newbyteorder("<")
    exact = [array.astype(dtype, copy=False).tobytes() for array in (head.low, head.high, head.first, head.last)]
    return zlib.compress(
        join(
            [
                head.count.astype("<u4").tobytes(),
                head.bad.astype("<u4").tobytes(),
                *exact,
                head.total.astype("<f8").tobytes(),
            ]
        ),
        6,
    )


def unpack_head(kind: int, blob: bytes) -> Head:
    """The reverse of :func:`pack_head`."""
    try:
        parts = split(zlib.decompress(blob))
        dtype = DTYPES.get(kind, "<f8")
        low, high, first, last = (np.frombuffer(part, dtype) for part in parts[2:6])
        count, bad = np.frombuffer(parts[0], "<u4"), np.frombuffer(parts[1], "<u4")
        return Head(count, bad, low, high, first, last, np.frombuffer(parts[6], "<f8"))
    except (zlib.error, ValueError, IndexError, TypeError) as error:
        raise Damaged("head") from error


def pack_block(samples: Samples) -> bytes:
    """The stored form of tidied samples."""
    if isinstance(samples.values, list):
        forms, columns = _pack_text_columns(samples.values, samples.width)
    else:
        forms, columns = _pack_columns(samples.kind, samples.values)
    quality = b""
    if samples.quality is not None and samples.quality.any():
        quality = zlib.compress(np.ascontiguousarray(samples.quality.T).tobytes(), 6)
    return join(
        [
            struct.pack("<BBII", _FORMAT, samples.kind, len(samples.times), samples.width),
            _pack_ints(samples.times),
            _pack_ints(samples.received - samples.times),
            _pack_ints(samples.written),
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
        times = _unpack_ints(parts[1])
        received = _unpack_ints(parts[2]) + times
        written = _unpack_ints(parts[3])
        wanted = range(width) if columns is None else columns
        quality = None
        if len(parts[4]):
            matrix = np.frombuffer(zlib.decompress(parts[4]), "u1").reshape(width, length)
            quality = np.ascontiguousarray(matrix[list(wanted)].T)
        ends = np.cumsum(np.frombuffer(parts[6], "<u4"), dtype=np.int64)
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
        bodies = [parts[7][int(starts[column]) : int(ends[column])] for column in wanted]
        if kind == ValueClass.TEXT:
            texts = [_unpack_text_column(body) for body in bodies]
            rows = [list(row) for row in zip(*texts, strict=True)]
            return Samples(kind, times, received, written, rows, quality, len(bodies))
        found = [_unpack_column(kind, parts[5][column], body, length) for column, body in zip(wanted, bodies, strict=True)]
        values = found[0].reshape(length, 1) if len(found) == 1 else np.stack(found, axis=1)
    except (struct.error, ValueError, IndexError, zlib.error) as error:
        raise Damaged("block") from error
    return Samples(kind, times, received, written, values, quality, len(bodies))
