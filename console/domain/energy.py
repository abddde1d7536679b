"""Energy and water: the periods that consumption is counted over, what they cost, and what was aimed at. Pure.

Times of day and dates are the site's local ones; edges are UTC ns, so a day has 23 or 25 hours where the clocks are changed.
Tariffs by time of day (尖峰平谷) follow what the estate's supplier charges; nothing is preset, prices differ by city.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from console.domain.text import Text
from console.domain.times import DAY, MINUTE

MINUTES = 24 * 60  # of a day
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

COMMON_UNITS: dict[str, tuple[str, float]] = {
    "W·h": ("kW·h", 1e-3), "MW·h": ("kW·h", 1e3), "var·h": ("kvar·h", 1e-3), "L": ("m³", 1e-3),
    "MJ": ("GJ", 1e-3), "kJ": ("GJ", 1e-6),
}  # fmt: skip
"""Units of counters that are added up in another one, and by what they are multiplied."""


def common_unit(unit: str) -> tuple[str, float]:
    """The unit in which counters of ``unit`` are added up, and the factor to it."""
    return COMMON_UNITS.get(unit, (unit, 1.0))


class TariffPeriod(msgspec.Struct, frozen=True, omit_defaults=True):
    """A price per unit for parts of the day.

    ``hours`` are (from, to) in minutes of the local day, the end not included, ``to`` up to 1440; none: all hours that no other
    period of the month takes. ``months`` 1-12 in which it holds; none: all.
    """

    name: Text
    price: float
    hours: tuple[tuple[int, int], ...] = ()
    months: tuple[int, ...] = ()


class Tariff(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one quantity costs. ``unit`` is the counters' unit (kW·h, m³)."""

    unit: str
    periods: tuple[TariffPeriod, ...]
    currency: str = "¥"


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one month may consume of one ``unit``: ``months`` twelve amounts, January first (R-EN-03: a target line)."""

    unit: str
    months: tuple[float, ...]


class EnergyPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tariffs, targets, and the night hours (minutes of the local day) whose minimum shows leaks and waste."""

    tariffs: tuple[Tariff, ...] = ()
    targets: tuple[Target, ...] = ()
    night: tuple[int, int] = (120, 300)

    def tariff(self, unit: str) -> Tariff | None:
        """The tariff for counters of this unit."""
        return next((tariff for tariff in self.tariffs if tariff.unit == unit), None)

    def target(self, unit: str, month: int) -> float | None:
        """What this month (1-12) may consume."""
        return next((target.months[month - 1] for target in self.targets if target.unit == unit), None)


def moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    """``minutes`` after local midnight of ``day`` by the clock on the wall, UTC ns."""
    wall = datetime.combine(day + timedelta(days=minutes // MINUTES), time(minutes % MINUTES // 60, minutes % 60), zone)
    return (wall - _EPOCH) // timedelta(microseconds=1) * 1000


def span_edges(kind: str, day: date, zone: ZoneInfo) -> list[int]:
    """The edges of the bars of the ``day``, ``month`` or ``year`` in which ``day`` lies: hours, days or months."""
    if kind == "day":
        return _unique(moment(day, 60 * hour, zone) for hour in range(25))
    if kind == "month":
        first = day.replace(day=1)
        days = (_next_month(first) - first).days
        return [moment(first + timedelta(days=step), 0, zone) for step in range(days + 1)]
    firsts = [date(day.year, month, 1) for month in range(1, 13)]
    return [moment(first, 0, zone) for first in (*firsts, date(day.year + 1, 1, 1))]


def moved(kind: str, day: date, steps: int) -> date:
    """The same ``day`` so many days, months or years later; the last day of a shorter month."""
    if kind == "day":
        return day + timedelta(days=steps)
    months = steps if kind == "month" else 12 * steps
    place = day.year * 12 + day.month - 1 + months
    first = date(place // 12, place % 12 + 1, 1)
    return first.replace(day=min(day.day, (_next_month(first) - first).days))


def fine_edges(edges: Sequence[int], policy: EnergyPolicy, tariff: Tariff | None, zone: ZoneInfo) -> list[int]:
    """``edges`` with the moments at which the price or the night begins or ends, so that each piece has one price."""
    cuts = set(policy.night)
    if tariff is not None:
        cuts |= {cut for period in tariff.periods for hours in period.hours for cut in hours}
    day, last = _local(edges[0], zone).date(), _local(edges[-1], zone).date()
    found, midnight = set(edges), moment(day, 0, zone)
    while day <= last:
        day += timedelta(days=1)
        following = moment(day, 0, zone)
        if following - midnight == DAY:
            found.update(midnight + cut * MINUTE for cut in cuts)
        else:  # the clocks are changed
            found.update(moment(day - timedelta(days=1), cut, zone) for cut in cuts)
        midnight = following
    return sorted(edge for edge in found if edges[0] <= edge <= edges[-1])


def wall(moments: Iterable[int], zone: ZoneInfo) -> list[tuple[int, int]]:
    """The month and the minute of the local day of each moment. Quick: a year has thousands of priced pieces."""
    offsets: dict[int, int | None] = {}  # by UTC day; None: the clocks are changed in it
    months: dict[int, int] = {}
    found = []
    for at in moments:
        day = at // DAY
        if day not in offsets:
            first, last = _offset(day * DAY, zone), _offset((day + 1) * DAY, zone)
            offsets[day] = first if first == last else None
        offset = offsets[day]
        here = at + (_offset(at, zone) if offset is None else offset)
        local_day = here // DAY
        if local_day not in months:
            months[local_day] = date.fromordinal(_EPOCH.toordinal() + local_day).month
        found.append((months[local_day], here % DAY // MINUTE))
    return found


def price_of(month: int, minute: int, tariff: Tariff) -> int:
    """Which of the tariff's periods holds at a minute of the local day in a month; -1 if it says nothing of that time."""
    rest = -1
    for place, period in enumerate(tariff.periods):
        if period.months and month not in period.months:
            continue
        if not period.hours:
            rest = place if rest < 0 else rest
        elif any(first <= minute < last for first, last in period.hours):
            return place
    return rest


def is_night(minute: int, policy: EnergyPolicy) -> bool:
    """True within the night hours, by the minute of the local day; they may run over midnight."""
    first, last = policy.night
    return first <= minute < last if first <= last else minute >= first or minute < last


def gathered(edges: Sequence[int], fine: Sequence[int]) -> list[int]:
    """For each piece between two ``fine`` edges, in which bar of ``edges`` it lies."""
    return [bisect_right(edges, each) - 1 for each in fine[:-1]]


def overlapping(periods: Iterable[TariffPeriod]) -> tuple[TariffPeriod, TariffPeriod] | None:
    """Two periods that both claim some minute of some month, if there are any."""
    known: list[TariffPeriod] = []
    for period in periods:
        for other in known:
            months = set(period.months or range(1, 13)) & set(other.months or range(1, 13))
            if not months:
                continue
            if not period.hours and not other.hours:
                return other, period
            if any(a < d and c < b for a, b in period.hours for c, d in other.hours):
                return other, period
        known.append(period)
    return None


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _offset(at: int, zone: ZoneInfo) -> int:
    return (_local(at, zone).utcoffset() or timedelta()) // timedelta(microseconds=1) * 1000


def _local(at: int, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at // 1000)).astimezone(zone)


def _unique(edges: Iterable[int]) -> list[int]:
    return sorted(set(edges))
