"""Maintenance plans: when a preventive order is due, by the calendar, by counters, by condition, or by whichever comes first."""

from __future__ import annotations

import msgspec

from console.domain.orders import CheckItem, SafetyStep
from console.domain.text import EMPTY, Text


class Meter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Each ``every`` units of a counter: running hours, starts, trips, door cycles, energy; in the point's own unit.

    ``wrap`` is the value at which the counter begins again at 0 (65536 for a 16-bit register); 0: it never does.
    """

    point: str
    every: float
    wrap: float = 0.0


class Condition(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a point's value has to show. ``kind``:

    ``above`` and ``below``: beyond ``limit`` (the point's unit) for ``hold`` ns without a break; ``rise`` and ``fall``: the
    daily mean changed by ``limit`` percent over ``days`` days (the straight line through them, so one odd day raises nothing).
    """

    point: str
    kind: str
    limit: float
    hold: int = 0
    days: int = 0

    @property
    def trend(self) -> bool:
        """It is asked of the history, not of the present value."""
        return self.kind in TRENDS


CONDITIONS = ("above", "below", "rise", "fall")
TRENDS = ("rise", "fall")
SHIFTS = ("", "next", "previous", "skip")


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days on which no work is planned, both ends included: ``MM-DD`` each year (over the new year, too) or ``YYYY-MM-DD`` once."""

    since: str
    until: str
    why: Text = EMPTY


class MaintenancePlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One plan of one piece of equipment. At least one of ``every_days``, ``every_months``, ``every_hours``, ``meters`` and
    ``conditions`` is there; of several the first counts, and all begin anew when the order is done.

    ``every_hours`` counts on ``hours_point`` (a run-hours counter), as do ``meters`` on theirs. ``lead_days``: the order is raised
    that long before it is due; ``grace_days`` after it is still in time. ``source`` names the rule or manual behind it;
    templates are examples to be edited.

    ``within`` is the key of the same equipment's next higher level, whose order includes this plan's work. ``completion``: the next
    date counts from the day on which the work was done, not from the day on which it was due. ``months``: the season, empty = the
    whole year. ``shift``: where a date goes that is no working day: "" stays, next, previous, skip; a blackout moves it likewise.
    ``hours``: work that one turn takes. ``record``: the record that it was made from in the console, empty = the site file.
    """

    id: str  # equipment id + "/" + key
    equipment: str
    title: Text
    every_days: int = 0
    every_months: int = 0
    every_hours: float = 0.0
    hours_point: str = ""
    first_due: str = ""  # local date YYYY-MM-DD; empty: one interval after the plan was first seen
    lead_days: int = 0
    priority: int = 4
    checklist: tuple[Text, ...] = ()
    source: Text = EMPTY
    assignee: str = ""
    within: str = ""
    completion: bool = False
    meters: tuple[Meter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    grace_days: int = 0
    months: tuple[int, ...] = ()
    shift: str = ""
    blackouts: tuple[Span, ...] = ()
    hours: float = 0.0
    team: str = ""
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    safety: tuple[SafetyStep, ...] = ()
    items: tuple[CheckItem, ...] = ()  # lines with readings, limits and photos, instead of ``checklist``
    record: str = ""

    @property
    def key(self) -> str:
        """Its name among the equipment's plans."""
        return self.id.partition("/")[2]

    @property
    def dated(self) -> bool:
        """It has dates."""
        return bool(self.every_days or self.every_months)

    @property
    def counters(self) -> tuple[Meter, ...]:
        """Every counter that it counts on."""
        return (Meter(self.hours_point, self.every_hours), *self.meters) if self.every_hours else self.meters

    @property
    def from_completion(self) -> bool:
        """Its next date counts from the day of completion: as asked, and wherever something else than a date may come first."""
        return self.completion or bool(self.every_hours or self.meters or self.conditions)

    @property
    def rhythm(self) -> str:
        """What its dates depend on."""
        every = f"{self.every_days} d" if self.every_days else f"{self.every_months} months" if self.every_months else ""
        return " ".join(filter(None, (every, self.first_due, ",".join(map(str, self.months))))) if every else ""

    @property
    def lines(self) -> tuple[CheckItem, ...]:
        """Its checklist, empty."""
        return self.items or tuple(CheckItem(text) for text in self.checklist)


class Aim(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one counter stands: due at ``at``; ``seen`` is its highest known value. ``doubt``: a lower value was seen once (a
    counter that was exchanged, or a glitch that the next look will show)."""

    at: float
    seen: float = 0.0
    doubt: float | None = None


class PlanState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a plan remembers. ``next_due`` UTC ns for plans with dates; ``next_hours`` is the aim of the first counter;
    ``open_order`` is the number of its not yet finished order, or of the higher level's that includes its work; 0 if none.

    ``turn`` is the next turn's date in the plan's rhythm, before working days and moves (stores from before it was kept have
    ``next_due`` alone). ``aims`` by point; ``since``: by the condition's place, since when it holds (UTC ns). ``why`` is what
    the open order was raised for: date, a point's id, or ``condition:`` and a place. ``missed`` counts turns that passed while
    an order was open. ``rhythm`` is how the plan's dates were counted when ``turn`` was found: another rhythm finds another turn.
    """

    plan: str
    first_seen: int
    next_due: int = 0
    next_hours: float = 0.0
    open_order: int = 0
    last_done: int = 0
    turn: str = ""
    aims: dict[str, Aim] = {}
    since: dict[str, int] = {}
    why: str = ""
    missed: int = 0
    rhythm: str = ""
    placed: str = ""
