"""Decisions about rescue records: complete and signed, or still open."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.rescues import Rescue, SignRescue
from console.domain.problems import Refused
from console.domain.times import DAY


def sign(act: Act, command: SignRescue) -> tuple[Event, ...]:
    """Complete and sign a rescue record."""
    act.require(Right.DO_SAFETY)
    world = act.world
    present = world.records(Rescue).get(command.rescue)
    if command.rescue and present is None:
        raise Refused("rescues.refused.unknown", rescue=command.rescue)
    if present is not None and command.base != present.revision:
        raise Refused("refused.record_changed", id=present.id)
    equipment = present.equipment if present is not None else command.equipment
    if not equipment or not world.knows(equipment):
        raise Refused("rescues.refused.equipment", equipment=equipment)
    if not 0 < command.called_at <= command.arrived_at <= command.released_at <= act.now:
        raise Refused("rescues.refused.times")
    if not 0 < command.limit <= DAY or not 0 <= command.injured <= command.people <= 200:
        raise Refused("rescues.refused.people")
    number = present.number if present is not None else act.number("rescue")
    begun = present or Rescue(id=f"JY-{number:06d}", number=number, equipment=equipment)
    done = replace(
        begun, at=command.called_at, arrived_at=command.arrived_at, released_at=command.released_at, limit=command.limit,
        caller=words(command.caller), rescuers=demanded(command.rescuers, "rescues.refused.rescuers"),
        company=words(command.company), floor=words(command.floor), people=command.people, injured=command.injured,
        cause=demanded(command.cause, "rescues.refused.cause"), note=words(command.note), signed=act.stamp(),
        ended_at=act.now, revision=begun.revision + 1,
    )  # fmt: skip
    return (RecordSaved(done, "signed"),)
