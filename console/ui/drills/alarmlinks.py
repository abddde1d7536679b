"""From an alarm to what is done about it beyond its fault: the emergency plan that fits it, and a hazard to be recorded."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from console.domain.accounts import Right
from console.domain.alarms import Alarm
from console.domain.maintenance.emergencies import EmergencyRun
from console.texts import language, tr
from console.ui.drills.screen import FOR_ALARM, plan_for
from console.ui.hazards.screen import NEW
from console.ui.picture import Picture


class Navigator(Protocol):
    """Where the buttons lead."""

    def open_emergency(self, name: str) -> None: ...

    def open_hazard(self, name: str) -> None: ...


class AlarmLinks(QWidget):
    """Two buttons; the first says which plan, or that it runs already."""

    def __init__(self, picture: Picture, navigator: Navigator) -> None:
        super().__init__()
        self._picture, self._navigator = picture, navigator
        self._alarm: Alarm | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.plan, self.hazard = QPushButton(), QPushButton()
        self.plan.setObjectName("alarm_plan")
        self.hazard.setObjectName("alarm_hazard")
        self.plan.clicked.connect(self._open_plan)
        self.hazard.clicked.connect(self._open_hazard)
        row.addWidget(self.plan)
        row.addWidget(self.hazard)
        row.addStretch(1)

    def show_alarm(self, alarm: Alarm | None) -> None:
        """Another alarm, or none."""
        self._alarm = alarm
        self.setVisible(alarm is not None)
        if alarm is None:
            return
        run = self._run(alarm)
        plan = plan_for(self._picture, alarm.number) if run is None else None
        self.plan.setVisible(run is not None or plan is not None)
        if run is not None:
            left = sum(step.done is None for step in run.steps)
            self.plan.setText(tr("emergencies.link.runs", run=run.name, left=left))
        elif plan is not None:
            self.plan.setText(tr("emergencies.link.open", plan=plan.title.get(language())))
        self.hazard.setText(tr("emergencies.link.hazard"))
        self.hazard.setEnabled(self._picture.may(Right.DO_SAFETY))

    def _run(self, alarm: Alarm) -> EmergencyRun | None:
        return next((run for run in self._picture.records(EmergencyRun).values() if run.alarm == alarm.number), None)

    def _open_plan(self) -> None:
        if self._alarm is not None:
            self._navigator.open_emergency(f"{FOR_ALARM}{self._alarm.number}")

    def _open_hazard(self) -> None:
        if self._alarm is not None:
            alarm = self._alarm
            self._navigator.open_hazard(f"{NEW}alarm:{alarm.id}|{alarm.equipment}|{alarm.text.get(language())}")
