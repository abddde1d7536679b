"""The Modbus driver: the only room that knows pymodbus and pyserial."""

from __future__ import annotations

from collections.abc import Sequence

from console.domain.estate import Modbus, ModbusSerial, ModbusTcp, Point
from drivers.driver import ClockPort, Sink
from drivers.line import Line
from drivers.modbus.dialled import DialledWire
from drivers.modbus.rtuwires import RtuTcpWire, SerialWire
from drivers.modbus.wire import TcpWire
from drivers.wire import Wire


def make(connection: Modbus, points: Sequence[Point], sink: Sink, clock: ClockPort) -> Line:
    """A driver for one Modbus line."""
    return Line(connection, points, _wire(connection), sink, clock)


def _wire(connection: Modbus) -> Wire:
    if isinstance(connection, ModbusTcp):
        return TcpWire(connection.host, connection.port)
    if isinstance(connection, ModbusSerial):
        return SerialWire(connection)
    return DialledWire(connection) if connection.listen else RtuTcpWire(connection)
