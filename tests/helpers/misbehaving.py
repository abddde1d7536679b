"""A Modbus TCP server of our own (asyncio, no library) that answers correctly, or wrongly in every known way.

``server.ways[unit] = "silent"`` makes one unit misbehave. A register holds 1000 x unit + address (modulo 65536) unless
``server.values`` says otherwise; a bit is 1 where the address is odd. ``asked`` logs every request.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(frozen=True)
class Asked:
    at: float
    transaction: int
    unit: int
    function: int
    address: int
    count: int


@dataclass
class Misbehaving:
    ways: dict[int, str] = field(default_factory=dict)
    values: dict[tuple[int, int], int] = field(default_factory=dict)
    identities: dict[int, dict[int, bytes]] = field(default_factory=dict)
    bad: frozenset[int] = frozenset()
    longest: int = 125
    mute_above: int = 125
    delay: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def __aenter__(self) -> Misbehaving:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def of(self, unit: int) -> list[Asked]:
        """The requests for one unit."""
        return [each for each in self.asked if each.unit == unit]

    async def _serve(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            while True:
                transaction, _, length, unit = struct.unpack(">HHHB", await stream.readexactly(7))
                pdu = await stream.readexactly(length - 1)
                if pdu[0] == 43:  # identification: type 14, kind, first object
                    self.asked.append(Asked(time.monotonic(), transaction, unit, 43, pdu[2], pdu[3]))
                    if self.ways.get(unit) != "silent":
                        writer.write(frame(self.asked[-1], self._who(unit, pdu)))
                    continue
                function, address, count = struct.unpack(">BHH", pdu)
                self.asked.append(Asked(time.monotonic(), transaction, unit, function, address, count))
                await asyncio.sleep(self.delay)
                await self._answer(writer, self.asked[-1])
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._tasks.discard(task)

    def _who(self, unit: int, asked: bytes) -> bytes:
        """Everything that the unit knows of itself, or exception 1 if that is nothing."""
        objects = self.identities.get(unit)
        if objects is None:
            return bytes([43 | 0x80, 1])
        listed = b"".join(bytes([ident, len(text)]) + text for ident, text in sorted(objects.items()) if ident >= asked[3])
        return bytes([43, 14, asked[2], 0x01, 0, 0, len(objects)]) + listed

    def right(self, asked: Asked) -> bytes:
        """The PDU of the right answer."""
        touched = range(asked.address, asked.address + asked.count)
        if asked.count > self.longest:
            return bytes([asked.function | 0x80, 3])
        if any(address in self.bad for address in touched):
            return bytes([asked.function | 0x80, 2])
        if asked.function in (1, 2):
            data = bytearray((asked.count + 7) // 8)
            for place, address in enumerate(touched):
                data[place // 8] |= (address % 2) << place % 8
        else:
            data = bytearray(b"".join(self._register(asked.unit, address) for address in touched))
        return bytes([asked.function, len(data)]) + bytes(data)

    def _register(self, unit: int, address: int) -> bytes:
        return (self.values.get((unit, address), 1000 * unit + address) % 65536).to_bytes(2, "big")

    async def _answer(self, writer: asyncio.StreamWriter, asked: Asked) -> None:
        way = self.ways.get(asked.unit, "right")
        if asked.count > self.mute_above:
            way = "silent"
        if way.startswith("exception"):
            writer.write(frame(asked, bytes([asked.function | 0x80, int(way.split()[1])])))
        elif way == "late":
            await asyncio.sleep(0.35)
            writer.write(frame(asked, self.right(asked)))
        elif way == "byte by byte":
            for byte in frame(asked, self.right(asked)):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.001)
        elif way == "reset in mid-frame":
            writer.write(frame(asked, self.right(asked))[:-1])
            await writer.drain()
            writer.transport.abort()
        else:
            writer.write(WAYS[way](asked, self.right(asked)))


def frame(asked: Asked, pdu: bytes, *, unit: int | None = None, transaction: int | None = None, length: int | None = None) -> bytes:
    """A whole frame; every field can be made wrong."""
    return struct.pack(
        ">HHHB",
        asked.transaction if transaction is None else transaction,
        0,
        len(pdu) + 1 if length is None else length,
        asked.unit if unit is None else unit,
    ) + bytes(pdu)


def _counted(pdu: bytes, data: bytes, count: int | None = None) -> bytes:
    return bytes([pdu[0], len(data) if count is None else count]) + data


WAYS: dict[str, Callable[[Asked, bytes], bytes]] = {
    "right": frame,
    "silent": lambda asked, pdu: b"",
    "half a frame": lambda asked, pdu: frame(asked, pdu)[:-1],
    "too short": lambda asked, pdu: frame(asked, _counted(pdu, pdu[2:-2])),
    "too long": lambda asked, pdu: frame(asked, _counted(pdu, pdu[2:] + b"\x12\x34")),
    "only a function": lambda asked, pdu: frame(asked, pdu[:1]),
    "long exception": lambda asked, pdu: frame(asked, bytes([asked.function | 0x80, 2, 0, 0])),
    "wrong count": lambda asked, pdu: frame(asked, _counted(pdu, pdu[2:], len(pdu) - 4)),
    "wrong unit": lambda asked, pdu: frame(asked, pdu, unit=asked.unit + 1),
    "wrong function": lambda asked, pdu: frame(asked, bytes([pdu[0] % 4 + 1]) + pdu[1:]),
    "wrong transaction": lambda asked, pdu: frame(asked, pdu, transaction=(asked.transaction + 7) % 65536),
    "twice": lambda asked, pdu: frame(asked, pdu) * 2,
    "garbage": lambda asked, pdu: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "rtu": lambda asked, pdu: bytes([asked.unit]) + pdu + b"\xb8\x44",
    "endless length": lambda asked, pdu: frame(asked, pdu, length=65535),
    "zero length": lambda asked, pdu: frame(asked, pdu, length=0),
}


def numbers(server: Misbehaving, unit: int, addresses: Iterable[int]) -> set[int]:
    """What the registers of a unit hold."""
    return {server.values.get((unit, address), 1000 * unit + address) for address in addresses}
