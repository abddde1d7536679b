"""Payloads as four makers send them (``../shared/domain/maps/mqtt_payloads.yaml``), from mosquitto, through the collector process.

Values are read as they come; what is no number gives a quality and a counter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from console.domain.faults import Clock
from console.domain.health import HealthState
from console.domain.quality import Quality
from tests.helpers.looking import Seen, look, look_until, raw_history
from tests.helpers.mosquitto import Mosquitto
from tests.helpers.processes import CollectorProcess

MQTT_SITE = """\
site: {{id: works, name: {{zh: 真实负载, en: Real payloads}}}}
locations: [{{id: B1, name: B1}}]
connections: [{{id: broker, protocol: mqtt, host: 127.0.0.1, port: {port}}}]
equipment:
  - id: PLUG
    type: generic_modbus
    name: Tasmota
    location: B1
    connection: broker
    points:
      - {{key: power, name: P, topic: tele/plug1/SENSOR, path: ENERGY.Power, unit: W,
         availability_topic: tele/plug1/LWT, plausible: [0, 4000]}}
      - {{key: total, name: E, kind: counter, topic: tele/plug1/SENSOR, path: ENERGY.Total, unit: kW·h, decimals: 3,
         availability_topic: tele/plug1/LWT}}
      - {{key: phase2, name: I2, topic: tele/plug1/SENSOR, path: "ENERGY.Current[1]", unit: A, availability_topic: tele/plug1/LWT}}
  - id: LEAK
    type: generic_modbus
    name: Zigbee2MQTT
    location: B1
    connection: broker
    points:
      - key: leak
        name: Leak
        kind: state
        states: {{0: {{zh: 正常, en: Dry}}, 1: {{zh: 漏水, en: Wet}}}}
        topic: zigbee2mqtt/cellar
        path: water_leak
        true_words: ["true"]
        false_words: ["false"]
        availability_topic: zigbee2mqtt/cellar/availability
      - {{key: battery, name: Battery, unit: "%", topic: zigbee2mqtt/cellar, path: battery,
         availability_topic: zigbee2mqtt/cellar/availability}}
    alarms:
      - {{key: wet, point: leak, kind: state, values: [1], priority: 3, text: {{zh: 漏水, en: Water leak}}}}
  - id: EM
    type: generic_modbus
    name: Shelly
    location: B1
    connection: broker
    points:
      - {{key: power, name: P, topic: shellypro3em-1/events/rpc, path: "params[\\"em:0\\"].total_act_power", unit: kW, scale: 0.001,
         decimals: 3, time_path: params.ts}}
  - id: TH
    type: generic_modbus
    name: 机房温湿度
    location: B1
    connection: broker
    points:
      - {{key: temp, name: T, topic: dthjjc/1/data, path: "params.metric.args[0].value.temp", unit: ℃,
         decimals: 1, plausible: [-40, 85]}}
      - {{key: humidity, name: H, topic: dthjjc/1/data, path: "params.metric.args[0].value.humidity", unit: "%", decimals: 1}}
"""

TASMOTA = (
    '{"Time":"2021-06-13T06:59:52","ENERGY":{"TotalStartTime":"2020-01-01T00:00:00","Total":1234.567,"Yesterday":1.2,'
    '"Today":0.4,"Power":87,"ApparentPower":95,"ReactivePower":38,"Factor":0.92,"Voltage":231,"Current":[0.412,1.5]}}'
)
ZIGBEE = '{"battery":93,"battery_low":false,"linkquality":120,"tamper":false,"voltage":3000,"water_leak":%s}'
CHINESE = (
    '{"method":"metric_data","params":{"route_key":"/dthjjc/device/1/data","metric":{"type":"data","args":'
    '[{"deviceuuid":"d1","type":"1","facility":"2","value":{"temp":"25.3","humidity":"12.5"}}]}}}'
)
MQTT = {
    "PLUG.power": 87,
    "PLUG.total": 1234.567,
    "PLUG.phase2": 1.5,
    "LEAK.leak": 0,
    "LEAK.battery": 93,
    "EM.power": 4.2105,
    "TH.temp": 25.3,
    "TH.humidity": 12.5,
}


def shelly(power: str, moment: float) -> str:
    """A NotifyStatus frame."""
    frame = '{"src":"shellypro3em-1","dst":"x","method":"NotifyStatus","params":{"ts":%.2f,"em:0":{"id":0,%s}}}'
    return frame % (moment, power)


@pytest.fixture
def payloads(start: Callable[[str], CollectorProcess]) -> Iterator[tuple[Mosquitto, CollectorProcess]]:
    """A broker of Debian's, and a collector that listens there and has heard everybody once."""
    with Mosquitto() as broker:
        process = start(MQTT_SITE.format(port=broker.port))
        look_until(process.folder, lambda seen: seen.health["connection:broker"].state is HealthState.OK)
        broker.publish("tele/plug1/LWT", "Online", "-r")
        broker.publish("zigbee2mqtt/cellar/availability", '{"state":"online"}', "-r")
        broker.publish("tele/plug1/SENSOR", TASMOTA)
        broker.publish("zigbee2mqtt/cellar", ZIGBEE % "false")
        broker.publish("shellypro3em-1/events/rpc", shelly('"total_act_power":4210.5', time.time()))
        broker.publish("dthjjc/1/data", CHINESE)
        look_until(process.folder, lambda seen: all(seen.usable(name) is not None for name in MQTT))
        yield broker, process


def test_payloads_of_four_makers_are_read_as_they_come(payloads: tuple[Mosquitto, CollectorProcess]) -> None:
    broker, process = payloads
    seen = look(process.folder)
    assert {name: seen.usable(name) for name in MQTT} == {name: pytest.approx(value) for name, value in MQTT.items()}
    broker.publish("zigbee2mqtt/cellar", ZIGBEE % "true")
    wet = look_until(process.folder, lambda seen: seen.alarms.get("LEAK.leak#wet"))
    assert wet.priority == 3
    fault = look_until(process.folder, lambda seen: next(iter(seen.faults.values()), None))
    assert fault.limits.limit(Clock.RESPOND) == 2 * 3600 * 10**9
    broker.publish("tele/plug1/LWT", "Offline", "-r")  # the broker says it with the plug's last will
    look_until(process.folder, lambda seen: seen.quality("PLUG.power") is Quality.COMM_LOST)
    assert look(process.folder).usable("LEAK.battery") == 93  # the others are not concerned


BAD = [  # point, payload, counter on the device's health line
    ("PLUG.power", "Power: 87 W", "not_json"),
    ("PLUG.power", TASMOTA[:-9], "not_json"),
    ("PLUG.power", '{"ENERGY":{"Power":NaN,"Total":1,"Current":[0,1]}}', "not_json"),
    ("PLUG.power", '{"ENERGY":{"Total":1,"Current":[0,1]}}', "no_path"),
    ("PLUG.power", '{"ENERGY":{"Power":"NaN","Total":1,"Current":[0,1]}}', "not_a_number"),
    ("PLUG.power", '{"ENERGY":{"Power":[87,90],"Total":1,"Current":[0,1]}}', "not_a_number"),
    ("PLUG.power", '{"ENERGY":{"Power":true,"Total":1,"Current":[0,1]}}', "not_a_number"),
    ("PLUG.power", '{"ENERGY":{"Power":90000,"Total":1,"Current":[0,1]}}', "implausible"),
    ("TH.temp", CHINESE.replace('"25.3"', '"--"'), "not_a_number"),
    ("EM.power", '{"method":"NotifyStatus","params":{"ts":1,"em:0":{"a_current":1}}}', "no_path"),
]


def test_bad_payloads_give_a_quality_and_a_counter_and_never_a_number(payloads: tuple[Mosquitto, CollectorProcess]) -> None:
    broker, process = payloads
    topics = {"PLUG": "tele/plug1/SENSOR", "TH": "dthjjc/1/data", "EM": "shellypro3em-1/events/rpc"}
    began = look(process.folder).snapshot.now
    for name, payload, _ in BAD:
        equipment = name.split(".", maxsplit=1)[0]
        good = {"PLUG": TASMOTA, "TH": CHINESE, "EM": shelly('"total_act_power":4210.5', time.time())}[equipment]
        broker.publish(topics[equipment], payload)
        look_until(process.folder, lambda seen, name=name: seen.quality(name) is Quality.BAD)
        broker.publish(topics[equipment], good)
        look_until(process.folder, lambda seen, name=name: seen.usable(name) == pytest.approx(MQTT[name]))
    wanted = {("PLUG", "not_json"): 3, ("PLUG", "no_path"): 1, ("PLUG", "not_a_number"): 3, ("PLUG", "implausible"): 1,
              ("TH", "not_a_number"): 1, ("EM", "no_path"): 1}  # fmt: skip

    def counted(seen: Seen) -> bool:
        return all(seen.health[f"device:broker/{who}"].counters.get(what, 0) >= count for (who, what), count in wanted.items())

    look_until(process.folder, counted)
    stored = raw_history(process.folder, "PLUG.power", began, look(process.folder).snapshot.now)
    usable = {value for _, value, quality in stored if Quality(quality).usable}
    assert usable == {87.0}
    assert sum(quality == Quality.BAD for _, _, quality in stored) == 8
