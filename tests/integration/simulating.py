"""A running simulator for tests: ``async with simulated(estate) as site``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

from console.domain.estate import Estate
from drivers.simulator.run import Running, simulate
from tests.helpers.clock import RealClock

PATIENCE_S = 10.0


@contextlib.asynccontextmanager
async def simulated(estate: Estate, rate: float = 1.0, **options: Any) -> AsyncIterator[Running]:
    """Serve ``estate`` until the block ends; what goes wrong in the simulator is raised here."""
    running: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(simulate(estate, RealClock(rate), ready=running.set_result, **options))
    try:
        await asyncio.wait([task, running], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield running.result()
        if task.done():
            task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Wire:
    """A Modbus TCP conversation by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._transaction = 0

    async def ask(self, unit: int, pdu: bytes, timeout: float = PATIENCE_S) -> bytes | None:
        """The answer's PDU; ``None`` for silence."""
        self._transaction += 1
        self.writer.write(struct.pack(">HHHB", self._transaction, 0, len(pdu) + 1, unit) + pdu)
        try:
            async with asyncio.timeout(timeout):
                transaction, protocol, length, answered = struct.unpack(">HHHB", await self.reader.readexactly(7))
                answer = await self.reader.readexactly(length - 1)
        except TimeoutError:
            return None
        assert (transaction, protocol, answered) == (self._transaction, 0, unit)
        return answer

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes | None:
        return await self.ask(unit, struct.pack(">BHH", function, address, count))


@contextlib.asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


class Control:
    """The injector's port, spoken by hand. Events that are pushed wait in ``events``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.events: list[dict[str, Any]] = []

    async def line(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            message: dict[str, Any] = json.loads(await self.reader.readline())
        return message

    async def ask(self, **request: Any) -> dict[str, Any]:
        return await self.raw(json.dumps({"id": 7, **request}).encode())

    async def raw(self, line: bytes) -> dict[str, Any]:
        self.writer.write(line + b"\n")
        while "event" in (message := await self.line()):
            self.events.append(message)
        return message


@contextlib.asynccontextmanager
async def control(port: int) -> AsyncIterator[Control]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)  # the list of targets is long
    try:
        yield Control(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
