"""The drills that come again: what is due, how often, when it was held last; and the drills that wait for their review."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.commands import Command, SaveRecords
from console.domain.maintenance import safety_templates
from console.domain.maintenance.drills import (
    ACTION_AS,
    OVERDUE,
    SOON,
    Action,
    Drill,
    DrillPlan,
    DrillResult,
    RecordDrill,
    ReviewDrill,
    due_day,
)
from console.domain.maintenance.emergencies import EmergencyPlan, EventType
from console.domain.text import Text
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.drills.lastruns import LastRuns
from console.ui.hazards.forms import PhotoLine, machines
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form, words_of
from console.ui.registers.naming import machine_name
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.widgets.tables import RIGHT, Column

PART = "drills"
EVENTS = ("full", *(each.value for each in EventType))
ACTIONS = 5  # lines of a review's form; what is more is another record


class DrillForms:
    """The forms of drills."""

    def __init__(self, picture: Picture, desk: Desk, runs: LastRuns) -> None:
        self._picture, self._desk, self._runs = picture, desk, runs

    def manages(self) -> bool:
        """May keep plans and reviews."""
        return self._picture.may(Right.MANAGE_SAFETY)

    def does(self) -> bool:
        """May record a drill."""
        return self._picture.may(Right.DO_SAFETY)

    def new_plan(self, _plan: DrillPlan | None) -> Form:
        """A drill plan, from a template or not."""
        form = RegisterForm(self._picture, self._desk, PART, "new")
        templates = safety_templates.drill_plans()
        entries = [(each.title.get(language()), name) for name, each in templates.items()]
        template = form.options("template", [(tr("routes.no_template"), ""), *entries])
        fields = _PlanFields(self._picture, form, DrillPlan(id="", title=Text(""), event="full"))

        def use() -> None:
            chosen = templates.get(str(template.currentData()))
            if chosen is not None:
                fields.take(chosen)

        template.activated.connect(lambda _index: use())
        form.make = lambda: SaveRecords((fields(),), (0,))
        return form

    def edit_plan(self, plan: DrillPlan | None) -> Form:
        """Its next version."""
        assert plan is not None
        form = RegisterForm(self._picture, self._desk, PART, "edit")
        fields = _PlanFields(self._picture, form, plan)
        form.make = lambda: SaveRecords((fields(),), (plan.revision,))
        return form

    def end_plan(self, plan: DrillPlan | None) -> Form:
        """Out of use."""
        assert plan is not None
        return end_form(self._picture, self._desk, PART, plan)

    def hold(self, plan: DrillPlan | None) -> Form:
        """A drill was held: of a plan, or outside of all."""
        picture, zone = self._picture, self._picture.estate.site.timezone
        form = RegisterForm(picture, self._desk, PART, "hold")
        title = form.text("title", plan.title.get(language()) if plan is not None else "")
        event = form.options(
            "event", [(presenter.event_text(each), each) for each in EVENTS], plan.event if plan is not None else ""
        )
        run = form.options("run", self._runs.entries())
        since, until = form.text("since"), form.text("until")
        since.setPlaceholderText(full_text(picture.now(), zone))
        place, leader = form.text("place"), form.text("leader", picture.accounts[picture.me].display if picture.me else "")
        people, count = form.text("people"), form.figure("count")
        scenario = form.text("scenario")
        result = form.options("result", [(tr(f"drills.result.{each.value}"), each.value) for each in DrillResult])
        photos = PhotoLine(form, self._desk)

        def take_run() -> None:
            chosen = self._runs.run(str(run.currentData()))
            if chosen is not None:
                since.setText(full_text(chosen.since, zone))
                until.setText(full_text(chosen.until, zone))

        run.activated.connect(lambda _index: take_run())

        def make() -> Command:
            chosen = self._runs.run(str(run.currentData()))
            begun, over = form.moment(since), form.moment(until) or picture.now()
            if chosen is not None:  # to the second, as measured
                begun = chosen.since if since.text() == full_text(chosen.since, zone) else begun
                over = chosen.until if until.text() == full_text(chosen.until, zone) else over
            return RecordDrill(
                title.text(), str(event.currentData()), begun, over, DrillResult(result.currentData()),
                plan.id if plan is not None else "", place.text(), plan.equipment if plan is not None else "", leader.text(),
                words_of(people.text()), int(form.figure_of(count)), scenario.text(), chosen.name if chosen is not None else "",
                chosen.measures if chosen is not None else (), photos.kept,
            )  # fmt: skip

        form.make = make
        return form

    def review(self, drill: Drill | None) -> Form:
        """The review, and what follows."""
        assert drill is not None
        form = RegisterForm(self._picture, self._desk, PART, "review")
        text = form.text("review")
        rows = []
        for place in range(1, ACTIONS + 1):
            what = form.line(f"drills_action_{place}", tr("drills.field.action_n", place=place))
            becomes = form.choice(f"drills_becomes_{place}", "", [(tr(f"drills.becomes.{each}"), each) for each in ACTION_AS])
            becomes.setCurrentIndex(1)
            due = form.line(f"drills_due_{place}", "", tr("drills.hint.due"))
            rows.append((what, becomes, due))

        def make() -> Command:
            actions = tuple(
                Action(what.text(), due_at=form.day_of(due, end=True), becomes=str(becomes.currentData()))
                for what, becomes, due in rows
                if what.text().strip()
            )
            return ReviewDrill(drill.id, drill.revision, text.text(), actions)

        form.make = make
        return form


class _PlanFields:
    """The fields of a drill plan; called, they are the plan. ``base`` keeps what no field shows."""

    def __init__(self, picture: Picture, form: RegisterForm, plan: DrillPlan) -> None:
        self.base, self._form = plan, form
        emergencies = [(each.title.get(language()), each.id) for each in picture.records(EmergencyPlan).values()]
        self.title = form.text("title", plan.title.get(language()))
        self.event = form.options("event", [(presenter.event_text(each), each) for each in EVENTS], plan.event)
        self.months = form.text("months", str(plan.months))
        self.first = form.text("first", plan.first)
        self.first.setPlaceholderText("2026-12-31")
        self.equipment = form.options("equipment", machines(picture), plan.equipment, free=True)
        self.plan = form.options("plan", [(tr("drills.no_plan"), ""), *emergencies], plan.plan)
        self.people = form.text("people", plan.people)

    def take(self, template: DrillPlan) -> None:
        """Begin with a template."""
        self.base = template
        self.title.setText(template.title.get(language()))
        self.event.setCurrentIndex(self.event.findData(template.event))
        self.months.setText(str(template.months))

    def __call__(self) -> DrillPlan:
        typed = self.title.text().strip()
        title = self.base.title if typed == self.base.title.get(language()) else Text(typed)
        months = int(self._form.figure_of(self.months))
        return replace(
            self.base, title=title, event=str(self.event.currentData()), months=months, first=self.first.text().strip(),
            equipment=self._form.picked(self.equipment), plan=str(self.plan.currentData()), people=self.people.text().strip(),
        )  # fmt: skip


def due_page(picture: Picture, desk: Desk, forms: DrillForms) -> RegisterPage[DrillPlan]:
    """What is to be rehearsed, the most urgent first."""
    zone = picture.estate.site

    def machine(plan: DrillPlan) -> str:
        return machine_name(picture, plan.equipment)

    def foot() -> str:
        states = [presenter.plan_state(picture, each) for each in picture.records(DrillPlan).values()]
        return tr("drills.foot", count=len(states), late=states.count(OVERDUE), soon=states.count(SOON)) if states else ""

    return RegisterPage(
        picture,
        desk,
        PART,
        columns=[
            Column(
                "state", "drills.field.state", 90, lambda each: tr(f"drills.state.{presenter.plan_state(picture, each)}"),
                sort=lambda each: due_day(each, zone.timezone),
                colour=lambda each: presenter.STATE_COLOURS[presenter.plan_state(picture, each)],
            ),
            Column("due", "drills.field.due", 110, lambda each: due_day(each, zone.timezone).isoformat()),
            Column("title", "drills.field.title", 0, lambda each: each.title.get(language())),
            Column("event", "drills.field.event", 160, lambda each: presenter.event_text(each.event)),
            Column("equipment", "drills.field.equipment", 150, machine),
            Column("months", "drills.field.months", 140, lambda each: tr("drills.every", months=each.months), RIGHT),
            Column("last", "drills.field.last", 110, lambda each: each.last),
        ],
        rows=lambda: picture.records(DrillPlan).values(),
        facts=lambda plan: presenter.plan_facts(picture, plan),
        acts=[
            RegisterAct("new", "N", forms.new_plan, forms.manages, fresh=True),
            RegisterAct("hold", "H", forms.hold, forms.does),
            RegisterAct("edit", "E", forms.edit_plan, forms.manages),
            RegisterAct("end", "Del", forms.end_plan, forms.manages),
        ],
        sort="state",
        foot=foot,
        kinds=(DrillPlan,),
        title=lambda plan: plan.title.get(language()),
    )  # fmt: skip


def unreviewed_page(picture: Picture, desk: Desk, forms: DrillForms) -> RegisterPage[Drill]:
    """Drills that were held and wait for their review (R-EM-02)."""
    zone = picture.estate.site
    return RegisterPage(
        picture,
        desk,
        "drills_open",
        columns=drill_columns(picture),
        rows=lambda: picture.records(Drill).values(),
        facts=lambda drill: presenter.drill_facts(picture, drill),
        acts=[
            RegisterAct("hold", "N", lambda _drill: forms.hold(None), forms.does, fresh=True),
            RegisterAct("review", "R", forms.review, forms.manages),
        ],
        sort="at",
        kinds=(Drill,),
        title=lambda drill: f"{drill.name}  {full_text(drill.at, zone.timezone)}",
    )


def drill_columns(picture: Picture) -> list[Column[Drill]]:
    """A drill in a list."""
    zone = picture.estate.site

    def actions(drill: Drill) -> str:
        return "；".join(f"{each.what} → {each.raised}" if each.raised else each.what for each in drill.actions)

    return [
        Column("at", "drills.field.when", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: -each.at),
        Column("name", "drills.field.number", 100, lambda each: each.name, colour=lambda _e: "dim"),
        Column("title", "drills.field.title", 200, lambda each: each.title.get(language())),
        Column("event", "drills.field.event", 110, lambda each: presenter.event_text(each.event)),
        Column("count", "drills.field.count", 60, lambda each: str(each.count), RIGHT, sort=lambda each: each.count),
        Column("result", "drills.field.result", 80, lambda each: tr(f"drills.result.{each.result.value}")),
        Column(
            "review", "drills.field.review", 180, lambda each: each.review or tr("drills.unreviewed"),
            colour=lambda each: "text" if each.reviewed is not None else "p3_text",
        ),
        Column("actions", "drills.field.action", 0, actions, tooltip=actions),
    ]  # fmt: skip
