"""What people do with alarms and faults, and what an alarm leads to."""

from __future__ import annotations

import pytest
from domain_builders import ADMIN, AUDITOR, CHEN, GONE, LI, START, SUN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain import handling
from console.domain.accounts import Account, Right
from console.domain.acts import LONGEST_TEXT, require
from console.domain.alarms import AlarmState
from console.domain.commands import (
    AcknowledgeAlarms,
    AdvanceOrder,
    CancelOrder,
    ChangeSecret,
    CloseFault,
    Command,
    DispatchOrder,
    RaiseOrder,
    SignOff,
    TakeFault,
    VerifyOrder,
)  # fmt: skip
from console.domain.events import AlarmAcknowledged, AlarmAssigned, FaultJoined, FaultOpened, FaultTaken, OrderAdvanced, OrderRaised
from console.domain.faults import CloseCode, ResponsePolicy
from console.domain.orders import OrderKind, OrderState
from console.domain.problems import Refused
from console.domain.rules import Category
from console.domain.times import DAY, HOUR, MINUTE
from console.texts import catalogue, sentence

S = OrderState
REAL, FALSE_ALARM, TEST, DUPLICATE = CloseCode


def test_an_alarm_of_priority_1_to_3_opens_a_fault_with_its_order_and_one_of_priority_4_does_not() -> None:
    for priority in (1, 2, 3):
        desk = Desk()
        alarm = desk.alarm(priority)
        assert [type(entry.event) for entry in desk.log[1:]] == [FaultOpened, OrderRaised, AlarmAssigned]
        assert (desk.fault.priority, desk.fault.alarms, desk.fault.opened_at) == (priority, (alarm.number,), START)
        assert (desk.order.kind, desk.order.state, desk.order.first_owner) == (OrderKind.CORRECTIVE, S.ACCEPTED, "")
        assert (desk.fault.order, desk.order.fault, alarm.fault) == (1, 1, "F-000001")
        assert desk.order.stamps[S.ACCEPTED].at == desk.order.created_at == START
    desk = Desk()
    assert desk.alarm(4).fault == ""
    assert desk.world.faults == desk.world.orders == {}


def test_a_fault_begins_when_its_alarm_was_raised_however_late_it_is_committed_but_never_in_the_future() -> None:
    desk = Desk()
    alarm = desk.alarm(3, fault=False)
    late = handling.fault_for(desk.world, alarm, desk.now + HOUR)[0]
    early = handling.fault_for(desk.world, alarm, desk.now - HOUR)[0]
    assert isinstance(late, FaultOpened)
    assert isinstance(early, FaultOpened)
    assert (late.fault.opened_at, early.fault.opened_at) == (START, START - HOUR)


def test_a_fault_keeps_the_limits_that_were_promised_when_it_was_opened() -> None:
    desk = Desk()
    desk.alarm(2)
    desk.world.policy = ResponsePolicy(p2=desk.world.policy.p3)
    desk.alarm(2, "T1-L1")
    assert desk.world.faults[1].limits.respond == HOUR
    assert desk.world.faults[2].limits.respond == 2 * HOUR


def test_a_further_alarm_joins_the_open_fault_of_its_equipment_and_stays_unacknowledged() -> None:
    desk = Desk()
    desk.alarm(2)
    desk.do(TakeFault(1))
    second = desk.alarm(3)
    assert isinstance(desk.log[-2].event, FaultJoined)
    assert desk.fault.alarms == (1001, 1002)
    assert (second.fault, second.state) == ("F-000001", AlarmState.ACTIVE_UNACKNOWLEDGED)
    desk.alarm(3, "T1-L1")
    assert len(desk.world.faults) == 2, "another equipment has its own fault"


def test_a_more_severe_alarm_opens_its_own_fault_and_later_ones_join_the_most_severe() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.alarm(1)
    assert (desk.fault.number, desk.fault.priority, desk.fault.previous) == (2, 1, 1)
    desk.alarm(3)
    assert desk.world.faults[2].alarms == (1002, 1003)


def test_every_fire_alarm_of_a_panel_has_its_own_fault_and_clocks_and_hides_nothing_else() -> None:
    desk = Desk()
    desk.alarm(1, "F1", category=Category.FIRE)
    desk.do(TakeFault(1))
    desk.alarm(1, "F1", category=Category.FIRE)
    desk.alarm(3, "F1", category=Category.ISOLATED)
    desk.alarm(3, "F1")
    assert [(fault.alarms, fault.category, fault.taken is None) for fault in desk.world.faults.values()] == [
        ((1001,), Category.FIRE, False),
        ((1002,), Category.FIRE, True),
        ((1003, 1004), Category.ISOLATED, True),
    ]


@pytest.mark.parametrize("end", ["self_check", "cancel", "close"])
def test_an_alarm_after_the_repair_opens_a_new_fault_that_names_the_earlier_one(end: str) -> None:
    desk = Desk()
    desk.alarm(3)
    if end == "cancel":
        desk.do(CancelOrder(1, "误派"))
    elif end == "close":
        desk.do(CloseFault(1, TEST, "例行测试"))
    else:
        repair(desk, verified=False)
    desk.alarm(3)
    assert (desk.fault.number, desk.fault.previous, desk.fault.order) == (2, 1, 2)


def test_asking_twice_for_the_fault_of_an_alarm_opens_one() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    assert handling.fault_for(desk.world, alarm, desk.now) == ()
    assert handling.fault_for(desk.world, replace(alarm, fault=""), desk.now) == ()


def test_an_alarm_that_is_over_before_its_fault_keeps_the_fault_and_does_not_come_back_to_the_list() -> None:
    desk = Desk()
    alarm = desk.alarm(3, fault=False)
    desk.returns(alarm.number)
    desk.do(AcknowledgeAlarms((alarm.number,)))
    events = desk.apply(*handling.fault_for(desk.world, alarm, desk.now))
    assert [type(event) for event in events] == [FaultOpened, OrderRaised]
    assert desk.world.alarms == {}


def test_an_alarm_that_comes_again_before_it_was_acknowledged_is_the_same_one_in_the_same_fault() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    desk.later()
    desk.returns(alarm.number)
    desk.apply(handling.raised_again(desk.world, desk.world.alarms[alarm.number], 9.0))
    again = desk.world.alarms[alarm.number]
    assert again == replace(alarm, value=9.0)
    assert handling.fault_for(desk.world, again, desk.now) == ()


@pytest.mark.parametrize("end", ["self_check", "closed"])
def test_an_alarm_that_comes_again_after_the_repair_opens_the_next_fault_whose_clocks_begin_now(end: str) -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    desk.returns(alarm.number)
    repair(desk, verified=end == "closed")
    if end == "closed":
        desk.do(CloseFault(1, REAL, "密封老化", "更换密封"))
    desk.later()
    desk.apply(handling.raised_again(desk.world, desk.world.alarms[alarm.number], 9.0))
    desk.apply(*handling.fault_for(desk.world, desk.world.alarms[alarm.number], desk.now))
    assert (desk.fault.number, desk.fault.previous, desk.fault.opened_at) == (2, 1, desk.now)
    assert desk.world.alarms[alarm.number].fault == "F-000002"
    if end == "self_check":
        assert desk.do(TakeFault(1))[0] == FaultTaken(desk.world.faults[1])
        assert not desk.world.alarms[alarm.number].acknowledged, "it belongs to the new fault"
        desk.do(VerifyOrder(1, ""), CHEN)
        desk.do(CloseFault(1, REAL, "密封老化", "更换密封"))


def test_an_acknowledgement_between_alarm_and_fault_is_kept() -> None:
    desk = Desk()
    alarm = desk.alarm(3, fault=False)
    desk.do(AcknowledgeAlarms((alarm.number,), "看到了"))
    desk.apply(*handling.fault_for(desk.world, alarm, desk.now))
    kept = desk.world.alarms[alarm.number]
    assert (kept.acknowledged, kept.comment, kept.fault) == (True, "看到了", "F-000001")


def test_a_return_is_said_once_and_leaves_an_unacknowledged_alarm_in_the_list() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    desk.later(MINUTE)
    desk.returns(alarm.number)
    assert desk.world.alarms[alarm.number].state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert desk.world.alarms[alarm.number].returned_at == desk.now
    assert handling.returned(desk.world, alarm.number, desk.now) == ()
    assert handling.returned(desk.world, 77, desk.now) == ()


def test_acknowledging_names_who_and_when_and_passes_over_what_is_done() -> None:
    desk = Desk()
    first, second = desk.alarm(3), desk.alarm(4, "T1-L1")
    desk.later(MINUTE)
    events = desk.do(AcknowledgeAlarms((first.number, first.number, 999), "  电话已核实  "))
    assert len(events) == 1
    seen = desk.world.alarms[first.number]
    assert (seen.acknowledged_by, seen.acknowledged_at, seen.comment) == ("wang", desk.now, "电话已核实")
    assert desk.do(AcknowledgeAlarms((first.number,), "再次")) == ()
    assert len(desk.do(AcknowledgeAlarms((first.number, second.number)), CHEN)) == 1
    assert desk.refusal(AcknowledgeAlarms(())) == "refused.no_alarm"


def test_acknowledging_an_alarm_does_not_take_its_fault() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    desk.do(AcknowledgeAlarms((alarm.number,)))
    assert desk.fault.taken is None


def test_taking_a_fault_names_person_and_station_and_acknowledges_its_alarms_in_the_same_act() -> None:
    desk = Desk()
    desk.alarm(3)
    other = desk.alarm(3, "T1-L1")
    desk.alarm(3)
    desk.returns(1003)
    desk.later(MINUTE)
    events = desk.do(TakeFault(1), station="desk-2")
    assert [type(event) for event in events] == [FaultTaken, OrderAdvanced, AlarmAcknowledged, AlarmAcknowledged]
    taken = desk.world.faults[1].taken
    assert taken is not None
    assert (taken.by, taken.station, taken.at, taken.proxy) == ("wang", "desk-2", desk.now, False)
    assert desk.world.orders[1].first_owner == "wang"
    assert set(desk.world.alarms) == {1001, other.number}, "the one that had returned is over"
    assert not desk.world.alarms[other.number].acknowledged


def test_a_fault_that_somebody_has_is_refused_naming_who_and_where() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(TakeFault(1), station="东控制室")
    with pytest.raises(Refused) as refused:
        handling.decide(desk.world, TakeFault(1), LI, "desk-2", desk.now)
    assert refused.value.problem.code == "refused.fault_taken"
    assert "王强" in sentence(refused.value.problem)
    assert "东控制室" in sentence(refused.value.problem)


def test_taking_ones_own_fault_again_acknowledges_what_has_joined_and_nothing_else() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(TakeFault(1))
    assert desk.do(TakeFault(1)) == ()
    desk.alarm(3)
    assert [type(event) for event in desk.do(TakeFault(1))] == [AlarmAcknowledged]


def test_taking_leaves_the_first_owner_of_an_order_that_was_raised_by_hand() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(CancelOrder(1, "误派"))
    assert [type(event) for event in desk.do(TakeFault(1))] == [FaultTaken, AlarmAcknowledged], "a cancelled order has no owner"
    desk.alarm(3, "T1-L1")
    desk.do(CancelOrder(2, "误派"))
    desk.do(RaiseOrder(OrderKind.CORRECTIVE, "重开", fault=2), LI)
    desk.do(TakeFault(2))
    assert desk.order.first_owner == "li"


def repair(desk: Desk, verified: bool = True, archived: bool = False) -> None:
    number = desk.order.number
    desk.do(DispatchOrder(number, "zhao"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.do(AdvanceOrder(number, stage), ZHAO)
    if verified:
        desk.do(VerifyOrder(number, ""), CHEN)
    if archived:
        desk.do(AdvanceOrder(number, S.ARCHIVED))


def test_a_real_fault_is_closed_only_after_verification_with_cause_and_remedy_and_nothing_active() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    assert desk.refusal(CloseFault(1, REAL, "密封老化", "更换密封")) == "refused.close_unverified"
    repair(desk, verified=False)
    assert desk.refusal(CloseFault(1, REAL, "密封老化", "更换密封")) == "refused.close_unverified"
    desk.do(VerifyOrder(1, ""), CHEN)
    assert desk.refusal(CloseFault(1, REAL, " ", "更换密封")) == "refused.close_cause"
    assert desk.refusal(CloseFault(1, REAL, "密封老化")) == "refused.close_remedy"
    assert desk.refusal(CloseFault(1, REAL, "密封老化", "更换密封")) == "refused.close_active"
    desk.returns(alarm.number)
    desk.do(CloseFault(1, REAL, "密封老化", "更换密封"))
    assert (desk.fault.open, desk.fault.closed_by, desk.fault.closed_at) == (False, "wang", desk.now)
    assert (desk.fault.close_code, desk.fault.cause, desk.fault.remedy) == (REAL, "密封老化", "更换密封")
    assert desk.world.alarms[alarm.number].state is AlarmState.RETURNED_UNACKNOWLEDGED, "closing acknowledges nothing"
    assert desk.order.state is S.ACCEPTANCE


def test_a_fault_with_an_archived_order_can_be_closed_days_later() -> None:
    desk = Desk()
    alarm = desk.alarm(3)
    repair(desk, archived=True)
    desk.later(3 * DAY)
    desk.alarm(4, "T1-L1")
    desk.do(RaiseOrder(OrderKind.INSPECTION, "巡检"))
    desk.do(CancelOrder(2, "重复"))
    desk.returns(alarm.number)
    desk.do(CloseFault(1, REAL, "原因", "措施"))
    assert not desk.world.faults[1].open


@pytest.mark.parametrize("code", [FALSE_ALARM, TEST, DUPLICATE])
def test_a_false_alarm_a_test_and_a_duplicate_cancel_the_open_order_even_while_the_alarm_is_active(code: CloseCode) -> None:
    desk = Desk()
    alarm = desk.alarm(1)
    assert desk.refusal(CloseFault(1, code)) == "refused.close_cause"
    desk.do(CloseFault(1, code, "联动测试"))
    assert (desk.order.state, desk.order.cancelled and desk.order.cancelled.reason) == (S.CANCELLED, "联动测试")
    assert desk.fault.close_code is code
    assert desk.world.alarms[alarm.number].active


def test_a_false_alarm_leaves_an_order_that_was_verified_or_has_ended_as_it_is() -> None:
    desk = Desk()
    desk.alarm(3)
    repair(desk)
    desk.do(CloseFault(1, FALSE_ALARM, "探头受潮"))
    assert desk.order.state is S.ACCEPTANCE
    desk.alarm(3)
    desk.do(CancelOrder(2, "误报"))
    before = desk.order
    desk.do(CloseFault(2, FALSE_ALARM, "探头受潮"))
    assert desk.order == before


def test_a_closed_or_unknown_fault_is_refused() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(CloseFault(1, TEST, "测试"))
    assert desk.refusal(TakeFault(1)) == desk.refusal(CloseFault(1, TEST, "x")) == "refused.fault_closed"
    assert desk.refusal(TakeFault(9)) == "refused.fault_unknown"


def test_typed_text_that_is_too_long_is_refused_and_not_cut() -> None:
    desk = Desk()
    desk.alarm(3)
    assert desk.refusal(CloseFault(1, TEST, "x" * LONGEST_TEXT)) == ""
    assert desk.refusal(CloseFault(1, TEST, "x" * (LONGEST_TEXT + 1))) == "refused.too_long"


@pytest.mark.parametrize("person", [ZHAO, ADMIN, AUDITOR, GONE, replace(WANG, enabled=False)])
def test_alarms_and_faults_are_the_desks(person: Account) -> None:
    desk = Desk()
    desk.alarm(3)
    asked: dict[Right, Command] = {
        Right.ACKNOWLEDGE: AcknowledgeAlarms((1001,)),
        Right.TAKE_FAULT: TakeFault(1),
        Right.CLOSE_FAULT: CloseFault(1, TEST, "x"),
        Right.RAISE_ORDER: RaiseOrder(OrderKind.PROJECT, "x"),
        Right.DISPATCH_ORDER: DispatchOrder(1, "zhao"),
    }
    for right, command in asked.items():
        assert desk.refusal(command, person) == f"refused.right_{right.value}"


def test_every_right_has_its_own_refusal_in_words() -> None:
    nobody = Account("x", "某人", ())
    for right in Right:
        with pytest.raises(Refused) as refused:
            require(nobody, right)
        assert refused.value.problem.code in catalogue()
        assert "某人" in sentence(refused.value.problem)


@pytest.mark.parametrize("command", [SignOff(), ChangeSecret("a", "b")])
def test_a_command_that_is_the_engines_is_our_own_mistake_here(command: Command) -> None:
    with pytest.raises(TypeError, match="decided by the engine"):
        handling.decide(Desk().world, command, SUN, "desk-1", START)
