"""A paper on the screen: the blocks of a document as rich text, in the present theme's own colours; and the same as a PDF file."""

from __future__ import annotations

import threading
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from console.domain.documents import Block, Document, Facts, Heading, Paragraph, Table
from console.domain.problems import Problem
from console.papers.cells import heading, right_aligned, shown

MOST_ROWS = 300  # of a table on the screen: more would hold it up; the printed one has them all
_CELL = 'style="padding: 3px 12px 3px 0px;"'


def html(paper: Document) -> str:
    """The document as QTextBrowser shows it. Every text is escaped: names may hold anything."""
    zone = ZoneInfo(paper.timezone)
    head = [f"<h2>{escape(paper.title)}</h2>"]
    if paper.subtitle or paper.number:
        head.append(f"<p>{escape('  '.join(part for part in (paper.number, paper.subtitle) if part))}</p>")
    return "".join([*head, *(_block(block, zone) for block in paper.blocks)])


def _block(block: Block, zone: ZoneInfo) -> str:
    match block:
        case Heading():
            return f"<h3>{escape(block.text)}</h3>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Facts():
            return _facts(block)
        case Table():
            return _table(block, zone)
        case _:
            return ""  # signature lines and codes are for paper


def _facts(block: Facts) -> str:
    cells = [f"<td {_CELL}>{escape(name)}</td><td {_CELL}><b>{escape(value)}</b></td>" for name, value in block.pairs]
    rows = ("".join(cells[start : start + block.columns]) for start in range(0, len(cells), block.columns))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _table(block: Table, zone: ZoneInfo) -> str:
    """What is empty takes one line."""
    if not block.rows:
        return f"<p><b>{escape(block.title)}</b>&nbsp;&nbsp;{escape(block.empty)}</p>"
    sides = ["right" if right_aligned(column) else "left" for column in block.columns]
    heads = "".join(
        f'<th align="{side}" {_CELL}>{escape(heading(column))}</th>' for column, side in zip(block.columns, sides, strict=True)
    )
    lines = []
    for row in block.rows[:MOST_ROWS]:
        cells = zip(block.columns, row, sides, strict=True)
        texts = (f'<td align="{side}" {_CELL}>{escape(shown(column, cell, zone))}</td>' for column, cell, side in cells)
        lines.append(f"<tr>{''.join(texts)}</tr>")
    more = (f"… +{len(block.rows) - MOST_ROWS}",) if len(block.rows) > MOST_ROWS else ()
    notes = "".join(f"<p>{escape(note)}</p>" for note in (*more, *block.notes))
    return f'<h3>{escape(block.title)}</h3><table width="97%"><tr>{heads}</tr>{"".join(lines)}</table>{notes}'


_under_way: set[PdfFile] = set()  # a file is written to its end, whatever becomes of the page that asked for it


class PdfFile(QObject):
    """Writes a document as PDF away from the screen's thread; opens it where it is to be printed, or says why it could not."""

    saved = Signal(str)
    failed = Signal(object)  # Problem
    _ended = Signal(object)  # from the writing thread: None or a Problem

    def __init__(self, paper: Document, file: str) -> None:
        super().__init__()
        self._paper, self._file = paper, file
        self._ended.connect(self._end)

    def start(self) -> None:
        """Begin."""
        _under_way.add(self)
        threading.Thread(target=self._write, name="paper", daemon=True).start()

    def _write(self) -> None:
        from console.papers import pdf  # noqa: PLC0415 - the PDF library is loaded when the first paper is made

        try:
            Path(self._file).write_bytes(pdf.render(self._paper))
        except OSError as error:
            self._ended.emit(Problem("cli.file.unwritable", {"file": self._file, "reason": error.strerror or str(error)}))
        else:
            self._ended.emit(None)

    def _end(self, problem: Problem | None) -> None:
        _under_way.discard(self)
        if problem is None:
            self.saved.emit(self._file)
        else:
            self.failed.emit(problem)


def open_outside(file: str) -> None:
    """With the machine's own viewer, which prints."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(file))
