"""What a point list (点表) import says and is told: which column is what, what is wrong in which cell, what would come of it."""

from __future__ import annotations

import msgspec

from console.domain.problems import Problem


class Remark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something about one cell (``C7``; empty: the whole sheet). ``grave``: the row cannot be taken like this."""

    sheet: str
    cell: str
    row: int  # 1-based, 0 where no row is meant
    problem: Problem
    grave: bool = True


class SheetView(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one sheet is understood. ``fields`` names what each column is ("" = not used), ``signature`` its headings.

    ``header_row`` is 1-based, 0 = the sheet has no headings. ``used`` False: it holds no list, or was left out.
    """

    name: str
    header_row: int
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: int
    signature: str
    used: bool = True


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person decided; everything may be left to the program.

    ``mappings``: columns by a heading line's signature. ``headings``: what a heading means, wherever it stands.
    ``addresses``: auto | zero | one | modicon. ``order``: byte order of 32-bit values where the list says nothing.
    ``leave_out``: rows with mistakes are left out instead of holding up the rest.
    """

    mappings: dict[str, tuple[str, ...]] = {}
    headings: dict[str, str] = {}
    header_rows: dict[str, int] = {}
    sheets_off: tuple[str, ...] = ()
    addresses: str = "auto"
    order: str = "ABCD"
    host: str = ""
    port: int = 502
    station: int = -1
    location: str = ""
    leave_out: bool = False


class Drafted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a list would make of the site file. ``text`` is empty while a mistake stands in the way or nothing would change.

    ``assumed`` are the assumptions about addresses, with the alternative; ``more`` counts remarks beyond those listed.
    """

    sheets: tuple[SheetView, ...]
    remarks: tuple[Remark, ...] = ()
    more: int = 0
    mistakes: int = 0
    assumed: tuple[Problem, ...] = ()
    text: str = ""
    rows: int = 0
    left_out: int = 0
    equipment: int = 0  # new
    points: int = 0  # new or changed
