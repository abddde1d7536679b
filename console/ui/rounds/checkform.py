"""One check of a route: its words, kind, limits, point, and what its failure becomes."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from console.domain.maintenance.hazards import KINDS
from console.domain.maintenance.rounds import NO, ON_FAIL, YES, Check, CheckKind
from console.domain.text import Text
from console.texts import tr
from console.ui.picture import Picture
from console.ui.widgets.cards import label

LINES = ("zh", "en", "place_zh", "place_en", "unit", "low", "high", "point")
BOXES = ("kind", "good", "on_fail", "hazard", "priority")
TICKS = ("photo", "optional", "major")


class CheckForm(QWidget):
    """Says ``changed`` with the check as it is now, whenever a field was left or chosen."""

    changed = Signal(object)

    def __init__(self, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._check: Check | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 6, 0, 0)
        self._lines = {name: QLineEdit() for name in LINES}
        self._boxes = {name: QComboBox() for name in BOXES}
        self._ticks = {name: QCheckBox() for name in TICKS}
        self._names = {name: label(role="dim") for name in (*LINES, *BOXES)}
        for place, name in enumerate((*LINES, *BOXES)):
            field: QWidget = self._lines.get(name) or self._boxes[name]
            field.setObjectName(f"check_{name}")
            row, column = divmod(place, 4)
            grid.addWidget(self._names[name], row * 2, column)
            grid.addWidget(field, row * 2 + 1, column)
        for place, (name, tick) in enumerate(self._ticks.items()):
            tick.setObjectName(f"check_{name}")
            grid.addWidget(tick, 7, 1 + place)
        for line in self._lines.values():
            line.editingFinished.connect(self._edited)
        for box in self._boxes.values():
            box.activated.connect(self._edited)
        for tick in self._ticks.values():
            tick.clicked.connect(self._edited)
        self.retranslate()

    def show_check(self, check: Check | None) -> None:
        """Another check, or none."""
        self._check = check
        self.setEnabled(check is not None)
        if check is None:
            return
        texts = {
            "zh": check.text.zh, "en": check.text.en, "place_zh": check.place.zh, "place_en": check.place.en, "unit": check.unit,
            "low": "" if check.low is None else f"{check.low:g}", "high": "" if check.high is None else f"{check.high:g}",
            "point": check.point,
        }  # fmt: skip
        for name, text in texts.items():
            self._lines[name].setText(text)
            self._lines[name].setProperty("wrong", False)
        chosen = {
            "kind": check.kind.value,
            "good": check.good,
            "on_fail": check.on_fail,
            "hazard": check.hazard,
            "priority": str(check.priority),
        }
        for name, value in chosen.items():
            self._boxes[name].setCurrentIndex(max(0, self._boxes[name].findData(value)))
        for name, tick in self._ticks.items():
            tick.setChecked(bool(getattr(check, name)))
        self._show_fields()

    def begin(self) -> None:
        """Ready to type the words."""
        self._lines["zh"].setFocus()
        self._lines["zh"].selectAll()

    def retranslate(self) -> None:
        """All words."""
        for name, piece in self._names.items():
            piece.setText(tr(f"routes.check.{name}"))
        for name, tick in self._ticks.items():
            tick.setText(tr(f"routes.check.{name}"))
        entries = {
            "kind": [(tr(f"rounds.kind.{kind.value}"), kind.value) for kind in CheckKind],
            "good": [(tr(f"rounds.answer.{answer}"), answer) for answer in (YES, NO)],
            "on_fail": [(tr(f"rounds.on_fail.{each}"), each) for each in ON_FAIL],
            "hazard": [(tr(f"hazards.kind.{each}"), each) for each in KINDS],
            "priority": [(f"P{each}", str(each)) for each in range(1, 5)],
        }
        for name, box in self._boxes.items():
            value = box.currentData()
            box.clear()
            for shown, data in entries[name]:
                box.addItem(shown, data)
            box.setCurrentIndex(max(0, box.findData(value)))
        self.show_check(self._check)

    def _show_fields(self) -> None:
        check = self._check
        if check is None:
            return
        figure = check.kind is CheckKind.VALUE
        for name, shown in (("low", figure), ("high", figure), ("unit", figure), ("good", check.kind is CheckKind.YES_NO),
                            ("hazard", check.on_fail == "hazard"), ("priority", check.on_fail == "order")):  # fmt: skip
            (self._lines.get(name) or self._boxes[name]).setEnabled(shown)
        self._ticks["major"].setEnabled(check.on_fail == "hazard")

    def _edited(self) -> None:
        if self._check is None:
            return
        lines = {name: line.text().strip() for name, line in self._lines.items()}
        low, high = self._figure("low"), self._figure("high")
        made = replace(
            self._check, text=Text(lines["zh"], lines["en"]), place=Text(lines["place_zh"], lines["place_en"]), unit=lines["unit"],
            low=low, high=high, point=lines["point"], kind=CheckKind(self._boxes["kind"].currentData()),
            good=str(self._boxes["good"].currentData()), on_fail=str(self._boxes["on_fail"].currentData()),
            hazard=str(self._boxes["hazard"].currentData()), priority=int(self._boxes["priority"].currentData()),
            photo=self._ticks["photo"].isChecked(), optional=self._ticks["optional"].isChecked(),
            major=self._ticks["major"].isChecked(),
        )  # fmt: skip
        if made != self._check:
            self._check = made
            self._show_fields()
            self.changed.emit(made)

    def _figure(self, name: str) -> float | None:
        """The figure of a line; one that is none is marked and counts as before."""
        line = self._lines[name]
        text = line.text().strip()
        try:
            found = float(text) if text else None
        except ValueError:
            line.setProperty("wrong", True)
            line.style().polish(line)
            return getattr(self._check, name) if self._check is not None else None
        line.setProperty("wrong", False)
        line.style().polish(line)
        return found
