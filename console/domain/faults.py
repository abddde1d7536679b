"""Faults and their five clocks (requirements §11: the strictest number that any handbook gives for the kind of event).

A fault is opened by an alarm of priority 1-3 and has exactly one order at a time, whose stages stop its clocks: there is one
set of time stamps, on the order; only *acknowledge* is the fault's own. The functions are told the time.
"""

from __future__ import annotations

import enum

import msgspec

from console.domain.rules import Category
from console.domain.stages import StagePolicy
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE


class Clock(enum.StrEnum):
    """The five promises, in the order in which they are kept."""

    ACKNOWLEDGE = "acknowledge"  # taken at the desk
    RESPOND = "respond"  # order accepted by a named person (接单)
    ON_SITE = "on_site"  # arrival (到场)
    RESTORED = "restored"  # basic service is back
    REPAIRED = "repaired"  # self-check passed (自检)


class ClockLimits(msgspec.Struct, frozen=True, omit_defaults=True):
    """The limits of one priority in nanoseconds from detection; ``None``: this priority has no such clock."""

    acknowledge: int | None = None
    respond: int | None = None
    on_site: int | None = None
    restored: int | None = None
    repaired: int | None = None

    def limit(self, clock: Clock) -> int | None:
        """The limit of ``clock``."""
        match clock:
            case Clock.ACKNOWLEDGE:
                return self.acknowledge
            case Clock.RESPOND:
                return self.respond
            case Clock.ON_SITE:
                return self.on_site
            case Clock.RESTORED:
                return self.restored
            case Clock.REPAIRED:  # pragma: no branch - mypy knows that there is no other
                return self.repaired


# requirements.md §11, severity table: P1 S3 §3.1, TSG T5002, S3 §4.3; P2 S3 §4.3; P3 S3 §2.3.3, S0 §3.1.2
P1_DEFAULT = ClockLimits(3 * MINUTE, 15 * MINUTE, 30 * MINUTE, 2 * HOUR, 24 * HOUR)
P2_DEFAULT = ClockLimits(10 * MINUTE, 1 * HOUR, 2 * HOUR, 24 * HOUR, 48 * HOUR)
P3_DEFAULT = ClockLimits(30 * MINUTE, 2 * HOUR, 24 * HOUR, None, 48 * HOUR)


class ResponsePolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """The limits of each priority and the warning marks in percent of a limit; 100 is the breach."""

    p1: ClockLimits = P1_DEFAULT
    p2: ClockLimits = P2_DEFAULT
    p3: ClockLimits = P3_DEFAULT
    warn_percent: tuple[int, ...] = (50, 80)
    stages: StagePolicy = StagePolicy()  # of an order's stages (R-WO-06)

    def limits(self, priority: int) -> ClockLimits:
        """The limits for a fault of ``priority`` 1-3."""
        return {1: self.p1, 2: self.p2, 3: self.p3}[priority]


class CloseCode(enum.StrEnum):
    """Why a fault was closed."""

    REAL = "real"
    FALSE_ALARM = "false_alarm"
    TEST = "test"
    DUPLICATE = "duplicate"


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fault. ``marks`` holds every (clock, percent) that was already announced, so that nothing is said twice.

    ``opened_at`` is the detection (the alarm's ``raised_at``); all times UTC ns. ``taken`` stops *acknowledge* and names
    who handles it at which station. ``limits`` are the policy's at the moment of opening: a later edit of the policy does not
    move a promise that was already given.
    """

    number: int
    equipment: str
    priority: int
    text: Text
    opened_at: int
    limits: ClockLimits
    alarms: tuple[int, ...] = ()  # alarm numbers, the opening one first
    order: int = 0  # number of its order
    taken: Stamp | None = None
    marks: tuple[tuple[Clock, int], ...] = ()
    previous: int = 0  # an earlier fault of the same equipment
    category: Category = Category.EQUIPMENT  # of the alarm that opened it
    closed_at: int = 0
    closed_by: str = ""
    close_code: CloseCode | None = None
    cause: str = ""
    remedy: str = ""
    drill: int = 0  # 演练: of a simulated alarm; its text says so, it counts in no figure and is told to the drill's list alone
    merged_into: int = 0  # the fault that goes on for this one
    split_from: int = 0  # the fault that its alarm was taken out of
    revision: int = 0

    @property
    def id(self) -> str:
        """The readable number, ``F-000123``."""
        return f"F-{self.number:06d}"

    @property
    def open(self) -> bool:
        """True until it is closed with a close code."""
        return self.closed_at == 0
