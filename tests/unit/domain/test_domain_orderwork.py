"""What is done with an order besides its stages: who may, what is demanded, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from domain_builders import ADMIN, AUDITOR, CHEN, LI, START, SUN, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.accounts import Account, Role
from console.domain.acts import LONGEST_TEXT
from console.domain.attachments import Attachment
from console.domain.commands import (
    AdvanceOrder,
    CheckOrderItem,
    Command,
    DispatchOrder,
    HoldOrder,
    NoteOrder,
    RaiseOrder,
    ReworkOrder,
    SaveRecords,
    VerifyOrder,
)
from console.domain.events import OrderAdvanced, OrderRaised, RecordSaved
from console.domain.maintenance.cards import Card
from console.domain.maintenance.contractors import CallOut, KeepInvoice, VisitArrived, VisitLeft
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.intake import TakeCall, sounds_urgent, title_of
from console.domain.maintenance.orderwork import (
    AttachToOrder,
    BulkOrder,
    CallBack,
    ConfirmSafety,
    DispatchOrders,
    DropLine,
    EditOrder,
    EnterResult,
    FollowItem,
    LineResult,
    LogLabour,
    OrderEdit,
    RescheduleOrders,
    SetDowntime,
    SetSafety,
    UndoStage,
)
from console.domain.maintenance.parts import MoveKind, MoveStock, Part
from console.domain.maintenance.people import Certificate, Person
from console.domain.maintenance.vendors import Vendor, Visit
from console.domain.ordering import raised
from console.domain.orders import CheckItem, Order, OrderKind, OrderState, number_of
from console.domain.text import Text
from console.domain.times import DAY, HOUR, MINUTE
from console.domain.world import World

S = OrderState
PHOTO = Attachment("ab" * 32, "泵.jpg", "jpg", 1000)
PRESSURE = CheckItem(Text("出水压力"), unit="MPa", low=0.32, high=0.38, point="T1-P1.pressure")
LOOK = CheckItem(Text("有无渗漏"))
EVERYBODY = (WANG, CHEN, ZHAO, ADMIN, AUDITOR)


def desk_with(state: OrderState = S.ACCEPTED, *, equipment: str = "T1-P1", **more: Any) -> Desk:
    """Order 1 of a pump, raised by Wang and given to Zhao."""
    desk = Desk()
    desk.apply(raised(desk.world, desk.now, kind=OrderKind.PREVENTIVE, title="月检", equipment=equipment, **more))
    desk.later(MINUTE)
    if state in (S.DISPATCHED, S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK):
        desk.do(DispatchOrder(1, "zhao"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK):
        if desk.order.state is state:
            break
        desk.later(MINUTE)
        desk.do(AdvanceOrder(1, stage), ZHAO)
    return desk


def saved(desk: Desk, *records: Any) -> None:
    desk.do(SaveRecords(records, (0,) * len(records)), CHEN)


# --- rights: every act by every role


EDIT = EditOrder(1, 0, OrderEdit(place="B2"), "来电更正")
ACTS: tuple[tuple[Command, set[str]], ...] = (
    (TakeCall("漏水", "B2"), {"wang", "chen"}),
    (EDIT, {"wang", "chen"}),
    (SetSafety(1, ("lockout",)), {"wang", "chen", "zhao"}),
    (LogLabour(1, "zhao", 1.5), {"wang", "chen", "zhao"}),
    (SetDowntime(1, START), {"wang", "chen", "zhao"}),
    (AttachToOrder(1, PHOTO), {"wang", "chen", "zhao"}),
    (CheckOrderItem(1, 0, "pass", "0.35"), {"wang", "chen", "zhao"}),
    (RescheduleOrders((BulkOrder(1, 0),), "周末停电", START + 9 * DAY), {"wang", "chen"}),
    (CallOut(1, "申菱电梯", "钱工"), {"wang", "chen"}),
    (KeepInvoice(1, "FP-1", 120.0), {"wang", "chen"}),
)


@pytest.mark.parametrize("actor", EVERYBODY, ids=lambda actor: actor.name)
@pytest.mark.parametrize(("command", "able"), ACTS, ids=[type(command).__name__ for command, _ in ACTS])
def test_every_act_is_open_to_those_whose_work_it_is_and_to_nobody_else(command: Command, able: set[str], actor: Account) -> None:
    desk = desk_with(S.DISPATCHED, checklist=(PRESSURE,), due_at=START + 5 * DAY)
    if isinstance(command, EditOrder):
        command = replace(command, base=desk.order.revision)
    if isinstance(command, RescheduleOrders):
        command = replace(command, orders=(BulkOrder(1, desk.order.revision),))
    code = desk.refusal(command, actor)
    assert (code == "") is (actor.name in able), code
    if actor.name not in able:
        assert code.startswith("refused.right_")


@pytest.mark.parametrize(
    "command", [SetSafety(1, ("lockout",)), LogLabour(1, "sun", 1), SetDowntime(1, START), AttachToOrder(1, PHOTO)]
)
def test_a_technician_does_nothing_on_an_order_that_is_not_his(command: Command) -> None:
    assert desk_with(S.DISPATCHED).refusal(command, SUN) == "refused.not_yours"


# --- intake


def test_a_fault_raises_its_order_in_the_same_moment_and_a_call_can_name_what_only_the_ledger_knows() -> None:
    """R-SLA-17: search and repair are organised at once; R-PM-01: sudden maintenance beside preventive and periodic."""
    desk = Desk()
    desk.alarm(2)
    order = desk.order
    assert (order.kind, order.fault, order.created_at, order.state) == (OrderKind.CORRECTIVE, 1, desk.now, S.ACCEPTED)
    saved(desk, Card(id="", code="XHS-07", name="7 层消火栓"))
    (card,) = desk.world.records(Card)
    desk.do(TakeCall("柜门打不开", equipment=card))
    assert desk.order.equipment == card
    desk.do(RaiseOrder(OrderKind.PROJECT, "更换柜门", card))
    assert (desk.order.kind, desk.order.equipment) == (OrderKind.PROJECT, card)


def test_an_urgent_call_is_p1_at_once_and_its_taker_stays_responsible_until_somebody_accepts() -> None:
    """R-WO-04, R-SLA-16, R-WO-07: the mark makes it P1; no triage is needed; whoever was asked first keeps it until 接单."""
    desk = Desk()
    desk.do(TakeCall("水管爆裂，喷水。快来", "3 单元 B1", caller="陈女士", contact="138", urgent=True, priority=3))
    order = desk.order
    assert (order.priority, order.urgent, order.title.zh, order.channel) == (1, True, "水管爆裂，喷水", "phone")
    assert (order.caller, order.contact, order.place, order.symptom) == ("陈女士", "138", "3 单元 B1", "水管爆裂，喷水。快来")
    assert order.responsible == "wang"
    desk.do(DispatchOrder(1, "zhao"), LI)
    assert desk.order.responsible == "wang", "named is not accepted"
    desk.do(AdvanceOrder(1, S.ASSIGNED), ZHAO)
    assert desk.order.responsible == "zhao"
    assert desk.refusal(HoldOrder(1, "waiting_parts"), ZHAO) == "refused.hold_p1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symptom": " "}, "refused.symptom_missing"), ({"place": ""}, "refused.place_missing"),
        ({"equipment": "X9"}, "refused.equipment_unknown"), ({"priority": 5}, "refused.priority"),
        ({"zone": "moon"}, "refused.zone"), ({"channel": "fax"}, "refused.channel"),
        ({"kind": OrderKind.PREVENTIVE}, "refused.kind_by_plan"), ({"wished_at": START - 1}, "refused.due_past"),
        ({"place": "", "equipment": "T1-L1"}, ""),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_is_refused_with_what_is_missing(changes: dict[str, Any], code: str) -> None:
    assert Desk().refusal(replace(TakeCall("漏水", "B2"), **changes)) == code


@pytest.mark.parametrize(
    "text", ["a" * LONGEST_TEXT, "漏水 💧🛠️", "تسرب مياه في الطابق ٣", "'); DROP TABLE work_order;--", "行一\n行二\t三"]
)
def test_words_are_kept_exactly_as_they_were_typed(text: str) -> None:
    desk = desk_with()
    desk.do(NoteOrder(1, text))
    assert desk.order.notes[-1].note == text
    desk.do(TakeCall(text, "B2"))
    assert desk.order.symptom == text
    assert desk.refusal(NoteOrder(1, "a" * (LONGEST_TEXT + 1))) == "refused.too_long"


def test_a_title_is_made_of_the_first_sentence_and_danger_is_heard() -> None:
    assert title_of("灯不亮！已经两天") == "灯不亮"
    assert len(title_of("长" * 200)) == 60
    assert title_of("!") == "!"
    assert sounds_urgent("有人被困")
    assert sounds_urgent("Smoke in the shaft")
    assert not sounds_urgent("灯不亮")


@pytest.mark.parametrize(
    ("text", "number"), [("WO-000123", 123), ("wo123", 123), (" 工单12", 12), ("看 WO-000007 号", 7), ("none", 0)]
)
def test_an_orders_number_is_found_in_what_was_typed_or_scanned(text: str, number: int) -> None:
    assert number_of(text) == number


# --- two people, one order


def test_who_saw_an_older_version_is_refused_and_nothing_is_written_over() -> None:
    desk = desk_with()
    seen = desk.order.revision
    desk.do(EditOrder(1, seen, OrderEdit(place="B2"), "更正"), LI)
    assert desk.refusal(EditOrder(1, seen, OrderEdit(place="B3"), "更正")) == "refused.order_changed"
    desk.do(EditOrder(1, desk.order.revision, OrderEdit(symptom="滴水"), "补充"))
    assert (desk.order.place, desk.order.symptom) == ("B2", "滴水")
    assert [note.reason for note in desk.order.notes] == ["更正", "补充"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (OrderEdit(title=" "), "refused.order_title"), (OrderEdit(priority=0), "refused.priority"),
        (OrderEdit(equipment="X9"), "refused.equipment_unknown"), (OrderEdit(zone="moon"), "refused.zone"),
        (OrderEdit(equipment="T1-L1", priority=2, zone="near", skills=("泵",), certificates=("elevator",)), ""),
    ],
)  # fmt: skip
def test_an_edit_that_makes_no_sense_is_refused(edit: OrderEdit, code: str) -> None:
    desk = desk_with()
    assert desk.refusal(EditOrder(1, desk.order.revision, edit, "因为")) == code
    assert desk.refusal(EditOrder(1, desk.order.revision, edit, "")) == "refused.reason_missing"


def test_an_edit_without_a_change_does_nothing_and_a_faults_order_keeps_its_priority() -> None:
    desk = desk_with()
    assert desk.do(EditOrder(1, desk.order.revision, OrderEdit(title="月检"), "无")) == ()
    fault = Desk()
    fault.alarm(3)
    assert fault.refusal(EditOrder(1, 0, OrderEdit(priority=1), "急")) == "refused.edit_fault"


# --- who may be sent


LICENSED = Person(id="zhao", name="赵师傅", skills=("泵",), certificates=(Certificate("elevator", "T1", until=START + DAY),))


def test_a_missing_or_expired_certificate_is_refused_with_its_reason() -> None:
    """R-SLA-18, R-KP-04: the named repair person holds what the work asks for, on the day of the appointment."""
    desk = desk_with(equipment="T1-L1")
    saved(desk, LICENSED, Person(id="sun", name="孙师傅"))
    assert desk.refusal(DispatchOrder(1, "sun")) == "people.unfit.no_certificate"
    assert desk.refusal(DispatchOrder(1, "zhao", agreed_at=START + 2 * DAY)) == "people.unfit.expired"
    assert desk.refusal(DispatchOrder(1, "zhao")) == ""
    desk.later(2 * DAY)
    assert desk.refusal(DispatchOrder(1, "zhao")) == "people.unfit.expired"
    assert desk.refusal(DispatchOrder(1, "申菱 钱工", contractor=True)) == "", "the company answers for its own"


def test_an_estate_without_people_records_asks_for_no_certificate_unless_the_order_does() -> None:
    desk = desk_with(equipment="T1-L1")
    assert desk.refusal(DispatchOrder(1, "sun")) == ""
    desk.do(EditOrder(1, desk.order.revision, OrderEdit(certificates=("elevator",), skills=("曳引机",)), "要求"))
    assert desk.refusal(DispatchOrder(1, "sun")) == "people.unfit.unknown"
    saved(desk, LICENSED)
    assert desk.refusal(DispatchOrder(1, "zhao")) == "people.unfit.no_skill"


# --- checklist


@pytest.mark.parametrize(
    ("result", "reading", "note", "expected"),
    [
        ("", "0.35", "", "pass"), ("", "0.35 MPa", "", "pass"), ("", "０．３５", "", "pass"), ("", "0.40", "", "fail"),
        ("", "0.40", "夜间降压中", "pass"), ("pass", "0.40", "夜间降压中", "pass"), ("fail", "0.35", "", "fail"),
        ("na", "", "泵停", "na"), ("pass", "0.40", "", "refused.reading_out"), ("pass", "", "", "refused.reading_missing"),
        ("", "many", "", "refused.check_number"), ("good", "", "", "refused.item_result"), ("", "", "", ""),
        ("", "0.32", "", "pass"), ("", "0.38", "", "pass"), ("", "inf", "", "refused.check_number"),
    ],
)  # fmt: skip
def test_a_reading_beyond_its_limits_fails_unless_it_is_explained(result: str, reading: str, note: str, expected: str) -> None:
    desk = desk_with(S.IN_PROGRESS, checklist=(PRESSURE,))
    command = CheckOrderItem(1, 0, result, reading, note, taken_at=START)
    code = desk.refusal(command, ZHAO)
    if code:
        assert code == expected
        return
    desk.do(command, ZHAO)
    item = desk.order.checklist[0]
    assert (item.result, item.reading, item.note) == (expected, reading, note)
    assert item.taken_at == (START if reading else 0)


def test_a_failed_line_leads_to_an_order_of_its_own_with_the_self_check() -> None:
    desk = desk_with(S.IN_PROGRESS, checklist=(PRESSURE, LOOK, LOOK))
    desk.do(CheckOrderItem(1, 0, "", "0.41"), ZHAO)
    desk.do(CheckOrderItem(1, 1, "fail", "", "机封漏"), ZHAO)
    desk.do(CheckOrderItem(1, 2, "pass"), ZHAO)
    desk.do(FollowItem(1, 1, "更换机封", 2), ZHAO)
    assert desk.refusal(FollowItem(1, 1), ZHAO) == "refused.follow_twice"
    assert desk.refusal(FollowItem(1, 2), ZHAO) == "refused.follow_pass"
    events = desk.do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    assert [type(event) for event in events] == [OrderAdvanced, OrderRaised]
    first, second = desk.world.orders[2], desk.world.orders[3]
    assert (first.title.zh, first.priority, first.origin, first.symptom) == ("更换机封", 2, "order:WO-000001#2", "机封漏")
    assert (second.kind, second.origin, second.symptom, second.equipment) == (
        OrderKind.INSPECTION,
        "order:WO-000001#1",
        "0.41",
        "T1-P1",
    )
    assert [item.follow for item in desk.world.orders[1].checklist] == [3, 2, 0]


def test_several_failures_get_a_number_each() -> None:
    desk = desk_with(S.IN_PROGRESS, checklist=(LOOK, LOOK))
    desk.do(CheckOrderItem(1, 0, "fail"), ZHAO)
    desk.do(CheckOrderItem(1, 1, "fail"), ZHAO)
    desk.do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    assert [item.follow for item in desk.world.orders[1].checklist] == [2, 3]
    assert desk.world.next_order == 4


def test_a_failed_line_may_become_a_hazard_instead() -> None:
    desk = desk_with(S.IN_PROGRESS, checklist=(LOOK,))
    desk.do(AttachToOrder(1, PHOTO, 0), ZHAO)
    desk.do(CheckOrderItem(1, 0, "fail", "", "线缆破皮"), ZHAO)
    desk.do(FollowItem(1, 0, hazard=True), ZHAO)
    (hazard,) = desk.world.records(Hazard).values()
    assert (hazard.what, hazard.origin, hazard.photos, hazard.equipment) == (
        "有无渗漏 线缆破皮",
        "order:WO-000001#1",
        (PHOTO,),
        "T1-P1",
    )
    assert desk.order.checklist[0].finding == hazard.id
    desk.do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    assert list(desk.world.orders) == [1], "it led to something already"


def test_a_demanded_photo_is_missed_at_the_self_check_only_where_something_was_looked_at() -> None:
    line = replace(LOOK, photo=True)
    desk = desk_with(S.IN_PROGRESS, checklist=(line, line))
    desk.do(CheckOrderItem(1, 0, "pass"), ZHAO)
    desk.do(CheckOrderItem(1, 1, "na", "", "无此项"), ZHAO)
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK), ZHAO) == "refused.photo_missing"
    desk.do(AttachToOrder(1, PHOTO, 0), ZHAO)
    assert desk.refusal(AttachToOrder(1, PHOTO, 5), ZHAO) == "refused.item_unknown"
    desk.do(AdvanceOrder(1, S.SELF_CHECK), ZHAO)
    assert desk.refusal(AttachToOrder(1, PHOTO, 0), ZHAO) == "refused.checklist_closed"
    assert desk.do(AttachToOrder(1, PHOTO), ZHAO)
    assert desk.do(AttachToOrder(1, PHOTO), ZHAO) == (), "the same file twice is one"


# --- safety


def test_the_work_does_not_begin_before_every_safety_step_is_confirmed_by_a_person_at_a_time() -> None:
    desk = desk_with()
    desk.do(DispatchOrder(1, "zhao", safety=("lockout", "permit_height")))
    for stage in (S.ASSIGNED, S.ON_SITE):
        desk.do(AdvanceOrder(1, stage), ZHAO)
    assert desk.refusal(AdvanceOrder(1, S.IN_PROGRESS), ZHAO) == "refused.safety_open"
    assert desk.refusal(AdvanceOrder(1, S.SELF_CHECK), ZHAO) == "refused.safety_open", "nor by leaving 实施 out"
    assert desk.refusal(ConfirmSafety(1, (0, 1)), ZHAO) == "refused.permit_number"
    assert desk.refusal(ConfirmSafety(1, (2,)), ZHAO) == "refused.safety_step"
    desk.later(HOUR)
    desk.do(ConfirmSafety(1, (1, 0), ("GC-2026-7",)), ZHAO)
    lockout, permit = desk.order.safety
    assert (lockout.done.by, permit.reference, permit.done.at) == ("zhao", "GC-2026-7", desk.now)  # type: ignore[union-attr]
    desk.do(ConfirmSafety(1, (0,), taken_back=True), ZHAO)
    assert desk.refusal(AdvanceOrder(1, S.IN_PROGRESS), ZHAO) == "refused.safety_open"
    desk.do(ConfirmSafety(1, (0,), by="zhao"), WANG)
    assert desk.order.safety[0].done.proxy  # type: ignore[union-attr]
    desk.do(AdvanceOrder(1, S.IN_PROGRESS), ZHAO)
    assert desk.refusal(SetSafety(1, ()), WANG) == "refused.safety_late"


def test_a_worker_adds_a_safety_step_and_only_the_desk_takes_one_away() -> None:
    desk = desk_with(S.ASSIGNED)
    desk.do(SetSafety(1, ("lockout", "voltage_check")), ZHAO)
    desk.do(ConfirmSafety(1, (0,)), ZHAO)
    assert desk.refusal(SetSafety(1, ("lockout",)), ZHAO) == "refused.right_dispatch_order"
    assert desk.refusal(SetSafety(1, ("prayer",)), WANG) == "refused.safety_kind"
    desk.do(SetSafety(1, ("lockout",)), WANG)
    assert desk.order.safety[0].done is not None, "what stays keeps its confirmation"


# --- hours, parts, cost, downtime


def test_cost_is_hours_at_their_rate_parts_at_their_price_and_invoices() -> None:
    desk = desk_with(S.IN_PROGRESS)
    saved(desk, Part(id="BR", name="轴承", unit="个"), replace(LICENSED, rate=80.0))
    desk.do(MoveStock("BR", MoveKind.IN, 10, price=30.0), CHEN)
    desk.do(MoveStock("BR", MoveKind.OUT, 3, order=1), ZHAO)
    desk.do(MoveStock("BR", MoveKind.BACK, 1, order=1), ZHAO)
    desk.do(LogLabour(1, "zhao", 1.5), ZHAO)
    desk.do(LogLabour(1, "钱工", 2, 100.0), WANG)
    desk.do(KeepInvoice(1, "FP-1", 120.456, "申菱"))
    order = desk.order
    assert [(part.part, part.quantity, part.price) for part in order.parts] == [("BR", 2, 30.0)]
    assert (order.hours, order.cost_labour, order.cost_parts, order.cost_outside, order.cost) == (3.5, 320.0, 60.0, 120.46, 500.46)
    assert desk.refusal(KeepInvoice(1, "FP-1", 1, "申菱")) == "refused.invoice_twice"
    assert desk.refusal(KeepInvoice(1, " ", 1)) == "refused.invoice_number"
    assert desk.refusal(KeepInvoice(1, "FP-2", -1)) == "refused.amount"
    desk.do(MoveStock("BR", MoveKind.BACK, 2, order=1), ZHAO)
    assert desk.order.parts == ()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (LogLabour(1, " ", 1), "refused.labour_person"), (LogLabour(1, "zhao", 0), "refused.labour_hours"),
        (LogLabour(1, "zhao", 25), "refused.labour_hours"), (LogLabour(1, "zhao", float("nan")), "refused.labour_hours"),
        (LogLabour(1, "zhao", 1, float("inf")), "refused.amount"), (SetDowntime(1, START + DAY), "refused.future"),
        (SetDowntime(1, START, START - 1), "refused.downtime_order"), (DropLine(1, "labour", 0, "错"), "refused.line_unknown"),
        (DropLine(1, "nothing", 0, "错"), "refused.line_unknown"),
    ],
)  # fmt: skip
def test_figures_that_make_no_sense_are_refused(command: Command, code: str) -> None:
    assert desk_with(S.IN_PROGRESS).refusal(command, ZHAO) == code


def test_a_wrong_line_is_taken_away_with_a_reason_and_downtime_is_counted() -> None:
    desk = desk_with(S.IN_PROGRESS)
    desk.do(LogLabour(1, "zhao", 1), ZHAO)
    assert desk.refusal(DropLine(1, "labour", 0, " "), ZHAO) == "refused.reason_missing"
    desk.do(DropLine(1, "labour", 0, "填错人"), ZHAO)
    assert (desk.order.labour, desk.order.notes[-1].reason) == ((), "填错人")
    desk.do(KeepInvoice(1, "FP", 1))
    assert desk.refusal(DropLine(1, "invoice", 0, "错"), ZHAO) == "refused.right_dispatch_order"
    desk.do(SetDowntime(1, START, START + MINUTE), ZHAO)
    assert desk.order.downtime_hours == pytest.approx(1 / 60)
    desk.do(SetDowntime(1, START), ZHAO)
    assert desk.order.downtime_hours == 0.0


# --- contractors


def test_a_contractors_visit_is_called_promised_seen_and_counted_for_its_vendor() -> None:
    """R-SLA-18: who was called, when they came, and whether that was as promised."""
    desk = desk_with(S.IN_PROGRESS)
    saved(desk, Vendor(id="V1", name="申菱电梯"))
    assert desk.refusal(CallOut(1, " ", "钱工")) == "refused.visit_company"
    assert desk.refusal(CallOut(1, "申菱电梯", "钱工", promised=START - HOUR)) == "refused.visit_promise"
    desk.do(CallOut(1, "申菱电梯", "钱工", promised=desk.now + HOUR))
    assert desk.refusal(VisitLeft(1, 0)) == "refused.visit_not_there"
    assert desk.refusal(VisitArrived(1, 1)) == "refused.line_unknown"
    desk.later(30 * MINUTE)
    events = desk.do(VisitArrived(1, 0, person="孙工"))
    (record,) = [event.record for event in events if isinstance(event, RecordSaved)]
    assert isinstance(record, Visit)
    assert (record.vendor, record.order, record.on_time, record.person) == ("V1", 1, True, "孙工")
    assert desk.refusal(VisitArrived(1, 0)) == "refused.visit_arrived"
    visit = desk.order.visits[0]
    assert (visit.person, visit.on_time, visit.arrived.by, visit.arrived.entered_by) == ("孙工", True, "孙工", "wang")  # type: ignore[union-attr]
    desk.later(HOUR)
    desk.do(VisitLeft(1, 0))
    assert desk.refusal(VisitLeft(1, 0)) == "refused.visit_left"
    desk.do(VisitLeft(1, 0, sheet=PHOTO))
    assert desk.order.visits[0].sheet == PHOTO


def test_a_company_without_a_record_is_called_all_the_same() -> None:
    desk = desk_with(S.IN_PROGRESS)
    desk.do(CallOut(1, "路边修理铺", ""))
    assert len(desk.do(VisitArrived(1, 0))) == 1
    assert desk.order.visits[0].on_time is None, "nothing was promised"
    assert desk.order.visits[0].arrived.by == "路边修理铺"  # type: ignore[union-attr]


# --- several at once, undo, call back, paper


def test_several_orders_are_given_or_moved_together_or_not_at_all() -> None:
    desk = desk_with(due_at=START + 5 * DAY)
    desk.apply(raised(desk.world, desk.now, kind=OrderKind.PREVENTIVE, title="季检", equipment="T1-L1", due_at=START + 6 * DAY))
    both = (BulkOrder(1, 0), BulkOrder(2, 0))
    assert desk.refusal(DispatchOrders((), "zhao")) == "refused.no_order"
    assert desk.refusal(DispatchOrders((BulkOrder(1, 0), BulkOrder(2, 7)), "zhao")) == "refused.order_changed"
    desk.do(RescheduleOrders(both, "停电检修", by=2 * DAY))
    assert [order.due_at for order in desk.world.orders.values()] == [START + 7 * DAY, START + 8 * DAY]
    assert [order.first_due for order in desk.world.orders.values()] == [START + 5 * DAY, START + 6 * DAY]
    both = (BulkOrder(1, 1), BulkOrder(2, 1))
    desk.do(RescheduleOrders(both, "再推", START + 9 * DAY))
    assert desk.world.orders[1].first_due == START + 5 * DAY, "the first promise stays"
    assert desk.refusal(RescheduleOrders((BulkOrder(1, 2),), "早", START - DAY)) == "refused.due_past"
    assert desk.refusal(RescheduleOrders((BulkOrder(1, 2),), " ", START + DAY)) == "refused.reason_missing"
    desk.do(DispatchOrders((BulkOrder(1, 2), BulkOrder(2, 2)), "zhao", agreed_at=START + 8 * DAY))
    assert [(order.assignee, order.state) for order in desk.world.orders.values()] == [("zhao", S.DISPATCHED)] * 2


def test_a_stage_is_taken_back_by_who_entered_it_within_ten_minutes() -> None:
    desk = desk_with(S.ASSIGNED)
    assert desk.refusal(UndoStage(1), WANG) == "refused.undo_other"
    desk.do(UndoStage(1), ZHAO)
    assert (desk.order.state, S.ASSIGNED in desk.order.stamps) == (S.DISPATCHED, False)
    desk.do(UndoStage(1), WANG)
    assert (desk.order.state, desk.order.assignee) == (S.ACCEPTED, "")
    assert desk.refusal(UndoStage(1), WANG) == "refused.undo_state"
    late = desk_with(S.ON_SITE)
    late.later(11 * MINUTE)
    assert late.refusal(UndoStage(1), ZHAO) == "refused.undo_late"
    done = desk_with(S.SELF_CHECK)
    assert done.refusal(UndoStage(1), ZHAO) == "refused.undo_state"
    done.do(ReworkOrder(1, "漏"), CHEN)
    assert done.refusal(UndoStage(1), CHEN) == "refused.undo_state"


def test_acceptance_is_rated_and_called_back_by_another_than_who_did_the_work() -> None:
    """R-WO-02, R-SLA-18: accepted by a second person, and the result is called back."""
    desk = desk_with(S.SELF_CHECK)
    assert desk.refusal(CallBack(1, "满意")) == "refused.callback_early"
    assert desk.refusal(VerifyOrder(1, "", rating=6), CHEN) == "refused.rating"
    desk.do(VerifyOrder(1, "", "好", 4), CHEN)
    assert (desk.order.rating, desk.order.verifier) == (4, "chen")
    desk.do(AdvanceOrder(1, S.ARCHIVED), WANG)
    assert desk.refusal(CallBack(1, " ")) == "refused.note_empty"
    assert desk.refusal(CallBack(1, "满意", 9)) == "refused.rating"
    desk.do(CallBack(1, "两天后又漏了一次", 3))
    assert (desk.order.rating, desk.order.callback.note) == (3, "两天后又漏了一次")  # type: ignore[union-attr]


SHEET = EnterResult(
    1, START + 5 * HOUR, START + 3 * HOUR, START + 4 * HOUR, lines=(LineResult(0, "", "0.35"),), safety=("-",), hours=1.5,
    note="纸质工单", sheet=PHOTO,
)  # fmt: skip


def test_the_paper_sheet_is_typed_in_as_one_act_up_to_the_self_check() -> None:
    """R-WO-05: the slip itself goes with the order."""
    desk = desk_with(checklist=(PRESSURE,))
    assert desk.refusal(SHEET) == "refused.result_state"
    desk.do(DispatchOrder(1, "zhao", safety=("lockout",)))
    desk.later(9 * HOUR)
    assert desk.refusal(replace(SHEET, safety=())) == "refused.safety_open"
    assert desk.refusal(replace(SHEET, lines=())) == "refused.checklist_open"
    assert desk.refusal(replace(SHEET, by="sun")) == "refused.stage_by_assignee"
    assert desk.refusal(SHEET, SUN) == "refused.not_yours"
    before = desk.order.revision
    (event,) = desk.do(SHEET)
    assert isinstance(event, OrderAdvanced)
    order = desk.order
    assert (order.state, order.revision, order.hours, order.files) == (S.SELF_CHECK, before + 1, 1.5, (PHOTO,))
    times = {stage: (stamp.at - START) // HOUR for stage, stamp in order.stamps.items() if stage not in (S.ACCEPTED, S.DISPATCHED)}
    assert times == {S.ASSIGNED: 3, S.ON_SITE: 3, S.IN_PROGRESS: 4, S.SELF_CHECK: 5}
    assert all(stamp.by == "zhao" and stamp.entered_by == "wang" for stage, stamp in order.stamps.items() if stage in times)
    assert (order.checklist[0].result, order.safety[0].reference) == ("pass", "")


def test_a_sheet_with_times_out_of_order_or_in_the_future_is_refused() -> None:
    desk = desk_with(checklist=(PRESSURE,))
    desk.do(DispatchOrder(1, "zhao"))
    desk.later(4 * HOUR)
    assert desk.refusal(SHEET) == "refused.future"
    desk.later(4 * HOUR)
    assert desk.refusal(replace(SHEET, begun_at=START + 2 * HOUR)) == "refused.too_early"
    assert desk.refusal(replace(SHEET, arrived_at=0, begun_at=0)) == ""


def test_replaying_the_log_gives_the_same_orders() -> None:
    desk = desk_with(S.SELF_CHECK, checklist=())
    desk.do(VerifyOrder(1, ""), CHEN)
    again = World()
    again.replay(desk.log)
    assert again.orders == desk.world.orders
    assert isinstance(again.orders[1], Order)


def test_an_order_that_ended_long_ago_is_recalled_once_and_never_over_a_newer_one() -> None:
    desk = desk_with()
    old = replace(desk.order, place="old")
    desk.world.recall(old)
    assert desk.order.place == ""
    del desk.world.orders[1]
    desk.world.recall(old)
    assert desk.order is old


def test_a_supervisor_who_works_does_not_verify_his_own() -> None:
    """R-WO-02."""
    both = replace(CHEN, roles=(Role.SUPERVISOR, Role.TECHNICIAN))
    desk = desk_with()
    desk.do(DispatchOrder(1, "chen"))
    for stage in (S.ASSIGNED, S.ON_SITE, S.IN_PROGRESS, S.SELF_CHECK):
        desk.do(AdvanceOrder(1, stage), both)
    assert desk.refusal(VerifyOrder(1, ""), both) == "refused.verify_own"
