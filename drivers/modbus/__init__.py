"""The Modbus driver: the only room that knows pymodbus."""

from __future__ import annotations

from collections.abc import Sequence

from console.domain.estate import Connection, ModbusTcp, Point
from drivers.driver import ClockPort, Driver, Sink
from drivers.line import Line
from drivers.modbus.wire import TcpWire


def make(connection: Connection, points: Sequence[Point], sink: Sink, clock: ClockPort) -> Driver:
    """A driver for one Modbus TCP connection (a device or a gateway)."""
    assert isinstance(connection, ModbusTcp)
    return Line(connection, points, TcpWire(connection.host, connection.port), sink, clock)
