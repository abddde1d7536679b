"""Registers read in every way at once."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import ModbusSource, Point, ValueKind
from console.domain.text import Text
from drivers.decode import BlockDecoder
from drivers.decodings import HARDLY, LIKELY, Way, ordered, ways

WIDE = ("u32", "i32", "u64", "i64", "f32", "f64", "bcd32")
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")


def of(found: tuple[Way, ...], kind: str, order: str = "", address: int = 0) -> Way:
    return next(way for way in found if (way.type, way.order, way.address) == (kind, order, address))


@pytest.mark.parametrize(
    ("order", "raw"),
    [("ABCD", "43666666"), ("CDAB", "66664366"), ("BADC", "66436666"), ("DCBA", "66666643")],
)
def test_a_voltage_is_likely_in_the_order_it_was_sent_in_and_hardly_an_integer(order: str, raw: str) -> None:
    found = ways(3, 0, 2, bytes.fromhex(raw))
    voltage = of(found, "f32", order)
    assert voltage.value == pytest.approx(230.4)
    assert voltage.text == "230.4"
    assert voltage.hint == LIKELY
    assert of(found, "u32", order).hint == HARDLY
    assert not any(way.hint == LIKELY for way in found if way.type in ("u32", "i32"))


def test_a_counter_is_likely_in_the_order_that_makes_it_smallest() -> None:
    found = ways(3, 100, 2, struct.pack(">HH", 0x86A0, 0x0001))  # 100,000 with the low word first
    assert of(found, "u32", "CDAB", 100).value == 100_000
    assert [order for order in ORDERS if of(found, "u32", order, 100).hint == LIKELY] == ["CDAB"]


def test_integers_above_two_to_the_53_keep_every_digit() -> None:
    found = ways(3, 0, 4, struct.pack(">Q", 2**53 + 1))
    assert of(found, "u64", "ABCD").value == 2**53 + 1
    assert of(found, "u64", "ABCD").text == "9007199254740993"


def test_a_sentinel_is_hardly_a_value_and_a_small_negative_number_is_likely_signed() -> None:
    assert of(ways(3, 0, 1, b"\xff\xff"), "u16").hint == HARDLY
    assert of(ways(3, 0, 1, b"\x80\x00"), "i16").hint == HARDLY
    minus = ways(4, 0, 1, b"\xff\x9c")
    assert (of(minus, "i16").value, of(minus, "i16").hint) == (-100, LIKELY)
    assert of(minus, "u16").hint < LIKELY


def test_a_register_is_shown_in_hexadecimal_in_bits_in_bcd_and_as_characters() -> None:
    found = ways(3, 7, 1, b"\x12\x34")
    assert of(found, "hex", address=7).text == "0x1234"
    assert of(found, "bits", address=7).text == "0001 0010 0011 0100"
    assert of(found, "bcd16", address=7).value == 1234
    assert of(ways(3, 0, 1, b"\x1a\x34"), "bcd16").value is None
    assert of(ways(3, 0, 1, b"OK"), "ascii").text == "OK"
    assert of(ways(3, 0, 1, b"O\x00"), "ascii").value is None


def test_a_text_that_runs_over_several_registers_is_found_as_one() -> None:
    found = ways(3, 10, 5, b"\x00\x01SDM630\x00\x00")
    assert [(way.address, way.text) for way in found if way.type == "text"] == [(11, "SDM630")]


def test_bits_are_read_from_the_lowest_of_the_first_byte() -> None:
    assert [way.value for way in ways(1, 16, 10, b"\x05\x02")] == [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]


def test_no_numbers_come_out_of_too_few_bytes() -> None:
    assert ways(3, 0, 2, b"") == ()
    assert {way.type for way in ways(3, 0, 2, b"\x00\x01\x02")} == {"u16", "i16", "hex", "bits", "bcd16", "ascii"}


@given(raw=st.binary(min_size=8, max_size=8), kind=st.sampled_from(("u16", "i16", *WIDE, "bcd16")), order=st.sampled_from(ORDERS))
def test_every_way_agrees_with_what_the_driver_would_make_of_it(raw: bytes, kind: str, order: str) -> None:
    narrow = kind.endswith("16")
    way = of(ways(3, 0, 4, raw), kind, "" if narrow else order)
    source = ModbusSource("c", 1, 3, 0, kind, "ABCD" if narrow else order)
    point = Point("e.p", "e", "p", Text("p", "p"), ValueKind.ANALOG, source, number=1)
    (decoded,) = BlockDecoder(3, 0, [point]).decode(raw)
    if way.value is None:
        assert decoded.quality[0] != 0
    else:
        assert decoded.quality[0] == 0
        assert decoded.values.tolist()[0] == way.value


@given(st.binary(max_size=250), st.sampled_from((1, 2, 3, 4)))
def test_any_bytes_have_only_finite_numbers(data: bytes, function: int) -> None:
    for way in ways(function, 0, 125, data):
        assert not isinstance(way.value, float) or math.isfinite(way.value)
        assert way.text


def test_an_order_puts_the_most_significant_byte_first() -> None:
    assert [ordered(b"ABCDEFGH", order) for order in ORDERS] == [b"ABCDEFGH", b"GHEFCDAB", b"BADCFEHG", b"HGFEDCBA"]
    assert np.frombuffer(ordered(b"\x66\x66\x43\x66", "CDAB"), ">f4")[0] == pytest.approx(230.4)
