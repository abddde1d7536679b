"""What a search finds of safety: emergency plans and events under way first, for they are looked for in a hurry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from console.domain.maintenance.emergencies import EmergencyPlan, EmergencyRun
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.rounds import Round, Route
from console.texts import language, tr
from console.ui.picture import Picture

Hit = tuple[str, str, Callable[[], None]]  # title, what it is, how to open it


class Goal(Protocol):
    """Where a hit leads."""

    def open_emergency(self, name: str) -> None: ...

    def open_hazard(self, name: str) -> None: ...

    def open_round(self, name: str) -> None: ...


def hits(picture: Picture, goal: Goal, fits: Callable[..., bool]) -> Iterator[Hit]:
    """Everything of safety that ``fits`` says yes to."""
    for run in picture.records(EmergencyRun).values():
        if fits(run.name, run.title.zh, run.title.en):
            yield f"{run.name} {run.title.get(language())}", tr("drills.tab.running"), partial(goal.open_emergency, run.id)
    for plan in picture.records(EmergencyPlan).values():
        if fits(plan.id, plan.title.zh, plan.title.en, tr(f"drills.event.{plan.event.value}")):
            yield plan.title.get(language()), tr("drills.tab.library"), partial(goal.open_emergency, plan.id)
    for hazard in picture.records(Hazard).values():
        if fits(hazard.id, hazard.what, hazard.place, hazard.equipment):
            yield f"{hazard.id} {hazard.what}", tr("shell.screen.hazards"), partial(goal.open_hazard, hazard.id)
    walked = [(round_.name, round_.title, round_.id) for round_ in picture.records(Round).values()]
    for name, title, id in [*walked, *((route.id, route.title, route.id) for route in picture.records(Route).values())]:
        if fits(name, title.zh, title.en):
            yield f"{name} {title.get(language())}", tr("shell.screen.rounds"), partial(goal.open_round, id)
