"""A document on the screen: facts, charts and tables below each other. A row or a label leads to what is behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from console.domain.documents import Cell, Chart, Document, Facts, Heading, Kind, Paragraph, Table
from console.domain.documents import Column as PaperColumn
from console.papers import cells
from console.ui.reports.chart import ChartView
from console.ui.widgets.cards import GAP, label
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.tables import LEFT, RIGHT, Column, RowModel, TableView

ROW = 30
MOST_ROWS_SEEN = 26  # of a table among others; a table that is alone takes the page
_WIDTHS = {Kind.MOMENT: 140, Kind.DATE: 104, Kind.DURATION: 96, Kind.INTEGER: 84, Kind.NUMBER: 104, Kind.PERCENT: 90}
_NARROW, _WIDE = 100, 420
_LETTER = 8  # pixels
Row = tuple[int, tuple[Cell, ...], str]  # place, cells, link


class PaperView(QScrollArea):
    """``followed`` with the place that a row or a label names."""

    followed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper_view")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._anchors: dict[str, QWidget] = {}
        self.tables: list[TableView[Row]] = []

    def show_paper(self, paper: Document) -> None:
        """This one, from its beginning."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, GAP, GAP)
        column.setSpacing(GAP)
        self._anchors, self.tables = {}, []
        column.addWidget(label(paper.title, "title"))
        if paper.subtitle:
            column.addWidget(label(paper.subtitle, "dim"))
        blocks = [block for block in paper.blocks if isinstance(block, Table)]
        alone = len(blocks) == 1 and not any(isinstance(block, Chart | Facts) for block in paper.blocks)
        zone = ZoneInfo(paper.timezone)
        for block in paper.blocks:
            widget: QWidget | None = None
            match block:
                case Heading():
                    widget = label(block.text, "title" if block.level == 1 else "")
                    self._anchors[block.anchor.removeprefix("section:")] = widget
                case Paragraph():
                    widget = label(block.text, "dim" if block.style == "note" else "", wrap=True, selectable=True)
                case Facts():
                    widget = FactGrid()
                    widget.write(list(block.pairs))
                case Chart():
                    column.addWidget(label(f"{block.title} ({block.unit})" if block.unit else block.title))
                    widget = ChartView(block)
                    widget.opened.connect(self.follow)
                case Table():
                    self._table(block, column, zone, alone=alone)
                case _:
                    pass  # signature lines and codes are for paper
            if widget is not None:
                column.addWidget(widget)
        if not alone:
            column.addStretch(1)
        old = self.takeWidget()
        self.setWidget(page)
        if old is not None:
            old.deleteLater()
        self.verticalScrollBar().setValue(0)

    def follow(self, link: str) -> None:
        """A section of this paper, or a place elsewhere."""
        kind, _, name = link.partition(":")
        if kind == "section" and name in self._anchors:
            target = self._anchors[name]
            QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(max(0, target.y() - GAP)))
        elif link:
            self.followed.emit(link)

    def _table(self, table: Table, column: QVBoxLayout, zone: ZoneInfo, *, alone: bool) -> None:
        heading = label(f"{table.title}  {len(table.rows)}" if len(table.rows) > MOST_ROWS_SEEN else table.title)
        column.addWidget(heading)
        heading.setVisible(not alone)
        if table.anchor:
            self._anchors.setdefault(table.anchor, heading)
        rows = [(place, cells_, table.links[place] if table.links else "") for place, cells_ in enumerate(table.rows)]
        if table.totals:
            rows.append((len(rows), table.totals, ""))
        if not rows:
            column.addWidget(label("—", "dim"))
        else:
            view: TableView[Row] = TableView(
                RowModel(_columns(table, zone), lambda row: row[0]), f"report_{table.anchor or 'table'}", row_height=ROW
            )
            view.rows.set_rows(rows)
            view.opened.connect(lambda row: self.follow(row[2]))
            view.setVerticalScrollBarPolicy(
                Qt.ScrollBarPolicy.ScrollBarAsNeeded
                if alone or len(rows) > MOST_ROWS_SEEN
                else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            )
            if not alone:
                view.setFixedHeight((min(len(rows), MOST_ROWS_SEEN) + 1) * ROW + 16)
            self.tables.append(view)
            column.addWidget(view, int(alone))
        for note in table.notes:
            column.addWidget(label(note, "dim", wrap=True))


def _columns(table: Table, zone: ZoneInfo) -> list[Column[Row]]:
    last = len(table.rows) if table.totals else -1
    widest = max(
        range(len(table.columns)), key=lambda place: _width(table, place, zone) if table.columns[place].kind is Kind.TEXT else 0
    )
    return [
        Column(
            column.key or f"column{place}",
            "",
            0 if place == widest else _width(table, place, zone),
            _text(column, place, zone),
            align=RIGHT if cells.right_aligned(column) else LEFT,
            sort=partial(_sorted, place),
            bold=lambda row: row[0] == last,
            title=cells.heading(column),
            tooltip=_text(column, place, zone) if column.kind is Kind.TEXT else None,
        )
        for place, column in enumerate(table.columns)
    ]


def _text(column: PaperColumn, place: int, zone: ZoneInfo) -> Callable[[Row], str]:
    return lambda row: cells.shown(column, row[1][place], zone).replace("\n", " · ")


def _sorted(place: int, row: Row) -> tuple[int, float, str]:
    cell = row[1][place]
    if isinstance(cell, str):
        return 1, 0.0, cell
    return 0, float("-inf") if cell is None else float(cell), ""


def _width(table: Table, place: int, zone: ZoneInfo) -> int:
    column = table.columns[place]
    heading = _letters(cells.heading(column)) * _LETTER + 24
    if column.kind is not Kind.TEXT:
        return max(_WIDTHS[column.kind], heading)
    longest = max((_letters(cells.shown(column, row[place], zone)) for row in table.rows[:50]), default=0)
    return max(heading, min(_WIDE, max(_NARROW, longest * _LETTER + 20)))


def _letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
