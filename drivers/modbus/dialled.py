"""DTUs that dial us: one listening port, several DTUs, told apart by the registration packet that each sends first."""

from __future__ import annotations

import asyncio
import weakref

from console.domain.estate import ModbusRtuTcp
from console.domain.problems import Params, Problem
from drivers.modbus.rtuwires import RtuTcpWire, mark

LONGEST_GREETING = 512
"""Bytes: whoever sent so many and no registration that we know is a stranger."""

GREETING = 10.0
"""Real seconds that a caller has to say who it is."""


class DialledWire(RtuTcpWire):
    """RTU over TCP; the DTU dials."""

    def __init__(self, connection: ModbusRtuTcp) -> None:
        super().__init__(connection)
        self.registration = mark(connection.registration)
        self._reception: Reception | None = None
        self._here = asyncio.Event()

    async def connect(self, timeout: float) -> Problem | None:
        """Wait until the DTU has dialled; the listening port stays open from the first time on."""
        where: Params = {"port": self._connection.port, "registration": self._connection.registration}
        if self._reception is None:
            try:
                self._reception = await reception(self._connection.host, self._connection.port)
            except OSError as error:
                return Problem("driver.cannot_listen", {**where, "reason": error.strerror or str(error)})
            self._reception.expect(self)
        try:
            async with asyncio.timeout(timeout):
                await self._here.wait()
        except TimeoutError:
            return Problem("driver.not_dialled", where)
        return None

    def adopt(self, transport: asyncio.Transport, first: bytes) -> None:
        """Our DTU is there; an older connection of it is dead, whatever it says."""
        self.close()
        self.connection_made(transport)
        self._here.set()
        self.data_received(first)

    def close(self) -> None:
        """Hang up; the DTU dials again."""
        super().close()
        self._here.clear()

    def end(self) -> None:
        """Stop listening."""
        self.close()
        if self._reception is not None:
            self._reception.forget(self)
            self._reception = None


class Reception:
    """One listening port of one event loop."""

    def __init__(self) -> None:
        self._wires: list[DialledWire] = []
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Caller(self), host or None, port)

    @property
    def open_(self) -> bool:
        """True while it listens."""
        return self._server is not None

    def expect(self, wire: DialledWire) -> None:
        """``wire`` waits for its DTU."""
        self._wires.append(wire)

    def forget(self, wire: DialledWire) -> None:
        """``wire`` waits no longer; the last one closes the port."""
        self._wires.remove(wire)
        if not self._wires and self._server is not None:
            self._server.close()
            self._server = None

    def whose(self, greeting: bytes) -> DialledWire | None:
        """Whose DTU greets so. One that is alone on its port and has no registration takes everybody."""
        for wire in self._wires:
            if not wire.registration or greeting.startswith(wire.registration):
                return wire
        return None

    def stranger(self) -> None:
        """Somebody called whom nobody expects: counted on every line of the port."""
        for wire in self._wires:
            wire.count("strangers")


_receptions: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Reception]] = weakref.WeakKeyDictionary()


async def reception(host: str, port: int) -> Reception:
    """The listening port, opened if it is not. Lines of one collector share it."""
    here = _receptions.setdefault(asyncio.get_running_loop(), {})
    found = here.get((host, port))
    if found is None or not found.open_:
        found = Reception()
        await found.open(host, port)
        here[host, port] = found
    return found


class _Caller(asyncio.Protocol):
    """A caller until it is known; then its bytes go to its wire."""

    def __init__(self, reception_: Reception) -> None:
        self._reception = reception_
        self._greeting = bytearray()
        self._transport: asyncio.Transport | None = None
        self._wire: DialledWire | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._timer = asyncio.get_running_loop().call_later(GREETING, self._turn_away)
        self._recognise()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._wire is not None:
            if self._wire.speaks_on(self._transport):
                self._wire.data_received(data)
            return
        self._greeting += data
        self._recognise()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._timer is not None:
            self._timer.cancel()
        if self._wire is not None and self._wire.speaks_on(self._transport):
            self._wire.close()

    def _recognise(self) -> None:
        wire = self._reception.whose(bytes(self._greeting))
        if wire is not None and self._transport is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._wire = wire
            wire.adopt(self._transport, bytes(self._greeting))
        elif len(self._greeting) > LONGEST_GREETING:
            self._turn_away()

    def _turn_away(self) -> None:
        self._reception.stranger()
        if self._transport is not None:
            self._transport.abort()
