"""Scanning and the wire log on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QFileDialog

from console.domain.times import MINUTE, SECOND
from console.link.bench import (
    FileAnswer,
    FoundRange,
    FoundUnit,
    ReadRegistersQuery,
    ScanAnswer,
    ScanPlan,
    ScanQuery,
    WireFilter,
    WireFrame,
    WireLogAnswer,
    WireLogFileQuery,
    WireLogQuery,
)
from console.ui.commissioning.scan import ScanPane
from console.ui.commissioning.screen import CommissioningScreen
from console.ui.commissioning.wire import AT_ONCE, WirePane
from tests.helpers.snapshots import NOW, RecordingLine


@pytest.fixture
def scan(screen: CommissioningScreen) -> ScanPane:
    screen.open_page("scan")
    return screen.scan


@pytest.fixture
def wire(screen: CommissioningScreen, line: RecordingLine) -> WirePane:
    screen.open_page("wire")
    screen.wire._timer.stop()  # the test asks
    return screen.wire


def job(plan: ScanPlan, state: str = "running", **more: object) -> ScanAnswer:
    base = ScanAnswer(1, 5, plan, state, 2, 6, 3, NOW - 2 * SECOND)
    return replace(base, ended=0 if state == "running" else NOW, **more)


def last_scan(line: RecordingLine) -> ScanQuery:
    asked = line.queries[-1]
    assert isinstance(asked, ScanQuery)
    return asked


def test_a_bus_is_scanned_followed_stopped_and_leads_to_reading(
    scan: ScanPane, screen: CommissioningScreen, line: RecordingLine
) -> None:
    scan.last.setText("6")
    scan.go.click()
    plan = last_scan(line).plan
    assert plan == ScanPlan("gw", "bus", 1, 6, 1, 3, 0, 100)
    line.answer(job(plan))
    assert not scan.go.isEnabled()
    assert "Scanning 2 of 6" in scan.says.text()
    scan._look()
    assert (last_scan(line).job, last_scan(line).plan) == (5, None)
    scan._look()  # one question at a time
    assert len(line.queries) == 2
    units = (FoundUnit(1, "refused", 2), FoundUnit(7, "identified", 0, {0: "Eastron", 1: "SDM630", 2: "1.8", 4: "meter"}, 12.0))
    line.answer(job(plan, units=units))
    model = scan.units.rows
    shown = [[str(model.data(model.index(row, place))) for place in range(model.columnCount())] for row in range(2)]
    assert shown[1] == ["7", "identified", "EM1 Main meter", "Eastron", "SDM630", "1.8", "meter", "12"]
    scan.cancel.click()
    assert last_scan(line).cancel
    line.answer(job(plan, "cancelled", units=units))
    assert "Stopped at 2 of 6" in scan.says.text()
    assert not scan._timer.isActive()
    scan.units.select(7)
    scan.read.click()
    assert screen.read.isVisible()
    asked = line.queries[-1]
    assert isinstance(asked, ReadRegistersQuery)
    assert (asked.connection, asked.unit, asked.function, asked.address) == ("gw", 7, 3, 0)


def test_the_addresses_of_a_unit_are_scanned_and_only_what_answers_can_be_read(
    scan: ScanPane, screen: CommissioningScreen, line: RecordingLine
) -> None:
    scan.range.click()
    for field, text in ((scan.unit, "7"), (scan.begin, "100"), (scan.end, "300"), (scan.pause, "50")):
        field.setText(text)
    scan.function.choose(4)
    scan.start()
    plan = last_scan(line).plan
    assert plan == ScanPlan("gw", "range", 100, 300, 7, 4, 0, 50)
    ranges = (FoundRange(100, 299, "answers", data=bytes(400)), FoundRange(300, 300, "refused", 2))
    line.answer(job(plan, "done", ranges=ranges))
    model = scan.ranges.rows
    assert [str(model.data(model.index(1, place))) for place in range(3)] == ["300", "1", "refused (exception 2)"]
    scan.ranges.select(300)
    assert not scan.read.isEnabled()
    scan.ranges.select(100)
    scan.read.click()
    asked = line.queries[-1]
    assert isinstance(asked, ReadRegistersQuery)
    assert (asked.unit, asked.function, asked.address, asked.count) == (7, 4, 100, 125)  # as many as one read takes


def test_a_range_that_cannot_be_is_marked_and_a_refused_scan_says_why(scan: ScanPane, line: RecordingLine) -> None:
    scan.last.setText("248")
    assert scan.last.property("wrong")
    assert not scan.go.isEnabled()
    scan.last.setText("2")
    scan.start()
    line.deny("bench.scan.busy", connection="gw", job=3)
    assert "is being scanned" in scan.says.text()
    assert scan.go.isEnabled()


def test_what_a_scan_found_stays_when_the_line_to_the_collector_breaks(scan: ScanPane, line: RecordingLine) -> None:
    scan.start()
    line.answer(job(last_scan(line).plan or ScanPlan("gw", "bus", 1, 6), units=(FoundUnit(1, "answered"),)))
    scan._look()
    line.deny("link.lost")
    assert [unit.unit for unit in scan.units.shown()] == [1]
    assert "Ended at 2 of 6" in scan.says.text()
    assert not scan._timer.isActive()
    assert scan.go.isEnabled()


def frame(number: int, *, unit: int = 1, error: str = "", sent: bool = False) -> WireFrame:
    return WireFrame(number, NOW, sent, bytes.fromhex("0001 0000 0005 01 03 02 0007"), unit, 3, error, 3.5)


def log(line: RecordingLine, *frames: WireFrame, until: int = NOW + 10 * MINUTE, last: int = 0) -> None:
    """Answer the open question with these frames."""
    line.answer(WireLogAnswer(1, "gw", until, frames, len(frames), 0, last or (frames[-1].number if frames else 0)))


def last_log(line: RecordingLine) -> WireLogQuery:
    asked = line.queries[-1]
    assert isinstance(asked, WireLogQuery)
    return asked


def test_frames_are_shown_as_they_come_filtered_and_held_still(wire: WirePane, line: RecordingLine) -> None:
    wire._tick()
    log(line, until=0)
    wire.minutes.setText("5")
    wire.start.click()
    assert (last_log(line).action, last_log(line).minutes) == ("start", 5)
    log(line, frame(1, sent=True), frame(2), frame(3, unit=2, error="crc"))
    assert not wire.start.isEnabled()
    assert "in 10:00" in wire.says.text()
    model = wire.table.rows
    shown = [str(model.data(model.index(1, place))) for place in range(model.columnCount())]
    assert shown == ["2", "08:00:00.000", "← came", "1", "3", "3.5", "7", "00 01 00 00 00 05 01 03 02 00 07"]
    wire.errors.setChecked(True)
    assert [each.number for each in wire.table.shown()] == [3]
    wire.errors.setChecked(False)
    wire.unit.setText("1")
    assert [each.number for each in wire.table.shown()] == [1, 2]
    wire.typed.setText("came")
    assert [each.number for each in wire.table.shown()] == [2]
    asked = len(line.queries)
    wire.pause.setChecked(True)
    wire._tick()
    assert len(line.queries) == asked
    wire.pause.setChecked(False)
    assert last_log(line).since == 3  # goes on where it stood


def test_a_long_log_is_fetched_without_waiting_and_a_new_collector_begins_anew(wire: WirePane, line: RecordingLine) -> None:
    wire._tick()
    log(line, *(frame(number) for number in range(1, AT_ONCE + 1)), last=2 * AT_ONCE)
    assert last_log(line).since == AT_ONCE  # at once: there is more
    log(line, frame(AT_ONCE + 1))
    wire._tick()
    log(line, until=0, last=0)
    assert wire.table.rows.rowCount() == 0


def test_another_line_drops_what_is_still_on_its_way(wire: WirePane, line: RecordingLine) -> None:
    wire._tick()
    wire.line.choose("broker")
    log(line, frame(1))  # of the line before
    assert wire.table.rows.rowCount() == 0
    assert last_log(line).connection == "broker"
    line.answer(WireLogAnswer(1, "broker", NOW + MINUTE, (replace(frame(1), data=b"a/b\x00{}", unit=-1, function=0),), 1, 0, 1))
    keys = [column.key for column in wire.table.rows.columns]
    assert wire.table.isColumnHidden(keys.index("raw"))
    assert "MQTT as text" in wire.as_pcap.toolTip()
    assert not wire.as_pcap.isEnabled()
    assert wire.as_text.isEnabled()


def test_the_log_is_saved_with_its_filter(wire: WirePane, line: RecordingLine, tmp_path: Path) -> None:
    wire._tick()
    log(line, frame(1))
    wire.unit.setText("1")
    wire.errors.setChecked(True)
    wire.as_pcap.click()
    asked = line.queries[-1]
    assert isinstance(asked, WireLogFileQuery)
    assert (asked.format, asked.filter, asked.language) == ("pcap", WireFilter(1, 0, errors=True), "en")
    line.answer(FileAnswer(1, "gw-wire.pcap", b"\xd4\xc3"))
    dialog = wire.findChild(QFileDialog)
    assert dialog is not None
    file = tmp_path / "gw.pcap"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    assert file.read_bytes() == b"\xd4\xc3"
    assert "2 bytes" in wire.says.text()
    dialog.fileSelected.emit(str(tmp_path / "no" / "gw.pcap"))
    assert "gw.pcap" in wire.says.text()


def test_who_looks_back_in_the_log_is_left_where_he_is(wire: WirePane, line: RecordingLine) -> None:
    wire._tick()
    log(line, *(frame(number) for number in range(1, 101)))
    bar = wire.table.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(10)
    wire._tick()
    log(line, *(frame(number) for number in range(101, 111)))
    assert bar.value() == 10
