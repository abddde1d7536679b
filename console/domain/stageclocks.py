"""The clock of the stage that an order waits in: until when the next stage is to be entered (R-WO-06, R-SLA-12 to 14).

A stage's clock starts when the stage before it was reached, stops with the next one and stands still during a hold. 核实 may be
left out: 派工 then has the time of both. Where a stage has no limit of its own the order's due time is its deadline. An
appointment (``agreed_at``) replaces the arrival limit; for P1 and P2 it may only shorten it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from console.domain.orders import STAGES, Order, OrderState
from console.domain.stages import ZONES, StagePolicy

S = OrderState
_URGENT = 2  # an appointment may shorten the arrival limit of P1 and P2, never lengthen it


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage's clock; UTC ns and ns. ``stage`` is the one that is awaited (or was reached at ``stopped_at``)."""

    stage: OrderState
    since: int
    deadline: int
    remaining: int
    percent: float
    breached: bool
    held: bool = False
    by_due: bool = False  # the deadline is the order's due time
    stopped_at: int | None = None

    @property
    def running(self) -> bool:
        """True until the stage is entered; a held clock counts as running."""
        return self.stopped_at is None


def awaited(order: Order) -> OrderState | None:
    """The stage that comes next; None: the order has ended."""
    if not order.open:
        return None
    return STAGES[STAGES.index(order.state) + 1]


def stage_clock(order: Order, policy: StagePolicy, now: int) -> StageView | None:
    """The clock that runs now; None: the order has ended, or nothing limits this stage."""
    stage = awaited(order)
    return None if stage is None else _view(order, policy, order.state, stage, now)


def stage_story(order: Order, policy: StagePolicy) -> tuple[StageView, ...]:
    """Every stage that was reached, with the time that it took against its limit; stages without a limit are left out."""
    reached = [stage for stage in STAGES if stage in order.stamps]
    views = (_view(order, policy, before, stage, order.stamps[stage].at) for before, stage in pairwise(reached))
    return tuple(replace(view, stopped_at=order.stamps[view.stage].at, held=False) for view in views if view is not None)


def _reached(order: Order, state: OrderState) -> int:
    """When ``state`` was reached: its stamp, else the last one before it."""
    place = STAGES.index(state)
    return max((order.stamps[stage].at for stage in STAGES[: place + 1] if stage in order.stamps), default=order.created_at)


def _limit(order: Order, policy: StagePolicy, before: OrderState, stage: OrderState) -> int | None:
    """The limits of all stages after ``before`` up to ``stage``; None if one of them has none."""
    limits = policy.limits(order.priority)
    steps = [limits.limit(each) for each in STAGES[STAGES.index(before) + 1 : STAGES.index(stage) + 1]]
    return None if any(step is None for step in steps) else sum(step for step in steps if step is not None)


def _view(order: Order, policy: StagePolicy, before: OrderState, stage: OrderState, now: int) -> StageView | None:
    since, limit = _reached(order, before), _limit(order, policy, before, stage)
    paused = _paused(order, since, now)
    deadline = since + limit + paused if limit is not None else 0
    by_due = not deadline and stage not in (S.ACCEPTANCE, S.ARCHIVED)
    if by_due:
        deadline = order.due_at
    if stage is S.ON_SITE and order.agreed_at:
        deadline = min(deadline or order.agreed_at, order.agreed_at) if order.priority <= _URGENT else order.agreed_at
    zone = ZONES.get(order.zone)
    if zone is not None and stage in (S.VERIFIED, S.DISPATCHED, S.ASSIGNED, S.ON_SITE):
        promised = order.created_at + (zone.arrive if stage is S.ON_SITE else zone.respond)
        deadline = min(deadline or promised, promised)
    if not deadline:
        return None
    return StageView(
        stage=stage,
        since=since,
        deadline=deadline,
        remaining=deadline - now,
        percent=100.0 * max(0, now - since - paused) / max(1, deadline - since - paused),
        breached=now >= deadline,
        held=order.held and order.priority > 1,
        by_due=by_due and deadline == order.due_at,
    )


def _paused(order: Order, since: int, until: int) -> int:
    """The held time within the stage, never for P1."""
    if order.priority <= 1:
        return 0
    return sum(max(0, min(hold.until or until, until) - max(hold.since.at, since)) for hold in order.holds)
