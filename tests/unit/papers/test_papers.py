"""Papers without Qt: what a PDF says, what a spreadsheet reckons, what no program may run."""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from console.domain.documents import (
    Chart,
    Code,
    Column,
    Document,
    Facts,
    Heading,
    Kind,
    Paragraph,
    Series,
    Signatures,
    Table,
)
from console.domain.times import DAY, HOUR, SECOND
from console.papers import cells, csv, fonts, pdf, sheet
from console.papers.scales import scale
from console.texts import CHINESE, ENGLISH

AT = 1_795_280_400 * SECOND  # 2026-11-22 01:00 in Shanghai
ZONE = "Asia/Shanghai"
TABLE = Table(
    "维修台账",
    (
        Column("工单号"),
        Column("时间", Kind.MOMENT),
        Column("费用", Kind.NUMBER, unit="元", digits=2, key="cost", total="sum"),
        Column("件数", Kind.INTEGER, key="count", total="sum"),
        Column("单价", Kind.NUMBER, digits=2, formula='IF({count}=0,"",{cost}/{count})', total="{cost}/{count}"),
        Column("用时", Kind.DURATION),
        Column("率", Kind.PERCENT),
        Column("日期", Kind.DATE),
        Column("结果"),
    ),
    tuple(
        (f"WO-{n:06d}", AT - n * DAY, 10.5 * n, n, 10.5, 26 * HOUR, 0.5, AT, "门机皮带松动，更换后试运行正常。")
        for n in range(1, 90)
    ),
    totals=("合计", None, 10.5 * 4005, 4005, 10.5, None, None, None, None),
    notes=("注：费用含材料。",),
)
PAPER = Document(
    "工单", "滨江花园", ZONE, CHINESE, AT,
    (
        Code("WO-000123"), Facts((("设备", "1号楼1号电梯"), ("说明", "很长" * 90))), Heading("一、检查"),
        Paragraph("上锁挂牌", "warning"),
        Chart("每月", ("1", "2", "3"), (Series("a", (1.0, None, 3.0)), Series("b", (2.0, 2.0, -1.0))), target=2.5,
              target_name="目标"),
        Chart("率", ("1", "2", "3"), (Series("a", (0.5, None, 1.0)),), bars=False, percent=True),
        TABLE, Signatures(("作业人", "验收人"), "日期", ("王工",)),
    ),
    by="王建国", number="WO-000123", footer="纸质件至少保存 3 年",
)  # fmt: skip


def said(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_a_pdf_is_made_where_there_is_no_qt_and_says_its_chinese() -> None:
    """R-AR-04: what is archived on paper can be searched as a file."""
    script = """
import sys
class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('PySide6', 'shiboken6'):
            raise ImportError('no Qt here')
sys.meta_path.insert(0, Nowhere())
from test_papers import PAPER
from console.papers import pdf, sheet
sys.stdout.buffer.write(pdf.render(PAPER))
assert sheet.document(PAPER)[:2] == b'PK'
assert not any(name.startswith('PySide6') for name in sys.modules)
"""
    here = str(Path(__file__).parent)
    made = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{here!r}]\n{script}"], capture_output=True, check=False, timeout=60
    )
    assert made.returncode == 0, made.stderr.decode()
    first = said(made.stdout)[0]
    assert "1号楼1号电梯" in first and "上锁挂牌" in first and "滨江花园" in first


def test_every_page_has_head_number_and_the_tables_heading() -> None:
    pages = said(pdf.render(PAPER))
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        assert f"第{number}页共{len(pages)}页" in "".join(page.split())
        assert "WO-000123" in page and "制表人 王建国" in page
    assert all("工单号" in page for page in pages[1:-1])
    assert any("合计" in page and "42,052.50" in page for page in pages)


def test_the_same_paper_is_the_same_bytes() -> None:
    """R-SE-06: a checksum tells whether a paper was changed."""
    assert pdf.render(PAPER) == pdf.render(PAPER)
    assert pdf.render(replace(PAPER, number="WO-000124")) != pdf.render(PAPER)


def test_only_the_letters_that_are_used_are_put_into_the_file() -> None:
    assert len(pdf.render(replace(PAPER, blocks=(Paragraph("一"),)))) < 40_000


@pytest.mark.parametrize(
    "text", ["字" * 10_000, "word " * 2_000, "x" * 10_000, "🛗🔥", "مصعد", "'; DROP TABLE log; --", "a\x00b\ud800", "\n" * 300]
)
def test_no_text_breaks_a_paper(text: str) -> None:
    table = Table("t", (Column("a"), Column("b", Kind.INTEGER)), ((text, 1), ("end", 2)))
    blocks = (Facts(((text[:500], text),)), Paragraph(text, "warning"), Heading(text[:200]), table)
    made = said(pdf.render(replace(PAPER, blocks=blocks)))
    assert "end" in made[-1]
    assert sheet.encode(table, ZONE)[:2] == b"PK"
    assert csv.encode(table, ZONE).startswith(csv.MARK)


@given(st.text(max_size=300), st.floats(20, 400))
def test_lines_are_never_wider_than_their_room(text: str, room: float) -> None:
    for line in fonts.wrapped(text, 9.0, room):
        assert fonts.width(line, 9.0) <= max(room + 0.01, 9.5) + 9.5  # punctuation stays with the letter before it


def test_no_line_begins_with_punctuation() -> None:
    lines = fonts.wrapped("检查完毕，试运行正常。" * 20, 9.0, 77.0)
    assert len(lines) > 10
    assert not any(line[0] in "，。" for line in lines)


def test_the_fonts_licence_lies_beside_it() -> None:
    names = {file.name for file in files("resources").joinpath("fonts").iterdir()}
    assert {fonts.FILE, "README.md", "LICENSE-Apache-2.0.txt"} <= names


def test_a_spreadsheet_has_numbers_dates_and_formulas() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.document(PAPER)))
    rows = book.get_sheet_by_name("维修台账").to_python()
    assert rows[0][:4] == ["工单号", "时间", "费用 (元)", "件数"]
    first = rows[1]
    assert (first[0], first[2], first[3]) == ("WO-000001", 10.5, 1.0)
    assert f"{first[1]:%Y-%m-%d %H:%M}" == "2026-11-21 01:00"
    assert first[5].total_seconds() == 26 * 3600
    assert str(first[7])[:10] == "2026-11-22"
    total = rows[90]
    assert total[0] == "合计" and total[2] == 10.5 * 4005
    with ZipFile(io.BytesIO(sheet.document(PAPER))) as parts:
        page = parts.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>SUM(C2:C90)</f>" in page
    assert '<f>IF(D2=0,"",C2/D2)</f>' in page.replace("&quot;", '"')
    assert "<f>C91/D91</f>" in page
    assert book.sheet_names[:2] == ["工单", "维修台账"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    table = Table("t", (Column("a"),), ((text,),))
    line = csv.encode(table, ZONE).decode("utf-8-sig").split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")
    with ZipFile(io.BytesIO(sheet.encode(table, ZONE))) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("text", ["-5", "+3.5", "-12,5 %", "- 列表", "WO-1", "中文"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    expected = f"'{text}" if text == "- 列表" else text
    assert cells.harmless(text) == expected


def test_cells_are_read_the_site_s_way() -> None:
    zone = ZoneInfo(ZONE)
    assert cells.shown(Column("", Kind.MOMENT), AT, zone) == "2026-11-22 01:00"
    assert cells.shown(Column("", Kind.MOMENT), 0, zone) == ""
    assert cells.shown(Column("", Kind.DURATION), -5 * 60 * SECOND, zone) == "-0:05"
    assert cells.shown(Column("", Kind.PERCENT), 0.955, zone) == "95.5 %"
    assert cells.shown(Column("", Kind.NUMBER, digits=2), 12345.678, zone) == "12,345.68"
    assert cells.shown(Column("", Kind.INTEGER), None, zone) == ""


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=8), st.one_of(st.none(), st.floats(-1e6, 1e6)))
def test_a_scale_holds_every_value_in_few_round_steps(values: list[float | None], target: float | None) -> None:
    edges = scale(values, target)
    known = [value for value in (*values, target) if value is not None]
    assert 2 <= len(edges) <= 12
    if known and max(map(abs, known)) > 1e-12:
        assert edges[0] <= min(known) + 1e-6 * max(map(abs, known)) and edges[-1] >= max(known) - 1e-6 * max(map(abs, known))


def test_two_sheets_of_one_name_are_told_apart_and_forbidden_letters_go() -> None:
    table = Table("台账: [一/二]*?" + "长" * 40, (Column("a"),), (("x",),))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.workbook([table, table], ZONE)))
    assert len(set(book.sheet_names)) == 2 and all(len(name) <= 31 for name in book.sheet_names)


def test_an_english_paper_has_english_words() -> None:
    page = said(pdf.render(replace(PAPER, language=ENGLISH)))[0]
    assert "Page 1 of" in page and "by 王建国" in page
