"""Emergency plans (应急预案) and what was done by one: timed steps, a log, people, materials.

A plan has the six parts of R-EM-01: risk, organisation (``roles``), response (``steps``), resources (``materials``),
information (``contacts``, ``reporting``), afterwork. A run keeps the steps that its plan had when it began, each with its time
(R-EM-07, R-EM-08). Nobody is dialled: contacts are read (R-EM-03).
"""

from __future__ import annotations

import enum

import msgspec

from console.domain.alarms import Alarm
from console.domain.asking import CommandBase
from console.domain.maintenance.records import Record
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import MINUTE, SECOND


class EventType(enum.StrEnum):
    """What a plan is for: the types that R-EM-01, R-EM-02, R-EM-04 and R-EM-05 name."""

    FIRE = "fire"
    TRAPPED = "trapped"  # elevator failure
    POWER_CUT = "power_cut"
    LEAK = "leak"  # 漏水, pump room flooding
    FLOOD = "flood"
    TYPHOON = "typhoon"
    LIGHTNING = "lightning"
    EARTHQUAKE = "earthquake"
    GAS_LEAK = "gas_leak"
    EQUIPMENT = "equipment"  # equipment failure
    EPIDEMIC = "epidemic"
    THEFT = "theft"
    PUBLIC_EVENT = "public_event"
    OTHER = "other"


class Duty(msgspec.Struct, frozen=True, omit_defaults=True):
    """A role of the organisation, and who has it."""

    role: Text
    task: Text = EMPTY
    person: str = ""
    phone: str = ""


class PlanStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to do, ``within_s`` seconds after the beginning (0: no time is set)."""

    text: Text
    within_s: float = 0.0
    role: Text = EMPTY


class PlanContact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom to inform, and of what."""

    name: Text
    phone: str = ""
    what: Text = EMPTY


class Material(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the materials' checklist (R-EM-06). ``present`` is what the last check found, -1: not checked yet."""

    name: Text
    wanted: int = 1
    place: Text = EMPTY
    present: int = -1

    @property
    def short(self) -> bool:
        """Less is there than there should be."""
        return 0 <= self.present < self.wanted


class EmergencyPlan(Record, frozen=True, omit_defaults=True, kw_only=True, tag="emergencyplan"):
    """One plan. ``categories`` and ``kinds`` (of equipment) and ``words`` (parts of an alarm's text) link it to alarms."""

    title: Text
    event: EventType
    risk: Text = EMPTY
    roles: tuple[Duty, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    materials: tuple[Material, ...] = ()
    contacts: tuple[PlanContact, ...] = ()
    reporting: Text = EMPTY
    warning: Text = EMPTY  # early warning issued in time (R-EM-05)
    afterwork: Text = EMPTY
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    source: Text = EMPTY
    template: str = ""
    checked: Stamp | None = None  # the last check of the materials


class RunStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step under way; ``due_at`` UTC ns, 0: no time is set. ``skipped``: it was not needed, the stamp's note says why."""

    text: Text
    due_at: int = 0
    role: Text = EMPTY
    done: Stamp | None = None
    skipped: bool = False


class EmergencyRun(Record, frozen=True, omit_defaults=True, kw_only=True, tag="emergencyrun"):
    """An event that is answered by a plan. ``drill``: it is rehearsed (演练). ``log`` is what was noted on the way."""

    plan: str
    title: Text
    event: EventType
    alarm: int = 0
    drill: bool = False
    began: Stamp
    steps: tuple[RunStep, ...] = ()
    log: tuple[Stamp, ...] = ()
    ended: Stamp | None = None  # the note is the summary

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"EM-{self.number:06d}"


def begun(
    plan: EmergencyPlan, number: int, stamp: Stamp, *, alarm: int = 0, equipment: str = "", drill: bool = False
) -> EmergencyRun:
    """A run of ``plan`` that began with ``stamp``: its steps' times count from then."""
    steps = tuple(
        RunStep(step.text, stamp.at + round(step.within_s * SECOND) if step.within_s else 0, step.role) for step in plan.steps
    )
    return EmergencyRun(
        id=f"EM-{number:06d}",
        number=number,
        revision=1,
        at=stamp.at,
        equipment=equipment,
        plan=plan.id,
        title=plan.title,
        event=plan.event,
        alarm=alarm,
        drill=drill,
        began=stamp,
        steps=steps,
    )


def late_steps(run: EmergencyRun, now: int) -> int:
    """Steps whose time is past and that nobody has done."""
    return sum(step.done is None and 0 < step.due_at <= now for step in run.steps) if run.open else 0


def step_delay(step: RunStep) -> int:
    """How much later than its time a step was done, ns; negative: earlier; 0 without a time."""
    return step.done.at - step.due_at if step.done is not None and step.due_at and not step.skipped else 0


def fits(plan: EmergencyPlan, alarm: Alarm, kind: str) -> int:
    """How well a plan answers an alarm of equipment of ``kind``: 0 not at all; a word in the alarm's text says more than a kind."""
    if alarm.category.value in plan.categories and alarm.category in (Category.FIRE, Category.TRAPPED):
        return 4
    spoken = f"{alarm.text.zh} {alarm.text.en}".casefold()
    if any(word.casefold() in spoken for word in plan.words):
        return 3
    if kind and kind in plan.kinds:
        return 2
    return 1 if alarm.category.value in plan.categories else 0


SHORTEST_STEP = 10 * SECOND
LONGEST_STEP = 7 * 24 * 60 * MINUTE


class BeginEmergency(CommandBase, frozen=True):
    """Start a plan. ``alarm`` is what it answers; ``at`` 0 = now."""

    plan: str
    alarm: int = 0
    equipment: str = ""
    drill: bool = False
    at: int = 0


class DoEmergencyStep(CommandBase, frozen=True):
    """The step at ``step`` was done (``at`` 0: now), or was not needed (``skip``, with a ``note``)."""

    run: str
    step: int
    note: str = ""
    skip: bool = False
    by: str = ""
    at: int = 0


class NoteEmergency(CommandBase, frozen=True):
    """Write into the run's log."""

    run: str
    note: str


class EndEmergency(CommandBase, frozen=True):
    """The event is over; ``summary`` says how it went."""

    run: str
    summary: str


class CheckMaterials(CommandBase, frozen=True):
    """The plan's materials were counted: one number a line, -1: not counted."""

    plan: str
    present: tuple[int, ...]
    note: str = ""
