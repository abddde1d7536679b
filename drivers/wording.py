"""Registers to texts: characters, and the date and time words of devices (the forms are told in ``ModbusSource``).

Qualities: NOT_AVAILABLE for what was never set (all bits 0 or all bits 1 in a date, all bits 1 in a text) or what the device
itself calls invalid; BAD for what no calendar has, and for bytes that are no characters. Such values are empty texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np

from console.domain.estate import ModbusSource
from console.domain.quality import Quality
from console.domain.registers import width

Read = tuple[str, Quality]
_NOTHING: Read = ("", Quality.NOT_AVAILABLE)
_WRONG: Read = ("", Quality.BAD)
_CENTURY = 2000
_YEARS = range(1970, 2200)  # a device clock that shows another year is no clock


class Texts:
    """Decodes the texts of one block; ``address`` is the block's first register."""

    def __init__(self, address: int, sources: Sequence[ModbusSource]) -> None:
        self._readers = [(2 * (source.address - address), 2 * width(source), _reader(source)) for source in sources]

    def decode(self, payload: bytes) -> tuple[list[str], list[Quality]]:
        """A text and a quality for every point, in the order of ``sources``."""
        found = [read(payload[start : start + size]) for start, size, read in self._readers]
        return [text for text, _ in found], [quality for _, quality in found]


def _reader(source: ModbusSource) -> Callable[[bytes], Read]:
    """How the bytes of ``source`` become a text, its byte order included."""
    read = _READERS[source.type]
    if source.order == "ABCD":
        return read
    if source.order == "CDAB":
        return lambda raw: read(raw[2:] + raw[:2])  # time2 alone: the others come in one of two byte orders
    if source.order == "DCBA":
        return lambda raw: read(raw[::-1])
    return lambda raw: read(np.frombuffer(raw, "<u2").astype(">u2").tobytes())


def characters(raw: bytes) -> Read:
    """ASCII or GBK up to the first zero byte. A character that the end of the registers cuts in two is left out."""
    if not raw.strip(b"\xff"):
        return _NOTHING
    raw = raw.partition(b"\0")[0].rstrip(b"\xff")
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as error:
        if error.reason != "incomplete multibyte sequence":
            return _WRONG
        text = raw[: error.start].decode("gb18030")
    text = text.strip()
    return (text, Quality.GOOD) if text.isprintable() else _WRONG


def _moment(*parts: int) -> Read:
    """Year, month, day, hour, minute, second as a text."""
    year = parts[0] + _CENTURY if parts[0] < 100 else parts[0]
    if year not in _YEARS:
        return _WRONG
    try:
        return datetime(year, *parts[1:]).isoformat(" "), Quality.GOOD  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock
    except ValueError:
        return _WRONG


def _set(read: Callable[[bytes], Read]) -> Callable[[bytes], Read]:
    """A clock that was never set shows no time."""
    return lambda raw: read(raw) if raw.strip(b"\0") and raw.strip(b"\xff") else _NOTHING


def _bcd(raw: bytes) -> Read:
    digits = raw.hex()
    return _moment(*(int(digits[place : place + 2]) for place in range(0, 12, 2))) if digits.isdecimal() else _WRONG


def _words(raw: bytes) -> Read:
    return _moment(*(int.from_bytes(raw[place : place + 2], "big") for place in range(0, 12, 2)))


def _iec(raw: bytes) -> Read:
    """IEC 60870-5-4 as in Schneider's register lists (type DATETIME): year 7 bits, month 4, day 5, hour 5, minute 6, ms 16."""
    if raw[5] & 0x80:  # iV: the device does not believe it itself
        return _NOTHING
    milliseconds = int.from_bytes(raw[6:], "big")
    year, month, day = raw[1] & 0x7F, raw[2] & 0x0F, raw[3] & 0x1F
    return _moment(_CENTURY + year, month, day, raw[4] & 0x1F, raw[5] & 0x3F, milliseconds // 1000)


def _unix(raw: bytes) -> Read:
    moment = datetime.fromtimestamp(int.from_bytes(raw, "big"), UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}Z", Quality.GOOD


_READERS: dict[str, Callable[[bytes], Read]] = {
    "text": characters,
    "time2": _set(_unix),
    "time3": _set(lambda raw: _moment(*raw)),
    "time3bcd": _set(_bcd),
    "time4": _set(_iec),
    "time6": _set(_words),
}
