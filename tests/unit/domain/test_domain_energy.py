"""Periods of consumption, prices by time of day, nights: also on the days on which the clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import energy
from console.domain.energy import EnergyPolicy, Target, Tariff, TariffPeriod
from console.domain.text import Text
from console.domain.times import DAY, HOUR

CHINA, BERLIN, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"))
ZONES = (CHINA, BERLIN, LORD_HOWE, ZoneInfo("America/St_Johns"))
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Berlin: 23 and 25 hours


def period(name: str, price: float, *hours: tuple[int, int], months: tuple[int, ...] = ()) -> TariffPeriod:
    return TariffPeriod(Text(name), price, tuple((60 * first, 60 * last) for first, last in hours), months)


CRITICAL, PEAK, VALLEY, FLAT = (
    period("尖", 1.3, (19, 21), months=(7, 8)),
    period("峰", 1.0, (10, 12), (14, 19)),
    period("谷", 0.3, (23, 24), (0, 7)),
    period("平", 0.6),
)
TARIFF = Tariff("kW·h", (CRITICAL, PEAK, VALLEY, FLAT))
POLICY = EnergyPolicy((TARIFF,), (Target("kW·h", tuple(float(month) for month in range(1, 13))),))


def at(day: date, hour: int, minute: int, zone: ZoneInfo, fold: int = 0) -> int:
    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold)
    return int((wall - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 6, 1), 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_day_has_as_many_hours_as_the_clock_on_the_wall_shows(day: date, hours: int) -> None:
    edges = energy.span_edges("day", day, BERLIN)
    assert edges[-1] - edges[0] == hours * HOUR
    assert edges == sorted(set(edges))
    assert len(edges) - 1 == (23 if day == SPRING else 24)  # the doubled hour of autumn is one bar of two hours


def test_months_and_years_begin_at_local_midnight() -> None:
    edges = energy.span_edges("month", date(2026, 2, 17), CHINA)
    assert (len(edges), edges[0]) == (29, at(date(2026, 2, 1), 0, 0, CHINA))
    assert {second - first for first, second in pairwise(edges)} == {DAY}
    year = energy.span_edges("year", date(2028, 2, 17), BERLIN)
    assert (len(year), year[0], year[-1]) == (13, at(date(2028, 1, 1), 0, 0, BERLIN), at(date(2029, 1, 1), 0, 0, BERLIN))


def test_moving_by_months_and_years_keeps_to_days_that_exist() -> None:
    assert energy.moved("day", date(2026, 3, 1), -1) == date(2026, 2, 28)
    assert energy.moved("month", date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert energy.moved("month", date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert energy.moved("year", date(2028, 2, 29), -1) == date(2027, 2, 28)


def price(day: date, hour: int, minute: int = 0, *, tariff: Tariff = TARIFF, zone: ZoneInfo = CHINA) -> int:
    [(month, of_day)] = energy.wall([at(day, hour, minute, zone)], zone)
    return energy.price_of(month, of_day, tariff)


def test_prices_hold_in_their_hours_over_midnight_and_in_their_months() -> None:
    june, july = date(2026, 6, 10), date(2026, 7, 10)
    assert [price(june, hour) for hour in (0, 6, 7, 10, 12, 14, 19, 22, 23)] == [2, 2, 3, 1, 3, 1, 3, 3, 2]
    assert price(june, 6, 59) == 2
    assert price(july, 19) == price(july, 20, 59) == 0
    assert price(july, 21) == 3


def test_a_tariff_may_say_nothing_of_some_hours() -> None:
    assert price(date(2026, 6, 1), 8, tariff=Tariff("m³", (PEAK,))) == -1
    assert price(date(2026, 6, 1), 8, tariff=Tariff("m³", (FLAT, PEAK))) == 0
    assert price(date(2026, 6, 1), 10, tariff=Tariff("m³", (FLAT, PEAK))) == 1  # hours go before what is left


def test_the_night_may_run_over_midnight() -> None:
    early, late = EnergyPolicy(night=(120, 300)), EnergyPolicy(night=(1380, 300))
    assert [energy.is_night(minute, early) for minute in (119, 120, 299, 300)] == [False, True, True, False]
    assert [energy.is_night(minute, late) for minute in (1379, 1380, 0, 299, 300)] == [False, True, True, True, False]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_night_on_which_the_clocks_change_is_as_long_as_it_was(day: date) -> None:
    edges = energy.span_edges("day", day, BERLIN)
    fine = energy.fine_edges(edges, EnergyPolicy(night=(60, 300)), None, BERLIN)
    night = [energy.is_night(minute, EnergyPolicy(night=(60, 300))) for _, minute in energy.wall(fine[:-1], BERLIN)]
    hours = sum(last - first for (first, last), dark in zip(pairwise(fine), night, strict=True) if dark) / HOUR
    assert hours == (3 if day == SPRING else 5)


@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.sampled_from(["day", "month"]))
def test_every_piece_has_one_price_and_they_fill_the_span(zone: ZoneInfo, day: date, kind: str) -> None:
    edges = energy.span_edges(kind, day, zone)
    fine = energy.fine_edges(edges, POLICY, TARIFF, zone)
    assert fine == sorted(set(fine))
    assert set(edges) <= set(fine)
    assert (fine[0], fine[-1]) == (edges[0], edges[-1])
    middles = [(first + last) // 2 for first, last in pairwise(fine)]
    for probe in (middles, [last - 1 for last in fine[1:]]):
        here, there = energy.wall(fine[:-1], zone), energy.wall(probe, zone)
        assert [energy.price_of(*each, TARIFF) for each in here] == [energy.price_of(*each, TARIFF) for each in there]
    bars = energy.gathered(edges, fine)
    assert sorted(set(bars)) == list(range(len(edges) - 1))
    assert all(edges[bar] <= first and last <= edges[bar + 1] for bar, (first, last) in zip(bars, pairwise(fine), strict=True))


@given(st.sampled_from(ZONES), st.integers(600_000_000, 2_200_000_000))
def test_the_minute_of_the_day_is_that_of_the_clock_on_the_wall(zone: ZoneInfo, second: int) -> None:
    wall = datetime.fromtimestamp(second, zone)
    assert energy.wall([second * 10**9], zone) == [(wall.month, wall.hour * 60 + wall.minute)]


@pytest.mark.parametrize(
    ("periods", "both"),
    [
        ((CRITICAL, PEAK, VALLEY, FLAT), None),
        ((PEAK, period("尖", 1.3, (18, 20))), ("峰", "尖")),
        ((PEAK, period("尖", 1.3, (19, 20))), None),  # one ends where the other begins
        ((period("夏", 1.0, (8, 20), months=(6, 7)), period("冬", 2.0, (8, 20), months=(12, 1))), None),
        ((period("夏", 1.0, (8, 20), months=(6, 7)), period("七月", 2.0, (9, 10), months=(7,))), ("夏", "七月")),
        ((FLAT, period("另一平", 0.5)), ("平", "另一平")),
    ],
)
def test_two_prices_for_one_minute_are_found(periods: tuple[TariffPeriod, ...], both: tuple[str, str] | None) -> None:
    found = energy.overlapping(periods)
    assert (found and tuple(each.name.zh for each in found)) == both


def test_tariffs_and_targets_are_found_by_unit() -> None:
    assert POLICY.tariff("kW·h") is TARIFF
    assert POLICY.tariff("m³") is None
    assert POLICY.target("kW·h", 11) == 11.0
    assert POLICY.target("m³", 11) is None
