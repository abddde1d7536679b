"""Alarm quality, by tables that were counted by hand."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from console.domain import alarmquality as aq
from console.domain.alarmquality import (
    AlarmQuality,
    Annunciation,
    Figure,
    Stood,
    behind,
    measure,
    source_key,
)
from console.domain.times import DAY, HOUR, MINUTE, SECOND

START = 1_764_550_800 * SECOND  # 2025-12-01 09:00 in Shanghai


def heard(*moments: tuple[int, str, int], at: int = START) -> list[Annunciation]:
    """(seconds after the start, rule, priority) each."""
    return [
        Annunciation(at + second * SECOND, number, rule, 0, rule.partition(".")[0], priority)
        for number, (second, rule, priority) in enumerate(sorted(moments), 1)
    ]


def stood(number: int, hours_before: float, hours_after: float) -> Stood:
    """An occurrence around the start of the period."""
    return Stood(
        number,
        f"M{number}.x#high",
        0,
        f"M{number}",
        3,
        START - round(hours_before * HOUR),
        START + round(hours_after * HOUR),
    )


def test_the_rate_is_what_one_operator_got_in_ten_watched_minutes() -> None:
    """EEMUA 191: 12 alarms in 2 watched hours and 2 operators are 12 / 12 / 2 = 0.5 a piece in ten minutes."""
    alarms = heard(*((600 * place, f"M{place}.x#high", 3) for place in range(12)))
    found = measure(alarms, (), START, START + 2 * HOUR, watched=2 * HOUR, operators=2.0)
    assert found.count == 12
    assert found.rate == 0.5
    assert found.peak == 1  # the window is open at its old end: ten minutes apart are not together
    assert measure(alarms, (), START, START + 2 * HOUR).rate is None  # nobody watched: no rate, not zero


def test_an_hour_without_the_watch_does_not_make_the_rate_better() -> None:
    alarms = heard((0, "A.x", 3), (1, "B.x", 3), (2, "C.x", 3))
    assert measure(alarms, (), START, START + HOUR, watched=HOUR).rate == pytest.approx(0.5)
    assert measure(alarms, (), START, START + HOUR, watched=HOUR // 2).rate == pytest.approx(1.0)


def test_the_ten_most_frequent_alarms_stand_in_order_with_their_share() -> None:
    moments = [(100 * place + turn, f"M{place}.x#high", 3) for place in range(12) for turn in range(12 - place)]
    found = measure(heard(*moments), (), START, START + HOUR, watched=HOUR)
    assert found.count == 78  # 12 + 11 + … + 1
    assert [source.count for source in found.top] == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]
    assert found.top[0].equipment == "M0"
    assert found.top_share == 75 / 78


def test_three_of_the_same_within_a_minute_chatter_and_three_in_61_seconds_do_not() -> None:
    fast, slow = [(0, "F.x", 4), (30, "F.x", 4), (60, "F.x", 4)], [(0, "S.x", 4), (30, "S.x", 4), (61, "S.x", 4)]
    alarms = heard(*fast, *slow, (3000, "F.x", 4))
    found = measure(alarms, (), START, START + HOUR, watched=HOUR)
    assert [(source.rule, source.count) for source in found.chattering] == [("F.x", 3)]  # the one an hour later is no chatter
    numbers = [each.number for each in alarms if each.rule == "F.x"]
    assert set(behind(Figure("chattering"), alarms, (), START, START + HOUR)) == set(numbers[:3])
    assert behind(Figure("chattering", source_key("S.x", 0)), alarms, (), START, START + HOUR) == ()


STANDING = [  # hours before the period's start, hours after it, whether it stood over a day within the hour of the period
    (25, 2, True),  # long since, and on
    (24, 0.5, True),  # a day is over as the period begins
    (23.5, 1, True),  # a day is over in the middle of it
    (23.5, 0.4, False),  # it ended before its day was over
    (30, -1, False),  # it was over before the period began
    (22, 9, False),  # its day ends after the period
]


@pytest.mark.parametrize(("before", "after", "counts"), STANDING)
def test_standing_over_a_day_is_judged_at_the_moments_of_the_period(before: float, after: float, counts: bool) -> None:
    found = measure([], [stood(1, before, after)], START, START + HOUR, watched=HOUR)
    assert bool(found.standing) is counts
    assert behind(Figure("standing"), [], [stood(1, before, after)], START, START + HOUR) == ((1,) if counts else ())


def test_the_most_that_stood_at_once_is_not_the_sum_of_a_month() -> None:
    """Two that follow each other are two of the month, and never more than one at a time."""
    long = [stood(1, 48, 0.25), stood(2, 23.5, 1)]  # the first ends at 0:15, the second is a day old at 0:30
    found = measure([], long, START, START + HOUR, watched=HOUR)
    assert len(found.standing) == 2
    assert found.standing_most == 1
    assert [each.number for each in found.standing] == [1, 2]  # the longest first


def test_a_flood_begins_with_the_eleventh_within_ten_minutes_and_ends_when_fewer_than_five_are_left() -> None:
    """EEMUA 191, ISA-18.2: eleven alarms, one each 30 s from 0:00 on. The eleventh comes at 5:00, the seventh came at 3:00, so at
    13:00 only four (3:30, 4:00, 4:30, 5:00) are left of the last ten minutes."""
    alarms = heard(*((30 * place, f"M{place}.x", 3) for place in range(11)))
    found = measure(alarms, (), START, START + HOUR, watched=HOUR)
    assert [(flood.since - START, flood.until - START) for flood in found.floods] == [(5 * MINUTE, 13 * MINUTE)]
    assert (found.floods[0].count, found.floods[0].peak) == (11, 11)
    assert found.flood_share == pytest.approx(8 / 60)
    assert len(behind(Figure("flood", str(found.floods[0].since)), alarms, (), START, START + HOUR)) == 11
    assert measure(alarms[:10], (), START, START + HOUR, watched=HOUR).floods == ()


def test_two_floods_are_two_and_one_that_goes_on_ends_with_the_period() -> None:
    first = [(10 * place, f"A{place}.x", 3) for place in range(12)]
    second = [(1800 + 10 * place, f"B{place}.x", 3) for place in range(12)]
    alarms = heard(*first, *second)
    found = measure(alarms, (), START, START + 35 * MINUTE, watched=35 * MINUTE)
    assert [(flood.since - START) // SECOND for flood in found.floods] == [100, 1900]
    assert found.floods[-1].until == START + 35 * MINUTE


def test_a_flood_that_began_before_the_period_counts_only_with_its_time_inside() -> None:
    alarms = heard(*((-300 + 10 * place, f"M{place}.x", 3) for place in range(11)))  # the eleventh at -200 s
    found = measure(alarms, (), START, START + HOUR, watched=HOUR)
    (flood,) = found.floods
    assert flood.since == START - 200 * SECOND
    assert flood.until == START + (-300 + 60 + 600) * SECOND  # the seventh came at -240 s
    assert found.flood_share == pytest.approx(360 / 3600)
    assert found.count == 0


def test_the_split_by_priority_is_of_what_was_heard() -> None:
    alarms = heard(*((place, f"M{place}.x", priority) for place, priority in enumerate([1, 2, 3, 3, 3, 4, 4, 4, 4, 4])))
    found = measure(alarms, (), START, START + HOUR, watched=HOUR)
    assert found.priorities == {1: 1, 2: 1, 3: 3, 4: 5}
    assert [found.share(group) for group in ((1, 2), (3,), (4,))] == [0.2, 0.3, 0.5]
    assert len(behind(Figure("priority", "1,2"), alarms, (), START, START + HOUR)) == 2


def test_the_bars_add_up_to_the_count_and_each_names_its_alarms() -> None:
    alarms = heard(*((400 * place, f"M{place}.x", 3) for place in range(9)))
    edges = [START + place * 10 * MINUTE for place in range(7)]
    found = measure(alarms, (), START, START + HOUR, edges=edges, watched=HOUR)
    assert [bar.count for bar in found.bars] == [2, 1, 2, 1, 2, 1]
    assert sum(bar.count for bar in found.bars) == found.count
    for bar in found.bars:
        assert len(behind(Figure("bar", f"{bar.since},{bar.until}"), alarms, (), START, START + HOUR)) == bar.count


def test_every_figure_names_as_many_alarms_as_it_counts() -> None:
    """Over a mixed hour: each figure and the rows behind it agree."""
    rules = itertools.cycle([("A.x", 1), ("B.x", 3), ("C.x", 4), ("A.x", 1), ("A.x", 1)])
    alarms = heard(*((17 * place, *next(rules)) for place in range(150)))
    until = START + HOUR

    def count(figure: Figure) -> int:
        return len(behind(figure, alarms, (), START, until))

    found = measure(alarms, (), START, until, watched=HOUR)
    assert count(Figure("all")) == found.count == 150
    assert sum(count(Figure("source", source_key(each.rule, each.code))) for each in found.top) == found.count
    assert [count(Figure("flood", str(flood.since))) for flood in found.floods] == [flood.count for flood in found.floods]
    assert count(Figure("chattering")) == sum(source.count for source in found.chattering) > 0
    assert found.equipment == {"A": 90, "B": 30, "C": 30}


def test_a_period_in_which_nothing_was_heard_has_no_shares() -> None:
    found = measure([], (), START, START + DAY, watched=DAY)
    assert found == AlarmQuality(START, START + DAY, DAY)
    assert (found.rate, found.top_share, found.flood_share, found.share((1,))) == (0.0, None, 0.0, None)


def test_the_guide_names_the_targets_and_its_example_comes_out() -> None:
    """docs/alarm-quality.md: the numbers of its table are the program's, and its example is counted as it says."""
    guide = (Path(__file__).parents[3] / "docs" / "alarm-quality.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in guide.splitlines() if line.startswith("|")]
    targets = {row[0]: row[2] for row in rows}
    assert targets["alarms per operator per 10 min"] == f"≤ {aq.RATE_ACCEPTABLE:g}, at most {aq.RATE_MANAGEABLE:g}"
    assert targets["most in any 10 minutes"] == f"≤ {aq.PEAK_MOST}"
    assert targets["time in flood"] == f"< {100 * aq.FLOOD_SHARE_MOST:g} %"
    assert targets["the ten most frequent"] == f"≤ {100 * aq.TOP_SHARE_MOST:g} %"
    assert targets["standing for over 24 h"] == f"< {aq.STANDING_MOST + 1}"
    assert targets["split: P1 + P2, P3, P4"] == "≤ 5 %, ≤ 15 %, ≥ 80 %"
    assert list(aq.SPLIT.values()) == [0.05, 0.15, 0.80]
    found = measure(heard(*((30 * place, f"M{place}.x", 3) for place in range(11))), (), START, START + HOUR, watched=HOUR)
    words = " ".join(guide.partition("## An example")[2].partition("## What")[0].split())
    assert f"= {found.rate:.2f} (missed" in words
    assert f"most in ten minutes {found.peak} (missed)" in words
    assert f"= {100 * (found.flood_share or 0):.1f} % of the time" in words
