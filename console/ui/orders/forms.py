"""The in-place forms of an order: each asks only for what its act needs, and shows a refusal where it was typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.domain import commands as cmd
from console.domain.commands import Command
from console.domain.ordering import HOLD_REASONS
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text, parse_typed
from console.ui.orders.presenter import ASSIGNEES_OWN, display, technicians
from console.ui.picture import Picture
from console.ui.widgets.cards import label


class Form(QFrame):
    """Fields in rows, an error line, accept and leave. ``make`` turns what was typed into a command or raises ``ValueError``."""

    closed = Signal()

    def __init__(self, picture: Picture, desk: Desk, title: str, accept: str, name: str) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self.setProperty("card", True)
        self.setObjectName(f"form_{name}")
        outer = QVBoxLayout(self)
        outer.addWidget(label(title, "subject", wrap=True))
        self.rows = QFormLayout()
        outer.addLayout(self.rows)
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
        self._fields: list[QLineEdit] = []
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

    def choice(self, name: str, title: str, entries: list[tuple[str, str]]) -> QComboBox:
        """A list of (shown, value)."""
        box = QComboBox()
        box.setObjectName(name)
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

    def _submit(self) -> None:
        if not self.accept.isEnabled():
            return
        try:
            command = self.make()
        except ValueError as wrong:
            self.say(str(wrong))
            return
        self.say("")
        self.accept.setEnabled(False)
        self._desk.ask(command, self._done, self._denied)

    def _done(self, _number: int) -> None:
        self.closed.emit()

    def _denied(self, problem: Problem) -> None:
        self.accept.setEnabled(True)
        self.say(sentence(problem))

    def _nothing(self) -> Command:
        raise ValueError

    def _moment(self, field: QLineEdit) -> int:
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
    form = Form(picture, desk, title, tr("orders.enter", stage=tr(f"domain.order.{stage}")), "advance")
    if proxy:
        by = QLabel(display(picture, order.assignee))
        by.setObjectName("stage_by")
        form.rows.addRow(tr("orders.field.by"), by)
    time, reason = _time_rows(form, picture)
    note = form.line("stage_note", tr("orders.field.note"))
    who = order.assignee if own else ""
    form.make = lambda: cmd.AdvanceOrder(order.number, stage, form._moment(time), who, reason.text(), note.text())
    return form


def restored_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """Basic service is back."""
    form = Form(picture, desk, tr("orders.act.restored"), tr("orders.act.restored"), "restore")
    time, reason = _time_rows(form, picture)
    by = order.assignee
    form.make = lambda: cmd.MarkRestored(order.number, form._moment(time), by, reason.text())
    return form


def dispatch_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """派工: an account, or a contractor's name."""
    form = Form(picture, desk, tr("orders.act.dispatch"), tr("orders.act.dispatch"), "dispatch")
    people = [(f"{account.display}（{account.name}）", account.name) for account in technicians(picture)]
    box = form.choice("assignee", tr("orders.field.assignee"), people)
    contractor = QCheckBox(tr("orders.field.contractor"))
    contractor.setObjectName("contractor")
    form.rows.addRow("", contractor)
    outside = form.line("contractor_name", tr("orders.field.contractor_name"))
    machine = picture.equipment.get(order.equipment)
    if machine is not None and machine.facts.get("maintenance_company"):
        outside.setPlaceholderText(machine.facts["maintenance_company"])
    note = form.line("dispatch_note", tr("orders.field.note"))
    outside.setEnabled(False)
    contractor.toggled.connect(outside.setEnabled)
    contractor.toggled.connect(box.setDisabled)

    def make() -> Command:
        if contractor.isChecked():
            return cmd.DispatchOrder(order.number, outside.text(), True, note.text())
        return cmd.DispatchOrder(order.number, str(box.currentData() or ""), False, note.text())

    form.make = make
    return form


def verify_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """验收: the signature asks for the PIN again."""
    form = Form(picture, desk, tr("orders.act.verify"), tr("orders.act.verify"), "verify")
    pin = form.line("pin", tr("orders.field.pin", who=display(picture, picture.me)))
    pin.setEchoMode(QLineEdit.EchoMode.Password)
    note = form.line("verify_note", tr("orders.field.note"))

    def make() -> Command:
        secret = pin.text()
        pin.clear()
        return cmd.VerifyOrder(order.number, secret, note.text())

    form.make = make
    return form


def reason_form(picture: Picture, desk: Desk, order: Order, act: str) -> Form:
    """Rework, cancel, note: one line of text."""
    form = Form(picture, desk, tr(f"orders.act.{act}"), tr(f"orders.act.{act}"), act)
    text = form.line(f"{act}_text", tr("orders.field.note" if act == "note" else "orders.field.reason"))
    kinds: dict[str, Callable[[str], Command]] = {
        "rework": lambda typed: cmd.ReworkOrder(order.number, typed),
        "cancel": lambda typed: cmd.CancelOrder(order.number, typed),
        "note": lambda typed: cmd.NoteOrder(order.number, typed),
    }
    form.make = lambda: kinds[act](text.text())
    return form


def hold_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """挂起 with a reason code."""
    form = Form(picture, desk, tr("orders.act.hold"), tr("orders.act.hold"), "hold")
    reasons = [(tr(f"domain.hold_reason.{reason}"), reason) for reason in HOLD_REASONS]
    box = form.choice("hold_reason", tr("orders.field.reason"), reasons)
    note = form.line("hold_note", tr("orders.field.note"))
    form.make = lambda: cmd.HoldOrder(order.number, str(box.currentData()), note.text())
    return form


def new_form(picture: Picture, desk: Desk, equipment: str = "") -> Form:
    """A new order by hand: a phone call, a finding."""
    form = Form(picture, desk, tr("orders.act.new"), tr("orders.act.new"), "raise")
    title = form.line("order_title", tr("orders.field.title"))
    kinds = [
        (tr(f"domain.order_kind.{kind}"), kind.value) for kind in (OrderKind.CORRECTIVE, OrderKind.INSPECTION, OrderKind.PROJECT)
    ]
    kind = form.choice("order_kind", tr("orders.field.kind"), kinds)
    machines = [(tr("orders.no_equipment"), "")]
    machines += [(f"{machine.name.get(language())}（{machine.id}）", machine.id) for machine in picture.equipment.values()]
    machine = form.choice("order_equipment", tr("orders.field.equipment"), machines)
    machine.setEditable(True)
    machine.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    machine.setCurrentIndex(max(0, machine.findData(equipment)))
    priorities = [(f"P{number} {tr(f'domain.priority.{number}')}", str(number)) for number in (1, 2, 3, 4)]
    priority = form.choice("order_priority", tr("orders.field.priority"), priorities)
    priority.setCurrentIndex(2)
    caller = form.line("order_caller", tr("orders.field.caller"))
    place = form.line("order_place", tr("orders.field.place"))
    symptom = form.line("order_symptom", tr("orders.field.symptom"))
    due = form.line("order_due", tr("orders.field.due"), "2026-11-21 18:00")

    def make() -> Command:
        found = machine.findText(machine.currentText())
        chosen = str(machine.itemData(found)) if found >= 0 else machine.currentText().strip()
        return cmd.RaiseOrder(
            OrderKind(str(kind.currentData())),
            title.text(),
            chosen,
            int(str(priority.currentData())),
            0,
            caller.text(),
            place.text(),
            symptom.text(),
            form._moment(due),
        )

    form.make = make
    return form


def widget_holder() -> tuple[QWidget, QVBoxLayout]:
    """A place that a form is put into."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    return holder, layout
