"""Cyclic garbage with a window in it is freed on the GUI thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from console.ui.garbage import GuiGarbage
from console.ui.picture import Picture


class Cycle:
    """Garbage that says on which thread it was freed."""

    freed_on: list[str]

    def __init__(self, freed_on: list[str]) -> None:
        self.freed_on = freed_on
        self.me = self

    def __del__(self) -> None:
        self.freed_on.append(threading.current_thread().name)


@pytest.fixture
def garbage(qtbot: QtBot) -> Iterator[GuiGarbage]:
    owner = QObject()
    made = GuiGarbage(owner, Picture("A"))
    yield made
    made.stop()


def test_another_thread_that_allocates_does_not_collect(garbage: GuiGarbage) -> None:
    freed: list[str] = []
    Cycle(freed)

    def allocate() -> None:
        kept = [[number] for number in range(200_000)]
        assert kept

    thread = threading.Thread(target=allocate, name="link")
    thread.start()
    thread.join()
    assert freed == []
    garbage.collect()
    garbage.collect()
    gc.collect()
    assert freed == ["MainThread"]


def test_the_timer_collects_what_has_become_garbage(qtbot: QtBot, garbage: GuiGarbage) -> None:
    freed: list[str] = []
    Cycle(freed)
    kept = [[number] for number in range(20_000)]
    qtbot.waitUntil(lambda: freed == ["MainThread"], timeout=5000)
    assert kept


def test_python_collects_by_itself_again_once_the_window_is_gone(qtbot: QtBot) -> None:
    owner = QObject()
    garbage = GuiGarbage(owner, Picture("A"))
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()
