"""Working days: weekends, holidays, and the days that are worked instead (调休), a year at a time and editable.

The state's holidays differ from year to year: the State Council's office announces those of the next year each autumn. A year
for which nothing was entered has its weekends and nothing else. What we bring along is marked as to be checked by a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from console.domain.maintenance.records import Record
from console.domain.plans import Span
from console.domain.text import EMPTY, Text

LONGEST_MOVE = 366  # days that a date may move to find a working day outside the blackouts: within a year there is one


class Day(msgspec.Struct, frozen=True, omit_defaults=True):
    """One day that is not as its weekday says. ``day`` is ``YYYY-MM-DD``; ``off`` False: worked though a weekend (调休)."""

    day: str
    off: bool = True
    name: Text = EMPTY


class CalendarYear(Record, frozen=True, omit_defaults=True, kw_only=True, tag="calendar"):
    """One year (the id is the year). ``checked``: a person has compared it with the notice. ``source`` names the notice."""

    days: tuple[Day, ...] = ()
    source: Text = EMPTY
    checked: bool = False


def _year(year: str, number: str, offs: tuple[tuple[str, str, str, str], ...], worked: tuple[tuple[str, str], ...]) -> CalendarYear:
    days = [
        Day(day.isoformat(), name=Text(zh, en))
        for since, until, zh, en in offs
        for day in _days(date.fromisoformat(f"{year}-{since}"), date.fromisoformat(f"{year}-{until}"))
    ]
    days += [Day(f"{year}-{day}", off=False, name=Text(f"{zh}调休上班", "Worked instead")) for day, zh in worked]
    source = Text(
        f"国务院办公厅关于{year}年部分节假日安排的通知（{number}），待核对",
        f"State Council office's notice on the holidays of {year} ({number}), to be checked",
    )
    return CalendarYear(id=year, days=tuple(sorted(days, key=lambda each: each.day)), source=source)


def _days(since: date, until: date) -> Iterable[date]:
    return (since + timedelta(days=n) for n in range((until - since).days + 1))


# The notices of the State Council's office (国务院办公厅) for 2025 (国办发明电〔2024〕12号) and 2026 (国办发明电〔2025〕7号),
# typed from the published text by us and marked in the product as to be checked.
SHIPPED: dict[str, CalendarYear] = {
    "2025": _year(
        "2025",
        "国办发明电〔2024〕12号",
        (
            ("01-01", "01-01", "元旦", "New Year"),
            ("01-28", "02-04", "春节", "Spring Festival"),
            ("04-04", "04-06", "清明节", "Qingming"),
            ("05-01", "05-05", "劳动节", "Labour Day"),
            ("05-31", "06-02", "端午节", "Dragon Boat"),
            ("10-01", "10-08", "国庆节、中秋节", "National Day, Mid-Autumn"),
        ),
        (("01-26", "春节"), ("02-08", "春节"), ("04-27", "劳动节"), ("09-28", "国庆节"), ("10-11", "国庆节")),
    ),
    "2026": _year(
        "2026",
        "国办发明电〔2025〕7号",
        (
            ("01-01", "01-03", "元旦", "New Year"),
            ("02-15", "02-23", "春节", "Spring Festival"),
            ("04-04", "04-06", "清明节", "Qingming"),
            ("05-01", "05-05", "劳动节", "Labour Day"),
            ("06-19", "06-21", "端午节", "Dragon Boat"),
            ("09-25", "09-27", "中秋节", "Mid-Autumn"),
            ("10-01", "10-07", "国庆节", "National Day"),
        ),
        (
            ("01-04", "元旦"),
            ("02-14", "春节"),
            ("02-28", "春节"),
            ("05-09", "劳动节"),
            ("09-20", "国庆节"),
            ("10-10", "国庆节"),
        ),
    ),
}


class WorkingDays:
    """Which days are worked. Days are proleptic ordinals (``date.toordinal``): a forecast asks for hundreds of thousands."""

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        known = {**SHIPPED, **{year.id: year for year in years}}
        self._special: dict[int, Day] = {}
        for year in known.values():
            for each in year.days:
                self._special[date.fromisoformat(each.day).toordinal()] = each
        self.known = frozenset(known)  # years that were entered

    def off(self, day: int) -> bool:
        """No working day."""
        special = self._special.get(day)
        return special.off if special is not None else (day + 6) % 7 >= 5  # ordinal 1 was a Monday

    def named(self, day: int) -> Day | None:
        """The entry of a day that is not as its weekday says."""
        return self._special.get(day)

    def placed(self, day: int, shift: str, blackouts: tuple[Span, ...] = ()) -> int | None:
        """Where a date comes to lie; ``None``: nowhere (it is skipped, or there is no room within :data:`LONGEST_MOVE` days).

        A blackout moves a date even where ``shift`` leaves holidays alone: to the first day after it, or before it for *previous*.
        """
        if not shift and not blackouts:
            return day
        step = -1 if shift == "previous" else 1
        place = day
        while (shift and self.off(place)) or any(blacked(place, span) for span in blackouts):
            if shift == "skip":
                return None
            place += step
            if abs(place - day) > LONGEST_MOVE:
                return None
        return place


def blacked(day: int, span: Span) -> bool:
    """Whether ``day`` lies in the span."""
    text = _iso(day)
    if len(span.since) == len("YYYY-MM-DD"):
        return span.since <= text <= span.until
    text = text[5:]
    if span.since <= span.until:
        return span.since <= text <= span.until
    return text >= span.since or text <= span.until


@lru_cache(4096)
def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
