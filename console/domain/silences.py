"""What people keep quiet, why and until when: a shelved alarm, equipment out of service, a test (ISA-18.2 / IEC 62682, clause 11).

Nothing is hidden by it: what is silenced stands on its own tab, with its reason and its end, and comes back by itself. Fire alarms
and trapped passengers cannot be shelved and are not silenced by equipment that is out of service; in a test they are marked.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from console.domain.alarms import Alarm
from console.domain.estate import Equipment
from console.domain.stamps import Stamp
from console.domain.times import DAY, HOUR, MINUTE

SHELF_DEFAULT = 15 * MINUTE  # the issue's own numbers, as many control rooms have them
SHELF_OPERATOR = 8 * HOUR  # at most a shift
SHELF_SUPERVISOR = 7 * DAY
TEST_DEFAULT = HOUR
TEST_MOST = 8 * HOUR  # a test is over when its people go home


class SilenceKind(enum.StrEnum):
    """Why something is quiet."""

    SHELF = "shelf"  # one alarm, for a while (搁置)
    SERVICE = "service"  # equipment out of service, as long as its work order is open (停用)
    TEST = "test"  # equipment or a part of it is being tested (测试)


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry. SHELF is about ``rule`` (and ``code``); SERVICE and TEST about ``equipment`` and what belongs to it.

    ``points`` narrows a test to the points whose key begins so (``node_2_``: a fire zone). ``until`` UTC ns, 0: with ``order``.
    ``witness`` is the second person of a test. ``ended.by`` empty: its time or its order was over.
    """

    number: int
    kind: SilenceKind
    equipment: str
    reason: str
    began: Stamp
    until: int = 0
    rule: str = ""
    code: int = 0
    points: str = ""
    order: int = 0
    witness: str = ""
    ended: Stamp | None = None
    revision: int = 0

    @property
    def id(self) -> str:
        """As it is spoken of."""
        return f"S-{self.number:06d}"

    @property
    def open(self) -> bool:
        """Still quiet."""
        return self.ended is None


def covers(silence: Silence, alarm: Alarm, equipment: Mapping[str, Equipment]) -> bool:
    """Whether the entry is about this alarm. Whether it may silence it is not asked here."""
    if not silence.open:
        return False
    if silence.kind is SilenceKind.SHELF:
        return (silence.rule, silence.code) == (alarm.rule, alarm.code)
    if silence.points and not alarm.point.rpartition(".")[2].startswith(silence.points):
        return False
    return belongs(alarm.equipment, silence.equipment, equipment)


def belongs(part: str, whole: str, equipment: Mapping[str, Equipment]) -> bool:
    """Whether ``part`` is ``whole`` or a part of it."""
    seen: set[str] = set()
    while part and part not in seen:
        if part == whole:
            return True
        seen.add(part)
        found = equipment.get(part)
        part = found.parent if found is not None else ""
    return False
