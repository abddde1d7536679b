"""From the register of a Modbus device to the row that is painted on a console's screen: device, collector and console for real."""

from __future__ import annotations

import random
import time

from tests.benchmarks.alarm_console import Bench, bench

GAP = 0.15, 0.4  # seconds between two tries
BURST = 2_000  # alarms within a second
BURSTS = 20
PARTS = 4


def measure_latency(tries: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each try on a quiet estate, and of those amid :data:`BURST` alarms a second."""
    with bench(tries + BURSTS, BURST) as console:
        painted = _Painted(console)
        dice = random.Random(7)
        for number in range(tries):
            console.wait(dice.uniform(*GAP))
            painted.change(number)
        console.until(painted.all_there, 20)
        quiet, painted.found = painted.found, []
        for number in range(BURSTS):
            console.registers.put(tries + BURSTS, BURST, 0)
            console.wait(1.5)
            for part in range(PARTS):
                console.registers.put(tries + BURSTS + part * BURST // PARTS, BURST // PARTS, 1)
                console.wait(dice.random() * 0.1)
            painted.change(tries + number)
            console.until(painted.all_there, 20)
        return quiet, painted.found


class _Painted:
    """Waits for the rows of registers' alarms to be painted; ``found`` has the milliseconds."""

    def __init__(self, console: Bench) -> None:
        from PySide6.QtCore import QEvent, QObject  # noqa: PLC0415 - Qt after the platform is chosen

        look = self._look
        self.found: list[float] = []
        self._console = console
        self._table = console.shell.made_screen("alarms").table  # type: ignore[union-attr]
        self._changed: dict[str, float] = {}  # key of an alarm whose row is awaited, and when its register changed

        class Eye(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    look()
                return False

        self._eye = Eye()
        self._table.viewport().installEventFilter(self._eye)

    def change(self, register: int) -> None:
        """Change a register."""
        self._changed[f"a{register}"] = time.perf_counter()
        self._console.registers.put(register, 1, 1)

    def all_there(self) -> bool:
        """Every changed register has its row."""
        return not self._changed

    def _look(self) -> None:
        if not self._changed:
            return
        for alarm in self._table.in_sight(0):
            began = self._changed.pop(alarm.rule.rpartition("#")[2], None)
            if began is not None:
                self.found.append((time.perf_counter() - began) * 1000)
