"""Reading by hand on the screen."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from console.domain.accounts import Role
from console.link.bench import Decoding, ReadRegistersAnswer, ReadRegistersQuery
from console.ui.commissioning.read import ReadPane
from console.ui.commissioning.screen import CommissioningScreen
from console.ui.picture import Picture
from drivers.decodings import ways
from tests.helpers.snapshots import NOW, RecordingLine
from tests.unit.ui_commissioning.conftest import Opened, bench


@pytest.fixture
def pane(screen: CommissioningScreen) -> ReadPane:
    return screen.read


def came(line: RecordingLine, data: bytes, points: tuple[tuple[int, str], ...] = ()) -> None:
    """Answer the last question with these bytes."""
    asked = line.queries[-1]
    assert isinstance(asked, ReadRegistersQuery)
    found = tuple(Decoding(*way) for way in ways(asked.function, asked.address, asked.count, data))
    line.answer(ReadRegistersAnswer(asked.id, NOW, 4.2, data, found, points))


def asked(line: RecordingLine) -> tuple[str, int, int, int, int]:
    last = line.queries[-1]
    assert isinstance(last, ReadRegistersQuery)
    return last.connection, last.unit, last.function, last.address, last.count


def cells(pane: ReadPane, address: int) -> dict[str, str]:
    model = pane.table.rows
    row = model.row_of(address)
    return {column.key: str(model.data(model.index(row, place))) for place, column in enumerate(model.columns)}


def ask(pane: ReadPane, address: str, count: str = "2") -> None:
    pane.bar.address.setText(address)
    pane.bar.count.setText(count)
    QTest.keyClick(pane.bar.address, Qt.Key.Key_Return)


def test_a_read_shows_every_way_side_by_side_with_the_points_that_lie_there(
    pane: ReadPane, line: RecordingLine, opened: Opened
) -> None:
    pane.bar.unit.setCurrentIndex(pane.bar.unit.findData(7))
    ask(pane, "30013")
    assert asked(line) == ("gw", 7, 4, 12, 2)
    assert pane.bar.function.function == 4  # the number itself says so
    assert not pane.go.isEnabled()
    came(line, struct.pack(">f", 230.5), ((12, "EM1.active_power"),))
    assert pane.go.isEnabled()
    first = cells(pane, 12)
    assert (first["reference"], first["points"], first["u16"], first["f32 ABCD"]) == ("30013", "Active power", "17254", "230.5")
    assert first["best"] == "f32 ABCD = 230.5"
    place = [column.key for column in pane.table.rows.columns].index("f32 ABCD")
    model = pane.table.rows
    assert model.data(model.index(0, place), Qt.ItemDataRole.FontRole).bold()  # looks like a measured value
    assert not model.data(model.index(0, place + 1), Qt.ItemDataRole.FontRole)
    assert "4.2 ms" in pane.says.text()
    assert any(text.startswith("★ 230.5") for text in (piece.text() for piece in pane.matrix.findChildren(QLabel)))
    pane.table.opened.emit(model.item(0))
    assert opened.machines == ["EM1"]


def test_what_will_be_asked_is_said_before_and_what_cannot_be_asked_is_not_sent(pane: ReadPane, line: RecordingLine) -> None:
    pane.bar.address.setText("40001")
    assert "function 3, addresses 0–9 (from 0x0000), numbers 40001–40010" in pane.says.text()
    assert "#40001" in pane.says.text()
    pane.bar.count.setText("126")
    assert "at most 125 registers" in pane.says.text()
    ask(pane, "x")
    assert "no address" in pane.says.text()
    assert pane.bar.address.property("wrong")
    ask(pane, "65535", "2")
    assert not line.queries


def test_a_refusal_is_shown_and_kept_in_the_history_beside_what_was_read_before(pane: ReadPane, line: RecordingLine) -> None:
    ask(pane, "0")
    came(line, b"\x00\x01\x00\x02")
    ask(pane, "90")
    line.deny("driver.exception_2", unit=1, function=3, first=90, last=91)
    assert "has no addresses 90–91" in pane.says.text()
    assert "what was read before" in pane.says.text()
    assert cells(pane, 0)["u16"] == "1"
    assert [past.question.address for past in pane.history.shown()] == [90, 0]
    pane.history.select(pane.history.shown()[1].number)
    assert "addresses 0–1" in pane.says.text()


def test_reading_every_second_counts_changes_and_stops_when_nobody_looks(
    screen: CommissioningScreen, pane: ReadPane, line: RecordingLine
) -> None:
    pane.bar.count.setText("1")
    pane.again.setChecked(True)
    came(line, b"\x00\x01")
    for value in (b"\x00\x01", b"\x00\x02", b"\x00\x03"):
        pane._repeat()
        came(line, value)
    assert cells(pane, 0)["changes"] == "• 2"
    assert not pane.table.isColumnHidden([column.key for column in pane.table.rows.columns].index("changes"))
    assert len(pane.history.shown()) == 3  # the second one was like the first
    pane._repeat()
    pane._repeat()  # the one before is still on its way
    assert len(line.queries) == 5
    came(line, b"\x00\x03")
    screen.open_page("scan")
    pane._repeat()
    assert len(line.queries) == 5
    pane.again.setChecked(False)
    assert not pane._timer.isActive()


def test_bits_are_shown_as_bits(pane: ReadPane, line: RecordingLine) -> None:
    pane.bar.function.choose(2)
    ask(pane, "8", "9")
    came(line, b"\x05\x01")
    keys = [column.key for column in pane.table.rows.columns]
    assert [cells(pane, 8 + place)["bool"] for place in range(9)] == list("101000001")
    assert not pane.table.isColumnHidden(keys.index("bool"))
    assert pane.table.isColumnHidden(keys.index("u16"))


def test_the_table_is_copied_as_it_is_shown(pane: ReadPane, line: RecordingLine) -> None:
    ask(pane, "0")
    came(line, b"\x00\x01\x00\x02")
    pane.findChild(QPushButton, "read_view_w16").click()  # type: ignore[union-attr]
    pane.table.clearSelection()
    pane.copy.click()
    head, first, second = QApplication.clipboard().text().split("\n")
    assert head.split("\t") == ["Address", "Number", "Points", "hex", "u16", "i16", "bits", "bcd16", "ascii"]
    assert first.split("\t")[:5] == ["0", "40001", "", "0x0001", "1"]
    assert second.startswith("1\t40002")


def test_a_point_of_the_configuration_is_read_where_it_lies(screen: CommissioningScreen, line: RecordingLine) -> None:
    screen.show_point("EM1.energy")
    assert asked(line) == ("gw", 7, 4, 72, 4)
    came(line, bytes(8))
    screen.show_point("PS1.discharge_pressure")
    assert asked(line) == ("gw", 1, 3, 40000, 1)
    assert screen.read.bar.address.text() == "40000"
    screen.show_point("WM1.flow")  # lies in no register: its sheet
    assert screen.sheet.isVisible()


@pytest.mark.parametrize(
    ("role", "why"), [(Role.OPERATOR, "lacks the right “Use the commissioning bench”"), (None, "Sign on first")]
)
def test_who_may_not_sees_why_and_nothing_is_asked(
    open_screen: Callable[[], CommissioningScreen], picture: Picture, line: RecordingLine, role: Role | None, why: str
) -> None:
    picture.take_snapshot(bench(role))
    screen = open_screen()
    for button in (screen.read.go, screen.read.again, screen.scan.go, screen.wire.start):
        assert not button.isEnabled()
        assert why in button.toolTip()
    ask(screen.read, "0")
    screen.scan.start()
    screen.wire.do_start()
    screen.open_page("wire")
    assert not line.queries
    picture.take_snapshot(bench())
    assert screen.read.go.isEnabled()


def test_when_the_line_to_the_collector_is_lost_nothing_can_be_asked(screen: CommissioningScreen, picture: Picture) -> None:
    screen.read.again.setChecked(True)
    picture.take_link("lost", None)
    assert not screen.read.again.isChecked()
    assert "is lost" in screen.read.go.toolTip()


def test_a_typed_unit_is_never_completed_to_another_one_of_the_list(pane: ReadPane, line: RecordingLine) -> None:
    units = pane.bar.unit.lineEdit()
    assert units is not None
    pane.bar.unit.addItem("70  another", 70)
    units.selectAll()
    QTest.keyClicks(units, "7")
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert asked(line)[:2] == ("gw", 7)
    came(line, bytes(20))
    units.selectAll()
    QTest.keyClicks(units, "256")
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert len(line.queries) == 1


def test_the_history_keeps_the_newest_twenty_reads_the_newest_first(pane: ReadPane, line: RecordingLine) -> None:
    for address in range(25):
        ask(pane, str(address), "1")
        came(line, bytes(2))
    assert [past.question.address for past in pane.history.shown()] == list(range(24, 4, -1))


def test_what_was_read_stays_written_when_somebody_elsewhere_comes_or_goes(
    pane: ReadPane, picture: Picture, line: RecordingLine
) -> None:
    ask(pane, "0")
    came(line, b"\0\1\0\2")
    said = pane.says.text()
    picture.people_changed.emit()
    assert pane.says.text() == said
