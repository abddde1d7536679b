"""The bench without a collector: an estate with lines, and the test at the other end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.estate import ModbusSerial, ModbusSource, ModbusTcp, Mqtt, MqttSource
from console.domain.text import Text
from console.link.messages import Snapshot
from console.texts import CHINESE, ENGLISH, set_language
from console.ui import theme
from console.ui.commissioning.screen import CommissioningScreen
from console.ui.desk import Desk
from console.ui.picture import Picture
from tests.helpers.snapshots import PEOPLE, RecordingLine, signed_on, snapshot

LINES = (
    ModbusTcp("gw", Text("网关", "Gateway"), "10.0.0.1"),
    ModbusSerial("bus", Text("总线", "Bus"), "COM3"),
    Mqtt("broker", Text("消息服务器", "Broker"), "10.0.0.2"),
)
SOURCES: dict[str, Any] = {
    "EM1.active_power": ModbusSource("gw", 7, 4, 12, "f32"),
    "EM1.reactive_power": ModbusSource("gw", 7, 4, 14, "f32"),
    "EM1.energy": ModbusSource("gw", 7, 4, 72, "u64"),
    "PS1.discharge_pressure": ModbusSource("gw", 1, 3, 40000),
    "WM1.flow": MqttSource("broker", "meters/wm1", "$.flow"),
}


def bench(role: Role | None = Role.TECHNICIAN, **changes: Any) -> Snapshot:
    """The small estate on lines, with somebody at the desk."""
    base = snapshot(**changes)
    points = tuple(replace(point, source=SOURCES.get(point.id, point.source)) for point in base.estate.points)
    base = replace(base, estate=replace(base.estate, connections=LINES, points=points))
    return base if role is None else signed_on(base, PEOPLE[role])


class Opened:
    """A navigator that remembers."""

    def __init__(self) -> None:
        self.machines: list[str] = []

    def open_equipment(self, equipment: str) -> None:
        self.machines.append(equipment)


@pytest.fixture(autouse=True)
def as_delivered(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """English, nothing remembered."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    set_language(ENGLISH)
    if theme.current() != theme.CONTROL or not qapp.styleSheet():
        theme.apply(qapp, theme.CONTROL)
    yield
    set_language(CHINESE)


@pytest.fixture
def picture(qapp: QApplication) -> Iterator[Picture]:
    made = Picture("desk")
    made.take_snapshot(bench())
    yield made
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def line() -> RecordingLine:
    return RecordingLine()


@pytest.fixture
def opened() -> Opened:
    return Opened()


@pytest.fixture
def open_screen(qtbot: QtBot, picture: Picture, line: RecordingLine, opened: Opened) -> Callable[[], CommissioningScreen]:
    """Makes the screen and shows it."""

    def make() -> CommissioningScreen:
        made = CommissioningScreen(picture, Desk(picture, line, picture), opened)
        qtbot.addWidget(made)
        made.resize(1820, 900)
        made.show()
        return made

    return make


@pytest.fixture
def screen(open_screen: Callable[[], CommissioningScreen]) -> CommissioningScreen:
    return open_screen()
