"""The turns of plans as dates: one plan's rhythm, and the visits of nested levels. Days are ordinals (``date.toordinal``).

A plan's rhythm is a sequence of dates that starts at ``first_due`` (or one interval after the plan was first seen). Months are
counted from its first date, so the 31st is clamped to short months and comes back in long ones. Plans that count from
completion go on from the turn that they wait for.

Nested levels are one row of visits, at the turns of the smallest level. A higher level is done at the last visit not later than
its own turn (so never late), and that visit is its order: the smaller levels' work is part of it (TSG T5002-2017 art. 6: a higher
level contains the lower ones), their rhythm goes on undisturbed. A visit that is skipped hands what it carried to the next.

This one description serves both what is raised now (the first visit) and the forecast (all of them).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from console.domain.maintenance.calendars import WorkingDays
from console.domain.maintenance.planning import Chain, Level, TurnChange
from console.domain.plans import MaintenancePlan

NEVER = date.max.toordinal()
LOOK_AHEAD = 366 * 8 + 3  # days: a yearly turn on the 29th of February comes at least once


class Waiting(NamedTuple):
    """Where a plan stands. ``turn``: the next turn of its rhythm (0: the first one that comes); ``origin``: the day on which it was
    first seen; ``last``: the day of its last visit."""

    origin: int
    turn: int = 0
    last: int = 0


class Visit(NamedTuple):
    """One visit: on ``day``; ``turn`` is its date in the rhythm of the level that carries it. ``levels``: places in the chain
    of what is done, the highest last; ``turns`` theirs."""

    day: int
    turn: int
    levels: tuple[int, ...]
    turns: tuple[int, ...]
    moved: bool = False


class Calendar(NamedTuple):
    """What moves a date: working days, and what people decided about single turns, by plan and turn."""

    working: WorkingDays
    changes: Mapping[tuple[str, int], TurnChange]


def interval(plan: MaintenancePlan | Level) -> int:
    """About how many days lie between two turns."""
    return plan.every_days or 31 * plan.every_months


def turn_after(plan: MaintenancePlan, origin: int, after: int) -> int:
    """The first turn later than ``after`` of the rhythm that the plan had when it was first seen on ``origin``; NEVER: none
    comes."""
    return next(_rhythm(plan, origin, after, after + LOOK_AHEAD + 2 * interval(plan)), NEVER)


def completed(plan: MaintenancePlan, day: int) -> int:
    """The turn after a completion on ``day``, for a plan that counts from there."""
    return _in_season(plan, _turn(plan, day, 1))


def turns(plan: MaintenancePlan, state: Waiting, until: int) -> Iterator[int]:
    """The turns from the one that the plan waits for to ``until``."""
    if not state.turn:
        yield from _rhythm(plan, state.origin, state.origin - 1, until)
    elif plan.from_completion:  # as if each were done on its day
        at, turn = state.turn, 0
        while at <= until:
            yield at
            turn += 1
            at = _in_season(plan, _turn(plan, state.turn, turn))
    else:
        if state.turn <= until:
            yield state.turn
        yield from _rhythm(plan, state.origin, state.turn, until)


def visits(chain: Chain, states: Sequence[Waiting], calendar_: Calendar, until: int) -> Iterator[Visit]:
    """What is done on which day, the earliest turn first, up to turns on ``until``."""
    dated = [place for place, plan in enumerate(chain) if plan.dated]
    if not dated:
        return
    carrier = dated[0]
    if len(dated) == 1:
        yield from _alone(chain[carrier], carrier, states[carrier], calendar_, until)
    else:
        yield from _Nest(chain, dated, states, calendar_).visits(until)


def _alone(plan: MaintenancePlan, place: int, state: Waiting, calendar_: Calendar, until: int) -> Iterator[Visit]:
    levels = (place,)
    if not (plan.shift or plan.blackouts or calendar_.changes):
        for turn in turns(plan, state, until):
            yield Visit(turn, turn, levels, (turn,))
        return
    last = state.last
    for turn, following in _pairs(plan, state, until):
        day, moved = _placed(plan, turn, following, last, calendar_)
        if day:
            last = day
            yield Visit(day, turn, levels, (turn,), moved)


class _Nest:
    """The visits of nested levels: the smallest level's turns, and who is carried by which."""

    def __init__(self, chain: Chain, dated: list[int], states: Sequence[Waiting], calendar_: Calendar) -> None:
        self._chain, self._calendar = chain, calendar_
        self._carrier, self._higher = dated[0], dated[1:]
        self._state, self._states = states[self._carrier], states
        self._reach = interval(chain[self._carrier])
        self._rows: dict[int, Iterator[int]] = {}
        self._aims: dict[int, int] = {}
        self._handed: set[int] = set()  # levels whose visit was skipped: the next one takes them

    def visits(self, until: int) -> Iterator[Visit]:
        """In the order of their turns."""
        plan, last = self._chain[self._carrier], self._state.last
        self._rows = {place: turns(self._chain[place], self._states[place], until + self._reach) for place in self._higher}
        self._aims = {place: next(row, NEVER) for place, row in self._rows.items()}
        for turn, following in _pairs(plan, self._state, until):
            yield from self._between(turn)
            limit = min(following, turn + self._reach)
            carried = [place for place in self._higher if self._aims[place] < limit]
            day, moved = _placed(plan, turn, following, last, self._calendar)
            if not day:
                self._handed.update(carried)
                continue
            last = day
            levels = (self._carrier, *carried)
            yield Visit(day, turn, levels, (turn, *(self._aims[place] for place in carried)), moved)
            self._handed.difference_update(carried)
            self._advance(carried, day)
        self._handed.clear()
        yield from self._between(until + 1)

    def _between(self, before: int) -> Iterator[Visit]:
        """Visits of higher levels that no visit of the carrier can take: it pauses (season), or its last turn was long ago."""
        while True:
            due = [place for place in self._higher if self._aims[place] < before and place not in self._handed]
            if not due:
                return
            turn = min(self._aims[place] for place in due)
            levels = tuple(place for place in due if self._aims[place] == turn)
            day, moved = _placed(self._chain[levels[-1]], turn, NEVER, 0, self._calendar)
            if not day:  # no working day: the next visit takes them
                self._handed.update(levels)
                continue
            self._advance(levels, day)
            yield Visit(day, turn, levels, (turn,) * len(levels), moved)

    def _advance(self, levels: Iterable[int], day: int) -> None:
        """On to the turns after a visit on ``day``; those that had waited for it are done by it."""
        for place in levels:
            self._aims[place] = next(self._rows[place], NEVER)
            while self._aims[place] <= day:
                self._aims[place] = next(self._rows[place], NEVER)


def _pairs(plan: MaintenancePlan, state: Waiting, until: int) -> Iterator[tuple[int, int]]:
    """Each turn with the one after it."""
    before = 0
    for turn in turns(plan, state, until + 2 * interval(plan) + 366 * bool(plan.months)):
        if before:
            if before > until:
                return
            yield before, turn
        before = turn
    if before and before <= until:
        yield before, NEVER


def _placed(plan: MaintenancePlan, turn: int, following: int, last: int, calendar_: Calendar) -> tuple[int, bool]:
    """The day of a turn (0: there is none) and whether a person moved it. A turn that working days push to the next turn, or
    back to the visit before, falls together with it."""
    change = calendar_.changes.get((plan.id, turn)) if calendar_.changes else None
    if change is not None:
        return (date.fromisoformat(change.to).toordinal() if change.to else 0), True
    day = calendar_.working.placed(turn, plan.shift, plan.blackouts)
    if day is None or day >= following or day <= last:
        return 0, False
    return day, False


def _rhythm(plan: MaintenancePlan, seen: int, after: int, until: int) -> Iterator[int]:
    """The turns in (after, until]."""
    origin, shift = (_ordinal(plan.first_due), 0) if plan.first_due else (seen, 1)
    months = plan.months
    if plan.every_days:
        step = plan.every_days
        first = origin + shift * step
        day = first if first > after else first + ((after - first) // step + 1) * step
        if not months:
            yield from range(day, until + 1, step)
            return
        for each in range(day, until + 1, step):
            if date.fromordinal(each).month in months:
                yield each
        return
    turn = shift
    if after > origin:  # begin a little before the answer: a plan may be years old
        turn = max(shift, (after - origin) // (31 * plan.every_months))
    while (day := _turn(plan, origin, turn)) <= until:
        if day > after and (not months or date.fromordinal(day).month in months):
            yield day
        turn += 1


def _turn(plan: MaintenancePlan, origin: int, turn: int) -> int:
    """``turn`` intervals after ``origin``; the day is clamped to the month's last one."""
    if plan.every_days:
        return origin + plan.every_days * turn
    return _months_after(origin, plan.every_months * turn)


@lru_cache(65536)
def _months_after(origin: int, months: int) -> int:
    first = date.fromordinal(origin)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1])).toordinal()


def _in_season(plan: MaintenancePlan, day: int) -> int:
    """``day``, or the first of the season's next month."""
    if not plan.months:
        return day
    found = date.fromordinal(day)
    while found.month not in plan.months:
        found = date(found.year + found.month // 12, found.month % 12 + 1, 1)
    return found.toordinal()


@lru_cache(65536)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
