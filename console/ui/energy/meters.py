"""Which meters there are, what they count, and how they are put together. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.energy import common_unit
from console.domain.estate import Equipment, Location, Point, ValueKind
from console.texts import language, tr
from console.ui.picture import Picture

QUANTITIES = {
    "kW·h": ("active_power", "kW"),
    "m³": ("flow", "m³/h"),
    "GJ": ("heat_power", "kW"),
    "kvar·h": ("reactive_power", "kvar"),
}
"""The counters' units in the order of the selector, with the point that says how fast and its unit."""

LOADS = (
    "incoming", "residential", "commercial", "tenants", "public", "hvac", "lighting", "elevators", "pumps", "charging", "constant",
)  # fmt: skip
GROUPINGS = ("meter", "building", "load")


@dataclass(frozen=True, slots=True)
class Meter:
    """One counter. ``rate`` is the point of its power or flow, if it has one; ``incoming`` counts what others count again.

    ``factor`` leads from the counter's own unit to the quantity's.
    """

    machine: Equipment
    counter: Point
    rate: Point | None
    building: str
    load: str
    incoming: bool
    factor: float = 1.0


def meters(picture: Picture, unit: str) -> list[Meter]:
    """All counters of this unit, one a machine: the one that its type calls main."""
    found = []
    for machine in picture.equipment.values():
        points = picture.points_of.get(machine.id, [])
        counters = [point for point in points if point.kind is ValueKind.COUNTER and common_unit(point.unit)[0] == unit]
        if not counters:
            continue
        counter = next((point for point in counters if point.main), counters[0])
        rate = picture.points.get(f"{machine.id}.{QUANTITIES[unit][0]}")
        load = machine.rated.get("load", "")
        found.append(
            Meter(machine, counter, rate, building(picture, machine), load, load == "incoming", common_unit(counter.unit)[1])
        )
    return found


def units(picture: Picture) -> list[str]:
    """The units that the estate has counters of."""
    known = {common_unit(point.unit)[0] for point in picture.points.values() if point.kind is ValueKind.COUNTER}
    return [unit for unit in QUANTITIES if unit in known]


def building(picture: Picture, machine: Equipment) -> str:
    """The id of the outermost place that the machine is in."""
    place: Location | None = picture.locations.get(machine.location)
    for _ in range(20):
        above = picture.locations.get(place.parent) if place is not None else None
        if above is None:
            break
        place = above
    return place.id if place is not None else ""


def total_of(found: list[Meter]) -> list[Meter]:
    """The meters whose sum is the estate's: the incoming ones, or all if none is marked as such."""
    return [meter for meter in found if meter.incoming] or found


def group_of(meter: Meter, grouping: str) -> str:
    """Which row the meter belongs to."""
    return {"meter": meter.machine.id, "building": meter.building, "load": meter.load}[grouping]


def group_name(picture: Picture, key: str, grouping: str) -> str:
    """What the row is called."""
    if grouping == "meter":
        machine = picture.equipment.get(key)
        return machine.name.get(language()) if machine is not None else key
    if grouping == "building":
        place = picture.locations.get(key)
        return place.name.get(language()) if place is not None else tr("energy.no_building")
    return tr(f"energy.load.{key}") if key in LOADS else key or tr("energy.no_load")
