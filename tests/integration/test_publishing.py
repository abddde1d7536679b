"""What other systems hear of us: a real collector, a real broker, and a subscriber that is not ours."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.helpers.mosquitto import Mosquitto
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, site, write_seeds

TREE = "building-console/yard"


class Subscriber:
    """Another system: what is retained or was last said on each topic, and everything in order."""

    def __init__(self, port: int, topic: str = "building-console/#") -> None:
        self.said: list[tuple[float, str, bytes, bool]] = []
        self.now: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        with self._lock:
            self.said.append((time.monotonic(), message.topic, message.payload, message.retain))
            self.now[message.topic] = message.payload

    def json(self, topic: str) -> Any:
        payload = self.now.get(f"{TREE}/{topic}")
        return json.loads(payload) if payload else None

    def until(self, met: Callable[[], Any], seconds: float = 15.0) -> Any:
        end = time.monotonic() + seconds
        while not (found := met()):
            assert time.monotonic() < end, self.now
            time.sleep(0.02)
        return found

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def subscriber(port: int) -> Iterator[Subscriber]:
    made = Subscriber(port)
    try:
        yield made
    finally:
        made.close()


def collector(folder: Path, modbus: int, broker: int, publish: str = "{every: 200 ms}") -> CollectorProcess:
    line = f"  - {{id: out, protocol: mqtt, host: 127.0.0.1, port: {broker}, publish: {publish}}}"
    file = folder / "site.yaml"
    file.write_text(site(modbus, connections=line), encoding="utf-8")
    return CollectorProcess(folder / "store", "--config", str(file), "--seed-accounts", str(write_seeds(folder)))


def test_values_alarms_faults_and_orders_are_published_and_taken_back(tmp_path: Path) -> None:
    with device() as bank, Mosquitto() as broker, subscriber(broker.port) as other:
        process = collector(tmp_path, bank.port, broker.port)
        process.start()
        try:
            other.until(lambda: other.now.get(f"{TREE}/status") == b"online")
            found = other.until(lambda: (found := other.json("values/P1")) and found["values"]["energy"] == 7 and found)
            assert found["values"] == {"pressure": 50, "level": 80, "energy": 7, "comm_state": 0}
            assert found["name"] == {"zh": "1# 水泵", "en": "Pump 1"}
            assert found["states"]["comm_state"]["en"]
            assert found["quality"] == {}
            assert other.json("about/P1")["points"]["pressure"]["unit"] == "kPa"

            bank.data_bank.set_holding_registers(0, [150])
            alarm = other.until(lambda: next((json.loads(p) for t, p in other.now.items() if "/alarms/" in t and p), None))
            assert (alarm["equipment"], alarm["priority"], alarm["active"], alarm["value"]) == ("P1", 3, True, 150)
            assert alarm["text"] == {"zh": "压力过高", "en": "Pressure high"}
            fault = other.until(lambda: next((json.loads(p) for t, p in other.now.items() if "/faults/" in t and p), None))
            assert fault["open"] is True
            assert other.until(lambda: next((t for t, p in other.now.items() if "/orders/" in t and p), None))
            other.until(lambda: other.json("summary") and other.json("summary")["active_alarms"]["3"] == 1)

            process.kill()  # the power fails: the broker says so in our place
            other.until(lambda: other.now[f"{TREE}/status"] == b"offline")
        finally:
            process.stop()


def test_an_alarm_that_ended_while_nobody_published_is_taken_back(tmp_path: Path) -> None:
    with device((150, 10, 0, 0, 0, 0, 0, 7)) as bank, Mosquitto() as broker, subscriber(broker.port) as other:
        process = collector(tmp_path, bank.port, broker.port)
        process.start()
        try:
            other.until(lambda: sum("/alarms/" in topic and payload != b"" for topic, payload in other.now.items()) == 2)
        finally:
            process.stop()
        assert other.until(lambda: other.now[f"{TREE}/status"] == b"offline")
        ghost = "alarms/A-999999"
        file = tmp_path / "store" / "published-out.json"
        known = json.loads(file.read_text(encoding="utf-8"))
        known["topics"].append(ghost)
        file.write_text(json.dumps(known), encoding="utf-8")
        broker.publish(f"{TREE}/{ghost}", "{}", "-r")
        other.until(lambda: other.now.get(f"{TREE}/{ghost}") == b"{}")
        process = collector(tmp_path, bank.port, broker.port)
        process.start()
        try:
            other.until(lambda: other.now[f"{TREE}/{ghost}"] == b"")
            assert sum("/alarms/" in topic and payload != b"" for topic, payload in other.now.items()) == 2
        finally:
            process.stop()


async def test_a_broker_that_is_gone_never_delays_the_collector_and_hears_everything_when_it_is_back(tmp_path: Path) -> None:
    with device() as bank, Mosquitto() as broker:
        process = collector(tmp_path, bank.port, broker.port)
        process.start()
        try:
            async with desk(process.folder) as console:
                await console.until(lambda p: p.value("P1.pressure") == 50)
                broker.kill()
                await console.until(lambda p: "publishing:out" in p.health and p.health["publishing:out"].state.value == "down")
                start = time.monotonic()
                bank.data_bank.set_holding_registers(0, [150])
                await console.until(lambda p: p.alarm("P1.pressure#high"))
                assert time.monotonic() - start < 1.5
            broker.start()
            back = time.monotonic()
            with subscriber(broker.port) as other:
                other.until(lambda: other.now.get(f"{TREE}/status") == b"online")
                assert time.monotonic() - back < 3
                other.until(lambda: any("/alarms/" in topic and payload for topic, payload in other.now.items()))
                other.until(lambda: other.json("values/P1") and other.json("values/P1")["values"]["pressure"] == 150)
        finally:
            process.stop()


def test_never_more_than_the_rate_is_published(tmp_path: Path) -> None:
    with device() as bank, Mosquitto() as broker, subscriber(broker.port) as other:
        process = collector(tmp_path, bank.port, broker.port, "{every: 100 ms, rate: 3}")
        process.start()
        try:
            other.until(lambda: other.json("values/P1"))
            for value in range(60):
                bank.data_bank.set_holding_registers(0, [50 + value % 20])
                time.sleep(0.05)
            own = [at for at, topic, _, _ in other.said if not topic.endswith("/status")]
            assert all(sum(start <= at < start + 1 for at in own) <= 7 for start in own)  # 3, and as many from a calm second
            assert len(own) >= 5
        finally:
            process.stop()


@pytest.mark.parametrize("publish", ["{values: false, orders: false, faults: false}"])
def test_only_what_is_asked_for_is_published(tmp_path: Path, publish: str) -> None:
    with device((150, 10, 0, 0, 0, 0, 0, 7)) as bank, Mosquitto() as broker, subscriber(broker.port) as other:
        process = collector(tmp_path, bank.port, broker.port, publish)
        process.start()
        try:
            other.until(lambda: any("/alarms/" in topic for topic in other.now))
            other.until(lambda: other.json("summary") and other.json("summary")["open_faults"])
            assert {topic.split("/")[2] for topic in other.now} == {"status", "alarms", "summary"}
        finally:
            process.stop()
