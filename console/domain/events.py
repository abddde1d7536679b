"""What happened: past tense, frozen, appended to the hash-chained log.

An event that changes a record carries the record as it is afterwards, so replaying the log gives the same state.
"""

from __future__ import annotations

import msgspec

from console.domain.accounts import Account
from console.domain.alarms import Alarm
from console.domain.commissioning import PointTest
from console.domain.faults import Clock, Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.notices import Notice, NotifySettings
from console.domain.orders import Order
from console.domain.plans import PlanState
from console.domain.readings import TypedReading
from console.domain.rosters import Roster
from console.domain.silences import Silence


class _Event(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """``tag`` is the class name in the log."""


class AlarmRaised(_Event, frozen=True):
    alarm: Alarm


class AlarmReturned(_Event, frozen=True):
    alarm: Alarm


class AlarmAcknowledged(_Event, frozen=True):
    alarm: Alarm


class AlarmAssigned(_Event, frozen=True):
    """An alarm became part of a fault."""

    alarm: Alarm


class AlarmAdvanced(_Event, frozen=True):
    """Anything else that an alarm went through; ``what`` names it (silence, release, cause, realarm, reset, step)."""

    alarm: Alarm
    what: str


class FaultOpened(_Event, frozen=True):
    fault: Fault


class FaultJoined(_Event, frozen=True):
    """A further alarm of the same equipment became part of an open fault."""

    fault: Fault


class FaultTaken(_Event, frozen=True):
    fault: Fault


class FaultOrdered(_Event, frozen=True):
    """An open fault got a new order in place of a cancelled or archived one."""

    fault: Fault


class FaultClockWarned(_Event, frozen=True):
    """A clock passed a warning mark, or its limit (percent 100: the breach)."""

    fault: Fault
    clock: Clock
    percent: int


class FaultClosed(_Event, frozen=True):
    fault: Fault


class FaultAdvanced(_Event, frozen=True):
    """Anything else that a fault went through: ``merged`` (``other`` became part of it), ``split`` (``other`` was taken out)."""

    fault: Fault
    what: str
    other: int = 0
    reason: str = ""


class OrderRaised(_Event, frozen=True):
    order: Order


class OrderAdvanced(_Event, frozen=True):
    """Any change of an order; ``what`` names it (owner, dispatch, stage, hold, resume, rework, cancel, note, check, restored)."""

    order: Order
    what: str


class PlanAdvanced(_Event, frozen=True):
    """A plan's memory changed."""

    state: PlanState


class AccountSaved(_Event, frozen=True):
    account: Account


class SignedOn(_Event, frozen=True):
    account: str


class SignedOff(_Event, frozen=True):
    account: str


class SignOnRefused(_Event, frozen=True):
    account: str
    code: str


class NoteWritten(_Event, frozen=True):
    """Somebody noted something about the moment ``at``."""

    at: int
    text: str
    equipment: str = ""


class PointTested(_Event, frozen=True):
    """A line of a commissioning sheet."""

    test: PointTest


class ConfigurationApplied(_Event, frozen=True):
    """``revision`` of the configuration after an import or its undo; ``summary`` counts (added, changed, removed)."""

    revision: int
    summary: dict[str, int]


class WatchStarted(_Event, frozen=True):
    """The collector began to watch; ``gap_from`` is the last moment that the watch before it is known to have run (0: first)."""

    gap_from: int
    program: str


class WatchStopped(_Event, frozen=True):
    """The collector ended in order."""


class OutageRecorded(_Event, frozen=True):
    """Nobody watched from ``since`` to ``until`` (UTC ns)."""

    since: int
    until: int


class HealthChanged(_Event, frozen=True):
    """A connection or device went down or came back (said once, and its end once)."""

    id: str
    state: str
    code: str = ""


class ClockStepped(_Event, frozen=True):
    """The wall clock jumped by ``step_ns`` against the monotonic one."""

    step_ns: int


class ReadingEntered(_Event, frozen=True):
    """A person read a manual point, or corrected a reading (``was`` is the value before)."""

    reading: TypedReading


class IsolationOpened(_Event, frozen=True):
    isolation: Isolation


class IsolationAmended(_Event, frozen=True):
    isolation: Isolation


class IsolationPatrolled(_Event, frozen=True):
    isolation: Isolation


class IsolationLifted(_Event, frozen=True):
    isolation: Isolation


class BackupMade(_Event, frozen=True):
    """A backup up to log entry ``sequence`` was made and read back."""

    folder: str
    bytes: int
    sequence: int


class BackupFailed(_Event, frozen=True):
    """A backup could not be made."""

    folder: str
    code: str


class StoreVerified(_Event, frozen=True):
    """The whole store was read against its checksums; ``damage`` parts were wrong."""

    blocks: int
    damage: int


class RecordsRemoved(_Event, frozen=True):
    """Kept long enough: ``what`` (a month file or a table) lost what is older than ``before``; ``count`` rows, 0 = all of it."""

    what: str
    before: int
    count: int = 0


class RecordRemoved(_Event, frozen=True):
    """One record whose time was over was removed by a person: ``table``, its ``key`` in it, what it was called, and why."""

    table: str
    key: str
    title: str
    reason: str


class ArchiveRead(_Event, frozen=True):
    """Somebody read an archive: ``what`` (a ledger and its period, ``order:12``), ``form`` empty: on the screen (R-SE-03)."""

    what: str
    form: str = ""


class RecordsThinned(_Event, frozen=True):
    """Samples of the month file ``what`` that may be thinned are one a minute from now on."""

    what: str


class RosterSaved(_Event, frozen=True):
    """Who is on duty when, from now on."""

    roster: Roster


class NotifySaved(_Event, frozen=True):
    """Channels, addresses, subscriptions and the policy of notices, from now on. Never a secret."""

    settings: NotifySettings


class ChannelSecretKept(_Event, frozen=True):
    """The secret of a channel was changed; the log knows that, not what it is."""

    channel: str


class NoticePlanned(_Event, frozen=True):
    """A notice will be sent; in the same transaction as what it tells of."""

    notice: Notice


class NoticeSending(_Event, frozen=True):
    """From here on it may have arrived."""

    notice: Notice


class NoticeSent(_Event, frozen=True):
    notice: Notice


class NoticeFailed(_Event, frozen=True):
    """An attempt failed: it is planned again, or given up."""

    notice: Notice


class NoticeCancelled(_Event, frozen=True):
    """What it would have asked for has happened before it was sent."""

    notice: Notice


class SilenceBegun(_Event, frozen=True):
    """Something was shelved, taken out of service or put into test; also a shelf whose end was moved."""

    silence: Silence


class SilenceEnded(_Event, frozen=True):
    silence: Silence


class RecordSaved(_Event, frozen=True):
    """A version of a register entry or of master data; ``what``: created, changed, ended, or a word of its kind."""

    record: AnyRecord
    what: str
    reason: str = ""


Event = (
    AlarmRaised | AlarmReturned | AlarmAcknowledged | AlarmAssigned | AlarmAdvanced | SilenceBegun | SilenceEnded
    | FaultOpened | FaultJoined | FaultTaken | FaultOrdered | FaultAdvanced
    | FaultClockWarned | FaultClosed | OrderRaised | OrderAdvanced | PlanAdvanced | AccountSaved | SignedOn | SignedOff
    | SignOnRefused | ConfigurationApplied | WatchStarted | WatchStopped | OutageRecorded | HealthChanged | ClockStepped
    | NoteWritten | PointTested | ReadingEntered | IsolationOpened | IsolationAmended | IsolationPatrolled | IsolationLifted
    | BackupMade | BackupFailed | StoreVerified | RecordsRemoved | RecordsThinned
    | RosterSaved | NotifySaved | ChannelSecretKept | NoticePlanned | NoticeSending | NoticeSent | NoticeFailed | NoticeCancelled
    | RecordSaved | RecordRemoved | ArchiveRead
)  # fmt: skip


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log: an event with its sequence number, its time (UTC ns), and who, where, after what they saw."""

    sequence: int
    at: int
    event: Event
    actor: str = ""  # account, or "" for the collector itself
    station: str = ""
    seen: int = 0  # the revision that the person's screen showed
    command_id: str = ""
