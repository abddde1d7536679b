"""An engineer at the bench: finds the device, reads it, watches its frames, tests its points, and is told why one is bad."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.ui.commissioning.screen import CommissioningScreen
from console.ui.equipment.screen import EquipmentScreen
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.windows import Window
from tests.integration.collectors import device, site


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Window, CommissioningScreen, CollectorProcess, object]]:
    with device() as server:
        file = tmp_path / "site.yaml"
        file.write_text(site(server.port), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_people(tmp_path)))
        process.start()
        window = Window(qtbot, process.folder)
        try:
            window.until(lambda: window.picture.reading("P1.pressure").value == 50)
            screen = window.shell.made_screen("commissioning")
            assert isinstance(screen, CommissioningScreen)
            yield window, screen, process, server
        finally:
            window.close()
            process.stop()
        assert "Traceback" not in process.log()


def cell(screen: CommissioningScreen, address: int, key: str) -> str:
    model = screen.read.table.rows
    place = [column.key for column in model.columns].index(key)
    return str(model.data(model.index(model.row_of(address), place)))


def test_from_the_first_register_to_a_signed_sheet(
    bench: tuple[Window, CommissioningScreen, CollectorProcess, object], tmp_path: Path
) -> None:
    window, screen, process, server = bench

    # who is not signed on sees why nothing can be asked; a technician may
    QTest.keyClick(window.shell, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert "使用调试台" in window.text("commissioning_who")
    assert not window.button("read_go").isEnabled()
    window.sign_on("zhao")

    # find the device, and read what was found
    window.press("commissioning_scan")
    window.type("scan_last", "2")
    window.press("scan_go")
    window.until(lambda: "扫描完成" in window.text("scan_says"))
    assert [(unit.unit, unit.how) for unit in screen.scan.units.shown()] == [(1, "answered"), (2, "answered")]
    screen.scan.units.setFocus()
    screen.scan.units.select(1)
    QTest.keyClick(screen.scan.units, Qt.Key.Key_Return)
    window.until(lambda: screen.read.table.rows.rowCount() == 10)
    assert (cell(screen, 0, "u16"), cell(screen, 0, "points"), cell(screen, 0, "reference")) == ("50", "压力", "40001")
    assert "已配置的点位 3 个" in window.text("read_says")

    # by its number in the manual; a register that moves is counted
    window.type("read_address", "40002")
    window.type("read_count", "1")
    window.press("read_again")
    window.until(lambda: screen.read.table.rows.rowCount() == 1 and cell(screen, 1, "u16") == "80")
    server.data_bank.set_holding_registers(1, [81])  # type: ignore[attr-defined]
    window.until(lambda: cell(screen, 1, "changes") == "• 1")
    window.press("read_again")
    window.type("read_address", "99")
    window.type("read_count", "9")
    QTest.keyClick(screen.read.bar.count, Qt.Key.Key_Return)
    window.until(lambda: "没有地址 99–107" in window.text("read_says"))

    # its frames, with that refused one
    window.press("commissioning_wire")
    window.press("wire_start")
    window.until(lambda: screen.wire.table.rows.rowCount() > 8)
    screen.read.read()
    window.press("wire_errors")
    window.until(lambda: [frame.error for frame in screen.wire.table.shown()] == ["exception_2"])
    window.press("wire_stop")
    window.until(lambda: "记录已停止" in window.text("wire_says"))

    # the sheet, with the keyboard
    window.press("commissioning_sheet")
    screen.sheet.machines.typed.setFocus()
    QTest.keyClicks(screen.sheet.machines.typed, "P1")
    QTest.keyClick(screen.sheet.machines.typed, Qt.Key.Key_Return)
    window.until(lambda: window.text("sheet_value") == "50 kPa")
    screen.sheet.form.instrument.setText("Fluke 726")
    for typed in ("50.1", "81"):
        before = screen.sheet.form.point
        screen.sheet.table.setFocus()
        QTest.keyClicks(screen.sheet.table, typed[0])
        QTest.keyClicks(screen.sheet.form.device, typed[1:])
        QTest.keyClick(screen.sheet.form.device, Qt.Key.Key_Return)
        window.until(lambda: screen.sheet.form.point != before)  # noqa: B023 - used at once
    window.until(lambda: "已测 2/4：合格 2" in window.text("sheet_count"))
    screen.sheet.save_to(str(tmp_path / "P1.html"))
    page = window.until(lambda: (tmp_path / "P1.html").exists() and (tmp_path / "P1.html").read_text(encoding="utf-8"))
    assert "<td>50 kPa</td><td>50.1</td><td>Fluke 726</td><td>合格</td><td>赵师傅</td>" in str(page)
    screen.sheet.save_to(str(tmp_path / "P1.pdf"))
    window.until(lambda: (tmp_path / "P1.pdf").exists() and (tmp_path / "P1.pdf").stat().st_size > 5000)

    # what was tested outlives the collector
    process.stop()
    window.until(lambda: not window.picture.live)
    assert not screen.sheet.form.buttons["pass"].isEnabled()
    process.start()
    window.until(lambda: window.picture.live, 30)
    screen.sheet._ask()
    window.until(lambda: "已测 2/4：合格 2" in window.text("sheet_count"))

    # the device is gone: the page of the machine says why, and what to do
    server.stop()  # type: ignore[attr-defined]
    window.shell.open_equipment("P1")
    machine = window.shell.made_screen("equipment")
    assert isinstance(machine, EquipmentScreen)
    window.until(lambda: not window.picture.reading("P1.level").quality.usable)
    table = machine.page.points.table
    table.select("P1.level")
    window.until(lambda: "点位 P1.level" in window.text("points_why"))
    assert "请" in window.text("points_why")
