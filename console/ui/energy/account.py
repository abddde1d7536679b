"""From amounts between fine edges to bars, costs, nights and peaks. No widgets, no Qt."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from console.domain import energy
from console.domain.energy import EnergyPolicy, Tariff
from console.domain.times import HOUR
from console.link.messages import Consumed, Series


@dataclass
class Account:
    """One counter, or the sum of several, over the bars of a span.

    ``bars`` in the counter's unit, NaN where nothing is known; ``costs`` by the tariff periods' place; ``night`` the amount in the
    night hours and ``night_hours`` how many of them are known; ``missing`` the hours of what is over that nothing is known of,
    ``estimated`` if some of what is known is spread over a gap.
    """

    bars: list[float]
    costs: dict[int, float] = field(default_factory=dict)
    amounts: dict[int, float] = field(default_factory=dict)  # by tariff period
    night: float = 0.0
    night_hours: float = 0.0
    missing: float = 0.0
    estimated: bool = False
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

    def change_from(self, before: Account, running: int) -> float:
        """What is over of this span against the same bars of the one before: -0.1 is a tenth less. ``running``: the bar that is
        not over yet, -1 none. NaN where either is not known."""
        end = running if running >= 0 else max(len(self.bars), len(before.bars))
        mine, theirs = Account(self.bars[:end]).total, Account(before.bars[:end]).total
        return mine / theirs - 1 if theirs and not math.isnan(mine + theirs) else math.nan


@dataclass(frozen=True)
class Span:
    """The edges of the bars, and the finer ones between which there is one price and either night or not."""

    edges: list[int]
    fine: list[int]
    bar_of: list[int]
    price_of: list[int]  # place of the tariff period, -1 none
    night: list[bool]


@lru_cache(8)  # asked for anew every few minutes
def span(kind: str, day: date, policy: EnergyPolicy, tariff: Tariff | None, zone: ZoneInfo) -> Span:
    """The span in which ``day`` lies."""
    edges = energy.span_edges(kind, day, zone)
    fine = energy.fine_edges(edges, policy, tariff, zone)
    known: dict[tuple[int, int], tuple[int, bool]] = {}
    prices, nights = [], []
    for here in energy.wall(fine[:-1], zone):
        if here not in known:
            price = energy.price_of(*here, tariff) if tariff is not None else -1
            known[here] = price, energy.is_night(here[1], policy)
        prices.append(known[here][0])
        nights.append(known[here][1])
    return Span(edges, fine, energy.gathered(edges, fine), prices, nights)


def accounts(found: Sequence[Consumed], within: Span, tariff: Tariff | None, now: int) -> list[Account]:
    """Each counter's account up to ``now``. All at once: a year of priced hours has thousands of pieces a counter."""
    import numpy as np  # noqa: PLC0415 - the page is made at start, numpy is first needed here

    if not found:
        return []
    amounts = np.array([np.frombuffer(each.amounts, "<f8") for each in found])
    known = ~np.isnan(amounts)
    counted = np.where(known, amounts, 0.0)
    starts = np.searchsorted(np.array(within.bar_of), np.arange(len(within.edges) - 1))
    bars = np.where(np.logical_or.reduceat(known, starts, axis=1), np.add.reduceat(counted, starts, axis=1), math.nan)
    prices, night = np.array(within.price_of), np.array(within.night)
    fine = np.array(within.fine)
    hours = np.diff(np.minimum(fine, max(now, within.fine[0]))) / HOUR
    over = fine[1:] <= now  # only what is over can be incomplete
    places = sorted({price for price in within.price_of if price >= 0})
    parts = (prices[:, None] == np.array(places, np.int64)).astype(np.float64)
    amounts_of, had = counted @ parts, known.astype(np.float64) @ parts > 0
    nights, night_hours = counted @ night.astype(np.float64), known[:, night] @ hours[night]
    missing = ~known[:, over] @ hours[over]
    made = []
    for place, each in enumerate(found):
        by_price = {price: float(amounts_of[place, column]) for column, price in enumerate(places) if had[place, column]}
        costs = {price: amount * tariff.periods[price].price for price, amount in by_price.items()} if tariff is not None else {}
        spread = np.frombuffer(each.estimated, np.uint8).astype(bool) if each.estimated else np.zeros(len(over), bool)
        estimated = bool((over & spread & known[place]).any())
        figures = float(nights[place]), float(night_hours[place]), float(missing[place])
        made.append(Account(bars[place].tolist(), costs, by_price, *figures, estimated, len(each.breaks)))
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
        whole.missing = max(whole.missing, part.missing)
        whole.estimated = whole.estimated or part.estimated
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
