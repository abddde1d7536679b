"""The shift screen: what stands there when nothing is set up, what is asked for, what a refusal looks like, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from console.domain.accounts import Role
from console.domain.commands import SaveRecords, SendTest
from console.domain.documents import Column, Document, Paragraph, Table
from console.domain.maintenance.drilling import DrillRun, DrillStep, EndDrill, NoteDrill, Simulated, StartDrill
from console.domain.maintenance.shifts import (
    FinishNote,
    Handover,
    Heard,
    RecordShiftCheck,
    SaveWatchRecord,
    ShiftBook,
    ShiftCheck,
    ShiftNote,
    SignHandover,
    WatchItem,
    WatchLine,
    WatchList,
    WatchRecord,
)
from console.domain.notices import Channel, Contact, NotifySettings
from console.domain.quality import Quality
from console.domain.rosters import Member, Roster, Shift, Team
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.link.messages import AlarmHistoryAnswer, FaultHistoryAnswer, OrderHistoryAnswer, Snapshot
from console.link.notify import NotifyAnswer
from console.link.records import RecordsAnswer
from console.texts import CHINESE, ENGLISH, set_language, tr
from console.ui.desk import Desk
from console.ui.horn import Horn
from console.ui.picture import Picture
from console.ui.shift.paperview import PdfFile, html
from console.ui.shift.screen import PAGES, ShiftScreen
from tests.helpers.snapshots import ESTATE, NOW, RULES, RecordingLine, alarm, busy, delta, fault, live, order, snapshot, stamp

ROSTER = Roster(
    (Shift("day", Text("白班", "Day"), 420, 1140), Shift("night", Text("夜班", "Night"), 1140, 420)),
    (Team("A", Text("甲班", "A"), (Member("wang"),)), Team("B", Text("乙班", "B"), (Member("li"),))),
    ({"day": "A", "night": "B"},),
    "2026-01-01",
)
PRESSURE = WatchItem(Text("出口压力", "Discharge pressure"), "PS1.discharge_pressure", "MPa", 0.4, 0.6)
ITEMS = (PRESSURE, WatchItem(Text("巡视", "Walk")))
LIST = WatchList(id="list", revision=1, at=NOW - 10 * HOUR, items=ITEMS)  # NOW is Monday 08:00
SETTINGS = NotifySettings((Channel("mail", Text("邮件", "Mail"), "mailtos://x?to={to}"),), (Contact("wang", {"mail": "w@x"}),))
RUN = DrillRun(
    id="DR-000001", number=1, revision=2, at=NOW - 5 * MINUTE, equipment="PS1", title="Pump drill", event="equipment",
    began=stamp(NOW - 5 * MINUTE, "li"), until=NOW + 55 * MINUTE, simulated=(Simulated("PS1", text=Text("进水", "Flooding")),),
    informed=("wang",), faults=(1,), steps=(DrillStep(NOW - 5 * MINUTE, "began", "li", "desk"),),
)  # fmt: skip


class Speaker:
    works: bool | None = True

    def __init__(self) -> None:
        self.played: list[int] = []

    def play(self, priority: int) -> None:
        self.played.append(priority)

    def quiet(self) -> None:
        self.played.append(0)


class Navigator(QObject):
    def __init__(self, horn: Horn) -> None:
        super().__init__()
        self.horn = horn
        self.opened: list[str] = []

    def open_screen(self, name: str) -> None:
        self.opened.append(name)

    def open_fault(self, number: int) -> None:
        self.opened.append(str(number))


class Bench:
    """The screen, its line and its horn."""

    def __init__(self, qtbot: QtBot, shown: Snapshot, lang: str = ENGLISH) -> None:
        set_language(lang)
        self.line, self.speaker, self.picture = RecordingLine(), Speaker(), Picture("desk")
        self.horn = Horn(self.picture, self.speaker)
        self.navigator = Navigator(self.horn)
        self.screen = ShiftScreen(self.picture, Desk(self.picture, self.line, self.picture), self.navigator)
        self.picture.setParent(self.screen)
        qtbot.addWidget(self.screen)
        self.picture.take_snapshot(shown)
        self.picture.live = True
        self.screen.resize(1700, 900)
        self.screen.show()

    def page(self, name: str) -> None:
        self.line._waiting.clear()
        self.screen.open_page(name)

    def press(self, name: str) -> None:
        button = self.screen.findChild(QPushButton, name)
        assert button is not None and button.isEnabled(), name
        button.click()

    def says(self, name: str) -> str:
        found = self.screen.findChild(QLabel, name)
        assert found is not None
        return found.text()


def ready(me: Role | None = Role.OPERATOR, **more: object) -> Snapshot:
    return replace(busy(me), roster=ROSTER, records=(LIST,), alarms=(), **more)


# --- on duty and start check


def test_without_a_roster_the_page_says_what_to_do_and_leads_there(qtbot: QtBot) -> None:
    bench = Bench(qtbot, snapshot())
    assert "roster" in bench.says("no_roster")
    bench.press("make_roster")
    assert bench.navigator.opened == ["system"]


def test_who_is_on_duty_stands_there_and_who_comes_next(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    words = [label.text() for label in bench.screen.duty._facts.findChildren(QLabel)]
    assert "Day  07:00 – 19:00" in words
    assert "Wang Jianguo" in words
    assert any("Night" in word and "Li Min" in word for word in words)


def test_the_horn_test_sounds_the_horn_and_an_alarm_takes_it_over(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.press("check_horn_start")
    assert bench.speaker.played == [1]
    bench.picture.take_delta(delta(2, alarms=(alarm(1, RULES[2]),)))
    assert bench.speaker.played == [1, 2]
    bench.horn._test.stop()
    bench.horn._tested()
    assert bench.speaker.played == [1, 2]  # the alarm goes on


def test_a_horn_test_ends_by_itself_and_with_f8(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.press("check_horn_start")
    bench.horn.silence()
    assert bench.speaker.played == [1, 0]
    assert tr("shift.check.ask_horn") == bench.says("check_horn_state")


def test_a_machine_without_a_sound_device_cannot_confirm_its_horn(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.speaker.works = False
    bench.press("check_horn_start")
    bench.horn.silence()
    bench.screen.duty.check._said["notice"] = Heard.NO
    bench.screen.duty.check.note.setText("reported")
    bench.screen.duty.check.do_record()
    assert bench.line.last == RecordShiftCheck(Heard.NONE, Heard.NO, note="reported")


def test_a_start_check_sends_a_real_message_and_records_what_the_person_says(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.line._waiting.clear()
    bench.screen.duty._book.load()
    bench.line.answer(NotifyAnswer(1, ROSTER, SETTINGS, ()))
    bench.press("check_horn_yes")
    bench.press("check_notice_start")
    assert bench.line.last == SendTest("mail", "wang")
    bench.line.done()
    bench.press("check_notice_yes")
    bench.press("check_record")
    assert bench.line.last == RecordShiftCheck(Heard.YES, Heard.YES, "mail", "wang")
    check = ShiftCheck(id="SC-1", at=NOW, by="wang", station="desk", horn=Heard.YES, notice=Heard.YES)
    bench.line.done()
    bench.picture.take_delta(delta(2, records=(ShiftBook(id="book", revision=1, check=check),)))
    assert "passed" in bench.says("check_last")


def test_a_message_that_did_not_leave_is_said_with_its_reason_and_counts_as_not_arrived(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.line._waiting.clear()
    bench.screen.duty._book.load()
    bench.line.answer(NotifyAnswer(1, ROSTER, SETTINGS, ()))
    bench.press("check_notice_start")
    bench.line.deny("notify.undelivered", detail="no route")
    assert "no route" in bench.says("check_notice_state")
    assert bench.screen.duty.check._said["notice"] is Heard.NO


def test_a_note_is_added_with_enter_and_finished_with_how(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    page = bench.screen.duty
    page.note.setText("call the vendor")
    page.do_add()
    assert bench.line.last == SaveRecords((ShiftNote(id="", text="call the vendor", by=""),), (0,))
    note = ShiftNote(id="SN-000001", number=1, revision=1, at=NOW, text="call the vendor", by="wang")
    bench.picture.take_delta(delta(2, records=(note,)))
    page.notes.select("SN-000001")
    page.note.setText("called")
    page.do_finish()
    assert bench.line.last == FinishNote("SN-000001", "called")


def test_nobody_signed_on_can_read_everything_and_do_nothing(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready(None))
    for name in ("add_note", "check_record", "check_horn_start"):
        found = bench.screen.findChild(QPushButton, name)
        assert found is not None and not found.isEnabled() and found.toolTip()


# --- 2-hourly record


def test_without_a_list_the_record_page_says_who_sets_it_up_and_suggests_one(qtbot: QtBot) -> None:
    bench = Bench(qtbot, replace(busy(Role.SUPERVISOR), roster=ROSTER))
    bench.page("records")
    bench.press("record_setup")
    form = bench.screen.records.list_form
    assert [item.point for item in form.items()] == ["PS1.discharge_pressure"]  # main, no child, no lift
    form.do_typed()
    form.table.item(1, 1).setText("水泵房巡视")
    form.table.item(1, 4).setText("abc")
    form.do_save()
    assert "abc" in bench.says("list_error")
    form.table.item(1, 4).setText("")
    form.do_up()
    form.do_save()
    command = bench.line.last
    assert isinstance(command, SaveRecords)
    (wanted,) = command.records
    assert isinstance(wanted, WatchList)
    assert [item.label.zh for item in wanted.items] == ["水泵房巡视", "生活泵组 出口压力"]
    assert (wanted.items[1].low, wanted.items[1].high, command.bases) == (0.4, 0.6, (0,))


def test_the_sheet_takes_live_values_and_what_is_typed_and_asks_for_a_reason_when_late(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.page("records")
    bench.line.answer(RecordsAnswer(1, ()))
    page = bench.screen.records
    assert page.side.currentWidget() is page.sheet  # 08:00 is due now
    page.sheet._lines[1].typed.setText("fine")
    page.sheet.tick()
    assert page.sheet._lines[0].shown.text() == "0.20 MPa"
    assert page.sheet._lines[0].shown.property("role") == "error"  # below its limit
    bench.press("record_save")
    command = bench.line.last
    assert isinstance(command, SaveWatchRecord)
    assert [(line.value, line.typed) for line in command.lines] == [(0.2, False), ("fine", True)]
    assert command.slot == NOW
    bench.line.deny("shift.refused.filled")
    assert bench.says("record_error") == tr("shift.refused.filled")


def test_a_value_that_is_lost_is_read_on_site_and_typed(qtbot: QtBot) -> None:
    lost = live({"PS1.discharge_pressure": 0.5}, {"PS1.discharge_pressure": Quality.COMM_LOST})
    bench = Bench(qtbot, replace(ready(), live=lost))
    bench.page("records")
    bench.line.answer(RecordsAnswer(1, ()))
    sheet = bench.screen.records.sheet
    assert sheet._lines[0].shown.text() == tr("shift.record.no_value")
    assert sheet._lines[0].typed.placeholderText() == tr("shift.record.read_it")
    assert sheet._made(sheet._lines[0]).value is None
    sheet._lines[0].typed.setText("0,45")
    assert sheet._made(sheet._lines[0]) == replace(sheet._made(sheet._lines[0]), value=0.45, typed=True)


def test_enter_goes_down_the_sheet_and_saves_at_its_end(qtbot: QtBot) -> None:
    lost = live({"PS1.discharge_pressure": 0.5}, {"PS1.discharge_pressure": Quality.COMM_LOST})
    bench = Bench(qtbot, replace(ready(), live=lost))
    bench.page("records")
    bench.line.answer(RecordsAnswer(1, ()))
    first, second = (line.typed for line in bench.screen.records.sheet._lines)
    first.setText("0.45")
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert not bench.line.asked
    second.setText("fine")
    qtbot.keyClick(second, Qt.Key.Key_Return)
    assert isinstance(bench.line.last, SaveWatchRecord)


def test_what_was_written_down_can_be_read_and_what_was_not_is_named(qtbot: QtBot) -> None:
    made = WatchRecord(
        id="1", at=NOW - 2 * HOUR, ended_at=NOW - 2 * HOUR, entered=stamp(NOW - 2 * HOUR),
        lines=(WatchLine(Text("压力", "Pressure"), 0.7, "p", "MPa", low=0.4, high=0.6),), remark="quiet night",
    )  # fmt: skip
    bench = Bench(qtbot, replace(ready(), records=(LIST, ShiftBook(id="book", filled=(NOW - 2 * HOUR,)))))
    bench.page("records")
    bench.line.answer(RecordsAnswer(1, (made,)))
    page = bench.screen.records
    states = {row.slot: row.state for row in page.table.shown()}
    assert states == {NOW: "open", NOW - 2 * HOUR: "made", **{NOW - hours * HOUR: "overdue" for hours in (4, 6, 8, 10)}}
    page.table.select(NOW - 2 * HOUR)
    assert "quiet night" in bench.says("past_record")
    assert page.past_table.shown()[0].outside


# --- handover


def test_a_handover_needs_both_secrets_and_forgets_them_when_it_is_sent(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.page("handover")
    page = bench.screen.handover
    assert page.outgoing.currentData() == "wang"
    page.incoming.setCurrentIndex(page.incoming.findData("li"))
    page.outgoing_pin.setText("112233")
    page.do_sign()
    assert bench.says("handover_error") == tr("shift.handover.incomplete")
    page.incoming_pin.setText("445566")
    page.report.setPlainText("all quiet")
    page.do_sign()
    assert bench.line.last == SignHandover("wang", "112233", "li", "445566", "all quiet")
    assert (page.outgoing_pin.text(), page.incoming_pin.text()) == ("", "")


def test_the_page_shows_what_will_be_handed_over_and_names_what_is_missing(qtbot: QtBot) -> None:
    note = ShiftNote(id="SN-000001", revision=1, at=NOW, text="<b>vendor</b> comes at two", by="wang")
    shown = replace(
        ready(), roster=Roster(), records=(LIST, note), faults=(fault(1), fault(2, drill=1)), orders=(order(1), order(2, drill=1))
    )
    bench = Bench(qtbot, shown)
    bench.page("handover")
    text = bench.screen.handover.view.toPlainText()
    assert "F-000001" in text and "F-000002" not in text
    assert "WO-000001" in text and "WO-000002" not in text
    assert "<b>vendor</b> comes at two" in text  # names are never markup
    assert "5 2-hourly records are missing" in bench.says("handover_warning")
    assert "No start check" in bench.says("handover_warning")


def test_a_past_handover_is_read_as_it_was_signed(qtbot: QtBot) -> None:
    bench = Bench(qtbot, ready())
    bench.page("handover")
    old = Handover(
        id="JB-000007", number=7, at=NOW - HOUR, ended_at=NOW - HOUR, since=NOW - 12 * HOUR, missing=(NOW - 2 * HOUR,),
        outgoing=Stamp(NOW, "wang", NOW, "wang", "desk"), incoming=Stamp(NOW, "li", NOW, "li", "desk"), remark="seen",
    )  # fmt: skip
    bench.line.answer(RecordsAnswer(1, (old,)))
    bench.screen.handover.table.select("JB-000007")
    text = bench.screen.handover.view.toPlainText()
    assert "JB-000007" in text and "Says who takes over: seen" in text and "cannot be changed" in text


# --- daily report


def shown_report(bench: Bench) -> str:
    bench.page("daily")
    mine = fault(1, 3, age=3 * HOUR, taken=stamp(NOW - 170 * MINUTE), order=1)
    drilled = fault(2, 1, drill=1, text=Text("【演练】进水", "[DRILL] Flooding"))
    bench.line.answer(FaultHistoryAnswer(1, (mine, drilled)))
    bench.line.answer(AlarmHistoryAnswer(2, (alarm(5), alarm(6, drill=1))))
    bench.line.answer(OrderHistoryAnswer(3, (order(1, fault=1),)))
    bench.line.answer(RecordsAnswer(4, ()))
    bench.line.answer(RecordsAnswer(5, ()))
    bench.line.answer(RecordsAnswer(6, ()))
    bench.line.answer(RecordsAnswer(7, (replace(RUN, ended_at=NOW, ended=stamp()),)))
    return bench.screen.daily.view.toPlainText()


def test_the_report_counts_faults_and_alarms_without_what_a_drill_simulated(qtbot: QtBot) -> None:
    """Acceptance check 8 (R-EM-02): a drill enters no figure and stands on its own."""
    text = shown_report(Bench(qtbot, ready(faults=(fault(1, 3, age=3 * HOUR, order=1),), orders=(order(1, fault=1),))))
    assert "F-000001" in text and "F-000002" not in text
    assert "1 (P3 1)" in text
    assert "DR-000001" in text and "Drills (in no figure)" in text


def test_the_report_is_pasted_in_either_language_whatever_the_screen_speaks(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    bench = Bench(qtbot, ready(faults=(fault(1, 3, age=3 * HOUR, order=1),), orders=(order(1, fault=1),)))
    shown_report(bench)
    bench.screen.daily.do_copy_zh()
    chinese = QApplication.clipboard().text()
    assert "值班日报 2026-11-23" in chinese and "生活泵组" in chinese and "Domestic" not in chinese
    bench.screen.daily.do_copy_en()
    assert "Tower 1 Domestic pumps" in QApplication.clipboard().text()


# --- drill


def test_a_drill_is_begun_with_its_scenario_its_faults_and_its_list(qtbot: QtBot) -> None:
    """R-EM-02: scenario, equipment, simulated faults, who is informed."""
    bench = Bench(qtbot, ready(Role.SUPERVISOR))
    bench.page("drill")
    bench.line.answer(NotifyAnswer(1, ROSTER, SETTINGS, ()))
    bench.press("drill_begin")
    form = bench.screen.drill.form
    form.title.setText("Autumn drill")
    form.kind.setCurrentIndex(form.kind.findData("trapped"))
    form.machine.setCurrentIndex(form.machine.findData("T1-L1"))
    form.rule.setCurrentIndex(form.rule.findData("T1-L1.trapped#trapped"))
    form.do_add()
    form.machine.setCurrentIndex(form.machine.findData("PS1"))
    form.text.setText("Flooding")
    form.after.setValue(10)
    bench.line._waiting.clear()
    form.do_start()
    command = bench.line.last
    assert isinstance(command, StartDrill)
    assert [(each.equipment, each.rule, each.after // MINUTE) for each in command.simulated] == [
        ("T1-L1", "T1-L1.trapped#trapped", 0), ("PS1", "", 10),
    ]  # fmt: skip
    bench.line.deny("drill.refused.title")
    assert bench.says("drill_form_error") == tr("drill.refused.title")


def test_a_running_drill_shows_its_clocks_and_steps_and_is_ended_by_who_began_it(qtbot: QtBot) -> None:
    bench = Bench(qtbot, replace(ready(Role.SUPERVISOR, faults=(fault(1, 3, drill=1),), orders=()), records=(LIST, RUN)))
    bench.page("drill")
    page = bench.screen.drill
    assert "Acknowledge 00:10:00 / 00:30:00" in bench.says("drill_clocks")
    assert [row[1].what for row in page.steps.shown()] == ["began"]
    page.note.setText("119 called")
    page.do_note()
    assert bench.line.last == NoteDrill(1, "119 called")
    page.do_end()
    assert bench.line.last == EndDrill(1, "119 called")


def test_a_step_about_a_fault_leads_to_it(qtbot: QtBot) -> None:
    told = replace(RUN, steps=(*RUN.steps, DrillStep(NOW, "opened", about="F-000001"), DrillStep(NOW, "opened", about="F-000099")))
    bench = Bench(qtbot, replace(ready(Role.SUPERVISOR, faults=(fault(1, 3, drill=1),), orders=()), records=(LIST, told)))
    bench.page("drill")
    for row in bench.screen.drill.steps.shown():
        bench.screen.drill.steps.opened.emit(row)
    assert bench.navigator.opened == ["1"]


def test_an_operator_sees_the_drill_and_cannot_end_it(qtbot: QtBot) -> None:
    bench = Bench(qtbot, replace(ready(), records=(LIST, RUN)))
    bench.page("drill")
    assert not bench.screen.drill.end.isEnabled()
    assert not bench.screen.drill.begin.isEnabled()


# --- all pages


@pytest.mark.parametrize("lang", [CHINESE, ENGLISH])
@pytest.mark.parametrize("shown", [snapshot(estate=ESTATE), ready(Role.SUPERVISOR)], ids=["empty", "busy"])
def test_every_page_has_its_words_in_both_languages(qtbot: QtBot, shown: Snapshot, lang: str) -> None:
    bench = Bench(qtbot, shown, lang)
    for name in PAGES:
        bench.screen.open_page(name)
        bench.screen.retranslate()
    texts = [part.text() for kind in (QLabel, QPushButton) for part in bench.screen.findChildren(kind)]
    assert not [text for text in texts if text.startswith(("shift.", "drill.", "notify."))]


def test_a_paper_is_written_beside_the_screen_and_a_place_that_cannot_be_written_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    paper = Document("Daily report", "Yard", "Asia/Shanghai", ENGLISH, NOW, (Paragraph("quiet"),))
    written = PdfFile(paper, str(tmp_path / "report.pdf"))
    with qtbot.waitSignal(written.saved, timeout=20_000):
        written.start()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    lost = PdfFile(paper, str(tmp_path / "nowhere" / "report.pdf"))
    with qtbot.waitSignal(lost.failed, timeout=20_000) as failed:
        lost.start()
    assert failed.args[0].code == "cli.file.unwritable"


def test_texts_on_a_shown_paper_are_never_markup_and_a_long_table_says_what_is_left_out() -> None:
    rows = tuple((f"<i>{number}</i>",) for number in range(400))
    shown = html(Document("<b>x</b>", "y", "Asia/Shanghai", ENGLISH, NOW, (Table("t", (Column("c"),), rows),)))
    assert "<i>" not in shown and "&lt;i&gt;1&lt;/i&gt;" in shown
    assert "… +100" in shown
