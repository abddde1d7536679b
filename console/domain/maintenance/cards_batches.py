"""Imports of the ledger: each is one batch that is written whole or taken back whole, however often the collector dies in between.

The cards of a batch lie in a file of the store before the first of them is written; the batch's own record says how far the
writing has come, in the same transaction as the cards of that step. Who starts again goes on from there.
"""

from __future__ import annotations

import enum

from console.domain.asking import CommandBase
from console.domain.maintenance.records import Record


class BatchState(enum.StrEnum):
    """Where an import stands."""

    WRITING = "writing"
    WRITTEN = "written"
    UNDOING = "undoing"
    UNDONE = "undone"


class LedgerBatch(Record, frozen=True, omit_defaults=True, kw_only=True, tag="ledger_batch"):
    """One import: ``count`` cards from ``file``, of which ``new`` are new; ``done`` of them are written (while undoing: taken
    back). ``sha`` names the file in the store that holds them; ``first`` is the number of its first new card."""

    file: str
    sha: str
    count: int
    new: int = 0
    first: int = 0
    done: int = 0
    state: BatchState = BatchState.WRITING
    by: str = ""
    reason: str = ""

    @property
    def busy(self) -> bool:
        """Cards of it are being written or taken back."""
        return self.state in (BatchState.WRITING, BatchState.UNDOING)


class ImportLedger(CommandBase, frozen=True):
    """Write what the preview ``draft`` showed. ``leave_out``: without the rows that have mistakes; else none may have any."""

    draft: int
    reason: str
    leave_out: bool = False


class UndoLedgerImport(CommandBase, frozen=True):
    """Take an import back: cards that it changed become what they were, new ones end. Refused once something newer hangs on one."""

    batch: str
    reason: str
