"""Exports by a worker process: what it writes, what it needs, and that it ends."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import numpy as np
import psutil
import pytest

from console.cli import console as command
from console.cli import exports as cli_exports
from console.domain.estate import Estate, Point
from console.domain.problems import Refused
from console.domain.samples import Batch
from console.domain.times import SECOND
from console.engine.exporting import Exports
from console.link.exports import ExportAnswer, ExportPartAnswer, ExportPartQuery, ExportQuery
from console.link.messages import Denied
from console.link.server import Console
from console.store import Pace, open_store
from tests.helpers.processes import CollectorProcess
from tests.helpers.snapshots import ESTATE
from tests.integration.collectors import desk, device, site, write_seeds

T = 1_790_000_000 * SECOND
MB = 1024 * 1024
POINTS = tuple(point for point in ESTATE.points if not point.states)[:20]
NUMBERS = tuple(point.number for point in POINTS)
PACE = Pace(flush_s=0.02, durable_s=0.2, seal_s=0.2)
FULL = os.environ.get("BUILDING_CONSOLE_TORTURE") == "full"


def recorded(folder: Path, times: int) -> Path:
    """A store with ``times`` samples of each of the 20 points, one a second, through the real recorder."""
    store = open_store(folder, T, PACE)
    recorder = store.recorder(lambda: T)
    recorder.start()
    numbers, good = np.array(NUMBERS, np.int32), np.zeros(len(NUMBERS), np.uint8)
    for second in range(times):
        values = np.arange(len(NUMBERS), dtype=np.float64) + second % 86_400 / 10
        while second % 1000 == 0 and 20 * second - recorder.health().counters["recorded"] > 500_000:
            time.sleep(0.05)
        recorder.put(Batch(numbers, values, good, T + second * SECOND, T + second * SECOND + 1))
    recorder.stop()
    store.close()
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 samples."""
    return recorded(tmp_path_factory.mktemp("small"), 10_000)


@pytest.fixture
def here() -> Console:
    return Console(1, "127.0.0.1")


def estate() -> Estate:
    return ESTATE


async def drawn(exports: Exports, console: Console, query: ExportQuery) -> tuple[bytes, int, list[float], float]:
    """The file, its rows, the shares that were told, and the worker's peak in MB; a console that is a little slow."""
    begun = await exports.start(console, query)
    process = psutil.Process(exports._jobs[begun.job].process.pid)
    data, shares, peak = bytearray(), [], 0.0
    while True:
        part = await exports.part(console, ExportPartQuery(1, begun.job))
        data += part.data
        shares.append(part.share)
        try:
            peak = max(peak, process.memory_info().rss / MB)
        except psutil.NoSuchProcess:
            assert part.over
        if part.over:
            return bytes(data), part.rows, shares, peak


def until_gone(folder: Path) -> None:
    """A thread takes it away."""
    end = time.monotonic() + 5
    while folder.exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def ask(form: str, count: int = 20, seconds: int = 10_000, bucket: int = 0) -> ExportQuery:
    return ExportQuery(1, NUMBERS[:count], T, T + seconds * SECOND, form, bucket, "en")


async def test_every_sample_comes_through_and_progress_never_goes_back(small: Path, here: Console) -> None:
    exports = Exports(small, estate)
    data, rows, shares, _ = await drawn(exports, here, ask("csv"))
    assert rows == 200_000
    lines = data.decode("utf-8-sig").splitlines()
    assert len(lines) == 200_001
    first = next(csv.DictReader(io.StringIO("\n".join(lines[:2]))))
    assert (first["point"], first["name"]) == (POINTS[0].id, POINTS[0].name.en)
    assert [float(line.split(",")[5]) for line in lines[1:20]] == [second / 10 for second in range(19)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert not exports._jobs


@pytest.mark.parametrize("form", ["json", "xlsx", "parquet"])
async def test_other_forms_are_whole_files(small: Path, here: Console, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    exports = Exports(small, estate)
    query = ask(form, count=2, seconds=1000)
    begun = await exports.start(here, query)
    scratch, data = exports._jobs[begun.job].scratch, b""
    while True:
        part = await exports.part(here, ExportPartQuery(1, begun.job))
        data += part.data
        if part.over:
            break
    assert part.rows == 2000
    if form == "xlsx":
        assert ZipFile(io.BytesIO(data)).testzip() is None
    elif form == "parquet":
        assert data[:4] == data[-4:] == b"PAR1"
    else:
        assert data.count(b"\n") == 2000
    await asyncio.to_thread(until_gone, scratch)


async def test_what_cannot_be_exported_is_refused_at_once(small: Path, here: Console) -> None:
    exports = Exports(small, estate)
    for wrong, code in (
        (msgspec.structs.replace(ask("csv"), form="doc"), "engine.export_form"),
        (msgspec.structs.replace(ask("csv"), until=T), "engine.empty_range"),
        (msgspec.structs.replace(ask("csv"), points=()), "engine.empty_range"),
    ):
        with pytest.raises(Refused) as refused:
            await exports.start(here, wrong)
        assert refused.value.problem.code == code


async def test_a_third_export_is_refused_and_a_desk_that_goes_ends_its_own(small: Path, here: Console) -> None:
    exports = Exports(small, estate)
    other = Console(2, "127.0.0.1")
    mine = await exports.start(here, ask("csv"))
    theirs = await exports.start(other, ask("csv"))
    with pytest.raises(Refused) as refused:
        await exports.start(here, ask("csv"))
    assert refused.value.problem.code == "engine.export_busy"
    with pytest.raises(Refused) as refused:
        await exports.part(here, ExportPartQuery(1, theirs.job))
    assert refused.value.problem.code == "engine.export_gone"
    worker = exports._jobs[mine.job].process
    exports.left(here)
    await asyncio.to_thread(worker.join, 5)
    assert not worker.is_alive()
    while not (await exports.part(other, ExportPartQuery(1, theirs.job))).data:
        pass
    stopped = await exports.part(other, ExportPartQuery(1, theirs.job, stop=True))
    assert stopped.over
    assert not exports._jobs


async def test_a_worker_that_dies_is_told_and_so_is_a_damaged_store(small: Path, here: Console, tmp_path: Path) -> None:
    exports = Exports(small, estate)
    begun = await exports.start(here, ask("csv"))
    exports._jobs[begun.job].process.kill()
    with pytest.raises(Refused) as refused:
        for _ in range(100):
            await exports.part(here, ExportPartQuery(1, begun.job))
    assert refused.value.problem.code == "engine.query_broken"
    missing = Exports(tmp_path, estate)
    begun = await missing.start(here, ask("csv"))
    with pytest.raises(Refused) as refused:
        for _ in range(100):
            await missing.part(here, ExportPartQuery(1, begun.job))
    assert refused.value.problem.code == "store.missing"


async def test_a_desk_that_asks_no_more_is_given_up(small: Path, here: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.engine.exporting.IDLE", 0.2)
    exports = Exports(small, estate)
    begun = await exports.start(here, ask("csv"))
    worker = exports._jobs[begun.job].process
    await asyncio.to_thread(worker.join, 5)
    assert not worker.is_alive()
    assert not exports._jobs


async def test_a_worker_does_not_need_more_memory_for_more_samples(small: Path, here: Console) -> None:
    """The worker's peak for ten times as many rows; measured at every part."""
    exports = Exports(small, estate)
    _, few, _, low = await drawn(exports, here, ask("csv", count=2))
    _, many, _, high = await drawn(exports, here, ask("csv", count=20))
    assert many == 10 * few
    assert high < low + 30
    assert high < 200


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
async def test_millions_of_samples_are_exported_at_constant_memory(
    tmp_path_factory: pytest.TempPathFactory, here: Console, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    folder = tmp_path_factory.getbasetemp() / "large"
    times = 250_000 if FULL else 50_000
    if not folder.exists():
        recorded(folder, times)
    exports = Exports(folder, estate)
    _, few, _, low = await drawn(exports, here, ask(form, seconds=times // 10))
    began = time.monotonic()
    data, rows, _, high = await drawn(exports, here, ask(form, seconds=times))
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{form}: {rows} rows, {len(data) / MB:.0f} MB, {took:.1f} s, worker {low:.0f} MB for {few}, {high:.0f} MB for all")
    assert rows == 20 * times
    assert high < low + 60
    assert high < 300


@pytest.fixture
def running(tmp_path: Path) -> Iterator[CollectorProcess]:
    with device() as bank:
        file = tmp_path / "site.yaml"
        file.write_text(site(bank.port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process.start()
        try:
            yield process
        finally:
            process.stop()


async def test_a_console_draws_a_file_over_the_link(running: CollectorProcess) -> None:
    async with desk(running.folder) as made:
        await made.until(lambda p: p.value("P1.pressure") == 50)
        await asyncio.sleep(1.5)
        assert made.picture.last is not None
        now = made.picture.beats[-1].now if made.picture.beats else made.picture.last.now
        point: Point = made.picture.points["P1.pressure"]
        begun = await made.client.query(lambda id: ExportQuery(id, (point.number,), now - 60 * SECOND, now + SECOND, "csv"))
        assert isinstance(begun, ExportAnswer)
        text = b""
        while True:
            part = await made.client.query(lambda id: ExportPartQuery(id, begun.job))
            assert isinstance(part, ExportPartAnswer), part
            text += part.data
            if part.over:
                break
        assert b"P1.pressure" in text
        gone = await made.client.query(lambda id: ExportPartQuery(id, begun.job))
        assert isinstance(gone, Denied)


def test_the_command_line_writes_the_file_that_the_suffix_says(
    running: CollectorProcess, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    time.sleep(2)
    where = ("--store", str(running.folder), "--lang", "en")
    for name in ("p.csv", "p.xlsx"):
        words = ("history", "P1.pressure", "P1.level", "--since", "-1h", "--out", str(tmp_path / name), *where)
        assert command(words) == 0
    assert (tmp_path / "p.csv").read_text(encoding="utf-8-sig").startswith("time,utc,point,name,unit,value,quality\n")
    assert ZipFile(tmp_path / "p.xlsx").testzip() is None
    assert "rows" in capfd.readouterr().out
    for words in (("--out", str(tmp_path / "p.doc")), ("--format", "xlsx"), ("--out", str(tmp_path / "none" / "p.csv"))):
        assert command(("history", "P1.pressure", *words, *where)) == 1
    assert not list(tmp_path.glob("*.part"))


def test_ctrl_c_leaves_no_half_file(running: CollectorProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    real = cli_exports.query

    def interrupted(call: Any, make: Any, kind: Any) -> Any:
        if kind is ExportPartAnswer:
            asked.append(bool(list(tmp_path.glob("p.csv*"))))
            raise KeyboardInterrupt
        return real(call, make, kind)

    monkeypatch.setattr(cli_exports, "query", interrupted)
    words = ("history", "P1.pressure", "--since", "-1h", "--out", str(tmp_path / "p.csv"), "--store", str(running.folder))
    assert command(words) == 1
    assert asked == [True]  # it had begun
    assert not list(tmp_path.glob("p.csv*"))
