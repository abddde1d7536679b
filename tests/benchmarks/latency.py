"""From the register of a Modbus device to the row that is painted on a console's screen: device, collector and console for real."""

from __future__ import annotations

import random
import time

from tests.benchmarks.alarm_console import POLL_MS, Bench, bench

BURST = 2_000  # alarms within a second
BURSTS = 20
PARTS = 4


def measure_latency(tries: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each try on a quiet estate, and of those amid :data:`BURST` alarms a second."""
    with bench(tries + BURSTS, BURST) as console:
        watch = _Painted(console)
        dice = random.Random(7)
        quiet = []
        for number in range(tries):
            console.wait(0.1 + dice.random() * POLL_MS / 1000)
            quiet.append(watch.latency(number))
        amid = []
        for number in range(BURSTS):
            console.registers.put(tries + BURSTS, BURST, 0)
            console.wait(1.5)
            for part in range(PARTS):
                console.registers.put(tries + BURSTS + part * BURST // PARTS, BURST // PARTS, 1)
                console.wait(dice.random() * 0.1)
            amid.append(watch.latency(tries + number))
        return quiet, amid


class _Painted:
    """Waits for a register's alarm to be painted as a row."""

    def __init__(self, console: Bench) -> None:
        from PySide6.QtCore import QEvent, QObject  # noqa: PLC0415 - Qt after the platform is chosen

        found = self
        self._console = console
        self._table = console.shell.made_screen("alarms").table  # type: ignore[union-attr]
        self._wanted = -1
        self._painted_at = 0.0

        class Eye(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    found._look()
                return False

        self._eye = Eye()
        self._table.viewport().installEventFilter(self._eye)

    def latency(self, register: int) -> float:
        """Milliseconds from the register's change to the paint event that shows its row."""
        self._wanted, self._painted_at = register, 0.0
        began = time.perf_counter()
        self._console.registers.put(register, 1, 1)
        self._console.until(lambda: self._painted_at > 0, 20)
        return (self._painted_at - began) * 1000

    def _look(self) -> None:
        if self._wanted >= 0 and any(alarm.rule.endswith(f"#a{self._wanted}") for alarm in self._table.in_sight(0)):
            self._painted_at, self._wanted = time.perf_counter(), -1
