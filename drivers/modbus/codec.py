"""Modbus TCP frames. Requests are made by pymodbus; replies are checked here, byte for byte.

pymodbus 3.16.1 drops a reply for another unit or transaction without saying so, accepts a byte count that denies the
frame's length, waits for ever on a wrong protocol id, and waits for the missing byte of a nine-byte frame that says
eight (framer/base.py, framer/socket.py, pdu/register_message.py). Each of these must be counted apart and must never
become a number, so the reply is taken apart before anything believes it.
"""

from __future__ import annotations

from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

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
_framer = FramerSocket(DecodePDU(False))


def request(block: Block) -> bytes:
    """The request's bytes after the transaction id. Only the four reading functions exist here: nothing can write."""
    pdu = _REQUESTS[block.function](dev_id=block.unit, address=block.address, count=block.count)
    return _framer.buildFrame(pdu)[2:]


def judge(frame: bytes, block: Block) -> Reply:
    """What a whole frame with the right transaction id is worth as the answer for ``block``."""
    unit, function, data = frame[6], frame[7], frame[8:]
    if unit != block.unit:
        outcome = Outcome.WRONG_UNIT
    elif function == block.function | 0x80:
        outcome = _size(len(data), 1) or Outcome.EXCEPTION
    elif function != block.function:
        outcome = Outcome.WRONG_FUNCTION
    else:
        size = expected(block)
        outcome = _size(len(data), 1 + size) or (Outcome.OK if data[0] == size else Outcome.WRONG_COUNT)
    if outcome is Outcome.OK:
        return Reply(outcome, payload=data[1:])
    return Reply(outcome, exception=data[0] if outcome is Outcome.EXCEPTION else 0)


def _size(is_: int, should: int) -> Outcome | None:
    """What is wrong with a length, if anything."""
    if is_ == should:
        return None
    return Outcome.SHORT if is_ < should else Outcome.LONG


def expected(block: Block) -> int:
    """How many bytes of data the answer must hold."""
    return (block.count + 7) // 8 if block.function in (1, 2) else 2 * block.count
