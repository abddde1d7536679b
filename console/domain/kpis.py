"""How well faults were answered: on-time rates, response and repair times, close codes (docs/kpis.md has every formula).

A fault belongs to the period in which it was detected (``opened_at``), so a month's figures settle as its faults end. Tests,
duplicates and drills are in no figure but their own count: a test answers nobody, and a duplicate would count one event twice.
The verdict on each clock is that of :mod:`console.domain.promises`; nothing is measured a second way here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

import msgspec

from console.domain.faults import Clock, CloseCode, Fault
from console.domain.orders import Order, OrderState
from console.domain.promises import clocks
from console.domain.rosters import Roster
from console.domain.text import EMPTY, Text
from console.domain.times import HOUR, MINUTE

ON_TIME_TARGET = 0.95  # R-SLA-19, R-KP-03 (S0 §2.4, S3 §2.1.3): the handling rate that the handbooks ask for
HANDLING_BEFORE = 5 * HOUR // 2  # R-SLA-15 (S1 §三.2): 2.5 h before the reform
HANDLING_AFTER = 72 * MINUTE  # R-SLA-15 (S1 §三.2): 1.2 h after it, the benchmark line
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(enum.StrEnum):
    """What became of one promise."""

    KEPT = "kept"
    BROKEN = "broken"  # its limit was reached, whether it was kept later or not
    PENDING = "pending"  # it runs and may still be kept
    UNNEEDED = "unneeded"  # a false alarm was closed before the step was needed


class ClockFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """One clock of one fault. ``raw`` is the time from detection to its end, ``net`` the same without pauses; -1: it runs."""

    verdict: Verdict
    raw: int = -1
    net: int = -1


class FaultFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the figures need of one fault; times UTC ns, durations ns.

    ``person`` did it: the order's assignee, else who took the fault; ``team`` is theirs, ``system`` the class (R-EQ-01).
    """

    number: int
    equipment: str
    priority: int
    opened_at: int
    text: Text = EMPTY
    system: str = ""
    team: str = ""
    person: str = ""
    order: int = 0
    closed_at: int = 0
    close_code: CloseCode | None = None
    clocks: dict[Clock, ClockFact] = {}
    accepted: bool = False  # the order passed its acceptance (验收)
    reworked: bool = False  # … not at the first time
    drill: bool = False  # 演练: in no figure at all

    @property
    def counts(self) -> bool:
        """False for drills, tests and duplicates."""
        return not self.drill and self.close_code not in (CloseCode.TEST, CloseCode.DUPLICATE)

    @property
    def broken(self) -> tuple[Clock, ...]:
        """The promises that were broken, in their order."""
        return tuple(clock for clock, fact in self.clocks.items() if fact.verdict is Verdict.BROKEN)


class Rate(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many promises of one clock were kept. Pending and unneeded ones are in neither number."""

    kept: int = 0
    broken: int = 0
    pending: int = 0

    @property
    def decided(self) -> int:
        """Those that can be judged."""
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """kept / (kept + broken); ``None`` where nothing was decided."""
        return self.kept / self.decided if self.decided else None


class Spread(msgspec.Struct, frozen=True, omit_defaults=True):
    """Durations in ns of ``count`` faults: raw (as people waited) and net of pauses. All 0 where there is none."""

    count: int = 0
    mean_raw: int = 0
    median_raw: int = 0
    mean_net: int = 0
    median_net: int = 0


class Kpis(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of one group of faults. ``opened`` counts what :attr:`FaultFacts.counts`, ``codes`` every closed fault."""

    opened: int = 0
    still_open: int = 0
    codes: dict[CloseCode, int] = {}
    rates: dict[Clock, Rate] = {}
    response: Spread = Spread()
    arrival: Spread = Spread()
    repair: Spread = Spread()
    accepted: int = 0
    reworked: int = 0

    def rate(self, clock: Clock) -> Rate:
        """The rate of ``clock``."""
        return self.rates.get(clock, Rate())

    @property
    def false_share(self) -> float | None:
        """false / (real + false), of what was closed."""
        false = self.codes.get(CloseCode.FALSE_ALARM, 0)
        judged = false + self.codes.get(CloseCode.REAL, 0)
        return false / judged if judged else None

    @property
    def first_pass(self) -> float | None:
        """Accepted at the first time / accepted (一次合格率; R-WO-03, R-KP-09)."""
        return (self.accepted - self.reworked) / self.accepted if self.accepted else None

    @property
    def solved(self) -> float | None:
        """Closed / opened (R-KP-08)."""
        return (self.opened - self.still_open) / self.opened if self.opened else None


def person_of(fault: Fault, order: Order | None) -> str:
    """Who did it: the order's assignee, else who took the fault, else nobody."""
    if order is not None and order.assignee:
        return order.assignee
    return fault.taken.by if fault.taken is not None else ""


def teams_of(roster: Roster, language: str = "zh_CN") -> dict[str, str]:
    """Person -> name of the team that the roster puts them in (of several the first)."""
    found: dict[str, str] = {}
    for team in roster.teams:
        for member in team.members:
            found.setdefault(member.person, team.name.get(language) or team.id)
    return found


def facts_of(
    fault: Fault, order: Order | None, now: int, *, systems: Mapping[str, str] | None = None, teams: Mapping[str, str] | None = None
) -> FaultFacts:
    """``order``: the fault's present one. ``systems``: equipment id -> class; ``teams``: person -> team."""
    found: dict[Clock, ClockFact] = {}
    for view in clocks(fault, order, now):
        end = view.stopped_at
        if view.breached:
            verdict = Verdict.BROKEN
        elif end is None:
            verdict = Verdict.PENDING
        elif fault.close_code is CloseCode.FALSE_ALARM and end == fault.closed_at:
            verdict = Verdict.UNNEEDED
        else:
            verdict = Verdict.KEPT
        raw = -1 if end is None else max(0, end - fault.opened_at)
        found[view.clock] = ClockFact(verdict, raw, -1 if end is None else max(0, raw - view.paused))
    person = person_of(fault, order)
    return FaultFacts(
        number=fault.number,
        equipment=fault.equipment,
        priority=fault.priority,
        opened_at=fault.opened_at,
        text=fault.text,
        system=(systems or {}).get(fault.equipment, ""),
        team=(teams or {}).get(person, ""),
        person=person,
        order=fault.order,
        closed_at=fault.closed_at,
        close_code=fault.close_code,
        clocks=found,
        accepted=order is not None and OrderState.ACCEPTANCE in order.stamps,
        reworked=order is not None and order.rework_count > 0,
        drill=fault.drill > 0,
    )


def measure(facts: Iterable[FaultFacts]) -> Kpis:
    """The figures of these faults."""
    every = list(facts)
    counted = [fact for fact in every if fact.counts]
    codes: dict[CloseCode, int] = {}
    for fact in every:
        if fact.close_code is not None and not fact.drill:
            codes[fact.close_code] = codes.get(fact.close_code, 0) + 1
    return Kpis(
        opened=len(counted),
        still_open=sum(not fact.closed_at for fact in counted),
        codes=codes,
        rates={clock: rate for clock in Clock if (rate := _rate(counted, clock)) != Rate()},
        response=_spread(counted, Clock.RESPOND),
        arrival=_spread(counted, Clock.ON_SITE),
        repair=_spread(counted, Clock.REPAIRED),
        accepted=sum(fact.accepted for fact in counted),
        reworked=sum(fact.accepted and fact.reworked for fact in counted),
    )


def grouped(facts: Iterable[FaultFacts], key: Callable[[FaultFacts], str]) -> dict[str, Kpis]:
    """The figures of each group, in the order of their names."""
    groups: dict[str, list[FaultFacts]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return {name: measure(groups[name]) for name in sorted(groups)}


def by_month(facts: Iterable[FaultFacts], timezone: str) -> dict[str, Kpis]:
    """``2026-11`` -> the figures of the faults that were detected in that month of the site's time, oldest first."""
    zone = ZoneInfo(timezone)
    return grouped(facts, lambda fact: month_of(fact.opened_at, zone))


def month_of(moment: int, zone: ZoneInfo) -> str:
    """``2026-11``."""
    there = (_EPOCH + timedelta(microseconds=moment // 1000)).astimezone(zone)
    return f"{there.year:04d}-{there.month:02d}"


def _rate(facts: Sequence[FaultFacts], clock: Clock) -> Rate:
    verdicts = [fact.clocks[clock].verdict for fact in facts if clock in fact.clocks]
    return Rate(verdicts.count(Verdict.KEPT), verdicts.count(Verdict.BROKEN), verdicts.count(Verdict.PENDING))


def _spread(facts: Sequence[FaultFacts], clock: Clock) -> Spread:
    """Of real faults whose clock has ended; what turned out to be a false alarm was not repaired by anybody."""
    ended = [
        found
        for fact in facts
        if fact.close_code is not CloseCode.FALSE_ALARM and (found := fact.clocks.get(clock)) is not None and found.raw >= 0
    ]
    if not ended:
        return Spread()
    raw, net = [fact.raw for fact in ended], [fact.net for fact in ended]
    return Spread(len(ended), round(fmean(raw)), round(median(raw)), round(fmean(net)), round(median(net)))
