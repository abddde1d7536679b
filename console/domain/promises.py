"""The five response clocks of a fault: what was promised, what is left, what is broken (requirements.md §11).

A clock starts when the console detected the fault (``opened_at``) and is stopped by one stamp:

=========== =====================================================================
acknowledge the fault's ``taken``
respond     the order's stamp ASSIGNED (接单)
on_site     the order's stamp ON_SITE (到场)
restored    the order's ``restored``
repaired    the order's stamp SELF_CHECK (自检)
=========== =====================================================================

Closing the fault stops whatever still runs. A cancelled order stops nothing while its fault is open: nobody is on the way, so
the clocks run on until a new order's stages stop them. A hold pauses the last four clocks and is reported apart
(``paused``), never for P1. A clock that reaches its limit is broken at that very nanosecond.

Deadlines, not ticks: :func:`next_mark_at` says when something is to be announced, :func:`announce` says it.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from console.domain.events import FaultClockWarned
from console.domain.faults import Clock, Fault, ResponsePolicy
from console.domain.orders import Order, OrderState

BREACH = 100  # percent of a limit

_STAGE = {Clock.RESPOND: OrderState.ASSIGNED, Clock.ON_SITE: OrderState.ON_SITE, Clock.REPAIRED: OrderState.SELF_CHECK}


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock at one moment; times UTC ns, durations ns.

    ``deadline`` is detection + limit + paused: it moves on while ``held``. ``remaining`` is negative once broken; for a stopped
    clock it is what was left. ``percent`` of the limit that was used. ``stopped_at`` None: it runs (or is held).
    """

    clock: Clock
    limit: int
    deadline: int
    stopped_at: int | None
    remaining: int
    percent: float
    breached: bool
    paused: int
    held: bool = False

    @property
    def running(self) -> bool:
        """True until it is stopped; a held clock counts as running."""
        return self.stopped_at is None


def clocks(fault: Fault, order: Order | None, now: int) -> tuple[ClockView, ...]:
    """The clocks that this fault's priority has, in the order in which they are kept. ``order`` is the fault's present order."""
    return tuple(_view(fault, order, clock, limit, now) for clock in Clock if (limit := fault.limits.limit(clock)) is not None)


def nearest(fault: Fault, order: Order | None, now: int) -> ClockView | None:
    """The running clock with the least time left: the most broken one first, then the one closest to its end."""
    return min((view for view in clocks(fault, order, now) if view.running), key=lambda view: view.remaining, default=None)


def due_marks(fault: Fault, order: Order | None, policy: ResponsePolicy, now: int) -> list[tuple[Clock, int]]:
    """Every mark (clock, percent) that was reached and not yet announced, all at once after a gap.

    A clock that was stopped past its limit still owes its breach; its warnings are of no use any more.
    """
    if not fault.open:
        return []
    found: list[tuple[Clock, int]] = []
    for view in clocks(fault, order, now):
        elapsed = view.limit - view.remaining
        for percent in _marks(policy):
            reached = elapsed * 100 >= view.limit * percent
            if reached and (view.running or percent == BREACH) and (view.clock, percent) not in fault.marks:
                found.append((view.clock, percent))
    return found


def announce(fault: Fault, order: Order | None, policy: ResponsePolicy, now: int) -> tuple[FaultClockWarned, ...]:
    """:func:`due_marks` as events, each with the fault as it is after it."""
    events: list[FaultClockWarned] = []
    for clock, percent in due_marks(fault, order, policy, now):
        fault = msgspec.structs.replace(fault, marks=(*fault.marks, (clock, percent)), revision=fault.revision + 1)
        events.append(FaultClockWarned(fault, clock, percent))
    return tuple(events)


def next_mark_at(fault: Fault, order: Order | None, policy: ResponsePolicy) -> int | None:
    """When the next mark is reached (UTC ns, may be past), if nothing happens before; ``None``: none to come.

    A held clock has none until the hold ends.
    """
    if not fault.open:
        return None
    moments: list[int] = []
    for view in clocks(fault, order, fault.opened_at):
        if view.running and not view.held:
            start = fault.opened_at + _paused(fault, order, view.clock, None)
            said = {percent for clock, percent in fault.marks if clock is view.clock}
            moments += [start - (-view.limit * percent // 100) for percent in _marks(policy) if percent not in said]
    return min(moments, default=None)


def repair_runs(fault: Fault, order: Order | None) -> bool:
    """True while the work on ``fault`` goes on: it is open and its order is neither cancelled nor past its self-check."""
    return fault.open and order is not None and order.open and _stopped(fault, order, Clock.REPAIRED) is None


def _marks(policy: ResponsePolicy) -> tuple[int, ...]:
    return (*sorted({percent for percent in policy.warn_percent if percent < BREACH}), BREACH)


def _view(fault: Fault, order: Order | None, clock: Clock, limit: int, now: int) -> ClockView:
    stopped = _stopped(fault, order, clock)
    end = now if stopped is None else stopped
    paused = _paused(fault, order, clock, end)
    elapsed = max(0, end - fault.opened_at - paused)
    return ClockView(
        clock=clock,
        limit=limit,
        deadline=fault.opened_at + limit + paused,
        stopped_at=stopped,
        remaining=limit - elapsed,
        percent=100.0 * elapsed / max(limit, 1),
        breached=elapsed >= limit,
        paused=paused,
        held=stopped is None and _pausable(fault, order, clock) is not None and order is not None and order.held,
    )


def _counting(fault: Fault, order: Order | None) -> Order | None:
    """The order whose stamps count: a cancelled one only once the fault is closed."""
    return None if order is None or (order.state is OrderState.CANCELLED and fault.open) else order


def _stopped(fault: Fault, order: Order | None, clock: Clock) -> int | None:
    stamp = None
    counting = _counting(fault, order)
    if clock is Clock.ACKNOWLEDGE:
        stamp = fault.taken
    elif counting is not None:
        stamp = counting.restored if clock is Clock.RESTORED else counting.stamps.get(_STAGE[clock])
    if stamp is not None:
        return stamp.at
    return None if fault.open else fault.closed_at


def _pausable(fault: Fault, order: Order | None, clock: Clock) -> Order | None:
    """The order whose holds pause ``clock``."""
    return None if clock is Clock.ACKNOWLEDGE or fault.priority == 1 else _counting(fault, order)


def _paused(fault: Fault, order: Order | None, clock: Clock, end: int | None) -> int:
    """The held time before ``end``; with ``None`` that of all holds that are over."""
    pausing = _pausable(fault, order, clock)
    total = 0
    for hold in () if pausing is None else pausing.holds:
        until = hold.until if end is None else min(hold.until or end, end)
        total += max(0, until - hold.since.at)
    return total
