"""The registers that the ``alarms`` bench watches, served by pyModbusTCP in a process of its own.

``python -m tests.benchmarks.alarm_server COUNT LINES`` prints so many ports, all of the same registers. Then a line
``FIRST COUNT VALUE`` on its input sets so many holding registers in a row at once, and is answered by an empty line.
"""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

from pyModbusTCP.server import DataBank, ModbusServer


class Registers:
    """The bench's end of it."""

    def __init__(self, count: int, lines: int) -> None:
        words = [sys.executable, "-m", "tests.benchmarks.alarm_server", str(count), str(lines)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        assert self._process.stdout is not None
        self.ports = [int(port) for port in self._process.stdout.readline().split()]

    def put(self, first: int, count: int, value: int) -> None:
        """Set them; returns when they are set."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{first} {count} {value}\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


def main(count: int, lines: int) -> None:
    """Serve until the input ends."""
    bank = DataBank(coils_size=0, d_inputs_size=0, h_regs_size=count, i_regs_size=0)
    servers = [ModbusServer("127.0.0.1", 0, no_block=True, data_bank=bank) for _ in range(lines)]
    for server in servers:
        server.start()
    print(*(server._service.server_address[1] for server in servers), flush=True)
    for line in sys.stdin:
        first, many, value = (int(word) for word in line.split())
        bank.set_holding_registers(first, [value] * many)
        print(flush=True)
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
