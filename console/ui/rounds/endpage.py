"""The end of a round: how many passed, what failed and what it becomes, a note, and the last step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from console.domain.maintenance.rounds import FAIL, PASS, SKIPPED, Round, missing
from console.texts import language, tr
from console.ui import theme
from console.ui.rounds import presenter
from console.ui.widgets.cards import Card, label


class EndPage(Card):
    """``finished`` with the note; ``back`` to the checks."""

    finished = Signal(str)
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading.hide()
        self.remark.hide()
        self.body.setContentsMargins(30, 20, 30, 20)
        self.body.setSpacing(14)
        self._summary, self._failures = label(wrap=True), label(wrap=True, selectable=True)
        self._summary.setObjectName("round_summary")
        self._note = QLineEdit()
        self._note.setObjectName("round_end_note")
        self._error = label(role="error", wrap=True)
        self._back, self._finish = QPushButton(), QPushButton()
        self._finish.setProperty("primary", True)
        self._finish.setObjectName("round_finish")
        self._back.setObjectName("round_again")
        for piece in (self._summary, self._failures, self._note, self._error):
            self.body.addWidget(piece)
        self.body.addStretch(1)
        acts = QHBoxLayout()
        for button in (self._back, self._finish):
            button.setMinimumHeight(44)
            acts.addWidget(button)
        acts.insertStretch(1)
        self.body.addLayout(acts)
        self._back.clicked.connect(self.back)
        self._finish.clicked.connect(self.finish)
        self._note.returnPressed.connect(self.finish)

    def fill(self, round_: Round) -> None:
        """What the round comes to so far."""
        left = len(missing(round_))
        results = [answer.result for answer in round_.answers]
        key = "rounds.run.summary_open" if left else "rounds.run.summary"
        self._summary.setFont(theme.font(22, bold=True))
        self._summary.setText(
            tr(key, passed=results.count(PASS), failed=results.count(FAIL), skipped=results.count(SKIPPED), left=left)
        )
        lines = []
        for check, answer in zip(round_.checks, round_.answers, strict=True):
            if answer.result == FAIL:
                said = "  ".join(part for part in (presenter.answer_text(check, answer), answer.note) if part)
                lines.append(f"✗ {check.text.get(language())}  {said}  → {tr(f'rounds.on_fail.{check.on_fail}')}")
        self._failures.setText("\n".join(lines))
        self._finish.setEnabled(not left)
        self._error.setText("")

    def begin(self) -> None:
        """Ready for the note."""
        self._note.setFocus()

    def finish(self) -> None:
        """The last step, if nothing is missing."""
        if self._finish.isEnabled():
            self._finish.setEnabled(False)
            self.finished.emit(self._note.text())

    def say(self, text: str) -> None:
        """A refusal; it may be tried again."""
        self._error.setText(text)
        self._finish.setEnabled(True)

    def clear(self) -> None:
        """Another round."""
        self._note.clear()

    def retranslate(self) -> None:
        """All words."""
        self._back.setText(tr("rounds.run.again"))
        self._finish.setText(tr("rounds.run.finish"))
        self._note.setPlaceholderText(tr("rounds.run.end_note"))
