"""The demo estate as real processes (devices with their broker, collector) under one steered time, and faults caused in it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from config.demo import site_text
from console.cli.demo import end, free_ports
from console.cli.processes import python_module, start
from tests.helpers.people import write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering

GATEWAYS = 24  # ports that the demo's devices may take


class Exercise:
    """Starts everything at ``begin`` (UTC ns); :meth:`pass_` lets time go by. Use as a context manager."""

    def __init__(self, folder: Path, begin: int) -> None:
        self._steered = (Steering(begin), Steering(begin))
        base, broker = free_ports(GATEWAYS)
        self._site = folder / "site.yaml"
        self._site.write_text(site_text(base, broker, "演练", "Rehearsal"), encoding="utf-8", newline="\n")
        people = write_people(folder)
        words = ["--config", str(self._site), "--seed-accounts", str(people), "--clock", f"steered:{self._steered[1].port}"]
        self.collector = CollectorProcess(folder / "store", *words)
        self._log = folder / "devices.log"
        self._devices: subprocess.Popen[bytes] | None = None
        self._control = 0

    def __enter__(self) -> Self:
        words = ["--lang", "zh", "simulate", str(self._site), "--clock", f"steered:{self._steered[0].port}", "--broker"]
        with self._log.open("wb") as log:
            self._devices = start(python_module("console.cli", words), log=log, pipe=True)
        self._steered[0].accept()
        assert self._devices.stdout is not None
        for line in self._devices.stdout:
            if line.startswith(b"{"):
                self._control = int(json.loads(line)["control"])
                break
        assert self._control, self._log.read_text(encoding="utf-8")
        self.collector.start(wait=False)
        self._steered[1].accept()
        self.collector.wait_until_it_answers()
        for steering in self._steered:
            steering.run(1.0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.collector.stop()
        if self._devices is not None:
            end(self._devices)
            assert self._devices.stdout is not None
            self._devices.stdout.close()
        for steering in self._steered:
            steering.__exit__(kind, error, trace)

    @property
    def now(self) -> int:
        """The collector's time after the last step, UTC ns."""
        return self._steered[1].now

    def step(self, seconds: float) -> None:
        """Let time jump for devices and collector; between two jumps it runs as real time does."""
        for steering in self._steered:
            steering.advance(seconds)

    def pass_(self, seconds: float, live: Callable[[], None], step: float = 10.0) -> None:
        """Let time go by in jumps that are shorter than any device's silence may be; ``live``: what happens in between."""
        while seconds > 0:
            self.step(min(step, seconds))
            seconds -= step
            live()

    def inject(self, do: str, fault: str, target: str = "") -> None:
        """One line to the fault injector."""
        with socket.create_connection(("127.0.0.1", self._control), 10) as line, line.makefile("rwb") as stream:
            stream.write(json.dumps({"id": 1, "do": do, "fault": fault, "target": target}).encode() + b"\n")
            stream.flush()
            while (answer := json.loads(stream.readline())).get("id") != 1:
                pass
            assert answer["ok"], answer
