"""Papers from the collector: shown as documents, or kept as files that come part by part and are whole or not there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from console.domain.problems import Problem
from console.link.messages import Answer
from console.link.reports import PaperAnswer, PaperPartQuery, PaperQuery
from console.texts import language, tr
from console.ui.desk import Desk

_FORBIDDEN = '<>:"/\\|?*'


class Papers(QObject):
    """``shown`` gets the document that was asked for last; ``saved`` the file's name; ``failed`` why not."""

    shown = Signal(object)
    saved = Signal(str)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked = 0

    def ask(self, what: str, **wanted: Any) -> None:
        """The document; an answer to an earlier question is dropped."""
        self._asked += 1
        mine = self._asked

        def answered(answer: Answer) -> None:
            if mine == self._asked and isinstance(answer, PaperAnswer) and answer.document is not None:
                self.shown.emit(answer.document)

        def denied(problem: Problem) -> None:
            if mine == self._asked:
                self.failed.emit(problem)

        self._desk.query(partial(PaperQuery, what=what, language=language(), **wanted), answered, denied)

    def save_as(self, above: QWidget, name: str, what: str, *, form: str, **wanted: Any) -> None:
        """Ask where to, then fetch and write. ``form`` zip is an archive package."""
        dialog = QFileDialog(above, tr("reports.ui.save"), plain(f"{name}.{form}"), f"{form.upper()} (*.{form})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form)
        dialog.fileSelected.connect(lambda file: self.save(Path(file), what, form="" if form == "zip" else form, **wanted))
        dialog.open()

    def save(self, file: Path, what: str, *, form: str, **wanted: Any) -> None:
        """Fetch and write."""
        received = bytearray()

        def answered(answer: Answer) -> None:
            if not isinstance(answer, PaperAnswer):
                return
            received.extend(answer.data)
            if answer.data and len(received) < answer.size:
                more = partial(PaperPartQuery, job=answer.job, offset=len(received))
                self._desk.query(more, answered, self.failed.emit)
            else:
                threading.Thread(target=self._write, args=(file, bytes(received)), name="paper-write", daemon=True).start()

        wanted = {"language": language(), **wanted}
        self._desk.query(partial(PaperQuery, what=what, form=form, **wanted), answered, self.failed.emit)

    def _write(self, file: Path, data: bytes) -> None:
        part = file.with_name(file.name + ".part")
        try:
            part.write_bytes(data)
            part.replace(file)
        except OSError as error:
            part.unlink(missing_ok=True)
            self.failed.emit(Problem("cli.file.unwritable", {"file": str(file), "reason": error.strerror or str(error)}))
        else:
            self.saved.emit(str(file))


def plain(name: str) -> str:
    """A name that every system takes for a file."""
    return "".join("-" if letter in _FORBIDDEN else letter for letter in name)


Follow = Callable[[str], None]
