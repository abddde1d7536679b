"""Lists become site files: machines, points, limits, merged into what is there and nothing else touched."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pointlist_books import HEAD, drafted, grave, notes, xlsx

from config.loader import load_text
from config.pointlist.listing import write_points, write_template
from config.pointlist.sheets import read
from console.domain.estate import Equipment, Estate, ModbusSource, ModbusTcp, Point, ValueKind
from console.domain.pointlists import Drafted

PRESENT = """\
# the yard
site: {id: yard, name: 院子}   # a name

locations:
  - {id: T1, name: 1号楼}
connections:
  - {id: gw, protocol: modbus-tcp, host: 10.0.0.9}  # the gateway
equipment:
  - id: P1
    type: generic_modbus
    name: {zh: 一号泵, en: Pump one}
    location: T1
    connection: gw
    unit: 7
    points:
      - {key: pressure, name: 压力, address: 5, unit: kPa, normal: [1, 2]}   # keep: the gauge
      - key: level
        name: 液位
        address: 6
    # the end of the pump
  - {id: P2, type: generic_modbus, name: 二号泵, location: T1, connection: gw, unit: 8, points: [{key: a, name: 甲, address: 1}]}
# the end
"""


def estate_of(made: Drafted) -> Estate:
    loaded = load_text(made.text, "s")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate


def point_of(made: Drafted, name: str) -> Point:
    return next(point for point in estate_of(made).points if point.id == name)


def source_of(made: Drafted, name: str) -> ModbusSource:
    source = point_of(made, name).source
    assert isinstance(source, ModbusSource)
    return source


def test_a_title_above_the_headings_gives_the_address_of_the_machine() -> None:
    made = drafted(xlsx([["1#冷水机组  IP：192.168.1.7:1502 站号：3"], [], ["名称", "地址"], ["温度", "0"]]))
    line = estate_of(made).connections[0]
    assert isinstance(line, ModbusTcp)
    assert (line.host, line.port, line.devices[0].unit) == ("192.168.1.7", 1502, 3)


def test_headings_in_two_lines_are_read_together() -> None:
    rows = [
        ["名称", "寄存器", "", "报警", "", "IP"],
        ["", "地址", "类型", "上限", "下限", ""],
        ["水位", 100, "INT", 5, 1, "10.0.0.1"],
    ]
    made = drafted(xlsx(rows))
    assert source_of(made, "S1.水位").type == "i16" and len(estate_of(made).rules) == 3  # two limits and the line itself


def test_a_heading_that_says_hexadecimal_makes_digits_hexadecimal() -> None:
    made = drafted(xlsx([["名称", "地址(Hex)", "IP"], ["a", "0010", "10.0.0.1"], ["b", "0012", ""]]))
    assert source_of(made, "S1.b").address == 0x12 and not made.assumed


def test_merged_cells_and_empty_cells_below_a_machine_belong_to_it() -> None:
    head = ["设备名称", "IP", "站号", "名称", "地址"]
    rows = [head, ["", "", "", "a", "0"], ["", "", "", "b", "1"], ["泵2", "10.0.0.1", "2", "a", "0"], ["", "", "", "b", "1"]]
    made = drafted(xlsx(rows, merged=[(1, 0, 2, 0, "泵1"), (1, 1, 2, 1, "10.0.0.1"), (1, 2, 2, 2, "1")]))
    keys = {point.id for point in estate_of(made).points if isinstance(point.source, ModbusSource)}
    assert keys == {"泵1.a", "泵1.b", "泵2.a", "泵2.b"} and not grave(made)


def test_a_line_with_one_text_begins_another_machine() -> None:
    rows = [["名称", "地址"], ["1号泵 IP 10.0.0.1 站号 1"], ["a", "0"], ["2号泵 IP 10.0.0.1 站号 2"], ["a", "0"]]
    assert [one.name.zh for one in estate_of(drafted(xlsx(rows))).equipment] == ["1号泵", "2号泵"]


def test_several_sheets_are_several_machines_and_a_sheet_without_a_list_is_passed_over() -> None:
    sheet = [["名称", "地址", "IP", "站号"], ["a", "0", "10.0.0.1", "1"]]
    other = [["名称", "地址", "IP", "站号"], ["a", "0", "10.0.0.1", "2"]]
    made = drafted(xlsx([["说明"], ["请勿修改"]], sheet, other))
    assert len(estate_of(made).equipment) == 2 and [view.used for view in made.sheets] == [False, True, True]


def test_one_line_without_headings_adds_an_elevator() -> None:
    made = drafted("电梯,monarch_nice3000,192.168.1.20,1\n".encode("gbk"), "lift.csv", PRESENT)
    lift = estate_of(made).equipment[-1]
    assert (lift.name.zh, lift.type, lift.connection) == ("电梯", "monarch_nice3000", "tcp-192-168-1-20")
    assert made.equipment == 1 and made.points == 0


def test_an_unknown_type_is_named_with_what_was_probably_meant() -> None:
    made = drafted(
        xlsx(
            [
                ["设备名称", "设备类型", "IP", "站号"],
                ["梯1", "monarch_nice3000", "10.0.0.1", 1],
                ["梯2", "monarch_nice300", "10.0.0.1", 2],
            ]
        )
    )
    assert grave(made) == [("B3", "unknown_type")] and made.remarks[0].problem.params["near"] == "monarch_nice3000"


def test_states_limits_bits_and_write_only_rows() -> None:
    head = ["名称", "地址", "数据类型", "状态说明", "报警上限", "下限", "上上限", "报警值", "读写", "IP"]
    rows = [
        head,
        ["压力", "40001", "浮点 CDAB", "", 1.6, 0.2, 2, "", "R", "10.0.0.1"],
        ["运行", "40010.3", "", "0=停 1=运", "", "", "", "", "RW", ""],
        ["故障", "40010.4", "", "0:正常;1:故障", "", "", "", 1, "", ""],
        ["启动", "40020", "", "", "", "", "", "", "W", ""],
    ]
    made = drafted(xlsx(rows))
    assert source_of(made, "S1.压力").order == "CDAB" and source_of(made, "S1.运行").bit == 3
    assert point_of(made, "S1.运行").kind is ValueKind.STATE
    rules = {rule.id: rule for rule in estate_of(made).rules}
    assert {"S1.压力#high", "S1.压力#low", "S1.压力#high_high", "S1.故障#state"} <= set(rules)
    assert rules["S1.压力#high"].limit == 1.6 and rules["S1.故障#state"].values == (1,)
    assert ("I5", "write_only") in notes(made) and made.points == 3


def test_a_bit_that_the_spreadsheet_may_have_shortened_is_pointed_out() -> None:
    made = drafted(xlsx([["名称", "地址", "IP"], ["a", 40001.1, "10.0.0.1"], ["b", "40001.10", ""]]))
    assert ("B2", "fraction_bit") in notes(made)
    assert source_of(made, "S1.b").bit == 10


def test_the_assumption_about_addresses_can_be_turned_round() -> None:
    data = xlsx([["名称", "地址", "IP"], ["a", 100, "10.0.0.1"]])
    assert source_of(drafted(data), "S1.a").address == 100 and drafted(data).assumed
    turned = drafted(data, addresses="one")
    assert source_of(turned, "S1.a").address == 99 and not turned.assumed


def test_rows_with_mistakes_hold_up_the_import_until_they_are_left_out() -> None:
    rows = [HEAD, ["泵", "10.0.0.1", 1, "好", 1, "", "", ""], ["泵", "10.0.0.1", 1, "坏", "x", "", "", ""]]
    assert drafted(xlsx(rows)).text == ""
    made = drafted(xlsx(rows), leave_out=True)
    assert [point.key for point in estate_of(made).points if point.key != "comm_state"] == ["好"] and made.left_out == 1


def test_what_the_site_file_itself_refuses_is_led_back_to_its_cell() -> None:
    rows = [HEAD, ["泵", "10.0.0.1", 1, "a", 1, "u32", "", ""], ["泵", "10.0.0.1", 1, "b", 2, "u32", "", ""]]
    made = drafted(xlsx(rows))
    assert [(remark.cell, remark.problem.code) for remark in made.remarks if remark.grave] == [("E3", "config.overlap")]
    assert drafted(xlsx(rows), leave_out=True).points == 1


def test_two_machines_on_one_station_are_refused() -> None:
    rows = [HEAD, ["泵1", "10.0.0.1", 1, "a", 1, "", "", ""], ["泵2", "10.0.0.1", 1, "a", 1, "", "", ""]]
    assert grave(drafted(xlsx(rows))) == [("C3", "station_taken")]


# --- into what is there


def kept(before: str, after: str) -> bool:
    """Every line of ``before`` is still there, in its order."""
    lines = iter(after.splitlines())
    return all(any(line == other for other in lines) for line in before.splitlines())


def test_a_new_point_of_a_present_machine_leaves_every_other_line_alone() -> None:
    made = drafted(xlsx([["设备标识", "名称", "地址"], ["P1", "流量", "0x0014"]]), present=PRESENT)
    assert kept(PRESENT, made.text) and made.points == 1 and made.equipment == 0
    assert source_of(made, "P1.流量").address == 0x14
    assert made.text.index("流量") < made.text.index("# the end of the pump")


def test_a_machine_without_a_place_says_where_it_was_put() -> None:
    rows = [["设备", "从站", "名称", "地址", "IP"], ["新泵", 9, "流量", "0x0014", "10.0.0.9"]]
    made = drafted(xlsx(rows), present=PRESENT)
    (place,) = {each.location for each in estate_of(made).equipment if each.name.zh == "新泵"}
    remark = next(each for each in made.remarks if each.problem.code == "pointlist.assumed_place")
    assert not remark.grave and estate_of(made).locations[0].id == place
    assert remark.problem.params["place"] == estate_of(made).locations[0].name.zh


def test_a_changed_point_changes_only_its_own_entries() -> None:
    made = drafted(
        xlsx([["设备标识", "点标识", "名称", "地址", "单位"], ["P1", "pressure", "压力", "0x0005", "MPa"]]), present=PRESENT
    )
    assert made.text == PRESENT.replace("unit: kPa", "unit: MPa")


def test_block_and_brace_style_are_both_written_into() -> None:
    rows = [
        ["设备标识", "点标识", "名称", "地址", "上限"],
        ["P1", "level", "水位", "0x0006", 9],
        ["P2", "b", "乙", "0x0002", ""],
        ["P2", "a", "甲", "0x0003", ""],
    ]
    made = drafted(xlsx(rows), present=PRESENT)
    assert (
        point_of(made, "P1.level").name.zh == "水位"
        and source_of(made, "P2.a").address == 3
        and source_of(made, "P2.b").address == 2
    )
    assert any(rule.id == "P1.level#high" for rule in estate_of(made).rules)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_stay(newline: str) -> None:
    present = "\ufeff" + PRESENT.replace("\n", newline)
    made = drafted(xlsx([["设备标识", "名称", "地址"], ["P1", "流量", "0x0014"]]), present=present)
    assert made.text.startswith("\ufeff") and made.text.count("\r") == (made.text.count("\n") if newline == "\r\n" else 0)
    assert kept(PRESENT, made.text.removeprefix("\ufeff"))


def test_a_machine_is_found_by_its_address_or_its_name_and_never_moved() -> None:
    found = drafted(xlsx([["IP", "站号", "名称", "地址"], ["10.0.0.9", 7, "流量", "0x0014"]]), present=PRESENT)
    assert source_of(found, "P1.流量").unit == 7 and found.equipment == 0
    named = drafted(xlsx([["设备名称", "名称", "地址"], ["Pump one", "流量", "0x0014"]]), present=PRESENT)
    assert named.equipment == 0 and named.points == 1
    moved = drafted(xlsx([["设备标识", "站号", "IP", "名称", "地址"], ["P1", 9, "10.0.0.9", "流量", "0x0014"]]), present=PRESENT)
    assert grave(moved) == [("B2", "moved")]


def test_the_same_list_twice_changes_nothing_the_second_time() -> None:
    data = read_template()
    once = drafted(data, present=PRESENT)
    again = drafted(data, present=once.text)
    assert once.equipment == 2 and again.text == "" and again.points == 0 and not again.mistakes


def read_template() -> bytes:
    data = write_template()
    assert [sheet.name for sheet in read(data, "t.xlsx")] == ["点表", "填写说明"]
    return data


# --- there and back

TYPES = st.sampled_from(["u16", "i16", "u32", "i32", "f32", "f64", "u64", "bcd16", "u8hi"])


@st.composite
def estates(draw: st.DrawFn) -> str:
    lines = ["site: {id: s, name: S}", "locations: [{id: L, name: L}]", "connections:"]
    lines += ["  - {id: gw, protocol: modbus-tcp, host: 10.1.1.1, port: 1502}", "equipment:"]
    for unit in range(1, draw(st.integers(1, 3)) + 1):
        lines += [
            f"  - id: E{unit}",
            "    type: generic_modbus",
            f"    name: {{zh: 设备{unit}, en: Device {unit}}}",
            "    location: L",
        ]
        lines += ["    connection: gw", f"    unit: {unit}", "    points:"]
        for number in range(draw(st.integers(1, 6))):
            kind = draw(TYPES)
            parts = [
                f"key: p{number}",
                f"name: 点{number}",
                f"address: {number * 4}",
                f"type: {kind}",
                f"fc: {draw(st.sampled_from([3, 4]))}",
            ]
            if kind in ("u32", "i32", "f32"):
                parts.append(f"order: {draw(st.sampled_from(['ABCD', 'CDAB', 'BADC', 'DCBA']))}")
            if kind == "u16" and draw(st.booleans()):
                parts += ["kind: state", "states: {0: 停, 1: 运行 2, 7: 故障（外）}", f"bit: {draw(st.integers(0, 12))}", "bits: 3"]
            else:
                parts += [
                    f"scale: {draw(st.sampled_from(['1', '0.1', '0.001', '10', '-2.5']))}",
                    f"unit: {draw(st.sampled_from(['kW', '℃']))}",
                ]
                parts += [f"offset: {draw(st.sampled_from(['0', '-40', '0.5']))}", f"decimals: {draw(st.integers(0, 3))}"]
            parts.append(f"poll_ms: {draw(st.sampled_from([250, 1000, 60000]))}")
            lines.append(f"      - {{{', '.join(parts)}}}")
    return "\n".join(lines) + "\n"


@settings(max_examples=40, deadline=None)
@given(estates())
def test_the_points_of_any_configuration_come_back_from_their_own_list(text: str) -> None:
    estate = load_text(text, "s").estate
    assert estate is not None
    data, _ = write_points(estate)
    assert drafted(data, present=text).text == ""  # nothing would change
    back = estate_of(drafted(data))  # into an empty configuration
    assert [plain(point) for point in back.points] == [plain(point) for point in estate.points]
    assert [machine(one) for one in back.equipment] == [machine(one) for one in estate.equipment]


def plain(point: Point) -> Point:
    return msgspec.structs.replace(point, number=0)


def machine(one: Equipment) -> tuple[str, str, str, str]:
    return one.id, one.name.zh, one.name.en, one.connection


ODD = ["40001", "0x10", "1A0C", "泵", "10.0.0.1", "1", "浮点型", "0:停;1:运", "${x}", "'", '"', "{a:b}", "-", "#", "W", "999999"]
CELLS = st.one_of(st.just(""), st.sampled_from(ODD), st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=13, max_size=13), min_size=1, max_size=6), st.booleans())
def test_whatever_stands_in_the_cells_the_result_is_a_right_site_file_or_a_list_of_mistakes(
    lines: list[list[str]], leave_out: bool
) -> None:
    head = [
        "设备名称",
        "IP",
        "站号",
        "点名称",
        "寄存器地址",
        "数据类型",
        "倍率",
        "单位",
        "状态说明",
        "上限",
        "读写",
        "设备类型",
        "点标识",
    ]
    quoted = ("\t".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in [head, *lines])
    made = drafted("\n".join(quoted).encode(), "a.tsv", PRESENT, leave_out=leave_out)
    assert made.text or made.mistakes or made.points == made.equipment == 0
    if made.text:
        assert load_text(made.text, "s").estate is not None and kept(PRESENT, made.text)


@pytest.mark.torture
def test_a_list_of_50_000_rows_becomes_a_site_file_within_a_minute() -> None:
    rows: list[list[str | int | float]] = [["设备名称", "IP", "站号", "名称", "地址", "数据类型", "倍率", "单位", "上限"]]
    for number in range(49_999):
        meter, place = divmod(number, 100)
        reach: list[str | int | float] = [f"电表{meter}", f"10.0.0.{meter // 200 + 1}", meter % 200 + 1]
        rows.append([*reach, f"量{place}", place * 2, "浮点型", "0.1", "kW", 100])
    data = xlsx(rows)
    before = time.monotonic()
    made = drafted(data)
    assert made.points == 49_999 and made.equipment == 500 and not made.mistakes
    assert time.monotonic() - before < 60


def test_signals_of_a_generic_type_are_known_by_what_the_list_calls_them() -> None:
    rows = [
        ["设备名称", "型号", "IP地址", "站号", "点名", "寄存器地址", "功能码", "数据类型"],
        ["1#梯", "generic_elevator", "10.0.0.5", 1, "困人信号", 0, 3, "u16"],
        ["1#梯", "generic_elevator", "10.0.0.5", 1, "楼层", 1, 3, "u16"],
        ["1#梯", "generic_elevator", "10.0.0.5", 1, "曳引机温度", 2, 3, "u16"],
    ]
    made = drafted(xlsx(rows))
    assert grave(made) == []
    machine = next(each.id for each in estate_of(made).equipment)
    assert {point.key for point in estate_of(made).points} >= {"trapped", "current_floor"}
    assert any(rule.point == f"{machine}.trapped" and rule.priority == 1 for rule in estate_of(made).rules)
    assert [code for _, code in notes(made)].count("no_signal") == 1  # the temperature: read, raises nothing
