"""Modbus TCP frames: what leaves, and what is believed of what comes."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU

from drivers.modbus.codec import expected, judge, request
from drivers.modbus.wire import TcpWire
from drivers.readplan import Block
from drivers.replies import EXCEPTIONS, GATEWAY_SILENCE, REFUSALS, Outcome, Reply
from tests.helpers.torture import FUZZED


def block(function: int = 3, address: int = 0x101D, count: int = 2, unit: int = 7) -> Block:
    return Block(unit, function, address, count, 1000, ())


@pytest.mark.parametrize(
    ("function", "frame"),
    [
        (1, "0000 0006 07 01 101d 0002"),
        (2, "0000 0006 07 02 101d 0002"),
        (3, "0000 0006 07 03 101d 0002"),
        (4, "0000 0006 07 04 101d 0002"),
    ],
)
def test_a_request_is_the_frame_of_the_standard(function: int, frame: str) -> None:
    assert request(block(function)) == bytes.fromhex(frame)


@pytest.mark.parametrize("function", [5, 6, 15, 16, 22, 23, 43])
def test_no_writing_function_can_be_made(function: int) -> None:
    with pytest.raises(KeyError):
        request(block(function))


def answer(pdu: str, unit: int = 7) -> bytes:
    raw = bytes.fromhex(pdu)
    return struct.pack(">HHHB", 1, 0, len(raw) + 1, unit) + raw


@pytest.mark.parametrize(
    ("pdu", "unit", "outcome"),
    [
        ("03 04 0001 0002", 7, Outcome.OK),
        ("03 04 0001 0002", 8, Outcome.WRONG_UNIT),
        ("04 04 0001 0002", 7, Outcome.WRONG_FUNCTION),
        ("84 02", 7, Outcome.WRONG_FUNCTION),
        ("03", 7, Outcome.SHORT),
        ("03 04", 7, Outcome.SHORT),
        ("03 02 0001", 7, Outcome.SHORT),
        ("03 04 0001 00", 7, Outcome.SHORT),
        ("03 06 0001 0002 0003", 7, Outcome.LONG),
        ("03 02 0001 0002", 7, Outcome.WRONG_COUNT),
        ("83 02", 7, Outcome.EXCEPTION),
        ("83", 7, Outcome.SHORT),
        ("83 02 00", 7, Outcome.LONG),
    ],
)
def test_each_wrong_answer_has_its_own_name(pdu: str, unit: int, outcome: Outcome) -> None:
    reply = judge(answer(pdu, unit), block())
    assert reply.outcome is outcome
    assert reply.payload == (b"\x00\x01\x00\x02" if outcome is Outcome.OK else b"")
    assert reply.exception == (2 if outcome is Outcome.EXCEPTION else 0)


def test_bits_take_a_byte_for_eight() -> None:
    assert [expected(block(1, count=count)) for count in (1, 8, 9, 2000)] == [1, 1, 2, 250]
    assert expected(block(4, count=125)) == 250


def test_every_failure_has_a_sentence_with_its_place() -> None:
    for outcome in Outcome:
        for code in range(256) if outcome is Outcome.EXCEPTION else (0,):
            problem = Reply(outcome, exception=code).problem({"unit": 3})
            assert problem.params["unit"] == 3
            assert (problem.code == "driver.exception_other") is (outcome is Outcome.EXCEPTION and code not in EXCEPTIONS)


def test_who_is_silent_and_who_refuses() -> None:
    assert {code for code in range(256) if Reply(Outcome.EXCEPTION, exception=code).silent} == GATEWAY_SILENCE
    assert {code for code in range(256) if Reply(Outcome.EXCEPTION, exception=code).refused} == REFUSALS
    silent = {outcome for outcome in Outcome if outcome is not Outcome.EXCEPTION and Reply(outcome).silent}
    assert silent == {Outcome.TIMEOUT, Outcome.WRONG_UNIT, Outcome.GARBAGE, Outcome.RESET}  # a wrong CRC is somebody who lives


@given(st.integers(1, 125), st.sampled_from([3, 4]), st.data())
def test_a_believed_answer_holds_the_registers_that_pymodbus_reads_in_it(count: int, function: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 65535), min_size=count, max_size=count))
    frame = answer(f"{function:02x}{2 * count:02x}" + struct.pack(f">{count}H", *values).hex())
    reply = judge(frame, block(function, count=count))
    assert reply.outcome is Outcome.OK
    _, pdu = FramerSocket(DecodePDU(False)).handleFrame(frame, 7, 1)
    assert pdu is not None
    assert list(struct.unpack(f">{count}H", reply.payload)) == list(pdu.registers) == values


CHUNKS = st.lists(
    st.binary(max_size=20)
    | st.builds(lambda data: b"\x00\x01\x00\x00\x00\x07\x07\x03\x04" + data, st.binary(min_size=3, max_size=4))
    | st.builds(
        lambda transaction, protocol, length, unit, rest: struct.pack(">HHHB", transaction, protocol, length, unit) + rest,
        st.integers(0, 3), st.sampled_from([0, 0, 0, 1]), st.integers(0, 12), st.integers(6, 8), st.binary(max_size=12),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=FUZZED, deadline=None)
@given(CHUNKS)
def test_no_stream_whatsoever_becomes_a_number_unless_it_holds_the_right_answer(chunks: list[bytes]) -> None:
    """Bytes in any portions: the wire never crashes, and believes only a whole right frame for the present transaction."""

    async def feed() -> Reply:
        wire = TcpWire("127.0.0.1", 1)
        wire._transaction, wire._question = 1, block()
        wire._reply = asyncio.get_running_loop().create_future()
        for chunk in chunks:
            wire.data_received(chunk)
        if not wire._reply.done():
            wire._give_up()
        return wire._reply.result()

    reply = asyncio.run(feed())
    if reply.outcome is Outcome.OK:
        right = b"\x00\x01\x00\x00\x00\x07\x07\x03\x04" + reply.payload
        assert len(reply.payload) == 4
        assert right in b"".join(chunks)
