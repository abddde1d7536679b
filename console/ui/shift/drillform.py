"""Beginning a drill: its kind, what is simulated where and when, who is informed, how long it lasts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
)

from console.domain.accounts import Right
from console.domain.maintenance import drilling
from console.domain.maintenance.drilling import Simulated, StartDrill
from console.domain.problems import Problem
from console.domain.rules import Category
from console.domain.text import Text
from console.domain.times import MINUTE
from console.texts import language, sentence, tr
from console.ui.shift.values import contains_typed
from console.ui.strip import equipment_name
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import Card, label

CATEGORY = {"fire": Category.FIRE, "trapped": Category.TRAPPED}  # of a simulated fault that no rule describes
PRIORITY = {"fire": 1, "trapped": 1, "power_cut": 1, "leak": 2, "earthquake": 1, "equipment": 2, "other": 3}  # requirements §11


class DrillForm(Card):
    """See the module."""

    started = Signal(int)

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book, self._picture, self._desk = book, book.picture, book.desk
        self._simulated: list[Simulated] = []
        self.setObjectName("drill_form")
        self._rows = QFormLayout()
        self.body.addLayout(self._rows)
        self.title, self.scenario = QLineEdit(), QLineEdit()
        self.kind, self.machine, self.rule, self.priority = (QComboBox() for _ in range(4))
        self.text = QLineEdit()
        self.after, self.length = QSpinBox(), QSpinBox()
        self.informed, self.faults = QListWidget(), QListWidget()
        names = ("title", "kind", "scenario", "machine", "rule", "text", "priority", "after", "faults", "informed", "length")
        self._names = {name: label(role="dim", wrap=True) for name in names}
        for name in names:
            field = getattr(self, name)
            field.setObjectName(f"drill_{name}")
            self._names[name].setMaximumWidth(160)
            self._rows.addRow(self._names[name], field)
        self.machine.setEditable(True)
        self.machine.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        contains_typed(self.machine)
        self.after.setRange(0, 479)
        self.length.setRange(drilling.SHORTEST // MINUTE, drilling.LONGEST // MINUTE)
        self.length.setValue(drilling.DEFAULT // MINUTE)
        for listed in (self.informed, self.faults):
            listed.setMaximumHeight(120)
        for priority in (1, 2, 3):
            self.priority.addItem(f"P{priority}", priority)
        row = QHBoxLayout()
        self.add, self.remove, self.start = QPushButton(), QPushButton(), QPushButton()
        for button, name in ((self.add, "add_fault"), (self.remove, "remove_fault"), (self.start, "start")):
            button.setObjectName(f"drill_{name}")
            row.addWidget(button)
        row.insertStretch(2, 1)
        self.start.setProperty("primary", True)
        self.body.addLayout(row)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("drill_form_error")
        self._error.hide()
        self.body.addWidget(self._error)
        self.body.addStretch(1)
        self.machine.currentIndexChanged.connect(self._fill_rules)
        self.rule.currentIndexChanged.connect(self._by_rule)
        self.kind.currentIndexChanged.connect(self._by_event)
        self.add.clicked.connect(self.do_add)
        self.remove.clicked.connect(self.do_remove)
        self.start.clicked.connect(self.do_start)
        book.changed.connect(self._fill_people)

    # --- showing

    def open_form(self) -> None:
        """A new one."""
        self._simulated = []
        self.title.clear()
        self.scenario.clear()
        self._error.hide()
        self.machine.blockSignals(True)
        self.machine.clear()
        for machine in self._picture.equipment.values():
            self.machine.addItem(f"{equipment_name(self._picture, machine.id)}（{machine.id}）", machine.id)
        self.machine.blockSignals(False)
        self._fill_rules()
        self._fill_people()
        self._by_event()
        self._fill_faults()
        self.refresh()
        self.title.setFocus()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        self.set_heading(tr("shift.drill.form"), tr("shift.drill.form.remark"))
        for name, title in self._names.items():
            title.setText(tr(f"shift.drill.field.{name}"))
        chosen = self.kind.currentData()
        self.kind.blockSignals(True)
        self.kind.clear()
        for name in drilling.SCENARIOS:
            self.kind.addItem(tr(f"drill.scenario.{name}"), name)
        self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))
        self.kind.blockSignals(False)
        for box in (self.after, self.length):
            box.setSuffix(tr("shift.list.minutes"))
        self.scenario.setPlaceholderText(tr("shift.drill.scenario_hint"))
        self.text.setPlaceholderText(tr("shift.drill.text_hint"))
        self.add.setText(tr("shift.drill.add_fault"))
        self.remove.setText(tr("shift.drill.remove_fault"))
        self.start.setText(tr("shift.drill.start"))
        self._fill_rules()
        self._fill_faults()

    def refresh(self) -> None:
        """May it begin?"""
        may = self._picture.may(Right.RUN_DRILL)
        self.start.setEnabled(may)
        self.start.setToolTip("" if may else tr("shift.drill.right"))

    def _fill_rules(self, _place: int = 0) -> None:
        """The machine's own alarms: they bring words, priority and procedure with them."""
        chosen = self.rule.currentData()
        self.rule.blockSignals(True)
        self.rule.clear()
        self.rule.addItem(tr("shift.drill.own_words"), "")
        machine = self.machine.currentData()
        for rule in self._picture.rules.values():
            if rule.equipment == machine and rule.enabled:
                self.rule.addItem(f"P{rule.priority} {rule.text.get(language()) or rule.id}", rule.id)
        self.rule.setCurrentIndex(max(0, self.rule.findData(chosen)))
        self.rule.blockSignals(False)
        self._by_rule()

    def _by_rule(self, _place: int = 0) -> None:
        own = not self.rule.currentData()
        self.text.setEnabled(own)
        self.priority.setEnabled(own)

    def _by_event(self, _place: int = 0) -> None:
        event = str(self.kind.currentData() or "other")
        self.priority.setCurrentIndex(PRIORITY[event] - 1)

    def _fill_people(self) -> None:
        """Everybody who has an address; ticked ones stay ticked."""
        ticked = set(self.informed_people())
        self.informed.clear()
        for contact in self._book.settings.contacts:
            if contact.addresses:
                entry = QListWidgetItem(self._book.display(contact.person))
                entry.setData(Qt.ItemDataRole.UserRole, contact.person)
                entry.setFlags(entry.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                entry.setCheckState(Qt.CheckState.Checked if contact.person in ticked else Qt.CheckState.Unchecked)
                self.informed.addItem(entry)
        self.informed.setVisible(self.informed.count() > 0)
        key = "shift.drill.field.informed" if self.informed.count() else "shift.drill.no_contacts"
        self._names["informed"].setText(tr(key))

    def informed_people(self) -> tuple[str, ...]:
        """Those who are ticked."""
        entries = (self.informed.item(place) for place in range(self.informed.count()))
        return tuple(str(e.data(Qt.ItemDataRole.UserRole)) for e in entries if e.checkState() is Qt.CheckState.Checked)

    def _fill_faults(self) -> None:
        self.faults.clear()
        for each in self._simulated:
            rule = self._picture.rules.get(each.rule)
            words = (rule.text if rule is not None else each.text).get(language())
            machine = equipment_name(self._picture, each.equipment)
            self.faults.addItem(tr("shift.drill.fault_line", minutes=each.after // MINUTE, machine=machine, words=words))
        self.faults.setVisible(bool(self._simulated))
        self._names["faults"].setVisible(bool(self._simulated))
        self.remove.setVisible(bool(self._simulated))

    # --- acts

    def chosen(self) -> Simulated | None:
        """The simulated fault that the fields describe; ``None``: nothing yet."""
        place = self.machine.currentIndex()
        if self.machine.currentText() != self.machine.itemText(place):
            place = self.machine.findText(self.machine.currentText())
        machine = str(self.machine.itemData(place) if place >= 0 else self.machine.currentText().strip())
        rule, words = str(self.rule.currentData() or ""), self.text.text().strip()
        if not rule and not words:
            return None
        event = str(self.kind.currentData())
        category = CATEGORY.get(event, Category.EQUIPMENT)
        priority = int(self.priority.currentData())
        return Simulated(machine, rule, Text("") if rule else Text(words), priority, category, self.after.value() * MINUTE)

    def do_add(self) -> None:
        """One more simulated fault."""
        simulated = self.chosen()
        if simulated is None:
            self._say(tr("drill.refused.text"))
            return
        self._error.hide()
        self._simulated.append(simulated)
        self.text.clear()
        self.rule.setCurrentIndex(0)
        self._fill_faults()

    def do_remove(self) -> None:
        """The chosen one, or the last."""
        place = self.faults.currentRow()
        if self._simulated:
            del self._simulated[place if place >= 0 else -1]
            self._fill_faults()

    def do_start(self) -> None:
        """Begin; what the fields still describe is part of it."""
        last = self.chosen()
        simulated = (*self._simulated, *([last] if last is not None else []))
        command = StartDrill(
            self.title.text(), str(self.kind.currentData()), simulated, self.scenario.text(), self.informed_people(),
            self.length.value() * MINUTE,
        )  # fmt: skip
        self.start.setEnabled(False)
        self._desk.ask(command, self._began, self._denied)

    def _began(self, number: int) -> None:
        self.refresh()
        self._error.hide()
        self.started.emit(number)

    def _denied(self, problem: Problem) -> None:
        self.refresh()
        self._say(sentence(problem))

    def _say(self, text: str) -> None:
        self._error.setText(text)
        self._error.show()
