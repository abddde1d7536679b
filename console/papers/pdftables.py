"""Tables in a PDF: columns as wide as what is in them, the heading again on every page, a tall row over as many as it needs."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from console.domain.documents import Column, Kind, Table
from console.papers import cells, fonts
from console.papers.pages import PALE, SMALL, Pages
from console.texts import tr

SIZE = 8.0  # letters in points
_PAD = 3.0
_LOOKED_AT = 300  # rows that widths are found from
_NARROWEST = 30.0
_STEP = SIZE * 1.35
_BAND = 0.94  # the heading's grey


def draw(pages: Pages, table: Table) -> None:
    """The title, the table, its notes."""
    zone = ZoneInfo(pages.paper.timezone)
    if table.title and table.title != pages.paper.title:
        pages.need(SIZE * 8)  # no title without a row below it
        pages.y -= 6
        pages.lines(fonts.wrapped(table.title, 10, pages.room), 10, bold=True)
        pages.y -= 3
    if table.anchor:
        pages.canvas.bookmarkPage(table.anchor)
    if not table.rows:
        pages.lines(fonts.wrapped(table.empty or tr("papers.none", pages.paper.language), SIZE, pages.room), SIZE, shade=PALE)
    else:
        _Grid(pages, table, zone).draw()
    for note in table.notes:
        pages.lines(fonts.wrapped(note, SMALL, pages.room), SMALL, shade=PALE)
    pages.y -= 8


class _Grid:
    def __init__(self, pages: Pages, table: Table, zone: ZoneInfo) -> None:
        self._pages, self._table = pages, table
        columns = table.columns
        shown = [[cells.shown(column, cell, zone) for column, cell in zip(columns, row, strict=True)] for row in table.rows]
        self._rows = shown
        self._last = [cells.shown(column, cell, zone) for column, cell in zip(columns, table.totals, strict=False)]
        looked = [*shown[:_LOOKED_AT], self._last] if self._last else shown[:_LOOKED_AT]
        self._widths = widths(columns, looked, pages.room)
        self._head = [self._lines(place, cells.heading(column)) for place, column in enumerate(columns)]

    def draw(self) -> None:
        self._heading()
        for row in self._rows:
            self._row([self._lines(place, text) for place, text in enumerate(row)])
        if self._last:
            self._row([self._lines(place, text) for place, text in enumerate(self._last)], bold=True)

    def _lines(self, place: int, text: str) -> list[str]:
        return fonts.wrapped(text, SIZE, self._widths[place] - 2 * _PAD)

    def _heading(self) -> None:
        pages = self._pages
        height = max(len(lines) for lines in self._head) * _STEP + 2 * _PAD
        pages.need(height + 2 * _STEP)
        pages.canvas.setFillGray(_BAND)
        pages.canvas.rect(pages.left, pages.y - height, sum(self._widths), height, stroke=0, fill=1)
        self._put(self._head, height, bold=True)

    def _row(self, lines: list[list[str]], *, bold: bool = False) -> None:
        """One row; what does not fit on a whole page goes on on the next one."""
        pages = self._pages
        while True:
            height = max(len(each) for each in lines) * _STEP + 2 * _PAD
            if pages.y - height >= pages.bottom:
                self._put(lines, height, bold=bold)
                return
            fits = int((pages.y - pages.bottom - 2 * _PAD) / _STEP)
            whole = int((pages.top - pages.bottom - 4 * _PAD) / _STEP) - max(len(each) for each in self._head)
            if max(len(each) for each in lines) > whole and fits > 2:
                self._put([each[:fits] for each in lines], fits * _STEP + 2 * _PAD, bold=bold)
                lines = [each[fits:] for each in lines]
            pages.turn()
            self._heading()

    def _put(self, lines: Sequence[Sequence[str]], height: float, *, bold: bool = False) -> None:
        pages = self._pages
        x = pages.left
        for column, room, texts in zip(self._table.columns, self._widths, lines, strict=True):
            y = pages.y - _PAD - SIZE
            for text in texts:
                if cells.right_aligned(column):
                    pages.text_right(x + room - _PAD, y, text, SIZE, bold=bold)
                else:
                    pages.text(x + _PAD, y, text, SIZE, bold=bold)
                y -= _STEP
            x += room
        pages.y -= height
        pages.rule(pages.y, pages.left, pages.left + sum(self._widths))


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """Points for each column: asked-for shares, or what is in it. Numbers and times keep on one line; texts share the rest."""
    if any(column.width for column in columns):
        whole = sum(column.width or 1.0 for column in columns)
        return [room * (column.width or 1.0) / whole for column in columns]
    wanted, least = [], []
    for place, column in enumerate(columns):
        texts = [row[place] for row in rows]
        longest = max([fonts.width(text, SIZE) for line in texts for text in line.splitlines()[:3]], default=0.0) + 2 * _PAD
        heading = fonts.width(cells.heading(column), SIZE) * 1.02 + 2 * _PAD
        wanted.append(max(longest, heading))
        firm = column.kind is not Kind.TEXT
        least.append(max(longest, min(heading, 60.0)) if firm else min(wanted[-1], max(_NARROWEST, min(heading, 60.0))))
    if sum(wanted) <= room:
        spare = room - sum(wanted)
        texts_wanted = sum(want for want, column in zip(wanted, columns, strict=True) if column.kind is Kind.TEXT)
        if not texts_wanted:
            return [want + spare / len(wanted) for want in wanted]
        return [
            want + (spare * want / texts_wanted if column.kind is Kind.TEXT else 0.0)
            for want, column in zip(wanted, columns, strict=True)
        ]
    spare, over = room - sum(least), sum(wanted) - sum(least)
    if spare <= 0:  # more columns than the page is wide for: each gets its part
        return [room * small / sum(least) for small in least]
    # the square root: a column with one long text does not starve the others
    weights = [max(0.0, want - small) ** 0.5 for want, small in zip(wanted, least, strict=True)]
    given = [small + spare * weight / (sum(weights) or 1.0) for small, weight in zip(least, weights, strict=True)]
    surplus = sum(max(0.0, got - want) for got, want in zip(given, wanted, strict=True))
    given = [min(got, want) for got, want in zip(given, wanted, strict=True)]
    hungry = sum(want - got for got, want in zip(given, wanted, strict=True))
    if over and hungry > 0:
        given = [got + surplus * (want - got) / hungry for got, want in zip(given, wanted, strict=True)]
    return given
