"""The files of an order, wherever they belong; its sheet to print and its archive package."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from console.domain.attachments import Attachment
from console.domain.maintenance.orderwork import AttachToOrder
from console.domain.orders import Order
from console.domain.problems import Problem
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.ledger.files import FileList
from console.ui.orders.costsection import drop_form
from console.ui.orders.forms import Form
from console.ui.orders.pieces import Section
from console.ui.picture import Picture
from console.ui.reports.fetching import Papers
from console.ui.uploads import Uploads
from console.ui.widgets.cards import label


class FileSection(Section):
    """Files are dropped or chosen here; a photo of one line of the checklist is sent from that line."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__(picture, desk)
        self._order: Order | None = None
        self._item = -1
        self._uploads = Uploads(desk, self)
        self._uploads.done.connect(self._sent)
        self._uploads.failed.connect(self.said)
        self._papers = Papers(desk, self)
        self._papers.saved.connect(self._saved)
        self._papers.failed.connect(self._failed)
        self.list = FileList(desk)
        self.list.changed.connect(self._changed)
        self._sheet, self._package = QPushButton(), QPushButton()
        self._sheet.setObjectName("order_sheet")
        self._package.setObjectName("order_package")
        self._sheet.clicked.connect(self._print)
        self._package.clicked.connect(self._pack)
        self._kept = label(role="dim", wrap=True, selectable=True)
        bar = QHBoxLayout()
        for button in (self._sheet, self._package):
            bar.addWidget(button)
        bar.addStretch(1)
        self.rows.addLayout(bar)
        self.rows.addWidget(self._kept)
        self.rows.addWidget(self.list, 1)

    def show_order(self, order: Order, enabled: bool) -> None:
        """All files; the list stays with its small pictures."""
        if self._order is None or order.number != self._order.number:
            self._kept.clear()
        self._order = order
        self._sheet.setText(tr("orders.print_sheet"))
        self._package.setText(tr("orders.package"))
        self.list.says.clear()  # whatever it said, it said in the language before
        self.list.retranslate()
        self.list.show_files(files_of(order), editable=enabled)

    def choose(self, order: int, item: int) -> None:
        """Let the person choose a photo for a line of the checklist."""
        if self._order is not None and self._order.number == order:
            self._item = item
            self._uploads.choose(self, tr("orders.add_file"))

    def send(self, item: int, file: str) -> None:
        """Send a photo of that line."""
        self._item = item
        self._uploads.send(file)

    def _sent(self, kept: Attachment) -> None:
        if self._order is not None:
            self.desk.ask(AttachToOrder(self._order.number, kept, self._item))

    def _changed(self, wanted: tuple[Attachment, ...]) -> None:
        order = self._order
        if order is None:
            return
        shown = files_of(order)
        for each in wanted:
            if each not in shown:
                self.desk.ask(AttachToOrder(order.number, each))
        gone = [place for place, each in enumerate(order.files) if each not in wanted]
        if gone:
            self.wanted.emit(lambda: self._drop(order, gone[0]))
        elif len(wanted) < len(shown):
            self.said.emit(tr("orders.file_stays"))
        self.list.show_files(shown, editable=True)

    def _drop(self, order: Order, place: int) -> Form:
        return drop_form(self, order, "file", place)

    def _print(self) -> None:
        if self._order is not None:
            self._papers.save_as(self, self._order.id, "order", form="pdf", number=self._order.number)

    def _pack(self) -> None:
        if self._order is not None:
            self._papers.save_as(self, self._order.id, "package", form="zip", number=self._order.number)

    def _saved(self, file: str) -> None:
        self._kept.setText(tr("orders.saved", file=file))

    def _failed(self, problem: Problem) -> None:
        self.said.emit(sentence(problem))


def files_of(order: Order) -> tuple[Attachment, ...]:
    """The order's own files, then those of its checklist, its visits and invoices; each once."""
    found = [*order.files, *(each for item in order.checklist for each in item.files)]
    found += [visit.sheet for visit in order.visits if visit.sheet is not None]
    found += [invoice.file for invoice in order.invoices if invoice.file is not None]
    return tuple(dict.fromkeys(found))
