"""What may be done with an order besides its stages: edit, safety, hours, downtime, files, findings, bulk, undo, paper results."""

from __future__ import annotations

import msgspec

from console.domain.asking import CommandBase
from console.domain.attachments import Attachment


class OrderEdit(msgspec.Struct, frozen=True, omit_defaults=True):
    """New values of an order's own words; ``None`` leaves a field as it is."""

    title: str | None = None
    priority: int | None = None
    equipment: str | None = None
    caller: str | None = None
    contact: str | None = None
    place: str | None = None
    symptom: str | None = None
    wished_at: int | None = None
    agreed_at: int | None = None
    zone: str | None = None
    cautions: str | None = None
    skills: tuple[str, ...] | None = None
    certificates: tuple[str, ...] | None = None


class EditOrder(CommandBase, frozen=True):
    """Change an order's own words. ``base`` is the order's revision that the person saw: an older one is refused."""

    order: int
    base: int
    edit: OrderEdit
    reason: str


class SetSafety(CommandBase, frozen=True):
    """The safety steps that the order is to have from now on, by kind; those that stay keep their confirmation."""

    order: int
    steps: tuple[str, ...]


class ConfirmSafety(CommandBase, frozen=True):
    """Safety steps are done, all that are named or none; ``references`` one a step (permits demand one), may be shorter.

    ``at`` 0 = now; ``by`` empty = the signed-on person; ``taken_back``: they are not done after all.
    """

    order: int
    steps: tuple[int, ...]
    references: tuple[str, ...] = ()
    at: int = 0
    by: str = ""
    reason: str = ""
    taken_back: bool = False


class LogLabour(CommandBase, frozen=True):
    """Hours of one person; ``rate`` below 0: the person's own."""

    order: int
    person: str
    hours: float
    rate: float = -1.0
    note: str = ""


class DropLine(CommandBase, frozen=True):
    """Take a wrong line away: ``what`` labour | invoice | file, ``line`` counts from 0. The log keeps it."""

    order: int
    what: str
    line: int
    reason: str


class SetDowntime(CommandBase, frozen=True):
    """From when to when the equipment stood still, UTC ns; ``until`` 0: it still does."""

    order: int
    since: int
    until: int = 0


class AttachToOrder(CommandBase, frozen=True):
    """A kept file for the order, with ``item`` >= 0 for that line of its checklist."""

    order: int
    file: Attachment
    item: int = -1


class FollowItem(CommandBase, frozen=True):
    """A failed line of the checklist leads to an order of its own now, not only with the self-check; or to a ``hazard``."""

    order: int
    item: int
    title: str = ""
    priority: int = 3
    hazard: bool = False


class BulkOrder(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of several orders, with its revision that the person saw."""

    order: int
    base: int


class DispatchOrders(CommandBase, frozen=True):
    """Give several orders to one person, all of them or none."""

    orders: tuple[BulkOrder, ...]
    assignee: str
    contractor: bool = False
    agreed_at: int = 0
    note: str = ""


class RescheduleOrders(CommandBase, frozen=True):
    """Another due time for several orders, all of them or none; ``by`` != 0 moves each by that many ns instead of ``due_at``."""

    orders: tuple[BulkOrder, ...]
    reason: str
    due_at: int = 0
    by: int = 0


class UndoStage(CommandBase, frozen=True):
    """Take back the stage that oneself entered a moment ago."""

    order: int


class CallBack(CommandBase, frozen=True):
    """回访 after the end: what the caller said, with a rating of 1 to 5 (0: none given)."""

    order: int
    note: str
    rating: int = 0


class LineResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the paper says of one line of the checklist."""

    item: int
    result: str
    reading: str = ""
    note: str = ""


class EnterResult(CommandBase, frozen=True):
    """The filled order sheet typed in, as one act up to the self-check; times UTC ns, 0 = not on the sheet.

    ``safety`` are the references of the safety steps in their order, "-" for one that needs none. ``hours`` 0: none.
    """

    order: int
    done_at: int
    arrived_at: int = 0
    begun_at: int = 0
    by: str = ""
    lines: tuple[LineResult, ...] = ()
    safety: tuple[str, ...] = ()
    hours: float = 0.0
    note: str = ""
    sheet: Attachment | None = None


OrderCommand = (
    EditOrder | SetSafety | ConfirmSafety | LogLabour | DropLine | SetDowntime | AttachToOrder | FollowItem | DispatchOrders
    | RescheduleOrders | UndoStage | CallBack | EnterResult
)  # fmt: skip
