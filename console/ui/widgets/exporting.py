"""What a table shows as xlsx, csv or PDF: asked for without a modal dialog, made and written in a thread; whole or not there."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from console.domain import documents
from console.domain.documents import Kind
from console.domain.problems import Problem
from console.texts import language, tr
from console.ui.moments import local
from console.ui.picture import Picture
from console.ui.settings import remember, remembered
from console.ui.widgets.cards import Card
from console.ui.widgets.tables import RIGHT, Column, TableView, heading_of

FORMS = ("xlsx", "csv", "pdf")
LOOK_MS = 50  # how often it is looked whether the thread is done; the thread itself touches nothing of Qt (ADR 6)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')  # what no file name may hold on Windows


def paper_table(title: str, columns: list[Column[Any]], rows: list[list[str]], notes: tuple[str, ...] = ()) -> documents.Table:
    """The table as data. Columns of figures hold numbers, so that a spreadsheet can reckon with them."""
    made: list[documents.Column] = []
    cells: list[list[documents.Cell]] = [[] for _ in rows]
    for place, column in enumerate(columns):
        texts = [row[place] for row in rows]
        numbers = column.align == RIGHT and any(texts) and all(not text or _NUMBER.fullmatch(text) for text in texts)
        if numbers:
            digits = max(len(text.partition(".")[2]) for text in texts)
            made.append(documents.Column(heading_of(column), Kind.NUMBER if digits else Kind.INTEGER, digits=digits))
            for cell, text in zip(cells, texts, strict=True):
                cell.append((float(text) if digits else int(text)) if text else None)
        else:
            made.append(documents.Column(heading_of(column)))
            for cell, text in zip(cells, texts, strict=True):
                cell.append(text)
    return documents.Table(title, tuple(made), tuple(map(tuple, cells)), notes, empty=tr("widgets.export.empty"))


class Exporter(QObject):
    """See the module. ``written`` (file, rows), ``failed`` (a problem)."""

    written = Signal(str, int)
    failed = Signal(object)

    def __init__(self, picture: Picture, window: QWidget) -> None:
        super().__init__(window)
        self._picture, self._window = picture, window
        self._done: SimpleQueue[tuple[str, int] | Problem] = SimpleQueue()
        self._working = 0  # threads
        self._later = QTimer(self)
        self._later.setInterval(LOOK_MS)
        self._later.timeout.connect(self._look)

    def ask(self, table: TableView[Any], screen: str) -> None:
        """Ask for the file. What is shown when it was chosen is what is written."""
        title = title_of(table, screen)
        last = remembered("export/form", FORMS[0])
        forms = [last, *(form for form in FORMS if form != last)] if last in FORMS else list(FORMS)
        name = f"{_NO_NAME.sub('-', title)}-{local(self._picture.now(), self._picture.estate.site.timezone):%Y%m%d-%H%M}.{forms[0]}"
        dialog = QFileDialog(self._window, tr("widgets.export.title"), str(Path(remembered("export/folder", "")) / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr(f"widgets.export.{form}") for form in forms])
        dialog.setDefaultSuffix(forms[0])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_form_of(chosen)))
        dialog.fileSelected.connect(lambda file: self.write(table, Path(file), title))
        dialog.open()

    def write(self, table: TableView[Any], file: Path, title: str) -> None:
        """Begin to write; the form follows from the name."""
        form = file.suffix.casefold().lstrip(".")
        if form not in FORMS:
            self.failed.emit(Problem("widgets.export.form", {"file": file.name, "forms": ", ".join(FORMS)}))
            return
        remember("export/form", form)
        remember("export/folder", str(file.parent))
        columns, rows = table.sheet()
        notes = (tr("widgets.export.filter", words=table.filtered_by),) if table.filtered_by else ()
        site, me = self._picture.estate.site, self._picture.accounts.get(self._picture.me)
        facts = {
            "estate": site.name.get(language()), "timezone": site.timezone, "language": language(), "at": self._picture.now(),
            "by": me.display if me is not None else "",
        }  # fmt: skip
        self._working += 1
        work = (self._done, file, form, (title, columns, rows, notes), facts)
        threading.Thread(target=_write, args=work, name="export", daemon=True).start()
        self._later.start()

    def _look(self) -> None:
        while self._working:
            try:
                done = self._done.get_nowait()
            except Empty:
                return
            self._working -= 1
            if isinstance(done, Problem):
                self.failed.emit(done)
            else:
                self.written.emit(*done)
        self._later.stop()


def _write(
    done: SimpleQueue[tuple[str, int] | Problem], file: Path, form: str, parts: tuple[Any, ...], facts: dict[str, Any]
) -> None:
    """The thread. The paper's libraries are loaded here, when they are first needed."""
    part = file.with_name(file.name + ".part")
    try:
        part.write_bytes(_encoded(form, paper_table(*parts), facts))
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        done.put(Problem("cli.file.unwritable", {"file": str(file), "reason": error.strerror or str(error)}))
    else:
        done.put((str(file), len(parts[2])))


def title_of(table: TableView[Any], screen: str) -> str:
    """What the table is called: by its card, else by its screen."""
    above = table.parentWidget()
    while above is not None:
        if isinstance(above, Card) and above.heading.text() and above.heading.isVisible():
            return above.heading.text()
        above = above.parentWidget()
    return screen


def _encoded(form: str, table: documents.Table, facts: dict[str, Any]) -> bytes:
    from console.papers import csv, pdf, sheet  # noqa: PLC0415 - see above

    if form == "csv":
        return csv.encode(table, facts["timezone"])
    if form == "xlsx":
        return sheet.encode(table, facts["timezone"])
    return pdf.encode(table, **facts)


def _form_of(chosen: str) -> str:
    return next((form for form in FORMS if f"*.{form}" in chosen), FORMS[0])
