"""Papers of the ledger: tables as files, and labels in sheets. The collector's workers make them; they are saved here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QWidget

from console.domain.problems import Problem
from console.link.ledger import LedgerPaperAnswer, LedgerPaperQuery
from console.link.messages import Answer
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.picture import Picture
from console.ui.widgets.cards import label

PAPERS = (
    ("ledger", "xlsx", ""), ("ledger", "csv", ""), ("maintenance", "xlsx", ""), ("maintenance", "pdf", ""),
    ("labels", "pdf", "70x37"), ("labels", "pdf", "63.5x38.1"), ("labels", "pdf", "99.1x38.1"), ("labels", "pdf", "105x57"),
    ("labels", "pdf", "99.1x67.7"),
)  # fmt: skip


class PaperBar(QWidget):
    """A choice of papers and a button. ``wanted`` names the cards (none: all of them)."""

    def __init__(self, picture: Picture, desk: Desk, wanted: Callable[[], tuple[str, ...]], *, labels_only: bool = False) -> None:
        super().__init__()
        self._picture, self._desk, self._wanted = picture, desk, wanted
        self._papers = [each for each in PAPERS if each[0] == "labels" or not labels_only]
        self.choice, self.make = QComboBox(), QPushButton()
        self.choice.setObjectName("ledger_paper")
        self.make.setObjectName("ledger_make")
        self.make.clicked.connect(self.do_make)
        self.says = label(role="dim")
        self.says.setObjectName("ledger_paper_says")
        self.says.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.says)
        row.addWidget(self.choice)
        row.addWidget(self.make)

    def retranslate(self) -> None:
        """All words."""
        at = max(0, self.choice.currentIndex())
        self.choice.clear()
        for paper, form, size in self._papers:
            words = f"{tr(f'ledger.paper.{paper}')} {tr('ledger.paper.size', size=size.replace('x', '×')) if size else form}"
            self.choice.addItem(words, (paper, form, size))
        self.choice.setCurrentIndex(at)
        self.make.setText(tr("ledger.do.make"))

    def do_make(self) -> None:
        """Ask for the file's place, then for the paper."""
        paper, form, size = self.choice.currentData()
        dialog = QFileDialog(self, tr("ledger.do.make"), f"{tr(f'ledger.paper.{paper}')}.{form}", f"*.{form}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form)
        dialog.fileSelected.connect(lambda file: self.ask(Path(file), paper, form, size))
        dialog.open()

    def ask(self, file: Path, paper: str, form: str, size: str = "") -> None:
        """Have it made, and write it to ``file``."""
        cards = self._wanted()
        self._say(tr("ledger.paper.making"))
        self.make.setEnabled(False)

        def answered(answer: Answer) -> None:
            self.make.setEnabled(True)
            if not isinstance(answer, LedgerPaperAnswer):
                return
            try:
                file.write_bytes(answer.data)
            except OSError as error:
                self._say(tr("ledger.paper.unwritable", file=str(file), reason=error.strerror or str(error)))
                return
            self._say(tr("ledger.paper.done", file=file.name))
            if form == "pdf":
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

        def failed(problem: Problem) -> None:
            self.make.setEnabled(True)
            self._say(sentence(problem))

        self._desk.query(lambda id: LedgerPaperQuery(id, paper, form, language(), cards, size), answered, failed)

    def _say(self, text: str) -> None:
        self.says.setText(text)
        self.says.setToolTip(text)
        self.says.show()
