"""预案与演练: what is to be rehearsed, what was, the emergency plans and the event under way, rescues, trainings, notices."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from console.domain.maintenance.drills import Drill
from console.domain.maintenance.emergencies import EmergencyPlan, EmergencyRun, fits
from console.domain.maintenance.rescues import Rescue
from console.papers import safety
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.drills.due import DrillForms, drill_columns, due_page, unreviewed_page
from console.ui.drills.lastruns import LastRuns
from console.ui.drills.library import begin_form, library_page
from console.ui.drills.planeditor import PlanEditor
from console.ui.drills.records import notices_page, rescue_columns, rescues_page, trainings_page
from console.ui.drills.running import RunningPage, run_columns
from console.ui.picture import Picture
from console.ui.printing import Printing
from console.ui.registers.past import PastPage
from console.ui.registers.pastdetail import PastDetail
from console.ui.registers.tabs import Tabs
from console.ui.shift.papering import setting_of

FOR_ALARM = "plan?"


class Navigator(Protocol):
    """Where it leads."""

    def open_equipment(self, equipment: str) -> None: ...


class DrillsScreen(QWidget):
    """See the module."""

    name = "drills"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._runs_known: set[str] = set()
        self.runs = LastRuns(picture, desk)
        forms = DrillForms(picture, desk, self.runs)
        self.due, self.open_drills = due_page(picture, desk, forms), unreviewed_page(picture, desk, forms)
        past: PastPage[Drill] = PastPage(picture, desk, "drills_past", Drill, columns=drill_columns(picture))
        self.past = PastDetail(
            picture, desk, past, title=lambda each: each.name, facts=lambda each: presenter.drill_facts(picture, each),
            paper=safety.drill_paper, files=lambda each: each.photos,
        )  # fmt: skip
        self.library, self.running = library_page(picture, desk, self.edit_plan, self._print_plan), RunningPage(picture, desk)
        self.rescues = rescues_page(picture, desk)
        rescued: PastPage[Rescue] = PastPage(picture, desk, "rescues_past", Rescue, columns=rescue_columns(picture))
        self.rescues_past = PastDetail(
            picture, desk, rescued, title=lambda each: each.name, facts=lambda each: presenter.rescue_facts(picture, each),
            paper=safety.rescue_paper,
        )  # fmt: skip
        ran: PastPage[EmergencyRun] = PastPage(picture, desk, "runs_past", EmergencyRun, columns=run_columns(picture))
        self.runs_past = PastDetail(
            picture, desk, ran, title=lambda each: each.name, facts=lambda each: presenter.run_facts(picture, each),
            paper=safety.run_paper,
        )  # fmt: skip
        self.trainings, self.notices = trainings_page(picture, desk), notices_page(picture, desk)
        self.tabs = Tabs(
            "drills",
            {
                "due": self.due, "open": self.open_drills, "past": self.past, "library": self.library, "running": self.running,
                "runs_past": self.runs_past,
                "rescues": self.rescues, "rescues_past": self.rescues_past, "trainings": self.trainings, "notices": self.notices,
            },
        )  # fmt: skip
        self.editor, self.printing = PlanEditor(desk), Printing(self)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tabs)
        self._stack.addWidget(self.editor)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.editor.left.connect(self._show_tabs)
        picture.records_changed.connect(self._records)
        picture.replaced.connect(self._learn)
        self._learn()

    def edit_plan(self, plan: EmergencyPlan | None) -> None:
        """Open the editor."""
        self._stack.setCurrentWidget(self.editor)
        self.editor.edit(plan)

    def show_run(self, name: str) -> None:
        """An event under way, or a plan; ``plan?<alarm>`` offers the plan that fits an alarm, or its run if there is one."""
        self._show_tabs()
        if name in self._picture.records(EmergencyPlan):
            self.tabs.open("library")
            self.library.select(name)
            return
        if not name.startswith(FOR_ALARM):
            self.tabs.open("running")
            self.running.show_run(name)
            return
        number = int(name.removeprefix(FOR_ALARM) or 0)
        running = next((each for each in self._picture.records(EmergencyRun).values() if number and each.alarm == number), None)
        if running is not None:
            self.show_run(running.id)
            return
        self.tabs.open("library")
        plan = plan_for(self._picture, number)
        if plan is not None:
            self.library.select(plan.id)
            self.library.open_form(begin_form(self._picture, self._desk, plan, number))

    def retranslate(self) -> None:
        """All words."""
        self.tabs.retranslate()
        self.editor.retranslate()

    def _print_plan(self, plan: EmergencyPlan | None) -> None:
        if plan is not None:
            self.printing.ask(safety.plan_paper(plan, setting_of(self._picture)))

    def _show_tabs(self) -> None:
        self._stack.setCurrentWidget(self.tabs)
        self.library.refresh()

    def _learn(self) -> None:
        self._runs_known = set(self._picture.records(EmergencyRun))
        if self._picture.revision:
            self.runs.ask()

    def _records(self, kinds: set[str]) -> None:
        if kinds & {"emergencyrun", "drillrun"}:
            self.runs.ask()
        if "emergencyrun" not in kinds:
            return
        runs = self._picture.records(EmergencyRun)
        fresh = [run for name, run in runs.items() if name not in self._runs_known]
        self._runs_known = set(runs)
        mine = [run for run in fresh if run.began.entered_by == self._picture.me and run.began.station == self._picture.station]
        if mine and self.isVisible():  # what this person has just begun here
            self.tabs.open("running")
            self.running.show_run(mine[-1].id)


def plan_for(picture: Picture, number: int) -> EmergencyPlan | None:
    """The plan that fits an alarm best."""
    alarm = picture.alarms.get(number)
    if alarm is None:
        return None
    machine = picture.equipment.get(alarm.equipment)
    kind = machine.kind if machine is not None else ""
    plans = sorted(picture.records(EmergencyPlan).values(), key=lambda plan: (-fits(plan, alarm, kind), plan.number))
    return plans[0] if plans and fits(plans[0], alarm, kind) else None
