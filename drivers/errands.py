"""What a person asks of a line by hand: at the unit's fair turn, within its limits, and never a write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.domain.estate import Modbus, ModbusDevice, ModbusTcp
from console.domain.problems import Problem, Refused
from console.domain.times import MILLISECOND
from drivers.bench import Identification, RawRead, RawReply
from drivers.driver import ClockPort
from drivers.identification import Inquiry, identification
from drivers.readplan import MAX_BITS, MAX_REGISTERS, NOTHING_LEARNED, Block, Learned
from drivers.replies import Outcome, Reply

MOST_PARTS = 64
"""So many answers in a row that say "more follows" are enough of any device."""

BASIC, REGULAR, EXTENDED = 1, 2, 3


@dataclass(eq=False, slots=True)
class Errand:
    """One question on its way through the line. ``done`` gets the reply, or ``None`` if the line is not connected."""

    who: int
    question: Block | Inquiry
    done: asyncio.Future[tuple[Reply, int] | None]
    lane: bool = False

    @property
    def alive(self) -> bool:
        """False once whoever asked went away."""
        return not self.done.done()


class Errands:
    """Makes errands and waits for them. ``push`` puts one into the line's queue; ``limits`` gives a unit's device and what was
    learned about it."""

    def __init__(
        self,
        connection: Modbus,
        push: Callable[[Errand], None],
        limits: Callable[[int], tuple[ModbusDevice, Mapping[int, Learned]]],
        clock: ClockPort,
    ) -> None:
        self._connection = connection
        self._push = push
        self._limits = limits
        self._clock = clock
        self._open: list[Errand] = []

    async def read(self, ask: RawRead) -> RawReply:
        """See :meth:`drivers.bench.Bench.read_raw`."""
        self._check_unit(ask.unit)
        self._check(ask)
        block = Block(ask.unit, ask.function, ask.address, ask.count, 1000, ())
        end = await self._go(block)
        if end is None:
            return RawReply("not_connected")
        reply, took = end
        return RawReply(reply.outcome.value, reply.payload, reply.exception, took / MILLISECOND / max(1e-9, self._clock.rate))

    async def identify(self, unit: int) -> Identification:
        """See :meth:`drivers.bench.Bench.identify`: extended first; a device that knows less answers what it knows, or refuses."""
        self._check_unit(unit)
        objects: dict[int, str] = {}
        problem = None
        for code in (EXTENDED, REGULAR, BASIC):
            problem = await self._stream(unit, code, objects)
            if objects or problem is None or problem.code not in ("driver.exception_2", "driver.exception_3"):
                break
        return Identification(objects, None if objects and problem is None else problem)

    async def _stream(self, unit: int, code: int, objects: dict[int, str]) -> Problem | None:
        """Gather the objects of one category; why it stopped early, if it did."""
        first = 0
        for _ in range(MOST_PARTS):
            end = await self._go(Inquiry(unit, code, first))
            if end is None:
                return Problem("driver.not_connected", {"connection": self._connection.id})
            reply, _ = end
            if reply.outcome is not Outcome.OK:
                return reply.problem({"unit": unit, "function": 43, "first": first, "last": first})
            found, following = identification(reply.payload)
            objects.update(found)
            if following is None or following <= first or not found:
                return None
            first = following
        return None

    def refuse(self) -> None:
        """The line is not connected: whoever asks is told so at once."""
        for errand in self._open:
            if errand.alive:
                errand.done.set_result(None)

    async def _go(self, question: Block | Inquiry) -> tuple[Reply, int] | None:
        errand = Errand(question.unit, question, asyncio.get_running_loop().create_future())
        self._open.append(errand)
        try:
            self._push(errand)
            return await errand.done
        finally:
            self._open.remove(errand)

    def _check_unit(self, unit: int) -> None:
        """0 on a serial line is a broadcast, which nobody answers (Modbus over serial line V1.02, 2.2)."""
        low, high = (0, 255) if isinstance(self._connection, ModbusTcp) else (1, 247)
        if not low <= unit <= high:
            raise Refused("driver.no_such_unit", unit=unit, low=low, high=high)

    def _check(self, ask: RawRead) -> None:
        if ask.function not in (1, 2, 3, 4):
            raise Refused("driver.reads_only", function=ask.function)
        device, learned = self._limits(ask.unit)
        most = min(MAX_BITS, device.max_bits) if ask.function in (1, 2) else min(MAX_REGISTERS, device.max_regs)
        cap = learned.get(ask.function, NOTHING_LEARNED).cap
        most = min(most, cap) if cap else most
        if not 1 <= ask.count <= most:
            raise Refused("driver.too_many", unit=ask.unit, count=ask.count, most=most)
        last = ask.address + ask.count - 1
        if not 0 <= ask.address <= last <= 65535:
            raise Refused("driver.no_such_address", first=ask.address, last=last)
        for low, high in device.forbidden:
            if ask.address <= high and last >= low:
                raise Refused("driver.forbidden", unit=ask.unit, low=low, high=high)
