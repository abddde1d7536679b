"""Scales in registers of their own and texts, polled from a server that is not pymodbus."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from pyModbusTCP.server import ModbusServer

from console.domain.estate import Factor, ModbusDevice, Point, ValueKind
from console.domain.quality import Quality
from drivers import registry
from tests.helpers.clock import RealClock
from tests.helpers.estates import gateway, register
from tests.helpers.findings import Findings
from tests.helpers.registers import Registers, StrictBank, block

HOUR_MS = 3_600_000
GOOD, NONE = Quality.GOOD, Quality.NOT_AVAILABLE


@contextlib.contextmanager
def meter(registers: Registers) -> Iterator[tuple[StrictBank, int]]:
    """A server whose registers may be replaced."""
    bank = StrictBank(registers)
    server = ModbusServer(host="127.0.0.1", port=0, no_block=True, data_bank=bank)
    server.start()
    try:
        yield bank, server._service.server_address[1]
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def polling(port: int, points: list[Point]) -> AsyncIterator[Findings]:
    found = Findings()
    task = asyncio.create_task(registry.make(gateway(port, ModbusDevice(1, "E1")), points, found, RealClock()).run())
    try:
        yield found
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def points(ratio_ms: int) -> list[Point]:
    """A current that needs its transformer's ratio, and the meter's name and clock."""
    return [
        register(1, 100, poll_ms=ratio_ms),
        register(2, 0, scale=0.01, factors=(Factor("E1.p1"),), poll_ms=100),
        register(3, 200, "text", length=4, poll_ms=100, value=ValueKind.TEXT),
        register(4, 204, "time3", poll_ms=100, value=ValueKind.TEXT),
    ]


CURRENT = block(1, 3, 0, 500)
NAME = block(1, 3, 200, 0x5344, 0x4D36, 0x3330, 0, 0x1A0B, 0x150E, 0x0509)


async def test_an_hourly_ratio_is_there_for_the_first_value_already_and_is_asked_for_once() -> None:
    with meter(CURRENT | NAME | block(1, 3, 100, 40)) as (_, port):
        async with polling(port, points(HOUR_MS)) as found:
            await found.until(lambda: len(found.seen[2]) >= 5)
            assert {each[:2] for each in found.seen[2]} == {(200.0, GOOD)}
            assert found.values(1) == [40]
            assert found.last(3) == ("SDM630", GOOD)
            assert found.last(4) == ("2026-11-21 14:05:09", GOOD)


async def test_a_changed_ratio_applies_from_then_on_and_a_refused_one_is_kept() -> None:
    with meter(CURRENT | NAME | block(1, 3, 100, 40)) as (bank, port):
        async with polling(port, points(100)) as found:
            await found.until(lambda: found.last(2) == (200.0, GOOD))
            bank.registers = CURRENT | NAME | block(1, 3, 100, 60)
            await found.until(lambda: found.last(2) == (300.0, GOOD))
            bank.registers = block(1, 3, 0, 501) | NAME
            await found.until(lambda: found.last(1) is not None and found.last(1)[1] is Quality.BAD)
            await found.until(lambda: found.last(2) == (300.6, GOOD))


async def test_a_ratio_that_was_never_read_leaves_the_scale_unknown_and_nothing_else() -> None:
    with meter(CURRENT | NAME) as (_, port):
        async with polling(port, points(100)) as found:
            await found.until(lambda: len(found.seen[2]) >= 3)
            assert set(found.qualities(2)) == {NONE}
            assert found.last(3) == ("SDM630", GOOD)
