"""Dates of plans: nested levels share visits, working days and blackouts move them, and nothing is lost or done twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.maintenance.calendars import SHIPPED, CalendarYear, Day, WorkingDays, blacked
from console.domain.maintenance.planning import TurnChange, chains
from console.domain.maintenance.planning_turns import NEVER, Calendar, Visit, Waiting, completed, turn_after, turns, visits
from console.domain.plans import MaintenancePlan, Span
from console.domain.text import Text

PLAIN = Calendar(WorkingDays(), {})
START = date(2027, 1, 1).toordinal()


def plan(key: str = "p", **parts: object) -> MaintenancePlan:
    return MaintenancePlan(f"E/{key}", "E", Text(key), **parts)  # type: ignore[arg-type]


def days(found: list[Visit]) -> list[str]:
    return [date.fromordinal(visit.day).isoformat() for visit in found]


def seen(*plans: MaintenancePlan, until: str, calendar: Calendar = PLAIN, turn: int = 0) -> list[Visit]:
    (chain,) = chains({each.id: each for each in plans})
    return list(visits(chain, [Waiting(START, turn)] * len(chain), calendar, date.fromisoformat(until).toordinal()))


ELEVATOR = (
    plan("half_month", every_days=15, first_due="2027-01-05", within="quarter"),
    plan("quarter", every_months=3, first_due="2027-01-05", within="half_year"),
    plan("half_year", every_months=6, first_due="2027-01-05", within="year"),
    plan("year", every_months=12, first_due="2027-01-05"),
)


def test_a_higher_level_takes_the_last_visit_that_is_not_too_late_for_it_and_brings_the_smaller_ones_along() -> None:
    """TSG T5002-2017 art. 6 as named in the domain notes; R-PM-02."""
    found = seen(*ELEVATOR, until="2027-12-20")
    assert days(found)[:3] == ["2027-01-05", "2027-01-20", "2027-02-04"], "the half-month rhythm goes on undisturbed"
    tops = {day: visit.levels for day, visit in zip(days(found), found, strict=True) if len(visit.levels) > 1}
    assert tops == {
        "2027-01-05": (0, 1, 2, 3),
        "2027-04-05": (0, 1),  # a visit falls on it
        "2027-07-04": (0, 1, 2),  # the 5th of July lies before the next visit
        "2027-10-02": (0, 1),
    }
    assert len(found) == 24


def test_a_level_that_is_the_only_one_left_goes_its_own_way() -> None:
    alone = seen(ELEVATOR[1], until="2027-12-31")
    assert days(alone) == ["2027-01-05", "2027-04-05", "2027-07-05", "2027-10-05"]


def test_levels_that_name_each_other_in_a_ring_stand_each_for_itself_or_in_a_row_and_none_is_lost() -> None:
    ring = {each.id: each for each in (plan("a", every_days=10, within="b"), plan("b", every_days=20, within="a"))}
    assert sorted(each.key for chain in chains(ring) for each in chain) == ["a", "b"]


def test_a_second_level_below_the_same_one_stands_for_itself() -> None:
    plans = (plan("a", every_days=10, within="c"), plan("b", every_days=15, within="c"), plan("c", every_days=60))
    found = chains({each.id: each for each in plans})
    assert sorted(tuple(each.key for each in chain) for chain in found) == [("a", "c"), ("b",)]


@given(
    st.integers(2, 40),
    st.lists(st.integers(2, 12), min_size=1, max_size=3, unique=True),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(0, 60),
)
def test_every_turn_of_every_level_is_in_exactly_one_visit_never_late(
    every: int, months: list[int], first: date, later: int
) -> None:
    """R-PM-02: what is due is done once, whichever level's order it is."""
    keys = [f"l{place}" for place in range(len(months) + 1)]
    plans = [plan(keys[0], every_days=every, first_due=first.isoformat(), within=keys[1])]
    for place, length in enumerate(sorted(months), 1):
        within = keys[place + 1] if place < len(months) else ""
        plans.append(plan(keys[place], every_months=length, first_due=(first + timedelta(days=later)).isoformat(), within=within))
    start = min(first.toordinal(), START)
    (chain,) = chains({each.id: each for each in plans})
    end = first.toordinal() + 800
    found = list(visits(chain, [Waiting(start)] * len(chain), PLAIN, end))
    for place, each in enumerate(chain):
        asked = list(turns(each, Waiting(start), end))
        done = [visit.turns[visit.levels.index(place)] for visit in found if place in visit.levels]
        assert done[: len(asked)] == asked
        if place:
            at = {visit.turns[visit.levels.index(place)]: visit.day for visit in found if place in visit.levels}
            assert all(0 <= turn - day <= every for turn, day in at.items())
    assert [visit.day for visit in found] == sorted({visit.day for visit in found}), "one order a day, not two"


@given(st.dates(date(2024, 1, 1), date(2031, 12, 31)), st.integers(1, 36), st.integers(0, 4000))
def test_a_rhythm_of_months_comes_once_in_its_months_also_on_the_last_day_and_on_leap_days(
    first: date, months: int, after: int
) -> None:
    each = plan(every_months=months, first_due=first.isoformat())
    found = turn_after(each, first.toordinal(), first.toordinal() + after)
    assert found > first.toordinal() + after or found == NEVER
    place = date.fromordinal(found)
    assert ((place.year - first.year) * 12 + place.month - first.month) % months == 0
    assert place.day == first.day or (place + timedelta(days=1)).month != place.month


def test_the_29th_of_february_each_year_is_the_28th_between_and_comes_back() -> None:
    each = plan(every_months=12, first_due="2028-02-29")
    found = [date.fromordinal(day).isoformat() for day in turns(each, Waiting(START), date(2032, 12, 31).toordinal())]
    assert found == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


@pytest.mark.parametrize("every", [{"every_months": 120}, {"every_days": 3660}])
def test_an_interval_of_ten_years_comes(every: dict[str, int]) -> None:
    each = plan(first_due="2020-05-01", **every)
    assert date.fromordinal(turn_after(each, START, START)).year == 2030


def test_a_season_leaves_the_other_months_out() -> None:
    found = seen(plan(every_months=1, first_due="2027-01-10", months=(11, 12, 1, 2)), until="2028-01-31")
    assert days(found) == ["2027-01-10", "2027-02-10", "2027-11-10", "2027-12-10", "2028-01-10"]


def test_a_yearly_turn_outside_its_season_never_comes_and_nobody_waits_for_ever() -> None:
    each = plan(every_months=12, first_due="2027-03-10", months=(11,))
    assert turn_after(each, START, START) == NEVER
    assert seen(each, until="2050-01-01") == []


def test_a_completion_out_of_season_waits_for_the_first_day_of_the_season() -> None:
    each = plan(every_months=1, completion=True, months=(11, 12))
    assert date.fromordinal(completed(each, date(2027, 12, 20).toordinal())).isoformat() == "2028-11-01"


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        ("", ["2026-02-16", "2026-03-16"]),
        ("next", ["2026-02-24", "2026-03-16"]),  # Spring Festival until the 23rd
        ("previous", ["2026-02-14", "2026-03-16"]),  # a Saturday that is worked instead (调休)
        ("skip", ["2026-03-16"]),
    ],
)
def test_a_date_on_a_holiday_goes_where_the_plan_says(shift: str, expected: list[str]) -> None:
    each = plan(every_months=1, first_due="2026-02-16", shift=shift)
    assert days(seen(each, until="2026-04-10", turn=date(2026, 2, 16).toordinal())) == expected


def test_a_daily_check_on_working_days_is_not_done_three_times_on_monday() -> None:
    each = plan(every_days=1, first_due="2027-01-01", shift="next")
    found = days(seen(each, until="2027-01-12"))
    assert found == [f"2027-01-{day:02d}" for day in (1, 4, 5, 6, 7, 8, 11, 12)]


def test_a_blackout_moves_a_turn_behind_it_even_over_the_new_year_and_once_means_once() -> None:
    yearly = plan(every_months=12, first_due="2027-12-28", blackouts=(Span("12-20", "01-05"),))
    assert days(seen(yearly, until="2029-02-01")) == ["2028-01-06", "2029-01-06"]
    once = plan(every_months=12, first_due="2027-06-20", blackouts=(Span("2027-06-15", "2027-09-15"),))
    assert days(seen(once, until="2028-12-01")) == ["2027-09-16", "2028-06-20"]


def test_a_blackout_that_is_longer_than_the_interval_leaves_one_turn_after_it() -> None:
    each = plan(every_months=1, first_due="2027-05-20", blackouts=(Span("06-15", "09-15"),))
    assert days(seen(each, until="2027-11-30")) == ["2027-05-20", "2027-09-16", "2027-09-20", "2027-10-20", "2027-11-20"]


def test_a_blackout_includes_both_ends() -> None:
    span = Span("12-20", "01-05")
    found = [blacked(date.fromisoformat(day).toordinal(), span) for day in ("2027-12-19", "2027-12-20", "2028-01-05", "2028-01-06")]
    assert found == [False, True, True, False]


def change(turn: str, to: str) -> dict[tuple[str, int], TurnChange]:
    made = TurnChange(id=f"E/half_month@{turn}", plan="E/half_month", turn=turn, to=to)
    return {("E/half_month", date.fromisoformat(turn).toordinal()): made}


def test_a_moved_visit_moves_as_a_whole_and_the_rhythm_stays() -> None:
    found = seen(*ELEVATOR, until="2027-02-10", calendar=Calendar(WorkingDays(), change("2027-01-20", "2027-01-22")))
    assert days(found) == ["2027-01-05", "2027-01-22", "2027-02-04"]
    assert [visit.moved for visit in found] == [False, True, False]


def test_a_skipped_visit_hands_its_higher_level_to_the_next_one() -> None:
    found = seen(*ELEVATOR, until="2027-05-10", calendar=Calendar(WorkingDays(), change("2027-04-05", "")))
    assert {day: visit.levels for day, visit in zip(days(found), found, strict=True) if len(visit.levels) > 1} == {
        "2027-01-05": (0, 1, 2, 3),
        "2027-04-20": (0, 1),
    }


def test_the_shipped_years_know_holidays_and_days_that_are_worked_instead() -> None:
    """Marked as to be checked: the texts of the notices are the authority."""
    days_ = WorkingDays()
    off = {day: days_.off(date.fromisoformat(day).toordinal()) for day in ("2026-10-01", "2026-10-10", "2026-10-11", "2025-01-26")}
    assert off == {"2026-10-01": True, "2026-10-10": False, "2026-10-11": True, "2025-01-26": False}
    assert {year.id for year in SHIPPED.values() if not year.checked} == {"2025", "2026"}
    assert all("待核对" in year.source.zh for year in SHIPPED.values())


def test_an_edited_year_takes_the_place_of_the_shipped_one() -> None:
    mine = WorkingDays([CalendarYear(id="2026", days=(Day("2026-11-23"),))])
    found = [mine.off(date.fromisoformat(day).toordinal()) for day in ("2026-10-01", "2026-11-23")]
    assert found == [False, True]
