"""What rules remembered before a restart is found again in the recorded samples."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from console.domain.estate import Estate, Point
from console.domain.evaluation import RuleState
from console.domain.quality import Quality
from console.domain.rules import AlarmRule, RuleKind
from console.domain.samples import Batch
from console.domain.times import HOUR, MINUTE, SECOND
from console.engine.recalling import BLIND, Remembered, recall
from console.store import open_store
from console.store.image import Commit, LastValue
from tests.benchmarks.crashes import measure_crashes
from tests.unit.engine.engine_builders import T, batch, estate, modbus_point, rule, running

POINT = modbus_point(1)
OTHER = modbus_point(2)


def recorded(
    folder: Path, samples: list[tuple[int, float, int]], other: float | None = None
) -> tuple[Estate, dict[int, LastValue]]:
    """A store that holds (seconds after T, value, quality) of the point; ``other``: one sample of the other point, at T."""
    made = estate(POINT, OTHER)
    store = open_store(folder, T)
    made = store.assign_numbers(made)
    recorder = store.recorder(lambda: T)
    recorder.start()
    recorder.commit(Commit((), estate=made, site_text="-")).result(10)
    if other is not None:
        recorder.put(batch({2: other}))
    for at, value, quality in samples:
        recorder.put(batch({1: value}, quality, T + at * SECOND))
    recorder.stop()
    store.close()
    store = open_store(folder, T)
    last = store.image().last_values
    store.close()
    return made, last


def state(
    folder: Path,
    watched: AlarmRule,
    samples: list[tuple[int, float, int]],
    *,
    now: int,
    raised_at: int = 0,
    other: float | None = None,
) -> RuleState:
    """What is found for a rule whose alarm was raised then (0: it has none); the watch ended with the last sample."""
    made, last = recorded(folder, samples, other)
    numbers = {point.id: point.number for point in made.points}
    before = RuleState(raised_at > 0)
    seen = T + samples[-1][0] * SECOND
    found = recall(folder, [Remembered(watched, before, raised_at)], numbers, last, seen=seen, now=T + now * SECOND)
    return found.get(watched.id, before)


def test_a_delay_goes_on_where_it_was_when_the_restart_took_but_seconds(tmp_path: Path) -> None:
    watched = rule(POINT, limit=10.0, on_delay_s=60.0)
    found = state(tmp_path, watched, [(0, 5.0, 0), (10, 12.0, 0), (20, 13.0, 0)], now=25)
    assert (found.since, found.frozen_at, found.active) == (T + 10 * SECOND, None, False)


def test_the_time_for_which_nobody_watched_does_not_count(tmp_path: Path) -> None:
    watched = rule(POINT, limit=10.0, on_delay_s=60.0)
    found = state(tmp_path, watched, [(0, 5.0, 0), (10, 12.0, 0), (20, 13.0, 0)], now=20 + BLIND // SECOND + 1)
    assert (found.since, found.frozen_at) == (T + 10 * SECOND, T + 20 * SECOND)


def test_an_alarm_that_was_about_to_return_is_still_about_to(tmp_path: Path) -> None:
    watched = rule(POINT, limit=10.0, off_delay_s=60.0)
    found = state(tmp_path, watched, [(0, 12.0, 0), (10, 5.0, 0)], now=12, raised_at=T - HOUR)
    assert (found.active, found.since) == (True, T + 10 * SECOND)


def test_an_alarm_of_a_store_that_has_just_begun_is_still_about_to_return(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.NO_DATA, window_s=600.0, off_delay_s=60.0)
    found = state(tmp_path, watched, [(0, 5.0, 0), (10, 6.0, 0)], now=12, raised_at=T - HOUR)
    assert (found.active, found.since) == (True, T), "nothing is known of the time before"


def test_a_delay_that_a_lost_quality_froze_is_frozen_still(tmp_path: Path) -> None:
    watched = rule(POINT, limit=10.0, on_delay_s=60.0)
    found = state(tmp_path, watched, [(0, 12.0, 0), (10, 0.0, int(Quality.COMM_LOST))], now=12)
    assert (found.since, found.frozen_at) == (T, T + 10 * SECOND)


@pytest.mark.parametrize(
    ("kind", "more", "values", "memory"),
    [
        (RuleKind.RATE, {"limit": 9.0, "window_s": 60.0}, [1.0, 4.0, 6.0], ((0, 1.0), (10, 4.0), (20, 6.0))),
        (RuleKind.STUCK, {"dead_band": 0.5, "window_s": 600.0}, [1.0, 4.0, 4.2], ((10, 4.0),)),
        (RuleKind.RESET, {"limit": 1.0}, [7.0, 8.0, 9.0], ((10, 8.0), (20, 9.0))),
        (RuleKind.STARTS, {"limit": 3.0, "window_s": 600.0}, [0.0, 1.0, 0.0], ((20, 0.0), (10, 1.0))),
    ],
)  # fmt: skip
def test_what_a_window_holds_is_there_again(
    tmp_path: Path, kind: RuleKind, more: dict[str, float], values: list[float], memory: tuple[tuple[int, float], ...]
) -> None:
    watched = rule(POINT, kind, **more)
    found = state(tmp_path, watched, [(10 * place, value, 0) for place, value in enumerate(values)], now=25)
    assert found.memory == tuple((T + at * SECOND, value) for at, value in memory)


def test_a_motor_that_ran_before_the_restart_has_run_that_long(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.RUNNING, window_s=3600.0)
    found = state(tmp_path, watched, [(0, 0.0, 0), (10, 1.0, 0), (1800, 1.0, 0)], now=1801)
    assert found.since == T + 10 * SECOND


def test_a_silence_that_began_before_the_restart_has_lasted_that_long(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.NO_DATA, window_s=600.0)
    found = state(tmp_path, watched, [(0, 1.0, 0), (10, 0.0, int(Quality.COMM_LOST))], now=15)
    assert found.since == T + 10 * SECOND


def test_another_point_that_the_rule_reads_is_told_again_too(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.DEVIATION, limit=5.0, other=OTHER.id, on_delay_s=60.0)
    found = state(tmp_path, watched, [(5, 21.0, 0), (10, 30.0, 0)], now=12, other=20.0)
    assert found.since == T + 10 * SECOND


def test_what_is_at_rest_is_not_read_at_all(tmp_path: Path) -> None:
    watched = rule(POINT, limit=10.0, on_delay_s=60.0)
    made, last = recorded(tmp_path, [(0, 5.0, 0)])
    numbers = {point.id: point.number for point in made.points}
    missing = tmp_path / "no store"
    assert recall(missing, [Remembered(watched, RuleState())], numbers, last, seen=T, now=T) == {}


def test_a_delay_that_began_long_before_its_line_was_lost_is_found(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.RUNNING, window_s=600.0)
    samples = [(0, 0.0, 0), (10, 1.0, 0), (100, 1.0, int(Quality.COMM_LOST)), (3700, 1.0, 0), (3800, 1.0, 0)]
    found = state(tmp_path, watched, samples, now=3801)
    assert (found.since, found.frozen_at) == (T + 3610 * SECOND, None), "an hour of silence does not count"


def both(folder: Path, watched: AlarmRule, samples: list[tuple[int, float, float, int]]) -> RuleState:
    """What is found after (seconds after T, value, value of the other point, its quality), each pair of one poll."""
    made = estate(POINT, OTHER)
    store = open_store(folder, T)
    made = store.assign_numbers(made)
    recorder = store.recorder(lambda: T)
    recorder.start()
    recorder.commit(Commit((), estate=made, site_text="-")).result(10)
    for at, value, other, quality in samples:
        pair = np.array([1, 2], np.int32), np.array([value, other]), np.array([0, quality], np.uint8)
        recorder.put(Batch(*pair, T + at * SECOND, T + at * SECOND))
    recorder.stop()
    store.close()
    store = open_store(folder, T)
    last = store.image().last_values
    store.close()
    numbers = {point.id: point.number for point in made.points}
    seen = T + samples[-1][0] * SECOND
    return recall(folder, [Remembered(watched, RuleState())], numbers, last, seen=seen, now=seen).get(watched.id, RuleState())


def test_values_of_one_poll_are_judged_together(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.DEVIATION, limit=5.0, other=OTHER.id, on_delay_s=60.0)
    found = both(tmp_path, watched, [(0, 20.0, 20.0, 0), (10, 30.0, 20.0, 0), (20, 20.0, 10.0, 0)])
    assert found.since == T + 10 * SECOND, "at no moment were the two 20 and 20 again"


def test_a_delay_that_another_point_froze_is_frozen_still(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.DEVIATION, limit=5.0, other=OTHER.id, on_delay_s=60.0)
    found = both(tmp_path, watched, [(0, 20.0, 20.0, 0), (10, 30.0, 20.0, 0), (20, 30.0, 20.0, int(Quality.COMM_LOST))])
    assert (found.since, found.frozen_at) == (T + 10 * SECOND, T + 20 * SECOND)


def test_a_value_that_has_stood_for_long_still_stands_where_its_alarm_says(tmp_path: Path) -> None:
    watched = rule(POINT, RuleKind.STUCK, dead_band=0.5, window_s=600.0)
    made, last = recorded(tmp_path, [(0, 4.4, 0), (10, 4.3, 0)])
    numbers = {point.id: point.number for point in made.points}
    alarm = Remembered(watched, RuleState(True), T - HOUR, value=4.0)
    found = recall(tmp_path, [alarm], numbers, last, seen=T + 10 * SECOND, now=T + 11 * SECOND)
    assert found[watched.id].memory == ((T - HOUR - 600 * SECOND, 4.0),)


@pytest.mark.parametrize(("bridged", "said"), [(True, ["AlarmRaised"]), (False, [])])
async def test_after_a_restart_of_seconds_what_another_point_said_last_counts_until_it_speaks(
    tmp_path: Path, bridged: bool, said: list[str]
) -> None:
    made = estate(POINT, OTHER, rules=(rule(POINT, RuleKind.DEVIATION, limit=5.0, other=OTHER.id),))
    async with running(tmp_path) as engine:
        engine.live.configure([1, 2])
        engine.live.restore({2: LastValue(20.0, 0, T)})
        engine.configure(made)
        engine.alarming.take_back({}, bridged=bridged)
        engine.take(batch({1: 30.0}))
        await asyncio.sleep(0)
        assert await engine.said() == said


async def test_a_sample_older_than_the_last_recorded_one_changes_nothing_after_a_restart(tmp_path: Path) -> None:
    point = Point(**{name: getattr(POINT, name) for name in POINT.__struct_fields__})
    made = estate(point, rules=(rule(point, limit=10.0),))
    async with running(tmp_path) as engine:
        engine.live.configure([1])
        engine.live.restore({1: LastValue(12.0, 0, T)})
        engine.configure(made)
        engine.alarming.take_back({})
        engine.take(batch({1: 12.0}, time=T))
        engine.take(Batch(np.array([1], np.int32), np.array([5.0]), np.zeros(1, np.uint8), T - MINUTE, T))
        await asyncio.sleep(0)
        assert await engine.said() == ["AlarmRaised"]


def test_hours_of_alarms_with_crashes_in_them_end_as_if_nothing_had_happened() -> None:
    assert measure_crashes(6, 4, 90) == 0
