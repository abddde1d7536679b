"""One check of a round, large: what is asked, what is expected, what the device says now, what was found last time, and the answer.

Input methods are off where figures are typed; there letters are keys of the page, too.
"""

from __future__ import annotations

import unicodedata
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.rounds import FAIL, NO, SKIPPED, YES, Answer, Check, CheckKind, Round, verdict
from console.texts import language, tr
from console.ui import theme
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name
from console.ui.rounds import presenter
from console.ui.widgets.cards import Card, label

ACTS = ("back", "skip", "photo", "take", "next", "to_end")


class CheckPage(Card):
    """``given`` carries the :class:`Answer` to be kept. ``moved`` asks for another check (-1 before, 1 after)."""

    given = Signal(object)
    moved = Signal(int)
    photo_wanted = Signal()
    end_wanted = Signal()

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._check: Check | None = None
        self._photos: tuple[Attachment, ...] = ()
        self._live = False  # the answer was taken over from the live value
        self.busy = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.heading.hide()
        self.remark.hide()
        self.body.setContentsMargins(30, 20, 30, 20)
        self.body.setSpacing(16)
        self._where, self._wanted, self._now, self._last = (label(role="dim", wrap=True) for _ in range(4))
        self._text = label(wrap=True)
        self._text.setObjectName("round_text")
        self._value, self._words, self._note = QLineEdit(), QLineEdit(), QLineEdit()
        self._value.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._yes, self._no = QPushButton(), QPushButton()
        self._choice = QWidget()
        choice = QHBoxLayout(self._choice)
        choice.setContentsMargins(0, 0, 0, 0)
        for button, name in ((self._yes, "round_yes"), (self._no, "round_no")):
            button.setObjectName(name)
            button.setCheckable(True)
            button.setMinimumHeight(84)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            choice.addWidget(button)
        self._error = label(role="error", wrap=True)
        for piece, name in (
            (self._value, "round_value"), (self._words, "round_words"), (self._note, "round_note"), (self._error, "round_error"),
        ):  # fmt: skip
            piece.setObjectName(name)
        for shown in (
            self._where, self._text, self._wanted, self._value, self._words, self._choice, self._now, self._last, self._note,
            self._error,
        ):  # fmt: skip
            self.body.addWidget(shown)
        self.body.addStretch(1)
        acts = QHBoxLayout()
        self._acts = {name: QPushButton() for name in ACTS}
        self._acts["next"].setProperty("primary", True)
        for name, button in self._acts.items():
            button.setObjectName(f"round_{name}")
            button.setMinimumHeight(44)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            if name == "next":
                acts.addStretch(1)
            acts.addWidget(button)
        self.body.addLayout(acts)

    def _connect(self) -> None:
        self._yes.clicked.connect(partial(self._press, YES))
        self._no.clicked.connect(partial(self._press, NO))
        does = {
            "back": lambda: self.moved.emit(-1), "skip": self._skip, "photo": self.photo_wanted.emit, "take": self._take_live,
            "next": self.accept, "to_end": self.end_wanted.emit,
        }  # fmt: skip
        for name, button in self._acts.items():
            button.clicked.connect(does[name])
        for field in (self._value, self._words, self._note):
            field.returnPressed.connect(self.accept)
            field.installEventFilter(self)
        self._value.textEdited.connect(self._typed)

    # --- what is shown

    def begin(self, round_: Round, place: int) -> None:
        """Show a check with its answer, ready to be answered."""
        self._check, answer = round_.checks[place], round_.answers[place]
        self._photos, self._live = answer.photos, answer.auto
        self._value.setText(answer.value if self._check.kind is CheckKind.VALUE else "")
        self._words.setText(answer.value if self._check.kind is CheckKind.TEXT else "")
        self._note.setText(answer.note)
        self._yes.setChecked(answer.value == YES)
        self._no.setChecked(answer.value == NO)
        self.say("")
        self.fill(round_, place)
        self._focus()

    def fill(self, round_: Round, place: int) -> None:
        """The words around the answer; what is being typed stays."""
        check = self._check
        if check is None:
            return
        machine = check.equipment or round_.equipment
        title = machine_name(self._picture, machine)
        where = (f"{place + 1} / {len(round_.checks)}", check.place.get(language()), title)
        self._where.setText("   ".join(part for part in where if part))
        self._text.setText(check.text.get(language()))
        self._text.setFont(theme.font(30, bold=True))
        optional = tr("rounds.optional") if check.optional else ""
        self._wanted.setText("   ".join(part for part in (presenter.wanted(check), optional) if part))
        self._value.setVisible(check.kind is CheckKind.VALUE)
        self._words.setVisible(check.kind is CheckKind.TEXT)
        self._choice.setVisible(check.kind is CheckKind.YES_NO)
        self._value.setFont(theme.font(34, bold=True))
        for button in (self._yes, self._no):
            button.setFont(theme.font(24, bold=True))
        self._acts["back"].setEnabled(place > 0)
        self._show_photos(check)
        self.show_live()

    def show_live(self) -> None:
        """The device's own word, now."""
        check = self._check
        point = self._picture.points.get(check.point) if check is not None else None
        self._now.setVisible(point is not None)
        self._acts["take"].setVisible(point is not None)
        if check is None or point is None:
            return
        text = presenter.live_text(self._picture, point)
        self._now.setText(tr("rounds.run.live", value=text) if text else tr("rounds.run.no_live"))
        self._acts["take"].setEnabled(presenter.live_number(self._picture, check) is not None)

    def show_last(self, text: str) -> None:
        """What was found last time."""
        self._last.setText(text)
        self._last.setVisible(bool(text))

    def watches(self, numbers: set[int]) -> bool:
        """Whether the live value is among these points."""
        point = self._picture.points.get(self._check.point) if self._check is not None else None
        return point is not None and point.number in numbers

    def say(self, text: str, *, note: bool = False) -> None:
        """An error in place; ``note``: the note is where it can be mended."""
        self._error.setText(text)
        if note:
            self._note.setFocus()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._acts.items():
            button.setText(tr(f"rounds.run.{name}"))
        self._yes.setText(f"{tr('rounds.answer.yes')}  (Y)")
        self._no.setText(f"{tr('rounds.answer.no')}  (N)")
        self._note.setPlaceholderText(tr("rounds.run.note"))
        self._words.setPlaceholderText(tr("rounds.run.words"))

    def add_photo(self, kept: Attachment) -> None:
        """A photo was kept; where a photo is the answer it is given."""
        self._photos = (*self._photos, kept)
        if self._check is not None:
            self._show_photos(self._check)
            if self._check.kind is CheckKind.PHOTO:
                self.accept()

    @property
    def photos(self) -> tuple[Attachment, ...]:
        """Photos of the present check."""
        return self._photos

    # --- the answer

    def accept(self) -> None:
        """Give what is typed; a failure without a word is asked for its reason once."""
        check = self._check
        if check is None or self.busy:
            return
        made, lacking = self._made(check)
        if made is None:
            self.say(lacking)
            self._focus()
            return
        if verdict(check, made) == FAIL and not made.note and not self._note.hasFocus():
            self.say(tr("rounds.run.why_failed"), note=True)
            return
        self.given.emit(made)

    def _made(self, check: Check) -> tuple[Answer | None, str]:
        """The answer as typed, or the sentence that says what is missing."""
        note = self._note.text().strip()
        typed = unicodedata.normalize("NFKC", self._value.text()).strip()
        if check.kind is CheckKind.VALUE:
            try:
                return Answer(value=typed, number=float(typed), note=note, photos=self._photos, auto=self._live), ""
            except ValueError:
                return None, tr("rounds.run.no_number", text=typed) if typed else tr("rounds.run.type_value")
        if check.kind is CheckKind.PHOTO:
            return (Answer(note=note, photos=self._photos), "") if self._photos else (None, tr("rounds.run.photo_first"))
        words = self._words.text().strip()
        if check.kind is CheckKind.YES_NO:
            words = YES if self._yes.isChecked() else NO if self._no.isChecked() else ""
        lacking = tr("rounds.run.press") if check.kind is CheckKind.YES_NO else tr("rounds.run.type_words")
        return (Answer(value=words, note=note, photos=self._photos, auto=self._live), "") if words else (None, lacking)

    def _press(self, value: str, _checked: bool = False) -> None:
        if self._check is None or self._check.kind is not CheckKind.YES_NO or self.busy:
            return
        self._yes.setChecked(value == YES)
        self._no.setChecked(value == NO)
        self._live = False
        self.accept()

    def _take_live(self) -> None:
        check = self._check
        number = presenter.live_number(self._picture, check) if check is not None else None
        if check is None or number is None:
            return
        value = presenter.live_value(check, number)
        if check.kind is CheckKind.VALUE:
            self._value.setText(value)
        self._yes.setChecked(value == YES)
        self._no.setChecked(value == NO)
        self._live = True
        self.accept()

    def _skip(self) -> None:
        note = self._note.text().strip()
        if note:
            self.given.emit(Answer(result=SKIPPED, note=note, photos=self._photos))
        else:
            self.say(tr("rounds.refused.skip_note"), note=True)

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The letters, and Enter, where no field takes them."""
        if not self._letter(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the figure field letters are keys of the page."""
        if watched is self._value and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._letter(event)
        return super().eventFilter(watched, event)

    def _letter(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        acts = {
            Qt.Key.Key_Y: self._yes.click, Qt.Key.Key_N: self._no.click, Qt.Key.Key_L: self._take_live, Qt.Key.Key_S: self._skip,
            Qt.Key.Key_M: self._note.setFocus, Qt.Key.Key_P: self.photo_wanted.emit, Qt.Key.Key_Return: self.accept,
            Qt.Key.Key_Enter: self.accept,
        }  # fmt: skip
        act = acts.get(Qt.Key(event.key()))
        if act is None:
            return False
        act()
        return True

    def _typed(self, _text: str) -> None:
        self._live = False
        self.say("")

    def _focus(self) -> None:
        kind = self._check.kind if self._check is not None else None
        if kind is CheckKind.VALUE:
            self._value.setFocus()
            self._value.selectAll()
        elif kind is CheckKind.TEXT:
            self._words.setFocus()
        else:
            self.setFocus()

    def _show_photos(self, check: Check) -> None:
        button, count = self._acts["photo"], len(self._photos)
        button.setText(tr("rounds.run.photo_count", count=count) if count else tr("rounds.run.photo"))
        button.setProperty("primary", (check.photo or check.kind is CheckKind.PHOTO) and not count)
        button.style().unpolish(button)
        button.style().polish(button)
