"""What goes wrong by itself in the demo's first minutes, so that a newcomer sees the console at work."""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.times import MINUTE, SECOND
from drivers.simulator import faults
from drivers.simulator.faults import Injector


@dataclass(frozen=True, slots=True)
class Incident:
    """``after`` the start (ns of the estate's clock) ``fault`` happens and ends by itself ``lasts`` later (0 = it stays).

    ``kind`` is the kind of equipment that it hits where the estate has such; which one is drawn by lot.
    """

    after: int
    fault: str
    lasts: int = 0
    kind: str = ""


# One of each kind, from harmless to urgent, each long enough to be handled; which machine it hits is drawn by the seed.
INCIDENTS: tuple[Incident, ...] = (
    Incident(20 * SECOND, faults.PUMP_TRIP, kind="domestic_pump"),
    Incident(45 * SECOND, faults.DEVICE_OFFLINE, 4 * MINUTE, "energy_meter"),
    Incident(75 * SECOND, faults.DETECTOR_ISOLATED),
    Incident(120 * SECOND, faults.TRAPPED, 8 * MINUTE),
    Incident(180 * SECOND, faults.DETECTOR_FAULT, 10 * MINUTE),
    Incident(240 * SECOND, faults.LIFT_FAULT, 6 * MINUTE),
    Incident(330 * SECOND, faults.DRY_RUN, 15 * MINUTE, "domestic_pump"),
)


class Script:
    """Plays ``incidents`` once."""

    def __init__(self, injector: Injector, began: int, incidents: tuple[Incident, ...] = INCIDENTS) -> None:
        self._injector = injector
        self._began = began
        self._left = sorted(incidents, key=lambda incident: incident.after)

    async def advance(self, now: int) -> None:
        """Cause what is due. Faults that this estate cannot have are passed over."""
        while self._left and self._began + self._left[0].after <= now:
            incident = self._left.pop(0)
            if incident.fault in self._injector.kinds():
                until = now + incident.lasts if incident.lasts else 0
                await self._injector.cause(incident.fault, by="script", until=until, equipment_kind=incident.kind)
