"""What the top bar's lamps stand for: alarms by category and priority. :mod:`console.ui.tally` counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from console.domain.alarms import Alarm
from console.domain.rules import Category


@dataclass(frozen=True, slots=True)
class Lamp:
    """One lamp: its name's key, the priority whose colour it takes when something is unhandled (0: stays grey), what it counts."""

    key: str
    priority: int
    counts: Callable[[Alarm], bool]


def _priority(number: int) -> Callable[[Alarm], bool]:
    apart = (Category.FIRE, Category.TRAPPED, Category.SUPERVISORY, Category.ISOLATED, Category.COMMS)
    return lambda alarm: alarm.priority == number and alarm.category not in apart


def _category(category: Category) -> Callable[[Alarm], bool]:
    return lambda alarm: alarm.category is category


LAMPS: tuple[Lamp, ...] = (
    Lamp("fire", 1, _category(Category.FIRE)),
    Lamp("trapped", 1, _category(Category.TRAPPED)),
    Lamp("p1", 1, _priority(1)),
    Lamp("p2", 2, _priority(2)),
    Lamp("p3", 3, _priority(3)),
    Lamp("supervisory", 4, _category(Category.SUPERVISORY)),
    Lamp("isolated", 4, _category(Category.ISOLATED)),
    Lamp("offline", 3, _category(Category.COMMS)),
)
