"""Lines asked by hand: on the command line without a collector, and through a running one beside its polling."""

from __future__ import annotations

import asyncio
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.domain.estate import ModbusSerial
from console.domain.text import Text
from console.engine.clocks import RealClock
from console.link import bench as m
from drivers.bench import RawRead, open_line
from drivers.wirelog import WireLog, crc16
from tests.helpers.misbehaving import Misbehaving
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import block, on_pymodbustcp
from tests.helpers.rtu_server import Rtu, SerialLine
from tests.integration.collectors import Desk, desk, device, site, write_seeds

PTY = pytest.mark.skipif(sys.platform == "win32", reason="needs a pty pair")
VOLTAGE = struct.unpack(">HH", struct.pack(">f", 230.4))


def command(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", "import sys; from console.cli import collector; sys.exit(collector())", "--lang", "en",
         *words],
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


async def command_beside(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """For a device that lives on this test's own loop."""
    return await asyncio.to_thread(command, *words, code=code)


# --- without a collector


def test_registers_are_read_from_the_command_line_in_every_way() -> None:
    with on_pymodbustcp(block(1, 4, 0, *VOLTAGE)) as port:
        done = command("read", f"127.0.0.1:{port}", "--unit", "1", "--fc", "4", "--address", "0", "--count", "2")
        assert "ABCD 230.4*" in done.stdout
        assert "4366 6666" in done.stdout
        made = json.loads(command("read", f"127.0.0.1:{port}", "--fc", "4", "--count", "2", "--json").stdout)
        assert made["data"] == "43666666"
        floats = {way["order"]: way for way in made["decodings"] if way["type"] == "f32"}
        assert floats["ABCD"]["value"] == pytest.approx(230.4, abs=1e-4)
        assert floats["ABCD"]["hint"] == 2


def test_a_read_that_a_device_refuses_is_refused_in_words() -> None:
    with on_pymodbustcp(block(1, 3, 0, 1)) as port:
        done = command("read", f"127.0.0.1:{port}", "--address", "500", code=1)
        assert "has no addresses 500–500" in done.stderr
        assert "functions 1–4" in command("read", f"127.0.0.1:{port}", "--count", "126", code=1).stderr
    assert "not understood" in command("read", "meter", code=1).stderr


def test_nobody_at_the_other_end_is_said_in_one_sentence() -> None:
    done = command("read", "127.0.0.1:1", "--timeout", "300", code=1)
    assert len(done.stderr.strip().splitlines()) == 1
    assert "127.0.0.1:1" in done.stderr


async def test_a_bus_is_scanned_and_says_who_lives_refuses_and_is_silent() -> None:
    ways = {2: "silent", 3: "exception 2", 5: "exception 11", 6: "wrong unit"}
    who = {4: {0: b"Eastron", 1: b"SDM630", 2: b"1.0"}}
    async with Misbehaving(ways=ways, identities=who) as server:
        words = ("scan", f"127.0.0.1:{server.port}", "--units", "1-6", "--pause", "0", "--timeout", "250", "--json")
        found = json.loads((await command_beside(*words)).stdout)
        assert [(unit["unit"], unit["how"]) for unit in found["units"]] == [
            (1, "answered"),
            (3, "refused"),
            (4, "identified"),
            (6, "garbled"),
        ]
        assert found["units"][2]["objects"] == {"0": "Eastron", "1": "SDM630", "2": "1.0"}
        assert all(asked.function in (3, 43) for asked in server.asked)


def test_the_addresses_of_a_unit_are_found_with_their_values() -> None:
    with on_pymodbustcp(block(1, 3, 10, *range(100, 120)) | block(1, 3, 40, 7)) as port:
        done = command("scan", f"127.0.0.1:{port}", "--addresses", "0-49", "--pause", "0", "--json")
        found = json.loads(done.stdout)
        answers = [(each["first"], each["last"]) for each in found["ranges"] if each["state"] == "answers"]
        assert answers == [(10, 29), (40, 40)]
        assert found["ranges"][1]["data"] == b"".join(value.to_bytes(2, "big") for value in range(100, 120)).hex()
        assert found["asked"] < 100
        shown = command("scan", f"127.0.0.1:{port}", "--addresses", "10-29", "--pause", "0").stdout
        assert "Addresses 10–29: answers\n      10  0064 0065" in shown
        assert "\n      26  0074 0075 0076 0077\n" in shown


@PTY
def test_a_serial_bus_is_scanned_and_read_from_the_command_line(tmp_path: Path) -> None:
    server = Rtu(ways={2: "silent"}, objects={0: b"Eastron", 1: b"SDM630"}, values={(1, 0): VOLTAGE[0], (1, 1): VOLTAGE[1]})
    with SerialLine(server, str(tmp_path / "line")) as line:
        done = command("scan", line.path, "--units", "1-2", "--pause", "0", "--timeout", "300")
        assert "Unit 1: identified  Eastron  SDM630" in done.stdout
        assert "Unit 2" not in done.stdout
        assert "ABCD 230.4*" in command("read", line.path, "--count", "2", "--timeout", "300").stdout


@PTY
async def test_the_frames_of_a_serial_line_are_logged_whole_with_their_crc(tmp_path: Path) -> None:
    server = Rtu(ways={1: "byte by byte", 2: "wrong crc", 3: "exception 2"})
    with SerialLine(server, str(tmp_path / "line")) as line:
        connection = ModbusSerial("bus", Text("bus", "bus"), line.path, timeout_ms=300, retries=0)
        log = WireLog("rtu")
        async with open_line(connection, RealClock()) as bench:
            bench.tap(log.take)
            for unit in (1, 2, 3):
                await bench.read_raw(RawRead(unit, 3, 5, 1))
        found = [(entry.sent, entry.unit, entry.error) for entry in log.entries()]
        assert found[:2] == [(True, 1, ""), (False, 1, "")]
        assert (False, 2, "crc") in found
        assert found[-1] == (False, 3, "exception_2")
        assert all(crc16(entry.data) == 0 for entry in log.entries() if entry.error != "crc")


# --- through the collector


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CollectorProcess, Any]]:
    tmp_path = tmp_path_factory.mktemp("bench")
    seeds = write_seeds(tmp_path)
    with device() as bank:
        file = tmp_path / "site.yaml"
        file.write_text(site(bank.port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(seeds))
        process.start()
        try:
            yield process, bank.data_bank
        finally:
            process.stop()


async def ask(console: Desk, make: Any) -> Any:
    return await console.client.query(make)


async def finished(console: Desk, job: int, seconds: float = 20) -> m.ScanAnswer:
    async with asyncio.timeout(seconds):
        while True:
            answer = await ask(console, lambda id: m.ScanQuery(id, job=job))
            assert isinstance(answer, m.ScanAnswer), answer
            if answer.state != "running":
                return answer
            await asyncio.sleep(0.1)


async def test_a_register_is_read_beside_the_polling_and_its_point_is_named(running: Any) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        await console.sign_on("zhao")
        answer = await ask(console, lambda id: m.ReadRegistersQuery(id, "gw", 1, 3, 0, 2))
        assert isinstance(answer, m.ReadRegistersAnswer), answer
        assert answer.data == b"\0\x32\0\x50"
        assert answer.points == ((0, "P1.pressure"), (1, "P1.level"))
        assert any((way.type, way.address, way.value) == ("u16", 1, 80) for way in answer.decodings)
        refused = await ask(console, lambda id: m.ReadRegistersQuery(id, "gw", 1, 3, 5000, 2))
        assert refused.problem.code == "driver.exception_2"
        for bad in ((5, 0, 1), (3, 65535, 2), (3, 0, 0), (3, 0, 126)):
            refused = await ask(console, lambda id, bad=bad: m.ReadRegistersQuery(id, "gw", 1, *bad))
            assert refused.problem.code == "bench.bad_read"
        assert (await ask(console, lambda id: m.ReadRegistersQuery(id, "no", 1, 3, 0, 1))).problem.code == "bench.no_connection"


async def test_a_scan_runs_as_a_job_beside_the_polling_and_can_be_cancelled(running: Any) -> None:
    process, bank = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        await console.sign_on("zhao")
        plan = m.ScanPlan("gw", "range", 0, 109, pause_ms=20)
        started = await ask(console, lambda id: m.ScanQuery(id, plan))
        assert started.state == "running"
        assert (await ask(console, lambda id: m.ScanQuery(id, plan))).problem.code == "bench.scan.busy"
        done = await finished(console, started.job)
        assert (done.state, done.done, done.total) == ("done", 110, 110)
        assert [(found.first, found.last, found.state) for found in done.ranges] == [(0, 99, "answers"), (100, 109, "refused")]
        assert done.ranges[0].data[:4] == b"\0\x32\0\x50"
        bank.set_holding_registers(0, [55])
        await console.until(lambda p: p.value("P1.pressure") == 55)

        long = await ask(console, lambda id: m.ScanQuery(id, m.ScanPlan("gw", "range", 0, 60_000, pause_ms=50)))
        ended = await ask(console, lambda id: m.ScanQuery(id, job=long.job, cancel=True))
        assert ended.state == "cancelled"
        assert (await ask(console, lambda id: m.ScanQuery(id, job=99))).problem.code == "bench.scan.unknown"
        wrong = await ask(console, lambda id: m.ScanQuery(id, m.ScanPlan("gw", "bus", 0, 300)))
        assert wrong.problem.code == "bench.bad_scan"


async def test_the_wire_is_logged_while_it_is_polled_filtered_and_saved(running: Any) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.level") == 80)
        await console.sign_on("zhao")
        started = await ask(console, lambda id: m.WireLogQuery(id, "gw", "start", minutes=1))
        assert started.until > 0
        await ask(console, lambda id: m.ReadRegistersQuery(id, "gw", 1, 3, 5000, 2))
        await asyncio.sleep(0.5)
        answer = await ask(console, lambda id: m.WireLogQuery(id, "gw"))
        assert len(answer.frames) >= 6
        assert {frame.unit for frame in answer.frames} == {1}
        assert any(frame.sent for frame in answer.frames)
        assert any(frame.took_ms > 0 for frame in answer.frames)
        wrong = await ask(console, lambda id: m.WireLogQuery(id, "gw", filter=m.WireFilter(errors=True)))
        assert [frame.error for frame in wrong.frames] == ["exception_2"]
        newer = await ask(console, lambda id: m.WireLogQuery(id, "gw", since=answer.last))
        assert all(frame.number > answer.last for frame in newer.frames)
        stopped = await ask(console, lambda id: m.WireLogQuery(id, "gw", "stop"))
        assert stopped.until == 0
        await asyncio.sleep(0.3)
        assert (await ask(console, lambda id: m.WireLogQuery(id, "gw"))).last == stopped.last
        text = await ask(console, lambda id: m.WireLogFileQuery(id, "gw", "text", language="en"))
        assert "!! exception 2" in text.data.decode("utf-8")
        pcap = await ask(console, lambda id: m.WireLogFileQuery(id, "gw", "pcap"))
        assert pcap.name == "gw-wire.pcap"
        assert struct.unpack_from("<IHHiIII", pcap.data)[0::6] == (0xA1B2C3D4, 1)
        assert (await ask(console, lambda id: m.WireLogQuery(id, "gw", "start", minutes=0))).problem.code == "bench.minutes"


async def test_polling_stays_on_time_while_a_bus_is_scanned(running: Any) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.level") == 80)
        await console.sign_on("zhao")
        before = await console.until(lambda p: p.health["device:gw/1"].counters)
        started = await ask(console, lambda id: m.ScanQuery(id, m.ScanPlan("gw", "bus", 1, 20, pause_ms=20)))
        done = await finished(console, started.job)
        assert [unit.unit for unit in done.units] == list(range(1, 21))  # this server answers for every unit
        await console.until(lambda p: p.health["device:gw/1"].counters["answers"] > before["answers"], 15)
        after = console.picture.health["device:gw/1"].counters
        assert after.get("missed", 0) - before.get("missed", 0) <= 1
