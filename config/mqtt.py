"""MQTT in a site file: from what is written to sources and connections, and what only MQTT can have wrong.

``{device}`` in a topic is one level that names the device: ``zigbee2mqtt/{device}`` subscribes once to ``zigbee2mqtt/+`` and
gives every piece of equipment the messages of its own name (``device:`` of the line or type, else the equipment's id).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from config.fields import Context, Record
from console.domain.estate import Connection, Mqtt, MqttSource, Point, Publish
from console.domain.text import Text
from console.domain.times import SECOND

DEVICE = "{device}"
_PLAIN = ("topic", "path", "scale", "offset", "time_path", "time_unit", "availability_topic", "partial", "encoding", "byte")
_LISTS = ("true_words", "false_words", "online_words", "offline_words", "not_available")
_BINARY = ("type", "order", "bit", "bits", "length")


def source(record: Record, context: Context) -> MqttSource:
    """The source of a point, its connection still empty."""
    given: dict[str, Any] = {key: record.get(key) for key in _PLAIN if key in record}
    given |= {key: tuple(record.get(key)) for key in _LISTS if key in record}
    if given.get("encoding") == "binary":
        given |= {key: record.get(key) for key in _BINARY if key in record}
    if "where" in record:
        given["where"] = dict(record.get("where").values)
    if "max_skew" in record:
        given["max_skew_s"] = record.get("max_skew") / SECOND
    made = MqttSource(connection="", **given)
    for key in ("topic", "availability_topic"):
        topic = given.get(key, "")
        if re.search(r"[{}]", topic.replace(DEVICE, "")):
            context.mistake(record.line_of(key), "topic_segment", topic=topic)
    return named(made, record.get("device")) if "device" in record else made


def named(source: MqttSource, device: str) -> MqttSource:
    """``source`` with the device's name in its topics; one subscription for all of its kind where that name is one level."""
    if DEVICE not in source.topic and DEVICE not in source.availability_topic:
        return source
    one_level = f"/{source.topic}/".count(f"/{DEVICE}/") == source.topic.count(DEVICE) and "/" not in device
    return msgspec.structs.replace(
        source,
        topic=source.topic.replace(DEVICE, device),
        subscribe=source.topic.replace(DEVICE, "+") if one_level and DEVICE in source.topic else "",
        availability_topic=source.availability_topic.replace(DEVICE, device),
    )


def connection(record: Record, name: Text, given: dict[str, Any], context: Context) -> Mqtt:
    """The broker session of one line."""
    about = {"connection": record.get("id")}
    kept = given.pop("session", 0)
    if kept and "client_id" not in given:
        context.mistake(record.line_of("session"), "session_client", **about)
    if ("cert_file" in given) != ("key_file" in given) and not record.bad & {"cert_file", "key_file"}:
        context.mistake(record.line, "certificate_pair", **about)
    if not given.get("tls"):
        for key in ("ca_file", "cert_file", "key_file"):
            if key in given:
                context.findings.warning(context.file, record.line_of(key), "needs_tls", key=key, **about)
    out: Record | None = given.pop("publish", None)
    if out is not None:
        wanted = dict(out.values)
        every = wanted.pop("every", 5 * SECOND) / SECOND
        given["publish"] = Publish(every_s=every, **wanted)
    return Mqtt(record.get("id"), name, session_s=-(-kept // SECOND), **given)


def own_tree(points: Iterable[tuple[Point, Record]], connections: Iterable[Connection], site: str, context: Context) -> None:
    """Refuse topics that would bring back what we publish: on whatever broker, for brokers are bridged."""
    trees = [f"{each.publish.root}/{site}" for each in connections if isinstance(each, Mqtt) and each.publish is not None]
    seen: set[str] = set()
    for point, record in points if trees else ():
        if not isinstance(point.source, MqttSource):
            continue
        for topic in {point.source.subscribe or point.source.topic, point.source.availability_topic} - seen:
            seen.add(topic)
            for tree in trees:
                if topic and _meets(topic.split("/"), tree.split("/")):
                    context.mistake(record.line, "own_tree", equipment=point.equipment, topic=topic, root=tree)


def _meets(pattern: list[str], tree: list[str]) -> bool:
    """Can a topic below ``tree`` fit the filter ``pattern``?"""
    for part, own in zip(pattern, tree, strict=False):
        if part == "#":
            return True
        if part not in ("+", own):
            return False
    return len(pattern) > len(tree) or pattern[-1] == "#"
