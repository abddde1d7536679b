"""The demo estate's registers pass the same judges as anybody's."""

from __future__ import annotations

from domain_builders import CHEN, PEOPLE, START, Desk

from config.demo import registers
from console.domain.commands import SaveRecords
from console.domain.maintenance.emergencies import EmergencyPlan
from console.domain.maintenance.hazards import Hazard
from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person, running_out
from console.domain.maintenance.rounds import Route
from console.domain.maintenance.shifts import WatchList
from console.domain.maintenance.vendors import Vendor
from console.domain.world import World
from tests.helpers.demo_estate import demo_estate


def test_the_demos_registers_are_taken_as_they_are() -> None:
    desk = Desk()
    estate = demo_estate()
    desk.world = World.load(estate, accounts=PEOPLE)
    assert estate.roster is not None
    desk.world.roster = estate.roster
    records = registers.records(estate, START)
    desk.do(SaveRecords(records, (0,) * len(records)), CHEN)
    for act in registers.acts():
        desk.do(act, CHEN)
    people, parts, vendors = (desk.world.records(kind) for kind in (Person, Part, Vendor))
    assert [part for part in parts.values() if part.short], "the parts page has something to show"
    assert [person for person in people.values() if running_out(person, desk.now)], "and so has the people's"
    assert {part.vendor for part in parts.values() if part.vendor} <= set(vendors)
    assert {person.vendor for person in people.values() if person.vendor} <= set(vendors)
    assert len(desk.world.records(EmergencyPlan)) == len(registers._PLANS) and len(desk.world.records(Hazard)) == 1
    routes = desk.world.records(Route).values()
    automatic = [route for route in routes if route.automatic]
    assert len(automatic) == len(registers._ROUNDS), "each finds points of its machine to be filled from"
    (watch,) = desk.world.records(WatchList).values()
    assert [item.point for item in watch.items][:-1] == list(registers._WATCHED)
