"""Plans made in the console: who may, what is refused, templates, copies, moved turns, the forecast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from domain_builders import ADMIN, CHEN, POINT, WANG, ZHAO, Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.domain import schedule
from console.domain.accounts import Account
from console.domain.commands import Command, EndRecord, SaveRecords
from console.domain.estate import ManualSource, Point, ValueKind
from console.domain.events import OrderRaised
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.calendars import CalendarYear, Day
from console.domain.maintenance.cards import Card
from console.domain.maintenance.forecast import Known, foresee, hours_of, overdue, week_of, workload
from console.domain.maintenance.planning import Level, Machine, Plan, TurnChange, as_copy, change_id, found, shared, stamped
from console.domain.maintenance.planning_templates import applied, templates
from console.domain.orders import CheckItem
from console.domain.plans import Condition, MaintenancePlan, Meter, Span
from console.domain.text import Text
from console.domain.times import DAY, SECOND

NOON = 1_795_492_800 * SECOND  # 2026-11-24 12:00 in Shanghai
MONTHLY = Level("monthly", Text("月检", "Monthly"), every_months=1, hours=1.5, checklist=(CheckItem(Text("外观")),))
PLAN = Plan(id="", title=Text("水泵月检"), levels=(MONTHLY,), machines=(Machine("T1-P1", "2026-12-01"),))


def day_of(moment: int) -> str:
    return date.fromordinal(schedule.local_day(moment, "Asia/Shanghai")).isoformat()


def desk(**changes: Any) -> Desk:
    made = Desk(**changes)
    made.now = NOON
    return made


def save(*records: AnyRecord, base: int = 0, reason: str = "") -> SaveRecords:
    return SaveRecords(records, (base,) * len(records), reason)


def refused(command: Command, made: Desk | None = None, actor: Account = CHEN) -> str:
    return (made or desk()).refusal(command, actor)


def test_a_saved_plan_gets_a_number_and_is_planned_like_one_of_the_site_file() -> None:
    made = desk()
    made.do(save(PLAN), CHEN)
    (kept,) = made.world.records(Plan).values()
    assert (kept.id, kept.name, kept.revision, kept.equipment) == ("plan-1", "PL-0001", 1, "T1-P1")
    assert made.world.schedule["T1-P1/monthly"].record == "plan-1"
    made.now += 7 * DAY
    (order,) = [e.order for e in schedule.due(made.world, made.now, {}) if isinstance(e, OrderRaised)]
    assert (order.plan, order.checklist[0].text.zh) == ("T1-P1/monthly", "外观")


def test_a_plan_that_ended_asks_for_nothing_more() -> None:
    made = desk()
    made.do(save(PLAN), CHEN)
    made.do(EndRecord("plan", "plan-1", 1, "设备报废"), CHEN)
    assert made.world.schedule == {}


def test_a_stale_edit_is_refused_and_changes_nothing() -> None:
    made = desk()
    made.do(save(PLAN), CHEN)
    first = made.world.records(Plan)["plan-1"]
    made.do(save(replace(first, note="甲"), base=1), CHEN)
    assert made.refusal(save(replace(first, note="乙"), base=1), CHEN) == "refused.record_changed"


@pytest.mark.parametrize("actor", [WANG, ZHAO, ADMIN])
def test_only_a_supervisor_plans(actor: Account) -> None:
    assert refused(save(PLAN), actor=actor) == "refused.right_plan_maintenance"
    assert refused(save(CalendarYear(id="2027")), actor=actor) == "refused.right_plan_maintenance"


def level(**parts: Any) -> Plan:
    return replace(PLAN, levels=(replace(MONTHLY, **parts),))


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (replace(PLAN, title=Text(" ")), "title"),
        (replace(PLAN, levels=()), "levels"),
        (replace(PLAN, levels=(MONTHLY,) * 2), "key_twice"),
        (replace(PLAN, levels=(replace(MONTHLY, key="year", every_months=12), MONTHLY)), "level_order"),
        (replace(PLAN, machines=()), "no_machine"),
        (replace(PLAN, machines=(Machine("T1-P1", "12/01"),)), "first_due"),
        (replace(PLAN, months=(0,)), "season"),
        (replace(PLAN, shift="later"), "season"),
        (replace(PLAN, blackouts=(Span("02-30", "03-05"),)), "blackout"),
        (replace(PLAN, blackouts=(Span("2027-03-05", "2027-03-01"),)), "blackout"),
        (replace(PLAN, blackouts=(Span("01-01", "12-31"),)), "blackout"),
        (level(key="月 检"), "level_name"),
        (level(title=Text("")), "level_name"),
        (level(every_months=0), "no_trigger"),
        (level(every_days=3), "two_intervals"),
        (level(every_months=-1), "interval"),
        (level(every_months=121), "interval"),
        (level(lead_days=-1), "lead"),
        (level(grace_days=400), "lead"),
        (level(hours=float("nan")), "hours"),
        (level(meters=(Meter("run_hours", 0.0),)), "meter"),
        (level(meters=(Meter("no_such_point", 10.0),)), "point"),
        (level(conditions=(Condition("run_hours", "strange", 1.0),)), "condition"),
        (level(conditions=(Condition("run_hours", "rise", 10.0, days=2),)), "condition"),
        (level(conditions=(Condition("run_hours", "above", float("inf")),)), "condition"),
        (level(conditions=(Condition("no_such_point", "above", 1.0),)), "point"),
        (replace(level(every_months=12), months=(3,)), "never"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_its_reason(plan: Plan, code: str) -> None:
    assert refused(save(plan)) == f"plans.refused.{code}"


def test_a_machine_that_is_not_there_is_refused_and_a_card_of_the_ledger_is_one() -> None:
    elsewhere = replace(PLAN, machines=(Machine("C-1"),))
    assert refused(save(elsewhere)) == "refused.equipment_unknown"
    made = desk()
    made.world.kept["card"] = {"C-1": Card(id="C-1", code="C-1", name="灭火器箱")}
    made.do(save(elsewhere), CHEN)
    assert made.world.schedule["C-1/monthly"].every_months == 1


def test_a_level_that_another_plan_has_for_the_machine_is_refused() -> None:
    made = desk()
    made.do(save(PLAN), CHEN)
    assert made.refusal(save(replace(PLAN, title=Text("另一个"))), CHEN) == "plans.refused.taken"
    assert desk().refusal(save(PLAN, replace(PLAN, title=Text("另一个"))), CHEN) == "plans.refused.taken"  # and both at once


def test_a_copy_of_a_site_plan_takes_its_place_and_keeps_its_memory() -> None:
    site = MaintenancePlan("T1-P1/quarter", "T1-P1", Text("季检"), every_months=3, first_due="2026-12-01", checklist=(Text("甲"),))
    made = desk(plans=(site,))
    made.apply(*schedule.due(made.world, made.now, {}))
    before = made.world.plans["T1-P1/quarter"]
    made.do(save(replace(as_copy((site,)), note="改")), CHEN)
    assert made.world.schedule["T1-P1/quarter"].record == "plan-1"
    assert schedule.due(made.world, made.now, {}) == ()
    assert made.world.plans["T1-P1/quarter"] == before
    assert [line.text.zh for line in made.world.schedule["T1-P1/quarter"].lines] == ["甲"]


# --- templates


def test_every_template_names_its_source_and_says_that_it_is_an_example() -> None:
    """R-PM-02 to R-PM-09: defaults with their source, to be edited."""
    known = {
        "elevator", "water", "tank_cleaning", "pump", "fire", "power_room", "generator", "meter", "system_test", "drainage",
    }  # fmt: skip
    found = {each.id: each for each in templates()}
    assert known <= set(found)
    for each in found.values():
        assert each.plan.source.zh and each.plan.source.en and "示例" in each.plan.source.zh, each.id
        assert "示例" in each.plan.title.zh and "example" in each.plan.title.en
        assert all(line.text.zh and line.text.en for level_ in each.plan.levels for line in level_.checklist)
    assert "R-PM-02" in found["elevator"].plan.source.zh
    assert "R-PM-03" in found["water"].plan.source.zh
    assert "R-PM-05" in found["fire"].plan.source.zh and "R-PM-09" in found["fire"].plan.source.zh
    assert "R-PM-07" in found["system_test"].plan.source.zh


@pytest.mark.parametrize("template", templates(), ids=lambda each: each.id)
def test_every_template_can_be_applied_to_a_machine_that_has_its_points(template: Any) -> None:
    """R-PM-06."""
    keys = {each.point for level_ in template.plan.levels for each in (*level_.meters, *level_.conditions)}
    points = tuple(
        Point(f"T1-P1.{key}", "T1-P1", key, Text(key), ValueKind.COUNTER, ManualSource()) for key in keys - {"run_hours"}
    )
    made = desk(points=(POINT, *points))
    (plan,) = applied(template.plan, (Machine("T1-P1"),), made.world.points)
    made.do(save(plan), CHEN)
    assert len(made.world.schedule) == len(template.plan.levels)
    made.apply(*schedule.due(made.world, made.now, {}))
    assert set(made.world.plans) == set(made.world.schedule)


def test_an_elevator_template_has_the_four_levels_of_the_rule() -> None:
    """R-PM-02; C5 of the requirements: half-month, quarter, half-year, year."""
    (elevator,) = (each for each in templates() if each.id == "elevator")
    assert [(level_.every_days, level_.every_months) for level_ in elevator.plan.levels] == [(15, 0), (0, 3), (0, 6), (0, 12)]
    assert [plan.within for plan in stamped(replace(elevator.plan, machines=(Machine("x"),)))] == [
        "quarter",
        "half_year",
        "year",
        "",
    ]


def test_a_template_is_divided_where_machines_lack_points_and_leaves_out_those_without_any() -> None:
    (pump,) = (each for each in templates() if each.id == "pump")
    (condition,) = (each for each in templates() if each.id == "pump_condition")
    points = {"A.run_hours": object()}
    parts = applied(pump.plan, (Machine("A"), Machine("B")), points)
    assert [[machine.id for machine in part.machines] for part in parts] == [["A"], ["B"]]
    assert [len(part.levels[1].meters) for part in parts] == [1, 0]
    assert applied(condition.plan, (Machine("A"), Machine("B")), points) == ()


# --- turns


def with_monthly(**parts: Any) -> Desk:
    made = desk()
    made.do(save(replace(PLAN, **parts)), CHEN)
    made.apply(*schedule.due(made.world, made.now, {}))
    return made


def turn(day: str, to: str = "", reason: str = "停电检修") -> TurnChange:
    return TurnChange(id=change_id("T1-P1/monthly", day), plan="T1-P1/monthly", turn=day, to=to, reason=reason)


def test_a_moved_turn_is_raised_on_its_new_day_and_the_next_where_it_was() -> None:
    made = with_monthly()
    made.do(save(turn("2026-12-01", "2026-12-05")), CHEN)
    (kept,) = made.world.records(TurnChange).values()
    assert (kept.by, kept.reason) == ("chen", "停电检修")
    made.now = NOON + 8 * DAY  # the 2nd
    assert not any(isinstance(event, OrderRaised) for event in made.apply(*schedule.due(made.world, made.now, {})))
    made.now = NOON + 11 * DAY
    events = made.apply(*schedule.due(made.world, made.now, {}))
    (order,) = [event.order for event in events if isinstance(event, OrderRaised)]
    assert day_of(order.due_at) == "2026-12-05"
    assert made.world.records(TurnChange) == {}, "a move that is over has ended"


def test_a_skipped_turn_raises_nothing_and_the_next_comes() -> None:
    made = with_monthly()
    made.do(save(turn("2026-12-01")), CHEN)
    made.now = NOON + 20 * DAY
    assert not any(isinstance(event, OrderRaised) for event in schedule.due(made.world, made.now, {}))
    made.now = NOON + 38 * DAY
    events = made.apply(*schedule.due(made.world, made.now, {}))
    (order,) = [event.order for event in events if isinstance(event, OrderRaised)]
    assert day_of(order.due_at) == "2027-01-01"


def test_a_skip_that_is_taken_back_is_none() -> None:
    made = with_monthly()
    made.do(save(turn("2026-12-01")), CHEN)
    (kept,) = made.world.records(TurnChange).values()
    made.do(save(replace(kept, ended_at=1), base=1, reason="看错了"), CHEN)
    assert made.world.records(TurnChange) == {}
    made.now = NOON + 8 * DAY
    assert any(isinstance(event, OrderRaised) for event in schedule.due(made.world, made.now, {}))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (turn("2026-12-01", "2026-12-05", reason=" "), "refused.reason_missing"),
        (turn("2026-12-02", "2026-12-05"), "plans.refused.turn_unknown"),
        (turn("gestern", "2026-12-05"), "plans.refused.turn_unknown"),
        (replace(turn("2026-12-01"), plan="T1-P1/other"), "plans.refused.turn_unknown"),
        (turn("2026-12-01", "2026-11-01"), "plans.refused.move_past"),
        (turn("2026-12-01", "31.12."), "plans.refused.move_past"),
        (turn("2026-12-01", "2027-01-01"), "plans.refused.move_far"),
    ],
)
def test_a_turn_that_cannot_be_moved_is_refused_with_its_reason(change: TurnChange, code: str) -> None:
    assert with_monthly().refusal(save(change), CHEN) == code


def test_a_turn_whose_order_is_there_is_moved_in_the_order() -> None:
    made = with_monthly()
    made.now = NOON + 7 * DAY
    made.apply(*schedule.due(made.world, made.now, {}))
    assert made.refusal(save(turn("2026-12-01", "2026-12-05")), CHEN) == "plans.refused.turn_raised"


def test_of_a_plan_that_counts_from_completion_only_the_next_turn_is_known() -> None:
    made = with_monthly(completion=True)
    assert made.refusal(save(turn("2027-01-01", "2027-01-05")), CHEN) == "plans.refused.only_next"
    made.do(save(turn("2026-12-01", "2026-12-05")), CHEN)


@pytest.mark.parametrize(
    ("year", "code"),
    [
        (CalendarYear(id="27"), "year"),
        (CalendarYear(id="2027", days=(Day("2026-05-01"),)), "day"),
        (CalendarYear(id="2027", days=(Day("2027-02-29"),)), "day"),
        (CalendarYear(id="2027", days=(Day("2027-05-01"), Day("2027-05-01", off=False))), "day_twice"),
    ],
)
def test_a_year_that_is_none_is_refused(year: CalendarYear, code: str) -> None:
    assert refused(save(year)) == f"plans.refused.{code}"


def test_an_edited_year_moves_what_gives_way_to_days_off() -> None:
    made = with_monthly(shift="next")
    made.do(save(CalendarYear(id="2026", days=(Day("2026-12-01"), Day("2026-12-02")))), CHEN)
    made.apply(*schedule.due(made.world, made.now, {}))
    due = made.world.plans["T1-P1/monthly"].next_due
    assert day_of(due) == "2026-12-03"


# --- forecast


def known(made: Desk, **more: Any) -> Known:
    zone = made.world.timezone
    parts: dict[str, Any] = {"rates": {}, "values": {}, **more}
    world = made.world
    return Known(world.plans, world.orders, schedule.book(world), zone, schedule.local_day(made.now, zone), **parts)


def test_the_forecast_says_what_will_be_raised() -> None:
    made = with_monthly(shift="next")
    told = known(made)
    found = foresee(made.world.chains, told, told.today + 400)
    raised = []
    for _ in range(400):
        made.now += DAY
        for event in made.apply(*schedule.due(made.world, made.now, {})):
            if isinstance(event, OrderRaised):
                raised.append(schedule.local_day(event.order.due_at, made.world.timezone))
                made.world.orders.clear()  # done at once
                made.apply(*schedule.finished(made.world, replace(event.order, state="acceptance"), made.now))
    assert [visit.day for visit in found][: len(raised)] == raised
    assert len(raised) == 13


@settings(max_examples=30, deadline=None)
@given(
    every=st.integers(1, 40),
    higher=st.one_of(st.none(), st.integers(1, 4)),
    lead=st.tuples(st.integers(0, 3), st.integers(0, 50)),
    shift=st.sampled_from(["", "next", "previous", "skip"]),
    blackout=st.one_of(st.none(), st.tuples(st.integers(1, 12), st.integers(1, 28), st.integers(0, 25))),
)
def test_what_is_foreseen_is_what_is_raised_day_by_day(
    every: int, higher: int | None, lead: tuple[int, int], shift: str, blackout: tuple[int, int, int] | None
) -> None:
    made = desk()
    start = schedule.local_day(made.now, made.world.timezone)
    begin = date.fromordinal(start + lead[1] + 4).isoformat()
    levels = [Level("low", Text("低"), every_days=every, lead_days=lead[0])]
    if higher is not None and 31 * higher > every:
        levels.append(Level("high", Text("高"), every_months=higher, lead_days=lead[0]))
    spans = ()
    if blackout is not None:
        since = date(2026, blackout[0], blackout[1])
        spans = (Span(f"{since:%m-%d}", f"{since + timedelta(days=blackout[2]):%m-%d}"),)
    made.do(save(replace(PLAN, levels=tuple(levels), machines=(Machine("T1-P1", begin),), shift=shift, blackouts=spans)), CHEN)
    raised: list[tuple[int, int]] = []

    def look() -> None:
        for event in made.apply(*schedule.due(made.world, made.now, {})):
            if isinstance(event, OrderRaised):
                carried = sum(state.open_order == event.order.number for state in made.world.plans.values())
                raised.append((schedule.local_day(event.order.due_at, made.world.timezone), carried))
                made.world.orders.clear()  # done at once
                made.apply(*schedule.finished(made.world, replace(event.order, state="acceptance"), made.now))

    look()
    raised.clear()
    foreseen = [(visit.day, len(visit.levels)) for visit in foresee(made.world.chains, known(made), start + 240)]
    for _ in range(200):
        made.now += DAY
        look()
    assert raised == foreseen[: len(raised)]
    assert len(raised) >= sum(day <= start + 190 for day, _ in foreseen)


def test_a_counter_is_foreseen_by_its_rate_where_it_comes_before_the_date() -> None:
    both = replace(MONTHLY, every_months=12, meters=(Meter("run_hours", 1000.0),))
    made = desk()
    made.do(save(replace(PLAN, levels=(both,), machines=(Machine("T1-P1"),))), CHEN)
    made.apply(*schedule.due(made.world, made.now, {POINT.id: 100.0}))
    slow = known(made, rates={POINT.id: 1.0}, values={POINT.id: 100.0})
    fast = known(made, rates={POINT.id: 10.0}, values={POINT.id: 600.0})
    assert [visit.estimated for visit in foresee(made.world.chains, slow, slow.today + 370)] == [False]
    found = foresee(made.world.chains, fast, fast.today + 370)
    assert [(visit.day - fast.today, visit.estimated) for visit in found] == [(50, True), (150, True), (250, True), (350, True)]


def test_the_workload_counts_the_hours_of_all_levels_of_a_visit_in_its_week() -> None:
    levels = (replace(MONTHLY, key="a", hours=1.0), replace(MONTHLY, key="b", every_months=3, hours=2.0))
    made = with_monthly(levels=levels, team="水电班")
    told = known(made)
    found = foresee(made.world.chains, told, told.today + 100)
    assert [hours_of(made.world.chains[0], visit.levels) for visit in found] == [3.0, 1.0, 1.0, 3.0]
    work = workload(made.world.chains, found)
    assert work[week_of(found[0].day), "水电班"] == (3.0, 1)
    assert date.fromordinal(week_of(found[0].day)).weekday() == 0


def test_a_visit_is_overdue_after_its_grace() -> None:
    made = with_monthly(levels=(replace(MONTHLY, grace_days=2),))
    (visit, *_) = foresee(made.world.chains, known(made), known(made).today + 20)
    states = [overdue(made.world.chains[0], visit, visit.day + late) for late in (0, 2, 3)]
    assert states == [False, False, True]


def test_plans_of_one_type_share_in_memory_what_is_equal() -> None:
    first, second = (
        MaintenancePlan(f"E{n}/p", f"E{n}", Text("月检"), every_months=1, checklist=(Text("甲"), Text("乙"))) for n in range(2)
    )
    one, other = shared((first, second))
    assert (one, other) == (first, second)
    assert one.checklist is other.checklist
    assert one.title is other.title


def test_a_plan_is_found_by_its_id_and_the_consoles_before_the_site_files() -> None:
    site = MaintenancePlan("T1-P1/monthly", "T1-P1", Text("站点"), every_months=1)
    made = replace(PLAN, id="plan-1", number=1)
    names = [found(name, {site.id: site}, (made,)) for name in ("T1-P1/monthly", "T1-P2/monthly", "T1-P1/other")]
    assert [each.title.zh if each is not None else "" for each in names] == ["月检", "", ""]
    assert found(site.id, {site.id: site}, ()) is site


def test_plans_and_their_memory_travel_and_are_stored_as_they_are() -> None:
    for template in templates():
        again = msgspec.json.decode(msgspec.json.encode(template.plan), type=AnyRecord)
        assert again == template.plan
