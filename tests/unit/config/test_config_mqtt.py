"""MQTT in a site file: devices named in topics, sessions, certificates, and what we publish."""

from __future__ import annotations

import pytest

from config.loader import Loaded, load_text
from console.domain.estate import Mqtt, MqttSource, Publish

SITE = """\
site: {{id: garden, name: 花园}}
locations: [{{id: T1, name: 1号楼}}]
connections:
  - {{id: mq, protocol: mqtt, host: 127.0.0.1{connection}}}
types:
  - {{type: t, kind: k, name: 型, source: [x], confidence: low{type}}}
equipment:
  - {{id: E1, type: t, name: 甲, location: T1, connection: mq, points: [{{key: p, name: 点, {point}}}]}}
"""


def load(point: str = "topic: a/b", connection: str = "", kind: str = "") -> Loaded:
    return load_text(SITE.format(point=point, connection=connection, type=kind), "site.yaml")


def source(point: str, kind: str = "") -> MqttSource:
    loaded = load(point, kind=kind)
    assert loaded.estate is not None, loaded.mistakes
    found = next(each for each in loaded.estate.points if each.key == "p").source
    assert isinstance(found, MqttSource)
    return found


def broker(connection: str) -> Mqtt:
    loaded = load(connection=connection)
    assert loaded.estate is not None, loaded.mistakes
    found = loaded.estate.connections[0]
    assert isinstance(found, Mqtt)
    return found


def codes(loaded: Loaded) -> list[str]:
    return [mistake.problem.code.removeprefix("config.") for mistake in loaded.mistakes]


@pytest.mark.parametrize(
    ("point", "topic", "subscribe"),
    [
        ("topic: a/b", "a/b", ""),
        ('topic: "z/{device}"', "z/E1", "z/+"),
        ('topic: "z/{device}/up", device: d7', "z/d7/up", "z/+/up"),
        ('topic: "z/{device}", device: hall/plug', "z/hall/plug", ""),
        ('topic: "z/meter-{device}"', "z/meter-E1", ""),
    ],
)
def test_a_device_in_a_topic_is_the_key_device_or_the_equipments_id(point: str, topic: str, subscribe: str) -> None:
    found = source(point)
    assert (found.topic, found.subscribe, found.connection) == (topic, subscribe, "mq")


def test_a_types_topic_names_each_of_its_devices() -> None:
    found = source("path: v", ', defaults: {topic: "z/{device}", availability_topic: "z/{device}/on", where: {a.b: up}}')
    assert (found.topic, found.availability_topic, found.where) == ("z/E1", "z/E1/on", {"a.b": "up"})


def test_everything_that_a_binary_value_needs_is_read() -> None:
    found = source("topic: a, encoding: binary, byte: 3, type: u8, bit: 2, bits: 3, order: CDAB, not_available: [255]")
    assert (found.encoding, found.byte, found.type, found.bit, found.bits, found.order) == ("binary", 3, "u8", 2, 3, "CDAB")
    assert found.not_available == (255,)
    assert source("topic: a, partial: true, max_skew: 1 h").max_skew_s == 3600


def test_a_session_certificates_and_publishing_are_read() -> None:
    made = broker(
        ", client_id: c, session: 24 h, qos: 2, tls: true, cert_file: a.pem, key_file: a.key"
        ", publish: {root: bc/x, every: 2 s, orders: false}"
    )
    assert (made.session_s, made.qos, made.cert_file, made.key_file) == (86400, 2, "a.pem", "a.key")
    assert made.publish == Publish(root="bc/x", every_s=2, orders=False)


def test_nothing_is_published_where_nothing_is_said() -> None:
    assert broker("").publish is None
    assert broker(", publish: {}").publish == Publish()


@pytest.mark.parametrize(
    ("point", "connection", "code"),
    [
        ("topic: a", ", session: 1 h", "session_client"),
        ("topic: a", ", tls: true, cert_file: a.pem", "certificate_pair"),
        ('topic: "a/{room}"', "", "topic_segment"),
        ("address: 1, type: u8", "", "byte_type"),
        ('topic: "#"', ", publish: {}", "own_tree"),
        ("topic: building-console/+/values/x", ", publish: {}", "own_tree"),
        ("topic: +/garden/#", ", publish: {}", "own_tree"),
        ("topic: a, availability_topic: out/garden/status", ", publish: {root: out}", "own_tree"),
        ("topic: a", ", publish: {root: a/+}", "bad_pattern"),
        ("topic: a", ", publish: {rate: 0}", "out_of_range"),
    ],
)
def test_a_mistake_is_named(point: str, connection: str, code: str) -> None:
    assert code in codes(load(point, connection))


@pytest.mark.parametrize("topic", ["building-console/other/values/x", "a/#", "+", "building-console/garden"])
def test_a_topic_beside_our_own_tree_is_no_mistake(topic: str) -> None:
    assert codes(load(f"topic: {topic}", ", publish: {}")) == []


def test_a_certificate_without_tls_is_warned_of() -> None:
    loaded = load(connection=", ca_file: ca.pem")
    assert [warning.problem.code for warning in loaded.warnings] == ["config.needs_tls"]
