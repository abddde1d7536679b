"""A right site file becomes an estate."""

from __future__ import annotations

from pathlib import Path

import pytest
from config_builders import generic, site

from config.loader import Loaded, load_file, load_text
from console.domain.estate import (
    CommSource,
    Estate,
    ManualSource,
    ModbusRtuTcp,
    ModbusSerial,
    ModbusSource,
    ModbusTcp,
    Mqtt,
    MqttSource,
    OtherConnection,
    OtherSource,
    ValueKind,
)
from console.domain.faults import P3_DEFAULT, ResponsePolicy
from console.domain.rules import Category, RuleKind
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE

LIFT = "{id: L1, type: monarch_nice3000, name: {zh: 1# 梯, en: Lift 1}, location: T1, connection: gw, unit: 1}"


def estate_of(text: str) -> Estate:
    loaded = load_text(text, "site.yaml")
    assert loaded.mistakes == ()
    assert loaded.estate is not None
    return loaded.estate


def test_one_line_adds_one_elevator() -> None:
    one = estate_of(site(LIFT))
    two = estate_of(site(LIFT, LIFT.replace("L1", "L2").replace("unit: 1", "unit: 2")))
    assert [each.id for each in two.equipment] == ["L1", "L2"]
    assert len(two.points) == 2 * len(one.points)
    assert len(two.rules) == 2 * len(one.rules)
    assert len(two.plans) == 2 * len(one.plans) == 8
    assert len({point.id for point in two.points}) == len(two.points)


def test_equipment_takes_kind_system_and_page_from_its_type() -> None:
    lift = estate_of(site(LIFT)).equipment[0]
    assert (lift.kind, lift.system, lift.page, lift.type) == ("elevator", "elevator", "elevator", "monarch_nice3000")
    assert lift.name == Text("1# 梯", "Lift 1")


def test_points_know_their_connection_and_unit() -> None:
    points = {point.id: point for point in estate_of(site(LIFT)).points}
    floor = points["L1.current_floor"]
    assert floor.equipment == "L1"
    assert floor.source == ModbusSource("gw", 1, 3, 0x1018)
    assert floor.main


def test_a_wired_piece_of_equipment_has_a_communication_point_and_alarm() -> None:
    estate = estate_of(site(LIFT))
    point = next(point for point in estate.points if point.key == "comm_state")
    rule = next(rule for rule in estate.rules if rule.point == point.id)
    assert point.source == CommSource("gw", 1)
    assert rule.id == "L1.comm_state#comms"
    assert (rule.kind, rule.values, rule.category, rule.priority) == (RuleKind.STATE, (1,), Category.COMMS, 3)
    assert rule.action.zh and rule.action.en


def test_the_device_limits_of_a_type_reach_the_connection() -> None:
    gateway = estate_of(site(LIFT)).connections[0]
    assert isinstance(gateway, ModbusTcp)
    device = gateway.devices[0]
    assert (device.unit, device.equipment, device.max_regs, device.priority) == (1, "L1", 16, True)
    assert device.forbidden == ((0x6000, 0x6004),)


def test_a_fire_panel_has_one_state_point_for_each_registered_node() -> None:
    estate = estate_of(
        site("{id: F1, type: gst_fire_modbus, name: 主机, location: T1, connection: gw, unit: 1, with: {nodes: 242}}")
    )
    nodes = [point for point in estate.points if point.key.startswith("node_")]
    assert len(nodes) == 242
    assert [source.address for point in nodes if isinstance(source := point.source, ModbusSource)] == list(range(242))
    assert nodes[241].name == Text("部位 242", "Node 242")
    fires = [rule for rule in estate.rules if rule.category is Category.FIRE]
    assert len(fires) == 242
    assert {rule.priority for rule in fires} == {1}


def test_the_name_of_a_node_stands_in_its_alarms() -> None:
    line = (
        "{id: F1, type: gst_fire_modbus, name: 主机, location: T1, "
        "connection: gw, unit: 1, names: {node_7: {zh: 3 层走廊烟感, en: Smoke 3F}}}"
    )
    rule = next(rule for rule in estate_of(site(line)).rules if rule.id == "F1.node_7#fire")
    assert rule.text == Text("火警：3 层走廊烟感", "Fire: Smoke 3F")


def test_a_meter_over_mqtt_reads_its_topic() -> None:
    line = (
        "{id: W1, type: mqtt_water_meter, name: 水表, location: T1, "
        "connection: mq, with: {topic: m/1, total_path: data.v, interval_ms: 5000}}"
    )
    estate = estate_of(site(line))
    total = next(point for point in estate.points if point.key == "total")
    assert isinstance(total.source, MqttSource)
    assert (total.source.connection, total.source.topic, total.source.path) == ("mq", "m/1", "data.v")
    assert total.kind is ValueKind.COUNTER
    assert total.poll_ms == 5000
    assert total.stale_after_s == 15.0
    assert isinstance(estate.connections[1], Mqtt)


def test_the_default_policy_is_the_handbooks() -> None:
    assert estate_of(site()).policy == ResponsePolicy()


def test_a_stricter_policy_replaces_only_what_is_written() -> None:
    policy = estate_of(site() + "response: {p3: {respond: 1 h, acknowledge: 20 min}, warn_percent: [40, 60, 90]}\n").policy
    assert policy.p3.respond == HOUR
    assert policy.p3.acknowledge == 20 * MINUTE
    assert policy.p3.repaired == P3_DEFAULT.repaired
    assert policy.warn_percent == (40, 60, 90)


def test_poll_intervals_can_be_changed_for_one_point_and_for_all_others() -> None:
    points = {point.key: point for point in estate_of(site(LIFT[:-1] + ", poll: {fault_code: 250, '*': 2 s}}")).points}
    assert points["fault_code"].poll_ms == 250
    assert points["current_floor"].poll_ms == 2000
    assert points["car_calls_1_8"].poll_ms == 2000


def test_an_alarm_of_the_type_is_changed_by_its_key() -> None:
    line = LIFT[:-1] + ", alarms: [{key: inspection, priority: 3, on_delay: 5 min}, {key: locked, enabled: false}]}"
    rules = {rule.id: rule for rule in estate_of(site(line)).rules}
    assert rules["L1.service_mode#inspection"].priority == 3
    assert rules["L1.service_mode#inspection"].on_delay_s == 300.0
    assert rules["L1.service_mode#inspection"].text.en == "Lift is in inspection mode"
    assert not rules["L1.service_mode#locked"].enabled


def test_the_communication_alarm_is_changed_like_any_other() -> None:
    rules = {rule.id: rule for rule in estate_of(site(LIFT[:-1] + ", alarms: [{key: comms, priority: 2, on_delay: 60 s}]}")).rules}
    assert rules["L1.comm_state#comms"].priority == 2
    assert rules["L1.comm_state#comms"].on_delay_s == 60.0


def test_an_alarm_with_a_known_key_on_another_point_is_a_new_one() -> None:
    line = (
        "{id: E1, type: eastron_sdm630, name: 表, location: T1, "
        "connection: gw, unit: 1, alarms: [{key: low, point: frequency, kind: low, limit: 49, priority: 3, text: 低频}]}"
    )
    rules = {rule.id: rule for rule in estate_of(site(line)).rules}
    assert rules["E1.frequency#low"].limit == 49.0
    assert rules["E1.voltage_l1#low"].limit == 198.0


def test_an_alarm_change_that_names_its_point_leaves_the_others_alone() -> None:
    line = (
        "{id: E1, type: eastron_sdm630, name: 表, location: T1, "
        "connection: gw, unit: 1, alarms: [{key: low, point: voltage_l2, limit: 190}, {key: low, enabled: true}]}"
    )
    rules = {rule.id: rule for rule in estate_of(site(line)).rules}
    assert rules["E1.voltage_l2#low"].limit == 190.0
    assert rules["E1.voltage_l1#low"].limit == 198.0
    assert rules["E1.power_factor#low"].enabled


def test_a_generic_device_brings_its_own_points_and_alarms() -> None:
    estate = estate_of(
        generic(
            """
            kind: pump
            system: water
            page: pump
            points:
              - {key: flow, name: 流量, address: 0, type: f32, unit: L/s, decimals: 1, normal: [30, null], poll_ms: 250}
              - {key: valve, name: 阀位, address: 2, fc: 4, kind: state, bit: 3, states: {0: 关, 1: 开}}
            alarms:
              - key: low
                point: flow
                kind: low
                limit: 25
                dead_band: 1
                on_delay: 1500 ms
                priority: 3
                text: {zh: 流量低, en: Low flow}
            plans:
              - {key: yearly, title: 年检, every: 12 months, first_due: 2027-02-28, lead: 36 h}
            """
        )
    )
    points = {point.key: point for point in estate.points}
    assert points["flow"].source == ModbusSource("gw", 1, 3, 0, "f32")
    assert points["valve"].source == ModbusSource("gw", 1, 4, 2, bit=3)
    assert points["flow"].normal is not None and points["flow"].normal.high is None
    assert (estate.equipment[0].kind, estate.equipment[0].page) == ("pump", "pump")
    rule = next(rule for rule in estate.rules if rule.id == "D1.flow#low")
    assert (rule.limit, rule.dead_band, rule.on_delay_s, rule.priority) == (25.0, 1.0, 1.5, 3)
    plan = estate.plans[0]
    assert (plan.id, plan.every_months, plan.first_due, plan.lead_days) == ("D1/yearly", 12, "2027-02-28", 2)


def test_a_running_hours_plan_counts_on_the_run_hours_point() -> None:
    estate = estate_of(site("{id: P1, type: grundfos_cim500, name: 泵, location: T1, connection: gw, unit: 1}"))
    plan = next(plan for plan in estate.plans if plan.every_hours)
    assert (plan.every_hours, plan.hours_point) == (2000.0, "P1.run_hours")


def test_the_sites_plans_change_those_of_the_type() -> None:
    text = (
        site(LIFT)
        + "plans:\n  - {equipment: L1, key: half_month, first_due: 2026-12-01}\n  - {equipment: L1, key: year, enabled: false}\n"
    )
    plans = {plan.id: plan for plan in estate_of(text).plans}
    assert plans["L1/half_month"].first_due == "2026-12-01"
    assert plans["L1/half_month"].every_days == 15
    assert len(plans["L1/half_month"].checklist) == 12
    assert "L1/year" not in plans


def test_a_site_may_bring_a_type_of_its_own() -> None:
    text = site("{id: B1, type: my_boiler, name: 锅炉, location: T1, connection: gw, unit: 9, with: {base: 0x100}}") + (
        "types:\n"
        "  - type: my_boiler\n"
        "    kind: boiler\n"
        "    name: 锅炉\n"
        "    source: [说明书第 12 页]\n"
        "    confidence: high\n"
        "    parameters: {base: {kind: integer, text: 首地址}}\n"
        "    points:\n"
        '      - {key: temp, name: 水温, address: "${base} + 2", unit: degC}\n'
    )
    point = estate_of(text).points[0]
    assert isinstance(point.source, ModbusSource)
    assert (point.source.address, point.unit) == (0x102, "℃")


@pytest.mark.parametrize("word", ["no", "3.10", "007", "1e3", "null_", "2026-01-01", "12:30:00"])
def test_yaml_never_turns_a_text_into_something_else(word: str) -> None:
    estate = estate_of(site(LIFT[:-1] + f", rated: {{floors: {word}}}}}"))
    assert estate.equipment[0].rated == {"floors": word}


def test_text_is_the_same_whatever_order_the_sections_stand_in() -> None:
    lines = site(LIFT).split("equipment:\n")
    turned = "equipment:\n" + lines[1] + lines[0]
    assert estate_of(turned) == estate_of(site(LIFT))


def test_a_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "现场.yaml"
    for encoding in ("utf-8", "utf-8-sig"):
        file.write_text(site(LIFT), encoding=encoding)
        assert load_file(file).mistakes == ()


def test_warnings_do_not_stand_in_the_way() -> None:
    loaded = load_text("site: {id: s, name: 项目}\nresponse: {p3: {respond: 3 h}}\n", "site.yaml")
    assert isinstance(loaded, Loaded)
    assert loaded.estate is not None
    assert [warning.problem.params["row"] for warning in loaded.warnings] == ["R-SLA-01"]


def test_a_line_of_the_site_file_may_repeat_a_point() -> None:
    estate = estate_of(
        generic('points:\n  - {key: "zone_${n}", name: "防区 ${n}", address: "${n} + 99", repeat: {from: 3, to: 5}}')
    )
    zones = [point for point in estate.points if point.key.startswith("zone_")]
    assert [(point.key, point.name.zh) for point in zones] == [("zone_3", "防区 3"), ("zone_4", "防区 4"), ("zone_5", "防区 5")]
    assert [point.source.address for point in zones if isinstance(point.source, ModbusSource)] == [102, 103, 104]


def test_a_point_of_the_type_is_changed_by_its_key() -> None:
    line = LIFT[:-1] + ", points: [{key: car_load, normal: [0, 90]}, {key: current_floor, decimals: 0, main: false}]}"
    points = {point.key: point for point in estate_of(site(line)).points}
    load = points["car_load"]
    assert load.normal is not None and load.normal.high == 90.0
    assert (load.unit, load.name.en, load.source) == ("%", "Car load", ModbusSource("gw", 1, 3, 0x101A, scale=0.1))
    assert not points["current_floor"].main


def test_readings_that_people_type_need_no_connection() -> None:
    text = site(
        "{id: M1, type: generic_modbus, name: 表, location: T1, "
        "points: [{key: total, name: 读数, kind: counter, source: manual, unit: m3}]}"
    )
    estate = estate_of(text)
    assert [point.key for point in estate.points] == ["total"]
    assert isinstance(estate.points[0].source, ManualSource)
    assert estate.rules == ()


def test_a_third_party_driver_gets_its_options_with_their_types() -> None:
    text = (
        "site: {id: s, name: 项目}\n"
        "locations: [{id: T1, name: 楼}]\n"
        "connections:\n"
        "  - {id: b, protocol: other, driver: bacnet, options: {port: 47808, broadcast: true, net: '5', gain: 0.5, site: 楼}}\n"
        "equipment:\n"
        "  - {id: A, type: generic_modbus, name: 空调, location: T1, connection: b, "
        "points: [{key: t, name: 温度, options: {object: 3}}]}\n"
    )
    estate = estate_of(text)
    assert estate.connections[0] == OtherConnection(
        "b", Text("b"), "bacnet", {"port": 47808, "broadcast": True, "net": "5", "gain": 0.5, "site": "楼"}
    )
    assert estate.points[0].source == OtherSource("b", {"object": 3})


def test_a_weak_gateway_gets_smaller_reads_and_forbidden_addresses_are_only_added() -> None:
    gateway = estate_of(site(LIFT[:-1] + ", device: {max_regs: 4, forbidden: [[0x5000, 0x5000]]}}")).connections[0]
    assert isinstance(gateway, ModbusTcp)
    assert gateway.devices[0].max_regs == 4
    assert gateway.devices[0].forbidden == ((0x6000, 0x6004), (0x5000, 0x5000))
    assert gateway.devices[0].priority


def test_a_parameter_that_differs_from_site_to_site_asks_to_be_confirmed() -> None:
    warned = [warning.problem.code for warning in load_text(site(LIFT), "x").warnings]
    assert "config.confirm" in warned
    confirmed = load_text(site(LIFT[:-1] + ", with: {trapped_bit: 3}}"), "x")
    assert "config.confirm" not in [warning.problem.code for warning in confirmed.warnings]


def test_an_unused_connection_is_warned_of_and_a_second_one_to_the_same_gateway_refused() -> None:
    text = site(LIFT).replace("equipment:", "  - {id: again, protocol: modbus-tcp, host: 127.0.0.1, port: 1502}\nequipment:")
    loaded = load_text(text, "x")
    assert (6, "config.unused_connection") in [(warning.line, warning.problem.code) for warning in loaded.warnings]
    assert [(mistake.line, mistake.problem.code) for mistake in loaded.mistakes] == [(7, "config.shared_line")]


SERIAL = "{id: bus, protocol: modbus-rtu, port: COM3, baud: 19200, parity: E, stop_bits: 1, turnaround_ms: 5}"
DIALLED = "{id: dtu, protocol: modbus-rtu-tcp, listen: true, port: 9001, registration: 'hex:7b 01', heartbeat: ping}"


def test_a_serial_port_and_a_dtu_that_dials_are_read() -> None:
    text = (
        site(LIFT).replace("equipment:", f"  - {SERIAL}\n  - {DIALLED}\nequipment:").replace("connection: gw,", "connection: bus,")
    )
    loaded = load_text(text, "x")
    assert loaded.estate is not None
    bus, dtu = loaded.estate.connections[-2:]
    assert isinstance(bus, ModbusSerial)
    assert (bus.port, bus.baud, bus.parity, bus.stop_bits, bus.turnaround_ms) == ("COM3", 19200, "E", 1, 5)
    assert isinstance(dtu, ModbusRtuTcp)
    assert (dtu.port, dtu.listen, dtu.registration, dtu.heartbeat) == (9001, True, "hex:7b 01", "ping")


def test_equipment_on_a_serial_line_is_one_of_its_devices() -> None:
    text = site(LIFT).replace("equipment:", f"  - {SERIAL}\nequipment:").replace("connection: gw,", "connection: bus,")
    estate = load_text(text, "x").estate
    assert estate is not None
    bus = estate.connections[-1]
    assert isinstance(bus, ModbusSerial)
    assert [device.unit for device in bus.devices] == [1]


def test_meters_that_share_one_message_are_told_apart_by_their_paths() -> None:
    line = "{{id: W{0}, type: mqtt_water_meter, name: 表, location: T1, connection: mq, with: {{topic: dtu, {1}}}}}"
    paths = "flow_path: m{0}.f, total_path: m{0}.t, battery_path: m{0}.b, leak_path: m{0}.l"
    estate = estate_of(site(line.format(1, paths.format(1)), line.format(2, paths.format(2))))
    assert len(estate.equipment) == 2
