"""Elevator rescue records (困人救援记录): called, on site, released, for each elevator; begun by the fault itself from its own
clocks.

Limits of TSG T5002-2017 art. 5(4): rescuers on site within 30 minutes in municipalities and cities with districts, elsewhere
within an hour. The field is a template value: local rules may be stricter. For the release no time is set there; the hour is
the P1 limit of S3 §3.1 (R-SLA-05) by which basic service has to be answered.
"""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.asking import CommandBase
from console.domain.faults import CloseCode, Fault
from console.domain.maintenance.records import Record
from console.domain.orders import Order, OrderState
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.times import HOUR, MINUTE

ARRIVAL_CITY = 30 * MINUTE
ARRIVAL_ELSEWHERE = HOUR

NOBODY = frozenset({CloseCode.FALSE_ALARM, CloseCode.TEST, CloseCode.DUPLICATE})
"""How a fault is closed that had nobody to be rescued."""


class Rescue(Record, frozen=True, omit_defaults=True, kw_only=True, tag="rescue"):
    """One rescue; ``at`` is the call: when the fault was detected or the phone rang. Times UTC ns, 0: not known yet.

    It is open until a person has completed and signed it. ``alone``: typed without a fault.
    """

    fault: int = 0
    arrived_at: int = 0
    released_at: int = 0
    limit: int = ARRIVAL_CITY
    caller: str = ""
    rescuers: str = ""
    company: str = ""
    floor: str = ""
    people: int = 0
    injured: int = 0
    cause: str = ""
    note: str = ""
    drill: bool = False
    signed: Stamp | None = None

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"JY-{self.number:06d}"

    @property
    def alone(self) -> bool:
        """No fault of ours stands behind it."""
        return not self.fault


def arrival(rescue: Rescue) -> int:
    """From the call to the arrival, ns; 0: not known."""
    return rescue.arrived_at - rescue.at if rescue.arrived_at else 0


def release(rescue: Rescue) -> int:
    """From the call until everybody was out, ns; 0: not known."""
    return rescue.released_at - rescue.at if rescue.released_at else 0


def in_time(rescue: Rescue) -> bool | None:
    """Whether the rescuers kept the limit; ``None``: not known."""
    return arrival(rescue) <= rescue.limit if rescue.arrived_at else None


def begun(fault: Fault, number: int) -> Rescue:
    """The record that a trapped-passenger fault begins."""
    return Rescue(
        id=f"JY-{number:06d}", number=number, revision=1, at=fault.opened_at, equipment=fault.equipment, fault=fault.number,
        drill=bool(fault.drill),
    )  # fmt: skip


def wanted(fault: Fault) -> bool:
    """Whether a fault begins a rescue record."""
    return fault.category is Category.TRAPPED


def followed(rescue: Rescue, order: Order) -> dict[str, int | str]:
    """What the fault's order says by now and the record does not: nothing that a person typed is written over."""
    found: dict[str, int | str] = {}
    arrived = order.stamps.get(OrderState.ON_SITE)
    if arrived is not None and not rescue.arrived_at:
        found["arrived_at"] = max(arrived.at, rescue.at)
    if order.restored is not None and not rescue.released_at:
        found["released_at"] = max(order.restored.at, rescue.at)
    if order.assignee and not rescue.rescuers:
        found["rescuers"] = order.assignee
    return found


def nobody(rescue: Rescue, now: int) -> Rescue:
    """The record of a fault behind which nobody was trapped: it ends unsigned, and stays readable."""
    return replace(rescue, ended_at=now, revision=rescue.revision + 1)


class SignRescue(CommandBase, frozen=True):
    """Complete and sign a rescue record; ``rescue`` empty makes one by hand. Times UTC ns."""

    called_at: int
    arrived_at: int
    released_at: int
    rescue: str = ""
    base: int = 0
    equipment: str = ""
    limit: int = ARRIVAL_CITY
    caller: str = ""
    rescuers: str = ""
    company: str = ""
    floor: str = ""
    people: int = 0
    injured: int = 0
    cause: str = ""
    note: str = ""
