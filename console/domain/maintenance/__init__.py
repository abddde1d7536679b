"""Maintenance: ledgers, plans, rounds, hazards, drills, parts, people. :data:`AnyRecord` is every kind of record that is kept."""

from __future__ import annotations

from console.domain.maintenance.parts import Part, StockMove
from console.domain.maintenance.people import Person
from console.domain.maintenance.vendors import Vendor, Visit

AnyRecord = (
    Person | Part | StockMove | Vendor | Visit
)  # fmt: skip
