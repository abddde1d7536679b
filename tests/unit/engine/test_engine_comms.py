"""comm_state: who answers and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine_builders import HandClock, batch, comm_point, estate, modbus_point, mqtt_point

from console.domain.samples import Batch
from console.engine.comms import Comms
from console.engine.deadlines import Deadlines

ESTATE = estate(
    modbus_point(1, equipment="P1"),
    comm_point(2, "P1", "gw", 1),
    comm_point(3, "P2", "gw", 1),
    mqtt_point(10, "W1", 60.0),
    comm_point(11, "W1", "broker"),
    mqtt_point(20, "W2", 60.0),
    comm_point(21, "W2", "broker"),
)


@asynccontextmanager
async def comms() -> AsyncIterator[tuple[Comms, HandClock, dict[int, int]]]:
    clock, states = HandClock(), {}
    deadlines = Deadlines(clock)

    def take(given: Batch) -> None:
        states.update(zip(given.points.tolist(), list(given.values), strict=True))

    made = Comms(take, deadlines, clock)
    made.configure(ESTATE)
    task = asyncio.create_task(deadlines.run())
    try:
        yield made, clock, states
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_polled_device_answers_for_all_equipment_behind_its_unit() -> None:
    async with comms() as (made, _, states):
        made.answering("gw", 1, True)
        assert states == {2: 0, 3: 0}
        made.answering("gw", 1, False)
        assert states == {2: 1, 3: 1}
        made.answering("gw", 9, True)
        assert len(states) == 2


async def test_a_meter_that_falls_silent_is_lost_after_its_patience_and_back_with_its_next_message() -> None:
    async with comms() as (made, clock, states):
        made.heard(batch({10: 1.0}))
        assert states == {11: 0}
        await clock.pass_(59)
        made.heard(batch({10: 2.0}))
        await clock.pass_(59)
        assert states == {11: 0, 21: 1}  # W2 never spoke at all
        await clock.pass_(2)
        assert states[11] == 1
        made.heard(batch({10: 3.0}))
        assert states[11] == 0


async def test_a_last_will_is_silence_a_retained_message_says_nothing_and_garbage_is_a_sign_of_life() -> None:
    async with comms() as (made, _, states):
        made.heard(batch({10: 1.0}, quality=2))
        assert states == {}
        made.heard(batch({10: 1.0}, quality=4))
        assert states == {11: 0}
        made.heard(batch({10: 1.0}, quality=5))
        assert states == {11: 1}


async def test_a_broker_that_is_gone_takes_all_of_its_equipment_along() -> None:
    async with comms() as (made, _, states):
        made.heard(batch({10: 1.0, 20: 1.0}))
        made.answering("broker", 0, False)
        assert states == {11: 1, 21: 1}
        made.answering("broker", 0, True)  # the broker is back; the meters have yet to speak
        assert states == {11: 1, 21: 1}
