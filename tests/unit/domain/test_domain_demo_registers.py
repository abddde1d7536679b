"""The demo estate's registers pass the same judges as anybody's."""

from __future__ import annotations

from domain_builders import CHEN, Desk

from config.demo import registers
from console.domain.commands import SaveRecords
from console.domain.maintenance.parts import Part
from console.domain.maintenance.people import Person, running_out
from console.domain.maintenance.vendors import Vendor


def test_the_demos_registers_are_taken_as_they_are() -> None:
    desk = Desk()
    records = registers.records(desk.now)
    desk.do(SaveRecords(records, (0,) * len(records)), CHEN)
    for move in registers.stock():
        desk.do(move, CHEN)
    people, parts, vendors = (desk.world.records(kind) for kind in (Person, Part, Vendor))
    assert [part for part in parts.values() if part.short], "the parts page has something to show"
    assert [person for person in people.values() if running_out(person, desk.now)], "and so has the people's"
    assert {part.vendor for part in parts.values() if part.vendor} <= set(vendors)
    assert {person.vendor for person in people.values() if person.vendor} <= set(vendors)
