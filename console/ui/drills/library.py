"""The library of emergency plans: read, started, counted, edited."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.accounts import Right
from console.domain.maintenance.emergencies import BeginEmergency, CheckMaterials, EmergencyPlan, EmergencyRun
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.hazards.forms import machines
from console.ui.moments import date_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.widgets.tables import RIGHT, Column

PART = "emergencies"


def library_page(
    picture: Picture,
    desk: Desk,
    edit: Callable[[EmergencyPlan | None], None],
    output: Callable[[EmergencyPlan | None], None],
) -> RegisterPage[EmergencyPlan]:
    """The register of plans; ``edit`` opens the editor, ``output`` prints one."""
    zone = picture.estate.site

    def manages() -> bool:
        return picture.may(Right.MANAGE_SAFETY)

    def does() -> bool:
        return picture.may(Right.DO_SAFETY)

    def begin(plan: EmergencyPlan | None) -> Form:
        assert plan is not None
        return begin_form(picture, desk, plan)

    def check(plan: EmergencyPlan | None) -> Form:
        assert plan is not None
        form = RegisterForm(picture, desk, PART, "check")
        fields = []
        for place, material in enumerate(plan.materials):
            field = form.line(f"emergencies_material_{place}", f"{material.name.get(language())}（{material.wanted}）")
            field.setText(str(material.present) if material.present >= 0 else "")
            fields.append(field)
        note = form.text("note")
        form.make = lambda: CheckMaterials(
            plan.id, tuple(int(form.figure_of(field)) if field.text().strip() else -1 for field in fields), note.text()
        )
        return form

    def end(plan: EmergencyPlan | None) -> Form:
        assert plan is not None
        return end_form(picture, desk, PART, plan)

    return RegisterPage(
        picture,
        desk,
        PART,
        columns=[
            Column("number", "emergencies.field.number", 90, lambda each: each.id, colour=lambda _e: "dim"),
            Column("title", "emergencies.field.title", 0, lambda each: each.title.get(language())),
            Column("event", "emergencies.field.event", 150, lambda each: presenter.event_text(each.event.value)),
            Column("steps", "emergencies.field.steps", 70, lambda each: str(len(each.steps)), RIGHT),
            Column(
                "materials", "emergencies.field.materials", 130, _materials,
                colour=lambda each: "p3_text" if any(material.short for material in each.materials) else "text",
            ),
            Column(
                "checked", "emergencies.field.checked", 120,
                lambda each: date_text(each.checked.at, zone.timezone) if each.checked is not None else "",
            ),
        ],
        rows=lambda: picture.records(EmergencyPlan).values(),
        facts=lambda plan: presenter.plan_parts(picture, plan),
        acts=[
            RegisterAct("new", "N", None, manages, fresh=True, run=lambda _plan: edit(None)),
            RegisterAct("begin", "B", begin, does),
            RegisterAct("check", "C", check, does, fits=lambda plan: bool(plan.materials)),
            RegisterAct("edit", "E", None, manages, run=edit),
            RegisterAct("print", "P", None, lambda: True, run=output),
            RegisterAct("end", "Del", end, manages),
        ],
        sort="number",
        foot=lambda: tr("emergencies.foot"),
        kinds=(EmergencyPlan, EmergencyRun),
        title=lambda plan: f"{plan.id}  {plan.title.get(language())}",
    )  # fmt: skip


def begin_form(picture: Picture, desk: Desk, plan: EmergencyPlan, alarm: int = 0) -> Form:
    """Start a plan, in earnest or as a drill."""
    form = RegisterForm(picture, desk, PART, "begin")
    about = picture.alarms.get(alarm)
    equipment = form.options("equipment", machines(picture), about.equipment if about is not None else "", free=True)
    entries = [(tr("emergencies.earnest"), ""), (tr("emergencies.as_drill"), "1")]
    drill = form.options("drill", entries, "1" if about is not None and about.drill else "")
    at = form.line("emergencies_at", tr("emergencies.field.began"), tr("readings.field.when_now"))
    form.make = lambda: BeginEmergency(plan.id, alarm, form.picked(equipment), bool(drill.currentData()), form.moment(at))
    return form


def _materials(plan: EmergencyPlan) -> str:
    short = sum(material.short for material in plan.materials)
    return tr("emergencies.short", count=short) if short else str(len(plan.materials))
