"""The faults screen: every open fault with its five clocks, the history, and one fault with everything that is known of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QWidget

from console.domain.faults import Clock, Fault
from console.domain.orders import Order
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer, FaultHistoryAnswer, FaultHistoryQuery, OrderHistoryAnswer, OrderHistoryQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.faults import presenter
from console.ui.faults.detail import FaultDetail, Navigator
from console.ui.faults.presenter import Row
from console.ui.faults.timeline import TimelinePage
from console.ui.moments import full_text, short_text
from console.ui.picture import Picture
from console.ui.strip import equipment_name, handler_text
from console.ui.widgets.badges import BadgeDelegate
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import CENTER, RIGHT, Column, RowModel, TableView

HISTORY_DAYS = 365
MOST = 1000


class FaultsScreen(QWidget):
    """See the module."""

    name = "faults"

    def __init__(self, picture: Picture, desk: Desk, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._history = False
        self._past: tuple[Fault, ...] = ()
        self._past_orders: dict[int, Order] = {}
        self._said: tuple[str, str] | None = None  # what stands instead of the history: loading, failed
        self._wanted = 0
        self._asked = 0
        self._model: RowModel[Row] = RowModel(self._columns(), lambda row: row.fault.number, self)
        self.table: TableView[Row] = TableView(self._model, "faults", row_height=40)
        self.table.setItemDelegateForColumn(0, BadgeDelegate(self.table))
        self.table.sort_by("priority")
        self._blank = Blank()
        self.detail = FaultDetail(picture, desk, navigator)
        self.detail.setFixedWidth(460)
        self.timeline = TimelinePage(picture, desk)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.pages = QStackedWidget()
        whole.addWidget(self.pages)
        listed = QWidget()
        self.pages.addWidget(listed)
        self.pages.addWidget(self.timeline)
        outer = QHBoxLayout(listed)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        card = Card()
        bar = QHBoxLayout()
        self._open, self._closed, self._export = QPushButton(), QPushButton(), QPushButton()
        for button, name in ((self._open, "faults_open"), (self._closed, "faults_history")):
            button.setObjectName(name)
            button.setCheckable(True)
            bar.addWidget(button)
        self._open.setChecked(True)
        self._typed = SearchLine("fault_filter")
        self.saved = SavedFilters("faults", {"typed": self._typed})
        bar.addSpacing(12)
        bar.addWidget(self._typed, 1)
        bar.addWidget(self.saved)
        self._export.setObjectName("faults_export")
        bar.addWidget(self._export)
        card.body.addLayout(bar)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim")
        self._foot.setObjectName("faults_foot")
        card.body.addWidget(self._foot)
        card.heading.hide()
        card.remark.hide()
        outer.addWidget(card, 1)
        outer.addWidget(self.detail)

    def _connect(self) -> None:
        picture = self._picture
        self._open.clicked.connect(self._show_open)
        self._closed.clicked.connect(self._show_history)
        self._export.clicked.connect(self.table.ask_export)
        self._typed.target = self.table
        self._typed.searched.connect(self._filter)
        self.table.filtered.connect(self._show_page)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._opened)
        for signal in (
            picture.replaced,
            picture.faults_changed,
            picture.orders_changed,
            picture.alarms_changed,
            picture.people_changed,
            self._desk.pending_changed,
        ):
            signal.connect(self._refresh)
        picture.ticked.connect(self._tick)
        self.detail.timeline_wanted.connect(self.show_timeline)
        self.timeline.closed.connect(self._leave_timeline)
        self.timeline.fault_wanted.connect(self.show_fault)
        keys = (("L", self.detail.do_timeline), ("M", self.detail.do_merge), ("P", self.detail.do_split))
        for key, act in (
            ("T", self.detail.do_take), ("O", self.detail.do_open_order), ("E", self.detail.do_open_equipment), *keys,
        ):  # fmt: skip
            QShortcut(QKeySequence(key), self.table, context=Qt.ShortcutContext.WidgetShortcut).activated.connect(act)

    def _columns(self) -> list[Column[Row]]:
        picture = self._picture

        def zone() -> str:
            return picture.estate.site.timezone

        def opened(row: Row) -> str:
            return short_text(row.fault.opened_at, picture.now(), zone())

        def taken(row: Row) -> str:
            if self._desk.pending("fault", row.fault.number):
                return tr("faults.pending")
            return handler_text(picture, row.fault)

        def state(row: Row) -> str:
            if row.order is None:
                return "–" if not row.fault.order else "?"
            return tr("domain.order.on_hold") if row.order.held else tr(f"domain.order.{row.order.state}")

        def untaken(row: Row) -> bool:
            return row.fault.open and row.fault.taken is None

        def said(row: Row) -> str:
            return row.fault.text.get(language())

        def machine(row: Row) -> str:
            return equipment_name(picture, row.fault.equipment)

        return [
            Column("priority", "", 44, lambda r: str(r.fault.priority), user=lambda r: r.fault.priority, sort=presenter.sort_key),
            Column("id", "faults.column.id", 84, lambda r: r.fault.id, sort=lambda r: r.fault.number, colour=lambda _r: "dim"),
            Column("equipment", "faults.column.equipment", 168, machine, tooltip=machine, bold=untaken),
            Column("text", "faults.column.text", 0, said, tooltip=said),
            Column(
                "opened", "faults.column.opened", 96, opened, sort=lambda r: r.fault.opened_at, colour=lambda _r: "dim",
                tooltip=lambda r: full_text(r.fault.opened_at, zone()),
            ),
            *(self._clock_column(clock) for clock in Clock),
            Column("taken", "faults.column.taken", 128, taken, tooltip=taken, colour=lambda r: "" if untaken(r) else "dim"),
            Column("order", "faults.column.order", 66, state, tooltip=lambda r: r.order.id if r.order is not None else ""),
            Column("alarms", "faults.column.alarms", 52, lambda r: str(r.alarms), RIGHT, sort=lambda r: r.alarms),
        ]  # fmt: skip

    def _clock_column(self, clock: Clock) -> Column[Row]:
        picture = self._picture

        def text(row: Row) -> str:
            return presenter.cell(row, clock, picture.now(), picture.estate.site.timezone)

        def ends(row: Row) -> tuple[int, int]:
            view = row.views.get(clock)
            if view is None:
                return 2, 0
            return int(not view.running), view.deadline

        def tip(row: Row) -> str:
            view = row.views.get(clock)
            if view is None:
                return tr("faults.clock.none")
            if text(row) == "?":
                return tr("faults.clock.unknown")
            until = full_text(view.deadline, picture.estate.site.timezone)
            return f"{tr(f'domain.clock.{clock}')}：{presenter.verdict(view)}\n{tr('faults.clock.deadline')} {until}"

        return Column(
            clock.value, f"domain.clock.{clock}", 104, text, CENTER, sort=ends, tooltip=tip,
            colour=lambda row: presenter.cell_ink(row, clock), bold=lambda row: presenter.cell_loud(row, clock),
        )  # fmt: skip

    # --- what the shell asks

    def show_fault(self, number: int) -> None:
        """Select this fault; a closed one is in the history."""
        self.pages.setCurrentIndex(0)
        fault = self._picture.faults.get(number)
        self._wanted = number
        self._typed.clear()
        if fault is not None and fault.open:
            if self._history:
                self._show_open()
        elif not self._history or number not in {past.number for past in self._past}:
            self._show_history()
        if fault is not None:
            self.detail.show_fault(fault)
        self._select_wanted()
        self.table.setFocus()

    def show_timeline(self) -> None:
        """The story of the fault that is shown."""
        if self.detail.fault is not None:
            self.timeline.show_fault(self.detail.fault, self.detail.known_order)
            self.pages.setCurrentWidget(self.timeline)

    def _leave_timeline(self) -> None:
        self.pages.setCurrentIndex(0)
        self.table.setFocus()

    def retranslate(self) -> None:
        """All words."""
        self.timeline.retranslate()
        self._closed.setText(tr("faults.tab.history"))
        self._export.setText(tr("widgets.table.export"))
        self._typed.setPlaceholderText(tr("faults.filter"))
        self.saved.retranslate()
        self._model.refresh()
        self._refresh()
        self.detail.retranslate()

    # --- what is shown

    def _refresh(self, _changed: object = None) -> None:
        picture = self._picture
        faults = [fault for fault in picture.faults.values() if fault.open]
        shown = presenter.rows(picture, faults)
        if self._history:
            past = (picture.faults.get(fault.number, fault) for fault in self._past)
            self._model.set_rows(presenter.rows(picture, past, self._past_orders))
        else:
            self._model.set_rows(shown)
        self._open.setText(tr("faults.tab.open", count=len(faults)))
        self._fill_foot(shown)
        self._show_page()
        self._select_wanted()
        self.detail.refresh()

    def _fill_foot(self, shown: list[Row]) -> None:
        if self._history:
            count = len(self._past)
            key = "faults.foot.history_full" if count >= MOST else "faults.foot.history"
            self._foot.setText("" if self._said else tr(key, count=count, days=HISTORY_DAYS))
            return
        late, untaken = sum(row.overdue for row in shown), sum(row.fault.taken is None for row in shown)
        self._foot.setText(tr("faults.foot", count=len(shown), late=late, untaken=untaken) if shown else "")

    def _show_page(self) -> None:
        """The list, or what stands in its place on purpose."""
        blank: tuple[str, str] | None = None
        if self._history and self._said is not None:
            blank = self._said
        elif not self._picture.revision:
            blank = tr("faults.loading"), ""
        elif not self._model.rowCount():
            if self._history:
                blank = tr("faults.history.empty", days=HISTORY_DAYS), ""
            else:
                blank = tr("faults.empty"), tr("faults.empty.advice")
        elif not self.table.shown():
            blank = tr("faults.filtered"), tr("faults.filtered.advice")
        if blank is not None:
            self._blank.say(*blank)
        self._stack.setCurrentWidget(self.table if blank is None else self._blank)

    def _tick(self) -> None:
        if not self.isVisible():
            return
        if not self._history:
            shown = presenter.rows(self._picture, [fault for fault in self._picture.faults.values() if fault.open])
            self._model.update_rows(shown)
            self._fill_foot(shown)
        self.detail.tick()

    def _chosen(self) -> None:
        row = self.table.current() if self.table.selected() else None
        if row is not None:
            self._wanted = 0
            self.detail.show_fault(row.fault, row.order)
        elif self.detail.number not in self._picture.faults:
            self.detail.show_fault(None)

    def _opened(self, row: Row) -> None:
        """Enter takes the fault that is shown; any other one is shown first."""
        if row.fault.number == self.detail.number:
            self.detail.do_take()
        else:
            self.table.select(row.fault.number)

    def _select_wanted(self) -> None:
        if self._wanted and self.table.select(self._wanted):
            self._wanted = 0

    def _filter(self, text: str) -> None:
        self.table.filter_text(text)
        self._show_page()

    # --- history

    def _show_open(self) -> None:
        self._set_history(False)
        self._refresh()

    def _show_history(self) -> None:
        self._set_history(True)
        self._past, self._past_orders = (), {}
        self._said = tr("faults.loading"), ""
        self._asked += 1
        asked = self._asked
        until = self._picture.now() + DAY
        since = until - (HISTORY_DAYS + 1) * DAY

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._said = tr("faults.history.failed"), sentence(problem)
                self._refresh()

        def orders_came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, OrderHistoryAnswer):
                self._past_orders = {order.number: order for order in answer.orders}
                self._refresh()

        def faults_came(answer: Answer) -> None:
            if asked != self._asked or not isinstance(answer, FaultHistoryAnswer):
                return
            self._past, self._said = answer.faults, None
            self._refresh()
            if answer.faults:
                self._desk.query(lambda id: OrderHistoryQuery(id, since, until, limit=MOST), orders_came, failed)

        self._desk.query(lambda id: FaultHistoryQuery(id, since, until, limit=MOST), faults_came, failed)
        self._refresh()

    def _set_history(self, history: bool) -> None:
        self._history = history
        self._open.setChecked(not history)
        self._closed.setChecked(history)
