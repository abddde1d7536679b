"""The period that the figures are of: a shift, day, week, month or year of the site's own time. Plain values, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from console.domain.rosters import Roster, Shift, Watch, watches
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import language, tr
from console.ui.moments import from_local, local, zone

KINDS = ("shift", "day", "week", "month", "year")
STEP = {"shift": 10 * MINUTE, "day": 10 * MINUTE, "week": HOUR}  # of the chart; longer periods go by days and months
TWELVE_HOURS = Roster(  # where nobody keeps a roster
    (Shift("day", Text("白班", "Day"), 8 * 60, 20 * 60), Shift("night", Text("夜班", "Night"), 20 * 60, 8 * 60))
)


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until), UTC ns. ``edges`` are the chart's bars, ``labels`` stand below them."""

    kind: str
    since: int
    until: int
    title: str
    edges: tuple[int, ...]
    labels: tuple[str, ...]


def period(kind: str, moment: int, roster: Roster | None, timezone: str) -> Period:
    """The period of ``kind`` that ``moment`` lies in."""
    if kind == "shift":
        watch = _shift(moment, roster, timezone)
        title = f"{watch.day:%m-%d} {watch.shift.name.get(language()) or watch.shift.id}"
        return _even(kind, watch.since, watch.until, title, timezone)
    day = local(moment, timezone).date()
    if kind == "day":
        return _even(kind, _start(day, timezone), _start(day + timedelta(days=1), timezone), f"{day:%Y-%m-%d}", timezone)
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=7)
        title = f"{first:%Y-%m-%d} – {last - timedelta(days=1):%m-%d}"
        return _even(kind, _start(first, timezone), _start(last, timezone), title, timezone)
    if kind == "month":
        first = day.replace(day=1)
        days = [first + timedelta(days=place) for place in range((_next_month(first) - first).days + 1)]
        return _uneven(kind, days, f"{first:%Y-%m}", [f"{each.day}" for each in days[:-1]], timezone)
    first = day.replace(month=1, day=1)
    days = [first.replace(month=month) for month in range(1, 13)] + [first.replace(year=first.year + 1)]
    return _uneven(kind, days, f"{first:%Y}", [tr("quality.month", month=each.month) for each in days[:-1]], timezone)


def moved(present: Period, step: int, roster: Roster | None, timezone: str) -> Period:
    """The next (1) or the one before (-1)."""
    return period(present.kind, present.until if step > 0 else present.since - 1, roster, timezone)


def trend(present: Period, timezone: str, months: int = 12) -> tuple[int, tuple[str, ...]]:
    """The ``months`` up to the period's last one: when the first begins, and how each is called (``2026-11``)."""
    days = [local(present.until - 1, timezone).date().replace(day=1)]
    while len(days) < months:
        days.insert(0, (days[0] - timedelta(days=1)).replace(day=1))
    return _start(days[0], timezone), tuple(f"{day:%Y-%m}" for day in days)


def _shift(moment: int, roster: Roster | None, timezone: str) -> Watch:
    """The shift that runs, or the one that ended last: a roster may leave hours to nobody."""
    used = roster if roster is not None and roster.shifts else TWELVE_HOURS
    day = local(moment, timezone).date()
    days = (day - timedelta(days=back) for back in range(-1, 3))
    began = [watch for each in days for watch in watches(used, each, timezone) if watch.since <= moment]
    return max(began, key=lambda watch: watch.since)


def _even(kind: str, since: int, until: int, title: str, timezone: str) -> Period:
    edges = (*range(since, until, STEP[kind]), until)
    form = "%m-%d %H:00" if kind == "week" else "%H:%M"
    return Period(kind, since, until, title, edges, tuple(local(at, timezone).strftime(form) for at in edges[:-1]))


def _uneven(kind: str, days: list[date], title: str, labels: list[str], timezone: str) -> Period:
    edges = tuple(_start(day, timezone) for day in days)
    return Period(kind, edges[0], edges[-1], title, edges, tuple(labels))


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


def _start(day: date, timezone: str) -> int:
    return from_local(datetime(day.year, day.month, day.day, tzinfo=zone(timezone)))
