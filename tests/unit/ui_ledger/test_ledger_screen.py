"""The ledger's grid with a person's own keys: typed over, taken back, pasted, saved with one reason, disputed field by field."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from ui_ledger_cards import CARDS, Been

from console.domain.commands import SaveRecords
from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_batches import BatchState, ImportLedger, LedgerBatch, UndoLedgerImport
from console.domain.maintenance.cards_drafts import DraftRow, LedgerDraft, Verdict
from console.domain.pointlists import Remark, SheetView
from console.domain.problems import Problem
from console.link.ledger import LedgerDraftAnswer, LedgerDraftPartAnswer, LedgerDraftPartQuery, LedgerDraftQuery, LedgerPaperAnswer
from console.ui.ledger.model import SHOWN
from console.ui.ledger.screen import LedgerScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import EQUIPMENT, RecordingLine, delta, snapshot


def cell(screen: LedgerScreen, identity: str, field: str) -> QPoint:
    """The middle of a cell, in the grid's viewport."""
    screen.grid.show_card(identity, field)
    return screen.grid.visualRect(screen.grid.currentIndex()).center()


def editing(screen: LedgerScreen) -> QLineEdit:
    """The cell's editor."""
    (editor,) = [each for each in screen.grid.viewport().findChildren(QLineEdit) if each.isVisible()]
    return editor


def write(screen: LedgerScreen, identity: str, field: str, text: str) -> None:
    """Double-click a cell, type over it, Enter."""
    at = cell(screen, identity, field)
    QTest.mouseClick(screen.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(screen.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    editor = editing(screen)
    editor.selectAll()
    QTest.keyClicks(editor, text) if text.isascii() else editor.setText(text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def text(screen: LedgerScreen, identity: str, field: str) -> str:
    index = screen.model.index(screen.model.row_of(identity), SHOWN.index(field))
    return str(index.data())


def test_every_equipment_of_the_site_file_has_a_card_beside_those_of_the_ledger(screen: LedgerScreen) -> None:
    """R-EQ-01, R-EQ-06: elevators, water, power, fire and every other class are in one ledger."""
    assert set(screen.model.shown()) == {each.id for each in EQUIPMENT} | {card.id for card in CARDS}
    assert text(screen, "T1-L1", "maintainer") == "Lift Care Ltd"


def test_cells_are_typed_over_taken_back_done_again_and_saved_with_one_reason(
    qtbot: QtBot, screen: LedgerScreen, line: RecordingLine
) -> None:
    """R-EQ-11: every change of a card has its reason."""
    write(screen, "C-000001", "model", "SG18")
    write(screen, "C-000002", "price", "1,350.50")
    assert (text(screen, "C-000001", "model"), text(screen, "C-000002", "price")) == ("SG18", "1350.5")
    QTest.keyClick(screen.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert text(screen, "C-000002", "price") == "1200"
    QTest.keyClick(screen.grid, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert text(screen, "C-000002", "price") == "1350.5"
    assert not screen.bar.save.isEnabled(), "a reason is needed"
    QTest.keyClicks(screen.bar.reason, "inventory 2026")
    qtbot.mouseClick(screen.bar.save, Qt.MouseButton.LeftButton)
    (command,) = line.asked
    assert isinstance(command, SaveRecords) and command.reason == "inventory 2026" and command.bases == (1, 4)
    assert [(card.id, card.model, card.price) for card in command.records if isinstance(card, Card)] == [
        ("C-000001", "SG18", 0.0), ("C-000002", "", 1350.5),
    ]  # fmt: skip
    line.done()
    assert not screen.draft.dirty and not screen.bar.isVisible()


def test_a_card_of_the_site_file_is_saved_as_its_first_version(screen: LedgerScreen, line: RecordingLine, qtbot: QtBot) -> None:
    write(screen, "T1-L1", "registration", "TS-11")
    screen.bar.reason.setText("x")
    qtbot.mouseClick(screen.bar.save, Qt.MouseButton.LeftButton)
    command = line.last
    assert isinstance(command, SaveRecords) and command.bases == (0,)
    (card,) = command.records
    assert isinstance(card, Card) and (card.id, card.registration, card.maintainer) == ("T1-L1", "TS-11", "Lift Care Ltd")


def test_what_cannot_be_meant_is_said_at_the_cell_and_keeps_everything_from_being_saved(screen: LedgerScreen) -> None:
    write(screen, "C-000001", "installed", "31.12.25")
    screen.bar.reason.setText("x")
    assert not screen.bar.save.isEnabled()
    assert "2025-12-31" in screen.bar.error.text() and "XF-1" in screen.bar.error.text()
    write(screen, "C-000001", "installed", "2025-12-31")
    assert screen.bar.save.isEnabled()


def test_what_two_people_changed_is_decided_field_by_field(qtbot: QtBot, screen: LedgerScreen, picture: Picture) -> None:
    write(screen, "C-000001", "model", "SG18")
    write(screen, "C-000001", "make", "Gamma")
    theirs = replace(CARDS[0], revision=2, model="SG65", serial="S-9")
    picture.take_delta(delta(records=(theirs,)))
    qtbot.waitUntil(lambda: bool(screen.draft.conflicts))
    (conflict,) = screen.draft.conflicts
    assert (conflict.field, conflict.mine, conflict.theirs) == ("model", "SG18", "SG65")
    screen.bar.reason.setText("x")
    assert not screen.bar.save.isEnabled()
    button = screen.bar.findChild(QPushButton, "ledger_theirs_0")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert screen.bar.save.isEnabled()
    ((card, base),) = screen.draft.changes()
    assert (card.model, card.make, card.serial, base) == ("SG65", "Gamma", "S-9", 2)


def test_a_block_is_pasted_from_a_spreadsheet_and_copied_to_one(screen: LedgerScreen) -> None:
    screen.model.sort(SHOWN.index("code"))
    screen.model.finish()
    rows = screen.model.shown()
    screen.grid.show_card(rows[0], "make")
    QApplication.clipboard().setText("A\tM1\r\nB\tM2\r\n")
    QTest.keyClick(screen.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [text(screen, rows[0], "make"), text(screen, rows[1], "model")] == ["A", "M2"]
    selection = screen.grid.selectionModel()
    selection.clear()
    for row in (0, 1):
        for field in ("make", "model"):
            selection.select(screen.model.index(row, SHOWN.index(field)), selection.SelectionFlag.Select)
    QTest.keyClick(screen.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "A\tM1\nB\tM2\n"
    QTest.keyClick(screen.grid, Qt.Key.Key_Delete)
    assert text(screen, rows[1], "model") == ""
    screen.bar.do_undo()
    screen.bar.do_undo()
    assert not screen.draft.dirty


def test_a_paste_goes_on_below_the_last_row_with_new_cards(screen: LedgerScreen) -> None:
    screen.model.sort(SHOWN.index("code"))
    screen.model.finish()
    last = screen.model.shown()[-1]
    screen.grid.show_card(last, "code")
    QApplication.clipboard().setText("XF-9\tCabinet 9\nXF-10\tCabinet 10\nXF-11\tCabinet 11\n")
    QTest.keyClick(screen.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    made = [(card.code, card.name) for card, base in screen.draft.changes() if base == 0 and not card.id]
    assert made == [("XF-10", "Cabinet 10"), ("XF-11", "Cabinet 11")]
    assert text(screen, last, "code") == "XF-9"


def test_one_value_goes_into_many_rows_at_once(screen: LedgerScreen, qtbot: QtBot) -> None:
    screen.search.setText("hydrant")
    screen.model.finish()
    assert screen.model.shown() == ["C-000001", "C-000002"]
    screen.grid.selectAll()
    assert screen.bulk.isVisible()
    screen.bulk.field.setCurrentIndex(screen.bulk.field.findData("maintainer"))
    QTest.keyClicks(screen.bulk.text, "Fire Care Ltd")
    qtbot.mouseClick(screen.bulk.apply, Qt.MouseButton.LeftButton)
    assert [text(screen, each, "maintainer") for each in ("C-000001", "C-000002")] == ["Fire Care Ltd"] * 2
    screen.bar.do_undo()
    assert not screen.draft.dirty, "one act, taken back at once"


def test_a_new_card_is_begun_typed_and_sent_without_an_id(screen: LedgerScreen, line: RecordingLine, qtbot: QtBot) -> None:
    qtbot.mouseClick(screen.add, Qt.MouseButton.LeftButton)
    editor = editing(screen)
    QTest.keyClicks(editor, "MH-1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # an editor hands over what was typed once the key is through
    (identity,) = screen.draft.new
    write(screen, identity, "name", "灭火器")
    screen.bar.reason.setText("bought")
    qtbot.mouseClick(screen.bar.save, Qt.MouseButton.LeftButton)
    command = line.last
    assert isinstance(command, SaveRecords) and command.bases == (0,)
    assert [(card.id, card.code, card.name) for card in command.records if isinstance(card, Card)] == [("", "MH-1", "灭火器")]


def test_the_tree_and_the_views_keep_what_they_name(screen: LedgerScreen) -> None:
    """R-EQ-06: classes are open: whatever system a card names stands in the tree."""
    screen.tree.show_by("system")
    items = [screen.tree.tree.topLevelItem(place) for place in range(screen.tree.tree.topLevelItemCount())]
    fire = next(item for item in items if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == "fire")
    screen.tree.tree.setCurrentItem(fire)
    screen.model.finish()
    assert set(screen.model.shown()) == {"FP1", "C-000001", "C-000002"}
    screen.tree.tree.setCurrentItem(items[0])
    for name, shown in (("soon", ["C-000001"]), ("late", ["C-000002"]), ("scrapped", ["C-000003"])):
        screen.view.setCurrentIndex(screen.view.findData(name))
        screen.model.finish()
        assert screen.model.shown() == shown, name


def test_who_may_not_change_the_ledger_looks_at_it(screen: LedgerScreen, picture: Picture) -> None:
    picture.take_snapshot(snapshot(records=CARDS))
    screen.retranslate()
    assert not screen.add.isEnabled() and not screen.model.editable
    screen.grid.show_card("C-000001", "make")
    QApplication.clipboard().setText("X")
    QTest.keyClick(screen.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert not screen.draft.dirty


def test_ctrl_enter_leads_to_the_card_s_page(screen: LedgerScreen, been: Been) -> None:
    screen.grid.show_card("C-000002")
    QTest.keyClick(screen.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert been.places == ["C-000002"]


def test_the_model_keeps_its_promises_while_cards_come_and_go(
    screen: LedgerScreen, picture: Picture, qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(screen.model)
    more = tuple(Card(id=f"C-{n:06d}", number=n, revision=1, code=f"Z{n}", name="阀") for n in range(10, 900))
    picture.take_delta(delta(records=more))
    qtbot.waitUntil(lambda: screen.model.rowCount() > 800, timeout=20_000)
    picture.take_delta(delta(3, records=tuple(replace(card, ended_at=1) for card in more)))
    qtbot.waitUntil(lambda: screen.model.rowCount() < 20, timeout=20_000)


# --- imports

VIEW = SheetView("台账", 1, ("编号", "名称"), ("code", "name"), (("XF-9", "箱"),), 2, "sig")
DRAFT = LedgerDraft(
    (VIEW,), (Remark("台账", "B3", 3, Problem("ledger.cell.twice", {"card": "XF-9", "first": "台账!A2"})),), 0, 1,
    (DraftRow(0, 2, Verdict.NEW, "XF-9", "箱"), DraftRow(0, 3, Verdict.WRONG, "XF-9", "箱")), 1, 0, 0, 1,
)  # fmt: skip


def test_a_dropped_table_is_read_mapped_checked_and_imported(
    screen: LedgerScreen, line: RecordingLine, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "台账.csv"
    file.write_text("编号,名称\nXF-9,箱\n", encoding="utf-8")
    qtbot.mouseClick(screen.load, Qt.MouseButton.LeftButton)
    page = screen.importing
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    page.dropEvent(
        QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )
    query = line.queries[-1]
    assert isinstance(query, LedgerDraftQuery) and query.file == "台账.csv"
    line.answer(LedgerDraftAnswer(query.id, 7))
    assert isinstance(line.queries[-1], LedgerDraftPartQuery)
    line.answer(LedgerDraftPartAnswer(0, 0.4))
    assert page.busy.isVisible() and page.stop.isVisible()
    line.answer(LedgerDraftPartAnswer(0, 1.0, DRAFT))
    assert page.mapping.isVisible()
    qtbot.mouseClick(page.next, Qt.MouseButton.LeftButton)
    assert page.preview.rowCount() == 1, "mistakes first"
    assert not page.apply.isEnabled()
    QTest.keyClicks(page.reason, "yearly")
    assert not page.apply.isEnabled(), "a mistake is left"
    page.leave_out.click()
    qtbot.mouseClick(page.apply, Qt.MouseButton.LeftButton)
    assert line.last == ImportLedger(7, "yearly", True)
    line.done(1)
    assert "1" in page.says.text()


def test_a_reading_is_given_up(screen: LedgerScreen, line: RecordingLine, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("编号,名称\n", encoding="utf-8")
    screen.do_import()
    screen.importing.open_file(file)
    line.answer(LedgerDraftAnswer(1, 3))
    qtbot.mouseClick(screen.importing.stop, Qt.MouseButton.LeftButton)
    query = line.queries[-1]
    assert isinstance(query, LedgerDraftPartQuery) and query.stop and query.draft == 3
    line.answer(LedgerDraftPartAnswer(0, 1.0, DRAFT))
    assert not screen.importing.mapping.isVisible(), "what was given up does not come back"


def test_an_import_is_taken_back_with_a_reason(screen: LedgerScreen, picture: Picture, line: RecordingLine, qtbot: QtBot) -> None:
    batch = LedgerBatch(id="LB-000001", number=1, revision=3, at=1, file="a.xlsx", sha="0", count=9, state=BatchState.WRITTEN)
    picture.take_delta(delta(records=(batch,)))
    screen.do_import()
    screen.importing.past.table.selectRow(0)
    QTest.keyClicks(screen.importing.past.why, "wrong file")
    qtbot.mouseClick(screen.importing.past.undo, Qt.MouseButton.LeftButton)
    assert line.last == UndoLedgerImport("LB-000001", "wrong file")


def test_a_paper_is_asked_for_what_is_shown_and_written_where_it_was_said(
    screen: LedgerScreen, line: RecordingLine, tmp_path: Path
) -> None:
    """R-EQ-02: the maintenance ledger is a paper of the ledger."""
    screen.search.setText("hydrant")
    screen.model.finish()
    file = tmp_path / "m.xlsx"
    screen.papers.ask(file, "maintenance", "xlsx")
    query = line.queries[-1]
    assert (query.paper, query.form, query.cards) == ("maintenance", "xlsx", ("C-000001", "C-000002"))  # type: ignore[union-attr]
    line.answer(LedgerPaperAnswer(query.id, "m.xlsx", b"PK"))
    assert file.read_bytes() == b"PK"


def test_the_screen_says_what_to_do_where_there_is_nothing(picture: Picture, screen: LedgerScreen) -> None:
    screen.search.setText("nothing like this")
    screen.model.finish()
    assert screen._blank.isVisible()
