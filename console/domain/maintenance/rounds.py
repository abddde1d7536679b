"""Rounds (巡检): routes of points and places with what is to be looked at, and each round that was due, made, late or missed.

A round keeps the checks that its route had when it fell due: what was asked never changes under what was answered. Sources: daily
patrol R-IN-01, full check R-IN-02, standard operation with limits R-IN-10, readings taken from live data R-EQ-13.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from console.domain.asking import CommandBase
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.maintenance.rhythms import Rhythm
from console.domain.quality import Quality
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import MINUTE

PASS, FAIL, SKIPPED = "pass", "fail", "skipped"
YES, NO = "yes", "no"
ON_FAIL = ("order", "hazard", "note")
MOST_CHECKS = 300
CATEGORIES = ("patrol", "full", "fire", "water", "power", "elevator", "duty", "other")


class CheckKind(enum.StrEnum):
    """How a check is answered."""

    VALUE = "value"
    YES_NO = "yes_no"
    TEXT = "text"
    PHOTO = "photo"


class Check(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to look at. ``low`` and ``high`` in ``unit``, both included; ``good`` is the answer that passes a yes/no.

    ``point`` is the live point that can fill it. ``photo``: it needs one. ``on_fail``: what a failure raises (order | hazard |
    note); ``hazard`` is then the kind of the hazard, ``major`` its grade.
    """

    key: str
    text: Text
    kind: CheckKind = CheckKind.YES_NO
    place: Text = EMPTY
    equipment: str = ""
    point: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    good: str = YES
    photo: bool = False
    optional: bool = False
    on_fail: str = "order"
    hazard: str = "other"
    major: bool = False
    priority: int = 3


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found. ``result`` empty: not looked at yet. ``auto``: taken from live data, not from a person's eyes.

    ``raised`` names the order or hazard that the failure led to, or the open one of an earlier round that it confirms.
    """

    result: str = ""
    value: str = ""
    number: float | None = None
    note: str = ""
    photos: tuple[Attachment, ...] = ()
    by: str = ""
    at: int = 0
    auto: bool = False
    raised: str = ""


class Route(Record, frozen=True, omit_defaults=True, kw_only=True, tag="route"):
    """A round that comes again. ``window`` minutes after it fell due it is late. ``automatic``: the collector fills what has a
    point and ends the round itself when nothing is left for a person. ``source`` names the rule; templates are examples to
    be edited.
    """

    title: Text
    rhythm: Rhythm
    checks: tuple[Check, ...] = ()
    window: int = 60
    category: str = "patrol"
    assignee: str = ""  # a person or a team
    automatic: bool = False
    source: Text = EMPTY
    template: str = ""
    since: int = 0  # from when its present rhythm counts, UTC ns


class RouteMemory(Record, frozen=True, omit_defaults=True, kw_only=True, tag="routememory"):
    """What the planner remembers of the route with the same id: the last moment for which it raised, or passed over, a round."""

    last: int = 0


class Round(Record, frozen=True, omit_defaults=True, kw_only=True, tag="round"):
    """One round; ``at`` is when it fell due. ``late_at``: not made by then, it is late; ``closes_at``: the next one falls due.

    A missed round stays open until somebody says why (``explained``); ``further`` counts the missed ones of the route that followed
    meanwhile. ``unwatched`` counts those before it that fell into a time in which the collector did not run.
    """

    route: str
    title: Text
    category: str = "patrol"
    checks: tuple[Check, ...] = ()
    answers: tuple[Answer, ...] = ()
    late_at: int = 0
    closes_at: int = 0
    assignee: str = ""
    automatic: bool = False
    unscheduled: bool = False
    started: Stamp | None = None
    finished: Stamp | None = None  # by "" = nothing was left for a person
    missed: bool = False
    further: int = 0
    unwatched: int = 0
    explained: Stamp | None = None

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"XJ-{self.number:06d}"

    @property
    def done(self) -> int:
        """Checks that were answered."""
        return sum(bool(answer.result) for answer in self.answers)

    @property
    def failed(self) -> int:
        """Checks that did not pass."""
        return sum(answer.result == FAIL for answer in self.answers)


class RoundState(enum.StrEnum):
    """What a list says about a round."""

    MISSED = "missed"
    LATE = "late"
    RUNNING = "running"
    DUE = "due"
    DONE = "done"
    EXPLAINED = "explained"


class LiveValue(NamedTuple):
    """A point's present value as the collector has it."""

    value: float | int | str
    quality: Quality
    at: int


def state_of(round_: Round, now: int) -> RoundState:
    """One word for a round."""
    if round_.finished is not None:
        return RoundState.DONE
    if round_.missed:
        return RoundState.EXPLAINED if round_.explained is not None else RoundState.MISSED
    if round_.late_at and now >= round_.late_at:
        return RoundState.LATE
    return RoundState.RUNNING if round_.started is not None else RoundState.DUE


def lateness(round_: Round) -> int:
    """How long after its window a finished round was finished, ns; 0: in time."""
    end = round_.finished.at if round_.finished is not None else 0
    return max(0, end - round_.late_at) if round_.late_at else 0


def gives_up_at(round_: Round) -> int:
    """When an open round counts as missed (UTC ns), 0: never. One that was begun gets as long again to be finished."""
    if round_.missed or round_.finished is not None or not round_.closes_at:
        return 0
    return round_.closes_at + (round_.closes_at - round_.at if round_.started is not None else 0)


def new_round(route: Route, at: int, closes_at: int, *, unscheduled: bool = False) -> Round:
    """The round of ``route`` for the moment ``at``; its id is the same however often it is made."""
    return Round(
        id=f"{route.id}@{at // MINUTE}" + ("+" if unscheduled else ""),
        at=at,
        equipment=route.equipment,
        route=route.id,
        title=route.title,
        category=route.category,
        checks=route.checks,
        answers=(Answer(),) * len(route.checks),
        late_at=0 if unscheduled else at + route.window * MINUTE,
        closes_at=0 if unscheduled else closes_at,
        assignee=route.assignee,
        automatic=route.automatic,
        unscheduled=unscheduled,
    )


def verdict(check: Check, answer: Answer) -> str:
    """``pass``, ``fail`` or, where the answer itself does not say it, what the person said. A value outside its limits never
    passes."""
    if answer.result in (SKIPPED, FAIL):
        return answer.result
    if check.kind is CheckKind.VALUE:
        number = answer.number
        if number is None or not math.isfinite(number):
            return ""
        low, high = check.low, check.high
        return FAIL if (low is not None and number < low) or (high is not None and number > high) else PASS
    if check.kind is CheckKind.YES_NO:
        return "" if answer.value not in (YES, NO) else PASS if answer.value == check.good else FAIL
    if check.kind is CheckKind.PHOTO:
        return PASS if answer.photos else ""
    return PASS if answer.value else ""


def missing(round_: Round) -> tuple[int, ...]:
    """Places of the checks without which the round cannot be finished."""
    pairs = enumerate(zip(round_.checks, round_.answers, strict=True))
    return tuple(place for place, (check, answer) in pairs if not answer.result and not check.optional)


def answered(round_: Round, place: int, answer: Answer) -> Round:
    """The round with another answer at ``place``."""
    return replace(round_, answers=(*round_.answers[:place], answer, *round_.answers[place + 1 :]))


def filled(round_: Round, live: Mapping[str, LiveValue], now: int) -> Round:
    """The round with its open checks answered from live data (R-EQ-13): only from good values, and marked as automatic.

    A typed reading (MANUAL) is some person's earlier look and answers nothing now; a stale or bad value leaves the check to a
    person.
    """
    for place, (check, answer) in enumerate(zip(round_.checks, round_.answers, strict=True)):
        found = live.get(check.point) if check.point and not answer.result and not check.photo else None
        if found is None or found.quality is not Quality.GOOD or isinstance(found.value, str):
            continue
        made = _from_live(check, found)
        result = verdict(check, made) if made is not None else ""
        if made is not None and result:
            round_ = answered(round_, place, replace(made, result=result, at=now, auto=True))
    return round_


def _from_live(check: Check, found: LiveValue) -> Answer | None:
    number = float(found.value)
    if check.kind is CheckKind.VALUE:
        return Answer(value=f"{number:g}", number=number)
    if check.kind is CheckKind.YES_NO:
        return Answer(value=YES if number else NO, number=number)
    return None


class BeginRound(CommandBase, frozen=True):
    """Make a round of ``route`` now, beside those that fall due."""

    route: str


class AnswerRound(CommandBase, frozen=True):
    """Answer the check at ``place`` (from 0); an empty ``result`` without a value takes the answer back.

    ``live``: the value was taken over from the screen's live value, not read off by the person.
    """

    round: str
    place: int
    result: str = ""
    value: str = ""
    number: float | None = None
    note: str = ""
    photos: tuple[Attachment, ...] = ()
    live: bool = False


class FinishRound(CommandBase, frozen=True):
    """Everything was looked at; what failed raises its orders and hazards."""

    round: str
    note: str = ""


class ExplainRounds(CommandBase, frozen=True):
    """Why these rounds were missed; they leave the list."""

    rounds: tuple[str, ...]
    reason: str
