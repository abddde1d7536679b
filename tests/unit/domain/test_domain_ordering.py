"""The order's path: who may enter which stage, when, for whom."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import ADMIN, AUDITOR, CHEN, LI, START, SUN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.accounts import Account, Role
from console.domain.commands import (
    AdvanceOrder,
    CancelOrder,
    CheckOrderItem,
    Command,
    DispatchOrder,
    HoldOrder,
    MarkRestored,
    NoteOrder,
    RaiseOrder,
    ResumeOrder,
    ReworkOrder,
    VerifyOrder,
)  # fmt: skip
from console.domain.events import FaultOrdered, OrderAdvanced, OrderRaised
from console.domain.orders import STAGES, CheckItem, Order, OrderKind, OrderState
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE

S = OrderState
WORK = (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK)


def at(stage: OrderState, priority: int = 3) -> Desk:
    """A desk with a fault whose order 1 has reached ``stage`` by zhao, one hour a stage."""
    desk = Desk()
    desk.alarm(priority)
    if stage is S.CANCELLED:
        desk.do(CancelOrder(1, "误报"))
        return desk
    for reached in STAGES[1 : STAGES.index(stage) + 1]:
        desk.later()
        match reached:
            case S.DISPATCHED:
                desk.do(DispatchOrder(1, "zhao"))
            case S.ACCEPTANCE:
                desk.do(VerifyOrder(1, ""), CHEN)
            case S.VERIFIED | S.ARCHIVED:
                desk.do(AdvanceOrder(1, reached))
            case _:
                desk.do(AdvanceOrder(1, reached), ZHAO)
    assert desk.order.state is stage
    return desk


def test_an_order_goes_from_logged_to_archived_with_one_stamp_a_stage() -> None:
    """R-WO-01: 受理→核实→派工→接单→到场→实施→自检→验收→归档."""
    desk = at(S.ARCHIVED)
    assert tuple(desk.order.stamps) == STAGES
    assert [(stamp.at - START) // HOUR for stamp in desk.order.stamps.values()] == list(range(9))
    assert (desk.order.verifier, desk.order.open, desk.order.assignee) == ("chen", False, "zhao")
    assert desk.order.revision == 8


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("stage", OrderState)
def test_a_stage_is_entered_only_from_the_one_before_it(state: OrderState, stage: OrderState) -> None:
    allowed = {
        (S.ACCEPTED, S.VERIFIED), (S.DISPATCHED, S.ASSIGNED), (S.ASSIGNED, S.ON_SITE), (S.ON_SITE, S.IN_PROGRESS),
        (S.ON_SITE, S.SELF_CHECK), (S.IN_PROGRESS, S.SELF_CHECK), (S.ACCEPTANCE, S.ARCHIVED),
    }  # fmt: skip
    desk = at(state)
    code = desk.refusal(AdvanceOrder(1, stage, by="zhao" if stage in WORK else ""), WANG)
    if (state, stage) in allowed:
        assert code == ""
    elif state in (S.ARCHIVED, S.CANCELLED):
        assert code == "refused.order_ended"
    else:
        special = {S.DISPATCHED: "refused.stage_by_dispatch", S.ACCEPTANCE: "refused.stage_by_verify"}
        assert code == special.get(stage, "refused.stage_order")


def test_a_self_check_straight_after_arrival_stamps_the_work_and_the_restored_service_too() -> None:
    desk = at(S.ON_SITE)
    desk.later().do(AdvanceOrder(1, S.SELF_CHECK, note="复位"), ZHAO)
    order = desk.order
    assert order.stamps[S.IN_PROGRESS] == order.stamps[S.SELF_CHECK] == order.restored
    assert order.stamps[S.SELF_CHECK].note == "复位"


def test_a_clear_case_is_dispatched_without_verification_and_dispatched_again_until_arrival() -> None:
    desk = at(S.ACCEPTED)
    desk.do(DispatchOrder(1, "zhao", note="带钥匙"))
    desk.do(DispatchOrder(1, "sun"))
    desk.do(AdvanceOrder(1, S.ASSIGNED), SUN)
    desk.do(DispatchOrder(1, "周师傅", contractor=True), LI)
    order = desk.order
    assert (order.state, order.assignee, order.contractor) == (S.DISPATCHED, "周师傅", True)
    assert set(order.stamps) == {S.ACCEPTED, S.DISPATCHED}, "the former acceptance is taken back"
    assert order.stamps[S.DISPATCHED].by == "li"
    assert at(S.ON_SITE).refusal(DispatchOrder(1, "sun")) == "refused.dispatch_late"


def test_an_order_is_dispatched_only_to_somebody_who_can_do_it() -> None:
    desk = at(S.ACCEPTED)
    codes = {name: desk.refusal(DispatchOrder(1, name)) for name in ("zhao", "wang", " ", "nobody", "gone", "audit")}
    assert codes == {
        "zhao": "", "wang": "", " ": "refused.assignee_missing", "nobody": "refused.assignee_unknown",
        "gone": "refused.assignee_unable", "audit": "refused.assignee_unable",
    }  # fmt: skip


def test_the_desk_enters_a_phone_call_by_proxy_with_both_times_and_a_reason() -> None:
    desk = at(S.DISPATCHED)
    phoned = desk.now + 5 * MINUTE
    desk.later()
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED, phoned, "zhao")) == "refused.backdate_reason"
    desk.do(AdvanceOrder(1, S.ASSIGNED, phoned, "zhao", "电话报告"))
    stamp = desk.order.stamps[S.ASSIGNED]
    assert (stamp.at, stamp.entered_at, stamp.by, stamp.entered_by) == (phoned, desk.now, "zhao", "wang")
    assert (stamp.proxy, stamp.backdated, stamp.reason, stamp.station) == (True, True, "电话报告", "desk-1")


def test_a_time_in_the_future_or_before_the_stage_before_is_refused() -> None:
    desk = at(S.DISPATCHED)
    dispatched = desk.now
    desk.later()
    for entered, code in {
        desk.now + 1: "refused.future",
        dispatched - 1: "refused.too_early",
        dispatched: "",
        START - 1: "refused.too_early",
    }.items():
        assert desk.refusal(AdvanceOrder(1, S.ASSIGNED, entered, "zhao", "电话")) == code


def test_nothing_can_be_entered_for_a_time_before_the_fault_began() -> None:
    desk = at(S.ACCEPTED).later()
    assert desk.refusal(MarkRestored(1, START - 1, reason="补录")) == "refused.too_early"
    assert desk.refusal(MarkRestored(1, START, reason="补录")) == ""
    assert desk.refusal(MarkRestored(1, START)) == "refused.backdate_reason"


def test_a_self_check_cannot_be_earlier_than_the_service_that_was_restored() -> None:
    desk = at(S.IN_PROGRESS)
    started = desk.now
    desk.later().do(MarkRestored(1), ZHAO)
    desk.later()
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK, started + 1, reason="补录"), ZHAO) == "refused.too_early"


def test_the_workers_stages_are_the_assignees_and_nobody_elses() -> None:
    desk = at(S.DISPATCHED)
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED), WANG) == "refused.stage_by_assignee"
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED, by="sun"), WANG) == "refused.stage_by_assignee"
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED, by="sun"), ZHAO) == "refused.stage_by_assignee"
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED), SUN) == "refused.not_yours"
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED), ZHAO) == ""
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED, by="zhao"), WANG) == ""


def test_a_contractor_who_is_named_like_a_technician_does_not_lend_him_the_order() -> None:
    desk = at(S.ACCEPTED)
    desk.do(DispatchOrder(1, "zhao", contractor=True))
    assert desk.refusal(AdvanceOrder(1, S.ASSIGNED), ZHAO) == "refused.not_yours"


def test_a_technician_does_nothing_on_orders_of_others_and_nothing_by_proxy() -> None:
    commands: list[Command] = [
        AdvanceOrder(1, S.SELF_CHECK), MarkRestored(1), HoldOrder(1, "waiting_parts"), ResumeOrder(1), NoteOrder(1, "x"),
        CheckOrderItem(1, 0, "pass"), ReworkOrder(1, "x"),
    ]  # fmt: skip
    for command in commands:
        assert at(S.IN_PROGRESS).refusal(command, SUN) == "refused.not_yours"
        assert at(S.IN_PROGRESS).refusal(command, AUDITOR) == "refused.right_work_order"
    assert at(S.IN_PROGRESS).refusal(MarkRestored(1, by="sun"), ZHAO) == "refused.proxy"
    assert at(S.IN_PROGRESS).refusal(MarkRestored(1, by="zhao"), ZHAO) == ""


def test_confirming_and_archiving_are_the_desks_even_on_ones_own_order() -> None:
    desk = at(S.ACCEPTANCE)
    assert desk.refusal(AdvanceOrder(1, S.ARCHIVED), ZHAO) == "refused.right_dispatch_order"
    assert desk.refusal(AdvanceOrder(1, S.ARCHIVED), WANG) == ""


def test_restored_is_entered_once_by_whomever_and_also_during_a_hold() -> None:
    desk = at(S.ASSIGNED)
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later().do(MarkRestored(1, by="物业电工"))
    assert desk.order.restored is not None
    assert (desk.order.restored.by, desk.order.restored.at) == ("物业电工", desk.now)
    assert desk.refusal(MarkRestored(1)) == "refused.restored_already"
    desk.do(RaiseOrder(OrderKind.INSPECTION, "巡检"))
    assert desk.refusal(MarkRestored(2)) == "refused.no_fault"


def test_verification_is_by_a_second_person_with_that_right() -> None:
    desk = at(S.SELF_CHECK)
    assert desk.refusal(VerifyOrder(1, ""), WANG) == "refused.right_verify_order"
    both = Account("zhao", "赵", (Role.SUPERVISOR,))
    assert desk.refusal(VerifyOrder(1, ""), both) == "refused.verify_own"
    assert at(S.IN_PROGRESS).refusal(VerifyOrder(1, ""), CHEN) == "refused.verify_early"
    desk.do(VerifyOrder(1, "", "运行正常"), CHEN)
    assert (desk.order.state, desk.order.verifier, desk.order.stamps[S.ACCEPTANCE].note) == (S.ACCEPTANCE, "chen", "运行正常")


def test_rework_takes_the_self_check_back_and_the_next_one_cannot_be_dated_before_it() -> None:
    desk = at(S.SELF_CHECK)
    checked = desk.now
    desk.later()
    assert desk.refusal(ReworkOrder(1, " ")) == "refused.reason_missing"
    desk.do(ReworkOrder(1, "仍漏水"), CHEN)
    order = desk.order
    assert (order.state, order.rework_count, S.SELF_CHECK in order.stamps, order.restored) == (S.IN_PROGRESS, 1, False, None)
    assert (order.stamps[S.IN_PROGRESS].reason, order.stamps[S.IN_PROGRESS].by) == ("仍漏水", "zhao")
    desk.later()
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK, checked, reason="补录"), ZHAO) == "refused.too_early"
    assert desk.refusal(ReworkOrder(1, "x")) == "refused.rework_state"


def test_rework_keeps_a_restored_service_that_was_entered_on_its_own() -> None:
    desk = at(S.IN_PROGRESS)
    desk.do(MarkRestored(1), ZHAO)
    restored = desk.order.restored
    desk.later().do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    desk.do(ReworkOrder(1, "异响"))
    assert desk.order.restored == restored


def test_a_hold_needs_its_reason_code_and_stops_everything_but_notes_restored_and_cancelling() -> None:
    desk = at(S.ON_SITE)
    assert desk.refusal(HoldOrder(1, "lunch")) == "refused.hold_reason"
    assert desk.refusal(ResumeOrder(1)) == "refused.not_held"
    desk.do(HoldOrder(1, "waiting_parts", "等门机板"), ZHAO)
    assert desk.order.held
    assert desk.order.holds[0].since.note == "等门机板"
    for command in (HoldOrder(1, "waiting_owner"), AdvanceOrder(1, S.IN_PROGRESS), DispatchOrder(1, "sun"), ReworkOrder(1, "x")):
        assert desk.refusal(command) == "refused.order_held"
    assert [desk.refusal(command) for command in (NoteOrder(1, "x"), MarkRestored(1), CancelOrder(1, "x"))] == ["", "", ""]
    desk.later().do(ResumeOrder(1), ZHAO)
    assert (desk.order.held, desk.order.holds[0].until) == (False, desk.now)
    desk.do(HoldOrder(1, "force_majeure"))
    desk.later().do(CancelOrder(1, "台风"))
    assert desk.order.holds[1].until == desk.now


def test_a_p1_fault_is_never_put_on_hold_nor_an_emergency_order_by_hand() -> None:
    assert at(S.ASSIGNED, priority=1).refusal(HoldOrder(1, "force_majeure")) == "refused.hold_p1"
    desk = Desk()
    desk.do(RaiseOrder(OrderKind.CORRECTIVE, "爆管", priority=1))
    assert desk.refusal(HoldOrder(1, "waiting_parts")) == "refused.hold_p1"
    assert at(S.SELF_CHECK).refusal(HoldOrder(1, "waiting_owner")) == "refused.hold_late"


def test_cancelling_needs_the_desk_and_a_reason_and_comes_too_late_after_verification() -> None:
    desk = at(S.ON_SITE)
    assert desk.refusal(CancelOrder(1, "x"), ZHAO) == "refused.right_dispatch_order"
    assert desk.refusal(CancelOrder(1, " ")) == "refused.reason_missing"
    assert at(S.ACCEPTANCE).refusal(CancelOrder(1, "x")) == "refused.cancel_late"
    desk.do(CancelOrder(1, "误派"))
    assert (desk.order.state, desk.order.open, desk.fault.open) == (S.CANCELLED, False, True)
    assert desk.refusal(CancelOrder(1, "x")) == "refused.order_ended"


def test_an_order_by_hand_is_the_callers_own_words_and_the_first_person_stays_responsible() -> None:
    desk = Desk()
    (event,) = desk.do(
        RaiseOrder(
            OrderKind.CORRECTIVE, " 水龙头漏水 ", "T1-P1", 2, caller="302 业主", place="1号楼", symptom="滴水", due_at=START + HOUR
        )
    )
    assert isinstance(event, OrderRaised)
    order = event.order
    assert (order.title, order.equipment, order.priority, order.first_owner) == (Text("水龙头漏水"), "T1-P1", 2, "wang")
    assert (order.caller, order.place, order.symptom, order.due_at) == ("302 业主", "1号楼", "滴水", START + HOUR)
    assert (order.state, order.stamps[S.ACCEPTED].by, order.created_at) == (S.ACCEPTED, "wang", START)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "  "}, "refused.order_title"),
        ({"equipment": "X"}, "refused.equipment_unknown"),
        ({"priority": 0}, "refused.priority"),
        ({"priority": 5}, "refused.priority"),
        ({"due_at": START - 1}, "refused.due_past"),
        ({"fault": 9}, "refused.fault_unknown"),
        ({"fault": 1}, "refused.order_exists"),
    ],
)
def test_an_order_by_hand_that_makes_no_sense_is_refused(changes: dict[str, Any], code: str) -> None:
    desk = at(S.ACCEPTED)
    assert desk.refusal(RaiseOrder(**{"kind": OrderKind.PROJECT, "title": "x", **changes})) == code


@pytest.mark.parametrize("ended", [S.CANCELLED, S.ARCHIVED])
def test_an_open_fault_whose_order_has_ended_gets_a_new_one(ended: OrderState) -> None:
    desk = at(ended)
    events = desk.do(RaiseOrder(OrderKind.CORRECTIVE, "再修", "T1-L1", 4, fault=1))
    assert [type(event) for event in events] == [OrderRaised, FaultOrdered]
    assert (desk.fault.order, desk.order.number, desk.order.fault) == (2, 2, 1)
    assert (desk.order.equipment, desk.order.priority) == ("T1-P1", 3), "the fault knows better"


def test_an_order_of_an_order_that_is_no_longer_held_can_replace_it() -> None:
    desk = at(S.ARCHIVED)
    del desk.world.orders[1]
    assert desk.refusal(RaiseOrder(OrderKind.CORRECTIVE, "再修", fault=1)) == ""


def test_notes_are_kept_with_who_and_when_also_after_the_end() -> None:
    desk = at(S.ARCHIVED)
    assert desk.refusal(NoteOrder(1, " ")) == "refused.note_empty"
    assert desk.refusal(NoteOrder(7, "x")) == "refused.order_unknown"
    (event,) = desk.later().do(NoteOrder(1, "配件发票已归档"))
    assert isinstance(event, OrderAdvanced)
    assert (event.what, desk.order.notes[0].note, desk.order.notes[0].by, desk.order.notes[0].at) == (
        "note", "配件发票已归档", "wang", desk.now,
    )  # fmt: skip


def with_checklist(stage: OrderState) -> tuple[Desk, Order]:
    desk = at(stage)
    order = replace(desk.order, checklist=(CheckItem(Text("清洁")), CheckItem(Text("制动器"))))
    desk.apply(OrderAdvanced(order, "check"))
    return desk, order


def test_a_self_check_needs_every_line_of_the_checklist_filled() -> None:
    desk, _ = with_checklist(S.IN_PROGRESS)
    desk.do(CheckOrderItem(1, 0, "pass", " 3.2 mm ", "正常"), ZHAO)
    assert desk.order.checklist[0] == CheckItem(Text("清洁"), "pass", "3.2 mm", "正常")
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK), ZHAO) == "refused.checklist_open"
    desk.do(CheckOrderItem(1, 1, "fail"), ZHAO)
    desk.do(CheckOrderItem(1, 1, ""), ZHAO)
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK), ZHAO) == "refused.checklist_open"
    desk.do(CheckOrderItem(1, 1, "skipped"), ZHAO)
    desk.do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    assert desk.refusal(CheckOrderItem(1, 0, "fail"), ZHAO) == "refused.checklist_closed"


@pytest.mark.parametrize(
    ("item", "result", "code"), [(2, "pass", "item_unknown"), (-1, "pass", "item_unknown"), (0, "ok", "item_result")]
)
def test_a_checklist_has_the_lines_and_results_that_it_has(item: int, result: str, code: str) -> None:
    desk, _ = with_checklist(S.IN_PROGRESS)
    assert desk.refusal(CheckOrderItem(1, item, result)) == f"refused.{code}"


def test_an_administrator_without_another_role_works_on_no_order() -> None:
    assert at(S.SELF_CHECK).refusal(VerifyOrder(1, ""), ADMIN) == "refused.right_verify_order"
    assert at(S.IN_PROGRESS).refusal(NoteOrder(1, "x"), ADMIN) == "refused.right_work_order"
