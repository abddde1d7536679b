"""Old samples thinned to one a minute: only where declared, only closed months; sums stay those of all samples."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.store import bucketing, reading
from console.store.backup import back_up
from console.store.blocks import Samples
from console.store.sparse import last_of_minutes, thin_months

SEPTEMBER = "history-2026-09.db"
LATER = T + 60 * DAY
START = (T // (5 * MINUTE) + 1) * 5 * MINUTE


def a_closed_month(folder: Path) -> None:
    """Half an hour at 1 s of two analog points, a text, and a point of another system."""
    clock, noise = Hand(), np.random.default_rng(3)
    with recording(folder, clock, EAGER) as (_, recorder):
        for second in range(1800):
            at = START + second * SECOND
            recorder.put(batch([1, 2], np.round(noise.normal(20, 3, 2), 2), at))
            recorder.put(batch([3], ["a" if second % 600 else "b"], at))
            recorder.put(batch([4], np.array([2**60 + second], np.int64), at))
            if not second % 500:
                recorded(recorder, 4 * (second + 1))
        recorded(recorder, 4 * 1800)
        clock.now = T + 31 * DAY
        recorder.put(batch([1], [0.0], clock.now))
        recorded(recorder, 1800 * 4 + 1)
        until(lambda: closed(folder / SEPTEMBER), 30)


def closed(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT 1 FROM meta WHERE key = 'closed' AND value = '1'").fetchone() is not None
    finally:
        connection.close()


def test_thinned_points_keep_the_last_sample_of_each_minute_and_exact_sums_and_others_keep_all(tmp_path):
    a_closed_month(tmp_path)
    before = reading.raw(tmp_path, [1, 3, 4], 0, T + 30 * DAY)
    wide = bucketing.buckets(tmp_path, [1], START, START + HOUR // 2, 3)[0]
    size = (tmp_path / SEPTEMBER).stat().st_size
    assert thin_months(tmp_path, frozenset({1, 2, 3}), LATER) == (SEPTEMBER,)
    after = reading.raw(tmp_path, [1, 3, 4], 0, T + 30 * DAY)
    for old, new in zip(before[:2], after[:2], strict=True):
        assert new.times.tolist() == [START + minute * MINUTE + 59 * SECOND for minute in range(30)]
        kept = dict(zip(old.times.tolist(), list(old.values), strict=True))
        assert [kept[at] for at in new.times.tolist()] == list(new.values)  # real samples, not made ones
    assert after[2].times.tolist() == before[2].times.tolist()  # not declared
    now = bucketing.buckets(tmp_path, [1], START, START + HOUR // 2, 3)[0]
    for name in ("lows", "highs", "means", "counts"):
        assert np.array_equal(getattr(now, name), getattr(wide, name)), name
    assert (tmp_path / SEPTEMBER).stat().st_size < size  # most of so small a file is tables
    assert reading.verify(tmp_path).problems == []


def test_a_month_is_thinned_once_and_only_when_it_is_closed_and_old_enough(tmp_path):
    a_closed_month(tmp_path)
    assert thin_months(tmp_path, frozenset({1, 2}), T) == ()
    assert thin_months(tmp_path, frozenset({1}), LATER) == ()  # its neighbour in the group is not declared
    assert thin_months(tmp_path, frozenset({1, 2}), LATER) == (SEPTEMBER,)
    changed = (tmp_path / SEPTEMBER).stat().st_mtime_ns
    assert thin_months(tmp_path, frozenset({1, 2}), LATER) == ()
    assert (tmp_path / SEPTEMBER).stat().st_mtime_ns == changed
    assert thin_months(tmp_path, frozenset({1, 2, 3}), LATER) == (SEPTEMBER,)  # declared later
    with recording(tmp_path, Hand(T + 32 * DAY)) as (_, recorder):
        recorder.put(batch([1], [5.0], T + 32 * DAY))
        recorded(recorder, 1)


def test_a_thinned_month_is_backed_up_anew(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    a_closed_month(store)
    back_up(store, to, T + 32 * DAY)
    thin_months(store, frozenset({1, 2}), LATER)
    made = back_up(store, to, T + 33 * DAY, keep=1)
    assert made.damage == () and len(list((to / "months").glob("history-2026-09.*"))) == 1


def test_minutes_are_those_of_the_clock_whatever_the_gaps():
    times = np.array([0, 30, 59, 60, 200, 201, 239, 600], np.int64) * SECOND
    samples = Samples(0, times, times, np.arange(8), np.arange(16.0).reshape(8, 2), None, 2)
    kept = last_of_minutes(samples)
    assert (kept.times // SECOND).tolist() == [59, 60, 239, 600]
    assert kept.values.tolist() == [[4, 5], [6, 7], [12, 13], [14, 15]]  # type: ignore[union-attr]
