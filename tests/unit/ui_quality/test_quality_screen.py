"""The quality screen: real figures of a real store, periods, where every figure leads, empty and failed states, both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.domain.alarmquality import Figure
from console.domain.events import AlarmRaised, FaultClosed, FaultOpened, OrderRaised, OutageRecorded, WatchStarted
from console.domain.faults import P3_DEFAULT, CloseCode, Fault
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.rosters import Roster
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.engine import figuring
from console.link.quality import KpiAnswer, KpiQuery, QualityAnswer, QualityQuery
from console.texts import CHINESE, ENGLISH, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.quality.measures import Measure
from console.ui.quality.periods import KINDS, moved, period, trend
from console.ui.quality.screen import QualityScreen
from tests.helpers.snapshots import NOW, RecordingLine, snapshot
from tests.unit.store.test_store_alarmcounts import Log, alarm

ZONE = "Asia/Shanghai"


class Navigator:
    """Where figures led."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.faults: list[int] = []

    def open_alarm_rows(self, wanted: str) -> None:
        self.rows.append(json.loads(wanted))

    def open_fault(self, number: int) -> None:
        self.faults.append(number)


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
    if theme.current() != theme.CONTROL or not qapp.styleSheet():
        theme.apply(qapp, theme.CONTROL)
    yield
    set_language(CHINESE)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy hour, a flood in it, one machine that chatters, two faults: one answered too late, one false."""
    folder = tmp_path_factory.mktemp("store")
    log, began = Log(folder), NOW - HOUR
    log.write((began, WatchStarted(0, "test")), (began, OutageRecorded(NOW - 9 * DAY, began)))
    for place in range(20):
        at = began + 10 * MINUTE + 7 * place * SECOND
        log.write((at, AlarmRaised(alarm(100 + place, at, "PS1-P1.x#high" if place % 2 else f"T1-L1.p{place}#high"))))
    for number, responded, code in ((1, 3 * HOUR, CloseCode.REAL), (2, 0, CloseCode.FALSE_ALARM)):
        at = NOW - DAY * number
        fault = Fault(number, "PS1-P1", 3, Text(f"故障{number}", f"Fault {number}"), at, P3_DEFAULT, order=number)
        stamps = {OrderState.ASSIGNED: Stamp(at + responded, "zhao", at, "zhao")} if responded else {}
        order = Order(number, OrderKind.CORRECTIVE, Text("修"), "PS1-P1", 3, at, stamps=stamps, assignee="zhao")
        closed = Fault(
            number, "PS1-P1", 3, fault.text, at, P3_DEFAULT, order=number, closed_at=at + responded + MINUTE, close_code=code
        )
        log.write((at, FaultOpened(fault)), (at, OrderRaised(order)), (at, FaultClosed(closed)))
    log.close()
    return folder


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def navigator() -> Navigator:
    return Navigator()


@pytest.fixture
def screen(qtbot: QtBot, line: RecordingLine, navigator: Navigator) -> QualityScreen:
    picture = Picture("A台")
    made = QualityScreen(picture, Desk(picture, line), navigator)
    qtbot.addWidget(made)
    made.resize(1600, 900)
    picture.take_snapshot(snapshot())
    made.show()
    return made


def answered(query: object, folder: Path) -> QualityAnswer | KpiAnswer:
    """As the collector's worker would."""
    if isinstance(query, QualityQuery):
        equipment = frozenset(query.equipment) or None
        found = figuring.quality(folder, query.since, query.until, equipment, query.edges, Roster(), ZONE, NOW)
        return QualityAnswer(query.id, *found)
    assert isinstance(query, KpiQuery)
    equipment = frozenset(query.equipment) or None
    systems = {"PS1-P1": "water"}
    counted = figuring.response(
        folder, query.since, query.until, query.trend_since, equipment, systems, {"zhao": "甲班"}, ZONE, NOW, query.facts
    )
    return KpiAnswer(query.id, *counted)


def serve(line: RecordingLine, folder: Path) -> None:
    """Answer everything that was asked, in its order."""
    while line._waiting:
        query = line.queries[len(line.queries) - len(line._waiting)]
        line._waiting.pop(0)(answered(query, folder))


def measured(screen: QualityScreen, key: str) -> Measure:
    page = screen.alarms if screen.alarms.isVisible() else screen.response
    return next(measure for measure in page.measures.rows.items() if measure.key == key)


def test_the_figures_of_a_busy_hour_are_shown_against_their_targets(
    screen: QualityScreen, line: RecordingLine, store: Path
) -> None:
    screen.toolbar.kinds["day"].click()
    serve(line, store)
    assert measured(screen, "rate").value == f"{20 / 6:.2f}"  # 20 in the one hour that was watched, one operator
    assert measured(screen, "rate").met is False
    assert measured(screen, "floods").value == "1"
    assert measured(screen, "chattering").value == "1"
    assert measured(screen, "standing").met is True
    assert measured(screen, "breach3").met is True  # what was broken was detected a day before
    assert screen.alarms.table.shown()[0].order == -10
    assert sum(bar > 0 for bar in screen.alarms.chart.plot.bars) == 1


def test_every_figure_with_rows_leads_to_them(
    screen: QualityScreen, line: RecordingLine, store: Path, navigator: Navigator
) -> None:
    screen.toolbar.kinds["day"].click()
    serve(line, store)
    until = screen._shown.until if screen._shown is not None else 0
    for measure in screen.alarms.measures.rows.items():
        if measure.figure is not None:
            screen.alarms.measures.opened.emit(measure)
            wanted = navigator.rows[-1]
            figure = Figure(str(wanted["kind"]), str(wanted["key"]))
            rows = figuring.rows(store, int(str(wanted["since"])), until, None, figure, NOW, 5000)
            assert rows, measure.key
    for name in ("top", "chattering", "floods"):
        screen.alarms._buttons[name].click()
        screen.alarms.table.opened.emit(screen.alarms.table.shown()[0])
        assert navigator.rows[-1]["kind"] in ("source", "chattering", "flood")
    place = next(place for place, bar in enumerate(screen.alarms.chart.plot.bars) if bar)
    chart = screen.alarms.chart
    x = next(x for x in range(chart.width()) if chart.place_at(x) == place)
    press = QMouseEvent(
        QMouseEvent.Type.MouseButtonPress, QPointF(x, 50), QPointF(x, 50), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(chart, press)
    assert navigator.rows[-1]["kind"] == "bar"


def test_a_building_and_a_system_narrow_the_figures(screen: QualityScreen, line: RecordingLine, store: Path) -> None:
    screen.toolbar.kinds["day"].click()
    serve(line, store)
    screen.toolbar.system.setCurrentIndex(screen.toolbar.system.findData("water"))
    query = line.queries[-1]
    assert isinstance(query, QualityQuery)
    assert set(query.equipment) == {id for id, machine in screen._picture.equipment.items() if machine.system == "water"}
    serve(line, store)
    assert measured(screen, "rate").value == f"{10 / 6:.2f}"


def test_the_response_page_tells_rates_times_groups_and_faults(
    screen: QualityScreen, line: RecordingLine, store: Path, navigator: Navigator
) -> None:
    screen.toolbar.kinds["year"].click()
    screen.toolbar.pages["response"].click()
    serve(line, store)
    page = screen.response
    assert measured(screen, "rate_respond").value.startswith("0.0 %")
    assert measured(screen, "false").value == "50.0 %"
    assert len(page.rates.plot.labels) == 12
    assert page.times.plot.targets[0].value == 1.2  # R-SLA-15
    page.dimension.setCurrentIndex(page.dimension.findData("team"))
    assert [group.name for group in page.groups.shown()] == ["甲班"]
    page.measures.opened.emit(measured(screen, "rate_respond"))
    assert [fact.number for fact in page.faults.shown()] == [1]
    page.everything.click()
    assert {fact.number for fact in page.faults.shown()} == {1, 2}
    page.faults.opened.emit(page.faults.shown()[0])
    assert navigator.faults == [1]


def test_a_broken_promise_on_the_alarm_page_leads_to_its_faults(screen: QualityScreen, line: RecordingLine, store: Path) -> None:
    screen.toolbar.kinds["year"].click()
    serve(line, store)
    measure = measured(screen, "breach3")
    assert measure.met is False
    screen.alarms.measures.opened.emit(measure)
    serve(line, store)
    assert screen.response.isVisible()
    assert [fact.number for fact in screen.response.faults.shown()] == [1]


def test_a_stale_answer_is_dropped_and_a_refusal_is_said(screen: QualityScreen, line: RecordingLine, store: Path) -> None:
    screen.toolbar.kinds["month"].click()
    line._waiting.pop(0)(answered(line.queries[0], store))
    assert screen._stack.currentWidget() is screen.blank  # still counting
    line.deny("engine.query_slow", seconds=20)
    assert "20" in screen.blank._advice.text()


def test_an_empty_store_says_what_will_come(screen: QualityScreen, line: RecordingLine, tmp_path: Path) -> None:
    Log(tmp_path).close()
    screen.toolbar.pages["response"].click()
    serve(line, tmp_path)
    assert screen._stack.currentWidget() is screen.blank
    screen.toolbar.pages["alarms"].click()
    serve(line, tmp_path)
    assert measured(screen, "rate").value == "—"


def test_both_languages_say_all_of_it(screen: QualityScreen, line: RecordingLine, store: Path) -> None:
    screen.toolbar.kinds["day"].click()
    serve(line, store)
    set_language(ENGLISH)
    screen.retranslate()
    words = [text for measure in screen.alarms.measures.rows.items() for text in (measure.title, measure.value, measure.target)]
    assert not any("\u4e00" <= letter <= "\u9fff" for word in words for letter in word)
    assert screen.toolbar.kinds["week"].text() == "Week"


@pytest.mark.parametrize("kind", KINDS)
def test_a_period_holds_the_present_its_bars_fill_it_and_its_neighbours_touch_it(kind: str) -> None:
    found = period(kind, NOW, None, ZONE)
    assert found.since <= NOW < found.until
    assert (found.edges[0], found.edges[-1]) == (found.since, found.until)
    assert len(found.labels) == len(found.edges) - 1
    before = moved(found, -1, None, ZONE)
    assert before.until == found.since
    assert moved(before, 1, None, ZONE) == found


def test_a_year_of_trend_is_twelve_months_up_to_the_periods_last() -> None:
    first, months = trend(period("month", NOW, None, ZONE), ZONE)
    assert len(months) == 12
    assert period("month", first, None, ZONE).since == first
    assert months[-1] == period("month", NOW, None, ZONE).title
