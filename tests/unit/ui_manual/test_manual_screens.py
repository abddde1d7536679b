"""The sheet and the register without a collector: what is shown, typed, sent, refused, and when there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import EnterReadings, RecordPatrol, StorePhoto
from console.domain.estate import ManualSource, Point, Reminder, ValueKind
from console.domain.isolations import Isolation
from console.domain.readings import How, TypedReading
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.link.messages import Snapshot
from console.texts import CHINESE, ENGLISH, set_language
from console.ui.desk import Desk
from console.ui.isolations import presenter as register
from console.ui.isolations.screen import IsolationsScreen
from console.ui.picture import Picture
from console.ui.readings import presenter
from console.ui.readings.presenter import Draft, Drafts
from console.ui.readings.screen import ReadingsScreen
from tests.helpers.snapshots import NOW, RecordingLine, busy, delta

METER = ManualSource(remind=Reminder("day", 1, 0), max_daily=50)
POINTS = (
    Point("WM1.hand", "WM1", "hand", Text("水表", "Meter"), ValueKind.COUNTER, METER, unit="m³", decimals=1, number=901),
    Point("PS1.gauge", "PS1", "gauge", Text("压力表", "Gauge"), ValueKind.ANALOG, ManualSource(), unit="MPa", number=902),
    Point("FP1.valve", "FP1", "valve", Text("阀门", "Valve"), ValueKind.STATE, ManualSource(), number=903,
          states={0: Text("关", "Closed"), 1: Text("开", "Open")}),
)  # fmt: skip
READINGS = (
    TypedReading("WM1.hand", NOW - 40 * DAY, 1000, "wang", NOW),
    TypedReading("WM1.hand", NOW - 25 * DAY, 1300, "wang", NOW),
    TypedReading("WM1.hand", NOW - 2 * DAY, 10, "wang", NOW, how=How.EXCHANGED, final=1400, first=0),
)


def estate_of(snapshot: Snapshot, **more: Any) -> Snapshot:
    kept = tuple(point for point in snapshot.estate.points if not isinstance(point.source, ManualSource))
    estate = replace(snapshot.estate, points=(*kept, *POINTS))
    awaited = {point.id: NOW - 90 * DAY for point in POINTS}
    return replace(snapshot, estate=estate, readings=READINGS, awaited=awaited, **more)


class Nowhere:
    def open_equipment(self, equipment: str) -> None:
        raise AssertionError(equipment)


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[Picture]:
    set_language(ENGLISH)
    yield Picture("desk")
    set_language(CHINESE)


@pytest.fixture
def sheet(qtbot: QtBot, picture: Picture, line: RecordingLine) -> ReadingsScreen:
    made = ReadingsScreen(picture, Desk(picture, line, picture), Nowhere())
    qtbot.addWidget(made)
    made.show()
    return made


def words(screen: QWidget) -> list[str]:
    pieces = [*screen.findChildren(QLabel), *screen.findChildren(QPushButton)]
    return [piece.text() for piece in pieces if piece.isVisibleTo(screen) and piece.text()]


def cells(sheet: ReadingsScreen, point: str) -> dict[str, str]:
    model = sheet.table.rows
    row = model.row_of(point)
    return {column.key: str(model.data(model.index(row, place))) for place, column in enumerate(model.columns)}


def type_in(sheet: ReadingsScreen, point: str, text: str) -> None:
    model = sheet.table.rows
    place = next(place for place, column in enumerate(model.columns) if column.key == "typed")
    assert model.setData(model.index(model.row_of(point), place), text)
    sheet.table.select(point)


def test_without_manual_points_the_sheet_says_how_to_get_some(sheet: ReadingsScreen, picture: Picture) -> None:
    assert "Loading…" in words(sheet)
    snapshot = busy()
    wired = tuple(point for point in snapshot.estate.points if not isinstance(point.source, ManualSource))
    picture.take_snapshot(replace(snapshot, estate=replace(snapshot.estate, points=wired)))
    assert "No points are read by people" in words(sheet)


def test_the_month_shows_consumption_over_an_exchange_and_what_is_overdue(sheet: ReadingsScreen, picture: Picture) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR)))
    shown = cells(sheet, "WM1.hand")
    assert (shown["previous"], shown["latest"], shown["used"], shown["state"]) == ("1300.0", "10.0", "110.0", "Overdue")
    assert cells(sheet, "PS1.gauge")["state"] == "No reading"
    sheet.findChild(QPushButton, "readings_overdue").click()  # type: ignore[union-attr]
    assert [row.point.id for row in sheet.table.shown()] == ["WM1.hand"]


def test_typed_rows_are_judged_at_once_and_only_what_is_ready_is_sent(
    sheet: ReadingsScreen, picture: Picture, line: RecordingLine
) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR)))
    type_in(sheet, "PS1.gauge", "０．３１")
    type_in(sheet, "FP1.valve", "open")
    type_in(sheet, "WM1.hand", "5")
    assert cells(sheet, "WM1.hand")["state"] == "Wrong"  # it went down and nobody said why
    type_in(sheet, "WM1.hand", "500")
    assert cells(sheet, "WM1.hand")["state"] == "Confirm?"
    sheet.do_send()
    (command,) = [each for each in line.asked if isinstance(each, EnterReadings)]
    assert {entry.point: entry.value for entry in command.readings} == {"PS1.gauge": 0.31, "FP1.valve": 1.0}
    line.done()
    assert list(sheet.drafts.entries) == ["WM1.hand"]
    sheet.do_confirm()
    assert cells(sheet, "WM1.hand")["state"] == "Confirmed"
    type_in(sheet, "WM1.hand", "501")
    assert cells(sheet, "WM1.hand")["state"] == "Confirm?"  # another number is another question


def test_a_refusal_stands_in_place_and_nothing_typed_is_lost(sheet: ReadingsScreen, picture: Picture, line: RecordingLine) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR)))
    type_in(sheet, "PS1.gauge", "0.3")
    sheet.drafts.put({"PS1.gauge": Draft("0.3", photo=b"\x89PNG\r\n\x1a\n")})
    sheet.do_send()
    assert isinstance(line.last, StorePhoto)
    line.done()
    assert isinstance(line.last, EnterReadings)
    line.deny("refused.reading_future", point="PS1.gauge")
    assert any("lies in the future" in text for text in words(sheet))
    assert sheet.drafts.entries["PS1.gauge"].text == "0.3"


def test_who_may_not_type_is_told_and_cannot(sheet: ReadingsScreen, picture: Picture) -> None:
    picture.take_snapshot(estate_of(busy(Role.AUDITOR)))
    assert "This account may not enter readings" in words(sheet)
    assert not sheet.table.edit(sheet.table.model().index(0, 8), sheet.table.EditTrigger.AllEditTriggers, None)


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_every_word_changes_with_the_language(sheet: ReadingsScreen, picture: Picture, language: str) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR)))
    set_language(language)
    sheet.retranslate()
    assert not [text for text in words(sheet) if text.startswith("readings.")]
    assert ("抄表时间" in words(sheet)) == (language == CHINESE)


def test_undo_takes_back_step_by_step_and_not_what_was_sent() -> None:
    drafts = Drafts()
    drafts.put({"a": Draft("1")})
    drafts.put({"a": Draft("2"), "b": Draft("3")})
    assert drafts.undo()
    assert drafts.entries == {"a": Draft("1")}
    drafts.put({"a": Draft()})
    assert drafts.entries == {}
    drafts.undo()
    drafts.sent({"a": Draft("1")})
    assert not drafts.undo()
    assert drafts.entries == {}


@pytest.mark.parametrize(("text", "value"), [("1,234.5", 1234.5), ("１２", 12), (" -3 ", -3), ("5。5", 5.5)])
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    assert presenter.number(text) == value
    with pytest.raises(ValueError, match="abc"):
        presenter.number("abc")


@pytest.mark.parametrize(("text", "length"), [("", 0), ("30", 30 * MINUTE), ("2 h", 2 * HOUR), ("2小时", 2 * HOUR), ("1d", DAY)])
def test_patrol_intervals_are_read_as_people_type_them(text: str, length: int) -> None:
    assert register.parse_length(text) == length
    assert register.parse_length(register.length(length)) == length
    for wrong in ("h", "2 weeks", "-1"):
        with pytest.raises(ValueError, match=wrong):
            register.parse_length(wrong)


# --- the register

STAMP = Stamp(NOW - HOUR, "wang", NOW, "wang")
DETECTED = Isolation(1, "FP1", NOW - HOUR, Stamp(NOW - HOUR, "", NOW, ""), point="FP1.node_1")
VALVE = Isolation(2, "PS1", NOW - HOUR, STAMP, what="Riser valve", reason="leak", isolated_by="wang", patrol_every=30 * MINUTE,
                  patrol_by="Guard", patrol_from=NOW - HOUR)  # fmt: skip


@pytest.fixture
def entries(qtbot: QtBot, picture: Picture, line: RecordingLine) -> IsolationsScreen:
    made = IsolationsScreen(picture, Desk(picture, line, picture), Nowhere())
    qtbot.addWidget(made)
    made.show()
    return made


def test_an_empty_register_says_what_comes_by_itself_and_what_is_recorded(entries: IsolationsScreen, picture: Picture) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR)))
    assert "Nothing is isolated" in words(entries)


def test_the_gravest_entry_stands_first_and_a_patrol_is_recorded_in_place(
    entries: IsolationsScreen, picture: Picture, line: RecordingLine
) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR), isolations=(DETECTED, VALVE)))
    assert [each.number for each in entries.table.shown()] == [2, 1]
    entries.show_isolation(2)
    assert "Patrol late" in words(entries)
    entries.do_patrol()
    form = entries.findChild(QWidget, "form_isolation_patrol")
    assert form is not None
    form.findChild(QWidget, "isolation_result").setText("fine")  # type: ignore[union-attr, attr-defined]
    form.findChild(QPushButton, "isolation_patrol").click()  # type: ignore[union-attr]
    assert line.last == RecordPatrol(2, "fine", by="Guard")
    picture.take_delta(delta(isolations=(replace(VALVE, patrolled=Stamp(NOW, "Guard", NOW, "wang"), patrols=1),)))
    assert [each.number for each in entries.table.shown()] == [1, 2]


def test_what_the_panel_reports_cannot_be_lifted_here(entries: IsolationsScreen, picture: Picture) -> None:
    picture.take_snapshot(estate_of(busy(Role.OPERATOR), isolations=(DETECTED,)))
    entries.show_isolation(1)
    assert not entries.findChild(QPushButton, "isolations_lift").isEnabled()  # type: ignore[union-attr]
    assert any(text.startswith("Reported by the panel") for text in words(entries))
    assert entries.findChild(QCheckBox) is None
