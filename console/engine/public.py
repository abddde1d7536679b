"""What the consoles may see: the records that are shown, their revision, and the deltas that carry changes to everybody.

Alarms are shown at once; everything else when its commit is on disk, so this picture runs a moment behind the world that
decisions are made on. Records flush within :data:`SOON`, values at most five times a second, health once a second: the
screens repaint no faster, and every console gets the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from console.domain import events as ev
from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import Record as MaintenanceRecord
from console.domain.maintenance.records import kind_of
from console.domain.orders import Order
from console.domain.plans import PlanState
from console.domain.readings import TypedReading, recent
from console.domain.rosters import Roster
from console.domain.silences import Silence
from console.domain.world import KEPT_AFTER_END, ended_at
from console.engine.clocks import EngineClock, elapsed
from console.engine.live import LiveTable
from console.link.codec import encode
from console.link.messages import Delta, Heartbeat, Live, Session
from console.link.server import Console, LinkServer

SOON = 0.02  # seconds of real time that record changes wait for company
VALUES_EVERY = 0.2
HEALTH_EVERY = 1.0
REMEMBERED = 10_000  # at least so many records' last shown entry is known: more than can wait for a commit

Record = Alarm | Fault | Order | PlanState | Account | TypedReading | Isolation | Silence | AnyRecord

Key = int | str | tuple[str, str]


class _Snapshot(msgspec.Struct, frozen=True, omit_defaults=True, tag="Snapshot"):
    """:class:`console.link.messages.Snapshot` with the estate already encoded."""

    revision: int
    now: int
    rate: float
    configuration: int
    estate: msgspec.Raw
    live: Live
    alarms: list[Alarm]
    faults: list[Fault]
    orders: list[Order]
    plans: list[PlanState]
    accounts: list[Account]
    health: list[HealthLine]
    sessions: tuple[Session, ...]
    me: str
    set_up: bool = False
    readings: list[TypedReading] = []
    awaited: dict[str, int] = {}
    isolations: list[Isolation] = []
    silences: list[Silence] = []
    records: list[AnyRecord] = []
    roster: Roster = Roster()


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a record that a person has to have seen before acting on it."""

    revision: int
    actor: str
    station: str


class Public:
    """The shown state. Event loop only."""

    def __init__(self, clock: EngineClock, live: LiveTable) -> None:
        self._clock = clock
        self._live = live
        self._server: LinkServer | None = None
        # Rises by one with every delta, and is higher after every restart than it ever was before (100 deltas a second
        # are never reached), so that what a person saw before a restart counts as old.
        self.revision = max(1, clock.now() // 10_000_000)
        self.configuration = 0
        self._estate = msgspec.Raw(b"")
        self._shown: dict[str, dict[Any, Any]] = {
            "alarms": {}, "faults": {}, "orders": {}, "plans": {}, "accounts": {}, "readings": {}, "isolations": {},
            "silences": {}, "records": {},
        }  # fmt: skip
        self.awaited: dict[str, int] = {}  # manual points, and since when each is known
        self._sequence: dict[tuple[str, Key], int] = {}  # the entry that each record was shown by last
        self._sequence_before: dict[tuple[str, Key], int] = {}  # the same of those shown longer ago
        self._changes: dict[tuple[str, int], Change] = {}
        self._dirty: dict[str, dict[Any, Any]] = {kind: {} for kind in self._shown}
        self._health: dict[str, HealthLine] = {}
        self._dirty_health: dict[str, HealthLine] = {}
        self._gone_health: set[str] = set()
        self._dirty_sessions = False
        self._roster = Roster()
        self._roster_changed = self._notify_changed = False
        self._me: dict[int, str] = {}  # console number -> the account it was last told
        self._set_up = False
        self._told_set_up = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        self._values_at = 0.0
        self._health_at = 0.0
        self.on_shown: Callable[[Entry], None] | None = None
        self.on_record: Callable[[Alarm | Fault | Order], None] | None = None

    # --- filling

    def open(self, server: LinkServer) -> None:
        """Broadcast through ``server`` from now on."""
        self._server = server

    def load(self, records: Iterable[Record]) -> None:
        """The records of the stored image."""
        for record in records:
            kind, key = _place(record)
            self._shown[kind][key] = record
        self._set_up = self._told_set_up = not self._shown["accounts"]

    def configure(self, estate: Estate, configuration: int) -> None:
        """Another configuration: every console gets a new snapshot."""
        self._estate = msgspec.Raw(encode(estate))
        self.configuration = configuration
        if self._server is not None:
            self.flush()
            for console in self._server.watchers:
                console.resnapshot()

    def show(self, entries: Iterable[Entry]) -> None:
        """These entries are public now. An older record never replaces a newer one that was already shown."""
        for entry in entries:
            record = _record(entry.event)
            if record is None:
                self._duty(entry.event)
                continue
            kind, key = _place(record)
            place = (kind, key)
            if (self._sequence.get(place) or self._sequence_before.get(place, 0)) > entry.sequence:
                continue
            self._sequence[place] = entry.sequence
            if len(self._sequence) > REMEMBERED:
                self._sequence, self._sequence_before = {}, self._sequence
            self._dirty[kind][key] = record
            if (isinstance(record, Alarm) and record.over) or (isinstance(record, Silence | MaintenanceRecord) and not record.open):
                self._shown[kind].pop(key, None)
            else:
                self._shown[kind][key] = record
            if self.on_record is not None and isinstance(record, Alarm | Fault | Order) and not record.drill:
                self.on_record(record)
            if isinstance(record, Fault | Order | Isolation) and not isinstance(entry.event, ev.FaultClockWarned | ev.FaultJoined):
                self._changes[kind, record.number] = Change(self.revision + 1, entry.actor, entry.station)
            if kind == "accounts":
                self._set_up = False
            self._soon(SOON)

    def roster(self, roster: Roster) -> None:
        """The roster that was read back from the log."""
        self._roster = roster

    def _duty(self, event: ev.Event) -> None:
        if isinstance(event, ev.RosterSaved):
            self._roster, self._roster_changed = event.roster, True
        elif isinstance(event, ev.NotifySaved | ev.ChannelSecretKept):
            self._notify_changed = True
        else:
            return
        self._soon(SOON)

    def health(self, line: HealthLine) -> None:
        """A health line as it is now."""
        previous = self._health.get(line.id)
        self._health[line.id] = self._dirty_health[line.id] = line
        self._gone_health.discard(line.id)
        if previous is None or previous.state is not line.state:
            self._soon(SOON)
            self._health_at = 0.0
        else:
            self._soon(HEALTH_EVERY)

    def health_gone(self, line_id: str) -> None:
        """What the line was about exists no longer."""
        if self._health.pop(line_id, None) is not None:
            self._dirty_health.pop(line_id, None)
            self._gone_health.add(line_id)
            self._soon(SOON)

    def health_lines(self) -> tuple[HealthLine, ...]:
        """All of them."""
        return tuple(self._health.values())

    def values_changed(self) -> None:
        """The live table has something new."""
        if self._timer is None or self._timer_due > self._values_at + VALUES_EVERY:
            self._soon(max(0.0, self._values_at + VALUES_EVERY - elapsed()))

    def forget(self, console: Console) -> None:
        """The console is gone."""
        self._me.pop(console.number, None)

    def sessions_changed(self) -> None:
        """Somebody signed on or off, or a station came or went."""
        self._dirty_sessions = True
        self._soon(SOON)

    # --- reading

    def records(self) -> list[Alarm | Fault | Order]:
        """Every alarm, fault and order that is shown; nothing that a drill simulates: this leaves the house."""
        shown = (record for kind in ("alarms", "faults", "orders") for record in self._shown[kind].values())
        return [record for record in shown if not record.drill]

    def change_of(self, kind: str, number: int) -> Change | None:
        """The last change of a fault or an order in this run."""
        return self._changes.get((kind, number))

    def snapshot(self, console: Console) -> bytes:
        """Everything, as of now, for one console."""
        since = self._clock.now() - KEPT_AFTER_END
        shown = self._shown
        self._me[console.number] = console.account
        return encode(
            _Snapshot(
                self.revision,
                self._clock.now(),
                self._clock.rate,
                self.configuration,
                self._estate,
                self._live.all(),
                list(shown["alarms"].values()),
                [fault for fault in shown["faults"].values() if fault.open or fault.closed_at >= since],
                [order for order in shown["orders"].values() if order.open or ended_at(order) >= since],
                list(shown["plans"].values()),
                list(shown["accounts"].values()),
                list(self._health.values()),
                self._sessions(),
                console.account,
                self._set_up,
                self._readings(),
                self.awaited,
                [each for each in shown["isolations"].values() if each.lifted is None or each.lifted.entered_at >= since],
                silences=list(shown["silences"].values()),
                roster=self._roster,
                records=list(shown["records"].values()),
            )
        )

    def _readings(self) -> list[TypedReading]:
        """The newest of every manual point; what is older is forgotten here."""
        newest = [reading for group in recent(self._shown["readings"].values()).values() for reading in group]
        self._shown["readings"] = {reading.id: reading for reading in newest}
        return newest

    # --- sending

    def flush(self) -> None:
        """Send what changed, now. Called before a ``Done``, so that the person sees the effect before the confirmation."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        watchers = [] if self._server is None else self._server.watchers
        now = elapsed()
        live = Live()
        if self._live.dirty and now >= self._values_at + VALUES_EVERY * 0.9:
            self._values_at = now
            live = self._live.flush() if watchers else self._forget_values()
        health: tuple[HealthLine, ...] = ()
        if self._dirty_health and now >= self._health_at + HEALTH_EVERY * 0.9:
            self._health_at = now
            health = tuple(self._dirty_health.values())
            self._dirty_health.clear()
        dirty, self._dirty = self._dirty, {kind: {} for kind in self._shown}
        gone, self._gone_health = tuple(self._gone_health), set()
        sessions, self._dirty_sessions = (self._sessions() if self._dirty_sessions else None), False
        duty = self._roster_changed or self._notify_changed
        set_up = self._set_up if self._set_up != self._told_set_up else None
        self._told_set_up = self._set_up
        if live.numbers or health or gone or sessions is not None or set_up is not None or duty or any(dirty.values()):
            self.revision += 1
            if watchers:
                self._send(
                    watchers,
                    Delta(
                        self.revision,
                        live,
                        tuple(dirty["alarms"].values()),
                        tuple(dirty["faults"].values()),
                        tuple(dirty["orders"].values()),
                        tuple(dirty["plans"].values()),
                        tuple(dirty["accounts"].values()),
                        health,
                        gone,
                        sessions,
                        None,
                        set_up,
                        tuple(dirty["readings"].values()),
                        tuple(dirty["isolations"].values()),
                        silences=tuple(dirty["silences"].values()),
                        records=tuple(dirty["records"].values()),
                        roster=self._roster if self._roster_changed else None,
                        notify_changed=self._notify_changed,
                    ),
                )
        self._roster_changed = self._notify_changed = False
        if self._live.dirty:
            self.values_changed()
        if self._dirty_health:
            self._soon(max(0.0, self._health_at + HEALTH_EVERY - now))

    def beat(self) -> None:
        """One heartbeat to everybody."""
        if self._server is not None and self._server.watchers:
            self._server.broadcast(encode(Heartbeat(self._clock.now(), self._clock.rate, self.revision)))

    def close(self) -> None:
        """Send the last changes; nothing is sent by itself afterwards."""
        self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self, watchers: list[Console], delta: Delta) -> None:
        data = encode(delta)
        for console in watchers:
            if delta.sessions is not None and self._me.get(console.number) != console.account:
                self._me[console.number] = console.account
                console.delta(encode(msgspec.structs.replace(delta, me=console.account)))
            else:
                console.delta(data)

    def _forget_values(self) -> Live:
        self._live.flush()
        return Live()

    def _sessions(self) -> tuple[Session, ...]:
        watchers = [] if self._server is None else self._server.watchers
        return tuple(Session(console.station, console.account) for console in watchers)

    def _soon(self, delay: float) -> None:
        due = elapsed() + delay
        if self._timer is not None:
            if self._timer_due <= due:
                return
            self._timer.cancel()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(delay, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.flush()


def _record(event: ev.Event) -> Record | None:  # noqa: PLR0911 - one line a kind
    match event:
        case ev.AlarmRaised() | ev.AlarmReturned() | ev.AlarmAcknowledged() | ev.AlarmAssigned() | ev.AlarmAdvanced():
            return event.alarm
        case (
            ev.FaultOpened()
            | ev.FaultJoined()
            | ev.FaultTaken()
            | ev.FaultOrdered()
            | ev.FaultClockWarned()
            | ev.FaultClosed()
            | ev.FaultAdvanced()
        ):
            return event.fault
        case ev.OrderRaised() | ev.OrderAdvanced():
            return event.order
        case ev.PlanAdvanced():
            return event.state
        case ev.AccountSaved():
            return event.account
        case ev.ReadingEntered():
            return event.reading
        case ev.IsolationOpened() | ev.IsolationAmended() | ev.IsolationPatrolled() | ev.IsolationLifted():
            return event.isolation
        case ev.SilenceBegun() | ev.SilenceEnded():
            return event.silence
        case ev.RecordSaved():
            return event.record
        case _:
            return None


def _place(record: Record) -> tuple[str, Key]:  # noqa: PLR0911 - one line a kind
    match record:
        case Alarm():
            return "alarms", record.number
        case Fault():
            return "faults", record.number
        case Order():
            return "orders", record.number
        case PlanState():
            return "plans", record.plan
        case Account():
            return "accounts", record.name
        case TypedReading():
            return "readings", record.id
        case Isolation():
            return "isolations", record.number
        case Silence():
            return "silences", record.number
        case _:
            return "records", (kind_of(record), record.id)
