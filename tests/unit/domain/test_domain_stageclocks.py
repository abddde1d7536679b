"""The clock of each stage, and who is the best one to send."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import CHEN, LIFT, PEOPLE, START, SUN, WANG, ZHAO
from msgspec.structs import replace

from console.domain.assigning import Crew, candidates
from console.domain.faults import Clock, ResponsePolicy
from console.domain.maintenance.people import Certificate, Person
from console.domain.orders import STAGES, Hold, Order, OrderKind, OrderState
from console.domain.rosters import Member, Roster, Shift, Team
from console.domain.stageclocks import awaited, stage_clock, stage_story
from console.domain.stages import HANDLING_AFTER, HANDLING_BEFORE, STRETCH, ZONES, StageLimits, StagePolicy
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE

S = OrderState
POLICY = StagePolicy()


def stamp(at: int) -> Stamp:
    return Stamp(at, "zhao", at, "zhao")


def order(state: OrderState, priority: int = 3, step: int = MINUTE, **more: Any) -> Order:
    """An order that reached every stage up to ``state``, one ``step`` apart."""
    reached = STAGES[: STAGES.index(state) + 1] if state is not S.CANCELLED else ()
    stamps = {stage: stamp(START + place * step) for place, stage in enumerate(reached)}
    base = Order(1, OrderKind.CORRECTIVE, Text("漏水"), "T1-L1", priority, START, state, stamps)
    return replace(base, **more)


@pytest.mark.parametrize("priority", [1, 2, 3])
@pytest.mark.parametrize("state", STAGES[:-1])
def test_every_stage_of_every_priority_has_a_clock_that_breaks_at_its_limit(state: OrderState, priority: int) -> None:
    """R-WO-06: a closed loop with a limit for every stage."""
    its = order(state, priority)
    stage = STAGES[STAGES.index(state) + 1]
    limit = POLICY.limits(priority).limit(stage)
    assert limit is not None
    since = its.stamps[state].at
    before, at = stage_clock(its, POLICY, since + limit - 1), stage_clock(its, POLICY, since + limit)
    assert before is not None
    assert at is not None
    assert (before.stage, before.breached, before.remaining) == (stage, False, 1)
    assert (at.breached, at.deadline, at.percent) == (True, since + limit, 100.0)


@pytest.mark.parametrize("priority", [1, 2, 3])
@pytest.mark.parametrize(
    ("clock", "last"), [(Clock.RESPOND, S.ASSIGNED), (Clock.ON_SITE, S.ON_SITE), (Clock.REPAIRED, S.SELF_CHECK)]
)
def test_the_stages_limits_add_up_to_the_promises_of_section_11(priority: int, clock: Clock, last: OrderState) -> None:
    """R-SLA-12 (respond 4 h, on site 24 h) is met, for P3 with 2 h and 24 h; P1 and P2 are stricter."""
    steps = [POLICY.limits(priority).limit(stage) for stage in STAGES[1 : STAGES.index(last) + 1]]
    assert sum(step for step in steps if step) == ResponsePolicy().limits(priority).limit(clock)
    if clock is not Clock.REPAIRED:
        assert sum(step for step in steps if step) <= (4 * HOUR if clock is Clock.RESPOND else 24 * HOUR)


def test_confirming_may_be_left_out_and_the_dispatch_then_has_the_time_of_both() -> None:
    its = order(S.ACCEPTED)
    given = replace(its, state=S.DISPATCHED, stamps={S.ACCEPTED: stamp(START), S.DISPATCHED: stamp(START + 50 * MINUTE)})
    (view,) = stage_story(given, POLICY)
    assert (view.stage, view.deadline - START, view.breached, view.running) == (S.DISPATCHED, HOUR, False, False)


def test_the_story_tells_which_stage_was_late() -> None:
    views = stage_story(order(S.ON_SITE, 1, step=6 * MINUTE), POLICY)
    assert [(view.stage, view.breached) for view in views] == [
        (S.VERIFIED, True), (S.DISPATCHED, True), (S.ASSIGNED, False), (S.ON_SITE, False),
    ]  # fmt: skip


def test_a_planned_order_goes_by_its_due_time_until_the_work_is_done() -> None:
    its = order(S.ASSIGNED, 4, due_at=START + 5 * DAY)
    view = stage_clock(its, POLICY, START)
    assert view is not None
    assert (view.deadline, view.by_due) == (START + 5 * DAY, True)
    checked = stage_clock(order(S.SELF_CHECK, 4, due_at=START + 5 * DAY), POLICY, START + HOUR)
    assert checked is not None
    assert (checked.stage, checked.by_due) == (S.ACCEPTANCE, False)
    assert stage_clock(order(S.ASSIGNED, 4), POLICY, START) is None, "nothing limits it"


def test_a_hold_stops_the_stages_clock_but_never_an_emergencys() -> None:
    holds = (
        Hold("waiting_parts", stamp(START + 10 * MINUTE), START + 20 * MINUTE),
        Hold("waiting_owner", stamp(START + 25 * MINUTE)),
    )
    now = START + 30 * MINUTE
    held = stage_clock(order(S.ACCEPTED, 3, holds=holds), POLICY, now)
    assert held is not None
    assert (held.deadline, held.held, held.breached) == (START + 45 * MINUTE, True, False)
    urgent = stage_clock(order(S.ACCEPTED, 1, holds=holds), POLICY, now)
    assert urgent is not None
    assert (urgent.deadline, urgent.held) == (START + 3 * MINUTE, False)


@pytest.mark.parametrize(("zone", "arrive"), [("near", 5), ("middle", 30), ("far", 60)])
def test_the_distance_promises_the_arrival(zone: str, arrive: int) -> None:
    """R-SLA-14: 5, 30 and 60 minutes by distance, where the order says how far it is."""
    assert ZONES[zone].arrive == arrive * MINUTE
    view = stage_clock(order(S.ASSIGNED, 3, zone=zone), POLICY, START)
    assert view is not None
    assert view.deadline == START + arrive * MINUTE
    later = stage_clock(order(S.ON_SITE, 3, zone=zone), POLICY, START)
    assert later is not None
    assert later.deadline > START + HOUR, "the distance is about the arrival alone"


@pytest.mark.parametrize(("priority", "expected"), [(1, 3 + 15), (3, 180), (4, 180)])
def test_an_appointment_replaces_the_arrival_limit_and_only_shortens_an_emergencys(priority: int, expected: int) -> None:
    view = stage_clock(order(S.ASSIGNED, priority, agreed_at=START + 180 * MINUTE), POLICY, START)
    assert view is not None
    assert view.deadline == START + expected * MINUTE


def test_an_ended_order_has_no_clock() -> None:
    for state in (S.ARCHIVED, S.CANCELLED):
        assert awaited(order(state)) is None
        assert stage_clock(order(state), POLICY, START) is None


def test_a_sites_own_limits_count() -> None:
    own = StagePolicy(p3=StageLimits(verified=MINUTE))
    view = stage_clock(order(S.ACCEPTED), own, START)
    assert view is not None
    assert view.deadline == START + MINUTE
    assert stage_clock(order(S.VERIFIED), own, START) is None


def test_the_targets_that_are_no_promise_are_the_handbooks() -> None:
    """R-SLA-13: 20 minutes from demand to completion; R-SLA-15: 2.5 h before and 1.2 h after the reform."""
    assert (20 * MINUTE, round(2.5 * HOUR), round(1.2 * HOUR)) == (STRETCH, HANDLING_BEFORE, HANDLING_AFTER)


# --- who should go


ROSTER = Roster(
    shifts=(Shift("day", Text("白班"), 8 * 60, 20 * 60),),
    teams=(Team("a", Text("甲"), (Member("zhao"), Member("wang"))),),
    cycle=({"day": "a"},),
    since="2025-12-01",
)
T = Certificate("elevator", "T1", until=START + 30 * DAY)


def crew(*people: Person) -> Crew:
    return Crew({account.name: account for account in PEOPLE}, {person.id: person for person in people}, ROSTER, "Asia/Shanghai")


def test_candidates_come_by_fitness_then_shift_then_trade_then_load() -> None:
    """R-SLA-18: a named repair person, the best one first."""
    people = (
        Person(id="zhao", name="赵"),
        Person(id="sun", name="孙", certificates=(T,)),
        Person(id="wang", name="王", certificates=(T,)),
    )
    busy = order(S.ASSIGNED, number=7, assignee="sun")
    found = candidates(crew(*people), order(S.ACCEPTED), LIFT, [busy, order(S.ARCHIVED, number=8, assignee="sun")], START)
    assert [each.name for each in found[:2]] == ["wang", "sun"], "on duty comes before a technician who is not"
    zhao = next(each for each in found if each.name == "zhao")
    assert zhao.problem is not None
    assert zhao.problem.code == "people.unfit.no_certificate"
    assert found.index(zhao) >= 2
    assert (found[1].load, found[0].on_duty, found[1].on_duty) == (1, True, False)
    assert {each.name for each in found} == {WANG.name, CHEN.name, ZHAO.name, SUN.name, "li"}


def test_a_contractors_person_with_a_record_is_a_candidate_too() -> None:
    outside = Person(id="K1", name="钱工", company="申菱电梯", certificates=(T,))
    (found,) = [each for each in candidates(crew(outside), order(S.ACCEPTED), LIFT, [], START) if each.contractor]
    assert (found.name, found.problem, found.company) == ("钱工", None, "申菱电梯")


def test_at_night_nobody_of_the_day_shift_is_on_duty() -> None:
    assert not any(each.on_duty for each in candidates(crew(), order(S.ACCEPTED), None, [], START + 14 * HOUR))
