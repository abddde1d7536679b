"""Records in versions; parts, people and vendors: who may, what is demanded, and that nobody's change is written over."""

from __future__ import annotations

import pytest
from domain_builders import ADMIN, CHEN, LI, START, WANG, ZHAO, Desk
from msgspec.structs import replace

from console.domain.commands import EndRecord, RaiseOrder, SaveRecords
from console.domain.events import RecordSaved
from console.domain.maintenance.parts import MoveKind, MoveStock, Part, StockMove, used
from console.domain.maintenance.people import Certificate, Person, running_out, unfit
from console.domain.maintenance.vendors import Contract, Vendor, Visit, on_time_rate
from console.domain.maintenance.vendors import running_out as contracts_running_out
from console.domain.orders import OrderKind
from console.domain.times import DAY, HOUR
from console.domain.world import World
from console.texts import CHINESE, ENGLISH, sentence

BEARING = Part(id="BR-6204", name="轴承 6204", unit="个", least=4, price=30.0)
ELECTRICIAN = Certificate("electrician", "T3101", until=START + 30 * DAY)
SUN = Person(id="sun", name="孙师傅", skills=("pump",), certificates=(ELECTRICIAN,))
LIFTCO = Vendor(id="V1", name="申菱电梯", contracts=(Contract("C-1", until=START + 40 * DAY),))


def saved(desk: Desk, record: object) -> object:
    events = desk.do(SaveRecords((record,), (0,)), CHEN)  # type: ignore[arg-type]
    assert isinstance(events[0], RecordSaved)
    return events[0].record


def move(desk: Desk, kind: MoveKind, quantity: float, actor: object = CHEN, **more: object) -> Part:
    desk.do(MoveStock("BR-6204", kind, quantity, **more), actor)  # type: ignore[arg-type]
    return desk.world.records(Part)["BR-6204"]


def test_each_version_of_a_record_counts_up_and_the_log_keeps_them_all() -> None:
    desk = Desk()
    first = saved(desk, BEARING)
    assert isinstance(first, Part)
    desk.do(SaveRecords((replace(first, place="架 3"),), (1,), "移库"), CHEN)
    assert desk.world.records(Part)["BR-6204"].revision == 2
    versions = [entry.event.record.place for entry in desk.log if isinstance(entry.event, RecordSaved)]  # type: ignore[union-attr]
    assert versions == ["", "架 3"]


def test_who_saw_an_older_version_is_refused_and_nothing_of_the_batch_is_saved() -> None:
    desk = Desk()
    first = saved(desk, BEARING)
    desk.do(SaveRecords((replace(first, place="架 3"),), (1,)), CHEN)  # type: ignore[type-var]
    late = SaveRecords((SUN, replace(first, place="架 9")), (0, 1))  # type: ignore[type-var]
    assert desk.refusal(late, CHEN) == "refused.record_changed"
    assert not desk.world.records(Person)


def test_an_ended_record_leaves_the_world_and_its_number_is_never_given_again() -> None:
    desk = Desk()
    saved(desk, BEARING)
    move(desk, MoveKind.IN, 1)
    assert desk.world.next_number("stock_move") == 2
    assert not desk.world.records(StockMove), "a move never changes, so it is over when it begins"
    assert desk.refusal(EndRecord("part", "BR-6204", 2, "停用"), CHEN) == "parts.refused.in_stock"
    move(desk, MoveKind.OUT, 1, note="报废")
    desk.do(EndRecord("part", "BR-6204", 3, "停用"), CHEN)
    assert not desk.world.records(Part)
    assert World.load(None, numbers=desk.world.numbers).next_number("stock_move") == 3


def test_a_replayed_log_gives_the_same_records() -> None:
    desk = Desk()
    saved(desk, BEARING)
    move(desk, MoveKind.IN, 10, price=40.0)
    saved(desk, SUN)
    again = World()
    again.replay(desk.log)
    assert (again.kept, again.numbers) == (desk.world.kept, desk.world.numbers)


@pytest.mark.parametrize("actor", [WANG, ZHAO, ADMIN])
@pytest.mark.parametrize("record", [BEARING, SUN, LIFTCO], ids=["part", "person", "vendor"])
def test_master_data_is_the_supervisors(actor: object, record: object) -> None:
    assert Desk().refusal(SaveRecords((record,), (0,)), actor).startswith("refused.right_")  # type: ignore[arg-type]


def test_stock_is_moved_for_orders_and_the_price_is_the_average_of_what_came_in() -> None:
    desk = Desk()
    saved(desk, BEARING)
    assert move(desk, MoveKind.IN, 10, price=40.0).price == 40.0, "nothing was there before"
    assert move(desk, MoveKind.IN, 10, price=60.0).price == 50.0
    order = desk.do(RaiseOrder(OrderKind.CORRECTIVE, "换轴承", "T1-P1"))[0].order  # type: ignore[union-attr]
    move(desk, MoveKind.OUT, 3, ZHAO, order=order.number)
    assert move(desk, MoveKind.BACK, 1, ZHAO, order=order.number).stock == 18
    moves = tuple(e.event.record for e in desk.log if isinstance(e.event, RecordSaved) and isinstance(e.event.record, StockMove))
    (taken,) = used(tuple(each for each in moves if each.order == order.number))
    assert (taken.part, taken.quantity, taken.cost) == ("BR-6204", 2, 100.0)
    assert {each.equipment for each in moves if each.order} == {"T1-P1"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (MoveStock("BR-6204", MoveKind.OUT, 3, note="x"), "parts.refused.too_few"),
        (MoveStock("BR-6204", MoveKind.OUT, 1), "parts.refused.out_note"),
        (MoveStock("BR-6204", MoveKind.BACK, 1), "parts.refused.back_order"),
        (MoveStock("BR-6204", MoveKind.IN, 0), "parts.refused.quantity"),
        (MoveStock("BR-6204", MoveKind.IN, float("nan")), "parts.refused.quantity"),
        (MoveStock("BR-6204", MoveKind.IN, 1, price=-1), "parts.refused.negative"),
        (MoveStock("BR-6204", MoveKind.COUNT, 1), "parts.refused.count_note"),
        (MoveStock("none", MoveKind.IN, 1), "parts.refused.unknown"),
        (MoveStock("BR-6204", MoveKind.OUT, 1, order=77), "refused.order_unknown"),
    ],
)
def test_a_wrong_move_is_refused(command: MoveStock, code: str) -> None:
    desk = Desk()
    saved(desk, BEARING)
    move(desk, MoveKind.IN, 2)
    assert desk.refusal(command, CHEN) == code
    assert desk.world.records(Part)["BR-6204"].stock == 2


def test_a_count_sets_the_stock_and_a_stock_typed_into_the_part_does_not() -> None:
    desk = Desk()
    saved(desk, replace(BEARING, stock=99))
    assert desk.world.records(Part)["BR-6204"].stock == 0
    part = move(desk, MoveKind.COUNT, 7, note="年度盘点")
    assert (part.stock, part.short) == (7, False)
    assert move(desk, MoveKind.OUT, 4, note="试用").short


@pytest.mark.parametrize(
    ("person", "skills", "certificates", "at", "code"),
    [
        (SUN, ("pump",), ("electrician",), START, None),
        (SUN, (), ("electrician",), START + 30 * DAY, "people.unfit.expired"),
        (SUN, (), ("elevator",), START, "people.unfit.no_certificate"),
        (SUN, ("welding",), (), START, "people.unfit.no_skill"),
        (None, ("pump",), (), START, "people.unfit.unknown"),
        (None, (), (), START, None),
    ],
)
def test_fitness_for_a_work(
    person: Person | None, skills: tuple[str, ...], certificates: tuple[str, ...], at: int, code: str | None
) -> None:
    """R-KP-04: who works holds the certificate that the work asks for."""
    problem = unfit(person, skills, certificates, at, "Asia/Shanghai")
    assert (problem.code if problem is not None else None) == code


def test_the_reason_names_the_certificate_and_the_day_in_the_readers_language() -> None:
    problem = unfit(SUN, (), ("electrician",), START + 31 * DAY, "Asia/Shanghai")
    assert problem is not None
    assert sentence(problem, CHINESE) == "孙师傅 的“低压电工”证书已于 2025-12-31 到期。"
    assert "electrician, low voltage" in sentence(problem, ENGLISH)


def test_a_renewed_certificate_no_longer_runs_out() -> None:
    assert running_out(SUN, START) == (ELECTRICIAN,)
    renewed = replace(SUN, certificates=(ELECTRICIAN, Certificate("electrician", "T3102", until=START + 999 * DAY)))
    assert running_out(renewed, START) == ()
    assert unfit(renewed, (), ("electrician",), START + 50 * DAY, "Asia/Shanghai") is None


def test_a_vendors_visits_make_its_on_time_rate() -> None:
    desk = Desk()
    saved(desk, LIFTCO)
    desk.now = START + DAY
    promised = Visit(id="", vendor="V1", called_at=START, promised_at=START + HOUR, arrived_at=START + HOUR)
    visits = [promised, replace(promised, arrived_at=START + HOUR + 1), replace(promised, promised_at=0)]
    kept = [desk.do(SaveRecords((each,), (0,)), LI)[0].record for each in visits]  # type: ignore[union-attr]
    assert [each.id for each in kept] == ["VS-000001", "VS-000002", "VS-000003"]
    assert on_time_rate(tuple(kept)) == (1, 2)  # type: ignore[arg-type]
    assert contracts_running_out(LIFTCO, START) == (("C-1", START + 40 * DAY),)


def test_several_numbered_records_of_one_batch_get_a_number_each() -> None:
    desk = Desk()
    saved(desk, LIFTCO)
    visit = Visit(id="", vendor="V1", called_at=START)
    kept = desk.do(SaveRecords((visit, visit), (0, 0)), LI)
    assert [event.record.number for event in kept] == [1, 2]  # type: ignore[union-attr]
