"""What electricity meters measure: load by the hour, three phases, and energies that integrate the power."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

from console.domain.times import MINUTE, SECOND
from drivers.simulator.physics.noise import smooth, unit
from drivers.simulator.physics.profiles import CHARGING, CONSTANT, LIGHTING, POWER_HOME, POWER_SHOP, Shape, at
from drivers.simulator.physics.surroundings import Surroundings

Power = Callable[[int], float]  # W at a time (UTC ns)

NOMINAL_V = 220.0
_SUM = ("active_power", "apparent_power", "reactive_power")

SHAPES: dict[str, tuple[Shape, float]] = {  # shape, power factor
    "residential": (POWER_HOME, 0.96),
    "commercial": (POWER_SHOP, 0.92),
    "hvac": (POWER_SHOP, 0.91),
    "lighting": (LIGHTING, 0.94),
    "charging": (CHARGING, 0.98),
    "constant": (CONSTANT, 0.95),
}


def profile_load(kind: str, peak_w: float, surroundings: Surroundings, seed: int) -> Power:
    """Power of a load of ``kind`` with ``peak_w`` at its busiest hour: daily shape, weather for air conditioning, and slow and
    quick changes (people switch things on and off)."""
    shape, _ = SHAPES[kind]

    def power(now: int) -> float:
        base = at(shape, surroundings.hour(now))
        if kind == "hvac":
            base *= min(1.0, 0.25 + abs(surroundings.outdoor(now) - 20.0) / 14.0)
        elif kind in ("residential", "commercial"):
            base *= 0.85 + 0.15 * min(1.0, abs(surroundings.outdoor(now) - 20.0) / 12.0)
        if kind == "residential" and surroundings.weekend(now):
            base = min(1.0, base * 1.12)
        return peak_w * base * (1.0 + 0.10 * smooth(seed, now, 900.0) + 0.05 * smooth(seed + 1, now, 45.0))

    return power


class PowerMeter:
    """A three-phase meter on ``load`` (W). Voltages sag a little with the load; energies integrate what it shows."""

    def __init__(
        self, load: Power, *, rated_w: float, power_factor: float, surroundings: Surroundings, seed: int, began: int
    ) -> None:
        self._load = load
        self._rated = max(1.0, rated_w)
        self._pf = power_factor
        self._surroundings = surroundings
        self._seed = seed
        self._now = began
        shares = [1.0 + 0.16 * (unit(seed, n) - 0.5) for n in range(3)]
        self._shares = [share / sum(shares) for share in shares]
        self.power = self._power_at(began)
        self.import_kwh = 0.0
        self.import_phase_kwh = [0.0, 0.0, 0.0]
        self.reactive_kvarh = 0.0

    units: ClassVar[dict[str, str]] = {
        **{f"voltage_l{n}": "V" for n in (1, 2, 3)}, **{f"current_l{n}": "A" for n in (1, 2, 3)},
        **{f"active_power_l{n}": "W" for n in (1, 2, 3)}, **{f"apparent_power_l{n}": "VA" for n in (1, 2, 3)},
        **{f"reactive_power_l{n}": "var" for n in (1, 2, 3)}, **{f"energy_import_l{n}": "kW·h" for n in (1, 2, 3)},
        **{f"energy_export_l{n}": "kW·h" for n in (1, 2, 3)}, **{f"energy_total_l{n}": "kW·h" for n in (1, 2, 3)},
        **{f"thd_voltage_l{n}": "%" for n in (1, 2, 3)}, "thd_voltage_avg": "%",
        "active_power": "W", "apparent_power": "VA", "reactive_power": "var", "phase_angle": "°",
        "frequency": "Hz", "energy_import": "kW·h", "energy_export": "kW·h", "energy_total": "kW·h",
        "reactive_energy_import": "kvar·h", "reactive_energy_export": "kvar·h", "reactive_energy_total": "kvar·h",
    }  # fmt: skip

    def aged(self, kwh: float) -> None:
        """Give the meter a past of ``kwh``."""
        self.import_kwh = kwh
        self.import_phase_kwh = [kwh * share for share in self._shares]
        self.reactive_kvarh = kwh * math.tan(math.acos(self._pf))

    def _power_at(self, now: int) -> float:
        return max(0.0, self._load(now)) if self._surroundings.mains else 0.0

    def advance(self, now: int) -> None:
        """Integrate by the trapezoid rule, in steps of at most a minute."""
        while self._now < now:
            step = min(MINUTE, now - self._now)
            self._now += step
            before, self.power = self.power, self._power_at(self._now)
            kwh = (before + self.power) / 2.0 * step / SECOND / 3.6e6
            self.import_kwh += kwh
            self.reactive_kvarh += kwh * math.tan(math.acos(self._pf))
            for phase, share in enumerate(self._shares):
                self.import_phase_kwh[phase] += kwh * share

    def values(self) -> dict[str, float]:
        """Every value by point key."""
        mains = self._surroundings.mains
        tangent = math.tan(math.acos(self._pf))
        values: dict[str, float] = {}
        for phase, share in enumerate(self._shares):
            name = f"l{phase + 1}"
            active = self.power * share
            apparent = active / self._pf
            sag = 6.0 * min(1.2, self.power / self._rated)
            volts = NOMINAL_V + 2.5 * smooth(self._seed + 7 + phase, self._now, 120.0) + 4.0 - sag if mains else 0.0
            values[f"voltage_{name}"] = volts
            values[f"current_{name}"] = apparent / volts if volts else 0.0
            values[f"active_power_{name}"] = active
            values[f"apparent_power_{name}"] = apparent
            values[f"reactive_power_{name}"] = active * tangent
            values[f"power_factor_{name}"] = self._pf if active else 1.0
            values[f"energy_import_{name}"] = self.import_phase_kwh[phase]
            values[f"energy_export_{name}"] = 0.0
            values[f"energy_total_{name}"] = self.import_phase_kwh[phase]
            values[f"thd_voltage_{name}"] = (1.6 + 0.4 * smooth(self._seed + 20 + phase, self._now, 300.0)) * mains
        values["thd_voltage_avg"] = sum(values[f"thd_voltage_l{n}"] for n in (1, 2, 3)) / 3.0
        for total in _SUM:
            values[total] = sum(values[f"{total}_l{n}"] for n in (1, 2, 3))
        values |= {
            "power_factor": self._pf if self.power else 1.0,
            "phase_angle": math.degrees(math.acos(self._pf)),
            "frequency": 50.0 + 0.04 * smooth(1, self._now, 30.0) if mains else 0.0,
            "energy_import": self.import_kwh,
            "energy_export": 0.0,
            "energy_total": self.import_kwh,
            "reactive_energy_import": self.reactive_kvarh,
            "reactive_energy_export": 0.0,
            "reactive_energy_total": self.reactive_kvarh,
        }
        return values


def sum_of(meters: Sequence[PowerMeter], losses: float = 0.015) -> Power:
    """The load of an incoming meter: everything below it, and the losses of cables and transformer."""

    def power(_: int) -> float:
        return sum(meter.power for meter in meters) * (1.0 + losses)

    return power
