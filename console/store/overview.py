"""The overview: hours of every point of the closed months of a year, in one file, so that five years open five files.

It holds nothing that is not in the month files and can be thrown away: closed months are then folded again.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from console.domain.problems import Problem
from console.store import schema
from console.store.database import engine_for
from console.store.months import OVERVIEW_SCHEMA
from console.store.refusals import StoreRefused


def overview_path(folder: Path, month_file: str) -> Path:
    """The overview that the hours of a month file lie in."""
    return folder / f"overview-{month_file.removeprefix('history-')[:4]}.db"


def overview_files(folder: Path) -> list[Path]:
    """All of them."""
    return sorted(folder.glob("overview-????.db"))


class Overview:
    """One overview file, open for writing. The recorder's thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = engine_for(path, "NORMAL")
        self._connection: Connection = self._engine.connect()
        self._rows: list[dict[str, object]] = []
        try:
            with self._connection.begin():
                schema.overview.create_all(self._connection, checkfirst=True)
                table = schema.overview_meta
                found = self._connection.execute(select(table.c.value).where(table.c.key == "schema")).scalar()
                if found is None:
                    self._connection.execute(table.insert(), {"key": "schema", "value": str(OVERVIEW_SCHEMA)})
                elif int(found) > OVERVIEW_SCHEMA:
                    facts: dict[str, str | int | float] = {"path": str(path), "found": int(found), "known": OVERVIEW_SCHEMA}
                    raise StoreRefused(Problem("store.newer", facts))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        self._engine.dispose()

    def put(self, point: int, file: str, group: int, body: bytes) -> None:
        """Hours of a point, written at the next commit."""
        self._rows.append({"point": point, "file": file, "group_id": group, "crc": zlib.crc32(body), "body": body})

    def commit(self) -> None:
        """Write what was put."""
        if not self._rows:
            return
        statement = insert(schema.hours)
        changed = {name: statement.excluded[name] for name in ("crc", "body")}
        with self._connection.begin():
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["point", "file", "group_id"], set_=changed), self._rows
            )
        self._rows = []

    def complete(self, file: str, first: int, last: int) -> None:
        """All hours of ``file`` are here: readers need not open it for them."""
        table = schema.overview_month
        with self._connection.begin():
            self._connection.execute(delete(table).where(table.c.file == file))
            self._connection.execute(table.insert(), {"file": file, "first": first, "last": last})

    def reopen(self, file: str) -> None:
        """``file`` is written to again: its hours here are not complete any more."""
        with self._connection.begin():
            self._connection.execute(delete(schema.overview_month).where(schema.overview_month.c.file == file))

    def has(self, file: str) -> bool:
        """True while all hours of ``file`` are here."""
        with self._connection.begin():
            table = schema.overview_month
            return self._connection.execute(select(table.c.file).where(table.c.file == file)).first() is not None
