"""Every mistake is found, with its line, and none hides another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from config_builders import FIRST, SITE, codes, found, generic, site

from config.loader import LARGEST, load_file, load_text
from console.texts import ENGLISH, LANGUAGES, catalogue, sentence

LIFT = "id: L1, type: monarch_nice3000, name: 梯, location: T1, connection: gw, unit: 1"
POINT = "key: a, name: 甲, address: 1"
MQTT = SITE + "  - id: D1\n    type: generic_modbus\n    name: 设备\n    location: T1\n    connection: mq\n"
BODY = FIRST + 6  # first line of what `generic` writes beneath its device

LINES: list[tuple[str, str, str]] = [
    # what is wrong, the equipment line, the code
    ("a misspelt key", f"{{{LIFT}, conection: gw}}", "unknown_key_near"),
    ("a key that resembles nothing", f"{{{LIFT}, zzz: 1}}", "unknown_key"),
    ("a type that resembles another", f"{{{LIFT.replace('nice3000', 'nice300')}}}", "unknown_type_near"),
    ("a type that resembles nothing", f"{{{LIFT.replace('monarch_nice3000', 'xyz')}}}", "unknown_type"),
    ("a missing name", "{id: L1, type: monarch_nice3000, location: T1, connection: gw, unit: 1}", "missing_key"),
    ("a missing unit", "{id: L1, type: monarch_nice3000, name: 梯, location: T1, connection: gw}", "unit_missing"),
    ("a missing connection", "{id: L1, type: monarch_nice3000, name: 梯, location: T1, unit: 1}", "connection_missing"),
    ("a connection nobody declared", f"{{{LIFT.replace('connection: gw', 'connection: xx')}}}", "unknown_connection"),
    ("a misspelt connection", f"{{{LIFT.replace('connection: gw', 'connection: Gw')}}}", "unknown_connection_near"),
    ("a location nobody declared", f"{{{LIFT.replace('T1', 'roof')}}}", "unknown_location"),
    ("a misspelt location", f"{{{LIFT.replace('T1', 't1')}}}", "unknown_location_near"),
    ("a parent nobody declared", f"{{{LIFT}, parent: P9}}", "unknown_equipment"),
    ("itself as parent", f"{{{LIFT}, parent: L1}}", "equipment_circle"),
    ("a unit that is no number", f"{{{LIFT.replace('unit: 1', 'unit: one')}}}", "want_integer"),
    ("a unit in quotes", f"{{{LIFT.replace('unit: 1', 'unit: <1>').replace('<', chr(34)).replace('>', chr(34))}}}", "want_integer"),
    ("a unit above 255", f"{{{LIFT.replace('unit: 1', 'unit: 256')}}}", "out_of_range"),
    ("an id with a blank", f"{{{LIFT.replace('id: L1', 'id: L 1')}}}", "bad_id"),
    ("an id with a dot", f"{{{LIFT.replace('id: L1', 'id: L.1')}}}", "bad_id"),
    ("a parameter that the type lacks", f"{{{LIFT}, with: {{nodes: 3}}}}", "unknown_parameter"),
    ("a misspelt parameter", f"{{{LIFT}, with: {{traped_bit: 3}}}}", "unknown_parameter_near"),
    ("a parameter out of range", f"{{{LIFT}, with: {{trapped_bit: 16}}}}", "out_of_range"),
    ("a parameter of another kind", f"{{{LIFT}, with: {{trapped_bit: high}}}}", "want_integer"),
    ("a parameter left out", "{id: W, type: mqtt_water_meter, name: 表, location: T1, connection: mq}", "missing_parameter"),
    ("Modbus points on a broker", f"{{{LIFT.replace('connection: gw', 'connection: mq')}}}", "protocol"),
    ("a poll for a point that is not there", f"{{{LIFT}, poll: {{fault_cod: 500}}}}", "unknown_point_near"),
    ("a name for a point that is not there", f"{{{LIFT}, names: {{qqqqq: 名}}}}", "unknown_point"),
    ("a poll too fast", f"{{{LIFT}, poll: {{fault_code: 10}}}}", "out_of_range"),
    ("an alarm priority of 5", f"{{{LIFT}, alarms: [{{key: fault, priority: 5}}]}}", "out_of_range"),
    ("a change to an alarm that is not there", f"{{{LIFT}, alarms: [{{key: faults, priority: 3}}]}}", "unknown_alarm_near"),
    (
        "an alarm without a point",
        f"{{{LIFT}, alarms: [{{key: mine, kind: high, limit: 3, priority: 3, text: 文}}]}}",
        "unknown_alarm",
    ),
    ("a text with a comma", f"{{{LIFT}, alarms: [{{key: fault, text: {{zh: 停, en: stop, then call}}}}]}}", "comma_in_text"),
    ("a system that is not one", f"{{{LIFT}, system: elevators}}", "want_choice_near"),
    ("a mapping where a text belongs", f"{{{LIFT.replace('name: 梯', 'name: {de: Aufzug}')}}}", "unknown_key"),
    ("a list where a text belongs", f"{{{LIFT.replace('name: 梯', 'name: [梯]')}}}", "want_text"),
    ("an alias", f"{{{LIFT}, parent: *other}}", "alias"),
    ("a Python tag", f"{{{LIFT}, facts: !!python/object/apply:os.system [ls]}}", "tag"),
    ("a text where a map belongs", f"{{{LIFT}, facts: nobody}}", "want_map"),
    ("a key twice", f"{{{LIFT}, unit: 2}}", "duplicate_key"),
]


@pytest.mark.parametrize(("line", "code"), [pytest.param(line, code, id=what) for what, line, code in LINES])
def test_an_equipment_line_is_refused_with(line: str, code: str) -> None:
    assert (FIRST, code) in codes(site(line))


POINTS: list[tuple[str, str, str]] = [
    ("an unknown unit of measure", "unit: furlong", "unknown_unit"),
    ("a misspelt unit of measure", "unit: KWH", "unknown_unit_near"),
    ("a register type that is not one", "type: qqq", "want_choice"),
    ("a word order that is not one", "order: ABDC", "want_choice_near"),
    ("function 5", "fc: 5", "out_of_range"),
    ("a number read from coils", "fc: 1, type: u16", "bit_function"),
    ("a bit that the type lacks", "bit: 16", "bit_range"),
    ("bits across the end", "bit: 14, bits: 4", "bit_range"),
    ("bits out of a float", "type: f32, bit: 2", "bit_range"),
    ("a scale that is no number", "scale: ten", "want_number"),
    ("a scale that is not finite", "scale: .inf", "want_number"),
    ("a state without meanings", "kind: state", "states_missing"),
    ("a state's value that is no number", "kind: state, states: {off: 关}", "want_integer"),
    ("a normal band in one number", "normal: 5", "want_band"),
    ("a normal band upside down", "normal: [5, 1]", "band_order"),
    ("a yes where a number belongs", "decimals: yes", "want_integer"),
    ("a number where a yes belongs", "main: 1", "want_boolean"),
    ("staleness without its unit", "stale_after: 30", "want_duration"),
]


@pytest.mark.parametrize(("extra", "code"), [pytest.param(extra, code, id=what) for what, extra, code in POINTS])
def test_a_point_is_refused_with(extra: str, code: str) -> None:
    assert codes(generic(f"points:\n  - {{{POINT}, {extra}}}")) == [(BODY + 1, code)]


TOPICS: list[tuple[str, str]] = [
    ("topic: ''", "want_topic"),
    ("topic: a/b#", "want_topic"),
    ("topic: a/#/b", "want_topic"),
    ("topic: a+/b", "want_topic"),
    ("topic: a, availability_topic: a/+", "want_topic"),
    ("topic: a, path: data..x", "want_path"),
    ("topic: a, path: 'list[x]'", "want_path"),
    ("topic: a, path: 'list[1'", "want_path"),
    ("topic: a, path: .x", "want_path"),
    ("topic: a, time_path: 'a[0]b'", "want_path"),
    ("topic: a, time_unit: hour", "want_choice"),
]


@pytest.mark.parametrize(("source", "code"), TOPICS)
def test_a_point_of_a_broker_is_refused_with(source: str, code: str) -> None:
    assert codes(MQTT + f"    points: [{{key: a, name: 甲, {source}}}]\n") == [(BODY - 1, code)]


@pytest.mark.parametrize(
    "source", ["topic: a/+/c/#", "topic: '#'", "topic: /a", "topic: a, path: 'data.list[2][\"a.b\"].值'", "topic: a, path: '[0]'"]
)
def test_a_point_of_a_broker_may_be(source: str) -> None:
    assert codes(MQTT + f"    points: [{{key: a, name: 甲, {source}}}]\n") == []


def test_a_point_may_not_end_beyond_the_last_register() -> None:
    assert codes(generic("points:\n  - {key: a, name: 甲, address: 65535, type: u32}")) == [(BODY + 1, "address_end")]
    assert codes(generic("points:\n  - {key: a, name: 甲, address: 65536}")) == [(BODY + 1, "out_of_range")]
    assert codes(generic("points:\n  - {key: a, name: 甲, address: -1}")) == [(BODY + 1, "out_of_range")]


def test_a_point_needs_a_source() -> None:
    assert codes(generic("points:\n  - {key: a, name: 甲}")) == [(BODY + 1, "source_missing")]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("address: 0, type: f32", "address: 1, type: f32"),
        ("address: 0, type: u32", "address: 1"),
        ("address: 0, type: u32", "address: 0, type: f32"),
        ("address: 0, type: u32", "address: 0, type: u32, order: CDAB"),
        ("address: 0, type: f64", "address: 3, type: f32"),
        ("address: 5", "address: 5, type: i16"),
    ],
)
def test_overlapping_registers_name_both_points(one: str, two: str) -> None:
    loaded = load_text(generic(f"points:\n  - {{key: a, name: 甲, {one}}}\n  - {{key: b, name: 乙, {two}}}"), "site.yaml")
    assert found(loaded) == [(BODY + 2, "overlap")]
    params = loaded.mistakes[0].problem.params
    assert {params["point"], params["other"]} == {"a", "b"}
    assert params["first"] == BODY + 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("address: 5, bit: 1, type: u16", "address: 5, kind: bits"),
        ("address: 5, type: u8lo", "address: 5, type: u8hi"),
        ("address: 5, type: u32", "address: 5, type: u32, bit: 3"),
        ("address: 5", "address: 5, fc: 4, type: f32"),
        ("address: 0, type: f32", "address: 2, type: f32"),
    ],
)
def test_registers_may_be_shared_where_both_readings_can_be_right(one: str, two: str) -> None:
    assert codes(generic(f"points:\n  - {{key: a, name: 甲, {one}}}\n  - {{key: b, name: 乙, {two}}}")) == []


def test_a_point_inside_forbidden_addresses_is_refused() -> None:
    line = f"{{{LIFT}, points: [{{key: reset, name: 复位, address: 0x6000}}]}}"
    assert codes(site(line)) == [(FIRST, "forbidden")]


def test_a_point_wider_than_the_devices_reads_is_refused() -> None:
    assert codes(generic("with: {max_regs: 1}\npoints:\n  - {key: a, name: 甲, address: 0, type: f32}")) == [
        (BODY + 2, "wider_than_request")
    ]


RULE = "key: k, point: a, priority: 3, text: 文"
RULES: list[tuple[str, str, str]] = [
    ("a point that is not there", f"{RULE.replace('point: a', 'point: qqq')}, kind: high, limit: 1", "rule_no_point"),
    ("a misspelt point", f"{RULE.replace('point: a', 'point: A')}, kind: high, limit: 1", "rule_no_point_near"),
    ("no points that begin so", f"{RULE.replace('point: a', 'point: node_*')}, kind: high, limit: 1", "rule_no_point"),
    ("no kind", RULE, "missing_key"),
    ("no priority", "key: k, point: a, kind: high, limit: 1, text: 文", "missing_key"),
    ("no limit", f"{RULE}, kind: high", "rule_needs"),
    ("states of a measured value", f"{RULE}, kind: state, values: [1]", "rule_kind"),
    ("a code rule on a measured value", f"{RULE}, kind: code", "rule_kind"),
    ("priority 0", "key: k, point: a, kind: high, limit: 1, text: 文, priority: 0", "out_of_range"),
    ("a negative dead-band", f"{RULE}, kind: high, limit: 1, dead_band: -1", "out_of_range"),
    ("a delay without its unit", f"{RULE}, kind: high, limit: 1, on_delay: 5", "want_duration"),
    ("a category that is not one", f"{RULE}, kind: high, limit: 1, category: fires", "want_choice_near"),
]


@pytest.mark.parametrize(("rule", "code"), [pytest.param(rule, code, id=what) for what, rule, code in RULES])
def test_an_alarm_is_refused_with(rule: str, code: str) -> None:
    assert codes(generic(f"points:\n  - {{{POINT}}}\nalarms:\n  - {{{rule}}}")) == [(BODY + 3, code)]


def test_a_state_alarm_may_only_name_states_that_exist() -> None:
    text = generic(
        "points:\n  - {key: a, name: 甲, address: 1, kind: state, states: {0: 关, 1: 开}}\n"
        "alarms:\n  - {key: k, point: a, kind: state, values: [1, 2], priority: 3, text: 文}"
    )
    assert codes(text) == [(BODY + 3, "rule_values")]


def test_the_same_alarm_twice_names_the_first_line() -> None:
    rule = f"{{{RULE}, kind: high, limit: 1}}"
    loaded = load_text(generic(f"points:\n  - {{{POINT}}}\nalarms:\n  - {rule}\n  - {rule}"), "site.yaml")
    assert found(loaded) == [(BODY + 4, "duplicate_alarm")]
    assert loaded.mistakes[0].problem.params["first"] == BODY + 3


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("locations:\n  - {id: A, name: 甲}\n  - {id: A, name: 乙}\n", "duplicate_location"),
        ("connections:\n  - {id: A, protocol: mqtt, host: h}\n  - {id: A, protocol: mqtt, host: h}\n", "duplicate_connection"),
    ],
)
def test_an_id_used_twice_names_the_first_line(section: str, code: str) -> None:
    loaded = load_text("site: {id: s, name: 项目}\n" + section, "site.yaml")
    assert found(loaded) == [(4, code)]
    assert loaded.mistakes[0].problem.params["first"] == 3


def test_two_pieces_of_equipment_may_not_share_id_unit_or_topic() -> None:
    meter = "type: mqtt_water_meter, name: 表, location: T1, connection: mq, with: {topic: m/1}"
    lines = (f"{{{LIFT}}}", f"{{{LIFT}}}", f"{{{LIFT.replace('L1', 'L2')}}}", f"{{id: W1, {meter}}}", f"{{id: W2, {meter}}}")
    assert codes(site(*lines)) == [
        (FIRST + 1, "duplicate_equipment"),
        (FIRST + 2, "duplicate_unit"),
        (FIRST + 4, "duplicate_topic"),
    ]


def test_the_same_point_twice_names_the_first_line() -> None:
    loaded = load_text(generic(f"points:\n  - {{{POINT}}}\n  - {{{POINT}}}"), "site.yaml")
    assert found(loaded) == [(BODY + 2, "duplicate_point")]
    assert loaded.mistakes[0].problem.params["first"] == BODY + 1


def test_locations_may_not_go_round_in_a_circle() -> None:
    text = "site: {id: s, name: 项目}\nlocations:\n  - {id: A, name: 甲, parent: B}\n  - {id: B, name: 乙, parent: A}\n"
    assert codes(text) == [(3, "location_circle"), (4, "location_circle")]


PLANS: list[tuple[str, str, str]] = [
    ("no equipment", "{key: k, title: 题, every: 15 d}", "plan_no_equipment"),
    ("equipment that is not there", "{equipment: qqq, key: k, title: 题, every: 15 d}", "unknown_equipment"),
    ("no interval", "{equipment: L1, key: k, title: 题}", "plan_no_interval"),
    ("two intervals", "{equipment: L1, key: k, title: 题, every: 15 d 2000 h}", "two_intervals"),
    ("a list of intervals", "{equipment: L1, key: k, title: 题, every: [15 d, 2000 h]}", "two_intervals"),
    ("an interval of minutes", "{equipment: L1, key: k, title: 题, every: 15 min}", "want_interval"),
    ("an interval without unit", "{equipment: L1, key: k, title: 题, every: 15}", "want_interval"),
    ("half a month", "{equipment: L1, key: k, title: 题, every: 0.5 months}", "want_interval"),
    ("running hours that nobody counts", "{equipment: L1, key: k, title: 题, every: 2000 h}", "plan_no_hours_point"),
    (
        "hours on a point that does not count",
        "{equipment: L1, key: k, title: 题, every: 9 h, hours_point: car_load}",
        "plan_hours_not_counter",
    ),
    ("a day that does not exist", "{equipment: L1, key: k, title: 题, every: 15 d, first_due: 2027-02-29}", "want_date"),
    ("a date of another shape", "{equipment: L1, key: k, title: 题, every: 15 d, first_due: 1.2.2027}", "want_date"),
]


@pytest.mark.parametrize(("plan", "code"), [pytest.param(plan, code, id=what) for what, plan, code in PLANS])
def test_a_plan_is_refused_with(plan: str, code: str) -> None:
    assert codes(site(f"{{{LIFT}}}") + f"plans:\n  - {plan}\n") == [(FIRST + 2, code)]


@pytest.mark.parametrize(
    ("connection", "code"),
    [
        ("{id: g, protocol: modbus-tcp, host: h, port: 0}", "out_of_range"),
        ("{id: g, protocol: modbus-tcp, host: h, port: 65536}", "out_of_range"),
        ("{id: g, protocol: modbus-tcp, host: 'a b'}", "bad_pattern"),
        ("{id: g, protocol: modbus-tcp, host: http://h}", "bad_pattern"),
        ("{id: g, protocol: modbus-tcp}", "missing_key"),
        ("{id: g, protocol: modbus, host: h}", "want_choice_near"),
        ("{id: g, protocol: modbus-tcp, host: h, keepalive_s: 9}", "foreign_key"),
        ("{id: g, protocol: mqtt, host: h, version: 4}", "want_choice"),
        ("{id: g, protocol: mqtt, host: h, password: x}", "unknown_key"),
        ("{id: g, protocol: other}", "missing_key"),
        ("{id: g, protocol: modbus-tcp, host: h, port: COM3}", "port_name"),
        ("{id: g, protocol: modbus-rtu}", "missing_key"),
        ("{id: g, protocol: modbus-rtu, port: 502}", "port_number"),
        ("{id: g, protocol: modbus-rtu, port: 'COM 3'}", "want_port"),
        ("{id: g, protocol: modbus-rtu, port: COM3, host: h}", "foreign_key"),
        ("{id: g, protocol: modbus-rtu, port: COM3, parity: X}", "want_choice"),
        ("{id: g, protocol: modbus-rtu, port: COM3, baud: 9}", "out_of_range"),
        ("{id: g, protocol: modbus-rtu-tcp}", "missing_key"),
        ("{id: g, protocol: modbus-rtu-tcp, listen: true}", "missing_key"),
        ("{id: g, protocol: modbus-rtu-tcp, host: h, heartbeat: 'hex:7'}", "bad_hex"),
    ],
)
def test_a_connection_is_refused_with(connection: str, code: str) -> None:
    assert codes(f"site: {{id: s, name: 项目}}\nconnections:\n  - {connection}\n") == [(3, code)]


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("modbus-rtu, port: COM3", "modbus-rtu, port: COM3", "shared_line"),
        ("modbus-tcp, host: h", "modbus-rtu-tcp, host: H", "shared_line"),
        ("modbus-rtu-tcp, listen: true, port: 9001", "modbus-rtu-tcp, listen: true, port: 9001", "shared_line"),
        (
            "modbus-rtu-tcp, listen: true, port: 9001, registration: a",
            "modbus-rtu-tcp, listen: true, port: 9001",
            "shared_listener",
        ),
    ],
)
def test_two_connections_at_one_place_are_refused(one: str, other: str, code: str) -> None:
    lines = f"connections:\n  - {{id: a, protocol: {one}}}\n  - {{id: b, protocol: {other}}}\n"
    assert codes(f"site: {{id: s, name: 项目}}\n{lines}") == [(4, code)]


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ("{p1: {respond: 3 h}}", "priority_order"),
        ("{p2: {respond: none}}", "priority_order"),
        ("{p2: {respond: 10 min}}", "priority_order"),
        ("{p3: {respond: 2}}", "want_duration"),
        ("{p3: {respond: 40 d}}", "too_long_time"),
        ("{p4: {respond: 2 h}}", "unknown_key"),
        ("{warn_percent: [80, 50]}", "warn_order"),
        ("{warn_percent: [50, 100]}", "out_of_range"),
    ],
)
def test_a_response_policy_is_refused_with(response: str, code: str) -> None:
    assert (2, code) in codes(f"site: {{id: s, name: 项目}}\nresponse: {response}\n")


def test_a_limit_that_a_sensor_can_never_reach_is_a_warning() -> None:
    text = generic(f"points:\n  - {{{POINT}, plausible: [0, 100]}}\nalarms:\n  - {{{RULE}, kind: high, limit: 100}}")
    loaded = load_text(text, "site.yaml")
    assert loaded.estate is not None
    assert (BODY + 3, "config.limit_never") in [(warning.line, warning.problem.code) for warning in loaded.warnings]


# --- the file as a whole


def test_many_mistakes_are_all_found_in_one_go() -> None:
    text = (
        "sight: {id: s, name: 项目}\n"  # 1: unknown key near site; site missing
        "locations:\n"
        "  - {id: T1, name: 1号楼, kind: tower}\n"  # 3
        "connections:\n"
        "  - {id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: 99999}\n"  # 5
        "equipment:\n"
        "  - {id: L1, type: monarch_nice3000, name: 梯, location: T9, connection: gw, unit: x}\n"  # 7: two
        "  - {id: L1, type: monarch_nice3000, name: 梯, location: T1, connection: gw, unit: 1}\n"  # 8
        "  - {id: L3, type: grundfos, name: 泵, location: T1, connection: gw, unit: 3}\n"  # 9
        "response: {p3: {respnd: 1 h}}\n"  # 10
        "plans:\n"
        "  - {equipment: L9, key: k, title: 题, every: 15 d}\n"  # 12
    )
    lines = [line for line, _ in codes(text)]
    assert {1, 3, 5, 7, 8, 9, 10, 12} <= set(lines)
    assert lines.count(7) >= 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, "empty")),
        ("# only a remark\n", (1, "empty")),
        ("---\n...\n", (1, "empty")),
        ("site: {id: s, name: 项目\n", (1, "syntax_brace")),
        ("site:\n\tid: s\n", (2, "tab")),
        ("\t", (1, "syntax")),
        ("site: {id: s, name: 项目}\n---\nsite: {id: t, name: 乙}\n", (2, "second_document")),
        ("- 1\n", (1, "want_map")),
        ("just words\n", (1, "want_map")),
        ("site: {id: s, name: 项目}\n? [a]\n: 1\n", (2, "key_not_text")),
        ("site: {id: s, name: 项目}\nsite: {id: t, name: 乙}\n", (2, "duplicate_key")),
        ("site: {id: s, name: 项\u0007目}\n", (1, "character")),
        ("locations: []\n", (1, "missing_key")),
        ("site: {id: s, name: 项目, timezone: Asia/Shanghei}\n", (1, "unknown_timezone")),
    ],
)
def test_a_file_is_refused_with(text: str, expected: tuple[int, str]) -> None:
    assert expected in codes(text)


def test_nesting_without_end_is_refused_and_harms_nothing() -> None:
    for opening in ("[", "{a: ", "- "):
        text = "site: " + opening * 100_000 if opening != "- " else "- " * 100_000
        mistakes = codes(text)
        assert len(mistakes) == 1
        assert mistakes[0][1] == "too_deep"


def test_broken_yaml_in_one_section_does_not_hide_the_mistakes_of_the_others() -> None:
    text = (
        "site: {id: s, name: 项目\n"  # 1: the brace is not closed
        "locations:\n"
        "  - {id: T1, nme: 1号楼}\n"  # 3: did you mean name
        "connections:\n"
        "\t- {id: gw, protocol: mqtt, host: h}\n"  # 5: a tab
        "equipment:\n"
        "  - {id: D1, type: generic_modbus, name: 设备, location: T9, connection: gw, unit: 1}\n"  # 7: gw may well be there
        "plans:\n"
        '  - key: "k\n'  # 9: the quote is not closed
        "    title: 题\n"
    )
    assert codes(text) == [
        (1, "syntax_brace"), (3, "unknown_key_near"), (5, "tab"), (7, "unknown_location"), (10, "syntax_quote"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("site: {id: s, name: [项目}\n", "syntax_bracket"),
        ("site:\n  id: s: t\n", "syntax_colon"),
        ("site:\n  id: s\n name: t\n", "syntax_indent"),
        ('site: {id: s, name: "项目}\n', "syntax_quote"),
        ('site: {id: s, name: "C:\\dir"}\n', "syntax_escape"),
        ("site: {id: s, name: ]}\n", "syntax_value"),
    ],
)
def test_a_slip_in_the_yaml_is_explained_in_plain_words(text: str, expected: str) -> None:
    assert expected in [code for _, code in codes(text)]


def test_half_a_character_is_refused() -> None:
    assert codes("site: {id: s, name: \ud800}\n") == [(1, "character")]


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "alias" in {code for _, code in codes("\n".join(lines))}


def test_a_file_that_cannot_be_read_is_a_mistake_of_its_own(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    wrong = tmp_path / "gbk.yaml"
    wrong.write_bytes("site: {id: s}\nname: 项目\n".encode("gbk"))
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert found(load_file(missing)) == [(1, "unreadable")]
    assert found(load_file(wrong)) == [(2, "encoding")]
    assert found(load_file(large)) == [(1, "too_large")]
    assert found(load_text("#" * (LARGEST + 1), "x")) == [(1, "too_large")]


def test_mistakes_carry_the_files_name_and_a_sentence_in_both_languages() -> None:
    mistake = load_text(SITE + "  - {id: L1, typ: x}\n", "现场.yaml").mistakes[0]
    assert mistake.file == "现场.yaml"
    assert sentence(mistake.problem, ENGLISH) == "There is no key “typ”. Did you mean “type”?"
    assert "是不是“type”" in sentence(mistake.problem)


def test_every_mistake_that_the_code_can_find_has_its_sentence_and_nothing_is_left_over() -> None:
    folder = Path(__file__).resolve().parents[3] / "config"
    source = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    written = set(re.findall(r'"([a-z0-9_]+)"', source))
    wants = {f"want_{kind}" for kind in re.findall(r'wants = "(\w+)"', source)} | {"want_choice_near"}
    ids = {
        f"{how}_{kind}{near}"
        for how in ("duplicate", "unknown")
        for kind in ("location", "connection", "equipment")
        for near in ("", "_near")
    }
    made = written | wants | ids
    known = {key.removeprefix("config.") for key in catalogue() if key.startswith("config.") and key.count(".") == 1}
    texts = {
        "comm_state",
        "comm_state_ok",
        "comm_state_lost",
        "comm_group",
        "comms_text",
        "comms_cause",
        "comms_consequence",
        "comms_action",
    }
    assert {key for key in known - texts if key not in made} == set()
    used = set(re.findall(r'(?:mistake|warning)\(\s*(?:[^,()"]+(?:\([^()]*\))?,\s*)*"([a-z_]+)"', source))
    assert used - known == set()
    assert wants - {"want_measure"} <= known | {"want_string"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_filled(language: str) -> None:
    mistakes = [
        mistake
        for text in (
            *(site(line) for _, line, _ in LINES),
            *(generic(f"points:\n  - {{{POINT}, {extra}}}") for _, extra, _ in POINTS),
        )
        for mistake in load_text(text, "x").mistakes
    ]
    for mistake in mistakes:
        text = sentence(mistake.problem, language)
        assert text != mistake.problem.code
        assert "{" not in text.replace("{zh:", "").replace("with: {", "").replace("{…}", "")


ALARM = f"{{{RULE}, kind: high, limit: 1}}"
TYPE = "type: t, kind: k, name: 型, source: [x], confidence: low"
OWN_TYPES: list[tuple[str, str, str]] = [
    ("a name that is taken", f"{{{TYPE.replace('type: t', 'type: generic_modbus')}}}", "duplicate_type"),
    ("an undeclared parameter", f"{{{TYPE}, points: [{{key: a, name: 甲, address: '${{base}}'}}]}}", "unknown_placeholder"),
    ("points that are no list", f"{{{TYPE}, points: none}}", "want_list"),
    ("a point twice", f"{{{TYPE}, points: [{{{POINT}}}, {{{POINT}}}]}}", "duplicate_point"),
    ("an alarm without point", f"{{{TYPE}, alarms: [{{key: k, kind: high, limit: 1, priority: 3, text: 文}}]}}", "missing_key"),
    ("an alarm twice", f"{{{TYPE}, points: [{{{POINT}}}], alarms: [{ALARM}, {ALARM}]}}", "duplicate_alarm"),
    ("a repeat without end", f"{{{TYPE}, points: [{{{POINT}, repeat: {{from: 1}}}}]}}", "repeat_what"),
    ("a repeat of too many", f"{{{TYPE}, points: [{{{POINT}, repeat: {{to: 99999}}}}]}}", "out_of_range"),
    ("a forbidden range of one end", f"{{{TYPE}, device: {{forbidden: [[1]]}}}}", "want_pair"),
    ("a forbidden range upside down", f"{{{TYPE}, device: {{forbidden: [[9, 1]]}}}}", "band_order"),
    ("a default out of range", f"{{{TYPE}, parameters: {{p: {{kind: integer, default: 9, high: 3, text: 参}}}}}}", "out_of_range"),
    ("a default that is not a number", f"{{{TYPE}, parameters: {{p: {{kind: number, default: nan, text: 参}}}}}}", "want_number"),
    ("a confidence that is not one", f"{{{TYPE.replace('low', 'sure')}}}", "want_choice"),
    ("no source", f"{{{TYPE.replace(', source: [x]', '')}}}", "missing_key"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), [pytest.param(kind, code, id=what) for what, kind, code in OWN_TYPES])
def test_a_type_of_the_sites_own_is_refused_with(kind: str, code: str) -> None:
    text = site("{id: D1, type: t, name: 设备, location: T1, connection: gw, unit: 1}") + f"types:\n  - {kind}\n"
    assert (FIRST + 2, code) in codes(text)


def test_the_same_plan_twice_names_the_first_line() -> None:
    plan = "{equipment: L1, key: k, title: 题, every: 15 d}"
    loaded = load_text(site(f"{{{LIFT}}}") + f"plans:\n  - {plan}\n  - {plan}\n", "site.yaml")
    assert found(loaded) == [(FIRST + 3, "duplicate_plan")]
    assert loaded.mistakes[0].problem.params["first"] == FIRST + 2


def test_the_points_of_a_line_are_checked_even_if_its_type_is_unknown() -> None:
    line = "{id: D1, type: qqq, name: 设备, location: T1, points: [{key: a, name: 甲, address: 1, unit: furlong}]}"
    assert codes(site(line)) == [(FIRST, "unknown_type"), (FIRST, "unknown_unit")]


def test_a_list_of_too_many_things_is_refused() -> None:
    rule = f"{RULE}, kind: state, values: [{', '.join(str(number) for number in range(300))}]"
    assert (BODY + 3, "too_many") in codes(generic(f"points:\n  - {{{POINT}}}\nalarms:\n  - {{{rule}}}"))


def test_a_name_of_a_thousand_characters_is_refused() -> None:
    assert codes(site(f"{{{LIFT}, facts: {{phone: {'1' * 300}}}}}")) == [(FIRST, "too_long")]
