"""Decoding: fixed frames, every type and order, and round trips by Hypothesis."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import Band, Point
from console.domain.quality import Quality
from console.domain.registers import NUMBERS
from drivers.decode import ORDERS, BlockDecoder
from tests.helpers.estates import register

GOOD, BAD, NONE = Quality.GOOD, Quality.BAD, Quality.NOT_AVAILABLE
FORMATS = {"u16": "H", "i16": "h", "u32": "I", "i32": "i", "u64": "Q", "i64": "q", "f32": "f", "f64": "d"}


def wire(raw: bytes, order: str) -> bytes:
    """Big-endian bytes as a device with that word order sends them (written independently of the decoder)."""
    words = [raw[i : i + 2] for i in range(0, len(raw), 2)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return b"".join(words)


def decode(points: list[Point], payload: bytes, function: int = 3, address: int = 0) -> dict[int, tuple[Any, Quality]]:
    """point number -> (value, quality)"""
    found = {}
    for part in BlockDecoder(function, address, points).decode(payload):
        for number, value, quality in zip(part.points.tolist(), part.values.tolist(), part.quality.tolist(), strict=True):
            found[number] = (value, Quality(quality))
    return found


FRAMES = [
    ("SDM630 voltage 230.2 V, float ABCD", register(1, 0, "f32"), "43663333", pytest.approx(230.2, rel=1e-7)),
    ("float CDAB", register(1, 0, "f32", order="CDAB"), "33334366", pytest.approx(230.2, rel=1e-7)),
    ("float BADC", register(1, 0, "f32", order="BADC"), "66433333", pytest.approx(230.2, rel=1e-7)),
    ("float DCBA", register(1, 0, "f32", order="DCBA"), "33336643", pytest.approx(230.2, rel=1e-7)),
    ("PAC3200 energy, double", register(1, 0, "f64"), "4132d687e3d70a3d", 1234567.89),
    ("NICE3000 speed -1.75 m/s", register(1, 0, "i16", scale=0.001), "f92a", -1.75),
    ("Kelvin x 100 to Celsius", register(1, 0, "u16", scale=0.01, offset=-273.15), "727b", pytest.approx(19.92, abs=1e-9)),
    ("one decimal, as it is printed", register(1, 0, "u16", scale=0.1), "08fe", 230.2),
    ("three decimals, as they are printed", register(1, 0, "u16", scale=0.001), "2ee1", 12.001),
    ("Fahrenheit to Celsius: a scale without a whole inverse", register(1, 0, "u16", scale=5 / 9, offset=-160 / 9), "0044", 20.0),
    ("CIM500 hours u32", register(1, 0, "u32"), "00012345", 74565),
    ("u32 word-swapped", register(1, 0, "u32", order="CDAB"), "23450001", 74565),
    ("i32 negative", register(1, 0, "i32"), "fffffffe", -2),
    ("i32 DCBA", register(1, 0, "i32", order="DCBA"), "feffffff", -2),
    ("u64 above 2**53", register(1, 0, "u64"), "0020000000000001", 2**53 + 1),
    ("u64 largest", register(1, 0, "u64"), "ffffffffffffffff", 2**64 - 1),
    ("i64 below -2**53", register(1, 0, "i64"), "ffdfffffffffffff", -(2**53) - 1),
    ("u64 scaled is real", register(1, 0, "u64", scale=0.1), "0000000000000019", 2.5),
    ("u16 byte-swapped", register(1, 0, "u16", order="BADC"), "3412", 0x1234),
    ("high byte", register(1, 0, "u8hi"), "12fe", 0x12),
    ("low byte", register(1, 0, "u8lo"), "12fe", 0xFE),
    ("high byte of a swapped register", register(1, 0, "u8hi", order="BADC"), "12fe", 0xFE),
    ("one bit", register(1, 0, bit=15), "8000", 1),
    ("one bit of 32", register(1, 0, "u32", bit=16), "00010000", 1),
    ("top bit of 64", register(1, 0, "u64", bit=63), "8000000000000000", 1),
    ("mode nibble, bits 4-7", register(1, 0, bit=4, bits=4), "0a70", 7),
    ("bits of a signed word are unsigned", register(1, 0, "i16", bit=12, bits=4), "f000", 15),
    ("a register as a flag", register(1, 0, "bool"), "0100", 1),
    ("a register as a flag, off", register(1, 0, "bool"), "0000", 0),
    ("bcd16", register(1, 0, "bcd16"), "9876", 9876),
    ("bcd32 scaled", register(1, 0, "bcd32", scale=0.01), "00123456", 1234.56),
]


@pytest.mark.parametrize(("point", "frame", "value"), [case[1:] for case in FRAMES], ids=[case[0] for case in FRAMES])
def test_a_fixed_frame_has_its_value(point: Point, frame: str, value: float) -> None:
    assert decode([point], bytes.fromhex(frame)) == {1: (value, GOOD)}


@pytest.mark.parametrize(
    ("kind", "scale", "expected"),
    [
        ("i64", 1.0, np.int64),
        ("u16", 1.0, np.int64),
        ("u64", 1.0, np.uint64),
        ("u64", 0.5, np.float64),
        ("i16", 10.0, np.float64),
        ("f32", 1.0, np.float64),
        ("bcd32", 1.0, np.int64),
    ],
)
def test_whole_numbers_stay_integers_unless_they_are_scaled(kind: str, scale: float, expected: type) -> None:
    (part,) = BlockDecoder(3, 0, [register(1, 0, kind, scale=scale)]).decode(bytes(8))
    assert part.values.dtype == expected
    assert part.points.dtype == np.int32
    assert part.quality.dtype == np.uint8


SENTINELS = [
    (register(1, 0, not_available=(0xFFFF,)), "ffff"),
    (register(1, 0, not_available=(0xFFFF, 0x7FFF)), "7fff"),
    (register(1, 0, "i16", not_available=(0x8000,)), "8000"),
    (register(1, 0, "i16", not_available=(-32768,)), "8000"),
    (register(1, 0, "i16", scale=0.1, not_available=(-32768,)), "8000"),
    (register(1, 0, "u32", not_available=(0x0000FFFF,)), "0000ffff"),
    (register(1, 0, "u32", scale=0.1, not_available=(0xFFFFFFFF,)), "ffffffff"),
    (register(1, 0, "u64", not_available=(2**64 - 1,)), "ffffffffffffffff"),
    (register(1, 0, "i64", not_available=(2**63 - 1,)), "7fffffffffffffff"),
    (register(1, 0, "u8lo", not_available=(0xFF,)), "12ff"),
    (register(1, 0, bit=3, not_available=(0xFFFF,)), "ffff"),
    (register(1, 0, "bcd16", not_available=(0xFFFF,)), "ffff"),
    (register(1, 0, "bcd16", not_available=(9999,)), "9999"),
    (register(1, 0, "f32", not_available=(-1,)), "bf800000"),
    (register(1, 0, "f64", not_available=(9999,)), struct.pack(">d", 9999).hex()),
    (register(1, 0, "f32"), "7fc00000"),
    (register(1, 0, "f32"), "7f800001"),
    (register(1, 0, "f32"), "ffc00000"),
    (register(1, 0, "f32"), "7f800000"),
    (register(1, 0, "f64"), "fff0000000000000"),
]


@pytest.mark.parametrize(("point", "frame"), SENTINELS)
def test_what_a_device_sends_for_no_value_is_not_available(point: Point, frame: str) -> None:
    ((value, quality),) = decode([point], bytes.fromhex(frame)).values()
    assert quality is NONE
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("point", "frame"),
    [
        (register(1, 0, not_available=(0xFFFF,)), "fffe"),
        (register(1, 0, "i32", not_available=(0xFFFF,)), "ffffffff"),
        (register(1, 0, "f32", not_available=(-1,)), "3f800000"),
    ],
)
def test_what_is_near_a_sentinel_is_a_value(point: Point, frame: str) -> None:
    ((_, quality),) = decode([point], bytes.fromhex(frame)).values()
    assert quality is GOOD


def test_a_sentinel_of_one_point_means_nothing_for_another() -> None:
    points = [register(1, 0, not_available=(0,)), register(2, 1), register(3, 2, "f32", not_available=(5,)), register(4, 4, "f32")]
    found = decode(points, bytes(4) + struct.pack(">ff", 5, 5))
    assert [found[number][1] for number in (1, 2, 3, 4)] == [NONE, GOOD, NONE, GOOD]


@pytest.mark.parametrize("frame", ["000a", "a000", "1f34"])
def test_a_digit_above_nine_is_bad_and_not_a_number(frame: str) -> None:
    assert decode([register(1, 0, "bcd16")], bytes.fromhex(frame))[1][1] is BAD


@pytest.mark.parametrize(
    ("band", "value", "quality"),
    [
        (Band(0, 100), 100, GOOD),
        (Band(0, 100), 101, BAD),
        (Band(5, None), 4, BAD),
        (Band(None, 9), 10, BAD),
        (Band(5, None), 60000, GOOD),
    ],
)
def test_plausible_limits_belong_to_the_good_values(band: Band, value: int, quality: Quality) -> None:
    points = [register(1, 0, plausible=band), register(2, 0)]
    found = decode(points, value.to_bytes(2, "big"))
    assert found[1][1] is quality
    assert found[2][1] is GOOD


def test_plausible_limits_hold_for_every_class_of_values() -> None:
    band = Band(0, 10)
    points = [
        register(1, 0, "u64", plausible=band),
        register(2, 3, "u16", plausible=band),
        register(3, 3, scale=0.5, plausible=band),
    ]
    found = decode(points, (100).to_bytes(8, "big"))
    assert [found[number][1] for number in (1, 2, 3)] == [BAD, BAD, BAD]


def test_no_value_stays_no_value_even_outside_the_plausible_limits() -> None:
    assert decode([register(1, 0, not_available=(0xFFFF,), plausible=Band(0, 9))], b"\xff\xff")[1][1] is NONE


def test_a_scale_that_overflows_is_bad_and_leaves_no_infinity() -> None:
    assert decode([register(1, 0, "f64", scale=1e10)], struct.pack(">d", 1e305)) == {1: (0.0, BAD)}


def test_coils_and_discrete_inputs_are_read_bit_by_bit() -> None:
    points = [register(n, 100 + n, "bool", function=1) for n in range(10)] + [
        register(99, 103, "bool", function=1, scale=-1, offset=1)
    ]
    found = decode(points, bytes([0b1000_1001, 0b10]), 1, 100)
    assert [found[n][0] for n in range(10)] == [1, 0, 0, 1, 0, 0, 0, 1, 0, 1]
    assert found[99] == (0.0, GOOD)


def test_equal_payloads_give_the_same_arrays_and_nobody_can_write_into_them() -> None:
    decoder = BlockDecoder(3, 0, [register(1, 0)])
    first = decoder.decode(b"\x00\x01")
    assert decoder.decode(b"\x00\x01") is first
    assert decoder.decode(b"\x00\x02") is not first
    with pytest.raises(ValueError, match="read-only"):
        first[0].values[0] = 7


def test_a_lost_block_keeps_its_last_values_and_says_the_quality_for_all() -> None:
    decoder = BlockDecoder(3, 5, [register(1, 5), register(2, 6, "f32"), register(3, 8, "u64")])
    assert [part.values.tolist() for part in decoder.lost(Quality.COMM_LOST)] == [[0], [0], [0.0]]
    decoder.decode(struct.pack(">HfQ", 7, 1.5, 9))
    parts = decoder.lost(Quality.COMM_LOST)
    assert [part.values.tolist() for part in parts] == [[9], [7], [1.5]]
    assert {int(quality) for part in parts for quality in part.quality} == {Quality.COMM_LOST}
    again = decoder.decode(struct.pack(">HfQ", 7, 1.5, 9))
    assert {int(quality) for part in again for quality in part.quality} == {GOOD}


def test_coils_can_be_lost_before_they_were_ever_read() -> None:
    decoder = BlockDecoder(2, 16, [register(1, 35, "bool", function=2)])
    assert [part.values.tolist() for part in decoder.lost(Quality.BAD)] == [[0]]


@given(st.data())
def test_every_number_comes_back_exactly_in_every_type_and_order(data: st.DataObject) -> None:
    """Several points of any type side by side: none disturbs another."""
    points, payload, expected = [], b"", {}
    for number in range(1, data.draw(st.integers(1, 12)) + 1):
        kind = data.draw(st.sampled_from(sorted(FORMATS)))
        order = data.draw(st.sampled_from(ORDERS))
        size = 16 * NUMBERS[kind]
        if kind[0] == "f":
            value: float = data.draw(st.floats(allow_nan=False, allow_infinity=False, width=size))
        elif kind[0] == "u":
            value = data.draw(st.integers(0, 2**size - 1))
        else:
            value = data.draw(st.integers(-(2 ** (size - 1)), 2 ** (size - 1) - 1))
        points.append(register(number, 40 + len(payload) // 2, kind, order=order))
        payload += wire(struct.pack(">" + FORMATS[kind], value), order)
        expected[number] = (value, GOOD)
    found = decode(points, payload, address=40)
    assert found == expected
    assert all(isinstance(found[number][0], type(value)) for number, (value, _) in expected.items())


@given(st.integers(0, 2**64 - 1), st.integers(0, 63), st.integers(1, 63))
def test_a_bit_range_is_what_shifting_and_masking_gives(word: int, bit: int, bits: int) -> None:
    bits = min(bits, 64 - bit)
    found = decode([register(1, 0, "u64", bit=bit, bits=bits)], word.to_bytes(8, "big"))
    assert found[1] == (word >> bit & (1 << bits) - 1, GOOD)


@given(st.integers(0, 99_999_999))
def test_a_bcd_number_reads_as_it_is_printed(number: int) -> None:
    assert decode([register(1, 0, "bcd32")], bytes.fromhex(f"{number:08d}")) == {1: (number, GOOD)}


@given(st.binary(min_size=8, max_size=8))
def test_no_bytes_whatsoever_make_an_infinite_or_undefined_number(raw: bytes) -> None:
    points = [
        register(number, 0, kind, scale=scale)
        for number, (kind, scale) in enumerate(
            (kind, scale) for kind in ("f32", "f64", "u64", "i32", "bcd32", "bcd16") for scale in (1.0, 3.7)
        )
    ]
    assert all(math.isfinite(value) for value, _ in decode(points, raw).values())
