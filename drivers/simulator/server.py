"""One Modbus TCP gateway with its units: an asyncio server that is strict where real gateways are.

Reads only (FC1-4); every other function is refused with exception 1. Unknown and silent units are answered the way of
their gateway: silence, or exception 11 ("gateway target device failed to respond"). A frame that is no Modbus TCP ends
the conversation.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Mapping

from drivers.simulator.bank import ILLEGAL_FUNCTION, ILLEGAL_VALUE, Bank

TARGET_SILENT = 11
_HEADER = struct.Struct(">HHHB")  # transaction, protocol, length, unit
_READ = struct.Struct(">HH")


class Gateway:
    """Serves ``units`` on ``host``:``port``. ``explains``: exception 11 instead of silence.

    ``turnaround_s`` is how long an answer takes; one request at a time, as on the serial line behind a real gateway.
    """

    def __init__(
        self, host: str, port: int, units: Mapping[int, Bank], *, explains: bool = False, turnaround_s: float = 0.003
    ) -> None:
        self.host = host
        self.port = port
        self.units = dict(units)
        self.silent = False  # the whole gateway says nothing
        self.offline: set[int] = set()  # units that do not answer
        self.answered = 0
        self.refused = 0
        self._explains = explains
        self._turnaround = turnaround_s
        self._line = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises ``OSError`` where the port is taken; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._talk, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and end every conversation."""
        if self._server is not None:
            self._server.close()
        for task in list(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            await self._converse(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass  # the other side has gone
        except asyncio.CancelledError:
            pass  # stop() ends us; nothing above waits for the cancellation
        finally:
            self._talks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            transaction, protocol, length, unit = _HEADER.unpack(await reader.readexactly(_HEADER.size))
            if protocol != 0 or not 2 <= length <= 254:
                return
            pdu = await reader.readexactly(length - 1)
            async with self._line:
                if self._turnaround:
                    await asyncio.sleep(self._turnaround)
                answer = self.answer(unit, pdu)
            if answer is None:
                continue
            writer.write(_HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer)
            await writer.drain()

    def answer(self, unit: int, pdu: bytes) -> bytes | None:
        """The answer's PDU, or ``None`` for silence."""
        if self.silent:
            return None
        function = pdu[0]
        bank = self.units.get(unit)
        if bank is None or unit in self.offline:
            self.refused += 1
            return bytes((function | 0x80, TARGET_SILENT)) if self._explains else None
        if function not in (1, 2, 3, 4):
            self.refused += 1
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        found = bank.read(function, *_READ.unpack(pdu[1:])) if len(pdu) == 5 else ILLEGAL_VALUE
        if isinstance(found, int):
            self.refused += 1
            return bytes((function | 0x80, found))
        self.answered += 1
        return bytes((function, len(found))) + found
