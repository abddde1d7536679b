"""What is done in a drill, step by step: which event is a step, who did it, and how long the clocks took."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from console.domain import events as ev
from console.domain.events import Event
from console.domain.faults import Fault
from console.domain.maintenance.drilling import DrillClock, DrillRun, DrillStep
from console.domain.orders import Order, OrderState
from console.domain.promises import clocks
from console.domain.stamps import Stamp


def times(fault: Fault, order: Order | None, now: int) -> Iterator[DrillClock]:
    """The clocks of one simulated fault as they stand."""
    for view in clocks(fault, order, now):
        yield DrillClock(fault.number, view.clock, view.limit, view.limit - view.remaining, not view.running)


def drill_of(event: Event) -> int:
    """The number of the drill that an event belongs to, 0: none."""
    for name in ("alarm", "fault", "order"):
        record = getattr(event, name, None)
        number = getattr(record, "drill", 0)
        if number:
            return int(number)
    return 0


def step_of(event: Event, now: int) -> DrillStep | None:  # noqa: PLR0911 - one line a kind of event
    """The step that an event of a drill is; ``None``: it is told by another one."""
    match event:
        case ev.AlarmRaised():
            return DrillStep(now, "raised", about=event.alarm.id)
        case ev.AlarmAcknowledged():
            return DrillStep(now, "acknowledged", event.alarm.acknowledged_by, about=event.alarm.id)
        case ev.AlarmReturned():
            return DrillStep(now, "returned", about=event.alarm.id)
        case ev.AlarmAdvanced(what="step"):
            place, stamp = max(event.alarm.checks.items(), key=lambda item: (item[1].entered_at, item[0]))
            return _by(stamp, "procedure", event.alarm.id, str(place + 1))
        case ev.FaultOpened():
            return DrillStep(now, "opened", about=event.fault.id)
        case ev.FaultTaken() if event.fault.taken is not None:
            return _by(event.fault.taken, "taken", event.fault.id)
        case ev.FaultClockWarned():
            return DrillStep(now, "warned", about=event.fault.id, note=f"{event.clock} {event.percent} %")
        case ev.FaultClosed():
            return DrillStep(now, "closed", event.fault.closed_by, about=event.fault.id)
        case ev.FaultAdvanced():
            return DrillStep(now, event.what, about=event.fault.id, note=f"F-{event.other:06d}")
        case ev.OrderAdvanced():
            return _order_step(event.order, event.what, now)
        case _:
            return None


def with_step(run: DrillRun, event: Event, now: int) -> DrillRun | None:
    """The run after an event of it; ``None``: nothing to be kept."""
    step = step_of(event, now)
    if step is None:
        return None
    faults = (*run.faults, event.fault.number) if isinstance(event, ev.FaultOpened) else run.faults
    return replace(run, steps=(*run.steps, step), faults=faults, revision=run.revision + 1)


def _order_step(order: Order, what: str, now: int) -> DrillStep | None:
    match what:
        case "stage":
            stamp = order.stamps.get(order.state)
            return None if stamp is None else _by(stamp, f"order_{order.state}", order.id)
        case "dispatch":
            stamp = order.stamps.get(OrderState.DISPATCHED)
            return None if stamp is None else _by(stamp, f"order_{OrderState.DISPATCHED}", order.id, order.assignee)
        case "restored" if order.restored is not None:
            return _by(order.restored, "restored", order.id)
        case "verify":
            return DrillStep(now, f"order_{OrderState.ACCEPTANCE}", order.verifier, about=order.id)
        case "note" if order.notes:
            return _by(order.notes[-1], "noted", order.id, order.notes[-1].note)
        case _:
            return None


def _by(stamp: Stamp, what: str, about: str, note: str = "") -> DrillStep:
    return DrillStep(stamp.at, what, stamp.by, stamp.station, about, note or stamp.note)
