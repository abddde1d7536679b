"""A Modbus TCP device for the bench, in a process of its own: every register is there, and slowly changes.

``python -m tests.benchmarks.store.device``: prints its ports; at the end of its input, the arrival times (monotonic ns) of the
requests to unit 250, one a line.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time

WATCHED = 250
LINES = 17
_arrivals: list[int] = []


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readexactly(12)
            transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", head)
            if unit == WATCHED:
                _arrivals.append(time.monotonic_ns())
            moved = int(time.monotonic())
            words = [(1000 + 37 * (address + place) + (moved * (place % 3)) // 4) & 0x3FFF for place in range(count)]
            body = struct.pack(f">BBB{count}H", unit, function, 2 * count, *words)
            writer.write(struct.pack(">HHH", transaction, 0, len(body)) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Serve until the input ends."""
    servers = [await asyncio.start_server(_serve, "127.0.0.1", 0) for _ in range(LINES)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print("\n".join(map(str, _arrivals)), flush=True)
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(main())
