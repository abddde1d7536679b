"""The demo estate for tests of the simulator, read once."""

from __future__ import annotations

import socket
from functools import cache

import msgspec

from config.demo import CONNECTIONS, site_text
from config.loader import load_text
from console.domain.estate import Estate

# Monday 2026-11-23, 08:00 in Shanghai: people leave for work.
MORNING = 1_795_392_000_000_000_000


@cache
def demo_estate(base_port: int = 15021, broker_port: int = 11883) -> Estate:
    """The checked estate; points are numbered from 1 in the order of the file."""
    loaded = load_text(site_text(base_port, broker_port, "提示", "hint"), "demo.yaml")
    assert loaded.estate is not None, loaded.mistakes
    points = tuple(msgspec.structs.replace(point, number=number) for number, point in enumerate(loaded.estate.points, 1))
    return msgspec.structs.replace(loaded.estate, points=points)


def demo_on_free_ports() -> Estate:
    """The estate on ports that nobody holds at this moment."""
    held: list[socket.socket] = []
    try:
        for base in range(21000, 60000, 100):
            for port in range(base, base + CONNECTIONS + 1):
                probe = socket.socket()
                held.append(probe)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    break
            else:
                return demo_estate.__wrapped__(base, base + CONNECTIONS)
    finally:
        for probe in held:
            probe.close()
    raise AssertionError("no free ports")
