"""Samples through the recorder's thread and real files, and out again."""

from __future__ import annotations

import numpy as np
import pytest
from store_builders import EAGER, QUICK, Hand, T, batch, recorded, recording, until

from console.domain.quality import Quality
from console.domain.samples import Batch
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.store import Pace, open_store, reading
from console.store.bucketing import buckets


def sealed(recorder, journal=0):
    until(lambda: recorder.health().figures["journal"] <= journal and recorder.health().counters["sealed"] > 0)


def test_samples_are_readable_before_and_after_they_are_sealed(tmp_path):
    generator = np.random.default_rng(11)
    values = np.round(generator.normal(20, 3, (200, 5)), 1)
    points = [3, 1, 9, 4, 8]
    with recording(tmp_path) as (_, recorder):
        for row in range(200):
            recorder.put(batch(points, values[row], T + row * SECOND, received=T + row * SECOND + 7))
        recorded(recorder, 1000)
        before = reading.raw(tmp_path, points, T, 0)
    with recording(tmp_path, pace=EAGER) as (_, recorder):
        sealed(recorder)
        after = reading.raw(tmp_path, points, T, 0)
        assert recorder.health().counters["sealed"] == 1000
    for place in range(5):
        for history in (before[place], after[place]):
            assert history.point == points[place]
            assert np.array_equal(history.values, values[:, place])
            assert np.array_equal(history.times, T + np.arange(200) * SECOND)
            assert np.array_equal(history.received, history.times + 7)
            assert not history.quality.any() and not history.truncated and not history.damaged


@pytest.mark.parametrize("pace", [QUICK, EAGER], ids=["journal", "blocks"])
def test_every_value_class_comes_back_exact(tmp_path, pace):
    kinds = {
        1: np.array([0.1 + 0.2, -0.0, 5e-324]),
        2: np.array([2**53 + 1, -(2**63), 7], np.int64),
        3: np.array([2**64 - 1, 2**53 + 1, 0], np.uint64),
    }
    texts = ["上行", "", "门未关闭"]
    with recording(tmp_path, pace=pace) as (_, recorder):
        for place in range(3):
            for point, values in kinds.items():
                recorder.put(batch([point], values[place : place + 1], T + place))
            recorder.put(batch([4], [texts[place]], T + place, Quality.MANUAL))
        recorded(recorder, 12)
        found = reading.raw(tmp_path, [1, 2, 3, 4], T, 0)
        for history, exact in zip(found, kinds.values(), strict=False):
            assert history.values.dtype == exact.dtype
            assert np.array_equal(history.values.view(np.int64), exact.view(np.int64))
        assert found[3].values == texts and found[3].quality.tolist() == [1, 1, 1]


def test_a_point_whose_class_changes_gives_each_value_in_its_own(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], [1.5], T))
        recorder.put(batch([1], np.array([2**60 + 1], np.int64), T + 1))
        recorder.put(batch([1], ["停"], T + 2))
        recorded(recorder, 3)
        assert reading.raw(tmp_path, [1], T, 0)[0].values == [1.5, 2**60 + 1, "停"]


def test_late_samples_come_out_sorted(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for second in (5, 1, 4, 2, 3):
            recorder.put(batch([1, 2], [second, -second], T + second * SECOND))
        recorded(recorder, 10)
        late = reading.raw(tmp_path, [2], T, 0)[0]
        assert late.values.tolist() == [-1, -2, -3, -4, -5]


def test_the_last_write_of_a_point_and_time_wins_everywhere(tmp_path):
    def check():
        found = reading.raw(tmp_path, [1, 2, 3], T, 0)
        assert [history.values.tolist() for history in found] == [[12.0], [20.0], [32.0]]

    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1, 2], [10.0, 20.0], T))
        recorder.put(batch([1, 3], [11.0, 30.0], T))  # another group, the same point and time, the same moment
        recorder.put(batch([1], [12.0], T))
        recorder.put(batch([3, 3], [31.0, 32.0], T))  # twice in one batch
        recorded(recorder, 7)
        check()
    with recording(tmp_path, pace=EAGER) as (_, recorder):
        recorder.put(batch([9], [1.0], T))
        recorded(recorder, 1)
        check()
    with recording(tmp_path) as (_, recorder):  # and once more over what is sealed
        recorder.put(batch([2, 1], [21.0, 13.0], T))
        recorded(recorder, 2)
        found = reading.raw(tmp_path, [1, 2], T, 0)
        assert [history.values.tolist() for history in found] == [[13.0], [21.0]]


def test_doubled_samples_are_counted_when_they_are_sealed(tmp_path):
    pace = Pace(flush_s=0.02, seal_s=0.3)
    with recording(tmp_path, pace=pace) as (_, recorder):
        for second in range(100):
            recorder.put(batch([1, 2], [second, second], T + second * SECOND))
            recorder.put(batch([1, 2], [second + 0.5, second], T + second * SECOND))
        sealed(recorder)
        assert recorder.health().counters["doubled"] == 200
        assert reading.raw(tmp_path, [1], T, 0)[0].values.tolist() == [second + 0.5 for second in range(100)]


def test_samples_with_times_of_their_own_are_kept_apart(tmp_path):
    times = np.array([T + 3, T + 1, T + 2], np.int64)
    own = Batch(np.array([5, 6, 5], np.int32), np.array([3.0, 1.0, 2.0]), np.array([0, 5, 0], np.uint8), times, T + 9)
    with recording(tmp_path) as (_, recorder):
        recorder.put(own)
        recorded(recorder, 3)
        five, six = reading.raw(tmp_path, [5, 6], T, 0)
        assert five.times.tolist() == [T + 2, T + 3] and five.values.tolist() == [2.0, 3.0]
        assert six.times.tolist() == [T + 1] and six.quality.tolist() == [5]


def test_a_slow_meter_is_carried_over_until_a_block_is_worth_it(tmp_path):
    clock = Hand()
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        for minute in range(30):
            recorder.put(batch([1], [minute], T + minute * MINUTE))
            recorder.put(batch([2, 3], [minute, minute], T + minute * MINUTE))
        for second in range(100):
            recorder.put(batch([7, 8], [second, second], T + second * SECOND))
        until(lambda: recorder.health().counters["sealed"] == 200)
        assert recorder.health().figures["journal"] == 90.0
        assert reading.raw(tmp_path, [3], T, 0)[0].values.tolist() == list(range(30))
        for minute in range(30, 70):
            recorder.put(batch([1], [minute], T + minute * MINUTE))
        until(lambda: recorder.health().counters["sealed"] == 270)
        clock.now = T + 8 * HOUR  # old enough
        sealed(recorder)
        assert reading.raw(tmp_path, [1], T, 0)[0].values.tolist() == list(range(70))
        assert reading.raw(tmp_path, [2], T, 0)[0].values.tolist() == list(range(30))
    assert reading.verify(tmp_path).problems == []


def test_only_the_newest_are_given_when_there_is_a_limit(tmp_path):
    pace = Pace(flush_s=0.02, seal_samples=100)
    with recording(tmp_path, pace=pace) as (_, recorder):
        for second in range(500):
            recorder.put(batch([1], [second], T + second * SECOND))
            if second % 100 == 99:
                recorded(recorder, second + 1)
        until(lambda: recorder.health().counters["sealed"] > 200)
        history = reading.raw(tmp_path, [1], T, 0, 50)[0]
        assert history.truncated and history.values.tolist() == list(range(450, 500))
        history = reading.raw(tmp_path, [1], T, T + 10 * SECOND, 50)[0]
        assert not history.truncated and history.values.tolist() == list(range(10))
        history = reading.raw(tmp_path, [1], T, T + 10 * SECOND, 10)[0]
        assert not history.truncated


def test_each_month_has_its_file_and_a_range_over_both_is_one(tmp_path):
    end_of_september = T + (9 * DAY + 9 * HOUR + 46 * MINUTE + 40 * SECOND)  # 2026-10-01T00:00Z
    clock = Hand(end_of_september - 2 * SECOND)
    with recording(tmp_path, clock) as (_, recorder):
        for second in range(-2, 3):
            clock.now = end_of_september + second * SECOND
            recorder.put(batch([1, 2], [second, 0], clock.now))
            recorded(recorder, 2 * (second + 3))
        recorder.put(batch([1, 2], [-0.5, 0], end_of_september - SECOND // 2))  # late: it lies in October's file
        recorder.put(batch([1, 2], [99, 0], clock.now + 400 * DAY))  # from the future: kept
        recorded(recorder, 14)
        files = sorted(path.name for path in tmp_path.glob("history-*.db"))
        assert files == ["history-2026-09.db", "history-2026-10.db"]
        found = reading.raw(tmp_path, [1], end_of_september - HOUR, end_of_september + HOUR)[0]
        assert found.values.tolist() == [-2, -1, -0.5, 0, 1, 2]
        assert reading.raw(tmp_path, [1], end_of_september - SECOND, end_of_september)[0].values.tolist() == [-1, -0.5]
        assert reading.raw(tmp_path, [1], end_of_september + 300 * DAY, 0)[0].values.tolist() == [99]
        until(lambda: recorder.health().counters["sealed"] == 4)  # September is closed at once
    assert reading.verify(tmp_path).problems == []


def test_the_last_values_are_found_again_in_their_exact_class(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for second in range(50):
            recorder.put(batch([1, 2], [second, -second], T + second * SECOND))
        recorder.put(batch([1, 2], [77.0, 77.0], T))  # late: it is not the last
        recorder.put(batch([3], np.array([2**64 - 1], np.uint64), T, Quality.MANUAL))
        recorder.put(batch([4], ["下行"], T + 5, Quality.STALE))
        recorded(recorder, 104)
    store = open_store(tmp_path, T)
    try:
        last = store.image().last_values
        assert [(last[number].value, last[number].quality, last[number].source_time) for number in sorted(last)] == [
            (49.0, 0, T + 49 * SECOND),
            (-49.0, 0, T + 49 * SECOND),
            (2**64 - 1, 1, T),
            ("下行", 2, T + 5),
        ]
        assert isinstance(last[3].value, int)
    finally:
        store.close()


def test_buckets_have_exact_edges_and_leave_out_what_is_empty_or_bad(tmp_path):
    pace = Pace(flush_s=0.02, seal_samples=150)
    with recording(tmp_path, pace=pace) as (_, recorder):
        for second in range(600):
            if 200 <= second < 300:
                continue  # a gap
            quality = Quality.BAD if second % 10 == 9 else Quality.GOOD
            recorder.put(batch([1], [9999.0 if quality is Quality.BAD else second], T + second * SECOND, quality))
            if second % 100 == 99:
                recorded(recorder, second - 99)
        until(lambda: recorder.health().counters["sealed"] >= 300)
        found = buckets(tmp_path, [1], T, T + 600 * SECOND, 6)[0]
        assert [(start - T) // SECOND for start in found.starts.tolist()] == [0, 100, 300, 400, 500]
        assert found.lows.tolist() == [0, 100, 300, 400, 500]
        assert found.highs.tolist() == [98, 198, 398, 498, 598]
        assert found.counts.tolist() == [90] * 5
        starts = (0, 100, 300, 400, 500)
        expected = [np.mean([second for second in range(start, start + 100) if second % 10 != 9]) for start in starts]
        assert np.allclose(found.means, expected)


def test_buckets_from_heads_equal_buckets_from_samples(tmp_path):
    generator = np.random.default_rng(5)
    values = np.round(generator.normal(0, 10, 3000), 2)
    with recording(tmp_path) as (_, recorder):
        for second in range(3000):
            recorder.put(batch([1], values[second : second + 1], T + second * SECOND))
        recorded(recorder, 3000)
        from_journal = {count: buckets(tmp_path, [1], T, T + 3000 * SECOND, count)[0] for count in (1, 7, 100)}
    with recording(tmp_path, pace=EAGER) as (_, recorder):
        sealed(recorder)
        recorder.put(batch([1], [500.0], T + 1500 * SECOND))  # doubles a sealed sample: the head must not be used then
        recorded(recorder, 1)
        for count, before in from_journal.items():
            after = buckets(tmp_path, [1], T, T + 3000 * SECOND, count)[0]
            place = 1500 * count // 3000
            others = [i for i in range(count) if i != place]
            assert np.array_equal(after.lows[others], before.lows[others])
            assert np.array_equal(after.highs[others], before.highs[others])
            assert np.array_equal(after.counts, before.counts)
            assert np.allclose(after.means[others], before.means[others])
            assert after.highs[place] == 500.0


def test_an_unknown_point_has_an_empty_history(tmp_path):
    with recording(tmp_path):
        history = reading.raw(tmp_path, [404], T, 0)[0]
        assert len(history.times) == 0 and len(history.values) == 0
        assert len(buckets(tmp_path, [404], T, T + 1, 1)[0].starts) == 0
        assert len(buckets(tmp_path, [404], T, T - 1, 5)[0].starts) == 0


def test_samples_from_the_future_and_late_ones_are_kept_and_counted(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1, 2], [1, 1], T))
        recorder.put(batch([1, 2], [2, 2], T + HOUR))
        recorder.put(batch([1, 2], [3, 3], T - HOUR))
        own = np.array([T + DAY, T - DAY, T], np.int64)
        recorder.put(Batch(np.array([1, 2, 3], np.int32), np.arange(3.0), np.zeros(3, np.uint8), own, T))
        recorded(recorder, 9)
        counters = recorder.health().counters
        assert (counters["future"], counters["late"]) == (3, 3)
        assert reading.raw(tmp_path, [1], T - 2 * DAY, 0)[0].values.tolist() == [3, 1, 2, 0]
