"""What the plans will ask for: every visit of the next months, and the hours of work by week and team. Pure.

A visit stands on the day on which it is due. What counts from completion is foreseen as if it were always done on its day;
what counts on a counter, where a rate (units a day) is given, as if that went on; conditions cannot be foreseen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from console.domain.maintenance.planning import Chain
from console.domain.maintenance.planning_turns import Calendar, Visit, visits
from console.domain.orders import Order
from console.domain.plans import MaintenancePlan, PlanState
from console.domain.schedule import FINISHED, waiting

MONTHS = 24
HORIZON = 731  # days: 24 months with a leap day in them
SLICE = 20  # chains between two chances for others to run; 5 ms on the machine where it was measured


class Foreseen(NamedTuple):
    """One visit. ``chain`` is its place in the list that was foreseen; ``order``: the number of its order, if that is open already;
    ``estimated``: from a counter's rate; ``moved``: a person put it there."""

    day: int
    chain: int
    turn: int
    levels: tuple[int, ...]
    order: int = 0
    moved: bool = False
    estimated: bool = False


@dataclass(frozen=True)
class Known:
    """What a forecast is made of. ``today`` is a local day; ``rates`` are units a day, ``values`` the counters' present ones."""

    plans: Mapping[str, PlanState]
    orders: Mapping[int, Order]
    calendar: Calendar
    zone: str
    today: int
    rates: Mapping[str, float]
    values: Mapping[str, float]


def foresee(chains: Sequence[Chain], known: Known, until: int) -> list[Foreseen]:
    """Every visit up to the local day ``until``, by chain; see :func:`foresee_sliced` for a caller that must not stand still."""
    found: list[Foreseen] = []
    for part in foresee_sliced(chains, known, until):
        found += part
    return found


def foresee_sliced(chains: Sequence[Chain], known: Known, until: int) -> Iterator[list[Foreseen]]:
    """The same in pieces of :data:`SLICE` chains."""
    for first in range(0, len(chains), SLICE):
        sight = _Sight(known, until)
        for place in range(first, min(first + SLICE, len(chains))):
            sight.look(chains[place], place)
        yield sight.found


class _Sight:
    """A look ahead."""

    def __init__(self, known: Known, until: int) -> None:
        self._known, self._until = known, until
        self.found: list[Foreseen] = []

    def look(self, chain: Chain, place: int) -> None:
        """At one machine's levels."""
        known = self._known
        states = [known.plans.get(plan.id) for plan in chain]
        orders = {level: number for level, state in enumerate(states) if (number := self._open(state))}
        stands = [waiting(plan, state, known.today, known.zone) for plan, state in zip(chain, states, strict=True)]
        first = len(self.found)
        # a visit may be moved to before the end from a turn after it
        for day, turn, levels, turns, moved in visits(chain, stands, known.calendar, self._until + 31):
            if day <= self._until:
                last = levels[-1]
                number = orders.get(last, 0) if orders and turns[-1] == stands[last].turn else 0
                self.found.append(Foreseen(day, place, turn, levels, number, moved))
        for level, plan in enumerate(chain):
            state = states[level]
            if plan.counters and state is not None:
                turned = self._counted(plan, state)
                if plan.dated and turned:  # the counter is always first: its turns take the place of the dates
                    self.found[first:] = [each for each in self.found[first:] if each.levels != (level,)]
                number = orders.get(level, 0)
                for day in turned:
                    self.found.append(Foreseen(day, place, day, (level,), number, estimated=True))
                    number = 0

    def _open(self, state: PlanState | None) -> int:
        """The number of the plan's order, if it is to be done yet."""
        order = self._known.orders.get(state.open_order) if state is not None and state.open_order else None
        return order.number if order is not None and order.state not in FINISHED else 0

    def _counted(self, plan: MaintenancePlan, state: PlanState) -> range:
        """The days on which the first counter will come to its aim, if that is before the plan's dates."""
        known = self._known
        every = plan.every_days or plan.every_months * 30.4
        for meter in plan.counters:
            aim, rate, value = state.aims.get(meter.point), known.rates.get(meter.point, 0.0), known.values.get(meter.point)
            if aim is None or value is None or rate <= 0 or (every and meter.every / rate >= every):
                continue
            first = known.today + max(0, math.ceil((aim.at - value) / rate))
            return range(first, self._until + 1, max(1, round(meter.every / rate)))
        return range(0)


def hours_of(chain: Chain, levels: Sequence[int]) -> float:
    """The work of one visit: that of every level that is part of it."""
    return sum(chain[level].hours for level in levels)


def top(chain: Chain, visit: Foreseen | Visit) -> MaintenancePlan:
    """The level that names the visit."""
    return chain[visit.levels[-1]]


def week_of(day: int) -> int:
    """The Monday of a day's week."""
    return day - (day + 6) % 7


def workload(chains: Sequence[Chain], foreseen: Sequence[Foreseen]) -> dict[tuple[int, str], tuple[float, int]]:
    """Hours and visits by (Monday, team). A plan without hours counts as a visit without work."""
    found: dict[tuple[int, str], tuple[float, int]] = {}
    for visit in foreseen:
        chain = chains[visit.chain]
        key = (visit.day - (visit.day + 6) % 7, chain[visit.levels[-1]].team)
        hours, count = found.get(key, (0.0, 0))
        found[key] = (hours + hours_of(chain, visit.levels), count + 1)
    return found


def overdue(chain: Chain, visit: Foreseen, today: int) -> bool:
    """Its day and its grace are over."""
    return visit.day + top(chain, visit).grace_days < today
