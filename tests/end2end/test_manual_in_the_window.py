"""Meters read on a round and an isolated detector, in the real window with keys and clicks, through a kill of the collector."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from console.domain.quality import Quality
from console.domain.times import SECOND
from console.ui.isolations.screen import IsolationsScreen
from console.ui.readings.screen import ReadingsScreen
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.helpers.testclock import TestClock
from tests.helpers.windows import Window
from tests.integration.collectors import device
from tests.integration.test_collector_manual import MORNING, SITE


class Story:
    """Panel, collector, window and clock."""

    def __init__(self, qtbot: QtBot, tmp_path: Path, port: int, clock: TestClock) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)), "--clock", f"steered:{clock.steering.port}")
        self.process = CollectorProcess(tmp_path / "store", *words)
        self.clock = clock
        clock.start(self.process)
        self.window = Window(qtbot, self.process.folder)

    def later(self, hours: float) -> None:
        """Hours pass; the window follows."""
        self.clock.advance(hours)
        self.window.until(lambda: abs(self.window.picture.now() - self.clock.now()) < SECOND)

    @property
    def sheet(self) -> ReadingsScreen:
        """The sheet, made by the shell."""
        made = self.window.shell.made_screen("readings")
        assert isinstance(made, ReadingsScreen)
        return made

    def row(self, point: str) -> int:
        """Where a point stands in the sheet."""
        return [row.point.id for row in self.sheet.table.shown()].index(point)

    def type_into(self, point: str, text: str) -> None:
        """Type a number where the cursor stands on a row, and Enter."""
        table = self.sheet.table
        table.setFocus()
        table.to_typed(self.row(point))
        QTest.keyClicks(table, text[0])
        editor = self.window.until(lambda: next((e for e in table.viewport().findChildren(QLineEdit) if e.isVisible()), None))
        assert editor is not None
        QTest.keyClicks(editor, text[1:])
        QTest.keyClick(editor, Qt.Key.Key_Return)
        self.window.until(lambda: self.sheet.drafts.entries.get(point) is not None)


@pytest.fixture
def story(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Story, object]]:
    with device(values=(0,) * 8) as server, Steering(MORNING) as steering:
        made = Story(qtbot, tmp_path, server.port, TestClock(steering))
        try:
            made.window.until(lambda: made.window.picture.reading("F1.node_1").time)
            yield made, server.data_bank
        finally:
            made.window.close()
            made.process.stop()
        assert "Traceback" not in made.process.log()


def test_a_round_is_typed_confirmed_and_sent_and_survives_a_kill_of_the_collector(
    story: tuple[Story, object], tmp_path: Path
) -> None:
    here, _ = story
    window, picture, sheet = here.window, here.window.picture, here.sheet
    window.click("nav_readings")
    assert window.text("readings_foot") == "登录后可录入读数"
    window.sign_on("zhao")

    # Enter commits and goes one row down; what is right waits, what needs a photo says so
    here.type_into("M1.water", "1000")
    assert sheet.table.currentIndex().row() == here.row("M1.water") + 1
    here.type_into("M1.gas", "5")
    sheet.table.to_typed(here.row("M1.gas"))
    assert "要求附照片" in window.text("reading_said")
    picture_file = tmp_path / "gas.jpg"
    assert QImage(40, 30, QImage.Format.Format_RGB32).save(str(picture_file), "png")  # called jpg, is a png
    sheet.detail.ask_for_photo(str(picture_file))
    window.press("readings_send")
    window.until(lambda: not sheet.drafts.entries)
    assert picture.reading("M1.water").value == 1000
    assert picture.reading("M1.water").quality is Quality.MANUAL
    name = hashlib.sha256(picture_file.read_bytes()).hexdigest()
    assert (here.process.folder / "photos" / name[:2] / f"{name}.png").exists()

    # due at nine, typed beforehand: nothing is asked; unusual growth is
    here.later(2)
    assert not [alarm for alarm in picture.alarms.values() if alarm.rule == "system#readings"]
    here.type_into("M1.water", "1700")
    sheet.table.to_typed(here.row("M1.water"))
    assert "超过上限" in window.text("reading_said")
    assert not window.button("readings_send").isEnabled()

    # the collector dies; what was typed stays, and is sent when it is back
    here.process.kill()
    here.clock.stand()
    window.until(lambda: not picture.live)
    window.until(lambda: "已保留" in window.text("readings_foot"))
    here.clock.start(here.process)
    window.until(lambda: picture.live and picture.me == "")
    window.sign_on("zhao")
    assert picture.reading("M1.water").value == 1000
    sheet.table.setFocus()
    sheet.table.to_typed(here.row("M1.water"))
    QTest.keyClick(sheet.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.press("readings_send")
    window.until(lambda: picture.reading("M1.water").value == 1700)
    assert not sheet.drafts.entries

    # a column from a spreadsheet, taken back before it is sent
    sheet.table.to_typed(0)
    QApplication.clipboard().setText("1701\t\r\n\r\n0.31\r\n")
    QTest.keyClick(sheet.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert {draft.text for draft in sheet.drafts.entries.values()} == {"1701", "0.31"}
    QTest.keyClick(sheet.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not sheet.drafts.entries

    window.shell.exporter.write(sheet.table, tmp_path / "sheet.csv", "sheet")
    window.until((tmp_path / "sheet.csv").exists)
    assert "1700.0" in (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    sheet.save_pdf(str(tmp_path / "sheet.pdf"))
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_an_isolated_detector_is_registered_completed_patrolled_and_found_in_the_history(story: tuple[Story, object]) -> None:
    here, bank = story
    window, picture = here.window, here.window.picture
    window.sign_on("wang")
    window.click("nav_isolations")
    window.until(lambda: "没有屏蔽的部位" in window.words())
    bank.set_holding_registers(1, [7])  # type: ignore[attr-defined]
    window.until(lambda: 1 in picture.isolations)
    screen = window.shell.made_screen("isolations")
    assert isinstance(screen, IsolationsScreen)
    screen.show_isolation(1)
    window.until(lambda: "未填写，请补充" in window.words())
    window.shell.activateWindow()
    screen.table.setFocus()
    window.until(screen.table.hasFocus)
    QTest.keyClick(screen.table, Qt.Key.Key_A)
    window.type("isolation_isolated_by", "Zhao")
    window.press("isolation_amend")
    window.until(lambda: "没有写明屏蔽原因" in window.text("order_error"))
    window.type("isolation_reason", "painting")
    window.type("isolation_patrol_every", "1 h")
    window.type("isolation_patrol_by", "Guard 2")
    window.press("isolation_amend")
    window.until(lambda: picture.isolations[1].complete)

    here.later(1.1)
    window.until(lambda: any(alarm.rule == "system#patrol-1" and alarm.active for alarm in picture.alarms.values()))
    window.until(lambda: window.shows(window.shell.strip, "补偿巡查逾期：部位 2"))
    screen.table.setFocus()
    window.until(screen.table.hasFocus)
    QTest.keyClick(screen.table, Qt.Key.Key_P)
    window.type("isolation_result", "ok")
    window.press("isolation_patrol")
    window.until(lambda: not any(alarm.rule == "system#patrol-1" and alarm.active for alarm in picture.alarms.values()))

    bank.set_holding_registers(1, [0])  # type: ignore[attr-defined]
    window.until(lambda: not picture.isolations[1].open)
    window.press("isolations_history")
    window.until(lambda: [each.number for each in screen.table.shown()] == [1])
