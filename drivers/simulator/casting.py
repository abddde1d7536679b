"""Which model stands behind which equipment: chosen by kind, page and rating, never by name.

``rated`` entries that the simulator reads (all optional): ``floors``, ``speed_m_s`` (elevators), ``use`` (commercial for
shops), ``load`` and ``power_kw`` (electricity meters: residential, commercial, hvac, lighting, charging, constant, and the
measured ones elevators, pumps, incoming), ``flow_m3h`` (water meters), ``setpoint_bar`` (pump stations).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from console.domain.estate import Equipment, Estate, Point
from drivers.simulator.physics.controller import MonarchElevator
from drivers.simulator.physics.fire import FirePanel
from drivers.simulator.physics.lift import Lift
from drivers.simulator.physics.loads import SHAPES, Power, PowerMeter, profile_load, sum_of
from drivers.simulator.physics.model import Model
from drivers.simulator.physics.noise import seed_of, unit
from drivers.simulator.physics.profiles import WATER_HOME, at
from drivers.simulator.physics.pump import Pump, PumpCurve, age
from drivers.simulator.physics.stations import BoosterStation, FireStation, Station, SumpStation, Tank
from drivers.simulator.physics.surroundings import Surroundings
from drivers.simulator.physics.traffic import Traffic
from drivers.simulator.physics.watermeter import WaterMeter

_NODE = re.compile(r"node_?(\d+)$")
_SEWAGE = ("sewage_pump", "sump", "sewage_station", "drainage")
_FIRE = ("fire_pump", "jockey_pump", "sprinkler_pump", "fire_tank", "fire_station", "fire_water")

BOOSTER_CURVE = PumpCurve(shut_off=150.0, slope=0.22, best=14.0)
SEWAGE_CURVE = PumpCurve(shut_off=14.0, slope=0.0045, best=28.0, efficiency=0.55, rated_rpm=1450.0)
FIRE_CURVE = PumpCurve(shut_off=115.0, slope=0.0035, best=90.0, efficiency=0.70)
JOCKEY_CURVE = PumpCurve(shut_off=120.0, slope=1.2, best=4.0, efficiency=0.50)


def _number(equipment: Equipment, key: str, default: float) -> float:
    try:
        return float(equipment.rated.get(key, default))
    except ValueError:
        return default


class Cast:
    """All models of an estate, and how they hang together. ``models`` by equipment id; ``stations`` advance their pumps."""

    def __init__(self, estate: Estate, surroundings: Surroundings, began: int) -> None:
        self.models: dict[str, Model] = {}
        self.elevators: dict[str, MonarchElevator] = {}
        self.pumps: dict[str, Pump] = {}
        self.stations: dict[str, Station] = {}
        self.panels: dict[str, FirePanel] = {}
        self.power_meters: dict[str, PowerMeter] = {}
        self.water_meters: dict[str, WaterMeter] = {}
        self._surroundings = surroundings
        self._began = began
        self._parents = {location.id: location.parent for location in estate.locations}
        self._equipment = {each.id: each for each in estate.equipment}
        keys: dict[str, list[Point]] = defaultdict(list)
        for point in estate.points:
            keys[point.equipment].append(point)
        for each in estate.equipment:
            if each.kind == "elevator":
                self._elevator(each)
            elif each.kind == "fire_panel":
                self._panel(each, keys[each.id])
            elif each.kind == "water_meter":
                self._water_meter(each)
        self._water(estate)
        self._power([each for each in estate.equipment if each.kind == "energy_meter"])

    def seed(self, equipment: Equipment) -> int:
        """The seed of one machine."""
        return seed_of(self._surroundings.seed, equipment.id)

    def building(self, equipment: Equipment) -> str:
        """The top location above ``equipment``."""
        place = equipment.location
        while self._parents.get(place):
            place = self._parents[place]
        return place

    def _elevator(self, each: Equipment) -> None:
        floors = max(2, min(48, int(_number(each, "floors", 18))))
        shop = each.rated.get("use") == "commercial"
        speed = _number(each, "speed_m_s", 1.0 if floors < 6 else 1.75 if floors < 20 else 2.5)
        seed = self.seed(each)
        lift = Lift(floors, 4.5 if shop else 3.0, speed)
        traffic = Traffic(floors, shop, self._surroundings, seed)
        car = MonarchElevator(lift, traffic, self._surroundings, self._began, 1 + int(unit(seed, 1) * floors))
        car.starts = 180_000 + int(unit(seed, 2) * 90_000)
        car.door_cycles = car.starts + 4_000
        car.running_s = car.starts * 14.0
        self.elevators[each.id] = self.models[each.id] = car

    def _panel(self, each: Equipment, points: Sequence[Point]) -> None:
        nodes = [int(match[1]) for point in points if (match := _NODE.search(point.key))]
        self.panels[each.id] = self.models[each.id] = FirePanel(nodes, self._surroundings, self._began)

    def _water_meter(self, each: Equipment) -> None:
        seed = self.seed(each)
        peak = _number(each, "flow_m3h", 2.0)
        shop = each.rated.get("use") == "commercial"
        past = peak * 24 * 0.45 * (200 + 600 * unit(seed, 9))
        meter = WaterMeter(peak=peak, shop=shop, surroundings=self._surroundings, seed=seed, began=self._began, volume=past)
        self.water_meters[each.id] = self.models[each.id] = meter

    # -- water ----------------------------------------------------------------------------------------------------------

    def _water(self, estate: Estate) -> None:
        """Pumps stand in the station that is their parent; a pump without one gets a station that nobody sees."""
        pumps = [each for each in estate.equipment if each.page in ("pump", "pump_set") or each.kind.endswith("_pump")]
        crews: dict[str, list[Equipment]] = defaultdict(list)
        for each in pumps:
            if each.page == "pump_set":
                crews[each.id] += []
            else:
                crews[each.parent or f"~{each.id}"].append(each)
        for station_id, crew in crews.items():
            head = self._equipment.get(station_id) or crew[0]
            station = self._station(head, crew)
            self.stations[station_id] = station
            if station_id in self._equipment:
                self.models[station_id] = _Instruments(station)

    def _station(self, head: Equipment, crew: Sequence[Equipment]) -> Station:
        kinds = {each.kind for each in crew} | {head.kind}
        seed = self.seed(head)
        if kinds & set(_SEWAGE):
            pumps = self._crew(crew or [head], [SEWAGE_CURVE] * max(1, len(crew)), hours=1500, starts=21_000, watts=1900)
            return SumpStation(
                pumps, area=4.0, lift=7.0, inflow=self._drain(seed), began=self._began, level=0.6 + 0.4 * unit(seed, 5)
            )
        if kinds & set(_FIRE):
            curves = [FIRE_CURVE] * max(1, len(crew) - 1) + ([JOCKEY_CURVE] if len(crew) > 1 else [])
            pumps = self._crew(crew or [head], curves, hours=90, starts=800, watts=30_000)
            tank = Tank(area=72.0, height=3.5, filling=30.0, part=0.96, opens=0.93, closes=0.97)
            return FireStation(pumps, tank, setpoint_bar=_number(head, "setpoint_bar", 8.5), began=self._began)
        pumps = self._crew(crew or [head], [BOOSTER_CURVE] * max(1, len(crew)), hours=6000, starts=9_500, watts=4200)
        tank = Tank(area=16.0, height=3.0, filling=32.0, part=0.80 + 0.1 * unit(seed, 6))
        setpoint = _number(head, "setpoint_bar", 11.0)
        return BoosterStation(pumps, tank, setpoint_bar=setpoint, demand=self._demand(head, seed), began=self._began)

    def _crew(self, crew: Sequence[Equipment], curves: Sequence[PumpCurve], hours: float, starts: int, watts: float) -> list[Pump]:
        made = []
        for each, curve in zip(crew, curves, strict=True):
            seed = self.seed(each)
            pump = Pump(curve, self._surroundings, seed, self._began)
            age(pump, hours * (0.9 + 0.2 * unit(seed, 7)), int(starts * (0.9 + 0.2 * unit(seed, 8))), watts)
            self.pumps[each.id] = pump
            if each.page != "pump_set":
                self.models[each.id] = _Instruments(pump)
            made.append(pump)
        return made

    def _demand(self, station: Equipment, seed: int) -> Power:
        """What a building draws: the sum of its water meters, or a residential day where it has none."""
        here = self.building(station)
        meters = [meter for id_, meter in self.water_meters.items() if self.building(self._equipment[id_]) == here]
        if meters:
            return lambda _: sum(meter.flow for meter in meters)
        return lambda now: 18.0 * at(WATER_HOME, self._surroundings.hour(now)) * (0.8 + 0.4 * unit(seed, now // 60_000_000_000))

    def _drain(self, seed: int) -> Power:
        """What runs into a sump: a steady seepage, cleaning water in the morning, a passing load now and then."""

        def inflow(now: int) -> float:
            hour = self._surroundings.hour(now)
            cleaning = 2.5 if 6.0 <= hour < 9.0 else 0.0
            return 1.2 + cleaning + (4.0 if unit(seed, now // 300_000_000_000) > 0.93 else 0.0)

        return inflow

    # -- electricity ----------------------------------------------------------------------------------------------------

    def _power(self, meters: Sequence[Equipment]) -> None:
        """Sub-meters first; an incoming meter measures the sum of the others in its building."""
        for each in sorted(meters, key=lambda each: each.rated.get("load") == "incoming"):
            kind = each.rated.get("load", "residential")
            peak = _number(each, "power_kw", 60.0) * 1000.0
            seed = self.seed(each)
            factor = SHAPES[kind][1] if kind in SHAPES else {"elevators": 0.91, "pumps": 0.92}.get(kind, 0.93)
            meter = PowerMeter(
                self._load(each, kind, 0.75 * peak, seed), rated_w=peak, power_factor=factor,
                surroundings=self._surroundings, seed=seed, began=self._began,
            )  # fmt: skip
            meter.aged(peak / 1000.0 * 0.35 * 24 * (150 + 400 * unit(seed, 9)))
            self.power_meters[each.id] = self.models[each.id] = meter

    def _load(self, each: Equipment, kind: str, peak: float, seed: int) -> Power:
        here = self.building(each)
        if kind == "elevators":
            cars = [car for id_, car in self.elevators.items() if self.building(self._equipment[id_]) == here]
            return lambda _: 300.0 + sum(car.power_w for car in cars)
        if kind == "pumps":
            pumps = [pump for id_, pump in self.pumps.items() if self.building(self._equipment[id_]) == here]
            return lambda _: 150.0 + sum(pump.power_w for pump in pumps)
        if kind == "incoming":
            below = [meter for id_, meter in self.power_meters.items() if self.building(self._equipment[id_]) == here]
            return sum_of(below)
        return profile_load(kind if kind in SHAPES else "residential", peak, self._surroundings, seed)

    def advance_cars(self, now: int) -> None:
        """Let the elevators alone live until ``now``: nothing else moves within a fifth of a second."""
        for car in self.elevators.values():
            car.advance(now)

    def advance(self, now: int) -> None:
        """Let everything live until ``now``, causes before effects: people, water meters, stations, panels, electricity."""
        for group in (self.elevators, self.water_meters, self.stations, self.panels, self.power_meters):
            for model in group.values():
                model.advance(now)


class _Instruments:
    """The instruments of a pump or a station: time is let pass by the station that owns them."""

    def __init__(self, owner: Pump | Station) -> None:
        self._owner = owner
        self.units: Mapping[str, str] = owner.units

    def advance(self, now: int) -> None:
        """Nothing: see the class."""

    def values(self) -> Mapping[str, float]:
        """What they show."""
        return self._owner.values()
