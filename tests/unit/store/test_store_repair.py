"""Damage is named, costs only itself, and is mended from a backup."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from store_builders import EAGER, Hand, T, batch, raised, recorded, recording, until

from console.cli.parser import console_parser, execute
from console.domain.times import DAY, SECOND
from console.store import StoreRefused, reading
from console.store.backup import back_up
from console.store.image import Commit
from console.store.repair import repair

MONTH = "history-2026-09.db"


def closed_month(folder: Path) -> Hand:
    clock = Hand()
    with recording(folder, clock, EAGER) as (_, recorder):
        for second in range(400):
            recorder.put(batch([1, 2], [second, -second], T + second * SECOND))
        recorder.commit(Commit((raised(1),))).result(10)
        recorded(recorder, 800)
        clock.now = T + 20 * DAY
        recorder.put(batch([1], [7], clock.now))
        recorded(recorder, 801)
        until(lambda: one(folder / MONTH, "SELECT value FROM meta WHERE key = 'closed'") == "1", 20)
    return clock


def one(path: Path, query: str) -> object:
    connection = sqlite3.connect(path)
    try:
        found = connection.execute(query).fetchone()
        return found and found[0]
    finally:
        connection.close()


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def samples(folder: Path) -> list[object]:
    return [(series.times.tolist(), series.values.tolist(), series.damaged) for series in reading.raw(folder, [1, 2], 0, 0)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    closed_month(tmp_path / "store")
    back_up(tmp_path / "store", tmp_path / "to", T)
    return tmp_path / "store"


def mend(store: Path) -> list[str]:
    done = repair(store, store.parent / "to")
    assert done.left.problems == []
    return [problem.code for problem in done.mended]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE block SET body = zeroblob(length(body)) WHERE id = (SELECT min(id) FROM block)", "store.verify_block"),
        ("UPDATE block SET body = zeroblob(8), level = -1 WHERE id = (SELECT min(id) FROM block)", "store.verify_block"),
        ("UPDATE cells SET crc = crc + 1", "store.verify_cells"),
    ],
    ids=["a block", "a block that merging set aside", "summaries"],
)
def test_a_damaged_part_is_taken_from_the_backup(store, statement, code):
    before = samples(store)
    change(store / MONTH, statement)
    assert {problem.code for problem in reading.verify(store).problems} == {code}
    assert set(mend(store)) == {code}
    assert samples(store) == before
    with recording(store, Hand(T + 21 * DAY), EAGER):
        until(lambda: one(store / MONTH, "SELECT value FROM meta WHERE key = 'closed'") == "1", 20)
    assert samples(store) == before and reading.verify(store).problems == []


def test_a_damaged_journal_row_is_taken_from_the_backup(tmp_path):
    store = tmp_path / "store"
    with recording(store) as (_, recorder):
        for second in range(100):
            recorder.put(batch([1, 2], [second, 0], T + second * SECOND))
        recorded(recorder, 200)
    back_up(store, tmp_path / "to", T)
    before = samples(store)
    change(store / MONTH, "UPDATE journal SET body = x'00' WHERE id = (SELECT min(id) FROM journal)")
    assert mend(store) == ["store.verify_journal"]
    assert samples(store) == before


def test_a_month_file_that_is_gone_or_unreadable_comes_back_whole_and_the_rest_of_it_is_kept(store):
    before = samples(store)
    (store / MONTH).unlink()
    assert mend(store) == ["store.verify_file"]
    assert samples(store) == before
    for suffix in ("-wal", "-shm"):
        (store / (MONTH + suffix)).unlink(missing_ok=True)
    (store / MONTH).write_bytes(b"garbage" * 1000)
    assert mend(store) == ["store.verify_file"]
    assert samples(store) == before
    assert (store / "history-2026-09.damaged-1.db").read_bytes().startswith(b"garbage")


def test_what_no_backup_has_stays_named_and_a_store_in_use_is_left_alone(store):
    change(store / "main.db", "UPDATE alarm SET record = '{}'")
    done = repair(store, store.parent / "to")
    assert done.mended == [] and [problem.code for problem in done.left.problems] == ["store.verify_state"]
    with recording(store, Hand(T + 20 * DAY)), pytest.raises(StoreRefused) as caught:
        repair(store, store.parent / "to")
    assert caught.value.problem.code == "store.owned"


def test_verify_repairs_from_the_command_line_and_says_what(store, capsys):
    change(store / MONTH, "UPDATE block SET body = zeroblob(8) WHERE id = (SELECT min(id) FROM block)")
    words = ["--lang", "en", "verify", "--store", str(store), "--json"]
    assert execute(console_parser(), words) == 1
    assert "is damaged" in json.loads(capsys.readouterr().out)["damage"][0]
    assert execute(console_parser(), [*words, "--repair-from", str(store.parent / "to")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] and len(found["mended"]) == 1
