"""Results of several orders pasted from a spreadsheet: a preview of every row, then one act after the other."""

from __future__ import annotations

from collections import deque

from PySide6.QtWidgets import QApplication, QPushButton

from console.domain.maintenance.resultrows import ResultRow, parse, template
from console.domain.orders import Order, OrderState
from console.domain.problems import Problem
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import parse_typed
from console.ui.orders.forms import Form
from console.ui.picture import Picture

ENTERED = (OrderState.DISPATCHED, OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.IN_PROGRESS)


class PasteForm(Form):
    """The template goes to the clipboard, its filled rows come back; nothing is sent before the preview was seen."""

    def __init__(self, picture: Picture, desk: Desk, orders: list[Order]) -> None:
        super().__init__(picture, desk, tr("orders.paste.title"), tr("orders.paste.send"), "paste")
        self._orders = [order for order in orders if order.state in ENTERED]
        self._waiting: deque[ResultRow] = deque()
        self._said: list[str] = []
        copy = QPushButton(tr("orders.paste.template", count=len(self._orders)))
        copy.setObjectName("paste_template")
        copy.setEnabled(bool(self._orders))
        copy.clicked.connect(self._copy)
        self.rows.addRow("", copy)
        self._text = self.words("paste_text", tr("orders.paste.rows"), lines=8)
        self._text.setPlaceholderText(tr("orders.paste.hint"))
        self._text.textChanged.connect(self._preview)
        self._preview()

    def _copy(self) -> None:
        QApplication.clipboard().setText(template(self._orders, language()))
        self.say(tr("orders.paste.copied"))

    def _rows(self) -> tuple[ResultRow, ...]:
        zone = self._picture.estate.site.timezone
        return parse(self._text.toPlainText(), self._picture.orders, lambda text: parse_typed(text, self._picture.now(), zone))

    def _preview(self) -> None:
        rows = self._rows()
        lines = [tr("orders.paste.good", row=each.row, order=f"WO-{each.order:06d}") for each in rows if each.command is not None]
        lines += [sentence(each.problem) for each in rows if each.problem is not None]
        self.changes.setText("\n".join(lines))
        self.changes.setVisible(bool(lines))
        self.say("")
        self.accept.setEnabled(any(each.command is not None for each in rows))

    def _submit(self) -> None:
        if self.accept.isEnabled():
            self.accept.setEnabled(False)
            self._said = []
            self._waiting = deque(each for each in self._rows() if each.command is not None)
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            self.changes.setText("\n".join(self._said))
            return
        row = self._waiting.popleft()
        assert row.command is not None
        name = f"WO-{row.order:06d}"

        def done(_number: int) -> None:
            self._said.append(tr("orders.paste.done_row", order=name))
            self._next()

        def denied(problem: Problem) -> None:
            self._said.append(f"{name}  {sentence(problem)}")
            self._next()

        self._desk.ask(row.command, done, denied)
