"""RTU frames: unit, function, data, CRC. Pure: no ports, no clock.

Facts: Modbus over serial line V1.02: the CRC (6.2.2), a frame ends with a silence of 3.5 characters, above 19200 baud with
1.75 ms (2.5.1.1).
"""

from __future__ import annotations

from drivers.identification import IDENTIFICATION, Inquiry, identification_length
from drivers.modbus.codec import Question, expected, judge_body, pdu
from drivers.replies import Outcome, Reply

_POLYNOMIAL = 0xA001


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ _POLYNOMIAL if crc & 1 else crc >> 1
        made.append(crc)
    return tuple(made)


_CRC = _table()


def crc16(data: bytes) -> bytes:
    """The two bytes that end a frame, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def request(question: Question) -> bytes:
    """A whole request."""
    body = bytes([question.unit]) + pdu(question)
    return body + crc16(body)


def silence(baud: int, character_bits: int) -> float:
    """The silence between two frames, seconds."""
    return 3.5 * character_bits / baud if baud <= 19200 else 0.00175


def bits_a_character(data_bits: int, parity: str, stop_bits: int) -> int:
    """Start bit, data, parity, stop."""
    return 1 + data_bits + (parity != "N") + stop_bits


def find(data: bytes, unit: int, function: int, size: int | None) -> tuple[int, int] | None:
    """Where in ``data`` a whole right frame of that unit, function and data size (or an exception) lies: first and end.

    It may begin anywhere: noise while the line turns round, an adapter that echoes our request, and a DTU's heartbeat stand
    before answers on real lines. ``size`` ``None``: an identification, which tells its own length.
    """
    found = []
    for code in (function, function | 0x80):
        head = bytes([unit, code])
        first = data.find(head)
        while first >= 0:
            length = _length(data[first:], function, code, size)
            if (
                length
                and len(data) >= first + length
                and data[first + length - 2 : first + length] == crc16(data[first : first + length - 2])
            ):
                found.append((first, first + length))
                break
            first = data.find(head, first + 1)
    return min(found, default=None)


def _length(data: bytes, function: int, code: int, size: int | None) -> int:
    """How long the right frame at the start of ``data`` is, CRC included; 0 if it is none or cannot be told yet."""
    if code != function:
        return 5
    if size is not None:
        return 5 + size if data[2:3] == bytes([size]) else 0
    inner = identification_length(data[2:])
    return 4 + inner if inner is not None else 0


def judge(data: bytes, question: Question) -> Reply:
    """What bytes that are followed by silence are worth, when no right frame was found in them."""
    if len(data) >= 4 and data[-2:] == crc16(data[:-2]):
        reply = judge_body(data[:-2], question)
        if reply.outcome in (Outcome.SHORT, Outcome.LONG) and len(data) > 4 and data[1] == question.function and _denies(data):
            return Reply(Outcome.WRONG_COUNT)
        return reply
    if data[:1] != bytes([question.unit]) or (len(data) > 1 and data[1] & 0x7F != question.function):
        return Reply(Outcome.GARBAGE)
    return Reply(Outcome.WRONG_CRC if len(data) >= _whole(data, question) else Outcome.SHORT)


def _denies(data: bytes) -> bool:
    """True if the byte count is not that of the frame."""
    return data[1] != IDENTIFICATION and data[2] != len(data) - 5


def _whole(data: bytes, question: Question) -> int:
    """How long the frame should be."""
    if len(data) > 1 and data[1] & 0x80:
        return 5
    if isinstance(question, Inquiry):
        inner = identification_length(data[2:])
        return 4 + inner if inner is not None else 256
    return 5 + expected(question)
