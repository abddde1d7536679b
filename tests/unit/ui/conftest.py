"""The parts of a console without a collector: a picture, a desk on a recording line, a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.link.messages import Snapshot
from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.horn import Silent
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.snapshots import RecordingLine, snapshot


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """Chinese, control-room theme, nothing remembered from another test or of the person who runs the tests."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
    if theme.current() != theme.CONTROL or not qapp.styleSheet():
        theme.apply(qapp, theme.CONTROL)
    yield
    set_language(CHINESE)


@pytest.fixture
def picture(qapp: QApplication) -> Iterator[Picture]:
    """The small estate at rest."""
    made = Picture("desk")
    made.take_snapshot(snapshot())
    yield made
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def line() -> RecordingLine:
    """The test is the collector."""
    return RecordingLine()


@pytest.fixture
def desk(picture: Picture, line: RecordingLine) -> Desk:
    """The one door."""
    return Desk(picture, line)


@pytest.fixture
def shell(qtbot: QtBot, picture: Picture, desk: Desk) -> Shell:
    """The window at full size."""
    window = Shell(picture, desk, Silent(), remember_window=False)
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    return window


@pytest.fixture
def show(picture: Picture) -> Callable[[Snapshot], Picture]:
    """Give the picture another snapshot."""

    def take(new: Snapshot) -> Picture:
        picture.take_snapshot(new)
        return picture

    return take
