"""Registers in the store: the newest version in the table, all of them in the log, what is in use in the image."""

from __future__ import annotations

import math
import sqlite3

import pytest
from msgspec import ValidationError
from msgspec.structs import replace
from store_builders import T, entry, recording

from console.domain.events import RecordSaved
from console.domain.maintenance.parts import MoveKind, Part, StockMove
from console.domain.times import DAY
from console.store import ledgers, open_store
from console.store.image import Commit
from console.store.verifying import verify

PART = Part(id="BR-6204", revision=1, at=T, name="轴承", stock=2)
MOVE = StockMove(id="SM-000007", number=7, revision=1, at=T, ended_at=T, part="BR-6204", kind=MoveKind.IN, quantity=2, stock=2)


def test_the_image_has_what_is_in_use_and_the_highest_number_of_each_kind(tmp_path):
    later = replace(PART, revision=2, stock=1)
    gone = replace(PART, id="OLD", ended_at=T + DAY)
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit((entry(1, RecordSaved(PART, "created")), entry(2, RecordSaved(MOVE, "created"))))).result(10)
        recorder.commit(Commit((entry(3, RecordSaved(later, "moved")), entry(4, RecordSaved(gone, "ended"))))).result(10)
    store = open_store(tmp_path, T)
    image = store.image()
    store.close()
    assert image.records == (later,)
    assert image.numbers == {"stock_move": 7}


def test_a_kind_is_read_by_time_and_equipment_and_every_version_stays_in_the_log(tmp_path):
    moves = [
        replace(MOVE, id=f"SM-{n:06d}", number=n, at=T + n * DAY, ended_at=T + n * DAY, equipment="T1-P1" if n % 2 else "")
        for n in range(1, 6)
    ]
    entries = [entry(n, RecordSaved(move, "created")) for n, move in enumerate(moves, 1)]
    entries += [
        entry(6, RecordSaved(PART, "created")),
        entry(7, RecordSaved(replace(PART, revision=2, place="架 3"), "changed", "移库")),
    ]
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit(tuple(entries))).result(10)
    assert [each.number for each in ledgers.records(tmp_path, "stock_move", T + 2 * DAY, T + 5 * DAY)] == [4, 3, 2]
    assert [each.number for each in ledgers.records(tmp_path, "stock_move", equipment="T1-P1")] == [5, 3, 1]
    assert [each.number for each in ledgers.records(tmp_path, "stock_move", limit=1)] == [5]
    assert ledgers.records(tmp_path, "part")[0].place == "架 3"
    versions = [(each.event.record.place, each.event.reason) for each in ledgers.log(tmp_path, "part:BR-6204")]
    assert versions == [("架 3", "移库"), ("", "")]


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_could_not_be_read_again_is_not_written_and_the_store_opens_as_before(tmp_path, number):
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit((entry(1, RecordSaved(PART, "created")),))).result(10)
        with pytest.raises(ValidationError):
            recorder.commit(Commit((entry(2, RecordSaved(replace(PART, revision=2, stock=number), "moved")),))).result(10)
        recorder.commit(Commit((entry(3, RecordSaved(MOVE, "created")),))).result(10)
    store = open_store(tmp_path, T)
    assert store.image().records == (PART,)
    store.close()


def test_a_record_that_somebody_changed_behind_the_logs_back_is_found(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit((entry(1, RecordSaved(PART, "created")), entry(2, RecordSaved(MOVE, "created"))))).result(10)
    assert verify(tmp_path).problems == []
    with sqlite3.connect(tmp_path / "main.db") as connection:
        connection.execute("UPDATE record SET record = replace(record, '\"stock\":2', '\"stock\":9') WHERE kind = 'part'")
    connection.close()
    (problem,) = verify(tmp_path).problems
    assert problem.params == {"table": "record", "number": "part:BR-6204"}
