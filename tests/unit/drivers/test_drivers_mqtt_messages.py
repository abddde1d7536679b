"""From messages to samples: shared topics, partial and binary messages, times, duplicates, and whatever a flood may bring."""

from __future__ import annotations

import json
import math
import os
import struct
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.domain.estate import MqttSource, Point, ValueKind
from console.domain.health import HealthState
from console.domain.quality import Quality
from console.domain.text import EMPTY
from console.domain.times import HOUR, MINUTE, SECOND
from drivers.health import Health, frame
from drivers.mqtt.binary import Unfit, binary
from drivers.mqtt.client import Message
from drivers.mqtt.gather import Gather
from drivers.mqtt.messages import Messages
from drivers.mqtt.payload import MISSING, Select, document, fits, path, walk
from drivers.mqtt.routes import Gear, Route, make_item
from tests.helpers.clock import RealClock
from tests.helpers.estates import field
from tests.helpers.findings import Findings

GOOD, BAD, STALE, NONE = Quality.GOOD, Quality.BAD, Quality.STALE, Quality.NOT_AVAILABLE
NOW = 1_760_000_000 * SECOND
MANY = 10_000 if os.environ.get("BUILDING_CONSOLE_TORTURE") == "full" else 1_000


class Inbox:
    """The points behind a broker, without the broker."""

    def __init__(self, *points: Point) -> None:
        self.found = Findings()
        self.counters: Counter[str] = Counter()
        self.gear: dict[str, Gear] = {}
        self.now = NOW
        clock, routes = RealClock(), {}
        for point in points:
            source = point.source
            assert isinstance(source, MqttSource)
            line = frame("device", f"broker/{point.equipment}", EMPTY, point.equipment)
            gear = self.gear.setdefault(point.equipment, Gear(point.equipment, Health(line, self.found, clock)))
            routes.setdefault(source.topic, Route()).items.append(make_item(point, gear))
        self.messages = Messages(routes, self.counters)

    def put(self, topic: str, payload: Any, *, retained: bool = False) -> None:
        data = payload if isinstance(payload, bytes | None) else json.dumps(payload).encode()
        gather = Gather(self.now, 5 * SECOND)
        self.messages.take(Message(topic, data, retained), gather)
        gather.hand_over(self.found)

    def count(self, name: str, equipment: str = "M1") -> int:
        return self.gear[equipment].health.counters[name]


def test_a_message_of_another_kind_on_the_same_topic_is_passed_over() -> None:
    inbox = Inbox(field(1, "usr", "rw_prot.r_data[name=node0101].value", where={"rw_prot.dir": "up"}))
    report = {"rw_prot": {"dir": "up", "r_data": [{"name": "node0100", "value": "1"}, {"name": "node0101", "value": "23.5"}]}}
    inbox.put("usr", report)
    inbox.put("usr", {"rw_prot": {"dir": "down", "w_data": []}})
    inbox.put("usr", b"no JSON at all")
    assert inbox.found.seen[1] == [(23.5, GOOD, NOW)]
    assert inbox.count("other_kind") == 2
    assert inbox.gear["M1"].health.state is HealthState.OK


def test_two_kinds_of_message_of_one_topic_serve_different_points() -> None:
    inbox = Inbox(field(1, "t", "v", where={"kind": "a"}), field(2, "t", "v", where={"kind": "b"}))
    inbox.put("t", {"kind": "A", "v": 1})
    inbox.put("t", {"kind": "b", "v": 2})
    assert (inbox.found.values(1), inbox.found.values(2)) == ([1], [2])


def test_what_a_partial_message_leaves_out_stays_as_good_as_it_was() -> None:
    points = [field(n, "s", f'params["em:0"].{key}', partial=True) for n, key in ((1, "a_voltage"), (2, "a_current"))]
    inbox = Inbox(*points)
    inbox.put("s", {"params": {"em:0": {"a_voltage": 231.5}}})
    assert inbox.found.seen[2] == []
    inbox.put("s", {"params": {"em:0": {"a_current": 4}}})
    inbox.put("s", {"params": {"sys": {}}})
    assert (inbox.found.values(1), inbox.found.values(2)) == ([231.5], [4])
    assert inbox.count("no_path") == 0
    assert inbox.gear["M1"].health.state is HealthState.OK


def test_a_value_that_is_gone_stale_is_not_made_good_by_a_message_without_it() -> None:
    inbox = Inbox(field(1, "s", "a", partial=True), field(2, "s", "b", partial=True))
    inbox.put("s", {"a": 1, "b": 2})
    item = inbox.gear["M1"].items[0]
    item.said, item.heard = STALE, 0
    inbox.put("s", {"b": 3})
    assert (item.said, item.heard) == (STALE, 0)


def test_the_same_device_time_and_value_count_once() -> None:
    inbox = Inbox(field(1, "t", "v", time_path="ts"), field(2, "t", "w", time_path="ts"))
    for value in (5, 5, 6):
        inbox.put("t", {"v": value, "w": 1, "ts": NOW // SECOND})
    assert inbox.found.values(1) == [5, 6]
    assert inbox.found.values(2) == [1]
    assert inbox.count("duplicates") == 3
    inbox.put("t", {"v": 6, "w": 1, "ts": NOW // SECOND + 1})
    assert inbox.found.values(1) == [5, 6, 6]


def test_a_clock_eight_hours_off_is_said_and_its_correction_too() -> None:
    inbox = Inbox(field(1, "t", "v", time_path="ts"))
    inbox.put("t", {"v": 1, "ts": (NOW + 8 * HOUR) // SECOND})
    health = inbox.gear["M1"].health
    assert inbox.found.seen[1] == [(1, GOOD, NOW)]
    assert (health.state, health.problem.code) == (HealthState.DEGRADED, "driver.clock_skew")
    assert inbox.count("clock_skew") == 1
    inbox.put("t", {"v": 2, "ts": NOW // SECOND - 5})
    assert inbox.found.seen[1][-1] == (2, GOOD, NOW - 5 * SECOND)
    assert health.state is HealthState.OK


def test_what_the_broker_kept_for_us_keeps_its_own_time() -> None:
    inbox = Inbox(field(1, "t", "v", time_path="ts"))
    inbox.messages.back = HOUR
    inbox.put("t", {"v": 1, "ts": (NOW - 50 * MINUTE) // SECOND})
    inbox.put("t", {"v": 2, "ts": (NOW + 50 * MINUTE) // SECOND})
    assert [time for _, _, time in inbox.found.seen[1]] == [NOW - 50 * MINUTE, NOW]


def test_a_topic_that_nobody_configured_is_counted() -> None:
    inbox = Inbox(field(1, "meters/a", "v"))
    inbox.put("meters/b", {"v": 1})
    assert (inbox.counters["messages"], inbox.counters["unknown_topics"]) == (1, 1)


def test_a_device_with_one_channel_sends_a_number_and_one_with_two_a_list() -> None:
    inbox = Inbox(field(1, "t", "ENERGY.Power[0]"), field(2, "t", "ENERGY.Power[1]"))
    inbox.put("t", {"ENERGY": {"Power": [3, 230]}})
    inbox.put("t", {"ENERGY": {"Power": 42}})
    assert inbox.found.values(1) == [3, 42]
    assert inbox.found.seen[2][0][:2] == (230, GOOD)
    assert inbox.found.seen[2][1][1] is BAD


def test_a_number_that_means_no_value_is_not_available() -> None:
    inbox = Inbox(field(1, "t", "v", not_available=(-999, 65535), scale=0.1))
    for raw in (-999, "65535", 250):
        inbox.put("t", {"v": raw})
    assert inbox.found.qualities(1) == [NONE, NONE, GOOD]
    assert inbox.found.last(1) == (25, GOOD)


def test_an_object_of_a_list_is_found_by_one_of_its_keys() -> None:
    assert path("r[name=node 1].value") == ("r", Select("name", "node 1"), "value")
    doc = {"r": [{"name": "x", "value": 1}, 5, {"value": 3}, {"name": "node 1", "value": 7}]}
    assert walk(doc, path("r[name=node 1].value")) == 7
    assert walk(doc, path("r[name=y].value")) is MISSING
    assert walk({"r": 5}, path("r[name=y]")) is MISSING
    assert walk([{"on": True, "n": 4}], path("[on=true].n")) == 4
    assert fits(doc, [(path("r[value=1].name"), "x")])


BYTES = bytes.fromhex("01 02 03 04 05 06 07 08")


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"type": "u8"}, 1),
        ({"type": "u16"}, 0x0102),
        ({"type": "u16", "byte": 1}, 0x0203),
        ({"type": "u16", "order": "BADC"}, 0x0201),
        ({"type": "u16", "order": "CDAB"}, 0x0102),
        ({"type": "u32", "order": "ABCD"}, 0x01020304),
        ({"type": "u32", "order": "CDAB"}, 0x03040102),
        ({"type": "u32", "order": "BADC"}, 0x02010403),
        ({"type": "u32", "order": "DCBA"}, 0x04030201),
        ({"type": "u64", "order": "DCBA"}, 0x0807060504030201),
        ({"type": "u64", "order": "CDAB"}, 0x0708050603040102),
        ({"type": "u8hi"}, 1),
        ({"type": "u8lo"}, 2),
        ({"type": "bcd16"}, 102),
        ({"type": "bcd32"}, 1020304),
        ({"type": "bool"}, 1),
        ({"type": "u16", "bit": 8, "bits": 2}, 1),
        ({"type": "u8", "byte": 4, "bit": 2}, 1),
    ],
)
def test_a_binary_payload_is_read_by_place_type_and_order(more: dict[str, Any], value: int) -> None:
    assert binary(MqttSource("b", "t", encoding="binary", **more), BYTES) == value


def test_signed_and_real_numbers_and_texts_are_read_out_of_bytes() -> None:
    def read(kind: str, data: bytes, **more: Any) -> object:
        return binary(MqttSource("b", "t", encoding="binary", type=kind, **more), data)

    assert read("i8", b"\xff") == -1
    assert read("i16", b"\xff\xfe") == -2
    assert read("i64", b"\x80" + bytes(7)) == -(2**63)
    assert read("f32", struct.pack(">f", 1.5)) == 1.5
    assert read("f64", struct.pack("<d", -2.25), order="DCBA") == -2.25
    assert read("f32", struct.pack(">f", math.nan)) is None
    assert read("text", "泵A\0x".encode("gbk"), length=5) == "泵A"
    for kind, data in (("f32", struct.pack(">f", math.inf)), ("bcd16", b"\x1a\x00"), ("u32", b"\x01"), ("text", b"\xff\xff\xff")):
        with pytest.raises(Unfit):
            read(kind, data, length=len(data))


def test_a_binary_message_that_is_too_short_is_bad_and_said() -> None:
    inbox = Inbox(field(1, "b", encoding="binary", byte=2, type="i16", scale=0.1))
    inbox.put("b", bytes.fromhex("0000 00eb"))
    inbox.put("b", b"\x00")
    assert inbox.found.seen[1][0][:2] == (23.5, GOOD)
    assert inbox.found.seen[1][1][1] is BAD
    assert inbox.gear["M1"].health.problem.code == "driver.not_binary"


JSONS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "ts", "name"]), inner, max_size=4),
    max_leaves=8,
)
ANY = st.binary(max_size=60) | JSONS.map(lambda each: json.dumps(each).encode())
POINTS = [
    field(1, "t", "x"),
    field(2, "t", "x.y[0]", scale=0.1),
    field(3, "t", "y", value=ValueKind.STATE, true_words=("true",)),
    field(4, "t", "x[name=1].y", value=ValueKind.TEXT, partial=True),
    field(5, "t", "y", time_path="ts"),
    field(6, "t", "x", where={"y": "1"}),
    field(7, "t", encoding="binary", byte=3, type="f32", order="CDAB"),
    field(8, "t", encoding="binary", type="bcd32"),
    field(9, "t"),
    field(10, "t", encoding="binary", type="text", length=4, value=ValueKind.TEXT),
]


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ANY, st.booleans()), min_size=1, max_size=4))
def test_no_run_of_messages_crashes_or_makes_a_wrong_number(messages: list[tuple[bytes, bool]]) -> None:
    inbox = Inbox(*POINTS)
    for payload, retained in messages:
        inbox.put("t", payload, retained=retained)
        doc = document(payload)
        truth = doc.get("x") if isinstance(doc, dict) else None
        value, quality = inbox.found.last(1)  # type: ignore[misc]
        assert quality is not GOOD or value == pytest.approx(float(truth))
    for number, seen in inbox.found.seen.items():
        for value, _, time in seen:
            assert isinstance(value, str) is (number in (4, 10))
            assert isinstance(value, str) or math.isfinite(value)
            assert abs(time - NOW) <= 300 * SECOND
