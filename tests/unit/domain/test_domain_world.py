"""The world changes by events only; whatever people and devices do, no unacknowledged alarm is lost and a replay agrees."""

from __future__ import annotations

from copy import deepcopy

import pytest
from domain_builders import CHEN, LI, PEOPLE, SUN, WANG, ZHAO, Desk, estate
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from console.domain import evaluation, promises
from console.domain import events as ev
from console.domain.commands import (
    AcknowledgeAlarms,
    AdvanceOrder,
    CancelOrder,
    CloseFault,
    Command,
    DispatchOrder,
    HoldOrder,
    MarkRestored,
    RaiseOrder,
    ResumeOrder,
    ReworkOrder,
    TakeFault,
    VerifyOrder,
)  # fmt: skip
from console.domain.evaluation import RuleState
from console.domain.faults import CloseCode
from console.domain.handling import fault_for, raised_again
from console.domain.orders import STAGES, Order, OrderKind, OrderState
from console.domain.plans import MaintenancePlan
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, RuleKind
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.domain.world import World, ended_at

S = OrderState


def test_a_world_is_loaded_from_an_image_and_knows_its_configuration() -> None:
    source = Desk()
    source.alarm(2)
    old = source.world
    plan = MaintenancePlan("T1-L1/p", "T1-L1", Text("月保"), every_months=1)
    world = World.load(
        estate(plans=(plan,)), alarms=old.alarms.values(), faults=old.faults.values(), orders=old.orders.values(), accounts=PEOPLE,
        next_fault=2, next_order=2,
    )  # fmt: skip
    assert (world.alarms, world.faults, world.orders, world.accounts) == (old.alarms, old.faults, old.orders, old.accounts)
    assert (world.next_fault, world.next_order) == (2, 2)
    assert (set(world.rules), set(world.equipment), set(world.points)) == (
        {"T1-L1.trapped#on"}, {"T1-L1", "T1-P1"}, {"T1-P1.run_hours"},
    )  # fmt: skip
    assert (world.schedule, world.timezone) == ({"T1-L1/p": plan}, "Asia/Shanghai")
    assert World.load(None).equipment == {}


def test_a_person_is_shown_by_display_name_and_a_contractor_by_his_own() -> None:
    world = Desk().world
    assert (world.display("wang"), world.display("周师傅")) == ("王强", "周师傅")


def test_an_account_that_was_saved_is_known_and_replaced_by_its_later_form() -> None:
    desk = Desk()
    desk.apply(ev.AccountSaved(replace(WANG, phone="8001")))
    assert desk.world.accounts["wang"].phone == "8001"


@pytest.mark.parametrize(
    "event",
    [
        ev.SignedOn("wang"), ev.SignedOff("wang"), ev.SignOnRefused("wang", "refused.secret"), ev.ConfigurationApplied(2, {}),
        ev.WatchStarted(0, "1"), ev.WatchStopped(), ev.OutageRecorded(1, 2), ev.HealthChanged("recorder", "down"),
        ev.ClockStepped(5),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_an_event_without_a_record_changes_no_record(event: ev.Event) -> None:
    desk = Desk()
    desk.alarm(3)
    before = deepcopy(desk.world)
    desk.world.apply(event)
    assert desk.world == before


def test_what_ended_is_kept_for_a_day_and_then_leaves_with_the_next_ending() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(CloseFault(1, CloseCode.TEST, "测试"))
    desk.alarm(3, "T1-L1")
    desk.later(DAY).do(CloseFault(2, CloseCode.TEST, "测试"))
    assert set(desk.world.faults) == {1, 2}
    desk.alarm(3)
    desk.later(1).do(CancelOrder(3, "误派"))
    assert set(desk.world.faults) == {2, 3}
    assert set(desk.world.orders) == {2, 3}


def test_an_ended_order_stays_while_its_fault_is_open() -> None:
    desk = Desk()
    desk.alarm(3)
    desk.do(CancelOrder(1, "误派"))
    desk.do(RaiseOrder(OrderKind.PROJECT, "x"))
    desk.later(3 * DAY).do(CancelOrder(2, "x"))
    assert set(desk.world.orders) == {1, 2}
    assert ended_at(desk.world.orders[2]) == desk.now
    assert ended_at(Order(1, OrderKind.PROJECT, Text("x"), "", 3, 0)) == 0


WATCHED = {
    name: AlarmRule(
        f"{name}.p#k", name, f"{name}.p", kind, priority, Text(name), limit=2.0, mask=2, values=(3,),
        on_delay_s=delay, off_delay_s=delay,
    )
    for name, kind, priority, delay in (
        ("T1-L1", RuleKind.CODE, 2, 0.0), ("T1-P1", RuleKind.HIGH, 3, 30.0), ("A", RuleKind.STATE, 1, 0.0),
        ("B", RuleKind.BITS, 4, 5.0),
    )
}  # fmt: skip
numbers = st.integers(1, 6)


class Watch(RuleBasedStateMachine):
    """Devices and people do anything in any order; every decision goes through the domain and its events."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.start = deepcopy(self.desk.world)
        self.states = dict.fromkeys(WATCHED, RuleState())
        self.last = 0
        self.raised: set[int] = set()
        self.acknowledged: set[int] = set()

    def _carry_out(self, name: str, outcome: evaluation.Outcome) -> None:
        self.states[name], found = outcome
        for transition in found:
            active = [a for a in self.desk.world.alarms.values() if a.rule == WATCHED[name].id and a.active]
            if transition.raised:
                assert not active, "one occurrence at a time"
                waiting = [a for a in self.desk.world.alarms.values() if a.rule == WATCHED[name].id and a.code == transition.code]
                if waiting:
                    again = raised_again(self.desk.world, waiting[0], transition.value)
                    self.desk.apply(again)
                    self.desk.apply(*fault_for(self.desk.world, again.alarm, self.desk.now))
                    self._is_worked_on(again.alarm.number)
                    continue
                self.last += 1
                alarm = evaluation.raised(WATCHED[name], transition, self.last, self.desk.now)
                self.raised.add(alarm.number)
                self.desk.apply(ev.AlarmRaised(alarm))
                self.desk.apply(*fault_for(self.desk.world, alarm, self.desk.now))
                self._is_worked_on(alarm.number)
            else:
                (alarm,) = active
                assert alarm.code == transition.code
                self.desk.returns(alarm.number)

    def _is_worked_on(self, number: int) -> None:
        """An alarm that begins, or begins again, is never in a fault that nobody has to repair."""
        alarm = self.desk.world.alarms[number]
        if alarm.priority <= 3:
            fault = next(fault for fault in self.desk.world.faults.values() if fault.id == alarm.fault)
            assert promises.repair_runs(fault, self.desk.world.order_of(fault))

    @rule(
        name=st.sampled_from(sorted(WATCHED)),
        value=st.integers(0, 4),
        quality=st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.COMM_LOST]),
    )
    def a_sample_arrives(self, name: str, value: int, quality: Quality) -> None:
        self._carry_out(name, evaluation.step(WATCHED[name], self.states[name], value, quality, self.desk.now))

    @rule(step=st.sampled_from([1, MINUTE, HOUR, DAY]))
    def time_passes(self, step: int) -> None:
        self.desk.later(step)
        for name, watched in WATCHED.items():
            self._carry_out(name, evaluation.due(watched, self.states[name], self.desk.now))
        for fault in list(self.desk.world.faults.values()):
            said = promises.announce(fault, self.desk.world.order_of(fault), self.desk.world.policy, self.desk.now)
            assert not {(event.clock, event.percent) for event in said} & set(fault.marks), "nothing is said twice"
            self.desk.apply(*said)

    @rule(
        person=st.sampled_from([WANG, LI, CHEN, ZHAO, SUN]),
        command=st.one_of(
            st.builds(AcknowledgeAlarms, st.lists(numbers, max_size=3).map(tuple)),
            st.builds(TakeFault, numbers),
            st.builds(CloseFault, numbers, st.sampled_from(CloseCode), st.just("原因"), st.just("措施")),
            st.builds(RaiseOrder, st.just(OrderKind.CORRECTIVE), st.just("x"), fault=numbers),
            st.builds(DispatchOrder, numbers, st.sampled_from(["zhao", "sun"])),
            st.builds(AdvanceOrder, numbers, st.sampled_from(OrderState), by=st.sampled_from(["", "zhao", "sun"])),
            st.builds(MarkRestored, numbers),
            st.builds(VerifyOrder, numbers, st.just("")),
            st.builds(ReworkOrder, numbers, st.just("x")),
            st.builds(HoldOrder, numbers, st.just("waiting_parts")),
            st.builds(ResumeOrder, numbers),
            st.builds(CancelOrder, numbers, st.just("x")),
        ),
    )
    def a_person_asks(self, person: object, command: Command) -> None:
        if not self.desk.refusal(command, person):  # type: ignore[arg-type]
            for event in self.desk.do(command, person):  # type: ignore[arg-type]
                if isinstance(event, ev.AlarmAcknowledged):
                    self.acknowledged.add(event.alarm.number)

    @invariant()
    def no_unacknowledged_alarm_is_lost(self) -> None:
        listed = self.desk.world.alarms
        assert {number for number, alarm in listed.items() if not alarm.acknowledged} == self.raised - self.acknowledged

    @invariant()
    def every_alarm_that_asks_for_a_fault_has_one_which_names_it(self) -> None:
        for alarm in self.desk.world.alarms.values():
            if alarm.priority <= 3:
                fault = self.desk.world.faults.get(int(alarm.fault[2:]))
                assert fault is None or alarm.number in fault.alarms
            else:
                assert alarm.fault == ""

    @invariant()
    def an_active_alarm_is_what_its_rule_says(self) -> None:
        for name, watched in WATCHED.items():
            active = [alarm.code for alarm in self.desk.world.alarms.values() if alarm.rule == watched.id and alarm.active]
            state = self.states[name]
            assert active == ([state.code] if state.active else [])

    @invariant()
    def the_stamps_of_every_order_are_in_the_order_of_its_stages(self) -> None:
        for order in self.desk.world.orders.values():
            at = [order.stamps[stage].at for stage in STAGES if stage in order.stamps]
            assert at == sorted(at)
            assert order.state is S.CANCELLED or order.state in order.stamps
            assert not order.verifier or order.verifier != order.assignee

    @invariant()
    def every_open_fault_has_an_order_that_is_its_own(self) -> None:
        for fault in self.desk.world.faults.values():
            order = self.desk.world.order_of(fault)
            assert not fault.open or (order is not None and order.fault == fault.number)

    def teardown(self) -> None:
        again = deepcopy(self.start)
        again.replay(self.desk.log)
        assert again == self.desk.world


Watch.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestWatch = Watch.TestCase
