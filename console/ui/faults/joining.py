"""The forms that put faults together and take them apart: which one, which alarm, and why."""

from __future__ import annotations

from console.domain.commands import Command, MergeFault, SplitFault
from console.domain.faults import Fault
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.faults.presenter import alarms_of
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.cards import label


def mergeable(picture: Picture, fault: Fault) -> list[Fault]:
    """The open faults that this one may become part of, of the same machine first; a drill's with its own only."""
    others = [each for each in picture.faults.values() if each.open and each.number != fault.number and each.drill == fault.drill]
    return sorted(others, key=lambda each: (each.equipment != fault.equipment, each.number))


def splittable(picture: Picture, fault: Fault) -> bool:
    """It has more than one alarm that is still there."""
    return fault.open and sum(alarm.fault == fault.id for alarm in alarms_of(picture, fault)) > 1


def merge_form(picture: Picture, desk: Desk, fault: Fault) -> Form:
    """``fault`` becomes part of another one."""
    form = Form(picture, desk, tr("faults.merge.heading", fault=fault.id), tr("faults.merge.do"), "merge_fault")
    entries = [
        (f"{each.id}  P{each.priority}  {equipment_name(picture, each.equipment)}  {each.text.get(language())}", str(each.number))
        for each in mergeable(picture, fault)
    ]
    into = form.choice("merge_into", tr("faults.merge.into"), entries)
    reason = form.line("merge_reason", tr("faults.merge.reason"), tr("faults.merge.hint"))
    form.rows.addRow(label(tr("faults.merge.what"), "dim", wrap=True))

    def make() -> Command:
        if not into.currentData():
            raise ValueError(tr("faults.merge.none"))
        return MergeFault(fault.number, int(into.currentData()), reason.text())

    form.make = make
    return form


def split_form(picture: Picture, desk: Desk, fault: Fault) -> Form:
    """One alarm gets a fault of its own."""
    form = Form(picture, desk, tr("faults.split.heading", fault=fault.id), tr("faults.split.do"), "split_fault")
    entries = [
        (f"P{alarm.priority}  {alarm.text.get(language())}  {alarm.id}", str(alarm.number))
        for alarm in alarms_of(picture, fault)
        if alarm.fault == fault.id
    ]
    which = form.choice("split_alarm", tr("faults.split.alarm"), entries)
    which.setCurrentIndex(which.count() - 1)  # the opening one rarely is the odd one
    reason = form.line("split_reason", tr("faults.split.reason"), tr("faults.split.hint"))
    form.rows.addRow(label(tr("faults.split.what"), "dim", wrap=True))

    def make() -> Command:
        if not which.currentData():
            raise ValueError(tr("faults.refused.split_only", fault=fault.id))
        return SplitFault(fault.number, int(which.currentData()), reason.text())

    form.make = make
    return form
