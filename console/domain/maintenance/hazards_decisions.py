"""Decisions about hazards: find, analyse, rectify, recheck (R-IN-03). Nobody takes his own rectification off the list (R-IN-06)."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, reckoned, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.hazards import (
    KINDS,
    AnalyseHazard,
    Grade,
    Hazard,
    HazardState,
    OrderForHazard,
    Recheck,
    RecheckHazard,
    RecordHazard,
    RectifyHazard,
    VoidHazard,
    rectifiers,
)
from console.domain.maintenance.raising import Raising, reported
from console.domain.problems import Refused
from console.domain.stamps import Stamp

MOST_PHOTOS = 12


def record(act: Act, command: RecordHazard) -> tuple[Event, ...]:
    """排查: it is found; a major one is reported in the same moment."""
    act.require(Right.DO_SAFETY)
    what = demanded(command.what, "hazards.refused.what")
    if command.kind not in KINDS:
        raise Refused("hazards.refused.kind", kind=command.kind)
    if command.equipment and not act.world.knows(command.equipment):
        raise Refused("refused.equipment_unknown", equipment=command.equipment)
    place = words(command.place)
    if not place and not command.equipment:
        raise Refused("hazards.refused.place")
    measure = words(command.measure)
    if command.grade is Grade.MAJOR and not measure:
        raise Refused("hazards.refused.measure")
    if command.at > act.now:
        raise Refused("refused.future")
    if command.at < 0:
        raise Refused("refused.no_time")
    if len(command.photos) > MOST_PHOTOS:
        raise Refused("rounds.refused.photos", most=MOST_PHOTOS)
    raising = Raising(act.world, act.now, act.stamp())
    raising.hazard(
        what, command.kind, grade=command.grade, place=place, equipment=command.equipment, measure=measure,
        origin=words(command.origin), photos=command.photos, at=command.at,
    )  # fmt: skip
    return tuple(raising.events)


def analyse(act: Act, command: AnalyseHazard) -> tuple[Event, ...]:
    """分析: who, until when, to which standard (R-IN-04). Once they are set a change needs its reason."""
    act.require(Right.MANAGE_SAFETY)
    hazard = _open(act, command.hazard, command.base)
    if hazard.state is HazardState.RECHECK:
        raise Refused("hazards.refused.state", hazard=hazard.id)
    first = hazard.analysed is None
    reason = words(command.reason)
    if not first and not reason:
        raise Refused("refused.reason_missing")
    person = demanded(command.person, "hazards.refused.person", hazard=hazard.id)
    standard = demanded(command.standard, "hazards.refused.standard", hazard=hazard.id)
    if command.deadline <= hazard.at or (command.deadline != hazard.deadline and command.deadline <= act.now):
        raise Refused("hazards.refused.deadline", hazard=hazard.id)
    measure = words(command.measure)
    if command.grade is Grade.MAJOR and not measure:
        raise Refused("hazards.refused.measure")
    root, long_term = words(command.root_cause), words(command.long_term)
    if hazard.repeats and not (root and long_term):
        raise Refused("hazards.refused.repeat", hazard=hazard.id, earlier=", ".join(hazard.repeats))
    after = replace(
        hazard, person=person, standard=standard, deadline=command.deadline, cause=words(command.cause), grade=command.grade,
        measure=measure, root_cause=root, long_term=long_term, analysed=act.stamp(), state=HazardState.RECTIFYING,
        revision=hazard.revision + 1,
    )  # fmt: skip
    events: list[Event] = [RecordSaved(after, "analysed", reason)]
    if after.major and not after.reported:
        events.append(RecordSaved(reported(after, act.now), "reported"))
    return tuple(events)


def order(act: Act, command: OrderForHazard) -> tuple[Event, ...]:
    """A work order for the rectification; one at a time is under way."""
    act.require(Right.RAISE_ORDER)
    hazard = _open(act, command.hazard)
    running = next((found for number in hazard.orders if (found := act.world.orders.get(number)) is not None and found.open), None)
    if running is not None:
        raise Refused("hazards.refused.order_runs", hazard=hazard.id, order=running.id)
    if command.priority not in range(1, 5):
        raise Refused("refused.priority", priority=command.priority)
    raising = Raising(act.world, act.now, act.stamp())
    due_at = hazard.deadline if hazard.deadline > act.now else 0
    number = raising.order(hazard.what, hazard.equipment, command.priority, f"hazard:{hazard.id}", due_at=due_at)
    after = replace(hazard, orders=(*hazard.orders, number), revision=hazard.revision + 1)
    return (*raising.events, RecordSaved(after, "ordered"))


def rectify(act: Act, command: RectifyHazard) -> tuple[Event, ...]:
    """整改 is done and waits for its recheck."""
    act.require(Right.DO_SAFETY)
    hazard = _open(act, command.hazard, command.base)
    if hazard.state is not HazardState.RECTIFYING:
        raise Refused(
            "hazards.refused.not_analysed" if hazard.state is HazardState.FOUND else "hazards.refused.state", hazard=hazard.id
        )
    what = demanded(command.what, "hazards.refused.rectified")
    if command.at > act.now:
        raise Refused("refused.future")
    if command.at and command.at < hazard.at:
        raise Refused("hazards.refused.before", hazard=hazard.id)
    if not reckoned(command.cost):
        raise Refused("hazards.refused.cost")
    stamp = act.stamp(command.at, words(command.by), note=what)
    after = replace(
        hazard, rectified=(*hazard.rectified, stamp), after=command.photos or hazard.after, cost=hazard.cost + command.cost,
        state=HazardState.RECHECK, revision=hazard.revision + 1,
    )  # fmt: skip
    return (RecordSaved(after, "rectified"),)


def recheck(act: Act, command: RecheckHazard) -> tuple[Event, ...]:
    """复查: by somebody who had no hand in the rectification; a major one needs a supervisor's."""
    hazard = _open(act, command.hazard, command.base)
    act.require(Right.MANAGE_SAFETY if hazard.major else Right.DO_SAFETY)
    if hazard.state is not HazardState.RECHECK:
        raise Refused("hazards.refused.not_rectified", hazard=hazard.id)
    if _had_a_hand(act, hazard):
        raise Refused("hazards.refused.own_recheck", hazard=hazard.id, who=act.actor.display)
    stamp = act.stamp(note=demanded(command.note, "hazards.refused.recheck_note"))
    rechecks = (*hazard.rechecks, Recheck(stamp, command.passed))
    if not command.passed:
        back = replace(hazard, rechecks=rechecks, state=HazardState.RECTIFYING, revision=hazard.revision + 1)
        return (RecordSaved(back, "sent_back"),)
    return (_ended(hazard, stamp, HazardState.CLOSED, rechecks),)


def void(act: Act, command: VoidHazard) -> tuple[Event, ...]:
    """It was none."""
    act.require(Right.MANAGE_SAFETY)
    hazard = _open(act, command.hazard, command.base)
    if act.actor.name in (hazard.found.by, hazard.found.entered_by):
        raise Refused("hazards.refused.own_void", hazard=hazard.id)
    if _had_a_hand(act, hazard):  # or it would leave the list without its recheck
        raise Refused("hazards.refused.own_recheck", hazard=hazard.id, who=act.actor.display)
    stamp = act.stamp(note=demanded(command.reason, "refused.reason_missing"))
    return (_ended(hazard, stamp, HazardState.VOID, hazard.rechecks),)


def _had_a_hand(act: Act, hazard: Hazard) -> bool:
    """Who rectified, was to, entered it, or worked on an order of it."""
    orders = (act.world.orders.get(number) for number in hazard.orders)
    workers = {order.assignee for order in orders if order is not None}
    return bool({act.actor.name, act.actor.display} & (rectifiers(hazard) | workers))


def _ended(hazard: Hazard, stamp: Stamp, state: HazardState, rechecks: tuple[Recheck, ...]) -> RecordSaved:
    done = replace(hazard, state=state, rechecks=rechecks, closed=stamp, ended_at=stamp.entered_at, revision=hazard.revision + 1)
    return RecordSaved(done, state.value, stamp.note)


def _open(act: Act, name: str, base: int = 0) -> Hazard:
    """The open hazard; ``base`` 0: the person's screen need not have shown its newest version."""
    hazard = act.world.records(Hazard).get(name)
    if hazard is None:
        raise Refused("hazards.refused.unknown", hazard=name)
    if base and base != hazard.revision:
        raise Refused("refused.record_changed", id=name)
    return hazard
