"""The import of a point list in three steps: choose a file, map its columns, look at what would change and apply it.

The collector's worker processes read the file and draft the new site file; this page only shows what came of it. What is applied
is exactly what was previewed: if the configuration changes meanwhile, the import is refused.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import ImportConfiguration
from console.domain.configuring import Change, Mistake
from console.domain.pointlists import Drafted, Remark
from console.domain.problems import Params, Problem
from console.link.messages import Answer, ImportPreviewAnswer, ImportPreviewQuery, PointListAnswer, PointListQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.pointlist.mapping import MappingStep
from console.ui.settings import remember, remembered
from console.ui.widgets.cards import label, set_role
from console.ui.widgets.tables import Column, RowModel, TableView

LARGEST = 12_000_000  # bytes; the collector refuses more, and the link does not carry it
ENDINGS = "*.xlsx *.xlsm *.xls *.et *.csv *.txt *.tsv"
CHOOSE, MAP, CHECK = range(3)
Entry = tuple[int, Remark | Change | Mistake]


class PointListPage(QWidget):
    """See the module."""

    closed = Signal()  # Esc or back on the first step

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._file, self._data, self._base = "", b"", 0
        self._drafted: Drafted | None = None
        self._asked = 0
        self._previewed = False
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._steps = [label() for _ in range(3)]
        head = QHBoxLayout()
        head.setSpacing(24)
        for step in self._steps:
            head.addWidget(step)
        head.addStretch(1)
        layout.addLayout(head)
        self._says = label(wrap=True, selectable=True)
        self._says.setObjectName("pointlist_says")
        layout.addWidget(self._says)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.hide()
        layout.addWidget(self._busy)
        self._stack = QStackedWidget()
        self._drop = label(role="dim", wrap=True)
        self._drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.mapping = MappingStep()
        self.mapping.changed.connect(self._again)
        self._model: RowModel[Entry] = RowModel(self._columns(), lambda entry: entry[0], self)
        self.table: TableView[Entry] = TableView(self._model, "pointlist_lines")
        for page in (self._drop, self.mapping, self.table):
            self._stack.addWidget(page)
        layout.addWidget(self._stack, 1)
        bar = QHBoxLayout()
        self.back, self.choose, self.next, self.apply = (QPushButton() for _ in range(4))
        self.leave_out = QCheckBox()
        self.leave_out.toggled.connect(self._leave)
        for button, name, act in (
            (self.back, "back", self.go_back), (self.choose, "choose", self._choose),
            (self.next, "next", self._go_on), (self.apply, "apply", self._apply),
        ):  # fmt: skip
            button.setObjectName(f"pointlist_{name}")
            button.clicked.connect(act)
        self.choose.setProperty("primary", True)
        for widget in (self.back, self.choose, self.leave_out):
            bar.addWidget(widget)
        bar.addStretch(1)
        for widget in (self.next, self.apply):
            widget.setProperty("primary", True)
            bar.addWidget(widget)
        layout.addLayout(bar)
        self._said: tuple[str, Params] = ("pointlist.ui.advice", {})
        picture.people_changed.connect(self.retranslate)
        picture.replaced.connect(self.retranslate)
        self.retranslate()

    def _columns(self) -> list[Column[Entry]]:
        def what(entry: Entry) -> str:
            one = entry[1]
            if isinstance(one, Change):
                return tr(f"system.import.{one.what}")
            return tr("system.import.mistake") if isinstance(one, Mistake) or one.grave else tr("pointlist.said.note")

        def where(entry: Entry) -> str:
            one = entry[1]
            if isinstance(one, Change):
                return f"{one.kind} {one.id}"
            return tr("system.import.line", line=one.line) if isinstance(one, Mistake) else f"{one.sheet}!{one.cell}".strip("!")

        def detail(entry: Entry) -> str:
            return entry[1].detail if isinstance(entry[1], Change) else sentence(entry[1].problem)

        def colour(entry: Entry) -> str:
            one = entry[1]
            return "p1_text" if isinstance(one, Mistake) or (isinstance(one, Remark) and one.grave) else ""

        return [
            Column("what", "system.import.column.what", 110, what, colour=colour),
            Column("where", "system.import.column.where", 300, where),
            Column("detail", "system.import.column.detail", 0, detail, tooltip=detail),
        ]

    def retranslate(self) -> None:
        """All words, and what may be done."""
        for place, step in enumerate(self._steps):
            step.setText(f"{place + 1}  {tr(f'pointlist.ui.step_{place + 1}')}")
            set_role(step, "subject" if place == self._stack.currentIndex() else "faint")
        self._drop.setText(tr("pointlist.ui.drop"))
        for button, name in ((self.back, "back"), (self.choose, "choose"), (self.next, "next"), (self.apply, "apply")):
            button.setText(tr(f"pointlist.ui.{name}"))
        self.leave_out.setText(tr("pointlist.option.leave_out"))
        self.mapping.retranslate()
        self._say(*self._said)
        self._model.refresh()
        self._show()

    # --- steps

    def open_file(self, file: Path) -> None:
        """Read a list and ask what would come of it; nothing is changed yet."""
        try:
            if file.stat().st_size > LARGEST:
                self._say("pointlist.too_large", {"file": file.name, "most": LARGEST // 1_000_000})
                return
            self._data, self._file = file.read_bytes(), file.name
        except OSError as error:
            self._say("pointlist.unreadable", {"file": file.name, "reason": error.strerror or str(error)})
            return
        self._drafted = None
        self.leave_out.setChecked(False)
        self.mapping.begin()
        self._go(CHOOSE)
        self._again()

    def go_back(self) -> None:
        """One step back; on the first one the page is left."""
        step = self._stack.currentIndex()
        if step == CHOOSE:
            self.closed.emit()
        else:
            self._go(step - 1)
            self._tell()

    def _go(self, step: int) -> None:
        self._previewed = False
        self._stack.setCurrentIndex(step)
        self.retranslate()

    def _again(self) -> None:
        """Ask what the list would change with the present choices; an answer that was overtaken is dropped."""
        if not self._data:
            return
        choices, data, file = self.mapping.choices(), self._data, self._file
        choices = msgspec.structs.replace(choices, leave_out=self.leave_out.isChecked())
        self._asked += 1
        mine = self._asked
        self._say("system.import.reading", {"file": file})
        self._busy.show()

        def answered(answer: Answer) -> None:
            if mine == self._asked and isinstance(answer, PointListAnswer):
                self._take(answer.drafted)

        def failed(problem: Problem) -> None:
            if mine == self._asked:
                self._refused(problem)

        self._desk.query(lambda id: PointListQuery(id, file, data, choices), answered, failed)

    def _take(self, drafted: Drafted) -> None:
        self._busy.hide()
        if self._drafted is None:
            known = _recalled(drafted)
            if known:
                self._drafted = drafted
                self.mapping.remember(known)
                self._again()
                return
        self._drafted = drafted
        self.mapping.show_draft(drafted)
        if self._stack.currentIndex() == CHECK:
            self._preview()
            return
        self._go(MAP)
        self._tell()

    def _tell(self) -> None:
        """What the list amounts to so far."""
        drafted = self._drafted
        if drafted is None:
            self._say("pointlist.ui.advice", {})
            return
        self._say(
            "pointlist.said.sum",
            {
                "file": self._file, "rows": drafted.rows, "equipment": drafted.equipment, "points": drafted.points,
                "mistakes": drafted.mistakes, "left_out": drafted.left_out,
            },
        )  # fmt: skip

    def _go_on(self) -> None:
        if self._drafted is None:
            return
        for view in self._drafted.sheets:
            if view.used:
                remember(f"pointlist/{view.signature}", ",".join(view.fields))
        self._go(CHECK)
        self._preview()

    def _preview(self) -> None:
        drafted = self._drafted
        if drafted is None:
            return
        self._previewed = False
        self._model.set_rows(enumerate(drafted.remarks))
        self._tell()
        self._show()
        if not drafted.text:
            return
        text = drafted.text
        self._busy.show()

        def answered(answer: Answer) -> None:
            if isinstance(answer, ImportPreviewAnswer) and self._drafted is drafted and self._stack.currentIndex() == CHECK:
                self._busy.hide()
                self._base = answer.base
                self._previewed = not answer.mistakes
                self._model.set_rows(enumerate([*answer.mistakes, *drafted.remarks, *answer.changes]))
                self._show()

        self._desk.query(lambda id: ImportPreviewQuery(id, text), answered, self._refused)

    def _leave(self, _checked: bool) -> None:
        if self._stack.currentIndex() == CHECK:
            self._again()

    def _apply(self) -> None:
        if self._drafted is None:
            return
        self._previewed = False
        self._busy.show()
        self._show()
        self._desk.ask(ImportConfiguration(self._drafted.text, self._base), self._applied, self._refused)

    def _applied(self, _number: int) -> None:
        self._busy.hide()
        self._model.set_rows([])
        file, self._data, self._drafted = self._file, b"", None
        self._go(CHOOSE)
        self._say("pointlist.ui.done", {"file": file})

    def _refused(self, problem: Problem) -> None:
        self._busy.hide()
        self._say(problem.code, dict(problem.params))
        self._show()

    # --- what is seen

    def _show(self) -> None:
        step, allowed = self._stack.currentIndex(), self._picture.may(Right.CONFIGURE)
        self.back.setVisible(step != CHOOSE)
        self.choose.setVisible(step == CHOOSE)
        self.next.setVisible(step == MAP)
        self.next.setEnabled(self._drafted is not None)
        self.apply.setVisible(step == CHECK)
        self.apply.setEnabled(allowed and self._previewed)
        self.apply.setToolTip("" if allowed else tr("system.import.denied"))
        wrong = self._drafted is not None and (self._drafted.mistakes > 0 or self.leave_out.isChecked())
        self.leave_out.setVisible(step == CHECK and wrong)

    def _say(self, key: str, params: Params) -> None:
        self._said = (key, params)
        self._says.setText(sentence(Problem(key, params)))

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("pointlist.ui.choose"), "", f"{tr('pointlist.template.points')} ({ENDINGS})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, file: str) -> None:
        self.open_file(Path(file))

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


def _recalled(drafted: Drafted) -> dict[str, tuple[str, ...]]:
    """Columns that the person chose for these headings before, where they differ from the guess."""
    found = {}
    for view in drafted.sheets:
        fields = tuple(remembered(f"pointlist/{view.signature}", "").split(","))
        if len(fields) == len(view.fields) and fields != view.fields:
            found[view.signature] = fields
    return found
