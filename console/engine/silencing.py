"""Suppression at work: what a raised alarm carries, and what changes for those that stand when a shelf, a test, an order or a cause
begins or ends; attention asked for again; floods. Deadlines, not ticks. Event loop only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from console.domain import shelving
from console.domain.alarms import Alarm
from console.domain.estate import Estate
from console.domain.events import (
    AlarmAcknowledged,
    AlarmAdvanced,
    AlarmRaised,
    AlarmReturned,
    Entry,
    Event,
    OrderAdvanced,
    SilenceBegun,
    SilenceEnded,
)
from console.domain.floods import FloodWatch
from console.domain.silences import Silence
from console.domain.suppression import SETTLE, Causes, settled
from console.domain.times import seconds
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.system import FLOOD, PREFIX, SystemAlarms


class Silencing:
    """See the module. ``silent`` says whether a comm_state point (by id) reports its device as lost now."""

    def __init__(
        self, decisions: Decisions, deadlines: Deadlines, clock: EngineClock, system: SystemAlarms, silent: Callable[[str], bool]
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._system = system
        self._silent = silent
        self._causes = Causes()
        self._standing: Counter[str] = Counter()  # equipment -> active alarms on it
        self._flood = FloodWatch()
        self._declared = False  # the flood has its alarm
        self._looks = False  # a deadline looks for its end
        decisions.after_commit.append(self._follow)

    def configure(self, estate: Estate) -> None:
        """Other rules and places."""
        self._causes.configure(estate)

    def start(self, recent: Iterable[Entry] = ()) -> None:
        """Take up the stored state: what ended meanwhile ends now, what stands is judged anew.

        ``recent``: the log of :data:`console.domain.floods.WINDOW`, the oldest first. It knows what counts for a flood and is over
        already, and which causes ended so shortly ago that they still explain.
        """
        world = self._decisions.world
        self._declared = self._system.active(FLOOD)
        self._flood = FloodWatch(self._declared, self._take_up(recent))
        for alarm in world.alarms.values():
            if alarm.drill:
                continue  # simulated: it explains nothing and is kept quiet by nothing
            if alarm.active:
                self._standing[alarm.equipment] += 1
                self._causes.note(alarm)
            self._arm(alarm)
        self._look_at_flood()
        for silence in world.silences.values():
            self._arm_end(silence)
        self._end_silences()
        self._settle(world.alarms.values(), silent=_nobody)

    def _take_up(self, recent: Iterable[Entry]) -> list[int]:
        """When something asked for attention, by the log; causes that ended shortly ago are noted."""
        asked, ended = [], dict[int, Alarm]()
        for entry in recent:
            match entry.event:
                case AlarmRaised() as event:
                    ended.pop(event.alarm.number, None)
                    if _counts(event.alarm):
                        asked.append(entry.at)
                case AlarmReturned() as event if self._causes.is_cause(event.alarm):
                    ended[event.alarm.number] = event.alarm
                case _:
                    pass
        for alarm in ended.values():
            if alarm.returned_at + SETTLE > self._clock.now():
                self._causes.note(alarm)
                self._settle_later(alarm.number, alarm.returned_at + SETTLE)
        return sorted(asked)

    # --- what the alarm engine asks

    def dressed(self, alarm: Alarm) -> Alarm:
        """A new occurrence, or one that goes on, as it is to be raised."""
        first = not self._standing[alarm.equipment]
        self._standing[alarm.equipment] += 1
        self._causes.note(alarm)
        alarm = settled(self._decisions.world, alarm, self._causes.of(alarm, self._silent))
        return replace(alarm, first_out=True) if first and not alarm.first_out else alarm

    def ended(self, alarm: Alarm) -> None:
        """Its condition is over. A cause goes on to explain for a while: what it caused ends by itself, or sounds."""
        self._standing[alarm.equipment] -= 1
        if self._causes.is_cause(alarm):
            self._settle_later(alarm.number, self._clock.now() + SETTLE)

    def decided(self, events: Iterable[Event]) -> None:
        """The alarm engine decided these: new causes reach back to what stands already, and a flood is declared."""
        now = self._clock.now()
        for event in events:
            if not isinstance(event, AlarmRaised):
                continue
            if self._causes.is_cause(event.alarm):
                self._deadlines.cancel(("settle", event.alarm.number))
                self._settle(self._causes.concerned(event.alarm, self._decisions.world.alarms.values()))
            if _counts(event.alarm):
                self._flood.raised(now)
        self._look_at_flood()

    # --- what follows

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        changed = False
        for entry in entries:
            match entry.event:
                case SilenceBegun() | SilenceEnded() as event:
                    self._arm_end(event.silence)
                    changed = True
                case OrderAdvanced() as event if not event.order.open:
                    self._end_silences()
                case AlarmAcknowledged() | AlarmAdvanced() as event:
                    self._arm(event.alarm)
                case _:
                    pass
        if changed:
            self._settle(self._decisions.world.alarms.values())

    def _settle(self, alarms: Iterable[Alarm], silent: Callable[[str], bool] | None = None) -> None:
        """Bring what these carry up to date."""
        silent = silent or self._silent
        world = self._decisions.world
        events = []
        for alarm in alarms:
            if alarm.drill or (alarm.rule.startswith(PREFIX) and not alarm.equipment):
                continue
            now = settled(world, alarm, self._causes.of(alarm, silent))
            if now is not alarm:
                released = alarm.quiet and not now.quiet
                events.append(AlarmAdvanced(now, "release" if released else "silence"))
        if events:
            self._decisions.decide(events, at_once=True)

    def _settle_later(self, number: int, moment: int) -> None:
        self._deadlines.set(("settle", number), moment, lambda: self._let_go(number))

    def _let_go(self, number: int) -> None:
        """A cause has been over for a while."""
        self._causes.drop(number)
        self._settle([alarm for alarm in self._decisions.world.alarms.values() if alarm.caused_by == number])

    def _arm_end(self, silence: Silence) -> None:
        key = ("silence", silence.number)
        if silence.open and silence.until:
            self._deadlines.set(key, silence.until, self._end_silences)
        else:
            self._deadlines.cancel(key)

    def _end_silences(self) -> None:
        events = shelving.over(self._decisions.world, self._clock.now())
        if events:
            self._decisions.decide(events)

    def _arm(self, alarm: Alarm) -> None:
        """Ask again for an alarm that was seen and stays."""
        rule = self._decisions.world.rules.get(alarm.rule)
        key = ("realarm", alarm.number)
        if rule is not None and rule.realarm_s and alarm.active and alarm.acknowledged:
            self._deadlines.set(key, alarm.acknowledged_at + seconds(rule.realarm_s), lambda: self._realarm(alarm.number))
        else:
            self._deadlines.cancel(key)

    def _realarm(self, number: int) -> None:
        alarm = self._decisions.world.alarms.get(number)
        if alarm is not None and alarm.active and alarm.acknowledged and not alarm.quiet:
            again = replace(alarm, acknowledged=False, realarmed=alarm.realarmed + 1)
            self._decisions.decide([AlarmAdvanced(again, "realarm")], at_once=True)

    def _look_at_flood(self) -> None:
        """Declare a flood, or its end. While one lasts only its deadline looks again."""
        if self._declared and self._flood.flood and self._looks:
            return
        self._looks = False
        self._flood.look(self._clock.now())
        if self._flood.flood and not self._declared:
            self._system.set(FLOOD, self._flood.count)
        elif self._declared and not self._flood.flood:
            self._system.clear(FLOOD)
        self._declared = self._flood.flood
        moment = self._flood.next_look()
        if moment is not None:
            self._looks = True
            self._deadlines.set("flood", max(moment, self._clock.now() + 1), self._flood_due)

    def _flood_due(self) -> None:
        self._looks = False
        self._look_at_flood()


def _nobody(_point: str) -> bool:
    """A start makes no new groups of devices that do not answer: who is lost is asked when an alarm is raised."""
    return False


def _counts(alarm: Alarm) -> bool:
    """Whether a new occurrence asks somebody who could be flooded."""
    return not (alarm.quiet or alarm.test or alarm.drill or alarm.rule.startswith(PREFIX))
