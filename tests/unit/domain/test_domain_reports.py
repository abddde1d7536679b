"""The figures of reports, reckoned by hand on small books."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from console.domain.faults import P1_DEFAULT, P2_DEFAULT, CloseCode, Fault
from console.domain.maintenance import reports
from console.domain.maintenance import reports_registers as registers
from console.domain.maintenance import reports_reliability as reliability
from console.domain.maintenance.archiving import Category, archive_category, free_at, refuse_removal, years
from console.domain.maintenance.drills import Drill, DrillPlan, DrillResult, Training
from console.domain.maintenance.hazards import Hazard, HazardState
from console.domain.maintenance.parts import MoveKind, Part, StockMove
from console.domain.maintenance.people import LEVELS, Certificate, Person
from console.domain.maintenance.reports import Books, Machine, Period, period, shifted
from console.domain.maintenance.reports_due import due_period, next_at, sent_at
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.maintenance.rounds import Round
from console.domain.orders import Labour, Order, OrderKind, OrderState, PartUse
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

ZONE = "Asia/Shanghai"
OCTOBER = period(2026, 10, 1, ZONE)
T = OCTOBER.since
NOW = T + 60 * DAY
S = OrderState


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def stamp(moment: int, by: str = "zhao", **more: str) -> Stamp:
    return Stamp(moment, by, moment, by, **more)


def order(
    number: int, raised: int, done: int = 0, *, due: int = 0, kind: OrderKind = OrderKind.PREVENTIVE, **more: object
) -> Order:
    stamps = {S.ACCEPTED: stamp(raised)}
    if done:
        stamps |= {S.SELF_CHECK: stamp(done), S.ACCEPTANCE: stamp(done + HOUR, "li"), S.ARCHIVED: stamp(done + 2 * HOUR)}
    state = S.ARCHIVED if done else S.ACCEPTED
    base = Order(
        number=number, kind=kind, title=Text("x"), equipment="L1", priority=4, created_at=raised, state=state, stamps=stamps
    )
    return replace(base, due_at=due, **more)


def fault(
    number: int,
    opened: int,
    closed: int = 0,
    *,
    text: str = "门机故障",
    priority: int = 2,
    code: CloseCode = CloseCode.REAL,
    order: int = 0,
) -> Fault:
    return Fault(
        number, "L1", priority, Text(text), opened, P2_DEFAULT, order=order, closed_at=closed, closed_by="li" if closed else "",
        close_code=code if closed else None,
    )  # fmt: skip


def books(**more: object) -> Books:
    machines = {"L1": Machine(Text("1号电梯"), "elevator"), "L2": Machine(Text("2号电梯"), "elevator"),
                "P1": Machine(Text("水泵"), "water", counted=False)}  # fmt: skip
    return Books(now=NOW, machines=machines, **more)  # type: ignore[arg-type]


# --- periods


def test_a_period_is_whole_months_of_the_sites_calendar() -> None:
    """R-KP-06: quarters and half-years."""
    assert OCTOBER.since == at("2026-09-30T16:00") and OCTOBER.until == at("2026-10-31T16:00")
    assert [period(2026, 11, months, ZONE).name for months in reports.SPANS] == ["2026-11", "2026 Q4", "2026 H2", "2026"]
    assert shifted(period(2026, 1, 3, ZONE), -3, ZONE).name == "2025 Q4"
    assert shifted(OCTOBER, 15, ZONE).name == "2028-01"
    for wrong in ((2026, 13, 1), (2026, 1, 2), (1, 1, 1)):
        with pytest.raises(ValueError, match="no period"):
            period(*wrong, ZONE)


# --- orders


def test_an_order_is_judged_by_the_due_time_that_was_given_first() -> None:
    """R-WO-03: on-time rate; R-PM-04."""
    made = (
        order(1, T, T + DAY, due=T + 2 * DAY),
        order(2, T, T + 3 * DAY, due=T + 2 * DAY),
        order(3, T, T + 3 * DAY, due=T + 5 * DAY, first_due=T + 2 * DAY),  # moved later: late all the same
        order(4, T, due=T + 2 * DAY),  # never done
        order(5, T, T + 2 * DAY, kind=OrderKind.PROJECT),  # nothing was promised
        order(6, T, due=T + DAY, state=S.CANCELLED, cancelled=stamp(T + HOUR)),
        order(7, T, T + DAY, due=T + 2 * DAY, drill=9),  # 演练: in no figure
    )
    found = reports.tally(books(orders=made).orders_of(OCTOBER), {}, OCTOBER, NOW)
    assert (found.raised, found.done, found.cancelled, found.open) == (6, 4, 1, 1)
    assert (found.kept, found.late) == (1, 3)
    assert found.on_time == 0.25 and found.completion == 0.8
    assert [each.number for each in reports.overdue(books(orders=made), OCTOBER)] == [4]
    kinds = reports.by_kind(books(orders=made), {}, OCTOBER)
    assert kinds[OrderKind.PROJECT].done == 1 and kinds[OrderKind.PREVENTIVE].done == 3


def test_first_pass_counts_what_was_accepted_without_rework() -> None:
    """R-WO-03, R-KP-09."""
    made = [order(1, T, T + DAY), order(2, T, T + DAY, rework_count=1), order(3, T - 40 * DAY, T - 35 * DAY)]
    found = reports.tally(made, {}, OCTOBER, NOW)
    assert (found.accepted, found.passed, found.first_pass) == (2, 1, 0.5)
    assert reports.tally([], {}, OCTOBER, NOW).first_pass is None


def test_a_faults_order_is_judged_by_the_faults_repair_clock() -> None:
    kept = fault(1, T, T + 3 * DAY, order=1)
    late = fault(2, T, T + 3 * DAY, order=2)
    made = (
        order(1, T, T + DAY, kind=OrderKind.CORRECTIVE, fault=1),
        order(2, T, T + 2 * DAY + HOUR, kind=OrderKind.CORRECTIVE, fault=2),
    )
    told = books(orders=made, faults=(kept, late))
    found = reports.tally(made, reports.facts(told), OCTOBER, NOW)
    assert (found.kept, found.late) == (1, 1)


def test_plan_compliance_counts_what_fell_due() -> None:
    """R-PM-04: maintenance record; R-PM-02, R-PM-03."""
    made = [
        order(1, T, T + DAY, due=T + 2 * DAY),
        order(2, T, T + 4 * DAY, due=T + 2 * DAY),
        order(3, T, due=T + 2 * DAY),
        order(4, T, due=T + 2 * DAY, state=S.CANCELLED, cancelled=stamp(T)),
        order(5, T, due=T + 40 * DAY),
        order(6, T, T + DAY, due=T + 2 * DAY, kind=OrderKind.INSPECTION),
    ]
    found = reports.compliance(made, OCTOBER, NOW)
    assert (found.due, found.in_time, found.late, found.missed, found.cancelled, found.waiting) == (4, 1, 1, 1, 1, 0)
    assert found.share == 0.25
    early = reports.compliance(made, OCTOBER, T + HOUR)
    assert (early.missed, early.waiting) == (0, 1)
    assert reports.compliance([], OCTOBER, NOW).share is None


def test_the_orders_of_a_period_are_all_that_can_count_in_it() -> None:
    made = (order(1, T - 90 * DAY, T - 80 * DAY), order(2, T - 90 * DAY), order(3, T + DAY), order(4, T + 32 * DAY))
    assert [each.number for each in books(orders=made).orders_of(OCTOBER)] == [2, 3]
    assert [each.number for each in books(orders=made).orders_of(shifted(OCTOBER, -3, ZONE))] == [1, 2]


# --- reliability


def find(told: Books, of: Period = OCTOBER) -> dict[str, reliability.Reliability]:
    return reliability.by_machine(told, reliability.history(told, reports.facts(told)), of)


def test_mtbf_mttr_and_availability_of_a_month() -> None:
    """R-EQ-15: unplanned stops. Two elevators, 31 days; one stood still for 10 h + 2 h."""
    first = order(
        1, T + DAY, T + DAY + 4 * HOUR, kind=OrderKind.CORRECTIVE, fault=1, down_from=T + DAY, down_until=T + DAY + 10 * HOUR
    )
    second = order(2, T + 9 * DAY, T + 9 * DAY + 2 * HOUR, kind=OrderKind.CORRECTIVE, fault=2)
    planned = order(3, T + 5 * DAY, T + 5 * DAY + HOUR, down_from=T + 5 * DAY, down_until=T + 5 * DAY + HOUR)
    told = books(
        orders=(first, second, planned),
        faults=(fault(1, T + DAY, T + 3 * DAY, order=1), fault(2, T + 9 * DAY, T + 10 * DAY, text="平层不准", order=2)),
    )
    found = find(told)
    assert set(found) == {"L1", "L2"}  # the pump stands within its set
    one = found["L1"]
    assert (one.failures, one.unplanned, one.planned) == (2, 12 * HOUR, HOUR)
    assert one.mtbf == (31 * DAY - 12 * HOUR) // 2
    assert one.mttr == 3 * HOUR
    assert one.availability == pytest.approx(1 - 12 / (31 * 24))
    both = reliability.together(found.values())
    assert both.machines == 2 and both.mtbf == (62 * DAY - 12 * HOUR) // 2
    assert found["L2"].mtbf is None and found["L2"].mttr is None and found["L2"].availability == 1.0


def test_a_failure_that_comes_back_within_a_month_is_a_repeat() -> None:
    """R-EQ-08: repeat faults are ranked."""
    before, again, other = (
        fault(1, T - 10 * DAY, T - 9 * DAY),
        fault(2, T + DAY, T + 2 * DAY),
        fault(3, T + 2 * DAY, text="平层不准"),
    )
    told = books(faults=(before, again, other, fault(4, T + 40 * DAY)))
    assert find(told)["L1"].repeats == 1
    assert find(told, shifted(OCTOBER, 1, ZONE))["L1"].repeats == 0


def test_what_was_no_failure_is_none() -> None:
    """R-SLA-04, acceptance check 8: tests, duplicates, false alarms and drills are in no figure."""
    said = [
        fault(number, T + number * HOUR, T + DAY, code=code)
        for number, code in enumerate((CloseCode.FALSE_ALARM, CloseCode.TEST, CloseCode.DUPLICATE), 1)
    ]
    told = books(faults=(*said, replace(fault(9, T), drill=1)))
    assert find(told)["L1"].failures == 0 and find(told)["L1"].unplanned == 0


def test_a_failure_that_lasts_counts_until_now_and_no_longer_than_the_period() -> None:
    lasting = replace(fault(1, T + 30 * DAY), priority=1, limits=P1_DEFAULT)
    assert find(books(faults=(lasting,)))["L1"].unplanned == DAY
    third = replace(fault(1, T + 30 * DAY), priority=3)
    assert find(books(faults=(third,)))["L1"].unplanned == 0  # a P3 stops nothing


# --- registers


def test_rounds_that_were_late_or_missed_are_counted_with_those_that_followed() -> None:
    """R-IN-01."""

    def made(number: int, **more: object) -> Round:
        return Round(id=str(number), at=T + number * HOUR, route="r", title=Text("x"), late_at=T + number * HOUR + MINUTE, **more)  # type: ignore[arg-type]

    rounds = [
        made(1, finished=stamp(T + HOUR)),
        made(2, finished=stamp(T + 5 * HOUR)),
        made(3, missed=True, further=2),
        made(4, finished=stamp(T + 4 * HOUR), unscheduled=True),
    ]
    found = registers.round_figures(rounds, OCTOBER)
    assert (found.due, found.in_time, found.late, found.missed) == (5, 1, 1, 3)
    assert found.share == 0.2
    assert registers.round_figures([], OCTOBER).share is None


def test_hazards_are_closed_by_their_recheck() -> None:
    """R-IN-04, R-IN-06."""

    def made(number: int, found: int, **more: object) -> Hazard:
        return Hazard(id=str(number), at=found, what="x", found=stamp(found), **more)  # type: ignore[arg-type]

    closed = made(1, T, deadline=T + 2 * DAY, rectified=(stamp(T + DAY),), closed=stamp(T + 3 * DAY), state=HazardState.CLOSED)
    late = made(2, T, deadline=T + DAY, rectified=(stamp(T + 2 * DAY),), closed=stamp(T + 3 * DAY), repeats=("1",))
    waiting = made(3, T, deadline=T + DAY)
    void = made(4, T, state=HazardState.VOID)
    found = registers.hazard_figures([closed, late, waiting, void], OCTOBER, NOW)
    assert (found.found, found.closed, found.in_time, found.open, found.overdue, found.repeated) == (3, 2, 1, 1, 1, 1)
    assert found.share == pytest.approx(2 / 3)


def test_drills_that_were_not_held_are_overdue_at_the_end() -> None:
    """R-EM-02, R-EM-10."""
    told = books(
        drills=(
            Drill(id="1", at=T, event="fire", title=Text("x"), result=DrillResult.PASSED, entered=stamp(T), reviewed=stamp(T)),
        ),
        drill_plans=(
            DrillPlan(id="a", at=T, title=Text("x"), event="full", months=12, last="2025-10-15"),
            DrillPlan(id="b", at=T, title=Text("x"), event="fire", months=6, last="2026-09-01"),
        ),
        trainings=(Training(id="1", at=T, ended_at=T, what="x", people=("a", "b")),),
    )
    found = registers.drill_figures(told, OCTOBER, ZONE)
    assert (found.held, found.passed, found.reviewed, found.overdue, found.trainings, found.trained) == (1, 1, 1, 1, 1, 2)


def test_parts_that_were_used_cost_what_they_were_booked_at() -> None:
    moves = (
        StockMove(id="1", at=T, part="B", kind=MoveKind.OUT, quantity=-3, stock=2, price=10),
        StockMove(id="2", at=T, part="B", kind=MoveKind.BACK, quantity=1, stock=3, price=10),
        StockMove(id="3", at=T, part="B", kind=MoveKind.IN, quantity=5, stock=8, price=12),
        StockMove(id="4", at=T - 40 * DAY, part="C", kind=MoveKind.OUT, quantity=-1, stock=0, price=10),
    )
    parts = (Part(id="B", name="轴承", stock=8, least=2), Part(id="C", name="皮带", stock=0, least=2))
    used, short = registers.part_figures(books(moves=moves, parts=parts), OCTOBER)
    assert (used.part, used.came, used.used, used.cost) == ("B", 5, 2, 20)
    assert (short.part, short.stock, short.least) == ("C", 0, 2)


def test_a_person_is_certified_while_every_kind_holds() -> None:
    """R-KP-04."""
    people = (
        Person(
            id="a",
            name="甲",
            certificates=(Certificate("elevator", until=NOW - DAY), Certificate("elevator", until=NOW + 500 * DAY)),
        ),
        Person(id="b", name="乙", certificates=(Certificate("elevator", until=NOW + DAY), Certificate("fire"))),
        Person(id="c", name="丙", certificates=(Certificate("fire", "7", until=NOW - DAY),)),
        Person(id="d", name="丁"),
    )
    holding, asked, late = registers.certificates(people, NOW)
    assert (holding, asked) == (2, 3)
    assert [each.whose for each in late] == ["丙", "乙"]


def test_a_person_has_a_level_of_the_safety_system() -> None:
    """R-IN-11: company, project, post."""
    assert set(LEVELS) == {"company", "project", "post"}


def test_costs_are_those_of_work_that_was_done_in_the_period() -> None:
    """R-KP-11: cost per order."""
    worked = order(1, T, T + DAY, labour=(Labour("zhao", 2, 80, stamp(T)),), parts=(PartUse("B", "轴承", 2, "个", 30),))
    before = order(2, T - 40 * DAY, T - 39 * DAY, labour=(Labour("zhao", 9, 80, stamp(T)),))
    (found,) = registers.costs([worked, before, order(3, T, T + DAY)], OCTOBER)
    assert (found.equipment, found.orders, found.labour, found.parts, found.outside, found.total) == ("L1", 1, 160, 60, 0, 220)


# --- keeping


def test_the_longest_of_five_years_statute_and_contract_counts() -> None:
    """R-AR-01."""
    assert years("work_order") == 5.0 and years("work_order", "elevator") == 5.0
    assert years("work_order", contract=8.0) == 8.0 and years("card") == 10.0
    assert free_at(0, "work_order") > NOW * 2
    problem = refuse_removal("WO", "work_order", "elevator", T, contract=0.0, now=T + round(4 * 365.25 * DAY))
    assert problem is not None and problem.code == "reports.remove.early"
    assert refuse_removal("WO", "work_order", "elevator", T, contract=0.0, now=T + round(5 * 365.25 * DAY) + DAY) is None
    still = refuse_removal("WO", "work_order", "", 0, contract=0.0, now=NOW)
    assert still is not None and still.code == "reports.remove.open"


def test_an_inspections_order_is_rectification() -> None:
    """R-AR-03."""
    assert archive_category(order(1, T, kind=OrderKind.INSPECTION)) is Category.RECTIFICATION
    assert archive_category(order(1, T)) is Category.EXECUTION


# --- by mail


def test_a_mailing_is_due_on_its_day_after_the_period_and_only_for_the_newest() -> None:
    mailing = Mailing(id="ML-1", at=T + 10 * DAY, what="report", day=3, minute=450, channel="mail")
    assert sent_at(mailing, OCTOBER, ZONE) == at("2026-11-02T23:30")
    assert due_period(mailing, at("2026-11-02T23:00"), ZONE) is None  # September's went before it was made
    due = due_period(mailing, at("2026-11-02T23:30"), ZONE)
    assert due is not None and due.name == "2026-10"
    assert due_period(replace(mailing, last="2026-10"), at("2026-11-20T00:00"), ZONE) is None
    newest = due_period(mailing, at("2027-03-20T00:00"), ZONE)
    assert newest is not None and newest.name == "2027-02"
    assert next_at(mailing, at("2026-11-20T00:00"), ZONE) == at("2026-12-02T23:30")
    yearly = replace(mailing, months=12)
    assert next_at(yearly, at("2026-11-20T00:00"), ZONE) == at("2027-01-02T23:30")
