"""交接班: what is handed over now, the form that both sign at this desk, and the signed ones of the past."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from console.domain import rosters
from console.domain.accounts import Right
from console.domain.documents import Document
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.shifts import Handover, SignHandover
from console.domain.problems import Problem
from console.domain.rosters import Level
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.records import RecordsAnswer, RecordsQuery
from console.papers import handover as papers
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.shift.papering import places_of_lines, setting_of
from console.ui.shift.paperview import PdfFile, html, open_outside
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

DAYS = 60  # of past handovers that are listed
FIELDS = ("outgoing", "outgoing_pin", "report", "incoming", "incoming_pin", "remark")
MOST_LINES = 200  # of a section on the screen: all of them are signed
EVERY_TICKS = 5  # seconds between looks while the page is shown


class HandoverPage(QWidget):
    """See the module. What is signed is what the collector has at that moment; the page shows the same by the same formula."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._asked = self._ticks = 0
        self._me = ""  # who was signed on when the persons were last offered
        self._past: Handover | None = None
        self._shown = ""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        self._paper = Card()
        bar = QHBoxLayout()
        self.present, self.print = QPushButton(), QPushButton()
        self.present.setObjectName("handover_present")
        self.print.setObjectName("handover_print")
        self.present.clicked.connect(self.show_present)
        self.print.clicked.connect(self.do_print)
        bar.addWidget(self.present)
        bar.addStretch(1)
        bar.addWidget(self.print)
        self._paper.body.addLayout(bar)
        self.view = QTextBrowser()
        self.view.setObjectName("handover_view")
        self._paper.body.addWidget(self.view, 1)
        layout.addWidget(self._paper, 3)
        side = QVBoxLayout()
        side.setSpacing(GAP)
        side.addWidget(self._sign_card())
        side.addWidget(self._past_card(), 1)
        layout.addLayout(side, 2)
        for signal in (picture.replaced, picture.people_changed, picture.duty_changed):
            signal.connect(self._people)
        picture.records_changed.connect(self._records)
        picture.ticked.connect(self._tick)
        self.retranslate()

    def _sign_card(self) -> Card:
        self._card = Card()
        rows = self._rows = QFormLayout()
        self.outgoing, self.incoming = QComboBox(), QComboBox()
        self.outgoing_pin, self.incoming_pin = QLineEdit(), QLineEdit()
        self.report, self.remark = QPlainTextEdit(), QPlainTextEdit()
        self.sign = QPushButton()
        self.sign.setProperty("primary", True)
        self._names = {name: label(role="dim") for name in FIELDS}
        for name, title in self._names.items():
            field: QWidget = getattr(self, name)
            field.setObjectName(f"handover_{name}")
            rows.addRow(title, field)
        for pin in (self.outgoing_pin, self.incoming_pin):
            pin.setEchoMode(QLineEdit.EchoMode.Password)
        for text in (self.report, self.remark):
            text.setFixedHeight(64)
            text.setTabChangesFocus(True)
        self._card.body.addLayout(rows)
        self.sign.setObjectName("handover_sign")
        self.sign.clicked.connect(self.do_sign)
        self._warning = label(role="dim", wrap=True)
        self._warning.setObjectName("handover_warning")
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("handover_error")
        self._error.hide()
        self._card.body.addWidget(self._warning)
        self._card.body.addWidget(self._error)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.sign)
        self._card.body.addLayout(row)
        return self._card

    def _past_card(self) -> Card:
        picture = self._picture
        self._list = Card()

        def people(handover: Handover) -> str:
            return f"{display(picture, handover.outgoing.by)} → {display(picture, handover.incoming.by)}"

        def missing(handover: Handover) -> str:
            return str(len(handover.missing)) if handover.missing else ""

        self._model: RowModel[Handover] = RowModel(
            [
                Column("id", "shift.line.id", 100, lambda h: h.name, sort=lambda h: h.number),
                Column("at", "shift.handover.signed_at", 140, lambda h: full_text(h.at, self._zone()), sort=lambda h: h.at),
                Column("people", "shift.line.who", 0, people),
                Column("missing", "shift.handover.missing", 70, missing, RIGHT, colour=lambda _h: "p3_text"),
            ],
            lambda handover: handover.id,
            self,
        )
        self.table: TableView[Handover] = TableView(self._model, "handovers")
        self.table.sort_by("at", Qt.SortOrder.DescendingOrder)
        self.table.chosen.connect(self._choose)
        self._none = label(role="dim", wrap=True)
        self._list.body.addWidget(self._none)
        self._list.body.addWidget(self.table, 1)
        return self._list

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        """What stands now, and the handovers of the last weeks."""
        super().showEvent(event)
        self._people()
        self._ask()
        self.show_present()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self._card.set_heading(tr("shift.handover.sign_heading"), tr("shift.handover.sign_remark"))
        self._list.set_heading(tr("shift.handover.past"))
        for name, title in self._names.items():
            title.setText(tr(f"shift.handover.field.{name}"))
        self.sign.setText(tr("shift.handover.sign"))
        self.present.setText(tr("shift.handover.show_present"))
        self.print.setText(tr("shift.print"))
        self.report.setPlaceholderText(tr("shift.handover.report_hint"))
        self.remark.setPlaceholderText(tr("shift.handover.remark_hint"))
        self._none.setText(tr("shift.handover.none", days=DAYS))
        self._model.refresh()
        self._people()
        self._shown = ""
        self.refresh()

    def refresh(self) -> None:
        """The paper as it is now."""
        if not self.isVisible() or not self._picture.revision:
            return
        present = self._past is None
        self._paper.set_heading(tr("shift.handover.present") if present else tr("shift.handover.title"))
        self.present.setEnabled(not present)
        self._say_missing()
        text = html(self._document())
        if text != self._shown:
            place = self.view.verticalScrollBar().value() if self._shown else 0
            self._shown = text
            self.view.setHtml(text)
            self.view.verticalScrollBar().setValue(place)

    def _document(self) -> Document:
        picture, setting = self._picture, setting_of(self._picture)
        if self._past is not None:
            return papers.paper(self._past, setting, places_of_lines(picture, self._past.sections.values()))
        sections = standing.content(picture, picture.now(), self._zone(), self._since(), MOST_LINES)
        blocks = papers.sections(sections, setting, places_of_lines(picture, sections.values()))
        since = tr("shift.handover.since_is", at=full_text(self._since(), self._zone()))
        return setting.paper(tr("shift.handover.draft"), tuple(blocks), subtitle=since)

    def _since(self) -> int:
        """As the collector will have it: the last handover, else the beginning of the shift."""
        book, now = standing.book_of(self._picture), self._picture.now()
        running = rosters.running(self._picture.roster, now, self._zone())
        return book.handed_at or min((each.since for each in running), default=now - shifts.BEFORE_FIRST)

    def _say_missing(self) -> None:
        watch = standing.list_of(self._picture)
        missing: tuple[int, ...] = ()
        if watch is not None:
            book = standing.book_of(self._picture)
            missing = shifts.missing(watch, book, self._since(), self._picture.now(), self._zone())
        book = standing.book_of(self._picture)
        parts = []
        if missing:
            moments = "、".join(full_text(slot, self._zone())[-5:] for slot in missing[-8:])
            parts.append(tr("shift.handover.missing_are", count=len(missing), moments=moments))
        if book.check is None or book.check.at < self._since():
            parts.append(tr("shift.handover.no_check"))
        self._warning.setText("\n".join(parts))
        self._warning.setVisible(bool(parts))

    def show_present(self) -> None:
        """What would be signed now."""
        self._past = None
        self.table.clearSelection()
        self.refresh()

    def _choose(self) -> None:
        chosen = self.table.selected()
        if len(chosen) == 1:
            self._past = chosen[0]
            self.refresh()

    def _tick(self) -> None:
        self._ticks += 1
        if self._past is None and self._ticks % EVERY_TICKS == 0:
            self.refresh()

    def _records(self, kinds: set[str]) -> None:
        if "handover" in kinds and self.isVisible():
            self._ask()
        if kinds & {"shiftnote", "shiftbook", "drillrun", "watchlist"}:
            self.refresh()

    def _people(self) -> None:
        """Who may sign; whoever is signed on leaves, whoever the roster names for now or next comes."""
        picture = self._picture
        able = [account for account in picture.accounts.values() if account.may(Right.HAND_OVER)]
        for box in (self.outgoing, self.incoming):
            chosen = box.currentData()
            box.clear()
            for account in able:
                box.addItem(f"{account.display}（{account.name}）", account.name)
            box.setCurrentIndex(box.findData(chosen))
        if self.outgoing.currentIndex() < 0 or self._me != picture.me:
            self._me = picture.me
            self.outgoing.setCurrentIndex(self.outgoing.findData(picture.me))
        if self.incoming.currentIndex() < 0:
            due = rosters.on_duty(picture.roster, Level.OPERATOR, picture.now(), self._zone())
            others = [name for name in due if name != self.outgoing.currentData()]
            self.incoming.setCurrentIndex(self.incoming.findData(others[0]) if others else -1)
        may = picture.may(Right.HAND_OVER)
        self.sign.setEnabled(may)
        self.sign.setToolTip("" if may else tr("shift.sign_on"))

    def _ask(self) -> None:
        self._asked += 1
        asked, since = self._asked, self._picture.now() - DAYS * DAY

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, RecordsAnswer):
                found = [each for each in answer.records if isinstance(each, Handover)]
                self._model.set_rows(found)
                self._none.setVisible(not found)

        self._desk.query(lambda id: RecordsQuery(id, "handover", since), came, self._denied)

    # --- acts

    def do_sign(self) -> None:
        """Both have typed their secrets; they leave this page at once."""
        first, second = self.outgoing_pin.text(), self.incoming_pin.text()
        outgoing, incoming = str(self.outgoing.currentData() or ""), str(self.incoming.currentData() or "")
        if not (outgoing and incoming and first and second):
            self._say(tr("shift.handover.incomplete"))
            return
        self.sign.setEnabled(False)
        command = SignHandover(outgoing, first, incoming, second, self.report.toPlainText(), self.remark.toPlainText())
        for pin in (self.outgoing_pin, self.incoming_pin):
            pin.clear()
        self._desk.ask(command, self._signed, self._denied)

    def _signed(self, _number: int) -> None:
        self._error.hide()
        self.sign.setEnabled(True)
        self.report.clear()
        self.remark.clear()
        for box in (self.outgoing, self.incoming):
            box.setCurrentIndex(-1)
        self._people()
        self._ask()
        self.show_present()

    def _denied(self, problem: Problem) -> None:
        self.sign.setEnabled(self._picture.may(Right.HAND_OVER))
        self._say(sentence(problem))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.show()

    def do_print(self) -> None:
        """As a PDF file, opened where it is printed."""
        name = self._past.name if self._past is not None else "handover"
        dialog = QFileDialog(self, tr("shift.print"), f"{name}.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self.save_pdf)
        dialog.open()

    def save_pdf(self, file: str) -> None:
        """What is shown, as PDF."""
        written = PdfFile(self._document(), file)
        written.saved.connect(open_outside)
        written.failed.connect(self._denied)
        written.start()

    def _zone(self) -> str:
        return self._picture.estate.site.timezone
