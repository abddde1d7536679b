"""How long records are kept, what kind of archive they are, and when the archive is to be looked through. Pure.

Nothing is removed before max(5 years, statute, contract): R-AR-01 asks for five years of electronic archives, R-AR-02 for three of
paper; the statutes below are longer or shorter than that, and the longest counts. The contract's years are the estate's own
(``keeping.ledger_years`` in the site file).
"""

from __future__ import annotations

import enum

from console.domain.asking import CommandBase
from console.domain.keeping import LEDGER_FLOOR_YEARS, YEAR
from console.domain.maintenance.records import Record
from console.domain.orders import Order, OrderKind
from console.domain.problems import Problem

PAPER_YEARS = 3.0
"""Of paper archives (R-AR-02)."""
CHECK_MONTHS = 3
"""The archive is looked through every quarter, and at once after a major event (R-AR-05)."""

STATUTES: dict[str, tuple[float, str]] = {
    "elevator": (4.0, "TSG T5002-2017"),
    "fire": (5.0, "GB 25201-2010"),
}
"""By the equipment's system: years and the rule that asks for them (elevator maintenance records, requirements C8; records of
repair and maintenance of fire facilities). To be checked against the local text."""

KIND_YEARS: dict[str, float] = {
    "card": 10.0,  # ours: the file of a machine outlives the claims that may be made because of it
    "rescue": 10.0,  # likewise of people who were trapped
}
"""Years after its end by the kind of record, where five are not enough."""


class ArchiveBook(Record, frozen=True, omit_defaults=True, kw_only=True, tag="archivebook"):
    """The memory of the archive checks: the quarter (``2026 Q4``) whose check was raised last."""

    last: str = ""


class Category(enum.StrEnum):
    """The kinds of archive records that R-AR-03 names."""

    PLAN = "plan"
    EXECUTION = "execution"
    EVALUATION = "evaluation"
    RECTIFICATION = "rectification"
    REPORT = "report"


CATEGORY_OF: dict[str, Category] = {
    "plan": Category.PLAN,
    "turn": Category.PLAN,
    "drillplan": Category.PLAN,
    "emergencyplan": Category.PLAN,
    "route": Category.PLAN,
    "round": Category.EXECUTION,
    "emergencyrun": Category.EXECUTION,
    "rescue": Category.EXECUTION,
    "training": Category.EXECUTION,
    "handover": Category.EXECUTION,
    "drill": Category.EVALUATION,
    "drillrun": Category.EVALUATION,
    "hazard": Category.RECTIFICATION,
    "outagenotice": Category.REPORT,
}
"""Of records by their kind; others are execution."""


class RemoveArchived(CommandBase, frozen=True):
    """Remove one record whose time is over: ``table`` ``work_order`` or ``record``, ``key`` its number or ``kind:id``.

    Needs :attr:`~console.domain.accounts.Right.REMOVE_RECORDS` (the auditor) and a reason; it stays in the log.
    """

    table: str
    key: str
    reason: str


def archive_category(order: Order) -> Category:
    """Of an order."""
    return Category.RECTIFICATION if order.kind is OrderKind.INSPECTION else Category.EXECUTION


def years(kind: str, system: str = "", contract: float = 0.0) -> float:
    """max(5 years, statute, contract) of a record of ``kind`` (a table's or a record kind's name) about a ``system``."""
    return max(LEDGER_FLOOR_YEARS, KIND_YEARS.get(kind, 0.0), STATUTES.get(system, (0.0, ""))[0], contract)


def free_at(ended_at: int, kind: str, system: str = "", contract: float = 0.0) -> int:
    """From when on it may be removed (UTC ns). ``ended_at`` 0: it is open and never may."""
    return ended_at + round(years(kind, system, contract) * YEAR) if ended_at else 2**62


def refuse_removal(title: str, kind: str, system: str, ended_at: int, *, contract: float, now: int) -> Problem | None:
    """Why a record may not be removed yet; ``None``: its time is over. ``ended_at`` 0: it is open."""
    free = free_at(ended_at, kind, system, contract)
    if not ended_at:
        return Problem("reports.remove.open", {"title": title})
    if now < free:
        return Problem("reports.remove.early", {"title": title, "years": years(kind, system, contract)})
    return None
