"""How many registers the values of Modbus points take: one table for configuration, read plan and decoding."""

from __future__ import annotations

from console.domain.estate import ModbusSource

NUMBERS = {
    "bool": 1, "u8hi": 1, "u8lo": 1, "u16": 1, "i16": 1, "bcd16": 1, "u32": 2, "i32": 2, "f32": 2, "bcd32": 2,
    "u64": 4, "i64": 4, "f64": 4,
}  # fmt: skip
TIMES = {"time2": 2, "time3": 3, "time3bcd": 3, "time4": 4, "time6": 6}
TYPES = (*NUMBERS, "text", *TIMES)
"""Every type of :class:`~console.domain.estate.ModbusSource`."""


def is_text(kind: str) -> bool:
    """True for the types whose values are texts: ``text`` itself and the date/time words."""
    return kind == "text" or kind in TIMES


def width(source: ModbusSource) -> int:
    """How many addresses a point takes: registers, or one bit."""
    if source.function in (1, 2):
        return 1
    return source.length if source.type == "text" else NUMBERS.get(source.type) or TIMES[source.type]
