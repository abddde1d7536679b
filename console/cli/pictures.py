"""``screenshots DIR``: every screen in both languages: calm, with about 30 alarms, and of an empty estate.

The pictures are of the real window on the real demo (collector, simulated devices, broker); only the faults are caused.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.common import OK, say
from console.cli.demo import end, start_demo
from console.cli.processes import answers, start_collector
from console.texts import CHINESE, ENGLISH, tr

if TYPE_CHECKING:
    from console.ui.shell import Shell

SIZE = (1920, 1080)
CALM_SECONDS = 45.0  # the history needs a little to be worth a picture
ALARM_SECONDS = 25.0
FAULTS = [
    ("trapped", "T2-L3"), ("fire", "F1/12"), ("pump_trip", "T1-DW2"), ("dry_run", "T2-DW1"), ("device_offline", "T1-EM05"),
    ("lift_fault", "T1-L2"), ("lift_inspection", "P-L1"), *(("detector_isolated", f"F2/{node}") for node in range(30, 38)),
    *(("detector_fault", f"F1/{node}") for node in range(60, 74)),
]  # fmt: skip


def screenshots(arguments: argparse.Namespace) -> int:
    """``screenshots``."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    folder = Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    started: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="building-console-pictures-") as name:
        try:
            count = _estate(Path(name) / "demo", folder, started) + _empty(Path(name) / "empty", folder, started)
        finally:
            for process in reversed(started):
                end(process)
    say(tr("cli.pictures.done", count=count, folder=folder))
    return OK


def _estate(store: Path, folder: Path, started: list[subprocess.Popen[bytes]]) -> int:
    control = start_demo(store, started, calm=True)
    secrets = {person["account"]: person["secret"] for person in json.loads((store / "accounts.json").read_text(encoding="utf-8"))}
    window = _Window(store)
    window.sign_on("wang", secrets["wang"])
    window.spin(CALM_SECONDS)
    count = window.take(folder, "normal", "T1-L1")
    with socket.create_connection(("127.0.0.1", control)) as line:
        for fault, target in FAULTS:
            line.sendall(json.dumps({"id": target, "do": "cause", "fault": fault, "target": target}).encode() + b"\n")
        window.spin(ALARM_SECONDS)
    window.work()
    count += window.take(folder, "alarms", "T2-L3")
    window.close()
    return count


def _empty(store: Path, folder: Path, started: list[subprocess.Popen[bytes]]) -> int:
    started.append(start_collector(store, [], detached=False))
    deadline = time.monotonic() + 30
    while not answers(store) and time.monotonic() < deadline:
        time.sleep(0.1)
    window = _Window(store)
    window.shell.veil.close_panel()
    count = window.take(folder, "empty", "")
    window.close()
    return count


class _Window:
    """The real window, offscreen."""

    def __init__(self, store: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from console.ui import theme
        from console.ui.desk import Desk
        from console.ui.horn import Silent
        from console.ui.linkthread import LinkThread
        from console.ui.picture import Picture
        from console.ui.shell import Shell

        application = QApplication.instance() or QApplication([])
        assert isinstance(application, QApplication)
        theme.apply(application, theme.CONTROL)
        self.picture = Picture("A台")
        self.line = LinkThread(store, self.picture, "A台")
        self.desk = Desk(self.picture, self.line)
        self.shell: Shell = Shell(self.picture, self.desk, Silent(), remember_window=False)
        self.shell.resize(*SIZE)
        self.shell.show()
        self.line.start()
        while not self.picture.live:
            self.spin(0.1)

    def spin(self, seconds: float) -> None:
        """Let the window live."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def sign_on(self, account: str, secret: str) -> None:
        """As an operator."""
        from console.domain.commands import SignOn

        self.desk.ask(SignOn(account, secret))
        self.spin(1.0)

    def work(self) -> None:
        """Take the gravest fault and dispatch its order, as an operator would by now."""
        from console.domain.commands import AdvanceOrder, DispatchOrder, TakeFault
        from console.domain.orders import OrderState

        trapped = [fault for fault in self.picture.faults.values() if fault.equipment == "T2-L3"]
        for fault in trapped[:1]:
            for command in (
                TakeFault(fault.number),
                DispatchOrder(fault.order, "钱师傅", contractor=True),  # ours hold no certificate for it
                AdvanceOrder(fault.order, OrderState.ASSIGNED, by="钱师傅"),
            ):
                self.desk.ask(command)
                self.spin(0.5)

    def take(self, folder: Path, state: str, equipment: str) -> int:
        """One picture a screen and language."""
        from console.ui.nav import SCREENS

        count = 0
        for language in (CHINESE, ENGLISH):
            self.shell.change_language(language)
            for name in SCREENS:
                self.shell.open_screen(name)
                self._choose(name, equipment)
                self.spin(2.5 if name == "equipment" else 1.2)
                count += self.shell.grab().save(str(folder / f"{name}-{state}-{language}.png"))
        return count

    def _choose(self, name: str, equipment: str) -> None:
        """Something is selected, as it would be at a desk."""
        picture = self.picture
        mine = [fault for fault in picture.faults.values() if fault.equipment == equipment and fault.open]
        if name == "equipment" and equipment:
            self.shell.open_equipment(equipment)
        elif name == "faults" and mine:
            self.shell.open_fault(mine[0].number)
        elif name == "orders" and mine:
            self.shell.open_order(mine[0].order)
        elif name == "alarms":
            alarms = [alarm for alarm in picture.alarms.values() if alarm.equipment == equipment]
            if alarms:
                self.shell.open_alarm(min(alarms, key=lambda alarm: alarm.priority).number)

    def close(self) -> None:
        """End the window and its line."""
        self.line.stop()
        self.shell.close()
