"""The delivery log: every notice of the last days, how far it came and why not further; a notice that waits is tried again."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import RetryNotice
from console.domain.notices import Notice, NoticeState
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer, LogAnswer, LogQuery
from console.texts import language, sentence, tr
from console.ui.moments import full_text
from console.ui.system.dutybook import DutyBook
from console.ui.widgets.cards import Blank, label
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import CENTER, Column, RowModel, TableView

DAYS = 30
MOST = 5000


class NoticeLogPage(QWidget):
    """Newest first."""

    def __init__(self, book: DutyBook) -> None:
        super().__init__()
        self._book = book
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self.typed, self.again, self.retry = SearchLine(), QPushButton(), QPushButton()
        for widget, name in ((self.typed, "filter"), (self.again, "again"), (self.retry, "retry")):
            widget.setObjectName(f"notice_{name}")
        self.saved = SavedFilters("notices", {"typed": self.typed})
        bar.addWidget(self.typed, 1)
        bar.addWidget(self.saved)
        bar.addWidget(self.retry)
        bar.addWidget(self.again)
        layout.addLayout(bar)
        self.error = label(role="error", wrap=True)
        layout.addWidget(self.error)
        self.error.hide()
        self._stack, self._blank = QStackedWidget(), Blank()
        self._model: RowModel[Notice] = RowModel(self._columns(), lambda notice: notice.number, self)
        self.table: TableView[Notice] = TableView(self._model, "notices")
        self._stack.addWidget(self._blank)
        self._stack.addWidget(self.table)
        layout.addWidget(self._stack, 1)
        self.typed.searched.connect(self.table.filter_text)
        self.again.clicked.connect(self.load)
        self.retry.clicked.connect(self._retry)
        self.table.chosen.connect(self._chosen)
        self.retranslate()

    def _columns(self) -> list[Column[Notice]]:
        picture, book = self._book.picture, self._book

        def when(moment: int) -> str:
            return full_text(moment, picture.estate.site.timezone)

        def about(notice: Notice) -> str:
            equipment = picture.equipment.get(notice.equipment)
            name = equipment.name.get(language()) if equipment is not None else notice.equipment
            return f"F-{notice.fault:06d} {name}" if notice.fault else ""

        def kind(notice: Notice) -> str:
            clock = f" {tr(f'domain.clock.{notice.clock}')} {notice.percent}%" if notice.clock is not None else ""
            return tr(f"notify.kind.{notice.kind}") + clock

        def state(notice: Notice) -> str:
            words = tr(f"notify.state.{notice.state}")
            return f"{words} {when(notice.due_at)}" if notice.state is NoticeState.PLANNED else words

        def why(notice: Notice) -> str:
            return sentence(notice.problem) if notice.problem is not None else ""

        return [
            Column("at", "notify.log.at", 150, lambda n: when(n.planned_at), sort=lambda n: n.number),
            Column("kind", "notify.log.kind", 160, kind),
            Column("to", "notify.log.to", 130, lambda n: book.display(n.person) if n.person else tr("notify.log.group")),
            Column("channel", "notify.log.channel", 100, lambda n: n.channel),
            Column("about", "notify.log.about", 240, about),
            Column("state", "notify.log.state", 190, state),
            Column("tries", "notify.log.tries", 70, lambda n: str(n.attempts), align=CENTER, sort=lambda n: n.attempts),
            Column("why", "notify.log.why", 0, why, tooltip=why),
        ]

    def load(self) -> None:
        """Ask for the log."""
        self.error.hide()
        since = self._book.picture.now() - DAYS * DAY
        self._book.desk.query(lambda id: LogQuery(id, "notice:all", since, 0, MOST), self._came, self._failed)

    def retranslate(self) -> None:
        """All words."""
        self.typed.setPlaceholderText(tr("orders.filter"))
        self.saved.retranslate()
        self.again.setText(tr("system.audit.again"))
        self.retry.setText(tr("notify.log.retry"))
        self._blank.say(tr("notify.log.empty"), tr("notify.log.empty.advice"))
        self._model.refresh()
        self._chosen()

    def _came(self, answer: Answer) -> None:
        if not isinstance(answer, LogAnswer):
            return
        newest: dict[int, Notice] = {}
        for entry in answer.entries:  # newest first: the first of a number is how it stands
            notice = getattr(entry.event, "notice", None)
            if isinstance(notice, Notice):
                newest.setdefault(notice.number, notice)
        self._model.set_rows(sorted(newest.values(), key=lambda notice: -notice.number))
        self._stack.setCurrentWidget(self.table if newest else self._blank)
        self._chosen()

    def _chosen(self) -> None:
        waiting = [notice for notice in self.table.selected() if notice.state is NoticeState.PLANNED]
        self.retry.setEnabled(bool(waiting) and self._book.picture.may(Right.ACKNOWLEDGE))

    def _retry(self) -> None:
        for notice in self.table.selected():
            if notice.state is NoticeState.PLANNED:
                self._book.desk.ask(RetryNotice(notice.number), lambda _number: self.load(), self._failed)

    def _failed(self, problem: Problem) -> None:
        self.error.setText(sentence(problem))
        self.error.show()
