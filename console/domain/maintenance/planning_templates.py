"""Examples of plans, each with the rule or manual that it comes from; to be edited before they are trusted.

They lie in ``resources/plans/templates.json`` as plans without machines. Sources and their status: the templates' own
``source`` texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec
from msgspec.structs import replace

from console.domain.maintenance.planning import Level, Machine, Plan, point_id


class Template(msgspec.Struct, frozen=True):
    """``kinds``: what equipment it is for; empty: anything."""

    id: str
    kinds: tuple[str, ...]
    plan: Plan


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order in which they are offered."""
    text = files("resources").joinpath("plans", "templates.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Template, ...])


def fits(level: Level, machine: str, points: Mapping[str, object]) -> Level | None:
    """The level as far as this machine has its points; ``None`` if nothing is left that could make it due."""
    meters = tuple(meter for meter in level.meters if point_id(machine, meter.point) in points)
    conditions = tuple(each for each in level.conditions if point_id(machine, each.point) in points)
    level = replace(level, meters=meters, conditions=conditions)
    return level if level.triggered else None


def applied(template: Plan, machines: Iterable[Machine], points: Mapping[str, object]) -> tuple[Plan, ...]:
    """New plans for these machines: one, or several where the machines do not all have the same points. Machines for which
    nothing is left are in none of them."""
    groups: dict[tuple[Level, ...], list[Machine]] = {}
    for machine in machines:
        levels = tuple(level for each in template.levels if (level := fits(each, machine.id, points)) is not None)
        if levels:
            groups.setdefault(levels, []).append(machine)
    return tuple(replace(template, levels=levels, machines=tuple(found)) for levels, found in groups.items())
