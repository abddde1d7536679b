"""The driver port: what the collector asks of a driver, and what a driver is given.

A driver owns one connection (one physical line). Third-party drivers register a factory under the entry point group
``building_console.drivers``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from console.domain.estate import Connection, Point
from console.domain.health import HealthLine
from console.domain.samples import Batch
from drivers.readplan import Learned


class ClockPort(Protocol):
    """The only source of time outside the domain."""

    @property
    def rate(self) -> float:
        """How fast this clock runs against real time (1.0 = real)."""

    def now(self) -> int:
        """Wall-clock time, UTC ns."""

    def monotonic(self) -> int:
        """Elapsed time that never goes back, ns, on the same rate."""

    async def sleep_until(self, deadline: int) -> None:
        """Return when :meth:`monotonic` has reached ``deadline``. Cancellable at any moment."""


class Sink(Protocol):
    """Where a driver hands its findings over. Called on the event loop; never blocks, never raises."""

    def samples(self, batch: Batch) -> None:
        """Samples of any quality: a failed poll hands COMM_LOST samples over once, when the device is given up."""

    def health(self, line: HealthLine) -> None:
        """A connection's or device's health changed (at most about once a second each)."""

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        """A device began or ceased to answer: the collector writes its ``comm_state`` point."""

    def learned(self, connection: str, unit: int, learned: Mapping[int, Learned]) -> None:
        """What the answers of a unit taught about it, by function: kept over restarts (``Teachable.teach`` gives it back)."""


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """One request of a driver's read plan, for the plan screen and ``building-collector plan``.

    ``duration_ms`` is the expected time on the line, pause and turn-round included. ``bytes`` is what question and answer hold
    on the wire; ``cap``, ``holes`` and ``bad`` are what was learned about this unit and function.
    """

    connection: str
    unit: int
    function: int
    address: int
    count: int
    points: tuple[str, ...]
    poll_ms: int
    duration_ms: float
    bytes: int = 0
    cap: int = 0
    holes: tuple[tuple[int, int], ...] = ()
    bad: tuple[int, ...] = ()


class Driver(Protocol):
    """One connection's driver."""

    async def run(self) -> None:
        """Poll or listen until cancelled; returns or raises only for our own bugs. Ends within 0.5 s of a cancel.

        The world's faults (refused, silent, garbage) never raise: they become quality, counters and a health line.
        """

    def plan(self) -> Sequence[PlannedRead]:
        """The present read plan, learned limits included; empty for drivers that listen."""


@runtime_checkable
class Teachable(Protocol):
    """A driver that learns limits of its devices; told before :meth:`Driver.run` what was learned earlier."""

    def teach(self, unit: int, learned: Mapping[int, Learned]) -> None:
        """What was learned about a unit before the last restart, by function."""


class DriverFactory(Protocol):
    """Makes a driver for ``connection`` and those ``points`` whose source names it."""

    def __call__(self, connection: Connection, points: Sequence[Point], sink: Sink, clock: ClockPort) -> Driver: ...
