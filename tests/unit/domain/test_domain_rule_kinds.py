"""Every rule kind as a table: what comes in at which second, and what is said when."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import evaluation
from console.domain.evaluation import RuleState
from console.domain.expressions import compiled
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, RuleKind
from console.domain.seasons import Season, next_change, on_duty
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

PRESSURE = {"expression": "p < 0.2 and run == 1", "inputs": {"p": "E.p", "run": "E.run"}}


def rule(kind: str, **changes: object) -> AlarmRule:
    given_: dict[str, object] = {"id": "E.p#k", "equipment": "E", "point": "E.p", "priority": 3, "text": Text("x"), **changes}
    return AlarmRule(kind=RuleKind(kind), **given_)  # type: ignore[arg-type]


def run(watched: AlarmRule, samples: str, until: float, other: dict[str, float] | None = None) -> str:
    """``"0:5 10:12"`` = value 5 at second 0, 12 at second 10; answers ``"+10 -25"``: raised and returned at which second.

    ``x`` is a lost value. Between samples the machine is woken at the moments that it asks for, and at no other.
    """
    state, said = RuleState(), []
    known = other or {}
    read = known.get
    steps = [(round(float(at) * SECOND), value) for at, value in (each.split(":") for each in samples.split())]
    for place, (at, word) in enumerate(steps):
        lost = word == "x"
        state, found = evaluation.step(
            watched, state, 0.0 if lost else float(word), Quality.COMM_LOST if lost else Quality.GOOD, at, read
        )
        said += [(at, each.raised) for each in found]
        end, now = (steps[place + 1][0] if place + 1 < len(steps) else round(until * SECOND)), at
        for _ in range(100):
            wake = evaluation.wake_at(watched, state, now)
            if wake is None or wake >= end:
                break
            now = wake
            state, found = evaluation.due(watched, state, now, read)
            said += [(now, each.raised) for each in found]
        else:
            raise AssertionError("it asks to be woken for ever")
    return " ".join(f"{'+' if raised else '-'}{at / SECOND:.0f}" for at, raised in said)


@pytest.mark.parametrize(
    ("kind", "settings", "samples", "said"),
    [
        ("high", {"limit": 10, "dead_band": 2}, "0:10 1:11 2:9 3:8", "+1 -3"),
        ("high_high", {"limit": 20}, "0:19 1:21 2:20", "+1 -2"),
        ("low", {"limit": 2, "dead_band": 1}, "0:2 1:1 2:2.5 3:3", "+1 -3"),
        ("low_low", {"limit": 1}, "0:1 1:0.5 2:1", "+1 -2"),
        ("high", {"limit": 10, "on_delay_s": 5}, "0:11 4:9 10:11", "+15"),
        ("high", {"limit": 10, "off_delay_s": 5}, "0:11 4:9 6:11 10:9", "+0 -15"),
        ("state", {"values": (2, 3)}, "0:1 1:2 2:3 3:0", "+1 -3"),
        ("bits", {"mask": 0b0110}, "0:1 1:2 2:4 3:8", "+1 -3"),
        ("code", {}, "0:0 1:7 2:9 3:0", "+1 -2 +2 -3"),
        ("deviation", {"limit": 1, "set_point": 5}, "0:5 1:6.5 2:3.5 3:4.5", "+1 -3"),
        ("rate", {"limit": 10, "window_s": 60}, "0:0 30:9 50:11 200:11", "+50 -90"),
        ("rate", {"limit": 10, "window_s": 60, "direction": "up"}, "0:50 10:20 20:25", ""),
        ("rate", {"limit": 10, "window_s": 60, "direction": "down"}, "0:50 10:20", "+10 -70"),
        ("rate", {"limit": 10, "window_s": 60}, "0:0 10:x 20:30", ""),
        ("stuck", {"window_s": 60, "dead_band": 0.1}, "0:5 30:5.05 90:7", "+60 -90 +150"),
        ("stuck", {"window_s": 60, "dead_band": 0.1}, "0:5 30:x 50:5 100:6", "+160"),
        ("no_data", {"window_s": 30}, "0:5 10:x 60:5", "+40 -60"),
        ("no_data", {"window_s": 30}, "0:5 10:x 20:5 30:x", "+60"),
        ("reset", {}, "0:100 1:101 2:3 3:4", "+2 -3"),
        ("reset", {"limit": 5}, "0:100 1:98 2:99 3:10", "+3"),
        ("starts", {"limit": 2, "window_s": 100}, "0:0 1:1 5:0 10:1 15:0 20:1 25:0", "+20 -101"),
        ("running", {"window_s": 60}, "0:0 10:1 100:0", "+70 -100"),
        ("running", {"window_s": 60}, "0:1 50:0 55:1", "+115"),
    ],
)
def test_a_rule_kind_says_this_and_nothing_else(kind: str, settings: dict[str, object], samples: str, said: str) -> None:
    assert run(rule(kind, **settings), samples, 200) == said


@pytest.mark.parametrize(
    ("kind", "settings", "value", "other", "raised"),
    [
        ("deviation", {"limit": 1, "other": "E.set"}, 5, {"E.set": 3.0}, True),
        ("deviation", {"limit": 1, "other": "E.set"}, 5, {"E.set": 4.5}, False),
        ("deviation", {"limit": 1, "other": "E.set"}, 5, {}, False),
        ("discrepancy", {"other": "E.cmd"}, 0, {"E.cmd": 1.0}, True),
        ("discrepancy", {"other": "E.cmd"}, 1, {"E.cmd": 1.0}, False),
        ("discrepancy", {"limit": 2, "other": "E.cmd"}, 49, {"E.cmd": 50.0}, False),
        ("calculated", PRESSURE, 0.1, {"E.p": 0.1, "E.run": 1}, True),
        ("calculated", PRESSURE, 0.1, {"E.p": 0.1, "E.run": 0}, False),
        ("calculated", PRESSURE, 0.1, {"E.p": 0.1}, False),
        ("high", {"limit": 10, "when": "run == 1", "inputs": {"run": "E.run"}}, 11, {"E.run": 1}, True),
        ("high", {"limit": 10, "when": "run == 1", "inputs": {"run": "E.run"}}, 11, {"E.run": 0}, False),
        ("high", {"limit": 10, "when": "run == 1", "inputs": {"run": "E.run"}}, 11, {}, False),
    ],
)  # fmt: skip
def test_a_rule_that_needs_another_point_raises_only_on_what_it_knows(
    kind: str, settings: dict[str, object], value: float, other: dict[str, float], raised: bool
) -> None:
    assert run(rule(kind, **settings), f"0:{value}", 10, other) == ("+0" if raised else "")


def test_an_active_alarm_ends_at_once_when_its_rule_goes_off_duty_or_its_condition_of_use_ends() -> None:
    watched = rule("high", limit=10, off_delay_s=60, when="run == 1", inputs={"run": "E.run"})
    running: dict[str, float] = {"E.run": 1}
    state, _ = evaluation.step(watched, RuleState(), 11, Quality.GOOD, 0, running.get)
    assert evaluation.step(watched, state, 11, Quality.GOOD, 1, {"E.run": 0.0}.get)[1][0].raised is False
    assert evaluation.due(watched, state, 1, running.get, on_duty=False)[1][0].raised is False
    assert evaluation.step(watched, state, 11, Quality.GOOD, 1, {}.get)[0].active, "unknown is no reason to end it"


@pytest.mark.parametrize(
    ("text", "known", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", {}, 5.0),
        ("a % 3", {"a": 7}, 1),
        ("-a", {"a": 2}, -2),
        ("1 < a <= 3", {"a": 3}, True),
        ("not a", {"a": 0}, True),
        ("a and b", {"a": 0}, False),
        ("a and b", {"a": 1}, None),
        ("a or b", {"a": 1}, True),
        ("a or b", {"b": 0}, None),
        ("a / b", {"a": 1, "b": 0}, None),
        ("5 if a else b", {"a": 1}, 5),
        ("5 if a else 6", {}, None),
        ("bit(a, 3)", {"a": 8}, True),
        ("max(a, b, 3)", {"a": 1, "b": 2}, 3),
        ("abs(a) + round(b)", {"a": -1, "b": 1.6}, 3),
        ('point("T1-P1.pressure") > 2', {"T1-P1.pressure": 3}, True),
        ("水压 < 0.2", {"水压": 0.1}, True),
        ("a == true", {"a": 1}, True),
        ("a < b < 2", {"b": 5}, False),
        ("abs(a)", {}, None),
        ("-a", {}, None),
    ],
)
def test_an_expression_has_this_value(text: str, known: dict[str, float], value: object) -> None:
    assert compiled(text).value(known.get) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "1 +", "a.b", "__import__('os')", "open('x')", "a[0]", "lambda: 1", "[a]", "a ** 9", "'text'", "point(a)", "point('')",
        "max(1)", "max(a, key=b)", "a if b", "(a := 1)", "f'{a}'", "1e999", "a is b", "a in b", "~a", "a << 2",
        "x" * 501, "-" * 60 + "1", "abs(*a)", "None", "1j",
    ],
)  # fmt: skip
def test_nothing_but_the_small_language_is_compiled(text: str) -> None:
    with pytest.raises(Refused):
        compiled(text)


def test_an_expression_names_its_points_once_in_their_order() -> None:
    assert compiled('b + a + b + point("c.d")').names == ("b", "a", "c.d")


@given(st.text(alphabet="ab01().+-*/<>= \"'andort,", max_size=40))
def test_no_text_does_anything_but_compile_or_be_refused(text: str) -> None:
    with contextlib.suppress(Refused):
        compiled(text).value({"a": 1.0}.get)


ZONE = "Asia/Shanghai"
NOON = 1_764_561_600 * SECOND  # Monday 2025-12-01 12:00 in Shanghai


@pytest.mark.parametrize(
    ("season", "moment", "there"),
    [
        (Season(), NOON, True),
        (Season(hours=((480, 1080),)), NOON, True),
        (Season(hours=((480, 1080),)), NOON + 6 * HOUR, False),
        (Season(hours=((1320, 360),)), NOON + 11 * HOUR, True),
        (Season(hours=((1320, 360),)), NOON + 17 * HOUR, True),
        (Season(hours=((1320, 360),)), NOON, False),
        (Season(weekdays=(6, 7)), NOON, False),
        (Season(weekdays=(1,)), NOON, True),
        (Season(months=(11, 12, 1, 2)), NOON, True),
        (Season(months=(6,)), NOON, False),
    ],
)
def test_a_season_knows_its_hours_days_and_months(season: Season, moment: int, there: bool) -> None:
    assert on_duty(season, moment, ZONE) is there


def test_a_season_says_when_to_look_again() -> None:
    assert next_change(Season(), NOON, ZONE) is None
    assert next_change(Season(hours=((480, 1080),)), NOON, ZONE) == NOON + 6 * HOUR
    assert next_change(Season(hours=((480, 1080),)), NOON + 7 * HOUR, ZONE) == NOON + 12 * HOUR  # midnight
    assert next_change(Season(weekdays=(6,)), NOON, ZONE) == NOON + 12 * HOUR
    assert next_change(Season(hours=((0, 721),)), NOON, ZONE) == NOON + MINUTE
    assert on_duty(Season(weekdays=(6,)), NOON + 5 * DAY, ZONE)


def test_a_stuck_value_is_told_as_where_it_stands_and_not_how_it_trembles_there() -> None:
    watched = rule("stuck", window_s=60.0, dead_band=0.1, on_delay_s=10.0)
    state, _ = evaluation.step(watched, RuleState(), 5.0, Quality.GOOD, 0)
    state, _ = evaluation.due(watched, state, 60 * SECOND)
    state, _ = evaluation.step(watched, state, 5.05, Quality.GOOD, 65 * SECOND)
    _, told = evaluation.due(watched, state, 70 * SECOND)
    assert [(each.raised, each.value) for each in told] == [(True, 5.0)]
