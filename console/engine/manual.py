"""Typed readings at work: what was committed becomes a sample like any other, and what is overdue is said once.

A reading goes the data's own route (recorder, live table, alarm engine) with quality MANUAL once its event is on disk. One that is
older than the newest goes to the history alone. After a restart the newest reading of every manual point is its present value
again: it is as true as it was.

Overdue readings raise one advisory alarm (priority 4) for the whole estate, not one a point: on the 25th at 09:00 a hundred meters
fall due together, nothing is wrong with the plant, and a hundred lines would hide an alarm that matters (ISA-18.2: an alarm
needs a person's timely answer to an abnormal condition). The value keeps its quality: an old reading is still what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from console.domain.estate import Estate, ManualSource, Point
from console.domain.events import Entry, ReadingEntered
from console.domain.quality import Quality
from console.domain.readings import TypedReading, next_due, overdue_since
from console.domain.samples import Batch
from console.engine import system as system_alarms
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.system import SystemAlarms
from console.store.image import LastValue

Taker = Callable[[Batch], None]


class Manual:
    """See the module. ``take`` records and shows, ``record`` only records, ``show`` only shows."""

    def __init__(
        self,
        decisions: Decisions,
        deadlines: Deadlines,
        system: SystemAlarms,
        clock: EngineClock,
        *,
        take: Taker,
        record: Taker,
        show: Taker,
        first_seen: Mapping[str, int],
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._system = system
        self._clock = clock
        self._take, self._record, self._show = take, record, show
        self._known = dict(first_seen)  # of all points that the store knew when the program started
        self._points: tuple[Point, ...] = ()
        self._told: set[str] = set()
        decisions.after_commit.append(self._follow)

    def configure(self, estate: Estate) -> dict[str, int]:
        """Another configuration; since when each manual point is known (UTC ns), for the screens."""
        now = self._clock.now()
        self._points = tuple(point for point in estate.points if isinstance(point.source, ManualSource))
        for point in self._points:
            self._known.setdefault(point.id, now)
        return {point.id: self._known[point.id] for point in self._points}

    def start(self, last: Mapping[int, LastValue] | None = None) -> None:
        """Show the newest readings (and record those that a crash kept from the history: ``last`` is what it has)."""
        for point in self._points:
            readings = self._decisions.world.readings.get(point.id, ())
            if not readings:
                continue
            newest = readings[-1]
            kept = None if last is None else last.get(point.number)
            lost = last is not None and (kept is None or (kept.source_time, kept.value) != (newest.at, newest.value))
            (self._take if lost else self._show)(_sample(point, newest, self._clock.now()))
        if last is not None and self._system.active(system_alarms.READINGS):
            self._told = self._overdue()
        self._look()

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        entered = [entry.event.reading for entry in entries if isinstance(entry.event, ReadingEntered)]
        for reading in entered:
            world = self._decisions.world
            point = world.points.get(reading.point)
            if point is not None:
                newest = world.readings[reading.point][-1].at
                (self._take if reading.at == newest else self._record)(_sample(point, reading, self._clock.now()))
        if entered:
            self._look()

    def _overdue(self) -> set[str]:
        world, now = self._decisions.world, self._clock.now()
        return {
            point.id
            for point in self._points
            if overdue_since(point, world.readings.get(point.id, ()), self._known[point.id], now, world.timezone)
        }

    def _look(self) -> None:
        overdue = self._overdue()
        if not overdue:
            self._system.clear(system_alarms.READINGS)
        elif overdue - self._told:
            self._system.set(system_alarms.READINGS, float(len(overdue)))
        self._told = overdue
        now, zone = self._clock.now(), self._decisions.world.timezone
        reminders = {
            point.source.remind for point in self._points if isinstance(point.source, ManualSource) and point.source.remind
        }
        if reminders:
            self._deadlines.set("readings", min(next_due(reminder, now, zone) for reminder in reminders), self._look)
        else:
            self._deadlines.cancel("readings")


def _sample(point: Point, reading: TypedReading, now: int) -> Batch:
    return Batch(
        np.array([point.number], np.int32),
        np.array([reading.value], np.float64),
        np.array([Quality.MANUAL], np.uint8),
        reading.at,
        now,
    )
