"""A start takes up what the alarm engine knew beside the stored records: delays, windows, and what counts for a flood."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.domain import floods
from console.domain.estate import Estate
from console.engine.alarming import Alarming
from console.engine.recalling import BLIND, recall
from console.engine.silencing import Silencing
from console.store import ledgers
from console.store.image import Image

LOG_MOST = 50_000  # log entries of the last ten minutes that are looked at


async def take_up(  # noqa: PLR0917 - the parts of a start
    folder: Path, image: Image, estate: Estate, alarming: Alarming, silencing: Silencing, now: int
) -> None:
    """After the configuration was applied, before anything is polled. ``now`` UTC ns."""
    if image.last_values:
        newest = max(value.source_time for value in image.last_values.values())
        seen = min(now, max(image.alive, newest))
        numbers = {point.id: point.number for point in estate.points}
        states = await asyncio.to_thread(
            recall, folder, alarming.remembered(), numbers, image.last_values, seen=seen, now=now
        )  # fmt: skip
        alarming.take_back(states, bridged=now - seen <= BLIND)
    log = await asyncio.to_thread(ledgers.log, folder, "", now - floods.WINDOW, 0, LOG_MOST)
    silencing.start(reversed(log))
