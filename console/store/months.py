"""History lies in one file per UTC month, by the time of recording (a late sample goes into the file of its arrival)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.domain.times import SECOND

MAIN = "main.db"
OWNER = "owner.db"
HISTORY_SCHEMA = 2  # of the month files
OVERVIEW_SCHEMA = 1  # of the overview files
SEALED, MERGED, ROLLED = 0, 2, 3  # levels of a block: sealed from the journal; merged, with cells; and these are in a day sheet
DAMAGED = -1  # could not be merged: it stays for `verify`, and for whoever repairs it
# (1 is left out: SQLite keeps 0 and 1 in no byte at all, and a row that keeps its length is changed in place)
MONTH_ROW = -1  # in place of the day
SHEET = 16  # points in one day sheet
_NAME = re.compile(r"history-(\d{4})-(\d{2})\.db")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def month_name(now: int) -> str:
    """The history file for recording at ``now`` (UTC ns)."""
    at = _EPOCH + timedelta(seconds=now // SECOND)
    return f"history-{at:%Y-%m}.db"


def month_files(folder: Path) -> list[Path]:
    """All history files, oldest month first."""
    return sorted(path for path in folder.glob("history-*.db") if _NAME.fullmatch(path.name))


def month_span(name: str) -> tuple[int, int]:
    """The month of file ``name`` as [start, end) in UTC ns."""
    found = _NAME.fullmatch(name)
    assert found is not None, name
    year, month = int(found[1]), int(found[2])
    start = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return int((start - _EPOCH).total_seconds()) * SECOND, int((end - _EPOCH).total_seconds()) * SECOND
