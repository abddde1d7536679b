"""Decisions: a command, or an alarm that asks for a fault, becomes events, or is refused. Nothing is changed here.

:func:`decide` is for what people do with alarms, faults and orders; accounts, sessions, configuration and the watch itself are
the engine's. Rights are checked inside. An empty result means that everything asked for is already so.

What stops the clocks: taking the fault stops *acknowledge* (and acknowledges the fault's alarms in the same act); the other
four are stopped by the order's stages (``console.domain.ordering``).
"""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain import merging, noticing, ordering, promises, registering, sheets, shelving
from console.domain.accounts import Account, Right
from console.domain.acts import Act, demanded, words
from console.domain.alarms import Alarm
from console.domain.commands import Command
from console.domain.events import (
    AlarmAcknowledged,
    AlarmAssigned,
    AlarmRaised,
    AlarmReturned,
    Event,
    FaultClosed,
    FaultJoined,
    FaultOpened,
    FaultTaken,
    NoteWritten,
    OrderAdvanced,
    OrderRaised,
    PointTested,
)
from console.domain.faults import CloseCode, Fault
from console.domain.maintenance import deciding
from console.domain.orders import OrderState
from console.domain.problems import Refused
from console.domain.rules import Category
from console.domain.world import World

LOWEST_FAULT_PRIORITY = 3  # priority 4 is advisory: no fault, no clock


def decide(world: World, command: Command, actor: Account, station: str, now: int) -> tuple[Event, ...]:  # noqa: PLR0911, PLR0912 - one line a command
    """The events that ``command`` leads to; raises :class:`Refused`. ``VerifyOrder``'s secret was checked before."""
    act = Act(world, actor, station, now)
    match command:
        case cmd.AcknowledgeAlarms():
            return _acknowledge(act, command)
        case cmd.TakeFault():
            return _take(act, command)
        case cmd.CloseFault():
            return _close(act, command)
        case cmd.MergeFault():
            return merging.merge(act, command)
        case cmd.SplitFault():
            return merging.split(act, command)
        case cmd.RaiseOrder():
            return ordering.raise_order(act, command)
        case cmd.DispatchOrder():
            return ordering.dispatch(act, command)
        case cmd.AdvanceOrder():
            return ordering.advance(act, command)
        case cmd.MarkRestored():
            return ordering.mark_restored(act, command)
        case cmd.VerifyOrder():
            return ordering.verify(act, command)
        case cmd.ReworkOrder():
            return ordering.rework(act, command)
        case cmd.HoldOrder():
            return ordering.hold(act, command)
        case cmd.ResumeOrder():
            return ordering.resume(act, command)
        case cmd.CancelOrder():
            return ordering.cancel(act, command)
        case cmd.NoteOrder():
            return ordering.note(act, command)
        case cmd.CheckOrderItem():
            return ordering.check_item(act, command)
        case cmd.EnterReadings():
            return registering.enter_readings(act, command)
        case cmd.RecordIsolation():
            return registering.record(act, command)
        case cmd.AmendIsolation():
            return registering.amend(act, command)
        case cmd.RecordPatrol():
            return registering.patrol(act, command)
        case cmd.LiftIsolation():
            return registering.lift(act, command)
        case cmd.ShelveAlarms():
            return shelving.shelve(act, command)
        case cmd.TakeOutOfService():
            return shelving.take_out_of_service(act, command)
        case cmd.BeginTest():
            return shelving.begin_test(act, command)
        case cmd.EndSilence():
            return shelving.end_silence(act, command)
        case cmd.ResetAlarms():
            return shelving.reset(act, command)
        case cmd.CheckAlarmStep():
            return shelving.check_step(act, command)
        case cmd.SaveRoster():
            return noticing.save_roster(act, command)
        case cmd.SaveNotify():
            return noticing.save_notify(act, command)
        case cmd.RetryNotice():
            return noticing.retry(act, command)
        case cmd.WriteNote():
            return _note(act, command)
        case cmd.RecordPointTest():
            return (PointTested(sheets.record(act, command)),)
        case _:
            return deciding.decide(act, command)


def _note(act: Act, command: cmd.WriteNote) -> tuple[Event, ...]:
    """Anybody who works here may write down what he saw."""
    act.require(Right.WORK_ORDER)
    text = demanded(command.text, "refused.note_empty")
    if command.at > act.now:
        raise Refused("refused.note_future")
    if command.equipment and command.equipment not in act.world.equipment:
        raise Refused("refused.no_equipment", equipment=command.equipment)
    return (NoteWritten(command.at or act.now, text, command.equipment),)


def fault_for(world: World, alarm: Alarm, now: int) -> tuple[Event, ...]:
    """What a committed alarm of priority 1-3 leads to. Its ``AlarmRaised`` was applied before; apply the result before the next.

    The alarm joins the equipment's open fault if that is at least as severe and its repair still goes on (most severe, then
    oldest); else a new fault is opened, with the policy's limits as they are now, and its corrective order is raised
    (R-SLA-17). Both begin at the alarm's own time, however late it was committed; for an alarm that came again after an
    earlier fault (:func:`raised_again`) they begin now. An alarm that is already over keeps its fault: the fault names it, only
    the alarm's record is no longer touched.

    Fire stands alone: a panel is one piece of equipment with hundreds of detectors, so a fire alarm always opens its own fault
    with its own clocks, however many burn already, and no other alarm of the panel disappears in one.
    """
    present = world.alarms.get(alarm.number)
    if alarm.priority > LOWEST_FAULT_PRIORITY or alarm.fault or (present is not None and present.fault):
        return ()
    current = present or alarm
    if current.quiet or current.test:  # its fault is opened when it is no longer silenced and still there
        return ()
    same = [fault for fault in world.faults.values() if fault.equipment == alarm.equipment and fault.drill == alarm.drill]
    joinable = [
        fault
        for fault in same
        if Category.FIRE not in (alarm.category, fault.category)
        and fault.priority <= alarm.priority
        and promises.repair_runs(fault, world.order_of(fault))
    ]
    if joinable:
        fault = min(joinable, key=lambda fault: (fault.priority, fault.number))
        if alarm.number in fault.alarms:
            return ()
        fault = replace(fault, alarms=(*fault.alarms, alarm.number), revision=fault.revision + 1)
        events: tuple[Event, ...] = (FaultJoined(fault),)
    else:
        again = any(alarm.number in fault.alarms for fault in same)
        fault = Fault(
            number=world.next_fault,
            equipment=alarm.equipment,
            priority=alarm.priority,
            text=alarm.text,
            opened_at=now if again else min(alarm.raised_at, now),  # a wall clock may have been put back in between
            limits=world.policy.limits(alarm.priority),
            alarms=(alarm.number,),
            order=world.next_order,
            previous=max((fault.number for fault in same), default=0),
            category=alarm.category,
            drill=alarm.drill,
        )
        events = (FaultOpened(fault), OrderRaised(merging.corrective(fault)))
    if present is None:
        return events
    return (*events, AlarmAssigned(replace(present, fault=fault.id)))


def raised_again(world: World, earlier: Alarm, value: float) -> AlarmRaised:
    """The condition of an alarm that had returned and was not acknowledged began again: the same occurrence goes on.

    (ISA-18.2: returned unacknowledged -> active unacknowledged.) If the repair that it belonged to has ended meanwhile, it
    leaves that fault, so that :func:`fault_for` opens the next one: a fault that comes back is never without a clock.
    """
    fault = next((fault for fault in world.faults.values() if fault.id == earlier.fault), None)
    runs = fault is not None and promises.repair_runs(fault, world.order_of(fault))
    return AlarmRaised(replace(earlier, active=True, returned_at=0, value=value, fault=earlier.fault if runs else ""))


def returned(world: World, number: int, now: int) -> tuple[Event, ...]:
    """The condition of alarm ``number`` ended; nothing if it is over or has returned already."""
    alarm = world.alarms.get(number)
    if alarm is None or not alarm.active:
        return ()
    return (AlarmReturned(replace(alarm, active=False, returned_at=now)),)


def _acknowledge(act: Act, command: cmd.AcknowledgeAlarms) -> tuple[Event, ...]:
    act.require(Right.ACKNOWLEDGE)
    if not command.alarms:
        raise Refused("refused.no_alarm")
    return _acknowledged(act, command.alarms, words(command.comment))


def _acknowledged(act: Act, numbers: tuple[int, ...], comment: str) -> tuple[AlarmAcknowledged, ...]:
    """Alarms that are over or acknowledged are passed over."""
    return tuple(
        AlarmAcknowledged(
            replace(
                alarm, acknowledged=True, acknowledged_at=act.now, acknowledged_by=act.actor.name, comment=comment or alarm.comment
            )
        )
        for number in dict.fromkeys(numbers)
        if (alarm := act.world.alarms.get(number)) is not None and not alarm.acknowledged
    )


def _take(act: Act, command: cmd.TakeFault) -> tuple[Event, ...]:
    act.require(Right.TAKE_FAULT)
    fault = act.open_fault(command.fault)
    events: list[Event] = []
    if fault.taken is None:
        events.append(FaultTaken(replace(fault, taken=act.stamp(), revision=fault.revision + 1)))
        order = act.world.order_of(fault)
        if order is not None and order.open and not order.first_owner:
            order = replace(order, first_owner=act.actor.name, revision=order.revision + 1)
            events.append(OrderAdvanced(order, "owner"))
    elif fault.taken.by != act.actor.name:
        raise Refused("refused.fault_taken", fault=fault.id, who=act.world.display(fault.taken.by), station=fault.taken.station)
    return (*events, *_acknowledged(act, tuple(alarm.number for alarm in act.world.alarms_of(fault)), ""))


def _close(act: Act, command: cmd.CloseFault) -> tuple[Event, ...]:
    act.require(Right.CLOSE_FAULT)
    fault = act.open_fault(command.fault)
    order = act.world.order_of(fault)
    cause = demanded(command.cause, "refused.close_cause", fault=fault.id)
    remedy = words(command.remedy)
    events: list[Event] = []
    if command.code is CloseCode.REAL:
        if order is None or order.state not in (OrderState.ACCEPTANCE, OrderState.ARCHIVED):
            raise Refused("refused.close_unverified", fault=fault.id)
        if not remedy:
            raise Refused("refused.close_remedy", fault=fault.id)
        active = [alarm for alarm in act.world.alarms_of(fault) if alarm.active]
        if active:
            raise Refused("refused.close_active", fault=fault.id, alarm=active[0].id, count=len(active))
    elif order is not None and order.open and order.state is not OrderState.ACCEPTANCE:
        events += ordering.cancelled(act, order, cause)
    closed = replace(
        fault,
        closed_at=act.now,
        closed_by=act.actor.name,
        close_code=command.code,
        cause=cause,
        remedy=remedy,
        revision=fault.revision + 1,
    )
    return (*events, FaultClosed(closed))
