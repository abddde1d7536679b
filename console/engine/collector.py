"""The collector: the composition root and the order of its steps. No formulas here.

Start, in this order; each step needs those before it:

1. the clock (a steered one waits for its first time);
2. the store: opened, locked, its last image read; a store of another collector, a newer one or a read-only one is refused;
3. the world of the image: alarms, faults, orders, plans, accounts as they were at the last commit;
4. the link's port is bound: a taken port is refused before anything is written. Consoles wait in the doorway;
5. the recorder's thread; from here on decisions can be committed;
6. the configuration: the store's own, or on a first start the site file's;
7. the watch begins: start, gap and outage are logged; promises that passed in the gap are announced as one;
8. ``link.json`` is written and the consoles are let in;
9. the drivers: the first sample of a point is compared with the stored image, so that a fire that began meanwhile is raised
   and nothing old is raised twice.

Stop, in this order: drivers, deadlines, link file, "watch stopped" on disk, link, recorder, store, clock. A kill at any
moment costs what was not yet committed and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from console.domain.estate import Estate
from console.domain.health import HealthState
from console.domain.maintenance.rounds import LiveValue
from console.domain.problems import Problem, Refused
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.times import MINUTE
from console.domain.world import World
from console.engine import memory, resuming
from console.engine import system as system_alarms
from console.engine.alarming import Alarming
from console.engine.archiving import Archive
from console.engine.bench import BenchDesk
from console.engine.clocks import EngineClock
from console.engine.comms import Comms, lost
from console.engine.configuring import Configuring
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.desk import Desk
from console.engine.drilling import Drilling
from console.engine.exporting import Exports
from console.engine.figures import Figures
from console.engine.health import HealthBoard
from console.engine.isolating import Isolating
from console.engine.keeping import Keeping
from console.engine.learned import LearnedFile
from console.engine.ledger.desk import LedgerDesk
from console.engine.ledger.states import states_of
from console.engine.lines import EngineSink, Lines
from console.engine.live import LiveTable
from console.engine.manual import Manual
from console.engine.notifying.outbox import Outbox
from console.engine.notifying.vault import open_vault
from console.engine.people import People, Seed
from console.engine.photos import Photos
from console.engine.planning import Planning, daily_means
from console.engine.public import Public
from console.engine.publishing import Publishing
from console.engine.queries import Queries
from console.engine.reminding import Reminding
from console.engine.reporting import Reporting
from console.engine.reporting_mail import Mailer
from console.engine.safety import Safety
from console.engine.silencing import Silencing
from console.engine.system import SystemAlarms
from console.engine.watch import Watch
from console.engine.workers import Workers
from console.link.server import LinkServer
from console.link.tokens import LinkFile, is_loopback, new_token, own_address, remove_link_file, write_link_file
from console.store import ledgers, open_store
from console.store.image import Image

if TYPE_CHECKING:
    from console.store.opening import Store

FIRST_COMMITS = 20.0  # seconds of real time until the start is on disk
RETRIES = 10 * MINUTE  # so long before the last sign of life a command may have been given whose answer got lost
RETRIES_MOST = 1_000
RECORDER_EVERY = 1.0  # seconds of real time between looks at the recorder


class Collector:
    """One estate's watch. :meth:`run` returns when :meth:`stop` was called (from the loop's thread)."""

    def __init__(
        self,
        folder: Path,
        clock: EngineClock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        site_text: str | None = None,
        site_file: str = "",
        seeds: tuple[Seed, ...] = (),
        tls: ssl.SSLContext | None = None,
        ca_file: str = "",
        ready: Callable[[str, int], None] = lambda _host, _port: None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._host, self._port = host, port
        self._site_text, self._site_file = site_text, site_file
        self._seeds = seeds
        self._tls, self._ca_file = tls, ca_file
        self._ready = ready
        self._stopping = asyncio.Event()
        self._running = False
        self._tidying: asyncio.TimerHandle | None = None
        self._broken: Refused | None = None

    def stop(self) -> None:
        """End in order."""
        self._stopping.set()

    async def run(self) -> None:
        """The whole life, as told above."""
        await self._clock.start()
        try:
            await self._with_store()
        finally:
            await self._clock.stop()
        if self._broken is not None:
            raise self._broken

    async def _with_store(self) -> None:
        store = open_store(self._folder, self._clock.now())
        try:
            image = store.image()
            self._clock.not_before(image.alive + 1)
            if not is_loopback(self._host) and (self._tls is None or not (image.accounts or self._seeds)):
                raise Refused("engine.remote_needs_tls", host=self._host)
            if not is_loopback(self._host) and not self._port:
                raise Refused("engine.remote_needs_port", host=self._host)
            self._compose(store, image)
            self._restore(image)
            port = await self._server.listen(self._host, self._port, self._tls)
            self._recorder.start()
            tasks: list[asyncio.Task[None]] = []
            try:
                await self._begin(image)
                self._public.open(self._server)
                self._server.let_in()
                write_link_file(self._folder, LinkFile(own_address(self._host), port, self._token, os.getpid(), self._ca_file))
                self._ready(self._host, port)
                tasks = [
                    asyncio.create_task(self._deadlines.run(), name="deadlines"),
                    asyncio.create_task(self._watch.run(), name="watch"),
                    asyncio.create_task(self._look_at_recorder(), name="recorder-health"),
                    asyncio.create_task(self._keeping.run(), name="keeping"),
                ]
                self._running = True
                await self._publishing.configure(self._configuring.estate)
                await self._lines.configure(self._configuring.estate)
                await self._until_stopped(tasks)
            finally:
                await self._end(tasks)
        finally:
            store.close()

    def _compose(self, store: Store, image: Image) -> None:
        """Make the parts and introduce them to each other. Nothing runs yet."""
        clock = self._clock
        world = World.load(
            image.estate,
            alarms=image.alarms,
            faults=image.faults,
            orders=image.orders,
            plans=image.plans,
            accounts=image.accounts,
            readings=image.readings,
            isolations=image.isolations,
            silences=image.silences,
            records=image.records,
            numbers=image.numbers,
            next_fault=image.next_fault,
            next_order=image.next_order,
            next_isolation=image.next_isolation,
            next_silence=image.next_silence,
        )
        self._token = new_token()
        self._recorder = store.recorder(clock.now)
        self._live = LiveTable()
        self._public = Public(clock, self._live)
        self._decisions = Decisions(world, image.sequence, self._recorder, clock, self._public)
        self._deadlines = Deadlines(clock)
        self._workers = Workers()
        self._board = HealthBoard(self._public, self._decisions, clock)
        self._system = SystemAlarms(self._decisions, clock)
        self._silencing = Silencing(self._decisions, self._deadlines, clock, self._system, self._lost)
        self._alarming = Alarming(self._decisions, self._deadlines, clock, self._live, self._silencing)
        self._comms = Comms(self.take, self._deadlines, clock)
        self._lines = Lines(EngineSink(self.take, self._comms, self._board, LearnedFile(self._folder)), self._board, clock)
        self._publishing = Publishing(self._folder, self._live, self._board, clock, self._public.records)
        self._public.on_record = self._publishing.show
        self._watch = Watch(self._decisions, self._board, self._public, self._deadlines, self._system, clock=clock)
        self._reminding = Reminding(self._decisions, self._deadlines, clock, lambda: self._watch.clock_trusted)
        self._planning = Planning(
            self._decisions, self._deadlines, clock, self._live.value,
            daily=daily_means(self._folder, self._workers), trusted=lambda: self._watch.clock_trusted,
        )  # fmt: skip
        site = image.estate.site.id if image.estate is not None else self._folder.name
        self._outbox = Outbox(
            self._decisions, self._deadlines, clock, self._board, open_vault(self._folder, site),
            site=lambda: self._configuring.estate.site.name, trusted=lambda: self._watch.clock_trusted,
        )  # fmt: skip
        self._drilling = Drilling(self._decisions, self._deadlines, clock)
        self._watch.on_trusted = self._trusted
        self._keeping = Keeping(
            self._folder, board=self._board, system=self._system, decisions=self._decisions, deadlines=self._deadlines,
            clock=clock, trusted=lambda: self._watch.clock_trusted,
        )  # fmt: skip
        self._isolating = Isolating(self._decisions, self._deadlines, clock)
        self._manual = Manual(
            self._decisions, self._deadlines, self._system, clock,
            take=self.take, record=self._recorder.put, show=self._show, first_seen=image.first_seen,
        )  # fmt: skip
        self._safety = Safety(
            self._decisions, self._deadlines, self._system, clock, live=self._present, trusted=lambda: self._watch.clock_trusted
        )
        photos = Photos(self._folder)
        ledger = self._ledger = LedgerDesk(
            self._folder, decisions=self._decisions, workers=self._workers, clock=clock,
            estate=lambda: self._configuring.estate, states=self._states,
            deadlines=self._deadlines,
            system=self._system,
        )  # fmt: skip
        self._people = People(image.secrets, self._decisions, clock)
        self._configuring = Configuring(
            image,
            lambda estate: asyncio.to_thread(store.assign_numbers, estate),  # may wait for the recorder's transaction
            self._decisions,
            self._workers,
            self._apply,
        )
        self._bench = BenchDesk(
            self._folder,
            lines=self._lines,
            live=self._live,
            board=self._board,
            workers=self._workers,
            clock=clock,
            estate=lambda: self._configuring.estate,
            accounts=world.accounts,
        )
        self._exports = Exports(self._folder, lambda: self._configuring.estate)
        self._reporting = Reporting(
            self._folder, self._workers, clock=clock, decisions=self._decisions, estate=lambda: self._configuring.estate
        )
        self._archive = Archive(
            self._folder, self._workers, clock=clock, decisions=self._decisions, deadlines=self._deadlines,
            estate=lambda: self._configuring.estate, trusted=lambda: self._watch.clock_trusted,
        )  # fmt: skip
        self._mailer = Mailer(
            self._decisions, self._deadlines, clock, reporting=self._reporting, outbox=self._outbox,
            trusted=lambda: self._watch.clock_trusted,
        )  # fmt: skip
        queries = self._queries = Queries(
            self._folder,
            self._workers,
            self._configuring,
            clock=clock,
            account=world.accounts.get,
            health=self._board.lines,
            blocks=self._lines.blocks,
            photo=photos.read,
            ledger=ledger,
            bench=self._bench,
            store=self._keeping.status,
            exports=self._exports,
            notify=self._outbox.answer,
            figures=Figures(self._folder, self._workers, clock=clock, world=world, estate=lambda: self._configuring.estate),
            reporting=self._reporting,
        )
        self._desk = Desk(
            self._token,
            decisions=self._decisions,
            public=self._public,
            people=self._people,
            configuring=self._configuring,
            queries=queries,
            clock=clock,
            stop=self.stop,
            photos=photos,
            bench=self._bench,
            outbox=self._outbox,
            keeping=self._keeping,
            ledger=ledger,
            archive=self._archive,
        )
        self._server = LinkServer(self._desk)

    def _restore(self, image: Image) -> None:
        """Put the last stored image before everybody's eyes: values as stale, alarms, faults and orders as they were."""
        self._public.load([*image.alarms, *image.faults, *image.orders, *image.plans, *image.accounts])
        self._public.load([*image.readings, *image.isolations, *image.silences, *image.records])
        self._live.configure([point.number for point in self._configuring.estate.points])
        self._recorder.choose(self._configuring.estate.points)
        self._live.restore(image.last_values)
        self._alarming.restore(image.alarms)

    async def _begin(self, image: Image) -> None:
        """The configuration, the accounts, and the first words of the log, all on disk when it returns."""
        await self._outbox.restore(self._folder, image.alive)
        self._public.roster(self._decisions.world.roster)
        if image.configuration == 0 and self._site_text is not None:
            await self._configuring.first(self._site_text, self._site_file)
        else:
            await self._apply(self._configuring.estate, image.configuration)
        recent = max(0, image.alive - RETRIES)
        self._desk.remember(await asyncio.to_thread(ledgers.log, self._folder, "", recent, 0, RETRIES_MOST))
        await self._people.seed(self._seeds)
        self._watch.begin(image)
        await resuming.take_up(self._folder, image, self._configuring.estate, self._alarming, self._silencing, self._clock.now())
        self._watch.summarise(self._reminding.start())
        self._planning.start()
        self._manual.start(image.last_values)
        self._isolating.start()
        self._safety.start()
        self._outbox.start()
        self._mailer.start()
        self._archive.start(image.alive)
        self._ledger.start()
        self._drilling.start()
        await self._first_commits()

    async def _first_commits(self) -> None:
        """A store that takes nothing is a start that failed, in words."""
        try:
            await asyncio.wait_for(self._decisions.settle(), FIRST_COMMITS)
        except TimeoutError:
            problem = self._recorder.health().problem or Problem("engine.not_recorded", {"detail": ""})
            raise Refused(problem.code, **problem.params) from None

    async def _until_stopped(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        """Wait for :meth:`stop`; a bug that ends one of the collector's own tasks ends the collector (it is started anew)."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        done, _ = await asyncio.wait((stopping, *tasks), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for task in done:
            if task is not stopping:
                task.result()

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
        await self._bench.close()
        await self._keeping.close()
        await self._planning.close()
        await self._lines.close()
        await self._publishing.close()
        await self._mailer.close()
        await self._outbox.close()
        await self._ledger.close()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, Exception):  # its error is already on its way up
                await task
        remove_link_file(self._folder, os.getpid())
        if tasks and self._broken is None:
            with contextlib.suppress(Refused, TimeoutError):  # a disk that takes nothing must not keep us from ending
                await asyncio.wait_for(self._watch.end(), 10)
        self._public.close()
        await self._server.close()
        self._people.close()
        self._exports.close()
        self._reporting.close()
        self._queries.close()
        self._workers.close()
        await asyncio.to_thread(self._recorder.stop)

    def take(self, batch: Batch) -> None:
        """The data's route: recorder, live table, alarm engine. Called on the loop for every batch of samples."""
        self._recorder.put(batch)
        self._show(batch)

    def _show(self, batch: Batch) -> None:
        changed = self._live.take(batch)
        self._public.values_changed()
        if len(changed.numbers):
            self._publishing.changed(changed.numbers)
            self._alarming.judge(changed)
            self._isolating.judge(changed)

    async def _apply(self, estate: Estate, revision: int) -> None:
        """Make ``estate`` the living configuration; what it does not change goes on without missing a poll."""
        self._decisions.world.configure(estate)
        self._live.configure([point.number for point in estate.points])
        self._recorder.choose(estate.points)
        self._silencing.configure(estate)
        self._alarming.configure(estate)
        self._comms.configure(estate)
        self._isolating.configure(estate)
        self._keeping.configure(estate)
        self._public.awaited = self._decisions.world.awaited = self._manual.configure(estate)
        self._public.configure(estate, revision)
        if self._tidying is not None:
            self._tidying.cancel()
        self._tidying = asyncio.get_running_loop().call_later(memory.SETTLED, memory.tidy)
        if self._running:
            await self._publishing.configure(estate)
            await self._lines.configure(estate)
            self._planning.refresh()
            self._manual.start()

    def _trusted(self) -> None:
        """Somebody confirmed the time."""
        self._reminding.trusted()
        self._planning.refresh()
        self._safety.look()
        self._outbox.trusted()
        self._mailer.trusted()
        self._archive.trusted()

    def _states(self) -> dict[str, str]:
        """What every piece of equipment with points does now, for the maintenance ledger."""
        return states_of(self._decisions.world, self._lost)

    def _lost(self, comm_point: str) -> bool:
        """Whether a comm_state point says now that its device does not answer."""
        return lost(self._live, self._decisions.world.points.get(comm_point))

    def _present(self, points: Iterable[str]) -> dict[str, LiveValue]:
        """Present values of points that have one."""
        numbers = [(point.id, point.number) for name in points if (point := self._decisions.world.points.get(name)) is not None]
        return {
            name: LiveValue(shown, Quality(self._live.quality(number)), self._live.time(number))
            for name, number in numbers
            if (shown := self._live.shown(number)) is not None
        }

    async def _look_at_recorder(self) -> None:
        """Show the recorder's health, and sound when it does not record."""
        while True:
            line = self._recorder.health()
            self._board.put(line)
            if line.state is HealthState.DOWN:
                self._system.set(system_alarms.RECORDER, 0.0)
                if line.problem is not None and line.problem.code == "store.recorder_dead":
                    self._broken = Refused(line.problem.code, **line.problem.params)
                    self.stop()
            elif line.state is HealthState.OK:
                self._system.clear(system_alarms.RECORDER)
            await asyncio.sleep(RECORDER_EVERY)
