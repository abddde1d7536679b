"""The console's own alarms (category SYSTEM, rule ``system#…``): a stepped clock, a recorder that does not record.

They have no point and no equipment and are advisory (priority 4: no fault, no promise), but they sound and stay until somebody
has seen them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from console.domain.alarms import Alarm
from console.domain.events import AlarmAcknowledged, AlarmRaised, AlarmReturned, Entry
from console.domain.rules import Category
from console.domain.text import Text
from console.engine.clocks import EngineClock
from console.engine.decisions import Decisions
from console.texts import CHINESE, ENGLISH, tr

PREFIX = "system#"
CLOCK = "clock"
RECORDER = "recorder"
READINGS = "readings"
FLOOD = "flood"
BACKUP = "backup"
SPACE = "space"
DAMAGE = "damage"
ROUNDS = "rounds"
HAZARDS = "hazards"
DRILLS = "drills"
CARDS = "cards"
PRIORITY = 4


class SystemAlarms:
    """Raises and ends them; at most one of a kind is open."""

    def __init__(self, decisions: Decisions, clock: EngineClock) -> None:
        self._decisions = decisions
        self._clock = clock
        self._on_acknowledged: dict[str, Callable[[], None]] = {}
        decisions.after_commit.append(self._follow)

    def on_acknowledged(self, kind: str, call: Callable[[], None]) -> None:
        """Call ``call`` when a person acknowledged an alarm of that kind."""
        self._on_acknowledged[PREFIX + kind] = call

    def active(self, kind: str) -> bool:
        """True while the condition lasts."""
        alarm = self._open(kind)
        return alarm is not None and alarm.active

    def set(self, kind: str, value: float) -> None:
        """The condition holds."""
        alarm = self._open(kind)
        if alarm is not None and alarm.active and not alarm.acknowledged:
            return
        now = self._clock.now()
        events: list[AlarmReturned | AlarmRaised] = []
        if alarm is not None and alarm.active:  # it was seen, and happened again: that is another occurrence
            events.append(AlarmReturned(msgspec.structs.replace(alarm, active=False, returned_at=now)))
            alarm = None
        if alarm is None:
            key = f"engine.alarm.{kind}"
            text = Text(tr(key, CHINESE), tr(key, ENGLISH))
            number = self._decisions.sequence + 1 + len(events)
            alarm = Alarm(number, PREFIX + kind, "", "", PRIORITY, Category.SYSTEM, text, now, value, now)
        else:
            alarm = msgspec.structs.replace(alarm, active=True, returned_at=0, value=value)
        self._decisions.decide([*events, AlarmRaised(alarm)], at_once=True)

    def clear(self, kind: str) -> None:
        """The condition is over."""
        alarm = self._open(kind)
        if alarm is not None and alarm.active:
            ended = msgspec.structs.replace(alarm, active=False, returned_at=self._clock.now())
            self._decisions.decide([AlarmReturned(ended)], at_once=True)

    def _open(self, kind: str) -> Alarm | None:
        rule = PREFIX + kind
        return next((alarm for alarm in self._decisions.world.alarms.values() if alarm.rule == rule), None)

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if isinstance(entry.event, AlarmAcknowledged) and entry.event.alarm.rule in self._on_acknowledged:
                self._on_acknowledged[entry.event.alarm.rule]()
