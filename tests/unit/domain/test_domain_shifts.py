"""A shift at the desk: 2-hourly records, start checks, notes, and the handover that two persons sign."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import AUDITOR, CHEN, LI, POINT, START, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.commands import Command, EndRecord, RecordIsolation, SaveRecords, ShelveAlarms
from console.domain.events import RecordSaved
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.drilling import Simulated, StartDrill
from console.domain.maintenance.shifts import (
    FinishNote,
    Handover,
    Heard,
    RecordShiftCheck,
    SaveWatchRecord,
    ShiftBook,
    ShiftNote,
    SignHandover,
    WatchItem,
    WatchLine,
    WatchList,
    WatchRecord,
)
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.rosters import Member, Roster, Shift, Team
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.texts import ENGLISH, sentence

ZONE = "Asia/Shanghai"
NINE = START  # 2025-12-01 09:00 in Shanghai
ITEMS = (WatchItem(Text("运行时间"), POINT.id, "h", 0.0, 100.0), WatchItem(Text("水泵房巡视"), unit=""))
LIST = WatchList(id="list", items=ITEMS)
LINES = (WatchLine(Text(""), 12.5, POINT.id, quality=0, value_at=NINE), WatchLine(Text(""), "正常", typed=True))


def desk() -> Desk:
    """A desk with the list since 09:00."""
    made = Desk()
    made.do(SaveRecords((LIST,), (0,)), CHEN)
    return made


def at(hour: int, minute: int = 0) -> int:
    return NINE + (hour - 9) * HOUR + minute * MINUTE


def book(of: Desk) -> ShiftBook:
    return standing.book_of(of.world)


def the_list(of: Desk) -> WatchList:
    found = standing.list_of(of.world)
    assert found is not None
    return found


# --- when a record is due


@pytest.mark.parametrize(
    ("now", "slot", "overdue", "following"),
    [
        (at(9, 1), 0, [], at(10)),
        (at(9, 44), 0, [], at(10)),
        (at(9, 45), at(10), [], at(10)),
        (at(10, 29), at(10), [], at(12)),
        (at(10, 30), at(10), [at(10)], at(12)),
        (at(13), at(12), [at(10), at(12)], at(14)),
        (at(34, 1), at(34), [at(hour) for hour in range(12, 33, 2)], at(36)),
    ],
    ids=["before", "just too early", "a quarter of an hour early", "within its grace", "overdue", "two of them", "a day later"],
)
def test_a_record_may_be_filled_in_a_little_early_is_overdue_after_its_grace_and_is_asked_for_a_day(
    now: int, slot: int, overdue: list[int], following: int
) -> None:
    """R-SLA-21: the 24-hour post writes down what it sees."""
    made = desk()
    assert shifts.open_slot(the_list(made), book(made), now, ZONE) == slot
    assert shifts.overdue(the_list(made), book(made), now, ZONE) == overdue
    assert shifts.next_slot(the_list(made), book(made), now, ZONE) == following


@pytest.mark.parametrize(("every", "moments"), [(HOUR, 24), (2 * HOUR, 12), (3 * HOUR, 8), (12 * HOUR, 2)])
def test_the_moments_of_a_day_begin_at_the_sites_midnight(every: int, moments: int) -> None:
    watch = replace(LIST, every=every, at=0)
    day = list(shifts.slots(watch, at(24) - 1, at(48) - 1, ZONE))
    assert (len(day), day[0]) == (moments, at(24))


def test_a_day_on_which_the_clocks_change_has_its_own_count_of_moments() -> None:
    watch = replace(LIST, at=0)
    midnight = 1_743_202_800_000_000_000  # 2025-03-30 00:00 in Berlin, a day of 23 hours
    assert len(list(shifts.slots(watch, midnight - 1, midnight + 23 * HOUR - 1, "Europe/Berlin"))) == 12


def test_what_is_filled_in_is_no_longer_asked_for_and_tells_who_and_when() -> None:
    made = desk()
    made.now = at(10, 5)
    events = made.do(SaveWatchRecord(at(10), LINES, "安静"))
    saved = events[0]
    assert isinstance(saved, RecordSaved)
    record = saved.record
    assert isinstance(record, WatchRecord)
    assert (record.at, record.entered.at, record.entered.by) == (at(10), at(10, 5), "wang")
    assert (record.late, record.remark) == (False, "安静")
    told = [(line.label.zh, line.value, line.typed) for line in record.lines]
    assert told == [("运行时间", 12.5, False), ("水泵房巡视", "正常", True)]
    assert shifts.open_slot(the_list(made), book(made), made.now, ZONE) == 0
    assert shifts.overdue(the_list(made), book(made), at(11), ZONE) == []
    assert made.refusal(SaveWatchRecord(at(10), LINES)) == "shift.refused.filled"


def test_a_late_record_says_so_and_why() -> None:
    made = desk()
    made.now = at(10, 31)
    assert made.refusal(SaveWatchRecord(at(10), LINES)) == "shift.refused.late"
    saved = made.do(SaveWatchRecord(at(10), LINES, reason="处理困人"))[0]
    assert isinstance(saved, RecordSaved)
    assert isinstance(saved.record, WatchRecord)
    assert (saved.record.late, saved.record.entered.reason) == (True, "处理困人")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slot": at(11)}, "shift.refused.slot"),
        ({"slot": at(12)}, "shift.refused.slot"),
        ({"slot": at(8)}, "shift.refused.slot"),
        ({"lines": LINES[:1]}, "shift.refused.lines"),
        ({"lines": (replace(LINES[0], value=None), LINES[1])}, "shift.refused.no_value"),
        ({"lines": (replace(LINES[0], quality=Quality.COMM_LOST), LINES[1])}, "shift.refused.no_value"),
        ({"lines": (replace(LINES[0], value_at=at(15)), LINES[1])}, "shift.refused.no_value"),
        ({"lines": (LINES[0], replace(LINES[1], value="  "))}, "shift.refused.no_value"),
        ({"lines": (replace(LINES[0], value=float("nan")), LINES[1])}, "shift.refused.value"),
    ],
    ids=["no moment", "too early", "before the list", "another list", "nothing", "lost", "from the future", "blank", "nan"],
)
def test_a_record_that_cannot_be_kept_is_refused_with_its_reason(change: dict[str, Any], code: str) -> None:
    made = desk()
    made.now = at(10, 5)
    assert made.refusal(replace(SaveWatchRecord(at(10), LINES), **change)) == code
    assert "{" not in sentence(Problem(code, {"line": 1, "label": "x"}), ENGLISH)


def test_a_line_without_a_value_says_why_and_a_value_that_was_typed_in_place_of_a_lost_one_says_that_it_was_typed() -> None:
    made = desk()
    made.now = at(10)
    lost = replace(LINES[0], quality=Quality.COMM_LOST, value=99.0, remark="通信中断")
    typed = replace(LINES[0], value=101.0, typed=True)
    for lines, expected in (((lost, LINES[1]), (None, False, False)), ((typed, LINES[1]), (101.0, True, True))):
        fresh = desk()
        fresh.now = at(10)
        saved = fresh.do(SaveWatchRecord(at(10), lines))[0]
        assert isinstance(saved, RecordSaved)
        assert isinstance(saved.record, WatchRecord)
        line = saved.record.lines[0]
        assert (line.value, line.typed, line.outside) == expected


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"every": 5 * HOUR}, "shift.refused.every"),
        ({"grace": 3 * HOUR}, "shift.refused.grace"),
        ({"items": ()}, "shift.refused.items"),
        ({"items": (WatchItem(Text(" ")),)}, "shift.refused.item_label"),
        ({"items": (WatchItem(Text("x"), "nowhere"),)}, "shift.refused.item_point"),
        ({"items": (WatchItem(Text("x"), low=2.0, high=1.0),)}, "shift.refused.item_limits"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_list_that_cannot_be_used_is_refused(changes: dict[str, Any], code: str) -> None:
    assert Desk().refusal(SaveRecords((replace(LIST, **changes),), (0,)), CHEN) == code


def test_only_those_who_set_things_up_change_the_list_and_it_is_never_taken_away() -> None:
    made = desk()
    assert made.refusal(SaveRecords((LIST,), (1,)), WANG) == "refused.right_configure"
    assert made.refusal(EndRecord("watchlist", "list", 1, "weg"), CHEN) == "shift.refused.list_stays"
    made.later(HOUR).do(SaveRecords((replace(LIST, every=HOUR),), (1,)), CHEN)
    assert (the_list(made).at, the_list(made).every) == (START, HOUR)  # it counts from its first day on


def test_without_a_list_there_is_nothing_to_fill_in_and_nothing_is_missing() -> None:
    made = Desk()
    assert made.refusal(SaveWatchRecord(at(10), LINES)) == "shift.refused.no_list"
    assert "records" not in standing.content(made.world, at(20), ZONE, START)


# --- start checks and notes


@pytest.mark.parametrize(
    ("horn", "notice", "note", "passed"),
    [
        (Heard.YES, Heard.YES, "", True),
        (Heard.NO, Heard.YES, "喇叭已报修", False),
        (Heard.YES, Heard.NONE, "无通知渠道", False),
    ],
)
def test_a_start_check_says_what_reached_the_person(horn: Heard, notice: Heard, note: str, passed: bool) -> None:
    made = Desk()
    made.do(RecordShiftCheck(horn, notice, "mail", "wang", note))
    kept = book(made).check
    assert kept is not None
    assert (kept.passed, kept.by, kept.station, kept.at, kept.id) == (passed, "wang", "desk-1", START, "SC-000001")


def test_a_test_that_failed_needs_a_word_of_what_is_done_about_it() -> None:
    assert Desk().refusal(RecordShiftCheck(Heard.NO, Heard.YES)) == "shift.refused.check_note"
    assert Desk().refusal(RecordShiftCheck(Heard.YES, Heard.YES), AUDITOR) == "refused.right_hand_over"


def test_a_note_is_carried_over_until_somebody_says_that_it_is_done() -> None:
    made = desk()
    made.do(SaveRecords((ShiftNote(id="", text="等水表厂家电话", by=""),), (0,)))
    (note,) = made.world.records(ShiftNote).values()
    assert (note.id, note.by, note.station) == ("SN-000001", "wang", "desk-1")
    made.do(SaveRecords((replace(note, text="等水表厂家回电", by="x"),), (1,)), LI)
    assert (made.world.records(ShiftNote)[note.id].text, made.world.records(ShiftNote)[note.id].by) == ("等水表厂家回电", "wang")
    hand_over(made)
    assert [line.text.zh for line in last(made).sections["notes"]] == ["等水表厂家回电"]
    made.later(HOUR).do(FinishNote(note.id, "已更换"), LI)
    assert made.world.records(ShiftNote) == {}
    made.later(HOUR)
    hand_over(made, "li", "wang")
    assert "notes" not in last(made).sections
    assert made.refusal(FinishNote(note.id)) == "refused.record_unknown"


# --- the handover


def hand_over(made: Desk, outgoing: str = "wang", incoming: str = "li") -> None:
    made.do(SignHandover(outgoing, "", incoming, "", "一切正常", "已知悉"))


def last(made: Desk) -> Handover:
    kept = [e.event.record for e in made.log if isinstance(e.event, RecordSaved) and isinstance(e.event.record, Handover)]
    return kept[-1]


def test_a_handover_holds_what_stood_at_that_moment_and_both_signatures() -> None:
    made = desk()
    made.alarm(2, "T1-L1")
    shelved = made.alarm(4, "T1-P1")
    made.do(ShelveAlarms((shelved.number,), "夜间抖动"))
    made.apply(*_settled(made))
    made.do(RecordIsolation("T1-P1", "检修", "赵师傅", what="自动启动"))
    made.now = at(13)
    hand_over(made)
    handover = last(made)
    assert (handover.outgoing.by, handover.incoming.by, handover.outgoing.station) == ("wang", "li", "desk-1")
    assert {name: [line.id for line in lines] for name, lines in handover.sections.items()} == {
        "faults": ["F-000001"], "alarms": ["A-001001"], "isolations": ["I-000001"], "silences": ["S-000001"],
        "orders": ["WO-000001"], "records": [shifts.slot_id(at(10)), shifts.slot_id(at(12))],
    }  # fmt: skip
    assert (handover.report, handover.remark, handover.ended_at) == ("一切正常", "已知悉", at(13))


def _settled(made: Desk) -> list[Any]:
    from console.domain.events import AlarmAdvanced  # noqa: PLC0415
    from console.domain.suppression import settled  # noqa: PLC0415

    return [AlarmAdvanced(settled(made.world, alarm, None), "silence") for alarm in list(made.world.alarms.values())]


def test_a_handover_names_the_2_hourly_records_that_nobody_made_and_the_next_one_does_not_name_them_again() -> None:
    """R-AR-06: complete and true: what was not written down is said to be missing."""
    made = desk()
    made.now = at(10)
    made.do(SaveWatchRecord(at(10), LINES))
    made.now = at(17)
    hand_over(made)
    assert (last(made).filled, last(made).missing) == (1, (at(12), at(14), at(16)))
    assert shifts.overdue(the_list(made), book(made), at(17), ZONE) == []
    made.now = at(19)
    hand_over(made, "li", "wang")
    assert (last(made).since, last(made).missing) == (at(17), (at(18),))


@pytest.mark.parametrize(
    ("handed", "named", "asked_next"),
    [(at(12), (at(10),), (at(12),)), (at(12, 20), (at(10),), (at(12),)), (at(12, 31), (at(10), at(12)), ())],
    ids=["at the very moment", "within its grace", "after it"],
)
def test_a_record_whose_grace_still_runs_at_the_handover_is_the_next_shifts(
    handed: int, named: tuple[int, ...], asked_next: tuple[int, ...]
) -> None:
    made = desk()
    made.now = handed
    hand_over(made)
    assert last(made).missing == named
    assert tuple(shifts.overdue(the_list(made), book(made), at(13), ZONE)) == asked_next
    made.now = at(13, 45)
    hand_over(made, "li", "wang")
    assert last(made).missing == asked_next  # each moment is named once, whoever answers for it


def test_after_days_without_a_handover_nothing_that_was_filled_in_is_called_missing() -> None:
    made = desk()
    made.now = at(9, 30)
    hand_over(made)
    for day in range(6):
        for hour in range(10, 34, 2):
            made.now = at(hour) + day * DAY
            made.do(SaveWatchRecord(made.now, LINES))
    made.now = at(33, 40) + 5 * DAY
    hand_over(made, "li", "wang")
    assert (last(made).missing, last(made).filled) == ((), 72)


def test_a_handover_looks_back_to_the_one_before_it_or_to_the_beginning_of_the_shift() -> None:
    made = Desk()
    made.world.roster = Roster(
        (Shift("day", Text("白班"), 8 * 60, 20 * 60),), (Team("a", Text("甲班"), (Member("wang"),)),), ({"day": "a"},), "2025-12-01"
    )
    hand_over(made)
    assert (last(made).since, last(made).day, last(made).shift) == (at(8), "2025-12-01", "day")
    made.later(HOUR)
    hand_over(made, "li", "wang")
    assert last(made).since == at(9)


def test_a_signed_handover_can_be_neither_changed_nor_ended_nor_made_by_hand() -> None:
    made = desk()
    hand_over(made)
    handover = last(made)
    assert made.refusal(SaveRecords((replace(handover, remark="anders"),), (1,)), CHEN) == "refused.record_by_flow"
    assert made.refusal(SaveRecords((replace(handover, remark="anders"),), (0,)), CHEN) == "refused.record_by_flow"
    assert made.refusal(EndRecord("handover", handover.id, 1, "weg"), CHEN) == "refused.record_unknown"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (SignHandover("wang", "", "wang", ""), "shift.refused.same_person"),
        (SignHandover("wang", "", "zhao", ""), "refused.right_hand_over"),
        (SignHandover("wang", "", "nobody", ""), "refused.secret"),
        (SignHandover("gone", "", "li", ""), "refused.right_hand_over"),
    ],
)
def test_two_different_persons_who_may_stand_a_shift_sign(command: Command, code: str) -> None:
    assert desk().refusal(command) == code


def test_what_a_drill_simulates_is_not_handed_over_but_that_it_runs_is() -> None:
    """R-EM-02: a drill is no matter of the real watch."""
    made = desk()
    made.do(StartDrill("演练", "leak", (Simulated("T1-P1", text=Text("进水")),)), CHEN)
    alarm = made.alarm(2, "T1-P1", fault=False)
    made.world.alarms[alarm.number] = replace(alarm, drill=1)
    hand_over(made)
    assert {name: [line.text.zh for line in lines] for name, lines in last(made).sections.items()} == {"drills": ["演练"]}


def test_moments_filled_in_are_forgotten_after_three_days_so_that_the_book_stays_small() -> None:
    made = desk()
    for day in range(6):
        made.now = at(10) + day * DAY
        made.do(SaveWatchRecord(at(10) + day * DAY, LINES))
    assert book(made).filled == tuple(at(10) + day * DAY for day in (2, 3, 4, 5))


def test_replaying_the_log_gives_the_same_book() -> None:
    made = desk()
    made.now = at(10)
    made.do(SaveWatchRecord(at(10), LINES))
    hand_over(made)
    other = Desk()
    other.world.replay(made.log)
    assert other.world.records(ShiftBook) == made.world.records(ShiftBook)
    assert ZHAO.name in other.world.accounts
