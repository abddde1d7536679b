"""Notices that leave the screen: channels, rules, and what became of each."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.system.channels import ChannelsPage
from console.ui.system.dutybook import DutyBook
from console.ui.system.noticelog import NoticeLogPage
from console.ui.system.noticerules import RulesPage
from console.ui.widgets.cards import label


class NotificationsPage(QWidget):
    """Three parts."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book = book
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self.channels, self.rules, self.log = ChannelsPage(book), RulesPage(book), NoticeLogPage(book)
        scrolled = QScrollArea()
        scrolled.setWidgetResizable(True)
        scrolled.setWidget(self.rules)
        self._stack, self._group = QStackedWidget(), QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for number, (name, part) in enumerate((("channels", self.channels), ("rules", scrolled), ("log", self.log))):
            button = QPushButton()
            button.setObjectName(f"notify_{name}")
            button.setCheckable(True)
            self._group.addButton(button, number)
            self._buttons[name] = button
            self._stack.addWidget(part)
            bar.addWidget(button)
        bar.addStretch(1)
        layout.addLayout(bar)
        self.error = label(role="error", wrap=True)
        layout.addWidget(self.error)
        self.error.hide()
        layout.addWidget(self._stack, 1)
        self._group.idClicked.connect(self._open)
        self._buttons["channels"].setChecked(True)
        book.failed.connect(self._failed)
        self.retranslate()

    def load(self) -> None:
        """Shown: ask for what counts now."""
        self.error.hide()
        self._book.load()
        self.log.load()

    def retranslate(self) -> None:
        """All words."""
        for name, button in self._buttons.items():
            button.setText(tr(f"notify.part.{name}"))
        for part in (self.channels, self.rules, self.log):
            part.retranslate()

    def _open(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        if self._stack.currentWidget() is self.log:
            self.log.load()

    def _failed(self, problem: Problem) -> None:
        self.error.setText(sentence(problem))
        self.error.show()
