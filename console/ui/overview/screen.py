"""Level 1 put together."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from console.texts import tr
from console.ui.desk import Desk
from console.ui.overview.elevators import ElevatorsPane
from console.ui.overview.fire import FirePane
from console.ui.overview.metering import MeteringPane
from console.ui.overview.panes import Pane
from console.ui.overview.promises import DuePane, PromisesPane
from console.ui.overview.water import WaterPane
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, Card


class Navigator(Protocol):
    """Where the overview leads."""

    def open_equipment(self, equipment: str) -> None: ...

    def open_fault(self, number: int) -> None: ...


class OverviewScreen(QWidget):
    """The estate on one screen. Systems that the estate does not have leave their place to the others."""

    name = "overview"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._panes: dict[str, Pane] = {
            "elevators": ElevatorsPane(picture),
            "water": WaterPane(picture),
            "fire": FirePane(picture),
            "metering": MeteringPane(picture),
        }
        self._promises, self._due = PromisesPane(picture), DuePane(picture)
        self._cards = {name: Card() for name in (*self._panes, "promises", "due")}
        for name, pane in self._panes.items():
            self._cards[name].body.addWidget(pane, 1)
            pane.equipment_opened.connect(navigator.open_equipment)
        self._cards["promises"].body.addWidget(self._promises, 1)
        self._cards["due"].body.addWidget(self._due, 1)
        self._promises.fault_opened.connect(navigator.open_fault)
        self._due.equipment_opened.connect(navigator.open_equipment)
        self._blank = Blank()
        self._lay_out()
        picture.replaced.connect(self._replaced)
        picture.values_changed.connect(self._repaint_cars)
        picture.ticked.connect(self._repaint)
        picture.alarms_changed.connect(self._repaint)
        for signal in (picture.faults_changed, picture.orders_changed, picture.ticked, picture.plans_changed):
            signal.connect(self._repaint_promises)
        picture.link_changed.connect(self._repaint)
        self._replaced()

    def _lay_out(self) -> None:
        self._switch = QStackedLayout(self)
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self._cards["promises"], 3)
        right.addWidget(self._cards["due"], 2)
        layout.addLayout(self._grid, 3)
        layout.addLayout(right, 1)
        self._switch.addWidget(page)
        self._switch.addWidget(self._blank)

    def retranslate(self) -> None:
        """All words."""
        for name, pane in self._panes.items():
            self._cards[name].set_heading(tr(f"overview.{name}"), pane.summary() if pane.machines else "")
        open_faults = sum(fault.open and not fault.drill for fault in self._picture.faults.values())
        self._cards["promises"].set_heading(tr("overview.promises"), tr("overview.promises.remark", count=open_faults))
        self._cards["due"].set_heading(tr("overview.due"), "")
        self._say_blank()
        self._repaint()
        self._repaint_promises()

    def _replaced(self) -> None:
        shown = []
        for name, pane in self._panes.items():
            pane.choose()
            card = self._cards[name]
            self._grid.removeWidget(card)
            card.setVisible(bool(pane.machines))
            if pane.machines:
                shown.append(card)
        for place, card in enumerate(shown):
            wide = len(shown) % 2 == 1 and place == len(shown) - 1
            self._grid.addWidget(card, place // 2, place % 2, 1, 2 if wide else 1)
        self._switch.setCurrentIndex(0 if self._picture.equipment else 1)
        self.retranslate()

    def _say_blank(self) -> None:
        if self._picture.revision:
            self._blank.say(tr("overview.empty"), tr("overview.empty.advice"))
        else:
            self._blank.say(tr("overview.loading"), tr("overview.loading.advice"))

    def _repaint(self, _changed: object = None) -> None:
        if self.isVisible():
            for name, pane in self._panes.items():
                if pane.machines:
                    pane.update()
                    self._cards[name].remark.setText(pane.summary())

    def _repaint_cars(self, _numbers: object = None) -> None:
        """Cars move five times a second; a level, a meter or a detector is drawn once: alarms are drawn at once anyway."""
        if self.isVisible() and self._panes["elevators"].machines:
            self._panes["elevators"].update()

    def _repaint_promises(self, _changed: object = None) -> None:
        if self.isVisible():
            self._promises.update()
            self._due.update()
            count = sum(fault.open and not fault.drill for fault in self._picture.faults.values())
            self._cards["promises"].remark.setText(tr("overview.promises.remark", count=count))
