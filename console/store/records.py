"""Events to the records inside them, and the subjects under which the log is searched. JSON in, JSON out."""

from __future__ import annotations

import hashlib

import msgspec

from console.domain import events as e
from console.domain.alarms import Alarm
from console.domain.events import Entry, Event
from console.domain.faults import Fault
from console.domain.isolations import Isolation
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.records import kind_of
from console.domain.orders import Order, OrderState
from console.domain.readings import TypedReading
from console.domain.silences import Silence

GENESIS = hashlib.sha256(b"building-console").digest()  # what the first entry is chained to

entry_decoder = msgspec.json.Decoder(Entry)
alarm_decoder = msgspec.json.Decoder(Alarm)
fault_decoder = msgspec.json.Decoder(Fault)
silence_decoder = msgspec.json.Decoder(Silence)
isolation_decoder = msgspec.json.Decoder(Isolation)
reading_decoder = msgspec.json.Decoder(TypedReading)
record_decoder = msgspec.json.Decoder(AnyRecord)
order_decoder = msgspec.json.Decoder(Order)
encoder = msgspec.json.Encoder()  # what was decoded is encoded to the same bytes: objects keep their order, records hold no sets


def chained(before: bytes, entry: bytes) -> bytes:
    """The hash of an entry: it covers the entry's bytes and, through ``before``, everything ahead of it."""
    return hashlib.sha256(before + entry).digest()


def ended_at(order: Order) -> int:
    """When an order was archived or cancelled, UTC ns; 0 while it is open."""
    if order.state is OrderState.CANCELLED:
        return order.cancelled.entered_at if order.cancelled else order.created_at
    if order.state is OrderState.ARCHIVED:
        stamp = order.stamps.get(OrderState.ARCHIVED)
        return stamp.entered_at if stamp else order.created_at
    return 0


def subjects(entry: Entry) -> set[str]:
    """What an entry is about: ``alarm:5``, ``fault:12``, ``order:7``, ``equipment:T1-L1``, ``account:wang`` …"""
    found = {f"{kind}:{value}" for kind, value in _about(entry.event) if value}
    if entry.actor:
        found.add(f"account:{entry.actor}")
    return found


def _about(event: Event) -> tuple[tuple[str, str | int], ...]:  # noqa: PLR0912 - one branch a kind of event
    found: tuple[tuple[str, str | int], ...] = ()
    match event:
        case e.AlarmRaised() | e.AlarmReturned() | e.AlarmAcknowledged() | e.AlarmAssigned() | e.AlarmAdvanced():
            alarm = event.alarm
            fault = int(alarm.fault.rpartition("-")[2]) if alarm.fault else 0  # "F-000012"
            found = ("alarm", alarm.number), ("equipment", alarm.equipment), ("fault", fault)
        case (
            e.FaultOpened() | e.FaultJoined() | e.FaultTaken() | e.FaultOrdered() | e.FaultClockWarned() | e.FaultClosed()
        ):  # fmt: skip
            found = ("fault", event.fault.number), ("equipment", event.fault.equipment), ("order", event.fault.order)
        case e.FaultAdvanced():
            found = (
                ("fault", event.fault.number), ("equipment", event.fault.equipment), ("order", event.fault.order),
                ("fault", event.other),
            )  # fmt: skip
        case e.OrderRaised() | e.OrderAdvanced():
            order = event.order
            found = ("order", order.number), ("equipment", order.equipment), ("fault", order.fault), ("plan", order.plan)
        case e.PlanAdvanced():
            found = (("plan", event.state.plan),)
        case e.AccountSaved():
            found = (("account", event.account.name),)
        case e.SignedOn() | e.SignedOff() | e.SignOnRefused():
            found = (("account", event.account),)
        case e.NoteWritten():
            found = ("note", "all"), ("equipment", event.equipment)
        case e.PointTested():
            found = ("equipment", event.test.equipment), ("sheet", event.test.equipment), ("point", event.test.point)
        case e.ReadingEntered():
            found = ("reading", event.reading.point), ("equipment", event.reading.point.rpartition(".")[0])
        case e.IsolationOpened() | e.IsolationAmended() | e.IsolationPatrolled() | e.IsolationLifted():
            found = ("isolation", event.isolation.number), ("equipment", event.isolation.equipment)
        case e.RecordSaved():
            found = (kind_of(event.record), event.record.id), ("equipment", event.record.equipment)
        case e.ArchiveRead():
            kind, _, number = event.what.partition(":")
            found = (("archive", "all"), (kind, number))
        case e.RecordRemoved():
            found = ("archive", "all"), ("order" if event.table == "work_order" else "record", event.key)
        case e.RosterSaved():
            found = (("roster", "all"),)
        case e.NotifySaved():
            found = (("notify", "all"),)
        case e.ChannelSecretKept():
            found = (("channel", event.channel),)
        case e.NoticePlanned() | e.NoticeSending() | e.NoticeSent() | e.NoticeFailed() | e.NoticeCancelled():
            notice = event.notice
            found = ("notice", "all"), ("fault", notice.fault), ("equipment", notice.equipment)
        case e.SilenceBegun() | e.SilenceEnded():
            found = ("silence", event.silence.number), ("equipment", event.silence.equipment), ("order", event.silence.order)
        case e.HealthChanged():
            found = (("health", event.id),)
        case _:
            pass
    return found
