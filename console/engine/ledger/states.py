"""What each piece of equipment does now, in one word, for the maintenance ledger (R-EQ-02: running state)."""

from __future__ import annotations

from collections.abc import Callable

from console.domain.world import World


def states_of(world: World, lost: Callable[[str], bool]) -> dict[str, str]:
    """Equipment with points -> ``offline``, ``alarm``, ``fault`` (one is open, nothing sounds) or ``running``.

    ``lost(point id)`` tells whether a comm_state point says that its device does not answer.
    """
    found = {point.equipment: "running" for point in world.points.values()}
    found |= {fault.equipment: "fault" for fault in world.faults.values() if fault.open and fault.equipment in found}
    found |= {alarm.equipment: "alarm" for alarm in world.alarms.values() if alarm.active and alarm.equipment in found}
    found |= {equipment: "offline" for equipment in found if lost(f"{equipment}.comm_state")}
    return found
