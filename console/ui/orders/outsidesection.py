"""Companies without an account: call-outs, arrivals, work sheets, invoices."""

from __future__ import annotations

from functools import partial

from console.domain.accounts import Right
from console.domain.attachments import Attachment
from console.domain.maintenance.contractors import CallOut, KeepInvoice, VisitArrived, VisitLeft
from console.domain.maintenance.vendors import Vendor
from console.domain.orders import Order, Visit
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.costsection import drop_form, number_typed
from console.ui.orders.forms import Form
from console.ui.orders.pieces import Section
from console.ui.picture import Picture
from console.ui.uploads import Uploads


class OutsideSection(Section):
    """See the module. Everything here is the desk's."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__(picture, desk)
        self._uploads = Uploads(desk, self)
        self._uploads.done.connect(self._sent)
        self._uploads.failed.connect(self.said)
        self._for: tuple[int, int] = (0, -1)  # order and visit whose sheet is under way

    def fill(self, order: Order, enabled: bool) -> None:
        """Visits, then invoices."""
        desk = self.picture.may(Right.DISPATCH_ORDER)
        if not order.visits:
            self.line(tr("orders.no_visits"), role="dim")
        for place, visit in enumerate(order.visits):
            self._visit(order, place, visit, desk)
        self.buttons(
            self.opener("call_out", tr("orders.call_out"), partial(self._call, order), enabled=desk and order.open),
            self.opener("keep_invoice", tr("orders.invoice"), partial(self._invoice, order), enabled=desk),
        )
        for place, each in enumerate(order.invoices):
            text = f"{each.number}  {each.company}  {each.amount:.2f}"
            drop = partial(drop_form, self, order, "invoice", place)
            self.line(text, self.opener(f"drop_invoice_{place}", tr("orders.drop"), drop, enabled=enabled and desk))

    def _visit(self, order: Order, place: int, visit: Visit, desk: bool) -> None:
        zone = self.picture.estate.site.timezone
        text = tr("orders.visit_line", company=visit.company, person=visit.person or "—", called=full_text(visit.called.at, zone))
        if visit.promised:
            text += " · " + tr("orders.visit_promised", at=full_text(visit.promised, zone))
        if visit.arrived is not None:
            text += " · " + tr("orders.visit_arrived", at=full_text(visit.arrived.at, zone))
        if visit.left is not None:
            text += " · " + tr("orders.visit_left", at=full_text(visit.left.at, zone))
        if visit.sheet is not None:
            text += f" · {visit.sheet.name}"
        late = visit.on_time is False or (visit.arrived is None and 0 < visit.promised < self.picture.now())
        buttons = []
        if visit.arrived is None:
            form = partial(self._time, order, place, "arrived")
            buttons.append(self.opener(f"visit_arrived_{place}", tr("orders.arrived"), form, enabled=desk))
        elif visit.left is None:
            form = partial(self._time, order, place, "left")
            buttons.append(self.opener(f"visit_left_{place}", tr("orders.left"), form, enabled=desk))
        elif visit.sheet is None:
            buttons.append(
                self.button(f"visit_sheet_{place}", tr("orders.sheet"), partial(self._sheet, order, place), enabled=desk)
            )
        self.line(text, *buttons, role="error" if late else "")

    def _call(self, order: Order) -> Form:
        form = Form(self.picture, self.desk, tr("orders.call_out"), tr("orders.call_out"), "call_out", order)
        company = form.choice("visit_company", tr("orders.field.company"), [])
        company.setEditable(True)
        machine = self.picture.equipment.get(order.equipment)
        known = [machine.facts["maintenance_company"]] if machine is not None and machine.facts.get("maintenance_company") else []
        known += [vendor.name for vendor in self.picture.records(Vendor).values()]
        company.addItems(list(dict.fromkeys(known)))
        person = form.line("visit_person", tr("orders.field.person"))
        at = form.line("visit_at", tr("orders.field.called_at"))
        promised = form.line("visit_promised", tr("orders.field.promised_at"), "14:30")
        reason = form.line("visit_reason", tr("orders.field.reason"), tr("orders.field.reason_hint"))
        form.make = lambda: CallOut(
            order.number, company.currentText(), person.text(), form.moment(at), form.moment(promised), reason.text()
        )
        return form

    def _time(self, order: Order, place: int, what: str) -> Form:
        form = Form(self.picture, self.desk, tr(f"orders.{what}"), tr(f"orders.{what}"), what, order)
        at = form.line("visit_time", tr("orders.field.time"))
        person = form.line("visit_who", tr("orders.field.person")) if what == "arrived" else None
        if person is not None:
            person.setText(order.visits[place].person)
        reason = form.line("visit_reason", tr("orders.field.reason"), tr("orders.field.reason_hint"))
        if person is not None:
            form.make = lambda: VisitArrived(order.number, place, form.moment(at), person.text(), reason.text())
        else:
            form.make = lambda: VisitLeft(order.number, place, form.moment(at), reason.text())
        return form

    def _invoice(self, order: Order) -> Form:
        form = Form(self.picture, self.desk, tr("orders.invoice"), tr("orders.act.save"), "invoice", order)
        number = form.line("invoice_number", tr("orders.field.invoice"))
        amount = form.line("invoice_amount", tr("orders.field.amount"), "1280.50")
        company = form.line("invoice_company", tr("orders.field.company"))
        if order.visits:
            company.setText(order.visits[-1].company)
        form.make = lambda: KeepInvoice(order.number, number.text(), number_typed(amount.text()), company.text())
        return form

    def _sheet(self, order: Order, place: int) -> None:
        self._for = (order.number, place)
        self._uploads.choose(self, tr("orders.sheet"))

    def _sent(self, kept: Attachment) -> None:
        order, place = self._for
        self.desk.ask(VisitLeft(order, place, sheet=kept))
