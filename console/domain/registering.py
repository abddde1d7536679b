"""Decisions about typed readings and the isolation register: a command becomes events, or is refused."""

from __future__ import annotations

import math

from msgspec.structs import replace

from console.domain import commands as cmd
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.estate import ManualSource, Point
from console.domain.events import (
    Event,
    IsolationAmended,
    IsolationLifted,
    IsolationOpened,
    IsolationPatrolled,
    ReadingEntered,
)
from console.domain.isolations import LONGEST_PATROL, SHORTEST_PATROL, Isolation, by_point
from console.domain.problems import Refused
from console.domain.readings import MOST_ROWS, EnteredReading, TypedReading, remarks
from console.domain.stamps import Stamp
from console.domain.world import World

# --- readings


def enter_readings(act: Act, command: cmd.EnterReadings) -> tuple[Event, ...]:
    """All of the rows or none: the first that cannot be taken is the answer."""
    act.require(Right.ENTER_READINGS)
    rows = command.readings
    if not rows:
        raise Refused("refused.reading_none")
    if len(rows) > MOST_ROWS:
        raise Refused("refused.reading_many", count=len(rows), most=MOST_ROWS)
    twice = {row.point for row in rows if sum(other.point == row.point for other in rows) > 1} if len(rows) > 1 else set()
    if twice:
        raise Refused("refused.reading_twice", point=min(twice))
    return tuple(ReadingEntered(_reading(act, row)) for row in rows)


def _reading(act: Act, row: EnteredReading) -> TypedReading:
    point = _manual(act.world, row.point)
    readings = act.world.readings.get(point.id, ())
    for remark in remarks(point, readings, row, act.now):
        if not (remark.ask and row.confirmed):
            raise Refused(remark.problem.code, **remark.problem.params)
    at = row.at or act.now
    return TypedReading(
        point=point.id,
        at=at,
        value=row.value,
        by=act.actor.name,
        entered_at=act.now,
        station=act.station,
        reason=words(row.reason),
        note=words(row.note),
        photo=row.photo,
        how=row.how,
        final=row.final if math.isfinite(row.final) else 0.0,
        first=row.first if math.isfinite(row.first) else 0.0,
        was=next((reading.value for reading in readings if reading.at == at), None),
    )


def _manual(world: World, point_id: str) -> Point:
    point = world.points.get(point_id)
    if point is None:
        raise Refused("refused.point_unknown", point=point_id)
    if not isinstance(point.source, ManualSource):
        raise Refused("refused.reading_wired", point=point_id)
    return point


# --- isolations


def record(act: Act, command: cmd.RecordIsolation) -> tuple[Event, ...]:
    """An entry by hand: a valve, a pump's automatic start, a node of a panel that has no wire to us."""
    act.require(Right.ISOLATE)
    world = act.world
    point = world.points.get(command.point) if command.point else None
    if command.point and point is None:
        raise Refused("refused.point_unknown", point=command.point)
    equipment = command.equipment or (point.equipment if point is not None else "")
    if equipment not in world.equipment:
        raise Refused("refused.isolation_equipment", equipment=equipment)
    what = words(command.what)
    if point is None and not what:
        raise Refused("refused.isolation_what")
    if point is not None and point.id in by_point(world.isolations):
        raise Refused("refused.isolation_open", isolation=by_point(world.isolations)[point.id].id)
    since = _past(act, command.since)
    opened = act.stamp()
    made = Isolation(world.next_isolation, equipment, since, opened, command.point, what)
    return (IsolationOpened(_with_details(act, made, command)),)


def amend(act: Act, command: cmd.AmendIsolation) -> tuple[Event, ...]:
    """Reason, person, planned end and patrol. One that was lifted may still be completed, but not patrolled."""
    act.require(Right.ISOLATE)
    present = _known(act, command.isolation)
    amended = _with_details(act, present, command)
    if amended == present:
        return ()
    return (IsolationAmended(replace(amended, revision=present.revision + 1)),)


def patrol(act: Act, command: cmd.RecordPatrol) -> tuple[Event, ...]:
    """A compensating patrol was made (R-IN-01: with a record)."""
    act.require(Right.PATROL)
    present = _open(act, command.isolation)
    at = _past(act, command.at)
    if at < present.since:
        raise Refused("refused.isolation_patrol_before", isolation=present.id)
    if present.patrolled is not None and at <= present.patrolled.at:
        raise Refused("refused.isolation_patrol_known", isolation=present.id)
    reason = words(command.reason)
    if at < act.now and not reason:
        raise Refused("refused.isolation_patrol_reason", isolation=present.id)
    stamp = act.stamp(at, words(command.by), reason, demanded(command.result, "refused.isolation_patrol_result"))
    return (IsolationPatrolled(replace(present, patrolled=stamp, patrols=present.patrols + 1, revision=present.revision + 1)),)


def lift(act: Act, command: cmd.LiftIsolation) -> tuple[Event, ...]:
    """Back in the watch. What the panel still reports as isolated is lifted at the panel, and closes by itself."""
    act.require(Right.ISOLATE)
    present = _open(act, command.isolation)
    if present.detected:
        raise Refused("refused.isolation_panel", isolation=present.id)
    at = _past(act, command.at)
    if at < present.since:
        raise Refused("refused.isolation_lift_before", isolation=present.id)
    note = demanded(command.note, "refused.isolation_lift_note", isolation=present.id)
    return (_lifted(present, at, act.stamp(at, words(command.by), note=note)),)


def panel_says(world: World, point: Point, isolated: bool, at: int, now: int) -> tuple[Event, ...]:
    """A node's state is ``isolated``, or is not, since ``at``: what that opens or closes. An entry that a person made for the
    node before the panel said so becomes nothing new; the panel's word ends it all the same."""
    present = by_point(world.isolations).get(point.id)
    if isolated == (present is not None):
        return ()
    stamp = Stamp(at=at, by="", entered_at=now, entered_by="")
    if present is None:
        return (IsolationOpened(Isolation(world.next_isolation, point.equipment, at, stamp, point.id)),)
    if not present.detected:
        return ()  # a person says it is out, the panel that it is in: only the person may take that back
    return (_lifted(present, max(at, present.since), stamp),)


def _lifted(present: Isolation, at: int, stamp: Stamp) -> IsolationLifted:
    return IsolationLifted(replace(present, lifted_at=at, lifted=stamp, revision=present.revision + 1))


def _with_details(act: Act, present: Isolation, command: cmd.RecordIsolation | cmd.AmendIsolation) -> Isolation:
    reason = demanded(command.reason, "refused.isolation_reason")
    if command.until and command.until <= present.since:
        raise Refused("refused.isolation_until")
    every = command.patrol_every
    if every and not SHORTEST_PATROL <= every <= LONGEST_PATROL:
        raise Refused("refused.isolation_patrol_interval")
    by = words(command.patrol_by)
    if every and not by:
        raise Refused("refused.isolation_patrol_by")
    changed = every != present.patrol_every
    return replace(
        present,
        reason=reason,
        isolated_by=demanded(command.isolated_by, "refused.isolation_by"),
        until=command.until,
        patrol_every=every,
        patrol_by=by if every else "",
        patrol_from=(act.now if every else 0) if changed else present.patrol_from,
    )


def _past(act: Act, at: int) -> int:
    if at > act.now:
        raise Refused("refused.future")
    return at or act.now


def _known(act: Act, number: int) -> Isolation:
    found = act.world.isolations.get(number)
    if found is None:
        raise Refused("refused.isolation_unknown", number=number)
    return found


def _open(act: Act, number: int) -> Isolation:
    found = _known(act, number)
    if not found.open:
        raise Refused("refused.isolation_lifted", isolation=found.id)
    return found
