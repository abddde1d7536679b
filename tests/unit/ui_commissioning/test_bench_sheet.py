"""The test sheet on the screen, with the keyboard, and the sentence that says why a point is bad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.domain.accounts import Role
from console.domain.commands import RecordPointTest
from console.domain.commissioning import PointTest, Result
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.link.bench import FileAnswer, SheetAnswer, SheetFileQuery, SheetQuery, WhyBadAnswer, WhyBadQuery
from console.link.messages import Answer
from console.texts import LANGUAGES, set_language
from console.ui.commissioning.screen import CommissioningScreen
from console.ui.commissioning.sheet import SheetPane
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.whybad import WhyLabel
from tests.helpers.reading_screens import CHINESE_CHARACTER, painted_words
from tests.helpers.snapshots import NOW, NUMBERS, RecordingLine, delta, live
from tests.unit.ui.test_ui_fit import cut
from tests.unit.ui_commissioning.conftest import bench

PASSED = PointTest("EM1.active_power", "EM1", NOW, "zhao", Result.PASS, 300.0, 0, NOW, "kW", "300.2", "Fluke 117")
FAILED = PointTest("EM1.active_power", "EM1", NOW - 9, "zhao", Result.FAIL, None, 4, 0, "kW", "", "", "silent")


def answer(line: RecordingLine, *tests: PointTest) -> None:
    """Answer the sheet's question; why-bad questions before it are answered, too."""
    line.answer(SheetAnswer(1, "EM1", tests))


@pytest.fixture
def pane(screen: CommissioningScreen, line: RecordingLine) -> SheetPane:
    screen.open_page("sheet")
    screen.sheet.open_machine("EM1")
    assert line.queries[-1] == SheetQuery(1, "EM1")
    return screen.sheet


def cells(pane: SheetPane, point: str) -> dict[str, str]:
    model = pane.table.rows
    row = model.row_of(point)
    return {column.key: str(model.data(model.index(row, place))) for place, column in enumerate(model.columns)}


def recorded(line: RecordingLine) -> RecordPointTest:
    asked = line.last
    assert isinstance(asked, RecordPointTest)
    return asked


def test_the_sheet_shows_what_is_now_what_was_tested_and_how_far_one_is(pane: SheetPane, line: RecordingLine) -> None:
    answer(line, PASSED, FAILED)
    row = cells(pane, "EM1.active_power")
    assert (row["where"], row["value"], row["result"]) == ("7/4/12 f32", "300.0 kW", "✓ Pass (2)")
    assert (row["seen"], row["theirs"], row["by"], row["instrument"]) == ("300.0 kW", "300.2", "Zhao Lei", "Fluke 117")
    assert cells(pane, "EM1.energy")["result"] == "not tested"
    count = pane.findChild(QLabel, "sheet_count")
    assert count is not None
    assert count.text() == "1 of 4 tested: passed 1, failed 0, noted 0"
    pane.left.setChecked(True)
    assert "EM1.active_power" not in [each.point.id for each in pane.table.shown()]


def test_a_point_is_passed_with_figures_and_enter_and_the_next_one_is_chosen(pane: SheetPane, line: RecordingLine) -> None:
    answer(line)
    pane.form.instrument.setText("Fluke 117")
    pane.table.setFocus()
    assert pane.form.point is not None
    assert pane.form.point.id == "EM1.active_power"
    QTest.keyClicks(pane.table, "3")
    QTest.keyClicks(pane.form.device, "00.2 kW")
    QTest.keyClick(pane.form.device, Qt.Key.Key_Return)
    sent = recorded(line)
    assert (sent.point, sent.result, sent.device_value, sent.instrument) == (
        "EM1.active_power",
        Result.PASS,
        "300.2 kW",
        "Fluke 117",
    )
    assert (sent.value, sent.quality, sent.value_at) == (300.0, Quality.GOOD, NOW)  # what the screen showed
    assert not pane.form.buttons["pass"].isEnabled()
    line.done()
    assert pane.form.point.id == "EM1.reactive_power"
    assert (pane.form.device.text(), pane.form.instrument.text()) == ("", "Fluke 117")
    assert line.queries[-1] == SheetQuery(2, "EM1")


def test_a_pass_needs_the_devices_value_and_a_fail_its_note(pane: SheetPane, line: RecordingLine) -> None:
    answer(line)
    pane.table.setFocus()
    pane.form.buttons["pass"].click()
    assert "before you pass" in pane.form.error.text()
    QTest.keyClicks(pane.table, "f")
    pane.form.note.setText("swapped phases")
    QTest.keyClick(pane.form.note, Qt.Key.Key_Return)
    assert (recorded(line).result, recorded(line).note) == (Result.FAIL, "swapped phases")
    line.deny("refused.test_value", point="EM1.active_power")
    assert pane.form.error.isVisibleTo(pane)
    assert pane.form.note.text() == "swapped phases"  # nothing that was typed is lost
    assert pane.form.buttons["fail"].isEnabled()
    pane.form.note.clear()
    pane.form.buttons["note"].click()
    assert "in the note first" in pane.form.error.text()
    assert len(line.asked) == 1


def test_p_on_the_table_passes_what_is_typed_and_n_goes_to_the_next_untested(pane: SheetPane, line: RecordingLine) -> None:
    answer(line)
    pane.table.setFocus()
    QTest.keyClicks(pane.table, "n")
    assert pane.form.point is not None
    assert pane.form.point.id == "EM1.reactive_power"
    QTest.keyClicks(pane.table, "p")
    assert not line.asked  # first the device's value
    pane.form.device.setText("400")
    QTest.keyClicks(pane.table, "p")
    assert (recorded(line).point, recorded(line).device_value) == ("EM1.reactive_power", "400")


def test_who_may_not_record_still_sees_and_saves_the_sheet(
    open_screen: Callable[[], CommissioningScreen], picture: Picture, line: RecordingLine, tmp_path: Path
) -> None:
    picture.take_snapshot(bench(Role.AUDITOR))
    screen = open_screen()
    screen.open_page("sheet")
    screen.sheet.open_machine("EM1")
    answer(line, PASSED)
    assert cells(screen.sheet, "EM1.active_power")["theirs"] == "300.2"
    assert not screen.sheet.form.device.isEnabled()
    assert "lacks the right" in screen.sheet.form.buttons["pass"].toolTip()
    screen.sheet.table.setFocus()
    QTest.keyClicks(screen.sheet.table, "pf1")
    screen.sheet.record(Result.PASS)
    assert not line.asked
    screen.sheet.save_to(str(tmp_path / "EM1.html"))
    asked = line.queries[-1]
    assert isinstance(asked, SheetFileQuery)
    assert (asked.equipment, asked.format, asked.language) == ("EM1", "html", "en")
    line.answer(FileAnswer(1, "EM1-sheet.html", b"<h1>x</h1>"))
    assert (tmp_path / "EM1.html").read_bytes() == b"<h1>x</h1>"
    screen.sheet.save_to(str(tmp_path / "EM1.pdf"))
    line.answer(FileAnswer(1, "EM1-sheet.html", b"<h1>x</h1>"))
    assert (tmp_path / "EM1.pdf").read_bytes().startswith(b"%PDF")
    screen.sheet.save_to(str(tmp_path / "EM1.txt"))
    assert getattr(line.queries[-1], "format", "") == "text"


def test_a_machine_is_found_by_typing_and_enter(screen: CommissioningScreen, line: RecordingLine) -> None:
    screen.open_page("sheet")
    QTest.keyClicks(screen.sheet.machines.typed, "domestic pumps")
    QTest.keyClick(screen.sheet.machines.typed, Qt.Key.Key_Return)
    assert line.queries[-1] == SheetQuery(1, "PS1")
    assert screen.sheet.table.shown()[0].point.id == "PS1.discharge_pressure"


# --- why is this point bad


@pytest.fixture
def why(qtbot: object, picture: Picture, line: RecordingLine) -> WhyLabel:
    made = WhyLabel(picture, Desk(picture, line, picture), "why")
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    return made


def reason(point: str, code: str = "bench.why.line_down", **params: str) -> Answer:
    return WhyBadAnswer(1, point, 4, Problem(code, {"point": point, "connection": "gw", **params}))


def test_a_bad_point_is_explained_in_the_collectors_words_and_a_good_one_needs_none(
    why: WhyLabel, picture: Picture, line: RecordingLine
) -> None:
    power = picture.points["EM1.active_power"]
    why.show_point(power)
    assert why.isHidden()
    assert not line.queries
    picture.take_delta(delta(live=live({power.id: 1.0}, {power.id: Quality.COMM_LOST})))
    why.show_point(power)
    assert line.queries == [WhyBadQuery(1, power.id)]
    assert not why.isHidden()
    assert "Connections screen" in why.text()  # what the screen itself knows, until the answer is there
    why.show_point(power)
    assert len(line.queries) == 1  # not asked again at once
    line.answer(reason(power.id))
    assert "its connection gw is down" in why.text()
    picture.take_delta(delta(3, live=live({power.id: 2.0})))
    why.show_point(power)
    assert why.isHidden()


def test_the_reason_of_another_point_is_never_shown(why: WhyLabel, picture: Picture, line: RecordingLine) -> None:
    first, second = picture.points["EM1.active_power"], picture.points["EM1.energy"]
    bad = {point.id: Quality.COMM_LOST for point in (first, second)}
    picture.take_delta(delta(live=live({first.id: 1.0, second.id: 1}, bad)))
    why.show_point(first)
    why.show_point(second)
    line.answer(reason(first.id))
    assert "gw" not in why.text()
    line.answer(reason(second.id, "bench.why.never_asked", seconds="1"))
    assert "has no value yet" in why.text()
    assert NUMBERS[second.id] == second.number


# --- both languages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1260, 1820])
@pytest.mark.parametrize("page", ["read", "scan", "wire", "sheet"])
def test_no_word_of_the_bench_is_cut_and_each_is_said_in_its_language(
    screen: CommissioningScreen, line: RecordingLine, page: str, width: int, language: str
) -> None:
    screen.wire._timer.stop()
    screen.resize(width, 560)
    set_language(language)
    screen.retranslate()
    screen.open_page(page)
    if page == "sheet":
        screen.sheet.open_machine("EM1")
        answer(line, PASSED)
    assert not cut(screen)
    words = painted_words(screen)
    assert not [text for text in words if text.startswith(("commissioning.", "bench."))]
    if language == "en":
        assert not [text for text in words if CHINESE_CHARACTER.search(text)]
