"""What every test gets: no display is needed, and a test of a window leaves no thread behind."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported; a developer may look on with xcb

import pytest

PATIENCE = 3.0  # seconds that a thread has to end


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform says this once a window; it means nothing."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


@pytest.fixture(autouse=True, scope="module")
def windows_are_collected_on_this_thread() -> Iterator[None]:
    """What a module's windows leave in cycles is freed here, and not later on some other test's network thread (Qt would crash)."""
    yield
    if "PySide6.QtWidgets" in sys.modules:
        gc.collect()


@pytest.fixture(autouse=True)
def garbage_waits_while_a_window_lives(request: pytest.FixtureRequest) -> Iterator[None]:
    """As in the program (ADR 6): Python's collector does not run on a writer's or a speller's thread."""
    collects = "qapp" in request.fixturenames and gc.isenabled()
    if collects:
        gc.disable()
    yield
    if collects:
        gc.enable()


@pytest.fixture(autouse=True)
def no_thread_is_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that has a window and leaves a thread running. Set up first, so it looks after all other fixtures ended."""
    before = set(threading.enumerate())
    yield
    if "qapp" not in request.fixturenames:
        return
    deadline = time.monotonic() + PATIENCE
    while left := [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {', '.join(left)}")
        time.sleep(0.01)
