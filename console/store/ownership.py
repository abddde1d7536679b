"""One collector per store: an exclusive lock that the operating system takes back when its holder dies, however it dies.

SQLite's own file locks do it on every system that SQLite runs on; `owner.db` is locked for as long as the store is open and
never holds any data.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from console.domain.problems import Problem
from console.store.months import OWNER
from console.store.refusals import StoreRefused, problem_of


class Ownership:
    """Held from construction until :meth:`release`. Raises :class:`StoreRefused` where somebody else holds it."""

    def __init__(self, folder: Path) -> None:
        path = folder / OWNER
        try:
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreRefused(problem_of(error, path) or Problem("store.cannot_open", {"path": str(path)})) from error
        try:
            self._connection.execute("PRAGMA journal_mode=DELETE")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            problem = problem_of(error, path)
            if problem is not None and problem.code == "store.locked":
                problem = Problem("store.owned", {"path": str(folder)})
            raise StoreRefused(problem or Problem("store.cannot_open", {"path": str(path)})) from error

    def release(self) -> None:
        """Give the store up."""
        self._connection.close()
