"""What the four pages share: choosing a line, saying who may, and saving a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from console.domain.accounts import Right
from console.domain.estate import ModbusRtuTcp, ModbusSerial, ModbusTcp, Mqtt
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.widgets.cards import label

MODBUS = (ModbusTcp, ModbusSerial, ModbusRtuTcp)
TAPPED = (*MODBUS, Mqtt)
FUNCTIONS = (1, 2, 3, 4)


class LinePicker(QComboBox):
    """The connections of these kinds; the choice stays when the configuration changes."""

    def __init__(self, picture: Picture, name: str, kinds: tuple[type, ...]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setMinimumContentsLength(24)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._picture, self._kinds = picture, kinds
        self.fill()

    @property
    def line(self) -> str:
        """The chosen connection's id, empty if there is none."""
        return str(self.currentData() or "")

    def choose(self, connection: str) -> None:
        """Choose it, if it is there."""
        place = self.findData(connection)
        if place >= 0:
            self.setCurrentIndex(place)

    def fill(self) -> None:
        """From the present configuration, in the present language."""
        wanted = [
            (f"{each.id}  {each.name.get(language())}".strip(), each.id)
            for each in self._picture.estate.connections
            if isinstance(each, self._kinds)
        ]
        if wanted == [(self.itemText(place), self.itemData(place)) for place in range(self.count())]:
            return
        chosen = self.line
        self.blockSignals(True)
        self.clear()
        for text, line in wanted:
            self.addItem(text, line)
        self.choose(chosen)
        self.blockSignals(False)
        self.setToolTip(self.currentText())


class FunctionPicker(QComboBox):
    """Functions 1–4 in words."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        for code in FUNCTIONS:
            self.addItem("", code)
        self.choose(3)

    @property
    def function(self) -> int:
        """The chosen one."""
        return int(self.currentData())

    def choose(self, function: int) -> None:
        """Choose it."""
        self.setCurrentIndex(self.findData(function))

    def retranslate(self) -> None:
        """All words."""
        for place, code in enumerate(FUNCTIONS):
            self.setItemText(place, f"{code} {tr(f'commissioning.fc.{code}')}")


class NumberField(QLineEdit):
    """A whole number within bounds; wrong input is marked. It may stay blank if it began so."""

    def __init__(self, name: str, first: int, last: int, value: int | None, width: int = 64) -> None:
        super().__init__("" if value is None else str(value))
        self.setObjectName(name)
        self.setFixedWidth(width)
        self._first, self._last = first, last
        self._blank = value is None
        self.textChanged.connect(self._mark)

    @property
    def value(self) -> int | None:
        """The number, ``None`` if it is none or out of bounds."""
        text = self.text().strip()
        number = int(text) if text.isdecimal() else self._first - 1
        return number if self._first <= number <= self._last else None

    def _mark(self) -> None:
        mark_wrong(self, self.value is None and not (self._blank and not self.text().strip()))


def mark_wrong(field: QLineEdit, wrong: bool) -> None:
    """Show that what was typed cannot be used."""
    if field.property("wrong") != wrong:
        field.setProperty("wrong", wrong)
        field.style().unpolish(field)
        field.style().polish(field)


class Fields(QHBoxLayout):
    """Named fields in a row: a quiet name before each. The names are texts ``commissioning.field.<name>``."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(6)
        self._names: list[tuple[QWidget, str]] = []

    def add(self, name: str, field: QWidget, stretch: int = 0) -> None:
        """A field with its name."""
        before = label(role="dim")
        self._names.append((before, name))
        self.addWidget(before)
        self.addWidget(field, stretch)
        self.addSpacing(6)

    def retranslate(self) -> None:
        """The names."""
        for before, name in self._names:
            before.setText(tr(f"commissioning.field.{name}"))  # type: ignore[attr-defined] # they are labels


def why_not(picture: Picture) -> str:
    """Why nobody may act on the bench here and now, empty if somebody may."""
    if not picture.live:
        return tr("commissioning.no_link")
    if not picture.me:
        return tr("commissioning.sign_on", right=tr("domain.right.commission"))
    return "" if picture.may(Right.COMMISSION) else tr("commissioning.no_right", right=tr("domain.right.commission"))


def save(parent: QWidget, name: str, kinds: str, write: Callable[[str], None]) -> None:
    """Ask where to save, and hand the chosen file to ``write``. Returns at once."""
    dialog = QFileDialog(parent, tr("commissioning.save"), name, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.fileSelected.connect(write)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def write_bytes(file: str, data: bytes) -> str:
    """Write it; returns what to say about it."""
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        return tr("cli.file.unwritable", file=file, reason=error.strerror or str(error))
    return tr("commissioning.saved", file=file, bytes=len(data))
