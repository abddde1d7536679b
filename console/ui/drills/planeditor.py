"""An emergency plan in the making: its six parts (R-EM-01) as texts, steps and lists as lines with fields between bars."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import SaveRecords
from console.domain.maintenance import safety_templates
from console.domain.maintenance.emergencies import EmergencyPlan, EventType
from console.domain.problems import Problem
from console.domain.rules import Category
from console.domain.text import EMPTY, Text
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.drills import presenter
from console.ui.registers.forms import words_of
from console.ui.rounds.editor import fill
from console.ui.widgets.cards import Card, label

BLANK = EmergencyPlan(id="", title=EMPTY, event=EventType.OTHER)
LINES = ("title_zh", "title_en", "categories", "kinds", "words")
LISTS = ("roles", "steps", "materials", "contacts")
TEXTS = ("risk", "reporting", "warning", "afterwork")


class PlanEditor(QWidget):
    """See the module. ``left`` when it is saved or given up."""

    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._plan = BLANK
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._card = Card()
        outer.addWidget(self._card)
        head = QGridLayout()
        self._template, self._event = QComboBox(), QComboBox()
        self._lines = {name: QLineEdit() for name in LINES}
        self._areas = {name: QPlainTextEdit() for name in (*LISTS, *TEXTS)}
        self._names = {name: label(role="dim") for name in ("template", "event", *LINES, *LISTS, *TEXTS)}
        tops: dict[str, QWidget] = {"template": self._template, "event": self._event, **self._lines}
        for place, (name, field) in enumerate(tops.items()):
            field.setObjectName(f"plan_{name}")
            head.addWidget(self._names[name], 0, place)
            head.addWidget(field, 1, place)
        self._card.body.addLayout(head)
        body = QGridLayout()
        places = {
            "steps": (0, 0, 1, 2), "roles": (2, 0, 1, 1), "contacts": (2, 1, 1, 1), "materials": (4, 0, 1, 1), "risk": (4, 1, 1, 1),
            "reporting": (6, 0, 1, 1), "afterwork": (6, 1, 1, 1), "warning": (8, 0, 1, 2),
        }  # fmt: skip
        for name, (row, column, _rows, columns) in places.items():
            self._areas[name].setObjectName(f"plan_{name}")
            self._areas[name].setTabChangesFocus(True)
            body.addWidget(self._names[name], row, column, 1, columns)
            body.addWidget(self._areas[name], row + 1, column, 1, columns)
            body.setRowStretch(row + 1, 4 if name == "steps" else 1 if name == "warning" else 2)
        self._card.body.addLayout(body, 1)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("plan_error")
        self._card.body.addWidget(self._error)
        acts = QHBoxLayout()
        self._save, self._leave = QPushButton(), QPushButton()
        self._save.setProperty("primary", True)
        self._save.setObjectName("plan_save")
        self._leave.setObjectName("plan_leave")
        acts.addWidget(self._save)
        acts.addStretch(1)
        acts.addWidget(self._leave)
        self._card.body.addLayout(acts)
        self._template.activated.connect(self._use_template)
        self._save.clicked.connect(self._send)
        self._leave.clicked.connect(self.left)
        QShortcut(QKeySequence("Ctrl+S"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(self._send)
        self.retranslate()

    def edit(self, plan: EmergencyPlan | None) -> None:
        """Begin with a plan, or with an empty one."""
        self._plan = plan or BLANK
        self._template.setEnabled(plan is None)
        self._template.setCurrentIndex(0)
        self._error.setText("")
        self._card.set_heading(self._plan.id or tr("emergencies.act.new"))
        self._take(self._plan)
        (self._template if plan is None else self._lines["title_zh"]).setFocus()

    def retranslate(self) -> None:
        """All words; lists show both languages, the other texts that in which one reads."""
        for name, piece in self._names.items():
            piece.setText(tr(f"emergencies.edit.{name}"))
        self._save.setText(tr("registers.save"))
        self._leave.setText(tr("orders.leave"))
        template, event = self._template.currentData(), self._event.currentData()
        plans = [(each.title.get(language()), name) for name, each in safety_templates.emergency_plans().items()]
        fill(self._template, [(tr("routes.no_template"), ""), *plans])
        fill(self._event, [(presenter.event_text(each.value), each.value) for each in EventType])
        self._template.setCurrentIndex(max(0, self._template.findData(template)))
        self._event.setCurrentIndex(max(0, self._event.findData(event)))
        for name in TEXTS:
            self._areas[name].setPlainText(getattr(self._plan, name).get(language()))

    def _take(self, plan: EmergencyPlan) -> None:
        self._event.setCurrentIndex(max(0, self._event.findData(plan.event.value)))
        texts = {
            "title_zh": plan.title.zh, "title_en": plan.title.en, "categories": ", ".join(plan.categories),
            "kinds": ", ".join(plan.kinds), "words": ", ".join(plan.words),
        }  # fmt: skip
        for name, text in texts.items():
            self._lines[name].setText(text)
        lists = {
            "roles": presenter.write_roles(plan), "steps": presenter.write_steps(plan),
            "materials": presenter.write_materials(plan), "contacts": presenter.write_contacts(plan),
        }  # fmt: skip
        for name, text in lists.items():
            self._areas[name].setPlainText(text)
        for name in TEXTS:
            self._areas[name].setPlainText(getattr(plan, name).get(language()))

    def _use_template(self) -> None:
        template = safety_templates.emergency_plans().get(str(self._template.currentData()))
        if template is not None:
            self._plan = template
            self._take(template)

    def _send(self) -> None:
        try:
            plan = self._made()
        except ValueError as wrong:
            self._error.setText(str(wrong))
            return
        self._error.setText("")
        self._save.setEnabled(False)
        self._desk.ask(SaveRecords((plan,), (self._plan.revision,)), self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self._save.setEnabled(True)
        self.left.emit()

    def _denied(self, problem: Problem) -> None:
        self._save.setEnabled(True)
        self._error.setText(sentence(problem))

    def _made(self) -> EmergencyPlan:
        areas = {name: area.toPlainText() for name, area in self._areas.items()}
        categories = words_of(self._lines["categories"].text())
        unknown = [each for each in categories if each not in [category.value for category in Category]]
        if unknown:
            raise ValueError(tr("emergencies.wrong.category", found=unknown[0], known=", ".join(Category)))
        return replace(
            self._plan, title=Text(self._lines["title_zh"].text().strip(), self._lines["title_en"].text().strip()),
            event=EventType(self._event.currentData()), roles=presenter.read_roles(areas["roles"]),
            steps=presenter.read_steps(areas["steps"]),
            materials=presenter.read_materials(areas["materials"], self._plan.materials),
            contacts=presenter.read_contacts(areas["contacts"]), categories=categories,
            kinds=words_of(self._lines["kinds"].text()), words=words_of(self._lines["words"].text()),
            **{name: _said(getattr(self._plan, name), areas[name].strip()) for name in TEXTS},
        )  # fmt: skip


def _said(before: Text, typed: str) -> Text:
    """The text with what was typed in the reader's language; the other language stays."""
    if typed == before.get(language()):
        return before
    return replace(before, zh=typed) if language().startswith("zh") else replace(before, en=typed)
