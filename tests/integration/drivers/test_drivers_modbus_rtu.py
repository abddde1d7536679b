"""RTU through a pty pair and through TCP, against a server that is made with no library."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from console.domain.estate import Modbus, ModbusDevice, ModbusRtuTcp, ModbusSerial, Point
from console.domain.health import HealthState
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.domain.text import EMPTY
from drivers import registry
from drivers.bench import Frame, RawRead, open_line
from drivers.line import Line
from tests.helpers.clock import RealClock
from tests.helpers.estates import register
from tests.helpers.findings import Findings
from tests.helpers.rtu_server import Rtu, RtuSocket, SerialLine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty pair stands for the serial line")
POINTS = [register(number, number) for number in range(1, 5)]
RIGHT = {1: 1001, 2: 1002, 3: 1003, 4: 1004}


@contextlib.asynccontextmanager
async def polling(connection: Modbus, points: list[Point]) -> AsyncIterator[tuple[Findings, Line]]:
    findings = Findings()
    driver = registry.make(connection, points, findings, RealClock())
    assert isinstance(driver, Line)
    task = asyncio.create_task(driver.run())
    try:
        yield findings, driver
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.contextmanager
def bus(folder: Path, server: Rtu) -> Any:
    with SerialLine(server, str(folder / "bus")) as line:
        yield line


def serial(path: str, **more: Any) -> ModbusSerial:
    return ModbusSerial("gw", EMPTY, path, **{"timeout_ms": 200, "retries": 0, **more})


def dialled(port: int, registration: str = "", **more: Any) -> ModbusRtuTcp:
    more = {"timeout_ms": 300, "retries": 0, "listen": True, "heartbeat": "hex:fe fe", **more}
    return ModbusRtuTcp("gw", EMPTY, "127.0.0.1", port, registration=registration, **more)


def values(findings: Findings) -> dict[int, float | int | str]:
    return {number: seen[-1][0] for number, seen in findings.seen.items() if seen[-1][1] == Quality.GOOD}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_a_serial_line_is_read_and_its_thread_ends_with_the_driver(tmp_path: Path) -> None:
    with bus(tmp_path, Rtu()) as line:
        async with polling(serial(line.path), [*POINTS, register(9, 5, function=1)]) as (findings, _):
            await findings.until(lambda: values(findings) == {**RIGHT, 9: 1})
            assert findings.state("connection:gw") is HealthState.OK
        await findings.until(lambda: not [each for each in threading.enumerate() if each.name.startswith("serial-")])


@pytest.mark.parametrize(
    ("way", "counter", "quality"),
    [
        ("silent", "timeouts", Quality.COMM_LOST),
        ("half a frame", "short", Quality.BAD),
        ("wrong crc", "wrong_crc", Quality.BAD),
        ("wrong unit", "wrong_unit", Quality.COMM_LOST),
        ("wrong function", "wrong_function", Quality.BAD),
        ("wrong count", "wrong_count", Quality.BAD),
        ("too short", "short", Quality.BAD),
        ("too long", "long", Quality.BAD),
        ("garbage", "garbage", Quality.COMM_LOST),
        ("two at once", "garbage", Quality.COMM_LOST),  # two devices with one number: their bytes collide
        *((f"exception {code}", f"exception_{code}", Quality.BAD) for code in (1, 2, 3, 4, 5, 6, 8)),
        *((f"exception {code}", f"exception_{code}", Quality.COMM_LOST) for code in (10, 11)),
    ],
)
async def test_a_wrong_answer_on_a_serial_line_has_its_own_counter_and_is_never_a_number(
    tmp_path: Path, way: str, counter: str, quality: Quality
) -> None:
    with bus(tmp_path, Rtu(ways={1: way})) as line:
        points = [*POINTS, register(21, 1, unit=2)]
        async with polling(serial(line.path), points) as (findings, driver):
            await findings.until(lambda: findings.seen[1] and findings.seen[21])
            await findings.until(lambda: any(unit == 2 for _, unit, _ in findings.answers))
            assert findings.qualities(1) == [quality]
            assert set(findings.values(21)) == {2001}
            assert driver._units[1].health.counters[counter] > 0


@pytest.mark.parametrize("way", ["byte by byte", "twice"])
async def test_an_answer_in_pieces_or_twice_is_a_good_answer(tmp_path: Path, way: str) -> None:
    with bus(tmp_path, Rtu(ways={1: way})) as line:
        async with polling(serial(line.path), POINTS) as (findings, _):
            await findings.until(lambda: len(findings.seen[1]) > 3)
            assert values(findings) == RIGHT
            assert set(findings.qualities(1)) == {Quality.GOOD}


@pytest.mark.parametrize(
    "server", [Rtu(before=b"\x00\xff"), Rtu(echo=True), Rtu(before=b"\x01\x03")], ids=["noise", "echo", "lure"]
)
async def test_noise_and_the_echo_of_our_own_request_before_an_answer_do_no_harm(tmp_path: Path, server: Rtu) -> None:
    with bus(tmp_path, server) as line:
        async with polling(serial(line.path), POINTS) as (findings, _):
            await findings.until(lambda: len(findings.seen[1]) > 3)
            assert values(findings) == RIGHT
            assert set(findings.qualities(1)) == {Quality.GOOD}


async def test_a_late_rtu_answer_is_never_taken_for_the_present_one(tmp_path: Path) -> None:
    """It comes while the same question is asked again; by then the value is another."""
    server = Rtu(ways={1: "late"}, values={(1, 1): 500})
    with bus(tmp_path, server) as line:
        async with polling(serial(line.path, timeout_ms=250), [register(1, 1)]) as (findings, driver):
            await findings.until(lambda: len(findings.seen[1]) > 3)
            assert 500 not in findings.values(1)
            assert set(findings.values(1)) == {501}
            await findings.until(lambda: driver._wire.stray["late"] > 0)


async def test_a_cable_out_and_in_is_said_once_each_and_the_line_is_back_within_three_seconds(tmp_path: Path) -> None:
    with bus(tmp_path, Rtu()) as line:
        async with polling(serial(line.path), POINTS) as (findings, _):
            await findings.until(lambda: values(findings) == RIGHT)
            line.cut()
            await findings.until(lambda: findings.answers[-1][2] is False)
            assert findings.state("connection:gw") is HealthState.DOWN
            await asyncio.sleep(1)
            line.join()
            before = asyncio.get_running_loop().time()
            await findings.until(lambda: findings.answers[-1][2] is True, 5)
            assert asyncio.get_running_loop().time() - before < 3
            assert [yes for _, _, yes in findings.answers] == [True, False, True]
            await findings.until(lambda: findings.state("connection:gw") is HealthState.OK)


async def test_a_port_that_is_not_there_says_so() -> None:
    async with polling(serial("/dev/no-such-port"), POINTS) as (findings, _):
        await findings.until(lambda: findings.state("connection:gw") is HealthState.DOWN)
        problem = findings.line("connection:gw").problem
        assert problem is not None
        assert (problem.code, problem.params["port"]) == ("driver.port_unavailable", "/dev/no-such-port")


async def test_the_pause_before_another_unit_is_kept(tmp_path: Path) -> None:
    server = Rtu()
    with bus(tmp_path, server) as line:
        points = [register(1, 1), register(21, 1, unit=2)]
        async with polling(serial(line.path, turnaround_ms=60), points) as (findings, _):
            await findings.until(lambda: len(server.asked) > 8)
    gaps = [later.at - earlier.at for earlier, later in zip(server.asked, server.asked[1:], strict=False)]
    assert all(gap > 0.055 for gap in gaps)


async def test_a_device_says_who_it_is_in_as_many_answers_as_it_needs(tmp_path: Path) -> None:
    objects = {0: b"ACREL", 1: b"DTSD1352", 2: b"V1.07", 4: "电表".encode("gb18030"), 128: b"x"}
    with bus(tmp_path, Rtu(objects=objects)) as line:
        async with open_line(serial(line.path), RealClock()) as bench:
            said = await bench.identify(1)
    assert said.objects == {0: "ACREL", 1: "DTSD1352", 2: "V1.07", 4: "电表", 128: "x"}
    assert said.problem is None


async def test_a_device_that_does_not_know_the_question_who_it_is_says_why(tmp_path: Path) -> None:
    with bus(tmp_path, Rtu()) as line:
        async with open_line(serial(line.path), RealClock()) as bench:
            said = await bench.identify(1)
    assert said.objects == {}
    assert said.problem is not None
    assert said.problem.code == "driver.exception_1"


async def test_the_bench_reads_among_the_polls_sees_every_frame_and_keeps_the_limits(tmp_path: Path) -> None:
    device = ModbusDevice(1, "E1", max_regs=10, forbidden=((50, 60),))
    frames: list[Frame] = []
    with bus(tmp_path, Rtu()) as line:
        async with polling(serial(line.path, devices=(device,)), POINTS) as (findings, driver):
            await findings.until(lambda: values(findings) == RIGHT)
            driver.tap(frames.append)
            reply = await driver.read_raw(RawRead(1, 3, 20, 2))
            assert (reply.outcome, reply.data) == ("answers", (1020).to_bytes(2, "big") + (1021).to_bytes(2, "big"))
            assert reply.took_ms > 0
            driver.tap(None)
            for ask in (
                RawRead(1, 3, 0, 11),
                RawRead(1, 3, 45, 8),
                RawRead(1, 6, 0, 1),
                RawRead(0, 3, 0, 1),
                RawRead(1, 3, 65535, 2),
            ):
                with pytest.raises(Refused):
                    await driver.read_raw(ask)
    sent = [frame.data for frame in frames if frame.sent]
    assert bytes.fromhex("010300140002") in [data[:6] for data in sent]
    assert any(frame.data[3:7] == reply.data for frame in frames if not frame.sent)


async def test_a_question_by_hand_is_answered_at_once_when_the_line_is_down() -> None:
    async with polling(serial("/dev/no-such-port"), POINTS) as (findings, driver):
        await findings.until(lambda: findings.state("connection:gw") is HealthState.DOWN)
        async with asyncio.timeout(3):
            assert (await driver.read_raw(RawRead(1, 3, 0, 1))).outcome == "not_connected"


async def test_rtu_over_tcp_is_read_through_heartbeats() -> None:
    async with RtuSocket(Rtu(before=b"ping")) as dtu:
        connection = ModbusRtuTcp("gw", EMPTY, "127.0.0.1", dtu.port, heartbeat="ping", timeout_ms=300)
        async with polling(connection, POINTS) as (findings, driver):
            await findings.until(lambda: len(findings.seen[1]) > 3)
            assert values(findings) == RIGHT
            assert driver._wire.stray["heartbeats"] > 2
            assert driver._wire.stray["garbage"] == 0


async def test_two_dtus_that_dial_one_port_are_told_apart_and_strangers_are_turned_away() -> None:
    port = free_port()
    one, other = Rtu(before=b"\xfe\xfe"), Rtu(values={(1, 1): 7}, before=b"\xfe\xfe")
    async with (
        polling(dialled(port, "DTU-A"), POINTS) as (first, first_line),
        polling(dialled(port, "hex:4454552d42"), [register(1, 1)]) as (second, _),
        RtuSocket(one) as dtu_a,
        RtuSocket(other) as dtu_b,
    ):
        await first.until(lambda: first.state("connection:gw") is HealthState.DOWN)
        await dtu_b.dial(port, b"DTU-B")
        await dtu_a.dial(port, b"DTU-A")
        await first.until(lambda: values(first) == RIGHT)
        await second.until(lambda: values(second) == {1: 7})
        assert first_line._wire.stray["registrations"] == 1
        stream, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n" * 40)
        with contextlib.suppress(ConnectionResetError):
            assert await stream.read() == b""
        writer.close()
        assert first_line._wire.stray["strangers"] == 1
        dtu_a.hang_up()
        await first.until(lambda: first.answers[-1][2] is False)
        await dtu_a.dial(port, b"DTU-A")
        await first.until(lambda: first.answers[-1][2] is True, 3)


async def test_a_serial_port_on_which_nobody_answers_speaks_of_its_wires_and_not_of_a_gateway(tmp_path: Path) -> None:
    with bus(tmp_path, Rtu(ways={1: "silent"})) as line:
        async with polling(serial(line.path), POINTS) as (findings, _):
            await findings.until(lambda: findings.state("connection:gw") is HealthState.DOWN)
            assert findings.line("connection:gw").problem.code == "driver.all_silent_serial"


async def test_a_dtu_that_dials_again_replaces_its_dead_connection() -> None:
    port = free_port()
    async with (
        polling(dialled(port, "A"), POINTS) as (findings, _),
        RtuSocket(Rtu(ways={1: "silent"})) as dead,
        RtuSocket(Rtu()) as alive,
    ):
        await dead.dial(port, b"A")
        await asyncio.sleep(0.5)
        await alive.dial(port, b"A")
        await findings.until(lambda: values(findings) == RIGHT, 5)
