"""The Modbus driver against a server that misbehaves in every known way, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator

import pytest

from console.domain.estate import ModbusDevice, ModbusTcp, Point
from console.domain.health import HealthState
from console.domain.quality import Quality
from console.domain.text import EMPTY
from drivers import registry
from drivers.driver import Driver
from tests.helpers.clock import RealClock
from tests.helpers.estates import gateway, register
from tests.helpers.findings import Findings
from tests.helpers.misbehaving import Misbehaving

GOOD, BAD, LOST = Quality.GOOD, Quality.BAD, Quality.COMM_LOST


@contextlib.asynccontextmanager
async def polling(connection: ModbusTcp, points: list[Point], rate: float = 1.0) -> AsyncIterator[tuple[Findings, Driver]]:
    found = Findings()
    driver = registry.make(connection, points, found, RealClock(rate))
    task = asyncio.create_task(driver.run())
    try:
        yield found, driver
    finally:
        task.cancel()
        async with asyncio.timeout(0.5):
            with contextlib.suppress(asyncio.CancelledError):
                await task


WRONG = [
    ("silent", "timeouts", LOST),
    ("half a frame", "short", BAD),
    ("too short", "short", BAD),
    ("only a function", "short", BAD),
    ("too long", "long", BAD),
    ("long exception", "long", BAD),
    ("wrong count", "wrong_count", BAD),
    ("wrong function", "wrong_function", BAD),
    ("wrong unit", "wrong_unit", LOST),
    ("wrong transaction", "timeouts", LOST),
    ("garbage", "garbage", LOST),
    ("rtu", "garbage", LOST),
    ("endless length", "garbage", LOST),
    ("zero length", "garbage", LOST),
    ("reset in mid-frame", "resets", LOST),
    ("late", "timeouts", LOST),
    ("exception 1", "exception_1", BAD),
    ("exception 2", "exception_2", BAD),
    ("exception 3", "exception_3", BAD),
    ("exception 4", "exception_4", BAD),
    ("exception 5", "exception_5", BAD),
    ("exception 6", "exception_6", BAD),
    ("exception 8", "exception_8", BAD),
    ("exception 10", "exception_10", LOST),
    ("exception 11", "exception_11", LOST),
    ("exception 77", "exception_77", BAD),
]


@pytest.mark.parametrize(("way", "counter", "quality"), WRONG, ids=[way for way, _, _ in WRONG])
async def test_a_wrong_answer_gets_a_quality_and_its_own_counter_and_never_a_number(
    way: str, counter: str, quality: Quality
) -> None:
    async with Misbehaving() as server:
        points = [register(1, 10), register(2, 11)]
        async with polling(gateway(server.port, ModbusDevice(1, "E1")), points) as (found, _):
            await found.until(lambda: found.last(1) == (1010, GOOD) and found.last(2) == (1011, GOOD))
            server.ways[1] = way
            await found.until(lambda: found.last(1)[1] is quality and found.last(2)[1] is quality)
            line = found.line("device:gw/1")
            assert line.counters[counter] >= 1
            assert line.state is (HealthState.DOWN if quality is LOST else HealthState.DEGRADED)
            assert line.problem is not None
            assert (("gw", 1, False) in found.answers) is (quality is LOST)
            for number, value in ((1, 1010), (2, 1011)):
                assert {each for each, good, _ in found.seen[number] if good is GOOD} == {value}
                # the loss is said once, however long it lasts
                assert found.qualities(number).count(quality) == 1
            if counter in ("exception_1", "exception_2", "exception_3"):
                return  # it is asked again after 30 s
            server.ways[1] = "right"
            await found.until(lambda: found.last(1) == (1010, GOOD), 5)
            await found.until(lambda: found.state("device:gw/1") is HealthState.OK)


async def test_an_answer_byte_by_byte_and_an_answer_twice_are_good_answers() -> None:
    async with Misbehaving(ways={1: "byte by byte", 2: "twice"}) as server:
        points = [register(1, 1), register(2, 2, unit=2)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: len(found.seen[1]) > 5 and len(found.seen[2]) > 5)
            assert set(found.qualities(1)) == set(found.qualities(2)) == {GOOD}
            assert set(found.values(1)) == {1001}
            await found.until(lambda: found.counter("connection:gw", "duplicate") > 3, 8)
            assert found.counter("connection:gw", "wrong_transaction") == 0


async def test_a_late_answer_is_never_taken_for_the_present_one() -> None:
    """Unit 2 answers after the time-out, while unit 1 is being asked: its number must not become unit 1's."""
    async with Misbehaving(ways={2: "late"}) as server:
        points = [register(1, 0), register(2, 0, unit=2)]
        connection = gateway(server.port, timeout_ms=250, retries=0)
        async with polling(connection, points) as (found, _):
            await found.until(lambda: found.counter("connection:gw", "late") >= 1, 8)
            assert {value for value, good, _ in found.seen[1] if good is GOOD} == {1000}
            assert {value for value, good, _ in found.seen[2] if good is GOOD} <= {2000}


async def test_one_bad_register_never_takes_its_neighbours_with_it() -> None:
    async with Misbehaving(bad=frozenset({17, 18, 33})) as server:
        points = [register(number, number) for number in range(1, 41)]
        async with polling(gateway(server.port, ModbusDevice(1, "E1")), points) as (found, driver):
            await found.until(lambda: all(found.last(number) for number in range(1, 41)))
            await found.until(lambda: {n for n in range(1, 41) if found.last(n)[1] is BAD} == {17, 18, 33})
            before = {number: len(found.seen[number]) for number in range(1, 41)}
            await asyncio.sleep(0.6)
            for number in set(range(1, 41)) - {17, 18, 33}:
                assert found.last(number) == (1000 + number, GOOD)
                assert len(found.seen[number]) >= before[number] + 3
            reads = [(read.address, read.count) for read in driver.plan()]
            assert sorted(reads) == [(1, 16), (17, 1), (18, 1), (19, 14), (33, 1), (34, 7)]
            assert found.line("device:gw/1").state is HealthState.DEGRADED
            refused = [each for each in server.asked[-15:] if set(range(each.address, each.address + each.count)) & server.bad]
            assert not refused  # it is not hammered


async def test_a_gap_that_the_device_refuses_is_learned_and_the_plan_is_as_short_as_can_be() -> None:
    hidden = frozenset(range(40, 50)) | frozenset(range(80, 100))
    async with Misbehaving(bad=hidden) as server:
        points = [register(number + 1, number) for number in (*range(40), *range(50, 80), *range(100, 125))]
        async with polling(gateway(server.port, ModbusDevice(1, "E1", max_gap=30)), points) as (found, driver):
            await found.until(lambda: all(found.last(point.number) for point in points))
            await asyncio.sleep(0.3)
            assert sorted((read.address, read.count) for read in driver.plan()) == [(0, 40), (50, 30), (100, 25)]
            assert {quality for point in points for quality in found.qualities(point.number)} == {GOOD}


async def test_a_device_that_takes_only_short_requests_is_read_in_halves() -> None:
    async with Misbehaving(longest=30) as server:
        points = [register(number + 1, number) for number in range(100)]
        async with polling(gateway(server.port), points) as (found, driver):
            await found.until(lambda: all(found.last(point.number) for point in points))
            await asyncio.sleep(0.3)
            assert [(read.address, read.count) for read in driver.plan()] == [(0, 25), (25, 25), (50, 25), (75, 25)]
            assert all(found.last(number + 1) == (1000 + number, GOOD) for number in range(100))


async def test_a_dead_unit_does_not_delay_its_neighbours() -> None:
    """One of ten units is dead: after it was given up, the others keep their pace."""
    async with Misbehaving(ways={5: "silent"}) as server:
        points = [register(unit, 0, unit=unit, poll_ms=200) for unit in range(1, 11)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: found.last(5) == (0, LOST))
            assert found.answers.count(("gw", 5, False)) == 1
            await found.until(lambda: found.state("connection:gw") is HealthState.DEGRADED)
            await asyncio.sleep(0.3)
            start = time.monotonic()
            await asyncio.sleep(2)
            for unit in set(range(1, 11)) - {5}:
                times = [each.at for each in server.of(unit) if each.at > start]
                gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
                assert len(times) >= 8
                assert max(gaps) < 0.3
            assert not [each for each in server.of(5) if each.at > start]


async def test_a_dead_unit_is_probed_ever_more_seldom_and_is_back_with_its_first_answer() -> None:
    rate = 40.0  # 30 s of the clock are 0.75 s here
    async with Misbehaving(ways={2: "silent"}) as server:
        points = [register(1, 0, poll_ms=4000), *(register(number, number, unit=2, poll_ms=4000) for number in range(2, 6))]
        async with polling(gateway(server.port, ModbusDevice(2, "E2", max_regs=1)), points, rate) as (found, _):
            await found.until(lambda: found.last(2) == (0, LOST))
            lost = len(server.of(2))
            await found.until(lambda: len(server.of(2)) == lost + 3, 15)
            first, second, third = (each.at for each in server.of(2)[lost : lost + 3])
            assert (second - first) * rate == pytest.approx(60, abs=20)
            assert (third - second) * rate == pytest.approx(120, abs=30)
            assert all(each.count == 1 for each in server.of(2)[lost:])
            server.ways[2] = "right"
            await found.until(lambda: all(found.last(number) == (2000 + number, GOOD) for number in range(2, 6)), 15)
            assert found.answers[-1] == ("gw", 2, True)


async def test_a_gateway_that_takes_the_connection_and_then_says_nothing_is_seen_again_within_seconds() -> None:
    async with Misbehaving() as server:
        points = [register(unit, 0, unit=unit) for unit in (1, 2, 3)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: all(found.last(unit) for unit in (1, 2, 3)))
            server.ways = dict.fromkeys((1, 2, 3), "silent")
            await found.until(lambda: found.state("connection:gw") is HealthState.DOWN)
            assert found.line("connection:gw").problem.code == "driver.all_silent"
            await asyncio.sleep(3)
            server.ways = {}
            start = time.monotonic()
            await found.until(lambda: all(found.last(unit) == (1000 * unit, GOOD) for unit in (1, 2, 3)))
            assert time.monotonic() - start < 3
            assert [found.answers.count(("gw", unit, False)) for unit in (1, 2, 3)] == [1, 1, 1]
            await found.until(lambda: found.state("connection:gw") is HealthState.OK)


async def test_a_port_that_nobody_serves_says_so_and_comes_up_as_soon_as_somebody_does() -> None:
    server = Misbehaving()
    await server.start()
    await server.stop()
    async with polling(gateway(server.port), [register(1, 0)]) as (found, _):
        await found.until(lambda: found.last(1) == (0, LOST))
        assert found.line("connection:gw").problem.code == "driver.refused"
        assert found.answers == [("gw", 1, False)]
        await asyncio.sleep(2)
        await server.start()
        try:
            await found.until(lambda: found.last(1) == (1000, GOOD), 3)
        finally:
            await server.stop()


async def test_the_driver_ends_at_once_while_it_waits_for_a_silent_device() -> None:
    async with Misbehaving(ways={1: "silent"}) as server:
        async with polling(gateway(server.port, timeout_ms=60_000), [register(1, 0)]) as (found, _):
            await found.until(lambda: server.asked)
            start = time.monotonic()
        assert time.monotonic() - start < 0.5


async def test_fire_and_elevators_are_asked_before_the_others_on_a_busy_line() -> None:
    async with Misbehaving(delay=0.02) as server:
        meters = [register(unit, 0, unit=unit, poll_ms=100) for unit in range(2, 22)]
        panel = [register(1, 0, unit=1, poll_ms=100)]
        connection = gateway(server.port, ModbusDevice(1, "E1", priority=True))
        async with polling(connection, [*meters, *panel]) as (found, _):
            await asyncio.sleep(3)
            gaps = [b.at - a.at for a, b in itertools.pairwise(server.of(1))]
            assert max(gaps) < 0.2
            counts = [len(server.of(unit)) for unit in range(2, 22)]
            assert max(counts) - min(counts) <= 1  # round-robin among the rest
            await found.until(lambda: found.counter("connection:gw", "missed") > 0, 8)


async def test_only_reading_functions_ever_leave_the_driver() -> None:
    async with Misbehaving() as server:
        points = [register(function, 3, "bool" if function < 3 else "u16", function=function) for function in (1, 2, 3, 4)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: all(found.last(number) for number in (1, 2, 3, 4)))
            assert [found.last(number)[0] for number in (1, 2, 3, 4)] == [1, 1, 1003, 1003]
            assert {each.function for each in server.asked} == {1, 2, 3, 4}


async def test_points_in_a_forbidden_range_are_never_asked_for_and_say_so() -> None:
    async with Misbehaving() as server:
        points = [register(1, 0x5FFF), register(2, 0x6000), register(3, 0x6005)]
        device = ModbusDevice(1, "E1", max_gap=10, forbidden=((0x6000, 0x6004),))
        async with polling(gateway(server.port, device), points) as (found, _):
            await found.until(lambda: all(found.last(number) for number in (1, 2, 3)))
            assert [found.last(number)[1] for number in (1, 2, 3)] == [GOOD, BAD, GOOD]
            await found.until(lambda: found.state("device:gw/1") is HealthState.DEGRADED)
            assert found.line("device:gw/1").problem.params["point"] == "E1.p2"
            touched = {address for each in server.asked for address in range(each.address, each.address + each.count)}
            assert touched == {0x5FFF, 0x6005}


async def test_a_gateway_that_drops_long_requests_without_a_word_is_read_in_halves() -> None:
    """One unit with one block, and one whose other block is short enough to be answered all the time."""
    async with Misbehaving(mute_above=20) as server:
        points = [register(number + 1, number) for number in range(40)]
        points += [register(number + 101, number, unit=2) for number in range(40)] + [register(200, 90, unit=2)]
        async with polling(gateway(server.port, retries=0), points) as (found, driver):
            await found.until(lambda: all(found.last(point.number) and found.last(point.number)[1] is GOOD for point in points), 30)
            assert {(read.unit, read.count) for read in driver.plan()} == {(1, 20), (2, 20), (2, 1)}
            await found.until(lambda: found.state("connection:gw") is HealthState.OK)


async def test_a_device_that_answers_everything_too_short_teaches_nothing_and_recovers() -> None:
    async with Misbehaving(ways={1: "too short"}) as server:
        points = [register(number, number, poll_ms=10_000) for number in range(8)]
        async with polling(gateway(server.port, retries=0), points, rate=40) as (found, driver):
            await found.until(lambda: found.counter("device:gw/1", "short") >= 6)
            assert all(found.last(point.number)[1] is BAD for point in points)
            await asyncio.sleep(1)
            server.ways = {}
            await found.until(lambda: found.last(1) == (1001, GOOD))
            assert found.qualities(1).count(BAD) == 1
            assert [(read.address, read.count) for read in driver.plan()] == [(0, 8)]


async def test_a_busy_device_in_the_middle_of_a_diagnosis_is_asked_again_and_not_blamed() -> None:
    async with Misbehaving(bad=frozenset({7})) as server:
        points = [register(number, number) for number in range(16)]
        async with polling(gateway(server.port), points) as (found, driver):
            await found.until(lambda: server.asked)
            server.ways[1] = "exception 6"
            await asyncio.sleep(0.3)
            server.ways[1] = "right"
            await found.until(lambda: all(found.last(n) and found.last(n)[1] is GOOD for n in range(16) if n != 7), 8)
            await found.until(lambda: sorted((r.address, r.count) for r in driver.plan()) == [(0, 7), (7, 1), (8, 8)], 8)


async def test_a_pause_between_requests_is_kept() -> None:
    async with Misbehaving() as server:
        points = [register(unit, 0, unit=unit, poll_ms=300) for unit in range(1, 5)]
        async with polling(gateway(server.port, pause_ms=40), points) as (found, driver):
            await found.until(lambda: len(server.asked) > 12)
            gaps = [b.at - a.at for a, b in itertools.pairwise(server.asked)]
            assert min(gaps) > 0.035
            assert all(read.duration_ms > 40 for read in driver.plan())


async def test_a_host_that_does_not_exist_is_named() -> None:
    connection = ModbusTcp(id="gw", name=EMPTY, host="no-such-host.invalid", port=502)
    async with polling(connection, [register(1, 0)]) as (found, _):
        await found.until(lambda: found.state("connection:gw") is HealthState.DOWN, 15)
        assert found.line("connection:gw").problem.code in ("driver.unknown_host", "driver.connect_timeout")


async def test_a_connection_without_points_waits_to_be_cancelled() -> None:
    async with Misbehaving() as server, polling(gateway(server.port), []) as (_, driver):
        await asyncio.sleep(0.2)
        assert driver.plan() == []
        assert server.connections == 0


async def test_a_device_that_refuses_everything_is_asked_seldom_and_nothing_false_is_learned() -> None:
    async with Misbehaving(bad=frozenset(range(200))) as server:
        points = [register(number, number) for number in range(60)]
        async with polling(gateway(server.port), points) as (found, driver):
            await found.until(lambda: found.last(0) == (0, BAD))
            asked = len(server.asked)
            assert asked < 100
            await asyncio.sleep(1)
            assert len(server.asked) == asked
            assert [(read.address, read.count) for read in driver.plan()] == [(0, 60)]
            assert found.line("device:gw/1").problem.code == "driver.all_refused"
            assert found.answers == [("gw", 1, True)]  # it lives


async def test_the_connection_line_counts_everything_and_shows_its_figures() -> None:
    async with Misbehaving(ways={2: "exception 4"}) as server:
        points = [register(1, 0), register(2, 0, unit=2)]
        async with polling(gateway(server.port), points) as (found, _):
            await found.until(lambda: found.counter("connection:gw", "answers") > 10, 12)
            line = found.line("connection:gw")
            assert line.counters["requests"] == line.counters["answers"] + line.counters["exceptions"]
            assert line.counters["exception_4"] == line.counters["exceptions"] > 10
            assert line.counters["connects"] == 1
            assert 0 < line.figures["cycle_ms"] < 100
            assert 100 < line.figures["worst_detection_ms"] < 400
            assert 0 < line.figures["load_pct"] < 100
            assert line.last_answer > 0
