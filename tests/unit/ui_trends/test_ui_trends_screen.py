"""The trend page as a person uses it; the test answers what it asks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from console.domain.commands import WriteNote
from console.domain.times import DAY, HOUR, SECOND
from console.link.exports import ExportAnswer, ExportPartAnswer, ExportPartQuery, ExportQuery
from console.link.messages import AlarmHistoryAnswer, AlarmHistoryQuery, HistoryAnswer, HistoryQuery, LogQuery, Series
from console.texts import ENGLISH, set_language
from console.ui.picture import Picture
from console.ui.trends import pens
from console.ui.trends.screen import TrendsScreen
from tests.helpers.snapshots import NOW, NUMBERS, RULES, RecordingLine, alarm
from tests.unit.ui_trends.conftest import Been

PRESSURE, POWER, MODE = "PS1.discharge_pressure", "EM1.active_power", "T1-L1.service_mode"


def constant(query: HistoryQuery, value: float = 0.5) -> HistoryAnswer:
    """Every bucket of the question that lies in the past, with one value."""
    step = (query.until - query.since) // max(1, query.buckets)
    times = np.arange(query.since, min(query.until, NOW), step, np.int64)
    values = np.full(len(times), value).tobytes()
    return HistoryAnswer(query.id, tuple(Series(point, times.tobytes(), values, b"", values, values) for point in query.points))


def serve(line: RecordingLine, value: float = 0.5) -> list[HistoryQuery]:
    """Answer everything that is open now and what follows from it; the history questions."""
    seen: list[HistoryQuery] = []
    while line._waiting:
        query = line.queries[len(line.queries) - len(line._waiting)]
        if isinstance(query, HistoryQuery):
            seen.append(query)
            line.answer(constant(query, value))
        else:
            line._waiting.pop(0)
    return seen


def drawn(screen: TrendsScreen, key: str) -> np.ndarray:  # type: ignore[type-arg]
    """The y of a curve."""
    assert screen.board is not None
    return np.asarray(screen.board.chart._curves[key].getData()[1])


def test_an_empty_page_says_how_to_begin(screen: TrendsScreen) -> None:
    assert screen._stack.currentWidget() is screen._blank
    assert "左侧" in screen._blank.findChildren(type(screen._blank._advice))[1].text()


def test_typing_and_enter_put_a_point_on_the_chart(screen: TrendsScreen, line: RecordingLine, qtbot: QtBot) -> None:
    qtbot.keyClicks(screen.picker.search, "discharge")
    qtbot.keyClick(screen.picker.search, Qt.Key.Key_Return)
    assert [pen.point for pen in screen._view.pens] == [PRESSURE]
    asked = serve(line, 0.5)
    assert {query.points for query in asked} == {(NUMBERS[PRESSURE],)}
    assert screen._stack.currentWidget() is screen.board
    assert set(drawn(screen, PRESSURE).tolist()) == {0.5}


def test_pens_of_one_tile_are_asked_for_together_and_never_twice(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE, POWER])
    first = serve(line)
    assert all(set(query.points) == {NUMBERS[PRESSURE], NUMBERS[POWER]} for query in first)
    assert len({(query.since, query.until) for query in first}) == len(first)
    screen.board.refresh()  # type: ignore[union-attr]
    assert serve(line) == []


def test_panning_asks_only_for_what_comes_into_view(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    known = {query.since for query in serve(line)}
    screen.board.pan(-1.0)  # type: ignore[union-attr]
    more = serve(line)
    assert more
    assert not known & {query.since for query in more}
    assert not screen.board.live  # type: ignore[union-attr]


def test_a_wider_view_is_drawn_from_what_is_known_until_it_has_come(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    serve(line, 0.25)
    screen.board.zoom(0.25)  # type: ignore[union-attr] # finer tiles are not here yet
    assert set(drawn(screen, PRESSURE).tolist()) == {0.25}
    assert screen.board.tiles.loading  # type: ignore[union-attr]
    serve(line, 0.75)
    assert 0.75 in drawn(screen, PRESSURE).tolist()


def test_units_share_a_scale_and_s_gives_a_pen_its_own(screen: TrendsScreen, line: RecordingLine, qtbot: QtBot) -> None:
    screen.show_points([PRESSURE, POWER, "PS1.tank_level", MODE])
    serve(line)
    chart = screen.board.chart  # type: ignore[union-attr]
    assert set(chart._scales) == {"MPa", "kW", "m", f"={MODE}"}
    assert chart._scales[f"={MODE}"].states == {7: "自动", 9: "待梯", 1: "检修"}
    qtbot.waitUntil(lambda: screen.board.table.select(PRESSURE))  # type: ignore[union-attr] # its rows come when all is settled
    screen.activateWindow()
    screen.board.table.setFocus()  # type: ignore[union-attr]
    qtbot.waitUntil(screen.board.table.hasFocus)  # type: ignore[union-attr]
    qtbot.keyClick(screen.board.table, Qt.Key.Key_S)  # type: ignore[union-attr]
    assert set(chart._scales) == {f"={PRESSURE}", "kW", "m", f"={MODE}"}


def test_twelve_pens_and_no_more(screen: TrendsScreen, picture: Picture) -> None:
    points = [point.id for point in picture.estate.points][:13]
    screen.show_points(points[:12])
    assert len({pen.ink for pen in screen._view.pens}) == 12
    screen.add_point(points[12])
    assert len(screen._view.pens) == 12
    assert "12" in screen._card.remark.text()


def test_cursors_read_values_and_their_difference(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    serve(line, 0.5)
    board = screen.board
    assert board is not None
    board._clicked((NOW - HOUR / 2) / SECOND, False)
    board._clicked((NOW - HOUR / 4) / SECOND, True)
    (row,) = board.table._pens.items()
    assert (row.at, row.at_b, row.low, row.mean, row.high) == (0.5, 0.5, 0.5, 0.5, 0.5)
    assert board.unpin()
    (row,) = board.table._pens.items()
    assert row.at is None


def test_comparing_draws_yesterday_beneath_today(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    serve(line, 0.5)
    screen.toolbar.compare_chosen.emit(DAY)
    asked = serve(line, 0.1)
    assert any(query.since <= NOW - DAY < query.until for query in asked)
    x = np.asarray(screen.board.chart._curves[f"{PRESSURE}~"].getData()[0])  # type: ignore[union-attr]
    assert NOW / SECOND - 3700 < x[x < NOW / SECOND].max() <= NOW / SECOND
    assert 0.1 in drawn(screen, f"{PRESSURE}~").tolist()


def test_what_happened_stands_above_the_chart_and_leads_to_it(
    screen: TrendsScreen, line: RecordingLine, been: Been, picture: Picture, qtbot: QtBot
) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    qtbot.waitUntil(lambda: any(isinstance(query, LogQuery) for query in line.queries), timeout=3000)
    place = next(i for i, query in enumerate(line.queries) if isinstance(query, AlarmHistoryQuery))
    assert line.queries[place].equipment == "PS1"  # type: ignore[union-attr]
    raised = alarm(7, RULES[2], raised_at=NOW - HOUR // 2)
    picture.alarms[7] = raised
    line._waiting[place - len(line.queries)](AlarmHistoryAnswer(place + 1, (raised,)))
    board = screen.board
    assert board is not None
    ((x, marks),) = board.marks.groups()
    assert [mark.number for mark in marks] == [7]
    left, right = board.chart.edges()
    assert x == pytest.approx((left + right) / 2, abs=3)
    board.marks.opened.emit(marks[0])
    assert been.places == [("alarm", 7)]


def test_a_refusal_is_said_and_what_was_drawn_stays(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    line.deny("engine.too_many_points", count=300, most=200)
    assert "200" in screen._card.remark.text()


def test_views_are_kept_by_name_and_survive_junk(screen: TrendsScreen) -> None:
    screen.show_points([PRESSURE, POWER])
    pens.save_view("泵房", screen._view)
    assert pens.saved_views()["泵房"] == screen._view
    assert pens.last_view() == screen._view
    pens.remember("trends/views", '{"x": {"pens": 3}, "y": []}')
    assert pens.saved_views() == {}
    pens.remember("trends/last", "[")
    assert pens.last_view() == pens.View()


def test_what_is_shown_can_be_exported(screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot) -> None:
    screen.show_points([PRESSURE])
    serve(line, 0.5)
    file = tmp_path / "out.csv"
    screen.export_to("shown", file)
    qtbot.waitUntil(file.exists)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 500
    assert {row["mean"] for row in rows} == {"0.5"}
    assert rows[0]["time"].startswith("2026-11-23 07:0")  # the site's local time
    assert rows[0]["utc"].startswith("2026-11-22T23:0")


def test_every_sample_is_drawn_part_by_part_into_a_file_of_the_chosen_form(
    screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot
) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    file = tmp_path / "all.xlsx"
    screen.export_to("samples", file)
    assert screen.toolbar.stop.isVisibleTo(screen)
    query = line.queries[-1]
    assert isinstance(query, ExportQuery)
    assert (query.points, query.form, query.bucket) == ((NUMBERS[PRESSURE],), "xlsx", 0)
    assert (query.since, query.until) == screen.board.shown()  # type: ignore[union-attr]
    line.answer(ExportAnswer(query.id, 7))
    for part, data in enumerate((b"one", b"", b"two")):
        qtbot.waitUntil(lambda: bool(line._waiting))
        asked = line.queries[-1]
        assert isinstance(asked, ExportPartQuery)
        assert (asked.job, asked.stop) == (7, False)
        assert not file.exists()
        line.answer(ExportPartAnswer(asked.id, data, (part + 1) / 3, 1000 * part, over=part == 2))
        assert f"{100 * (part + 1) // 3} %" in screen.toolbar.stop.text()
    qtbot.waitUntil(file.exists)
    assert file.read_bytes() == b"onetwo"
    qtbot.waitUntil(lambda: "2,000" in screen._card.remark.text())
    assert not screen.toolbar.stop.isVisibleTo(screen)
    assert not list(tmp_path.glob("*.part"))


def test_an_export_that_is_stopped_leaves_nothing_and_ends_the_collectors_work(
    screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot
) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    screen.export_to("samples", tmp_path / "all.csv")
    line.answer(ExportAnswer(line.queries[-1].id, 7))
    line.answer(ExportPartAnswer(line.queries[-1].id, b"some", 0.4, 10))
    qtbot.waitUntil(lambda: bool(line._waiting))
    qtbot.mouseClick(screen.toolbar.stop, Qt.MouseButton.LeftButton)
    last = line.queries[-1]
    assert isinstance(last, ExportPartQuery)
    assert last.stop
    line.answer(ExportPartAnswer(last.id, b"late", 0.5, 20))  # of the question before: comes too late
    qtbot.waitUntil(lambda: not list(tmp_path.glob("all*")))
    assert "停止" in screen._card.remark.text()


def test_a_console_that_is_closed_leaves_no_half_file(
    screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot
) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    screen.export_to("samples", tmp_path / "all.csv")
    line.answer(ExportAnswer(line.queries[-1].id, 7))
    qtbot.waitUntil(lambda: bool(list(tmp_path.glob("all*"))))
    assert screen._drawing is not None
    screen._drawing._leave()  # as at the end of the program
    assert not list(tmp_path.glob("all*"))


def test_an_export_that_is_refused_says_why_and_leaves_nothing(
    screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot
) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    screen.export_to("samples", tmp_path / "all.parquet")
    line.answer(ExportAnswer(line.queries[-1].id, 7))
    line.deny("store.no_parquet")
    assert "pyarrow" in screen._card.remark.text()
    qtbot.waitUntil(lambda: not list(tmp_path.glob("all*")))
    screen.export_to("samples", tmp_path / "no" / "all.csv")
    line.answer(ExportAnswer(line.queries[-1].id, 8))
    qtbot.waitUntil(lambda: "all.csv" in screen._card.remark.text())
    assert screen._drawing is None


def test_a_place_that_cannot_be_written_is_said(screen: TrendsScreen, line: RecordingLine, tmp_path: Path, qtbot: QtBot) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    screen.export_to("shown", tmp_path / "no" / "out.csv")
    qtbot.waitUntil(lambda: "out.csv" in screen._card.remark.text())


def test_a_note_is_written_at_the_cursor(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    screen.board._clicked((NOW - HOUR / 2) / SECOND, False)  # type: ignore[union-attr]
    screen.toolbar.note.click()
    dialog = screen.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("阀门已开")
    dialog.accept()
    note = line.last
    assert isinstance(note, WriteNote)
    assert (note.text, note.equipment) == ("阀门已开", "PS1")
    assert abs(note.at - (NOW - HOUR // 2)) < SECOND


def test_all_words_change_with_the_language(screen: TrendsScreen, line: RecordingLine) -> None:
    screen.show_points([PRESSURE])
    serve(line)
    set_language(ENGLISH)
    screen.retranslate()
    assert screen.toolbar.live.text() == "Live"
    assert screen.picker.heading.text() == "Points"
