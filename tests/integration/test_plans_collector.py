"""A plan of the console in a real collector: saved, moved, raised in its hour, counted on the device; once only over restarts."""

from __future__ import annotations

from pathlib import Path

from console.domain.commands import SaveRecords
from console.domain.maintenance.planning import Level, Machine, Plan, TurnChange, change_id
from console.domain.plans import Meter
from console.domain.text import Text
from console.domain.times import HOUR, SECOND
from tests.helpers.steering import Steering
from tests.integration.collectors import desk, device
from tests.integration.test_collector_time import Watched

EARLY = 1_795_460_400 * SECOND  # 2026-11-24 03:00 in Shanghai


async def test_a_plan_made_at_a_desk_is_raised_on_its_moved_day_and_a_restart_repeats_nothing(tmp_path: Path) -> None:
    with device() as server, Steering(EARLY) as steering:
        watched = Watched(tmp_path, server.port, steering)
        await watched.start()
        try:
            async with desk(watched.process.folder) as here:
                await here.sign_on("li")
                monthly = Level("monthly", Text("月检", "Monthly"), every_months=1, hours=1.5)
                made = Plan(
                    id="", title=Text("水泵月检"), levels=(monthly,), machines=(Machine("P1", "2026-11-25"),), team="水电班"
                )
                await here.ask(SaveRecords((made,), (0,)))
                plan = await here.until(lambda p: p.records.get(("plan", "plan-1")))
                assert isinstance(plan, Plan) and plan.name == "PL-0001"
                turn = change_id("P1/monthly", "2026-11-25")
                moved = TurnChange(id=turn, plan="P1/monthly", turn="2026-11-25", to="2026-11-26", reason="停水")
                await here.ask(SaveRecords((moved,), (0,), "停水"))
                await watched.hours(30)  # the 25th, 09:00
                assert here.picture.orders == {}
                watched.process.kill()
            await watched.start()
            async with desk(watched.process.folder) as here:
                await watched.hours(23.5)  # the 26th, 08:30
                order = await here.until(lambda p: next(iter(p.orders.values()), None))
                assert (order.plan, order.origin) == ("P1/monthly", "plan:P1/monthly")
                await here.until(lambda p: ("turn", turn) not in p.records)
                watched.process.kill()
            await watched.start()
            async with desk(watched.process.folder) as here:
                await watched.hours(48)
                assert [each.plan for each in here.picture.orders.values()] == ["P1/monthly"]
                assert steering.now > EARLY + 100 * HOUR
        finally:
            watched.process.stop()


async def test_a_plan_counts_what_the_device_counts(tmp_path: Path) -> None:
    """R-EQ-14."""
    with device() as server, Steering(EARLY) as steering:
        watched = Watched(tmp_path, server.port, steering)
        await watched.start()
        try:
            async with desk(watched.process.folder) as here:
                await here.sign_on("li")
                await watched.live()
                await here.until(lambda p: p.value("P1.energy") == 7)
                by_energy = Level("energy", Text("按电量"), meters=(Meter("energy", 100.0),))
                await here.ask(
                    SaveRecords((Plan(id="", title=Text("按电量"), levels=(by_energy,), machines=(Machine("P1"),)),), (0,))
                )
                server.data_bank.set_holding_registers(4, [0, 0, 0, 108])
                await here.until(lambda p: p.value("P1.energy") == 108)
                await watched.hours(0.02)
                order = await here.until(lambda p: next((each for each in p.orders.values() if each.plan), None))
                assert order.plan == "P1/energy"
        finally:
            watched.process.stop()
