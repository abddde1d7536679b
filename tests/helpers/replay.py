"""A recorded pump rig, replayed through a Modbus server: each row of the recording stands in the registers for its time."""

from __future__ import annotations

import csv
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from pyModbusTCP.server import ModbusServer

from tests.helpers.registers import Registers, StrictBank, block

COLUMNS = (
    "Accelerometer1RMS", "Accelerometer2RMS", "Current", "Pressure", "Temperature", "Thermocouple", "Voltage",
    "Volume Flow RateRMS",
)  # fmt: skip
FLOW = COLUMNS.index("Volume Flow RateRMS")


def recording(file: Path) -> list[tuple[float, ...]]:
    """The rows of a recording (one a second), as the 32-bit floats that a device would hold."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = [tuple(float(row[name]) for name in COLUMNS) for row in csv.DictReader(text, delimiter=";")]
    return [struct.unpack(">8f", struct.pack(">8f", *row)) for row in rows]


class Replay:
    """Serves ``rows`` one after the other, each for ``every`` seconds of real time, the last one for good.

    Unit 1, input registers from 0, two a column (IEEE 754, high word first). ``served`` is when each row was put there, by ``now``
    (UTC ns).
    """

    def __init__(self, rows: list[tuple[float, ...]], every: float, now: Callable[[], int] = time.time_ns) -> None:
        self.rows = rows
        self.served: list[int] = []
        self._every, self.now = every, now
        self._bank = StrictBank(_words(rows[0]))
        self._server = ModbusServer(host="127.0.0.1", port=0, no_block=True, data_bank=self._bank)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server._service.server_address[1])

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop_rows()
        self._server.stop()

    def start(self) -> None:
        """Begin with the first row, which stood there already."""
        self._thread.start()

    def stop_rows(self) -> None:
        """End the replay; the present row stays."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(5)

    def show(self, row: tuple[float, ...]) -> None:
        """Put a row there by hand, after the replay."""
        self._bank.registers = _words(row)

    def row_at(self, moment: int, slack: int) -> set[tuple[float, ...]]:
        """The rows that stood in the registers within ``slack`` ns of ``moment``."""
        ends = [*self.served[1:], 1 << 62]
        return {
            row for row, begin, end in zip(self.rows, self.served, ends, strict=False) if begin - slack <= moment <= end + slack
        }

    def _run(self) -> None:
        due = time.monotonic()
        for row in self.rows:
            if self._ended.wait(max(0.0, due - time.monotonic())):
                return
            self._bank.registers = _words(row)
            self.served.append(self.now())
            due += self._every


def _words(row: tuple[float, ...]) -> Registers:
    return block(1, 4, 0, *struct.unpack(">16H", struct.pack(">8f", *row)))
