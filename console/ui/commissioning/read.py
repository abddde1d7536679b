"""Read any register now: choose line, unit, function and address, and see every way of reading the answer side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.estate import ModbusSource, Point
from console.domain.problems import Problem
from console.domain.registers import width
from console.link.bench import ReadRegistersAnswer
from console.link.messages import Answer
from console.texts import sentence, tr
from console.ui.commissioning.asking import AskBar
from console.ui.commissioning.matrix import Matrix
from console.ui.commissioning.parts import why_not
from console.ui.commissioning.readtable import VIEWS, ReadTable
from console.ui.commissioning.registers import Question, Row, rows_of
from console.ui.desk import Desk
from console.ui.moments import clock_text
from console.ui.picture import Picture
from console.ui.widgets.cards import GAP, Blank, label, set_role
from console.ui.widgets.tables import Column, RowModel, TableView

KEPT = 20  # reads of the history: one of 125 registers is about a megabyte
AGAIN_MS = 1000
SIDE = 474


@dataclass(frozen=True, slots=True)
class Past:
    """One read that was made. ``said`` is why it failed, empty where it did not."""

    number: int
    at: int
    question: Question
    answer: ReadRegistersAnswer | None
    said: str = ""


class ReadPane(QWidget):
    """See the module. ``opened`` names the machine of a point that was double-clicked."""

    opened = Signal(str)

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._waiting: Question | None = None
        self._shown: Past | None = None
        self._count = 0
        self.bar = AskBar(picture)
        self.go, self.again, self.copy = QPushButton(), QPushButton(), QPushButton()
        self.go.setObjectName("read_go")
        self.go.setProperty("primary", True)
        self.again.setObjectName("read_again")
        self.again.setCheckable(True)
        self.copy.setObjectName("read_copy")
        self.says = label(wrap=True, selectable=True)
        self.says.setObjectName("read_says")
        self.table = ReadTable(picture)
        self.matrix = Matrix()
        self._past: RowModel[Past] = RowModel(self._past_columns(), lambda past: past.number, self)
        self.history: TableView[Past] = TableView(self._past, "read_history", row_height=26)
        self.history.sort_by("at", Qt.SortOrder.DescendingOrder)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._views = QButtonGroup(self)
        self._view = VIEWS[0]
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(AGAIN_MS)
        self._timer.timeout.connect(self._repeat)
        self._connect()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        for button in (self.go, self.again):
            self.bar.row.addWidget(button)
        self.bar.row.addStretch(1)
        outer.addWidget(self.bar)
        outer.addWidget(self.says)
        self._chips_bar = QWidget()
        views = QHBoxLayout(self._chips_bar)
        views.setContentsMargins(0, 0, 0, 0)
        self._chips: dict[str, QPushButton] = {}
        for view in VIEWS:
            chip = self._chips[view] = QPushButton()
            chip.setObjectName(f"read_view_{view}")
            chip.setCheckable(True)
            chip.setChecked(view == self._view)
            chip.clicked.connect(self._viewer(view))
            self._views.addButton(chip)
            views.addWidget(chip)
        self._legend = label(role="faint")
        views.addSpacing(12)
        views.addWidget(self._legend)
        views.addStretch(1)
        views.addWidget(self.copy)
        self._chips_bar.hide()
        outer.addWidget(self._chips_bar)
        body = QHBoxLayout()
        body.setSpacing(GAP)
        self._stack.addWidget(self._blank)
        self._stack.addWidget(self.table)
        body.addWidget(self._stack, 1)
        self._side = QWidget()
        self._side.setFixedWidth(SIDE)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.matrix)
        side.addWidget(scroll, 3)
        self._past_title = label(role="dim")
        side.addWidget(self._past_title)
        side.addWidget(self.history, 1)
        body.addWidget(self._side)
        outer.addLayout(body, 1)

    def _connect(self) -> None:
        self.go.clicked.connect(self.read)
        self.again.toggled.connect(self._toggled)
        self.copy.clicked.connect(self.table.copy)
        self.bar.changed.connect(self._explain)
        self.bar.entered.connect(self.read)
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(self._opened)
        self.history.chosen.connect(self._look_back)

    def _past_columns(self) -> list[Column[Past]]:
        def when(past: Past) -> str:
            return clock_text(past.at, self._picture.estate.site.timezone)

        def what(past: Past) -> str:
            asked = past.question
            return f"{asked.connection} {asked.unit}/{asked.function}  {asked.address}–{asked.last}"

        def came(past: Past) -> str:
            return past.said or tr("commissioning.took", ms=past.answer.took_ms if past.answer is not None else 0.0)

        return [
            Column("at", "commissioning.column.time", 74, when, sort=lambda past: past.number),
            Column("what", "commissioning.column.asked", 190, what),
            Column(
                "came", "commissioning.column.came", 0, came, tooltip=came, colour=lambda past: "p2_text" if past.said else "dim"
            ),
        ]

    # --- what the screen says

    def retranslate(self) -> None:
        """All words."""
        self.go.setText(tr("commissioning.read.go"))
        self.go.setToolTip(tr("commissioning.key.enter"))
        self.again.setText(tr("commissioning.read.again"))
        self.copy.setText(tr("commissioning.read.copy"))
        self.bar.retranslate()
        for view, chip in self._chips.items():
            chip.setText(tr(f"commissioning.view.{view}"))
        self._legend.setText(tr("commissioning.legend"))
        self._past_title.setText(tr("commissioning.history"))
        self.table.rows.refresh()
        self._past.refresh()
        self._chosen()
        self.refresh()
        self._explain()

    def refresh(self) -> None:
        """Lines and rights."""
        self.bar.refresh()
        self._allow()
        if self._shown is None:
            title = "commissioning.read.blank" if self.bar.line.count() else "commissioning.no_lines"
            self._blank.say(tr(title), tr(f"{title}.advice"))
            self._explain()

    def show_point(self, point: Point) -> bool:
        """Fill in where a point lies; False if it does not lie in a register."""
        source = point.source
        if not isinstance(source, ModbusSource):
            return False
        self.fill_in(Question(source.connection, source.unit, source.function, source.address, width(source)))
        return True

    def fill_in(self, question: Question) -> None:
        """Fill in the fields."""
        self.again.setChecked(False)
        self.bar.fill_in(question)

    def showEvent(self, event: QShowEvent) -> None:
        """What was remembered of the columns does not say which ways are shown."""
        super().showEvent(event)
        self._show_view()

    # --- the question

    def read(self) -> None:
        """Ask now."""
        question = self.bar.question
        if question is None or self._waiting is not None or why_not(self._picture):
            self._explain()
            return
        self.bar.settle(question)
        self._waiting = question
        self._allow()
        if not self.again.isChecked():
            self._say(tr("commissioning.read.busy", unit=question.unit))

        def answered(answer: Answer) -> None:
            if self._waiting == question and isinstance(answer, ReadRegistersAnswer):
                self._waiting = None
                self._take(Past(self._next(), answer.at, question, answer))

        def failed(problem: Problem) -> None:
            if self._waiting == question:
                self._waiting = None
                self._take(Past(self._next(), self._picture.now(), question, None, sentence(problem)))

        self._desk.query(question.query, answered, failed)

    def _explain(self) -> None:
        """What was typed, as it will be asked; or what is wrong with it."""
        if self._waiting is None and not why_not(self._picture):
            said, wrong = self.bar.explained()
            self._say(said, "error" if wrong else "dim")

    # --- the answer

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _take(self, past: Past) -> None:
        self._allow()
        kept = self._past.items()
        if kept and kept[-1].question == past.question and _same(kept[-1], past) and self.again.isChecked():
            self._past.remove_rows([kept.pop().number])  # nothing new: the entry says when it was last so
        self._past.remove_rows(each.number for each in kept[: max(0, len(kept) + 1 - KEPT)])
        self._past.update_rows([past])
        self._show(past, going_on=True)

    def _show(self, past: Past, *, going_on: bool) -> None:
        answer, question = past.answer, past.question
        if answer is None:
            older = tr("commissioning.read.older") if self._shown is not None else ""
            self._say(f"{past.said} {older}".rstrip(), "error")
            return
        same = going_on and self._shown is not None and self._shown.question == question
        rows = rows_of(question, answer, self.table.rows.items() if same else ())
        self._shown = past
        self._stack.setCurrentWidget(self.table)
        self._chips_bar.show()
        self.table.rows.set_rows(rows)
        self._show_view()
        if not self.table.selected():
            self.table.select(question.address)
        moment = clock_text(past.at, self._picture.estate.site.timezone)
        self._say(tr("commissioning.read.came", time=moment, unit=question.unit, function=question.function,
                     first=question.address, last=question.last, ms=answer.took_ms, points=len(answer.points)))  # fmt: skip
        self._chosen()

    def _look_back(self) -> None:
        chosen = self.history.selected()
        if chosen and not self.again.isChecked():
            self._show(chosen[0], going_on=False)

    def _chosen(self) -> None:
        row = self.table.current()
        known = self.table.rows.row_of(row.address) if row is not None else -1
        self.matrix.show_row(self.table.rows.item(known) if known >= 0 else None)

    def _opened(self, row: object) -> None:
        point = self._picture.points.get(row.points[0]) if isinstance(row, Row) and row.points else None
        if point is not None:
            self.opened.emit(point.equipment)

    # --- the rest

    def _toggled(self, on: bool) -> None:
        if on:
            self._timer.start()
            self.read()
        else:
            self._timer.stop()

    def _repeat(self) -> None:
        """Once a second while somebody looks."""
        if self.isVisible():
            self.read()

    def _viewer(self, view: str) -> object:
        def choose() -> None:
            self._view = view
            self._show_view()

        return choose

    def _show_view(self) -> None:
        bits = self._shown is not None and self._shown.question.bits
        self.table.show_view(self._view, bits=bits)
        for chip in self._chips.values():
            chip.setVisible(not bits)
        self._legend.setVisible(not bits)

    def _allow(self) -> None:
        why = why_not(self._picture)
        busy = self._waiting is not None and not self.again.isChecked()
        self.go.setEnabled(not why and not busy)
        self.again.setEnabled(not why)
        for button, tip in ((self.go, tr("commissioning.key.enter")), (self.again, tr("commissioning.read.again.tip"))):
            button.setToolTip(why or tip)
        if why and self.again.isChecked():
            self.again.setChecked(False)

    def _say(self, text: str, role: str = "dim") -> None:
        self.says.setText(text)
        set_role(self.says, role)


def _same(old: Past, new: Past) -> bool:
    if old.answer is None or new.answer is None:
        return old.said == new.said and old.answer is new.answer
    return old.answer.data == new.answer.data


def _past_ink(past: Past) -> str:
    return "p2_text" if past.said else "dim"
