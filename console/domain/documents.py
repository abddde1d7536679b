"""Papers as data: tables, facts, charts and signature lines, before anybody has drawn or printed them. Pure.

`console.papers` makes PDF, xlsx and csv of them, the link carries them, screens show them. Texts are in the reader's language
already; numbers and times are not: a cell is the value itself, and its column says how it is read.
"""

from __future__ import annotations

import enum

import msgspec

Cell = str | int | float | None


class Kind(enum.StrEnum):
    """How a column's cells are read."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"  # a share: 1.0 is 100 %
    MOMENT = "moment"  # UTC ns; 0 or None: none
    DATE = "date"  # UTC ns, shown as the site's date
    DURATION = "duration"  # ns


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """``width`` is a share beside the other columns', 0: by what is in it. ``unit`` stands in the heading.

    ``key`` names the column for formulas. ``formula`` is what a spreadsheet reckons its cells with: ``"{done}/{due}"`` where
    the braces hold keys; the row's own cell is its result. ``total``: ``sum``, ``average`` or such a formula over the last row.
    """

    heading: str
    kind: Kind = Kind.TEXT
    width: float = 0.0
    unit: str = ""
    digits: int = 1
    key: str = ""
    formula: str = ""
    total: str = ""


class Table(msgspec.Struct, frozen=True, omit_defaults=True, tag="table"):
    """``links`` has one place of the program per row (``order:12``, ``fault:3``, ``equipment:T1-L1``, ``section:late``), or none.

    ``totals`` is the last row's values where a column has a ``total``. ``anchor`` is what ``section:…`` leads to.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    totals: tuple[Cell, ...] = ()
    empty: str = ""  # said in place of rows
    anchor: str = ""


class Series(msgspec.Struct, frozen=True):
    """One line or row of bars; None: nothing is known."""

    name: str
    values: tuple[float | None, ...]


class Chart(msgspec.Struct, frozen=True, omit_defaults=True, tag="chart"):
    """Bars (``bars``) or lines over the same labels; ``target`` is a dashed line with its name; ``percent``: 1.0 is 100 %.

    ``links``: one place of the program for each label, or none.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    bars: bool = True
    percent: bool = False
    target: float | None = None
    target_name: str = ""
    links: tuple[str, ...] = ()


class Heading(msgspec.Struct, frozen=True, omit_defaults=True, tag="heading"):
    """Of a part: level 1 or 2."""

    text: str
    level: int = 1
    anchor: str = ""


class Paragraph(msgspec.Struct, frozen=True, omit_defaults=True, tag="paragraph"):
    """``style``: ``body``, ``note`` (small) or ``warning`` (framed)."""

    text: str
    style: str = "body"


class Facts(msgspec.Struct, frozen=True, omit_defaults=True, tag="facts"):
    """Labels and values side by side, in so many columns."""

    pairs: tuple[tuple[str, str], ...]
    columns: int = 2


class Signatures(msgspec.Struct, frozen=True, omit_defaults=True, tag="signatures"):
    """A line to sign on and one for the date above each label. ``names``: who is expected to, printed small."""

    labels: tuple[str, ...]
    date_label: str
    names: tuple[str, ...] = ()


class Code(msgspec.Struct, frozen=True, omit_defaults=True, tag="code"):
    """A QR code at the right edge of what follows it, with its text below."""

    text: str
    caption: str = ""


class Break(msgspec.Struct, frozen=True, tag="break"):
    """What follows begins on a new page."""


Block = Heading | Paragraph | Facts | Table | Chart | Signatures | Code | Break


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A paper. ``at`` is when it was made (UTC ns), ``by`` whose name stands in the footer, ``number`` what it is filed under.

    ``footer`` is a line above the page number (a retention hint, say).
    """

    title: str
    estate: str
    timezone: str
    language: str
    at: int
    blocks: tuple[Block, ...]
    by: str = ""
    number: str = ""
    subtitle: str = ""
    footer: str = ""
    landscape: bool = False
