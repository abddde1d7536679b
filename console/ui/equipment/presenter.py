"""What the equipment page says, in plain values; no widgets."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from console.domain.alarms import Alarm
from console.domain.estate import Equipment, Location, Point, ValueKind
from console.domain.maintenance.cards import SIMULATED, Card
from console.domain.maintenance.planning import Plan, schedule
from console.domain.orders import Order
from console.domain.plans import MaintenancePlan
from console.domain.times import DAY
from console.texts import language, tr
from console.ui.moments import local
from console.ui.picture import Picture, Reading
from console.ui.pinyin import findable
from console.ui.strip import loudest_first

DRAWN = (ValueKind.ANALOG, ValueKind.COUNTER)  # kinds that make a curve
SOON = 14 * DAY


def machine_of(picture: Picture, equipment_id: str) -> Equipment | None:
    """The machine of that id; a card of the ledger that has no points is one, too."""
    machine = picture.equipment.get(equipment_id)
    card = picture.records(Card).get(equipment_id) if machine is None else None
    if card is None:
        return machine
    rated = {"make": card.make, "model": card.model, "serial": card.serial}
    return Equipment(card.id, card.title, card.kind, "", card.location, card.system, card.parent, rated=rated)


def building_of(picture: Picture, location_id: str) -> Location | None:
    """The building that a place lies in."""
    place = picture.locations.get(location_id)
    for _ in range(len(picture.locations)):
        above = picture.locations.get(place.parent) if place is not None else None
        if above is None:
            break
        place = above
    return place


def place_text(picture: Picture, location_id: str) -> str:
    """``1号楼 · 电梯机房``."""
    names: list[str] = []
    place = picture.locations.get(location_id)
    while place is not None and len(names) <= len(picture.locations):
        names.insert(0, place.name.get(language()))
        place = picture.locations.get(place.parent)
    return " · ".join(names)


def found_by(picture: Picture, machine: Equipment) -> str:
    """All by which a machine is found: both languages, pinyin."""
    building = building_of(picture, machine.location)
    place = picture.locations.get(machine.location)
    texts = [machine.name, *(each.name for each in (building, place) if each is not None)]
    words = [machine.id, machine.kind, machine.type, *(text.zh for text in texts), *(text.en for text in texts)]
    words += [tr(f"domain.system.{machine.system}", lang) for lang in ("zh_CN", "en")]
    words += [machine.rated.get(key, "") for key in ("make", "model", "serial")]
    return findable(*words)


def family(picture: Picture, equipment_id: str) -> set[str]:
    """The machine and its parts (a pump set and its pumps)."""
    found = {equipment_id}
    while True:
        more = {machine.id for machine in picture.equipment.values() if machine.parent in found} - found
        if not more:
            return found
        found |= more


def offline(picture: Picture, equipment_id: str) -> bool:
    """The machine is known not to answer."""
    reading = picture.reading(f"{equipment_id}.comm_state")
    return bool(reading.time and reading.quality.usable and reading.value == 1)


def alarms_of(picture: Picture, equipment_id: str) -> list[Alarm]:
    """Its present alarms, the loudest first."""
    return loudest_first([alarm for alarm in picture.alarms.values() if alarm.equipment == equipment_id])


def gravest(picture: Picture, equipment_id: str) -> Alarm | None:
    """Its gravest active alarm; not one that a drill simulates."""
    present = [alarm for alarm in picture.alarms.values() if alarm.equipment == equipment_id]
    active = [alarm for alarm in present if alarm.active and not alarm.drill]
    return min(active, key=lambda alarm: (alarm.priority, alarm.acknowledged, -alarm.raised_at), default=None)


def orders_of(picture: Picture, equipment_id: str) -> list[Order]:
    """Its orders that the picture has: open ones first, then the newest."""
    orders = [order for order in picture.orders.values() if order.equipment == equipment_id]
    return sorted(orders, key=lambda order: (not order.open, -order.created_at))


def rated_of(machine: Equipment) -> list[tuple[str, str]]:
    """The name plate, without what only the simulator reads; make, model and serial stand in the header."""
    hidden = SIMULATED | {"make", "model", "serial"}
    return [(rated_name(key), value) for key, value in machine.rated.items() if key not in hidden and value]


def rated_name(key: str) -> str:
    """The name of an entry of the name plate or of the facts; an unknown one as it is written."""
    for known in (f"equipment.rated.{key}", f"alarms.fact.{key}"):
        text = tr(known)
        if text != known:
            return text
    return key.replace("_", " ")


def points_of(picture: Picture, equipment_id: str) -> list[Point]:
    """Main points first, then by group, each in the order of the site file."""
    points = picture.points_of.get(equipment_id, [])
    groups: dict[str, int] = {}
    for point in points:
        groups.setdefault(point.group.zh, len(groups))
    return sorted(points, key=lambda point: (not point.main, groups[point.group.zh]))


def first_trend(points: list[Point]) -> Point | None:
    """The point whose trend is shown first: the first main analog one, else the first that makes a curve."""
    for wanted in (
        [point for point in points if point.main and point.kind is ValueKind.ANALOG],
        [point for point in points if point.kind is ValueKind.ANALOG],
        [point for point in points if point.kind is ValueKind.COUNTER],
    ):
        if wanted:
            return wanted[0]
    return None


def figure_of(picture: Picture, reading: Reading) -> float | None:
    """A reading as a number; ``None`` where none can be trusted."""
    if not picture.live or not reading.time or not reading.quality.usable or isinstance(reading.value, str):
        return None
    return float(reading.value)


def quality_text(picture: Picture, reading: Reading) -> str:
    """One word about how far the value can be trusted."""
    if not picture.live:
        return tr("equipment.quality.link")
    if not reading.time:
        return tr("equipment.quality.never")
    return tr(f"domain.quality.{reading.quality.name.lower()}")


def outside(point: Point, value: float | None) -> bool:
    """The value lies outside of its normal band."""
    band = point.normal
    if value is None or band is None:
        return False
    return (band.low is not None and value < band.low) or (band.high is not None and value > band.high)


@dataclass(frozen=True, slots=True)
class Due:
    """One maintenance plan: its title, when it is due in words, and how loud that is (late, soon, calm, unknown)."""

    title: str
    when: str
    mood: str
    order: int
    rank: float


def maintenance(picture: Picture, equipment_id: str) -> list[Due]:
    """Its maintenance plans, what is due next first."""
    site = [plan for plan in picture.estate.plans if plan.equipment == equipment_id]
    made = [
        replace(plan, machines=own)
        for plan in picture.records(Plan).values()
        if (own := tuple(machine for machine in plan.machines if machine.id == equipment_id))
    ]
    return sorted((_due(picture, plan) for plan in schedule(site, made).values()), key=lambda due: due.rank)


def _due(picture: Picture, plan: MaintenancePlan) -> Due:
    title, state = plan.title.get(language()), picture.plans.get(plan.id)
    if state is None:
        return Due(title, tr("equipment.due.unknown"), "unknown", 0, 1e12)
    if plan.counters and not state.next_due:
        meter = plan.counters[0]
        now = figure_of(picture, picture.reading(meter.point))
        if now is None:
            return Due(title, tr("equipment.due.at_hours", hours=f"{state.next_hours:.0f}"), "unknown", state.open_order, 1e11)
        left = state.next_hours - now
        if left < 0:
            return Due(title, tr("equipment.due.hours_late", hours=f"{-left:.0f}"), "late", state.open_order, left / 24)
        when = tr("equipment.due.hours_left", hours=f"{left:.0f}")
        return Due(title, when, "soon" if left < meter.every * 0.05 else "calm", state.open_order, left / 24)
    if not state.next_due:
        return Due(title, tr("equipment.due.unknown"), "unknown", state.open_order, 1e12)
    zone, present = picture.estate.site.timezone, picture.now()
    date = local(state.next_due, zone).date()
    days = (date - local(present, zone).date()).days
    key, mood = ("late", "late") if days < 0 else ("today", "soon") if days == 0 else ("days", "soon" if days <= 14 else "calm")
    when = tr(f"equipment.due.{key}", date=f"{date:%Y-%m-%d}", days=abs(days))
    return Due(title, when, mood, state.open_order, float(days))
