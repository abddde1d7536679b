"""The configuration: import a site file after a preview, whole or not at all; undo the last import; export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from console.domain.accounts import Right
from console.domain.commands import ImportConfiguration, UndoImport
from console.domain.configuring import Change, Mistake
from console.domain.problems import Params, Problem
from console.link.messages import Answer, ConfigurationAnswer, ConfigurationQuery, ImportPreviewAnswer, ImportPreviewQuery
from console.texts import sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import label
from console.ui.widgets.tables import Column, RowModel, TableView

Line = tuple[int, Change | Mistake]


class ConfigurationPage(QWidget):
    """See the module. What the preview says is what will happen: if the configuration changes meanwhile, the import is refused."""

    points_wanted = Signal()  # a point list is to be imported instead

    def __init__(self, picture: Picture, desk: Desk) -> None:
        super().__init__()
        self._picture, self._desk = picture, desk
        self._text, self._base, self._file = "", 0, ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        self.choose, self.apply, self.undo, self.export, self.points = (QPushButton() for _ in range(5))
        for button, name, act in (
            (self.choose, "choose", self._choose),
            (self.apply, "apply", self._apply),
            (self.undo, "undo", self._undo),
            (self.export, "export", self._export),
            (self.points, "points", self.points_wanted),
        ):
            button.setObjectName(f"import_{name}")
            button.clicked.connect(act)
            bar.addWidget(button)
        self.apply.setProperty("primary", True)
        bar.addStretch(1)
        layout.addLayout(bar)
        self._says = label(role="dim", wrap=True)
        self._says.setObjectName("import_says")
        layout.addWidget(self._says)
        self._model: RowModel[Line] = RowModel(self._columns(), lambda line: line[0], self)
        layout.addWidget(TableView(self._model, "import_lines"), 1)
        self._said: tuple[str, Params] = ("system.import.advice", {})
        picture.people_changed.connect(self.retranslate)
        picture.replaced.connect(self.retranslate)
        self.retranslate()

    def _columns(self) -> list[Column[Line]]:
        def what(line: Line) -> str:
            entry = line[1]
            return tr(f"system.import.{entry.what}") if isinstance(entry, Change) else tr("system.import.mistake")

        def where(line: Line) -> str:
            entry = line[1]
            return f"{entry.kind} {entry.id}" if isinstance(entry, Change) else tr("system.import.line", line=entry.line)

        def detail(line: Line) -> str:
            entry = line[1]
            return entry.detail if isinstance(entry, Change) else sentence(entry.problem)

        return [
            Column(
                "what", "system.import.column.what", 110, what, colour=lambda line: "" if isinstance(line[1], Change) else "p1_text"
            ),
            Column("where", "system.import.column.where", 320, where),
            Column("detail", "system.import.column.detail", 0, detail, tooltip=detail),
        ]

    def retranslate(self) -> None:
        """All words, and what may be done."""
        allowed = self._picture.may(Right.CONFIGURE)
        why = "" if allowed else tr("system.import.denied")
        for name in ("choose", "apply", "undo", "export"):
            getattr(self, name).setText(tr(f"system.import.{name}"))
        self.points.setText(tr("pointlist.ui.open"))
        self.apply.setEnabled(allowed and bool(self._text))
        self.undo.setEnabled(allowed)
        for button in (self.apply, self.undo):
            button.setToolTip(why)
        self._say(*self._said)
        self._model.refresh()

    def preview(self, file: Path) -> None:
        """Read a file and ask what it would change; nothing is changed yet."""
        self._text, self._file = "", file.name
        self._model.set_rows([])
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self._say("cli.file.encoding", {"file": file.name})
            return
        except OSError as error:
            self._say("cli.file.unreadable", {"file": file.name, "reason": error.strerror or str(error)})
            return
        self._say("system.import.reading", {"file": file.name})

        def answered(answer: Answer) -> None:
            if isinstance(answer, ImportPreviewAnswer):
                self._previewed(text, answer)

        self._desk.query(lambda id: ImportPreviewQuery(id, text), answered, self._refused)

    def _previewed(self, text: str, answer: ImportPreviewAnswer) -> None:
        entries: list[Change | Mistake] = [*answer.mistakes, *answer.changes]
        self._model.set_rows(enumerate(entries))
        if answer.mistakes:
            self._say("system.import.mistakes", {"file": self._file, "count": len(answer.mistakes)})
        elif not answer.changes:
            self._say("system.import.same", {"file": self._file})
        else:
            self._text, self._base = text, answer.base
            self._say("system.import.ready", {"file": self._file, "count": len(answer.changes)})
        self.retranslate()

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("system.import.choose"), "", "YAML (*.yaml *.yml)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, file: str) -> None:
        self.preview(Path(file))

    def _apply(self) -> None:
        self.apply.setEnabled(False)
        self._desk.ask(ImportConfiguration(self._text, self._base), self._applied, self._refused)

    def _applied(self, _number: int) -> None:
        self._text = ""
        self._model.set_rows([])
        self._say("system.import.done", {"file": self._file})
        self.retranslate()

    def _undo(self) -> None:
        self._desk.ask(UndoImport(self._picture.configuration), self._undone, self._refused)

    def _undone(self, _number: int) -> None:
        self._say("system.import.undone", {})

    def _export(self) -> None:
        dialog = QFileDialog(self, tr("system.import.export"), "site.yaml", "YAML (*.yaml)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(self._export_to)
        dialog.open()

    def _export_to(self, file: str) -> None:
        def answered(answer: Answer) -> None:
            if not isinstance(answer, ConfigurationAnswer):
                return
            try:
                Path(file).write_text(answer.text, encoding="utf-8", newline="\n")
            except OSError as error:
                self._say("cli.file.unwritable", {"file": file, "reason": error.strerror or str(error)})
            else:
                self._say("cli.export.done", {"file": file})

        self._desk.query(ConfigurationQuery, answered, self._refused)

    def _refused(self, problem: Problem) -> None:
        self._say(problem.code, dict(problem.params))
        self.apply.setEnabled(bool(self._text))

    def _say(self, key: str, params: Params) -> None:
        self._said = (key, params)
        self._says.setText(sentence(Problem(key, params)))
