"""The program's own drivers against the simulated estate: every point of the demo arrives good."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from console.domain.estate import CommSource, Estate, ManualSource, ModbusTcp, Point
from console.domain.health import HealthLine
from console.domain.quality import Quality
from console.domain.samples import Batch
from drivers import registry
from tests.helpers.clock import RealClock
from tests.helpers.demo_estate import demo_on_free_ports
from tests.integration.simulating import simulated


class Picture:
    """A sink that keeps the latest sample of each point."""

    def __init__(self) -> None:
        self.latest: dict[int, tuple[float, int]] = {}
        self.silent: set[tuple[str, int]] = set()

    def samples(self, batch: Batch) -> None:
        for number, value, quality in zip(batch.points, batch.values, batch.quality, strict=True):
            self.latest[int(number)] = (float(value), int(quality))

    def health(self, line: HealthLine) -> None:
        """Not asked here."""

    def learned(self, connection: str, unit: int, learned: object) -> None:
        """Nothing is kept."""

    def answering(self, connection: str, unit: int, answering: bool) -> None:
        (self.silent.discard if answering else self.silent.add)((connection, unit))


def wired(estate: Estate) -> list[Point]:
    return [point for point in estate.points if not isinstance(point.source, CommSource | ManualSource)]


@contextlib.asynccontextmanager
async def polling(estate: Estate) -> AsyncIterator[Picture]:
    picture, clock = Picture(), RealClock()
    drivers = []
    for connection in estate.connections:
        mine = [point for point in wired(estate) if getattr(point.source, "connection", "") == connection.id]
        drivers.append(registry.make(connection, mine, picture, clock))
    tasks = [asyncio.create_task(driver.run()) for driver in drivers]
    try:
        yield picture
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(done: Callable[[], bool], seconds: float) -> None:
    for _ in range(int(seconds * 10)):
        if done():
            return
        await asyncio.sleep(0.1)


async def test_every_point_of_the_demo_arrives_good_and_true() -> None:
    estate = demo_on_free_ports()
    points = wired(estate)
    async with simulated(estate, script=False, embedded_broker=True) as site, polling(estate) as picture:
        await until(lambda: len(picture.latest) == len(points), 40)
        missing = [point.id for point in points if point.number not in picture.latest]
        assert missing == []
        not_good = [point.id for point in points if picture.latest[point.number][1] != Quality.GOOD]
        assert not_good == []
        shown = {id_: value for device in site.world.devices.values() for id_, value in device.shown().items()}
        for point in points:
            if point.equipment in ("F1", "F2") or point.key in ("rated_speed", "pressure_setpoint", "nominal_frequency"):
                assert picture.latest[point.number][0] == pytest.approx(shown[point.id], rel=1e-3), point.id


async def test_the_drivers_notice_who_is_silent_and_nobody_else() -> None:
    estate = demo_on_free_ports()
    wires = {(each.id, device.unit) for each in estate.connections if isinstance(each, ModbusTcp) for device in each.devices}
    wanted = {("gw-fire-2", 1), ("gw-meter-3", 3), ("gw-pump", 1)}
    async with simulated(estate, script=False, with_broker=False) as site, polling(estate) as picture:
        await asyncio.sleep(3)
        assert picture.silent & wires == set()
        await site.injector.cause("gateway_silent", "gw-fire-2")
        await site.injector.cause("device_offline", "P-EM03")  # its gateway explains: exception 11
        await site.injector.cause("device_offline", "T1-DW1")  # its gateway keeps silent
        await until(lambda: wanted <= picture.silent, 30)
        assert picture.silent & wires == wanted
