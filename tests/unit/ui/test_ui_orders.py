"""Orders: what is offered to whom, the forms and what they send, the board, the list and the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QListWidget, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from console.domain import commands as cmd
from console.domain.accounts import Role
from console.domain.events import Entry, OrderAdvanced
from console.domain.maintenance.intake import TakeCall
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.times import HOUR, MINUTE
from console.link.messages import LogAnswer, LogQuery, Snapshot
from console.link.orders import OrderAnswer, OrderQuery, OrderSearchAnswer, OrderSearchQuery
from console.texts import CHINESE, ENGLISH
from console.ui.desk import Desk
from console.ui.orders.presenter import COLUMNS, column_of, offers, technicians
from console.ui.orders.screen import OrdersScreen
from console.ui.orders.stagebar import stamp_sentence
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.reading_screens import painted_text, says
from tests.helpers.snapshots import (
    CHECKLIST,
    NOW,
    OTHER_TECHNICIAN,
    PEOPLE,
    RecordingLine,
    busy,
    delta,
    fault,
    held,
    order,
    signed_on,
    snapshot,
    stamp,
)

Show = Callable[[Snapshot], Picture]
S = OrderState


def seen_by(show: Show, its: Order, role: Role | None, priority: int = 2) -> Picture:
    base = snapshot(orders=(its,), faults=(fault(1, priority, order=its.number),))
    return show(base if role is None else signed_on(base, PEOPLE[role]))


def offered(picture: Picture, its: Order) -> tuple[list[str], set[str]]:
    """Every key in its order, and those that can be done now."""
    found = offers(picture, its)
    return [offer.key for offer in found], {offer.key for offer in found if not offer.why}


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        (S.ACCEPTED, ["dispatch", "verified", "restored", "hold", "cancel", "edit", "note"]),
        (S.VERIFIED, ["dispatch", "restored", "hold", "cancel", "edit", "note"]),
        (S.DISPATCHED, ["assigned", "dispatch", "result", "restored", "hold", "cancel", "edit", "note"]),
        (S.ASSIGNED, ["on_site", "dispatch", "result", "restored", "hold", "cancel", "edit", "note"]),
        (S.ON_SITE, ["in_progress", "self_check", "result", "restored", "hold", "cancel", "edit", "note"]),
        (S.IN_PROGRESS, ["self_check", "result", "restored", "hold", "cancel", "edit", "note"]),
        (S.SELF_CHECK, ["verify", "rework", "restored", "cancel", "edit", "note"]),
        (S.ACCEPTANCE, ["archived", "edit", "note"]),
        (S.ARCHIVED, ["callback", "note"]),
        (S.CANCELLED, ["note"]),
    ],
)
@pytest.mark.parametrize(
    ("role", "may_not"),
    [
        (Role.OPERATOR, {"verify"}),
        (Role.SUPERVISOR, set()),
        (Role.TECHNICIAN, {"dispatch", "verified", "cancel", "verify", "archived", "edit", "callback"}),
        (Role.ADMINISTRATOR, {"everything"}),
        (Role.AUDITOR, {"everything"}),
        (None, {"everything"}),
    ],
)
def test_an_order_offers_what_fits_its_state_and_allows_what_fits_the_person(
    show: Show, state: OrderState, keys: list[str], role: Role | None, may_not: set[str]
) -> None:
    its = order(7, state, fault=1, assignee="zhao")
    picture = seen_by(show, its, role)
    assert offered(picture, its) == (keys, set() if "everything" in may_not else set(keys) - may_not)


def test_a_technician_works_on_his_own_orders_only(show: Show) -> None:
    its = order(7, S.DISPATCHED, fault=1, assignee="sun")
    picture = seen_by(show, its, Role.TECHNICIAN)
    assert offered(picture, its)[1] == set()
    assert offers(picture, its)[0].why == "工单 WO-000007 没有派给您：请联系值班员派工。"


def test_a_held_order_allows_only_what_a_hold_allows(show: Show) -> None:
    its = held(7, S.IN_PROGRESS, fault=1, assignee="zhao")
    picture = seen_by(show, its, Role.SUPERVISOR)
    assert offered(picture, its)[1] == {"restored", "resume", "cancel", "edit", "note"}
    assert "hold" not in offered(picture, its)[0]


def test_an_emergency_is_never_held(show: Show) -> None:
    its = order(7, S.IN_PROGRESS, fault=1)
    picture = seen_by(show, its, Role.SUPERVISOR, priority=1)
    why = {offer.key: offer.why for offer in offers(picture, its)}
    assert why["hold"].startswith("工单 WO-000007 属紧急（P1），不得挂起")


def test_nobody_verifies_his_own_work(show: Show) -> None:
    its = order(7, S.SELF_CHECK, fault=1, assignee="li")
    why = {offer.key: offer.why for offer in offers(seen_by(show, its, Role.SUPERVISOR), its)}
    assert why["verify"].startswith("工单 WO-000007 是您自己做的")


def test_the_self_check_waits_for_the_checklist(show: Show) -> None:
    its = order(7, S.IN_PROGRESS, checklist=CHECKLIST)
    why = {offer.key: offer.why for offer in offers(seen_by(show, its, Role.OPERATOR), its)}
    assert "1" in why["self_check"]
    assert why["self_check"]


def test_technicians_come_first_in_the_list_of_who_may_be_given_an_order(picture: Picture) -> None:
    assert [account.name for account in technicians(picture)] == ["sun", "zhao", "li", "wang"]


@pytest.mark.parametrize("state", OrderState)
def test_every_state_has_one_column(state: OrderState) -> None:
    assert sum(state in states for states in COLUMNS.values()) == 1
    assert state in COLUMNS[column_of(order(1, state))]


# --- the screen


class Nowhere:
    """A navigator that keeps where it was sent."""

    def __init__(self) -> None:
        self.went: list[object] = []

    def open_equipment(self, equipment: str) -> None:
        self.went.append(equipment)

    def open_fault(self, number: int) -> None:
        self.went.append(number)


@pytest.fixture
def nowhere() -> Nowhere:
    return Nowhere()


@pytest.fixture
def screen(qtbot: QtBot, show: Show, picture: Picture, desk: Desk, nowhere: Nowhere) -> OrdersScreen:
    show(busy(Role.SUPERVISOR))
    made = OrdersScreen(picture, desk, nowhere)
    qtbot.addWidget(made)
    made.resize(1800, 900)
    made.show()
    return made


def press(screen: OrdersScreen, name: str) -> None:
    button = screen.findChild(QPushButton, name)
    assert button is not None, name
    assert button.isEnabled(), name
    button.click()


def write(screen: OrdersScreen, **texts: str) -> None:
    for name, text in texts.items():
        field = screen.findChild(QLineEdit, name) or screen.findChild(QPlainTextEdit, name)
        assert field is not None, name
        field.setText(text) if isinstance(field, QLineEdit) else field.setPlainText(text)


def start(screen: OrdersScreen, number: int, act: str, **texts: str) -> None:
    """Open an order and one of its forms, and type into it."""
    screen.show_order(number)
    press(screen, f"do_{act}")
    assert screen.detail.form is not None
    write(screen, **texts)


def test_the_board_has_every_order_in_its_column_with_a_count(screen: OrdersScreen) -> None:
    numbers = {
        name: [column.item(row).data(Qt.ItemDataRole.UserRole) for row in range(column.count())]
        for name in COLUMNS
        if (column := screen.findChild(QListWidget, f"column_{name}")) is not None
    }
    assert {name: set(found) for name, found in numbers.items()} == {
        "waiting": {1, 2}, "given": {3, 4, 11, 13}, "working": {5, 6, 12}, "checking": {7}, "ended": {8, 9, 10},
    }  # fmt: skip
    assert numbers["working"][-1] == 12  # the advisory one last
    for words in ("待派工 2", "已派 / 已接 4", "到场 / 实施 3", "待验收 1", "今日结束 3"):
        assert says(screen, words), words


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_a_cards_clock_is_never_cut(shell: Shell, show: Show, language: str) -> None:
    show(busy(Role.SUPERVISOR))
    shell.open_screen("orders")
    shell.change_language(language)
    for its in (3, 4, 6, 8):
        assert f"WO-{its:06d}" in painted_text(shell)
    text = painted_text(shell)
    assert "WO-000003+00:12:00" in text  # where the words do not fit, the time alone
    assert ("Repair47:15:00" if language == ENGLISH else "修复47:15:00") in text


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ((1, "verified", {"stage_note": "seen"}), cmd.AdvanceOrder(1, S.VERIFIED, 0, "", "", "seen")),
        ((3, "assigned", {"stage_time": "07:55", "stage_reason": "phoned"}),
         cmd.AdvanceOrder(3, S.ASSIGNED, NOW - 5 * MINUTE, "zhao", "phoned", "")),
        ((4, "on_site", {}), cmd.AdvanceOrder(4, S.ON_SITE, 0, "zhao", "", "")),
        ((8, "archived", {}), cmd.AdvanceOrder(8, S.ARCHIVED, 0, "", "", "")),
        ((5, "restored", {"stage_time": "07:30", "stage_reason": "rang"}), cmd.MarkRestored(5, NOW - HOUR // 2, "zhao", "rang")),
        ((7, "verify", {"pin": "123456", "verify_note": "ok"}), cmd.VerifyOrder(7, "123456", "ok")),
        ((7, "rework", {"rework_text": "leaks"}), cmd.ReworkOrder(7, "leaks")),
        ((2, "cancel", {"cancel_text": "doubled"}), cmd.CancelOrder(2, "doubled")),
        ((9, "note", {"note_text": "called"}), cmd.NoteOrder(9, "called")),
        ((6, "hold", {"hold_note": "Monday"}), cmd.HoldOrder(6, "waiting_parts", "Monday")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_a_form_sends_what_was_typed(
    screen: OrdersScreen, show: Show, line: RecordingLine, typed: tuple[int, str, dict[str, str]], command: cmd.Command
) -> None:
    base = busy(Role.SUPERVISOR)
    faults = tuple(fault(each.number, 2, order=each.order, closed_at=each.closed_at) for each in base.faults)
    show(type(base)(**{name: getattr(base, name) for name in base.__struct_fields__} | {"faults": faults}))
    start(screen, typed[0], typed[1], **typed[2])
    assert screen.detail.form is not None
    screen.detail.form.accept.click()
    assert line.asked == [command]
    assert not screen.detail.form.accept.isEnabled()
    line.done()
    assert screen.detail.form is None


def test_ending_a_hold_needs_no_form(screen: OrdersScreen, line: RecordingLine) -> None:
    screen.show_order(11)
    press(screen, "do_resume")
    assert line.asked == [cmd.ResumeOrder(11)]
    assert says(screen.detail, "正在提交…")


def test_an_order_is_given_to_a_person_or_to_a_contractor(screen: OrdersScreen, line: RecordingLine) -> None:
    start(screen, 1, "dispatch", dispatch_note="quick")
    form = screen.detail.form
    assert form is not None
    people, contractor = form.findChild(QComboBox, "assignee"), form.findChild(QCheckBox, "contractor")
    assert people is not None
    assert contractor is not None
    people.setCurrentIndex(people.findData(OTHER_TECHNICIAN.name))
    form.accept.click()
    steps = ("lockout", "pressure_released")  # what the class of a pump set proposes
    assert line.last == cmd.DispatchOrder(1, "sun", False, "quick", safety=steps)
    line.deny("refused.order_held", order="WO-000001")
    contractor.click()
    outside = form.findChild(QComboBox, "contractor_name")
    assert outside is not None
    outside.setEditText("Lift Care Ltd")
    form.accept.click()
    assert line.last == cmd.DispatchOrder(1, "Lift Care Ltd", True, "quick", safety=steps)


def test_a_time_that_is_none_is_said_in_place_and_not_sent(screen: OrdersScreen, line: RecordingLine) -> None:
    start(screen, 3, "assigned", stage_time="about noon")
    assert screen.detail.form is not None
    screen.detail.form.accept.click()
    assert not line.asked
    assert says(screen.detail, "看不懂时间“about noon”。")
    assert screen.detail.form.accept.isEnabled()


def test_a_refusal_stands_in_the_form_and_what_was_typed_stays(screen: OrdersScreen, line: RecordingLine) -> None:
    start(screen, 2, "cancel", cancel_text="doubled")
    form = screen.detail.form
    assert form is not None
    form.accept.click()
    line.deny("refused.order_held", order="WO-000002")
    assert form.error.isVisible()
    assert form.error.text() == "工单 WO-000002 已挂起：请先恢复，再继续。"
    assert form.accept.isEnabled()
    assert form.findChild(QPlainTextEdit, "cancel_text").toPlainText() == "doubled"


def test_the_pin_of_a_signature_is_hidden_and_does_not_stay(screen: OrdersScreen, line: RecordingLine) -> None:
    start(screen, 7, "verify", pin="geheim7")
    assert not says(screen.detail, "geheim7")
    form = screen.detail.form
    assert form is not None
    form.accept.click()
    line.deny("refused.verify_own", order="WO-000007")
    assert form.findChild(QLineEdit, "pin").text() == ""


def test_the_language_changes_around_a_half_filled_form(shell: Shell, show: Show) -> None:
    show(busy(Role.SUPERVISOR))
    shell.open_order(3)
    screen = shell.made_screen("orders")
    assert isinstance(screen, OrdersScreen)
    start(screen, 3, "assigned", stage_reason="phoned 14:05", stage_time="07:55")
    shell.change_language(ENGLISH)
    assert screen.detail.form is not None
    assert screen.detail.form.findChild(QLineEdit, "stage_reason").text() == "phoned 14:05"
    assert screen.detail.form.findChild(QLineEdit, "stage_time").text() == "07:55"
    assert says(screen.detail, "Taken: entered for Zhao Lei")


def test_a_tick_and_other_peoples_work_do_not_touch_an_open_form(screen: OrdersScreen, picture: Picture) -> None:
    start(screen, 3, "assigned", stage_reason="half of a sen")
    form = screen.detail.form
    picture.ticked.emit()
    picture.take_delta(delta(orders=(order(4, S.ON_SITE, fault=4),)))
    picture.take_delta(delta(3, orders=(order(3, S.DISPATCHED, fault=3, notes=(stamp(note="Called"),)),)))
    assert screen.detail.form is form
    assert form is not None
    assert form.findChild(QLineEdit, "stage_reason").text() == "half of a sen"


def test_a_form_stays_when_somebody_else_changes_the_order_and_shows_what_changed_before_it_is_sent(
    screen: OrdersScreen, picture: Picture, line: RecordingLine
) -> None:
    """R-AR-06: two people edit one order; the later one sees what changed, by whom and when, beside his own text, and decides."""
    start(screen, 3, "assigned", stage_reason="typed by the later one", stage_time="07:55")
    theirs = order(3, S.DISPATCHED, fault=3, place="Pump room B2", revision=1)
    picture.take_delta(delta(orders=(theirs,)))
    form = screen.detail.form
    assert form is not None
    assert form.changes.isVisible()
    assert "地点: — → Pump room B2" in form.changes.text().replace("：", ": ")
    (asked,) = line.queries
    assert isinstance(asked, LogQuery)
    assert asked.subject == "order:3"
    line.answer(LogAnswer(1, (Entry(9, NOW - MINUTE, OrderAdvanced(theirs, "edit"), "wang"),)))
    assert "Wang Jianguo 2026-11-23 07:59" in form.changes.text()
    form.accept.click()
    assert not line.asked, "nothing is sent before he has looked"
    assert says(screen.detail, "工单已有变化。确认仍要提交，请再按一次。")
    form.accept.click()
    assert line.asked == [cmd.AdvanceOrder(3, S.ASSIGNED, NOW - 5 * MINUTE, "zhao", "typed by the later one", "")]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups and raising, off screen
def test_a_call_is_taken_by_the_keyboard_alone(screen: OrdersScreen, line: RecordingLine, qtbot: QtBot) -> None:
    """R-WO-04: caller, exact place, symptom, wished time, contact, urgent flag; every key press is a real one."""
    qtbot.keyClick(screen, Qt.Key.Key_N)
    form = screen.detail.form
    assert form is not None
    where = form.findChild(QLineEdit, "order_equipment")
    assert where is not None
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    where.setFocus()
    qtbot.keyClicks(where, "T1-L2")
    qtbot.keyClick(where, Qt.Key.Key_Return)
    names = ("order_place", "order_symptom", "order_caller", "order_contact", "order_due")
    for name, typed in zip(names, ("Car, 5th floor", "Two people trapped", "Mrs Ho", "13800001111", "18:00"), strict=True):
        field = form.findChild(QLineEdit, name) or form.findChild(QPlainTextEdit, name)
        assert field is not None
        if isinstance(field, QPlainTextEdit):
            qtbot.keyClicks(field, typed)
            qtbot.keyClick(field, Qt.Key.Key_Tab)
        else:
            qtbot.keyClicks(field, typed)
            qtbot.keyClick(field, Qt.Key.Key_Return)
    assert says(form, "听起来有危险")
    qtbot.keyClick(form.findChild(QLineEdit, "order_due"), Qt.Key.Key_F9)
    qtbot.keyClick(form.findChild(QLineEdit, "order_due"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert line.last == TakeCall(
        symptom="Two people trapped", place="Car, 5th floor", equipment="T1-L2", caller="Mrs Ho", contact="13800001111",
        wished_at=NOW + 10 * HOUR, urgent=True,
    )  # fmt: skip


def test_a_finding_or_a_project_is_raised_with_its_kind_and_level(screen: OrdersScreen, line: RecordingLine) -> None:
    """R-PM-01: the kinds of maintenance; preventive orders come from plans alone."""
    press(screen, "orders_new")
    form = screen.detail.form
    assert form is not None
    write(screen, order_title="Noise", order_place="Lobby", order_symptom="Hum")
    kind, priority = form.findChild(QComboBox, "order_kind"), form.findChild(QComboBox, "order_priority")
    assert kind is not None
    assert priority is not None
    assert [kind.itemData(row) for row in range(kind.count())] == ["corrective", "inspection", "project"]
    kind.setCurrentIndex(kind.findData("inspection"))
    priority.setCurrentIndex(priority.findData("2"))
    form.accept.click()
    assert line.last == TakeCall("Hum", "Lobby", title="Noise", kind=OrderKind.INSPECTION, priority=2)


def test_who_may_not_raise_orders_is_told_why(screen: OrdersScreen, show: Show, line: RecordingLine) -> None:
    show(busy(Role.AUDITOR))
    button = screen.findChild(QPushButton, "orders_new")
    assert button is not None
    assert not button.isEnabled()
    assert button.toolTip() == "新建工单需要值班员或工程主管登录。"


def test_a_checklist_line_is_sent_when_it_is_filled(screen: OrdersScreen, line: RecordingLine) -> None:
    screen.show_order(12)
    assert screen.detail.tabs.tabText(1) == "检查表 1/2"
    result = screen.findChild(QComboBox, "result_1")
    assert result is not None
    result.setCurrentIndex(result.findData("pass"))
    result.activated.emit(result.currentIndex())
    assert line.asked == [cmd.CheckOrderItem(12, 1, "pass", "")]


def test_the_detail_tells_the_whole_story(screen: OrdersScreen, nowhere: Nowhere) -> None:
    screen.show_order(13)
    for words in ("维保单位 Lift Care Ltd", "Mrs Ho", "Lobby", "Noise"):
        assert says(screen.detail, words), words
    screen.detail.tabs.setCurrentIndex(6)
    assert says(screen.detail, "Called back")
    screen.show_order(11)
    assert says(screen.detail, "挂起：等待配件")
    press(screen, "order_equipment_page")
    press(screen, "order_fault_page")
    assert nowhere.went == ["PS1", 11]


def test_a_stamp_tells_who_did_it_who_typed_it_and_why(picture: Picture) -> None:
    proxy = stamp(NOW - HOUR, "zhao", entered_at=NOW, entered_by="wang", reason="phoned 07:00", note="two men")
    said = stamp_sentence(picture, proxy)
    for words in ("Zhao Lei 2026-11-23 07:00", "Wang Jianguo 于 2026-11-23 08:00", "phoned 07:00", "two men"):
        assert words in said
    assert stamp_sentence(picture, stamp(NOW, "zhao")) == "Zhao Lei 2026-11-23 08:00"


def test_the_board_filters_by_words_kind_and_person(screen: OrdersScreen, show: Show) -> None:
    def left() -> set[int]:
        return {each.number for each in screen._orders()}

    write(screen, orders_filter="T1-L1 half")
    assert left() == {12}
    write(screen, orders_filter="")
    kind = screen.findChild(QComboBox, "orders_kind")
    assert kind is not None
    kind.setCurrentIndex(kind.findData("preventive"))
    assert left() == {12}
    kind.setCurrentIndex(0)
    show(busy(Role.TECHNICIAN))
    press(screen, "orders_mine")
    assert left() == {3, 4, 5, 6, 7, 8, 9, 11, 12}


def test_the_list_shows_the_newest_first(screen: OrdersScreen) -> None:
    press(screen, "orders_list")
    assert [each.number for each in screen._table.shown()] == list(range(13, 0, -1))
    assert says(screen, "WO-000013")


def test_the_history_searches_as_one_types_sorts_by_a_heading_and_says_why_there_is_nothing(
    screen: OrdersScreen, line: RecordingLine
) -> None:
    press(screen, "orders_history")
    assert says(screen, "正在读取…")
    assert line.queries[-1] == OrderSearchQuery(1, limit=100)
    old = order(90, S.ARCHIVED, title=order(1).title)
    line.answer(OrderSearchAnswer(1, 250, 0, (old,)))
    assert says(screen, "WO-000090")
    assert says(screen, "历史 250")
    write(screen, orders_filter="轴承")
    assert line.queries[-1] == OrderSearchQuery(2, "轴承", limit=100)
    screen._archive.horizontalHeader().setSortIndicator(7, Qt.SortOrder.AscendingOrder)
    assert line.queries[-1] == OrderSearchQuery(3, "轴承", sort="created", descending=False, limit=100)
    line.answer(OrderSearchAnswer(2, 3, 0, (order(91, S.ARCHIVED),)))
    assert says(screen, "历史 250"), "the answer to what was typed before the last search is dropped"
    line.answer(OrderSearchAnswer(3, 0, 0, ()))
    assert says(screen, "没有符合的工单：请减少字数，或换一个词。")
    press(screen, "orders_history")
    line.deny("link.lost")
    assert says(screen, "读取失败")


def test_an_estate_without_orders_says_so(screen: OrdersScreen, show: Show) -> None:
    show(snapshot())
    press(screen, "orders_list")
    assert says(screen, "没有工单")
    assert says(screen, "故障会自动生成工单；也可以按 N 新建。")


def test_a_page_of_the_history_is_asked_for_when_it_comes_into_sight_and_all_of_it_for_an_export(
    screen: OrdersScreen, line: RecordingLine, qtbot: QtBot
) -> None:
    press(screen, "orders_history")
    first = tuple(order(number, S.ARCHIVED) for number in range(350, 250, -1))
    line.answer(OrderSearchAnswer(1, 350, 0, first))
    model = screen._archive.orders
    assert (model.rowCount(), model.index(99, 1).data()) == (350, "WO-000251")
    screen._archive.scrollToBottom()
    qtbot.waitUntil(lambda: len(line.queries) == 2)
    assert line.queries[-1] == OrderSearchQuery(2, offset=300, limit=100)
    assert model.index(349, 1).data() == "…"
    line.answer(OrderSearchAnswer(2, 350, 300, tuple(order(number, S.ARCHIVED) for number in range(50, 0, -1))))
    assert model.index(349, 1).data() == "WO-000001"
    screen._archive.selectRow(349)
    assert says(screen.detail, "WO-000001")
    found: list[Order] = []
    model.collect(120, found.extend)
    assert line.queries[-1] == OrderSearchQuery(3, limit=500)
    line.answer(OrderSearchAnswer(3, 350, 0, first))
    line.answer(OrderSearchAnswer(4, 350, 100, tuple(order(number, S.ARCHIVED) for number in range(250, 0, -1))))
    assert [each.number for each in found] == list(range(350, 230, -1))


def test_a_number_and_enter_bring_an_order_that_is_no_longer_on_the_screens(screen: OrdersScreen, line: RecordingLine) -> None:
    write(screen, orders_filter="WO-000777")
    field = screen.findChild(QLineEdit, "orders_filter")
    assert field is not None
    field.returnPressed.emit()
    assert line.queries[-1] == OrderQuery(1, 777)
    line.answer(OrderAnswer(1, order(777, S.ARCHIVED, place="Long ago")))
    assert says(screen.detail, "WO-000777")
    assert says(screen.detail, "Long ago")
