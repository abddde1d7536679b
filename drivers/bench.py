"""The commissioning bench's port: what may be asked of a Modbus line by hand, and how its frames are watched.

A line that the collector owns gives its bench by its driver (every Modbus driver is a :class:`Bench`); for a connection
that no collector owns (the command line) :func:`open_line` opens one. Only reading exists here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from console.domain.estate import Modbus
from console.domain.health import HealthLine
from console.domain.problems import Problem
from console.domain.samples import Batch
from drivers.driver import ClockPort
from drivers.frames import Frame, Listener
from drivers.readplan import Learned

__all__ = ["Bench", "Frame", "Identification", "Listener", "Nobody", "RawRead", "RawReply", "open_line"]


@dataclass(frozen=True, slots=True)
class RawRead:
    """One read: function 1-4, ``address`` 0-based, ``count`` registers or bits."""

    unit: int
    function: int
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class RawReply:
    """How it ended. ``outcome`` is a counter's name (``answers``, ``exceptions``, ``timeouts``, ``short``, ``wrong_crc`` ...:
    ``driver.counter.<outcome>`` is its text), or ``not_connected``. ``data`` is what follows the byte count."""

    outcome: str
    data: bytes = b""
    exception: int = 0
    took_ms: float = 0.0

    @property
    def good(self) -> bool:
        """True if ``data`` is what was asked for."""
        return self.outcome == "answers"


@dataclass(frozen=True, slots=True)
class Identification:
    """What a device says of itself (function 43/14): object id -> text; 0 maker, 1 product code, 2 revision, 3 maker's URL,
    4 product name, 5 model, 6 application; 128 and above are the maker's own. ``problem``: why there is no more."""

    objects: dict[int, str]
    problem: Problem | None = None


class Bench(Protocol):
    """One Modbus line, by hand. Event loop only."""

    async def read_raw(self, ask: RawRead) -> RawReply:
        """Read at the unit's fair turn among the line's own polls. Raises ``Refused`` beyond the unit's limits, in its
        forbidden ranges, or for what is no read; the world's faults are outcomes."""

    async def identify(self, unit: int) -> Identification:
        """Device identification, as much as the device knows."""

    def tap(self, listener: Listener | None) -> None:
        """Call ``listener`` with every frame from now on; ``None`` ends it. It must return at once."""


class Nobody:
    """The sink of a line that is only asked by hand."""

    def samples(self, batch: Batch) -> None:
        """Nothing is polled."""

    def health(self, line: HealthLine) -> None:
        """Whoever asks sees the outcomes."""

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        """Nothing is polled."""

    def learned(self, connection: str, unit: int, learned: Mapping[int, Learned]) -> None:
        """Nothing is polled."""


@contextlib.asynccontextmanager
async def open_line(connection: Modbus, clock: ClockPort, sink: Nobody | None = None) -> AsyncIterator[Bench]:
    """The bench of a connection that nobody else has open. Nothing is polled; ``sink`` hears how the connection is."""
    from drivers import modbus  # noqa: PLC0415 - whoever only names these types does not pay for pymodbus

    line = modbus.make(connection, (), sink or Nobody(), clock)
    running = asyncio.create_task(line.run(), name=f"bench-{connection.id}")
    try:
        yield line
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
