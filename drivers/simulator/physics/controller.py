"""What an elevator's controller shows of it: the registers of a Monarch NICE3000+, in natural units.

Source of the meanings: imace/ElevatorControl2, the vendor's commissioning app (config/types/monarch_nice3000.yaml).
"""

from __future__ import annotations

from typing import ClassVar

from drivers.simulator.physics.elevator import Elevator
from drivers.simulator.physics.lift import Calls, Phase

_CAR_STATE = {Phase.WAITING: 0, Phase.OPENING: 1, Phase.OPEN: 2, Phase.CLOSING: 3, Phase.RUNNING: 5, Phase.STUCK: 4}
_STOPPING = 6
_CLOSED_HOLD = 4

_BALANCE = 0.45  # the counterweight balances 45 % of the rated load
_NO_LOAD_A = 6.0
_LOAD_A = 22.0  # at full imbalance and rated speed
_ACCELERATION_A = 14.0
_DC_LINK_V = 540.0  # 400 V rectified
_FULL_LOAD = 0.8
_OVERLOAD = 1.1
_RATED_HZ = 50.0


def _car_calls(calls: Calls, first: int) -> int:
    """The word of eight floors from ``first``: bit n is floor first + n."""
    return sum(1 << (floor - first) for floor in calls.car if first <= floor < first + 8)


def _hall_calls(calls: Calls, first: int) -> int:
    """The word of four floors from ``first``: even bits up, odd bits down."""
    up = sum(1 << 2 * (floor - first) for floor in calls.up if first <= floor < first + 4)
    return up + sum(1 << 2 * (floor - first) + 1 for floor in calls.down if first <= floor < first + 4)


class MonarchElevator(Elevator):
    """An elevator with its controller's instruments."""

    units: ClassVar[dict[str, str]] = {
        "car_speed": "m/s", "rated_speed": "m/s", "dc_link_voltage": "V", "output_current": "A", "output_frequency": "Hz",
        "car_position": "m", "car_load": "%", "deceleration_distance": "m",
    }  # fmt: skip

    @property
    def current_a(self) -> float:
        """Motor current: imbalance against the counterweight, plus acceleration; 0 at rest (the brake holds)."""
        _, speed, push = self.position()
        if speed == 0 and push == 0:
            return 0.0
        imbalance = abs(self.load_kg / self.lift.capacity_kg - _BALANCE) / (1 - _BALANCE)
        return _NO_LOAD_A + _LOAD_A * imbalance + _ACCELERATION_A * abs(push) / self.lift.acceleration

    @property
    def power_w(self) -> float:
        """Electrical power: stand-by (drive, lights, fan) and the lifting of the imbalance; never below stand-by
        (the brake resistor eats what a falling load gives back)."""
        if not self._surroundings.mains:
            return 0.0
        _, speed, push = self.position()
        lifting = (self.load_kg - _BALANCE * self.lift.capacity_kg) * 9.81 * speed / 0.8
        moving = 2500.0 * self.lift.capacity_kg * abs(push) * abs(speed) / 1000.0
        return 450.0 + max(0.0, lifting + moving + (600.0 if speed else 0.0))

    def values(self) -> dict[str, float]:
        """Every value by point key."""
        position, speed, push = self.position()
        load = self.load_kg / self.lift.capacity_kg
        door = self.door_opening
        state = _CAR_STATE[self.phase]
        if self.phase is Phase.RUNNING and push * speed < 0:
            state = _STOPPING
        elif self.phase is Phase.STUCK or (self.phase is Phase.WAITING and self.direction):
            state = _CLOSED_HOLD
        curtain = self.phase is Phase.OPEN and self.door_cycles % 2 == 0  # somebody stands in the door
        full, over = load >= _FULL_LOAD, load >= _OVERLOAD
        mains = self._surroundings.mains
        outputs = (
            (self.phase is Phase.OPENING)
            | (self.phase is Phase.CLOSING) << 1
            | (door <= 0.0) << 2
            | (self.phase is Phase.OPENING and self.direction > 0) << 6
            | (self.phase is Phase.OPENING and self.direction < 0) << 7
        )
        values: dict[str, float] = {
            "car_speed": speed,
            "rated_speed": self.lift.speed,
            "dc_link_voltage": _DC_LINK_V + (18.0 * (speed > 0) * push if mains else -390.0),
            "output_current": self.current_a,
            "output_frequency": abs(speed) / self.lift.speed * _RATED_HZ,
            "current_floor": self.floor,
            "car_position": position,
            "car_load": load * 100.0,
            "cartop_outputs": outputs,
            "service_mode": int(self.mode),
            "car_state": state,
            "direction": 3 if speed == 0 else 1 if speed > 0 else 2,
            "fault_code": self.fault,
            "deceleration_distance": speed * speed / (2 * self.lift.acceleration),
            "trapped": self.trapped,
            "door_open": door >= 1.0,
            "door_closed": door <= 0.0,
            "door2_open": 0,
            "door2_closed": 1,
            "door_lock": door <= 0.0,
            "light_curtain": curtain,
            "light_curtain2": 0,
            "full_load": full,
            "overload": over,
            "attendant": 0,
            "independent_run": 0,
            "firefighter": 0,
            "parking_key": 0,
            "fire_switch": 0,
        }
        for first in range(1, 49, 8):
            values[f"car_calls_{first}_{first + 7}"] = _car_calls(self.calls, first)
        for first in range(1, 49, 4):
            values[f"hall_calls_{first}_{first + 3}"] = _hall_calls(self.calls, first)
        return values
