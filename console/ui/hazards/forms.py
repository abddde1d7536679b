"""The forms of a hazard's steps: each asks for what its step needs and shows a refusal where it was typed."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPushButton

from console.domain.commands import Command
from console.domain.maintenance.cards import Card as LedgerCard
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.hazards import (
    KINDS,
    AnalyseHazard,
    Grade,
    Hazard,
    OrderForHazard,
    RecheckHazard,
    RecordHazard,
    RectifyHazard,
    VoidHazard,
)
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import date_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm
from console.ui.registers.naming import machine_name
from console.ui.uploads import Uploads

PART = "hazards"


class PhotoLine:
    """A button that keeps photos for a form."""

    def __init__(self, form: Form, desk: Desk) -> None:
        self.kept: tuple[Attachment, ...] = ()
        self._form = form
        self.button = QPushButton(tr("hazards.add_photo"))
        self.button.setObjectName("hazards_photo")
        form.rows.addRow(tr("hazards.field.photos"), self.button)
        self.uploads = Uploads(desk, form)
        self.button.clicked.connect(lambda: self.uploads.choose(form, tr("hazards.add_photo")))
        self.uploads.done.connect(self._add)
        self.uploads.failed.connect(form.say)

    def _add(self, kept: Attachment) -> None:
        self.kept = (*self.kept, kept)
        self.button.setText(tr("hazards.photos_kept", count=len(self.kept)))
        self._form.say("")


def machines(picture: Picture) -> list[tuple[str, str]]:
    """Every machine and card that a hazard may lie on, with none first."""
    found = {machine: machine_name(picture, machine) for machine in picture.equipment}
    found |= {card.id: card.name for card in picture.records(LedgerCard).values() if card.id not in found}
    return [(tr("hazards.no_equipment"), ""), *((f"{name}（{id}）", id) for id, name in found.items())]


def _people(picture: Picture) -> list[tuple[str, str]]:
    return [(account.display, account.name) for account in picture.accounts.values() if account.enabled]


def record_form(picture: Picture, desk: Desk, *, origin: str = "", equipment: str = "", what: str = "") -> Form:
    """排查."""
    form = RegisterForm(picture, desk, PART, "record")
    said = form.text("what", what)
    kind = form.options("kind", [(tr(f"hazards.kind.{each}"), each) for each in KINDS], "other")
    grade = form.options("grade", [(tr(f"hazards.grade.{each.value}"), each.value) for each in Grade])
    machine = form.options("equipment", machines(picture), equipment, free=True)
    place = form.text("place")
    measure = form.text("measure")
    measure.setPlaceholderText(tr("hazards.hint.measure"))
    at = form.line("hazards_at", tr("hazards.field.found"), tr("readings.field.when_now"))
    photos = PhotoLine(form, desk)
    form.make = lambda: RecordHazard(
        said.text(), str(kind.currentData()), Grade(grade.currentData()), place.text(), form.picked(machine), measure.text(),
        origin, photos.kept, form.moment(at),
    )  # fmt: skip
    return form


def analyse_form(picture: Picture, desk: Desk, hazard: Hazard) -> Form:
    """分析, or a change of what was set."""
    form = RegisterForm(picture, desk, PART, "analyse" if hazard.analysed is None else "change")
    person = form.options("person", _people(picture), hazard.person, free=True)
    deadline = form.line("hazards_deadline", tr("hazards.field.deadline"), "2026-12-31")
    deadline.setText(date_text(hazard.deadline, picture.estate.site.timezone))
    standard = form.text("standard", hazard.standard)
    cause = form.text("cause", hazard.cause)
    grade = form.options("grade", [(tr(f"hazards.grade.{each.value}"), each.value) for each in Grade], hazard.grade.value)
    measure = form.text("measure", hazard.measure)
    root: QLineEdit | None = None
    long_term: QLineEdit | None = None
    if hazard.repeats:
        root, long_term = form.text("root_cause", hazard.root_cause), form.text("long_term", hazard.long_term)
    reason = form.text("reason") if hazard.analysed is not None else None

    def make() -> Command:
        typed = deadline.text()
        kept = typed.strip() == date_text(hazard.deadline, picture.estate.site.timezone) and hazard.deadline
        return AnalyseHazard(
            hazard.id, hazard.revision, form.picked(person), kept or form.day_of(deadline, end=True), standard.text(), cause.text(),
            Grade(grade.currentData()), measure.text(), root.text() if root is not None else "",
            long_term.text() if long_term is not None else "", reason.text() if reason is not None else "",
        )  # fmt: skip

    form.make = make
    return form


def order_form(picture: Picture, desk: Desk, hazard: Hazard) -> Form:
    """A work order for the rectification."""
    form = RegisterForm(picture, desk, PART, "order")
    default = "2" if hazard.major else "3"
    priority = form.options("priority", [(f"P{each}", str(each)) for each in range(1, 5)], default)
    form.make = lambda: OrderForHazard(hazard.id, int(priority.currentData()))
    return form


def rectify_form(picture: Picture, desk: Desk, hazard: Hazard) -> Form:
    """整改 done."""
    form = RegisterForm(picture, desk, PART, "rectify")
    what = form.text("rectified")
    by = form.options("by", _people(picture), hazard.person, free=True)
    at = form.line("hazards_at", tr("hazards.field.at"), tr("readings.field.when_now"))
    cost = form.figure("cost")
    photos = PhotoLine(form, desk)
    form.make = lambda: RectifyHazard(
        hazard.id, hazard.revision, what.text(), form.picked(by), form.moment(at), form.figure_of(cost), photos.kept
    )
    return form


def recheck_form(picture: Picture, desk: Desk, hazard: Hazard) -> Form:
    """复查."""
    form = RegisterForm(picture, desk, PART, "recheck")
    entries = [(tr("hazards.recheck.passed"), "1"), (tr("hazards.recheck.failed"), "")]
    passed = form.options("passed", entries, "1")
    note = form.text("recheck_note")
    form.make = lambda: RecheckHazard(hazard.id, hazard.revision, bool(passed.currentData()), note.text())
    return form


def void_form(picture: Picture, desk: Desk, hazard: Hazard) -> Form:
    """It was none."""
    form = RegisterForm(picture, desk, PART, "void")
    reason = form.text("reason")
    form.make = lambda: VoidHazard(hazard.id, hazard.revision, reason.text())
    return form
