"""Notices to residents (停水停电通知, elevator stops): who is told what of an outage, when and why (R-WO-08).

The text is made from a template in ``resources/texts/outages.json`` and may be edited before it is printed or pasted; what was
issued is kept as it was.
"""

from __future__ import annotations

import enum

from console.domain.maintenance.records import Record
from console.domain.stamps import Stamp


class Subject(enum.StrEnum):
    """What stops."""

    WATER = "water"
    POWER = "power"
    ELEVATOR = "elevator"
    HEATING = "heating"
    FIRE_TEST = "fire_test"
    OTHER = "other"


SUBJECT_OF_SYSTEM = {"water": Subject.WATER, "power": Subject.POWER, "elevator": Subject.ELEVATOR, "fire": Subject.FIRE_TEST}
"""What is announced for work on equipment of a system of the tree."""


class OutageNotice(Record, frozen=True, omit_defaults=True, kw_only=True, tag="outagenotice"):
    """One issued notice; ``at`` is when the outage begins, ``until`` its foreseen end (UTC ns). It is complete when it is
    issued."""

    subject: Subject
    until: int = 0
    area: str = ""
    reason: str = ""
    phone: str = ""
    order: int = 0
    zh: str = ""
    en: str = ""
    issued: Stamp | None = None

    @property
    def name(self) -> str:
        """As it is spoken of."""
        return f"TZ-{self.number:06d}"
