"""Calls people to the screen: a banner for what is urgent, the taskbar, the notification area. Shows; decides nothing.

The horn (``console.ui.horn``) makes the sound, and F8 silences that alone: what is here stays until somebody acknowledges or takes.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QSystemTrayIcon, QWidget

from console.domain.accounts import Right
from console.domain.alarms import Alarm
from console.domain.commands import TakeFault
from console.texts import language, tr
from console.ui import icons, theme
from console.ui.desk import Desk
from console.ui.moments import clock_text
from console.ui.picture import Picture
from console.ui.strip import equipment_name, loudest_first
from console.ui.widgets.cards import label

URGENT = 1  # the priority that has a banner
TOLD = 2  # and the one up to which the notification area says it, too


def urgent(picture: Picture) -> list[Alarm]:
    """Unacknowledged alarms of the first priority, in the order of attention."""
    return [picture.alarms[number] for number in picture.tally.urgent(URGENT)]


class Banner(QFrame):
    """Over every screen while a P1 waits: what, where, since when, and the button that takes it."""

    opened = Signal(int)

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._alarm: Alarm | None = None
        self.setObjectName("banner")
        self.setProperty("urgent", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        self.text = label(role="banner", wrap=True)
        self.look, self.take = QPushButton(), QPushButton()
        self.look.setObjectName("banner_look")
        self.take.setObjectName("banner_take")
        layout.addWidget(self.text, 1)
        layout.addWidget(self.look)
        layout.addWidget(self.take)
        self.look.clicked.connect(self._look)
        self.take.clicked.connect(self._take)
        for changed in (picture.alarms_changed, picture.faults_changed):
            changed.connect(self.refresh)
        for changed in (picture.replaced, picture.people_changed, picture.language_changed):
            changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.look.setText(tr("shell.banner.look"))
        self.take.setText(tr("shell.banner.take"))
        self.refresh()

    def refresh(self, _changed: object = None) -> None:
        """The loudest one, and how many more there are."""
        waiting = urgent(self._picture)
        self._alarm = waiting[0] if waiting else None
        self.setVisible(self._alarm is not None)
        if self._alarm is None:
            return
        alarm = self._alarm
        more = sum(bool(each.drill) == bool(alarm.drill) for each in waiting) - 1  # a number cannot say that it is a drill
        parts = [
            f"P{alarm.priority}",
            equipment_name(self._picture, alarm.equipment),
            alarm.text.get(language()),
            clock_text(alarm.raised_at, self._picture.estate.site.timezone),
            tr("shell.banner.more", count=more) if more else "",
        ]
        self.text.setText("  ·  ".join(part for part in parts if part))
        fault = self._fault()
        self.take.setVisible(fault != 0)
        self.take.setEnabled(self._picture.may(Right.TAKE_FAULT))

    def _fault(self) -> int:
        """The number of its fault that nobody has taken yet, 0: none."""
        fault = self._picture.fault_of(self._alarm) if self._alarm is not None else None
        return fault.number if fault is not None and fault.open and fault.taken is None else 0

    def _look(self) -> None:
        if self._alarm is not None:
            self.opened.emit(self._alarm.number)

    def _take(self) -> None:
        fault = self._fault()
        if fault:
            self._desk.ask(TakeFault(fault))


class Attention(QObject):
    """When something begins to wait and the window is not in front, the taskbar flashes and the notification area says it."""

    def __init__(self, picture: Picture, window: QWidget) -> None:
        super().__init__(window)
        self._picture, self._window = picture, window
        self._known: set[int] = set()
        self.tray: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable():
            self.tray = QSystemTrayIcon(QIcon(icons.icon("app", theme.colour("text"))), window)
            self.tray.activated.connect(self._raise)
            self.tray.messageClicked.connect(self._raise)
            self.tray.show()
        picture.alarms_changed.connect(self._listen)
        picture.replaced.connect(self._replaced)

    def _replaced(self) -> None:
        self._listen(self._known | self._picture.alarms.keys())

    def _listen(self, numbers: set[int]) -> None:
        picture = self._picture
        waiting = {number: picture.alarms[number] for number in numbers if number in picture.alarms and picture.alarms[number].asks}
        fresh = [alarm for number, alarm in waiting.items() if number not in self._known]
        self._known = (self._known - numbers) | waiting.keys()
        if self.tray is not None:
            self.tray.setToolTip(tr("shell.tray", site=picture.estate.site.name.get(language()), count=len(self._known)))
        if not fresh or self._window.isActiveWindow():
            return
        QApplication.alert(self._window)  # flashes until the window is brought to the front
        grave = loudest_first([alarm for alarm in fresh if alarm.priority <= TOLD])
        if self.tray is not None and grave:
            first = grave[0]
            title = f"P{first.priority}  {equipment_name(self._picture, first.equipment)}"
            self.tray.showMessage(title, first.text.get(language()), QSystemTrayIcon.MessageIcon.Critical)

    def _raise(self, _reason: object = None) -> None:
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
