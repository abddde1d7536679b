"""Several pages on one screen, one at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.texts import tr


class Tabs(QWidget):
    """``pages`` by name; each has ``retranslate``. A page is told that it comes forward if it has ``opened``."""

    def __init__(self, part: str, pages: dict[str, QWidget]) -> None:
        super().__init__()
        self._part, self.pages = part, pages
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for name, page in pages.items():
            button = self._buttons[name] = QPushButton()
            button.setObjectName(f"{part}_{name}")
            button.setCheckable(True)
            button.clicked.connect(self._opener(name))
            self._group.addButton(button)
            bar.addWidget(button)
            self._stack.addWidget(page)
        bar.addStretch(1)
        outer.addLayout(bar)
        outer.addWidget(self._stack, 1)
        self.open(next(iter(pages)))
        self._words()

    def open(self, name: str) -> None:
        """Bring a page forward."""
        self._buttons[name].setChecked(True)
        page = self.pages[name]
        self._stack.setCurrentWidget(page)
        opened = getattr(page, "opened", None)
        if opened is not None:
            opened()

    def retranslate(self) -> None:
        """All words."""
        self._words()
        for page in self.pages.values():
            page.retranslate()  # type: ignore[attr-defined] # every page has it

    def _words(self) -> None:
        for name, button in self._buttons.items():
            button.setText(tr(f"{self._part}.tab.{name}"))

    def _opener(self, name: str) -> Callable[[], None]:
        return lambda: self.open(name)
