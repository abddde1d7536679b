"""One machine's page: header, drawing, points, trend, right column."""

from __future__ import annotations

import subprocess
import sys
import time
from array import array

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import TakeFault
from console.domain.plans import MaintenancePlan, PlanState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    Denied,
    HistoryAnswer,
    HistoryQuery,
    OrderHistoryQuery,
    Series,
)
from console.texts import ENGLISH, set_language, tr
from console.ui.equipment import presenter
from console.ui.equipment.panel import PanelDrawing
from console.ui.equipment.plot import envelope
from console.ui.equipment.screen import EquipmentScreen
from console.ui.picture import Picture
from tests.helpers.reading_screens import painted_text, says
from tests.helpers.snapshots import (
    ESTATE,
    NORMAL,
    NOW,
    NUMBERS,
    PEOPLE,
    RecordingLine,
    alarm,
    delta,
    fault,
    live,
    order,
    signed_on,
    snapshot,
)
from tests.unit.ui_equipment.conftest import Been

LOW = "PS1.discharge_pressure#low"
PRESSURE = NUMBERS["PS1.discharge_pressure"]


def series(point: int, values: list[float], start: int = NOW - HOUR, step: int = MINUTE) -> Series:
    times = array("q", [start + place * step for place in range(len(values))])
    packed = array("d", values).tobytes()
    return Series(point, times.tobytes(), packed, lows=packed, highs=packed)


def cell(screen: EquipmentScreen, point: str, column: str) -> str:
    table = screen.page.points.table
    place = next(place for place, each in enumerate(table.rows.columns) if each.key == column)
    return str(table.rows.index(table.rows.row_of(point), place).data())


def in_trouble(me: Role | None = Role.OPERATOR) -> object:
    known = fault(7, 2, alarms=(1,), order=3)
    base = snapshot(alarms=(alarm(1, LOW, fault=known.id, value=0.2),), faults=(known,), orders=(order(3, fault=7),))
    return signed_on(base, PEOPLE[me]) if me is not None else base


# --- what stands there


def test_nothing_chosen_says_what_to_do(screen: EquipmentScreen) -> None:
    assert says(screen, "选择一台设备")


def test_an_unknown_machine_is_named(screen: EquipmentScreen) -> None:
    screen.show_equipment("X-99")
    assert says(screen, "项目中没有设备 X-99")


@pytest.mark.parametrize("machine", [each.id for each in ESTATE.equipment])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_every_machine_has_its_page(screen: EquipmentScreen, machine: str, lang: str) -> None:
    set_language(lang)
    screen.retranslate()
    screen.show_equipment(machine)
    name = next(each.name for each in ESTATE.equipment if each.id == machine)
    assert says(screen.page, name.get(lang))
    assert says(screen.page, machine)
    assert says(screen.page, tr("equipment.calm"))


def test_a_machine_that_a_new_configuration_took_away_leaves_a_sentence(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("WM1")
    kept = tuple(each for each in ESTATE.equipment if each.id != "WM1")
    picture.take_snapshot(snapshot(revision=2, estate=replace(ESTATE, equipment=kept)))
    assert says(screen, "项目中没有设备 WM1")


# --- header


def test_the_gravest_alarm_stands_in_the_header_with_its_clock(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_snapshot(in_trouble())  # type: ignore[arg-type]
    screen.show_equipment("PS1")
    assert says(screen.page.header, "出口压力低")
    assert says(screen.page.header, "0.20 MPa < 0.30 MPa")
    assert says(screen.page.header, tr("shell.not_taken"))


def test_take_asks_for_the_fault_and_a_refusal_stands_in_place(
    picture: Picture, screen: EquipmentScreen, line: RecordingLine, qtbot: QtBot
) -> None:
    picture.take_snapshot(in_trouble())  # type: ignore[arg-type]
    screen.show_equipment("PS1")
    while line._waiting:
        line._waiting.pop()
    button = screen.findChild(QPushButton, "take")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert line.last == TakeFault(7)
    assert not button.isEnabled()
    line.deny("refused.not_signed_on")
    assert says(screen.page.header, tr("refused.not_signed_on"))
    assert button.isEnabled()


def test_nobody_signed_on_sees_why_not(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_snapshot(in_trouble(None))  # type: ignore[arg-type]
    screen.show_equipment("PS1")
    assert not screen.page.header.take.isEnabled()
    assert screen.page.header.take.toolTip() == tr("refused.not_signed_on")


def test_order_and_fault_lead_there(picture: Picture, screen: EquipmentScreen, been: object) -> None:
    picture.take_snapshot(in_trouble())  # type: ignore[arg-type]
    screen.show_equipment("PS1")
    screen.page.header.order.click()
    screen.page.header.fault.click()
    assert been.places == [("order", 3), ("fault", 7)]  # type: ignore[attr-defined]


# --- points


def test_main_points_come_first_and_bad_values_are_dashes(picture: Picture, screen: EquipmentScreen) -> None:
    picture.take_snapshot(snapshot(live=live(NORMAL, {"PS1.tank_level": Quality.BAD})))
    screen.show_equipment("PS1")
    assert [point.key for point in screen.page.points.table.shown()] == ["discharge_pressure", "tank_level", "comm_state"]
    assert (cell(screen, "PS1.discharge_pressure", "value"), cell(screen, "PS1.discharge_pressure", "unit")) == ("0.50", "MPa")
    assert (cell(screen, "PS1.tank_level", "value"), cell(screen, "PS1.tank_level", "quality")) == ("—", "无效")
    screen.page.points.table.rows.index(1, 1).data(Qt.ItemDataRole.ToolTipRole)


def test_values_move_on_the_tick_and_only_while_seen(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("PS1")
    picture.take_delta(delta(live=live({"PS1.discharge_pressure": 0.55})))
    assert cell(screen, "PS1.discharge_pressure", "value") == "0.50"
    screen.hide()
    picture.ticked.emit()
    assert cell(screen, "PS1.discharge_pressure", "value") == "0.50"
    screen.show()
    picture.ticked.emit()
    assert cell(screen, "PS1.discharge_pressure", "value") == "0.55"


def test_a_lost_line_leaves_no_number(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("EM1")
    picture.take_link("lost", None)
    picture.ticked.emit()
    assert cell(screen, "EM1.active_power", "value") == "—"
    assert cell(screen, "EM1.active_power", "quality") == "连接中断"
    assert not says(screen.page.drawing, "300.0")  # type: ignore[arg-type]


def test_sparklines_are_asked_for_at_once_and_again_after_a_minute(
    picture: Picture, screen: EquipmentScreen, line: RecordingLine
) -> None:
    screen.show_equipment("PS1")
    picture.ticked.emit()
    picture.ticked.emit()
    asked = [query for query in line.queries if isinstance(query, HistoryQuery) and query.buckets == 60]
    assert len(asked) == 1
    assert set(asked[0].points) == {PRESSURE, NUMBERS["PS1.tank_level"]}
    assert asked[0].until - asked[0].since == HOUR
    picture.take_snapshot(snapshot(revision=2, now=NOW + 61 * SECOND))
    picture.ticked.emit()
    assert len([query for query in line.queries if isinstance(query, HistoryQuery) and query.buckets == 60]) == 2


# --- trend


def trend_queries(line: RecordingLine) -> list[HistoryQuery]:
    return [query for query in line.queries if isinstance(query, HistoryQuery) and query.buckets != 60]


def answer(line: RecordingLine, *found: Series) -> None:
    place = max(place for place, query in enumerate(line.queries) if query == trend_queries(line)[-1])
    line._waiting[place](HistoryAnswer(place, found))


def test_the_plot_is_imported_when_it_is_first_seen() -> None:
    code = "import sys, console.ui.equipment.screen; sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_first_main_point_is_drawn_with_no_more_than_two_points_a_pixel(screen: EquipmentScreen, line: RecordingLine) -> None:
    screen.show_equipment("PS1")
    query = trend_queries(line)[-1]
    assert query.points == (PRESSURE,)
    assert 120 <= query.buckets <= screen.page.trend.width()
    answer(line, series(PRESSURE, [0.5, 0.6, 0.4]))
    plot = screen.page.trend._plot
    assert plot is not None
    _, y = plot._curves[0].getData()
    assert y[:3].tolist() == [0.5, 0.6, 0.4]
    assert says(screen.page.trend, "出口压力(MPa)")


def test_spans_ask_anew_and_a_late_answer_is_left_alone(screen: EquipmentScreen, line: RecordingLine, qtbot: QtBot) -> None:
    screen.show_equipment("PS1")
    late = line._waiting[line.queries.index(trend_queries(line)[-1])]
    qtbot.mouseClick(screen.page.trend.buttons["1w"], Qt.MouseButton.LeftButton)
    assert trend_queries(line)[-1].until - trend_queries(line)[-1].since == 7 * 24 * HOUR
    late(HistoryAnswer(1, (series(PRESSURE, [9.0]),)))
    assert says(screen.page.trend, "正在读取")
    assert [name for name, button in screen.page.trend.buttons.items() if button.isChecked()] == ["1w"]


def test_nothing_recorded_and_a_failure_are_said(screen: EquipmentScreen, line: RecordingLine, picture: Picture) -> None:
    picture.take_snapshot(snapshot(live=live({})))
    screen.show_equipment("EM1")
    screen.page.trend.choose_span("8h")
    place = line.queries.index(trend_queries(line)[-1])
    line._waiting[place](Denied(Problem("refused.not_signed_on"), id=1))
    assert says(screen.page.trend, "趋势读取失败")


def test_a_selected_point_is_drawn_and_the_live_end_goes_on(picture: Picture, screen: EquipmentScreen, line: RecordingLine) -> None:
    screen.show_equipment("PS1")
    screen.page.points.table.select("PS1.tank_level")
    assert trend_queries(line)[-1].points == (NUMBERS["PS1.tank_level"],)
    answer(line, series(NUMBERS["PS1.tank_level"], [2.0] * 60))
    picture.take_delta(delta(live=live({"PS1.tank_level": 2.7}, at=NOW + 5 * SECOND)))
    picture.ticked.emit()
    plot = screen.page.trend._plot
    assert plot is not None
    assert plot._curves[0].getData()[1][-1] == 2.7


def test_a_gap_in_the_record_is_a_gap_in_the_line() -> None:
    times = array("q", [0, MINUTE, 30 * MINUTE]).tobytes()
    values = array("d", [1.0, 2.0, 3.0]).tobytes()
    highs = array("d", [1.0, 2.5, 3.0]).tobytes()
    x, y = envelope(Series(1, times, values, lows=values, highs=highs), MINUTE, 3 * MINUTE)
    assert [str(value) for value in y.tolist()] == ["1.0", "2.0", "2.5", "nan", "3.0"]
    assert x.tolist() == sorted(x.tolist())


def test_a_fire_panel_leaves_the_trend_out(screen: EquipmentScreen) -> None:
    screen.show_equipment("FP1")
    assert not screen.page.trend.isVisible()
    screen.show_equipment("PS1")
    assert screen.page.trend.isVisible()


# --- drawings


def test_a_trapped_passenger_is_said_in_the_drawing(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("T1-L1")
    assert screen.page.drawing is not None
    assert not says(screen.page.drawing, "轿厢困人")
    picture.take_delta(delta(live=live({"T1-L1.trapped": 1, "T1-L1.current_floor": 12})))
    assert says(screen.page.drawing, "轿厢困人")
    assert says(screen.page.drawing, "12")


def test_a_pump_says_running_tripped_or_nothing(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("PS1-P1")
    assert screen.page.drawing is not None
    assert says(screen.page.drawing, "运行")
    picture.take_delta(delta(live=live({"PS1-P1.alarm_code": 48, "PS1-P1.run_state": 0})))
    assert says(screen.page.drawing, "跳闸")
    picture.take_delta(delta(3, live=live({"PS1-P1.run_state": 0}, {"PS1-P1.run_state": Quality.COMM_LOST})))
    assert says(screen.page.drawing, "无数据")


def test_a_pump_of_a_set_opens_by_a_click(screen: EquipmentScreen, been: object, qtbot: QtBot) -> None:
    screen.show_equipment("PS1")
    drawing = screen.page.drawing
    assert drawing is not None
    drawing.grab()
    rect = next(rect for rect, kind, name in drawing._areas if (kind, name) == ("machine", "PS1-P2"))
    qtbot.mouseClick(drawing, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert been.places == [("equipment", "PS1-P2")]  # type: ignore[attr-defined]


def test_a_node_is_named_on_a_click_and_by_arrow_keys(picture: Picture, screen: EquipmentScreen, qtbot: QtBot) -> None:
    picture.take_snapshot(snapshot(live=live({**NORMAL, "FP1.node_001": 1, "FP1.node_002": 7})))
    screen.show_equipment("FP1")
    drawing = screen.page.drawing
    assert isinstance(drawing, PanelDrawing)
    assert says(drawing, "火警1")
    assert says(drawing, "屏蔽1")
    assert says(drawing, "正常18")
    drawing.grab()
    rect = next(rect for rect, _, name in drawing._areas if name == "FP1.node_001")
    qtbot.mouseClick(drawing, Qt.MouseButton.LeftButton, pos=QPointF(rect.center()).toPoint())
    assert says(drawing, "探测器1")
    qtbot.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.node is not None
    assert drawing.node.key == "node_002"
    assert [point.key for point in screen.page.points.table.selected()] == ["node_002"]


# --- right column


def test_alarms_now_and_before_lead_to_the_list(
    picture: Picture, screen: EquipmentScreen, line: RecordingLine, been: object
) -> None:
    picture.take_snapshot(in_trouble())  # type: ignore[arg-type]
    screen.show_equipment("PS1")
    place = next(place for place, query in enumerate(line.queries) if isinstance(query, AlarmHistoryQuery))
    assert line.queries[place].equipment == "PS1"  # type: ignore[union-attr]
    assert any(isinstance(query, OrderHistoryQuery) and query.limit == 10 for query in line.queries)
    past = alarm(90, LOW, active=False, acknowledged=True, raised_at=NOW - 5 * HOUR)
    line._waiting[place](AlarmHistoryAnswer(1, (alarm(1, LOW), past)))
    assert [entry.number for entry in screen.page.aside.alarms.lines] == [1, 90]
    screen.page.aside.alarms.itemClicked.emit(screen.page.aside.alarms.item(1))
    screen.page.aside.orders.itemClicked.emit(screen.page.aside.orders.item(0))
    assert been.places == [("alarm", 90), ("order", 3)]  # type: ignore[attr-defined]


def test_a_new_alarm_comes_by_itself(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("PS1")
    picture.take_delta(delta(alarms=(alarm(5, LOW),)))
    assert [entry.number for entry in screen.page.aside.alarms.lines] == [5]
    assert says(screen.page.header, "出口压力低")


def test_maintenance_by_date_and_by_hours(picture: Picture) -> None:
    hours = MaintenancePlan("EM1/hours", "EM1", Text("小时保养", "Hours"), every_hours=100.0, hours_point="EM1.active_power")
    late = MaintenancePlan("EM1/late", "EM1", Text("逾期的", "Late one"), every_days=30)
    states = (PlanState("EM1/hours", NOW, next_hours=340.0), PlanState("EM1/late", NOW, next_due=NOW - 49 * HOUR))
    picture.take_snapshot(snapshot(estate=replace(ESTATE, plans=(hours, late)), plans=states))
    found = [(due.title, due.mood) for due in presenter.maintenance(picture, "EM1")]
    assert found == [("逾期的", "late"), ("小时保养", "calm")]
    assert "40 h" in presenter.maintenance(picture, "EM1")[1].when
    picture.take_snapshot(snapshot(estate=replace(ESTATE, plans=(hours,)), plans=states, live=live({"EM1.active_power": 350.0})))
    assert presenter.maintenance(picture, "EM1")[0].mood == "late"


def test_what_only_the_simulator_reads_is_not_shown() -> None:
    machine = replace(ESTATE.equipment[0], rated={"floors": "33", "load": "incoming", "power_kw": "5", "make": "X", "odd_key": "1"})
    assert presenter.rated_of(machine) == [("层数", "33"), ("odd key", "1")]


def test_english_has_no_chinese_left(picture: Picture, screen: EquipmentScreen) -> None:
    set_language(ENGLISH)
    picture.take_snapshot(in_trouble())  # type: ignore[arg-type]
    for machine in ESTATE.equipment:
        screen.show_equipment(machine.id)
        left = [letter for letter in painted_text(screen) if "\u4e00" <= letter <= "\u9fff"]
        assert left == []


def test_a_small_window_lets_state_and_right_column_take_turns(screen: EquipmentScreen, qtbot: QtBot) -> None:
    screen.show_equipment("PS1")
    screen.resize(1250, 620)
    qtbot.waitUntil(screen.page.show_aside.isVisible)
    assert screen.page.drawing is not None
    assert screen.page.drawing.isVisible()
    assert not screen.page.aside.isVisible()
    screen.page.show_aside.click()
    assert screen.page.aside.isVisible()
    assert not screen.page.drawing.isVisible()
    screen.resize(1800, 860)
    qtbot.waitUntil(lambda: screen.page.drawing is not None and screen.page.drawing.isVisible() and screen.page.aside.isVisible())


def test_points_of_one_unit_are_drawn_together_and_named(screen: EquipmentScreen, line: RecordingLine) -> None:
    screen.show_equipment("T1-L1")
    screen.page.points.table.selectAll()
    assert says(screen.page.trend, "只画同一单位的前4个点")
    assert len(trend_queries(line)[-1].points) == 4
    assert says(screen.page.trend, "服务模式")
    assert says(screen.page.trend, "运行方向")


def test_the_tick_of_a_full_page_is_short(picture: Picture, screen: EquipmentScreen) -> None:
    screen.show_equipment("FP1")
    before = time.perf_counter()
    for _ in range(20):
        picture.ticked.emit()
    assert (time.perf_counter() - before) / 20 < 0.016


def test_the_trend_card_leads_to_the_trend_page_with_its_points(screen: EquipmentScreen, been: Been) -> None:
    screen.show_equipment("EM1")
    screen.page.trend.wide.click()
    kind, points = been.places[-1]
    assert kind == "trend"
    assert isinstance(points, list)
    assert points
    assert all(point.startswith("EM1.") for point in points)
