"""Decisions about drills, their reviews and trainings."""

from __future__ import annotations

import math
from datetime import date

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.drills import (
    ACTION_AS,
    Action,
    Drill,
    DrillPlan,
    RecordDrill,
    ReviewDrill,
    Training,
)
from console.domain.maintenance.emergencies import EventType
from console.domain.maintenance.raising import Raising
from console.domain.maintenance.rhythms import local_day
from console.domain.problems import Refused
from console.domain.text import Text
from console.domain.times import DAY

FULL = "full"
EVENTS = frozenset({FULL, *(each.value for each in EventType)})
MOST_ACTIONS = 50
LONGEST_DRILL = 3 * DAY
LONGEST_TRAINING = 24 * 14  # hours


def record(act: Act, command: RecordDrill) -> tuple[Event, ...]:
    """A drill was held; its plan counts from that day on."""
    act.require(Right.DO_SAFETY)
    title = demanded(command.title, "drills.refused.title")
    if command.event not in EVENTS:
        raise Refused("drills.refused.event", event=command.event)
    if not 0 < command.at <= act.now:
        raise Refused("refused.future")
    if not command.at < command.until <= min(act.now, command.at + LONGEST_DRILL):
        raise Refused("drills.refused.times")
    if command.count < 1 and not command.people:
        raise Refused("drills.refused.people")
    world = act.world
    plan = world.records(DrillPlan).get(command.plan)
    if command.plan and plan is None:
        raise Refused("drills.refused.plan_unknown", plan=command.plan)
    if command.equipment and not world.knows(command.equipment):
        raise Refused("refused.equipment_unknown", equipment=command.equipment)
    number = act.number("drill")
    drill = Drill(
        id=f"YL-{number:06d}", number=number, revision=1, at=command.at, equipment=command.equipment, plan=command.plan,
        event=command.event, title=Text(title), place=words(command.place), until=command.until, leader=words(command.leader),
        people=tuple(dict.fromkeys(name for each in command.people if (name := words(each)))),
        count=max(command.count, len(command.people)), scenario=words(command.scenario), run=command.run,
        measures=command.measures, result=command.result, entered=act.stamp(), photos=command.photos,
    )  # fmt: skip
    events: list[Event] = [RecordSaved(drill, "created")]
    if plan is not None:
        day = local_day(command.at, world.timezone).isoformat()
        if day > plan.last:  # one that is entered late does not take a newer one's place
            events.append(RecordSaved(replace(plan, last=day, revision=plan.revision + 1), "held"))
    return tuple(events)


def review(act: Act, command: ReviewDrill) -> tuple[Event, ...]:
    """The review ends the drill; what follows becomes orders and hazards, once: a reviewed drill is no longer open."""
    act.require(Right.MANAGE_SAFETY)
    drill = act.world.records(Drill).get(command.drill)
    if drill is None:
        raise Refused("drills.refused.unknown", drill=command.drill)
    if command.base != drill.revision:
        raise Refused("refused.record_changed", id=drill.id)
    text = demanded(command.review, "drills.refused.review")
    if len(command.actions) > MOST_ACTIONS:
        raise Refused("drills.refused.many_actions", most=MOST_ACTIONS)
    raising = Raising(act.world, act.now, act.stamp())
    actions = tuple(_raised(raising, drill, place, action, act.now) for place, action in enumerate(command.actions, 1))
    done = replace(
        drill, review=text, actions=actions, reviewed=act.stamp(), ended_at=act.now, revision=drill.revision + 1
    )  # fmt: skip
    return (*raising.events, RecordSaved(done, "reviewed"))


def _raised(raising: Raising, drill: Drill, place: int, action: Action, now: int) -> Action:
    what = demanded(action.what, "drills.refused.action", place=place)
    if action.becomes not in ACTION_AS:
        raise Refused("drills.refused.action", place=place)
    if action.due_at and action.due_at <= now:
        raise Refused("drills.refused.action_due", place=place)
    origin = f"drill:{drill.id}"
    if action.becomes == "order":
        number = raising.order(what, drill.equipment, 3, origin, due_at=action.due_at)
        return replace(action, what=what, raised=f"WO-{number:06d}")
    if action.becomes == "hazard":
        where = drill.place or drill.title.zh
        hazard = raising.hazard(what, "other", place=where, equipment=drill.equipment, origin=origin)
        return replace(action, what=what, raised=hazard.id)
    return replace(action, what=what, raised="")


def judge_drill_plan(act: Act, plan: DrillPlan, present: DrillPlan | None) -> DrillPlan:
    """A drill plan as it is kept. When the last drill was held is said by the drills."""
    act.require(Right.MANAGE_SAFETY)
    demanded(plan.title.zh or plan.title.en, "drills.refused.title")
    if plan.event not in EVENTS:
        raise Refused("drills.refused.event", event=plan.event)
    if not 1 <= plan.months <= 60:
        raise Refused("drills.refused.months")
    if plan.first and not _is_day(plan.first):
        raise Refused("drills.refused.first", found=plan.first)
    if plan.equipment and not act.world.knows(plan.equipment):
        raise Refused("refused.equipment_unknown", equipment=plan.equipment)
    number = present.number if present is not None else act.number("drillplan")
    return replace(
        plan,
        id=plan.id or f"YP-{number:04d}",
        number=number,
        at=present.at if present is not None else act.now,
        last=present.last if present is not None else "",
    )


def judge_training(act: Act, training: Training, present: Training | None) -> Training:
    """A training is complete when it is written; a correction is another record that says so."""
    act.require(Right.MANAGE_SAFETY)
    what = demanded(training.what, "drills.refused.training_what")
    if not 0 < training.at <= act.now:
        raise Refused("refused.future")
    if not (math.isfinite(training.hours) and 0 < training.hours <= LONGEST_TRAINING):
        raise Refused("drills.refused.training_hours")
    people = tuple(dict.fromkeys(name for each in training.people if (name := words(each))))
    if not people and training.count < 1:
        raise Refused("drills.refused.people")
    result = demanded(training.result, "drills.refused.training_result")
    number = present.number if present is not None else act.number("training")
    return replace(
        training, id=f"PX-{number:06d}", number=number, what=what, people=people, count=max(training.count, len(people)),
        trainer=words(training.trainer), result=result, entered=act.stamp(), ended_at=act.now,
    )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
