"""One point's test: our value beside the device's, and what it came to. Works with the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commissioning import Result
from console.domain.estate import Point
from console.texts import language, tr
from console.ui.commissioning.parts import Fields, why_not
from console.ui.commissioning.sheetrows import choices
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.values import value_text, with_unit
from console.ui.widgets.cards import label
from console.ui.widgets.whybad import WhyLabel


class TestForm(QWidget):
    """``recorded`` carries the result that is to be recorded; what is typed is asked for by the pane. The instrument stays."""

    __test__ = False  # for pytest: not a test
    recorded = Signal(object)  # Result
    left = Signal()  # next
    read = Signal()

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture = picture
        self._point: Point | None = None
        self._waiting = False
        self._title, self._value = label(role="subject"), label(role="key", selectable=True)
        self._value.setObjectName("sheet_value")
        self.why = WhyLabel(picture, desk, "sheet_why")
        self.device, self.instrument, self.note = QLineEdit(), QLineEdit(), QLineEdit()
        for name, field in (("device", self.device), ("instrument", self.instrument), ("note", self.note)):
            field.setObjectName(f"sheet_{name}")
        self._states = QStringListModel(self)
        completer = QCompleter(self._states, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.device.setCompleter(completer)
        self.buttons = {name: QPushButton() for name in ("pass", "fail", "note", "next", "read")}
        for name, button in self.buttons.items():
            button.setObjectName(f"sheet_do_{name}")
        self.buttons["pass"].setProperty("primary", True)
        self.error = label(role="error", wrap=True)
        self.error.setObjectName("sheet_error")
        self.error.hide()
        self._lay_out()
        self.device.returnPressed.connect(lambda: self.recorded.emit(Result.PASS))
        self.note.returnPressed.connect(lambda: self.recorded.emit(Result.FAIL))
        self.instrument.returnPressed.connect(self.device.setFocus)
        for name, result in (("pass", Result.PASS), ("fail", Result.FAIL), ("note", Result.NOTE)):
            self.buttons[name].clicked.connect(lambda _on=False, result=result: self.recorded.emit(result))
        self.buttons["next"].clicked.connect(self.left)
        self.buttons["read"].clicked.connect(self.read)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._value)
        outer.addLayout(head)
        outer.addWidget(self.why)
        self._fields, buttons = Fields(), QHBoxLayout()
        self._fields.add("device_value", self.device, 2)
        self._fields.add("instrument", self.instrument, 2)
        self._fields.add("note", self.note, 3)
        outer.addLayout(self._fields)
        for name, button in self.buttons.items():
            if name == "read":
                buttons.addStretch(1)
            buttons.addWidget(button)
        outer.addLayout(buttons)
        outer.addWidget(self.error)

    def retranslate(self) -> None:
        """All words."""
        self._fields.retranslate()
        for name, button in self.buttons.items():
            button.setText(tr(f"commissioning.sheet.do.{name}"))
        self.device.setPlaceholderText(tr("commissioning.sheet.device.hint"))
        self.instrument.setPlaceholderText(tr("commissioning.sheet.instrument.hint"))
        self.note.setPlaceholderText(tr("commissioning.sheet.note.hint"))
        self.why.retranslate()
        self.tick()

    # --- the point

    @property
    def point(self) -> Point | None:
        """Which is tested."""
        return self._point

    def show_point(self, point: Point | None) -> None:
        """Another point: what was typed for the one before goes, the instrument stays."""
        if point is None or self._point is None or point.id != self._point.id:
            self.device.clear()
            self.note.clear()
            self.say("")
            self._states.setStringList(choices(point) if point is not None else [])
        self._point = point
        self.tick()

    def wait(self, waiting: bool) -> None:
        """A test is on its way to the collector."""
        self._waiting = waiting
        self.allow()

    def say(self, text: str) -> None:
        """What is wrong, in place."""
        self.error.setText(text)
        self.error.setVisible(bool(text))

    def tick(self) -> None:
        """The present value, once a second."""
        point, picture = self._point, self._picture
        if point is None:
            self._title.setText(tr("commissioning.sheet.choose_point"))
            self._value.setText("")
        else:
            self._title.setText(f"{point.name.get(language())}   {point.id}")
            self._value.setText(with_unit(point, value_text(point, picture.reading(point.id), picture.live)))
        self.why.show_point(point)
        self.allow()

    def allow(self) -> None:
        """Who may."""
        why = why_not(self._picture)
        for name in ("pass", "fail", "note"):
            self.buttons[name].setEnabled(not why and not self._waiting and self._point is not None)
            self.buttons[name].setToolTip(why or tr(f"commissioning.sheet.tip.{name}"))
        for field in (self.device, self.instrument, self.note):
            field.setEnabled(not why and self._point is not None)
            field.setToolTip(why)
        self.buttons["next"].setEnabled(self._point is not None)
        source = self._point.source if self._point is not None else None
        self.buttons["read"].setEnabled(hasattr(source, "function") and not why)
        self.buttons["read"].setToolTip(why)
