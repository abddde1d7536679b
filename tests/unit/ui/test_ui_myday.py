"""My day: the most urgent first, also of what comes while the page is open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.domain.orders import OrderKind
from console.domain.times import HOUR
from console.ui.myday.screen import MydayScreen
from console.ui.picture import Picture
from console.ui.shell import Shell
from tests.helpers.snapshots import NOW, delta, fault, order, snapshot


def test_an_emergency_that_comes_stands_above_what_was_there(qtbot: QtBot, shell: Shell, picture: Picture) -> None:
    planned = order(1, kind=OrderKind.PREVENTIVE, priority=4, due_at=NOW + 20 * HOUR)
    picture.take_snapshot(snapshot(orders=(planned,), me="wang"))
    qtbot.keyClick(shell, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    screen = shell.made_screen("myday")
    assert isinstance(screen, MydayScreen)
    qtbot.waitUntil(lambda: len(screen.table.shown()) == 1)
    picture.take_delta(delta(picture.revision + 1, faults=(fault(7, priority=1),)))
    qtbot.waitUntil(lambda: len(screen.table.shown()) > 1)
    assert next(item.priority for item in screen.table.shown()) == 1
