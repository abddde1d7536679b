"""Runs the MQTT driver for a test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from console.domain.estate import Mqtt, Point
from console.domain.health import HealthState
from drivers import registry
from drivers.mqtt.listener import Listener
from tests.helpers.clock import RealClock
from tests.helpers.findings import Findings


@contextlib.asynccontextmanager
async def listening(connection: Mqtt, points: Sequence[Point], rate: float = 1.0, *, wait: bool = True) -> AsyncIterator[Findings]:
    """The driver at work; ``wait`` until it has subscribed. It must end within half a second."""
    found = Findings()
    driver = registry.make(connection, points, found, RealClock(rate))
    assert isinstance(driver, Listener)
    task = asyncio.create_task(driver.run())
    try:
        if wait:
            await found.until(lambda: found.state("connection:broker") is HealthState.OK)
            await asyncio.sleep(0.2)  # the subscription is answered
        yield found
    finally:
        task.cancel()
        async with asyncio.timeout(0.6):
            with contextlib.suppress(asyncio.CancelledError):
                await task
