"""The plans screen: calendar, moving and skipping turns, plans from templates, workload, working days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import SaveRecords
from console.domain.maintenance.calendars import SHIPPED, CalendarYear, Day
from console.domain.maintenance.planning import Level, Machine, Plan, TurnChange, change_id
from console.domain.orders import OrderKind, OrderState
from console.domain.plans import PlanState
from console.domain.text import Text
from console.domain.times import DAY
from console.texts import ENGLISH, LANGUAGES, set_language
from console.ui.picture import Picture
from console.ui.plans.screen import PlansScreen
from tests.helpers.snapshots import ESTATE, NOW, PEOPLE, PLAN_STATES, RecordingLine, delta, fault, order, signed_on, snapshot

TODAY = date(2026, 11, 23).toordinal()
TOMORROW = TODAY + 1


def find(screen: QWidget, kind: type[Any], name: str) -> Any:
    found = screen.findChild(kind, name)
    assert found is not None, name
    return found


def press(screen: QWidget, name: str) -> None:
    button = find(screen, QPushButton, name)
    assert button.isEnabled(), f"{name} is disabled"
    button.click()


def lines(screen: PlansScreen, day: int) -> list[str]:
    return [line.text for cell in screen.agenda.month.cells if cell.day == day for line in cell.lines]


def later(screen: PlansScreen, picture: Picture, **changes: Any) -> None:
    picture.take_delta(delta(picture.revision + 1, **changes))
    screen.outlook.finish()


def test_the_month_shows_what_is_due_and_a_day_says_it_in_full(screen: PlansScreen) -> None:
    agenda = screen.agenda
    assert len(agenda.month.cells) == 42
    assert lines(screen, TOMORROW) == ["泵组月检"]
    agenda.month.select(TOMORROW)
    (item,) = agenda.table.shown()
    assert (item.title, item.equipment) == ("泵组月检", "PS1")


def test_an_overdue_visit_says_so_in_words_and_colour(screen: PlansScreen) -> None:
    screen.agenda.month.select(TODAY - 2)
    (item,) = screen.agenda.table.shown()
    assert item.mood == "late"
    texts = [screen.agenda.table.rows.data(screen.agenda.table.rows.index(0, column)) for column in range(4)]
    assert texts[3] == "逾期"


def test_dragging_a_line_opens_the_form_with_the_day_and_saves_with_the_reason(
    screen: PlansScreen, line: RecordingLine, picture: Picture
) -> None:
    month = screen.agenda.month
    place = next(n for n, cell in enumerate(month.cells) if cell.day == TOMORROW)
    start = month.rect_of(place).topLeft().toPoint() + QPoint(30, 34)
    target = month.rect_of(place + 3).center().toPoint()
    assert month.hit(QPointF(start)) == (TOMORROW, month.cells[place].lines[0].key)
    QTest.mousePress(month, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(month, target)
    QTest.mouseRelease(month, Qt.MouseButton.LeftButton, pos=target)
    assert find(screen, QLineEdit, "plans_move_to").text() == "2026-11-27"
    press(screen, "plans_move_form")
    assert line.asked == [], "no reason was given"
    find(screen, QLineEdit, "plans_move_reason").setText("业主会议")
    press(screen, "plans_move_form")
    assert isinstance(line.last, SaveRecords)
    (change,) = line.last.records
    assert isinstance(change, TurnChange)
    assert (change.plan, change.turn, change.to) == ("PS1/monthly", "2026-11-24", "2026-11-27")
    line.done()
    later(screen, picture, records=(replace(change, revision=1, by="li"),))
    assert (lines(screen, TOMORROW), lines(screen, TODAY + 4)) == ([], ["泵组月检"])
    screen.agenda.month.select(TODAY + 4)
    assert screen.agenda.table.shown()[0].mood == "moved"


def test_a_skipped_turn_stays_to_be_seen_and_can_be_put_back(screen: PlansScreen, line: RecordingLine, picture: Picture) -> None:
    screen.agenda.month.select(TOMORROW)
    press(screen, "agenda_skip")
    find(screen, QLineEdit, "plans_skip_reason").setText("停用")
    press(screen, "plans_skip_form")
    assert isinstance(line.last, SaveRecords)
    (change,) = line.last.records
    later(screen, picture, records=(replace(change, revision=1, by="li"),))
    assert lines(screen, TOMORROW) == ["跳过：泵组月检"]
    screen.agenda.month.select(TOMORROW)
    press(screen, "agenda_restore")
    find(screen, QLineEdit, "plans_restore_reason").setText("看错了")
    press(screen, "plans_restore_form")
    assert isinstance(line.last, SaveRecords)
    (ended,) = line.last.records
    assert (ended.id, bool(ended.ended_at), line.last.bases) == (change_id("PS1/monthly", "2026-11-24"), True, (1,))


def test_a_refusal_stands_in_the_form_and_what_was_typed_stays(screen: PlansScreen, line: RecordingLine) -> None:
    screen.agenda.month.select(TOMORROW)
    press(screen, "agenda_move")
    find(screen, QLineEdit, "plans_move_to").setText("2027-02-30")
    find(screen, QLineEdit, "plans_move_reason").setText("x")
    press(screen, "plans_move_form")
    assert "2026-12-31" in find(screen, QLabel, "order_error").text()
    find(screen, QLineEdit, "plans_move_to").setText("2027/02/20")
    press(screen, "plans_move_form")
    line.deny("plans.refused.move_far", following="2026-12-24")
    assert "2026-12-24" in find(screen, QLabel, "order_error").text()
    assert find(screen, QLineEdit, "plans_move_reason").text() == "x"


def test_a_visit_whose_order_is_open_leads_to_it_and_is_not_moved_here(screen: PlansScreen, picture: Picture, been: Any) -> None:
    raised = order(7, OrderState.ACCEPTED, kind=OrderKind.PREVENTIVE, plan="PS1/monthly", equipment="PS1")
    states = (replace(PLAN_STATES[1], open_order=7),)
    later(screen, picture, orders=(raised,), plans=states)
    screen.agenda.month.select(TOMORROW)
    assert not find(screen, QPushButton, "agenda_move").isEnabled()
    assert "工单" in find(screen, QLabel, "agenda_why").text()
    press(screen, "agenda_order")
    press(screen, "agenda_equipment")
    assert been.places == ["order 7", "PS1"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TECHNICIAN, Role.AUDITOR])
def test_others_look_and_do_not_touch(screen: PlansScreen, picture: Picture, role: Role) -> None:
    picture.take_snapshot(signed_on(snapshot(), PEOPLE[role]))
    screen.outlook.finish()
    screen.agenda.month.select(TOMORROW)
    acts = ("agenda_move", "agenda_skip", "agenda_restore", "plans_new", "plans_year_save")
    assert not any(find(screen, QPushButton, name).isEnabled() for name in acts)
    assert "工程主管" in find(screen, QLabel, "agenda_why").text()


def test_keys_go_from_day_to_day_and_over_the_edge_to_the_next_month(screen: PlansScreen, qtbot: QtBot) -> None:
    month = screen.agenda.month
    month.select(TODAY)
    for key, day in ((Qt.Key.Key_Right, TODAY + 1), (Qt.Key.Key_Down, TODAY + 8), (Qt.Key.Key_Left, TODAY + 7)):
        qtbot.keyClick(month, key)
        assert month.selected[0] == day
    qtbot.keyClick(month, Qt.Key.Key_PageDown)
    assert find(screen, QLabel, "plans_span").text() == "2026 年 12 月"
    month.select(TOMORROW)
    qtbot.keyClick(month, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)


def test_the_week_shows_seven_days_and_its_span(screen: PlansScreen) -> None:
    press(screen, "plans_by_week")
    assert [cell.day for cell in screen.agenda.month.cells] == list(range(TODAY, TODAY + 7))
    press(screen, "plans_forward")
    assert screen.agenda.month.cells[0].day == TODAY + 7


def test_the_filter_finds_equipment_and_titles(screen: PlansScreen) -> None:
    find(screen, QLineEdit, "agenda_filter").setText("电表")
    assert lines(screen, TOMORROW) == []
    find(screen, QLineEdit, "agenda_filter").setText("泵组")
    assert lines(screen, TOMORROW) == ["泵组月检"]


def test_a_year_without_holidays_says_so_below_the_calendar(screen: PlansScreen) -> None:
    screen.agenda.show_day(date(2027, 3, 1).toordinal())
    assert "2027" in screen.agenda._foot.text()


def test_an_estate_without_plans_says_what_to_do(screen: PlansScreen, picture: Picture) -> None:
    picture.take_snapshot(snapshot(estate=replace(ESTATE, plans=()), plans=()))
    screen.outlook.finish()
    assert not screen.agenda.month.isVisible()
    assert any("模板" in label.text() for label in screen.agenda.findChildren(QLabel))


def test_a_template_is_applied_to_ticked_machines_with_spread_dates_after_a_preview(
    screen: PlansScreen, line: RecordingLine
) -> None:
    screen.tabs.open("list")
    box = find(screen, QComboBox, "plans_template")
    box.setCurrentIndex(box.findData("elevator"))
    press(screen, "plans_new")
    table = find(screen, QTableWidget, "plans_machines")
    assert table.rowCount() == 2, "the lifts, nothing else"
    press(screen, "plans_tick_all")
    find(screen, QLineEdit, "plans_first").setText("2026-12-07")
    find(screen, QLineEdit, "plans_spread_days").setText("3")
    press(screen, "plans_spread")
    press(screen, "plans_preview")
    told = find(screen, QLabel, "plans_preview_text").text().splitlines()
    assert len(told) == 2 and "2026-12-07" in told[0] and "2026-12-10" in told[1]
    press(screen, "plans_new_form")
    assert isinstance(line.last, SaveRecords)
    (plan,) = line.last.records
    assert isinstance(plan, Plan)
    assert plan.machines == (Machine("T1-L1", "2026-12-07"), Machine("T1-L2", "2026-12-10"))
    assert [level.key for level in plan.levels] == ["half_month", "quarter", "half_year", "year"]
    assert (plan.template, plan.revision) == ("elevator", 0)


LEVEL = Level("monthly", Text("水泵月检"), every_months=1, hours=2.0)
MADE = Plan(
    id="plan-1", number=1, revision=3, title=Text("水泵月检"), levels=(LEVEL,), machines=(Machine("PS1-P1", "2026-12-01"),),
    team="水电班",
)  # fmt: skip


def test_a_plan_is_edited_with_a_reason_and_its_version(screen: PlansScreen, picture: Picture, line: RecordingLine) -> None:
    later(screen, picture, records=(MADE,))
    screen.show_plan("plan-1")
    press(screen, "plans_edit")
    find(screen, QLineEdit, "plans_level_every").setText("3 个月")
    find(screen, QPlainTextEdit, "plans_level_checklist").setPlainText("油位\n电流 | A | 1..20")
    press(screen, "plans_edit_form")
    assert line.asked == [], "an edit needs a reason"
    find(screen, QLineEdit, "plans_reason").setText("按说明书")
    press(screen, "plans_edit_form")
    assert isinstance(line.last, SaveRecords)
    assert (line.last.bases, line.last.reason) == ((3,), "按说明书")
    (plan,) = line.last.records
    assert isinstance(plan, Plan)
    assert (plan.levels[0].every_months, plan.levels[0].checklist[1].high) == (3, 20.0)


def test_what_was_typed_wrong_is_said_in_the_form_and_nothing_is_sent(
    screen: PlansScreen, picture: Picture, line: RecordingLine
) -> None:
    later(screen, picture, records=(MADE,))
    screen.show_plan("plan-1")
    press(screen, "plans_edit")
    find(screen, QLineEdit, "plans_reason").setText("x")
    for name, typed in (("plans_level_every", "bald"), ("plans_level_hours", "zwei"), ("plans_months", "14")):
        before = find(screen, QLineEdit, name).text()
        find(screen, QLineEdit, name).setText(typed)
        press(screen, "plans_edit_form")
        assert typed in find(screen, QLabel, "order_error").text()
        find(screen, QLineEdit, name).setText(before)
    assert line.asked == []


def test_a_plan_of_the_site_file_is_copied_to_be_edited(screen: PlansScreen, line: RecordingLine) -> None:
    screen.show_plan("site:PS1/monthly")
    assert not find(screen, QPushButton, "plans_edit").isEnabled()
    press(screen, "plans_copy")
    press(screen, "plans_copy_form")
    assert isinstance(line.last, SaveRecords)
    (plan,) = line.last.records
    assert isinstance(plan, Plan)
    assert (plan.id, plan.levels[0].key, plan.machines[0].id, line.last.bases) == ("", "monthly", "PS1", (0,))


def test_a_plan_of_the_console_takes_the_place_of_the_site_files_in_list_and_calendar(
    screen: PlansScreen, picture: Picture
) -> None:
    mine = replace(MADE, levels=(replace(LEVEL, title=Text("我的月检")),), machines=(Machine("PS1"),))
    later(screen, picture, records=(mine,))
    names = [plan.id for plan in screen.listing.page.table.shown()]
    assert "plan-1" in names and "site:PS1/monthly" not in names
    assert lines(screen, TOMORROW) == ["我的月检"]


def test_a_fault_leads_to_a_plan_that_is_to_keep_it_from_coming_again(
    screen: PlansScreen, picture: Picture, line: RecordingLine
) -> None:
    """R-PM-08: what is found in repairs feeds preventive maintenance."""
    broken = fault(12, equipment="PS1-P1")
    later(screen, picture, faults=(broken,))
    screen.show_plan(f"new:PS1-P1:{broken.id}")
    press(screen, "plans_new_form")
    assert isinstance(line.last, SaveRecords)
    (plan,) = line.last.records
    assert isinstance(plan, Plan)
    assert (plan.machines, plan.title, plan.levels[0].every_months) == ((Machine("PS1-P1"),), broken.text, 6)
    assert broken.id in plan.note and broken.id in plan.source.zh


def test_an_order_leads_to_its_plan_and_a_date_to_its_day(screen: PlansScreen) -> None:
    screen.show_plan("PS1/monthly")
    assert screen.listing.page.present().id == "site:PS1/monthly"  # type: ignore[union-attr]
    screen.show_plan("2027-01-05")
    assert screen.agenda.isVisible()
    assert screen.agenda.month.selected[0] == date(2027, 1, 5).toordinal()


def test_a_machine_that_another_plan_has_cannot_be_ticked(screen: PlansScreen, picture: Picture) -> None:
    taken = replace(MADE, levels=(replace(LEVEL, key="half_month"),), machines=(Machine("T1-L1"),))
    later(screen, picture, records=(taken,))
    screen.tabs.open("list")
    press(screen, "plans_new")
    table = find(screen, QTableWidget, "plans_machines")
    free = {table.item(n, 0).data(Qt.ItemDataRole.UserRole): table.item(n, 0).flags() for n in range(table.rowCount())}
    assert free["T1-L1"] == Qt.ItemFlag.NoItemFlags
    assert free["T1-L2"] & Qt.ItemFlag.ItemIsUserCheckable


def test_the_year_is_a_table_that_leads_to_its_days(screen: PlansScreen) -> None:
    screen.tabs.open("table")
    press(screen, "plans_table_forward")
    rows = screen.table.table.shown()
    assert len(rows) == 12 + 25 + 1, "the pumps monthly, the lift each 15 days, the meter once"
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    find(screen, QLineEdit, "plans_table_filter").setText("泵组")
    assert len(screen.table.table.shown()) == 12
    screen.table.table.opened.emit(rows[3])
    assert screen.agenda.isVisible()
    assert screen.agenda.month.selected[0] == rows[3].day


def test_the_workload_leads_to_its_week_in_the_calendar(screen: PlansScreen, picture: Picture) -> None:
    later(screen, picture, records=(MADE,))
    screen.tabs.open("workload")
    chart = screen.workload.chart
    assert sum(week.amounts[0] for week in chart.weeks) == 2.0 * 24, "two hours each month over two years"
    month = screen.workload.table.shown()[0]
    assert month.visits > 0
    chart.opened.emit(chart.weeks[2].monday)
    assert screen.agenda.isVisible()
    assert screen.agenda.month.selected[0] == chart.weeks[2].monday


def test_a_day_is_made_a_holiday_and_saved_with_its_reason(screen: PlansScreen, line: RecordingLine) -> None:
    screen.tabs.open("days")
    monday = date(2026, 12, 7).toordinal()
    find(screen, QLineEdit, "plans_day_name").setText("园区开放日")
    screen.days.view.clicked.emit(monday)
    press(screen, "plans_year_save")
    assert line.asked == []
    find(screen, QLineEdit, "plans_year_reason").setText("社区通知")
    press(screen, "plans_year_save")
    assert isinstance(line.last, SaveRecords)
    (year,) = line.last.records
    assert isinstance(year, CalendarYear)
    assert (year.id, len(year.days)) == ("2026", len(SHIPPED["2026"].days) + 1)
    assert Day("2026-12-07", name=Text("园区开放日")) in year.days


def test_a_click_on_a_weekend_makes_it_worked_and_a_second_one_takes_it_back(screen: PlansScreen) -> None:
    screen.tabs.open("days")
    saturday = date(2026, 12, 5).toordinal()
    screen.days.view.clicked.emit(saturday)
    assert not screen.days.view.days[saturday].off
    screen.days.view.clicked.emit(saturday)
    assert saturday not in screen.days.view.days
    assert not find(screen, QPushButton, "plans_year_save").isEnabled()


def test_somebody_elses_change_of_a_year_does_not_wipe_out_what_was_clicked(screen: PlansScreen, picture: Picture) -> None:
    screen.tabs.open("days")
    screen.days.view.clicked.emit(date(2026, 12, 7).toordinal())
    later(screen, picture, records=(CalendarYear(id="2026", revision=1),))
    assert date(2026, 12, 7).toordinal() in screen.days.view.days
    press(screen, "plans_year_leave")
    assert screen.days.view.days == {}


def test_another_language_is_no_change_of_the_year(screen: PlansScreen) -> None:
    screen.tabs.open("days")
    set_language(ENGLISH)
    screen.retranslate()
    assert "to be checked" in find(screen, QLineEdit, "plans_year_source").text()
    assert not find(screen, QPushButton, "plans_year_save").isEnabled()


def test_every_page_speaks_english_after_the_switch(screen: PlansScreen) -> None:
    set_language(ENGLISH)
    screen.retranslate()
    texts = [button.text() for button in screen.findChildren(QPushButton) if not button.text().startswith(("‹", "›"))]
    assert not [text for text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", ["calendar", "list", "table", "workload", "days", "form"])
def test_no_word_is_cut(screen: PlansScreen, qtbot: QtBot, lang: str, page: str) -> None:
    set_language(lang)
    screen.retranslate()
    screen.tabs.open("list" if page == "form" else page)
    if page == "form":
        press(screen, "plans_new")
    screen.agenda.month.select(TOMORROW)
    qtbot.wait(20)
    parts = [part for part in screen.findChildren(QWidget) if isinstance(part, QLabel | QPushButton) and part.isVisible()]
    for part in parts:
        if isinstance(part, QLabel) and part.wordWrap():
            assert part.heightForWidth(part.width()) <= part.height(), part.text()
        elif part.text():
            assert part.sizeHint().width() <= part.width(), part.text()


def test_a_forecast_of_many_machines_is_made_in_pieces(screen: PlansScreen, picture: Picture, qtbot: QtBot) -> None:
    plan = ESTATE.plans[0]
    many = tuple(replace(plan, id=f"E{n}/p", equipment=f"E{n}", first_due="2026-11-25") for n in range(600))
    states = tuple(PlanState(each.id, NOW - DAY) for each in many)
    picture.take_snapshot(signed_on(snapshot(estate=replace(ESTATE, plans=many), plans=states), PEOPLE[Role.SUPERVISOR]))
    with qtbot.waitSignal(screen.outlook.changed, timeout=8000):
        pass
    assert sum(map(len, screen.outlook.by_day.values())) > 600 * 48
