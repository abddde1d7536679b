"""The alarm list: active ones, the shelf and the history on the left, the focused one on the right.

Keys in the list: Enter acknowledges, T takes, O and E lead on, S shelves, R resets, F folds, 1-9 tick off a step, / filters. They
are shortcuts of the list, which takes no text, so they also work while a Chinese input method is on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import AlarmHistoryAnswer, AlarmHistoryQuery, Answer
from console.texts import sentence, tr
from console.ui.alarms import presenter
from console.ui.alarms.detail import AlarmDetail, Navigator
from console.ui.alarms.folding import folded
from console.ui.alarms.saved import Filter, SavedFilters
from console.ui.alarms.shelf import Shelf, shelf_of
from console.ui.desk import Desk
from console.ui.lamps import LAMPS
from console.ui.moments import short_text
from console.ui.picture import Picture
from console.ui.strip import building_name, equipment_name, handler_text, loudness
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.promisecell import PromiseDelegate
from console.ui.widgets.tables import Column, RowModel, TableView

HISTORY_DAYS = 30


class AlarmsScreen(QWidget):
    """See the module."""

    name = "alarms"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._mode = "active"  # shelf, history
        self._behind: dict[int, int] = {}  # the rows of the active list, and how many stand behind each
        self._lamp = ""
        self._model: RowModel[Alarm] = RowModel(self._columns(), lambda alarm: alarm.number, self)
        self.table: TableView[Alarm] = TableView(self._model, "alarms", row_height=40)
        self.table.setItemDelegateForColumn(0, BadgeDelegate(self.table))
        self.table.setItemDelegateForColumn(len(self._model.columns) - 1, PromiseDelegate(self.table))
        self._blank = Blank()
        self.detail = AlarmDetail(picture, desk, navigator)
        self.detail.setFixedWidth(500)
        self._lay_out()
        self._connect()
        self.table.sort_by("priority")
        self.retranslate()
        self._replaced()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        card = Card()
        card.body.addLayout(self._tool_bar())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        self.shelf = Shelf(self._picture, self._desk)
        self._stack.addWidget(self.shelf)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim")
        card.body.addWidget(self._foot)
        card.heading.hide()
        card.remark.hide()
        outer.addWidget(card, 1)
        outer.addWidget(self.detail)

    def _tool_bar(self) -> QVBoxLayout:
        bar, second, both = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        both.addLayout(bar)
        both.addLayout(second)
        self._active, self._shelf, self._past, self._export, self._fold = (QPushButton() for _ in range(5))
        for button, name in (
            (self._active, "alarms_active"),
            (self._shelf, "alarms_shelf"),
            (self._past, "alarms_history"),
            (self._fold, "alarms_fold"),
        ):
            button.setObjectName(name)
            button.setCheckable(True)
            bar.addWidget(button)
        self._active.setChecked(True)
        self._fold.setChecked(True)
        self._system, self._building, self._priority = QComboBox(), QComboBox(), QComboBox()
        bar.addStretch(1)
        for box in (self._system, self._building, self._priority):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(self._filter)
            second.addWidget(box)
        self._typed = QLineEdit()
        self._typed.setObjectName("alarm_filter")
        self._typed.setClearButtonEnabled(True)
        second.addWidget(self._typed, 1)
        self.saved = SavedFilters()
        bar.addWidget(self.saved)
        self._export.setObjectName("alarms_export")
        bar.addWidget(self._export)
        return both

    def _connect(self) -> None:
        picture = self._picture
        self._active.clicked.connect(self._show_active)
        self._past.clicked.connect(self._show_history)
        self._shelf.clicked.connect(self._show_shelf)
        self._fold.clicked.connect(self._refold)
        self.saved.chosen.connect(self._use_filter)
        self._typed.textChanged.connect(self._keep_filter)
        picture.silences_changed.connect(self._refresh)
        self._export.clicked.connect(self._export_shown)
        self._typed.textChanged.connect(self.table.filter_text)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(lambda _alarm: self.detail.do_acknowledge())
        picture.replaced.connect(self._replaced)
        picture.alarms_changed.connect(self._changed)
        for signal in (picture.faults_changed, picture.orders_changed, picture.people_changed, self._desk.pending_changed):
            signal.connect(self._refresh)
        picture.ticked.connect(self._tick)
        keys: list[tuple[str, Callable[[], None]]] = [
            ("T", self.detail.do_take),
            ("O", self.detail.do_open_order),
            ("E", self.detail.do_open_equipment),
            ("S", self.detail.do_shelve),
            ("R", self.detail.do_reset),
            ("F", self._fold.click),
            ("/", self._typed.setFocus),
            *((str(place + 1), partial(self.detail.steps.tick_off, place)) for place in range(9)),
        ]
        for key, act in keys:
            QShortcut(QKeySequence(key), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(act)

    def _columns(self) -> list[Column[Alarm]]:
        picture = self._picture

        def when(alarm: Alarm) -> str:
            return short_text(alarm.raised_at, picture.now(), picture.estate.site.timezone)

        def state(alarm: Alarm) -> str:
            if alarm.quiet or (alarm.latched and not alarm.active):
                return tr(f"domain.alarm_state.{alarm.state}")
            return tr("alarms.is_active") if alarm.active else tr("alarms.is_returned")

        def acknowledged(alarm: Alarm) -> str:
            if self._desk.pending("alarm", alarm.number):
                return tr("alarms.pending")
            return tr("alarms.is_acknowledged") if alarm.acknowledged else tr("alarms.is_unacknowledged")

        def handler(alarm: Alarm) -> str:
            fault = picture.fault_of(alarm)
            return handler_text(picture, fault) if fault is not None else ""

        def promise(alarm: Alarm) -> object:
            fault, view = presenter.view_of(picture, alarm)
            return (view, fault.priority) if fault is not None and view is not None else None

        def ink(alarm: Alarm) -> str:
            return "dim" if alarm.acknowledged else ""

        def dim(_alarm: Alarm) -> str:
            return "dim"

        def state_ink(alarm: Alarm) -> str:
            return "dim" if alarm.acknowledged else f"p{alarm.priority}_text"

        def machine(alarm: Alarm) -> str:
            return equipment_name(picture, alarm.equipment)

        def said(alarm: Alarm) -> str:
            text, behind = presenter.content(picture, alarm), self._behind.get(alarm.number, 0)
            return tr("alarms.content.behind", text=text, count=behind) if behind else text

        def loud(alarm: Alarm) -> bool:
            return not alarm.acknowledged

        def nothing(_alarm: Alarm) -> str:
            return ""

        return [
            Column("priority", "", 48, lambda a: str(a.priority), user=lambda a: a.priority, sort=loudness),
            Column("time", "alarms.column.time", 110, when, sort=lambda a: a.raised_at, colour=dim),
            Column("equipment", "alarms.column.equipment", 210, machine, bold=loud, colour=ink),
            Column("content", "alarms.column.content", 0, said, colour=ink, tooltip=said),
            Column("state", "alarms.column.state", 90, state, colour=ink),
            Column("acknowledged", "alarms.column.acknowledged", 150, acknowledged, colour=state_ink),
            Column("handler", "alarms.column.handler", 180, handler, colour=dim),
            Column("promise", "alarms.column.promise", 190, nothing, user=promise, sort=self._remaining),
        ]

    def _remaining(self, alarm: Alarm) -> int:
        view = presenter.view_of(self._picture, alarm)[1]
        return view.remaining if view is not None else 2**62

    # --- what the shell asks

    def show_alarm(self, number: int) -> None:
        """Select this alarm."""
        if self._mode != "active":
            self._show_active()
        self._lamp = ""
        self._filter()
        if number in self._picture.alarms and number not in self._behind:
            self._fold.setChecked(False)
            self._refold()
        self.table.select(number)
        self.table.setFocus()

    def show_lamp(self, key: str) -> None:
        """Only what this lamp counts; the same lamp again shows all."""
        self._lamp = "" if self._lamp == key else key
        self._filter()

    def retranslate(self) -> None:
        """All words."""
        self._past.setText(tr("alarms.tab.history"))
        self._fold.setText(tr("alarms.fold"))
        self.saved.retranslate()
        self.shelf.retranslate()
        self._model.refresh()
        self._export.setText(tr("alarms.export"))
        self._typed.setPlaceholderText(tr("alarms.filter"))
        self._fill_filters()
        self._refresh()
        self.detail.refresh()

    # --- what is shown

    def _replaced(self) -> None:
        self._fill_filters()
        if self._mode == "active":
            self._refold()
        self._refresh()

    def _rows(self) -> dict[int, int]:
        """The rows of the active list, and how many stand behind each."""
        picture = self._picture
        if not self._fold.isChecked():
            return dict.fromkeys(picture.alarms, 0)
        building = partial(presenter.building_of, picture)
        rows = folded(picture.alarms.values(), building, flood=presenter.flooded(picture))
        return {number: len(behind) for number, behind in rows.items()}

    def _refold(self, _checked: bool = False) -> None:
        self._behind = self._rows()
        if self._mode == "active":
            self._model.set_rows([self._picture.alarms[number] for number in self._behind])
            self._refresh()

    def _changed(self, numbers: set[int]) -> None:
        if self._mode != "active":
            self._refresh()
            return
        alarms, before = self._picture.alarms, self._behind
        self._behind = self._rows()
        self._model.remove_rows([number for number in before if number not in self._behind])
        moved = [number for number, count in self._behind.items() if number in numbers or before.get(number) != count]
        self._model.update_rows([alarms[number] for number in moved])
        self._refresh()

    def _refresh(self, _changed: object = None) -> None:
        self._active.setText(tr("alarms.tab.active", count=sum(not alarm.quiet for alarm in self._picture.alarms.values())))
        self._shelf.setText(tr("alarms.tab.shelf", count=len(shelf_of(self._picture))))
        if self._mode == "shelf":
            self.shelf.fill()
        if self._mode == "active":
            self._model.update_rows(self.table.in_sight())
            if self._behind:
                self._stack.setCurrentWidget(self.table)
            elif self._picture.revision:
                self._blank.say(tr("alarms.empty"), tr("alarms.empty.advice"))
                self._stack.setCurrentWidget(self._blank)
            else:
                self._blank.say(tr("alarms.loading"))
                self._stack.setCurrentWidget(self._blank)
        figures = presenter.quality(self._picture)
        key = "alarms.foot.flood" if figures.flood else "alarms.foot"
        self._foot.setText(tr(key, recent=figures.recent, active=figures.active, standing=figures.standing))
        self._chosen()

    def _tick(self) -> None:
        if self.isVisible():
            self._refresh()

    def _chosen(self) -> None:
        self.detail.show_alarms(self.table.current() if self.table.selected() else None, self.table.selected())

    # --- filters

    def _fill_filters(self) -> None:
        picture = self._picture
        systems = sorted({machine.system for machine in picture.equipment.values()})
        buildings = sorted({building_name(picture, machine.location) for machine in picture.equipment.values()})
        for box, first, entries in (
            (self._system, "alarms.all_systems", [(tr(f"alarms.system.{system}"), system) for system in systems]),
            (self._building, "alarms.all_buildings", [(building, building) for building in buildings]),
            (self._priority, "alarms.all_priorities", [(f"P{number}", str(number)) for number in (1, 2, 3, 4)]),
        ):
            chosen = box.currentData()
            box.blockSignals(True)
            box.clear()
            box.addItem(tr(first), "")
            for shown, value in entries:
                box.addItem(shown, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.blockSignals(False)

    def _filter(self, _index: int = 0) -> None:
        system, building, priority = (box.currentData() for box in (self._system, self._building, self._priority))
        lamp = next((lamp for lamp in LAMPS if lamp.key == self._lamp), None)
        picture = self._picture

        def keep(alarm: Alarm) -> bool:
            machine = picture.equipment.get(alarm.equipment)
            return (
                (not system or (machine is not None and machine.system == system))
                and (not building or (machine is not None and building_name(picture, machine.location) == building))
                and (not priority or alarm.priority == int(priority))
                and (lamp is None or lamp.counts(alarm))
            )

        self.table.filter_rows(keep if system or building or priority or lamp else None)
        self._keep_filter()

    def _keep_filter(self, _text: str = "") -> None:
        """What the button would save now."""
        boxes = {"system": self._system, "building": self._building, "priority": self._priority}
        self.saved.present = {**{name: box.currentData() or "" for name, box in boxes.items()}, "typed": self._typed.text().strip()}

    def _use_filter(self, wanted: Filter) -> None:
        for name, box in (("system", self._system), ("building", self._building), ("priority", self._priority)):
            box.setCurrentIndex(max(0, box.findData(wanted.get(name, ""))))
        self._typed.setText(wanted.get("typed", ""))
        self._filter()

    # --- history and export

    def _choose(self, mode: str) -> None:
        self._mode = mode
        for button, name in ((self._active, "active"), (self._shelf, "shelf"), (self._past, "history")):
            button.setChecked(name == mode)
        self._fold.setEnabled(mode == "active")

    def _show_active(self) -> None:
        self._choose("active")
        self._refold()

    def _show_shelf(self) -> None:
        self._choose("shelf")
        self._refresh()
        self._stack.setCurrentWidget(self.shelf)
        self.shelf.table.setFocus()

    def _show_history(self) -> None:
        self._choose("history")
        self._blank.say(tr("alarms.loading"))
        self._stack.setCurrentWidget(self._blank)
        since, until = self._picture.now() - HISTORY_DAYS * DAY, self._picture.now() + DAY
        self._desk.query(lambda id: AlarmHistoryQuery(id, since, until), self._history_came, self._history_failed)

    def _history_came(self, answer: Answer) -> None:
        if self._mode != "history" or not isinstance(answer, AlarmHistoryAnswer):
            return
        self._model.set_rows(answer.alarms)
        if answer.alarms:
            self._stack.setCurrentWidget(self.table)
        else:
            self._blank.say(tr("alarms.history.empty", days=HISTORY_DAYS))

    def _history_failed(self, problem: Problem) -> None:
        if self._mode == "history":
            self._blank.say(tr("alarms.history.failed"), sentence(problem))

    def _export_shown(self) -> None:
        dialog = QFileDialog(self, tr("alarms.export"), "alarms.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._export_to)
        dialog.open()

    def _export_to(self, file: str) -> None:
        try:
            self.table.export_csv(Path(file))
        except OSError as error:
            self._desk.refused.emit(Problem("cli.file.unwritable", {"file": file, "reason": error.strerror or str(error)}))
