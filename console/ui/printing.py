"""A paper as a PDF file that a person names, made and written in a thread: setting a page takes longer than a screen has."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from console.domain.documents import Document
from console.domain.problems import Problem
from console.papers import pdf
from console.texts import sentence, tr

_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')  # what no file name may hold on Windows


class Printing(QObject):
    """``said``: where it was saved, or why not."""

    said = Signal(str)
    _over = Signal(object)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._widget = over
        self._over.connect(self._tell)

    def ask(self, paper: Document) -> None:
        """Ask for the file's name, then make it."""
        name = _NO_NAME.sub("-", "-".join(part for part in (paper.number, paper.title) if part))
        dialog = QFileDialog(self._widget, tr("safetypapers.print"), f"{name}.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda file: self.write(paper, file))
        dialog.open()

    def write(self, paper: Document, file: str) -> None:
        """Begin; ``said`` tells the end."""
        QThreadPool.globalInstance().start(_Work(paper, Path(file), self._over.emit))

    def _tell(self, over: object) -> None:
        self.said.emit(sentence(over) if isinstance(over, Problem) else tr("safetypapers.saved", file=over))


class _Work(QRunnable):
    def __init__(self, paper: Document, file: Path, over: Callable[[object], None]) -> None:
        super().__init__()
        self._paper, self._file, self._over = paper, file, over

    def run(self) -> None:
        """In a thread of the pool; hands over and touches nothing of the window."""
        said: object = str(self._file)
        try:
            self._file.write_bytes(pdf.render(self._paper))
        except OSError as error:
            said = Problem("cli.file.unwritable", {"file": str(self._file), "reason": error.strerror or str(error)})
        with contextlib.suppress(RuntimeError):  # the screen was closed meanwhile
            self._over(said)
