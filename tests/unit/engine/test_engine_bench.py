"""The bench's jobs: scans that end by themselves, wire logs that stop by themselves, and the words in their files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from console.domain.estate import ModbusDevice, ModbusTcp, Mqtt
from console.domain.problems import Refused
from console.domain.text import Text
from console.domain.times import MINUTE, SECOND
from console.engine import scanning
from console.engine.clocks import RealClock
from console.engine.lines import Lines
from console.engine.scanning import Scanning
from console.engine.wirelogs import WireLogs
from console.engine.wiretext import wire_line
from console.link import bench as m
from drivers.bench import Bench, Frame, Listener, RawRead, open_line
from drivers.wirelog import Entry
from tests.helpers.misbehaving import Misbehaving

NAME = Text("网关", "Gateway")


@asynccontextmanager
async def line(server: Misbehaving, *devices: ModbusDevice) -> AsyncIterator[tuple[ModbusTcp, Bench]]:
    connection = ModbusTcp("gw", NAME, "127.0.0.1", server.port, timeout_ms=250, retries=0, devices=devices)
    async with open_line(connection, RealClock()) as bench:
        yield connection, bench


async def until(met: Callable[[], Any]) -> Any:
    async with asyncio.timeout(10):
        while not (found := met()):  # noqa: ASYNC110 - a scan tells how far it is only when asked
            await asyncio.sleep(0.01)
    return found


def ended(jobs: Scanning, job: int) -> Callable[[], m.ScanAnswer | None]:
    def look() -> m.ScanAnswer | None:
        answer = jobs.look(1, job)
        return None if answer.state == "running" else answer

    return look


async def test_a_scan_that_nobody_looks_at_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "FORGOTTEN", 0.2)
    async with Misbehaving() as server, line(server) as (connection, bench):
        jobs = Scanning(RealClock())
        job = jobs.start(1, m.ScanPlan("gw", "range", 0, 9999, pause_ms=20), connection, bench).job
        await asyncio.sleep(0.4)
        answer = jobs.look(1, job)
        assert answer.state == "cancelled"
        assert answer.problem is not None
        assert answer.problem.code == "bench.scan.forgotten"
        asked = len(server.asked)
        await asyncio.sleep(0.15)
        assert len(server.asked) == asked


async def test_a_scan_keeps_to_the_limits_of_a_configured_unit() -> None:
    limits = ModbusDevice(1, "M1", max_regs=8, forbidden=((20, 29),))
    async with Misbehaving() as server, line(server, limits) as (connection, bench):
        jobs = Scanning(RealClock())
        job = jobs.start(1, m.ScanPlan("gw", "range", 0, 49, pause_ms=0), connection, bench).job
        answer = await until(ended(jobs, job))
        assert [(found.first, found.last, found.state) for found in answer.ranges] == [
            (0, 19, "answers"), (20, 29, "forbidden"), (30, 49, "answers"),
        ]  # fmt: skip
        assert all(
            asked.count <= 8 and not {*range(20, 30)} & {*range(asked.address, asked.address + asked.count)}
            for asked in server.asked
        )


async def test_a_scan_of_a_silent_unit_fails_in_words_and_the_line_is_free_again() -> None:
    async with Misbehaving(ways={1: "silent"}) as server, line(server) as (connection, bench):
        jobs = Scanning(RealClock())
        job = jobs.start(1, m.ScanPlan("gw", "range", 0, 99, pause_ms=0, span=1), connection, bench).job
        with pytest.raises(Refused, match=r"bench\.scan\.busy"):
            jobs.start(1, m.ScanPlan("gw", "bus", 1, 2), connection, bench)
        answer = await until(ended(jobs, job))
        assert answer.state == "failed"
        assert answer.problem.code == "driver.timeouts"
        assert jobs.start(1, m.ScanPlan("gw", "bus", 1, 2), connection, bench).state == "running"
        await jobs.close()


class _Lines:
    """What a log needs to know of the lines: the driver of a connection."""

    def __init__(self, driver: object) -> None:
        self.made = driver
        self.on_made: Callable[[str, Any], None] = lambda _connection, _driver: None

    def driver(self, connection: str) -> object:
        return self.made


class _Clock(RealClock):
    moved = 0

    def now(self) -> int:
        return super().now() + self.moved


async def test_a_wire_log_stops_by_itself_and_goes_on_with_a_new_driver() -> None:
    clock = _Clock()
    async with Misbehaving() as server, line(server) as (connection, bench):
        lines = _Lines(bench)
        logs = WireLogs(cast("Lines", lines), clock)
        assert logs.answer(m.WireLogQuery(1, "gw"), connection).until == 0
        logs.answer(m.WireLogQuery(1, "gw", "start", minutes=2), connection)
        await bench.read_raw(RawRead(1, 3, 0, 1))
        assert logs.answer(m.WireLogQuery(1, "gw"), connection).last == 2
        async with line(server) as (_, anew):
            lines.made = anew
            lines.on_made("gw", anew)
            await anew.read_raw(RawRead(1, 3, 0, 1))
            assert logs.answer(m.WireLogQuery(1, "gw"), connection).last == 4
            clock.moved = 3 * MINUTE
            assert logs.answer(m.WireLogQuery(1, "gw"), connection).until == 0
            await anew.read_raw(RawRead(1, 3, 0, 1))
            assert logs.answer(m.WireLogQuery(1, "gw"), connection).last == 4
        cleared = logs.answer(m.WireLogQuery(1, "gw", "clear"), connection)
        assert (cleared.kept, cleared.frames) == (0, ())
        with pytest.raises(Refused, match=r"bench\.action"):
            logs.answer(m.WireLogQuery(1, "gw", "dance"), connection)
        with pytest.raises(Refused, match=r"bench\.format"):
            logs.file(m.WireLogFileQuery(1, "gw", "pdf"), connection)


async def test_mqtt_messages_are_logged_as_text_and_are_no_capture() -> None:
    class Broker:
        listener: Listener | None = None

        def tap(self, listener: Listener | None) -> None:
            self.listener = listener

    broker, clock = Broker(), RealClock()
    connection = Mqtt("broker", NAME, "127.0.0.1")
    logs = WireLogs(cast("Lines", _Lines(broker)), clock)
    logs.answer(m.WireLogQuery(1, "broker", "start"), connection)
    assert broker.listener is not None
    broker.listener(Frame(clock.now(), "broker", False, b'meter/1\0{"u": 230.1}\n'))
    text = logs.file(m.WireLogFileQuery(1, "broker", "text"), connection).data.decode("utf-8")
    assert 'meter/1  {"u": 230.1}·' in text
    with pytest.raises(Refused, match=r"bench\.no_pcap"):
        logs.file(m.WireLogFileQuery(1, "broker", "pcap"), connection)
    with pytest.raises(Refused, match=r"bench\.not_running"):
        WireLogs(cast("Lines", _Lines(None)), clock).answer(m.WireLogQuery(1, "broker", "start"), connection)
    with pytest.raises(Refused, match=r"bench\.no_frames"):
        WireLogs(cast("Lines", _Lines(object())), clock).answer(m.WireLogQuery(1, "broker", "start"), connection)


def test_a_line_of_a_log_says_what_is_wrong_in_the_readers_language() -> None:
    entry = Entry(1, 1_700_000_000 * SECOND + 123_456_789, False, b"\x01\x83\x02", 1, 3, "exception_2", 12.34)
    assert wire_line(entry, "en") == "2023-11-14 22:13:20.123456  ←     1/3     12.3 ms  01 83 02  !! exception 2"
    assert wire_line(entry._replace(error="timeout", data=b""), "zh_CN").endswith("!! 没有应答")
