"""What an MQTT payload says about a point."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.estate import Band, MqttSource, ValueKind
from console.domain.quality import Quality
from console.domain.times import HOUR, SECOND
from drivers.mqtt.payload import LONGEST_TEXT, MISSING, availability, device_time, document, matches, path, read, reader, text, walk
from tests.helpers.estates import field

GOOD, BAD, NONE = Quality.GOOD, Quality.BAD, Quality.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("", ()),
        ("temp", ("temp",)),
        ("data.list[2].value", ("data", "list", 2, "value")),
        ("[0].x", (0, "x")),
        ("a[0][1]", ("a", 0, 1)),
        ("params.em:0.total", ("params", "em:0", "total")),
        ('a["b.c"].d', ("a", "b.c", "d")),
        ("['温度'][1]", ("温度", 1)),
    ],
)
def test_a_path_is_read_as_it_is_written(written: str, steps: tuple[str | int, ...]) -> None:
    assert path(written) == steps


@pytest.mark.parametrize("written", [".", "a..b", "a.", "a[", "a[x]", "a[-1]", "a]b", "[1"])
def test_a_path_with_a_mistake_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        path(written)


def test_a_path_leads_through_objects_and_lists_or_nowhere() -> None:
    doc = {"a": [{"b": 1}, {"b": None}], "0": 7}
    assert walk(doc, path("a[0].b")) == 1
    assert walk(doc, path("a[1].b")) is None
    for nowhere in ("a[2].b", "a.b", "a[0].c", "a[0].b.c", "[0]", "a[0].b[1]"):
        assert walk(doc, path(nowhere)) is MISSING


NUMBERS = [
    (5, 5),
    (-2.5, -2.5),
    ("25.3", 25.3),
    (" 12 ", 12),
    ("+7", 7),
    ("-0.5e1", -5),
    (".5", 0.5),
    ("5.", 5),
    (0, 0),
    (10**15, 10**15),
]
NOT_NUMBERS = [True, False, [1], {}, "", "NaN", "inf", "1_000", "0x10", "12 kWh", "1,5", "٣", "1e999", 10**400, "9" * 41]


@pytest.mark.parametrize(("found", "value"), NUMBERS)
def test_a_number_may_be_written_as_a_text(found: object, value: float) -> None:
    assert read(reader(field(1, "t", "x")), found) == (value, GOOD, "")


@pytest.mark.parametrize("found", NOT_NUMBERS, ids=lambda each: str(each)[:12])
def test_what_is_no_number_is_bad(found: object) -> None:
    value, quality, counter = read(reader(field(1, "t", "x")), found)
    assert (value, quality, counter) == (0.0, BAD, "not_a_number")


def test_null_means_no_value_and_a_missing_path_is_bad() -> None:
    how = reader(field(1, "t", "x"))
    assert read(how, None) == (0.0, NONE, "")
    assert read(how, MISSING) == (0.0, BAD, "no_path")


@pytest.mark.parametrize(("found", "value"), [("ON", 1), ("off", 0), (True, 1), (" On ", 1), ("1", 1), (3, 3)])
def test_words_are_truth_values_whatever_their_case(found: object, value: int) -> None:
    how = reader(field(1, "t", "x", value=ValueKind.STATE, true_words=("ON", "true"), false_words=("OFF",)))
    assert read(how, found) == (value, GOOD, "")


def test_states_and_codes_are_whole_numbers() -> None:
    how = reader(field(1, "t", "x", value=ValueKind.CODE))
    assert read(how, "39") == (39, GOOD, "")
    assert isinstance(read(how, 4.0)[0], int)
    assert read(how, 4.5)[1:] == (BAD, "not_a_number")
    assert read(how, 2**63)[1] is BAD
    assert read(how, 2**63 - 1)[0] == 2**63 - 1
    assert read(reader(field(1, "t", "x", value=ValueKind.STATE, scale=0.1)), 30) == (3, GOOD, "")


def test_a_scale_reads_as_it_is_meant_and_its_overflow_is_bad() -> None:
    assert read(reader(field(1, "t", "x", scale=0.1)), "2302")[0] == 230.2
    assert read(reader(field(1, "t", "x", scale=0.001, offset=5)), 2000)[0] == 7
    assert read(reader(field(1, "t", "x", scale=1e10)), 1e305)[1] is BAD
    assert read(reader(field(1, "t", "x", value=ValueKind.CODE, scale=1e10)), 1e305)[1] is BAD


def test_an_implausible_number_is_bad() -> None:
    how = reader(field(1, "t", "x", plausible=Band(0, 100)))
    assert read(how, 100) == (100, GOOD, "")
    assert read(how, 101) == (101, BAD, "implausible")
    assert read(reader(field(1, "t", "x", plausible=Band(None, 100))), -5)[1] is GOOD
    assert read(reader(field(1, "t", "x", plausible=Band(0, None))), 5)[1] is GOOD


def test_a_text_point_takes_any_scalar_as_its_text() -> None:
    how = reader(field(1, "t", "x", value=ValueKind.TEXT))
    assert read(how, "E02") == ("E02", GOOD, "")
    assert read(how, 7) == ("7", GOOD, "")
    assert read(how, True) == ("true", GOOD, "")
    assert read(how, "x" * 500)[0] == "x" * LONGEST_TEXT
    assert read(how, []) == ("", BAD, "not_a_text")
    assert read(how, None) == ("", NONE, "")


NOW = 1_760_000_000 * SECOND


@pytest.mark.parametrize(
    ("unit", "said", "moment"),
    [
        ("s", 1_760_000_001, NOW + SECOND),
        ("s", "1759999990.5", NOW - 9_500_000_000),
        ("ms", 1_760_000_000_123, NOW + 123_000_000),
        ("iso", datetime.fromtimestamp(1_760_000_002, UTC).isoformat(), NOW + 2 * SECOND),
        ("iso", "2025-10-09T16:53:21+08:00", NOW + SECOND),
    ],
)
def test_a_device_time_counts_if_it_can_be_placed(unit: str, said: object, moment: int) -> None:
    how = reader(field(1, "t", "x", time_path="ts", time_unit=unit))
    assert device_time(how, {"ts": said}, NOW) == (moment, True, "")


@pytest.mark.parametrize(
    ("unit", "said", "counter"),
    [
        ("s", 1_760_000_000 + 8 * 3600, "clock_skew"),
        ("s", 1_760_000_000 - 8 * 3600, "clock_skew"),
        ("s", 0, "clock_skew"),
        ("iso", "2025-10-09T16:53:21", "no_time"),
        ("iso", "yesterday", "no_time"),
        ("iso", 5, "no_time"),
        ("s", "soon", "no_time"),
        ("s", True, "no_time"),
        ("s", None, "no_time"),
        ("s", math.inf, "no_time"),
        ("s", math.nan, "no_time"),
        ("ms", 2e305, "no_time"),
        ("s", 10**400, "clock_skew"),
    ],
)
def test_a_wrong_device_time_gives_way_to_the_arrival(unit: str, said: object, counter: str) -> None:
    how = reader(field(1, "t", "x", time_path="ts", time_unit=unit))
    assert device_time(how, {"ts": said}, NOW) == (NOW, False, counter)
    assert device_time(how, {}, NOW) == (NOW, False, "no_time")


def test_without_a_time_path_the_arrival_counts() -> None:
    assert device_time(reader(field(1, "t", "x")), {"ts": 5}, NOW) == (NOW, False, "")


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"online", True),
        (b"Offline", False),
        (b"true", True),
        (b"0", False),
        (b'{"state":"online"}', True),
        (b'{"status": "OFFLINE"}', False),
        (b'{"online": true}', True),
        (b'"online"', True),
        (b"perhaps", None),
        (b"{}", None),
        (b"\xff", None),
        (b"", None),
        (b"[1]", None),
        (b"null", None),
    ],
)
def test_availability_is_a_word_or_zigbee2mqtts_object(payload: bytes, says: bool | None) -> None:
    assert availability(payload, MqttSource("b", "t")) is says


@pytest.mark.parametrize(
    ("pattern", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "x/y", True),
        ("+/b", "a/b", True),
        ("+/b", "a/c", False),
        ("a/b/c", "a/b", False),
    ],
)
def test_filters_match_as_the_standard_says(pattern: str, topic: str, fits: bool) -> None:
    assert matches(pattern.split("/"), topic.split("/")) is fits


def test_a_plain_payload_is_its_text() -> None:
    assert text(b" 5 \n") == "5"
    assert text(b"\xff\xfe") is MISSING


JSONS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "ts"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=60) | JSONS.map(lambda each: json.dumps(each).encode()), st.sampled_from(list(ValueKind)))
def test_no_payload_whatsoever_crashes_or_makes_a_wrong_number(payload: bytes, kind: ValueKind) -> None:
    how = reader(field(1, "t", "x", value=kind, time_path="ts"))
    doc = document(payload)
    value, quality, _ = read(how, walk(doc, how.steps))
    assert isinstance(value, str) is (kind is ValueKind.TEXT)
    if not isinstance(value, str):
        assert math.isfinite(value)
        truth = json.loads(payload, parse_constant=lambda _: None)["x"] if quality is GOOD else None
        assert quality is not GOOD or value == pytest.approx(float(truth))
    moment, proven, _ = device_time(how, doc, NOW)
    assert proven or moment == NOW
    assert abs(moment - NOW) < HOUR
    availability(payload, how.source)
    text(payload)
