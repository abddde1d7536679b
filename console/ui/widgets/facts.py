"""Names and texts in two columns, written as often as one likes: labels are made anew only when other names are to be shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from console.ui.widgets.cards import label


class FactGrid(QWidget):
    """``right``: short values right aligned, with the names taking the room; else long texts that wrap."""

    def __init__(self, parent: QWidget | None = None, *, right: bool = False) -> None:
        super().__init__(parent)
        self._right = right
        self._names: list[str] = []
        self._texts: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0 if right else 1, 1)
        self._grid.setVerticalSpacing(8)
        self._grid.setHorizontalSpacing(14)

    def write(self, rows: list[tuple[str, str]]) -> None:
        """Show these (name, text) pairs."""
        names = [name for name, _ in rows]
        if names != self._names:
            self._clear()
            self._names = names
            self._texts = [label(wrap=not self._right, selectable=True) for _ in rows]
            for place, text in enumerate(self._texts):
                self._grid.addWidget(label(names[place], "dim"), place, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(text, place, 1, Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag(0))
            self._grid.setRowStretch(len(rows), 1)
        for text, (_, words) in zip(self._texts, rows, strict=True):
            text.setText(words)

    def _clear(self) -> None:
        self._grid.setRowStretch(len(self._names), 0)
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
