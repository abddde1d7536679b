"""Vendors and maintenance companies: contracts that run out, and visits that were kept or missed."""

from __future__ import annotations

import msgspec

from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.times import DAY

SOON = 90 * DAY  # our choice: a tender takes a quarter


class Contract(msgspec.Struct, frozen=True, omit_defaults=True):
    """``since`` and ``until`` UTC ns, 0: not said. ``yearly`` is the cost a year in the estate's currency."""

    number: str
    what: str = ""
    since: int = 0
    until: int = 0
    yearly: float = 0.0
    attachments: tuple[Attachment, ...] = ()


class Vendor(Record, frozen=True, omit_defaults=True, kw_only=True, tag="vendor"):
    """``id`` is a code of the estate's. ``equipment_kinds`` are equipment types or systems that they look after."""

    name: str
    contact: str = ""
    phone: str = ""
    emergency_phone: str = ""
    licence: str = ""  # of a maintenance company for special equipment: its permit's number
    licence_until: int = 0
    equipment_kinds: tuple[str, ...] = ()
    contracts: tuple[Contract, ...] = ()
    note: str = ""


class Visit(Record, frozen=True, omit_defaults=True, kw_only=True, tag="visit"):
    """One call-out or planned visit, ended from its beginning. ``id`` is ``VS-000123``.

    ``called_at``, ``promised_at`` and ``arrived_at`` UTC ns; ``promised_at`` 0: nothing was promised.
    """

    vendor: str
    order: int = 0
    called_at: int = 0
    promised_at: int = 0
    arrived_at: int = 0
    person: str = ""
    note: str = ""

    @property
    def on_time(self) -> bool | None:
        """Arrived by the promised moment; None where none was promised or nobody arrived."""
        if not self.promised_at or not self.arrived_at:
            return None
        return self.arrived_at <= self.promised_at


def on_time_rate(visits: tuple[Visit, ...]) -> tuple[int, int]:
    """(visits on time, visits with a promise and an arrival)."""
    known = [visit.on_time for visit in visits if visit.on_time is not None]
    return sum(known), len(known)


def running_out(vendor: Vendor, moment: int, within: int = SOON) -> tuple[tuple[str, int], ...]:
    """What has run out or will within ``within`` ns: (contract number, or "" for the licence; UTC ns), the most urgent first."""
    ends = [(each.number, each.until) for each in vendor.contracts if each.until]
    if vendor.licence_until:
        ends.append(("", vendor.licence_until))
    return tuple(sorted((each for each in ends if each[1] <= moment + within), key=lambda each: each[1]))
