"""Cells: the wide ranges say the same as the samples that they were made of, wherever those lie."""

from __future__ import annotations

import itertools
import sqlite3
import time

import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.quality import Quality
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.store import reading
from console.store.bucketing import HOLD, buckets
from console.store.cells import COARSE, FINE, cells_of, combined, pack_cells, unpack_cells
from console.store.packing import ValueClass
from console.store.readonly import closed_month

START = T // DAY * DAY - 3 * DAY  # 2026-09-18T00:00Z
END = START + 17 * DAY  # October 5th
STEP = 2 * MINUTE
DICE = 20261121


def quiet(recorder):
    """Wait until all is sealed (but what is carried over), merged and rolled that is due."""

    def idle():
        archive, now = recorder._archive, recorder._now()
        levels = archive.file.levels
        due = archive._closing or levels.to_merge(now, False) or levels.to_roll(now, False)
        return not due and archive.waiting < 200

    calm = 0
    end = time.monotonic() + 60
    while calm < 10:
        assert time.monotonic() < end
        calm = calm + 1 if idle() else 0
        time.sleep(0.05)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Seventeen days over the end of a month: gaps, bad samples, late and doubled ones, an open journal at the end."""
    folder = tmp_path_factory.mktemp("cells")
    dice = np.random.default_rng(DICE)
    clock = Hand(START)
    walk = np.round(np.cumsum(dice.normal(0, 1, (int((END - START) // STEP), 3)), axis=0), 1)
    with recording(folder, clock, EAGER) as (_, recorder):
        put = 0
        for place, row in enumerate(walk):
            at = START + place * STEP
            if 3000 <= place < 3200:
                continue  # nearly seven hours of nothing
            clock.now = at
            quality = np.where(dice.random(3) < 0.02, Quality.BAD, Quality.GOOD).astype(np.uint8)
            one = batch([1, 2, 3], row, at + int(dice.integers(0, 5)) * SECOND)
            one.quality[:] = quality
            recorder.put(one)
            put += 3
            if place % 400 == 399:
                recorded(recorder, put)
            if place == 9000:  # from days ago, and one time again
                for back in (700, 701, 5000):
                    recorder.put(batch([1, 2, 3], [900.0 + back, -900.0, 5.0], START + back * STEP + 30 * SECOND))
                    put += 3
        clock.now = END
        recorded(recorder, put)
        until(lambda: not recorder._archive._closing, 60)
        quiet(recorder)
    return folder


def expected(history, edges, low, high):
    """What a bucket is, sample by sample."""
    times, values, good = history.times, history.values, history.quality <= Quality.MANUAL
    inside = (times >= low) & (times < high) & good
    if not inside.any():
        return None
    area = held = 0.0
    for place in np.flatnonzero(good)[:-1] if good.any() else []:
        following = times[place + 1]
        if following - times[place] <= HOLD:
            start, end = max(times[place], low), min(following, high)
            if end > start:
                area, held = area + values[place] * float(end - start), held + float(end - start)
    some = values[inside]
    return some.min(), some.max(), some.mean(), len(some), some[0], some[-1], area / held


@pytest.mark.parametrize(
    ("since", "until_", "count"),
    [
        (START, END, 17),  # days, from the overview and from sheets
        (START + 7 * HOUR + 123, END - 5 * HOUR, 40),  # wide, with edges anywhere: exact
        (START + 5 * DAY, START + 6 * DAY, 30),
        (START + 13 * DAY + 777, END, 90),  # over the end of the month
        (END - 3 * HOUR, END, 100),  # from samples alone
        (START, END, 260),  # more than have exact edges: they lie on five minutes
    ],
)
def test_buckets_say_what_the_samples_say(store, since, until_, count):
    for number in (1, 3):
        found = buckets(store, [number], since, until_, count)[0]
        history = reading.raw(store, [number], since - DAY, until_ + DAY)[0]
        edges = np.array([since + (until_ - since) * place // count for place in range(count + 1)])
        if found.moved:
            assert found.moved <= FINE // 2
            edges = (edges + FINE // 2) // FINE * FINE
        wanted = {}
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            one = expected(history, edges, low, high)
            if one is not None:
                wanted[low] = one
        assert found.starts.tolist() == list(wanted)
        for place, one in enumerate(wanted.values()):
            got = (found.lows, found.highs, found.means, found.counts, found.firsts, found.lasts)
            assert [column[place] for column in got] == pytest.approx(one[:6], rel=1e-8, abs=1e-6)
        # at both ends of the range what lies outside it is not known
        inner = slice(1, -1)
        assert found.weighted[inner] == pytest.approx([one[6] for one in wanted.values()][inner], rel=1e-4, abs=1e-3)


def test_closed_months_have_only_month_rows_and_no_free_pages(store):
    connection = sqlite3.connect(store / "history-2026-09.db")
    try:
        assert connection.execute("SELECT DISTINCT day FROM cells").fetchall() == [(-1,)]
        assert connection.execute("SELECT DISTINCT level FROM block").fetchall() == [(3,)]
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    finally:
        connection.close()
    overview = sqlite3.connect(store / "overview-2026.db")
    try:
        assert overview.execute("SELECT file FROM month").fetchall() == [("history-2026-09.db",)]
    finally:
        overview.close()
    assert reading.verify(store).problems == []


def test_merged_blocks_of_a_group_never_overlap(store):
    for path in store.glob("history-*.db"):
        connection = sqlite3.connect(path)
        try:
            rows = connection.execute(
                "SELECT group_id, first, last FROM block WHERE level >= 2 ORDER BY group_id, first"
            ).fetchall()
        finally:
            connection.close()
        assert rows
        for (group, _, last), (following, first, _) in itertools.pairwise(rows):
            assert group != following or last < first
            assert group != following or last // FINE < first // FINE


def test_without_the_overview_the_month_files_say_the_same(store):
    before = buckets(store, [2], START, END, 17)[0]
    hidden = store / "overview-2026.db"
    hidden.rename(store / "hidden")
    try:
        after = buckets(store, [2], START, END, 17)[0]
    finally:
        (store / "hidden").rename(hidden)
    assert after.lows.tolist() == before.lows.tolist() and after.counts.tolist() == before.counts.tolist()
    assert after.weighted == pytest.approx(before.weighted, rel=1e-6)


def test_a_damaged_sheet_is_counted_and_costs_that_sheet(tmp_path, store):
    for path in store.glob("*.db"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    connection = sqlite3.connect(tmp_path / "history-2026-10.db")
    connection.execute("UPDATE cells SET body = zeroblob(40) WHERE rowid = 1")
    connection.commit()
    connection.close()
    assert [problem.code for problem in reading.verify(tmp_path).problems] == ["store.verify_cells"]
    assert buckets(tmp_path, [1], START, END, 17)[0].damaged == 1


def test_a_clock_that_goes_back_into_a_closed_month_loses_nothing(tmp_path):
    september, october = START + 5 * DAY, START + 13 * DAY + HOUR
    clock = Hand(september)
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        for minute in range(200):
            recorder.put(batch([1], [minute], september + minute * MINUTE))
        recorded(recorder, 200)
        clock.now = october
        recorder.put(batch([1], [1000.0], october))
        recorded(recorder, 201)
        until(lambda: not recorder._archive._closing, 30)
        clock.now = september + DAY
        for minute in range(200):
            recorder.put(batch([1], [5000.0 + minute], september + DAY + minute * MINUTE))
        recorder.put(batch([1], [7777.0], september + 5 * MINUTE))  # and once more what is in the overview already
        recorded(recorder, 402)
        clock.now = october + HOUR
        recorder.put(batch([1], [1001.0], october + HOUR))
        recorded(recorder, 403)
        until(lambda: not recorder._archive._closing and recorder._archive.file.path.name.endswith("10.db"), 30)
        found = buckets(tmp_path, [1], START, END, 17)[0]
        assert found.counts.tolist() == [200, 200, 2]
        assert found.highs.tolist() == [7777.0, 5199.0, 1001.0]
    assert reading.verify(tmp_path).problems == []


def test_cells_come_back_as_they_went_in():
    dice = np.random.default_rng(DICE)
    times = START + np.sort(dice.choice(6 * 3600, 4000, replace=False)).astype(np.int64) * SECOND
    values = np.round(dice.normal(0, 20, (4000, 3)), 1)
    quality = np.where(dice.random((4000, 3)) < 0.01, 4, 0).astype(np.uint8)
    cells = cells_of(ValueClass.FLOAT, times, values, quality, step=FINE)
    back = unpack_cells(pack_cells(cells))
    for name in (
        "starts",
        "count",
        "bad",
        "low",
        "high",
        "first",
        "last",
        "begin_at",
        "first_at",
        "last_at",
        "held",
        "open",
        "uneven",
    ):
        assert np.array_equal(getattr(back, name), getattr(cells, name)), name
    assert np.allclose(back.total, cells.total, rtol=1e-9) and np.allclose(back.area, cells.area, rtol=1e-9)
    one = unpack_cells(pack_cells(cells), 2)
    assert np.array_equal(one.low[:, 0], cells.low[:, 2])


def test_the_cells_of_large_counters_are_exact():
    top = 2**64 - 1
    values = np.array([[top - 2], [top - 1], [top]], np.uint64)
    cells = unpack_cells(pack_cells(cells_of(ValueClass.UINT, START + np.arange(3) * SECOND, values, None, step=FINE)))
    assert (int(cells.low[0, 0]), int(cells.high[0, 0]), int(cells.last[0, 0])) == (top - 2, top, top)
    assert cells.uneven[0, 0] == 0


def test_hours_are_the_same_from_cells_and_from_samples():
    times = START + np.arange(7200) * SECOND
    values = np.sin(np.arange(7200) / 300)[:, None]
    direct = cells_of(ValueClass.FLOAT, times, values, None, step=COARSE)
    fine = cells_of(ValueClass.FLOAT, times, values, None, step=FINE)
    hours = combined(fine, fine.starts // COARSE * COARSE, HOUR)
    assert hours.starts.tolist() == direct.starts.tolist()
    for name in ("count", "low", "high", "first", "last", "held"):
        assert np.array_equal(getattr(hours, name), getattr(direct, name)), name
    assert np.allclose(hours.area, direct.area) and np.allclose(hours.total, direct.total)


def test_a_month_file_of_schema_1_is_brought_forward_and_merged(tmp_path):
    with recording(tmp_path, Hand(START), EAGER) as (_, recorder):
        for second in range(500):
            recorder.put(batch([1, 2], [second, -second], START + second * SECOND))
        recorded(recorder, 1000)
        until(lambda: recorder.health().counters["sealed"] == 1000)
    connection = sqlite3.connect(tmp_path / "history-2026-09.db")
    connection.executescript(
        """DROP INDEX block_level; DROP TABLE cells; UPDATE meta SET value = '1' WHERE key = 'schema';
           UPDATE block SET head = x'0102', head_crc = 3066839698;"""  # a head of the old kind: nobody reads it
    )
    connection.close()
    with recording(tmp_path, Hand(START + 2 * DAY), EAGER) as (_, recorder):
        until(lambda: recorder.health().counters["merged"] == 1000)
        quiet(recorder)
        found = buckets(tmp_path, [2], START, START + DAY, 24)[0]
        assert (found.counts.tolist(), found.lows.tolist()) == ([500], [-499.0])
    assert reading.verify(tmp_path).problems == []


def test_a_closed_month_keeps_where_its_rows_ended_also_when_the_next_month_is_lost(tmp_path):
    clock = Hand()
    with recording(tmp_path, clock, EAGER) as (_, recorder):
        for second in range(100):
            recorder.put(batch([1], [second], T + second * SECOND))
        recorded(recorder, 100)
        clock.now = T + 31 * DAY
        recorder.put(batch([1], [0.0], clock.now))
        recorded(recorder, 101)
        until(lambda: closed_month(tmp_path / "history-2026-09.db"), 20)
    first = closed_month(tmp_path / "history-2026-09.db")
    assert first > 1
    connection = sqlite3.connect(tmp_path / "history-2026-09.db")
    connection.execute("DELETE FROM meta WHERE key = 'next_row'")  # as a store of an earlier build left it
    connection.commit()
    connection.close()
    with recording(tmp_path, Hand(T + 32 * DAY)) as (_, recorder):
        recorder.put(batch([1], [1.0], T + 32 * DAY))
        recorded(recorder, 1)
    assert len(reading.raw(tmp_path, [1], 0, 0)[0].times) == 102
