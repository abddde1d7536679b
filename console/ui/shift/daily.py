"""值班日报: any day or shift as a page, as text to paste into a chat in either language, and as a PDF to print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast

from PySide6.QtCore import QDate
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDateEdit,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from console.domain import rosters
from console.domain.maintenance import shifts, standing
from console.domain.maintenance.drilling import DrillRun
from console.domain.maintenance.records import Record
from console.domain.maintenance.shifts import Handover, Line, ShiftCheck, WatchRecord
from console.domain.problems import Problem
from console.domain.rosters import Watch
from console.domain.times import DAY
from console.link.messages import (
    AlarmHistoryAnswer,
    AlarmHistoryQuery,
    Answer,
    FaultHistoryAnswer,
    FaultHistoryQuery,
    OrderHistoryAnswer,
    OrderHistoryQuery,
    Query,
)
from console.link.records import RecordsAnswer, RecordsQuery
from console.papers import dayreport
from console.papers.dayreport import Books
from console.texts import CHINESE, ENGLISH, language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import from_local, local, zone
from console.ui.orders.presenter import display
from console.ui.picture import Picture
from console.ui.shift.papering import places_of, setting_of
from console.ui.shift.paperview import PdfFile, html, open_outside
from console.ui.widgets.cards import Card, label

MOST = 5000
ORDERS_BACK = 60 * DAY  # an order that was finished today may have been raised so long ago
KINDS = ("watchrecord", "shiftcheck", "handover", "drillrun")


class DailyPage(QWidget):
    """See the module. Asks the store once for each period that is chosen; an old answer is passed over."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._asked = 0
        self._answers: dict[str, Answer] = {}
        self._problem: Problem | None = None
        self.books: Books | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._card = Card()
        layout.addWidget(self._card)
        bar = QHBoxLayout()
        self.day, self.shift = QDateEdit(), QComboBox()
        self.day.setObjectName("report_day")
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.shift.setObjectName("report_shift")
        self.shift.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._acts = {name: QPushButton() for name in ("before", "after", "again", "copy_zh", "copy_en", "print")}
        for name, button in self._acts.items():
            button.setObjectName(f"report_{name}")
            button.clicked.connect(getattr(self, f"do_{name}"))
        for part in (self._acts["before"], self.day, self._acts["after"], self.shift, self._acts["again"]):
            bar.addWidget(part)
        bar.addStretch(1)
        for name in ("copy_zh", "copy_en", "print"):
            bar.addWidget(self._acts[name])
        self._card.body.addLayout(bar)
        self._said = label(role="dim", wrap=True)
        self._said.setObjectName("report_said")
        self._card.body.addWidget(self._said)
        self.view = QTextBrowser()
        self.view.setObjectName("report_view")
        self._card.body.addWidget(self.view, 1)
        self.day.dateChanged.connect(self._day_changed)
        self.shift.currentIndexChanged.connect(self._ask)
        picture.replaced.connect(self._ready)
        self.retranslate()

    # --- showing

    def showEvent(self, event: QShowEvent) -> None:
        """The present day, or the one that was looked at."""
        super().showEvent(event)
        self._ready()

    def _ready(self) -> None:
        if not self.isVisible() or not self._picture.revision:
            return
        today = local(self._picture.now(), self._zone()).date()
        self.day.blockSignals(True)
        self.day.setMaximumDate(QDate(today.year, today.month, today.day))
        if self.books is None:
            self.day.setDate(self.day.maximumDate())
        self.day.blockSignals(False)
        self._fill_shifts()
        self._ask()

    def retranslate(self) -> None:
        """All words."""
        self._card.set_heading(tr("shift.page.daily"), tr("shift.daily.remark"))
        for name, button in self._acts.items():
            button.setText(tr(f"shift.daily.{name}"))
        self._fill_shifts()
        self._show()

    def _fill_shifts(self) -> None:
        """The shifts of the day; a whole day first."""
        chosen = self.shift.currentData()
        self.shift.blockSignals(True)
        self.shift.clear()
        self.shift.addItem(tr("shift.daily.whole"), "")
        for watch in self._watches():
            self.shift.addItem(watch.shift.name.get(language()), watch.shift.id)
        self.shift.setCurrentIndex(max(0, self.shift.findData(chosen)))
        self.shift.blockSignals(False)

    def _watches(self) -> list[Watch]:
        return list(rosters.watches(self._picture.roster, self._date(), self._zone()))

    def _date(self) -> date:
        return cast(date, self.day.date().toPython())

    def _period(self) -> tuple[int, int, Watch | None]:
        """UTC ns of the chosen day or shift."""
        for watch in self._watches():
            if watch.shift.id == self.shift.currentData():
                return watch.since, watch.until, watch
        first = self._date()
        return self._midnight(first), self._midnight(first + timedelta(days=1)), None

    def _midnight(self, day: date) -> int:
        return from_local(datetime(day.year, day.month, day.day, tzinfo=zone(self._zone())))

    def _show(self) -> None:
        books = self.books
        for name in ("copy_zh", "copy_en", "print"):
            self._acts[name].setEnabled(books is not None)
        if self._problem is not None:
            self._said.setText(tr("shift.daily.failed", reason=sentence(self._problem)))
        elif books is None:
            self._said.setText(tr("shift.daily.loading"))
        else:
            self._said.setText(tr("shift.daily.running") if books.until > books.now else "")
            place = self.view.verticalScrollBar().value()
            self.view.setHtml(html(dayreport.paper(books, setting_of(self._picture))))
            self.view.verticalScrollBar().setValue(place)
        self._said.setVisible(bool(self._said.text()))

    # --- asking

    def _day_changed(self) -> None:
        self._fill_shifts()
        self._ask()

    def _ask(self) -> None:
        if not self._picture.revision or not self.isVisible():
            return
        self._asked += 1
        self._answers, self._problem = {}, None
        since, until, _watch = self._period()
        asked = self._asked
        questions: dict[str, Callable[[int], Query]] = {
            "faults": lambda id: FaultHistoryQuery(id, since, until, limit=MOST),
            "alarms": lambda id: AlarmHistoryQuery(id, since, until, limit=MOST),
            "orders": lambda id: OrderHistoryQuery(id, since - ORDERS_BACK, until, limit=MOST),
        }
        for name in KINDS:
            questions[name] = lambda id, name=name: RecordsQuery(id, name, since, until, limit=MOST)  # type: ignore[misc]
        for name, make in questions.items():
            self._desk.query(make, lambda answer, name=name: self._came(asked, name, answer, len(questions)), self._failed)  # type: ignore[misc]
        self._show()

    def _came(self, asked: int, name: str, answer: Answer, all_of: int) -> None:
        if asked != self._asked:
            return
        self._answers[name] = answer
        if len(self._answers) == all_of:
            self.books = self._made()
            self._show()

    def _failed(self, problem: Problem) -> None:
        self._problem = problem
        self._show()

    def _made(self) -> Books:
        picture, answers = self._picture, self._answers
        since, until, watch = self._period()
        now = picture.now()
        faults, orders, alarms = answers["faults"], answers["orders"], answers["alarms"]
        assert isinstance(faults, FaultHistoryAnswer)
        assert isinstance(orders, OrderHistoryAnswer)
        assert isinstance(alarms, AlarmHistoryAnswer)
        kept: list[Record] = []
        for name in KINDS:
            answer = answers[name]
            assert isinstance(answer, RecordsAnswer)
            kept += answer.records
        stands = standing.content(picture, now, self._zone(), since)
        opened = tuple(fault for fault in faults.faults if since <= fault.opened_at < until)
        machines = {fault.equipment for fault in opened} | {order.equipment for order in orders.orders}
        machines |= {line.equipment for lines in stands.values() for line in lines}
        records = tuple(each for each in kept if isinstance(each, WatchRecord))
        return Books(
            since, until, now,
            shift=watch.shift.name.get(language()) if watch is not None else "",
            duty=self._duty(watch),
            faults=opened,
            orders={order.number: picture.orders.get(order.number, order) for order in orders.orders},
            alarms=alarms.alarms,
            standing=stands,
            due=_due(stands, now),
            records=records,
            missing=self._missing(records, since, min(until, now)),
            checks=tuple(each for each in kept if isinstance(each, ShiftCheck)),
            handovers=tuple(each for each in kept if isinstance(each, Handover)),
            drills=tuple(each for each in kept if isinstance(each, DrillRun) and since <= each.at < until),
            places=places_of(picture, machines),
        )  # fmt: skip

    def _duty(self, watch: Watch | None) -> tuple[str, ...]:
        """The people of the shift; for a whole day those of each of its shifts."""
        if watch is not None:
            return tuple(display(self._picture, member.person) for member in watch.members)
        named = []
        for each in self._watches():
            people = " ".join(display(self._picture, member.person) for member in each.members)
            named.append(f"{each.shift.name.get(language())} {people}".strip())
        return tuple(named)

    def _missing(self, records: tuple[WatchRecord, ...], since: int, until: int) -> tuple[int, ...]:
        watch = standing.list_of(self._picture)
        if watch is None:
            return ()
        made = {record.at for record in records}
        wanted = shifts.slots(watch, since - 1, until - watch.grace, self._zone())
        return tuple(slot for slot in wanted if slot not in made and slot < until)

    # --- acts

    def do_before(self) -> None:
        """The day before."""
        self.day.setDate(self.day.date().addDays(-1))

    def do_after(self) -> None:
        """The day after."""
        self.day.setDate(self.day.date().addDays(1))

    def do_again(self) -> None:
        """As it stands now."""
        self._ask()

    def do_copy_zh(self) -> None:
        """The text in Chinese, to be pasted."""
        self._copy(CHINESE)

    def do_copy_en(self) -> None:
        """The text in English."""
        self._copy(ENGLISH)

    def _copy(self, lang: str) -> None:
        if self.books is not None:
            QApplication.clipboard().setText(dayreport.message(self.books, setting_of(self._picture, lang)))
            self._said.setText(tr("shift.daily.copied"))
            self._said.show()

    def do_print(self) -> None:
        """As a PDF file, opened where it is printed."""
        name = f"{tr('shift.page.daily')}-{self._date().isoformat()}"
        dialog = QFileDialog(self, tr("shift.print"), f"{name}.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self.save_pdf)
        dialog.open()

    def save_pdf(self, file: str) -> None:
        """The report as PDF."""
        if self.books is None:
            return
        written = PdfFile(dayreport.paper(self.books, setting_of(self._picture)), file)
        written.saved.connect(open_outside)
        written.failed.connect(self._failed)
        written.start()

    def _zone(self) -> str:
        return self._picture.estate.site.timezone


def _due(stands: dict[str, tuple[Line, ...]], now: int) -> tuple[Line, ...]:
    """What falls due within a day: clocks, orders, ends of isolations and shelves."""
    found = [
        line
        for section in ("faults", "orders", "isolations", "silences")
        for line in stands.get(section, ())
        if 0 < line.until <= now + DAY
    ]
    return tuple(sorted(found, key=lambda line: (line.until, line.id)))
