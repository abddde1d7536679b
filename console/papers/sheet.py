"""Tables as xlsx: real numbers, dates and durations, and formulas where a supervisor will want to go on reckoning.

Texts are written as texts: nothing that somebody typed becomes a formula or a link.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from console.domain.documents import Cell, Chart, Column, Document, Facts, Heading, Kind, Paragraph, Table
from console.domain.times import DAY
from console.papers import cells

MOST_TEXT = 32_767  # characters of a cell (Excel's own limit)
MOST_ROWS = 1_048_576  # of a sheet (Excel's own limit)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")  # in a sheet's name
_FORMATS = {
    Kind.INTEGER: "#,##0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DURATION: "[h]:mm",
}
_WIDTHS = {Kind.MOMENT: 17, Kind.DATE: 12, Kind.DURATION: 10, Kind.INTEGER: 10, Kind.NUMBER: 12, Kind.PERCENT: 10}
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet has no time zones
_LOOKED_AT = 500  # rows that a text column's width is found from
_WIDEST = 60


def encode(table: Table, timezone: str) -> bytes:
    """One table as a workbook."""
    return workbook([table], timezone)


def document(paper: Document) -> bytes:
    """All tables and charts of a paper, each on a sheet of its own; facts and sentences on the first."""
    return workbook(
        [block for block in paper.blocks if isinstance(block, Table)],
        paper.timezone,
        charts=[block for block in paper.blocks if isinstance(block, Chart)],
        cover=paper,
    )


def workbook(tables: Iterable[Table], timezone: str, *, charts: Sequence[Chart] = (), cover: Document | None = None) -> bytes:
    """The sheets, in this order: the cover, the tables, the charts."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    writer = _Book(book, ZoneInfo(timezone))
    if cover is not None:
        writer.cover(cover)
    for table in tables:
        writer.table(table)
    for chart in charts:
        writer.chart(chart)
    book.close()
    return out.getvalue()


class _Book:
    def __init__(self, book: Any, zone: ZoneInfo) -> None:
        self._book, self._zone = book, zone
        self._names: set[str] = set()
        self._styles: dict[tuple[Any, ...], Any] = {}

    def cover(self, paper: Document) -> None:
        sheet = self._book.add_worksheet(self._name(paper.title))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, _fit(paper.title), self._style(bold=True, font_size=14))
        line = 1
        for text in (paper.subtitle, paper.estate, f"{cells.local(paper.at, self._zone):%Y-%m-%d %H:%M}  {paper.by}".strip()):
            if text:
                sheet.write_string(line, 0, _fit(text))
                line += 1
        for block in paper.blocks:
            match block:
                case Heading(text=text):
                    line += 1
                    sheet.write_string(line, 0, _fit(text), self._style(bold=True))
                    line += 1
                case Paragraph(text=text):
                    sheet.write_string(line, 0, _fit(text))
                    line += 1
                case Facts(pairs=pairs):
                    for label, value in pairs:
                        sheet.write_string(line, 0, _fit(label))
                        sheet.write_string(line, 1, _fit(value), self._style(text_wrap=True, valign="top"))
                        line += 1
                case _:
                    pass

    def table(self, table: Table) -> None:
        sheet = self._book.add_worksheet(self._name(table.title))
        bold = self._style(bold=True, bottom=1, text_wrap=True, valign="top")
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, _fit(cells.heading(column)), bold)
            sheet.set_column(place, place, _width(table, place))
        keys = {column.key: xl_col_to_name(place) for place, column in enumerate(table.columns) if column.key}
        rows = table.rows[: MOST_ROWS - 2]
        for place, column in enumerate(table.columns):
            write = self._writer(sheet, column)
            for number, row in enumerate(rows, 1):
                formula = _filled(column.formula, keys, number + 1)
                write(number, place, row[place], formula)
        if table.totals and rows:
            self._totals(sheet, table, keys, len(rows))
        line = len(rows) + (3 if table.totals else 2)
        for note in table.notes:
            sheet.write_string(line, 0, _fit(note))
            line += 1
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L&A&R&P / &N")

    def _totals(self, sheet: Any, table: Table, keys: dict[str, str], count: int) -> None:
        at = count + 1
        for place, column in enumerate(table.columns):
            name = xl_col_to_name(place)
            formula = _filled(column.total, keys, at + 1)
            if column.total in ("sum", "average"):
                formula = f"={column.total.upper()}({name}2:{name}{count + 1})"
            self._writer(sheet, column, bold=True, top=1)(at, place, table.totals[place], formula)

    def _writer(self, sheet: Any, column: Column, **style: object) -> Callable[[int, int, Cell, str], None]:
        """Writes cells of one column; a formula carries the value that we reckoned."""
        if column.kind is Kind.PERCENT:
            style["num_format"] = "0." + "0" * column.digits + "%" if column.digits else "0%"
        elif column.kind is Kind.NUMBER:
            style["num_format"] = "#,##0" + ("." + "0" * column.digits if column.digits else "")
        elif column.kind in _FORMATS:
            style["num_format"] = _FORMATS[column.kind]
        else:
            style |= {"text_wrap": True, "valign": "top"}
        form = self._style(**style)

        def write(row: int, place: int, cell: Cell, formula: str) -> None:
            value = self._value(column, cell)
            if formula:
                sheet.write_formula(row, place, formula, form, "" if value is None else value)
            elif value is None:
                sheet.write_blank(row, place, None, form)
            elif isinstance(value, str):
                sheet.write_string(row, place, _fit(value), form)
            else:
                sheet.write_number(row, place, value, form)

        return write

    def _value(self, column: Column, cell: Cell) -> float | str | None:
        if cell is None or isinstance(cell, str):
            return cell
        if column.kind in (Kind.MOMENT, Kind.DATE):
            if not cell:
                return None
            wall = cells.local(int(cell), self._zone)
            if column.kind is Kind.DATE:
                wall = wall.replace(hour=0, minute=0, second=0, microsecond=0)
            return (wall.replace(tzinfo=None) - _EXCEL_EPOCH).total_seconds() / 86_400
        return cell / DAY if column.kind is Kind.DURATION else cell

    def chart(self, chart: Chart) -> None:
        """The figures and, beside them, a chart that follows them when they are edited."""
        name = self._name(chart.title)
        sheet = self._book.add_worksheet(name)
        bold = self._style(bold=True, bottom=1)
        form = self._style(num_format="0.0%" if chart.percent else "#,##0.##")
        series = [(each.name, each.values) for each in chart.series]
        if chart.target is not None:
            series.append((chart.target_name, (chart.target,) * len(chart.labels)))
        for row, label in enumerate(chart.labels, 1):
            sheet.write_string(row, 0, _fit(label))
        drawn = self._book.add_chart({"type": "column" if chart.bars else "line"})
        line = self._book.add_chart({"type": "line"}) if chart.target is not None and chart.bars else None
        for place, (title, values) in enumerate(series, 1):
            sheet.write_string(0, place, _fit(title), bold)
            for row, value in enumerate(values, 1):
                if value is not None:
                    sheet.write_number(row, place, value, form)
            cited = {
                "name": [name, 0, place],
                "categories": [name, 1, 0, len(chart.labels), 0],
                "values": [name, 1, place, len(chart.labels), place],
            }
            target = chart.target is not None and place == len(series)
            (line if target and line is not None else drawn).add_series(cited)
        if line is not None:
            drawn.combine(line)
        drawn.set_title({"name": f"{chart.title} ({chart.unit})" if chart.unit else chart.title, "name_font": {"size": 11}})
        drawn.set_size({"width": 820, "height": 360})
        sheet.set_column(0, len(series), 14)
        sheet.insert_chart(1, len(series) + 2, drawn)

    def _name(self, title: str) -> str:
        """A name that Excel takes and that no other sheet has."""
        base = _FORBIDDEN.sub(" ", cells.clean(title)).strip(" '")[:31] or "-"
        name, count = base, 1
        while name.casefold() in self._names:
            count += 1
            name = f"{base[: 31 - len(str(count)) - 1]} {count}"
        self._names.add(name.casefold())
        return name

    def _style(self, **wanted: object) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._styles:
            self._styles[key] = self._book.add_format({"valign": "top", **wanted})
        return self._styles[key]


def _fit(text: str) -> str:
    text = cells.clean(text)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _filled(formula: str, keys: dict[str, str], row: int) -> str:
    """A formula's keys as the cells of this row; empty where it is none."""
    if not formula or formula in ("sum", "average"):
        return ""
    return "=" + formula.format(**{key: f"{name}{row}" for key, name in keys.items()})


def _width(table: Table, place: int) -> float:
    column = table.columns[place]
    longest = _letters(cells.heading(column)) + 2
    if column.kind is not Kind.TEXT:
        return max(float(_WIDTHS[column.kind]), min(longest, 24.0))
    return min(_WIDEST, max([longest, *(_letters(str(row[place] or "")[:200]) + 2 for row in table.rows[:_LOOKED_AT])]))


def _letters(text: str) -> float:
    """How wide ``text`` is, in digits: a Chinese letter takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
