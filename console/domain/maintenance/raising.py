"""Orders and hazards that one decision raises beside its own events: each gets the next number, each spot of a hazard its
memory."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain import ordering
from console.domain.events import Event, RecordSaved
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.hazards import REMEMBERED, Grade, Hazard, HazardSpot, repeats, spot_id
from console.domain.orders import OrderKind
from console.domain.stamps import Stamp
from console.domain.text import Text
from console.domain.world import World


class Raising:
    """Collects ``events``; nothing of the world changes. ``stamp`` is the person's, or the collector's own."""

    def __init__(self, world: World, now: int, stamp: Stamp) -> None:
        self.events: list[Event] = []
        self._world, self._now, self._stamp = world, now, stamp
        self._order, self._hazard = world.next_order, world.next_number("hazard")
        self._spots: dict[str, HazardSpot] = {}

    def order(self, title: Text | str, equipment: str, priority: int, origin: str, *, due_at: int = 0) -> int:
        """An inspection finding's order; its number."""
        self.events.append(
            ordering.raised(
                self._world, self._now, kind=OrderKind.INSPECTION, title=title, equipment=equipment, priority=priority,
                due_at=due_at, origin=origin, number=self._order, by=self._stamp if self._stamp.by else None,
            )
        )  # fmt: skip
        self._order += 1
        return self._order - 1

    def hazard(
        self,
        what: str,
        kind: str,
        *,
        grade: Grade = Grade.GENERAL,
        place: str = "",
        equipment: str = "",
        measure: str = "",
        origin: str = "",
        photos: tuple[Attachment, ...] = (),
        at: int = 0,
        person: str = "",
        deadline: int = 0,
    ) -> Hazard:
        """A hazard that was found. Earlier ones of the same spot are named; a major one is reported in the same moment
        (R-IN-05)."""
        at = at or self._now
        name = spot_id(equipment, place, kind)
        spot = self._spots.get(name) or self._world.records(HazardSpot).get(name)
        hazard = Hazard(
            id=f"HZ-{self._hazard:06d}", number=self._hazard, revision=1, at=at, equipment=equipment, what=what, kind=kind,
            grade=grade, place=place, found=replace(self._stamp, at=at), origin=origin, photos=photos, measure=measure,
            person=person, deadline=deadline, repeats=repeats(spot, at),
        )  # fmt: skip
        self._hazard += 1
        self.events.append(RecordSaved(hazard, "created"))
        if name:
            earlier = (*(spot.earlier if spot is not None else ()), (hazard.id, at))[-REMEMBERED:]
            begun = spot or HazardSpot(id=name, at=at, equipment=equipment, kind=kind, place=place)
            self._spots[name] = replace(begun, earlier=earlier, revision=begun.revision + 1)
            self.events.append(RecordSaved(self._spots[name], "remembered"))
        if hazard.major:
            hazard = reported(hazard, self._now)
            self.events.append(RecordSaved(hazard, "reported"))
        return hazard


def reported(hazard: Hazard, now: int) -> Hazard:
    """The hazard's next version, said to be reported: the notices follow from this event (``console.domain.escalation``)."""
    return replace(hazard, reported=now, revision=hazard.revision + 1)
