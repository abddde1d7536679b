"""A register's entries that are over from their beginning (moves, visits): asked from the store, added to as they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from console.domain.maintenance.records import Record, kind_of
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer
from console.link.records import RecordsAnswer, RecordsQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import Blank, Card, label
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import Column, RowModel, TableView

R = TypeVar("R", bound=Record)
DAYS = 366
MOST = 5000


class PastPage(QWidget, Generic[R]):
    """The last year's entries, the newest first. ``foot`` says what they come to."""

    def __init__(
        self,
        picture: Picture,
        desk: Desk,
        part: str,
        kind: type[R],
        *,
        columns: list[Column[R]],
        foot: Callable[[tuple[R, ...]], str] = lambda _rows: "",
    ) -> None:
        super().__init__()
        self._picture, self._desk, self._part, self._kind, self._foot_of = picture, desk, part, kind, foot
        self._found: tuple[R, ...] = ()
        self._said: tuple[str, str] | None = None
        self._asked = 0
        self._model: RowModel[R] = RowModel(columns, lambda record: record.id, self)
        self.table: TableView[R] = TableView(self._model, part, row_height=32)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card = Card()
        card.heading.hide()
        card.remark.hide()
        bar = QHBoxLayout()
        self._typed = SearchLine(f"{part}_filter")
        self._typed.searched.connect(self._filter)
        bar.addWidget(self._typed)
        card.body.addLayout(bar)
        self._blank = Blank()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._blank)
        card.body.addWidget(self._stack, 1)
        self._foot = label(role="dim", wrap=True)
        card.body.addWidget(self._foot)
        outer.addWidget(card)
        picture.records_changed.connect(self._records)
        picture.replaced.connect(self._came_back)
        self.retranslate()

    def opened(self) -> None:
        """Ask anew."""
        self._asked += 1
        asked = self._asked
        if not self._found:
            self._said = tr("registers.loading"), ""
        until = self._picture.now() + DAY

        def came(answer: Answer) -> None:
            if asked == self._asked and isinstance(answer, RecordsAnswer):
                self._found = tuple(record for record in answer.records if isinstance(record, self._kind))
                self._said = None
                self._show()

        def failed(problem: Problem) -> None:
            if asked == self._asked:
                self._said = tr("registers.failed"), sentence(problem)
                self._show()

        self._show()
        self._desk.query(lambda id: RecordsQuery(id, kind_of(self._kind), until - DAYS * DAY, until, limit=MOST), came, failed)

    def retranslate(self) -> None:
        """All words."""
        self._typed.setPlaceholderText(tr(f"{self._part}.filter"))
        self._model.refresh()
        self._show()

    def _records(self, kinds: set[str]) -> None:
        if kind_of(self._kind) in kinds and self.isVisible():
            self.opened()

    def _came_back(self) -> None:
        """The line is there again: what could not be read can be now."""
        if self.isVisible():
            self.opened()

    def _show(self) -> None:
        self._model.set_rows(self._found)
        self._foot.setText(self._foot_of(self._found))
        blank = self._said
        if blank is None and not self._found:
            blank = tr(f"{self._part}.empty"), tr(f"{self._part}.empty.advice")
        elif blank is None and not self.table.shown():
            blank = tr("registers.filtered"), tr("registers.filtered.advice")
        if blank is not None:
            self._blank.say(*blank)
        self._stack.setCurrentWidget(self.table if blank is None else self._blank)

    def _filter(self, text: str) -> None:
        self.table.filter_text(text)
        self._show()
