"""Work orders: 受理 → 核实 → 派工 → 接单 → 到场 → 实施 → 自检 → 验收 → 归档, with rework, hold and cancel (R-WO-01)."""

from __future__ import annotations

import enum

import msgspec

from console.domain.stamps import Stamp
from console.domain.text import Text


class OrderState(enum.StrEnum):
    """The stage that an order has reached; names are the glossary's codes."""

    ACCEPTED = "accepted"  # 受理 logged
    VERIFIED = "verified"  # 核实
    DISPATCHED = "dispatched"  # 派工
    ASSIGNED = "assigned"  # 接单 taken by the technician
    ON_SITE = "on_site"  # 到场
    IN_PROGRESS = "in_progress"  # 实施
    SELF_CHECK = "self_check"  # 自检 passed
    ACCEPTANCE = "acceptance"  # 验收 passed, by another person than the assignee
    ARCHIVED = "archived"  # 归档
    CANCELLED = "cancelled"  # 作废


STAGES: tuple[OrderState, ...] = tuple(OrderState)[:9]  # in their order, without CANCELLED


class OrderKind(enum.StrEnum):
    """Why there is an order (R-PM-01)."""

    PREVENTIVE = "preventive"
    CORRECTIVE = "corrective"
    INSPECTION = "inspection"
    PROJECT = "project"


class Hold(msgspec.Struct, frozen=True, omit_defaults=True):
    """A pause with its reason code (waiting_parts, waiting_owner, force_majeure); ``until`` 0 while it lasts."""

    reason: str
    since: Stamp
    until: int = 0


class CheckItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a checklist. ``result`` is "", "pass", "fail" or "skipped"; ``reading`` is free text with its unit."""

    text: Text
    result: str = ""
    reading: str = ""
    note: str = ""


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order. ``stamps`` has one stamp per stage that was reached (rework removes later ones; the events keep them).

    ``restored`` is the stamp of the *restored* clock. ``due_at`` is for preventive orders, UTC ns; 0 = none.
    ``first_owner`` keeps first-contact responsibility until the order is accepted (R-WO-07).
    """

    number: int
    kind: OrderKind
    title: Text
    equipment: str
    priority: int
    created_at: int
    state: OrderState = OrderState.ACCEPTED
    stamps: dict[OrderState, Stamp] = {}
    restored: Stamp | None = None
    fault: int = 0
    plan: str = ""
    due_at: int = 0
    assignee: str = ""
    contractor: bool = False  # the assignee is not an account: a person of an outside company
    caller: str = ""
    place: str = ""
    symptom: str = ""
    first_owner: str = ""
    holds: tuple[Hold, ...] = ()
    checklist: tuple[CheckItem, ...] = ()
    rework_count: int = 0
    verifier: str = ""
    notes: tuple[Stamp, ...] = ()  # the text is the stamp's ``note``
    cancelled: Stamp | None = None
    revision: int = 0

    @property
    def id(self) -> str:
        """The readable number, ``WO-000123``."""
        return f"WO-{self.number:06d}"

    @property
    def open(self) -> bool:
        """True until it is archived or cancelled."""
        return self.state not in (OrderState.ARCHIVED, OrderState.CANCELLED)

    @property
    def held(self) -> bool:
        """True while a hold lasts."""
        return bool(self.holds) and self.holds[-1].until == 0
