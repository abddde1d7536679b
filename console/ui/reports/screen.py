"""The report centre: on the left the papers, on the right the chosen one with the rows behind its figures; last the mailings.

Papers are made by the collector's workers; what is asked for is the last span that is over, which is what people want of a report.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from console.domain.documents import Document
from console.domain.estate import ValueKind
from console.domain.maintenance.reports import ENERGY, PAPERS, REPORT, Period, period, shifted
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.reports.fetching import Papers
from console.ui.reports.mailings import Mailings, paper_title
from console.ui.reports.toolbar import Toolbar
from console.ui.reports.view import PaperView
from console.ui.widgets.cards import GAP, Blank, label

MAILINGS = "mailings"
LIST_WIDTH = 190
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Navigator(Protocol):
    """Where rows lead."""

    def open_screen(self, name: str) -> None: ...

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...

    def open_hazard(self, name: str) -> None: ...

    def open_round(self, name: str) -> None: ...


class ReportsScreen(QWidget):
    """See the module."""

    name = "reports"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._navigator = picture, navigator
        self._what, self._months = REPORT, 1
        self._of: Period | None = None
        self._asked: tuple[str, Period, str] | None = None
        self.papers = Papers(desk, self)
        self.list, self.toolbar, self.view, self.blank = QListWidget(), Toolbar(), PaperView(), Blank()
        self.mailings = Mailings(picture, desk)
        self.list.setObjectName("reports_list")
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.setSpacing(3)
        for what in (*PAPERS, MAILINGS):
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, what)
            self.list.addItem(item)
        self._said = label("", "dim", wrap=True)
        self._stack = QStackedWidget()
        for page in (self.view, self.blank, self.mailings):
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.toolbar)
        right.addWidget(self._said)
        right.addWidget(self._stack, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(self.list)
        outer.addLayout(right, 1)
        self._said.hide()
        self.list.currentRowChanged.connect(self._chosen)
        self.toolbar.moved.connect(self.move_by)
        self.toolbar.spanned.connect(self._span)
        self.toolbar.measured.connect(self.refresh)
        self.toolbar.taken.connect(self.take)
        self.toolbar.reset.connect(self._reset)
        self.view.followed.connect(self.follow)
        self.papers.shown.connect(self._show)
        self.papers.failed.connect(self._failed)
        self.papers.saved.connect(lambda file: self._say(tr("reports.ui.saved", file=file)))
        picture.replaced.connect(self._replaced)
        for keys, step in (("Alt+PgUp", -1), ("Alt+PgDown", 1)):
            QShortcut(QKeySequence(keys), self).activated.connect(self._mover(step))
        self.retranslate()
        self.list.setCurrentRow(0)

    # --- what the shell asks

    def retranslate(self) -> None:
        """All words; the paper is asked for anew in the other language."""
        for place in range(self.list.count()):
            item = self.list.item(place)
            what = item.data(Qt.ItemDataRole.UserRole)
            item.setText(tr("reports.ui.mailings") if what == MAILINGS else paper_title(what))
        self.toolbar.retranslate()
        self.mailings.retranslate()
        self.blank.say(tr("reports.ui.waiting"), tr("reports.ui.waiting.advice"))
        self._asked = None
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask when it is seen."""
        super().showEvent(event)
        self.refresh()

    def show_paper(self, what: str) -> None:
        """Open one of the papers by its name."""
        for place in range(self.list.count()):
            if self.list.item(place).data(Qt.ItemDataRole.UserRole) == what:
                self.list.setCurrentRow(place)

    # --- what is chosen

    @property
    def of(self) -> Period:
        """The chosen span; at first the last one that is over."""
        if self._of is None or self._of.months != self._months:
            zone = self._picture.estate.site.timezone
            there = (_EPOCH + timedelta(microseconds=self._picture.now() // 1000)).astimezone(ZoneInfo(zone))
            self._of = shifted(period(there.year, there.month, self._months, zone), -self._months, zone)
        return self._of

    def move_by(self, steps: int) -> None:
        """So many spans later."""
        self._of = shifted(self.of, steps * self._months, self._picture.estate.site.timezone)
        self.refresh()

    def refresh(self) -> None:
        """Ask for the paper that is chosen, if it is seen and not shown already."""
        if not self.isVisible():
            return
        mailings = self._what == MAILINGS
        self.toolbar.setVisible(not mailings)
        if mailings:
            self._stack.setCurrentWidget(self.mailings)
            return
        self.toolbar.show_units(self._units())
        self.toolbar.show_choice(self._what, self.of, over=self.of.until <= self._picture.now())
        unit = self.toolbar.unit.currentText() if self._what == ENERGY else ""
        asked = (self._what, self.of, unit)
        if asked == self._asked:
            return
        self._asked = asked
        self._said.hide()
        self._stack.setCurrentWidget(self.blank)
        self.papers.ask(self._what, **self._wanted())

    def take(self, form: str) -> None:
        """The paper as a file."""
        self.papers.save_as(self, f"{paper_title(self._what)} {self.of.name}", self._what, form=form, **self._wanted())

    def follow(self, link: str) -> None:
        """To what a row stands for."""
        kind, _, name = link.partition(":")
        goal = self._navigator
        match kind:
            case "order":
                goal.open_order(int(name))
            case "fault":
                goal.open_fault(int(name))
            case "equipment" if name:
                goal.open_equipment(name)
            case "hazard":
                goal.open_hazard(name)
            case "round":
                goal.open_round(name)
            case "paper":
                self.show_paper(name)
            case "report":
                year, month, months = (int(part) for part in name.split("-"))
                self._months, self._of = months, period(year, month, months, self._picture.estate.site.timezone)
                self.refresh()
            case "rounds" | "drills" | "people":
                goal.open_screen(kind)
            case "card":
                goal.open_screen("ledger")
            case "part":
                goal.open_screen("stock")
            case "orders":
                goal.open_screen("orders")
            case _:
                pass

    def _wanted(self) -> dict[str, object]:
        of = self.of
        unit = self.toolbar.unit.currentText() if self._what == ENERGY else ""
        return {"year": of.year, "month": of.month, "months": of.months, "unit": unit}

    def _units(self) -> list[str]:
        metering = {machine.id for machine in self._picture.equipment.values() if machine.system == "metering"}
        found = [
            point.unit for point in self._picture.points.values() if point.kind is ValueKind.COUNTER and point.equipment in metering
        ]
        return sorted({unit for unit in found if unit}, key=lambda unit: -found.count(unit))

    def _chosen(self, row: int) -> None:
        if row < 0:
            return
        self._what = self.list.item(row).data(Qt.ItemDataRole.UserRole)
        if self._what == ENERGY and self._months not in (1, 12):
            self._months = 1
        if self._what == MAILINGS:
            self.mailings.ask_channels()
        self.refresh()

    def _span(self, months: int) -> None:
        self._months = months
        self.refresh()

    def _reset(self) -> None:
        self._of = None
        self.refresh()

    def _mover(self, step: int) -> object:
        return lambda: self.move_by(step)

    def _replaced(self) -> None:
        self._asked = None
        self.refresh()

    def _show(self, paper: Document) -> None:
        self.view.show_paper(paper)
        if self._what != MAILINGS:
            self._stack.setCurrentWidget(self.view)

    def _failed(self, problem: Problem) -> None:
        self._asked = None
        self._say(sentence(problem))
        if self._stack.currentWidget() is self.blank:
            self.blank.say(tr("reports.ui.failed"), sentence(problem))

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.show()
