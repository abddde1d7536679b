"""The five clocks: what stops them, what pauses them, when they are announced."""

from __future__ import annotations

import pytest
from domain_builders import CHEN, SUN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain import promises
from console.domain.commands import (
    AdvanceOrder,
    CancelOrder,
    CloseFault,
    DispatchOrder,
    HoldOrder,
    MarkRestored,
    RaiseOrder,
    ResumeOrder,
    ReworkOrder,
    TakeFault,
    VerifyOrder,
)  # fmt: skip
from console.domain.faults import Clock, ClockLimits, CloseCode, ResponsePolicy
from console.domain.orders import OrderKind, OrderState
from console.domain.promises import ClockView
from console.domain.times import DAY, HOUR, MINUTE, SECOND

POLICY = ResponsePolicy()
S = OrderState


def views(desk: Desk) -> dict[Clock, ClockView]:
    fault = desk.fault
    return {view.clock: view for view in promises.clocks(fault, desk.world.order_of(fault), desk.now)}


def marks(desk: Desk) -> list[tuple[Clock, int]]:
    fault = desk.fault
    return promises.due_marks(fault, desk.world.order_of(fault), POLICY, desk.now)


def test_a_p3_fault_has_four_clocks_and_a_p1_fault_five_with_the_strictest_numbers() -> None:
    desk = Desk()
    desk.alarm(3)
    assert {clock: view.limit for clock, view in views(desk).items()} == {
        Clock.ACKNOWLEDGE: 30 * MINUTE, Clock.RESPOND: 2 * HOUR, Clock.ON_SITE: 24 * HOUR, Clock.REPAIRED: 48 * HOUR,
    }  # fmt: skip
    desk.alarm(1)
    assert [view.limit for view in views(desk).values()] == [3 * MINUTE, 15 * MINUTE, 30 * MINUTE, 2 * HOUR, 24 * HOUR]


def test_an_untaken_p3_fault_warns_at_1_00_and_1_36_and_breaches_at_2_00() -> None:
    desk = Desk()
    desk.alarm(3)
    said: list[tuple[int, Clock, int]] = []
    start = desk.now
    while (moment := promises.next_mark_at(desk.fault, desk.order, POLICY)) is not None and moment <= start + 2 * HOUR:
        desk.now = moment
        for event in promises.announce(desk.fault, desk.order, POLICY, desk.now):
            desk.apply(event)
            said.append(((desk.now - start) // MINUTE, event.clock, event.percent))
    assert [entry for entry in said if entry[1] is Clock.RESPOND] == [
        (60, Clock.RESPOND, 50), (96, Clock.RESPOND, 80), (120, Clock.RESPOND, 100),
    ]  # fmt: skip
    assert [minute for minute, clock, _ in said if clock is Clock.ACKNOWLEDGE] == [15, 24, 30]
    assert views(desk)[Clock.RESPOND].breached
    assert len(desk.fault.marks) == 6


def test_one_nanosecond_before_a_limit_nothing_is_broken() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.later(2 * HOUR - 1)
    view = views(desk)[Clock.RESPOND]
    assert (view.breached, view.remaining, view.running) == (False, 1, True)
    assert (Clock.RESPOND, 100) not in marks(desk)
    desk.later(1)
    view = views(desk)[Clock.RESPOND]
    assert (view.breached, view.remaining, view.percent) == (True, 0, 100.0)
    assert (Clock.RESPOND, 100) in marks(desk)


def test_marks_that_were_passed_in_a_gap_come_all_at_once_and_only_once() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.later(3 * HOUR)
    events = promises.announce(desk.fault, desk.order, POLICY, desk.now)
    assert [(event.clock, event.percent) for event in events] == [
        (clock, percent) for clock in (Clock.ACKNOWLEDGE, Clock.RESPOND) for percent in (50, 80, 100)
    ]
    desk.apply(*events)
    assert marks(desk) == []
    assert promises.announce(desk.fault, desk.order, POLICY, desk.now) == ()


def test_each_clock_is_stopped_by_its_own_stage() -> None:
    desk = Desk()
    desk.alarm(1)
    stops: dict[Clock, int] = {}
    start = desk.now

    def stopped() -> set[Clock]:
        return {clock for clock, view in views(desk).items() if not view.running}

    desk.later(MINUTE).do(TakeFault(1))
    assert stopped() == {Clock.ACKNOWLEDGE}
    desk.later(MINUTE).do(DispatchOrder(1, "zhao"))
    assert stopped() == {Clock.ACKNOWLEDGE}, "dispatching promises nothing"
    for stage, clock in ((S.ASSIGNED, Clock.RESPOND), (S.ON_SITE, Clock.ON_SITE)):
        desk.later(MINUTE).do(AdvanceOrder(1, stage), ZHAO)
        assert clock in stopped()
    desk.later(MINUTE).do(MarkRestored(1), ZHAO)
    assert stopped() == set(Clock) - {Clock.REPAIRED}
    desk.later(MINUTE).do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    stops = {clock: (view.stopped_at or 0) - start for clock, view in views(desk).items()}
    assert stops == {clock: minute * MINUTE for clock, minute in zip(Clock, (1, 3, 4, 5, 6), strict=True)}
    assert promises.nearest(desk.fault, desk.order, desk.now) is None
    assert promises.next_mark_at(desk.fault, desk.order, POLICY) is None


def test_the_self_check_also_says_that_service_is_back() -> None:
    desk = Desk()
    desk.alarm(2)
    desk.do(DispatchOrder(1, "zhao"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.later().do(AdvanceOrder(1, stage), ZHAO)
    assert views(desk)[Clock.RESTORED].stopped_at == desk.now


def test_rework_lets_the_repair_clock_run_again() -> None:
    desk = Desk()
    desk.alarm(2)
    desk.do(DispatchOrder(1, "zhao"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage), ZHAO)
    desk.do(ReworkOrder(1, "仍有异响"))
    running = {clock for clock, view in views(desk).items() if view.running}
    assert running == {Clock.ACKNOWLEDGE, Clock.RESTORED, Clock.REPAIRED}


def test_a_hold_pauses_all_but_the_acknowledge_clock_and_is_reported_apart() -> None:
    desk = Desk()
    desk.alarm(3)
    start = desk.now
    desk.later(HOUR).do(HoldOrder(1, "waiting_owner"))
    desk.later(5 * HOUR)
    held = views(desk)[Clock.RESPOND]
    assert (held.remaining, held.paused, held.held, held.deadline) == (HOUR, 5 * HOUR, True, start + 7 * HOUR)
    assert (views(desk)[Clock.ACKNOWLEDGE].paused, views(desk)[Clock.ACKNOWLEDGE].held) == (0, False)
    assert views(desk)[Clock.ACKNOWLEDGE].breached
    assert {clock for clock, _ in marks(desk)} == {Clock.ACKNOWLEDGE, Clock.RESPOND}
    assert (Clock.RESPOND, 80) not in marks(desk)
    desk.apply(*promises.announce(desk.fault, desk.order, POLICY, desk.now))
    assert promises.next_mark_at(desk.fault, desk.order, POLICY) is None, "a held clock has no next mark"
    desk.do(ResumeOrder(1))
    assert promises.next_mark_at(desk.fault, desk.order, POLICY) == start + 5 * HOUR + 96 * MINUTE
    desk.later(HOUR)
    assert views(desk)[Clock.RESPOND].breached
    assert (views(desk)[Clock.RESPOND].paused, views(desk)[Clock.RESPOND].held) == (5 * HOUR, False)


def test_a_hold_after_a_clock_was_stopped_does_not_change_it() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(DispatchOrder(1, "zhao"))
    desk.later(HOUR).do(AdvanceOrder(1, S.ASSIGNED), ZHAO)
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later(HOUR).do(ResumeOrder(1))
    assert views(desk)[Clock.RESPOND].paused == 0
    assert views(desk)[Clock.REPAIRED].paused == HOUR


def test_no_hold_ever_pauses_a_p1_clock() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(HoldOrder(1, "waiting_parts"))
    desk.later(HOUR)
    urgent = replace(desk.fault, priority=1)
    assert all(view.paused == 0 and not view.held for view in promises.clocks(urgent, desk.order, desk.now))


def test_a_cancelled_order_stops_nothing_until_a_new_one_does() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(DispatchOrder(1, "zhao"))
    desk.do(AdvanceOrder(1, S.ASSIGNED), ZHAO)
    desk.do(CancelOrder(1, "派错人"))
    assert views(desk)[Clock.RESPOND].running
    desk.do(RaiseOrder(OrderKind.CORRECTIVE, "重派", fault=1))
    desk.do(DispatchOrder(2, "sun"))
    desk.later(HOUR).do(AdvanceOrder(2, S.ASSIGNED), SUN)
    assert views(desk)[Clock.RESPOND].stopped_at == desk.now


def test_closing_stops_what_still_runs_and_keeps_what_was_stopped() -> None:
    desk = Desk()
    desk.alarm(3)
    start = desk.now
    desk.do(DispatchOrder(1, "zhao"))
    desk.later(HOUR).do(AdvanceOrder(1, S.ASSIGNED), ZHAO)
    desk.later(DAY).do(CloseFault(1, CloseCode.FALSE_ALARM, "探头受潮"))
    end = desk.now
    desk.later(DAY)
    assert views(desk)[Clock.RESPOND].stopped_at == start + HOUR
    assert {view.stopped_at for clock, view in views(desk).items() if clock is not Clock.RESPOND} == {end}
    assert marks(desk) == []
    assert promises.next_mark_at(desk.fault, desk.order, POLICY) is None


def test_a_clock_stopped_past_its_limit_still_owes_its_breach_and_no_warnings() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.later(HOUR).do(TakeFault(1))
    assert (Clock.ACKNOWLEDGE, 100) in marks(desk)
    assert (Clock.ACKNOWLEDGE, 50) not in marks(desk)


def test_back_dating_decides_by_the_time_it_happened() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(DispatchOrder(1, "zhao"))
    phoned = desk.now + HOUR
    desk.later(3 * HOUR).do(AdvanceOrder(1, S.ASSIGNED, phoned, "zhao", "电话报告"), WANG)
    view = views(desk)[Clock.RESPOND]
    assert (view.stopped_at, view.breached, view.percent) == (phoned, False, 50.0)


def test_the_nearest_clock_is_the_running_one_with_the_least_left() -> None:
    desk = Desk()
    desk.alarm(3)

    def nearest() -> Clock:
        view = promises.nearest(desk.fault, desk.order, desk.now)
        assert view is not None
        return view.clock

    assert nearest() is Clock.ACKNOWLEDGE
    desk.do(TakeFault(1))
    assert nearest() is Clock.RESPOND


def test_a_clock_that_was_put_back_never_shows_negative_time() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.later(-MINUTE)
    assert views(desk)[Clock.RESPOND].remaining == 2 * HOUR


def test_policy_marks_above_the_breach_and_repeated_ones_are_no_marks() -> None:
    desk = Desk(policy=ResponsePolicy(p3=ClockLimits(respond=3 * SECOND), warn_percent=(50, 50, 150, 33)))
    desk.alarm(3)
    policy = desk.world.policy
    first = promises.next_mark_at(desk.fault, desk.order, policy)
    assert first == desk.now + 990_000_000
    desk.later(10 * SECOND)
    assert promises.due_marks(desk.fault, desk.order, policy, desk.now) == [(Clock.RESPOND, p) for p in (33, 50, 100)]


@pytest.mark.parametrize("percent", [1, 33, 50, 80, 99])
def test_the_moment_of_a_mark_is_the_first_at_which_it_is_due(percent: int) -> None:
    desk = Desk(policy=ResponsePolicy(p3=ClockLimits(respond=1_000_000_007), warn_percent=(percent,)))
    desk.alarm(3)
    moment = promises.next_mark_at(desk.fault, desk.order, desk.world.policy)
    assert moment is not None
    assert promises.due_marks(desk.fault, desk.order, desk.world.policy, moment - 1) == []
    assert promises.due_marks(desk.fault, desk.order, desk.world.policy, moment) == [(Clock.RESPOND, percent)]


def test_a_fault_without_an_order_still_has_its_clocks() -> None:
    desk = Desk()
    desk.alarm(3)
    assert [view.running for view in promises.clocks(desk.fault, None, desk.now)] == [True] * 4


def test_the_repair_goes_on_until_the_self_check() -> None:
    desk = Desk()
    desk.alarm(3)
    assert promises.repair_runs(desk.fault, desk.order)
    assert not promises.repair_runs(desk.fault, None)
    desk.do(DispatchOrder(1, "zhao"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage), ZHAO)
    assert not promises.repair_runs(desk.fault, desk.order)
    desk.do(VerifyOrder(1, ""), CHEN)
    assert not promises.repair_runs(desk.fault, desk.order)
