"""A desk that comes over TLS, and equipment that speaks by itself over a real broker."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.domain.commands import SetUpAdministrator
from console.domain.problems import Refused
from console.link.calls import Call
from console.link.client import Client, Identity
from console.link.messages import DiagnosticsAnswer, DiagnosticsQuery
from console.link.tls import make_certificates
from console.link.tokens import read_link_file
from tests.helpers.processes import CollectorProcess
from tests.integration.collectors import desk, device, free_port, site, write_seeds


def test_a_desk_over_tls_signs_on_and_a_stranger_does_not_come_in(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls", ["desk.lan"])
    process = CollectorProcess(
        tmp_path / "store", "--cert", str(made.certificate), "--key", str(made.key), "--seed-accounts", str(write_seeds(tmp_path))
    )
    process.start()
    try:
        found = read_link_file(process.folder)
        assert found is not None
        url = f"wss://localhost:{found.port}"
        with Call(process.folder) as call:  # the desk beside it uses the same port and its own token
            assert isinstance(call.query(DiagnosticsQuery), DiagnosticsAnswer)
        with Call(url, account="wang", secret="112233", ca_file=str(made.ca), watch=True) as call:
            assert call.snapshot().me == "wang"
            with pytest.raises(Refused, match=r"refused\.set_up_local"):
                call.ask(SetUpAdministrator("evil", "E", "long enough"))
        with pytest.raises(Refused, match=r"refused\.secret"), Call(url, account="wang", secret="0", ca_file=str(made.ca)):
            pass
        with pytest.raises(Refused, match=r"link\.no_token"), Call(url, ca_file=str(made.ca)):
            pass
        with pytest.raises(Refused, match=r"link\.no_answer"), Call(url, account="wang", secret="112233"):
            pass
        with (
            pytest.raises(Refused, match=r"link\.no_answer"),
            Call(f"ws://localhost:{found.port}", account="wang", secret="112233"),
        ):
            pass
    finally:
        process.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None:
        pytest.skip("mosquitto is not installed")
    port = free_port()
    file = tmp_path / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
    process = subprocess.Popen([program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while (
            subprocess.run(_publish(port, "up", "1"), check=False, capture_output=True).returncode and time.monotonic() < deadline
        ):
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(5)


def _publish(port: int, topic: str, payload: str, *words: str) -> list[str]:
    return ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-t", topic, "-m", payload, *words]


async def publish(port: int, topic: str, payload: str) -> None:
    """With Debian's own client, in a thread."""
    await asyncio.to_thread(subprocess.run, _publish(port, topic, payload), check=True)


METER = """\
  - id: W{number}
    type: mqtt_water_meter
    name: {{zh: 水表, en: Meter}}
    location: B1
    connection: broker
    with: {{topic: meters/water/{number}}}
"""


async def test_a_meter_speaks_over_a_real_broker_and_its_last_will_is_a_comms_alarm(tmp_path: Path, broker: int) -> None:
    with device() as server:
        file = tmp_path / "site.yaml"
        connection = f"  - {{id: broker, protocol: mqtt, host: 127.0.0.1, port: {broker}}}"
        file.write_text(site(server.port, connections=connection, equipment=METER.format(number=7)), encoding="utf-8")
        process = CollectorProcess(tmp_path / "store", "--config", str(file), "--seed-accounts", str(write_seeds(tmp_path)))
        process.start()
        try:
            async with desk(process.folder) as console:
                await console.until(lambda p: p.health.get("connection:broker") and p.health["connection:broker"].state == "ok")
                points = [
                    p
                    for p in console.picture.points.values()
                    if p.equipment == "W7" and p.source.__class__.__name__ == "MqttSource"
                ]
                point = next(p for p in points if p.source.topic == "meters/water/7" and p.source.path)
                availability = point.source.availability_topic
                payload = _payload(point.source.path, 12.5)
                await publish(broker, "meters/water/7", payload)
                await console.until(lambda p: p.value("W7.comm_state") == 0)
                value = await console.until(lambda p: p.value(point.id))
                assert value == pytest.approx(12.5 * point.source.scale + point.source.offset)
                if availability:
                    await publish(broker, availability, point.source.offline_words[0])
                    await console.until(lambda p: p.value("W7.comm_state") == 1)
                await publish(broker, "meters/water/7", "not json")
                await publish(broker, "meters/water/7", '{"x": NaN}')
        finally:
            process.stop()


def _payload(path: str, value: float) -> str:
    text = str(value)
    for key in reversed(path.split(".")):
        text = f'{{"{key}": {text}}}'
    return text


async def test_a_console_of_a_remote_desk_keeps_its_place_without_its_secret(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "tls", ["localhost"])
    process = CollectorProcess(
        tmp_path / "store", "--cert", str(made.certificate), "--key", str(made.key), "--seed-accounts", str(write_seeds(tmp_path))
    )
    process.start()
    try:
        found = read_link_file(process.folder)
        assert found is not None
        url = f"wss://localhost:{found.port}"
        async with desk(url, "remote", ca_file=str(made.ca), account="li", secret="445566") as console:
            assert console.picture.me == "li"
            console.client.identity = Identity("test", "remote")
            assert isinstance(console.client, Client)
            assert console.client._socket is not None
            await console.client._socket.close()
            await console.until(lambda p: p.snapshots == 2)
            assert console.picture.me == "li"
    finally:
        process.stop()
