"""两小时记录: the moments of the last two days with what was written down, the sheet of the present one, and the list behind it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.shifts import WatchLine, WatchList, WatchRecord
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.shift.recordsheet import RecordSheet
from console.ui.shift.values import limits_text, value_text
from console.ui.shift.watchlist import ListForm
from console.ui.widgets.cards import GAP, Blank, Card, label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

DAYS = 2  # that are shown; older ones are in the daily reports
COLOURS = {"made": "", "late": "dim", "open": "p3_text", "overdue": "p2_text", "missing": "dim"}


@dataclass(frozen=True)
class Row:
    """One moment. ``state``: made | late | open | overdue | missing."""

    slot: int
    state: str
    record: WatchRecord | None = None

    @property
    def fillable(self) -> bool:
        """It may be filled in now."""
        return self.state in ("open", "overdue")


class RecordsPage(QWidget):
    """See the module."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._kept: dict[int, WatchRecord] = {}
        self._problem: Problem | None = None
        self._asked = 0
        self._chosen = 0
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        self._card = Card()
        bar = QHBoxLayout()
        self.setup = QPushButton()
        self.setup.setObjectName("record_setup")
        self.setup.clicked.connect(self.do_setup)
        bar.addStretch(1)
        bar.addWidget(self.setup)
        self._card.body.addLayout(bar)
        self._model: RowModel[Row] = RowModel(self._columns(), lambda row: row.slot, self)
        self.table: TableView[Row] = TableView(self._model, "watch_records")
        self.table.sort_by("at", Qt.SortOrder.DescendingOrder)
        self.table.chosen.connect(self._choose)
        self._stack = QStackedWidget()
        self._blank = Blank()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        self._card.body.addWidget(self._stack, 1)
        layout.addWidget(self._card, 2)
        self.side = QStackedWidget()
        self.sheet, self.list_form = RecordSheet(picture, desk), ListForm(picture, desk)
        self._past = Card()
        self._past_model: RowModel[WatchLine] = RowModel(_line_columns(), lambda line: (line.point, line.label.zh), self)
        self._past_about = label(role="dim", wrap=True)
        self._past_about.setObjectName("past_record")
        self._past.body.addWidget(self._past_about)
        self.past_table: TableView[WatchLine] = TableView(self._past_model, "watch_lines")
        self._past.body.addWidget(self.past_table, 1)
        self._choose_one = Blank()
        for part in (self._choose_one, self.sheet, self._past, self.list_form):
            self.side.addWidget(part)
        right = QVBoxLayout()
        right.addWidget(self.side)
        layout.addLayout(right, 3)
        self.list_form.closed.connect(self._after_list)
        for signal in (picture.replaced, picture.records_changed, picture.people_changed):
            signal.connect(self._changed)
        picture.ticked.connect(self._tick)
        self.retranslate()

    def _columns(self) -> list[Column[Row]]:
        picture = self._picture

        def entered(row: Row) -> str:
            return full_text(row.record.entered.at, picture.estate.site.timezone) if row.record is not None else ""

        def outside(row: Row) -> str:
            count = sum(line.outside for line in row.record.lines) if row.record is not None else 0
            return str(count) if count else ""

        def moment(row: Row) -> str:
            return full_text(row.slot, picture.estate.site.timezone)

        def state(row: Row) -> str:
            return tr(f"shift.record.state.{row.state}")

        def who(row: Row) -> str:
            return display(picture, row.record.entered.by) if row.record is not None else ""

        return [
            Column("at", "shift.record.moment", 140, moment, sort=lambda r: r.slot),
            Column("state", "shift.line.state", 90, state, colour=lambda r: COLOURS[r.state]),
            Column("by", "shift.line.who", 110, who),
            Column("entered", "shift.report.entered", 140, entered, colour=lambda _r: "dim"),
            Column("outside", "shift.report.outside", 0, outside, RIGHT, colour=lambda _r: "p3_text"),
        ]

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        """What was written down lately."""
        super().showEvent(event)
        self._ask()
        self.refresh()
        self._open_due()

    def retranslate(self) -> None:
        """All words."""
        self._card.set_heading(tr("shift.page.records"), tr("shift.record.remark"))
        self.setup.setText(tr("shift.record.setup"))
        self._choose_one.say(tr("shift.record.choose"), tr("shift.record.choose.advice"))
        self._model.refresh()
        self._past_model.refresh()
        self.sheet.retranslate()
        self.list_form.retranslate()
        self.refresh()

    def refresh(self) -> None:
        """The moments as they stand now."""
        watch = standing.list_of(self._picture)
        self.setup.setEnabled(self._picture.may(Right.CONFIGURE))
        self.setup.setToolTip("" if self._picture.may(Right.CONFIGURE) else tr("shift.record.setup_right"))
        self._model.set_rows(self._rows(watch))
        if watch is None:
            self._blank.say(tr("shift.record.no_list"), tr("shift.record.no_list.advice"))
        elif self._problem is not None:
            self._blank.say(tr("shift.record.failed"), sentence(self._problem))
        else:
            self._blank.say(tr("shift.record.none_yet"), tr("shift.record.none_yet.advice"))
        self._stack.setCurrentWidget(self.table if self._model.rowCount() and self._problem is None else self._blank)

    def _rows(self, watch: WatchList | None) -> list[Row]:
        if watch is None:
            return []
        now, zone = self._picture.now(), self._picture.estate.site.timezone
        book = standing.book_of(self._picture)
        made = []
        for slot in shifts.slots(watch, now - DAYS * DAY, now + shifts.EARLY, zone):
            record = self._kept.get(slot)
            if record is not None:
                made.append(Row(slot, "late" if record.late else "made", record))
            elif slot in book.filled:
                made.append(Row(slot, "made"))  # its record is on the way
            elif slot <= now - shifts.LATEST:
                made.append(Row(slot, "missing"))
            else:
                made.append(Row(slot, "overdue" if now > slot + watch.grace else "open"))
        return made

    def _changed(self, _changed: object = None) -> None:
        if self.isVisible():
            self._ask()
            self.refresh()

    def _tick(self) -> None:
        if self.isVisible():
            self.refresh()
            self.sheet.tick()

    def _ask(self) -> None:
        """The records themselves have ended the moment they were made: the store has them."""
        self._asked += 1
        asked, since = self._asked, self._picture.now() - (DAYS + 1) * DAY

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, RecordsAnswer):
                self._kept = {each.at: each for each in answer.records if isinstance(each, WatchRecord)}
                self._problem = None
                self.refresh()
                self._show_chosen()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._problem = problem
                self.refresh()

        self._desk.query(lambda id: RecordsQuery(id, "watchrecord", since), came, failed)

    # --- what is chosen

    def _open_due(self) -> None:
        """Shown: the sheet that is to be filled in now is open already."""
        watch = standing.list_of(self._picture)
        if watch is None or self.side.currentWidget() is self.list_form:
            return
        slot = shifts.open_slot(watch, standing.book_of(self._picture), self._picture.now(), self._picture.estate.site.timezone)
        if slot and not self._chosen:
            self.table.select(slot)

    def _choose(self) -> None:
        chosen = self.table.selected()
        if len(chosen) == 1 and chosen[0].slot != self._chosen:
            self._chosen = chosen[0].slot
            self._show_chosen()

    def _show_chosen(self) -> None:
        if self.side.currentWidget() is self.list_form:
            return
        place = self._model.row_of(self._chosen)
        row = self._model.item(place) if place >= 0 else None
        if row is None:
            self.side.setCurrentWidget(self._choose_one)
        elif row.fillable:
            self.sheet.show_slot(row.slot)
            self.side.setCurrentWidget(self.sheet)
        else:
            self._show_past(row)

    def _show_past(self, row: Row) -> None:
        picture, zone = self._picture, self._picture.estate.site.timezone
        record = row.record
        self._past.set_heading(full_text(row.slot, zone), tr(f"shift.record.state.{row.state}"))
        if record is None:
            self._past_about.setText(tr("shift.record.nothing"))
            self._past_model.set_rows(())
        else:
            parts = [display(picture, record.entered.by), record.entered.station, full_text(record.entered.at, zone)]
            parts += [record.remark, record.entered.reason]
            self._past_about.setText(" · ".join(part for part in parts if part))
            self._past_model.set_rows(record.lines)
        self.side.setCurrentWidget(self._past)

    # --- the list

    def do_setup(self) -> None:
        """Change what is written down."""
        self.list_form.open_list()
        self.side.setCurrentWidget(self.list_form)

    def _after_list(self) -> None:
        self.side.setCurrentWidget(self._choose_one)
        self._show_chosen()
        self.refresh()


def _line_columns() -> list[Column[WatchLine]]:
    def value(line: WatchLine) -> str:
        return f"{value_text(line.value)} {line.unit}".rstrip()

    def limits(line: WatchLine) -> str:
        return limits_text(line.low, line.high)

    def how(line: WatchLine) -> str:
        return tr("shift.record.typed") if line.typed else tr("shift.record.live")

    def loud(line: WatchLine) -> bool:
        return line.outside

    return [
        Column("label", "shift.line.text", 0, lambda line: line.label.get(language())),
        Column("value", "shift.record.value", 120, value, RIGHT, colour=lambda line: "p3_text" if line.outside else "", bold=loud),
        Column("limits", "shift.record.limits", 110, limits, RIGHT, colour=lambda _l: "dim"),
        Column("how", "shift.record.how", 80, how, colour=lambda _l: "dim"),
        Column("remark", "shift.report.remark", 160, lambda line: line.remark, tooltip=lambda line: line.remark),
    ]
