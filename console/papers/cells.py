"""One cell as a person reads it, and as a program that reads the file must not run it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from console.domain.documents import Cell, Column, Kind
from console.domain.times import HOUR, MINUTE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RUNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*\s*%?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def shown(column: Column, cell: Cell, zone: ZoneInfo) -> str:
    """``cell`` as it is read on paper and on the screen."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if column.kind in (Kind.MOMENT, Kind.DATE):
        return f"{local(int(cell), zone):{'%Y-%m-%d' if column.kind is Kind.DATE else '%Y-%m-%d %H:%M'}}" if cell else ""
    digits = column.digits
    return {
        Kind.DURATION: lambda: hours(int(cell)),
        Kind.PERCENT: lambda: f"{100 * cell:.{digits}f} %",
        Kind.INTEGER: lambda: f"{round(cell):,}",
        Kind.NUMBER: lambda: f"{cell:,.{digits}f}",
    }.get(column.kind, lambda: str(cell))()


def heading(column: Column) -> str:
    """The column's heading with its unit."""
    return f"{column.heading} ({column.unit})" if column.unit else column.heading


def hours(ns: int) -> str:
    """A duration as hours and minutes: ``-0:05``, ``26:30``."""
    minutes = (abs(ns) + MINUTE // 2) // MINUTE
    return f"{'-' if ns < 0 and minutes else ''}{minutes // (HOUR // MINUTE)}:{minutes % (HOUR // MINUTE):02}"


def local(at: int, zone: ZoneInfo) -> datetime:
    """The wall clock's time of ``at`` (UTC ns)."""
    return (_EPOCH + timedelta(microseconds=at // 1000)).astimezone(zone)


def clean(text: str) -> str:
    """``text`` without what no file format may hold; everything that can be seen stays."""
    return _UNPRINTABLE.sub("\ufffd", text)


def harmless(text: str) -> str:
    """``text`` for a csv cell: one that a spreadsheet would run begins with an apostrophe. Numbers stay numbers."""
    text = clean(text)
    return f"'{text}" if text.startswith(_RUNS) and not _PLAIN_NUMBER.fullmatch(text) else text


def right_aligned(column: Column) -> bool:
    """Numbers stand under each other by their last digit."""
    return column.kind in (Kind.INTEGER, Kind.NUMBER, Kind.PERCENT, Kind.DURATION)
