"""From a configured connection to its driver.

The drivers that come with the program are imported when they are first needed; others are found by entry point
(group ``building_console.drivers``, name = the connection's ``driver``): see docs/drivers.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from console.domain.estate import Connection, Modbus, Mqtt, Point
from console.domain.health import HealthState
from console.domain.problems import Problem
from drivers.driver import ClockPort, Driver, DriverFactory, PlannedRead, Sink
from drivers.health import Health, frame

if TYPE_CHECKING:
    from drivers.mqtt.outbox import Outbox

GROUP = "building_console.drivers"


def make(connection: Connection, points: Sequence[Point], sink: Sink, clock: ClockPort) -> Driver:
    """The driver of ``connection`` for those of ``points`` whose source names it.

    A driver that is not installed becomes one that says so on its health line: the rest of the estate runs on.
    """
    mine = [point for point in points if getattr(point.source, "connection", "") == connection.id]
    if isinstance(connection, Modbus):
        from drivers import modbus  # noqa: PLC0415 - an estate without Modbus does not pay for pymodbus

        return modbus.make(connection, mine, sink, clock)
    if isinstance(connection, Mqtt):
        from drivers import mqtt  # noqa: PLC0415 - likewise paho

        return mqtt.make(connection, mine, sink, clock)
    for entry in entry_points(group=GROUP, name=connection.driver):
        factory: DriverFactory = entry.load()
        return factory(connection, mine, sink, clock)
    return Absent(connection, Problem("driver.not_installed", {"driver": connection.driver}), sink, clock)


class Absent:
    """Stands in for a driver that is not installed."""

    def __init__(self, connection: Connection, problem: Problem, sink: Sink, clock: ClockPort) -> None:
        self._problem = problem
        self._health = Health(frame("connection", connection.id, connection.name), sink, clock)

    async def run(self) -> None:
        """Say it once and wait to be cancelled."""
        self._health.turn(HealthState.DOWN, self._problem)
        await asyncio.get_running_loop().create_future()

    def plan(self) -> Sequence[PlannedRead]:
        """Nothing is read."""
        return ()


def outbox(
    connection: Mqtt, status: str, clock: ClockPort, connected: Callable[[], None], problem: Callable[[Problem], None]
) -> Outbox:
    """The session that publishes to a broker; see :class:`drivers.mqtt.outbox.Outbox`."""
    from drivers.mqtt.outbox import Outbox  # noqa: PLC0415 - an estate without MQTT does not pay for paho

    return Outbox(connection, status, clock.now, connected, problem)
