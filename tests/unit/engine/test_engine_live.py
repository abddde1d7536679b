"""The table of present values."""

from __future__ import annotations

import numpy as np
from engine_builders import T, batch
from hypothesis import given
from hypothesis import strategies as st

from console.domain.quality import Quality
from console.domain.samples import Batch
from console.engine.live import LiveTable
from console.link.messages import Live
from console.store.image import LastValue


def table(*numbers: int) -> LiveTable:
    made = LiveTable()
    made.configure(list(numbers))
    return made


def unpack(live: Live) -> dict[int, tuple[float, int, int]]:
    arrays = [np.frombuffer(data, kind).tolist() for data, kind in zip(
        (live.numbers, live.values, live.quality, live.times), ("<i4", "<f8", "u1", "<i8"), strict=True
    )]  # fmt: skip
    return {number: (value, quality, time) for number, value, quality, time in zip(*arrays, strict=True)}


def test_only_what_changed_since_the_last_flush_is_sent() -> None:
    live = table(1, 2, 3)
    live.take(batch({1: 5.0, 2: 6.0}))
    assert unpack(live.flush()) == {1: (5.0, 0, T), 2: (6.0, 0, T)}
    assert unpack(live.flush()) == {}
    live.take(batch({2: 6.0}, time=T + 1))
    assert unpack(live.flush()) == {2: (6.0, 0, T + 1)}
    assert set(unpack(live.all())) == {1, 2}


def test_the_first_sample_counts_as_a_change_even_if_it_equals_the_restored_value() -> None:
    live = table(1)
    live.restore({1: LastValue(5.0, 0, T - 10), 9: LastValue(1.0, 0, T)})
    assert unpack(live.all()) == {1: (5.0, Quality.STALE, T - 10)}
    assert live.value(1) is None
    assert live.take(batch({1: 5.0})).numbers.tolist() == [1]
    assert live.take(batch({1: 5.0})).numbers.tolist() == []
    assert live.take(batch({1: 5.0}, quality=5)).numbers.tolist() == [1]


def test_until_a_point_speaks_the_number_before_the_start_is_its_last_one() -> None:
    live = table(1, 2, 3)
    live.restore({1: LastValue(5.0, 0, T), 2: LastValue(6.0, int(Quality.COMM_LOST), T), 3: LastValue("on", 0, T)})
    assert [live.last(number) for number in (1, 2, 3, 4)] == [5.0, None, None, None]
    live.take(batch({1: 7.0}, quality=int(Quality.COMM_LOST)))
    assert live.last(1) is None
    live.take(batch({1: 7.0}))
    assert live.last(1) == 7.0


def test_samples_of_points_that_are_not_configured_are_ignored() -> None:
    live = table(1, 2)
    live.configure([2])
    changed = live.take(batch({1: 5.0, 2: 6.0, 77: 7.0}))
    assert changed.numbers.tolist() == [2]
    assert set(unpack(live.all())) == {2}


def test_texts_and_large_integers_travel_exactly_beside_their_floats() -> None:
    live = table(1, 2)
    live.take(Batch(np.array([1], np.int32), np.array([2**60 + 1], np.int64), np.zeros(1, np.uint8), T, T))
    changed = live.take(Batch(np.array([2], np.int32), ["运行"], np.zeros(1, np.uint8), T, T))
    assert changed.numbers.tolist() == [2]
    assert live.flush().exact == {1: 2**60 + 1, 2: "运行"}
    assert live.exact(1, 0.0) == 2**60 + 1
    assert live.take(Batch(np.array([2], np.int32), ["停止"], np.zeros(1, np.uint8), T, T)).numbers.tolist() == [2]
    live.take(Batch(np.array([1], np.int32), np.array([4], np.int64), np.zeros(1, np.uint8), T, T))
    assert live.all().exact == {2: "停止"}


def test_a_point_that_becomes_a_real_number_lets_go_of_its_exact_value() -> None:
    live = table(1, 2)
    one, good = np.array([1], np.int32), np.zeros(1, np.uint8)
    live.take(Batch(one, np.array([2**60 + 1], np.int64), good, T, T))
    live.take(Batch(one, np.array([0.5]), good, T, T))
    assert live.all().exact == {}
    assert live.exact(1, 0.5) == 0.5


def test_a_point_that_changes_and_changes_back_within_a_batch_is_told_both_times() -> None:
    live = table(1, 2)
    live.take(batch({1: 1.0, 2: 5.0}))
    numbers = np.array([1, 2, 1], np.int32)
    changed = live.take(Batch(numbers, np.array([2.0, 5.0, 1.0]), np.zeros(3, np.uint8), T, T))
    assert (changed.numbers.tolist(), changed.values.tolist()) == ([1, 1], [2.0, 1.0])
    assert live.value(1) == 1.0


def test_the_last_of_several_large_and_small_integers_stays() -> None:
    live = table(1, 2)
    one, good = np.array([1, 1], np.int32), np.zeros(2, np.uint8)
    live.take(Batch(one, np.array([2**60 + 1, 7], np.int64), good, T, T))
    assert (live.all().exact, live.value(1)) == ({}, 7.0)
    live.take(Batch(one, np.array([7, 2**60 + 1], np.int64), good, T, T))
    assert live.all().exact == {1: 2**60 + 1}


def test_an_import_keeps_the_values_of_points_that_stay() -> None:
    live = table(1, 2)
    live.take(batch({1: 5.0, 2: 6.0}))
    live.configure([1, 500])
    assert unpack(live.all()) == {1: (5.0, 0, T)}
    assert live.take(batch({500: 1.0})).numbers.tolist() == [500]


def test_each_sample_keeps_its_own_source_time() -> None:
    live = table(1, 2)
    times = np.array([T, T + 5], np.int64)
    live.take(Batch(np.array([1, 2], np.int32), np.array([1.0, 2.0]), np.zeros(2, np.uint8), times, T))
    assert (live.time(1), live.time(2)) == (T, T + 5)


@given(st.lists(st.dictionaries(st.integers(0, 40), st.floats(allow_nan=False), max_size=10), max_size=20))
def test_a_console_that_follows_every_flush_knows_what_a_snapshot_says(batches: list[dict[int, float]]) -> None:
    live = table(*range(0, 40, 2))
    known: dict[int, tuple[float, int, int]] = {}
    for index, values in enumerate(batches):
        live.take(batch(values, time=T + index))
        if index % 3 == 0:
            known.update(unpack(live.flush()))
    known.update(unpack(live.flush()))
    assert known == unpack(live.all())
