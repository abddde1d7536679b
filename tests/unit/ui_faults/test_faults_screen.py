"""The fault list: five clocks a line, the nearest promise first; taking, closing, history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import CloseFault, TakeFault
from console.domain.faults import Clock, CloseCode
from console.domain.orders import OrderState
from console.domain.times import HOUR, MINUTE
from console.link.messages import FaultHistoryAnswer, FaultHistoryQuery, LogQuery
from console.texts import set_language, tr
from console.ui.desk import Desk
from console.ui.faults import presenter
from console.ui.faults.screen import FaultsScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, PEOPLE, RecordingLine, busy, delta, fault, order, stamp

ZONE = "Asia/Shanghai"


class Navigator:
    def __init__(self) -> None:
        self.opened: list[tuple[str, object]] = []

    def open_equipment(self, equipment: str) -> None:
        self.opened.append(("equipment", equipment))

    def open_alarm(self, number: int) -> None:
        self.opened.append(("alarm", number))

    def open_order(self, number: int) -> None:
        self.opened.append(("order", number))


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def navigator() -> Navigator:
    return Navigator()


@pytest.fixture
def picture(qtbot: QtBot) -> Picture:
    set_language("en")
    return Picture("desk")


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, navigator: Navigator) -> FaultsScreen:
    made = FaultsScreen(picture, Desk(picture, line, picture), navigator)
    qtbot.addWidget(made)
    faults = (
        fault(1, 3, age=5 * MINUTE, order=1),
        fault(2, 1, age=1 * MINUTE, order=2),
        fault(3, 2, age=90 * MINUTE, order=3, taken=stamp(NOW - HOUR, station="desk")),
        fault(4, 2, closed_at=NOW, closed_by="wang", close_code=CloseCode.TEST, order=4),
    )
    orders = (
        order(1, fault=1), order(2, fault=2), order(3, OrderState.ACCEPTANCE, fault=3), order(4, OrderState.CANCELLED, fault=4)
    )  # fmt: skip
    picture.take_snapshot(replace(busy(Role.OPERATOR), faults=faults, orders=orders, alarms=()))
    made.show()
    return made


@pytest.mark.parametrize(
    "case",
    [
        (3, 10 * MINUTE, None, Clock.ACKNOWLEDGE, "00:20:00"),
        (3, 31 * MINUTE, None, Clock.ACKNOWLEDGE, "▲ +00:01:00"),
        (3, 10 * MINUTE, 4 * MINUTE, Clock.ACKNOWLEDGE, "✓ {at}"),
        (1, 10 * MINUTE, 4 * MINUTE, Clock.ACKNOWLEDGE, "✗ {at}"),
        (3, 10 * MINUTE, None, Clock.RESTORED, "–"),
        (3, 0, None, Clock.RESPOND, "02:00:00"),
    ],
)
@pytest.mark.usefixtures("screen")
def test_a_clock_is_one_cell(picture: Picture, case: tuple[int, int, int | None, Clock, str]) -> None:
    priority, age, taken, clock, shown = case
    one = fault(9, priority, age=age, taken=stamp(NOW - taken) if taken is not None else None)
    row = presenter.rows(picture, [one])[0]
    at = presenter.local(NOW - taken, ZONE).strftime("%H:%M") if taken is not None else ""
    assert presenter.cell(row, clock, NOW, ZONE) == shown.format(at=at)


def test_the_promise_that_ends_next_stands_first_and_closed_faults_are_not_open(screen: FaultsScreen) -> None:
    shown = [row.fault.number for row in screen.table.shown()]
    assert set(shown) == {1, 2, 3}
    deadlines = [presenter.sort_key(row) for row in screen.table.shown()]
    assert deadlines == sorted(deadlines)
    assert shown[0] == 2, "an untaken P1 has three minutes"


def test_taking_is_one_key_and_refused_in_place(screen: FaultsScreen, line: RecordingLine) -> None:
    screen.show_fault(2)
    line._waiting.clear()
    screen.findChild(QPushButton, "fault_take").click()
    assert line.last == TakeFault(2)
    line.deny("refused.stale")
    assert screen.detail._error.text() == tr("refused.stale")


def test_a_fault_that_somebody_else_has_names_him(screen: FaultsScreen, picture: Picture) -> None:
    other = PEOPLE[Role.SUPERVISOR]
    picture.take_delta(delta(picture.revision + 1, faults=(fault(2, 1, taken=stamp(by=other.name, station="desk B")),)))
    screen.show_fault(2)
    take = screen.findChild(QPushButton, "fault_take")
    assert not take.isEnabled() and other.display in take.toolTip()


def test_the_story_of_a_fault_is_asked_for_by_its_number(screen: FaultsScreen, line: RecordingLine) -> None:
    screen.show_fault(1)
    assert [query.subject for query in line.queries if isinstance(query, LogQuery)][:1] == ["fault:1"]


def test_a_real_fault_closes_only_after_verification_with_cause_and_remedy(screen: FaultsScreen, line: RecordingLine) -> None:
    screen.show_fault(1)
    button = screen.findChild(QPushButton, "close_fault")
    assert not button.isEnabled()
    screen.show_fault(3)
    line._waiting.clear()
    assert not button.isEnabled(), "cause and remedy are missing"
    screen.findChild(QLineEdit, "cause").setText("bearing")
    assert not button.isEnabled(), "remedy is missing"
    screen.findChild(QLineEdit, "remedy").setText("replaced")
    assert button.isEnabled()
    button.click()
    assert line.last == CloseFault(3, CloseCode.REAL, "bearing", "replaced")


def test_a_false_alarm_closes_with_a_cause_and_says_that_its_order_ends(screen: FaultsScreen, line: RecordingLine) -> None:
    screen.show_fault(1)
    code = screen.findChild(QComboBox, "close_code")
    code.setCurrentIndex(code.findData(CloseCode.FALSE_ALARM))
    screen.findChild(QLineEdit, "cause").setText("painter's dust")
    line._waiting.clear()
    screen.findChild(QPushButton, "close_fault").click()
    assert line.last == CloseFault(1, CloseCode.FALSE_ALARM, "painter's dust", "")


def test_closing_without_the_right_is_explained(picture: Picture, screen: FaultsScreen) -> None:
    who = PEOPLE[Role.TECHNICIAN]
    picture.take_delta(delta(picture.revision + 1, me=who.name))
    act = presenter.close(picture, picture.faults[3], CloseCode.REAL, "a", "b")
    assert act.why == tr("refused.right_close_fault", who=who.display)


def test_the_order_is_one_click_away(screen: FaultsScreen, navigator: Navigator) -> None:
    screen.show_fault(1)
    screen.detail.do_open_order()
    assert navigator.opened == [("order", 1)]


def test_the_history_lists_closed_faults_and_a_failure_says_why(screen: FaultsScreen, line: RecordingLine) -> None:
    line._waiting.clear()
    screen._closed.click()
    assert isinstance(line.queries[-1], FaultHistoryQuery)
    line.answer(FaultHistoryAnswer(1, (fault(50, 3, closed_at=NOW, closed_by="wang", close_code=CloseCode.REAL),)))
    assert [row.fault.number for row in screen.table.shown()] == [50]
    line._waiting.clear()
    screen._closed.click()
    line.deny("link.lost")
    assert screen.table.shown() == [] or screen._said is not None


def test_the_selection_stays_while_clocks_run(screen: FaultsScreen, picture: Picture) -> None:
    screen.show_fault(1)
    picture.ticked.emit()
    picture.take_delta(delta(picture.revision + 1, faults=(fault(60, 1),)))
    assert screen.detail.number == 1
    assert [row.fault.number for row in screen.table.selected()] == [1]
