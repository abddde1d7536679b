"""What the desk and the queries hand on to the ledger: one door for files, imports and papers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.records import Record
from console.domain.problems import Refused
from console.engine.files import Files
from console.link.ledger import KeptFileAnswer, KeptFileQuery, LedgerAnswer
from console.link.server import Console


class LedgerDesk:
    """Event loop only."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def answer(self, query: KeptFileQuery) -> LedgerAnswer:
        """The answer; raises :class:`~console.domain.problems.Refused`."""
        return KeptFileAnswer(query.id, *await asyncio.to_thread(self._files.read, query.sha, query.offset))

    async def carry_out(self, actor: Account, command: StoreFile, station: str) -> int:
        """Keep a file: whoever works here may."""
        require(actor, Right.KEEP_LEDGER if actor.may(Right.KEEP_LEDGER) else Right.WORK_ORDER)
        await asyncio.to_thread(self._files.put, command, station)
        return 0

    def refuse_unknown(self, records: Iterable[Record]) -> None:
        """Records may only name files that are here."""
        self._files.refuse_unknown(records)

    def refuse_unsent(self, sha: str) -> None:
        """The same for one file that an order names."""
        if not self._files.has(sha):
            raise Refused("ledger.file.unknown")

    def left(self, console: Console) -> None:
        """A desk is gone: what it has not finished is thrown away."""
        self._files.forget(console.station)
