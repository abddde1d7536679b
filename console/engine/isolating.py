"""The isolation register at work: the panels' states open and close entries, and a missed patrol is an alarm.

Which states are isolated comes from the equipment type (``isolated:`` of a point). A value that cannot be trusted changes nothing.
The first sample after a start is compared with the register, so what was switched out or in meanwhile is entered once.

A compensating patrol that is overdue is priority 3, like the isolated detector itself: nobody watches that place. A planned end
that has passed is advisory (priority 4).
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from console.domain.alarms import Alarm
from console.domain.estate import Estate, Point
from console.domain.events import AlarmRaised, AlarmReturned, Entry, Event
from console.domain.isolations import Isolation, outstayed, patrol_due, patrol_late
from console.domain.quality import Quality
from console.domain.registering import panel_says
from console.domain.rules import Category
from console.domain.text import Text
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.live import Changed
from console.engine.system import PREFIX
from console.texts import CHINESE, ENGLISH, tr

PATROL, OUTSTAYED = "patrol", "outstayed"
PRIORITY = {PATROL: 3, OUTSTAYED: 4}


class Isolating:
    """See the module. Event loop only."""

    def __init__(self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._points: dict[int, Point] = {}
        self._watched = np.zeros(0, np.bool_)
        decisions.after_commit.append(self._follow)

    def configure(self, estate: Estate) -> None:
        """Other points."""
        self._points = {point.number: point for point in estate.points if point.isolated}
        self._watched = np.zeros(max((point.number for point in estate.points), default=0) + 1, np.bool_)
        self._watched[list(self._points)] = True

    def start(self) -> None:
        """Take up the deadlines of the stored entries."""
        for number in list(self._decisions.world.isolations):
            self._look(number)

    def judge(self, changed: Changed) -> None:
        """Compare states that changed, or were heard for the first time, with the register."""
        numbers, values, quality, times = changed
        for index in np.flatnonzero(self._watched[numbers] & (quality <= Quality.MANUAL)).tolist():
            point = self._points[int(numbers[index])]
            at = times if isinstance(times, int) else int(times[index])
            events = panel_says(self._decisions.world, point, int(values[index]) in point.isolated, at, self._clock.now())
            if events:  # one at a time: each entry takes the next number
                self._decisions.decide(events)

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            isolation = getattr(entry.event, "isolation", None)
            if isinstance(isolation, Isolation):
                self._look(isolation.number)

    def _look(self, number: int) -> None:
        """Raise what is due, end what is no longer so, and wake up when the next thing falls due."""
        isolation = self._decisions.world.isolations.get(number)
        if isolation is None:
            return
        now = self._clock.now()
        events: list[Event] = []
        for kind, holds in ((PATROL, patrol_late(isolation, now)), (OUTSTAYED, outstayed(isolation, now))):
            self._alarm(isolation, kind, holds, events)
        if events:
            self._decisions.decide(events, at_once=True)
        moments = [moment for moment in (patrol_due(isolation), isolation.until if isolation.open else 0) if moment > now]
        if moments:
            self._deadlines.set(("isolation", number), min(moments), lambda: self._look(number))
        else:
            self._deadlines.cancel(("isolation", number))

    def _alarm(self, isolation: Isolation, kind: str, holds: bool, events: list[Event]) -> None:
        rule = f"{PREFIX}{kind}-{isolation.number}"
        now = self._clock.now()
        found = [alarm for alarm in self._decisions.world.alarms.values() if alarm.rule == rule]
        active = next((alarm for alarm in found if alarm.active), None)
        if not holds:
            if active is not None:
                events.append(AlarmReturned(replace(active, active=False, returned_at=now)))
            return
        if active is not None:
            return
        if found:  # not yet acknowledged: still the same occurrence
            events.append(AlarmRaised(replace(found[0], active=True, returned_at=0)))
            return
        number = self._decisions.sequence + 1 + len(events)
        text = self._text(isolation, kind)
        priority = PRIORITY[kind]
        events.append(
            AlarmRaised(Alarm(number, rule, isolation.equipment, isolation.point, priority, Category.ISOLATED, text, now, 0.0, now))
        )

    def _text(self, isolation: Isolation, kind: str) -> Text:
        point = self._decisions.world.points.get(isolation.point)
        zh, en = (point.name.zh, point.name.get(ENGLISH)) if point is not None else (isolation.what, isolation.what)
        key = f"engine.alarm.{kind}"
        return Text(tr(key, CHINESE, what=zh or isolation.id), tr(key, ENGLISH, what=en or isolation.id))
