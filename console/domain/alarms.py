"""Alarms (ISA-18.2 / IEC 62682): independent facts, from which the standard's state names are derived."""

from __future__ import annotations

import enum

import msgspec

from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import Text


class AlarmState(enum.StrEnum):
    """The state names of ISA-18.2 (IEC 62682), all derived; suppression states win over the others."""

    NORMAL = "normal"
    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class Suppression(enum.StrEnum):
    """Who keeps an alarm quiet."""

    NONE = "none"
    SHELVED = "shelved"
    BY_DESIGN = "by_design"
    OUT_OF_SERVICE = "out_of_service"


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """One occurrence of a rule, from its first moment until it is both returned and acknowledged.

    ``number`` is the decision's sequence number and is unique for ever; times are UTC ns; ``value`` is the number that
    raised it; ``code`` the fault code for rules of kind CODE. ``fault`` is the id of the fault it belongs to, empty for
    priority 4 and until the fault is committed.
    """

    number: int
    rule: str
    equipment: str
    point: str
    priority: int
    category: Category
    text: Text
    raised_at: int
    value: float
    source_time: int = 0
    limit: float | None = None
    code: int = 0
    active: bool = True
    returned_at: int = 0
    acknowledged: bool = False
    acknowledged_at: int = 0
    acknowledged_by: str = ""
    comment: str = ""
    suppression: Suppression = Suppression.NONE
    fault: str = ""
    latched: bool = False  # it stays until a person resets it
    caused_by: int = 0  # the alarm whose consequence it is
    first_out: bool = False  # the first of its machine: nothing else stood there when it was raised
    test: bool = False  # 测试: raised, or still standing, in a test
    realarmed: int = 0  # how often it asked for attention again after it was acknowledged
    checks: dict[int, Stamp] = {}  # its rule's steps that were done, by their place
    drill: int = 0  # 演练: the number of the drill that simulates it; its text says so, and it counts in no figure

    @property
    def id(self) -> str:
        """The readable number, ``A-000123``."""
        return f"A-{self.number:06d}"

    @property
    def state(self) -> AlarmState:
        """The ISA-18.2 state name."""
        match self.suppression:
            case Suppression.SHELVED:
                return AlarmState.SHELVED
            case Suppression.BY_DESIGN:
                return AlarmState.SUPPRESSED
            case Suppression.OUT_OF_SERVICE:
                return AlarmState.OUT_OF_SERVICE
            case Suppression.NONE:  # pragma: no branch - mypy knows that there is no other
                pass
        if self.active:
            return AlarmState.ACTIVE_ACKNOWLEDGED if self.acknowledged else AlarmState.ACTIVE_UNACKNOWLEDGED
        if self.latched:
            return AlarmState.LATCHED_ACKNOWLEDGED if self.acknowledged else AlarmState.LATCHED_UNACKNOWLEDGED
        return AlarmState.NORMAL if self.acknowledged else AlarmState.RETURNED_UNACKNOWLEDGED

    @property
    def over(self) -> bool:
        """True once it is returned, acknowledged and not latched: it leaves the list and stays in the history."""
        return not self.active and self.acknowledged and not self.latched

    @property
    def quiet(self) -> bool:
        """True while somebody or something keeps it quiet: it stays visible, and asks nobody."""
        return self.suppression is not Suppression.NONE

    @property
    def asks(self) -> bool:
        """True while it wants a person: it sounds, counts and stands at the top."""
        return not self.acknowledged and not self.quiet

    @property
    def undeniable(self) -> bool:
        """Fire and trapped passengers: nothing ever hides or delays them."""
        return self.category in (Category.FIRE, Category.TRAPPED)
