"""Preventive orders: raised when they are due by the calendar or by running hours, once each (R-PM-01, R-PM-02, R-PM-03).

Calendar plans keep a rhythm of local dates that starts at ``first_due`` (or one interval after the plan was first seen);
every due date stands for 08:00 in the site's time zone. Months are counted from the rhythm's first date, so that the 31st is
clamped to short months and comes back in long ones. The next due date is the first of the rhythm after both the finished one
and the day of its completion: work that was late never leads to a pile of orders for visits that were missed.

Running-hours plans count from the counter's value when the plan was first seen, and again from its value after each finished
order. A counter that jumps back by more than an interval was exchanged: the plan is anchored anew at the new value.

While a plan's order is not finished (verified, archived or cancelled) no second one is raised; the number of the open one is
part of the plan's memory and committed with the order, so a restart raises nothing twice.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from console.domain.events import Event, OrderRaised, PlanAdvanced
from console.domain.orders import CheckItem, Order, OrderKind, OrderState
from console.domain.plans import MaintenancePlan, PlanState
from console.domain.stamps import Stamp
from console.domain.times import DAY, SECOND
from console.domain.world import World

DUE_HOUR = 8  # local: the day shift of the maintenance team begins
FINISHED = frozenset({OrderState.ACCEPTANCE, OrderState.ARCHIVED, OrderState.CANCELLED})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due(world: World, now: int, hours: Mapping[str, float]) -> tuple[Event, ...]:
    """What the plans ask for at ``now``: orders to raise and plans to remember.

    ``hours`` maps running-hours points to their last usable value; a plan whose point is missing waits. Apply the events
    before the next call.
    """
    events: list[Event] = []
    number = world.next_order
    for plan in world.schedule.values():
        state = world.plans.get(plan.id)
        anchored = _anchored(plan, state, now, hours.get(plan.hours_point), world.timezone)
        if not _busy(world, anchored) and _reached(plan, anchored, now, hours.get(plan.hours_point), world.timezone):
            events.append(OrderRaised(_order(plan, anchored, number, now)))
            anchored = replace(anchored, open_order=number)
            number += 1
        if anchored != state:
            events.append(PlanAdvanced(anchored))
    return tuple(events)


def wake_at(world: World) -> int | None:
    """When the next calendar plan wants :func:`due` (UTC ns); new plans and counters want it at once and are not known here."""
    return min(
        (
            _lead(plan, state.next_due, world.timezone)
            for plan in world.schedule.values()
            if (state := world.plans.get(plan.id)) is not None and state.next_due and not _busy(world, state)
        ),
        default=None,
    )


def finished(world: World, order: Order, now: int) -> tuple[PlanAdvanced, ...]:
    """The plan's memory after its ``order`` was verified or cancelled; nothing if the plan waits for another order or is gone.

    A cancelled order skips this turn of the plan: ``last_done`` stays.
    """
    state = world.plans.get(order.plan)
    if state is None or state.open_order != order.number:
        return ()
    done = state.last_done if order.state is OrderState.CANCELLED else now
    plan = world.schedule.get(order.plan)
    if plan is None:
        return (PlanAdvanced(replace(state, open_order=0, last_done=done)),)
    if plan.every_hours:
        return (PlanAdvanced(replace(state, open_order=0, next_hours=0.0, last_done=done)),)  # anchored by the next ``due``
    after = max(_local(state.next_due, world.timezone).date(), _local(now, world.timezone).date())
    return (PlanAdvanced(replace(state, open_order=0, next_due=_next(plan, state, after, world.timezone), last_done=done)),)


def _anchored(plan: MaintenancePlan, state: PlanState | None, now: int, hours: float | None, zone: str) -> PlanState:
    """The plan's memory with its next aim filled in, as far as that can be known now."""
    if state is None:
        state = PlanState(plan.id, first_seen=now)
    if plan.every_hours:
        if hours is not None and math.isfinite(hours) and not 0.0 < state.next_hours <= hours + plan.every_hours:
            state = replace(state, next_due=0, next_hours=hours + plan.every_hours)
        return state
    if not state.next_due:
        yesterday = _local(now, zone).date() - timedelta(days=1)
        state = replace(state, next_hours=0.0, next_due=_next(plan, state, yesterday, zone))
    return state


def _reached(plan: MaintenancePlan, state: PlanState, now: int, hours: float | None, zone: str) -> bool:
    if plan.every_hours:
        return hours is not None and 0.0 < state.next_hours <= hours
    return now >= _lead(plan, state.next_due, zone)


def _busy(world: World, state: PlanState) -> bool:
    order = world.orders.get(state.open_order)
    return order is not None and order.state not in FINISHED


def _order(plan: MaintenancePlan, state: PlanState, number: int, now: int) -> Order:
    """The order of a plan. A running-hours order is due ``lead_days`` after the counter reached its aim."""
    return Order(
        number=number,
        kind=OrderKind.PREVENTIVE,
        title=plan.title,
        equipment=plan.equipment,
        priority=plan.priority,
        created_at=now,
        stamps={OrderState.ACCEPTED: Stamp(at=now, by="", entered_at=now, entered_by="")},
        plan=plan.id,
        due_at=state.next_due or now + plan.lead_days * DAY,
        assignee=plan.assignee,
        checklist=tuple(CheckItem(text) for text in plan.checklist),
    )


def _next(plan: MaintenancePlan, state: PlanState, after: date, zone: str) -> int:
    """The first due moment of the plan's rhythm on a date later than ``after``."""
    seen = _local(state.first_seen, zone).date()
    start = date.fromisoformat(plan.first_due) if plan.first_due else _turn(plan, seen, 1)
    if start > after:
        return _moment(start, zone)
    # Begin a little before the answer: a plan may be years old.
    passed = (after - start).days // (plan.every_days or 31 * plan.every_months)
    origin, shift = (start, 0) if plan.first_due else (seen, 1)  # month ends are clamped from the very first date
    return next(_moment(day, zone) for turn in count(passed) if (day := _turn(plan, origin, turn + shift)) > after)


def _turn(plan: MaintenancePlan, origin: date, turn: int) -> date:
    """``turn`` intervals after ``origin``; the day is clamped to the month's last one."""
    if plan.every_days:
        return origin + timedelta(days=plan.every_days * turn)
    year, month = divmod(origin.year * 12 + origin.month - 1 + plan.every_months * turn, 12)
    return date(year, month + 1, min(origin.day, calendar.monthrange(year, month + 1)[1]))


def _lead(plan: MaintenancePlan, due_at: int, zone: str) -> int:
    """When the order for ``due_at`` is raised: that many local days earlier, at the same hour."""
    return _moment(_local(due_at, zone).date() - timedelta(days=plan.lead_days), zone)


def _moment(day: date, zone: str) -> int:
    """08:00 of a local date as UTC ns."""
    moment = datetime.combine(day, time(DUE_HOUR), ZoneInfo(zone))
    return round((moment - _EPOCH) / timedelta(seconds=1)) * SECOND


def _local(moment: int, zone: str) -> datetime:
    return (_EPOCH + timedelta(seconds=moment // SECOND)).astimezone(ZoneInfo(zone))
