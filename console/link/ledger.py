"""The messages about the ledger's files, imports and papers. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.pointlists import Choices


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    pass


class KeptFileQuery(_Message, frozen=True):
    """At most 4 MB of a kept file from ``offset`` on."""

    id: int
    sha: str
    offset: int = 0


class LedgerDraftQuery(_Message, frozen=True):
    """Begin to read a table (the bytes of a file called ``file``). Nothing is changed."""

    id: int
    file: str
    data: bytes
    choices: Choices = Choices()


class LedgerDraftPartQuery(_Message, frozen=True):
    """How far the reading is; answered at its end, or after half a second. ``stop`` gives it up."""

    id: int
    draft: int
    stop: bool = False


class LedgerPaperQuery(_Message, frozen=True):
    """A paper of the ledger as a file. ``paper``: ``ledger`` (what an import takes), ``maintenance`` (设备维护台账) or ``labels``;
    ``form``: xlsx, csv or pdf; ``label`` is the size of labels; ``cards`` empty: all of them."""

    id: int
    paper: str
    form: str
    language: str
    cards: tuple[str, ...] = ()
    label: str = ""
    skip: int = 0  # labels of the first sheet that are used up


class KeptFileAnswer(_Message, frozen=True):
    id: int
    data: bytes
    size: int


class LedgerDraftAnswer(_Message, frozen=True):
    id: int
    draft: int


class LedgerDraftPartAnswer(_Message, frozen=True):
    """``share`` 0 to 1; ``result`` with the last one."""

    id: int
    share: float
    result: LedgerDraft | None = None


class LedgerPaperAnswer(_Message, frozen=True):
    id: int
    name: str
    data: bytes


LedgerQuery = KeptFileQuery | LedgerDraftQuery | LedgerDraftPartQuery | LedgerPaperQuery
LedgerAnswer = KeptFileAnswer | LedgerDraftAnswer | LedgerDraftPartAnswer | LedgerPaperAnswer
