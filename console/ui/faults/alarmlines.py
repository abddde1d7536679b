"""The alarms of a fault: those that are still there lead to the alarm list; of those that are over, the log knows the words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.events import AlarmAcknowledged, AlarmAssigned, AlarmRaised, AlarmReturned, Entry
from console.domain.faults import Fault
from console.texts import language, tr
from console.ui.faults import presenter
from console.ui.moments import short_text
from console.ui.picture import Picture
from console.ui.widgets.cards import label

MOST_ALARMS = 12


class Navigator(Protocol):
    """Where an alarm leads."""

    def open_alarm(self, number: int) -> None: ...


class AlarmLines(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, navigator: Navigator) -> None:
        super().__init__()
        self._picture, self._navigator = picture, navigator
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._heading = label(role="dim")
        outer.addWidget(self._heading)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        outer.addLayout(self._lines)

    def show_fault(self, fault: Fault, entries: Iterable[Entry]) -> None:
        """The alarms of this fault; ``entries`` of its story, newest first."""
        emptied(self._lines)
        present = presenter.alarms_of(self._picture, fault)
        there = {alarm.number for alarm in present}
        over = [alarm for alarm in _told(entries) if alarm.number not in there and alarm.number in fault.alarms]
        self._heading.setText(tr("faults.alarms", count=len(fault.alarms), active=sum(alarm.active for alarm in present)))
        for alarm in present[:MOST_ALARMS]:
            button = QPushButton(self._text(alarm))
            button.setObjectName(f"fault_alarm_{alarm.number}")
            button.setProperty("flat", True)
            button.setStyleSheet("text-align: left;")
            button.setToolTip(tr("faults.alarm.open"))
            button.clicked.connect(partial(self._go, alarm.number))
            self._lines.addWidget(button)
        for alarm in over[: max(0, MOST_ALARMS - len(present))]:
            at = short_text(alarm.returned_at, self._picture.now(), self._picture.estate.site.timezone)
            line = label(tr("faults.alarm.over", text=alarm.text.get(language()), at=at), "faint", wrap=True)
            line.setContentsMargins(6, 2, 6, 2)
            self._lines.addWidget(line)
        if (more := len(present) - MOST_ALARMS) > 0:
            self._lines.addWidget(label(tr("faults.alarms.more", count=more), "faint"))

    def _text(self, alarm: Alarm) -> str:
        at = short_text(alarm.raised_at, self._picture.now(), self._picture.estate.site.timezone)
        state = tr(f"domain.alarm_state.{alarm.state}")
        return f"P{alarm.priority}  {alarm.text.get(language())}  {at}  {state}  ›"

    def _go(self, number: int, _checked: bool = False) -> None:
        self._navigator.open_alarm(number)


def emptied(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def _told(entries: Iterable[Entry]) -> list[Alarm]:
    found: dict[int, Alarm] = {}
    for entry in reversed(list(entries)):
        if isinstance(entry.event, AlarmRaised | AlarmReturned | AlarmAcknowledged | AlarmAssigned):
            found[entry.event.alarm.number] = entry.event.alarm
    return list(found.values())
