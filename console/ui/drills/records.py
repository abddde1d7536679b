"""Rescue records, trainings and issued notices: what is written once and then stays as it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import SaveRecords
from console.domain.maintenance.drills import Training
from console.domain.maintenance.outages import OutageNotice
from console.domain.maintenance.records import Record
from console.domain.maintenance.rescues import ARRIVAL_CITY, ARRIVAL_ELSEWHERE, Rescue, SignRescue, arrival, in_time, release
from console.domain.times import MINUTE
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.hazards.forms import PhotoLine, machines
from console.ui.moments import date_text, full_text
from console.ui.notices.form import notice_form
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, words_of
from console.ui.registers.naming import machine_name
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.registers.past import PastPage
from console.ui.widgets.cards import GAP
from console.ui.widgets.tables import RIGHT, Column


class WrittenPage(QWidget):
    """A list of what was written, with a form for another one."""

    def __init__(
        self, part: str, past: PastPage[Record], form: Callable[[], Form], may: Callable[[], bool], picture: Picture
    ) -> None:
        super().__init__()
        self._part, self.past, self._make, self._may = part, past, form, may
        self.form: Form | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(past, 1)
        side = QVBoxLayout()
        self.new = QPushButton()
        self.new.setObjectName(f"{part}_new")
        self.new.setProperty("primary", True)
        self.new.clicked.connect(self.open_form)
        side.addWidget(self.new)
        self._place = QVBoxLayout()
        side.addLayout(self._place)
        side.addStretch(1)
        holder = QWidget()
        holder.setLayout(side)
        holder.setFixedWidth(420)
        outer.addWidget(holder)
        picture.people_changed.connect(self._people)
        self.retranslate()

    def opened(self) -> None:
        """It comes forward."""
        self.past.opened()

    def open_form(self) -> None:
        """Another one."""
        self.close_form()
        self.form = self._make()
        self.form.closed.connect(self.close_form)
        self._place.addWidget(self.form)
        self.form.show()

    def close_form(self) -> None:
        """Take the form away."""
        if self.form is not None:
            self.form.hide()
            self._place.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None

    def retranslate(self) -> None:
        """All words."""
        self.new.setText(tr(f"{self._part}.act.new"))
        self.past.retranslate()
        self.close_form()
        self._people()

    def _people(self) -> None:
        self.new.setEnabled(self._may())


def trainings_page(picture: Picture, desk: Desk) -> WrittenPage:
    """The yearly safety trainings (R-EM-10)."""
    zone = picture.estate.site

    def form() -> Form:
        made = RegisterForm(picture, desk, "trainings", "new")
        what, day, hours = made.text("what"), made.date("day", picture.now()), made.figure("hours", 2)
        trainer, people, count, result = made.text("trainer"), made.text("people"), made.figure("count"), made.text("result")
        files = PhotoLine(made, desk)
        made.make = lambda: SaveRecords(
            (
                Training(
                    id="", at=made.day_of(day), what=what.text(), trainer=trainer.text(), hours=made.figure_of(hours),
                    people=words_of(people.text()), count=int(made.figure_of(count)), result=result.text(), attachments=files.kept,
                ),
            ),
            (0,),
        )  # fmt: skip
        return made

    def people(training: Training) -> str:
        return "、".join(presenter.person(picture, name) for name in training.people)

    columns: list[Column[Training]] = [
        Column("at", "trainings.field.day", 110, lambda each: date_text(each.at, zone.timezone), sort=lambda each: each.at),
        Column("what", "trainings.field.what", 0, lambda each: each.what, tooltip=lambda each: each.what),
        Column("hours", "trainings.field.hours", 60, lambda each: f"{each.hours:g}", RIGHT, sort=lambda each: each.hours),
        Column("trainer", "trainings.field.trainer", 110, lambda each: each.trainer),
        Column("count", "trainings.field.count", 60, lambda each: str(each.count), RIGHT, sort=lambda each: each.count),
        Column("people", "trainings.field.people", 240, people, tooltip=people),
        Column("result", "trainings.field.result", 200, lambda each: each.result, tooltip=lambda each: each.result),
    ]
    past: PastPage[Training] = PastPage(picture, desk, "trainings", Training, columns=columns)
    return WrittenPage("trainings", past, form, lambda: picture.may(Right.MANAGE_SAFETY), picture)  # type: ignore[arg-type] # read only


def notices_page(picture: Picture, desk: Desk) -> WrittenPage:
    """The notices that were issued to residents (R-WO-08)."""
    zone = picture.estate.site

    def text(notice: OutageNotice) -> str:
        return (notice.zh if language().startswith("zh") else notice.en or notice.zh).replace("\n", " ")

    past: PastPage[OutageNotice] = PastPage(
        picture,
        desk,
        "outages",
        OutageNotice,
        columns=[
            Column("name", "outages.field.number", 100, lambda each: each.name, colour=lambda _e: "dim"),
            Column("subject", "outages.field.subject", 110, lambda each: tr(f"outages.subject.{each.subject.value}")),
            Column("from", "outages.field.since", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: each.at),
            Column("until", "outages.field.until", 140, lambda each: full_text(each.until, zone.timezone)),
            Column("area", "outages.field.area", 160, lambda each: each.area),
            Column("order", "outages.field.order", 100, lambda each: f"WO-{each.order:06d}" if each.order else ""),
            Column("text", "outages.field.text", 0, text, tooltip=lambda each: each.zh),
            Column("issued", "outages.field.issued", 180, lambda each: presenter.by(picture, each.issued)),
        ],
    )
    return WrittenPage("outages", past, lambda: notice_form(picture, desk), lambda: picture.may(Right.DO_SAFETY), picture)  # type: ignore[arg-type] # read only


def rescues_page(picture: Picture, desk: Desk) -> RegisterPage[Rescue]:
    """Rescues that are under way or wait for their signature."""

    def may() -> bool:
        return picture.may(Right.DO_SAFETY)

    return RegisterPage(
        picture,
        desk,
        "rescues",
        columns=rescue_columns(picture),
        rows=lambda: picture.records(Rescue).values(),
        facts=lambda rescue: presenter.rescue_facts(picture, rescue),
        acts=[
            RegisterAct("new", "N", lambda _rescue: sign_form(picture, desk, None), may, fresh=True),
            RegisterAct("sign", "G", lambda rescue: sign_form(picture, desk, rescue), may),
        ],
        sort="at",
        kinds=(Rescue,),
        title=lambda rescue: rescue.name + (tr("rescues.drill_mark") if rescue.drill else ""),
    )


def sign_form(picture: Picture, desk: Desk, rescue: Rescue | None) -> Form:
    """Complete and sign a rescue record; its times are what the fault's clocks say, to be corrected by hand."""
    zone = picture.estate.site.timezone
    form = RegisterForm(picture, desk, "rescues", "sign")
    base = rescue or Rescue(id="")
    machine = None if rescue is not None else form.options("equipment", lifts(picture), free=True)
    called, arrived, released = form.text("called"), form.text("arrived"), form.text("released")
    stamps = ((called, base.at), (arrived, base.arrived_at), (released, base.released_at))
    for field, known in stamps:
        field.setText(full_text(known, zone))
        field.setPlaceholderText(full_text(picture.now(), zone))
    entries = [(tr("rescues.limit.city"), str(ARRIVAL_CITY)), (tr("rescues.limit.elsewhere"), str(ARRIVAL_ELSEWHERE))]
    limit = form.options("limit", entries, str(base.limit))
    rescuers, company = form.text("rescuers", presenter.person(picture, base.rescuers)), form.text("company", base.company)
    if rescue is not None and not base.company and rescue.equipment in picture.equipment:
        company.setText(picture.equipment[rescue.equipment].facts.get("maintenance_company", ""))
    caller, floor = form.text("caller", base.caller), form.text("floor", base.floor)
    people, injured = form.figure("people", float(base.people)), form.figure("injured", float(base.injured))
    cause, note = form.text("cause", base.cause), form.text("note", base.note)

    def moment(place: int) -> int:
        field, known = stamps[place]
        return known if known and field.text() == full_text(known, zone) else form.moment(field)

    form.make = lambda: SignRescue(
        moment(0), moment(1), moment(2), base.id, base.revision, form.picked(machine) if machine is not None else "",
        int(limit.currentData()), caller.text(), rescuers.text(), company.text(), floor.text(), int(form.figure_of(people)),
        int(form.figure_of(injured)), cause.text(), note.text(),
    )  # fmt: skip
    return form


def lifts(picture: Picture) -> list[tuple[str, str]]:
    """The elevators first, then everything else."""
    found = [(name, id) for name, id in machines(picture) if id]
    kinds = {machine.id: machine.system for machine in picture.equipment.values()}
    return sorted(found, key=lambda each: kinds.get(each[1]) != "elevator")


def rescue_columns(picture: Picture) -> list[Column[Rescue]]:
    """A rescue in a list: call, arrival, release, against the limit."""
    zone = picture.estate.site

    def minutes(ns: int) -> str:
        return f"{ns / MINUTE:.1f}" if ns else ""

    def kept(rescue: Rescue) -> str:
        found = in_time(rescue)
        return "" if found is None else "✓" if found else f"✗ {tr('rescues.late')}"

    return [
        Column("name", "rescues.field.number", 100, lambda each: each.name, colour=lambda _e: "dim"),
        Column("equipment", "rescues.field.equipment", 0, lambda each: machine_name(picture, each.equipment)),
        Column("at", "rescues.field.called", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: -each.at),
        Column("arrived", "rescues.field.arrival_min", 110, lambda each: minutes(arrival(each)), RIGHT, sort=arrival),
        Column("released", "rescues.field.release_min", 110, lambda each: minutes(release(each)), RIGHT, sort=release),
        Column("kept", "rescues.field.kept", 90, kept, colour=lambda each: "p2_text" if in_time(each) is False else "text"),
        Column("people", "rescues.field.people", 60, lambda each: str(each.people) if each.people else "", RIGHT),
        Column("cause", "rescues.field.cause", 220, lambda each: each.cause, tooltip=lambda each: each.cause),
        Column("signed", "rescues.field.signed", 160, lambda each: presenter.by(picture, each.signed) or tr("rescues.unsigned"),
               colour=lambda each: "dim" if each.signed is not None else "p3_text"),
    ]  # fmt: skip
