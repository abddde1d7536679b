"""Hazards: four steps, two persons, repeats, and that a major one is told at once."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import CHEN, LI, SUN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain import escalation
from console.domain.accounts import Account, Role
from console.domain.events import NoticePlanned, RecordSaved
from console.domain.maintenance.hazards import (
    AnalyseHazard,
    Grade,
    Hazard,
    HazardState,
    OrderForHazard,
    RecheckHazard,
    RecordHazard,
    RectifyHazard,
    VoidHazard,
    overdue,
    spot_id,
    unanalysed,
    wants_attention,
)
from console.domain.notices import Channel, Contact, NoticeKind, NotifySettings, Subscription
from console.domain.orders import OrderKind
from console.domain.rosters import Level, Member, Roster
from console.domain.text import Text
from console.domain.times import DAY, HOUR
from console.engine.notifying.wording import compose
from console.texts import CHINESE, ENGLISH

FOUND = RecordHazard("消防通道堆物", "fire_lane", place="B2 车库 3 区")
SECOND_SUPERVISOR = Account("qian", "钱主管", (Role.SUPERVISOR,))


def hazard(desk: Desk, name: str = "HZ-000001") -> Hazard:
    return desk.world.records(Hazard)[name]


def analyse(desk: Desk, name: str = "HZ-000001", **more: Any) -> AnalyseHazard:
    fields: dict[str, Any] = {"person": "zhao", "deadline": desk.now + 3 * DAY, "standard": "通道净宽 4 m，无堆物"}
    fields |= {"base": hazard(desk, name).revision, **more}
    return AnalyseHazard(name, **fields)


def rectified(**more: Any) -> Desk:
    desk = Desk()
    desk.world.accounts[SECOND_SUPERVISOR.name] = SECOND_SUPERVISOR
    desk.do(replace(FOUND, **more), LI)
    desk.do(analyse(desk, grade=more.get("grade", Grade.GENERAL), measure=more.get("measure", "")), CHEN)
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清空并划线", cost=120.0), ZHAO)
    return desk


def recheck(desk: Desk, *, passed: bool = True, note: str = "现场确认") -> RecheckHazard:
    return RecheckHazard("HZ-000001", hazard(desk).revision, passed, note)


def test_a_hazard_goes_from_found_to_closed_in_four_steps() -> None:
    """R-IN-03: find, analyse, rectify, recheck; each step with its person and time; R-IN-04 person, deadline, standard."""
    desk = rectified()
    before = hazard(desk)
    assert (before.state, before.person, before.standard, before.cost) == (
        HazardState.RECHECK,
        "zhao",
        "通道净宽 4 m，无堆物",
        120.0,
    )
    desk.do(recheck(desk), WANG)
    assert not desk.world.records(Hazard)
    verbs = [e.event.what for e in desk.log if isinstance(e.event, RecordSaved) and isinstance(e.event.record, Hazard)]
    assert verbs == ["created", "analysed", "rectified", "closed"]
    last = desk.log[-1].event
    assert isinstance(last, RecordSaved) and isinstance(last.record, Hazard)
    assert last.record.closed is not None and last.record.closed.by == "wang" and last.record.rechecks[-1].passed


def test_nobody_who_had_a_hand_in_the_rectification_closes_it() -> None:
    """R-IN-06, acceptance check 4: not who did it, not who entered it, not who is responsible; without a recheck it stays."""
    desk = rectified()
    assert desk.refusal(recheck(desk), ZHAO) == "hazards.refused.own_recheck"
    desk = Desk()
    desk.do(FOUND, LI)
    desk.do(analyse(desk, person="sun"), CHEN)
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清", by="外包张工"), WANG)
    assert desk.refusal(recheck(desk), WANG) == "hazards.refused.own_recheck", "who entered it"
    assert desk.refusal(recheck(desk), SUN) == "hazards.refused.own_recheck", "who is responsible"
    desk.later(400 * DAY)
    assert hazard(desk).state is HazardState.RECHECK, "it stays on the list for as long as nobody rechecks it"
    desk.do(recheck(desk), LI)
    assert "HZ-000001" not in desk.world.records(Hazard)


def test_a_name_that_was_typed_for_an_account_is_that_account() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    desk.do(analyse(desk, person="王强"), CHEN)
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清"), ZHAO)
    assert desk.refusal(recheck(desk), WANG) == "hazards.refused.own_recheck"


def test_a_failed_recheck_sends_it_back_and_both_are_kept() -> None:
    desk = rectified()
    desk.do(recheck(desk, passed=False, note="仍有两辆车"), WANG)
    assert hazard(desk).state is HazardState.RECTIFYING
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "加装地锁", cost=80.0), ZHAO)
    after = hazard(desk)
    assert [each.note for each in after.rectified] == ["已清空并划线", "加装地锁"] and after.cost == 200.0
    desk.do(recheck(desk), WANG)
    last = desk.log[-1].event
    assert isinstance(last, RecordSaved) and isinstance(last.record, Hazard)
    assert [each.passed for each in last.record.rechecks] == [False, True]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"person": " "}, "hazards.refused.person"),
        ({"standard": ""}, "hazards.refused.standard"),
        ({"deadline": 0}, "hazards.refused.deadline"),
        ({"grade": Grade.MAJOR}, "hazards.refused.measure"),
        ({"base": 7}, "refused.record_changed"),
    ],
)
def test_person_deadline_and_standard_are_demanded(changes: dict[str, Any], refused: str) -> None:
    """R-IN-04; and two people who analyse at once: the later one is told."""
    desk = Desk()
    desk.do(FOUND, LI)
    assert desk.refusal(analyse(desk, **changes), CHEN) == refused


def test_demands_once_set_change_only_with_a_reason() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    desk.do(analyse(desk), CHEN)
    later = analyse(desk, deadline=desk.now + 9 * DAY)
    assert desk.refusal(later, CHEN) == "refused.reason_missing"
    desk.do(replace(later, reason="备件未到"), CHEN)
    assert hazard(desk).deadline == desk.now + 9 * DAY
    assert desk.log[-1].event.reason == "备件未到"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"what": ""}, "hazards.refused.what"),
        ({"kind": "ghost"}, "hazards.refused.kind"),
        ({"place": ""}, "hazards.refused.place"),
        ({"equipment": "none"}, "refused.equipment_unknown"),
        ({"grade": Grade.MAJOR}, "hazards.refused.measure"),
        ({"at": 10**19}, "refused.future"),
    ],
)
def test_a_hazard_needs_what_where_and_for_a_major_one_its_measure(changes: dict[str, Any], refused: str) -> None:
    assert Desk().refusal(replace(FOUND, **changes), LI) == refused


def test_a_major_hazard_is_reported_at_once_to_supervisor_and_manager_and_p1_subscribers() -> None:
    """R-IN-05: the notices are planned in the transaction that records it, and say the temporary measure."""
    desk = Desk()
    desk.world.notify = NotifySettings(
        channels=(Channel("sms", Text("短信"), "json://h/{to}"), Channel("group", Text("群"), "json://h/all")),
        contacts=(Contact("chen", {"sms": "138"}), Contact("boss", {"sms": "139"}), Contact("wang", {"sms": "137"})),
        subscriptions=(Subscription("group"), Subscription("sms", person="wang", priorities=(3,))),
    )
    desk.world.roster = Roster(standing=(Member("chen", Level.SUPERVISOR), Member("boss", Level.MANAGER)))
    events = desk.do(replace(FOUND, grade=Grade.MAJOR, measure="封闭 3 区，专人看守"), LI)
    assert hazard(desk).reported == desk.now
    planned = [each for event in events for each in escalation.follow(desk.world, event, desk.now, 100)]
    notices = [event.notice for event in planned if isinstance(event, NoticePlanned)]
    assert [(each.channel, each.person) for each in notices] == [("sms", "chen"), ("sms", "boss"), ("group", "")]
    assert {(each.kind, each.priority, each.hazard, each.due_at) for each in notices} == {
        (NoticeKind.HAZARD, 1, "HZ-000001", desk.now)
    }
    for said, words in ((CHINESE, "重大隐患"), (ENGLISH, "Major hazard")):
        title, body = compose(desk.world, Text("锦云府", "Jinyun"), notices[:1], (said,), desk.now)
        assert words in title and "封闭 3 区，专人看守" in body and "HZ-000001" in body


def test_one_that_turns_out_major_is_reported_then_and_only_once() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    assert not hazard(desk).reported
    desk.do(analyse(desk, grade=Grade.MAJOR, measure="封闭"), CHEN)
    first = hazard(desk).reported
    assert first == desk.now
    desk.later(HOUR)
    desk.do(analyse(desk, grade=Grade.MAJOR, measure="封闭并巡视", reason="补充"), CHEN)
    assert hazard(desk).reported == first


def test_a_major_one_is_rechecked_by_a_supervisor() -> None:
    desk = rectified(grade=Grade.MAJOR, measure="封闭")
    assert desk.refusal(recheck(desk), WANG) == "refused.right_manage_safety"
    desk.do(recheck(desk), SECOND_SUPERVISOR)
    assert not desk.world.records(Hazard)


def test_a_repeat_of_the_same_place_and_kind_needs_root_cause_and_long_term_measure() -> None:
    """R-IN-07: known after the earlier one is closed; blanks and case of the place do not hide it; a year later it is new."""
    desk = rectified()
    desk.do(recheck(desk), WANG)
    desk.later(30 * DAY)
    desk.do(replace(FOUND, place="b2车库3区"), LI)
    again = hazard(desk, "HZ-000002")
    assert again.repeats == ("HZ-000001",)
    assert desk.refusal(analyse(desk, "HZ-000002"), CHEN) == "hazards.refused.repeat"
    desk.do(analyse(desk, "HZ-000002", root_cause="无固定堆放点", long_term="设临时库房"), CHEN)
    desk.do(replace(FOUND, kind="electric"), LI)
    assert hazard(desk, "HZ-000003").repeats == (), "another kind"
    desk.later(400 * DAY)
    desk.do(FOUND, LI)
    assert hazard(desk, "HZ-000004").repeats == (), "over a year later"


def test_equipment_counts_before_the_words_of_a_place() -> None:
    assert spot_id("T1-L1", "机房", "elevator") == spot_id("T1-L1", "底坑", "elevator") != spot_id("", "机房", "elevator")
    assert spot_id("", "", "gas") == ""


def test_a_hazard_gets_one_order_at_a_time_due_at_its_deadline() -> None:
    desk = Desk()
    desk.do(replace(FOUND, equipment="T1-P1"), LI)
    desk.do(analyse(desk), CHEN)
    desk.do(OrderForHazard("HZ-000001", 2), CHEN)
    assert (desk.order.kind, desk.order.origin, desk.order.priority) == (OrderKind.INSPECTION, "hazard:HZ-000001", 2)
    assert desk.order.due_at == hazard(desk).deadline and hazard(desk).orders == (desk.order.number,)
    assert desk.refusal(OrderForHazard("HZ-000001"), CHEN) == "hazards.refused.order_runs"
    desk.do(cmd.CancelOrder(desk.order.number, "重开"), CHEN)
    desk.do(OrderForHazard("HZ-000001"), CHEN)
    assert hazard(desk).orders == (1, 2)


def test_overdue_and_forgotten_ones_want_attention() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    assert not wants_attention(hazard(desk), desk.now)
    desk.later(DAY)
    assert unanalysed(hazard(desk), desk.now) and wants_attention(hazard(desk), desk.now)
    desk.do(analyse(desk), CHEN)
    assert not wants_attention(hazard(desk), desk.now)
    desk.later(3 * DAY)
    assert overdue(hazard(desk), desk.now)
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清"), ZHAO)
    assert not overdue(hazard(desk), desk.now), "it waits for its recheck now"


def test_steps_out_of_their_order_and_wrong_times_are_refused() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    rectify = RectifyHazard("HZ-000001", 1, "已清")
    assert desk.refusal(rectify, ZHAO) == "hazards.refused.not_analysed"
    assert desk.refusal(recheck(desk), WANG) == "hazards.refused.not_rectified"
    desk.do(analyse(desk), CHEN)
    base = hazard(desk).revision
    assert desk.refusal(RectifyHazard("HZ-000001", base, " "), ZHAO) == "hazards.refused.rectified"
    assert desk.refusal(RectifyHazard("HZ-000001", base, "清", at=desk.now - DAY), ZHAO) == "hazards.refused.before"
    assert desk.refusal(RectifyHazard("HZ-000001", base, "清", at=desk.now + 1), ZHAO) == "refused.future"
    assert desk.refusal(RectifyHazard("HZ-000001", base, "清", cost=float("nan")), ZHAO) == "hazards.refused.cost"
    desk.do(RectifyHazard("HZ-000001", base, "清"), ZHAO)
    assert desk.refusal(analyse(desk, reason="x"), CHEN) == "hazards.refused.state"
    assert desk.refusal(recheck(desk, note=""), WANG) == "hazards.refused.recheck_note"
    assert desk.refusal(RecheckHazard("HZ-000009", 1, True, "x"), WANG) == "hazards.refused.unknown"


def test_what_was_no_hazard_is_said_so_by_another_than_its_finder() -> None:
    desk = Desk()
    desk.do(FOUND, CHEN)
    assert desk.refusal(VoidHazard("HZ-000001", 1, "误报"), CHEN) == "hazards.refused.own_void"
    assert desk.refusal(VoidHazard("HZ-000001", 1, "误报"), LI) == "refused.right_manage_safety"
    desk.world.accounts[SECOND_SUPERVISOR.name] = SECOND_SUPERVISOR
    desk.do(VoidHazard("HZ-000001", 1, "已批准的临时堆放"), SECOND_SUPERVISOR)
    assert not desk.world.records(Hazard)


def test_a_hazard_cannot_be_saved_around_its_steps() -> None:
    desk = Desk()
    desk.do(FOUND, LI)
    forged = replace(hazard(desk), state=HazardState.CLOSED, ended_at=desk.now)
    assert desk.refusal(cmd.SaveRecords((forged,), (1,)), CHEN) == "refused.record_by_flow"
    assert desk.refusal(cmd.EndRecord("hazard", "HZ-000001", 1, "不要了"), CHEN) == "refused.record_by_flow"
