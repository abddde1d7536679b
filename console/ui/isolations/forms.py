"""The forms of the register: record, complete, patrol, lift. Each shows a refusal where it was typed."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLineEdit

from console.domain.commands import AmendIsolation, Command, LiftIsolation, RecordIsolation, RecordPatrol
from console.domain.isolations import Isolation
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.isolations.presenter import length, parse_length
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture


def _form(picture: Picture, desk: Desk, act: str) -> Form:
    return Form(picture, desk, tr(f"isolations.act.{act}"), tr(f"isolations.act.{act}"), f"isolation_{act}")


def _line(form: Form, name: str, text: str = "", hint: str = "") -> QLineEdit:
    field = form.line(f"isolation_{name}", tr(f"isolations.field.{name}"), hint)
    field.setText(text)
    return field


def _every(field: QLineEdit) -> int:
    try:
        return parse_length(field.text())
    except ValueError:
        raise ValueError(tr("isolations.length_unknown", text=field.text())) from None


def record_form(picture: Picture, desk: Desk) -> Form:
    """A new entry by hand."""
    form = _form(picture, desk, "record")
    machines = [(f"{machine.name.get(language())}（{machine.id}）", machine.id) for machine in picture.equipment.values()]
    machine = form.choice("isolation_equipment", tr("isolations.field.equipment"), machines)
    machine.setEditable(True)
    machine.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    what = _line(form, "what", hint=tr("isolations.hint.what"))
    since = _line(form, "since", hint=tr("readings.field.when_now"))
    reason, who = _line(form, "reason"), _line(form, "isolated_by")
    until = _line(form, "until", hint="2026-11-25 18:00")
    every, walker = _line(form, "patrol_every", hint=tr("isolations.hint.every")), _line(form, "patrol_by")

    def make() -> Command:
        found = machine.findText(machine.currentText())
        chosen = str(machine.itemData(found)) if found >= 0 else machine.currentText().strip()
        return RecordIsolation(
            chosen, reason.text(), who.text(), what=what.text(), since=form.moment(since), until=form.moment(until),
            patrol_every=_every(every), patrol_by=walker.text(),
        )  # fmt: skip

    form.make = make
    return form


def amend_form(picture: Picture, desk: Desk, isolation: Isolation) -> Form:
    """Reason, person, end and patrol of an entry."""
    form = _form(picture, desk, "amend")
    reason, who = _line(form, "reason", isolation.reason), _line(form, "isolated_by", isolation.isolated_by)
    until = _line(form, "until", full_text(isolation.until, picture.estate.site.timezone), "2026-11-25 18:00")
    every = _line(form, "patrol_every", length(isolation.patrol_every), tr("isolations.hint.every"))
    walker = _line(form, "patrol_by", isolation.patrol_by)
    form.make = lambda: AmendIsolation(
        isolation.number, reason.text(), who.text(), form.moment(until), _every(every), walker.text()
    )
    return form


def patrol_form(picture: Picture, desk: Desk, isolation: Isolation) -> Form:
    """A patrol was made."""
    form = _form(picture, desk, "patrol")
    result = _line(form, "result", hint=tr("isolations.hint.result"))
    at = _line(form, "patrol_at", hint=tr("readings.field.when_now"))
    walker = _line(form, "walked_by", isolation.patrol_by)
    reason = _line(form, "late_reason", hint=tr("orders.field.reason_hint"))
    form.make = lambda: RecordPatrol(isolation.number, result.text(), form.moment(at), walker.text(), reason.text())
    return form


def lift_form(picture: Picture, desk: Desk, isolation: Isolation) -> Form:
    """Back in the watch."""
    form = _form(picture, desk, "lift")
    note = _line(form, "lift_note", hint=tr("isolations.hint.lift"))
    at = _line(form, "lifted_at", hint=tr("readings.field.when_now"))
    who = _line(form, "lifted_by")
    form.make = lambda: LiftIsolation(isolation.number, note.text(), form.moment(at), who.text())
    return form
