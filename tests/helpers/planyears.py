"""Years of preventive maintenance in a real store: the planner's own step, its events committed and read back after restarts.

What should have been raised is worked out beside it, day by day and without the planner's code. Kills fall between a decision
and its commit, restarts anywhere, and now and then the clock is set back.
"""

from __future__ import annotations

import calendar
import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from console.domain import schedule
from console.domain.estate import Equipment, Estate, ManualSource, Point, Site, ValueKind
from console.domain.events import ConfigurationApplied, Entry, Event, OrderAdvanced, OrderRaised
from console.domain.orders import Order, OrderState
from console.domain.plans import MaintenancePlan
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.domain.world import World
from console.store import open_store
from console.store.image import Commit
from console.store.opening import Store
from console.store.recorder import Recorder

LEVELS = (("half_month", 15, 0, 3), ("quarter", 0, 3, 7), ("half_year", 0, 6, 7), ("year", 0, 12, 14))  # days, months, lead
OFF_DAYS = frozenset({5, 6})  # of the week; the estates here have no holidays of their own outside 2025 and 2026


@dataclass
class Outcome:
    """``due`` and ``raised`` by (plan, due date)."""

    due: Counter[tuple[str, str]] = field(default_factory=Counter)
    raised: Counter[tuple[str, str]] = field(default_factory=Counter)
    restarts: int = 0

    @property
    def missing(self) -> int:
        """Turns without an order."""
        return sum((self.due - self.raised).values())

    @property
    def duplicate(self) -> int:
        """Orders without a turn, and second orders of one."""
        return sum((self.raised - self.due).values())

    def of_level(self, key: str) -> tuple[int, int]:
        """Due and raised of the plans with this key."""
        due, raised = (
            sum(count for (plan, _), count in found.items() if plan.endswith(f"/{key}")) for found in (self.due, self.raised)
        )
        return due, raised


def estate(lifts: int, start: date, zone: str) -> Estate:
    """Lifts with four nested levels, each on another day of the rhythm; a pump that counts hours; dates that are easily missed."""
    plans: list[MaintenancePlan] = []
    above = [key for key, *_ in LEVELS[1:]] + [""]
    for number in range(lifts):
        first = (start + timedelta(days=1 + number * 4 % 15)).isoformat()
        for (key, days, months, lead), within in zip(LEVELS, above, strict=True):
            plans.append(
                MaintenancePlan(
                    f"L{number}/{key}", f"L{number}", Text(key), every_days=days, every_months=months, first_due=first,
                    lead_days=lead, within=within,
                )
            )  # fmt: skip
    more = (
        MaintenancePlan("X/last_of_month", "X", Text("31"), every_months=1, first_due=_last_of(start), lead_days=2),
        MaintenancePlan("X/leap_day", "X", Text("29.2."), every_months=12, first_due="2028-02-29", lead_days=30),
        MaintenancePlan("X/daily", "X", Text("daily"), every_days=1, first_due=(start + timedelta(days=1)).isoformat()),
        MaintenancePlan("X/office", "X", Text("office"), every_days=1, first_due=_next(start), shift="skip"),
        MaintenancePlan("X/weekly", "X", Text("weekly"), every_days=7, first_due=_saturday(start), shift="next", lead_days=1),
    )
    machines = tuple(Equipment(name, Text(name), "elevator", "t", "") for name in [*(f"L{n}" for n in range(lifts)), "X", "P"])
    hours = Point("P.run_hours", "P", "run_hours", Text("h"), ValueKind.COUNTER, ManualSource())
    pump = MaintenancePlan("P/oil", "P", Text("oil"), every_hours=500.0, hours_point="P.run_hours")
    return Estate(Site("years", Text("年"), zone), equipment=machines, points=(hours,), plans=(*plans, *more, pump))


def expected(plans: tuple[MaintenancePlan, ...], start: date, end: date) -> Iterator[tuple[str, date, int]]:
    """(plan, due date, lead) of every order that ought to come, by looking at each day."""
    chains: dict[str, list[MaintenancePlan]] = {}
    for plan in plans:
        if plan.equipment.startswith("L"):
            chains.setdefault(plan.equipment, []).append(plan)
        elif plan.every_days or plan.every_months:
            for day in _turns(plan, start, end):
                place = _working(day) if plan.shift == "next" else day
                if plan.shift != "skip" or day.weekday() not in OFF_DAYS:
                    yield plan.id, place, plan.lead_days
    for chain in chains.values():
        rows = {plan.id: list(_turns(plan, start, end + timedelta(days=15))) for plan in chain}
        visits = rows[chain[0].id]
        for place, visit in enumerate(visits[:-1]):
            following = visits[place + 1]
            top = chain[0]
            for plan in chain[1:]:
                if any(visit <= turn < following for turn in rows[plan.id]):
                    top = plan
            yield top.id, visit, top.lead_days


def simulate(
    folder: Path, *, lifts: int, start: date, months: int, seed: int, restarts: int, zone: str = "Asia/Shanghai"
) -> Outcome:
    """``months`` from ``start``: everything is done in time, by somebody who works at random hours."""
    end = _months_later(start, months)
    years = _Years(folder, estate(lifts, start, zone), random.Random(seed), zone)
    years.open(_moment(start, 9, zone))
    broken = sorted(years.random.sample(range((end - start).days * 2), min(restarts, (end - start).days)))
    step = 0
    for day in (start + timedelta(days=n) for n in range((end - start).days)):
        for hour in (8, 14):
            years.look(_moment(day, hour, zone), broken=step in broken)
            step += 1
    years.close()
    last = end - timedelta(days=1)
    for plan, due, lead in expected(years.estate.plans, start, end + timedelta(days=40)):
        if start < due and max(due - timedelta(days=lead), start) <= last:
            years.outcome.due[plan, due.isoformat()] += 1
    least, most = years.intervals()
    assert least <= years.oil <= most, f"{years.oil} orders for the hours of {least} to {most} intervals"
    _only_certain(years.outcome, last)
    return years.outcome


def _only_certain(outcome: Outcome, last: date) -> None:
    """Visits whose raising depends on when the one before was done are not judged in the last weeks."""
    limit = (last - timedelta(days=1)).isoformat()
    for found in (outcome.due, outcome.raised):
        for key in [key for key in found if key[1] > limit]:
            del found[key]


class _Years:
    """The collector's part that matters here: world, recorder, clock."""

    def __init__(self, folder: Path, estate: Estate, chance: random.Random, zone: str) -> None:
        self.folder, self.estate, self.random, self.zone = folder, estate, chance, zone
        self.outcome = Outcome()
        self.now = 0
        self.hours = 100.0
        self.oil = 0
        self._begun = 0
        self._work: list[tuple[int, int]] = []  # when an order is done, and which
        self._store: Store
        self._recorder: Recorder
        self._world: World
        self._sequence = 0

    def intervals(self) -> tuple[int, int]:
        """How often the pump's counter came to its aim: each begins anew when the work was done, up to four days later."""
        counted = self.hours - 100.0
        return int(counted // (500.0 + 5 * 24 * 0.6)), int(counted // 500.0)

    def open(self, now: int) -> None:
        self.now = now
        self._store = open_store(self.folder, now)
        image = self._store.image()
        self._recorder = self._store.recorder(lambda: self.now)
        self._recorder.start()
        fresh = image.estate is None
        self._world = World.load(
            image.estate or self.estate, orders=image.orders, plans=image.plans, records=image.records, numbers=image.numbers,
            next_order=image.next_order,
        )  # fmt: skip
        self._sequence = image.sequence
        if fresh:
            entry = Entry(self._sequence + 1, now, ConfigurationApplied(1, {}))
            self._sequence += 1
            self._recorder.commit(Commit((entry,), estate=self.estate, site_text="years")).result(30)

    def close(self) -> None:
        self._recorder.stop()
        self._store.close()

    def look(self, now: int, *, broken: bool) -> None:
        """One look of the planner; what is to be done by now is done first."""
        self.hours += max(0, now - self.now) / HOUR * 0.6 if self._begun else 0.0
        self._begun = 1
        if broken and self.random.random() < 0.3:  # somebody set the clock back; it is put right a moment later
            self.now = now - self.random.choice((HOUR, 25 * HOUR))
            self._commit(self._due())
        self.now = now
        while self._work and self._work[0][0] <= self.now:
            self._finish(heapq.heappop(self._work)[1])
        events = self._due()
        if broken:
            self.outcome.restarts += 1
            kill = self.random.random() < 0.5
            if not kill:
                self._commit(events)
            self.close()
            self.open(self.now + MINUTE)
            events = self._due()
        self._commit(events)

    def _due(self) -> tuple[Event, ...]:
        return schedule.due(self._world, self.now, {"P.run_hours": self.hours})

    def _commit(self, events: tuple[Event, ...]) -> None:
        """Into the world and onto the disk; orders that were raised will be done before their visit's next turn."""
        if not events:
            return
        entries = []
        for event in events:
            self._sequence += 1
            self._world.apply(event)
            entries.append(Entry(self._sequence, self.now, event))
        self._recorder.commit(Commit(tuple(entries))).result(30)
        for event in events:
            if isinstance(event, OrderRaised):
                self._raised(event.order)

    def _raised(self, order: Order) -> None:
        if order.plan == "P/oil":
            self.oil += 1
        else:
            self.outcome.raised[order.plan, _local(order.due_at, self.zone).isoformat()] += 1
        swift = self._world.schedule[order.plan].every_days == 1
        delay = self.random.randrange(HOUR, 5 * HOUR) if swift else self.random.randrange(HOUR, 4 * 24 * HOUR)
        heapq.heappush(self._work, (self.now + delay, order.number))

    def _finish(self, number: int) -> None:
        order = self._world.orders[number]
        stamp = Stamp(at=self.now, by="zhao", entered_at=self.now, entered_by="zhao")
        stages = {OrderState.ACCEPTANCE: stamp, OrderState.ARCHIVED: stamp}
        verified = replace(order, state=OrderState.ACCEPTANCE, stamps={**order.stamps, OrderState.ACCEPTANCE: stamp}, revision=1)
        self._commit((OrderAdvanced(verified, "stage"), *schedule.finished(self._world, verified, self.now)))
        archived = replace(verified, state=OrderState.ARCHIVED, stamps={**order.stamps, **stages}, revision=2)
        self._commit((OrderAdvanced(archived, "stage"), *schedule.finished(self._world, archived, self.now)))


def _turns(plan: MaintenancePlan, start: date, end: date) -> Iterator[date]:
    first = date.fromisoformat(plan.first_due)
    day = min(first, start)
    while day <= end:
        months = (day.year - first.year) * 12 + day.month - first.month
        if day >= first and (
            (plan.every_days and (day - first).days % plan.every_days == 0)
            or (plan.every_months and months % plan.every_months == 0 and day.day == min(first.day, _length(day)))
        ):
            yield day
        day += timedelta(days=1)


def _working(day: date) -> date:
    while day.weekday() in OFF_DAYS:
        day += timedelta(days=1)
    return day


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _last_of(day: date) -> str:
    """The last day of a month with 31, on or after ``day``."""
    month = day.replace(day=1)
    while _length(month) < 31:
        month = (month + timedelta(days=32)).replace(day=1)
    return month.replace(day=31).isoformat()


def _next(day: date) -> str:
    return (day + timedelta(days=1)).isoformat()


def _saturday(day: date) -> str:
    return (day + timedelta(days=(5 - day.weekday()) % 7 or 7)).isoformat()


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _moment(day: date, hour: int, zone: str) -> int:
    moment = datetime.combine(day, time(hour), ZoneInfo(zone))
    return round(moment.timestamp()) * SECOND


def _local(moment: int, zone: str) -> date:
    return datetime.fromtimestamp(moment // SECOND, UTC).astimezone(ZoneInfo(zone)).date()
