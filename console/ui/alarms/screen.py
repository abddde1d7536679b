"""The alarm list: active ones, the shelf and the history on the left, the focused one on the right.

Keys in the list: Enter acknowledges, T takes, O and E lead on, S shelves, R resets, F folds, 1-9 tick off a step, / filters. They
are shortcuts of the list, which takes no text, so they also work while a Chinese input method is on. Ctrl+PgUp and Ctrl+PgDn turn
to the list before and the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import AlarmHistoryAnswer, AlarmHistoryQuery, Answer
from console.link.quality import QualityRowsAnswer
from console.texts import sentence, tr
from console.ui.alarms import presenter
from console.ui.alarms.behind import Behind
from console.ui.alarms.columns import columns
from console.ui.alarms.detail import AlarmDetail, Navigator
from console.ui.alarms.rows import ActiveRows
from console.ui.alarms.shelf import Shelf, shelf_size
from console.ui.desk import Desk
from console.ui.lamps import LAMPS
from console.ui.pace import Pace
from console.ui.picture import Picture
from console.ui.strip import building_name
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.promisecell import PromiseDelegate
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RowModel, TableView

HISTORY_DAYS = 30


class AlarmsScreen(QWidget):
    """See the module."""

    name = "alarms"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._mode = "active"  # shelf, history
        self._asked = 0
        self._lamp = ""
        self._model: RowModel[Alarm] = RowModel(columns(picture, desk, self._behind), lambda alarm: alarm.number, self)
        self.table: TableView[Alarm] = TableView(self._model, "alarms", row_height=40)
        self.table.setItemDelegateForColumn(0, BadgeDelegate(self.table))
        self.table.setItemDelegateForColumn(len(self._model.columns) - 1, PromiseDelegate(self.table))
        self._blank = Blank()
        self.detail = AlarmDetail(picture, desk, navigator)
        self.detail.setFixedWidth(500)
        self._lay_out()
        self._rows = ActiveRows(picture, self._model, self._fold.isChecked, self.table.selected, self)
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
        self._behind_figure = Behind()
        self._behind_figure.clicked.connect(self._show_history)
        bar.addWidget(self._behind_figure)
        bar.addStretch(1)
        for box in (self._system, self._building, self._priority):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(self._filter)
            second.addWidget(box)
        self._typed = SearchLine("alarm_filter")
        second.addWidget(self._typed, 1)
        fields = {"system": self._system, "building": self._building, "priority": self._priority, "typed": self._typed}
        self.saved = SavedFilters("alarms", fields)
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
        pace = Pace(self._refresh, self)
        self._rows.changed.connect(pace.ask)
        self._rows.leaving.connect(self._let_go)
        picture.silences_changed.connect(pace.ask)
        self._export.clicked.connect(self.table.ask_export)
        self._typed.target = self.table
        self._typed.searched.connect(self.table.filter_text)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(lambda _alarm: self.detail.do_acknowledge())
        picture.replaced.connect(self._replaced)
        picture.alarms_changed.connect(self._changed)
        for signal in (picture.faults_changed, picture.orders_changed, picture.people_changed, self._desk.pending_changed):
            signal.connect(pace.ask)
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
        for key, step in (("Ctrl+PgUp", -1), ("Ctrl+PgDown", 1)):
            turn = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            turn.activated.connect(partial(self._turn, step))
        for key, act in keys:
            QShortcut(QKeySequence(key), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(act)

    # --- what the shell asks

    def show_alarm(self, number: int) -> None:
        """Select this alarm."""
        if self._mode != "active":
            self._show_active()
        self._lamp = ""
        self._filter()
        if number in self._picture.alarms and number not in self._rows.behind:
            self._fold.setChecked(False)
            self._refold()
        self._rows.bring(number)
        self.table.select(number)
        self.table.setFocus()

    def show_subject(self, subject: str) -> None:
        """An alarm's number, or (JSON) which rows of the past are wanted."""
        if subject.isdigit():
            self.show_alarm(int(subject))
        else:
            self._choose("history")
            self._behind_figure.want(subject)
            self._ask_history()

    def show_lamp(self, key: str) -> None:
        """Only what this lamp counts; the same lamp again shows all."""
        self._lamp = "" if self._lamp == key else key
        self._filter()

    def retranslate(self) -> None:
        """All words."""
        self._past.setText(tr("alarms.tab.history"))
        self._fold.setText(tr("alarms.fold"))
        self.saved.retranslate()
        self._behind_figure.retranslate()
        self.shelf.retranslate()
        self._model.refresh()
        self._export.setText(tr("widgets.table.export"))
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

    def _let_go(self) -> None:
        """Its row goes: nothing is selected then, or the next key would act on an alarm that nobody has looked at."""
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())

    def _behind(self, number: int) -> int:
        return self._rows.behind.get(number, 0)

    def _refold(self, _checked: bool = False) -> None:
        if self._mode == "active":
            self._rows.show()

    def _changed(self, numbers: set[int]) -> None:
        self._rows.change(numbers)
        if self._mode != "active":
            self._refresh()

    def _refresh(self, _changed: object = None) -> None:
        self._active.setText(tr("alarms.tab.active", count=self._picture.tally.loud))
        self._shelf.setText(tr("alarms.tab.shelf", count=shelf_size(self._picture)))
        if self._mode == "shelf":
            self.shelf.fill()
        if self._mode == "active":
            self._model.update_rows(self.table.in_sight())
            if self._rows.behind:
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

    # --- the past

    def _choose(self, mode: str) -> None:
        self._mode = mode
        if mode != "active":
            self._rows.hide()
        self._behind_figure.want("")
        for button, name in ((self._active, "active"), (self._shelf, "shelf"), (self._past, "history")):
            button.setChecked(name == mode)
        self._fold.setEnabled(mode == "active")

    def _turn(self, step: int) -> None:
        """The next list, or the one before."""
        lists = {"active": self._show_active, "shelf": self._show_shelf, "history": self._show_history}
        names = list(lists)
        lists[names[(names.index(self._mode) + step) % len(names)]]()
        if self._mode != "shelf":
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        self._ask_history()

    def _ask_history(self) -> None:
        self._asked += 1
        asked, behind = self._asked, self._behind_figure
        self._blank.say(tr("alarms.loading"))
        self._stack.setCurrentWidget(self._blank)
        since, until = self._picture.now() - HISTORY_DAYS * DAY, self._picture.now() + DAY

        def came(answer: Answer) -> None:
            if asked == self._asked:
                self._history_came(answer)

        self._desk.query(behind.query if behind.set else lambda id: AlarmHistoryQuery(id, since, until), came, self._history_failed)

    def _history_came(self, answer: Answer) -> None:
        if self._mode != "history" or not isinstance(answer, AlarmHistoryAnswer | QualityRowsAnswer):
            return
        self._model.set_rows(answer.alarms)
        if answer.alarms:
            self._stack.setCurrentWidget(self.table)
        else:
            self._blank.say(tr("alarms.history.empty", days=HISTORY_DAYS))

    def _history_failed(self, problem: Problem) -> None:
        if self._mode == "history":
            self._blank.say(tr("alarms.history.failed"), sentence(problem))
