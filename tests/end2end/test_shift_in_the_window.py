"""A shift and a drill through the real window: start check, 2-hourly record, handover, report; a drill beside a real fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextBrowser
from pytestqt.qtbot import QtBot

from console.domain.commands import SaveNotify, SaveRoster
from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.shifts import ShiftBook, ShiftNote
from console.domain.notices import Channel, Contact, NotifyPolicy, NotifySettings
from console.domain.rosters import Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import SECOND
from console.link.calls import Call
from console.link.records import RecordsAnswer, RecordsQuery
from console.ui.faults.screen import FaultsScreen
from console.ui.shift.screen import ShiftScreen
from tests.helpers.mail import Post, mail_server
from tests.helpers.people import SECRETS, write_people
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import Registers, block, on_pymodbustcp
from tests.helpers.steering import Steering
from tests.helpers.testclock import TestClock
from tests.helpers.windows import Window

NOON = 1_795_000_000 * SECOND  # 2026-11-18 19:06 in Shanghai
SITE = """\
site: {{id: yard, name: {{zh: 小区, en: Yard}}, timezone: Asia/Shanghai}}
locations: [{{id: B1, name: {{zh: 泵房, en: Pump room}}}}]
connections: [{{id: gw, protocol: modbus-tcp, host: 127.0.0.1, port: {port}, timeout_ms: 300}}]
equipment:
  - id: P1
    type: generic_modbus
    kind: pump
    system: water
    name: {{zh: 1# 水泵, en: Pump 1}}
    location: B1
    connection: gw
    unit: 1
    points: [{{key: flow, name: {{zh: 流量, en: Flow}}, address: 0, unit: m³/h, poll_ms: 200, main: true, normal: [20, 60]}}]
    alarms: [{{key: low, point: flow, kind: low, limit: 20, dead_band: 2, priority: 2, text: {{zh: 出水流量低, en: Low flow}}}}]
"""
ROSTER = Roster(
    (Shift("day", Text("白班"), 480, 1200), Shift("night", Text("夜班"), 1200, 480)),
    (Team("A", Text("甲班"), (Member("wang"),)), Team("B", Text("乙班"), (Member("li"),))),
    ({"day": "A", "night": "B"},),
    "2026-11-01",
)


class Loud:
    """A speaker whose sounds are the test's to look at."""

    works: bool | None = True

    def __init__(self) -> None:
        self.played: list[int] = []

    def play(self, priority: int) -> None:
        self.played.append(priority)

    def quiet(self) -> None:
        self.played.append(0)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Window, TestClock, Registers, Post, Loud]]:
    """A pump, its collector with a roster and a mail channel, and a window with a horn; one clock for all."""
    registers, horn = block(1, 3, 0, 50), Loud()
    with mail_server() as post, on_pymodbustcp(registers) as port, Steering(NOON) as steering:
        file = tmp_path / "site.yaml"
        file.write_text(SITE.format(port=port), encoding="utf-8")
        words = ("--config", str(file), "--seed-accounts", str(write_people(tmp_path)), "--clock", f"steered:{steering.port}")
        process = CollectorProcess(tmp_path / "store", *words)
        clock = TestClock(steering)
        clock.start(process)
        url = f"mailto://127.0.0.1:{post.port}?from=desk@example.org&to={{to}}&mode=insecure"
        contacts = tuple(Contact(name, {"mail": f"{name}@example.org"}) for name in ("wang", "li", "zhao"))
        settings = NotifySettings((Channel("mail", Text("邮件"), url),), contacts, policy=NotifyPolicy(delay=(0, 0, 0), daily=-1))
        with Call(process.folder, account="li", secret=SECRETS["li"]) as call:
            call.ask(SaveRoster(ROSTER, Roster()))
            call.ask(SaveNotify(settings, NotifySettings()))
        window = Window(qtbot, process.folder, speaker=horn)
        try:
            window.until(lambda: window.picture.reading("P1.flow").value == 50)
            yield window, clock, registers, post, horn
        finally:
            window.close()
            process.stop()
        assert "Traceback" not in process.log()


def shift_of(window: Window, page: str) -> ShiftScreen:
    window.shell.open_screen("shift")
    window.press(f"shift_{page}")
    screen = window.shell.made_screen("shift")
    assert isinstance(screen, ShiftScreen)
    return screen


def write(window: Window, name: str, text: str) -> None:
    window.find(QPlainTextEdit, name).setPlainText(text)


def test_a_shift_from_its_start_check_to_the_signed_handover_and_its_report(
    desk: tuple[Window, TestClock, Registers, Post, Loud],
) -> None:
    """R-SLA-21, R-EQ-11, R-AR-06: what a shift did is written down by those who did it, and stays."""
    window, clock, _registers, post, horn = desk
    assert window.button("bar_duty").text() == "值班 王值班"
    window.sign_on("li")
    screen = shift_of(window, "records")
    window.press("record_setup")
    assert screen.records.list_form.items()[0].point == "P1.flow"
    window.press("list_typed")
    window.press("list_save")
    window.until(lambda: screen.records.side.currentWidget() is not screen.records.list_form)

    window.sign_off()
    window.until(lambda: window.shell.veil.panel is None)
    window.sign_on("wang")  # the start check: the horn really sounds, the message really leaves
    shift_of(window, "duty")
    window.press("check_horn_start")
    assert horn.played[-1] == 1
    window.until(lambda: horn.played[-1] == 0)
    window.press("check_horn_yes")
    window.press("check_notice_start")
    assert post.wait(1)[0].to == "wang@example.org"
    window.press("check_notice_yes")
    window.press("check_record")
    window.until(lambda: "通过" in window.text("check_last"))
    window.type("shift_note", "等厂家回电")
    window.press("add_note")
    window.until(lambda: window.picture.records(ShiftNote))

    clock.advance(1.5)  # 20:36: the record of 20:00 is overdue and says so on the bar
    window.until(lambda: window.button("bar_records").text() == "两小时记录逾期 1")
    window.press("bar_records")
    window.until(lambda: screen.records.side.currentWidget() is screen.records.sheet or screen.records.table.select(20))
    screen.records.table.selectRow(0)
    window.type("record_value_1", "正常")
    window.press("record_save")
    assert "原因" in window.until(lambda: window.text("record_error"))
    window.type("record_reason", "处理报警")
    window.press("record_save")
    book = window.until(lambda: next((b for b in window.picture.records(ShiftBook).values() if b.filled), None))
    assert len(book.filled) == 1

    shift_of(window, "handover")  # both sign at this desk
    view = window.find(QTextBrowser, "handover_view")
    window.until(lambda: "等厂家回电" in view.toPlainText())
    window.choose("handover_outgoing", "wang")
    window.choose("handover_incoming", "li")
    window.type("handover_outgoing_pin", SECRETS["wang"])
    window.type("handover_incoming_pin", "000000")
    write(window, "handover_report", "水泵已试")
    window.press("handover_sign")
    assert window.until(lambda: window.text("handover_error"))
    assert not window.picture.records(ShiftBook)["book"].handed
    window.type("handover_outgoing_pin", SECRETS["wang"])
    window.type("handover_incoming_pin", SECRETS["li"])
    write(window, "handover_remark", "收到")
    window.press("handover_sign")
    window.until(lambda: window.picture.records(ShiftBook)["book"].handed == "JB-000001")
    window.until(lambda: window.picture.me == "li")

    shift_of(window, "daily")
    report = window.find(QTextBrowser, "report_view")
    window.until(lambda: "JB-000001" in report.toPlainText())
    for words in ("王值班 → 李主管", "等厂家回电", "2026-11-18 20:00", "处理报警", "上班检查：喇叭通过，通知通过"):
        assert words in report.toPlainText(), words
    window.press("report_copy_en")
    pasted = QApplication.clipboard().text()
    assert "【Daily report 2026-11-18】Yard" in pasted
    assert "2-hourly records: 1 made (1 of them late), 0 missing" in pasted


def test_a_drill_is_marked_everywhere_told_to_its_list_and_hides_no_real_fault(
    desk: tuple[Window, TestClock, Registers, Post, Loud], tmp_path: Path
) -> None:
    """R-SLA-04, R-EM-02, acceptance check 8."""
    window, _clock, registers, post, horn = desk
    window.sign_on("li")
    screen = shift_of(window, "drill")
    window.press("drill_begin")
    form = screen.drill.form
    window.type("drill_title", "电梯困人演练")
    window.choose("drill_kind", "trapped")
    window.type("drill_text", "三层困人")
    window.until(lambda: form.informed.count() == 3)
    people = [form.informed.item(place) for place in range(form.informed.count())]
    next(each for each in people if each.data(Qt.ItemDataRole.UserRole) == "zhao").setCheckState(Qt.CheckState.Checked)
    window.press("drill_start")
    alarm = window.until(lambda: next((a for a in window.picture.alarms.values() if a.drill), None))
    assert alarm.text.zh == "【演练】三层困人"
    assert window.button("bar_drill").text().startswith("演练中")
    window.until(lambda: horn.played[-1] == 1)
    assert post.wait(1)[0].to == "zhao@example.org"
    assert "【演练】" in post.letters[0].title

    registers[1, 3, 0] = 10  # a real P2 beside it: it sounds with its own sound and stands first
    real = window.until(lambda: next((f for f in window.picture.faults.values() if not f.drill), None))
    window.until(lambda: horn.played[-1] == 2)
    assert window.picture.tally.loudest(1) == [real.alarms[0]]
    assert window.picture.tally.lamps()["trapped"] == (0, 0)
    assert "wang@example.org" in [letter.to for letter in post.until(lambda letters: len(letters) > 1)]

    window.shell.open_fault(real.number)  # the timeline of the real one, from the log
    faults = window.shell.made_screen("faults")
    assert isinstance(faults, FaultsScreen)
    window.until(lambda: faults.detail.number == real.number)
    window.press("fault_timeline_open")
    window.until(lambda: {"系统"} <= {told.who for told in faults.timeline.table.shown()})
    window.press("timeline_back")

    window.press("bar_drill")
    window.press("drill_end")
    window.until(lambda: not window.picture.records(DrillRun))
    window.until(lambda: not any(a.drill for a in window.picture.alarms.values()))
    assert window.picture.faults[real.number].open
    assert {letter.to for letter in post.letters if "演练" in letter.title} == {"zhao@example.org"}
    with Call(tmp_path / "store") as call:
        answer = call.query(lambda number: RecordsQuery(number, "drillrun"))
    assert isinstance(answer, RecordsAnswer)
    (run,) = answer.records
    assert isinstance(run, DrillRun)
    assert [step.what for step in run.steps][0 :: len(run.steps) - 1] == ["began", "ended"]
