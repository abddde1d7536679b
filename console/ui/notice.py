"""One line of what the program has to say itself, in place; no dialog."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from console.ui.widgets.cards import label, set_role


class Notice(QFrame):
    """One line of what the program has to say, with an optional button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 8, 6)
        self.text = label(role="error", wrap=True)
        self.text.setObjectName("notice")
        self.button = QPushButton("×")
        self.button.setProperty("flat", True)
        self.button.clicked.connect(self.hide)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button)
        self.hide()

    def say(self, text: str, *, closable: bool = True, wrong: bool = True) -> None:
        """Show ``text``; ``wrong`` is False for something that was done."""
        set_role(self.text, "error" if wrong else "dim")
        self.text.setText(text)
        self.button.setVisible(closable)
        self.show()
