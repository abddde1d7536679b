"""The equipment screen without a collector: a picture, a desk on a recording line, and a navigator that remembers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.equipment.screen import EquipmentScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import RecordingLine, snapshot


@dataclass
class Been:
    """Where the screen led."""

    places: list[tuple[str, object]] = field(default_factory=list)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(("equipment", equipment))

    def open_alarm(self, number: int) -> None:
        self.places.append(("alarm", number))

    def open_fault(self, number: int) -> None:
        self.places.append(("fault", number))

    def open_order(self, number: int) -> None:
        self.places.append(("order", number))

    def open_bench(self, point: str) -> None:
        self.places.append(("bench", point))

    def open_ledger(self, card: str) -> None:
        self.places.append(("ledger", card))

    def open_trend(self, points: list[str]) -> None:
        self.places.append(("trend", points))


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication) -> Iterator[None]:
    """Chinese, control-room theme."""
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
def been() -> Been:
    """The navigator."""
    return Been()


@pytest.fixture
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been) -> EquipmentScreen:
    """The screen at the size that it has in a full window."""
    made = EquipmentScreen(picture, Desk(picture, line), been)
    qtbot.addWidget(made)
    made.resize(1800, 860)
    made.show()
    return made
