"""Reports and ledgers of a made-up estate: exactly the fields that are asked for, in both languages, and figures that agree."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from console.domain.documents import Chart, Document, Table
from console.domain.maintenance.reports import LEDGERS, Machine
from console.domain.maintenance.reports_reliability import length
from console.domain.orders import CheckItem, Order, OrderKind, OrderState, SafetyStep
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR
from console.engine import packaging, reporting_work
from console.engine.packaging import check
from console.papers import pdf, sheet
from console.papers.ordersheet import limit, ordersheet
from console.papers.setting import Setting
from console.store.refusals import StoreRefused
from tests.benchmarks.maintenance.month_report import END, fill, wanted

FIELDS = {
    "fault": (
        ["编号", "设备", "故障类型", "处理时间", "处理人员"],
        ["Number", "Equipment", "Fault type", "Handling time", "Person"],
    ),
    "repair": (
        ["工单号", "设备", "维修内容", "时间", "责任人", "结果"],
        ["Order", "Equipment", "Content", "Time", "Person in charge", "Result"],
    ),
    "maintenance": (
        ["设备", "运行状态", "维护时间", "维修记录"],
        ["Equipment", "Running state", "Maintenance time", "Repair record"],
    ),
    "outage": (
        ["编号", "设备", "处理过程", "时间", "处理人员", "处理结果"],
        ["Number", "Equipment", "Process", "Time", "Person", "Result"],
    ),
    "fire_check": (
        ["编号", "检查项目", "检查时间", "检查结果", "整改情况"],
        ["Number", "Checked", "Time", "Result", "Rectification"],
    ),
    "hazard": (
        ["编号", "时间", "部位", "内容", "等级", "责任人", "整改期限", "整改标准", "整改情况", "状态"],
        ["Number", "Time", "Place", "Content", "Grade", "Person", "Deadline", "Standard", "Rectification", "State"],
    ),
    "archive": (
        ["类别", "事项", "时间", "人员", "对象", "内容", "过程", "结果", "评价", "整改", "费用", "验收", "档案编号", "存放位置"],
        ["Category", "Item", "Time", "People", "Object", "Content", "Process", "Result", "Rating", "Rectification", "Cost",
         "Acceptance", "Archive number", "Location"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Machine]]:
    folder = tmp_path_factory.mktemp("papers") / "store"
    return folder, fill(folder, 700, 200, 40, years=2)


def paper(filled: tuple[Path, dict[str, Machine]], what: str, language: str = "zh_CN", months: int = 1) -> Document:
    return reporting_work.document(filled[0], wanted(filled[1], what, months, language=language, month=10))


def tables(of: Document) -> dict[str, Table]:
    return {block.anchor: block for block in of.blocks if isinstance(block, Table)}


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_has_exactly_the_fields_that_its_row_names(filled: tuple[Path, dict[str, Machine]], name: str) -> None:
    """Acceptance check 5. R-EQ-02, R-EQ-11, R-EQ-12, R-SLA-03, R-SLA-11, R-IN-04, R-IN-08, R-IN-09, R-AR-03, R-AR-07."""
    for language, fields in zip(("zh_CN", "en"), FIELDS[name], strict=True):
        table = tables(paper(filled, name, language))[name]
        assert [column.heading for column in table.columns] == fields
        assert len(table.rows) > 2
        assert all(len(row) == len(fields) for row in table.rows)
        assert len(table.links) == len(table.rows)
    exported = reporting_work.file(filled[0], wanted(filled[1], name, 1, form="xlsx", month=10), filled[0].parent / "x.xlsx")
    book = CalamineWorkbook.from_path(filled[0].parent / "x.xlsx")
    assert book.get_sheet_by_index(1).to_python()[0] == FIELDS[name][0]
    assert exported.endswith(".xlsx")


def test_an_archive_entry_tells_who_did_what_and_who_accepted_it(filled: tuple[Path, dict[str, Machine]]) -> None:
    """R-AR-07, R-EQ-11: every act has who, when, what. R-WO-05: slips are archived and findable."""
    table = tables(paper(filled, "archive"))["archive"]
    done = next(row for row in table.rows if row[0] == "执行")
    told = dict(zip(FIELDS["archive"][0], done, strict=True))
    assert "接单" in str(told["过程"]) and "到场" in str(told["过程"])
    assert str(told["档案编号"]).startswith("WO-") and told["人员"] and told["验收"]
    assert any(row[13] == "工程部档案柜 3-2" for row in table.rows)
    assert any(row[0] == "整改" for row in table.rows)


def test_the_reports_figures_agree_with_its_tables(filled: tuple[Path, dict[str, Machine]]) -> None:
    """R-WO-03, R-KP-01, R-KP-02, R-KP-04, R-KP-05, R-KP-07, R-KP-08, R-KP-09, R-KP-11, R-KP-12, R-EQ-15."""
    found = paper(filled, "report")
    by_anchor = tables(found)
    figures = {str(row[0]): row[1:] for row in by_anchor["summary"].rows}
    orders = by_anchor["orders"]
    assert figures["新建工单"][0] == str(sum(int(row[1] or 0) for row in orders.rows)) == str(orders.totals[1])
    assert figures["维修及时率"][0] == f"{100 * float(orders.totals[7] or 0):.1f} %"
    classes = by_anchor["reliability"]
    assert figures["重复故障"][0] == str(classes.totals[3])
    compliance = by_anchor["plans"]
    assert figures["维护计划完成率"][0] == f"{100 * float(compliance.totals[7] or 0):.1f} %"
    assert figures["持证有效率"][3] == "≥ 100.0 %"
    cost = by_anchor["cost"]
    assert figures["维修维护费用"][0] == f"¥ {float(cost.totals[6] or 0):,.2f}"
    charts = [block for block in found.blocks if isinstance(block, Chart)]
    assert sum(each.values[-1] or 0 for each in charts[0].series) == orders.totals[1]
    links = [link for table in by_anchor.values() for link in table.links]
    assert {"section:orders", "section:cost"} <= set(links) and any(link.startswith("fault:") for link in links)


def test_what_a_spreadsheet_reckons_is_what_we_reckoned(filled: tuple[Path, dict[str, Machine]]) -> None:
    """The formulas, followed by hand: a supervisor who edits a figure gets the same rules."""
    for table in tables(paper(filled, "report")).values():
        keys = {column.key: place for place, column in enumerate(table.columns) if column.key}
        rows = [*table.rows, table.totals] if table.totals else [*table.rows]
        for row in rows:
            for place, column in enumerate(table.columns):
                formula = column.formula if row is not table.totals else column.total
                if not formula or formula in ("sum", "average"):
                    continue
                values = {key: row[at] or 0 for key, at in keys.items()}
                reckoned = _reckon(formula, values)
                expected = row[place] if row[place] is None else pytest.approx(row[place], rel=1e-6, abs=1)
                assert reckoned == expected, (table.title, column.heading, row)


def _reckon(formula: str, values: dict[str, object]) -> object:
    """A spreadsheet's IF, as Python."""
    text = formula.format(**values)
    if text.startswith("IF("):
        test, rest = text[3:-1].split(',"",')
        return None if eval(test.replace("=", "==")) else eval(rest)
    return eval(text)


def test_every_report_is_a_readable_pdf_and_book_in_both_languages(filled: tuple[Path, dict[str, Machine]]) -> None:
    """R-EQ-16: data become figures that can be seen. R-KP-06: quarters and half-years are spans."""
    for language, word in (("zh_CN", "维修及时率"), ("en", "On-time rate")):
        for months in (1, 12):
            found = paper(filled, "report", language, months)
            pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(found))).pages]
            assert word in pages[0] and len(pages) >= 4
            assert "reports." not in "".join(pages) and "papers." not in "".join(pages)
            assert len(CalamineWorkbook.from_filelike(io.BytesIO(sheet.document(found))).sheet_names) >= 12


def test_a_paper_that_is_too_long_for_a_pdf_is_refused_with_what_to_do(
    filled: tuple[Path, dict[str, Machine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting_work, "MOST_PDF_ROWS", 3)
    with pytest.raises(StoreRefused) as refused:
        reporting_work.file(filled[0], wanted(filled[1], "archive", 1, month=10), filled[0].parent / "x.pdf")
    assert refused.value.problem.code == "reports.too_long"


# --- the printed order

NOW = END
SETTING = Setting("zh_CN", "Asia/Shanghai", Text("滨江花园", "Riverside"), NOW, "王建国", {"li": "李红梅"}, {
    "T1-L1": Machine(Text("1号电梯", "Elevator 1"), "elevator", Text("1号楼", "Building 1"))})  # fmt: skip
ORDER = Order(
    number=123, kind=OrderKind.PREVENTIVE, title=Text("半月维护保养", "Half-month visit"), equipment="T1-L1", priority=4,
    created_at=NOW - DAY, state=OrderState.DISPATCHED, stamps={OrderState.ACCEPTED: Stamp(NOW - DAY, "wang", NOW - DAY, "wang")},
    assignee="li", cautions="井道作业两人同行", symptom="按半月项目保养", due_at=NOW + DAY, certificates=("elevator",),
    safety=(SafetyStep("lockout"), SafetyStep("permit_height", reference="GC-7", done=Stamp(NOW, "li", NOW, "li"))),
    checklist=(
        CheckItem(Text("制动器间隙", "Brake gap"), unit="mm", low=0.1, high=0.6, photo=True),
        CheckItem(Text("门锁", "Door lock"), "pass", note="正常"),
    ),
)  # fmt: skip


def text_of(document: Document) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(document))).pages)


def test_an_order_sheet_can_be_taken_along_filled_in_and_signed() -> None:
    """R-WO-05, R-AR-02: the paper says how long it is to be kept, and when it was printed."""
    text = text_of(ordersheet(ORDER, SETTING, plan="电梯半月保养"))
    for word in ("维护保养工单", "WO-000123", "1号电梯", "李红梅", "0.1 – 0.6 mm", "不合格", "（需拍照）", "井道作业两人同行",
                 "GC-7",
                 "作业人", "验收人",
                 "制表时间", "3 年", "电梯作业", "电梯半月保养"):  # fmt: skip
        assert word in text, word
    english = text_of(ordersheet(ORDER, replace(SETTING, language="en")))
    for word in ("Maintenance order", "Brake gap", "n/a", "Verified by", "Half-month visit"):
        assert word in english, word


def test_the_archive_s_copy_has_the_whole_story_and_nothing_to_fill_in() -> None:
    text = text_of(ordersheet(ORDER, SETTING, whole=True))
    assert "处理过程" in text and "处理情况（填写）" not in text


def test_the_code_on_the_sheet_is_the_order_s_number() -> None:
    blocks = ordersheet(ORDER, SETTING).blocks
    assert msgspec.to_builtins(blocks[0])["text"] == "WO-000123"


@pytest.mark.parametrize(
    ("low", "high", "shown"), [(0.1, 0.6, "0.1 – 0.6 mm"), (None, 0.6, "≤ 0.6 mm"), (0.1, None, "≥ 0.1 mm"), (None, None, "")]
)
def test_limits_are_told(low: float | None, high: float | None, shown: str) -> None:
    assert limit(CheckItem(Text("x"), unit="mm", low=low, high=high)) == shown


@contextmanager
def package(filled: tuple[Path, dict[str, Machine]]) -> Iterator[Path]:
    to = filled[0].parent / "p.zip"
    packaging.package(filled[0], replace(wanted(filled[1], "package", 1), number=350), to)
    yield to
    to.unlink()


def test_a_package_can_be_checked_and_a_change_is_found(filled: tuple[Path, dict[str, Machine]]) -> None:
    """R-WO-05, R-SE-06: one file with everything, and a checksum of each part."""
    with package(filled) as file:
        assert check(file) == (5, ())
        with ZipFile(file) as parts:
            assert {"order-zh.pdf", "order-en.pdf", "order.json", "versions.jsonl", "log.jsonl", "SHA256SUMS"} == set(
                parts.namelist()
            )
            contents = {name: parts.read(name) for name in parts.namelist()}
        changed = file.with_name("changed.zip")
        with ZipFile(changed, "w") as parts:
            for name, data in contents.items():
                if name != "log.jsonl":
                    parts.writestr(name, data.replace(b"T", b"X") if name == "order.json" else data)
            parts.writestr("more.txt", b"?")
        good, problems = check(changed)
        assert good == 3
        assert {problem.code.rpartition(".")[2] for problem in problems} == {"changed", "missing", "extra"}
        changed.write_bytes(b"no zip")
        assert check(changed)[1][0].code == "reports.package.broken"


def test_an_order_that_is_not_there_is_refused(filled: tuple[Path, dict[str, Machine]]) -> None:
    with pytest.raises(StoreRefused):
        reporting_work.document(filled[0], replace(wanted(filled[1], "order", 1), number=99_999))


def test_hours_of_a_downtime_that_lasts_are_counted_to_the_end() -> None:
    assert length([(0, 5 * HOUR), (3 * HOUR, 8 * HOUR), (20 * HOUR, 30 * HOUR)], HOUR, 24 * HOUR) == 11 * HOUR
