"""The alarms behind a figure of the quality page: what the history shows instead of everything, until it is cleared."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from console.domain.alarmquality import Figure
from console.link.quality import QualityRowsQuery
from console.texts import tr


class Behind(QPushButton):
    """Says which figure it is; a click clears it. Hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alarms_behind")
        self._wanted: dict[str, Any] = {}
        self.setVisible(False)

    @property
    def set(self) -> bool:
        """A figure is shown."""
        return bool(self._wanted)

    def want(self, text: str) -> None:
        """What the quality page asks for (JSON); empty: nothing in particular."""
        self._wanted = json.loads(text) if text else {}
        self.retranslate()
        self.setVisible(self.set)

    def retranslate(self) -> None:
        """All words."""
        self.setText(tr("alarms.figure", title=self._wanted.get("title", "")))
        self.setToolTip(tr("alarms.figure.clear"))

    def query(self, id: int) -> QualityRowsQuery:
        """The question."""
        wanted = self._wanted
        figure = Figure(wanted["kind"], wanted["key"])
        return QualityRowsQuery(id, wanted["since"], wanted["until"], figure, tuple(wanted["equipment"]))
