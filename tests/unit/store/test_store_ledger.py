"""The log, the records, the configuration and the people in main.db."""

from __future__ import annotations

import sqlite3

import msgspec
import pytest
from store_builders import T, alarm, entry, raised, recording

from console.domain import events as e
from console.domain.accounts import Account, Role
from console.domain.estate import Equipment, Estate, ManualSource, Point, Site, ValueKind
from console.domain.faults import P2_DEFAULT, CloseCode, Fault
from console.domain.orders import Order, OrderKind, OrderState
from console.domain.plans import PlanState
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.times import DAY, HOUR
from console.store import open_store, reading
from console.store.image import Commit


def commit(recorder, *entries, **more):
    recorder.commit(Commit(tuple(entries), **more)).result(10)


def point(key: str, number: int = 0) -> Point:
    return Point(f"T1-L1.{key}", "T1-L1", key, Text(key), ValueKind.ANALOG, ManualSource(), number=number)


ESTATE = Estate(
    Site("jinyun", Text("锦云府")),
    equipment=(Equipment("T1-L1", Text("1#"), "elevator", "x", "T1"),),
    points=(point("a"), point("b")),
)


def test_a_new_store_is_empty(tmp_path):
    store = open_store(tmp_path, T)
    image = store.image()
    store.close()
    assert (image.sequence, image.configuration, image.estate, image.alive) == (0, 0, None, 0)
    assert (image.next_fault, image.next_order, image.alarms, image.last_values) == (1, 1, (), {})
    assert not image.stopped_in_order


def test_the_image_is_the_state_after_the_last_commit(tmp_path):
    first = alarm(1)
    over = msgspec.structs.replace(alarm(2), active=False, acknowledged=True)
    fault = Fault(4, "T1-L1", 2, Text("坏"), T, P2_DEFAULT, alarms=(1,), order=9)
    order = Order(9, OrderKind.CORRECTIVE, Text("修"), "T1-L1", 2, T, fault=4)
    account = Account("wang", "王师傅", (Role.OPERATOR,))
    plan = PlanState("T1-L1/half_month", T, T + DAY)
    with recording(tmp_path) as (_, recorder):
        commit(recorder, entry(1, e.AlarmRaised(first)), entry(2, e.AlarmRaised(alarm(2))))
        commit(
            recorder,
            entry(3, e.AlarmReturned(over)),
            entry(4, e.AlarmAssigned(msgspec.structs.replace(first, fault="F-000004"))),
            entry(5, e.FaultOpened(fault)),
            entry(6, e.OrderRaised(order)),
            entry(7, e.PlanAdvanced(plan)),
            entry(8, e.AccountSaved(account)),
            secrets={"wang": "$argon2id$x"},
        )
    store = open_store(tmp_path, T)
    image = store.image()
    store.close()
    assert image.alarms == (msgspec.structs.replace(first, fault="F-000004"),)
    assert (image.faults, image.orders, image.plans, image.accounts) == ((fault,), (order,), (plan,), (account,))
    assert image.secrets == {"wang": "$argon2id$x"}
    assert (image.sequence, image.next_fault, image.next_order) == (8, 5, 10)
    assert image.stopped_in_order and image.alive == T


def test_closed_faults_and_ended_orders_stay_in_the_image_for_a_day(tmp_path):
    def closed(number, at):
        return Fault(number, "x", 3, Text("坏"), T - 9 * DAY, P2_DEFAULT, closed_at=at, close_code=CloseCode.TEST)

    def archived(number, at):
        stamp = Stamp(at, "li", at, "li")
        order = Order(number, OrderKind.PROJECT, Text("x"), "x", 4, T - 9 * DAY, stamps={OrderState.ARCHIVED: stamp})
        return msgspec.structs.replace(order, state=OrderState.ARCHIVED)

    with recording(tmp_path) as (_, recorder):
        commit(recorder, entry(1, e.FaultClosed(closed(1, T - 23 * HOUR))), entry(2, e.FaultClosed(closed(2, T - 25 * HOUR))))
        commit(recorder, entry(3, e.OrderAdvanced(archived(1, T - 23 * HOUR), "stage")))
        commit(recorder, entry(4, e.OrderAdvanced(archived(2, T - 25 * HOUR), "stage")))
    store = open_store(tmp_path, T)
    image = store.image()
    store.close()
    assert [fault.number for fault in image.faults] == [1]
    assert [order.number for order in image.orders] == [1]
    assert (image.next_fault, image.next_order) == (3, 3)


def test_points_keep_their_numbers_for_ever(tmp_path):
    store = open_store(tmp_path, T)
    first = store.assign_numbers(ESTATE)
    assert [each.number for each in first.points] == [1, 2]
    store.assign_numbers(msgspec.structs.replace(ESTATE, points=(point("c"),)))  # a and b are gone
    again = store.assign_numbers(msgspec.structs.replace(ESTATE, points=(point("d"), point("b"), point("a", 77))))
    store.close()
    assert [each.number for each in again.points] == [4, 2, 1]
    assert reading.points(tmp_path) == {"T1-L1.a": 1, "T1-L1.b": 2, "T1-L1.c": 3, "T1-L1.d": 4}


def test_the_configuration_and_the_one_before_it_come_back(tmp_path):
    renamed = msgspec.structs.replace(ESTATE, site=Site("jinyun", Text("锦云府二期")))
    with recording(tmp_path) as (store, recorder):
        first, second = e.ConfigurationApplied(1, {"added": 3}), e.ConfigurationApplied(2, {"changed": 1})
        commit(recorder, entry(1, first), estate=store.assign_numbers(ESTATE), site_text="一: 1\n")
        commit(recorder, entry(2, second), estate=store.assign_numbers(renamed), site_text="二: 2\n")
    store = open_store(tmp_path, T)
    image = store.image()
    assert image.estate == store.assign_numbers(renamed)
    store.close()
    assert (image.configuration, image.site_text, image.previous_site_text) == (2, "二: 2\n", "一: 1\n")
    assert reading.configuration(tmp_path) == (2, "二: 2\n")
    assert reading.configuration(tmp_path, 1) == (1, "一: 1\n")


def test_ledgers_are_read_by_time_and_equipment_newest_first(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for number in range(1, 6):
            commit(recorder, entry(number, e.AlarmRaised(alarm(number, f"T1-L{number % 2}"))))
        old = Fault(1, "x", 3, Text("旧"), T - 50 * DAY, P2_DEFAULT)  # open for long
        commit(
            recorder,
            entry(6, e.FaultOpened(old)),
            entry(7, e.FaultOpened(Fault(2, "y", 3, Text("新"), T, P2_DEFAULT, closed_at=T))),
        )
    assert [each.number for each in reading.alarms(tmp_path)] == [5, 4, 3, 2, 1]
    assert [each.number for each in reading.alarms(tmp_path, equipment="T1-L1", limit=2)] == [5, 3]
    assert [each.number for each in reading.alarms(tmp_path, since=T + 2, until=T + 4)] == [3, 2]
    assert [each.number for each in reading.faults(tmp_path, since=T)] == [2, 1]
    assert [each.number for each in reading.faults(tmp_path, since=T, equipment="y")] == [2]
    assert reading.orders(tmp_path) == ()


def test_the_log_is_found_by_subject(tmp_path):
    fault = Fault(4, "T1-L1", 2, Text("坏"), T, P2_DEFAULT, order=9)
    taken = entry(4, e.FaultTaken(fault), actor="wang", station="desk-1", seen=12, command_id="c-1")
    with recording(tmp_path) as (_, recorder):
        commit(recorder, raised(1), entry(2, e.FaultOpened(fault)), entry(3, e.SignedOn("wang"), actor="wang", station="desk-1"))
        commit(recorder, taken)
    assert [each.sequence for each in reading.log(tmp_path)] == [4, 3, 2, 1]
    assert [each.sequence for each in reading.log(tmp_path, "fault:4")] == [4, 2]
    assert [each.sequence for each in reading.log(tmp_path, "order:9")] == [4, 2]
    assert [each.sequence for each in reading.log(tmp_path, "equipment:T1-L1")] == [4, 2, 1]
    assert [each.sequence for each in reading.log(tmp_path, "account:wang", since=T + 4)] == [4]
    assert reading.log(tmp_path, "fault:4")[0] == entry(
        4, e.FaultTaken(fault), actor="wang", station="desk-1", seen=12, command_id="c-1"
    )


def test_a_wrong_commit_fails_alone_and_changes_nothing(tmp_path):
    with recording(tmp_path) as (_, recorder):
        commit(recorder, raised(5))
        good, wrong, after = (
            recorder.commit(Commit((each,), secrets=secrets))
            for each, secrets in ((raised(6), {}), (raised(5), {"x": "y"}), (raised(7), {}))
        )
        assert good.result(10) is None and after.result(10) is None
        with pytest.raises(ValueError, match="5 comes after"):
            wrong.result(10)
    store = open_store(tmp_path, T)
    image = store.image()
    store.close()
    assert [each.number for each in image.alarms] == [5, 6, 7]
    assert image.secrets == {}


def test_verify_finds_a_changed_log_entry_and_a_changed_record(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for number in range(1, 6):
            commit(recorder, raised(number))
    sound = reading.verify(tmp_path)
    assert (sound.entries, sound.records, sound.problems) == (5, 5, [])
    connection = sqlite3.connect(tmp_path / "main.db")
    connection.execute("UPDATE log SET entry = replace(entry, '1.5', '2.5') WHERE sequence = 3")
    connection.execute("UPDATE alarm SET record = replace(record, '1.5', '9.5') WHERE number = 5")
    connection.execute("DELETE FROM alarm WHERE number = 1")
    connection.commit()
    connection.close()
    found = [(problem.code, dict(problem.params)) for problem in reading.verify(tmp_path).problems]
    assert ("store.verify_log", {"sequence": 3}) in found
    assert ("store.verify_state", {"table": "alarm", "number": 5}) in found
    assert ("store.verify_state", {"table": "alarm", "number": "1"}) in found
    assert not [each for each in found if each[1].get("sequence", 3) != 3]


def test_a_removed_log_entry_breaks_the_chain(tmp_path):
    with recording(tmp_path) as (_, recorder):
        for number in range(1, 5):
            commit(recorder, raised(number))
    connection = sqlite3.connect(tmp_path / "main.db")
    connection.execute("DELETE FROM log_subject WHERE sequence = 2")
    connection.execute("DELETE FROM log WHERE sequence = 2")
    connection.commit()
    connection.close()
    problems = reading.verify(tmp_path).problems
    assert {"sequence": 3} in [problem.params for problem in problems]
