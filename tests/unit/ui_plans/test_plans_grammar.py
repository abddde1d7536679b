"""What a person types for intervals, counters, conditions and checks is read, and written back the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.maintenance.planning_templates import templates
from console.domain.orders import CheckItem
from console.domain.plans import Condition, Meter, Span
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import ENGLISH, set_language
from console.ui.plans import grammar


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15 d", (15, 0)),
        ("15天", (15, 0)),
        ("2 周", (14, 0)),
        ("3 个月", (0, 3)),
        ("1年", (0, 12)),
        ("2 季度", (0, 6)),
        ("", (0, 0)),
    ],
)
def test_an_interval_is_read_in_both_languages(text: str, found: tuple[int, int]) -> None:
    assert grammar.interval(text) == found


@pytest.mark.parametrize("text", ["d", "15", "0 d", "-3 d", "15 fortnights", "1.5 d", "3 months 2 d"])
def test_an_interval_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="15 天"):
        grammar.interval(text)


@given(st.integers(1, 3000), st.booleans(), st.booleans())
def test_an_interval_is_written_as_it_is_read(count: int, months: bool, english: bool) -> None:
    set_language(ENGLISH if english else "zh_CN")
    pair = (0, count) if months else (count, 0)
    assert grammar.interval(grammar.interval_typed(*pair)) == pair


def test_counters_and_conditions_are_read_line_by_line_and_written_back() -> None:
    meters = (Meter("run_hours", 2000.0), Meter("start_count", 5000.0, 65536.0))
    assert grammar.meters("run_hours 2000\n\nstart_count 5000 65536") == meters
    assert grammar.meters(grammar.meters_typed(meters)) == meters
    conditions = (
        Condition("bearing_temp", "above", 80.0, hold=30 * MINUTE),
        Condition("level", "below", -0.5, hold=2 * HOUR),
        Condition("current", "above", 12.0),
        Condition("bearing_temp", "rise", 15.0, days=14),
        Condition("flow", "fall", 10.0, days=7),
    )
    typed = "bearing_temp > 80 30 分钟\nlevel＜-0.5 2 h\ncurrent > 12\nbearing_temp + 15 % 14 天\nflow - 10% 7 d"
    assert grammar.conditions(typed) == conditions
    assert grammar.conditions(grammar.conditions_typed(conditions)) == conditions


@pytest.mark.parametrize("text", ["run_hours", "run_hours viel", "run_hours 1.2.3", "a 1 2 3"])
def test_a_counter_that_is_none_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        grammar.meters(text)


@pytest.mark.parametrize("text", ["bearing_temp", "bearing_temp = 80", "bearing_temp + 15 %", "bearing_temp > 80 5 years"])
def test_a_condition_that_is_none_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="bearing_temp"):
        grammar.conditions(text)


def test_checks_have_units_limits_and_photos_and_keep_the_point_that_they_are_read_from() -> None:
    before = (CheckItem(Text("油温", "Oil"), point="oil_temp"),)
    found = grammar.checklist("油温 / Oil | ℃ | ..80\n外观\n绝缘 | MΩ | 0.5.. | 拍照\n电压 | V | 210..235", before)
    assert found == (
        CheckItem(Text("油温", "Oil"), unit="℃", high=80.0, point="oil_temp"),
        CheckItem(Text("外观")),
        CheckItem(Text("绝缘"), unit="MΩ", low=0.5, photo=True),
        CheckItem(Text("电压"), unit="V", low=210.0, high=235.0),
    )
    assert grammar.checklist(grammar.checklist_typed(found), found) == found


@pytest.mark.parametrize(
    "text", [" | V", "电压 | V | 210", "电压 | V | a..b", "电压 | V | 1..2 | vielleicht", "a | b | 1..2 | ! | e"]
)
def test_a_check_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="检查项"):
        grammar.checklist(text)


def test_every_template_is_written_as_it_is_read() -> None:
    for template in templates():
        for level in template.plan.levels:
            assert grammar.meters(grammar.meters_typed(level.meters)) == level.meters
            assert grammar.conditions(grammar.conditions_typed(level.conditions)) == level.conditions
            assert grammar.checklist(grammar.checklist_typed(level.checklist)) == level.checklist
        spans = tuple((span.since, span.until) for span in template.plan.blackouts)
        assert tuple((s.since, s.until) for s in grammar.spans(grammar.spans_typed(template.plan.blackouts))) == spans


@pytest.mark.parametrize(
    ("text", "found"), [("11-3", (1, 2, 3, 11, 12)), ("4, 5，6", (4, 5, 6)), ("", ()), ("1-12", ()), ("7", (7,)), ("5-5", (5,))]
)
def test_a_season_may_run_over_the_new_year(text: str, found: tuple[int, ...]) -> None:
    assert grammar.months(text) == found


@pytest.mark.parametrize("text", ["13", "0", "x", "3-", "3-14"])
def test_months_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="11-3"):
        grammar.months(text)


def test_blackouts_are_read_with_their_reason() -> None:
    assert grammar.spans("06-15 .. 09-15 迎峰度夏\n2027-02-01..2027-02-20") == (
        Span("06-15", "09-15", Text("迎峰度夏")),
        Span("2027-02-01", "2027-02-20"),
    )
    with pytest.raises(ValueError, match="06-15"):
        grammar.spans("夏天")
