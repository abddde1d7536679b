"""What is to be read: line, unit, function, address and count, as they are typed, and as they will be asked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from console.domain.estate import ModbusSource
from console.texts import language, tr
from console.ui.commissioning import addresses
from console.ui.commissioning.parts import MODBUS, Fields, FunctionPicker, LinePicker, NumberField, mark_wrong
from console.ui.commissioning.registers import Question
from console.ui.picture import Picture

MOST_BITS, MOST_REGISTERS = 2000, 125  # of one request (Modbus application protocol V1.1b3, 6.1 and 6.3)


class AskBar(QWidget):
    """The fields in a row. ``changed`` on every change, ``entered`` on Enter."""

    changed = Signal()
    entered = Signal()

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self.line = LinePicker(picture, "read_line", MODBUS)
        self.unit = QComboBox()
        self.unit.setObjectName("read_unit")
        self.unit.setEditable(True)
        self.unit.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.unit.setCompleter(None)  # type: ignore[arg-type] # Qt takes it: or a typed 1 would become the 10 of the list
        self.unit.setFixedWidth(170)
        self.function = FunctionPicker("read_function")
        self.address, self.count = QLineEdit("0"), NumberField("read_count", 1, MOST_BITS, 10)
        self.address.setObjectName("read_address")
        self.address.setFixedWidth(90)
        self.row = Fields()
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.add("line", self.line)
        for name, field in (("unit", self.unit), ("function", self.function), ("address", self.address), ("count", self.count)):
            self.row.add(name, field)
        self.setLayout(self.row)
        self.line.currentIndexChanged.connect(self._fill_units)
        units = self.unit.lineEdit()
        assert units is not None
        for line in (units, self.address, self.count):
            line.returnPressed.connect(self.entered)
            line.textChanged.connect(self._changed)
        self.function.currentIndexChanged.connect(self._changed)

    def retranslate(self) -> None:
        """All words."""
        self.row.retranslate()
        self.function.retranslate()
        self.address.setToolTip(tr("commissioning.address.forms"))

    def refresh(self) -> None:
        """From the present configuration."""
        self.line.fill()
        self._fill_units()

    @property
    def question(self) -> Question | None:
        """What is typed, ``None`` while something of it is wrong."""
        typed, unit, count = addresses.parse(self.address.text()), self._unit(), self.count.value
        if typed is None or unit is None or count is None or not self.line.line:
            return None
        question = Question(self.line.line, unit, typed.function or self.function.function, typed.address, count)
        most = MOST_BITS if question.bits else MOST_REGISTERS
        return question if count <= most and question.last <= addresses.LAST else None

    def explained(self) -> tuple[str, bool]:
        """What is typed as it will be asked, or what is wrong with it (then True)."""
        written, question = self.address.text().strip(), self.question
        typed = addresses.parse(written)
        if typed is None:
            return tr("commissioning.address.wrong"), True
        if question is None:
            return tr("commissioning.read.wrong", bits=MOST_BITS, registers=MOST_REGISTERS), True
        first, last = (addresses.reference(question.function, each) for each in (question.address, question.last))
        said = tr("commissioning.read.asks", function=question.function, first=question.address, last=question.last,
                  reference=first if first == last else f"{first}–{last}", hex=f"0x{question.address:04X}")  # fmt: skip
        if typed.function and written.isdecimal():
            said += "  " + tr("commissioning.address.plain", typed=written)
        return said, False

    def fill_in(self, question: Question) -> None:
        """Show this question in the fields."""
        self.line.choose(question.connection)
        self._set_unit(question.unit)
        self.function.choose(question.function)
        plain = str(question.address)
        self.address.setText(plain if addresses.parse(plain) == addresses.Typed(question.address) else f"#{plain}")
        self.count.setText(str(question.count))

    def settle(self, question: Question) -> None:
        """It is asked: the function that the address itself says stands in its field, too."""
        self.function.choose(question.function)

    def _changed(self) -> None:
        mark_wrong(self.address, addresses.parse(self.address.text()) is None)
        self.changed.emit()

    def _unit(self) -> int | None:
        word = self.unit.currentText().split()[:1]
        number = int(word[0]) if word and word[0].isdecimal() else -1
        return number if 0 <= number <= 255 else None

    def _set_unit(self, unit: int) -> None:
        place = self.unit.findData(unit)
        if place >= 0:
            self.unit.setCurrentIndex(place)
        else:
            self.unit.setEditText(str(unit))

    def _fill_units(self) -> None:
        """The units of the line with their machines, lowest first."""
        kept, known = self._unit(), self.unit.count()
        names: dict[int, str] = {}
        for point in self._picture.estate.points:
            source = point.source
            if isinstance(source, ModbusSource) and source.connection == self.line.line:
                machine = self._picture.equipment.get(point.equipment)
                names.setdefault(source.unit, machine.name.get(language()) if machine is not None else point.equipment)
        wanted = [(f"{unit}  {name}", unit) for unit, name in sorted(names.items())]
        if wanted != [(self.unit.itemText(place), self.unit.itemData(place)) for place in range(self.unit.count())]:
            self.unit.clear()
            for text, unit in wanted:
                self.unit.addItem(text, unit)
            if known and kept in names:
                self._set_unit(kept)
        if not wanted and not self.unit.currentText():
            self.unit.setEditText("1")
