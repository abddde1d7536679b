"""Hazards (隐患): find, analyse, rectify, recheck (R-IN-03); off the list only after a second person's recheck (R-IN-06).

The register keeps what R-IN-04 (person, deadline, standard), R-IN-05 (temporary measure, reported at once), R-IN-07 (root cause and
long-term measure of a repeat), R-IN-08 and R-IN-09 (time, content, result, rectification) ask for.
"""

from __future__ import annotations

import enum

import msgspec

from console.domain.asking import CommandBase
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.domain.stamps import Stamp
from console.domain.times import DAY

REPEAT_WITHIN = 365 * DAY  # ours: R-IN-07 says "repeated" and names no time; a year covers each season's own faults once
REMEMBERED = 8  # earlier hazards of a spot: the number that a person may read at a glance
SOON = DAY  # before its deadline a hazard is shown as urgent

KINDS = (
    "fire_lane", "fire_facility", "elevator", "electric", "gas", "water", "lighting", "access", "structure", "materials",
    "behaviour", "other",
)  # fmt: skip
"""R-IN-02 and R-IN-08 name fire lane, elevator, gas pipe, electric lines, lighting, access control; the others are ours."""

FIRE_KINDS = frozenset({"fire_lane", "fire_facility"})
"""What the fire check ledger lists (R-IN-09)."""


class Grade(enum.StrEnum):
    """How grave it is (一般隐患, 重大隐患)."""

    GENERAL = "general"
    MAJOR = "major"


class HazardState(enum.StrEnum):
    """The four steps of R-IN-03 as states; ``VOID`` was none."""

    FOUND = "found"  # 排查: waits for its analysis
    RECTIFYING = "rectifying"  # 分析 done: person, deadline and standard are set
    RECHECK = "recheck"  # 整改 done: waits for a second person
    CLOSED = "closed"  # 复查 passed, 销号
    VOID = "void"


class Recheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """One recheck; the stamp's note says what was seen."""

    stamp: Stamp
    passed: bool


class Hazard(Record, frozen=True, omit_defaults=True, kw_only=True, tag="hazard"):
    """One hazard; ``at`` is when it was found. ``origin`` names where it comes from: ``round:…``, ``order:WO-…``, ``alarm:A-…``.

    ``person`` is an account or a name, ``standard`` what has to be so afterwards. ``rectified`` holds each rectification that was
    reported, the newest last. ``repeats`` are the ids of earlier ones of the same place and kind.
    """

    what: str
    kind: str = "other"
    grade: Grade = Grade.GENERAL
    place: str = ""
    state: HazardState = HazardState.FOUND
    found: Stamp
    origin: str = ""
    photos: tuple[Attachment, ...] = ()
    measure: str = ""  # 临时管控措施
    reported: int = 0  # when a major one was reported, UTC ns
    cause: str = ""
    person: str = ""
    deadline: int = 0
    standard: str = ""
    analysed: Stamp | None = None
    repeats: tuple[str, ...] = ()
    root_cause: str = ""
    long_term: str = ""
    orders: tuple[int, ...] = ()
    rectified: tuple[Stamp, ...] = ()
    after: tuple[Attachment, ...] = ()  # photos of the rectified state
    cost: float = 0.0
    rechecks: tuple[Recheck, ...] = ()
    closed: Stamp | None = None

    @property
    def major(self) -> bool:
        """重大隐患."""
        return self.grade is Grade.MAJOR


class HazardSpot(Record, frozen=True, omit_defaults=True, kw_only=True, tag="hazardspot"):
    """Which hazards one place had, of one kind: closed ones leave the world, and a repeat must be known all the same."""

    kind: str
    place: str = ""
    earlier: tuple[tuple[str, int], ...] = ()  # (id, when it was found), the oldest first


def spot_id(equipment: str, place: str, kind: str) -> str:
    """The name of a spot: the equipment, else the place as it is written, without regard to case and blanks."""
    where = equipment or "".join(place.casefold().split())
    return f"{where}|{kind}" if where else ""


def repeats(spot: HazardSpot | None, at: int) -> tuple[str, ...]:
    """The ids of this spot's hazards within the time in which the next one counts as repeated."""
    return () if spot is None else tuple(name for name, found in spot.earlier if at - REPEAT_WITHIN <= found <= at)


def overdue(hazard: Hazard, now: int) -> bool:
    """The deadline is past and nobody has reported that it is rectified."""
    return hazard.open and hazard.state is not HazardState.RECHECK and 0 < hazard.deadline <= now


def unanalysed(hazard: Hazard, now: int) -> bool:
    """Found for longer than a day and nobody is responsible yet: without a deadline it could never be overdue."""
    return hazard.open and hazard.state is HazardState.FOUND and now - hazard.at >= DAY


def wants_attention(hazard: Hazard, now: int) -> bool:
    """It is overdue, or nobody has taken it up, or it is major."""
    return hazard.open and (overdue(hazard, now) or unanalysed(hazard, now) or hazard.major)


def rectifiers(hazard: Hazard) -> frozenset[str]:
    """Everybody who had a hand in the rectification: who is responsible, who did it, who entered it."""
    hands = {name for stamp in hazard.rectified for name in (stamp.by, stamp.entered_by)}
    return frozenset({*hands, hazard.person} - {""})


class RecordHazard(CommandBase, frozen=True):
    """排查: a hazard was found. A major one needs its temporary ``measure`` at once (R-IN-05). ``at`` 0 = now."""

    what: str
    kind: str
    grade: Grade = Grade.GENERAL
    place: str = ""
    equipment: str = ""
    measure: str = ""
    origin: str = ""
    photos: tuple[Attachment, ...] = ()
    at: int = 0


class AnalyseHazard(CommandBase, frozen=True):
    """分析: person, deadline and standard (R-IN-04), also to change them (then with ``reason``); a repeat needs its root cause."""

    hazard: str
    base: int
    person: str
    deadline: int
    standard: str
    cause: str = ""
    grade: Grade = Grade.GENERAL
    measure: str = ""
    root_cause: str = ""
    long_term: str = ""
    reason: str = ""


class OrderForHazard(CommandBase, frozen=True):
    """A work order for the rectification, due at the hazard's deadline."""

    hazard: str
    priority: int = 3


class RectifyHazard(CommandBase, frozen=True):
    """整改 done: what was done, by whom (empty: oneself), when (0: now)."""

    hazard: str
    base: int
    what: str
    by: str = ""
    at: int = 0
    cost: float = 0.0
    photos: tuple[Attachment, ...] = ()


class RecheckHazard(CommandBase, frozen=True):
    """复查 by a second person: passed closes it (销号), failed sends it back to rectification."""

    hazard: str
    base: int
    passed: bool
    note: str


class VoidHazard(CommandBase, frozen=True):
    """It was none; said by another person than its finder."""

    hazard: str
    base: int
    reason: str
