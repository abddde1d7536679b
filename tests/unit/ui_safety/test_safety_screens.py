"""The screens of safety without a collector: what they say, offer and send, and how they look when there is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import SaveRecords
from console.domain.maintenance import safety_templates
from console.domain.maintenance.emergencies import EmergencyPlan, begun
from console.domain.maintenance.hazards import Grade, Hazard, HazardState, RectifyHazard
from console.domain.maintenance.outages import OutageNotice, Subject
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import AnswerRound, Check, CheckKind, FinishRound, Round, Route, new_round
from console.domain.quality import Quality
from console.domain.rules import Category
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import CHINESE, ENGLISH, set_language, tr
from console.ui.desk import Desk
from console.ui.drills.alarmlinks import AlarmLinks
from console.ui.drills.screen import DrillsScreen
from console.ui.hazards.screen import HazardsScreen
from console.ui.notices.form import NoticeForm
from console.ui.palette import find
from console.ui.picture import Picture
from console.ui.printing import Printing
from console.ui.rounds import presenter
from console.ui.rounds.runner import Runner
from console.ui.rounds.screen import RoundsScreen
from tests.helpers.snapshots import NOW, POINTS, RecordingLine, alarm, busy, delta, live, order, stamp

LEADS = ("Emergency plans", "Hazards", "Rounds")
NUMERIC = next(point for point in POINTS if point.unit)
CHECKS = (
    Check("p", Text("压力", "Pressure"), CheckKind.VALUE, unit="MPa", low=0.0, high=10.0, point=NUMERIC.id),
    Check("l", Text("无渗漏", "No leak"), on_fail="hazard", hazard="water", major=True),
    Check("n", Text("其他", "Else"), CheckKind.TEXT, optional=True),
)
ROUTE = Route(id="RT-000001", number=1, revision=1, title=Text("泵房", "Pumps"), rhythm=Rhythm(Every.DAY), checks=CHECKS)
ROUND = replace(new_round(ROUTE, NOW - HOUR, NOW + DAY), number=7, revision=1, late_at=NOW + 10 * MINUTE)
HAZARD = Hazard(
    id="HZ-000001", number=1, revision=2, at=NOW - 3 * DAY, what="堆物", kind="fire_lane", grade=Grade.MAJOR, place="B2",
    found=stamp(), measure="看守", state=HazardState.RECTIFYING, person="li", deadline=NOW - HOUR, standard="通",
    analysed=stamp(),
)  # fmt: skip
PLAN = replace(safety_templates.emergency_plans()["trapped"], id="YA-0001", number=1, revision=1)


class Nowhere:
    """Remembers where one was led."""

    def __init__(self) -> None:
        self.led: list[str] = []

    def open_equipment(self, equipment: str) -> None:
        self.led.append(equipment)

    def open_order(self, number: int) -> None:
        self.led.append(f"order {number}")

    def open_alarm(self, number: int) -> None:
        self.led.append(f"alarm {number}")

    def open_emergency(self, name: str) -> None:
        self.led.append(name)

    def open_hazard(self, name: str) -> None:
        self.led.append(name)

    def open_round(self, name: str) -> None:
        self.led.append(name)

    def open_screen(self, name: str) -> None:
        self.led.append(name)

    def open_fault(self, number: int) -> None:
        self.led.append(f"fault {number}")


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[Picture]:
    set_language(ENGLISH)
    made = Picture("desk")
    made.take_snapshot(busy(Role.SUPERVISOR))
    yield made
    set_language(CHINESE)


@pytest.fixture
def desk(picture: Picture, line: RecordingLine) -> Desk:
    return Desk(picture, line, picture)


def give(picture: Picture, *records: object) -> None:
    picture.take_delta(delta(picture.revision + 1, records=records))


def says(screen: QWidget) -> str:
    pieces = [*screen.findChildren(QLabel), *screen.findChildren(QPushButton)]
    return " | ".join(piece.text() for piece in pieces if piece.isVisibleTo(screen) and piece.text())


# --- the runner


@pytest.fixture
def runner(qtbot: QtBot, picture: Picture, desk: Desk) -> Runner:
    give(picture, ROUTE, ROUND)
    made = Runner(picture, desk)
    qtbot.addWidget(made)
    made.show()
    made.run(ROUND.id)
    return made


def field(runner: Runner, name: str) -> QLineEdit:
    found = runner.findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit)
    return found


def answers(line: RecordingLine) -> list[AnswerRound]:
    return [each for each in line.asked if isinstance(each, AnswerRound)]


def test_a_full_width_figure_is_a_figure_and_a_word_is_not(runner: Runner, line: RecordingLine) -> None:
    value = field(runner, "round_value")
    value.setText("一点五")
    QTest.keyClick(value, Qt.Key.Key_Return)
    assert "is not a number" in says(runner) and not answers(line)
    value.setText("１．５")
    QTest.keyClick(value, Qt.Key.Key_Return)
    assert (answers(line)[0].number, answers(line)[0].value, answers(line)[0].live) == (1.5, "1.5", False)


def test_a_live_value_is_taken_only_while_it_is_good_and_typing_makes_it_ones_own(
    runner: Runner, picture: Picture, line: RecordingLine
) -> None:
    """R-EQ-13."""
    take = runner.findChild(QPushButton, "round_take")
    assert isinstance(take, QPushButton)
    picture.take_delta(delta(picture.revision + 1, live=live({NUMERIC.id: 2.0}, {NUMERIC.id: Quality.STALE})))
    assert not take.isEnabled()
    picture.take_delta(delta(picture.revision + 1, live=live({NUMERIC.id: 2.0})))
    assert take.isEnabled()
    value = field(runner, "round_value")
    QTest.keyClick(value, Qt.Key.Key_L)
    assert (answers(line)[0].value, answers(line)[0].live) == ("2", True)
    runner.check.busy = False
    QTest.keyClicks(value, "3")
    QTest.keyClick(value, Qt.Key.Key_Return)
    assert not answers(line)[1].live


def test_a_failure_is_asked_for_a_word_once_and_a_refusal_leads_to_where_it_is_mended(runner: Runner, line: RecordingLine) -> None:
    """R-IN-05: a major finding without its temporary measure is refused, and the note has the focus."""
    runner.go(1)
    note = field(runner, "round_note")
    QTest.keyClick(runner.check, Qt.Key.Key_N)
    assert "Failed" in says(runner) and not answers(line)
    note.setFocus()
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert answers(line)[0].value == "no"
    line._waiting.clear()
    runner.check.busy = False
    QTest.keyClick(note, Qt.Key.Key_Return)
    line.deny("hazards.refused.measure")
    assert tr("hazards.refused.measure") in says(runner)


def test_the_runner_counts_down_says_late_and_finishes_only_what_is_complete(
    runner: Runner, picture: Picture, line: RecordingLine
) -> None:
    assert "10 min left" in says(runner) or "9 min left" in says(runner)
    QTest.keyClick(runner, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "2 still open" in says(runner)
    finish = runner.findChild(QPushButton, "round_finish")
    assert isinstance(finish, QPushButton) and not finish.isEnabled()
    done = [replace(answer, result="pass", value="1") for answer in ROUND.answers]
    give(picture, replace(ROUND, answers=tuple(done), revision=2, late_at=NOW - HOUR))
    assert finish.isEnabled() and "late by" in says(runner)
    finish.click()
    assert isinstance(line.last, FinishRound)
    left: list[bool] = []
    runner.left.connect(lambda: left.append(True))
    line._waiting = line._waiting[-1:]
    line.done()
    assert left


def test_what_was_found_last_time_stands_below_the_question(runner: Runner) -> None:
    answer = replace(ROUND.answers[0], result="pass", value="0.51", at=NOW)
    runner._before = replace(ROUND, id="RT-000001@0", at=NOW - DAY, finished=stamp(), answers=(answer,) * 3)
    runner.go(0)
    assert "0.51 MPa" in says(runner)


@pytest.mark.parametrize("every", list(Every))
def test_every_rhythm_is_said_in_both_languages(every: Every) -> None:
    for language in (CHINESE, ENGLISH):
        set_language(language)
        for step in (1, 3):
            said = presenter.rhythm_text(Rhythm(every, step, weekdays=(1, 5)))
            assert said and "rounds." not in said and "{" not in said


# --- screens that are empty, and in the other language


@pytest.mark.parametrize("make", [RoundsScreen, HazardsScreen, DrillsScreen])
def test_an_empty_screen_says_what_to_do_next_in_both_languages(
    qtbot: QtBot, picture: Picture, desk: Desk, make: type[RoundsScreen]
) -> None:
    screen = make(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show()
    english = says(screen)
    set_language(CHINESE)
    screen.retranslate()
    chinese = says(screen)
    assert english != chinese and any(word in english for word in ("press N", "Press N", "template", "appear here"))
    assert not any(part in f"{english}{chinese}" for part in ("rounds.", "hazards.", "drills.", "emergencies."))


# --- hazards


def test_the_board_says_what_is_overdue_and_its_form_sends_the_version_that_was_seen(
    qtbot: QtBot, picture: Picture, desk: Desk, line: RecordingLine
) -> None:
    give(picture, HAZARD)
    screen = HazardsScreen(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show()
    assert "1 overdue, 1 major" in says(screen)
    column = screen.findChild(QListWidget, "hazards_column_rectifying")
    assert isinstance(column, QListWidget) and column.count() == 1
    column.setCurrentRow(0)
    screen.detail.act("rectify")
    form = screen.detail.form
    assert form is not None
    what = form.findChild(QLineEdit, "hazards_rectified")
    assert isinstance(what, QLineEdit)
    what.setText("已清空")
    form.accept.click()
    assert line.last == RectifyHazard("HZ-000001", 2, "已清空", "li")
    give(picture, replace(HAZARD, revision=3, what="堆物（改）"))
    assert screen.detail.form is form, "a form stays while the hazard's state stays"
    give(picture, replace(HAZARD, revision=4, state=HazardState.RECHECK))
    assert screen.detail.form is None


def test_a_hazard_from_an_alarm_begins_with_what_the_alarm_says(qtbot: QtBot, picture: Picture, desk: Desk) -> None:
    screen = HazardsScreen(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show_hazard("new?alarm:A-000007|PS1|泵房积水")
    form = screen.detail.form
    assert form is not None
    what = form.findChild(QLineEdit, "hazards_what")
    assert isinstance(what, QLineEdit) and what.text() == "泵房积水"
    command = form.make()
    assert (command.origin, command.equipment) == ("alarm:A-000007", "PS1")  # type: ignore[union-attr]


# --- from an alarm


def test_an_alarm_leads_to_its_plan_to_the_run_that_answers_it_and_to_a_hazard(qtbot: QtBot, picture: Picture) -> None:
    """R-EM-01, R-EM-07."""
    nowhere = Nowhere()
    links = AlarmLinks(picture, nowhere)
    qtbot.addWidget(links)
    trapped = replace(alarm(41), category=Category.TRAPPED)
    picture.take_delta(delta(picture.revision + 1, alarms=(trapped,)))
    links.show_alarm(trapped)
    assert links.plan.isHidden(), "there is no plan yet"
    give(picture, PLAN)
    links.show_alarm(trapped)
    assert links.plan.text() == "Open plan: Trapped passengers"
    links.plan.click()
    links.hazard.click()
    assert nowhere.led[0] == "plan?41" and nowhere.led[1].startswith(f"new?alarm:A-000041|{trapped.equipment}|")
    give(picture, begun(PLAN, 3, stamp(), alarm=41))
    links.show_alarm(trapped)
    assert links.plan.text() == f"EM-000003 under way: {len(PLAN.steps)} steps left"


def test_opening_a_plan_for_an_alarm_chooses_it_and_offers_to_start_it(qtbot: QtBot, picture: Picture, desk: Desk) -> None:
    give(picture, PLAN, replace(safety_templates.emergency_plans()["fire"], id="YA-0002", number=2, revision=1))
    fire = replace(alarm(42), category=Category.FIRE)
    picture.take_delta(delta(picture.revision + 1, alarms=(fire,)))
    screen = DrillsScreen(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show()
    screen.show_run("plan?42")
    chosen = screen.library.present()
    assert isinstance(chosen, EmergencyPlan) and chosen.id == "YA-0002"
    assert screen.findChild(QWidget, "form_emergencies_begin_form") is not None


# --- notices to residents


def test_a_notice_follows_its_fields_until_somebody_edits_it_and_is_filed_with_its_order(
    qtbot: QtBot, picture: Picture, desk: Desk, line: RecordingLine, tmp_path: Path
) -> None:
    """R-WO-08."""
    form = NoticeForm(picture, desk, replace(order(5), equipment="PS1", title=Text("水箱清洗", "Tank cleaning")))
    qtbot.addWidget(form)
    assert form.subject.currentData() == Subject.WATER.value
    assert "水箱清洗" in form.texts[CHINESE].toPlainText() and "Tank cleaning" in form.texts[ENGLISH].toPlainText()
    form.area.setText("1-3 号楼")
    assert all("1-3 号楼" in area.toPlainText() for area in form.texts.values())
    form.texts[CHINESE].setPlainText("【停水通知】自拟")
    form.area.setText("全区")
    assert form.texts[CHINESE].toPlainText() == "【停水通知】自拟" and "全区" in form.texts[ENGLISH].toPlainText()
    form.copy_text()
    assert QApplication.clipboard().text().startswith("【停水通知】自拟\n\n[Water supply notice]")
    form.accept.click()
    (notice,) = line.last.records if isinstance(line.last, SaveRecords) else ()
    assert isinstance(notice, OutageNotice) and (notice.order, notice.zh) == (5, "【停水通知】自拟")
    form.make_anew()
    assert "全区" in form.texts[CHINESE].toPlainText()


def test_a_paper_is_made_in_a_thread_and_a_folder_that_cannot_be_written_is_said(
    qtbot: QtBot, picture: Picture, desk: Desk, tmp_path: Path
) -> None:
    form = NoticeForm(picture, desk)
    qtbot.addWidget(form)
    printing = Printing(form)
    file = tmp_path / "notice.pdf"
    with qtbot.waitSignal(printing.said, timeout=10_000) as said:
        printing.write(form.paper(), str(file))
    assert file.read_bytes().startswith(b"%PDF") and str(file) in said.args[0]
    with qtbot.waitSignal(printing.said, timeout=10_000) as said:
        printing.write(form.paper(), str(tmp_path / "none" / "notice.pdf"))
    assert "none" in said.args[0]


def test_a_round_that_is_done_is_read_beside_the_list(qtbot: QtBot, picture: Picture, desk: Desk, line: RecordingLine) -> None:
    """R-IN-01: the record of a patrol can be read and printed."""
    screen = RoundsScreen(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show()
    screen.tabs.open("past")
    done = [replace(answer, result="pass", value="1", by="wang", at=NOW) for answer in ROUND.answers]
    ended: Round = replace(ROUND, answers=tuple(done), finished=stamp(), ended_at=NOW)
    assert isinstance(line.queries[-1], RecordsQuery)
    line._waiting = line._waiting[-1:]
    line.answer(RecordsAnswer(line.queries[-1].id, (ended,)))
    qtbot.waitUntil(lambda: "XJ-000007" in says(screen.past) and "Pressure" in says(screen.past))
    paper = screen.past.paper()
    assert paper is not None and paper.number == "XJ-000007"


def test_a_search_finds_plans_hazards_and_rounds_by_pinyin_and_opens_them(picture: Picture) -> None:
    give(picture, PLAN, HAZARD, ROUTE, ROUND)
    nowhere = Nowhere()
    for typed, led in (("dtkr", "YA-0001"), ("堆物", "HZ-000001"), ("XJ-000007", ROUND.id), ("RT-000001", "RT-000001")):
        first = next(found for found in find(picture, nowhere, typed) if found.about in LEADS)
        first.go()
        assert nowhere.led[-1] == led, typed


def test_an_event_under_way_shows_whom_to_call_for_this_very_machine(qtbot: QtBot, picture: Picture, desk: Desk) -> None:
    """R-EM-03: contacts are read, nobody is dialled."""
    give(picture, PLAN, begun(PLAN, 3, stamp(), equipment="T1-L1"))
    screen = DrillsScreen(picture, desk, Nowhere())
    qtbot.addWidget(screen)
    screen.show()
    screen.show_run("EM-000003")
    assert "Contractor  Lift Care Ltd" in says(screen) and "96333" in says(screen)
