"""Rounds: when they fall due, how they are answered, what a failure raises, and that a missed one never leaves by itself."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_builders import CHEN, START, WANG, ZHAO, Desk
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import RecordSaved
from console.domain.maintenance import rounds_planning, safety_templates
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.rhythms import Every, Rhythm, next_slot
from console.domain.maintenance.rounds import (
    Answer,
    AnswerRound,
    BeginRound,
    Check,
    CheckKind,
    ExplainRounds,
    FinishRound,
    LiveValue,
    Round,
    RoundState,
    Route,
    filled,
    lateness,
    new_round,
    state_of,
    verdict,
)
from console.domain.quality import Quality
from console.domain.rosters import Roster, Shift
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

ZONE = "Asia/Shanghai"
PRESSURE = Check("p", Text("出水压力", "Pressure"), CheckKind.VALUE, unit="MPa", low=0.3, high=0.9, point="T1-P1.run_hours")
CLEAR = Check(
    "lane", Text("消防车道畅通", "Fire lane clear"), on_fail="hazard", hazard="fire_lane", place=Text("北门", "North gate")
)
NOTES = Check("n", Text("其他", "Else"), CheckKind.TEXT, optional=True, on_fail="note")
ROUTE = Route(
    id="", title=Text("泵房", "Pumps"), rhythm=Rhythm(Every.HOURS, 2, at=0), checks=(PRESSURE, CLEAR, NOTES), equipment="T1-P1"
)
PHOTO = Attachment("ab" * 32, "a.jpg", "jpg", 10)


def moment(text: str, zone: str = ZONE) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def local(at: int | None, zone: str = ZONE) -> str:
    assert at is not None
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def with_route(route: Route = ROUTE) -> Desk:
    desk = Desk()
    desk.do(SaveRecords((route,), (0,)), CHEN)
    return desk


def plan(desk: Desk) -> list[Round]:
    """Let the planner run as the collector does; the open rounds, oldest first."""
    desk.apply(*rounds_planning.due(desk.world, desk.now))
    return sorted(desk.world.records(Round).values(), key=lambda each: each.at)


# --- rhythms


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        (Rhythm(Every.HOURS, 2, at=600, until=1320), "2026-03-01 10:00", "2026-03-01 12:00"),
        (Rhythm(Every.HOURS, 2, at=600, until=1320), "2026-03-01 22:00", "2026-03-02 10:00"),
        (Rhythm(Every.DAY, at=540), "2026-02-28 09:00", "2026-03-01 09:00"),
        (Rhythm(Every.DAY, 2, at=540, first="2026-03-01"), "2026-03-01 09:00", "2026-03-03 09:00"),
        (Rhythm(Every.WEEK, at=540, weekdays=(1, 5)), "2026-03-02 09:00", "2026-03-06 09:00"),
        (Rhythm(Every.WEEK, 2, at=540, weekdays=(1,), first="2026-03-02"), "2026-03-02 09:00", "2026-03-16 09:00"),
        (Rhythm(Every.MONTH, at=540, first="2026-01-31"), "2026-01-31 09:00", "2026-02-28 09:00"),
        (Rhythm(Every.MONTH, at=540, first="2026-01-31"), "2026-02-28 09:00", "2026-03-31 09:00"),
        (Rhythm(Every.MONTH, 3, at=540, first="2026-01-05"), "2026-01-05 09:00", "2026-04-05 09:00"),
        (Rhythm(Every.MONTH, 12, at=540, first="2024-02-29"), "2024-02-29 09:00", "2025-02-28 09:00"),
    ],
)
def test_a_rhythm_beats_on_the_calendar(rhythm: Rhythm, after: str, expected: str) -> None:
    """R-IN-01 daily, R-IN-02 quarterly; a month's last day stays its last day."""
    assert local(next_slot(rhythm, moment(after), Roster(), ZONE)) == expected


def test_each_shift_of_the_roster_is_a_beat_and_without_shifts_there_is_none() -> None:
    roster = Roster(shifts=(Shift("d", Text("白"), 480, 1200), Shift("n", Text("夜"), 1200, 480)))
    rhythm = Rhythm(Every.SHIFT)
    first = next_slot(rhythm, moment("2026-03-01 07:00"), roster, ZONE)
    assert local(first) == "2026-03-01 08:00"
    assert local(next_slot(rhythm, first or 0, roster, ZONE)) == "2026-03-01 20:00"
    assert next_slot(rhythm, START, Roster(), ZONE) is None


@given(st.integers(0, 5000), st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]))
def test_beats_always_rise_also_where_clocks_change(hours: int, zone: str) -> None:
    rhythm, at = Rhythm(Every.HOURS, 1, at=0), moment("2026-01-01 00:00", zone) + hours * HOUR
    following = next_slot(rhythm, at, Roster(), zone)
    assert following is not None and at < following <= at + 2 * HOUR


@given(st.integers(0, 4000), st.integers(1, 24))
def test_a_rhythm_of_months_keeps_its_phase_from_wherever_one_looks(days: int, step: int) -> None:
    rhythm, at = Rhythm(Every.MONTH, step, at=540, first="2024-01-31"), moment("2023-06-15 12:00") + days * DAY
    following = next_slot(rhythm, at, Roster(), ZONE)
    assert following is not None and at < following <= at + (step + 1) * 31 * DAY
    there = datetime.fromtimestamp(following // SECOND, UTC).astimezone(ZoneInfo(ZONE))
    assert (there.year * 12 + there.month - 2024 * 12 - 1) % step == 0 and (there + timedelta(days=1)).day == 1


def test_a_rhythm_that_never_comes_round_is_not_sound() -> None:
    wrong = (
        Rhythm(Every.WEEK, weekdays=()),
        Rhythm(Every.DAY, 0),
        Rhythm(Every.MONTH, first="31.01."),
        Rhythm(Every.HOURS, at=900, until=800),
    )
    assert not any(rhythm.sound for rhythm in wrong)


# --- planning


def test_a_route_raises_one_round_a_beat_and_counts_what_nobody_was_asked_for() -> None:
    desk = with_route()
    assert plan(desk) == [], "nothing is due before the first beat"
    desk.later(HOUR)  # 10:00
    (first,) = plan(desk)
    assert (local(first.at), first.name, first.late_at - first.at) == ("2025-12-01 10:00", "XJ-000001", 60 * MINUTE)
    assert plan(desk) == [first], "asked twice, raised once"
    desk.later(7 * HOUR)  # 17:00: 12:00, 14:00 passed unwatched, 16:00 is the newest
    rounds = plan(desk)
    assert [(local(each.at), each.unwatched) for each in rounds[1:]] == [("2025-12-01 16:00", 2)]


def test_two_years_with_restarts_at_random_raise_each_beat_once() -> None:
    """No gap and no duplicate, however often the collector comes and goes (the world is built anew from its own records)."""
    desk = with_route(replace(ROUTE, rhythm=Rhythm(Every.DAY, at=540)))
    chance = random.Random(7)
    end = START + 730 * DAY
    while desk.now < end:
        desk.apply(*rounds_planning.due(desk.world, desk.now))
        desk.now = rounds_planning.wake_at(desk.world, desk.now) or end
        if chance.random() < 0.05:
            again = Desk()
            kept = [record for drawer in desk.world.kept.values() for record in drawer.values()]
            again.world.kept = {}
            for record in kept:
                again.world.apply(RecordSaved(record, "kept"))
            again.world.numbers, again.log, again.now = dict(desk.world.numbers), desk.log, desk.now
            desk = again
    raised = [entry.event.record for entry in desk.log if isinstance(entry.event, RecordSaved) and entry.event.what == "created"]
    slots = [each.at for each in raised if isinstance(each, Round)]
    assert len(slots) == len(set(slots)) == 729
    assert {later - earlier for earlier, later in itertools.pairwise(slots)} == {DAY}


def test_a_round_is_late_after_its_window_and_missed_when_the_next_falls_due() -> None:
    desk = with_route()
    desk.later(HOUR)
    (round_,) = plan(desk)
    assert state_of(round_, desk.now) is RoundState.DUE
    assert state_of(round_, round_.late_at) is RoundState.LATE
    assert rounds_planning.wanting(desk.world, round_.late_at) == {round_.id}
    desk.later(2 * HOUR)
    missed, fresh = plan(desk)
    assert state_of(missed, desk.now) is RoundState.MISSED and not fresh.missed
    assert desk.refusal(FinishRound(missed.id)) == "rounds.refused.missed"


def test_a_round_that_was_begun_gets_as_long_again() -> None:
    desk = with_route()
    desk.later(HOUR)
    (round_,) = plan(desk)
    desk.do(AnswerRound(round_.id, 1, value="yes"), ZHAO)
    desk.later(2 * HOUR)
    assert not plan(desk)[0].missed
    desk.later(2 * HOUR)
    assert plan(desk)[0].missed


def test_missed_rounds_of_a_route_stand_as_one_line_until_a_supervisor_says_why() -> None:
    desk = with_route()
    for _ in range(13):
        desk.later(2 * HOUR)
        plan(desk)
    missed = [each for each in desk.world.records(Round).values() if each.missed]
    assert [each.further for each in missed] == [11]
    assert desk.refusal(ExplainRounds((missed[0].id,), "夜班缺人"), WANG) == "refused.right_manage_safety"
    assert desk.refusal(ExplainRounds((missed[0].id,), " "), CHEN) == "rounds.refused.explain_reason"
    desk.do(ExplainRounds((missed[0].id,), "夜班缺人"), CHEN)
    assert missed[0].id not in desk.world.records(Round)


def test_a_changed_rhythm_counts_from_its_change_and_an_ended_route_raises_nothing() -> None:
    desk = with_route()
    desk.later(HOUR)
    plan(desk)
    (route,) = desk.world.records(Route).values()
    desk.later(5 * HOUR)  # 15:00
    plan(desk)
    desk.do(SaveRecords((replace(route, rhythm=Rhythm(Every.HOURS, 1, at=0)),), (1,)), CHEN)
    desk.later(HOUR)
    newest = plan(desk)[-1]
    assert (local(newest.at), newest.unwatched) == ("2025-12-01 16:00", 0)
    desk.do(EndRecord("route", route.id, 2, "改由班组巡检"), CHEN)
    desk.later(DAY)
    assert all(each.missed for each in plan(desk))


# --- answers


@pytest.mark.parametrize(
    ("check", "answer", "expected"),
    [
        (PRESSURE, Answer(number=0.3), "pass"),
        (PRESSURE, Answer(number=0.9), "pass"),
        (PRESSURE, Answer(number=0.91), "fail"),
        (PRESSURE, Answer(number=0.91, result="pass"), "fail"),
        (PRESSURE, Answer(number=0.5, result="fail"), "fail"),
        (PRESSURE, Answer(number=float("nan")), ""),
        (CLEAR, Answer(value="yes"), "pass"),
        (replace(CLEAR, good="no"), Answer(value="yes"), "fail"),
        (CLEAR, Answer(value="maybe"), ""),
        (replace(CLEAR, kind=CheckKind.PHOTO), Answer(photos=(PHOTO,)), "pass"),
        (NOTES, Answer(value="正常"), "pass"),
        (NOTES, Answer(result="skipped"), "skipped"),
    ],
)
def test_the_answer_itself_says_whether_a_check_passes(check: Check, answer: Answer, expected: str) -> None:
    """R-IN-10: a value outside its limits never passes, whatever a person says."""
    assert verdict(check, answer) == expected


def test_a_failed_check_raises_its_order_or_hazard_once_however_often_it_fails() -> None:
    """R-WO: the order names its round; a later round of the route confirms what is still open."""
    desk = with_route()
    for turn in range(2):
        desk.later(HOUR if not turn else 2 * HOUR)
        round_ = plan(desk)[-1]
        desk.do(AnswerRound(round_.id, 0, value="1.1", number=1.1, note="阀门全开"), ZHAO)
        desk.do(AnswerRound(round_.id, 1, value="no", note="停了两辆车"), ZHAO)
        desk.do(FinishRound(round_.id), ZHAO)
    assert len(desk.world.orders) == 1 and len(desk.world.records(Hazard)) == 1
    (hazard,) = desk.world.records(Hazard).values()
    assert desk.order.origin == hazard.origin.replace("/lane", "/p") == "round:RT-000001/p"
    assert (hazard.kind, hazard.place, hazard.found.by) == ("fire_lane", "北门", "zhao")
    assert desk.order.title.zh == "出水压力：1.1 MPa 阀门全开"
    done = [e.event.record for e in desk.log if isinstance(e.event, RecordSaved) and e.event.what == "finished"]
    assert [[a.raised for a in each.answers] for each in done if isinstance(each, Round)] == [["WO-000001", "HZ-000001", ""]] * 2


def test_what_is_missing_wrong_or_without_a_word_is_refused() -> None:
    desk = with_route(replace(ROUTE, checks=(PRESSURE, replace(CLEAR, photo=True), replace(CLEAR, key="major", major=True))))
    desk.do(BeginRound("RT-000001"), ZHAO)
    (round_,) = desk.world.records(Round).values()
    name = round_.id
    assert not round_.late_at, "a round beside the rhythm has no deadline"
    assert desk.refusal(FinishRound(name), ZHAO) == "rounds.refused.open_checks"
    assert desk.refusal(AnswerRound(name, 0, value="abc"), ZHAO) == "rounds.refused.answer_value"
    assert desk.refusal(AnswerRound(name, 0, result="skipped"), ZHAO) == "rounds.refused.skip_note"
    assert desk.refusal(AnswerRound(name, 0, result="perhaps"), ZHAO) == "rounds.refused.result"
    assert desk.refusal(AnswerRound(name, 1, value="yes"), ZHAO) == "rounds.refused.photo_missing"
    assert desk.refusal(AnswerRound(name, 1, value="yes", photos=(PHOTO,) * 9), ZHAO) == "rounds.refused.photos"
    assert desk.refusal(AnswerRound(name, 2, value="no"), ZHAO) == "hazards.refused.measure"
    assert desk.refusal(AnswerRound(name, 9, value="no"), ZHAO) == "rounds.refused.check_unknown"
    desk.do(AnswerRound(name, 0, value="0.5", number=0.5), ZHAO)
    desk.do(AnswerRound(name, 0), ZHAO)
    assert not desk.world.records(Round)[name].answers[0].result, "an empty answer takes the former one back"


def test_a_round_finished_after_its_window_says_by_how_much() -> None:
    desk = with_route()
    desk.later(HOUR)
    (round_,) = plan(desk)
    desk.later(90 * MINUTE)
    desk.do(AnswerRound(round_.id, 0, number=0.5, value="0.5"), ZHAO)
    desk.do(AnswerRound(round_.id, 1, value="yes"), ZHAO)
    desk.do(FinishRound(round_.id), ZHAO)
    done = desk.log[-1].event
    assert isinstance(done, RecordSaved) and isinstance(done.record, Round)
    assert lateness(done.record) == 30 * MINUTE and done.record.answers[2].result == ""


# --- automatic rounds


def test_live_data_fills_only_what_is_good_and_marks_it_as_automatic() -> None:
    """R-EQ-13: a typed, stale or bad value answers nothing; text is never filled."""
    route = replace(ROUTE, id="r", checks=(PRESSURE, replace(PRESSURE, key="q", point="x"), replace(CLEAR, point="state")))
    round_ = new_round(route, START, START + HOUR)
    live = {
        "T1-P1.run_hours": LiveValue(0.42, Quality.GOOD, START), "x": LiveValue(0.42, Quality.MANUAL, START),
        "state": LiveValue(0, Quality.GOOD, START),
    }  # fmt: skip
    after = filled(round_, live, START)
    assert [(answer.result, answer.auto, answer.value) for answer in after.answers] == [
        ("pass", True, "0.42"), ("", False, ""), ("fail", True, "no"),
    ]  # fmt: skip
    for quality in (Quality.STALE, Quality.BAD, Quality.COMM_LOST, Quality.NOT_AVAILABLE):
        assert filled(round_, {"T1-P1.run_hours": LiveValue(0.42, quality, START)}, START) is round_


def test_an_automatic_round_ends_by_itself_when_nothing_is_left_for_a_person() -> None:
    desk = with_route(replace(ROUTE, automatic=True, checks=(PRESSURE, NOTES)))
    desk.later(HOUR)
    (round_,) = plan(desk)
    assert rounds_planning.points(desk.world) == {"T1-P1.run_hours"}
    assert rounds_planning.filled_in(desk.world, desk.now, {}) == ()
    live = {"T1-P1.run_hours": LiveValue(1.5, Quality.GOOD, desk.now)}
    desk.apply(*rounds_planning.filled_in(desk.world, desk.now, live))
    assert round_.id not in desk.world.records(Round)
    assert desk.order.origin == "round:RT-000001/p", "a reading outside its limits raises its order like any other"
    assert rounds_planning.filled_in(desk.world, desk.now, live) == ()


# --- routes


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"title": Text(" ")}, "rounds.refused.title"),
        ({"checks": ()}, "rounds.refused.no_checks"),
        ({"checks": (PRESSURE, PRESSURE)}, "rounds.refused.check_key"),
        ({"checks": (replace(PRESSURE, low=2.0),)}, "rounds.refused.check_limits"),
        ({"checks": (replace(PRESSURE, point="nowhere"),)}, "rounds.refused.check_point"),
        ({"checks": (replace(NOTES, point="T1-P1.run_hours"),)}, "rounds.refused.check_point"),
        ({"checks": (replace(PRESSURE, on_fail="explode"),)}, "rounds.refused.check_outcome"),
        ({"checks": (replace(PRESSURE, equipment="none"),)}, "rounds.refused.check_equipment"),
        ({"checks": (replace(PRESSURE, text=Text("")),)}, "rounds.refused.check_text"),
        ({"rhythm": Rhythm(Every.DAY, 0)}, "rounds.refused.rhythm"),
        ({"rhythm": Rhythm(Every.SHIFT)}, "rounds.refused.no_shifts"),
        ({"window": 0}, "rounds.refused.window"),
        ({"equipment": "none"}, "refused.equipment_unknown"),
    ],
)
def test_a_route_that_cannot_work_is_refused(changes: dict[str, object], refused: str) -> None:
    assert Desk().refusal(SaveRecords((replace(ROUTE, **changes),), (0,)), CHEN) == refused


def test_only_a_supervisor_keeps_routes() -> None:
    assert Desk().refusal(SaveRecords((ROUTE,), (0,)), WANG) == "refused.right_manage_safety"


@pytest.mark.parametrize("name", sorted(safety_templates.routes()))
def test_each_template_is_a_route_that_may_be_saved_as_it_is(name: str) -> None:
    """R-IN-01, R-IN-02, R-IN-08, R-IN-09: the patrols, the quarterly check, the fire checks; each says where it comes from."""
    desk = Desk()
    desk.world.roster = Roster(shifts=(Shift("d", Text("白"), 480, 1200),))
    template = safety_templates.routes()[name]
    points = {check.point.replace("@", "T1-P1."): None for check in template.checks if check.point}
    route = safety_templates.route_for(template, "T1-P1", points)
    desk.world.points.update(dict.fromkeys(points, desk.world.points["T1-P1.run_hours"]))
    desk.do(SaveRecords((route,), (0,)), CHEN)
    assert route.source.zh and route.source.en and all(check.text.zh and check.text.en for check in route.checks)


def test_a_remote_round_leaves_out_what_the_machine_cannot_say_and_others_leave_it_to_a_person() -> None:
    """R-EQ-13."""
    points = {"L.safety_circuit", "L.trapped"}
    remote = safety_templates.route_for(safety_templates.routes()["elevator_remote"], "L", points)
    assert [check.point for check in remote.checks] == ["L.safety_circuit", "L.trapped"] and remote.automatic
    room = safety_templates.route_for(safety_templates.routes()["elevator_room"], "L", points)
    assert len(room.checks) == len(safety_templates.routes()["elevator_room"].checks) and room.automatic


def test_the_full_check_asks_for_all_that_the_handbooks_name() -> None:
    """R-IN-02: fire lane, elevator, power distribution, lighting, access control; R-IN-08: gas pipe, electric lines."""
    kinds = {check.hazard for check in safety_templates.routes()["full_check"].checks}
    assert {"fire_lane", "elevator", "electric", "lighting", "access", "gas"} <= kinds


def test_the_safety_officers_duties_say_that_they_are_to_be_checked_against_the_local_text() -> None:
    duties = [route for route in safety_templates.routes().values() if route.category == "duty"]
    assert [route.rhythm.every for route in duties] == [Every.DAY, Every.WEEK, Every.MONTH]
    assert all("当地文本核对" in route.source.zh and "local text" in route.source.en for route in duties)
