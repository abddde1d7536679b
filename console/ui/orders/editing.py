"""Changing an order's own words. What somebody else changed meanwhile is shown beside them (see :mod:`console.ui.orders.forms`)."""

from __future__ import annotations

from console.domain.commands import Command
from console.domain.maintenance.orderwork import EditOrder, OrderEdit
from console.domain.orders import Order
from console.domain.stages import ZONES
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.orders.intake import Places
from console.ui.picture import Picture


def edit_form(picture: Picture, desk: Desk, order: Order) -> Form:
    """Only what was changed here is sent: another person's field stays as it is."""
    form = Form(picture, desk, tr("orders.act.edit"), tr("orders.act.save"), "edit", order)
    zone = picture.estate.site.timezone
    title = form.line("edit_title", tr("orders.field.title"))
    title.setText(order.title.zh)
    places = Places(picture)
    priority = form.choice("edit_priority", tr("orders.field.priority"), [(f"P{each}", str(each)) for each in (1, 2, 3, 4)])
    priority.setCurrentIndex(order.priority - 1)
    machine = form.line("edit_equipment", tr("orders.field.equipment"))
    machine.setText(places.line(order.equipment))
    for field in (priority, machine):
        field.setDisabled(bool(order.fault))
    place = form.line("edit_place", tr("orders.field.place"))
    place.setText(order.place)
    symptom = form.words("edit_symptom", tr("orders.field.symptom"), order.symptom, 4)
    caller = form.line("edit_caller", tr("orders.field.caller"))
    caller.setText(order.caller)
    contact = form.line("edit_contact", tr("orders.field.contact"))
    contact.setText(order.contact)
    wished = form.line("edit_wished", tr("orders.field.due"))
    wished.setText(full_text(order.wished_at, zone))
    agreed = form.line("edit_agreed", tr("orders.field.agreed"))
    agreed.setText(full_text(order.agreed_at, zone))
    cautions = form.line("edit_cautions", tr("orders.field.cautions"))
    cautions.setText(order.cautions)
    distances = [(tr("orders.no_zone"), ""), *((tr(f"domain.zone.{each}"), each) for each in ZONES)]
    distance = form.choice("edit_zone", tr("orders.field.zone"), distances)
    distance.setCurrentIndex(max(0, distance.findData(order.zone)))
    certificates = form.line("edit_certificates", tr("orders.field.certificates"), tr("orders.field.certificates_hint"))
    certificates.setText(" ".join(order.certificates))
    skills = form.line("edit_skills", tr("orders.field.skills"), tr("orders.field.skills_hint"))
    skills.setText(" ".join(order.skills))
    reason = form.line("edit_reason", tr("orders.field.reason"), tr("orders.field.edit_reason_hint"))

    def make() -> Command:
        typed: dict[str, object] = {
            "title": title.text(),
            "priority": int(str(priority.currentData())),
            "equipment": places.of(machine.text())[0],
            "place": place.text(),
            "symptom": symptom.toPlainText(),
            "caller": caller.text(),
            "contact": contact.text(),
            "wished_at": form.moment(wished),
            "agreed_at": form.moment(agreed),
            "cautions": cautions.text(),
            "zone": str(distance.currentData()),
            "certificates": tuple(certificates.text().split()),
            "skills": tuple(skills.text().split()),
        }
        opened = {field: getattr(order, field) for field in typed} | {"title": order.title.zh}
        for field in ("wished_at", "agreed_at"):  # seconds are not shown, so they are not changed either
            if full_text(int(str(opened[field])), zone) == full_text(int(str(typed[field])), zone):
                typed[field] = opened[field]
        changed = {field: value for field, value in typed.items() if value != opened[field]}
        if not changed:
            raise ValueError(tr("orders.nothing_changed"))
        base = form.order.revision if form.order is not None else order.revision
        return EditOrder(order.number, base, OrderEdit(**changed), reason.text())  # type: ignore[arg-type] # fields of OrderEdit

    form.make = make
    return form
