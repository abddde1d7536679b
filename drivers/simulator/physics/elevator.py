"""One elevator: traffic, collective control, motion and doors. What its controller says about it: `controller.py`.

The car goes through phases that end at exact moments, so a step of any length gives the same story: a poll every 0.2 s
and a jump of an hour see the same runs. Register meanings: Monarch NICE3000+ (config/types/monarch_nice3000.yaml).
"""

from __future__ import annotations

import math

from console.domain.times import SECOND, seconds
from drivers.simulator.physics.lift import (
    E09_UNDERVOLTAGE,
    E41_SAFETY_CIRCUIT,
    FULL,
    NEVER,
    PERSON_KG,
    Calls,
    Lift,
    Mode,
    Phase,
)
from drivers.simulator.physics.motion import Run
from drivers.simulator.physics.surroundings import Surroundings
from drivers.simulator.physics.traffic import Passenger, Traffic

_RESCUE_SPEED = 0.25


class Elevator:
    """See the module. ``began`` is the time of the first moment, UTC ns; ``floor`` where the car stands then."""

    def __init__(self, lift: Lift, traffic: Traffic, surroundings: Surroundings, began: int, floor: int = 1) -> None:
        self.lift = lift
        self.calls = Calls()
        self.riders: list[int] = []
        self.queue: dict[int, list[int]] = {}
        self.phase = Phase.WAITING
        self.mode = Mode.AUTOMATIC
        self.fault = 0
        self.trapped = False
        self.direction = 0  # +1 up, -1 down, 0 none: the direction that is being served
        self.starts = 0
        self.door_cycles = 0
        self.running_s = 0.0
        self.run: Run | None = None
        self._traffic = traffic
        self._surroundings = surroundings
        self._now = began
        self._rest = (floor - 1) * lift.floor_height  # where it stands while it does not run
        self._phase_began = began
        self._phase_ends = NEVER
        self._next_passenger = traffic.next_after(began)
        self._trap = False  # a stop between floors was asked for
        self._trap_at = NEVER
        self._fault_at_landing = 0

    # -- time -----------------------------------------------------------------------------------------------------------

    def advance(self, now: int) -> None:
        """Live through every moment up to ``now`` at which something happens."""
        while (moment := min(self._phase_ends, self._next_passenger, self._trap_at)) <= now:
            self._now = max(moment, self._now)
            if moment == self._trap_at:
                self._stop_here(E41_SAFETY_CIRCUIT, trapped=True)
            elif moment == self._phase_ends:
                self._phase_over()
            else:
                self._somebody_comes()
        self._now = max(now, self._now)

    def position(self) -> tuple[float, float, float]:
        """Position (m), speed (m/s) and acceleration (m/s²), signed upward."""
        return self.run.at(self._now) if self.run else (self._rest, 0.0, 0.0)

    @property
    def floor(self) -> int:
        """The floor that the controller shows: the nearest one."""
        return self._floor_at(self.position()[0])

    @property
    def door_opening(self) -> float:
        """0 closed ... 1 open."""
        done = (self._now - self._phase_began) / SECOND
        match self.phase:
            case Phase.OPENING:
                return min(1.0, done / self.lift.opening_s)
            case Phase.OPEN:
                return 1.0
            case Phase.CLOSING:
                return max(0.0, 1.0 - done / self.lift.closing_s)
            case _:
                return 0.0

    @property
    def load_kg(self) -> float:
        """What the load cell weighs."""
        return len(self.riders) * PERSON_KG

    # -- faults ---------------------------------------------------------------------------------------------------------

    def trap(self) -> None:
        """Stop between two floors with somebody inside, the way it happens: during a run, the safety circuit opens."""
        if self.trapped or self.mode is not Mode.AUTOMATIC:
            return
        self._trap = True
        if self.phase is Phase.RUNNING:
            self._plan_trap()
        elif self.phase is Phase.WAITING:
            self._depart()
        # else: the doors are in motion or open; it happens on the run that follows

    def fail(self, code: int) -> None:
        """Go out of service with ``code`` at the next landing (levels 2 and 3 of the controller's fault table)."""
        if self.phase is Phase.RUNNING:
            self._fault_at_landing = code
        elif self.phase is not Phase.STUCK:
            self._out_of_service(code)

    def inspect(self) -> None:
        """Inspection mode: somebody works at it; the car stays where it stands at the next landing."""
        if self.phase is Phase.RUNNING:
            self._fault_at_landing = -1
        elif self.phase is not Phase.STUCK:
            self._out_of_service(-1)

    def power_lost(self) -> None:
        """The mains fail: undervoltage; a running car is taken to the nearest floor by its rescue battery."""
        if self.trapped:
            return
        self._trap, self._trap_at = False, NEVER
        if self.phase is Phase.RUNNING:
            self._stop_here(E09_UNDERVOLTAGE, trapped=False)
            self._creep()
        else:
            self._out_of_service(E09_UNDERVOLTAGE)

    def repair(self) -> None:
        """End every fault. A car between floors creeps to the nearest one, opens, and returns to service."""
        self._trap, self._trap_at, self._fault_at_landing = False, NEVER, 0
        if self.mode is Mode.AUTOMATIC:
            return
        self.fault = 0
        self.trapped = False
        if self.run is not None:  # a rescue run is under way; it goes on and ends in service
            return
        if abs(self._rest - self._level(self.floor)) > 1e-6:
            self._creep()
        else:
            self.mode = Mode.AUTOMATIC
            self._enter(Phase.OPENING, self.lift.opening_s)

    # -- the story ------------------------------------------------------------------------------------------------------

    def _enter(self, phase: Phase, lasts_s: float | None) -> None:
        self.phase = phase
        self._phase_began = self._now
        self._phase_ends = NEVER if lasts_s is None else self._now + seconds(lasts_s)

    def _level(self, floor: int) -> float:
        return (floor - 1) * self.lift.floor_height

    def _floor_at(self, position: float) -> int:
        return min(self.lift.floors, max(1, math.floor(position / self.lift.floor_height + 0.5) + 1))

    def _somebody_comes(self) -> None:
        passenger = self._traffic.passenger(self._now)
        self._next_passenger = self._traffic.next_after(self._now)
        if passenger is None or self.mode is not Mode.AUTOMATIC:
            return  # they take another elevator, or the stairs
        self.press(passenger)

    def press(self, passenger: Passenger) -> None:
        """Somebody waits at a floor and presses the hall button."""
        queue = self.queue.setdefault(passenger.origin, [])
        if len(queue) >= 12:
            return
        queue.append(passenger.target)
        (self.calls.up if passenger.target > passenger.origin else self.calls.down).add(passenger.origin)
        if self.phase is Phase.WAITING:
            self._depart()
        elif self.phase is Phase.RUNNING:
            self._stop_on_the_way(passenger.origin)

    def _stop_on_the_way(self, floor: int) -> None:
        """Shorten the run under way for a hall call in its direction, if the car can still brake in time."""
        run = self.run
        if run is None or self._trap or self.mode is not Mode.AUTOMATIC:
            return
        level = self._level(floor)
        wanted = self.calls.up if run.sign > 0 else self.calls.down
        if floor not in wanted or not min(run.start, run.end) < level < max(run.start, run.end):
            return
        shorter = Run(run.start, level, run.began, run.speed, run.acceleration)
        if shorter.braking > self._now:
            self.run = shorter
            self._phase_ends = shorter.over

    def _phase_over(self) -> None:
        match self.phase:
            case Phase.RUNNING:
                self._arrive()
            case Phase.OPENING:
                self._exchange()
            case Phase.OPEN:
                self.door_cycles += 1
                self._enter(Phase.CLOSING, self.lift.closing_s)
            case _:  # the doors have closed, or a pause is over
                self._enter(Phase.WAITING, None)
                self._depart()

    def _arrive(self) -> None:
        run = self.run
        if run is not None:
            self._rest = run.end
            self.running_s += (self._now - run.began) / SECOND
        self.run = None
        if self.mode is not Mode.AUTOMATIC:  # the end of a rescue run: everybody leaves here
            self.riders = [self.floor] * len(self.riders)
        if self.fault:  # the rescue battery brought it here; out of service until the mains are back
            self.riders = []
            self._enter(Phase.STUCK, None)
        elif self._fault_at_landing:
            self._out_of_service(self._fault_at_landing)
        else:
            self.mode = Mode.AUTOMATIC
            self._enter(Phase.OPENING, self.lift.opening_s)

    def _exchange(self) -> None:
        """People leave and enter while the doors are open."""
        here = self.floor
        leaving = [target for target in self.riders if target == here]
        self.riders = [target for target in self.riders if target != here]
        self.calls.car.discard(here)
        waiting = self.queue.pop(here, [])
        if not self.riders:
            self.direction = self._direction_for(here, waiting)
        going = self.direction
        staying: list[int] = []
        entered = 0
        for target in waiting:
            room = (len(self.riders) + 1) * PERSON_KG <= self.lift.capacity_kg * FULL
            if room and (going == 0 or (target - here) * going > 0):
                going = going or (1 if target > here else -1)
                self._board(here, target)
                entered += 1
            else:
                staying.append(target)
        self.direction = going
        self.calls.up.discard(here)
        self.calls.down.discard(here)
        if staying:  # they press again as soon as the doors have closed
            self.queue[here] = staying
            self.calls.up.update(here for target in staying if target > here)
            self.calls.down.update(here for target in staying if target < here)
        self._enter(Phase.OPEN, self.lift.dwell_s + self.lift.boarding_s * (len(leaving) + entered))

    def _direction_for(self, here: int, waiting: list[int]) -> int:
        """The direction of an empty car at a floor: on if somebody here or further on wants that, else that of the first in
        the queue."""
        wishes = {1 if target > here else -1 for target in waiting}
        if wishes:
            return self.direction if self.direction in wishes else (1 if waiting[0] > here else -1)
        return self.direction if self._calls_ahead(here) else 0

    def _calls_ahead(self, here: int) -> bool:
        return any((floor - here) * self.direction > 0 for floor in self.calls.all())

    def _reopens(self, here: int) -> bool:
        """Somebody here can get in: a call in the car's direction (any, if it has none), and room."""
        if self.direction == 0:
            return here in self.calls.all()
        same = self.calls.up if self.direction > 0 else self.calls.down
        return here in same and (len(self.riders) + 1) * PERSON_KG <= self.lift.capacity_kg * FULL

    def _board(self, here: int, target: int) -> None:
        self.riders.append(target)
        self.calls.car.add(target)
        self.direction = self.direction or (1 if target > here else -1)

    def _next_stop(self, here: int) -> int | None:
        """Collective control: the next call in the present direction, then the farthest one against it."""
        every = self.calls.all() - {here}
        if not every:
            return None
        for direction in (self.direction or 1, -(self.direction or 1)):
            ahead = [floor for floor in every if (floor - here) * direction > 0]
            if not ahead:
                continue
            with_us = self.calls.car | (self.calls.up if direction > 0 else self.calls.down)
            on_the_way = [floor for floor in ahead if floor in with_us]
            if on_the_way:
                return min(on_the_way, key=lambda floor: abs(floor - here))
            return max(ahead, key=lambda floor: abs(floor - here))
        return None

    def _depart(self) -> None:
        here = self.floor
        if not self.riders and not self._calls_ahead(here):
            self.direction = 0
        if self._trap and not self.riders:
            self._board(here, here + 2 if here + 2 <= self.lift.floors else max(1, here - 2))
        elif self._reopens(here):
            self._enter(Phase.OPENING, self.lift.opening_s)
            return
        target = self._next_stop(here)
        if target is None:
            self.direction = 0
            self._enter(Phase.WAITING, None)
            return
        self.direction = 1 if target > here else -1
        self.starts += 1
        self.run = Run(self._rest, self._level(target), self._now, self.lift.speed, self.lift.acceleration)
        self._enter(Phase.RUNNING, None)
        self._phase_ends = self.run.over
        if self._trap:
            self._plan_trap()

    # -- stops that nobody wanted ---------------------------------------------------------------------------------------

    def _plan_trap(self) -> None:
        """Find the next moment of this run at which the car is half-way between two floors."""
        run = self.run
        if run is None:
            return
        if not self.riders:  # whoever called it has got in
            self._board(self._floor_at(run.start), self._floor_at(run.end))
        step = SECOND // 10
        for moment in range(self._now, run.over, step):
            part = (run.at(moment)[0] / self.lift.floor_height) % 1.0
            if abs(part - 0.5) < 0.2:
                self._trap_at = moment
                return
        # The car is about to arrive: it happens on the next run, which `_depart` plans.

    def _stop_here(self, code: int, trapped: bool) -> None:
        """The safety circuit or the drive stops the car where it is; nobody can open the doors."""
        run = self.run
        if run is not None:
            self._rest = run.at(self._now)[0]
            self.running_s += (self._now - run.began) / SECOND
        self.run = None
        self._trap, self._trap_at = False, NEVER
        self._fault_at_landing = 0
        self.fault = code
        self.trapped = trapped
        self.mode = Mode.FAULT
        self._clear_calls()
        self._enter(Phase.STUCK, None)

    def _out_of_service(self, code: int) -> None:
        """Stand at a landing, doors closed and empty; ``code`` -1 is inspection."""
        self._fault_at_landing = 0
        self._trap, self._trap_at = False, NEVER
        self.fault = max(0, code)
        self.mode = Mode.INSPECTION if code < 0 else Mode.FAULT
        self.riders = []
        self._clear_calls()
        self._enter(Phase.STUCK, None)

    def _clear_calls(self) -> None:
        self.calls = Calls()
        self.queue = {}
        self.direction = 0

    def _creep(self) -> None:
        """Run slowly to the nearest floor."""
        level = self._level(self.floor)
        self.mode = Mode.RELEVELLING if not self.fault else Mode.FAULT
        self.run = Run(self._rest, level, self._now, _RESCUE_SPEED, self.lift.acceleration)
        self._enter(Phase.RUNNING, None)
        self._phase_ends = max(self.run.over, self._now + 1)
