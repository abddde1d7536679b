"""Maintenance: ledgers, plans, rounds, hazards, drills, parts, people. :data:`AnyRecord` is every kind of record that is kept."""

from __future__ import annotations

from console.domain.maintenance.archiving import ArchiveBook
from console.domain.maintenance.calendars import CalendarYear
from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_batches import LedgerBatch
from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.drills import Drill, DrillPlan, Training
from console.domain.maintenance.emergencies import EmergencyPlan, EmergencyRun
from console.domain.maintenance.hazards import Hazard, HazardSpot
from console.domain.maintenance.outages import OutageNotice
from console.domain.maintenance.parts import Part, StockMove
from console.domain.maintenance.people import Person
from console.domain.maintenance.planning import Plan, TurnChange
from console.domain.maintenance.reports_mailing import Mailing
from console.domain.maintenance.rescues import Rescue
from console.domain.maintenance.rounds import Round, Route, RouteMemory
from console.domain.maintenance.shifts import Handover, ShiftBook, ShiftCheck, ShiftNote, WatchList, WatchRecord
from console.domain.maintenance.vendors import Vendor, Visit

AnyRecord = (
    Person | Part | StockMove | Vendor | Visit
    | Route | RouteMemory | Round | Hazard | HazardSpot | EmergencyPlan | EmergencyRun | DrillPlan | Drill | Training
    | Rescue | OutageNotice | Card | LedgerBatch
    | Mailing | ArchiveBook
    | DrillRun | Plan | TurnChange | CalendarYear
    | WatchList | WatchRecord | ShiftNote | ShiftCheck | Handover | ShiftBook
)  # fmt: skip
