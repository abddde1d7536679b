"""Saving plans, moving turns and editing working days: who may, and what has to be right before it counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise, product

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.estate import ValueKind
from console.domain.maintenance.calendars import CalendarYear
from console.domain.maintenance.planning import Chain, Level, Plan, TurnChange, change_id, is_date, point_id, stamped
from console.domain.maintenance.planning_turns import LOOK_AHEAD, NEVER, interval, turn_after, visits
from console.domain.plans import CONDITIONS, SHIFTS, Condition, MaintenancePlan, Span
from console.domain.problems import Refused
from console.domain.schedule import FINISHED, book, local_day, ordinal, waiting
from console.domain.text import Text
from console.domain.times import DAY

MOST_LEVELS = 8
MOST_DAYS = 3660  # of an interval: ten years
MOST_MONTHS = 120
MOST_LEAD = 366  # days, of lead and grace
LONGEST_HOLD = 31 * DAY
TREND_DAYS = range(3, 366)
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MONTH_DAY = re.compile(r"\d\d-\d\d")


def judge_plan(act: Act, plan: Plan, present: Plan | None) -> Plan:
    """A plan as it is to be kept."""
    act.require(Right.PLAN_MAINTENANCE)
    if plan.ended_at:
        return plan
    title = Text(words(plan.title.zh), words(plan.title.en))
    demanded(title.zh or title.en, "plans.refused.title")
    name = title.zh or title.en
    if not 1 <= len(plan.levels) <= MOST_LEVELS:
        raise Refused("plans.refused.levels", plan=name, most=MOST_LEVELS)
    levels = tuple(_level(level, name) for level in plan.levels)
    keys = [level.key for level in levels]
    if len(set(keys)) < len(keys):
        raise Refused("plans.refused.key_twice", plan=name)
    dated = [interval(level) for level in levels if level.every_days or level.every_months]
    if any(length >= following for length, following in pairwise(dated)):
        raise Refused("plans.refused.level_order", plan=name)
    if plan.priority not in range(1, 5):
        raise Refused("refused.priority", priority=plan.priority)
    if plan.shift not in SHIFTS or any(month not in range(1, 13) for month in plan.months):
        raise Refused("plans.refused.season", plan=name)
    _spans(plan.blackouts, name)
    plan = replace(plan, title=title, levels=levels, note=words(plan.note), months=tuple(sorted(set(plan.months))))
    _machines(act, plan, name)
    if present is None:
        number = act.number("plan")
        plan = replace(plan, id=f"plan-{number}", number=number, at=act.now)
    machine = plan.machines[0].id if len(plan.machines) == 1 else ""
    return replace(plan, equipment=machine, at=plan.at or act.now)


def check_plans(_act: Act, plans: Sequence[Plan]) -> None:
    """No machine has a level of the same key in two plans of one saving, either (:func:`_machines` sees those that are kept)."""
    seen: set[tuple[str, str]] = set()
    for plan in plans:
        if plan.ended_at:
            continue
        own = set(product((machine.id for machine in plan.machines), (level.key for level in plan.levels)))
        for machine, level in own & seen:
            raise Refused("plans.refused.taken", equipment=machine, level=level, plan=plan.title.zh or plan.title.en)
        seen |= own


def judge_turn(act: Act, change: TurnChange, _present: TurnChange | None) -> TurnChange:
    """A move or a skip of one turn."""
    act.require(Right.PLAN_MAINTENANCE)
    if change.ended_at:
        return replace(change, ended_at=act.now)
    reason = demanded(change.reason, "refused.reason_missing")
    world = act.world
    chain = next((chain for chain in world.chains if carrier(chain).id == change.plan), None)
    if chain is None or not is_date(change.turn):
        raise Refused("plans.refused.turn_unknown", turn=change.turn)
    plan = carrier(chain)
    turn = ordinal(change.turn)
    states = [waiting(each, world.plans.get(each.id), local_day(act.now, world.timezone), world.timezone) for each in chain]
    first = states[chain.index(plan)].turn
    plain = book(world)._replace(changes={})
    rhythm = [visit.turn for visit in visits(chain, states, plain, turn + interval(plan) * 2 + LOOK_AHEAD * bool(plan.months))]
    if turn not in rhythm:
        raise Refused("plans.refused.turn_unknown", turn=change.turn)
    if plan.from_completion and turn != first:
        raise Refused("plans.refused.only_next")
    memory = world.plans.get(plan.id)
    order = world.orders.get(memory.open_order) if memory is not None else None
    if turn == first and order is not None and order.state not in FINISHED:
        raise Refused("plans.refused.turn_raised", order=order.id)
    if change.to:
        if not is_date(change.to) or ordinal(change.to) < local_day(act.now, world.timezone):
            raise Refused("plans.refused.move_past")
        following = rhythm[rhythm.index(turn) + 1] if turn != rhythm[-1] else NEVER
        if ordinal(change.to) >= following:
            raise Refused("plans.refused.move_far", following=date.fromordinal(following).isoformat())
    return replace(
        change, id=change_id(change.plan, change.turn), reason=reason, by=act.actor.name, at=act.now, equipment=plan.equipment
    )


def judge_calendar(act: Act, year: CalendarYear, _present: CalendarYear | None) -> CalendarYear:
    """The working days of one year."""
    act.require(Right.PLAN_MAINTENANCE)
    if not re.fullmatch(r"20\d\d", year.id):
        raise Refused("plans.refused.year", year=year.id)
    for day in year.days:
        if not is_date(day.day) or not day.day.startswith(year.id):
            raise Refused("plans.refused.day", day=day.day, year=year.id)
    if len({day.day for day in year.days}) < len(year.days):
        raise Refused("plans.refused.day_twice", year=year.id)
    return replace(year, days=tuple(sorted(year.days, key=lambda each: each.day)), at=act.now)


def carrier(chain: Chain) -> MaintenancePlan:
    """The level whose turns are the visits."""
    return next((plan for plan in chain if plan.dated), chain[0])


def _level(level: Level, plan: str) -> Level:
    title = Text(words(level.title.zh), words(level.title.en))
    name = title.zh or title.en or level.key
    if not _KEY.fullmatch(level.key) or not (title.zh or title.en):
        raise Refused("plans.refused.level_name", plan=plan, level=name)
    if not level.triggered:
        raise Refused("plans.refused.no_trigger", plan=plan, level=name)
    if level.every_days and level.every_months:
        raise Refused("plans.refused.two_intervals", plan=plan, level=name)
    if not (0 <= level.every_days <= MOST_DAYS and 0 <= level.every_months <= MOST_MONTHS):
        raise Refused("plans.refused.interval", plan=plan, level=name, days=MOST_DAYS, months=MOST_MONTHS)
    if not (0 <= level.lead_days <= MOST_LEAD and 0 <= level.grace_days <= MOST_LEAD):
        raise Refused("plans.refused.lead", plan=plan, level=name, most=MOST_LEAD)
    if not 0 <= level.hours < math.inf:
        raise Refused("plans.refused.hours", plan=plan, level=name)
    for meter in level.meters:
        if not (0 < meter.every < math.inf and 0 <= meter.wrap < math.inf) or not meter.point:
            raise Refused("plans.refused.meter", plan=plan, level=name)
    for condition in level.conditions:
        if not _sound(condition):
            raise Refused("plans.refused.condition", plan=plan, level=name)
    return replace(level, title=title)


def _sound(condition: Condition) -> bool:
    if condition.kind not in CONDITIONS or not condition.point or not math.isfinite(condition.limit):
        return False
    if condition.trend:
        return condition.days in TREND_DAYS and condition.limit > 0
    return 0 <= condition.hold <= LONGEST_HOLD


def _spans(spans: Iterable[Span], plan: str) -> None:
    for span in spans:
        once = is_date(span.since) and is_date(span.until) and span.since <= span.until
        yearly = all(_MONTH_DAY.fullmatch(day) and is_date(f"2024-{day}") for day in (span.since, span.until))
        if not once and not (yearly and _shorter_than_a_year(span)):
            raise Refused("plans.refused.blackout", plan=plan, since=span.since, until=span.until)


def _shorter_than_a_year(span: Span) -> bool:
    since, until = ordinal(f"2024-{span.since}"), ordinal(f"2024-{span.until}")
    return (until - since) % 366 < 365


def _machines(act: Act, plan: Plan, name: str) -> None:
    """The machines exist, have what is counted, and no other plan of the console has a level of the same key for them."""
    world = act.world
    if not plan.machines:
        raise Refused("plans.refused.no_machine", plan=name)
    taken = {
        f"{machine.id}/{level.key}": other
        for other in world.records(Plan).values()
        if other.id != plan.id
        for machine in other.machines
        for level in other.levels
    }
    seen: set[str] = set()
    for machine in plan.machines:
        if not world.knows(machine.id) or machine.id in seen:
            raise Refused("refused.equipment_unknown", equipment=machine.id)
        seen.add(machine.id)
        if machine.first_due and not is_date(machine.first_due):
            raise Refused("plans.refused.first_due", plan=name, equipment=machine.id, date=machine.first_due)
        for level in plan.levels:
            other = taken.get(f"{machine.id}/{level.key}")
            if other is not None:
                raise Refused("plans.refused.taken", equipment=machine.id, level=level.key, plan=other.name)
            _points(act, level, machine.id, name)
    if not plan.months:
        return
    seen.clear()
    today = local_day(act.now, world.timezone)
    for made in stamped(plan):  # a season that no turn of the rhythm falls into
        if made.dated and made.rhythm not in seen:
            seen.add(made.rhythm)
            if turn_after(made, today, today - 1) == NEVER:
                raise Refused("plans.refused.never", plan=name, equipment=made.equipment)


def _points(act: Act, level: Level, machine: str, plan: str) -> None:
    for meter in level.meters:
        point = act.world.points.get(point_id(machine, meter.point))
        if point is None or point.kind not in (ValueKind.COUNTER, ValueKind.ANALOG):
            raise Refused("plans.refused.point", plan=plan, equipment=machine, point=meter.point)
    for condition in level.conditions:
        point = act.world.points.get(point_id(machine, condition.point))
        if point is None or point.kind is ValueKind.TEXT:
            raise Refused("plans.refused.point", plan=plan, equipment=machine, point=condition.point)
