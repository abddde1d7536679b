"""The order's page: readings with one key, safety, costs, contractors, moves on the board, several at once, my day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.domain import commands as cmd
from console.domain.accounts import Role
from console.domain.maintenance.contractors import CallOut, KeepInvoice, VisitArrived
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.orderwork import (
    BulkOrder,
    ConfirmSafety,
    DispatchOrders,
    EditOrder,
    EnterResult,
    FollowItem,
    LineResult,
    LogLabour,
    OrderEdit,
    RescheduleOrders,
    SetSafety,
    UndoStage,
)
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.maintenance.people import Certificate, Person
from console.domain.orders import CheckItem, Order, OrderState, PartUse, SafetyStep, Visit
from console.domain.quality import Quality
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.link.messages import Snapshot
from console.texts import ENGLISH, set_language
from console.ui.desk import Desk
from console.ui.myday.presenter import Group, items
from console.ui.myday.screen import MydayScreen
from console.ui.orders.board import MIME, Column
from console.ui.orders.presenter import moves, ranked
from console.ui.orders.screen import OrdersScreen
from console.ui.picture import Picture
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import NORMAL, NOW, PEOPLE, RecordingLine, busy, delta, fault, live, order, snapshot, stamp

Show = Callable[[Snapshot], Picture]
S = OrderState
W = TypeVar("W", bound=QWidget)
PRESSURE = CheckItem(Text("出口压力", "Pressure"), unit="MPa", low=0.4, high=0.6, point="PS1.discharge_pressure")


class Elsewhere:
    def __init__(self) -> None:
        self.went: list[object] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *words: self.went.append((name, *words))


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, desk: Desk, elsewhere: Elsewhere) -> OrdersScreen:
    made = OrdersScreen(picture, desk, elsewhere)
    qtbot.addWidget(made)
    made.resize(1800, 900)
    made.show()
    return made


def find(where: QWidget, kind: type[W], name: str) -> W:
    found = where.findChildren(kind, name)
    assert found, name
    return next((each for each in found if each.isVisible()), found[0])


def one(show: Show, screen: OrdersScreen, its: Order, role: Role = Role.SUPERVISOR, **more: Any) -> None:
    show(replace(snapshot(orders=(its,), **more), me=PEOPLE[role].name))
    screen.show_order(its.number)
    QApplication.processEvents()  # what the former order showed is gone, what this one shows is there


def act(screen: OrdersScreen, name: str, **texts: str) -> None:
    """Press a button and fill the form that it opens."""
    button = find(screen, QPushButton, name)
    assert button.isEnabled(), name
    button.click()
    for field, text in texts.items():
        find(screen.detail, QLineEdit, field).setText(text)


def accept(screen: OrdersScreen) -> None:
    assert screen.detail.form is not None
    screen.detail.form.accept.click()


# --- checklist


def test_one_key_takes_the_live_value_over_into_the_reading(
    screen: OrdersScreen, show: Show, line: RecordingLine, qtbot: QtBot
) -> None:
    its = order(1, S.IN_PROGRESS, checklist=(PRESSURE,))
    one(show, screen, its, live=live({**NORMAL, "PS1.discharge_pressure": 0.52}))
    screen.detail.tabs.setCurrentIndex(1)
    assert says(screen, "0.4 … 0.6 MPa")
    qtbot.keyClick(find(screen, QLineEdit, "reading_0"), Qt.Key.Key_F9)
    assert line.asked == [cmd.CheckOrderItem(1, 0, "", "0.52", "", NOW)]


def test_a_dead_point_gives_no_reading(screen: OrdersScreen, show: Show, line: RecordingLine, qtbot: QtBot) -> None:
    its = order(1, S.IN_PROGRESS, checklist=(PRESSURE,))
    one(show, screen, its, live=live(NORMAL, {"PS1.discharge_pressure": Quality.COMM_LOST}))
    screen.detail.tabs.setCurrentIndex(1)
    qtbot.keyClick(find(screen, QLineEdit, "reading_0"), Qt.Key.Key_F9)
    assert not line.asked
    assert says(screen, "这个点现在没有有效的实时值")


def test_what_somebody_else_entered_stands_beside_what_is_being_typed(
    screen: OrdersScreen, show: Show, picture: Picture, line: RecordingLine
) -> None:
    its = order(1, S.IN_PROGRESS, checklist=(PRESSURE,))
    one(show, screen, its)
    screen.detail.tabs.setCurrentIndex(1)
    field = find(screen, QLineEdit, "reading_0")
    field.setText("0.4")
    theirs = replace(its, checklist=(replace(PRESSURE, result="pass", reading="0.55"),), revision=1)
    picture.take_delta(delta(orders=(theirs,)))
    assert field.text() == "0.4"
    assert says(screen, "他人刚填写：合格 0.55")
    field.editingFinished.emit()
    assert line.asked == [cmd.CheckOrderItem(1, 0, "", "0.4")]
    line.deny("refused.reading_out", item=1, reading="0.4", limits="0.4 … 0.6")
    assert says(screen.detail, "第 1 项读数 0.4 超出范围")


def test_a_failed_line_leads_to_an_order_or_a_hazard(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    its = order(
        1, S.IN_PROGRESS, checklist=(replace(PRESSURE, result="fail", reading="0.9"), replace(PRESSURE, result="fail", follow=7))
    )
    one(show, screen, its)
    section = screen.detail.tabs._check
    section._lines[0]._lead(True)
    section._lines[0]._lead(False)
    assert line.asked == [FollowItem(1, 0, hazard=True), FollowItem(1, 0)]
    with_order = find(screen, QPushButton, "follow_1")
    assert with_order.text() == "WO-000007"
    with_order.click()
    assert screen._selected == 7


# --- safety


STEPS = (SafetyStep("lockout"), SafetyStep("permit_height"), SafetyStep("announced", done=stamp()))


def test_safety_comes_first_on_site_and_only_what_was_ticked_is_confirmed(
    screen: OrdersScreen, show: Show, line: RecordingLine
) -> None:
    one(show, screen, order(1, S.ON_SITE, safety=STEPS))
    assert not find(screen, QPushButton, "do_in_progress").isEnabled()
    act(screen, "do_safety")
    accept(screen)
    assert says(screen.detail, "没有勾选任何措施")
    find(screen, QCheckBox, "confirm_0").setChecked(True)
    find(screen, QLineEdit, "permit_1").setText("GC-7")
    accept(screen)
    assert line.asked == [ConfirmSafety(1, (0, 1), ("", "GC-7"), by="zhao")]


def test_the_dispatch_proposes_the_steps_of_the_class_but_none_in_an_emergency(
    screen: OrdersScreen, show: Show, line: RecordingLine
) -> None:
    one(show, screen, order(1, priority=1))
    act(screen, "do_dispatch")
    accept(screen)
    assert line.asked == [cmd.DispatchOrder(1, "sun")]
    one(show, screen, replace(order(2), equipment="T1-L1"))
    act(screen, "do_dispatch", dispatch_agreed="18:00", dispatch_cautions="先电话")
    accept(screen)
    steps = ("announced", "barrier", "car_empty", "lockout", "second_person")
    assert line.asked[1:] == [cmd.DispatchOrder(2, "sun", agreed_at=NOW + 10 * HOUR, cautions="先电话", safety=steps)]


def test_steps_are_added_and_taken_back(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    one(show, screen, order(1, S.ON_SITE, safety=STEPS))
    screen.detail.tabs.setCurrentIndex(2)
    find(screen, QPushButton, "safety_back_2").click()
    act(screen, "change_safety")
    find(screen, QCheckBox, "safety_ventilated").setChecked(True)
    accept(screen)
    assert line.asked == [
        ConfirmSafety(1, (2,), taken_back=True), SetSafety(1, ("announced", "lockout", "ventilated", "permit_height")),
    ]  # fmt: skip


# --- who is sent


def test_who_must_not_go_is_shown_with_the_reason_and_cannot_be_chosen(screen: OrdersScreen, show: Show, picture: Picture) -> None:
    expired = Person(id="zhao", name="Zhao", certificates=(Certificate("elevator", "T1", until=NOW - DAY),))
    fit = Person(id="sun", name="Sun", certificates=(Certificate("elevator", "T2"),))
    one(show, screen, replace(order(1), equipment="T1-L1"), records=(expired, fit))
    act(screen, "do_dispatch")
    box = find(screen, QComboBox, "assignee")
    assert box.currentData() == "sun"
    row = box.findData("zhao")
    assert box.itemData(row, Qt.ItemDataRole.UserRole - 1) == 0
    assert box.itemText(row).endswith("证书已于 2026-11-22 到期。")
    assert ranked(picture, picture.orders[1])[0].name == "sun"


# --- costs and contractors


def test_hours_parts_visits_and_invoices_are_entered_where_they_are_shown(
    screen: OrdersScreen, show: Show, line: RecordingLine
) -> None:
    called = Visit("申菱", "钱工", stamp(), promised=NOW - MINUTE)
    its = order(1, S.IN_PROGRESS, parts=(PartUse("BR", "轴承", 2, "个", 30.0),), visits=(called,))
    one(show, screen, its, records=(Part(id="BR", name="轴承", unit="个", stock=5),))
    screen.detail.tabs.setCurrentIndex(3)
    assert says(screen, "合计 60.00")
    act(screen, "add_labour", labour_hours="1.5", labour_note="换轴承")
    accept(screen)
    line.done()
    act(screen, "back_BR", part_quantity="1")
    accept(screen)
    line.done()
    screen.detail.tabs.setCurrentIndex(4)
    act(screen, "visit_arrived_0", visit_who="孙工")
    accept(screen)
    line.done()
    act(screen, "keep_invoice", invoice_number="FP-1", invoice_amount="1,280.50")
    accept(screen)
    line.done()
    act(screen, "call_out", visit_person="李工", visit_promised="09:00")
    find(screen, QComboBox, "visit_company").setEditText("光明电器")
    accept(screen)
    assert line.asked == [
        LogLabour(1, "zhao", 1.5, -1.0, "换轴承"), MoveStock("BR", MoveKind.BACK, 1, 1), VisitArrived(1, 0, person="孙工"),
        KeepInvoice(1, "FP-1", 1280.5, "申菱"), CallOut(1, "光明电器", "李工", promised=NOW + HOUR),
    ]  # fmt: skip


def test_a_number_that_is_none_is_said_in_place(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    one(show, screen, order(1, S.IN_PROGRESS))
    screen.detail.tabs.setCurrentIndex(3)
    act(screen, "add_labour", labour_hours="two")
    accept(screen)
    assert says(screen.detail, "看不懂数字“two”")
    assert not line.asked


# --- editing, paper, undo


def test_an_edit_sends_what_was_changed_alone(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    one(show, screen, order(1, caller="Mrs Ho", revision=4))
    act(screen, "do_edit")
    accept(screen)
    assert says(screen.detail, "没有任何改动")
    find(screen, QLineEdit, "edit_place").setText("B2")
    find(screen, QLineEdit, "edit_reason").setText("更正")
    accept(screen)
    assert line.asked == [EditOrder(1, 4, OrderEdit(place="B2"), "更正")]


def test_the_paper_sheet_is_typed_in_one_form(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    its = order(1, S.DISPATCHED, checklist=(PRESSURE,), safety=(SafetyStep("lockout"),))
    one(show, screen, its)
    act(
        screen, "do_result", paper_arrived="06:00", paper_begun="06:30", paper_done="07:45", paper_safety_0="-",
        paper_reading_0="0.5", paper_hours="1.5",
    )  # fmt: skip
    accept(screen)
    assert line.asked == [
        EnterResult(
            1,
            NOW - 15 * MINUTE,
            NOW - 2 * HOUR,
            NOW - 90 * MINUTE,
            "zhao",
            (LineResult(0, "", "0.5"),),
            ("-",),
            1.5,
            "按纸质工单回填",
        )
    ]


def test_ctrl_z_takes_back_what_oneself_entered_a_moment_ago(
    screen: OrdersScreen, show: Show, line: RecordingLine, qtbot: QtBot
) -> None:
    stamps = {S.ACCEPTED: stamp(), S.VERIFIED: stamp(NOW - MINUTE, "li")}
    one(show, screen, order(1, S.VERIFIED, stamps=stamps))
    screen._undo()
    assert line.asked == [UndoStage(1)]
    old = {S.ACCEPTED: stamp(), S.VERIFIED: stamp(NOW - HOUR, "li")}
    one(show, screen, order(2, S.VERIFIED, stamps=old))
    screen._undo()
    assert len(line.asked) == 1


# --- the board


def test_a_card_moves_only_into_a_column_that_the_rules_allow(show: Show, picture: Picture) -> None:
    show(busy(Role.SUPERVISOR))
    allowed = {number: sorted(moves(picture, picture.orders[number])) for number in (1, 4, 7, 8, 9)}
    assert allowed == {1: ["ended", "given"], 4: ["ended", "working"], 7: ["ended", "working"], 8: [], 9: []}


def test_a_dropped_card_asks_for_what_the_move_needs(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    show(busy(Role.SUPERVISOR))
    column = find(screen, Column, "column_given")

    def dropped(number: int) -> bool:
        data = QMimeData()
        data.setData(MIME, str(number).encode())
        words = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        entered = QDragEnterEvent(QPointF(5, 5).toPoint(), *words)
        column.dragEnterEvent(entered)
        if entered.isAccepted():
            column.dropEvent(QDropEvent(QPointF(5, 5), *words))
        return entered.isAccepted()

    assert not dropped(7)
    assert dropped(1)
    assert screen.detail.form is not None
    assert screen.detail.form.objectName() == "form_dispatch"
    assert not line.asked, "nothing moves by the drop alone"


def test_ctrl_and_an_arrow_move_a_card_and_a_barred_move_says_why(
    screen: OrdersScreen, show: Show, desk: Desk, qtbot: QtBot
) -> None:
    show(busy(Role.SUPERVISOR))
    said: list[str] = []
    desk.refused.connect(lambda problem: said.append(problem.code))
    column = find(screen, Column, "column_working")
    column.setCurrentRow(0)
    qtbot.keyClick(column, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert screen.detail.form is not None
    assert screen.detail.form.objectName() == "form_advance"
    qtbot.keyClick(column, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert said == ["orders.move_barred"]


# --- several at once


def test_several_orders_are_dispatched_or_rescheduled_together(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    show(replace(snapshot(orders=(order(1, revision=2), order(2, S.VERIFIED, revision=3))), me="li"))
    find(screen, QPushButton, "orders_list").click()
    assert not find(screen, QPushButton, "orders_bulk_dispatch").isEnabled()
    screen._table.selectAll()
    both = (BulkOrder(2, 3), BulkOrder(1, 2))
    act(screen, "orders_bulk_dispatch", bulk_note="一起去")
    accept(screen)
    line.done()
    act(screen, "orders_bulk_reschedule", bulk_due="+7", bulk_reason="停电")
    accept(screen)
    assert line.asked == [DispatchOrders(both, "sun", note="一起去"), RescheduleOrders(both, "停电", by=7 * DAY)]


# --- my day


def day(show: Show, role: Role | None, **more: Any) -> list[tuple[str, Group, bool]]:
    made = replace(snapshot(**more), me=PEOPLE[role].name if role else "")
    return [(each.key, each.group, each.mine) for each in items(show(made))]


ORDERS = (
    order(1), order(2, S.DISPATCHED), order(3, S.SELF_CHECK, assignee="zhao"), order(4, S.SELF_CHECK, assignee="li"),
    order(5, S.ACCEPTANCE), order(6, S.ASSIGNED, priority=4, due_at=NOW + 3 * HOUR),
    order(7, S.ASSIGNED, priority=4, due_at=NOW - 1),
    order(8, S.ARCHIVED), order(9, S.ASSIGNED, assignee="sun", priority=4, due_at=NOW + 30 * DAY),
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "mine", "late"),
    [
        (Role.OPERATOR, {1, 5}, {1, 7}),
        (Role.SUPERVISOR, {1, 3, 5}, {1, 7}),
        (Role.TECHNICIAN, {2, 6, 7}, {7}),
        (Role.AUDITOR, set(), set()),
        (None, set(), set()),
    ],
)
def test_my_day_lists_by_role_what_is_late_and_what_waits(show: Show, role: Role | None, mine: set[int], late: set[int]) -> None:
    found = day(show, role, orders=ORDERS)
    assert {int(key[5:]) for key, _, own in found if own} == mine
    assert {int(key[5:]) for key, group, _ in found if group is Group.LATE} == late
    assert [group for _, group, _ in found] == sorted(group for _, group, _ in found)


def test_my_day_brings_faults_hazards_certificates_and_parts_of_those_who_see_to_them(show: Show) -> None:
    records = (
        Hazard(id="HZ-1", what="通道堵塞", at=NOW - 2 * DAY, found=stamp()),
        Person(id="zhao", name="Zhao", certificates=(Certificate("elevator", until=NOW + DAY),)),
        Part(id="BR", name="轴承", stock=1, least=4),
    )
    more = {"faults": (fault(1, 2, order=1),), "orders": (order(1, fault=1),), "records": records}
    keys = {key for key, _, _ in day(show, Role.SUPERVISOR, **more)}
    assert keys == {"fault1", "hazardHZ-1", "certificatezhaoelevator", "partBR"}, "the fault stands for its order until it is taken"
    assert {key for key, _, _ in day(show, Role.TECHNICIAN, **more)} == {"certificatezhaoelevator"}


def test_my_day_opens_each_thing_by_the_keyboard_and_says_what_to_do_when_there_is_nothing(
    qtbot: QtBot, show: Show, picture: Picture, desk: Desk, elsewhere: Elsewhere
) -> None:
    show(replace(snapshot(orders=ORDERS), me="li"))
    made = MydayScreen(picture, desk, elsewhere)
    qtbot.addWidget(made)
    made.resize(1600, 800)
    made.show()
    find(made, QPushButton, "myday_late").click()
    assert {each.key for each in made.table.shown()} == {"order1", "order7"}
    made.table.selectRow(0)
    qtbot.keyClick(made.table, Qt.Key.Key_Return)
    assert elsewhere.went == [("open_order", 1)]
    find(made, QPushButton, "myday_all").click()
    find(made, QLineEdit, "myday_filter").setText("WO-000003")
    assert [each.key for each in made.table.shown()] == ["order3"]
    show(snapshot())
    assert says(made, "请先在右上角登录")
    show(replace(snapshot(), me="li"))
    assert says(made, "来电请按 N")
    set_language(ENGLISH)
    made.retranslate()
    assert says(made, "Nothing has to be done")


def test_results_are_pasted_from_a_spreadsheet_previewed_and_sent_row_by_row(
    screen: OrdersScreen, show: Show, line: RecordingLine
) -> None:
    """R-WO-05: the slips come back into the orders."""
    show(replace(snapshot(orders=(order(1, S.DISPATCHED), order(2, S.ON_SITE), order(3))), me="li"))
    find(screen, QPushButton, "orders_list").click()
    find(screen, QPushButton, "orders_paste").click()
    form = screen.detail.form
    assert form is not None
    find(form, QPushButton, "paste_template").click()
    copied = QApplication.clipboard().text()
    assert [row.split("\t")[0] for row in copied.splitlines()] == ["工单", "WO-000002", "WO-000001"], (
        "what can be entered, as shown"
    )
    assert not form.accept.isEnabled()
    find(form, QPlainTextEdit, "paste_text").setPlainText("工单\t完成\nWO-000001\t07:55\nWO-000002\t07:56\nWO-000009\t07:57\n")
    assert says(form, "第 3 行“WO-000009”不是未结束的工单")
    assert not line.asked
    form.accept.click()
    assert line.asked == [EnterResult(1, NOW - 5 * MINUTE, by="zhao")]
    line.done()
    assert line.asked[1:] == [EnterResult(2, NOW - 4 * MINUTE, by="zhao")]
    line.deny("refused.safety_open", order="WO-000002", count=2)
    assert says(form, "WO-000001  已回填")
    assert says(form, "WO-000002  工单 WO-000002 还有 2 项安全措施未确认")
