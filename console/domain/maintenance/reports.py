"""What a report is made of: its period, and the books of that time. Figures stand in the modules beside this one, pure.

A period is whole months of the site's calendar: one (month), three (quarter), six or twelve (year). Quarters and half-years are
those of R-KP-06 (performance is reviewed quarterly and half-yearly).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from console.domain.energy import moment
from console.domain.faults import Clock, Fault
from console.domain.kpis import FaultFacts, Verdict, facts_of
from console.domain.maintenance.cards import Card
from console.domain.maintenance.drills import Drill, DrillPlan, Training
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.parts import Part, StockMove
from console.domain.maintenance.people import Person
from console.domain.maintenance.rounds import Round
from console.domain.maintenance.vendors import Visit
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.text import Text

SPANS = (1, 3, 6, 12)  # months
REPORT, ENERGY = "report", "energy"
LEDGERS = ("fault", "repair", "maintenance", "outage", "fire_check", "hazard", "archive")
NEVER = 2**62
PAPERS = (REPORT, ENERGY, *LEDGERS)


class Period(msgspec.Struct, frozen=True):
    """``months`` whole months from ``year``-``month`` on: UTC ns [since, until)."""

    year: int
    month: int
    months: int
    since: int
    until: int

    @property
    def name(self) -> str:
        """``2026-11``, ``2026 Q4``, ``2026 H2`` or ``2026``."""
        if self.months == 1:
            return f"{self.year}-{self.month:02d}"
        part = (self.month - 1) // self.months + 1
        return {3: f"{self.year} Q{part}", 6: f"{self.year} H{part}"}.get(self.months, str(self.year))


def period(year: int, month: int, months: int, timezone: str) -> Period:
    """The span of ``months`` in which that month lies: a quarter begins in January, April, July or October."""
    if months not in SPANS or not 1 <= month <= 12 or not 1970 <= year <= 2199:
        raise ValueError(f"no period: {year}-{month}, {months} months")
    first = (month - 1) // months * months + 1
    zone = ZoneInfo(timezone)
    end = year * 12 + first - 1 + months
    return Period(year, first, months, moment(date(year, first, 1), 0, zone), moment(date(end // 12, end % 12 + 1, 1), 0, zone))


def shifted(of: Period, months: int, timezone: str) -> Period:
    """The same span so many months later."""
    at = of.year * 12 + of.month - 1 + months
    return period(at // 12, at % 12 + 1, of.months, timezone)


class Machine(msgspec.Struct, frozen=True):
    """What a report has to know of a piece of equipment. ``watched``: it has points; ``counted``: it stands for itself in the
    reliability figures (a pump of a set does not)."""

    name: Text
    system: str = ""
    place: Text = Text("")
    kind: str = ""
    watched: bool = True
    counted: bool = True


@dataclass(frozen=True)
class Books:
    """Everything that may have to do with a period and the months before it. ``now`` is when it was read (UTC ns)."""

    now: int
    orders: tuple[Order, ...] = ()
    faults: tuple[Fault, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    rounds: tuple[Round, ...] = ()
    drills: tuple[Drill, ...] = ()
    drill_plans: tuple[DrillPlan, ...] = ()
    trainings: tuple[Training, ...] = ()
    parts: tuple[Part, ...] = ()
    moves: tuple[StockMove, ...] = ()
    people: tuple[Person, ...] = ()
    cards: tuple[Card, ...] = ()
    visits: tuple[Visit, ...] = ()
    machines: Mapping[str, Machine] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def real_orders(self) -> tuple[Order, ...]:
        """Without drills (acceptance check 8: a drill is in no figure)."""
        return tuple(order for order in self.orders if not order.drill)

    @cached_property
    def _lives(self) -> tuple[tuple[int, int, Order], ...]:
        return tuple((order.created_at, _last(order), order) for order in self.real_orders)

    @cached_property
    def _chosen(self) -> dict[Period, list[Order]]:
        return {}

    def orders_of(self, of: Period) -> list[Order]:
        """Those that can be in any figure of the period. A year has tens of thousands, a month a few hundred."""
        if of not in self._chosen:
            self._chosen[of] = [order for began, last, order in self._lives if began < of.until and last >= of.since]
        return self._chosen[of]


def _last(order: Order) -> int:
    """The last moment that counts for anything."""
    if not done_at(order) and order.cancelled is None:
        return NEVER
    told = [stamp.at for stamp in order.stamps.values()]
    if order.cancelled is not None:
        told.append(order.cancelled.at)
    return max(*told, promised(order), order.down_until, order.created_at)


def facts(books: Books) -> dict[int, FaultFacts]:
    """The faults' verdicts by number, as everywhere else in the program (:mod:`console.domain.kpis`)."""
    orders = {order.number: order for order in books.orders}
    systems = {name: machine.system for name, machine in books.machines.items()}
    return {
        fault.number: facts_of(fault, orders.get(fault.order), books.now, systems=systems, teams=books.teams)
        for fault in books.faults
    }


def within(of: Period, at: int) -> bool:
    """Whether a moment lies in the period."""
    return of.since <= at < of.until


def done_at(order: Order) -> int:
    """When the work was done (自检); 0: not yet."""
    stamp = order.stamps.get(OrderState.SELF_CHECK)
    return stamp.at if stamp is not None else 0


def promised(order: Order) -> int:
    """The due time that was first given (moving it later does not make it kept); 0: none."""
    return order.first_due or order.due_at


def ended_at(order: Order) -> int:
    """When it was archived or cancelled; 0: open."""
    if order.cancelled is not None:
        return order.cancelled.at
    stamp = order.stamps.get(OrderState.ARCHIVED)
    return stamp.at if stamp is not None else 0


def in_time(order: Order, known: Mapping[int, FaultFacts], until: int) -> bool | None:
    """Whether the work was done as promised by ``until``; ``None``: nobody can say yet, or nothing was promised.

    A fault's order is promised by the fault's *repaired* clock, any other by its due time.
    """
    fact = known.get(order.fault)
    clock = fact.clocks.get(Clock.REPAIRED) if fact is not None and fact.counts else None
    if clock is not None:
        return {Verdict.KEPT: True, Verdict.BROKEN: False}.get(clock.verdict)
    due, done = promised(order), done_at(order)
    if not due or order.state is OrderState.CANCELLED:
        return None
    if done and done <= until:
        return done <= due + order.slack
    return False if due + order.slack < until else None


class Tally(msgspec.Struct, frozen=True):
    """The orders of one kind in a period (R-WO-03). ``open`` at its end; ``kept``/``late``: see :func:`in_time`, of orders whose
    work was done in it, and of those whose promise ran out in it; ``passed``: accepted without rework; ``hours`` of work."""

    raised: int = 0
    done: int = 0
    cancelled: int = 0
    open: int = 0
    kept: int = 0
    late: int = 0
    accepted: int = 0
    passed: int = 0
    hours: float = 0.0
    cost: float = 0.0

    @property
    def on_time(self) -> float | None:
        """维修及时率: kept / (kept + late)."""
        return self.kept / (self.kept + self.late) if self.kept + self.late else None

    @property
    def first_pass(self) -> float | None:
        """一次合格率: accepted without rework / accepted."""
        return self.passed / self.accepted if self.accepted else None

    @property
    def completion(self) -> float | None:
        """Done / (done + open) (R-KP-07)."""
        return self.done / (self.done + self.open) if self.done + self.open else None


def tally(orders: Iterable[Order], known: Mapping[int, FaultFacts], of: Period, now: int) -> Tally:
    """The figures of these orders."""
    end = min(now, of.until)
    raised = done = cancelled = still = kept = late = accepted = passed = 0
    hours = cost = 0.0
    for order in orders:
        raised += within(of, order.created_at)
        finished, over = done_at(order), ended_at(order)
        cancelled += order.cancelled is not None and within(of, order.cancelled.at)
        still += order.created_at < end and not (0 < finished < end) and not (0 < over < end)
        if within(of, finished):
            done += 1
            hours += order.hours
            cost += order.cost
        ran_out = not finished and within(of, promised(order)) and promised(order) < end
        if within(of, finished) or ran_out:
            verdict = in_time(order, known, end)
            kept += verdict is True
            late += verdict is False
        verified = order.stamps.get(OrderState.ACCEPTANCE)
        if verified is not None and within(of, verified.at):
            accepted += 1
            passed += not order.rework_count
    return Tally(raised, done, cancelled, still, kept, late, accepted, passed, hours, cost)


def by_kind(books: Books, known: Mapping[int, FaultFacts], of: Period) -> dict[OrderKind, Tally]:
    """Orders by kind."""
    orders = books.orders_of(of)
    return {kind: tally([order for order in orders if order.kind is kind], known, of, books.now) for kind in OrderKind}


class Compliance(msgspec.Struct, frozen=True):
    """Preventive orders that fell due in a period (R-PM-04): in time, late, not done, cancelled; ``waiting``: due later yet."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    cancelled: int = 0
    waiting: int = 0

    @property
    def share(self) -> float | None:
        """计划完成率: in time / (in time + late + not done + cancelled)."""
        judged = self.in_time + self.late + self.missed + self.cancelled
        return self.in_time / judged if judged else None


def compliance(orders: Iterable[Order], of: Period, now: int) -> Compliance:
    """Of the preventive orders among these."""
    count = {"due": 0, "in_time": 0, "late": 0, "missed": 0, "cancelled": 0, "waiting": 0}
    for order in orders:
        due = promised(order)
        if order.kind is not OrderKind.PREVENTIVE or order.drill or not within(of, due):
            continue
        done = done_at(order)
        count["due"] += 1
        if done:
            count["in_time" if done <= due + order.slack else "late"] += 1
        elif order.state is OrderState.CANCELLED:
            count["cancelled"] += 1
        else:
            count["waiting" if due + order.slack >= now else "missed"] += 1
    return Compliance(**count)


def overdue(books: Books, of: Period) -> list[Order]:
    """Orders that were past their due time and not done at the period's end (or now), the oldest due first."""
    end = min(books.now, of.until)
    found = [
        order
        for order in books.orders_of(of)
        if 0 < promised(order) < end - order.slack and not (0 < done_at(order) < end) and not (0 < ended_at(order) < end)
    ]
    return sorted(found, key=promised)
