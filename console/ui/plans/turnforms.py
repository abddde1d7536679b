"""The forms with which turns are moved, skipped and put back: one act for every visit that was chosen, one reason for all."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from console.domain.commands import SaveRecords
from console.domain.maintenance.planning import TurnChange, change_id
from console.domain.maintenance.planning_decisions import carrier
from console.texts import tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.plans.presenter import Item


def move_form(picture: Picture, desk: Desk, chosen: list[Item], to: int) -> Form:
    """To another day; ``to`` 0: the person types it."""
    form = Form(picture, desk, _about("move", chosen), tr("plans.act.move"), "plans_move_form")
    day = form.line("plans_move_to", tr("plans.field.to"), "2026-12-31")
    if to:
        day.setText(date.fromordinal(to).isoformat())
    reason = form.line("plans_move_reason", tr("plans.field.reason"), tr("plans.reason_hint"))
    form.make = lambda: _save(picture, chosen, _date(day.text()), reason.text())
    return form


def skip_form(picture: Picture, desk: Desk, chosen: list[Item]) -> Form:
    """Not this time."""
    form = Form(picture, desk, _about("skip", chosen), tr("plans.act.skip"), "plans_skip_form")
    reason = form.line("plans_skip_reason", tr("plans.field.reason"), tr("plans.reason_hint"))
    form.make = lambda: _save(picture, chosen, "", reason.text())
    return form


def restore_form(picture: Picture, desk: Desk, changes: list[TurnChange]) -> Form:
    """As the plan has it."""
    form = Form(picture, desk, tr("plans.restore", count=len(changes)), tr("plans.act.restore"), "plans_restore_form")
    reason = form.line("plans_restore_reason", tr("plans.field.reason"), tr("plans.reason_hint"))

    def make() -> SaveRecords:
        if not reason.text().strip():
            raise ValueError(tr("refused.reason_missing"))
        ended = tuple(replace(change, ended_at=picture.now()) for change in changes)
        return SaveRecords(ended, tuple(change.revision for change in changes), reason.text())

    form.make = make
    return form


def _about(act: str, chosen: list[Item]) -> str:
    if len(chosen) == 1:
        return tr(f"plans.{act}_one", title=chosen[0].title)
    return tr(f"plans.{act}_many", title=chosen[0].title, count=len(chosen))


def _save(picture: Picture, chosen: list[Item], to: str, reason: str) -> SaveRecords:
    if not reason.strip():
        raise ValueError(tr("refused.reason_missing"))
    present = picture.records(TurnChange)
    records = []
    for item in chosen:
        if item.visit is not None:
            plan, turn = carrier(item.chain).id, date.fromordinal(item.visit.turn).isoformat()
            name = change_id(plan, turn)
            records.append(TurnChange(id=name, plan=plan, turn=turn, to=to, reason=reason, equipment=item.equipment))
    bases = tuple(present[record.id].revision if record.id in present else 0 for record in records)
    return SaveRecords(tuple(records), bases, reason)


def _date(text: str) -> str:
    """The typed day; raises ``ValueError`` with the sentence to show."""
    word = text.strip().replace("/", "-").replace(".", "-")
    try:
        return date.fromisoformat(word).isoformat()
    except ValueError:
        raise ValueError(tr("registers.no_date", text=text)) from None
