"""The daily report and the handover as papers: what they count, what they name, and that both languages print."""

from __future__ import annotations

from io import BytesIO

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from console.domain.documents import Table
from console.domain.faults import Clock, CloseCode
from console.domain.maintenance.drilling import DrillClock, DrillRun
from console.domain.maintenance.shifts import Handover, Heard, Line, ShiftCheck, WatchLine, WatchRecord
from console.domain.orders import Hold, OrderState
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.papers import dayreport, pdf
from console.papers import handover as handovers
from console.papers.dayreport import Books
from console.papers.setting import Setting
from console.texts import CHINESE, ENGLISH
from tests.helpers.snapshots import NOW, alarm, fault, order, stamp

PEOPLE = {"wang": "王建国", "li": "李敏", "zhao": "赵师傅"}
PLACES = {"PS1": Text("1号楼 生活泵组", "Tower 1 Domestic pumps")}


def setting(language: str) -> Setting:
    return Setting(language, "Asia/Shanghai", Text("锦云府", "Jinyun Estate"), NOW, "王建国", PEOPLE)


TAKEN = stamp(NOW - 170 * MINUTE)
HELD = order(
    1, OrderState.SELF_CHECK, fault=1, holds=(Hold("waiting_parts", stamp(NOW - 100 * MINUTE), NOW - 40 * MINUTE),)
)  # fmt: skip
BOOKS = Books(
    NOW - 12 * HOUR, NOW, NOW, shift="夜班", duty=("王建国",),
    faults=(
        fault(1, 2, age=3 * HOUR, order=1, taken=TAKEN),
        fault(2, 3, age=2 * HOUR, close_code=CloseCode.DUPLICATE, closed_at=NOW, closed_by="wang"),
        fault(3, 1, age=HOUR, drill=1, text=Text("【演练】进水")),
        fault(4, 3, age=3 * HOUR),
    ),
    orders={1: HELD, 9: replace(HELD, number=9, drill=1)},
    alarms=(alarm(1), alarm(2, test=True), alarm(3, drill=1)),
    standing={"notes": (Line("SN-000001", Text("等厂家回电"), at=NOW, who="wang"),), "faults": (Line("F-000001", Text("x")),)},
    due=(Line("WO-000007", Text("月检"), "PS1", NOW, NOW + HOUR, 4),),
    records=(
        WatchRecord(
            id="1", at=NOW - 2 * HOUR, entered=stamp(NOW - HOUR, reason="处理故障"), late=True,
            lines=(WatchLine(Text("压力", "Pressure"), 0.7, low=0.4, high=0.6, unit="MPa"),),
        ),
    ),
    missing=(NOW - 4 * HOUR,),
    checks=(ShiftCheck(id="SC-1", at=NOW - 11 * HOUR, by="wang", station="A", horn=Heard.YES, notice=Heard.NO, note="已报修"),),
    handovers=(
        Handover(
            id="JB-1", number=1, at=NOW - HOUR, since=NOW - 13 * HOUR, outgoing=stamp(), incoming=stamp(by="li"), missing=(1,),
        ),
    ),
    drills=(
        DrillRun(
            id="DR-1", number=1, at=NOW - HOUR, ended_at=NOW, title="水淹演练", event="leak", began=stamp(by="li"), until=NOW,
            clocks=(DrillClock(3, Clock.ACKNOWLEDGE, 3 * MINUTE, MINUTE, True), DrillClock(3, Clock.ON_SITE, HOUR, HOUR, False)),
        ),
    ),
    places=PLACES,
)  # fmt: skip


def table(title: str) -> Table:
    blocks = dayreport.paper(BOOKS, setting(ENGLISH)).blocks
    return next(block for block in blocks if isinstance(block, Table) and block.title == title)


def test_tests_duplicates_and_drills_are_in_no_count() -> None:
    """Acceptance check 8 (R-EM-02)."""
    assert [each.number for each in BOOKS.counted] == [1, 4]
    assert [row[1] for row in table("Faults").rows] == ["F-000001", "F-000004", "F-000002"]
    said = dayreport.message(BOOKS, setting(ENGLISH))
    assert "Faults: 2 (P2 1 · P3 1)" in said
    assert "Alarms: 1 (P3 1)" in said
    assert [row[0] for row in table("Orders done").rows] == ["WO-000001"]


def test_a_clock_is_said_net_with_the_raw_time_where_a_pause_made_them_differ() -> None:
    cells = dict(zip((column.heading for column in table("Faults").columns), table("Faults").rows[0], strict=True))
    assert cells["Acknowledge"] == "0:10 / 0:10 ×"
    assert cells["Repair"] == "1:46 (2:46) / 48:00 ✓"


def test_promises_in_time_count_only_what_is_decided() -> None:
    assert BOOKS.promises(Clock.REPAIRED) == (1, 1)  # the other one still runs
    assert BOOKS.promises(Clock.RESPOND) == (0, 2)  # broken counts although it runs on


def test_missing_and_late_records_and_values_beyond_their_limits_are_named() -> None:
    rows = table("2-hourly records").rows
    assert [row[1] for row in rows] == ["Not made", "王建国"]
    assert (rows[1][3], rows[1][4]) == ("Pressure 0.7 MPa", "处理故障")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (CHINESE, ("值班日报 2026-11-22 夜班", "等厂家回电", "水淹演练", "交接班 JB-000001", "缺两小时记录")),
        (ENGLISH, ("Daily report 2026-11-22", "Tower 1 Domestic pumps", "Drills (in no figure)", "JB-000001")),
    ],
)
def test_the_report_prints_in_both_languages(language: str, words: tuple[str, ...]) -> None:
    pages = PdfReader(BytesIO(pdf.render(dayreport.paper(BOOKS, setting(language))))).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    for word in words:
        assert word.replace(" ", "") in text.replace(" ", ""), word
    assert "shift." not in text


def test_a_long_part_of_a_message_is_cut_and_says_so() -> None:
    many = replace_faults(40)
    said = dayreport.message(many, setting(CHINESE))
    assert "■ 故障 40" in said
    assert "… +28" in said


def replace_faults(count: int) -> Books:
    from dataclasses import replace as changed  # noqa: PLC0415

    return changed(BOOKS, faults=tuple(fault(number, 3, age=HOUR) for number in range(1, count + 1)))


def test_a_handover_names_every_section_and_both_signatures() -> None:
    low = Line("F-000001", Text("出口压力低", "Pressure low"), "PS1", NOW, NOW + HOUR, 2, "wang", "domain.clock.respond")
    signed = replace(BOOKS.handovers[0], sections={"faults": (low,)}, report="水泵已试", remark="收到")
    text = "".join(
        page.extract_text() for page in PdfReader(BytesIO(pdf.render(handovers.paper(signed, setting(CHINESE), PLACES)))).pages
    )
    for word in ("交接班记录", "JB-000001", "王建国", "李敏", "F-000001", "1号楼 生活泵组", "水泵已试", "收到", "屏蔽", "不可更改"):
        assert word.replace(" ", "") in text.replace(" ", "").replace("\n", ""), word
