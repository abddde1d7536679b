"""Some registers, read in every way at once: for the person who has a manual that does not say which.

Pure. Every way carries a guess of how likely it is, from what measured values look like: a float that was not meant as one is
nearly always tiny or huge, a counter in the wrong word order is nearly always the larger one. The guesses only colour a table.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

LIKELY, POSSIBLE, HARDLY = 2, 1, 0

_ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_REAL = (1e-3, 1e7)  # magnitudes of measured values in their usual units, from mA to kWh
_CONCEIVABLE = (1e-12, 1e12)
_LARGEST = {4: 10**9, 8: 10**13}  # counters beyond it would need more than a building's life (Wh, litres, seconds)
_NO_VALUE_16 = {0x7FFF, 0x8000, 0xFFFF}  # usual sentinels (SunSpec information model specification, "not implemented")
_RUN = 4  # printable characters in a row that are taken for a text


class Way(NamedTuple):
    """One way of reading what begins at ``address``; fields as in :class:`console.link.bench.Decoding`."""

    address: int
    type: str
    order: str
    text: str
    value: float | int | str | None
    hint: int


def ways(function: int, address: int, count: int, data: bytes) -> tuple[Way, ...]:
    """Every way of reading ``data``, ascending by address, narrow types first. Too few bytes are read as far as they go."""
    if function in (1, 2):
        bits = [data[place // 8] >> place % 8 & 1 for place in range(min(count, 8 * len(data)))]
        return tuple(Way(address + place, "bool", "", str(bit), bit, LIKELY) for place, bit in enumerate(bits))
    words = min(count, len(data) // 2)
    runs = _texts(data[: 2 * words])
    found: list[Way] = []
    for place in range(words):
        here = address + place
        found += _narrow(here, data[2 * place : 2 * place + 2])
        if place in runs:
            found.append(Way(here, "text", "", runs[place], runs[place], LIKELY))
        for size in (4, 8):
            if 2 * place + size <= 2 * words:
                found += _wide(here, data[2 * place : 2 * place + size])
    return tuple(found)


def ordered(raw: bytes, order: str) -> bytes:
    """``raw`` (registers as they came) with the most significant byte first."""
    words = [raw[place : place + 2] for place in range(0, len(raw), 2)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    return b"".join(word[::-1] if order in ("BADC", "DCBA") else word for word in words)


def _narrow(address: int, raw: bytes) -> Iterator[Way]:
    unsigned = int.from_bytes(raw, "big")
    signed = int.from_bytes(raw, "big", signed=True)
    sentinel = unsigned in _NO_VALUE_16
    negative = -10_000 < signed < 0 and not sentinel  # a small negative number, or an unsigned one near the top
    yield Way(address, "u16", "", str(unsigned), unsigned, HARDLY if sentinel else POSSIBLE if negative else LIKELY)
    yield Way(address, "i16", "", str(signed), signed, HARDLY if sentinel else LIKELY if negative else POSSIBLE)
    yield Way(address, "hex", "", f"0x{unsigned:04X}", unsigned, POSSIBLE)
    bits = f"{unsigned:016b}"
    yield Way(address, "bits", "", f"{bits[:4]} {bits[4:8]} {bits[8:12]} {bits[12:]}", unsigned, POSSIBLE)
    yield _bcd(address, "bcd16", "", raw)
    text = _printable(raw)
    yield Way(address, "ascii", "", text, text if "·" not in text else None, POSSIBLE if "·" not in text else HARDLY)


def _wide(address: int, raw: bytes) -> Iterator[Way]:
    """Integers and floats of four or eight bytes in all word orders."""
    size = len(raw)
    turned = {order: ordered(raw, order) for order in _ORDERS}
    reals: dict[str, float] = {order: struct.unpack(">f" if size == 4 else ">d", each)[0] for order, each in turned.items()}
    most = POSSIBLE if any(_of_real(number) == LIKELY for number in reals.values()) else LIKELY  # chance hardly makes a real
    for signed in (False, True):
        kind = f"{'i' if signed else 'u'}{8 * size}"
        values = {order: int.from_bytes(each, "big", signed=signed) for order, each in turned.items()}
        least = min(abs(value) for value in values.values())
        for order, value in values.items():
            yield Way(address, kind, order, str(value), value, min(most, _of_integer(value, least, size)))
    for order, number in reals.items():
        text = f"{number:.7g}" if size == 4 else f"{number:.15g}"
        finite = math.isfinite(number)
        yield Way(address, f"f{8 * size}", order, text, number if finite else None, _of_real(number))
    if size == 4:
        for order, each in turned.items():
            yield _bcd(address, "bcd32", order, each)


def _of_integer(value: int, least: int, size: int) -> int:
    if abs(value) > _LARGEST[size]:
        return HARDLY
    fits_half = abs(value) < 1 << (4 * size - 1)  # then the narrower type says the same
    return LIKELY if abs(value) == least and not fits_half else POSSIBLE


def _of_real(number: float) -> int:
    if number == 0:
        return POSSIBLE
    if _REAL[0] <= abs(number) <= _REAL[1]:
        return LIKELY
    return POSSIBLE if _CONCEIVABLE[0] <= abs(number) <= _CONCEIVABLE[1] else HARDLY


def _bcd(address: int, kind: str, order: str, raw: bytes) -> Way:
    digits = raw.hex()
    if not digits.isdecimal():
        return Way(address, kind, order, "–", None, HARDLY)
    return Way(address, kind, order, str(int(digits)), int(digits), POSSIBLE)


def _printable(raw: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in raw)


def _texts(data: bytes) -> dict[int, str]:
    """First register -> text, for every run of printable characters that is too long to be chance."""
    found: dict[int, str] = {}
    shown = _printable(data)
    place = 0
    while place < len(shown):
        end = place
        while end < len(shown) and shown[end] != "·":
            end += 1
        text = shown[place:end].strip()
        if len(text) >= _RUN:
            found[place // 2] = text
        place = end + 1
    return found
