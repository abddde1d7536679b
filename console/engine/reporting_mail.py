"""Sends reports when they fall due: made by the workers, attached to a mail of the notices' own channels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from console.domain.events import Entry, NotifySaved, RecordSaved
from console.domain.maintenance.reports import ENERGY, Period
from console.domain.maintenance.reports_due import AGAIN, TRIES, due_period, next_at
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.problems import Problem, Refused
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.notifying.outbox import Outbox
from console.engine.reporting import Reporting
from console.link.reports import PaperQuery
from console.texts import tr


class Mailer:
    """See the module. Event loop only."""

    def __init__(
        self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock, *, reporting: Reporting, outbox: Outbox,
        trusted: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._reporting = reporting
        self._outbox = outbox
        self._trusted = trusted
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running = False
        decisions.after_commit.append(self._committed)

    def start(self) -> None:
        """What fell due while nobody was here goes now."""
        self._running = True
        self.trusted()

    def trusted(self) -> None:
        """Begun, or the time may be believed (again)."""
        for name in list(self._decisions.world.records(Mailing)):
            self._arm(name)

    async def close(self) -> None:
        """What is under way is sent again after the next start."""
        self._running = False
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _committed(self, entries: tuple[Entry, ...]) -> None:
        if not self._running:
            return
        for entry in entries:
            match entry.event:
                case RecordSaved(record=Mailing() as mailing):
                    self._arm(mailing.id)
                case NotifySaved():  # an address was put right
                    for name in self._decisions.world.records(Mailing):
                        self._arm(name)
                case _:
                    pass

    def _arm(self, name: str) -> None:
        world = self._decisions.world
        mailing = world.records(Mailing).get(name)
        if mailing is None:
            self._deadlines.cancel(("mailing", name))
            return
        now = self._clock.now()
        due = next_at(mailing, now, world.timezone)
        if due_period(mailing, now, world.timezone) is not None and mailing.tries < TRIES:
            due = now + AGAIN if mailing.tries else now
        self._deadlines.set(("mailing", name), due, lambda: self._begin(name))

    def _begin(self, name: str) -> None:
        if name in self._tasks or not self._running:
            return
        if not self._trusted():  # a wrong clock sends nothing; it is looked at again
            self._deadlines.set(("mailing", name), self._clock.now() + AGAIN, lambda: self._begin(name))
            return
        task = self._tasks[name] = asyncio.create_task(self._send(name), name=f"mailing-{name}")
        task.add_done_callback(lambda done: self._done(name, done))

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        del self._tasks[name]
        if task.cancelled() or isinstance(task.exception(), Refused):
            return  # the end is near, or nothing is recorded any more
        task.result()  # a bug of ours is not to be kept quiet
        self._arm(name)

    async def _send(self, name: str) -> None:
        world = self._decisions.world
        mailing = world.records(Mailing).get(name)
        if mailing is None:
            return
        of = due_period(mailing, self._clock.now(), world.timezone)
        if of is None or mailing.tries >= TRIES:
            return
        problem = await self._deliver(mailing, of)
        mailing = world.records(Mailing).get(name)
        if mailing is None:  # it was ended meanwhile
            return
        if problem is None:
            said = replace(mailing, last=of.name, tries=0, problem=None, revision=mailing.revision + 1)
            await self._decisions.decide([RecordSaved(said, "sent", of.name)])
        else:
            said = replace(mailing, tries=mailing.tries + 1, problem=problem, revision=mailing.revision + 1)
            await self._decisions.decide([RecordSaved(said, "failed", of.name)])

    async def _deliver(self, mailing: Mailing, of: Period) -> Problem | None:
        """Why it did not reach everybody; one that failed for one person goes to all again."""
        unit = mailing.unit if mailing.what == ENERGY else ""
        query = PaperQuery(0, mailing.what, of.year, of.month, of.months, 0, unit, mailing.form, mailing.language)
        made: Path | None = None
        try:
            made, name = await self._reporting.file(self._reporting.wanted(query, ""))
            file = made.with_name(f"{mailing.what}-{of.name.replace(' ', '-')}.{mailing.form}")
            made = await asyncio.to_thread(made.replace, file)
            title = name.rpartition(".")[0]
            body = tr("reports.mail.body", mailing.language, title=title)
            for person in mailing.people or ("",):
                problem = await self._outbox.deliver(mailing.channel, person, title, body, made)
                if problem is not None:
                    return problem
        except Refused as refused:
            return refused.problem
        finally:
            if made is not None:
                await asyncio.to_thread(made.unlink, missing_ok=True)
        return None
