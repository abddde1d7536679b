"""A line to search with. Letters that an input method still composes count already: with Pinyin on, ``s'h'b'f`` is not typed yet,
and it finds 生活泵房 all the same."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class SearchLine(QLineEdit):
    """``searched`` with what is searched for, whenever it changes: what was typed and what is being composed."""

    searched = Signal(str)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setClearButtonEnabled(True)
        self._composed = ""
        self._last = ""
        self.textChanged.connect(self._tell)

    @property
    def wanted(self) -> str:
        """What is searched for."""
        return self.text() + self._composed

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Take what is being composed; the input method parts syllables with ' or blanks."""
        super().inputMethodEvent(event)
        letters = event.preeditString().replace("'", "").replace(" ", "")
        self._composed = letters if letters.isascii() else ""
        self._tell()

    def _tell(self, _text: str = "") -> None:
        if self.wanted != self._last:
            self._last = self.wanted
            self.searched.emit(self._last)
