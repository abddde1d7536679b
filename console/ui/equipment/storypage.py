"""The life story of an equipment: alarms, faults, orders, readings, notes and every version of its card, in their order, with the
sums that a decision about it needs (R-EQ-02, R-EQ-04, R-EQ-11, R-EQ-12, R-EQ-15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.alarms import Alarm
from console.domain.estate import Equipment, ValueKind
from console.domain.events import Entry, NoteWritten, PointTested, ReadingEntered
from console.domain.faults import Fault
from console.domain.orders import Order, OrderKind
from console.domain.problems import Problem
from console.domain.times import DAY, MINUTE
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    Answer,
    FaultHistoryAnswer,
    FaultHistoryQuery,
    LogAnswer,
    LogQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
)
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.equipment import presenter
from console.ui.equipment import storylines as lines
from console.ui.equipment.storylines import Line
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, label
from console.ui.widgets.cards import Card as Panel
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

YEAR = 365 * DAY
MOST = 500  # of each kind
SETTLE_MS = 1500
KINDS = ("all", "orders", "faults", "alarms", "readings", "notes", "versions")
FIGURES = ("orders_count", "faults_count", "downtime", "hours", "starts", "cost_sum", "maintained", "next")
HOURS_KEYS = ("run_hours", "powered_hours", "power_on_hours")
STARTS_KEYS = ("starts", "start_count")


class Navigator(Protocol):
    """Where a line leads."""

    def open_alarm(self, number: int) -> None: ...

    def open_fault(self, number: int) -> None: ...

    def open_order(self, number: int) -> None: ...


class StoryPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk, self._navigator = picture, desk, navigator
        self._id = ""
        self._alarms: tuple[Alarm, ...] = ()
        self._faults: tuple[Fault, ...] = ()
        self._orders: tuple[Order, ...] = ()
        self._entries: tuple[Entry, ...] = ()
        self._versions: tuple[Entry, ...] = ()
        self._open = 0  # questions under way
        self._asked = 0
        self._problem = ""
        self.kind, self.search, self.csv = QComboBox(), SearchLine("story_filter"), QPushButton()
        self.kind.setObjectName("story_kind")
        self.csv.setObjectName("story_csv")
        self._model: RowModel[Line] = RowModel(self._columns(), lambda line: line.key, self)
        self.table: TableView[Line] = TableView(self._model, "story")
        self._blank = Blank()
        self.detail = label(wrap=True, selectable=True)
        self.detail.setObjectName("story_detail")
        self._names = {name: label(role="dim") for name in FIGURES}
        # a due date is a sentence, the rest are figures
        self.figures = {name: label(role="" if name == "next" else "key", selectable=True, wrap=name == "next") for name in FIGURES}
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(SETTLE_MS)
        self._again.timeout.connect(self._ask)
        self._lay_out()
        self.table.sort_by("when", Qt.SortOrder.DescendingOrder)
        self.kind.currentIndexChanged.connect(self._filter)
        self.search.searched.connect(self.table.filter_text)
        self.csv.clicked.connect(self.table.ask_export)
        self.table.opened.connect(self._lead)
        self.table.chosen.connect(self._chosen)
        for signal in (picture.alarms_changed, picture.faults_changed, picture.orders_changed, picture.readings_changed):
            signal.connect(self._changed)
        picture.records_changed.connect(self._records)

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        top = Panel()
        top.heading.hide()
        top.remark.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        for place, name in enumerate(FIGURES):
            grid.addWidget(self._names[name], 0, place)
            grid.addWidget(self.figures[name], 1, place)
        top.body.addLayout(grid)
        outer.addWidget(top)
        panel = Panel()
        panel.heading.hide()
        bar = QHBoxLayout()
        bar.addWidget(self.kind)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.csv)
        self._panel = panel
        panel.body.addLayout(bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        panel.body.addWidget(self._stack, 1)
        panel.body.addWidget(self.detail)
        outer.addWidget(panel, 1)

    def _columns(self) -> list[Column[Line]]:
        picture = self._picture

        def lasted(line: Line) -> str:
            return lines.duration(line.lasted)

        def when(line: Line) -> str:
            return full_text(line.at, picture.estate.site.timezone)

        return [
            Column("when", "ledger.story.when", 150, when, sort=lambda line: line.at),
            Column("kind", "ledger.story.kind", 120, lambda line: tr(f"ledger.story.{line.kind}")),
            Column("what", "ledger.story.what", 0, lambda line: line.what, tooltip=lambda line: line.what),
            Column("state", "ledger.story.state", 130, lambda line: line.state),
            Column("who", "ledger.story.who", 130, lambda line: line.who),
            Column("lasted", "ledger.story.lasted", 100, lasted, RIGHT, sort=lambda line: line.lasted),
            Column("cost", "ledger.story.cost", 90, lambda line: lines.money(line.cost), RIGHT, sort=lambda line: line.cost),
        ]  # fmt: skip

    def retranslate(self) -> None:
        """All words."""
        at = max(0, self.kind.currentIndex())
        self.kind.blockSignals(True)
        self.kind.clear()
        for name in KINDS:
            self.kind.addItem(tr(f"ledger.story.{name}"), name)
        self.kind.setCurrentIndex(at)
        self.kind.blockSignals(False)
        for name, caption in self._names.items():
            caption.setText(tr(f"ledger.story.{name}"))
        self.search.setPlaceholderText(tr("ledger.story.search"))
        self.csv.setText(tr("ledger.story.export"))
        self._panel.remark.setText(tr("ledger.story.range"))
        self._model.refresh()
        self._fill()

    def show_machine(self, machine: Equipment) -> None:
        """This one's story; asked for when it is looked at."""
        if machine.id != self._id:
            self._id = machine.id
            self._alarms = self._faults = self._orders = self._entries = self._versions = ()
            self._model.set_rows(())
            self.detail.clear()
            if self.isVisible():
                self._ask()
            else:
                self._asked = 0

    def showEvent(self, event: object) -> None:
        """Ask when it comes into sight."""
        if self._id and not self._open:
            self._ask()

    # --- asking

    def _changed(self, _numbers: object = None) -> None:
        if self.isVisible() and not self._again.isActive():
            self._again.start()

    def _records(self, kinds: set[str]) -> None:
        if "card" in kinds:
            self._changed()

    def _ask(self) -> None:
        self._asked += 1
        asked, identity, now = self._asked, self._id, self._picture.now()
        since, until = max(0, now - YEAR), now + MINUTE
        self._open, self._problem = 5, ""

        def came(answer: Answer) -> None:
            if asked != self._asked:
                return
            match answer:
                case AlarmHistoryAnswer():
                    self._alarms = answer.alarms
                case FaultHistoryAnswer():
                    self._faults = answer.faults
                case OrderHistoryAnswer():
                    self._orders = answer.orders
                case _:
                    pass
            self._came()

        def log_came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, LogAnswer):
                self._entries = tuple(
                    each for each in answer.entries if isinstance(each.event, NoteWritten | ReadingEntered | PointTested)
                )
                self._came()

        def versions_came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, LogAnswer):
                self._versions = answer.entries
                self._came()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._problem = sentence(problem)
                self._came()

        query = self._desk.query
        query(lambda id: AlarmHistoryQuery(id, since, until, identity, MOST), came, failed)
        query(lambda id: FaultHistoryQuery(id, since, until, identity, MOST), came, failed)
        query(lambda id: OrderHistoryQuery(id, since, until, identity, MOST), came, failed)
        query(lambda id: LogQuery(id, f"equipment:{identity}", since, until, MOST), log_came, failed)
        query(lambda id: LogQuery(id, f"card:{identity}", 0, until, MOST), versions_came, failed)
        self._fill()

    def _came(self) -> None:
        self._open = max(0, self._open - 1)
        self._fill()

    # --- what is shown

    def _fill(self) -> None:
        self._model.set_rows(self._lines())
        self._filter()
        self._figures()

    def _filter(self, _index: object = None) -> None:
        kind = str(self.kind.currentData() or "all")
        self.table.filter_rows(None if kind == "all" else lambda line: line.kind == kind)
        if self._model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        if self._problem:
            self._blank.say(self._problem)
        elif self._open:
            self._blank.say(tr("ledger.story.loading"))
        else:
            self._blank.say(tr("ledger.story.empty"), tr("ledger.story.empty.advice"))
        self._stack.setCurrentWidget(self._blank)

    def _lines(self) -> Iterable[Line]:
        yield from (lines.alarm_line(self._picture, each) for each in self._alarms)
        yield from (lines.fault_line(self._picture, each, self._orders) for each in self._faults)
        yield from (lines.order_line(self._picture, each) for each in self._orders)
        for entry in self._entries:
            line = lines.entry_line(self._picture, entry)
            if line is not None:
                yield line
        yield from lines.version_lines(self._picture, self._versions)

    def _figures(self) -> None:
        picture, now = self._picture, self._picture.now()
        since = now - YEAR
        done = [lines.finished(order) for order in self._orders if order.kind is OrderKind.PREVENTIVE and lines.finished(order)]
        dues = presenter.maintenance(picture, self._id)
        values = {
            "orders_count": str(len(self._orders)),
            "faults_count": str(len(self._faults)),
            "downtime": lines.duration(sum(lines.down(self._picture, fault, self._orders, since) for fault in self._faults)) or "0",
            "hours": self._counter(HOURS_KEYS),
            "starts": self._counter(STARTS_KEYS),
            "cost_sum": lines.money(sum(order.cost for order in self._orders)) or "0",
            "maintained": full_text(max(done), picture.estate.site.timezone)[:10] if done else tr("ledger.story.never"),
            "next": dues[0].when if dues else tr("ledger.story.never"),
        }
        for name, text in values.items():
            self.figures[name].setText(text)

    def _counter(self, keys: tuple[str, ...]) -> str:
        """The counter of that meaning, as it stands now."""
        picture = self._picture
        for point in picture.points_of.get(self._id, ()):
            if point.key in keys and point.kind in (ValueKind.COUNTER, ValueKind.ANALOG):
                figure = presenter.figure_of(picture, picture.reading(point.id))
                if figure is not None:
                    return f"{figure:,.{point.decimals}f} {point.unit}".strip()
        return tr("ledger.story.never")

    # --- acts

    def _chosen(self) -> None:
        line = self.table.current()
        self.detail.setText(line.detail if line is not None else "")
        self.detail.setVisible(bool(self.detail.text()))

    def _lead(self, line: Line) -> None:
        ways: dict[str, Callable[[int], None]] = {
            "alarms": self._navigator.open_alarm, "faults": self._navigator.open_fault, "orders": self._navigator.open_order,
        }  # fmt: skip
        if line.number and line.kind in ways:
            ways[line.kind](line.number)
