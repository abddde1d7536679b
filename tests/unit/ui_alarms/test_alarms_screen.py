"""The alarm list: order, filters, acknowledging, taking, history."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.alarms import Alarm
from console.domain.commands import AcknowledgeAlarms, TakeFault
from console.domain.rules import Category
from console.domain.times import DAY
from console.link.messages import AlarmHistoryAnswer, AlarmHistoryQuery, HistoryQuery
from console.texts import set_language, tr
from console.ui.alarms import presenter
from console.ui.alarms.screen import AlarmsScreen
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.strip import loudness
from tests.helpers.snapshots import NOW, PEOPLE, RecordingLine, busy, delta, fault, stamp


class Navigator:
    def __init__(self) -> None:
        self.opened: list[tuple[str, object]] = []

    def open_equipment(self, equipment: str) -> None:
        self.opened.append(("equipment", equipment))

    def open_fault(self, number: int) -> None:
        self.opened.append(("fault", number))

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
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, navigator: Navigator) -> AlarmsScreen:
    made = AlarmsScreen(picture, Desk(picture, line, picture), navigator)
    qtbot.addWidget(made)
    picture.take_snapshot(busy(Role.OPERATOR))
    made.show()
    return made


def some(picture: Picture, **wanted: object) -> Alarm:
    """One of the picture's alarms with these fields."""
    return next(a for a in picture.alarms.values() if all(getattr(a, key) == value for key, value in wanted.items()))


def commands(line: RecordingLine) -> list[object]:
    return list(line.asked)


def test_the_list_is_in_the_order_of_attention(screen: AlarmsScreen, picture: Picture) -> None:
    shown = screen.table.shown()
    assert [alarm.number for alarm in shown] == [alarm.number for alarm in sorted(picture.alarms.values(), key=loudness)]
    assert not shown[0].acknowledged and shown[0].priority == 1


def test_a_fire_stands_before_every_other_alarm_of_its_priority(picture: Picture, screen: AlarmsScreen) -> None:
    newest = replace(some(picture, acknowledged=False), number=901, priority=1, category=Category.EQUIPMENT, raised_at=NOW)
    fire = replace(newest, number=900, category=Category.FIRE, raised_at=NOW - DAY)
    picture.take_delta(delta(picture.revision + 1, alarms=(newest, fire)))
    assert screen.table.shown()[0].number == 900


def test_a_list_made_after_the_snapshot_is_full_at_once(qtbot: QtBot, picture: Picture, line: RecordingLine) -> None:
    picture.take_snapshot(busy())
    late = AlarmsScreen(picture, Desk(picture, line, picture), Navigator())
    qtbot.addWidget(late)
    assert len(late.table.shown()) == len(picture.alarms) > 0


def test_enter_acknowledges_all_selected_alarms_with_the_comment(
    qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    waiting = [alarm for alarm in screen.table.shown() if not alarm.acknowledged][:2]
    screen.table.select(waiting[0].number)
    screen.table.selectionModel().select(
        screen.table.model().index(1, 0),
        screen.table.selectionModel().SelectionFlag.Select | screen.table.selectionModel().SelectionFlag.Rows,
    )
    screen.detail.comment.setText("  guard is on the way ")
    qtbot.keyClick(screen.detail.comment, Qt.Key.Key_Return)
    assert commands(line) == [AcknowledgeAlarms(tuple(alarm.number for alarm in waiting), "guard is on the way")]


def test_an_acknowledgement_under_way_shows_on_its_row(screen: AlarmsScreen, picture: Picture) -> None:
    alarm = some(picture, acknowledged=False)
    screen.table.select(alarm.number)
    screen.detail.acknowledge.click()
    row = screen._model._rows[screen._model.row_of(alarm.number)]
    assert tr("alarms.pending") in row.texts


def test_a_refusal_stands_in_place_and_the_comment_is_kept(screen: AlarmsScreen, picture: Picture, line: RecordingLine) -> None:
    screen.table.select(some(picture, acknowledged=False).number)
    line._waiting.clear()
    screen.detail.comment.setText("seen")
    screen.detail.acknowledge.click()
    line.deny("refused.stale")
    assert screen.detail._error.text() == tr("refused.stale")
    assert screen.detail.comment.text() == "seen"


def test_nobody_signed_on_may_acknowledge_and_the_button_says_why(screen: AlarmsScreen, picture: Picture) -> None:
    picture.take_delta(delta(picture.revision + 1, me=""))
    screen.table.select(some(picture, acknowledged=False).number)
    assert not screen.detail.acknowledge.isEnabled()
    assert screen.detail.acknowledge.toolTip() == tr("refused.not_signed_on")


def test_a_technician_is_told_who_may_acknowledge(picture: Picture, screen: AlarmsScreen) -> None:
    who = PEOPLE[Role.TECHNICIAN]
    picture.take_delta(delta(picture.revision + 1, me=who.name))
    act = presenter.acknowledge(picture, [some(picture, acknowledged=False)])
    assert act.why == tr("refused.right_acknowledge", who=who.display)


def test_taking_goes_to_the_alarms_fault_and_names_who_has_it_already(
    screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    number = 700
    alarm = replace(some(picture, acknowledged=False), fault=f"F-{number:06d}")
    picture.take_delta(delta(picture.revision + 1, alarms=(alarm,), faults=(fault(number, taken=None),)))
    screen.table.select(alarm.number)
    screen.detail.take.click()
    assert commands(line) == [TakeFault(number)]
    other = PEOPLE[Role.SUPERVISOR]
    picture.take_delta(delta(picture.revision + 1, faults=(fault(number, taken=stamp(by=other.name, station="desk B")),)))
    assert not screen.detail.take.isEnabled()
    assert other.display in screen.detail.take.toolTip() and "desk B" in screen.detail.take.toolTip()


def test_the_order_and_the_equipment_are_one_key_away(screen: AlarmsScreen, picture: Picture, navigator: Navigator) -> None:
    alarm = replace(some(picture, acknowledged=False), fault="F-000700")
    picture.take_delta(delta(picture.revision + 1, alarms=(alarm,), faults=(fault(700, order=31),)))
    screen.table.select(alarm.number)
    screen.detail.do_open_order()
    screen.detail.do_open_equipment()
    assert navigator.opened == [("order", 31), ("equipment", alarm.equipment)]


def test_filters_join_and_a_lamp_shows_only_what_it_counts(screen: AlarmsScreen, picture: Picture) -> None:
    screen._priority.setCurrentIndex(screen._priority.findData("3"))
    assert {alarm.priority for alarm in screen.table.shown()} == {3}
    screen._priority.setCurrentIndex(0)
    screen.show_lamp("fire")
    assert {alarm.category for alarm in screen.table.shown()} <= {Category.FIRE}
    screen.show_lamp("fire")
    assert len(screen.table.shown()) == len(picture.alarms)
    screen._typed.setText("no such words")
    assert screen.table.shown() == []


def test_opening_an_alarm_from_elsewhere_clears_the_lamp_and_selects_it(screen: AlarmsScreen, picture: Picture) -> None:
    alarm = next(a for a in picture.alarms.values() if a.category is not Category.FIRE)
    screen.show_lamp("fire")
    screen.show_alarm(alarm.number)
    assert [each.number for each in screen.table.selected()] == [alarm.number]


def test_an_ended_alarm_leaves_and_the_selection_of_another_stays(screen: AlarmsScreen, picture: Picture) -> None:
    first, second = screen.table.shown()[:2]
    screen.table.select(second.number)
    picture.take_delta(delta(picture.revision + 1, alarms=(replace(first, active=False, acknowledged=True),)))
    assert first.number not in [alarm.number for alarm in screen.table.shown()]
    assert [alarm.number for alarm in screen.table.selected()] == [second.number]


def test_the_focused_alarm_asks_for_its_last_hour_once(screen: AlarmsScreen, picture: Picture, line: RecordingLine) -> None:
    alarm = screen.table.shown()[0]
    screen.table.select(alarm.number)
    picture.ticked.emit()
    asked = [query for query in line.queries if isinstance(query, HistoryQuery)]
    assert len(asked) == 1 and asked[0].points == (picture.points[alarm.point].number,)


def test_the_history_is_asked_for_and_ended_alarms_are_listed(screen: AlarmsScreen, picture: Picture, line: RecordingLine) -> None:
    line._waiting.clear()
    screen._past.click()
    assert isinstance(line.queries[-1], AlarmHistoryQuery)
    ended = replace(some(picture), number=5000, active=False, acknowledged=True)
    line.answer(AlarmHistoryAnswer(1, (ended,)))
    assert [alarm.number for alarm in screen.table.shown()] == [5000]
    screen._active.click()
    assert len(screen.table.shown()) == len(picture.alarms)


def test_a_history_that_fails_says_why(screen: AlarmsScreen, line: RecordingLine) -> None:
    line._waiting.clear()
    screen._past.click()
    line.deny("link.lost")
    assert screen._blank._advice.text() == tr("link.lost")


def test_the_foot_counts_what_is_there(screen: AlarmsScreen, picture: Picture) -> None:
    figures = presenter.quality(picture)
    assert figures.active == sum(alarm.active for alarm in picture.alarms.values())
    assert str(figures.active) in screen._foot.text()


def test_a_calm_estate_says_so(screen: AlarmsScreen, picture: Picture) -> None:
    picture.take_snapshot(replace(busy(), alarms=()))
    assert screen._stack.currentWidget() is screen._blank
    assert screen._blank._title.text() == tr("alarms.empty")
