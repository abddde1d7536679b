"""Looking around on a Modbus line, politely: which units are there, and which addresses of one unit answer.

Only reads, within the unit's limits, never in a forbidden range (:meth:`drivers.bench.Bench.read_raw` would refuse it, too).
After every request the line belongs to others for at least ``pause`` and, where a collector polls beside us, for
:data:`SHARE` times as long as the request took: a scan takes no more than a quarter of a line, its time-outs included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from console.domain.problems import Params, Refused
from console.domain.times import MILLISECOND
from drivers.bench import Bench, RawRead, RawReply
from drivers.driver import ClockPort
from drivers.readplan import MAX_BITS, MAX_REGISTERS
from drivers.replies import GATEWAY_SILENCE

SHARE = 3
FIRST_SPAN = 16  # how many are asked for at first; doubled with every answer, halved with every refusal
LEAST_SPAN = 2  # asked before a single one is: some meters refuse half of a 32-bit value
GIVE_UP = 3  # single addresses in a row without any answer: the unit is gone, not the address
BUSY = (5, 6)  # exceptions that mean "later" (Modbus application protocol V1.1b3, 7)
BUSY_RETRIES = 3
LAST_ADDRESS = 65535


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that answered; fields as in :class:`console.link.bench.FoundUnit`."""

    unit: int
    how: str
    exception: int
    objects: dict[int, str]
    took_ms: float


@dataclass(slots=True)
class Range:
    """Neighbouring addresses of one kind; fields as in :class:`console.link.bench.FoundRange`."""

    first: int
    last: int
    state: str
    exception: int = 0
    data: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Progress:
    """What was found up to now, and how far it is. The scan writes, anybody reads."""

    total: int
    done: int = 0
    asked: int = 0
    units: list[Unit] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manners:
    """``pause_ms`` between requests; ``shared``: somebody else polls on this line, see :data:`SHARE`."""

    pause_ms: int = 100
    shared: bool = False


class Scan:
    """One scan of one line. :meth:`bus` and :meth:`addresses` end by themselves, by cancelling, or with :class:`Refused`."""

    def __init__(self, bench: Bench, clock: ClockPort, progress: Progress, manners: Manners) -> None:
        self._bench = bench
        self._clock = clock
        self._progress = progress
        self._manners = manners

    async def bus(self, units: range, function: int, address: int, found: Callable[[Unit], None] = lambda _: None) -> None:
        """Ask every unit for one register; whoever answers is asked who it is."""
        for unit in units:
            reply = await self._ask(RawRead(unit, function, address, 1))
            how = _sign_of_life(reply)
            if how:
                await self._rest(reply.took_ms)
                began = self._clock.monotonic()
                identification = await self._bench.identify(unit)
                self._progress.asked += 1
                spent = (self._clock.monotonic() - began) / MILLISECOND
                objects = identification.objects
                here = Unit(unit, "identified" if objects else how, reply.exception, objects, reply.took_ms)
                self._progress.units.append(here)
                found(here)
                self._progress.done += 1
                await self._rest(spent)
            else:
                self._progress.done += 1
                await self._rest(reply.took_ms)

    async def addresses(self, walk: Walk) -> None:
        """Read a unit's addresses in the spans that ``walk`` asks for."""
        where: Params = {"unit": walk.unit, "function": walk.function}
        while (ask := walk.next()) is not None:
            reply = await self._ask(ask)
            walk.told(reply)
            self._progress.done = walk.done
            if walk.dead:
                raise Refused("driver.timeouts", **where, first=ask.address, last=ask.address + ask.count - 1)
            if reply.exception == 1:
                raise Refused("driver.exception_1", **where)
            await self._rest(reply.took_ms)

    async def _ask(self, ask: RawRead) -> RawReply:
        """One request; a busy unit is asked again later, a few times."""
        reply = await self._bench.read_raw(ask)
        self._progress.asked += 1
        tries = 0
        while reply.exception in BUSY and tries < BUSY_RETRIES:
            tries += 1
            await self._rest(max(reply.took_ms, 10 * self._manners.pause_ms))
            reply = await self._bench.read_raw(ask)
            self._progress.asked += 1
        if reply.outcome == "not_connected":
            raise Refused("bench.scan.not_connected", unit=ask.unit)
        return reply

    async def _rest(self, took_ms: float) -> None:
        pause = max(self._manners.pause_ms, SHARE * took_ms if self._manners.shared else 0)
        await self._clock.sleep_until(self._clock.monotonic() + round(pause * MILLISECOND))


def _sign_of_life(reply: RawReply) -> str:
    """How a unit showed that it is there; empty if it did not."""
    if reply.good:
        return "answered"
    if reply.outcome == "exceptions":
        return "" if reply.exception in GATEWAY_SILENCE else "refused"
    return "" if reply.outcome in ("timeouts", "resets") else "garbled"


class Walk:
    """Which span of addresses to ask for next. Pure: ask :meth:`next`, tell :meth:`told`, until there is no next.

    A refused span is halved at the same address, an answered one doubles the next; so dense maps are walked in the device's
    longest reads, and a hole costs a few questions. ``ranges`` grows as it goes.
    """

    def __init__(  # noqa: PLR0917 - a scan's own parameters
        self,
        unit: int,
        function: int,
        first: int,
        last: int,
        limit: int = 0,
        forbidden: tuple[tuple[int, int], ...] = (),
        ranges: list[Range] | None = None,
    ) -> None:
        self.unit = unit
        self.function = function
        self.ranges: list[Range] = [] if ranges is None else ranges
        self.dead = False
        self._first, self._at, self._last = first, first, min(last, LAST_ADDRESS)
        most = MAX_BITS if function in (1, 2) else MAX_REGISTERS
        self._limit = min(limit or most, most)
        self._span = min(FIRST_SPAN, self._limit)
        self._forbidden = sorted(forbidden)
        self._region = -1  # the last address of the refused span that is being taken apart
        self._explained = False  # an address in it is refused alone
        self._longest_part = 0  # that was answered in it
        self._silent = 0

    @property
    def done(self) -> int:
        """How many addresses are behind us."""
        return self._at - self._first

    def next(self) -> RawRead | None:
        """The next request; ``None`` at the end."""
        self._pass_forbidden()
        if self.dead or self._at > self._last:
            return None
        return RawRead(self.unit, self.function, self._at, self._room())

    def told(self, reply: RawReply) -> None:
        """How the request of :meth:`next` ended."""
        count = self._room()
        if reply.good:
            self._note(count, "answers", 0, reply.data)
            self._silent = 0
            self._span = min(self._answered(count), self._limit)
            return
        if count > 1:
            if self._region < 0:
                self._region, self._explained, self._longest_part = self._at + count - 1, False, 0
            self._span = count // 2 if count < 4 else count // 4 * 2  # even: never half of a 32-bit value
            return
        silent = reply.outcome != "exceptions" or reply.exception in GATEWAY_SILENCE
        self._silent = self._silent + 1 if silent else 0
        self.dead = self._silent >= GIVE_UP
        self._explained = True
        self._note(1, "silent" if silent else "refused", reply.exception, b"")
        self._span = min(LEAST_SPAN, self._limit)

    def _room(self) -> int:
        """How many may be asked for at this address: up to the end, and never into a forbidden range."""
        end = min([self._last, *(low - 1 for low, _ in self._forbidden if low > self._at)])
        return max(1, min(self._span, self._limit, end - self._at + 1))

    def _pass_forbidden(self) -> None:
        for low, high in self._forbidden:
            if low <= self._at <= high and self._at <= self._last:
                self._note(min(high, self._last) - self._at + 1, "forbidden", 0, b"")

    def _answered(self, count: int) -> int:
        """The next span. A refused span all of whose parts were answered was too long: so much is never asked for again."""
        if self._region < 0 or self._explained:
            if self._at > self._region:
                self._region = -1
            return 2 * count
        self._longest_part = max(self._longest_part, count)
        if self._at <= self._region:
            return count
        self._region = -1
        self._limit = self._longest_part
        return self._limit

    def _note(self, count: int, state: str, exception: int, data: bytes) -> None:
        before = self.ranges[-1] if self.ranges else None
        bits = self.function in (1, 2)
        if before is not None and (before.state, before.exception, before.last) == (state, exception, self._at - 1) and not bits:
            before.last += count
            before.data += data
        else:
            self.ranges.append(Range(self._at, self._at + count - 1, state, exception, bytearray(data)))
        self._at += count
