"""Rounds, hazards, drills and rescue records at work: what falls due is raised at its very moment, what is late is said once.

Three advisories (priority 4: no fault, no promise) stand for what somebody has forgotten: rounds that are late or were missed
and not explained, hazards past their deadline or without anybody responsible, drills past their day. One each for the whole
estate, said again when something new joins, as with readings: a hundred lines would hide an alarm that matters.

While the wall clock is not trusted nothing falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from console.domain.events import (
    Entry,
    Event,
    FaultClosed,
    FaultOpened,
    OrderAdvanced,
    RecordSaved,
    RosterSaved,
)
from console.domain.maintenance import drills, hazards, rescues, rounds_planning
from console.domain.maintenance.drills import DrillPlan
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.rescues import Rescue
from console.domain.maintenance.rounds import LiveValue, Round, Route
from console.domain.times import DAY, MINUTE
from console.engine import system as system_alarms
from console.engine.clocks import EngineClock
from console.engine.deadlines import Deadlines
from console.engine.decisions import Decisions
from console.engine.system import SystemAlarms

UNTRUSTED_RETRY = MINUTE
_QUIET = ("answered", "filled", "counted", "raised")  # versions that change nothing that falls due


class Safety:
    """See the module. ``live`` gives the present values of points; event loop only."""

    def __init__(
        self,
        decisions: Decisions,
        deadlines: Deadlines,
        system: SystemAlarms,
        clock: EngineClock,
        *,
        live: Callable[[Iterable[str]], Mapping[str, LiveValue]],
        trusted: Callable[[], bool],
    ) -> None:
        self._decisions = decisions
        self._deadlines = deadlines
        self._system = system
        self._clock = clock
        self._live = live
        self._trusted = trusted
        self._told: dict[str, frozenset[str]] = {}
        self._beats = rounds_planning.Beats()
        decisions.after_commit.append(self._follow)

    def start(self) -> None:
        """Take up what is stored; what was told before the restart is not told again."""
        for kind, found in self._wanting().items():
            if self._system.active(kind):
                self._told[kind] = found
        for fault in list(self._decisions.world.faults.values()):
            if fault.open and rescues.wanted(fault) and not self._rescues(fault.number):
                self._decisions.decide([self._begun(fault.number)])
        self.look()

    def look(self) -> None:
        """Raise what is due, fill what can be filled, say what is late, and wake up when the next thing falls due."""
        if not self._trusted():
            self._deadlines.set("safety", self._clock.now() + UNTRUSTED_RETRY, self.look)
            return
        world = self._decisions.world
        due = rounds_planning.due(world, self._clock.now(), self._beats)
        if due:
            self._decisions.decide(due)
        while filled := rounds_planning.filled_in(world, self._clock.now(), self._live(rounds_planning.points(world))):
            self._decisions.decide(filled)
        self._say()
        moment = self._wake_at()
        if moment is None:
            self._deadlines.cancel("safety")
        else:
            self._deadlines.set("safety", moment, self.look)

    def _say(self) -> None:
        for kind, found in self._wanting().items():
            if not found:
                self._system.clear(kind)
            elif found - self._told.get(kind, frozenset()):
                self._system.set(kind, float(len(found)))
            self._told[kind] = found

    def _wanting(self) -> dict[str, frozenset[str]]:
        world, now = self._decisions.world, self._clock.now()
        open_hazards = world.records(Hazard).values()
        plans = world.records(DrillPlan).values()
        late = (each.id for each in open_hazards if hazards.overdue(each, now) or hazards.unanalysed(each, now))
        return {
            system_alarms.ROUNDS: rounds_planning.wanting(world, now),
            system_alarms.HAZARDS: frozenset(late),
            system_alarms.DRILLS: frozenset(
                each.id for each in plans if drills.state_of(each, now, world.timezone) == drills.OVERDUE
            ),
        }  # fmt: skip

    def _wake_at(self) -> int | None:
        world, now = self._decisions.world, self._clock.now()
        moments = [rounds_planning.wake_at(world, now, self._beats)]
        for hazard in world.records(Hazard).values():
            moments += [moment for moment in (hazard.deadline, hazard.at + DAY) if moment > now]
        moments += [drills.change_at(plan, now, world.timezone) for plan in world.records(DrillPlan).values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        looks = False
        for entry in entries:
            match entry.event:
                case RecordSaved(record=Route() | Round() | Hazard() | DrillPlan(), what=what):
                    looks = looks or what not in _QUIET
                case RosterSaved():
                    looks = True
                case FaultOpened(fault=fault) if rescues.wanted(fault) and not self._rescues(fault.number):
                    self._decisions.decide([self._begun(fault.number)])
                case FaultClosed(fault=fault) if fault.close_code in rescues.NOBODY:
                    none = [rescues.nobody(rescue, self._clock.now()) for rescue in self._rescues(fault.number)]
                    if none:
                        self._decisions.decide([RecordSaved(rescue, "void") for rescue in none])
                case OrderAdvanced(order=order) if order.fault:
                    events: list[Event] = []
                    for rescue in self._rescues(order.fault):
                        news = rescues.followed(rescue, order)
                        events += [RecordSaved(replace(rescue, revision=rescue.revision + 1, **news), "followed")] if news else []
                    if events:
                        self._decisions.decide(events)
                case _:
                    pass
        if looks:
            self.look()

    def _rescues(self, fault: int) -> list[Rescue]:
        return [each for each in self._decisions.world.records(Rescue).values() if each.fault == fault]

    def _begun(self, number: int) -> Event:
        world = self._decisions.world
        return RecordSaved(rescues.begun(world.faults[number], world.next_number("rescue")), "created")
