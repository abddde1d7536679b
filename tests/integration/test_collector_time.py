"""The collector under a test's clock: promises at their moment, gaps told once, plans when they are due."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.domain.commands import ConfirmTime, TakeFault
from console.domain.faults import Clock
from console.domain.orders import OrderKind
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.link.messages import LogAnswer, LogQuery
from tests.helpers.processes import CollectorProcess
from tests.helpers.steering import Steering
from tests.integration.collectors import Desk, desk, device, site, write_seeds

NOON = 1_795_000_000 * SECOND

PLAN = """\
plans:
  - {equipment: P1, key: monthly, title: {zh: 月度保养, en: Monthly service}, every: 30 d, first_due: 2026-12-20, lead: 3 d,
     checklist: [{zh: 听声音, en: Listen}], source: {zh: 手册, en: Manual}}
"""


class Watched:
    """A collector, its device and its clock."""

    def __init__(self, tmp_path: Path, port: int, steering: Steering, extra: str = "") -> None:
        file = tmp_path / "site.yaml"
        file.write_text(site(port) + extra, encoding="utf-8")
        self.steering = steering
        self.process = CollectorProcess(
            tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)),
            "--clock", f"steered:{steering.port}",
        )  # fmt: skip

    async def start(self) -> None:
        """Start it, at the steering's present time."""
        self.process.start(wait=False)
        await asyncio.to_thread(self.steering.accept)
        await asyncio.to_thread(self.process.wait_until_it_answers)

    async def hours(self, hours: float) -> None:
        """Let hours pass at once, and the devices be polled."""
        await asyncio.to_thread(self.steering.advance, hours * 3600)

    async def live(self) -> None:
        """Let the clock run as real time does."""
        await asyncio.to_thread(self.steering.run, 1.0)


async def marks(console: Desk, number: int) -> list[tuple[Clock, int]]:
    return [mark for mark in console.picture.faults[number].marks if mark[0] is Clock.RESPOND]


async def test_an_untaken_fault_warns_at_half_and_four_fifths_of_two_hours_and_breaks_at_two(tmp_path: Path) -> None:
    with device() as server, Steering(NOON) as steering:
        watched = Watched(tmp_path, server.port, steering)
        await watched.start()
        try:
            async with desk(watched.process.folder) as console:
                await watched.live()
                server.data_bank.set_holding_registers(0, [150])
                fault = await console.until(lambda p: next(iter(p.faults.values()), None))
                await asyncio.to_thread(steering.run, 0.0)
                passed = (steering.now - fault.opened_at) / HOUR
                await watched.hours(1.0 - passed - 0.0002)
                assert await marks(console, fault.number) == []
                await watched.hours(0.0002)
                await console.until(lambda p: (Clock.RESPOND, 50) in p.faults[fault.number].marks)
                await watched.hours(0.6)
                await console.until(lambda p: (Clock.RESPOND, 80) in p.faults[fault.number].marks)
                assert (Clock.RESPOND, 100) not in console.picture.faults[fault.number].marks
                await watched.hours(0.4)
                await console.until(lambda p: (Clock.RESPOND, 100) in p.faults[fault.number].marks)
                beat = console.picture.beats[-1]
                assert abs(beat.now - (fault.opened_at + 2 * HOUR)) < 2 * SECOND
                story = await console.client.query(lambda i: LogQuery(i, f"fault:{fault.number}"))
                assert isinstance(story, LogAnswer)
                at = {e.event.percent: e.at for e in story.entries if getattr(e.event, "clock", None) is Clock.RESPOND}
                assert at == {percent: pytest.approx(fault.opened_at + 2 * HOUR * percent // 100, abs=SECOND) for percent in at}
                assert set(at) == {50, 80, 100}
        finally:
            watched.process.stop()


async def test_what_came_due_while_nobody_watched_is_told_as_one_summary(tmp_path: Path) -> None:
    with device() as server, Steering(NOON) as steering:
        watched = Watched(tmp_path, server.port, steering)
        await watched.start()
        try:
            async with desk(watched.process.folder) as console:
                await watched.live()
                server.data_bank.set_holding_registers(0, [150])
                fault = await console.until(lambda p: next(iter(p.faults.values()), None))
                await console.sign_on("wang")
                await console.ask(TakeFault(fault.number))
                await asyncio.sleep(0.3)
                watched.process.kill()
                steering.now += 3 * HOUR
                await watched.start()
                await console.until(lambda p: p.snapshots == 2)
                picture = console.picture
                assert (Clock.RESPOND, 100) in picture.faults[fault.number].marks
                problem = picture.health["watch"].problem
                assert problem is not None
                assert problem.code == "engine.late_marks"
                assert problem.params["breaches"] == 1
                await watched.live()
                await console.sign_on("li")
                whole = await console.client.query(LogQuery)
                assert isinstance(whole, LogAnswer)
                names = [type(entry.event).__name__ for entry in whole.entries]
                outage = next(entry.event for entry in whole.entries if type(entry.event).__name__ == "OutageRecorded")
                assert outage.until - outage.since == pytest.approx(3 * HOUR, abs=20 * SECOND)
                assert names.count("WatchStarted") == 2
                assert names.count("WatchStopped") == 0
                assert names.count("FaultOpened") == 1
        finally:
            watched.process.stop()


async def test_a_plan_raises_its_order_when_it_is_due_and_only_once(tmp_path: Path) -> None:
    with device() as server, Steering(NOON) as steering:  # 2026-11-18 UTC
        watched = Watched(tmp_path, server.port, steering, PLAN)
        await watched.start()
        try:
            async with desk(watched.process.folder) as console:
                assert not console.picture.orders
                for _ in range(30):
                    await watched.hours(24)
                order = await console.until(lambda p: next(iter(p.orders.values()), None))
                assert (order.kind, order.plan) == (OrderKind.PREVENTIVE, "P1/monthly")
                assert order.due_at - order.created_at <= 3 * DAY
                assert [item.text.zh for item in order.checklist] == ["听声音"]
                watched.process.kill()
                await watched.start()
                await console.until(lambda p: p.snapshots == 2)
                await watched.hours(24)
                await asyncio.sleep(0.5)
                assert list(console.picture.orders) == [order.number]
        finally:
            watched.process.stop()


async def test_the_consoles_are_told_at_once_when_the_clock_jumps(tmp_path: Path) -> None:
    with device() as server, Steering(NOON) as steering:
        watched = Watched(tmp_path, server.port, steering)
        await watched.start()
        try:
            async with desk(watched.process.folder) as console:
                assert console.picture.last.now == pytest.approx(NOON, abs=MINUTE)
                await asyncio.to_thread(steering.run, 60.0)
                await console.until(lambda p: p.beats and p.beats[-1].rate == 60.0, 0.5)
                await asyncio.to_thread(steering.advance, 3600)
                await console.until(lambda p: p.beats[-1].now >= NOON + HOUR, 0.5)
        finally:
            watched.process.stop()


@pytest.mark.parametrize("years", [-1 / 365, 1.0], ids=["a day back", "a year forward"])
async def test_a_clock_set_wrong_breaks_no_promise_until_a_person_confirms_the_time(tmp_path: Path, years: float) -> None:
    with device() as server, Steering(NOON) as steering:
        watched = Watched(tmp_path, server.port, steering, PLAN)
        await watched.start()
        try:
            async with desk(watched.process.folder) as console:
                await watched.live()
                server.data_bank.set_holding_registers(0, [150])
                fault = await console.until(lambda p: next(iter(p.faults.values()), None))
                await console.sign_on("wang")
                await asyncio.to_thread(steering.step, years * 365 * 86400)
                alarm = await console.until(lambda p: p.alarm("system#clock"))
                await asyncio.sleep(0.5)
                assert console.picture.faults[fault.number].marks == ()
                assert not any(order.plan for order in console.picture.orders.values())
                assert console.picture.health["clock"].problem is not None
                watched.process.kill()
                await watched.start()
                await watched.live()
                await console.until(lambda p: p.snapshots == 2)  # a restart confirms nothing
                assert console.picture.faults[fault.number].marks == ()
                assert console.picture.health["clock"].state.value == "degraded"
                await console.sign_on("wang")
                await console.ask(ConfirmTime())
                await console.until(lambda p: alarm.number not in p.alarms)
                await console.until(lambda p: p.health["clock"].state.value == "ok")
                if years > 0:
                    await console.until(lambda p: (Clock.RESPOND, 100) in p.faults[fault.number].marks)
                    await console.until(lambda p: any(order.plan for order in p.orders.values()))
                else:
                    assert console.picture.faults[fault.number].marks == ()
        finally:
            watched.process.stop()
