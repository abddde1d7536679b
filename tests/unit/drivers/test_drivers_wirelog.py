"""The wire log and its capture file. The file is taken apart here by hand: nothing of what wrote it reads it."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU

from console.domain.times import MILLISECOND, SECOND
from drivers import wirelog
from drivers.bench import Frame
from drivers.capture import pcap
from drivers.wirelog import Entry, WireLog, crc16

START = 1_700_000_000 * SECOND


def tcp(transaction: int, pdu: str, unit: int = 1) -> bytes:
    body = bytes([unit]) + bytes.fromhex(pdu)
    return struct.pack(">HHH", transaction, 0, len(body)) + body


def rtu(frame: str) -> bytes:
    data = bytes.fromhex(frame)
    return data + FramerRTU.compute_CRC(data).to_bytes(2, "big")


def logged(framing: str, *frames: tuple[bool, bytes]) -> list[Entry]:
    log = WireLog(framing)
    for place, (sent, data) in enumerate(frames):
        log.take(Frame(START + place * 20 * MILLISECOND, "gw", sent, data))
    return list(log.entries())


ASK, OK = tcp(1, "0300000002"), tcp(1, "030400010002")


def test_an_answer_is_paired_with_its_question_and_timed() -> None:
    question, answer = logged("tcp", (True, ASK), (False, OK))
    assert (question.sent, question.unit, question.function, question.error) == (True, 1, 3, "")
    assert (answer.data, answer.error, answer.took_ms) == (OK, "", 20.0)


def test_an_answer_that_comes_byte_by_byte_is_one_frame() -> None:
    found = logged("tcp", (True, ASK), *((False, OK[place : place + 1]) for place in range(len(OK))))
    assert [entry.data for entry in found] == [ASK, OK]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (tcp(1, "8302"), "exception_2"),
        (tcp(1, "030400010002", unit=2), "wrong_unit"),
        (tcp(1, "0404 0001 0002"), "wrong_function"),
        (tcp(9, "030400010002"), "wrong_transaction"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "garbage"),
    ],
)
def test_a_wrong_answer_says_what_is_wrong(answer: bytes, error: str) -> None:
    assert [entry.error for entry in logged("tcp", (True, ASK), (False, answer))] == ["", error]


def test_a_question_without_an_answer_and_a_late_answer_are_told() -> None:
    second = tcp(2, "0300100001")
    found = logged("tcp", (True, ASK), (True, second), (False, OK), (False, tcp(2, "03020007")))
    assert [(entry.error, bool(entry.data)) for entry in found] == [
        ("", True),
        ("timeout", False),
        ("", True),
        ("late", True),
        ("", True),
    ]


def test_half_a_frame_is_kept_as_it_came() -> None:
    found = logged("tcp", (True, ASK), (False, OK[:-1]), (True, tcp(2, "0300000002")))
    assert [(entry.data, entry.error) for entry in found][1] == (OK[:-1], "short")


def test_an_rtu_frame_with_a_wrong_crc_is_marked() -> None:
    ask, good = rtu("010300000001"), rtu("0103020007")
    assert [entry.error for entry in logged("rtu", (True, ask), (False, good))] == ["", ""]
    assert [entry.error for entry in logged("rtu", (True, ask), (False, good[:3]), (False, good[3:]))] == ["", ""]
    assert [entry.error for entry in logged("rtu", (True, ask), (False, rtu("018302")))] == ["", "exception_2"]
    bad = good[:-1] + bytes([good[-1] ^ 1])
    assert [entry.error for entry in logged("rtu", (True, ask), (False, bad), (True, ask))] == ["", "crc", ""]


def test_the_crc_is_the_one_of_another_library() -> None:
    assert crc16(rtu("0103000000 0a")) == 0
    assert crc16(b"\x01\x03") == int.from_bytes(FramerRTU.compute_CRC(b"\x01\x03").to_bytes(2, "big"), "little")


def test_frames_are_found_by_unit_function_and_error() -> None:
    log = WireLog("tcp")
    for place, frame in enumerate((ASK, OK, tcp(2, "0400000001", unit=7), tcp(2, "8402", unit=7))):
        log.take(Frame(START + place, "gw", place % 2 == 0, frame))
    assert [entry.number for entry in log.entries(unit=7)] == [3, 4]
    assert [entry.number for entry in log.entries(function=3)] == [1, 2]
    assert [entry.number for entry in log.entries(errors=True)] == [4]
    assert [entry.number for entry in log.entries(since=3)] == [4]


def test_the_ring_stays_within_its_bounds_and_counts_what_it_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wirelog, "MOST_ENTRIES", 10)
    log = WireLog("plain")
    for place in range(25):
        log.take(Frame(START + place, "broker", False, b"x" * place))
    assert (len(log), log.lost, log.last) == (10, 15, 25)
    monkeypatch.setattr(wirelog, "MOST_BYTES", 100)
    log.take(Frame(START, "broker", False, b"x" * 90))
    assert [len(entry.data) for entry in log.entries()] == [90]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=40)), max_size=30), st.sampled_from(("tcp", "rtu", "plain")))
def test_any_bytes_are_logged_and_every_file_can_be_read(frames: list[tuple[bool, bytes]], framing: str) -> None:
    found = logged(framing, *frames)
    assert sum(len(entry.data) for entry in found) <= sum(len(data) for _, data in frames)
    file = pcap(found, framing)
    assert len(list(packets(file))) == sum(1 for entry in found if entry.data)


def packets(file: bytes) -> Iterator[tuple[int, bytes]]:
    """(microseconds, bytes) of each packet of a little-endian pcap file."""
    magic, major, minor, _, _, longest, _ = struct.unpack_from("<IHHiIII", file)
    assert (magic, major, minor) == (0xA1B2C3D4, 2, 4)
    place = 24
    while place < len(file):
        seconds, micro, kept, length = struct.unpack_from("<IIII", file, place)
        assert kept == length <= longest
        yield seconds * 10**6 + micro, file[place + 16 : place + 16 + kept]
        place += 16 + kept
    assert place == len(file)


def internet_sum(data: bytes) -> int:
    """Adds up to 0xFFFF over data with a right checksum in it (RFC 1071, by end-around carry)."""
    total = 0
    for place in range(0, len(data), 2):
        total += data[place] << 8 | (data[place + 1] if place + 1 < len(data) else 0)
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_a_tcp_log_becomes_packets_that_are_right_in_every_sum_and_sequence() -> None:
    found = logged("tcp", (True, ASK), (False, OK), (True, ASK), (False, OK))
    file = pcap(found, "tcp", "10.0.0.7")
    assert struct.unpack_from("<I", file, 20) == (1,)
    expected = {True: 1, False: 1}
    for (micro, packet), entry in zip(packets(file), found, strict=True):
        assert micro == entry.at // 1000
        assert packet[12:14] == b"\x08\x00"
        ip, segment = packet[14:34], packet[34:]
        assert internet_sum(ip) == 0xFFFF
        assert struct.unpack(">H", ip[2:4])[0] == len(packet) - 14
        assert internet_sum(ip[12:20] + struct.pack(">HH", 6, len(segment)) + segment) == 0xFFFF
        source, target, sequence, acknowledged = struct.unpack(">HHII", segment[:12])
        assert (target if entry.sent else source) == 502
        assert str(ipaddress.IPv4Address(ip[16:20] if entry.sent else ip[12:16])) == "10.0.0.7"
        assert (sequence, acknowledged) == (expected[entry.sent], expected[not entry.sent])
        expected[entry.sent] += len(entry.data)
        assert segment[20:] == entry.data


def test_an_rtu_log_becomes_serial_packets_with_direction_and_crc() -> None:
    found = logged("rtu", (True, rtu("010300000001")), (True, rtu("020300000001")), (False, rtu("0203020007")))
    file = pcap(found, "rtu")
    assert struct.unpack_from("<I", file, 20) == (250,)
    made = [packet for _, packet in packets(file)]
    assert [packet[8] for packet in made] == [1, 1, 2]  # sent, sent, received; the silence is no packet
    assert made[2][12:] == rtu("0203020007")
    assert struct.unpack(">II", made[0][:8]) == (1_700_000_000, 0)
