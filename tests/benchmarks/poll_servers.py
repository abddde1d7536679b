"""What the ``poll`` bench polls, each in a process of its own: a serial gateway with a dead unit, and a flood of MQTT messages.

``python -m tests.benchmarks.poll_servers gateways UNITS ANSWER_MS`` prints two ports: behind the first all units live, behind the
second the middle one is dead. ``… flood PORT TOPICS SECONDS`` publishes as fast as the broker takes it.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
import time

PACKETS = 2000


async def gateways(units: int, answer_ms: float) -> None:
    """Serve for ever."""
    servers = [
        await asyncio.start_server(lambda reader, writer, dead=dead: _line(reader, writer, dead, answer_ms), "127.0.0.1", 0)  # type: ignore[misc]
        for dead in (0, units // 2)
    ]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.Event().wait()


async def _line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dead: int, answer_ms: float) -> None:
    """One conversation at a time, as on RS-485; the dead unit says nothing."""
    value = 0
    try:
        while True:
            head = await reader.readexactly(12)
            unit, function, count = head[6], head[7], int.from_bytes(head[10:12], "big")
            if unit == dead:
                continue
            await asyncio.sleep(answer_ms / 1000)
            value = (value + 1) & 0xFFFF
            data = value.to_bytes(2, "big") * count
            writer.write(head[:4] + (3 + len(data)).to_bytes(2, "big") + bytes((unit, function, len(data))) + data)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def flood(port: int, topics: int, seconds: float) -> None:
    """MQTT 3.1.1 written by hand (OASIS standard, 3.1 and 3.3): QoS 0 PUBLISH packets, made beforehand."""
    dice = random.Random(7)
    packets = []
    for number in range(PACKETS):
        topic = f"bench/{number % topics}".encode()
        values = {f"v{place}": round(dice.uniform(0, 500), 2) for place in range(10)}
        body = len(topic).to_bytes(2, "big") + topic + json.dumps({"ts": number, "data": values}).encode()
        packets.append(b"\x30" + _length(len(body)) + body)
    stream = [b"".join(packets[place : place + 50]) for place in range(0, PACKETS, 50)]
    with socket.create_connection(("127.0.0.1", port)) as line:
        name = b"bench-flood"
        connect = b"\0\4MQTT\4\2\0\0" + len(name).to_bytes(2, "big") + name
        line.sendall(b"\x10" + _length(len(connect)) + connect)
        line.recv(4)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for part in stream:
                line.sendall(part)


def _length(size: int) -> bytes:
    """A remaining length (2.2.3)."""
    found = bytearray()
    while True:
        size, digit = divmod(size, 128)
        found.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(found)


if __name__ == "__main__":
    if sys.argv[1] == "gateways":
        asyncio.run(gateways(int(sys.argv[2]), float(sys.argv[3])))
    else:
        flood(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
