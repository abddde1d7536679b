"""Repair from backups: only what verification finds damaged is replaced, by the newest good copy of the very same thing.

The collector must not run: the store is owned meanwhile. What no backup has stays as it is and stays named. ``main.db`` is not
repaired piece by piece: its log and its records belong together, so it is restored whole.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from console.domain.problems import Problem
from console.store.backup import generations, read_manifest
from console.store.blocks import unpack_block
from console.store.copying import checksum, copy_file
from console.store.months import MAIN
from console.store.overview import overview_path
from console.store.ownership import Ownership
from console.store.packing import Damaged
from console.store.refusals import StoreRefused, problem_of
from console.store.restore import choose
from console.store.verifying import Verified, verify

_BLOCK = "group_id, level, times, first, last, crc, head_crc, head, body"


@dataclass(slots=True)
class Repaired:
    """``mended`` problems are gone; ``left`` is what verification still finds."""

    mended: list[Problem] = field(default_factory=list)
    left: Verified = field(default_factory=Verified)


def repair(folder: Path, source: Path) -> Repaired:
    """Mend ``folder`` from the generations of the backup folder ``source``, newest first."""
    choose(source)  # refuses where there is no backup
    done = Repaired()
    ownership = Ownership(folder)
    try:
        missing = _missing_months(folder, source)
        for problem in (*missing, *verify(folder).problems):
            name = str(problem.params.get("file", MAIN))
            if name != MAIN and any(_mend(folder, name, problem, copy) for copy in _copies(source, name)):
                done.mended.append(problem)
        done.left = verify(folder)
    finally:
        ownership.release()
    return done


def _missing_months(folder: Path, source: Path) -> list[Problem]:
    """Months that the newest backup has and the store has not."""
    manifest = read_manifest(choose(source))
    names = [kept.name for kept in manifest.files if kept.name.startswith("history-")]
    return [Problem("store.verify_file", {"file": name}) for name in names if not (folder / name).exists()]


def _copies(source: Path, name: str) -> Iterator[Path]:
    """Copies of a file that are what they were when they were made, newest first, each once."""
    seen: set[str] = set()
    for generation in reversed(generations(source) or [source]):  # one generation may be named, too
        for kept in read_manifest(generation).files:
            copy = generation.parent / kept.path
            if kept.name == name and kept.path not in seen and copy.is_file():
                seen.add(kept.path)
                if checksum(copy, lambda _bytes: None) == kept.sha256:
                    yield copy


def _mend(folder: Path, name: str, problem: Problem, copy: Path) -> bool:
    path = folder / name
    if problem.code == "store.verify_file":
        return _whole_file(path, copy)
    try:
        with _both(path, copy) as connection:
            params = problem.params
            match problem.code:
                case "store.verify_block":
                    return _block(connection, path, int(params["block"]))
                case "store.verify_journal":
                    return _journal(connection, int(params["row"]))
                case "store.verify_cells":
                    return _cells(connection, (int(params["group"]), int(params["place"]), int(params["day"])))
    except sqlite3.Error as error:
        raise StoreRefused(problem_of(error, path) or Problem("store.disk_error", {"path": str(path)})) from error
    return False


@contextmanager
def _both(path: Path, copy: Path) -> Iterator[sqlite3.Connection]:
    """The store's file for writing, and the copy beside it as ``backup``; one transaction."""
    with closing(sqlite3.connect(path, isolation_level=None, uri=True)) as connection:
        connection.execute("ATTACH DATABASE ? AS backup", (f"{copy.resolve().as_uri()}?mode=ro&immutable=1",))
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _block(connection: sqlite3.Connection, path: Path, identity: int) -> bool:
    """The same block; or, where the backup is from before it was merged, the blocks that it was merged from."""
    known = connection.execute("SELECT group_id, times, first, last, level FROM block WHERE id = ?", (identity,)).fetchone()
    if known is None:
        return False
    group, times, first, last, level = known
    same = connection.execute(
        f"SELECT {_BLOCK} FROM backup.block WHERE id = ? AND group_id = ? AND times = ? AND first = ? AND last = ?",
        (identity, group, times, first, last),
    ).fetchone()
    if same is not None and _sound(same):
        kept = same[1] if level < 0 else level
        connection.execute(
            "UPDATE block SET level = ?, crc = ?, head_crc = ?, head = ?, body = ? WHERE id = ?", (kept, *same[5:9], identity)
        )
        if kept != level:
            _open_again(connection, path)
        return True
    parts = connection.execute(
        f"SELECT {_BLOCK} FROM backup.block WHERE group_id = ? AND first >= ? AND last <= ?", (group, first, last)
    ).fetchall()
    parts = [part for part in parts if _sound(part)]
    if sum(part[2] for part in parts) != times:
        return False
    connection.execute("DELETE FROM block WHERE id = ?", (identity,))
    marks = ", ".join("?" * 9)
    connection.executemany(
        f"INSERT INTO block ({_BLOCK}) VALUES ({marks})", [(part[0], 0, *part[2:6], 0, b"", part[8]) for part in parts]
    )
    _open_again(connection, path)
    return True


def _sound(block: tuple[int, int, int, int, int, int, int, bytes, bytes]) -> bool:
    _, _, times, _, _, crc, head_crc, head, body = block
    try:
        return zlib.crc32(body) == crc and zlib.crc32(head) == head_crc and len(unpack_block(body).times) == times
    except Damaged:
        return False


def _open_again(connection: sqlite3.Connection, path: Path) -> None:
    """The recorder merges, sums up and closes the file anew."""
    connection.execute("UPDATE main.meta SET value = '0' WHERE key = 'closed'")
    overview = overview_path(path.parent, path.name)
    if overview.exists():
        with closing(sqlite3.connect(overview)) as other, other:
            other.execute("DELETE FROM month WHERE file = ?", (path.name,))


def _journal(connection: sqlite3.Connection, row: int) -> bool:
    found = connection.execute("SELECT shard, samples, first, last, crc, body FROM backup.journal WHERE id = ?", (row,)).fetchone()
    if found is None or zlib.crc32(found[5]) != found[4]:
        return False
    connection.execute(
        "UPDATE journal SET shard = ?, samples = ?, first = ?, last = ?, crc = ?, body = ? WHERE id = ?", (*found, row)
    )
    return True


def _cells(connection: sqlite3.Connection, key: tuple[int, int, int]) -> bool:
    where = "group_id = ? AND place = ? AND day = ?"
    found = connection.execute(f"SELECT points, crc, body FROM backup.cells WHERE {where}", key).fetchone()
    if found is None or zlib.crc32(found[2]) != found[1]:
        return False
    connection.execute(f"UPDATE cells SET points = ?, crc = ?, body = ? WHERE {where}", (*found, *key))
    return True


def _whole_file(path: Path, copy: Path) -> bool:
    """A file that cannot be read at all, or is gone: the copy takes its place; what was there is kept beside it."""
    if path.exists():
        number = 1
        while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
            number += 1
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    copy_file(copy, path, lambda _bytes: None)
    return True
