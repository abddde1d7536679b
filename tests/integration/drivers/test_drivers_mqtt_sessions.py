"""Sessions with Debian's mosquitto: kept while we are away, taken over, secured both ways, many devices on one subscription."""

from __future__ import annotations

import asyncio
import datetime
import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from console.domain.health import HealthState
from console.domain.quality import Quality
from console.domain.times import SECOND
from drivers import registry
from drivers.bench import Frame
from drivers.mqtt import network, session
from drivers.mqtt.listener import Listener
from tests.helpers.clock import RealClock
from tests.helpers.estates import broker as broker_at
from tests.helpers.estates import field
from tests.helpers.findings import Findings
from tests.helpers.mosquitto import Mosquitto
from tests.helpers.mqtt import listening

GOOD, STALE, BAD, LOST = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.COMM_LOST
VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as started:
        yield started


@VERSIONS
async def test_nothing_that_was_sent_while_we_were_away_is_lost(broker: Mosquitto, version: str) -> None:
    connection = broker_at(broker.port, version=version, client_id="keeper", session_s=3600)
    points = [field(1, "m/1", "v", time_path="ts")]
    async with listening(connection, points):
        pass
    sent = [round(time.time() - 1000 + 10 * step) for step in range(20)]
    for value, moment in enumerate(sent):
        broker.publish("m/1", json.dumps({"v": value, "ts": moment}))
    async with listening(connection, points) as found:
        await found.until(lambda: len(found.seen[1]) == 20)
        assert found.values(1) == list(range(20))
        assert [when // SECOND for _, _, when in found.seen[1]] == sent  # as old as our absence, and yet no wrong clock
        assert found.counter("device:broker/M1", "clock_skew") == 0


@VERSIONS
async def test_without_a_kept_session_only_what_comes_now_is_read(broker: Mosquitto, version: str) -> None:
    connection = broker_at(broker.port, version=version, client_id="forgetful")
    async with listening(connection, [field(1, "m/1")]):
        pass
    broker.publish("m/1", "1")
    async with listening(connection, [field(1, "m/1")]) as found:
        broker.publish("m/1", "2")
        await found.until(lambda: found.last(1) == (2, GOOD))
        assert found.values(1) == [2]


@VERSIONS
async def test_a_full_queue_leaves_kept_messages_with_the_broker(
    broker: Mosquitto, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "WAITING", 20)
    connection = broker_at(broker.port, version=version, client_id="slow", session_s=3600)
    points = [field(1, "m/1", "v")]
    async with listening(connection, points):
        pass
    for value in range(60):
        broker.publish("m/1", json.dumps({"v": value}))
    async with listening(connection, points) as found:
        await found.until(lambda: len(found.seen[1]) == 60)
        assert found.values(1) == list(range(60))
        assert found.counter("connection:broker", "dropped") == 0


async def test_who_is_thrown_out_says_so_and_stands_back(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mosquitto gives no reason when it drops the older session, not even in version 5; the pattern does."""
    monkeypatch.setattr(session, "PAUSES", (0.05,))
    monkeypatch.setattr(session, "TRUCE", 60.0)
    connection = broker_at(broker.port, client_id="twin", version="5")
    async with listening(connection, [field(1, "m/1")]) as one, listening(connection, [field(1, "m/1")], wait=False) as two:
        codes = lambda found: {line.problem.code for line in found.lines if line.problem is not None}  # noqa: E731
        await one.until(lambda: "driver.broker_quarrel" in codes(one) | codes(two), 20)
        await asyncio.sleep(1.0)
        connects = [found.counter("connection:broker", "connects") for found in (one, two)]
        await asyncio.sleep(1.5)
        assert [found.counter("connection:broker", "connects") for found in (one, two)] == connects
        assert HealthState.OK in {found.state("connection:broker") for found in (one, two)}


async def test_one_subscription_serves_many_devices_and_counts_the_unknown(broker: Mosquitto) -> None:
    points = []
    for number in range(1, 51):
        point = field(number, f"z/d{number}", "power", equipment=f"d{number}")
        points.append(msgspec.structs.replace(point, source=msgspec.structs.replace(point.source, subscribe="z/+")))
    found = Findings()
    driver = registry.make(broker_at(broker.port), points, found, RealClock())
    assert isinstance(driver, Listener)
    assert list(driver._filters) == ["z/+"]
    task = asyncio.create_task(driver.run())
    try:
        await found.until(lambda: found.state("connection:broker") is HealthState.OK)
        await asyncio.sleep(0.2)
        for device in ("d7", "stranger", "d50"):
            broker.publish(f"z/{device}", '{"power": 12.5}')
        await found.until(lambda: found.last(7) == (12.5, GOOD) and found.last(50) == (12.5, GOOD))
        assert sum(map(bool, found.seen.values())) == 2
        await found.until(lambda: found.counter("connection:broker", "unknown_topics") == 1)
    finally:
        task.cancel()
        await asyncio.wait([task])


@VERSIONS
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_quality_of_service_brings_each_message_once(broker: Mosquitto, version: str, qos: int) -> None:
    async with listening(broker_at(broker.port, version=version, qos=qos), [field(1, "m/1")]) as found:
        for value in range(30):
            broker.publish("m/1", str(value), "-q", str(qos))
        await found.until(lambda: len(found.seen[1]) >= 30)
        assert found.values(1) == list(range(30))


async def test_the_tap_hears_topic_and_payload_and_ends_when_told(broker: Mosquitto) -> None:
    frames: list[Frame] = []
    found = Findings()
    driver = registry.make(broker_at(broker.port), [field(1, "m/1")], found, RealClock())
    assert isinstance(driver, Listener)
    driver.tap(frames.append)
    task = asyncio.create_task(driver.run())
    try:
        await found.until(lambda: found.state("connection:broker") is HealthState.OK)
        await asyncio.sleep(0.2)
        broker.publish("m/1", "21.5")
        await found.until(lambda: frames)
        assert (frames[0].connection, frames[0].sent, frames[0].data) == ("broker", False, b"m/1\x0021.5")
        driver.tap(None)
        broker.publish("m/1", "22")
        await found.until(lambda: found.last(1) == (22, GOOD))
        assert len(frames) == 1
    finally:
        task.cancel()
        await asyncio.wait([task])


@VERSIONS
async def test_a_huge_message_is_let_go_of_while_it_arrives_and_the_next_one_is_read(broker: Mosquitto, version: str) -> None:
    async with listening(broker_at(broker.port, version=version), [field(1, "m/1", "x")]) as found:
        broker.publish("m/1", b'{"x": 1, "pad": "' + b"z" * 3_000_000 + b'"}')
        broker.publish("m/1", '{"x": 2}')
        await found.until(lambda: found.last(1) == (2, GOOD))
        assert found.qualities(1) == [BAD, GOOD]
        await found.until(lambda: found.counter("device:broker/M1", "too_large") == 1)


class Authority:
    """Makes certificates: a broker's, and clients' that are valid for ``days`` (negative: run out)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Plant authority")])
        builder = self._builder(self._name, self._key, 10)
        cert = builder.add_extension(x509.BasicConstraints(True, None), True).sign(self._key, hashes.SHA256())
        self.ca = self._write("ca.pem", cert.public_bytes(serialization.Encoding.PEM))

    def make(self, name: str, days: int = 5) -> tuple[str, str]:
        """Certificate and key file of ``name``."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, days)
        names = x509.SubjectAlternativeName([x509.IPAddress(__import__("ipaddress").ip_address("127.0.0.1"))])
        cert = builder.add_extension(names, False).sign(self._key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self._write(f"{name}.pem", cert.public_bytes(pem)), self._write(f"{name}.key", private)

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=30))
        return made.not_valid_after(now + datetime.timedelta(days=days))

    def _write(self, name: str, data: bytes) -> str:
        file = self.folder / name
        file.write_bytes(data)
        return str(file)


@VERSIONS
async def test_a_broker_that_wants_our_certificate_gets_it_and_says_who_has_none(tmp_path: Path, version: str) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.make("broker")
    mine, mine_key = authority.make("collector")
    lines = [f"cafile {authority.ca}", f"certfile {cert}", f"keyfile {key}", "require_certificate true", "allow_anonymous true"]
    with Mosquitto(*lines) as broker:
        secured = broker_at(broker.port, version=version, tls=True, ca_file=authority.ca, cert_file=mine, key_file=mine_key)
        async with listening(secured, [field(1, "m/1")]):
            pass
        naked = msgspec.structs.replace(secured, cert_file="", key_file="")
        async with listening(naked, [field(1, "m/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
            assert found.line("connection:broker").problem.code == "driver.cert_missing"
        foreign = tmp_path / "foreign"
        foreign.mkdir()
        other, other_key = Authority(foreign).make("collector")
        stranger = msgspec.structs.replace(secured, cert_file=other, key_file=other_key)
        async with listening(stranger, [field(1, "m/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
            assert found.line("connection:broker").problem.code == "driver.cert_refused"


async def test_our_own_expired_certificate_is_said_with_its_date(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.make("collector", days=-2)
    connection = broker_at(1, tls=True, ca_file=authority.ca, cert_file=cert, key_file=key)
    async with listening(connection, [field(1, "m/1")], wait=False) as found:
        await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
        problem = found.line("connection:broker").problem
        wanted = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)).date().isoformat()
        assert (problem.code, problem.params["date"]) == ("driver.own_expired", wanted)
    async with listening(msgspec.structs.replace(connection, key_file=authority.ca), [field(1, "m/1")], wait=False) as found:
        await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
        assert found.line("connection:broker").problem.code == "driver.own_certificate"
