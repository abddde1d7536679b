"""Vendors and maintenance companies: contacts, contracts, visits and whether they came in time."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.commands import SaveRecords
from console.domain.maintenance.vendors import Contract, Vendor, Visit, on_time_rate, running_out
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import date_text, full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form, saving, words_of
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.registers.past import PastPage
from console.ui.widgets.tables import Column

PART = "vendors"


def vendors_page(picture: Picture, desk: Desk) -> RegisterPage[Vendor]:
    """The register of vendors."""
    forms = _Forms(picture, desk)
    return RegisterPage(
        picture,
        desk,
        PART,
        columns=_columns(picture),
        rows=lambda: picture.records(Vendor).values(),
        facts=lambda vendor: _facts(picture, vendor),
        acts=[
            RegisterAct("new", "N", forms.new, forms.may, fresh=True),
            RegisterAct("visit", "V", forms.visit, lambda: picture.may(Right.WORK_ORDER)),
            RegisterAct("contract", "C", forms.contract, forms.may),
            RegisterAct("edit", "E", forms.edit, forms.may),
            RegisterAct("end", "Del", forms.end, forms.may),
        ],
        sort="name",
        kinds=(Vendor,),
    )


def visits_page(picture: Picture, desk: Desk) -> PastPage[Visit]:
    """Who was called, and when they came."""

    def moment(at: int) -> str:
        return full_text(at, picture.estate.site.timezone)

    def name(visit: Visit) -> str:
        vendor = picture.records(Vendor).get(visit.vendor)
        return vendor.name if vendor is not None else visit.vendor

    def kept(visit: Visit) -> str:
        return "" if visit.on_time is None else tr("vendors.on_time" if visit.on_time else "vendors.late")

    def foot(visits: tuple[Visit, ...]) -> str:
        good, known = on_time_rate(visits)
        return tr("visits.foot", count=len(visits), good=good, known=known, rate=round(100 * good / known)) if known else ""

    columns: list[Column[Visit]] = [
        Column("called", "vendors.field.called_at", 140, lambda each: moment(each.called_at), sort=lambda each: each.called_at),
        Column("vendor", "vendors.field.name", 190, name),
        Column("order", "vendors.field.order", 110, lambda each: f"WO-{each.order:06d}" if each.order else ""),
        Column(
            "promised", "vendors.field.promised_at", 140, lambda each: moment(each.promised_at), sort=lambda each: each.promised_at
        ),
        Column("arrived", "vendors.field.arrived_at", 140, lambda each: moment(each.arrived_at), sort=lambda each: each.arrived_at),
        Column("kept", "vendors.field.kept", 80, kept, colour=lambda each: "p3" if each.on_time is False else "text"),
        Column("person", "vendors.field.person", 120, lambda each: each.person),
        Column("note", "vendors.field.note", 0, lambda each: each.note, tooltip=lambda each: each.note),
    ]
    return PastPage(picture, desk, "visits", Visit, columns=columns, foot=foot)


def _columns(picture: Picture) -> list[Column[Vendor]]:
    def ends(vendor: Vendor) -> int:
        return next((until for _, until in running_out(vendor, picture.now(), within=10**20)), 0)

    def colour(vendor: Vendor) -> str:
        late = running_out(vendor, picture.now())
        if not late:
            return "text"
        return "p2" if late[0][1] <= picture.now() else "p3"

    return [
        Column("id", "vendors.field.id", 90, lambda each: each.id, colour=lambda _e: "dim"),
        Column("name", "vendors.field.name", 0, lambda each: each.name),
        Column("kinds", "vendors.field.equipment_kinds", 200, lambda each: "、".join(each.equipment_kinds)),
        Column("contact", "vendors.field.contact", 100, lambda each: each.contact),
        Column("phone", "vendors.field.phone", 120, lambda each: each.phone),
        Column("emergency", "vendors.field.emergency_phone", 120, lambda each: each.emergency_phone),
        Column(
            "until", "vendors.field.next_end", 120, lambda each: date_text(ends(each), picture.estate.site.timezone),
            sort=lambda each: ends(each) or 10**20, colour=colour,
        ),
    ]  # fmt: skip


def _facts(picture: Picture, vendor: Vendor) -> list[tuple[str, str]]:
    zone = picture.estate.site.timezone
    rows = [
        ("name", vendor.name),
        ("contact", vendor.contact),
        ("phone", vendor.phone),
        ("emergency_phone", vendor.emergency_phone),
        ("licence", "  ".join(text for text in (vendor.licence, date_text(vendor.licence_until, zone)) if text)),
        ("equipment_kinds", "、".join(vendor.equipment_kinds)),
        ("note", vendor.note),
    ]
    shown = [(tr(f"vendors.field.{name}"), text or "–") for name, text in rows]
    for each in vendor.contracts:
        span = f"{date_text(each.since, zone)} – {date_text(each.until, zone)}"
        yearly = f"{each.yearly:,.0f}" if each.yearly else ""
        shown.append((each.number, "  ".join(text for text in (each.what, span, yearly) if text)))
    return shown


class _Forms:
    def __init__(self, picture: Picture, desk: Desk) -> None:
        self._picture, self._desk = picture, desk

    def may(self) -> bool:
        return self._picture.may(Right.MANAGE_STOCK)

    def new(self, _vendor: Vendor | None) -> Form:
        return self._vendor_form("new", Vendor(id="", name=""))

    def edit(self, vendor: Vendor | None) -> Form:
        assert vendor is not None
        return self._vendor_form("edit", vendor)

    def end(self, vendor: Vendor | None) -> Form:
        assert vendor is not None
        return end_form(self._picture, self._desk, PART, vendor)

    def _vendor_form(self, act: str, vendor: Vendor) -> Form:
        form = RegisterForm(self._picture, self._desk, PART, act)
        code = form.text("id") if act == "new" else None
        name, contact = form.text("name", vendor.name), form.text("contact", vendor.contact)
        phone, emergency = form.text("phone", vendor.phone), form.text("emergency_phone", vendor.emergency_phone)
        licence, until = form.text("licence", vendor.licence), form.date("licence_until", vendor.licence_until)
        kinds, note = form.text("equipment_kinds", "、".join(vendor.equipment_kinds)), form.text("note", vendor.note)

        def make() -> Vendor:
            return replace(
                vendor,
                id=code.text() if code is not None else vendor.id,
                name=name.text(),
                contact=contact.text(),
                phone=phone.text(),
                emergency_phone=emergency.text(),
                licence=licence.text().strip(),
                licence_until=form.day_of(until, end=True),
                equipment_kinds=words_of(kinds.text()),
                note=note.text(),
            )

        form.make = saving(make, vendor.revision)
        return form

    def contract(self, vendor: Vendor | None) -> Form:
        """A contract; one of the same number is replaced."""
        assert vendor is not None
        form = RegisterForm(self._picture, self._desk, PART, "contract")
        number, what = form.text("contract_number"), form.text("contract_what")
        since, until, yearly = form.date("since"), form.date("until"), form.figure("yearly")

        def make() -> Vendor:
            made = Contract(
                number.text().strip(), what.text().strip(), form.day_of(since), form.day_of(until, end=True), form.figure_of(yearly)
            )
            return replace(vendor, contracts=(*(each for each in vendor.contracts if each.number != made.number), made))

        form.make = saving(make, vendor.revision)
        return form

    def visit(self, vendor: Vendor | None) -> Form:
        """A visit that is over."""
        assert vendor is not None
        form = RegisterForm(self._picture, self._desk, PART, "visit")
        orders = [
            ("", "0"),
            *((f"{each.id} {each.title.zh}", str(each.number)) for each in self._picture.orders.values() if each.open),
        ]
        order = form.options("order", orders)
        called, promised, arrived = (form.text(name) for name in ("called_at", "promised_at", "arrived_at"))
        for field in (called, promised, arrived):
            field.setPlaceholderText("14:05")
        person, note = form.text("person"), form.text("note")

        def make() -> SaveRecords:
            visit = Visit(
                id="",
                vendor=vendor.id,
                order=int(form.picked(order) or 0),
                called_at=form.moment(called),
                promised_at=form.moment(promised),
                arrived_at=form.moment(arrived),
                person=person.text(),
                note=note.text(),
            )
            return SaveRecords((visit,), (0,))

        form.make = make
        return form
