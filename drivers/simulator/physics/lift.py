"""The words of an elevator: the machine's figures, its phases and modes, its fault codes and its pressed buttons."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

NEVER = 1 << 62

E09_UNDERVOLTAGE = 9
E41_SAFETY_CIRCUIT = 41
E52_HALL_CALLS = 52


class Phase(enum.Enum):
    """What the car is doing."""

    WAITING = enum.auto()
    OPENING = enum.auto()
    OPEN = enum.auto()
    CLOSING = enum.auto()
    RUNNING = enum.auto()
    STUCK = enum.auto()  # stopped where it is, doors closed


class Mode(enum.IntEnum):
    """The controller's service mode (bits 4-7 of its system state)."""

    INSPECTION = 0
    FAULT = 5
    AUTOMATIC = 7
    RELEVELLING = 10


@dataclass(frozen=True, slots=True)
class Lift:
    """The machine. Metres, m/s, m/s², kg, seconds; a 1,000 kg car is the usual one in residential towers."""

    floors: int
    floor_height: float = 3.0
    speed: float = 2.5
    acceleration: float = 0.8
    capacity_kg: float = 1000.0
    opening_s: float = 2.2
    closing_s: float = 2.8
    dwell_s: float = 3.0
    boarding_s: float = 0.9

    @property
    def height(self) -> float:
        """Position of the top floor; the bottom floor is 0."""
        return (self.floors - 1) * self.floor_height


PERSON_KG = 72.0
FULL = 0.8  # passengers leave the rest of the room empty


@dataclass(slots=True)
class Calls:
    """Pressed buttons, by floor (1 = lowest)."""

    car: set[int] = field(default_factory=set)
    up: set[int] = field(default_factory=set)
    down: set[int] = field(default_factory=set)

    def all(self) -> set[int]:
        """Every floor that somebody called."""
        return self.car | self.up | self.down
