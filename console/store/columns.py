"""Columns: one point's values (or one array that goes along) compressed, with whatever shortcut gives the same bits back.

A constant, a few steps, decimals as integers: every shortcut is tried on the data and kept only where the reverse is exact.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt
from pcodec import ChunkConfig, standalone

from console.store.packing import DTYPES, Damaged, Ints, ValueClass, Values, join, pack_texts, split, unpack_texts

_CONFIG = ChunkConfig(compression_level=4)  # measured: levels above gain nothing at 600 samples a column

# How a column is stored. DIV + d: integers that are divided by 10**d; MUL + d: that are multiplied by 10**-d.
_CONSTANT, _STEPS, _PLAIN = 0, 1, 2
_DIV, _MUL = 16, 32
_DECIMALS = 5  # d = 0 … 4
_STEP_SHARE = 32  # a column with fewer changes than one in 32 is kept as steps
_EXACT = 2.0**53  # integers up to here are exact in a float64


def pack_ints(array: Ints) -> bytes:
    """Integers that go along with the columns (times, row ids): packed integers of docs/store.md."""
    if len(array) and bool((array == array[0]).all()):
        return b"\x00" + struct.pack("<qI", int(array[0]), len(array))
    return b"\x01" + bytes(standalone.simple_compress(np.ascontiguousarray(array, "<i8"), _CONFIG))


def unpack_ints(blob: memoryview) -> Ints:
    """The reverse of :func:`pack_ints`."""
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
                scaled = np.rint(part * scale) + 0.0  # −0.0 becomes 0.0 and is seen below: no integer could keep it
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


def pack_columns(kind: int, matrix: Values) -> tuple[bytes, list[bytes]]:
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


def unpack_column(kind: int, form: int, blob: memoryview, length: int) -> Values:
    """One column back, ``length`` values of class ``kind``."""
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


def pack_text_columns(rows: list[list[str]], width: int) -> tuple[bytes, list[bytes]]:
    """Each column: the words it uses, then the number of the word for each sample; all of it deflated."""
    packed = []
    for index in range(width):
        words: dict[str, int] = {}
        numbers = [words.setdefault(row[index], len(words)) for row in rows]
        packed.append(zlib.compress(join([pack_texts(list(words)), np.array(numbers, "<u4").tobytes()]), 6))
    return bytes([_PLAIN]) * width, packed


def unpack_text_column(blob: memoryview) -> list[str]:
    """One column of texts back."""
    try:
        words, numbers = split(zlib.decompress(blob))
        listed = unpack_texts(words)
        return [listed[number] for number in np.frombuffer(numbers, "<u4").tolist()]
    except (zlib.error, ValueError, IndexError) as error:
        raise Damaged("texts") from error
