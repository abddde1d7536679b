"""Plans made in the console, changes of single turns, and how both meet the plans of the site file.

A :class:`Plan` is one programme of work for any number of machines: its levels from the smallest up, each within the next. For the
planner it is stamped out into one :class:`MaintenancePlan` a machine and level, with the id that a plan of the site file would
have; where both have the same id the console's counts (that is how a plan of the site file is edited: as a copy that takes its
place, memory and all).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from msgspec.structs import replace

from console.domain.maintenance.records import Record
from console.domain.orders import CheckItem, SafetyStep
from console.domain.plans import Condition, MaintenancePlan, Meter, Span
from console.domain.text import EMPTY, Text

Chain = tuple[MaintenancePlan, ...]
"""The nested levels of one machine, the smallest first; mostly a single plan."""


class Level(msgspec.Struct, frozen=True, omit_defaults=True):
    """One level. ``key`` is unique among the machine's plans. Points of ``meters`` and ``conditions`` are keys within the machine.

    ``hours``: work of one turn, the smaller levels' that it includes not counted in.
    """

    key: str
    title: Text
    every_days: int = 0
    every_months: int = 0
    meters: tuple[Meter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    checklist: tuple[CheckItem, ...] = ()
    hours: float = 0.0
    lead_days: int = 0
    grace_days: int = 0

    @property
    def triggered(self) -> bool:
        """Something can make it due."""
        return bool(self.every_days or self.every_months or self.meters or self.conditions)


class Machine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A machine that a plan is for, and the date (``YYYY-MM-DD``) from which its rhythm counts; empty: one interval after the plan
    was first seen."""

    id: str
    first_due: str = ""


class Plan(Record, frozen=True, omit_defaults=True, kw_only=True, tag="plan"):
    """See the module. ``template`` names the example that it began as; ``source`` the rule or manual behind it, ``region``
    where that holds. ``completion``, ``months``, ``shift``, ``blackouts``: as in :class:`MaintenancePlan`, for all levels."""

    title: Text
    levels: tuple[Level, ...] = ()
    machines: tuple[Machine, ...] = ()
    completion: bool = False
    months: tuple[int, ...] = ()
    shift: str = ""
    blackouts: tuple[Span, ...] = ()
    priority: int = 4
    assignee: str = ""
    team: str = ""
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    safety: tuple[SafetyStep, ...] = ()
    source: Text = EMPTY
    region: str = ""
    template: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """Its readable number."""
        return f"PL-{self.number:04d}"


class TurnChange(Record, frozen=True, omit_defaults=True, kw_only=True, tag="turn"):
    """One turn of a plan was moved to another day, or skipped (``to`` empty). ``turn`` is its date in the plan's rhythm.

    For nested levels the plan is the smallest level's: the visit is moved as a whole, and a visit that is skipped hands the higher
    level that it carried to the next one. Once its turn is over the record ends.
    """

    plan: str
    turn: str
    to: str = ""
    reason: str = ""
    by: str = ""


def change_id(plan: str, turn: str) -> str:
    """The id of the change of one turn."""
    return f"{plan}@{turn}"


def stamped(plan: Plan) -> Iterable[MaintenancePlan]:
    """The plan for the planner: one a machine and level. What the machines share is shared in memory, too."""
    above = [level.key for level in plan.levels[1:]] + [""]
    for machine in plan.machines:
        for level, within in zip(plan.levels, above, strict=True):
            yield MaintenancePlan(
                id=f"{machine.id}/{level.key}",
                equipment=machine.id,
                title=level.title,
                every_days=level.every_days,
                every_months=level.every_months,
                first_due=machine.first_due if level.every_days or level.every_months else "",
                lead_days=level.lead_days,
                priority=plan.priority,
                source=plan.source,
                assignee=plan.assignee,
                within=within,
                completion=plan.completion,
                meters=tuple(replace(meter, point=point_id(machine.id, meter.point)) for meter in level.meters),
                conditions=tuple(replace(each, point=point_id(machine.id, each.point)) for each in level.conditions),
                grace_days=level.grace_days,
                months=plan.months,
                shift=plan.shift,
                blackouts=plan.blackouts,
                hours=level.hours,
                team=plan.team,
                skills=plan.skills,
                certificates=plan.certificates,
                safety=plan.safety,
                items=level.checklist,
                record=plan.id,
            )


def point_id(equipment: str, key: str) -> str:
    """The id of a machine's point; a key with a dot is an id already (a meter elsewhere that counts for this machine)."""
    return key if "." in key else f"{equipment}.{key}"


def schedule(site: Iterable[MaintenancePlan], made: Iterable[Plan]) -> dict[str, MaintenancePlan]:
    """Every plan by its id: those of the site file, overlaid by those of the console."""
    found = {plan.id: plan for plan in site}
    for record in sorted(made, key=lambda each: each.number):
        for plan in stamped(record):
            found[plan.id] = plan
    return found


def found(name: str, site: Mapping[str, MaintenancePlan], made: Iterable[Plan]) -> MaintenancePlan | None:
    """The plan of that id, without stamping out all the others."""
    equipment, _, key = name.partition("/")
    for record in made:
        if any(level.key == key for level in record.levels):
            own = tuple(machine for machine in record.machines if machine.id == equipment)
            if own:
                return next(plan for plan in stamped(replace(record, machines=own)) if plan.id == name)
    return site.get(name)


def shared(plans: Iterable[MaintenancePlan]) -> tuple[MaintenancePlan, ...]:
    """The same plans, with equal texts and lists being one object: what a type brings to each of 5,000 machines was decoded 5,000
    times over."""
    known: dict[object, object] = {}
    return tuple(replace(plan, **{name: known.setdefault(part, part) for name, part in _heavy(plan)}) for plan in plans)


def _heavy(plan: MaintenancePlan) -> tuple[tuple[str, object], ...]:
    return (
        ("equipment", plan.equipment), ("title", plan.title), ("source", plan.source), ("checklist", plan.checklist),
        ("items", plan.items), ("safety", plan.safety), ("blackouts", plan.blackouts), ("first_due", plan.first_due),
        ("within", plan.within),
    )  # fmt: skip


def chains(plans: Mapping[str, MaintenancePlan]) -> list[Chain]:
    """The plans by machine, nested levels together and the smallest first. A level has at most one right below it: a second
    one, or one that is its own superior, stands for itself."""
    lower: dict[str, str] = {}
    for plan in plans.values():
        if plan.within:
            above = f"{plan.equipment}/{plan.within}"
            if above in plans and above not in lower and not _over(lower, plan.id, above):
                lower[above] = plan.id
    upper = {below: above for above, below in lower.items()}
    found: list[Chain] = []
    for plan in plans.values():
        if plan.id in lower:
            continue
        if plan.id not in upper:
            found.append((plan,))
            continue
        chain, above = [plan], upper[plan.id]
        while above:
            chain.append(plans[above])
            above = upper.get(above, "")
        found.append(tuple(chain))
    return found


def _over(lower: Mapping[str, str], plan: str, above: str) -> bool:
    """Whether ``above`` lies below ``plan`` already: a ring."""
    below = plan
    while below:
        if below == above:
            return True
        below = lower.get(below, "")
    return False


def as_copy(chain: Sequence[MaintenancePlan]) -> Plan:
    """A plan of the site file as one of the console, to be edited: the same levels for the same machine."""
    first, last = chain[0], chain[-1]
    title = first.title if first is last else Text(*(" … ".join(filter(None, both)) for both in _pairs(first.title, last.title)))
    return Plan(
        id="",
        title=title,
        levels=tuple(
            Level(
                key=plan.key,
                title=plan.title,
                every_days=plan.every_days,
                every_months=plan.every_months,
                meters=tuple(replace(meter, point=_key(plan, meter.point)) for meter in plan.counters),
                conditions=tuple(replace(each, point=_key(plan, each.point)) for each in plan.conditions),
                checklist=plan.lines,
                hours=plan.hours,
                lead_days=plan.lead_days,
                grace_days=plan.grace_days,
            )
            for plan in chain
        ),
        machines=(Machine(first.equipment, first.first_due),),
        completion=first.completion,
        months=first.months,
        shift=first.shift,
        blackouts=first.blackouts,
        priority=first.priority,
        assignee=first.assignee,
        team=first.team,
        skills=first.skills,
        certificates=first.certificates,
        safety=first.safety,
        source=first.source,
    )


def _pairs(first: Text, last: Text) -> tuple[tuple[str, str], tuple[str, str]]:
    return (first.zh, last.zh), (first.en, last.en)


def _key(plan: MaintenancePlan, point: str) -> str:
    return point.removeprefix(f"{plan.equipment}.")


def is_date(text: str) -> bool:
    """Whether it is a date, ``YYYY-MM-DD``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
