"""The event log: who did what, when, from where."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.events import Entry
from console.domain.problems import Problem
from console.domain.times import DAY
from console.link.messages import Answer, LogAnswer, LogQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import Blank
from console.ui.widgets.saved import SavedFilters
from console.ui.widgets.searchline import SearchLine
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView

DAYS = 30
MOST = 2000


def subject(entry: Entry) -> str:
    """What the entry is about, in a few words."""
    event = entry.event
    for name in ("order", "fault", "alarm"):
        record = getattr(event, name, None)
        if record is not None:
            text = getattr(record, "title", None) or record.text
            return f"{record.id} {record.equipment} {text.get(language())}"
    for name in ("account", "id", "plan"):
        found = getattr(event, name, None)
        if found is not None:
            return str(getattr(found, "name", found))
    state = getattr(event, "state", None)
    return str(getattr(state, "plan", "")) if state is not None else ""


class AuditPage(QWidget):
    """The last month, newest first."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self._typed, self._again = SearchLine(), QPushButton()
        self._typed.setObjectName("audit_filter")
        self._again.setObjectName("audit_again")
        self._saved = SavedFilters("audit", {"typed": self._typed})
        bar.addWidget(self._typed, 1)
        bar.addWidget(self._saved)
        bar.addWidget(self._again)
        layout.addLayout(bar)
        self._stack, self._blank = QStackedWidget(), Blank()
        self._model: RowModel[Entry] = RowModel(self._columns(), lambda entry: entry.sequence, self)
        self._table: TableView[Entry] = TableView(self._model, "audit")
        self._stack.addWidget(self._blank)
        self._stack.addWidget(self._table)
        layout.addWidget(self._stack, 1)
        self._typed.searched.connect(self._table.filter_text)
        self._again.clicked.connect(self.load)
        picture.people_changed.connect(self.retranslate)
        self.retranslate()

    def _columns(self) -> list[Column[Entry]]:
        picture = self._picture

        def who(entry: Entry) -> str:
            account = picture.accounts.get(entry.actor)
            return account.display if account is not None else entry.actor or tr("orders.by_system")

        return [
            Column("sequence", "system.audit.sequence", 80, lambda e: str(e.sequence), align=RIGHT, sort=lambda e: e.sequence),
            Column("at", "system.audit.at", 160, lambda e: full_text(e.at, picture.estate.site.timezone), sort=lambda e: e.at),
            Column("who", "system.audit.who", 140, who),
            Column("station", "system.audit.station", 120, lambda e: e.station),
            Column("what", "system.audit.what", 200, lambda e: tr(f"domain.event.{type(e.event).__name__}")),
            Column("subject", "system.audit.subject", 0, subject, tooltip=subject),
        ]

    def load(self) -> None:
        """Ask for the log."""
        self._blank.say(tr("orders.loading"))
        self._stack.setCurrentWidget(self._blank)
        since = self._picture.now() - DAYS * DAY
        self._desk.query(lambda id: LogQuery(id, "", since, 0, MOST), self._came, self._failed)

    def retranslate(self) -> None:
        """All words."""
        self._typed.setPlaceholderText(tr("orders.filter"))
        self._saved.retranslate()
        self._again.setText(tr("system.audit.again"))
        self._model.refresh()
        if not self._picture.may(Right.READ_AUDIT):
            self._model.set_rows([])
            self._blank.say(tr("system.audit.denied"), tr("system.audit.denied.advice"))
            self._stack.setCurrentWidget(self._blank)
        elif not self._model.rowCount():
            self._blank.say(tr("system.audit"), tr("system.audit.advice"))

    def _came(self, answer: Answer) -> None:
        if isinstance(answer, LogAnswer):
            self._model.set_rows(answer.entries)
            self._stack.setCurrentWidget(self._table)

    def _failed(self, problem: Problem) -> None:
        self._blank.say(tr("orders.failed"), sentence(problem))
