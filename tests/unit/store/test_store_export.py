"""History as files: exact, complete, at constant memory."""

from __future__ import annotations

import csv
import io
import json
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from store_builders import EAGER, T, batch, recorded, recording

from console.domain.quality import Quality
from console.domain.times import DAY, HOUR, SECOND
from console.store import StoreRefused, formats, reading
from console.store.export import Wanted, chunks
from console.store.formats import local_times, sheet, time_texts

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
A, B = Wanted(1, "T1.count", "计数", "kW·h"), Wanted(2, "T1.门", "门,状态")


def exported(folder: Path, form: str, points: list[Wanted], since: int, end: int, *, width: int = 0) -> bytes:
    """The whole file."""
    out = io.BytesIO()
    file = sheet(form, out, points, CHINA, buckets=bool(width), scratch=folder)
    for chunk in chunks(folder, points, since, end, width):
        file.add(chunk)
    file.close()
    return out.getvalue()


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_times_are_written_on_the_wall_and_exactly():
    wall, utc = time_texts(np.array([T + 1, -1], np.int64), CHINA)
    assert wall == ["2026-09-21 22:13:20.000", "1970-01-01 07:59:59.999"]
    assert utc == ["2026-09-21T14:13:20.000000001Z", "1969-12-31T23:59:59.999999999Z"]


def test_the_wall_clock_of_an_export_follows_the_change_to_winter_time():
    change = 1_792_890_000 * SECOND  # 2026-10-25T01:00Z: 3 o'clock becomes 2 o'clock in Berlin
    hours = (local_times(np.array([change - 1, change], np.int64), BERLIN) - np.array([change - 1, change])) // HOUR
    assert hours.tolist() == [2, 1]


def mixed(folder: Path) -> None:
    """Two points with what is hard to write: a counter beyond 2**53, texts with commas, values nobody may rely on."""
    with recording(folder) as (_, recorder):
        recorder.put(batch([1], np.array([2**64 - 1], np.uint64), T))
        recorder.put(batch([2], ['门"开,关"'], T + 5))
        recorder.put(batch([2], ["旧"], T + 6, Quality.STALE))
        recorder.put(batch([1], np.array([3], np.uint64), T + 40 * DAY))
        recorded(recorder, 4)


def test_csv_and_json_hold_every_sample_exactly_point_after_point(tmp_path):
    mixed(tmp_path)
    rows = table(exported(tmp_path, "csv", [A, B], T - DAY, 0))
    assert [(row["point"], row["name"], row["unit"], row["value"], row["quality"]) for row in rows] == [
        ("T1.count", "计数", "kW·h", str(2**64 - 1), "good"),
        ("T1.count", "计数", "kW·h", "3", "good"),
        ("T1.门", "门,状态", "", '门"开,关"', "good"),
        ("T1.门", "门,状态", "", "", "stale"),
    ]
    records = [json.loads(line) for line in exported(tmp_path, "json", [A, B], T - DAY, 0).splitlines()]
    assert [record["value"] for record in records] == [2**64 - 1, 3, '门"开,关"', None]
    assert [record["utc"] for record in records] == [row["utc"] for row in rows]


def test_a_workbook_has_the_points_first_and_goes_on_in_another_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "SHEET_ROWS", 100)
    with recording(tmp_path) as (_, recorder):
        for second in range(150):
            recorder.put(batch([1], [second / 4], T + second * SECOND))
        recorder.put(batch([2], [float(2**60)], T))
        recorder.put(batch([3], np.array([2**60 + 1], np.int64), T))
        recorder.put(batch([4], [float("inf")], T))
        recorder.put(batch([5], ["=1+1"], T))
        recorded(recorder, 154)
    points = [Wanted(number, f"p{number}", f"点{number}", "kW") for number in range(1, 6)]
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(tmp_path, "xlsx", points, T, 0)))
    assert book.sheet_names == ["points", "1", "2"]
    listing, first, second = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert listing[:2] == [["point", "name", "unit"], ["p1", "点1", "kW"]]
    assert first[0] == second[0] == ["time", "point", "value", "quality"]
    assert (len(first), len(second)) == (100, 56)
    values = [row[2] for row in first[1:] + second[1:]]
    assert values == [n / 4 for n in range(150)] + [float(2**60), str(2**60 + 1), "inf", "=1+1"]
    assert first[1][0].isoformat(sep=" ", timespec="seconds") == "2026-09-21 22:13:20"


def test_parquet_keeps_nanoseconds_floats_and_what_a_float_cannot_hold(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    mixed(tmp_path)
    got = parquet.read_table(io.BytesIO(exported(tmp_path, "parquet", [A, B], T - DAY, 0)))
    assert got.schema.field("time").type.unit == "ns"
    assert got["time"].cast("int64").to_pylist() == [T, T + 40 * DAY, T + 5, T + 6]
    assert got["point"].to_pylist() == ["T1.count", "T1.count", "T1.门", "T1.门"]
    assert got["value"].to_pylist() == [float(2**64 - 1), 3.0, None, None]
    assert got["exact"].to_pylist() == [str(2**64 - 1), None, '门"开,关"', None]
    assert got["quality"].to_pylist() == ["good", "good", "good", "stale"]
    means = parquet.read_table(io.BytesIO(exported(tmp_path, "parquet", [A], T, T + 10 * SECOND, width=10 * SECOND)))
    assert means["count"].to_pylist() == [1]


def test_without_pyarrow_a_parquet_file_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(StoreRefused) as refused:
        exported(tmp_path, "parquet", [A], T, 0)
    assert refused.value.problem.code == "store.no_parquet"


def test_buckets_are_written_with_their_width(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for second in range(150):
            recorder.put(batch([1], [second], T + second * SECOND))
        recorded(recorder, 150)
    rows = table(exported(tmp_path, "csv", [A], T, T + 150 * SECOND, width=60 * SECOND))
    assert [(float(row["min"]), float(row["mean"]), float(row["max"]), int(row["count"])) for row in rows] == [
        (0, 29.5, 59, 60),
        (60, 89.5, 119, 60),
        (120, 134.5, 149, 30),
    ]


def test_progress_grows_from_nothing_to_all(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for hour in range(0, 2000, 10):
            recorder.put(batch([1, 2], [hour, 0], T + hour * HOUR))
        recorded(recorder, 400)
    shares = [chunk.share for chunk in chunks(tmp_path, [A, B], T, T + 2000 * HOUR)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5
    assert shares[-1] == 1


def test_a_range_without_records_is_an_empty_file_with_a_heading(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], [1.0], T))
        recorded(recorder, 1)
    data = exported(tmp_path, "csv", [A], T - 900 * DAY, T - 800 * DAY)
    assert data.decode("utf-8-sig") == "time,utc,point,name,unit,value,quality\n"


def test_dense_samples_after_a_long_silence_are_all_written(tmp_path, monkeypatch):
    """The pieces have grown to days by then: they must shrink before they are read."""
    monkeypatch.setattr("console.store.export.WINDOW", 100)
    with recording(tmp_path) as (_, recorder):
        for day in range(40):
            recorder.put(batch([1], [day], T + day * DAY))
        for step in range(3000):
            recorder.put(batch([1], [step], T + 40 * DAY + step * SECOND))
        recorded(recorder, 3040)
    rows = list(chunks(tmp_path, [A], T, 0))
    assert sum(len(chunk.times) for chunk in rows) == 3040
    assert max(len(chunk.times) for chunk in rows) <= 400
    assert np.all(np.diff(np.concatenate([chunk.times for chunk in rows])) > 0)


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
