"""挂牌上锁 and permits: what has to be confirmed before the work begins."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton

from console.domain.accounts import Right
from console.domain.commands import Command
from console.domain.maintenance.orderwork import ConfirmSafety, SetSafety
from console.domain.maintenance.safety import PERMITS
from console.domain.orders import Order, OrderState, SafetyStep
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.orders.giving import SafetyTicks
from console.ui.orders.pieces import Section
from console.ui.orders.stagebar import stamp_sentence
from console.ui.picture import Picture

BEFORE_WORK = (OrderState.ACCEPTED, OrderState.VERIFIED, OrderState.DISPATCHED, OrderState.ASSIGNED, OrderState.ON_SITE)


def step_text(step: SafetyStep) -> str:
    """A step in words."""
    return step.text.get(language()) or tr(f"domain.safety.{step.kind}")


class SafetySection(Section):
    """See the module."""

    def fill(self, order: Order, enabled: bool) -> None:
        """One line a step."""
        open_steps = sum(step.done is None for step in order.safety)
        if not order.safety:
            self.line(tr("orders.no_safety"), role="dim")
        elif open_steps:
            self.line(tr("refused.safety_open", order=order.id, count=open_steps), role="error")
        may = enabled and order.state in (*BEFORE_WORK, OrderState.IN_PROGRESS) and not order.held
        for place, step in enumerate(order.safety):
            self._step(order, place, step, may)
        change = enabled and order.state in BEFORE_WORK
        self.buttons(self.opener("change_safety", tr("orders.change_safety"), partial(self._ticks, order), enabled=change))

    def _step(self, order: Order, place: int, step: SafetyStep, may: bool) -> None:
        text = ("✓ " if step.done else "○ ") + step_text(step)
        if step.reference:
            text += f"  {step.reference}"
        button: QPushButton
        if step.done is not None:
            text += "\n" + stamp_sentence(self.picture, step.done).replace("\n", "  ")
            back = ConfirmSafety(order.number, (place,), taken_back=True)
            button = self.button(f"safety_back_{place}", tr("orders.take_back"), partial(self.desk.ask, back), enabled=may)
        else:
            asking = partial(safety_form, self.picture, self.desk, order)
            button = self.opener(f"safety_done_{place}", tr("orders.confirm"), asking, enabled=may)
        self.line(text, button)

    def _ticks(self, order: Order) -> Form:
        form = Form(self.picture, self.desk, tr("orders.change_safety"), tr("orders.act.save"), "safety", order)
        ticks = SafetyTicks(self.picture, order)
        form.rows.addRow(ticks)
        form.make = lambda: SetSafety(order.number, ticks.kinds())
        return form


def safety_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """Every open step with a tick of its own; permits ask for their number. What is ticked is confirmed, the rest stays open."""
    form = Form(picture, desk, tr("orders.act.safety"), tr("orders.confirm"), "safety_confirm", order)
    ticks: list[tuple[int, QCheckBox | QLineEdit]] = []
    for place, step in enumerate(order.safety):
        if step.done is not None:
            continue
        if step.kind in PERMITS:
            number = form.line(f"permit_{place}", step_text(step), tr("orders.permit_number"))
            ticks.append((place, number))
        else:
            tick = QCheckBox(step_text(step))
            tick.setObjectName(f"confirm_{place}")
            form.rows.addRow(tick)
            ticks.append((place, tick))
    time = form.line("safety_time", tr("orders.field.time"), tr("orders.field.time_hint"))
    reason = form.line("safety_reason", tr("orders.field.reason"), tr("orders.field.reason_hint"))

    def make() -> Command:
        done = {
            place: field.text() if isinstance(field, QLineEdit) else ""
            for place, field in ticks
            if (field.text().strip() if isinstance(field, QLineEdit) else field.isChecked())
        }
        if not done:
            raise ValueError(tr("orders.nothing_ticked"))
        by = order.assignee if order.assignee and not order.contractor and picture.may(Right.DISPATCH_ORDER) else ""
        return ConfirmSafety(order.number, tuple(done), tuple(done.values()), form.moment(time), by, reason.text())

    form.make = make
    return form
