"""What is above the chart: spans, the live end, what to compare with, views, notes and export."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QWidget

from console.domain.times import DAY, HOUR, MINUTE
from console.texts import tr
from console.ui.trends.pens import saved_views

SPANS = {
    "10min": 10 * MINUTE, "1h": HOUR, "8h": 8 * HOUR, "1d": DAY, "1w": 7 * DAY, "1m": 30 * DAY,
    "1y": 365 * DAY, "5y": 5 * 365 * DAY,
}  # fmt: skip
COMPARED = (("none", 0), ("day", DAY), ("week", 7 * DAY), ("month", 28 * DAY), ("year", 364 * DAY))
"""28 and 364 days: the same weekday, so that a Monday is compared with a Monday."""


class Toolbar(QWidget):
    """See the module. It only says what was asked for."""

    span_chosen = Signal(object)  # ns
    live_toggled = Signal(bool)
    compare_chosen = Signal(object)  # ns, 0 nothing
    fit_asked = Signal()
    note_asked = Signal()
    export_asked = Signal(str)  # shown | samples | picture
    export_stopped = Signal()
    view_opened = Signal(str)
    view_saved = Signal()
    view_forgotten = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.spans: dict[str, QPushButton] = {}
        for name, span in SPANS.items():
            button = self._button(f"trend_span_{name}", checkable=True)
            button.clicked.connect(self._chooser(span))
            self.spans[name] = button
            row.addWidget(button)
        row.addSpacing(10)
        self.live = self._button("trend_live", checkable=True)
        self.live.toggled.connect(self.live_toggled)
        self.fit = self._button("trend_fit")
        self.fit.clicked.connect(self.fit_asked)
        self.compare = QComboBox()
        self.compare.setObjectName("trend_compare")
        self.compare.activated.connect(lambda place: self.compare_chosen.emit(COMPARED[place][1]))
        for widget in (self.live, self.fit, self.compare):
            row.addWidget(widget)
        row.addStretch(1)
        self.note = self._button("trend_note")
        self.note.clicked.connect(self.note_asked)
        row.addWidget(self.note)
        self.views, self.export = self._menu("trend_views"), self._menu("trend_export")
        self.views.menu().aboutToShow.connect(self._fill_views)
        row.addWidget(self.views)
        row.addWidget(self.export)
        self.stop = self._button("trend_export_stop")
        self.stop.clicked.connect(self.export_stopped)
        self.stop.hide()
        row.addWidget(self.stop)

    def show_export(self, share: int | None) -> None:
        """How far an export is, in per cent, with the way to end it; ``None``: there is none."""
        self.export.setVisible(share is None)
        self.stop.setVisible(share is not None)
        self.stop.setText(tr("trends.export.stop", percent=share or 0))

    def show_state(self, span: int, live: bool, compare: int) -> None:
        """What is on the page."""
        for name, button in self.spans.items():
            button.setChecked(abs(SPANS[name] - span) < span // 1000)
        self.live.blockSignals(True)
        self.live.setChecked(live)
        self.live.blockSignals(False)
        self.compare.setCurrentIndex(next((place for place, (_, shift) in enumerate(COMPARED) if shift == compare), 0))

    def retranslate(self) -> None:
        """All words."""
        for name, button in self.spans.items():
            button.setText(tr(f"trends.span.{name}"))
        for part in ("live", "fit", "note"):
            button = getattr(self, part)
            button.setText(tr(f"trends.{part}"))
            button.setToolTip(tr(f"trends.{part}.tip"))
        place = max(0, self.compare.currentIndex())
        self.compare.clear()
        self.compare.addItems([tr(f"trends.compare.{name}") for name, _ in COMPARED])
        self.compare.setCurrentIndex(place)
        self.views.setText(tr("trends.views"))
        self.export.setText(tr("trends.export"))
        menu = self.export.menu()
        menu.clear()
        for what in ("shown", "samples", "picture"):
            menu.addAction(tr(f"trends.export.{what}")).triggered.connect(self._exporter(what))

    def _fill_views(self) -> None:
        menu = self.views.menu()
        menu.clear()
        names = sorted(saved_views())
        for name in names:
            menu.addAction(name).triggered.connect(self._opener(name))
        if not names:
            menu.addAction(tr("trends.views.none")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(tr("trends.views.save")).triggered.connect(self.view_saved)
        if names:
            forget = menu.addMenu(tr("trends.views.forget"))
            for name in names:
                forget.addAction(name).triggered.connect(self._forgetter(name))
        menu.addAction(tr("trends.clear")).triggered.connect(self.cleared)

    def _button(self, name: str, *, checkable: bool = False) -> QPushButton:
        button = QPushButton()
        button.setObjectName(name)
        button.setCheckable(checkable)
        return button

    def _menu(self, name: str) -> QPushButton:
        button = self._button(name)
        button.setMenu(QMenu(button))
        return button

    def _chooser(self, span: int) -> object:
        return lambda: self.span_chosen.emit(span)

    def _exporter(self, what: str) -> object:
        return lambda: self.export_asked.emit(what)

    def _opener(self, name: str) -> object:
        return lambda: self.view_opened.emit(name)

    def _forgetter(self, name: str) -> object:
        return lambda: self.view_forgotten.emit(name)
