"""The round runner: one check at a time, large, by keyboard; each answer is kept the moment it is given.

Keys: a value and Enter, Y or N, L takes the live value over, S skips (with a note), M goes to the note, P adds a photo, PgUp and
PgDn walk, Ctrl+Enter ends, Esc leaves (nothing is lost).
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.rounds import SKIPPED, Answer, AnswerRound, FinishRound, Round, missing
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer as LinkAnswer
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import language, sentence, tr
from console.ui import theme
from console.ui.desk import Desk
from console.ui.moments import age_text, full_text
from console.ui.picture import Picture
from console.ui.rounds import presenter
from console.ui.rounds.checkpage import CheckPage
from console.ui.rounds.endpage import EndPage
from console.ui.uploads import Uploads
from console.ui.widgets.cards import GAP, Card, label, set_role

LOOK_BACK = 100 * DAY  # for what was found last time: a quarterly round has a predecessor then
WANTS_NOTE = ("hazards.refused.measure", "rounds.refused.skip_note")


class Runner(QWidget):
    """See the module. ``left`` when the person goes back to the list."""

    left = Signal()

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._name, self._place, self._asked = "", 0, 0
        self._before: Round | None = None  # the same route's last finished one
        self._uploads = Uploads(desk, self)
        self.check, self.end = CheckPage(picture), EndPage()
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        head, side = Card(), Card()
        for card in (head, side):
            card.heading.hide()
            card.remark.hide()
        line = QHBoxLayout()
        self._title, self._promise, self._leave = label(role="subject"), label(role="dim"), QPushButton()
        self._leave.setObjectName("round_leave")
        self._leave.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line.addWidget(self._title, 1)
        line.addWidget(self._promise)
        line.addWidget(self._leave)
        head.body.addLayout(line)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        head.body.addWidget(self._bar)
        outer.addWidget(head)
        middle = QHBoxLayout()
        middle.setSpacing(GAP)
        side.setFixedWidth(430)
        self.list = QListWidget()
        self.list.setObjectName("round_checks")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.body.addWidget(self.list)
        middle.addWidget(side)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.check)
        self._pages.addWidget(self.end)
        middle.addWidget(self._pages, 1)
        outer.addLayout(middle, 1)

    def _connect(self) -> None:
        picture = self._picture
        self._leave.clicked.connect(self.left)
        self.check.given.connect(self._send)
        self.check.moved.connect(lambda by: self.go(self._place + by))
        self.check.photo_wanted.connect(lambda: self._uploads.choose(self, tr("rounds.run.photo")))
        self.check.end_wanted.connect(self._open_end)
        self.end.finished.connect(self._finish)
        self.end.back.connect(lambda: self.go(self._place))
        self.list.itemClicked.connect(lambda item: self.go(self.list.row(item)))
        self._uploads.done.connect(self.photo_kept)
        self._uploads.failed.connect(self.check.say)
        picture.records_changed.connect(self._records)
        picture.values_changed.connect(self._values)
        picture.ticked.connect(self._tick)
        inside = Qt.ShortcutContext.WidgetWithChildrenShortcut
        for key, act in (
            ("PgUp", lambda: self.go(self._place - 1)), ("PgDown", self._forward), ("Ctrl+Return", self._end_or_finish),
            ("Esc", self.left.emit),
        ):  # fmt: skip
            QShortcut(QKeySequence(key), self, context=inside).activated.connect(act)

    # --- what is shown

    def run(self, name: str) -> None:
        """Show a round, at its first check without an answer."""
        self._name, self._before = name, None
        self.check.busy = False
        self.end.clear()
        round_ = self._round()
        if round_ is None:
            self.left.emit()
            return
        self._ask_before(round_)
        left = missing(round_)
        self.go(left[0] if left else 0)
        if not left and round_.done:
            self._open_end()

    def go(self, place: int) -> None:
        """Show a check."""
        round_ = self._round()
        if round_ is not None:
            self._place = max(0, min(place, len(round_.checks) - 1))
            self._pages.setCurrentWidget(self.check)
            self.check.begin(round_, self._place)
            self._fill(round_)

    def retranslate(self) -> None:
        """All words."""
        self._leave.setText(tr("rounds.run.leave"))
        self.check.retranslate()
        self.end.retranslate()
        round_ = self._round()
        if round_ is not None:
            self._fill(round_)

    def _fill(self, round_: Round) -> None:
        self._title.setText(presenter.title(round_))
        self._bar.setRange(0, len(round_.checks))
        self._bar.setValue(round_.done)
        self._fill_list(round_)
        self.check.fill(round_, self._place)
        self.check.show_last(self._last_words(round_))
        if self._pages.currentWidget() is self.end:
            self.end.fill(round_)
        self._tick()

    def _fill_list(self, round_: Round) -> None:
        if self.list.count() != len(round_.checks):
            self.list.clear()
            for _check in round_.checks:
                item = QListWidgetItem()
                item.setSizeHint(QSize(10, 34))
                self.list.addItem(item)
        for place, (check, answer) in enumerate(zip(round_.checks, round_.answers, strict=True)):
            item, auto = self.list.item(place), tr("rounds.auto") if answer.auto else ""
            mark, said = presenter.RESULT_MARKS[answer.result], presenter.answer_text(check, answer)
            item.setText("  ".join(part for part in (mark, check.text.get(language()), said, auto) if part))
            item.setToolTip(item.text())
            item.setForeground(theme.colour(presenter.RESULT_COLOURS[answer.result]))
        self.list.setCurrentRow(self._place)

    def _last_words(self, round_: Round) -> str:
        key = round_.checks[self._place].key
        pairs = zip(self._before.checks, self._before.answers, strict=True) if self._before is not None else ()
        for check, answer in pairs:
            if check.key == key and answer.result:
                at = full_text(answer.at, self._picture.estate.site.timezone)
                said = "  ".join(part for part in (presenter.answer_text(check, answer), answer.note) if part)
                return tr("rounds.run.last", said=said, at=at)
        return ""

    def _tick(self) -> None:
        round_ = self._round()
        if round_ is None or not self.isVisible():
            return
        left = round_.late_at - self._picture.now() if round_.late_at else 0
        key = "rounds.run.left" if left > 0 else "rounds.run.late"
        self._promise.setText(tr(key, time=age_text(abs(left))) if left else "")
        set_role(self._promise, "error" if left < 0 else "dim")

    def _values(self, numbers: set[int]) -> None:
        if self.isVisible() and self.check.watches(numbers):
            self.check.show_live()

    def _records(self, kinds: set[str]) -> None:
        if "round" not in kinds or not self.isVisible() or not self._name:
            return
        round_ = self._round()
        if round_ is not None:
            self._fill(round_)
        elif not self.check.busy:  # somebody else ended it
            self.left.emit()

    # --- acts

    def photo_kept(self, kept: Attachment) -> None:
        """A photo for the present check."""
        self.check.add_photo(kept)

    def _send(self, made: Answer) -> None:
        place, self.check.busy = self._place, True
        self.check.say("")
        live = made.auto and made.result != SKIPPED

        def done(_number: int) -> None:
            self.check.busy = False
            if place == self._place:
                self._forward()

        def denied(problem: Problem) -> None:
            self.check.busy = False
            self.check.say(sentence(problem), note=problem.code in WANTS_NOTE)

        command = AnswerRound(self._name, place, made.result, made.value, made.number, made.note, made.photos, live)
        self._desk.ask(command, done, denied)

    def _forward(self) -> None:
        """The next check without an answer; the next one where this has none; after the last the end."""
        round_ = self._round()
        if round_ is None:
            return
        answered = bool(round_.answers[self._place].result)
        open_ = [place for place, answer in enumerate(round_.answers) if not answer.result and place > self._place]
        following = open_[0] if open_ and answered else self._place + 1
        if following < len(round_.checks):
            self.go(following)
        else:
            self._open_end()

    def _open_end(self) -> None:
        round_ = self._round()
        if round_ is not None:
            self._pages.setCurrentWidget(self.end)
            self.end.fill(round_)
            self.end.begin()

    def _end_or_finish(self) -> None:
        if self._pages.currentWidget() is self.end:
            self.end.finish()
        else:
            self._open_end()

    def _finish(self, note: str) -> None:
        self.check.busy = True

        def done(_number: int) -> None:
            self.check.busy = False
            self.left.emit()

        def denied(problem: Problem) -> None:
            self.check.busy = False
            self.end.say(sentence(problem))

        self._desk.ask(FinishRound(self._name, note), done, denied)

    # --- pieces

    def _round(self) -> Round | None:
        return self._picture.records(Round).get(self._name)

    def _ask_before(self, round_: Round) -> None:
        self._asked += 1
        asked, until = self._asked, round_.at

        def came(answer: LinkAnswer) -> None:
            if asked != self._asked or not isinstance(answer, RecordsAnswer):
                return
            made = (each for each in answer.records if isinstance(each, Round) and each.route == round_.route and each.finished)
            self._before = next((each for each in made if each.id != round_.id), None)
            present = self._round()
            if present is not None:
                self.check.show_last(self._last_words(present))

        self._desk.query(lambda id: RecordsQuery(id, "round", until - LOOK_BACK, until + 1, limit=200), came, lambda _problem: None)
