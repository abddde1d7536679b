"""The ledger without a collector: a picture, a desk on a recording line, and a navigator that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui_ledger_cards import CARDS, LI, Been

from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.ledger.screen import LedgerScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import RecordingLine, signed_on, snapshot


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """Chinese, control-room theme, nothing remembered."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
    if theme.current() != theme.CONTROL or not qapp.styleSheet():
        theme.apply(qapp, theme.CONTROL)
    yield
    set_language(CHINESE)


@pytest.fixture
def picture(qapp: QApplication) -> Iterator[Picture]:
    """The small estate with three cards of its own, a supervisor signed on."""
    made = Picture("desk")
    made.take_snapshot(signed_on(snapshot(records=CARDS), LI))
    yield made
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def line() -> RecordingLine:
    """The test is the collector."""
    return RecordingLine()


@pytest.fixture
def been() -> Been:
    """The window's navigator."""
    return Been()


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been) -> LedgerScreen:
    """The screen as in the window at full size."""
    made = LedgerScreen(picture, Desk(picture, line), been)
    qtbot.addWidget(made)
    made.resize(1780, 900)
    made.show()
    made.model.finish()
    return made
