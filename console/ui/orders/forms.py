"""The in-place forms of an order: each asks only for what its act needs, and shows a refusal where it was typed.

A form remembers the version of the order that it was opened on. When somebody else changes the order meanwhile, the form stays with
what was typed, and shows beside it what changed, field by field; sending then needs a second press.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from console.domain import commands as cmd
from console.domain.commands import Command
from console.domain.maintenance.orderwork import CallBack
from console.domain.ordering import HOLD_REASONS
from console.domain.orders import Order, OrderState
from console.domain.problems import Problem
from console.link.messages import Answer, LogAnswer, LogQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text, parse_typed
from console.ui.orders.differences import Difference, differences, sentence_of, told
from console.ui.orders.presenter import ASSIGNEES_OWN, display
from console.ui.picture import Picture
from console.ui.widgets.cards import label


class Words(QPlainTextEdit):
    """A text of many lines; Tab goes on, Ctrl+Enter accepts."""

    accepted = Signal()

    def __init__(self, name: str, text: str = "", lines: int = 3) -> None:
        super().__init__(text)
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter accepts."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.accepted.emit()
        else:
            super().keyPressEvent(event)


class Form(QFrame):
    """Fields in rows, an error line, accept and leave. ``make`` turns what was typed into a command or raises ``ValueError``.

    ``order`` is the version that the person has seen; None: the form is not about one order.
    """

    closed = Signal()

    def __init__(self, picture: Picture, desk: Desk, title: str, accept: str, name: str, order: Order | None = None) -> None:  # noqa: PLR0917 - every form names these
        super().__init__()
        self._picture, self._desk = picture, desk
        self.order = order
        self._ask_again = False
        self.setProperty("card", True)
        self.setObjectName(f"form_{name}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        outer = QVBoxLayout(self)
        outer.addWidget(label(title, "subject", wrap=True))
        self.rows = QFormLayout()
        outer.addLayout(self.rows)
        self.changes = label(role="key", wrap=True, selectable=True)
        self.changes.setObjectName("order_changes")
        self.changes.hide()
        outer.addWidget(self.changes)
        self.error = label(role="error", wrap=True)
        self.error.setObjectName("order_error")
        self.error.hide()
        outer.addWidget(self.error)
        buttons = QHBoxLayout()
        self.accept = QPushButton(accept)
        self.accept.setProperty("primary", True)
        self.accept.setObjectName(name)
        leave = QPushButton(tr("orders.leave"))
        leave.setObjectName("leave_form")
        buttons.addWidget(self.accept)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        outer.addLayout(buttons)
        self.accept.clicked.connect(self._submit)
        leave.clicked.connect(self.closed)
        self._fields: list[QLineEdit | Words] = []
        self.done: Callable[[int], None] = self._nobody  # what else happens once it was accepted
        self.make: Callable[[], Command] = self._nothing

    def line(self, name: str, title: str, placeholder: str = "") -> QLineEdit:
        """A line to type into; Enter accepts."""
        field = QLineEdit()
        field.setObjectName(name)
        field.setPlaceholderText(placeholder)
        field.returnPressed.connect(self._submit)
        self.rows.addRow(title, field)
        self._fields.append(field)
        return field

    def words(self, name: str, title: str, text: str = "", lines: int = 3) -> Words:
        """A text of many lines."""
        field = Words(name, text, lines)
        field.accepted.connect(self._submit)
        self.rows.addRow(title, field)
        self._fields.append(field)
        return field

    def choice(self, name: str, title: str, entries: list[tuple[str, str]]) -> QComboBox:
        """A list of (shown, value)."""
        box = QComboBox()
        box.setObjectName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)  # long entries are read in the list; the form stays as wide as its place
        for shown, value in entries:
            box.addItem(shown, value)
        self.rows.addRow(title, box)
        return box

    def showEvent(self, event: QShowEvent) -> None:
        """Ready to type."""
        super().showEvent(event)
        if self._fields:
            self._fields[0].setFocus()

    def say(self, text: str) -> None:
        """An error in place."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def notice(self, order: Order) -> None:
        """The order has another version now: show what changed beside what was typed; a reply to one's own act is none."""
        base = self.order
        if base is None or order.number != base.number or order.revision <= base.revision or not self.accept.isEnabled():
            return
        self._ask_again = True
        self._tell(differences(self._picture, base, order))
        self._desk.query(lambda id: LogQuery(id, f"order:{base.number}", limit=50), self._logged, self._unlogged)

    def _logged(self, answer: Answer) -> None:
        if isinstance(answer, LogAnswer) and isValid(self) and self.order is not None and self._ask_again:
            self._tell(told(self._picture, self.order, answer.entries))

    def _unlogged(self, _problem: Problem) -> None:
        """Without the log the changes stand there without who and when."""

    def _tell(self, changes: list[Difference]) -> None:
        lines = [sentence_of(self._picture, each) for each in changes]
        self.changes.setText("\n".join([tr("orders.changed_meanwhile"), *lines]))
        self.changes.setVisible(bool(lines))

    def _submit(self) -> None:
        if not self.accept.isEnabled():
            return
        if self._ask_again and self.order is not None:
            self._ask_again = False
            self.order = self._picture.orders.get(self.order.number, self.order)
            self.say(tr("orders.send_anyway"))
            return
        try:
            command = self.make()
        except ValueError as wrong:
            self.say(str(wrong))
            return
        self.say("")
        self.accept.setEnabled(False)
        self._desk.ask(command, self._done, self._denied)

    def _done(self, number: int) -> None:
        if isValid(self):  # what the command changed may have closed it already
            self.done(number)
            self.closed.emit()

    def _nobody(self, _number: int) -> None:
        """Nothing else happens."""

    def _denied(self, problem: Problem) -> None:
        if not isValid(self):
            self._desk.refused.emit(problem)
            return
        self.accept.setEnabled(True)
        self.say(sentence(problem))

    def _nothing(self) -> Command:
        raise ValueError

    def moment(self, field: QLineEdit) -> int:
        try:
            return parse_typed(field.text(), self._picture.now(), self._picture.estate.site.timezone)
        except ValueError:
            raise ValueError(tr("orders.time_unknown", text=field.text())) from None


def _time_rows(form: Form, picture: Picture) -> tuple[QLineEdit, QLineEdit]:
    now = full_text(picture.now(), picture.estate.site.timezone)
    return (
        form.line("stage_time", tr("orders.field.time"), tr("orders.field.time_now", now=now)),
        form.line("stage_reason", tr("orders.field.reason"), tr("orders.field.reason_hint")),
    )


def stage_form(picture: Picture, desk: Desk, order: Order, stage: OrderState) -> Form:
    """Enter a stage, for the assignee where it is the assignee's."""
    own = stage in ASSIGNEES_OWN
    proxy = own and order.assignee != picture.me
    title = tr(f"domain.order.{stage}")
    if proxy:
        title = tr("orders.stage_for", stage=title, who=display(picture, order.assignee))
    form = Form(picture, desk, title, tr("orders.enter", stage=tr(f"domain.order.{stage}")), "advance", order)
    if proxy:
        by = QLabel(display(picture, order.assignee))
        by.setObjectName("stage_by")
        form.rows.addRow(tr("orders.field.by"), by)
    time, reason = _time_rows(form, picture)
    note = form.line("stage_note", tr("orders.field.note"))
    who = order.assignee if own else ""
    form.make = lambda: cmd.AdvanceOrder(order.number, stage, form.moment(time), who, reason.text(), note.text())
    return form


def restored_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """Basic service is back."""
    form = Form(picture, desk, tr("orders.act.restored"), tr("orders.act.restored"), "restore", order)
    time, reason = _time_rows(form, picture)
    by = order.assignee
    form.make = lambda: cmd.MarkRestored(order.number, form.moment(time), by, reason.text())
    return form


def verify_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """验收: the signature asks for the PIN again."""
    form = Form(picture, desk, tr("orders.act.verify"), tr("orders.act.verify"), "verify", order)
    pin = form.line("pin", tr("orders.field.pin", who=display(picture, picture.me)))
    pin.setEchoMode(QLineEdit.EchoMode.Password)
    rating = form.choice("verify_rating", tr("orders.field.rating"), ratings())
    note = form.line("verify_note", tr("orders.field.note"))

    def make() -> Command:
        secret = pin.text()
        pin.clear()
        return cmd.VerifyOrder(order.number, secret, note.text(), int(str(rating.currentData())))

    form.make = make
    return form


def ratings() -> list[tuple[str, str]]:
    """Five stars, or none given."""
    return [
        (tr("orders.no_rating"), "0"),
        *((f"{'★' * number}{'☆' * (5 - number)} {number}", str(number)) for number in range(5, 0, -1)),
    ]


def reason_form(picture: Picture, desk: Desk, order: Order, act: str) -> Form:
    """Rework, cancel, note: one line of text."""
    form = Form(picture, desk, tr(f"orders.act.{act}"), tr(f"orders.act.{act}"), act, order)
    text = form.words(
        f"{act}_text", tr("orders.field.note" if act == "note" else "orders.field.reason"), lines=4 if act == "note" else 2
    )
    kinds: dict[str, Callable[[str], Command]] = {
        "rework": lambda typed: cmd.ReworkOrder(order.number, typed),
        "cancel": lambda typed: cmd.CancelOrder(order.number, typed),
        "note": lambda typed: cmd.NoteOrder(order.number, typed),
    }
    form.make = lambda: kinds[act](text.toPlainText())
    return form


def hold_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """挂起 with a reason code."""
    form = Form(picture, desk, tr("orders.act.hold"), tr("orders.act.hold"), "hold", order)
    reasons = [(tr(f"domain.hold_reason.{reason}"), reason) for reason in HOLD_REASONS]
    box = form.choice("hold_reason", tr("orders.field.reason"), reasons)
    note = form.line("hold_note", tr("orders.field.note"))
    form.make = lambda: cmd.HoldOrder(order.number, str(box.currentData()), note.text())
    return form


def callback_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """回访: what the caller says afterwards."""
    form = Form(picture, desk, tr("orders.act.callback"), tr("orders.act.callback"), "callback", order)
    text = form.words("callback_text", tr("orders.field.note"))
    rating = form.choice("callback_rating", tr("orders.field.rating"), ratings())
    form.make = lambda: CallBack(order.number, text.toPlainText(), int(str(rating.currentData())))
    return form


def widget_holder() -> tuple[QWidget, QVBoxLayout]:
    """A place that a form is put into."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    return holder, layout
