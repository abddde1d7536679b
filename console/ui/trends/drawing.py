"""Every sample of a range as a file: the collector's worker makes it, this writes it part by part. Of any size."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from console.domain.problems import Problem
from console.link.exports import ExportAnswer, ExportPartAnswer, ExportPartQuery, ExportQuery
from console.link.messages import Answer
from console.texts import language
from console.ui.desk import Desk

FORMS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".json": "json"}


class Drawing(QObject):
    """One file. The next part is asked for once the last one is written, so neither side holds more than one.

    The file is whole or not there. Ends with one of ``done``, ``refused`` and ``unwritable``, or without a word when stopped.
    It is written in a thread of its own: a network drive may take its time, the screen may not.
    """

    progressed = Signal(int)  # per cent
    done = Signal(str, int)  # file, rows
    refused = Signal(object)  # Problem
    unwritable = Signal(str, str)  # file, reason
    _wrote = Signal()
    _finished = Signal()
    _broke = Signal(str)

    def __init__(self, desk: Desk, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._file = desk, file
        self._job = 0
        self._ended = False
        self._rows = 0
        self._parts: queue.SimpleQueue[tuple[bytes, bool] | None] = queue.SimpleQueue()  # None: take it away
        self._wrote.connect(self._next)
        self._finished.connect(self._tell)
        self._broke.connect(self._break)
        self._thread = threading.Thread(target=self._write, name="trend-export", daemon=True)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self._leave)

    def start(self, points: tuple[int, ...], since: int, until: int) -> None:
        """All samples in [since, until)."""
        form = FORMS.get(self._file.suffix.lower(), "csv")
        self._thread.start()
        self._desk.query(lambda id: ExportQuery(id, points, since, until, form, 0, language()), self._begun, self._fail)

    def stop(self) -> None:
        """Give it up; what was written goes."""
        if not self._ended:
            self._end()
            self._dismiss()

    def _leave(self) -> None:
        """The program ends: no half file is left behind, unless the drive takes longer than a person waits."""
        if not self._ended:
            self._end()
            self._thread.join(1.0)

    def _end(self) -> None:
        self._ended = True
        self._parts.put(None)

    def _dismiss(self) -> None:
        """The collector's worker need not go on; if that is not heard, it ends by itself after a while."""
        if self._job:
            self._desk.query(lambda id: ExportPartQuery(id, self._job, stop=True), lambda _answer: None, lambda _problem: None)

    def _begun(self, answer: Answer) -> None:
        assert isinstance(answer, ExportAnswer)
        self._job = answer.job
        if self._ended:  # stopped before it was told
            self._dismiss()
        else:
            self._next()

    def _next(self) -> None:
        if not self._ended:
            self._desk.query(lambda id: ExportPartQuery(id, self._job), self._take, self._fail)

    def _take(self, answer: Answer) -> None:
        assert isinstance(answer, ExportPartAnswer)
        if not self._ended:
            self._rows = answer.rows
            self.progressed.emit(int(answer.share * 100))
            self._parts.put((answer.data, answer.over))

    def _fail(self, problem: Problem) -> None:
        if not self._ended:
            self._end()
            self.refused.emit(problem)

    def _tell(self) -> None:
        self._ended = True
        self.done.emit(str(self._file), self._rows)

    def _break(self, reason: str) -> None:
        self._ended = True
        self._dismiss()
        self.unwritable.emit(str(self._file), reason)

    def _write(self) -> None:
        part = self._file.with_name(self._file.name + ".part")
        try:
            with part.open("wb") as stream:
                whole = self._write_parts(stream.write)
            if whole:
                part.replace(self._file)
                self._finished.emit()
            else:
                part.unlink(missing_ok=True)
        except OSError as error:
            part.unlink(missing_ok=True)
            self._broke.emit(error.strerror or str(error))

    def _write_parts(self, write: Callable[[bytes], object]) -> bool:
        """False: it was given up."""
        while (given := self._parts.get()) is not None:
            data, over = given
            write(data)
            if over:
                return True
            self._wrote.emit()
        return False
