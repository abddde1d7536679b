"""History as text: exact, complete, streamed."""

from __future__ import annotations

import csv
import json
import threading
import tracemalloc

import numpy as np
from store_builders import EAGER, Hand, T, batch, recorded, recording, until

from console.domain.quality import Quality
from console.domain.times import DAY, SECOND
from console.store import Pace, reading
from console.store.export import iso, stream, stream_buckets


def test_times_are_written_with_all_nine_decimals():
    assert iso(T + 1) == "2026-09-21T14:13:20.000000001Z"
    assert iso(-1) == "1969-12-31T23:59:59.999999999Z"


def test_csv_and_json_hold_every_sample_exactly(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], np.array([2**64 - 1], np.uint64), T))
        recorder.put(batch([2], ['门"开,关"'], T + 5, Quality.STALE))
        recorder.put(batch([1], np.array([3], np.uint64), T + 40 * DAY))
        recorded(recorder, 3)
        ids = {"T1.count": 1, "T1.门": 2}
        rows = list(csv.reader(stream(tmp_path, ids, T - DAY, 0, form="csv")))
        records = [json.loads(line) for line in stream(tmp_path, ids, T - DAY, 0, form="json")]
    assert rows[0] == ["time", "point", "value", "quality", "received"]
    assert [(row[1], row[2], row[3]) for row in rows[1:]] == [
        ("T1.count", str(2**64 - 1), "good"),
        ("T1.门", '门"开,关"', "stale"),
        ("T1.count", "3", "good"),
    ]
    assert [record["value"] for record in records] == [2**64 - 1, '门"开,关"', 3]
    assert records[1]["time"] == iso(T + 5) and records[1]["received"] == iso(T + 6)


def test_buckets_are_written_with_their_width(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for second in range(150):
            recorder.put(batch([1], [second], T + second * SECOND))
        recorded(recorder, 150)
        lines = list(stream_buckets(tmp_path, {"a": 1}, T, T + 150 * SECOND, width=60 * SECOND, form="json"))
    records = [json.loads(line) for line in lines]
    assert [(record["min"], record["max"], record["mean"], record["count"]) for record in records] == [
        (0, 59, 29.5, 60),
        (60, 119, 89.5, 60),
        (120, 149, 134.5, 30),
    ]


def test_memory_does_not_grow_with_the_length_of_an_export(tmp_path):
    """A fourfold range must not need more memory than the window's share of it."""
    pace = Pace(flush_s=0.02, seal_samples=20_000)
    clock = Hand()
    with recording(tmp_path, clock, pace) as (_, recorder):
        for second in range(0, 48_000, 4):
            recorder.put(batch([1, 2, 3, 4], [second, 0, 1, second / 2], T + second * SECOND))
        recorded(recorder, 48_000)
        until(lambda: recorder.health().figures["journal"] < 20_000)
    peaks = []
    for share in (4, 1):
        tracemalloc.start()
        count = sum(1 for _ in stream(tmp_path, {"a": 1, "b": 4}, T, T + 48_000 // share * SECOND, form="csv"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == 1 + 24_000 // share
    assert peaks[1] < peaks[0] * 3


def test_a_reader_sees_every_sample_once_while_they_are_being_sealed(tmp_path):
    with recording(tmp_path, pace=EAGER) as (_, recorder):
        written = 0
        wrong: list[list[float]] = []
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                found = reading.raw(tmp_path, [2], T, 0)[0].values.tolist()
                if found != list(range(len(found))):
                    wrong.append(found)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        for _ in range(40):
            for _ in range(100):
                recorder.put(batch([1, 2], [0, written], T + written * SECOND))
                written += 1
            recorded(recorder, 2 * written)
        stop.set()
        for reader in readers:
            reader.join()
        assert recorder.health().counters["sealed"] > 0
        assert not wrong
        assert reading.raw(tmp_path, [2], T, 0)[0].values.tolist() == list(range(written))
