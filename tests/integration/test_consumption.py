"""What counters counted, from a real store through a worker process to the figures of the energy page."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from console.domain.energy import EnergyPolicy, Tariff, TariffPeriod, span_edges
from console.domain.estate import CommSource, Point, ValueKind
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.engine import reading
from console.engine.workers import Workers
from console.link.messages import Consumed, ConsumptionAnswer, ConsumptionQuery, Denied
from console.store import Pace, open_store
from console.ui.energy.account import Account, accounts, span
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds

BERLIN = ZoneInfo("Europe/Berlin")
AUTUMN = date(2026, 10, 25)  # 25 hours
DAY = span_edges("day", AUTUMN, BERLIN)
STEADY, EXCHANGED, SILENT, LATE = range(1, 5)
POINTS = tuple(
    Point(f"M{number}.energy", f"M{number}", "energy", Text("电能"), ValueKind.COUNTER, CommSource("gw"), "kW·h", number=number)
    for number in (STEADY, EXCHANGED, SILENT, LATE)
)
TARIFF = Tariff(
    "kW·h", (TariffPeriod(Text("谷"), 0.3, ((1380, 1440), (0, 420))), TariffPeriod(Text("平"), 0.6))
)  # 23:00 to 07:00, and what is left
POLICY = EnergyPolicy((TARIFF,))
NOON = DAY[0] + 13 * HOUR  # the clocks were set back at three


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days, a reading a minute, one kW·h a minute: steady; exchanged at noon; silent from 10 to 16; only from noon on."""
    made = tmp_path_factory.mktemp("store")
    start, end = DAY[0] - 12 * HOUR, DAY[-1] + 12 * HOUR
    store = open_store(made, end, Pace(flush_s=0.02, durable_s=0.1))
    recorder = store.recorder(lambda: end)
    recorder.start()
    for minute, at in enumerate(range(start, end, MINUTE)):
        values = {STEADY: 1000.0 + minute, EXCHANGED: 5000.0 + minute if at < NOON else (at - NOON) / MINUTE + 400}
        if not NOON - 3 * HOUR < at < NOON + 3 * HOUR:
            values[SILENT] = float(minute)
        if at >= NOON:
            values[LATE] = float(minute)
        numbers, figures = np.array(list(values), np.int32), np.array(list(values.values()))
        recorder.put(Batch(numbers, figures, np.zeros(len(values), np.uint8), at, at + SECOND))
    recorder.stop()
    store.close()
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[int, Account]:
    """The four accounts of the day, read by a worker process."""
    within = span("day", AUTUMN, POLICY, TARIFF, BERLIN)

    async def ask() -> tuple[Consumed, ...]:
        workers = Workers()
        try:
            return await workers.run(reading.consumption, folder, POINTS, array("q", within.fine).tobytes())
        finally:
            workers.close()

    consumed = asyncio.run(ask())
    assert [each.point for each in consumed] == [STEADY, EXCHANGED, SILENT, LATE]
    made = accounts(consumed, within, TARIFF, DAY[-1])
    return {each.point: account for each, account in zip(consumed, made, strict=True)}


def test_a_day_of_25_hours_has_25_hours_of_consumption(found: dict[int, Account]) -> None:
    steady = found[STEADY]
    assert steady.total == pytest.approx(25 * 60)
    assert [round(bar) for bar in steady.bars] == [60, 60, 120] + 21 * [60]  # two o'clock came twice
    assert (steady.missing, steady.estimated, steady.breaks) == (0.0, False, 0)


def test_the_valley_over_midnight_is_priced_with_its_doubled_hour(found: dict[int, Account]) -> None:
    steady = found[STEADY]
    assert steady.amounts == pytest.approx({0: 9 * 60, 1: 16 * 60})  # 0-7 is eight hours long, and 23-24
    assert steady.cost == pytest.approx(9 * 60 * 0.3 + 16 * 60 * 0.6)
    assert (steady.night_hours, steady.night) == (pytest.approx(4), pytest.approx(240))  # 2-5 is four hours long


def test_an_exchanged_meter_counts_nothing_for_the_jump_and_is_shown(found: dict[int, Account]) -> None:
    exchanged = found[EXCHANGED]
    assert exchanged.breaks == 1
    assert exchanged.total == pytest.approx(25 * 60, abs=1.5)


def test_a_silence_is_spread_and_said(found: dict[int, Account]) -> None:
    silent = found[SILENT]
    assert silent.total == pytest.approx(25 * 60)
    assert silent.estimated
    assert silent.missing == 0


def test_before_the_first_reading_nothing_is_known(found: dict[int, Account]) -> None:
    late = found[LATE]
    assert late.missing == pytest.approx(13)
    assert [math.isnan(bar) for bar in late.bars] == 12 * [True] + 12 * [False]
    assert late.total == pytest.approx(12 * 60)
    assert late.night_hours == 0


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


async def test_a_collector_answers_for_counters_and_refuses_edges_that_make_no_sense(running: CollectorProcess) -> None:
    async with desk(running.folder) as console:
        await console.until(lambda p: p.value("P1.energy") == 7)
        await asyncio.sleep(1.5)
        number = console.picture.points["P1.energy"].number
        now = int(datetime.now(UTC).timestamp()) * SECOND
        edges = array("q", [now - HOUR, now - MINUTE, now + MINUTE])
        answer = await console.client.query(lambda id: ConsumptionQuery(id, (number,), edges.tobytes()))
        assert isinstance(answer, ConsumptionAnswer), answer
        before, recent = array("d", answer.consumed[0].amounts)
        assert math.isnan(before)
        assert recent == 0.0
        wrong = [(), (now,), (now, now), (now, now - 1), tuple(range(now, now + 6000))]
        for each in wrong:
            data = array("q", each).tobytes()
            denied = await console.client.query(lambda id, data=data: ConsumptionQuery(id, (number,), data))
            assert isinstance(denied, Denied)
            assert denied.problem.code == "engine.empty_range"
        many = await console.client.query(lambda id: ConsumptionQuery(id, tuple(range(201)), edges.tobytes()))
        assert isinstance(many, Denied)
        assert many.problem.code == "engine.too_many_points"
