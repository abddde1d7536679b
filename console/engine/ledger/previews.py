"""Tables that are being read: each in a process of its own, whose preview waits until its desk decides."""

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
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.problems import Refused
from console.engine.ledger.work import Job, Part, work
from console.link.ledger import LedgerDraftAnswer, LedgerDraftPartAnswer, LedgerDraftPartQuery, LedgerDraftQuery
from console.link.server import Console

AT_ONCE = 2  # readings, of all desks
IDLE = 900.0  # seconds of real time that a preview waits for its person
POLL = 0.5  # seconds until a question is answered though nothing is new


@dataclass
class Preview:
    """One reading, and in the end what it showed."""

    console: int
    file: str
    process: SpawnProcess
    pipe: Connection
    scratch: Path
    share: float = 0.0
    result: LedgerDraft | None = None
    idle: asyncio.TimerHandle | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Previews:
    """Event loop only."""

    def __init__(self, folder: Path, estate: Callable[[], Estate]) -> None:
        self._folder = folder
        self._estate = estate
        self._all: dict[int, Preview] = {}
        self._last = itertools.count(1)

    async def start(self, console: Console, query: LedgerDraftQuery) -> LedgerDraftAnswer:
        """Begin to read; a desk reads one table at a time."""
        self.left(console)
        if sum(each.result is None for each in self._all.values()) >= AT_ONCE:
            raise Refused("ledger.refused.busy", most=AT_ONCE)
        scratch = Path(tempfile.mkdtemp(prefix="building-console-import-"))
        job = Job(self._folder, scratch, query.file, query.data, query.choices, self._estate())
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        number = next(self._last)
        process = context.Process(target=work, args=(job, theirs), name="ledger-reading")
        self._all[number] = Preview(console.number, query.file, process, ours, scratch)
        try:
            await asyncio.to_thread(process.start)
        except BaseException:
            self.end(number)
            raise
        finally:
            theirs.close()
        self._wait(number)
        return LedgerDraftAnswer(query.id, number)

    async def part(self, console: Console, query: LedgerDraftPartQuery) -> LedgerDraftPartAnswer:
        """How far it is; raises :class:`Refused` where the table could not be read."""
        made = self.of(console, query.draft)
        if query.stop:
            self.end(query.draft)
            return LedgerDraftPartAnswer(query.id, 0.0)
        self._wait(query.draft)
        if made.result is None:
            try:
                async with made.turn:
                    part = await asyncio.to_thread(_receive, made.pipe)
            except (EOFError, OSError) as error:
                self.end(query.draft)
                raise Refused("engine.query_broken") from error
            if part is not None and part.problem is not None:
                self.end(query.draft)
                raise Refused(part.problem.code, **part.problem.params)
            if part is not None:
                made.share, made.result = part.share, part.result
        return LedgerDraftPartAnswer(query.id, made.share, made.result)

    def of(self, console: Console, number: int) -> Preview:
        """The preview of that number; another desk's is none."""
        made = self._all.get(number)
        if made is None or made.console != console.number:
            raise Refused("ledger.refused.draft_gone")
        return made

    def left(self, console: Console) -> None:
        """A desk is gone, and so are its previews."""
        for number in [number for number, made in self._all.items() if made.console == console.number]:
            self.end(number)

    def close(self) -> None:
        """End them all."""
        for number in list(self._all):
            self.end(number)

    def end(self, number: int) -> None:
        """This one is not wanted any more."""
        made = self._all.pop(number, None)
        if made is None:
            return
        if made.idle is not None:
            made.idle.cancel()
        with contextlib.suppress(OSError, ValueError, AttributeError):  # it never began, or has ended
            made.process.kill()
        asyncio.get_running_loop().run_in_executor(None, _clear, made)

    def _wait(self, number: int) -> None:
        made = self._all[number]
        if made.idle is not None:
            made.idle.cancel()
        made.idle = asyncio.get_running_loop().call_later(IDLE, self.end, number)


def _clear(made: Preview) -> None:
    """In a thread: once the process is gone its files can go, too."""
    with contextlib.suppress(AssertionError, ValueError):  # it was never started
        made.process.join(5)
    shutil.rmtree(made.scratch, ignore_errors=True)


def _receive(pipe: Connection) -> Part | None:
    """In a thread: the newest part; ``None`` if there is none within POLL."""
    if not pipe.poll(POLL):
        return None
    part = pipe.recv()
    while not (isinstance(part, Part) and (part.result is not None or part.problem is not None)) and pipe.poll(0):
        part = pipe.recv()
    assert isinstance(part, Part)
    return part
