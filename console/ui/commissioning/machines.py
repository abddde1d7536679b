"""The list of machines whose sheets there are: filter as you type, the arrow keys choose."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from console.domain.estate import Equipment
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView


class Machines(QWidget):
    """``chosen`` carries the machine's id."""

    chosen = Signal(str)

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self._machine = ""
        self.typed = QLineEdit()
        self.typed.setObjectName("sheet_find")
        self.typed.setClearButtonEnabled(True)
        columns: list[Column[Equipment]] = [
            Column("name", "commissioning.column.machine", 0, lambda each: each.name.get(language()), tooltip=lambda each: each.id),
            Column("id", "commissioning.column.id", 84, lambda each: each.id, colour=lambda _each: "dim"),
            Column("points", "commissioning.column.count", 46, self._count, RIGHT, self._points, colour=lambda _each: "dim"),
        ]
        self.table: TableView[Equipment] = TableView(RowModel(columns, lambda each: each.id, self), "sheet_machines", row_height=28)
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.typed)
        layout.addWidget(self.table, 1)
        self.typed.textChanged.connect(self.table.filter_text)
        self.typed.returnPressed.connect(self._first)
        self.table.chosen.connect(self._chosen)

    def refresh(self) -> None:
        """From the present configuration, in the present language."""
        self.typed.setPlaceholderText(tr("commissioning.sheet.find"))
        picture = self._picture
        self.table.rows.set_rows(each for each in picture.estate.equipment if picture.points_of.get(each.id))
        self.table.rows.refresh()

    def choose(self, machine: str) -> None:
        """Select it without saying so; a filter that hides it is cleared."""
        self._machine = machine
        if not self.table.select(machine):
            self.typed.clear()
            self.table.select(machine)

    def _first(self) -> None:
        shown = self.table.shown()
        if shown:
            self.table.select(shown[0].id)
            self.table.setFocus()

    def _chosen(self) -> None:
        chosen = self.table.selected()
        if chosen and chosen[0].id != self._machine:
            self._machine = chosen[0].id
            self.chosen.emit(self._machine)

    def _points(self, machine: Equipment) -> int:
        return len(self._picture.points_of.get(machine.id, ()))

    def _count(self, machine: Equipment) -> str:
        return str(self._points(machine))
