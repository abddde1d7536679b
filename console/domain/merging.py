"""Faults by hand: two faults of one cause become one, an alarm of another cause gets a fault of its own. Both with a reason.

What the clocks say afterwards is what was promised and done, not what was clicked:

========= ==================================================================================================================
merged    the fault that goes on keeps the earlier detection, the graver priority with its promises, and the earlier taking;
          its own order counts. What was announced of either is not announced again. The other one ends as a duplicate (its
          order is cancelled), so that the cause counts once in every figure.
split off the new fault begins when its alarm was raised and has that alarm's priority. If the old one was taken while the
          alarm stood there already, the new one was taken then, too; everything else of it is still to be done. The old
          fault keeps its clocks: a promise that was given is not moved.
========= ==================================================================================================================

Fire and trapped passengers stand alone: they are merged with their own kind only. A drill is never mixed with what is real.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain import ordering
from console.domain.accounts import Right
from console.domain.acts import Act, demanded
from console.domain.events import AlarmAssigned, Event, FaultAdvanced, FaultClosed, FaultOpened, OrderAdvanced, OrderRaised
from console.domain.faults import CloseCode, Fault
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.problems import Refused
from console.domain.rules import Category
from console.domain.stamps import Stamp

ALONE = (Category.FIRE, Category.TRAPPED)
MERGED, SPLIT = "merged", "split"


def merge(act: Act, command: cmd.MergeFault) -> tuple[Event, ...]:
    """``command.fault`` becomes part of ``command.into``."""
    act.require(Right.CLOSE_FAULT)
    gone, kept = act.open_fault(command.fault), act.open_fault(command.into)
    if gone.number == kept.number:
        raise Refused("faults.refused.merge_itself", fault=gone.id)
    if gone.drill != kept.drill:
        raise Refused("faults.refused.merge_drill", fault=gone.id, other=kept.id)
    if gone.category != kept.category and {gone.category, kept.category} & set(ALONE):
        raise Refused("faults.refused.merge_alone", fault=gone.id, other=kept.id)
    reason = demanded(command.reason, "faults.refused.merge_reason")
    order = act.world.order_of(gone)
    if order is not None and order.state is OrderState.ACCEPTANCE:
        raise Refused("faults.refused.merge_done", fault=gone.id, order=order.id)
    graver = min((kept, gone), key=lambda fault: fault.priority)  # of two equals the one that stays
    whole = replace(
        kept,
        opened_at=min(kept.opened_at, gone.opened_at),
        priority=graver.priority,
        limits=graver.limits,
        alarms=tuple(dict.fromkeys((*kept.alarms, *gone.alarms))),
        taken=_earlier(kept.taken, gone.taken),
        marks=tuple(dict.fromkeys((*kept.marks, *gone.marks))),
        previous=kept.previous or (gone.previous if gone.previous != kept.number else 0),
        revision=kept.revision + 1,
    )
    return tuple(_merged(act, whole, gone, reason))


def _merged(act: Act, whole: Fault, gone: Fault, reason: str) -> Iterator[Event]:
    yield FaultAdvanced(whole, MERGED, gone.number, reason)
    kept_order = act.world.order_of(whole)
    if kept_order is not None and kept_order.open and kept_order.priority > whole.priority:
        yield OrderAdvanced(replace(kept_order, priority=whole.priority, revision=kept_order.revision + 1), "priority")
    for alarm in act.world.alarms_of(gone):
        yield AlarmAssigned(replace(alarm, fault=whole.id))
    order = act.world.order_of(gone)
    if order is not None and order.open:
        yield from ordering.cancelled(act, order, reason)
    yield FaultClosed(
        replace(
            gone,
            closed_at=act.now,
            closed_by=act.actor.name,
            close_code=CloseCode.DUPLICATE,
            cause=reason,
            merged_into=whole.number,
            revision=gone.revision + 1,
        )
    )


def split(act: Act, command: cmd.SplitFault) -> tuple[Event, ...]:
    """``command.alarm`` leaves ``command.fault``."""
    act.require(Right.CLOSE_FAULT)
    fault = act.open_fault(command.fault)
    alarm = act.world.alarms.get(command.alarm)
    if alarm is None or alarm.fault != fault.id:
        raise Refused("faults.refused.split_alarm", fault=fault.id)
    if len(act.world.alarms_of(fault)) < 2:
        raise Refused("faults.refused.split_only", fault=fault.id)
    reason = demanded(command.reason, "faults.refused.split_reason")
    number = act.world.next_fault
    rest = tuple(each for each in fault.alarms if each != alarm.number)
    taken = fault.taken if fault.taken is not None and fault.taken.at >= alarm.raised_at else None
    own = Fault(
        number=number,
        equipment=alarm.equipment,
        priority=alarm.priority,
        text=alarm.text,
        opened_at=min(alarm.raised_at, act.now),
        limits=act.world.policy.limits(alarm.priority),
        alarms=(alarm.number,),
        order=act.world.next_order,
        taken=taken,
        previous=fault.previous,
        category=alarm.category,
        drill=fault.drill,
        split_from=fault.number,
    )
    order = replace(corrective(own), first_owner=taken.by if taken is not None else "")
    return (
        FaultAdvanced(replace(fault, alarms=rest, revision=fault.revision + 1), SPLIT, number, reason),
        FaultOpened(own),
        OrderRaised(order),
        AlarmAssigned(replace(alarm, fault=own.id)),
    )


def corrective(fault: Fault) -> Order:
    """The order that a fault brings with it. Nobody owns it until the fault is taken."""
    detected = Stamp(at=fault.opened_at, by="", entered_at=fault.opened_at, entered_by="")
    return Order(
        number=fault.order,
        kind=OrderKind.CORRECTIVE,
        title=fault.text,
        equipment=fault.equipment,
        priority=fault.priority,
        created_at=fault.opened_at,
        stamps={OrderState.ACCEPTED: detected},
        fault=fault.number,
        drill=fault.drill,
    )


def _earlier(one: Stamp | None, other: Stamp | None) -> Stamp | None:
    if one is None or other is None:
        return one or other
    return one if one.at <= other.at else other
