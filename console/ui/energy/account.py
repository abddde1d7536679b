"""From amounts between fine edges to bars, costs, nights and peaks. No widgets, no Qt."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from console.domain import energy
from console.domain.energy import EnergyPolicy, Tariff
from console.domain.times import HOUR
from console.link.messages import Consumed, Series


@dataclass
class Account:
    """One counter, or the sum of several, over the bars of a span.

    ``bars`` in the counter's unit, NaN where nothing is known; ``costs`` by the tariff periods' place; ``night`` the amount in the
    night hours and ``night_hours`` how many of them are known; ``partial`` if some of it is estimated or missing.
    """

    bars: list[float]
    costs: dict[int, float] = field(default_factory=dict)
    amounts: dict[int, float] = field(default_factory=dict)  # by tariff period
    night: float = 0.0
    night_hours: float = 0.0
    partial: bool = False
    breaks: int = 0

    @property
    def total(self) -> float:
        """The sum of the known bars; NaN if none is known."""
        known = [bar for bar in self.bars if not math.isnan(bar)]
        return sum(known) if known else math.nan

    @property
    def cost(self) -> float:
        """The whole cost."""
        return sum(self.costs.values())


@dataclass(frozen=True)
class Span:
    """The edges of the bars, and the finer ones between which there is one price and either night or not."""

    edges: list[int]
    fine: list[int]
    bar_of: list[int]
    price_of: list[int]  # place of the tariff period, -1 none
    night: list[bool]


def span(kind: str, day: date, policy: EnergyPolicy, tariff: Tariff | None, zone: ZoneInfo) -> Span:
    """The span in which ``day`` lies."""
    edges = energy.span_edges(kind, day, zone)
    fine = energy.fine_edges(edges, policy, tariff, zone)
    prices = []
    for at in fine[:-1]:
        period = energy.price_at(at, tariff, zone) if tariff is not None else None
        prices.append(tariff.periods.index(period) if tariff is not None and period is not None else -1)
    nights = [energy.is_night(at, policy, zone) for at in fine[:-1]]
    return Span(edges, fine, energy.gathered(edges, fine), prices, nights)


def account(consumed: Consumed, within: Span, tariff: Tariff | None) -> Account:
    """One counter's account."""
    amounts = array("d", consumed.amounts)
    made = Account([math.nan] * (len(within.edges) - 1), breaks=len(consumed.breaks))
    for place, amount in enumerate(amounts):
        if math.isnan(amount):
            made.partial = made.partial or within.fine[place] != within.fine[place + 1]
            continue
        bar, price = within.bar_of[place], within.price_of[place]
        made.bars[bar] = amount if math.isnan(made.bars[bar]) else made.bars[bar] + amount
        if tariff is not None and price >= 0:
            made.amounts[price] = made.amounts.get(price, 0.0) + amount
            made.costs[price] = made.costs.get(price, 0.0) + amount * tariff.periods[price].price
        if within.night[place]:
            made.night += amount
            made.night_hours += (within.fine[place + 1] - within.fine[place]) / HOUR
        made.partial = made.partial or bool(consumed.estimated and consumed.estimated[place])
    return made


def summed(parts: Iterable[Account], bars: int) -> Account:
    """Several counters as one."""
    whole = Account([math.nan] * bars)
    for part in parts:
        for place, bar in enumerate(part.bars):
            if not math.isnan(bar):
                whole.bars[place] = bar if math.isnan(whole.bars[place]) else whole.bars[place] + bar
        for mine, theirs in ((whole.costs, part.costs), (whole.amounts, part.amounts)):
            for price, amount in theirs.items():
                mine[price] = mine.get(price, 0.0) + amount
        whole.night += part.night
        whole.night_hours = max(whole.night_hours, part.night_hours)
        whole.partial = whole.partial or part.partial
        whole.breaks += part.breaks
    return whole


def peak(found: Sequence[Series], step: int) -> tuple[int, float] | None:
    """The highest demand and when its window began: the largest sum of the meters' means over one ``step`` (15 min)."""
    sums: dict[int, float] = {}
    for series in found:
        for at, mean in zip(array("q", series.times), array("d", series.values), strict=True):
            sums[at // step] = sums.get(at // step, 0.0) + mean
    if not sums:
        return None
    place = max(sums, key=lambda each: sums[each])
    return place * step, sums[place]
