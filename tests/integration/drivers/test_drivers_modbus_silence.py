"""What a silent unit, or a silent line, costs the others; and what is remembered of a device."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.domain.estate import Modbus, ModbusDevice, Point
from console.domain.health import HealthState
from console.engine.learned import NAME, LearnedFile
from drivers import registry
from drivers.bench import RawRead
from drivers.line import Line
from tests.helpers.clock import RealClock
from tests.helpers.estates import gateway, register
from tests.helpers.findings import Findings
from tests.helpers.misbehaving import Misbehaving
from tests.helpers.torture import FUZZED


@contextlib.asynccontextmanager
async def polling(
    connection: Modbus, points: list[Point], rate: float = 1.0, memory: LearnedFile | None = None
) -> AsyncIterator[tuple[Findings, Line]]:
    findings = Findings()
    driver = registry.make(connection, points, findings, RealClock(rate))
    assert isinstance(driver, Line)
    for unit, learned in memory.known(connection, points).items() if memory else ():
        driver.teach(unit, learned)
    task = asyncio.create_task(driver.run())
    try:
        yield findings, driver
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_gateway_that_falls_silent_with_all_its_units_is_noticed_in_seconds() -> None:
    async with Misbehaving() as server:
        points = [register(unit, 0, unit=unit) for unit in range(1, 13)]
        async with polling(gateway(server.port, timeout_ms=500, retries=1), points) as (found, _):
            await found.until(lambda: len(found.seen) == 12)
            server.ways = dict.fromkeys(range(1, 13), "silent")
            start = time.monotonic()
            await found.until(lambda: sum(not yes for _, _, yes in found.answers) == 12)
            assert time.monotonic() - start < 6  # each unit by itself would take 12 x 2 s
            assert found.state("connection:gw") is HealthState.DOWN
            server.ways = {12: "silent"}
            start = time.monotonic()
            await found.until(lambda: sum(yes for _, _, yes in found.answers) == 12 + 11)
            assert time.monotonic() - start < 3


async def test_three_dead_units_on_a_good_line_do_not_condemn_the_others() -> None:
    async with Misbehaving(ways=dict.fromkeys((1, 2, 3), "silent")) as server:
        points = [register(unit, 0, unit=unit) for unit in range(1, 11)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: sum(not yes for _, _, yes in found.answers) == 3)
            await found.until(lambda: found.state("connection:gw") is HealthState.DEGRADED)
            assert sorted(unit for _, unit, yes in found.answers if not yes) == [1, 2, 3]
            assert sorted(unit for _, unit, yes in found.answers if yes) == list(range(4, 11))


async def lateness(dead: set[int]) -> float:
    """p99 of the sampling interval of the 29 live units, real s. 30 s of the clock are 3 s here: the dead one is probed."""
    async with Misbehaving(ways=dict.fromkeys(dead, "silent")) as server:
        points = [register(unit, 0, unit=unit, poll_ms=8000) for unit in range(1, 31)]
        async with polling(gateway(server.port, timeout_ms=10_000), points, rate=10.0) as (found, _):
            await found.until(lambda: len(found.seen) == 30 and len(found.answers) >= 30)
            start, probed = time.monotonic(), len(server.of(30))
            await asyncio.sleep(6)
            assert not dead or len(server.of(30)) > probed
            gaps = []
            for unit in range(1, 30):
                times = [each.at for each in server.of(unit) if each.at > start]
                gaps += [later - earlier for earlier, later in itertools.pairwise(times)]
    return sorted(gaps)[len(gaps) * 99 // 100]


async def test_one_dead_unit_of_thirty_does_not_make_the_others_late() -> None:
    assert await lateness({30}) / await lateness(set()) <= 1.1


async def test_what_a_device_taught_is_known_after_a_restart_and_forgotten_when_it_is_configured_anew(tmp_path: Path) -> None:
    points = [register(number, number) for number in range(1, 21)]
    device = ModbusDevice(1, "E1")
    async with Misbehaving(bad=frozenset({7}), longest=10) as server:
        memory = LearnedFile(tmp_path)
        async with polling(gateway(server.port, device), points, memory=memory) as (found, _):
            await found.until(lambda: found.taught and len(found.seen) == 20)
            await asyncio.sleep(0.5)
            for connection, unit, learned in found.taught:
                memory.learned(connection, unit, learned)  # type: ignore[arg-type]
        again = LearnedFile(tmp_path)
        before = len(server.asked)
        async with polling(gateway(server.port, device), points, memory=again) as (found, driver):
            await found.until(lambda: len(found.seen) == 20)
            plan = driver.plan()
            assert all(0 < read.cap <= 10 for read in plan)
            assert {read.bad for read in plan} == {(7,)}
        assert max(each.count for each in server.asked[before:]) <= 10
        assert not found.taught
    assert LearnedFile(tmp_path).known(gateway(1, ModbusDevice(1, "E1", max_regs=50)), points) == {}
    assert LearnedFile(tmp_path).known(gateway(1, device), points) == {}  # forgotten for good


@pytest.mark.parametrize("content", [b"", b"{", b'[{"connection": 1}]', b"\xff\xfe"])
def test_a_damaged_memory_is_no_memory_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    memory = LearnedFile(tmp_path)
    points = [register(1, 1)]
    assert memory.known(gateway(1, ModbusDevice(1, "E1")), points) == {}
    memory.learned("gw", 1, {})
    assert LearnedFile(tmp_path).known(gateway(1, ModbusDevice(1, "E1")), points) == {1: {}}
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


async def test_a_question_by_hand_takes_its_turn_on_a_busy_line_and_finds_a_lost_unit_back() -> None:
    async with Misbehaving(ways={2: "silent"}) as server:
        points = [*(register(number, 2 * number, poll_ms=50) for number in range(1, 40)), register(50, 0, unit=2)]
        async with polling(gateway(server.port), points) as (found, driver):
            await found.until(lambda: ("gw", 2, False) in found.answers)
            server.ways = {}
            reply = await asyncio.wait_for(driver.read_raw(RawRead(2, 4, 9, 2)), 2)
            assert (reply.good, reply.data) == (True, (2009).to_bytes(2, "big") + (2010).to_bytes(2, "big"))
            await found.until(lambda: found.answers[-1] == ("gw", 2, True), 2)


async def test_a_port_that_was_closed_for_an_hour_is_said_once_and_read_within_three_seconds_of_its_return() -> None:
    rate = 900.0  # an hour is four seconds here
    server = Misbehaving()
    await server.start()
    try:
        async with polling(gateway(server.port), [register(1, 0)], rate) as (found, _):
            await found.until(lambda: found.answers == [("gw", 1, True)])
            await server.stop()
            await found.until(lambda: found.answers[-1] == ("gw", 1, False))
            await asyncio.sleep(4)
            assert found.answers == [("gw", 1, True), ("gw", 1, False)]
            assert found.line("connection:gw").counters["connect_failures"] < 30
            await server.start()
            await found.until(lambda: found.answers[-1] == ("gw", 1, True), 3)
            await found.until(lambda: found.state("connection:gw") is HealthState.OK)
    finally:
        await server.stop()


@pytest.mark.torture
@pytest.mark.timeout(700)
async def test_a_ten_minute_outage_in_real_time_ends_within_three_seconds() -> None:
    server = Misbehaving()
    await server.start()
    try:
        async with polling(gateway(server.port), [register(1, 0)]) as (found, _):
            await found.until(lambda: found.answers == [("gw", 1, True)])
            await server.stop()
            await asyncio.sleep(600 if FUZZED == 10_000 else 5)
            await server.start()
            start = time.monotonic()
            await found.until(lambda: found.answers[-1] == ("gw", 1, True), 5)
            assert time.monotonic() - start < 3
    finally:
        await server.stop()
