"""Alarm rules: what makes a point abnormal, how long it must last, and how urgent it is."""

from __future__ import annotations

import enum

import msgspec

from console.domain.seasons import ALWAYS, Season
from console.domain.text import EMPTY, Text


class RuleKind(enum.StrEnum):
    """The condition that a rule watches."""

    HIGH = "high"  # value > limit
    LOW = "low"  # value < limit
    HIGH_HIGH = "high_high"  # the second level of the same
    LOW_LOW = "low_low"
    STATE = "state"  # value is one of ``values``
    BITS = "bits"  # (value & mask) != 0
    CODE = "code"  # value != 0; the text comes from ``codes``
    DEVIATION = "deviation"  # |value - set point| > limit
    RATE = "rate"  # value moved by more than limit within the window
    DISCREPANCY = "discrepancy"  # feedback (value) differs from the command (``other``) by more than limit
    STUCK = "stuck"  # value moved by no more than the dead-band for a whole window
    NO_DATA = "no_data"  # no usable value for a whole window
    RESET = "reset"  # a counter fell by more than limit
    STARTS = "starts"  # more than limit starts (0 to not 0) within the window
    RUNNING = "running"  # value is not 0 for a whole window
    CALCULATED = "calculated"  # ``expression`` is true


LIMITED = frozenset({RuleKind.HIGH, RuleKind.LOW, RuleKind.HIGH_HIGH, RuleKind.LOW_LOW})
UPPER = frozenset({RuleKind.HIGH, RuleKind.HIGH_HIGH})
TIMED = frozenset({RuleKind.RATE, RuleKind.STUCK, RuleKind.NO_DATA, RuleKind.STARTS, RuleKind.RUNNING})
"""Kinds that need a ``window_s``."""


class Category(enum.StrEnum):
    """What an alarm is about; the lamps of the alarm strip count by it. Fire states stay distinct (glossary, alarm)."""

    FIRE = "fire"
    TRAPPED = "trapped"
    SUPERVISORY = "supervisory"
    ISOLATED = "isolated"
    COMMS = "comms"
    EQUIPMENT = "equipment"
    SYSTEM = "system"  # the console's own health


class CodeText(msgspec.Struct, frozen=True, omit_defaults=True):
    """The meaning of one fault code. ``priority`` 0 takes the rule's."""

    text: Text
    priority: int = 0


class AlarmStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to do, mandatory for priority 1. ``within_s`` seconds after the alarm, 0 = no time is set."""

    text: Text
    within_s: float = 0.0


class AlarmRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule on one point.

    ``priority`` 1-4 (glossary: P1 emergency, P2 major, P3 general, P4 advisory: 1-3 open a fault).
    ``on_delay_s``/``off_delay_s``: the condition must hold, or be gone, that long. ``dead_band``: a high alarm returns at
    or below limit - dead_band, a low alarm at or above limit + dead_band.

    ``other`` is the point of the set point (DEVIATION, instead of ``set_point``) or of the command (DISCREPANCY). ``window_s``
    and ``direction`` (``up``, ``down``, empty = both) belong to the kinds of :data:`TIMED`. ``inputs`` says which point (id)
    a name of ``expression`` or ``when`` is. Off its ``season`` or while ``when`` is false the rule is not on duty: nothing is
    raised and what is active ends. ``realarm_s``: an acknowledged alarm that stays so long asks for attention again.
    ``latched``: once raised it stays until a person resets it. ``explains``: while this alarm stands, others on those places are
    its consequences: equipment or location ids, ``connection:<id>``, ``*``. ``response_s``: how soon a person has to have acted.
    """

    id: str  # point id + "#" + key
    equipment: str
    point: str
    kind: RuleKind
    priority: int
    text: Text
    limit: float = 0.0
    dead_band: float = 0.0
    values: tuple[int, ...] = ()
    mask: int = 0
    codes: dict[int, CodeText] = {}
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    category: Category = Category.EQUIPMENT
    cause: Text = EMPTY
    consequence: Text = EMPTY
    action: Text = EMPTY
    enabled: bool = True
    other: str = ""
    set_point: float = 0.0
    window_s: float = 0.0
    direction: str = ""
    expression: str = ""
    when: str = ""
    inputs: dict[str, str] = {}
    season: Season = ALWAYS
    realarm_s: float = 0.0
    latched: bool = False
    explains: tuple[str, ...] = ()
    steps: tuple[AlarmStep, ...] = ()
    response_s: float = 0.0
