"""Commands of maintenance, each with the function that decides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.domain.acts import Act
from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import Event
from console.domain.maintenance import judging, parts_decisions
from console.domain.maintenance.parts import MoveStock

DECISIONS: dict[type, Callable[[Act, Any], tuple[Event, ...]]] = {
    SaveRecords: judging.save,
    EndRecord: judging.end,
    MoveStock: parts_decisions.move,
}


def decide(act: Act, command: object) -> tuple[Event, ...]:
    """The events that ``command`` leads to; raises :class:`console.domain.problems.Refused`."""
    decision = DECISIONS.get(type(command))
    if decision is None:
        raise TypeError(f"{type(command).__name__} is decided by the engine, not by the domain")
    return decision(act, command)
