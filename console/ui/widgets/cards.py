"""Cards, headings, empty states: the frame of every screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

GAP = 12


def label(text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label with a role of the style sheet (dim, faint, subject, key, error). Plain text always: names may hold anything."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change a label's role live."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Card(QFrame):
    """A panel with a heading on the left and a quiet remark on the right. ``body`` is the layout to fill;
    what belongs to the heading may be added to ``head``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 10, 14, 10)
        outer.setSpacing(8)
        head = self.head = QHBoxLayout()
        self.heading = label(role="dim")
        self.remark = label(role="faint")
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.remark)
        outer.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        outer.addLayout(self.body, 1)

    def set_heading(self, heading: str, remark: str = "") -> None:
        """The card's words."""
        self.heading.setText(heading)
        self.remark.setText(remark)


class Blank(QWidget):
    """An empty, loading or failed state: what it is and what to do next, in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label(role="subject")
        self._advice = label(role="dim", wrap=True)
        for piece in (self._title, self._advice):
            piece.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(piece)

    def say(self, title: str, advice: str = "") -> None:
        """Show these words."""
        self._title.setText(title)
        self._advice.setText(advice)


def rule() -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("rule", True)
    line.setFixedHeight(1)
    return line
