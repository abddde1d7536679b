"""The grid itself: cells to choose, type over, copy to and paste from a spreadsheet."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QByteArray, QItemSelectionRange, QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from console.ui.ledger.model import FILES, SHOWN, LedgerModel

WIDTHS = {"code": 130, "name": 180, "location": 190, "note": 220, "rated": 220, "life_years": 90, "price": 100, "criticality": 70,
          "level": 80, "system": 90, "state": 80, FILES: 60, "place": 160, "maintainer": 180, "certificate": 150}  # fmt: skip
_WIDTH = 120
_APART = str.maketrans({"\t": " ", "\r": " "})


class LedgerGrid(QTableView):
    """``opened`` on Ctrl+Enter: the card of the row."""

    opened = Signal(str)

    def __init__(self, model: LedgerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_grid")
        self._model = model
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(30)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, name in enumerate(SHOWN):
            self.setColumnWidth(place, WIDTHS.get(name, _WIDTH))
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)

    # --- what is chosen

    def chosen_rows(self) -> list[str]:
        """The ids of the rows with a chosen cell, top to bottom."""
        rows = sorted({row for each in self._ranges() for row in range(each.top(), each.bottom() + 1)})
        return [self._model.identity(row) for row in rows]

    def _ranges(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(place) for place in range(selection.count())]

    def current_card(self) -> str:
        """The id of the row with the focus; empty without one."""
        index = self.currentIndex()
        return self._model.identity(index.row()) if index.isValid() else ""

    def show_card(self, identity: str, field: str = "code") -> None:
        """Bring a card's cell into sight and choose it."""
        row = self._model.row_of(identity)
        if row >= 0:
            index = self._model.index(row, SHOWN.index(field))
            self.setCurrentIndex(index)
            self.scrollTo(index)

    # --- copy and paste, as a spreadsheet does it

    def copy(self) -> None:
        """The chosen block as TSV; chosen cells that are no block leave holes."""
        cells = {(each.row(), each.column()) for each in self.selectedIndexes()}
        if not cells:
            return
        rows = sorted({row for row, _ in cells})
        places = sorted({column for _, column in cells}, key=self.horizontalHeader().visualIndex)
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        for row in rows:
            identity = self._model.identity(row)
            writer.writerow([
                self._model.text(identity, SHOWN[place]).translate(_APART) if (row, place) in cells else "" for place in places
            ])  # fmt: skip
        QApplication.clipboard().setText(out.getvalue())

    def paste(self) -> None:
        """A block from the focus on; one value fills all chosen cells."""
        if not self._model.editable:
            return
        block = list(csv.reader(io.StringIO(QApplication.clipboard().text(), newline=""), delimiter="\t"))
        if not block:
            return
        chosen = self.selectedIndexes()
        if len(block) == 1 and len(block[0]) == 1 and len(chosen) > 1:
            cells = [(self._model.identity(each.row()), SHOWN[each.column()], block[0][0]) for each in chosen]
        else:
            cells = self._block(block)
        cells = [cell for cell in cells if cell[1] != FILES]
        self._model.type(cells)

    def _block(self, block: list[list[str]]) -> list[tuple[str, str, str]]:
        chosen = self.selectedIndexes()
        header = self.horizontalHeader()
        if not chosen:
            return []
        top = min(each.row() for each in chosen)
        left = min(header.visualIndex(each.column()) for each in chosen)
        visible = [place for place in map(header.logicalIndex, range(left, header.count())) if not header.isSectionHidden(place)]
        there = [self._model.identity(row) for row in range(top, min(top + len(block), self._model.rowCount()))]
        if len(block) > len(there):  # below the last row a paste goes on with new cards
            there += self._model.begin(len(block) - len(there))
        return [
            (identity, SHOWN[place], text)
            for identity, line in zip(there, block, strict=True)
            for place, text in zip(visible, line, strict=False)
        ]

    def clear_chosen(self) -> None:
        """Empty the chosen cells."""
        cells = [(self._model.identity(each.row()), SHOWN[each.column()], "") for each in self.selectedIndexes()]
        self._model.type([cell for cell in cells if cell[1] not in (FILES, "code")])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C, Ctrl+V, Del, and Ctrl+Enter to open the card."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() == Qt.Key.Key_Delete and self._model.editable:
            self.clear_chosen()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
            if self.current_card():
                self.opened.emit(self.current_card())
        else:
            super().keyPressEvent(event)

    # --- remembered columns

    def restore_columns(self, settings: QSettings) -> None:
        """Widths and order as they were left."""
        state = settings.value(self._key)
        if isinstance(state, QByteArray) and not state.isEmpty():
            self.horizontalHeader().restoreState(state)

    def save_columns(self, settings: QSettings) -> None:
        """Remember them."""
        settings.setValue(self._key, self.horizontalHeader().saveState())

    @property
    def _key(self) -> str:
        return f"columns/ledger-{len(SHOWN)}"
