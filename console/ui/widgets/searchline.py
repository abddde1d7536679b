"""A line to search with. Letters that an input method still composes count already: with Pinyin on, ``s'h'b'f`` is not typed yet,
and it finds 生活泵房 all the same."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class SearchLine(QLineEdit):
    """``searched`` with what is searched for, whenever it changes: what was typed and what is being composed.

    With a ``target`` Down and Enter lead there, and Escape clears, then leads there, too.
    """

    searched = Signal(str)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setClearButtonEnabled(True)
        self.target: QWidget | None = None
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        key = event.key()
        leads = key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Escape and not self.text())
        if self.target is not None and leads:
            self.target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.target is not None and key == Qt.Key.Key_Escape:
            self.clear()
        else:
            super().keyPressEvent(event)

    def _tell(self, _text: str = "") -> None:
        if self.wanted != self._last:
            self._last = self.wanted
            self.searched.emit(self._last)
