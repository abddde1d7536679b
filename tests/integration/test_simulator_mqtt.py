"""The simulated water meters and their broker: mosquitto on a leash, and the embedded one."""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from console.domain.estate import Estate, Mqtt
from drivers.simulator import leash
from drivers.simulator.broker import BrokerMissing, Embedded, Mosquitto, find_mosquitto
from tests.helpers.demo_estate import demo_on_free_ports
from tests.helpers.mosquitto import find, free_port
from tests.integration.simulating import control, simulated

TOPIC = "meters/water/t1-wm01"
STATE = f"{TOPIC}/state"


class Ear:
    """A subscriber: every message in the order of arrival."""

    def __init__(self, port: int, topic: str) -> None:
        self._messages: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self._topic = topic
        self._subscribed = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe(topic)
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = lambda _c, _u, m: self._messages.put((m.topic, m.payload, m.retain))
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    async def next(self, topic: str, timeout: float = 15.0) -> tuple[bytes, bool]:
        """The next message on ``topic``."""
        while True:
            found, payload, retain = await asyncio.to_thread(self._messages.get, timeout=timeout)
            if found == topic:
                return payload, retain

    async def until(self, topic: str, payload: bytes) -> None:
        while (await self.next(topic))[0] != payload:
            pass


@contextmanager
def listening(estate: Estate, topic: str) -> Iterator[Ear]:
    (broker,) = [each for each in estate.connections if isinstance(each, Mqtt)]
    ear = Ear(broker.port, topic)
    try:
        yield ear
    finally:
        ear.client.disconnect()
        ear.client.loop_stop()


@pytest.mark.parametrize("embedded", [False, True], ids=["mosquitto", "amqtt"])
async def test_a_meter_reports_its_model_and_that_it_is_online(embedded: bool) -> None:
    if not embedded:
        find("mosquitto")
    estate = demo_on_free_ports()
    async with simulated(estate, script=False, embedded_broker=embedded) as site:
        assert site.brokers == {"broker": "amqtt" if embedded else "mosquitto"}
        with listening(estate, f"{TOPIC}/#") as ear:
            await ear.until(STATE, b"online")
            payload, retain = await ear.next(TOPIC)
            said = json.loads(payload)
            assert not retain
            assert set(said) == {"flow", "total", "battery", "leak"}
            shown = site.world.devices["T1-WM01"].shown()
            assert said["total"] == pytest.approx(shown["T1-WM01.total"], abs=0.1)
            later = json.loads((await ear.next(TOPIC))[0])
            assert later["total"] >= said["total"]


async def test_a_lost_meter_leaves_its_last_will_and_comes_back() -> None:
    find("mosquitto")
    estate = demo_on_free_ports()
    async with simulated(estate, script=False) as site, control(site.control_port) as port:
        with listening(estate, STATE) as ear:
            await ear.until(STATE, b"online")
            await port.ask(do="cause", fault="device_offline", target="T1-WM01")
            await ear.until(STATE, b"offline")
            await port.ask(do="clear", fault="device_offline", target="T1-WM01")
            await ear.until(STATE, b"online")


async def test_the_broker_goes_and_comes_back_with_its_meters() -> None:
    find("mosquitto")
    estate = demo_on_free_ports()
    (broker,) = [each for each in estate.connections if isinstance(each, Mqtt)]
    async with simulated(estate, script=False) as site, control(site.control_port) as port:
        with listening(estate, f"{TOPIC}/#") as ear:
            await ear.next(TOPIC)
            await port.ask(do="cause", fault="broker_gone", target="broker")
            with pytest.raises(OSError):
                await asyncio.open_connection("127.0.0.1", broker.port)
            await port.ask(do="clear", fault="broker_gone", target="broker")
            await ear.until(STATE, b"online")
            await ear.next(TOPIC)


async def test_a_broker_whose_port_is_taken_says_so() -> None:
    find("mosquitto")
    program = find_mosquitto()
    assert program is not None
    other = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    try:
        for broker in (Mosquitto(program, port), Embedded(port)):
            with pytest.raises(BrokerMissing) as missing:
                await broker.start()
            assert missing.value.problem.code == "demo.broker_refuses"
            await broker.stop()
    finally:
        other.close()
        await other.wait_closed()


def test_mosquitto_ends_when_its_simulator_dies() -> None:
    program, port = find("mosquitto"), free_port()
    held = subprocess.Popen(
        [sys.executable, str(Path(leash.__file__)), program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert held.stdin is not None
    held.stdin.close()  # what the system does when the simulator dies
    assert held.wait(10) is not None
