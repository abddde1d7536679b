"""What the forecast says, in plain values and words; no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from console.domain.maintenance.forecast import Foreseen, hours_of, overdue, top
from console.domain.maintenance.planning import Chain, Level, Plan, TurnChange, as_copy, change_id
from console.domain.maintenance.planning_decisions import carrier
from console.domain.plans import Condition, MaintenancePlan, Meter
from console.domain.schedule import ordinal
from console.domain.times import MINUTE
from console.texts import language, tr
from console.ui.picture import Picture
from console.ui.plans.monthview import Cell, Line
from console.ui.plans.outlook import Outlook
from console.ui.strip import equipment_name

WEEKS = 6  # of a month's view: any month fits


@dataclass(frozen=True)
class Item:
    """One visit of a day, or one that is skipped (``change`` without a day)."""

    key: str
    line: str  # the key of the month's line that it is part of
    day: int
    title: str
    equipment: str
    mood: str
    hours: float = 0.0
    order: int = 0
    visit: Foreseen | None = None
    chain: Chain = ()
    change: TurnChange | None = None

    @property
    def movable(self) -> bool:
        """Its turn may be moved or skipped."""
        visit = self.visit
        return visit is not None and not visit.order and not visit.estimated and self.chain[visit.levels[0]] is carrier(self.chain)


def title_of(plan: MaintenancePlan) -> str:
    """A plan's name."""
    return plan.title.get(language())


def mood_of(chain: Chain, visit: Foreseen, today: int) -> str:
    """Late, estimated, moved, its order open, or nothing of it."""
    if overdue(chain, visit, today):
        return "late"
    return "guess" if visit.estimated else "open" if visit.order else "moved" if visit.moved else "plain"


def items(outlook: Outlook, picture: Picture, day: int, kept: set[int] | None) -> list[Item]:
    """What a day holds, by title and equipment. ``kept``: the chains that the filter leaves; ``None``: all."""
    found = []
    for visit in outlook.by_day.get(day, ()):
        if kept is None or visit.chain in kept:
            chain = outlook.chains[visit.chain]
            plan, mood = top(chain, visit), mood_of(chain, visit, outlook.today)
            title = title_of(plan)
            first = chain[visit.levels[0]]
            change = None
            if visit.moved:
                change = picture.records(TurnChange).get(change_id(first.id, date.fromordinal(visit.turn).isoformat()))
            found.append(
                Item(
                    f"{visit.chain}/{visit.turn}/{visit.levels[-1]}", f"{title}|{mood}", day, title, plan.equipment, mood,
                    hours_of(chain, visit.levels), visit.order, visit, chain, change,
                )
            )  # fmt: skip
    return [*sorted(found, key=lambda item: (item.title, equipment_name(picture, item.equipment))), *skipped(picture, outlook, day)]


def skipped(picture: Picture, outlook: Outlook, day: int) -> list[Item]:
    """Turns of a day that were skipped."""
    plans = {carrier(chain).id: chain for chain in outlook.chains} if picture.records(TurnChange) else {}
    found = []
    for change in picture.records(TurnChange).values():
        chain = plans.get(change.plan)
        if not change.to and chain is not None and ordinal(change.turn) == day:
            title = tr("plans.skipped", title=title_of(carrier(chain)))
            found.append(Item(change.id, f"{title}|guess", day, title, change.equipment, "guess", chain=chain, change=change))
    return found


def cells(outlook: Outlook, picture: Picture, days: range, month: int, kept: set[int] | None) -> list[Cell]:
    """These days. ``month``: those of another one are faint; 0: none is."""
    skips: dict[int, list[Item]] = {}
    for change in picture.records(TurnChange).values():
        if not change.to:
            skips.setdefault(ordinal(change.turn), [])
    found = []
    for day in days:
        counts: dict[tuple[MaintenancePlan | str, str], list[float]] = {}
        movable: set[str] = set()
        for visit in outlook.by_day.get(day, ()):
            if kept is None or visit.chain in kept:
                chain = outlook.chains[visit.chain]
                plan = chain[visit.levels[-1]]
                mood = mood_of(chain, visit, outlook.today)
                sums = counts.setdefault((title_of(plan), mood), [0, 0.0])
                sums[0] += 1
                sums[1] += hours_of(chain, visit.levels)
                if not visit.order and not visit.estimated:
                    movable.add(f"{title_of(plan)}|{mood}")
        lines = [
            Line(f"{title}|{mood}", str(title), int(sums[0]), mood, f"{title}|{mood}" in movable)
            for (title, mood), sums in sorted(counts.items(), key=lambda pair: (-pair[1][1], str(pair[0][0])))
        ]
        if day in skips:
            lines += [Line(item.line, item.title, 1, "guess", False) for item in skipped(picture, outlook, day)]
        named = outlook.working.named(day)
        note = (named.name.get(language()) or tr("plans.days.off" if named.off else "plans.days.worked")) if named else ""
        faint = bool(month) and date.fromordinal(day).month != month
        hours = round(sum(sums[1] for sums in counts.values()), 1)
        found.append(Cell(day, tuple(lines), hours, outlook.working.off(day), note, faint))
    return found


def month_start(day: int) -> int:
    """The Monday with which the view of a day's month begins."""
    first = date.fromordinal(day).replace(day=1)
    return (first - timedelta(days=first.weekday())).toordinal()


def moved_month(day: int, step: int) -> int:
    """The first of another month."""
    first = date.fromordinal(day)
    year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return date(year, month + 1, 1).toordinal()


def teams(chains: Iterable[Chain]) -> list[str]:
    """Every team that a plan names."""
    return sorted({plan.team for chain in chains for plan in chain if plan.team})


def interval_text(days: int, months: int) -> str:
    """每 15 天."""
    if days:
        return tr("plans.every_days", count=days) if days > 1 else tr("plans.every_day")
    return tr("plans.every_months", count=months) if months > 1 else tr("plans.every_month") if months else ""


def meter_text(picture: Picture, machine: str, meter: Meter) -> str:
    """运行时间每 2000 h."""
    point = picture.points.get(meter.point) or picture.points.get(f"{machine}.{meter.point}")
    name, unit = (point.name.get(language()), point.unit) if point is not None else (meter.point, "")
    return tr("plans.every_count", point=name, count=f"{meter.every:g}", unit=unit)


def condition_text(picture: Picture, machine: str, condition: Condition) -> str:
    """轴承温度高于 80 ℃ 达 30 分钟."""
    point = picture.points.get(condition.point) or picture.points.get(f"{machine}.{condition.point}")
    name, unit = (point.name.get(language()), point.unit) if point is not None else (condition.point, "")
    return tr(
        f"plans.condition.{condition.kind}", point=name, limit=f"{condition.limit:g}", unit=unit, days=condition.days,
        minutes=condition.hold // MINUTE,
    )  # fmt: skip


def trigger_text(picture: Picture, machine: str, level: Level) -> str:
    """Everything that makes a level due, in one line."""
    parts = [interval_text(level.every_days, level.every_months)]
    parts += [meter_text(picture, machine, meter) for meter in level.meters]
    parts += [condition_text(picture, machine, each) for each in level.conditions]
    return tr("plans.or").join(part for part in parts if part)


def plan_rows(picture: Picture, outlook: Outlook) -> list[Plan]:
    """The plans of the console, and those of the site file that none of them takes the place of (number 0)."""
    found = list(picture.records(Plan).values())
    for chain in outlook.chains:
        if not chain[0].record:
            copy = as_copy(chain)
            found.append(Plan(**{name: getattr(copy, name) for name in copy.__struct_fields__} | {"id": f"site:{chain[0].id}"}))
    return found
