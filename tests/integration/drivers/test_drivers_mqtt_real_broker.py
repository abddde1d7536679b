"""The MQTT driver against Debian's mosquitto, with payloads as devices send them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from console.domain.estate import ValueKind
from console.domain.health import HealthState
from console.domain.quality import Quality
from tests.helpers.estates import broker as broker_at
from tests.helpers.estates import field
from tests.helpers.mosquitto import Mosquitto, free_port
from tests.helpers.mqtt import listening

GOOD, STALE, BAD, LOST = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.COMM_LOST


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as started:
        yield started


SHELLY = {"src": "shellypro3em", "method": "NotifyStatus", "params": {"em:0": {"a_voltage": 231.5, "total_act_power": -12}}}
CHINESE = {
    "method": "metric_data",
    "params": {"metric": {"type": "data", "args": [{"deviceuuid": "d1", "value": {"temp": "25.3", "humidity": "12.5"}}]}},
}


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_payloads_of_real_devices_become_their_values(broker: Mosquitto, version: str) -> None:
    points = [
        field(1, "tele/plug/SENSOR", "ENERGY.Power[1]"),
        field(2, "tele/plug/SENSOR", "ENERGY.Total", value=ValueKind.COUNTER),
        field(3, "shelly/events/rpc", 'params["em:0"].a_voltage'),
        field(4, "shelly/events/rpc", "params.em:0.total_act_power"),
        field(5, "zigbee2mqtt/leak", "water_leak", value=ValueKind.STATE, true_words=("true",), false_words=("false",)),
        field(6, "dev/data", "params.metric.args[0].value.temp"),
        field(7, "meters/water/1/m3", scale=0.001),
        field(8, "zigbee2mqtt/plug", "state", value=ValueKind.STATE, true_words=("ON",), false_words=("OFF",)),
        field(9, "usr/up", "rw_prot.r_data[0].value", scale=0.1),
        field(10, "zigbee2mqtt/plug", "model", value=ValueKind.TEXT),
    ]
    async with listening(broker_at(broker.port, version=version), points) as found:
        broker.publish("tele/plug/SENSOR", json.dumps({"Time": "2021-06-13T06:59", "ENERGY": {"Total": 12.5, "Power": [1, 230]}}))
        broker.publish("shelly/events/rpc", json.dumps(SHELLY))
        broker.publish("zigbee2mqtt/leak", '{"water_leak": true, "battery": 97}')
        broker.publish("dev/data", json.dumps(CHINESE))
        broker.publish("meters/water/1/m3", " 123456 \n")
        broker.publish("zigbee2mqtt/plug", '{"state": "off", "model": "TS011F"}')
        broker.publish("usr/up", '{"rw_prot": {"r_data": [{"name": "node0101", "value": "235", "err": "0"}]}}')
        expected = {1: 230, 2: 12.5, 3: 231.5, 4: -12, 5: 1, 6: 25.3, 7: 123.456, 8: 0, 9: 23.5}
        await found.until(lambda: all(found.last(number) for number in range(1, 11)))
        for number, value in expected.items():
            assert found.last(number) == (pytest.approx(value, rel=1e-12), GOOD), number
        assert found.last(10) == ("TS011F", GOOD)


async def test_a_retained_value_is_stale_until_a_fresh_one_comes(broker: Mosquitto) -> None:
    broker.publish("m/1", "41", "-r")
    async with listening(broker_at(broker.port), [field(1, "m/1")]) as found:
        await found.until(lambda: found.last(1) == (41, STALE))
        broker.publish("m/1", "42", "-r")
        await found.until(lambda: found.last(1) == (42, GOOD))


async def test_a_killed_broker_is_lost_once_and_its_points_come_back_with_fresh_values(broker: Mosquitto) -> None:
    async with listening(broker_at(broker.port), [field(1, "m/1"), field(2, "m/2", equipment="M2")]) as found:
        broker.publish("m/1", "1")
        await found.until(lambda: found.last(1) == (1, GOOD))
        broker.kill()
        await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
        await found.until(lambda: found.last(1) == (1, LOST) and found.last(2) == (0, LOST))
        await asyncio.sleep(1.5)
        assert found.answers == [("broker", 0, False)]
        assert found.qualities(1) == [GOOD, LOST]
        start = time.monotonic()
        broker.start()
        await found.until(lambda: found.state("connection:broker") is HealthState.OK)
        assert time.monotonic() - start < 3
        assert found.answers[-1] == ("broker", 0, True)
        broker.publish("m/1", "2")
        await found.until(lambda: found.last(1) == (2, GOOD))


async def test_an_availability_topic_takes_its_equipment_off_and_only_that(broker: Mosquitto) -> None:
    points = [
        field(1, "tele/a/SENSOR", "x", equipment="A", availability_topic="tele/a/LWT"),
        field(2, "zigbee2mqtt/b", "x", equipment="B", availability_topic="zigbee2mqtt/b/availability"),
    ]
    async with listening(broker_at(broker.port), points) as found:
        for topic in ("tele/a/SENSOR", "zigbee2mqtt/b"):
            broker.publish(topic, '{"x": 1}')
        await found.until(lambda: found.last(1) and found.last(2))
        broker.publish("tele/a/LWT", "Offline", "-r")
        await found.until(lambda: found.last(1) == (1, LOST))
        assert found.state("device:broker/A") is HealthState.DOWN
        assert found.last(2) == (1, GOOD)
        broker.publish("zigbee2mqtt/b/availability", '{"state":"offline"}', "-r")
        await found.until(lambda: found.last(2) == (1, LOST))
        broker.publish("tele/a/LWT", "Online", "-r")
        broker.publish("tele/a/SENSOR", '{"x": 2}')
        await found.until(lambda: found.last(1) == (2, GOOD))
        assert found.state("device:broker/A") is HealthState.OK
        assert found.answers == []


BAD_PAYLOADS = {
    "not_json": [b"{", b"\xff\xfe\x00", b'{"x": NaN}', b'{"x": Infinity}', b'{"x": 01}', b"", b"[" * 5000],
    "no_path": [b"{}", b"[1]", b"7", b'{"y": 1}'],
    "not_a_number": [b'{"x": true}', b'{"x": "NaN"}', b'{"x": "inf"}', b'{"x": [1]}', b'{"x": {}}', b'{"x": "12 kWh"}'],
    "too_large": [b'{"x": 1, "y": "' + b"z" * 300_000 + b'"}'],
}


@pytest.mark.parametrize("counter", BAD_PAYLOADS)
async def test_an_unreadable_payload_gets_a_quality_and_a_counter_and_never_a_number(broker: Mosquitto, counter: str) -> None:
    async with listening(broker_at(broker.port), [field(1, "m/1", "x")]) as found:
        broker.publish("m/1", '{"x": 5}')
        await found.until(lambda: found.last(1) == (5, GOOD))
        for payload in BAD_PAYLOADS[counter]:
            broker.publish("m/1", payload)
        await found.until(lambda: len(found.seen[1]) == 1 + len(BAD_PAYLOADS[counter]))
        assert found.qualities(1) == [GOOD] + [BAD] * len(BAD_PAYLOADS[counter])
        assert found.line("device:broker/M1").problem.code == f"driver.{counter}"
        broker.publish("m/1", '{"x": 6}')
        await found.until(lambda: found.last(1) == (6, GOOD))
        assert found.counter("device:broker/M1", counter) == len(BAD_PAYLOADS[counter])
        assert found.state("device:broker/M1") is HealthState.OK


async def test_a_device_that_falls_silent_turns_stale_once_and_its_neighbour_does_not(broker: Mosquitto) -> None:
    points = [field(1, "m/1", equipment="A", stale_after_s=1.5), field(2, "m/2", equipment="B", stale_after_s=1.5)]
    points.append(field(3, "m/3", equipment="C", stale_after_s=1.5))
    async with listening(broker_at(broker.port), points) as found:
        broker.publish("m/1", "1")
        for number in range(7):
            broker.publish("m/2", str(number))
            await asyncio.sleep(0.5)
        assert found.qualities(1) == [GOOD, STALE]
        assert set(found.qualities(2)) == {GOOD}
        assert found.qualities(3) == [LOST]  # never heard at all
        assert found.state("device:broker/A") is HealthState.DOWN
        assert found.state("device:broker/B") is HealthState.OK


async def test_a_broker_that_refuses_says_why_on_the_health_line(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with Mosquitto("allow_anonymous false", port=port) as broker:
        for version in ("3.1.1", "5"):
            async with listening(broker_at(broker.port, version=version), [field(1, "m/1")], wait=False) as found:
                await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
                assert found.line("connection:broker").problem.code in ("driver.broker_135", "driver.broker_134")
        async with listening(broker_at(port, username="bc", secret="main-broker"), [field(1, "m/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
            problem = found.line("connection:broker").problem
            assert problem.code == "driver.secret_missing"
            assert problem.params["variable"] == "BUILDING_CONSOLE_SECRET_MAIN_BROKER"
