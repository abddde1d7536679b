"""Which rounds fall due, which are late, which were missed. Pure, told the time; each moment of a rhythm leads to one round at
most.

The moment that was raised last is the route's memory and is committed with its round, so a restart raises nothing twice. After
a time in which the collector did not run only the newest round is raised, and it says how many before it nobody was asked for.

A missed round stays until it is explained; those of its route that are missed meanwhile are counted on it, so a route that
nobody walks for a year is one line that says so and not a list of four thousand.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from console.domain.events import Event, RecordSaved
from console.domain.maintenance.rhythms import Rhythm, next_slot
from console.domain.maintenance.rounds import (
    LiveValue,
    Round,
    RoundState,
    Route,
    RouteMemory,
    filled,
    gives_up_at,
    missing,
    new_round,
    state_of,
)
from console.domain.maintenance.rounds_decisions import finished
from console.domain.rosters import Roster
from console.domain.stamps import Stamp
from console.domain.times import DAY, MINUTE
from console.domain.world import World

LOOK_BACK = 40 * DAY  # further back moments that passed unwatched are not counted
FILL_EVERY = MINUTE  # an automatic round whose points have no good value is tried again


class Beats:
    """When each route falls due next, found once: a collector with hundreds of routes looks after every answered round."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Rhythm, int, Roster, str, int | None]] = {}

    def after(self, world: World, route: Route, moment: int) -> int | None:
        """The first moment of the route's rhythm after ``moment``."""
        known = self._found.get(route.id)
        same = (
            known is not None
            and known[2] is world.roster
            and (known[0], known[1], known[3]) == (route.rhythm, moment, world.timezone)
        )
        if known is None or not same:
            beat = next_slot(route.rhythm, moment, world.roster, world.timezone)
            known = self._found[route.id] = (route.rhythm, moment, world.roster, world.timezone, beat)
        return known[4]


def due(world: World, now: int, beats: Beats | None = None) -> tuple[Event, ...]:
    """What the routes ask for at ``now``. Apply the events before the next call."""
    beats = beats or Beats()
    events = _given_up(world, now)
    number = world.next_number("round")
    for route in world.records(Route).values():
        memory = world.records(RouteMemory).get(route.id) or RouteMemory(id=route.id, at=route.at)
        slot, passed = _newest(world, route, max(memory.last, route.since), now, beats)
        if slot is None:
            continue
        closes = next_slot(route.rhythm, slot, world.roster, world.timezone) or 0
        made = replace(new_round(route, slot, closes), number=number, revision=1, unwatched=passed)
        number += 1
        events.append(RecordSaved(made, "created"))
        events.append(RecordSaved(replace(memory, last=slot, revision=memory.revision + 1), "raised"))
    return tuple(events)


def filled_in(world: World, now: int, live: Mapping[str, LiveValue]) -> tuple[Event, ...]:
    """The first automatic round that live data answers further, as events; its end where nothing is left for a person."""
    for round_ in world.records(Round).values():
        if not round_.automatic or round_.missed:
            continue
        after = filled(round_, live, now)
        if after is round_:
            continue
        after = replace(after, revision=round_.revision + 1)
        if missing(after):
            return (RecordSaved(after, "filled"),)
        stamp = Stamp(at=now, by="", entered_at=now, entered_by="")
        return (RecordSaved(after, "filled"), *finished(world, after, stamp, now))
    return ()


def wake_at(world: World, now: int, beats: Beats | None = None) -> int | None:
    """When something falls due next, turns late or is given up (UTC ns)."""
    beats = beats or Beats()
    moments: list[int | None] = [
        beats.after(world, route, max(_last(world, route), route.since)) for route in world.records(Route).values()
    ]
    for round_ in world.records(Round).values():
        moments += [moment for moment in (round_.late_at, gives_up_at(round_)) if moment > now]
        if round_.automatic and not round_.missed and any(check.point for check in round_.checks):
            moments.append(now + FILL_EVERY)
    return min((moment for moment in moments if moment is not None), default=None)


def wanting(world: World, now: int) -> frozenset[str]:
    """Ids of rounds that are late or were missed and not explained."""
    wrong = (RoundState.LATE, RoundState.MISSED)
    return frozenset(round_.id for round_ in world.records(Round).values() if state_of(round_, now) in wrong)


def points(world: World) -> frozenset[str]:
    """The points whose live values open automatic rounds wait for."""
    waiting = (round_ for round_ in world.records(Round).values() if round_.automatic and not round_.missed)
    pairs = ((check, answer) for round_ in waiting for check, answer in zip(round_.checks, round_.answers, strict=True))
    return frozenset(check.point for check, answer in pairs if check.point and not answer.result)


def _given_up(world: World, now: int) -> list[Event]:
    """Open rounds whose time is over. The first missed one of a route stands for those that follow until it is explained."""
    standing = {round_.route: round_ for round_ in world.records(Round).values() if round_.missed}
    events: list[Event] = []
    for round_ in sorted(world.records(Round).values(), key=lambda each: each.at):
        if not 0 < gives_up_at(round_) <= now:
            continue
        first = standing.get(round_.route)
        missed = replace(round_, missed=True, revision=round_.revision + 1)
        if first is None:
            standing[round_.route] = missed
            events.append(RecordSaved(missed, "missed"))
            continue
        events.append(RecordSaved(replace(missed, ended_at=now), "missed"))
        standing[round_.route] = first = replace(first, further=first.further + 1, revision=first.revision + 1)
        events.append(RecordSaved(first, "counted"))
    return events


def _newest(world: World, route: Route, last: int, now: int, beats: Beats) -> tuple[int | None, int]:
    """The newest moment of the rhythm between ``last`` and now, and how many lay before it."""
    slot, found, passed = beats.after(world, route, last), None, 0
    if slot is not None and slot < now - LOOK_BACK:
        slot = next_slot(route.rhythm, now - LOOK_BACK, world.roster, world.timezone)
    while slot is not None and slot <= now:
        passed += found is not None
        found = slot
        slot = next_slot(route.rhythm, slot, world.roster, world.timezone)
    return found, passed


def _last(world: World, route: Route) -> int:
    memory = world.records(RouteMemory).get(route.id)
    return memory.last if memory is not None else 0
