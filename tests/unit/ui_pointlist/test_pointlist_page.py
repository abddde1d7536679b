"""The import of a point list on the screen: three steps, nothing changed before the last, words in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from config.pointlist.importing import draft
from console.domain.accounts import Role
from console.domain.commands import ImportConfiguration
from console.domain.configuring import Change
from console.link.messages import ImportPreviewAnswer, ImportPreviewQuery, PointListAnswer, PointListQuery
from console.texts import CHINESE, ENGLISH, set_language, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.pointlist.page import CHECK, CHOOSE, MAP, PointListPage
from console.ui.system.screen import SystemScreen
from tests.helpers.snapshots import RecordingLine, busy


@pytest.fixture(autouse=True)
def apart(tmp_path: Path) -> Iterator[None]:
    """Nothing remembered from another test."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(ENGLISH)
    yield
    set_language(CHINESE)


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


def page_for(qtbot: QtBot, line: RecordingLine, role: Role = Role.SUPERVISOR) -> PointListPage:
    picture = Picture("desk")
    page = PointListPage(picture, Desk(picture, line, picture))
    picture.setParent(page)
    qtbot.addWidget(page)
    picture.take_snapshot(busy(role))
    page.show()
    return page


def listed(folder: Path, *, wrong: bool = False) -> Path:
    file = folder / "list.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ["名称", "寄存器地址", "IP", "备用"])
        sheet.write_row(1, 0, ["频率", 1, "10.0.0.1", "Hz"])
        if wrong:
            sheet.write_row(2, 0, ["坏", "x", "", ""])
    return file


def answer(line: RecordingLine) -> PointListQuery:
    """The collector drafts for real, the oldest open question first; the question that it was asked."""
    query = line.queries[-len(line._waiting)]
    assert isinstance(query, PointListQuery)
    line.answer(PointListAnswer(query.id, draft(query.data, query.file, "", query.choices)))
    return query


def test_a_list_is_mapped_previewed_and_only_then_imported(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line)
    page.open_file(listed(tmp_path))
    answer(line)
    assert page._stack.currentIndex() == MAP and line.asked == []
    assert "from 0" in page.mapping.says.text()
    page.next.click()
    preview = line.queries[-1]
    assert isinstance(preview, ImportPreviewQuery) and "频率" in preview.text and not page.apply.isEnabled()
    line.answer(ImportPreviewAnswer(preview.id, 7, (Change("added", "equipment", "S"),)))
    assert page._stack.currentIndex() == CHECK and page.apply.isEnabled()
    page.apply.click()
    assert line.last == ImportConfiguration(preview.text, 7)
    line.done()
    assert page._stack.currentIndex() == CHOOSE and "list.xlsx" in page._says.text()


def test_a_column_can_be_given_another_meaning_which_is_remembered_for_these_headings(
    qtbot: QtBot, line: RecordingLine, tmp_path: Path
) -> None:
    page = page_for(qtbot, line)
    page.open_file(listed(tmp_path))
    answer(line)
    box = page.mapping._columns[3]
    assert box.currentData() == ""
    box.setCurrentIndex(box.findData("measure"))
    box.activated.emit(box.currentIndex())
    fields = next(iter(answer(line).choices.mappings.values()))
    assert fields == ("name", "address", "host", "measure")
    page.next.click()
    line.answer(ImportPreviewAnswer(1, 7, ()))
    other = page_for(qtbot, line)
    other.open_file(listed(tmp_path))
    answer(line)
    assert next(iter(answer(line).choices.mappings.values())) == fields
    assert other.mapping._columns[3].currentData() == "measure"


def test_mistakes_name_their_cell_and_hold_up_the_import_until_left_out(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line)
    page.open_file(listed(tmp_path, wrong=True))
    answer(line)
    page.next.click()
    assert page._model._rows[0].texts[:2] == ["mistake", "S!B3"] and not page.apply.isEnabled()
    assert not any(isinstance(query, ImportPreviewQuery) for query in line.queries)
    page.leave_out.setChecked(True)
    assert answer(line).choices.leave_out
    assert isinstance(line.queries[-1], ImportPreviewQuery)


def test_escape_goes_back_step_by_step_and_then_leaves(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line)
    page.open_file(listed(tmp_path))
    answer(line)
    page.next.click()
    for step in (MAP, CHOOSE):
        qtbot.keyClick(page, Qt.Key.Key_Escape)
        assert page._stack.currentIndex() == step
    with qtbot.waitSignal(page.closed, timeout=1000):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_an_answer_that_was_overtaken_is_dropped(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line)
    page.open_file(listed(tmp_path))
    page.open_file(listed(tmp_path, wrong=True))
    answer(line)
    assert page._drafted is None and page._stack.currentIndex() == CHOOSE
    answer(line)
    assert page._drafted is not None and page._drafted.mistakes == 1


def test_a_file_that_cannot_be_read_is_refused_in_words(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line)
    page.open_file(tmp_path / "none.xlsx")
    assert "none.xlsx" in page._says.text() and not line.queries
    page.open_file(listed(tmp_path))
    line.deny("pointlist.is_html", file="list.xlsx")
    assert page._says.text() == tr("pointlist.is_html", file="list.xlsx")


def test_an_operator_may_look_but_not_import(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = page_for(qtbot, line, Role.OPERATOR)
    page.open_file(listed(tmp_path))
    answer(line)
    page.next.click()
    line.answer(ImportPreviewAnswer(1, 7, (Change("added", "equipment", "S"),)))
    assert not page.apply.isEnabled() and page.apply.toolTip()
    for language in (CHINESE, ENGLISH):
        set_language(language)
        page.retranslate()
        assert page.back.text() == tr("pointlist.ui.back")


def test_the_configuration_page_leads_to_point_lists_and_escape_leads_back(qtbot: QtBot, line: RecordingLine) -> None:
    picture = Picture("desk")
    screen = SystemScreen(picture, Desk(picture, line, picture), None)
    picture.setParent(screen)
    qtbot.addWidget(screen)
    picture.take_snapshot(busy(Role.SUPERVISOR))
    screen.show()
    screen.configuration.points.click()
    assert screen.points.isVisible()
    qtbot.keyClick(screen.points, Qt.Key.Key_Escape)
    assert screen.configuration.isVisible()
