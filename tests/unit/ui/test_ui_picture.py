"""The live picture: what the collector said is what the screens read."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from console.domain.accounts import Right, Role
from console.domain.estate import Estate, ManualSource, Point, Site, ValueKind
from console.domain.health import HealthLine, HealthState
from console.domain.orders import OrderState
from console.domain.problems import Problem
from console.domain.quality import Quality
from console.domain.text import EMPTY, Text
from console.domain.times import DAY, HOUR, MINUTE, SECOND
from console.link.messages import Heartbeat, Live, Session, Snapshot
from console.ui.picture import NOTHING, Picture
from tests.helpers.snapshots import (
    ESTATE,
    NOW,
    NUMBERS,
    PEOPLE,
    alarm,
    busy,
    delta,
    fault,
    live,
    order,
    signed_on,
    snapshot,
    stamp,
)

Show = Callable[[Snapshot], Picture]


def test_before_the_first_snapshot_nothing_is_alive(qapp: object) -> None:
    new = Picture()
    assert not new.live
    assert new.reading("PS1.tank_level") == NOTHING
    assert not NOTHING.quality.usable
    assert not new.may(Right.ACKNOWLEDGE)


def test_a_snapshot_fills_every_look_up(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot())
    with qtbot.waitSignal(picture.replaced, timeout=100):
        show(busy(Role.OPERATOR))
    assert picture.live
    assert set(picture.equipment) == {machine.id for machine in ESTATE.equipment}
    assert [point.key for point in picture.points_of["PS1-P1"]] == ["run_state", "alarm_code", "comm_state"]
    assert picture.by_number[NUMBERS["WM1.flow"]].id == "WM1.flow"
    assert len(picture.alarms) == 30
    assert set(picture.orders) == set(range(1, 14))
    assert picture.me == "wang"
    assert picture.rules["T1-L1.trapped#trapped"].priority == 1


def test_a_snapshot_forgets_the_values_of_the_former_one(show: Show) -> None:
    picture = show(snapshot())
    show(snapshot(live=live({"WM1.flow": 1.0})))
    assert picture.reading("WM1.flow").value == 1.0
    assert picture.reading("EM1.active_power") == NOTHING


def test_a_reading_has_its_value_its_quality_and_its_time(show: Show) -> None:
    picture = show(snapshot(live=live({"WM1.flow": 2.5}, {"WM1.flow": Quality.STALE}, NOW - HOUR)))
    assert picture.reading("WM1.flow") == (2.5, Quality.STALE, NOW - HOUR)


def test_large_counters_and_texts_are_exact(picture: Picture) -> None:
    assert picture.reading("EM1.energy").value == 2**60 + 1
    assert picture.reading("WM1.serial").value == "SN-0815"
    picture.take_delta(delta(live=live({"EM1.energy": 2**60 + 3})))
    assert picture.reading("EM1.energy").value == 2**60 + 3


def test_a_delta_replaces_what_it_names_and_says_so(show: Show, qtbot: QtBot) -> None:
    picture = show(snapshot(alarms=(alarm(1), alarm(2))))
    heard: list[object] = []
    for signal in (picture.alarms_changed, picture.faults_changed, picture.orders_changed, picture.values_changed):
        signal.connect(heard.append)
    picture.take_delta(
        delta(
            7, alarms=(alarm(2, acknowledged=True), alarm(3)), faults=(fault(4),), orders=(order(5),), live=live({"WM1.flow": 9.0})
        )
    )
    assert picture.revision == 7
    assert set(picture.alarms) == {1, 2, 3}
    assert picture.alarms[2].acknowledged
    assert heard == [{2, 3}, {4}, {5}, {NUMBERS["WM1.flow"]}]
    assert picture.reading("PS1.tank_level").value == 2.0  # not named: as it was


def test_an_empty_delta_says_nothing(picture: Picture, qtbot: QtBot) -> None:
    changed = (
        picture.alarms_changed,
        picture.faults_changed,
        picture.orders_changed,
        picture.values_changed,
        picture.people_changed,
    )
    heard: list[object] = []
    for signal in (*changed, picture.health_changed, picture.plans_changed):
        signal.connect(lambda *told: heard.append(told))
    picture.take_delta(delta(2))
    assert not heard
    assert picture.revision == 2


def test_an_alarm_that_is_over_leaves(show: Show) -> None:
    picture = show(snapshot(alarms=(alarm(1), alarm(2))))
    picture.take_delta(delta(alarms=(alarm(1, active=False, acknowledged=True), alarm(2, active=False))))
    assert set(picture.alarms) == {2}


def test_an_alarm_that_began_and_ended_within_a_delta_is_passed_over(picture: Picture) -> None:
    picture.take_delta(delta(alarms=(alarm(9, active=False, acknowledged=True),)))
    assert not picture.alarms


def test_health_lines_come_and_go(picture: Picture, qtbot: QtBot) -> None:
    line = HealthLine("connection:gw", "connection", HealthState.DOWN, NOW)
    picture.take_delta(delta(health=(line,)))
    assert picture.health == {"connection:gw": line}
    with qtbot.waitSignal(picture.health_changed, timeout=100):
        picture.take_delta(delta(3, health_gone=("connection:gw", "never:was")))
    assert not picture.health


def test_people_come_and_go(picture: Picture, qtbot: QtBot) -> None:
    with qtbot.waitSignal(picture.people_changed, timeout=100):
        picture.take_delta(delta(me="wang", sessions=(Session("desk", "wang"),)))
    assert picture.may(Right.ACKNOWLEDGE)
    assert not picture.may(Right.VERIFY_ORDER)
    picture.take_delta(delta(3, me=""))
    assert not picture.may(Right.ACKNOWLEDGE)


def test_a_disabled_account_may_nothing(show: Show) -> None:
    picture = show(signed_on(snapshot(), replace(PEOPLE[Role.OPERATOR], enabled=False)))
    assert picture.me == "wang"
    assert not picture.may(Right.ACKNOWLEDGE)


def test_the_line_lost_makes_nothing_live_until_the_next_snapshot(picture: Picture, qtbot: QtBot) -> None:
    problem = Problem("link.lost")
    with qtbot.waitSignal(picture.link_changed, timeout=100) as heard:
        picture.take_link("lost", problem)
    assert heard.args == ["lost"]
    assert not picture.live
    assert picture.link_problem == problem
    picture.take_link("live", None)
    assert not picture.live  # values may be old: only a snapshot brings new ones
    picture.take_snapshot(snapshot())
    assert picture.live


def test_the_time_is_the_collectors_and_runs_at_its_rate(picture: Picture, qtbot: QtBot) -> None:
    picture.take_heartbeat(Heartbeat(NOW + HOUR, 0.0, 1))
    assert picture.now() == NOW + HOUR
    picture.take_heartbeat(Heartbeat(NOW, 60.0, 1))
    before = picture.now()
    qtbot.wait(50)
    assert picture.now() - before >= 60 * 45_000_000  # 50 ms at sixty times, less the timer's grain
    picture.take_heartbeat(Heartbeat(NOW, 0.0, 1))
    qtbot.wait(5)
    assert picture.now() == NOW


def test_a_step_of_the_clock_is_shown_at_once(picture: Picture, qtbot: QtBot) -> None:
    with qtbot.waitSignal(picture.ticked, timeout=100):
        picture.take_heartbeat(Heartbeat(NOW + HOUR, 0.0, 1))
    with qtbot.assertNotEmitted(picture.ticked):
        picture.take_heartbeat(Heartbeat(NOW + HOUR + SECOND // 2, 0.0, 1))


def test_a_delta_of_2500_points_is_taken_in_one_pass_and_told_once(show: Show) -> None:
    count = 2500
    points = tuple(Point(f"X.p{n}", "X", f"p{n}", EMPTY, ValueKind.ANALOG, ManualSource(), number=n) for n in range(1, count + 1))
    picture = show(snapshot(estate=Estate(Site("x", Text("园区")), points=points), live=Live()))
    heard: list[set[int]] = []
    picture.values_changed.connect(heard.append)
    numbers = array("i", range(1, count + 1))
    values = array("d", [n / 2 for n in numbers])
    packed = Live(numbers.tobytes(), values.tobytes(), bytes(count), array("q", [NOW] * count).tobytes())
    picture.take_delta(delta(live=packed))
    assert heard == [set(numbers)]
    assert [picture.reading(point.id).value for point in points] == list(values)


@pytest.mark.parametrize(
    ("closed", "kept"), [(0, True), (NOW - DAY + MINUTE, True), (NOW - DAY - MINUTE, False)], ids=["open", "fresh", "old"]
)
def test_faults_that_ended_over_a_day_ago_are_forgotten(show: Show, closed: int, kept: bool) -> None:
    picture = show(snapshot(faults=(fault(1, age=3 * DAY, closed_at=closed),)))
    picture.forget_ended()
    assert (1 in picture.faults) is kept


def test_orders_that_ended_over_a_day_ago_are_forgotten_unless_their_fault_is_kept(show: Show) -> None:
    old = {OrderState.ARCHIVED: stamp(NOW - 2 * DAY)}
    orders = (
        order(1, OrderState.ARCHIVED, stamps=old),
        order(2, OrderState.ARCHIVED),
        order(3, OrderState.DISPATCHED, stamps={}),
        order(4, OrderState.ARCHIVED, stamps=old, fault=4),
    )
    picture = show(snapshot(orders=orders, faults=(fault(4, age=3 * DAY, order=4),)))
    picture.forget_ended()
    assert set(picture.orders) == {2, 3, 4}


def test_an_order_that_was_just_cancelled_is_not_forgotten(show: Show) -> None:
    begun = {OrderState.ACCEPTED: stamp(NOW - 5 * DAY)}
    picture = show(snapshot(orders=(order(1, OrderState.CANCELLED, stamps=begun, cancelled=stamp(NOW - HOUR)),)))
    picture.forget_ended()
    assert set(picture.orders) == {1}


def test_the_order_of_a_fault_and_the_fault_of_an_alarm_are_found(show: Show) -> None:
    picture = show(
        snapshot(faults=(fault(4, order=5), fault(6)), orders=(order(5),), alarms=(alarm(1, fault="F-000004"), alarm(2)))
    )
    assert picture.order_of(picture.faults[4]) == picture.orders[5]
    assert picture.order_of(picture.faults[6]) is None
    assert picture.fault_of(picture.alarms[1]) == picture.faults[4]
    assert picture.fault_of(picture.alarms[2]) is None
