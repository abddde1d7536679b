"""The people's page: who works here, what they can do, and which certificate runs out next.

Everybody who may sign on is listed, with or without a record; people of outside companies have a record alone.
"""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.maintenance.people import KINDS, LEVELS, Certificate, Person, running_out
from console.domain.maintenance.vendors import Vendor
from console.texts import catalogue, tr
from console.ui.desk import Desk
from console.ui.moments import date_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form, saving, words_of
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.widgets.tables import Column

PART = "people"


def kind_text(kind: str) -> str:
    """A kind of certificate in the reader's words."""
    key = f"people.certificate.{kind}"
    return tr(key) if key in catalogue() else kind


def people_page(picture: Picture, desk: Desk) -> RegisterPage[Person]:
    """The register of people."""
    forms = _Forms(picture, desk)
    may = forms.may
    return RegisterPage(
        picture,
        desk,
        PART,
        columns=_columns(picture),
        rows=lambda: everybody(picture),
        facts=lambda person: _facts(picture, person),
        acts=[
            RegisterAct("new", "N", forms.new, may, fresh=True),
            RegisterAct("edit", "E", forms.edit, may),
            RegisterAct("certify", "C", forms.certify, may),
            RegisterAct("withdraw", "W", forms.withdraw, may),
            RegisterAct("end", "Del", forms.end, may),
        ],
        sort="name",
        foot=lambda: _foot(picture),
        kinds=(Person, Vendor),
    )


def everybody(picture: Picture) -> list[Person]:
    """Every person's record, and for accounts without one what the account says."""
    records = picture.records(Person)
    bare = [
        Person(id=account.name, name=account.display, phone=account.phone)
        for account in picture.accounts.values()
        if account.enabled and account.name not in records
    ]
    return [*records.values(), *bare]


def _columns(picture: Picture) -> list[Column[Person]]:
    def next_end(person: Person) -> int:
        return min((each.until for each in running_out(person, picture.now(), within=10**20)), default=0)

    def colour(person: Person) -> str:
        late = running_out(person, picture.now())
        if not late:
            return "text"
        return "p2" if late[0].until <= picture.now() else "p3"

    def certificates(person: Person) -> str:
        return "、".join(kind_text(each.kind) for each in person.certificates)

    return [
        Column("name", "people.field.name", 110, lambda each: each.name),
        Column("id", "people.field.id", 100, lambda each: each.id, colour=lambda _e: "dim"),
        Column("team", "people.field.team", 100, lambda each: each.team),
        Column("company", "people.field.company", 150, lambda each: each.company or _vendor(picture, each.vendor)),
        Column("skills", "people.field.skills", 170, lambda each: "、".join(each.skills)),
        Column("certificates", "people.field.certificates", 0, certificates, tooltip=certificates),
        Column(
            "until", "people.field.next_end", 130, lambda each: date_text(next_end(each), picture.estate.site.timezone),
            sort=lambda each: next_end(each) or 10**20, colour=colour,
        ),
        Column("phone", "people.field.phone", 120, lambda each: each.phone),
    ]  # fmt: skip


def _vendor(picture: Picture, code: str) -> str:
    vendor = picture.records(Vendor).get(code)
    return vendor.name if vendor is not None else code


def _facts(picture: Picture, person: Person) -> list[tuple[str, str]]:
    zone, now = picture.estate.site.timezone, picture.now()
    rows = [
        ("name", person.name),
        ("team", person.team),
        ("level", tr(f"people.level.{person.level}") if person.level else ""),
        ("company", person.company or _vendor(picture, person.vendor)),
        ("phone", person.phone),
        ("skills", "、".join(person.skills)),
        ("rate", f"{person.rate:g}" if person.rate else ""),
        ("note", person.note),
    ]
    shown = [(tr(f"people.field.{name}"), text or "–") for name, text in rows]
    late = running_out(person, now)
    for each in person.certificates:
        state = ""
        if each in late:
            state = tr("people.expired") if each.until <= now else tr("people.expiring")
        until = date_text(each.until, zone) or tr("people.unlimited")
        shown.append((kind_text(each.kind), "  ".join(text for text in (each.number, until, state) if text)))
    return shown


def _foot(picture: Picture) -> str:
    """R-KP-04: how many of those who work here hold what they need, and what runs out."""
    people = everybody(picture)
    now = picture.now()
    late = [each for person in people for each in running_out(person, now)]
    expired = sum(each.until <= now for each in late)
    certified = sum(any(not each.until or each.until > now for each in person.certificates) for person in people)
    return tr("people.foot", count=len(people), certified=certified, expired=expired, soon=len(late) - expired) if people else ""


class _Forms:
    def __init__(self, picture: Picture, desk: Desk) -> None:
        self._picture, self._desk = picture, desk

    def may(self) -> bool:
        return self._picture.may(Right.MANAGE_PEOPLE)

    def new(self, _person: Person | None) -> Form:
        return self._person_form("new", Person(id="", name=""))

    def edit(self, person: Person | None) -> Form:
        assert person is not None
        return self._person_form("edit", person)

    def _person_form(self, act: str, person: Person) -> Form:
        form = RegisterForm(self._picture, self._desk, PART, act)
        code = form.text("id", person.id) if act == "new" else None
        name, team, phone = form.text("name", person.name), form.text("team", person.team), form.text("phone", person.phone)
        vendors = [("", ""), *((each.name, each.id) for each in self._picture.records(Vendor).values())]
        vendor = form.options("company", vendors, person.vendor or person.company, free=True)
        skills = form.text("skills", "、".join(person.skills))
        level = form.options("level", [("", ""), *((tr(f"people.level.{each}"), each) for each in LEVELS)], person.level)
        rate, note = form.figure("rate", person.rate), form.text("note", person.note)

        def make() -> Person:
            company = form.picked(vendor)
            known = company in self._picture.records(Vendor)
            return replace(
                person,
                id=code.text() if code is not None else person.id,
                name=name.text(),
                team=team.text(),
                phone=phone.text(),
                vendor=company if known else "",
                company="" if known else company,
                skills=words_of(skills.text()),
                level=form.picked(level),
                rate=form.figure_of(rate),
                note=note.text(),
            )

        form.make = saving(make, person.revision)
        return form

    def certify(self, person: Person | None) -> Form:
        """Add a certificate; one of the same kind and number is renewed."""
        assert person is not None
        form = RegisterForm(self._picture, self._desk, PART, "certify")
        kind = form.options("certificate_kind", [(kind_text(each), each) for each in KINDS], free=True)
        number, issuer = form.text("certificate_number"), form.text("issued_by")
        since, until = form.date("since"), form.date("until")

        def make() -> Person:
            held = Certificate(
                form.picked(kind), number.text().strip(), issuer.text().strip(), form.day_of(since), form.day_of(until, end=True)
            )
            kept = [each for each in person.certificates if (each.kind, each.number) != (held.kind, held.number)]
            return replace(person, certificates=(*kept, held))

        form.make = saving(make, person.revision)
        return form

    def withdraw(self, person: Person | None) -> Form:
        """Take a certificate out; the versions keep it."""
        assert person is not None
        form = RegisterForm(self._picture, self._desk, PART, "withdraw")
        entries = [(f"{kind_text(each.kind)} {each.number}", str(place)) for place, each in enumerate(person.certificates)]
        box = form.options("certificate_kind", entries)

        def make() -> Person:
            if not entries:
                raise ValueError(tr("people.no_certificate"))
            gone = int(str(box.currentData()))
            return replace(person, certificates=tuple(each for place, each in enumerate(person.certificates) if place != gone))

        form.make = saving(make, person.revision)
        return form

    def end(self, person: Person | None) -> Form:
        assert person is not None
        return end_form(self._picture, self._desk, PART, person)
