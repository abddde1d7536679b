"""A value in a binary payload. Types and word orders are those of :class:`~console.domain.estate.ModbusSource`, and u8, i8.

``u8hi`` and ``u8lo`` are the first and the second of two bytes. ``text`` is ``length`` bytes of UTF-8, else GBK, up to a zero.
"""

from __future__ import annotations

import math
import struct

from console.domain.estate import MqttSource

_SIZE = {
    "u8": 1, "i8": 1, "bool": 2, "u8hi": 2, "u8lo": 2, "u16": 2, "i16": 2, "bcd16": 2, "u32": 4, "i32": 4, "f32": 4, "bcd32": 4,
    "u64": 8, "i64": 8, "f64": 8,
}  # fmt: skip


class Unfit(Exception):  # noqa: N818 - what the device sent, not a mistake of ours
    """These bytes are not this value."""


def binary(source: MqttSource, payload: bytes) -> float | int | str | None:
    """The raw value, None for a float that says "no value" (NaN). Raises :class:`Unfit` for too few bytes and wrong digits."""
    size = source.length if source.type == "text" else _SIZE.get(source.type, 0)
    data = payload[source.byte : source.byte + size]
    if len(data) < max(1, size):
        raise Unfit
    if source.type == "text":
        return _text(data)
    data = _in_order(data, source.order)
    if source.type in ("f32", "f64"):
        real: float = struct.unpack(">f" if size == 4 else ">d", data)[0]
        if math.isinf(real):
            raise Unfit
        return None if math.isnan(real) else real
    if source.type.startswith("bcd"):
        digits = data.hex()
        if not digits.isdecimal():
            raise Unfit
        return int(digits)
    if source.type in ("u8hi", "u8lo"):
        data = data[:1] if source.type == "u8hi" else data[1:]
    number = int.from_bytes(data, "big", signed=source.type.startswith("i"))
    if source.bit is not None:
        number = number >> source.bit & (1 << source.bits) - 1
    return int(number != 0) if source.type == "bool" else number


def _in_order(data: bytes, order: str) -> bytes:
    """``data`` with its most significant byte first."""
    if order in ("BADC", "DCBA") and len(data) > 1:
        data = b"".join(bytes((data[i + 1], data[i])) for i in range(0, len(data), 2))
    if order in ("CDAB", "DCBA"):
        data = b"".join(data[i : i + 2] for i in range(len(data) - 2, -1, -2)) if len(data) > 1 else data
    return data


def _text(data: bytes) -> str:
    data = data.split(b"\0", 1)[0]
    for encoding in ("utf-8", "gbk"):
        try:
            return data.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
    raise Unfit
