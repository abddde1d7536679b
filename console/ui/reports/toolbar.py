"""Above a paper: of which span it is, in which unit, and as what file it is taken."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from console.domain.maintenance.reports import ENERGY, SPANS, Period
from console.texts import tr
from console.ui.widgets.cards import GAP

FILES = ("pdf", "xlsx", "csv")


class Toolbar(QWidget):
    """``moved`` by -1 or 1 spans, ``spanned`` with how many months, ``measured`` after another unit, ``taken`` with the file's
    form, ``reset`` to the last span that is over."""

    moved = Signal(int)
    spanned = Signal(int)
    measured = Signal()
    taken = Signal(str)
    reset = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.spans: dict[int, QPushButton] = {}
        for months in SPANS:
            button = QPushButton()
            button.setObjectName(f"reports_span_{months}")
            button.setCheckable(True)
            button.clicked.connect(self._spanner(months))
            self.spans[months] = button
            row.addWidget(button)
        row.addSpacing(GAP)
        self.back, self.span, self.forward = QPushButton("‹"), QPushButton(), QPushButton("›")
        for button, step in ((self.back, -1), (self.forward, 1)):
            button.setFixedWidth(36)
            button.clicked.connect(self._mover(step))
        self.span.setMinimumWidth(110)
        self.span.setObjectName("reports_period")
        self.span.clicked.connect(self.reset)
        for button in (self.back, self.span, self.forward):
            row.addWidget(button)
        row.addSpacing(GAP)
        self.unit = QComboBox()
        self.unit.setObjectName("reports_unit")
        self.unit.currentIndexChanged.connect(lambda _place: self.measured.emit())
        row.addWidget(self.unit)
        row.addStretch(1)
        self.files: dict[str, QPushButton] = {}
        for form in FILES:
            button = QPushButton(form.upper() if form != "xlsx" else "Excel")
            button.setObjectName(f"reports_{form}")
            button.clicked.connect(self._taker(form))
            self.files[form] = button
            row.addWidget(button)

    def show_choice(self, what: str, of: Period, *, over: bool) -> None:
        """What is chosen. ``over``: later spans may be asked for."""
        for months, button in self.spans.items():
            button.setChecked(months == of.months)
            button.setEnabled(what != ENERGY or months in (1, 12))
        self.span.setText(of.name)
        self.forward.setEnabled(over)
        self.unit.setVisible(what == ENERGY)

    def show_units(self, units: list[str]) -> None:
        """The units that there are meters of."""
        if [self.unit.itemText(place) for place in range(self.unit.count())] != units:
            self.unit.blockSignals(True)
            self.unit.clear()
            self.unit.addItems(units)
            self.unit.blockSignals(False)

    def retranslate(self) -> None:
        """All words."""
        for months, button in self.spans.items():
            button.setText(tr(f"reports.ui.span.{months}"))
        self.span.setToolTip(tr("reports.ui.last"))
        for form, button in self.files.items():
            button.setToolTip(tr("reports.ui.take", form=form.upper()))

    def _mover(self, step: int) -> object:
        return lambda: self.moved.emit(step)

    def _spanner(self, months: int) -> object:
        return lambda: self.spanned.emit(months)

    def _taker(self, form: str) -> object:
        return lambda: self.taken.emit(form)
