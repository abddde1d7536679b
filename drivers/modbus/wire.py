"""One TCP connection to a Modbus device or gateway: one request at a time, one outcome each.

An asyncio protocol of our own instead of pymodbus's client: that one closes a shared connection on the fifth silent
request, doubles its reconnection delay up to 300 s, and cannot tell a late answer from no answer.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter, deque
from collections.abc import Callable

from console.domain.problems import Params, Problem
from drivers.modbus.codec import HEADER, LONGEST, Question, judge, request
from drivers.replies import Outcome, Reply

_REMEMBERED = 16
"""How many abandoned transactions are remembered, to tell a late answer from a wrong transaction id."""


Tap = Callable[[bool, bytes], None]


async def dial(
    protocol: Callable[[], asyncio.Protocol], host: str, port: int, timeout: float, close: Callable[[], None]
) -> Problem | None:
    """Open a TCP connection within ``timeout`` real seconds; the reason if that is not possible."""
    where: Params = {"host": host, "port": port}
    try:
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().create_connection(protocol, host, port)
    except TimeoutError:
        close()
        return Problem("driver.connect_timeout", where)
    except ConnectionRefusedError:
        return Problem("driver.refused", where)
    except socket.gaierror:
        return Problem("driver.unknown_host", where)
    except OSError as error:
        return Problem("driver.unreachable", {**where, "reason": error.strerror or str(error)})
    return None


def stay_awake(transport: asyncio.BaseTransport) -> None:
    """A cable that was pulled while nobody asked is noticed in time."""
    line = transport.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


class TcpWire(asyncio.Protocol):
    """The connection. Not re-entrant: the line that owns it asks one thing at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._transaction = 0
        self._question: Question | None = None
        self._reply: asyncio.Future[Reply] | None = None
        self._abandoned: deque[int] = deque(maxlen=_REMEMBERED)
        self.tap: Tap | None = None
        self.stray: Counter[str] = Counter()
        """Frames that answered nothing: late, duplicate, wrong_transaction, garbage. Running totals."""

    @property
    def connected(self) -> bool:
        """True while the connection stands, as far as is known."""
        return self._transport is not None

    def compile(self, question: Question) -> bytes:
        """The bytes of a request, made once."""
        return request(question)

    async def connect(self, timeout: float) -> Problem | None:
        """Open the connection within ``timeout`` real seconds; the reason if that is not possible."""
        self.close()
        return await dial(lambda: self, self._host, self._port, timeout, self.close)

    async def ask(self, question: Question, compiled: bytes, timeout: float) -> Reply:
        """Send one request and wait for its end, at most ``timeout`` real seconds."""
        if self._transport is None:
            return Reply(Outcome.RESET)
        loop = asyncio.get_running_loop()
        self._transaction = self._transaction % 0xFFFF + 1
        self._question = question
        reply: asyncio.Future[Reply] = loop.create_future()
        self._reply = reply
        frame = self._transaction.to_bytes(2, "big") + compiled
        if self.tap is not None:
            self.tap(True, frame)
        self._transport.write(frame)
        timer = loop.call_later(timeout, self._give_up)
        try:
            return await reply
        finally:
            timer.cancel()
            self._reply = None

    def close(self) -> None:
        """Drop the connection at once."""
        transport, self._transport = self._transport, None
        if self._buffer and self.tap is not None:
            self.tap(False, bytes(self._buffer))
        self._buffer.clear()
        self._abandoned.clear()
        if transport is not None:
            transport.abort()

    def end(self) -> None:
        """Nobody will ask any more."""
        self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        stay_awake(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio, for our own abort too: then another connection may already stand."""
        if self._transport is not None and self._transport.is_closing():
            self._transport = None
            self._buffer.clear()
            self._finish(Reply(Outcome.RESET))

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with bytes in any portion."""
        self._buffer += data
        while len(self._buffer) >= HEADER:
            length = int.from_bytes(self._buffer[4:6], "big")
            if self._buffer[2] or self._buffer[3] or not 2 <= length <= LONGEST:
                self._break(Outcome.GARBAGE)
                return
            if len(self._buffer) < HEADER + length:
                return
            frame = bytes(self._buffer[: HEADER + length])
            del self._buffer[: HEADER + length]
            self._take(frame)

    def _take(self, frame: bytes) -> None:
        if self.tap is not None:
            self.tap(False, frame)
        transaction = int.from_bytes(frame[:2], "big")
        waiting = self._reply is not None and not self._reply.done()
        if not waiting or self._question is None or transaction != self._transaction:
            known = "duplicate" if transaction == self._transaction else "wrong_transaction"
            self.stray["late" if transaction in self._abandoned else known] += 1
            return
        self._finish(judge(frame, self._question))

    def _give_up(self) -> None:
        """The time is over. Half a frame in the buffer means that the next bytes cannot be placed: the stream is lost."""
        if self._buffer:
            self._break(Outcome.SHORT)
            return
        self._abandoned.append(self._transaction)
        self._finish(Reply(Outcome.TIMEOUT))

    def _break(self, outcome: Outcome) -> None:
        if self._reply is None:
            self.stray[outcome.value] += 1
        self.close()
        self._finish(Reply(outcome))

    def _finish(self, reply: Reply) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(reply)
