"""A register's past with one entry beside it: its facts, its photos, its versions, and the paper that proves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QWidget

from console.domain.documents import Document
from console.domain.maintenance.files import Attachment
from console.domain.maintenance.records import Record
from console.papers.setting import Setting
from console.texts import tr
from console.ui.desk import Desk
from console.ui.ledger.files import FileList
from console.ui.picture import Picture
from console.ui.printing import Printing
from console.ui.registers.past import PastPage
from console.ui.registers.versions import Versions
from console.ui.shift.papering import setting_of
from console.ui.widgets.cards import GAP, Card, label
from console.ui.widgets.facts import FactGrid

R = TypeVar("R", bound=Record)


class PastDetail(QWidget, Generic[R]):
    """See the module. ``files`` are the entry's photos, ``paper`` makes its page."""

    def __init__(
        self,
        picture: Picture,
        desk: Desk,
        page: PastPage[R],
        *,
        title: Callable[[R], str],
        facts: Callable[[R], list[tuple[str, str]]],
        paper: Callable[[R, Setting], Document],
        files: Callable[[R], tuple[Attachment, ...]] = lambda _record: (),
    ) -> None:
        super().__init__()
        self._picture = picture
        self.page, self.table = page, page.table
        self._title_of, self._facts_of, self._paper_of, self._files_of = title, facts, paper, files
        self._chosen: R | None = None
        self.printing = Printing(self)
        self._card = Card()
        self.print = QPushButton()
        self.print.setObjectName("past_print")
        self._said = label(role="dim", wrap=True)
        self._facts, self._files, self._versions = FactGrid(), FileList(desk), Versions(picture, desk)
        bar = QHBoxLayout()
        bar.addWidget(self.print)
        bar.addStretch(1)
        self._card.body.addLayout(bar)
        for piece in (self._said, self._facts, self._files, self._versions):
            self._card.body.addWidget(piece)
        self._card.body.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._card)
        scroll.setFixedWidth(480)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addWidget(page, 1)
        outer.addWidget(scroll)
        self.table.chosen.connect(self._choose)
        self.table.rows.rowsInserted.connect(self._first)
        self.print.clicked.connect(self._print)
        self.printing.said.connect(self._said.setText)
        self.retranslate()

    def opened(self) -> None:
        """It comes forward."""
        self.page.opened()

    def retranslate(self) -> None:
        """All words."""
        self.page.retranslate()
        self.print.setText(tr("safetypapers.print"))
        self._files.retranslate()
        self._versions.retranslate()
        self._fill()

    def paper(self) -> Document | None:
        """The chosen entry's page."""
        return self._paper_of(self._chosen, setting_of(self._picture)) if self._chosen is not None else None

    def _first(self, *_where: object) -> None:
        if self._chosen is None and self.table.shown():
            self.table.selectRow(0)

    def _choose(self) -> None:
        self._chosen = self.table.current() if self.table.selected() else None
        self._said.clear()
        self._fill()

    def _fill(self) -> None:
        record = self._chosen
        self.print.setEnabled(record is not None)
        self._versions.show_for(record)
        files = self._files_of(record) if record is not None else ()
        self._files.setVisible(bool(files))
        self._files.show_files(files, editable=False)
        if record is None:
            self._card.set_heading(tr("safetypapers.choose"))
            self._facts.write([])
            return
        self._card.set_heading(self._title_of(record), tr("registers.version", count=record.revision))
        self._facts.write(self._facts_of(record))

    def _print(self) -> None:
        paper = self.paper()
        if paper is not None:
            self.printing.ask(paper)
