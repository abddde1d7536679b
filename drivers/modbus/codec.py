"""Modbus questions and answers, as TCP frames. Requests are made by pymodbus; replies are checked here, byte for byte.

pymodbus 3.16.1 drops a reply for another unit or transaction without saying so, accepts a byte count that denies the
frame's length, waits for ever on a wrong protocol id, and waits for the missing byte of a nine-byte frame that says
eight (framer/base.py, framer/socket.py, pdu/register_message.py). Each of these must be counted apart and must never
become a number, so the reply is taken apart before anything believes it.
"""

from __future__ import annotations

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.mei_message import ReadDeviceInformationRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

from drivers.identification import MEI_TYPE, Inquiry, identification_length
from drivers.readplan import Block
from drivers.replies import Outcome, Reply

HEADER = 6
"""Transaction, protocol and length: the bytes before those that the length counts."""

LONGEST = 254
"""The largest length field: unit id and a PDU of 253 bytes (Modbus TCP implementation guide V1.0b, 3.1.2)."""

_REQUESTS: dict[int, type[ModbusPDU]] = {
    1: ReadCoilsRequest,
    2: ReadDiscreteInputsRequest,
    3: ReadHoldingRegistersRequest,
    4: ReadInputRegistersRequest,
}


Question = Block | Inquiry


def pdu(question: Question) -> bytes:
    """Function and data of a request. Only the four reading functions and the identification exist here: nothing can write."""
    if isinstance(question, Inquiry):
        made: ModbusPDU = ReadDeviceInformationRequest(question.code, question.first)
    else:
        made = _REQUESTS[question.function](address=question.address, count=question.count)
    return bytes([question.function]) + made.encode()


def request(question: Question) -> bytes:
    """A TCP request's bytes after the transaction id."""
    body = bytes([question.unit]) + pdu(question)
    return b"\0\0" + len(body).to_bytes(2, "big") + body


def judge(frame: bytes, question: Question) -> Reply:
    """What a whole TCP frame with the right transaction id is worth as the answer to ``question``."""
    return judge_body(frame[HEADER:], question)


def judge_body(body: bytes, question: Question) -> Reply:
    """The same for what every transport has in common: unit, function, data."""
    unit, function, data = body[0], body[1], body[2:]
    if unit != question.unit:
        return Reply(Outcome.WRONG_UNIT)
    if function == question.function | 0x80:
        wrong = _size(len(data), 1)
        return Reply(wrong) if wrong else Reply(Outcome.EXCEPTION, exception=data[0])
    if function != question.function:
        return Reply(Outcome.WRONG_FUNCTION)
    if isinstance(question, Inquiry):
        return _judge_identification(data)
    size = expected(question)
    wrong = _size(len(data), 1 + size) or (None if data[0] == size else Outcome.WRONG_COUNT)
    return Reply(wrong) if wrong else Reply(Outcome.OK, payload=data[1:])


def _judge_identification(data: bytes) -> Reply:
    """``data`` follows the function code: type, code, conformity, more follows, next object, count, then the objects."""
    if data[:1] != bytes([MEI_TYPE]):
        return Reply(Outcome.WRONG_FUNCTION if data else Outcome.SHORT)
    length = identification_length(data)
    if length is None or len(data) < length:
        return Reply(Outcome.SHORT)
    return Reply(Outcome.LONG) if len(data) > length else Reply(Outcome.OK, payload=data)


def _size(is_: int, should: int) -> Outcome | None:
    """What is wrong with a length, if anything."""
    if is_ == should:
        return None
    return Outcome.SHORT if is_ < should else Outcome.LONG


def expected(block: Block) -> int:
    """How many bytes of data the answer must hold."""
    return (block.count + 7) // 8 if block.function in (1, 2) else 2 * block.count
