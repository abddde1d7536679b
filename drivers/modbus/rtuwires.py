"""RTU over a serial port of this computer, and over TCP to a transparent gateway or DTU that we dial.

A serial port has a thread of its own, for neither Windows nor pyserial knows another way: it opens the port, hands every byte
that comes to the loop, and closes it. Writing is done on the loop: a request is eight bytes and never fills the buffer.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping

import serial

from console.domain.estate import ModbusRtuTcp, ModbusSerial
from console.domain.problems import Problem
from drivers.modbus import rtu
from drivers.modbus.codec import Question
from drivers.modbus.conversation import Conversation, Manners
from drivers.modbus.wire import Tap, dial, stay_awake
from drivers.replies import Outcome, Reply

READ_FOR = 0.1
"""Seconds that the thread waits for bytes before it looks whether it should end."""

SERIAL_QUIET = 0.05
"""Seconds: USB adapters hand bytes over every 16 ms (FTDI's default latency timer); three times that is a silence."""

TCP_QUIET = 0.2
"""Seconds: DTUs gather bytes and send them on in portions; a mobile network adds some tenths."""


class RtuWire:
    """What both have in common: the conversation."""

    def __init__(self, manners: Manners) -> None:
        self._talk = Conversation(manners)

    @property
    def stray(self) -> Mapping[str, int]:
        """Running totals of what answered nothing."""
        return self._talk.stray

    def count(self, name: str) -> None:
        """Something that belongs to the line, and to no request."""
        self._talk.stray[name] += 1

    @property
    def tap(self) -> Tap | None:
        """Who hears every frame."""
        return self._talk.tap

    @tap.setter
    def tap(self, listener: Tap | None) -> None:
        self._talk.tap = listener

    @property
    def connected(self) -> bool:
        """True while the connection stands, as far as is known."""
        raise NotImplementedError

    def compile(self, question: Question) -> bytes:
        """The bytes of a request, made once."""
        return rtu.request(question)

    async def ask(self, question: Question, compiled: bytes, timeout: float) -> Reply:
        """Send one request and wait for its end."""
        if not self.connected:
            return Reply(Outcome.RESET)
        return await self._talk.ask(question, compiled, timeout, self._write)

    def _write(self, data: bytes) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Drop the connection at once."""
        raise NotImplementedError

    def end(self) -> None:
        """Nobody will ask any more."""
        self.close()


class SerialWire(RtuWire):
    """A serial port."""

    def __init__(self, connection: ModbusSerial) -> None:
        bits = rtu.bits_a_character(connection.data_bits, connection.parity, connection.stop_bits)
        silence = rtu.silence(connection.baud, bits)
        super().__init__(Manners(silence, max(silence, SERIAL_QUIET), connection.turnaround_ms / 1000))
        self._connection = connection
        self._port: serial.Serial | None = None
        self._stop = threading.Event()

    @property
    def connected(self) -> bool:
        """True while the port is open."""
        return self._port is not None

    async def connect(self, timeout: float) -> Problem | None:
        """Open the port; the reason if that is not possible. A port that takes longer to open is opened next time."""
        self.close()
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[serial.Serial | Problem] = loop.create_future()
        stop = self._stop = threading.Event()

        def say(result: serial.Serial | Problem) -> None:
            if not opened.done():
                opened.set_result(result)

        name = f"serial-{self._connection.port}"
        threading.Thread(target=self._serve, args=(loop, stop, say), name=name, daemon=True).start()
        try:
            async with asyncio.timeout(max(timeout, 1.0)):
                result = await opened
        except BaseException as error:
            stop.set()
            if isinstance(error, TimeoutError):
                return self._problem("timeout")
            raise
        if isinstance(result, Problem):
            return result
        self._port = result
        return None

    def close(self) -> None:
        """The thread closes the port within :data:`READ_FOR`."""
        self._stop.set()
        self._port = None
        self._talk.lost()

    def _write(self, data: bytes) -> None:
        port = self._port
        if port is None:
            return
        try:
            port.write(data)
        except (OSError, serial.SerialException):
            self.close()

    # -- the port's thread ---------------------------------------------------------------------------------------

    def _serve(
        self, loop: asyncio.AbstractEventLoop, stop: threading.Event, say: Callable[[serial.Serial | Problem], None]
    ) -> None:
        """The thread's life: open, read, close."""

        def told(call: Callable[..., None], *arguments: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(call, *arguments)

        try:
            port = self._open()
        except (OSError, ValueError) as error:  # a SerialException is an OSError
            told(say, self._problem(_reason(error)))
            return
        with port:
            told(say, port)
            while not stop.is_set():
                try:
                    data = port.read(max(1, port.in_waiting))
                except (OSError, TypeError):  # TypeError: pyserial when the port is closed under it
                    told(self._gone, port)
                    return
                if data:
                    told(self._came, port, data)

    def _open(self) -> serial.Serial:
        it = self._connection
        return serial.Serial(
            it.port,
            it.baud,
            it.data_bits,
            it.parity,
            it.stop_bits,
            timeout=READ_FOR,
            write_timeout=0,  # a write that waits would hold the loop
            exclusive=True,  # two programs on one line would garble each other; Windows never allows it
        )

    def _came(self, port: serial.Serial, data: bytes) -> None:
        if port is self._port:
            self._talk.feed(data)

    def _gone(self, port: serial.Serial) -> None:
        if port is self._port:
            self.close()

    def _problem(self, reason: str) -> Problem:
        return Problem("driver.port_unavailable", {"port": self._connection.port, "reason": reason})


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def mark(written: str) -> bytes:
    """What a DTU sends, from its text or ``hex:`` form."""
    return bytes.fromhex(written[4:]) if written.lower().startswith("hex:") else written.encode()


def manners(connection: ModbusRtuTcp) -> Manners:
    """How RTU over TCP is spoken: the silence on the wire is the gateway's business."""
    marks = (("registrations", mark(connection.registration)), ("heartbeats", mark(connection.heartbeat)))
    return Manners(0.0, TCP_QUIET, connection.turnaround_ms / 1000, tuple(each for each in marks if each[1]))


class RtuTcpWire(RtuWire, asyncio.Protocol):
    """RTU over TCP; we dial. :class:`drivers.modbus.dialled.DialledWire` is the other way round."""

    def __init__(self, connection: ModbusRtuTcp) -> None:
        super().__init__(manners(connection))
        self._connection = connection
        self._transport: asyncio.Transport | None = None

    @property
    def connected(self) -> bool:
        """True while the connection stands, as far as is known."""
        return self._transport is not None

    async def connect(self, timeout: float) -> Problem | None:
        """Dial."""
        self.close()
        return await dial(lambda: self, self._connection.host, self._connection.port, timeout, self.close)

    def close(self) -> None:
        """Drop the connection at once."""
        transport, self._transport = self._transport, None
        self._talk.lost()
        if transport is not None:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        stay_awake(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio, for our own abort too: then another connection may already stand."""
        if self._transport is not None and self._transport.is_closing():
            self.close()

    def speaks_on(self, transport: asyncio.BaseTransport | None) -> bool:
        """True if that is our present connection."""
        return transport is not None and transport is self._transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with bytes in any portion."""
        self._talk.feed(data)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)
