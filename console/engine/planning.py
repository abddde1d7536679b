"""Maintenance plans: raise what is due. Once a day at 08:00 of the site, and whenever plans, turns or working days changed, all of
them; each minute those that count on a counter or wait for a condition, and those whose order was just finished.

All of them is 5,000 machines on a large estate, so they are gone through in slices and the loop runs between.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from array import array
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from console.domain import events as ev
from console.domain import schedule
from console.domain.events import Entry
from console.domain.maintenance.calendars import CalendarYear
from console.domain.maintenance.planning import Chain, Plan, TurnChange
from console.domain.maintenance.planning_meters import change
from console.domain.plans import Condition, MaintenancePlan
from console.domain.problems import Refused
from console.domain.times import DAY, MINUTE
from console.engine import reading
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.workers import Workers
from console.link.messages import Series

SLICE = 200  # chains; 10 ms on the machine where it was measured

Daily = Callable[[tuple[int, ...], int, int, int], Awaitable[tuple[Series, ...]]]
"""Means of so many equal parts of a span of time, by point number."""


class Planning:
    """See the module. Event loop only."""

    def __init__(
        self,
        decisions: Decisions,
        deadlines: Deadlines,
        clock: EngineClock,
        value: Callable[[int], float | None],
        *,
        daily: Daily,
        trusted: Callable[[], bool],
    ) -> None:
        self._decisions, self._deadlines, self._clock = decisions, deadlines, clock
        self._value = value  # a point's present usable value, by its number
        self._daily = daily
        self._trusted = trusted  # False while the wall clock was stepped and nobody has confirmed the time
        self._changes: dict[str, float] = {}  # what trends were last seen to do, percent by ``plan#place``
        self._finished: set[str] = set()  # equipment whose order was just finished
        self._triggered: list[Chain] = []  # what is looked at each minute
        self._rest: list[Chain] = []  # what this run has not come to yet
        self._looking: asyncio.Task[None] | None = None
        decisions.after_commit.append(self._follow)

    def start(self) -> None:
        """From now on."""
        self.refresh()
        self._minute()

    def refresh(self) -> None:
        """Go through all plans: at a start, at 08:00, after a change, when the time was confirmed."""
        world = self._decisions.world
        self._triggered = [chain for chain in world.chains if any(plan.counters or plan.conditions for plan in chain)]
        tomorrow = schedule.today_of(self._clock.now(), world.timezone) + 1
        self._deadlines.set("plans", schedule.moment_of(tomorrow, world.timezone), self._day)
        if not self._trusted():
            return
        going = bool(self._rest)
        self._rest = list(world.chains)
        if not going:
            self._slice()

    async def close(self) -> None:
        """Give up what is under way."""
        self._rest.clear()
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking

    def _day(self) -> None:
        self.refresh()
        if self._looking is None and self._trusted():
            self._looking = asyncio.create_task(self._look_at_trends(), name="plan-trends")

    def _minute(self) -> None:
        self._deadlines.set("plan-counters", self._clock.now() + MINUTE, self._minute)
        done, self._finished = self._finished, set()
        if not self._trusted():
            self._finished = done
            return
        self._look([*self._triggered, *(chain for chain in self._decisions.world.chains if chain[0].equipment in done)])

    def _slice(self) -> None:
        part, self._rest = self._rest[:SLICE], self._rest[SLICE:]
        if self._trusted():
            self._look(part)
        if self._rest:
            asyncio.get_running_loop().call_soon(self._slice)

    def _look(self, chains: Sequence[Chain]) -> None:
        if not chains:
            return
        events = schedule.due(self._decisions.world, self._clock.now(), self._values(chains), self._changes, chains)
        if events:
            self._decisions.decide(events)

    def _values(self, chains: Sequence[Chain]) -> Mapping[str, float]:
        points = self._decisions.world.points
        found: dict[str, float] = {}
        for chain in chains:
            for plan in chain:
                for name in (*(meter.point for meter in plan.counters), *(each.point for each in plan.conditions)):
                    point = points.get(name)
                    value = self._value(point.number) if point is not None else None
                    if value is not None:
                        found[name] = value
        return found

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        again = False
        for entry in entries:
            match entry.event:
                case ev.RecordSaved(record=Plan() | TurnChange() | CalendarYear() as record):
                    again = again or record.open or not isinstance(record, TurnChange) or bool(entry.actor)
                case ev.PlanAdvanced(state=state) if not state.open_order and state.last_done:
                    plan = self._decisions.world.schedule.get(state.plan)
                    if plan is not None:
                        self._finished.add(plan.equipment)
                        for place in range(len(plan.conditions)):
                            self._changes.pop(f"{plan.id}#{place}", None)
                case _:
                    pass
        if again:
            self.refresh()

    async def _look_at_trends(self) -> None:
        """Ask the history once a day what the trends do; a plan that was fulfilled is asked of the days since then alone."""
        try:
            found: dict[str, float] = {}
            for days, wanted in _by_days(self._decisions.world.chains).items():
                found |= await self._trends(days, wanted)
            self._changes = found
            self._look(self._triggered)
        except Refused:
            pass  # a store that is busy or hurt says so itself; tomorrow again
        finally:
            self._looking = None

    async def _trends(self, days: int, wanted: list[tuple[MaintenancePlan, int, Condition]]) -> dict[str, float]:
        world = self._decisions.world
        zone = world.timezone
        end = schedule.midnight_of(schedule.local_day(self._clock.now(), zone), zone)
        numbers = sorted({world.points[each.point].number for _, _, each in wanted if each.point in world.points})
        means: dict[int, list[float]] = {}
        for first in range(0, len(numbers), 100):
            for series in await self._daily(tuple(numbers[first : first + 100]), end - days * DAY, end, days):
                row = means.setdefault(series.point, [math.nan] * days)
                for at, value in zip(array("q", series.times), array("d", series.values), strict=True):
                    row[min(days - 1, max(0, (at - end) // DAY + days))] = value
        found = {}
        for plan, place, condition in wanted:
            point, state = world.points.get(condition.point), world.plans.get(plan.id)
            row = means.get(point.number, []) if point is not None else []
            if state is not None and state.last_done > end - days * DAY:
                row = row[-((end - state.last_done) // DAY) :] if end - state.last_done >= DAY else []
            percent = change(row)
            if percent is not None:
                found[f"{plan.id}#{place}"] = percent
        return found


def daily_means(folder: Path, workers: Workers) -> Daily:
    """Means from the history, in a worker process."""

    async def ask(numbers: tuple[int, ...], since: int, until: int, count: int) -> tuple[Series, ...]:
        return await workers.run(reading.buckets, folder, numbers, since, until, count)

    return ask


def _by_days(chains: Sequence[Chain]) -> dict[int, list[tuple[MaintenancePlan, int, Condition]]]:
    found: dict[int, list[tuple[MaintenancePlan, int, Condition]]] = {}
    for chain in chains:
        for plan in chain:
            for place, condition in enumerate(plan.conditions):
                if condition.trend:
                    found.setdefault(condition.days, []).append((plan, place, condition))
    return found
