"""Templates of routes, emergency plans and drills: examples with their source, to be edited (``resources/safety/*.json``).

In a route's template ``@key`` stands for the point ``key`` of the equipment that the route is made for; a check whose point the
equipment does not have is left to a person. A route that needs nobody, because each of its checks has a point, leaves it out.
"""

from __future__ import annotations

from collections.abc import Container
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from console.domain.maintenance.drills import DrillPlan
from console.domain.maintenance.emergencies import EmergencyPlan
from console.domain.maintenance.records import Record
from console.domain.maintenance.rounds import Route

R = TypeVar("R", bound=Record)


@cache
def routes() -> dict[str, Route]:
    """Routes by the name of their template."""
    return _read("routes", Route)


@cache
def emergency_plans() -> dict[str, EmergencyPlan]:
    """Emergency plans, one a type of event and more."""
    return _read("emergencies", EmergencyPlan)


@cache
def drill_plans() -> dict[str, DrillPlan]:
    """Drill plans."""
    return _read("drills", DrillPlan)


def route_for(template: Route, equipment: str, points: Container[str]) -> Route:
    """The template's route for a piece of equipment, or (empty) for a walk; ``points`` are the ids that exist."""
    remote = all(check.point for check in template.checks)
    checks = []
    for check in template.checks:
        point = f"{equipment}.{check.point[1:]}" if check.point.startswith("@") else check.point
        if point in points or not remote:
            checks.append(replace(check, point=point if point in points else ""))
    automatic = template.automatic and any(check.point for check in checks)
    return replace(template, equipment=equipment, checks=tuple(checks), automatic=automatic)


def _read(name: str, kind: type[R]) -> dict[str, R]:
    text = files("resources").joinpath("safety", f"{name}.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = msgspec.json.decode(text)
    tag = str(kind.__struct_config__.tag)
    made = [msgspec.convert({"type": tag, "id": "", **entry}, kind) for entry in found]
    return {str(getattr(record, "template", "")): record for record in made}
