"""What an import of the ledger says before anything is changed: which column is what, each row's verdict, each cell's mistake."""

from __future__ import annotations

import enum

import msgspec

from console.domain.pointlists import Remark, SheetView


class Verdict(enum.StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


class DraftRow(msgspec.Struct, frozen=True, array_like=True):
    """One row (1-based, of ``sheet`` counted from 0), and what would become of it: ``fields`` are those that change."""

    sheet: int
    row: int
    verdict: Verdict
    code: str
    name: str
    fields: tuple[str, ...] = ()


class LedgerDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole preview. ``remarks`` beyond those listed are counted by ``more``; ``mistakes`` counts the grave ones."""

    sheets: tuple[SheetView, ...]
    remarks: tuple[Remark, ...] = ()
    more: int = 0
    mistakes: int = 0
    rows: tuple[DraftRow, ...] = ()
    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
