"""One machine's page: what it is; its live state with points and trend; its card with documents; its life story."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from console.domain.estate import Equipment, Point
from console.texts import tr
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.equipment.aside import Aside
from console.ui.equipment.cardpage import CardPage
from console.ui.equipment.drawings import Drawing, MeterDrawing
from console.ui.equipment.header import Header, Navigator
from console.ui.equipment.lift import LiftDrawing
from console.ui.equipment.panel import PanelDrawing
from console.ui.equipment.points import PointsCard
from console.ui.equipment.pumps import PumpDrawing, PumpSetDrawing
from console.ui.equipment.storypage import StoryPage
from console.ui.equipment.trend import TrendCard
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Card

NARROW = 1280  # below it the right column takes turns with the drawing
SIDE = 350
TABS = ("live", "card", "story")


class MachinePage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._machine: Equipment | None = None
        self._numbers: set[int] = set()
        self.header = Header(picture, desk, navigator)
        self.points, self.trend = PointsCard(picture, desk), TrendCard(picture, desk)
        self.aside = Aside(picture, desk)
        self._state = Card()
        self._drawings: dict[str, Drawing] = {}
        self.drawing: Drawing | None = None
        self._navigator = navigator
        self.card, self.story = CardPage(picture, desk), StoryPage(picture, desk, navigator)
        self._lay_out()
        self.points.picked.connect(self._picked)
        self.points.bench_asked.connect(navigator.open_bench)
        self.aside.alarm_opened.connect(navigator.open_alarm)
        self.aside.order_opened.connect(navigator.open_order)
        self.trend.wide_asked.connect(navigator.open_trend)
        self.card.ledger_asked.connect(navigator.open_ledger)
        picture.values_changed.connect(self._values)
        picture.alarms_changed.connect(self._alarms)
        picture.orders_changed.connect(self._orders)
        for signal in (picture.faults_changed, picture.people_changed, desk.pending_changed):
            signal.connect(self.header.refresh)
        picture.plans_changed.connect(self.aside.refresh)
        picture.link_changed.connect(self._link)
        picture.ticked.connect(self._tick)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(self.header)
        self._live = QWidget()
        self._columns = QHBoxLayout(self._live)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(GAP)
        self._left = QVBoxLayout()
        self._left.setSpacing(GAP)
        self._tabs = QWidget()
        tabs = QHBoxLayout(self._tabs)
        tabs.setContentsMargins(0, 0, 0, 0)
        self.show_state, self.show_aside = QPushButton(), QPushButton()
        for button, name, aside in ((self.show_state, "tab_state", False), (self.show_aside, "tab_aside", True)):
            button.setObjectName(name)
            button.setCheckable(True)
            button.clicked.connect(self._turner(aside))
            tabs.addWidget(button, 1)
        self._left.addWidget(self._tabs)
        self._left.addWidget(self._state, 1)
        middle = QVBoxLayout()
        middle.setSpacing(GAP)
        middle.addWidget(self.points, 3)
        middle.addWidget(self.trend, 2)
        self._state.setFixedWidth(SIDE)
        self.aside.setFixedWidth(SIDE)
        self._columns.addLayout(self._left)
        self._columns.addLayout(middle, 1)
        self._columns.addWidget(self.aside)
        self.sheets = QTabBar()
        self.sheets.setObjectName("machine_tabs")
        self.sheets.setDrawBase(False)
        self.sheets.setExpanding(False)
        for _name in TABS:
            self.sheets.addTab("")
        self._stack = QStackedWidget()
        for page in (self._live, self.card, self.story):
            self._stack.addWidget(page)
        self.sheets.currentChanged.connect(self._stack.setCurrentIndex)
        outer.addWidget(self.sheets)
        outer.addWidget(self._stack, 1)
        self._narrow = False
        self._turn(False)

    def _turner(self, aside: bool) -> Callable[[], None]:
        return lambda: self._turn(aside)

    def _turn(self, aside: bool) -> None:
        """In a narrow window the live state and the right column take turns."""
        self.show_state.setChecked(not aside)
        self.show_aside.setChecked(aside)
        self._tabs.setVisible(self._narrow)
        self._state.setVisible(not (self._narrow and aside))
        self.aside.setVisible(aside or not self._narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Three columns, or two where there is no room."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            if narrow:
                self._left.addWidget(self.aside, 1)
            else:
                self._columns.addWidget(self.aside)
            self._turn(False)

    # --- what the screen says

    @property
    def machine(self) -> Equipment | None:
        """The machine that is shown."""
        return self._machine

    def show_machine(self, machine: Equipment) -> None:
        """This one; the same one again (another configuration) keeps what is selected."""
        other = self._machine is None or self._machine.id != machine.id
        self._machine = machine
        points = presenter.points_of(self._picture, machine.id)
        parts = presenter.family(self._picture, machine.id)
        self._numbers = {point.number for part in parts for point in self._picture.points_of.get(part, [])}
        self.header.show_machine(machine)
        self._show_drawing(machine)
        self.points.show_machine(machine.id, points)
        self.card.show_card(machine.id)
        self.story.show_machine(machine)
        live = machine.id in self._picture.equipment
        self.sheets.setTabVisible(0, live)
        if not live and self.sheets.currentIndex() == 0:
            self.sheets.setCurrentIndex(1)
        elif live and other:
            self.sheets.setCurrentIndex(0)
        self.aside.show_machine(machine)
        if other:
            self.points.table.clearSelection()
        selected = self.points.table.selected()
        first = presenter.first_trend(points)
        self._show_trend(selected or ([first] if first is not None else []))
        self.show_state.setText(tr("equipment.state"))
        self.show_aside.setText(tr("equipment.tab.aside"))
        self._state.set_heading(tr("equipment.state"), tr(f"domain.system.{machine.system}"))

    def retranslate(self) -> None:
        """All words."""
        for place, name in enumerate(TABS):
            self.sheets.setTabText(place, tr(f"ledger.page.{name}"))
        self.card.retranslate()
        self.story.retranslate()
        if self._machine is not None:
            self.points.retranslate()
            self.show_machine(self._machine)
            self.trend.retranslate()

    def _show_drawing(self, machine: Equipment) -> None:
        page = machine.page if machine.page in DRAWINGS else "generic"
        if page not in self._drawings:
            made = self._drawings[page] = DRAWINGS[page](self._picture)
            made.opened.connect(self._navigator.open_equipment)
            made.chosen.connect(self._point_chosen)
            self._state.body.addWidget(made, 1)
        self.drawing = self._drawings[page]
        for name, drawing in self._drawings.items():
            drawing.setVisible(name == page)
        self.drawing.show_machine(machine)

    # --- what changes

    def _picked(self, points: list[Point]) -> None:
        if points:
            self._show_trend(points)

    def _show_trend(self, points: list[Point]) -> None:
        """A machine without numbers (a fire panel) leaves the room to its points."""
        self.trend.setVisible(bool(points))
        self.trend.show_points(points)

    def _point_chosen(self, point: str) -> None:
        self.points.table.select(point)

    def _values(self, numbers: set[int]) -> None:
        if self.drawing is not None and self.isVisible() and not self._numbers.isdisjoint(numbers):
            self.drawing.update()

    def _alarms(self, numbers: set[int]) -> None:
        self.header.refresh(numbers)
        self.aside.changed(numbers)
        if self.drawing is not None:
            self.drawing.update()

    def _orders(self, numbers: set[int]) -> None:
        self.header.refresh(numbers)
        self.aside.changed(numbers)

    def _link(self, _state: str) -> None:
        if self.drawing is not None:
            self.drawing.update()
        self.points.tick()

    def _tick(self) -> None:
        if not self.isVisible() or self._machine is None:
            return
        self.header.tick()
        self.points.tick()
        self.trend.tick()
        self.aside.tick()


DRAWINGS: dict[str, type[Drawing]] = {
    "elevator": LiftDrawing,
    "pump": PumpDrawing,
    "pump_set": PumpSetDrawing,
    "fire_panel": PanelDrawing,
    "meter": MeterDrawing,
    "generic": Drawing,
}
