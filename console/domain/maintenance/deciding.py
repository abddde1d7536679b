"""Commands of maintenance, each with the function that decides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.domain.acts import Act
from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import Event
from console.domain.maintenance import contractors as co
from console.domain.maintenance import (
    contractors_decisions,
    drilling_decisions,
    drills,
    drills_decisions,
    emergencies,
    emergencies_decisions,
    hazards,
    hazards_decisions,
    intake_decisions,
    judging,
    orderwork_decisions,
    parts_decisions,
    rescues,
    rescues_decisions,
    rounds,
    rounds_decisions,
    shifts_decisions,
)
from console.domain.maintenance import orderwork as ow
from console.domain.maintenance.drilling import EndDrill, NoteDrill, ReturnSimulated, StartDrill
from console.domain.maintenance.intake import TakeCall
from console.domain.maintenance.parts import MoveStock
from console.domain.maintenance.shifts import FinishNote, RecordShiftCheck, SaveWatchRecord, SignHandover

DECISIONS: dict[type, Callable[[Act, Any], tuple[Event, ...]]] = {
    SaveRecords: judging.save,
    EndRecord: judging.end,
    MoveStock: parts_decisions.move,
    rounds.BeginRound: rounds_decisions.begin,
    rounds.AnswerRound: rounds_decisions.answer,
    rounds.FinishRound: rounds_decisions.finish,
    rounds.ExplainRounds: rounds_decisions.explain,
    hazards.RecordHazard: hazards_decisions.record,
    hazards.AnalyseHazard: hazards_decisions.analyse,
    hazards.OrderForHazard: hazards_decisions.order,
    hazards.RectifyHazard: hazards_decisions.rectify,
    hazards.RecheckHazard: hazards_decisions.recheck,
    hazards.VoidHazard: hazards_decisions.void,
    emergencies.BeginEmergency: emergencies_decisions.begin,
    emergencies.DoEmergencyStep: emergencies_decisions.step,
    emergencies.NoteEmergency: emergencies_decisions.note,
    emergencies.EndEmergency: emergencies_decisions.end,
    emergencies.CheckMaterials: emergencies_decisions.check_materials,
    drills.RecordDrill: drills_decisions.record,
    drills.ReviewDrill: drills_decisions.review,
    rescues.SignRescue: rescues_decisions.sign,
    SaveWatchRecord: shifts_decisions.save_record,
    RecordShiftCheck: shifts_decisions.check,
    FinishNote: shifts_decisions.finish_note,
    SignHandover: shifts_decisions.sign,
    StartDrill: drilling_decisions.start,
    EndDrill: drilling_decisions.end,
    NoteDrill: drilling_decisions.note,
    ReturnSimulated: drilling_decisions.give_back,
    ow.EditOrder: orderwork_decisions.edit,
    ow.SetSafety: orderwork_decisions.set_safety,
    ow.ConfirmSafety: orderwork_decisions.confirm_safety,
    ow.LogLabour: orderwork_decisions.log_labour,
    ow.DropLine: orderwork_decisions.drop_line,
    ow.SetDowntime: orderwork_decisions.set_downtime,
    ow.AttachToOrder: orderwork_decisions.attach,
    ow.FollowItem: orderwork_decisions.follow,
    ow.DispatchOrders: orderwork_decisions.dispatch_many,
    ow.RescheduleOrders: orderwork_decisions.reschedule,
    ow.UndoStage: orderwork_decisions.undo,
    ow.CallBack: orderwork_decisions.call_back,
    ow.EnterResult: orderwork_decisions.enter_result,
    co.CallOut: contractors_decisions.call_out,
    co.VisitArrived: contractors_decisions.arrived,
    co.VisitLeft: contractors_decisions.left,
    co.KeepInvoice: contractors_decisions.invoice,
    TakeCall: intake_decisions.take,
}


def decide(act: Act, command: object) -> tuple[Event, ...]:
    """The events that ``command`` leads to; raises :class:`console.domain.problems.Refused`."""
    decision = DECISIONS.get(type(command))
    if decision is None:
        raise TypeError(f"{type(command).__name__} is decided by the engine, not by the domain")
    return decision(act, command)
