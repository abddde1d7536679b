"""The alarm screen's shelf, folding, steps, forms and saved filters; all by keys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.alarms import Alarm, Suppression
from console.domain.commands import BeginTest, CheckAlarmStep, EndSilence, ResetAlarms, ShelveAlarms
from console.domain.rules import AlarmStep, Category
from console.domain.silences import Silence, SilenceKind
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import set_language, tr
from console.ui.alarms.folding import folded
from console.ui.alarms.screen import AlarmsScreen
from console.ui.desk import Desk
from console.ui.horn import Horn, Silent
from console.ui.picture import Picture
from console.ui.widgets import saved
from console.ui.widgets.saved import saved_filters
from tests.helpers.snapshots import NOW, RULES, RecordingLine, alarm, busy, delta, stamp


class Navigator:
    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def picture(qtbot: QtBot) -> Picture:
    set_language("en")
    return Picture("desk")


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine) -> AlarmsScreen:
    made = AlarmsScreen(picture, Desk(picture, line, picture), Navigator())
    qtbot.addWidget(made)
    picture.take_snapshot(busy(Role.OPERATOR))
    made.show()
    return made


def bring(picture: Picture, *alarms: Alarm) -> None:
    picture.take_delta(delta(picture.revision + 1, alarms=alarms))


def ordinary(number: int, **more: object) -> Alarm:
    return replace(alarm(number), category=Category.EQUIPMENT, priority=3, acknowledged=False, **more)


@pytest.mark.parametrize(
    ("alarms", "flood", "rows"),
    [
        ([ordinary(1), ordinary(2)], False, {1: 0, 2: 0}),
        ([ordinary(1), ordinary(2, caused_by=1, suppression=Suppression.BY_DESIGN)], False, {1: 1}),
        ([ordinary(1), ordinary(2, caused_by=1), ordinary(3, caused_by=2)], False, {1: 2}),
        ([ordinary(2, caused_by=1)], False, {2: 0}),  # its cause is over
        ([ordinary(1), replace(ordinary(2, caused_by=1), priority=1)], False, {1: 0, 2: 0}),
        ([ordinary(1, suppression=Suppression.SHELVED)], False, {}),
        ([ordinary(1), ordinary(2), ordinary(3)], True, {3: 2}),
        ([ordinary(1), replace(ordinary(2), priority=1), replace(ordinary(3), category=Category.FIRE)], True, {1: 0, 2: 0, 3: 0}),
        ([ordinary(1, caused_by=2), ordinary(2, caused_by=1)], False, {1: 1}),
    ],
)
def test_what_stands_behind_which_row(alarms: list[Alarm], flood: bool, rows: dict[int, int]) -> None:
    found = folded(alarms, lambda _alarm: "T1", flood=flood)
    assert {number: len(behind) for number, behind in found.items()} == rows


def test_in_a_flood_the_list_folds_by_building_and_f_unfolds_it(qtbot: QtBot, screen: AlarmsScreen, picture: Picture) -> None:
    everything = len(picture.alarms)
    flood = replace(
        alarm(900), rule="system#flood", equipment="", point="", category=Category.SYSTEM, priority=4, acknowledged=False
    )
    bring(picture, *(ordinary(number) for number in range(800, 820)), flood)
    assert len(screen.table.shown()) < everything + 5
    assert any("(+" in screen.table.model().index(row, 3).data() for row in range(len(screen.table.shown())))
    screen.table.setFocus()
    qtbot.keyClick(screen.table, Qt.Key.Key_F)
    assert len(screen.table.shown()) == len(picture.alarms)


def test_s_shelves_the_selected_alarm_with_a_reason(
    qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    bring(picture, ordinary(800))
    screen.show_alarm(800)
    qtbot.keyClick(screen.table, Qt.Key.Key_S)
    assert screen.detail.form is not None
    reason = screen.detail.form.findChild(QLineEdit, "shelf_reason")
    qtbot.keyClicks(reason, "sensor ordered")
    qtbot.keyClick(reason, Qt.Key.Key_Return)
    assert line.asked == [ShelveAlarms((800,), "sensor ordered", 15 * MINUTE)]


def test_a_fire_has_no_shelf_and_the_button_says_why(screen: AlarmsScreen, picture: Picture) -> None:
    bring(picture, replace(ordinary(800), category=Category.FIRE))
    screen.show_alarm(800)
    assert not screen.detail.shelve.isEnabled()
    assert screen.detail.shelve.toolTip() == tr("refused.shelf_undeniable", alarm="A-000800")


def test_a_test_names_its_zone_and_the_other_person(
    qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    bring(picture, ordinary(800))
    screen.show_alarm(800)
    screen.detail.test.click()
    form = screen.detail.form
    assert form is not None
    for name, text in (("test_reason", "yearly"), ("test_witness", "Li"), ("test_points", "node_2_*")):
        qtbot.keyClicks(form.findChild(QLineEdit, name), text)
    form.accept.click()
    assert line.asked == [BeginTest(picture.alarms[800].equipment, "yearly", "Li", HOUR, "node_2_*")]


def test_the_shelf_shows_reason_person_and_end_and_r_ends_it(
    qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    rule = RULES[3]
    silence = Silence(5, SilenceKind.SHELF, rule.equipment, "sensor ordered", stamp(), NOW + HOUR, rule=rule.id)
    quiet = ordinary(800, suppression=Suppression.SHELVED)
    picture.take_delta(delta(picture.revision + 1, silences=(silence,), alarms=(quiet,)))
    assert quiet.number not in [each.number for each in screen.table.shown()]
    screen._shelf.click()
    table = screen.shelf.table
    cells = [table.model().index(0, column).data() for column in range(6)]
    assert cells[3] == "sensor ordered" and "Wang" in cells[4] and cells[5]
    table.select(("silence", 5))
    qtbot.keyClick(table, Qt.Key.Key_R)
    assert line.asked == [EndSilence(5)]
    picture.ticked.emit()
    assert table.selected(), "a tick does not take the selection away"
    ended = replace(silence, ended=stamp())
    picture.take_delta(delta(picture.revision + 1, silences=(ended,), alarms=(ordinary(800),)))
    assert table.model().rowCount() == 0


def test_steps_are_ticked_off_by_digits_and_say_who_did_them(
    qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine
) -> None:
    bring(picture, ordinary(800))
    first = picture.alarms[800]
    steps = (AlarmStep(Text("确认", "Confirm"), 180.0), AlarmStep(Text("疏散", "Evacuate")))
    picture.rules[first.rule] = replace(picture.rules[first.rule], steps=steps)
    screen.show_alarm(800)
    qtbot.keyClick(screen.table, Qt.Key.Key_1)
    assert line.asked == [CheckAlarmStep(800, 0, "")]
    bring(picture, replace(first, checks={0: stamp()}))
    assert (screen.detail.steps.buttons[0].text(), screen.detail.steps.buttons[0].isEnabled()) == ("✓", False)
    assert screen.detail.steps.buttons[1].isEnabled()


def test_a_latched_alarm_is_reset_with_r(qtbot: QtBot, screen: AlarmsScreen, picture: Picture, line: RecordingLine) -> None:
    bring(picture, replace(ordinary(800), active=False, acknowledged=True, latched=True))
    screen.show_alarm(800)
    assert screen.detail.reset.isVisible()
    qtbot.keyClick(screen.table, Qt.Key.Key_R)
    assert line.asked == [ResetAlarms((800,))]


def test_what_is_quiet_does_not_sound(picture: Picture, screen: AlarmsScreen) -> None:
    bring(picture, *(replace(each, active=False, acknowledged=True, latched=False) for each in picture.alarms.values()))
    assert not picture.alarms
    horn = Horn(picture, Silent())
    bring(picture, ordinary(800, suppression=Suppression.SHELVED))
    assert horn.sounding == 0
    bring(picture, ordinary(800))
    assert horn.sounding == 3


def test_a_filter_is_saved_by_name_used_again_and_deleted(
    qtbot: QtBot, screen: AlarmsScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    monkeypatch.setattr(saved, "remember", kept.__setitem__)
    monkeypatch.setattr(saved, "remembered", kept.get)
    priority = screen._priority
    priority.setCurrentIndex(priority.findData("1"))
    screen._typed.setText("pump")
    screen.saved.names.setEditText("夜班")
    screen.saved.save.click()
    assert saved_filters("alarms") == {"夜班": {"system": "", "building": "", "priority": "1", "typed": "pump"}}
    priority.setCurrentIndex(0)
    screen._typed.clear()
    names: QComboBox = screen.saved.names
    names.setCurrentIndex(0)
    names.activated.emit(0)
    assert (priority.currentData(), screen._typed.text()) == ("1", "pump")
    priority.setCurrentIndex(0)
    screen._typed.clear()
    screen.saved.save.click()
    assert saved_filters("alarms") == {}
