"""Promises: clock marks at their very moment. Deadlines, not ticks."""

from __future__ import annotations

from collections.abc import Callable

from console.domain import events as ev
from console.domain import handling, promises
from console.domain.alarms import Alarm
from console.domain.events import Entry, FaultClockWarned
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions


class Reminding:
    """What follows from committed events and from the time that passes."""

    def __init__(
        self,
        decisions: Decisions,
        deadlines: Deadlines,
        clock: EngineClock,
        trusted: Callable[[], bool],
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._clock = clock
        self._trusted = trusted  # False while the wall clock was stepped and nobody has confirmed the time
        decisions.after_commit.append(self._follow)

    def start(self) -> tuple[FaultClockWarned, ...]:
        """Catch up after a start: alarms that were committed without their fault, marks that passed meanwhile (as one
        decision). The marks that were announced."""
        for alarm in list(self._decisions.world.alarms.values()):
            self._fault_for(alarm)
        late = self._due_marks(list(self._decisions.world.faults))
        if late:
            self._decisions.decide(late)
        for number in self._decisions.world.faults:
            self._arm(number)
        return tuple(late)

    def trusted(self) -> None:
        """The time was confirmed: what was held back counts now."""
        for number in list(self._decisions.world.faults):
            self._mark(number)

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        touched: set[int] = set()
        for entry in entries:
            match entry.event:
                case ev.AlarmRaised() | ev.AlarmAdvanced() as raised:
                    self._fault_for(raised.alarm)
                case (
                    ev.FaultOpened() | ev.FaultJoined() | ev.FaultTaken() | ev.FaultOrdered() | ev.FaultClosed()
                    | ev.FaultClockWarned() | ev.FaultAdvanced()
                ) as event:  # fmt: skip
                    touched.add(event.fault.number)
                case ev.OrderAdvanced() | ev.OrderRaised() as event:
                    if event.order.fault:
                        touched.add(event.order.fault)
                case _:
                    pass
        for number in touched:
            self._arm(number)

    def _fault_for(self, alarm: Alarm) -> None:
        events = handling.fault_for(self._decisions.world, alarm, self._clock.now())
        if events:
            self._decisions.decide(events)

    def _arm(self, number: int) -> None:
        world = self._decisions.world
        fault = world.faults.get(number)
        moment = None if fault is None else promises.next_mark_at(fault, world.order_of(fault), world.policy)
        if moment is None or not self._trusted():
            self._deadlines.cancel(("marks", number))
        else:
            self._deadlines.set(("marks", number), moment, lambda: self._mark(number))

    def _mark(self, number: int) -> None:
        due = self._due_marks([number])
        if due:
            self._decisions.decide(due)
        self._arm(number)

    def _due_marks(self, numbers: list[int]) -> list[FaultClockWarned]:
        if not self._trusted():
            return []  # nothing is broken by a clock that may be wrong
        world = self._decisions.world
        now = self._clock.now()
        found: list[FaultClockWarned] = []
        for number in numbers:
            fault = world.faults.get(number)
            if fault is not None:
                found.extend(promises.announce(fault, world.order_of(fault), world.policy, now))
        return found
