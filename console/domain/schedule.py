"""Preventive orders: raised when they are due by date, counter or condition, once each (R-PM-01, R-PM-02, R-PM-03).

Dates are the site's local ones; every due date stands for 08:00 in the site's time zone. How they follow each other, and how nested
levels share one visit, is told in :mod:`console.domain.maintenance.planning_turns`.

After an order is finished (verified, archived or cancelled) its plan waits for the first turn after both the finished one and
the day of its completion: work that was late never leads to a pile of orders for visits that were missed (they are counted).
While an order is not finished no second one is raised for the plan, nor for a smaller level whose work it includes; its number
is part of the plans' memory and committed with the order, so a restart raises nothing twice and leaves nothing out.

Counters count from their value when the plan was first seen, and again from their value after each finished order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from console.domain.events import Event, OrderRaised, PlanAdvanced, RecordSaved
from console.domain.maintenance.calendars import CalendarYear, WorkingDays
from console.domain.maintenance.planning import Chain, TurnChange, change_id, point_id
from console.domain.maintenance.planning_meters import follow, met, reached, watched
from console.domain.maintenance.planning_turns import (
    LOOK_AHEAD,
    NEVER,
    Calendar,
    Visit,
    Waiting,
    completed,
    interval,
    turn_after,
    turns,
    visits,
)
from console.domain.orders import CheckItem, Order, OrderKind, OrderState
from console.domain.plans import Aim, MaintenancePlan, PlanState
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, SECOND
from console.domain.world import World

DUE_HOUR = 8  # local: the day shift of the maintenance team begins
FINISHED = frozenset({OrderState.ACCEPTANCE, OrderState.ARCHIVED, OrderState.CANCELLED})
DATE = "date"  # ``PlanState.why`` of an order that its date asked for

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Mapping[str, float] = {}


def due(
    world: World,
    now: int,
    values: Mapping[str, float],
    changes: Mapping[str, float] = _NOTHING,
    among: Iterable[Chain] | None = None,
) -> tuple[Event, ...]:
    """What the plans ask for at ``now``: orders to raise and plans to remember.

    ``values`` maps points to their last usable value; a counter whose point is missing waits. ``changes`` are the trends that
    conditions ask for (percent, by ``plan#place``). ``among``: only these chains, whole; all of them otherwise. Apply the events
    before the next call.
    """
    run = _Run(world, now, values, changes, book(world), today_of(now, world.timezone), world.next_order)
    for chain in world.chains if among is None else among:
        run.look(chain)
    return tuple(run.events)


def wake_at(world: World) -> int | None:
    """When the next plan with dates wants :func:`due` (UTC ns); new plans, counters and conditions are not known here."""
    calendar = book(world)
    found: int | None = None
    for chain in world.chains:
        states = [world.plans[plan.id] for plan in chain if plan.id in world.plans]
        if len(states) == len(chain):
            visit = _next_visit(chain, states, calendar, world.timezone)
            if visit is not None and not _busy(world, states[visit.levels[0]]):
                moment = moment_of(visit.day - chain[visit.levels[-1]].lead_days, world.timezone)
                found = moment if found is None else min(found, moment)
    return found


def finished(world: World, order: Order, now: int) -> tuple[PlanAdvanced, ...]:
    """The memory of the plans whose work ``order`` was, after it was verified or cancelled; nothing if they wait for another one.

    A cancelled order skips this turn: ``last_done`` stays.
    """
    if not order.plan:
        return ()
    held = {state.plan: state for state in world.plans.values() if state.open_order == order.number}
    if not held:
        return ()
    for plan, state in held.items():
        held[plan] = _after(world, state, order, now)
    chain = next((chain for chain in world.chains if any(plan.id in held for plan in chain)), ())
    states = [held.get(plan.id) or world.plans.get(plan.id) or PlanState(plan.id, 0) for plan in chain]
    visit = _next_visit(chain, states, book(world), world.timezone) if chain else None
    if visit is not None and (first := chain[visit.levels[0]].id) in held:
        held[first] = replace(held[first], next_due=moment_of(visit.day, world.timezone))
    return tuple(PlanAdvanced(state) for state in held.values())


def book(world: World) -> Calendar:
    """What moves dates."""
    changes = world.records(TurnChange).values()
    return Calendar(
        WorkingDays(world.records(CalendarYear).values()),
        {(each.plan, ordinal(each.turn)): each for each in changes},
    )


def waiting(plan: MaintenancePlan, state: PlanState | None, today: int, zone: str) -> Waiting:
    """Where a plan stands, for :func:`visits`. ``today`` is when a plan that nobody has seen yet would be seen."""
    if state is None or not state.first_seen:
        return Waiting(today)
    origin = local_day(state.first_seen, zone)
    if state.rhythm and state.rhythm != plan.rhythm:  # its dates were changed: the first turn of the new rhythm that is to come
        done = local_day(state.last_done, zone) if state.last_done else 0
        if done and plan.from_completion:
            return Waiting(origin, completed(plan, done))
        return Waiting(origin, turn_after(plan, origin, max(today - 1, done)))
    if state.turn:
        return Waiting(origin, ordinal(state.turn), ordinal(state.placed) if state.placed and not state.open_order else 0)
    if state.next_due:  # from a store in which the turn was not kept
        return Waiting(origin, local_day(state.next_due, zone))
    return Waiting(origin, turn_after(plan, origin, today - 1))


@lru_cache(8192)
def moment_of(day: int, zone: str) -> int:
    """08:00 of a local day as UTC ns; 0 for a day that never comes."""
    if day >= NEVER:
        return 0
    moment = datetime.combine(date.fromordinal(day), time(DUE_HOUR), ZoneInfo(zone))
    return round((moment - _EPOCH) / timedelta(seconds=1)) * SECOND


def combined(chain: Chain, levels: Iterable[int]) -> tuple[CheckItem, ...]:
    """The checklist of one visit: what the smaller levels ask for comes first, and a line that several ask for comes once."""
    lines: dict[Text, CheckItem] = {}
    for place in levels:
        for line in chain[place].lines:
            lines.setdefault(line.text, line)
    return tuple(lines.values())


@dataclass(slots=True)
class _Run:
    """One look at the plans. ``today``: the last local day whose 08:00 is over."""

    world: World
    now: int
    values: Mapping[str, float]
    changes: Mapping[str, float]
    calendar: Calendar
    today: int
    number: int
    events: list[Event] = field(default_factory=list)

    def look(self, chain: Chain) -> None:
        """Raise what this machine's levels ask for, as one order."""
        world = self.world
        known = [world.plans.get(plan.id) for plan in chain]
        states = [self._anchored(plan, state) for plan, state in zip(chain, known, strict=True)]
        visit = _next_visit(chain, states, self.calendar, world.timezone)
        self._remember_date(states, visit)
        asked = self._asked(chain, states, visit)
        if asked:
            self._raise(chain, states, visit, asked)
        for before, state in zip(known, states, strict=True):
            if state != before:
                self.events.append(PlanAdvanced(state))

    def _anchored(self, plan: MaintenancePlan, state: PlanState | None) -> PlanState:
        """The plan's memory with its next aims filled in, as far as they can be known now."""
        if state is None:
            state = PlanState(plan.id, first_seen=self.now)
        counters = plan.counters
        if counters or state.aims or state.next_hours:
            state = self._counted(plan, state)
        if plan.conditions or state.since:
            since = watched(plan.conditions, state.since, self.values, self.now)
            if since != state.since:
                state = replace(state, since=since)
        if not plan.dated:
            return replace(state, next_due=0, turn="", rhythm="") if state.next_due or state.turn or state.rhythm else state
        if state.turn and (state.rhythm == plan.rhythm or _busy(self.world, state)):
            return state
        zone = self.world.timezone
        turn = waiting(plan, state, local_day(self.now, zone), zone).turn
        return replace(state, turn=_iso(turn), rhythm=plan.rhythm, next_due=moment_of(turn, zone))

    def _counted(self, plan: MaintenancePlan, state: PlanState) -> PlanState:
        aims: dict[str, Aim] = {}
        for meter in plan.counters:
            aim = state.aims.get(meter.point)
            if aim is None and meter.point == plan.hours_point and state.next_hours and not state.aims:
                aim = Aim(state.next_hours, max(0.0, state.next_hours - meter.every))  # from a store that kept the aim alone
            found = follow(meter, aim, self.values.get(meter.point))
            if found is not None:
                aims[meter.point] = found
        first = next((aims[meter.point].at for meter in plan.counters if meter.point in aims), 0.0)
        return state if aims == state.aims and first == state.next_hours else replace(state, aims=aims, next_hours=first)

    def _remember_date(self, states: list[PlanState], visit: Visit | None) -> None:
        """What the screens show: the next visit's turn as it comes to lie, the other levels' as the rhythm has them."""
        if visit is None:
            return
        place = visit.levels[0]
        moment = moment_of(visit.day, self.world.timezone)
        if states[place].next_due != moment and not _busy(self.world, states[place]):
            states[place] = replace(states[place], next_due=moment)

    def _asked(self, chain: Chain, states: list[PlanState], visit: Visit | None) -> dict[int, str]:
        """The levels that are due now, each with why."""
        found: dict[int, str] = {}
        if visit is not None and not _busy(self.world, states[visit.levels[0]]):
            top = chain[visit.levels[-1]]
            if visit.day - top.lead_days <= self.today:
                found = {place: DATE for place in visit.levels if not _busy(self.world, states[place])}
        for place, (plan, state) in enumerate(zip(chain, states, strict=True)):
            if place in found or not (state.aims or plan.conditions) or _busy(self.world, state):
                continue
            why = self._triggered(plan, state)
            if why:
                found[place] = why
        return found

    def _triggered(self, plan: MaintenancePlan, state: PlanState) -> str:
        for meter in plan.counters:
            if reached(state.aims.get(meter.point), self.values.get(meter.point)):
                return meter.point
        place = met(plan.conditions, state.since, self.changes, plan.id, self.now) if plan.conditions else None
        return "" if place is None else f"condition:{place}"

    def _raise(self, chain: Chain, states: list[PlanState], visit: Visit | None, asked: dict[int, str]) -> None:
        top = max(asked)
        plan = chain[top]
        dated = asked[top] == DATE
        zone = self.world.timezone
        due_at = moment_of(visit.day, zone) if dated and visit is not None else self.now + plan.lead_days * DAY
        # whatever lies below is part of the work: what is due now, and what begins anew when this is done anyway
        included = [place for place in range(top) if place in asked or self._begins_anew(chain[place], states[place])]
        self.events.append(OrderRaised(_order(chain, (*included, top), self.number, self.now, due_at)))
        for place in (*included, top):
            state = replace(states[place], open_order=self.number, why=asked.get(place, asked[top]))
            if visit is not None and dated and place == visit.levels[0]:
                state = replace(state, turn=_iso(visit.turn), placed=_iso(visit.day))
            states[place] = state
        self.number += 1
        if visit is not None and dated:
            self._end_changes(chain[visit.levels[0]].id, visit.turn)

    def _begins_anew(self, plan: MaintenancePlan, state: PlanState) -> bool:
        return plan.from_completion and not _busy(self.world, state)

    def _end_changes(self, plan: str, turn: int) -> None:
        """Moves and skips of turns that are over have done their work."""
        kept = self.world.records(TurnChange)
        for (of, day), _change in self.calendar.changes.items():
            if of == plan and day <= turn:
                change = kept[change_id(plan, _iso(day))]
                self.events.append(RecordSaved(replace(change, revision=change.revision + 1, ended_at=self.now), "ended"))


def _after(world: World, state: PlanState, order: Order, now: int) -> PlanState:
    """The plan's memory when its order is over; counters and conditions begin anew with the next look."""
    cancelled = order.state is OrderState.CANCELLED
    visit = order.first_due or order.due_at if state.why == DATE else 0  # what was due until that day was part of it
    done = state.last_done if cancelled else now
    state = replace(state, open_order=0, last_done=done, next_hours=0.0, aims={}, since={}, why="")
    plan = world.schedule.get(state.plan)
    if plan is None or not plan.dated:
        return state
    zone = world.timezone
    origin, today = local_day(state.first_seen, zone), local_day(now, zone)
    turn = ordinal(state.turn) if state.turn else local_day(state.next_due, zone)
    missed = 0
    if plan.from_completion:
        following = completed(plan, max(turn, today) if cancelled else today)
    else:
        following = turn_after(plan, origin, max(turn, today, local_day(visit, zone) if visit else 0))
        missed = sum(1 for each in turns(plan, Waiting(origin, turn), today) if each > turn)
    return replace(
        state, turn=_iso(following), rhythm=plan.rhythm, next_due=moment_of(following, zone), missed=state.missed + missed
    )


def _next_visit(chain: Chain, states: list[PlanState], calendar: Calendar, zone: str) -> Visit | None:
    """The first visit that the levels' memories lead to."""
    places = [waiting(plan, state, 0, zone) for plan, state in zip(chain, states, strict=True)]
    last = max((place.turn for plan, place in zip(chain, places, strict=True) if plan.dated and place.turn < NEVER), default=0)
    limit = last + LOOK_AHEAD + 2 * max(interval(plan) for plan in chain)
    return next(visits(chain, places, calendar, limit), None) if last else None


def _busy(world: World, state: PlanState) -> bool:
    order = world.orders.get(state.open_order) if state.open_order else None
    return order is not None and order.state not in FINISHED


def _order(chain: Chain, levels: tuple[int, ...], number: int, now: int, due_at: int) -> Order:
    """The order of one visit: the highest level's, with the work of all."""
    plan = chain[levels[-1]]
    return Order(
        number=number,
        kind=OrderKind.PREVENTIVE,
        title=plan.title,
        equipment=plan.equipment,
        priority=plan.priority,
        created_at=now,
        stamps={OrderState.ACCEPTED: Stamp(at=now, by="", entered_at=now, entered_by="")},
        plan=plan.id,
        due_at=due_at,
        assignee=plan.assignee,
        checklist=tuple(
            replace(line, point=point_id(plan.equipment, line.point)) if line.point else line for line in combined(chain, levels)
        ),
        origin=f"plan:{plan.id}",
        skills=plan.skills,
        certificates=plan.certificates,
        safety=plan.safety,
        grace_days=plan.grace_days,
    )


def midnight_of(day: int, zone: str) -> int:
    """When a local day begins, UTC ns."""
    moment = datetime.combine(date.fromordinal(day), time(), ZoneInfo(zone))
    return round((moment - _EPOCH) / timedelta(seconds=1)) * SECOND


def today_of(now: int, zone: str) -> int:
    """The last local day whose 08:00 is over."""
    local = _local(now, zone)
    return local.date().toordinal() - (local.hour < DUE_HOUR)


@lru_cache(8192)
def local_day(moment: int, zone: str) -> int:
    """The local day of a moment."""
    return _local(moment, zone).date().toordinal()


@lru_cache(8192)
def ordinal(day: str) -> int:
    """The ordinal of a date."""
    return date.fromisoformat(day).toordinal()


@lru_cache(8192)
def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def _local(moment: int, zone: str) -> datetime:
    return (_EPOCH + timedelta(seconds=moment // SECOND)).astimezone(ZoneInfo(zone))
