"""Alarm rules: what makes a point abnormal, how long it must last, and how urgent it is."""

from __future__ import annotations

import enum

import msgspec

from console.domain.text import EMPTY, Text


class RuleKind(enum.StrEnum):
    """The condition that a rule watches."""

    HIGH = "high"  # value > limit
    LOW = "low"  # value < limit
    STATE = "state"  # value is one of ``values``
    BITS = "bits"  # (value & mask) != 0
    CODE = "code"  # value != 0; the text comes from ``codes``


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


class AlarmRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """One rule on one point.

    ``priority`` 1-4 (glossary: P1 emergency, P2 major, P3 general, P4 advisory: 1-3 open a fault).
    ``on_delay_s``/``off_delay_s``: the condition must hold, or be gone, that long. ``dead_band``: a high alarm returns at
    or below limit - dead_band, a low alarm at or above limit + dead_band.
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
