"""The messages about reports, ledgers and other papers that the collector makes. Part of :mod:`console.link.messages`."""

from __future__ import annotations

import msgspec

from console.domain.documents import Document

FORMS = ("", "pdf", "xlsx", "csv")


class PaperQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """A paper: ``what`` is one of :data:`console.domain.maintenance.reports.PAPERS` for the months from ``year``-``month`` on, or
    ``order`` (the sheet to print of order ``number``) or ``package`` (its archive package, a zip).

    ``form`` empty: the document itself, to be shown; else the file as bytes. ``unit``: of ``energy``, the counters' unit.
    """

    id: int
    what: str
    year: int = 0
    month: int = 1
    months: int = 1
    number: int = 0
    unit: str = ""
    form: str = ""
    language: str = "zh_CN"


class PaperPartQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """More bytes of a paper that is larger than one message: from ``offset`` on."""

    id: int
    job: int
    offset: int


class PaperAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """The document, or the first ``data`` of a file of ``size`` bytes and a name for it; the rest is asked for by its ``job``."""

    id: int
    document: Document | None = None
    name: str = ""
    data: bytes = b""
    size: int = 0
    job: int = 0


PaperQueries = PaperQuery | PaperPartQuery
PaperAnswers = PaperAnswer
