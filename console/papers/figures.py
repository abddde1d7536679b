"""Every figure of one period, reckoned when it is asked for, and the key figures on a report's first page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from console.domain import kpis
from console.domain.faults import Clock
from console.domain.kpis import FaultFacts, Kpis, Spread
from console.domain.maintenance import reports
from console.domain.maintenance import reports_registers as registers
from console.domain.maintenance import reports_reliability as reliability
from console.domain.maintenance.reports import Books, Period, Tally
from console.domain.maintenance.reports_reliability import History, Reliability
from console.domain.orders import Order, OrderKind
from console.papers.setting import Setting

SATISFACTION_TARGET = 0.95  # R-KP-01 (S3 §1.1.2); R-KP-02 (S3 §5.1) has 90 % as the floor
CERTIFIED_TARGET = 1.0  # R-KP-04 (S3 §1.1.2); the floor is 95 % (S3 §4.1)
COVERAGE_TARGET = 1.0  # R-KP-05 (S3 §4.1)
GOOD_RATING = 4  # of 5 stars: content


@dataclass(frozen=True)
class Figures:
    """Everything that is reckoned of one period."""

    books: Books
    of: Period
    timezone: str
    known: Mapping[int, FaultFacts]
    history: History

    @cached_property
    def kinds(self) -> dict[OrderKind, Tally]:
        """Orders by kind."""
        return reports.by_kind(self.books, self.known, self.of)

    @cached_property
    def all(self) -> Tally:
        """All orders."""
        return reports.tally(self.books.orders_of(self.of), self.known, self.of, self.books.now)

    @cached_property
    def kpis(self) -> Kpis:
        """Faults that were detected in the period."""
        return kpis.measure(fact for fact in self.known.values() if reports.within(self.of, fact.opened_at))

    @cached_property
    def machines(self) -> dict[str, Reliability]:
        """Reliability of each machine."""
        return reliability.by_machine(self.books, self.history, self.of)

    @cached_property
    def reliability(self) -> Reliability:
        """Of all machines."""
        return reliability.together(self.machines.values())

    @cached_property
    def compliance(self) -> reports.Compliance:
        """Of all plans."""
        return reports.compliance(self.books.orders_of(self.of), self.of, self.books.now)

    @cached_property
    def rounds(self) -> registers.RoundFigures:
        """Rounds."""
        return registers.round_figures(self.books.rounds, self.of)

    @cached_property
    def hazards(self) -> registers.HazardFigures:
        """Hazards."""
        return registers.hazard_figures(self.books.hazards, self.of, self.books.now)

    @cached_property
    def drills(self) -> registers.DrillFigures:
        """Drills and trainings."""
        return registers.drill_figures(self.books, self.of, self.timezone)

    @cached_property
    def costs(self) -> list[registers.Cost]:
        """By equipment."""
        return registers.costs(self.books.orders_of(self.of), self.of)

    @cached_property
    def certificates(self) -> tuple[int, int, list[registers.Paper]]:
        """Holding, asked, running out."""
        return registers.certificates(self.books.people, min(self.books.now, self.of.until))

    @cached_property
    def content(self) -> tuple[int, int]:
        """(ratings of four or five stars, ratings) of orders whose work was done in the period."""
        done = [order for order in self.books.orders_of(self.of) if reports.within(self.of, reports.done_at(order))]
        return sum(order.rating >= GOOD_RATING for order in done), sum(order.rating > 0 for order in done)

    @cached_property
    def overdue(self) -> list[Order]:
        """At the period's end."""
        return reports.overdue(self.books, self.of)

    @property
    def certified(self) -> float | None:
        """People all of whose certificates hold / people of whom any is known (R-KP-04)."""
        holding, asked, _ = self.certificates
        return holding / asked if asked else None

    @property
    def satisfaction(self) -> float | None:
        """Content / rated (R-KP-01)."""
        good, rated = self.content
        return good / rated if rated else None

    @property
    def coverage(self) -> float | None:
        """Watched machines / machines (R-KP-05)."""
        counted = [machine for machine in self.books.machines.values() if machine.counted]
        return sum(machine.watched for machine in counted) / len(counted) if counted else None


class Key(NamedTuple):
    """A key figure: ``reports.figure.<name>``, the section behind it, how it is read, what is aimed at (None: nothing)."""

    name: str
    section: str
    shown: Callable[[Figures, Setting], str]
    least: float | None = None


def _number(of: Callable[[Figures], float]) -> Callable[[Figures, Setting], str]:
    return lambda figures, _setting: f"{of(figures):,}"


def _share(of: Callable[[Figures], float | None]) -> Callable[[Figures, Setting], str]:
    return lambda figures, setting: setting.share(of(figures))


def _took(of: Callable[[Figures], int | None]) -> Callable[[Figures, Setting], str]:
    return lambda figures, setting: setting.took(of(figures))


def _mean(spread: Spread) -> int | None:
    return spread.mean_raw if spread.count else None


def _exact(figures: Figures, setting: Setting) -> str:
    return setting.share(figures.reliability.availability, 2)


def _cost(figures: Figures, setting: Setting) -> str:
    return f"{setting.currency} {figures.all.cost:,.2f}"


def _each(figures: Figures, setting: Setting) -> str:
    return f"{setting.currency} {figures.all.cost / figures.all.done:,.2f}" if figures.all.done else "—"


KEYS = (
    Key("raised", "orders", _number(lambda figures: figures.all.raised)),
    Key("done", "orders", _number(lambda figures: figures.all.done)),
    Key("completion", "orders", _share(lambda figures: figures.all.completion)),
    Key("on_time", "orders", _share(lambda figures: figures.all.on_time), kpis.ON_TIME_TARGET),
    Key("first_pass", "orders", _share(lambda figures: figures.all.first_pass)),
    Key("satisfaction", "orders", _share(lambda figures: figures.satisfaction), SATISFACTION_TARGET),
    Key("faults", "response", _number(lambda figures: figures.kpis.opened)),
    Key("solved", "response", _share(lambda figures: figures.kpis.solved)),
    Key("responded", "response", _share(lambda figures: figures.kpis.rate(Clock.RESPOND).share), kpis.ON_TIME_TARGET),
    Key("response_time", "response", _took(lambda figures: _mean(figures.kpis.response))),
    Key("handling", "response", _took(lambda figures: _mean(figures.kpis.repair))),
    Key("mtbf", "reliability", _took(lambda figures: figures.reliability.mtbf)),
    Key("mttr", "reliability", _took(lambda figures: figures.reliability.mttr)),
    Key("availability", "reliability", _exact),
    Key("downtime", "reliability", _took(lambda figures: figures.reliability.unplanned)),
    Key("repeats", "reliability", _number(lambda figures: figures.reliability.repeats)),
    Key("coverage", "reliability", _share(lambda figures: figures.coverage), COVERAGE_TARGET),
    Key("compliance", "plans", _share(lambda figures: figures.compliance.share), 1.0),
    Key("overdue", "plans", _number(lambda figures: len(figures.overdue))),
    Key("cost", "cost", _cost),
    Key("each", "cost", _each),
    Key("rounds", "safety", _share(lambda figures: figures.rounds.share), 1.0),
    Key("hazards", "safety", _share(lambda figures: figures.hazards.share)),
    Key("drills", "safety", _number(lambda figures: figures.drills.held)),
    Key("certified", "safety", _share(lambda figures: figures.certified), CERTIFIED_TARGET),
)
