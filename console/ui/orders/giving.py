"""派工: who should go, the best first; when, with which cautions and safety steps. For one order or for several."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QWidget

from console.domain import commands as cmd
from console.domain.commands import Command
from console.domain.maintenance import safety
from console.domain.maintenance.orderwork import BulkOrder, DispatchOrders, RescheduleOrders
from console.domain.maintenance.vendors import Vendor
from console.domain.orders import Order
from console.domain.times import DAY
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.orders.presenter import candidate_text, ranked
from console.ui.picture import Picture


class SafetyTicks(QWidget):
    """Every safety step with a tick; those of the equipment's class are ticked to begin with, for an emergency none is."""

    def __init__(self, picture: Picture, order: Order) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        machine = picture.equipment.get(order.equipment)
        proposed = safety.template(machine.kind, machine.system) if machine is not None and order.priority > 1 else ()
        chosen = {step.kind for step in order.safety} or set(proposed)
        self._ticks: dict[str, QCheckBox] = {}
        for place, kind in enumerate(safety.KINDS):
            tick = QCheckBox(tr(f"domain.safety.{kind}"))
            tick.setObjectName(f"safety_{kind}")
            tick.setChecked(kind in chosen)
            grid.addWidget(tick, place // 2, place % 2)
            self._ticks[kind] = tick

    def kinds(self) -> tuple[str, ...]:
        """What is ticked, in the order in which it is done."""
        return tuple(kind for kind, tick in self._ticks.items() if tick.isChecked())


def people_box(form: Form, picture: Picture, order: Order) -> QComboBox:
    """Who could go; those who must not are there to be seen with the reason, and cannot be chosen."""
    box = form.choice("assignee", tr("orders.field.assignee"), [])
    for each in ranked(picture, order):
        if each.contractor:
            continue
        box.addItem(candidate_text(each), each.name)
        if each.problem is not None:
            box.setItemData(box.count() - 1, 0, Qt.ItemDataRole.UserRole - 1)  # Qt's role for "not enabled"
        box.setItemData(box.count() - 1, box.itemText(box.count() - 1), Qt.ItemDataRole.ToolTipRole)
    box.setPlaceholderText(tr("orders.nobody_fit"))
    first = next((row for row in range(box.count()) if box.itemData(row, Qt.ItemDataRole.UserRole - 1) is None), -1)
    box.setCurrentIndex(max(first, box.findData(order.assignee)) if order.assignee and box.findData(order.assignee) >= 0 else first)
    return box


def dispatch_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """派工: an account, or a contractor's name."""
    form = Form(picture, desk, tr("orders.act.dispatch"), tr("orders.act.dispatch"), "dispatch", order)
    box = people_box(form, picture, order)
    contractor, outside = _outside(form, picture, order, box)
    zone = picture.estate.site.timezone
    agreed = form.line("dispatch_agreed", tr("orders.field.agreed"), tr("orders.field.agreed_hint"))
    agreed.setText(full_text(order.agreed_at or order.wished_at, zone))
    cautions = form.line("dispatch_cautions", tr("orders.field.cautions"), tr("orders.field.cautions_hint"))
    cautions.setText(order.cautions)
    note = form.line("dispatch_note", tr("orders.field.note"))
    ticks = SafetyTicks(picture, order)
    form.rows.addRow(tr("orders.tab.safety"), ticks)

    def make() -> Command:
        who = outside.currentText() if contractor.isChecked() else str(box.currentData() or "")
        kinds = ticks.kinds()
        steps = kinds if kinds or order.safety else None
        return cmd.DispatchOrder(
            order.number, who, contractor.isChecked(), note.text(), form.moment(agreed), cautions.text(), steps
        )

    form.make = make
    return form


def _outside(form: Form, picture: Picture, order: Order, box: QComboBox) -> tuple[QCheckBox, QComboBox]:
    """The contractor's person: known ones and companies to choose from, or any name typed."""
    contractor = QCheckBox(tr("orders.field.contractor"))
    contractor.setObjectName("contractor")
    form.rows.addRow("", contractor)
    outside = form.choice("contractor_name", tr("orders.field.contractor_name"), [])
    outside.setEditable(True)
    machine = picture.equipment.get(order.equipment)
    known = [each.display for each in ranked(picture, order) if each.contractor and each.problem is None]
    known += [vendor.name for vendor in picture.records(Vendor).values()]
    if machine is not None and machine.facts.get("maintenance_company"):
        known.insert(0, machine.facts["maintenance_company"])
    outside.addItems(list(dict.fromkeys(known)))
    outside.setEnabled(False)
    contractor.toggled.connect(outside.setEnabled)
    contractor.toggled.connect(box.setDisabled)
    if box.currentIndex() < 0 and outside.count():
        contractor.setChecked(True)  # nobody of one's own may do it: the company that looks after it is proposed
    return contractor, outside


def dispatch_many_form(picture: Picture, desk: Desk, orders: list[Order]) -> Form:
    """Several orders to one person."""
    title = tr("orders.bulk.dispatch", count=len(orders))
    form = Form(picture, desk, title, title, "dispatch_many")
    box = people_box(form, picture, orders[0])
    agreed = form.line("bulk_agreed", tr("orders.field.agreed"), tr("orders.field.agreed_hint"))
    note = form.line("bulk_note", tr("orders.field.note"))
    several = _several(orders)
    form.make = lambda: DispatchOrders(several, str(box.currentData() or ""), False, form.moment(agreed), note.text())
    return form


def reschedule_form(picture: Picture, desk: Desk, orders: list[Order]) -> Form:
    """Several orders to another day, or each by so many days."""
    title = tr("orders.bulk.reschedule", count=len(orders))
    form = Form(picture, desk, title, title, "reschedule")
    due = form.line("bulk_due", tr("orders.field.due_at"), tr("orders.bulk.due_hint"))
    reason = form.line("bulk_reason", tr("orders.field.reason"))
    several = _several(orders)

    def make() -> Command:
        typed = due.text().strip()
        if typed[:1] in "+-" and typed[1:].strip().isdigit():
            return RescheduleOrders(several, reason.text(), by=int(typed.replace(" ", "")) * DAY)
        return RescheduleOrders(several, reason.text(), form.moment(due))

    form.make = make
    return form


def _several(orders: list[Order]) -> tuple[BulkOrder, ...]:
    return tuple(BulkOrder(order.number, order.revision) for order in orders)


Maker = Callable[[], Form]
