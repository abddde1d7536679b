"""An import of the ledger: what is read, what is refused in which cell, and that nothing else is changed."""

from __future__ import annotations

import datetime as dt

import pytest
from ledger_books import HEADINGS, Formula, drafted, mistakes, workbook

from console.domain.maintenance.cards import Card, Rated, Use
from console.domain.maintenance.cards_drafts import Verdict
from console.domain.pointlists import Choices
from console.domain.problems import Refused


def test_a_plain_table_becomes_cards_and_says_what_each_row_does() -> None:
    """R-EQ-01, R-EQ-06: any class of equipment has its card."""
    made = drafted(workbook([HEADINGS, ["XF-1", "消火栓箱", "1号楼/电梯机房", "SG24", dt.date(2020, 5, 6), "1,234.50"]]))
    (change,) = made.changes
    card = change.card
    assert (card.code, card.location, card.installed, card.price) == ("XF-1", "B1-MR", "2020-05-06", 1234.5)
    assert (change.base, change.before, change.card.id) == (0, None, "")
    assert [(row.verdict, row.row) for row in made.draft.rows] == [(Verdict.NEW, 2)]
    assert not made.draft.remarks


def test_a_row_finds_equipment_of_the_site_file_by_its_code_and_keeps_what_it_does_not_name() -> None:
    made = drafted(workbook([["设备编号", "使用登记证编号"], ["T1-L1", "梯11沪A0001"]]))
    (change,) = made.changes
    card = change.card
    assert (card.id, card.name, card.maintainer, card.registration) == ("T1-L1", "1# 客梯", "甲维保", "梯11沪A0001")
    assert Rated("load_kg", "1000") in card.rated and not any(each.name == "use" for each in card.rated)
    assert made.draft.rows[0].fields == ("registration",)


def test_the_same_again_changes_nothing() -> None:
    present = Card(id="C-000001", number=1, revision=3, code="A1", name="阀门", model="DN50")
    made = drafted(workbook([["编号", "名称", "型号"], ["A1", "阀门", "DN50"]]), cards=[present])
    assert not made.changes and made.draft.same == 1


def test_an_empty_cell_keeps_what_is_there_and_a_dash_clears_it() -> None:
    present = Card(id="C-000001", revision=1, code="A1", name="阀门", model="DN50", make="甲厂", price=8.0)
    made = drafted(workbook([["编号", "型号", "厂家", "原值"], ["A1", "", "-", "—"]]), cards=[present])
    assert (made.changes[0].card.model, made.changes[0].card.make, made.changes[0].card.price) == ("DN50", "", 0.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2025-12-31", "2025-12-31"), ("2025/1/2", "2025-01-02"), ("2025.12.31", "2025-12-31"), ("2025年12月31日", "2025-12-31"),
        ("31.12.2025", "2025-12-31"), ("12/31/2025", "2025-12-31"), ("20251231", "2025-12-31"),
        ("2025-12-31 08:00:00", "2025-12-31"),
        ("２０２５－１２－３１", "2025-12-31"), ("45000", "2023-03-15"), ("2018-06", "2018-06-01"), ("2018年", "2018-01-01"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them_are_read(text: str, found: str) -> None:
    made = drafted(workbook([HEADINGS, ["A1", "阀门", "", "", text, ""]]))
    assert made.changes[0].card.installed == found


@pytest.mark.parametrize("text", ["31.12.25", "25.12.31", "03/04/2025", "2025-02-30", "去年", "0001-01-01", "31.13.2025", "9/9/99"])
def test_a_date_that_is_none_or_could_be_two_is_named_by_its_cell(text: str) -> None:
    made = drafted(workbook([HEADINGS, ["A1", "阀门", "", "", text, ""], ["A2", "阀门", "", "", "2025-01-02", ""]]))
    assert list(mistakes(made)) == ["E2"]
    assert [change.card.code for change in made.changes] == ["A2"]


@pytest.mark.parametrize("text", ["1.234,50", "-5", "一万", "12,34", "abc"])
def test_a_number_that_is_none_is_named_by_its_cell(text: str) -> None:
    assert list(mistakes(drafted(workbook([HEADINGS, ["A1", "阀门", "", "", "", text]])))) == ["F2"]


@pytest.mark.parametrize(("text", "value"), [("¥12,345.60", 12345.6), ("１２００元", 1200.0), ("3.5万元", 35000.0), ("800", 800.0)])
def test_prices_keep_their_thousands_and_currencies(text: str, value: float) -> None:
    assert drafted(workbook([HEADINGS, ["A1", "阀门", "", "", "", text]])).changes[0].card.price == value


def test_duplicated_missing_and_lost_codes_are_each_named() -> None:
    rows = [HEADINGS, ["A1", "甲", "", "", "", ""], ["A1", "乙", "", "", "", ""], ["", "丙", "", "", "", ""], [1.2345e17, "丁"]]
    made = drafted(workbook(rows))
    assert mistakes(made) == {"A3": "ledger.cell.twice", "A4": "ledger.cell.no_code", "A5": "ledger.cell.lost"}
    assert [row.verdict for row in made.draft.rows] == [Verdict.NEW, Verdict.WRONG, Verdict.WRONG, Verdict.WRONG]


def test_merged_cells_count_for_each_of_their_rows() -> None:
    rows = [HEADINGS, ["A1", "甲", "", "M"], ["A2", "乙", "", "M"]]
    made = drafted(workbook(rows, merged=[("C2:C3", "2号楼 电梯机房")]))
    assert [change.card.location for change in made.changes] == ["B2-MR", "B2-MR"]


def test_formulas_count_by_their_value_and_broken_ones_are_named() -> None:
    rows = [
        HEADINGS,
        ["A1", "甲", "", Formula('=CONCATENATE("S","G")', "SG"), "", Formula("=10+2", 12)],
        ["A2", "乙", "", Formula("=A1"), "", Formula("=1/0", "#DIV/0!")],
    ]
    made = drafted(workbook(rows))
    assert (made.changes[0].card.model, made.changes[0].card.price) == ("SG", 12.0)
    assert mistakes(made) == {"D3": "ledger.cell.uncalculated", "F3": "ledger.cell.error"}
    made = drafted("设备编号,设备名称\r\nA1,=1+1\r\n".encode(), "a.csv")
    assert mistakes(made) == {"B2": "ledger.cell.formula"}


def test_texts_of_any_kind_are_kept_as_they_are() -> None:
    odd = "\u0627\u0644\u0637\u0627\u0628\u0642 \u200f1 👩\u200d👩\u200d👧 '; DROP TABLE record;-- <b>\n第二行"
    long = "长" * 10_000
    made = drafted(workbook([["编号", "名称", "备注"], ["A1", odd.replace("\n", " "), long], ["A2", "乙", odd]]))
    assert made.changes[0].card.name == odd.replace("\n", " ") and made.changes[0].card.note == long
    assert made.changes[1].card.note == odd


def test_a_name_that_two_places_share_is_kept_as_words_and_said_once() -> None:
    made = drafted(workbook([HEADINGS, ["A1", "甲", "电梯机房"], ["A2", "乙", "电梯机房"]]))
    assert [(change.card.location, change.card.place) for change in made.changes] == [("", "电梯机房")] * 2
    assert [remark.problem.code for remark in made.draft.remarks] == ["ledger.remark.place"]


def test_parts_find_what_they_belong_to_by_code_in_the_ledger_and_in_the_table() -> None:
    rows = [
        ["编号", "名称", "上级设备"], ["A1", "轿厢", "T1-L1"], ["A2", "门机", "A1"], ["A3", "孤儿", "X"], ["A4", "环", "A5"],
        ["A5", "环", "A4"],
    ]  # fmt: skip
    made = drafted(workbook(rows))
    assert made.changes[0].card.parent == "T1-L1"
    assert made.changes[1].parent_place == 0
    assert mistakes(made) == {"C4": "ledger.cell.parent", "C5": "ledger.refused.circle", "C6": "ledger.refused.circle"}


def test_words_of_closed_lists_are_known_in_many_spellings_and_others_are_named() -> None:
    rows = [
        ["编号", "名称", "系统", "状态", "状态日期", "状态原因", "重要度"],
        ["A1", "甲", "供水", "已报废", "2024-01-02", "锈穿", "关键"],
        ["A2", "乙", "泳池", "坏了", "", "", "Z"],
    ]
    made = drafted(workbook(rows))
    card = made.changes[0].card
    assert (card.system, card.state, card.criticality) == ("water", Use.SCRAPPED, "A")
    assert mistakes(made) == {"D3": "ledger.cell.word", "G3": "ledger.cell.word"}


def test_what_is_scrapped_needs_its_date_and_reason() -> None:
    assert mistakes(drafted(workbook([["编号", "名称", "状态"], ["A1", "甲", "报废"]]))) == {"C2": "ledger.refused.scrapped"}


def test_the_name_plate_is_read_from_one_cell_and_from_columns_of_its_own() -> None:
    rows = [["编号", "名称", "额定参数", "功率 (kW)"], ["A1", "水泵", "扬程 (m)=32；转速=1450", "15"]]
    data = workbook(rows)
    name = drafted(data).draft.sheets[0].signature
    made = drafted(data, choices=Choices(mappings={name: ("code", "name", "rated", "plate")}))
    assert made.changes[0].card.rated == (Rated("扬程", "32", "m"), Rated("转速", "1450"), Rated("功率", "15", "kW"))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8", "utf-16"])
def test_text_files_are_read_in_every_encoding_that_excel_and_wps_write(encoding: str) -> None:
    made = drafted("设备编号,设备名称\r\nA1,消火栓箱\r\n".encode(encoding), "台账.csv")
    assert made.changes[0].card.name == "消火栓箱"


@pytest.mark.parametrize(
    ("data", "file", "code"),
    [
        (b"MZ\x90\x00" + b"\0" * 3000, "台账.xlsx", "pointlist.is_binary"),
        (b"PK\x03\x04" + b"\0" * 100, "台账.xlsx", "pointlist.is_zip"),
        (b"%PDF-1.4 ...", "台账.xlsx", "pointlist.is_pdf"),
        (b"a,b", "台账.exe", "pointlist.extension"),
        (b"  ", "台账.csv", "pointlist.empty_file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(data: bytes, file: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        drafted(data, file)
    assert caught.value.problem.code == code


def test_a_table_without_a_code_says_what_it_needs() -> None:
    made = drafted(workbook([["甲", "乙"], ["1", "2"]]))
    assert [remark.problem.code for remark in made.draft.remarks] == ["ledger.cell.no_table"] and not made.changes
