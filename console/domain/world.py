"""Everything that is decided upon: the records as they are after the last applied event, and the configuration beside them.

The records change only through :meth:`World.apply`; applying the same events in the same order gives the same world. The
look-ups change only through :meth:`World.configure`. One thread owns a world (the collector's loop).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, assert_never, cast

from console.domain import events as ev
from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.estate import Equipment, Estate, Location, Point
from console.domain.events import Entry, Event
from console.domain.faults import Fault, ResponsePolicy
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.planning import Chain, Plan, chains
from console.domain.maintenance.planning import schedule as overlaid
from console.domain.maintenance.records import Record, kind_of
from console.domain.notices import Notice, NoticeKind, NotifySettings
from console.domain.orders import Order, OrderState
from console.domain.plans import MaintenancePlan, PlanState
from console.domain.readings import Readings, TypedReading, recent, taken_in
from console.domain.rosters import Roster
from console.domain.rules import AlarmRule
from console.domain.silences import Silence
from console.domain.text import Text
from console.domain.times import DAY

K = TypeVar("K")
R = TypeVar("R", bound=Record)

KEPT_AFTER_END = DAY  # closed faults and ended orders stay on the screens for a shift and its successors (Image, Snapshot)


@dataclass
class World:
    """``alarms`` holds those that are not over; ``faults`` and ``orders`` the open ones and the last day's ended ones."""

    alarms: dict[int, Alarm] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    plans: dict[str, PlanState] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    readings: dict[str, Readings] = field(default_factory=dict)  # of manual points, the newest of each
    awaited: dict[str, int] = field(default_factory=dict)  # manual points, and since when each is known (UTC ns)
    isolations: dict[int, Isolation] = field(default_factory=dict)  # open, or lifted within the last day
    silences: dict[int, Silence] = field(default_factory=dict)  # open ones
    notices: dict[int, Notice] = field(default_factory=dict)  # to be sent, or of an open fault
    notices_of: dict[int, dict[int, Notice]] = field(default_factory=dict)  # the same by fault: a flood has thousands of both
    waiting: dict[tuple[str, str], dict[int, Notice]] = field(default_factory=dict)  # those to be sent, by channel and person
    roster: Roster = field(default_factory=Roster)
    notify: NotifySettings = field(default_factory=NotifySettings)
    last_daily: int = 0  # when the last daily notice was planned
    kept: dict[str, dict[str, AnyRecord]] = field(default_factory=dict)  # records in use, by kind and id: see :meth:`records`
    numbers: dict[str, int] = field(default_factory=dict)  # the highest number of each numbered kind that there ever was
    next_fault: int = 1
    next_order: int = 1
    next_isolation: int = 1
    next_silence: int = 1
    rules: dict[str, AlarmRule] = field(default_factory=dict)
    equipment: dict[str, Equipment] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    site_plans: tuple[MaintenancePlan, ...] = ()  # of the site file
    schedule: dict[str, MaintenancePlan] = field(default_factory=dict)  # the plans themselves; ``plans`` is what they remember
    chains: list[Chain] = field(default_factory=list)  # the same, nested levels together
    policy: ResponsePolicy = field(default_factory=ResponsePolicy)
    timezone: str = "Asia/Shanghai"

    @classmethod
    def load(
        cls,
        estate: Estate | None,
        *,
        alarms: Iterable[Alarm] = (),
        faults: Iterable[Fault] = (),
        orders: Iterable[Order] = (),
        plans: Iterable[PlanState] = (),
        accounts: Iterable[Account] = (),
        readings: Iterable[TypedReading] = (),
        isolations: Iterable[Isolation] = (),
        silences: Iterable[Silence] = (),
        records: Iterable[AnyRecord] = (),
        numbers: Mapping[str, int] | None = None,
        next_fault: int = 1,
        next_order: int = 1,
        next_isolation: int = 1,
        next_silence: int = 1,
    ) -> World:
        """The world of a stored image."""
        world = cls(
            alarms={alarm.number: alarm for alarm in alarms},
            faults={fault.number: fault for fault in faults},
            orders={order.number: order for order in orders},
            plans={state.plan: state for state in plans},
            accounts={account.name: account for account in accounts},
            readings=recent(readings),
            isolations={isolation.number: isolation for isolation in isolations},
            silences={silence.number: silence for silence in silences},
            next_fault=next_fault,
            next_order=next_order,
            next_isolation=next_isolation,
            next_silence=next_silence,
        )
        for record in records:
            world.kept.setdefault(kind_of(record), {})[record.id] = record
        world.numbers = dict(numbers or {})
        if estate is not None:
            world.configure(estate)
        return world

    def configure(self, estate: Estate) -> None:
        """Take over a configuration. Records stay: an equipment that was removed keeps its open faults and orders."""
        self.rules = {rule.id: rule for rule in estate.rules}
        self.equipment = {equipment.id: equipment for equipment in estate.equipment}
        self.points = {point.id: point for point in estate.points}
        self.locations = {place.id: place for place in estate.locations}
        self.site_plans = estate.plans
        self._replan()
        self.policy = estate.policy
        self.timezone = estate.site.timezone

    def apply(self, event: Event) -> None:  # noqa: PLR0912 - one branch a kind of record
        """Make ``event`` true."""
        match event:
            case ev.AlarmRaised() | ev.AlarmReturned() | ev.AlarmAcknowledged() | ev.AlarmAssigned() | ev.AlarmAdvanced():
                if event.alarm.over:
                    self.alarms.pop(event.alarm.number, None)
                else:
                    self.alarms[event.alarm.number] = event.alarm
            case (
                ev.FaultOpened()
                | ev.FaultJoined()
                | ev.FaultTaken()
                | ev.FaultOrdered()
                | ev.FaultClockWarned()
                | ev.FaultAdvanced()
            ):
                self.faults[event.fault.number] = event.fault
                self.next_fault = max(self.next_fault, event.fault.number + 1)
            case ev.FaultClosed():
                self.faults[event.fault.number] = event.fault
                self._forget(event.fault.closed_at)
                for each in list(self.notices_of.get(event.fault.number, {}).values()):
                    self._noted(each)
            case ev.OrderRaised() | ev.OrderAdvanced():
                self.orders[event.order.number] = event.order
                self.next_order = max(self.next_order, event.order.number + 1)
                if not event.order.open:
                    self._forget(ended_at(event.order))
            case ev.PlanAdvanced():
                self.plans[event.state.plan] = event.state
            case ev.AccountSaved():
                self.accounts[event.account.name] = event.account
            case ev.ReadingEntered():
                readings = self.readings.get(event.reading.point, ())
                self.readings[event.reading.point] = taken_in(readings, event.reading)
            case ev.IsolationOpened() | ev.IsolationAmended() | ev.IsolationPatrolled() | ev.IsolationLifted():
                self.isolations[event.isolation.number] = event.isolation
                self.next_isolation = max(self.next_isolation, event.isolation.number + 1)
                if event.isolation.lifted is not None:
                    self._forget(event.isolation.lifted.entered_at)
            case ev.SilenceBegun():
                self.silences[event.silence.number] = event.silence
                self.next_silence = max(self.next_silence, event.silence.number + 1)
            case ev.SilenceEnded():
                self.silences.pop(event.silence.number, None)
            case ev.RecordSaved():
                self._keep(event.record)
            case ev.RosterSaved():
                self.roster = event.roster
            case ev.NotifySaved():
                self.notify = event.settings
            case ev.NoticePlanned() | ev.NoticeSending() | ev.NoticeSent() | ev.NoticeFailed() | ev.NoticeCancelled():
                self._noted(event.notice)
            case (
                ev.SignedOn() | ev.SignedOff() | ev.SignOnRefused() | ev.ConfigurationApplied() | ev.WatchStarted()
                | ev.WatchStopped() | ev.OutageRecorded() | ev.HealthChanged() | ev.ClockStepped() | ev.PointTested()
                | ev.ChannelSecretKept()
                | ev.NoteWritten() | ev.BackupMade() | ev.BackupFailed() | ev.StoreVerified() | ev.RecordsRemoved()
                | ev.RecordsThinned() | ev.RecordRemoved() | ev.ArchiveRead()
            ):  # fmt: skip
                pass  # said in the log; no record of ours changes
            case _:  # pragma: no cover - mypy knows that there is none
                assert_never(event)

    def records(self, kind: type[R]) -> dict[str, R]:
        """The records of a kind that are in use, by id. To look at: they change by events alone."""
        return cast("dict[str, R]", self.kept.get(kind_of(kind), {}))

    def next_number(self, kind: str) -> int:
        """The number that the next record of a numbered kind gets."""
        return self.numbers.get(kind, 0) + 1

    def knows(self, equipment: str) -> bool:
        """Whether there is such equipment: in the site file, or as a card of the ledger."""
        return equipment in self.equipment or equipment in self.kept.get("card", {})

    def title_of(self, equipment: str) -> Text:
        """Its name in the site file or in the ledger; its id if it is in neither."""
        machine = self.equipment.get(equipment)
        if machine is not None:
            return machine.name
        return getattr(self.kept.get("card", {}).get(equipment), "title", Text(equipment))

    def _keep(self, record: AnyRecord) -> None:
        kind = kind_of(record)
        drawer = self.kept.setdefault(kind, {})
        if record.open:
            drawer[record.id] = record
        else:
            drawer.pop(record.id, None)
        if record.number:
            self.numbers[kind] = max(self.numbers.get(kind, 0), record.number)
        if isinstance(record, Plan):
            self._replan()

    def _replan(self) -> None:
        """The plans of the site file, overlaid by those made in the console."""
        self.schedule = overlaid(self.site_plans, self.records(Plan).values())
        self.chains = chains(self.schedule)

    def recall(self, order: Order) -> None:
        """An order that ended long ago is asked for again (an invoice, a call back): it stays until the next one ends."""
        self.orders.setdefault(order.number, order)

    def replay(self, entries: Iterable[Entry]) -> None:
        """Apply the events of log entries, in their order."""
        for entry in entries:
            self.apply(entry.event)

    def order_of(self, fault: Fault) -> Order | None:
        """The fault's present order."""
        return self.orders.get(fault.order)

    def alarms_of(self, fault: Fault) -> list[Alarm]:
        """The fault's alarms that are not over; one that came again after the repair belongs to its new fault."""
        found = [alarm for number in fault.alarms if (alarm := self.alarms.get(number)) is not None]
        return [alarm for alarm in found if alarm.fault == fault.id]

    def display(self, name: str) -> str:
        """A person's name as it is shown; a contractor's name is its own."""
        account = self.accounts.get(name)
        return account.display if account is not None else name

    def _noted(self, notice: Notice) -> None:
        if notice.kind is NoticeKind.DAILY:
            self.last_daily = max(self.last_daily, notice.planned_at)
        fault = self.faults.get(notice.fault)
        kept = notice.open or (fault is not None and fault.open)
        _file(self.notices, notice, kept)
        _file_in(self.notices_of, notice.fault, notice, kept)
        _file_in(self.waiting, (notice.channel, notice.person), notice, notice.open)

    def _forget(self, now: int) -> None:
        """Drop what ended over a day before ``now``, the time of the ending that was just applied (so a replay agrees)."""
        for fault in [fault for fault in self.faults.values() if not fault.open and fault.closed_at < now - KEPT_AFTER_END]:
            del self.faults[fault.number]
        for gone in [each for each in self.isolations.values() if each.lifted and each.lifted.entered_at < now - KEPT_AFTER_END]:
            del self.isolations[gone.number]
        for order in [order for order in self.orders.values() if not order.open and ended_at(order) < now - KEPT_AFTER_END]:
            owner = self.faults.get(order.fault)
            if owner is None or not owner.open:  # an open fault is closed by what its archived order says
                del self.orders[order.number]


def _file(drawer: dict[int, Notice], notice: Notice, kept: bool) -> None:
    if kept:
        drawer[notice.number] = notice
    else:
        drawer.pop(notice.number, None)


def _file_in(drawers: dict[K, dict[int, Notice]], key: K, notice: Notice, kept: bool) -> None:
    """The same in one of many drawers; an empty one is thrown away."""
    drawer = drawers.setdefault(key, {})
    _file(drawer, notice, kept)
    if not drawer:
        del drawers[key]


def ended_at(order: Order) -> int:
    """When an order was archived or cancelled, as entered (UTC ns); 0 while it is open."""
    stamp = order.cancelled or order.stamps.get(OrderState.ARCHIVED)
    return stamp.entered_at if stamp is not None else 0
