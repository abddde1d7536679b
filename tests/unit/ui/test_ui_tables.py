"""Tables: told the least, filtered, sorted, copied, exported."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QAbstractItemModel, QSettings, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.texts import ENGLISH, set_language
from console.ui import theme
from console.ui.widgets.tables import Column, RowModel, TableView

Row = tuple[int, str, float]


def red_below_zero(row: Row) -> str:
    return "p1_text" if row[2] < 0 else ""


def model() -> RowModel[Row]:
    return RowModel(
        [
            Column("number", "orders.column_id", 80, lambda row: str(row[0]), sort=lambda row: row[0]),
            Column("name", "orders.field.title", 0, lambda row: row[1], tooltip=lambda row: f"<{row[1]}>"),
            Column(
                "value",
                "",
                60,
                lambda row: f"{row[2]:.1f}",
                sort=lambda row: row[2],
                colour=red_below_zero,
            ),
        ],
        lambda row: row[0],
    )


@pytest.fixture
def table(qtbot: QtBot) -> TableView[Row]:
    made = TableView(model(), "test")
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.rows.set_rows([(1, "泵 A", 10.0), (2, "=HYPERLINK()", 9.0), (3, "lift b", -1.0)])
    made.show()
    return made


class Heard:
    """What the model told."""

    def __init__(self, watched: QAbstractItemModel) -> None:
        self.changed: list[tuple[int, int]] = []
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.resets = 0
        watched.dataChanged.connect(lambda first, last, _roles: self.changed.append((first.row(), last.row())))
        watched.rowsInserted.connect(lambda _parent, first, last: self.inserted.append((first, last)))
        watched.rowsRemoved.connect(lambda _parent, first, last: self.removed.append((first, last)))
        watched.modelReset.connect(self._reset)

    def _reset(self) -> None:
        self.resets += 1


@pytest.mark.parametrize("seed", range(8))
def test_random_updates_keep_the_promises_of_a_qt_model(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    rows = model()
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    view = TableView(rows, "test")  # the proxy has its own opinion of what it is told
    qtbot.addWidget(view)
    view.sort_by("value")
    QAbstractItemModelTester(view.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    truth: dict[int, Row] = {}

    def some(count: int) -> list[Row]:
        return [(n, chance.choice(["泵", "lift", "fire"]), chance.uniform(-5, 5)) for n in chance.sample(range(60), count)]

    for _ in range(60):
        batch = some(chance.randrange(20))
        match chance.randrange(4):
            case 0:
                rows.set_rows(batch)
                truth = {row[0]: row for row in batch}
            case 1:
                gone = [row[0] for row in batch]
                rows.remove_rows(gone)
                truth = {key: row for key, row in truth.items() if key not in gone}
            case 2:
                view.filter_text(chance.choice(["", "泵", "l i"]))
            case _:
                rows.update_rows(batch)
                truth.update((row[0], row) for row in batch)
        assert {row[0]: row for row in rows.items()} == truth
        assert all(rows.item(rows.row_of(key)) == row for key, row in truth.items())
    view.filter_text("")
    assert [row[2] for row in view.shown()] == sorted(row[2] for row in truth.values())
    assert tester.failureReportingMode() is QAbstractItemModelTester.FailureReportingMode.Fatal


def test_only_what_differs_is_told_and_neighbours_together(qapp: object) -> None:
    rows = model()
    rows.set_rows([(n, "x", 0.0) for n in range(10)])
    heard = Heard(rows)
    rows.set_rows([(n, "y" if n in (2, 3, 4, 8) else "x", 0.0) for n in range(10)])
    assert heard.changed == [(2, 4), (8, 8)]
    rows.set_rows([(n, "y" if n in (2, 3, 4, 8) else "x", 0.0) for n in range(12) if n not in (4, 5, 7)])
    assert heard.removed == [(7, 7), (4, 5)]
    assert heard.inserted == [(7, 8)]
    assert heard.resets == 0


def test_the_same_rows_again_tell_nothing(qapp: object) -> None:
    rows = model()
    rows.set_rows([(1, "x", 0.0)])
    heard = Heard(rows)
    rows.set_rows([(1, "x", 0.0)])
    rows.refresh()
    assert not (heard.changed or heard.inserted or heard.removed or heard.resets)


def test_every_typed_word_must_occur_somewhere_in_the_row(table: TableView[Row]) -> None:
    table.filter_text("LIFT 3")
    assert [row[0] for row in table.shown()] == [3]
    table.filter_text("泵")
    assert [row[0] for row in table.shown()] == [1]
    table.filter_text("lift 泵")
    assert table.shown() == []
    table.filter_text("")
    table.filter_rows(lambda row: row[2] > 0)
    assert [row[0] for row in table.shown()] == [1, 2]


def test_numbers_sort_as_numbers(table: TableView[Row]) -> None:
    table.sort_by("value")
    assert [row[2] for row in table.shown()] == [-1.0, 9.0, 10.0]
    table.sort_by("value", Qt.SortOrder.DescendingOrder)
    assert [row[2] for row in table.shown()] == [10.0, 9.0, -1.0]


def test_a_change_moves_a_row_to_its_place_and_the_selection_stays(table: TableView[Row]) -> None:
    table.sort_by("value")
    assert table.select(1)
    table.rows.update_rows([(1, "泵 A", -20.0)])
    assert [row[0] for row in table.shown()] == [1, 3, 2]
    assert [row[0] for row in table.selected()] == [1]


def test_a_row_that_is_filtered_away_cannot_be_selected(table: TableView[Row]) -> None:
    table.filter_text("泵")
    assert not table.select(3)
    assert not table.select(99)


def test_ctrl_c_copies_the_selected_rows_with_titles(table: TableView[Row], qtbot: QtBot) -> None:
    table.select(3)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "工单\t标题\t\n3\tlift b\t-1.0"


def test_copying_with_nothing_selected_copies_what_is_shown(table: TableView[Row]) -> None:
    table.filter_text("1")
    table.clearSelection()
    table.copy()
    assert QApplication.clipboard().text().splitlines()[1:] == ["1\t泵 A\t10.0", "3\tlift b\t-1.0"]


def test_tabs_and_line_breaks_in_a_cell_do_not_break_the_copy(table: TableView[Row]) -> None:
    table.rows.set_rows([(1, "a\tb\nc\rd", 0.0)])
    table.copy()
    lines = QApplication.clipboard().text().split("\n")
    assert len(lines) == 2
    assert len(lines[1].split("\t")) == 3


def test_the_sheet_holds_what_is_shown_in_the_order_in_which_it_is_shown(table: TableView[Row]) -> None:
    table.filter_rows(lambda row: row[0] != 1)
    table.sort_by("number", Qt.SortOrder.DescendingOrder)
    table.horizontalHeader().moveSection(2, 0)
    table.setColumnHidden(0, True)
    columns, rows = table.sheet()
    assert [column.key for column in columns] == ["value", "name"]
    assert rows == [["-1.0", "lift b"], ["9.0", "=HYPERLINK()"]]


def test_enter_and_double_click_open_the_record(table: TableView[Row], qtbot: QtBot) -> None:
    table.select(3)
    with qtbot.waitSignal(table.opened, timeout=100) as heard:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert heard.args == [(3, "lift b", -1.0)]
    assert table.current() == (3, "lift b", -1.0)


def test_columns_are_as_they_were_left(table: TableView[Row], qtbot: QtBot) -> None:
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "building-console", "console")
    table.setColumnWidth(0, 123)
    table.horizontalHeader().moveSection(0, 2)
    table.save_columns(settings)
    again = TableView(model(), "test")
    qtbot.addWidget(again)
    again.restore_columns(settings)
    assert again.columnWidth(0) == 123
    assert again.horizontalHeader().visualIndex(0) == 2


def test_titles_tool_tips_and_colours_are_what_the_columns_say(table: TableView[Row]) -> None:
    rows = table.rows
    assert rows.headerData(1, Qt.Orientation.Horizontal) == "标题"
    set_language(ENGLISH)
    assert rows.headerData(1, Qt.Orientation.Horizontal) == "Title"
    assert rows.data(rows.index(0, 1), Qt.ItemDataRole.ToolTipRole) == "<泵 A>"
    assert rows.data(rows.index(0, 2), Qt.ItemDataRole.ForegroundRole) is None
    assert rows.data(rows.index(2, 2), Qt.ItemDataRole.ForegroundRole) == theme.colour("p1_text")


def test_who_comes_by_a_key_finds_a_row_chosen_and_nothing_is_chosen_for_them_later(table: TableView[Row], qtbot: QtBot) -> None:
    """Enter on a list must never act on what slipped into the place of the row that was chosen."""
    table.show()
    table.activateWindow()
    qtbot.waitUntil(table.isActiveWindow, timeout=2000)
    table.clearFocus()
    table.setFocus(Qt.FocusReason.TabFocusReason)
    chosen = table.selected()
    assert len(chosen) == 1
    table.rows.remove_rows([row[0] for row in table.rows.items()])
    table.clearSelection()
    table.rows.update_rows([(9, "new", 1.0)])
    assert table.selected() == []
    table.rows.remove_rows([9])
    table.clearFocus()
    table.setFocus(Qt.FocusReason.TabFocusReason)  # nothing there yet
    table.rows.update_rows([(10, "first", 1.0)])
    assert table.selected() == [(10, "first", 1.0)]
