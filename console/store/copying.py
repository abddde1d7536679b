"""Copies of files for backups: SQLite files as they were at one moment, other files byte by byte; each with its checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from console.domain.problems import Problem
from console.store.readonly import reading
from console.store.refusals import StoreRefused, problem_of

Told = Callable[[int], None]  # bytes that were done since it was called last

_PAGES = 2048  # of 4 KiB at a time: other readers of the disk get their turn in between
_CHUNK = 4 * 1024 * 1024


def checksum(path: Path, told: Told) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
            told(len(chunk))
    return found.hexdigest()


def copy_file(source: Path, target: Path, told: Told) -> None:
    """A file that does not change any more. It is on the disk, whole, or not there at all."""
    with whole(target) as part, source.open("rb") as stream, part.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
            told(len(chunk))


def copy_database(connection: sqlite3.Connection, target: Path, told: Told) -> None:
    """What ``connection`` sees in its open transaction; whoever writes to the source meanwhile is neither seen nor delayed."""
    with whole(target) as part:
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            left = None

            def progress(_status: int, remaining: int, total: int) -> None:
                nonlocal left
                done = (total if left is None else left) - remaining
                left = remaining
                told(done * _page_size(connection))

            connection.backup(copy, pages=_PAGES, progress=progress, sleep=0.001)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        except sqlite3.Error as error:
            raise StoreRefused(problem_of(error, target) or Problem("store.disk_error", {"path": str(target)})) from error
        finally:
            copy.close()


def _page_size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA page_size").fetchone()[0])


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a name to write to; afterwards it is flushed to the disk and takes its real name. After a failure nothing is left."""
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        yield part
        with part.open("r+b") as stream:
            os.fsync(stream.fileno())
        part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreRefused(problem_of(error, target) or Problem("store.disk_error", {"path": str(target)})) from error
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def snapshots(paths: list[Path]) -> Iterator[dict[Path, sqlite3.Connection]]:
    """Views of several files, taken one after the other in this order, that stay as they are until the end."""
    with contextlib.ExitStack() as stack:
        yield {path: stack.enter_context(reading(path)) for path in paths}
