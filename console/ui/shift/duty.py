"""On duty: who is there, the start checks (上班检查), what is to be written down next, and notes for the next shift (交接事项)."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from console.domain import rosters
from console.domain.accounts import Right
from console.domain.commands import SaveRecords
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.shifts import FinishNote, ShiftNote
from console.domain.problems import Problem
from console.domain.rosters import Level
from console.domain.times import DAY
from console.texts import language, sentence, tr
from console.ui.horn import Horn
from console.ui.moments import full_text, local, short_text
from console.ui.orders.presenter import display
from console.ui.shift.checks import CheckCard
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.tables import Column, RowModel, TableView


class Navigator(Protocol):
    """Where the roster is made, and what sounds."""

    horn: Horn

    def open_screen(self, name: str) -> None: ...


class DutyPage(QWidget):
    """See the module."""

    records_wanted = Signal()
    handover_wanted = Signal()

    def __init__(self, book: DutyBook, navigator: Navigator) -> None:
        super().__init__()
        self._book, self._picture, self._desk, self._navigator = book, book.picture, book.desk, navigator
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        left, right = QVBoxLayout(), QVBoxLayout()
        holder, scrolled = QWidget(), QScrollArea()  # a small window has no room for both cards
        holder.setLayout(left)
        scrolled.setWidget(holder)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GAP)
        right.setSpacing(GAP)
        layout.addWidget(scrolled, 2)
        layout.addLayout(right, 3)
        self.check = CheckCard(book, navigator.horn)
        left.addWidget(self._duty_card())
        left.addWidget(self.check)
        left.addStretch(1)
        right.addWidget(self._record_card())
        right.addWidget(self._note_card(), 1)
        picture = self._picture
        for signal in (picture.replaced, picture.duty_changed, picture.people_changed, picture.records_changed, picture.ticked):
            signal.connect(self.refresh)
        book.changed.connect(self.refresh)
        self.retranslate()

    def _duty_card(self) -> Card:
        self._duty = Card()
        self._facts = FactGrid()
        self._duty.body.addWidget(self._facts)
        self._no_roster = label(role="dim", wrap=True)
        self._no_roster.setObjectName("no_roster")
        self._make_roster = QPushButton()
        self._make_roster.setObjectName("make_roster")
        self._make_roster.clicked.connect(partial(self._navigator.open_screen, "system"))
        self._duty.body.addWidget(self._no_roster)
        self._duty.body.addWidget(self._make_roster)
        return self._duty

    def _record_card(self) -> Card:
        self._record = Card()
        self._record_text = label(role="subject", wrap=True)
        self._record_text.setObjectName("record_state")
        self._fill, self._hand = QPushButton(), QPushButton()
        self._fill.setObjectName("fill_record")
        self._hand.setObjectName("to_handover")
        self._fill.clicked.connect(self.records_wanted)
        self._hand.clicked.connect(self.handover_wanted)
        self._record.body.addWidget(self._record_text)
        row = QHBoxLayout()
        row.addWidget(self._fill)
        row.addWidget(self._hand)
        row.addStretch(1)
        self._record.body.addLayout(row)
        return self._record

    def _note_card(self) -> Card:
        self._notes_card = Card()
        row = QHBoxLayout()
        self.note, self._add, self.done = QLineEdit(), QPushButton(), QPushButton()
        self.note.setObjectName("shift_note")
        self._add.setObjectName("add_note")
        self.done.setObjectName("finish_note")
        self.note.returnPressed.connect(self.do_add)
        self._add.clicked.connect(self.do_add)
        self.done.clicked.connect(self.do_finish)
        row.addWidget(self.note, 1)
        row.addWidget(self._add)
        row.addWidget(self.done)
        self._notes_card.body.addLayout(row)
        zone = self._zone
        self._model: RowModel[ShiftNote] = RowModel(
            [
                Column("at", "shift.line.time", 120, lambda n: short_text(n.at, self._picture.now(), zone()), sort=lambda n: n.at),
                Column("text", "shift.line.text", 0, lambda n: n.text, tooltip=lambda n: n.text),
                Column("by", "shift.line.who", 110, lambda n: display(self._picture, n.by), colour=lambda _n: "dim"),
            ],
            lambda note: note.id,
            self,
        )
        self.notes: TableView[ShiftNote] = TableView(self._model, "shift_notes")
        self.notes.chosen.connect(self.refresh)
        self._notes_card.body.addWidget(self.notes, 1)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("note_error")
        self._error.hide()
        self._no_notes = label(role="dim", wrap=True)
        self._notes_card.body.addWidget(self._no_notes)
        self._notes_card.body.addWidget(self._error)
        return self._notes_card

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        """The channels of the notification test."""
        super().showEvent(event)
        self._book.load()
        self.refresh()

    def retranslate(self) -> None:
        """All words."""
        self._duty.set_heading(tr("shift.duty.heading"))
        self._record.set_heading(tr("shift.page.records"))
        self._notes_card.set_heading(tr("shift.section.notes"), tr("shift.note.remark"))
        self._make_roster.setText(tr("shift.duty.make_roster"))
        self._no_roster.setText(tr("shift.duty.no_roster"))
        self._fill.setText(tr("shift.record.open"))
        self._hand.setText(tr("shift.page.handover"))
        self.note.setPlaceholderText(tr("shift.note.hint"))
        self._add.setText(tr("shift.note.add"))
        self.done.setText(tr("shift.note.done"))
        self._no_notes.setText(tr("shift.note.none"))
        self._model.refresh()
        self.check.retranslate()
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """Look at the picture again."""
        if not self.isVisible():
            return
        picture = self._picture
        roster = picture.roster
        there = bool(roster.shifts or roster.standing)
        self._facts.setVisible(there)
        self._no_roster.setVisible(not there)
        self._make_roster.setVisible(not there)
        if there:
            self._facts.write(self._on_duty())
        notes = picture.records(ShiftNote)
        self._model.set_rows(notes.values())
        self._no_notes.setVisible(not notes)
        may = picture.may(Right.HAND_OVER)
        self._add.setEnabled(may)
        self.done.setEnabled(may and bool(self.notes.selected()))
        why = "" if may else tr("shift.sign_on")
        for button in (self._add, self.done):
            button.setToolTip(why)
        self._say_record()
        self.check.refresh()

    def _on_duty(self) -> list[tuple[str, str]]:
        picture, now, zone = self._picture, self._picture.now(), self._zone()
        roster = picture.roster
        running = rosters.running(roster, now, zone)
        names = " · ".join(
            f"{watch.shift.name.get(language())}  {_clock(watch.since, zone)} – {_clock(watch.until, zone)}" for watch in running
        )
        rows = [(tr("shift.duty.shift_now"), names or tr("shift.duty.no_shift"))]
        for level in Level:
            people = rosters.on_duty(roster, level, now, zone)
            rows.append((tr(f"notify.level.{level}"), "、".join(map(self._book.display, people)) or "—"))
        following = self._following(now)
        if following is not None:
            who = "、".join(self._book.display(member.person) for member in following.members)
            text = tr("shift.duty.next_is", at=full_text(following.since, zone), name=following.shift.name.get(language()), who=who)
            rows.append((tr("shift.duty.next"), text))
        book = standing.book_of(picture)
        if book.handed_at:
            at = full_text(book.handed_at, zone)
            who = f"{display(picture, book.handed_from)} → {display(picture, book.handed_to)}"
            rows.append((tr("shift.duty.handed"), f"{at}  {who}"))
        return rows

    def _following(self, now: int) -> rosters.Watch | None:
        zone = self._zone()
        for ahead in range(3):
            day = local(now + ahead * DAY, zone).date()
            coming = [watch for watch in rosters.watches(self._picture.roster, day, zone) if watch.since > now]
            if coming:
                return min(coming, key=lambda watch: watch.since)
        return None

    def _say_record(self) -> None:
        picture, now, zone = self._picture, self._picture.now(), self._zone()
        watch = standing.list_of(picture)
        if watch is None:
            self._record_text.setText(tr("shift.record.no_list"))
            return
        book = standing.book_of(picture)
        late = shifts.overdue(watch, book, now, zone)
        slot = shifts.open_slot(watch, book, now, zone)
        if late:
            moments = "、".join(_clock(each, zone) for each in late[-6:])
            text = tr("shift.record.late", count=len(late), moments=moments)
        elif slot:
            text = tr("shift.record.due", at=_clock(slot, zone))
        else:
            text = tr("shift.record.next", at=_clock(shifts.next_slot(watch, book, now, zone), zone))
        self._record_text.setText(text)

    # --- acts

    def do_add(self) -> None:
        """A note for the next shift."""
        text = self.note.text().strip()
        if text and self._add.isEnabled():
            self._desk.ask(SaveRecords((ShiftNote(id="", text=text, by=""),), (0,)), self._added, self._denied)

    def do_finish(self) -> None:
        """The chosen notes are dealt with; what stands in the line says how."""
        how = self.note.text().strip()
        for note in self.notes.selected():
            self._desk.ask(FinishNote(note.id, how), self._added, self._denied)

    def _added(self, _number: int) -> None:
        self.note.clear()
        self._error.hide()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))
        self._error.show()

    def _zone(self) -> str:
        return self._picture.estate.site.timezone


def _clock(moment: int, zone: str) -> str:
    return full_text(moment, zone)[-5:]
