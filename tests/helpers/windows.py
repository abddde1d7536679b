"""The real window in the test's process, used as a person uses it: by clicks and keys on what is visible."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.horn import Silent, Speaker
from console.ui.linkthread import LinkThread
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.people import SECRETS
from tests.helpers.reading_screens import says

W = TypeVar("W", bound=QWidget)
T = TypeVar("T")


class Window:
    """Picture, link thread, desk and shell on a collector's store folder. ``close`` at the end."""

    def __init__(self, qtbot: QtBot, folder: Path, station: str = "A台", speaker: Speaker | None = None) -> None:
        self.qtbot = self._qtbot = qtbot
        set_language(CHINESE)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, theme.CONTROL)
        self.picture = Picture(station)
        self.line = LinkThread(folder, self.picture, station)
        self.shell = Shell(self.picture, Desk(self.picture, self.line), speaker or Silent(), remember_window=False)
        qtbot.addWidget(self.shell)
        self.shell.resize(1600, 900)
        self.shell.show()
        self.line.start()
        self.until(lambda: self.picture.live)

    def close(self) -> None:
        """Leave the line and close."""
        self.line.stop()
        self.shell.close()

    # --- looking

    def until(self, met: Callable[[], T], seconds: float = 15.0) -> T:
        """Let the window live until ``met`` gives something, and return that."""
        deadline = time.monotonic() + seconds
        while not (found := met()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s; open: {self.words()}")
            self._qtbot.wait(20)
        return found

    def shows(self, part: QWidget, text: str) -> bool:
        """Is this text painted there?"""
        return says(part, text)

    def words(self) -> list[str]:
        """What stands on labels and buttons now."""
        pieces = [*self.shell.findChildren(QLabel), *self.shell.findChildren(QPushButton)]
        return [piece.text() for piece in pieces if piece.isVisible() and piece.text()]

    def find(self, kind: type[W], name: str) -> W:
        """The visible part of that name."""
        return self.until(lambda: next((each for each in self.shell.findChildren(kind, name) if each.isVisible()), None))  # type: ignore[return-value]

    def text(self, name: str) -> str:
        """What the label of that name says."""
        return self.find(QLabel, name).text()

    def button(self, name: str) -> QPushButton:
        """The button of that name."""
        return self.find(QPushButton, name)

    def wait(self, seconds: float) -> None:
        """Let the window live for a while."""
        self._qtbot.wait(round(seconds * 1000))

    # --- acting

    def press(self, name: str) -> None:
        """Click a button, once it can be clicked."""
        button = self.find(QPushButton, name)
        self.until(lambda: self.find(QPushButton, name).isEnabled())
        button = self.find(QPushButton, name)
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def click(self, name: str, at: QPoint | None = None) -> None:
        """Click any part: what lies there gets the click."""
        part = self.find(QWidget, name)
        place = at or part.rect().center()
        below = part.childAt(place) or part
        self._qtbot.mouseClick(below, Qt.MouseButton.LeftButton, pos=below.mapFrom(part, place))

    def key(self, key: Qt.Key) -> None:
        """A key for the whole window."""
        self._qtbot.keyClick(self.shell, key)

    def type(self, name: str, text: str) -> None:
        """Type into a line, in place of what stood there."""
        field = self.find(QLineEdit, name)
        field.clear()
        self._qtbot.keyClicks(field, text) if text.isascii() else field.insert(text)  # an input method inserts

    def choose(self, name: str, value: Any) -> None:
        """Choose an entry of a list by its value."""
        box = self.find(QComboBox, name)
        place = box.findData(value)
        assert place >= 0, [box.itemData(each) for each in range(box.count())]
        box.setFocus()
        while box.currentIndex() != place:
            self._qtbot.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < place else Qt.Key.Key_Up)

    def sign_on(self, account: str, secret: str = "") -> None:
        """A person takes the desk; whoever was there leaves it first."""
        if self.picture.me:
            self.sign_off()
        self.press("person")
        self.type("signon_account", account)
        self.type("signon_secret", secret or SECRETS[account])
        self.press("signon_accept")
        self.until(lambda: self.picture.me == account and self.shell.veil.panel is None)

    def sign_off(self) -> None:
        """Nobody is at the desk; the window goes on showing."""
        self.press("person")
        self.press("signon_accept")
        self.until(lambda: not self.picture.me and self.shell.veil.panel is None)
