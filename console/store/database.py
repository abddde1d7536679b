"""Connections: how the store's files are opened for writing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from console.domain.problems import Problem

WAL_HELD = 256_000_000  # bytes; a write-ahead log beyond it cannot be folded back: somebody reads and does not end
BUSY_S = 0.25  # how long a statement waits for another program's lock before the recorder takes over with its own retries


def engine_for(path: Path, synchronous: str, busy_s: float = BUSY_S) -> Engine:
    """An engine whose every transaction begins as a write (BEGIN IMMEDIATE); connections may move between threads.

    ``synchronous``: FULL (a commit is on the disk when it returns) or NORMAL (it survives a crash of the program, and a power
    cut from the next checkpoint on).
    """
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"timeout": busy_s, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        if not connection.execute("PRAGMA page_count").fetchone()[0]:  # a new file: free pages can be given back in small steps
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=16777216")  # a WAL that grew during a long read shrinks again

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def set_synchronous(connection: Connection, synchronous: str) -> None:
    """Change how the next transaction is committed. Past SQLAlchemy, which would begin a transaction for the statement."""
    plain = connection.connection.dbapi_connection
    assert plain is not None
    plain.cursor().execute(f"PRAGMA synchronous={synchronous}")


def wal_size(path: Path) -> int:
    """The size of a file's write-ahead log, bytes."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        return 0


def wal_held(*paths: Path) -> Problem | None:
    """Names the first of the files whose write-ahead log grows and grows."""
    for path in paths:
        size = wal_size(path)
        if size > WAL_HELD:
            return Problem("store.reader_holds", {"path": str(path), "mb": round(size / 1e6)})
    return None
