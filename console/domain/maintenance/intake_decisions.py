"""A phone call becomes an order; an urgent one is P1 at once (R-WO-04, R-SLA-16)."""

from __future__ import annotations

from console.domain import ordering
from console.domain.accounts import Right
from console.domain.acts import Act, demanded, words
from console.domain.events import Event
from console.domain.maintenance.intake import CHANNELS, TakeCall, title_of
from console.domain.orders import OrderKind
from console.domain.problems import Refused
from console.domain.stages import ZONES

_BY_HAND = (OrderKind.CORRECTIVE, OrderKind.INSPECTION, OrderKind.PROJECT)


def take(act: Act, command: TakeCall) -> tuple[Event, ...]:
    """Who takes the call stays responsible until somebody accepts the order (R-WO-07)."""
    act.require(Right.RAISE_ORDER)
    symptom = demanded(command.symptom, "refused.symptom_missing")
    place = words(command.place)
    if not place and not command.equipment:
        raise Refused("refused.place_missing")
    if command.equipment and not act.world.knows(command.equipment):
        raise Refused("refused.equipment_unknown", equipment=command.equipment)
    if command.priority not in ordering.PRIORITIES:
        raise Refused("refused.priority", priority=command.priority)
    if command.zone and command.zone not in ZONES:
        raise Refused("refused.zone", zone=command.zone)
    if command.channel not in CHANNELS:
        raise Refused("refused.channel", channel=command.channel)
    if command.kind not in _BY_HAND:
        raise Refused("refused.kind_by_plan")
    if command.wished_at and command.wished_at < act.now:
        raise Refused("refused.due_past")
    return (
        ordering.raised(
            act.world,
            act.now,
            kind=command.kind,
            title=words(command.title) or title_of(symptom),
            equipment=command.equipment,
            priority=1 if command.urgent else command.priority,
            number=ordering.next_number(act),
            by=act.stamp(),
            caller=words(command.caller),
            contact=words(command.contact),
            place=place,
            symptom=symptom,
            wished_at=command.wished_at,
            urgent=command.urgent,
            channel=command.channel,
            zone=command.zone,
        ),
    )
