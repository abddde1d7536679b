"""The connections screen: worst first, one line in full, its read plan."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.domain.health import HealthLine, HealthState
from console.domain.problems import Problem
from console.link.messages import DiagnosticsAnswer, DiagnosticsQuery, ReadBlock
from console.texts import CHINESE, ENGLISH, set_language, tr
from console.ui.connections import presenter
from console.ui.connections.screen import ConnectionsScreen
from console.ui.desk import Desk
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, RecordingLine, busy, delta

GATEWAY = HealthLine("connection:gw", "connection", HealthState.OK, NOW, figures={"cycle_ms": 41.5, "load_pct": 3.0})
GOOD = HealthLine("device:gw/1", "device", HealthState.OK, NOW, equipment="T1-L1", last_answer=NOW, counters={"requests": 1200})
DEAD = HealthLine(
    "device:gw/2", "device", HealthState.DOWN, NOW, equipment="T1-L2", problem=Problem("driver.timeout", {"ms": 800, "count": 3}),
    counters={"requests": 9, "timeouts": 6, "short": 1, "late": 0},
)  # fmt: skip
RECORDER = HealthLine("recorder", "recorder", HealthState.OK, NOW)
BLOCKS = (
    ReadBlock("gw", 1, 3, 0x1010, 14, 20, 500),
    ReadBlock("gw", 2, 3, 0x8000, 1, 1, 500),
    ReadBlock("other", 1, 4, 0, 2, 1, 1000),
)


class Navigator:
    def __init__(self) -> None:
        self.opened: list[str] = []

    def open_equipment(self, equipment: str) -> None:
        self.opened.append(equipment)


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def navigator() -> Navigator:
    return Navigator()


@pytest.fixture
def picture(qtbot: QtBot) -> Picture:
    set_language("en")
    return Picture("desk")


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, navigator: Navigator) -> ConnectionsScreen:
    made = ConnectionsScreen(picture, Desk(picture, line, picture), navigator)
    qtbot.addWidget(made)
    picture.take_snapshot(replace(busy(), health=(GATEWAY, GOOD, DEAD, RECORDER)))
    made.show()
    return made


def test_what_is_down_stands_first_and_says_why_in_words(screen: ConnectionsScreen) -> None:
    assert screen.table.shown()[0].id == "device:gw/2"
    row = screen._model._rows[screen._model.row_of("device:gw/2")]
    assert row.texts[0] == f"▲ {tr('domain.health.down')}"
    assert row.texts[-1] == presenter.problem(DEAD) != ""
    assert row.texts[7] == "7", "timeouts and short answers are errors, requests are none"


def test_only_what_is_wrong_can_be_shown(screen: ConnectionsScreen) -> None:
    screen._wrong.click()
    assert [each.id for each in screen.table.shown()] == ["device:gw/2"]
    screen._wrong.click()
    assert len(screen.table.shown()) == 4


def test_a_line_shows_its_counters_and_its_own_requests(screen: ConnectionsScreen, line: RecordingLine) -> None:
    assert isinstance(line.queries[0], DiagnosticsQuery)
    line.answer(DiagnosticsAnswer(1, (), BLOCKS))
    screen.table.select("device:gw/1")
    assert [block.address for block in screen._plan_model.items()] == [0x1010]
    screen.table.select("connection:gw")
    assert {block.address for block in screen._plan_model.items()} == {0x1010, 0x8000}
    assert (tr("driver.figure.cycle_ms"), "41.5") in presenter.facts(GATEWAY)
    screen.table.select("recorder")
    assert screen._plan_model.rowCount() == 0 and screen._plan_says.text() == tr("connections.plan.none")


def test_counters_that_are_zero_are_left_out() -> None:
    assert tr("driver.counter.late") not in [word for word, _ in presenter.facts(DEAD)]


def test_the_selection_stays_while_the_lines_change(screen: ConnectionsScreen, picture: Picture) -> None:
    screen.table.select("device:gw/1")
    picture.take_delta(
        delta(picture.revision + 1, health=(replace(GOOD, state=HealthState.DOWN), replace(DEAD, state=HealthState.OK)))
    )
    assert [each.id for each in screen.table.selected()] == ["device:gw/1"]
    assert tr("domain.health.down") in screen._title.text()


def test_a_device_leads_to_its_equipment(screen: ConnectionsScreen, navigator: Navigator) -> None:
    screen.table.select("device:gw/1")
    screen._machine.click()
    screen.table.select("recorder")
    assert navigator.opened == ["T1-L1"] and not screen._machine.isVisible()


def test_every_word_follows_the_language(screen: ConnectionsScreen) -> None:
    set_language(CHINESE)
    screen.retranslate()
    assert screen._wrong.text() == tr("connections.wrong", CHINESE) != tr("connections.wrong", ENGLISH)
    assert screen._model._rows[screen._model.row_of("recorder")].texts[1] == "记录器"
    set_language(ENGLISH)


def test_without_any_line_the_screen_says_so(qtbot: QtBot, picture: Picture, line: RecordingLine, navigator: Navigator) -> None:
    made = ConnectionsScreen(picture, Desk(picture, line, picture), navigator)
    qtbot.addWidget(made)
    assert made._card.remark.text() == tr("connections.empty")


def test_what_was_learned_meanwhile_is_shown_without_a_restart(
    screen: ConnectionsScreen, picture: Picture, line: RecordingLine
) -> None:
    screen.show()
    picture.take_snapshot(replace(busy(), health=(GATEWAY, GOOD)))
    line.answer(DiagnosticsAnswer(1, (), BLOCKS))
    screen.table.select(GOOD.id)
    asked = len(line.queries)
    for _ in range(30):
        picture.ticked.emit()
    assert len(line.queries) == asked + 1
    line.answer(DiagnosticsAnswer(2, (), (replace(BLOCKS[0], bytes=37, duration_ms=52.0, cap=7, holes=((5, 6),), bad=(4120,)),)))
    said = screen._plan_says.text()
    assert "at most 7 at a time" in said
    assert "5–6" in said
    assert "4120" in said
