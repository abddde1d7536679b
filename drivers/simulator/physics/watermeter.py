"""Water meters: a flow by the hour, and a volume that integrates it."""

from __future__ import annotations

from typing import ClassVar

from console.domain.times import MINUTE, SECOND
from drivers.simulator.physics.noise import smooth, unit
from drivers.simulator.physics.profiles import WATER_HOME, WATER_SHOP, at
from drivers.simulator.physics.surroundings import Surroundings


class WaterMeter:
    """A meter with ``peak`` m³/h at the busiest hour. Draws come and go: the flow is a daily shape times short taps."""

    units: ClassVar[dict[str, str]] = {"flow": "m³/h", "total": "m³", "battery": "%"}

    def __init__(self, *, peak: float, shop: bool, surroundings: Surroundings, seed: int, began: int, volume: float = 0.0) -> None:
        self._peak = peak
        self._shape = WATER_SHOP if shop else WATER_HOME
        self._surroundings = surroundings
        self._seed = seed
        self._now = began
        self.volume = volume
        self.leak = 0.0  # m³/h that never stops
        self.flow = self.flow_at(began)
        self._battery = 3.55 + 0.1 * unit(seed, 3)  # V, a lithium cell

    def flow_at(self, now: int) -> float:
        """Flow at a time, m³/h."""
        shape = at(self._shape, self._surroundings.hour(now))
        taps = max(0.0, 1.0 + 0.55 * smooth(self._seed, now, 150.0) + 0.35 * smooth(self._seed + 1, now, 25.0))
        return self._peak * shape * taps + self.leak

    def advance(self, now: int) -> None:
        """Integrate by the trapezoid rule, in steps of at most a minute."""
        while self._now < now:
            step = min(MINUTE, now - self._now)
            self._now += step
            before, self.flow = self.flow, self.flow_at(self._now)
            self.volume += (before + self.flow) / 2.0 * step / SECOND / 3600.0

    def values(self) -> dict[str, float]:
        """Every value by point key."""
        return {"flow": self.flow, "total": self.volume, "battery": 100.0 * (self._battery - 2.8) / 0.9, "leak": self.leak > 0}
