"""Merging two faults of one cause, and taking an alarm of another cause out of one."""

from __future__ import annotations

import pytest
from domain_builders import AUDITOR, LI, START, WANG, Desk
from hypothesis import given
from hypothesis import strategies as st

from console.domain import promises
from console.domain.commands import AdvanceOrder, CloseFault, Command, DispatchOrder, HoldOrder, MergeFault, SplitFault, TakeFault
from console.domain.events import FaultAdvanced, FaultClosed, FaultOpened
from console.domain.faults import Clock, CloseCode
from console.domain.orders import OrderState
from console.domain.problems import Problem
from console.domain.rules import Category
from console.domain.times import HOUR, MINUTE
from console.texts import ENGLISH, sentence


def two_faults() -> Desk:
    """F-1 of the pump (P3, 09:00), F-2 of the lift (P2, 09:10)."""
    desk = Desk()
    desk.alarm(3, "T1-P1")
    desk.later(10 * MINUTE).alarm(2, "T1-L1")
    return desk


def test_a_merged_fault_keeps_the_earliest_detection_and_the_graver_promises() -> None:
    """R-SLA-05: the strictest promise that was given stays."""
    desk = two_faults()
    older, graver = desk.world.faults[1], desk.world.faults[2]
    desk.later(MINUTE).do(MergeFault(1, 2, "同一路停电"))
    whole, gone = desk.world.faults[2], desk.world.faults[1]
    assert (whole.opened_at, whole.priority, whole.limits) == (START, 2, graver.limits)
    assert whole.alarms == (1002, 1001)
    assert desk.world.alarms[1001].fault == "F-000002"
    assert (gone.close_code, gone.merged_into, gone.cause) == (CloseCode.DUPLICATE, 2, "同一路停电")
    assert desk.world.orders[older.order].state is OrderState.CANCELLED
    assert desk.world.orders[graver.order].open
    view = next(view for view in promises.clocks(whole, desk.world.order_of(whole), desk.now) if view.clock is Clock.RESPOND)
    assert view.deadline == START + HOUR  # P2, from the older detection


@pytest.mark.parametrize(("into", "priority"), [(1, 2), (2, 2)])
def test_whichever_of_the_two_goes_on_the_graver_priority_is_its_orders_too(into: int, priority: int) -> None:
    desk = two_faults()
    desk.do(MergeFault(3 - into, into, "同因"))
    fault = desk.world.faults[into]
    assert (fault.priority, desk.world.orders[fault.order].priority) == (priority, priority)


@pytest.mark.parametrize(
    ("first", "second", "at"),
    [(True, False, 11), (False, True, 12), (True, True, 11), (False, False, 0)],
    ids=["the first was taken", "the second was taken", "both: the earlier counts", "neither"],
)
def test_the_earlier_taking_stops_the_merged_faults_acknowledge_clock(first: bool, second: bool, at: int) -> None:
    desk = two_faults()
    desk.later(MINUTE)
    if first:
        desk.do(TakeFault(1))
    desk.later(MINUTE)
    if second:
        desk.do(TakeFault(2), LI)
    desk.do(MergeFault(1, 2, "同因"))
    taken = desk.world.faults[2].taken
    assert (taken.at if taken is not None else START) == START + at * MINUTE


def test_a_mark_that_either_fault_announced_is_not_announced_again() -> None:
    desk = two_faults()
    desk.later(6 * MINUTE)
    for number in (1, 2):
        fault = desk.world.faults[number]
        desk.apply(*promises.announce(fault, desk.world.order_of(fault), desk.world.policy, desk.now))
    said = set(desk.world.faults[1].marks) | set(desk.world.faults[2].marks)
    desk.do(MergeFault(1, 2, "同因"))
    assert set(desk.world.faults[2].marks) == said
    fault = desk.world.faults[2]
    assert not set(promises.due_marks(fault, desk.world.order_of(fault), desk.world.policy, desk.now)) & said


def test_the_pauses_of_the_order_that_goes_on_count_and_not_those_of_the_other() -> None:
    desk = two_faults()
    desk.do(DispatchOrder(1, "zhao"))
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later(HOUR).do(MergeFault(1, 2, "同因"))
    fault = desk.world.faults[2]
    assert all(not view.paused for view in promises.clocks(fault, desk.world.order_of(fault), desk.now))


def test_a_p1_that_is_merged_into_a_held_fault_ends_its_pause() -> None:
    """R-SLA: a clock of priority 1 is never paused (requirements §11), whoever it is merged with."""
    desk = Desk()
    desk.alarm(3, "T1-P1")
    desk.do(DispatchOrder(1, "zhao"))
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later(HOUR).alarm(1, "T1-L1")
    desk.do(MergeFault(2, 1, "同因"))
    fault = desk.world.faults[1]
    views = promises.clocks(fault, desk.world.order_of(fault), desk.now)
    assert not any(view.paused or view.held for view in views)


def test_an_alarm_that_is_taken_out_gets_its_own_fault_with_its_own_clocks() -> None:
    desk = Desk()
    desk.alarm(2)
    second = desk.later(5 * MINUTE).alarm(3)
    assert second.fault == "F-000001"
    desk.later(HOUR)
    events = desk.do(SplitFault(1, second.number, "另一台阀门"))
    assert [type(event) for event in events[:2]] == [FaultAdvanced, FaultOpened]
    old, own = desk.world.faults[1], desk.world.faults[2]
    assert (old.alarms, own.alarms) == ((1001,), (1002,))
    assert (old.opened_at, own.opened_at, own.priority) == (START, START + 5 * MINUTE, 3)
    assert (own.limits, own.split_from) == (desk.world.policy.p3, 1)
    assert desk.world.alarms[1002].fault == own.id
    assert (desk.order.fault, desk.order.created_at) == (2, START + 5 * MINUTE)
    view = promises.clocks(own, desk.order, desk.now)[0]
    assert (view.clock, view.breached) == (Clock.ACKNOWLEDGE, True)  # nobody took it within 30 minutes of its alarm


@pytest.mark.parametrize(("taken_after", "stays_taken"), [(2, False), (7, True)])
def test_the_taking_of_the_old_fault_counts_for_the_new_one_if_its_alarm_stood_by_then(taken_after: int, stays_taken: bool) -> None:
    desk = Desk()
    desk.alarm(2)
    if taken_after < 5:
        desk.later(taken_after * MINUTE).do(TakeFault(1))
    desk.now = START + 5 * MINUTE
    second = desk.alarm(3)
    if taken_after > 5:
        desk.now = START + taken_after * MINUTE
        desk.do(TakeFault(1))
    desk.do(SplitFault(1, second.number, "另有原因"), LI)
    own = desk.world.faults[2]
    assert (own.taken is not None) == stays_taken
    assert desk.order.first_owner == ("wang" if stays_taken else "")


def test_what_was_taken_out_can_be_merged_back_and_has_the_first_detection_again() -> None:
    desk = Desk()
    desk.alarm(2)
    second = desk.later(5 * MINUTE).alarm(3)
    desk.do(SplitFault(1, second.number, "另有原因"))
    desk.do(MergeFault(2, 1, "查明同因"))
    assert desk.world.faults[1].alarms == (1001, 1002)
    assert desk.world.faults[1].opened_at == START


def closed() -> Desk:
    desk = two_faults()
    desk.do(CloseFault(1, CloseCode.FALSE_ALARM, "误报"))
    return desk


def fires() -> Desk:
    desk = Desk()
    desk.alarm(1, "T1-P1", category=Category.FIRE)
    desk.alarm(1, "T1-L1", category=Category.TRAPPED)
    return desk


def accepted() -> Desk:
    from domain_builders import CHEN, ZHAO  # noqa: PLC0415

    from console.domain.commands import VerifyOrder  # noqa: PLC0415

    desk = two_faults()
    desk.do(DispatchOrder(1, "zhao"))
    for stage in (OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage), ZHAO)
    desk.do(VerifyOrder(1, ""), CHEN)
    return desk


@pytest.mark.parametrize(
    ("desk", "command", "code"),
    [
        (two_faults(), MergeFault(1, 1, "x"), "faults.refused.merge_itself"),
        (two_faults(), MergeFault(1, 2, "  "), "faults.refused.merge_reason"),
        (two_faults(), MergeFault(9, 2, "x"), "refused.fault_unknown"),
        (closed(), MergeFault(1, 2, "x"), "refused.fault_closed"),
        (closed(), MergeFault(2, 1, "x"), "refused.fault_closed"),
        (fires(), MergeFault(1, 2, "x"), "faults.refused.merge_alone"),
        (accepted(), MergeFault(1, 2, "x"), "faults.refused.merge_done"),
        (two_faults(), SplitFault(1, 1001, "x"), "faults.refused.split_only"),
        (two_faults(), SplitFault(1, 1002, "x"), "faults.refused.split_alarm"),
        (two_faults(), SplitFault(1, 7, "x"), "faults.refused.split_alarm"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_merged_or_split_is_refused_with_its_reason(desk: Desk, command: Command, code: str) -> None:
    assert desk.refusal(command) == code
    assert "{" not in sentence(Problem(code, {"fault": "F-1", "other": "F-2", "order": "WO-1", "number": 9, "who": "x"}), ENGLISH)


def test_a_split_without_a_reason_is_refused_and_so_is_a_person_without_the_right() -> None:
    desk = Desk()
    desk.alarm(2)
    second = desk.alarm(3)
    assert desk.refusal(SplitFault(1, second.number, "")) == "faults.refused.split_reason"
    assert desk.refusal(SplitFault(1, second.number, "x"), AUDITOR) == "refused.right_close_fault"
    assert desk.refusal(MergeFault(1, 2, "x"), AUDITOR) == "refused.right_close_fault"
    assert desk.refusal(SplitFault(1, second.number, "x"), WANG) == ""


def test_the_duplicates_end_is_in_the_log_under_both_faults() -> None:
    desk = two_faults()
    events = desk.do(MergeFault(1, 2, "同因"))
    assert isinstance(events[0], FaultAdvanced)
    assert (events[0].what, events[0].other, events[0].reason) == ("merged", 1, "同因")
    assert isinstance(events[-1], FaultClosed)


STEPS = st.lists(
    st.tuples(st.sampled_from(("raise", "merge", "split", "take", "return")), st.integers(0, 5), st.integers(0, 5)),
    max_size=30,
)


@given(STEPS)
def test_whatever_is_merged_and_split_every_alarm_that_stands_has_exactly_one_open_fault(
    steps: list[tuple[str, int, int]],
) -> None:
    """No path loses an alarm or its clock, and replaying the log gives the same faults."""
    desk = Desk()
    for what, one, other in steps:
        desk.later(MINUTE)
        faults = sorted(number for number, fault in desk.world.faults.items() if fault.open)
        alarms = sorted(desk.world.alarms)
        if what == "raise":
            desk.alarm(1 + one % 3, ("T1-P1", "T1-L1")[other % 2])
        elif what == "merge" and len(faults) > 1:
            attempt(desk, MergeFault(faults[one % len(faults)], faults[other % len(faults)], "同因"))
        elif what == "split" and alarms:
            alarm = desk.world.alarms[alarms[one % len(alarms)]]
            attempt(desk, SplitFault(int(alarm.fault[2:]), alarm.number, "另因"))
        elif what == "take" and faults:
            attempt(desk, TakeFault(faults[one % len(faults)]))
        elif what == "return" and alarms:
            desk.returns(alarms[one % len(alarms)])
    world = desk.world
    for alarm in world.alarms.values():
        owners = [fault.id for fault in world.faults.values() if fault.open and alarm.number in fault.alarms]
        assert owners == [alarm.fault]
    for fault in world.faults.values():
        order = world.order_of(fault)
        assert order is not None and order.fault == fault.number
        if fault.open:
            assert order.open and order.priority == fault.priority
            detected = [a.raised_at for a in world.alarms.values() if a.fault == fault.id]
            assert not detected or fault.opened_at <= min(detected)
    again = Desk()
    again.world.replay(desk.log)
    assert (again.world.faults, again.world.orders, again.world.alarms) == (world.faults, world.orders, world.alarms)


def attempt(desk: Desk, command: Command) -> None:
    if not desk.refusal(command):
        desk.do(command)
