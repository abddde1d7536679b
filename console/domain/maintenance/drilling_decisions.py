"""Beginning and ending a drill, and what happens in one by itself. Nothing real is touched by any of it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from console.domain import evaluation
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.alarms import Alarm
from console.domain.evaluation import Transition
from console.domain.events import AlarmAdvanced, AlarmRaised, AlarmReturned, Event, FaultClosed, OrderAdvanced, RecordSaved
from console.domain.faults import CloseCode
from console.domain.maintenance import drilling, drilling_steps
from console.domain.maintenance.drilling import DrillRun, DrillStep, EndDrill, NoteDrill, ReturnSimulated, Simulated, StartDrill
from console.domain.orders import OrderState
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.world import World

ENDED = "drill_ended"  # the ``what`` of an alarm that ends with its drill


def start(act: Act, command: StartDrill) -> tuple[Event, ...]:
    """The run begins; its first alarms are raised as soon as it is on disk."""
    act.require(Right.RUN_DRILL)
    title = demanded(command.title, "drill.refused.title")
    if command.event not in drilling.SCENARIOS:
        raise Refused("drill.refused.event", event=command.event[:40])
    if not drilling.SHORTEST <= command.duration <= drilling.LONGEST:
        raise Refused("drill.refused.duration")
    if not 1 <= len(command.simulated) <= drilling.MOST_FAULTS:
        raise Refused("drill.refused.faults", most=drilling.MOST_FAULTS)
    simulated = tuple(_checked(act, each, command.duration) for each in command.simulated)
    known = {contact.person for contact in act.world.notify.contacts} | act.world.accounts.keys()
    strangers = [person for person in command.informed if person not in known]
    if strangers:
        raise Refused("drill.refused.informed", who=strangers[0][:60])
    number = act.number("drillrun")
    stamp = act.stamp()
    run = DrillRun(
        id=drilling.run_name(number),
        number=number,
        revision=1,
        at=act.now,
        equipment=simulated[0].equipment,
        title=title,
        event=command.event,
        began=stamp,
        until=act.now + command.duration,
        scenario=words(command.scenario),
        simulated=simulated,
        informed=tuple(dict.fromkeys(command.informed)),
        steps=(DrillStep(act.now, "began", act.actor.name, act.station),),
    )
    return (RecordSaved(run, "created"),)


def end(act: Act, command: EndDrill) -> tuple[Event, ...]:
    """By hand: whoever may begin one, or the person who began this one."""
    run = _open(act, command.drill)
    if run.began.by != act.actor.name:
        act.require(Right.RUN_DRILL)
    return over(act.world, run, act.stamp(note=words(command.note)))


def note(act: Act, command: NoteDrill) -> tuple[Event, ...]:
    """Anybody who works here may say what was done."""
    act.require(Right.WORK_ORDER)
    run = _open(act, command.drill)
    step = DrillStep(act.now, "noted", act.actor.name, act.station, note=demanded(command.note, "refused.note_empty"))
    return (RecordSaved(replace(run, steps=(*run.steps, step), revision=run.revision + 1), "step"),)


def give_back(act: Act, command: ReturnSimulated) -> tuple[Event, ...]:
    """The simulated condition is over."""
    act.require(Right.ACKNOWLEDGE)
    alarm = act.world.alarms.get(command.alarm)
    if alarm is None or not alarm.drill:
        raise Refused("drill.refused.alarm", number=command.alarm)
    return (AlarmReturned(replace(alarm, active=False, returned_at=act.now)),) if alarm.active else ()


def over(world: World, run: DrillRun, stamp: Stamp) -> tuple[Event, ...]:
    """The end of a drill and of all that it simulated; the times are kept as they stood at this moment."""
    now = stamp.at
    faults = [fault for fault in world.faults.values() if fault.drill == run.number]
    taken = [each for fault in faults for each in drilling_steps.times(fault, world.order_of(fault), now)]
    step = DrillStep(now, "ended", stamp.by, stamp.station, note=stamp.note)
    ended = replace(
        run,
        clocks=tuple(sorted(taken, key=lambda each: each.fault)),
        steps=(*run.steps, step),
        ended=stamp,
        ended_at=now,
        revision=run.revision + 1,
    )
    return (RecordSaved(ended, "ended", stamp.note), *_ended(world, run, stamp))


def _ended(world: World, run: DrillRun, stamp: Stamp) -> Iterator[Event]:
    now, cause = stamp.at, f"{run.name} {run.title}"
    for order in [order for order in world.orders.values() if order.drill == run.number and order.open]:
        holds = tuple(hold if hold.until else replace(hold, until=now) for hold in order.holds)
        cancelled = replace(stamp, reason=cause)
        yield OrderAdvanced(
            replace(order, state=OrderState.CANCELLED, cancelled=cancelled, holds=holds, revision=order.revision + 1), "cancel"
        )
    for fault in [fault for fault in world.faults.values() if fault.drill == run.number and fault.open]:
        yield FaultClosed(
            replace(
                fault,
                closed_at=now,
                closed_by=stamp.by,
                close_code=CloseCode.TEST,
                cause=cause,
                revision=fault.revision + 1,
            )
        )
    for alarm in [alarm for alarm in world.alarms.values() if alarm.drill == run.number]:
        seen = alarm.acknowledged_at or now
        yield AlarmAdvanced(
            replace(
                alarm,
                active=False,
                returned_at=alarm.returned_at or now,
                acknowledged=True,
                acknowledged_at=seen,
                acknowledged_by=alarm.acknowledged_by or stamp.by,
                latched=False,
            ),
            ENDED,
        )


def raised(world: World, run: DrillRun, places: list[int], now: int, first: int) -> tuple[Event, ...]:
    """The simulated alarms at ``places`` come up. ``first`` is the number of the first event that is made here."""
    simulated = list(run.simulated)
    alarms: list[Event] = []
    for offset, place in enumerate(places, 1):
        alarm = _alarm(world, run, simulated[place], now, first + offset)
        simulated[place] = replace(simulated[place], alarm=alarm.number)
        alarms.append(AlarmRaised(alarm))
    kept = replace(run, simulated=tuple(simulated), revision=run.revision + 1)
    return (RecordSaved(kept, "raised"), *alarms)


def follow(world: World, event: Event, now: int) -> tuple[Event, ...]:
    """What belongs into the run's record when something of it happened."""
    number = drilling_steps.drill_of(event)
    if not number:
        return ()
    run = world.records(DrillRun).get(drilling.run_name(number))
    after = drilling_steps.with_step(run, event, now) if run is not None else None
    return (RecordSaved(after, "step"),) if after is not None else ()


def _alarm(world: World, run: DrillRun, simulated: Simulated, now: int, number: int) -> Alarm:
    rule = world.rules.get(simulated.rule)
    if rule is not None:
        alarm = evaluation.raised(rule, Transition(True, rule.limit), number, now, now)
        return replace(alarm, text=drilling.marked(alarm.text), latched=False, drill=run.number)
    return Alarm(
        number=number,
        rule=f"drill#{number}",
        equipment=simulated.equipment,
        point="",
        priority=simulated.priority,
        category=simulated.category,
        text=drilling.marked(simulated.text),
        raised_at=now,
        value=0.0,
        source_time=now,
        drill=run.number,
    )


def _checked(act: Act, simulated: Simulated, duration: int) -> Simulated:
    if not act.world.knows(simulated.equipment):
        raise Refused("drill.refused.equipment", equipment=simulated.equipment[:60])
    if not 0 <= simulated.after < duration:
        raise Refused("drill.refused.after")
    if simulated.rule:
        rule = act.world.rules.get(simulated.rule)
        if rule is None or rule.equipment != simulated.equipment:
            raise Refused("drill.refused.rule", rule=simulated.rule[:80])
        return replace(simulated, priority=rule.priority, category=rule.category, alarm=0)
    if not 1 <= simulated.priority <= 4:
        raise Refused("refused.priority", priority=simulated.priority)
    demanded(simulated.text.zh or simulated.text.en, "drill.refused.text")
    return replace(simulated, alarm=0)


def _open(act: Act, number: int) -> DrillRun:
    run = act.world.records(DrillRun).get(drilling.run_name(number))
    if run is None:
        raise Refused("drill.refused.over", drill=drilling.run_name(number))
    return run
