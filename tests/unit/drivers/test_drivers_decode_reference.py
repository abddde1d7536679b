"""Whole blocks against a slow, obvious reference decoder: one point at a time, Python integers, ``struct`` as the oracle."""

from __future__ import annotations

import math
import struct
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.estate import Band, Factor, ModbusSource, Point
from console.domain.quality import Quality
from console.domain.registers import NUMBERS
from drivers.decode import ORDERS, BlockDecoder
from drivers.factors import Factors
from tests.helpers.estates import register

FORMATS = {"u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "i64": "q", "f32": "f", "f64": "d"}
SCALES = [1.0, 0.1, 0.001, 0.01, 10.0, 1000.0, 2.5, 5 / 9]
SENTINELS = [0xFFFF, 0x8000, 0x7FFF, 0, 1, 0xFFFFFFFF, 0x80000000, -1, -32768, 2**63 - 1, 2**64 - 1]
Found = tuple[Any, Quality]


def in_order(raw: bytes, order: str) -> bytes:
    """``raw`` as the device sent it, most significant byte first."""
    words = [raw[place : place + 2] for place in range(0, len(raw), 2)]
    if order in ("BADC", "DCBA"):
        words = [bytes(reversed(word)) for word in words]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    return b"".join(words)


def reference(point: Point, payload: bytes, ratio: float | None) -> Found:
    """The value and quality of one point; ``ratio`` is what its factors come to."""
    source = point.source
    assert isinstance(source, ModbusSource)
    raw = in_order(payload[2 * source.address : 2 * (source.address + NUMBERS[source.type])], source.order)
    if source.type in ("u8hi", "u8lo"):
        raw = raw[:1] if source.type == "u8hi" else raw[1:]
    read = real if source.type[0] == "f" else decimal if source.type[0] == "b" and source.type != "bool" else whole
    number, quality = read(source, raw)
    if quality is not Quality.GOOD:
        return number, quality
    if source.scale != 1 or source.offset or source.factors:
        if ratio is None:
            return None, Quality.NOT_AVAILABLE
        number = near(number, source, ratio)
    low, high = (point.plausible.low, point.plausible.high) if point.plausible else (None, None)
    inside = (low is None or number >= low) and (high is None or number <= high)
    return number, Quality.GOOD if inside else Quality.BAD


def real(source: ModbusSource, raw: bytes) -> Found:
    """A float before its scale."""
    (number,) = struct.unpack(">" + FORMATS[source.type], raw)
    there = math.isfinite(number) and number not in source.not_available
    return number, Quality.GOOD if there else Quality.NOT_AVAILABLE


def decimal(source: ModbusSource, raw: bytes) -> Found:
    """A BCD number: sentinels may mean its digits or its bits."""
    digits = raw.hex()
    number = int(digits) if digits.isdecimal() else None
    if any(value % 256 ** len(raw) in (int(digits, 16), number) for value in source.not_available):
        return None, Quality.NOT_AVAILABLE
    return number, Quality.BAD if number is None else Quality.GOOD


def whole(source: ModbusSource, raw: bytes) -> Found:
    """An integer, some of its bits, or a flag."""
    bits = int.from_bytes(raw, "big")
    if any(value % 256 ** len(raw) == bits for value in source.not_available):
        return None, Quality.NOT_AVAILABLE
    if source.bit is not None:
        return bits >> source.bit & ((1 << source.bits) - 1), Quality.GOOD
    if source.type == "bool":
        return int(bits != 0), Quality.GOOD
    return struct.unpack(">" + FORMATS[source.type], raw)[0] if source.type in FORMATS else bits, Quality.GOOD


def near(number: float, source: ModbusSource, ratio: float) -> Any:
    """The scaled number in exact fractions; a float64 comes within a few units in its last place."""
    exact = Fraction(number) * Fraction(source.scale) * Fraction(ratio) + Fraction(source.offset)
    if abs(exact) > Fraction(1.79e308):
        return math.inf
    size = max(abs(float(exact)), abs(float(number)) * abs(source.scale * ratio), abs(source.offset))
    return Near(float(exact), 1e-14 * size + 1e-300)


class Near(float):
    """A float that is equal to those close by."""

    def __new__(cls, value: float, slack: float) -> Near:
        made = super().__new__(cls, value)
        made.slack = slack
        return made

    slack: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(other - float(self)) <= self.slack

    __hash__ = None  # type: ignore[assignment]


@st.composite
def blocks(draw: st.DrawFn) -> tuple[list[Point], bytes, dict[str, int]]:
    """Points of any kind, side by side or upon each other, and the bytes of a block that holds them."""
    size = draw(st.integers(4, 20))
    points = [register(1, 0, "u16"), register(2, 1, "i16")]  # the factors: a ratio and a power of ten
    for number in range(3, 3 + draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(sorted(NUMBERS)))
        more: dict[str, Any] = {"order": draw(st.sampled_from(ORDERS))}
        width = 8 if kind.startswith("u8") else 16 * NUMBERS[kind]
        if kind[0] in "ui" and draw(st.booleans()):
            more["bit"] = draw(st.integers(0, width - 1))
            more["bits"] = draw(st.integers(1, min(32, width - more["bit"])))
        if draw(st.booleans()):
            more["scale"] = draw(st.sampled_from(SCALES))
            more["offset"] = draw(st.sampled_from([0.0, 0.0, -273.15, 5.0]))
        if draw(st.booleans()):
            more["not_available"] = tuple(draw(st.lists(st.sampled_from(SENTINELS), max_size=3)))
        if draw(st.integers(0, 4)) == 0:
            more["factors"] = tuple(draw(st.sampled_from([[Factor("E1.p1")], [Factor("E1.p2", "power"), Factor("E1.p1")]])))
        if draw(st.integers(0, 3)) == 0:
            more["plausible"] = draw(st.sampled_from([Band(0, 1000.5), Band(None, -1.25), Band(7.75, None)]))
        points.append(register(number, draw(st.integers(0, size - NUMBERS[kind])), kind, **more))
    odd = st.sampled_from([b"\xff\xff", b"\x80\x00", b"\x7f\xff", b"\x00\x00", b"\x7f\xc0", b"\x7f\x80", b"\x99\x99"])
    payload = b"".join(draw(st.lists(st.one_of(st.binary(min_size=2, max_size=2), odd), min_size=size, max_size=size)))
    power = draw(st.integers(-6, 6))
    factors = {"E1.p1": draw(st.integers(0, 4000)), "E1.p2": power}
    words = struct.pack(">Hh", factors["E1.p1"], power)
    return points, words + payload[4:], factors


@settings(max_examples=80)
@given(blocks())
def test_a_block_decodes_as_the_reference_does_one_by_one(block: tuple[list[Point], bytes, dict[str, int]]) -> None:
    points, payload, values = block
    for repeat in (False, True):
        factors = Factors(points)
        decoder = BlockDecoder(3, 0, points, factors)
        parts = decoder.decode(payload)
        if repeat:  # a second look, with the decoder's memory
            parts = decoder.decode(payload)
        found = {
            number: (value, Quality(quality))
            for part in parts
            for number, value, quality in zip(part.points.tolist(), list(part.values), part.quality.tolist(), strict=True)
        }
        assert found.keys() == {point.number for point in points}
        for point in points:
            judge(point, found[point.number], reference(point, payload, ratio(point, values)))


def ratio(point: Point, values: dict[str, int]) -> float | None:
    """What the factors of a point come to; None: no scale."""
    assert isinstance(point.source, ModbusSource)
    product = 1.0
    for factor in point.source.factors:
        value = values[factor.point]
        if factor.how == "times" and value == 0:
            return None
        product *= value if factor.how == "times" else 10.0**value
    return product


def judge(point: Point, found: Found, expected: Found) -> None:
    """Qualities are equal; values too where they mean something. At the very edge of a band either side is right."""
    value, quality = found
    wanted, wanted_quality = expected
    if wanted_quality in (Quality.GOOD, Quality.BAD) and isinstance(wanted, float) and math.isinf(wanted):
        assert quality is Quality.BAD
        return
    assert math.isfinite(value)
    assert quality is wanted_quality, (point, found, expected)
    if quality is Quality.GOOD:
        assert wanted == value if isinstance(wanted, Near) else value == wanted, (point, found, expected)


@given(st.integers(2**53, 2**64 - 1), st.sampled_from(ORDERS))
def test_integers_above_what_a_float_holds_stay_exact(number: int, order: str) -> None:
    raw = struct.pack(">Q", number)
    (part,) = BlockDecoder(3, 0, [register(1, 0, "u64", order=order)]).decode(in_order(raw, order))
    assert int(part.values[0]) == number


def test_the_reference_itself_reads_a_known_frame() -> None:
    assert reference(register(1, 0, "f32", order="CDAB"), bytes.fromhex("33334366"), 1.0)[0] == pytest.approx(230.2, rel=1e-7)
