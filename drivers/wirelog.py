"""The wire log: the raw frames of one connection, told apart, paired and judged, in a ring of bounded size.

Bytes arrive as they lie on the wire, answers in pieces where the network cut them. Each whole frame becomes one
:class:`Entry`; a question that was never answered becomes an entry of its own (no bytes, error ``timeout``) when the next
one is asked. Pure: the time comes with every frame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from console.domain.times import MILLISECOND
from drivers.bench import Frame

MOST_ENTRIES = 20_000
MOST_BYTES = 4_000_000
"""What one log keeps: about an hour of a busy serial line; older frames make room, and are counted."""

_HEADER = 6  # of Modbus TCP: transaction, protocol, length
_LONGEST = 254  # the largest length field (Modbus TCP implementation guide V1.0b, 3.1.2)
_REMEMBERED = 16  # questions whose late answers are known


class Entry(NamedTuple):
    """One frame; fields as in :class:`console.link.bench.WireFrame`."""

    number: int
    at: int
    sent: bool
    data: bytes
    unit: int
    function: int
    error: str
    took_ms: float


@dataclass(frozen=True, slots=True)
class _Question:
    transaction: int  # 0 in RTU
    unit: int
    function: int
    at: int


class WireLog:
    """``framing``: ``tcp`` (Modbus TCP), ``rtu`` (with a CRC), or ``plain`` (every piece is a message: MQTT)."""

    def __init__(self, framing: str) -> None:
        self.framing = framing
        self.lost = 0
        self._ring: deque[Entry] = deque()
        self._bytes = 0
        self._last = 0
        self._buffer = bytearray()
        self._buffered_at = 0
        self._open: _Question | None = None
        self._past: deque[_Question] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        return len(self._ring)

    @property
    def last(self) -> int:
        """The newest entry's number, 0 = none yet."""
        return self._last

    def clear(self) -> None:
        """Forget what was logged; numbers go on."""
        self._ring.clear()
        self._bytes = self.lost = 0

    def take(self, frame: Frame) -> None:
        """The next bytes. Never raises, whatever they are."""
        if self.framing == "plain":
            self._add(frame.at, frame.sent, frame.data, -1, 0, "")
        elif frame.sent:
            self._ask(frame)
        else:
            if not self._buffer:
                self._buffered_at = frame.at
            self._buffer += frame.data
            while self._buffer and self._part(frame.at):
                pass

    def entries(self, since: int = 0, *, unit: int = -1, function: int = 0, errors: bool = False) -> Iterator[Entry]:
        """Entries above number ``since``, oldest first; ``unit`` -1 and ``function`` 0 are all."""
        for entry in self._ring:
            wanted = (unit in (-1, entry.unit)) and (function in (0, entry.function)) and (entry.error or not errors)
            if entry.number > since and wanted:
                yield entry

    # -- questions -----------------------------------------------------------------------------------------------

    def _ask(self, frame: Frame) -> None:
        data = frame.data
        self._settle(frame.at)
        question = None
        if self.framing == "tcp" and len(data) > _HEADER + 1:
            question = _Question(int.from_bytes(data[:2], "big"), data[6], data[7], frame.at)
        elif self.framing == "rtu" and len(data) > 1:
            question = _Question(0, data[0], data[1], frame.at)
        self._open = question
        self._add(frame.at, True, data, question.unit if question else -1, question.function if question else 0, "")

    def _settle(self, now: int) -> None:
        """The next question begins: what lies half-finished stays so, and an open question was not answered."""
        question, self._open = self._open, None
        if self._buffer:
            left = bytes(self._buffer)
            self._buffer.clear()
            unit, function = (left[0], left[1] & 0x7F) if self.framing == "rtu" and len(left) > 1 else (-1, 0)
            error = "short" if self.framing == "tcp" or self._expected(left) > len(left) else "crc"
            self._add(self._buffered_at, False, left, unit, function, error)
        elif question is not None:
            self._add(now, False, b"", question.unit, question.function, "timeout")
        if question is not None:
            self._past.append(question)

    # -- answers -------------------------------------------------------------------------------------------------

    def _part(self, now: int) -> bool:
        """Take one whole frame off the buffer, if there is one."""
        return self._part_tcp(now) if self.framing == "tcp" else self._part_rtu(now)

    def _part_tcp(self, now: int) -> bool:
        buffer = self._buffer
        if len(buffer) < _HEADER:
            return False
        length = int.from_bytes(buffer[4:6], "big")
        if buffer[2] or buffer[3] or not 2 <= length <= _LONGEST:
            self._add(now, False, bytes(buffer), -1, 0, "garbage")
            buffer.clear()
            return False
        if len(buffer) < _HEADER + length:
            return False
        data = bytes(buffer[: _HEADER + length])
        del buffer[: _HEADER + length]
        self._judge(now, data, int.from_bytes(data[:2], "big"), data[6:])
        return True

    def _part_rtu(self, now: int) -> bool:
        buffer = self._buffer
        size = self._expected(bytes(buffer))
        whole = bytes(buffer[:size]) if size and len(buffer) >= size else b""
        if not whole and len(buffer) >= 4 and crc16(bytes(buffer)) == 0:
            whole = bytes(buffer)  # a frame whose length we cannot foretell
        if not whole:
            return False
        if crc16(whole):
            return False  # perhaps noise before the frame: kept together until the next question
        del buffer[: len(whole)]
        self._judge(now, whole, 0, whole)
        return True

    def _expected(self, data: bytes) -> int:
        """The length of an RTU answer to a read, 0 = not foretold."""
        if len(data) < 3:
            return 3 if data else 0
        if data[1] & 0x80:
            return 5
        return 5 + data[2] if data[1] in (1, 2, 3, 4) else 0

    def _judge(self, now: int, data: bytes, transaction: int, body: bytes) -> None:
        """``body`` begins with the unit."""
        question, unit, code = self._open, body[0], body[1]
        function = code & 0x7F
        if question is None or transaction != question.transaction:
            late = any(
                past.transaction == transaction and (self.framing == "tcp" or (past.unit, past.function) == (unit, function))
                for past in self._past
            )
            self._add(now, False, data, unit, function, "late" if late else "wrong_transaction")
            return
        self._open = None
        error = ""
        if unit != question.unit:
            error = "wrong_unit"
        elif function != question.function:
            error = "wrong_function"
        elif code & 0x80:
            error = f"exception_{body[2]}" if len(body) > 2 else "short"
        self._past.append(question)
        self._add(now, False, data, unit, function, error, (now - question.at) / MILLISECOND)

    def _add(  # noqa: PLR0917 - an entry's own fields
        self, at: int, sent: bool, data: bytes, unit: int, function: int, error: str, took: float = 0.0
    ) -> None:
        self._last += 1
        self._ring.append(Entry(self._last, at, sent, data, unit, function, error, round(took, 2)))
        self._bytes += len(data)
        while len(self._ring) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._bytes -= len(self._ring.popleft().data)
            self.lost += 1


def crc16(data: bytes) -> int:
    """The CRC of Modbus over serial line V1.02, 2.5.1.2; 0 over a frame with its own CRC at the end."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
