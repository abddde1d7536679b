"""Drills (演练): what is to be rehearsed how often, each drill with its people, times and result, its review and what follows
from it.

A full drill at least once a year with a review (R-EM-02), fire drills regularly (R-EM-09), equipment fault drills (R-SLA-04);
where rules differ the strictest counts (requirements C6): fire and elevator rescue half-yearly, the latter for each kind of
elevator (TSG T5002-2017 art. 5(3)). Yearly safety training of all staff: R-EM-10.
"""

from __future__ import annotations

import enum
from datetime import date

import msgspec

from console.domain.asking import CommandBase
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.maintenance.rhythms import at_minute, local_day, months_after
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import DAY

REMIND_DAYS = 30  # before a drill is due: rooms, people and the brigade have to be asked
NINE = 540  # minutes: the hour of the day for which a due day stands
ACTION_AS = ("note", "order", "hazard")
OVERDUE, SOON, PLANNED = "overdue", "soon", "planned"


class DrillResult(enum.StrEnum):
    """How it went."""

    PASSED = "passed"
    PARTLY = "partly"
    FAILED = "failed"


class Measure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A measured time; ``limit`` ns, 0: none is set."""

    name: Text
    took: int
    limit: int = 0

    @property
    def kept(self) -> bool:
        """Within its limit."""
        return not self.limit or self.took <= self.limit


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """What follows from a review. ``becomes``: note | order | hazard; ``raised`` names what it became."""

    what: str
    person: str = ""
    due_at: int = 0
    becomes: str = "order"
    raised: str = ""


class DrillPlan(Record, frozen=True, omit_defaults=True, kw_only=True, tag="drillplan"):
    """A drill that comes again: at least every ``months``. ``event`` is a type of :class:`~.emergencies.EventType` or ``full``.

    ``first`` (``YYYY-MM-DD``) is the day by which the first one is to be held; later ones count from the last drill that was held.
    """

    title: Text
    event: str
    months: int = 12
    first: str = ""
    last: str = ""  # local day of the last one
    plan: str = ""  # the emergency plan that is rehearsed
    people: str = ""
    source: Text = EMPTY
    template: str = ""


class Drill(Record, frozen=True, omit_defaults=True, kw_only=True, tag="drill"):
    """One drill; ``at`` is when it began. It is open until it is reviewed (R-EM-02). ``run`` names the run with the measured
    times."""

    plan: str = ""  # the drill plan
    event: str
    title: Text
    place: str = ""
    until: int = 0
    leader: str = ""
    people: tuple[str, ...] = ()
    count: int = 0
    scenario: str = ""
    run: str = ""
    measures: tuple[Measure, ...] = ()
    result: DrillResult
    entered: Stamp
    photos: tuple[Attachment, ...] = ()
    review: str = ""
    actions: tuple[Action, ...] = ()
    reviewed: Stamp | None = None

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"YL-{self.number:06d}"


class Training(Record, frozen=True, omit_defaults=True, kw_only=True, tag="training"):
    """A safety training: content, time, people, result (R-EM-10). It is complete when it is written."""

    what: str
    trainer: str = ""
    hours: float = 0.0
    people: tuple[str, ...] = ()
    count: int = 0
    result: str = ""
    attachments: tuple[Attachment, ...] = ()
    entered: Stamp | None = None


def due_day(plan: DrillPlan, timezone: str) -> date:
    """The day by which the next drill of the plan is to be held: so many months after the last one, at first ``first``."""
    if plan.last:
        return months_after(date.fromisoformat(plan.last), plan.months)
    return date.fromisoformat(plan.first) if plan.first else months_after(local_day(plan.at, timezone), plan.months)


def due_at(plan: DrillPlan, timezone: str) -> int:
    """The same as a moment: nine in the morning."""
    return at_minute(due_day(plan, timezone), NINE, timezone)


def state_of(plan: DrillPlan, now: int, timezone: str) -> str:
    """``overdue`` from the day after the due day on, ``soon`` from :data:`REMIND_DAYS` before, else ``planned``."""
    today, due = local_day(now, timezone), due_day(plan, timezone)
    if today > due:
        return OVERDUE
    return SOON if (due - today).days <= REMIND_DAYS else PLANNED


def calendar_days(plan: DrillPlan, now: int, until: int, timezone: str) -> tuple[date, ...]:
    """The days by which the plan asks for a drill until ``until``, if each is held on its day; one that is overdue stands first."""
    found = [due_day(plan, timezone)]
    last = local_day(until, timezone)
    while (following := months_after(max(found[-1], local_day(now, timezone)), plan.months)) <= last:
        found.append(following)
    return tuple(day for day in found if day <= last)


def change_at(plan: DrillPlan, now: int, timezone: str) -> int:
    """When :func:`state_of` may change next, UTC ns: the midnight at which the reminder begins, or the day after the due day."""
    remind = at_minute(due_day(plan, timezone), 0, timezone) - REMIND_DAYS * DAY
    overdue = at_minute(due_day(plan, timezone), 0, timezone) + DAY
    return next((moment for moment in (remind, overdue) if moment > now), now + 30 * DAY)


class RecordDrill(CommandBase, frozen=True):
    """A drill was held. ``run`` names the emergency run or drill run whose times were measured."""

    title: str
    event: str
    at: int
    until: int
    result: DrillResult
    plan: str = ""
    place: str = ""
    equipment: str = ""
    leader: str = ""
    people: tuple[str, ...] = ()
    count: int = 0
    scenario: str = ""
    run: str = ""
    measures: tuple[Measure, ...] = ()
    photos: tuple[Attachment, ...] = ()


class ReviewDrill(CommandBase, frozen=True):
    """The review (R-EM-02): what was seen, and what follows; each action becomes its order or hazard, once."""

    drill: str
    base: int
    review: str
    actions: tuple[Action, ...] = ()
