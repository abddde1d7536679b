"""The system screen: people, import with a preview, audit."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import ImportConfiguration, SaveAccount, UndoImport
from console.domain.configuring import Change, Mistake
from console.domain.events import Entry, SignedOn
from console.domain.problems import Problem
from console.link.messages import ImportPreviewAnswer, ImportPreviewQuery, LogAnswer, LogQuery
from console.texts import set_language, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.system.screen import SystemScreen
from tests.helpers.snapshots import ACCOUNTS, NOW, PEOPLE, RecordingLine, busy


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


KEPT: list[SystemScreen] = []  # Qt deletes a page whose screen nobody holds


def screen_for(qtbot: QtBot, line: RecordingLine, role: Role | None) -> SystemScreen:
    set_language("en")
    picture = Picture("desk")
    screen = SystemScreen(picture, Desk(picture, line, picture), None)
    picture.setParent(screen)
    qtbot.addWidget(screen)
    picture.take_snapshot(busy(role))
    screen.show()
    KEPT[:] = [*KEPT[-1:], screen]
    return screen


def test_an_administrator_adds_a_person_with_the_chosen_roles(qtbot: QtBot, line: RecordingLine) -> None:
    form = screen_for(qtbot, line, Role.ADMINISTRATOR).people.form
    form.account.setText("he")
    form.display.setText("何平")
    form.secret.setText("135790")
    form.roles[Role.TECHNICIAN].setChecked(True)
    form.save.click()
    assert line.last == SaveAccount("he", "何平", (Role.TECHNICIAN,), True, "135790", "")
    line.done()
    assert form.account.text() == "" and form.secret.text() == ""


def test_changing_a_person_keeps_the_secret_unless_one_is_typed(qtbot: QtBot, line: RecordingLine) -> None:
    people = screen_for(qtbot, line, Role.ADMINISTRATOR).people
    someone = PEOPLE[Role.OPERATOR]
    people.table.select(someone.name)
    assert people.form.account.text() == someone.name and people.form.account.isReadOnly()
    people.form.phone.setText("123")
    people.form.save.click()
    assert line.last == SaveAccount(someone.name, someone.display, someone.roles, True, "", "123")


def test_a_refusal_to_save_stands_beside_the_form(qtbot: QtBot, line: RecordingLine) -> None:
    form = screen_for(qtbot, line, Role.ADMINISTRATOR).people.form
    form.save.click()
    line.deny("refused.account_name")
    assert form._error.text() == tr("refused.account_name")


def test_an_operator_sees_people_but_cannot_change_them(qtbot: QtBot, line: RecordingLine) -> None:
    people = screen_for(qtbot, line, Role.OPERATOR).people
    assert len(people.table.shown()) == len(ACCOUNTS)
    assert not people.form.save.isEnabled() and people.form.save.toolTip()


def test_an_import_shows_its_changes_before_it_is_applied(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = screen_for(qtbot, line, Role.SUPERVISOR).configuration
    assert not page.apply.isEnabled()
    file = tmp_path / "site.yaml"
    file.write_text("site: {}", encoding="utf-8")
    page.preview(file)
    assert line.queries[-1] == ImportPreviewQuery(1, "site: {}")
    line.answer(ImportPreviewAnswer(1, 7, (Change("added", "equipment", "T9-L1"), Change("removed", "plan", "T1-L1/x", "gone"))))
    assert [entry.id for _, entry in page._model.items()] == ["T9-L1", "T1-L1/x"]  # type: ignore[union-attr]
    page.apply.click()
    assert line.last == ImportConfiguration("site: {}", 7)
    line.done()
    assert not page.apply.isEnabled() and page._model.rowCount() == 0


def test_a_file_with_mistakes_cannot_be_applied_and_names_each_line(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = screen_for(qtbot, line, Role.SUPERVISOR).configuration
    file = tmp_path / "site.yaml"
    file.write_text("x", encoding="utf-8")
    page.preview(file)
    line.answer(ImportPreviewAnswer(1, 7, (), (Mistake("site.yaml", 3, Problem("refused.confirm", {"expected": "garden"})),)))
    assert not page.apply.isEnabled()
    assert page._model._rows[0].texts == ["mistake", "line 3", tr("refused.confirm", expected="garden")]


def test_a_file_that_is_not_text_is_refused_in_words(qtbot: QtBot, line: RecordingLine, tmp_path: Path) -> None:
    page = screen_for(qtbot, line, Role.SUPERVISOR).configuration
    file = tmp_path / "site.yaml"
    file.write_bytes(b"\xff\xfe\x00\x80")
    page.preview(file)
    assert not line.queries and "UTF-8" in page._says.text()


def test_the_last_import_is_undone_against_the_configuration_that_is_seen(qtbot: QtBot, line: RecordingLine) -> None:
    screen = screen_for(qtbot, line, Role.SUPERVISOR)
    screen.configuration.undo.click()
    assert line.last == UndoImport(screen.configuration._picture.configuration)


def test_the_audit_log_is_read_by_an_auditor_and_closed_to_a_technician(qtbot: QtBot, line: RecordingLine) -> None:
    screen = screen_for(qtbot, line, Role.AUDITOR)
    screen.open_page("audit")
    assert isinstance(line.queries[-1], LogQuery)
    line.answer(LogAnswer(1, (Entry(5, NOW, SignedOn("wang"), "wang", "desk"),)))
    assert screen.audit._model._rows[0].texts[4:] == [tr("domain.event.SignedOn"), "wang"]
    other = screen_for(qtbot, RecordingLine(), Role.TECHNICIAN)
    assert tr("system.audit.denied") in other.audit._blank._title.text()
