"""The papers of safety say what an inspector asks for, in both languages, and print."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from console.domain.documents import Document, Facts, Signatures, Table
from console.domain.maintenance import safety_templates
from console.domain.maintenance.drills import Action, Drill, DrillResult, Measure
from console.domain.maintenance.emergencies import EmergencyRun, EventType, RunStep
from console.domain.maintenance.hazards import Grade, Hazard, HazardState, Recheck
from console.domain.maintenance.outages import SUBJECT_OF_SYSTEM, Subject
from console.domain.maintenance.rescues import Rescue
from console.domain.maintenance.rounds import Answer, Check, CheckKind, Round
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.papers import pdf, safety
from console.papers.setting import Setting
from console.texts import CHINESE, ENGLISH, tr
from tests.helpers.snapshots import NOW

PEOPLE = {"wang": "王建国", "li": "李敏", "zhao": "赵师傅"}
AT = Stamp(NOW, "zhao", NOW, "zhao")


def by(who: str, note: str = "") -> Stamp:
    return Stamp(NOW, who, NOW, who, note=note)


ROUND = Round(
    id="r@1", number=12, at=NOW - 2 * HOUR, route="r", title=Text("泵房巡检", "Pump room"), late_at=NOW - HOUR, equipment="PS1",
    checks=(
        Check("p", Text("出水压力", "Discharge pressure"), CheckKind.VALUE, unit="MPa", low=0.3, high=0.9),
        Check("w", Text("地面有积水", "Water on the floor"), good="no"),
        Check("n", Text("其他", "Else"), CheckKind.TEXT),
    ),
    answers=(
        Answer("pass", "0.42", 0.42, auto=True, at=NOW),
        Answer("fail", "yes", note="阀门渗水", raised="WO-000031", by="zhao", at=NOW),
        Answer("skipped", note="无关", by="zhao", at=NOW),
    ),
    started=AT, finished=by("zhao", "整体良好"),
)  # fmt: skip
HAZARD = Hazard(
    id="HZ-000003", number=3, at=NOW - 5 * DAY, what="消防通道堆物", kind="fire_lane", grade=Grade.MAJOR, place="B2", found=AT,
    measure="封闭并看守", reported=NOW - 5 * DAY, person="zhao", deadline=NOW + DAY, standard="净宽 4 m", state=HazardState.CLOSED,
    repeats=("HZ-000001",), root_cause="无堆放点", long_term="设临时库房", rectified=(by("zhao", "已清空"),),
    rechecks=(Recheck(by("li", "仍有杂物"), False), Recheck(by("wang", "已畅通"), True)),
)  # fmt: skip
DRILL = Drill(
    id="YL-000001", number=1, at=NOW - HOUR, until=NOW, event="trapped", title=Text("困人演练", "Drill"), people=("wang", "zhao"),
    count=2, result=DrillResult.PARTLY, entered=AT, run="EM-000001", leader="li", review="到场超时",
    measures=(Measure(Text("到场", "Arrival"), 35 * MINUTE, 30 * MINUTE),), reviewed=AT,
    actions=(Action("补配三角钥匙", due_at=NOW + DAY, raised="WO-000002"), Action("加强培训", becomes="note")),
)  # fmt: skip
RESCUE = Rescue(
    id="JY-000001", number=1, at=NOW - HOUR, arrived_at=NOW - 38 * MINUTE, released_at=NOW - 20 * MINUTE, equipment="L1", fault=7,
    rescuers="zhao", people=2, cause="门锁触点接触不良", signed=AT,
)  # fmt: skip
RUN = EmergencyRun(
    id="EM-000001", number=1, at=NOW - HOUR, plan="YA-0002", title=Text("电梯困人", "Trapped"), event=EventType.TRAPPED, drill=True,
    began=AT, ended=by("li", "14 分钟救出"), ended_at=NOW, log=(by("li", "乘客 2 人"),),
    steps=(
        RunStep(Text("通话", "Talk"), NOW - 50 * MINUTE, done=Stamp(NOW - 49 * MINUTE, "wang", NOW, "wang")),
        RunStep(Text("停梯", "Stop the lift"), done=by("wang", "演练"), skipped=True),
        RunStep(Text("到场", "On site"), NOW),
    ),
)  # fmt: skip


def setting(language: str = CHINESE) -> Setting:
    return Setting(language, "Asia/Shanghai", Text("锦云府", "Jinyun Estate"), NOW, "王建国", PEOPLE)


def papers(to: Setting) -> dict[str, Document]:
    return {
        "round": safety.round_paper(ROUND, to), "hazard": safety.hazard_paper(HAZARD, to), "drill": safety.drill_paper(DRILL, to),
        "rescue": safety.rescue_paper(RESCUE, to), "run": safety.run_paper(RUN, to),
        "plan": safety.plan_paper(safety_templates.emergency_plans()["fire"], to),
    }  # fmt: skip


def said(paper: Document) -> str:
    """Everything that stands on the printed pages, without its line breaks."""
    pages = PdfReader(BytesIO(pdf.render(paper))).pages
    assert not any("\x00" in page.extract_text() for page in pages), "a letter that the paper's font does not have"
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_rounds_record_shows_each_check_what_it_expected_and_what_became_of_it() -> None:
    """R-IN-01, R-IN-09: time, result, rectification; a reading from live data says so (R-EQ-13)."""
    table = next(block for block in safety.round_paper(ROUND, setting()).blocks if isinstance(block, Table))
    assert table.rows[0][1:5] == ("出水压力", "0.3 – 0.9 MPa", "0.42 MPa（自动）", "合格")
    assert table.rows[1][2:] == ("否", "是", "不合格", "阀门渗水  → WO-000031")
    page = said(safety.round_paper(ROUND, setting()))
    for words in ("XJ-000012", "赵师傅", "合格1，不合格1，跳过1", "超时1:00", "整体良好"):
        assert words in page


def test_a_hazards_sheet_names_demands_rectification_and_both_rechecks() -> None:
    """R-IN-04, R-IN-05, R-IN-06, R-IN-07."""
    page = said(safety.hazard_paper(HAZARD, setting()))
    for words in ("重大", "封闭并看守", "净宽4m", "无堆放点", "设临时库房", "已清空", "仍有杂物", "已畅通", "王建国"):
        assert words in page


def test_a_drills_record_shows_measured_times_against_their_limits_and_what_followed() -> None:
    """R-EM-02."""
    page = said(safety.drill_paper(DRILL, setting()))
    for words in ("35min00s", "30min00s", "超时", "到场超时", "WO-000002", "仅记录"):
        assert words in page


def test_a_rescues_record_shows_call_arrival_and_release_against_the_limit() -> None:
    page = said(safety.rescue_paper(RESCUE, setting()))
    for words in ("F-000007", "22min00s", "30min00s达标", "40min00s", "门锁触点接触不良"):
        assert words in page


def test_an_emergencys_record_shows_who_did_what_when_and_that_it_was_a_drill() -> None:
    """R-EM-07; acceptance check 8: a drill is labelled."""
    page = said(safety.run_paper(RUN, setting()))
    for words in ("【演练】", "1min00s", "不需要", "乘客2人", "14分钟救出"):
        assert words in page


def test_a_plan_prints_its_six_parts() -> None:
    """R-EM-01."""
    page = said(papers(setting())["plan"])
    for words in ("风险分析", "组织与职责", "处置流程", "应急物资", "联系方式", "信息报告", "后期处置", "119"):
        assert words in page


@pytest.mark.parametrize("name", ["round", "hazard", "drill", "rescue", "run", "plan"])
def test_the_english_paper_has_no_sentence_of_ours_in_chinese(name: str) -> None:
    paper = papers(setting(ENGLISH))[name]
    labels = [name for block in paper.blocks if isinstance(block, Facts) for name, _ in block.pairs]
    labels += [column.heading for block in paper.blocks if isinstance(block, Table) for column in block.columns]
    labels += [text for block in paper.blocks if isinstance(block, Signatures) for text in block.labels]
    assert labels and not any("一" <= letter <= "鿿" for label in labels for letter in label)
    assert "safetypapers." not in said(paper) and pdf.render(paper)


@pytest.mark.parametrize("subject", list(Subject))
def test_each_notice_to_residents_says_what_when_why_and_whom_to_call(subject: Subject) -> None:
    """R-WO-08."""
    words = {
        "reason": "水箱清洗",
        "area": "1 号楼",
        "since": "2026-12-01 09:00",
        "until": "2026-12-01 17:00",
        "phone": "8888",
        "site": "锦云府",
        "today": "2026-11-22",
    }
    for language in (CHINESE, ENGLISH):
        text = tr(f"outages.make.{subject.value}", language, **words)
        assert all(word in text for word in words.values()), text
    assert set(SUBJECT_OF_SYSTEM.values()) <= set(Subject)


def test_seconds_below_a_minute_are_kept() -> None:
    assert safety._seconds(65 * SECOND) == "1 min 05 s"
