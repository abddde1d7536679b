"""Addresses and cells as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pointlist import cells
from config.pointlist.addresses import AUTO, MODICON, ONE, ZERO, Verdict, judge, locate, spell
from console.domain.problems import Refused


@given(st.integers(0, 65535), st.sampled_from(["0x{:X}", "0x{:04x}", "{:04X}H", "0{:X}h", "16#{:X}", "&H{:X}"]))
def test_a_marked_hexadecimal_address_counts_from_0_however_it_is_marked(address: int, form: str) -> None:
    for style in (ZERO, ONE, MODICON):
        assert locate(spell(form.format(address)), Verdict(style)) == (0, address)


@given(st.integers(0, 65535))
def test_a_plain_address_is_itself_from_0_and_one_less_from_1(address: int) -> None:
    assert locate(spell(str(address)), Verdict(ZERO)) == (0, address)
    if address:
        assert locate(spell(str(address)), Verdict(ONE)) == (0, address - 1)


@given(st.integers(0, 9998), st.sampled_from([(3, 40001), (4, 30001), (2, 10001)]), st.integers(0, 15))
def test_a_reference_number_brings_its_function_and_bit(address: int, kind: tuple[int, int], bit: int) -> None:
    function, first = kind
    spelled = spell(f"{first + address}.{bit}")
    assert spelled.bit == bit
    assert locate(spelled, Verdict(MODICON)) == (function, address)
    six = first // 10_000 * 100_000 + 1 + address
    assert locate(spell(str(six)), Verdict(MODICON), function) == (function, address)


@given(st.integers(0, 65535).filter(lambda number: number < 10000 or number > 49999))
def test_full_width_digits_and_thousands_separators_mean_the_same(address: int) -> None:
    wide = str(address).translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert spell(wide).number == spell(f"{address:,}").number == address


@given(st.text(max_size=12))
def test_no_text_makes_an_address_outside_0_to_65535_or_anything_but_a_refusal(text: str) -> None:
    try:
        spelled = spell(text)
        function, address = locate(spelled, judge([spelled], "s"))
    except Refused:
        return
    assert 0 <= address <= 65535 and function in range(5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HR100", (3, 100)), ("IR 7", (4, 7)), ("4x0001", (3, 0)), ("3X00010", (4, 9)), ("保持寄存器12", (3, 12)), ("0x 1", (1, 0)),
        ("100-101", (0, 100)), ("100～101", (0, 100)),
    ],
)  # fmt: skip
def test_areas_ranges_and_names_are_addresses(text: str, found: tuple[int, int]) -> None:
    assert locate(spell(text), Verdict(ZERO)) == found


@pytest.mark.parametrize("text", ["", "abc", "D100", "-1", "1.2.3", "40001.123", "见备注", "9999999"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        locate(spell(text), Verdict(ZERO))


def test_a_list_without_a_zero_is_assumed_from_0_and_the_alternative_is_offered() -> None:
    verdict = judge([spell("12"), spell("5")], "泵房", AUTO)
    assert verdict.style == ZERO and verdict.assumed is not None
    assert verdict.assumed.params == {"sheet": "泵房", "example": "5", "zero": 5, "one": 4}


def test_a_zero_or_a_heading_settles_how_the_list_counts() -> None:
    assert judge([spell("0"), spell("5")], "s").assumed is None
    assert judge([spell("5")], "s", AUTO, "地址（从1开始）") == Verdict(ONE)
    assert judge([spell("5")], "s", AUTO, "PDU地址") == Verdict(ZERO)


def test_bare_hexadecimal_makes_the_plain_numbers_beside_it_hexadecimal() -> None:
    verdict = judge([spell("1010"), spell("101F")], "s")
    assert locate(spell("1010"), verdict) == (0, 0x1010) and verdict.assumed is not None


def test_an_address_that_contradicts_its_function_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        locate(spell("40001"), Verdict(MODICON), 4)
    assert refused.value.problem.code == "pointlist.address_function"
    assert locate(spell("40001"), Verdict(MODICON), 6) == (3, 0)  # the writing function of the same register


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("浮点型", "f32"), ("有符号16位", "i16"), ("无符号32位", "u32"), ("REAL", "f32"), ("DINT", "i32"), ("WORD", "u16"),
        ("int16", "i16"), ("UINT32", "u32"), ("32位有符号整型", "i32"), ("双精度浮点型", "f64"),
        ("BOOL", "bool"), ("开关量", "bool"), ("BCD码", "bcd16"),
        ("U16", "u16"), ("无符号整型", "u16"), ("64位无符号整数", "u64"), ("模拟量", ""),
    ],
)  # fmt: skip
def test_data_types_are_known_in_chinese_and_in_vendors_words(text: str, found: str) -> None:
    assert cells.data_type(text) == (found, "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("float CDAB", ("f32", "CDAB")),
        ("32位浮点数(ABCD)", ("f32", "ABCD")),
        ("Float(3412)", ("f32", "CDAB")),
        ("浮点 小端", ("f32", "DCBA")),
    ],
)
def test_a_data_type_may_bring_its_byte_order(text: str, found: tuple[str, str]) -> None:
    assert cells.data_type(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0.1", 0.1),
        ("/10", 0.1),
        ("÷100", 0.01),
        ("×10", 10),
        ("x0.1", 0.1),
        ("1/10", 0.1),
        ("10^-2", 0.01),
        ("0,1", 0.1),
        ("1,000", 1000),
        ("１０", 10),
    ],
)
def test_factors_are_read_in_every_spelling(text: str, found: float) -> None:
    assert cells.factor(text) == pytest.approx(found)


@pytest.mark.parametrize("text", ["0", "/0", "x", "1,23,4", "十"])
def test_what_is_no_factor_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        cells.factor(text)


@pytest.mark.parametrize(
    "text",
    [
        "0:停止;1:运行",
        "0=停止 1=运行",
        "0-停止,1-运行",
        "0停止1运行",
        "０：停止；１：运行",
        "停止/运行",
        "0.停止 1.运行",
        "0x00=停止,0x01=运行",
    ],
)
def test_state_texts_are_read_in_every_spelling(text: str) -> None:
    assert cells.states(text) == {0: "停止", 1: "运行"}


def test_numbers_within_state_texts_stay_in_them() -> None:
    assert cells.states("0:开门 1;1:关门 2;13:蜂鸣器（外）") == {0: "开门 1", 1: "关门 2", 13: "蜂鸣器（外）"}


@pytest.mark.parametrize(
    ("text", "found"), [("kwh", "kW·h"), ("度", "kW·h"), ("℃", "℃"), ("m3/h", "m³/h"), ("mpa", "MPa"), ("立方米/小时", "m³/h")]
)
def test_units_get_their_one_spelling(text: str, found: str) -> None:
    assert cells.measure(text) == found


@pytest.mark.parametrize(
    ("text", "heading", "found"),
    [("500ms", "", 500), ("5", "", 5000), ("1000", "", 1000), ("5", "采集周期(分钟)", 300_000), ("快", "", 250)],
)
def test_intervals_take_their_unit_from_the_cell_or_the_heading(text: str, heading: str, found: int) -> None:
    assert cells.interval(text, heading) == found
