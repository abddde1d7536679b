"""Old samples thinned where a site declares it: of each minute the last one stays, with its own time, value and quality.

Only blocks of closed months are touched, one in each transaction. What is summed up (five-minute cells, hours) was made of all
samples and stays, so that wide ranges show the same lows, highs, means and consumption as before. Runs in a worker process.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import numpy as np

from console.domain.times import MINUTE
from console.store.blocks import Samples, pack_block, tidy, unpack_block
from console.store.months import MERGED, month_files, month_span
from console.store.packing import Damaged
from console.store.readonly import closed_month
from console.store.retention import writing

_PAUSE_S = 0.005
_PAGES = 256


def thin_months(folder: Path, points: frozenset[int], before: int) -> tuple[str, ...]:
    """Thin the samples of ``points`` in the closed months that end before ``before`` (UTC ns); the files that were.

    A group is thinned when all its points may be; a file that was thinned for these points is not looked at again.
    """
    done = []
    for path in month_files(folder):
        if month_span(path.name)[1] > before or not closed_month(path):
            continue
        with writing(path) as connection:
            wanted = _wanted(connection, points)
            if wanted and sum(_thin(connection, group) for group in wanted):
                _give_back(connection)
                done.append(path.name)
    return tuple(done)


def _wanted(connection: sqlite3.Connection, points: frozenset[int]) -> list[int]:
    """Groups that may be thinned and are not yet."""
    known = dict(connection.execute("SELECT key, value FROM meta WHERE key LIKE 'thinned:%'"))
    found = []
    for group, members in connection.execute("SELECT id, points FROM point_group").fetchall():
        if f"thinned:{group}" not in known and points.issuperset(np.frombuffer(members, "<i4").tolist()):
            found.append(group)
    return found


def _thin(connection: sqlite3.Connection, group: int) -> int:
    """Thin one group, block after block; how many samples' times went."""
    gone = 0
    blocks = connection.execute("SELECT id FROM block WHERE group_id = ? AND level >= ?", (group, MERGED)).fetchall()
    for (identity,) in blocks:
        body, crc = connection.execute("SELECT body, crc FROM block WHERE id = ?", (identity,)).fetchone()
        try:
            samples = unpack_block(body)
        except Damaged:
            continue  # it stays as it is, for whoever repairs it
        kept = last_of_minutes(samples)
        if zlib.crc32(body) != crc or len(kept.times) == len(samples.times):
            continue
        packed = pack_block(kept)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE block SET times = ?, first = ?, crc = ?, body = ? WHERE id = ?",
            (len(kept.times), int(kept.times[0]), zlib.crc32(packed), packed, identity),
        )
        connection.execute("COMMIT")
        gone += len(samples.times) - len(kept.times)
        sleep(_PAUSE_S)
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (f"thinned:{group}",))
    return gone


def last_of_minutes(samples: Samples) -> Samples:
    """Of each minute (UTC) the last sample."""
    samples, _ = tidy(samples)
    minutes = samples.times // MINUTE
    places = np.flatnonzero(np.append(minutes[1:] != minutes[:-1], True))
    values = [samples.values[place] for place in places.tolist()] if isinstance(samples.values, list) else samples.values[places]
    quality = None if samples.quality is None else samples.quality[places]
    return Samples(
        samples.kind, samples.times[places], samples.received[places], samples.written[places], values, quality, samples.width
    )


def _give_back(connection: sqlite3.Connection) -> None:
    for free in _free(connection):
        connection.executescript(f"PRAGMA incremental_vacuum({min(free, _PAGES)})")
        sleep(_PAUSE_S)


def _free(connection: sqlite3.Connection) -> Iterator[int]:
    """Free pages, as long as they become fewer. (A file made before schema 2 keeps them.)"""
    before = 0
    while (free := connection.execute("PRAGMA freelist_count").fetchone()[0]) and free != before:
        before = free
        yield free
