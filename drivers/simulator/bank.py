"""The registers of one simulated unit: what exists, what it holds, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from console.domain.estate import ModbusDevice, ModbusSource
from console.domain.registers import width
from drivers.simulator.encode import from_words, raw, size, to_words

ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3

_PROTOCOL_REGISTERS = 125  # Modbus application protocol V1.1b3, 6.3
_PROTOCOL_BITS = 2000  # the same, 6.1


class Bank:
    """Addresses exist where a point lies, and in gaps that the device's type allows to be read across.

    ``too_long`` is the exception for a request beyond the device's own limit: most refuse the quantity (3), Eastron
    meters the address (2; openWB/core PR 2890).
    """

    def __init__(self, device: ModbusDevice, sources: Iterable[ModbusSource], too_long: int = ILLEGAL_VALUE) -> None:
        self.device = device
        self._too_long = too_long
        self._tables: dict[int, dict[int, int]] = {function: {} for function in (1, 2, 3, 4)}
        for source in sources:
            end = source.address + width(source)
            self._tables[source.function].update(dict.fromkeys(range(source.address, end), 0))
        for table in self._tables.values():
            known = sorted(table)
            for before, after in pairwise(known):
                if after - before - 1 <= device.max_gap:
                    table.update(dict.fromkeys(range(before + 1, after), 0))
        for first, last in device.forbidden:
            for table in self._tables.values():
                for address in [address for address in table if first <= address <= last]:
                    del table[address]

    def put(self, source: ModbusSource, value: float) -> None:
        """Show ``value`` (in the point's unit) where the point lies."""
        table = self._tables[source.function]
        number = raw(source, value)
        if source.address not in table:  # forbidden
            return
        if source.function in (1, 2):
            table[source.address] = int(number != 0)
            return
        count = size(source.type)
        if source.bit is not None or source.type.startswith("u8"):
            number = self._within(source, number, count)
        for index, word in enumerate(to_words(number, count, source.order)):
            table[source.address + index] = word

    def _within(self, source: ModbusSource, number: int, count: int) -> int:
        """The whole word with only this point's bits replaced."""
        table = self._tables[source.function]
        whole = from_words([table[source.address + index] for index in range(count)], source.order)
        shift = 8 if source.type == "u8hi" else 0
        mask = 0xFF << shift
        if source.bit is not None:
            shift += source.bit
            mask = ((1 << source.bits) - 1) << shift
        return whole & ~mask | number << shift & mask

    def read(self, function: int, address: int, count: int) -> bytes | int:
        """The payload of a read, or the exception code that refuses it."""
        table = self._tables.get(function)
        if table is None or not table:
            return ILLEGAL_FUNCTION
        bits = function in (1, 2)
        if not 1 <= count <= (_PROTOCOL_BITS if bits else _PROTOCOL_REGISTERS):
            return ILLEGAL_VALUE
        if count > (self.device.max_bits if bits else self.device.max_regs):
            return self._too_long
        try:
            values = [table[each] for each in range(address, address + count)]
        except KeyError:
            return ILLEGAL_ADDRESS
        if bits:
            packed = sum(value << index for index, value in enumerate(values))
            return packed.to_bytes((count + 7) // 8, "little")
        return b"".join(value.to_bytes(2) for value in values)
