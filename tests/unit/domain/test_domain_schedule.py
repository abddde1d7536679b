"""Preventive orders: the rhythm of dates, running hours, and never one order too many."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from domain_builders import CHEN, POINT, WANG, ZHAO, Desk, estate
from hypothesis import given
from hypothesis import strategies as st

from console.domain import schedule
from console.domain.commands import AdvanceOrder, CancelOrder, CheckOrderItem, DispatchOrder, VerifyOrder
from console.domain.estate import Site
from console.domain.events import OrderRaised, PlanAdvanced
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.plans import Aim, MaintenancePlan, PlanState
from console.domain.text import Text
from console.domain.times import DAY, HOUR, SECOND

S = OrderState


def local(text: str, hour: int = 8) -> int:
    """A Shanghai date (UTC+8, no summer time) at ``hour``, as UTC ns."""
    return (int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) + (hour - 8) * 3600) * SECOND


def date_of(moment: int) -> str:
    assert moment % DAY == 0, "08:00 in Shanghai is midnight in Greenwich"
    return datetime.fromtimestamp(moment // SECOND, UTC).date().isoformat()


def plan(**changes: object) -> MaintenancePlan:
    parts: dict[str, object] = {"id": "T1-L1/p", "equipment": "T1-L1", "title": Text("半月保", "Half-month"), **changes}
    return MaintenancePlan(**parts)  # type: ignore[arg-type]


def desk_with(*plans: MaintenancePlan, at: str = "2026-11-21") -> Desk:
    desk = Desk(plans=plans)
    desk.now = local(at, 10)
    return desk


def tick(desk: Desk, hours: float | None = None) -> list[Order]:
    """Ask once; the orders that were raised."""
    readings = {} if hours is None else {POINT.id: hours}
    return [event.order for event in desk.apply(*schedule.due(desk.world, desk.now, readings)) if isinstance(event, OrderRaised)]


def finish(desk: Desk, order: Order) -> None:
    desk.do(DispatchOrder(order.number, "zhao"))
    for item in range(len(order.checklist)):
        desk.do(CheckOrderItem(order.number, item, "pass"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.do(AdvanceOrder(order.number, stage), ZHAO)
    desk.do(VerifyOrder(order.number, ""), CHEN)
    desk.do(AdvanceOrder(order.number, S.ARCHIVED), WANG)


def dues(desk: Desk, count: int) -> list[str]:
    """Let time jump from order to order, finishing each when it is raised; their due dates."""
    found: list[str] = []
    tick(desk)
    while len(found) < count:
        moment = schedule.wake_at(desk.world)
        assert moment is not None
        desk.now = max(desk.now, moment)
        for order in tick(desk):
            found.append(date_of(order.due_at))
            finish(desk, order)
    return found


def test_a_plan_without_a_first_date_is_due_one_interval_after_it_was_first_seen() -> None:
    assert dues(desk_with(plan(every_days=15)), 3) == ["2026-12-06", "2026-12-21", "2027-01-05"]


def test_a_rhythm_of_months_is_clamped_to_month_ends_and_comes_back() -> None:
    desk = desk_with(plan(every_months=1, first_due="2027-12-31"))
    assert dues(desk, 5) == ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_a_rhythm_of_months_without_a_first_date_keeps_the_day_on_which_it_was_seen() -> None:
    desk = desk_with(plan(every_months=1), at="2027-01-31")
    assert dues(desk, 4) == ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_a_yearly_plan_of_a_leap_day_falls_on_the_28th_between() -> None:
    desk = desk_with(plan(every_months=12, first_due="2028-02-29"))
    assert dues(desk, 5) == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]


def test_a_first_date_in_the_past_sets_the_rhythm_and_raises_nothing_for_visits_before_the_plan_was_known() -> None:
    assert dues(desk_with(plan(every_days=15, first_due="2026-01-01")), 1) == ["2026-11-27"]


def test_a_plan_that_is_first_due_today_is_raised_today() -> None:
    (order,) = tick(desk_with(plan(every_days=15, first_due="2026-11-21")))
    assert date_of(order.due_at) == "2026-11-21"


def test_the_order_is_raised_lead_days_before_it_is_due_and_not_a_moment_earlier() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-12-01", lead_days=3, checklist=(Text("机房清洁"),), assignee="zhao"))
    assert tick(desk) == []
    moment = schedule.wake_at(desk.world)
    assert moment == local("2026-11-28")
    desk.now = moment - 1
    assert tick(desk) == []
    desk.now = moment
    (order,) = tick(desk)
    assert (order.kind, order.priority, order.equipment, order.plan) == (OrderKind.PREVENTIVE, 4, "T1-L1", "T1-L1/p")
    assert (date_of(order.due_at), order.assignee, order.checklist[0].text.zh) == ("2026-12-01", "zhao", "机房清洁")
    assert (order.state, order.stamps[S.ACCEPTED].by, order.created_at) == (S.ACCEPTED, "", moment)


def test_while_an_order_is_open_no_second_one_is_raised_however_late_it_gets() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    for _ in range(100):
        assert tick(desk.later(DAY)) == []
    assert schedule.wake_at(desk.world) is None
    finish(desk, order)
    state = desk.world.plans["T1-L1/p"]
    assert (date_of(state.next_due), state.last_done) == ("2027-03-06", desk.now), "the rhythm goes on without a pile of orders"


def test_an_order_that_is_a_day_late_does_not_shift_the_rhythm() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    finish(desk.later(DAY), order)
    assert date_of(desk.world.plans["T1-L1/p"].next_due) == "2026-12-06"


def test_an_order_that_is_done_early_is_not_asked_for_again() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-12-01", lead_days=10))
    (order,) = tick(desk)
    finish(desk, order)
    assert date_of(desk.world.plans["T1-L1/p"].next_due) == "2026-12-16"
    assert tick(desk) == []


def test_a_restart_raises_nothing_twice() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    tick(desk)
    again = Desk(plans=tuple(desk.world.schedule.values()))
    again.world.replay(desk.log)
    again.now = desk.now + DAY
    assert tick(again) == []


def test_a_cancelled_order_skips_one_turn_and_is_not_counted_as_done() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    desk.do(CancelOrder(order.number, "设备停用"))
    state = desk.world.plans["T1-L1/p"]
    assert (date_of(state.next_due), state.last_done, state.open_order) == ("2026-12-06", 0, 0)
    assert tick(desk) == []


def test_verifying_advances_the_plan_once_and_archiving_not_again() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    finish(desk, order)
    assert sum(isinstance(entry.event, PlanAdvanced) for entry in desk.log) == 2  # raised, verified


def test_an_elevators_four_levels_over_24_months_give_the_right_number_of_orders() -> None:
    levels = {
        "half_month": {"every_days": 15},
        "quarter": {"every_months": 3},
        "half_year": {"every_months": 6},
        "year": {"every_months": 12},
    }
    plans = tuple(plan(id=f"T1-L1/{key}", first_due="2027-01-01", **every) for key, every in levels.items())
    desk = desk_with(*plans)
    counts = dict.fromkeys(("half_month", *levels), 0)
    tick(desk)
    while (moment := schedule.wake_at(desk.world)) is not None and moment < local("2029-01-01"):
        desk.now = moment
        for order in tick(desk):
            counts[order.plan.partition("/")[2]] += 1
            finish(desk, order)
    assert counts == {"half_month": 49, "quarter": 8, "half_year": 4, "year": 2}


def test_several_plans_that_are_due_together_get_different_order_numbers() -> None:
    desk = desk_with(*(plan(id=f"T1-L1/{n}", every_days=15, first_due="2026-11-21") for n in range(5)))
    assert [order.number for order in tick(desk)] == [1, 2, 3, 4, 5]
    assert [desk.world.plans[f"T1-L1/{n}"].open_order for n in range(5)] == [1, 2, 3, 4, 5]


def test_summer_time_does_not_move_the_hour_at_which_work_is_due() -> None:
    desk = Desk(site=Site("x", Text("x"), timezone="Europe/Berlin"), plans=(plan(every_days=1, first_due="2027-03-27"),))
    desk.now = local("2027-03-26")
    tick(desk)
    hours = []
    for _ in range(3):
        desk.now = schedule.wake_at(desk.world) or 0
        (order,) = tick(desk)
        hours.append((desk.now % DAY) // HOUR)
        finish(desk, order)
    assert hours == [7, 6, 6]  # UTC: +1 until the 28th of March, +2 from then on


def hours_plan(**changes: object) -> MaintenancePlan:
    return plan(id="T1-P1/oil", equipment="T1-P1", every_hours=500.0, hours_point=POINT.id, **changes)


def test_running_hours_count_from_the_first_value_and_raise_when_they_are_reached() -> None:
    desk = desk_with(hours_plan(lead_days=7))
    assert tick(desk) == []
    assert tick(desk, 1200.0) == []
    assert tick(desk, 1699.9) == []
    (order,) = tick(desk, 1700.0)
    assert order.due_at == desk.now + 7 * DAY
    assert tick(desk, 5000.0) == []
    finish(desk, order)
    assert tick(desk) == [], "without a value nothing is known"
    assert tick(desk, 1750.0) == []
    assert desk.world.plans["T1-P1/oil"].next_hours == 2250.0


def test_a_counter_that_was_exchanged_anchors_its_plan_anew() -> None:
    desk = desk_with(hours_plan())
    tick(desk, 8000.0)
    assert tick(desk, 3.0) == []
    assert desk.world.plans["T1-P1/oil"].next_hours == 8500.0, "one look may be a glitch"
    assert tick(desk, 3.0) == []
    assert desk.world.plans["T1-P1/oil"].next_hours == 503.0
    assert tick(desk, 502.0) == []
    assert len(tick(desk, 503.5)) == 1


def test_a_counter_that_is_no_number_anchors_nothing() -> None:
    desk = desk_with(hours_plan())
    assert tick(desk, float("nan")) == []
    assert desk.world.plans["T1-P1/oil"].next_hours == 0.0


def test_a_plan_that_changed_from_hours_to_dates_and_back_finds_its_new_aim() -> None:
    desk = desk_with(hours_plan())
    tick(desk, 100.0)
    desk.world.configure(estate(plans=(hours_plan(),)))
    desk.world.configure(estate(plans=(plan(id="T1-P1/oil", equipment="T1-P1", every_days=30),)))
    tick(desk)
    assert desk.world.plans["T1-P1/oil"].next_hours == 0.0
    assert date_of(desk.world.plans["T1-P1/oil"].next_due) == "2026-12-21"
    desk.world.configure(estate(plans=(hours_plan(),)))
    tick(desk, 200.0)
    seen = desk.world.plans["T1-P1/oil"].first_seen
    aims = {POINT.id: Aim(700.0, 200.0)}
    assert desk.world.plans["T1-P1/oil"] == PlanState("T1-P1/oil", seen, next_hours=700.0, aims=aims)


def test_an_order_whose_plan_was_removed_is_finished_and_forgotten_by_it() -> None:
    desk = desk_with(plan(every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    desk.world.configure(estate(plans=()))
    finish(desk, order)
    assert desk.world.plans["T1-L1/p"].open_order == 0
    assert tick(desk) == []


def test_an_order_by_hand_belongs_to_no_plan() -> None:
    assert schedule.finished(Desk().world, Order(1, OrderKind.INSPECTION, Text("x"), "", 3, 0), 5) == ()


@pytest.mark.parametrize("first_due", ["", "2027-01-31", "2020-02-29"])
@given(months=st.integers(1, 13), gaps=st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_the_next_due_date_is_always_after_the_last_and_after_the_day_of_completion(
    first_due: str, months: int, gaps: list[int]
) -> None:
    desk = desk_with(plan(every_months=months, first_due=first_due))
    tick(desk)
    for gap in gaps:
        before = desk.world.plans["T1-L1/p"].next_due
        desk.now = max(desk.now, schedule.wake_at(desk.world) or 0)
        (order,) = tick(desk)
        finish(desk.later(gap * DAY), order)
        after = desk.world.plans["T1-L1/p"].next_due
        assert after > before
        assert desk.now < after <= max(desk.now, before) + 31 * months * DAY + DAY
