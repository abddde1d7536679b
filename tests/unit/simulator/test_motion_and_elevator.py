"""The elevator's motion, doors, traffic and faults."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.times import HOUR, MINUTE, SECOND, seconds
from drivers.simulator.physics.controller import MonarchElevator
from drivers.simulator.physics.lift import E09_UNDERVOLTAGE, E41_SAFETY_CIRCUIT, E52_HALL_CALLS, Lift, Mode, Phase
from drivers.simulator.physics.motion import Run
from drivers.simulator.physics.surroundings import Surroundings
from drivers.simulator.physics.traffic import Passenger, Traffic
from tests.helpers.demo_estate import MORNING

TOWER = Lift(floors=33)


def elevator(seed: int = 1, lift: Lift = TOWER, began: int = MORNING, floor: int = 1) -> MonarchElevator:
    surroundings = Surroundings(seed)
    return MonarchElevator(lift, Traffic(lift.floors, False, surroundings, seed), surroundings, began, floor)


def quiet(floor: int = 1) -> MonarchElevator:
    """An elevator at a floor to which nobody comes by itself."""
    car = elevator(floor=floor)
    car._next_passenger = 1 << 62
    return car


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.2, 6), st.floats(0.3, 1.5), st.floats(-0.2, 1.2))
def test_a_run_stays_between_its_ends_and_within_its_speed(start: float, end: float, speed: float, a: float, part: float) -> None:
    run = Run(start, end, 0, speed, a)
    position, velocity, push = run.at(round(run.over * part))
    assert min(start, end) - 1e-6 <= position <= max(start, end) + 1e-6
    assert abs(velocity) <= speed + 1e-9
    assert abs(push) <= a + 1e-9


def test_a_run_ends_exactly_where_it_was_sent() -> None:
    run = Run(3.0, 33.0, 0, 2.5, 0.8)
    assert run.at(run.over) == (33.0, 0.0, 0.0)
    # 30 m at 2.5 m/s and 0.8 m/s²: distance/speed + speed/acceleration
    assert run.over / SECOND == pytest.approx(30 / 2.5 + 2.5 / 0.8, abs=1e-6)


def test_position_is_the_integral_of_speed() -> None:
    run = Run(0.0, 40.0, 0, 2.5, 0.8)
    travelled = sum(run.at(moment)[1] * 0.01 for moment in range(0, run.over, SECOND // 100))
    assert travelled == pytest.approx(40.0, abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_the_car_never_leaves_the_shaft_nor_moves_with_an_open_door(seed: int) -> None:
    car = elevator(seed)
    now = MORNING
    rng = random.Random(seed)
    moved = opened = False
    while now < MORNING + 2 * HOUR:
        now += rng.randint(1, 3 * SECOND)
        car.advance(now)
        position, speed, _ = car.position()
        assert -1e-6 <= position <= TOWER.height + 1e-6
        assert 1 <= car.floor <= TOWER.floors
        if speed:
            assert car.door_opening == 0.0
            moved = True
        if car.door_opening:
            assert position == pytest.approx((car.floor - 1) * TOWER.floor_height)
            opened = True
        assert 0 <= car.load_kg <= TOWER.capacity_kg
    assert moved
    assert opened


def test_the_same_seed_tells_the_same_story_at_any_step() -> None:
    fine, coarse = elevator(7), elevator(7)
    for moment in range(MORNING, MORNING + HOUR, SECOND // 2):
        fine.advance(moment)
    coarse.advance(MORNING + HOUR - SECOND // 2)
    assert fine.values() == coarse.values()
    assert fine.starts == coarse.starts > 20


def test_everybody_arrives() -> None:
    car = quiet()
    for target in (5, 12, 33):
        car.press(Passenger(1, target))
    car.press(Passenger(20, 1))
    car.advance(MORNING + 10 * MINUTE)
    assert car.riders == []
    assert car.queue == {}
    assert car.calls.all() == set()
    assert car.phase is Phase.WAITING


def test_a_hall_call_on_the_way_is_served_on_the_way() -> None:
    car = quiet()
    car.press(Passenger(1, 30))
    while car.position()[0] < 9.0:
        car.advance(car._now + SECOND // 5)
    car.press(Passenger(15, 33))
    car.advance(car._now + 15 * SECOND)
    assert car.floor == 15
    assert car.door_opening > 0


def test_the_morning_carries_more_people_than_the_night() -> None:
    night, morning = elevator(3, began=MORNING - 6 * HOUR), elevator(3)
    night.advance(MORNING - 5 * HOUR)
    morning.advance(MORNING + HOUR)
    assert morning.starts > 3 * night.starts


def test_trapped_passengers_stand_between_floors_behind_closed_doors() -> None:
    car = quiet(floor=4)
    car.trap()
    car.advance(MORNING + 30 * SECOND)
    values = car.values()
    part = (values["car_position"] / TOWER.floor_height) % 1.0
    assert 0.2 < part < 0.8
    assert values["trapped"] == 1
    assert values["fault_code"] == E41_SAFETY_CIRCUIT
    assert values["door_closed"] == 1
    assert values["car_speed"] == 0
    assert values["car_load"] > 0
    assert values["service_mode"] == Mode.FAULT


def test_a_trap_during_open_doors_waits_for_the_next_run() -> None:
    car = quiet()
    car.press(Passenger(1, 9))
    car.advance(MORNING + 4 * SECOND)
    assert car.door_opening > 0
    car.trap()
    assert not car.trapped
    car.advance(MORNING + 40 * SECOND)
    assert car.trapped


def test_rescued_passengers_leave_at_the_nearest_floor_and_service_goes_on() -> None:
    car = quiet(floor=4)
    car.trap()
    car.advance(MORNING + 30 * SECOND)
    car.repair()
    car.advance(MORNING + 31 * SECOND)
    assert car.values()["service_mode"] == Mode.RELEVELLING
    car.advance(MORNING + 2 * MINUTE)
    assert car.riders == []
    assert car.mode is Mode.AUTOMATIC
    assert car.values()["fault_code"] == 0
    car.press(Passenger(car.floor, 20))
    car.advance(MORNING + 5 * MINUTE)
    assert car.floor == 20


def test_a_fault_takes_a_running_car_out_of_service_at_its_landing() -> None:
    car = quiet()
    car.press(Passenger(1, 20))
    car.advance(MORNING + 15 * SECOND)
    assert car.phase is Phase.RUNNING
    car.fail(E52_HALL_CALLS)
    car.advance(MORNING + 5 * MINUTE)
    assert car.position()[0] % TOWER.floor_height == pytest.approx(0)
    assert car.values()["fault_code"] == E52_HALL_CALLS
    assert not car.trapped


def test_inspection_has_a_mode_and_no_fault_code() -> None:
    car = quiet(floor=3)
    car.inspect()
    assert car.values()["service_mode"] == Mode.INSPECTION
    assert car.values()["fault_code"] == 0
    car.repair()
    car.advance(MORNING + MINUTE)
    assert car.mode is Mode.AUTOMATIC


def test_a_power_cut_brings_a_running_car_to_a_floor_and_it_stays_there() -> None:
    car = quiet()
    car.press(Passenger(1, 20))
    car.advance(MORNING + 15 * SECOND)
    car.power_lost()
    assert car.values()["fault_code"] == E09_UNDERVOLTAGE
    car.advance(MORNING + 2 * MINUTE)
    assert car.position()[0] % TOWER.floor_height == pytest.approx(0)
    assert car.riders == []
    assert car.values()["fault_code"] == E09_UNDERVOLTAGE
    car.repair()
    car.advance(MORNING + 3 * MINUTE)
    assert car.mode is Mode.AUTOMATIC


def test_power_coming_back_during_the_rescue_run_ends_in_service() -> None:
    car = quiet()
    car.press(Passenger(1, 20))
    car.advance(MORNING + 15 * SECOND)
    car.power_lost()
    car.repair()
    car.advance(MORNING + 2 * MINUTE)
    assert car.mode is Mode.AUTOMATIC
    assert car.fault == 0


def test_call_words_hold_the_pressed_buttons() -> None:
    car = quiet(floor=10)
    car.inspect()
    car.calls.car = {1, 9, 33}
    car.calls.up = {2}
    car.calls.down = {4, 33}
    values = car.values()
    assert values["car_calls_1_8"] == 0b1
    assert values["car_calls_9_16"] == 0b1
    assert values["car_calls_33_40"] == 0b1
    assert values["hall_calls_1_4"] == 0b10000100
    assert values["hall_calls_33_36"] == 0b10


def test_a_lifting_car_draws_more_than_a_waiting_one() -> None:
    car = quiet()
    waiting = car.power_w
    for _ in range(6):
        car.press(Passenger(1, 30))
    car.advance(MORNING + seconds(18))
    assert car.position()[1] > 2
    assert car.power_w > waiting
    assert car.current_a > 0


def test_nobody_asks_for_a_floor_that_is_not_there() -> None:
    traffic = Traffic(6, True, Surroundings(1), 1)
    for hour in range(24):
        for minute in range(60):
            passenger = traffic.passenger(MORNING + hour * HOUR + minute * MINUTE)
            if passenger:
                assert 1 <= passenger.origin <= 6
                assert 1 <= passenger.target <= 6
                assert passenger.origin != passenger.target


@given(
    st.integers(1, 10_000),
    st.lists(st.tuples(st.sampled_from(["trap", "fail", "inspect", "cut", "repair", "wait"]), st.integers(1, 60))),
)
def test_no_order_of_faults_brings_a_car_out_of_its_shaft(seed: int, acts: list[tuple[str, int]]) -> None:
    car = elevator(seed)
    now = MORNING
    for act, lasts in acts:
        match act:
            case "trap":
                car.trap()
            case "fail":
                car.fail(E52_HALL_CALLS)
            case "inspect":
                car.inspect()
            case "cut":
                car.power_lost()
            case "repair":
                car.repair()
        now += lasts * SECOND
        car.advance(now)
        position, speed, _ = car.position()
        assert -1e-6 <= position <= TOWER.height + 1e-6
        assert not (speed and car.door_opening)
    car.repair()
    car.advance(now + 3 * MINUTE)
    assert car.mode is Mode.AUTOMATIC
    assert car.fault == 0
