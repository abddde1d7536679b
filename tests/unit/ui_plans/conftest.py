"""The plans screen without a collector: the test answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.plans.screen import PlansScreen
from tests.helpers.snapshots import PEOPLE, RecordingLine, signed_on, snapshot


@dataclass
class Been:
    """Where the screen led."""

    places: list[str] = field(default_factory=list)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(equipment)

    def open_order(self, number: int) -> None:
        self.places.append(f"order {number}")


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
    """A small estate with a lift, a pump set and a meter that have a plan each; the supervisor sits there."""
    made = Picture("desk")
    made.take_snapshot(signed_on(snapshot(), PEOPLE[Role.SUPERVISOR]))
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
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been) -> PlansScreen:
    """The screen at the size that it has in a full window, with its forecast ready."""
    made = PlansScreen(picture, Desk(picture, line), been)
    qtbot.addWidget(made)
    made.resize(1800, 860)
    made.show()
    made.outlook.finish()
    return made
