"""The sheet's table: one column is typed into. Enter goes to the next row, a column from a spreadsheet can be pasted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QApplication, QWidget

from console.ui.readings.presenter import Row
from console.ui.widgets.tables import Column, RowModel, TableView

Index = QModelIndex | QPersistentModelIndex
TYPED = "typed"


class SheetModel(RowModel[Row]):
    """Rows whose column :data:`TYPED` can be edited: what was typed is only announced, the screen decides."""

    edited = Signal(object, str)  # Row, text

    def __init__(self, columns: list[Column[Row]], parent: Any = None) -> None:
        super().__init__(columns, lambda row: row.point.id, parent)
        self.typed = next(place for place, column in enumerate(columns) if column.key == TYPED)
        self.writable = False

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The typed column takes an editor where the person may type."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == self.typed and self.writable else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The editor begins with what is there."""
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            return self.item(index.row()).draft.text
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Say what was typed."""
        if role != Qt.ItemDataRole.EditRole or index.column() != self.typed:
            return False
        self.edited.emit(self.item(index.row()), str(value))
        return True


class SheetView(TableView[Row]):
    """The table. ``pasted`` carries the clipboard's text and the rows from the current one down, as shown."""

    pasted = Signal(str, object)
    undone = Signal()
    confirmed = Signal()

    def __init__(self, model: SheetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, "readings", row_height=34, parent=parent)
        self._sheet = model
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.AnyKeyPressed | trigger.EditKeyPressed | trigger.DoubleClicked)

    def to_typed(self, row: int) -> bool:
        """Put the cursor into the typed column of a shown row; False beyond the end."""
        if not 0 <= row < self.model().rowCount():
            return False
        self.setCurrentIndex(self.model().index(row, self._sheet.typed))
        return True

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Enter commits and goes one row down."""
        row = self.currentIndex().row()
        super().closeEditor(editor, hint)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self.to_typed(row + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the sheet; typing anything begins the row's reading."""
        here = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()  # the editor's own Enter comes by here before the delegate has committed it
        elif event.matches(QKeySequence.StandardKey.Paste):
            rows = self.shown()[max(0, here.row()) :]
            self.pasted.emit(QApplication.clipboard().text(), rows)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undone.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.confirmed.emit()
            else:
                self.to_typed(here.row() + 1)
        else:
            if here.isValid() and here.column() != self._sheet.typed and event.text().strip() and not event.modifiers():
                self.to_typed(here.row())
            super().keyPressEvent(event)
