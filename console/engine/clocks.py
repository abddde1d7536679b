"""The clock port's three clocks: the only place of the program that asks the system what time it is.

Real, scaled (the demo) and steered (driven by a test over a local channel). All hand out UTC ns.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from console.domain.problems import Refused
from console.domain.times import SECOND
from drivers.driver import ClockPort


class EngineClock(ClockPort, Protocol):
    """What the collector itself needs of a clock beyond the port."""

    @property
    def real(self) -> bool:
        """True where the wall time may be stepped against the elapsed time: the system's own clock, and a steered one."""

    def not_before(self, moment: int) -> None:
        """A clock that is not real goes on from ``moment`` (UTC ns) at the earliest: a demo store never sees time run back."""

    def on_jump(self, told: Callable[[], None]) -> None:
        """Call ``told`` when the clock was set forward or its rate changed."""

    async def start(self) -> None:
        """Get ready (a steered clock waits for its first time)."""

    async def stop(self) -> None:
        """Let go of everything."""


class RealClock:
    """The system's clocks."""

    rate = 1.0
    real = True

    def now(self) -> int:
        """Wall-clock time, UTC ns."""
        return time.time_ns()

    def monotonic(self) -> int:
        """Elapsed time, ns."""
        return time.monotonic_ns()

    async def sleep_until(self, deadline: int) -> None:
        """Return when :meth:`monotonic` has reached ``deadline``."""
        await asyncio.sleep(max(0.0, (deadline - time.monotonic_ns()) / SECOND))

    def not_before(self, moment: int) -> None:
        """The real clock is what it is."""

    def on_jump(self, told: Callable[[], None]) -> None:
        """Steps of the wall clock are found by :mod:`console.engine.stepped`."""

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class ScaledClock:
    """Runs ``speed`` times as fast as real time from ``start`` (UTC ns; 0: the present)."""

    real = False

    def __init__(self, speed: float, start: int = 0) -> None:
        self.rate = speed
        self._origin = time.monotonic_ns()
        self._start = start or time.time_ns()

    def now(self) -> int:
        """Scaled wall-clock time."""
        return self._start + self.monotonic()

    def monotonic(self) -> int:
        """Scaled time since the clock was made."""
        return round((time.monotonic_ns() - self._origin) * self.rate)

    async def sleep_until(self, deadline: int) -> None:
        """Return when the scaled :meth:`monotonic` has reached ``deadline``."""
        await asyncio.sleep(max(0.0, (deadline - self.monotonic()) / self.rate / SECOND))

    def not_before(self, moment: int) -> None:
        """Move the wall time forward."""
        self._start += max(0, moment - self.now())

    def on_jump(self, told: Callable[[], None]) -> None:
        """A scaled clock never jumps once it runs."""

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to do."""


class _Order(msgspec.Struct):
    """One line of the test's channel: exactly one of them."""

    set: int | None = None
    advance: int | None = None
    rate: float | None = None
    step: int | None = None


class SteeredClock:
    """A clock in a test's hand: connects to ``127.0.0.1:port`` and does what the lines say.

    ``{"set": ns}`` (the first one; later never backwards), ``{"advance": ns}``, ``{"rate": r}``: at rate 0, where it begins,
    time stands still between the lines. ``{"step": ns}`` moves the wall time alone, as a person at the clock's settings does.
    Every line is answered with ``{"now": ns}`` after all sleepers that became due were
    woken. When the test goes away the clock stands still for ever.
    """

    real = True

    def __init__(self, port: int) -> None:
        self.port = port
        self.rate = 0.0
        self._base = 0  # the elapsed time at the anchor
        self._ahead = 0  # the wall time before it
        self._anchor = time.monotonic_ns()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._ids = itertools.count()
        self._told: list[Callable[[], None]] = []
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> int:
        """The test's time."""
        return self.monotonic() + self._ahead

    def monotonic(self) -> int:
        """The same, save for what was stepped."""
        return self._base + round((time.monotonic_ns() - self._anchor) * self.rate)

    async def sleep_until(self, deadline: int) -> None:
        """Return when the test's time has reached ``deadline``."""
        if deadline <= self.monotonic():
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (deadline, next(self._ids), future))
        self._arm()
        await future

    def not_before(self, moment: int) -> None:
        """The test knows what it does."""

    def on_jump(self, told: Callable[[], None]) -> None:
        """Call ``told`` after every line of the test."""
        self._told.append(told)

    async def start(self) -> None:
        """Connect, and wait for the first time."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as error:
            raise Refused("engine.clock_channel", port=self.port, detail=str(error)) from error
        self._reader = asyncio.create_task(self._follow(reader, writer), name="steered-clock")
        await self._ready.wait()

    async def stop(self) -> None:
        """Leave the channel."""
        if self._timer is not None:
            self._timer.cancel()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self._obey(msgspec.json.decode(line, type=_Order))
                self._wake()
                for told in self._told:
                    told()
                await asyncio.sleep(0)
                writer.write(msgspec.json.encode({"now": self.now()}) + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._base, self._anchor, self.rate = self.monotonic(), time.monotonic_ns(), 0.0
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _obey(self, order: _Order) -> None:
        now = self.monotonic()
        self._base, self._anchor = now, time.monotonic_ns()
        if order.set is not None:
            self._base = max(now, order.set) if self._ready.is_set() else order.set
            self._ready.set()
        if order.advance is not None:
            self._base += max(0, order.advance)
        if order.step is not None:
            self._ahead += order.step
        if order.rate is not None:
            self.rate = max(0.0, order.rate)

    def _wake(self) -> None:
        now = self.monotonic()
        while self._sleepers and (self._sleepers[0][0] <= now or self._sleepers[0][2].done()):
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._sleepers and self.rate > 0:
            left = max(0.0, (self._sleepers[0][0] - self.monotonic()) / self.rate / SECOND)
            self._timer = asyncio.get_running_loop().call_later(left, self._wake)


def parse_clock(text: str) -> EngineClock:
    """``real``, ``scaled:20`` or ``steered:PORT``; refuses anything else."""
    kind, _, argument = text.partition(":")
    try:
        match kind:
            case "real" if not argument:
                return RealClock()
            case "scaled" if 0 < (speed := float(argument)) <= 100_000:
                return ScaledClock(speed)
            case "steered":
                return SteeredClock(int(argument))
            case _:
                pass
    except ValueError:
        pass
    raise Refused("engine.clock_unknown", clock=text)


# How long things really take (timers of the link, lateness of the loop): seconds that no scaled or steered clock bends.
elapsed = time.monotonic
