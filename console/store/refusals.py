"""The world's faults of a store (locked, full, read-only, damaged …) apart from our own bugs."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from console.domain.problems import Problem


class StoreRefused(Exception):  # noqa: N818 - an answer to the person who starts the program
    """The store cannot be opened; ``problem`` says why, where, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code} {problem.params}")
        self.problem = problem

    def __reduce__(self) -> tuple[type[StoreRefused], tuple[Problem]]:
        """Whole through a worker's pipe: an exception that cannot be read back breaks the pool."""
        return type(self), (self.problem,)


# SQLite's primary result codes (sqlite.org/rescode.html), which are the low byte of the extended ones.
_CODES = {
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_FULL: "store.disk_full",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_PERM: "store.read_only",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_NOTADB: "store.damaged",
    sqlite3.SQLITE_CANTOPEN: "store.cannot_open",
    sqlite3.SQLITE_IOERR: "store.disk_error",
}


def problem_of(error: BaseException, path: Path) -> Problem | None:
    """The problem that ``error`` is, or ``None`` where it is none of the world's faults: then it is our bug.

    Takes sqlite3's errors, SQLAlchemy's around them (their ``orig``), and the operating system's.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        key = _CODES.get(code & 0xFF) if code is not None else None
        return Problem(key, {"path": str(path)}) if key else None
    if isinstance(cause, OSError):
        if cause.errno in {errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC}:
            return Problem("store.disk_full", {"path": str(path)})
        if cause.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return Problem("store.read_only", {"path": str(path)})
        return Problem("store.disk_error", {"path": str(path)})
    return None
