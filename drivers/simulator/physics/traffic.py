"""Who wants to go where: passengers of one elevator by the hour of the day."""

from __future__ import annotations

import random
from dataclasses import dataclass

from console.domain.times import SECOND
from drivers.simulator.physics.profiles import Shape, at
from drivers.simulator.physics.surroundings import Surroundings

# Passengers an hour and elevator at the peak, and the share of journeys that begin (down-peak: homes empty in the
# morning) or end (up-peak: people come home) at the lobby. Plausible examples after CIBSE Guide D's residential patterns.
HOME_PEAK = 75.0
SHOP_PEAK = 140.0
_HOME: Shape = (
    0.10, 0.06, 0.04, 0.04, 0.06, 0.20, 0.60, 1.00, 0.85, 0.50, 0.45, 0.55,
    0.60, 0.45, 0.40, 0.45, 0.55, 0.85, 1.00, 0.80, 0.60, 0.45, 0.30, 0.18,
)  # fmt: skip
_SHOP: Shape = (
    0.01, 0.00, 0.00, 0.00, 0.00, 0.01, 0.04, 0.10, 0.25, 0.55, 0.75, 0.95,
    1.00, 0.90, 0.85, 0.85, 0.90, 1.00, 1.00, 0.95, 0.80, 0.45, 0.12, 0.03,
)  # fmt: skip
_TO_LOBBY: Shape = (
    0.30, 0.30, 0.30, 0.35, 0.55, 0.80, 0.85, 0.85, 0.80, 0.65, 0.55, 0.50,
    0.45, 0.50, 0.50, 0.45, 0.40, 0.30, 0.25, 0.28, 0.32, 0.32, 0.28, 0.28,
)  # fmt: skip
_BETWEEN_FLOORS = 0.06  # neighbours visiting each other


@dataclass(frozen=True, slots=True)
class Passenger:
    """One journey from a floor to another; floors count from 1."""

    origin: int
    target: int


class Traffic:
    """A seeded stream of passengers, drawn by thinning a Poisson process with the peak rate."""

    def __init__(self, floors: int, shop: bool, surroundings: Surroundings, seed: int) -> None:
        self._floors = floors
        self._shop = shop
        self._surroundings = surroundings
        self._random = random.Random(seed)
        self._peak = SHOP_PEAK if shop else HOME_PEAK

    def next_after(self, now: int) -> int:
        """When somebody may come next, UTC ns (at the peak rate; :meth:`passenger` then thins)."""
        return now + round(self._random.expovariate(self._peak / 3600.0) * SECOND) + 1

    def passenger(self, now: int) -> Passenger | None:
        """Who comes at ``now``, or nobody (it is not the peak hour)."""
        hour = self._surroundings.hour(now)
        if self._random.random() > at(_SHOP if self._shop else _HOME, hour):
            return None
        upper = self._random.randint(2, self._floors)
        if self._shop or self._random.random() < _BETWEEN_FLOORS:
            other = self._random.choice([floor for floor in range(1, self._floors + 1) if floor != upper])
            return Passenger(upper, other) if self._random.random() < 0.5 else Passenger(other, upper)
        return Passenger(upper, 1) if self._random.random() < at(_TO_LOBBY, hour) else Passenger(1, upper)
