"""The energy page as a person uses it; the test answers what it asks."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.domain.times import HOUR, MINUTE
from console.link.messages import Consumed, ConsumptionAnswer, ConsumptionQuery, HistoryAnswer, HistoryQuery, Series
from console.texts import ENGLISH, set_language
from console.ui.energy.screen import EnergyScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, RecordingLine, snapshot
from tests.unit.ui_energy.conftest import ESTATE_WITH_METERS, LIFTS, LIGHT, MAIN, WATER, Been

RATES = {MAIN: 100.0, LIGHT: 30.0, LIFTS: 10.0, WATER: 2.0}  # an hour


def counted(point: int, edges: array[int], rate: float) -> Consumed:
    """A steady counter, up to now."""
    pairs = pairwise(edges)
    amounts = array("d", (rate * (min(last, NOW) - first) / HOUR if first < NOW else math.nan for first, last in pairs))
    return Consumed(point, amounts.tobytes())


def serve(line: RecordingLine, rate: Callable[[int, array[int]], float] = lambda point, _edges: RATES[point]) -> list[object]:
    """Answer everything that is open; returns the questions."""
    seen: list[object] = []
    while line._waiting:
        query = line.queries[len(line.queries) - len(line._waiting)]
        seen.append(query)
        if isinstance(query, ConsumptionQuery):
            edges = array("q", query.edges)
            line.answer(ConsumptionAnswer(query.id, tuple(counted(point, edges, rate(point, edges)) for point in query.points)))
        else:
            assert isinstance(query, HistoryQuery)
            step = (query.until - query.since) // query.buckets
            times = array("q", range(query.since, query.until, step))
            means = array("d", [90.0] * (len(times) - 1) + [120.0]).tobytes()
            line.answer(HistoryAnswer(query.id, tuple(Series(point, times.tobytes(), means) for point in query.points)))
    return seen


def facts(screen: EnergyScreen) -> dict[str, str]:
    names = screen._facts._names
    return dict(zip((name.strip("　 ") for name in names), (text.text() for text in screen._facts._texts), strict=True))


def rows(screen: EnergyScreen) -> dict[str, tuple[str, ...]]:
    cells = [tuple(column.text(row) for column in screen._model.columns) for row in screen.table.shown()]
    return {each[0]: each[1:] for each in cells}


def test_today_is_shown_hour_by_hour_with_its_cost_and_its_peak(screen: EnergyScreen, line: RecordingLine) -> None:
    asked = serve(line)
    assert {type(each) for each in asked} == {ConsumptionQuery, HistoryQuery}
    bars = screen.chart.bars
    assert [round(bar) for bar in bars.now[:8]] == [100] * 8
    assert all(math.isnan(bar) for bar in bars.now[8:])
    assert (bars.labels[0], bars.names[7], bars.running, bars.targets) == ("00", "2026-11-23 07:00", 8, [])
    assert screen._amount.text() == "800.0 kW·h"
    told = facts(screen)
    assert told["费用"] == "¥ 200.0"  # the main meter alone: it counts what the others count
    assert told["谷（0.25）"] == "800.0 kW·h　¥ 200.0"
    assert told["夜间每小时"] == "100.0 kW·h/h"
    assert told["最大需量（15 分）"] == "120.0 kW"
    assert told["发生于"] == "2026-11-23 07:45"


def test_the_breakdown_is_sorted_by_amount_with_shares_and_can_be_grouped(screen: EnergyScreen, line: RecordingLine) -> None:
    serve(line)
    assert list(rows(screen)) == ["总电表", "照明电表", "电梯电表"]
    assert rows(screen)["照明电表"][:2] == ("240.0", "30.0 %")
    before = len(line.queries)
    screen.toolbar.grouping.setCurrentIndex(2)
    screen.toolbar.grouping.activated.emit(2)
    assert list(rows(screen)) == ["进线", "照明", "电梯"]
    screen.toolbar.grouping.setCurrentIndex(1)
    screen.toolbar.grouping.activated.emit(1)
    assert rows(screen) == {"1号楼": ("800.0", "100.0 %", "—", "—", "100.0", "¥ 200.0", "")}
    assert len(line.queries) == before  # nothing of this needs the collector


def test_a_meter_that_counts_in_another_unit_is_added_up_in_the_common_one(
    picture: Picture, screen: EnergyScreen, line: RecordingLine
) -> None:
    points = tuple(replace(point, unit="MW·h") if point.number == LIGHT else point for point in ESTATE_WITH_METERS.points)
    picture.take_snapshot(snapshot(estate=replace(ESTATE_WITH_METERS, points=points)))
    serve(line, lambda point, _edges: 0.03 if point == LIGHT else RATES[point])
    assert rows(screen)["照明电表"][:2] == ("240.0", "30.0 %")


def test_a_row_that_is_chosen_is_what_the_chart_and_the_figures_show(
    screen: EnergyScreen, line: RecordingLine, qtbot: QtBot, been: Been
) -> None:
    serve(line)
    assert screen.table.select("EM3")
    assert screen._amount.text() == "80.0 kW·h"
    assert [round(bar) for bar in screen.chart.bars.now[:8]] == [10] * 8
    assert "最大需量（15 分）" not in facts(screen)  # of the whole only
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert been.places == ["EM3"]


def test_a_span_under_way_is_compared_with_the_same_part_of_the_one_before(screen: EnergyScreen, line: RecordingLine) -> None:
    serve(line)
    screen.toolbar.compare.setCurrentIndex(1)
    screen.toolbar.compare.activated.emit(1)
    serve(line, lambda point, edges: RATES[point] * (2 if edges[0] < NOW - 9 * HOUR else 1))
    told = facts(screen)
    assert told["对比值"] == "4\u202f800 kW·h"  # the whole of yesterday …
    assert told["同期变化"] == "-50.0 %"  # … but eight hours against eight hours
    assert [round(bar) for bar in screen.chart.bars.then] == [200] * 24
    assert rows(screen)["电梯电表"][2:4] == ("480.0", "-50.0 %")


def test_another_span_may_be_chosen_while_the_old_answers_are_shown(
    screen: EnergyScreen, line: RecordingLine, qtbot: QtBot
) -> None:
    serve(line)
    for kind in ("year", "month", "day", "year"):
        screen.toolbar.choose(kind)
        assert len(screen.chart.bars.labels) == len(screen.chart.bars.now) == 24  # still today, drawn as what it is
        screen.grab()
    screen.table.selectRow(1)
    screen.chart.opened.emit(23)  # a bar of the day leads nowhere, whatever was chosen meanwhile
    assert screen.toolbar.kind == "year"
    serve(line)
    assert len(screen.chart.bars.labels) == 12
    screen.toolbar.unit.setCurrentIndex(1)
    screen.toolbar.unit.activated.emit(1)
    assert screen.chart.bars.unit == "kW·h"
    serve(line)
    assert screen.chart.bars.unit == "m³"
    assert list(rows(screen)) == ["总水表"]
    assert facts(screen)["费用"] == "未设价格（配置 energy）"


def test_a_month_has_its_target_and_how_much_of_it_is_used(screen: EnergyScreen, line: RecordingLine) -> None:
    screen.toolbar.choose("month")
    serve(line)
    assert screen.chart.bars.targets == [3010 / 30] * 30
    hours = 22 * 24 + 8
    assert facts(screen)["目标"] == "3\u202f010 kW·h"
    assert facts(screen)["已用"] == f"{hours * 100 / 3010 * 100:.1f} %"
    screen.toolbar.choose("year")
    serve(line)
    assert screen.chart.bars.targets == [3000.0 + month for month in range(12)]
    assert facts(screen)["目标"] == "36\u202f066 kW·h"
    screen.table.selectRow(0)
    assert screen.chart.bars.targets == []  # the target is the estate's


def test_a_bar_leads_into_its_month_and_its_day_but_never_into_the_future(screen: EnergyScreen, line: RecordingLine) -> None:
    screen.toolbar.choose("year")
    serve(line)
    screen.chart.opened.emit(11)  # December
    assert screen.toolbar.kind == "year"
    screen.chart.opened.emit(1)
    serve(line)
    assert (screen.toolbar.kind, screen.toolbar.span.text()) == ("month", "2026-02")
    screen.chart.opened.emit(27)
    serve(line)
    assert (screen.toolbar.kind, screen.toolbar.span.text()) == ("day", "2026-02-28")
    screen.move_by(1)
    assert screen._day == date(2026, 3, 1)
    screen.toolbar.span.click()
    assert screen._day is None
    assert not screen.toolbar.forward.isEnabled()
    screen.move_by(1)  # tomorrow
    assert screen._day is None


def test_what_is_missing_estimated_or_broken_is_remarked(screen: EnergyScreen, line: RecordingLine) -> None:
    def answer(query: ConsumptionQuery) -> ConsumptionAnswer:
        edges = array("q", query.edges)
        lacking = array("d", (math.nan if first < NOW - 6 * HOUR or first >= NOW else 5.0 for first in edges[:-1]))
        whole = counted(LIGHT, edges, 30.0)
        spread = bytes(1 if first == edges[3] else 0 for first in edges[:-1])
        broken = Consumed(LIFTS, counted(LIFTS, edges, 1.0).amounts, spread, ((NOW - HOUR, "exchange"),))
        return ConsumptionAnswer(query.id, (Consumed(MAIN, lacking.tobytes()), whole, broken))

    while line._waiting:
        query = line.queries[len(line.queries) - len(line._waiting)]
        if isinstance(query, ConsumptionQuery):
            line.answer(answer(query))
        else:
            line.deny("engine.query_slow", seconds=20)
    assert screen._problem is not None  # the demand could not be read: that is said, and the rest is asked again later
    screen._ask()
    while line._waiting:
        query = line.queries[len(line.queries) - len(line._waiting)]
        line.answer(answer(query) if isinstance(query, ConsumptionQuery) else HistoryAnswer(query.id, ()))  # type: ignore[union-attr]
    told = {name: cells[-1] for name, cells in rows(screen).items()}
    assert told == {"总电表": "缺 2.0 小时", "照明电表": "", "电梯电表": "部分按间隔均摊、1 次换表/清零/溢出"}


def test_a_refusal_and_a_lost_line_are_said_and_old_figures_stay(screen: EnergyScreen, line: RecordingLine) -> None:
    while line._waiting:
        line.deny("engine.query_slow", seconds=20)
    assert screen.blank.isVisibleTo(screen)
    screen._ask()
    serve(line)
    assert screen.chart.isVisibleTo(screen)
    screen._ask()
    while line._waiting:
        line.deny("engine.query_slow", seconds=20)
    assert screen.chart.isVisibleTo(screen)
    assert "20" in screen._card.remark.text()


def test_an_estate_without_meters_says_what_to_do(qtbot: QtBot, screen: EnergyScreen, picture: Picture) -> None:
    picture.take_snapshot(snapshot(revision=5))
    assert screen.blank.isVisibleTo(screen)
    assert any("eastron" in each.text() for each in screen.blank.findChildren(type(screen._amount)))


def test_the_present_is_asked_for_again_only_after_a_while(screen: EnergyScreen, line: RecordingLine) -> None:
    serve(line)
    count = len(line.queries)
    screen._tick()
    assert len(line.queries) == count
    screen._asked_at -= 6 * MINUTE
    screen._tick()
    assert len(line.queries) > count


def test_both_languages_and_the_tip_of_a_bar(screen: EnergyScreen, line: RecordingLine) -> None:
    serve(line)
    assert screen.chart.tip(3).splitlines() == ["2026-11-23 03:00", "用量 100.0 kW·h"]
    set_language(ENGLISH)
    screen.retranslate()
    serve(line)
    assert "Flat" not in "".join(facts(screen))  # nothing was used at that price yet
    assert facts(screen)["Valley (0.25)"] == "800.0 kW·h   ¥ 200.0"
    assert "Lighting meter" in rows(screen)


@pytest.mark.parametrize("kind", ["day", "month", "year"])
def test_a_span_has_fewer_pieces_than_a_question_may_have(screen: EnergyScreen, line: RecordingLine, kind: str) -> None:
    screen.toolbar.choose(kind)
    asked = [array("q", query.edges) for query in serve(line) if isinstance(query, ConsumptionQuery)]
    assert asked
    assert all(2 <= len(edges) <= 5000 for edges in asked)
