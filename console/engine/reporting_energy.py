"""What the meters counted in a report's period, and in the same of before: read in a worker process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from console.domain import energy
from console.domain.documents import Document
from console.domain.energy import EnergyPolicy
from console.domain.maintenance.reports import Period, shifted
from console.domain.times import HOUR
from console.papers import energy as paper
from console.papers.energy import Use
from console.papers.setting import Setting
from console.store import counters

if TYPE_CHECKING:
    from console.engine.reporting_work import Meter

Floats = npt.NDArray[np.float64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def report(folder: Path, meters: Sequence[Meter], unit: str, policy: EnergyPolicy, *, of: Period, setting: Setting) -> Document:
    """The energy report of one unit's meters."""
    zone = setting.zone
    kind = "month" if of.months == 1 else "year"
    day = (_EPOCH + timedelta(microseconds=of.since // 1000)).astimezone(zone).date()
    edges = [edge for edge in energy.span_edges(kind, day, zone) if of.since <= edge <= of.until]
    tariff = policy.tariff(unit)
    fine = energy.fine_edges(edges, policy, tariff, zone)
    walls = energy.wall(fine[:-1], zone)
    prices = [energy.price_of(*here, tariff) if tariff is not None else -1 for here in walls]
    nights = [energy.is_night(minute, policy) for _, minute in walls]
    earlier = [shifted(of, -of.months, setting.timezone), shifted(of, -12, setting.timezone)]
    rules = {meter.point.number: counters.rule_of(meter.point) for meter in meters}
    now = {each.point: each for each in counters.consumptions(folder, rules, np.array(fine, np.int64))}
    until = min(of.until, setting.at) - of.since  # of a period that is not over the same part of the earlier one is compared
    past = [
        {
            each.point: float(each.amounts[0])
            for each in counters.consumptions(folder, rules, np.array([then.since, min(then.until, then.since + until)], np.int64))
        }
        for then in earlier
    ]
    bar_of = np.array(energy.gathered(edges, fine))
    made: list[tuple[Meter, Use]] = []
    for meter in meters:
        found = now.get(meter.point.number)
        if found is None:
            continue
        amounts = found.amounts.astype(np.float64)
        cost = 0.0
        if tariff is not None:
            priced = zip(amounts.tolist(), prices, strict=True)
            known = ((amount, price) for amount, price in priced if price >= 0 and not math.isnan(amount))
            cost = math.fsum(amount * tariff.periods[price].price for amount, price in known)
        over = np.array(fine[1:]) <= setting.at
        hours = np.diff(np.array(fine)) / HOUR
        use = Use(
            name=f"{meter.name.get(setting.language)} ({meter.equipment})",
            group=setting.word("energy.load", meter.group) if meter.group else "",
            bars=_bars(amounts, bar_of, len(edges) - 1),
            before=past[0].get(meter.point.number, math.nan),
            year=past[1].get(meter.point.number, math.nan),
            night=_night(amounts, hours, nights),
            cost=cost,
            incoming=meter.incoming,
            missing=float(hours[np.isnan(amounts) & over].sum()),
            estimated=bool((found.estimated.astype(bool) & ~np.isnan(amounts)).any()),
            link=f"equipment:{meter.equipment}",
        )
        made.append((meter, use))
    incoming = [use for meter, use in made if meter.incoming]
    whole = paper.together("", incoming or [use for _, use in made])
    labels = [_label(kind, edge, zone) for edge in edges[:-1]]
    days = round((of.until - of.since) / (24 * HOUR)) if kind == "month" else 1
    targets = [_target(policy, unit, edge, zone, days) for edge in edges[:-1]]
    return paper.report([use for _, use in made], whole, of, setting, unit=unit, labels=labels, targets=targets)


def _bars(amounts: Floats, bar_of: npt.NDArray[np.int64], count: int) -> tuple[float, ...]:
    known = ~np.isnan(amounts)
    sums = np.bincount(bar_of[known], amounts[known], count)
    there = np.bincount(bar_of[known], minlength=count) > 0
    return tuple(np.where(there, sums, math.nan).tolist())


def _night(amounts: Floats, hours: Floats, nights: Sequence[bool]) -> float:
    """The smallest rate of any night piece that is known."""
    night = np.array(nights) & ~np.isnan(amounts) & (hours > 0)
    return float((amounts[night] / hours[night]).min()) if night.any() else math.nan


def _label(kind: str, edge: int, zone: ZoneInfo) -> str:
    there = (_EPOCH + timedelta(microseconds=edge // 1000)).astimezone(zone)
    return f"{there.day}" if kind == "month" else f"{there:%Y-%m}"


def _target(policy: EnergyPolicy, unit: str, edge: int, zone: ZoneInfo, days: int) -> float | None:
    """Of a bar: its month's target, or an even part of it where a bar is one of so many days."""
    there = (_EPOCH + timedelta(microseconds=edge // 1000)).astimezone(zone)
    target = policy.target(unit, there.month)
    return None if target is None else target / days
