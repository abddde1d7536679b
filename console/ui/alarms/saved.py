"""Filters with a name, kept at this workstation."""

from __future__ import annotations

import json

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from console.texts import tr
from console.ui.settings import remember, remembered

KEY = "alarms/filters"
Filter = dict[str, str]


def saved_filters() -> dict[str, Filter]:
    """All of them; what cannot be read is none."""
    try:
        found = json.loads(remembered(KEY, "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: {str(key): str(word) for key, word in fields.items()} for name, fields in found.items() if isinstance(fields, dict)
    }


class SavedFilters(QWidget):
    """A list to choose from; a name that is typed is saved by the button, the same name again without a filter is deleted."""

    chosen = Signal(object)  # Filter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = QComboBox()
        self.names.setObjectName("saved_filters")
        self.names.setEditable(True)
        self.names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.names.setMinimumWidth(130)
        self.save = QPushButton()
        self.save.setObjectName("save_filter")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.names)
        row.addWidget(self.save)
        self.names.activated.connect(self._activated)
        self.present: Filter = {}
        self.save.clicked.connect(self._save)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.save.setText(tr("alarms.filter.save"))
        line = self.names.lineEdit()
        if line is not None:
            line.setPlaceholderText(tr("alarms.filter.saved"))
        self._fill(self.names.currentText())

    def _fill(self, text: str) -> None:
        self.names.clear()
        self.names.addItems(sorted(saved_filters()))
        self.names.setCurrentIndex(self.names.findText(text))
        self.names.setEditText(text)

    def _activated(self, _index: int) -> None:
        found = saved_filters().get(self.names.currentText())
        if found is not None:
            self.chosen.emit(found)

    def _save(self) -> None:
        name = self.names.currentText().strip()
        if not name:
            self.names.setFocus()
            return
        filters = saved_filters()
        if any(self.present.values()):
            filters[name] = self.present
        else:
            filters.pop(name, None)
            name = ""
        remember(KEY, json.dumps(filters, ensure_ascii=False))
        self._fill(name)
