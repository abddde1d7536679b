"""A document as PDF, with its font in it. Needs no Qt and no fonts of the machine."""

from __future__ import annotations

import segno
from msgspec.structs import replace

from console.domain.documents import Block, Break, Chart, Code, Document, Facts, Heading, Paragraph, Signatures, Table
from console.papers import fonts, pdfcharts, pdftables
from console.papers.pages import BODY, LEADING, PALE, SMALL, TITLE, Pages

_CODE = 68.0  # points: 24 mm, which a telephone reads at arm's length
_SIZES = {1: 12.0, 2: 10.0}


def encode(table: Table, estate: str, timezone: str, language: str, *, at: int, by: str = "") -> bytes:
    """One table as a document of its own, on landscape pages where it has many columns."""
    untitled = replace(table, title="")
    return render(Document(table.title, estate, timezone, language, at, (untitled,), by=by, landscape=len(table.columns) > 6))


def render(paper: Document) -> bytes:
    """The file. The same document gives the same bytes."""
    pages = Pages(paper)
    code = next((block for block in paper.blocks if isinstance(block, Code)), None)
    if code is not None:
        _code(pages, code)
    room = pages.room - (_CODE + 12 if code is not None else 0)
    pages.lines(fonts.wrapped(paper.title, TITLE, room), TITLE, bold=True)
    if paper.subtitle:
        pages.lines(fonts.wrapped(paper.subtitle, BODY, room), BODY, shade=PALE)
    if code is not None:
        pages.y = min(pages.y, pages.top - _CODE - 14)
    pages.y -= 8
    for block in paper.blocks:
        _draw(pages, block)
    return pages.close()


def _draw(pages: Pages, block: Block) -> None:
    match block:
        case Table():
            pdftables.draw(pages, block)
        case Chart():
            pdfcharts.draw(pages, block)
        case Heading():
            _heading(pages, block)
        case Paragraph():
            _paragraph(pages, block)
        case Facts():
            _facts(pages, block)
        case Signatures():
            _signatures(pages, block)
        case Break():
            pages.turn()
        case Code():
            pass  # stands beside the title


def _heading(pages: Pages, block: Heading) -> None:
    size = _SIZES[block.level]
    pages.need(size * 6)  # no heading alone at the foot of a page
    pages.y -= size * 0.6
    if block.anchor:
        pages.canvas.bookmarkPage(block.anchor)
    pages.lines(fonts.wrapped(block.text, size, pages.room), size, bold=True)
    if block.level == 1:
        pages.y -= 2
        pages.rule(pages.y, shade=0.3)
    pages.y -= 4


def _paragraph(pages: Pages, block: Paragraph) -> None:
    size = SMALL if block.style == "note" else BODY
    if block.style != "warning":
        pages.lines(fonts.wrapped(block.text, size, pages.room), size, shade=PALE if block.style == "note" else 0.1)
        pages.y -= 4
        return
    lines = fonts.wrapped(block.text, size, pages.room - 16)
    height = len(lines) * size * LEADING + 10
    framed = height < pages.top - pages.bottom
    if framed:
        pages.need(height)
        pages.canvas.setStrokeGray(0.1)
        pages.canvas.setLineWidth(1.0)
        pages.canvas.rect(pages.left, pages.y - height, pages.room, height, stroke=1, fill=0)
    pages.y -= 5
    pages.lines(lines, size, bold=True, indent=8)
    pages.y -= 9


def _facts(pages: Pages, block: Facts) -> None:
    """Side by side; a value that needs it takes several lines, a very long one several pages."""
    wide = pages.room / block.columns
    label = min(wide * 0.4, max((fonts.width(name, BODY) for name, _ in block.pairs), default=0.0) + 8)
    step = BODY * LEADING
    for start in range(0, len(block.pairs), block.columns):
        row = block.pairs[start : start + block.columns]
        names = [fonts.wrapped(name, BODY, label - 6) for name, _ in row]
        values = [fonts.wrapped(value, BODY, wide - label - 8) for _, value in row]
        for line in range(max(len(lines) for lines in (*names, *values))):
            pages.need(step)
            pages.y -= step
            for place in range(len(row)):
                x = pages.left + place * wide
                if line < len(names[place]):
                    pages.text(x, pages.y + 3, names[place][line], BODY, shade=PALE)
                if line < len(values[place]):
                    pages.text(x + label, pages.y + 3, values[place][line], BODY)
        pages.y -= 1.5
        pages.rule(pages.y, shade=0.88)
    pages.y -= 6


def _signatures(pages: Pages, block: Signatures) -> None:
    columns = min(3, len(block.labels))
    wide = pages.room / columns
    names = (*block.names, *("" for _ in block.labels))
    for start in range(0, len(block.labels), columns):
        pages.need(62)
        pages.y -= 38
        for place, label in enumerate(block.labels[start : start + columns]):
            x = pages.left + place * wide
            pages.rule(pages.y, x, x + wide - 14, shade=0.2, width=0.7)
            pages.text(x, pages.y - BODY - 2, label, BODY)
            pages.text(x, pages.y - BODY - SMALL - 6, names[start + place], SMALL, shade=PALE)
            pages.text_right(x + wide - 14, pages.y - BODY - 2, block.date_label, SMALL, shade=PALE)
        pages.y -= 26


def _code(pages: Pages, block: Code) -> None:
    """Modules as one path of squares: sharp at every size, and no picture in the file."""
    matrix = segno.make(block.text, error="m", micro=False).matrix
    side = _CODE / len(matrix)
    left, top = pages.right - _CODE, pages.top
    path = pages.canvas.beginPath()
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                path.rect(left + column * side, top - (row + 1) * side, side, side)
    pages.canvas.setFillGray(0)
    pages.canvas.drawPath(path, stroke=0, fill=1)
    caption = block.caption or block.text
    pages.text_right(pages.right, top - _CODE - SMALL - 2, caption, SMALL)
