"""Decisions about rounds: answers, the end with what it raises, reasons for missed ones, and routes as they are kept."""

from __future__ import annotations

import math

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.hazards import KINDS, Grade, Hazard
from console.domain.maintenance.raising import Raising
from console.domain.maintenance.rhythms import Every
from console.domain.maintenance.rounds import (
    CATEGORIES,
    FAIL,
    MOST_CHECKS,
    NO,
    ON_FAIL,
    PASS,
    SKIPPED,
    YES,
    Answer,
    AnswerRound,
    BeginRound,
    Check,
    CheckKind,
    ExplainRounds,
    FinishRound,
    Round,
    Route,
    answered,
    missing,
    new_round,
    verdict,
)
from console.domain.problems import Refused
from console.domain.stamps import Stamp
from console.domain.world import World

LONGEST_WINDOW = 366 * 24 * 60  # minutes: no rhythm that is made with care leaves more than its own year
MOST_PHOTOS = 8  # of one answer: a delta stays small, and nobody looks at more


def begin(act: Act, command: BeginRound) -> tuple[Event, ...]:
    """A round beside the rhythm."""
    act.require(Right.DO_SAFETY)
    route = act.world.records(Route).get(command.route)
    if route is None:
        raise Refused("rounds.refused.route_unknown", route=command.route)
    made = new_round(route, act.now, 0, unscheduled=True)
    if any(round_.id.startswith(made.id) for round_ in act.world.records(Round).values()):
        return ()
    number = act.number("round")
    made = replace(made, id=f"{made.id}{number}")  # an earlier one of this minute may be finished, and keeps its place
    return (RecordSaved(replace(made, number=number, revision=1, started=act.stamp()), "created"),)


def answer(act: Act, command: AnswerRound) -> tuple[Event, ...]:
    """One check of an open round; a check that was answered may be corrected until the round is finished."""
    act.require(Right.DO_SAFETY)
    round_ = _going(act, command.round)
    if not 0 <= command.place < len(round_.checks):
        raise Refused("rounds.refused.check_unknown", round=round_.name, place=command.place + 1)
    check = round_.checks[command.place]
    made = _answer(act, check, command)
    after = answered(round_, command.place, made)
    started = round_.started or act.stamp()
    return (RecordSaved(replace(after, started=started, revision=round_.revision + 1), "answered"),)


def finish(act: Act, command: FinishRound) -> tuple[Event, ...]:
    """All that must be answered is."""
    act.require(Right.DO_SAFETY)
    round_ = _going(act, command.round)
    left = missing(round_)
    if left:
        raise Refused("rounds.refused.open_checks", round=round_.name, count=len(left), first=round_.checks[left[0]].text.zh)
    return finished(act.world, round_, act.stamp(note=words(command.note)), act.now)


def explain(act: Act, command: ExplainRounds) -> tuple[Event, ...]:
    """Why rounds were missed; a supervisor's word, so that a missed round never leaves by itself."""
    act.require(Right.MANAGE_SAFETY)
    reason = demanded(command.reason, "rounds.refused.explain_reason")
    events = []
    for name in dict.fromkeys(command.rounds):
        round_ = act.world.records(Round).get(name)
        if round_ is None or not round_.missed:
            raise Refused("rounds.refused.not_missed", round=round_.name if round_ is not None else name)
        stamp = act.stamp(note=reason)
        done = replace(round_, explained=stamp, ended_at=act.now, revision=round_.revision + 1)
        events.append(RecordSaved(done, "explained", reason))
    return tuple(events)


def finished(world: World, round_: Round, stamp: Stamp, now: int) -> tuple[Event, ...]:
    """The end of a round, and the orders and hazards of what failed, each once: a check of the same route whose earlier order or
    hazard is still open confirms that one."""
    raising = Raising(world, now, stamp)
    answers = list(round_.answers)
    for place, (check, found) in enumerate(zip(round_.checks, round_.answers, strict=True)):
        if found.result == FAIL and check.on_fail != "note":
            answers[place] = replace(found, raised=_raised(world, raising, round_, check, found))
    started = round_.started or stamp
    done = replace(
        round_, answers=tuple(answers), started=started, finished=stamp, ended_at=now, revision=round_.revision + 1
    )  # fmt: skip
    return (*raising.events, RecordSaved(done, "finished", stamp.note))


def origin_of(route: str, check: Check) -> str:
    """What an order or hazard of a failed check says of where it comes from: the same in each round of the route."""
    return f"round:{route}/{check.key}"


def _raised(world: World, raising: Raising, round_: Round, check: Check, found: Answer) -> str:
    origin = origin_of(round_.route, check)
    equipment = check.equipment or round_.equipment
    known = next((order for order in world.orders.values() if order.open and order.origin == origin), None)
    if known is not None:
        return known.id
    hazard = next((each for each in world.records(Hazard).values() if each.origin == origin), None)
    if hazard is not None:
        return hazard.id
    said = " ".join(
        part for part in (f"{found.value} {check.unit}".strip() if found.value not in (YES, NO, "") else "", found.note) if part
    )
    place = check.place.zh
    if check.on_fail == "hazard":
        grade = Grade.MAJOR if check.major else Grade.GENERAL
        what = "：".join(part for part in (check.text.zh, said) if part)
        measure = found.note if check.major else ""
        return raising.hazard(
            what, check.hazard, grade=grade, place=place, equipment=equipment, measure=measure, origin=origin, photos=found.photos
        ).id
    title = replace(
        check.text,
        zh="：".join(part for part in (check.text.zh, said) if part),
        en=": ".join(part for part in (check.text.en, said) if part) if check.text.en else "",
    )
    return f"WO-{raising.order(title, equipment, check.priority, origin):06d}"


def _answer(act: Act, check: Check, command: AnswerRound) -> Answer:
    value, note = words(command.value), words(command.note)
    if not command.result and not value and command.number is None and not command.photos:
        return Answer()
    if command.result not in ("", PASS, FAIL, SKIPPED):
        raise Refused("rounds.refused.result", found=command.result)
    if len(command.photos) > MOST_PHOTOS:
        raise Refused("rounds.refused.photos", most=MOST_PHOTOS)
    made = Answer(command.result, value, command.number, note, command.photos, act.actor.name, act.now, command.live)
    result = verdict(check, made)
    if result == SKIPPED:
        if not note:
            raise Refused("rounds.refused.skip_note")
    elif not result:
        raise Refused(f"rounds.refused.answer_{check.kind.value}")
    if check.photo and result != SKIPPED and not made.photos:
        raise Refused("rounds.refused.photo_missing")
    if check.on_fail == "hazard" and check.major and result == FAIL and not note:
        raise Refused("hazards.refused.measure")  # the note of a major finding is its temporary measure (R-IN-05)
    return replace(made, result=result)


def _going(act: Act, name: str) -> Round:
    round_ = act.world.records(Round).get(name)
    if round_ is None:
        raise Refused("rounds.refused.unknown")
    if round_.missed:
        raise Refused("rounds.refused.missed", round=round_.name)
    return round_


# --- routes


def judge_route(act: Act, route: Route, present: Route | None) -> Route:
    """A route as it is kept. Its id is given here; a changed rhythm counts from now."""
    act.require(Right.MANAGE_SAFETY)
    world = act.world
    title = demanded(route.title.zh or route.title.en, "rounds.refused.title")
    if not route.ended_at:
        if not route.checks:
            raise Refused("rounds.refused.no_checks", route=title)
        if len(route.checks) > MOST_CHECKS:
            raise Refused("rounds.refused.many_checks", count=len(route.checks), most=MOST_CHECKS)
        if not route.rhythm.sound:
            raise Refused("rounds.refused.rhythm", route=title)
        if route.rhythm.every is Every.SHIFT and not world.roster.shifts:
            raise Refused("rounds.refused.no_shifts", route=title)
        if not 1 <= route.window <= LONGEST_WINDOW or route.category not in CATEGORIES:
            raise Refused("rounds.refused.window", route=title)
        _refuse_wrong_checks(world, route)
    if route.equipment and not world.knows(route.equipment):
        raise Refused("refused.equipment_unknown", equipment=route.equipment)
    changed = present is None or present.rhythm != route.rhythm
    number = present.number if present is not None else act.number("route")
    return replace(
        route,
        id=route.id or f"RT-{number:06d}",
        number=number,
        at=present.at if present is not None else act.now,
        since=act.now if changed or present is None else present.since,
    )


def _refuse_wrong_checks(world: World, route: Route) -> None:
    keys = [check.key for check in route.checks]
    for place, check in enumerate(route.checks, 1):
        if not check.text.zh and not check.text.en:
            raise Refused("rounds.refused.check_text", place=place)
        if not check.key or keys.count(check.key) > 1:
            raise Refused("rounds.refused.check_key", place=place, key=check.key)
        if check.equipment and not world.knows(check.equipment):
            raise Refused("rounds.refused.check_equipment", place=place, equipment=check.equipment)
        if check.point and check.point not in world.points:
            raise Refused("rounds.refused.check_point", place=place, point=check.point)
        limits = [limit for limit in (check.low, check.high) if limit is not None]
        if not all(math.isfinite(limit) for limit in limits) or limits != sorted(limits):
            raise Refused("rounds.refused.check_limits", place=place)
        if (
            check.on_fail not in ON_FAIL
            or check.hazard not in KINDS
            or check.priority not in range(1, 5)
            or check.good not in (YES, NO)
        ):
            raise Refused("rounds.refused.check_outcome", place=place)
        if check.kind is CheckKind.TEXT and check.point:
            raise Refused("rounds.refused.check_point", place=place, point=check.point)
