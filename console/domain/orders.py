"""Work orders: 受理 → 核实 → 派工 → 接单 → 到场 → 实施 → 自检 → 验收 → 归档, with rework, hold and cancel (R-WO-01)."""

from __future__ import annotations

import enum
import re

import msgspec

from console.domain.attachments import Attachment
from console.domain.stamps import Stamp
from console.domain.text import EMPTY, Text
from console.domain.times import DAY, HOUR


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


_NUMBER = re.compile(r"(?:^|\bWO-?|[工单号# ])0*([0-9]{1,9})(?![0-9])", re.IGNORECASE)
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
    """One line of a checklist. ``result`` is "", "pass", "fail", "na" (not applicable) or "skipped".

    ``reading`` is free text; with ``unit`` or a limit it is a number, and one outside [``low``, ``high``] is a failure unless
    ``note`` explains it. ``point`` is an id whose live value may be taken over (``taken_at`` UTC ns: it was). ``photo``: a file
    is demanded. ``follow`` is the number of the order that a failure led to, ``finding`` the id of a hazard.
    """

    text: Text
    result: str = ""
    reading: str = ""
    note: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    point: str = ""
    photo: bool = False
    files: tuple[Attachment, ...] = ()
    taken_at: int = 0
    follow: int = 0
    finding: str = ""

    @property
    def measured(self) -> bool:
        """Its reading is a number."""
        return bool(self.unit) or self.low is not None or self.high is not None


class SafetyStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has to be safe before the work begins; ``kind`` is one of :data:`console.domain.maintenance.safety.KINDS`.

    ``reference`` is the permit's number or the lock's; ``done`` who confirmed it when.
    """

    kind: str
    text: Text = EMPTY
    reference: str = ""
    done: Stamp | None = None


class Labour(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hours of one person at ``rate`` an hour (the estate's currency); ``entered`` says who typed it when."""

    person: str
    hours: float
    rate: float
    entered: Stamp


class PartUse(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part that went into the work; ``price`` of one. ``move`` is the id of the stock movement behind it."""

    part: str
    name: str
    quantity: float
    unit: str = ""
    price: float = 0.0
    move: str = ""


class Visit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call-out of an outside company's person. ``promised`` is the time of arrival that was agreed, UTC ns, 0 = none."""

    company: str
    person: str
    called: Stamp
    promised: int = 0
    arrived: Stamp | None = None
    left: Stamp | None = None
    sheet: Attachment | None = None  # the signed work sheet
    vendor: str = ""  # id of the vendor's record

    @property
    def on_time(self) -> bool | None:
        """Arrived as promised; None while nobody can say."""
        return None if self.arrived is None or not self.promised else self.arrived.at <= self.promised


class Invoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Outside cost: an invoice by ``number``, ``amount`` in the estate's currency."""

    number: str
    amount: float
    entered: Stamp
    company: str = ""
    file: Attachment | None = None


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order. ``stamps`` has one stamp per stage that was reached (rework removes later ones; the events keep them).

    ``restored`` is the stamp of the *restored* clock. ``due_at`` is for preventive orders, UTC ns; 0 = none.
    ``first_owner`` keeps first-contact responsibility until the order is accepted (R-WO-07).

    ``origin`` is what led to it: ``order:WO-000012``, ``hazard:HZ-000003``, ``round:…``. ``wished_at`` is the caller's wish,
    ``agreed_at`` the appointment of the dispatch, ``first_due`` the due time before the first reschedule; UTC ns, 0 = none.
    ``zone`` is the distance by which arrival may be promised (R-SLA-14). ``skills`` and ``certificates`` are asked of the
    assignee. ``down_from`` to ``down_until`` the equipment stood still. ``rating`` 1 to 5, 0 = none; ``callback`` is the 回访.
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
    drill: int = 0  # 演练: the order of a simulated fault: its title says so, and it counts in no figure
    revision: int = 0
    origin: str = ""
    channel: str = ""  # phone | app | wechat | desk
    contact: str = ""
    urgent: bool = False
    wished_at: int = 0
    zone: str = ""
    agreed_at: int = 0
    first_due: int = 0
    cautions: str = ""
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    safety: tuple[SafetyStep, ...] = ()
    parts: tuple[PartUse, ...] = ()
    labour: tuple[Labour, ...] = ()
    visits: tuple[Visit, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    files: tuple[Attachment, ...] = ()
    down_from: int = 0
    down_until: int = 0
    rating: int = 0
    callback: Stamp | None = None
    grace_days: int = 0  # of a plan: so long after ``due_at`` it is still in time

    @property
    def id(self) -> str:
        """The readable number, ``WO-000123``."""
        return f"WO-{self.number:06d}"

    @property
    def open(self) -> bool:
        """True until it is archived or cancelled."""
        return self.state not in (OrderState.ARCHIVED, OrderState.CANCELLED)

    @property
    def slack(self) -> int:
        """How long after its due time it is still in time: a plan's order is due on a day (its due time is 08:00 of that day) and
        has the plan's grace."""
        return 16 * HOUR + self.grace_days * DAY if self.plan else 0

    @property
    def late_at(self) -> int:
        """From when on it is late; 0: it has no due time."""
        return self.due_at + self.slack if self.due_at else 0

    @property
    def held(self) -> bool:
        """True while a hold lasts."""
        return bool(self.holds) and self.holds[-1].until == 0

    @property
    def responsible(self) -> str:
        """Who has to care for it: the first one asked until somebody accepted it, then the assignee (R-WO-07)."""
        return self.assignee if self.assignee and OrderState.ASSIGNED in self.stamps else self.first_owner

    @property
    def cost_labour(self) -> float:
        """Hours times rates."""
        return round(sum(each.hours * each.rate for each in self.labour), 2)

    @property
    def cost_parts(self) -> float:
        """Parts at their prices."""
        return round(sum(each.quantity * each.price for each in self.parts), 2)

    @property
    def cost_outside(self) -> float:
        """Invoices."""
        return round(sum(each.amount for each in self.invoices), 2)

    @property
    def cost(self) -> float:
        """All of it, in the estate's currency."""
        return round(self.cost_labour + self.cost_parts + self.cost_outside, 2)

    @property
    def hours(self) -> float:
        """All hours of work."""
        return round(sum(each.hours for each in self.labour), 2)

    @property
    def downtime_hours(self) -> float:
        """For how long the equipment stood still."""
        return max(0, self.down_until - self.down_from) / HOUR if self.down_from and self.down_until else 0.0


def number_of(text: str) -> int:
    """The number in ``WO-000123``, as typed, spoken or scanned from the printed sheet; 0: none is in it."""
    found = _NUMBER.search(text)
    return int(found.group(1)) if found else 0
