"""Pumps, stations and water meters: masses balance, counters integrate, standby pumps take over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from console.domain.times import HOUR, MINUTE, SECOND
from drivers.simulator.casting import BOOSTER_CURVE, FIRE_CURVE, JOCKEY_CURVE, SEWAGE_CURVE
from drivers.simulator.physics.pump import ALARM_DRY_RUNNING, ALARM_OVERLOAD, ALARM_UNDERVOLTAGE, Pump, age
from drivers.simulator.physics.stations import BoosterStation, FireStation, SumpStation, Tank
from drivers.simulator.physics.surroundings import Surroundings
from drivers.simulator.physics.watermeter import WaterMeter
from tests.helpers.demo_estate import MORNING

Flow = Callable[[int], float]


def pumps(*curves: object, surroundings: Surroundings | None = None) -> list[Pump]:
    here = surroundings or Surroundings(1)
    return [Pump(curve, here, number, MORNING) for number, curve in enumerate(curves)]  # type: ignore[arg-type]


def booster(demand: Flow, count: int = 3, part: float = 0.85, filling: float = 32.0) -> BoosterStation:
    tank = Tank(area=16.0, height=3.0, filling=filling, part=part)
    return BoosterStation(pumps(*[BOOSTER_CURVE] * count), tank, setpoint_bar=11.0, demand=demand, began=MORNING)


def test_the_tank_keeps_what_came_and_did_not_leave() -> None:
    station = booster(lambda now: 10.0 + 8.0 * ((now // (7 * MINUTE)) % 2))
    before = station.tank.volume
    for minute in range(1, 300):
        station.advance(MORNING + minute * MINUTE)
    tank = station.tank
    assert tank.inflow_total > 10
    assert tank.volume - before == pytest.approx(tank.inflow_total - tank.outflow_total, abs=1e-6)


def test_what_the_pumps_moved_left_the_tank_and_reached_the_homes() -> None:
    station = booster(lambda _: 12.0)
    station.advance(MORNING + HOUR)
    moved = sum(pump.volume for pump in station.pumps)
    assert moved == pytest.approx(station.tank.outflow_total, rel=1e-9)
    assert station.delivered == pytest.approx(moved, abs=0.3)  # the vessel keeps the rest
    assert station.delivered == pytest.approx(12.0, rel=0.01)


def test_pressure_is_held_while_demand_fits() -> None:
    station = booster(lambda _: 9.0)
    station.advance(MORNING + 10 * MINUTE)
    assert station.values()["discharge_pressure"] == pytest.approx(11.0, abs=0.05)
    assert station.values()["pumps_running"] == 1


def test_the_lag_pump_starts_when_one_is_not_enough_and_leaves_later() -> None:
    flow = [20.0]
    station = booster(lambda _: flow[0])
    station.advance(MORNING + 5 * MINUTE)
    assert station.values()["pumps_running"] == 2
    assert station.pressure == pytest.approx(11.0, abs=0.1)
    flow[0] = 5.0
    station.advance(MORNING + 10 * MINUTE)
    assert station.values()["pumps_running"] == 1


def test_the_standby_takes_over_from_a_tripped_pump() -> None:
    station = booster(lambda _: 9.0, count=2)
    station.advance(MORNING + 5 * MINUTE)
    duty = next(pump for pump in station.pumps if pump.running)
    duty.trip(ALARM_OVERLOAD)
    station.advance(MORNING + 6 * MINUTE)
    assert not duty.running
    assert duty.values()["alarm_code"] == ALARM_OVERLOAD
    assert sum(pump.running for pump in station.pumps) == 1
    assert station.pressure == pytest.approx(11.0, abs=0.1)


def test_without_any_pump_the_pressure_falls() -> None:
    station = booster(lambda _: 9.0, count=1)
    station.pumps[0].trip(ALARM_OVERLOAD)
    station.advance(MORNING + 10 * MINUTE)
    assert station.pressure < 5.0
    assert station.tank.volume <= station.tank.area * station.tank.height


def test_a_set_sleeps_at_night_and_starts_seldom() -> None:
    station = booster(lambda _: 0.2, count=2)
    station.advance(MORNING + 4 * HOUR)
    starts = sum(pump.starts for pump in station.pumps)
    assert 3 <= starts <= 40
    assert station.pressure > 11.0 - 0.31


def test_sleeping_pumps_share_the_starts() -> None:
    station = booster(lambda _: 0.2, count=2)
    station.advance(MORNING + 12 * HOUR)
    first, second = (pump.starts for pump in station.pumps)
    assert abs(first - second) <= 3


def test_an_empty_tank_locks_the_pumps_out() -> None:
    station = booster(lambda _: 20.0, filling=0.0, part=0.3)
    station.advance(MORNING + 3 * HOUR)
    assert station.tank.volume >= 0
    assert station.values()["low_level"]
    assert station.values()["pumps_running"] == 0


def test_a_dry_pump_trips_after_its_protection_time_and_the_other_goes_on() -> None:
    station = booster(lambda _: 9.0, count=2)
    station.advance(MORNING + MINUTE)
    duty = next(pump for pump in station.pumps if pump.running)
    normal = duty.power_w
    duty.run_dry()
    station.advance(MORNING + MINUTE + 5 * SECOND)
    assert duty.flow == 0
    assert duty.running
    assert duty.power_w < normal / 2
    station.advance(MORNING + 2 * MINUTE)
    assert duty.alarm == ALARM_DRY_RUNNING
    assert station.pressure == pytest.approx(11.0, abs=0.1)


@pytest.mark.parametrize("kind", ["booster", "sump", "fire"])
def test_a_resting_pump_whose_suction_is_shut_is_noticed_too(kind: str) -> None:
    stations: dict[str, BoosterStation | SumpStation | FireStation] = {
        "booster": booster(lambda _: 9.0, count=2),
        "sump": SumpStation(pumps(SEWAGE_CURVE, SEWAGE_CURVE), area=4.0, lift=7.0, inflow=lambda _: 1.0, began=MORNING, level=0.5),
        "fire": fire_station(),
    }
    station = stations[kind]
    station.advance(MORNING + MINUTE)
    resting = next(pump for pump in station.pumps if not pump.running)
    resting.run_dry()
    station.advance(MORNING + 90 * SECOND)
    assert resting.alarm == ALARM_DRY_RUNNING
    assert resting.volume == 0


def test_energy_is_the_integral_of_power_and_hours_of_running() -> None:
    station = booster(lambda _: 9.0, count=1)
    pump = station.pumps[0]
    expected = 0.0
    running = 0.0
    for second in range(1, 1800):
        station.advance(MORNING + second * SECOND)
        expected += pump.power_w
        running += pump.running
    assert pump.values()["energy_total"] == pytest.approx(expected / 3.6e6, rel=1e-6)
    assert pump.values()["run_hours"] == pytest.approx(running / 3600, rel=1e-6)


def test_power_is_more_than_the_water_gets() -> None:
    station = booster(lambda _: 12.0, count=1)
    station.advance(MORNING + 5 * MINUTE)
    pump = station.pumps[0]
    hydraulic = 1000 * 9.81 * pump.flow / 3600 * pump.head
    assert hydraulic < pump.power_w < 4 * hydraulic
    assert pump.head <= BOOSTER_CURVE.head(pump.flow, 1.0) + 1e-6


def test_a_power_cut_stops_pumps_until_the_mains_are_back() -> None:
    here = Surroundings(1)
    (pump,) = pumps(BOOSTER_CURVE, surroundings=here)
    pump.drive(0.9, 8.0, 0.2)
    here.mains = False
    pump.integrate(1.0)
    assert pump.alarm == ALARM_UNDERVOLTAGE
    assert pump.power_w == 0
    here.mains = True
    pump.integrate(1.0)
    assert pump.alarm == 0


def test_the_sump_keeps_what_came_and_did_not_leave() -> None:
    station = SumpStation(pumps(SEWAGE_CURVE, SEWAGE_CURVE), area=4.0, lift=7.0, inflow=lambda _: 3.0, began=MORNING)
    before = station.volume
    station.advance(MORNING + 10 * HOUR)
    assert station.outflow_total > 20
    assert station.volume - before == pytest.approx(station.inflow_total - station.outflow_total, abs=1e-6)
    assert station.inflow_total == pytest.approx(30.0)
    assert 0.3 < station.level < 1.2


def test_a_flood_brings_both_sewage_pumps_and_then_the_high_level() -> None:
    station = SumpStation(pumps(SEWAGE_CURVE, SEWAGE_CURVE), area=4.0, lift=7.0, inflow=lambda _: 90.0, began=MORNING)
    station.advance(MORNING + 10 * MINUTE)
    assert station.values()["pumps_running"] == 2
    assert station.values()["high_level"]


def test_sewage_pumps_take_turns() -> None:
    station = SumpStation(pumps(SEWAGE_CURVE, SEWAGE_CURVE), area=4.0, lift=7.0, inflow=lambda _: 3.0, began=MORNING)
    station.advance(MORNING + 24 * HOUR)
    first, second = (pump.starts for pump in station.pumps)
    assert first + second > 10
    assert abs(first - second) <= 2


def fire_station() -> FireStation:
    tank = Tank(area=72.0, height=3.5, filling=30.0, part=0.96, opens=0.93, closes=0.97)
    return FireStation(pumps(FIRE_CURVE, JOCKEY_CURVE), tank, setpoint_bar=8.5, began=MORNING)


def test_the_jockey_pump_holds_the_fire_main() -> None:
    station = fire_station()
    lowest = 99.0
    for minute in range(6 * 60):
        station.advance(MORNING + minute * MINUTE)
        lowest = min(lowest, station.pressure)
    fire, jockey = station.pumps
    assert fire.starts == 0
    assert 2 <= jockey.starts <= 30
    assert lowest > 7.5


def test_an_open_hydrant_starts_the_fire_pump() -> None:
    station = fire_station()
    station.draw = 60.0
    station.advance(MORNING + 5 * MINUTE)
    fire, _ = station.pumps
    assert fire.running
    assert fire.flow > 50
    assert station.pressure > 6.0


def test_a_longer_jump_lives_through_the_same_hydraulics() -> None:
    fine, coarse = booster(lambda _: 12.0), booster(lambda _: 12.0)
    for second in range(1, 3601):
        fine.advance(MORNING + second * SECOND)
    coarse.advance(MORNING + HOUR)
    assert coarse.delivered == pytest.approx(fine.delivered, rel=0.02)
    assert coarse.tank.volume == pytest.approx(fine.tank.volume, abs=1.0)


def test_an_aged_pump_has_a_past() -> None:
    (pump,) = pumps(BOOSTER_CURVE)
    age(pump, 1000.0, 500, 4000.0)
    values = pump.values()
    assert values["run_hours"] == pytest.approx(1000)
    assert values["energy_total"] == pytest.approx(4000)
    assert values["start_count"] == 500


def test_a_water_meter_counts_the_flow_it_shows() -> None:
    meter = WaterMeter(peak=2.0, shop=False, surroundings=Surroundings(1), seed=4, began=MORNING, volume=100.0)
    total = 0.0
    before = meter.flow
    for second in range(1, 3601):
        meter.advance(MORNING + second * SECOND)
        total += (before + meter.flow) / 2 / 3600
        before = meter.flow
    assert meter.values()["total"] == pytest.approx(100.0 + total, rel=1e-9)
    assert 0.5 < total < 4.0


def test_a_leak_never_stops() -> None:
    meter = WaterMeter(peak=2.0, shop=False, surroundings=Surroundings(1), seed=4, began=MORNING)
    meter.leak = 0.3
    for minute in range(24 * 60):
        meter.advance(MORNING + minute * MINUTE)
        assert meter.flow >= 0.3
    assert meter.values()["leak"] == 1
