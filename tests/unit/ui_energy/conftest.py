"""The energy page without a collector: the test answers the questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.domain.energy import EnergyPolicy, Target, Tariff, TariffPeriod
from console.domain.estate import Equipment, Estate, Point, ValueKind
from console.domain.text import Text
from console.texts import CHINESE, set_language
from console.ui import theme
from console.ui.desk import Desk
from console.ui.energy.screen import EnergyScreen
from console.ui.picture import Picture
from tests.helpers.snapshots import ESTATE, RecordingLine, snapshot

TARIFF = Tariff(
    "kW·h",
    (TariffPeriod(Text("谷", "Valley"), 0.25, ((0, 480),)), TariffPeriod(Text("平", "Flat"), 0.5)),
)
POLICY = EnergyPolicy((TARIFF,), (Target("kW·h", tuple(3000.0 + month for month in range(12))),))


def _counter(machine: str, number: int, unit: str = "kW·h") -> Point:
    source = ESTATE.points[0].source
    return Point(f"{machine}.energy", machine, "energy", Text("电能", "Energy"), ValueKind.COUNTER, source, unit, number=number)


def _meter(id: str, name: Text, load: str, location: str = "B1") -> Equipment:
    return Equipment(id, name, "meter", "meter_type", location, "power", page="meter", rated={"load": load})


MAIN, LIGHT, LIFTS, WATER = 901, 902, 903, 904
ESTATE_WITH_METERS: Estate = replace(
    ESTATE,
    equipment=(
        *(each for each in ESTATE.equipment if each.id != "EM1"),
        _meter("EM1", Text("总电表", "Main meter"), "incoming"),
        _meter("EM2", Text("照明电表", "Lighting meter"), "lighting"),
        _meter("EM3", Text("电梯电表", "Lift meter"), "elevators", "T1-MR"),
    ),
    points=(
        *(each for each in ESTATE.points if each.key != "energy"),
        _counter("EM1", MAIN),
        _counter("EM2", LIGHT),
        _counter("EM3", LIFTS),
        _counter("WM1", WATER, "m³"),
    ),
    energy=POLICY,
)


@dataclass
class Been:
    """Where the page led."""

    places: list[str] = field(default_factory=list)

    def open_equipment(self, equipment: str) -> None:
        self.places.append(equipment)


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
    """An estate with four meters, at rest: Monday 2026-11-23, 08:00 in Shanghai."""
    made = Picture("desk")
    made.take_snapshot(snapshot(estate=ESTATE_WITH_METERS))
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
def screen(qtbot: QtBot, picture: Picture, line: RecordingLine, been: Been) -> EnergyScreen:
    """The page at the size that it has in a full window."""
    made = EnergyScreen(picture, Desk(picture, line), been)
    qtbot.addWidget(made)
    made.resize(1800, 860)
    made.show()
    return made
