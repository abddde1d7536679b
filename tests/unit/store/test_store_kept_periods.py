"""Registers go when their own period is over, single rows when they are asked for, and a refusal comes whole out of a worker."""

from __future__ import annotations

import pickle
import sqlite3
from pathlib import Path

import msgspec
import pytest
from store_builders import T

from console.domain.maintenance.cards import Card
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.people import Person
from console.domain.maintenance.records import Record, kind_of
from console.domain.problems import Problem
from console.domain.stamps import Stamp
from console.domain.times import DAY
from console.store import open_store
from console.store.months import MAIN
from console.store.refusals import StoreRefused
from console.store.retention import look, remove_ledgers, remove_one

AT = T + 2000 * DAY


def keep(folder: Path, *records: Record) -> None:
    open_store(folder, T).close()
    connection = sqlite3.connect(folder / MAIN)
    for each in records:
        connection.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                kind_of(each), each.id, each.number, int(each.open), each.at, each.ended_at, each.equipment,
                msgspec.json.encode(each).decode(),
            ),
        )  # fmt: skip
    connection.commit()
    connection.close()


def kept(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / MAIN)
    found = {name for (name,) in connection.execute("SELECT id FROM record")}
    connection.close()
    return found


def hazard(number: int, ended: int = 0) -> Hazard:
    return Hazard(id=f"HZ-{number}", number=number, at=T, ended_at=ended, what="x", found=Stamp(T, "a", T, "a"))


def test_a_register_entry_goes_when_its_kind_s_period_is_over(tmp_path: Path) -> None:
    """R-AR-01: what is open, of a kind that stays longer, or has the newest number stays."""
    keep(
        tmp_path,
        hazard(1, T + DAY),
        hazard(2),
        hazard(3, AT + 2 * DAY),
        hazard(4, T + DAY),  # the newest number: none is given twice
        Card(id="old", code="old", name="x", ended_at=T + DAY),
        Card(id="new", code="new", name="x"),
        Person(id="gone", name="x", ended_at=T + DAY),
    )
    assert remove_ledgers(tmp_path, AT, {"card": T})["record"] == 2
    assert kept(tmp_path) == {"HZ-2", "HZ-3", "HZ-4", "old", "new"}
    assert remove_ledgers(tmp_path, AT, {"card": T + 2 * DAY})["record"] == 1
    assert "old" not in kept(tmp_path)
    assert remove_ledgers(tmp_path, AT) == {}


def test_one_row_is_looked_at_and_removed_by_its_name(tmp_path: Path) -> None:
    keep(tmp_path, hazard(1, T + DAY), hazard(2))
    row = look(tmp_path, "record", "hazard:HZ-1")
    assert (row.title, row.kind, row.open, row.ended_at, row.newest) == ("hazard:HZ-1", "hazard", False, T + DAY, False)
    assert look(tmp_path, "record", "hazard:HZ-2").newest
    remove_one(tmp_path, "record", "hazard:HZ-2")  # open: nothing happens
    remove_one(tmp_path, "record", "hazard:HZ-1")
    assert kept(tmp_path) == {"HZ-2"}
    for table, key in (("record", "hazard:HZ-9"), ("work_order", "9"), ("log", "1")):
        with pytest.raises(StoreRefused) as refused:
            look(tmp_path, table, key)
        assert refused.value.problem.code == "reports.remove.unknown"


def test_a_refusal_comes_whole_out_of_a_worker_process() -> None:
    """One that cannot be read back breaks the whole pool."""
    refused = pickle.loads(pickle.dumps(StoreRefused(Problem("store.missing", {"path": "x"}))))
    assert refused.problem == Problem("store.missing", {"path": "x"})
