"""What the desk and the queries hand on to the ledger: one door for files, imports and papers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from console.domain.accounts import Account, Right
from console.domain.acts import require
from console.domain.estate import Estate
from console.domain.maintenance.cards_batches import ImportLedger, UndoLedgerImport
from console.domain.maintenance.files import StoreFile
from console.domain.problems import Refused
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import By, Decisions
from console.engine.files import Files
from console.engine.ledger.expiring import Expiring
from console.engine.ledger.papers import Wanted, make
from console.engine.ledger.previews import Previews
from console.engine.ledger.writing import Ledgering
from console.engine.system import SystemAlarms
from console.engine.workers import Workers
from console.link.ledger import (
    KeptFileAnswer,
    KeptFileQuery,
    LedgerAnswer,
    LedgerDraftPartQuery,
    LedgerDraftQuery,
    LedgerPaperAnswer,
    LedgerPaperQuery,
    LedgerQuery,
)
from console.link.server import Console

PAPER_SECONDS = 60.0  # for a paper of 50,000 cards
LedgerCommand = StoreFile | ImportLedger | UndoLedgerImport


class LedgerDesk:
    """Event loop only."""

    def __init__(
        self,
        folder: Path,
        *,
        decisions: Decisions,
        workers: Workers,
        clock: EngineClock,
        estate: Callable[[], Estate],
        states: Callable[[], dict[str, str]],
        deadlines: Deadlines,
        system: SystemAlarms,
    ) -> None:
        self._folder = folder
        self._workers = workers
        self._world = decisions.world
        self._clock = clock
        self._whole_estate = estate
        self._states = states
        self._files = Files(folder)
        self._previews = Previews(folder, self._estate)
        self._writing = Ledgering(folder, decisions, workers, clock)
        self._expiring = Expiring(decisions, deadlines, system, clock)

    def _estate(self) -> Estate:
        """Places and equipment: what a worker needs to know."""
        estate = self._whole_estate()
        return Estate(estate.site, locations=estate.locations, equipment=estate.equipment)

    async def answer(self, console: Console, query: LedgerQuery) -> LedgerAnswer:
        """The answer; raises :class:`~console.domain.problems.Refused`."""
        match query:
            case KeptFileQuery():
                return KeptFileAnswer(query.id, *await asyncio.to_thread(self._files.read, query.sha, query.offset))
            case LedgerDraftQuery():
                return await self._previews.start(console, query)
            case LedgerDraftPartQuery():
                return await self._previews.part(console, query)
            case LedgerPaperQuery():
                return await self._paper(console, query)

    async def _paper(self, console: Console, query: LedgerPaperQuery) -> LedgerPaperAnswer:
        name, data = await self._workers.run_within(
            PAPER_SECONDS,
            make,
            Wanted(
                self._folder, query.paper, query.form, query.language, query.cards, query.label, query.skip,
                self._estate(), self._states(), self._clock.now(), self._world.display(console.account),
            ),
        )  # fmt: skip
        return LedgerPaperAnswer(query.id, name, data)

    async def carry_out(self, console: Console, actor: Account, command: LedgerCommand, by: By) -> int:
        """Keep a file (whoever works here may), write an import, or take one back."""
        match command:
            case StoreFile():
                require(actor, Right.KEEP_LEDGER if actor.may(Right.KEEP_LEDGER) else Right.WORK_ORDER)
                await asyncio.to_thread(self._files.put, command, by.station)
                return 0
            case ImportLedger():
                made = self._previews.of(console, command.draft)
                if made.result is None:
                    raise Refused("ledger.refused.draft_gone")
                number = await self._writing.write(actor, command, by, file=made.file, draft=made.result, scratch=made.scratch)
                self._previews.end(command.draft)
                return number
            case UndoLedgerImport():
                return await self._writing.undo(actor, command, by)

    def start(self) -> None:
        """Go on with an import that a collector before us began."""
        self._writing.start()
        self._expiring.start()

    async def close(self) -> None:
        """End what is being read; an import goes on at the next start."""
        self._previews.close()
        await self._expiring.close()
        await self._writing.close()

    def refuse_unsent(self, command: object) -> None:
        """A command may only name files that are here."""
        self._files.refuse_unsent(command)

    def left(self, console: Console) -> None:
        """A desk is gone: what it has not finished is thrown away."""
        self._files.forget(console.station)
        self._previews.left(console)
