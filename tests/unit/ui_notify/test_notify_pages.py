"""Roster and notification pages: what they show, what they ask for, what a refusal looks like."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import KeepChannelSecret, RetryNotice, SaveNotify, SaveRoster, SendTest
from console.domain.events import Entry, NoticeFailed, NoticePlanned, NoticeSending, NoticeSent
from console.domain.faults import Clock
from console.domain.notices import Channel, Contact, Notice, NoticeKind, NotifyPolicy, NotifySettings, Step, Subscription
from console.domain.problems import Problem, Refused
from console.domain.rosters import Change, Level, Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import MINUTE
from console.link.messages import Delta, LogAnswer, LogQuery
from console.link.notify import NotifyAnswer
from console.texts import LANGUAGES, set_language
from console.ui.desk import Desk
from console.ui.faults import presenter
from console.ui.picture import Picture
from console.ui.system import contacts, rostertext
from console.ui.system.screen import SystemScreen
from tests.helpers.snapshots import NOW, RecordingLine, busy

ROSTER = Roster(
    shifts=(Shift("day", Text("早班", "Day"), 480, 1200), Shift("night", Text("夜班", "Night"), 1200, 480)),
    teams=(
        Team("A", Text("甲班", "Team A"), (Member("wang"), Member("chen", Level.SHIFT_LEADER))),
        Team("B", Text("乙班"), (Member("sun"),)),
    ),
    cycle=({"day": "A", "night": "B"},),
    since="2026-01-01",
    standing=(Member("boss", Level.MANAGER),),
)
SETTINGS = NotifySettings(
    channels=(Channel("mail", Text("邮件", "Mail"), "mailtos://duty:{secret}@smtp.example?to={to}"),),
    contacts=(Contact("wang", {"mail": "wang@example.org"}), Contact("boss", {"mail": "boss@example.org"}, "陈经理", "en")),
    subscriptions=(
        Subscription(person="boss", priorities=(1, 2), systems=("fire",), marks=True),
        Subscription(role=Role.SUPERVISOR),
    ),
    policy=NotifyPolicy(steps=(Step(0, Level.OPERATOR), Step(80, Level.MANAGER)), delay=(0, MINUTE, 3 * MINUTE)),
)
KEPT: list[SystemScreen] = []  # Qt deletes a page whose screen nobody holds


def shown(
    qtbot: QtBot, page: str, role: Role | None = Role.SUPERVISOR, log: tuple[Entry, ...] = ()
) -> tuple[SystemScreen, RecordingLine]:
    set_language("en")
    line, picture = RecordingLine(), Picture("desk")
    screen = SystemScreen(picture, Desk(picture, line, picture), None)
    picture.setParent(screen)
    qtbot.addWidget(screen)
    picture.take_snapshot(busy(role))
    picture.live = True
    screen.resize(1600, 900)
    screen.show()
    screen.open_page(page)
    KEPT[:] = [*KEPT[-1:], screen]
    line.answer(NotifyAnswer(1, ROSTER, SETTINGS, ("mail",)))
    if page == "notifications":
        line.answer(LogAnswer(2, log))
    return screen, line


def test_a_week_shows_who_works_which_shift_and_who_is_on_duty_now(qtbot: QtBot) -> None:
    screen, _line = shown(qtbot, "rosters")
    page = screen.rosters
    assert page.grid.rowCount() == 2 and page.grid.columnCount() == 7
    cells = [page.grid.item(row, column).text() for row in range(2) for column in range(7)]
    assert sum(cell.startswith("● ") for cell in cells) == 1
    assert all("Team A" in cell and "chen (Shift leader)" in cell for cell in cells[:7])
    assert "Manager 陈经理" in page.now.text()


def test_a_stand_in_is_saved_for_that_shift_alone(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "rosters")
    page = screen.rosters
    page.grid.setCurrentCell(0, 3)
    form = page.change
    form.person.setCurrentText("gu")
    form.instead.setCurrentIndex(form.instead.findData("chen"))
    form.save.click()
    command = line.last
    assert isinstance(command, SaveRoster)
    watch = page._watches[0, 3]
    assert command.roster.changes == (Change(watch.day.isoformat(), "day", person="gu", instead="chen"),)
    assert command.base == ROSTER


def test_what_another_console_saves_is_shown_here_at_once_unless_somebody_is_typing(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "rosters")
    page, picture = screen.rosters, screen.rosters._picture
    page._turn()
    other = replace(ROSTER, since="2026-02-01")
    picture.take_delta(Delta(picture.revision + 1, roster=other))
    line.answer(NotifyAnswer(2, other, SETTINGS, ("mail",)))
    assert page.pattern.since.text() == "2026-02-01"
    page.pattern.since.setText("2026-03-01")
    newer = replace(ROSTER, since="2026-04-01")
    picture.take_delta(Delta(picture.revision + 1, roster=newer))
    line.answer(NotifyAnswer(3, newer, SETTINGS, ("mail",)))
    assert page.pattern.since.text() == "2026-03-01"
    assert "newer" in page.pattern.error.text()
    page.pattern.save.click()
    command = line.last
    assert isinstance(command, SaveRoster)
    assert (command.roster.since, command.base) == ("2026-03-01", other)  # refused by the collector: nothing is written over


def test_rules_that_are_being_typed_are_not_overwritten_by_another_console(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "notifications")
    rules, picture = screen.notifications.rules, screen.rosters._picture
    rules.texts["contacts"].setPlainText("wang: mail=new@example.org")
    newer = replace(SETTINGS, subscriptions=())
    picture.take_delta(Delta(picture.revision + 1, notify_changed=True))
    line.answer(NotifyAnswer(2, ROSTER, newer, ("mail",)))
    assert rules.texts["contacts"].toPlainText() == "wang: mail=new@example.org"
    rules.save.click()
    command = line.last
    assert isinstance(command, SaveNotify)
    assert (command.base, command.settings.subscriptions) == (SETTINGS, SETTINGS.subscriptions)


def test_the_pattern_is_typed_in_lines_and_comes_back_as_it_was() -> None:
    assert rostertext.read_shifts(rostertext.shifts_text(ROSTER)) == ROSTER.shifts
    assert rostertext.read_teams(rostertext.teams_text(ROSTER)) == ROSTER.teams
    assert rostertext.read_cycle(rostertext.cycle_text(ROSTER)) == ROSTER.cycle
    assert rostertext.read_members("li=supervisor，boss=manager") == (Member("li", Level.SUPERVISOR), Member("boss", Level.MANAGER))
    assert contacts.read_contacts(contacts.contacts_text(SETTINGS.contacts)) == SETTINGS.contacts
    assert contacts.read_subscriptions(contacts.subscriptions_text(SETTINGS.subscriptions)) == SETTINGS.subscriptions


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (rostertext.read_shifts, "day 8-20", "notify.typed.shift"),
        (rostertext.read_teams, "A 甲班 wang", "notify.typed.team"),
        (rostertext.read_cycle, "day A", "notify.typed.cycle"),
        (rostertext.read_members, "wang=king", "notify.typed.member"),
        (contacts.read_contacts, "wang mail=x", "notify.typed.contact"),
        (contacts.read_subscriptions, "role=king", "notify.typed.subscription"),
        (contacts.read_subscriptions, "priorities=high", "notify.typed.subscription"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(read: object, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text)  # type: ignore[operator]
    assert refused.value.problem.code == code


def test_the_test_button_shows_the_true_result(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "notifications")
    page = screen.notifications.channels
    assert page.table.select("mail")
    page.person.setCurrentIndex(page.person.findData("boss"))
    page.test.click()
    assert line.last == SendTest("mail", "boss")
    line.deny("notify.undelivered", detail="535 wrong password")
    assert "535 wrong password" in page.result.text()


def test_a_channel_is_saved_and_its_secret_goes_its_own_way(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "notifications")
    page = screen.notifications.channels
    page.clear()
    page.id.setText("group")
    page.zh.setText("值班群")
    page.url.setText("wecombot://{secret}")
    page.secret.setText("0f0f-aaaa")
    page.save.click()
    command = line.last
    assert isinstance(command, SaveNotify)
    assert command.settings.channels[-1] == Channel("group", Text("值班群"), "wecombot://{secret}")
    assert "0f0f" not in repr(command) and page.secret.text() == ""
    line.done()
    assert line.last == KeepChannelSecret("group", "0f0f-aaaa")


def test_the_rules_are_saved_as_they_were_shown(qtbot: QtBot) -> None:
    screen, line = shown(qtbot, "notifications")
    rules = screen.notifications.rules
    rules.numbers["delay_p2"].setValue(7)
    rules.daily.setText("")
    rules.save.click()
    command = line.last
    assert isinstance(command, SaveNotify)
    assert command.settings == replace(SETTINGS, policy=replace(SETTINGS.policy, delay=(0, 7 * MINUTE, 3 * MINUTE), daily=-1))


def test_an_operator_sees_everything_and_changes_nothing(qtbot: QtBot) -> None:
    screen, _line = shown(qtbot, "notifications", Role.OPERATOR)
    notifications = screen.notifications
    assert not notifications.channels.save.isEnabled() and not notifications.rules.save.isEnabled()
    notifications.channels.table.select("mail")
    assert notifications.channels.test.isEnabled(), "the test at the beginning of a shift"


def test_the_log_tells_how_far_each_notice_came_and_a_waiting_one_is_tried_again(qtbot: QtBot) -> None:
    planned = Notice(7, NoticeKind.MARK, "mail", NOW, NOW, "wang", fault=3, clock=Clock.RESPOND, percent=80)
    failed = replace(planned, attempts=2, problem=Problem("notify.undelivered", {"detail": "timed out"}))
    entries = (Entry(9, NOW, NoticeFailed(failed)), Entry(7, NOW, NoticePlanned(planned)))
    screen, line = shown(qtbot, "notifications", log=entries)
    log = screen.notifications.log
    assert isinstance(line.queries[-1], LogQuery)
    assert [notice.attempts for notice in log.table.shown()] == [2]
    log.table.select(7)
    log.retry.click()
    assert line.last == RetryNotice(7)


def test_the_fault_s_story_tells_who_was_told_and_not_how_it_was_sent(qtbot: QtBot) -> None:
    screen, _line = shown(qtbot, "notifications")
    picture = screen.notifications.log._book.picture
    notice = Notice(7, NoticeKind.MARK, "mail", NOW, NOW, "gu", fault=3, clock=Clock.RESPOND, percent=80)
    told = [Entry(8, NOW, NoticeSending(notice)), Entry(9, NOW, NoticeSent(notice))]
    assert [presenter.worth_telling(entry) for entry in told] == [False, True]
    words = presenter.what(picture, told[1])
    assert "gu (mail)" in words and "Respond 80 %" in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_both_languages(qtbot: QtBot, language: str) -> None:
    screen, _line = shown(qtbot, "notifications")
    set_language(language)
    screen.retranslate()
    for page in (screen.rosters, screen.notifications):
        words = [each.text() for kind in (QAbstractButton, QLabel) for each in page.findChildren(kind)]
        assert not [word for word in words if word.startswith("notify.")]
