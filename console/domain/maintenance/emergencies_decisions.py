"""Decisions about emergency plans and their runs. During an event nothing is refused for want of words: only what makes no
sense is."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.emergencies import (
    LONGEST_STEP,
    BeginEmergency,
    CheckMaterials,
    DoEmergencyStep,
    EmergencyPlan,
    EmergencyRun,
    EndEmergency,
    NoteEmergency,
    begun,
)
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.times import SECOND

MOST_STEPS = 100
MOST_NOTES = 500  # of one event: a delta stays small


def begin(act: Act, command: BeginEmergency) -> tuple[Event, ...]:
    """Start a plan; the same plan for the same alarm is started once."""
    act.require(Right.DO_SAFETY)
    plan = act.world.records(EmergencyPlan).get(command.plan)
    if plan is None:
        raise Refused("emergencies.refused.plan_unknown", plan=command.plan)
    if command.at > act.now:
        raise Refused("refused.future")
    if command.at < 0:
        raise Refused("refused.no_time")
    if command.alarm:
        same = (run for run in act.world.records(EmergencyRun).values() if (run.plan, run.alarm) == (plan.id, command.alarm))
        running = next(same, None)
        if running is not None:
            raise Refused("emergencies.refused.runs", run=running.name, who=act.world.display(running.began.by))
    alarm = act.world.alarms.get(command.alarm)
    equipment = command.equipment or (alarm.equipment if alarm is not None else "")
    if equipment and not act.world.knows(equipment):
        raise Refused("refused.equipment_unknown", equipment=equipment)
    drill = command.drill or bool(alarm is not None and (alarm.test or alarm.drill))
    run = begun(
        plan, act.number("emergencyrun"), act.stamp(command.at), alarm=command.alarm, equipment=equipment, drill=drill
    )  # fmt: skip
    return (RecordSaved(run, "created"),)


def step(act: Act, command: DoEmergencyStep) -> tuple[Event, ...]:
    """A step is done, or was not needed. In whatever order: an event keeps to no list."""
    act.require(Right.DO_SAFETY)
    run = _run(act, command.run)
    if not 0 <= command.step < len(run.steps):
        raise Refused("emergencies.refused.step_unknown", run=run.name, step=command.step + 1)
    present = run.steps[command.step]
    if present.done is not None:
        return ()
    note = words(command.note)
    if command.skip and not note:
        raise Refused("emergencies.refused.skip_note")
    if command.at > act.now:
        raise Refused("refused.future")
    if command.at and command.at < run.at:
        raise Refused("emergencies.refused.before", run=run.name)
    done = replace(present, done=act.stamp(command.at, words(command.by), note=note), skipped=command.skip)
    steps = (*run.steps[: command.step], done, *run.steps[command.step + 1 :])
    return (RecordSaved(replace(run, steps=steps, revision=run.revision + 1), "skipped" if command.skip else "step"),)


def note(act: Act, command: NoteEmergency) -> tuple[Event, ...]:
    """Write into the log."""
    act.require(Right.DO_SAFETY)
    run = _run(act, command.run)
    if len(run.log) >= MOST_NOTES:
        raise Refused("emergencies.refused.many_notes", most=MOST_NOTES)
    stamp = act.stamp(note=demanded(command.note, "refused.note_empty"))
    return (RecordSaved(replace(run, log=(*run.log, stamp), revision=run.revision + 1), "note"),)


def end(act: Act, command: EndEmergency) -> tuple[Event, ...]:
    """The event is over; open steps stay open in the record, and the summary says why."""
    act.require(Right.DO_SAFETY)
    run = _run(act, command.run)
    stamp = act.stamp(note=demanded(command.summary, "emergencies.refused.summary"))
    return (RecordSaved(replace(run, ended=stamp, ended_at=act.now, revision=run.revision + 1), "ended", stamp.note),)


def check_materials(act: Act, command: CheckMaterials) -> tuple[Event, ...]:
    """应急物资 were counted (R-EM-06)."""
    act.require(Right.DO_SAFETY)
    plan = act.world.records(EmergencyPlan).get(command.plan)
    if plan is None:
        raise Refused("emergencies.refused.plan_unknown", plan=command.plan)
    if len(command.present) != len(plan.materials):
        raise Refused("refused.record_changed", id=plan.id)
    counted = tuple(
        replace(material, present=max(-1, count)) for material, count in zip(plan.materials, command.present, strict=True)
    )  # fmt: skip
    stamp: Stamp = act.stamp(note=words(command.note))
    return (RecordSaved(replace(plan, materials=counted, checked=stamp, revision=plan.revision + 1), "checked"),)


def judge_plan(act: Act, plan: EmergencyPlan, present: EmergencyPlan | None) -> EmergencyPlan:
    """A plan as it is kept."""
    act.require(Right.MANAGE_SAFETY)
    demanded(plan.title.zh or plan.title.en, "emergencies.refused.title")
    if len(plan.steps) > MOST_STEPS:
        raise Refused("emergencies.refused.many_steps", count=len(plan.steps), most=MOST_STEPS)
    for place, each in enumerate(plan.steps, 1):
        if not each.text.zh and not each.text.en:
            raise Refused("emergencies.refused.step_text", step=place)
        if not 0 <= each.within_s * SECOND <= LONGEST_STEP:
            raise Refused("emergencies.refused.step_time", step=place)
    number = present.number if present is not None else act.number("emergencyplan")
    return replace(plan, id=plan.id or f"YA-{number:04d}", number=number, at=present.at if present is not None else act.now)


def _run(act: Act, name: str) -> EmergencyRun:
    run = act.world.records(EmergencyRun).get(name)
    if run is None:
        raise Refused("emergencies.refused.run_unknown", run=name)
    return run
