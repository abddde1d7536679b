"""RTU frames: fixed ones of the standard, every wrong one by its name, and streams of anything."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.estate import ModbusSerial
from console.domain.text import EMPTY
from drivers.foresight import line_ms, wire_bytes
from drivers.identification import Inquiry, identification
from drivers.modbus import rtu
from drivers.modbus.codec import judge_body
from drivers.modbus.conversation import Conversation, Manners
from drivers.readplan import Block
from drivers.replies import Outcome, Reply
from tests.helpers.rtu_server import crc
from tests.helpers.torture import FUZZED

SERIAL = ModbusSerial("bus", EMPTY, "COM3")


def block(function: int = 3, address: int = 0x6B, count: int = 2, unit: int = 0x11) -> Block:
    return Block(unit, function, address, count, 1000, ())


def framed(body: str) -> bytes:
    data = bytes.fromhex(body)
    return data + crc(data)


RIGHT = framed("11 03 04 AE41 5652")


def test_a_request_ends_with_the_checksum_of_the_standard() -> None:
    # Modbus over serial line V1.02 and the application protocol's own example: read 3 registers from 0x6B of unit 0x11
    assert rtu.request(block(count=3)) == bytes.fromhex("1103006B00037687")
    assert rtu.request(Inquiry(1, 3)) == framed("01 2B 0E 03 00")


@given(st.binary(max_size=256))
def test_the_checksum_by_table_is_the_checksum_bit_by_bit(data: bytes) -> None:
    assert rtu.crc16(data) == crc(data)


@pytest.mark.parametrize(
    ("stream", "outcome"),
    [
        (RIGHT[:-2] + b"\x00\x00", Outcome.WRONG_CRC),
        (framed("11 83 02")[:-1] + b"\xff", Outcome.WRONG_CRC),
        (RIGHT[:-1], Outcome.SHORT),
        (RIGHT[:1], Outcome.SHORT),
        (framed("11 03 02 AE41"), Outcome.SHORT),
        (framed("11 03 06 AE41 5652 4340"), Outcome.LONG),
        (framed("11 03 06 AE41 5652"), Outcome.WRONG_COUNT),
        (framed("12 03 04 AE41 5652"), Outcome.WRONG_UNIT),
        (framed("11 04 04 AE41 5652"), Outcome.WRONG_FUNCTION),
        (b"+++ATH0\r\n", Outcome.GARBAGE),
        (bytes.fromhex("11 AE41 5652"), Outcome.GARBAGE),
    ],
)
def test_each_wrong_frame_has_its_own_name(stream: bytes, outcome: Outcome) -> None:
    assert rtu.find(stream, 0x11, 3, 4) is None
    assert rtu.judge(stream, block()) == Reply(outcome)


def test_a_right_frame_is_found_behind_noise_echo_and_heartbeats() -> None:
    for before in (b"", b"\x00\xff", rtu.request(block()), b"ping\r\n", b"\x11\x03", b"\x11\x03\x04\x11"):
        assert rtu.find(before + RIGHT + b"\x11", 0x11, 3, 4) == (len(before), len(before) + len(RIGHT))
    assert rtu.find(b"\x11" + framed("11 83 02"), 0x11, 3, 4) == (1, 6)


@pytest.mark.parametrize(
    ("baud", "parity", "stop", "milliseconds"),
    [(9600, "N", 1, 3.65), (9600, "E", 1, 4.01), (19200, "N", 2, 2.01), (115200, "N", 1, 1.75)],
)
def test_the_silence_between_frames_is_three_and_a_half_characters(baud: int, parity: str, stop: int, milliseconds: float) -> None:
    assert 1000 * rtu.silence(baud, rtu.bits_a_character(8, parity, stop)) == pytest.approx(milliseconds, abs=0.01)


def test_an_identification_tells_its_objects_and_whether_more_follows() -> None:
    # type, code, conformity, more follows, next object, how many; then id, length and text of each
    more = bytes.fromhex("0E0381FF0202" + "0005" + "4143524C31" + "0102" + "3132")
    reply = judge_body(b"\x11\x2b" + more, Inquiry(0x11, 3))
    assert reply.outcome is Outcome.OK
    assert identification(reply.payload) == ({0: "ACRL1", 1: "12"}, 2)
    for size in range(len(more)):
        assert judge_body(b"\x11\x2b" + more[:size], Inquiry(0x11, 3)).outcome is Outcome.SHORT
    assert judge_body(b"\x11\x2b" + more + b"\x00", Inquiry(0x11, 3)).outcome is Outcome.LONG
    assert judge_body(b"\x11\x2b\x0d", Inquiry(0x11, 3)).outcome is Outcome.WRONG_FUNCTION


@given(st.binary(max_size=60))
def test_no_bytes_whatsoever_break_an_identification(data: bytes) -> None:
    reply = judge_body(b"\x11\x2b" + data, Inquiry(0x11, 3))
    if reply.outcome is Outcome.OK:
        objects, following = identification(reply.payload)
        assert len(objects) <= data[5]
        assert following is None or 0 <= following <= 255


PIECES = st.lists(
    st.binary(max_size=12)
    | st.sampled_from(
        [RIGHT, RIGHT[:5], RIGHT[5:], framed("11 83 02"), framed("12 03 04 AE41 5652"), b"ping", rtu.request(block())]
    )
    | st.builds(lambda body: body + crc(body), st.builds(lambda data: b"\x11\x03\x04" + data, st.binary(min_size=3, max_size=5))),
    max_size=6,
)


@settings(max_examples=FUZZED, deadline=None)
@given(PIECES)
def test_no_rtu_stream_becomes_a_number_unless_it_holds_a_right_answer(pieces: list[bytes]) -> None:
    """Bytes in any portions: never a crash, never a number without a whole right frame, and nothing is kept."""

    async def talk() -> tuple[Reply, Conversation]:
        conversation = Conversation(Manners(0.0, 0.002, marks=(("heartbeats", b"ping"),)))
        loop = asyncio.get_running_loop()

        def answer(_: bytes) -> None:
            for piece in pieces:
                loop.call_soon(conversation.feed, piece)

        reply = await conversation.ask(block(), rtu.request(block()), 0.004, answer)
        return reply, conversation

    reply, conversation = asyncio.run(talk())
    if reply.outcome is Outcome.OK:
        assert len(reply.payload) == 4
        body = b"\x11\x03\x04" + reply.payload
        assert body + crc(body) in b"".join(pieces)
    conversation.lost()
    assert not conversation._buffer
    assert len(conversation._owed) <= 1


class Scripted(Conversation):
    """The n-th request gets the n-th list of (delay, bytes)."""

    def __init__(self, *answers: list[tuple[float, bytes]]) -> None:
        super().__init__(Manners(0.0, 0.01))
        self.answers, self.sent = answers, 0

    def write(self, _: bytes) -> None:
        self.sent += 1
        for delay, piece in self.answers[self.sent - 1] if self.sent <= len(self.answers) else []:
            asyncio.get_running_loop().call_later(delay, self.feed, piece)

    async def read(self, question: Block) -> int | Outcome:
        reply = await self.ask(question, rtu.request(question), 0.1, self.write)
        return int.from_bytes(reply.payload, "big") if reply.outcome is Outcome.OK else reply.outcome


def value(number: int) -> bytes:
    return framed(f"11 03 04 0000 {number:04X}")


async def test_an_answer_that_comes_during_the_next_same_question_is_late_and_the_next_one_counts() -> None:
    conversation = Scripted([(0.15, value(1))], [(0.08, value(2))])
    assert await conversation.read(block()) is Outcome.TIMEOUT
    assert await conversation.read(block()) == 2
    assert conversation.stray["late"] == 1
    assert conversation.sent == 2


async def test_after_a_lost_answer_the_same_question_is_asked_twice_and_the_second_answer_counts() -> None:
    conversation = Scripted([], [(0.01, value(2))], [(0.01, value(3))])
    assert await conversation.read(block()) is Outcome.TIMEOUT
    assert await conversation.read(block()) == 3
    assert conversation.sent == 3


async def test_an_answer_while_nobody_asks_is_late_and_owed_no_more() -> None:
    conversation = Scripted([(0.12, value(1))], [(0.01, value(2))])
    assert await conversation.read(block()) is Outcome.TIMEOUT
    await asyncio.sleep(0.05)
    assert await conversation.read(block()) == 2
    assert (conversation.stray["late"], conversation.sent) == (1, 2)


async def test_an_answer_of_another_shape_shows_that_the_earlier_one_is_lost() -> None:
    conversation = Scripted([], [(0.01, framed("11 03 02 0005"))], [(0.01, value(2))])
    assert await conversation.read(block()) is Outcome.TIMEOUT
    assert await conversation.read(block(count=1)) == 5
    assert await conversation.read(block()) == 2
    assert conversation.sent == 3


def test_what_a_request_holds_and_how_long_it_takes_at_9600_baud() -> None:
    # 125 registers: 8 bytes out, 255 back; 10 bits each at 9600 baud is 274 ms, the silences 7.3 ms, the device about 30 ms
    assert wire_bytes(SERIAL, block(count=125)) == 263
    assert line_ms(SERIAL, block(count=125)) == pytest.approx(311.25, abs=0.1)
