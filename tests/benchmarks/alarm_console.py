"""A real collector on thousands of state points, and a real console on it: the whole window, offscreen, in this process.

Registers from 0 are those of equipment ``E`` (priority 1: each alarm has its own row whatever else happens), the rest are spread
over machines of 100 points each (priorities 2 to 4) on four lines.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.alarm_server import Registers
from tests.helpers.processes import CollectorProcess

if TYPE_CHECKING:
    from console.ui.picture import Picture
    from console.ui.shell import Shell

POLL_MS = 500
EACH = 100  # points of a machine
LINES = 4
_STATES = "{0: {zh: 正常, en: Normal}, 1: {zh: 报警, en: Alarm}}"


def site(ports: list[int], alone: int, many: int) -> str:
    """``alone`` points of ``E``, and ``many`` in machines of a hundred."""
    lines = [
        "site: {id: bench, name: {zh: 测试, en: Bench}}",
        "locations: [{id: B, name: {zh: 楼, en: House}, kind: building}]",
        "connections:",
        *(f"  - {{id: c{n}, protocol: modbus-tcp, host: 127.0.0.1, port: {port}}}" for n, port in enumerate(ports)),
        "equipment:",
    ]
    machines = [("E", 0, 0, alone)] if alone else []
    machines += [(f"F{n}", 1 + n % LINES, alone + n * EACH, EACH) for n in range(many // EACH)]
    for unit, (name, line, first, count) in enumerate(machines, 1):
        points = ", ".join(
            f"{{key: p{n}, name: {{zh: 点{n}, en: P{n}}}, kind: state, states: {_STATES}, fc: 3, type: u16, poll_ms: {POLL_MS}, "
            f"address: {n}}}"
            for n in range(first, first + count)
        )
        alarms = ", ".join(
            f"{{key: a{n}, point: p{n}, kind: state, values: [1], priority: {1 if name == 'E' else 2 + n % 3}, "
            f"text: {{zh: 报警{n}, en: Alarm {n}}}}}"
            for n in range(first, first + count)
        )
        lines.append(
            f"  - {{id: {name}, type: generic_modbus, name: {{zh: 设备{name}, en: Device {name}}}, location: B, "
            f"connection: c{line}, unit: {unit}, points: [{points}], alarms: [{alarms}]}}"
        )
    return "\n".join(lines) + "\n"


class Bench:
    """The console with its alarm list open. Times are ``time.perf_counter``'s."""

    def __init__(self, folder: Path, registers: Registers) -> None:
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt after the platform is chosen

        from console.ui import theme  # noqa: PLC0415
        from console.ui.desk import Desk  # noqa: PLC0415
        from console.ui.garbage import GuiGarbage  # noqa: PLC0415
        from console.ui.horn import Silent  # noqa: PLC0415
        from console.ui.linkthread import LinkThread  # noqa: PLC0415
        from console.ui.picture import Picture  # noqa: PLC0415
        from console.ui.shell import Shell  # noqa: PLC0415

        application = QApplication.instance() or QApplication([])
        assert isinstance(application, QApplication)
        theme.apply(application, theme.CONTROL)
        self.folder, self.registers = folder, registers
        self.picture: Picture = Picture("bench")
        self._line = LinkThread(folder, self.picture, "bench")
        self.shell: Shell = Shell(self.picture, Desk(self.picture, self._line), Silent(), remember_window=False)
        self.shell.resize(1920, 1080)
        self.shell.show()
        self.shell.open_screen("alarms")
        self._garbage = GuiGarbage(self.shell, self.picture)
        self._line.start()
        self.until(lambda: self.picture.live)

    def until(self, met: Callable[[], bool], seconds: float = 60.0) -> float:
        """Let the window live until ``met``; when that was."""
        from PySide6.QtCore import QEventLoop  # noqa: PLC0415
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415

        end = time.perf_counter() + seconds
        while not met():
            if time.perf_counter() > end:
                raise TimeoutError(f"not within {seconds} s")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        return time.perf_counter()

    def wait(self, seconds: float) -> None:
        """Let the window live."""
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() >= end, seconds + 60)

    def close(self) -> None:
        """As the program ends."""
        self._garbage.stop()
        self._line.stop()
        self.shell.close()


@contextmanager
def bench(alone: int, many: int) -> Iterator[Bench]:
    """Servers, collector and console, all at work."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with (
        tempfile.TemporaryDirectory(prefix="bench-alarms-", ignore_cleanup_errors=True) as name,
        Registers(alone + many, LINES + 1) as registers,
    ):
        file = Path(name) / "site.yaml"
        file.write_text(site(registers.ports, alone, many), encoding="utf-8")
        collector = CollectorProcess(Path(name) / "store", "--config", str(file))
        collector.start()
        console = Bench(collector.folder, registers)
        try:
            console.until(lambda: _heard(console.picture, alone + many))
            console.wait(6.0)  # what follows a start has settled
            yield console
        finally:
            console.close()
            collector.stop()


def _heard(picture: Picture, count: int) -> bool:
    return sum(picture.reading(point).time > 0 for point in picture.points) >= count
