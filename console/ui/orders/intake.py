"""The phone is ringing: one form from top to bottom by the keyboard alone, made to be filled within half a minute.

Place first (type a few letters of a name or number and press Enter), then what is wrong, then who calls. A word of danger proposes
the urgent mark; F9 sets it by hand. Ctrl+Enter takes the call.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QCompleter, QLineEdit

from console.domain.commands import Command
from console.domain.maintenance.cards import Card
from console.domain.maintenance.intake import CHANNELS, TakeCall, sounds_urgent
from console.domain.orders import OrderKind
from console.domain.stages import ZONES
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.widgets.cards import label

_ID = re.compile(r"[（(]([^）)]+)[）)]")


class Places:
    """Every equipment and place by name: ``1-1# 客梯（T1-L1） · 1 号楼``, found by any piece of it."""

    def __init__(self, picture: Picture) -> None:
        self._ids: dict[str, tuple[str, str]] = {}  # what is shown -> (equipment, place)
        tongue = language()
        names = {place.id: place.name.get(tongue) for place in picture.locations.values()}
        for machine in picture.equipment.values():
            where = names.get(machine.location, "")
            self._ids[f"{machine.name.get(tongue)}（{machine.id}）" + (f" · {where}" if where else "")] = (machine.id, where)
        for card in picture.records(Card).values():
            if card.id not in picture.equipment:
                self._ids[f"{card.title.get(tongue)}（{card.code}）" + (f" · {card.place}" if card.place else "")] = (
                    card.id,
                    card.place,
                )
        for place in names.values():
            self._ids.setdefault(place, ("", place))

    def shown(self) -> list[str]:
        """All of them, as shown."""
        return list(self._ids)

    def of(self, text: str) -> tuple[str, str]:
        """(equipment, place): one of the list, an equipment's id, or the words as the exact place."""
        typed = text.strip()
        if typed in self._ids:
            return self._ids[typed]
        named = _ID.search(typed)  # shown in the other language, or an id alone
        for equipment, place in self._ids.values():
            if equipment and equipment.casefold() in {typed.casefold(), named.group(1).casefold() if named else ""}:
                return equipment, place
        return "", typed

    def line(self, equipment: str) -> str:
        """How an equipment is shown; empty if there is none."""
        return next((shown for shown, (known, _) in self._ids.items() if equipment and known == equipment), "")


class _EnterGoesOn(QObject):
    """Enter in a field goes to the next one, as on a telephone form."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QLineEdit) and event.type() is QEvent.Type.KeyPress:
            key = event.key()  # type: ignore[attr-defined] # a key press is a QKeyEvent
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():  # type: ignore[attr-defined] # see above
                watched.focusNextChild()
                return True
        return super().eventFilter(watched, event)


def intake_form(picture: Picture, desk: Desk, equipment: str = "") -> Form:
    """A new order by hand: a phone call, a finding, a project."""
    form = Form(picture, desk, tr("orders.act.new"), tr("orders.act.take"), "raise")
    places = Places(picture)
    known = form.line("order_equipment", tr("orders.field.where"), tr("orders.field.where_hint"))
    completer = QCompleter(QStringListModel(places.shown(), form), form)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setMaxVisibleItems(12)
    known.setCompleter(completer)
    known.setText(places.line(equipment))
    exact = form.line("order_place", tr("orders.field.place"), tr("orders.field.place_hint"))
    symptom = form.words("order_symptom", tr("orders.field.symptom"), lines=3)
    symptom.setPlaceholderText(tr("orders.field.symptom_hint"))
    caller = form.line("order_caller", tr("orders.field.caller"))
    contact = form.line("order_contact", tr("orders.field.contact"))
    wished = form.line("order_due", tr("orders.field.due"), tr("orders.field.wished_hint"))
    urgent = QCheckBox(tr("orders.field.urgent"))
    urgent.setObjectName("order_urgent")
    form.rows.addRow("", urgent)
    warning = label(tr("orders.urgent_proposed"), "error", wrap=True)
    warning.hide()
    form.rows.addRow("", warning)
    kinds = [
        (tr(f"domain.order_kind.{each}"), each.value) for each in (OrderKind.CORRECTIVE, OrderKind.INSPECTION, OrderKind.PROJECT)
    ]
    kind = form.choice("order_kind", tr("orders.field.kind"), kinds)
    priorities = [(f"P{number} {tr(f'domain.priority.{number}')}", str(number)) for number in (1, 2, 3, 4)]
    priority = form.choice("order_priority", tr("orders.field.priority"), priorities)
    priority.setCurrentIndex(2)
    channel = form.choice("order_channel", tr("orders.field.channel"), [(tr(f"domain.channel.{each}"), each) for each in CHANNELS])
    distances = [(tr("orders.no_zone"), ""), *((tr(f"domain.zone.{each}"), each) for each in ZONES)]
    distance = form.choice("order_zone", tr("orders.field.zone"), distances)
    title = form.line("order_title", tr("orders.field.title"), tr("orders.field.title_hint"))
    goes_on = _EnterGoesOn(form)
    for field in (known, exact, caller, contact, wished):
        field.returnPressed.disconnect()
        field.installEventFilter(goes_on)
    symptom.textChanged.connect(lambda: warning.setVisible(sounds_urgent(symptom.toPlainText()) and not urgent.isChecked()))
    urgent.toggled.connect(priority.setDisabled)
    urgent.toggled.connect(warning.hide)
    QShortcut(QKeySequence("F9"), form, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(urgent.toggle)
    QShortcut(QKeySequence("Ctrl+Return"), form, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(
        form.accept.click
    )

    def make() -> Command:
        machine, place = places.of(known.text())
        where = exact.text().strip()
        return TakeCall(
            symptom=symptom.toPlainText(),
            place=f"{place} {where}".strip() if not machine else (where or place),
            equipment=machine,
            caller=caller.text(),
            contact=contact.text(),
            wished_at=form.moment(wished),
            urgent=urgent.isChecked(),
            title=title.text(),
            kind=OrderKind(str(kind.currentData())),
            priority=int(str(priority.currentData())),
            channel=str(channel.currentData()),
            zone=str(distance.currentData()),
        )

    form.make = make
    return form
