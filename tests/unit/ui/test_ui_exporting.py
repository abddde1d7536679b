"""What a table shows becomes a file: all three forms, made in a thread, whole or not there."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook

from console.domain.problems import Problem
from console.link.messages import Snapshot
from console.texts import ENGLISH, set_language
from console.ui.picture import Picture
from console.ui.shell import Shell
from console.ui.widgets.cards import Card
from console.ui.widgets.exporting import Exporter, title_of
from console.ui.widgets.tables import EXPORT_KEY, RIGHT, Column, RowModel, TableView
from tests.helpers.reading_screens import says
from tests.helpers.snapshots import busy, snapshot

Row = tuple[int, str, str]
ROWS = [(1, '=HYPERLINK("http://x")', "12.5"), (2, "1#生活水泵", "-3.25"), (3, "@SUM(A1)", ""), (4, "消防泵", "7")]


class Window(QWidget):
    """A window that exports, as the shell does."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.exporter = Exporter(picture, self)
        self.asked: list[TableView[Any]] = []

    def export_table(self, table: TableView[Any]) -> None:
        self.asked.append(table)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    picture = Picture("A台")
    picture.take_snapshot(snapshot())
    made = Window(picture)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def table(window: Window) -> TableView[Row]:
    columns: list[Column[Row]] = [
        Column("priority", "", 44, lambda row: str(row[0]), sort=lambda row: row[0]),
        Column("title", "orders.field.title", 0, lambda row: row[1]),
        Column("value", "quality.column.value", 80, lambda row: row[2], RIGHT),
        Column("drawn", "quality.column.amount", 80, lambda row: "", plain=lambda row: f"<{row[0]}>"),
    ]
    model: RowModel[Row] = RowModel(columns, lambda row: row[0])
    model.set_rows(ROWS)
    made: TableView[Row] = TableView(model, "things", parent=window)
    model.setParent(made)
    return made


def written(window: Window, table: TableView[Row], file: Path, qtbot: QtBot) -> int:
    with qtbot.waitSignal(window.exporter.written, timeout=20_000) as heard:
        window.exporter.write(table, file, "水泵")
    assert heard.args is not None
    assert heard.args[0] == str(file)
    return int(heard.args[1])


def test_a_spreadsheet_holds_the_shown_rows_with_numbers_as_numbers_and_no_formula(
    window: Window, table: TableView[Row], tmp_path: Path, qtbot: QtBot
) -> None:
    table.sort_by("priority", Qt.SortOrder.DescendingOrder)
    assert written(window, table, tmp_path / "out.xlsx", qtbot) == 4
    rows = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    place = next(number for number, row in enumerate(rows) if "标题" in row)
    assert rows[place] == ["级别", "标题", "实际", "数量"]
    assert [row[1] for row in rows[place + 1 : place + 5]] == ["消防泵", "@SUM(A1)", "1#生活水泵", '=HYPERLINK("http://x")']
    assert [row[2] for row in rows[place + 1 : place + 5]] == [7.0, "", -3.25, 12.5]
    assert [row[3] for row in rows[place + 1 : place + 3]] == ["<4>", "<3>"]  # what a delegate draws is told in words
    with ZipFile(tmp_path / "out.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")  # where a formula would stand


def test_a_csv_is_filtered_as_shown_in_the_language_shown_and_harmless(
    window: Window, table: TableView[Row], tmp_path: Path, qtbot: QtBot
) -> None:
    set_language(ENGLISH)
    table.rows.refresh()
    table.filter_text("hyperlink")
    assert written(window, table, tmp_path / "out.csv", qtbot) == 1
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # Excel reads it as UTF-8
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines == [["Priority", "Title", "Actual", "Amount"], ["1", '\'=HYPERLINK("http://x")', "12.5", "<1>"]]


def test_a_pdf_is_made_of_chinese_rows(window: Window, table: TableView[Row], tmp_path: Path, qtbot: QtBot) -> None:
    assert written(window, table, tmp_path / "out.pdf", qtbot) == 4
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
    assert not list(tmp_path.glob("*.part"))  # nothing half made lies beside it


def test_the_file_is_written_beside_the_gui_thread(
    window: Window, table: TableView[Row], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        threads.append(threading.current_thread())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    written(window, table, tmp_path / "out.csv", qtbot)
    assert threads
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("wanted", [("missing/out.xlsx", "cli.file.unwritable"), ("out.docx", "widgets.export.form")])
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    window: Window, table: TableView[Row], tmp_path: Path, qtbot: QtBot, wanted: tuple[str, str]
) -> None:
    name, code = wanted
    with qtbot.waitSignal(window.exporter.failed, timeout=20_000) as heard:
        window.exporter.write(table, tmp_path / name, "水泵")
    assert heard.args is not None
    problem = heard.args[0]
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert not list(tmp_path.glob("out*"))


def test_a_table_asks_its_window_and_the_dialog_blocks_nothing(window: Window, table: TableView[Row], qtbot: QtBot) -> None:
    table.ask_export()
    assert window.asked == [table]
    window.exporter.ask(table, "设备")
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    assert [form.rpartition("*.")[2].rstrip(")") for form in dialog.nameFilters()] == ["xlsx", "csv", "pdf"]
    assert dialog.selectedFiles()[0].endswith(".xlsx")
    dialog.reject()


def test_a_table_is_called_by_its_card_or_else_by_its_screen(window: Window, table: TableView[Row]) -> None:
    assert title_of(table, "设备") == "设备"
    card = Card(window)
    card.set_heading("最频繁的报警")
    card.body.addWidget(table)
    window.show()
    assert title_of(table, "设备") == "最频繁的报警"


def test_ctrl_shift_e_exports_the_list_of_the_screen_and_says_where(
    shell: Shell, show: Callable[[Snapshot], Picture], tmp_path: Path, qtbot: QtBot
) -> None:
    """The alarm list as a person exports it: a key, a name, and the words in place; times with their date, promises in words."""
    show(busy())
    shell.open_screen("alarms")
    shell.activateWindow()
    QTest.qWaitForWindowActive(shell)
    QTest.keyClick(shell, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = shell.findChild(QFileDialog)
    assert dialog is not None
    with qtbot.waitSignal(shell.exporter.written, timeout=20_000):
        dialog.fileSelected.emit(str(tmp_path / "alarms.csv"))
    dialog.close()
    with (tmp_path / "alarms.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines[0][:3] == ["级别", "时间", "设备"]
    assert len(lines) == 1 + len(shell.made_screen("alarms").table.shown())  # type: ignore[union-attr] # it was made
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", line[1]) for line in lines[1:])
    assert says(shell, "alarms.csv")


def test_the_keys_of_a_table_need_no_input_method(table: TableView[Row]) -> None:
    """With a Chinese input method on, a widget that takes text would give it every letter first."""
    table.selectRow(1)
    assert not table.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert EXPORT_KEY == "Ctrl+Shift+E"
