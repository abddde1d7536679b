"""What leads to the bench from other screens, and what a window remembers of its tables."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from console.domain.problems import Problem
from console.domain.quality import Quality
from console.link.bench import ReadRegistersQuery, WhyBadAnswer, WhyBadQuery
from console.ui.commissioning.screen import CommissioningScreen
from console.ui.desk import Desk
from console.ui.equipment.screen import EquipmentScreen
from console.ui.horn import Silent
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.snapshots import RecordingLine, delta, live

POINT = "EM1.reactive_power"


def window(qtbot: QtBot, picture: Picture, line: RecordingLine, *, remember: bool = False) -> Shell:
    made = Shell(picture, Desk(picture, line, picture), Silent(), remember_window=remember)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_bad_point_on_its_machines_page_says_why_and_leads_to_the_bench(
    qtbot: QtBot, picture: Picture, line: RecordingLine
) -> None:
    shell = window(qtbot, picture, line)
    picture.take_delta(delta(live=live({POINT: 1.0}, {POINT: Quality.BAD})))
    shell.open_equipment("EM1")
    machine = shell.made_screen("equipment")
    assert isinstance(machine, EquipmentScreen)
    points = machine.page.points
    points.table.select("EM1.energy")
    assert points.why.isHidden()
    assert points.bench.isHidden()
    points.table.select(POINT)
    place = next(place for place, asked in enumerate(line.queries) if isinstance(asked, WhyBadQuery))
    assert line.queries[place] == WhyBadQuery(place + 1, POINT)
    del line._waiting[:place]  # history and alarms are not what this is about
    line.answer(WhyBadAnswer(1, POINT, 3, Problem("bench.why.bcd", {"point": POINT, "type": "bcd16"})))
    assert "a digit above 9" in points.why.text()
    points.findChild(QPushButton, "points_bench").click()  # type: ignore[union-attr]
    screen = shell.made_screen("commissioning")
    assert isinstance(screen, CommissioningScreen)
    assert screen.read.isVisible()
    asked = line.queries[-1]
    assert isinstance(asked, ReadRegistersQuery)
    assert (asked.connection, asked.unit, asked.function, asked.address, asked.count) == ("gw", 7, 4, 14, 2)
    shell.back()
    assert machine.isVisible()


def test_the_width_of_columns_is_remembered_and_what_is_hidden_is_not(qtbot: QtBot, picture: Picture, line: RecordingLine) -> None:
    first = window(qtbot, picture, line, remember=True)
    first.open_screen("commissioning")
    screen = first.made_screen("commissioning")
    assert isinstance(screen, CommissioningScreen)
    screen.read.table.setColumnWidth(2, 231)
    screen.read._chips["w64"].click()
    first.close()
    second = window(qtbot, picture, line, remember=True)
    second.open_screen("commissioning")
    screen = second.made_screen("commissioning")
    assert isinstance(screen, CommissioningScreen)
    table = screen.read.table
    assert table.columnWidth(2) == 231
    keys = [column.key for column in table.rows.columns]
    assert not table.isColumnHidden(keys.index("u16"))
    assert table.isColumnHidden(keys.index("f64 ABCD"))
