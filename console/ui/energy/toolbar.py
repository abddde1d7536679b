"""What is above the energy page: what, which span, what to compare with; and what belongs to the breakdown: its grouping."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from console.texts import tr
from console.ui.energy.meters import GROUPINGS

KINDS = ("day", "month", "year")
COMPARED = ("none", "previous", "year")


class Toolbar(QWidget):
    """See the module. ``grouping`` and ``export`` are for the page to place.

    ``changed`` after a choice that must be asked for, ``regrouped`` after another grouping; ``moved`` by -1 or 1; ``today``
    back to the present.
    """

    changed = Signal()
    regrouped = Signal()
    moved = Signal(int)
    today = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = "day"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.unit = self._combo("energy_unit")
        row.addWidget(self.unit)
        self.kinds: dict[str, QPushButton] = {}
        for name in KINDS:
            button = self._button(f"energy_{name}", checkable=True)
            button.clicked.connect(self._chooser(name))
            self.kinds[name] = button
            row.addWidget(button)
        row.addSpacing(10)
        self.back, self.span, self.forward = (
            self._button("energy_back"),
            self._button("energy_span"),
            self._button("energy_forward"),
        )
        self.back.setText("‹")
        self.forward.setText("›")
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.forward.clicked.connect(lambda: self.moved.emit(1))
        self.span.clicked.connect(self.today)
        for button in (self.back, self.forward):
            button.setFixedWidth(36)
        self.span.setMinimumWidth(110)
        for button in (self.back, self.span, self.forward):
            row.addWidget(button)
        row.addSpacing(10)
        self.compare, self.grouping = self._combo("energy_compare"), self._combo("energy_grouping", self.regrouped)
        row.addWidget(self.compare)
        row.addStretch(1)
        self.export = self._button("energy_export")
        self.export.clicked.connect(self.export_asked)

    def show_span(self, day: date, *, latest: bool) -> None:
        """Which day, month or year is shown; ``latest``: the present one."""
        form = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[self.kind]
        self.span.setText(day.strftime(form))
        self.forward.setEnabled(not latest)
        for name, button in self.kinds.items():
            button.setChecked(name == self.kind)

    def show_units(self, units: list[str]) -> None:
        """What there are meters of; the choice stays."""
        if [self.unit.itemData(place) for place in range(self.unit.count())] == units:
            return
        chosen = self.unit.currentData()
        self.unit.blockSignals(True)
        self.unit.clear()
        for unit in units:
            self.unit.addItem("", unit)
        self.unit.setCurrentIndex(max(0, self.unit.findData(chosen)))
        self.unit.blockSignals(False)
        self._name_units()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self.kinds.items():
            button.setText(tr(f"energy.kind.{name}"))
        self.back.setToolTip(tr("energy.back"))
        self.forward.setToolTip(tr("energy.forward"))
        self.span.setToolTip(tr("energy.today"))
        self.export.setText(tr("widgets.table.export"))
        self._words(self.compare, [tr(f"energy.compare.{name}") for name in COMPARED])
        self._words(self.grouping, [tr(f"energy.grouping.{name}") for name in GROUPINGS])
        self._name_units()

    def compared(self) -> str:
        """none, previous or year."""
        return COMPARED[max(0, self.compare.currentIndex())]

    def grouped(self) -> str:
        """meter, building or load."""
        return GROUPINGS[max(0, self.grouping.currentIndex())]

    def choose(self, kind: str) -> None:
        """day, month or year."""
        self.kind = kind
        self.changed.emit()

    def _name_units(self) -> None:
        for place in range(self.unit.count()):
            unit = self.unit.itemData(place)
            self.unit.setItemText(place, tr(f"energy.what.{unit}"))

    @staticmethod
    def _words(combo: QComboBox, words: list[str]) -> None:
        place = max(0, combo.currentIndex())
        combo.blockSignals(True)
        combo.clear()
        combo.addItems(words)
        combo.setCurrentIndex(place)
        combo.blockSignals(False)

    def _combo(self, name: str, said: SignalInstance | None = None) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(name)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        told = said or self.changed
        combo.activated.connect(lambda _place: told.emit())
        return combo

    def _button(self, name: str, *, checkable: bool = False) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setCheckable(checkable)
        return button

    def _chooser(self, kind: str) -> object:
        return lambda: self.choose(kind)
