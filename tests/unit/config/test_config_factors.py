"""Texts, dates, factors and rate classes in a site file."""

from __future__ import annotations

import pytest
from config_builders import FIRST, codes, generic

from config.loader import load_text
from console.domain.estate import Factor, ModbusSource, Point, ValueKind

BODY = FIRST + 6
RATIO = "  - {key: ct, name: 变比, address: 100, rate: hourly}\n"


def points(*lines: str, more: str = "") -> dict[str, Point]:
    """The points of one generic device, by key; the file is right."""
    text = generic("points:\n" + "\n".join(lines) + more)
    assert codes(text) == []
    estate = load_text(text, "site.yaml").estate
    assert estate is not None
    return {point.key: point for point in estate.points}


def test_a_factor_is_a_point_of_the_same_equipment() -> None:
    factors = "factors: [{point: ct}, {point: unit_code, how: table, table: {0: 1, 1: 0.001}}]"
    made = points(
        RATIO + "  - {key: unit_code, name: 单位, address: 101, rate: slow}",
        f"  - {{key: i, name: 电流, address: 1, scale: 0.01, {factors}}}",
    )
    source = made["i"].source
    assert isinstance(source, ModbusSource)
    equipment = made["i"].equipment
    assert source.factors == (Factor(f"{equipment}.ct"), Factor(f"{equipment}.unit_code", "table", {0: 1.0, 1: 0.001}))


@pytest.mark.parametrize(("rate", "poll_ms"), [("fast", 250), ("normal", 1000), ("slow", 60_000), ("hourly", 3_600_000)])
def test_a_rate_class_is_a_sampling_interval(rate: str, poll_ms: int) -> None:
    point = points(f"  - {{key: a, name: 甲, address: 1, rate: {rate}}}")["a"]
    assert point.poll_ms == poll_ms
    assert point.stale_after_s == max(10, 3 * poll_ms / 1000)


def test_a_poll_for_everything_leaves_factors_seldom_and_one_of_their_own_does_not() -> None:
    value = "  - {key: i, name: 电流, address: 1, factors: [{point: ct}]}"
    made = points(RATIO + value, more="\npoll: {'*': 5 s}")
    assert (made["ct"].poll_ms, made["i"].poll_ms) == (3_600_000, 5000)
    made = points(RATIO + value, more="\npoll: {'*': 5 s, ct: 60 s}")
    assert made["ct"].poll_ms == 60_000


def test_texts_and_dates_are_points_of_kind_text() -> None:
    made = points(
        "  - {key: serial, name: 序列号, address: 10, type: text, length: 8}",
        "  - {key: clock, name: 时钟, address: 20, type: time3bcd, kind: text, order: BADC}",
    )
    assert [made[key].kind for key in ("serial", "clock")] == [ValueKind.TEXT, ValueKind.TEXT]
    assert isinstance(made["serial"].source, ModbusSource)
    assert made["serial"].source.length == 8


def test_the_defaults_of_a_type_are_for_its_numbers_not_for_its_texts() -> None:
    text = """types:
  - type: mine
    kind: meter
    name: 表
    source: [手册]
    confidence: low
    defaults: {order: CDAB, scale: 0.1, not_available: [0xFFFF], rate: slow}
    points:
      - {key: u, name: 电压, address: 0, type: u32}
      - {key: f, name: 频率, address: 2, poll_ms: 500}
      - {key: serial, name: 序列号, address: 10, type: text, length: 4}
"""
    site = generic("").replace("equipment:", text + "equipment:").replace("generic_modbus", "mine")
    assert codes(site) == []
    estate = load_text(site, "site.yaml").estate
    assert estate is not None
    made = {point.key: point for point in estate.points}
    source = made["serial"].source
    assert isinstance(source, ModbusSource)
    assert (source.order, source.scale, source.not_available) == ("ABCD", 1.0, ())
    assert [made[key].poll_ms for key in ("u", "f", "serial")] == [60_000, 500, 60_000]


WRONG: list[tuple[str, str, str]] = [
    ("a text without its length", "type: text", "length_missing"),
    ("a text longer than a request", "type: text, length: 126", "out_of_range"),
    ("a text with a scale", "type: text, length: 2, scale: 0.1", "text_number"),
    ("a date with limits", "type: time3, plausible: [0, 1]", "text_number"),
    ("a text in the order of a long number", "type: text, length: 2, order: CDAB", "text_order"),
    ("a date with a length", "type: time3, length: 3", "length_of_number"),
    ("a number with a length", "type: u32, length: 2", "length_of_number"),
    ("a text that is called a counter", "type: text, length: 2, kind: counter", "kind_of_type"),
    ("a number that is called a text", "type: u16, kind: text", "kind_of_type"),
    ("a date read from coils", "fc: 1, type: time3", "bit_function"),
    ("a rate and a poll", "rate: slow, poll_ms: 1000", "rate_and_poll"),
    ("a rate that is not one", "rate: quick", "want_choice"),
    ("a factor that is not there", "factors: [{point: cct}]", "unknown_point_near"),
    ("a factor that resembles nothing", "factors: [{point: zzzzzz}]", "unknown_point"),
    ("a factor without a point", "factors: [{how: times}]", "missing_key"),
    ("a way of acting that is not one", "factors: [{point: ct, how: time}]", "want_choice_near"),
    ("a table that is missing", "factors: [{point: ct, how: table}]", "factor_table"),
    ("a table that is not used", "factors: [{point: ct, table: {0: 1}}]", "factor_without_table"),
    ("a text as factor", "factors: [{point: label}]", "factor_kind"),
    ("a factor that is scaled itself", "factors: [{point: scaled}]", "factor_chain"),
]


@pytest.mark.parametrize(("extra", "code"), [pytest.param(extra, code, id=what) for what, extra, code in WRONG])
def test_a_point_is_refused_with(extra: str, code: str) -> None:
    others = (
        "points:\n" + RATIO + "  - {key: label, name: 标签, address: 110, type: text, length: 2}\n"
        "  - {key: scaled, name: 丙, address: 120, factors: [{point: ct}]}\n"
    )
    assert codes(generic(others + f"  - {{key: a, name: 甲, address: 1, {extra}}}")) == [(BODY + 4, code)]


def test_a_factor_may_not_come_over_another_protocol() -> None:
    text = generic(
        "points:\n  - {key: a, name: 甲, address: 1, factors: [{point: typed}]}\n  - {key: typed, name: 倍率, source: manual}"
    )
    assert (BODY + 1, "factor_kind") in codes(text)


def test_the_end_of_the_addresses_holds_for_texts_too() -> None:
    assert codes(generic("points:\n  - {key: a, name: 甲, address: 65530, type: text, length: 7}")) == [(BODY + 1, "address_end")]
    assert codes(generic("points:\n  - {key: a, name: 甲, address: 65529, type: text, length: 7}")) == []


def test_two_texts_may_not_claim_the_same_registers() -> None:
    lines = "  - {key: a, name: 甲, address: 1, type: text, length: 4}\n  - {key: b, name: 乙, address: 4}"
    assert [code for _, code in codes(generic("points:\n" + lines))] == ["overlap"]
