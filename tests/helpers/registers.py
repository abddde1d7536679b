"""Modbus servers that are not made with the library that the program uses: pyModbusTCP, and libmodbus (in C).

Both are strict, as real devices are: an address that was not given is refused with exception 2.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyModbusTCP.server import DataBank, ModbusServer

Registers = dict[tuple[int, int, int], int]  # (unit, function 3 | 4, address) -> 16 bits
SOURCE = Path(__file__).with_name("register_server.c")


def block(unit: int, function: int, first: int, *words: int) -> Registers:
    """Registers in a row."""
    return {(unit, function, first + place): word for place, word in enumerate(words)}


class StrictBank(DataBank):
    """Refuses what was not given. ``registers`` may be replaced as a whole at any moment: an answer never mixes two."""

    def __init__(self, registers: Registers) -> None:
        super().__init__(coils_size=0, d_inputs_size=0, h_regs_size=0, i_regs_size=0)
        self.registers = registers

    def _take(self, function: int, address: int, number: int, info: Any) -> list[int] | None:
        unit, registers = info.recv_frame.mbap.unit_id, self.registers
        found = [registers.get((unit, function, each)) for each in range(address, address + number)]
        return None if None in found else found  # type: ignore[return-value] # just checked

    def get_holding_registers(self, address: int, number: int = 1, srv_info: Any = None) -> list[int] | None:
        return self._take(3, address, number, srv_info)

    def get_input_registers(self, address: int, number: int = 1, srv_info: Any = None) -> list[int] | None:
        return self._take(4, address, number, srv_info)


@contextmanager
def on_pymodbustcp(registers: Registers) -> Iterator[int]:
    """Serve ``registers`` (they may change meanwhile); gives the port."""
    server = ModbusServer(host="127.0.0.1", port=0, no_block=True, data_bank=StrictBank(registers))
    server.start()
    try:
        yield server._service.server_address[1]  # the one that the system gave
    finally:
        server.stop()


@contextmanager
def on_libmodbus(registers: Registers, folder: Path) -> Iterator[int]:
    """Serve ``registers`` with libmodbus; compiled in ``folder``. Skips (fails in CI) where that cannot be done."""
    program = compile_with_libmodbus(SOURCE, folder)
    given = folder / "registers.txt"
    lines = (f"{unit} {function} {address} {value}" for (unit, function, address), value in registers.items())
    given.write_text("\n".join(lines) + "\n", encoding="utf-8")
    process = subprocess.Popen([str(program), str(given)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def compile_with_libmodbus(source: Path, folder: Path) -> Path:
    """The program made of ``source``."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    finder = shutil.which("pkg-config")
    program = folder / source.stem
    if compiler and finder:
        flags = subprocess.run([finder, "--cflags", "--libs", "libmodbus"], capture_output=True, check=False, encoding="utf-8")
        if flags.returncode == 0:
            subprocess.run([compiler, "-O1", "-o", str(program), str(source), *flags.stdout.split()], check=True, timeout=60)
            return program
    if os.environ.get("CI"):
        pytest.fail("a C compiler and libmodbus are not installed, but CI must test with them")
    pytest.skip("a C compiler and libmodbus (libmodbus-dev, pkg-config) are not installed")
