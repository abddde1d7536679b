"""Plans that count, wait for a condition, or do whichever comes first; and orders in which levels are done together."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from domain_builders import CHEN, POINT, WANG, ZHAO, Desk, estate
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.domain import schedule
from console.domain.commands import AdvanceOrder, CancelOrder, CheckOrderItem, DispatchOrder, VerifyOrder
from console.domain.events import OrderRaised
from console.domain.maintenance.planning_meters import change, follow, met, reached, watched
from console.domain.maintenance.reports import Period, compliance
from console.domain.orders import CheckItem, Order, OrderState, SafetyStep
from console.domain.plans import Aim, Condition, MaintenancePlan, Meter, PlanState
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

S = OrderState
HOURS = Meter(POINT.id, 100.0)


def local(text: str, hour: int = 8) -> int:
    return (int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) + (hour - 8) * 3600) * SECOND


def plan(key: str, **parts: object) -> MaintenancePlan:
    made = {"id": f"T1-P1/{key}", "equipment": "T1-P1", "title": Text(key), **parts}
    return MaintenancePlan(**made)  # type: ignore[arg-type]


def desk_with(*plans: MaintenancePlan, at: str = "2026-11-21") -> Desk:
    desk = Desk(plans=plans)
    desk.now = local(at, 10)
    return desk


def tick(desk: Desk, value: float | None = None, **changes: float) -> list[Order]:
    values = {} if value is None else {POINT.id: value}
    events = desk.apply(*schedule.due(desk.world, desk.now, values, changes))
    return [event.order for event in events if isinstance(event, OrderRaised)]


def finish(desk: Desk, order: Order) -> None:
    desk.do(DispatchOrder(order.number, "zhao"))
    for item in range(len(order.checklist)):
        desk.do(CheckOrderItem(order.number, item, "pass"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.SELF_CHECK):
        desk.do(AdvanceOrder(order.number, stage), ZHAO)
    desk.do(VerifyOrder(order.number, ""), CHEN)
    desk.do(AdvanceOrder(order.number, S.ARCHIVED), WANG)


def test_a_counter_is_due_when_it_has_counted_its_interval_from_where_it_was_first_seen() -> None:
    """R-EQ-14: triggered by what the device counts."""
    aim = follow(HOURS, None, 40.0)
    assert aim == Aim(140.0, 40.0)
    assert not reached(aim, 139.9)
    assert reached(aim, 140.0)


def test_an_exchanged_counter_keeps_what_was_still_to_go() -> None:
    aim = follow(HOURS, follow(HOURS, Aim(1000.0, 970.0), 12.0), 12.0)
    assert aim == Aim(42.0, 12.0), "30 hours were left before the exchange"


def test_a_glitch_to_zero_changes_nothing_and_raises_nothing() -> None:
    aim = follow(HOURS, Aim(1000.0, 970.0), 0.0)
    assert aim == Aim(1000.0, 970.0, doubt=0.0)
    assert not reached(aim, 0.0)
    assert follow(HOURS, aim, 971.0) == Aim(1000.0, 970.0)


def test_a_counter_that_wraps_goes_on_behind_zero() -> None:
    meter = Meter("p", 1000.0, wrap=65536.0)
    aim = follow(meter, follow(meter, Aim(65936.0, 65500.0), 20.0), 21.0)
    assert aim == Aim(400.0, 21.0), "400 behind the wrap"


@given(
    st.floats(1.0, 1e6),
    st.lists(st.one_of(st.floats(0.0, 1e4), st.just(-1.0), st.just(float("nan"))), max_size=80),
)
def test_a_counter_that_only_grows_is_due_after_exactly_its_interval_whatever_glitches_lie_between(
    start: float, steps: list[float]
) -> None:
    meter = Meter("p", 5_000.0)
    aim = follow(meter, None, start)
    value = start
    for step in steps:
        if math.isnan(step):
            assert follow(meter, aim, step) is aim
        elif step < 0:
            aim = follow(meter, aim, 0.0)  # one glitch, then the true value again
            aim = follow(meter, aim, value)
        else:
            value += step
            aim = follow(meter, aim, value)
        assert aim is not None
        assert aim.at == pytest.approx(start + 5_000.0)
        assert reached(aim, value) == (value >= aim.at)


def test_whichever_comes_first_raises_one_order_and_both_begin_anew() -> None:
    desk = desk_with(plan("service", every_months=6, meters=(HOURS,)))
    assert tick(desk, 0.0) == []
    (order,) = tick(desk.later(30 * DAY), 100.0)
    assert desk.world.plans["T1-P1/service"].why == POINT.id
    finish(desk, order)
    assert tick(desk, 100.0) == []
    state = desk.world.plans["T1-P1/service"]
    assert (state.turn, state.aims[POINT.id].at) == ("2027-06-21", 200.0), "six months and 100 hours from completion"
    desk.now = local("2027-06-21")
    (order,) = tick(desk, 150.0)
    assert desk.world.plans["T1-P1/service"].why == schedule.DATE
    finish(desk, order)
    tick(desk, 150.0)
    assert desk.world.plans["T1-P1/service"].aims[POINT.id].at == 250.0


def test_a_plan_from_completion_counts_from_the_day_on_which_it_was_done() -> None:
    desk = desk_with(plan("p", every_days=30, completion=True, first_due="2026-12-01", lead_days=5))
    desk.now = local("2026-11-26")
    (order,) = tick(desk)
    desk.now = local("2026-12-10", 15)
    finish(desk, order)
    assert desk.world.plans["T1-P1/p"].turn == "2027-01-09"


def test_a_higher_level_swallows_the_smaller_one_and_its_order_has_both_checklists_once() -> None:
    """R-PM-02; TSG T5002-2017 art. 6: the higher level contains the lower ones."""
    both = (Text("油位"), Text("噪声"))
    plans = (
        plan("month", every_months=1, first_due="2026-11-21", within="quarter", checklist=both),
        plan("quarter", every_months=3, first_due="2026-11-21", checklist=(Text("噪声"), Text("对中"))),
    )
    desk = desk_with(*plans)
    (order,) = tick(desk)
    assert (order.plan, order.origin) == ("T1-P1/quarter", "plan:T1-P1/quarter")
    assert [line.text.zh for line in order.checklist] == ["油位", "噪声", "对中"]
    assert {state.open_order for state in desk.world.plans.values()} == {order.number}
    finish(desk, order)
    assert {key: state.turn for key, state in desk.world.plans.items()} == {
        "T1-P1/month": "2026-12-21", "T1-P1/quarter": "2027-02-21",
    }  # fmt: skip
    desk.now = local("2026-12-21")
    (order,) = tick(desk)
    assert order.plan == "T1-P1/month"


def test_a_smaller_level_goes_on_while_a_higher_one_is_not_due_and_a_cancelled_visit_skips_both() -> None:
    plans = (
        plan("month", every_months=1, first_due="2026-11-21", within="quarter"),
        plan("quarter", every_months=3, first_due="2026-11-21"),
    )
    desk = desk_with(*plans)
    (order,) = tick(desk)
    desk.do(CancelOrder(order.number, "停用"))
    assert [state.turn for state in desk.world.plans.values()] == ["2026-12-21", "2027-02-21"]
    assert [state.last_done for state in desk.world.plans.values()] == [0, 0]


def test_turns_that_pass_while_an_order_is_open_are_counted() -> None:
    desk = desk_with(plan("p", every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    finish(desk.later(50 * DAY), order)
    assert desk.world.plans["T1-P1/p"].missed == 3


def test_another_rhythm_begins_with_its_own_first_turn_and_not_before_today() -> None:
    desk = desk_with(plan("p", every_days=15, first_due="2026-12-01"))
    tick(desk)
    desk.world.configure(estate(plans=(plan("p", every_days=15, first_due="2026-01-02"),)))
    tick(desk)
    assert desk.world.plans["T1-P1/p"].turn == "2026-11-28"
    assert schedule.due(desk.world, desk.now, {}) == ()


def test_a_rhythm_that_changes_while_an_order_is_open_goes_on_after_it() -> None:
    desk = desk_with(plan("p", every_days=15, first_due="2026-11-21"))
    (order,) = tick(desk)
    desk.world.configure(estate(plans=(plan("p", every_days=7, first_due="2026-11-23"),)))
    assert tick(desk) == []
    finish(desk, order)
    assert desk.world.plans["T1-P1/p"].turn == "2026-11-23"


def test_a_memory_of_an_older_store_goes_on_where_it_was() -> None:
    desk = desk_with(plan("p", every_days=15, first_due="2026-01-01"), plan("oil", every_hours=500.0, hours_point=POINT.id))
    old = PlanState("T1-P1/p", local("2026-01-01"), next_due=local("2026-12-12"))
    desk.world.plans = {old.plan: old, "T1-P1/oil": PlanState("T1-P1/oil", old.first_seen, next_hours=2000.0)}
    assert tick(desk, 1600.0) == []
    assert desk.world.plans["T1-P1/p"].turn == "2026-12-12"
    assert desk.world.plans["T1-P1/oil"].aims == {POINT.id: Aim(2000.0, 1600.0)}
    assert len(tick(desk, 2000.0)) == 1


WARM = Condition(POINT.id, "above", 80.0, hold=30 * MINUTE)
RISING = Condition(POINT.id, "rise", 15.0, days=14)


def test_a_value_beyond_its_limit_asks_for_work_after_its_time_and_begins_anew_when_it_was_back_between() -> None:
    desk = desk_with(plan("look", conditions=(WARM,)))
    assert tick(desk, 85.0) == []
    assert tick(desk.later(29 * MINUTE), 85.0) == []
    assert tick(desk.later(MINUTE // 2), 70.0) == []
    assert tick(desk.later(MINUTE), 85.0) == []
    assert tick(desk.later(29 * MINUTE), 90.0) == []
    (order,) = tick(desk.later(MINUTE), 90.0)
    assert desk.world.plans["T1-P1/look"].why == "condition:0"
    finish(desk, order)
    assert tick(desk, 90.0) == [], "it has to hold for its time again"


def test_a_value_that_nobody_knows_goes_on_holding() -> None:
    assert watched((WARM,), {"0": 5}, {}, 9) == {"0": 5}
    assert watched((WARM,), {}, {}, 9) == {}
    assert watched((WARM,), {"0": 5}, {POINT.id: 70.0}, 9) == {}


def test_a_trend_asks_for_work_when_the_history_says_so() -> None:
    desk = desk_with(plan("look", conditions=(RISING,)))
    assert tick(desk, 1.0) == []
    assert tick(desk, 1.0, **{"T1-P1/look#0": 14.9}) == []
    assert len(tick(desk, 1.0, **{"T1-P1/look#0": 15.0})) == 1


def test_a_falling_trend_counts_downwards() -> None:
    falling = replace(RISING, kind="fall")
    assert met((falling,), {}, {"p#0": -16.0}, "p", 0) == 0
    assert met((falling,), {}, {"p#0": 16.0}, "p", 0) is None


def test_a_change_is_that_of_the_straight_line_and_needs_half_of_the_days() -> None:
    nan = float("nan")
    assert change([10, 11, 12, 13, 14]) == pytest.approx(40.0)
    assert change([10, nan, 12, nan, 14]) == pytest.approx(40.0)
    assert change([10, nan, nan, nan, 14]) is None
    assert change([10, 20]) is None
    assert change([0.0, 0.0, 0.0]) is None
    steady = change([50.0] * 13 + [80.0])
    assert steady is not None and steady < 25, "one odd day is no trend"


@given(st.lists(st.floats(1.0, 1e6), min_size=3, max_size=60), st.floats(0.1, 100.0))
def test_a_change_does_not_depend_on_the_unit(means: list[float], factor: float) -> None:
    one, other = change(means), change([mean * factor for mean in means])
    assert (one is None) == (other is None)
    if one is not None and other is not None and abs(one) < 1e6:
        assert other == pytest.approx(one, rel=1e-4, abs=1e-4)


def test_an_order_brings_skills_safety_and_the_machines_own_points() -> None:
    made = plan(
        "p", every_days=15, first_due="2026-11-21", skills=("pump",), certificates=("electrician",),
        safety=(SafetyStep("lockout"),), items=(CheckItem(Text("运行时间"), unit="h", point="run_hours"),),
    )  # fmt: skip
    (order,) = tick(desk_with(made))
    assert (order.skills, order.certificates, order.safety[0].kind) == (("pump",), ("electrician",), "lockout")
    assert order.checklist[0].point == "T1-P1.run_hours"


def test_counters_of_nested_levels_are_raised_as_the_higher_one_and_begin_anew_together() -> None:
    plans = (
        plan("h250", meters=(Meter(POINT.id, 250.0),), within="h500"),
        plan("h500", meters=(Meter(POINT.id, 500.0),)),
    )
    desk = desk_with(*plans)
    tick(desk, 0.0)
    (order,) = tick(desk, 250.0)
    assert order.plan == "T1-P1/h250"
    finish(desk, order)
    tick(desk, 252.0)
    (order,) = tick(desk, 501.0)
    assert order.plan == "T1-P1/h500"
    finish(desk, order)
    tick(desk, 505.0)
    assert {key: state.next_hours for key, state in desk.world.plans.items()} == {"T1-P1/h250": 755.0, "T1-P1/h500": 1005.0}


def test_one_elevator_and_one_pump_set_over_24_months_get_the_right_number_of_orders_per_level() -> None:
    """Acceptance check 3 (R-PM-02, R-PM-03): also with the memory read back before every look, as after a restart."""
    lift = {"equipment": "T1-L1", "first_due": "2027-01-01"}
    plans = (
        plan("x", every_months=3, first_due="2027-01-01"),
        MaintenancePlan("T1-L1/half_month", title=Text("半月"), every_days=15, within="quarter", lead_days=3, **lift),
        MaintenancePlan("T1-L1/quarter", title=Text("季"), every_months=3, within="half_year", lead_days=7, **lift),
        MaintenancePlan("T1-L1/half_year", title=Text("半年"), every_months=6, within="year", lead_days=7, **lift),
        MaintenancePlan("T1-L1/year", title=Text("年"), every_months=12, lead_days=14, **lift),
    )
    desk = desk_with(*plans)
    counts: dict[str, int] = {}
    tick(desk)
    while (moment := schedule.wake_at(desk.world)) is not None and moment < local("2028-12-25"):
        desk.now = max(desk.now + HOUR, moment)
        again = Desk(plans=plans)  # the collector starts anew from what was kept
        again.world.replay(desk.log)
        desk.world = again.world
        for order in tick(desk):
            assert tick(desk) == []
            counts[order.plan.partition("/")[2]] = counts.get(order.plan.partition("/")[2], 0) + 1
            finish(desk, order)
    assert counts == {"half_month": 40, "quarter": 4, "half_year": 2, "year": 3, "x": 8}, (
        "49 visits, the third year's begins in time"
    )


def test_a_visit_is_in_time_until_the_end_of_its_day_and_of_its_grace() -> None:
    """PM compliance: done in its window (requirements §11: due date and grace)."""
    (strict,) = tick(desk_with(plan("p", every_days=15, first_due="2026-11-21")))
    (gentle,) = tick(desk_with(plan("p", every_days=15, first_due="2026-11-21", grace_days=2)))
    assert strict.late_at == local("2026-11-22", 0)
    assert gentle.late_at == local("2026-11-24", 0)

    def done(order: Order, at: int) -> Order:
        return replace(order, stamps={S.SELF_CHECK: Stamp(at=at, by="zhao", entered_at=at, entered_by="zhao")})

    november = Period(2026, 11, 1, local("2026-11-01", 0), local("2026-12-01", 0))
    orders = (done(strict, local("2026-11-21", 17)), done(strict, local("2026-11-22", 1)), done(gentle, local("2026-11-23", 23)))
    found = compliance(orders, november, local("2026-11-30"))
    assert (found.in_time, found.late) == (2, 1)
