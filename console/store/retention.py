"""Removing what was kept long enough: samples by whole months, ledgers a few rows at a time. Never one huge delete.

Runs in a worker process beside the recorder. Month files that are removed are closed: nobody writes to them. The rows of main.db
go in transactions of a few milliseconds with pauses between, so that the recorder never waits for long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import msgspec

from console.domain.problems import Problem
from console.store.months import MAIN, month_files, month_span
from console.store.overview import overview_files, overview_path
from console.store.readonly import closed_month, reading
from console.store.refusals import StoreRefused, problem_of

_NONE: Mapping[str, int] = {}
_SLICE = 200  # rows in one transaction
_PAUSE_S = 0.02
_WAIT_S = 5.0  # for the recorder's transaction


class Removed(msgspec.Struct, frozen=True):
    """What went: month files, and rows of each table of main.db."""

    months: tuple[str, ...] = ()
    thinned: tuple[str, ...] = ()
    rows: dict[str, int] = {}


def remove_months(folder: Path, before: int) -> tuple[str, ...]:
    """Remove the closed months all of whose samples are older than ``before`` (UTC ns); their names."""
    removed = []
    with reading(folder / MAIN) as connection:
        ends = dict(connection.execute("SELECT file, last FROM month"))
    for path in month_files(folder):
        end = max(month_span(path.name)[1], ends.get(path.name, 0))
        if end > before or not closed_month(path):
            continue
        try:
            path.unlink()
        except OSError:
            continue  # somebody reads it (Windows): the next day will do
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        removed.append(path.name)
        _forget(overview_path(folder, path.name), path.name)
    years = {overview_path(folder, path.name) for path in month_files(folder)}
    for overview in overview_files(folder):
        if removed and overview not in years:
            overview.unlink(missing_ok=True)
    return tuple(removed)


def _forget(overview: Path, name: str) -> None:
    if overview.exists():
        _in_slices(overview, "hours", "file = ?", (name,))
        _in_slices(overview, "month", "file = ?", (name,))


def remove_ledgers(folder: Path, before: int, slower: Mapping[str, int] = _NONE) -> dict[str, int]:
    """Remove alarms, faults, orders, isolations, silences, readings and records that were over before ``before`` (UTC ns), and the
    log before it. ``slower``: kinds of records that stay longer, with their own moments.

    What is open stays however old it is, and so does the log from the oldest open record on. The hash of the last entry that
    goes is kept in ``meta``: the chain of those that stay begins there.
    """
    path = folder / MAIN
    with writing(path) as connection:  # `verify` will not miss what began before
        _note(connection, "ledgers_before", str(before))
    ended = (
        "max(raised_at, coalesce(json_extract(record, '$.returned_at'), 0), coalesce(json_extract(record, '$.acknowledged_at'), 0))"
    )
    removed = {
        table: _in_slices(path, table, f"open = 0 AND {end} < ? AND number < (SELECT max(number) FROM {table})", (before,))
        for table, end in (("alarm", ended), *((name, "ended_at") for name in ("fault", "work_order", "isolation", "silence")))
    }  # the highest number stays: none is ever given twice
    newest = "SELECT max(at) FROM manual_reading newest WHERE newest.point = manual_reading.point"
    removed["manual_reading"] = _in_slices(path, "manual_reading", f"at < ? AND at < ({newest})", (before,))
    newest = "SELECT max(number) FROM record newest WHERE newest.kind = record.kind"  # of numbered kinds: none is given twice
    over = f"open = 0 AND (number = 0 OR number < ({newest})) AND ended_at < CASE kind"
    slow = [part for kind, moment in slower.items() for part in (kind, min(moment, before))]
    cases = " WHEN ? THEN ?" * len(slower) if slower else " WHEN '' THEN 0"
    removed["record"] = _in_slices(path, "record", f"{over}{cases} ELSE ? END", (*slow, before))
    removed["log"] = _remove_log(path, before)
    return {table: count for table, count in removed.items() if count}


class Row(msgspec.Struct, frozen=True):
    """What has to be known of one kept record before it may go. ``newest``: its number must not be given again."""

    title: str
    kind: str
    equipment: str
    open: bool
    ended_at: int
    newest: bool


def look(folder: Path, table: str, key: str) -> Row:
    """The order ``key`` (its number), or the record ``key`` (``kind:id``)."""
    with reading(folder / MAIN) as connection:
        if table == "work_order":
            newest = "(SELECT max(number) FROM work_order)"
            query = f"SELECT number, open, ended_at, equipment, {newest} FROM work_order WHERE number = ?"
            found = connection.execute(query, (key,)).fetchone()
            if found is not None:
                return Row(f"WO-{found[0]:06d}", table, found[3], bool(found[1]), found[2], found[0] == found[4])
        elif table == "record":
            kind, _, name = key.partition(":")
            found = connection.execute(
                "SELECT number, open, ended_at, equipment, (SELECT max(number) FROM record WHERE kind = ?) FROM record"
                " WHERE kind = ? AND id = ?",
                (kind, kind, name),
            ).fetchone()
            if found is not None:
                return Row(key, kind, found[3], bool(found[1]), found[2], bool(found[0]) and found[0] == found[4])
    raise StoreRefused(Problem("reports.remove.unknown", {"key": key}))


def remove_one(folder: Path, table: str, key: str) -> None:
    """Remove one row that has ended. The log keeps what was ever said of it for the log's own time."""
    kind, _, name = key.partition(":")
    with writing(folder / MAIN) as connection:
        if table == "work_order":
            connection.execute("DELETE FROM work_order WHERE number = ? AND open = 0", (key,))
        else:
            connection.execute("DELETE FROM record WHERE kind = ? AND id = ? AND open = 0", (kind, name))


def _remove_log(path: Path, before: int) -> int:
    """Up to the first entry that must stay, whatever the later ones' times say: the chain has no holes."""
    with writing(path) as connection:
        opened = [
            connection.execute(f"SELECT min({began}) FROM {table} WHERE open = 1").fetchone()[0]
            for table, began in (
                ("fault", "opened_at"),
                ("work_order", "created_at"),
                ("alarm", "raised_at"),
                ("isolation", "since"),
            )
        ]
        oldest = min(before, *(at for at in opened if at is not None), before)
        end = connection.execute(
            "SELECT coalesce((SELECT min(sequence) FROM log WHERE at >= ?), (SELECT max(sequence) FROM log))", (oldest,)
        ).fetchone()[0]
        removed = 0
        while True:
            rows = connection.execute(
                "SELECT sequence, hash FROM log WHERE sequence < ? ORDER BY sequence LIMIT ?", (end, _SLICE)
            ).fetchall()
            if not rows:
                return removed
            sequence, digest = rows[-1]
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM log_subject WHERE sequence <= ?", (sequence,))
            connection.execute("DELETE FROM log WHERE sequence <= ?", (sequence,))
            _note(connection, "log_base", digest.hex())
            _note(connection, "log_removed", str(sequence))
            connection.execute("COMMIT")
            removed += len(rows)
            sleep(_PAUSE_S)


def _note(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))


def _in_slices(path: Path, table: str, where: str, values: tuple[int | str, ...]) -> int:
    """Delete the rows of ``table``, a few at a time; how many."""
    removed = 0
    with writing(path) as connection:
        while True:
            statement = f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {where} LIMIT {_SLICE})"
            connection.execute("BEGIN IMMEDIATE")
            count = connection.execute(statement, values).rowcount
            connection.execute("COMMIT")
            removed += count
            if count < _SLICE:
                return removed
            sleep(_PAUSE_S)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of this process's own to a file that the recorder may write, too; keep each transaction short."""
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=FULL")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreRefused(problem_of(error, path) or Problem("store.disk_error", {"path": str(path)})) from error
