"""What is above both pages: which page, which period, which building and system."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from console.texts import tr
from console.ui.picture import Picture
from console.ui.quality.periods import KINDS, Period
from console.ui.strip import building_name

PAGES = ("alarms", "response")


class Toolbar(QWidget):
    """See the module. ``paged`` (a page's name), ``changed`` after any choice, ``moved`` (-1 or 1), ``today``: to the present."""

    paged = Signal(str)
    changed = Signal()
    moved = Signal(int)
    today = Signal()

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.kind = "week"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.pages = {name: self._button(f"quality_{name}", checkable=True) for name in PAGES}
        for name, button in self.pages.items():
            button.clicked.connect(self._pager(name))
            row.addWidget(button)
        row.addSpacing(16)
        self.kinds = {name: self._button(f"quality_{name}", checkable=True) for name in KINDS}
        for name, button in self.kinds.items():
            button.clicked.connect(self._chooser(name))
            row.addWidget(button)
        self.back, self.span, self.forward = (self._button(f"quality_{name}") for name in ("back", "span", "forward"))
        self.back.setText("‹")
        self.forward.setText("›")
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.forward.clicked.connect(lambda: self.moved.emit(1))
        self.span.clicked.connect(self.today)
        self.span.setMinimumWidth(190)
        for button in (self.back, self.forward):
            button.setFixedWidth(36)
        row.addSpacing(10)
        for button in (self.back, self.span, self.forward):
            row.addWidget(button)
        row.addSpacing(10)
        self.building, self.system = self._combo("quality_building"), self._combo("quality_system")
        row.addWidget(self.building)
        row.addWidget(self.system)
        row.addStretch(1)

    def show_period(self, period: Period, *, latest: bool) -> None:
        """Which one is shown; ``latest``: the present one."""
        self.span.setText(period.title)
        self.forward.setEnabled(not latest)
        for name, button in self.kinds.items():
            button.setChecked(name == period.kind)

    def show_page(self, page: str) -> None:
        """Which page is shown."""
        for name, button in self.pages.items():
            button.setChecked(name == page)

    def equipment(self) -> tuple[str, ...]:
        """The machines that the choice means; empty: all."""
        building, system = self.building.currentData() or "", self.system.currentData() or ""
        if not building and not system:
            return ()
        chosen = tuple(
            machine.id
            for machine in self._picture.equipment.values()
            if (not system or machine.system == system)
            and (not building or building_name(self._picture, machine.location) == building)
        )
        return chosen or ("-",)  # a building without this system: no machine, which is not all machines

    def retranslate(self) -> None:
        """All words."""
        for name, button in self.pages.items():
            button.setText(tr(f"quality.page.{name}"))
        for name, button in self.kinds.items():
            button.setText(tr(f"quality.kind.{name}"))
        self.back.setToolTip(tr("quality.back"))
        self.forward.setToolTip(tr("quality.forward"))
        self.span.setToolTip(tr("quality.today"))
        self.fill()

    def fill(self) -> None:
        """The buildings and systems that there are; the choice stays."""
        machines = self._picture.equipment.values()
        systems = sorted({machine.system for machine in machines})
        buildings = sorted({building_name(self._picture, machine.location) for machine in machines})
        for box, first, entries in (
            (self.building, "alarms.all_buildings", [(name, name) for name in buildings]),
            (self.system, "alarms.all_systems", [(tr(f"alarms.system.{name}"), name) for name in systems]),
        ):
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            box.addItem(tr(first), "")
            for shown, value in entries:
                box.addItem(shown, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)

    def _button(self, name: str, *, checkable: bool = False) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setCheckable(checkable)
        return button

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.currentIndexChanged.connect(lambda _place: self.changed.emit())
        return combo

    def _chooser(self, kind: str) -> object:
        def choose() -> None:
            self.kind = kind
            self.changed.emit()

        return choose

    def _pager(self, page: str) -> object:
        return lambda: self.paged.emit(page)
