"""演练: the drill under way with its clocks and steps, the form that begins one, and those of the past with their times."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.drilling import DrillRun, DrillStep, EndDrill, NoteDrill, ReturnSimulated
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import sentence, tr
from console.ui.moments import clock_text, full_text
from console.ui.orders.presenter import display
from console.ui.shift.drillform import DrillForm
from console.ui.shift.drillsteps import clocks_of, step_columns
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.clocks import span_text
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.tables import Column, RowModel, TableView

DAYS = 400  # of past drills that are listed: a year and the one before it


class Navigator(Protocol):
    """Where a step leads."""

    def open_fault(self, number: int) -> None: ...


class DrillPage(QWidget):
    """See the module."""

    def __init__(self, book: DutyBook, navigator: Navigator) -> None:
        super().__init__()
        self._book, self._picture, self._desk = book, book.picture, book.desk
        self._navigator = navigator
        self._past: dict[str, DrillRun] = {}
        self._chosen = ""
        self._asked = 0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._list_card(), 2)
        self.side = QStackedWidget()
        self.form = DrillForm(book)
        self.form.started.connect(self._started)
        self._blank = Blank()
        for part in (self._blank, self.form, self._run_card()):
            self.side.addWidget(part)
        layout.addWidget(self.side, 3)
        picture = self._picture
        for signal in (picture.replaced, picture.people_changed):
            signal.connect(self.refresh)
        picture.records_changed.connect(self._records)
        picture.ticked.connect(self._tick)
        self.retranslate()

    def _list_card(self) -> Card:
        self._list = Card()
        self.begin = QPushButton()
        self.begin.setObjectName("drill_begin")
        self.begin.clicked.connect(self.do_begin)
        bar = QHBoxLayout()
        bar.addWidget(self.begin)
        bar.addStretch(1)
        self._list.body.addLayout(bar)

        def state(run: DrillRun) -> str:
            return tr("shift.drill.running" if run.open else "shift.drill.ended")

        def loud(run: DrillRun) -> bool:
            return run.open

        self._model: RowModel[DrillRun] = RowModel(
            [
                Column("id", "shift.line.id", 100, lambda run: run.name, sort=lambda run: run.number, bold=loud),
                Column("title", "shift.drill.title", 0, lambda run: run.title, tooltip=lambda run: run.title, bold=loud),
                Column("event", "shift.drill.event", 130, lambda run: tr(f"drill.scenario.{run.event}")),
                Column("at", "shift.drill.began", 140, lambda run: full_text(run.at, self._zone()), sort=lambda run: run.at),
                Column("state", "shift.line.state", 100, state, colour=lambda run: "" if run.open else "dim", bold=loud),
            ],
            lambda run: run.id,
            self,
        )
        self.table: TableView[DrillRun] = TableView(self._model, "drill_runs")
        self.table.sort_by("at", Qt.SortOrder.DescendingOrder)
        self.table.chosen.connect(self._choose)
        self._none = label(role="dim", wrap=True)
        self._list.body.addWidget(self._none)
        self._list.body.addWidget(self.table, 1)
        return self._list

    def _run_card(self) -> Card:
        self._card = Card()
        self._facts = FactGrid()
        self._card.body.addWidget(self._facts)
        self._clocks = label(wrap=True)
        self._clocks.setObjectName("drill_clocks")
        self._card.body.addWidget(self._clocks)
        row = QHBoxLayout()
        self.note, self.add, self.back, self.end = QLineEdit(), QPushButton(), QPushButton(), QPushButton()
        for part, name in ((self.note, "note"), (self.add, "add"), (self.back, "back"), (self.end, "end")):
            part.setObjectName(f"drill_{name}")
        self.end.setProperty("primary", True)
        self.note.returnPressed.connect(self.do_note)
        self.add.clicked.connect(self.do_note)
        self.back.clicked.connect(self.do_back)
        self.end.clicked.connect(self.do_end)
        row.addWidget(self.note, 1)
        for button in (self.add, self.back, self.end):
            row.addWidget(button)
        self._card.body.addLayout(row)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("drill_error")
        self._error.hide()
        self._card.body.addWidget(self._error)
        columns = step_columns(self._picture, self._shown_run)
        self._steps: RowModel[tuple[int, DrillStep]] = RowModel(columns, lambda row: row[0], self)
        self.steps: TableView[tuple[int, DrillStep]] = TableView(self._steps, "drill_steps")
        self.steps.opened.connect(self._open_step)
        self._card.body.addWidget(self.steps, 1)
        return self._card

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        """The drills of the last year."""
        super().showEvent(event)
        self._book.load()
        self._ask()
        running = list(self._picture.records(DrillRun))
        if running and not self._chosen:
            self._chosen = running[0]
        self.refresh()

    def retranslate(self) -> None:
        """All words."""
        self._list.set_heading(tr("shift.page.drill"), tr("shift.drill.remark"))
        self.begin.setText(tr("shift.drill.begin"))
        self._none.setText(tr("shift.drill.none"))
        self._blank.say(tr("shift.drill.choose"), tr("shift.drill.choose.advice"))
        self.note.setPlaceholderText(tr("shift.drill.note_hint"))
        self.add.setText(tr("shift.drill.note_add"))
        self.back.setText(tr("shift.drill.give_back"))
        self.end.setText(tr("shift.drill.end"))
        self._model.refresh()
        self._steps.refresh()
        self.form.retranslate()
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """The list, and the run that is chosen."""
        if not self.isVisible():
            return
        running = self._picture.records(DrillRun)
        self._model.set_rows({**self._past, **running}.values())
        self._none.setVisible(not self._model.rowCount())
        may = self._picture.may(Right.RUN_DRILL)
        self.begin.setEnabled(may)
        self.begin.setToolTip("" if may else tr("shift.drill.right"))
        self.form.refresh()
        run = self._shown_run()
        if run is None:
            if self.side.currentWidget() is self._card:
                self.side.setCurrentWidget(self._blank)
            return
        if self.side.currentWidget() is not self.form:
            self.side.setCurrentWidget(self._card)
        self._fill(run)

    def _shown_run(self) -> DrillRun | None:
        return self._picture.records(DrillRun).get(self._chosen) or self._past.get(self._chosen)

    def _fill(self, run: DrillRun) -> None:
        picture, zone = self._picture, self._zone()
        self._card.set_heading(f"{run.name} {run.title}", tr("shift.drill.running" if run.open else "shift.drill.ended"))
        informed = "、".join(self._book.display(person) for person in run.informed) or tr("shift.drill.nobody")
        ended = run.ended.by if run.ended is not None else ""
        rows = [
            (tr("shift.drill.event"), tr(f"drill.scenario.{run.event}")),
            (tr("shift.drill.scenario"), run.scenario or "—"),
            (tr("shift.drill.leader"), display(picture, run.began.by)),
            (tr("shift.drill.informed"), informed),
            (tr("shift.drill.began"), full_text(run.at, zone)),
        ]
        if run.open:
            rows.append((tr("shift.drill.left"), span_text(max(0, run.until - picture.now()))))
        else:
            how = tr("shift.drill.ended_by", who=display(picture, ended)) if ended else tr("shift.drill.ended_alone")
            rows.append((tr("shift.drill.ended_at"), f"{clock_text(run.ended_at, zone)}  {how}"))
        self._facts.write(rows)
        self._clocks.setText("\n".join(clocks_of(picture, run)))
        self._steps.set_rows(enumerate(run.steps))
        for part in (self.note, self.add, self.back, self.end):
            part.setVisible(run.open)
        self.end.setEnabled(picture.may(Right.RUN_DRILL) or run.began.by == picture.me)
        self.add.setEnabled(picture.may(Right.WORK_ORDER))
        self.back.setEnabled(picture.may(Right.ACKNOWLEDGE) and any(self._standing(run)))

    def _standing(self, run: DrillRun) -> list[int]:
        alarms = self._picture.alarms.values()
        return [alarm.number for alarm in alarms if alarm.drill == run.number and alarm.active]

    def _tick(self) -> None:
        run = self._shown_run()
        if self.isVisible() and run is not None and run.open:
            self._fill(run)

    def _records(self, kinds: set[str]) -> None:
        if "drillrun" in kinds:
            if self.isVisible():
                self._ask()
            self.refresh()

    def _choose(self) -> None:
        chosen = self.table.selected()
        if len(chosen) == 1:
            self._chosen = chosen[0].id
            self._error.hide()
            self.side.setCurrentWidget(self._card)
            self.refresh()

    def _ask(self) -> None:
        self._asked += 1
        asked, since = self._asked, self._picture.now() - DAYS * DAY

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, RecordsAnswer):
                self._past = {each.id: each for each in answer.records if isinstance(each, DrillRun)}
                self.refresh()

        self._desk.query(lambda id: RecordsQuery(id, "drillrun", since), came, self._denied)

    def _open_step(self, row: tuple[int, DrillStep]) -> None:
        """A step about a fault leads to it, as long as it is shown."""
        about = row[1].about
        if about.startswith("F-") and int(about[2:]) in self._picture.faults:
            self._navigator.open_fault(int(about[2:]))

    # --- acts

    def do_begin(self) -> None:
        """The form of a new one."""
        self.form.open_form()
        self.side.setCurrentWidget(self.form)

    def _started(self, number: int) -> None:
        self._chosen = f"DR-{number:06d}"
        self.side.setCurrentWidget(self._card)
        self.refresh()

    def do_note(self) -> None:
        """A step by hand."""
        run, text = self._shown_run(), self.note.text().strip()
        if run is not None and run.open and text:
            self._desk.ask(NoteDrill(run.number, text), self._noted, self._denied)

    def do_back(self) -> None:
        """The simulated conditions are over."""
        run = self._shown_run()
        for number in self._standing(run) if run is not None else ():
            self._desk.ask(ReturnSimulated(number), self._noted, self._denied)

    def do_end(self) -> None:
        """It is over; what stands in the line is kept with the end."""
        run = self._shown_run()
        if run is not None and run.open:
            self._desk.ask(EndDrill(run.number, self.note.text().strip()), self._noted, self._denied)

    def _noted(self, _number: int) -> None:
        self.note.clear()
        self._error.hide()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))
        self._error.show()

    def _zone(self) -> str:
        return self._picture.estate.site.timezone
