"""What the store's tests need again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from console.domain.alarms import Alarm
from console.domain.events import AlarmRaised, Entry, Event
from console.domain.quality import Quality
from console.domain.rules import Category
from console.domain.samples import Batch
from console.domain.text import Text
from console.domain.times import SECOND
from console.store import Pace, open_store
from console.store.opening import Store
from console.store.recorder import Recorder

T = 1_790_000_000 * SECOND  # 2026-09-21T14:13:20Z
QUICK = Pace(flush_s=0.02, durable_s=0.05, alive_s=0.1, keep_last_s=0.2)
EAGER = Pace(flush_s=0.02, durable_s=0.05, alive_s=0.1, keep_last_s=0.2, seal_s=0.1)  # seals whatever there is


@dataclass
class Hand:
    """A clock that a test sets."""

    now: int = T

    def __call__(self) -> int:
        return self.now


@contextmanager
def recording(folder: Path, clock: Hand | None = None, pace: Pace = QUICK) -> Iterator[tuple[Store, Recorder]]:
    """An open store with its recorder at work; both end in order."""
    clock = clock or Hand()
    store = open_store(folder, clock(), pace)
    try:
        recorder = store.recorder(clock)
        recorder.start()
        try:
            yield store, recorder
        finally:
            recorder.stop()
    finally:
        store.close()


def batch(
    points: Sequence[int],
    values: Sequence[float] | Sequence[str] | np.ndarray,
    at: int,
    quality: Quality = Quality.GOOD,
    received: int = 0,
) -> Batch:
    """Samples of float64, or of the class of the array or texts."""
    exact = values if isinstance(values, np.ndarray) else list(values)
    if isinstance(exact, list) and not isinstance(exact[0], str):
        exact = np.array(exact, np.float64)
    return Batch(np.array(points, np.int32), exact, np.full(len(points), quality, np.uint8), at, received or at + 1)  # type: ignore[arg-type]


def alarm(number: int, equipment: str = "T1-L1", **more: object) -> Alarm:
    """An alarm as the engine raises it."""
    point = f"{equipment}.x"
    words = Text("高", "high")
    return Alarm(number, f"{point}#high", equipment, point, 2, Category.EQUIPMENT, words, T + number, 1.5, **more)  # type: ignore[arg-type]


def raised(number: int) -> Entry:
    """A log entry with an alarm of the same number."""
    return Entry(number, T + number, AlarmRaised(alarm(number)))


def entry(sequence: int, event: Event, **more: object) -> Entry:
    """A log entry."""
    return Entry(sequence, T + sequence, event, **more)  # type: ignore[arg-type]


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for the recorder's thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def recorded(recorder: Recorder, count: int) -> None:
    """Wait until ``count`` samples are in the journal."""
    until(lambda: recorder.health().counters["recorded"] >= count)
