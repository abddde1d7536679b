"""Backups of a store that is written to, and what is put back from them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from store_builders import EAGER, Hand, T, batch, raised, recorded, recording, until

from console.cli.parser import console_parser, execute
from console.domain.times import DAY, SECOND
from console.store import StoreRefused, open_store, reading
from console.store.backup import back_up, generations, read_manifest
from console.store.image import Commit
from console.store.restore import restore


def contents(folder: Path) -> dict[str, object]:
    """Everything that a store says."""
    found: dict[str, object] = {"log": reading.log(folder), "alarms": reading.alarms(folder)}
    for series in reading.raw(folder, [1, 2, 3], 0, 0):
        found[f"point {series.point}"] = (series.times.tolist(), series.values.tolist(), series.quality.tolist())
    return found


def two_months(folder: Path) -> Hand:
    """A closed September and an October that is written to."""
    clock = Hand()
    with recording(folder, clock, EAGER) as (_, recorder):
        for second in range(300):
            recorder.put(batch([1, 2], [second, -second], T + second * SECOND))
        recorder.commit(Commit((raised(1),))).result(10)
        recorded(recorder, 600)
        clock.now = T + 20 * DAY
        recorder.put(batch([1, 2, 3], [7, 8, 9], clock.now))
        recorded(recorder, 603)
        until(lambda: _closed(folder / "history-2026-09.db"), 20)
    return clock


def _closed(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT 1 FROM meta WHERE key = 'closed' AND value = '1'").fetchone() is not None
    finally:
        connection.close()


def refusal(act: object, *words: object) -> str:
    with pytest.raises(StoreRefused) as caught:
        act(*words)  # type: ignore[operator]
    return caught.value.problem.code


def test_what_was_backed_up_while_it_was_written_is_restored_whole(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    with recording(store, pace=EAGER) as (_, recorder):
        noise = np.random.default_rng(1)
        number = 0

        def more() -> None:
            nonlocal number
            for _ in range(50):
                number += 1
                recorder.put(batch([1, 2, 3], noise.normal(size=3), T + number * SECOND))
            recorder.commit(Commit((raised(number // 50),))).result(10)

        more()
        recorded(recorder, 150)
        steps: list[tuple[int, int]] = []
        made = back_up(store, to, T, told=lambda done, whole: (steps.append((done, whole)), more() if number < 1000 else None))
        acknowledged = number // 50
    assert made.damage == () and made.sequence >= 1 and acknowledged > 1
    assert steps[-1][0] <= steps[-1][1]
    back = restore(to, tmp_path / "back")
    assert back.verified.problems == [] and back.generation == generations(to)[0].name
    whole, part = contents(store), contents(tmp_path / "back")
    assert len(part["log"]) == made.sequence  # type: ignore[arg-type]
    assert part["log"] == whole["log"][-made.sequence :]  # type: ignore[index]
    for point in ("point 1", "point 2", "point 3"):
        times, values, _ = part[point]  # type: ignore[misc]
        assert len(times) >= 50
        assert (times, values) == (whole[point][0][: len(times)], whole[point][1][: len(times)])  # type: ignore[index]
    with recording(tmp_path / "back", Hand(T + DAY)) as (_, recorder):  # and it goes on from there
        recorder.commit(Commit((raised(made.sequence + 1),))).result(10)
    assert reading.verify(tmp_path / "back").problems == []


def test_closed_months_are_copied_once_and_go_with_the_last_backup_that_names_them(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    first = back_up(store, to, T)
    closed = sorted(path.name for path in (to / "months").iterdir())
    assert len(closed) == 1 and closed[0].startswith("history-2026-09.")
    touched = (to / "months" / closed[0]).stat().st_mtime_ns
    second = back_up(store, to, T + DAY)
    third = back_up(store, to, T + 2 * DAY, keep=2)
    assert first.copied > second.copied and (to / "months" / closed[0]).stat().st_mtime_ns == touched
    assert [path.name for path in generations(to)] == [Path(second.folder).name, Path(third.folder).name]
    assert third.removed == (Path(first.folder).name,)
    for generation in generations(to):
        assert {kept.name for kept in read_manifest(generation).files} >= {"main.db", "history-2026-09.db", "history-2026-10.db"}
    restore(generations(to)[0], tmp_path / "back")
    assert contents(tmp_path / "back") == contents(store)
    (store / "history-2026-09.db").unlink()  # as retention does
    back_up(store, to, T + 3 * DAY, keep=1)
    assert list((to / "months").glob("history-*")) == []


def test_photos_are_backed_up_and_secrets_of_the_machine_are_not(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    photo = store / "photos" / "ab" / "abcd.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"picture")
    for name in ("link.json", "server.key", "reserve.bin"):
        (store / name).write_bytes(b"x")
    back_up(store, to, T)
    restore(to, tmp_path / "back")
    assert (tmp_path / "back" / "photos" / "ab" / "abcd.jpg").read_bytes() == b"picture"
    assert not {"link.json", "server.key"} & {path.name for path in (tmp_path / "back").iterdir()}


def test_a_damaged_backup_is_refused_by_name_and_nothing_is_written(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    back_up(store, to, T)
    month = next((to / "months").iterdir())
    body = bytearray(month.read_bytes())
    body[-5000] ^= 1
    month.write_bytes(body)
    with pytest.raises(StoreRefused) as caught:
        restore(to, tmp_path / "back")
    assert caught.value.problem.code == "store.backup_wrong" and caught.value.problem.params["path"] == str(month)
    assert not (tmp_path / "back" / "main.db").exists() and not list((tmp_path / "back").glob("history-*"))


def test_a_restore_never_overwrites_a_store_nor_enters_one_that_is_in_use(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    back_up(store, to, T)
    before = contents(store)
    assert refusal(restore, to, store) == "store.restore_exists"
    with recording(store, Hand(T + 20 * DAY)):
        assert refusal(restore, to, store) == "store.owned"
    assert contents(store) == before
    assert refusal(restore, tmp_path / "nothing", tmp_path / "back") == "store.no_backup"


def test_a_backup_folder_of_another_site_inside_the_store_or_too_small_is_refused(tmp_path, monkeypatch):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    back_up(store, to, T)
    assert refusal(back_up, store, store / "backup", T) == "store.backup_inside"
    assert refusal(back_up, store, to, T) == "store.backup_twice"
    manifest = next(to.glob("*/manifest.json"))
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"site": "mall"}), encoding="utf-8")
    assert refusal(back_up, store, to, T + DAY) == "store.backup_other"
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Free())
    assert refusal(back_up, store, tmp_path / "small", T) == "store.backup_space"


class _Free:
    free = 1000


def test_damage_in_the_store_is_named_by_its_backup(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    two_months(store)
    connection = sqlite3.connect(store / "history-2026-09.db")
    connection.execute("UPDATE block SET crc = crc + 1 WHERE id = (SELECT min(id) FROM block)")
    connection.commit()
    connection.close()
    made = back_up(store, to, T)
    assert [problem.code for problem in made.damage] == ["store.verify_block"]


def test_a_store_of_a_newer_manifest_is_refused(tmp_path):
    store, to = tmp_path / "store", tmp_path / "to"
    open_store(store, T).close()
    back_up(store, to, T)
    manifest = next(to.glob("*/manifest.json"))
    manifest.write_text(json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"format": 99}), encoding="utf-8")
    assert refusal(restore, to, tmp_path / "back") == "store.newer"


def test_backup_and_restore_from_the_command_line(tmp_path, capsys):
    store, to, back = tmp_path / "store", tmp_path / "to", tmp_path / "back"
    two_months(store)
    assert execute(console_parser(), ["--lang", "en", "backup", "--store", str(store), "--to", str(to)]) == 0
    assert "up to log entry 1" in capsys.readouterr().out
    assert execute(console_parser(), ["--lang", "en", "restore", str(to), "--store", str(back), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["damage"] == []
    assert execute(console_parser(), ["--lang", "en", "restore", str(to), "--store", str(back)]) == 1
    assert "never overwrites" in capsys.readouterr().err
    assert contents(back) == contents(store)
