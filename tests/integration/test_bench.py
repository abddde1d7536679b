"""The commissioning bench through the real collector: sheets, why-bad, and lines asked by hand beside their polling."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from console.domain.commands import RecordPointTest, SignOff
from console.domain.commissioning import Result, newest
from console.link import bench as m
from console.link.messages import Denied, LogAnswer, LogQuery
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import Desk, desk, device, site, write_seeds


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CollectorProcess, Any]]:
    tmp_path = tmp_path_factory.mktemp("sheets")
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


async def test_a_point_test_is_on_the_sheet_with_the_value_that_was_shown_and_outlives_a_restart(
    running: Any,
) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        await console.sign_on("wang")
        assert await console.refused(RecordPointTest("P1.pressure", Result.PASS, "50.1 kPa")) == "refused.right_commission"
        await console.ask(SignOff())
        await console.sign_on("zhao")
        assert await console.refused(RecordPointTest("P1.pressure", Result.PASS)) == "refused.test_value"
        assert await console.refused(RecordPointTest("P1.nothing", Result.PASS, "1")) == "refused.point_unknown"
        await console.ask(RecordPointTest("P1.pressure", Result.FAIL, "80", note="差 30"))
        await console.ask(RecordPointTest("P1.pressure", Result.PASS, "50.1 kPa", "Fluke 726"))
        await console.ask(RecordPointTest("P1.level", Result.PASS, "12", value=12.5, quality=0, value_at=7))
        sheet = await ask(console, lambda id: m.SheetQuery(id, "P1"))
        assert [test.result for test in sheet.tests if test.point == "P1.pressure"] == [Result.PASS, Result.FAIL]
        test = newest(sheet.tests)["P1.pressure"]
        assert (test.value, test.unit, test.device_value, test.instrument) == (50.0, "kPa", "50.1 kPa", "Fluke 726")
        assert (test.by, test.station, test.quality) == ("zhao", "desk 1", 0)
        assert test.value_at > 0
        assert newest(sheet.tests)["P1.level"].value == 12.5
        log = await ask(console, lambda id: LogQuery(id, "point:P1.pressure"))
        assert isinstance(log, LogAnswer)
        assert [type(entry.event).__name__ for entry in log.entries] == ["PointTested", "PointTested"]
    process.stop()
    process.start()
    async with desk(process.folder) as console:
        assert (await ask(console, lambda id: m.SheetQuery(id, "P1"))).tests == sheet.tests
        page = await ask(console, lambda id: m.SheetFileQuery(id, "P1", "html", "en"))
        assert page.name == "P1-sheet.html"
        text = page.data.decode("utf-8")
        assert "<td>50 kPa</td><td>50.1 kPa</td><td>Fluke 726</td><td>Pass</td><td>赵师傅</td>" in text
        assert "passed 2, failed 0, noted 0, not tested 2" in text
        table = await ask(console, lambda id: m.SheetFileQuery(id, "P1", "text", "zh_CN"))
        assert "设备调试记录单" in table.data.decode("utf-8")
        assert isinstance(await ask(console, lambda id: m.SheetQuery(id, "P9")), Denied)


async def test_a_good_point_is_called_good_and_one_whose_device_is_gone_says_so(running: Any) -> None:
    process, _ = running
    async with desk(process.folder) as console:
        await console.until(lambda p: p.value("P1.pressure") == 50)
        answer = await ask(console, lambda id: m.WhyBadQuery(id, "P1.pressure"))
        assert (answer.problem.code, answer.quality) == ("bench.why.good", 0)
        refused = await ask(console, lambda id: m.WhyBadQuery(id, "P1.x"))
        assert refused.problem.code == "refused.point_unknown"
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "console.cli", "--lang", "en", "status", "--store", str(process.folder), "--why", "P1.level"],
        capture_output=True, encoding="utf-8", timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "P1.level has a good value" in done.stdout


async def test_nobody_asks_a_line_by_hand_without_the_right(running: Any) -> None:
    process, _ = running
    queries = (
        lambda id: m.ReadRegistersQuery(id, "gw", 1, 3, 0, 1),
        lambda id: m.ScanQuery(id, m.ScanPlan("gw", "bus", 1, 2)),
        lambda id: m.WireLogQuery(id, "gw", "start"),
        lambda id: m.WireLogFileQuery(id, "gw", "pcap"),
    )
    async with desk(process.folder) as console:
        for query in queries:
            assert (await ask(console, query)).problem.code == "refused.not_signed_on"
        await console.sign_on("wang")
        for query in queries:
            assert (await ask(console, query)).problem.code == "refused.right_commission"
