"""Drill mode: simulated faults have live clocks and are told to the drill's list; nothing real is touched by them."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import CHEN, LIFT, PUMP, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain import escalation, handling
from console.domain.commands import (
    AcknowledgeAlarms,
    AdvanceOrder,
    CloseFault,
    DispatchOrder,
    MergeFault,
    RaiseOrder,
    ShelveAlarms,
    TakeFault,
    TakeOutOfService,
)  # fmt: skip
from console.domain.events import AlarmRaised, Event, NoticePlanned, RecordSaved, SilenceBegun
from console.domain.faults import Clock, CloseCode
from console.domain.maintenance import drilling, drilling_decisions
from console.domain.maintenance.drilling import DrillRun, EndDrill, NoteDrill, ReturnSimulated, Simulated, StartDrill
from console.domain.notices import Channel, Contact, NotifySettings, Subscription
from console.domain.orders import OrderKind, OrderState
from console.domain.problems import Problem
from console.domain.rosters import Level, Member, Roster
from console.domain.rules import Category
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE
from console.texts import CHINESE, ENGLISH, sentence, tr

TRAPPED = Simulated("T1-L1", rule="T1-L1.trapped#on")
LEAK = Simulated("T1-P1", text=Text("水泵房进水", "Pump room flooding"), priority=2)
START = StartDrill("年度电梯演练", "trapped", (TRAPPED, replace(LEAK, after=10 * MINUTE)), "三层困人", ("chen",))


class Drilled(Desk):
    """A desk at which what follows from events follows, as in the collector."""

    def apply(self, *events: Event) -> tuple[Event, ...]:
        super().apply(*events)
        for event in events:
            Desk.apply(self, *drilling_decisions.follow(self.world, event, self.now))
            if isinstance(event, AlarmRaised):
                self.apply(*handling.fault_for(self.world, event.alarm, self.now))
        return events

    @property
    def run(self) -> DrillRun:
        return next(iter(self.world.records(DrillRun).values()))

    def begin(self, command: StartDrill = START) -> Drilled:
        self.do(command, CHEN)
        return self.passed(0)

    def passed(self, duration: int) -> Drilled:
        self.now += duration
        for run in list(self.world.records(DrillRun).values()):
            places = drilling.due(run, self.now)
            if places:
                self.apply(*drilling_decisions.raised(self.world, run, places, self.now, 5000 + 10 * len(self.log)))
        return self


def test_a_drill_raises_its_alarms_at_their_time_with_the_rules_own_words_and_the_mark() -> None:
    """R-EM-02, R-SLA-04."""
    desk = Drilled().begin()
    (alarm,) = desk.world.alarms.values()
    assert (alarm.text, alarm.priority, alarm.rule) == (Text("【演练】困人", "[DRILL] Trapped"), 1, "T1-L1.trapped#on")
    desk.passed(9 * MINUTE)
    assert len(desk.world.alarms) == 1
    desk.passed(MINUTE)
    assert [each.text.en for each in desk.world.alarms.values()] == ["[DRILL] Trapped", "[DRILL] Pump room flooding"]
    assert desk.run.simulated[1].alarm == max(desk.world.alarms)


def test_fault_and_order_of_a_drill_carry_the_mark_in_their_words_and_the_drills_number() -> None:
    desk = Drilled().begin()
    assert (desk.fault.drill, desk.order.drill) == (desk.run.number, desk.run.number)
    assert desk.fault.text == desk.order.title == Text("【演练】困人", "[DRILL] Trapped")
    assert desk.fault.limits == desk.world.policy.p1  # the clocks are those of a real one


def test_a_mark_is_set_once_and_in_both_languages() -> None:
    once = drilling.marked(Text("停电"))
    assert once == drilling.marked(once) == Text("【演练】停电", "[DRILL] 停电")


def test_a_real_alarm_never_joins_a_drills_fault_nor_the_other_way_round() -> None:
    """R-SLA-04: a drill opens no real fault and hides none."""
    desk = Drilled()
    desk.alarm(1, "T1-L1", fault=False)  # real: opens F-1 through the desk
    assert desk.fault.drill == 0
    desk.begin()
    assert (desk.fault.number, desk.fault.drill) == (2, desk.run.number)
    desk.later(MINUTE).alarm(1, "T1-L1", fault=False)
    assert {fault.number: len(fault.alarms) for fault in desk.world.faults.values()} == {1: 2, 2: 1}
    assert desk.world.faults[2].previous == 0
    assert desk.refusal(MergeFault(1, 2, "x")) == "faults.refused.merge_drill"


def test_every_step_of_a_drill_is_kept_with_its_time_and_its_person() -> None:
    """R-EM-02: the record of a drill has the times of every step."""
    desk = Drilled().begin()
    desk.now += MINUTE
    desk.do(TakeFault(1))
    desk.do(DispatchOrder(1, "zhao"))
    for minutes, stage in ((4, OrderState.ASSIGNED), (20, OrderState.ON_SITE), (10, OrderState.SELF_CHECK)):
        desk.now += minutes * MINUTE
        desk.do(AdvanceOrder(1, stage), ZHAO)
    desk.do(NoteDrill(1, "乘客已救出"), WANG)
    told = [(step.what, (step.at - desk.run.at) // MINUTE, step.by) for step in desk.run.steps]
    assert told == [
        ("began", 0, "chen"), ("raised", 0, ""), ("opened", 0, ""), ("taken", 1, "wang"), ("acknowledged", 1, "wang"),
        ("order_dispatched", 1, "wang"), ("order_assigned", 5, "zhao"), ("order_on_site", 25, "zhao"),
        ("order_self_check", 35, "zhao"), ("noted", 35, "wang"),
    ]  # fmt: skip
    assert all(tr(f"drill.step.{step.what}", ENGLISH) != f"drill.step.{step.what}" for step in desk.run.steps)


def test_the_end_of_a_drill_ends_all_that_it_simulated_and_keeps_how_long_each_clock_took() -> None:
    desk = Drilled().begin().passed(10 * MINUTE)
    desk.do(TakeFault(1))
    events = desk.do(EndDrill(1, "效果良好"), CHEN)
    ended = events[0]
    assert isinstance(ended, RecordSaved)
    run = ended.record
    assert isinstance(run, DrillRun)
    assert desk.world.records(DrillRun) == {}
    assert desk.world.alarms == {}
    assert [(fault.open, fault.close_code) for fault in desk.world.faults.values()] == [(False, CloseCode.TEST)] * 2
    assert {order.state for order in desk.world.orders.values()} == {OrderState.CANCELLED}
    taken = {(each.fault, each.clock): each for each in run.clocks}
    assert (taken[1, Clock.ACKNOWLEDGE].took, taken[1, Clock.ACKNOWLEDGE].done) == (10 * MINUTE, True)
    assert not taken[1, Clock.ACKNOWLEDGE].kept  # P1: three minutes
    assert not taken[1, Clock.ON_SITE].done
    assert drilling.measures(run) == [(1, Clock.ACKNOWLEDGE, 10 * MINUTE, 3 * MINUTE)]
    assert (run.steps[-1].what, run.steps[-1].note, run.ended.by if run.ended else "") == ("ended", "效果良好", "chen")


def test_a_simulated_condition_can_be_given_back_so_that_its_fault_is_closed_as_in_earnest() -> None:
    desk = Drilled().begin(replace(START, simulated=(LEAK,)))
    (number,) = desk.world.alarms
    desk.do(TakeFault(1))
    desk.do(ReturnSimulated(number))
    assert desk.world.alarms == {}  # acknowledged and returned: over
    assert desk.do(CloseFault(1, CloseCode.FALSE_ALARM, "演练完成"))
    assert desk.run.steps[-1].what == "closed"


def test_nothing_is_left_to_be_raised_after_the_end_and_the_end_comes_by_itself() -> None:
    desk = Drilled().begin(replace(START, duration=30 * MINUTE))
    assert drilling.next_at(desk.run) == desk.run.at + 10 * MINUTE
    desk.passed(10 * MINUTE)
    assert drilling.next_at(desk.run) == desk.run.until == desk.run.at + 30 * MINUTE
    desk.now = desk.run.until
    stamp = Stamp(desk.now, "", desk.now, "")
    desk.apply(*drilling_decisions.over(desk.world, desk.run, stamp))
    assert not desk.world.alarms


# --- who hears of it


def settings() -> NotifySettings:
    channels = (
        Channel("mail", Text("邮件"), "mailtos://u:{secret}@h?to={to}"),
        Channel("group", Text("群"), "wecombot://{secret}"),
    )
    contacts = tuple(Contact(name, {"mail": f"{name}@example.org"}) for name in ("wang", "chen", "li"))
    return NotifySettings(channels, contacts, (Subscription("group"), Subscription("mail", person="li", marks=True)))


def told(desk: Desk) -> list[str]:
    event = next(entry.event for entry in reversed(desk.log) if type(entry.event).__name__ == "FaultOpened")
    planned = escalation.follow(desk.world, event, desk.now, 9000)
    return [f"{each.notice.channel}:{each.notice.person}" for each in planned if isinstance(each, NoticePlanned)]


@pytest.mark.parametrize(("informed", "heard"), [((), []), (("chen",), ["mail:chen"]), (("chen", "li"), ["mail:chen", "mail:li"])])
def test_a_drill_tells_its_own_list_and_nobody_else(informed: tuple[str, ...], heard: list[str]) -> None:
    """Acceptance check 8 (R-SLA-04, R-EM-02): neither the roster, nor subscribers, nor a group hear of a drill."""
    desk = Drilled()
    desk.world.notify = settings()
    desk.world.roster = Roster(standing=(Member("wang", Level.OPERATOR), Member("chen", Level.SHIFT_LEADER)))
    desk.begin(replace(START, informed=informed))
    assert told(desk) == heard
    desk.alarm(1, "T1-P1", fault=False, category=Category.FIRE)
    assert told(desk) == ["mail:wang", "group:", "mail:li"]  # a real one beside it is told as ever


def test_a_mark_of_a_drills_clock_climbs_the_levels_among_its_list_alone() -> None:
    from console.domain.promises import announce  # noqa: PLC0415

    desk = Drilled()
    desk.world.notify = settings()
    desk.world.roster = Roster(standing=(Member("chen", Level.SHIFT_LEADER), Member("li", Level.SUPERVISOR)))
    desk.begin(replace(START, informed=("chen", "wang")))
    desk.now += 90 * 1_000_000_000  # 50 % of three minutes
    warned = announce(desk.fault, desk.order, desk.world.policy, desk.now)
    planned = [each for event in warned for each in escalation.follow(desk.world, event, desk.now, 9000)]
    assert [each.notice.person for each in planned if isinstance(each, NoticePlanned)] == ["chen"]


# --- what is refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "drill.refused.title"),
        ({"event": "party"}, "drill.refused.event"),
        ({"duration": MINUTE}, "drill.refused.duration"),
        ({"duration": 9 * HOUR}, "drill.refused.duration"),
        ({"simulated": ()}, "drill.refused.faults"),
        ({"simulated": (LEAK,) * 21}, "drill.refused.faults"),
        ({"simulated": (replace(LEAK, equipment="X9"),)}, "drill.refused.equipment"),
        ({"simulated": (replace(TRAPPED, equipment="T1-P1"),)}, "drill.refused.rule"),
        ({"simulated": (replace(TRAPPED, rule="T1-L1.nothing#on"),)}, "drill.refused.rule"),
        ({"simulated": (replace(LEAK, after=2 * HOUR),)}, "drill.refused.after"),
        ({"simulated": (replace(LEAK, text=Text(" ")),)}, "drill.refused.text"),
        ({"simulated": (replace(LEAK, priority=5),)}, "refused.priority"),
        ({"informed": ("stranger",)}, "drill.refused.informed"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_drill_that_cannot_be_begun_is_refused_with_its_reason(changes: dict[str, Any], code: str) -> None:
    desk = Drilled()
    assert desk.refusal(replace(START, **changes), CHEN) == code
    params: dict[str, str | int | float] = {"event": "x", "most": 20, "equipment": "x", "rule": "x", "who": "x", "priority": 5}
    assert "{" not in sentence(Problem(code, params), CHINESE)


def test_an_operator_begins_no_drill_and_ends_only_his_own() -> None:
    desk = Drilled()
    assert desk.refusal(START, WANG) == "refused.right_run_drill"
    desk.begin()
    assert desk.refusal(EndDrill(1), WANG) == "refused.right_run_drill"
    assert desk.refusal(EndDrill(2), CHEN) == "drill.refused.over"
    assert desk.refusal(NoteDrill(1, ""), WANG) == "refused.note_empty"


def test_a_drills_alarm_or_order_keeps_no_real_alarm_quiet() -> None:
    desk = Drilled().begin(replace(START, simulated=(LEAK,)))
    (number,) = desk.world.alarms
    assert desk.refusal(ShelveAlarms((number,), "x")) == "drill.refused.shelf"
    assert desk.refusal(TakeOutOfService("T1-P1", 1, "x")) == "drill.refused.service"
    real = desk.alarm(3, "T1-P1", fault=False)
    assert desk.refusal(ReturnSimulated(real.number)) == "drill.refused.alarm"
    assert not any(isinstance(entry.event, SilenceBegun) for entry in desk.log)


def test_an_order_raised_by_hand_for_a_drills_fault_is_a_drills_order_too() -> None:
    from console.domain.commands import CancelOrder  # noqa: PLC0415

    desk = Drilled().begin()
    desk.do(CancelOrder(1, "重开"))
    desk.do(RaiseOrder(OrderKind.CORRECTIVE, "换人", fault=1))
    assert (desk.order.drill, desk.order.title.zh) == (desk.run.number, "【演练】换人")


def test_replaying_the_log_of_a_drill_gives_the_same_world() -> None:
    desk = Drilled().begin().passed(10 * MINUTE)
    desk.do(AcknowledgeAlarms(tuple(desk.world.alarms)))
    desk.do(EndDrill(1), CHEN)
    other = Desk()
    other.world.replay(desk.log)
    assert (other.world.alarms, other.world.faults, other.world.orders) == (desk.world.alarms, desk.world.faults, desk.world.orders)
    assert other.world.records(DrillRun) == desk.world.records(DrillRun) == {}
    assert {LIFT.id, PUMP.id} <= other.world.equipment.keys()
