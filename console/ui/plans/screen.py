"""维保计划: the calendar of the next 24 months, the plans, the year as a table, its work, and the working days."""

from __future__ import annotations

from datetime import date

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.domain.maintenance.planning import is_date
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.plans.agenda import AgendaPage, Navigator
from console.ui.plans.days import DaysPage
from console.ui.plans.listing import ListingPage
from console.ui.plans.outlook import Outlook
from console.ui.plans.workload import WorkloadPage
from console.ui.plans.yeartable import YearPage
from console.ui.registers.tabs import Tabs


class PlansScreen(QWidget):
    """See the module."""

    name = "plans"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outlook = Outlook(picture, desk, self)
        self.agenda = AgendaPage(picture, desk, self.outlook, navigator)
        self.listing = ListingPage(picture, desk, self.outlook, navigator)
        self.table = YearPage(picture, self.outlook)
        self.workload = WorkloadPage(self.outlook)
        self.days = DaysPage(picture, desk, self.outlook)
        pages: dict[str, QWidget] = {
            "calendar": self.agenda, "list": self.listing, "table": self.table, "workload": self.workload, "days": self.days,
        }  # fmt: skip
        self.tabs = Tabs("plans", pages)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.tabs)
        self.workload.opened_day.connect(self._open_day)
        self.table.opened_day.connect(self._open_day)

    def show_plan(self, plan: str) -> None:
        """A plan in its list, by its record or an order's ``plan`` (``equipment/key``); a date (``YYYY-MM-DD``): its day;
        ``new:equipment:fault``: the form of a new one."""
        if is_date(plan):
            self._open_day(date.fromisoformat(plan).toordinal())
        elif plan.startswith("new:"):
            self.tabs.open("list")
            self.listing.new_for(*plan.split(":")[1:3])
        else:
            self.tabs.open("list")
            self.listing.show_plan(plan)

    def retranslate(self) -> None:
        """All words."""
        self.tabs.retranslate()

    def _open_day(self, day: int) -> None:
        self.tabs.open("calendar")
        self.agenda.show_day(day)

    def showEvent(self, event: QShowEvent) -> None:
        """Reckon only for somebody who looks."""
        super().showEvent(event)
        self.outlook.want(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody does."""
        super().hideEvent(event)
        self.outlook.want(False)
