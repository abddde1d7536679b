"""RTU servers of our own, on one end of a pty pair or behind a TCP socket: right, or wrong in every known way.

Registers as in ``tests.helpers.misbehaving``; made with no library: its CRC is bit by bit, the driver's by table.
"""

from __future__ import annotations

import asyncio
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.helpers.misbehaving import Asked, Misbehaving

Send = Callable[[bytes], None]


def crc(data: bytes) -> bytes:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


@dataclass
class Rtu(Misbehaving):
    """Answers a stream of RTU requests. ``objects`` are what unit 1 says of itself."""

    objects: dict[int, bytes] = field(default_factory=dict)
    at_once: int = 2  # objects an answer
    before: bytes = b""  # heartbeats, noise or an echo that stands before every answer
    echo: bool = False

    def requests(self, buffer: bytearray) -> list[bytes]:
        """The whole requests at the start of ``buffer``, taken out of it."""
        found = []
        while len(buffer) >= 7:
            length = 7 if buffer[1] == 0x2B else 8
            if len(buffer) < length:
                break
            found.append(bytes(buffer[:length]))
            del buffer[:length]
        return found

    def serve(self, request: bytes, send: Send, sleep: Callable[[float], None]) -> None:
        """Answer one request, blocking."""
        if crc(request[:-2]) != request[-2:]:
            return
        if self.echo:
            send(request)
        if request[1] == 0x2B:
            send(_framed(self.who_it_is(request)))
            return
        unit, function, address, count = struct.unpack(">BBHH", request[:6])
        asked = Asked(time.monotonic(), 0, unit, function, address, count)
        self.asked.append(asked)
        way = self.ways.get(unit, "right")
        right = bytes([unit]) + self.right(asked)
        if way == "silent" or count > self.mute_above:
            return
        if way == "late":
            self.ways[unit] = "right"  # the next ones are in time, and follow at once
            value = self._register(unit, address)
            sleep(0.45)
            self.values[unit, address] = int.from_bytes(value, "big") + 1  # what it answers from now on is another number
            send(_framed(right))
            return
        if way.startswith("exception"):
            send(_framed(bytes([unit, function | 0x80, int(way.split()[1])])))
        elif way == "byte by byte":
            for byte in _framed(right):
                send(bytes([byte]))
                sleep(0.002)
        else:
            send(self.before + WAYS[way](right))

    def who_it_is(self, request: bytes) -> bytes:
        unit, _, _, code, first = request[:5]
        if not self.objects:
            return bytes([unit, 0xAB, 1])
        here = [ident for ident in sorted(self.objects) if ident >= first]
        part, rest = here[: self.at_once], here[self.at_once :]
        body = bytes([unit, 0x2B, 0x0E, code, 0x83, 0xFF if rest else 0, rest[0] if rest else 0, len(part)])
        return body + b"".join(bytes([ident, len(self.objects[ident])]) + self.objects[ident] for ident in part)


def _framed(body: bytes) -> bytes:
    return body + crc(body)


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "right": _framed,
    "half a frame": lambda body: _framed(body)[:-3],
    "wrong crc": lambda body: body + bytes(byte ^ 0xFF for byte in crc(body)),
    "wrong unit": lambda body: _framed(bytes([body[0] + 1]) + body[1:]),
    "wrong function": lambda body: _framed(bytes([body[0], body[1] % 4 + 1]) + body[2:]),
    "wrong count": lambda body: _framed(body[:2] + bytes([body[2] + 2]) + body[3:]),
    "too short": lambda body: _framed(body[:2] + bytes([body[2] - 2]) + body[3:-2]),
    "too long": lambda body: _framed(body[:2] + bytes([body[2] + 2]) + body[3:] + b"\x12\x34"),
    "garbage": lambda body: b"+++ATH0\r\n",
    "two at once": lambda body: bytes(a | b for a, b in zip(_framed(body), b"\x13" * 300, strict=False)),
    "twice": lambda body: _framed(body) * 2,
}


class SerialLine:
    """A pty pair: ``path`` is what the driver opens; a thread answers at the other end. ``cut`` and ``join`` are the cable."""

    def __init__(self, server: Rtu, path: str) -> None:
        self.server, self.path = server, path
        self._thread: threading.Thread | None = None
        self._master = -1

    def join(self) -> None:
        self._master, slave = os.openpty()
        Path(self.path).symlink_to(os.ttyname(slave))
        self._slave = slave
        self._thread = threading.Thread(target=self._serve, args=(self._master,))
        self._thread.start()

    def cut(self) -> None:
        Path(self.path).unlink()
        os.close(self._slave)
        master, self._master = self._master, -1
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        os.close(master)

    def __enter__(self) -> SerialLine:
        self.join()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self.cut()

    def _serve(self, master: int) -> None:
        os.set_blocking(master, False)
        buffer = bytearray()
        while self._master == master:
            try:
                buffer += os.read(master, 256)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            except OSError:  # the driver has not opened it yet, or has closed it
                time.sleep(0.01)
                continue
            for request in self.server.requests(buffer):
                self.server.serve(request, lambda data: self._send(master, data), time.sleep)

    def _send(self, master: int, data: bytes) -> None:
        try:
            os.write(master, data)
        except OSError:
            return


class RtuSocket:
    """The same behind TCP: it listens on ``port``, and :meth:`dial` calls as a DTU does."""

    def __init__(self, server: Rtu) -> None:
        self.server = server
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> RtuSocket:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        self.hang_up()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def dial(self, port: int, greeting: bytes) -> None:
        async with asyncio.timeout(5):
            while True:
                try:
                    stream, writer = await asyncio.open_connection("127.0.0.1", port)
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
        writer.write(greeting)
        self._tasks.add(asyncio.create_task(self._talk(stream, writer)))

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        await self._talk(stream, writer)

    async def _talk(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        buffer = bytearray()
        try:
            while data := await stream.read(256):
                buffer += data
                for request in self.server.requests(buffer):
                    steps: list[bytes | float] = []
                    self.server.serve(request, steps.append, steps.append)
                    for step in steps:
                        if isinstance(step, bytes):
                            writer.write(step)
                        else:
                            await asyncio.sleep(step)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
