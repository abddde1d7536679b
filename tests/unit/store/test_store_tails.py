"""What is kept of the journal between questions is always what a fresh reader finds."""

from __future__ import annotations

import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.times import SECOND
from console.store import reading, tails


@pytest.fixture(autouse=True)
def everything_is_kept(monkeypatch):
    """However few rows there are."""
    monkeypatch.setattr(tails, "_FEW", 0)
    tails._kept.clear()


def read(folder, since=0, count=10_000):
    """Point 2 as the kept tails give it, checked against a reader that has nothing kept."""
    kept = reading.raw(folder, [2], T + since * SECOND, T + count * SECOND, 100_000)[0]
    again = dict(tails._kept)
    tails._kept.clear()
    fresh = reading.raw(folder, [2], T + since * SECOND, T + count * SECOND, 100_000)[0]
    tails._kept.clear()
    tails._kept.update(again)
    assert kept.times.tolist() == fresh.times.tolist()
    assert kept.values.tolist() == fresh.values.tolist()
    return kept


def test_each_question_sees_what_came_since_the_one_before(tmp_path):
    with recording(tmp_path, Hand()) as (_, recorder):
        for second in range(30):
            recorder.put(batch([1, 2], [second, second * 2.0], T + second * SECOND))
            recorded(recorder, 2 * (second + 1))
            assert read(tmp_path).values.tolist() == [2.0 * each for each in range(second + 1)]
        assert read(tmp_path, since=20).values.tolist() == [2.0 * each for each in range(20, 30)]
        (tail,) = tails._kept.values()
        assert tail.count > 1


def test_only_the_new_rows_are_decoded(tmp_path, monkeypatch):
    decoded = []
    unpack = tails.unpack
    monkeypatch.setattr(tails, "unpack", lambda identity, body: decoded.append(identity) or unpack(identity, body))
    with recording(tmp_path, Hand()) as (_, recorder):
        for second in range(5):
            recorder.put(batch([1, 2], [second, second], T + second * SECOND))
            recorded(recorder, 2 * (second + 1))
            reading.raw(tmp_path, [2], T, T + 99 * SECOND, 100)
    assert len(decoded) == len(set(decoded)) == 5


def test_what_was_sealed_meanwhile_is_neither_lost_nor_doubled(tmp_path):
    with recording(tmp_path, Hand(), EAGER) as (_, recorder):
        for second in range(400):
            recorder.put(batch([1, 2], [second, second], T + second * SECOND))
            if second % 20 == 0:
                recorded(recorder, 2 * (second + 1))
                assert read(tmp_path).values.tolist() == list(range(second + 1))
        recorded(recorder, 800)
        until(lambda: recorder.health().counters["sealed"] > 0)
        assert np.array_equal(read(tmp_path).values, np.arange(400))


def test_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(tails, "_MOST", 10)
    with recording(tmp_path, Hand()) as (_, recorder):
        for second in range(20):
            recorder.put(batch([1, 2], [second, second], T + second * SECOND))
        recorded(recorder, 40)
        assert len(read(tmp_path).values) == 20
    assert not tails._kept
