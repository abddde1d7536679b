"""上班检查: the horn sounds, a test message leaves, and the person says what reached them."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton

from console.domain.accounts import Right
from console.domain.commands import SendTest
from console.domain.maintenance import standing
from console.domain.maintenance.shifts import Heard, RecordShiftCheck
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.horn import Horn
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import Card, label, rule

TESTS = ("horn", "notice")


class CheckCard(Card):
    """See the module. Nothing is said for the person: each test is confirmed by hand, unless it cannot be made at all."""

    def __init__(self, book: DutyBook, horn: Horn) -> None:
        super().__init__()
        self._book, self._picture, self._desk, self._horn = book, book.picture, book.desk, horn
        self._said: dict[str, Heard | None] = dict.fromkeys(TESTS)
        self._sent = ""  # the channel by which the test message left
        self.setObjectName("shift_check")
        self._last = label(role="subject", wrap=True)
        self._last.setObjectName("check_last")
        self.body.addWidget(self._last)
        self._titles = {name: label(role="dim") for name in TESTS}
        self._states = {name: label(wrap=True) for name in TESTS}
        self.start = {name: QPushButton() for name in TESTS}
        self.yes = {name: QPushButton() for name in TESTS}
        self.no = {name: QPushButton() for name in TESTS}
        self.channel = QComboBox()
        self.channel.setObjectName("check_channel")
        for name in TESTS:
            self.body.addWidget(rule())
            self.body.addWidget(self._titles[name])
            row = QHBoxLayout()
            if name == "notice":
                row.addWidget(self.channel)
            for key, button in (("start", self.start[name]), ("yes", self.yes[name]), ("no", self.no[name])):
                button.setObjectName(f"check_{name}_{key}")
                row.addWidget(button)
            row.addStretch(1)
            self.body.addLayout(row)
            self._states[name].setObjectName(f"check_{name}_state")
            self.body.addWidget(self._states[name])
            self.yes[name].clicked.connect(partial(self._say, name, Heard.YES))
            self.no[name].clicked.connect(partial(self._say, name, Heard.NO))
        self.body.addWidget(rule())
        row = QHBoxLayout()
        self.note, self.record = QLineEdit(), QPushButton()
        self.note.setObjectName("check_note")
        self.record.setObjectName("check_record")
        self.record.setProperty("primary", True)
        row.addWidget(self.note, 1)
        row.addWidget(self.record)
        self.body.addLayout(row)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("check_error")
        self._error.hide()
        self.body.addWidget(self._error)
        self.start["horn"].clicked.connect(self.do_horn)
        self.start["notice"].clicked.connect(self.do_notice)
        self.record.clicked.connect(self.do_record)
        horn.tested.connect(self._sounded)
        book.changed.connect(self._fill_channels)

    # --- showing

    def retranslate(self) -> None:
        """All words."""
        self.set_heading(tr("shift.check.heading"), tr("shift.check.remark"))
        for name in TESTS:
            self._titles[name].setText(tr(f"shift.check.{name}"))
            self.start[name].setText(tr(f"shift.check.{name}.start"))
            self.yes[name].setText(tr(f"shift.check.{name}.yes"))
            self.no[name].setText(tr(f"shift.check.{name}.no"))
        self.note.setPlaceholderText(tr("shift.check.note"))
        self.record.setText(tr("shift.check.record"))
        self._fill_channels()
        self.refresh()

    def refresh(self) -> None:
        """What was said, and what may be done."""
        picture = self._picture
        may = picture.may(Right.HAND_OVER)
        check = standing.book_of(picture).check
        zone = picture.estate.site.timezone
        if check is None:
            self._last.setText(tr("shift.check.never"))
        else:
            verdict = tr("shift.check.passed" if check.passed else "shift.check.failed")
            who = display(picture, check.by)
            self._last.setText(tr("shift.check.last", at=full_text(check.at, zone), who=who, verdict=verdict))
        for name in TESTS:
            said = self._said[name]
            for button, answer in ((self.yes[name], Heard.YES), (self.no[name], Heard.NO)):
                button.setEnabled(may)
                button.setProperty("primary", said is answer)
                button.style().unpolish(button)
                button.style().polish(button)
            self.start[name].setEnabled(may)
        self.start["notice"].setEnabled(may and self.channel.count() > 0)
        self.record.setEnabled(may and None not in self._said.values())
        for button in (self.record, *self.start.values()):
            button.setToolTip("" if may else tr("shift.sign_on"))

    def _fill_channels(self) -> None:
        """The channels through which the person at the desk can be reached, or a group."""
        chosen = self.channel.currentData()
        self.channel.clear()
        addresses = self._book.settings.contact(self._picture.me).addresses
        for channel in self._book.settings.channels:
            if channel.enabled and (not channel.personal or addresses.get(channel.id)):
                self.channel.addItem(channel.name.get(language()) or channel.id, channel.id)
        self.channel.setCurrentIndex(max(0, self.channel.findData(chosen)))
        self.channel.setVisible(self.channel.count() > 0)
        if not self.channel.count() and self._said["notice"] in (None, Heard.NONE):
            self._said["notice"] = Heard.NONE
            self._states["notice"].setText(tr("shift.check.no_channel"))
        elif self._said["notice"] is Heard.NONE:
            self._said["notice"] = None
            self._states["notice"].clear()
        self.refresh()

    # --- acts

    def do_horn(self) -> None:
        """Sound it."""
        self._said["horn"] = None
        self._states["horn"].setText(tr("shift.check.sounding"))
        self._horn.test()
        self.refresh()

    def _sounded(self, works: bool) -> None:
        if works:
            self._states["horn"].setText(tr("shift.check.ask_horn"))
        else:
            self._said["horn"] = Heard.NONE
            self._states["horn"].setText(tr("shell.no_sound.advice"))
        self.refresh()

    def do_notice(self) -> None:
        """Send it by the chosen channel, to the person at the desk."""
        channel = str(self.channel.currentData() or "")
        self._said["notice"] = None
        self._states["notice"].setText(tr("shift.check.sending"))
        self._desk.ask(SendTest(channel, self._picture.me), partial(self._left, channel), self._not_sent)
        self.refresh()

    def _left(self, channel: str, _number: int) -> None:
        self._sent = channel
        self._states["notice"].setText(tr("shift.check.ask_notice"))

    def _not_sent(self, problem: Problem) -> None:
        self._said["notice"] = Heard.NO
        self._states["notice"].setText(sentence(problem))
        self.refresh()

    def _say(self, name: str, answer: Heard, _checked: bool = False) -> None:
        self._said[name] = answer
        self.refresh()

    def do_record(self) -> None:
        """Write it down."""
        horn, notice = self._said["horn"], self._said["notice"]
        if horn is None or notice is None:
            return
        command = RecordShiftCheck(horn, notice, self._sent, self._picture.me if self._sent else "", self.note.text())
        self._desk.ask(command, self._recorded, self._denied)

    def _recorded(self, _number: int) -> None:
        self._said = dict.fromkeys(TESTS)
        self._sent = ""
        for state in self._states.values():
            state.clear()
        self.note.clear()
        self._error.hide()
        self._fill_channels()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))
        self._error.show()
