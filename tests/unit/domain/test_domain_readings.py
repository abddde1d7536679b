"""Typed readings: what is refused, what is asked, what a meter counted, when the next one is due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import Band, ManualSource, Point, Reminder, ValueKind
from console.domain.readings import (
    KEPT,
    EnteredReading,
    How,
    TypedReading,
    before,
    consumption,
    daily_growths,
    last_due,
    next_due,
    overdue_since,
    photo_kind,
    recent,
    remarks,
    taken_in,
    wraps_at,
)
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

ZONE = "Asia/Shanghai"
NOW = 1_795_564_800 * SECOND  # 2026-11-25 08:00 in Shanghai, a Wednesday


def point(source: ManualSource | None = None, kind: ValueKind = ValueKind.COUNTER, **more: object) -> Point:
    return Point("M1.water", "M1", "water", Text("水表"), kind, source or ManualSource(), **more)  # type: ignore[arg-type]


def reading(value: float, days: float, how: How = How.PLAIN, **more: float) -> TypedReading:
    at = NOW - round(days * DAY)
    return TypedReading("M1.water", at, value, "wang", at, how=how, **more)  # type: ignore[arg-type]


MONTHLY = (reading(100, 30), reading(130, 20), reading(160, 10))


def codes(entry: EnteredReading, readings: tuple[TypedReading, ...] = MONTHLY, of: Point | None = None) -> list[str]:
    return [remark.problem.code.removeprefix("refused.reading_") for remark in remarks(of or point(), readings, entry, NOW)]


def entry(value: float, **more: object) -> EnteredReading:
    return EnteredReading("M1.water", value, **more)  # type: ignore[arg-type]


def test_an_ordinary_reading_passes_without_a_word() -> None:
    assert codes(entry(190)) == []
    assert codes(entry(1e6), ()) == []


@pytest.mark.parametrize(
    ("given_entry", "expected"),
    [
        (entry(float("nan")), "number"),
        (entry(float("inf")), "number"),
        (entry(1001), "plausible"),
        (entry(-1), "plausible"),
        (entry(190, at=NOW + 1), "future"),
        (entry(150, at=NOW - 16 * MINUTE), "backdated"),
        (entry(161, at=NOW - 10 * DAY), "correction"),
        (entry(150), "down"),
        (entry(5, how=How.EXCHANGED, final=150), "exchange"),
        (entry(5, how=How.EXCHANGED, final=170, first=6), "exchange"),
    ],
)
def test_what_cannot_be_right_is_refused(given_entry: EnteredReading, expected: str) -> None:
    of = point(plausible=Band(0, 1000))
    assert codes(given_entry, of=of) == [expected]
    assert not remarks(of, MONTHLY, given_entry, NOW)[0].ask


def test_a_band_may_be_open_at_either_end() -> None:
    assert codes(entry(-1), (), point(plausible=Band(0, None))) == ["plausible"]
    assert codes(entry(2), (), point(plausible=Band(None, 1))) == ["plausible"]


def test_a_time_in_the_past_needs_a_reason_and_a_quarter_of_an_hour_does_not() -> None:
    assert codes(entry(190, at=NOW - 14 * MINUTE)) == []
    assert codes(entry(165, at=NOW - DAY, reason="from paper")) == []


def test_a_state_is_one_of_those_named() -> None:
    valve = point(kind=ValueKind.STATE, states={0: Text("关"), 1: Text("开")})
    assert codes(entry(1), (), valve) == []
    assert codes(entry(2), (), valve) == ["state"]
    assert codes(entry(0.5), (), valve) == ["state"]


def test_a_gauge_may_fall() -> None:
    assert codes(entry(1), of=point(kind=ValueKind.ANALOG)) == []


def test_a_photo_is_demanded_where_the_point_says_so() -> None:
    of = point(ManualSource(photo="required"))
    assert codes(entry(190), of=of) == ["photo"]
    assert codes(entry(190, photo="a" * 64), of=of) == []


def test_growth_twice_the_recent_highest_is_asked_and_two_readings_prove_nothing() -> None:
    assert codes(entry(220)) == []  # 6 a day: exactly twice
    asked = remarks(point(), MONTHLY, entry(221), NOW)
    assert [(remark.problem.code, remark.ask) for remark in asked] == [("refused.reading_unusual", True)]
    assert codes(entry(900), MONTHLY[:2]) == []


def test_growth_above_the_points_own_limit_is_asked_at_once() -> None:
    of = point(ManualSource(max_daily=2.5))
    assert codes(entry(190), of=of) == ["daily"]
    assert codes(entry(184), of=of) == []
    assert codes(entry(190), (), of) == []


def test_a_late_entry_above_a_later_reading_is_asked() -> None:
    late = entry(165, at=NOW - 15 * DAY, reason="found the sheet")
    assert codes(late) == ["above_later"]
    assert remarks(point(), MONTHLY, late, NOW)[0].ask


def test_a_late_entry_is_refused_where_older_readings_are_no_longer_at_hand() -> None:
    full = tuple(reading(1000 - days, days) for days in range(KEPT, 0, -1))
    assert codes(entry(1, at=NOW - 100 * DAY, reason="old"), full) == ["old"]


def test_consumption_goes_on_over_an_exchange_and_over_the_last_digit() -> None:
    of = point(ManualSource(wraps_at=1000))
    first = reading(990, 10)
    assert consumption(of, first, reading(995, 5)) == 5
    assert consumption(of, first, reading(7, 5, How.EXCHANGED, final=993, first=2)) == 3 + 5
    assert consumption(of, first, reading(7, 5, How.WRAPPED)) == 17
    assert wraps_at(point(), 990) == 1000
    assert wraps_at(point(), 1000) == 10000
    assert wraps_at(point(ManualSource(wraps_at=500)), 990) == 1000


def test_growth_is_counted_by_the_day_and_minutes_count_as_an_hour() -> None:
    pair = (reading(100, 1), reading(101, 1 - 1 / 1440))
    assert daily_growths(point(), pair, NOW) == [24]


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 1e9)), max_size=150))
def test_readings_stay_in_order_one_a_time_and_the_newest_of_them(entries: list[tuple[int, float]]) -> None:
    kept: tuple[TypedReading, ...] = ()
    latest: dict[int, float] = {}
    for days, value in entries:
        kept = taken_in(kept, reading(value, days))
        latest[NOW - days * DAY] = value
    assert [each.at for each in kept] == sorted(latest)[-KEPT:]
    assert all(latest[each.at] == each.value for each in kept[-1:])
    assert recent(kept).get("M1.water", ()) == kept


def test_the_reading_before_a_moment() -> None:
    assert before(MONTHLY, NOW) == MONTHLY[2]
    assert before(MONTHLY, MONTHLY[1].at) == MONTHLY[0]
    assert before((), NOW) is None


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("reminder", "now", "last", "following"),
    [
        (Reminder("day", 1, 480), "2026-11-25 08:00", "2026-11-25 08:00", "2026-11-26 08:00"),
        (Reminder("day", 1, 480), "2026-11-25 07:59", "2026-11-24 08:00", "2026-11-25 08:00"),
        (Reminder("week", 1, 540), "2026-11-25 08:00", "2026-11-23 09:00", "2026-11-30 09:00"),
        (Reminder("week", 7, 540), "2026-11-25 08:00", "2026-11-22 09:00", "2026-11-29 09:00"),
        (Reminder("month", 25, 540), "2026-11-25 08:00", "2026-10-25 09:00", "2026-11-25 09:00"),
        (Reminder("month", 31, 0), "2026-02-28 12:00", "2026-02-28 00:00", "2026-03-31 00:00"),
        (Reminder("month", 1, 0), "2026-12-31 23:59", "2026-12-01 00:00", "2027-01-01 00:00"),
    ],
)
def test_due_moments_are_in_the_sites_time(reminder: Reminder, now: str, last: str, following: str) -> None:
    assert last_due(reminder, at(now), ZONE) == at(last)
    assert next_due(reminder, at(now), ZONE) == at(following)


def test_a_reading_is_overdue_from_its_due_moment_until_it_is_typed() -> None:
    of = point(ManualSource(remind=Reminder("month", 25, 540)))
    due = at("2026-11-25 09:00")
    assert overdue_since(of, MONTHLY, 0, due - 1, ZONE) == 0  # the one of 10-25 counts for October
    assert overdue_since(of, MONTHLY, 0, due, ZONE) == due
    assert overdue_since(of, (*MONTHLY, reading(190, 6)), 0, due, ZONE) == 0  # six days early
    assert overdue_since(of, (), due - HOUR, due, ZONE) == due
    assert overdue_since(of, (), due + HOUR, due + DAY, ZONE) == 0  # a new point is not late
    assert overdue_since(point(), (), 0, due, ZONE) == 0
    wired = point()
    assert overdue_since(wired, (), 0, due, ZONE) == 0


def test_a_photo_is_known_by_its_content() -> None:
    assert photo_kind(b"\xff\xd8\xff\xe0") == "jpg"
    assert photo_kind(b"\x89PNG\r\n\x1a\n....") == "png"
    assert photo_kind(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "webp"
    assert photo_kind(b"RIFF\x00\x00\x00\x00WAVE") == ""
    assert photo_kind(b"GIF89a") == ""
