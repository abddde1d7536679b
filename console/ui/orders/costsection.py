"""Hours, parts, outside cost and downtime of an order."""

from __future__ import annotations

from functools import partial

from console.domain.maintenance.orderwork import DropLine, LogLabour, SetDowntime
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.orders import Order
from console.texts import tr
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.orders.pieces import Section
from console.ui.orders.presenter import display, technicians


def number_typed(text: str) -> float:
    """A number as typed, with blanks or a comma of thousands; raises ``ValueError`` with the sentence."""
    try:
        return float(text.replace(",", "").replace("，", "").strip())
    except ValueError:
        raise ValueError(tr("orders.number_unknown", text=text)) from None


class CostSection(Section):
    """See the module."""

    def fill(self, order: Order, enabled: bool) -> None:
        """Sums first, then the lines."""
        self.line(
            tr(
                "orders.cost_line", total=f"{order.cost:.2f}", labour=f"{order.cost_labour:.2f}", parts=f"{order.cost_parts:.2f}",
                outside=f"{order.cost_outside:.2f}",
            ),
            role="subject",
        )  # fmt: skip
        self.heading(tr("orders.labour", hours=f"{order.hours:g}"))
        for place, each in enumerate(order.labour):
            text = f"{display(self.picture, each.person)}  {each.hours:g} h × {each.rate:.2f}  {each.entered.note}"
            drop = partial(drop_form, self, order, "labour", place)
            self.line(text.strip(), self.opener(f"drop_labour_{place}", tr("orders.drop"), drop, enabled=enabled))
        self.heading(tr("orders.parts"))
        for part in order.parts:
            back = partial(self._part, order, MoveKind.BACK, part.part)
            text = f"{part.name}（{part.part}）  {part.quantity:g} {part.unit} × {part.price:.2f}"
            self.line(text, self.opener(f"back_{part.part}", tr("orders.part_back"), back, enabled=enabled))
        self.buttons(
            self.opener("add_labour", tr("orders.add_labour"), partial(self._labour, order), enabled=enabled),
            self.opener("use_part", tr("orders.use_part"), partial(self._part, order, MoveKind.OUT, ""), enabled=enabled),
            self.opener("set_downtime", tr("orders.downtime"), partial(self._down, order), enabled=enabled),
        )
        if order.down_from:
            zone = self.picture.estate.site.timezone
            until = full_text(order.down_until, zone) or tr("orders.still_down")
            hours = f"{order.downtime_hours:.1f}" if order.down_until else "…"
            self.line(tr("orders.down_line", since=full_text(order.down_from, zone), until=until, hours=hours))

    def _labour(self, order: Order) -> Form:
        form = Form(self.picture, self.desk, tr("orders.add_labour"), tr("orders.act.save"), "labour", order)
        people = [(account.display, account.name) for account in technicians(self.picture)]
        if order.assignee and order.assignee not in self.picture.accounts:
            people.insert(0, (order.assignee, order.assignee))
        who = form.choice("labour_person", tr("orders.field.assignee"), people)
        who.setCurrentIndex(max(0, who.findData(order.assignee)))
        hours = form.line("labour_hours", tr("orders.field.hours"), "1.5")
        rate = form.line("labour_rate", tr("orders.field.rate"), tr("orders.field.rate_hint"))
        note = form.line("labour_note", tr("orders.field.note"))
        form.make = lambda: LogLabour(
            order.number, str(who.currentData()), number_typed(hours.text()), number_typed(rate.text() or "-1"), note.text()
        )
        return form

    def _part(self, order: Order, kind: MoveKind, part: str) -> Form:
        title = tr("orders.use_part" if kind is MoveKind.OUT else "orders.part_back")
        form = Form(self.picture, self.desk, title, title, "part", order)
        stock = sorted(self.picture.records(Part).values(), key=lambda each: each.name)
        shown = [(f"{each.name}（{each.id}） {each.stock:g} {each.unit}", each.id) for each in stock if not part or each.id == part]
        chosen = form.choice("part", tr("orders.part"), shown)
        quantity = form.line("part_quantity", tr("orders.quantity"), "1")
        note = form.line("part_note", tr("orders.field.note"))
        form.make = lambda: MoveStock(
            str(chosen.currentData() or ""), kind, number_typed(quantity.text() or "1"), order.number, note=note.text()
        )
        if not shown:
            form.say(tr("orders.no_parts"))
        return form

    def _down(self, order: Order) -> Form:
        zone = self.picture.estate.site.timezone
        form = Form(self.picture, self.desk, tr("orders.downtime"), tr("orders.act.save"), "downtime", order)
        since = form.line("down_from", tr("orders.field.down_from"))
        until = form.line("down_until", tr("orders.field.down_until"), tr("orders.still_down"))
        fault = self.picture.faults.get(order.fault)
        since.setText(full_text(order.down_from or (fault.opened_at if fault is not None else 0), zone))
        until.setText(full_text(order.down_until or (order.restored.at if order.restored is not None else 0), zone))
        form.make = lambda: SetDowntime(order.number, form.moment(since), form.moment(until))
        return form


def drop_form(section: Section, order: Order, what: str, place: int) -> Form:
    """Taking a line away asks for the reason: it cannot be undone, only entered anew."""
    form = Form(section.picture, section.desk, tr("orders.drop_title"), tr("orders.drop"), "drop", order)
    reason = form.line("drop_reason", tr("orders.field.reason"))
    form.make = lambda: DropLine(order.number, what, place, reason.text())
    return form
