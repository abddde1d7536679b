"""The trend page without a collector: the test answers the questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.trends.screen import TrendsScreen
from tests.helpers.snapshots import RecordingLine, snapshot


@dataclass
class Been:
    """Where the page led."""

    places: list[tuple[str, object]] = field(default_factory=list)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(("equipment", equipment))

    def open_alarm(self, number: int) -> None:
        self.places.append(("alarm", number))

    def open_order(self, number: int) -> None:
        self.places.append(("order", number))


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """Chinese, control-room theme, nothing remembered."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(CHINESE)
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
def been() -> Been:
    """The navigator."""
    return Been()


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been) -> TrendsScreen:
    """The page at the size that it has in a full window, its chart made."""
    made = TrendsScreen(picture, Desk(picture, line), been)
    qtbot.addWidget(made)
    made.resize(1800, 860)
    made.show()
    qtbot.waitUntil(lambda: made.board is not None)
    return made
