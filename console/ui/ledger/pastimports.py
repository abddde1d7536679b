"""What was imported into the ledger before, and the way to take it back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.maintenance.cards_batches import BatchState, LedgerBatch, UndoLedgerImport
from console.domain.problems import Problem
from console.texts import tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.picture import Picture
from console.ui.widgets.cards import label
from console.ui.widgets.tables import RIGHT, Column, RowModel, TableView


class PastImports(QWidget):
    """``said`` a key of the texts with its parameters: what came of taking one back."""

    said = Signal(str, object)

    def __init__(self, picture: Picture, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._desk = picture, desk
        self._waiting = False
        self._title = label(role="dim")
        self._model: RowModel[LedgerBatch] = RowModel(self._columns(), lambda batch: batch.id, self)
        self.table: TableView[LedgerBatch] = TableView(self._model, "ledger_batches")
        self.table.chosen.connect(self.refresh)
        self.why, self.undo = QLineEdit(), QPushButton()
        self.why.setObjectName("ledger_undo_reason")
        self.why.textChanged.connect(self.refresh)
        self.undo.setObjectName("ledger_undo_import")
        self.undo.clicked.connect(self.do_undo)
        row = QHBoxLayout()
        row.addWidget(self.why, 1)
        row.addWidget(self.undo)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._title)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)

    def _columns(self) -> list[Column[LedgerBatch]]:
        picture = self._picture
        return [
            Column(
                "at",
                "ledger.batch.at",
                150,
                lambda each: full_text(each.at, picture.estate.site.timezone),
                sort=lambda each: each.at,
            ),
            Column("id", "ledger.batch.id", 100, lambda each: each.id),
            Column("file", "ledger.batch.file", 220, lambda each: each.file),
            Column("count", "ledger.batch.count", 90, lambda each: f"{each.count:,}", RIGHT, sort=lambda each: each.count),
            Column("new", "ledger.batch.new", 80, lambda each: f"{each.new:,}", RIGHT, sort=lambda each: each.new),
            Column("state", "ledger.batch.state", 150, lambda each: tr(f"ledger.batch.{each.state}", done=f"{each.done:,}")),
            Column("by", "ledger.batch.by", 120, lambda each: _name(picture, each.by)),
            Column("reason", "ledger.batch.reason", 0, lambda each: each.reason, tooltip=lambda each: each.reason),
        ]

    def retranslate(self) -> None:
        """All words."""
        self._title.setText(tr("ledger.import.past"))
        self.why.setPlaceholderText(tr("ledger.import.undo_reason"))
        self.undo.setText(tr("ledger.import.undo"))
        self._model.refresh()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """The imports as they are, and whether the chosen one can be taken back."""
        batches = list(self._picture.records(LedgerBatch).values())
        self._model.set_rows(sorted(batches, key=lambda each: -each.at))
        self.setVisible(bool(batches))
        batch = self.table.current()
        free = not self._waiting and not any(each.busy for each in batches) and self._picture.may(Right.KEEP_LEDGER)
        written = batch is not None and batch.state is BatchState.WRITTEN
        self.undo.setEnabled(free and written and bool(self.why.text().strip()))

    def do_undo(self) -> None:
        """Take the chosen import back."""
        batch = self.table.current()
        if batch is None:
            return
        self._waiting = True
        self.refresh()

        def undone(_number: int) -> None:
            self._waiting = False
            self.why.clear()
            self.said.emit("ledger.import.undone", {"batch": batch.id, "count": batch.count})
            self.refresh()

        def denied(problem: Problem) -> None:
            self._waiting = False
            self.said.emit(problem.code, dict(problem.params))
            self.refresh()

        self._desk.ask(UndoLedgerImport(batch.id, self.why.text().strip()), undone, denied)


def _name(picture: Picture, account: str) -> str:
    known = picture.accounts.get(account)
    return known.display if known is not None else account
