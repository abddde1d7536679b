"""The demo estate itself, and the faults that can be caused in it."""

from __future__ import annotations

from collections import Counter

import pytest

from config.demo import site_text
from config.loader import load_text
from console.domain.estate import CommSource, Estate, ModbusSource, ModbusTcp
from console.domain.problems import Refused
from console.domain.times import MINUTE, SECOND
from drivers.simulator import faults
from drivers.simulator.faults import ALARMS_OF_A_POWER_CUT, Injector, alarms_expected, broken
from drivers.simulator.physics.stations import BoosterStation
from drivers.simulator.script import INCIDENTS, Incident, Script
from drivers.simulator.world import World
from tests.helpers.demo_estate import MORNING, demo_estate


class Site:
    """A world with its injector and what it told."""

    def __init__(self, seed: int = 1) -> None:
        self.world = World(demo_estate(), seed, MORNING)
        self.told: list[tuple[str, str, str, str]] = []
        self.injector = Injector(self.world, {}, {}, lambda *words: self.told.append(words), seed)

    def value(self, point: str) -> float:
        equipment = point.partition(".")[0]
        return self.world.devices[equipment].shown()[point]


def test_the_demo_estate_has_no_mistakes_and_the_promised_size() -> None:
    estate = demo_estate()
    loaded = load_text(site_text(15021, 11883, 'a "quoted" hint\\', "hint"), "demo.yaml")
    assert loaded.mistakes == ()
    assert loaded.warnings == ()
    assert loaded.estate is not None
    assert loaded.estate.site.hint.zh == 'a "quoted" hint\\'
    kinds = Counter(each.kind for each in estate.equipment)
    assert kinds["elevator"] == 10
    assert kinds["fire_panel"] == 2
    assert kinds["energy_meter"] + kinds["water_meter"] == 60
    assert sum(each.page == "pump_set" for each in estate.equipment) == 4
    assert sum(each.page == "pump" for each in estate.equipment) == 9
    assert 2300 <= len(estate.points) <= 2700
    assert sum(point.key.startswith("node_") for point in estate.points) == 400


def test_every_name_of_the_estate_is_there_in_both_languages() -> None:
    estate = demo_estate()
    texts = [each.name for each in (*estate.locations, *estate.equipment, *estate.connections, *estate.points)]
    texts += [rule.text for rule in estate.rules] + [plan.title for plan in estate.plans]
    assert all(text.zh and text.en for text in texts)


def test_detectors_have_names_of_their_own() -> None:
    names = [point.name.zh for point in demo_estate().points if point.key.startswith("node_")]
    assert len(set(names)) == 400


def test_physics_stands_behind_every_point_but_unassigned_terminals() -> None:
    world = World(demo_estate(), 1, MORNING)
    without = {key for device in world.devices.values() for key in device.without_physics}
    assert without == {"di_status_low", "di_status_high", "do_status"}


def test_every_value_of_a_quiet_morning_is_plausible_and_raises_nothing() -> None:
    site = Site()
    broken_for: Counter[str] = Counter()
    for second in range(0, 1800, 7):
        site.world.advance(MORNING + second * SECOND)
        values = {id_: value for device in site.world.devices.values() for id_, value in device.shown().items()}
        for point in demo_estate().points:
            if point.plausible is not None and point.id in values:
                low, high = point.plausible.low, point.plausible.high
                assert low is None or values[point.id] >= low - 1e-6, point.id
                assert high is None or values[point.id] <= high + 1e-6, point.id
        for rule in demo_estate().rules:
            if rule.enabled and rule.point in values:
                broken_for[rule.id] = broken_for[rule.id] + 7 if broken(rule, values[rule.point]) else 0
                assert broken_for[rule.id] <= rule.on_delay_s, rule.id


def test_two_worlds_of_one_seed_are_equal_and_of_two_seeds_are_not() -> None:
    def morning(seed: int) -> dict[str, float]:
        world = World(demo_estate(), seed, MORNING)
        world.advance(MORNING + 5 * MINUTE)
        return {id_: value for device in world.devices.values() for id_, value in device.shown().items()}

    assert morning(1) == morning(1)
    assert morning(1) != morning(2)


def test_a_tower_draws_from_its_tank_what_its_meters_count() -> None:
    site = Site()
    meters = [meter for id_, meter in site.world.cast.water_meters.items() if id_.startswith("T1")]
    before = sum(meter.volume for meter in meters)
    for second in range(0, 1201, 2):
        site.world.advance(MORNING + second * SECOND)
    station = site.world.cast.stations["T1-DW"]
    assert isinstance(station, BoosterStation)
    counted = sum(meter.volume for meter in meters) - before
    assert len(meters) == 10
    assert station.delivered == pytest.approx(counted, rel=0.03)


def test_the_incoming_meter_carries_elevators_and_pumps() -> None:
    site = Site()
    site.world.advance(MORNING + 10 * MINUTE)
    meters = site.world.cast.power_meters
    below = [meter for id_, meter in meters.items() if id_.startswith("T1") and id_ != "T1-EM01"]
    assert len(below) == 11
    assert meters["T1-EM01"].power == pytest.approx(1.015 * sum(meter.power for meter in below), rel=1e-6)
    pumps = sum(pump.power_w for id_, pump in site.world.cast.pumps.items() if id_.startswith("T1"))
    assert meters["T1-EM10"].power == pytest.approx(pumps + 150.0)


def test_registers_hold_what_the_models_show() -> None:
    site = Site()
    site.world.advance(MORNING + MINUTE)
    site.world.refresh()
    point = next(point for point in demo_estate().points if point.id == "T1-DW.discharge_pressure")
    assert isinstance(point.source, ModbusSource)
    payload = site.world.banks["gw-pump", point.source.unit].read(3, point.source.address, 1)
    assert isinstance(payload, bytes)
    assert int.from_bytes(payload) * 0.001 == pytest.approx(site.value("T1-DW.discharge_pressure"), abs=0.0005)


def test_every_modbus_point_can_be_read_where_it_lies() -> None:
    world = World(demo_estate(), 1, MORNING)
    world.refresh()
    for point in demo_estate().points:
        if isinstance(point.source, ModbusSource):
            bank = world.banks[point.source.connection, point.source.unit]
            assert isinstance(bank.read(point.source.function, point.source.address, 1), bytes), point.id


def test_only_changed_values_are_encoded() -> None:
    site = Site()
    device = site.world.devices["F1"]
    assert len(device.changed()) == 203
    assert device.changed() == []
    site.world.cast.panels["F1"].set(5, faults.Node.FIRE)
    assert [(point.key, value) for point, value in device.changed()] == [("node_5", 1.0)]


async def test_trapped_passengers_are_reported_and_rescued() -> None:
    site = Site()
    await site.injector.cause(faults.TRAPPED, "T1-L2")
    site.world.advance(MORNING + 2 * MINUTE)
    assert site.value("T1-L2.trapped") == 1
    assert site.value("T1-L2.fault_code") == 41
    await site.injector.clear(faults.TRAPPED, "T1-L2")
    site.world.advance(MORNING + 4 * MINUTE)
    assert site.value("T1-L2.trapped") == 0
    assert site.value("T1-L2.service_mode") == 7


async def test_a_tripped_pump_and_its_dry_neighbour_have_their_own_codes() -> None:
    site = Site()
    site.world.advance(MORNING + MINUTE)
    await site.injector.cause(faults.PUMP_TRIP, "T1-DW1")
    await site.injector.cause(faults.DRY_RUN, "T1-DW2")
    for second in range(60, 600, 5):
        site.world.advance(MORNING + second * SECOND)
    assert site.value("T1-DW1.alarm_code") == 48
    assert site.value("T1-DW2.alarm_code") == 57
    assert site.value("T1-DW3.run_state") == 1
    await site.injector.clear_all()
    site.world.advance(MORNING + 11 * MINUTE)
    assert site.value("T1-DW1.alarm_code") == site.value("T1-DW2.alarm_code") == 0


async def test_detector_events_reach_their_own_node_only() -> None:
    site = Site()
    await site.injector.cause(faults.FIRE, "F2/7")
    await site.injector.cause(faults.DETECTOR_ISOLATED, "F2/8")
    await site.injector.cause(faults.DETECTOR_FAULT, "F1/9")
    assert site.value("F2.node_7") == 1
    assert site.value("F2.node_8") == 7
    assert site.value("F1.node_9") == 2
    assert site.value("F1.node_7") == 0


async def test_a_silent_gateway_and_an_offline_device_touch_nobody_else() -> None:
    site = Site()
    await site.injector.cause(faults.GATEWAY_SILENT, "gw-meter-1")
    await site.injector.cause(faults.DEVICE_OFFLINE, "T2-EM03")
    gateways = site.world.gateways
    assert [id_ for id_, gateway in gateways.items() if gateway.silent] == ["gw-meter-1"]
    assert gateways["gw-meter-2"].offline == {3}
    await site.injector.clear_all()
    assert not any(gateway.silent or gateway.offline for gateway in gateways.values())


async def test_a_power_cut_makes_three_hundred_alarms_and_its_end_clears_them() -> None:
    site = Site()
    site.world.advance(MORNING + MINUTE)
    await site.injector.cause(faults.POWER_CUT)
    site.world.advance(MORNING + MINUTE + 2 * SECOND)
    assert alarms_expected(demo_estate(), site.world) == pytest.approx(ALARMS_OF_A_POWER_CUT, abs=5)
    assert site.value("T1-EM01.voltage_l1") == 0
    assert site.value("F1.mains_power") == 2
    assert {car.fault for car in site.world.cast.elevators.values()} == {9}
    await site.injector.clear_all()
    site.world.advance(MORNING + 5 * MINUTE)
    assert alarms_expected(demo_estate(), site.world) == 0


async def test_people_trapped_before_a_power_cut_stay_trapped_after_it() -> None:
    site = Site()
    await site.injector.cause(faults.TRAPPED, "T1-L1")
    site.world.advance(MORNING + 2 * MINUTE)
    await site.injector.cause(faults.POWER_CUT)
    await site.injector.clear(faults.POWER_CUT)
    site.world.advance(MORNING + 4 * MINUTE)
    assert site.value("T1-L1.trapped") == 1


async def test_faults_that_make_no_sense_are_refused_with_a_reason() -> None:
    site = Site()
    for fault, target, code in (
        ("earthquake", "", "demo.refused.unknown_fault"),
        (faults.TRAPPED, "T1-EM01", "demo.refused.unknown_target"),
        (faults.BROKER_GONE, "", "demo.refused.no_target"),
    ):
        with pytest.raises(Refused) as refused:
            await site.injector.cause(fault, target)
        assert refused.value.problem.code == code
    assert site.told == []


async def test_a_fault_ends_when_its_time_is_over() -> None:
    site = Site()
    await site.injector.cause(faults.FIRE, "F1/1", until=MORNING + MINUTE)
    await site.injector.expire(MORNING + 59 * SECOND)
    assert site.value("F1.node_1") == 1
    await site.injector.expire(MORNING + MINUTE)
    assert site.value("F1.node_1") == 9
    assert site.told == [("caused", "fire", "F1/1", "person"), ("cleared", "fire", "F1/1", "script")]


async def test_causing_twice_is_told_once_and_the_lot_is_the_seeds() -> None:
    first, again, other = Site(5), Site(5), Site(6)
    chosen = [await site.injector.cause(faults.DETECTOR_FAULT) for site in (first, again, other)]
    assert chosen[0] == chosen[1] != chosen[2]
    await first.injector.cause(faults.DETECTOR_FAULT, chosen[0])
    assert len(first.told) == 1


async def test_the_script_plays_every_incident_once_at_its_time() -> None:
    site = Site()
    script = Script(site.injector, MORNING)
    for second in range(0, 400):
        await script.advance(MORNING + second * SECOND)
    caused = [fault for what, fault, _, by in site.told if what == "caused" and by == "script"]
    assert caused == [incident.fault for incident in INCIDENTS]
    targets = {fault: target for what, fault, target, _ in site.told if what == "caused"}
    kinds = {each.id: each.kind for each in demo_estate().equipment}
    assert kinds[targets[faults.PUMP_TRIP]] == "domestic_pump"
    assert kinds[targets[faults.DEVICE_OFFLINE]] == "energy_meter"


async def test_a_script_passes_over_what_an_estate_cannot_have() -> None:
    site = Site()
    script = Script(site.injector, MORNING, (Incident(0, faults.BROKER_GONE), Incident(0, faults.FIRE)))
    await script.advance(MORNING)
    assert [fault for _, fault, _, _ in site.told] == [faults.FIRE]


def small(text: str) -> Estate:
    loaded = load_text(text, "small.yaml")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


def test_a_users_own_estate_gets_values_for_points_without_physics() -> None:
    estate = small("""
site: {id: mine, name: {zh: 我的, en: Mine}}
locations: [{id: A, name: {zh: 甲, en: A}}]
connections: [{id: gw, protocol: modbus-tcp, name: {zh: 网关, en: Gateway}, host: 127.0.0.1, port: 15502}]
types:
  - type: boiler
    kind: boiler
    name: {zh: 锅炉, en: Boiler}
    source: ["test"]
    confidence: low
    points:
      - {key: water_temp, name: {zh: 水温, en: Water}, address: 0, scale: 0.1, unit: ℃, normal: [60, 80]}
equipment:
  - {id: B1, type: boiler, name: {zh: 锅炉, en: Boiler}, location: A, connection: gw, unit: 3}
  - {id: P1, type: grundfos_cim500, name: {zh: 泵, en: Pump}, location: A, connection: gw, unit: 4}
""")
    world = World(estate, 1, MORNING)
    for minute in range(60):
        world.advance(MORNING + minute * MINUTE)
        world.refresh()
        assert 60 <= world.devices["B1"].shown()["B1.water_temp"] <= 80
        payload = world.banks["gw", 3].read(3, 0, 1)
        assert isinstance(payload, bytes)
        assert 600 <= int.from_bytes(payload) <= 800
    assert world.devices["P1"].shown()["P1.flow"] > 0  # a pump alone still pumps


def test_each_gateway_of_the_demo_listens_on_its_own_port_of_this_computer() -> None:
    gateways = [each for each in demo_estate().connections if isinstance(each, ModbusTcp)]
    assert [each.port for each in gateways] == list(range(15021, 15021 + len(gateways)))
    assert {each.host for each in gateways} == {"127.0.0.1"}
    assert all(isinstance(point.source, CommSource) for point in demo_estate().points if point.key == "comm_state")
