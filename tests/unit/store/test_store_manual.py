"""Typed readings and isolations on disk: one row a reading, the newest in the image, and a store of the first schema."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from msgspec.structs import replace
from store_builders import T, recording

from console.domain.events import Entry, IsolationLifted, IsolationOpened, ReadingEntered
from console.domain.isolations import Isolation
from console.domain.readings import KEPT, TypedReading
from console.domain.stamps import Stamp
from console.domain.times import DAY
from console.store import ledgers, open_store
from console.store.image import Commit

STAMP = Stamp(T, "wang", T, "wang")


def reading(number: int, value: float) -> TypedReading:
    return TypedReading("M1.water", T + number, value, "wang", T)


def test_a_correction_takes_the_place_of_what_it_corrects_and_the_image_has_the_newest(tmp_path: Path) -> None:
    with recording(tmp_path) as (_, recorder):
        events = [ReadingEntered(reading(number, number)) for number in range(KEPT + 5)]
        events.append(ReadingEntered(replace(reading(KEPT + 4, 7.5), was=66.0)))
        recorder.commit(Commit(tuple(Entry(place, T, event) for place, event in enumerate(events, 1)))).result(10)
    store = open_store(tmp_path, T)
    try:
        kept = sorted(store.image().readings, key=lambda each: each.at)
        assert [each.at for each in kept] == [T + number for number in range(5, KEPT + 5)]
        assert kept[-1].value == 7.5
    finally:
        store.close()
    found = ledgers.readings(tmp_path, "M1.water", 0, T + DAY, 3)
    assert [each.value for each in found] == [7.5, KEPT + 3, KEPT + 2]
    assert len(ledgers.log(tmp_path, "reading:M1.water", limit=1000)) == KEPT + 6


def test_isolations_are_kept_with_their_numbers_and_found_by_their_beginning(tmp_path: Path) -> None:
    one = Isolation(1, "F1", T, STAMP, point="F1.node_1")
    two = Isolation(2, "P1", T + DAY, STAMP, what="valve")
    back = replace(two, lifted=STAMP, lifted_at=T + 2 * DAY)
    with recording(tmp_path) as (_, recorder):
        events = (IsolationOpened(one), IsolationOpened(two), IsolationLifted(back))
        recorder.commit(Commit(tuple(Entry(place, T, event) for place, event in enumerate(events, 1)))).result(10)
    store = open_store(tmp_path, T)
    try:
        image = store.image()
        assert (set(image.isolations), image.next_isolation) == ({one, back}, 3)
    finally:
        store.close()
    assert ledgers.isolations(tmp_path) == (back, one)
    assert ledgers.isolations(tmp_path, equipment="P1") == (back,)
    assert ledgers.isolations(tmp_path, since=T + 1) == (back, one)  # an open one is always there


def shape(file: Path) -> dict[str, str]:
    with sqlite3.connect(file) as connection:
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('isolation', 'manual_reading', 'record')"
        )
        made = {name: re.sub(r"[\s\"]+", "", sql or "") for name, sql in found}
    connection.close()
    return made


def test_a_store_of_the_first_schema_gets_the_same_tables(tmp_path: Path) -> None:
    for name in ("fresh", "old"):
        with recording(tmp_path / name):
            pass
    with sqlite3.connect(tmp_path / "old" / "main.db") as connection:
        connection.execute("DROP TABLE isolation")
        connection.execute("DROP TABLE manual_reading")
        connection.execute("DROP TABLE silence")
        connection.execute("DROP TABLE record")
        connection.execute("DROP INDEX log_kind")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    connection.close()
    store = open_store(tmp_path / "old", T)
    try:
        assert store.image().readings == ()
    finally:
        store.close()
    assert shape(tmp_path / "old" / "main.db") == shape(tmp_path / "fresh" / "main.db") != {}
