"""The commands of maintenance that are more than saving a record. Part of :mod:`console.domain.commands`."""

from __future__ import annotations

from console.domain.maintenance.archiving import RemoveArchived
from console.domain.maintenance.cards_batches import ImportLedger, UndoLedgerImport
from console.domain.maintenance.contractors import ContractorCommand
from console.domain.maintenance.drilling import EndDrill, NoteDrill, ReturnSimulated, StartDrill
from console.domain.maintenance.drills import RecordDrill, ReviewDrill
from console.domain.maintenance.emergencies import BeginEmergency, CheckMaterials, DoEmergencyStep, EndEmergency, NoteEmergency
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.hazards import (
    AnalyseHazard,
    OrderForHazard,
    RecheckHazard,
    RecordHazard,
    RectifyHazard,
    VoidHazard,
)
from console.domain.maintenance.intake import TakeCall
from console.domain.maintenance.orderwork import OrderCommand
from console.domain.maintenance.parts import MoveStock
from console.domain.maintenance.rescues import SignRescue
from console.domain.maintenance.rounds import AnswerRound, BeginRound, ExplainRounds, FinishRound
from console.domain.maintenance.shifts import FinishNote, RecordShiftCheck, SaveWatchRecord, SignHandover

MaintenanceCommand = (
    StartDrill | EndDrill | NoteDrill | ReturnSimulated | MoveStock | StoreFile | ImportLedger | UndoLedgerImport
    | BeginRound | AnswerRound | FinishRound | ExplainRounds
    | RecordHazard | AnalyseHazard | OrderForHazard | RectifyHazard | RecheckHazard | VoidHazard
    | BeginEmergency | DoEmergencyStep | NoteEmergency | EndEmergency | CheckMaterials
    | RecordDrill | ReviewDrill | SignRescue
    | RemoveArchived | OrderCommand | ContractorCommand | TakeCall
    | SaveWatchRecord | RecordShiftCheck | FinishNote | SignHandover
)  # fmt: skip
