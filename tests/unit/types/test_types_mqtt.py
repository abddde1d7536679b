"""Messages as devices send them, through the shipped MQTT types, against values worked out by hand.

The messages follow the sources named in each type file; keys are compared with the map of payloads where that is at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from config.loader import load_text
from console.domain.estate import MqttSource, Point
from console.domain.quality import Quality
from drivers.mqtt.payload import document, fits, read, reader, walk

MAP = Path(__file__).resolve().parents[4] / "shared" / "domain" / "maps" / "mqtt_payloads.yaml"


def points(kind: str, more: str = "") -> dict[str, Point]:
    text = (
        "site: {id: s, name: 项目}\nlocations: [{id: T1, name: 1号楼}]\n"
        "connections: [{id: mq, protocol: mqtt, host: 127.0.0.1}]\n"
        f"equipment: [{{id: E1, type: {kind}, name: 设备, location: T1, connection: mq{more}}}]\n"
    )
    loaded = load_text(text, "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    return {point.key: point for point in loaded.estate.points if isinstance(point.source, MqttSource)}


def source(point: Point) -> MqttSource:
    assert isinstance(point.source, MqttSource)
    return point.source


def values(found: dict[str, Point], topic: str, message: Any) -> dict[str, object]:
    """What a message on ``topic`` says, by key; the quality's name where it is not good, nothing where it is left out."""
    doc, said = document(json.dumps(message).encode()), {}
    for key, point in found.items():
        how = reader(msgspec.structs.replace(point, number=1))
        if source(point).topic != topic or (how.where and not fits(doc, how.where)):
            continue
        value, quality, wrong = read(how, walk(doc, how.steps))
        if not (wrong == "no_path" and source(point).partial):
            said[key] = pytest.approx(value) if quality is Quality.GOOD and not isinstance(value, str) else quality.name
    return said


def test_a_zigbee2mqtt_plug() -> None:
    found = points("zigbee2mqtt_plug")
    message = {"power": 125.5, "voltage": 231, "current": 0.55, "energy": 12.34, "state": "ON", "linkquality": 120}
    assert values(found, "zigbee2mqtt/E1", message) == {
        "active_power": 0.1255, "voltage": 231, "current": 0.55, "energy": 12.34, "output": 1, "link_quality": 120,
    }  # fmt: skip
    assert values(found, "zigbee2mqtt/E1", {"state": "OFF"}) == {"output": 0}
    assert {source(point).subscribe for point in found.values()} == {"zigbee2mqtt/+"}
    assert {source(point).availability_topic for point in found.values()} == {"zigbee2mqtt/E1/availability"}


def test_a_zigbee2mqtt_plug_by_its_friendly_name() -> None:
    found = points("zigbee2mqtt_plug", ", with: {device: 厨房/插座, base: z2m}")
    assert {source(point).topic for point in found.values()} == {"z2m/厨房/插座"}


@pytest.mark.parametrize(("kind", "key"), [("zigbee2mqtt_leak", "water_leak"), ("zigbee2mqtt_smoke", "smoke")])
def test_a_zigbee2mqtt_sensor(kind: str, key: str) -> None:
    found = points(kind)
    assert values(found, "zigbee2mqtt/E1", {key: True, "battery": 97, "linkquality": 80})[key] == 1
    assert values(found, "zigbee2mqtt/E1", {key: False}) == {key: 0}
    assert values(found, "zigbee2mqtt/E1", {key: "perhaps", "battery": 300}) == {key: "BAD", "battery": "BAD"}


def test_a_shelly_pro3em_tells_only_what_changed() -> None:
    found = points("shelly_pro3em", ", with: {device: shellypro3em-1}")
    topic = "shellypro3em-1/events/rpc"
    em = {"id": 0, "a_voltage": 231.5, "a_current": 4.02, "a_act_power": -920.5, "c_voltage": 229.9, "total_act_power": 1500}
    said = values(found, topic, {"method": "NotifyStatus", "params": {"ts": 1_760_000_000.12, "em:0": em}})
    assert said == {
        "voltage_l1": 231.5, "current_l1": 4.02, "active_power_l1": -0.9205, "voltage_l3": 229.9, "active_power": 1.5,
    }  # fmt: skip
    data = {"method": "NotifyStatus", "params": {"emdata:0": {"total_act": 123456.7, "total_act_ret": 10}}}
    assert values(found, topic, data) == {"energy_import": 123.4567, "energy_export": 0.01}
    assert values(found, topic, {"method": "NotifyEvent", "params": {"em:0": {"a_voltage": 1}}}) == {}


def test_a_shelly_switch_of_the_chosen_channel() -> None:
    found = points("shelly_switch", ", with: {device: plug, channel: 1}")
    switch = {"output": True, "apower": 42.0, "voltage": 230, "current": 0.2, "aenergy": {"total": 1500.5}}
    message = {"method": "NotifyStatus", "params": {"switch:0": {"apower": 7}, "switch:1": switch}}
    assert values(found, "plug/events/rpc", message) == {
        "output": 1, "active_power": 0.042, "voltage": 230, "current": 0.2, "energy": 1.5005,
    }  # fmt: skip


@pytest.mark.parametrize(("more", "wrap"), [("", lambda x: x), (", with: {channel: 1}", lambda x: [99, x])])
def test_a_tasmota_device_with_one_channel_or_several(more: str, wrap: Any) -> None:
    found = points("tasmota_energy", more)
    energy = {"Total": 3.185, "Today": 0.5, "Power": wrap(460), "ApparentPower": wrap(500), "ReactivePower": wrap(190),
              "Factor": wrap(0.92), "Voltage": 229, "Current": wrap(2.1)}  # fmt: skip
    assert values(found, "tele/E1/SENSOR", {"Time": "2026-06-13T06:59:52", "ENERGY": energy}) == {
        "active_power": 0.46, "apparent_power": 0.5, "reactive_power": 0.19, "power_factor": 0.92, "voltage": 229,
        "current": 2.1, "energy": 3.185, "energy_today": 0.5,
    }  # fmt: skip


def test_a_usr_dtus_nodes_are_read_from_reports_and_nothing_else() -> None:
    node = "points: [{key: level, name: 液位, path: 'rw_prot.r_data[name=node0101].value', unit: m}]"
    found = points("usr_dtu_nodes", f", with: {{device: usr/1/up}}, {node}")
    frame = {"Ver": "1.0.1", "dir": "up", "id": "1", "r_data": [{"name": "node0100", "value": "7", "err": "0"}]}
    assert values(found, "usr/1/up", {"rw_prot": frame}) == {}
    frame["r_data"] = [{"name": "node0101", "value": "2.35", "err": "0"}]
    assert values(found, "usr/1/up", {"rw_prot": frame}) == {"level": 2.35}
    assert values(found, "usr/1/up", {"rw_prot": {**frame, "dir": "down"}}) == {}


def test_a_usr_dtus_flat_report_is_scaled_as_the_site_says() -> None:
    more = ", points: [{key: t, name: 温度, path: temperature, scale: 0.1, unit: ℃}, {key: r, name: 继电器, path: relay5}]"
    assert values(points("usr_dtu_flat", more), "E1", {"temperature": 253, "relay5": 1}) == {"t": 25.3, "r": 1}


def test_the_keys_are_those_of_the_map_of_payloads() -> None:
    if not MAP.exists():
        pytest.skip("mqtt_payloads.yaml of ../shared/domain/maps is not here")
    known = yaml.safe_load(MAP.read_text(encoding="utf-8"))
    z2m = set(known["zigbee2mqtt"]["keys"])
    for kind in ("zigbee2mqtt_plug", "zigbee2mqtt_leak", "zigbee2mqtt_smoke"):
        assert {source(point).path for point in points(kind).values()} <= z2m
    shelly = known["shelly_gen2"]
    em = {*shelly["em_keys"], *shelly["emdata_keys"]}
    assert {source(point).path.rsplit(".", 1)[1] for point in points("shelly_pro3em").values()} <= em
    paths = {source(point).path.partition("switch:0.")[2] for point in points("shelly_switch").values()}
    assert paths <= set(shelly["switch_keys"])
    tasmota = {source(point).path.split(".")[1].partition("[")[0] for point in points("tasmota_energy").values()}
    assert tasmota <= set(known["tasmota"]["sensor"]["ENERGY"])
