"""Stores that older programs made, kept as they left them: opened, complete, and never lost by a step that fails.

``frozen/schema-1.zip`` was made by the program before typed readings, cells and levels (schema 1 of both files), with everything
that it could tell about itself in ``expected.json``.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, recording, until

from console.domain.times import SECOND
from console.store import bucketing, migrations, open_store, reading, schema
from console.store.months import HISTORY_SCHEMA

FROZEN = Path(__file__).with_name("frozen")
NOW = 1_795_400_000 * SECOND  # the November of the frozen store


@pytest.fixture
def old(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    with zipfile.ZipFile(FROZEN / "schema-1.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path, json.loads((tmp_path / "expected.json").read_text(encoding="utf-8"))


def number_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])
    finally:
        connection.close()


def the_same(folder: Path, expected: dict[str, Any]) -> None:
    assert reading.points(folder) == expected["points"]
    assert [fault.number for fault in reading.faults(folder)] == expected["faults"]
    assert [alarm.number for alarm in reading.alarms(folder)] == expected["alarms"]
    assert [[order.number, str(order.state)] for order in reading.orders(folder)] == expected["orders"]
    assert len(reading.log(folder, limit=10_000)) == expected["entries"] > 10
    for point, (times, values, quality) in expected["series"].items():
        series = reading.raw(folder, [int(point)], 0, 0)[0]
        found = series.values if isinstance(series.values, list) else series.values.tolist()
        assert (series.times.tolist(), found, series.quality.tolist()) == (times, values, quality)
    assert reading.verify(folder).problems == []


def test_a_frozen_store_of_schema_1_is_opened_brought_forward_and_complete(old):
    folder, expected = old
    assert number_of(folder / "main.db") == 1
    clock = Hand(NOW)
    with recording(folder, clock, EAGER) as (store, recorder):
        assert store.image().faults[0].number == expected["faults"][0]
        assert store.image().next_order == len(expected["orders"]) + 1
        until(lambda: closed(folder / "history-2026-09.db"), 20)
        recorder.put(batch([1], [1.0], NOW))
        until(lambda: recorder.health().counters["recorded"] == 1)
    assert number_of(folder / "main.db") == schema.SCHEMA
    assert number_of(folder / "history-2026-09.db") == number_of(folder / "history-2026-11.db") == HISTORY_SCHEMA
    expected["series"]["1"][0].append(NOW)
    expected["series"]["1"][1].append(1.0)
    expected["series"]["1"][2].append(0)
    the_same(folder, expected)
    found = bucketing.buckets(folder, [101], T, T + 700 * SECOND, 7)[0]
    assert np.allclose(found.means, expected["means"])


def closed(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT 1 FROM meta WHERE key = 'closed' AND value = '1'").fetchone() is not None
    finally:
        connection.close()


def test_main_is_copied_as_it_was_before_it_is_brought_forward(old):
    folder, expected = old
    open_store(folder, NOW).close()
    copy = folder / "main.schema-1.db"
    assert number_of(copy) == 1
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM log").fetchone()[0] == expected["entries"]
    connection.close()


def test_a_step_that_fails_leaves_the_old_store_as_it_was(old, monkeypatch):
    folder, expected = old

    def wrong(connection: Any) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("power")

    monkeypatch.setattr("console.store.opening.MAIN_STEPS", dict.fromkeys(range(1, schema.SCHEMA), wrong))
    with pytest.raises(RuntimeError):
        open_store(folder, NOW)
    connection = sqlite3.connect(folder / "main.db")
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
    connection.close()
    assert number_of(folder / "main.db") == 1
    monkeypatch.undo()
    open_store(folder, NOW).close()
    the_same(folder, expected)


def test_there_is_a_step_from_every_older_schema():
    assert sorted(migrations.MAIN_STEPS) == list(range(1, schema.SCHEMA))
    assert sorted(migrations.HISTORY_STEPS) == list(range(1, HISTORY_SCHEMA))


def test_a_store_that_was_brought_forward_has_the_tables_of_a_new_one(old, tmp_path_factory):
    folder, _ = old
    fresh = tmp_path_factory.mktemp("fresh")
    open_store(folder, NOW).close()
    open_store(fresh, NOW).close()
    for name in ("main.db", "history-2026-11.db"):
        assert tables(folder / name) == tables(fresh / name)


def tables(path: Path) -> dict[str, list[tuple[str, str, int]]]:
    connection = sqlite3.connect(path)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [(c[1], c[2], c[5]) for c in connection.execute(f"PRAGMA table_info('{name}')")] for name in names}
        indexes = sorted(name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'"))
        return columns | {"indexes": [(name, "", 0) for name in indexes]}
    finally:
        connection.close()
