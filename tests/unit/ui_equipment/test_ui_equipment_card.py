"""An equipment's card and its life story, with a person's own keys."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import Entry, NoteWritten, RecordSaved
from console.domain.maintenance.cards import Card, Rated
from console.domain.maintenance.files import StoreFile
from console.domain.times import DAY, HOUR
from console.link.messages import AlarmHistoryAnswer, Done, FaultHistoryAnswer, LogAnswer, LogQuery, OrderHistoryAnswer
from console.ui.equipment.screen import EquipmentScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import NOW, PEOPLE, RecordingLine, Role, delta, fault, order, signed_on, snapshot

CABINET = Card(
    id="C-000001", number=1, revision=1, equipment="C-000001", code="XF-1", name="消火栓箱", name_en="Cabinet", system="fire"
)


def with_cards(picture: Picture, *cards: Card) -> None:
    picture.take_snapshot(signed_on(snapshot(records=cards), PEOPLE[Role.SUPERVISOR]))


def write(screen: EquipmentScreen, field: str, text: str) -> None:
    line = screen.page.card.fields[field]
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_a_card_without_points_has_its_page_and_no_live_state(screen: EquipmentScreen, picture: Picture) -> None:
    """R-EQ-06: what no wire leads to has a card, its orders and its story all the same."""
    with_cards(picture, CABINET)
    screen.show_equipment("C-000001")
    assert not screen.page.sheets.isTabVisible(0) and screen.page.sheets.currentIndex() == 1
    assert screen.page.card.fields["code"].text() == "XF-1"
    screen.show_equipment("T1-L1")
    assert screen.page.sheets.isTabVisible(0) and screen.page.sheets.currentIndex() == 0


def test_a_card_is_changed_in_place_and_saved_with_its_reason(
    screen: EquipmentScreen, picture: Picture, line: RecordingLine, qtbot: QtBot
) -> None:
    with_cards(picture, CABINET)
    screen.show_equipment("C-000001")
    card = screen.page.card
    write(screen, "make", "Alpha")
    write(screen, "installed", "31.12.25")
    card.rated.setPlainText("Flow (L/s)=5\nHose=25 m")
    QTest.keyClicks(card.bar.reason, "inventory")
    assert not card.bar.save.isEnabled(), "a date that could be two"
    write(screen, "installed", "2025-12-31")
    line.asked.clear()
    qtbot.mouseClick(card.bar.save, Qt.MouseButton.LeftButton)
    command = line.last
    assert isinstance(command, SaveRecords) and command.reason == "inventory" and command.bases == (1,)
    (kept,) = command.records
    assert isinstance(kept, Card)
    assert (kept.make, kept.installed, kept.rated) == ("Alpha", "2025-12-31", (Rated("Flow", "5", "L/s"), Rated("Hose", "25 m")))


def test_what_is_typed_about_one_card_waits_while_another_is_looked_at(screen: EquipmentScreen, picture: Picture) -> None:
    with_cards(picture, CABINET)
    screen.show_equipment("C-000001")
    write(screen, "make", "Alpha")
    screen.show_equipment("T1-L1")
    assert screen.page.card.fields["make"].text() == ""
    screen.show_equipment("C-000001")
    assert screen.page.card.fields["make"].text() == "Alpha" and screen.page.card.draft.dirty


def test_a_dropped_document_is_sent_and_belongs_to_the_card_once_saved(
    screen: EquipmentScreen, picture: Picture, line: RecordingLine, tmp_path: Path
) -> None:
    """R-EQ-04: documents belong to the card."""
    with_cards(picture, CABINET)
    screen.show_equipment("C-000001")
    file = tmp_path / "manual.pdf"
    file.write_bytes(b"%PDF-1.7\n" + b"x" * 100)
    bad = tmp_path / "virus.pdf"
    bad.write_bytes(b"MZ\x90\0")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bad)), QUrl.fromLocalFile(str(file))])
    files = screen.page.card.files
    before = len(line.asked)
    files.dropEvent(
        QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )
    (command,) = line.asked[before:]
    assert isinstance(command, StoreFile) and command.name == "manual.pdf", "the renamed program was not even sent"
    line._waiting.pop()(_done())
    card = screen.page.card.card()
    assert card is not None and [each.name for each in card.attachments] == ["manual.pdf"]
    files.list.setCurrentRow(0)
    files.remove_current()
    assert not screen.page.card.draft.dirty


def test_who_may_not_keep_the_ledger_reads_it(screen: EquipmentScreen, picture: Picture) -> None:
    picture.take_snapshot(signed_on(snapshot(records=(CABINET,)), PEOPLE[Role.TECHNICIAN]))
    screen.show_equipment("C-000001")
    assert screen.page.card.fields["make"].isReadOnly() and not screen.page.card.files.add.isEnabled()


def test_the_life_story_tells_everything_in_its_order_with_who_changed_what(
    screen: EquipmentScreen, picture: Picture, line: RecordingLine
) -> None:
    """R-EQ-02, R-EQ-11, R-EQ-12, R-EQ-15: state, maintenance, repairs, downtime and changes of one equipment, traceable."""
    with_cards(picture, replace(CABINET, revision=2, model="SG65"))
    screen.show_equipment("T1-L1")
    screen.show()
    story = screen.page.story
    while line._waiting:  # what the live page asked
        line.deny("link.lost")
    screen.page.sheets.setCurrentIndex(2)
    asked = [query for query in line.queries if isinstance(query, LogQuery)]
    assert {query.subject for query in asked[-2:]} == {"equipment:T1-L1", "card:T1-L1"}
    card = Card(id="T1-L1", code="T1-L1", name="客梯", revision=1)
    line.answer(AlarmHistoryAnswer(0, ()))
    line.answer(FaultHistoryAnswer(0, (fault(3, age=5 * HOUR, equipment="T1-L1", closed_at=NOW - 3 * HOUR, order=0),)))
    line.answer(OrderHistoryAnswer(0, (order(7, equipment="T1-L1", created_at=NOW - 4 * HOUR),)))
    line.answer(LogAnswer(0, (Entry(9, NOW - HOUR, NoteWritten(NOW - HOUR, "door rubs", "T1-L1"), "li"),)))
    versions = (
        Entry(8, NOW - DAY, RecordSaved(replace(card, revision=2, model="X2"), "changed", "typo"), "li"),
        Entry(5, NOW - 2 * DAY, RecordSaved(card, "created"), "li"),
    )
    line.answer(LogAnswer(0, versions))
    shown = story.table.shown()
    assert [each.kind for each in shown] == ["notes", "orders", "faults", "versions", "versions"]
    assert story.figures["downtime"].text() == "2:00" and story.figures["orders_count"].text() == "1"
    assert "X2" in shown[3].detail and "Li Min" in shown[3].who
    story.kind.setCurrentIndex(story.kind.findData("versions"))
    assert len(story.table.shown()) == 2
    story.table.opened.emit(shown[1])


def test_a_card_made_by_mistake_is_taken_off_with_a_reason_and_the_site_file_s_never(
    screen: EquipmentScreen, picture: Picture, line: RecordingLine, qtbot: QtBot
) -> None:
    with_cards(picture, CABINET)
    screen.show()
    screen.show_equipment("T1-L1")
    screen.page.sheets.setCurrentIndex(1)
    assert not screen.page.card.remove.isVisible()
    screen.show_equipment("C-000001")
    card = screen.page.card
    card.remove.click()
    QTest.keyClicks(card.remove_why, "entered twice")
    qtbot.mouseClick(card.remove_now, Qt.MouseButton.LeftButton)
    assert line.last == EndRecord("card", "C-000001", 1, "entered twice")


def test_a_card_that_somebody_else_changes_shows_it_at_once(screen: EquipmentScreen, picture: Picture) -> None:
    with_cards(picture, CABINET)
    screen.show_equipment("C-000001")
    write(screen, "make", "Alpha")
    picture.take_delta(delta(records=(replace(CABINET, revision=2, make="Beta", model="M"),)))
    card = screen.page.card
    assert card.fields["model"].text() == "M"
    (conflict,) = card.draft.conflicts
    assert (conflict.mine, conflict.theirs) == ("Alpha", "Beta")


def _done() -> object:
    return Done("")
