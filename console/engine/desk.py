"""The office behind the link: who may come in, what commands do, what queries return.

A command is checked (signed on? allowed? still true? seen?), decided, committed, shown, and only then confirmed. The same
``command_id`` again gets the first reply: a retry after a broken line is harmless.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from console.domain import commands as cmd
from console.domain import handling
from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.commands import Command
from console.domain.events import Entry, IsolationOpened, OrderRaised, RecordSaved, SignedOff, SignedOn
from console.domain.maintenance.archiving import RemoveArchived
from console.domain.maintenance.cards_batches import ImportLedger, UndoLedgerImport
from console.domain.maintenance.contractors import KeepInvoice, VisitLeft
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.orderwork import CallBack
from console.domain.maintenance.shifts import SignHandover
from console.domain.problems import Refused
from console.domain.sound import refuse_unsound
from console.engine import system as system_alarms
from console.engine.archiving import Archive
from console.engine.bench import BenchDesk
from console.engine.clocks import EngineClock, elapsed
from console.engine.configuring import Configuring
from console.engine.decisions import By, Decisions
from console.engine.keeping import Keeping
from console.engine.ledger.desk import LedgerDesk
from console.engine.notifying.outbox import Outbox
from console.engine.people import People
from console.engine.photos import Photos
from console.engine.public import Public
from console.engine.queries import Queries
from console.link.messages import PROTOCOL, Answer, Ask, Denied, Done, Hello, Query, Welcome
from console.link.server import Console, peer_is_local
from console.link.tokens import new_token

PROGRAM = "building-collector"
REMEMBERED = 10_000  # command ids
MOST_STATIONS = 1_000  # tokens of stations, those of closed consoles included
RESUME = 900.0  # seconds of real time in which a station that lost its line comes back with its person still signed on


@dataclass
class _Station:
    """What a station token stands for. ``left`` is when its last connection ended (real seconds), 0 while connected."""

    station: str
    local: bool
    account: str = ""
    left: float = 0.0


class Desk:
    """Implements :class:`console.link.server.Office`."""

    def __init__(
        self,
        token: str,
        *,
        decisions: Decisions,
        public: Public,
        people: People,
        configuring: Configuring,
        queries: Queries,
        clock: EngineClock,
        stop: Callable[[], None],
        photos: Photos,
        bench: BenchDesk,
        outbox: Outbox,
        keeping: Keeping,
        ledger: LedgerDesk,
        archive: Archive,
    ) -> None:
        self._token = token
        self._decisions = decisions
        self._public = public
        self._people = people
        self._configuring = configuring
        self._queries = queries
        self._clock = clock
        self._stop = stop
        self._photos = photos
        self._bench = bench
        self._outbox = outbox
        self._keeping = keeping
        self._ledger = ledger
        self._archive = archive
        self._stations: dict[str, _Station] = {}
        self._replies: OrderedDict[str, asyncio.Future[Done | Denied]] = OrderedDict()

    def remember(self, entries: Iterable[Entry]) -> None:
        """Commands of the run before: a retry after the collector's own crash is harmless, too. Newest first."""
        done: dict[tuple[str, str], int] = {}
        for entry in entries:
            if entry.command_id:
                key = (entry.station, entry.command_id)
                done[key] = max(done.get(key, 0), _made((entry,)))
        for (station, command_id), number in reversed(done.items()):
            self._replies[f"{station}/{command_id}"] = future = asyncio.get_running_loop().create_future()
            future.set_result(Done(command_id, number))

    # --- coming and going

    def admit(self, hello: Hello, console: Console) -> Welcome | None:
        """The local token over loopback, or a station token of this run; else account and secret."""
        if hello.protocol != PROTOCOL:
            raise Refused("link.other_version", theirs=hello.protocol, ours=PROTOCOL)
        station = self._stations.get(hello.token) if hello.token else None
        if station is not None and station.local and not peer_is_local(console):
            station = None  # a local station's token is worth nothing on another machine
        if station is not None:
            console.token, console.local = hello.token, station.local
            if station.account and (station.left == 0.0 or elapsed() - station.left < RESUME):
                account = self._decisions.world.accounts.get(station.account)
                console.account = station.account if account is not None and account.enabled else ""
            return self._welcome(console)
        if hello.token and peer_is_local(console) and _same(hello.token, self._token):
            console.local = True
            return self._welcome(console)
        if hello.account:
            return None
        raise Refused("link.no_token" if peer_is_local(console) else "link.sign_on_first")

    async def sign_in(self, hello: Hello, console: Console) -> Welcome:
        """A station without a token shows who sits there."""
        account = await self._people.check(hello.account, hello.secret, console.station)
        await self._decisions.decide([SignedOn(account.name)], By(account.name, console.station))
        console.account = account.name
        return self._welcome(console)

    def joined(self, console: Console) -> None:
        """It gets deltas from now on."""
        if console.watch:
            self._public.sessions_changed()

    def left(self, console: Console) -> None:
        """Its line is gone; its person stays signed on for a while."""
        self._queries.left(console)
        self._ledger.left(console)
        station = self._stations.get(console.token)
        if station is not None:
            station.left = elapsed()
            if not console.watch:
                del self._stations[console.token]  # a one-shot call never comes back
        self._public.forget(console)
        if console.watch:
            self._public.sessions_changed()

    def snapshot(self, console: Console) -> bytes:
        """The whole present state."""
        return self._public.snapshot(console)

    def _welcome(self, console: Console) -> Welcome:
        if not console.token:
            console.token = new_token()
        self._stations[console.token] = _Station(console.station, console.local, console.account)
        while len(self._stations) > MOST_STATIONS:
            gone = min(
                (token for token, known in self._stations.items() if known.left),
                key=lambda token: self._stations[token].left,
                default="",
            )
            if not gone:
                break
            del self._stations[gone]
        return Welcome(PROTOCOL, PROGRAM, console.token, self._people.set_up)

    # --- commands

    async def ask(self, console: Console, ask: Ask) -> Done | Denied:
        """Decide once, answer as often as asked."""
        key = f"{console.station}/{ask.command_id}"
        known = self._replies.get(key)
        if known is not None:
            return await asyncio.shield(known)
        future: asyncio.Future[Done | Denied] = asyncio.get_running_loop().create_future()
        self._replies[key] = future
        while len(self._replies) > REMEMBERED:
            self._replies.popitem(last=False)
        # its own task: a decision goes through to its end even if the console's line breaks meanwhile
        work = asyncio.create_task(self._answer(console, ask), name=f"command-{ask.command_id}")
        work.add_done_callback(lambda done: _hand_on(done, future))
        return await asyncio.shield(future)

    async def _answer(self, console: Console, ask: Ask) -> Done | Denied:
        try:
            number = await self._carry_out(console, ask)
        except Refused as refused:
            return Denied(refused.problem, command_id=ask.command_id)
        self._public.flush()
        return Done(ask.command_id, number)

    async def _carry_out(self, console: Console, ask: Ask) -> int:  # noqa: PLR0911, PLR0912, PLR0915 - one line a command
        command = ask.command
        refuse_unsound(command)
        by = By(console.account, console.station, ask.seen, ask.command_id)
        match command:
            case cmd.SetUpAdministrator():
                if not console.local:
                    raise Refused("refused.set_up_local")
                await self._people.set_up_administrator(command, by)
                return await self._sign_on(console, command.account.strip(), by)
            case cmd.SignOn():
                account = await self._people.check(command.account, command.secret, console.station)
                return await self._sign_on(console, account.name, by)
            case cmd.SignOff():
                return await self._sign_off(console, by)
            case _:
                pass
        actor = self._actor(console)
        match command:
            case cmd.ChangeSecret():
                await self._people.change_secret(actor, command, by)
            case cmd.SaveAccount():
                await self._people.save_account(actor, command, by)
            case cmd.ImportConfiguration():
                require(actor, Right.CONFIGURE)
                return await self._configuring.load(command.text, command.base, by)
            case cmd.UndoImport():
                require(actor, Right.CONFIGURE)
                return await self._configuring.undo(command.base, by)
            case cmd.StopMonitoring():
                await self._stop_monitoring(actor, command)
            case cmd.ConfirmTime():
                clock = self._decisions.world.alarms
                alarms = tuple(alarm.number for alarm in clock.values() if alarm.rule == system_alarms.PREFIX + system_alarms.CLOCK)
                return await self._decide(actor, cmd.AcknowledgeAlarms(alarms), by) if alarms else 0
            case cmd.BackUpNow() | cmd.VerifyNow():
                require(actor, Right.CONFIGURE)
                self._keeping.begin(command)
            case cmd.KeepChannelSecret():
                require(actor, Right.CONFIGURE)
                await self._outbox.keep_secret(command.channel, command.secret, by)
            case cmd.SendTest():
                require(actor, Right.CONFIGURE if not actor.may(Right.ACKNOWLEDGE) else Right.ACKNOWLEDGE)
                await self._outbox.test(command.channel, command.person, by)
            case cmd.RecordPointTest():
                return await self._decide(actor, self._bench.seen(command), by)
            case cmd.StorePhoto():
                require(actor, Right.ENTER_READINGS)
                await asyncio.to_thread(self._photos.put, command.data)
            case StoreFile() | ImportLedger() | UndoLedgerImport():
                return await self._ledger.carry_out(console, actor, command, by)
            case cmd.SaveRecords():
                self._ledger.refuse_unsent(command)
                return await self._decide(actor, command, by)
            case cmd.EnterReadings():
                if any(row.photo and not self._photos.has(row.photo) for row in command.readings):
                    raise Refused("refused.photo_unknown")
                return await self._decide(actor, command, by)
            case cmd.VerifyOrder():
                await self._people.check(actor.name, command.secret, console.station)  # a signature
                return await self._decide(actor, command, by)
            case RemoveArchived():
                await self._archive.remove(actor, command, by)
            case SignHandover():
                return await self._hand_over(console, actor, command, by)
            case _:
                await self._prepare(command)
                return await self._decide(actor, command, by)
        return 0

    async def _prepare(self, command: Command) -> None:
        """Nothing may name a file that was never sent; and what comes late for an order that ended long ago finds it again."""
        self._ledger.refuse_unsent(command)
        match command:
            case cmd.NoteOrder() | CallBack() | KeepInvoice() | VisitLeft() if command.order not in self._decisions.world.orders:
                order = await self._queries.order(command.order)
                if order is not None:
                    self._decisions.world.recall(order)
            case _:
                pass

    async def _hand_over(self, console: Console, actor: Account, command: SignHandover, by: By) -> int:
        """Two signatures at one desk: each secret is checked, and whoever takes over sits at the desk afterwards."""
        require(actor, Right.HAND_OVER)
        if command.outgoing == command.incoming:
            raise Refused("shift.refused.same_person")
        await self._people.check(command.outgoing, command.outgoing_secret, console.station)
        await self._people.check(command.incoming, command.incoming_secret, console.station)
        number = await self._decide(actor, command, by)
        if console.account != command.incoming:
            await self._sign_on(console, command.incoming, by)
        return number

    async def _decide(self, actor: Account, command: Command, by: By) -> int:
        """What the domain decides. Its own refusals come first: they say more than "somebody changed it"."""
        events = handling.decide(self._decisions.world, command, actor, by.station, self._clock.now())
        if not events:
            return 0
        self._refuse_stale(command, by)
        entries = await self._decisions.decide(events, by)
        return _made(entries)

    def _refuse_stale(self, command: Command, by: By) -> None:
        if not by.seen:
            return  # a script that never looked
        for kind, field in (("faults", "fault"), ("orders", "order"), ("isolations", "isolation")):
            number = getattr(command, field, 0)
            change = self._public.change_of(kind, number) if number else None
            if change is None or change.revision <= by.seen:
                continue
            if (change.actor, change.station) == (by.actor, by.station):
                continue  # one's own last act is known to oneself
            raise Refused("refused.stale")

    def _actor(self, console: Console) -> Account:
        account = self._decisions.world.accounts.get(console.account) if console.account else None
        if account is None:
            raise Refused("refused.not_signed_on")
        if not account.enabled:
            raise Refused("refused.account_disabled", who=account.name)
        return account

    async def _sign_on(self, console: Console, account: str, by: By) -> int:
        await self._decisions.decide([SignedOn(account)], By(account, by.station, by.seen, by.command_id))
        self._seat(console, account)
        return 0

    async def _sign_off(self, console: Console, by: By) -> int:
        if console.account:
            await self._decisions.decide([SignedOff(console.account)], by)
            self._seat(console, "")
        return 0

    def _seat(self, console: Console, account: str) -> None:
        console.account = account
        station = self._stations.get(console.token)
        if station is not None:
            station.account = account
        self._public.sessions_changed()

    async def _stop_monitoring(self, actor: Account, command: cmd.StopMonitoring) -> None:
        require(actor, Right.STOP_MONITORING)
        site = self._configuring.estate.site.id
        if command.confirm != site:
            raise Refused("refused.confirm", expected=site)
        asyncio.get_running_loop().call_later(0.3, self._stop)  # after the Done is on its way

    # --- queries

    async def query(self, console: Console, query: Query) -> Answer | Denied:
        """Anybody at an admitted station may look; the audit log of accounts needs its right."""
        try:
            return await self._queries.answer(console, query)
        except Refused as refused:
            return Denied(refused.problem, id=query.id)


def _made(entries: tuple[Entry, ...]) -> int:
    for entry in entries:
        if isinstance(entry.event, OrderRaised):
            return entry.event.order.number
        if isinstance(entry.event, IsolationOpened):
            return entry.event.isolation.number
        if isinstance(entry.event, RecordSaved) and entry.event.record.number:
            return entry.event.record.number
    return 0


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _hand_on(done: asyncio.Task[Done | Denied], future: asyncio.Future[Done | Denied]) -> None:
    if future.done():
        return
    if done.cancelled():
        future.cancel()
    elif (error := done.exception()) is not None:
        future.set_exception(error)
        future.exception()
    else:
        future.set_result(done.result())
