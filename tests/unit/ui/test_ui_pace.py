"""A costly repaint runs at once, rests, and never forgets the last request."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from console.ui.pace import LIGHT, Pace


def test_what_is_light_runs_every_time(qtbot: QtBot) -> None:
    ran: list[int] = []
    owner = QObject()
    pace = Pace(lambda: ran.append(1), owner)
    for _ in range(20):
        pace.ask()
    assert len(ran) == 20


def test_what_is_heavy_rests_and_then_runs_once_for_all_that_was_asked_meanwhile(qtbot: QtBot) -> None:
    began: list[float] = []

    def heavy() -> None:
        began.append(time.perf_counter())
        end = time.thread_time() + 2 * LIGHT
        while time.thread_time() < end:
            pass

    owner = QObject()
    pace = Pace(heavy, owner)
    for _ in range(5):
        pace.ask()
    assert len(began) == 1
    qtbot.waitUntil(lambda: len(began) == 2, timeout=5000)
    assert began[1] - began[0] >= 4 * LIGHT
    qtbot.wait(200)
    assert len(began) == 2
