"""At-time, steps of change-only points, consumption."""

from __future__ import annotations

import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.estate import ModbusSource, Point, Recording, ValueKind
from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.store import reading
from console.store.counters import Break, Rule, consumption, counted, rule_of
from console.store.thinning import Thinning


def point(number, record=None, **source):
    where = ModbusSource(connection="c", unit=1, function=3, address=0, **source)
    return Point(f"p{number}", "e", "k", Text("点", "point"), ValueKind.ANALOG, where, number=number, record=record)


# --- at a time


def test_a_point_is_what_it_was_last_before_the_time(tmp_path):
    with recording(tmp_path, Hand(), EAGER) as (_, recorder):
        for second in range(300):
            recorder.put(batch([1, 2], [second, second * 2], T + second * SECOND))
            recorder.put(batch([3], [f"E{second}"], T + second * SECOND))
        recorded(recorder, 900)
        until(lambda: recorder.health().counters["sealed"] > 0)
        times = np.array([T - SECOND, T, T + 90 * SECOND + 5, T + HOUR, T + DAY])
        one, two, text = reading.at_times(tmp_path, [1, 2, 3], times)
        assert one.values.tolist()[1:4] == [0, 90, 299] and two.values.tolist()[1:4] == [0, 180, 598]
        assert text.values[1:4] == ["E0", "E90", "E299"]
        assert one.quality.tolist() == [3, 0, 0, 0, 3]  # before the first sample and a day later it is not known
        assert one.source_times.tolist() == [0, T, T + 90 * SECOND, T + 299 * SECOND, 0]


def test_a_late_sample_counts_in_what_was(tmp_path):
    with recording(tmp_path, Hand()) as (_, recorder):
        recorder.put(batch([1], [1.0], T))
        recorder.put(batch([1], [3.0], T + 20 * SECOND))
        recorder.put(batch([1], [2.0], T + 10 * SECOND))
        recorded(recorder, 3)
        times = T + np.array([9, 10, 19, 20]) * SECOND
        assert reading.at_times(tmp_path, [1], times)[0].values.tolist() == [1, 2, 2, 3]


# --- change only


def values_kept(thinning, samples, quality=Quality.GOOD):
    kept = []
    for second, value in samples:
        for each in thinning.kept(batch([1], [value], T + second * SECOND, quality)):
            kept.append((second, float(each.values[0])))
    return kept


def test_only_changes_beyond_the_dead_band_and_heartbeats_are_kept():
    thinning = Thinning([point(1, Recording(dead_band=0.5, heartbeat_s=60))])
    samples = [(0, 10.0), (1, 10.4), (2, 10.5), (3, 10.6), (4, 10.2), (5, 10.0), (63, 10.1), (64, 10.2), (123, 10.3)]
    assert values_kept(thinning, samples) == [(0, 10.0), (3, 10.6), (5, 10.0), (123, 10.3)]
    assert thinning.left_out == 5


def test_a_dead_band_in_percent_is_of_the_last_kept_value():
    thinning = Thinning([point(1, Recording(percent=10, heartbeat_s=3600))])
    assert values_kept(thinning, [(0, 100.0), (1, 109.0), (2, 111.0), (3, 100.0), (4, 99.0)]) == [(0, 100), (2, 111), (4, 99)]


def test_a_change_of_quality_and_what_came_late_are_always_kept():
    thinning = Thinning([point(1, Recording(dead_band=5, heartbeat_s=3600))])
    assert len(values_kept(thinning, [(10, 1.0)])) == 1
    assert len(values_kept(thinning, [(11, 1.0), (12, 1.0)], Quality.BAD)) == 1
    assert len(values_kept(thinning, [(5, 1.0)])) == 1
    assert len(values_kept(thinning, [(13, 1.0), (14, 1.0)])) == 1


def test_64_bit_counters_and_texts_are_kept_at_their_smallest_change():
    thinning = Thinning([point(1, Recording(heartbeat_s=3600)), point(2, Recording(heartbeat_s=3600))])
    big = [2**60, 2**60, 2**60 + 1]
    kept = [list(thinning.kept(batch([1], np.array([value], np.int64), T + place))) for place, value in enumerate(big)]
    assert [len(each) for each in kept] == [1, 0, 1]
    texts = [list(thinning.kept(batch([2], [word], T + place))) for place, word in enumerate(["上", "上", "下"])]
    assert [len(each) for each in texts] == [1, 0, 1]


def test_points_without_a_declaration_stay_together():
    thinning = Thinning([point(2, Recording(dead_band=1))])
    first, second = thinning.kept(batch([1, 2, 3], [1, 2, 3], T))
    assert first.points.tolist() == [1, 3] and second.points.tolist() == [2]
    (again,) = thinning.kept(batch([1, 2, 3], [1, 2.5, 3], T + SECOND))
    assert again.points.tolist() == [1, 3]


def test_a_thinned_point_reads_as_steps_and_unknown_differs_from_unchanged(tmp_path):
    clock = Hand()
    with recording(tmp_path, clock) as (_, recorder):
        recorder.choose([point(1, Recording(dead_band=0.5, heartbeat_s=600))])
        for second in range(1800):
            recorder.put(batch([1], [20.0 if second < 700 else 30.0], T + second * SECOND))
        until(lambda: recorder.health().counters["unchanged"] == 1796)
        recorded(recorder, 4)
        assert reading.raw(tmp_path, [1], T, 0)[0].times.tolist() == [T + second * SECOND for second in (0, 600, 700, 1300)]
        times = T + np.array([699, 700, 1299, 1950, 7200]) * SECOND
        found = reading.at_times(tmp_path, [1], times, hold=660 * SECOND)[0]
        assert found.values.tolist()[:4] == [20, 30, 30, 30]
        assert found.quality.tolist() == [0, 0, 0, 0, Quality.NOT_AVAILABLE]
        whole = reading.buckets(tmp_path, [1], T, T + 1400 * SECOND, 1)[0]
        assert whole.weighted[0] == pytest.approx((20 * 700 + 30 * 600) / 1300)  # as steps; the plain mean would say 25


# --- counters

HOURS = T + np.arange(10) * HOUR


def steps(readings, rule=None):
    increments, breaks = counted(HOURS[: len(readings)], np.array(readings, np.float64), rule or Rule())
    return increments.tolist(), [(each.what, int((each.at - T) // HOUR)) for each in breaks]


def test_a_wrap_counts_on():
    rule = Rule(modulus=65536, most_per_hour=500)
    assert steps([65400, 65500, 64, 164], rule) == ([100, 100, 100], [(Break.WRAP, 2)])


def test_a_drop_that_cannot_be_a_wrap_is_another_meter():
    rule = Rule(modulus=65536, most_per_hour=500)
    assert steps([30000, 30100, 12000, 12100], rule) == ([100, 0, 100], [(Break.EXCHANGE, 2)])


def test_a_reset_counts_from_zero():
    assert steps([5000, 5100, 80, 180], Rule(most_per_hour=500)) == ([100, 80, 100], [(Break.RESET, 2)])


def test_a_false_zero_is_left_out():
    times = T + np.arange(6) * MINUTE
    values = np.array([5000, 5001, 0, 0, 5004, 5005], np.float64)
    increments, breaks = counted(times, values, Rule(modulus=65536))
    assert increments.sum() == 5 and [each.what for each in breaks] == [Break.FALSE]


def test_a_false_high_reading_is_left_out_where_the_most_is_declared():
    times = T + np.arange(5) * MINUTE
    increments, breaks = counted(times, np.array([100.0, 101, 90_000, 103, 104]), Rule(most_per_hour=600))
    assert increments.sum() == 4 and [each.what for each in breaks] == [Break.FALSE]


def test_64_bit_counters_count_single_units():
    values = np.array([2**63 + 1, 2**63 + 2, 2**63 + 4], np.uint64)
    assert counted(HOURS[:3], values, Rule())[0].tolist() == [1, 2]


def test_the_modulus_follows_from_the_register():
    assert rule_of(point(1, type="u16", scale=0.1)).modulus == pytest.approx(6553.6)
    assert rule_of(point(1, type="f32")).modulus == 0


def test_consumption_by_the_hour_and_by_the_day_is_the_same_however_it_is_read(tmp_path):
    clock = Hand()
    start = T // DAY * DAY
    dice = np.random.default_rng(20261121)
    grew = dice.integers(0, 5, 3 * 1440)
    total = 60_000 + np.cumsum(grew)
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        for minute, value in enumerate((total % 65536).tolist()):
            false = minute in (2000, 2001)
            quality = Quality.BAD if minute == 3000 else Quality.GOOD
            recorder.put(batch([1], [0.0 if false or quality else value], start + minute * MINUTE, quality))
        clock.now = start + 4 * DAY
        recorded(recorder, 3 * 1440)
        until(lambda: recorder._archive.file.levels.times == {} and recorder.health().counters["merged"] > 0)
        rule = Rule(modulus=65536)
        days = start + np.arange(4) * DAY
        hours = start + np.arange(73) * HOUR
        by_day = consumption(tmp_path, 1, days, rule)
        by_hour = consumption(tmp_path, 1, hours, rule)
    expected = [total[1440] - total[0], total[2880] - total[1440], total[-1] - total[2880]]
    assert by_day.amounts.tolist() == pytest.approx(expected)
    assert by_hour.amounts.reshape(3, 24).sum(axis=1).tolist() == pytest.approx(expected)
    assert sorted(each.what for each in by_hour.breaks) == [Break.FALSE, Break.WRAP]
    assert by_day.estimated.tolist() == [False, False, True]  # the last edge lies behind the last reading


def test_a_gap_is_spread_and_called_estimated(tmp_path):
    with recording(tmp_path, Hand()) as (_, recorder):
        for hour, value in ((0, 0.0), (1, 10.0), (9, 90.0), (10, 100.0)):
            recorder.put(batch([1], [value], T + hour * HOUR))
        recorded(recorder, 4)
        found = consumption(tmp_path, 1, T + np.array([0, 1, 5, 9, 10, 30, 40]) * HOUR, Rule())
    assert found.amounts.tolist()[:4] == [10, 40, 40, 10] and np.isnan(found.amounts[5])
    assert found.estimated.tolist()[:3] == [False, True, True]


def test_times_of_their_own_are_thinned_one_by_one():
    thinning = Thinning([point(1, Recording(dead_band=1)), point(2, Recording(dead_band=1))])
    own = np.array([T, T + 1], np.int64)
    both = Batch(np.array([1, 2], np.int32), np.array([1.0, 2.0]), np.zeros(2, np.uint8), own, T + 2)
    assert [int(each.source_time[0]) for each in thinning.kept(both)] == [T, T + 1]
