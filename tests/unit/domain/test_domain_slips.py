"""What a slip of the keyboard, two desks at once or a script may not do to the registers."""

from __future__ import annotations

import math

import pytest
from domain_builders import CHEN, LI, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.accounts import Account, Right, Role
from console.domain.commands import AdvanceOrder, Command, DispatchOrder, EndRecord, RaiseOrder, SaveRecords, VerifyOrder
from console.domain.events import RecordSaved
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.contractors import KeepInvoice
from console.domain.maintenance.emergencies import BeginEmergency, EmergencyPlan, EventType
from console.domain.maintenance.hazards import AnalyseHazard, Hazard, OrderForHazard, RecheckHazard, RecordHazard, RectifyHazard
from console.domain.maintenance.hazards import VoidHazard as Void
from console.domain.maintenance.orderwork import LogLabour, SetDowntime
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.maintenance.people import Person
from console.domain.maintenance.planning import Plan
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import AnswerRound, BeginRound, Check, CheckKind, FinishRound, Round, Route
from console.domain.maintenance.shifts import SignHandover
from console.domain.maintenance.vendors import Contract, Vendor, Visit
from console.domain.orders import OrderKind, OrderState
from console.domain.problems import Problem
from console.domain.text import Text
from console.domain.times import DAY, MINUTE
from console.texts import CHINESE, ENGLISH, sentence

S = OrderState
PART = Part(id="BR-1", name="轴承")
ROUTE = Route(id="", title=Text("门岗"), rhythm=Rhythm(Every.DAY), checks=(Check("k", Text("门")),))
QIAN = Account("qian", "钱主管", (Role.SUPERVISOR,))


def save(*records: AnyRecord, base: int = 0, reason: str = "") -> SaveRecords:
    return SaveRecords(records, (base,) * len(records), reason)


def desk_with(*commands: Command) -> Desk:
    desk = Desk()
    desk.world.accounts[QIAN.name] = QIAN
    for command in commands:
        desk.do(command, CHEN)
    return desk


def test_the_same_record_twice_in_one_saving_is_refused_whole() -> None:
    """Two versions with the same revision would leave it to chance which of them counts."""
    desk = desk_with()
    assert desk.refusal(save(PART, replace(PART, name="水封")), CHEN) == "refused.record_twice"
    assert desk.refusal(save(PART, replace(PART, id=" BR-1 ")), CHEN) == "refused.record_twice"
    desk.do(save(ROUTE, ROUTE), CHEN)  # without ids they are two
    assert len(desk.world.records(Route)) == 2


@pytest.mark.parametrize("name", ["甲\n乙", "a\x00b", "T1\u202eb", "x" * 101])
def test_a_code_that_cannot_be_read_or_printed_is_refused(name: str) -> None:
    problem = Problem("refused.record_id", {"id": name[:100], "most": 100})
    assert desk_with().refusal(save(replace(PART, id=name)), CHEN) == problem.code
    assert sentence(problem, CHINESE) != sentence(problem, ENGLISH)


def test_slashes_colons_and_smileys_in_a_code_are_kept_as_they_are() -> None:
    desk = desk_with(save(replace(PART, id="A:/..%😀")))
    assert list(desk.world.records(Part)) == ["A:/..%😀"]


def test_an_end_by_saving_changes_nothing_else_and_counts_from_now() -> None:
    desk = desk_with(save(PART))
    desk.do(save(replace(PART, name="", price=math.nan, ended_at=7), base=1), CHEN)
    event = desk.log[-1].event
    assert isinstance(event, RecordSaved)
    assert (event.what, event.record) == ("ended", replace(PART, at=desk.now, ended_at=desk.now, revision=2))
    assert not desk.world.records(Part)


def test_what_never_was_cannot_be_ended_by_saving_it() -> None:
    """A plan that is ended is not looked at again: anything could come in that way."""
    assert desk_with().refusal(save(Plan(id="x", title=Text(""), ended_at=1)), CHEN) == "refused.record_unknown"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (replace(PART, least=math.inf), "parts.refused.negative"),
        (replace(PART, price=1e300), "parts.refused.negative"),
        (Person(id="p", name="赵", rate=math.nan), "people.refused.rate"),
        (Person(id="p", name="赵", rate=math.inf), "people.refused.rate"),
        (Vendor(id="v", name="商", contracts=(Contract("1", yearly=math.nan),)), "vendors.refused.negative"),
        (Visit(id="", vendor="V1", arrived_at=-5), "refused.no_time"),
        (replace(ROUTE, window=10**15), "rounds.refused.window"),
        (replace(ROUTE, checks=(Check("k", Text("压力"), CheckKind.VALUE, low=math.nan),)), "rounds.refused.check_limits"),
        (replace(ROUTE, checks=(Check("k", Text("压力"), CheckKind.VALUE, high=math.inf),)), "rounds.refused.check_limits"),
    ],
)
def test_numbers_that_nobody_can_reckon_with_are_refused(record: AnyRecord, code: str) -> None:
    """One NaN or infinity makes every sum, average and sheet that it gets into worthless."""
    desk = desk_with(save(Vendor(id="V1", name="申菱")))
    assert desk.refusal(save(record), CHEN) == code


@pytest.mark.parametrize("quantity", [1e13, 1e308, math.inf, math.nan, -1])
def test_a_stock_stays_a_number_that_can_be_counted(quantity: float) -> None:
    desk = desk_with(save(PART))
    assert desk.refusal(MoveStock("BR-1", MoveKind.IN, quantity), CHEN) == "parts.refused.quantity"


def test_many_huge_moves_do_not_add_up_to_more_than_can_be_counted() -> None:
    desk = desk_with(save(PART), MoveStock("BR-1", MoveKind.IN, 9e11))
    assert desk.refusal(MoveStock("BR-1", MoveKind.IN, 9e11), CHEN) == "parts.refused.quantity"


def test_no_more_comes_back_from_an_order_than_it_took() -> None:
    """Or an order would cost less than nothing, and the stock have parts that nobody bought."""
    desk = desk_with(save(PART), MoveStock("BR-1", MoveKind.IN, 10), RaiseOrder(OrderKind.PROJECT, "换轴承"))
    assert desk.refusal(MoveStock("BR-1", MoveKind.BACK, 1, order=1), CHEN) == "parts.refused.back_more"
    desk.do(MoveStock("BR-1", MoveKind.OUT, 3, order=1), CHEN)
    assert desk.refusal(MoveStock("BR-1", MoveKind.BACK, 4, order=1), CHEN) == "parts.refused.back_more"
    desk.do(MoveStock("BR-1", MoveKind.BACK, 3, order=1), CHEN)
    assert (desk.order.parts, desk.world.records(Part)["BR-1"].stock) == ((), 10)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (SetDowntime(1, -5, 0), "refused.no_time"),
        (SetDowntime(1, 0, 5), "refused.downtime_order"),
        (LogLabour(1, "zhao", 2, rate=1e308), "refused.amount"),
        (KeepInvoice(1, "F-1", 1e308), "refused.amount"),
        (RecordHazard("堆物", "other", place="北门", at=-5), "refused.no_time"),
        (BeginEmergency("YA-0001", at=-5), "refused.no_time"),
    ],
)
def test_times_and_amounts_that_cannot_be_are_refused(command: Command, code: str) -> None:
    desk = desk_with(save(EmergencyPlan(id="", event=EventType.FIRE, title=Text("火警"))), RaiseOrder(OrderKind.PROJECT, "x"))
    assert desk.refusal(command, CHEN) == code


def test_a_second_round_of_the_same_minute_leaves_the_first_one_as_it_is() -> None:
    desk = desk_with(save(ROUTE))
    names = []
    for _ in range(2):
        desk.do(BeginRound("RT-000001"))
        assert desk.do(BeginRound("RT-000001")) == ()  # the button was pressed twice
        (going,) = desk.world.records(Round).values()
        names.append(going.id)
        desk.do(AnswerRound(going.id, 0, value="yes"))
        desk.do(FinishRound(going.id))
    assert len(set(names)) == 2


def test_a_round_goes_on_when_its_route_is_taken_away_meanwhile() -> None:
    desk = desk_with(save(ROUTE), BeginRound("RT-000001"), EndRecord("route", "RT-000001", 1, "撤岗"))
    (going,) = desk.world.records(Round).values()
    desk.do(AnswerRound(going.id, 0, value="no"))
    desk.do(FinishRound(going.id))
    assert desk.order.origin == "round:RT-000001/k"


@pytest.mark.parametrize("right", list(Right))
def test_who_lacks_a_right_is_told_so_in_words(right: Right) -> None:
    problem = Problem(f"refused.right_{right.value}", {"who": "王强"})
    for language in (CHINESE, ENGLISH):
        assert "王强" in sentence(problem, language)


# --- nobody passes his own work


def hazard(desk: Desk) -> Hazard:
    found: Hazard = desk.world.records(Hazard)["HZ-000001"]
    return found


def rectifying() -> Desk:
    desk = desk_with(RecordHazard("堆物", "other", place="北门"))
    desk.do(AnalyseHazard("HZ-000001", 1, "qian", desk.now + DAY, "清空"), CHEN)
    return desk


def test_who_worked_on_the_hazards_order_does_not_recheck_it_though_the_desk_entered_the_rectification() -> None:
    """R-IN-06."""
    desk = rectifying()
    desk.do(OrderForHazard("HZ-000001"), CHEN)
    desk.do(DispatchOrder(desk.order.number, "zhao"), CHEN)
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清空"), WANG)
    assert desk.refusal(RecheckHazard("HZ-000001", 0, True, "好"), ZHAO) == "hazards.refused.own_recheck"
    desk.do(RecheckHazard("HZ-000001", 0, True, "好"), LI)
    assert not desk.world.records(Hazard)


def test_who_rectified_a_hazard_does_not_take_it_off_the_list_by_calling_it_none() -> None:
    """R-IN-06: the way round the recheck."""
    desk = rectifying()
    desk.do(RectifyHazard("HZ-000001", hazard(desk).revision, "已清空"), QIAN)
    assert desk.refusal(Void("HZ-000001", 0, "不是隐患"), QIAN) == "hazards.refused.own_recheck"


def test_a_contractors_order_in_ones_own_name_is_not_verified_by_oneself() -> None:
    desk = desk_with(RaiseOrder(OrderKind.PROJECT, "换灯"))
    desk.do(DispatchOrder(1, CHEN.display, contractor=True), CHEN)
    for stage in (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage, by=CHEN.display), CHEN)
    assert desk.refusal(VerifyOrder(1, ""), CHEN) == "refused.verify_own"
    assert desk.refusal(VerifyOrder(1, ""), QIAN) == ""


def test_a_handover_that_was_signed_at_another_desk_a_moment_ago_is_not_signed_again() -> None:
    desk = desk_with()
    sign = SignHandover("wang", "", "li", "")
    desk.do(sign)
    desk.later(MINUTE)
    assert desk.refusal(sign) == "shift.refused.handed_over"
    assert desk.refusal(SignHandover("wang", "", "chen", "")) == "shift.refused.handed_over"
    assert desk.refusal(SignHandover("li", "", "wang", "")) == ""  # at once back: that is another one
    assert desk.later().refusal(sign) == ""
