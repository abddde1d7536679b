"""What a collector says to somebody who asks once: its snapshot, read as people read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from console.domain.alarms import Alarm
from console.domain.events import Entry
from console.domain.faults import Fault
from console.domain.health import HealthLine
from console.domain.orders import Order
from console.domain.problems import Refused
from console.domain.quality import Quality
from console.link.calls import Call
from console.link.messages import HistoryAnswer, HistoryQuery, LogAnswer, LogQuery, Snapshot

T = TypeVar("T")


@dataclass(frozen=True)
class Value:
    """One point's present value. ``number`` means nothing unless the quality is usable."""

    number: float | int | str
    quality: Quality
    time: int


@dataclass(frozen=True)
class Seen:
    """One snapshot."""

    snapshot: Snapshot
    values: dict[str, Value]

    @property
    def alarms(self) -> dict[str, Alarm]:
        """The alarms by rule."""
        return {alarm.rule: alarm for alarm in self.snapshot.alarms}

    @property
    def faults(self) -> dict[int, Fault]:
        """The faults by number."""
        return {fault.number: fault for fault in self.snapshot.faults}

    @property
    def orders(self) -> dict[int, Order]:
        """The orders by number."""
        return {order.number: order for order in self.snapshot.orders}

    @property
    def health(self) -> dict[str, HealthLine]:
        """The health lines by id."""
        return {line.id: line for line in self.snapshot.health}

    def usable(self, point: str) -> float | int | str | None:
        """The point's number, or nothing where its quality forbids to use it."""
        value = self.values.get(point)
        return value.number if value is not None and value.quality.usable else None

    def quality(self, point: str) -> Quality:
        """The point's quality; of what was never heard of there is none better than "no answer"."""
        value = self.values.get(point)
        return Quality.COMM_LOST if value is None else value.quality

    def number(self, point: str) -> int:
        """The point's number in the store."""
        return next(each.number for each in self.snapshot.estate.points if each.id == point)


def look(folder: Path) -> Seen:
    """Ask the collector of ``folder`` for everything that it shows."""
    with Call(folder, watch=True) as call:
        snapshot = call.snapshot()
    live = snapshot.live
    packed = zip(
        np.frombuffer(live.numbers, "<i4").tolist(),
        np.frombuffer(live.values, "<f8").tolist(),
        np.frombuffer(live.quality, "u1").tolist(),
        np.frombuffer(live.times, "<i8").tolist(),
        strict=True,
    )
    names = {point.number: point.id for point in snapshot.estate.points}
    values = {names[n]: Value(live.exact.get(n, number), Quality(quality), at) for n, number, quality, at in packed if n in names}
    return Seen(snapshot, values)


def look_until(folder: Path, met: Callable[[Seen], T], seconds: float = 15.0, every: float = 0.1) -> T:
    """Look again and again until ``met`` gives something, and return that."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look(folder)
        found = met(seen)
        if found:
            return found
        if time.monotonic() > deadline:
            shown = {name: (value.number, value.quality.name) for name, value in list(seen.values.items())[:40]}
            raise AssertionError(f"not within {seconds} s: {shown} {seen.snapshot.alarms} {seen.snapshot.health}")
        time.sleep(every)


def raw_history(folder: Path, point: str, since: int, until: int) -> list[tuple[int, float, int]]:
    """(time, value, quality) of a point's stored samples."""
    number = look(folder).number(point)
    with Call(folder) as call:
        answer = call.query(lambda i: HistoryQuery(i, (number,), since, until))
    assert isinstance(answer, HistoryAnswer)
    (series,) = answer.series
    times, values = np.frombuffer(series.times, "<i8").tolist(), np.frombuffer(series.values, "<f8").tolist()
    return list(zip(times, values, series.quality, strict=True))


def story(folder: Path, subject: str = "", *, account: str = "", secret: str = "") -> list[Entry]:
    """The event log about a subject, oldest first; the whole log needs a person."""
    with Call(folder, account=account, secret=secret) as call:
        answer = call.query(lambda i: LogQuery(i, subject))
    assert isinstance(answer, LogAnswer)
    return sorted(answer.entries, key=lambda entry: entry.sequence)


def refusal(what: Callable[[], object]) -> str:
    """The code of the refusal that ``what`` must meet."""
    try:
        what()
    except Refused as refused:
        return refused.problem.code
    raise AssertionError("it was not refused")
