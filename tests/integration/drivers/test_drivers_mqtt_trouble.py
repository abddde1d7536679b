"""The MQTT driver in trouble: floods, certificates, sessions taken over, brokers that say nothing, wrong clocks."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from console.domain.estate import ValueKind
from console.domain.health import HealthState
from console.domain.quality import Quality
from console.domain.times import SECOND
from drivers import registry
from drivers.mqtt import network, session
from drivers.mqtt.client import Message
from drivers.mqtt.listener import Listener
from drivers.mqtt.session import secret_variable
from tests.helpers.clock import RealClock
from tests.helpers.estates import broker as broker_at
from tests.helpers.estates import field
from tests.helpers.findings import Findings
from tests.helpers.mosquitto import Mosquitto, find, free_port
from tests.helpers.mqtt import listening

GOOD, STALE, BAD, LOST = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.COMM_LOST


def certificates(folder: Path, days: int = 1) -> None:
    """An authority (ca.pem) and a broker's certificate signed by it, valid for ``days`` (negative: run out)."""
    now = datetime.datetime.now(datetime.UTC)
    start, end = now - datetime.timedelta(days=30), now + datetime.timedelta(days=days)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])

    def begin(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(public)
        return made.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)

    authority = begin(issuer, authority_key.public_key()).add_extension(x509.BasicConstraints(True, None), True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    broker = begin(subject, key.public_key()).add_extension(names, False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    (folder / "broker.pem").write_bytes(broker.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "broker.key").write_bytes(private)


@pytest.mark.parametrize(
    ("days", "known", "code"), [(1, True, ""), (-1, True, "driver.certificate_expired"), (1, False, "driver.certificate_unknown")]
)
async def test_tls_is_believed_only_with_a_valid_certificate_of_the_known_authority(
    tmp_path: Path, days: int, known: bool, code: str
) -> None:
    certificates(tmp_path, days)
    other = tmp_path / "other"
    other.mkdir()
    certificates(other)
    files = [f"certfile {tmp_path / 'broker.pem'}", f"keyfile {tmp_path / 'broker.key'}", "allow_anonymous true"]
    with Mosquitto(*files) as broker:
        file = (tmp_path if known else other) / "ca.pem"
        connection = broker_at(broker.port, tls=True, ca_file=str(file))
        async with listening(connection, [field(1, "m/1")], wait=False) as found:
            wanted = HealthState.DOWN if code else HealthState.OK
            await found.until(lambda: found.state("connection:broker") is wanted)
            problem = found.line("connection:broker").problem
            assert (problem.code if problem else "") == code


async def test_a_ca_file_that_cannot_be_read_is_named() -> None:
    async with listening(broker_at(1, tls=True, ca_file="no/such/file.pem"), [field(1, "m/1")], wait=False) as found:
        await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
        problem = found.line("connection:broker").problem
        assert (problem.code, problem.params) == ("driver.ca_file", {"file": "no/such/file.pem"})


async def test_user_and_secret_open_a_closed_broker_and_a_wrong_secret_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret_variable("main-broker 1") == "BUILDING_CONSOLE_SECRET_MAIN_BROKER_1"
    broker = Mosquitto("allow_anonymous false", "password_file PASSWORDS")
    passwords = broker.folder / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(  # noqa: ASYNC221 - nothing else runs yet
        [find("mosquitto_passwd"), "-b", str(passwords), "bc", "right"], check=True, capture_output=True
    )
    broker._lines = ("allow_anonymous false", f"password_file {passwords}")
    with broker:
        connection = broker_at(broker.port, username="bc", secret="main", version="5")
        monkeypatch.setenv("BUILDING_CONSOLE_SECRET_MAIN", "wrong")
        async with listening(connection, [field(1, "m/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
            assert found.line("connection:broker").problem.code in ("driver.broker_134", "driver.broker_135")
            assert "wrong" not in str(found.lines)
            monkeypatch.setenv("BUILDING_CONSOLE_SECRET_MAIN", "right")  # it is read anew at every attempt
            await found.until(lambda: found.state("connection:broker") is HealthState.OK)


async def test_a_flood_is_bounded_counted_and_said_and_leaves_the_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 messages as fast as a socket brings them: far more than 50,000 a second."""
    monkeypatch.setattr(network, "WAITING", 2_000)
    count, longest, late = 100_000, 0, 0.0
    command = [sys.executable, "-m", "tests.helpers.mqttflood", str(count), "10", "2"]
    sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - nothing else runs yet
    assert sender.stdout is not None
    found = Findings()
    points = [field(1 + n, f"flood/{n}", "v0", equipment=f"M{n}") for n in range(10)]
    driver = registry.make(broker_at(int(sender.stdout.readline())), points, found, RealClock())
    assert isinstance(driver, Listener)
    task = asyncio.create_task(driver.run())

    def seen() -> int:
        return driver._health.counters["messages"] + (driver._network.dropped if driver._network else 0)

    try:
        async with asyncio.timeout(30):
            while seen() < count:
                start = time.monotonic()
                await asyncio.sleep(0.005)
                late = max(late, time.monotonic() - start)
                longest = max(longest, len(driver._network._queue) if driver._network else 0)
        assert seen() == count
        assert late < 0.5
        assert longest <= 2_001  # and the news of the connection
        assert {quality for n in range(1, 11) for quality in found.qualities(n)} == {GOOD}
        if driver._network is not None and driver._network.dropped:
            await found.until(lambda: any(line.problem and line.problem.code == "driver.flood" for line in found.lines))
            await found.until(lambda: found.counter("connection:broker", "dropped") == driver._network.dropped)
    finally:
        task.cancel()
        await asyncio.wait([task])
        sender.kill()
        sender.wait()
        sender.stdout.close()


def test_a_full_queue_drops_messages_but_never_news_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "WAITING", 3)
    woken = []
    made = network.Network(broker_at(1), ["a"], lambda: woken.append(1), lambda: 0)
    for _ in range(5):
        made.on_messages([Message("a", b"1", False)])
    made.on_connected(Client(CallbackAPIVersion.VERSION2), kept=False)
    assert made.dropped == 2
    assert woken == [1]
    taken = made.take(100)
    assert [type(event) for event in taken] == [Message] * 3 + [network.Connected]
    monkeypatch.setattr(network, "WAITING_BYTES", 10)
    made.on_messages([Message("a", b"12345678", False)])
    made.on_messages([Message("a", b"12345678", False)])
    assert made.dropped == 3
    assert woken == [1, 1]


@contextlib.asynccontextmanager
async def scripted(*, refuse: str = "", farewell: bytes = b"") -> AsyncIterator[int]:
    """A broker of our own for what mosquitto never says: refuses one topic, or ends every session with ``farewell``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                if kind == 0x10:  # CONNECT of version 5
                    writer.write(b"\x20\x03\x00\x00\x00")
                elif kind == 0x82:
                    codes = bytes(0x87 if topic == refuse else 1 for topic in topics(body))
                    writer.write(bytes([0x90, 3 + len(codes)]) + body[:2] + b"\x00" + codes)
                    if farewell:
                        writer.write(farewell)
                        break
        writer.close()

    def topics(body: bytes) -> list[str]:
        found, place = [], 3
        while place < len(body):
            size = int.from_bytes(body[place : place + 2], "big")
            found.append(body[place + 2 : place + 2 + size].decode())
            place += 3 + size
        return found

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_session_that_is_taken_over_says_so() -> None:
    async with scripted(farewell=b"\xe0\x02\x8e\x00") as port:
        connection = broker_at(port, version="5", client_id="building-console")
        async with listening(connection, [field(1, "m/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
            problem = found.line("connection:broker").problem
            assert problem is not None
            assert (problem.code, problem.params) == ("driver.session_taken", {"client": "building-console"})


async def test_a_port_that_accepts_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PATIENCE", 0.5)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    connection = broker_at(server.sockets[0].getsockname()[1])
    async with listening(connection, [field(1, "m/1")], wait=False) as found:
        await found.until(lambda: found.state("connection:broker") is HealthState.DOWN)
        assert found.line("connection:broker").problem.code == "driver.broker_mute"
    server.close()


async def test_a_broker_that_is_nowhere_loses_every_point_once_and_the_driver_still_ends_at_once() -> None:
    async with listening(
        broker_at(free_port()), [field(1, "m/1"), field(2, "m/2", "x", value=ValueKind.TEXT)], wait=False
    ) as found:
        await found.until(lambda: found.last(1) == (0, LOST) and found.last(2) == ("", LOST))
        assert found.line("connection:broker").problem.code == "driver.refused"
        assert found.answers == [("broker", 0, False)]
        await asyncio.sleep(1.2)
        assert len(found.seen[1]) == len(found.seen[2]) == 1
        start = time.monotonic()
    assert time.monotonic() - start < 0.5


async def test_a_payload_time_eight_hours_off_is_not_believed() -> None:
    with Mosquitto() as broker:
        points = [field(1, "m/1", "x", time_path="ts"), field(2, "m/2", "x", time_path="ts")]
        async with listening(broker_at(broker.port), points) as found:
            now = time.time()
            broker.publish("m/1", json.dumps({"x": 1, "ts": now + 8 * 3600}))
            broker.publish("m/2", json.dumps({"x": 1, "ts": now - 20}))
            await found.until(lambda: found.last(1) and found.last(2))
            assert found.seen[1][0][2] == pytest.approx(now * SECOND, abs=5 * SECOND)
            assert found.seen[2][0][2] == pytest.approx((now - 20) * SECOND, abs=SECOND // 100)
            await found.until(lambda: found.counter("device:broker/M1", "clock_skew") == 1, 8)


async def test_a_retained_value_with_a_fresh_device_time_is_good_and_one_with_an_old_time_is_stale() -> None:
    with Mosquitto() as broker:
        now = time.time()
        broker.publish("m/1", json.dumps({"x": 1, "ts": now - 5}), "-r")
        broker.publish("m/2", json.dumps({"x": 2, "ts": now - 200}), "-r")
        points = [field(n, f"m/{n}", "x", time_path="ts", stale_after_s=60, equipment=f"M{n}") for n in (1, 2)]
        async with listening(broker_at(broker.port), points) as found:
            await found.until(lambda: found.last(1) == (1, GOOD) and found.last(2) == (2, STALE))


async def test_retained_junk_is_bad_and_an_offline_device_gets_no_fresher_by_its_retained_value() -> None:
    with Mosquitto() as broker:
        broker.publish("m/1", b"\x00\xff junk", "-r")
        broker.publish("m/2", "5", "-r")
        broker.publish("m/2/lwt", "offline", "-r")
        points = [field(1, "m/1", "x"), field(2, "m/2", equipment="M2", availability_topic="m/2/lwt")]
        async with listening(broker_at(broker.port), points) as found:
            await found.until(lambda: found.last(1) and found.last(2))
            await asyncio.sleep(0.3)
            assert found.last(1)[1] is BAD
            assert found.last(2)[1] is LOST


async def test_a_wildcard_topic_serves_its_points_and_availability_words_that_nobody_knows_are_counted() -> None:
    with Mosquitto() as broker:
        points = [field(1, "site/+/temp"), field(2, "site/a/temp", equipment="A", availability_topic="site/a/lwt")]
        async with listening(broker_at(broker.port), points) as found:
            broker.publish("site/a/lwt", "perhaps")
            broker.publish("site/a/temp", "21")
            await found.until(lambda: found.last(1) == (21, GOOD) and found.last(2) == (21, GOOD))
            broker.publish("site/b/temp", "22")
            await found.until(lambda: found.last(1) == (22, GOOD))
            assert found.last(2) == (21, GOOD)
            await found.until(lambda: found.counter("device:broker/A", "unknown_availability") == 1, 8)


async def test_a_subscription_that_the_broker_refuses_is_named() -> None:
    async with scripted(refuse="closed/1") as port:
        connection = broker_at(port, version="5")
        async with listening(connection, [field(1, "open/1"), field(2, "closed/1")], wait=False) as found:
            await found.until(lambda: found.state("connection:broker") is HealthState.DEGRADED)
            problem = found.line("connection:broker").problem
            assert problem is not None
            assert (problem.code, problem.params) == ("driver.not_subscribed", {"topic": "closed/1", "count": 1})
