"""Exports: each in a worker process of its own, which the console that asked for it draws its file from."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from console.domain.estate import Estate
from console.domain.problems import Refused
from console.domain.text import Text
from console.domain.times import SECOND
from console.engine.exportwork import Job, Part, work
from console.link.exports import ExportAnswer, ExportPartAnswer, ExportPartQuery, ExportQuery
from console.link.server import Console

FORMS = ("csv", "json", "xlsx", "parquet")
AT_ONCE = 2  # exports, of all desks
MOST_POINTS = 1_000
IDLE = 60.0  # seconds of real time that a job waits for its console
POLL = 0.5  # seconds until a part without data is answered, so that its progress is seen


@dataclass
class _Export:
    """One job."""

    console: int
    process: SpawnProcess
    pipe: Connection
    scratch: Path
    share: float = 0.0  # what was last heard of it
    rows: int = 0
    idle: asyncio.TimerHandle | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Exports:
    """See the module. Event loop only."""

    def __init__(self, folder: Path, estate: Callable[[], Estate]) -> None:
        self._folder = folder
        self._estate = estate
        self._jobs: dict[int, _Export] = {}
        self._last = itertools.count(1)

    async def start(self, console: Console, query: ExportQuery) -> ExportAnswer:
        """Begin; raises :class:`Refused`."""
        job = self._job(query)
        if len(self._jobs) >= AT_ONCE:
            raise Refused("engine.export_busy", most=AT_ONCE)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        number = next(self._last)
        made = _Export(console.number, context.Process(target=work, args=(job, theirs), name="export"), ours, job.scratch)
        self._jobs[number] = made
        try:
            await asyncio.to_thread(made.process.start)
        except BaseException:
            self._end(number)
            raise
        finally:
            theirs.close()
        self._wait(number)
        return ExportAnswer(query.id, number)

    def _job(self, query: ExportQuery) -> Job:
        if query.form not in FORMS:
            raise Refused("engine.export_form", form=query.form, forms=", ".join(FORMS))
        if query.until <= query.since or 0 < query.bucket < SECOND or not query.points:
            raise Refused("engine.empty_range")
        if len(query.points) > MOST_POINTS:
            raise Refused("engine.too_many_points", count=len(query.points), most=MOST_POINTS)
        estate = self._estate()
        known = {point.number: point for point in estate.points}
        wanted = tuple(dict.fromkeys(number for number in query.points if number in known))

        def words(text: Text) -> str:
            return text.get(query.language)

        points = tuple((number, known[number].id, words(known[number].name), known[number].unit) for number in wanted)
        scratch = Path(tempfile.mkdtemp(prefix="building-console-export-"))
        return Job(self._folder, points, query.since, query.until, query.form, query.bucket, estate.site.timezone, scratch)

    async def part(self, console: Console, query: ExportPartQuery) -> ExportPartAnswer:
        """The next bytes; raises :class:`Refused` where the job failed, was given up, or is another desk's."""
        job = self._jobs.get(query.job)
        if job is None or job.console != console.number:
            raise Refused("engine.export_gone")
        if query.stop:
            self._end(query.job)
            return ExportPartAnswer(query.id, b"", 0.0, 0, over=True)
        self._busy(job)
        try:
            async with job.turn:
                part = await asyncio.to_thread(_receive, job.pipe)
        except (EOFError, OSError) as error:
            self._end(query.job)
            raise Refused("engine.query_broken") from error
        if query.job not in self._jobs:
            raise Refused("engine.export_gone")
        if part is None:
            part = Part(b"", job.share, job.rows)
        job.share, job.rows = part.share, part.rows
        if part.over or part.problem is not None:
            self._end(query.job)
        else:
            self._wait(query.job)
        if part.problem is not None:
            raise Refused(part.problem.code, **part.problem.params)
        return ExportPartAnswer(query.id, part.data, part.share, part.rows, part.over)

    def left(self, console: Console) -> None:
        """A desk is gone, and so is what it was waiting for."""
        for number in [number for number, job in self._jobs.items() if job.console == console.number]:
            self._end(number)

    def close(self) -> None:
        """End them all."""
        for number in list(self._jobs):
            self._end(number)

    def _busy(self, job: _Export) -> None:
        if job.idle is not None:
            job.idle.cancel()
            job.idle = None

    def _wait(self, number: int) -> None:
        job = self._jobs[number]
        self._busy(job)
        job.idle = asyncio.get_running_loop().call_later(IDLE, self._end, number)

    def _end(self, number: int) -> None:
        job = self._jobs.pop(number, None)
        if job is None:
            return
        self._busy(job)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # it never began, or has ended
            job.process.kill()
        asyncio.get_running_loop().run_in_executor(None, _clear, job)


def _clear(job: _Export) -> None:
    """In a thread: once the process is gone its files can go, too."""
    with contextlib.suppress(AssertionError, ValueError):  # it was never started
        job.process.join(5)
    shutil.rmtree(job.scratch, ignore_errors=True)


def _receive(pipe: Connection) -> Part | None:
    """In a thread: the next part; ``None`` if there is none within POLL."""
    if not pipe.poll(POLL):
        return None
    part = pipe.recv()
    assert isinstance(part, Part)
    return part
