"""What the store is fed with: 20,000 points at 1 s, 60 % analog, 20 % counters, 20 % states; fixed seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from console.domain.samples import Batch
from console.domain.times import DAY, SECOND

SEED = 20261121
WIDTH = 125  # registers of one block read
T = 1_790_000_000 * SECOND // DAY * DAY + SECOND  # 2026-09-21, just after midnight UTC


def batches(seconds: int, points: int, start: int = T) -> Iterator[list[Batch]]:
    """One list of batches for each second; walks with one decimal, counters that grow, states that seldom change.

    Ten minutes (at 200,000 points one) are made beforehand and played forwards and backwards, counters growing on, so that
    making the data takes no time from the recorder; no compressor here looks back that far.
    """
    dice = np.random.default_rng(SEED)
    groups = points // WIDTH
    analog, counters = -(-groups * 6 // 10), groups * 2 // 10
    states = groups - analog - counters
    good = np.zeros(WIDTH, np.uint8)
    numbers = [np.arange(1 + group * WIDTH, 1 + (group + 1) * WIDTH, dtype=np.int32) for group in range(groups)]
    length = min(600, 12_000_000 // points)
    walk = np.cumsum(dice.integers(-2, 3, (length, analog, WIDTH), dtype=np.int32), axis=0) + dice.integers(
        100, 400, (analog, WIDTH)
    )
    floats = walk * 0.1
    total = dice.integers(0, 10**6, (counters, WIDTH))
    rate = dice.integers(0, 4, (counters, WIDTH))
    state = np.zeros((length, states, WIDTH), np.int64)
    state[0] = dice.integers(0, 3, (states, WIDTH))
    for place in range(1, length):
        moved = dice.random((states, WIDTH)) < 0.002
        state[place] = np.where(moved, dice.integers(0, 3, (states, WIDTH)), state[place - 1])
    phase = dice.integers(0, SECOND, groups)  # devices are asked one after the other
    jitter = dice.integers(0, 3_000_000, (length, groups))
    for second in range(seconds):
        turn, place = divmod(second, length)
        place = place if turn % 2 == 0 else length - 1 - place
        total += rate
        grown = total.copy()
        times = (start + second * SECOND + phase + jitter[place]).tolist()
        values = [*floats[place], *grown, *state[place]]
        yield [Batch(numbers[group], values[group], good, times[group], times[group] + 4_000_000) for group in range(groups)]


def walk(seconds: int, width: int, dice: np.random.Generator) -> np.ndarray:
    """A stretch of analog values, (seconds, width): a daily swing, noise, one decimal."""
    swing = 200 + 80 * np.sin(np.arange(seconds) / 86_400 * 2 * np.pi)[:, None]
    return np.rint((swing + np.cumsum(dice.normal(0, 0.15, (seconds, width)), axis=0)) * 10) * 0.1


def wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for the recorder's thread; False when it took too long."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def median_ms(call: Callable[[], object], times: int = 7) -> float:
    """The median of some calls, ms."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return sorted(found)[len(found) // 2] * 1000
