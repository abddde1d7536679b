"""Samples become alarms, once, and end."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from engine_builders import T, batch, estate, modbus_point, rule, running

from console.domain.alarms import Alarm
from console.domain.events import AlarmAcknowledged
from console.domain.rules import Category, CodeText, RuleKind
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import SECOND

P = modbus_point(1)
HIGH = rule(P, limit=100.0)


async def test_a_value_over_its_limit_is_one_alarm_however_often_it_is_polled(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        for value in (50.0, 150.0, 150.0, 151.0):
            engine.take(batch({1: value}))
        assert await engine.said() == ["AlarmRaised"]
        (alarm,) = engine.decisions.world.alarms.values()
        assert (alarm.number, alarm.value, alarm.source_time, alarm.raised_at) == (engine.log[0].sequence, 150.0, T, T)
        engine.take(batch({1: 90.0}))
        assert await engine.said() == ["AlarmRaised", "AlarmReturned"]


async def test_a_delay_ends_at_its_moment_without_another_sample(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(rule(P, limit=100.0, on_delay_s=10.0),)))
        engine.take(batch({1: 150.0}))
        await engine.clock.pass_(9.9)
        assert await engine.said() == []
        await engine.clock.pass_(0.1)
        assert await engine.said() == ["AlarmRaised"]
        assert engine.log[0].at == T + 10 * SECOND


async def test_a_lost_quality_raises_nothing_and_ends_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 150.0}, quality=5))
        assert await engine.said() == []
        engine.take(batch({1: 150.0}))
        engine.take(batch({1: 0.0}, quality=5))
        assert await engine.said() == ["AlarmRaised"]


async def test_an_alarm_of_the_stored_image_is_taken_up_and_not_raised_again(tmp_path: Path) -> None:
    async with running(tmp_path, sequence=5) as engine:
        old = Alarm(5, HIGH.id, "P1", P.id, 4, Category.EQUIPMENT, Text("x"), T - 60 * SECOND, 120.0)
        engine.decisions.world.alarms[5] = old
        engine.alarming.restore([old])
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 150.0}))
        assert await engine.said() == []
        engine.take(batch({1: 50.0}))
        assert await engine.said() == ["AlarmReturned"]
        assert engine.decisions.world.alarms[5].returned_at == T


async def test_an_unacknowledged_alarm_that_comes_back_is_the_same_occurrence_and_an_acknowledged_one_is_not(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        for value in (150.0, 50.0, 160.0):
            engine.take(batch({1: value}))
        (alarm,) = engine.decisions.world.alarms.values()
        assert (alarm.active, alarm.returned_at, alarm.value) == (True, 0, 160.0)
        engine.decisions.decide([AlarmAcknowledged(msgspec.structs.replace(alarm, acknowledged=True))])
        engine.take(batch({1: 50.0}))
        assert engine.decisions.world.alarms == {}
        engine.take(batch({1: 150.0}))
        (again,) = engine.decisions.world.alarms.values()
        assert again.number > alarm.number
        await engine.decisions.settle()


async def test_a_fault_code_that_changes_ends_one_alarm_and_begins_another(tmp_path: Path) -> None:
    codes = {7: CodeText(Text("门锁故障"), 2), 9: CodeText(Text("超速"))}
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(rule(P, RuleKind.CODE, codes=codes),)))
        engine.take(batch({1: 7.0}))
        engine.take(batch({1: 9.0}))
        first, second = engine.decisions.world.alarms.values()
        assert (first.active, first.text.zh, first.priority) == (False, "门锁故障", 2)
        assert (second.active, second.text.zh, second.priority) == (True, "超速", 4)
        engine.take(batch({1: 0.0}))
        assert [alarm.active for alarm in engine.decisions.world.alarms.values()] == [False, False]
        await engine.decisions.settle()


async def test_bits_of_a_64_bit_word_are_judged_exactly(tmp_path: Path) -> None:
    bits = rule(P, RuleKind.BITS, mask=1)
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(bits,)))

        def word(value: int) -> Batch:
            return Batch(np.array([1], np.int32), np.array([value], np.uint64), np.zeros(1, np.uint8), T, T)

        engine.take(word(2**63))
        assert await engine.said() == []
        engine.take(word(2**63 + 1))  # no float knows the difference
        assert await engine.said() == ["AlarmRaised"]


async def test_an_import_ends_the_alarms_of_removed_and_disabled_rules_and_keeps_the_others(tmp_path: Path) -> None:
    other, third = modbus_point(2), modbus_point(3)
    keeps, goes, sleeps = HIGH, rule(other, limit=100.0), rule(third, limit=100.0)
    async with running(tmp_path) as engine:
        engine.configure(estate(P, other, third, rules=(keeps, goes, sleeps)))
        engine.take(batch({1: 150.0, 2: 150.0, 3: 150.0}))
        disabled = msgspec.structs.replace(sleeps, enabled=False)
        engine.configure(estate(P, other, third, rules=(keeps, disabled)))
        active = {alarm.rule: alarm.active for alarm in engine.decisions.world.alarms.values()}
        assert active == {keeps.id: True, goes.id: False, sleeps.id: False}
        await engine.decisions.settle()


async def test_a_new_limit_is_judged_at_once_on_the_present_value(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        engine.configure(estate(P, rules=(HIGH,)))
        engine.take(batch({1: 90.0}))
        engine.configure(estate(P, rules=(rule(P, limit=80.0),)))
        assert await engine.said() == ["AlarmRaised"]


async def test_three_hundred_alarms_of_one_moment_are_one_decision_and_one_that_declares_the_flood(tmp_path: Path) -> None:
    points = [modbus_point(number) for number in range(1, 301)]
    async with running(tmp_path) as engine:
        engine.configure(estate(*points, rules=tuple(rule(point, limit=1.0) for point in points)))
        engine.take(batch({point.number: 5.0 for point in points}))
        assert engine.decisions.undecided == 2
        assert [entry.event.alarm.number for entry in engine.log] or await engine.said() == ["AlarmRaised"] * 301
        assert [entry.event.alarm.number for entry in engine.log] == [entry.sequence for entry in engine.log]
