"""The shift screen: on duty, 2-hourly record, handover, daily report, drill."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.texts import tr
from console.ui.desk import Desk
from console.ui.horn import Horn
from console.ui.picture import Picture
from console.ui.shift.daily import DailyPage
from console.ui.shift.drillpage import DrillPage
from console.ui.shift.duty import DutyPage
from console.ui.shift.handover import HandoverPage
from console.ui.shift.records import RecordsPage
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import GAP

PAGES = ("duty", "records", "handover", "daily", "drill")


class Navigator(Protocol):
    """Where the shift leads, and what sounds."""

    horn: Horn

    def open_screen(self, name: str) -> None: ...

    def open_fault(self, number: int) -> None: ...


class ShiftScreen(QWidget):
    """Five pages."""

    name = "shift"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        bar = QHBoxLayout()
        layout.addLayout(bar)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        book = DutyBook(picture, desk, self)
        self.duty = DutyPage(book, navigator)
        self.records, self.handover = RecordsPage(picture, desk), HandoverPage(picture, desk)
        self.daily, self.drill = DailyPage(picture, desk), DrillPage(book, navigator)
        self.pages: dict[str, QWidget] = {name: getattr(self, name) for name in PAGES}
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for name, page in self.pages.items():
            button = QPushButton()
            button.setObjectName(f"shift_{name}")
            button.setCheckable(True)
            button.clicked.connect(partial(self.open_page, name))
            self._group.addButton(button)
            self._buttons[name] = button
            bar.addWidget(button)
            self._stack.addWidget(page)
        bar.addStretch(1)
        self.duty.records_wanted.connect(partial(self.open_page, "records"))
        self.duty.handover_wanted.connect(partial(self.open_page, "handover"))
        self.open_page("duty")
        self.retranslate()

    def open_page(self, name: str, _checked: bool = False) -> None:
        """Show one of the pages."""
        self._buttons[name].setChecked(True)
        self._stack.setCurrentWidget(self.pages[name])

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._buttons.items():
            button.setText(tr(f"shift.page.{name}"))
        for page in (self.duty, self.records, self.handover, self.daily, self.drill):
            page.retranslate()
