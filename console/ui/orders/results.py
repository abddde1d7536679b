"""The filled order sheet comes back on paper: its number is scanned or typed, and its lines are typed in one form."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from console.domain.commands import Command
from console.domain.maintenance.orderwork import EnterResult, LineResult
from console.domain.maintenance.safety import PERMITS
from console.domain.orderchecks import limits_text
from console.domain.orders import Order
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.orders.presenter import display
from console.ui.picture import Picture

RESULTS = ("", "pass", "fail", "na", "skipped")


class _Line(QWidget):
    """One line of the paper's checklist: result, reading, note."""

    def __init__(self, item: int, reading: str, note: str, result: str) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.result, self.reading, self.note = QComboBox(), QLineEdit(reading), QLineEdit(note)
        for each in RESULTS:
            self.result.addItem(tr(f"domain.check.{each}") if each else "…", each)
        self.result.setCurrentIndex(max(0, self.result.findData(result)))
        self.reading.setPlaceholderText(tr("orders.field.reading"))
        self.note.setPlaceholderText(tr("orders.field.note"))
        for name, field in (("result", self.result), ("reading", self.reading), ("note", self.note)):
            field.setObjectName(f"paper_{name}_{item}")
            layout.addWidget(field, 0 if name == "result" else 1)


def result_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """Times, safety steps, checklist and hours of the sheet, as one act up to the self-check."""
    form = Form(picture, desk, tr("orders.result_title", order=order.id), tr("orders.act.result"), "result", order)
    zone, tongue = picture.estate.site.timezone, language()
    hint = tr("orders.field.time_now", now=full_text(picture.now(), zone))
    arrived = form.line("paper_arrived", tr("domain.order.on_site"), tr("orders.field.agreed_hint"))
    begun = form.line("paper_begun", tr("domain.order.in_progress"), tr("orders.field.agreed_hint"))
    done = form.line("paper_done", tr("domain.order.self_check"), hint)
    steps: list[QLineEdit] = []
    for place, step in enumerate(order.safety):
        field = form.line(f"paper_safety_{place}", step.text.get(tongue) or tr(f"domain.safety.{step.kind}"))
        field.setPlaceholderText(tr("orders.permit_number" if step.kind in PERMITS else "orders.safety_typed"))
        field.setText((step.reference or "-") if step.done is not None else "")
        steps.append(field)
    lines: list[_Line] = []
    for place, item in enumerate(order.checklist):
        line = _Line(place, item.reading, item.note, item.result)
        limits = limits_text(item)
        form.rows.addRow(f"{place + 1} {item.text.get(tongue)}" + (f"（{limits}）" if limits else ""), line)
        lines.append(line)
    hours = form.line("paper_hours", tr("orders.field.hours_of", who=display(picture, order.assignee)), "1.5")
    note = form.line("paper_note", tr("orders.field.reason"))
    note.setText(tr("orders.paper_reason"))

    def make() -> Command:
        try:
            spent = float(hours.text() or 0)
        except ValueError:
            raise ValueError(tr("orders.number_unknown", text=hours.text())) from None
        filled = tuple(
            LineResult(place, str(line.result.currentData()), line.reading.text(), line.note.text())
            for place, line in enumerate(lines)
            if line.result.currentData() or line.reading.text()
        )
        return EnterResult(
            order.number,
            form.moment(done) or picture.now(),
            form.moment(arrived),
            form.moment(begun),
            order.assignee,
            filled,
            tuple(field.text() for field in steps),
            spent,
            note.text(),
        )

    form.make = make
    return form
