"""Values to wire: the inverse of what a driver does with a source. Written apart from `drivers.decode`, so that tests can
hold one against the other."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from console.domain.estate import ModbusSource

_SIZE = {  # registers of a type
    "bool": 1, "u8hi": 1, "u8lo": 1, "u16": 1, "i16": 1, "bcd16": 1, "u32": 2, "i32": 2, "f32": 2, "bcd32": 2,
    "u64": 4, "i64": 4, "f64": 4,
}  # fmt: skip


def size(kind: str) -> int:
    """Registers that a value of ``kind`` takes."""
    return _SIZE[kind]


def raw(source: ModbusSource, value: float) -> int:
    """The unsigned integer whose bits stand on the wire for ``value`` (which is in the point's unit).

    NaN is the device's own "no value": its first sentinel, a float's NaN, else 0. A number that the type cannot hold
    is the nearest one that it can.
    """
    if source.type in ("f32", "f64"):
        return _float(source, value)
    if math.isnan(value):
        number = source.not_available[0] if source.not_available else 0
    else:
        number = round((value - source.offset) / source.scale)
    return _integer(source, number)


def _float(source: ModbusSource, value: float) -> int:
    single = source.type == "f32"
    number = (value - source.offset) / source.scale
    if single and math.isfinite(number):
        number = max(-3.4e38, min(3.4e38, number))
    return int.from_bytes(struct.pack(">f" if single else ">d", number))


def _integer(source: ModbusSource, number: int) -> int:
    if source.bit is not None:
        return max(0, min(number, (1 << source.bits) - 1))
    if source.type == "bool":
        return int(number != 0)
    if source.type.startswith("bcd"):
        digits = 4 * size(source.type)
        return int(str(max(0, min(number, 10**digits - 1))), 16)
    bits = 8 if source.type.startswith("u8") else 16 * size(source.type)
    if source.type[0] == "i" and number >= 0:
        return min(number, (1 << bits - 1) - 1)
    if source.type[0] == "i":
        return max(number, -(1 << bits - 1)) & (1 << bits) - 1
    return max(0, min(number, (1 << bits) - 1))


def to_words(number: int, count: int, order: str) -> list[int]:
    """``number`` as ``count`` registers in word ``order`` (ABCD: high word first, big-endian)."""
    words = [(number >> 16 * (count - 1 - index)) & 0xFFFF for index in range(count)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [_swap(word) for word in words]
    return words


def from_words(words: Sequence[int], order: str) -> int:
    """The inverse of :func:`to_words`."""
    turned = [_swap(word) for word in words] if order in ("BADC", "DCBA") else list(words)
    if order in ("CDAB", "DCBA"):
        turned.reverse()
    number = 0
    for word in turned:
        number = number << 16 | word
    return number


def _swap(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8
