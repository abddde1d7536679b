"""The Modbus driver against servers that are not pymodbus."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator

import pytest
from pyModbusTCP.server import DataBank, ModbusServer

from console.domain.estate import Band, ModbusDevice, ModbusTcp, Point
from console.domain.health import HealthState
from console.domain.quality import Quality
from drivers import registry
from drivers.driver import Driver
from tests.helpers.clock import RealClock
from tests.helpers.estates import gateway, register
from tests.helpers.findings import Findings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(port: int, bank: DataBank) -> Iterator[None]:
    made = ModbusServer(host="127.0.0.1", port=port, no_block=True, data_bank=bank)
    made.start()
    try:
        yield
    finally:
        made.stop()


@contextlib.asynccontextmanager
async def polling(connection: ModbusTcp, points: list[Point], rate: float = 1.0) -> AsyncIterator[tuple[Findings, Driver]]:
    found = Findings()
    driver = registry.make(connection, points, found, RealClock(rate))
    task = asyncio.create_task(driver.run())
    try:
        yield found, driver
    finally:
        task.cancel()
        async with asyncio.timeout(0.5):
            with contextlib.suppress(asyncio.CancelledError):
                await task


def words(fmt: str, *values: float) -> list[int]:
    raw = struct.pack(">" + fmt, *values)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


async def test_values_of_every_type_arrive_exactly_as_the_server_holds_them() -> None:
    port, bank = free_port(), DataBank()
    bank.set_holding_registers(0, [1234, 0xFFFE, *words("f", 230.5), *words("Q", 2**60 + 1), *words("q", -(2**60) - 1), 0x1234])
    bank.set_holding_registers(20, [0b1010_0000, 0xFFFF, 0x8000, 9999])
    bank.set_input_registers(7, words("d", 1234567.890625))
    bank.set_coils(3, [True, False, True])
    bank.set_discrete_inputs(0, [False] * 9 + [True])
    points = [
        register(1, 0),
        register(2, 1, "i16", scale=0.1),
        register(3, 2, "f32"),
        register(4, 4, "u64"),
        register(5, 8, "i64"),
        register(6, 12, "bcd16"),
        register(7, 20, bit=5),
        register(8, 20, bit=4, bits=4),
        register(9, 21, not_available=(0xFFFF,)),
        register(10, 22, "i16", not_available=(0x8000,)),
        register(11, 23, plausible=Band(0, 100)),
        register(12, 7, "f64", function=4),
        register(13, 3, "bool", function=1),
        register(14, 4, "bool", function=1),
        register(15, 9, "bool", function=2),
        register(16, 12, "u8hi"),
        register(17, 12, "u8lo"),
    ]
    expected = {1: 1234, 2: -0.2, 3: 230.5, 4: 2**60 + 1, 5: -(2**60) - 1, 6: 1234, 7: 1, 8: 10, 12: 1234567.890625}
    expected |= {13: 1, 14: 0, 15: 1, 16: 0x12, 17: 0x34}
    with server(port, bank):
        async with polling(gateway(port, ModbusDevice(1, "E1", max_gap=10)), points) as (found, driver):
            await found.until(lambda: all(found.last(number) for number in range(1, 18)))
            for number, value in expected.items():
                assert found.last(number) == (pytest.approx(value, abs=0), Quality.GOOD), number
            for number in (4, 5):
                assert isinstance(found.last(number)[0], int)
            assert [found.last(number)[1] for number in (9, 10, 11)] == [Quality.NOT_AVAILABLE] * 2 + [Quality.BAD]
            assert found.answers == [("gw", 1, True)]
            assert found.state("connection:gw") is HealthState.OK
            assert found.state("device:gw/1") is HealthState.OK
            assert [(read.function, read.address, read.count) for read in driver.plan()] == [
                (1, 3, 2),
                (2, 9, 1),
                (3, 0, 24),
                (4, 7, 4),
            ]


async def test_a_server_that_stops_and_starts_again_is_lost_once_and_back_within_three_seconds() -> None:
    port, bank = free_port(), DataBank()
    bank.set_holding_registers(0, [5])
    async with polling(gateway(port, ModbusDevice(1, "E1")), [register(1, 0)]) as (found, _):
        with server(port, bank):
            await found.until(lambda: found.last(1) == (5, Quality.GOOD))
        await found.until(lambda: found.last(1) == (5, Quality.COMM_LOST))
        assert found.state("device:gw/1") is HealthState.DOWN
        await found.until(lambda: found.state("connection:gw") is HealthState.DOWN)
        await asyncio.sleep(1.5)
        assert found.qualities(1).count(Quality.COMM_LOST) == 1
        assert found.answers == [("gw", 1, True), ("gw", 1, False)]
        bank.set_holding_registers(0, [6])
        with server(port, bank):
            await found.until(lambda: found.last(1) == (6, Quality.GOOD), 3)
            assert found.answers[-1] == ("gw", 1, True)
            assert found.state("connection:gw") is HealthState.OK
