"""Real, scaled and steered time, and what is due in it."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from engine_builders import HandClock

from console.domain.problems import Refused
from console.domain.times import HOUR, SECOND
from console.engine.clocks import RealClock, ScaledClock, SteeredClock, parse_clock
from console.engine.deadlines import Deadlines

T = 1_795_000_000 * SECOND


@pytest.mark.parametrize(("text", "kind"), [("real", RealClock), ("scaled:20", ScaledClock), ("steered:4000", SteeredClock)])
def test_a_clock_is_chosen_by_its_word(text: str, kind: type) -> None:
    assert isinstance(parse_clock(text), kind)


@pytest.mark.parametrize("text", ["", "fast", "real:1", "scaled:", "scaled:0", "scaled:-1", "scaled:x", "steered:", "steered:x"])
def test_any_other_word_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"engine\.clock_unknown"):
        parse_clock(text)


async def test_a_scaled_clock_runs_its_factor_faster_and_sleeps_as_much_less() -> None:
    clock = ScaledClock(1000.0, T)
    begin = time.monotonic()
    await clock.sleep_until(clock.monotonic() + 100 * SECOND)
    assert 0.09 < time.monotonic() - begin < 1.0
    assert T + 100 * SECOND <= clock.now() < T + 1000 * SECOND
    clock.not_before(T + HOUR)
    assert clock.now() >= T + HOUR
    before = clock.now()
    clock.not_before(T)
    assert clock.now() >= before


async def test_a_real_clock_sleeps_until_its_deadline() -> None:
    clock = RealClock()
    deadline = clock.monotonic() + 30_000_000
    await clock.sleep_until(deadline)
    assert clock.monotonic() >= deadline - 1_000_000
    assert abs(clock.now() - time.time_ns()) < SECOND


class Hand:
    """The test's end of the channel, on the same loop."""

    def __init__(self) -> None:
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.connected = asyncio.Event()

    async def open(self) -> int:
        self.server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        return int(self.server.sockets[0].getsockname()[1])

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.connected.set()

    async def say(self, **order: float) -> int:
        await self.connected.wait()
        assert self.reader is not None and self.writer is not None
        self.writer.write(json.dumps(order).encode() + b"\n")
        return int(json.loads(await asyncio.wait_for(self.reader.readline(), 5))["now"])

    async def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            await self.writer.wait_closed()
        self.server.close()
        await self.server.wait_closed()


async def test_a_steered_clock_stands_still_jumps_and_runs_as_it_is_told() -> None:
    hand = Hand()
    clock = SteeredClock(await hand.open())
    starting = asyncio.create_task(clock.start())
    assert await hand.say(set=T) == T
    await asyncio.wait_for(starting, 5)
    told: list[int] = []
    clock.on_jump(lambda: told.append(clock.now()))
    assert (clock.now(), clock.rate) == (T, 0.0)
    early = asyncio.create_task(clock.sleep_until(T + 10 * SECOND))
    late = asyncio.create_task(clock.sleep_until(T + 100 * SECOND))
    given_up = asyncio.create_task(clock.sleep_until(T + 5 * SECOND))
    await asyncio.sleep(0.01)
    given_up.cancel()
    assert await hand.say(advance=20 * SECOND) == T + 20 * SECOND
    await asyncio.wait_for(early, 1)
    assert not late.done()
    assert await hand.say(set=T) == T + 20 * SECOND  # never backwards
    await hand.say(rate=1000.0)
    await asyncio.wait_for(late, 2)
    assert told[0] == T + 20 * SECOND
    await hand.close()
    await asyncio.sleep(0.05)
    assert clock.rate == 0.0  # nobody steers any more
    await clock.stop()


async def test_a_steered_clock_without_its_channel_is_refused_in_words() -> None:
    hand = Hand()
    port = await hand.open()
    await hand.close()
    with pytest.raises(Refused, match=r"engine\.clock_channel"):
        await SteeredClock(port).start()


async def test_deadlines_come_in_their_order_once_and_can_be_moved_or_cancelled() -> None:
    clock, called = HandClock(), []
    deadlines = Deadlines(clock)
    task = asyncio.create_task(deadlines.run())
    now = clock.now()
    deadlines.set("b", now + 20 * SECOND, lambda: called.append("b"))
    deadlines.set("a", now + 10 * SECOND, lambda: called.append("a"))
    deadlines.set("c", now + 5 * SECOND, lambda: called.append("c"))
    deadlines.set("c", now + 30 * SECOND, lambda: called.append("c later"))
    deadlines.set("d", now + 15 * SECOND, lambda: called.append("d"))
    deadlines.cancel("d")
    await clock.pass_(12)
    assert called == ["a"]
    deadlines.set("past", now, lambda: called.append("past"))
    await clock.pass_(0)
    assert called == ["a", "past"]
    await clock.pass_(100)
    assert called == ["a", "past", "b", "c later"]
    await clock.pass_(100)
    assert len(called) == 4
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
