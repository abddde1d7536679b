"""The form of a plan: its machines, its levels, and what holds for all of them. A template fills it; the person decides."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from PySide6.QtWidgets import QCheckBox, QPushButton

from console.domain.commands import Command, SaveRecords
from console.domain.maintenance.calendars import CalendarYear, WorkingDays
from console.domain.maintenance.forecast import Known, foresee, hours_of, top
from console.domain.maintenance.planning import Machine, Plan, chains, stamped
from console.domain.maintenance.planning_templates import Template, applied, fits, templates
from console.domain.maintenance.planning_turns import Calendar
from console.domain.plans import SHIFTS
from console.domain.schedule import local_day
from console.domain.text import Text
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.plans import grammar
from console.ui.plans.levelform import LevelEditor
from console.ui.plans.machines import MachinePicker
from console.ui.plans.presenter import title_of
from console.ui.registers.forms import RegisterForm, words_of
from console.ui.strip import equipment_name
from console.ui.widgets.cards import label

SHOWN = 3  # visits of a machine that the preview names
MOST_LINES = 30  # of the preview


def plan_form(picture: Picture, desk: Desk, plan: Plan, template: Template | None = None, *, act: str = "") -> Form:
    """Make or change a plan. A template is divided where its machines do not all have the points that it counts on."""
    act = act or ("edit" if plan.revision else "copy" if plan.machines else "new")
    form = RegisterForm(picture, desk, "plans", act)
    taken = {each.id: other.name for other in picture.records(Plan).values() if other.id != plan.id for each in stamped(other)}

    def why(machine: str) -> str:
        for level in plan.levels:
            if f"{machine}/{level.key}" in taken:
                return tr("plans.machine_taken", plan=taken[f"{machine}/{level.key}"])
        if template is not None and not any(fits(level, machine, picture.points) for level in plan.levels):
            return tr("plans.machine_unfit")
        return ""

    if template is not None:
        form.rows.addRow(label(tr("plans.template_note", source=plan.source.get(language())), "dim", wrap=True))
    title_zh, title_en = form.text("title_zh", plan.title.zh), form.text("title_en", plan.title.en)
    picker = MachinePicker(picture, plan.machines, template.kinds if template is not None else (), why)
    form.rows.addRow(tr("plans.field.machines"), picker)
    seen = label("", "dim", wrap=True, selectable=True)
    seen.setObjectName("plans_preview_text")
    button = QPushButton(tr("plans.preview"))
    button.setObjectName("plans_preview")
    form.rows.addRow(button, seen)
    levels = LevelEditor(plan.levels)
    levels.said = form.say
    form.rows.addRow(tr("plans.field.levels"), levels)
    completion = QCheckBox(tr("plans.field.completion"))
    completion.setObjectName("plans_completion")
    completion.setChecked(plan.completion)
    form.rows.addRow("", completion)
    shift = form.options("shift", [(tr(f"plans.shift.{each or 'stay'}"), each) for each in SHIFTS], plan.shift)
    months = form.text("months", ", ".join(map(str, plan.months)))
    months.setPlaceholderText("11-3")
    blackouts = form.words("plans_blackouts", tr("plans.field.blackouts"), grammar.spans_typed(plan.blackouts), 2)
    blackouts.setPlaceholderText("06-15 .. 09-15")
    team, assignee = form.text("team", plan.team), form.text("assignee", plan.assignee)
    skills, certificates = form.text("skills", ", ".join(plan.skills)), form.text("certificates", ", ".join(plan.certificates))
    source, region = form.text("source", plan.source.get(language())), form.text("region", plan.region)
    note = form.text("note", plan.note)
    reason = form.text("reason")

    def parts() -> tuple[Plan, ...]:
        was = plan.source
        made = replace(
            plan,
            id=plan.id if plan.revision else "",
            title=Text(title_zh.text(), title_en.text()),
            machines=picker.machines(),
            levels=levels.levels(),
            completion=completion.isChecked(),
            shift=form.picked(shift),
            months=grammar.months(months.text()),
            blackouts=grammar.spans(blackouts.toPlainText()),
            team=team.text().strip(),
            assignee=assignee.text().strip(),
            skills=words_of(skills.text()),
            certificates=words_of(certificates.text()),
            source=was if source.text() == was.get(language()) else Text(source.text()),
            region=region.text().strip(),
            note=note.text(),
        )
        return applied(made, made.machines, picture.points) if template is not None and made.machines else (made,)

    def make() -> Command:
        if plan.revision and not reason.text().strip():
            raise ValueError(tr("refused.reason_missing"))
        found = parts()
        return SaveRecords(found, (plan.revision,) * len(found), reason.text())

    def show() -> None:
        try:
            seen.setText(preview(picture, parts(), picker.machines()))
            form.say("")
        except ValueError as wrong:
            form.say(str(wrong))

    button.clicked.connect(show)
    form.make = make
    return form


def preview(picture: Picture, parts: tuple[Plan, ...], machines: tuple[Machine, ...]) -> str:
    """What the plans would ask for in a year, machine by machine; machines that lack the points are named."""
    zone = picture.estate.site.timezone
    today = local_day(picture.now(), zone)
    made = chains({plan.id: plan for part in parts for plan in stamped(part)})
    calendar = Calendar(WorkingDays(picture.records(CalendarYear).values()), {})
    known = Known(picture.plans, picture.orders, calendar, zone, today, {}, {})
    lines, served = [], set()
    for chain in made:
        found = foresee([chain], known, today + 365)
        name = equipment_name(picture, chain[0].equipment)
        served.add(chain[0].equipment)
        first = ", ".join(f"{date.fromordinal(visit.day):%Y-%m-%d} {title_of(top(chain, visit))}" for visit in found[:SHOWN])
        hours = sum(hours_of(chain, visit.levels) for visit in found)
        key = "plans.preview_line" if found else "plans.preview_counted"
        lines.append(tr(key, equipment=name, count=len(found), hours=f"{hours:g}", first=first))
    lines += [tr("plans.preview_unfit", equipment=equipment_name(picture, each.id)) for each in machines if each.id not in served]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], tr("plans.more", count=len(lines) - MOST_LINES)]
    return "\n".join(lines) or tr("plans.preview_none")


def template_form(picture: Picture, desk: Desk, chosen: Template | None) -> Form:
    """A new plan from a template, or from nothing."""
    if chosen is None:
        return plan_form(picture, desk, Plan(id="", title=Text("")))
    return plan_form(picture, desk, chosen.plan, chosen)


def template_entries() -> list[tuple[str, str]]:
    """Every template, and none."""
    entries = [(each.plan.title.get(language()), each.id) for each in templates()]
    return [*entries, (tr("plans.no_template"), "")]
