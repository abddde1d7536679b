"""The one place where something becomes true: sequence number, world, log, and only then the rest.

An event gets its sequence number when it is decided and is applied to the world in that order. Alarms are shown at once;
everything else after its commit. What follows from a committed event (a fault from an alarm, a new deadline from a fault)
follows then, never before: see :attr:`Decisions.after_commit`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from console.domain.estate import Estate
from console.domain.events import AlarmAcknowledged, Entry, Event
from console.domain.problems import Refused
from console.domain.world import World
from console.engine.clocks import EngineClock
from console.engine.public import Public
from console.store.image import Commit


class Writer(Protocol):
    """The recorder, as far as decisions need it."""

    def commit(self, commit: Commit) -> concurrent.futures.Future[None]:
        """One transaction; the future ends when it is on disk."""


@dataclass(frozen=True, slots=True)
class By:
    """Who decided: a person at a station after what they saw, or nobody (the collector itself)."""

    actor: str = ""
    station: str = ""
    seen: int = 0
    command_id: str = ""


COLLECTOR = By()


@dataclass(frozen=True, slots=True)
class Extras:
    """What belongs into the same transaction beside the events."""

    secrets: dict[str, str] = field(default_factory=dict)
    estate: Estate | None = None
    site_text: str | None = None


_NO_EXTRAS = Extras()


class Decisions:
    """Numbers, applies, commits, shows. Event loop only."""

    def __init__(self, world: World, sequence: int, writer: Writer, clock: EngineClock, public: Public) -> None:
        self.world = world
        self.sequence = sequence
        self._writer = writer
        self._clock = clock
        self._public = public
        self._unconfirmed: Counter[int] = Counter()  # alarms whose acknowledgement is decided and not on disk
        self._open: set[asyncio.Future[tuple[Entry, ...]]] = set()
        # What belongs into an event's own transaction, given the number of the first such event: the notices that tell of it.
        self.consequences: Callable[[Event, int], Sequence[Event]] = lambda _event, _number: ()
        self.after_commit: list[Callable[[tuple[Entry, ...]], None]] = []

    @property
    def undecided(self) -> int:
        """Decisions whose commit is not confirmed yet."""
        return len(self._open)

    def decide(
        self, events: Sequence[Event], by: By = COLLECTOR, *, at_once: bool = False, extras: Extras = _NO_EXTRAS
    ) -> asyncio.Future[tuple[Entry, ...]]:
        """Make ``events`` true; the future ends when they are on disk and shown. ``at_once`` shows them before that."""
        now = self._clock.now()
        entries: list[Entry] = []
        for event in events:
            self.sequence += 1
            self.world.apply(event)
            entries.append(Entry(self.sequence, now, event, by.actor, by.station, by.seen, by.command_id))
        for event in events:
            for following in self.consequences(event, self.sequence + 1):
                self.sequence += 1
                self.world.apply(following)
                entries.append(Entry(self.sequence, now, following))
        decided = tuple(entries)
        later = self._show_what_may(decided) if at_once else decided
        acknowledged = [event.alarm.number for event in events if isinstance(event, AlarmAcknowledged)]
        self._unconfirmed.update(acknowledged)
        loop = asyncio.get_running_loop()
        confirmed: asyncio.Future[tuple[Entry, ...]] = loop.create_future()
        self._open.add(confirmed)
        confirmed.add_done_callback(self._open.discard)
        commit = self._writer.commit(Commit(decided, secrets=extras.secrets, estate=extras.estate, site_text=extras.site_text))

        def from_recorder(done: concurrent.futures.Future[None]) -> None:  # on the recorder's thread: hand over, no more
            loop.call_soon_threadsafe(self._committed, decided, confirmed, done, later)

        commit.add_done_callback(from_recorder)
        return confirmed

    def _show_what_may(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Show alarms at once, save those whose acknowledgement is not on disk yet: their record would tell of it. The rest."""
        if not self._unconfirmed:
            self._public.show(entries)
            return ()
        waits = [getattr(entry.event, "alarm", None) for entry in entries]
        held = [alarm is not None and alarm.number in self._unconfirmed for alarm in waits]
        self._public.show(entry for entry, wait in zip(entries, held, strict=True) if not wait)
        return tuple(entry for entry, wait in zip(entries, held, strict=True) if wait)

    async def settle(self) -> None:
        """Wait until everything that was decided is on disk."""
        while self._open:
            await asyncio.gather(*self._open, return_exceptions=True)

    def _committed(
        self,
        entries: tuple[Entry, ...],
        confirmed: asyncio.Future[tuple[Entry, ...]],
        done: concurrent.futures.Future[None],
        later: tuple[Entry, ...],
    ) -> None:
        self._unconfirmed.subtract(entry.event.alarm.number for entry in entries if isinstance(entry.event, AlarmAcknowledged))
        self._unconfirmed += Counter()  # forget what is back at zero
        error = done.exception()
        if error is not None:
            if not confirmed.done():
                confirmed.set_exception(Refused("engine.not_recorded", detail=f"{type(error).__name__}: {error}"[:200]))
                confirmed.exception()  # whoever asked hears of it; alarms that nobody waits for must not warn at exit
            return
        if later:
            self._public.show(later)
        for follow in self.after_commit:
            follow(entries)
        if not confirmed.done():
            confirmed.set_result(entries)
