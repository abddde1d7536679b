"""Opening a store: ownership, schema number, migrations; then the image and the recorder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import DatabaseError

from console.domain.estate import Estate
from console.domain.problems import Problem
from console.store import schema
from console.store.archive import Archive
from console.store.copying import copy_database
from console.store.image import Image
from console.store.ledger import Ledger
from console.store.migrations import MAIN_STEPS, migrate
from console.store.months import MAIN
from console.store.ownership import Ownership
from console.store.pace import Pace
from console.store.readonly import reading
from console.store.recorder import Recorder
from console.store.refusals import StoreRefused, problem_of


class Store:
    """An open store. :func:`console.store.open_store` makes it; :meth:`close` when the recorder has stopped."""

    def __init__(self, folder: Path, now: int, pace: Pace) -> None:
        self.folder = folder
        self._now = now
        self._pace = pace
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreRefused(problem_of(error, folder) or Problem("store.cannot_open", {"path": str(folder)})) from error
        self._ownership = Ownership(folder)
        self._ledger: Ledger | None = None
        self._archive: Archive | None = None
        self._recorder: Recorder | None = None
        path = folder / MAIN
        try:
            self._check_writable(path)
            self._ledger = Ledger(path)
            with self._ledger.connection.begin():
                self._prepare(self._ledger.connection, path)
            self._archive = Archive(folder, self._ledger, now, pace)
        except (DatabaseError, sqlite3.Error, OSError) as error:
            self.close()
            problem = problem_of(error, path)
            if problem is None:
                raise
            raise StoreRefused(problem) from error
        except BaseException:
            self.close()
            raise

    def _check_writable(self, path: Path) -> None:
        """SQLite would find out only at the first write."""
        for file in (path, *self.folder.glob("history-*.db")):
            if file.exists():
                with file.open("r+b"):
                    pass

    def _prepare(self, connection: Connection, path: Path) -> None:
        if not inspect(connection).has_table("meta"):
            schema.main.create_all(connection)
            connection.execute(schema.meta.insert(), {"key": "schema", "value": str(schema.SCHEMA)})
            return
        found = int(connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == "schema")).scalar_one())
        if found > schema.SCHEMA:
            raise StoreRefused(Problem("store.newer", {"path": str(path), "found": found, "known": schema.SCHEMA}))
        if found < schema.SCHEMA:
            self._keep_old(path, found)
        migrate(connection, MAIN_STEPS, found, schema.SCHEMA)

    def _keep_old(self, path: Path, found: int) -> None:
        """A copy of main.db as it was before it is brought forward. (Steps of month files only add to them.)"""
        copy = path.with_name(f"{path.stem}.schema-{found}{path.suffix}")
        with reading(path) as old:
            copy_database(old, copy, lambda _bytes: None)

    def image(self) -> Image:
        """The state at the last commit, with the last value of every point. Before the recorder starts."""
        assert self._ledger is not None and self._archive is not None
        return self._ledger.image(self._archive.last.all())

    def assign_numbers(self, estate: Estate) -> Estate:
        """The estate with every point's number; new points are numbered for ever. From any thread, at any time."""
        ledger = Ledger(self.folder / MAIN)  # a connection of its own: the recorder may be writing
        try:
            return ledger.assign_numbers(estate, self._now)
        finally:
            ledger.close()

    def recorder(self, clock_now: Callable[[], int]) -> Recorder:
        """The one recorder of this store; ``clock_now`` gives UTC ns and is called from the recorder's thread."""
        assert self._ledger is not None and self._archive is not None
        assert self._recorder is None, "a store has one recorder"
        self._recorder = Recorder(self._ledger, self._archive, clock_now, self._pace)
        return self._recorder

    def close(self) -> None:
        """Close the files and give the store up. Stop the recorder first."""
        if self._archive is not None:
            self._archive.close()
        if self._ledger is not None:
            self._ledger.close()
        self._ownership.release()
