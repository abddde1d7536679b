"""\"Stop monitoring\": a separate act with its own confirmation, never a side effect of closing a window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import StopMonitoring
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import label


class StopPanel(QFrame):
    """Asks for the site's id before the collector is ended."""

    closed = Signal()

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self.setProperty("card", True)
        self.setFixedWidth(460)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        self._title, self._advice = label(role="subject"), label(role="dim", wrap=True)
        self.typed = QLineEdit()
        self.typed.setObjectName("stop_confirm")
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("stop_error")
        self._stop, self._keep = QPushButton(), QPushButton()
        self._stop.setObjectName("stop_accept")
        self._keep.setObjectName("stop_leave")
        self._stop.setProperty("danger", True)
        self._keep.setProperty("primary", True)
        self._stop.clicked.connect(self._ask)
        self._keep.clicked.connect(self.closed)
        for piece in (self._title, self._advice, self.typed, self._error):
            layout.addWidget(piece)
        row = QHBoxLayout()
        row.addWidget(self._stop)
        row.addStretch(1)
        row.addWidget(self._keep)
        layout.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Nothing typed yet."""
        super().showEvent(event)
        self.retranslate()
        self._error.clear()
        self.typed.clear()
        self.typed.setFocus()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self._title.setText(tr("shell.stop.title"))
        self._advice.setText(tr("shell.stop.advice", site=self._picture.estate.site.id))
        self._stop.setText(tr("shell.stop.accept"))
        self._keep.setText(tr("shell.stop.keep"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _ask(self) -> None:
        self._desk.ask(StopMonitoring(self.typed.text().strip()), self._done, self._denied)

    def _done(self, _number: int) -> None:
        self.closed.emit()

    def _denied(self, problem: Problem) -> None:
        self._error.setText(sentence(problem))
