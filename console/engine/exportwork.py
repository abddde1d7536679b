"""The worker process of one export: reads the store, makes the file, and hands it on through a pipe that holds it back."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from console.domain.problems import Problem
from console.engine.workers import begin

PART = 256 * 1024  # bytes


class Job(msgspec.Struct, frozen=True):
    """What is exported. ``points``: (number, id, name, unit); ``bucket`` ns, 0 every sample."""

    folder: Path
    points: tuple[tuple[int, str, str, str], ...]
    since: int
    until: int
    form: str
    bucket: int
    zone: str
    scratch: Path  # for what an xlsx needs; the collector removes it


class Part(msgspec.Struct, frozen=True):
    """What comes through the pipe."""

    data: bytes
    share: float
    rows: int
    over: bool = False
    problem: Problem | None = None


def work(job: Job, pipe: Connection) -> None:
    """The process. Writing waits where nobody reads: a slow console makes a slow export, not a large one."""
    from console.store.refusals import StoreRefused  # noqa: PLC0415 - the collector names this module and never reads

    begin()
    out = _Out(pipe)
    try:
        _write(job, out)
    except StoreRefused as refused:
        pipe.send(Part(b"", out.share, out.rows, problem=refused.problem))
    except OSError as error:  # an xlsx that finds no room for its rows
        detail = error.strerror or str(error)
        pipe.send(
            Part(b"", out.share, out.rows, problem=Problem("engine.export_disk", {"path": str(job.scratch), "detail": detail}))
        )
    finally:
        pipe.close()


def _write(job: Job, out: _Out) -> None:
    from console.store.export import Wanted, chunks  # noqa: PLC0415
    from console.store.formats import sheet  # noqa: PLC0415

    wanted = [Wanted(*point) for point in job.points]
    file = sheet(job.form, out, wanted, ZoneInfo(job.zone), buckets=bool(job.bucket), scratch=job.scratch)
    for chunk in chunks(job.folder, wanted, job.since, job.until, job.bucket):
        file.add(chunk)
        out.share, out.rows = chunk.share, out.rows + len(chunk.times)
        out.tell()
    file.close()
    out.flush(over=True)


class _Out:
    """Collects bytes into parts."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._held = bytearray()
        self.share, self.rows = 0.0, 0

    def write(self, data: bytes) -> None:
        """These, too."""
        self._held += data
        while len(self._held) >= PART:
            self._send(bytes(self._held[:PART]))
            del self._held[:PART]

    def tell(self) -> None:
        """How far it is, though there may be no bytes yet: an xlsx is put together at its end."""
        self._send(b"")

    def flush(self, *, over: bool) -> None:
        """What is left."""
        self._send(bytes(self._held), over=over)
        self._held.clear()

    def _send(self, data: bytes, *, over: bool = False) -> None:
        self._pipe.send(Part(data, self.share, self.rows, over))
