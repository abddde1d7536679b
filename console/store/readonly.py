"""Short read-only connections for worker processes and the command line: plain sqlite3, which costs 2 ms and 2 MB to load."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.domain.problems import Problem
from console.store.months import HISTORY_SCHEMA, MAIN, month_files, month_span
from console.store.refusals import StoreRefused, problem_of

_WAIT_S = 2.0  # for another program's lock; the recorder itself never makes a reader wait (WAL)


@contextmanager
def reading(path: Path, *, still: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection that sees one state of the file, however much is written meanwhile. Keep it short: it holds the WAL.

    ``still``: nobody writes to it (a backup): nothing is put beside it. The world's faults come out as :class:`StoreRefused`.
    """
    if not path.exists():
        raise StoreRefused(Problem("store.missing", {"path": str(path.parent)}))
    try:
        connection = _still(path) if still else _connect(path)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        problem = problem_of(error, path)
        if problem is None:
            raise
        raise StoreRefused(problem) from error


def _connect(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=_WAIT_S, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # here the transaction takes its view of the file
    except sqlite3.OperationalError:
        connection.close()
        if path.with_name(path.name + "-wal").exists():
            raise
        # A folder that nobody may write to (a copy on a DVD): without a WAL the file is complete as it is.
        connection = _still(path)
    return connection


def _still(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path.resolve().as_uri() + "?mode=ro&immutable=1", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def files_with(folder: Path, since: int, until: int) -> list[tuple[Path, int, int]]:
    """The month files that can hold source times in [since, until), newest first, with the span of each."""
    spans: dict[str, tuple[int, int]] = {}
    with reading(folder / MAIN) as connection:
        spans = {name: (first, last) for name, first, last in connection.execute("SELECT file, first, last FROM month")}
    found = []
    for path in reversed(month_files(folder)):
        first, last = spans.get(path.name, month_span(path.name))
        if first < until and last > since:
            found.append((path, first, last))
    return found


def closed_month(path: Path) -> int:
    """The ``next_row`` of a month file that is closed, 0 for any other. Cheap: a start asks this of every month there is."""
    try:
        with reading(path) as connection:
            facts = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('closed', 'next_row', 'schema')"))
    except StoreRefused:
        return 0
    return int(facts.get("next_row", 1)) if facts.get("closed") == "1" and facts.get("schema") == str(HISTORY_SCHEMA) else 0
