"""Decisions about keeping alarms quiet, resetting latched ones and their steps: a command becomes events, or is refused."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.alarms import Alarm
from console.domain.events import AlarmAdvanced, Event, SilenceBegun, SilenceEnded
from console.domain.problems import Refused
from console.domain.silences import (
    SHELF_OPERATOR,
    SHELF_SUPERVISOR,
    TEST_MOST,
    Silence,
    SilenceKind,
    covers,
)
from console.domain.stamps import Stamp
from console.domain.times import MINUTE
from console.domain.world import World


def shelve(act: Act, command: cmd.ShelveAlarms) -> tuple[Event, ...]:
    """All of the alarms or none. One that is shelved already gets the new reason and end."""
    act.require(Right.SHELVE)
    reason = demanded(command.reason, "refused.shelf_reason")
    if command.duration < MINUTE:
        raise Refused("refused.shelf_short")
    if command.duration > SHELF_SUPERVISOR:
        raise Refused("refused.shelf_long", days=7)
    if command.duration > SHELF_OPERATOR:
        act.require(Right.SHELVE_LONG)
    if not command.alarms:
        raise Refused("refused.no_alarm")
    events: list[Event] = []
    number = act.world.next_silence
    until = act.now + command.duration
    taken: set[tuple[str, int]] = set()
    for alarm in (_alarm(act.world, number) for number in dict.fromkeys(command.alarms)):
        if alarm.drill:
            raise Refused("drill.refused.shelf", alarm=alarm.id)
        if alarm.undeniable:
            raise Refused("refused.shelf_undeniable", alarm=alarm.id)
        if not alarm.point and not alarm.equipment:
            raise Refused("refused.shelf_own", alarm=alarm.id)
        if (alarm.rule, alarm.code) in taken:
            continue
        taken.add((alarm.rule, alarm.code))
        present = _shelf_of(act.world, alarm)
        if present is not None:
            events.append(
                SilenceBegun(replace(present, reason=reason, until=until, began=act.stamp(), revision=present.revision + 1))
            )
            continue
        events.append(
            SilenceBegun(
                Silence(number, SilenceKind.SHELF, alarm.equipment, reason, act.stamp(), until, rule=alarm.rule, code=alarm.code)
            )
        )
        number += 1
    return tuple(events)


def take_out_of_service(act: Act, command: cmd.TakeOutOfService) -> tuple[Event, ...]:
    """停用: as long as its work order is open, and no longer."""
    act.require(Right.SHELVE)
    if command.equipment not in act.world.equipment:
        raise Refused("refused.no_equipment", equipment=command.equipment)
    order = act.open_order(command.order)
    if order.drill:
        raise Refused("drill.refused.service", order=order.id)
    if order.equipment and order.equipment != command.equipment:
        raise Refused("refused.service_order", order=order.id, equipment=command.equipment)
    reason = demanded(command.reason, "refused.service_reason")
    if any(each.equipment == command.equipment for each in _open(act.world, SilenceKind.SERVICE)):
        raise Refused("refused.service_already", equipment=command.equipment)
    return (
        SilenceBegun(
            Silence(act.world.next_silence, SilenceKind.SERVICE, command.equipment, reason, act.stamp(), order=command.order)
        ),
    )


def begin_test(act: Act, command: cmd.BeginTest) -> tuple[Event, ...]:
    """测试: two persons, a reason and an end. What it covers stays on the screen, marked."""
    act.require(Right.SHELVE)
    world = act.world
    if command.equipment not in world.equipment:
        raise Refused("refused.no_equipment", equipment=command.equipment)
    reason = demanded(command.reason, "refused.test_reason")
    witness = demanded(command.witness, "refused.test_witness")
    if witness in (act.actor.name, act.actor.display):
        raise Refused("refused.test_same")
    if not MINUTE <= command.duration <= TEST_MOST:
        raise Refused("refused.test_length", hours=8)
    prefix = words(command.points).removesuffix("*")
    if prefix and not any(point.equipment == command.equipment and point.key.startswith(prefix) for point in world.points.values()):
        raise Refused("refused.test_points", points=command.points)
    if any((each.equipment, each.points) == (command.equipment, prefix) for each in _open(world, SilenceKind.TEST)):
        raise Refused("refused.test_already", equipment=command.equipment)
    return (
        SilenceBegun(
            Silence(
                world.next_silence,
                SilenceKind.TEST,
                command.equipment,
                reason,
                act.stamp(),
                act.now + command.duration,
                points=prefix,
                witness=witness,
            )
        ),
    )


def end_silence(act: Act, command: cmd.EndSilence) -> tuple[Event, ...]:
    """Back before its time."""
    act.require(Right.SHELVE)
    silence = act.world.silences.get(command.silence)
    if silence is None:
        raise Refused("refused.silence_unknown", number=command.silence)
    if not silence.open:
        return ()
    return (_ended(silence, act.stamp(note=words(command.note))),)


def over(world: World, now: int) -> tuple[SilenceEnded, ...]:
    """What ends by itself: its time has come, or its order is no longer open."""
    stamp = Stamp(at=now, by="", entered_at=now, entered_by="")
    found = []
    for silence in world.silences.values():
        if not silence.open:
            continue
        order = world.orders.get(silence.order)
        if (silence.until and silence.until <= now) or (silence.order and (order is None or not order.open)):
            found.append(_ended(silence, stamp))
    return tuple(found)


def reset(act: Act, command: cmd.ResetAlarms) -> tuple[Event, ...]:
    """复位 of latched alarms: their condition must be gone, and the steps of priority 1 done."""
    act.require(Right.ACKNOWLEDGE)
    if not command.alarms:
        raise Refused("refused.no_alarm")
    events = []
    for alarm in (_alarm(act.world, number) for number in dict.fromkeys(command.alarms)):
        if not alarm.latched:
            continue
        if alarm.active:
            raise Refused("refused.reset_active", alarm=alarm.id)
        if not alarm.acknowledged:
            raise Refused("refused.reset_unacknowledged", alarm=alarm.id)
        rule = act.world.rules.get(alarm.rule)
        missing = [place for place in range(len(rule.steps)) if place not in alarm.checks] if rule is not None else []
        if alarm.priority == 1 and missing:
            raise Refused("refused.reset_steps", alarm=alarm.id, step=missing[0] + 1)
        events.append(AlarmAdvanced(replace(alarm, latched=False), "reset"))
    return tuple(events)


def check_step(act: Act, command: cmd.CheckAlarmStep) -> tuple[Event, ...]:
    """A step of the alarm's procedure was done. Done is done: nobody signs it twice."""
    act.require(Right.ACKNOWLEDGE)
    alarm = _alarm(act.world, command.alarm)
    rule = act.world.rules.get(alarm.rule)
    if rule is None or not 0 <= command.step < len(rule.steps):
        raise Refused("refused.step_unknown", alarm=alarm.id)
    if command.step in alarm.checks:
        return ()
    checks = {**alarm.checks, command.step: act.stamp(note=words(command.note))}
    return (AlarmAdvanced(replace(alarm, checks=checks), "step"),)


def _ended(silence: Silence, stamp: Stamp) -> SilenceEnded:
    return SilenceEnded(replace(silence, ended=stamp, revision=silence.revision + 1))


def _alarm(world: World, number: int) -> Alarm:
    alarm = world.alarms.get(number)
    if alarm is None:
        raise Refused("refused.alarm_over", number=number)
    return alarm


def _shelf_of(world: World, alarm: Alarm) -> Silence | None:
    return next((each for each in _open(world, SilenceKind.SHELF) if covers(each, alarm, world.equipment)), None)


def _open(world: World, kind: SilenceKind) -> list[Silence]:
    return [each for each in world.silences.values() if each.open and each.kind is kind]
