"""The energy report from a real store: use by meter and group, night minimum, comparison, target, cost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from console.domain.documents import Chart, Document, Facts, Table
from console.domain.energy import EnergyPolicy, Target, Tariff, TariffPeriod
from console.domain.estate import Point, ValueKind
from console.domain.maintenance.reports import period
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import HOUR, SECOND
from console.engine import reporting_energy
from console.engine.reporting_work import Meter
from console.papers.energy import Use, together
from console.papers.setting import Setting
from console.store import Pace, open_store
from tests.helpers.snapshots import ESTATE

SEPTEMBER = round(datetime(2026, 8, 31, 16, tzinfo=UTC).timestamp()) * SECOND  # midnight in Shanghai
NOW = round(datetime(2026, 11, 2, tzinfo=UTC).timestamp()) * SECOND
POLICY = EnergyPolicy(
    (Tariff("kW·h", (TariffPeriod(Text("谷"), 0.5, ((0, 480),)), TariffPeriod(Text("平"), 1.0))),),
    (Target("kW·h", (7000.0,) * 12),),
)


def meter(number: int, load: str) -> Meter:
    point = Point(
        f"EM{number}.energy",
        f"EM{number}",
        "energy",
        Text("电能"),
        ValueKind.COUNTER,
        ESTATE.points[0].source,
        "kW·h",
        number=number,
    )
    return Meter(point, Text(f"{number}号电表", f"Meter {number}"), f"EM{number}", load, load == "incoming")


METERS = (meter(1, "incoming"), meter(2, "lighting"), meter(3, "pv"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hourly readings of September and October; at night (02:00 to 05:00) the lighting takes a quarter."""
    made = tmp_path_factory.mktemp("energy") / "store"
    store = open_store(made, SEPTEMBER, Pace(flush_s=0.02, durable_s=0.1, seal_s=0.1))
    recorder = store.recorder(lambda: SEPTEMBER)
    recorder.start()
    values = np.zeros(3)
    good = np.full(3, int(Quality.GOOD), np.uint8)
    for hour in range(61 * 24 + 1):
        at = SEPTEMBER + hour * HOUR
        recorder.put(Batch(np.array([1, 2, 3], np.int32), values.copy(), good, at, at + 1))
        night = 2 <= hour % 24 < 5
        values += np.array([10.0, 1.0 if night else 4.0, 0.0 if night else 1.0])
    recorder.stop()
    store.close()
    return made


def report(folder: Path, year: int, month: int, months: int = 1, language: str = "zh_CN") -> Document:
    setting = Setting(language, "Asia/Shanghai", Text("滨江花园", "Riverside"), NOW)
    of = period(year, month, months, "Asia/Shanghai")
    return reporting_energy.report(folder, METERS, "kW·h", POLICY, of=of, setting=setting)


def test_use_comparison_target_night_and_cost_of_a_month(folder: Path) -> None:
    """R-EN-01, R-EN-02, R-EN-03, R-EN-04, R-EN-05."""
    found = report(folder, 2026, 10)
    facts = next(dict(block.pairs) for block in found.blocks if isinstance(block, Facts))
    assert facts["本期用量"] == "7,440.0 kW·h"  # 31 days of 10 kW: the incoming meter alone
    assert facts["上期"].startswith("7,200.0 kW·h") and "+3.3 %" in facts["上期"]
    assert facts["目标"] == "7,000.0 kW·h"
    assert facts["夜间最小"] == "10.0 kW·h/h"
    assert facts["费用"] == f"¥ {31 * (8 * 10 * 0.5 + 16 * 10):,.2f}"
    chart = next(block for block in found.blocks if isinstance(block, Chart))
    assert chart.target == pytest.approx(7000 / 31) and len(chart.labels) == 31
    assert chart.series[0].values[0] == pytest.approx(240.0)
    groups, meters = (block for block in found.blocks if isinstance(block, Table))
    assert {row[0] for row in groups.rows} >= {"照明"}
    lighting = next(row for row in meters.rows if "EM2" in str(row[0]))
    assert lighting[2] == pytest.approx(31 * (21 * 4 + 3)) and lighting[8] == pytest.approx(1.0)
    assert meters.links[0] == "equipment:EM1"
    assert lighting[3] == pytest.approx(31 * (21 * 4 + 3) / 7440) and meters.totals == ()  # nothing is summed twice


def test_a_year_has_months_and_a_target_for_each(folder: Path) -> None:
    found = report(folder, 2026, 1, 12, "en")
    chart = next(block for block in found.blocks if isinstance(block, Chart))
    assert chart.labels[8] == "2026-09" and chart.target == 7000.0
    assert chart.series[0].values[0] is None and chart.series[0].values[9] == pytest.approx(7440.0)
    assert any("h without data" in str(row[-1]) for block in found.blocks if isinstance(block, Table) for row in block.rows)


def test_several_meters_are_one_and_an_unknown_past_stays_unknown() -> None:
    one = Use("a", "g", (1.0, float("nan")), 5.0, float("nan"), 0.5, 2.0)
    both = together("g", [one, Use("b", "g", (2.0, 3.0), 4.0, 1.0, 0.25, 1.0)])
    assert both.total == 6.0 and both.before == 9.0 and both.year != both.year and both.night == 0.75 and both.cost == 3.0


def test_a_period_that_runs_is_compared_with_the_same_part_of_the_one_before(folder: Path) -> None:
    setting = Setting("zh_CN", "Asia/Shanghai", Text("滨江花园"), SEPTEMBER + 40 * 24 * HOUR)
    of = period(2026, 10, 1, "Asia/Shanghai")
    found = reporting_energy.report(folder, METERS, "kW·h", POLICY, of=of, setting=setting)
    facts = next(dict(block.pairs) for block in found.blocks if isinstance(block, Facts))
    assert facts["上期"].startswith("2,400.0 kW·h")
    assert "未结束" in found.subtitle
