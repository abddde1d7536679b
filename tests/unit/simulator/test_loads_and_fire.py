"""Electricity meters, fire panels, the weather, and points without physics."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import Band, ModbusSource, Point, ValueKind
from console.domain.text import EMPTY, Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from drivers.simulator.physics.fire import FirePanel, Node
from drivers.simulator.physics.generic import Generic
from drivers.simulator.physics.loads import SHAPES, PowerMeter, profile_load, sum_of
from drivers.simulator.physics.noise import seed_of, smooth, unit
from drivers.simulator.physics.profiles import POWER_HOME, at
from drivers.simulator.physics.surroundings import Surroundings, utc_offset_s
from tests.helpers.demo_estate import MORNING


def meter(kind: str = "residential", peak: float = 60_000.0, here: Surroundings | None = None, seed: int = 3) -> PowerMeter:
    place = here or Surroundings(1)
    load = profile_load(kind, peak, place, seed)
    return PowerMeter(load, rated_w=peak, power_factor=SHAPES[kind][1], surroundings=place, seed=seed, began=MORNING)


def test_energy_is_the_integral_of_the_power_shown() -> None:
    instrument = meter()
    joules = 0.0
    before = instrument.power
    for second in range(1, 2 * 3600 + 1):
        instrument.advance(MORNING + second * SECOND)
        joules += (before + instrument.power) / 2
        before = instrument.power
    assert instrument.values()["energy_import"] == pytest.approx(joules / 3.6e6, rel=1e-9)
    assert instrument.values()["energy_import"] > 20


def test_a_jump_of_hours_counts_nearly_the_same_energy() -> None:
    fine, coarse = meter(), meter()
    for second in range(5, 4 * 3600 + 5, 5):
        fine.advance(MORNING + second * SECOND)
    coarse.advance(MORNING + 4 * HOUR)
    assert coarse.import_kwh == pytest.approx(fine.import_kwh, rel=0.01)


def test_phases_add_up_and_obey_the_power_triangle() -> None:
    instrument = meter("hvac", 180_000.0)
    instrument.advance(MORNING + 5 * HOUR)
    v = instrument.values()
    assert v["active_power"] == pytest.approx(sum(v[f"active_power_l{n}"] for n in (1, 2, 3)))
    for n in (1, 2, 3):
        p, q, s = (v[f"{name}_power_l{n}"] for name in ("active", "reactive", "apparent"))
        assert math.hypot(p, q) == pytest.approx(s)
        assert v[f"voltage_l{n}"] * v[f"current_l{n}"] == pytest.approx(s)
        assert p / s == pytest.approx(v[f"power_factor_l{n}"])
    assert sum(v[f"energy_import_l{n}"] for n in (1, 2, 3)) == pytest.approx(v["energy_import"])


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_whole_day_stays_within_the_normal_voltage_band(kind: str) -> None:
    instrument = meter(kind, 50_000.0)
    for quarter in range(96):
        instrument.advance(MORNING + quarter * 15 * MINUTE)
        v = instrument.values()
        assert min(v[f"voltage_l{n}"] for n in (1, 2, 3)) > 198
        assert max(v[f"voltage_l{n}"] for n in (1, 2, 3)) < 235.4
        assert 49.8 < v["frequency"] < 50.2
        assert v["active_power"] >= 0


def test_the_incoming_meter_measures_what_is_below_it_and_the_losses() -> None:
    here = Surroundings(1)
    below = [meter(kind, 40_000.0, here, number) for number, kind in enumerate(("residential", "lighting", "charging"))]
    incoming = PowerMeter(sum_of(below), rated_w=120_000, power_factor=0.93, surroundings=here, seed=9, began=MORNING)
    for each in (*below, incoming):
        each.advance(MORNING + HOUR)
    assert incoming.power == pytest.approx(1.015 * sum(each.power for each in below))


def test_a_power_cut_leaves_a_dark_meter_and_its_energy() -> None:
    here = Surroundings(1)
    instrument = meter(here=here)
    instrument.aged(1000.0)
    instrument.advance(MORNING + MINUTE)
    here.mains = False
    instrument.advance(MORNING + 2 * MINUTE)
    kept = instrument.import_kwh
    instrument.advance(MORNING + HOUR)
    v = instrument.values()
    assert v["voltage_l1"] == v["active_power"] == v["current_l2"] == v["frequency"] == 0
    assert instrument.import_kwh == kept > 1000


def test_the_evening_peak_is_higher_than_the_night() -> None:
    here = Surroundings(1)
    load = profile_load("residential", 60_000.0, here, 3)
    assert load(MORNING + 11 * HOUR) > 2 * load(MORNING + 19 * HOUR)  # 19:00 against 3:00


def test_shapes_join_over_midnight() -> None:
    assert at(POWER_HOME, 23.999) == pytest.approx(POWER_HOME[0], abs=0.01)
    assert at(POWER_HOME, 7.5) == pytest.approx((POWER_HOME[7] + POWER_HOME[8]) / 2)


def test_the_year_has_a_summer_and_the_day_an_afternoon() -> None:
    here = Surroundings(1)
    january, july = 1_768_190_400 * SECOND, 1_783_828_800 * SECOND
    assert here.outdoor(july) - here.outdoor(january) > 15
    afternoon = sum(here.outdoor(MORNING + day * DAY + 8 * HOUR) for day in range(30))
    night = sum(here.outdoor(MORNING + day * DAY + 20 * HOUR) for day in range(30))
    assert afternoon - night > 30 * 4


def test_local_time_is_the_sites_own() -> None:
    assert utc_offset_s("Asia/Shanghai", MORNING) == 8 * 3600
    assert utc_offset_s("Nowhere/Atall", MORNING) == 8 * 3600
    assert Surroundings(1).hour(MORNING) == pytest.approx(8.0)
    assert not Surroundings(1).weekend(MORNING)
    assert Surroundings(1).weekend(MORNING - DAY)


@given(st.integers(0, 2**63), st.integers(0, 2**62), st.floats(0.5, 1e5))
def test_noise_is_bounded_and_repeats_itself(seed: int, now: int, period: float) -> None:
    value = smooth(seed, now, period)
    assert -1.0 <= value <= 1.0
    assert value == smooth(seed, now, period)
    assert 0.0 <= unit(seed, now) < 1.0


def test_seeds_differ_by_name_and_by_seed() -> None:
    assert len({seed_of(seed, name) for seed in range(20) for name in ("T1-L1", "T1-L2", "P-SP")}) == 60


def panel(here: Surroundings | None = None) -> FirePanel:
    return FirePanel([1, 2, 3], here or Surroundings(1), MORNING)


def test_a_panel_tells_a_fire_from_a_fault_and_an_isolation() -> None:
    unit_ = panel()
    unit_.set(1, Node.FIRE)
    unit_.set(2, Node.FAULT)
    unit_.set(3, Node.ISOLATED)
    values = unit_.values()
    assert (values["node_1"], values["node_2"], values["node_3"]) == (1, 2, 7)
    assert values["mains_power"] == values["backup_power"] == values["bus"] == Node.CLEARED


def test_a_cleared_node_says_how_it_ended_and_then_that_nothing_is_the_matter() -> None:
    unit_ = panel()
    unit_.set(2, Node.FAULT)
    unit_.set(3, Node.ISOLATED)
    unit_.clear(2)
    unit_.clear(3)
    assert (unit_.values()["node_2"], unit_.values()["node_3"]) == (Node.RECOVERED, Node.RELEASED)
    unit_.advance(MORNING + 30 * SECOND)
    assert (unit_.values()["node_2"], unit_.values()["node_3"]) == (Node.CLEARED, Node.CLEARED)


def test_a_new_event_while_settling_is_not_wiped_out() -> None:
    unit_ = panel()
    unit_.set(2, Node.FAULT)
    unit_.clear(2)
    unit_.set(2, Node.FIRE)
    unit_.advance(MORNING + MINUTE)
    assert unit_.values()["node_2"] == Node.FIRE


def test_the_battery_carries_the_panel_for_hours_and_then_fails() -> None:
    here = Surroundings(1)
    unit_ = panel(here)
    here.mains = False
    unit_.advance(MORNING + SECOND)
    assert unit_.values()["mains_power"] == Node.FAULT
    assert unit_.values()["backup_power"] == Node.CLEARED
    unit_.advance(MORNING + 9 * HOUR)
    assert unit_.values()["backup_power"] == Node.FAULT
    here.mains = True
    unit_.advance(MORNING + 10 * HOUR)
    assert unit_.values()["backup_power"] == Node.CLEARED


def generic_point(key: str, kind: ValueKind, **more: object) -> Point:
    source = ModbusSource("gw", 1, 3, 0)
    return Point(id=f"X.{key}", equipment="X", key=key, name=EMPTY, kind=kind, source=source, **more)  # type: ignore[arg-type]


def test_unknown_points_stay_in_their_bands_and_counters_only_grow() -> None:
    points = [
        generic_point("temperature", ValueKind.ANALOG, normal=Band(10, 20)),
        generic_point("level", ValueKind.ANALOG, plausible=Band(0, None)),
        generic_point("free", ValueKind.ANALOG),
        generic_point("energy", ValueKind.COUNTER),
        generic_point("state", ValueKind.STATE, states={0: Text("故障", "Fault"), 3: Text("正常", "Normal")}),
        generic_point("code", ValueKind.CODE),
    ]
    machine = Generic(points, Surroundings(1), 5, MORNING)
    last = -1.0
    for minute in range(600):
        machine.advance(MORNING + minute * MINUTE)
        values = machine.values()
        assert 10 <= values["temperature"] <= 20
        assert values["level"] >= 0
        assert 20 <= values["free"] <= 80
        assert values["energy"] >= last
        last = values["energy"]
        assert values["state"] == 3
        assert values["code"] == 0
