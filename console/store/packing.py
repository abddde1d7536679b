"""Sections of bytes in one blob, and the four value classes. Everything is little-endian."""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]  # of the dtypes in DTYPES
Ints = npt.NDArray[np.int64]


class ValueClass(enum.IntEnum):
    """The exact class in which a value came and in which it is given back."""

    FLOAT = 0
    INT = 1
    UINT = 2
    TEXT = 3


DTYPES: dict[int, npt.DTypeLike] = {ValueClass.FLOAT: "<f8", ValueClass.INT: "<i8", ValueClass.UINT: "<u8"}


class Damaged(Exception):  # noqa: N818 - the disk's fault, not ours
    """Stored bytes do not say what they should (wrong checksum, wrong length)."""


def join(sections: Sequence[bytes]) -> bytes:
    """One blob: u16 number of sections, u32 length of each, then the sections themselves."""
    return b"".join((struct.pack(f"<H{len(sections)}I", len(sections), *map(len, sections)), *sections))


def split(blob: bytes) -> list[memoryview]:
    """The sections of a blob made by :func:`join`."""
    view = memoryview(blob)
    try:
        (count,) = struct.unpack_from("<H", view)
        lengths = struct.unpack_from(f"<{count}I", view, 2)
    except struct.error as error:
        raise Damaged("sections") from error
    start = 2 + 4 * count
    if start + sum(lengths) != len(view):
        raise Damaged("sections")
    found = []
    for length in lengths:
        found.append(view[start : start + length])
        start += length
    return found


def kinds_in(classes: npt.NDArray[np.uint8]) -> list[int]:
    """The different classes in an array, ascending. (numpy's ``unique`` loads its masked arrays: 70 ms at the first sample.)"""
    found: list[int] = np.flatnonzero(np.bincount(classes, minlength=1)).tolist()
    return found


def class_of(values: object) -> ValueClass:
    """The class of a batch's values."""
    if isinstance(values, np.ndarray):
        match values.dtype.kind:
            case "f":
                return ValueClass.FLOAT
            case "i" | "b":
                return ValueClass.INT
            case "u":
                return ValueClass.UINT
    return ValueClass.TEXT


def pack_texts(texts: Sequence[str]) -> bytes:
    """u32 count, u32 length of each in UTF-8, then the bytes."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    return struct.pack(f"<I{len(encoded)}I", len(encoded), *map(len, encoded)) + b"".join(encoded)


def unpack_texts(blob: bytes | memoryview) -> list[str]:
    """The reverse of :func:`pack_texts`."""
    if not len(blob):
        return []
    try:
        (count,) = struct.unpack_from("<I", blob)
        lengths = struct.unpack_from(f"<{count}I", blob, 4)
    except struct.error as error:
        raise Damaged("texts") from error
    data = bytes(blob[4 + 4 * count :])
    ends = np.cumsum(np.array(lengths, np.int64)) if count else np.zeros(0, np.int64)
    return [data[end - length : end].decode("utf-8", "surrogatepass") for end, length in zip(ends.tolist(), lengths, strict=True)]
