"""One centrifugal pump on a frequency converter: affinity laws, shaft power, motor current, counters and faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from console.domain.times import HOUR, SECOND
from drivers.simulator.physics.noise import smooth
from drivers.simulator.physics.surroundings import Surroundings

# Grundfos alarm codes (config/types/grundfos_cim500.yaml).
ALARM_UNDERVOLTAGE = 40
ALARM_OVERLOAD = 48
ALARM_DRY_RUNNING = 57

RHO_G = 9.81e3 / 3.6e3  # W per (m³/h · m): hydraulic power of water
METRES_PER_BAR = 10.197
DRY_AFTER_S = 10.0  # the dry-running protection waits that long


@dataclass(frozen=True, slots=True)
class PumpCurve:
    """Head at full speed: ``shut_off`` - ``slope`` * q² (m, m³/h); ``best`` is the flow of best efficiency ``efficiency``."""

    shut_off: float
    slope: float
    best: float
    efficiency: float = 0.66
    motor: float = 0.90
    voltage: float = 400.0
    power_factor: float = 0.86
    rated_rpm: float = 2900.0

    def head(self, flow: float, speed: float) -> float:
        """Head (m) at ``flow`` (m³/h) and relative ``speed`` (0-1)."""
        return self.shut_off * speed * speed - self.slope * flow * flow

    def speed_for(self, head: float, flow: float) -> float:
        """The relative speed that gives ``head`` at ``flow``; may exceed 1, which the drive cannot do."""
        return math.sqrt(max(0.0, head + self.slope * flow * flow) / self.shut_off)

    def eta(self, flow: float, speed: float) -> float:
        """Hydraulic efficiency: a parabola with its top at the best point of that speed."""
        if speed <= 0:
            return self.efficiency
        part = flow / (self.best * speed)
        return max(0.12, self.efficiency * (1.0 - (part - 1.0) ** 2))


class Pump:
    """A pump. Its station sets speed, flow and suction through :meth:`drive`; it keeps its own counters and protection."""

    units: ClassVar[dict[str, str]] = {
        "head": "m", "flow": "m³/h", "relative_performance": "%", "speed": "r/min", "frequency": "Hz", "current": "A",
        "dc_link_voltage": "V", "power": "W", "electronics_temp": "℃", "liquid_temp": "℃", "run_hours": "h", "powered_hours": "h",
        "energy_total": "kW·h", "pumped_volume": "m³", "outlet_pressure": "bar", "diff_pressure": "bar", "process_feedback": "%",
        "actual_setpoint": "%", "user_setpoint": "%", "specific_energy": "W·h/m³", "nominal_frequency": "Hz",
    }  # fmt: skip

    def __init__(self, curve: PumpCurve, surroundings: Surroundings, seed: int, began: int) -> None:
        self.curve = curve
        self.speed = 0.0  # relative
        self.flow = 0.0  # m³/h
        self.head = 0.0  # m
        self.suction_bar = 0.0
        self.alarm = 0
        self.warning = 0
        self.dry = False  # its suction valve is shut: it turns and moves nothing
        self.setpoint_bar = 0.0
        self.sensor_max_bar = 16.0
        self.on_s = 0.0
        self.powered_s = 0.0
        self.energy_ws = 0.0
        self.volume = 0.0
        self.starts = 0
        self._surroundings = surroundings
        self._seed = seed
        self._dry_s = 0.0
        self._now = began
        self._heat = 0.0

    @property
    def running(self) -> bool:
        """True while it turns."""
        return self.speed > 0

    @property
    def available(self) -> bool:
        """True if its station may start it."""
        return self.alarm == 0 and self._surroundings.mains

    def drive(self, speed: float, flow: float, suction_bar: float) -> None:
        """Set its point of work: relative speed (0 = stopped) and flow."""
        if not self.available:
            speed = 0.0
        if speed > 0 and self.speed == 0:
            self.starts += 1
        self.speed = min(1.0, max(0.0, speed))
        self.flow = 0.0 if self.dry or self.speed == 0 else max(0.0, flow)
        self.head = 0.0 if self.dry or self.speed == 0 else max(0.0, self.curve.head(self.flow, self.speed))
        self.suction_bar = suction_bar

    def trip(self, code: int) -> None:
        """Stop with an alarm that stays until :meth:`reset`."""
        self.alarm = code
        self.drive(0.0, 0.0, self.suction_bar)

    def run_dry(self) -> None:
        """Shut its suction valve; it trips when it has turned without water for :data:`DRY_AFTER_S`."""
        self.dry = True

    def reset(self) -> None:
        """Clear the alarm and open its valve."""
        self.alarm = 0
        self.dry = False
        self._dry_s = 0.0

    @property
    def power_w(self) -> float:
        """Electrical power: the converter's own 25 W, and the shaft's; running dry only churns."""
        if not self._surroundings.mains:
            return 0.0
        if not self.running:
            return 25.0
        if self.dry:
            full = RHO_G * self.curve.best * self.curve.head(self.curve.best, 1.0) / self.curve.efficiency
            return 25.0 + 0.25 * full * self.speed**3
        churn = 0.15 * RHO_G * self.curve.best * self.curve.shut_off * self.speed**3
        shaft = RHO_G * self.flow * self.head / self.curve.eta(self.flow, self.speed)
        return 25.0 + max(shaft, churn) / self.curve.motor

    @property
    def current_a(self) -> float:
        """Motor current."""
        if not self.running:
            return 0.0
        return self.power_w / (math.sqrt(3.0) * self.curve.voltage * self.curve.power_factor)

    def integrate(self, seconds_: float) -> None:
        """Let ``seconds_`` pass at the present point of work."""
        self._now += round(seconds_ * SECOND)
        if not self._surroundings.mains:
            self.alarm = self.alarm or ALARM_UNDERVOLTAGE
            self.drive(0.0, 0.0, self.suction_bar)
            return
        if self.alarm == ALARM_UNDERVOLTAGE:
            self.alarm = 0
        self.powered_s += seconds_
        self.energy_ws += self.power_w * seconds_
        self._heat += (self.speed**2 * 28.0 - self._heat) * (1.0 - math.exp(-seconds_ / 600.0))
        if not self.running:
            self._dry_s = 0.0
            return
        self.on_s += seconds_
        self.volume += self.flow * seconds_ / 3600.0
        self._dry_s = self._dry_s + seconds_ if self.dry else 0.0
        if self._dry_s >= DRY_AFTER_S:
            self.trip(ALARM_DRY_RUNNING)

    def values(self) -> dict[str, float]:
        """Every value by point key, in :attr:`units`."""
        ambient = self._surroundings.indoor(self._now)
        outlet = self.suction_bar + self.head / METRES_PER_BAR if self.running else self.suction_bar
        feedback = 100.0 * min(1.0, outlet / self.sensor_max_bar)
        setpoint = 100.0 * self.setpoint_bar / self.sensor_max_bar
        on = self.alarm == 0 and self._surroundings.mains
        return {
            "run_state": self.running, "switched_on": on, "remote_mode": 1, "forced_local": 0, "max_speed": self.speed >= 1.0,
            "min_speed": 0, "low_flow_stop": 0, "alarm_active": self.alarm != 0, "warning_active": self.warning != 0,
            "process_feedback": feedback, "control_mode": 4, "operation_mode": 0, "alarm_code": self.alarm,
            "warning_code": self.warning, "bearing_service": 24, "drive_state": self.running, "nominal_frequency": 50.0,
            "control_source": 2, "head": self.head, "flow": self.flow, "relative_performance": self.speed * 100.0,
            "speed": self.speed * self.curve.rated_rpm, "frequency": self.speed * 50.0, "actual_setpoint": setpoint,
            "user_setpoint": setpoint, "current": self.current_a,
            "dc_link_voltage": (560.0 + 6.0 * smooth(self._seed, self._now, 40.0)) * self._surroundings.mains,
            "power": self.power_w, "electronics_temp": ambient + 6.0 + self._heat,
            "liquid_temp": 8.0 + 0.45 * ambient, "run_hours": self.on_s / 3600.0, "powered_hours": self.powered_s / 3600.0,
            "energy_total": self.energy_ws / 3.6e6, "start_count": self.starts, "pumped_volume": self.volume,
            "specific_energy": self.power_w / self.flow if self.flow > 0.1 else 0.0,
            "diff_pressure": self.head / METRES_PER_BAR, "outlet_pressure": outlet,
        }  # fmt: skip


def age(pump: Pump, hours: float, starts: int, duty_power_w: float) -> None:
    """Give a new pump a past: ``hours`` of running in ``starts`` starts, the counters to match."""
    pump.on_s = hours * HOUR / SECOND
    pump.powered_s = pump.on_s * 2.4
    pump.energy_ws = pump.on_s * duty_power_w
    pump.volume = hours * pump.curve.best * 0.6
    pump.starts = starts
