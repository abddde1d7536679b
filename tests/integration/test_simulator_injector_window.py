"""The injector's window against a running simulator: what is clicked happens on the devices."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from console.texts import CHINESE, ENGLISH, catalogue, set_language
from console.ui.injector.window import InjectorWindow
from drivers.simulator.run import Running
from tests.helpers.demo_estate import demo_on_free_ports
from tests.integration.simulating import simulated

# Offscreen Qt says so once for every window that is shown.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Background:
    """A simulator on an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self.site: Running
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(20)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(20)
        if not self._loop.is_closed():
            self._loop.close()

    async def _run(self) -> None:
        async with simulated(demo_on_free_ports(), script=False, with_broker=False) as site:
            self.site = site
            self._ready.set()
            await self._end.wait()


@pytest.fixture
def background() -> Iterator[Background]:
    simulator = Background()
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def window(background: Background, qtbot: QtBot) -> Iterator[InjectorWindow]:
    set_language(CHINESE)
    shown = InjectorWindow(background.site.control_port)
    qtbot.addWidget(shown)
    shown.show()
    shown.start()
    qtbot.waitUntil(lambda: bool(shown.rows), timeout=10_000)
    yield shown
    shown.client.stop()
    set_language(CHINESE)


def test_a_click_causes_a_fault_at_the_chosen_target_and_another_clears_it(
    window: InjectorWindow, background: Background, qtbot: QtBot
) -> None:
    row = window.rows["fire"]
    assert row.chooser.count() == 401  # any one, and every detector
    row.chooser.setCurrentIndex(row.chooser.findData("F1/12"))
    assert not row.clear.isEnabled()
    row.cause.click()
    qtbot.waitUntil(row.clear.isEnabled, timeout=10_000)
    assert background.site.world.cast.panels["F1"].status[12] == 1
    assert "F1/12" in window.log.toPlainText()
    row.clear.click()
    qtbot.waitUntil(lambda: not row.clear.isEnabled(), timeout=10_000)
    assert background.site.world.cast.panels["F1"].status[12] == 9


def test_clear_all_ends_everything(window: InjectorWindow, background: Background, qtbot: QtBot) -> None:
    for fault in ("detector_fault", "gateway_silent", "power_cut"):
        window.rows[fault].cause.click()
    qtbot.waitUntil(lambda: len(background.site.injector.active) == 3, timeout=10_000)
    qtbot.waitUntil(window.clear_all.isEnabled, timeout=10_000)
    window.clear_all.click()
    qtbot.waitUntil(lambda: not background.site.injector.active, timeout=10_000)
    qtbot.waitUntil(lambda: not window.clear_all.isEnabled(), timeout=10_000)


def test_the_language_changes_on_the_spot_and_the_choice_stays(window: InjectorWindow) -> None:
    row = window.rows["trapped"]
    row.chooser.setCurrentIndex(3)
    chosen = row.target()
    assert row.name.text() == "电梯困人"
    window.language_button.click()
    assert row.name.text() == "Passengers trapped"
    assert row.target() == chosen
    assert window.windowTitle() == catalogue()["demo.injector.title"][1]


def test_a_simulator_that_ends_is_said_and_nothing_can_be_clicked(
    window: InjectorWindow, background: Background, qtbot: QtBot
) -> None:
    assert window.rows["fire"].cause.isEnabled()
    background.stop()
    qtbot.waitUntil(lambda: not window.rows["fire"].cause.isEnabled(), timeout=10_000)
    assert not window.client.live


def test_every_fault_of_the_demo_has_a_name_in_both_languages(window: InjectorWindow) -> None:
    set_language(ENGLISH)
    for fault in window.rows:
        zh, en = catalogue()[f"demo.fault.{fault}"]
        assert zh != en
    assert len(window.rows) == 11  # all but the broker, which this simulator was told not to start
