"""Merging and splitting from the fault's page, and its timeline: who did what when, complete; net and raw time; repeats."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import MergeFault, SplitFault
from console.domain.events import AlarmRaised, Entry, FaultAdvanced, FaultOpened, FaultTaken, NoticePlanned
from console.domain.faults import CloseCode
from console.domain.notices import Notice, NoticeKind
from console.domain.orders import Hold, OrderState
from console.domain.times import HOUR, MINUTE
from console.link.messages import FaultHistoryAnswer, FaultHistoryQuery, LogAnswer, LogQuery
from console.texts import set_language
from console.ui.desk import Desk
from console.ui.faults.screen import FaultsScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, RULES, RecordingLine, alarm, busy, delta, fault, order, stamp

MINE = fault(1, 2, age=3 * HOUR, order=1, alarms=(11, 12), taken=stamp(NOW - 170 * MINUTE, station="desk"))
OTHER = fault(2, 2, age=10 * MINUTE, equipment="T1-L1", order=2)
DRILL = fault(3, 2, order=3, drill=1)
HELD = order(
    1, OrderState.ASSIGNED, fault=1, holds=(Hold("waiting_parts", stamp(NOW - 2 * HOUR), NOW - HOUR),)
)  # fmt: skip


class Navigator:
    def open_equipment(self, equipment: str) -> None: ...

    def open_alarm(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def screen(qtbot: QtBot, line: RecordingLine) -> FaultsScreen:
    set_language("en")
    picture = Picture("desk")
    made = FaultsScreen(picture, Desk(picture, line, picture), Navigator())
    picture.setParent(made)
    qtbot.addWidget(made)
    alarms = (alarm(11, RULES[2], fault=MINE.id), alarm(12, RULES[3], fault=MINE.id))
    picture.take_snapshot(
        replace(
            busy(Role.OPERATOR), faults=(MINE, OTHER, DRILL), orders=(HELD, order(2, fault=2), order(3, fault=3)), alarms=alarms
        )
    )
    made.resize(1700, 900)
    made.show()
    made.show_fault(1)
    line._waiting.clear()
    return made


def press(screen: FaultsScreen, name: str) -> None:
    button = screen.findChild(QPushButton, name)
    assert button is not None and button.isEnabled(), name
    button.click()


def test_a_fault_is_merged_into_another_real_one_with_a_reason(screen: FaultsScreen, line: RecordingLine) -> None:
    press(screen, "fault_merge")
    form = screen.detail._typing
    assert form is not None
    box = form.findChild(type(screen.detail.form.code), "merge_into")
    assert box is not None
    assert [box.itemData(place) for place in range(box.count())] == ["2"]  # the drill's is not offered
    form._fields[0].setText("one power cut")
    form._submit()
    assert line.last == MergeFault(1, 2, "one power cut")
    line.deny("faults.refused.merge_alone", fault="F-000001", other="F-000002")
    assert "own kind" in form.error.text()


def test_an_alarm_is_split_off_with_a_reason(screen: FaultsScreen, line: RecordingLine) -> None:
    press(screen, "fault_split")
    form = screen.detail._typing
    assert form is not None
    form._fields[0].setText("another valve")
    form._submit()
    assert line.last == SplitFault(1, 12, "another valve")
    line.done()
    assert screen.detail._typing is None


def test_a_fault_with_one_alarm_cannot_be_split(screen: FaultsScreen) -> None:
    screen.show_fault(2)
    assert not screen.detail.split.isEnabled()
    assert screen.detail.merge.isEnabled()


def test_a_merged_fault_says_where_it_went_and_a_split_one_where_it_came_from(screen: FaultsScreen) -> None:
    picture = screen.detail._picture
    gone = replace(MINE, merged_into=2, split_from=5, closed_at=NOW, closed_by="wang", close_code=CloseCode.DUPLICATE)
    picture.take_delta(delta(2, faults=(gone,)))
    assert "merged into F-000002" in screen.detail._about.text()
    assert "split off F-000005" in screen.detail._about.text()


def entry(sequence: int, event: object, minutes: int, actor: str = "", station: str = "") -> Entry:
    return Entry(sequence, NOW - minutes * MINUTE, event, actor, station)  # type: ignore[arg-type] # any event of the log


def test_the_timeline_tells_the_fault_its_alarms_and_what_was_merged_into_it(screen: FaultsScreen, line: RecordingLine) -> None:
    press(screen, "fault_timeline_open")
    page = screen.timeline
    assert screen.pages.currentWidget() is page
    asked = [query.subject for query in line.queries if isinstance(query, LogQuery)][-3:]
    assert asked == ["fault:1", "alarm:11", "alarm:12"]
    merged = FaultAdvanced(MINE, "merged", 7, "same cable")
    planned = NoticePlanned(Notice(9, NoticeKind.OPENED, "mail", NOW, NOW, fault=1))
    line.answer(LogAnswer(1, (entry(5, merged, 90, "wang", "desk"), entry(3, FaultOpened(MINE), 180), entry(4, planned, 180))))
    line.answer(LogAnswer(2, (entry(2, AlarmRaised(alarm(11, RULES[2])), 180),)))
    line.answer(LogAnswer(3, ()))
    repeats = next(query for query in line.queries if isinstance(query, FaultHistoryQuery))
    assert repeats.equipment == "PS1"
    old = fault(6, 3, age=30 * HOUR, closed_at=NOW - 20 * HOUR, closed_by="li", close_code=CloseCode.REAL, cause="worn seal")
    line.answer(FaultHistoryAnswer(4, (MINE, old, fault(8, drill=1))))
    line.answer(LogAnswer(5, (entry(6, FaultTaken(replace(MINE, number=7)), 80, "li", "desk 2"),)))  # the merged one's own story
    told = [(row.entry.sequence, row.who, row.station) for row in page.table.shown()]
    assert told == [(2, "System", ""), (3, "System", ""), (5, "Wang Jianguo", "desk"), (6, "Li Min", "desk 2")]
    assert "F-000007 became part of F-000001 (same cable)" in page.table.shown()[2].what
    assert [each.number for each in page.repeats.shown()] == [6]
    assert "4 entries" in page.findChild(QLabel, "timeline_foot").text()  # type: ignore[union-attr]
    press(screen, "timeline_back")
    assert screen.pages.currentIndex() == 0


def test_net_and_raw_time_stand_beside_each_other_and_the_pause_between_them(screen: FaultsScreen) -> None:
    """Requirements §11: paused time is reported apart, so that the raw time stays visible."""
    press(screen, "fault_timeline_open")
    model = screen.timeline.clocks.rows
    columns = [column.key for column in model.columns]
    on_site = next(row for row in range(model.rowCount()) if model.item(row).clock == "on_site")
    cells = {key: model.data(model.index(on_site, place)) for place, key in enumerate(columns)}
    assert (cells["net"], cells["paused"], cells["raw"]) == ("02:00:00", "01:00:00", "03:00:00")
    assert "net 02:00:00, raw 03:00:00" in screen.findChild(QLabel, "clock_on_site_by").text()  # type: ignore[union-attr]


def test_a_repeat_is_opened_from_the_timeline(screen: FaultsScreen) -> None:
    press(screen, "fault_timeline_open")
    screen.timeline._open_repeat(OTHER)
    assert screen.pages.currentIndex() == 0
    assert screen.detail.number == 2
