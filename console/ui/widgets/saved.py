"""Filters with a name, kept at this workstation: for every list that has filters."""

from __future__ import annotations

import json
from collections.abc import Mapping

from PySide6.QtWidgets import QAbstractButton, QComboBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from console.texts import tr
from console.ui.settings import remember, remembered

Filter = dict[str, str]


def saved_filters(name: str) -> dict[str, Filter]:
    """All of the list ``name``; what cannot be read is none."""
    try:
        found = json.loads(remembered(f"{name}/filters", "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: {str(key): str(word) for key, word in fields.items()} for name, fields in found.items() if isinstance(fields, dict)
    }


class SavedFilters(QWidget):
    """A list to choose from; a name that is typed is saved by the button, the same name again without a filter is deleted.

    ``name`` is the list's; ``fields`` are its filters (lines, boxes, check buttons), which are read and set as a person would.
    """

    def __init__(self, name: str, fields: Mapping[str, QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._fields = name, fields
        self.names = QComboBox()
        self.names.setObjectName("saved_filters")
        self.names.setEditable(True)
        self.names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.names.setMinimumWidth(110)
        self.save = QPushButton()
        self.save.setObjectName("save_filter")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.names)
        row.addWidget(self.save)
        self.names.activated.connect(self._activated)
        self.save.clicked.connect(self._save)
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.save.setText(tr("widgets.saved.save"))
        self.save.setToolTip(tr("widgets.saved.hint"))
        line = self.names.lineEdit()
        if line is not None:
            line.setPlaceholderText(tr("widgets.saved.name"))
        self._fill(self.names.currentText())

    @property
    def present(self) -> Filter:
        """What the button would save now."""
        return {key: _read(widget) for key, widget in self._fields.items()}

    def use(self, wanted: Filter) -> None:
        """Set every field; one that the filter does not name is cleared."""
        for key, widget in self._fields.items():
            _write(widget, wanted.get(key, ""))

    def _fill(self, text: str) -> None:
        self.names.clear()
        self.names.addItems(sorted(saved_filters(self._name)))
        self.names.setCurrentIndex(self.names.findText(text))
        self.names.setEditText(text)

    def _activated(self, _index: int) -> None:
        found = saved_filters(self._name).get(self.names.currentText())
        if found is not None:
            self.use(found)

    def _save(self) -> None:
        name = self.names.currentText().strip()
        if not name:
            self.names.setFocus()
            return
        filters, present = saved_filters(self._name), self.present
        if any(present.values()):
            filters[name] = present
        else:
            filters.pop(name, None)
            name = ""
        remember(f"{self._name}/filters", json.dumps(filters, ensure_ascii=False))
        self._fill(name)


def _read(widget: QWidget) -> str:
    if isinstance(widget, QLineEdit):
        return widget.text().strip()
    if isinstance(widget, QComboBox):
        return str(widget.currentData() or "")
    assert isinstance(widget, QAbstractButton)
    return "1" if widget.isChecked() else ""


def _write(widget: QWidget, value: str) -> None:
    if isinstance(widget, QLineEdit):
        widget.setText(value)
    elif isinstance(widget, QComboBox):
        places = (place for place in range(widget.count()) if str(widget.itemData(place) or "") == value)
        widget.setCurrentIndex(next(places, 0))
    elif isinstance(widget, QAbstractButton):
        widget.setChecked(bool(value))
