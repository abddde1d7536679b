"""Certificates, warranties and contracts that run out: one advisory alarm, sounded again whenever another one comes closer.

Looked at every morning, and for a card as soon as it is changed. 60 days before, 30 days before, and when it has run out.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from console.domain.events import Entry, RecordSaved
from console.domain.keeping import Backup, next_backup
from console.domain.maintenance.cards import EXPIRIES, SOON, Card, Expiry, expiring
from console.domain.times import SECOND
from console.engine import system as system_alarms
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.system import SystemAlarms

MORNING = Backup("", 8 * 60)  # 08:00 by the site's clock, reckoned as a backup's hour is
SLICE = 1_000  # cards between two breaths of the event loop
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Marks = tuple[int, ...]  # of each thing that can run out: 0 far off, 1 and 2 coming closer, 3 over; few tuples, shared by all cards
_NOTHING: Marks = (0,) * len(EXPIRIES)


class Expiring:
    """Event loop only."""

    def __init__(self, decisions: Decisions, deadlines: Deadlines, system: SystemAlarms, clock: EngineClock) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._system = system
        self._clock = clock
        self._marks: dict[str, Marks] = {}
        self._known: dict[Marks, Marks] = {}
        self._task: asyncio.Task[None] | None = None
        decisions.after_commit.append(self._follow)

    def start(self) -> None:
        """What is known at the start is not told again while its alarm stands."""
        told = self._system.active(system_alarms.CARDS)
        self._task = asyncio.create_task(self._look(told=told), name="ledger-expiring")
        self._arm()

    async def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _today(self) -> date:
        now = _EPOCH + timedelta(seconds=self._clock.now() // SECOND)
        return now.astimezone(ZoneInfo(self._decisions.world.timezone)).date()

    def _arm(self) -> None:
        morning = next_backup(MORNING, self._decisions.world.timezone, self._clock.now())
        self._deadlines.set(("ledger", "expiring"), morning, self._morning)

    def _morning(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(told=False), name="ledger-expiring")
        self._arm()

    async def _look(self, *, told: bool) -> None:
        """Every card, some at a time."""
        fresh, today = 0, self._today()
        for count, card in enumerate(list(self._decisions.world.records(Card).values()), 1):
            fresh += self._mark(card, today)
            if count % SLICE == 0:
                await asyncio.sleep(0)
        self._tell(0 if told else fresh)

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        cards = [entry.event.record for entry in entries if isinstance(entry.event, RecordSaved)]
        changed = [record for record in cards if isinstance(record, Card)]
        if changed:
            today = self._today()
            self._tell(sum(self._mark(card, today) for card in changed))

    def _mark(self, card: Card, today: date) -> int:
        """Keep what a card has that runs out; how much of it has come closer."""
        before = self._marks.get(card.id, _NOTHING)
        now = _marks(expiring(card, today)) if card.open else _NOTHING
        if any(now):
            self._marks[card.id] = self._known.setdefault(now, now)
        else:
            self._marks.pop(card.id, None)
        return sum(new > old for new, old in zip(now, before, strict=True))

    def _tell(self, fresh: int) -> None:
        if fresh:
            self._system.set(system_alarms.CARDS, float(len(self._marks)))
        elif not self._marks:
            self._system.clear(system_alarms.CARDS)


def _marks(found: tuple[Expiry, ...]) -> Marks:
    if not found:
        return _NOTHING
    near = {each.field: 3 if each.days < 0 else 2 if each.days <= SOON else 1 for each in found}
    return tuple(near.get(field, 0) for field in EXPIRIES)
