"""The Modbus driver against servers that are not pymodbus."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

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


SOURCE = Path(__file__).resolve().parents[3].parent / "shared" / "bench" / "mbserver.c"


@pytest.fixture(scope="module")
def mbserver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libmodbus server of the reference benchmarks, compiled; skipped where that cannot be (a failure in CI)."""
    if not SOURCE.exists():
        pytest.skip("../shared/bench/mbserver.c is not here")
    missing = [name for name in ("gcc", "pkg-config") if shutil.which(name) is None]
    if not missing and subprocess.run(["pkg-config", "--exists", "libmodbus"], check=False).returncode:
        missing = ["libmodbus"]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{', '.join(missing)}: not installed")
    program = tmp_path_factory.mktemp("mbserver") / "mbserver"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libmodbus"], check=True, capture_output=True, text=True).stdout
    subprocess.run(["gcc", "-O2", "-o", str(program), str(SOURCE), *flags.split()], check=True, capture_output=True)
    return program


async def test_the_plan_for_libmodbus_with_gaps_becomes_the_shortest_there_is(mbserver: Path) -> None:
    """Valid are 0-39, 50-79 and 100-129; the configuration believes that gaps may be read across."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(str(mbserver), str(port), "1", "strict", stderr=asyncio.subprocess.PIPE)
    try:
        await asyncio.sleep(0.3)
        points = [register(n + 1, n, unit=7, function=4) for n in (*range(40), *range(50, 80), *range(100, 130))]
        async with polling(gateway(port, ModbusDevice(7, "E7", max_gap=50)), points) as (found, driver):
            await found.until(lambda: all(found.last(point.number) for point in points))
            await asyncio.sleep(0.3)
            assert sorted((read.address, read.count) for read in driver.plan()) == [(0, 40), (50, 30), (100, 30)]
            assert {found.last(point.number)[1] for point in points} == {Quality.GOOD}
            constant = [n for n in (8, 18, 28, 58) if found.last(n + 1)[0] in (200 + n, (200 + n) ^ 1)]
            assert constant == [8, 18, 28, 58]  # the registers that rarely change hold 200 + address
            rounds = len(found.seen[1])
            await asyncio.sleep(1.0)
            assert 8 <= len(found.seen[1]) - rounds <= 12  # 100 ms, neither missed nor doubled
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.parametrize("rate", [1.0, 30.0])
async def test_a_fast_clock_polls_faster_and_takes_no_delay_for_silence(rate: float) -> None:
    port, bank = free_port(), DataBank()
    bank.set_holding_registers(0, [5])
    with server(port, bank):
        points = [register(1, 0, poll_ms=round(300 * rate))]
        async with polling(gateway(port, timeout_ms=1000), points, rate) as (found, _):
            await asyncio.sleep(1.5)
            assert 4 <= len(found.seen[1]) <= 7
            assert set(found.qualities(1)) == {Quality.GOOD}
            times = [time for _, _, time in found.seen[1]]
            assert times == sorted(times)
