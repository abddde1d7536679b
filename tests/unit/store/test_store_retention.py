"""What was kept long enough goes, a little at a time; what is open, newer or numbered stays. Sizes and forecasts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest
from store_builders import EAGER, Hand, T, alarm, batch, raised, recorded, recording, until

from console.domain.events import AlarmRaised, AlarmReturned, Entry, WatchStopped
from console.domain.times import DAY, HOUR, SECOND
from console.store import bucketing, forecast, open_store, reading
from console.store.image import Commit
from console.store.retention import remove_ledgers, remove_months

MONTH = 31 * DAY


def three_months(folder: Path) -> Hand:
    clock = Hand()
    with recording(folder, clock, EAGER) as (_, recorder):
        count = 0
        for month in range(3):
            clock.now = T + month * MONTH
            for second in range(100):
                recorder.put(batch([1, 2], [second, month], clock.now + second * SECOND))
            count += 200
            recorded(recorder, count)
        until(lambda: closed(folder) == 2, 20)
    return clock


def closed(folder: Path) -> int:
    found = 0
    for path in folder.glob("history-*.db"):
        connection = sqlite3.connect(path)
        found += connection.execute("SELECT count(*) FROM meta WHERE key = 'closed' AND value = '1'").fetchone()[0]
        connection.close()
    return found


def test_whole_months_go_when_their_last_sample_is_old_enough(tmp_path):
    three_months(tmp_path)
    assert remove_months(tmp_path, T) == ()
    assert remove_months(tmp_path, T + 2 * MONTH) == ("history-2026-09.db", "history-2026-10.db")
    assert [path.name for path in sorted(tmp_path.glob("history-*.db"))] == ["history-2026-11.db"]
    series = reading.raw(tmp_path, [1], 0, 0)[0]
    assert series.times.tolist() == [T + 2 * MONTH + second * SECOND for second in range(100)]
    buckets = bucketing.buckets(tmp_path, [1], T - DAY, T + 3 * MONTH, 10)[0]
    assert sum(buckets.counts.tolist()) == 100
    assert reading.verify(tmp_path).problems == []
    with recording(tmp_path, Hand(T + 2 * MONTH)) as (_, recorder):  # and it goes on
        recorder.put(batch([1], [5], T + 2 * MONTH + DAY))
        recorded(recorder, 1)


def test_the_month_that_is_written_and_one_with_later_samples_stay(tmp_path):
    clock = Hand()
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        recorder.put(batch([1], [1], T + 400 * DAY))  # from the future
        recorded(recorder, 1)
        clock.now = T + MONTH
        recorder.put(batch([1], [2], clock.now))
        recorded(recorder, 2)
        until(lambda: closed(tmp_path) == 1, 20)
    assert remove_months(tmp_path, T + 3 * MONTH) == ()
    assert remove_months(tmp_path, T + 500 * DAY) == ("history-2026-09.db",)  # never the one that is written


def over(number: int, at: int) -> tuple[Entry, Entry]:
    """An alarm that was raised and is over."""
    made = msgspec.structs.replace(alarm(number * 2 - 1), number=number * 2 - 1, raised_at=at)
    back = msgspec.structs.replace(made, active=False, returned_at=at + 1, acknowledged=True, acknowledged_at=at + 1)
    return Entry(number * 2 - 1, at, AlarmRaised(made)), Entry(number * 2, at + 1, AlarmReturned(back))


def ledger(folder: Path, count: int) -> None:
    """One alarm a day, all over."""
    with recording(folder) as (_, recorder):
        for number in range(1, count + 1):
            recorder.commit(Commit(over(number, T + number * DAY)))
        recorder.commit(Commit((Entry(2 * count + 1, T + (count + 1) * DAY, WatchStopped()),))).result(20)


def test_ledgers_go_in_slices_and_the_hash_chain_begins_where_they_end(tmp_path):
    ledger(tmp_path, 600)
    removed = remove_ledgers(tmp_path, T + 401 * DAY)
    assert removed == {"alarm": 400, "log": 800}
    assert len(reading.alarms(tmp_path)) == 200
    verified = reading.verify(tmp_path)
    assert verified.problems == [] and verified.entries == 401
    assert remove_ledgers(tmp_path, T + 401 * DAY) == {}
    connection = sqlite3.connect(tmp_path / "main.db")
    connection.execute("UPDATE log SET entry = replace(entry, 'T1-L1', 'T1-L2') WHERE sequence = 801")
    connection.commit()
    connection.close()
    assert "store.verify_log" in {problem.code for problem in reading.verify(tmp_path).problems}  # the first that is left counts


def test_an_open_record_holds_its_log_and_the_highest_number_is_never_given_twice(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit((raised(1),)))  # raised at T and still active
        for number in range(2, 20):
            recorder.commit(Commit(over(number, T + number * DAY)))
        recorder.commit(Commit((Entry(99, T + 30 * DAY, WatchStopped()),))).result(20)
    removed = remove_ledgers(tmp_path, T + 3000 * DAY)
    assert removed == {"alarm": 17}
    assert [each.number for each in reading.alarms(tmp_path)] == [37, 1]
    assert reading.verify(tmp_path).problems == []
    store = open_store(tmp_path, T)
    assert store.image().sequence == 99
    store.close()


def test_removing_beside_a_busy_recorder_delays_neither(tmp_path):
    ledger(tmp_path, 600)
    with recording(tmp_path) as (_, recorder):
        removed = remove_ledgers(tmp_path, T + 700 * DAY)
        recorder.commit(Commit((Entry(2000, T + 800 * DAY, WatchStopped()),))).result(10)
        assert recorder.health().figures["stall_ms_max"] < 500
    assert removed["log"] == 1200
    assert reading.verify(tmp_path).problems == []


# --- forecast


def test_a_steady_growth_is_foretold_through_the_saw_teeth_of_merging():
    known = [(T + hour * HOUR, 10**9 + hour * 10**7 + (hour % 2) * 5 * 10**6) for hour in range(48)]
    daily = forecast.rate(known)
    assert daily == pytest.approx(24 * 10**7, rel=0.02)
    assert forecast.full_in(24 * 10**9, daily) == pytest.approx(100, rel=0.02)


def test_nothing_is_foretold_from_too_little_from_old_growth_or_from_none():
    assert forecast.rate([]) == forecast.rate([(T, 5)]) == forecast.rate([(T, 5), (T + HOUR // 2, 10**9)]) == 0.0
    assert forecast.full_in(10**9, 0.0) == 0.0
    shrunk = [(T, 10**9), (T + DAY, 10**8)]
    assert forecast.rate(shrunk) == 0.0
    old = [(T, 0), (T + 20 * DAY, 10**9), (T + 21 * DAY, 10**9)]
    assert forecast.rate(old) == 0.0


def test_the_size_counts_photos_and_the_rest_of_the_disk(tmp_path):
    (tmp_path / "photos" / "ab").mkdir(parents=True)
    (tmp_path / "photos" / "ab" / "x.jpg").write_bytes(bytes(5000))
    (tmp_path / "main.db").write_bytes(bytes(1000))
    taken, free = forecast.sizes(tmp_path)
    assert taken >= 6000 and free > 0
