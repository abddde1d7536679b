"""A route in the making: from a template or from nothing, for a place or a machine; its checks in a list, one of them in a form."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.commands import SaveRecords
from console.domain.maintenance import safety_templates
from console.domain.maintenance.rhythms import Every, Rhythm
from console.domain.maintenance.rounds import CATEGORIES, Check, Route
from console.domain.problems import Problem
from console.domain.text import EMPTY, Text
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.registers.naming import machine_name
from console.ui.rounds import presenter
from console.ui.rounds.checkform import CheckForm
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.tables import Column, RowModel, TableView

BLANK = Route(id="", title=EMPTY, rhythm=Rhythm(Every.DAY))


class RouteEditor(QWidget):
    """See the module. ``left`` when it is saved or given up."""

    left = Signal()

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._route = BLANK
        self._checks: list[Check] = []
        self._model: RowModel[tuple[int, Check]] = RowModel(self._columns(), lambda row: row[0], self)
        self.table: TableView[tuple[int, Check]] = TableView(self._model, "route_checks", row_height=32)
        self.form = CheckForm(picture)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _columns(self) -> list[Column[tuple[int, Check]]]:
        return [
            Column("place", "routes.check.place", 40, lambda row: str(row[0] + 1), sort=lambda row: row[0]),
            Column("text", "routes.check.text", 0, lambda row: row[1].text.get(language())),
            Column("kind", "routes.check.kind", 80, lambda row: tr(f"rounds.kind.{row[1].kind.value}")),
            Column("wanted", "routes.check.wanted", 130, lambda row: presenter.wanted(row[1])),
            Column("point", "routes.check.point", 190, lambda row: row[1].point),
            Column("on_fail", "routes.check.on_fail", 130, lambda row: tr(f"rounds.on_fail.{row[1].on_fail}")),
        ]

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        self._card = Card()
        self._card.setFixedWidth(430)
        self._rows = QFormLayout()
        self._template, self._category, self._equipment, self._every = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self._zh, self._en, self._step, self._at, self._until = (QLineEdit() for _ in range(5))
        self._days, self._first, self._window, self._assignee, self._source = (QLineEdit() for _ in range(5))
        self._automatic = QCheckBox()
        self._equipment.setEditable(True)
        self._equipment.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._fields: dict[str, QWidget] = {
            "template": self._template, "equipment": self._equipment, "zh": self._zh, "en": self._en, "category": self._category,
            "every": self._every, "step": self._step, "at": self._at, "until": self._until, "days": self._days,
            "first": self._first, "window": self._window, "assignee": self._assignee, "automatic": self._automatic,
            "source": self._source,
        }  # fmt: skip
        self._names = {}
        for name, field in self._fields.items():
            field.setObjectName(f"route_{name}")
            self._names[name] = label()
            self._rows.addRow(self._names[name], field)
        self._card.body.addLayout(self._rows)
        self._error = label(role="error", wrap=True)
        self._error.setObjectName("route_error")
        self._card.body.addWidget(self._error)
        acts = QHBoxLayout()
        self._save, self._leave = QPushButton(), QPushButton()
        self._save.setProperty("primary", True)
        self._save.setObjectName("route_save")
        self._leave.setObjectName("route_leave")
        acts.addWidget(self._save)
        acts.addStretch(1)
        acts.addWidget(self._leave)
        self._card.body.addLayout(acts)
        self._card.body.addStretch(1)
        outer.addWidget(self._card)
        right = Card()
        right.heading.hide()
        right.remark.hide()
        bar = QHBoxLayout()
        self._bar: dict[str, QPushButton] = {}
        for name in ("add", "remove", "up", "down"):
            button = self._bar[name] = QPushButton()
            button.setObjectName(f"route_check_{name}")
            bar.addWidget(button)
        bar.addStretch(1)
        right.body.addLayout(bar)
        right.body.addWidget(self.table, 1)
        right.body.addWidget(self.form)
        holder = QVBoxLayout()
        holder.addWidget(right)
        outer.addLayout(holder, 1)

    def _connect(self) -> None:
        self._template.activated.connect(self._use_template)
        self._every.currentIndexChanged.connect(self._show_fields)
        self._save.clicked.connect(self._send)
        self._leave.clicked.connect(self.left)
        self.table.chosen.connect(self._choose)
        self.form.changed.connect(self._changed)
        self._bar["add"].clicked.connect(self._add)
        self._bar["remove"].clicked.connect(self._remove)
        self._bar["up"].clicked.connect(lambda: self._move(-1))
        self._bar["down"].clicked.connect(lambda: self._move(1))
        QShortcut(QKeySequence("Ctrl+S"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(self._send)

    # --- what is shown

    def edit(self, route: Route | None) -> None:
        """Begin with a route, or with an empty one."""
        self._route = route or BLANK
        self._fill_choices()
        self._take(self._route)
        self._template.setEnabled(route is None)
        self._error.setText("")
        self._card.set_heading(self._route.id or tr("routes.act.new"))
        (self._template if route is None else self._zh).setFocus()

    def retranslate(self) -> None:
        """All words; what was typed stays."""
        for name, piece in self._names.items():
            piece.setText(tr(f"routes.field.{name}"))
        self._save.setText(tr("registers.save"))
        self._leave.setText(tr("orders.leave"))
        for name, button in self._bar.items():
            button.setText(tr(f"routes.check.do.{name}"))
        chosen = (self._template.currentData(), self._category.currentData(), self._every.currentData())
        self._fill_choices()
        for box, value in zip((self._template, self._category, self._every), chosen, strict=True):
            box.setCurrentIndex(max(0, box.findData(value)))
        self._model.refresh()
        self.form.retranslate()

    def _fill_choices(self) -> None:
        fill(
            self._template,
            [
                (tr("routes.no_template"), ""),
                *((each.title.get(language()), name) for name, each in safety_templates.routes().items()),
            ],
        )
        fill(self._category, [(tr(f"rounds.category.{each}"), each) for each in CATEGORIES])
        fill(self._every, [(tr(f"routes.every.{each.value}"), each.value) for each in Every])
        machines = [(f"{machine_name(self._picture, each)}（{each}）", each) for each in self._picture.equipment]
        fill(self._equipment, [(tr("routes.no_equipment"), ""), *machines])

    def _take(self, route: Route) -> None:
        rhythm = route.rhythm
        self._zh.setText(route.title.zh)
        self._en.setText(route.title.en)
        self._category.setCurrentIndex(max(0, self._category.findData(route.category)))
        self._every.setCurrentIndex(max(0, self._every.findData(rhythm.every.value)))
        self._step.setText(str(rhythm.step))
        self._at.setText(presenter.clock(rhythm.at))
        self._until.setText(presenter.clock(rhythm.until))
        self._days.setText(",".join(str(day) for day in rhythm.weekdays))
        self._first.setText(rhythm.first)
        self._window.setText(str(route.window))
        self._assignee.setText(route.assignee)
        self._automatic.setChecked(route.automatic)
        self._source.setText(route.source.get(language()))
        self._source.setCursorPosition(0)
        if route.equipment:
            self._equipment.setCurrentIndex(max(0, self._equipment.findData(route.equipment)))
        self._checks = list(route.checks)
        self._show_checks(0)
        self._show_fields()

    def _show_fields(self, _index: int = 0) -> None:
        every = Every(self._every.currentData() or "day")
        shown = {
            "step": every is not Every.SHIFT,
            "at": every is not Every.SHIFT,
            "until": every is Every.HOURS,
            "days": every is Every.WEEK,
        }
        shown["first"] = every in (Every.DAY, Every.WEEK, Every.MONTH)
        for name, visible in shown.items():
            self._rows.setRowVisible(self._fields[name], visible)

    def _show_checks(self, place: int) -> None:
        self._model.set_rows(enumerate(self._checks))
        if self._checks:
            self.table.select(min(place, len(self._checks) - 1))
        self._choose()

    def _choose(self) -> None:
        row = self.table.current() if self._checks else None
        self.form.show_check(row[1] if row is not None else None)
        for name in ("remove", "up", "down"):
            self._bar[name].setEnabled(row is not None)

    # --- acts

    def _use_template(self) -> None:
        template = safety_templates.routes().get(str(self._template.currentData()))
        if template is None:
            return
        equipment = self._machine()
        made = safety_templates.route_for(template, equipment, self._picture.points)
        self._route = replace(made, id=self._route.id)
        self._take(self._route)

    def _machine(self) -> str:
        place = self._equipment.findText(self._equipment.currentText())
        return str(self._equipment.itemData(place)) if place >= 0 else self._equipment.currentText().strip()

    def _changed(self, check: Check) -> None:
        row = self.table.current()
        if row is not None:
            self._checks[row[0]] = check
            self._model.update_rows([(row[0], check)])

    def _add(self) -> None:
        row = self.table.current() if self._checks else None
        place = row[0] + 1 if row is not None else len(self._checks)
        keys = {check.key for check in self._checks}
        key = next(f"c{number}" for number in range(1, len(keys) + 2) if f"c{number}" not in keys)
        self._checks.insert(place, Check(key, Text(tr("routes.check.new"))))
        self._show_checks(place)
        self.form.begin()

    def _remove(self) -> None:
        row = self.table.current()
        if row is not None:
            del self._checks[row[0]]
            self._show_checks(row[0])

    def _move(self, by: int) -> None:
        row = self.table.current()
        if row is None or not 0 <= row[0] + by < len(self._checks):
            return
        place = row[0]
        self._checks[place], self._checks[place + by] = self._checks[place + by], self._checks[place]
        self._show_checks(place + by)

    def _send(self) -> None:
        try:
            route = self._made()
        except ValueError as wrong:
            self._error.setText(str(wrong))
            return
        self._error.setText("")
        self._save.setEnabled(False)
        self._desk.ask(SaveRecords((route,), (self._route.revision,)), self._saved, self._denied)

    def _saved(self, _number: int) -> None:
        self._save.setEnabled(True)
        self.left.emit()

    def _denied(self, problem: Problem) -> None:
        self._save.setEnabled(True)
        self._error.setText(sentence(problem))

    def _made(self) -> Route:
        every = Every(self._every.currentData())
        try:
            at, until = presenter.parse_clock(self._at.text()), presenter.parse_clock(self._until.text())
        except ValueError:
            raise ValueError(tr("routes.wrong.clock")) from None
        try:
            days = tuple(int(day) for day in self._days.text().replace("，", ",").split(",") if day.strip())
            step, window = int(self._step.text() or "1"), int(self._window.text())
        except ValueError:
            raise ValueError(tr("routes.wrong.number")) from None
        rhythm = Rhythm(every, step, at, until if every is Every.HOURS else 1439, days or (1,), self._first.text().strip())
        source = self._source.text().strip()
        kept = self._route.source if source == self._route.source.get(language()) else Text(source)
        return replace(
            self._route, title=Text(self._zh.text().strip(), self._en.text().strip()), rhythm=rhythm, checks=tuple(self._checks),
            window=window, category=str(self._category.currentData()), equipment=self._machine(),
            assignee=self._assignee.text().strip(), automatic=self._automatic.isChecked(), source=kept,
        )  # fmt: skip


def fill(box: QComboBox, entries: list[tuple[str, str]]) -> None:
    """Other entries, in silence."""
    box.blockSignals(True)
    box.clear()
    for shown, value in entries:
        box.addItem(shown, value)
    box.blockSignals(False)
