"""Pump stations: the hydraulics that drive the pumps. A station advances its pumps; a pump alone does nothing.

All three kinds share the step: long stretches of time are lived through in small pieces, so that levels, run hours and
starts integrate the same way at any speed of the clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

from console.domain.times import HOUR, SECOND
from drivers.simulator.physics.pump import METRES_PER_BAR, Pump

Flow = Callable[[int], float]  # m³/h at a time (UTC ns)


class Station(Protocol):
    """A station and its pumps."""

    pumps: Sequence[Pump]

    @property
    def units(self) -> Mapping[str, str]:
        """The unit of every value that has one."""

    def advance(self, now: int) -> None:
        """Let time pass, for the station and its pumps."""

    def values(self) -> dict[str, float]:
        """The station's own instruments."""


class _Stepper:
    """Cuts time into steps: 1 s up to 10 minutes, coarser for longer jumps (at most 30 s)."""

    units: ClassVar[dict[str, str]] = {
        "suction_pressure": "bar", "discharge_pressure": "bar", "outlet_pressure": "bar", "inlet_pressure": "bar",
        "pressure": "bar", "pressure_setpoint": "bar", "setpoint_pressure": "bar", "network_pressure": "bar",
        "tank_level": "m", "tank_volume": "m³", "sump_level": "m", "level": "m", "flow": "m³/h", "inflow": "m³/h",
        "total_flow": "m³/h", "total_volume": "m³", "inflow_volume": "m³", "room_temp": "℃",
    }  # fmt: skip

    def __init__(self, pumps: Sequence[Pump], began: int) -> None:
        self.pumps = pumps
        self._now = began

    def advance(self, now: int) -> None:
        """See :class:`Station`."""
        gap = now - self._now
        longest = SECOND if gap < HOUR // 6 else 5 * SECOND if gap < 2 * HOUR else 30 * SECOND
        while self._now < now:
            step = min(longest, now - self._now)
            self._now += step
            self._step(step / SECOND)

    def _step(self, dt: float) -> None:
        raise NotImplementedError

    def _by_turn(self) -> list[Pump]:
        """Available pumps: those that run first (no needless change-over), then those with the fewest hours."""
        ready = [pump for pump in self.pumps if pump.available]
        return sorted(ready, key=lambda pump: (not pump.running, pump.on_s))

    def _rotate(self) -> list[Pump]:
        """Available pumps by running hours alone: after a common stop the one with the fewest goes first."""
        return sorted((pump for pump in self.pumps if pump.available), key=lambda pump: pump.on_s)

    def _tried(self, team: Sequence[Pump]) -> list[Pump]:
        """Pumps beside ``team`` whose suction valve was shut: somebody tries them by hand, or nobody would ever notice."""
        return [pump for pump in self.pumps if pump.dry and pump.available and pump not in team]

    def _common(self) -> dict[str, float]:
        running = sum(pump.running for pump in self.pumps)
        tripped = sum(pump.alarm != 0 for pump in self.pumps)
        return {
            "pumps_running": running,
            "pumps_tripped": tripped,
            "auto_mode": 1,
            "remote_mode": 1,
            "common_fault": tripped > 0,
            "flow": sum(pump.flow for pump in self.pumps),
            "total_flow": sum(pump.flow for pump in self.pumps),
        }


class Tank:
    """A break tank with a float valve: it fills from the city main below ``opens`` and stops above ``closes`` (parts of full)."""

    def __init__(
        self, *, area: float, height: float, filling: float, part: float, opens: float = 0.82, closes: float = 0.94
    ) -> None:
        self.area = area  # m²
        self.height = height  # m
        self.filling = filling  # m³/h while the valve is open
        self.volume = area * height * part
        self.inflow_total = 0.0  # m³
        self.outflow_total = 0.0
        self.valve_open = part < opens
        self._opens = opens
        self._closes = closes

    @property
    def level(self) -> float:
        """Water level, m."""
        return self.volume / self.area

    @property
    def inflow(self) -> float:
        """Present inflow, m³/h."""
        return self.filling if self.valve_open else 0.0

    def step(self, outflow: float, dt: float) -> None:
        """Fill and draw for ``dt`` seconds; never below empty: what isn't there isn't drawn."""
        part = self.volume / (self.area * self.height)
        if part < self._opens:
            self.valve_open = True
        elif part > self._closes:
            self.valve_open = False
        came = self.inflow * dt / 3600.0
        left = min(outflow * dt / 3600.0, self.volume + came)
        self.inflow_total += came
        self.outflow_total += left
        self.volume += came - left


_WAKE_BAR = 0.30  # below the set point by this much the sleeping set wakes
_SLEEP_FLOW = 0.6  # m³/h: below it the set fills its vessel and sleeps
_BOOST_BAR = 0.20
_LAG_ON_S = 8.0
_LAG_OFF_S = 30.0
_DRY_LEVEL = 0.25  # m: the station locks its pumps out below


class BoosterStation(_Stepper):
    """Secondary water supply: tank, duty/lag/standby pumps at constant pressure, pressure vessel, sleep at low flow."""

    def __init__(
        self, pumps: Sequence[Pump], tank: Tank, *, setpoint_bar: float, demand: Flow, began: int, vessel_m3_per_bar: float = 0.15
    ) -> None:
        super().__init__(pumps, began)
        self.tank = tank
        self.setpoint = setpoint_bar
        self.pressure = setpoint_bar
        self.delivered = 0.0  # m³, what the homes took
        self.sleeping = False
        self._demand = demand
        self._vessel = vessel_m3_per_bar
        self._wanted = 1
        self._lag_for = 0.0
        self._off_for = 0.0
        for pump in pumps:
            pump.setpoint_bar = setpoint_bar

    @property
    def suction(self) -> float:
        """Pressure at the suction side, bar: the tank stands beside the pumps."""
        return self.tank.level / METRES_PER_BAR

    def _step(self, dt: float) -> None:
        demand = self._demand(self._now) * min(1.0, math.sqrt(max(0.0, self.pressure / self.setpoint)))
        locked = self.tank.level < _DRY_LEVEL
        if self.sleeping and self.pressure < self.setpoint - _WAKE_BAR:
            self.sleeping = False
        ready = [] if locked or self.sleeping else (self._by_turn() if any(p.running for p in self.pumps) else self._rotate())
        team = ready[: self._wanted] + self._tried(ready[: self._wanted])
        moving = [pump for pump in team if not pump.dry]
        flow = self._press(moving, demand, dt) if moving else self._coast(demand, dt)
        self._stage(moving, len(ready), demand, dt)
        for pump in self.pumps:
            if pump in moving:
                each = flow / len(moving)
                head = max(0.0, self.pressure - self.suction) * METRES_PER_BAR
                pump.drive(max(0.3, pump.curve.speed_for(head, each)), each, self.suction)
            elif pump in team:
                pump.drive(0.8, 0.0, 0.0)
            else:
                pump.drive(0.0, 0.0, self.suction)
            pump.integrate(dt)
        self.tank.step(flow, dt)
        self.delivered += demand * dt / 3600.0

    def _press(self, moving: list[Pump], demand: float, dt: float) -> float:
        """Pressure follows what the pumps can give, the vessel takes or gives the difference. Returns the pumped flow."""
        curve = moving[0].curve
        able = self.suction + max(0.0, curve.head(demand / len(moving), 1.0)) / METRES_PER_BAR
        wanted = self.setpoint + (_BOOST_BAR if demand < _SLEEP_FLOW else 0.0)
        before = self.pressure
        self.pressure += (min(wanted, able) - self.pressure) * (1.0 - math.exp(-dt / 4.0))
        if demand < _SLEEP_FLOW and self.pressure > self.setpoint + 0.9 * _BOOST_BAR:
            self.sleeping = True
        return max(0.0, demand + (self.pressure - before) * self._vessel * 3600.0 / dt)

    def _coast(self, demand: float, dt: float) -> float:
        """Nothing pumps: the vessel empties into the network."""
        self.pressure = max(0.0, self.pressure - demand * dt / 3600.0 / self._vessel)
        return 0.0

    def _stage(self, moving: list[Pump], ready: int, demand: float, dt: float) -> None:
        """Call the lag pump when the duty pumps are at their limit; let it go when fewer would do."""
        if not moving:
            self._wanted = 1 if self.sleeping else max(1, self._wanted)
            return
        curve = moving[0].curve
        head = (self.setpoint - self.suction) * METRES_PER_BAR
        limit = curve.speed_for(head, demand / len(moving)) > 0.98
        fewer = len(moving) > 1 and curve.speed_for(head, demand / (len(moving) - 1)) < 0.93
        self._lag_for = self._lag_for + dt if limit else 0.0
        self._off_for = self._off_for + dt if fewer else 0.0
        if self._lag_for > _LAG_ON_S and self._wanted < ready:
            self._wanted += 1
            self._lag_for = 0.0
        elif self._off_for > _LAG_OFF_S:
            self._wanted -= 1
            self._off_for = 0.0

    def values(self) -> dict[str, float]:
        """The station's instruments."""
        return self._common() | {
            "suction_pressure": self.suction, "inlet_pressure": self.suction,
            "discharge_pressure": self.pressure, "outlet_pressure": self.pressure, "pressure": self.pressure,
            "pressure_setpoint": self.setpoint, "setpoint_pressure": self.setpoint,
            "tank_level": self.tank.level, "level": self.tank.level, "tank_volume": self.tank.volume,
            "inflow": self.tank.inflow, "inlet_valve": self.tank.valve_open,
            "total_volume": self.tank.outflow_total, "inflow_volume": self.tank.inflow_total,
            "low_level": self.tank.level < _DRY_LEVEL, "high_level": self.tank.level > 0.98 * self.tank.height,
        }  # fmt: skip


class SumpStation(_Stepper):
    """Drainage: water runs in, the duty pump starts at one level, the standby at a higher one, both stop at the low level."""

    start_level = 1.10
    assist_level = 1.45
    stop_level = 0.45
    high_level = 1.70

    def __init__(self, pumps: Sequence[Pump], *, area: float, lift: float, inflow: Flow, began: int, level: float = 0.8) -> None:
        super().__init__(pumps, began)
        self.area = area
        self.lift = lift  # m from the sump to the sewer
        self.volume = area * level
        self.inflow_total = 0.0
        self.outflow_total = 0.0
        self._inflow = inflow
        self._wanted = 0

    @property
    def level(self) -> float:
        """Water level, m."""
        return self.volume / self.area

    def _step(self, dt: float) -> None:
        if self.level >= self.assist_level:
            self._wanted = 2
        elif self.level >= self.start_level:
            self._wanted = max(1, self._wanted)
        elif self.level <= self.stop_level:
            self._wanted = 0
        pumped = 0.0
        team = (self._by_turn() if any(pump.running for pump in self.pumps) else self._rotate())[: self._wanted]
        team += self._tried(team)
        for pump in self.pumps:
            # The rising main adds about a third of the pump's own slope: where the two curves meet is the flow.
            flow = math.sqrt(max(0.0, pump.curve.shut_off - self.lift) / (pump.curve.slope * 1.35)) if pump in team else 0.0
            pump.drive(1.0 if pump in team else 0.0, flow, 0.0)
            pump.integrate(dt)
            pumped += pump.flow
        came = self._inflow(self._now) * dt / 3600.0
        left = min(pumped * dt / 3600.0, self.volume + came)
        self.inflow_total += came
        self.outflow_total += left
        self.volume += came - left

    def values(self) -> dict[str, float]:
        """The station's instruments."""
        return self._common() | {
            "sump_level": self.level, "tank_level": self.level, "level": self.level, "inflow": self._inflow(self._now),
            "high_level": self.level > self.high_level, "low_level": self.level < self.stop_level - 0.1,
            "total_volume": self.outflow_total, "tank_volume": self.volume,
            "suction_pressure": self.level / METRES_PER_BAR, "discharge_pressure": self._discharge(),
            "outlet_pressure": self._discharge(),
        }  # fmt: skip

    def _discharge(self) -> float:
        return max(self.lift / METRES_PER_BAR, *(pump.head / METRES_PER_BAR for pump in self.pumps))


class FireStation(_Stepper):
    """Fire water: the small last pump (jockey, 稳压泵) holds the pressure; the fire pump starts when it falls further."""

    def __init__(self, pumps: Sequence[Pump], tank: Tank, *, setpoint_bar: float, began: int) -> None:
        super().__init__(pumps, began)
        self.tank = tank
        self.setpoint = setpoint_bar
        self.pressure = setpoint_bar - 0.1
        self.draw = 0.0  # m³/h through opened hydrants
        self._leak = 0.035  # m³/h: fittings of a large network weep
        self._elasticity = 0.03  # m³ per bar
        self._holding = False
        self._fighting = False
        for pump in pumps:
            pump.setpoint_bar = setpoint_bar

    def _step(self, dt: float) -> None:
        jockey, mains = self.pumps[-1], self.pumps[:-1]
        if self.pressure < self.setpoint - 0.7:
            self._holding = True
        elif self.pressure > self.setpoint:
            self._holding = False
        if self.pressure < self.setpoint - 2.0:
            self._fighting = True
        elif self.draw == 0.0 and self.pressure > self.setpoint + 0.3:
            self._fighting = False  # a person stops it on site; here the pressure does
        head = max(0.0, self.pressure - self.suction) * METRES_PER_BAR
        inflow = 0.0
        fighter = next((pump for pump in mains if pump.available), None) if self._fighting else None
        for pump in self.pumps:
            on = pump is fighter or (pump is jockey and self._holding) or (pump.dry and pump.available)
            flow = math.sqrt(max(0.0, pump.curve.shut_off - head) / pump.curve.slope) if on else 0.0
            pump.drive(1.0 if on else 0.0, flow, self.suction)
            pump.integrate(dt)
            inflow += pump.flow
        change = (inflow - self.draw - self._leak) * dt / 3600.0 / self._elasticity
        ceiling = self.suction + max(pump.curve.shut_off for pump in self.pumps) / METRES_PER_BAR
        self.pressure = min(max(0.0, self.pressure + min(0.5, change)), ceiling)
        self.tank.step(inflow, dt)

    @property
    def suction(self) -> float:
        """Pressure at the suction side, bar."""
        return self.tank.level / METRES_PER_BAR

    def values(self) -> dict[str, float]:
        """The station's instruments."""
        return self._common() | {
            "suction_pressure": self.suction, "inlet_pressure": self.suction, "discharge_pressure": self.pressure,
            "outlet_pressure": self.pressure, "network_pressure": self.pressure, "pressure": self.pressure,
            "pressure_setpoint": self.setpoint, "setpoint_pressure": self.setpoint, "tank_level": self.tank.level,
            "level": self.tank.level, "tank_volume": self.tank.volume, "inflow": self.tank.inflow,
            "low_level": self.tank.level < 0.5 * self.tank.height, "high_level": self.tank.level > 0.99 * self.tank.height,
            "inlet_valve": self.tank.valve_open, "total_volume": self.tank.outflow_total,
        }  # fmt: skip
