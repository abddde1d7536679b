"""What a computer does to a store while the real collector works: kills, power cuts, full, locked and failing disks, damage.

Notes written by a person are the witnesses for what was acknowledged: each must be there afterwards, once. Counts: a few here, all
in ``make torture``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from console.domain.commands import WriteNote
from console.domain.events import NoteWritten
from console.domain.times import SECOND
from console.link.messages import Done
from console.store import reading
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import Desk, desk, device, write_seeds

FULL = os.environ.get("BUILDING_CONSOLE_TORTURE") == "full"
KILLS = 500 if FULL else 4
CUTS = 100 if FULL else 20
BACK_S = 3.0  # from the start of the program to the first poll

SITE = """\
site: {{id: yard, name: {{zh: 试验场, en: Yard}}}}
locations: [{{id: B1, name: {{zh: 地下, en: Basement}}}}]
connections:
  - {{id: gw, protocol: modbus-tcp, name: {{zh: 网关, en: Gateway}}, host: 127.0.0.1, port: {port}, timeout_ms: 400}}
equipment:
  - id: P1
    type: generic_modbus
    kind: pump
    system: water
    name: {{zh: 水泵, en: Pump}}
    location: B1
    connection: gw
    unit: 1
    points:
{points}
"""


@dataclass
class Rig:
    """A collector that polls sixty registers every 100 ms, and what it acknowledged."""

    process: CollectorProcess
    bank: Any
    acknowledged: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def folder(self) -> Path:
        return self.process.folder

    def month(self) -> Path:
        return sorted(self.folder.glob("history-????-??.db"))[-1]


@contextmanager
def rig(tmp_path: Path, folder: Path | None = None) -> Iterator[Rig]:
    with device(tuple(range(100))) as server:
        points = "\n".join(
            f"      - {{key: r{n}, name: {{zh: 点 {n}, en: Point {n}}}, address: {n}, poll_ms: 100}}" for n in range(60)
        )
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=server.port, points=points), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        made = Rig(CollectorProcess(folder or tmp_path / "store", *words), server.data_bank)
        try:
            yield made
        finally:
            made.process.stop()


@asynccontextmanager
async def noting(made: Rig, every: float = 0.01) -> AsyncIterator[Desk]:
    """A person who writes notes as fast as they are confirmed, until the line breaks or the block ends."""

    async def write(console: Desk) -> None:
        while True:
            made.asked += 1
            text = f"note {made.asked}"
            made.bank.set_holding_registers(0, [made.asked % 65536])
            with contextlib.suppress(Exception):  # the collector was killed: it acknowledged nothing
                if isinstance(await console.client.ask(WriteNote(text)), Done):
                    made.acknowledged.append(text)
            await asyncio.sleep(every)

    async with desk(made.folder) as console:
        await console.until(lambda p: p.state == "live")
        await console.sign_on("wang")
        task = asyncio.create_task(write(console))
        try:
            yield console
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def check(folder: Path, made: Rig, recorded: int = 0) -> tuple[int, int]:
    """(lost, doubled): acknowledged notes and counted samples that are not there; notes and samples that are there twice."""
    notes = [entry.event.text for entry in reading.log(folder, limit=10**6) if isinstance(entry.event, NoteWritten)]
    lost = len(set(made.acknowledged) - set(notes))
    doubled = len(notes) - len(set(notes))
    series = reading.raw(folder, sorted(reading.points(folder).values()), 0, 0)
    found = sum(len(each.times) for each in series)
    lost += max(0, recorded - found)
    for each in series:
        doubled += len(each.times) - len(set(each.times.tolist()))
    verified = reading.verify(folder)
    assert verified.problems == [], verified.damage
    return lost, doubled


async def survive_kills(made: Rig, count: int, seed: int) -> tuple[int, int, list[float]]:
    dice = random.Random(seed)
    lost = doubled = 0
    back: list[float] = []
    for _ in range(count):
        began, wall = time.monotonic(), time.time_ns()
        made.process.start()
        async with noting(made) as console:
            number = next(iter(console.picture.points.values())).number
            await console.until(lambda p, n=number, w=wall: p.values.get(n, (0, 9, 0))[2] > w)
            back.append(time.monotonic() - began)
            await asyncio.sleep(dice.uniform(0.05, 1.2))
            recorded = console.picture.health["recorder"].counters.get("recorded", 0)
            made.process.kill()
        now_lost, now_doubled = check(made.folder, made, recorded)
        lost, doubled = lost + now_lost, doubled + now_doubled
    return lost, doubled, back


async def test_a_collector_that_is_killed_loses_nothing_doubles_nothing_and_is_soon_back(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        lost, doubled, back = await survive_kills(made, 4, seed=4)
    assert (lost, doubled) == (0, 0) and len(made.acknowledged) > 20
    assert sorted(back)[len(back) // 2] <= BACK_S * (1 if FULL else 3)  # a test machine has other work


@pytest.mark.torture
@pytest.mark.timeout(3600)
async def test_five_hundred_kills_of_the_collector_lose_and_double_nothing(tmp_path: Path) -> None:
    lost = doubled = 0
    back: list[float] = []
    for seed in range(KILLS // 20):
        (tmp_path / str(seed)).mkdir()
        with rig(tmp_path / str(seed)) as made:
            found = await survive_kills(made, 20, seed)
        lost, doubled, back = lost + found[0], doubled + found[1], back + found[2]
    median = sorted(back)[len(back) // 2] if back else 0.0
    print(json.dumps({"torture_kills": len(back), "torture_lost": lost, "torture_doubled": doubled, "back_s": round(median, 2)}))
    assert (lost, doubled) == (0, 0)
    assert median <= BACK_S


# --- power cut


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a program cannot be frozen in mid-write here")
async def test_a_power_cut_with_a_torn_last_page_leaves_a_store_that_opens_with_everything_confirmed(tmp_path: Path) -> None:
    """What is on the disk at a cut: the program stands still, its files are copied, and the write-ahead logs get half a page
    of garbage after their last whole frame, as an unfinished write leaves it."""
    dice = random.Random(20261122)
    with rig(tmp_path) as made:
        made.process.start()
        copies: list[tuple[Path, list[str]]] = []
        async with noting(made, 0.002) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            process = made.process.process
            assert process is not None
            for number in range(CUTS):
                await asyncio.sleep(dice.uniform(0.02, 0.12))
                copy = tmp_path / f"cut-{number}"
                process.send_signal(signal.SIGSTOP)
                try:
                    confirmed = list(made.acknowledged)
                    shutil.copytree(
                        made.folder, copy, ignore=shutil.ignore_patterns("*-shm", "reserve.bin", "owner.db*", "test.log")
                    )
                finally:
                    process.send_signal(signal.SIGCONT)
                copies.append((copy, confirmed))
        for copy, confirmed in copies:
            for wal in copy.glob("*-wal"):
                tear(wal, dice)
            then = Rig(made.process, made.bank, confirmed)
            assert check(copy, then) == (0, 0)
    assert len(copies[-1][1]) > len(copies[0][1]) > 0
    again = CollectorProcess(copies[-1][0])  # and the last of them goes on
    again.start()
    again.stop()
    assert reading.verify(copies[-1][0]).problems == []


def tear(wal: Path, dice: random.Random) -> None:
    """Garbage after the last whole frame of a WAL (sqlite.org/fileformat2.html, section 4): half a frame that never was."""
    data = bytearray(wal.read_bytes())
    if len(data) < 32:
        return
    page, salt = int.from_bytes(data[8:12], "big"), data[16:24]
    frame = 24 + page
    end = 32
    while end + frame <= len(data) and data[end + 8 : end + 16] == salt:
        end += frame
    torn = dice.randbytes(dice.randrange(1, frame))
    data[end : end + len(torn)] = torn
    wal.write_bytes(data)


# --- disks


@contextmanager
def disk(tmp_path: Path, megabytes: int) -> Iterator[tuple[Path, Path]]:
    """A real file system of its own on a loop device: (mount point, image). Only root on Linux can have one."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("only root on Linux with mkfs.ext4 can make a small disk")
    image, mount = tmp_path / "disk.img", tmp_path / "disk"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop,errors=remount-ro", str(image), str(mount)], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("this system does not let us mount a disk")
    try:
        yield mount, image
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)


def fill(ballast: Path) -> None:
    """Until nothing fits any more."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
            with contextlib.suppress(OSError):
                os.fsync(file.fileno())


def fail(mount: Path) -> None:
    """As after a write error: the kernel makes the file system read-only, whoever has files open (ext4's errors=remount-ro)."""
    subprocess.run(["mount", "-o", "remount,abort", str(mount)], check=True)


def mount_again(image: Path, mount: Path) -> None:
    """As after the computer was started again."""
    subprocess.run(["umount", str(mount)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=True)


async def test_ten_minutes_of_a_full_disk_cost_no_note_and_end_by_themselves(tmp_path: Path) -> None:
    seconds = 600 if FULL else 3
    with disk(tmp_path, 40) as (mount, _), rig(tmp_path, mount / "store") as made:
        made.process.start()
        async with noting(made, 0.05) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            ballast = mount / "ballast"
            fill(ballast)
            line = await console.until(lambda p: p.health["recorder"] if p.health["recorder"].state == "down" else None, 30)
            assert line.problem is not None and line.problem.code == "store.disk_full"
            await console.until(lambda p: p.alarm("system#recorder"), 15)
            noted = len(made.acknowledged)
            await asyncio.sleep(seconds)
            assert len(made.acknowledged) > noted + seconds  # people's decisions go on in the reserve
            assert console.picture.state == "live" and console.picture.value("P1.r1") == 1
            ballast.unlink()
            await console.until(lambda p: p.health["recorder"].state == "ok", 30)
            alarm = console.picture.alarm("system#recorder")
            assert alarm is None or not alarm.active
            assert (made.folder / "reserve.bin").exists()
        made.process.stop()
        assert check(made.folder, made) == (0, 0)


async def test_a_disk_that_turns_read_only_is_said_and_the_watch_goes_on(tmp_path: Path) -> None:
    with disk(tmp_path, 60) as (mount, image), rig(tmp_path, mount / "store") as made:
        made.process.start()
        async with noting(made, 0.05) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            fail(mount)
            line = await console.until(lambda p: p.health["recorder"] if p.health["recorder"].state == "down" else None, 30)
            assert line.problem is not None and line.problem.code in {"store.read_only", "store.disk_error", "store.cannot_open"}
            await console.until(lambda p: p.alarm("system#recorder"), 15)  # it sounds although it cannot be written
            made.bank.set_holding_registers(1, [4711])
            await console.until(lambda p: p.value("P1.r1") == 4711)
            made.process.kill()
        mount_again(image, mount)
        made.process.start()
        async with desk(made.folder) as console:
            await console.until(lambda p: p.value("P1.r1") == 4711)
            await console.until(lambda p: p.health["recorder"].state == "ok")
        made.process.stop()
        assert check(made.folder, made) == (0, 0)


async def test_files_that_another_program_keeps_locked_make_everything_wait_and_nothing_is_lost(tmp_path: Path) -> None:
    seconds = 60 if FULL else 2
    with rig(tmp_path) as made:
        made.process.start()
        async with noting(made) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            others = [sqlite3.connect(path, isolation_level=None, timeout=10) for path in (made.folder / "main.db", made.month())]
            for other in others:
                other.execute("BEGIN IMMEDIATE")
            noted = len(made.acknowledged)
            await asyncio.sleep(seconds)
            line = console.picture.health["recorder"]
            assert line.state == "degraded" and line.problem is not None and line.problem.code == "store.locked"
            assert len(made.acknowledged) <= noted + 1  # nothing is confirmed that is not on the disk
            for other in others:
                other.execute("ROLLBACK")
                other.close()
            await console.until(lambda p: p.health["recorder"].state == "ok", 20)
            await console.until(lambda _: len(made.acknowledged) > noted + 3, 20)
            assert console.picture.health["recorder"].counters["shed"] == 0
        made.process.stop()
    assert check(made.folder, made) == (0, 0)
    number = reading.points(made.folder)["P1.r1"]
    times = reading.raw(made.folder, [number], 0, 0)[0].times
    assert max(b - a for a, b in zip(times.tolist(), times.tolist()[1:], strict=False)) < 2 * SECOND  # no hole


async def test_a_reader_that_never_ends_delays_nobody(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.process.start()
        async with noting(made) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            readers = [sqlite3.connect(path, isolation_level=None) for path in (made.folder / "main.db", made.month())]
            for reader in readers:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM meta").fetchone()
            noted = len(made.acknowledged)
            await asyncio.sleep(20 if FULL else 2)
            assert len(made.acknowledged) > noted + 10
            line = console.picture.health["recorder"]
            assert line.state == "ok" and line.figures["queue"] < 10_000
            for reader in readers:
                assert reader.execute("SELECT count(*) FROM meta").fetchone()  # it still sees its old state
                reader.close()
        made.process.stop()
    assert check(made.folder, made) == (0, 0)


async def test_a_month_file_that_is_damaged_or_gone_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.process.start()
        async with desk(made.folder) as console:
            await console.until(lambda p: p.value("P1.r1") == 1)
            await asyncio.sleep(1.0)
        made.process.stop()
        month = made.month()
        old, older = (made.folder / f"history-2025-{n:02}.db" for n in (1, 2))
        for path in (old, older):
            shutil.copy(month, path)
        made.process.start()
        async with desk(made.folder) as console:
            await console.until(lambda p: p.health["store"])
            await asyncio.sleep(0.3)
        made.process.stop()
        old.write_bytes(b"garbage" * 5000)
        older.unlink()
        made.process.start()
        async with desk(made.folder) as console:
            line = await console.until(lambda p: p.health["recorder"] if p.health["recorder"].state == "degraded" else None)
            assert line.problem is not None and line.problem.code == "store.history_damaged"
            assert "history-2025-01.damaged-1.db" in str(line.problem.params["path"])
            store = await console.until(lambda p: p.health["store"] if p.health["store"].state == "degraded" else None)
            assert store.problem is not None and store.problem.code == "engine.month_missing"
            assert "history-2025-02.db" in str(store.problem.params["files"])
            await console.until(lambda p: p.value("P1.r1") == 1)
        made.process.stop()
    assert len(reading.raw(made.folder, [reading.points(made.folder)["P1.r1"]], 0, 0)[0].times) > 5
