"""What the alarm engine passes over: only samples that would have left every rule as it was."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from console.domain.evaluation import RuleState, step
from console.domain.quality import Quality
from console.domain.rules import LIMITED, AlarmRule, CodeText, RuleKind
from console.domain.text import Text
from console.engine.calm import NEVER, calm_range

NOW = 1_800_000_000_000_000_000
NUMBERS = st.floats(-1000, 1000) | st.integers(-70000, 70000).map(float)
RULES = st.builds(
    AlarmRule,
    id=st.just("E.p#r"),
    equipment=st.just("E"),
    point=st.just("E.p"),
    kind=st.sampled_from(sorted(LIMITED | {RuleKind.STATE, RuleKind.BITS, RuleKind.CODE, RuleKind.RATE})),
    priority=st.just(3),
    text=st.just(Text("限")),
    limit=st.floats(-100, 100),
    dead_band=st.floats(0, 20),
    values=st.lists(st.integers(-5, 5), max_size=3).map(tuple),
    mask=st.integers(0, 0xFFFF),
    codes=st.just({7: CodeText(Text("七"), 2)}),
    on_delay_s=st.sampled_from([0.0, 5.0]),
    off_delay_s=st.sampled_from([0.0, 5.0]),
    window_s=st.just(60.0),
)


@given(RULES, st.lists(NUMBERS, max_size=4), NUMBERS)
def test_a_value_within_the_calm_range_leaves_the_rule_exactly_as_it_is(rule: AlarmRule, before: list[float], value: float) -> None:
    state = RuleState()
    for second, earlier in enumerate(before):
        state, _ = step(rule, state, earlier, Quality.GOOD, NOW + second)
    low, high = calm_range(rule, state)
    if low <= value <= high:
        after, transitions = step(rule, state, value, Quality.GOOD, NOW + len(before))
        assert after is state
        assert transitions == ()


def test_an_alarm_that_stands_is_passed_over_until_its_value_comes_back() -> None:
    rule = AlarmRule("E.p#r", "E", "E.p", RuleKind.HIGH, 3, Text("高"), limit=90.0, dead_band=2.0)
    state, raised = step(rule, RuleState(), 95.0, Quality.GOOD, NOW)
    assert raised
    low, high = calm_range(rule, state)
    assert (low, high) == (math.nextafter(88.0, math.inf), math.inf)
    assert step(rule, state, low, Quality.GOOD, NOW)[0] is state
    assert step(rule, state, 88.0, Quality.GOOD, NOW)[0] == RuleState()


def test_a_rule_whose_delay_runs_looks_at_every_sample() -> None:
    rule = AlarmRule("E.p#r", "E", "E.p", RuleKind.HIGH, 3, Text("高"), limit=90.0, on_delay_s=5.0)
    state, _ = step(rule, RuleState(), 95.0, Quality.GOOD, NOW)
    assert calm_range(rule, state) == NEVER
