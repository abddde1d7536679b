"""Every alarm kind from the site file to its rule, and what is said where it is not right."""

from __future__ import annotations

import pytest
from config_builders import found, generic, site

from config.loader import load_text
from console.domain.rules import AlarmRule, AlarmStep, RuleKind
from console.domain.seasons import Season

POINTS = """\
points:
  - {key: pressure, address: 1, name: 压力}
  - {key: wanted, address: 2, name: 设定}
  - {key: run, address: 3, kind: state, states: {0: 停, 1: 转}, name: 运行}
  - {key: command, address: 4, kind: state, states: {0: 停, 1: 转}, name: 命令}
  - {key: energy, address: 5, kind: counter, name: 电能}
alarms:
"""


def rule_of(line: str) -> AlarmRule:
    loaded = load_text(generic(POINTS + f"  - {{key: k, priority: 3, text: 报警, {line}}}"), "s.yaml")
    assert loaded.estate is not None, found(loaded)
    return next(rule for rule in loaded.estate.rules if rule.id.endswith("#k"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("point: pressure, kind: high_high, limit: 9", {"kind": RuleKind.HIGH_HIGH, "limit": 9.0}),
        ("point: pressure, kind: low_low, limit: 1", {"kind": RuleKind.LOW_LOW}),
        ("point: pressure, kind: deviation, limit: 1, set_point: 5", {"set_point": 5.0, "other": ""}),
        ("point: pressure, kind: deviation, limit: 1, against: wanted", {"other": "D1.wanted"}),
        ("point: pressure, kind: rate, limit: 1, window: 1 min, direction: down", {"window_s": 60.0, "direction": "down"}),
        ("point: run, kind: discrepancy, against: command, on_delay: 5 s", {"other": "D1.command", "on_delay_s": 5.0}),
        ("point: pressure, kind: stuck, window: 1 h", {"window_s": 3600.0}),
        ("point: pressure, kind: no_data, window: 5 min", {"kind": RuleKind.NO_DATA}),
        ("point: energy, kind: reset", {"kind": RuleKind.RESET}),
        ("point: run, kind: starts, limit: 6, window: 1 h", {"limit": 6.0}),
        ("point: run, kind: running, window: 2 h", {"window_s": 7200.0}),
        (
            'point: pressure, kind: calculated, expression: "pressure < 2 and run == 1"',
            {"inputs": {"pressure": "D1.pressure", "run": "D1.run"}},
        ),
        (
            "point: pressure, kind: high, limit: 5, when: 'point(\"D1.run\") == 1'",
            {"inputs": {"D1.run": "D1.run"}, "when": 'point("D1.run") == 1'},
        ),
        (
            "point: pressure, kind: high, limit: 5, hours: [08:00-18:00], weekdays: [1, 2], months: [6]",
            {"season": Season(((480, 1080),), (1, 2), (6,))},
        ),
        ("point: pressure, kind: high, limit: 5, realarm: 30 min, latched: true, response: 10 min", {"realarm_s": 1800.0}),
        ("point: pressure, kind: high, limit: 5, explains: [self, D1, '*']", {"explains": ("D1", "D1", "*")}),
    ],
)
def test_a_line_of_the_site_file_becomes_this_rule(line: str, expected: dict[str, object]) -> None:
    rule = rule_of(line)
    assert {name: getattr(rule, name) for name in expected} == expected


def test_fire_and_trapped_passengers_have_their_steps_and_written_ones_take_their_place() -> None:
    fire = rule_of("point: run, kind: state, values: [1], category: fire, priority: 1".replace("priority: 1", "response: 3 min"))
    assert fire.steps == ()  # priority 3: no procedure
    text = generic(
        POINTS
        + "  - {key: k, point: run, kind: state, values: [1], category: fire, priority: 1, text: 火警}\n"
        + "  - {key: own, point: run, kind: state, values: [1], category: fire, priority: 1, text: 火警,"
        + " steps: [{text: 看, within: 1 min}]}"
    )
    estate = load_text(text, "s.yaml").estate
    assert estate is not None
    steps = {rule.id.rpartition("#")[2]: rule.steps for rule in estate.rules}
    assert len(steps["k"]) == 5 and steps["k"][0].within_s == 180.0
    assert [step.within_s for step in steps["own"]] == [60.0] and isinstance(steps["own"][0], AlarmStep)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("point: pressure, kind: rate, limit: 1", "rule_needs"),
        ("point: pressure, kind: deviation, limit: 1", "rule_needs"),
        ("point: run, kind: discrepancy", "rule_needs"),
        ("point: run, kind: discrepancy, against: nothing", "rule_no_point"),
        ("point: pressure, kind: calculated, expression: 'presure < 2'", "rule_no_point"),
        ("point: pressure, kind: calculated, expression: 'pressure <'", "rule_expression"),
        ("point: pressure, kind: high, limit: 1, when: 'open(1)'", "rule_expression"),
        ("point: pressure, kind: reset", "rule_kind"),
        ("point: pressure, kind: high_high", "rule_needs"),
    ],
)
def test_a_rule_that_cannot_be_is_a_mistake(line: str, code: str) -> None:
    loaded = load_text(generic(POINTS + f"  - {{key: k, priority: 3, text: 报警, {line}}}"), "s.yaml")
    assert [said for _, said in found(loaded)] == [code]


FAR = [  # the third line of the alarm, what is said of it
    ("expression: 'point(\"E9.mode\") == 1'", "rule_far_point"),
    ("expression: 'point(\"D1.runn\") == 1'", "rule_far_point_near"),
    ("expression: pressure > 1\n    when: 'point(\"E9.mode\") == 1'", "rule_far_point"),
    ("expression: pressure > 1\n    explains: [nowhere]", "rule_explains"),
    ("expression: pressure > 1\n    explains: ['connection:gww']", "rule_explains_near"),
    ("expression: pressure > 1\n    explains: [D11]", "rule_explains_near"),
]


@pytest.mark.parametrize(("line", "code"), FAR)
def test_what_an_alarm_names_elsewhere_is_looked_for_and_its_line_is_said(line: str, code: str) -> None:
    """Points of other equipment in expressions, and what ``explains`` names, are checked against the whole file."""
    text = generic(POINTS + f"  - key: k\n    priority: 3\n    text: 报警\n    point: pressure\n    kind: calculated\n    {line}")
    wrong = line.splitlines()[-1].strip()
    place = next(number for number, each in enumerate(text.splitlines(), 1) if each.strip() == wrong)
    assert found(load_text(text, "s.yaml")) == [(place, code)]


def test_an_alarm_may_name_points_of_equipment_that_stands_further_below() -> None:
    alarm = "  - {key: k, priority: 3, text: 报警, point: pressure, kind: calculated, expression: 'point(\"D2.run\") == 1'}"
    point = "points: [{key: run, address: 3, name: 运行}]"
    second = f"  - {{id: D2, type: generic_modbus, name: 设备, location: T1, connection: gw, unit: 2, {point}}}\n"
    assert found(load_text(generic(POINTS + alarm) + second, "s.yaml")) == []


def test_an_alarm_of_a_type_is_left_out_where_the_line_lacks_a_point_that_it_compares_with() -> None:
    """generic_pump: a discrepancy needs the command, which most starters do not report."""
    line = (
        "{{id: P1, type: generic_pump, name: 泵, location: T1, connection: gw, unit: 1, "
        "points: [{{key: run_state, address: 1}}{more}]}}"
    )

    def keys(more: str) -> set[str]:
        loaded = load_text(site(line.format(more=more)), "s.yaml")
        assert loaded.estate is not None, found(loaded)
        return {rule.id.partition("#")[2] for rule in loaded.estate.rules}

    assert "discrepancy" not in keys("")
    assert "no_flow" not in keys("")
    assert {"discrepancy", "no_flow", "starts"} <= keys(", {key: run_command, address: 2}, {key: flow, address: 3}")
