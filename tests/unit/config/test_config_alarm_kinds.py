"""Every alarm kind from the site file to its rule, and what is said where it is not right."""

from __future__ import annotations

import pytest
from config_builders import found, generic

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
            "point: pressure, kind: high, limit: 5, when: 'point(\"E9.mode\") == 1'",
            {"inputs": {"E9.mode": "E9.mode"}, "when": 'point("E9.mode") == 1'},
        ),
        (
            "point: pressure, kind: high, limit: 5, hours: [08:00-18:00], weekdays: [1, 2], months: [6]",
            {"season": Season(((480, 1080),), (1, 2), (6,))},
        ),
        ("point: pressure, kind: high, limit: 5, realarm: 30 min, latched: true, response: 10 min", {"realarm_s": 1800.0}),
        ("point: pressure, kind: high, limit: 5, explains: [T1, 'connection:gw']", {"explains": ("T1", "connection:gw")}),
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
