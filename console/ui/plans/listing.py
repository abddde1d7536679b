"""The plans themselves: those made in the console, to be edited, and those of the site file, to be copied."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.planning import Level, Machine, Plan
from console.domain.maintenance.planning_templates import templates
from console.domain.orders import CheckItem
from console.domain.plans import PlanState
from console.domain.text import Text
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.moments import date_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.plans.editor import plan_form, template_entries, template_form
from console.ui.plans.outlook import Outlook
from console.ui.plans.presenter import plan_rows, trigger_text
from console.ui.registers.forms import end_form
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.strip import equipment_name
from console.ui.widgets.cards import label
from console.ui.widgets.tables import RIGHT, Column

NAMED = 12  # machines that the facts name
WIDEST = 1200  # pixels of a plan's form: longer lines are hard to read


class Navigator(Protocol):
    """Where the list leads."""

    def open_equipment(self, equipment: str) -> None: ...
    def open_order(self, number: int) -> None: ...


class ListingPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, outlook: Outlook, navigator: Navigator) -> None:
        super().__init__()
        self._picture, self._desk, self._outlook, self._navigator = picture, desk, outlook, navigator
        self._form: Form | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._stack, main = QStackedWidget(), QWidget()
        whole.addWidget(self._stack)
        self._stack.addWidget(main)
        self._room = QScrollArea()
        self._room.setWidgetResizable(True)
        self._stack.addWidget(self._room)
        outer = QVBoxLayout(main)
        outer.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self._label = label(role="dim")
        self._template = QComboBox()
        self._template.setObjectName("plans_template")
        bar.addWidget(self._label)
        bar.addWidget(self._template, 1)
        bar.addStretch(1)
        outer.addLayout(bar)
        self._fill_templates()
        self.page: RegisterPage[Plan] = RegisterPage(
            picture, desk, "plans", columns=self._columns(), rows=lambda: plan_rows(picture, outlook), facts=self._facts,
            acts=self._acts(), kinds=(Plan,), title=lambda plan: plan.title.get(language()), foot=lambda: tr("plans.list_foot"),
        )  # fmt: skip
        outer.addWidget(self.page, 1)
        outlook.changed.connect(self.page.refresh)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self._close()
        self._label.setText(tr("plans.template"))
        self._fill_templates()
        self.page.retranslate()

    def show_plan(self, plan: str) -> None:
        """Select one, by its id or by that of a machine's plan (``equipment/key``)."""
        self._close()
        equipment, _, key = plan.partition("/")
        rows = (row for row in self.page.table.rows.items() if any(each.id == equipment for each in row.machines))
        row = next((row for row in rows if any(level.key == key for level in row.levels)), None)
        self.page.select(row.id if row is not None else plan)

    def new_for(self, equipment: str, fault: str) -> None:
        """A new plan that is to keep a fault from coming again."""
        if not self._picture.may(Right.PLAN_MAINTENANCE):
            return
        known = next((each for each in self._picture.faults.values() if each.id == fault), None)
        title = known.text if known is not None else Text("")
        level = Level(key=f"prevent_{fault.replace('-', '').lower()}", title=title, every_months=6, checklist=(CheckItem(title),))
        note = tr("plans.from_fault", fault=fault)
        plan = Plan(id="", title=title, levels=(level,), machines=(Machine(equipment),), source=Text(note), note=note)
        self._open(plan_form(self._picture, self._desk, plan, act="new"))

    def _open(self, form: Form) -> None:
        """A plan takes the whole page."""
        self._close()
        self._form = form
        form.closed.connect(self._close)
        form.setMaximumWidth(WIDEST)
        self._room.setWidget(form)
        self._stack.setCurrentWidget(self._room)

    def _close(self) -> None:
        if self._form is not None:
            self._form = None
            old = self._room.takeWidget()
            old.deleteLater()
            self._stack.setCurrentIndex(0)
            self.page.table.setFocus()

    def _fill_templates(self) -> None:
        chosen = self._template.currentData()
        self._template.clear()
        for shown, value in template_entries():
            self._template.addItem(shown, value)
        self._template.setCurrentIndex(max(0, self._template.findData(chosen)))

    def _columns(self) -> list[Column[Plan]]:
        return [
            Column("name", "plans.field.number", 84, lambda plan: plan.name if plan.number else tr("plans.of_site"), sort=_number),
            Column("title", "plans.field.title", 0, lambda plan: plan.title.get(language()), tooltip=_tip),
            Column("machines", "plans.field.machines", 190, self._machines),
            Column("when", "plans.field.when", 230, self._when, tooltip=self._when),
            Column(
                "levels", "plans.field.levels", 60, lambda plan: str(len(plan.levels)), RIGHT, sort=lambda plan: len(plan.levels)
            ),
            Column("next", "plans.field.next", 110, self._next),
            Column("team", "plans.field.team", 100, lambda plan: plan.team),
        ]

    def _acts(self) -> list[RegisterAct[Plan]]:
        picture, desk = self._picture, self._desk

        def may() -> bool:
            return picture.may(Right.PLAN_MAINTENANCE)

        def new(_plan: Plan | None) -> None:
            wanted = self._template.currentData()
            self._open(template_form(picture, desk, next((each for each in templates() if each.id == wanted), None)))

        def edit(plan: Plan | None) -> None:
            if plan is not None:
                self._open(plan_form(picture, desk, plan))

        def end(plan: Plan | None) -> Form:
            assert plan is not None
            return end_form(picture, desk, "plans", plan)

        def equipment(plan: Plan | None) -> None:
            if plan is not None and plan.machines:
                self._navigator.open_equipment(plan.machines[0].id)

        def order(plan: Plan | None) -> None:
            number = next((state.open_order for state in self._states(plan) if state.open_order), 0) if plan is not None else 0
            if number:
                self._navigator.open_order(number)

        return [
            RegisterAct("new", "N", None, may, fresh=True, run=new),
            RegisterAct("edit", "A", None, may, run=edit, fits=lambda plan: bool(plan.number)),
            RegisterAct("copy", "C", None, may, run=edit, fits=lambda plan: not plan.number),
            RegisterAct("end", "D", end, may, fits=lambda plan: bool(plan.number)),
            RegisterAct("order", "O", None, _anybody, run=order, fits=lambda plan: any(s.open_order for s in self._states(plan))),
            RegisterAct("equipment", "E", None, _anybody, run=equipment),
        ]

    # --- words

    def _states(self, plan: Plan) -> list[PlanState]:
        plans = self._picture.plans
        names = (f"{machine.id}/{level.key}" for machine in plan.machines for level in plan.levels)
        return [plans[name] for name in names if name in plans]

    def _machines(self, plan: Plan) -> str:
        if len(plan.machines) == 1:
            return equipment_name(self._picture, plan.machines[0].id)
        return tr("plans.count_machines", count=len(plan.machines))

    def _when(self, plan: Plan) -> str:
        machine = plan.machines[0].id if plan.machines else ""
        return trigger_text(self._picture, machine, plan.levels[0]) if plan.levels else ""

    def _next(self, plan: Plan) -> str:
        moments = [state.next_due for state in self._states(plan) if state.next_due]
        return date_text(min(moments), self._picture.estate.site.timezone) if moments else ""

    def _facts(self, plan: Plan) -> list[tuple[str, str]]:
        picture = self._picture
        machine = plan.machines[0].id if plan.machines else ""
        names = [equipment_name(picture, each.id) for each in plan.machines[:NAMED]]
        if len(plan.machines) > NAMED:
            names.append(tr("plans.more", count=len(plan.machines) - NAMED))
        facts = [(tr("plans.field.machines"), "\n".join(names))]
        for place, level in enumerate(plan.levels, 1):
            lines = [level.title.get(language()), trigger_text(picture, machine, level)]
            lines.append(tr("plans.lead_grace", lead=level.lead_days, grace=level.grace_days, hours=f"{level.hours:g}"))
            lines.append(tr("plans.checks", count=len(level.checklist)))
            facts.append((tr("plans.level_place", place=place), "\n".join(lines)))
        missed = sum(state.missed for state in self._states(plan))
        facts += [
            (tr("plans.field.source"), plan.source.get(language())),
            (tr("plans.field.region"), plan.region),
            (tr("plans.field.months"), ", ".join(map(str, plan.months))),
            (tr("plans.field.shift"), tr(f"plans.shift.{plan.shift}") if plan.shift else ""),
            (tr("plans.field.blackouts"), "\n".join(f"{span.since} – {span.until}" for span in plan.blackouts)),
            (tr("plans.field.skills"), ", ".join((*plan.skills, *plan.certificates))),
            (tr("plans.field.missed"), str(missed or "")),
            (tr("plans.field.note"), plan.note),
        ]
        return [(name, text) for name, text in facts if text]


def _number(plan: Plan) -> tuple[bool, int]:
    return (not plan.number, plan.number)


def _tip(plan: Plan) -> str:
    return plan.source.get(language())


def _anybody() -> bool:
    return True
