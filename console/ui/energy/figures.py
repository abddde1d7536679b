"""What an answered question says: the breakdown, the key figures, the target. No widgets."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.times import MINUTE
from console.link.messages import Consumed
from console.texts import language, tr
from console.ui.energy import account as of
from console.ui.energy import meters as of_meters
from console.ui.energy.account import Account, Span
from console.ui.energy.fetching import Answers
from console.ui.energy.meters import Meter
from console.ui.moments import full_text
from console.ui.picture import Picture


@dataclass(frozen=True)
class Row:
    """One line of the breakdown: a meter, a building or a kind of load. ``change`` against the same part of ``then``."""

    key: str
    name: str
    now: Account
    then: Account | None
    share: float
    change: float


class Findings:
    """One question with its answers, as they stand at ``at`` (UTC ns)."""

    def __init__(self, picture: Picture, answers: Answers, at: int) -> None:
        question = self.question = answers.question
        self._picture = picture
        self._demand = answers.demand
        self._policy = picture.estate.energy
        self.tariff = self._policy.tariff(question.unit)
        edges = question.now.edges
        self.running = bisect_right(edges, at) - 1 if edges[0] <= at < edges[-1] else -1
        self._now = self._accounts(answers.now, question.now, at)
        self._then = self._accounts(answers.then, question.then, at) if question.then is not None else None
        total = of_meters.total_of(list(question.meters))
        self.whole = Row("", tr("energy.total"), *self._both(total), 1.0, math.nan)
        self.whole = self._compared(self.whole)

    def _accounts(self, found: dict[int, Consumed], within: Span, at: int) -> dict[int, Account]:
        known = [found[meter.counter.number] for meter in self.question.meters if meter.counter.number in found]
        return {each.point: made for each, made in zip(known, of.accounts(known, within, self.tariff, at), strict=True)}

    def _both(self, chosen: Iterable[Meter]) -> tuple[Account, Account | None]:
        numbers = [meter.counter.number for meter in chosen]

        def together(accounts: dict[int, Account], span: Span) -> Account:
            known = [accounts[each] for each in numbers if each in accounts]
            return known[0] if len(known) == 1 else of.summed(known, len(span.edges) - 1)

        before = self.question.then
        then = together(self._then, before) if self._then is not None and before is not None else None
        return together(self._now, self.question.now), then

    def _compared(self, row: Row) -> Row:
        change = row.now.change_from(row.then, self.running) if row.then is not None else math.nan
        return Row(row.key, row.name, row.now, row.then, row.share, change)

    def rows(self, grouping: str) -> list[Row]:
        """The breakdown by ``meter``, ``building`` or ``load``."""
        groups: dict[str, list[Meter]] = {}
        for meter in self.question.meters:
            groups.setdefault(of_meters.group_of(meter, grouping), []).append(meter)
        whole, rows = self.whole.now.total, []
        for key, members in groups.items():
            now, then = self._both(members if grouping == "load" else of_meters.total_of(members))
            share = now.total / whole if whole and not math.isnan(whole) else math.nan
            rows.append(self._compared(Row(key, of_meters.group_name(self._picture, key, grouping), now, then, share, math.nan)))
        return rows

    def targets(self) -> list[float]:
        """What each bar may have: every month's target in the year, a day's part of it in the month; none in the day."""
        question, policy, bars = self.question, self._policy, len(self.question.now.edges) - 1
        if question.kind == "day" or self._aim() is None:
            return []
        if question.kind == "month":
            return [(policy.target(question.unit, question.day.month) or 0.0) / bars] * bars
        return [policy.target(question.unit, month) or 0.0 for month in range(1, 13)]

    def _aim(self) -> float | None:
        """What the whole span may have."""
        question, policy = self.question, self._policy
        if question.kind == "month":
            return policy.target(question.unit, question.day.month)
        if question.kind == "year" and policy.target(question.unit, 1) is not None:
            return sum(policy.target(question.unit, month) or 0.0 for month in range(1, 13))
        return None

    def facts(self, row: Row) -> list[tuple[str, str]]:
        """Names and figures of one row (or of :attr:`whole`), beside its amount."""
        unit, now = self.question.unit, row.now
        facts: list[tuple[str, str]] = []
        if row.then is not None:
            facts.append((tr("energy.fact.then"), with_unit(row.then.total, unit)))
            name = "energy.fact.change" if self.running < 0 else "energy.fact.change_so_far"
            facts.append((tr(name), signed(row.change)))
        if now.night_hours:
            facts.append((tr("energy.fact.night"), f"{figure(now.night / now.night_hours)} {unit}/h"))
        aim = self._aim() if row is self.whole else None
        if aim is not None:
            facts.append((tr("energy.fact.target"), f"{figure(aim)} {unit}"))
            facts.append((tr("energy.fact.target_used"), percent(now.total / aim if aim else math.nan)))
        if row is self.whole:
            facts += self._peak()
        return facts + self._costs(now)

    def _peak(self) -> list[tuple[str, str]]:
        demand = self.question.demand
        found = of.peak(self._demand, demand.step) if demand is not None else None
        if demand is None or found is None:
            return []
        rate = of_meters.QUANTITIES[self.question.unit][1]
        return [
            (tr("energy.fact.peak", minutes=demand.step // MINUTE), f"{figure(found[1])} {rate}"),
            (tr("energy.fact.peak_at"), full_text(found[0], self._picture.estate.site.timezone)),
        ]

    def _costs(self, now: Account) -> list[tuple[str, str]]:
        if self.tariff is None:
            return [(tr("energy.fact.cost"), tr("energy.no_tariff"))]
        facts = [(tr("energy.fact.cost"), self.money(now))]
        for price, amount in sorted(now.amounts.items()):
            period = self.tariff.periods[price]
            words = tr(
                "energy.fact.period",
                amount=figure(amount),
                unit=self.question.unit,
                currency=self.tariff.currency,
                cost=figure(now.costs[price]),
            )
            facts.append((tr("energy.fact.period_name", name=period.name.get(language()), price=f"{period.price:g}"), words))
        return facts

    def money(self, now: Account) -> str:
        """What it cost."""
        return f"{self.tariff.currency} {figure(now.cost)}" if self.tariff is not None else "—"


def figure(value: float) -> str:
    """An amount with thousands apart, or a dash."""
    if math.isnan(value):
        return "—"
    return f"{value:,.{0 if abs(value) >= 1000 else 1}f}".replace(",", "\u202f")


def with_unit(value: float, unit: str) -> str:
    """The same with its unit."""
    return "—" if math.isnan(value) else f"{figure(value)} {unit}"


def percent(value: float) -> str:
    """A share."""
    return "—" if math.isnan(value) else f"{value * 100:.1f} %"


def signed(value: float) -> str:
    """A change."""
    return "—" if math.isnan(value) else f"{value * 100:+.1f} %"


def night_rate(account: Account) -> float:
    """What was counted in one hour of the night; NaN if nothing is known of the nights."""
    return account.night / account.night_hours if account.night_hours else math.nan


def remark(account: Account) -> str:
    """What must be known of an amount: what is missing, what is spread over a gap, where the meter did not simply go on."""
    said = []
    if account.missing >= 0.1:
        days = account.missing >= 48
        said.append(
            tr("energy.missing_days" if days else "energy.missing_hours", figure=figure(account.missing / (24 if days else 1)))
        )
    said += [tr("energy.estimated")] if account.estimated else []
    said += [tr("energy.breaks", count=account.breaks)] if account.breaks else []
    return tr("energy.and").join(said)
