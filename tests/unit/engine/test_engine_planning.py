"""When plans are looked at: at a start, at 08:00, after changes, each minute what counts; never while the time is not sure."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine_builders import HandClock, modbus_point
from msgspec.structs import replace

from console.domain import handling, schedule
from console.domain.accounts import Account, Role
from console.domain.commands import SaveRecords
from console.domain.estate import Equipment, Estate, Site, ValueKind
from console.domain.events import OrderAdvanced
from console.domain.maintenance.planning import Level, Machine, Plan
from console.domain.orders import Order, OrderState
from console.domain.plans import Condition, MaintenancePlan, Meter
from console.domain.text import Text
from console.domain.times import DAY, HOUR, SECOND
from console.domain.world import World
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import LiveTable
from console.engine.planning import SLICE, Planning
from console.engine.public import Public
from console.link.messages import Series
from console.store import open_store

NINE = 1_795_482_000 * SECOND  # 2026-11-24 09:00 in Shanghai
COUNTER = replace(modbus_point(1, kind=ValueKind.COUNTER), id="P1.run_hours")
CHEN = Account("chen", "陈主管", (Role.SUPERVISOR,))


@dataclass
class Rig:
    clock: HandClock
    decisions: Decisions
    planning: Planning
    values: dict[int, float] = field(default_factory=dict)
    daily: list[tuple[Any, ...]] = field(default_factory=list)
    series: tuple[Series, ...] = ()
    trusted: bool = True

    @property
    def orders(self) -> list[Order]:
        return list(self.decisions.world.orders.values())

    async def pass_(self, seconds: float) -> None:
        await self.clock.pass_(seconds)
        for _ in range(20):
            await asyncio.sleep(0)
        await self.decisions.settle()

    async def finish(self, order: Order) -> None:
        done = replace(order, state=OrderState.ACCEPTANCE, revision=order.revision + 1)
        events = (OrderAdvanced(done, "stage"), *schedule.finished(self.decisions.world, done, self.clock.now()))
        await self.decisions.decide(events)


@asynccontextmanager
async def running(folder: Path, *plans: MaintenancePlan) -> AsyncIterator[Rig]:
    clock = HandClock(NINE)
    store = open_store(folder, clock.now())
    recorder = store.recorder(clock.now)
    recorder.start()
    world = World()
    machines = tuple(Equipment(name, Text(name), "pump", "t", "") for name in {plan.equipment for plan in plans} | {"P1"})
    world.configure(Estate(Site("x", Text("园区")), equipment=machines, points=(COUNTER,), plans=plans))
    live = LiveTable()
    decisions = Decisions(world, 0, recorder, clock, Public(clock, live))
    deadlines = Deadlines(clock)
    rig = Rig(clock, decisions, None)  # type: ignore[arg-type] # made in the next line

    async def daily(numbers: tuple[int, ...], since: int, until: int, count: int) -> tuple[Series, ...]:
        rig.daily.append((numbers, since, until, count))
        return rig.series

    rig.planning = Planning(decisions, deadlines, clock, rig.values.get, daily=daily, trusted=lambda: rig.trusted)
    task = asyncio.create_task(deadlines.run())
    try:
        yield rig
    finally:
        await rig.planning.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await decisions.settle()
        recorder.stop()
        store.close()


def monthly(equipment: str = "P1", **parts: Any) -> MaintenancePlan:
    made = {"every_months": 1, "first_due": "2026-11-25", **parts}
    return MaintenancePlan(f"{equipment}/monthly", equipment, Text("月检"), **made)


async def test_what_is_due_is_raised_at_eight_in_the_morning_and_not_before(tmp_path: Path) -> None:
    async with running(tmp_path, monthly()) as rig:
        rig.planning.start()
        await rig.pass_(22 * 3600)
        assert rig.orders == []
        await rig.pass_(3600 + 1)
        assert [order.plan for order in rig.orders] == ["P1/monthly"]


async def test_what_was_due_while_nobody_watched_is_raised_with_the_start(tmp_path: Path) -> None:
    async with running(tmp_path, monthly(first_due="2026-11-24")) as rig:
        rig.planning.start()
        await rig.decisions.settle()
        assert len(rig.orders) == 1


async def test_nothing_is_raised_while_the_clock_is_not_trusted_and_at_once_when_it_is(tmp_path: Path) -> None:
    async with running(tmp_path, monthly(first_due="2026-11-26")) as rig:
        rig.trusted = False
        rig.planning.start()
        await rig.pass_(2 * 24 * 3600)
        assert rig.orders == []
        rig.trusted = True
        rig.planning.refresh()
        await rig.decisions.settle()
        assert len(rig.orders) == 1


async def test_a_counter_is_looked_at_each_minute(tmp_path: Path) -> None:
    oil = MaintenancePlan("P1/oil", "P1", Text("换油"), meters=(Meter(COUNTER.id, 100.0),))
    async with running(tmp_path, oil) as rig:
        rig.values[COUNTER.number] = 1000.0
        rig.planning.start()
        await rig.pass_(61)
        rig.values[COUNTER.number] = 1100.0
        await rig.pass_(61)
        assert [order.plan for order in rig.orders] == ["P1/oil"]


async def test_a_plan_whose_order_was_finished_is_looked_at_within_a_minute(tmp_path: Path) -> None:
    often = monthly(every_months=0, every_days=2, first_due="2026-11-24", lead_days=2)
    async with running(tmp_path, often) as rig:
        rig.planning.start()
        await rig.decisions.settle()
        (first,) = rig.orders
        await rig.finish(first)
        await rig.pass_(61)
        assert len(rig.orders) == 2, "the next one may be raised two days before it is due"


async def test_a_plan_saved_in_the_console_is_planned_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        rig.planning.start()
        level = Level("monthly", Text("月检"), every_months=1)
        plan = Plan(id="", title=Text("月检"), levels=(level,), machines=(Machine("P1", "2026-11-24"),))
        events = handling.decide(rig.decisions.world, SaveRecords((plan,), (0,)), CHEN, "desk", rig.clock.now())
        await rig.decisions.decide(events)
        await rig.decisions.settle()
        assert [order.plan for order in rig.orders] == ["P1/monthly"]


async def test_many_plans_are_gone_through_in_slices_and_none_is_left_out(tmp_path: Path) -> None:
    plans = tuple(monthly(f"E{number}", first_due="2026-11-24") for number in range(2 * SLICE + 1))
    async with running(tmp_path, *plans) as rig:
        rig.planning.start()
        assert len(rig.orders) == SLICE, "the loop has its turn between"
        for _ in range(5):
            await asyncio.sleep(0)
        await rig.decisions.settle()
        assert len(rig.orders) == 2 * SLICE + 1


async def test_a_trend_is_asked_of_the_history_once_a_day_and_raises_its_order(tmp_path: Path) -> None:
    """R-EQ-14: the daily mean rises by 15 % within four days."""
    look = MaintenancePlan("P1/look", "P1", Text("查轴承"), conditions=(Condition(COUNTER.id, "rise", 15.0, days=4),))
    async with running(tmp_path, look) as rig:
        rig.planning.start()
        await rig.pass_(60)
        assert rig.daily == []
        midnight = NINE - 9 * HOUR + DAY
        days = [midnight - (4 - n) * DAY for n in range(4)]
        rig.series = (Series(COUNTER.number, array("q", days).tobytes(), array("d", [10.0, 11.0, 11.5, 12.5]).tobytes()),)
        await rig.pass_(23 * 3600)
        assert rig.daily == [((COUNTER.number,), midnight - 4 * DAY, midnight, 4)]
        assert [order.plan for order in rig.orders] == ["P1/look"]
        await rig.finish(rig.orders[0])
        await rig.pass_(24 * 3600)
        assert len(rig.orders) == 1, "after the work only later days count, and there are too few of them"
