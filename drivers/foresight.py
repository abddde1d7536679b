"""The read plan as people see it; how long a request will hold its line, before it was ever asked."""

from __future__ import annotations

from console.domain.estate import Modbus, ModbusSerial, ModbusTcp
from console.domain.times import MILLISECOND
from drivers.driver import PlannedRead
from drivers.readplan import NOTHING_LEARNED, Block
from drivers.units import Job, Unit

DEVICE_MS = 30.0
"""A device's time until it begins to answer: 20-200 ms (devices.md, "Serial gateways"); most meters take about 30."""

NETWORK_MS = 5.0
"""A device on the network itself, question and answer."""

_TCP_QUESTION, _TCP_ANSWER = 12, 9  # MBAP header, function, address and count; header, function and byte count
_RTU_QUESTION, _RTU_ANSWER = 8, 5  # unit, function, address, count, CRC; unit, function, byte count, CRC


def wire_bytes(connection: Modbus, block: Block) -> int:
    """Bytes of question and answer on the connection."""
    data = _data(block)
    return _TCP_QUESTION + _TCP_ANSWER + data if isinstance(connection, ModbusTcp) else _RTU_QUESTION + _RTU_ANSWER + data


def line_ms(connection: Modbus, block: Block) -> float:
    """Milliseconds until the line is free again, pause and silence included.

    A serial line's time follows from its speed (a character of ten bits, or eleven with parity); a network's is estimated.
    """
    pause: float = connection.pause_ms
    if not isinstance(connection, ModbusTcp):
        pause = max(pause, connection.turnaround_ms)
    if not connection.baud:
        return NETWORK_MS + pause
    bits = 10
    if isinstance(connection, ModbusSerial):
        bits = 1 + connection.data_bits + (connection.parity != "N") + connection.stop_bits
    character = 1000 * bits / connection.baud
    silence = 2 * (3.5 * character if connection.baud <= 19200 else 1.75)
    return (_RTU_QUESTION + _RTU_ANSWER + _data(block)) * character + silence + DEVICE_MS + pause


def _data(block: Block) -> int:
    return (block.count + 7) // 8 if block.function in (1, 2) else 2 * block.count


def planned(connection: Modbus, unit: Unit, job: Job) -> PlannedRead:
    """One request of the plan: its time is measured, or foreseen for what was not asked yet."""
    block = job.block
    about = unit.learned.get(block.function, NOTHING_LEARNED)
    return PlannedRead(
        connection=connection.id,
        unit=block.unit,
        function=block.function,
        address=block.address,
        count=block.count,
        points=tuple(point.id for point in block.points),
        poll_ms=block.poll_ms,
        duration_ms=job.took / MILLISECOND + connection.pause_ms if job.took else line_ms(connection, block),
        bytes=wire_bytes(connection, block),
        cap=about.cap,
        holes=tuple(sorted(about.holes)),
        bad=tuple(sorted(about.bad)),
    )
