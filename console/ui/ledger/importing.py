"""The import of a ledger in three steps: choose a file, say what its columns are, look at what would change and confirm it.

The collector's worker reads the file; nothing is changed before the confirmation. The first step lists what was imported before,
and takes it back as long as nothing newer hangs on it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from console.domain.accounts import Right
from console.domain.maintenance.cards_batches import ImportLedger, LedgerBatch
from console.domain.maintenance.cards_drafts import LedgerDraft
from console.domain.problems import Params, Problem
from console.link.ledger import LedgerDraftAnswer, LedgerDraftPartAnswer, LedgerDraftPartQuery, LedgerDraftQuery
from console.link.messages import Answer
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.ledger.mapping import LedgerMapping
from console.ui.ledger.pastimports import PastImports
from console.ui.ledger.preview import PreviewModel, PreviewTable
from console.ui.picture import Picture
from console.ui.settings import remember, remembered
from console.ui.widgets.cards import Card, label, set_role

LARGEST = 12_000_000  # bytes; the collector refuses more, and the link does not carry it
ENDINGS = "*.xlsx *.xlsm *.xls *.et *.csv *.txt *.tsv"
CHOOSE, MAP, CHECK = range(3)
VIEWS = ("all", "wrong", "new", "changed", "same")


class ImportPage(Card):
    """See the module. ``closed``: back to the grid."""

    closed = Signal()

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._file, self._data = "", b""
        self._draft: LedgerDraft | None = None
        self._number = self._asked = 0
        self._writing = False
        self._said: tuple[str, Params] = ("ledger.import.advice", {})
        self.setAcceptDrops(True)
        self.heading.hide()
        self.remark.hide()
        self._lay_out()
        picture.records_changed.connect(self._records)
        picture.replaced.connect(self.refresh)
        picture.people_changed.connect(self.refresh)

    def _lay_out(self) -> None:
        self._steps = [label() for _ in range(3)]
        head = QHBoxLayout()
        head.setSpacing(24)
        for step in self._steps:
            head.addWidget(step)
        head.addStretch(1)
        self.body.addLayout(head)
        self.says = label(wrap=True, selectable=True)
        self.says.setObjectName("ledger_import_says")
        self.body.addWidget(self.says)
        progress = QHBoxLayout()
        self.busy = QProgressBar()
        self.busy.setRange(0, 1000)
        self.stop = QPushButton()
        self.stop.setObjectName("ledger_import_stop")
        self.stop.clicked.connect(self.do_stop)
        progress.addWidget(self.busy, 1)
        progress.addWidget(self.stop)
        self.body.addLayout(progress)
        self._stack = QStackedWidget()
        self.mapping = LedgerMapping()
        self.mapping.changed.connect(self._again)
        for page in (self._first_step(), self.mapping, self._last_step()):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)
        self._buttons()

    def _first_step(self) -> QWidget:
        """Where a file is dropped, and what was imported before."""
        first = QWidget()
        column = QVBoxLayout(first)
        self._drop = label(role="dim", wrap=True)
        self._drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.past = PastImports(self._picture, self._desk)
        self.past.said.connect(self._say)
        column.addWidget(self._drop, 2)
        column.addWidget(self.past, 3)
        return first

    def _last_step(self) -> QWidget:
        """What would change."""
        third = QWidget()
        checks = QVBoxLayout(third)
        checks.setContentsMargins(0, 0, 0, 0)
        self.view = QComboBox()
        self.view.setObjectName("ledger_preview_view")
        self.view.currentIndexChanged.connect(self._show_lines)
        self.preview = PreviewModel(self)
        self.lines = PreviewTable(self.preview)
        checks.addWidget(self.view)
        checks.addWidget(self.lines, 1)
        return third

    def _buttons(self) -> None:
        bar = QHBoxLayout()
        self.back, self.choose, self.next, self.apply = (QPushButton() for _ in range(4))
        for button, name, act in (
            (self.back, "back", self.go_back), (self.choose, "choose", self._choose), (self.next, "next", self._go_on),
            (self.apply, "apply", self.do_apply),
        ):  # fmt: skip
            button.setObjectName(f"ledger_import_{name}")
            button.clicked.connect(act)
        for button in (self.choose, self.next, self.apply):
            button.setProperty("primary", True)
        self.leave_out = QCheckBox()
        self.leave_out.setObjectName("ledger_leave_out")
        self.leave_out.toggled.connect(self.refresh)
        self.reason = QLineEdit()
        self.reason.setObjectName("ledger_import_reason")
        self.reason.textChanged.connect(self.refresh)
        for widget in (self.back, self.choose, self.leave_out):
            bar.addWidget(widget)
        bar.addWidget(self.reason, 1)
        bar.addStretch(1)
        for widget in (self.next, self.apply):
            bar.addWidget(widget)
        self.body.addLayout(bar)

    def retranslate(self) -> None:
        """All words."""
        self._drop.setText(tr("ledger.import.drop"))
        self.past.retranslate()
        self.stop.setText(tr("ledger.import.stop"))
        self.leave_out.setText(tr("ledger.import.leave_out"))
        self.reason.setPlaceholderText(tr("ledger.import.reason"))
        for button, name in ((self.back, "back"), (self.choose, "choose"), (self.next, "next"), (self.apply, "apply")):
            button.setText(tr(f"ledger.import.{name}"))
        self._fill_views()
        self.mapping.retranslate()
        self.refresh()

    def begin(self) -> None:
        """The first step."""
        self._say("ledger.import.advice", {})
        self._go(CHOOSE)

    # --- steps

    def open_file(self, file: Path) -> None:
        """Have a table read; nothing is changed yet."""
        try:
            if file.stat().st_size > LARGEST:
                self._say("pointlist.too_large", {"file": file.name, "most": LARGEST // 1_000_000})
                return
            self._data, self._file = file.read_bytes(), file.name
        except OSError as error:
            self._say("pointlist.unreadable", {"file": file.name, "reason": error.strerror or str(error)})
            return
        self._draft = None
        self.leave_out.setChecked(False)
        self.mapping.begin()
        self._go(CHOOSE)
        self._again()

    def _again(self) -> None:
        """Read with the present choices; an answer that was overtaken is dropped."""
        choices, data, file = self.mapping.choices(), self._data, self._file
        self._asked += 1
        mine = self._asked
        self._number = 0
        self._say("ledger.import.reading", {"file": file})
        self._progress(0.02)

        def begun(answer: Answer) -> None:
            if mine == self._asked and isinstance(answer, LedgerDraftAnswer):
                self._number = answer.draft
                self._follow(mine)

        self._desk.query(lambda id: LedgerDraftQuery(id, file, data, choices), begun, lambda problem: self._failed(mine, problem))

    def _follow(self, mine: int) -> None:
        number = self._number

        def came(answer: Answer) -> None:
            if mine != self._asked or not isinstance(answer, LedgerDraftPartAnswer):
                return
            self._progress(answer.share)
            if answer.result is None:
                self._follow(mine)
            else:
                self._take(answer.result)

        self._desk.query(lambda id: LedgerDraftPartQuery(id, number), came, lambda problem: self._failed(mine, problem))

    def _failed(self, mine: int, problem: Problem) -> None:
        if mine == self._asked:
            self._progress(1.0)
            self._say(problem.code, dict(problem.params))
            self.refresh()

    def do_stop(self) -> None:
        """Give up what is being read."""
        number, self._number = self._number, 0
        self._asked += 1
        self._progress(1.0)
        self._data = b""
        self._say("ledger.import.stopped", {"file": self._file})
        if number:
            self._desk.query(lambda id: LedgerDraftPartQuery(id, number, stop=True), lambda _answer: None)
        self._go(CHOOSE)

    def _take(self, draft: LedgerDraft) -> None:
        self._progress(1.0)
        known = _recalled(draft) if self._draft is None else {}
        self._draft = draft
        if known:
            self.mapping.remember(known)
            self._again()
            return
        self.mapping.show_draft(draft)
        self._go(CHECK if self._stack.currentIndex() == CHECK else MAP)
        self._tell()

    def _go_on(self) -> None:
        if self._draft is None:
            return
        for view in self._draft.sheets:
            if view.used:
                remember(f"ledger/{view.signature}", ",".join(view.fields))
        self._go(CHECK)

    def go_back(self) -> None:
        """One step back; on the first one the page is left."""
        step = self._stack.currentIndex()
        if step == CHOOSE:
            self.closed.emit()
        else:
            self._go(step - 1)

    def _go(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        if step == CHECK:
            self._fill_views()
            self._show_lines()
        self.refresh()

    def do_apply(self) -> None:
        """Confirmed: the collector writes it."""
        self._writing = True
        self._say("ledger.import.writing", {"file": self._file})
        self.refresh()
        command = ImportLedger(self._number, self.reason.text().strip(), self.leave_out.isChecked())
        self._desk.ask(command, self._done, self._denied)

    def _done(self, _number: int) -> None:
        draft, self._draft, self._data = self._draft, None, b""
        self._writing = False
        self.reason.clear()
        count = draft.new + draft.changed if draft is not None else 0
        self._go(CHOOSE)
        self._say("ledger.import.done", {"file": self._file, "count": count})

    def _denied(self, problem: Problem) -> None:
        self._writing = False
        self._say(problem.code, dict(problem.params))
        self.refresh()

    # --- what is seen

    def _records(self, kinds: set[str]) -> None:
        if "ledger_batch" in kinds:
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Steps, batches, and what may be done."""
        step, allowed = self._stack.currentIndex(), self._picture.may(Right.KEEP_LEDGER)
        for place, each in enumerate(self._steps):
            each.setText(f"{place + 1}  {tr(f'ledger.import.step_{place + 1}')}")
            set_role(each, "subject" if place == step else "faint")
        batches = list(self._picture.records(LedgerBatch).values())
        self.past.refresh()
        busy = next((each for each in batches if each.busy), None)
        if busy is not None:
            self._progress(0.999 * busy.done / max(1, busy.count) + 0.001)
        elif self._writing or not self._number:
            self.busy.setVisible(self._writing)
            self.stop.setVisible(False)
        draft = self._draft
        self.choose.setVisible(step == CHOOSE)
        self.choose.setEnabled(allowed and not self._writing)
        self.next.setVisible(step == MAP)
        self.next.setEnabled(draft is not None)
        wrong = draft is not None and draft.mistakes > 0
        for widget in (self.apply, self.reason):
            widget.setVisible(step == CHECK)
        self.leave_out.setVisible(step == CHECK and wrong)
        ready = draft is not None and draft.new + draft.changed > 0 and (not wrong or self.leave_out.isChecked())
        self.apply.setEnabled(allowed and ready and bool(self.reason.text().strip()) and not self._writing)
        self.says.setText(sentence(Problem(*self._said)))

    def _progress(self, share: float) -> None:
        going = share < 1.0
        self.busy.setVisible(going)
        self.stop.setVisible(going and not self._writing)
        self.busy.setValue(round(1000 * share))

    def _tell(self) -> None:
        draft = self._draft
        if draft is not None:
            counts: Params = {
                "file": self._file, "new": draft.new, "changed": draft.changed, "same": draft.same, "wrong": draft.wrong,
                "mistakes": draft.mistakes, "more": draft.more,
            }  # fmt: skip
            self._say("ledger.import.sum", counts)

    def _fill_views(self) -> None:
        draft = self._draft
        at = max(0, self.view.currentIndex())
        counts = {} if draft is None else {
            "all": len(draft.rows), "wrong": draft.mistakes, "new": draft.new, "changed": draft.changed, "same": draft.same,
        }  # fmt: skip
        self.view.blockSignals(True)
        self.view.clear()
        for name in VIEWS:
            self.view.addItem(tr(f"ledger.preview.view_{name}", count=counts.get(name, 0)), name)
        self.view.setCurrentIndex(1 if draft is not None and draft.mistakes else at)
        self.view.blockSignals(False)

    def _show_lines(self, _index: int = 0) -> None:
        self.preview.show(self._draft, str(self.view.currentData() or "all"))

    def _say(self, key: str, params: Params) -> None:
        self._said = (key, params)
        self.says.setText(sentence(Problem(key, params)))

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("ledger.import.choose"), "", f"{tr('ledger.import.files')} ({ENDINGS})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.open_file(Path(file)))
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file may be dropped."""
        if len(event.mimeData().urls()) == 1:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """As if it had been chosen."""
        self.open_file(Path(event.mimeData().urls()[0].toLocalFile()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes one step back."""
        if event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)


def _recalled(draft: LedgerDraft) -> dict[str, tuple[str, ...]]:
    """Columns that the person chose for these headings before, where they differ from the guess."""
    found = {}
    for view in draft.sheets:
        fields = tuple(remembered(f"ledger/{view.signature}", "").split(","))
        if len(fields) == len(view.fields) and fields != view.fields:
            found[view.signature] = fields
    return found
