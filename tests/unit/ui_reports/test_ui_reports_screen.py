"""The report centre as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from console.domain.accounts import Account, Role
from console.domain.commands import SaveRecords
from console.domain.maintenance.reports import LEDGERS
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.notices import Channel, NotifySettings
from console.domain.problems import Problem
from console.domain.rosters import Roster
from console.domain.text import Text
from console.link.messages import Delta
from console.link.notify import NotifyAnswer
from console.link.reports import PaperQuery
from console.texts import ENGLISH, set_language, tr
from console.ui.picture import Picture
from console.ui.reports.chart import ChartView
from console.ui.reports.screen import ReportsScreen
from tests.helpers.snapshots import signed_on, snapshot
from tests.unit.ui_reports.conftest import Been, Office


def table(screen: ReportsScreen, name: str) -> list[tuple[str, ...]]:
    """A table's rows as they are shown."""
    found = next(each for each in screen.view.tables if each.objectName() == f"report_{name}")
    return [tuple(column.text(row) for column in found.rows.columns) for row in found.shown()]


def test_it_opens_with_the_last_month_that_is_over(screen: ReportsScreen, office: Office) -> None:
    """R-KP-09: the figures, and what they were before. R-WO-03, R-KP-07, R-KP-08, R-KP-11."""
    (asked,) = office.serve()
    assert isinstance(asked, PaperQuery)
    assert (asked.what, asked.year, asked.month, asked.months) == ("report", 2026, 10, 1)
    shown = {row[0]: row[1:] for row in table(screen, "summary")}
    assert {"维修及时率", "一次合格率", "故障解决率", "单均费用", "完成率", "平均响应时间（时:分）"} <= set(shown)
    assert shown["维修及时率"][3] == "≥ 95.0 %"
    assert int(shown["新建工单"][0]) > 0


def test_a_figure_leads_to_its_section_and_its_rows_to_the_records(
    screen: ReportsScreen, office: Office, been: Been, qtbot: QtBot
) -> None:
    office.serve()
    screen.view.follow("section:cost")
    qtbot.waitUntil(lambda: screen.view.verticalScrollBar().value() > 0)
    broken = next(each for each in screen.view.tables if each.objectName() == "report_broken")
    broken.selectRow(0)
    qtbot.keyClick(broken, Qt.Key.Key_Return)
    assert been.places and been.places[0].startswith("fault ")


def test_a_chart_says_its_figures_and_leads_to_its_month(screen: ReportsScreen, office: Office, qtbot: QtBot) -> None:
    office.serve()
    chart = screen.view.findChildren(ChartView)[0]
    assert tr("domain.order_kind.preventive") in chart.told(3)
    chart.opened.emit(chart.chart.links[3])
    (asked,) = office.serve()
    assert isinstance(asked, PaperQuery)
    assert f"{asked.year}-{asked.month:02d}"[2:] == chart.chart.labels[3]


def test_another_span_is_asked_for_once(screen: ReportsScreen, office: Office, qtbot: QtBot) -> None:
    """R-KP-06: the quarter and the half-year are spans, too."""
    office.serve()
    qtbot.mouseClick(screen.toolbar.spans[3], Qt.MouseButton.LeftButton)
    (asked,) = office.serve()
    assert isinstance(asked, PaperQuery)
    assert (asked.year, asked.month, asked.months) == (2026, 7, 3)
    assert screen.toolbar.span.text() == "2026 Q3"
    qtbot.mouseClick(screen.toolbar.back, Qt.MouseButton.LeftButton)
    office.serve()
    assert screen.toolbar.span.text() == "2026 Q2"
    screen.refresh()
    assert office.serve() == []


@pytest.mark.parametrize("name", LEDGERS)
def test_every_ledger_is_shown_in_both_languages(screen: ReportsScreen, office: Office, name: str) -> None:
    office.serve()
    screen.show_paper(name)
    office.serve()
    assert tr(f"reports.{name}.source") in [each.text() for each in screen.view.findChildren(type(screen._said))]
    set_language(ENGLISH)
    screen.retranslate()
    office.serve()
    columns = screen.view.tables[0].rows.columns
    assert all(column.heading.isascii() for column in columns)


def test_a_paper_is_written_whole_part_by_part(screen: ReportsScreen, office: Office, qtbot: QtBot, tmp_path: Path) -> None:
    office.serve()
    to = tmp_path / "十月.pdf"
    with qtbot.waitSignal(screen.papers.saved, timeout=5000):
        screen.papers.save(to, "report", form="pdf", year=2026, month=10, months=1)
        office.serve()
    assert to.read_bytes().startswith(b"%PDF") and to.stat().st_size > 40_000
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_takes_no_file_is_named(screen: ReportsScreen, office: Office, qtbot: QtBot, tmp_path: Path) -> None:
    office.serve()
    with qtbot.waitSignal(screen.papers.failed, timeout=5000) as failed:
        screen.papers.save(tmp_path / "nowhere" / "a.csv", "fault", form="csv", year=2026, month=10, months=1)
        office.serve()
    problem = failed.args[0]
    assert isinstance(problem, Problem) and problem.code == "cli.file.unwritable"
    assert "nowhere" in screen._said.text()


def test_a_refusal_is_said_in_place_of_the_paper(screen: ReportsScreen, office: Office) -> None:
    office.serve()
    screen.show_paper("archive")
    office.line.deny("refused.not_signed_on")
    assert screen._stack.currentWidget() is screen.blank
    assert tr("refused.not_signed_on") in screen._said.text()


def test_mailings_have_an_empty_state_and_a_form(screen: ReportsScreen, office: Office, qtbot: QtBot) -> None:
    office.serve()
    screen.list.setCurrentRow(screen.list.count() - 1)
    assert screen._stack.currentWidget() is screen.mailings
    assert not screen.toolbar.isVisible()


def test_a_mailing_is_made_in_its_form_and_shown_with_its_next_day(screen: ReportsScreen, office: Office, picture: Picture) -> None:
    office.serve()
    picture.take_snapshot(signed_on(snapshot(), Account("li", "李主管", (Role.SUPERVISOR,))))
    office.serve()
    screen.list.setCurrentRow(screen.list.count() - 1)
    channel = Channel("mail", Text("邮件", "Mail"), "mailto://x?to={to}")
    office.line.answer(NotifyAnswer(1, Roster(), NotifySettings((channel,))))
    screen.mailings._buttons["new"].click()
    form = screen.mailings._form
    assert form is not None
    people = form.findChild(QLineEdit, "reports_people")
    people.setText("li、wang")
    form.findChild(QLineEdit, "reports_time").setText("7:30")
    form.accept.click()
    asked = office.line.last
    assert isinstance(asked, SaveRecords)
    (made,) = asked.records
    assert isinstance(made, Mailing)
    assert (made.what, made.people, made.minute, made.channel) == ("report", ("li", "wang"), 450, "mail")
    kept = replace(made, id="ML-0001", number=1, revision=1, at=picture.now())
    picture.take_delta(Delta(picture.revision + 1, records=(kept,)))
    (row,) = screen.mailings.table.shown()
    shown = {column.key: column.text(row) for column in screen.mailings.table.rows.columns}
    assert shown["next"].startswith("2026-12-01 07:30") and shown["people"] == "li、wang"
