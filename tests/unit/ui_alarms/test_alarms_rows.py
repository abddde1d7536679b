"""The active list is filled in slices, the loudest first, and what a person has selected keeps its row."""

from __future__ import annotations

from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.domain.alarms import Alarm
from console.domain.rules import Category
from console.ui.alarms.screen import AlarmsScreen
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.tally import FLOOD_RULE
from tests.helpers.snapshots import NOW, RecordingLine, alarm, busy, delta

MANY = 3_000


class Navigator:
    def open_equipment(self, equipment: str) -> None: ...

    def open_order(self, number: int) -> None: ...


def made(qtbot: QtBot) -> tuple[AlarmsScreen, Picture]:
    line, picture = RecordingLine(), Picture("desk")
    screen = AlarmsScreen(picture, Desk(picture, line, picture), Navigator())
    picture.setParent(screen)
    qtbot.addWidget(screen)
    screen.resize(1600, 900)
    screen.show()
    picture.take_snapshot(replace(busy(), alarms=()))
    return screen, picture


def bring(picture: Picture, *alarms: Alarm) -> None:
    picture.take_delta(delta(picture.revision + 1, alarms=alarms))


def plain(number: int, **more: object) -> Alarm:
    return replace(alarm(number, raised_at=NOW + number, priority=3), category=Category.EQUIPMENT, acknowledged=False, **more)


def test_thousands_at_once_come_in_slices_the_loudest_first_and_all_of_them_come(qtbot: QtBot) -> None:
    screen, picture = made(qtbot)
    screen._fold.click()
    grave = replace(plain(1), priority=1)
    bring(picture, *(plain(number) for number in range(2, MANY + 1)), grave)
    first = screen._model.items()
    assert len(first) < MANY
    assert 1 in [each.number for each in first]
    qtbot.waitUntil(lambda: len(screen._model.items()) == MANY, timeout=20_000)
    assert [each.number for each in screen.table.shown()[:3]] == [1, MANY, MANY - 1]
    bring(picture, *(replace(plain(number), active=False, acknowledged=True) for number in range(2, MANY + 1)))
    qtbot.waitUntil(lambda: [each.number for each in screen._model.items()] == [1], timeout=20_000)


def test_a_selected_alarm_keeps_its_row_in_a_flood_until_another_is_selected(qtbot: QtBot) -> None:
    screen, picture = made(qtbot)
    flood = replace(plain(1), rule=FLOOD_RULE, equipment="", priority=4, category=Category.SYSTEM)
    bring(picture, flood, *(plain(number) for number in range(2, 20)))
    qtbot.waitUntil(lambda: len(screen.table.shown()) == 2)  # the flood's own alarm, and one for its building
    head = next(each for each in screen.table.shown() if each.number != 1)
    assert screen.table.select(head.number)
    bring(picture, replace(head, acknowledged=True))  # the next one leads its building now
    qtbot.waitUntil(lambda: len(screen.table.shown()) == 3)
    assert [each.number for each in screen.table.selected()] == [head.number]
    other = next(each for each in screen.table.shown() if each.number not in (head.number, 1))
    assert screen.table.select(other.number)
    bring(picture, plain(20))
    qtbot.waitUntil(lambda: head.number not in [each.number for each in screen.table.shown()])


def test_when_the_selected_alarm_leaves_no_other_one_is_selected_in_its_place(qtbot: QtBot) -> None:
    screen, picture = made(qtbot)
    bring(picture, *(plain(number) for number in range(2, 6)))
    qtbot.waitUntil(lambda: len(screen.table.shown()) == 4)
    assert screen.table.select(4)
    bring(picture, replace(plain(4), active=False, acknowledged=True))
    qtbot.waitUntil(lambda: len(screen.table.shown()) == 3)
    assert (screen.table.selected(), screen.table.current()) == ([], None)
