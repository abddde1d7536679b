"""What the world does to a store: locks, full disks, damage, wrong versions. One sentence for the person, nothing lost quietly."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from store_builders import EAGER, QUICK, T, batch, raised, recorded, recording, until

from console.domain.health import HealthState
from console.domain.times import SECOND
from console.store import Pace, StoreRefused, database, open_store, reading
from console.store.image import Commit
from console.texts import ENGLISH, LANGUAGES, sentence

HISTORY = "history-2026-09.db"


def refused(folder: Path) -> str:
    """The code with which opening is refused; its sentence must exist in both languages and name the place."""
    with pytest.raises(StoreRefused) as caught:
        open_store(folder, T).close()
    problem = caught.value.problem
    for language in LANGUAGES:
        assert str(folder) in sentence(problem, language)
    assert "{" not in sentence(problem, ENGLISH)
    return problem.code


@contextmanager
def locked(path: Path):
    """Another program that keeps the file for itself."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def small_disk(folder: Path, megabytes: int):
    """A disk of its own, where this user may make one (root on Linux)."""
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("this system does not let us mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


# --- opening


def test_a_second_collector_on_the_same_folder_is_refused(tmp_path):
    with recording(tmp_path):
        assert refused(tmp_path) == "store.owned"
        program = "import sys; from pathlib import Path; from console.store import open_store; open_store(Path(sys.argv[1]), 1)"
        other = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=Path(__file__).parents[3],
            timeout=60,
        )
        assert "store.owned" in other.stderr
    open_store(tmp_path, T).close()  # and afterwards it is free again


@pytest.mark.parametrize("name", ["main.db", HISTORY])
def test_a_store_of_a_newer_program_is_refused_and_left_alone(tmp_path, name):
    open_store(tmp_path, T).close()
    connection = sqlite3.connect(tmp_path / name)
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    before = (tmp_path / name).read_bytes()
    assert refused(tmp_path) == "store.newer"
    assert (tmp_path / name).read_bytes() == before


def test_a_damaged_main_file_is_refused(tmp_path):
    open_store(tmp_path, T).close()
    (tmp_path / "main.db").write_bytes(b"this is no database" * 1000)
    assert refused(tmp_path) == "store.damaged"


def test_a_main_file_that_another_program_keeps_locked_is_refused(tmp_path):
    open_store(tmp_path, T).close()
    with locked(tmp_path / "main.db"):
        assert refused(tmp_path) == "store.locked"


def test_a_read_only_folder_is_refused(tmp_path):
    with small_disk(tmp_path / "disk", 32) as disk:
        open_store(disk, T).close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert refused(disk) == "store.read_only"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to read-only files")
def test_a_read_only_file_is_refused(tmp_path):
    open_store(tmp_path, T).close()
    (tmp_path / "main.db").chmod(0o444)
    assert refused(tmp_path) == "store.read_only"


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert refused(tmp_path / "file" / "store") == "store.disk_error"


def test_a_full_disk_is_refused_at_opening(tmp_path):
    with small_disk(tmp_path / "disk", 1) as disk:
        (disk / "ballast").write_bytes(bytes(1_040_000))
        assert refused(disk) == "store.disk_full"


def test_reading_where_there_is_no_store_says_so(tmp_path):
    with pytest.raises(StoreRefused) as caught:
        reading.alarms(tmp_path)
    assert caught.value.problem.code == "store.missing"


# --- while it runs


def test_commits_wait_for_a_locked_file_and_nothing_is_lost(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.commit(Commit((raised(1),))).result(10)
        with locked(tmp_path / "main.db"):
            waiting = [recorder.commit(Commit((raised(number),))) for number in (2, 3, 4)]
            until(lambda: recorder.health().counters["retries"] > 0)
            health = recorder.health()
            assert health.state is HealthState.DEGRADED
            assert health.problem is not None and health.problem.code == "store.locked"
            with pytest.raises(NotYet):
                waiting[0].result(0.01)
            recorder.put(batch([1], [1.0], T))
            recorded(recorder, 1)  # samples go on meanwhile
        for future in waiting:
            future.result(20)
        until(lambda: recorder.health().state is HealthState.OK)
    assert [each.sequence for each in reading.log(tmp_path)] == [4, 3, 2, 1]


def test_samples_wait_for_a_locked_history_while_events_go_on(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], [0.0], T))
        recorded(recorder, 1)
        with locked(tmp_path / HISTORY):
            for second in range(1, 100):
                recorder.put(batch([1], [second], T + second * SECOND))
            until(lambda: recorder.health().counters["retries"] > 0)
            recorder.commit(Commit((raised(1),))).result(10)
            assert recorder.health().state is HealthState.DEGRADED
        recorded(recorder, 100)
        until(lambda: recorder.health().state is HealthState.OK)
        assert recorder.health().counters["shed"] == 0
    assert reading.raw(tmp_path, [1], T, 0)[0].values.tolist() == list(range(100))


def test_a_full_queue_sheds_samples_counts_them_and_says_so(tmp_path):
    pace = Pace(flush_s=0.02, queue=50)
    with recording(tmp_path, pace=pace) as (_, recorder):
        recorder.put(batch([1], [0.0], T))
        recorded(recorder, 1)
        with locked(tmp_path / HISTORY):
            recorder.put(batch([1], [1.0], T + 1))
            until(lambda: recorder.health().counters["retries"] > 0)
            for number in range(200):
                recorder.put(batch([1], [2.0], T + 2 + number))
            health = recorder.health()
            assert health.counters["shed"] == 150 and health.state is HealthState.DOWN
            assert health.problem is not None
            recorder.commit(Commit((raised(1),))).result(10)
        recorded(recorder, 52)
    assert len(reading.raw(tmp_path, [1], T, 0)[0].times) == 52


def test_a_full_disk_keeps_events_in_the_reserve_and_recovers_by_itself(tmp_path):
    with small_disk(tmp_path / "disk", 40) as disk, recording(disk, pace=QUICK) as (_, recorder):
        recorder.put(batch([1], [0.0], T))
        recorded(recorder, 1)
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            left = shutil.disk_usage(disk).free
            file.write(bytes(left - 256 * 1024))
        noise = np.random.default_rng(1)
        second = 0

        def down() -> bool:
            nonlocal second
            for _ in range(20):
                second += 1
                recorder.put(batch(range(1, 201), noise.normal(size=200), T + second * SECOND))
            return recorder.health().state is HealthState.DOWN

        until(down)
        problem = recorder.health().problem
        assert problem is not None and problem.code == "store.disk_full"
        for number in range(1, 300):
            recorder.commit(Commit((raised(number),))).result(20)
        ballast.unlink()
        until(lambda: recorder.health().state is HealthState.OK, 30)
        count = recorder.health().counters["recorded"]
        recorder.put(batch([1], [77.0], T + 10**6 * SECOND))
        until(lambda: recorder.health().counters["recorded"] > count and recorder.health().figures["queue"] == 0)
        assert reading.raw(disk, [1], T, 0)[0].values[-1] == 77.0
        assert len(reading.alarms(disk)) == 299
        assert (disk / "reserve.bin").exists()
        assert reading.verify(disk).problems == []


def test_a_reader_that_never_ends_is_named_once_its_log_grows_and_forgotten_when_it_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "WAL_HELD", 24_000_000)
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], [0.0], T))
        recorded(recorder, 1)
        reader = sqlite3.connect(tmp_path / HISTORY, isolation_level=None)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM journal").fetchone() == (1,)
        noise, second = np.random.default_rng(1), 0

        def named() -> bool:
            nonlocal second
            second += 1
            recorder.put(batch(range(1, 5001), noise.normal(size=5000), T + second * SECOND))
            return recorder.health().problem is not None

        until(named)
        problem = recorder.health().problem
        assert problem is not None and problem.code == "store.reader_holds" and HISTORY in sentence(problem)
        assert recorder.health().state is HealthState.DEGRADED
        assert reader.execute("SELECT count(*) FROM journal").fetchone() == (1,)  # it sees what it saw
        reader.close()

        def quiet() -> bool:
            named()
            return recorder.health().state is HealthState.OK

        until(quiet)


def test_ending_while_the_file_is_locked_tells_who_waits(tmp_path):
    store = open_store(tmp_path, T, QUICK)
    recorder = store.recorder(lambda: T)
    recorder.start()
    until(lambda: recorder.health().state is HealthState.OK)
    with locked(tmp_path / "main.db"):
        future = recorder.commit(Commit((raised(1),)))
        recorder.stop()
        with pytest.raises(StoreRefused):
            future.result(0)
    store.close()
    store = open_store(tmp_path, T)
    assert not store.image().stopped_in_order
    store.close()


# --- damage


def make_history(folder: Path) -> None:
    with recording(folder, pace=EAGER) as (_, recorder):
        for second in range(200):
            recorder.put(batch([1, 2], [second, -second], T + second * SECOND))
            recorder.put(batch([3], [second], T + second * SECOND))
        until(lambda: recorder.health().counters["sealed"] >= 600)


def test_a_damaged_block_costs_that_block_only_and_is_named(tmp_path):
    make_history(tmp_path)
    connection = sqlite3.connect(tmp_path / HISTORY)
    identity, body = connection.execute(
        "SELECT b.id, b.body FROM block b JOIN member m ON m.group_id = b.group_id WHERE m.point = 1 ORDER BY b.id LIMIT 1"
    ).fetchone()
    connection.execute("UPDATE block SET body = ? WHERE id = ?", (body[:-1] + bytes([body[-1] ^ 1]), identity))
    connection.commit()
    connection.close()
    verified = reading.verify(tmp_path)
    assert [(problem.code, problem.params["block"]) for problem in verified.problems] == [("store.verify_block", identity)]
    assert HISTORY in verified.damage[0] and str(identity) in verified.damage[0]
    one, three = reading.raw(tmp_path, [1, 3], T, 0)
    assert one.damaged == 1 and len(three.times) == 200


def test_a_damaged_journal_row_is_put_aside_and_sealing_goes_on(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for second in range(200):
            recorder.put(batch([1], [second], T + second * SECOND))
            if second % 50 == 49:
                recorded(recorder, second + 1)
    connection = sqlite3.connect(tmp_path / HISTORY)
    (row,) = connection.execute("SELECT min(id) FROM journal").fetchone()
    connection.execute("UPDATE journal SET body = x'00' WHERE id = ?", (row,))
    connection.commit()
    connection.close()
    with recording(tmp_path, pace=EAGER) as (_, recorder):
        until(lambda: recorder.health().counters["sealed"] > 0)
        health = recorder.health()
        assert health.counters["damaged"] == 1 and health.state is HealthState.DEGRADED
        assert health.problem is not None and HISTORY in sentence(health.problem)
    assert [problem.code for problem in reading.verify(tmp_path).problems] == ["store.verify_journal"]


def test_a_history_file_that_cannot_be_opened_is_set_aside(tmp_path):
    make_history(tmp_path)
    (tmp_path / HISTORY).write_bytes(b"garbage" * 10_000)
    with recording(tmp_path) as (_, recorder):
        recorder.put(batch([1], [5.0], T))
        recorded(recorder, 1)
        assert recorder.health().state is HealthState.DEGRADED
        assert reading.raw(tmp_path, [1], T, 0)[0].values.tolist() == [5.0]
    assert (tmp_path / "history-2026-09.damaged-1.db").read_bytes().startswith(b"garbage")


def test_every_problem_of_the_store_has_its_sentence_in_both_languages():
    words = {f"store.{code}" for code in ("owned", "locked", "newer", "read_only", "damaged", "history_damaged", "disk_full")}
    words |= {f"store.{code}" for code in ("disk_error", "cannot_open", "shedding", "recorder_dead", "missing")}
    words |= {f"store.{code}" for code in ("no_backup", "backup_inside", "backup_other", "backup_twice", "backup_space")}
    words |= {f"store.{code}" for code in ("backup_wrong", "restore_exists", "ship_wrong", "reader_holds")}
    words |= {f"store.verify_{code}" for code in ("log", "state", "journal", "block", "cells", "file")}
    from console.texts import catalogue  # noqa: PLC0415

    mine = {key: pair for key, pair in catalogue().items() if key.startswith("store.")}
    assert words <= set(mine)
    assert all(chinese and english and chinese != english for chinese, english in mine.values())
