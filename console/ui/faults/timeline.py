"""The fault's story on a page of its own: who did what when, complete, oldest first; its clocks, net and raw; repeats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.events import Entry, FaultAdvanced
from console.domain.faults import Fault
from console.domain.orders import Order
from console.domain.problems import Problem
from console.domain.promises import ClockView, clocks
from console.domain.times import DAY
from console.link.messages import (
    Answer,
    FaultHistoryAnswer,
    FaultHistoryQuery,
    LogAnswer,
    LogQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
)
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.faults import presenter
from console.ui.moments import full_text, local
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.strip import equipment_name
from console.ui.widgets.badges import Badge
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.clocks import span_text
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

MOST_ENTRIES = 5000  # of one subject
MOST_ALARMS = 60  # whose own stories are asked for: those of a flood say nothing that the fault's does not
REPEATS_DAYS = 365


@dataclass(frozen=True)
class Told:
    """One line: the entry, its words, and who."""

    entry: Entry
    what: str
    who: str
    station: str


class TimelinePage(QWidget):
    """See the module."""

    closed = Signal()
    fault_wanted = Signal(int)

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._fault: Fault | None = None
        self._order: Order | None = None
        self._entries: dict[int, Entry] = {}
        self._asked = 0
        self._waiting = 0
        self._subjects: set[str] = set()
        self._problem: Problem | None = None
        self._revision: tuple[int, int] = (0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._story_card(), 3)
        side = QVBoxLayout()
        side.setSpacing(GAP)
        side.addWidget(self._clock_card())
        side.addWidget(self._repeat_card(), 1)
        layout.addLayout(side, 2)
        for signal in (picture.faults_changed, picture.orders_changed):
            signal.connect(self._changed)
        picture.ticked.connect(self._tick)
        self.retranslate()

    def _story_card(self) -> Card:
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self.back, self.export = QPushButton(), QPushButton()
        self.back.setObjectName("timeline_back")
        self.export.setObjectName("timeline_export")
        self._badge, self._title = Badge(), label(role="subject", wrap=True)
        self._typed = SearchLine("timeline_filter")
        bar.addWidget(self.back)
        bar.addWidget(self._badge)
        bar.addWidget(self._title, 2)
        bar.addWidget(self._typed, 1)
        bar.addWidget(self.export)
        card.body.addLayout(bar)
        self._foot = label(role="dim", wrap=True)
        self._foot.setObjectName("timeline_foot")
        self._model: RowModel[Told] = RowModel(self._columns(), lambda told: told.entry.sequence, self)
        self.table: TableView[Told] = TableView(self._model, "fault_timeline")
        self.table.sort_by("at")
        card.body.addWidget(self.table, 1)
        card.body.addWidget(self._foot)
        self.back.clicked.connect(self.closed)
        self.export.clicked.connect(self.table.ask_export)
        self._typed.searched.connect(self.table.filter_text)
        return card

    def _columns(self) -> list[Column[Told]]:
        def at(told: Told) -> str:
            return local(told.entry.at, self._zone()).strftime("%m-%d %H:%M:%S")

        def elapsed(told: Told) -> str:
            since = told.entry.at - self._fault.opened_at if self._fault is not None else 0
            return ("-" if since < 0 else "+") + span_text(since)

        def full(told: Told) -> str:
            return full_text(told.entry.at, self._zone())

        return [
            Column("at", "faults.timeline.at", 120, at, sort=lambda told: told.entry.sequence, tooltip=full),
            Column("elapsed", "faults.timeline.elapsed", 110, elapsed, RIGHT, sort=lambda t: t.entry.at, colour=lambda _t: "dim"),
            Column("what", "faults.timeline.what", 0, lambda told: told.what, tooltip=lambda told: told.what),
            Column("who", "faults.timeline.who", 120, lambda told: told.who),
            Column("station", "faults.timeline.station", 90, lambda told: told.station, colour=lambda _t: "dim"),
        ]

    def _clock_card(self) -> Card:
        self._clocks = Card()

        def name(view: ClockView) -> str:
            return tr(f"domain.clock.{view.clock}")

        def net(view: ClockView) -> str:
            return span_text(view.limit - view.remaining)

        def raw(view: ClockView) -> str:
            return span_text(view.limit - view.remaining + view.paused)

        def paused(view: ClockView) -> str:
            return span_text(view.paused) if view.paused else "–"

        def verdict(view: ClockView) -> str:
            if view.running:
                return (
                    tr("faults.timeline.held")
                    if view.held
                    else tr("faults.timeline.late" if view.breached else "faults.timeline.runs")
                )
            return tr("faults.timeline.broken" if view.breached else "faults.timeline.kept")

        def ink(view: ClockView) -> str:
            return "p2_text" if view.breached else ""

        self._clock_model: RowModel[ClockView] = RowModel(
            [
                Column("clock", "faults.clock.name", 0, name),
                Column("limit", "faults.clock.limit", 90, lambda view: presenter.limit_text(view.limit), RIGHT),
                Column("net", "faults.timeline.net", 100, net, RIGHT, colour=ink),
                Column("paused", "faults.timeline.paused", 100, paused, RIGHT, colour=lambda _v: "dim"),
                Column("raw", "faults.timeline.raw", 100, raw, RIGHT),
                Column("verdict", "faults.clock.state", 80, verdict, colour=ink),
            ],
            lambda view: view.clock,
            self,
        )
        self.clocks: TableView[ClockView] = TableView(self._clock_model, "fault_clocks")
        self.clocks.setSortingEnabled(False)
        self.clocks.setMinimumHeight(self.clocks.verticalHeader().defaultSectionSize() * 6 + 12)
        self._clocks.body.addWidget(self.clocks)
        self._clock_note = label(role="faint", wrap=True)
        self._clocks.body.addWidget(self._clock_note)
        return self._clocks

    def _repeat_card(self) -> Card:
        self._repeats = Card()

        def at(fault: Fault) -> str:
            return full_text(fault.opened_at, self._zone())

        def end(fault: Fault) -> str:
            return tr(f"domain.close_code.{fault.close_code}") if fault.close_code is not None else tr("faults.timeline.open")

        def said(fault: Fault) -> str:
            return fault.text.get(language())

        def why(fault: Fault) -> str:
            return " · ".join(part for part in (fault.cause, fault.remedy) if part)

        self._repeat_model: RowModel[Fault] = RowModel(
            [
                Column("id", "faults.column.id", 84, lambda fault: fault.id, sort=lambda fault: fault.number),
                Column("at", "faults.column.opened", 130, at, sort=lambda fault: fault.opened_at),
                Column(
                    "text",
                    "faults.column.text",
                    0,
                    said,
                    tooltip=why,
                ),
                Column("end", "faults.timeline.end", 80, end, colour=lambda _f: "dim"),
            ],
            lambda fault: fault.number,
            self,
        )
        self.repeats: TableView[Fault] = TableView(self._repeat_model, "fault_repeats")
        self.repeats.opened.connect(self._open_repeat)
        self._repeats.body.addWidget(self.repeats, 1)
        self._no_repeats = label(role="dim", wrap=True)
        self._repeats.body.addWidget(self._no_repeats)
        return self._repeats

    # --- showing

    def show_fault(self, fault: Fault, order: Order | None = None) -> None:
        """Another fault: everything of it is asked for anew."""
        self._fault, self._order = fault, order
        self._entries, self._problem = {}, None
        self._model.set_rows(())
        self._repeat_model.set_rows(())
        self._typed.clear()
        self._ask()
        self.retranslate()

    def retranslate(self) -> None:
        """All words."""
        self.back.setText(tr("faults.timeline.back"))
        self.export.setText(tr("widgets.table.export"))
        self._typed.setPlaceholderText(tr("faults.filter"))
        self._clocks.set_heading(tr("faults.timeline.clocks"))
        self._clock_note.setText(tr("faults.timeline.clock_note"))
        self._repeats.set_heading(tr("faults.timeline.repeats"), tr("faults.timeline.repeats_of", days=REPEATS_DAYS))
        self._no_repeats.setText(tr("faults.timeline.no_repeats"))
        for model in (self._clock_model, self._repeat_model):
            model.refresh()
        self._fill()

    def _fill(self) -> None:
        fault = self._fault
        if fault is None:
            return
        self._badge.set_priority(fault.priority)
        words = (fault.id, equipment_name(self._picture, fault.equipment), fault.text.get(language()))
        self._title.setText("  ".join(words))
        told = [self._told(entry) for entry in self._entries.values() if presenter.worth_telling(entry)]
        self._model.set_rows(told)
        if self._problem is not None:
            self._foot.setText(tr("faults.story.failed", reason=sentence(self._problem)))
        elif self._waiting:
            self._foot.setText(tr("faults.story.loading"))
        else:
            self._foot.setText(tr("faults.timeline.count", count=len(told)))
        self._tick_clocks()

    def _told(self, entry: Entry) -> Told:
        who = display(self._picture, entry.actor) if entry.actor else tr("faults.by_system")
        return Told(entry, presenter.what(self._picture, entry), who, entry.station)

    def _tick(self) -> None:
        if self.isVisible():
            self._tick_clocks()

    def _tick_clocks(self) -> None:
        fault = self._fault
        if fault is not None:
            fault = self._fault = self._picture.faults.get(fault.number, fault)
            order = self._order = self._picture.orders.get(fault.order, self._order)
            self._clock_model.set_rows(clocks(fault, order, self._picture.now()))

    def _changed(self, numbers: set[int]) -> None:
        fault = self._fault
        if fault is None or not self.isVisible() or not numbers & {fault.number, fault.order}:
            return
        present, order = self._picture.faults.get(fault.number, fault), self._picture.orders.get(fault.order)
        if (present.revision, order.revision if order is not None else 0) != self._revision:
            self._fault = present
            self._ask()

    # --- asking

    def _ask(self) -> None:
        fault = self._fault
        if fault is None:
            return
        order = self._picture.orders.get(fault.order, self._order)
        self._revision = (fault.revision, order.revision if order is not None else 0)
        self._asked += 1
        self._waiting, self._subjects = 0, set()
        self._ask_subject(f"fault:{fault.number}")
        for number in fault.alarms[:MOST_ALARMS]:
            self._ask_subject(f"alarm:{number}")
        asked, now = self._asked, self._picture.now()

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, FaultHistoryAnswer):
                same = [each for each in answer.faults if each.equipment == fault.equipment and each.drill == fault.drill]
                others = [each for each in same if each.number != fault.number]
                self._repeat_model.set_rows(others)
                self._no_repeats.setVisible(not others)

        equipment, since = fault.equipment, now - REPEATS_DAYS * DAY
        self._desk.query(lambda id: FaultHistoryQuery(id, since, now + DAY, equipment, limit=200), came, self._failed)
        if order is None and fault.order:
            self._desk.query(lambda id: OrderHistoryQuery(id, fault.opened_at - DAY, 0, equipment), self._order_came, self._failed)

    def _ask_subject(self, subject: str) -> None:
        if subject in self._subjects:
            return
        self._subjects.add(subject)
        self._waiting += 1
        self._desk.query(lambda id: LogQuery(id, subject, limit=MOST_ENTRIES), partial(self._came, self._asked), self._failed)

    def _came(self, asked: int, answer: Answer) -> None:
        if asked != self._asked or not isinstance(answer, LogAnswer):
            return
        self._waiting -= 1
        self._entries.update({entry.sequence: entry for entry in answer.entries})
        for entry in answer.entries:  # what it was merged with has a story of its own
            if isinstance(entry.event, FaultAdvanced) and entry.event.what == "merged":
                self._ask_subject(f"fault:{entry.event.other}")
                self._ask_subject(f"fault:{entry.event.fault.number}")
        self._fill()

    def _order_came(self, answer: Answer) -> None:
        fault = self._fault
        if isinstance(answer, OrderHistoryAnswer) and fault is not None:
            self._order = next((order for order in answer.orders if order.number == fault.order), None)
            self._tick_clocks()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._fill()

    def _open_repeat(self, fault: Fault) -> None:
        self.fault_wanted.emit(fault.number)

    def _zone(self) -> str:
        return self._picture.estate.site.timezone
