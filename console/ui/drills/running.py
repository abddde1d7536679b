"""An event that is answered by a plan, now: its steps with what is left of their times, whom to call, the log.

Keys in the list of steps: Enter or Space does the chosen step, S says that it is not needed.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.accounts import Right
from console.domain.commands import Command
from console.domain.maintenance.emergencies import (
    DoEmergencyStep,
    EmergencyPlan,
    EmergencyRun,
    EndEmergency,
    NoteEmergency,
    RunStep,
    late_steps,
)
from console.domain.problems import Problem
from console.texts import catalogue, language, sentence, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.moments import clock_text, full_text
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

Row = tuple[int, RunStep]


class RunningPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._chosen = ""
        self._model: RowModel[Row] = RowModel(self._columns(), lambda row: row[0], self)
        self.table: TableView[Row] = TableView(self._model, "emergency_steps", row_height=46)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _columns(self) -> list[Column[Row]]:
        picture = self._picture

        def done(row: Row) -> str:
            return presenter.by(picture, row[1].done)[11:] if row[1].done is not None else ""

        return [
            Column("place", "emergencies.step.place", 40, lambda row: str(row[0] + 1), sort=lambda row: row[0]),
            Column(
                "state", "emergencies.step.left", 130, lambda row: presenter.step_state(picture, row[1])[0], RIGHT,
                sort=lambda row: row[0], colour=lambda row: presenter.step_state(picture, row[1])[1],
                bold=lambda row: row[1].done is None,
            ),
            Column("text", "emergencies.step.text", 0, lambda row: row[1].text.get(language()),
                   tooltip=lambda row: row[1].text.get(language()), bold=lambda row: row[1].done is None,
                   colour=lambda row: "text" if row[1].done is None else "dim"),
            Column("role", "emergencies.step.role", 160, lambda row: row[1].role.get(language())),
            Column("done", "emergencies.step.done", 240, done, tooltip=done),
        ]  # fmt: skip

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        self._blank = Blank()
        body = QWidget()
        self._stack.addWidget(body)
        self._stack.addWidget(self._blank)
        outer.addWidget(self._stack)
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(GAP)
        self._runs = QListWidget()
        self._runs.setObjectName("emergency_runs")
        self._runs.setFixedWidth(260)
        columns.addWidget(self._runs)
        self._card = Card()
        self._title = label(role="key", wrap=True)
        self._about = label(role="dim", wrap=True)
        self._card.body.addWidget(self._title)
        self._card.body.addWidget(self._about)
        self._card.body.addWidget(self.table, 1)
        acts = QHBoxLayout()
        self._do, self._skip = QPushButton(), QPushButton()
        self._do.setProperty("primary", True)
        self._note = QLineEdit()
        self._log, self._end = QPushButton(), QPushButton()
        for piece, name in (
            (self._do, "emergency_do"), (self._skip, "emergency_skip"), (self._note, "emergency_note"),
            (self._log, "emergency_log"), (self._end, "emergency_end"),
        ):  # fmt: skip
            piece.setObjectName(name)
            piece.setMinimumHeight(40)
            acts.addWidget(piece, 1 if piece is self._note else 0)
        self._card.body.addLayout(acts)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("emergency_error")
        self._card.body.addWidget(self._error)
        columns.addWidget(self._card, 1)
        side = self._side = Card()
        side.setFixedWidth(380)
        self._contacts, self._notes = label(wrap=True, selectable=True), label(wrap=True, selectable=True)
        self._call, self._written = label(role="dim"), label(role="dim")
        for shown in (self._call, self._contacts, self._written, self._notes):
            side.body.addWidget(shown)
        side.body.addStretch(1)
        columns.addWidget(side)

    def _connect(self) -> None:
        picture = self._picture
        self._runs.currentItemChanged.connect(self._choose)
        self.table.opened.connect(lambda _row: self._step())
        self._do.clicked.connect(self._step)
        self._skip.clicked.connect(lambda: self._step(skip=True))
        self._log.clicked.connect(self._write)
        self._note.returnPressed.connect(self._write)
        self._end.clicked.connect(self._finish)
        for key, act in (("Space", self._do.click), ("S", self._skip.click)):
            QShortcut(QKeySequence(key), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(act)
        for signal in (picture.replaced, picture.people_changed):
            signal.connect(self.refresh)
        picture.records_changed.connect(self._records)
        picture.ticked.connect(self._tick)

    # --- what is shown

    def show_run(self, name: str) -> None:
        """Choose a run."""
        self._chosen = name
        self.refresh()
        self.table.setFocus()

    def retranslate(self) -> None:
        """All words."""
        self._do.setText(tr("emergencies.step.do"))
        self._skip.setText(tr("emergencies.step.skip"))
        self._log.setText(tr("emergencies.step.log"))
        self._end.setText(tr("emergencies.step.end"))
        self._note.setPlaceholderText(tr("emergencies.step.note"))
        self._call.setText(tr("emergencies.field.contacts"))
        self._written.setText(tr("emergencies.field.log"))
        self._model.refresh()
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """Everything anew; the chosen step stays."""
        runs = sorted(self._picture.records(EmergencyRun).values(), key=lambda each: -each.at)
        if self._chosen not in [each.id for each in runs]:
            self._chosen = runs[0].id if runs else ""
        self._blank.say(tr("emergencies.no_run"), tr("emergencies.no_run.advice"))
        self._stack.setCurrentIndex(0 if runs else 1)
        self._runs.blockSignals(True)
        self._runs.clear()
        for run in runs:
            item = QListWidgetItem(f"{run.name}  {self._mark(run)}{run.title.get(language())}")
            item.setData(Qt.ItemDataRole.UserRole, run.id)
            self._runs.addItem(item)
            if run.id == self._chosen:
                self._runs.setCurrentItem(item)
        self._runs.blockSignals(False)
        self._fill()

    def _fill(self) -> None:
        run, picture = self._run(), self._picture
        if run is None:
            self._model.set_rows([])
            return
        zone = picture.estate.site.timezone
        self._title.setText(f"{self._mark(run)}{run.title.get(language())}")
        machine = machine_name(picture, run.equipment)
        began = tr("emergencies.began", at=full_text(run.at, zone), who=presenter.person(picture, run.began.by))
        alarm = f"A-{run.alarm:06d}" if run.alarm else ""
        self._about.setText("  ·  ".join(part for part in (run.name, machine, alarm, began) if part))
        fresh = not self._model.rowCount()
        self._model.set_rows(enumerate(run.steps))
        if fresh or not self.table.selected():
            self._to_next(run)
        plan = picture.records(EmergencyPlan).get(run.plan)
        parts = dict(presenter.plan_parts(picture, plan)) if plan is not None else {}
        self._contacts.setText("\n".join([*_facts(picture, run.equipment), parts.get(tr("emergencies.field.contacts"), "")]))
        lines = [f"{clock_text(each.at, zone)}  {presenter.person(picture, each.by)}  {each.note}" for each in reversed(run.log)]
        self._notes.setText("\n".join(lines))
        for button in (self._do, self._skip, self._log, self._end):
            button.setEnabled(picture.may(Right.DO_SAFETY))
        self._tick()

    def _mark(self, run: EmergencyRun) -> str:
        return tr("emergencies.drill_mark") if run.drill else ""

    def _tick(self) -> None:
        run = self._run()
        if run is None or not self.isVisible():
            return
        self._model.refresh()
        left = sum(step.done is None for step in run.steps)
        lasted = presenter.clock(self._picture.now() - run.at)
        self._card.set_heading(
            tr("emergencies.lasting", time=lasted), tr("emergencies.left", left=left, late=late_steps(run, self._picture.now()))
        )

    def _records(self, kinds: set[str]) -> None:
        if kinds & {"emergencyrun", "emergencyplan"}:
            self.refresh()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._chosen = str(item.data(Qt.ItemDataRole.UserRole))
            self._model.set_rows([])
            self._fill()

    def _to_next(self, run: EmergencyRun) -> None:
        following = next((place for place, step in enumerate(run.steps) if step.done is None), 0)
        self.table.select(following)

    # --- acts

    def _step(self, _checked: bool = False, *, skip: bool = False) -> None:
        run, row = self._run(), self.table.current()
        if run is None or row is None or row[1].done is not None:
            return
        place = row[0]
        self._ask(DoEmergencyStep(run.id, place, self._note.text(), skip), after=self._advance)

    def _advance(self) -> None:
        self._note.clear()
        run = self._run()
        if run is not None:
            self._to_next(run)
            self.table.setFocus()

    def _write(self) -> None:
        run = self._run()
        if run is not None:
            self._ask(NoteEmergency(run.id, self._note.text()), after=self._note.clear)

    def _finish(self) -> None:
        run = self._run()
        if run is not None:
            self._ask(EndEmergency(run.id, self._note.text()), after=self._note.clear)

    def _ask(self, command: Command, after: Callable[[], None]) -> None:
        def done(_number: int) -> None:
            self._error.setText("")
            after()

        def denied(problem: Problem) -> None:
            self._error.setText(sentence(problem))
            self._note.setFocus()

        self._desk.ask(command, done, denied)

    def _run(self) -> EmergencyRun | None:
        return self._picture.records(EmergencyRun).get(self._chosen)


def _facts(picture: Picture, equipment: str) -> list[str]:
    """What the site file says of the machine that one needs now: who maintains it, its rescue code, keys, isolation point."""
    machine = picture.equipment.get(equipment)
    known = ((f"alarms.fact.{name}", value) for name, value in machine.facts.items()) if machine is not None else ()
    return [f"{tr(key)}  {value}" for key, value in known if key in catalogue()]


def run_columns(picture: Picture) -> list[Column[EmergencyRun]]:
    """A run in the list of what was done."""
    zone = picture.estate.site

    def steps(run: EmergencyRun) -> str:
        return f"{sum(step.done is not None for step in run.steps)} / {len(run.steps)}"

    def summary(run: EmergencyRun) -> str:
        return run.ended.note if run.ended is not None else tr("emergencies.under_way")

    def machine(run: EmergencyRun) -> str:
        return machine_name(picture, run.equipment)

    return [
        Column("at", "emergencies.field.began", 140, lambda each: full_text(each.at, zone.timezone), sort=lambda each: -each.at),
        Column("name", "emergencies.field.number", 100, lambda each: each.name, colour=lambda _e: "dim"),
        Column(
            "title", "emergencies.field.title", 220,
            lambda each: (tr("emergencies.drill_mark") if each.drill else "") + each.title.get(language()),
        ),
        Column("equipment", "emergencies.field.equipment", 150, machine),
        Column("steps", "emergencies.field.steps", 80, steps, RIGHT),
        Column("summary", "safetypapers.summary", 0, summary, tooltip=summary),
    ]  # fmt: skip
