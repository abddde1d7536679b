"""Decisions about outside companies at an order: call-out, arrival, leaving, invoice."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import ordering
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, reckoned, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance import contractors as co
from console.domain.maintenance.vendors import Vendor
from console.domain.maintenance.vendors import Visit as VendorVisit
from console.domain.orders import Invoice, Order, Visit
from console.domain.problems import Refused


def call_out(act: Act, command: co.CallOut) -> tuple[Event, ...]:
    """Somebody was called, for the order's assignee or beside him."""
    act.require(Right.DISPATCH_ORDER)
    order = act.open_order(command.order)
    company = demanded(command.company, "refused.visit_company", order=order.id)
    stamp = ordering.entered(act, order, order.created_at, command.at, "", command.reason)
    if command.promised and command.promised < stamp.at:
        raise Refused("refused.visit_promise")
    known = act.world.records(Vendor)
    vendor = command.vendor or next((each.id for each in known.values() if each.name == company), "")
    visit = Visit(company, words(command.person), stamp, command.promised, vendor=vendor)
    return ordering.changed(order, "call_out", visits=(*order.visits, visit))


def arrived(act: Act, command: co.VisitArrived) -> tuple[Event, ...]:
    """They are here; not before they were called."""
    act.require(Right.DISPATCH_ORDER)
    order, visit = _visit(act, command.order, command.visit)
    if visit.arrived is not None:
        raise Refused("refused.visit_arrived", who=visit.person or visit.company)
    person = words(command.person) or visit.person
    stamp = ordering.entered(act, order, visit.called.at, command.at, person or visit.company, command.reason)
    came = _put(order, command.visit, replace(visit, arrived=stamp, person=person), "arrived")
    if visit.vendor not in act.world.records(Vendor):
        return came
    number = act.number("visit")
    record = VendorVisit(
        id=f"VS-{number:06d}",
        number=number,
        revision=1,
        at=visit.called.at,
        ended_at=act.now,
        equipment=order.equipment,
        vendor=visit.vendor,
        order=order.number,
        called_at=visit.called.at,
        promised_at=visit.promised,
        arrived_at=stamp.at,
        person=person,
    )
    return *came, RecordSaved(record, "created")


def left(act: Act, command: co.VisitLeft) -> tuple[Event, ...]:
    """They left, or their work sheet came later."""
    act.require(Right.DISPATCH_ORDER)
    order, visit = _visit(act, command.order, command.visit)
    if visit.arrived is None:
        raise Refused("refused.visit_not_there", who=visit.person or visit.company)
    if visit.left is not None and command.sheet is None:
        raise Refused("refused.visit_left", who=visit.person or visit.company)
    if visit.left is None:
        stamp = ordering.entered(act, order, visit.arrived.at, command.at, visit.person or visit.company, command.reason)
        visit = replace(visit, left=stamp)
    return _put(order, command.visit, replace(visit, sheet=command.sheet or visit.sheet), "left")


def invoice(act: Act, command: co.KeepInvoice) -> tuple[Event, ...]:
    """An invoice comes when it comes: also for an order that is filed."""
    act.require(Right.DISPATCH_ORDER)
    order = act.order(command.order)
    number = demanded(command.number, "refused.invoice_number", order=order.id)
    company = words(command.company)
    if not reckoned(command.amount):
        raise Refused("refused.amount")
    if any((each.number, each.company) == (number, company) for each in order.invoices):
        raise Refused("refused.invoice_twice", number=number, order=order.id)
    kept = Invoice(number, round(command.amount, 2), act.stamp(), company, command.file)
    return ordering.changed(order, "invoice", invoices=(*order.invoices, kept))


def _visit(act: Act, number: int, place: int) -> tuple[Order, Visit]:
    order = act.order(number)
    if not 0 <= place < len(order.visits):
        raise Refused("refused.line_unknown", order=order.id)
    return order, order.visits[place]


def _put(order: Order, place: int, visit: Visit, what: str) -> tuple[Event, ...]:
    return ordering.changed(order, what, visits=(*order.visits[:place], visit, *order.visits[place + 1 :]))
