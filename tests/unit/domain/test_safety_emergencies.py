"""Emergency plans and their runs, drills and reviews, trainings, rescues, notices: who may, what is demanded, what follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from domain_builders import CHEN, START, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.commands import AdvanceOrder, DispatchOrder, MarkRestored, SaveRecords, TakeFault
from console.domain.events import RecordSaved
from console.domain.maintenance import drills, emergencies, rescues, safety_templates
from console.domain.maintenance.drills import Action, Drill, DrillPlan, DrillResult, Measure, RecordDrill, ReviewDrill, Training
from console.domain.maintenance.emergencies import (
    BeginEmergency,
    CheckMaterials,
    DoEmergencyStep,
    EmergencyPlan,
    EmergencyRun,
    EndEmergency,
    EventType,
    Material,
    NoteEmergency,
    PlanStep,
)
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.outages import OutageNotice, Subject
from console.domain.maintenance.rescues import Rescue, SignRescue
from console.domain.orders import OrderState
from console.domain.rules import Category
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND

PLAN = EmergencyPlan(
    id="", title=Text("困人", "Trapped"), event=EventType.TRAPPED, categories=("trapped",),
    steps=(PlanStep(Text("通话"), 60), PlanStep(Text("到场"), 1800), PlanStep(Text("停梯"))),
    materials=(Material(Text("三角钥匙"), 2), Material(Text("护栏"), 4)),
)  # fmt: skip
DRILL = DrillPlan(id="", title=Text("困人演练"), event="trapped", months=6, first="2025-12-20")


def with_plan() -> Desk:
    desk = Desk()
    desk.do(SaveRecords((PLAN,), (0,)), CHEN)
    return desk


def run_of(desk: Desk) -> EmergencyRun:
    (run,) = desk.world.records(EmergencyRun).values()
    return run


# --- emergency plans


def test_each_template_has_the_six_parts_and_may_be_saved_as_it_is() -> None:
    """R-EM-01: risk, organisation, response, resources, information, afterwork; R-EM-06: materials."""
    desk = Desk()
    plans = tuple(safety_templates.emergency_plans().values())
    desk.do(SaveRecords(plans, (0,) * len(plans)), CHEN)
    for plan in desk.world.records(EmergencyPlan).values():
        assert (
            plan.risk.en
            and plan.roles
            and plan.steps
            and plan.materials
            and plan.contacts
            and plan.reporting.zh
            and plan.afterwork.zh
        )
        assert all(step.text.zh and step.text.en for step in plan.steps) and plan.source.zh


def test_the_library_covers_every_type_that_the_handbooks_name() -> None:
    """R-EM-01, R-EM-04 (fire, leak, power cut, theft), R-EM-05 (disasters, epidemic, equipment failure, early warning)."""
    plans = safety_templates.emergency_plans().values()
    events = {plan.event for plan in plans}
    wanted = {
        "fire",
        "leak",
        "power_cut",
        "theft",
        "typhoon",
        "lightning",
        "earthquake",
        "epidemic",
        "equipment",
        "public_event",
        "trapped",
    }
    assert wanted <= {event.value for event in events}
    assert next(plan for plan in plans if plan.event is EventType.TYPHOON).warning.zh


@pytest.mark.parametrize(
    ("category", "text", "equipment", "expected"),
    [
        (Category.FIRE, "火警", "T1-P1", "fire"),
        (Category.TRAPPED, "电梯困人报警", "T1-L1", "trapped"),
        (Category.EQUIPMENT, "泵房积水", "T1-P1", "leak"),
        (Category.EQUIPMENT, "市电失电", "T1-P1", "power_cut"),
        (Category.EQUIPMENT, "过载", "T1-P1", "leak"),  # by the kind of the equipment: nothing says more
        (Category.EQUIPMENT, "通讯", "nowhere", "equipment"),
        (Category.COMMS, "离线", "nowhere", ""),
    ],
)
def test_an_alarm_finds_its_plan_by_category_words_and_kind(category: Category, text: str, equipment: str, expected: str) -> None:
    desk = Desk()
    alarm = replace(desk.alarm(equipment=equipment, category=category, fault=False), text=Text(text))
    machine = desk.world.equipment.get(equipment)
    kind = machine.kind if machine is not None else ""
    ranked = sorted(safety_templates.emergency_plans().values(), key=lambda plan: -emergencies.fits(plan, alarm, kind))
    found = ranked[0].event.value if emergencies.fits(ranked[0], alarm, kind) else ""
    assert found == expected


def test_a_run_times_its_steps_from_its_beginning_and_keeps_who_did_what_when() -> None:
    """R-EM-07, R-EM-08: timed steps, done in whatever order, each with its person and its time."""
    desk = with_plan()
    alarm = desk.alarm(priority=1, equipment="T1-L1", category=Category.TRAPPED)
    desk.do(BeginEmergency("YA-0001", alarm.number))
    run = run_of(desk)
    assert (run.name, run.equipment, run.drill) == ("EM-000001", "T1-L1", False)
    assert [step.due_at - run.at for step in run.steps[:2]] == [60 * SECOND, 1800 * SECOND] and not run.steps[2].due_at
    assert desk.refusal(BeginEmergency("YA-0001", alarm.number)) == "emergencies.refused.runs"
    desk.later(2 * MINUTE)
    assert emergencies.late_steps(run, desk.now) == 1
    desk.do(DoEmergencyStep(run.id, 1, "两人到场", by="维保李工"), ZHAO)
    desk.do(DoEmergencyStep(run.id, 0))
    assert desk.do(DoEmergencyStep(run.id, 0)) == (), "done is done"
    run = run_of(desk)
    assert (
        emergencies.step_delay(run.steps[0]) == 60 * SECOND and run.steps[1].done is not None and run.steps[1].done.by == "维保李工"
    )
    assert desk.refusal(DoEmergencyStep(run.id, 2, skip=True)) == "emergencies.refused.skip_note"
    desk.do(DoEmergencyStep(run.id, 2, "已由维保停梯", skip=True))
    desk.do(NoteEmergency(run.id, "乘客 2 人，无不适"))
    assert desk.refusal(EndEmergency(run.id, "")) == "emergencies.refused.summary"
    desk.do(EndEmergency(run.id, "14 分钟救出"))
    assert not desk.world.records(EmergencyRun)
    ended = desk.log[-1].event
    assert isinstance(ended, RecordSaved) and isinstance(ended.record, EmergencyRun)
    assert ended.record.log[0].note == "乘客 2 人，无不适" and ended.record.steps[2].skipped


def test_a_run_keeps_the_steps_that_its_plan_had_and_a_tests_alarm_makes_it_a_drill() -> None:
    desk = with_plan()
    alarm = desk.alarm(equipment="T1-L1", fault=False)
    desk.world.alarms[alarm.number] = replace(alarm, test=True)
    desk.do(BeginEmergency("YA-0001", alarm.number))
    desk.do(SaveRecords((replace(desk.world.records(EmergencyPlan)["YA-0001"], steps=()),), (1,)), CHEN)
    assert run_of(desk).drill and len(run_of(desk).steps) == 3


def test_counted_materials_say_what_is_short() -> None:
    """R-EM-06."""
    desk = with_plan()
    desk.do(CheckMaterials("YA-0001", (2, 3), "护栏借出 1"), ZHAO)
    plan = desk.world.records(EmergencyPlan)["YA-0001"]
    assert [each.short for each in plan.materials] == [False, True] and plan.checked is not None and plan.checked.by == "zhao"
    assert desk.refusal(CheckMaterials("YA-0001", (2,))) == "refused.record_changed"


# --- drills


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (DRILL, date(2025, 12, 20)),
        (replace(DRILL, last="2025-08-31"), date(2026, 2, 28)),
        (replace(DRILL, first="", at=START), date(2026, 6, 1)),
    ],
)
def test_a_drill_is_due_so_many_months_after_the_last_one(plan: DrillPlan, expected: date) -> None:
    """R-EM-02, R-EM-09, C6, TSG T5002 art. 5(3)."""
    assert drills.due_day(plan, "Asia/Shanghai") == expected


def test_a_drill_is_soon_a_month_before_and_overdue_from_the_day_after() -> None:
    zone, day = "Asia/Shanghai", DAY
    at = drills.due_at(DRILL, zone)
    states = [drills.state_of(DRILL, moment, zone) for moment in (at - 31 * day, at - 30 * day, at, at + day)]
    assert states == ["planned", "soon", "soon", "overdue"]
    assert drills.state_of(DRILL, drills.change_at(DRILL, at, zone), zone) == "overdue"
    first, *rest = drills.calendar_days(DRILL, START, START + 731 * day, zone)
    assert (first, rest[0], len(rest)) == (date(2025, 12, 20), date(2026, 6, 20), 3)


def test_the_drill_templates_keep_the_strictest_rule_of_each_kind() -> None:
    """R-EM-02 yearly full, R-EM-09 and C6 half-yearly fire and elevator rescue, R-SLA-04 equipment faults."""
    months = {plan.event: plan.months for plan in safety_templates.drill_plans().values()}
    assert months["full"] == 12 and months["fire"] == months["trapped"] == months["equipment"] == 6
    assert months["power_cut"] <= 12 and months["earthquake"] <= 12


def held(desk: Desk, **more: Any) -> RecordDrill:
    fields: dict[str, Any] = {"title": "困人演练", "event": "trapped", "at": desk.now - HOUR, "until": desk.now, "plan": "YP-0001"}
    fields |= {"result": DrillResult.PARTLY, "people": ("wang", "zhao"), "equipment": "T1-L1", **more}
    return RecordDrill(**fields)


def test_a_recorded_drill_moves_its_plan_on_and_its_review_raises_what_follows_once() -> None:
    """R-EM-02: a review after each drill; its actions become orders and hazards."""
    desk = Desk()
    desk.do(SaveRecords((DRILL,), (0,)), CHEN)
    took = Measure(Text("到场"), 35 * MINUTE, 30 * MINUTE)
    desk.do(held(desk, measures=(took,), run="EM-000001"), WANG)
    plan = desk.world.records(DrillPlan)["YP-0001"]
    assert plan.last == "2025-12-01" and drills.due_day(plan, desk.world.timezone) == date(2026, 6, 1)
    (drill,) = desk.world.records(Drill).values()
    assert (drill.count, drill.measures[0].kept) == (2, False)
    actions = (
        Action("补配三角钥匙", becomes="order", due_at=desk.now + 7 * DAY),
        Action("机房照明不足", becomes="hazard"),
        Action("加强培训", becomes="note"),
    )
    review = ReviewDrill(drill.id, drill.revision, "到场超时 5 分钟", actions)
    assert desk.refusal(review, WANG) == "refused.right_manage_safety"
    assert desk.refusal(replace(review, review=" "), CHEN) == "drills.refused.review"
    assert desk.refusal(replace(review, actions=(Action(" "),)), CHEN) == "drills.refused.action"
    desk.do(review, CHEN)
    done = desk.log[-1].event
    assert isinstance(done, RecordSaved) and isinstance(done.record, Drill)
    assert [each.raised for each in done.record.actions] == ["WO-000001", "HZ-000001", ""]
    assert desk.order.origin == "drill:YL-000001" == desk.world.records(Hazard)["HZ-000001"].origin
    assert desk.refusal(review, CHEN) == "drills.refused.unknown", "a second review raises nothing twice"


def test_a_drill_that_is_entered_late_does_not_take_a_newer_ones_place() -> None:
    desk = Desk()
    desk.do(SaveRecords((DRILL,), (0,)), CHEN)
    desk.do(held(desk), WANG)
    desk.do(held(desk, at=desk.now - 90 * DAY, until=desk.now - 90 * DAY + HOUR), WANG)
    assert desk.world.records(DrillPlan)["YP-0001"].last == "2025-12-01"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"title": ""}, "drills.refused.title"),
        ({"event": "ghost"}, "drills.refused.event"),
        ({"people": ()}, "drills.refused.people"),
        ({"plan": "none"}, "drills.refused.plan_unknown"),
        ({"until": START - 2 * HOUR}, "drills.refused.times"),
        ({"at": START + 1}, "refused.future"),
    ],
)
def test_a_drill_without_people_times_or_a_type_is_refused(changes: dict[str, Any], refused: str) -> None:
    desk = Desk()
    desk.do(SaveRecords((DRILL,), (0,)), CHEN)
    assert desk.refusal(held(desk, **changes), WANG) == refused


def test_a_training_keeps_content_time_people_and_result() -> None:
    """R-EM-10."""
    desk = Desk()
    training = Training(
        id="", at=desk.now - DAY, what="消防器材使用", hours=2.0, people=("wang", "zhao", "wang"), result="全部合格"
    )
    desk.do(SaveRecords((training,), (0,)), CHEN)
    kept = desk.log[-1].event
    assert isinstance(kept, RecordSaved) and isinstance(kept.record, Training)
    assert (kept.record.id, kept.record.count, kept.record.people) == ("PX-000001", 2, ("wang", "zhao"))
    assert desk.refusal(SaveRecords((replace(training, result=""),), (0,)), CHEN) == "drills.refused.training_result"
    assert desk.refusal(SaveRecords((replace(training, hours=0.0),), (0,)), CHEN) == "drills.refused.training_hours"


# --- rescues


def trapped() -> Desk:
    """A trapped passenger, dispatched, arrived after 22 minutes, out after 35."""
    desk = Desk()
    desk.alarm(priority=1, equipment="T1-L1", category=Category.TRAPPED)
    desk.apply(RecordSaved(rescues.begun(desk.fault, 1), "created"))
    desk.do(TakeFault(desk.fault.number))
    desk.do(DispatchOrder(desk.order.number, "zhao"))
    desk.later(5 * MINUTE)
    desk.do(AdvanceOrder(desk.order.number, OrderState.ASSIGNED), ZHAO)
    desk.later(17 * MINUTE)
    desk.do(AdvanceOrder(desk.order.number, OrderState.ON_SITE), ZHAO)
    desk.later(13 * MINUTE)
    desk.do(MarkRestored(desk.order.number), ZHAO)
    return desk


def test_a_rescue_record_takes_its_times_from_the_faults_own_clocks() -> None:
    """TSG T5002 art. 5(4): on site within 30 minutes; call, arrival and release stand in the record."""
    desk = trapped()
    rescue = desk.world.records(Rescue)["JY-000001"]
    news = rescues.followed(rescue, desk.order)
    rescue = replace(rescue, **news)
    assert (rescues.arrival(rescue), rescues.release(rescue), rescue.rescuers) == (22 * MINUTE, 35 * MINUTE, "zhao")
    assert rescues.in_time(rescue) is True and rescues.in_time(replace(rescue, limit=20 * MINUTE)) is False
    assert rescues.followed(rescue, desk.order) == {}, "what stands there is never written over"


def test_only_a_trapped_passenger_begins_a_rescue_record() -> None:
    desk = Desk()
    desk.alarm(priority=1, equipment="T1-L1")
    assert not rescues.wanted(desk.fault)
    desk.alarm(priority=1, equipment="T1-L1", category=Category.TRAPPED)
    assert rescues.wanted(replace(desk.fault, category=Category.TRAPPED))


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"arrived_at": START - HOUR}, "rescues.refused.times"),
        ({"released_at": START + DAY}, "rescues.refused.times"),
        ({"people": 1, "injured": 2}, "rescues.refused.people"),
        ({"rescuers": ""}, "rescues.refused.rescuers"),
        ({"cause": " "}, "rescues.refused.cause"),
        ({"base": 9}, "refused.record_changed"),
        ({"rescue": "", "equipment": "none"}, "rescues.refused.equipment"),
    ],
)
def test_a_rescue_is_signed_complete_or_not_at_all(changes: dict[str, Any], refused: str) -> None:
    desk = trapped()
    fields: dict[str, Any] = {
        "called_at": START, "arrived_at": START + 22 * MINUTE, "released_at": START + 35 * MINUTE, "rescue": "JY-000001", "base": 1,
        "rescuers": "赵师傅", "cause": "门锁触点接触不良", "people": 2,
    }  # fmt: skip
    assert desk.refusal(SignRescue(**{**fields, **changes}), WANG) == refused
    desk.do(SignRescue(**fields), WANG)
    assert not desk.world.records(Rescue)


def test_a_rescue_that_came_by_phone_is_recorded_by_hand() -> None:
    desk = Desk()
    desk.do(
        SignRescue(START - HOUR, START - 40 * MINUTE, START - 30 * MINUTE, equipment="T1-L1", rescuers="维保", cause="停电"), WANG
    )
    kept = desk.log[-1].event
    assert isinstance(kept, RecordSaved) and isinstance(kept.record, Rescue)
    assert kept.record.alone and kept.record.name == "JY-000001" and rescues.in_time(kept.record)


# --- notices to residents


def test_an_issued_notice_is_kept_as_it_was() -> None:
    """R-WO-08."""
    desk = Desk()
    notice = OutageNotice(id="", at=START + DAY, until=START + DAY + HOUR, subject=Subject.WATER, area="1 号楼", zh="【停水通知】…")
    desk.do(SaveRecords((notice,), (0,)), WANG)
    kept = desk.log[-1].event
    assert isinstance(kept, RecordSaved) and isinstance(kept.record, OutageNotice)
    assert kept.record.name == "TZ-000001" and kept.record.issued is not None and not kept.record.open
    assert desk.refusal(SaveRecords((replace(notice, zh=" "),), (0,))) == "outages.refused.text"
    assert desk.refusal(SaveRecords((replace(notice, until=START),), (0,))) == "outages.refused.times"
    assert desk.refusal(SaveRecords((replace(notice, order=99),), (0,))) == "refused.order_unknown"
