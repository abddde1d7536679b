"""Addresses as they are typed, frames in words, rows of an answer: what needs no window."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.commissioning import PointTest, Result
from console.link.bench import Decoding, ReadRegistersAnswer, WireFrame
from console.ui.commissioning import frames, sheetrows
from console.ui.commissioning.addresses import Typed, parse, reference
from console.ui.commissioning.registers import Question, rows_of
from drivers.decodings import ways
from tests.helpers.snapshots import POINTS
from tests.unit.ui_commissioning.conftest import LINES

TCP, SERIAL, BROKER = LINES


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", Typed(0)), ("100", Typed(100)), (" 65535 ", Typed(65535)), ("40001", Typed(0, 3)), ("30013", Typed(12, 4)),
        ("10001", Typed(0, 2)), ("00001", Typed(0, 1)), ("400001", Typed(0, 3)), ("465536", Typed(65535, 3)), ("0x1F", Typed(31)),
        ("1FH", Typed(31)), ("&h1f", Typed(31)), ("４０００１", Typed(0, 3)), ("#40001", Typed(40001)), ("40000", Typed(40000)),
        ("20001", Typed(20001)), ("50000", Typed(50000)),
        ("65536", None), ("465537", None), ("", None), ("-1", None), ("1e", None), ("1.5", None), ("0x10000", None), ("#", None),
    ],
)  # fmt: skip
def test_an_address_is_understood_as_people_write_it(text: str, found: Typed | None) -> None:
    assert parse(text) == found


@given(st.sampled_from((1, 2, 3, 4)), st.integers(0, 65535))
def test_a_reference_number_leads_back_to_its_function_and_address(function: int, address: int) -> None:
    assert parse(reference(function, address)) == Typed(address, function)


def answer(question: Question, data: bytes, points: tuple[tuple[int, str], ...] = ()) -> ReadRegistersAnswer:
    found = tuple(Decoding(*way) for way in ways(question.function, question.address, question.count, data))
    return ReadRegistersAnswer(1, 0, 1.0, data, found, points)


def test_an_answer_becomes_a_row_a_register_with_all_ways_side_by_side() -> None:
    question = Question("gw", 7, 4, 12, 4)
    rows = rows_of(question, answer(question, struct.pack(">ff", 230.5, 50.0), ((10, "before"), (12, "power"), (14, "rest"))))
    assert [row.address for row in rows] == [12, 13, 14, 15]
    assert [row.reference for row in rows] == ["30013", "30014", "30015", "30016"]
    assert rows[0].points == ("before", "power")  # one that began earlier is named where it comes into sight
    assert (rows[0].text("f32", "ABCD"), rows[0].hint("f32", "ABCD")) == ("230.5", 2)
    assert rows[0].text("f32", "CDAB")
    assert rows[0].text("u64", "DCBA")
    assert rows[3].text("f32", "ABCD") == ""  # its other half was not read
    assert rows[0].best is not None
    assert (rows[0].best.type, rows[0].best.order) == ("f32", "ABCD")


def test_a_register_inside_a_guessed_value_is_no_guess_of_its_own() -> None:
    question = Question("gw", 7, 4, 0, 5)
    rows = rows_of(question, answer(question, struct.pack(">ffH", 230.5, 12.5, 7)))
    assert [row.covered for row in rows] == [False, True, False, True, False]


def test_no_guess_reaches_into_a_configured_point() -> None:
    question = Question("gw", 7, 4, 0, 3)
    data = b"\0\0" + struct.pack(">f", 2850.0)
    free, known = rows_of(question, answer(question, data)), rows_of(question, answer(question, data, ((1, "power"),)))
    assert [row.covered for row in free] == [False, True, False]  # CDAB of 0 and the high word looks like a number, too
    assert [row.covered for row in known] == [False, False, True]
    assert known[1].best is not None
    assert known[1].best.text == "2850"


def test_a_register_that_moves_is_counted_and_one_that_stands_still_is_not() -> None:
    question = Question("gw", 1, 3, 0, 2)
    rows = rows_of(question, answer(question, b"\x00\x01\x00\x05"))
    rows = rows_of(question, answer(question, b"\x00\x02\x00\x05"), rows)
    assert [(row.changes, row.moved) for row in rows] == [(1, True), (0, False)]
    rows = rows_of(question, answer(question, b"\x00\x02\x00\x05"), rows)
    assert [(row.changes, row.moved) for row in rows] == [(1, False), (0, False)]


def test_bits_are_rows_of_their_own() -> None:
    question = Question("gw", 1, 2, 8, 10)
    rows = rows_of(question, answer(question, b"\x05\x02"))
    assert "".join(row.text("bool") for row in rows) == "1010000001"
    assert rows[0].reference == "10009"


def frame(data: bytes, *, sent: bool = False, unit: int = 1, function: int = 3, error: str = "") -> WireFrame:
    return WireFrame(1, 0, sent, data, unit, function, error, 0.0)


@pytest.mark.parametrize(
    ("data", "line", "more", "said"),
    [
        ("0001 0000 0006 01 03 0010 0002", TCP, {"sent": True}, "read holding registers 16–17"),
        ("0001 0000 0006 01 04 0010 0001", TCP, {"sent": True, "function": 4}, "read input registers 16"),
        ("0001 0000 0007 01 03 04 00e6 ffff", TCP, {}, "230 65535"),
        ("01 03 04 00e6 0001 dead", SERIAL, {}, "230 1"),
        ("01 02 02 05 80 dead", SERIAL, {"function": 2}, "10100000 00000001"),
        ("0001 0000 0003 01 83 02", TCP, {"error": "exception_2"}, "exception 2"),
        ("", SERIAL, {"error": "timeout"}, "no answer"),
        ("01 2b 0e 01 00 dead", SERIAL, {"sent": True, "function": 43}, "read the device's identification"),
        ("ffff", TCP, {"unit": -1, "function": 0, "error": "garbage"}, "no Modbus frame"),
    ],
)  # fmt: skip
def test_a_frame_says_what_it_means(data: str, line: object, more: dict[str, object], said: str) -> None:
    made = frame(bytes.fromhex(data), **more)  # type: ignore[arg-type] # a frame's own fields
    assert frames.meaning(made, frames.framing(line)) == said  # type: ignore[arg-type] # a connection


def test_an_mqtt_message_is_its_topic_and_its_payload_and_needs_no_bytes() -> None:
    made = frame(b'meters/wm1\0{"flow": 1}\n', unit=-1, function=0)
    assert frames.meaning(made, frames.framing(BROKER)) == 'meters/wm1  {"flow": 1}·'
    assert frames.bytes_text(made, "plain") == ""


@given(st.binary(max_size=300), st.booleans(), st.integers(-1, 255), st.integers(0, 127), st.sampled_from(("tcp", "rtu", "plain")))
def test_no_frame_however_broken_stops_the_log(data: bytes, sent: bool, unit: int, function: int, how: str) -> None:
    made = frame(data, sent=sent, unit=unit, function=function)
    assert isinstance(frames.meaning(made, how) + frames.bytes_text(made, how), str)


def test_the_next_untested_point_is_looked_for_below_and_then_from_the_top() -> None:
    tested = PointTest("x", "EM1", 1, "zhao", Result.PASS)
    a, b, c = (sheetrows.SheetRow(point) for point in POINTS[:3])
    done = sheetrows.SheetRow(POINTS[1], tested, 1)
    assert sheetrows.next_untested([a, b, c], a.point.id) is b
    assert sheetrows.next_untested([a, done, c], a.point.id) is c
    assert sheetrows.next_untested([a, done, c], c.point.id) is a
    assert sheetrows.next_untested([done], "") is None
    assert sheetrows.counted([a, done, c]) == {"points": 3, "tested": 1, "pass": 1, "fail": 0, "note": 0}
