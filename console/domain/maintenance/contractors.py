"""Companies without an account: call-out, arrival, leaving, work sheet, invoice.

Everything is typed by the desk for them; both times are kept, when it happened and when it was typed. With the arrival a visit is
written into the vendor's own record, by which their punctuality is counted (:mod:`console.domain.maintenance.vendors`).
"""

from __future__ import annotations

from console.domain.asking import CommandBase
from console.domain.attachments import Attachment


class CallOut(CommandBase, frozen=True):
    """``person`` of ``company`` was called ``at`` (0 = now) and promised to be there at ``promised`` (UTC ns, 0 = not said).

    ``vendor`` is the id of the company's record; empty: the one whose name is ``company``, if there is one.
    """

    order: int
    company: str
    person: str
    at: int = 0
    promised: int = 0
    reason: str = ""
    vendor: str = ""


class VisitArrived(CommandBase, frozen=True):
    """The person called for has come. ``person``: another one than was announced."""

    order: int
    visit: int
    at: int = 0
    person: str = ""
    reason: str = ""


class VisitLeft(CommandBase, frozen=True):
    """They left, with their signed work sheet (it may be added later by the same command)."""

    order: int
    visit: int
    at: int = 0
    reason: str = ""
    sheet: Attachment | None = None


class KeepInvoice(CommandBase, frozen=True):
    """An invoice for this order; the same number of the same company is kept once."""

    order: int
    number: str
    amount: float
    company: str = ""
    file: Attachment | None = None


ContractorCommand = CallOut | VisitArrived | VisitLeft | KeepInvoice
