"""Figures of rounds, hazards, drills, parts, certificates and costs in a period. Pure; formulas in docs/reports.md."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from console.domain.energy import moment
from console.domain.maintenance.drills import DrillResult, due_day
from console.domain.maintenance.hazards import Hazard, HazardState
from console.domain.maintenance.parts import MoveKind
from console.domain.maintenance.people import Person
from console.domain.maintenance.reports import Books, Period, done_at, within
from console.domain.maintenance.rounds import Round, lateness
from console.domain.orders import Order
from console.domain.times import DAY

SOON = 60 * DAY


class RoundFigures(msgspec.Struct, frozen=True):
    """Rounds that fell due in the period; ``failed`` checks of those that were made."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    failed: int = 0

    @property
    def share(self) -> float | None:
        """巡检完成率: in time / (in time + late + missed)."""
        judged = self.in_time + self.late + self.missed
        return self.in_time / judged if judged else None


def round_figures(rounds: Iterable[Round], of: Period) -> RoundFigures:
    """Rounds of routes; those that somebody made beside them are not due."""
    due = in_time = late = missed = failed = 0
    for each in rounds:
        if each.unscheduled or not within(of, each.at):
            continue
        due += 1 + each.further
        missed += each.further
        failed += each.failed
        if each.finished is not None:
            in_time += not lateness(each)
            late += lateness(each) > 0
        else:
            missed += each.missed
    return RoundFigures(due, in_time, late, missed, failed)


class HazardFigures(msgspec.Struct, frozen=True):
    """``open`` and ``overdue`` at the period's end; ``in_time`` of ``closed``: rectified by the deadline."""

    found: int = 0
    major: int = 0
    closed: int = 0
    in_time: int = 0
    open: int = 0
    overdue: int = 0
    repeated: int = 0

    @property
    def share(self) -> float | None:
        """隐患整改率: closed / (closed + open)."""
        return self.closed / (self.closed + self.open) if self.closed + self.open else None


def hazard_figures(hazards: Iterable[Hazard], of: Period, now: int) -> HazardFigures:
    """Without those that were none."""
    end = min(now, of.until)
    found = major = closed = in_time = still = late = repeated = 0
    for each in hazards:
        if each.state is HazardState.VOID:
            continue
        if within(of, each.at):
            found += 1
            major += each.major
            repeated += bool(each.repeats)
        over = each.closed.at if each.closed is not None else 0
        if over and within(of, over):
            closed += 1
            done = each.rectified[-1].at if each.rectified else over
            in_time += not each.deadline or done <= each.deadline
        if each.at < end and not (0 < over < end):
            still += 1
            late += 0 < each.deadline < end
    return HazardFigures(found, major, closed, in_time, still, late, repeated)


class DrillFigures(msgspec.Struct, frozen=True):
    """``due``: plans whose day lies in the period or before it and that were not held; ``trained`` people."""

    held: int = 0
    passed: int = 0
    reviewed: int = 0
    overdue: int = 0
    trainings: int = 0
    trained: int = 0


def drill_figures(books: Books, of: Period, timezone: str) -> DrillFigures:
    """Drills held in the period, and plans that are overdue at its end."""
    end, zone = min(books.now, of.until), ZoneInfo(timezone)
    held = [drill for drill in books.drills if within(of, drill.at)]
    trainings = [each for each in books.trainings if within(of, each.at)]
    late = sum(plan.open and moment(due_day(plan, timezone), 24 * 60, zone) <= end for plan in books.drill_plans)
    return DrillFigures(
        held=len(held),
        passed=sum(drill.result is DrillResult.PASSED for drill in held),
        reviewed=sum(drill.reviewed is not None for drill in held),
        overdue=late,
        trainings=len(trainings),
        trained=sum(max(each.count, len(each.people)) for each in trainings),
    )


class PartFigures(msgspec.Struct, frozen=True):
    """One part in a period; ``used`` = out - back, ``cost`` of what was used at the prices it was booked at."""

    part: str
    came: float = 0.0
    used: float = 0.0
    counted: float = 0.0
    cost: float = 0.0
    stock: float = 0.0
    least: float = 0.0
    unit: str = ""
    name: str = ""


def part_figures(books: Books, of: Period) -> list[PartFigures]:
    """Parts that moved in the period or are short now, the dearest first."""
    parts = {part.id: part for part in books.parts}
    sums: dict[str, list[float]] = {}
    for move in books.moves:
        if within(of, move.at):
            row = sums.setdefault(move.part, [0.0, 0.0, 0.0, 0.0])
            if move.kind is MoveKind.IN:
                row[0] += move.quantity
            elif move.kind is MoveKind.COUNT:
                row[2] += move.quantity
            else:
                row[1] -= move.quantity
                row[3] -= move.quantity * move.price
    for part in parts.values():
        if part.short:
            sums.setdefault(part.id, [0.0, 0.0, 0.0, 0.0])
    found = []
    for name, (came, used, counted, cost) in sums.items():
        own = parts.get(name)
        known = (own.stock, own.least, own.unit, own.name) if own is not None else (0.0, 0.0, "", name)
        found.append(PartFigures(name, came, used, counted, cost, *known))
    return sorted(found, key=lambda each: (-each.cost, each.name))


class Paper(msgspec.Struct, frozen=True):
    """Something that runs out: a person's certificate or a machine's."""

    whose: str
    what: str
    number: str
    until: int
    equipment: str = ""


def certificates(people: Iterable[Person], end: int) -> tuple[int, int, list[Paper]]:
    """(people with a certificate that holds, people of whom any is known, those that have run out or will within 60 days).

    R-KP-04: staff with certificate 100 %, floor 95 %. Of several of one kind the one that holds longest counts.
    """
    holding, asked = 0, 0
    late: list[Paper] = []
    for person in people:
        longest: dict[str, tuple[int, str]] = {}
        for each in person.certificates:
            until = each.until or _FOREVER
            if until > longest.get(each.kind, (0, ""))[0]:
                longest[each.kind] = (until, each.number)
        if not longest:
            continue
        asked += 1
        holding += all(until > end for until, _ in longest.values())
        late += [Paper(person.name, kind, number, until) for kind, (until, number) in longest.items() if until <= end + SOON]
    return holding, asked, sorted(late, key=lambda each: each.until)


_FOREVER = 2**62


class Cost(msgspec.Struct, frozen=True):
    """What one piece of equipment cost in a period: of orders whose work was done in it."""

    equipment: str
    orders: int
    hours: float
    labour: float
    parts: float
    outside: float

    @property
    def total(self) -> float:
        """All of it."""
        return round(self.labour + self.parts + self.outside, 2)


def costs(orders: Iterable[Order], of: Period) -> list[Cost]:
    """By equipment, the dearest first; what cost nothing and took no hours is left out."""
    sums: dict[str, list[float]] = {}
    for order in orders:
        if order.drill or not within(of, done_at(order)) or not (order.cost or order.hours):
            continue
        row = sums.setdefault(order.equipment, [0, 0.0, 0.0, 0.0, 0.0])
        for place, value in enumerate((1, order.hours, order.cost_labour, order.cost_parts, order.cost_outside)):
            row[place] += value
    found = [Cost(name, int(row[0]), *(round(value, 2) for value in row[1:])) for name, row in sums.items()]
    return sorted(found, key=lambda each: (-each.total, each.equipment))
