"""Shelves, tests, causes and floods at work on running parts: nothing is lost, everything comes back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from engine_builders import Engine, T, batch, comm_point, estate, modbus_point, rule, running

from console.domain import commands as cmd
from console.domain import handling
from console.domain.accounts import Account, Role
from console.domain.alarms import Alarm, AlarmState, Suppression
from console.domain.estate import Estate
from console.domain.events import OrderAdvanced, OrderRaised
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.problems import Refused
from console.domain.rules import Category, RuleKind
from console.domain.samples import Batch
from console.domain.seasons import Season, on_duty
from console.domain.suppression import SETTLE
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE, SECOND
from console.domain.world import World
from console.store import open_store
from console.store.image import LastValue

WANG = Account("wang", "王强", (Role.OPERATOR,))
CHEN = Account("chen", "陈主管", (Role.SUPERVISOR,))
P = modbus_point(1)
HIGH = rule(P, limit=100.0, priority=3)


async def do(engine: Engine, command: cmd.Command, actor: Account = WANG) -> None:
    events = handling.decide(engine.decisions.world, command, actor, "desk", engine.clock.now())
    if events:
        await engine.decisions.decide(events)
    await engine.decisions.settle()


def only(engine: Engine) -> Alarm:
    (alarm,) = (alarm for alarm in engine.decisions.world.alarms.values() if alarm.equipment)
    return alarm


async def test_a_shelved_alarm_comes_back_by_itself_and_unacknowledged(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 150.0}))
        await do(engine, cmd.ShelveAlarms((only(engine).number,), "传感器已报修"))
        assert only(engine).state is AlarmState.SHELVED
        engine.take(batch({1: 50.0}))
        engine.take(batch({1: 150.0}))
        assert only(engine).state is AlarmState.SHELVED, "what comes again while it is shelved is shelved, too"
        await engine.clock.pass_(15 * 60)
        await engine.decisions.settle()
        assert only(engine).state is AlarmState.ACTIVE_UNACKNOWLEDGED
        assert engine.decisions.world.silences == {}


@pytest.mark.parametrize(
    ("actor", "duration", "category", "refused"),
    [
        (WANG, 8 * HOUR, Category.EQUIPMENT, ""),
        (WANG, 8 * HOUR + 1, Category.EQUIPMENT, "refused.right_shelve_long"),
        (CHEN, 7 * 24 * HOUR, Category.EQUIPMENT, ""),
        (CHEN, 7 * 24 * HOUR + 1, Category.EQUIPMENT, "refused.shelf_long"),
        (CHEN, MINUTE, Category.FIRE, "refused.shelf_undeniable"),
        (CHEN, MINUTE, Category.TRAPPED, "refused.shelf_undeniable"),
        (WANG, SECOND, Category.EQUIPMENT, "refused.shelf_short"),
    ],
)
async def test_who_may_shelve_what_for_how_long(
    tmp_path: Path, actor: Account, duration: int, category: Category, refused: str
) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(msgspec.structs.replace(HIGH, category=category),)))
        engine.take(batch({1: 150.0}))
        command = cmd.ShelveAlarms((only(engine).number,), "等备件", duration)
        if refused:
            with pytest.raises(Refused) as said:
                await do(engine, command, actor)
            assert said.value.problem.code == refused
            assert not only(engine).quiet
        else:
            await do(engine, command, actor)
            assert only(engine).quiet


async def test_equipment_out_of_service_is_quiet_as_long_as_its_order_is_open_and_a_fire_is_not(tmp_path: Path) -> None:
    order = Order(7, OrderKind.PREVENTIVE, Text("换泵"), "P1", 4, T)
    fire = rule(modbus_point(2), limit=0.0, key="fire", priority=1, category=Category.FIRE)
    async with running(tmp_path) as engine:
        engine.configure(estate(P, modbus_point(2), rules=(HIGH, fire)))
        await engine.decisions.decide([OrderRaised(order)])
        await do(engine, cmd.TakeOutOfService("P1", 7, "换泵"))
        engine.take(batch({1: 150.0, 2: 1.0}))
        states = {alarm.category: alarm.suppression for alarm in engine.decisions.world.alarms.values()}
        assert states == {Category.EQUIPMENT: Suppression.OUT_OF_SERVICE, Category.FIRE: Suppression.NONE}
        await engine.decisions.decide([OrderAdvanced(msgspec.structs.replace(order, state=OrderState.ARCHIVED), "stage")])
        await engine.decisions.settle()
        assert not any(alarm.quiet for alarm in engine.decisions.world.alarms.values())


async def test_a_test_marks_its_zone_and_opens_no_fault_there_and_the_next_zone_is_as_loud_as_ever(tmp_path: Path) -> None:
    inside, outside = modbus_point(21), modbus_point(31)
    rules = tuple(rule(point, limit=0.0, key="fire", priority=1, category=Category.FIRE) for point in (inside, outside))
    async with running(tmp_path) as engine:
        engine.configure(estate(inside, outside, rules=rules))
        with pytest.raises(Refused):
            await do(engine, cmd.BeginTest("P1", "年检", "王强", points="p2"))
        await do(engine, cmd.BeginTest("P1", "年检", "李敏", HOUR, "p2*"))
        engine.take(batch({21: 1.0, 31: 1.0}))
        world = engine.decisions.world
        by_point = {alarm.point: alarm for alarm in world.alarms.values()}
        assert (by_point["P1.p21"].test, by_point["P1.p21"].state) == (True, AlarmState.ACTIVE_UNACKNOWLEDGED)
        assert not by_point["P1.p31"].test
        assert handling.fault_for(world, by_point["P1.p21"], T) == ()
        assert handling.fault_for(world, by_point["P1.p31"], T) != ()
        await engine.clock.pass_(3600)
        await engine.decisions.settle()
        marked = next(alarm for alarm in world.alarms.values() if alarm.point == "P1.p21")
        assert not marked.test and handling.fault_for(world, marked, T) != (), "what still stands after the test is real"


def silent(*numbers: int, state: float = 1.0) -> Batch:
    return batch(dict.fromkeys(numbers, state))


def line() -> Estate:
    """Three devices on one gateway, each with a point and a comms alarm."""
    points, rules = [], []
    for place in (1, 2, 3):
        comm, value = comm_point(place, f"E{place}", "gw", place), modbus_point(10 + place, equipment=f"E{place}")
        points += [comm, value]
        rules += [
            rule(comm, RuleKind.STATE, key="comms", values=(1,), priority=3, category=Category.COMMS),
            rule(value, limit=100.0, priority=3),
        ]
    return estate(*points, rules=tuple(rules))


async def test_a_device_that_does_not_answer_is_one_alarm_and_its_points_are_its_consequences(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(line())
        engine.take(batch({2: 0.0, 3: 0.0, 11: 150.0}))
        engine.take(silent(1))
        world = engine.decisions.world
        value, comms = sorted(world.alarms.values(), key=lambda alarm: alarm.number)
        assert (comms.category, comms.quiet) == (Category.COMMS, False)
        assert (value.suppression, value.caused_by) == (Suppression.BY_DESIGN, comms.number)
        engine.take(silent(1, state=0.0))
        await engine.clock.pass_(SETTLE // SECOND - 1)
        assert world.alarms[value.number].quiet
        await engine.clock.pass_(1)
        await engine.decisions.settle()
        assert not world.alarms[value.number].quiet, "what still stands after its cause sounds again"


async def test_a_gateway_that_is_gone_is_one_alarm_and_two_broken_devices_are_two(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(line())
        engine.take(batch({3: 0.0}))
        engine.take(silent(1, 2))
        world = engine.decisions.world
        assert [alarm.caused_by for alarm in world.alarms.values()] == [0, 0]
    async with running(tmp_path / "all") as engine:
        engine.configure(line())
        engine.take(silent(1, 2, 3))
        first, *rest = sorted(engine.decisions.world.alarms.values(), key=lambda alarm: alarm.number)
        assert not first.quiet
        assert [(alarm.caused_by, alarm.suppression) for alarm in rest] == [(first.number, Suppression.BY_DESIGN)] * 2


@pytest.mark.parametrize("order", [(1, 11), (11, 1)])
async def test_a_power_cut_groups_what_follows_and_what_came_a_moment_before_it(tmp_path: Path, order: tuple[int, int]) -> None:
    mains = rule(modbus_point(1, equipment="PWR"), limit=0.0, key="cut", priority=2, explains=("E1",))
    pump = rule(modbus_point(11, equipment="E1"), limit=0.0, priority=3)
    fire = rule(modbus_point(12, equipment="E1"), limit=0.0, key="fire", priority=1, category=Category.FIRE)
    async with running(tmp_path) as engine:
        engine.configure(
            estate(
                *(modbus_point(number, equipment=name) for number, name in ((1, "PWR"), (11, "E1"), (12, "E1"))),
                rules=(mains, pump, fire),
            )
        )
        for number in (*order, 12):
            engine.take(batch({number: 1.0}))
        alarms = {alarm.rule: alarm for alarm in engine.decisions.world.alarms.values()}
        assert (alarms[pump.id].caused_by, alarms[pump.id].quiet) == (alarms[mains.id].number, True)
        assert (alarms[fire.id].caused_by, alarms[fire.id].quiet) == (0, False)


async def test_the_first_alarm_of_a_machine_is_marked(tmp_path: Path) -> None:
    points = [modbus_point(number) for number in (1, 2, 3)]
    async with running(tmp_path) as engine:
        engine.configure(estate(*points, rules=tuple(rule(point, limit=0.0) for point in points)))
        for number in (2, 1, 3):
            engine.take(batch({number: 1.0}))
        assert [alarm.point for alarm in engine.decisions.world.alarms.values() if alarm.first_out] == ["P1.p2"]


async def test_a_flood_is_declared_at_the_eleventh_alarm_and_ends_when_it_is_quiet(tmp_path: Path) -> None:
    points = [modbus_point(number) for number in range(1, 13)]
    async with running(tmp_path) as engine:
        engine.configure(estate(*points, rules=tuple(rule(point, limit=1.0) for point in points)))

        def declared() -> list[bool]:
            return [alarm.active for alarm in engine.decisions.world.alarms.values() if alarm.rule == "system#flood"]

        for number in range(1, 11):
            engine.take(batch({number: 5.0}))
        assert declared() == []
        engine.take(batch({11: 5.0}))
        assert declared() == [True]
        await engine.clock.pass_(599)
        assert declared() == [True]
        await engine.clock.pass_(2)
        assert declared() == [False]
        assert sum(bool(alarm.equipment) for alarm in engine.decisions.world.alarms.values()) == 11, "nothing is dropped"


async def test_a_latched_alarm_stays_until_it_is_acknowledged_and_reset(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(msgspec.structs.replace(HIGH, latched=True),)))
        engine.take(batch({1: 150.0}))
        number = only(engine).number
        with pytest.raises(Refused):
            await do(engine, cmd.ResetAlarms((number,)))
        engine.take(batch({1: 50.0}))
        assert only(engine).state is AlarmState.LATCHED_UNACKNOWLEDGED
        await do(engine, cmd.AcknowledgeAlarms((number,)))
        assert only(engine).state is AlarmState.LATCHED_ACKNOWLEDGED
        engine.take(batch({1: 150.0}))
        assert only(engine).state is AlarmState.ACTIVE_UNACKNOWLEDGED, "raised again it asks for attention again"
        engine.take(batch({1: 50.0}))
        await do(engine, cmd.AcknowledgeAlarms((number,)))
        await do(engine, cmd.ResetAlarms((number,)))
        assert engine.decisions.world.alarms == {}


async def test_an_acknowledged_alarm_that_stays_asks_for_attention_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(msgspec.structs.replace(HIGH, realarm_s=600.0),)))
        engine.take(batch({1: 150.0}))
        await do(engine, cmd.AcknowledgeAlarms((only(engine).number,)))
        await engine.clock.pass_(599)
        assert only(engine).acknowledged
        await engine.clock.pass_(1)
        assert (only(engine).acknowledged, only(engine).realarmed) == (False, 1)
        await engine.decisions.settle()


async def test_a_point_that_says_nothing_for_its_window_is_an_alarm_and_ends_with_the_same_value_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(rule(P, RuleKind.NO_DATA, window_s=60.0),)))
        for _ in range(2):
            engine.take(batch({1: 5.0}, time=engine.clock.now()))
            await engine.clock.pass_(30)
        assert engine.decisions.world.alarms == {}
        await engine.clock.pass_(35)
        assert only(engine).active
        engine.take(batch({1: 5.0}, time=engine.clock.now()))
        await engine.clock.pass_(6)
        assert not only(engine).active
        await engine.decisions.settle()


async def test_a_late_sample_ends_nothing_and_a_clock_that_was_set_back_is_believed(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 150.0}, time=T))
        engine.take(batch({1: 50.0}, time=T - MINUTE))
        await engine.clock.pass_(10)
        assert only(engine).active, "one late value says nothing about the present"
        engine.take(batch({1: 50.0}, time=T - MINUTE + 10 * SECOND))
        await engine.clock.pass_(5)
        assert not only(engine).active
        await engine.decisions.settle()


async def test_a_rule_off_duty_ends_and_begins_with_its_hours(tmp_path: Path) -> None:
    zone = "Asia/Shanghai"
    async with running(tmp_path) as engine:
        minute = next(m for m in range(1440) if on_duty(Season(hours=((m, (m + 1) % 1440),)), T, zone))
        season = Season(hours=((minute, (minute + 60) % 1440),))
        engine.configure(estate(P, rules=(msgspec.structs.replace(HIGH, season=season),)))
        engine.take(batch({1: 150.0}))
        assert only(engine).active
        await engine.clock.pass_(3600)
        assert not only(engine).active
        await engine.clock.pass_(23 * 3600)
        assert only(engine).active
        await engine.decisions.settle()


async def test_after_a_restart_the_shelf_and_the_causes_are_as_they_were(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 150.0}))
        await do(engine, cmd.ShelveAlarms((only(engine).number,), "等备件"))
        world = engine.decisions.world
    store = open_store(tmp_path, T + MINUTE)
    image = store.image()
    store.close()
    assert (image.silences, image.next_silence) == (tuple(world.silences.values()), 2)
    assert {alarm.number: alarm for alarm in image.alarms} == world.alarms


async def test_after_a_restart_a_gateway_that_is_gone_is_still_one_alarm(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(line())
        engine.take(silent(1, 2, 3))
        await engine.decisions.settle()
        before, sequence = dict(engine.decisions.world.alarms), engine.decisions.sequence
    async with running(tmp_path, sequence, World(alarms=dict(before))) as engine:
        engine.alarming.restore(before.values())
        engine.configure(line())
        engine.silencing.start()
        assert engine.decisions.world.alarms == before, "nobody has said yet who answers"
        engine.take(silent(1, 2, 3))
        assert engine.decisions.world.alarms == before


async def test_a_device_that_fell_silent_before_a_restart_still_counts_for_its_gateway(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.live.configure([1, 2, 3])
        engine.live.restore({number: LastValue(1, 0, T) for number in (1, 2, 3)})
        engine.configure(line())
        engine.silencing.start()
        engine.take(silent(1))
        engine.take(silent(2))
        first, second = sorted(engine.decisions.world.alarms)
        assert engine.decisions.world.alarms[second].caused_by == first, "device 3 has not spoken since"


async def test_a_start_makes_no_new_group_of_devices_that_fell_silent_one_by_one(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(line())
        for number in (1, 2, 3):
            engine.take(silent(number))
        await engine.decisions.settle()
        before, sequence = dict(engine.decisions.world.alarms), engine.decisions.sequence
    assert [alarm.caused_by > 0 for alarm in before.values()] == [False, False, True], "the second came while the third answered"
    async with running(tmp_path, sequence, World(alarms=dict(before))) as engine:
        engine.live.configure([1, 2, 3])
        engine.live.restore({number: LastValue(1, 0, T) for number in (1, 2, 3)})
        engine.alarming.restore(before.values())
        engine.configure(line())
        engine.silencing.start()
        assert engine.decisions.world.alarms == before
