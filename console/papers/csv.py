"""Tables as csv: UTF-8 with the mark that Excel needs to see it, times by the site's clock."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

from console.domain.documents import Cell, Column, Kind, Table
from console.papers import cells

MARK = b"\xef\xbb\xbf"


def encode(table: Table, timezone: str) -> bytes:
    """``table`` with its headings. Numbers are written plainly (no thousands separators), so that programs can read them."""
    zone = ZoneInfo(timezone)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cells.harmless(cells.heading(column)) for column in table.columns])
    for row in table.rows:
        writer.writerow([_text(column, cell, zone) for column, cell in zip(table.columns, row, strict=True)])
    return MARK + out.getvalue().encode("utf-8")


def _text(column: Column, cell: Cell, zone: ZoneInfo) -> str:
    if isinstance(cell, int | float) and column.kind in (Kind.INTEGER, Kind.NUMBER, Kind.TEXT):
        return repr(cell)
    if isinstance(cell, int | float):
        return cells.shown(column, cell, zone)
    return cells.harmless(cell or "")
