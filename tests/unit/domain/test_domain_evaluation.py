"""The alarm machine: conditions, delays, dead band, quality, codes."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import evaluation
from console.domain.alarms import Alarm
from console.domain.evaluation import RuleState, Transition
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, Category, CodeText, RuleKind
from console.domain.text import Text
from console.domain.times import SECOND

GOOD, LOST = Quality.GOOD, Quality.COMM_LOST


def rule(kind: RuleKind = RuleKind.HIGH, **changes: object) -> AlarmRule:
    given_: dict[str, object] = {
        "id": "E.p#k", "equipment": "E", "point": "E.p", "kind": kind, "priority": 3, "text": Text("高"), "limit": 10.0, **changes
    }  # fmt: skip
    return AlarmRule(**given_)  # type: ignore[arg-type]


def run(watched: AlarmRule, *samples: tuple[float, float] | tuple[float, float, Quality]) -> list[tuple[float, Transition]]:
    """Feed (second, value[, quality]); between the samples every delay that ends is carried out in its own moment."""
    state = RuleState()
    said: list[tuple[float, Transition]] = []
    ends = [int(sample[0] * SECOND) for sample in samples[1:]] + [1 << 62]
    for sample, end in zip(samples, ends, strict=True):
        now = int(sample[0] * SECOND)
        state, found = evaluation.step(watched, state, sample[1], sample[2] if len(sample) > 2 else GOOD, now)
        said += [(now / SECOND, transition) for transition in found]
        moment = evaluation.wake_at(watched, state)
        if moment is not None and moment < end:
            state, found = evaluation.due(watched, state, moment)
            said += [(moment / SECOND, transition) for transition in found]
    return said


def edges(said: list[tuple[float, Transition]]) -> list[tuple[float, bool]]:
    return [(at, transition.raised) for at, transition in said]


def test_a_high_alarm_begins_above_its_limit_and_ends_at_the_limit_less_the_dead_band() -> None:
    said = run(rule(dead_band=2.0), (0, 10.0), (1, 10.1), (2, 9.0), (3, 8.1), (4, 8.0), (5, 9.9))
    assert said == [(1, Transition(True, 10.1)), (4, Transition(False, 8.0))]


def test_a_low_alarm_begins_below_its_limit_and_ends_at_the_limit_plus_the_dead_band() -> None:
    said = run(rule(RuleKind.LOW, dead_band=2.0), (0, 10.0), (1, 9.9), (2, 11.9), (3, 12.0))
    assert edges(said) == [(1, True), (3, False)]


def test_a_state_alarm_lasts_while_the_value_is_one_of_its_states() -> None:
    said = run(rule(RuleKind.STATE, values=(2, 3)), (0, 1), (1, 2), (2, 3), (3, 2.5), (4, 3))
    assert edges(said) == [(1, True), (3, False), (4, True)]


def test_a_bit_alarm_sees_bits_that_a_float_could_not_hold() -> None:
    watched = rule(RuleKind.BITS, mask=1)
    assert edges(run(watched, (0, 2**63), (1, 2**63 + 1), (2, 2.0))) == [(1, True), (2, False)]


def test_a_condition_shorter_than_the_on_delay_says_nothing() -> None:
    assert run(rule(on_delay_s=5), (0, 11), (4.9, 9)) == []


def test_a_condition_that_lasts_the_on_delay_raises_at_its_very_end_with_the_last_value() -> None:
    assert run(rule(on_delay_s=5), (0, 11), (4, 15)) == [(5, Transition(True, 15))]


def test_a_return_shorter_than_the_off_delay_says_nothing() -> None:
    assert edges(run(rule(off_delay_s=5), (0, 11), (1, 9), (5, 11), (6, 9))) == [(0, True), (11, False)]


def test_a_value_inside_the_dead_band_breaks_a_pending_return() -> None:
    assert edges(run(rule(dead_band=2, off_delay_s=5), (0, 11), (1, 7), (3, 9), (20, 7))) == [(0, True), (25, False)]


def test_a_delay_that_has_ended_is_also_seen_by_a_late_sample() -> None:
    watched = rule(on_delay_s=5)
    state, _ = evaluation.step(watched, RuleState(), 11, GOOD, 0)
    state, found = evaluation.step(watched, state, 12, GOOD, 60 * SECOND)
    assert (state.active, found) == (True, (Transition(True, 12),))


def test_before_its_moment_a_delay_does_nothing() -> None:
    watched = rule(on_delay_s=5)
    state, _ = evaluation.step(watched, RuleState(), 11, GOOD, 0)
    assert evaluation.due(watched, state, 5 * SECOND - 1) == (state, ())


def test_a_code_that_changes_is_one_return_of_the_old_and_one_raise_of_the_new() -> None:
    said = run(rule(RuleKind.CODE), (0, 0), (1, 7), (2, 7), (3, 9), (4, 0))
    assert said == [
        (1, Transition(True, 7, 7)), (3, Transition(False, 9, 7)), (3, Transition(True, 9, 9)), (4, Transition(False, 0, 9)),
    ]  # fmt: skip


def test_a_new_code_must_hold_its_on_delay_and_a_third_one_begins_it_anew() -> None:
    said = run(rule(RuleKind.CODE, on_delay_s=5, off_delay_s=1), (0, 7), (10, 8), (13, 9), (19, 0))
    assert [(at, t.raised, t.code) for at, t in said] == [(5, True, 7), (18, False, 7), (18, True, 9), (20, False, 9)]


@pytest.mark.parametrize("quality", [quality for quality in Quality if not quality.usable])
def test_a_sample_that_cannot_be_trusted_neither_raises_nor_clears(quality: Quality) -> None:
    assert run(rule(), (0, 11, quality)) == []
    assert edges(run(rule(), (0, 11), (1, 0, quality))) == [(0, True)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_neither_raises_nor_clears(value: float) -> None:
    for kind in RuleKind:
        if kind is RuleKind.NO_DATA:
            continue  # it lives of what is none
        watched = rule(kind, values=(1,), mask=1)
        assert evaluation.step(watched, RuleState(), value, GOOD, 0) == (RuleState(), ())
        active = RuleState(active=True, code=5 if kind is RuleKind.CODE else 0)
        assert evaluation.step(watched, active, value, GOOD, 0) == (active, ())


def test_lost_quality_freezes_a_delay_and_the_time_without_it_does_not_count() -> None:
    said = run(rule(on_delay_s=5), (0, 11), (3, 0, LOST), (4, 0, LOST), (100, 11))
    assert edges(said) == [(102, True)]


def test_a_frozen_delay_is_dropped_when_the_condition_is_gone_afterwards() -> None:
    assert run(rule(on_delay_s=5), (0, 11), (3, 0, LOST), (100, 9)) == []


def test_a_disabled_rule_returns_at_once_even_without_a_good_value_and_then_stays_quiet() -> None:
    off = rule(enabled=False, off_delay_s=60)
    active = RuleState(active=True)
    assert evaluation.step(off, active, 0, LOST, 0) == (RuleState(), (Transition(False, 0.0),))
    assert evaluation.due(off, active, 0) == (RuleState(), (Transition(False, 0.0),))
    assert evaluation.step(off, RuleState(), 99, GOOD, 0) == (RuleState(), ())


def test_a_raised_alarm_takes_text_and_priority_from_its_code() -> None:
    watched = rule(RuleKind.CODE, codes={7: CodeText(Text("门锁"), 2), 8: CodeText(Text("过流"))}, category=Category.EQUIPMENT)
    known, plain, unknown = (evaluation.raised(watched, Transition(True, n, n), 5, 9, 8) for n in (7, 8, 9))
    assert (known.text.zh, known.priority, known.code, known.number, known.raised_at, known.source_time) == ("门锁", 2, 7, 5, 9, 8)
    assert (plain.text.zh, plain.priority, plain.limit) == ("过流", 3, None)
    assert (unknown.text.zh, unknown.priority, unknown.code) == ("高", 3, 9)


def test_a_raised_limit_alarm_keeps_its_limit_and_number() -> None:
    alarm = evaluation.raised(rule(RuleKind.LOW), Transition(True, 3.5), 1, 2)
    assert (alarm.limit, alarm.value, alarm.active, alarm.acknowledged) == (10.0, 3.5, True, False)


def test_after_a_restart_an_active_alarm_is_not_raised_again_and_a_returned_one_is() -> None:
    watched = rule(RuleKind.CODE)
    active = evaluation.raised(watched, Transition(True, 7, 7), 1, 2)
    returned = Alarm(1, "r", "e", "p", 3, Category.EQUIPMENT, Text("x"), 0, 7.0, code=7, active=False)
    assert evaluation.step(watched, evaluation.resume(active), 7, GOOD, 9)[1] == ()
    assert evaluation.resume(None) == evaluation.resume(returned) == RuleState()


kinds = st.sampled_from(list(RuleKind))
sample = st.tuples(
    st.integers(0, 8),  # seconds since the one before
    st.one_of(st.integers(0, 4), st.sampled_from([math.nan, 2.5, -1.0])),
    st.sampled_from([GOOD, GOOD, GOOD, LOST]),
)


@st.composite
def rules(draw: st.DrawFn) -> AlarmRule:
    return rule(
        draw(kinds), limit=2.0, dead_band=draw(st.sampled_from([0.0, 1.0])), values=(2, 3), mask=2,
        on_delay_s=draw(st.sampled_from([0, 3])), off_delay_s=draw(st.sampled_from([0, 5])),
        window_s=draw(st.sampled_from([2, 10])), expression="x > 2",
    )  # fmt: skip


@given(rules(), st.lists(sample, max_size=30))
def test_raises_and_returns_always_alternate_and_the_state_agrees_with_the_last(
    watched: AlarmRule, samples: list[tuple[int, float, Quality]]
) -> None:
    state, now, said = RuleState(), 0, []
    for after, value, quality in samples:
        now += after * SECOND
        state, found = evaluation.step(watched, state, value, quality, now)
        if watched.kind is not RuleKind.NO_DATA and (not quality.usable or math.isnan(value)):
            assert found == ()
        said += found
        assert evaluation.step(watched, state, value, quality, now) == (state, ()), "a repeated sample changes nothing twice"
    assert [t.raised for t in said] == [n % 2 == 0 for n in range(len(said))]
    assert all(old.code == new.code for old, new in pairwise(said) if old.raised), "what returns is what was raised"
    assert state.active == (bool(said) and said[-1].raised)


@given(st.lists(st.tuples(st.integers(0, 1), sample), max_size=40), rules(), rules())
def test_the_samples_of_one_point_never_matter_to_another(
    mixed: list[tuple[int, tuple[int, float, Quality]]], first: AlarmRule, second: AlarmRule
) -> None:
    watched = (first, second)
    together: list[list[Transition]] = [[], []]
    states, now = [RuleState(), RuleState()], 0
    timed = []
    for which, (after, value, quality) in mixed:
        now += after * SECOND
        timed.append((which, value, quality, now))
        states[which], found = evaluation.step(watched[which], states[which], value, quality, now)
        together[which] += found
    for which in (0, 1):
        alone, state = [], RuleState()
        for value, quality, at in [(v, q, t) for w, v, q, t in timed if w == which]:
            state, found = evaluation.step(watched[which], state, value, quality, at)
            alone += found
        assert (alone, state) == (together[which], states[which])
