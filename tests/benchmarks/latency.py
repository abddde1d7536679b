"""From the register of a real Modbus device to the row on a console's screen: the collector and the console's own parts, for real.

A pyModbusTCP server holds one register per try; a collector process polls it every 500 ms; this process is the console (picture,
link thread, alarm table, offscreen) and notes when the table has the row.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.processes import CollectorProcess

POLL_MS = 500
STATES = "{0: {zh: 正常, en: Normal}, 1: {zh: 报警, en: Alarm}}"


def measure_latency(tries: int) -> list[float]:
    """Milliseconds of each try."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-latency-") as name, _server(tries) as (port, data):
        folder = Path(name) / "store"
        site = Path(name) / "site.yaml"
        site.write_text(_site(port, tries), encoding="utf-8")
        collector = CollectorProcess(folder, "--config", str(site))
        collector.start()
        try:
            return _watch(folder, data, tries)
        finally:
            collector.stop()


@contextmanager
def _server(tries: int) -> Iterator[tuple[int, object]]:
    from pyModbusTCP.server import DataBank, ModbusServer  # noqa: PLC0415 - benchmarks only

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bank = DataBank(h_regs_size=tries + 10)
    server = ModbusServer("127.0.0.1", port, no_block=True, data_bank=bank)
    server.start()
    try:
        yield port, bank
    finally:
        server.stop()


def _site(port: int, tries: int) -> str:
    kind = f"kind: state, states: {STATES}, fc: 3, type: u16, poll_ms: {POLL_MS}"
    points = "\n".join(f"      - {{key: p{n}, name: {{zh: 点{n}, en: P{n}}}, {kind}, address: {n}}}" for n in range(tries))
    alarms = "\n".join(
        f"      - {{key: a{n}, point: p{n}, kind: state, values: [1], priority: 4, text: {{zh: 报警{n}, en: Alarm {n}}}}}"
        for n in range(tries)
    )
    return f"""site: {{id: bench, name: {{zh: 测试, en: Bench}}}}
locations: [{{id: B, name: {{zh: 楼, en: House}}, kind: building}}]
connections: [{{id: c, protocol: modbus-tcp, name: {{zh: 线, en: Line}}, host: 127.0.0.1, port: {port}}}]
equipment:
  - id: E
    type: generic_modbus
    name: {{zh: 设备, en: Device}}
    location: B
    connection: c
    unit: 1
    points:
{points}
    alarms:
{alarms}
"""


def _watch(folder: Path, data: object, tries: int) -> list[float]:
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415 - Qt after the platform is chosen
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from console.ui.desk import Desk  # noqa: PLC0415
    from console.ui.horn import Silent  # noqa: PLC0415
    from console.ui.linkthread import LinkThread  # noqa: PLC0415
    from console.ui.picture import Picture  # noqa: PLC0415
    from console.ui.shell import Shell  # noqa: PLC0415

    application = QApplication.instance() or QApplication([])
    picture = Picture("bench")
    line = LinkThread(folder, picture, "bench")
    shell = Shell(picture, Desk(picture, line), Silent(), remember_window=False)
    shell.resize(1920, 1080)
    shell.show()
    shell.open_screen("alarms")
    line.start()

    def spin(seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    while not picture.live:
        spin(0.05)
    spin(2.0)
    pause = random.Random(7)
    found: list[float] = []
    model = shell.made_screen("alarms").table.rows
    for number in range(tries):
        spin(0.1 + pause.random() * POLL_MS / 1000)
        before = model.rowCount()
        began = time.perf_counter()
        data.set_holding_registers(number, [1])  # type: ignore[attr-defined]
        while model.rowCount() == before and time.perf_counter() - began < 10:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        found.append((time.perf_counter() - began) * 1000)
    line.stop()
    return found
